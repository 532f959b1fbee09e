//! Texts that invisible characters turn around: between an override to the left (UAX #9) and its end a reader sees the characters
//! in the other order, and a number that stands there backwards is a number on the page.

use super::{directions::turns, shown::Shown};

/// The text as it is seen; `None` where nothing is turned around.
pub(super) fn read(text: &str) -> Option<Shown> {
    if !text.contains(['\u{202e}', '\u{202b}', '\u{2067}']) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut shown = Shown::default();
    let mut at = 0;
    while at < chars.len() {
        let (start, opens) = (at + 1, chars[at]);
        if !matches!(opens, '\u{202e}' | '\u{202b}' | '\u{2067}') {
            if !turns(opens) {
                shown.push(opens, at, at + 1);
            }
            at += 1;
            continue;
        }
        let ends = |c: &char| matches!(c, '\n' | '\r' | '\u{2029}' | '\u{202c}' | '\u{2069}');
        let end = chars[start..].iter().position(ends).map_or(chars.len(), |length| start + length);
        let digit = |c: &char| c.is_alphanumeric();
        let inside: Vec<(usize, char)> =
            (start..end).map(|place| (place, chars[place])).filter(|(_, c)| !turns(*c)).collect();
        // An override turns every character, an embedding the order of words and numbers.
        let whole = opens == '\u{202e}';
        for word in inside.chunk_by(|one, other| !whole && digit(&one.1) && digit(&other.1)).rev() {
            for (place, c) in word {
                shown.push(*c, *place, *place + 1);
            }
        }
        at = end;
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::super::personal_numbers;
    use crate::work::tests::grows_with_the_text;

    const BACKWARDS: &str = "810010100991000000";

    #[test]
    fn numbers_that_are_seen_are_found_where_they_stand() {
        for (text, place) in [
            (format!("甲\u{202e}{BACKWARDS}\u{202c}乙"), BACKWARDS.to_owned()),
            (format!("\u{202e}{BACKWARDS}"), BACKWARDS.to_owned()),
            (format!("\u{202e}{BACKWARDS}\n正文"), BACKWARDS.to_owned()),
            ("\u{202e}8100\u{202d}101\u{202d}00991000000".to_owned(), "8100\u{202d}101\u{202d}00991000000".to_owned()),
            ("\u{2067}0018 19900101 000000\u{2069}".to_owned(), "0018 19900101 000000".to_owned()),
            ("电话\u{202e}00083100831\u{202c}".to_owned(), "00083100831".to_owned()),
        ] {
            let found = personal_numbers("body", &text);
            assert_eq!(found.len(), 1, "{text:?} {found:#?}");
            let seen: String = text.chars().skip(found[0].start).take(found[0].end - found[0].start).collect();
            assert_eq!(seen, place, "{text:?}");
        }
        for text in
            [BACKWARDS.to_owned(), format!("\u{202d}{BACKWARDS}\u{202c}"), "\u{2067}ئۇيغۇر تىلى\u{2069}".to_owned()]
        {
            assert!(personal_numbers("body", &text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn digits_that_nobody_sees_are_found() {
        let tags = |digits: &str| -> String {
            digits.chars().filter_map(|c| char::from_u32(0xe_0000 + u32::from(c))).collect()
        };
        for text in [format!("正文{}", tags("000000199001010018")), format!("联系{}", tags("13800138000"))] {
            assert_eq!(personal_numbers("body", &text).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn turning_costs_no_more_than_the_text() {
        for unit in ["\u{202e}", "\u{202e}1", "\u{202e}12\u{202c}", "\u{2067}1 2 "] {
            grows_with_the_text(unit, 20_000, 400, |text| drop(personal_numbers("body", text)));
        }
    }
}
