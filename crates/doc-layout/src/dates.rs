//! Dates as documents write them: 2026年3月5日, ２０２６年３月５日, 二〇二六年三月五日.

use jiff::civil::Date;

/// A date in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub on: Date,
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset behind its last.
    pub end: usize,
}

/// A digit of any writing.
fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        '〇' | '○' | 'Ｏ' | '零' => Some(0),
        '一' | '元' => Some(1),
        '二' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        _ => None,
    }
}

/// A number below 10000 in digits or Chinese numerals: 12, 十二, 三十, 一百零五.
pub(crate) fn numeral(token: &[char]) -> Option<u32> {
    if token.is_empty() || token.len() > 9 {
        return None;
    }
    let unit = |c: char| match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1000),
        _ => None,
    };
    if !token.iter().any(|c| unit(*c).is_some()) {
        if token.len() > 4 {
            return None;
        }
        return token.iter().try_fold(0, |sum, c| Some(sum * 10 + digit(*c)?));
    }
    let (mut sum, mut pending) = (0, None);
    for &c in token {
        match (unit(c), digit(c)) {
            (Some(unit), _) => sum += pending.take().unwrap_or(1) * unit,
            (None, Some(0)) => pending = None,
            (None, Some(value)) => pending = Some(value),
            (None, None) => return None,
        }
    }
    Some(sum + pending.unwrap_or(0))
}

/// Reads a numeral of at most three characters from `from` up to the character `until`: its value and the place behind
/// that.
fn up_to(chars: &[(usize, char)], from: usize, until: char) -> Option<(i8, usize)> {
    let length = chars.get(from..)?.iter().take(4).position(|(_, c)| *c == until)?;
    let token: Vec<char> = chars[from..from + length].iter().map(|(_, c)| *c).collect();
    let value = i8::try_from(numeral(&token)?).ok()?;
    Some((value, from + length + 1))
}

/// The dates of a text, in their order. Days that no calendar has are none.
pub fn in_text(text: &str) -> Vec<Seen> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<Seen> = Vec::new();
    for (at, (_, c)) in chars.iter().enumerate() {
        if *c != '年' || at < 4 {
            continue;
        }
        let year =
            chars[at - 4..at].iter().try_fold(0_i16, |sum, (_, c)| Some(sum * 10 + i16::try_from(digit(*c)?).ok()?));
        let Some(year) = year.filter(|year| (1900..=2199).contains(year)) else { continue };
        let Some((month, behind)) = up_to(&chars, at + 1, '月') else { continue };
        let Some((day, behind)) = up_to(&chars, behind, '日') else { continue };
        let Ok(on) = Date::new(year, month, day) else { continue };
        let end = chars.get(behind).map_or(text.len(), |(place, _)| *place);
        found.push(Seen { on, start: chars[at - 4].0, end });
    }
    found
}

/// The date that is all of a text, if it is one.
pub(crate) fn alone(dense: &str) -> Option<Date> {
    let [seen] = in_text(dense)[..] else { return None };
    (seen.start == 0 && seen.end == dense.len()).then_some(seen.on)
}

/// A date at the end of a line and what stands before it.
pub(crate) fn at_end(dense: &str) -> Option<(&str, Date)> {
    let seen = in_text(dense).pop()?;
    (seen.end == dense.len() && seen.start > 0).then(|| (&dense[..seen.start], seen.on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_any_writing() {
        let day = jiff::civil::date(2026, 3, 15);
        for text in
            ["2026年3月15日", "２０２６年３月１５日", "二〇二六年三月十五日", "二○二六年三月十五日", "2026年03月15日"]
        {
            assert_eq!(alone(text), Some(day), "{text}");
        }
        assert_eq!(alone("二〇一九年十二月三十一日"), Some(jiff::civil::date(2019, 12, 31)));
        for text in ["2026年2月30日", "2026年3月", "26年3月5日", "3月5日", "2026年13月1日", "自2026年3月15日起"]
        {
            assert_eq!(alone(text), None, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "自2020年1月1日起，至二〇二四年十二月三十一日止";
        let found = in_text(text);
        let words: Vec<&str> = found.iter().map(|seen| &text[seen.start..seen.end]).collect();
        assert_eq!(words, ["2020年1月1日", "二〇二四年十二月三十一日"]);
    }

    #[test]
    fn numerals_are_counted() {
        for (words, value) in
            [("5", 5), ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("二百", 200), ("七一一", 711)]
        {
            assert_eq!(numeral(&words.chars().collect::<Vec<_>>()), Some(value), "{words}");
        }
        assert_eq!(numeral(&['甲']), None);
    }
}
