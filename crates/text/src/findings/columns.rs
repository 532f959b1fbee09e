//! Numbers that a narrow column breaks: a page printed with other columns between the two pieces holds them on two lines
//! with other text between.
//!
//! ```text
//! 0000001990  13800138
//! 1  甲  低保标准
//! 01010018    000
//! ```

use std::collections::HashSet;

use super::{
    Found, NumberKind, Severity,
    scan::{Atom, Scan, Topic},
    valid,
};
use crate::work::looked_at;

/// Lines below the first piece on which the next one stands.
const LINES: usize = 4;
/// Atoms behind the first piece that are looked at.
const ATOMS: usize = 40;

/// Adds what is found among the atoms that belong to no number yet.
pub(super) fn wrapped(scan: &Scan, used: &mut [bool], found: &mut Vec<Found>) {
    let places = places(&scan.atoms);
    // Lines on which an identity number begins: what is broken beside it is a number of the same person.
    let mut persons: HashSet<usize> = whole(scan, found);
    for first in 0..scan.atoms.len() {
        if let Some(pieces) = identity(scan, used, &places, first) {
            persons.insert(scan.atoms[first].line);
            keep(scan, used, found, (NumberKind::IdCard, Severity::Block), &pieces);
        }
    }
    if scan.speaks_of(Topic::Phone) {
        mobiles(scan, used, &places, &persons, found);
    }
    if scan.speaks_of(Topic::Card) {
        for first in 0..scan.atoms.len() {
            if let Some(second) = card(scan, used, &places, first, &persons) {
                keep(scan, used, found, (NumberKind::BankCard, Severity::Block), &[first, second]);
            }
        }
    }
}

/// Lines on which an identity number begins that was found in one row.
fn whole(scan: &Scan, found: &[Found]) -> HashSet<usize> {
    let starts: HashSet<usize> =
        found.iter().filter(|one| one.kind == NumberKind::IdCard).map(|one| one.start).collect();
    scan.atoms.iter().filter(|atom| starts.contains(&atom.start)).map(|atom| atom.line).collect()
}

fn keep(
    scan: &Scan,
    used: &mut [bool],
    found: &mut Vec<Found>,
    (kind, severity): (NumberKind, Severity),
    pieces: &[usize],
) {
    let atoms = || pieces.iter().map(|&at| &scan.atoms[at]);
    let mut digits: String = atoms().flat_map(|atom| &atom.digits).map(|&digit| char::from(b'0' + digit)).collect();
    let Some((first, last)) = atoms().next().zip(atoms().next_back()) else { return };
    let check = last.check.filter(|_| digits.len() == 17);
    if check.is_some() {
        digits.push('X');
    }
    for &piece in pieces {
        used[piece] = true;
    }
    found.push(Found { kind, severity, start: first.start, end: check.unwrap_or(last.end), digits });
}

/// Atoms on the next lines behind an atom.
fn below<'a>(scan: &'a Scan, used: &'a [bool], first: usize) -> impl Iterator<Item = (usize, &'a Atom)> {
    let line = scan.atoms[first].line;
    let near = scan.atoms.iter().enumerate().skip(first + 1).take(ATOMS);
    let near = near.inspect(|_| looked_at(1)).take_while(move |(_, atom)| atom.line <= line + LINES);
    near.filter(move |&(at, atom)| atom.line > line && !used[at] && !scan.is_fraction(atom))
}

/// Two or three pieces that make an identity number. A column breaks at its width: no piece is longer than the one above.
fn identity(scan: &Scan, used: &[bool], places: &[(usize, usize)], first: usize) -> Option<Vec<usize>> {
    let one = &scan.atoms[first];
    if used[first] || !(6..=17).contains(&one.digits.len()) {
        return None;
    }
    for (second, two) in below(scan, used, first) {
        if two.digits.len() > one.digits.len() {
            continue;
        }
        if is_identity(&[one, two]) {
            return Some(vec![first, second]);
        }
        if two.digits.len() == one.digits.len() && one.digits.len() < 9 && same_place(places, first, second) {
            let third = below(scan, used, second).find(|(_, three)| is_identity(&[one, two, three]));
            if let Some((third, _)) = third {
                return Some(vec![first, second, third]);
            }
        }
    }
    None
}

