//! Lines that stand over others: by the number of official documents before them, or by how they look.

/// Whether a line begins with a number of official documents (`一、`, `（一）`, `1.`, `第一条`) or an indent.
pub(crate) fn begins_item(line: &str) -> bool {
    if line.starts_with(['\u{3000}', ' ']) {
        return true;
    }
    let rest = line.trim_start_matches(['（', '(', '第']);
    let number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十百〇零".contains(c);
    let after = rest.trim_start_matches(number);
    let counted = after.len() < rest.len();
    counted && after.starts_with(['、', '）', ')', '.', '．', '条', '章', '节'])
}

/// The headings among the lines of a text that have no number of their own; merely bold lines only where nothing has one.
pub(crate) fn unnumbered(text: &str, found: Vec<(usize, u8)>) -> Vec<(usize, u8)> {
    const BOLD: u8 = 6;
    if found.is_empty() {
        return found;
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let counted = lines.iter().any(|line| begins_item(line.trim()));
    let styled = found.iter().any(|(_, level)| *level < BOLD);
    let keeps = |(line, level): &(usize, u8)| {
        let numbered = lines.get(*line).is_none_or(|line| begins_item(line.trim()));
        !numbered && (*level < BOLD || !(counted || styled))
    };
    found.into_iter().filter(keeps).collect()
}
