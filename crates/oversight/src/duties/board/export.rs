//! The board as a workbook, with the filter that is on.

use axum::{extract::State, response::Response};
use documents::tables::{Cell, Sheet, write_xlsx};
use web::{Ctx, Desk, Query, Result, page};

use duty::board;
use futures::TryStreamExt;
use jiff::civil::Date;

use super::filter::{self, Filter, Row};

/// A real date: it can be sorted and filtered by.
pub(crate) fn day(date: Date) -> Cell {
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    Cell::Date(u16::try_from(date.year()).unwrap_or(1900), part(date.month()), part(date.day()))
}

/// `GET /duties/export.xlsx`
pub(super) async fn xlsx(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let filter = filter.whole(&ctx).await?;
    let (source, place) = filter::called(&ctx, &desk.staff, &filter).await?;
    let wanted = filter.wanted(&ctx, &desk.staff);
    let lines = board::stream(ctx.db(), filter.rows(), &wanted, filter.order(), ctx.today());
    let mut lines = std::pin::pin!(lines);
    let header = [
        source,
        "年度",
        place,
        "任务",
        "完成标准",
        if filter.by_duty() { "机关（牵头在前）" } else { "机关" },
        if filter.by_duty() { "办结机关数" } else { "分工" },
        "状态",
        "是否逾期",
        "期限",
        "剩余",
        "原文期限",
        "当前时段",
        "进展（条）",
        "佐证（件）",
        "是否公开",
    ];
    let yes = |holds: bool| Cell::from(if holds { "是" } else { "否" });
    let mut rows = Vec::new();
    while let Some(line) = lines.try_next().await? {
        let row = Row::new(&ctx, line);
        rows.push(vec![
            Cell::from(row.source_title.as_str()),
            Cell::from(row.year),
            Cell::from(row.clause_name.as_str()),
            Cell::from(row.text.as_str()),
            Cell::from(row.measure.as_str()),
            Cell::from(row.organ.as_str()),
            Cell::from(row.role.as_str()),
            Cell::from(row.word.as_str()),
            yes(row.overdue),
            row.due.map_or_else(|| Cell::from(""), day),
            Cell::from(row.left.map(|left| left.words()).unwrap_or_default()),
            Cell::from(row.due_words.as_str()),
            Cell::from(row.period.as_str()),
            Cell::from(row.notes),
            Cell::from(row.evidence),
            yes(!row.internal),
        ]);
    }
    let sheet = Sheet {
        name: "任务台账".into(),
        title: Some(format!("任务台账（截至 {}，共 {} 项）", ctx.today(), rows.len())),
        header: header.map(String::from).to_vec(),
        rows,
        widths: vec![28.0, 7.0, 26.0, 60.0, 24.0, 18.0, 10.0, 12.0, 9.0, 12.0, 16.0, 12.0, 12.0, 9.0, 9.0, 9.0],
    };
    page::workbook(&format!("任务台账-{}.xlsx", ctx.today()), move || write_xlsx(&sheet)).await
}
