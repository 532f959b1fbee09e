//! Personal numbers in what the public would see (政府信息公开条例 Art. 15): found before it becomes public, and named so that
//! they can be removed.

use text::findings::{Severity, personal_numbers};

/// What is wrong with a text that is about to become public: the masked number and what to do. `None` = nothing.
pub fn objection(text: &str) -> Option<String> {
    let found = personal_numbers("body", text).into_iter().find(|finding| finding.severity == Severity::Block)?;
    Some(format!("“{}”涉及个人隐私，不能公开。{}", found.excerpt, found.suggestion))
}

#[cfg(test)]
mod tests {
    use super::objection;

    #[test]
    fn a_mobile_number_is_named_masked_and_a_telephone_line_is_not() {
        let said = objection("联系人电话 13800138000").expect("an objection");
        assert!(said.contains("138****8000") && !said.contains("13800138000"), "{said}");
        assert_eq!(objection("办公电话 0795-7212345，发文〔2026〕3号"), None);
    }
}
