//! Asking the index: what must match, how it is ranked, counted and shown.

use std::{borrow::Cow, sync::Arc};

use jiff::civil::Date;
use tantivy::{
    DocAddress, Term as IndexTerm,
    query::{AllQuery, BooleanQuery, BoostQuery, EmptyQuery, Occur, PhraseQuery, Query as IndexQuery, TermQuery},
    schema::{Field, IndexRecordOption},
};
use web::hooks::{Within, WordHits, WordQuery};

use crate::{
    Result, asking,
    gather::{By, Counts, Filters, Gather, Gathered, Group},
    meant,
    names::{Names, Stretch},
    query::{Article, Parsed, Query, Sort, Term},
    results::{FacetCount, Facets, Hit, Part, Results, Suggestions},
    schema::{self, Facet, Fields, Kept},
    seen::Seen,
    segmenter::Segmenter,
    snippet::{self, Needles},
    synonyms::{self, Other},
    tokens,
    vocabulary::{Cache, Vocabulary},
};

/// Pages that can be turned to: beyond, a better question helps more than more pages.
const MOST_PAGES: usize = 200;
/// Values of a facet that are told.
const MOST_VALUES: usize = 80;

type Boxed = Box<dyn IndexQuery>;

/// Answers `query`. `today` decides what is new.
///
/// # Errors
/// When the index cannot be read.
pub(crate) fn answer(state: &State<'_>, query: &Query, today: Date) -> Result<Results> {
    let State { seen, fields, names, .. } = *state;
    let parsed = Parsed::of(&query.text);
    let ask = Ask { seen, fields, names, query, parsed: &parsed, today };
    let mut results = Results { page: query.page.clamp(1, MOST_PAGES), size: query.size(), ..Results::default() };
    results.cut = parsed.cut;
    results.ignored.clone_from(&parsed.ignored);
    results.too_short = parsed.too_short;
    let nothing_asked = parsed.terms.is_empty() && !query.is_filtered();
    if parsed.too_short || nothing_asked {
        results.suggestions.columns = ask.columns()?;
        return Ok(results);
    }
    let mut found = ask.gather(ask.everything(), &results)?;
    if found.counts.unfiltered == 0
        && let Some(some) = ask.some_words()
    {
        let fewer = ask.gather(some, &results)?;
        if fewer.counts.unfiltered > 0 {
            (found, results.relaxed) = (fewer, true);
        }
    }
    results.total = found.counts.total;
    let pages = usize::try_from(results.total).unwrap_or(usize::MAX).div_ceil(results.size).clamp(1, MOST_PAGES);
    results.page = results.page.min(pages);
    if results.total > 0 {
        let groups = found.hits.iter().skip((results.page - 1) * results.size).take(results.size);
        results.hits = ask.hits(groups)?;
    } else {
        results.suggestions = Suggestions {
            without_filters: found.counts.unfiltered,
            shorter: ask.shorter()?,
            columns: ask.columns()?,
            meant: Vec::new(),
        };
    }
    // A number is not misspelt: 青政办发 is no 青政办法.
    if (found.counts.unfiltered == 0 || results.relaxed) && !parsed.asks_number() {
        results.suggestions.meant = meant::meant(&query.text, &state.vocabulary()?, |text| state.count(text, today))?;
    }
    if results.page == 1 && query.sort == Sort::Relevance && !query.is_filtered() {
        results.recommended = state.recommended(&query.text, today)?;
        let recommended = &results.recommended;
        results.hits.retain(|hit| recommended.iter().all(|first| first.url != hit.url));
    }
    results.facets = ask.facets(found.counts);
    Ok(results)
}

/// A state of the index with the names of its day and the words of its titles.
#[derive(Clone, Copy)]
pub(crate) struct State<'a> {
    pub(crate) seen: &'a Seen,
    pub(crate) fields: Fields,
    pub(crate) names: &'a Arc<Names>,
    pub(crate) words: &'a Cache,
    /// Kinds of subjects that can be found.
    pub(crate) kinds: &'a [&'static str],
}

impl State<'_> {
    /// The words by their sound.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn vocabulary(&self) -> Result<Vocabulary> {
        self.words.of(self.seen, self.names)
    }

    /// How many subjects `text` finds, all of it and without filters.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn count(&self, text: &str, today: Date) -> Result<u64> {
        let (query, parsed) = (Query::text(text), Parsed::of(text));
        if parsed.too_short || parsed.terms.is_empty() {
            return Ok(0);
        }
        let Self { seen, fields, names, .. } = *self;
        let ask = Ask { seen, fields, names, query: &query, parsed: &parsed, today };
        Ok(ask.count(ask.everything(), false)?.total)
    }
}

