//! What a search answers, as the page shows it and as the command line and the API print it.

use serde::{Deserialize, Serialize};

pub use crate::snippet::Piece;

/// The answer. The first fields are the contract of `gongkai search`; the others may grow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// How many there are under the filters.
    pub total: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// One page of them.
    pub hits: Vec<Hit>,
    /// What the office wants to be read first by whoever asks this; not among the hits of the first page.
    pub recommended: Vec<Hit>,
    /// How many of each kind, organ, column, year and validity.
    pub facets: Facets,
    /// Which page this is, from 1.
    pub page: usize,
    /// Hits on a page.
    pub size: usize,
    /// Nothing held all the words: these hold some of them.
    pub relaxed: bool,
    /// Part of the question was left out because it was too long.
    pub cut: bool,
    /// Single characters that were left out.
    pub ignored: Vec<String>,
    /// The question was one character only and was not asked.
    pub too_short: bool,
    /// The index is being rebuilt: something may be missing.
    pub rebuilding: bool,
    /// What else could be asked, when nothing was found.
    pub suggestions: Suggestions,
}

impl Results {
    /// The JSON that `gongkai search` promises: `{total, took_ms, hits, facets}`.
    pub fn contract(&self) -> serde_json::Value {
        serde_json::json!({ "total": self.total, "took_ms": self.took_ms, "hits": self.hits, "facets": self.facets })
    }
}

/// A subject of which something was found: itself, or parts of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Identifier of the subject.
    pub id: String,
    /// Its kind in the event log: `document`, `organ`, `plan`.
    pub subject: String,
    /// Which part of the subject this is, when it has no entry of its own; otherwise empty.
    pub key: String,
    /// What it is, in words: 政策, 机关, …
    pub kind: String,
    pub title: String,
    /// Address on the portal.
    pub url: String,
    /// Excerpt as plain text.
    pub snippet: String,
    /// How well it fits; only comparable within one answer, 0 when sorted by date.
    pub score: f32,
    /// Short name of the organ.
    pub organ: String,
    pub organ_code: String,
    /// Name of the column.
    pub column: String,
    /// First day of being public, `YYYY-MM-DD`.
    pub date: String,
    /// 发文字号.
    pub document_number: String,
    /// 有效性 in words.
    pub validity: String,
    /// Whether this is exactly what was named: by title, document number or another name that it bears.
    pub exact: bool,
    /// Whether the office recommends it for this question.
    pub recommended: bool,
    /// The title with the hits marked.
    pub title_pieces: Vec<Piece>,
    /// The excerpt with the hits marked.
    pub snippet_pieces: Vec<Piece>,
    /// Parts of it that were found, the best first: attachments, articles. At most four.
    pub parts: Vec<Part>,
}

/// A part of a subject that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which, within the subject.
    pub key: String,
    pub title: String,
    /// Address.
    pub url: String,
    /// The title with the hits marked.
    pub title_pieces: Vec<Piece>,
    /// An excerpt with the hits marked.
    pub snippet_pieces: Vec<Piece>,
}

/// A value of a facet and how often it occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value, as a filter takes it: a code.
    pub value: String,
    /// In words.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// All facets. Each is counted under the filters of the others, not its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    pub kind: Vec<FacetCount>,
    pub organ: Vec<FacetCount>,
    pub column: Vec<FacetCount>,
    /// Years, newest first.
    pub year: Vec<FacetCount>,
    pub validity: Vec<FacetCount>,
}

/// Ways out of an empty answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    /// What was probably meant: words that sound like those that were asked for, or that letters spell, and find something.
    pub meant: Vec<FacetCount>,
    /// How many there would be without filters.
    pub without_filters: u64,
    /// Shorter questions that find something.
    pub shorter: Vec<FacetCount>,
    /// Columns with the most content.
    pub columns: Vec<FacetCount>,
}
