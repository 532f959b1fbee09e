//! Names in the register of organs and accounts: without what prints nothing, and with the characters that people type. What
//! is copied from web pages and PDF files holds zero-width marks, and radicals in place of characters; a name with them is
//! never matched again, and nobody sees why.

/// A text as people type it: marks that print nothing are left out, radicals and compatibility forms become the characters
/// that they look like. Full-width letters and brackets stay as they are.
pub(crate) fn clean(text: &str) -> String {
    let looks_alike = |c: char| matches!(u32::from(c), 0x2e80..=0x2fdf | 0xf900..=0xfaff | 0x2_f800..=0x2_fa1f);
    let typed = |c: char| if looks_alike(c) { fold::character(c) } else { c };
    text.chars().filter(|c| !fold::is_unseen(*c) || *c == '\n').map(typed).collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_cannot_be_seen_is_left_out_and_what_looks_alike_is_typed() {
        assert_eq!(clean("青禾县\u{200b}⺠政局\u{feff}\u{ad}\u{2060}"), "青禾县民政局");
        assert_eq!(clean("县⼈⼒资源局（\u{f90a}）\u{202e}"), "县人力资源局（金）");
        assert_eq!(clean("ＡＢ１（甲）\n乙"), "ＡＢ１（甲）\n乙");
    }
}
