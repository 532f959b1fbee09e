//! From rows to a batch: in portions that nobody sees, then the end that makes it whole. Who loads says so with every
//! portion; what
//! somebody stopped loading is taken over after a while.

use std::{collections::HashMap, time::Duration};

use jiff::SignedDuration;
use kernel::{Actor, OrganCode, time};
use store::{Tx, query, query_scalar};
use tokio::io::AsyncReadExt;
use web::{Ctx, Refusal};

use super::{File, Progress, stopped};
use crate::{
    batch::{self, Batch, New},
    ids::{BatchId, RecordId},
    publish,
    slots::Layout,
    state::BatchState,
    values,
    write::{self, Before, NewRow, Place},
};

/// Rows written together.
const PORTION: usize = 1000;
/// Who has not said anything for longer has stopped loading.
const SILENCE: SignedDuration = SignedDuration::from_mins(2);
/// How often one looks whether somebody else has finished.
const LOOK: Duration = Duration::from_millis(250);
/// How long one waits for that.
const PATIENCE: u32 = 2400;

/// What was stored.
pub(super) struct Stored {
    pub id: BatchId,
    /// It was there already.
    pub again: bool,
}

/// The batch that is whole already.
pub(super) async fn finished(
    ctx: &Ctx,
    (item, organ, digest): (&str, &OrganCode, &str),
) -> store::Result<Option<Batch>> {
    let found = batch::by_digest(ctx.db().read(), item, organ, digest).await?;
    Ok(found.filter(|batch| batch.state != BatchState::Loading))
}

/// Whose turn it is to load.
enum Turn {
    Own(BatchId),
    Done(BatchId),
    Wait,
}

/// Stores rows as one batch.
pub(super) async fn load(
    ctx: &Ctx,
    actor: &Actor,
    (new, file, sheet): (&New, &File, &str),
    rows: &[NewRow],
    before: &HashMap<String, Before>,
    progress: &dyn Progress,
) -> Result<Stored, Refusal> {
    let loader = ctx.seams().secret(16);
    let mut waited = 0;
    let id = loop {
        match turn(ctx, actor, new, &loader).await? {
            Turn::Own(id) => break id,
            Turn::Done(id) => return Ok(Stored { id, again: true }),
            Turn::Wait if waited >= PATIENCE => {
                return Err(Refusal::Conflict("同一个文件正在由另一处导入，还没有完成。请稍后再看。".into()));
            }
            Turn::Wait => {
                waited += 1;
                tokio::time::sleep(LOOK).await;
            }
        }
    };
    if let Err(refusal) = portions(ctx, new, (&id, &loader), rows, before, progress).await {
        give_up(ctx, &id, &loader).await?;
        return Err(refusal);
    }
    let mut tx = ctx.db().write().await?;
    beat(&mut tx, &id, &loader).await?;
    keep_source(ctx, &mut tx, &id, file, sheet).await?;
    publish::relay_older(ctx, &mut tx, &new.item).await?;
    batch::end(&mut tx, actor, &id, &file.digest).await?;
    tx.commit().await?;
    Ok(Stored { id, again: false })
}

/// Begins a batch, unless it is there or somebody else loads it.
async fn turn(ctx: &Ctx, actor: &Actor, new: &New, loader: &str) -> Result<Turn, Refusal> {
    let mut tx = ctx.db().write().await?;
    let item = new.item.key.as_str();
    tx.lock(&format!("record batch {item} {} {}", new.organ, new.digest)).await?;
    let Some(known) = batch::by_digest(tx.conn(), item, &new.organ, &new.digest).await? else {
        let id = batch::begin(&mut tx, actor, new, loader).await?;
        tx.commit().await?;
        return Ok(Turn::Own(id));
    };
    if known.state != BatchState::Loading {
        return Ok(Turn::Done(known.id));
    }
    let now = tx.seams().now();
    let silent = time::from_db(&known.beat_at).is_none_or(|at| now.duration_since(at) > SILENCE);
    if !silent {
        return Ok(Turn::Wait);
    }
    write::remove(&mut tx, &known.id, None).await?;
    query("UPDATE record_batch SET loader = $2, beat_at = $3 WHERE id = $1 AND state = 'loading'")
        .bind(&known.id)
        .bind(loader)
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
    batch::wrote(&mut tx, actor, &known.id).await?;
    tx.commit().await?;
    Ok(Turn::Own(known.id))
}

/// Says that the batch is still being loaded by this one.
async fn beat(tx: &mut Tx, id: &BatchId, loader: &str) -> Result<(), Refusal> {
    let done = query("UPDATE record_batch SET beat_at = $3 WHERE id = $1 AND loader = $2 AND state = 'loading'")
        .bind(id)
        .bind(loader)
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Refusal::Conflict("导入中断太久，已由另一处接着办理。请看那一份的结果。".into()))
    }
}

