//! Whether the rows of public batches are what was committed to: the digest of a batch is sealed by the log, each row
//! gives the digest
//! that it has, and no row is shown or hidden otherwise than its batch and its withdrawals say.

use futures::{TryStreamExt, future::BoxFuture};
use kernel::OrganCode;
use store::{query_as, query_scalar};
use web::{
    Ctx, Result,
    hooks::{Few, Proof},
};

use crate::{
    batch::{self, Batch},
    ids::{BatchId, RecordId},
    state::State,
    values, write,
};

/// Rows against the digests of their batches.
pub(crate) struct Rows;

/// What is looked at of a row.
type Looked = (RecordId, i64, OrganCode, State, String, String, String);

impl Proof for Rows {
    fn altered<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let mut few = Few::default();
            let mut after = BatchId::from("");
            loop {
                let some: Vec<BatchId> = query_scalar(
                    "SELECT id FROM record_batch WHERE state = 'public' AND id > $1 ORDER BY id LIMIT 200",
                )
                .bind(&after)
                .fetch_all(ctx.db().read())
                .await?;
                let Some(last) = some.last() else { break };
                after = last.clone();
                for id in &some {
                    if let Some(batch) = batch::find(ctx.db().read(), id).await? {
                        look(ctx, &batch, &mut few).await?;
                    }
                }
            }
            misplaced(ctx, &mut few).await?;
            Ok(few.told("领域数据"))
        })
    }
}

async fn look(ctx: &Ctx, batch: &Batch, few: &mut Few) -> Result<()> {
    let mut digests = Vec::new();
    let mut rows = query_as::<(RecordId, i64, OrganCode, State, String, String, String, String)>(
        "SELECT r.record, r.version, r.organ, r.state, r.data, COALESCE(p.sealed, '') AS sealed, r.public_on, r.digest FROM record r \
         LEFT JOIN record_private p ON p.id = r.id WHERE r.batch = $1 AND r.state <> 'doubtful'",
    )
    .bind(&batch.id)
    .fetch(ctx.db().read());
    while let Some((record, version, organ, state, data, sealed, public_on, digest)) = rows.try_next().await? {
        let one: Looked = (record, version, organ, state, data, sealed, public_on);
        if !fits(batch, &one, &digest) {
            few.add(|| format!("领域数据“{}”的记录 {}（第 {} 版）与留痕不一致", batch.title, one.0, one.1));
        }
        digests.push(digest);
    }
    if write::digest_of_rows(digests) != batch.rows_digest {
        few.add(|| format!("领域数据“{}”（{}）增加、减少或者改动过记录", batch.title, batch.id));
    }
    Ok(())
}

fn fits(batch: &Batch, (record, version, organ, state, data, sealed, public_on): &Looked, digest: &str) -> bool {
    // What has expired is erased, and what was closed after it had been public is sealed; that it was there is still counted.
    let is_gone = *state == State::Expired || (*state == State::Closed && !public_on.is_empty() && data == "{}");
    is_gone || values::row_digest(&batch.item, (record, *version), organ, data, sealed) == digest
}

/// Rows that are shown though they must not be.
async fn misplaced(ctx: &Ctx, few: &mut Few) -> Result<()> {
    let early: Vec<(RecordId,)> = query_as(
        "SELECT r.record FROM record r JOIN record_batch b ON b.id = r.batch WHERE r.state = 'public' \
         AND b.state NOT IN ('public', 'publishing') LIMIT 50",
    )
    .fetch_all(ctx.db().read())
    .await?;
    for (record,) in early {
        few.add(|| format!("记录 {record} 没有经过审核就公开了"));
    }
    let back: Vec<(RecordId,)> = query_as(
        "SELECT r.record FROM record_withdrawal w JOIN record r ON r.record = w.record WHERE w.restored_at = '' \
         AND r.state = 'public' LIMIT 50",
    )
    .fetch_all(ctx.db().read())
    .await?;
    for (record,) in back {
        few.add(|| format!("记录 {record} 已经撤下，又绕过本程序公开了"));
    }
    Ok(())
}
