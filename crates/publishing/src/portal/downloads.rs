//! Lists to take away, as CSV for spreadsheets and JSON for programs (条例 Art. 24: 检索、查阅、下载).

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use documents::tables::{Cell, Sheet, write_csv};
use serde_json::{Value, json};
use web::{Ctx, Error, Query, Result, page};

use super::{
    frame::{self, Tree},
    lists::Asked,
};
use crate::public::{self, Filter, Listed};

/// Most rows of one download; who needs more narrows by year or walks through `/api/v1/documents`.
const MOST: i64 = 10_000;

/// A document as the open interface and the downloads tell it.
pub(super) fn item(ctx: &Ctx, one: &Listed) -> Value {
    let directory = ctx.directory();
    json!({
        "id": one.id,
        "title": one.title,
        "url": format!("{}{}", frame::base_url(ctx), one.path),
        "kind": one.kind.code(),
        "kind_name": one.kind.label(),
        "organ": one.organ,
        "organ_name": directory.get(&one.organ).map_or(one.organ.as_str(), |organ| organ.name.as_str()),
        "column": one.column,
        "column_name": one.column_name,
        "index_number": one.index_number,
        "document_number": one.document_number,
        "validity": one.validity.map_or("", crate::kinds::Validity::code),
        "validity_name": one.validity.map_or("", crate::kinds::Validity::label),
        "written_on": one.written_on,
        "published_at": one.published_at,
        "updated_at": one.updated_at,
        "summary": one.summary,
    })
}

fn csv(ctx: &Ctx, listed: &[Listed], name: &str) -> Response {
    let directory = ctx.directory();
    let base = frame::base_url(ctx);
    let header = ["索引号", "标题", "发文字号", "发文机关", "栏目", "类型", "有效性", "成文日期", "发布日期", "网址"];
    let row = |one: &Listed| -> Vec<Cell> {
        vec![
            one.index_number.clone().into(),
            one.title.clone().into(),
            one.document_number.clone().into(),
            directory.get(&one.organ).map_or(one.organ.as_str(), |organ| organ.name.as_str()).into(),
            one.column_name.clone().into(),
            one.kind.label().into(),
            one.validity.map_or("", crate::kinds::Validity::label).into(),
            one.written_on.clone().into(),
            one.published_on.clone().into(),
            format!("{base}{}", one.path).into(),
        ]
    };
    let sheet = Sheet {
        header: header.map(str::to_owned).to_vec(),
        rows: listed.iter().map(row).collect(),
        ..Sheet::default()
    };
    fresh(page::download(write_csv(&sheet), "text/csv; charset=utf-8", &format!("{name}.csv")))
}

fn list_json(ctx: &Ctx, listed: &[Listed], total: i64) -> Response {
    let items: Vec<Value> = listed.iter().map(|one| item(ctx, one)).collect();
    fresh(Json(json!({ "total": total, "count": items.len(), "items": items })).into_response())
}

/// May be kept, but is asked for again each time: what is withdrawn must vanish at once.
pub(super) fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    response
}

async fn rows(ctx: &Ctx, asked: &Asked, filter: &Filter) -> Result<(Vec<Listed>, i64)> {
    Ok(public::list_in(ctx.db(), filter, asked.order(), 1, MOST).await?)
}

async fn column_rows(ctx: &Ctx, asked: &Asked, slug: &str) -> Result<(Vec<Listed>, i64)> {
    let (tree, column) = tokio::try_join!(Tree::load(ctx.db()), public::column(ctx.db(), slug))?;
    if column.is_none() {
        return Err(Error::NotFound);
    }
    let mut filter = asked.filter();
    filter.columns = tree.below(slug);
    rows(ctx, asked, &filter).await
}

/// `GET /policies.csv`
pub(super) async fn policies_csv(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let (listed, _) = rows(&ctx, &asked, &asked.policy_filter()).await?;
    Ok(csv(&ctx, &listed, "政策文件清单"))
}

/// `GET /policies.json`
pub(super) async fn policies_json(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let (listed, total) = rows(&ctx, &asked, &asked.policy_filter()).await?;
    Ok(list_json(&ctx, &listed, total))
}

/// `GET /documents.csv`
pub(super) async fn documents_csv(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let (listed, _) = rows(&ctx, &asked, &asked.filter()).await?;
    Ok(csv(&ctx, &listed, "公开信息清单"))
}

/// `GET /documents.json`
pub(super) async fn documents_json(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let (listed, total) = rows(&ctx, &asked, &asked.filter()).await?;
    Ok(list_json(&ctx, &listed, total))
}

/// `GET /columns/{slug}/list.csv`
pub(super) async fn column_csv(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (listed, _) = column_rows(&ctx, &asked, &slug).await?;
    Ok(csv(&ctx, &listed, &format!("栏目清单-{slug}")))
}

/// `GET /columns/{slug}/list.json`
pub(super) async fn column_json(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (listed, total) = column_rows(&ctx, &asked, &slug).await?;
    Ok(list_json(&ctx, &listed, total))
}
