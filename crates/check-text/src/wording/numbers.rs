//! Numbers of documents that are written otherwise than GB/T 9704 has it: 青府办[2026]5号, 青府办〔2026〕第05号.

use doc_number::Form;
use text::findings::Finding;

use crate::places::{digits, found, is_han};

const OPEN: [char; 8] = ['〔', '[', '［', '(', '（', '【', '﹝', '{'];
const CLOSE: [char; 8] = ['〕', ']', '］', ')', '）', '】', '﹞', '}'];
/// What follows 号 where a year and a number are no number of a document: （2024）12号楼.
const NO_NUMBER: &str = "楼门院线车房井机台窗坑矿铺栋桥段点地";

/// Finds them.
pub(super) fn look(part: &str, chars: &[char]) -> Vec<Finding> {
    let mut all = Vec::new();
    for open in 1..chars.len() {
        if OPEN.contains(&chars[open]) && is_han(chars[open - 1]) {
            all.extend(one(part, chars, open));
        }
    }
    all
}

fn one(part: &str, chars: &[char], open: usize) -> Option<Finding> {
    let year = digits(chars, open + 1);
    let mut at = open + 1 + year;
    // 〔2026年〕
    at += usize::from(chars.get(at) == Some(&'年'));
    // 〔26〕5号; in round brackets two digits are any number.
    let short = year == 2 && matches!(chars[open], '〔' | '[' | '［' | '﹝');
    if !(year == 4 || short) || !chars.get(at).is_some_and(|c| CLOSE.contains(c)) {
        return None;
    }
    at += 1;
    at += usize::from(chars.get(at) == Some(&'第'));
    let count = digits(chars, at);
    let end = at + count + 1;
    let other = chars.get(end).is_some_and(|c| NO_NUMBER.contains(*c));
    if count == 0 || chars.get(end - 1) != Some(&'号') || other {
        return None;
    }
    let century = if short { "20" } else { "" };
    let (first, rest) = chars[open..end].split_at(1);
    let written: String = first.iter().chain(&century.chars().collect::<Vec<char>>()).chain(rest).collect();
    // The letters before do not matter for how it is written.
    let right = match doc_number::form(&format!("甲{written}")) {
        Form::Meant(right) => right.trim_start_matches('甲').to_owned(),
        // It has nothing wrong but its year.
        _ if short => written,
        _ => return None,
    };
    let suggestion = format!("发文字号请写作“{right}”：年份用六角括号〔〕，序号不加“第”、不补零。");
    Some(found("wording.doc_number", part, chars, (open, end), suggestion, Some(right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_one_way() {
        let said = |text: &str| {
            let chars: Vec<char> = text.chars().collect();
            look("", &chars).into_iter().filter_map(|one| one.replacement).collect::<Vec<_>>()
        };
        assert_eq!(
            said("青府办[2026]5号、青府办发〔2026〕第05号、青政（2026）12号"),
            ["〔2026〕5号", "〔2026〕5号", "〔2026〕12号"]
        );
        assert_eq!(said("青府办〔26〕第5号、青府办〔26〕5号"), ["〔2026〕5号", "〔2026〕5号"]);
        for text in ["青府办发〔2026〕5号", "小区（2024）12号楼", "（2026）演0000民初12号", "第12号令", "表（26）5号"]
        {
            assert_eq!(said(text), Vec::<String>::new(), "{text}");
        }
    }
}
