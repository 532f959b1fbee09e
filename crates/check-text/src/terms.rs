//! The words that a county keeps for its political gate: forms that are forbidden, forms that are required of names, titles and
//! phrases, and the order of names that stand in a row. However many they are, a text is read once for all of them.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};
use text::findings::{Finding, Severity};

use crate::{
    dense::{Dense, folded},
    places::{excerpt, found},
};

/// What an entry of the list asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// The form must not stand there.
    Forbidden,
    /// The form must stand as the right one, which may hold it: a name with its title.
    Form,
    /// Names in a row stand in this order.
    Order,
}

impl Sort {
    /// In the order of the form.
    pub const ALL: [Self; 3] = [Self::Forbidden, Self::Form, Self::Order];

    /// As it is kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::Form => "form",
            Self::Order => "order",
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Forbidden => "禁用",
            Self::Form => "规范",
            Self::Order => "次序",
        }
    }

    /// The one of this code, or of these words.
    pub fn from_words(words: &str) -> Option<Self> {
        let words = words.trim();
        Self::ALL.into_iter().find(|sort| sort.code() == words || sort.label() == words)
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Forbidden => "political.forbidden",
            Self::Form => "political.form",
            Self::Order => "political.order",
        }
    }
}

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What it asks for.
    pub sort: Sort,
    /// What is looked for; of an order the names with 、 between them.
    pub form: String,
    /// What should stand there; empty where nothing can take its place.
    pub right: String,
    /// Why, for whoever meets it.
    pub reason: String,
    /// What it does to publication.
    pub severity: Severity,
}

impl Term {
    /// The names of an order.
    fn members(&self) -> Vec<String> {
        self.form.split(['、', '|', '；', ';']).map(folded).filter(|one| !one.is_empty()).collect()
    }

    /// Longest form and right form, in characters.
    pub const LONGEST: usize = 200;

    /// What is wrong with it: the field (`form`, `right`), and a sentence. `None` = nothing.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let form = folded(&self.form);
        let (long, right) = (form.chars().count(), self.right.trim());
        let wrong = |field, words: &str| Some((field, words.to_owned()));
        if form.is_empty() {
            return wrong("form", "请填写词语。");
        }
        if long > Self::LONGEST || right.chars().count() > Self::LONGEST || self.reason.chars().count() > 500 {
            return wrong("form", "词语和规范写法不超过 200 字，理由不超过 500 字。");
        }
        match self.sort {
            Sort::Order if self.members().len() < 2 => {
                wrong("form", "“次序”请按先后写至少两个名称，用顿号隔开，例如 县委、县人大、县政府、县政协。")
            }
            Sort::Forbidden | Sort::Form if long < 2 => wrong("form", "词语至少两个字，一个字会到处命中。"),
            Sort::Form if right.is_empty() => wrong("right", "“规范”请填写规范写法。"),
            Sort::Form | Sort::Forbidden if folded(right) == form => wrong("right", "规范写法与词语相同，请核对。"),
            _ => None,
        }
    }
}

/// A list, ready to be looked for.
#[derive(Debug, Default)]
pub struct Terms {
    list: Vec<Term>,
    forms: Option<AhoCorasick>,
    /// Entry of each pattern of `forms`.
    entries: Vec<usize>,
    names: Option<AhoCorasick>,
    /// Of each pattern of `names` the orders in which it stands, and at which place.
    orders: Vec<Vec<(usize, usize)>>,
}

/// Where an entry was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which entry, by its place in the list.
    pub entry: usize,
    /// First character.
    pub start: usize,
    /// Character after the last.
    pub end: usize,
    /// What should stand there; empty = nothing is said.
    pub right: String,
}

/// What looks for these patterns in one pass: each of them wherever it stands, or the longest of those that begin at one place.
fn automaton(patterns: &[String], kind: MatchKind) -> Option<AhoCorasick> {
    if patterns.is_empty() {
        return None;
    }
    // It fails beyond some gigabytes of patterns; an entry has 200 characters at most.
    AhoCorasick::builder().match_kind(kind).build(patterns).ok()
}

