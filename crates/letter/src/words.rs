//! Texts as they may stand on paper.

/// A text without what has no shape, and without marks that turn the direction of reading: what is read is what stands there.
/// Breaks of lines stay, other blanks are blanks.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' | '\u{a0}' => out.push(' '),
            c if c.is_control() || is_shapeless(c) => {}
            c => out.push(c),
        }
    }
    out
}

fn is_shapeless(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// The paragraphs of a text: its lines that are not blank.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<String> =
        shown(text).split('\n').map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    lines.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_shape_goes_and_nothing_is_turned_around() {
        assert_eq!(shown("甲\u{202e}乙\u{200b}\tA\u{1}\r\n丙\u{ffff}\u{fe0f}"), "甲乙 A\n丙\u{fe0f}");
        assert_eq!(paragraphs(" 一 \n\n二\u{2028}三\n").collect::<Vec<_>>(), ["一", "二", "三"]);
    }
}
