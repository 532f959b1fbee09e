//! The duties of a plan as a table to take away.

use axum::{
    extract::{Path, State},
    http::header,
    response::Response,
};
use documents::tables::{Cell, Sheet, write_csv};
use kernel::id::PlanId;
use web::{Ctx, Result, page::download};

use super::{api::absolute, load};

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
