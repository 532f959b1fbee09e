//! Where the paragraphs (款) and items (项) of an article stand in its lines.

use std::ops::Range;

use super::Place;
use crate::number;

/// A paragraph: its lines, and those of its items with their values.
pub(super) struct Group {
    pub(super) lines: Range<usize>,
    pub(super) items: Vec<(u32, Range<usize>)>,
}

/// The paragraphs of an article.
pub(super) fn groups(lines: &[String]) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    // Whether the items of the open paragraph are bracketed: then 1. stands beneath them.
    let mut bracketed = false;
    for (at, line) in lines.iter().enumerate() {
        let label = number::item(line);
        let Some((number, value, _)) = label else {
            found.push(Group { lines: at..at + 1, items: Vec::new() });
            bracketed = false;
            continue;
        };
        if found.is_empty() {
            found.push(Group { lines: at..at, items: Vec::new() });
        }
        let Some(group) = found.last_mut() else { continue };
        group.lines.end = at + 1;
        let is_digit = number.starts_with(|c: char| c.is_ascii_digit());
        match group.items.last_mut() {
            Some((_, lines)) if is_digit && bracketed => lines.end = at + 1,
            _ => {
                bracketed |= !is_digit;
                group.items.push((value, at..at + 1));
            }
        }
    }
    found
}

/// Which paragraph a place names, by its place in the list.
///
/// # Errors
/// In words, when it is not there or not named clearly.
pub(super) fn paragraph(groups: &[Group], place: &Place) -> Result<usize, String> {
    let article = number::article(place.article);
    match place.paragraph {
        Some(wanted) => {
            let at = usize::try_from(wanted).unwrap_or(0).checked_sub(1).filter(|at| *at < groups.len());
            at.ok_or_else(|| format!("{article}共 {} 款，没有第{}款", groups.len(), number::written(wanted)))
        }
        None => {
            let with: Vec<usize> = (0..groups.len()).filter(|at| !groups[*at].items.is_empty()).collect();
            match with.as_slice() {
                [one] => Ok(*one),
                [] => Err(format!("{article}没有列项")),
                _ => Err(format!("{article}有 {} 款列了项，决定没有说明是哪一款", with.len())),
            }
        }
    }
}

/// The lines of a place.
///
/// # Errors
/// In words, when it is not there.
pub(super) fn range(lines: &[String], place: &Place) -> Result<Range<usize>, String> {
    let groups = groups(lines);
    match (place.paragraph, place.item) {
        (None, None) => Ok(0..lines.len()),
        (_, None) => paragraph(&groups, place).map(|at| groups[at].lines.clone()),
        (_, Some(item)) => {
            let at = paragraph(&groups, place)?;
            let found = groups[at].items.iter().find(|(value, _)| *value == item);
            found.map(|(_, lines)| lines.clone()).ok_or_else(|| format!("没有{}", place.words()))
        }
    }
}

/// Numbers the items of a paragraph anew, in the style in which each is numbered.
pub(super) fn renumbered(lines: &mut [String], at: usize) {
    let Some(group) = groups(lines).into_iter().nth(at) else { return };
    for (count, (_, range)) in group.items.iter().enumerate() {
        let line = &lines[range.start];
        let count = u32::try_from(count + 1).unwrap_or(u32::MAX);
        let Some((number, value, rest)) = number::item(line) else { continue };
        if value == count {
            continue;
        }
        let digits = number.chars().any(|c| c.is_ascii_digit());
        let written = if digits { count.to_string() } else { number::written(count) };
        let label = match number.chars().next() {
            Some('（') => format!("（{written}）"),
            Some('(') => format!("({written})"),
            _ => format!("{written}{}", number.trim_start_matches(|c: char| c.is_ascii_digit())),
        };
        lines[range.start] = format!("{label}{rest}");
    }
}
