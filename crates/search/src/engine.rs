//! Asking the index: what must match, how it is ranked, counted and shown.

use jiff::civil::Date;
use tantivy::{
    DocAddress, Score, Searcher, SegmentReader, TantivyDocument, Term as IndexTerm,
    collector::{Count, TopDocs},
    index::Order,
    query::{
        AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query as IndexQuery,
        TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    Result,
    disk::Opened,
    facets::{Counts, FacetCounter},
    query::{Parsed, Query, Sort, Term},
    results::{FacetCount, Facets, Hit, Results, Suggestions},
    schema::{self, DAY, Fields},
    segmenter::Segmenter,
    snippet::{self, Needles},
    tokens,
};

/// Pages that can be turned to: beyond, a better question helps more than more pages.
const MOST_PAGES: usize = 200;
/// Values of a facet that are told.
const MOST_VALUES: usize = 80;
/// Days after which half of a new text's advantage is gone.
const FRESH_DAYS: f32 = 180.0;

type Boxed = Box<dyn IndexQuery>;

/// Answers `query`. `today` decides what is new.
pub(crate) fn answer(opened: &Opened, segmenter: &Segmenter, query: &Query, today: Date) -> Result<Results> {
    let parsed = Parsed::of(&query.text);
    let ask =
        Ask { searcher: opened.reader.searcher(), fields: opened.fields, segmenter, query, parsed: &parsed, today };
    let mut results = Results { page: query.page.clamp(1, MOST_PAGES), size: query.size(), ..Results::default() };
    results.cut = parsed.cut;
    results.ignored.clone_from(&parsed.ignored);
    results.too_short = parsed.too_short;
    let nothing_asked = parsed.terms.is_empty() && !query.is_filtered();
    if parsed.too_short || nothing_asked {
        results.suggestions.columns = ask.columns()?;
        return Ok(results);
    }
    let mut found = ask.everything();
    let mut counts = ask.count(found.as_ref())?;
    if counts.unfiltered == 0
        && let Some(some) = ask.some_words()
    {
        let fewer = ask.count(some.as_ref())?;
        if fewer.unfiltered > 0 {
            (found, counts, results.relaxed) = (some, fewer, true);
        }
    }
    results.total = counts.total;
    let pages = usize::try_from(counts.total).unwrap_or(usize::MAX).div_ceil(results.size).clamp(1, MOST_PAGES);
    results.page = results.page.min(pages);
    if counts.total > 0 {
        results.hits = ask.hits(found, (results.page - 1) * results.size, results.size)?;
    } else {
        results.suggestions =
            Suggestions { without_filters: counts.unfiltered, shorter: ask.shorter()?, columns: ask.columns()? };
    }
    results.facets = facets(counts);
    Ok(results)
}

fn facets(counts: Counts) -> Facets {
    let [kind, organ, column, year, validity] = counts.values.map(|values| {
        let mut list: Vec<FacetCount> = values.into_iter().map(|(value, count)| FacetCount { value, count }).collect();
        list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        list.truncate(MOST_VALUES);
        list
    });
    let mut facets = Facets { kind, organ, column, year, validity };
    facets.year.sort_by(|a, b| b.value.cmp(&a.value));
    facets
}

/// One question to one state of the index.
struct Ask<'a> {
    searcher: Searcher,
    fields: Fields,
    segmenter: &'a Segmenter,
    query: &'a Query,
    parsed: &'a Parsed,
    today: Date,
}

