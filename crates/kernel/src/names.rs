//! Names that people give to people, organs and things: one line, nothing in it that cannot be seen.

/// What is said of a name that is refused for this.
pub const REFUSED: &str = "名称里有换行或看不见的字符。请删去后重新输入，不要从其他程序整段粘贴。";

/// Whether the text holds line ends, control characters, marks of direction or of no width: a name with them looks like another
/// one, or ends a line of a mail or a log.
pub fn unseen(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    })
}

#[cfg(test)]
mod tests {
    use super::unseen;

    #[test]
    fn what_cannot_be_seen_is_found_and_names_are_not() {
        for bad in
            ["张三\r\nBcc: x", "张\u{200b}三", "张三\t", "\u{202e}三张", "张三\u{feff}", "a\u{85}b", "a\u{2028}b"]
        {
            assert!(unseen(bad), "{bad:?}");
        }
        for good in ["张三", "阿依古丽·买买提", "Li Ming", "县政府办（公开科）", "𠮷田"] {
            assert!(!unseen(good), "{good}");
        }
    }
}
