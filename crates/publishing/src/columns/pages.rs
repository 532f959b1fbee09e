//! Pages and actions of columns.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::columns::{self as rows, Cadence, ColumnData, ColumnKind, Row, purposes};
use kernel::{id::ColumnId, may};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act, act_in_place, office_page};

use crate::gates;

/// A column with how much is in it.
#[derive(Debug, Clone)]
struct Line {
    row: Row,
    /// What it is for, in words; empty for a usual column.
    purpose: &'static str,
    documents: i64,
    public: i64,
    newest: String,
}

/// What a column is for, in words.
fn purpose(ctx: &Ctx, row: &Row) -> &'static str {
    purposes(ctx).into_iter().find(|purpose| purpose.code == row.purpose).map_or("", |purpose| purpose.label)
}

/// How much is in each column: documents, public ones, day of the newest.
async fn filled(ctx: &Ctx) -> Result<HashMap<ColumnId, (i64, i64, String)>> {
    let all = document::desk::per_column(ctx.db().read()).await?;
    let mut filled: HashMap<ColumnId, (i64, i64, String)> =
        all.into_iter().map(|(column, documents)| (column, (documents, 0, String::new()))).collect();
    for fill in document::public::columns(ctx.db()).await? {
        let one = filled.entry(fill.of).or_default();
        (one.1, one.2) = (fill.count, fill.newest);
    }
    Ok(filled)
}

#[derive(Template)]
#[template(path = "columns/templates/list.html")]
struct List {
    shell: OfficeShell,
    columns: Vec<(usize, Line)>,
    /// Whether the reader may see how fresh they are.
    may_view: bool,
    once: String,
}

#[derive(Template)]
#[template(path = "columns/templates/form.html")]
struct Edit {
    shell: OfficeShell,
    errors: FormErrors,
    data: ColumnData,
    existing: Option<Line>,
    parents: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    purposes: Vec<(&'static str, &'static str)>,
    cadences: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    action: String,
    /// Whether the reader may set through which gates the texts of the column go.
    may_gates: bool,
    /// These gates in words.
    gates: Vec<String>,
    once: String,
}

/// The tree of columns.
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let (tree, mut filled) = (rows::tree(ctx.db().read()).await?, filled(&ctx).await?);
    let line = |(depth, row): (usize, Row)| {
        let (documents, public, newest) = filled.remove(&row.slug).unwrap_or_default();
        (depth, Line { purpose: purpose(&ctx, &row), row, documents, public, newest })
    };
    let columns = tree.into_iter().map(line).collect();
    let may_view = kernel::may(&desk.actor(), &document::permissions::VIEW_DOCUMENTS).is_ok();
    office_page(&List { shell: desk.shell(&ctx, "栏目").await?, columns, may_view, once: ctx.once() })
}

async fn form(ctx: &Ctx, desk: &Desk, data: ColumnData, errors: FormErrors, existing: Option<Row>) -> Result<Response> {
    let tree = rows::tree(ctx.db().read()).await?;
    let parents = tree.iter().filter(|(_, row)| row.slug != data.slug || existing.is_none());
    let parents =
        parents.map(|(depth, row)| (row.slug.to_string(), format!("{}{}", "　".repeat(*depth), row.name))).collect();
    let title = existing.as_ref().map_or_else(|| "新建栏目".to_owned(), |row| format!("栏目：{}", row.name));
    let action = existing.as_ref().map_or_else(|| "/columns".to_owned(), |row| format!("/columns/{}", row.slug));
    let existing = match existing {
        Some(row) => {
            let (documents, public, newest) = filled(ctx).await?.remove(&row.slug).unwrap_or_default();
            Some(Line { purpose: purpose(ctx, &row), row, documents, public, newest })
        }
        None => None,
    };
    let mut organs = ctx.directory().options(ctx.today());
    // An organ that was abolished since stays chosen until somebody chooses another.
    if !data.organ.as_str().is_empty() && !organs.iter().any(|(code, _)| code == data.organ.as_str()) {
        organs.push((data.organ.to_string(), ctx.directory().short_name(&data.organ).to_owned()));
    }
    let bad = !errors.is_empty();
    let gates = if existing.is_some() { gates::of_column(ctx, &data.slug).await? } else { Vec::new() };
    let page = Edit {
        shell: desk.shell(ctx, title).await?.with_error(bad),
        may_gates: may(&desk.actor(), &gates::CONFIGURE_GATES).is_ok(),
        gates,
        errors,
        data,
        existing,
        parents,
        kinds: ColumnKind::options(),
        purposes: purposes(ctx).iter().map(|purpose| (purpose.code, purpose.label)).collect(),
        cadences: Cadence::options().into_iter().filter(|(code, _)| !code.is_empty()).collect(),
        organs,
        action,
        once: ctx.once(),
    };
    if bad { web::page::office_errors(&page) } else { office_page(&page) }
}

