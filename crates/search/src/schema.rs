//! What the index holds of an entry, and in which fields it is looked up.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tantivy::{
    Index, TantivyDocument, Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value},
};
use web::hooks::{Audience, SearchEntry};

use crate::{
    Error, Result,
    tokens::{self, Pairs, Words},
};

/// Raised whenever the fields change: an index with other fields is made anew.
pub(crate) const VERSION: u32 = 4;

/// Characters of one entry that are looked up. Longer ones (yearbooks) are found by their beginning, their parts by theirs.
const INDEXED_CHARS: usize = 200_000;
/// Characters that are kept for excerpts.
const KEPT_CHARS: usize = 30_000;

/// The facets, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Facet {
    Kind,
    Organ,
    Column,
    Year,
    Validity,
    /// The only one of which an entry may have several values.
    Topic,
}

impl Facet {
    pub(crate) const ALL: [Self; 6] = [Self::Kind, Self::Organ, Self::Column, Self::Year, Self::Validity, Self::Topic];

    /// Name of the field in the index.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Organ => "organ",
            Self::Column => "column",
            Self::Year => "year",
            Self::Validity => "validity",
            Self::Topic => "topic",
        }
    }
}

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// Kind and identifier of the subject: one term, under which its entries are replaced and held together.
    pub(crate) subject: Field,
    /// Kind of the subject alone.
    pub(crate) source: Field,
    pub(crate) audience: Field,
    pub(crate) exact: Field,
    pub(crate) words_title: Field,
    pub(crate) words_body: Field,
    pub(crate) pairs_title: Field,
    pub(crate) pairs_extra: Field,
    pub(crate) pairs_body: Field,
    /// Title of the whole, of parts alone: nobody finds all articles of a law by its name.
    pub(crate) pairs_whole: Field,
    pub(crate) facets: [Field; 6],
    pub(crate) day: Field,
    pub(crate) past: Field,
    pub(crate) kept: Field,
}

/// Name of the day's field, days since 1970.
pub(crate) const DAY: &str = "day";
/// Name of the field that holds 1 for what is no longer in force, and nothing otherwise.
pub(crate) const PAST: &str = "past";
/// Name of the subject's field.
pub(crate) const SUBJECT: &str = "subject";

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
        subject: builder.add_text_field(SUBJECT, STRING | FAST),
        source: builder.add_text_field("source", STRING),
        audience: builder.add_text_field("audience", STRING),
        exact: builder.add_text_field("exact", STRING),
        words_title: builder.add_text_field("words_title", words()),
        words_body: builder.add_text_field("words_body", words()),
        pairs_title: builder.add_text_field("pairs_title", pairs()),
        pairs_extra: builder.add_text_field("pairs_extra", pairs()),
        pairs_body: builder.add_text_field("pairs_body", pairs()),
        pairs_whole: builder.add_text_field("pairs_whole", pairs()),
        facets: Facet::ALL.map(|facet| builder.add_text_field(facet.field(), STRING | FAST)),
        day: builder.add_i64_field(DAY, INDEXED | FAST),
        past: builder.add_i64_field(PAST, FAST),
        kept: builder.add_bytes_field("kept", STORED),
    };
    (builder.build(), fields)
}

/// Teaches the index its tokenizers; needed at every opening.
pub(crate) fn register(index: &Index) {
    index.tokenizers().register("pairs", Pairs);
    index.tokenizers().register("words", Words);
}

/// What a hit shows; kept in the index, so that a list of hits asks no database. Codes, whose words are looked up when shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) key: String,
    /// Whether everybody may see it.
    pub(crate) public: bool,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) url: String,
    pub(crate) organ: String,
    pub(crate) column: String,
    pub(crate) date: String,
    pub(crate) document_number: String,
    pub(crate) validity: String,
    pub(crate) names: Vec<String>,
}

/// Kind and identifier as one.
pub(crate) fn subject(kind: &str, id: &str) -> String {
    format!("{kind}/{id}")
}

/// The identifier in what [`subject`] made.
pub(crate) fn id_of(subject: &str) -> &str {
    subject.split_once('/').map_or(subject, |(_, id)| id)
}

/// The term under which the entries of a subject are replaced and deleted.
pub(crate) fn subject_term(fields: &Fields, kind: &str, id: &str) -> Term {
    Term::from_field_text(fields.subject, &subject(kind, id))
}

/// The term of all entries of a source.
pub(crate) fn source_term(fields: &Fields, kind: &str) -> Term {
    Term::from_field_text(fields.source, kind)
}

/// The term of all entries that everybody may see.
pub(crate) fn public_term(fields: &Fields) -> Term {
    Term::from_field_text(fields.audience, PUBLIC)
}

const PUBLIC: &str = "public";

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

/// The document of an entry of the subject `id` of kind `source`.
///
/// # Errors
/// When it cannot be written as JSON (never, in practice).
pub(crate) fn document(fields: &Fields, source: &str, id: &str, entry: &SearchEntry) -> Result<TantivyDocument> {
    let body = first_chars(&entry.body, INDEXED_CHARS);
    let public = entry.audience == Audience::Public;
    let organ = entry.organ.as_ref().map_or("", |organ| organ.as_str());
    let column = entry.column.as_ref().map_or("", |column| column.as_str());
    let mut document = TantivyDocument::new();
    document.add_text(fields.subject, subject(source, id));
    document.add_text(fields.source, source);
    document.add_text(fields.audience, if public { PUBLIC } else { "office" });
    // A part does not bear its subject's name, and its own («附件1») names nothing.
    let names = [entry.title.as_str(), &entry.document_number];
    let names = names.into_iter().chain(entry.names.iter().map(String::as_str)).filter(|_| entry.key.is_empty());
    for name in names.map(tokens::key).filter(|key| !key.is_empty()) {
        document.add_text(fields.exact, name);
    }
    document.add_text(fields.words_title, &entry.title);
    document.add_text(fields.words_body, body);
    document.add_text(fields.pairs_title, &entry.title);
    document.add_text(fields.pairs_body, body);
    for whole in &entry.of {
        document.add_text(fields.pairs_whole, whole);
        // 劳动合同法第十九条 names the article of this law, and not of the rules about it.
        document.add_text(fields.exact, tokens::key(&format!("{whole}{}", entry.title)));
    }
    if entry.past {
        document.add_i64(fields.past, 1);
    }
    let extra: Vec<&str> =
        [&entry.document_number].into_iter().chain(&entry.words).chain(&entry.names).map(String::as_str).collect();
    document.add_text(fields.pairs_extra, extra.join("\n"));
    let values = [entry.kind.as_str(), organ, column, year(&entry.date), &entry.validity];
    for (field, value) in fields.facets.into_iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        document.add_text(field, value);
    }
    for topic in entry.topics.iter().filter(|topic| !topic.is_empty()) {
        document.add_text(fields.facets[Facet::Topic as usize], topic);
    }
    if let Ok(date) = entry.date.parse::<Date>() {
        document.add_i64(fields.day, day(date));
    }
    let kept = Kept {
        id: id.to_owned(),
        source: source.to_owned(),
        key: entry.key.clone(),
        public,
        kind: entry.kind.clone(),
        title: entry.title.clone(),
        body: first_chars(body, KEPT_CHARS).to_owned(),
        url: entry.url.clone(),
        organ: organ.to_owned(),
        column: column.to_owned(),
        date: entry.date.clone(),
        document_number: entry.document_number.clone(),
        validity: entry.validity.clone(),
        names: entry.names.clone(),
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
