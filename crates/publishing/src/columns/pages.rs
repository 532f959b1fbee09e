//! Pages and actions of columns.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use store::Once;
use web::{Ctx, Desk, Error, Form, FormErrors, OfficeShell, Redirect, Result, office_page};

use super::store::{self as rows, ColumnData, Row};
use crate::kinds::ColumnKind;

#[derive(Template)]
#[template(path = "columns/templates/list.html")]
struct List {
    shell: OfficeShell,
    columns: Vec<(usize, Row)>,
    once: String,
}

#[derive(Template)]
#[template(path = "columns/templates/form.html")]
struct Edit {
    shell: OfficeShell,
    errors: FormErrors,
    data: ColumnData,
    existing: Option<Row>,
    parents: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    action: String,
    once: String,
}

/// The tree of columns.
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let columns = rows::tree(ctx.db().read()).await?;
    office_page(&List { shell: desk.shell(&ctx, "栏目").await?, columns, once: ctx.once() })
}

async fn form(ctx: &Ctx, desk: &Desk, data: ColumnData, errors: FormErrors, existing: Option<Row>) -> Result<Response> {
    let tree = rows::tree(ctx.db().read()).await?;
    let parents = tree.iter().filter(|(_, row)| row.slug != data.slug || existing.is_none());
    let parents =
        parents.map(|(depth, row)| (row.slug.clone(), format!("{}{}", "　".repeat(*depth), row.name))).collect();
    let title = existing.as_ref().map_or_else(|| "新建栏目".to_owned(), |row| format!("栏目：{}", row.name));
    let action = existing.as_ref().map_or_else(|| "/columns".to_owned(), |row| format!("/columns/{}", row.slug));
    let shell = desk.shell(ctx, title).await?.with_error(!errors.is_empty());
    let bad = !errors.is_empty();
    let page = Edit { shell, errors, data, existing, parents, kinds: ColumnKind::options(), action, once: ctx.once() };
    if bad { web::page::office_errors(&page) } else { office_page(&page) }
}

/// The form of a new column.
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    form(&ctx, &desk, ColumnData { kind: "topic".into(), ..ColumnData::default() }, FormErrors::new(), None).await
}

/// Creates a column.
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(data): Form<ColumnData>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&data.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let data = ColumnData { version: 0, slug: data.slug.trim().to_lowercase(), ..data };
    let errors = rows::errors(&data, &rows::tree(tx.conn()).await?);
    if !errors.is_empty() {
        drop(tx);
        return form(&ctx, &desk, data, errors, None).await;
    }
    rows::put(&mut tx, &desk.actor(), &data).await?;
    tx.remember(&data.once, "/columns").await?;
    tx.commit().await?;
    Ok(Redirect::to("/columns").ok(format!("已新建栏目“{}”。", data.name.trim())).into_response())
}

/// The form of a column.
pub(super) async fn edit(State(ctx): State<Ctx>, desk: Desk, Path(slug): Path<String>) -> Result<Response> {
    let row = rows::one(ctx.db().read(), &slug).await?.ok_or(Error::NotFound)?;
    let data = ColumnData {
        slug: row.slug.clone(),
        name: row.name.clone(),
        parent: row.parent.clone(),
        description: row.description.clone(),
        keywords: row.keywords.clone(),
        kind: row.kind.clone(),
        basis: row.basis.clone(),
        version: row.version,
        once: String::new(),
    };
    form(&ctx, &desk, data, FormErrors::new(), Some(row)).await
}

/// Changes a column.
pub(super) async fn change(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(slug): Path<String>,
    Form(data): Form<ColumnData>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&data.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let row = rows::one(tx.conn(), &slug).await?.ok_or(Error::NotFound)?;
    let data = ColumnData { slug, version: data.version.max(1), ..data };
    let errors = rows::errors(&data, &rows::tree(tx.conn()).await?);
    if !errors.is_empty() {
        drop(tx);
        return form(&ctx, &desk, data, errors, Some(row)).await;
    }
    rows::put(&mut tx, &desk.actor(), &data).await?;
    tx.remember(&data.once, "/columns").await?;
    tx.commit().await?;
    Ok(Redirect::to("/columns").ok(format!("已保存栏目“{}”。", data.name.trim())).into_response())
}

/// A button of a column's row.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    to: String,
    once: String,
}

/// Moves a column.
pub(super) async fn shift(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(slug): Path<String>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&token(&button, &slug)).await? {
        return Ok(Redirect::to(to).into_response());
    }
    rows::shift(&mut tx, &desk.actor(), &slug, button.to == "up").await?;
    tx.remember(&token(&button, &slug), "/columns").await?;
    tx.commit().await?;
    Ok(Redirect::to("/columns").ok("顺序已调整。").into_response())
}

/// One list carries one token for many buttons: each button of each row counts for itself.
fn token(button: &Button, slug: &str) -> String {
    if button.once.is_empty() { String::new() } else { format!("{}:{slug}:{}", button.once, button.to) }
}

/// Hides a column or shows it again.
pub(super) async fn hide(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(slug): Path<String>,
    Form(button): Form<Button>,
) -> Result<Response> {
    rows::one(ctx.db().read(), &slug).await?.ok_or(Error::NotFound)?;
    let hidden = button.to != "show";
    let mut tx = ctx.db().write().await?;
    rows::toggle(&mut tx, &desk.actor(), &slug, hidden).await?;
    tx.commit().await?;
    let text =
        if hidden { "栏目已隐藏，其中的信息原网址继续有效。" } else { "栏目已恢复显示。" };
    Ok(Redirect::to("/columns").ok(text).into_response())
}

/// Deletes a column that has never held anything.
pub(super) async fn delete(State(ctx): State<Ctx>, desk: Desk, Path(slug): Path<String>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    rows::delete(&mut tx, &desk.actor(), &slug).await?;
    tx.commit().await?;
    Ok(Redirect::to("/columns").ok("栏目已删除。").into_response())
}