impl Ask<'_> {
    /// What holds every part of the question, or its document number.
    fn everything(&self) -> Boxed {
        if self.parsed.terms.is_empty() {
            return Box::new(AllQuery);
        }
        let all: Vec<Boxed> = self.parsed.terms.iter().map(|term| self.term(term)).collect();
        let mut ways: Vec<Boxed> = vec![Box::new(BooleanQuery::intersection(all))];
        if let Some(number) = &self.parsed.number {
            ways.push(boost(self.phrase(self.fields.pairs_extra, number), 8.0));
            ways.push(self.phrase(self.fields.pairs_title, number));
            ways.push(self.phrase(self.fields.pairs_body, number));
            ways.push(self.exactly(number));
        }
        let found: Boxed = Box::new(BooleanQuery::union(ways));
        // Whoever types a name means it: its bearer comes first.
        let name = self.exactly(&tokens::key(&self.query.text));
        Box::new(BooleanQuery::new(vec![(Occur::Must, found), (Occur::Should, name)]))
    }

    fn exactly(&self, key: &str) -> Boxed {
        boost(
            Box::new(TermQuery::new(IndexTerm::from_field_text(self.fields.exact, key), IndexRecordOption::Basic)),
            30.0,
        )
    }

    fn phrase(&self, field: Field, text: &str) -> Boxed {
        self.phrase_of(field, text, &tokens::units(text))
    }

    fn phrase_of(&self, field: Field, text: &str, units: &[tokens::Unit]) -> Boxed {
        let mut terms: Vec<(usize, IndexTerm)> = tokens::phrase(text, units)
            .into_iter()
            .map(|(at, term)| (at, IndexTerm::from_field_text(field, &term)))
            .collect();
        match terms.len() {
            0 => Box::new(EmptyQuery),
            1 => Box::new(TermQuery::new(terms.remove(0).1, IndexRecordOption::WithFreqs)),
            _ => Box::new(PhraseQuery::new_with_offset(terms)),
        }
    }

    /// One part: as it stands, anywhere; or all of its words, apart from each other.
    fn term(&self, term: &Term) -> Boxed {
        let literal = |field| self.phrase_of(field, &term.text, &term.units);
        let mut ways = vec![
            boost(literal(self.fields.pairs_title), 5.0),
            boost(literal(self.fields.pairs_extra), 4.0),
            literal(self.fields.pairs_body),
        ];
        if !term.literal {
            let words = self.segmenter.words(&term.text);
            if !words.is_empty() && covers(&words, &term.text) {
                let words: Vec<Boxed> = words.iter().map(|word| self.word(word)).collect();
                ways.push(Box::new(BooleanQuery::intersection(words)));
            }
        }
        Box::new(BooleanQuery::union(ways))
    }

    fn word(&self, word: &str) -> Boxed {
        let term = |field| -> Boxed {
            Box::new(TermQuery::new(IndexTerm::from_field_text(field, word), IndexRecordOption::WithFreqs))
        };
        Box::new(BooleanQuery::union(vec![boost(term(self.fields.words_title), 3.0), term(self.fields.words_body)]))
    }

    /// What holds at least half of the words of the question; `None` when that is no other question.
    fn some_words(&self) -> Option<Boxed> {
        if self.parsed.number.is_some() {
            // Another number is not «nearly» the one asked for.
            return None;
        }
        let mut words: Vec<String> = Vec::new();
        for term in self.parsed.terms.iter().filter(|term| !term.literal) {
            for word in self.segmenter.all_words(&term.text) {
                if words.len() < 32 && !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        let half = words.len().div_ceil(2);
        let words: Vec<Boxed> = words.iter().map(|word| self.word(word)).collect();
        (words.len() > 1).then(|| -> Boxed { Box::new(BooleanQuery::union_with_minimum_required_clauses(words, half)) })
    }

    fn count(&self, found: &dyn IndexQuery) -> Result<Counts> {
        Ok(self.searcher.search(found, &FacetCounter { filters: self.query.filters() })?)
    }

    fn hits(&self, found: Boxed, skip: usize, size: usize) -> Result<Vec<Hit>> {
        let mut clauses = vec![(Occur::Must, found)];
        for (field, filter) in
            self.fields.facets.into_iter().zip(self.query.filters()).filter(|(_, filter)| !filter.is_empty())
        {
            let filter = TermQuery::new(IndexTerm::from_field_text(field, &filter), IndexRecordOption::Basic);
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(filter), 0.0)) as Boxed));
        }
        let question = BooleanQuery::new(clauses);
        let top = TopDocs::with_limit(size).and_offset(skip);
        // Without words there is nothing to be relevant to.
        let ranked: Vec<(Score, DocAddress)> = if self.query.sort == Sort::Date || self.parsed.terms.is_empty() {
            let dated = self.searcher.search(&question, &top.order_by_fast_field::<i64>(DAY, Order::Desc))?;
            dated.into_iter().map(|(_, address)| (0.0, address)).collect()
        } else {
            let today = schema::day(self.today);
            let fresh = top.tweak_score(move |segment: &SegmentReader| {
                let days = segment.fast_fields().i64(DAY).ok();
                move |doc, score: Score| score * freshness(days.as_ref().and_then(|days| days.first(doc)), today)
            });
            self.searcher.search(&question, &fresh)?
        };
        let needles = self.needles();
        let mut hits = Vec::with_capacity(ranked.len());
        for (score, address) in ranked {
            let document: TantivyDocument = self.searcher.doc(address)?;
            hits.push(self.hit(schema::kept(&self.fields, &document)?, score, &needles));
        }
        Ok(hits)
    }

    fn needles(&self) -> Needles {
        let mut texts: Vec<String> = Vec::new();
        for term in &self.parsed.terms {
            texts.push(term.text.clone());
            if !term.literal {
                texts.extend(self.segmenter.words(&term.text));
            }
        }
        texts.extend(self.parsed.number.clone());
        Needles::new(texts.iter().map(String::as_str))
    }

    fn hit(&self, kept: schema::Kept, score: Score, needles: &Needles) -> Hit {
        let snippet_pieces = snippet::excerpt(&kept.body, needles);
        let named = |name: &str| {
            snippet::same(name, &self.query.text)
                || self.parsed.number.as_ref().is_some_and(|number| snippet::same(name, number))
        };
        Hit {
            snippet: snippet::plain(&snippet_pieces),
            title_pieces: snippet::marked(&kept.title, needles),
            exact: named(&kept.title) || named(&kept.document_number),
            snippet_pieces,
            id: kept.id,
            kind: kept.kind,
            title: kept.title,
            url: kept.url,
            score,
            organ: kept.organ,
            column: kept.column,
            date: kept.date,
            document_number: kept.document_number,
            validity: kept.validity,
        }
    }

    /// The question without one of its parts, where that finds something.
    fn shorter(&self) -> Result<Vec<FacetCount>> {
        let terms = &self.parsed.terms;
        let mut shorter = Vec::new();
        for left_out in 0..terms.len().min(4) {
            let rest: Vec<&Term> =
                terms.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, term)| term).collect();
            if rest.is_empty() {
                break;
            }
            let all: Vec<Boxed> = rest.iter().map(|term| self.term(term)).collect();
            let count = self.searcher.search(&BooleanQuery::intersection(all), &Count)?;
            if count > 0 {
                let quoted =
                    |term: &&Term| if term.literal { format!("“{}”", term.text) } else { term.text.clone() };
                let value = rest.iter().map(quoted).collect::<Vec<_>>().join(" ");
                shorter.push(FacetCount { value, count: count as u64 });
            }
        }
        shorter.sort_by_key(|found| std::cmp::Reverse(found.count));
        Ok(shorter)
    }

    fn columns(&self) -> Result<Vec<FacetCount>> {
        let counts: Counts = self.searcher.search(&AllQuery, &FacetCounter { filters: Default::default() })?;
        let mut columns = facets(counts).column;
        columns.truncate(8);
        Ok(columns)
    }
}

fn boost(query: Boxed, factor: f32) -> Boxed {
    Box::new(BoostQuery::new(query, factor))
}

/// Whether the words make up at least half of the text: otherwise they say too little of it (a name that no dictionary has).
fn covers(words: &[String], text: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    words.iter().map(|word| letters(word)).sum::<usize>() * 2 >= letters(text)
}

/// 1.3 on the first day, 1.15 after half a year, toward 1.
fn freshness(day: Option<i64>, today: i64) -> Score {
    day.map_or(1.0, |day| {
        let age = u16::try_from((today - day).max(0)).unwrap_or(u16::MAX);
        1.0 + 0.3 / (1.0 + f32::from(age) / FRESH_DAYS)
    })
}
