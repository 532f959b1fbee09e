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

#[cfg(test)]
mod tests {
    use super::super::{Severity, personal_numbers};

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
