//! Labels in front of owners and terms: `责任单位：`, `牵头单位为`, `【配合单位】`, `完成时限：`.

use super::super::{Role, headings::digit};
use super::{names, roles};

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Owner(Role),
    Term,
    /// 督办单位, 监督单位, 指导单位: an organ that looks after those who answer.
    Watch,
    /// 责任人, 分管领导: not an organ.
    Other,
}

/// A label at the front of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    pub(super) label: Label,
    /// Bytes with its colon or brackets.
    pub(super) length: usize,
    /// It says what stands behind it (`责任单位：`); `责任：` does so only inside brackets.
    pub(super) full: bool,
}

/// Where a label stands: the short and the colonless forms are labels only inside a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Note,
}

const TERMS: [&str; 18] = [
    "完成时限",
    "完成时间",
    "完成期限",
    "完成日期",
    "时限要求",
    "时间要求",
    "时间节点",
    "时间进度",
    "时间安排",
    "办结时限",
    "办理时限",
    "整改时限",
    "整改期限",
    "进度要求",
    "进度安排",
    "工作时限",
    "落实时限",
    "时限",
];

const PARTS: [&str; 46] = [
    "督导", "督查", "牵头", "责任", "配合", "协助", "参与", "主办", "承办", "协办", "落实", "负责", "实施", "整改",
    "督办", "监督", "具体", "主要", "协同", "以及", "及", "和", "与", "、", "/", "县级", "市级", "主体", "主责",
    "办理", "涉及", "协作", "会办", "承接", "支持", "主抓", "第一", "第二", "分管", "直接", "指导", "包联", "包抓",
    "主管", "统筹", "参加",
];

/// Parts that alone say who looks after those who answer: 督办单位, 监督指导部门. With 具体 or 责任 the organ answers itself.
const WATCHING: [&str; 9] = ["督办", "监督", "督导", "督查", "指导", "及", "和", "与", "、"];
const UNITS: [&str; 7] = ["单位", "部门", "机关", "科室", "股室", "处室", "主体"];
const PERSONS: [&str; 19] = [
    "领导",
    "同志",
    "负责人",
    "责任人",
    "人",
    "县领导",
    "市领导",
    "区领导",
    "省领导",
    "州领导",
    "旗领导",
    "镇领导",
    "乡领导",
    "县长",
    "市长",
    "区长",
    "副县长",
    "副市长",
    "副区长",
];

/// Reads a label; its letters may be spaced (`责 任 单 位：`).
pub(super) fn read(text: &str, place: Place) -> Option<Opening> {
    if let Some(inner) = text.strip_prefix(['【', '［', '[', '〔', '（', '(']) {
        // 【牵头单位】县教体局
        let squeezed = Squeezed::of(inner);
        let (label, length, full) = word(&squeezed.word)?;
        let after = &inner[squeezed.in_text(length)..];
        let close = after.chars().next().filter(|c| matches!(c, '】' | '］' | ']' | '〕' | '）' | ')'))?;
        let after = &after[close.len_utf8()..];
        let after = &after[colon(after).unwrap_or(0)..];
        let fits = full && label != Label::Other && (label == Label::Term || name_follows(after));
        return fits.then_some(Opening { label, length: text.len() - after.len(), full });
    }
    let first = text.chars().next()?;
    if !PARTS.iter().chain(&TERMS).any(|word| word.starts_with(first)) {
        return None;
    }
    let squeezed = Squeezed::of(text);
    let (label, length, full) = word(&squeezed.word)?;
    let at = squeezed.in_text(length);
    let rest = &text[at..];
    if let Some(colon) = colon(rest) {
        // 主办：县教体局 begins a line of owners, 责任：要落实 a sentence
        let named = || matches!(label, Label::Owner(_)) && name_follows(&rest[colon..]);
        return (full || place == Place::Note || named()).then_some(Opening { label, length: at + colon, full });
    }
    // two cells of a table below a clause: 完成时限, 6月底前
    if label == Label::Term && rest.starts_with('\t') {
        let cell = rest.trim_start().split(['\t', '\n']).next().unwrap_or_default();
        let gap = rest.len() - rest.trim_start().len();
        let says_when = cell.chars().any(|c| digit(c).is_some()) || cell.contains(['前', '底', '每', '期']);
        return says_when.then_some(Opening { label, length: at + gap, full });
    }
    // 责任人 演示甲
    if label == Label::Other && full && place == Place::Note && rest.starts_with([' ', '\u{3000}', '\t']) {
        return Some(Opening { label, length: at, full });
    }
    if !matches!(label, Label::Owner(_) | Label::Watch) {
        return None;
    }
    let copula = rest.chars().next().filter(|c| matches!(c, '为' | '是')).map_or(0, char::len_utf8);
    let after = &rest[copula..];
    let name = after.trim_start_matches([' ', '\u{3000}', '\t']);
    let gap = after.len() - name.len();
    let bare = match place {
        Place::Note => name.starts_with(['县', '市', '区', '省', '各', '镇', '乡', '全']),
        // 责任单位　县教体局: nothing but names to the end of the line
        Place::Text => gap > 0 && super::begins_with_name(name.split('\n').next().unwrap_or(name)),
    };
    (full && name_follows(name) && (copula > 0 || bare)).then_some(Opening { label, length: at + copula, full })
}

