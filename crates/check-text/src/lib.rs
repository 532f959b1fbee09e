//! What the four gates look for in a text. No I/O; usable on its own.
#![doc = include_str!("../README.md")]

mod dense;
mod places;
pub mod policy;
pub mod rule;
mod secrecy;
pub mod terms;
pub mod wording;

use std::collections::BTreeMap;

pub use policy::{Answers, Known, Standing, Wanted, wanted};
pub use rule::{Level, RULES, Rule, gate_label};
pub use terms::{Sort, Term, Terms};
pub use text::findings::{Finding, Gate, Severity};
pub use wording::Former;

/// By what a text is looked through: the rules of the program, and what a county has set.
#[derive(Debug, Default)]
pub struct Book {
    /// The words that the county keeps.
    pub terms: Terms,
    /// Names that its organs bear no more.
    pub former: Former,
    /// Rules that it weighs otherwise, by name.
    pub levels: BTreeMap<String, Level>,
    /// Names of the county: a document whose title holds one of them should be in its library.
    pub county: Vec<String>,
}

impl Book {
    /// How a rule is weighed here; `None` where there is no such rule.
    pub fn level(&self, id: &str) -> Option<Level> {
        let rule = rule::named(id)?;
        let set = self.levels.get(id).filter(|_| !rule.fixed);
        Some(set.copied().unwrap_or_else(|| Level::of(rule.severity)))
    }

    /// Weighs what was found as the county does: what it has switched off goes, what was found in doubt stays doubtful.
    fn weigh(&self, findings: &mut Vec<Finding>) {
        findings.retain_mut(|finding| {
            let Some(rule) = rule::named(&finding.rule).filter(|rule| !rule.fixed) else { return true };
            let Some(level) = self.levels.get(rule.id) else { return true };
            // A term has a weight of its own, which its rule cannot raise.
            let own = finding.gate == Gate::Political;
            match level.severity() {
                None => return false,
                Some(severity) if finding.severity == rule.severity && !own => finding.severity = severity,
                Some(_) => {}
            }
            true
        });
    }
}

/// Everything that the rules find in a text. `part` says where the text came from and is copied into each finding; `answers` is what
/// is known of the documents that it cites.
pub fn look_over(part: &str, text: &str, book: &Book, answers: &Answers) -> Vec<Finding> {
    let mut findings = text::findings::look_over(part, text);
    let mut others: Vec<Finding> = Vec::new();
    if places::has_han(text) {
        let chars: Vec<char> = text.chars().collect();
        others.extend(secrecy::look(part, text, &chars));
        others.extend(wording::look(part, text, &chars, &book.former));
        others.extend(policy::look(part, text, &chars, book, answers));
        others.extend(book.terms.look(part, &chars));
    } else if !book.terms.is_empty() {
        others.extend(book.terms.look(part, &text.chars().collect::<Vec<char>>()));
    }
    // What shows a number of a person is told once, masked.
    let free = |one: &Finding| findings.iter().all(|by| one.end <= by.start || by.end <= one.start);
    others.retain(free);
    others.sort_by_key(|one| one.start);
    findings.extend(others);
    book.weigh(&mut findings);
    findings
}

/// What the rules find in a tag of a text, such as `a href="…"`: numbers in it, and an address at which nothing stands.
pub fn look_at_tag(part: &str, tag: &str, book: &Book, answers: &Answers) -> Vec<Finding> {
    let mut findings = text::findings::look_over(part, tag);
    findings.extend(policy::dead(part, tag, answers));
    book.weigh(&mut findings);
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_weighs_what_the_law_leaves_to_it() {
        let text = "请布署落实，联系人手机13800138000。";
        let said = |book: &Book| -> Vec<(String, Severity)> {
            let found = look_over("", text, book, &Answers::default());
            found.into_iter().map(|one| (one.rule, one.severity)).collect()
        };
        let of = |level: Level, id: &str| Book { levels: BTreeMap::from([(id.to_owned(), level)]), ..Book::default() };
        let mobile = ("privacy.mobile".to_owned(), Severity::Block);
        let word = |severity| ("wording.word".to_owned(), severity);
        assert_eq!(said(&Book::default()), [mobile.clone(), word(Severity::Warn)]);
        assert_eq!(said(&of(Level::Block, "wording.word")), [mobile.clone(), word(Severity::Block)]);
        assert_eq!(said(&of(Level::Off, "wording.word")), std::slice::from_ref(&mobile));
        assert_eq!(said(&of(Level::Off, "privacy.mobile")), [mobile, word(Severity::Warn)]);
    }
}
