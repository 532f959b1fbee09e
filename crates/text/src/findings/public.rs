//! The gate of short texts that become public without a review of their own: the register of organs, columns, notices, notes.

use super::{Severity, personal_numbers};

/// What is wrong with a text that is about to become public: the masked number and what to do. `None` = nothing.
///
/// What blocks here stops the write; there is nobody who could let it through. 政府信息公开条例 Art. 15.
pub fn objection(text: &str) -> Option<String> {
    let found = personal_numbers("body", text).into_iter().find(|finding| finding.severity == Severity::Block)?;
    Some(format!("“{}”涉及个人隐私，不能公开。{}", found.excerpt, found.suggestion))
}

/// The same for the fields of a form or the columns of a table: the name of each field as people read it, and its text. Gives
/// the key of each field that must be corrected, with a sentence that names the field.
pub fn objections<'a>(
    fields: impl IntoIterator<Item = (&'static str, &'static str, &'a str)>,
) -> Vec<(&'static str, String)> {
    let one = |(key, label, text)| Some((key, format!("请修改“{label}”，公众会看到：{}", objection(text)?)));
    fields.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_named_masked_and_a_telephone_line_is_not() {
        let said = objection("联系人电话 13800138000").expect("an objection");
        assert!(said.contains("138****8000") && !said.contains("13800138000"), "{said}");
        assert_eq!(objection("办公电话 0795-7212345，发文〔2026〕3号"), None);
    }

    #[test]
    fn each_field_is_named() {
        let said = objections([("phone", "电话", "13800138000"), ("hours", "办公时间", "8:30-12:00")]);
        assert_eq!(said.len(), 1);
        assert!(said[0].0 == "phone" && said[0].1.contains("“电话”"), "{said:?}");
    }
}
