//! Personal numbers in what somebody writes to an organ: told before it is sent, masked where a case is named in lists.

use text::findings::{Finding, Severity, personal_numbers};

/// The first identity number or bank card in the words, masked; `None` = there is none. A telephone number is none of these: it
/// may be what a request is about.
pub fn number_in(words: &str) -> Option<String> {
    personal_numbers("", words).into_iter().find(is_told).map(|one| one.excerpt)
}

/// The words with every personal number masked, telephones too.
pub fn masked(words: &str) -> String {
    covered(words, |_| true)
}

/// The words with identity numbers and bank cards masked; telephones stay, by which whoever handles it asks.
pub fn without_numbers(words: &str) -> String {
    covered(words, is_told)
}

fn is_told(one: &Finding) -> bool {
    one.severity == Severity::Block && one.rule != "privacy.mobile"
}

fn covered(words: &str, which: fn(&Finding) -> bool) -> String {
    let letters: Vec<char> = words.chars().collect();
    let mut shown = String::with_capacity(words.len());
    let mut at = 0;
    for one in personal_numbers("", words).into_iter().filter(which) {
        if one.start < at || one.end < one.start || one.end > letters.len() {
            continue;
        }
        shown.extend(&letters[at..one.start]);
        shown.push_str(&one.excerpt);
        at = one.end;
    }
    shown.extend(&letters[at..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_nobody_by_number() {
        let typed = "我要11010519491231002X的低保档案，电话13800138000";
        let shown = masked(typed);
        assert!(!shown.contains("19491231") && !shown.contains("13800138000"), "{shown}");
        assert!(shown.starts_with("我要") && shown.contains("的低保档案"), "{shown}");
        assert_eq!(masked("青府办发〔2025〕3号"), "青府办发〔2025〕3号");
    }

    #[test]
    fn whoever_handles_it_reads_the_telephone_and_no_identity_number() {
        let shown = without_numbers("证号11010519491231002X，电话13800138000");
        assert!(!shown.contains("19491231") && shown.ends_with("，电话13800138000"), "{shown}");
    }

    #[test]
    fn an_identity_number_is_told_and_a_telephone_is_not() {
        let told = number_in("我要11010519491231002X的低保档案").expect("a number");
        assert!(!told.contains("19491231"), "{told}");
        assert_eq!(number_in("热线 12345，电话 13800138000 反映的事"), None);
        assert_eq!(number_in("2025 年城关镇老旧小区改造项目验收报告"), None);
    }
}
