//! Marks by which a text says that it is not meant for the public: 密级 and its term, 附注 (此件不公开), 公开属性 in the print
//! line, 内部资料 on the first page. They stand wherever printers put them: above the title, below the signature, in the last line.
//! Sentences that speak of secrets are none, and neither is what stands between quotation marks.

use std::ops::Range;

/// What a mark says, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closed {
    /// 绝密, 机密, 秘密, 工作秘密.
    Secret,
    /// 不予公开, 此件不公开, 不得外传: whoever issued it has decided so.
    Withheld,
    /// 依申请公开: for whoever asks.
    OnRequest,
    /// 内部资料, 注意保存: for those inside.
    Internal,
}

impl Closed {
    /// Whether such a text must not come in or go out as it stands; the rest is a question to a person.
    pub fn bars(self) -> bool {
        matches!(self, Self::Secret | Self::Withheld)
    }
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub closed: Closed,
    /// As it is written, without blanks.
    pub words: String,
    /// Its line, from 0.
    pub line: usize,
    /// Its characters in that line, counted from 0, the end not among them.
    pub place: Range<usize>,
    /// `false`: a bare 秘密 that is all there is, as in a cell of a table.
    pub certain: bool,
}

const LEVELS: [&str; 3] = ["绝密", "机密", "秘密"];
const STARS: [char; 9] = ['★', '☆', '*', '＊', '▲', '△', '✩', '✭', '⭐'];
const OPEN: [char; 8] = ['（', '(', '【', '[', '［', '〔', '<', '〈'];
const CLOSE: [char; 8] = ['）', ')', '】', ']', '］', '〕', '>', '〉'];
/// Before a mark that is spoken of and not set.
const QUOTES: [char; 8] = ['“', '‘', '「', '『', '"', '\'', '《', '〈'];
const PAUSES: [char; 12] = ['，', ',', '；', ';', '、', '·', '。', '.', '！', '!', '：', ':'];
/// Characters of a line that is a mark, or names it beside other marks.
const SHORT: usize = 60;
/// Lines with words at the beginning among which marks stand, and at the end.
const HEAD: usize = 6;
const TAIL: usize = 8;

/// What says alone that a text is not for everybody.
const ALONE: [(&str, Closed); 34] = [
    ("不公开", Closed::Withheld),
    ("不予公开", Closed::Withheld),
    ("暂不公开", Closed::Withheld),
    ("不宜公开", Closed::Withheld),
    ("不得公开", Closed::Withheld),
    ("不作公开", Closed::Withheld),
    ("禁止公开", Closed::Withheld),
    ("免予公开", Closed::Withheld),
    ("非公开", Closed::Withheld),
    ("不对外公开", Closed::Withheld),
    ("不向社会公开", Closed::Withheld),
    ("不对社会公开", Closed::Withheld),
    ("不上网", Closed::Withheld),
    ("不得外传", Closed::Withheld),
    ("严禁外传", Closed::Withheld),
    ("请勿外传", Closed::Withheld),
    ("切勿外传", Closed::Withheld),
    ("依申请公开", Closed::OnRequest),
    ("删减后公开", Closed::OnRequest),
    ("部分公开", Closed::OnRequest),
    ("内部使用", Closed::Internal),
    ("内部文件", Closed::Internal),
    ("内部资料", Closed::Internal),
    ("内部材料", Closed::Internal),
    ("内部刊物", Closed::Internal),
    ("内部传阅", Closed::Internal),
    ("内部参考", Closed::Internal),
    ("内部掌握", Closed::Internal),
    ("仅供内部使用", Closed::Internal),
    ("仅供内部参考", Closed::Internal),
    ("仅限内部使用", Closed::Internal),
    ("注意保存", Closed::Internal),
    ("注意保密", Closed::Internal),
    ("请注意保密", Closed::Internal),
];

/// Where a line stands among the others.
#[derive(Clone, Copy)]
struct Stand {
    /// Among the first or last.
    edge: bool,
    /// There is no other.
    only: bool,
}

