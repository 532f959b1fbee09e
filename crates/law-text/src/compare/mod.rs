//! Two statutes held against each other article by article (第…条), whatever file they came in. A text without articles is compared
//! by its paragraphs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    diff::{
        Change, MOST_STEPS,
        matching::{self, Item, Place},
        script::Steps,
        spans::{Op, Span, spans},
        words::{Lexicon, Mark, Word},
    },
    structure::{Article, Part, Statute},
};

/// A stretch of two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// `equal`, `insert`, `delete`.
    pub op: &'static str,
    pub text: String,
}

/// What became of something outside of the articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Around {
    /// 标题, 题注, or the heading as it is now: 第二章 罚则.
    pub what: String,
    /// [`Change::code`].
    pub kind: &'static str,
    /// The words of both.
    pub spans: Vec<Stretch>,
}

/// What became of an article.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArticleChange {
    /// [`Change::code`].
    pub kind: &'static str,
    /// Number in the old text.
    pub old: Option<String>,
    /// Number in the new text.
    pub new: Option<String>,
    /// The other articles that it was split into or merged from.
    pub also: Vec<String>,
    /// How alike both are, from 0 to 1.
    pub similarity: f64,
    /// The words of both: without insertions the old text, without deletions the new one. Articles that were split or merged
    /// stand in it one after another, a line break between them.
    pub spans: Vec<Stretch>,
    /// The outermost part in which it stands now, or stood: 第二章 罚则; empty where there is none.
    pub part: String,
}

/// What changed within a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartSummary {
    /// The heading as printed; empty for articles outside of all parts.
    pub part: String,
    /// How many articles met each fate, by [`Change::code`].
    pub summary: BTreeMap<&'static str, usize>,
}

/// Which articles belong together, and what became of them.
#[derive(Debug)]
struct Told {
    change: Change,
    was: Vec<usize>,
    is: Vec<usize>,
    /// The nearest of each side; without meaning for a side that has none.
    lead: (usize, usize),
}

/// Most comparisons of two words: two codes of more than a thousand articles, all reworded, need no more; less than a second.
const MOST: u64 = 5 * MOST_STEPS;

/// Compares article by article, in the order in which both are read.
pub fn compare(old: &Statute, new: &Statute) -> Vec<ArticleChange> {
    let (was, is) = (old.units(), new.units());
    let (mut lexicon, mut steps) = (Lexicon::default(), Steps::of(MOST));
    let mut items = |articles: &[Article]| -> Vec<Item> {
        let words = articles.iter().map(|article| lexicon.words(&article.text, &Mark::None));
        words.map(|words| Item { key: words.clone(), words, class: 0 }).collect()
    };
    let (olds, news) = (items(&was), items(&is));
    let cut = lexicon.word("\n", &Mark::None);
    let places = matching::arrange_text(&olds, &news, &mut steps);
    let mut told = fates((&was, &olds), (&is, &news), places);
    // With steps of its own: whatever it looks at, the words are still compared.
    gathered(&mut told, (&olds, &news), cut, &mut Steps::of(MOST_STEPS));
    let tell = |one: &Told| {
        let (a, b) = (joined(&olds, &one.was, cut), joined(&news, &one.is, cut));
        let both = !one.was.is_empty() && !one.is.is_empty();
        let similarity = if both { matching::likeness(&a, &b, &mut steps) } else { 0 };
        let more = |articles: &[Article], list: &[usize], but: usize| -> Vec<String> {
            list.iter().filter(|at| **at != but).map(|at| articles[*at].number.clone()).collect()
        };
        let of = |articles: &[Article], list: &[usize], at: usize| (!list.is_empty()).then(|| articles[at].clone());
        let (before, now) = (of(&was, &one.was, one.lead.0), of(&is, &one.is, one.lead.1));
        let part = match (&now, &before) {
            (Some(now), _) => outermost(new, now.part),
            (None, Some(before)) => outermost(old, before.part),
            (None, None) => String::new(),
        };
        ArticleChange {
            kind: one.change.code(),
            old: before.map(|article| article.number),
            new: now.map(|article| article.number),
            also: [more(&was, &one.was, one.lead.0), more(&is, &one.is, one.lead.1)].concat(),
            similarity: f64::from(u32::try_from(similarity).unwrap_or(1000)) / 1000.0,
            spans: spans(&a, &b, &mut steps).iter().map(|span| stretch(span, &lexicon)).collect(),
            part,
        }
    };
    told.iter().map(tell).collect()
}

