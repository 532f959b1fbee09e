//! An issued plan, or a draft for those who manage plans, as a workbook.

use std::collections::HashMap;

use axum::{
    extract::{Path, State},
    response::Response,
};
use documents::tables::{Cell, Sheet, write_xlsx};
use duty::board::{self, Line, Order, Rows, Sort};
use jiff::civil::Date;
use kernel::{
    OrganCode,
    id::{DutyId, PlanId},
    may,
};
use web::{Ctx, Desk, Error, Result, filters, page};

use crate::{
    duties::day,
    model::{ACCOUNTABILITY, Cadence, Field, OwnerRole, PlanState},
    permissions::MANAGE_PLANS,
    plans::{
        confirm, standing,
        tree::{self, Tree},
    },
};

/// The tree as a workbook: one row for each duty that this person may see.
pub(crate) async fn export(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<PlanId>) -> Result<Response> {
    let tree = tree::load(ctx.db(), &id).await?.ok_or(Error::NotFound)?;
    let issued = matches!(tree.plan.state(), PlanState::Confirmed | PlanState::Superseded | PlanState::Revoked);
    if !issued && may(&desk.actor(), &MANAGE_PLANS).is_err() {
        return Err(Error::NotFound);
    }
    let rolled = standing::lines(&ctx, &tree).await?;
    let filter = board::Filter { source: Some(tree.plan.key()), closed: true, ..board::Filter::default() };
    let order = Order { sort: Sort::Place, ..Order::default() };
    let rows = board::all(ctx.db(), Rows::Shares, &filter, order, ctx.today()).await?;
    let mut assigned = grouped(rows);
    for shares in assigned.values_mut() {
        shares.sort_by(|a, b| (a.role, &a.organ).cmp(&(b.role, &b.organ)));
    }
    // As on the board: others than the competent department see the duties of which their organ has a share.
    let own = (!desk.staff.central).then(|| ctx.directory().answered_by(&desk.staff.organ, ctx.today()));
    let seen = |duty: &DutyId| {
        own.as_ref().is_none_or(|own| {
            assigned.get(duty).is_some_and(|shares| shares.iter().any(|share| own.contains(&share.organ)))
        })
    };
    let fields: Vec<Field> = {
        let all = tree.plan.kind().fields().iter();
        all.filter(|field| own.is_none() || field.key != ACCOUNTABILITY).copied().collect()
    };
    let directory = ctx.directory();
    let mut header: Vec<String> = [
        "条目",
        "条目标题",
        "序号",
        "任务",
        "牵头单位",
        "负责单位",
        "配合单位",
        "期限",
        "频次",
        "完成标准",
        "公开",
        "状态",
        "逾期单位数",
    ]
    .map(String::from)
    .to_vec();
    header.extend(fields.iter().map(|field| field.label.to_owned()));
    let mut lines = Vec::new();
    for duty in tree.duties.iter().filter(|duty| seen(&duty.id)) {
        let Some(clause) = tree.clause(&duty.clause) else { continue };
        let mut cells = export_row(&tree, clause, duty, &rolled, &assigned, (&*directory, ctx.today()));
        cells.extend(fields.iter().map(|field| Cell::from(duty.extra(field.key))));
        lines.push(cells);
    }
    let sheet = Sheet {
        name: filters::shortened(&tree.plan.title, 28),
        title: Some(tree.plan.title.clone()),
        header,
        rows: lines,
        widths: vec![10.0, 28.0, 6.0, 60.0, 30.0, 30.0, 30.0, 12.0, 10.0, 30.0, 8.0, 12.0, 10.0],
    };
    page::workbook(&format!("{}.xlsx", tree.plan.title), move || write_xlsx(&sheet)).await
}

type Assigned = HashMap<DutyId, Vec<Line>>;

fn grouped(rows: Vec<Line>) -> Assigned {
    let mut by_duty = Assigned::new();
    for row in rows {
        by_duty.entry(row.duty.clone()).or_default().push(row);
    }
    by_duty
}

fn export_row(
    tree: &Tree,
    clause: &tree::ClauseRow,
    duty: &tree::DutyRow,
    rolled: &HashMap<DutyId, Line>,
    assigned: &Assigned,
    (directory, today): (&kernel::Directory, Date),
) -> Vec<Cell> {
    let draft: Vec<_> = confirm::organs_of(tree, duty);
    let answers = |row: &Line| row.role.is_some_and(OwnerRole::answers);
    // Who answers today, as on the board; who takes part no longer stands there only where nobody does any more.
    let named = |code: &OrganCode| directory.short_name(&directory.stands_for(code, today)).to_owned();
    let over = |rows: &[Line]| rows.iter().all(|row| row.ended);
    let organs: Vec<(String, Option<OwnerRole>)> = match assigned.get(&duty.id) {
        Some(rows) => {
            let over = over(rows);
            rows.iter().filter(|row| over || !row.ended).map(|row| (named(&row.organ), row.role)).collect()
        }
        None => draft.iter().map(|(code, role)| (named(code), Some(*role))).collect(),
    };
    let names = |wanted: OwnerRole| {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in organs.iter().filter(|(_, role)| *role == Some(wanted)) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names.join("、")
    };
    let state = match rolled.get(&duty.id) {
        _ if !duty.is_duty => "不作为任务".to_owned(),
        _ if duty.principle => "不分解到单位".to_owned(),
        _ if !duty.ended_at.is_empty() => format!("已终止：{}", duty.ended_reason),
        Some(roll) => roll.word(),
        None => "草稿".to_owned(),
    };
    let late = assigned.get(&duty.id).map_or(0, |rows| rows.iter().filter(|row| answers(row) && row.overdue).count());
    vec![
        tree.clause_number(clause).into(),
        clause.title.as_str().into(),
        duty.position.into(),
        duty.text.as_str().into(),
        names(OwnerRole::Lead).into(),
        names(OwnerRole::Responsible).into(),
        names(OwnerRole::Support).into(),
        duty.due_on.parse().map_or_else(|_| Cell::from(""), day),
        duty.cadence().map_or("", Cadence::label).into(),
        duty.measure.as_str().into(),
        if duty.is_public() { "公开" } else { "内部" }.into(),
        state.into(),
        i64::try_from(late).unwrap_or(0).into(),
    ]
}
