//! Labelled texts: what should be found in each, and what is.

use std::collections::BTreeSet;

use check_text::{
    Answers, Book, Former, Known, Severity, Sort, Standing, Term, Terms, Wanted, look_over, policy::figures, wanted,
    wording::Renamed,
};
use serde::Serialize;

/// A labelled text.
pub(crate) struct Labelled {
    /// Rules that should find something in it.
    rules: BTreeSet<String>,
    text: String,
}

/// How good a group of rules is.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// Expected findings.
    pub(crate) expected: usize,
    /// Share of them that is found.
    pub(crate) recall: f64,
    /// Share of what is found that is expected.
    pub(crate) precision: f64,
}

/// Groups of rules by the beginnings of their names.
const GROUPS: [(&str, &[&str]); 5] = [
    ("numbers", &["privacy.id_number", "privacy.mobile", "privacy.bank_card", "privacy.passport", "privacy.permit"]),
    ("people", &["privacy.home", "privacy.name", "privacy.landline", "privacy.secret"]),
    ("wording", &["wording."]),
    ("policy", &["policy."]),
    ("political", &["political."]),
];

/// Reads the set: rules with 、 between them or `-`, a tab, the text with `⏎` and `⇥` for ends of lines and cells.
pub(crate) fn read(text: &str) -> Vec<Labelled> {
    let line = |line: &str| {
        let (rules, text) = line.split_once('\t')?;
        let rules = rules.split('、').filter(|rule| *rule != "-").map(str::to_owned).collect();
        Some(Labelled { rules, text: text.replace('⏎', "\n").replace('⇥', "\t") })
    };
    text.lines().filter(|one| !one.starts_with('#')).filter_map(line).collect()
}

/// The list of words and the register of the set's county.
fn book() -> Book {
    let term = |sort: Sort, form: &str, right: &str| {
        let severity = Severity::Warn;
        Term { sort, form: form.to_owned(), right: right.to_owned(), reason: String::new(), severity }
    };
    let renamed = Renamed {
        before: "青禾县卫生局".to_owned(),
        today: "青禾县卫生健康委员会".to_owned(),
        since: "2019年机构改革".to_owned(),
        but: Vec::new(),
    };
    Book {
        terms: Terms::new(vec![
            term(Sort::Forbidden, "残废人", "残疾人"),
            term(Sort::Forbidden, "甲乙工程", ""),
            term(Sort::Form, "青禾县政府办公厅", "青禾县人民政府办公室"),
            term(Sort::Order, "县委、县人大、县政府、县政协", ""),
        ]),
        former: Former::new(vec![renamed]),
        county: vec!["青禾县".to_owned()],
        ..Book::default()
    }
}

/// What the set's library knows.
fn answers(wanted: Vec<Wanted>) -> Answers {
    let known = |standing: Standing, number: &str| Known {
        standing,
        number: number.to_owned(),
        articles: (1..=6).map(|number| (number, 0)).collect(),
        figures: vec![((5, 0), figures("每人每月补贴100元，自收到申请之日起二十个工作日内发放，期限三年。"))],
        year: 2020,
        ..Known::page()
    };
    let of = |title: &str| match title {
        "青禾县旧办法" => Some(Some(known(Standing::Repealed, "青府发〔2019〕3号"))),
        "青禾县短办法" => Some(Some(known(Standing::Lapsed, ""))),
        "青禾县新办法" => Some(Some(known(Standing::Stands, "青府发〔2020〕1号"))),
        title if title.contains("没有") || title.contains("并无") => Some(None),
        _ => None,
    };
    let one = |wanted: Wanted| {
        let answer = match &wanted {
            Wanted::Document { title, .. } => of(title)?,
            Wanted::Address(_) | Wanted::Outside(_) => return None,
        };
        Some((wanted, answer))
    };
    Answers::new(wanted.into_iter().filter_map(one).collect())
}

/// How good each group is, and the texts of which something else was found.
pub(crate) fn measure(set: &[Labelled]) -> (Vec<Group>, Vec<String>) {
    let book = book();
    let mut wrong = Vec::new();
    // Expected, found of these, and found in all, by group.
    let mut counts = [(0_usize, 0_usize, 0_usize); GROUPS.len()];
    for one in set {
        let found: BTreeSet<String> = look_over("", &one.text, &book, &answers(wanted(&one.text)))
            .into_iter()
            .filter(|finding| finding.severity != Severity::Info || one.rules.contains(&finding.rule))
            .map(|finding| finding.rule)
            .collect();
        for ((_, names), count) in GROUPS.iter().zip(&mut counts) {
            let of_group = |rule: &&String| names.iter().any(|name| rule.starts_with(name));
            count.0 += one.rules.iter().filter(of_group).count();
            count.1 += one.rules.intersection(&found).filter(of_group).count();
            count.2 += found.iter().filter(of_group).count();
        }
        if found != one.rules {
            wrong.push(format!("{}: {found:?} instead of {:?}", one.text.replace('\n', "⏎"), one.rules));
        }
    }
    let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
    let group = |((name, _), (expected, right, all)): (&(&str, &[&str]), (usize, usize, usize))| Group {
        name: (*name).to_owned(),
        expected,
        recall: share(right, expected),
        precision: share(right, all),
    };
    (GROUPS.iter().zip(counts).map(group).collect(), wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labelled_texts_are_judged_as_well_as_is_promised() {
        let set = read(include_str!("../../checks.tsv"));
        assert!(set.len() >= 200, "{}", set.len());
        let (groups, wrong) = measure(&set);
        for group in groups {
            let (recall, precision) = if group.name == "numbers" { (0.99, 0.97) } else { (0.9, 0.9) };
            assert!(group.recall >= recall && group.precision >= precision, "{group:?}\n{}", wrong.join("\n"));
        }
    }
}