/// The heading of the outermost part around an article.
fn outermost(statute: &Statute, part: Option<usize>) -> String {
    statute.within(part).first().map(|part| part.line.clone()).unwrap_or_default()
}

/// What became of the units that were matched.
fn fates((was, olds): (&[Article], &[Item]), (is, news): (&[Article], &[Item]), places: Vec<Place>) -> Vec<Told> {
    let mut told = Vec::new();
    for place in places {
        match place {
            Place::Both { old: i, new: j, olds: from, news: to } => {
                let same = olds[i].key == news[j].key;
                // The places of paragraphs are no numbers that somebody gave.
                let renamed = was[i].ordinal.is_some() && is[j].ordinal.is_some() && was[i].ordinal != is[j].ordinal;
                let change = match (from.len() > 1, to.len() > 1) {
                    (_, true) => Change::Split,
                    (true, _) => Change::Merged,
                    _ if same && !renamed => Change::Unchanged,
                    _ if same => Change::Moved,
                    _ if renamed => Change::MovedModified,
                    _ => Change::Modified,
                };
                told.push(Told { change, was: from.collect(), is: to.collect(), lead: (i, j) });
            }
            Place::Old { at, to: None } => {
                told.push(Told { change: Change::Removed, was: vec![at], is: Vec::new(), lead: (at, 0) });
            }
            // Told where it stands now.
            Place::Old { to: Some(_), .. } => {}
            Place::New { at, from: None } => {
                told.push(Told { change: Change::Added, was: Vec::new(), is: vec![at], lead: (0, at) });
            }
            Place::New { at, from: Some(from) } => {
                let change = if olds[from].key == news[at].key { Change::Moved } else { Change::MovedModified };
                told.push(Told { change, was: vec![from], is: vec![at], lead: (from, at) });
            }
        }
    }
    told
}

/// How much of an article must stand in another for it to be a part of it, in thousandths.
const PART: usize = 700;
/// An article with fewer words is a part of anything.
const FEW: usize = 6;

/// What was split or merged across others: an article that seems to be new and whose words stood in one that lost them, and the
/// other way round.
fn gathered(told: &mut Vec<Told>, (olds, news): (&[Item], &[Item]), cut: Word, steps: &mut Steps) {
    if !told.iter().any(|one| matches!(one.change, Change::Added | Change::Removed)) {
        return;
    }
    // Each article is asked for by each that is alone.
    let shingled =
        |items: &[Item]| -> Vec<Vec<u64>> { items.iter().map(|item| matching::shingles(&item.words)).collect() };
    let (of_old, of_new) = (shingled(olds), shingled(news));
    for (lone, change) in [(Change::Added, Change::Split), (Change::Removed, Change::Merged)] {
        let split = change == Change::Split;
        let mut at = 0;
        while at < told.len() {
            if told[at].change != lone {
                at += 1;
                continue;
            }
            let own = if split { told[at].is[0] } else { told[at].was[0] };
            let (part, words) = match split {
                true => (&of_new[own], &news[own].words),
                false => (&of_old[own], &olds[own].words),
            };
            let mut best: Option<(usize, usize)> = None;
            let fits = |one: &Told| {
                let alone = if split { one.was.len() == 1 } else { one.is.len() == 1 };
                alone && (one.change == change || matches!(one.change, Change::Modified | Change::MovedModified))
            };
            for (place, one) in told.iter().enumerate().filter(|(_, one)| words.len() >= FEW && fits(one)) {
                let whole = if split { &of_old[one.was[0]] } else { &of_new[one.is[0]] };
                if matching::covered(part, whole, steps) < PART {
                    continue;
                }
                let whole = if split { joined(olds, &one.was, cut) } else { joined(news, &one.is, cut) };
                let carried = matching::carried(words, &whole, steps);
                if carried < matching::CARRIED {
                    continue;
                }
                let (rest, mut all) = if split {
                    (joined(news, &one.is, cut), one.is.clone())
                } else {
                    (joined(olds, &one.was, cut), one.was.clone())
                };
                all.extend(if split { &told[at].is } else { &told[at].was });
                all.sort_unstable();
                let together = joined(if split { news } else { olds }, &all, cut);
                let gain = matching::likeness(&whole, &together, steps)
                    .saturating_sub(matching::likeness(&whole, &rest, steps));
                if gain >= matching::gain_of(words, carried) && best.is_none_or(|(_, most)| carried + gain > most) {
                    best = Some((place, carried + gain));
                }
            }
            let Some((place, _)) = best else {
                at += 1;
                continue;
            };
            let mut more = if split { told[at].is.clone() } else { told[at].was.clone() };
            let one = &mut told[place];
            one.change = change;
            let list = if split { &mut one.is } else { &mut one.was };
            list.append(&mut more);
            list.sort_unstable();
            told.remove(at);
        }
    }
}

