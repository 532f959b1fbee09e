//! Corrections of the plan's head: title, year, number, date, and how it stands to another plan of its year.

use kernel::{
    id::{ClauseId, PlanId},
    time,
};

use super::{Wrong, wrong};
use crate::plans::{
    doubts, head_doubts,
    tree::{HEAD, Tree},
};

/// The head as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadFields {
    pub title: String,
    /// Four digits.
    pub year: String,
    /// 发文字号; may be empty.
    pub document_number: String,
    /// 成文日期 in any usual form; may be empty.
    pub issued_on: String,
    /// Dates that were read as of the year before move to the new one.
    pub moves_dates: bool,
}

impl HeadFields {
    fn year(&self) -> Option<i64> {
        doubts::year_typed(&self.year).map(i64::from)
    }
}

/// What it touches: the head, and the clauses whose dates move with the year.
pub(super) fn touched(tree: &Tree, fields: &HeadFields) -> Vec<Option<ClauseId>> {
    let mut touched = vec![Some(HEAD.into())];
    if fields.moves_dates && fields.year().is_some_and(|year| year != tree.plan.year) {
        touched.extend(doubts::moving(tree, from_year(tree)).map(|duty| Some(duty.clause.clone())));
    }
    touched
}

/// The year by which the dates were read: that of the most of them which name none, else the plan's.
fn from_year(tree: &Tree) -> i64 {
    let years = [tree.plan.year, tree.plan.text_year];
    years.into_iter().max_by_key(|year| doubts::moving(tree, *year).count()).unwrap_or(tree.plan.year)
}

/// Writes the head.
pub(super) fn apply(tree: &mut Tree, fields: &HeadFields) -> Result<String, Wrong> {
    let mut errors = Wrong::new();
    let title = fields.title.split_whitespace().collect::<Vec<_>>().join(" ");
    errors.require(!title.is_empty(), "title", "请填写标题，例如 2026年政务公开工作要点。");
    errors.require(title.chars().count() <= 200, "title", "请把标题控制在 200 字以内。");
    errors.require(fields.year().is_some(), "year", "请填写四位年份，例如 2026。");
    // Written as a document's number is: other brackets and a zero in front are mended without a word.
    let typed = fields.document_number.trim();
    let number = match typed == tree.plan.document_number {
        true => typed.to_owned(),
        false => head_doubts::written(typed),
    };
    errors.require(
        number.chars().count() <= 100,
        "document_number",
        "请把发文字号控制在 100 字以内，例如 青禾府办发〔2026〕11号。",
    );
    let issued_on = match fields.issued_on.trim() {
        "" => String::new(),
        typed => time::parse_date(typed).map(|day| day.to_string()).unwrap_or_else(|| {
            errors.add("issued_on", "请填写成文日期，例如 2026-03-01；没有的留空。");
            String::new()
        }),
    };
    let (true, Some(year)) = (errors.is_empty(), fields.year()) else { return Err(errors) };
    let mut said = Vec::new();
    if year != tree.plan.year {
        said.push(format!("年度 {} → {year}", tree.plan.year));
        if fields.moves_dates {
            let moved = shift(tree, year);
            if moved > 0 {
                said.push(format!("{moved} 项任务的期限改到 {year} 年"));
            }
        }
        // How it stands to others was said of another year.
        tree.plan.replaces = PlanId::default();
        tree.plan.twin_reason.clear();
    }
    for (label, old, new) in [
        ("标题", &tree.plan.title, &title),
        ("发文字号", &tree.plan.document_number, &number),
        ("成文日期", &tree.plan.issued_on, &issued_on),
    ] {
        if old != new {
            said.push(label.to_owned());
        }
    }
    tree.plan.year = year;
    (tree.plan.title, tree.plan.document_number, tree.plan.issued_on) = (title, number, issued_on);
    Ok(format!("修改{}", said.join("，")))
}

/// Moves the dates to `year`; how many there were. 29 February becomes the last of the month.
fn shift(tree: &mut Tree, year: i64) -> usize {
    let ids: Vec<_> = doubts::moving(tree, from_year(tree)).map(|duty| duty.id.clone()).collect();
    let Ok(year) = i16::try_from(year) else { return 0 };
    for duty in tree.duties.iter_mut().filter(|duty| ids.contains(&duty.id)) {
        let Ok(due) = duty.due_on.parse::<jiff::civil::Date>() else { continue };
        if let Ok(moved) = due.with().year(year).build().or_else(|_| due.with().year(year).day(28).build()) {
            duty.due_on = moved.to_string();
        }
    }
    ids.len()
}

/// Says how the plan stands to another of its kind and year.
pub(super) fn choose(tree: &mut Tree, other: &PlanId, reason: &str) -> Result<String, Wrong> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(wrong("twin_reason", "请写明原因，500 字以内，例如 县政府常务会议通过了新的要点。"));
    }
    if let Some(objection) = duty::privacy::objection(reason) {
        return Err(wrong("twin_reason", &objection));
    }
    tree.plan.replaces = other.clone();
    tree.plan.twin_reason = reason.to_owned();
    Ok(if other.as_str().is_empty() { "选择与同年度的计划并行" } else { "选择替代同年度的计划" }.to_owned())
}