/// Hits that stand at an address, or that the office wants first for a question: neither is asked for by words.
impl State<'_> {
    /// What the audience may see at this address of the portal, as the index has it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn at_address(&self, path: &str, today: Date) -> Result<Vec<Hit>> {
        let id = path.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        let (query, parsed) = (Query::default(), Parsed::default());
        let Self { seen, fields, names, .. } = *self;
        let ask = Ask { seen, fields, names, query: &query, parsed: &parsed, today };
        let mut hits = Vec::new();
        for kind in self.kinds.iter().filter(|_| !id.is_empty()) {
            let subject = TermQuery::new(schema::subject_term(&fields, kind, id), IndexRecordOption::Basic);
            let gather = Gather { filters: Filters::default(), within: None, by: By::Day, most: 1, counted: false };
            let found = seen.search(Box::new(subject), &gather)?;
            hits.extend(ask.hits(found.hits.iter())?.into_iter().filter(|hit| hit.url == path));
        }
        Ok(hits)
    }

    /// What the office wants to be shown first for this question.
    fn recommended(&self, question: &str, today: Date) -> Result<Vec<Hit>> {
        let mut hits = Vec::new();
        for first in self.names.labels.phrases.first(question) {
            if first.title.is_empty() {
                hits.extend(self.at_address(&first.target, today)?);
            } else {
                let title_pieces = vec![snippet::Piece { text: first.title.clone(), hit: false }];
                hits.push(Hit {
                    title: first.title.clone(),
                    url: first.target.clone(),
                    title_pieces,
                    ..Hit::default()
                });
            }
        }
        hits.iter_mut().for_each(|hit| hit.recommended = true);
        Ok(hits)
    }
}

/// The subjects that hold the words of a list.
pub(crate) fn ids(seen: &Seen, fields: Fields, query: &WordQuery) -> Result<WordHits> {
    let parsed = Parsed::of(&query.words);
    if parsed.too_short || parsed.terms.is_empty() {
        return Ok(WordHits { too_short: parsed.too_short, ..WordHits::default() });
    }
    let source = TermQuery::new(schema::source_term(&fields, query.subject), IndexRecordOption::Basic);
    let mut clauses: Vec<(Occur, Boxed)> = vec![(Occur::Must, Box::new(source))];
    for term in &parsed.terms {
        let mut within = vec![fields.pairs_title, fields.pairs_extra];
        within.extend((query.within == Within::Text).then_some(fields.pairs_body));
        let ways = within.into_iter().map(|field| phrase_of(field, &term.text, &term.units)).collect();
        clauses.push((Occur::Must, Box::new(BooleanQuery::union(ways))));
    }
    let text = |codes: &[kernel::OrganCode]| codes.iter().map(|code| code.to_string()).collect();
    let filters: Filters = Facet::ALL.map(|facet| match facet {
        Facet::Kind => query.kinds.clone(),
        Facet::Organ => text(&query.organs),
        Facet::Column => query.columns.iter().map(|column| column.to_string()).collect(),
        Facet::Year | Facet::Validity | Facet::Topic => Vec::new(),
    });
    let most = query.limit.min(WordQuery::MOST);
    let gather = Gather { filters, within: None, by: By::Day, most, counted: false };
    let found = seen.search(Box::new(BooleanQuery::new(clauses)), &gather)?;
    let addresses: Vec<DocAddress> = found.hits.iter().filter_map(|group| group.entries().next()).collect();
    let total = found.counts.total;
    Ok(WordHits {
        ids: seen.ids(&addresses)?,
        total: total.min(WordQuery::COUNTED),
        more: total > WordQuery::COUNTED,
        ..WordHits::default()
    })
}

