//! Batches: what was entered together, by a form, a sheet or a program, and is reviewed and published together.

use std::sync::Arc;

use item::{Item, ItemKey};
use kernel::{Actor, NewEvent, OrganCode, id::AccountId, may_for};
use serde_json::json;
use store::{By, Executor, FromRow, List, Tx, built, query, query_as, query_scalar};
use web::{Ctx, Refusal};

pub use crate::write::{Before, NewRow, existing, living};
use crate::{
    check,
    events::{CHANGED, DROPPED, ENTERED},
    ids::{BatchId, RowId},
    permissions::{ENTER_RECORDS, SEND_RECORDS},
    publish,
    rows::{self, Stored},
    slots::Layout,
    state::{BatchState, Way, What},
    townships::{self, Townships},
    values,
    write::{self, Place},
};

/// Columns of a [`Batch`].
const COLUMNS: &str = "b.id, b.item, b.item_version, b.organ, b.way, b.what, b.state, b.title, b.note, b.digest, b.rows_digest, \
     b.total, b.doubtful, b.author, b.author_name, b.created_at, b.submitted_at, b.public_at, b.beat_at, b.version";

/// A batch.
#[derive(Debug, Clone, FromRow)]
pub struct Batch {
    pub id: BatchId,
    /// Key of the item.
    pub item: String,
    pub item_version: i64,
    pub organ: OrganCode,
    pub way: Way,
    pub what: What,
    pub state: BatchState,
    pub title: String,
    /// Why it corrects, where a backfill is from; may be empty. Public with a correction.
    pub note: String,
    /// SHA-256 of what was given; empty = a form.
    pub digest: String,
    pub rows_digest: String,
    /// Rows that go out with it.
    pub total: i64,
    /// Rows that wait for a person.
    pub doubtful: i64,
    pub author: AccountId,
    pub author_name: String,
    pub created_at: String,
    pub submitted_at: String,
    pub public_at: String,
    pub(crate) beat_at: String,
    /// One more with each change: forms send it back.
    pub version: i64,
}

impl Batch {
    /// By which the catalogue knows what it is of.
    pub fn item_key(&self) -> Option<ItemKey> {
        ItemKey::new(&self.item)
    }

    /// Its item, as it is in force.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when the catalogue has it no more.
    pub async fn item(&self, ctx: &Ctx) -> Result<Arc<Item>, Refusal> {
        let found = match self.item_key() {
            Some(key) => crate::items::find(ctx, &key).await?,
            None => None,
        };
        found.ok_or_else(|| Refusal::Conflict(format!("目录中已经没有事项“{}”，不能办理。请先恢复该事项。", self.item)))
    }

    /// What the log says of it in every event.
    pub(crate) fn brief(&self) -> serde_json::Value {
        json!({ "item": self.item, "rows": self.total })
    }
}

/// A batch about to be entered.
#[derive(Debug, Clone)]
pub struct New {
    pub item: Arc<Item>,
    pub organ: OrganCode,
    pub way: Way,
    pub what: What,
    /// For work lists; empty = the item's.
    pub title: String,
    pub note: String,
    /// SHA-256 of what was given; empty = a form.
    pub digest: String,
}

impl New {
    /// One that is entered by a form.
    pub fn form(item: &Arc<Item>, organ: &OrganCode) -> Self {
        Self {
            item: Arc::clone(item),
            organ: organ.clone(),
            way: Way::Form,
            what: What::New,
            title: String::new(),
            note: String::new(),
            digest: String::new(),
        }
    }
}

/// A batch by its id.
///
/// # Errors
/// When the database fails.
pub async fn find(executor: impl Executor<'_>, id: &BatchId) -> store::Result<Option<Batch>> {
    // SQL: all pieces are literals.
    query_as(built(format!("SELECT {COLUMNS} FROM record_batch b WHERE b.id = $1")))
        .bind(id)
        .fetch_optional(executor)
        .await
}

/// The batch of an item and an organ that was entered under this digest and not given up since.
///
/// # Errors
/// When the database fails.
pub async fn by_digest(
    executor: impl Executor<'_>,
    item: &str,
    organ: &OrganCode,
    digest: &str,
) -> store::Result<Option<Batch>> {
    // SQL: all pieces are literals.
    let sql = format!(
        "SELECT {COLUMNS} FROM record_batch b WHERE b.item = $1 AND b.organ = $2 AND b.digest = $3 AND b.digest <> '' \
         AND b.state <> 'dropped'"
    );
    query_as(built(sql)).bind(item).bind(organ).bind(digest).fetch_optional(executor).await
}

/// What a list of batches shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Organs whose batches somebody sees; `None` = all.
    pub organs: Option<Vec<OrganCode>>,
    /// Key of an item; empty = any.
    pub item: String,
    pub state: Option<BatchState>,
    /// Only what this account entered.
    pub author: Option<AccountId>,
}

