//! What the index holds of an entry, and in which fields it is looked up.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tantivy::{
    Index, TantivyDocument, Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value},
};
use web::hooks::SearchEntry;

use crate::{
    Error, Result,
    segmenter::Segmenter,
    tokens::{self, Pairs, Words},
};

/// Raised whenever the fields change: the index is then rebuilt.
pub(crate) const VERSION: u32 = 1;

/// Characters of one document that are looked up. Longer ones (yearbooks with all attachments) are found by their beginning.
const INDEXED_CHARS: usize = 200_000;
/// Characters that are kept for excerpts.
const KEPT_CHARS: usize = 30_000;

/// The facets, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facet {
    Kind,
    Organ,
    Column,
    Year,
    Validity,
}

impl Facet {
    pub(crate) const ALL: [Self; 5] = [Self::Kind, Self::Organ, Self::Column, Self::Year, Self::Validity];

    /// Name of the field in the index.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Organ => "organ",
            Self::Column => "column",
            Self::Year => "year",
            Self::Validity => "validity",
        }
    }
}

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) key: Field,
    pub(crate) exact: Field,
    pub(crate) words_title: Field,
    pub(crate) words_body: Field,
    pub(crate) pairs_title: Field,
    pub(crate) pairs_extra: Field,
    pub(crate) pairs_body: Field,
    pub(crate) facets: [Field; 5],
    pub(crate) day: Field,
    pub(crate) kept: Field,
}

/// Name of the day's field, days since 1970.
pub(crate) const DAY: &str = "day";

fn text(tokenizer: &str, record: IndexRecordOption) -> TextOptions {
    TextOptions::default()
        .set_indexing_options(TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record))
}

/// The structure of the index.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = || text("words", IndexRecordOption::WithFreqs);
    let pairs = || text("pairs", IndexRecordOption::WithFreqsAndPositions);
    let fields = Fields {
        key: builder.add_text_field("key", STRING),
        exact: builder.add_text_field("exact", STRING),
        words_title: builder.add_text_field("words_title", words()),
        words_body: builder.add_text_field("words_body", words()),
        pairs_title: builder.add_text_field("pairs_title", pairs()),
        pairs_extra: builder.add_text_field("pairs_extra", pairs()),
        pairs_body: builder.add_text_field("pairs_body", pairs()),
        facets: Facet::ALL.map(|facet| builder.add_text_field(facet.field(), STRING | FAST)),
        day: builder.add_i64_field(DAY, INDEXED | FAST),
        kept: builder.add_bytes_field("kept", STORED),
    };
    (builder.build(), fields)
}

/// Teaches the index its tokenizers; needed at every opening.
pub(crate) fn register(index: &Index, segmenter: &Arc<Segmenter>) {
    index.tokenizers().register("pairs", Pairs);
    index.tokenizers().register("words", Words(Arc::clone(segmenter)));
}

/// What a hit shows; kept in the index, so that a list of hits asks no database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) url: String,
    pub(crate) organ: String,
    pub(crate) column: String,
    pub(crate) date: String,
    pub(crate) document_number: String,
    pub(crate) validity: String,
}

/// The term under which an object is replaced and deleted.
pub(crate) fn key_term(fields: &Fields, subject_kind: &str, id: &str) -> Term {
    Term::from_field_text(fields.key, &format!("{subject_kind}/{id}"))
}

/// The year of a date `YYYY-MM-DD`, or nothing.
fn year(date: &str) -> &str {
    date.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit())).unwrap_or("")
}

/// Days since 1970 of a date `YYYY-MM-DD`.
pub(crate) fn day(date: Date) -> i64 {
    i64::from(date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()))
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(at, _)| &text[..at])
}

/// The document of an entry.
///
/// # Errors
/// When it cannot be written as JSON (never, in practice).
pub(crate) fn document(fields: &Fields, subject_kind: &str, entry: &SearchEntry) -> Result<TantivyDocument> {
    let body = first_chars(&entry.body, INDEXED_CHARS);
    let mut document = TantivyDocument::new();
    document.add_text(fields.key, format!("{subject_kind}/{}", entry.id));
    let names: Vec<&str> = [entry.title.as_str(), &entry.document_number]
        .into_iter()
        // An organ is meant by every one of its names; a document is not meant by each of its key words.
        .chain(entry.words.iter().filter(|_| subject_kind == "organ").map(String::as_str))
        .collect();
    for name in names.into_iter().map(tokens::key).filter(|key| !key.is_empty()) {
        document.add_text(fields.exact, name);
    }
    document.add_text(fields.words_title, &entry.title);
    document.add_text(fields.words_body, body);
    document.add_text(fields.pairs_title, &entry.title);
    document.add_text(fields.pairs_body, body);
    let extra: Vec<&str> = [&entry.document_number, &entry.organ, &entry.column, &entry.kind]
        .into_iter()
        .chain(&entry.words)
        .map(String::as_str)
        .collect();
    document.add_text(fields.pairs_extra, extra.join("\n"));
    let values = [entry.kind.as_str(), &entry.organ, &entry.column, year(&entry.date), &entry.validity];
    for (field, value) in fields.facets.into_iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        document.add_text(field, value);
    }
    if let Ok(date) = entry.date.parse::<Date>() {
        document.add_i64(fields.day, day(date));
    }
    let kept = Kept {
        id: entry.id.clone(),
        kind: entry.kind.clone(),
        title: entry.title.clone(),
        body: first_chars(body, KEPT_CHARS).to_owned(),
        url: entry.url.clone(),
        organ: entry.organ.clone(),
        column: entry.column.clone(),
        date: entry.date.clone(),
        document_number: entry.document_number.clone(),
        validity: entry.validity.clone(),
    };
    let kept = serde_json::to_vec(&kept).map_err(|error| Error::Source(error.to_string()))?;
    document.add_bytes(fields.kept, &kept);
    Ok(document)
}

/// What a document of the index shows.
///
/// # Errors
/// When it is not what [`document`] wrote: then the index is damaged.
pub(crate) fn kept(fields: &Fields, document: &TantivyDocument) -> Result<Kept> {
    let bytes = document.get_first(fields.kept).and_then(|value| value.as_bytes());
    bytes
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .ok_or_else(|| Error::Damaged("索引中的一条记录读不出来".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_years_are_read() {
        assert_eq!(day(Date::constant(1970, 1, 2)), 1);
        assert_eq!(day(Date::constant(2026, 1, 1)), 20_454);
        assert_eq!((year("2026-03-01"), year(""), year("二〇二六")), ("2026", "", ""));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(first_chars("公开条例", 2), "公开");
        assert_eq!(first_chars("公开", 9), "公开");
    }
}
