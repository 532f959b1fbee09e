//! Words for codes, and codes for words: what facets and hits show, what a filter means, whose name stands in a question.
//!
//! Entries hold codes only. Names of organs come from the directory, the words for kinds, columns and validity from the sources;
//! both are looked up when a question is asked, so that a renamed organ or a new alias works at once and changes no entry.

use std::{collections::HashMap, sync::Arc};

use kernel::{Directory, OrganCode};
use web::hooks::{Label, LabelOf};

use crate::{
    phrases::Phrases,
    query::{Query, Term},
    schema::Facet,
    tokens::{self, Unit, units},
};

/// Bearers of a name beyond which it means none of them: the county's name stands in the name of every organ.
const MOST_BEARERS: usize = 16;
/// Units of a name that is recognised inside a question without blanks; shorter ones are words like others.
const RECOGNISED: usize = 3;

/// The words for the codes of all sources.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    words: HashMap<(Facet, String), String>,
    /// What the office keeps of words.
    pub(crate) phrases: Phrases,
}

impl Labels {
    /// Of two sources that name the same code, the first is heard.
    pub(crate) fn new(labels: impl IntoIterator<Item = Label>) -> Self {
        let mut all = HashMap::new();
        for label in labels {
            let facet = match label.of {
                LabelOf::Kind => Facet::Kind,
                LabelOf::Column => Facet::Column,
                LabelOf::Validity => Facet::Validity,
            };
            all.entry((facet, label.code)).or_insert(label.words);
        }
        Self { words: all, phrases: Phrases::default() }
    }

    /// With what the office keeps of words.
    #[must_use]
    pub(crate) fn with(mut self, phrases: Phrases) -> Self {
        self.phrases = phrases;
        self
    }

    /// The name of the column with this code, if there is one.
    pub(crate) fn column(&self, code: &str) -> Option<&str> {
        self.words.get(&(Facet::Column, code.to_owned())).map(String::as_str)
    }
}

/// A name and what bears it.
#[derive(Debug)]
struct Name {
    codes: Vec<u64>,
    facet: Facet,
    code: String,
}

/// All names at one moment.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) directory: Arc<Directory>,
    pub(crate) labels: Arc<Labels>,
    /// The longest first.
    names: Vec<Name>,
}

/// A stretch of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// Text to be cut into words.
    Text(String),
    Name(String, Vec<Unit>),
}

fn codes(units: &[Unit]) -> Vec<u64> {
    units.iter().map(|unit| unit.code).collect()
}

impl Names {
    pub(crate) fn new(directory: Arc<Directory>, labels: Arc<Labels>) -> Self {
        let mut names: Vec<Name> = Vec::new();
        let mut add = |facet, code: &str, name: &str| {
            let codes = codes(&units(name));
            if !codes.is_empty() {
                names.push(Name { codes, facet, code: code.to_owned() });
            }
        };
        for organ in directory.all() {
            for name in [&organ.name, &organ.short_name].into_iter().chain(&organ.aliases) {
                add(Facet::Organ, organ.code.as_str(), name);
            }
        }
        for ((facet, code), words) in &labels.words {
            // A validity says how a text stands, not what it is about.
            if *facet != Facet::Validity {
                add(*facet, code, words);
            }
        }
        names.sort_by(|a, b| b.codes.len().cmp(&a.codes.len()).then_with(|| a.code.cmp(&b.code)));
        Self { directory, labels, names }
    }

    /// The names that people say: of organs, columns and kinds, each with what it is a name of.
    pub(crate) fn spoken(&self) -> impl Iterator<Item = (&str, Facet)> {
        let organs = self.directory.all().iter().flat_map(|organ| {
            let names = [&organ.short_name, &organ.name].into_iter().chain(&organ.aliases);
            names.map(|name| (name.as_str(), Facet::Organ))
        });
        let labels = self.labels.words.iter().filter(|((facet, _), _)| *facet != Facet::Validity);
        organs.chain(labels.map(|((facet, _), words)| (words.as_str(), *facet)))
    }

