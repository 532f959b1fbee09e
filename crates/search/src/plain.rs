//! Plain BM25 over the words of the same index: what our own order of hits is measured against (`bench/rank`), and nothing else.

use tantivy::{
    DocAddress, Score, Term,
    collector::TopDocs,
    query::{BooleanQuery, Query as IndexQuery, TermQuery},
    schema::IndexRecordOption,
};

use crate::{Result, schema::Fields, seen::Seen, segmenter::Segmenter, tokens::folded};

/// Entries that are looked through: of one subject there may be many.
const ENTRIES: usize = 2_000;

/// Identifiers of at most `most` subjects that hold any word of the question, by the score of their best entry: titles and texts
/// alike, no phrases, no names, no other forms of a word, no days.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn subjects(seen: &Seen, fields: Fields, text: &str, most: usize) -> Result<Vec<String>> {
    let mut words: Vec<Box<dyn IndexQuery>> = Vec::new();
    for word in Segmenter.words(&folded(text)) {
        for field in [fields.words_title, fields.words_body] {
            let term = Term::from_field_text(field, &word);
            words.push(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)));
        }
    }
    let best = TopDocs::with_limit(ENTRIES).order_by_score();
    let found: Vec<(Score, DocAddress)> = seen.search(Box::new(BooleanQuery::union(words)), &best)?;
    let addresses: Vec<DocAddress> = found.into_iter().map(|(_, address)| address).collect();
    let mut subjects: Vec<String> = Vec::new();
    for id in seen.ids(&addresses)? {
        if subjects.len() == most {
            break;
        }
        if !subjects.contains(&id) {
            subjects.push(id);
        }
    }
    Ok(subjects)
}
