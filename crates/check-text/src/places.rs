//! Small helpers on characters and their places.

use text::findings::Finding;

use crate::rule;

/// Whether a character is a Chinese one.
pub(crate) fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3007 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x2_0000..=0x3_23af)
}

/// Whether a text holds Chinese at all.
pub(crate) fn has_han(text: &str) -> bool {
    text.chars().any(is_han)
}

/// Characters of a place that are shown.
const SHOWN: usize = 40;

/// The characters of a place, cut where they are many.
pub(crate) fn excerpt(chars: &[char], start: usize, end: usize) -> String {
    let place = chars.get(start..end).unwrap_or_default();
    let shown: String = place.iter().take(SHOWN).map(|c| if *c == '\n' { ' ' } else { *c }).collect();
    if place.len() > SHOWN { format!("{shown}……") } else { shown }
}

/// A finding of a rule with its usual weight.
///
/// # Panics
/// When there is no such rule: a mistake of this crate, seen by every test.
pub(crate) fn found(
    id: &str,
    part: &str,
    chars: &[char],
    (start, end): (usize, usize),
    suggestion: String,
    replacement: Option<String>,
) -> Finding {
    let rule = rule::named(id).unwrap_or_else(|| panic!("no rule {id}"));
    Finding {
        rule: rule.id.to_owned(),
        gate: rule.gate,
        severity: rule.severity,
        part: part.to_owned(),
        start,
        end,
        excerpt: excerpt(chars, start, end),
        suggestion,
        replacement,
    }
}

/// How many digits stand at a place, full-width ones not counted.
pub(crate) fn digits(chars: &[char], at: usize) -> usize {
    chars.get(at..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count()
}

/// The number that a run of at most nine digits says.
pub(crate) fn number(chars: &[char], at: usize, count: usize) -> Option<u32> {
    let run: String = chars.get(at..at + count)?.iter().collect();
    if count > 9 { None } else { run.parse().ok() }
}

/// Where the line begins in which a place stands.
pub(crate) fn line_start(chars: &[char], at: usize) -> usize {
    chars[..at].iter().rposition(|c| *c == '\n').map_or(0, |place| place + 1)
}