/// One question to one state of the index.
struct Ask<'a> {
    seen: &'a Seen,
    fields: Fields,
    names: &'a Names,
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
            ways.push(boost(phrase(self.fields.pairs_extra, number), 8.0));
            ways.push(phrase(self.fields.pairs_title, number));
            ways.push(phrase(self.fields.pairs_body, number));
            ways.push(self.exactly(number));
        }
        if let Some((sign, n)) = &self.parsed.short_number {
            let both = [sign, n]
                .map(|part| -> Boxed { Box::new(BooleanQuery::union(self.literally(part, &tokens::units(part)))) });
            ways.push(Box::new(BooleanQuery::intersection(both.into())));
        }
        for form in &self.parsed.decree {
            ways.push(boost(phrase(self.fields.pairs_extra, form), 8.0));
            ways.push(phrase(self.fields.pairs_title, form));
            ways.push(phrase(self.fields.pairs_body, form));
        }
        if let Some(article) = &self.parsed.article {
            let of = |term: &Term| self.of_whole(term);
            let mut all = vec![phrase(self.fields.pairs_title, &article.number)];
            all.extend(article.of.iter().map(of));
            ways.push(boost(Box::new(BooleanQuery::intersection(all)), 6.0));
            let whole: String = article.of.iter().map(|term| term.text.as_str()).collect();
            ways.push(self.exactly(&tokens::key(&format!("{whole}{}", article.number))));
        }
        let found: Boxed = Box::new(BooleanQuery::union(ways));
        // Whoever types a name means it: its bearer comes first.
        let name = self.exactly(&tokens::key(&self.query.text));
        Box::new(BooleanQuery::new(vec![(Occur::Must, found), (Occur::Should, name)]))
    }

    /// The text in which an article stands: its name as it was said, or with a word between.
    fn of_whole(&self, term: &Term) -> Boxed {
        let whole = phrase_of(self.fields.pairs_whole, &term.text, &term.units);
        match Article::apart(&term.text).filter(|_| !term.literal) {
            None => whole,
            Some(parts) => {
                let apart = parts.map(|part| phrase(self.fields.pairs_whole, part));
                let apart = boost(Box::new(BooleanQuery::intersection(apart.into())), 0.5);
                Box::new(BooleanQuery::union(vec![whole, apart]))
            }
        }
    }

    fn exactly(&self, key: &str) -> Boxed {
        boost(
            Box::new(TermQuery::new(IndexTerm::from_field_text(self.fields.exact, key), IndexRecordOption::Basic)),
            30.0,
        )
    }

    /// One part: as it stands, anywhere; what bears it as a name; or all of its words, apart from each other.
    fn term(&self, term: &Term) -> Boxed {
        let mut ways = self.literally(&term.text, &term.units);
        if !term.literal {
            // The same in other words, behind what says it in these.
            for other in synonyms::others(&term.text, &self.names.labels.phrases.same) {
                let form = self.literally(other.form, &tokens::units(other.form));
                let mut all: Vec<Boxed> = vec![Box::new(BooleanQuery::union(form))];
                for around in [other.before, other.after] {
                    all.extend(asking::meant(Segmenter.words(around)).iter().map(|word| self.word(word)));
                }
                ways.push(boost(Box::new(BooleanQuery::intersection(all)), said_by(&term.text, &other)));
            }
            let stretches = self.names.stretches(term);
            let apart: Vec<Boxed> = stretches.iter().flat_map(|stretch| self.stretch(stretch)).collect();
            // A name alone has been looked for already.
            let only_name = matches!(stretches[..], [Stretch::Name(..)]);
            if !apart.is_empty() && !only_name && covers(&stretches, &term.text) {
                ways.push(Box::new(BooleanQuery::intersection(apart)));
            }
        }
        Box::new(BooleanQuery::union(ways))
    }

    /// A text as it stands, or as a name.
    fn literally(&self, text: &str, units: &[tokens::Unit]) -> Vec<Boxed> {
        let literal = |field| phrase_of(field, text, units);
        // Two characters stand beside each other by chance, too: 最低保护价 is no 低保. Where a word is meant, it counts as a word
        // besides.
        let by_chance = units.len() == 2 && matches!(&Segmenter.words(text)[..], [word] if word == text);
        let mut ways = vec![
            boost(literal(self.fields.pairs_title), 5.0),
            boost(literal(self.fields.pairs_extra), 4.0),
            boost(literal(self.fields.pairs_body), if by_chance { 0.3 } else { 1.0 }),
        ];
        for (facet, code) in self.names.bearers(units) {
            let term = IndexTerm::from_field_text(self.fields.facets[facet as usize], code);
            ways.push(boost(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), 4.0));
        }
        ways
    }

    /// What a stretch of the question asks for: each of its words, or the name.
    fn stretch(&self, stretch: &Stretch) -> Vec<Boxed> {
        match stretch {
            Stretch::Text(text) => {
                let (words, amounts) = asking::words(text);
                let amounts = amounts.iter().map(|amount| -> Boxed {
                    Box::new(BooleanQuery::union(self.literally(amount, &tokens::units(amount))))
                });
                words.iter().map(|word| self.word(word)).chain(amounts).collect()
            }
            Stretch::Name(text, units) => vec![Box::new(BooleanQuery::union(self.literally(text, units)))],
        }
    }

    fn word(&self, word: &str) -> Boxed {
        let term = |field| -> Boxed {
            Box::new(TermQuery::new(IndexTerm::from_field_text(field, word), IndexRecordOption::WithFreqs))
        };
        Box::new(BooleanQuery::union(vec![boost(term(self.fields.words_title), 3.0), term(self.fields.words_body)]))
    }

    /// What holds at least half of the words of the question; `None` when that is no other question.
    fn some_words(&self) -> Option<Boxed> {
        if self.parsed.asks_number() {
            // Another number is not «nearly» the one asked for.
            return None;
        }
        let mut words: Vec<String> = Vec::new();
        for term in self.parsed.terms.iter().filter(|term| !term.literal) {
            for word in Segmenter.all_words(&term.text) {
                if words.len() < 32 && !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        let words = asking::meant(words);
        let half = words.len().div_ceil(2);
        let words: Vec<Boxed> = words.iter().map(|word| self.word(word)).collect();
        (words.len() > 1).then(|| -> Boxed { Box::new(BooleanQuery::union_with_minimum_required_clauses(words, half)) })
    }

    /// Counts everything that is found, and takes the best as far as the page that is asked for.
    fn gather(&self, found: Boxed, results: &Results) -> Result<Gathered> {
        // Without words there is nothing to be relevant to.
        let by = if self.query.sort == Sort::Date || self.parsed.terms.is_empty() {
            By::Day
        } else {
            By::Relevance(self.today)
        };
        let most = results.page * results.size;
        let filters = self.names.filters(self.query);
        let within = self.within();
        self.seen.search(found, &Gather { filters, within, by, most, counted: true })
    }

    /// The first and the last day that count, days since 1970; `None` when all do, also what has no day.
    fn within(&self) -> Option<(i64, i64)> {
        let lately = self.query.since.days().map(|days| schema::day(self.today) - days);
        let first = lately.max(self.query.from.map(schema::day));
        let last = self.query.to.map(schema::day);
        (first.is_some() || last.is_some()).then(|| (first.unwrap_or(i64::MIN), last.unwrap_or(i64::MAX)))
    }

    fn hits<'g>(&self, groups: impl Iterator<Item = &'g Group>) -> Result<Vec<Hit>> {
        let needles = self.needles();
        let mut hits = Vec::new();
        for group in groups {
            hits.extend(self.hit(group, &needles)?);
        }
        Ok(hits)
    }

    fn needles(&self) -> Needles {
        let mut texts: Vec<Cow<'_, str>> = Vec::new();
        for term in &self.parsed.terms {
            texts.push(Cow::Borrowed(&term.text));
            if !term.literal {
                let others = synonyms::others(&term.text, &self.names.labels.phrases.same);
                texts.extend(others.iter().map(|other| Cow::Borrowed(other.form)));
            }
            for stretch in self.names.stretches(term).into_iter().filter(|_| !term.literal) {
                match stretch {
                    Stretch::Text(text) => {
                        let (words, amounts) = asking::words(&text);
                        texts.extend(words.into_iter().chain(amounts).map(Cow::Owned));
                    }
                    Stretch::Name(name, _) => texts.push(Cow::Owned(name)),
                }
            }
        }
        texts.extend(self.parsed.number.as_deref().map(Cow::Borrowed));
        texts.extend(self.parsed.decree.iter().map(|form| Cow::Borrowed(form.as_str())));
        texts.extend(self.parsed.article.iter().map(|article| Cow::Borrowed(article.number.as_str())));
        Needles::new(texts.iter().map(AsRef::as_ref))
    }

    /// A subject with the parts of it that were found. `None` when nothing of it may be seen.
    fn hit(&self, group: &Group, needles: &Needles) -> Result<Option<Hit>> {
        let found: Vec<DocAddress> = group.entries().collect();
        let Some(best) = found.first() else { return Ok(None) };
        // The subject's own entry stands first, whether or not it holds the words itself.
        let mut own = self.seen.first_of(*best)?;
        let mut kept = self.seen.kept(own)?.filter(|kept| kept.key.is_empty());
        if kept.is_none() {
            own = *best;
            kept = self.seen.kept(own)?;
        }
        let Some(kept) = kept else { return Ok(None) };
        let mut parts = Vec::new();
        for address in found.iter().filter(|address| **address != own) {
            if let Some(part) = self.seen.kept(*address)? {
                parts.push(Part {
                    title_pieces: snippet::marked(&part.title, needles),
                    snippet_pieces: snippet::excerpt(&part.body, needles),
                    key: part.key,
                    title: part.title,
                    url: part.url,
                });
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "it was a score before")]
        let score = if matches!(self.query.sort, Sort::Relevance) && !self.parsed.terms.is_empty() {
            group.rank as f32
        } else {
            0.0
        };
        Ok(Some(self.shown(kept, parts, score, needles)))
    }

    fn shown(&self, kept: Kept, parts: Vec<Part>, score: f32, needles: &Needles) -> Hit {
        let snippet_pieces = snippet::excerpt(&kept.body, needles);
        let named = |name: &str| {
            snippet::same(name, &self.query.text)
                || self.parsed.number.as_ref().is_some_and(|number| snippet::same(name, number))
        };
        let words = |facet, code: &str| if code.is_empty() { String::new() } else { self.names.words(facet, code) };
        Hit {
            snippet: snippet::plain(&snippet_pieces),
            title_pieces: snippet::marked(&kept.title, needles),
            exact: named(&kept.title) || named(&kept.document_number) || kept.names.iter().any(|name| named(name)),
            snippet_pieces,
            kind: words(Facet::Kind, &kept.kind),
            organ: words(Facet::Organ, &kept.organ),
            column: words(Facet::Column, &kept.column),
            validity: words(Facet::Validity, &kept.validity),
            id: kept.id,
            subject: kept.source,
            key: kept.key,
            title: kept.title,
            url: kept.url,
            score,
            organ_code: kept.organ,
            date: kept.date,
            document_number: kept.document_number,
            recommended: false,
            parts,
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
            let count = self.count(Box::new(BooleanQuery::intersection(all)), false)?.total;
            if count > 0 {
                let quoted =
                    |term: &&Term| if term.literal { format!("“{}”", term.text) } else { term.text.clone() };
                let value = rest.iter().map(quoted).collect::<Vec<_>>().join(" ");
                shorter.push(FacetCount { label: value.clone(), value, count });
            }
        }
        shorter.sort_by_key(|found| std::cmp::Reverse(found.count));
        Ok(shorter)
    }

    fn columns(&self) -> Result<Vec<FacetCount>> {
        let mut columns = self.facets(self.count(Box::new(AllQuery), true)?).column;
        columns.truncate(8);
        Ok(columns)
    }

    /// How many subjects are found without filters; by facet, if wanted.
    fn count(&self, found: Boxed, counted: bool) -> Result<Counts> {
        let gather = Gather { filters: Filters::default(), within: None, by: By::Day, most: 0, counted };
        Ok(self.seen.search(found, &gather)?.counts)
    }

    fn facets(&self, counts: Counts) -> Facets {
        let [kind, organ, column, year, validity, topic] = {
            let mut facets = Facet::ALL.into_iter();
            counts.values.map(|values| {
                let facet = facets.next();
                let told = values.into_iter().map(|(value, count)| FacetCount {
                    label: facet.map_or_else(String::new, |facet| self.names.words(facet, &value)),
                    value,
                    count,
                });
                let mut list: Vec<FacetCount> = told.collect();
                list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
                list.truncate(MOST_VALUES);
                list
            })
        };
        let mut facets = Facets { kind, organ, column, year, validity, topic };
        facets.year.sort_by(|a, b| b.value.cmp(&a.value));
        facets
    }
}