/// Batches as [`Batch`], with the orders `newest` and `oldest`.
pub fn list(filter: &Filter) -> List {
    let list = List::new(COLUMNS, "record_batch b", "b.id")
        .sort("newest", &[By::down("b.created_at")])
        .sort("oldest", &[By::up("b.created_at")])
        .given("b.state <> 'loading'")
        .equals("b.item", (!filter.item.is_empty()).then(|| filter.item.clone()))
        .equals("b.state", filter.state)
        .equals("b.author", filter.author.clone());
    match &filter.organs {
        Some(organs) => list.only_of("b.organ", organs.clone()),
        None => list,
    }
}

/// The rows of a batch as [`Stored`], in the order of the sheet.
pub fn rows(batch: &BatchId) -> List {
    List::new(rows::COLUMNS, "record r", "r.id").sort("number", &[By::up("r.number")]).equals("r.batch", batch)
}

/// The name and the digest of the sealed bytes of the file that a batch was read from, and the table in it.
///
/// # Errors
/// When the database fails.
pub async fn source(executor: impl Executor<'_>, batch: &BatchId) -> store::Result<Option<(String, String, String)>> {
    query_as("SELECT name, digest, sheet FROM record_source WHERE batch = $1")
        .bind(batch)
        .fetch_optional(executor)
        .await
}

/// Everybody who entered or changed something in a batch.
///
/// # Errors
/// When the database fails.
pub async fn authors(executor: impl Executor<'_>, batch: &BatchId) -> store::Result<Vec<AccountId>> {
    query_scalar("SELECT account FROM record_author WHERE batch = $1 ORDER BY account")
        .bind(batch)
        .fetch_all(executor)
        .await
}

/// Enters rows: parted into public and private, checked, stored as a batch that waits to be submitted. What is in it already
/// under the same digest is left alone: the id is that of the batch that is there.
///
/// # Errors
/// [`Refusal::Fields`] for the organ, and for what the checks reject: by the key of the column of a form with one row, by
/// `row.column` else; when the person may not, or the database fails.
pub async fn enter(ctx: &Ctx, tx: &mut Tx, actor: &Actor, new: New, mut rows: Vec<NewRow>) -> Result<BatchId, Refusal> {
    allowed(ctx, actor, &new, &rows)?;
    tx.lock(&format!("record batch {} {} {}", new.item.key, new.organ, new.digest)).await?;
    if let Some(known) = write::known(tx.conn(), (new.item.key.as_str(), &new.organ, &new.digest)).await? {
        return Ok(known.id);
    }
    sound(ctx, &new, &mut rows).await?;
    let id = begin(tx, actor, &new, "").await?;
    let layout = Layout::of(&new.item);
    let into = Place { ctx, item: &new.item, layout: &layout, batch: &id, organ: &new.organ };
    let seams = tx.seams();
    let mut prepared = Vec::with_capacity(rows.len());
    for row in &rows {
        prepared.push(into.prepare(&seams, row, None)?);
    }
    into.insert(tx, &prepared).await?;
    publish::relay_older(ctx, tx, &new.item).await?;
    end(tx, actor, &id, "").await?;
    Ok(id)
}

/// Whether this actor may enter such a batch at all: people by their roles, a program what it sends by its key.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::Fields`] for an organ that is no more; [`Refusal::Conflict`] for an item without a table and for
/// no rows.
pub(crate) fn allowed(ctx: &Ctx, actor: &Actor, new: &New, rows: &[NewRow]) -> Result<(), Refusal> {
    let permission = match actor {
        Actor::Program(program) if new.way == Way::Api && program.reaches(new.item.key.as_str()) => &SEND_RECORDS,
        _ => &ENTER_RECORDS,
    };
    may_for(actor, permission, &new.organ)?;
    living(ctx, &new.organ)?;
    if !new.item.is_table() {
        return Err(Refusal::Conflict(format!("“{}”以文件公开，没有数据表，不用填报记录。", new.item.title)));
    }
    if rows.is_empty() {
        return Err(Refusal::Conflict("没有可以保存的记录。".into()));
    }
    Ok(())
}

/// Completes the rows, and checks them.
///
/// # Errors
/// [`Refusal::Fields`] for what the checks reject.
pub(crate) async fn sound(ctx: &Ctx, new: &New, rows: &mut [NewRow]) -> Result<(), Refusal> {
    let townships = Townships::here(ctx);
    for row in &mut *rows {
        townships::fit(&townships, &new.item, &mut row.values);
    }
    rows.iter_mut().for_each(|row| own(ctx, new, &mut row.values));
    let checked = check::check(ctx, &new.item, &new.organ, rows, false).await?;
    match checked.errors(rows.len()) {
        Some(errors) => Err(errors.into()),
        None => Ok(()),
    }
}