async fn portions(
    ctx: &Ctx,
    new: &New,
    (id, loader): (&BatchId, &str),
    rows: &[NewRow],
    before: &HashMap<String, Before>,
    progress: &dyn Progress,
) -> Result<(), Refusal> {
    let layout = Layout::of(&new.item);
    let place = Place { ctx, item: &new.item, layout: &layout, batch: id, organ: &new.organ };
    let (mut done, total) = (0, rows.len() as u64);
    for some in rows.chunks(PORTION) {
        let mut prepared = Vec::with_capacity(some.len());
        for row in some {
            let replaced = if before.is_empty() { None } else { before.get(&values::keyed(&new.item, &row.values)) };
            prepared.push(place.prepare(ctx.seams(), row, replaced)?);
        }
        let mut tx = ctx.db().write().await?;
        beat(&mut tx, id, loader).await?;
        let inserted = place.insert(&mut tx, &prepared).await;
        match inserted {
            Err(error) if error.is_unique_violation() => {
                drop(tx);
                let of = |row: &NewRow| {
                    let known = before.get(&values::keyed(&new.item, &row.values))?;
                    Some((row.number, known.record.clone()))
                };
                let corrected: Vec<(u32, RecordId)> = some.iter().filter_map(of).collect();
                return Err(under_way(ctx, id, &corrected).await?);
            }
            other => other?,
        }
        tx.commit().await?;
        done += some.len() as u64;
        if !progress.step(done, total, "正在保存").await? {
            return Err(stopped());
        }
    }
    Ok(())
}

/// Which rows correct records that another batch corrects already, and which batch that is.
async fn under_way(ctx: &Ctx, id: &BatchId, corrected: &[(u32, RecordId)]) -> Result<Refusal, Refusal> {
    const MOST: usize = 5;
    let mut lines = Vec::new();
    for (number, record) in corrected {
        let there: Option<String> = query_scalar(
            "SELECT b.title FROM record r JOIN record_batch b ON b.id = r.batch WHERE r.record = $1 AND r.batch <> $2 \
             AND r.state IN ('draft', 'doubtful') LIMIT 1",
        )
        .bind(record)
        .bind(id)
        .fetch_optional(ctx.db().read())
        .await?;
        lines.extend(there.map(|title| format!("第 {number} 行（在批次“{title}”中）")));
        if lines.len() >= MOST {
            break;
        }
    }
    let which = if lines.is_empty() { "有的行".to_owned() } else { lines.join("、") };
    Ok(Refusal::Conflict(format!("{which}所更正的记录已有一份更正在办理，不能再导入更正。请先办完或者作废那一份。")))
}

/// Removes what was loaded of a batch that will not be whole. Where that fails too, the schedule does it.
async fn give_up(ctx: &Ctx, id: &BatchId, loader: &str) -> Result<(), Refusal> {
    let mut tx = ctx.db().write().await?;
    if beat(&mut tx, id, loader).await.is_err() {
        return Ok(());
    }
    forget(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a batch that is not whole: nobody has seen it, and no event tells of it.
async fn forget(tx: &mut Tx, id: &BatchId) -> store::Result<()> {
    write::remove(tx, id, None).await?;
    for sql in [
        "DELETE FROM record_author WHERE batch = $1",
        "DELETE FROM record_source WHERE batch = $1",
        "DELETE FROM record_batch WHERE id = $1 AND state = 'loading'",
    ] {
        query(sql).bind(id).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Removes what was being loaded when the program stopped, a day ago or longer.
///
/// # Errors
/// When the database fails.
pub(crate) async fn clear(ctx: &Ctx) -> store::Result<()> {
    let before = ctx.seams().now().checked_sub(SignedDuration::from_hours(24)).unwrap_or_default();
    let stale: Vec<BatchId> = query_scalar("SELECT id FROM record_batch WHERE state = 'loading' AND beat_at < $1")
        .bind(time::to_db(before))
        .fetch_all(ctx.db().read())
        .await?;
    for id in stale {
        let mut tx = ctx.db().write().await?;
        forget(&mut tx, &id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The file stays with its batch, sealed.
async fn keep_source(ctx: &Ctx, tx: &mut Tx, id: &BatchId, file: &File, sheet: &str) -> Result<(), Refusal> {
    let sealed = if file.sealed.is_empty() {
        let mut incoming = ctx.files().receive().await?;
        let mut bytes = tokio::fs::File::open(&file.path).await.map_err(store::Error::from)?;
        let mut buffer = vec![0_u8; 64 * 1024];
        loop {
            let count = bytes.read(&mut buffer).await.map_err(store::Error::from)?;
            if count == 0 {
                break;
            }
            incoming.write(&buffer[..count]).await?;
        }
        let received = incoming.finish().await?;
        ctx.files().keep_sealed(tx, &received).await?.digest
    } else {
        file.sealed.clone()
    };
    query("INSERT INTO record_source (batch, digest, name, sheet) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(sealed)
        .bind(&file.name)
        .bind(sheet)
        .execute(tx.conn())
        .await?;
    Ok(())
}
