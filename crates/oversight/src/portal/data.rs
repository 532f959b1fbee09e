//! The same for machines: JSON of one plan and CSV of its duties.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use documents::tables::{Cell, Sheet, write_csv};
use duty::{
    facts,
    model::{PeriodStanding, Tally},
};
use kernel::id::{DutyId, PlanId};
use serde_json::{Value, json};
use web::{Ctx, Result, page::download};

use super::load::{self, Clause, Duty, PublicPlan};

fn answer(value: Value) -> Response {
    let mut response = Json(value).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, web::page::PUBLIC);
    response
}

fn figures(tally: &Tally) -> Value {
    let (confirmed, in_progress, overdue, not_started) = tally.bar();
    json!({
        "total": tally.total(), "confirmed": confirmed, "in_progress": in_progress, "overdue": overdue,
        "not_started": not_started,
    })
}

/// Addresses in data are absolute, so that they can be followed from anywhere.
fn absolute(ctx: &Ctx, href: &str) -> String {
    if href.starts_with('/') {
        format!("{}{href}", ctx.config().server.portal_url.trim_end_matches('/'))
    } else {
        href.to_owned()
    }
}

/// The periods of every share, by its id.
type Periods = HashMap<String, Vec<PeriodStanding>>;

/// Reads the facts of the plan's public duties with cadence: only here every period is told.
async fn periods(ctx: &Ctx, plan: &PublicPlan) -> Result<Periods> {
    let clauses = plan.sections.iter().flat_map(|section| &section.clauses);
    let duties: Vec<DutyId> = clauses
        .flat_map(|clause| &clause.duties)
        .filter(|duty| !duty.cadence.is_empty())
        .map(|duty| duty.id.clone())
        .collect();
    let shares = facts::of_duties(ctx.db().read(), &duties).await?;
    Ok(shares.iter().map(|share| (share.id.to_string(), share.course().periods(ctx.today()))).collect())
}

fn duty(ctx: &Ctx, duty: &Duty, periods: &Periods) -> Value {
    let organs: Vec<Value> = duty
        .shares
        .iter()
        .map(|share| {
            let line = &share.line;
            let periods: Vec<Value> = periods
                .get(&line.id)
                .into_iter()
                .flatten()
                .map(|one| {
                    json!({
                        "key": one.period.key, "label": one.period.label, "due_on": one.period.due.to_string(),
                        "state": load::shown(one.state).code(), "overdue": one.overdue,
                    })
                })
                .collect();
            json!({
                "code": share.code, "name": share.organ, "role": share.role.code(), "state": line.state.code(),
                "state_label": line.word(), "overdue": line.overdue,
                "due_on": line.due_on.map(|due| due.to_string()), "ended": line.ended, "periods": periods,
            })
        })
        .collect();
    let evidence: Vec<Value> = duty
        .evidence
        .iter()
        .map(|piece| {
            json!({
                "title": piece.title, "url": absolute(ctx, &piece.href), "external": piece.external, "organ": piece.organ,
                "period": piece.period, "confirmed_on": piece.confirmed_on,
            })
        })
        .collect();
    let extras: serde_json::Map<String, Value> =
        duty.extras.iter().map(|(label, value)| ((*label).to_owned(), Value::from(value.as_str()))).collect();
    json!({
        "extras": extras, "id": duty.id, "text": duty.text, "measure": duty.measure, "due": duty.due_words,
        "due_on": (!duty.due_on.is_empty()).then_some(&duty.due_on), "cadence": duty.cadence, "state": duty.line.state.code(),
        "state_label": duty.line.word(), "overdue": duty.line.overdue, "ended": duty.line.ended, "organs": organs, "evidence": evidence,
    })
}

fn clause(ctx: &Ctx, plan: &PublicPlan, clause: &Clause, periods: &Periods) -> Value {
    json!({
        "id": clause.id, "number": clause.number.trim_end_matches('.'), "title": clause.title, "text": clause.text,
        "owner_note": clause.owner_note, "partial": clause.partial, "ended": clause.ended, "figures": figures(&clause.tally),
        "url": absolute(ctx, &format!("/plans/{}/clauses/{}", plan.row.id, clause.id)),
        "duties": clause.duties.iter().map(|one| duty(ctx, one, periods)).collect::<Vec<_>>(),
    })
}

