//! What one document says of another (文件关系): that it is based on it, carries it out, explains, amends, repeals or replaces it.
//!
//! The program finds such sentences in texts ([`acts::put`]) and knows of each whether a person has confirmed it. What nobody has
//! confirmed is never public and does nothing. What was confirmed works as long as the document that says it is public: with its
//! withdrawal it is as if it had never been said. How a document stands to the law follows from it, see [`crate::standing`].

mod acts;
mod besides;
mod days;
mod follow;
mod read;
mod resolve;
mod two;

use kernel::{
    event::{EventKind, Keep},
    id::DocumentId,
};
use store::{FromRow, Sealed};

pub use acts::{Decision, Found, add, confirm, forget, put, refuse};
pub use besides::{Namesake, namesakes, naming, put_other, same_title};
pub use read::{Said, cited, effects, effects_on, one, said, said_of};
pub use resolve::{Fit, fitting};

pub(crate) use follow::follower;

store::ids! {
    /// Of one thing that a document says of another.
    ReferenceId,
}

/// Subject of the events.
pub const SUBJECT: &str = "reference";

/// Writes that decide by what is said already wait for each other on this lock.
const LOCK: &str = "document_reference";

/// What a text does to what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    Repeals,
    Replaces,
    /// 宣布失效, as a clean-up does.
    Ends,
    Amends,
    BasedOn,
    Implements,
    Interprets,
    /// Names it, and says nothing of it.
    Cites,
}

impl Verb {
    /// All of them, in the order in which pages tell them.
    pub const ALL: [Self; 8] = [
        Self::Repeals,
        Self::Replaces,
        Self::Ends,
        Self::Amends,
        Self::BasedOn,
        Self::Implements,
        Self::Interprets,
        Self::Cites,
    ];

    /// Its name in storage and the open interface.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Repeals => "repeals",
            Self::Replaces => "replaces",
            Self::Ends => "ends",
            Self::Amends => "amends",
            Self::BasedOn => "based_on",
            Self::Implements => "implements",
            Self::Interprets => "interprets",
            Self::Cites => "cites",
        }
    }

    /// The one of this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.code() == code)
    }

    /// What the page of the document that says it says before the other.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Repeals => "废止",
            Self::Replaces => "代替",
            Self::Ends => "宣布失效",
            Self::Amends => "修改",
            Self::BasedOn => "依据",
            Self::Implements => "落实",
            Self::Interprets => "解释",
            Self::Cites => "引用",
        }
    }

    /// What the page of the document of which it is said says before the one that says it.
    pub const fn back(self) -> &'static str {
        match self {
            Self::Repeals => "被废止，见",
            Self::Replaces => "被代替，见",
            Self::Ends => "被宣布失效，见",
            Self::Amends => "被修改，见",
            Self::BasedOn => "作为依据，见",
            Self::Implements => "贯彻落实，见",
            Self::Interprets => "作出解释，见",
            Self::Cites => "被引用，见",
        }
    }

    /// Above those that say it of a document, on the page of that document.
    pub const fn others(self) -> &'static str {
        match self {
            Self::Repeals => "废止本文件的",
            Self::Replaces => "代替本文件的",
            Self::Ends => "宣布本文件失效的",
            Self::Amends => "修改本文件的",
            Self::BasedOn => "以本文件为依据的",
            Self::Implements => "落实本文件的",
            Self::Interprets => "解释本文件的",
            Self::Cites => "引用本文件的",
        }
    }

    /// Whether it changes how the other document stands to the law.
    pub const fn acts(self) -> bool {
        matches!(self, Self::Repeals | Self::Replaces | Self::Ends | Self::Amends)
    }

    /// Whether it ends the other document, unless it is said of some of its articles alone.
    pub const fn ends(self) -> bool {
        matches!(self, Self::Repeals | Self::Replaces | Self::Ends)
    }
}

/// Codes of what was decided on one.
pub const FOUND: &str = "found";
/// Nothing to decide: it only names the other.
pub const NOTED: &str = "noted";
/// A person has confirmed it.
pub const CONFIRMED: &str = "confirmed";
/// A person says that the text does not say so.
pub const REFUSED: &str = "refused";

