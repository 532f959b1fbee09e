//! 政策关: what a text cites, held against a library; dates that cannot be or contradict each other; what the text of a rule must say
//! of itself. What is known of cited documents is handed in: this crate asks nobody.

mod dates;
mod figures;
mod norms;
mod sources;

pub use figures::{Figure, Unit, figures};
use serde::{Deserialize, Serialize};
pub use sources::{dead, outside, wanted, wanted_of_tag};
use text::findings::Finding;

use crate::Book;

/// Something that a text points at and that must be looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Wanted {
    /// A document, by its title without blanks, its number, or both. Empty = not said.
    Document { title: String, number: String },
    /// An address of the portal, from `/` on.
    Address(String),
    /// An address of another site, from `http` on.
    Outside(String),
}

/// How a document stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// In force, or from a day that is still to come, or changed since.
    Stands,
    /// Its time is over.
    Lapsed,
    /// Taken back by a later one.
    Repealed,
}

/// What the library knows of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// How it stands.
    pub standing: Standing,
    /// Its number; empty = it has none, or more than one text bears the title.
    pub number: String,
    /// Its articles by number and by the part behind 之; empty = it has none, or its text is not here.
    pub articles: Vec<(u32, u32)>,
    /// What sums, terms and shares its articles say; of those that say none there is no entry.
    #[serde(default)]
    pub figures: Vec<((u32, u32), Vec<Figure>)>,
    /// The year in which it was made; 0 = not known, or more than one text bears the title.
    #[serde(default)]
    pub year: i16,
    /// What took its place, in words; empty = nothing is known. Of an address of another site that does not open, what came of
    /// asking for it and when.
    pub instead: String,
}

impl Known {
    /// An address at which something stands.
    pub fn page() -> Self {
        Self {
            standing: Standing::Stands,
            number: String::new(),
            articles: Vec::new(),
            figures: Vec::new(),
            year: 0,
            instead: String::new(),
        }
    }

    /// An address of another site that does not open: why, and when it was last looked at.
    pub fn dead(why: String) -> Self {
        Self { standing: Standing::Lapsed, instead: why, ..Self::page() }
    }
}

/// What was answered: for each thing that was wanted what is known of it. An address that stands is `Some` with a document that
/// stands. What nobody was asked about is in no list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    known: Vec<(Wanted, Option<Known>)>,
}

impl Answers {
    /// Puts the answers in order.
    pub fn new(mut known: Vec<(Wanted, Option<Known>)>) -> Self {
        known.sort_by(|one, other| one.0.cmp(&other.0));
        known.dedup_by(|one, other| one.0 == other.0);
        Self { known }
    }

    /// What is known; `None` = nobody was asked, `Some(None)` = it is not there.
    pub(crate) fn of(&self, wanted: &Wanted) -> Option<Option<&Known>> {
        let at = self.known.binary_search_by(|one| one.0.cmp(wanted)).ok()?;
        self.known.get(at).map(|(_, known)| known.as_ref())
    }

    /// The same, with what somebody else knows in the place of what is not there.
    #[must_use]
    pub fn or(mut self, of: impl Fn(&Wanted) -> Option<Known>) -> Self {
        for (wanted, known) in &mut self.known {
            if known.is_none() {
                *known = of(wanted);
            }
        }
        self
    }

    /// Those to these, which stand in order.
    pub fn some(&self, wanted: &[Wanted]) -> Self {
        let kept = self.known.iter().filter(|(one, _)| wanted.binary_search(one).is_ok()).cloned().collect();
        Self { known: kept }
    }
}

/// What the policy rules find.
pub(crate) fn look(part: &str, text: &str, chars: &[char], book: &Book, answers: &Answers) -> Vec<Finding> {
    let mut found = sources::look(part, text, chars, book, answers);
    found.extend(dates::look(part, chars));
    found.extend(norms::look(part, text, chars));
    found
}
