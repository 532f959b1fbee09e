//! Which row of chapter three some words are, however they are numbered and abbreviated.

use crate::form::GROUPS;

/// Words by which a row is known, with its key; the first that fits counts. Words that hold others stand before them.
const WORDS: [(&str, &str); 21] = [
    ("本年新收", "1"),
    ("上年结转", "2"),
    ("部分公开", "3.2"),
    ("予以公开", "3.1"),
    ("国家秘密", "3.3.1"),
    ("其他法律", "3.3.2"),
    ("三安全一稳定", "3.3.3"),
    ("第三方合法权益", "3.3.4"),
    ("内部事务", "3.3.5"),
    ("过程性信息", "3.3.6"),
    ("执法案卷", "3.3.7"),
    ("行政查询", "3.3.8"),
    ("不掌握", "3.4.1"),
    ("没有现成", "3.4.2"),
    ("补正后", "3.4.3"),
    ("信访", "3.5.1"),
    ("大量反复", "3.5.4"),
    ("重复申请", "3.5.2"),
    ("公开出版物", "3.5.3"),
    ("重新出具", "3.5.5"),
    ("结转下年", "4"),
];

/// The key of the row whose labels these are, from the outermost to its own; `None` where no official row is meant. `group` is
/// the key of the group that was met last, and is set where one is met now.
pub fn recognise(labels: &[&str], group: &mut &'static str) -> Option<&'static str> {
    let found = |label: &str| {
        let text: String = label.chars().filter(|c| !c.is_whitespace()).collect();
        GROUPS.iter().find(|(_, name)| text.contains(&name[name.len().saturating_sub(12)..])).map(|(key, _)| *key)
    };
    for label in labels {
        if let Some(key) = found(label) {
            *group = key;
        }
    }
    let last: String = labels.last()?.chars().filter(|c| !c.is_whitespace()).collect();
    if last.starts_with("其中") || last.ends_with("小计") {
        return None;
    }
    if let Some(key) = found(&last) {
        return Some(key);
    }
    // Rows of （六） say 不再处理其政府信息公开申请, which others do too: their own words first.
    if last.contains("不补正") {
        return Some("3.6.1");
    }
    if last.contains("缴纳费用") || last.contains("不缴费") || last.contains("收费通知") {
        return Some("3.6.2");
    }
    if let Some((_, key)) = WORDS.iter().find(|(words, _)| last.contains(words)) {
        return Some(key);
    }
    if last.ends_with("总计") || last.ends_with("合计") {
        return Some("3.7");
    }
    let bare = last.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | '．'));
    (*group == "3.6" && bare == "其他").then_some("3.6.3")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{self, Edition};

    #[test]
    fn every_official_row_is_known_by_its_words() {
        for edition in Edition::ALL {
            let mut group = "";
            for line in form::requests(edition) {
                let labels: Vec<&str> =
                    if line.group.is_empty() { vec![line.label] } else { vec![line.group, line.label] };
                assert_eq!(recognise(&labels, &mut group), Some(line.key), "{}", line.label);
            }
        }
        let mut group = "3.3";
        assert_eq!(recognise(&["9.属于工作秘密"], &mut group), None);
        assert_eq!(recognise(&["1.逾期不补正"], &mut group), Some("3.6.1"));
        assert_eq!(recognise(&["（六）其他处理", "3.其他"], &mut group), Some("3.6.3"));
        assert_eq!(recognise(&["其中：予以公开"], &mut group), None);
    }
}
