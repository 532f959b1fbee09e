//! Two editions of a document held against each other by words: what was changed, added, removed, moved, split or merged; tables
//! cell by cell; fields and files.
//!
//! The names of the changes are those of the command-line contract (`gongkai compare`). All work is counted ([`MOST_STEPS`]), so
//! that a text made to be slow is shown more coarsely and nobody waits for it. It is still work for a thread that answers nobody
//! else ([`aside`]).

mod files;
mod noted;
mod said;
mod table;
mod units;
mod view;

use std::ops::Range;

pub use files::{File, FileChange};
pub use law_text::diff::{Change, MOST_STEPS, spans::Op};
use law_text::diff::{
    matching::{self, Item, Place},
    script::{self, Steps},
    spans::{self, Span, spans},
    words::{self, Lexicon, Mark, Word},
};
pub use noted::Chapter;
pub(crate) use said::said;
use tokio::sync::Semaphore;
use units::Unit;
pub use units::What;
pub use view::{Field, Line, View};

use crate::{
    error::{Result, fault},
    html::pieces,
};

/// How many comparisons are made at the same time: whoever asks for many waits, and nobody else does.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Does the work of a comparison on a thread that answers nobody else.
///
/// # Errors
/// When the work panics.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| fault(format!("comparing two editions: {error}")))?;
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| fault(format!("comparing two editions: {error}")))
}

/// One edition as it is compared.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// How the page calls it: 第 2 版（公开中）.
    pub name: String,
    /// What it is called there.
    pub title: String,
    /// Its fields in words, in the order of the page; the same fields on both sides.
    pub fields: Vec<(&'static str, String)>,
    /// Its text as stored.
    pub html: String,
    /// Its files, in order.
    pub files: Vec<File>,
    /// What its authors say of its changes, line by line (`common::CHANGES`).
    pub notes: String,
}

/// A row of the comparison: units of both sides that belong together, or of one side alone.
#[derive(Debug, Clone)]
struct Row {
    change: Change,
    olds: Range<usize>,
    news: Range<usize>,
    /// Where what moved stands on the other side.
    other: Option<usize>,
    /// Only its number is another.
    renumbered: bool,
    spans: Vec<Span>,
    table: Option<table::Compared>,
}

impl Row {
    fn one_side(change: Change, (olds, news): (Range<usize>, Range<usize>), spans: Vec<Span>) -> Self {
        Self { change, olds, news, other: None, renumbered: false, spans, table: None }
    }
}

