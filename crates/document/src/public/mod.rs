//! What the public can read now: the only way by which portal pages, feeds, the search index and evidence reach documents.
//!
//! Every function returns only documents that have an edition that is public at this moment; what was withdrawn is told by
//! [`found`] as a [`Tombstone`], and by nothing else.

mod as_of;
mod counts;
mod detail;
mod filter;
mod list;
mod past;
mod pointing;
pub mod proof;

use kernel::{
    OrganCode,
    id::{AttachmentId, ColumnId, DocumentId, EditionId},
};

pub use as_of::{AsOf, Stood, as_of, list_of_day};
pub use counts::{
    Counts, Fill, Monthly, Overview, Total, columns, columns_of, count, count_since, organs, overview, per_day,
    per_month,
};
pub use detail::{
    ArticleHit, FileText, MOST_ARTICLES, Searchable, SearchableArticle, SearchableFile, articles_with, attachment,
    back, file_text, found, leading, listed, searchable, texts, tombstones, withdrawn,
};
pub use filter::Filter;
pub use list::{Cursor, Order, Place, Places, Slice, ids, latest, list, moments, of_ids, places, standing};
pub use past::{Comparable, comparable, fields, file, side, withheld};
pub use pointing::{Pointing, pointing, tied};

use crate::{
    html::{Heading, pictures::Address},
    spec::{Kind, RelationSpec},
    values::Values,
};

/// One line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub id: DocumentId,
    /// The edition that is public.
    pub edition: EditionId,
    /// Address on the portal.
    pub path: String,
    /// Title of the edition in force.
    pub title: String,
    pub kind: Kind,
    pub organ: OrganCode,
    pub column: ColumnId,
    /// 索引号.
    pub index_number: String,
    /// Fields that lists tell.
    pub values: Values,
    /// First day of being public, `YYYY-MM-DD`.
    pub published_on: String,
    /// First moment of being public, stored form.
    pub published_at: String,
    /// When the edition in force became public, stored form: later than `published_at` after a correction.
    pub updated_at: String,
    /// Place in the order of lists.
    pub rank: i64,
}

/// A document in full.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicDocument {
    /// What lists show of it; with all public fields.
    pub listed: Listed,
    /// 1, 2, …
    pub number: i64,
    /// The text as stored, cleaned.
    pub body_html: String,
    /// Its visible words.
    pub body_text: String,
    /// The text with addresses: may be inserted into a page as it is.
    pub reading_html: String,
    /// Its table of contents; empty when it would not help.
    pub contents: Vec<Heading>,
    /// SHA-256 of the text as stored, for the digest line and the stamp.
    pub digest: String,
    /// What changed against the edition before; may be empty.
    pub note: String,
    /// Files, in order.
    pub attachments: Vec<PublicFile>,
    /// Pictures of the text.
    pub pictures: Vec<PublicPicture>,
    /// Public documents to which it leads, by the tie.
    pub forward: Vec<(&'static RelationSpec, Vec<Listed>)>,
    /// Public documents that lead to it, by the tie.
    pub back: Vec<(&'static RelationSpec, Vec<Listed>)>,
    /// Editions that it replaced, newest first.
    pub superseded: Vec<PastEdition>,
}

impl PublicDocument {
    /// The public documents to which it leads by this tie.
    pub fn forward(&self, key: &str) -> &[Listed] {
        self.forward.iter().find(|(relation, _)| relation.key == key).map_or(&[], |(_, listed)| listed)
    }

    /// The public documents that lead to it by this tie.
    pub fn back(&self, key: &str) -> &[Listed] {
        self.back.iter().find(|(relation, _)| relation.key == key).map_or(&[], |(_, listed)| listed)
    }
}

/// A file of a public edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicFile {
    /// Identifier; the file is served at `/attachments/{id}`.
    pub id: AttachmentId,
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
}

/// A picture in the text of a public edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPicture {
    /// Where it is on the portal, and how large.
    pub address: Address,
    /// Media type by content.
    pub media_type: String,
    /// SHA-256.
    pub digest: String,
    /// Size.
    pub bytes: i64,
    /// SHA-256 of the smaller size.
    pub small_digest: String,
    /// Its size.
    pub small_bytes: i64,
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
#[derive(Debug, Clone, PartialEq)]
pub struct Tombstone {
    pub id: DocumentId,
    /// Address on the portal.
    pub path: String,
    pub kind: Kind,
    pub title: String,
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
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// It can be read.
    Public(Box<PublicDocument>),
    /// It was withdrawn.
    Withdrawn(Tombstone),
}