/// The marks of a text, one at most of a line.
pub fn marks(lines: &[&str]) -> Vec<Mark> {
    const SIGNS: [char; 5] = ['密', '公', '内', '传', '保'];
    let with_words: Vec<usize> = (0..lines.len()).filter(|at| !lines[*at].trim().is_empty()).collect();
    let mut found = Vec::new();
    for (nth, at) in with_words.iter().copied().enumerate() {
        let line = lines[at];
        if !line.contains(SIGNS) && !line.contains("不上") {
            continue;
        }
        let kept = || line.chars().enumerate().filter(|(_, c)| !c.is_whitespace() && !fold::is_unseen(*c));
        let words: String = kept().map(|(_, c)| c).collect();
        let stand = Stand { edge: nth < HEAD || nth + TAIL >= with_words.len(), only: with_words.len() == 1 };
        let Some((closed, range, certain)) = look(&words, stand) else { continue };
        let (first, count) = (words[..range.start].chars().count(), words[range.clone()].chars().count());
        let mut places = kept().map(|(place, _)| place).skip(first).take(count);
        let start = places.next().unwrap_or(0);
        let end = places.last().unwrap_or(start) + 1;
        found.push(Mark { closed, words: words[range].to_owned(), line: at, place: start..end, certain });
    }
    found
}

/// The mark in the words of a line, with its bytes and whether it is certain.
fn look(words: &str, stand: Stand) -> Option<(Closed, Range<usize>, bool)> {
    let whole = 0..words.len();
    if words.chars().count() <= SHORT {
        if let Some(range) = starred(words) {
            return Some((Closed::Secret, range, true));
        }
        if let Some(end) = bracketed_level(words) {
            return Some((Closed::Secret, 0..end, true));
        }
        let bare = bare(words);
        if let Some(named) = level(bare).filter(|named| *named || stand.edge) {
            return Some((Closed::Secret, whole, named || !stand.only));
        }
        // A line that is nothing but 不予公开 may head a row of a report, and a cell may say so of something else.
        let told = labelled(bare)
            .filter(|closed| closed.bars() || stand.edge)
            .or_else(|| alone(bare).filter(|closed| stand.edge && (!stand.only || of_paper(bare, *closed))))
            .or_else(|| beside(bare));
        if let Some(closed) = told {
            return Some((closed, whole, true));
        }
    }
    said(words)
}

/// Whether this is said of a paper and of nothing that a table may list.
fn of_paper(words: &str, closed: Closed) -> bool {
    closed == Closed::Internal || words.contains("外传")
}

