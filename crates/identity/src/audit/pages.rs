//! The pages of the audit administrator.

use crate::events;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use documents::tables::{Cell, Sheet, write_csv};
use kernel::{NewEvent, OrganCode};
use serde_json::json;
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, filters, office_page, page};

use super::{
    store::{self, Filter},
    words::{self, EventRow, Words},
};

const SIZE: i64 = 50;

/// Rows of one export.
const MOST: i64 = 100_000;

#[derive(Template)]
#[template(path = "audit/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    errors: FormErrors,
    filter: Filter,
    kinds: Vec<(String, String)>,
    subjects: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    rows: Vec<EventRow>,
    query: String,
    first: String,
    older: String,
}

#[derive(Template)]
#[template(path = "audit/templates/detail.html")]
struct DetailPage {
    shell: OfficeShell,
    row: EventRow,
    event: kernel::event::Event,
    data: String,
    organ: String,
    fits: bool,
    previous: i64,
    next: i64,
    subject_kind: String,
}

fn named(ctx: &Ctx, mut rows: Vec<EventRow>) -> Vec<EventRow> {
    let directory = ctx.directory();
    for row in &mut rows {
        let code = OrganCode::from(row.organ.as_str());
        row.organ = directory.short_name(&code).to_owned();
    }
    rows
}

/// GET /audit
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let mut events = store::search(ctx.db(), &filter, SIZE + 1).await?;
    let more = events.len() as i64 > SIZE;
    events.truncate(50);
    let last = events.last().map_or(0, |event| event.seq);
    let directory = ctx.directory();
    let words = Words(ctx.capabilities(), &directory);
    let query = filter.query();
    let with = |extra: &str| match (query.is_empty(), extra.is_empty()) {
        (true, true) => "/audit".to_owned(),
        (true, false) => format!("/audit?{extra}"),
        (false, true) => format!("/audit?{query}"),
        (false, false) => format!("/audit?{query}&{extra}"),
    };
    office_page(&ListPage {
        shell: desk.shell(&ctx, "留痕与验证").await?.with_error(!filter.faults().is_empty()),
        errors: filter.faults(),
        rows: named(&ctx, words.rows(events.into_iter())),
        kinds: ctx.capabilities().events().map(|kind| (kind.name.to_owned(), kind.label.to_owned())).collect(),
        subjects: ctx.capabilities().subjects().collect(),
        organs: ctx.directory().all().iter().map(|organ| (organ.code.0.clone(), organ.short_name.clone())).collect(),
        first: if filter.before > 0 { with("") } else { String::new() },
        older: if more { with(&format!("before={last}")) } else { String::new() },
        query: if query.is_empty() { String::new() } else { format!("?{query}") },
        filter,
    })
}

/// GET /audit/{seq}
pub(super) async fn detail(State(ctx): State<Ctx>, desk: Desk, Path(seq): Path<i64>) -> Result<Response> {
    let event = store::get(ctx.db(), seq).await?.ok_or(Error::NotFound)?;
    let data = serde_json::from_str::<serde_json::Value>(&event.data)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| event.data.clone());
    let row = Words(ctx.capabilities(), &ctx.directory()).rows(std::iter::once(event.clone())).remove(0);
    let code = OrganCode::from(event.organ.as_str());
    let newest = *ctx.db().head().borrow();
    office_page(&DetailPage {
        shell: desk.shell(&ctx, format!("第 {seq} 号记录")).await?,
        organ: ctx.directory().get(&code).map_or(event.organ.clone(), |organ| organ.name.clone()),
        fits: kernel::event::chain_hash(&event) == event.hash,
        previous: seq - 1,
        next: if seq < newest { seq + 1 } else { 0 },
        subject_kind: ctx.capabilities().subject(&event.subject_kind).to_owned(),
        row,
        event,
        data,
    })
}

/// GET /audit/export.csv
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let events = store::search(ctx.db(), &filter, MOST + 1).await?;
    if events.len() as i64 > MOST {
        return Err(Error::Invalid(format!(
            "符合条件的记录超过 {MOST} 条。请缩小时间范围后再导出，例如只导出一个月。"
        )));
    }
    let mut tx = ctx.db().write().await?;
    let data = json!({"rows": events.len(), "filter": filter.query()});
    tx.append(NewEvent::new(&events::AUDIT_EXPORTED, "log", &desk.actor()).organ(desk.organ()).data(data)).await?;
    tx.commit().await?;
    let directory = ctx.directory();
    let words = Words(ctx.capabilities(), &directory);
    let rows = events.into_iter().map(|event| {
        vec![
            Cell::from(event.seq),
            Cell::from(words::second(&event.at)),
            words.label(&event.kind).into(),
            event.kind.into(),
            event.subject_kind.into(),
            event.subject_id.into(),
            event.organ.into(),
            event.actor.into(),
            event.actor_name.into(),
            event.data.into(),
            event.previous.into(),
            event.hash.into(),
        ]
    });
    let header = [
        "序号",
        "时间",
        "事项",
        "事项代码",
        "对象类型",
        "对象编号",
        "机关代码",
        "操作者编号",
        "操作者",
        "内容",
        "前一条哈希",
        "哈希",
    ];
    let sheet = Sheet {
        name: "留痕".into(),
        header: header.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        ..Sheet::default()
    };
    Ok(page::download(write_csv(&sheet), "text/csv; charset=utf-8", &format!("留痕-{}.csv", ctx.today())))
}