/// Two editions, compared.
#[derive(Debug)]
pub struct Comparison {
    lexicon: Lexicon,
    old: Vec<Unit>,
    new: Vec<Unit>,
    rows: Vec<Row>,
    names: (String, String),
    fields: Vec<(&'static str, Vec<Span>)>,
    files: Vec<FileChange>,
    /// What the authors of the new edition say of its changes: of what, and the words.
    notes: Vec<(String, String)>,
    /// The words are the same, their looks (bold, alignment) are not.
    looks: bool,
    /// Not everything could be looked at in the time that a comparison may take.
    pub coarse: bool,
    /// How many steps it took.
    pub steps: u64,
}

/// Compares two editions.
pub fn compare(old: &Side, new: &Side) -> Comparison {
    within(old, new, MOST_STEPS)
}

fn within(old: &Side, new: &Side, most: u64) -> Comparison {
    let (mut lexicon, mut steps) = (Lexicon::default(), Steps::of(most));
    let was = units::read(&pieces::read(&old.html), &mut lexicon);
    let is = units::read(&pieces::read(&new.html), &mut lexicon);
    let mut field = |label, old: &str, new: &str| {
        let (a, b) = (lexicon.words(old, &Mark::None), lexicon.words(new, &Mark::None));
        (label, spans(&a, &b, &mut steps))
    };
    let mut fields = vec![field("标题", &old.title, &new.title)];
    for (at, (label, value)) in new.fields.iter().enumerate() {
        fields.push(field(*label, old.fields.get(at).map_or("", |(_, value)| value.as_str()), value));
    }
    fields.retain(|(_, spans)| spans.iter().any(Span::changed));
    let rows = rows(&was, &is, &mut lexicon, &mut steps);
    Comparison {
        looks: old.html != new.html,
        lexicon,
        old: was,
        new: is,
        rows,
        names: (old.name.clone(), new.name.clone()),
        fields,
        files: files::compare(&old.files, &new.files),
        notes: noted::read(&new.notes),
        coarse: steps.spent(),
        steps: steps.taken(),
    }
}

/// Stands between units that were split or merged.
const BREAK: &str = "\n";

fn rows(old: &[Unit], new: &[Unit], lexicon: &mut Lexicon, steps: &mut Steps) -> Vec<Row> {
    let item = |unit: &Unit| Item { key: unit.body().to_vec(), words: unit.words.clone(), class: unit.what.class() };
    let olds: Vec<Item> = old.iter().map(item).collect();
    let news: Vec<Item> = new.iter().map(item).collect();
    let cut = lexicon.word(BREAK, &Mark::None);
    let plain = |words: &[Word]| vec![Span { op: Op::Equal, words: words.to_vec() }];
    let mut rows = Vec::new();
    for place in matching::arrange_text(&olds, &news, steps) {
        rows.push(match place {
            Place::Both { old: i, new: j, olds, news } if olds.len() == 1 && news.len() == 1 => {
                both(&old[i], &new[j], (olds, news), steps)
            }
            Place::Both { olds, news, .. } => {
                let change = if news.len() > 1 { Change::Split } else { Change::Merged };
                let (was, is) = (joined(&old[olds.clone()], cut), joined(&new[news.clone()], cut));
                Row::one_side(change, (olds, news), spans(&was, &is, steps))
            }
            Place::Old { at, to: None } => {
                Row::one_side(Change::Removed, (at..at + 1, 0..0), spans(&old[at].words, &[], steps))
            }
            Place::New { at, from: None } => {
                Row::one_side(Change::Added, (0..0, at..at + 1), spans(&[], &new[at].words, steps))
            }
            Place::Old { at, to: Some(to) } => {
                let change = if same(&old[at], &new[to]) { Change::Moved } else { Change::MovedModified };
                Row { other: Some(to), ..Row::one_side(change, (at..at + 1, 0..0), plain(&old[at].words)) }
            }
            Place::New { at, from: Some(from) } => {
                let change = if same(&old[from], &new[at]) { Change::Moved } else { Change::MovedModified };
                let row = both(&old[from], &new[at], (0..0, at..at + 1), steps);
                Row { change, other: Some(from), renumbered: false, ..row }
            }
        });
    }
    rows
}

fn same(old: &Unit, new: &Unit) -> bool {
    old.body() == new.body()
}

/// The words of several units with breaks between them.
fn joined(units: &[Unit], cut: Word) -> Vec<Word> {
    let mut words = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        if at > 0 {
            words.push(cut);
        }
        words.extend_from_slice(&unit.words);
    }
    words
}

/// Two states of one unit.
fn both(old: &Unit, new: &Unit, (olds, news): (Range<usize>, Range<usize>), steps: &mut Steps) -> Row {
    if let (Some(was), Some(is)) = (&old.table, &new.table) {
        let compared = table::compare(was, is, steps);
        let change = if compared.same() { Change::Unchanged } else { Change::Modified };
        return Row { table: Some(compared), ..Row::one_side(change, (olds, news), Vec::new()) };
    }
    let spans = spans(&old.words, &new.words, steps);
    let renumbered = same(old, new) && old.words != new.words;
    let change = if old.what.label() != new.what.label() {
        Change::Modified
    } else if old.words == new.words {
        Change::Unchanged
    } else if renumbered {
        Change::Moved
    } else {
        Change::Modified
    };
    Row { renumbered: renumbered && change == Change::Moved, ..Row::one_side(change, (olds, news), spans) }
}

impl Comparison {
    /// How many units met each fate; what moved is counted where it stands now.
    pub fn counts(&self) -> Vec<(Change, usize)> {
        let fate = |change: Change| self.rows.iter().filter(|row| row.change == change && !row.is_trace()).count();
        Change::ALL.into_iter().map(|change| (change, fate(change))).filter(|(_, count)| *count > 0).collect()
    }

    /// Whether title, fields, text and files are the same.
    pub fn same(&self) -> bool {
        self.fields.is_empty() && self.files.is_empty() && self.rows.iter().all(|row| row.change == Change::Unchanged)
    }
}

impl Row {
    /// Whether it says only that something stood here which moved.
    fn is_trace(&self) -> bool {
        self.other.is_some() && self.news.is_empty()
    }
}

#[cfg(test)]
mod tests;
