//! Which subscriptions a document fits. Twenty thousand of them are not tried one after the other: each stands under one value
//! of its narrowest condition (under every value where one is enough), words are looked for in one pass over the title, and
//! only what is found there is judged in full, by [`Filter::judge`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use crate::{
    filter::{Filter, Often, Sort},
    rows::SubscriptionId,
};

/// What conditions judge of a document that is public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub topics: Vec<String>,
    /// Its organ, and those for which that one answers since a reform.
    pub organs: Vec<String>,
    pub kind: String,
    /// Its column, and those above.
    pub columns: Vec<String>,
    /// Codes of [`crate::filter::AUDIENCES`].
    pub audiences: Vec<String>,
    pub title: String,
    /// 发文字号; may be empty.
    pub number: String,
}

/// The values by which a document fits, in the order of [`Sort::ALL`].
pub type Why = Vec<(Sort, Vec<String>)>;

/// A text as conditions compare it: what looks the same is the same; blanks and brackets, which numbers of documents are written
/// with or without, count for nothing.
pub fn plain(text: &str) -> String {
    let folded = fold::fold(text).to_lowercase();
    folded.chars().filter(|c| !c.is_whitespace() && !"〔〕[]()【】《》<>“”\"'‘’".contains(*c)).collect()
}

impl Facts {
    /// The text in which words are looked for; no word reaches over its end into the number.
    fn text(&self) -> String {
        format!("{}\n{}", plain(&self.title), plain(&self.number))
    }

    fn of(&self, sort: Sort) -> &[String] {
        match sort {
            Sort::Topic => &self.topics,
            Sort::Organ => &self.organs,
            Sort::Kind => std::slice::from_ref(&self.kind),
            Sort::Column => &self.columns,
            Sort::Audience => &self.audiences,
            Sort::Word => &[],
        }
    }
}

impl Filter {
    /// By what the document fits; `None` = it does not. Everything fits no condition at all, by nothing in particular.
    pub fn judge(&self, facts: &Facts) -> Option<Why> {
        let text = facts.text();
        let mut why = Why::new();
        for sort in Sort::ALL {
            let wanted = self.of(sort);
            if wanted.is_empty() {
                continue;
            }
            let has = |value: &&String| match sort {
                Sort::Word => {
                    let word = plain(value);
                    !word.is_empty() && text.contains(&word)
                }
                Sort::Topic => facts.topics.iter().any(|topic| plain(topic) == plain(value)),
                _ => facts.of(sort).contains(value),
            };
            let found: Vec<String> = wanted.iter().filter(has).cloned().collect();
            let holds = if sort == Sort::Word && !self.any { found.len() == wanted.len() } else { !found.is_empty() };
            if holds {
                why.push((sort, found));
            } else if !self.any {
                return None;
            }
        }
        (self.is_empty() || !why.is_empty()).then_some(why)
    }

    /// Under which sorts it is found: all where one condition is enough, else its narrowest.
    fn places(&self) -> Vec<Sort> {
        const NARROWEST: [Sort; 6] = [Sort::Word, Sort::Topic, Sort::Audience, Sort::Column, Sort::Organ, Sort::Kind];
        let some = NARROWEST.into_iter().filter(|sort| !self.of(*sort).is_empty());
        if self.any { some.collect() } else { some.take(1).collect() }
    }
}

/// A subscription as matching knows it: nothing of who it is.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: SubscriptionId,
    pub often: Often,
    /// Since when, stored form: what happened before is not told.
    pub since: String,
    pub filter: Filter,
}

/// All subscriptions that are told, put together for finding.
#[derive(Debug, Default)]
pub struct Matcher {
    entries: Vec<Entry>,
    by_value: HashMap<(Sort, String), Vec<usize>>,
    /// Those without any condition.
    everything: Vec<usize>,
    words: Option<AhoCorasick>,
    /// Which entries stand under each word of the automaton.
    by_word: Vec<Vec<usize>>,
}

