//! The places that a sentence of a decision names, and the quotations that follow one another.

use super::{Place, quotes::quoted};
use crate::number::{self, label};

/// A part with which words begin: 第二章, and what follows.
pub(super) fn part(words: &str) -> Option<(String, &str)> {
    let found = label(words).filter(|label| "编分章节".contains(label.unit))?;
    Some((found.number.to_owned(), found.rest))
}

/// The quotations with which words begin, one after another or with 、和 between them; and the rest.
pub(super) fn run(words: &str) -> (Vec<usize>, &str) {
    let (mut found, mut rest) = (Vec::new(), words);
    loop {
        let next = if found.is_empty() { rest } else { rest.trim_start_matches(['、', '和', '及']) };
        let Some(c) = next.chars().next() else { return (found, rest) };
        let Some(at) = quoted(c) else { return (found, rest) };
        found.push(at);
        rest = &next[c.len_utf8()..];
    }
}

/// The places with which words begin: 第三条、第五条第二款, 第八条至第十条, 第一款第（二）项 of the article that was spoken of before.
pub(super) fn places(words: &str, before: Option<Place>) -> (Vec<Place>, &str) {
    let (mut found, mut rest): (Vec<Place>, &str) = (Vec::new(), words);
    loop {
        let next = match found.is_empty() {
            true => rest,
            false => ["、", "和", "以及", "及", "与"].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(""),
        };
        if let Some((place, after)) = place(next, found.last().copied().or(before)) {
            found.push(place);
            rest = after;
            continue;
        }
        let range = rest.strip_prefix('至').filter(|_| !found.is_empty());
        match range.and_then(|next| place(next, found.last().copied())) {
            Some((to, after)) => {
                let from = found.last().copied().unwrap_or(to);
                found.extend(between(from, to));
                rest = after;
            }
            None => return (found, rest),
        }
    }
}

/// The places after `from` up to `to`.
fn between(from: Place, to: Place) -> Vec<Place> {
    let run = |a: u32, b: u32| a.saturating_add(1)..=b.min(a.saturating_add(500));
    match (to.item, to.paragraph) {
        (Some(last), _) => {
            run(from.item.unwrap_or(last), last).map(|item| Place { item: Some(item), ..from }).collect()
        }
        (None, Some(last)) => {
            let places = run(from.paragraph.unwrap_or(last), last);
            places.map(|paragraph| Place { paragraph: Some(paragraph), ..from }).collect()
        }
        (None, None) => run(from.article.0, to.article.0).map(|number| Place::article((number, 0))).collect(),
    }
}

/// One place, and the rest.
fn place(words: &str, before: Option<Place>) -> Option<(Place, &str)> {
    let (mut place, mut rest) = (None, words);
    if let Some(found) = label(rest).filter(|label| label.unit == '条') {
        place = Some(Place::article(found.ordinal));
        rest = found.rest;
    }
    if let Some(found) = label(rest).filter(|label| label.unit == '款') {
        let of = place.or(before)?;
        place = Some(Place { paragraph: Some(found.ordinal.0), item: None, ..of });
        rest = found.rest;
    }
    if let Some((item, after)) = item(rest) {
        let of = place.or(before)?;
        place = Some(Place { item: Some(item), ..of });
        rest = after;
    }
    place.map(|place| (place, rest))
}

/// 第（三）项, 第三项.
fn item(words: &str) -> Option<(u32, &str)> {
    if let Some(found) = label(words).filter(|label| label.unit == '项') {
        return Some((found.ordinal.0, found.rest));
    }
    let (_, value, rest) = number::item(words.strip_prefix('第')?)?;
    rest.strip_prefix('项').map(|rest| (value, rest))
}