/// What another form counts against the one that was said. A form scores by each of its pairs of characters: a longer one is
/// brought to the length of what was said, and counts half of it.
fn said_by(text: &str, other: &Other<'_>) -> f32 {
    let chars = |text: &str| text.chars().count();
    let pairs = |chars: usize| u16::try_from(chars.saturating_sub(1).max(1)).map_or(1.0, f32::from);
    let said = chars(text).saturating_sub(chars(other.before) + chars(other.after));
    (pairs(said) / pairs(chars(other.form))).min(1.0) * 0.5
}

fn boost(query: Boxed, factor: f32) -> Boxed {
    Box::new(BoostQuery::new(query, factor))
}

fn phrase(field: Field, text: &str) -> Boxed {
    phrase_of(field, text, &tokens::units(text))
}

fn phrase_of(field: Field, text: &str, units: &[tokens::Unit]) -> Boxed {
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

/// Whether names and words make up at least half of the text: otherwise they say too little of it (a name that no dictionary
/// has).
fn covers(stretches: &[Stretch], text: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let covered = stretches.iter().map(|stretch| match stretch {
        Stretch::Name(name, _) => letters(name),
        Stretch::Text(text) => Segmenter.words(text).iter().map(|word| letters(word)).sum(),
    });
    covered.sum::<usize>() * 2 >= letters(text)
}
