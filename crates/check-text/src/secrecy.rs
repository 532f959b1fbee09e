//! Marks that say of a text that it is not for the public: a level of secrecy with its time (GB/T 9704 7.2.2), 此件不公开 and its like in
//! the place of notes, 内部资料. They count where they are a line of their own or stand in brackets; who speaks of secrets is not one.

use text::findings::{Finding, Severity};

use crate::places::found;

/// Levels of secrecy (保守国家秘密法 Art. 14).
const LEVELS: [&str; 3] = ["绝密", "机密", "秘密"];
/// What a text says of itself that stays inside.
const CLOSED: [&str; 6] = ["此件不公开", "此件不予公开", "此件不得公开", "本件不公开", "本文不公开", "此文不公开"];
/// What it says that goes out to those who ask, or not as a whole.
const PARTLY: [&str; 4] = ["此件依申请公开", "本件依申请公开", "此件删减后公开", "此件部分公开"];
/// What stands before the way in which it is made public.
const WAYS: [&str; 6] = ["公开属性", "公开方式", "公开类别", "公开选项", "信息公开选项", "主动公开选项"];
/// Marks of what goes from hand to hand, without signs between.
const INSIDE: [&str; 11] = [
    "内部资料",
    "内部资料注意保存",
    "内部资料请勿外传",
    "内部资料不得外传",
    "内部资料严禁外传",
    "内部文件",
    "内部文件不得外传",
    "内部使用",
    "仅供内部使用",
    "内部传阅",
    "不得外传",
];
/// Characters of a mark at the most.
const LONGEST: usize = 24;

/// How heavy a mark is; `None` = it is none.
fn mark(words: &str) -> Option<Severity> {
    let bare: String = words.chars().filter(|c| c.is_alphanumeric()).collect();
    let signed = |rest: &str| rest.starts_with(['★', '☆', '*', '▲']);
    let lasts = |rest: &str| rest.chars().count() <= 4 && rest.ends_with(['年', '月']) || rest == "长期";
    if let Some(rest) = words.strip_prefix("密级").map(|rest| rest.trim_start_matches(':')) {
        return ["绝密", "机密", "秘密", "工作秘密"]
            .iter()
            .any(|level| rest.starts_with(level))
            .then_some(Severity::Block);
    }
    let inner = words.trim_start_matches(['★', '☆']);
    if let Some(rest) = LEVELS.iter().find_map(|level| inner.strip_prefix(level)) {
        if signed(rest) || lasts(rest) || (rest.is_empty() && inner.len() < words.len()) {
            return Some(Severity::Block);
        }
        return rest.is_empty().then_some(Severity::Warn);
    }
    if bare == "工作秘密" || CLOSED.iter().any(|one| words.starts_with(one)) {
        return Some(Severity::Block);
    }
    if INSIDE.contains(&bare.as_str()) || PARTLY.iter().any(|one| words.starts_with(one)) {
        return Some(Severity::Warn);
    }
    let way = WAYS.iter().find_map(|way| words.strip_prefix(way)?.strip_prefix(':'))?;
    match way {
        way if way.starts_with("不予公开") || way.starts_with("不公开") => Some(Severity::Block),
        way if way.starts_with("依申请公开") => Some(Severity::Warn),
        _ => None,
    }
}

/// Finds them.
pub(crate) fn look(part: &str, chars: &[char]) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut from = 0;
    for line in chars.split(|c| *c == '\n') {
        let start = from;
        from += line.len() + 1;
        // Cells of a list tell of other texts.
        if line.contains(&'\t') {
            continue;
        }
        let mut places = vec![(0, line.len())];
        for (open, _) in line.iter().enumerate().filter(|(_, c)| matches!(c, '（' | '(' | '【')) {
            let length = line[open + 1..].iter().take(LONGEST + 1).position(|c| matches!(c, '）' | ')' | '】'));
            places.extend(length.map(|length| (open, open + length + 2)));
        }
        // A line that is one bracket is told once.
        let told = places.into_iter().find_map(|(first, end)| {
            let words = bare(&line[first..end])?;
            Some((first, end, mark(&words)?))
        });
        let Some((first, end, severity)) = told else { continue };
        let blank = line[first..end].iter().take_while(|c| c.is_whitespace()).count();
        let behind = line[first..end].iter().rev().take_while(|c| c.is_whitespace()).count();
        let place = (start + first + blank, start + end - behind);
        let suggestion = match severity {
            Severity::Block => {
                "文中写明涉密或者不公开。涉及国家秘密、工作秘密的不得公开，也不得在本系统办理；不是的，请删去这一标记并请保密审查员核对依据。"
            }
            _ => "文中写明内部使用、依申请公开或者部分公开。请核对公开属性；可以主动公开的，请删去这一标记。",
        };
        let one = found("privacy.secret", part, chars, place, suggestion.to_owned(), None);
        all.push(Finding { severity, ..one });
    }
    all
}

/// A line without blanks and the brackets around it; `None` = it is longer than any mark.
fn bare(line: &[char]) -> Option<String> {
    if line.len() > 4 * LONGEST {
        return None;
    }
    let dense: String =
        line.iter().map(|c| fold::character(*c)).filter(|c| !c.is_whitespace() && !fold::is_unseen(*c)).collect();
    let words = dense.trim_matches(['(', ')', '【', '】', '[', ']', '〔', '〕', '。']).to_owned();
    (!words.is_empty() && words.chars().count() <= LONGEST).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, Severity)> {
        let chars: Vec<char> = text.chars().collect();
        look("", &chars).into_iter().map(|one| (one.excerpt, one.severity)).collect()
    }

    #[test]
    fn marks_are_told_wherever_they_stand() {
        for (text, excerpt, severity) in [
            ("关于甲的通知\n正文。\n（此件不公开）", "（此件不公开）", Severity::Block),
            ("正文。（此件不公开）\n附件", "（此件不公开）", Severity::Block),
            ("机密★10年\n关于甲的通知", "机密★10年", Severity::Block),
            ("正文\n绝密★长期", "绝密★长期", Severity::Block),
            ("【秘密】", "【秘密】", Severity::Warn),
            ("★秘密", "★秘密", Severity::Block),
            ("密级：秘密", "密级：秘密", Severity::Block),
            ("工作秘密", "工作秘密", Severity::Block),
            ("公开方式：不予公开", "公开方式：不予公开", Severity::Block),
            ("　　内部资料　注意保存", "内部资料　注意保存", Severity::Warn),
            ("此件依申请公开", "此件依申请公开", Severity::Warn),
            ("公开属性:依申请公开", "公开属性:依申请公开", Severity::Warn),
        ] {
            assert_eq!(said(text), [(excerpt.to_owned(), severity)], "{text}");
        }
    }

    #[test]
    fn who_speaks_of_secrets_is_not_told() {
        for text in [
            "涉及国家秘密、工作秘密的，不得公开。",
            "秘密级文件的保管，由各单位负责。",
            "（此件公开发布）",
            "公开方式：主动公开",
            "内部资料性出版物管理办法",
            "序号\t密级\n1\t秘密",
            "机密文件的管理办法",
        ] {
            assert_eq!(said(text), [], "{text}");
        }
    }
}
