//! A row of a batch that is not public: added, written anew, taken out.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use item::Item;
use record::{
    BatchId, RowId,
    batch::{self, Batch, NewRow},
    form, look,
    permissions::ENTER_RECORDS,
    rows::{self, Stored},
};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Refusal, Result, act, act_in_place};

use super::{
    entry::{FormPage, Sent, Wanted, kept_back, looked, placed},
    list::Pairs,
    paper, seen,
};

/// A batch that this person may change, with its item.
async fn open(ctx: &Ctx, desk: &Desk, id: &BatchId) -> Result<(Batch, Arc<Item>)> {
    let batch = paper::found(ctx, desk, id).await?;
    kernel::may_for(&desk.actor(), &ENTER_RECORDS, &ctx.directory().stands_for(&batch.organ, ctx.today()))?;
    let item = batch.item(ctx).await?;
    if !batch.state.is_open() {
        return Err(Error::Conflict(format!(
            "这批数据现在是“{}”，不能修改。已提交的请先收回，已公开的请用“更正”。",
            batch.state.label()
        )));
    }
    Ok((batch, item))
}

/// A row of it.
async fn of(ctx: &Ctx, batch: &Batch, id: &RowId) -> Result<Stored> {
    let row = rows::row(ctx.db().read(), id).await?.filter(|row| row.batch == batch.id);
    row.ok_or(Error::NotFound)
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (batch, item): (&Batch, &Item),
    (row, sent): (Option<&Stored>, &Sent),
) -> Result<FormPage> {
    let title = match row {
        Some(row) => format!("修改第 {} 行", row.number),
        None => "增加一行".to_owned(),
    };
    let page = FormPage::of(ctx, desk, item, title, sent).await?;
    let page = match row {
        Some(row) => page.keeping(item, &kept_back(ctx, item, row).await?, sent),
        None => page,
    };
    let back = format!("/records/batches/{}", batch.id);
    let mut crumbs = page.crumbs.clone();
    crumbs.push((batch.title.clone(), back.clone()));
    let action = row.map_or_else(|| format!("{back}/rows/new"), |row| format!("{back}/rows/{}", row.id));
    let version = if sent.of("version").is_empty() { batch.version } else { sent.version() };
    Ok(FormPage { action, back, crumbs, version, save: "保存", ..page })
}

/// `GET /records/batches/{batch}/rows/new`
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<BatchId>) -> Result<Response> {
    let (batch, item) = open(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, (&batch, &item), (None, &Sent::default())).await?.answer()
}

/// `GET /records/batches/{batch}/rows/{row}`: without what is never public, which stays where nothing is typed.
pub(super) async fn form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, row)): Path<(BatchId, RowId)>,
) -> Result<Response> {
    let (batch, item) = open(&ctx, &desk, &id).await?;
    let row = of(&ctx, &batch, &row).await?;
    if row.data == record::Data::default() {
        // All of it is sealed: it is about a minor.
        seen::opened(&ctx, &desk, &batch, seen::What::Minor).await?;
    }
    let (values, added) = rows::whole(&ctx, ctx.db().read(), &item, &row).await?;
    let sent = Sent { added, ..Sent::of_row(&item, &values, &kept_back(&ctx, &item, &row).await?) };
    shown(&ctx, &desk, (&batch, &item), (Some(&row), &sent)).await?.answer()
}

/// What stays with a row beside the columns of its item.
async fn kept(ctx: &Ctx, item: &Item, row: &Stored) -> Result<NewRow> {
    let (_, more) = rows::whole(ctx, ctx.db().read(), item, row).await?;
    Ok(NewRow { more, origins: row.origins()?, ..NewRow::default() })
}

/// What readers see now of a row that corrects something.
pub(super) async fn before(ctx: &Ctx, row: &Stored) -> Result<Option<Stored>> {
    if row.replaces.as_str().is_empty() {
        return Ok(None);
    }
    Ok(rows::row(ctx.db().read(), &row.replaces).await?)
}

/// `POST /records/batches/{batch}/rows/new`
pub(super) async fn add(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    put(&ctx, &desk, &id, None, Sent::from(pairs)).await
}

/// `POST /records/batches/{batch}/rows/{row}`
pub(super) async fn save(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, row)): Path<(BatchId, RowId)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    put(&ctx, &desk, &id, Some(row), Sent::from(pairs)).await
}

async fn put(ctx: &Ctx, desk: &Desk, id: &BatchId, row: Option<RowId>, sent: Sent) -> Result<Response> {
    let (batch, item) = open(ctx, desk, id).await?;
    let row = match &row {
        Some(row) => Some(of(ctx, &batch, row).await?),
        None => None,
    };
    let (kept, before) = match &row {
        Some(row) => (kept(ctx, &item, row).await?, before(ctx, row).await?),
        None => (NewRow::default(), None),
    };
    let typed = match &row {
        Some(row) => sent.with(&kept_back(ctx, &item, row).await?),
        None => sent.typed.clone(),
    };
    if sent.of("act") == "look" {
        let data = before.as_ref().map(|before| &before.data);
        let wanted = Wanted { item: &item, organ: &batch.organ, before: data, more: sent.added_to(kept.more.clone()) };
        let came = looked(ctx, wanted, &typed).await?;
        return shown(ctx, desk, (&batch, &item), (row.as_ref(), &sent)).await?.seen(came).answer();
    }
    look::ready(ctx, &item, &batch.organ).await?;
    let done = async |tx: &mut Tx| {
        let read = form::read(&item, &typed)?;
        let more = sent.added_to(kept.more.clone());
        let new = NewRow { values: read.row.values, more, ..kept.clone() };
        let at = row.as_ref().map(|row| &row.id);
        batch::put_row(ctx, tx, &desk.actor(), (id, sent.version()), (at, new)).await?;
        Ok::<_, Refusal>(Done::ok(format!("/records/batches/{id}"), "已保存这一行。"))
    };
    let again = async |errors: FormErrors| {
        let page = shown(ctx, desk, (&batch, &item), (row.as_ref(), &sent)).await?;
        page.wrong(placed(&item, errors)).answer()
    };
    act_in_place(ctx, sent.of("once"), done, again).await
}

/// A button on a batch.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    once: String,
    version: i64,
}

/// `POST /records/batches/{batch}/rows/{row}/remove`
pub(super) async fn remove(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, row)): Path<(BatchId, RowId)>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        batch::remove_row(&ctx, tx, &desk.actor(), (&id, button.version), &row).await?;
        Ok::<_, Refusal>(Done::ok(format!("/records/batches/{id}"), "已删去这一行。"))
    };
    Ok(act(&ctx, &button.once, done).await?)
}
