//! Organs as CSV and as a workbook; both can be imported again.

use std::convert::Infallible;

use crate::events;
use axum::{extract::State, response::Response};
use documents::tables::{Cell, Sheet, write_csv, write_xlsx};
use kernel::NewEvent;
use serde_json::json;
use web::{Ctx, Desk, Query, Result, act_now, page};

use super::{
    model::{COLUMNS, Draft},
    store::{self, Filter},
};

async fn sheet(ctx: &Ctx, desk: &Desk, filter: &Filter, format: &str) -> Result<Sheet> {
    let records = store::export(ctx.db(), filter, ctx.today()).await?;
    let rows: Vec<Vec<Cell>> = records
        .iter()
        .map(|record| {
            let mut draft = Draft::of(record);
            draft.aliases = draft.aliases.replace('\n', "|");
            // as the page shows it; both forms are read again
            draft.kind = record.organ.kind.label().to_owned();
            (0..COLUMNS.len()).map(|index| Cell::from(draft.field_mut(index).as_str())).collect()
        })
        .collect();
    let data = json!({"rows": rows.len(), "format": format});
    let event = NewEvent::new(&events::ORGAN_EXPORTED, &desk.staff.account, &desk.actor());
    act_now(ctx, async |tx| tx.append(event.organ(desk.organ()).data(data)).await).await?;
    Ok(Sheet {
        name: "机关".into(),
        title: None,
        header: COLUMNS.iter().map(|(_, label, _)| (*label).to_owned()).collect(),
        rows,
        widths: vec![10.0, 28.0, 18.0, 28.0, 18.0, 12.0, 16.0, 16.0, 32.0, 32.0, 32.0, 12.0, 12.0, 12.0],
    })
}

/// GET /organs/export.csv
pub(super) async fn csv(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let sheet = sheet(&ctx, &desk, &filter, "csv").await?;
    let pack = move || Ok::<_, Infallible>(write_csv(&sheet));
    page::packed("text/csv; charset=utf-8", &format!("机关-{}.csv", ctx.today()), pack).await
}

/// GET /organs/export.xlsx
pub(super) async fn xlsx(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let sheet = sheet(&ctx, &desk, &filter, "xlsx").await?;
    page::workbook(&format!("机关-{}.xlsx", ctx.today()), move || write_xlsx(&sheet)).await
}