    /// Whether it was made of these.
    pub(crate) fn is_of(&self, directory: &Arc<Directory>, labels: &Arc<Labels>) -> bool {
        Arc::ptr_eq(&self.directory, directory) && Arc::ptr_eq(&self.labels, labels)
    }

    /// The words for a code; the code itself when nobody knows it.
    pub(crate) fn words(&self, facet: Facet, code: &str) -> String {
        match facet {
            Facet::Organ => self.directory.short_name(&OrganCode::from(code)).to_owned(),
            Facet::Year | Facet::Topic => code.to_owned(),
            _ => self.labels.words.get(&(facet, code.to_owned())).map_or_else(|| code.to_owned(), Clone::clone),
        }
    }

    /// The codes that a filter means: a code, or what bears the name (addresses of the time when filters were words).
    fn meant(&self, facet: Facet, filter: &str) -> Vec<String> {
        let filter = filter.trim();
        if filter.is_empty() {
            return Vec::new();
        }
        let mut meant: Vec<String> = match facet {
            Facet::Year | Facet::Topic => Vec::new(),
            Facet::Organ if self.directory.get(&OrganCode::from(filter)).is_some() => Vec::new(),
            Facet::Organ => {
                let named = |organ: &&kernel::Organ| {
                    organ.short_name == filter
                        || organ.name == filter
                        || organ.aliases.iter().any(|name| name == filter)
                };
                self.directory.all().iter().filter(named).map(|organ| organ.code.to_string()).collect()
            }
            _ if self.labels.words.contains_key(&(facet, filter.to_owned())) => Vec::new(),
            _ => {
                let bearing = self.labels.words.iter().filter(|((of, _), words)| *of == facet && *words == filter);
                bearing.map(|((_, code), _)| code.clone()).collect()
            }
        };
        if meant.is_empty() {
            meant.push(filter.to_owned());
        }
        meant
    }

    /// The filters of a question as codes.
    pub(crate) fn filters(&self, query: &Query) -> [Vec<String>; Facet::ALL.len()] {
        let typed = [&query.kind, &query.organ, &query.column, &query.year, &query.validity, &query.topic];
        std::array::from_fn(|at| self.meant(Facet::ALL[at], typed[at]))
    }

    /// The question with codes in its filters, as far as they mean one thing.
    pub(crate) fn resolved(&self, mut query: Query) -> Query {
        let mut meant = self.filters(&query).into_iter();
        for filter in [&mut query.kind, &mut query.organ, &mut query.column, &mut query.year, &mut query.validity] {
            if let Some([one]) = meant.next().as_deref() {
                filter.clone_from(one);
            }
        }
        query
    }

    /// What bears a name that contains `units`: facet and code. Nothing when that says too little.
    pub(crate) fn bearers(&self, units: &[Unit]) -> Vec<(Facet, &str)> {
        let wanted = codes(units);
        if wanted.is_empty() || (wanted.len() == 1 && units[0].han) {
            return Vec::new();
        }
        let mut found: Vec<(Facet, &str)> = Vec::new();
        for name in &self.names {
            if name.codes.windows(wanted.len()).any(|part| part == wanted) && !found.contains(&(name.facet, &name.code))
            {
                if found.len() == MOST_BEARERS {
                    return Vec::new();
                }
                found.push((name.facet, &name.code));
            }
        }
        found
    }

    /// A part of a question taken apart at the names in it.
    pub(crate) fn stretches(&self, term: &Term) -> Vec<Stretch> {
        let (text, units) = (&term.text, &term.units);
        let all = codes(units);
        let mut stretches = Vec::new();
        let (mut at, mut from) = (0, 0);
        while at < units.len() {
            let rest = &all[at..];
            // Names are sorted, so the first that fits is the longest.
            let fits = |name: &&Name| name.codes.len() >= RECOGNISED && rest.starts_with(&name.codes);
            let Some(name) = self.names.iter().find(fits) else {
                at += 1;
                continue;
            };
            let end = at + name.codes.len();
            if from < units[at].from {
                stretches.push(Stretch::Text(text[from..units[at].from].to_owned()));
            }
            let named = text[units[at].from..units[end - 1].to].to_owned();
            // The units of the name itself: those of the question count its bytes from the question's beginning.
            let own = tokens::units(&named);
            stretches.push(Stretch::Name(named, own));
            (at, from) = (end, units[end - 1].to);
        }
        if from < text.len() {
            stretches.push(Stretch::Text(text[from..].to_owned()));
        }
        stretches
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Organ, OrganKind};

