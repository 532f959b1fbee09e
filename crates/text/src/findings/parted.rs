//! An identity number whose parts are kept apart by something else than marks: the birthday written out (`000000 1990年1月1日
//! 0018`), letters or words (`000000号19900101号0018`), a numeral that stands for a dash (`000000一19900101一0018`).
//!
//! Only where it breaks between region, date and sequence is it one: all of them and the check must be right, and words between
//! them make it doubtful.

use super::{
    Found, NumberKind, Severity,
    scan::{Atom, Scan},
    valid,
};
use crate::work::looked_at;

/// Where the parts of an identity number end, in digits.
const ENDS: [usize; 6] = [6, 10, 12, 14, 17, 18];
/// Characters between two parts.
const APART: usize = 6;
/// Runs of digits that are looked at: region, year, month, day, sequence, check, and dashes between.
const RUNS: usize = 11;

/// Adds what is found among the atoms that belong to no number yet.
pub(super) fn find(scan: &Scan, used: &mut [bool], found: &mut Vec<Found>) {
    for first in 0..scan.atoms.len() {
        if used[first] || !ENDS[..5].contains(&scan.atoms[first].digits.len()) {
            continue;
        }
        if let Some((number, count)) = at(scan, &used[first..], first) {
            used[first..first + count].fill(true);
            found.push(number);
        }
    }
}

fn at(scan: &Scan, used: &[bool], first: usize) -> Option<(Found, usize)> {
    let mut digits: Vec<u8> = Vec::new();
    let mut said = String::new();
    let mut end = scan.atoms[first].start;
    for (count, atom) in scan.atoms[first..].iter().take(RUNS).enumerate() {
        looked_at(1 + APART);
        let between = scan.chars.get(end..atom.start)?;
        if used[count] || between.len() > APART {
            return None;
        }
        said.extend(between.iter().filter(|c| !c.is_whitespace() && !fold::is_unseen(**c)));
        end = atom.end;
        // a dash, where the digits before it are whole
        if scan.chars[atom.start..atom.end] == ['一'] && count > 0 {
            continue;
        }
        // 后四位0018, 中8位：19900101: how many there are
        if count > 0 && atom.digits.len() <= 2 && scan.seen_at(atom.end) == '位' {
            continue;
        }
        let day = matches!(scan.seen_at(atom.end), '月' | '日' | '号') && matches!(digits.len(), 10 | 12);
        if day && atom.digits.len() == 1 {
            digits.push(0);
        }
        digits.extend(&atom.digits);
        if !ENDS.contains(&digits.len()) {
            return None;
        }
        if let Some((places, end)) = places(&digits, atom) {
            let written = said.chars().all(|c| matches!(c, '年' | '月' | '日'));
            return valid::is_identity_of_somebody(&places).then(|| {
                let severity = if written { Severity::Block } else { Severity::Warn };
                let digits = places.iter().filter_map(|&digit| "0123456789X".chars().nth(usize::from(digit))).collect();
                let start = scan.atoms[first].start;
                (Found { kind: NumberKind::IdCard, severity, start, end, digits }, count + 1)
            });
        }
    }
    None
}

/// The 18 places and where the number ends, when they are whole.
fn places(digits: &[u8], last: &Atom) -> Option<([u8; 18], usize)> {
    let mut places = [10_u8; 18];
    let end = match (digits.len(), last.check) {
        (17, Some(end)) => end,
        (18, _) => last.end,
        _ => return None,
    };
    places[..digits.len()].copy_from_slice(digits);
    Some((places, end))
}

#[cfg(test)]
mod tests {
    use super::super::{Severity, personal_numbers};

    fn weights(text: &str) -> Vec<(String, Severity)> {
        personal_numbers("body", text).into_iter().map(|found| (found.excerpt, found.severity)).collect()
    }

    #[test]
    fn a_birthday_written_out_and_words_between_hide_nothing() {
        for (text, masked, severity) in [
            ("0000001990年01月01日0018", "000000********0018", Severity::Block),
            ("000000 1990年1月1日 0018", "000000********0018", Severity::Block),
            ("0000001990年3月7日009X", "000000********009X", Severity::Block),
            ("000000一19900101一0018", "000000********0018", Severity::Block),
            ("000000号19900101号0018", "000000********0018", Severity::Warn),
            ("000000出生于1990年1月1日尾号0018", "000000********0018", Severity::Warn),
            ("000000a19900101b001c8", "000000********0018", Severity::Warn),
            ("身份证前六位000000，出生日期19900101，后四位0018", "000000********0018", Severity::Warn),
            ("前6位：000000 中8位：19900101 后4位：0018", "000000********0018", Severity::Warn),
            ("前六位000000，中间八位19900307，后四位009X", "000000********009X", Severity::Warn),
        ] {
            assert_eq!(weights(text), [(masked.to_owned(), severity)], "{text}");
        }
    }

    #[test]
    fn dates_beside_other_figures_are_none() {
        for text in [
            "邮编334000，2026年1月1日，1200人参加",
            "发文334000号2026年11月28日0013件",
            "000000 1990年1月1日 0019",
            "一、000000一19900101",
        ] {
            assert!(weights(text).is_empty(), "{text}");
        }
    }
}
