//! Fitting the heads of a table to the columns of an item.

use std::collections::{BTreeMap, HashMap, HashSet};

use item::{Item, personal};
use serde::{Deserialize, Serialize};

use crate::names::{HeadNames, Names};
use crate::own;
use crate::words::{is_letter, is_letter_label, is_serial, plain};
use crate::{Found, Head};

/// What a column of the sheet is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to", content = "key")]
pub enum Target {
    /// This column of the item.
    Column(String),
    /// A running number, or a column that is repeated: not needed.
    Nothing,
    /// Published as text beside the record, under its head: only where somebody has said so.
    More,
    /// Nobody knows yet: must be told before the import.
    Unknown,
}

/// What each head of a table stands for, by the words of its path (`债务限额/合计`) as [`Found::keys`] has them, so that it is
/// remembered for the next file.
pub type Mapping = BTreeMap<String, Target>;

/// How a table fits an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    pub mapping: Mapping,
    /// Required columns of the item which no head stands for, by key.
    pub missing: Vec<String>,
    /// Heads that are not known, by their path.
    pub unknown: Vec<String>,
    /// Heads that are no column of the item and are left out, by their path: somebody may say that they are published.
    pub left: Vec<String>,
    /// Heads of what is a person's alone and no column of the item: left out, whatever somebody says.
    pub private: Vec<String>,
    /// Columns of the item that are fitted, of 100; the best table of a file is the one with most.
    pub score: u32,
}

/// What the heads of `found` stand for; what was remembered counts first. A head that could be one column as well as another, and a
/// column that two heads could be, are not guessed: they are [`Target::Unknown`]. What the item does not know is left out.
pub fn fit(item: &Item, found: &Found, remembered: &Mapping) -> Fit {
    let keys = found.keys();
    let mut targets: Vec<Option<Target>> =
        keys.iter().map(|key| remembered.get(key).filter(|target| holds(item, key, target)).cloned()).collect();
    for at in own::columns(found) {
        targets[at].get_or_insert(Target::Nothing);
    }
    let taken: HashSet<String> = targets.iter().flatten().filter_map(column_of).map(str::to_owned).collect();
    let names: Vec<Names> = item.columns.iter().map(Names::of).collect();
    // which heads could be a column best, with how well they fit
    let mut claims: HashMap<usize, Vec<(u32, usize)>> = HashMap::new();
    let mut doubtful: HashSet<usize> = HashSet::new();
    for (at, head) in found.heads.iter().enumerate().filter(|(at, _)| targets[*at].is_none()) {
        match best(&HeadNames::of(head, &found.heads), &names) {
            Best::One(score, column) if !taken.contains(&item.columns[column].key) => {
                claims.entry(column).or_default().push((score, at));
            }
            Best::One(..) | Best::None => {}
            Best::Several => {
                doubtful.insert(at);
            }
        }
    }
    for (column, mut heads) in claims {
        heads.sort_by_key(|(score, at)| (u32::MAX - score, *at));
        let most = heads[0].0;
        let equal = heads.iter().filter(|(score, _)| *score == most).count();
        for (score, at) in heads {
            if equal == 1 && score == most {
                targets[at] = Some(Target::Column(item.columns[column].key.clone()));
            } else if score == most {
                doubtful.insert(at);
            }
        }
    }
    let mut fit = Fit::default();
    for (at, key) in keys.into_iter().enumerate() {
        let doubtful = doubtful.contains(&at);
        let target = targets[at].take().unwrap_or_else(|| match &found.heads[at] {
            _ if doubtful => Target::Unknown,
            head if is_needless(head, found) => Target::Nothing,
            _ if personal::never_added(item, &key) => {
                fit.private.push(key.clone());
                Target::Nothing
            }
            _ if item.more_columns => {
                fit.left.push(key.clone());
                Target::Nothing
            }
            _ => Target::Unknown,
        });
        if target == Target::Unknown {
            fit.unknown.push(key.clone());
        }
        fit.mapping.insert(key, target);
    }
    let fitted: HashSet<&str> = fit.mapping.values().filter_map(column_of).collect();
    let missing = item.columns.iter().filter(|column| column.required && !fitted.contains(column.key.as_str()));
    fit.missing = missing.map(|column| column.key.clone()).collect();
    let of = u32::try_from(item.columns.len()).unwrap_or(u32::MAX).max(1);
    fit.score = u32::try_from(fitted.len()).unwrap_or(u32::MAX).saturating_mul(100) / of;
    fit
}

/// Whether what was remembered or said still means something for this head.
fn holds(item: &Item, head: &str, target: &Target) -> bool {
    match target {
        Target::Column(key) => item.column(key).is_some_and(|column| personal::may_stand(item, head, column)),
        Target::Nothing => true,
        Target::More => item.more_columns && !personal::never_added(item, head),
        Target::Unknown => false,
    }
}

fn column_of(target: &Target) -> Option<&str> {
    if let Target::Column(key) = target { Some(key) } else { None }
}

/// Which column a head is.
enum Best {
    /// How well it fits, and its place among the columns.
    One(u32, usize),
    /// Two fit as well as each other.
    Several,
    None,
}

fn best(head: &HeadNames, names: &[Names]) -> Best {
    let mut best = Best::None;
    let mut most = 0;
    for (at, names) in names.iter().enumerate() {
        let score = head.score(names);
        if score > most {
            (best, most) = (Best::One(score, at), score);
        } else if score == most && score > 0 {
            best = Best::Several;
        }
    }
    best
}

/// A running number, under whatever head, or the formula letters of the rows.
fn is_needless(head: &Head, found: &Found) -> bool {
    let word = head.path.last().map(|word| plain(word)).unwrap_or_default();
    if is_serial(&word) {
        return true;
    }
    let mut texts = found.rows.iter().filter_map(|line| line.get(head.column)).peekable();
    if texts.peek().is_none() {
        return false;
    }
    if is_letter_label(&word) {
        return texts.all(is_letter);
    }
    // 1, 2, 3 in a first column without a head
    let unnamed = head.path.len() == 1 && word.starts_with('第') && word.ends_with('列');
    let first = found.heads.first().is_some_and(|first| first.column == head.column);
    unnamed && first && (1_u32..).zip(texts).all(|(count, text)| plain(text).parse::<u32>() == Ok(count))
}