fn is_identity(pieces: &[&Atom]) -> bool {
    let count: usize = pieces.iter().map(|atom| atom.digits.len()).sum();
    let check = pieces.last().is_some_and(|atom| atom.check.is_some());
    let mut places = [0_u8; 18];
    match (count, check) {
        (18, _) => {}
        (17, true) => places[17] = 10,
        _ => return false,
    }
    let digits = pieces.iter().flat_map(|atom| &atom.digits);
    for (place, &digit) in places.iter_mut().zip(digits) {
        *place = digit;
    }
    valid::is_identity_of_somebody(&places)
}

/// Mobile numbers whose pieces stand at the same place among the numbers of their lines. Beside an identity number they are
/// certain; else the lower pieces must stand on lines of numbers alone, and one such number only warns. A column of figures,
/// each on its line, is none.
fn mobiles(
    scan: &Scan,
    used: &mut [bool],
    places: &[(usize, usize)],
    persons: &HashSet<usize>,
    found: &mut Vec<Found>,
) {
    let mut pairs: Vec<(Vec<usize>, bool)> = Vec::new();
    for first in 0..scan.atoms.len() {
        let Some(pieces) = mobile(scan, used, places, first) else { continue };
        let beside = persons.contains(&scan.atoms[first].line);
        let of_digits = |&piece: &usize| scan.is_of_digits(&scan.atoms[piece]);
        let figures = pieces.iter().all(|piece| places[*piece] == (0, 0) && of_digits(piece));
        if beside || (pieces[1..].iter().all(of_digits) && !figures) {
            pieces.iter().for_each(|&piece| used[piece] = true);
            pairs.push((pieces, beside));
        }
    }
    let several = pairs.len() > 1;
    for (pieces, beside) in pairs {
        let severity = if beside || several { Severity::Block } else { Severity::Warn };
        keep(scan, used, found, (NumberKind::Mobile, severity), &pieces);
    }
}

/// Two or three pieces of a mobile number.
fn mobile(scan: &Scan, used: &[bool], places: &[(usize, usize)], first: usize) -> Option<Vec<usize>> {
    let one = &scan.atoms[first];
    let length = one.digits.len();
    let begins = matches!(one.digits[..], [1, 3..=9, ..]);
    if used[first] || !begins || scan.is_fraction(one) || !(4..=10).contains(&length) || one.letter_after {
        return None;
    }
    for (second, two) in below(scan, used, first).filter(|&(second, _)| same_place(places, first, second)) {
        let rest = 11_usize.checked_sub(length + two.digits.len());
        match rest {
            _ if two.digits.len() > length || two.letter_after => {}
            Some(0) => return Some(vec![first, second]),
            Some(rest) if two.digits.len() == length => {
                let mut thirds = below(scan, used, second).filter(|&(third, _)| same_place(places, second, third));
                if let Some((third, _)) = thirds.find(|(_, three)| three.digits.len() == rest) {
                    return Some(vec![first, second, third]);
                }
            }
            _ => {}
        }
    }
    None
}

/// The second piece of a card number, at the same place among the numbers of its line.
fn card(
    scan: &Scan,
    used: &[bool],
    places: &[(usize, usize)],
    first: usize,
    persons: &HashSet<usize>,
) -> Option<usize> {
    let one = &scan.atoms[first];
    // figures of ten digits are rare
    let likely = persons.contains(&one.line) || one.digits.len() > 9;
    if used[first] || !likely || !(6..=18).contains(&one.digits.len()) || !one.digits.starts_with(&[6, 2]) {
        return None;
    }
    let second = below(scan, used, first).find(|&(second, two)| {
        let digits: Vec<u8> = one.digits.iter().chain(&two.digits).copied().take(20).collect();
        let fits = two.digits.len() <= one.digits.len() && !two.letter_after && valid::is_card(&digits);
        fits && same_place(places, first, second)
    });
    second.map(|(second, _)| second)
}

/// Whether two stand at the same place among the numbers of their lines, counted from the left or from the right.
fn same_place(places: &[(usize, usize)], one: usize, other: usize) -> bool {
    places[one].0 == places[other].0 || places[one].1 == places[other].1
}

/// For each atom how many stand before it on its line, and behind it.
fn places(atoms: &[Atom]) -> Vec<(usize, usize)> {
    let mut places = Vec::with_capacity(atoms.len());
    for line in atoms.chunk_by(|one, other| one.line == other.line) {
        places.extend((0..line.len()).map(|at| (at, line.len() - 1 - at)));
    }
    places
}