/// What changed in each part, in the order in which the parts are read.
pub fn by_part(changes: &[ArticleChange]) -> Vec<PartSummary> {
    let mut found: Vec<PartSummary> = Vec::new();
    for change in changes {
        let at = match found.iter().position(|one| one.part == change.part) {
            Some(at) => at,
            None => {
                found.push(PartSummary { part: change.part.clone(), summary: BTreeMap::new() });
                found.len() - 1
            }
        };
        *found[at].summary.entry(change.kind).or_default() += 1;
    }
    found
}

fn stretch(span: &Span, lexicon: &Lexicon) -> Stretch {
    let op = match span.op {
        Op::Equal => "equal",
        Op::Insert => "insert",
        Op::Delete => "delete",
    };
    Stretch { op, text: lexicon.text(&span.words) }
}

/// What changed outside of the articles: title, what stands before the first article, headings, before which article they stand,
/// and what stands beneath them.
pub fn around(old: &Statute, new: &Statute) -> Vec<Around> {
    let (mut lexicon, mut steps) = (Lexicon::default(), Steps::of(MOST_STEPS));
    let mut found = Vec::new();
    let mut tell = |what: &str, change: Change, was: &str, is: &str| {
        let (a, b) = (lexicon.words(was, &Mark::None), lexicon.words(is, &Mark::None));
        let spans = spans(&a, &b, &mut steps).iter().map(|span| stretch(span, &lexicon)).collect();
        found.push(Around { what: what.to_owned(), kind: change.code(), spans });
    };
    // Of a text without articles these are what is compared.
    let notes = |of: &Statute| match of.articles.is_empty() {
        true => String::new(),
        false => [of.preamble.as_str(), of.lead.as_str()].join("\n").trim().to_owned(),
    };
    for (what, was, is) in [("标题", old.title.clone(), new.title.clone()), ("题注", notes(old), notes(new))] {
        match (was.is_empty(), is.is_empty()) {
            _ if was == is => {}
            (true, _) => tell(what, Change::Added, &was, &is),
            (_, true) => tell(what, Change::Removed, &was, &is),
            _ => tell(what, Change::Modified, &was, &is),
        }
    }
    let pairs = paired(&old.parts, &new.parts);
    let follows = |of: &Statute, part: &Part| of.articles.get(part.before).map(|one| (one.ordinal, one.text.clone()));
    for (part, was) in new.parts.iter().zip(&pairs) {
        let Some(was) = was.and_then(|at| old.parts.get(at)) else {
            tell(&part.line, Change::Added, "", &part.line);
            continue;
        };
        let same = match (follows(old, was), follows(new, part)) {
            (Some(a), Some(b)) => a.0 == b.0 || a.1 == b.1,
            (a, b) => a.is_none() == b.is_none(),
        };
        if was.line != part.line {
            tell(&part.line, Change::Modified, &was.line, &part.line);
        } else if !same {
            tell(&part.line, Change::Moved, &part.line, &part.line);
        }
        if was.text != part.text && !(old.articles.is_empty() || new.articles.is_empty()) {
            tell(&format!("{}（内容）", part.line), Change::Modified, &was.text, &part.text);
        }
    }
    for (_, part) in old.parts.iter().enumerate().filter(|(at, _)| !pairs.contains(&Some(*at))) {
        tell(&part.line, Change::Removed, &part.line, "");
    }
    found
}

/// Which part of the old text each of the new one was: first those that read the same, then those with the same number. Those
/// that are counted twice are taken in their order.
fn paired(old: &[Part], new: &[Part]) -> Vec<Option<usize>> {
    let mut left: Vec<usize> = (0..old.len()).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    for by_number in [false, true] {
        for (at, part) in new.iter().enumerate() {
            let alike = |was: &Part| match by_number {
                false => was.line == part.line,
                true => was.level == part.level && !part.number.is_empty() && was.number == part.number,
            };
            if pairs[at].is_none()
                && let Some(place) = left.iter().position(|old_at| alike(&old[*old_at]))
            {
                pairs[at] = Some(left.remove(place));
            }
        }
    }
    pairs
}

fn joined(items: &[Item], places: &[usize], cut: Word) -> Vec<Word> {
    let parts: Vec<&[Word]> = places.iter().map(|at| items[*at].words.as_slice()).collect();
    parts.join(&cut)
}

#[cfg(test)]
mod tests;
