//! Doubtful rows: what a backfill is not sure of waits until a person has settled it. The rest of its batch goes on
//! without them.

use std::collections::BTreeMap;

use kernel::{Actor, NewEvent, OrganCode, may_for};
use serde_json::json;
use store::{By, Db, FromRow, List, Tx, query, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    batch::{self, Batch, Before, New, NewRow},
    check,
    events::SETTLED,
    ids::{BatchId, RecordId, RowId},
    permissions::ENTER_RECORDS,
    rows::{self, Origin},
    slots::Layout,
    state::{State, Way, What},
    values::{self, Data},
    write::{self, Place},
};

/// A field of which a backfill is less sure than this, of 100, makes its row doubtful.
pub const SURE: u8 = 70;

/// A line of the queue.
#[derive(Debug, Clone, FromRow)]
pub struct Doubtful {
    pub id: RowId,
    pub record: RecordId,
    pub batch: BatchId,
    pub item: String,
    pub organ: OrganCode,
    /// Row of the sheet as it shows it.
    pub number: i64,
    pub data: Data,
    /// The least of its fields, of 100.
    pub confidence: i64,
    reasons: String,
}

impl Doubtful {
    /// What is doubtful, by the key of the column.
    ///
    /// # Errors
    /// When what lies there is no JSON of ours.
    pub fn reasons(&self) -> store::Result<BTreeMap<String, String>> {
        Ok(serde_json::from_str(&self.reasons)?)
    }
}

/// The queue as [`Doubtful`], with the orders `surest`, `number` and `least`; `organs` = whose rows somebody settles,
/// `None` = all.
pub fn list(organs: Option<Vec<OrganCode>>, item: &str, batch: Option<&BatchId>) -> List {
    let list = List::new(
        "d.id, r.record, r.batch, d.item, d.organ, r.number, r.data, d.confidence, d.reasons",
        "record_doubt d JOIN record r ON r.id = d.id",
        "d.id",
    )
    .sort("least", &[By::up("d.confidence")])
    .sort("surest", &[By::down("d.confidence")])
    .sort("number", &[By::up("r.number")])
    .equals("d.item", (!item.is_empty()).then(|| item.to_owned()))
    .equals("r.batch", batch);
    match organs {
        Some(organs) => list.only_of("d.organ", organs),
        None => list,
    }
}

/// How many rows of these organs wait.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &Db, organs: &[OrganCode]) -> store::Result<i64> {
    let rows = list(Some(organs.to_vec()), "", None).count(db, 10_000).await?;
    Ok(rows.rows)
}

/// What somebody decides on a doubtful row.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is right as it is written here.
    Keep(Box<NewRow>),
    /// It is no record, or nobody can say what it should be.
    Leave,
}

/// Settles a doubtful row: it goes on in its batch while that can be changed, else in one of the person's own; or it is
/// left out. The
/// batch in which it is now; `None` where it was left out.
///
/// # Errors
/// [`Refusal::Fields`] at columns; [`Refusal::Conflict`] where somebody has settled it already; when the person may not.
pub async fn settle(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    id: &RowId,
    verdict: Verdict,
) -> Result<Option<BatchId>, Refusal> {
    tx.lock(&format!("record doubt {id}")).await?;
    let stored = rows::row(tx.conn(), id).await?.filter(|row| row.state == State::Doubtful);
    let stored = stored.ok_or_else(|| Refusal::Conflict("这一行已由他人核定，不用再办。".into()))?;
    let keeper = ctx.directory().stands_for(&stored.organ, ctx.today());
    may_for(actor, &ENTER_RECORDS, &keeper)?;
    tx.lock_row("record_batch", stored.batch.as_str()).await?;
    let from = batch::find(tx.conn(), &stored.batch).await?.ok_or(Refusal::NotFound)?;
    let Verdict::Keep(row) = verdict else {
        write::remove(tx, &from.id, Some(id)).await?;
        told(tx, actor, &from, (&from.id, "left", stored.number)).await?;
        return Ok(None);
    };
    let item = from.item(ctx).await?;
    let mut row = *row;
    row.number = u32::try_from(stored.number).unwrap_or_default();
    row.doubts.clear();
    row.origins = stored.origins()?;
    let by = actor.log_name();
    for origin in row.origins.values_mut().filter(|origin| origin.confidence < SURE) {
        *origin = Origin { source: origin.source.clone(), confidence: 100, why: format!("经{by}核定") };
    }
    let before = replaced(tx, &stored).await?;
    let checked = check::check(ctx, &item, &stored.organ, std::slice::from_ref(&row), before.is_some()).await?;
    if let Some(errors) = checked.errors(1) {
        return Err(errors.into());
    }
    let is_other = |there: &Before| before.as_ref().is_some_and(|before| before.record != there.record);
    if values::is_sole(&item) && checked.before.values().any(is_other) {
        return Err(Refusal::Conflict("核定后的编号与另一条已公开的记录相同。请核对编号。".into()));
    }
    write::remove(tx, &from.id, Some(id)).await?;
    let to = if from.state.is_open() { from.id.clone() } else { own(tx, actor, &from, &item).await? };
    let layout = Layout::of(&item);
    let place = Place { ctx, item: &item, layout: &layout, batch: &to, organ: &stored.organ };
    let prepared = place.prepare(&tx.seams(), &row, before.as_ref())?;
    place.insert(tx, std::slice::from_ref(&prepared)).await?;
    told(tx, actor, &from, (&to, "kept", stored.number)).await?;
    if to != from.id {
        let target = batch::find(tx.conn(), &to).await?.ok_or(Refusal::NotFound)?;
        batch::changed(tx, actor, &target, ("settled", stored.number)).await?;
    }
    Ok(Some(to))
}