/// `GET /api/v1/plans/{id}`
pub(super) async fn json(State(ctx): State<Ctx>, Path(id): Path<PlanId>) -> Result<Response> {
    let plan = load::plan(&ctx, &id).await?;
    let periods = periods(&ctx, &plan).await?;
    let sections: Vec<Value> = plan
        .sections
        .iter()
        .map(|section| {
            json!({
                "number": section.number, "title": section.title, "text": section.text,
                "clauses": section.clauses.iter().map(|one| clause(&ctx, &plan, one, &periods)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let organs: Vec<Value> = load::organs(&plan)
        .iter()
        .map(|line| json!({ "code": line.code, "name": line.name, "figures": figures(&line.tally), "evidence": line.evidence }))
        .collect();
    Ok(answer(json!({
        "id": plan.row.id, "kind": plan.row.kind, "kind_label": plan.row.kind().label(), "title": plan.row.title,
        "document_number": plan.row.document_number, "year": plan.row.year, "state": plan.row.state,
        "superseded_by": plan.successor.as_ref().map(|(id, _)| id), "amended_on": plan.amended, "as_of": plan.as_of,
        "partial": plan.partial, "figures": figures(&plan.tally), "organs": organs, "sections": sections,
        "url": absolute(&ctx, &format!("/plans/{id}")),
    })))
}

/// `GET /api/v1/plans`
pub(super) async fn list(State(ctx): State<Ctx>) -> Result<Response> {
    let plans: Vec<Value> = load::all(&ctx)
        .await?
        .iter()
        .map(|line| {
            json!({
                "id": line.id, "kind": line.kind.code(), "title": line.title, "document_number": line.document_number,
                "year": line.year, "superseded": line.superseded, "revoked": line.revoked, "figures": figures(&line.tally),
                "url": absolute(&ctx, &format!("/api/v1/plans/{}", line.id)),
            })
        })
        .collect();
    Ok(answer(json!({ "plans": plans })))
}

/// `GET /plans/{id}/duties.csv`: one row for each organ's share of a public duty.
pub(super) async fn csv(State(ctx): State<Ctx>, Path(id): Path<PlanId>) -> Result<Response> {
    let plan = load::plan(&ctx, &id).await?;
    let extra: Vec<&str> =
        plan.row.kind().fields().iter().filter(|field| field.published).map(|field| field.label).collect();
    let header = [
        "条目",
        "条目标题",
        "任务",
        "完成标准",
        "原文期限",
        "期限",
        "频次",
        "机关代码",
        "机关",
        "分工",
        "状态",
        "是否逾期",
        "佐证件数",
        "佐证地址",
    ];
    let mut rows = Vec::new();
    for clause in plan.sections.iter().flat_map(|section| &section.clauses) {
        for duty in &clause.duties {
            for share in &duty.shares {
                let pieces: Vec<String> = duty
                    .evidence
                    .iter()
                    .filter(|piece| piece.organ == share.organ)
                    .map(|piece| absolute(&ctx, &piece.href))
                    .collect();
                let line = &share.line;
                let mut row = vec![
                    Cell::from(clause.full_number.as_str()),
                    Cell::from(clause.title.as_str()),
                    Cell::from(duty.text.as_str()),
                    Cell::from(duty.measure.as_str()),
                    Cell::from(duty.due_words.as_str()),
                    Cell::from(line.due_on.map(|due| due.to_string()).unwrap_or_default()),
                    Cell::from(duty.cadence),
                    Cell::from(share.code.as_str()),
                    Cell::from(share.organ.as_str()),
                    Cell::from(share.role.label()),
                    Cell::from(line.word()),
                    Cell::from(if line.overdue { "是" } else { "否" }),
                    Cell::from(i64::try_from(pieces.len()).unwrap_or(i64::MAX)),
                    Cell::from(pieces.join(" ")),
                ];
                let value = |label: &str| {
                    duty.extras.iter().find(|(known, _)| *known == label).map_or("", |(_, value)| value.as_str())
                };
                row.extend(extra.iter().map(|label| Cell::from(value(label))));
                rows.push(row);
            }
        }
    }
    let header = header.into_iter().chain(extra).map(String::from).collect();
    let sheet = Sheet { header, rows, ..Sheet::default() };
    let mut response = download(write_csv(&sheet), "text/csv; charset=utf-8", &format!("{}.csv", plan.row.title));
    response.headers_mut().insert(header::CACHE_CONTROL, web::page::PUBLIC);
    Ok(response)
}