/// Codes of where it comes from.
pub mod basis {
    /// The text of the document that says it.
    pub const TEXT: &str = "text";
    /// The text of the other: 本办法已由《…》废止.
    pub const OTHER: &str = "other";
    /// The two are called the same, and one was made later.
    pub const TITLE: &str = "title";
    /// A person has entered it.
    pub const HAND: &str = "hand";
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ReferenceRow {
    pub id: ReferenceId,
    pub from_document: DocumentId,
    /// Newest edition in whose text it was found; empty = entered by a person.
    pub edition_id: String,
    /// Code of [`basis`].
    pub basis: String,
    /// Code of [`Verb`].
    pub verb: String,
    /// Empty = not in the library, or not known which.
    pub to_document: DocumentId,
    /// As the text names it.
    pub to_title: String,
    pub to_number: String,
    /// 第三条、第十二条; empty = all of it.
    pub articles: String,
    pub quote: String,
    /// From when; empty = from the first day of the document that says it.
    pub effective_on: String,
    pub state: String,
    /// How many public documents fitted the name.
    pub several: i64,
    /// Who has decided, or has proposed what another person must decide; empty = nobody.
    pub decided_by: String,
    pub decided_name: String,
    pub decided_at: String,
    pub reason: String,
    pub version: i64,
    pub created_at: String,
}

impl ReferenceRow {
    /// What the text does to the other.
    pub fn does(&self) -> Verb {
        Verb::from_code(&self.verb).unwrap_or(Verb::Cites)
    }

    /// The other in the words of the text: 《甲办法》（青禾府发〔2020〕3号）.
    pub fn name(&self) -> String {
        named(&self.to_title, &self.to_number)
    }
}

/// A document as texts name it.
pub fn named(title: &str, number: &str) -> String {
    match (title, number) {
        ("", number) => number.to_owned(),
        (title, "") => format!("《{title}》"),
        (title, number) => format!("《{title}》（{number}）"),
    }
}

/// Columns of [`ReferenceRow`].
macro_rules! reference_columns {
    () => {
        "r.id, r.from_document, r.edition_id, r.basis, r.verb, COALESCE(r.to_document, '') AS to_document, r.to_title, \
         r.to_number, r.articles, r.quote, r.effective_on, r.state, r.several, r.decided_by, r.decided_name, r.decided_at, r.reason, r.version, \
         r.created_at"
    };
}
pub(crate) use reference_columns;

const ABOUT: &[(&str, &str)] = &[
    ("from", ""),
    ("to", ""),
    ("verb", "关系"),
    ("name", "对象"),
    ("articles", "条款"),
    ("effective_on", "自"),
    ("reason", "理由"),
];

/// A person says what no text says: it waits for another one.
pub static REFERENCE_PROPOSED: EventKind =
    EventKind::new(SUBJECT, "reference.proposed", "提出文件关系").holds(ABOUT).keeps(Keep::Words);
/// A person says that the text does so.
pub static REFERENCE_CONFIRMED: EventKind =
    EventKind::new(SUBJECT, "reference.confirmed", "确认文件关系").holds(ABOUT).keeps(Keep::Words);
/// A person says that it does not; what was confirmed before works no more.
pub static REFERENCE_REFUSED: EventKind =
    EventKind::new(SUBJECT, "reference.refused", "否定文件关系").holds(ABOUT).keeps(Keep::Words);

/// What the log seals: what was decided changes how documents stand to the law. Words of texts are not among it, since they may
/// have to be erased.
pub(crate) fn sealed() -> Sealed {
    Sealed::each(
        SUBJECT,
        "文件关系",
        "SELECT id FROM document_reference WHERE state IN ('confirmed', 'refused')",
        "SELECT d.index_number FROM document_reference r JOIN document d ON d.id = r.from_document \
         WHERE r.id = $1 AND d.index_number <> ''",
    )
    .part(
        "reference/1",
        "关系、对象、起始日期或认定",
        "SELECT id, from_document, verb, to_document, articles, effective_on, state, decided_by, decided_at \
         FROM document_reference WHERE id = $1 AND state IN ('confirmed', 'refused')",
    )
}