/// Where the organ is a part of the name of a record and nobody wrote it, it is the organ whose record it is.
fn own(ctx: &Ctx, new: &New, values: &mut values::Values) {
    const KEY: &str = "organ";
    let is_key = new.item.keys.iter().any(|key| key == KEY);
    let is_text = new.item.column(KEY).is_some_and(|column| matches!(column.typed, item::Type::Text { .. }));
    if is_key && is_text && !values.contains_key(KEY) {
        let name = ctx.directory().get(&new.organ).map(|organ| organ.name.clone());
        values.extend(name.map(|name| (KEY.to_owned(), item::Value::Text(name))));
    }
}

/// The row of a new batch; with a `loader` it is being loaded, else a draft.
pub(crate) async fn begin(tx: &mut Tx, actor: &Actor, new: &New, loader: &str) -> Result<BatchId, Refusal> {
    let id = BatchId::fresh(&tx.seams());
    let (account, name) = author(actor);
    let title = if new.title.is_empty() { &new.item.title } else { &new.title };
    query(
        "INSERT INTO record_batch (id, item, item_version, organ, way, what, state, title, note, digest, rows_digest, total, \
         doubtful, author, author_name, created_at, loader, beat_at, submitted_at, public_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0, 0, $11, $12, $13, $14, $13, '', '', 1)",
    )
    .bind(&id)
    .bind(new.item.key.as_str())
    .bind(new.item.version)
    .bind(&new.organ)
    .bind(new.way)
    .bind(new.what)
    .bind(if loader.is_empty() { BatchState::Draft } else { BatchState::Loading })
    .bind(title)
    .bind(&new.note)
    .bind(&new.digest)
    .bind(&account)
    .bind(&name)
    .bind(tx.now())
    .bind(loader)
    .execute(tx.conn())
    .await?;
    wrote(tx, actor, &id).await?;
    Ok(id)
}