/// What a doubtful row takes the place of, if anything; it may have been corrected otherwise while the row waited.
async fn replaced(tx: &mut Tx, stored: &rows::Stored) -> Result<Option<Before>, Refusal> {
    if stored.replaces.as_str().is_empty() {
        return Ok(None);
    }
    let there = rows::row(tx.conn(), &stored.replaces).await?.filter(|there| there.state == State::Public);
    let there = there.ok_or_else(|| {
        Refusal::Conflict("这一行所更正的记录已被撤下或者另行更正，不能保留。请选择不要，再按现在的记录办理。".into())
    })?;
    Ok(Some(Before { keyed: there.keyed, record: there.record, id: there.id, version: there.version }))
}

/// The batch that gathers what this person settles of an item and organ: an open one, or a new one.
async fn own(tx: &mut Tx, actor: &Actor, from: &Batch, item: &std::sync::Arc<item::Item>) -> Result<BatchId, Refusal> {
    tx.lock(&format!("record settled {} {} {}", from.item, from.organ, actor.log_id())).await?;
    let open: Option<BatchId> = query_scalar(
        "SELECT id FROM record_batch WHERE item = $1 AND organ = $2 AND author = $3 AND way = 'form' AND what = 'backfill' \
         AND state = 'draft' ORDER BY created_at LIMIT 1",
    )
    .bind(&from.item)
    .bind(&from.organ)
    .bind(actor.staff().map(|staff| staff.account.to_string()).unwrap_or_default())
    .fetch_optional(tx.conn())
    .await?;
    if let Some(open) = open {
        return Ok(open);
    }
    let new = New {
        way: Way::Form,
        what: What::Backfill,
        title: format!("核定的补录：{}", item.title),
        note: from.note.clone(),
        ..New::form(item, &from.organ)
    };
    let id = batch::begin(tx, actor, &new, "").await?;
    batch::end(tx, actor, &id, "").await?;
    Ok(id)
}

/// Counts the batch from which a row was settled anew, and tells it.
async fn told(
    tx: &mut Tx,
    actor: &Actor,
    from: &Batch,
    (to, verdict, number): (&BatchId, &str, i64),
) -> Result<(), Refusal> {
    if verdict == "kept" && *to == from.id {
        let (total, doubtful, digest) = write::summed(tx, &from.id).await?;
        query(
            "UPDATE record_batch SET total = $2, doubtful = $3, rows_digest = $4, version = version + 1 WHERE id = $1",
        )
        .bind(&from.id)
        .bind(total)
        .bind(doubtful)
        .bind(digest)
        .execute(tx.conn())
        .await?;
    } else {
        // The rows that go out are the same: thousands of them are not summed up again for each that is settled.
        query(
            "UPDATE record_batch SET doubtful = CASE WHEN doubtful > 0 THEN doubtful - 1 ELSE 0 END, version = version + 1 \
             WHERE id = $1",
        )
        .bind(&from.id)
        .execute(tx.conn())
        .await?;
    }
    batch::wrote(tx, actor, &from.id).await?;
    let data = json!({ "item": from.item, "number": number, "verdict": verdict, "from": from.id.as_str() });
    tx.append(NewEvent::new(&SETTLED, to, actor).organ(&from.organ).data(data)).await?;
    if *to != from.id {
        tx.touch(&kernel::id::SubjectRef::new(crate::events::BATCH, &from.id));
    }
    Ok(())
}
