//! What a text cites: 《title》（number）第三条第二款, numbers that stand alone, and what is said of them: based on, repealed, amended,
//! replaced, carried out, explained. Several that stand in a row share what is said of the row. Pure; nothing is looked up.

/// What a text does to what it cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// 根据, 依据, 依照, 按照, 参照.
    BasedOn,
    /// 同时废止, 予以废止, 停止执行.
    Repeals,
    /// 修改, 修订, 作如下修改.
    Amends,
    /// 代替, 取代.
    Replaces,
    /// 贯彻, 落实, 实施.
    Implements,
    /// 解读.
    Interprets,
}

/// One citation, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// What stands between 《 and 》, blanks left out; `None` where only a number stands.
    pub title: Option<String>,
    /// The number as written, without the brackets around it: 国发〔2019〕5号, 国务院令第711号.
    pub number: Option<String>,
    /// Articles by number and by the part behind 之: 第三条之一 is (3, 1). A range is every article of it.
    pub articles: Vec<(u32, u32)>,
    /// What is said of it, if anything is.
    pub verb: Option<Verb>,
    /// It is said the other way round: the cited one does it to this very text (本办法已由《…》废止). The articles are then those of
    /// this text.
    pub passive: bool,
    /// First byte.
    pub start: usize,
    /// Byte after it, its number and articles included.
    pub end: usize,
}

/// Everything that a text cites, in the order of the text.
pub fn cited(text: &str) -> Vec<Citation> {
    let mut found = titled(text);
    // Citations with a title stand in order and apart.
    let apart = |one: &Citation| {
        let behind = found.partition_point(|by| by.start < one.end);
        behind.checked_sub(1).and_then(|at| found.get(at)).is_none_or(|by| by.end <= one.start)
    };
    let numbers: Vec<Citation> = alone(text).into_iter().filter(apart).collect();
    found.extend(numbers);
    found.sort_by_key(|one| one.start);
    say(text, &mut found);
    found
}

/// Longest title that is read, in bytes: what is longer is a quotation mark that nobody closed.
const LONGEST: usize = 600;
/// Articles of a range at the most.
const RANGE: u32 = 60;

/// Citations with a title.
fn titled(text: &str) -> Vec<Citation> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('《').map(|place| at + place) {
        let inner = open + '《'.len_utf8();
        let Some(close) = closing(text, inner) else {
            at = inner;
            continue;
        };
        let title: String = text[inner..close].chars().filter(|c| !c.is_whitespace()).collect();
        let mut end = close + '》'.len_utf8();
        let (number, passed) = bracketed(text, end);
        if number.is_some() {
            end = passed;
        }
        let (articles, behind) = articles(text, passed.max(end));
        if !articles.is_empty() {
            end = behind;
        }
        // 以下简称《条例》 in the bracket is the same once more.
        at = end.max(passed);
        if !title.is_empty() {
            found.push(Citation { title: Some(title), number, articles, verb: None, passive: false, start: open, end });
        }
    }
    found
}

