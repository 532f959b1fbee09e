//! What the public can read now: the only way by which portal pages, feeds, the search index and evidence reach documents.
//!
//! Every function returns only documents whose edition is published at this moment; what was withdrawn is told by
//! [`document`] as a [`Tombstone`], and by nothing else (invariant 3).

mod columns;
mod detail;
mod lists;
pub mod proof;

use kernel::OrganCode;

pub use columns::{Column, ColumnRef, column, columns};
pub use detail::{Searchable, attachment, document, listed, searchable, tombstones};
pub use lists::{
    ColumnCount, Filter, Order, OrganCount, column_counts, count_since, ids, latest, list, list_in, organ_counts,
    per_day, topics, years,
};
pub(crate) use lists::{Facet, facet};

use crate::kinds::{Kind, Validity};

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Listed {
    /// The document.
    pub id: String,
    /// Address on the portal.
    pub path: String,
    /// Title of the edition in force.
    pub title: String,
    /// Summary; may be empty.
    pub summary: String,
    /// Kind.
    pub kind: Kind,
    /// The organ.
    pub organ: OrganCode,
    /// Slug of the column.
    pub column: String,
    /// Name of the column.
    pub column_name: String,
    /// 索引号.
    pub index_number: String,
    /// 发文字号; may be empty.
    pub document_number: String,
    /// 有效性, if it has one.
    pub validity: Option<Validity>,
    /// 成文日期, `YYYY-MM-DD`; may be empty.
    pub written_on: String,
    /// First day of being public, `YYYY-MM-DD`.
    pub published_on: String,
    /// First moment of being public, stored form.
    pub published_at: String,
    /// When the edition in force became public, stored form: later than `published_at` after a correction.
    pub updated_at: String,
}

/// A document in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicDocument {
    /// What lists show of it.
    pub listed: Listed,
    /// The edition in force.
    pub edition: PublicEdition,
    /// Its column.
    pub column: ColumnRef,
    /// Files, in order.
    pub attachments: Vec<PublicAttachment>,
    /// Public documents that interpret it (解读).
    pub interpretations: Vec<Listed>,
    /// The public document that it interprets.
    pub interprets: Option<Listed>,
    /// Editions that it replaced, newest first.
    pub superseded: Vec<PastEdition>,
}

/// The text of the edition in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicEdition {
    /// Identifier.
    pub id: String,
    /// 1, 2, …
    pub number: i64,
    /// The text, cleaned: may be inserted into a page as it is.
    pub body_html: String,
    /// Its visible text.
    pub body_text: String,
    /// SHA-256 of the text as stored, for the digest line and the stamp.
    pub digest: String,
    /// 施行日期; may be empty.
    pub effective_on: String,
    /// 有效期至; may be empty.
    pub expires_on: String,
    /// 主题.
    pub topics: Vec<String>,
    /// 主题词.
    pub keywords: Vec<String>,
    /// 来源; never empty (the organ's name when none was given).
    pub source: String,
    /// What changed against the edition before; may be empty.
    pub note: String,
}

/// A file of a public edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAttachment {
    /// Identifier; the file is served at `/attachments/{id}`.
    pub id: String,
    /// Title; the file name when none was given.
    pub title: String,
    /// Name for the download.
    pub file_name: String,
    /// SHA-256.
    pub digest: String,
    /// Media type by content.
    pub media_type: String,
    /// `PDF`, `DOCX` …
    pub format: String,
    /// Size.
    pub bytes: i64,
    /// Visible text, for search.
    pub text: String,
}

/// An edition that was public once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEdition {
    /// 1, 2, …
    pub number: i64,
    /// Title at the time.
    pub title: String,
    /// From when, stored form.
    pub published_at: String,
    /// Until when, stored form.
    pub ended_at: String,
    /// What the edition after it changed.
    pub changed: String,
}

/// What stands where a withdrawn document stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// The document.
    pub id: String,
    /// Address on the portal.
    pub path: String,
    /// Its title.
    pub title: String,
    /// The organ.
    pub organ: OrganCode,
    /// 索引号.
    pub index_number: String,
    /// Why it was withdrawn.
    pub reason: String,
    /// What readers are told besides; may be empty.
    pub notice: String,
    /// When, stored form.
    pub withdrawn_at: String,
}

/// What is at a document's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It can be read.
    Public(Box<PublicDocument>),
    /// It was withdrawn.
    Withdrawn(Tombstone),
}
