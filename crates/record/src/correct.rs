//! Corrections: a new version of a public record in a batch of its own, which passes the gates; the version before stays in the
//! history.

use std::collections::BTreeMap;

use kernel::{Actor, may_for};
use store::{Tx, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    batch::{self, Before, New, NewRow},
    check,
    ids::{BatchId, RecordId},
    permissions::ENTER_RECORDS,
    rows::{self, Stored},
    said,
    slots::Layout,
    state::{BatchState, State, Way, What},
    townships::{self, Townships},
    values::{self, Values},
    write::Place,
};

/// Begins the correction of a public record: all its values as they shall be, and why. Readers see the reason in the history.
///
/// # Errors
/// [`Refusal::Fields`] at `note` and at columns; [`Refusal::Conflict`] where the record was changed or taken away meanwhile, a
/// correction of it is under way, or nothing differs; when the person may not.
pub async fn correct(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    seen: (&RecordId, i64),
    change: (NewRow, &str),
) -> Result<BatchId, Refusal> {
    begin(ctx, tx, actor, seen, change, What::Correction).await
}

/// The same for what should never have been shown: a number of a person, the wrong person. When it has become public, readers see
/// that the record was corrected and when; what it said before is sealed.
///
/// # Errors
/// As [`correct`].
pub async fn redact(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    seen: (&RecordId, i64),
    change: (NewRow, &str),
) -> Result<BatchId, Refusal> {
    begin(ctx, tx, actor, seen, change, What::Redaction).await
}

async fn begin(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (record, version): (&RecordId, i64),
    (row, note): (NewRow, &str),
    what: What,
) -> Result<BatchId, Refusal> {
    tx.lock(&format!("record {record}")).await?;
    let stored = current(tx, record).await?;
    let keeper = ctx.directory().stands_for(&stored.organ, ctx.today());
    may_for(actor, &ENTER_RECORDS, &keeper)?;
    if stored.version != version {
        return Err(Refusal::Conflict(
            "这条记录在您打开之后有了变化。您的操作没有执行。请看过现在的情况再办理。".into(),
        ));
    }
    if note.trim().is_empty() {
        return Err(Refusal::field("note", "请写明更正原因（会随记录公开），例如“处罚金额登记有误”。"));
    }
    free(tx, record).await?;
    let key = item::ItemKey::new(&stored.item).ok_or(Refusal::NotFound)?;
    let item = crate::items::find(ctx, &key).await?.ok_or(Refusal::NotFound)?;
    let (before, more) = rows::whole(ctx, tx.conn(), &item, &stored).await?;
    // Readers are told the reason of a plain correction for as long as the record stands: it names no person of it.
    if what == What::Correction && values::is_of_person(&item, &before) {
        said::names_nobody(ctx, tx.conn(), (&item, &stored), ("note", note)).await?;
    }
    let mut row = row;
    townships::fit(&Townships::here(ctx), &item, &mut row.values);
    if same(&before, &more, &row) {
        return Err(Refusal::Conflict("没有改动任何内容，不用办理更正。".into()));
    }
    let row = NewRow { number: u32::try_from(stored.number).unwrap_or(1), ..row };
    let checked = check::check(ctx, &item, &stored.organ, std::slice::from_ref(&row), true).await?;
    if let Some(errors) = checked.errors(1) {
        return Err(errors.into());
    }
    if values::is_sole(&item) && checked.before.values().any(|other| other.record != *record) {
        return Err(Refusal::Conflict("更正后的编号与另一条已公开的记录相同。请核对编号。".into()));
    }
    let new = New {
        way: Way::Form,
        what,
        title: format!("更正：{}", item.title),
        note: note.trim().to_owned(),
        ..New::form(&item, &keeper)
    };
    batch::living(ctx, &keeper)?;
    let id = batch::begin(tx, actor, &new, "").await?;
    let layout = Layout::of(&item);
    // The record stays the organ's to which it belongs, whoever answers for it today.
    let place = Place { ctx, item: &item, layout: &layout, batch: &id, organ: &stored.organ };
    let replaced = Before { keyed: stored.keyed, record: stored.record, id: stored.id, version: stored.version };
    let prepared = place.prepare(&tx.seams(), &row, Some(&replaced))?;
    place.insert(tx, std::slice::from_ref(&prepared)).await?;
    batch::end(tx, actor, &id, "").await?;
    Ok(id)
}

/// The public version of a record.
pub(crate) async fn current(tx: &mut Tx, record: &RecordId) -> Result<Stored, Refusal> {
    let versions = rows::versions(tx.conn(), record).await?;
    let found = versions.into_iter().find(|version| version.state == State::Public);
    let none = || Refusal::Conflict("这条记录现在没有公开，不能办理。请看过现在的情况再办理。".into());
    let found = found.ok_or_else(none)?;
    // Rows of a large batch become public together: until the last of them nobody has seen any, and nothing can be done with one.
    let batch = batch::find(tx.conn(), &found.batch).await?;
    let is_shown = batch.is_some_and(|batch| batch.state == BatchState::Public);
    if is_shown { Ok(found) } else { Err(none()) }
}

/// Refuses a second correction while one is under way.
async fn free(tx: &mut Tx, record: &RecordId) -> Result<(), Refusal> {
    let open: i64 = query_scalar("SELECT COUNT(*) FROM record WHERE record = $1 AND state IN ('draft', 'doubtful')")
        .bind(record)
        .fetch_one(tx.conn())
        .await?;
    if open == 0 {
        return Ok(());
    }
    Err(Refusal::Conflict("这条记录已有一份更正在办理。请在那一份上修改，或者作废后再办理。".into()))
}

fn same(values: &Values, more: &BTreeMap<String, String>, row: &NewRow) -> bool {
    *values == row.values && *more == row.more
}