impl Matcher {
    /// Puts them together.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut by_value: HashMap<(Sort, String), Vec<usize>> = HashMap::new();
        let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut everything = Vec::new();
        for (at, Entry { filter, .. }) in entries.iter().enumerate() {
            if filter.is_empty() {
                everything.push(at);
            }
            for sort in filter.places() {
                let values = filter.of(sort).iter();
                match sort {
                    Sort::Word => {
                        let mut words: Vec<String> = values.map(|word| plain(word)).collect();
                        if !filter.any {
                            // All of them must stand there: the longest is the rarest.
                            words.sort_by_key(|word| std::cmp::Reverse(word.len()));
                            words.truncate(1);
                        }
                        for word in words.into_iter().filter(|word| !word.is_empty()) {
                            by_word.entry(word).or_default().push(at);
                        }
                    }
                    Sort::Topic => {
                        for value in values {
                            by_value.entry((sort, plain(value))).or_default().push(at);
                        }
                    }
                    _ => {
                        for value in values {
                            by_value.entry((sort, value.clone())).or_default().push(at);
                        }
                    }
                }
            }
        }
        let words = (!by_word.is_empty()).then(|| AhoCorasick::new(by_word.keys()).ok()).flatten();
        Self { entries, by_value, everything, words, by_word: by_word.into_values().collect() }
    }

    /// Whether there is nobody to tell.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The subscriptions that a document fits, in the order in which they were put in.
    pub fn matching(&self, facts: &Facts) -> Vec<&Entry> {
        let mut found: BTreeSet<usize> = self.everything.iter().copied().collect();
        for sort in [Sort::Topic, Sort::Organ, Sort::Kind, Sort::Column, Sort::Audience] {
            for value in facts.of(sort) {
                let value = if sort == Sort::Topic { plain(value) } else { value.clone() };
                found.extend(self.by_value.get(&(sort, value)).into_iter().flatten());
            }
        }
        match &self.words {
            Some(words) => {
                let text = facts.text();
                let hits = words.find_overlapping_iter(&text);
                found.extend(hits.filter_map(|hit| self.by_word.get(hit.pattern().as_usize())).flatten());
            }
            // An automaton that could not be made narrows nothing.
            None => found.extend(self.by_word.iter().flatten()),
        }
        let all = found.into_iter().filter_map(|at| self.entries.get(at));
        all.filter(|entry| entry.filter.judge(facts).is_some()).collect()
    }

    /// How many subscriptions name each value of a sort, most first.
    pub fn numbers(&self, sort: Sort) -> Vec<(String, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for value in self.entries.iter().flat_map(|entry| entry.filter.of(sort)) {
            *counts.entry(value).or_default() += 1;
        }
        let mut counts: Vec<(String, usize)> = counts.into_iter().map(|(value, n)| (value.to_owned(), n)).collect();
        counts.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        counts
    }

    /// How many there are of each frequency.
    pub fn often(&self, often: Often) -> usize {
        self.entries.iter().filter(|entry| entry.often == often).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(list: &[&str]) -> Vec<String> {
        list.iter().map(|one| (*one).to_owned()).collect()
    }

    fn facts() -> Facts {
        Facts {
            topics: own(&["社会保障", "养老"]),
            organs: own(&["QH011"]),
            kind: "policy".to_owned(),
            columns: own(&["relief", "statutory"]),
            audiences: own(&["person"]),
            title: "关于提高高龄津贴标准的通知".to_owned(),
            number: "青民发〔2026〕5号".to_owned(),
        }
    }

    fn entry(id: usize, filter: Filter) -> Entry {
        let id = SubscriptionId::from(format!("s{id:05}"));
        Entry { id, often: Often::Now, since: String::new(), filter }
    }

    #[test]
    fn all_conditions_or_any_of_them() {
        let both = Filter { organs: own(&["QH011", "QH010"]), topics: own(&["医疗"]), ..Filter::default() };
        assert_eq!(both.judge(&facts()), None, "another topic");
        let any = Filter { any: true, ..both };
        assert_eq!(any.judge(&facts()), Some(vec![(Sort::Organ, own(&["QH011"]))]));
        assert_eq!(Filter::default().judge(&facts()), Some(Vec::new()), "everything");
        let above = Filter { columns: own(&["statutory"]), ..Filter::default() };
        assert!(above.judge(&facts()).is_some(), "a column has what stands below it");
    }

    #[test]
    fn words_stand_in_title_or_number_however_they_are_written() {
        let fits = |words: &[&str], any: bool| {
            Filter { any, words: own(words), ..Filter::default() }.judge(&facts()).is_some()
        };
        assert!(fits(&["高龄津贴"], false) && fits(&["青民发[2026]5号"], false) && fits(&["２０２６"], false));
        assert!(fits(&["津贴", "通知"], false) && !fits(&["津贴", "办法"], false) && fits(&["津贴", "办法"], true));
        assert!(!fits(&["通知青民"], false), "no word reaches from the title into the number");
        assert!(!fits(&["（）"], false), "nothing is no word");
    }

    #[test]
    fn twenty_thousand_are_found_as_one_by_one() {
        let pick = |list: &[&str], n: usize| vec![list[n % list.len()].to_owned()];
        let topics = ["养老", "医疗", "社会保障", "教育", "就业"];
        let words = ["津贴", "通知", "补贴", "2026", "高龄津贴标准", "公告", "预算"];
        let made = |n: usize| {
            let mut filter = Filter { any: n.is_multiple_of(3), ..Filter::default() };
            if n.is_multiple_of(2) {
                filter.topics = pick(&topics, n / 2);
            }
            if n.is_multiple_of(5) {
                filter.organs = pick(&["QH010", "QH011", "QH101"], n / 5);
            }
            if n.is_multiple_of(7) {
                filter.words = pick(&words, n / 7);
                filter.words.extend(pick(&words, n / 11));
            }
            if n.is_multiple_of(13) {
                filter.columns = pick(&["relief", "budget"], n / 13);
            }
            if n.is_multiple_of(17) {
                filter.kinds = pick(&["policy", "notice"], n / 17);
            }
            if n.is_multiple_of(19) {
                filter.audiences = pick(&["person", "company"], n / 19);
            }
            entry(n, filter.settled())
        };
        let all: Vec<Entry> = (1..=20_000).map(made).collect();
        let slow: Vec<String> =
            all.iter().filter(|one| one.filter.judge(&facts()).is_some()).map(|one| one.id.to_string()).collect();
        let matcher = Matcher::new(all);
        let fast: Vec<String> = matcher.matching(&facts()).into_iter().map(|one| one.id.to_string()).collect();
        assert!(slow.len() > 1_000 && slow.len() < 20_000, "{}", slow.len());
        assert_eq!(fast, slow);
        let organs = matcher.numbers(Sort::Organ);
        assert_eq!(organs.iter().map(|(_, n)| n).sum::<usize>(), 4_000);
        assert!(organs.windows(2).all(|two| two[0].1 >= two[1].1));
    }

    #[test]
    fn nobody_means_nobody() {
        assert!(Matcher::new(Vec::new()).is_empty());
        assert!(Matcher::new(Vec::new()).matching(&facts()).is_empty());
    }
}