/// Where the title that begins at `from` is closed; titles may hold titles.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (place, c) in text[from..].char_indices() {
        match c {
            _ if place > LONGEST => return None,
            '\n' => return None,
            '《' => depth += 1,
            '》' if depth == 0 => return Some(from + place),
            '》' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The number in brackets that follows at once, and where what follows the bracket begins. A bracket without a number is passed
/// over: （以下简称《条例》） says what the text calls it from now on.
fn bracketed(text: &str, from: usize) -> (Option<String>, usize) {
    let rest = &text[from..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\u{3000}']).len();
    let Some(first) = rest[blank..].chars().next().filter(|c| matches!(c, '（' | '(')) else { return (None, from) };
    let inner = from + blank + first.len_utf8();
    let close = |(_, c): &(usize, char)| matches!(c, '）' | ')' | '\n' | '。');
    let Some((length, last)) = text[inner..].char_indices().find(close) else { return (None, from) };
    if !matches!(last, '）' | ')') || length > LONGEST {
        return (None, from);
    }
    let behind = inner + length + last.len_utf8();
    let said = text[inner..inner + length].split(['，', ',', '；', ';']).next().unwrap_or_default();
    let dense: String = said.chars().filter(|c| !c.is_whitespace()).collect();
    (is_number(&dense).then_some(dense), behind)
}

/// Whether it is the number of a document: 国发〔2019〕5号, 国务院令第711号.
fn is_number(text: &str) -> bool {
    let Some(before) = text.strip_suffix('号') else { return false };
    let digits = before.chars().rev().take_while(|c| c.is_ascii_digit()).count();
    let head = &before[..before.len() - digits];
    let chinese = head.rsplit('第').next().is_some_and(|rest| head.contains('第') && numeral(rest).is_some());
    (digits > 0 && (head.ends_with(['〕', ']', '］', '】', '）', ')', '﹞']) || head.ends_with('第'))) || chinese
}

/// Numbers that stand without a title. A line that is nothing but a number is the text's own.
fn alone(text: &str) -> Vec<Citation> {
    let mut found = Vec::new();
    for (open, _) in text.match_indices(['〔', '［', '﹝']) {
        let letters = text[..open].chars().rev().take_while(|c| is_letter(*c)).take(MOST_LETTERS);
        let before: Vec<char> = letters.collect();
        let begin = open - before.iter().map(|c| c.len_utf8()).sum::<usize>();
        let rest = &text[open..];
        let year: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
        let bracket = rest.chars().next().map_or(0, char::len_utf8);
        let Some(close) = rest[bracket + year.len()..].chars().next() else { continue };
        if year.len() != 4 || !matches!(close, '〕' | '］' | '﹞') {
            continue;
        }
        let count_at = open + bracket + year.len() + close.len_utf8();
        let count: String = text[count_at..].chars().take_while(char::is_ascii_digit).collect();
        let end = count_at + count.len();
        if count.is_empty() || before.is_empty() || !text[end..].starts_with('号') {
            continue;
        }
        let (letters, end) = (&text[begin..open], end + '号'.len_utf8());
        // 根据国发〔2019〕5号: the word before the number is none of it.
        let skip =
            LEADS.iter().filter_map(|lead| letters.rfind(lead).map(|place| place + lead.len())).max().unwrap_or(0);
        let start = begin + skip;
        if start >= open || is_line(text, start, end) {
            continue;
        }
        let (articles, behind) = articles(text, end);
        let end = if articles.is_empty() { end } else { behind };
        let number = Some(text[start..count_at + count.len() + '号'.len_utf8()].to_owned());
        found.push(Citation { title: None, number, articles, verb: None, passive: false, start, end });
    }
    found
}

/// Letters of a number at the most: 机关代字.
const MOST_LETTERS: usize = 12;
/// What may stand before the letters of a number without being one of them.
const LEADS: [&str; 18] = [
    "根据", "依据", "依照", "按照", "遵照", "参照", "废止", "修改", "代替", "取代", "落实", "执行", "实施", "对", "和",
    "与", "及", "由",
];

fn is_letter(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4dbf | 0x4e00..=0x9fff)
}

/// Whether a place is all that stands on its line.
fn is_line(text: &str, start: usize, end: usize) -> bool {
    let blank = |c: &char| !matches!(c, ' ' | '\u{3000}' | '\t' | '\r');
    let before = text[..start].chars().rev().find(blank);
    let behind = text[end..].chars().find(blank);
    before.is_none_or(|c| c == '\n') && behind.is_none_or(|c| c == '\n')
}

/// The articles that follow at once, and where what follows them begins.
fn articles(text: &str, from: usize) -> (Vec<(u32, u32)>, usize) {
    let mut found: Vec<(u32, u32)> = Vec::new();
    let (mut at, mut end, mut ranged) = (from, from, false);
    while let Some((article, behind)) = article(text, at) {
        match found.last().copied().filter(|_| ranged) {
            Some((first, 0)) if article.1 == 0 && first < article.0 && article.0 - first <= RANGE => {
                found.extend((first + 1..=article.0).map(|number| (number, 0)));
            }
            _ => found.push(article),
        }
        end = behind;
        let rest = &text[end..];
        let joins = ["、", "，", "以及", "和", "及", "与", "至", "到", "—", "－", "-"];
        let Some(join) = joins.into_iter().find(|join| rest.starts_with(join)) else { break };
        ranged = matches!(join, "至" | "到" | "—" | "－" | "-");
        at = end + join.len();
    }
    found.dedup();
    (found, end)
}

/// `第三条之一第二款第（四）项` at this very place: its article, and where what follows begins.
fn article(text: &str, from: usize) -> Option<((u32, u32), usize)> {
    let rest = text.get(from..)?;
    let blank = rest.len() - rest.trim_start_matches([' ', '\u{3000}']).len();
    let inner = rest[blank..].strip_prefix('第')?;
    let (words, behind) = inner.split_once('条')?;
    let number = numeral(words)?;
    let mut at = text.len() - behind.len();
    let mut part = 0;
    if let Some(more) = text[at..].strip_prefix('之') {
        let words: String = more.chars().take_while(|c| value(*c).is_some()).collect();
        if let Some(read) = numeral(&words) {
            part = read;
            at += '之'.len_utf8() + words.len();
        }
    }
    for unit in ['款', '项', '目'] {
        let more = text[at..].strip_prefix('第').filter(|more| {
            let words: String = more.chars().take_while(|c| *c != unit).take(6).collect();
            more[words.len()..].starts_with(unit) && numeral(words.trim_matches(['（', '）', '(', ')'])).is_some()
        });
        if let Some(place) = more.and_then(|more| more.find(unit)) {
            at += '第'.len_utf8() + place + unit.len_utf8();
        }
    }
    Some(((number, part), at))
}

fn value(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        '零' | '〇' => Some(0),
        '十' => Some(10),
        '百' => Some(100),
        '两' => Some(2),
        _ => "一二三四五六七八九".chars().position(|one| one == c).and_then(|at| u32::try_from(at + 1).ok()),
    }
}

