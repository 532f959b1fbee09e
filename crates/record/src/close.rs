//! What was public of a record that turned out to be about a minor, or that should never have been shown (a person's number, the
//! wrong person): when its correction has passed, all that earlier versions showed is sealed with what was never public of them
//! (未成年人保护法 Art. 103, 个人信息保护法 Art. 31). Pages, files and histories of the
//! office have no words of it then; who needs them asks with a reason ([`crate::rows::unmask`]).

use std::collections::BTreeMap;

use item::Item;
use kernel::{Actor, NewEvent, OrganCode};
use serde_json::json;
use store::{Tx, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    batch::Batch,
    events::SEALED,
    ids::{BatchId, RowId},
    rows, slots,
    state::What,
    values::{self, Data},
};

/// Locks the batches from which [`earlier`] will seal rows, before any event of the write.
pub(crate) async fn lock(tx: &mut Tx, batch: &Batch) -> Result<(), Refusal> {
    let from: Vec<BatchId> = query_scalar(
        "SELECT DISTINCT o.batch FROM record o WHERE o.batch <> $1 AND o.state IN ('public', 'superseded') AND o.record IN \
         (SELECT c.record FROM record c WHERE c.batch = $1 AND c.state = 'draft' AND c.replaces <> '' \
         AND (c.closed = 1 OR $2 = 1)) \
         ORDER BY o.batch",
    )
    .bind(&batch.id)
    .bind(seals_all(batch))
    .fetch_all(tx.conn())
    .await?;
    for of in &from {
        tx.lock_row("record_batch", of.as_str()).await?;
    }
    Ok(())
}

/// 1 where a batch seals all that it corrects.
fn seals_all(batch: &Batch) -> i64 {
    i64::from(batch.what == What::Redaction)
}

/// Seals the earlier versions of the records that a batch has closed, or of all that it corrects where it says so. Returns the
/// batches from which they came, with how many rows of each; their events are [`tell`]'s.
pub(crate) async fn earlier(
    ctx: &Ctx,
    tx: &mut Tx,
    (item, batch): (&Item, &Batch),
) -> Result<BTreeMap<BatchId, i64>, Refusal> {
    let open: Vec<(RowId, BatchId, Data)> = query_as(
        "SELECT r.id, r.batch, r.data FROM record r WHERE r.state = 'superseded' AND r.record IN \
         (SELECT c.record FROM record c WHERE c.batch = $1 AND c.replaces <> '' \
         AND c.state IN ('closed', 'public') AND (c.state = 'closed' OR $2 = 1)) ORDER BY r.id",
    )
    .bind(&batch.id)
    .bind(seals_all(batch))
    .fetch_all(tx.conn())
    .await?;
    let nothing: String = slots::ALL.iter().fold(String::new(), |sql, name| sql + ", " + name + " = NULL");
    let mut from: BTreeMap<BatchId, i64> = BTreeMap::new();
    for (id, of, data) in &open {
        let hidden = values::closed(data, rows::hidden(ctx, tx.conn(), id).await?);
        let keys = hidden.keys().fold(String::from(","), |keys, key| keys + key + ",");
        let words = serde_json::to_string(&hidden).map_err(store::Error::from)?;
        let sealed = ctx.files().seal_words(&tx.seams(), &rows::place(id), &words)?;
        query("DELETE FROM record_private WHERE id = $1").bind(id).execute(tx.conn()).await?;
        query("INSERT INTO record_private (id, columns, sealed) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(&keys)
            .bind(&sealed)
            .execute(tx.conn())
            .await?;
        let sql =
            format!("UPDATE record SET state = 'closed', closed = 1, data = '{{}}', doubt = ''{nothing} WHERE id = $1");
        // SQL: names of columns are literals of this crate.
        query(store::built(sql)).bind(id).execute(tx.conn()).await?;
        *from.entry(of.clone()).or_default() += 1;
    }
    for of in from.keys() {
        // A batch that was entered by form bears the name of its record.
        query("UPDATE record_batch SET title = $2 WHERE id = $1 AND way = 'form'")
            .bind(of)
            .bind(&item.title)
            .execute(tx.conn())
            .await?;
    }
    forget_sources(tx, &from).await?;
    for of in from.keys() {
        // What the gates quote of it, and the first rows that whoever imported it was told.
        review::rows::forget_findings(tx, &crate::gates::about(of)).await?;
        crate::import::forget(tx, of).await?;
    }
    Ok(from)
}

/// Tells of each batch that rows of it were sealed.
pub(crate) async fn tell(
    tx: &mut Tx,
    actor: &Actor,
    (batch, organ): (&Batch, &OrganCode),
    from: &BTreeMap<BatchId, i64>,
) -> Result<(), Refusal> {
    for (of, rows) in from {
        let data = json!({ "item": batch.item, "rows": rows, "batch": batch.id.as_str() });
        tx.append(NewEvent::new(&SEALED, of, actor).organ(organ).data(data)).await?;
    }
    Ok(())
}

/// The file of a batch goes of which nothing but erased and closed rows is left: it holds the same words.
async fn forget_sources(tx: &mut Tx, from: &BTreeMap<BatchId, i64>) -> store::Result<()> {
    for of in from.keys() {
        query(
            "DELETE FROM record_source WHERE batch = $1 AND NOT EXISTS \
             (SELECT 1 FROM record WHERE batch = $1 AND state NOT IN ('expired', 'closed'))",
        )
        .bind(of)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}