/// Without brackets around it, 份号 and 紧急程度.
fn bare(words: &str) -> &str {
    const BESIDE: [&str; 6] = ["特急", "加急", "平急", "特提", "急件", "急"];
    let mut rest = words;
    loop {
        let before = rest.len();
        if let Some(inside) = rest.strip_prefix(OPEN).and_then(|inside| inside.strip_suffix(CLOSE)) {
            rest = inside;
        }
        for word in BESIDE {
            rest = rest.strip_suffix(word).unwrap_or(rest);
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 6 {
            rest = &rest[count..];
        }
        if rest.len() == before {
            return rest;
        }
    }
}

/// 机密★1年, wherever it stands in a short line.
fn starred(words: &str) -> Option<Range<usize>> {
    for level in LEVELS {
        for (at, _) in words.match_indices(level) {
            let behind = at + level.len();
            let rest = words[behind..].strip_prefix('级').unwrap_or(&words[behind..]);
            if !rest.starts_with(STARS) || words[..at].ends_with(QUOTES) {
                continue;
            }
            let term = rest.trim_start_matches(STARS);
            let term = &term[term.find(|c: char| !is_of_term(c)).unwrap_or(term.len())..];
            return Some(at..words.len() - term.len());
        }
    }
    None
}

/// A level in brackets before a title: the byte behind it.
fn bracketed_level(words: &str) -> Option<usize> {
    let inside = words.strip_prefix(OPEN)?;
    let close = inside.find(CLOSE)?;
    level(&inside[..close])?;
    let bracket = inside[close..].chars().next().map_or(0, char::len_utf8);
    Some(words.len() - inside.len() + close + bracket)
}

/// Whether these words are a level and nothing else: `true` when they say themselves that they are one, by 密级： or a term.
fn level(words: &str) -> Option<bool> {
    const LABELS: [&str; 7] =
        ["密级和保密期限", "密级及保密期限", "密级标识", "保密等级", "保密级别", "涉密等级", "密级"];
    let rest = words.trim_start_matches(STARS);
    let label = LABELS.iter().find(|label| rest.starts_with(**label));
    let rest =
        label.map_or(rest, |label| &rest[label.len()..]).trim_start_matches([':', '：']).trim_start_matches(OPEN);
    let rest = rest.trim_start_matches(STARS);
    let (name, plain) = match rest.strip_prefix("工作秘密") {
        Some(behind) => (behind, false),
        None => (LEVELS.iter().find_map(|level| rest.strip_prefix(level))?, true),
    };
    let term = name.strip_prefix('级').unwrap_or(name).trim_start_matches(STARS).trim_end_matches(CLOSE);
    let fits = term.chars().count() <= 8 && term.chars().all(is_of_term);
    fits.then_some(label.is_some() || !plain || !term.is_empty() || words.starts_with(STARS))
}

/// 1年, 6个月, 长期, 启封前.
fn is_of_term(c: char) -> bool {
    c.is_numeric() || "年个月日天长期一二三四五六七八九十启封解密前".contains(c)
}

/// 公开属性：不予公开, and the same with boxes to tick.
fn labelled(words: &str) -> Option<Closed> {
    const OF: [&str; 9] = ["属性", "方式", "选项", "类别", "类型", "形式", "范围", "性质", "与否"];
    for (at, label) in words.match_indices("公开") {
        let rest = &words[at + label.len()..];
        let Some(rest) = OF.iter().find_map(|of| rest.strip_prefix(of)) else { continue };
        let value = rest.trim_start_matches([':', '：']);
        let begins = ["", "信息", "政府信息"].contains(&&words[..at]);
        let told = if value.len() < rest.len() {
            ticked(value).or_else(|| begun(value))
        } else if begins {
            ticked(value).or_else(|| alone(value))
        } else {
            None
        };
        if told.is_some() {
            return told;
        }
    }
    None
}

/// A value that begins so, and offers nothing else.
fn begun(value: &str) -> Option<Closed> {
    let (words, closed) = longest(value)?;
    let next = value[words.len()..].chars().next();
    (!next.is_some_and(char::is_alphanumeric) && !value.contains("主动公开")).then_some(closed)
}

/// The option that is ticked: the box stands before its words, or behind them.
fn ticked(value: &str) -> Option<Closed> {
    const TICKED: [char; 7] = ['☑', '☒', '√', '✓', '✔', '■', '●'];
    const EMPTY: [char; 4] = ['□', '☐', '○', '◯'];
    let is_box = |c: char| TICKED.contains(&c) || EMPTY.contains(&c);
    let at = value.find(TICKED)?;
    let option = if value.starts_with(is_box) {
        value[at..].trim_start_matches(is_box).split(is_box).next()
    } else {
        value[..at].trim_end_matches(is_box).rsplit(is_box).next()
    };
    option.and_then(|option| longest(option.trim_matches(PAUSES))).map(|(_, closed)| closed)
}

/// The longest of [`ALONE`] with which these words begin.
fn longest(words: &str) -> Option<(&'static str, Closed)> {
    ALONE.into_iter().filter(|(alone, _)| words.starts_with(alone)).max_by_key(|(alone, _)| alone.len())
}

/// Words that say nothing else: 内部资料，注意保存.
fn alone(words: &str) -> Option<Closed> {
    let (mut rest, mut found) = (words, None::<Closed>);
    while !rest.is_empty() {
        let (taken, closed) = longest(rest)?;
        found = Some(found.map_or(closed, |before| before.min(closed)));
        rest = rest[taken.len()..].trim_start_matches(PAUSES);
    }
    found
}

/// At the end of a print line: 2026年3月6日印发　不予公开.
fn beside(words: &str) -> Option<Closed> {
    let (_, behind) = words.rsplit_once("印发")?;
    if behind.is_empty() { None } else { alone(behind.trim_matches(PAUSES).trim_matches(OPEN).trim_matches(CLOSE)) }
}

/// 此件不公开, at the beginning of a line, a bracket or a part of a sentence.
fn said(words: &str) -> Option<(Closed, Range<usize>, bool)> {
    const OF: [&str; 10] = ["此件", "本件", "该件", "此文件", "本文件", "该文件", "此文", "本资料", "本材料", "此材料"];
    const ENDS: [char; 13] = ['）', ')', '】', ']', '。', '；', ';', '，', ',', '！', '!', '：', '、'];
    const LONGEST: usize = 16;
    for of in OF {
        for (at, _) in words.match_indices(of) {
            let begins = |c: char| OPEN.contains(&c) || ENDS.contains(&c);
            if words[..at].chars().next_back().is_some_and(|c| !begins(c)) {
                continue;
            }
            let rest = &words[at + of.len()..];
            let piece = &rest[..rest.find(ENDS).unwrap_or(rest.len())];
            if piece.chars().count() > LONGEST {
                continue;
            }
            if let Some(closed) = refused(piece) {
                return Some((closed, at..at + of.len() + piece.len(), true));
            }
        }
    }
    None
}

/// What is said of the text: 仅供内部使用, 依法不予公开, 不公开发布.
fn refused(piece: &str) -> Option<Closed> {
    const BEHIND: [&str; 7] = ["", "发布", "发表", "刊登", "传播", "文件", "的文件"];
    const BEFORE: usize = 6;
    let fits = |at: usize, words: &str| {
        let (before, behind) = (&piece[..at], &piece[at + words.len()..]);
        before.chars().count() <= BEFORE && !before.contains(['不', '非', '未']) && BEHIND.contains(&behind)
    };
    let told = ALONE.into_iter().filter(|(words, _)| piece.find(words).is_some_and(|at| fits(at, words)));
    told.map(|(_, closed)| closed).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(Closed, String)> {
        let lines: Vec<&str> = text.lines().collect();
        marks(&lines).into_iter().map(|mark| (mark.closed, mark.words)).collect()
    }

    /// A text with this line at its end, as GB/T 9704 places notes, and at its head.
    fn at_both_ends(line: &str) -> [Option<Closed>; 2] {
        let text = "关于开展检查的通知\n各乡镇：\n请开展检查。\n青禾县公安局\n2024年5月20日";
        let closed = |text: String| of(&text).first().map(|(closed, _)| *closed);
        [closed(format!("{text}\n{line}")), closed(format!("{line}\n{text}"))]
    }

    #[test]
    fn a_mark_is_found_wherever_printers_put_it() {
        use Closed::{Internal, OnRequest, Secret, Withheld};
        for (line, closed) in [
            ("秘密★1年", Secret),
            ("机密", Secret),
            ("绝 密 ★ 长 期", Secret),
            ("工作秘密", Secret),
            ("密级：秘密", Secret),
            ("【秘密】", Secret),
            ("★秘密", Secret),
            ("000012 机密★6个月 特急", Secret),
            ("（此件不公开）", Withheld),
            ("此件不予公开", Withheld),
            ("公开属性：不予公开", Withheld),
            ("信息公开选项：不公开", Withheld),
            ("公开方式：□主动公开 □依申请公开 ☑不予公开", Withheld),
            ("公开属性：主动公开□ 不予公开√", Withheld),
            ("青禾县公安局办公室 2024年5月22日印发 不予公开", Withheld),
            ("内部资料 不得外传", Withheld),
            ("此件依申请公开", OnRequest),
            ("公开方式：依申请公开", OnRequest),
            ("内部使用", Internal),
            ("内部资料　注意保存", Internal),
            ("（此件仅供内部使用）", Internal),
        ] {
            assert_eq!(at_both_ends(line), [Some(closed), Some(closed)], "{line}");
        }
    }

    #[test]
    fn a_text_that_speaks_of_secrets_has_no_mark() {
        for line in [
            "国家秘密的密级分为绝密、机密、秘密三级。",
            "（此件公开发布）",
            "此件主动公开",
            "公开属性：主动公开",
            "公开方式：☑主动公开 □依申请公开 □不予公开",
            "公开方式：主动公开、依申请公开",
            "标注“此件不公开”的文件，不得上网。",
            "标有“机密★5年”的，按规定保管。",
            "涉及国家秘密、商业秘密的，不予公开。",
            "密级：无",
            "二、依申请公开",
            "本文件不公开征求意见的理由",
            "此件不属于内部资料",
            "关于保守工作秘密的规定",
            "（三）不予公开",
            "公开方式：不予公开5件",
            "主动公开情况：不予公开",
        ] {
            assert_eq!(at_both_ends(line), [None, None], "{line}");
        }
    }

    #[test]
    fn a_mark_in_the_midst_is_found_where_it_says_it_is_one() {
        let long = "甲。\n".repeat(20);
        let text = format!("{long}附：县公安局布控方案。（此件不公开）\n{long}机密★1年\n{long}依申请公开\n{long}");
        assert_eq!(of(&text).into_iter().map(|(_, words)| words).collect::<Vec<_>>(), ["此件不公开", "机密★1年"]);
        // What is all there is may be a cell of a table.
        let certain = |text: &str| marks(&[text]).into_iter().map(|mark| mark.certain).collect::<Vec<_>>();
        assert_eq!((certain("秘密"), certain("不公开"), certain("秘密★1年")), (vec![false], vec![], vec![true]));
    }

    #[test]
    fn the_place_of_a_mark_is_told_in_characters() {
        let found = marks(&["　　（此 件不公开）联系人"]);
        assert_eq!(found[0].place, 3..9);
    }
}