/// A number up to 9999 in digits or in Chinese: 12, 一百零三, 二十.
fn numeral(words: &str) -> Option<u32> {
    if words.is_empty() || words.chars().count() > 7 {
        return None;
    }
    if words.chars().all(|c| c.is_ascii_digit() || ('０'..='９').contains(&c)) {
        return words.chars().take(4).try_fold(0_u32, |sum, c| Some(sum * 10 + value(c)?));
    }
    let (mut sum, mut last) = (0_u32, 0_u32);
    for c in words.chars() {
        match value(c)? {
            unit @ (10 | 100) => {
                sum += unit * last.max(1);
                last = 0;
            }
            digit if !c.is_ascii_digit() => last = digit,
            _ => return None,
        }
    }
    Some(sum + last)
}

/// Words before a citation, and what they say.
const BEFORE: [(&str, Verb); 22] = [
    ("根据", Verb::BasedOn),
    ("依据", Verb::BasedOn),
    ("依照", Verb::BasedOn),
    ("按照", Verb::BasedOn),
    ("遵照", Verb::BasedOn),
    ("参照", Verb::BasedOn),
    ("废止", Verb::Repeals),
    ("停止执行", Verb::Repeals),
    ("修改", Verb::Amends),
    ("修订", Verb::Amends),
    ("修正", Verb::Amends),
    ("代替", Verb::Replaces),
    ("取代", Verb::Replaces),
    ("替代", Verb::Replaces),
    ("贯彻执行", Verb::Implements),
    ("贯彻落实", Verb::Implements),
    ("贯彻", Verb::Implements),
    ("落实", Verb::Implements),
    ("实施", Verb::Implements),
    ("执行", Verb::Implements),
    ("解读", Verb::Interprets),
    ("解释", Verb::Interprets),
];
/// Words behind a citation, and what they say.
const BEHIND: [(&str, Verb); 11] = [
    ("废止", Verb::Repeals),
    ("停止执行", Verb::Repeals),
    ("不再执行", Verb::Repeals),
    ("作如下修改", Verb::Amends),
    ("作出如下修改", Verb::Amends),
    ("作出修改", Verb::Amends),
    ("进行修改", Verb::Amends),
    ("予以修改", Verb::Amends),
    ("进行修订", Verb::Amends),
    ("解读", Verb::Interprets),
    ("同时失效", Verb::Repeals),
];