/// Says that a batch is whole: counts, digest, event.
pub(crate) async fn end(tx: &mut Tx, actor: &Actor, id: &BatchId, source: &str) -> Result<(), Refusal> {
    let (total, doubtful, digest) = write::summed(tx, id).await?;
    query(
        "UPDATE record_batch SET state = 'draft', loader = '', total = $2, doubtful = $3, rows_digest = $4 WHERE id = $1 \
         AND state IN ('loading', 'draft')",
    )
    .bind(id)
    .bind(total)
    .bind(doubtful)
    .bind(&digest)
    .execute(tx.conn())
    .await?;
    let batch = find(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    let data = json!({
        "item": batch.item, "way": batch.way.code(), "what": batch.what.code(), "rows": total, "doubtful": doubtful,
        "digest": digest, "source": source,
    });
    tx.append(NewEvent::new(&ENTERED, id, actor).organ(&batch.organ).data(data)).await?;
    Ok(())
}

fn author(actor: &Actor) -> (String, String) {
    let account = actor.staff().map(|staff| staff.account.to_string()).unwrap_or_default();
    (account, actor.log_name().to_owned())
}

/// Who changes a batch passes none of its gates.
pub(crate) async fn wrote(tx: &mut Tx, actor: &Actor, id: &BatchId) -> store::Result<()> {
    if let Some(staff) = actor.staff() {
        query("INSERT INTO record_author (batch, account) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(&staff.account)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// A batch locked, as the form that changes it showed it.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed since or cannot be changed any more; when the person may not.
pub(crate) async fn opened(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, version): (&BatchId, i64),
) -> Result<Batch, Refusal> {
    tx.lock_row("record_batch", id.as_str()).await?;
    let batch = find(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, &ENTER_RECORDS, &ctx.directory().stands_for(&batch.organ, ctx.today()))?;
    if !batch.state.is_open() {
        return Err(Refusal::Conflict(format!(
            "这批数据现在是“{}”，不能修改。已提交的请先收回，已公开的请用“更正”。",
            batch.state.label()
        )));
    }
    if batch.version != version {
        return Err(Refusal::Conflict(
            "这批数据在您打开之后有了变化。您的操作没有执行。请看过现在的情况再办理。".into(),
        ));
    }
    Ok(batch)
}

/// Adds a row to an open batch, or writes one of its rows anew; a doubtful row that is written anew is doubtful no more.
///
/// # Errors
/// As [`enter`]; [`Refusal::Conflict`] as the batch stands.
pub async fn put_row(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, version): (&BatchId, i64),
    (row, new): (Option<&RowId>, NewRow),
) -> Result<RowId, Refusal> {
    let batch = opened(ctx, tx, actor, (id, version)).await?;
    let item = batch.item(ctx).await?;
    let old = match row {
        Some(row) => Some(rows::row(tx.conn(), row).await?.filter(|old| old.batch == *id).ok_or(Refusal::NotFound)?),
        None => None,
    };
    let mut new = new;
    new.number = match &old {
        Some(old) => u32::try_from(old.number).unwrap_or_default(),
        None => next_number(tx, id).await?,
    };
    let before = old.as_ref().and_then(before_of);
    townships::fit(&Townships::here(ctx), &item, &mut new.values);
    let checked = check::check(ctx, &item, &batch.organ, std::slice::from_ref(&new), before.is_some()).await?;
    if let Some(errors) = checked.errors(1) {
        return Err(errors.into());
    }
    if let Some(old) = &old {
        write::remove(tx, id, Some(&old.id)).await?;
    }
    let layout = Layout::of(&item);
    let organ = old.as_ref().map_or(&batch.organ, |old| &old.organ);
    let into = Place { ctx, item: &item, layout: &layout, batch: id, organ };
    let prepared = into.prepare(&tx.seams(), &new, before.as_ref())?;
    into.insert(tx, std::slice::from_ref(&prepared)).await?;
    let turn = if old.is_some() { "changed" } else { "added" };
    changed(tx, actor, &batch, (turn, i64::from(new.number))).await?;
    Ok(prepared.id)
}

/// What a row of a batch corrects, if it corrects something.
fn before_of(old: &Stored) -> Option<Before> {
    (!old.replaces.as_str().is_empty()).then(|| Before {
        keyed: old.keyed.clone(),
        record: old.record.clone(),
        id: old.replaces.clone(),
        version: old.version - 1,
    })
}

async fn next_number(tx: &mut Tx, id: &BatchId) -> store::Result<u32> {
    let last: i64 = query_scalar("SELECT COALESCE(MAX(number), 0) FROM record WHERE batch = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await?;
    Ok(u32::try_from(last + 1).unwrap_or(u32::MAX))
}

/// Takes a row out of an open batch.
///
/// # Errors
/// [`Refusal::Conflict`] as the batch stands; when the person may not, or there is no such row.
pub async fn remove_row(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, version): (&BatchId, i64),
    row: &RowId,
) -> Result<(), Refusal> {
    let batch = opened(ctx, tx, actor, (id, version)).await?;
    let old = rows::row(tx.conn(), row).await?.filter(|old| old.batch == *id).ok_or(Refusal::NotFound)?;
    write::remove(tx, id, Some(row)).await?;
    changed(tx, actor, &batch, ("removed", old.number)).await
}

/// Counts a batch anew after a change of its rows, and tells it.
pub(crate) async fn changed(
    tx: &mut Tx,
    actor: &Actor,
    batch: &Batch,
    (turn, number): (&str, i64),
) -> Result<(), Refusal> {
    let (total, doubtful, digest) = write::summed(tx, &batch.id).await?;
    query("UPDATE record_batch SET total = $2, doubtful = $3, rows_digest = $4, version = version + 1 WHERE id = $1")
        .bind(&batch.id)
        .bind(total)
        .bind(doubtful)
        .bind(&digest)
        .execute(tx.conn())
        .await?;
    wrote(tx, actor, &batch.id).await?;
    let data = json!({ "item": batch.item, "rows": total, "digest": digest, "turn": turn, "number": number });
    tx.append(NewEvent::new(&CHANGED, &batch.id, actor).organ(&batch.organ).data(data)).await?;
    Ok(())
}

/// Gives an open batch up: its rows are gone, a line in the log stays.
///
/// # Errors
/// [`Refusal::Conflict`] as the batch stands; when the person may not.
pub async fn drop_it(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (id, version): (&BatchId, i64)) -> Result<(), Refusal> {
    let batch = opened(ctx, tx, actor, (id, version)).await?;
    write::remove(tx, id, None).await?;
    query("DELETE FROM record_source WHERE batch = $1").bind(id).execute(tx.conn()).await?;
    let (_, _, digest) = write::summed(tx, id).await?;
    query(
        "UPDATE record_batch SET state = 'dropped', total = 0, doubtful = 0, rows_digest = $2, version = version + 1 \
         WHERE id = $1",
    )
    .bind(id)
    .bind(digest)
    .execute(tx.conn())
    .await?;
    tx.append(NewEvent::new(&DROPPED, id, actor).organ(&batch.organ).data(batch.brief())).await?;
    Ok(())
}

/// The errors of a check as those of a form: of one row by the keys of columns, of several by `row.column`.
pub(crate) fn field_of(row: u32, key: &str, rows: usize) -> String {
    match (rows, key) {
        (_, "") => "form".to_owned(),
        (1, key) => key.to_owned(),
        _ => format!("{row}.{key}"),
    }
}
