//! What of a draft does not fit together: the year that its text names, the year for which it is kept, the years of its dates,
//! and other plans of the same kind and year. Told, never decided by the program.

use jiff::civil::Date;

use super::{
    rows::Twin,
    tree::{DutyRow, PlanRow, Tree},
};

/// The years that a title names, in order: four digits from 1990 to 2100, in whatever characters (2026, ２０２６, 二〇二六).
pub(super) fn years_in(title: &str) -> Vec<i16> {
    let digit = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        '0'..='9' => Some(c),
        '〇' | '○' | '零' => Some('0'),
        _ => "一二三四五六七八九".chars().zip('1'..='9').find(|(han, _)| *han == c).map(|(_, digit)| digit),
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

/// The one year that somebody typed: 2026, ２０２６, 2026年, 二〇二六年.
pub(super) fn year_typed(typed: &str) -> Option<i16> {
    let typed = typed.trim();
    match years_in(typed).as_slice() {
        [year] if typed.chars().count() <= 6 => Some(*year),
        _ => None,
    }
}

/// Another county that a title names; `None` where it names this one or none.
pub(super) fn other_place(title: &str, county: &str) -> Option<String> {
    if county.is_empty() || title.contains(county) {
        return None;
    }
    let chars: Vec<char> = title.chars().collect();
    let ends = (0..chars.len()).filter(|at| chars[*at] == '县');
    let name = |end: usize| {
        let part = |c: &&char| matches!(**c, '\u{4e00}'..='\u{9fff}') && !"年度月日省市区县的和与、于发".contains(**c);
        let mut before: Vec<char> = chars[..end].iter().rev().take(4).take_while(part).copied().collect();
        before.reverse();
        let own = before.last().is_none_or(|last| "全各本我该邻一".contains(*last));
        (!own).then(|| before.into_iter().chain(['县']).collect::<String>())
    };
    ends.filter_map(name).find(|name| !county.ends_with(name.as_str()))
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
    // A year that is still to come is seldom meant beyond the next.
    let today: Option<i64> = plan.created_at.get(..4).and_then(|year| year.parse().ok());
    if today.is_some_and(|today| year > today + 1) {
        doubts.push(format!("登记为 {year} 年，比导入时晚了两年以上。"));
    }
    // Numbers begin anew each year.
    let numbered = years_in(&plan.document_number).first().copied();
    let made = plan.issued_on.parse::<Date>().ok().map(Date::year);
    if let Some((numbered, made)) = numbered.zip(made)
        && numbered != made
    {
        doubts.push(format!("发文字号“{}”是 {numbered} 年的，成文日期是 {}。", plan.document_number, plan.issued_on));
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
        assert_eq!(years_in("青禾县二〇二六年工作要点"), [2026]);
        assert_eq!(years_in("二零二五年度重点项目"), [2025]);
        assert!(years_in("20260630号文件、12500万元项目、三年行动、一二三四条").is_empty());
    }

    #[test]
    fn years_are_typed_as_people_type_them() {
        for typed in ["2026", " 2026 ", "２０２６", "2026年", "二〇二六年"] {
            assert_eq!(year_typed(typed), Some(2026), "{typed}");
        }
        for typed in ["二六", "26", "2026-2027", "2026年2月3日", "1026"] {
            assert_eq!(year_typed(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_plan_of_another_county_is_known_by_its_title() {
        let other = |title: &str| other_place(title, "青禾县");
        assert_eq!(other("2019年铅山县政务公开工作要点").as_deref(), Some("铅山县"));
        for own in
            ["青禾县2026年政务公开工作要点", "2026年全县政务公开工作要点", "县政府2026年工作要点", "2026年重点项目"]
        {
            assert_eq!(other(own), None, "{own}");
        }
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
        tree.plan.year = 2026;
        tree.plan.document_number = "某府办发〔2025〕3号".into();
        tree.plan.issued_on = "2026-02-03".into();
        assert_eq!(of_year(&tree.plan).len(), 1, "the number is of another year than the day");
        tree.plan.document_number = "某府办发〔2026〕3号".into();
        assert!(of_year(&tree.plan).is_empty());
        tree.plan.year = 2027;
        tree.plan.title = "某县三年行动方案（2025—2027年）".into();
        tree.plan.text_year = 0;
        assert!(of_year(&tree.plan).is_empty(), "the title spans it");
    }
}