/// How far behind a citation something is said of it, in characters.
const NEAR: usize = 36;

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '；' | '！' | '？' | '\n')
}

/// Whether what stands between two citations only joins them.
fn joins(between: &str) -> bool {
    let words = ["以及", "和", "及", "与", "、", "，", "（以下简称", "）", "等"];
    let mut rest = between.trim();
    while !rest.is_empty() {
        let Some(next) = words.iter().find_map(|word| rest.strip_prefix(word)) else { return false };
        rest = next.trim_start();
    }
    true
}

/// Says of each citation what the text says of it.
fn say(text: &str, found: &mut [Citation]) {
    let mut first = 0;
    while first < found.len() {
        let mut last = first;
        while last + 1 < found.len() && joins(&text[found[last].end..found[last + 1].start]) {
            last += 1;
        }
        let from = first.checked_sub(1).map_or(0, |before| found[before].end);
        let lead = &text[from..found[first].start];
        match agent(lead, text.get(found[last].end..).unwrap_or_default(), first == 0) {
            Some(Agent::OfThis(verb, own)) => {
                for one in &mut found[first..=last] {
                    (one.verb, one.passive) = (Some(verb), true);
                    one.articles.clone_from(&own);
                }
            }
            // 《甲办法》已由《乙办法》废止: this text does nothing to either.
            Some(Agent::OfAnother) => {}
            None => {
                let verb = behind(text, found[last].end).or_else(|| before(lead));
                for one in &mut found[first..=last] {
                    one.verb = verb;
                }
            }
        }
        first = last + 1;
    }
}

/// A row that is named as the one that does something: 由《…》废止.
enum Agent {
    /// To this very text: what, and to which of its articles; none = all of it.
    OfThis(Verb, Vec<(u32, u32)>),
    /// To another one.
    OfAnother,
}

/// What stands between 由 and the row where the row is not the one that does it: 由县司法局对《…》.
const NOT_BY: [&str; 10] = ["对", "将", "把", "按", "依", "根据", "负责", "解释", "改为", "就"];
/// What is done, right behind whoever does it.
const DONE: [(&str, Verb); 12] = [
    ("废止", Verb::Repeals),
    ("失效", Verb::Repeals),
    ("停止执行", Verb::Repeals),
    ("停止施行", Verb::Repeals),
    ("不再执行", Verb::Repeals),
    ("取代", Verb::Replaces),
    ("代替", Verb::Replaces),
    ("替代", Verb::Replaces),
    ("替换", Verb::Replaces),
    ("修改", Verb::Amends),
    ("修订", Verb::Amends),
    ("修正", Verb::Amends),
];
/// What a text calls itself behind 本.
const ITSELF: [&str; 24] = [
    "办法", "规定", "条例", "细则", "实施", "暂行", "试行", "管理", "通知", "通告", "公告", "决定", "意见", "方案",
    "规则", "文件", "规范", "标准", "措施", "制度", "章程", "政策", "法", "令",
];

/// Whether the row between these two is the one that does something. Who is ended by it is named before it; where nobody is, it
/// is the text itself, unless another citation stands in the sentence: `first` says that none stands before it at all.
fn agent(lead: &str, rest: &str, first: bool) -> Option<Agent> {
    let sentence = lead.rsplit(ends_sentence).next().unwrap_or_default();
    // A bracket holds a remark of its own: （已由《…》废止）.
    let clause = sentence.rsplit(['，', ',', '；', '：', ':', '（', '(', '【']).next().unwrap_or_default();
    let stops = |c: char| ends_sentence(c) || matches!(c, '，' | ',' | '：' | '《' | '）' | ')');
    let told: String = rest.split(stops).next().unwrap_or_default().chars().take(NEAR).collect();
    let since = told.contains("之日");
    // 自然资源局 and 为了 are no such words.
    let leads = |(_, c): &(usize, char)| match c {
        '由' | '被' => !since,
        '为' => told.starts_with('所'),
        '自' | '从' => since,
        _ => false,
    };
    let (at, word) = clause.char_indices().rev().find(leads)?;
    let between = &clause[at + word.len_utf8()..];
    if between.chars().count() > NEAR || NOT_BY.iter().any(|not| between.contains(not)) {
        return None;
    }
    let Some((_, verb)) = done(&told) else {
        // 自《…》施行之日起，本办法废止.
        let until = |c: char| ends_sentence(c) || c == '《';
        let whole: String = rest.split(until).next().unwrap_or_default().chars().take(NEAR).collect();
        let (place, verb) = done(&whole).filter(|_| since)?;
        return own_place(&whole[..place]).map(|_| Agent::OfThis(verb, Vec::new()));
    };
    if let Some(behind) = own_place(sentence) {
        let place = sentence[behind..].find('第').map(|place| behind + place);
        let own = place.map(|place| articles(sentence, place).0);
        return Some(Agent::OfThis(verb, own.unwrap_or_default()));
    }
    let alone = first || lead.len() > sentence.len();
    let bare = alone && !since && matches!(clause[..at].trim(), "" | "已" | "现已" | "已经" | "现");
    Some(if bare { Agent::OfThis(verb, Vec::new()) } else { Agent::OfAnother })
}

