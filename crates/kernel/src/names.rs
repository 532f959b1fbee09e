//! Names that people give to people, organs and things: one line, nothing in it that cannot be seen.

/// What is said of a name that is refused for this.
pub const REFUSED: &str = "名称里有换行或看不见的字符。请删去后重新输入，不要从其他程序整段粘贴。";

/// Whether the text holds line ends, control characters, marks of direction or of no width: a name with them looks like another
/// one, or ends a line of a mail or a log.
pub fn unseen(text: &str) -> bool {
    text.chars().any(hides)
}

/// See [`unseen`].
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Most characters of a file's name.
const LONGEST_FILE: usize = 120;

/// The name of an uploaded file, of what a browser sends: the last part of a path, without what cannot stand in a name, what
/// nobody sees (two names would look the same, or a program like a picture), and dots and blanks at its ends.
pub fn of_file(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or(sent);
    let clean: String = last.chars().filter(|c| !hides(*c) && !"<>:\"|?*".contains(*c)).collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    // Cut in the middle, so that the ending stays.
    let all: Vec<char> = clean.chars().collect();
    let clean = match all.len().checked_sub(LONGEST_FILE) {
        None | Some(0) => clean.to_owned(),
        Some(over) => all.iter().take(LONGEST_FILE - 16).chain(all.iter().skip(LONGEST_FILE - 16 + over)).collect(),
    };
    if clean.is_empty() { "附件".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_a_name_and_no_path_and_hides_nothing() {
        for (sent, name) in [
            ("C:\\桌面\\名单.xlsx", "名单.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("甲\u{202e}fdp.exe\r\n", "甲fdp.exe"),
            ("名\u{200b}单\u{2066}.pdf\u{feff}", "名单.pdf"),
            ("名单.pdf . ", "名单.pdf"),
            (".htaccess", "htaccess"),
            ("..", "附件"),
            ("\u{200b}", "附件"),
        ] {
            assert_eq!(of_file(sent), name);
        }
        let long = of_file(&format!("{}.docx", "很".repeat(400)));
        assert_eq!((long.chars().count(), long.ends_with("很.docx")), (LONGEST_FILE, true));
    }

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
