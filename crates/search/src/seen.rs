//! The one door to what the index holds: every question and every entry that is shown passes through it, and it knows who asks.
//!
//! The reader itself is private to [`crate::disk`], so that no code can ask around this.

use tantivy::{
    DocAddress, DocId, Searcher, SegmentReader, TantivyDocument,
    collector::Collector,
    columnar::StrColumn,
    index::SegmentId,
    query::{BooleanQuery, ConstScoreQuery, Occur, Query as IndexQuery, TermQuery},
    schema::IndexRecordOption,
};
use web::hooks::Audience;

use crate::{
    Result,
    schema::{self, Fields, Kept, SUBJECT},
};

/// A state of the index as an audience sees it.
pub(crate) struct Seen {
    searcher: Searcher,
    fields: Fields,
    audience: Audience,
}

impl Seen {
    pub(crate) fn new(searcher: Searcher, fields: Fields, audience: Audience) -> Self {
        Self { searcher, fields, audience }
    }

    /// Collects what the audience may see of what `question` finds.
    pub(crate) fn search<C: Collector>(&self, question: Box<dyn IndexQuery>, collector: &C) -> Result<C::Fruit> {
        let found = match self.audience {
            Audience::Office => self.searcher.search(&question, collector),
            Audience::Public => {
                let public = TermQuery::new(schema::public_term(&self.fields), IndexRecordOption::Basic);
                let public = ConstScoreQuery::new(Box::new(public), 0.0);
                let clauses = vec![(Occur::Must, question), (Occur::Must, Box::new(public) as _)];
                self.searcher.search(&BooleanQuery::new(clauses), collector)
            }
        };
        Ok(found?)
    }

    /// What is shown of an entry; `None` when the audience may not see it. Entries are also reached as neighbours of others
    /// ([`Seen::first_of`]), without having been asked for.
    pub(crate) fn kept(&self, address: DocAddress) -> Result<Option<Kept>> {
        let document: TantivyDocument = self.searcher.doc(address)?;
        let kept = schema::kept(&self.fields, &document)?;
        Ok((kept.public || self.audience == Audience::Office).then_some(kept))
    }

    /// The first entry of the subject to which this one belongs: entries of a subject stand together.
    pub(crate) fn first_of(&self, address: DocAddress) -> Result<DocAddress> {
        let segment = self.searcher.segment_reader(address.segment_ord);
        let Some(subjects) = subjects(segment)? else { return Ok(address) };
        let of = |doc: DocId| subjects.ords().first(doc);
        let alive = |doc: DocId| segment.alive_bitset().is_none_or(|bitset| bitset.is_alive(doc));
        let own = of(address.doc_id);
        let before = (0..address.doc_id).rev().take_while(|doc| alive(*doc) && of(*doc) == own);
        Ok(DocAddress::new(address.segment_ord, before.last().unwrap_or(address.doc_id)))
    }

    /// The segments that hold what the audience may see.
    pub(crate) fn segments(&self) -> Vec<SegmentId> {
        self.searcher.segment_readers().iter().map(SegmentReader::segment_id).collect()
    }

    /// The words of the titles in a segment and how many titles hold each, of every audience and of what was taken out since:
    /// whoever offers one asks first whether it finds something. At most `most`.
    pub(crate) fn title_words(&self, segment: SegmentId, most: usize) -> Result<Vec<(String, u64)>> {
        let mut words = Vec::new();
        let Some(reader) = self.searcher.segment_readers().iter().find(|reader| reader.segment_id() == segment) else {
            return Ok(words);
        };
        let index = reader.inverted_index(self.fields.words_title)?;
        let mut terms = index.terms().stream()?;
        while words.len() < most && terms.advance() {
            if let Ok(word) = std::str::from_utf8(terms.key()) {
                words.push((word.to_owned(), u64::from(terms.value().doc_freq)));
            }
        }
        Ok(words)
    }

    /// Identifiers of the subjects of these entries, in this order.
    pub(crate) fn ids(&self, addresses: &[DocAddress]) -> Result<Vec<String>> {
        let mut ids = vec![String::new(); addresses.len()];
        for (segment_ord, segment) in (0..).zip(self.searcher.segment_readers()) {
            let Some(subjects) = subjects(segment)? else { continue };
            let here = addresses.iter().enumerate().filter(|(_, address)| address.segment_ord == segment_ord);
            let mut wanted: Vec<(u64, usize)> =
                here.filter_map(|(at, address)| Some((subjects.ords().first(address.doc_id)?, at))).collect();
            wanted.sort_unstable();
            // In the order of the dictionary, which is read once from front to back.
            let ords: Vec<u64> = wanted.iter().map(|(ord, _)| *ord).collect();
            let mut next = wanted.iter();
            subjects.dictionary().sorted_ords_to_term_cb(&ords, |term| {
                if let Some((_, at)) = next.next() {
                    schema::id_of(&String::from_utf8_lossy(term)).clone_into(&mut ids[*at]);
                }
            })?;
        }
        Ok(ids)
    }
}

/// The subjects of a segment.
pub(crate) fn subjects(segment: &SegmentReader) -> tantivy::Result<Option<StrColumn>> {
    segment.fast_fields().str(SUBJECT)
}

#[cfg(test)]
mod tests {
    use tantivy::{collector::TopDocs, indexer::UserOperation, query::AllQuery};
    use web::hooks::SearchEntry;

    use super::*;
    use crate::disk;

    #[test]
    fn a_neighbour_that_was_not_asked_for_is_shown_to_nobody_who_may_not_see_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = disk::create(&folder.path().join("index")).expect("an index");
        let mut writer = opened.writer().expect("a writer");
        let office = SearchEntry::office("draft", "不公开的草稿");
        let public = SearchEntry { key: "question/1".into(), ..SearchEntry::public("question", "公开的问答") };
        // Not in the order that the feed keeps.
        let add = |entry| schema::document(&opened.fields, "letter", "1", entry).map(UserOperation::Add);
        writer.run([add(&office).expect("document"), add(&public).expect("document")]).expect("written");
        writer.commit().expect("committed");
        opened.reload().expect("read");
        for (audience, count, shown) in [(Audience::Public, 1, None), (Audience::Office, 2, Some("不公开的草稿"))]
        {
            let seen = opened.seen_by(audience);
            let found = seen.search(Box::new(AllQuery), &TopDocs::with_limit(10).order_by_score()).expect("found");
            assert_eq!(found.len(), count);
            let (_, last) = found[count - 1];
            assert_eq!(seen.kept(last).expect("read").map(|kept| kept.title).as_deref(), Some("公开的问答"));
            let first = seen.first_of(last).expect("read");
            assert_ne!(first, last);
            assert_eq!(seen.kept(first).expect("read").map(|kept| kept.title).as_deref(), shown);
        }
    }
}
