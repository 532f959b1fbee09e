//! What of a draft does not fit together: the year that its text names, the year for which it is kept, the years of its dates,
//! and other plans of the same kind and year. Told, never decided by the program.

use jiff::civil::Date;

use super::{
    rows::Twin,
    tree::{DutyRow, PlanRow, Tree},
};

/// The years that a title names, in order: four digits from 1990 to 2100 before 年 or 年度, or alone.
pub(super) fn years_in(title: &str) -> Vec<i16> {
    let digit = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        '0'..='9' => Some(c),
        _ => None,
    };
    let mut years = Vec::new();
    let mut run = String::new();
    for c in title.chars().chain(['\n']) {
        if let Some(digit) = digit(c) {
            run.push(digit);
            continue;
        }
        let year: Option<i16> = run.parse().ok().filter(|year| run.len() == 4 && (1990..=2100).contains(year));
        years.extend(year);
        run.clear();
    }
    years
}

/// Why the plan's year may be wrong, in sentences; empty when everything names the same year.
pub(super) fn of_year(plan: &PlanRow) -> Vec<String> {
    let mut doubts = Vec::new();
    let year = plan.year;
    if plan.text_year != 0 && plan.text_year != year {
        doubts.push(format!("原文写的是 {} 年，这份草稿登记为 {year} 年。", plan.text_year));
    }
    let named = years_in(&plan.title);
    let spans = named.first().zip(named.last()).is_some_and(|(a, b)| (i64::from(*a)..=i64::from(*b)).contains(&year));
    if let Some(first) = named.first().filter(|first| !spans && i64::from(**first) != plan.text_year) {
        doubts.push(format!("标题写的是 {first} 年，这份草稿登记为 {year} 年。"));
    }
    doubts
}

/// Whether the day on which a duty is due once lies outside the plan's year, or outside those that its title spans.
pub(super) fn is_off_year(plan: &PlanRow, duty: &DutyRow) -> bool {
    let Ok(due) = duty.due_on.parse::<Date>() else { return false };
    let named = years_in(&plan.title);
    let last = named.last().map_or(plan.year, |last| i64::from(*last)).max(plan.year);
    !(plan.year..=last).contains(&i64::from(due.year()))
}

/// Duties whose date was read as one of the plan's year and moves with it: the words name no year themselves.
pub(super) fn moving(tree: &Tree, from: i64) -> impl Iterator<Item = &DutyRow> {
    let of_year = move |duty: &&DutyRow| duty.due_on.parse::<Date>().is_ok_and(|due| i64::from(due.year()) == from);
    tree.duties.iter().filter(of_year).filter(|duty| years_in(&duty.due_words).is_empty())
}

/// Whether it has been said how the plan stands to others of its kind and year that are in force.
pub(super) fn is_settled(plan: &PlanRow, twins: &[Twin]) -> bool {
    let mut in_force = twins.iter().filter(|twin| twin.in_force).peekable();
    if in_force.peek().is_none() {
        return true;
    }
    let known = plan.replaces.as_str().is_empty() || in_force.any(|twin| twin.id == plan.replaces);
    known && !plan.twin_reason.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::PlanKind, plans::fixture};

    #[test]
    fn years_of_titles_are_found() {
        assert_eq!(years_in("铅山县2019年政务公开工作要点"), [2019]);
        assert_eq!(years_in("２０２５年度审计发现问题清单"), [2025]);
        assert_eq!(years_in("三年行动方案（2024—2026年）"), [2024, 2026]);
        assert!(years_in("20260630号文件、12500万元项目").is_empty());
    }

    #[test]
    fn a_year_that_does_not_fit_is_told() {
        let source = "2026年某县政务公开工作要点\n一、公开\n（一）公开预算。6月底前公开预算。2025年3月1日前公开决算。（县财政局负责）\n";
        let mut tree = fixture::tree(source, PlanKind::WorkPoints, &mut fixture::fresh("x"));
        tree.plan.title = "2026年某县政务公开工作要点".into();
        assert!(of_year(&tree.plan).is_empty());
        let off: Vec<_> = tree.duties.iter().filter(|duty| is_off_year(&tree.plan, duty)).collect();
        assert_eq!(off.len(), 1, "{off:?}");
        tree.plan.year = 2027;
        assert_eq!(of_year(&tree.plan).len(), 1, "once, not for text and title");
        assert_eq!(moving(&tree, 2026).count(), 1, "a date with its own year stays");
        tree.plan.title = "某县三年行动方案（2025—2027年）".into();
        tree.plan.text_year = 0;
        assert!(of_year(&tree.plan).is_empty(), "the title spans it");
    }
}
