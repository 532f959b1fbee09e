//! An issued plan, or a draft for those who manage plans, as a workbook.

use std::collections::HashMap;

use axum::{
    extract::{Path, State},
    response::Response,
};
use documents::tables::{Cell, Sheet, write_xlsx};
use kernel::{Action, may};
use web::{Ctx, Desk, Error, Result, filters, page};

use crate::{
    duties::store as duties,
    model::{ExtraField, PlanState},
    plans::{
        confirm,
        tree::{self, Tree},
    },
};

/// 问责情况: about people, for the competent department alone.
const ACCOUNTABILITY: &str = "accountability";

/// The tree as a workbook: one row for each duty that this person may see.
pub(crate) async fn export(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let tree = tree::load(ctx.db(), &id).await?.ok_or(Error::NotFound)?;
    let issued = matches!(tree.plan.state(), PlanState::Confirmed | PlanState::Superseded);
    if !issued && may(&desk.actor(), Action::ManagePlans).is_err() {
        return Err(Error::NotFound);
    }
    let scope = duties::Scope { plan: Some(id.clone()), superseded: true, ..duties::Scope::default() };
    let rows = duties::assigned(ctx.db(), &scope, ctx.today()).await?;
    // As on the board: others than the competent department see the duties of which their organ has a share.
    let own = (!desk.staff.central).then(|| {
        let organs = duties::answered_by(&ctx.directory(), &desk.staff.organ, ctx.today());
        duties::duties_of(&rows, &organs)
    });
    let fields: Vec<ExtraField> = {
        let all = tree.plan.kind().fields().iter();
        all.filter(|field| own.is_none() || field.key != ACCOUNTABILITY).copied().collect()
    };
    let rolled = duties::by_duty(&rows);
    let directory = ctx.directory();
    let mut header: Vec<String> = [
        "条目",
        "条目标题",
        "序号",
        "任务",
        "牵头、负责单位",
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
    let assigned = grouped(&rows);
    let mut lines = Vec::new();
    for duty in tree.duties.iter().filter(|duty| own.as_ref().is_none_or(|own| own.contains(&duty.id))) {
        let Some(clause) = tree.clause(&duty.clause) else { continue };
        let mut cells = export_row(&tree, clause, duty, &rolled, &assigned, &directory);
        cells.extend(fields.iter().map(|field| Cell::from(duty.extra(field.key))));
        lines.push(cells);
    }
    let sheet = Sheet {
        name: filters::shortened(&tree.plan.title, 28),
        title: Some(tree.plan.title.clone()),
        header,
        rows: lines,
        widths: vec![10.0, 28.0, 6.0, 60.0, 30.0, 30.0, 12.0, 10.0, 30.0, 8.0, 12.0, 10.0],
    };
    let bytes = write_xlsx(&sheet).map_err(|rejected| Error::Invalid(rejected.message))?;
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(page::download(bytes, media, &format!("{}.xlsx", tree.plan.title)))
}

type Assigned<'a> = HashMap<&'a str, Vec<&'a duties::Assigned>>;

fn grouped(rows: &[duties::Assigned]) -> Assigned<'_> {
    let mut by_duty: Assigned<'_> = HashMap::new();
    for row in rows {
        by_duty.entry(row.duty.as_str()).or_default().push(row);
    }
    by_duty
}

fn export_row(
    tree: &Tree,
    clause: &tree::ClauseRow,
    duty: &tree::DutyRow,
    rolled: &HashMap<String, crate::duties::model::RollUp>,
    assigned: &Assigned<'_>,
    directory: &kernel::Directory,
) -> Vec<Cell> {
    let draft: Vec<_> = confirm::organs_of(tree, duty);
    let issued = assigned.get(duty.id.as_str());
    let organs: Vec<(String, bool)> = match issued {
        Some(rows) => {
            rows.iter().map(|row| (directory.short_name(&row.organ).to_owned(), row.role.answers())).collect()
        }
        None => draft.iter().map(|(code, role)| (directory.short_name(code).to_owned(), role.answers())).collect(),
    };
    let names = |answers: bool| {
        organs.iter().filter(|one| one.1 == answers).map(|one| one.0.as_str()).collect::<Vec<_>>().join("、")
    };
    let state = match rolled.get(&duty.id) {
        _ if duty.is_duty == 0 => "不作为任务".to_owned(),
        _ if duty.principle == 1 => "不落实到单位".to_owned(),
        _ if !duty.ended_at.is_empty() => format!("已终止：{}", duty.ended_reason),
        Some(roll) => roll.word(),
        None => "草稿".to_owned(),
    };
    let late = rolled.get(&duty.id).map_or(0, |roll| roll.overdue_organs);
    vec![
        tree.clause_number(clause).into(),
        clause.title.as_str().into(),
        duty.position.into(),
        duty.text.as_str().into(),
        names(true).into(),
        names(false).into(),
        duty.due_on.as_str().into(),
        duty.cadence().map_or("", crate::model::Cadence::label).into(),
        duty.measure.as_str().into(),
        if duty.is_public() { "公开" } else { "内部" }.into(),
        state.into(),
        i64::try_from(late).unwrap_or(0).into(),
    ]
}
