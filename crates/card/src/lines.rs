//! A title in lines: broken where words end, no sign where it must not stand (GB/T 15834 5.1), lines about equally long.

/// Signs that begin no line.
const CLOSING: &str = "，。、；：？！）》〉」』】〕”’…—·,.;:?!)]}%％℃";
/// Signs that end no line.
const OPENING: &str = "（《〈「『【〔“‘([{";

/// What stays on one line, of which a text consists.
pub(crate) fn pieces(text: &str, cuts: &[usize]) -> Vec<String> {
    let anywhere = cuts.is_empty();
    let mut pieces: Vec<String> = Vec::new();
    for (at, c) in text.char_indices() {
        let may = anywhere || cuts.contains(&at) || c == ' ';
        match pieces.last_mut() {
            Some(last) if !may || holds(last, c) => last.push(c),
            _ => pieces.push(c.to_string()),
        }
    }
    pieces
}

/// Whether nothing breaks between these.
fn holds(before: &str, c: char) -> bool {
    let Some(last) = before.chars().next_back() else { return false };
    let figures = |c: char| c.is_ascii_alphanumeric() || "-/.〔〕号年月日".contains(c);
    CLOSING.contains(c)
        || OPENING.contains(last)
        || c.is_ascii_alphanumeric() && figures(last)
        || last.is_ascii_alphanumeric() && figures(c)
}

/// The pieces in lines no longer than `most`, by the length that `long` tells; a piece longer than a line is broken anywhere.
pub(crate) fn wrap(pieces: &[String], most: f32, long: &impl Fn(&str) -> f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces {
        let whole = format!("{line}{piece}");
        if long(whole.trim_end()) <= most {
            line = whole;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in piece.trim_start().chars() {
            if !line.is_empty() && long(&format!("{line}{c}")) > most {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// The same number of lines, as equally long as can be.
pub(crate) fn balanced(pieces: &[String], most: f32, long: &impl Fn(&str) -> f32) -> Vec<String> {
    let count = wrap(pieces, most, long).len();
    let (mut short, mut enough) = (most / 4.0, most);
    for _ in 0..10 {
        let half = f32::midpoint(short, enough);
        if wrap(pieces, half, long).len() > count { short = half } else { enough = half }
    }
    wrap(pieces, enough, long)
}

/// At most so many lines; what does not fit is left out, and the last line says so.
pub(crate) fn cut(mut lines: Vec<String>, count: usize, most: f32, long: &impl Fn(&str) -> f32) -> Vec<String> {
    if lines.len() <= count {
        return lines;
    }
    lines.truncate(count);
    if let Some(last) = lines.last_mut() {
        while !last.is_empty() && long(&format!("{last}…")) > most {
            last.pop();
        }
        last.push('…');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(text: &str) -> f32 {
        text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
    }

    /// Where the words of a text end that is written with strokes between them.
    fn cuts(parted: &str) -> (String, Vec<usize>) {
        let mut text = String::new();
        let mut cuts = Vec::new();
        for word in parted.split('|') {
            cuts.push(text.len());
            text.push_str(word);
        }
        (text, cuts)
    }

    #[test]
    fn a_title_breaks_between_words_and_never_before_a_sign() {
        let (text, cuts) = cuts("关于|印发|《|青禾县|农村|公路|管理|办法|》的|通知");
        let pieces = pieces(&text, &cuts);
        assert_eq!(pieces, ["关于", "印发", "《青禾县", "农村", "公路", "管理", "办法》的", "通知"]);
        let lines = balanced(&pieces, 12.0, &long);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| long(line) <= 12.0 && long(line) >= 8.0), "{lines:?}");
        assert_eq!(lines.concat(), text);
    }

    #[test]
    fn numbers_stay_whole_and_long_words_are_broken() {
        let (text, cuts) = cuts("青政|〔|2026|〕|31|号");
        assert_eq!(pieces(&text, &cuts), ["青政", "〔2026〕31号"]);
        let lines = wrap(&["一二三四五六七".to_owned()], 3.0, &long);
        assert_eq!(lines, ["一二三", "四五六", "七"]);
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_said() {
        let lines = wrap(&pieces("一二三四五六七八九", &[]), 3.0, &long);
        assert_eq!(cut(lines, 2, 3.0, &long), ["一二三", "四五…"]);
    }
}