/// What is done, and where that is said.
fn done(told: &str) -> Option<(usize, Verb)> {
    DONE.iter().filter_map(|(word, verb)| Some((told.find(word)?, *verb))).min_by_key(|(place, _)| *place)
}

/// Where a text names itself, the place behind 本: 本办法, 本通知.
fn own_place(text: &str) -> Option<usize> {
    let own = |at: &usize| ITSELF.iter().any(|noun| text[*at..].starts_with(noun));
    text.match_indices('本').map(|(at, word)| at + word.len()).find(own)
}

/// What is said behind a row.
fn behind(text: &str, end: usize) -> Option<Verb> {
    let near: String = text[end..].chars().take(NEAR).take_while(|c| !ends_sentence(*c) && *c != '《').collect();
    BEHIND
        .iter()
        .filter_map(|(word, verb)| near.find(word).map(|place| (place, *verb)))
        .min_by_key(|(place, _)| *place)
        .map(|(_, verb)| verb)
}

/// What is said before a row, in its sentence: the last word counts.
fn before(text: &str) -> Option<Verb> {
    let sentence = text.rsplit(ends_sentence).next().unwrap_or_default();
    let near: usize = sentence.char_indices().rev().take(NEAR).last().map_or(0, |(place, _)| place);
    let near = &sentence[near..];
    // 停止执行 before 执行: of two that end together the longer one.
    let ends = |(word, verb): &(&str, Verb)| near.rfind(word).map(|place| (place + word.len(), word.len(), *verb));
    BEFORE.iter().filter_map(ends).max_by_key(|(end, length, _)| (*end, *length)).map(|(.., verb)| verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Citation {
        let mut all = cited(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn title_number_and_articles_are_read() {
        let text =
            "根据《中华人民共和国政府信息公开条例》（国务院令第711号）第三条第二款、第五条之一和第七条至第九条的规定";
        let found = one(text);
        assert_eq!(found.title.as_deref(), Some("中华人民共和国政府信息公开条例"));
        assert_eq!(found.number.as_deref(), Some("国务院令第711号"));
        assert_eq!(found.articles, [(3, 0), (5, 1), (7, 0), (8, 0), (9, 0)]);
        assert_eq!(found.verb, Some(Verb::BasedOn));
        assert!(text[found.start..found.end].ends_with("第九条"), "{}", &text[found.start..found.end]);
    }

    #[test]
    fn a_row_shares_what_is_said_of_it() {
        let verbs = |text: &str| cited(text).into_iter().map(|one| one.verb).collect::<Vec<_>>();
        assert_eq!(verbs("依据《甲法》《乙条例》第三条、第五条制定本办法"), [Some(Verb::BasedOn); 2]);
        assert_eq!(verbs("《甲办法》（青政发〔2019〕3号）、《乙办法》同时废止"), [Some(Verb::Repeals); 2]);
        assert_eq!(
            verbs("根据《甲法》，制定本办法。本办法自公布之日起施行，《乙办法》同时废止。"),
            [Some(Verb::BasedOn), Some(Verb::Repeals)]
        );
        assert_eq!(verbs("对《甲办法》作如下修改"), [Some(Verb::Amends)]);
        assert_eq!(verbs("为贯彻落实《甲意见》，现就有关事项通知如下"), [Some(Verb::Implements)]);
        assert_eq!(verbs("停止执行《甲办法》"), [Some(Verb::Repeals)]);
        assert_eq!(verbs("《甲办法》政策解读"), [Some(Verb::Interprets)]);
        assert_eq!(verbs("会上学习了《甲报告》。"), [None]);
    }

    #[test]
    fn what_is_done_to_the_text_itself_is_read_the_other_way_round() {
        let read = |text: &str| cited(text).into_iter().map(|one| (one.verb, one.passive)).collect::<Vec<_>>();
        for (text, verb) in [
            ("（演示数据。本办法已由《甲办法》废止，保留供查阅。）", Verb::Repeals),
            ("本办法已被《甲办法》（青政发〔2026〕3号）代替。", Verb::Replaces),
            ("本规定被县人民政府印发的《甲办法》废止。", Verb::Repeals),
            ("本通知已为《甲办法》所取代", Verb::Replaces),
            ("本办法第三条已由《甲决定》修改。", Verb::Amends),
            ("本暂行办法自《甲办法》施行之日起废止。", Verb::Repeals),
            ("自《甲办法》施行之日起，本办法同时废止。", Verb::Repeals),
            ("正文。（已由《甲办法》废止）", Verb::Repeals),
            ("【已被《甲办法》代替】", Verb::Replaces),
            ("本办法已由青政发〔2026〕3号文件废止。", Verb::Repeals),
        ] {
            assert_eq!(read(text), [(Some(verb), true)], "{text}");
        }
        assert_eq!(one("本办法第三条、第五条已由《甲决定》修改。").articles, [(3, 0), (5, 0)]);
        assert!(one("本办法已由《甲办法》第九条废止。").articles.is_empty());
        // Of two others this text does nothing to either.
        assert_eq!(read("《甲办法》已由《乙办法》废止。"), [(None, false); 2]);
        assert_eq!(read("该办法已被《乙办法》代替。"), [(None, false)]);
        // What this text does stays so, whoever carries it out.
        for text in [
            "本办法由县住房城乡建设局负责解释，《甲办法》同时废止。",
            "由县司法局对《甲办法》予以废止。",
            "本办法自2026年3月1日起施行，《甲办法》同时废止。",
            "自本办法施行之日起，《甲办法》同时废止。",
            "《甲办法》自本办法施行之日起废止。",
        ] {
            assert_eq!(read(text), [(Some(Verb::Repeals), false)], "{text}");
        }
        assert_eq!(read("依据《甲法》制定，由县政府印发。"), [(Some(Verb::BasedOn), false)]);
    }

    #[test]
    fn a_number_alone_is_a_citation_but_the_own_one_is_not() {
        let found = one("青政发〔2026〕1号\n按照国发〔2019〕5号文件要求");
        assert_eq!((found.title, found.number.as_deref()), (None, Some("国发〔2019〕5号")));
        assert_eq!(found.verb, Some(Verb::BasedOn));
    }

    #[test]
    fn titles_hold_titles_and_what_is_open_is_none() {
        let found = one("废止《关于印发《甲办法》的通知》（青府办发〔2018〕12号）");
        assert_eq!(found.title.as_deref(), Some("关于印发《甲办法》的通知"));
        assert_eq!(found.number.as_deref(), Some("青府办发〔2018〕12号"));
        assert_eq!(found.verb, Some(Verb::Repeals));
        assert!(cited("《没有写完\n的标题").is_empty());
        let named = one("《政府信息公开条例》（以下称条例）第二十条");
        assert_eq!((named.number, named.articles), (None, vec![(20, 0)]));
    }

    #[test]
    fn numbers_are_read_in_both_ways() {
        for (words, number) in
            [("三", 3), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("一百一十", 110), ("711", 711)]
        {
            assert_eq!(numeral(words), Some(number), "{words}");
        }
        assert_eq!((numeral(""), numeral("若干"), numeral("三5")), (None, None, None));
    }
}
