//! Numbers that are spread over the items of a numbered list: without the numbers of the items they stand below one another.

use super::{scan::digit, shown::Shown};

/// The text without the numbers of items that hold nothing but digits; `None` where it has none such.
pub(super) fn read(text: &str) -> Option<Shown> {
    let chars: Vec<char> = text.chars().collect();
    let lines: Vec<&[char]> = chars.split_inclusive(|c| *c == '\n').collect();
    let items: Vec<Option<(u32, usize)>> = lines.iter().map(|line| item(line)).collect();
    let (mut shown, mut any, mut at) = (Shown::default(), false, 0);
    for (place, line) in lines.iter().enumerate() {
        let follows = |one: Option<Option<(u32, usize)>>, other: Option<Option<(u32, usize)>>| {
            one.flatten().zip(other.flatten()).is_some_and(|(one, other)| other.0 == one.0 + 1)
        };
        let here = items.get(place).copied();
        let before = place.checked_sub(1).and_then(|before| items.get(before).copied());
        let listed = follows(before, here) || follows(here, items.get(place + 1).copied());
        let skip = items[place].filter(|_| listed).map_or(0, |(_, length)| length);
        any |= skip > 0;
        for (offset, c) in line.iter().enumerate().skip(skip) {
            shown.push(*c, at + offset, at + offset + 1);
        }
        at += line.len();
    }
    any.then_some(shown)
}

/// The number of an item that holds nothing but digits, and how many characters go before them: `3. 138`, `（3）8`, `3、0018`.
fn item(line: &[char]) -> Option<(u32, usize)> {
    /// Of an identity number nothing is longer.
    const LONGEST: usize = 18;
    let blank = |c: &char| c.is_whitespace() || fold::is_unseen(*c);
    let lead = line.iter().take_while(|c| blank(c) || matches!(c, '(' | '（')).count();
    let figures = line[lead..].iter().take(3).take_while(|c| c.is_ascii_digit()).count();
    let number: u32 = line[lead..lead + figures].iter().collect::<String>().parse().ok()?;
    let mark = line.get(lead + figures).filter(|c| matches!(c, '.' | '．' | '、' | ')' | '）'))?;
    let behind = lead + figures + 1;
    let skip = behind + line[behind..].iter().take_while(|c| blank(c) && **c != '\n').count();
    let held: Vec<char> = line[skip..].iter().copied().filter(|c| !blank(c)).collect();
    let digits = held.iter().all(|c| digit(*c).is_some() || matches!(c, 'x' | 'X' | 'Ｘ'));
    // 3.5 is a figure
    let apart = *mark != '.' || skip > behind;
    (apart && digits && !held.is_empty() && held.len() <= LONGEST).then_some((number, skip))
}

#[cfg(test)]
mod tests {
    use super::super::personal_numbers;
    use crate::work::tests::grows_with_the_text;

    fn list(pieces: impl IntoIterator<Item = String>, label: impl Fn(usize) -> String) -> String {
        pieces.into_iter().enumerate().map(|(at, piece)| format!("{}{piece}\n", label(at + 1))).collect()
    }

    #[test]
    fn a_number_over_the_items_of_a_list_is_one() {
        let each = |number: &str| number.chars().map(|c| c.to_string()).collect::<Vec<_>>();
        let parts = || ["000000", "1990", "0101", "0018"].map(str::to_owned);
        for text in [
            list(each("000000199001010018"), |at| format!("{at}. ")),
            list(each("00000019900307009X"), |at| format!("{at}、")),
            list(parts(), |at| format!("（{at}）")),
            format!("名单如下\n{}以上", list(parts(), |at| format!("{at}. "))),
            format!("手机\n{}", list(each("13800138000"), |at| format!("{at}. "))),
        ] {
            assert_eq!(personal_numbers("body", &text).len(), 1, "{text}");
        }
        for text in ["1. 2024\n2. 2025\n3. 2026\n", "1.5\n2.5\n3.5\n", "1. 甲\n2. 乙\n", "1、12\n2、30\n3、7\n"] {
            assert!(personal_numbers("body", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn lists_cost_no_more_than_their_length() {
        for unit in ["1. 1\n2. 3\n", "1. \n", "（1）", "1、8\n2、8\n3、8\n"] {
            grows_with_the_text(unit, 20_000, 400, |text| drop(personal_numbers("body", text)));
        }
    }
}