    use super::*;
    use crate::query::Parsed;

    fn names() -> Names {
        let mut finance = Organ::named("QH010", "青禾县财政局", "县财政局", OrganKind::CountyDepartment);
        finance.aliases = vec!["财政所".into()];
        let mut organs = vec![finance];
        organs.extend((0..20).map(|n| {
            Organ::named(&format!("QH1{n:02}"), &format!("青禾县第{n}中心"), &format!("{n}中心"), OrganKind::CountyUnit)
        }));
        let labels = [
            Label::new(LabelOf::Kind, "policy", "政策"),
            Label::new(LabelOf::Column, "news", "工作动态"),
            Label::new(LabelOf::Column, "old-news", "工作动态"),
            Label::new(LabelOf::Validity, "valid", "有效"),
        ];
        Names::new(Arc::new(Directory::new(organs, "青禾县")), Arc::new(Labels::new(labels)))
    }

    #[test]
    fn codes_have_words_and_words_still_filter() {
        let names = names();
        assert_eq!(names.words(Facet::Organ, "QH010"), "县财政局");
        assert_eq!(names.words(Facet::Column, "unknown"), "unknown");
        let query =
            Query {
                organ: "财政所".into(), column: "工作动态".into(), kind: "policy".into(), ..Query::default()
            };
        let [kind, organ, mut column, year, ..] = names.filters(&query);
        column.sort();
        assert_eq!((kind, organ, year), (vec!["policy".to_owned()], vec!["QH010".to_owned()], Vec::new()));
        assert_eq!(column, ["news", "old-news"]);
        let resolved = names.resolved(query);
        assert_eq!(
            (resolved.organ.as_str(), resolved.column.as_str()),
            ("QH010", "工作动态"),
            "two columns have the name"
        );
        let nobody = Query { organ: "县商务局".into(), ..Query::default() };
        assert_eq!(
            names.filters(&nobody)[1],
            ["县商务局"],
            "what nobody is called finds nothing instead of everything"
        );
    }

    #[test]
    fn a_name_leads_to_its_bearers_and_the_countys_to_nobody() {
        let names = names();
        assert_eq!(names.bearers(&units("财政局")), [(Facet::Organ, "QH010")]);
        assert_eq!(names.bearers(&units("政策")), [(Facet::Kind, "policy")]);
        assert!(names.bearers(&units("青禾县")).is_empty());
        assert!(names.bearers(&units("局")).is_empty());
        assert!(names.bearers(&units("有效")).is_empty());
    }

    #[test]
    fn names_are_recognised_in_a_question_without_blanks() {
        let names = names();
        let stretches = names.stretches(&Parsed::of("2026年县财政局预算").terms[0]);
        assert!(
            matches!(&stretches[..],
            [Stretch::Text(before), Stretch::Name(name, _), Stretch::Text(after)]
                if before == "2026年" && name == "县财政局" && after == "预算"),
            "{stretches:?}"
        );
        // Wherever a name stands, its units are its own.
        for question in ["2026年县财政局预算", "预算县财政局", "工作动态县财政局工作动态", "今年的工作动态", "县财政局"]
        {
            let term = &Parsed::of(question).terms[0];
            let stretches = names.stretches(term);
            let found = stretches.iter().filter(|stretch| matches!(stretch, Stretch::Name(..))).count();
            assert!(found >= 1, "{question}: {stretches:?}");
            for stretch in stretches {
                if let Stretch::Name(text, own) = stretch {
                    assert_eq!(own, units(&text), "{question}");
                    assert!(!tokens::phrase(&text, &own).is_empty(), "{question}");
                }
            }
        }
        let long = names.stretches(&Parsed::of("青禾县财政局").terms[0]);
        assert!(matches!(&long[..], [Stretch::Name(name, _)] if name == "青禾县财政局"), "{long:?}");
    }
}
