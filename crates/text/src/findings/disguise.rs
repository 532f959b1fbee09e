//! Letters in the place of digits: `138OO138OOO`, `l38…`. A reader takes them for what they look like.

use super::{
    Found, NumberKind, Severity,
    scan::{Scan, Topic, digit, is_letter},
    valid,
};
use crate::work::looked_at;

/// The digit that a letter looks like.
fn looks_like(c: char) -> Option<u8> {
    match c {
        'O' | 'o' | 'Ο' | 'ο' | 'О' | 'о' => Some(0),
        'l' | 'I' | 'І' | 'Ⅰ' => Some(1),
        _ => None,
    }
}

/// Adds the numbers that some letters hide: as long as a telephone beside a word that announces one, or an identity number with
/// its check. They are only doubtful: a code of letters and digits may look the same.
pub(super) fn find(scan: &Scan, found: &mut Vec<Found>) {
    looked_at(scan.chars.len());
    let value = |c: char| digit(c).filter(|_| !"〇零○◯".contains(c)).or_else(|| looks_like(c));
    let mut at = 0;
    while at < scan.chars.len() {
        let run = scan.chars[at..].iter().take_while(|&&c| value(c).is_some()).count();
        if run == 0 {
            at += 1;
            continue;
        }
        let (start, end) = (at, at + run);
        at = end;
        let letters = scan.chars[start..end].iter().filter(|&&c| looks_like(c).is_some()).count();
        let letter = |at: Option<usize>| at.and_then(|at| scan.chars.get(at)).is_some_and(|&c| is_letter(c));
        let touched = letter(start.checked_sub(1)) || letter(Some(end));
        if letters == 0
            || touched
            || letters * 3 > run * 2
            || found.iter().any(|other| other.start < end && start < other.end)
        {
            continue;
        }
        let digits: Vec<u8> = scan.chars[start..end].iter().filter_map(|&c| value(c)).collect();
        let Some(kind) = kind(scan, start, &digits) else { continue };
        let digits = digits.iter().map(|&digit| char::from(b'0' + digit)).collect();
        found.push(Found { kind, severity: Severity::Warn, start, end, digits });
    }
}

fn kind(scan: &Scan, start: usize, digits: &[u8]) -> Option<NumberKind> {
    if let Ok(places) = <[u8; 18]>::try_from(digits) {
        return valid::is_identity(&places).then_some(NumberKind::IdCard);
    }
    let mobile = digits.len() == 11 && digits[0] == 1 && (3..=9).contains(&digits[1]);
    let atom = scan.atoms.get(scan.atoms.partition_point(|atom| atom.start < start))?;
    (mobile && scan.names(Topic::Phone, atom)).then_some(NumberKind::Mobile)
}

/// Adds numbers of which only the last sign is masked: `11010519491231002*` is computed from the rest, and `1380013800*` is one of
/// ten.
pub(super) fn masked(scan: &Scan, used: &[bool], found: &mut Vec<Found>) {
    looked_at(scan.atoms.len());
    let is_mask = |c: char| matches!(c, '*' | '＊' | '×' | '✱' | '●' | '■' | '□' | '_' | '?' | '？');
    for (atom, used) in scan.atoms.iter().zip(used) {
        let mask = scan.chars.get(atom.end).is_some_and(|&c| is_mask(c));
        let more = scan.chars.get(atom.end + 1).is_some_and(|&c| is_mask(c) || is_letter(c) || digit(c).is_some());
        if *used || !mask || more || atom.letter_before || atom.check.is_some() {
            continue;
        }
        if found.iter().any(|other| other.start < atom.end && atom.start < other.end) {
            continue;
        }
        let mut digits: String = atom.digits.iter().map(|&digit| char::from(b'0' + digit)).collect();
        let kind = match atom.digits.as_slice() {
            all @ [_, ..] if all.len() == 17 => {
                let Some(check) = check_of(all) else { continue };
                digits.push(check);
                NumberKind::IdCard
            }
            [1, 3..=9, rest @ ..] if rest.len() == 8 && scan.names(Topic::Phone, atom) => {
                digits.push('*');
                NumberKind::Mobile
            }
            _ => continue,
        };
        found.push(Found { kind, severity: Severity::Warn, start: atom.start, end: atom.end + 1, digits });
    }
}

/// The check that belongs to the first 17 digits of an identity number; `None` when they are none.
fn check_of(digits: &[u8]) -> Option<char> {
    let mut places = [0_u8; 18];
    places.iter_mut().zip(digits).for_each(|(place, &digit)| *place = digit);
    (0..=10_u8).find_map(|check| {
        places[17] = check;
        let sign = if check == 10 { 'X' } else { char::from(b'0' + check) };
        valid::is_identity_of_somebody(&places).then_some(sign)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Severity, personal_numbers};

    #[test]
    fn one_masked_sign_hides_nothing() {
        for (text, excerpt) in [
            ("身份证11010519491231002*", "110105********002X"),
            ("甲 11010519491231002＊，低保", "110105********002X"),
            ("手机：1380013800*", "**********"),
        ] {
            let found = personal_numbers("body", text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].severity, found[0].excerpt.as_str()), (Severity::Warn, excerpt), "{text}");
        }
        for text in [
            "身份证110105********002X",
            "手机：138****8000",
            "手机1380013****",
            "产值1380013800*",
            "编号11010519491331002*",
        ] {
            assert!(personal_numbers("body", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn letters_that_look_like_digits_hide_nothing() {
        for text in ["联系电话138OO138OOO", "手机：l38oo138ooo", "身份证号OOOOOO199OO1O1OO18", "000000l990O1010018"]
        {
            let found = personal_numbers("body", text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].severity, Severity::Warn, "{text}");
        }
        for text in ["型号138OO138OOO", "电话0793-1234567，ISO 9OO1", "OOOOOOOOOOOOOOOOOO", "电话：hello138OO138OOO"]
        {
            assert!(personal_numbers("body", text).is_empty(), "{text}");
        }
    }
}
