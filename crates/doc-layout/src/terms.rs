//! From when until when a document holds, as its own sentences say.

use jiff::{ToSpan, civil::Date};

use crate::{
    Act, Field, Found, Layout,
    dates::{self, numeral},
    tail,
    words::Lines,
};

/// Verbs of coming into force.
const BEGINS: [&str; 6] = ["起施行", "起实施", "起执行", "起生效", "起正式施行", "起试行"];

/// Characters of a sentence that a doubt tells.
const SHOWN: usize = 60;
/// How a document names itself.
const ITSELF: [&str; 18] = [
    "本办法",
    "本规定",
    "本条例",
    "本细则",
    "本规则",
    "本通知",
    "本意见",
    "本决定",
    "本通告",
    "本公告",
    "本方案",
    "本措施",
    "本政策",
    "本文件",
    "本规划",
    "本计划",
    "本规范",
    "本标准",
];

/// A term that a sentence sets.
struct Term {
    at: usize,
    years: u32,
    /// The sentence.
    words: String,
}

/// Whether a sentence speaks of the term of the document itself, by what stands before 有效期: its name, or its own beginning in the same
/// sentence (`begun`: in the sentence before). A licence has a term, too, and its law has none.
fn is_own(before: &str, begun: bool) -> bool {
    let clause = before.rsplit(['，', ',', '、', '：']).next().unwrap_or(before);
    let clause = clause.strip_suffix('的').unwrap_or(clause);
    if before.is_empty() {
        return begun;
    }
    if !clause.is_empty() {
        return ITSELF.iter().any(|name| clause.ends_with(name));
    }
    let verbs = ["施行", "实施", "执行", "生效", "试行"];
    let begins = before.find('起').is_some_and(|from| verbs.iter().any(|verb| before[from..].contains(verb)));
    begins || before.trim_end_matches(['，', ',']).ends_with("试行")
}

/// Whether a sentence lets this document begin.
fn is_beginning(sentence: &str) -> bool {
    let own = ITSELF.iter().any(|name| sentence.contains(name)) || sentence.starts_with('自');
    own && BEGINS.iter().any(|verb| sentence.contains(verb))
}

/// Reads the days of coming into force and of the end of validity into the layout.
pub(crate) fn read(lines: &Lines<'_>, from: usize, layout: &mut Layout) {
    let mut begins: Vec<(usize, Date)> = Vec::new();
    let mut ends: Vec<(usize, Date)> = Vec::new();
    let mut term: Option<Term> = None;
    let told = layout.adoptions.iter().filter(|step| step.act == Act::InForce);
    begins.extend(told.map(|step| (step.at, step.on)));
    let noted: Vec<usize> = layout.adoptions.iter().map(|step| step.at).collect();
    let places = (from..lines.count()).filter(|at| !noted.contains(at) && !tail::is_date_line(lines, *at));
    for at in places {
        let mut begun = false;
        for sentence in lines.dense(at).split(['。', '；']) {
            begins.extend(beginning(sentence, layout).map(|on| (at, on)));
            ends.extend(end(sentence, begun).map(|on| (at, on)));
            let words = || sentence.chars().take(SHOWN).collect();
            term = term.or_else(|| years(sentence, begun).map(|years| Term { at, years, words: words() }));
            begun = is_beginning(sentence);
        }
    }
    put_beginning(&begins, layout);
    put_end(&ends, term, layout);
}

/// The day on which a sentence lets this document begin: 本办法自2020年5月1日起施行.
fn beginning(sentence: &str, layout: &Layout) -> Option<Date> {
    let own = |before: &str| before.contains('本') || before.ends_with('自') && before.chars().count() <= 3;
    for seen in dates::in_text(sentence) {
        let (before, behind) = (&sentence[..seen.start], &sentence[seen.end..]);
        let from = before.ends_with('自') || before.ends_with('从') || before.ends_with('于');
        if from && own(before) && BEGINS.iter().any(|verb| behind.starts_with(verb)) {
            return Some(seen.on);
        }
    }
    const MADE: [&str; 5] = ["公布之日", "发布之日", "印发之日", "颁布之日", "下发之日"];
    let at_once = MADE.iter().any(|day| {
        sentence
            .split_once(day)
            .is_some_and(|(before, behind)| own(before) && BEGINS.iter().any(|verb| behind.starts_with(verb)))
    });
    at_once.then(|| layout.written.as_ref().map(|written| written.value)).flatten()
}

/// The last day of validity that a sentence names.
fn end(sentence: &str, begun: bool) -> Option<Date> {
    let (_, behind) = sentence.split_once("有效期").filter(|(before, _)| is_own(before, begun))?;
    for seen in dates::in_text(behind) {
        let before = &behind[..seen.start];
        if ["至", "到", "截至", "截止"].iter().any(|word| before.ends_with(word)) && before.chars().count() <= 30
        {
            return Some(seen.on);
        }
    }
    None
}

/// 有效期五年, 有效期为5年.
fn years(sentence: &str, begun: bool) -> Option<u32> {
    let at = sentence.find("有效期").or_else(|| sentence.find("试行期"));
    let at = at.filter(|at| is_own(&sentence[..*at], begun))?;
    let behind = &sentence[at + "有效期".len()..];
    let behind = behind.trim_start_matches(['为', '是', '限', '：', ':']);
    let (count, _) = behind.split_once('年')?;
    let token: Vec<char> = count.chars().collect();
    numeral(&token).filter(|years| (1..=30).contains(years))
}

fn put_beginning(begins: &[(usize, Date)], layout: &mut Layout) {
    let Some((at, on)) = begins.first().copied() else { return };
    if begins.iter().all(|(_, other)| *other == on) {
        let sure = layout.written.as_ref().is_none_or(|written| written.is_sure() || written.value != on);
        let found = if sure { Found::sure(on, vec![at]) } else { Found::doubtful(on, vec![at]) };
        layout.effective = Some(found);
        return;
    }
    let days = crate::words::each_once(begins.iter().map(|(_, on)| *on));
    let told = days.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
    layout.doubt(Field::Effective, format!("文中有 {} 个施行日期：{told}，请核对。", days.len()));
    layout.effective = Some(Found::doubtful(on, vec![at]));
}

fn put_end(ends: &[(usize, Date)], term: Option<Term>, layout: &mut Layout) {
    if let Some((at, on)) = ends.first().copied() {
        if ends.iter().any(|(_, other)| *other != on) {
            layout.doubt(Field::Expires, format!("文中有几个有效期截止日期，取 {on}，请核对。"));
            layout.expires = Some(Found::doubtful(on, vec![at]));
        } else {
            layout.expires = Some(Found::sure(on, vec![at]));
        }
        return;
    }
    let Some(Term { at, years, words }) = term else { return };
    let from = layout.effective.as_ref().or(layout.written.as_ref()).map(|found| found.value);
    let last = from.and_then(|from| from.checked_add(i64::from(years).years()).ok()?.yesterday().ok());
    let Some(last) = last else {
        layout.doubt(Field::Expires, format!("文中写有效期 {years} 年，没有认出从哪一天起算，请填写截止日期。"));
        return;
    };
    let told = format!("文中写“{words}”，推算到 {last}，请核对这是不是本文件的有效期、从哪一天起算。");
    layout.doubt(Field::Expires, told);
    layout.expires = Some(Found::doubtful(last, vec![at]));
}