fn weight(severity: Severity) -> usize {
    match severity {
        Severity::Block => 0,
        Severity::Warn => 1,
        Severity::Info => 2,
    }
}

impl Terms {
    /// Makes a list ready. Entries that ask for nothing sensible are left out.
    pub fn new(list: Vec<Term>) -> Self {
        let list: Vec<Term> = list.into_iter().filter(|term| term.fault().is_none()).collect();
        let (mut patterns, mut entries) = (Vec::new(), Vec::new());
        let (mut names, mut orders): (Vec<String>, Vec<Vec<(usize, usize)>>) = (Vec::new(), Vec::new());
        let mut known: HashMap<String, usize> = HashMap::new();
        for (entry, term) in list.iter().enumerate() {
            if term.sort != Sort::Order {
                patterns.push(folded(&term.form));
                entries.push(entry);
                continue;
            }
            for (place, name) in term.members().into_iter().enumerate() {
                let at = *known.entry(name.clone()).or_insert_with(|| {
                    names.push(name);
                    orders.push(Vec::new());
                    names.len() - 1
                });
                orders[at].push((entry, place));
            }
        }
        let forms = automaton(&patterns, MatchKind::Standard);
        let names = automaton(&names, MatchKind::LeftmostLongest);
        Self { forms, names, list, entries, orders }
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The entries.
    pub fn list(&self) -> &[Term] {
        &self.list
    }

    /// Entries whose right form another entry objects to, each with that one: what is put right by the one is found by the other.
    pub fn contradictions(&self) -> Vec<(&Term, &Term)> {
        let mut all = Vec::new();
        for (at, term) in self.list.iter().enumerate().filter(|(_, term)| !term.right.trim().is_empty()) {
            let chars: Vec<char> = term.right.trim().chars().collect();
            let other = self.hits(&chars).into_iter().find(|hit| hit.entry != at);
            all.extend(other.map(|hit| (term, &self.list[hit.entry])));
        }
        all
    }

    /// Where entries are met in a text, in its order.
    pub fn hits(&self, chars: &[char]) -> Vec<Hit> {
        if self.is_empty() {
            return Vec::new();
        }
        let dense = Dense::of(chars);
        let mut hits = self.forms_in(&dense, chars);
        hits.extend(self.orders_in(&dense, chars));
        hits.sort_by_key(|hit| (hit.start, hit.entry));
        hits
    }

    /// Every form, however they overlap: one entry takes no other's place. Only what lies within a longer one that weighs no less is
    /// told with that one.
    fn forms_in(&self, dense: &Dense, chars: &[char]) -> Vec<Hit> {
        /// Characters of a form that is one over the end of a line; shorter ones are there by chance.
        const LONG: usize = 4;
        let Some(forms) = &self.forms else { return Vec::new() };
        let mut met: Vec<(usize, usize, usize)> = Vec::new();
        for one in forms.find_overlapping_iter(&dense.text) {
            let entry = self.entries[one.pattern().as_usize()];
            let right = folded(&self.list[entry].right);
            if right.is_empty() || !is_right(&dense.text, (one.start(), one.end()), &right) {
                met.push((one.start(), one.end(), entry));
            }
        }
        met.sort_by_key(|(start, end, entry)| {
            (*start, std::cmp::Reverse(*end), weight(self.list[*entry].severity), *entry)
        });
        let mut hits = Vec::new();
        // How far those reach that are told, by weight.
        let mut reach = [0_usize; 3];
        for (from, to, entry) in met {
            let term = &self.list[entry];
            let weight = weight(term.severity);
            if reach[..=weight].iter().any(|end| *end >= to) {
                continue;
            }
            let (start, end) = dense.place(from, to);
            if dense.text[from..to].chars().count() < LONG && has_line_end(chars, start, end) {
                continue;
            }
            reach[weight] = reach[weight].max(to);
            hits.push(Hit { entry, start, end, right: term.right.trim().to_owned() });
        }
        hits
    }

    fn orders_in(&self, dense: &Dense, chars: &[char]) -> Vec<Hit> {
        let Some(names) = &self.names else { return Vec::new() };
        // Each name that is met, with the orders in which it stands.
        let met: Vec<(usize, usize, usize)> =
            names.find_iter(&dense.text).map(|one| (one.pattern().as_usize(), one.start(), one.end())).collect();
        let mut hits = Vec::new();
        let mut first = 0;
        while first < met.len() {
            let mut last = first;
            while last + 1 < met.len() && joins(&dense.text[met[last].2..met[last + 1].1]) {
                let (_, behind) = dense.place(met[last].1, met[last].2);
                let (next, _) = dense.place(met[last + 1].1, met[last + 1].2);
                if has_line_end(chars, behind, next) {
                    break;
                }
                last += 1;
            }
            hits.extend(self.disordered(dense, &met[first..=last]));
            first = last + 1;
        }
        hits
    }

    /// The first order that a row of names does not keep.
    fn disordered(&self, dense: &Dense, row: &[(usize, usize, usize)]) -> Option<Hit> {
        let (first, rest) = row.split_first()?;
        if rest.is_empty() {
            return None;
        }
        self.orders[first.0].iter().find_map(|(entry, _)| {
            let place = |name: usize| self.orders[name].iter().find(|(of, _)| of == entry).map(|(_, place)| *place);
            let places: Vec<usize> = row.iter().map_while(|(name, ..)| place(*name)).collect();
            if places.windows(2).all(|pair| pair[0] <= pair[1]) {
                return None;
            }
            let kept = &row[..places.len()];
            let mut ordered: Vec<(usize, &str)> =
                kept.iter().zip(&places).map(|((_, start, end), place)| (*place, &dense.text[*start..*end])).collect();
            ordered.sort_by_key(|(place, _)| *place);
            let mut right = String::new();
            for (at, (_, name)) in ordered.iter().enumerate() {
                if at > 0 {
                    right.push_str(&dense.text[kept[at - 1].2..kept[at].1]);
                }
                right.push_str(name);
            }
            let (start, end) = dense.place(first.1, kept.last().map_or(first.2, |one| one.2));
            Some(Hit { entry: *entry, start, end, right })
        })
    }

    /// The same as findings.
    pub(crate) fn look(&self, part: &str, chars: &[char]) -> Vec<Finding> {
        self.hits(chars).into_iter().map(|hit| self.tell(part, chars, &hit)).collect()
    }

    fn tell(&self, part: &str, chars: &[char], hit: &Hit) -> Finding {
        let term = &self.list[hit.entry];
        let said = excerpt(chars, hit.start, hit.end);
        let should = match (term.sort, hit.right.as_str()) {
            (Sort::Forbidden, "") => "本县词表规定不使用这一表述，请改写。".to_owned(),
            (Sort::Forbidden, right) => format!("本县词表规定不使用“{said}”，请改为“{right}”。"),
            (Sort::Form, right) => format!("本县词表规定写作“{right}”。"),
            (Sort::Order, right) => format!("请按规定的次序写作“{right}”。"),
        };
        let reason = term.reason.trim();
        let why = if reason.is_empty() { String::new() } else { format!("理由：{reason}") };
        let replacement = Some(hit.right.clone()).filter(|right| !right.is_empty());
        let place = (hit.start, hit.end);
        let told = found(term.sort.rule(), part, chars, place, format!("{should}{why}"), replacement);
        Finding { severity: term.severity, ..told }
    }
}

/// Whether a form that was met stands within the right one.
fn is_right(text: &str, (start, end): (usize, usize), right: &str) -> bool {
    let form = &text[start..end];
    right.match_indices(form).any(|(offset, _)| {
        start.checked_sub(offset).is_some_and(|from| text.get(from..from + right.len()) == Some(right))
    })
}

/// Whether a line ends between two places.
fn has_line_end(chars: &[char], start: usize, end: usize) -> bool {
    chars.get(start..end).is_some_and(|some| some.contains(&'\n'))
}

/// Whether what stands between two names only joins them in a row.
fn joins(between: &str) -> bool {
    matches!(between.trim(), "、" | "和" | "与" | "及" | "以及" | "," | "")
        && between.chars().count() <= 3
        && !between.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(sort: Sort, form: &str, right: &str) -> Term {
        let severity = Severity::Warn;
        Term { sort, form: form.into(), right: right.into(), reason: String::new(), severity }
    }

    fn met(terms: &Terms, text: &str) -> Vec<(usize, String, String)> {
        let chars: Vec<char> = text.chars().collect();
        terms.hits(&chars).into_iter().map(|hit| (hit.entry, excerpt(&chars, hit.start, hit.end), hit.right)).collect()
    }

    #[test]
    fn forms_are_met_however_they_are_written() {
        let terms = Terms::new(vec![
            term(Sort::Forbidden, "甲乙工程", ""),
            term(Sort::Forbidden, "甲乙工程指挥部", "甲乙项目指挥部"),
            term(Sort::Form, "李示范", "县长李示范"),
        ]);
        assert_eq!(met(&terms, "推进甲\u{200b}乙工程"), [(0, "甲\u{200b}乙工程".into(), String::new())]);
        assert_eq!(met(&terms, "甲乙工程指挥部"), [(1, "甲乙工程指挥部".into(), "甲乙项目指挥部".into())]);
        assert_eq!(met(&terms, "李示范出席，县长李示范讲话"), [(2, "李示范".into(), "县长李示范".into())]);
        assert!(met(&terms, "与此无关").is_empty());
        let places = |text: &str| met(&terms, text).into_iter().map(|(entry, ..)| entry).collect::<Vec<_>>();
        assert_eq!(places("推进甲 乙\u{3000}工程"), [0]);
        assert_eq!(places("推进甲乙\n工程"), [0]);
        assert!(places("甲乙\n\n工程").is_empty(), "two paragraphs");
    }

    #[test]
    fn no_entry_takes_the_place_of_a_heavier_one() {
        let weighed = |sort, form: &str, right: &str, severity| Term { severity, ..term(sort, form, right) };
        let terms = Terms::new(vec![
            weighed(Sort::Forbidden, "绿岛集团", "", Severity::Block),
            weighed(Sort::Form, "绿岛集团公司", "市属绿岛集团公司", Severity::Info),
            weighed(Sort::Form, "青禾绿岛", "青禾县绿岛", Severity::Info),
            weighed(Sort::Forbidden, "甲乙", "甲乙工程", Severity::Warn),
        ]);
        let entries = |text: &str| met(&terms, text).into_iter().map(|(entry, ..)| entry).collect::<Vec<_>>();
        assert_eq!(entries("由市属绿岛集团公司承办"), [0], "the right form of one holds what another forbids");
        assert_eq!(entries("由绿岛集团公司承办"), [0, 1]);
        assert_eq!(entries("和青禾绿岛集团合作"), [2, 0]);
        assert_eq!(entries("绿岛集团、绿岛集团"), [0, 0]);
        assert_eq!(entries("推进甲乙和甲乙工程"), [3], "what stands as it should is not told");
        let against: Vec<(&str, &str)> =
            terms.contradictions().into_iter().map(|(one, other)| (one.form.as_str(), other.form.as_str())).collect();
        assert_eq!(against, [("绿岛集团公司", "绿岛集团")]);
    }

    #[test]
    fn a_row_stands_in_its_order() {
        let terms = Terms::new(vec![term(Sort::Order, "县委、县人大、县政府、县政协", "")]);
        assert!(met(&terms, "县委、县政府、县政协领导出席；县政府在县委领导下").is_empty());
        assert!(met(&terms, "县政府\n县委\n县政协").is_empty(), "lines are no row");
        assert_eq!(
            met(&terms, "县政府、县委和县政协"),
            [(0, "县政府、县委和县政协".into(), "县委、县政府和县政协".into())]
        );
    }

    #[test]
    fn what_asks_for_nothing_is_told() {
        assert!(term(Sort::Forbidden, "甲乙", "").fault().is_none());
        for (sort, form, right) in [
            (Sort::Forbidden, "甲", ""),
            (Sort::Form, "甲乙", ""),
            (Sort::Form, "甲乙", "甲乙"),
            (Sort::Order, "甲乙", ""),
        ] {
            assert!(term(sort, form, right).fault().is_some(), "{sort:?} {form}");
        }
    }
}
