//! What makes digits a number of a person: check digits, dates, regions.

use jiff::civil::Date;

/// The digits of an identity number up to its check: date of birth and check digit are right.
pub(super) fn is_identity(digits: &[u8; 18]) -> bool {
    born(digits, 1800..2100) && checksum(digits)
}

/// The same for digits found in pieces, where chance has more to choose from: also the region is one, and the year is that
/// of somebody who lives.
pub(super) fn is_identity_of_somebody(digits: &[u8; 18]) -> bool {
    is_region(digits) && born(digits, 1900..2050) && checksum(digits)
}

/// Whether 18 digits have a date where identity numbers have one.
pub(super) fn has_birthday(digits: &[u8]) -> bool {
    digits.get(6..14).is_some() && born(digits, 1900..2050)
}

fn born(digits: &[u8], years: std::ops::Range<i16>) -> bool {
    let year = number(&digits[6..10]);
    years.contains(&year) && is_date(year, number(&digits[10..12]), number(&digits[12..14]))
}

/// 15 digits: a region and a date of the twentieth century.
pub(super) fn is_old_identity(digits: &[u8]) -> bool {
    let county =
        |digits: &[u8]| matches!(number(&digits[2..4]), 1..=70 | 90) && (1..=99).contains(&number(&digits[4..6]));
    digits.len() == 15
        && is_region(digits)
        && (county(digits) || digits[..6] == [0; 6])
        && is_date(1900 + number(&digits[6..8]), number(&digits[8..10]), number(&digits[10..12]))
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().fold(0, |sum, &digit| sum * 10 + i16::from(digit))
}

fn is_date(year: i16, month: i16, day: i16) -> bool {
    let small = |n: i16| i8::try_from(n).unwrap_or(0);
    Date::new(year, small(month), small(day)).is_ok()
}

/// Begins with a province of GB/T 2260, or with the zeros of invented numbers.
fn is_region(digits: &[u8]) -> bool {
    is_province(digits[0] * 10 + digits[1]) || digits[..6] == [0; 6]
}

/// First two digits of the division codes of GB/T 2260.
fn is_province(code: u8) -> bool {
    matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82)
}

/// Check character of GB 11643-1999; X is 10.
fn checksum(digits: &[u8; 18]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, &digit)| weight * u32::from(digit)).sum();
    // 10X98765432 by remainder
    u32::from(digits[17]) == (12 - sum % 11) % 11
}

/// ISO/IEC 7812-1 check of card numbers.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, &digit)| match (index % 2, u32::from(digit)) {
            (1, digit) if digit > 4 => digit * 2 - 9,
            (1, digit) => digit * 2,
            (_, digit) => digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// 16 to 19 digits that begin and check as card numbers do, and are no credit code and no running number of a region and day
/// (`361124202611280012`).
pub(super) fn is_card(digits: &[u8]) -> bool {
    let plausible = match (digits, digits.len()) {
        // ICBC and ABC before UnionPay
        ([9, 5, 5, 8 | 9, ..], 19) => true,
        ([3, ..], 16) | ([4..=6, ..], 16..=19) => true,
        _ => false,
    };
    let of_a_day = || digits.len() == 18 && is_province(digits[0] * 10 + digits[1]) && has_birthday(digits);
    plausible && luhn(digits) && !is_credit_code(digits) && !of_a_day()
}

/// Kind of registrar and province, as unified credit codes begin (GB 32100-2015).
pub(super) fn begins_credit_code(digits: &[u8]) -> bool {
    matches!(digits, [1, 1..=3 | 9, ..] | [5, 1..=3 | 9, ..] | [9, 1..=3, ..])
        && is_province(digits[2] * 10 + digits[3])
}

/// A unified credit code (GB 32100-2015) that happens to be all digits; it names an organ, not a person.
fn is_credit_code(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    if digits.len() != 18 || !is_province(digits[2] * 10 + digits[3]) {
        return false;
    }
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, &digit)| weight * u32::from(digit)).sum();
    u32::from(digits[17]) == (31 - sum % 31) % 31
}
