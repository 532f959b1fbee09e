//! Numbers that a narrow column breaks: a page printed with other columns between the two pieces holds them on two lines
//! with other text between.
//!
//! ```text
//! 0000001990  13800138
//! 1  甲  低保标准
//! 01010018    000
//! ```

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
    // Lines on which an identity number was broken: what is broken beside it is a number of the same person.
    let mut broken: Vec<(usize, usize)> = Vec::new();
    for first in 0..scan.atoms.len() {
        if let Some(pieces) = identity(scan, used, &places, first) {
            broken.push((scan.atoms[first].line, pieces.last().map_or(0, |&last| scan.atoms[last].line)));
            keep(scan, used, found, NumberKind::IdCard, &pieces);
        }
    }
    for first in 0..scan.atoms.len() {
        for kind in [NumberKind::Mobile, NumberKind::BankCard] {
            if let Some(second) = other(scan, used, &places, first, kind, &broken) {
                keep(scan, used, found, kind, &[first, second]);
            }
        }
    }
}

fn keep(scan: &Scan, used: &mut [bool], found: &mut Vec<Found>, kind: NumberKind, pieces: &[usize]) {
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
    found.push(Found { kind, severity: Severity::Block, start: first.start, end: check.unwrap_or(last.end), digits });
}

/// Atoms on the next lines behind an atom.
fn below<'a>(scan: &'a Scan, used: &'a [bool], first: usize) -> impl Iterator<Item = (usize, &'a Atom)> {
    let line = scan.atoms[first].line;
    let near = scan.atoms.iter().enumerate().skip(first + 1).take(ATOMS);
    let near = near.inspect(|_| looked_at(1)).take_while(move |(_, atom)| atom.line <= line + LINES);
    near.filter(move |&(at, atom)| atom.line > line && !used[at])
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

/// The second piece of a mobile or card number, at the same place among the numbers of its line.
fn other(
    scan: &Scan,
    used: &[bool],
    places: &[(usize, usize)],
    first: usize,
    kind: NumberKind,
    broken: &[(usize, usize)],
) -> Option<usize> {
    let one = &scan.atoms[first];
    let (lengths, topic) = match kind {
        NumberKind::Mobile => (11..=11, Topic::Phone),
        _ => (16..=19, Topic::Card),
    };
    if used[first] || !scan.speaks_of(topic) || !(6..=18).contains(&one.digits.len()) || one.letter_after {
        return None;
    }
    let beside = |two: &Atom| broken.binary_search(&(one.line, two.line)).is_ok();
    let second = below(scan, used, first).find(|&(second, two)| {
        let digits: Vec<u8> = one.digits.iter().chain(&two.digits).copied().take(20).collect();
        let right = match kind {
            NumberKind::Mobile => beside(two) && matches!(digits[..2], [1, 3..=9]),
            // figures of so many digits are rare
            _ => (beside(two) || one.digits.len() > 9) && digits.starts_with(&[6, 2]) && valid::is_card(&digits),
        };
        same_place(places, first, second)
            && two.digits.len() <= one.digits.len()
            && lengths.contains(&digits.len())
            && right
            && !two.letter_after
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