/// The form of a new column.
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    form(&ctx, &desk, ColumnData { kind: "topic".into(), ..ColumnData::default() }, FormErrors::new(), None).await
}

/// Creates a column.
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(data): Form<ColumnData>) -> Result<Response> {
    let data = ColumnData { version: 0, slug: ColumnId::from(data.slug.as_str().trim().to_lowercase()), ..data };
    let done = async |tx: &mut Tx| {
        let errors = super::errors(&ctx, &data, &rows::tree(tx.conn()).await?);
        if !errors.is_empty() {
            return Err(Refusal::Fields(errors));
        }
        rows::put(tx, &desk.actor(), &data).await?;
        Ok(Done::ok("/columns", format!("已新建栏目“{}”。", data.name.trim())))
    };
    act_in_place(&ctx, &data.once, done, async |errors| form(&ctx, &desk, data.clone(), errors, None).await).await
}

/// The form of a column.
pub(super) async fn edit(State(ctx): State<Ctx>, desk: Desk, Path(slug): Path<ColumnId>) -> Result<Response> {
    let (row, data) = stored(&ctx, &slug).await?;
    form(&ctx, &desk, data, FormErrors::new(), Some(row)).await
}

/// A column as it is, and its form.
async fn stored(ctx: &Ctx, slug: &ColumnId) -> Result<(Row, ColumnData)> {
    let row = rows::one(ctx.db().read(), slug).await?;
    let items = rows::items(ctx.db().read()).await?.remove(slug).unwrap_or_default();
    let data = ColumnData {
        slug: row.slug.clone(),
        name: row.name.clone(),
        parent: row.parent.clone(),
        description: row.description.clone(),
        keywords: row.keywords.clone(),
        kind: row.kind.clone(),
        purpose: row.purpose.clone(),
        items: rows::write_items(&items),
        basis: row.basis.clone(),
        cadence: row.cadence.clone(),
        organ: row.organ.clone(),
        version: row.version,
        once: String::new(),
    };
    Ok((row, data))
}

/// Changes a column.
pub(super) async fn change(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(slug): Path<ColumnId>,
    Form(data): Form<ColumnData>,
) -> Result<Response> {
    rows::one(ctx.db().read(), &slug).await?;
    let data = ColumnData { slug, version: data.version.max(1), ..data };
    let done = async |tx: &mut Tx| {
        let errors = super::errors(&ctx, &data, &rows::tree(tx.conn()).await?);
        if !errors.is_empty() {
            return Err(Refusal::Fields(errors));
        }
        rows::put(tx, &desk.actor(), &data).await?;
        Ok(Done::ok("/columns", format!("已保存栏目“{}”。", data.name.trim())))
    };
    let again = async |errors: FormErrors| {
        let now = stored(&ctx, &data.slug).await?;
        // Somebody was faster: the form shows what there is by now, what was typed stands beside the reason.
        let shown = if errors.is_refused() { now.1 } else { data.clone() };
        form(&ctx, &desk, shown, errors, Some(now.0)).await
    };
    act_in_place(&ctx, &data.once, done, again).await
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
    Path(slug): Path<ColumnId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let moved = async |tx: &mut Tx| {
        rows::shift(tx, &desk.actor(), &slug, button.to == "up").await?;
        Ok::<_, Refusal>(Done::ok("/columns", "顺序已调整。"))
    };
    Ok(act(&ctx, &token(&button, &slug), moved).await?)
}

/// One list carries one token for many buttons: each button of each row counts for itself.
fn token(button: &Button, slug: &ColumnId) -> String {
    if button.once.is_empty() { String::new() } else { format!("{}:{slug}:{}", button.once, button.to) }
}

/// Hides a column or shows it again.
pub(super) async fn hide(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(slug): Path<ColumnId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let hidden = button.to != "show";
    let done = async |tx: &mut Tx| {
        rows::one(tx.conn(), &slug).await?;
        rows::toggle(tx, &desk.actor(), &slug, hidden).await?;
        let text = if hidden {
            "栏目已隐藏，其中的信息原网址继续有效。"
        } else {
            "栏目已恢复显示。"
        };
        Ok::<_, Refusal>(Done::ok("/columns", text))
    };
    Ok(act(&ctx, "", done).await?)
}

/// Deletes a column that has never held anything.
pub(super) async fn delete(State(ctx): State<Ctx>, desk: Desk, Path(slug): Path<ColumnId>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        rows::delete(tx, &desk.actor(), &slug).await?;
        Ok::<_, Refusal>(Done::ok("/columns", "栏目已删除。别处还有它的链接的，可以在“网址重定向”里指到别的页面。"))
    };
    Ok(act(&ctx, "", done).await?)
}

impl Line {
    fn kind_label(&self) -> &'static str {
        ColumnKind::from_code(&self.row.kind).map_or("", ColumnKind::label)
    }
}
