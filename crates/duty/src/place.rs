//! Where a duty stands, in words.

/// The label of a place before what stands there: `一（三）提升能力`. A bracket or mark of full width brings its own room, so no blank
/// stands behind it; behind other labels (`第3项`, `2.1`) one does.
pub fn headed(label: &str, words: &str) -> String {
    let closed = label.is_empty() || label.ends_with(['）', '、', '】', '〕', '》', '：', '，']);
    format!("{label}{}{words}", if closed || words.is_empty() { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::headed;

    #[test]
    fn full_width_marks_bring_their_own_room() {
        for (label, words, shown) in [
            ("一（三）", "提升能力", "一（三）提升能力"),
            ("一、", "总则", "一、总则"),
            ("3.", "提升能力", "3. 提升能力"),
            ("第3项", "提升能力", "第3项 提升能力"),
            ("", "提升能力", "提升能力"),
            ("一（三）", "", "一（三）"),
        ] {
            assert_eq!(headed(label, words), shown);
        }
    }
}