/// A role in a bracket before its name: `（牵头）县教体局`.
pub(super) fn fronts(text: &str) -> Option<Opening> {
    const ROLES: [&str; 8] = ["牵头", "主办", "主责", "责任", "负责", "配合", "协办", "协助"];
    let inner = text.strip_prefix(['（', '(', '【'])?;
    let role = ROLES.iter().find(|role| inner.starts_with(**role))?;
    let after = inner[role.len()..].strip_prefix(['）', ')', '】'])?;
    let (label, _, full) = word(role)?;
    name_follows(after).then_some(Opening { label, length: text.len() - after.len(), full })
}

/// Whether a full label with its colon and an organ's name stand here: that is no prose, wherever it stands.
pub(super) fn names_owner(text: &str) -> bool {
    read(text, Place::Text).is_some_and(|opening| {
        let colon = text[..opening.length].ends_with(['：', ':']);
        opening.full && colon && matches!(opening.label, Label::Owner(_)) && name_follows(&text[opening.length..])
    })
}

/// The words of a label without colon: what it announces, its length, and whether it is a full one.
fn word(text: &str) -> Option<(Label, usize, bool)> {
    if let Some(term) = TERMS.iter().find(|term| text.starts_with(**term)) {
        return Some((Label::Term, term.len(), true));
    }
    let mut rest = text;
    let mut role = Role::Responsible;
    let (mut parts, mut unit) = (0, false);
    let mut watches = true;
    while let Some(part) = PARTS.iter().find(|part| rest.starts_with(**part)) {
        watches &= WATCHING.contains(part);
        match *part {
            "牵头" | "主办" | "主责" | "主抓" => role = Role::Lead,
            "配合" | "协助" | "参与" | "参加" | "协办" | "协同" | "协作" | "会办" | "支持" if role != Role::Lead => {
                role = Role::Support
            }
            _ => {}
        }
        rest = &rest[part.len()..];
        parts += 1;
        // 牵头单位及责任单位
        if let Some(next) = rest.strip_prefix("单位").or_else(|| rest.strip_prefix("部门"))
            && PARTS.iter().any(|part| next.starts_with(*part))
        {
            rest = next;
            unit = true;
        }
    }
    if parts == 0 {
        return None;
    }
    let done = |rest: &str| text.len() - rest.len();
    if let Some(rest) = UNITS.iter().find_map(|unit| rest.strip_prefix(*unit)) {
        let label = if watches { Label::Watch } else { Label::Owner(role) };
        return Some((label, done(rest), true));
    }
    if let Some(rest) = PERSONS.iter().find_map(|person| rest.strip_prefix(*person)) {
        // 责任单位及责任人：县教体局 演示甲
        let label = if unit { Label::Owner(role) } else { Label::Other };
        return Some((label, done(rest), true));
    }
    if watches {
        return Some((Label::Watch, done(rest), false));
    }
    let subject = text.starts_with("责任主体") || text.starts_with("实施主体");
    Some((Label::Owner(role), done(rest), subject))
}

/// The colon at the front, with the spaces before it.
fn colon(text: &str) -> Option<usize> {
    let bare = text.trim_start();
    let mark = bare.chars().next().filter(|c| matches!(c, '：' | ':'))?;
    Some(text.len() - bare.len() + mark.len_utf8())
}

/// Whether an organ's name stands here, to the next mark.
fn name_follows(text: &str) -> bool {
    const LONGEST: usize = 41;
    let text = text.trim_start_matches([' ', '\u{3000}', '\t']);
    let end = text
        .char_indices()
        .take(LONGEST)
        .find(|&(_, c)| super::is_separator(c) || matches!(c, '（' | '(' | '）' | ')' | '【' | '['))
        .map(|(at, _)| at)
        .or_else(|| (text.chars().take(LONGEST + 1).count() <= LONGEST).then_some(text.len()));
    end.is_some_and(|end| names::looks_like_organ(roles::strip_end(&text[..end]).0))
}

/// The first characters of a text without spaces, and where each of them ends in the text.
struct Squeezed {
    word: String,
    /// (bytes of `word`, bytes of the text).
    ends: Vec<(usize, usize)>,
}

impl Squeezed {
    fn of(text: &str) -> Squeezed {
        const LONGEST: usize = 24;
        let mut squeezed = Squeezed { word: String::new(), ends: Vec::new() };
        let front = text.char_indices().take(2 * LONGEST);
        for (at, c) in front.filter(|(_, c)| !matches!(c, ' ' | '\u{3000}' | '\u{a0}')).take(LONGEST) {
            squeezed.word.push(c);
            squeezed.ends.push((squeezed.word.len(), at + c.len_utf8()));
        }
        squeezed
    }

    fn in_text(&self, length: usize) -> usize {
        self.ends.iter().find(|&&(here, _)| here == length).map_or(0, |&(_, there)| there)
    }
}
