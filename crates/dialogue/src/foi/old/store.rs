//! Tables of old registers between their upload and the register, and the numbers that are in it.

use std::collections::BTreeSet;

use kernel::{
    OrganCode,
    id::{AccountId, CaseId},
};
use serde::{Deserialize, Serialize};
use store::{Executor, FromRow, Tx, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use super::rows::{Line, plain};
use crate::foi::kind::{FOI, KEY};

store::ids! {
    /// An old register that was uploaded.
    ImportId,
}

/// What of an upload lies sealed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Name of the file.
    pub(super) file: String,
    /// What of it was not read, a sentence each.
    pub(super) left_out: Vec<String>,
    pub(super) lines: Vec<Line>,
}

/// An upload.
#[derive(Clone, FromRow)]
pub(super) struct Import {
    pub(super) id: ImportId,
    pub(super) organ: OrganCode,
    /// `checking`, `taking`, `done` or `dropped`.
    pub(super) state: String,
    sealed: String,
    /// Rows that are being taken over.
    pub(super) wanted: i64,
    /// Of these, so many are in the register.
    pub(super) taken: i64,
    /// Why taking over stopped; empty = it did not.
    pub(super) trouble: String,
    /// Stored form.
    pub(super) created_at: String,
}

fn place(id: &ImportId) -> String {
    format!("foi_import {id}")
}

impl Import {
    /// Its rows; none once it is through.
    pub(super) fn kept(&self, ctx: &Ctx) -> Result<Kept, Refusal> {
        if self.sealed.is_empty() {
            return Ok(Kept::default());
        }
        Ok(serde_json::from_str(&ctx.files().open_words(&place(&self.id), &self.sealed)?)?)
    }
}

fn sealed(ctx: &Ctx, tx: &Tx, id: &ImportId, kept: &Kept) -> Result<String, Refusal> {
    Ok(ctx.files().seal_words(&tx.seams(), &place(id), &serde_json::to_string(kept)?)?)
}

/// Keeps an upload, sealed. What the same person uploaded for this organ and never took over is thrown away.
pub(super) async fn add(
    ctx: &Ctx,
    tx: &mut Tx,
    (account, organ): (&AccountId, &OrganCode),
    kept: &Kept,
) -> Result<ImportId, Refusal> {
    let (id, now) = (ImportId::fresh(&tx.seams()), tx.now());
    query(
        "UPDATE foi_import SET state = 'dropped', sealed = '', changed_at = $3 \
         WHERE account = $1 AND organ = $2 AND state = 'checking'",
    )
    .bind(account)
    .bind(organ)
    .bind(&now)
    .execute(tx.conn())
    .await?;
    let words = sealed(ctx, tx, &id, kept)?;
    query(
        "INSERT INTO foi_import (id, organ, account, state, sealed, wanted, taken, trouble, created_at, changed_at) \
         VALUES ($1, $2, $3, 'checking', $4, 0, 0, '', $5, $5)",
    )
    .bind(&id)
    .bind(organ)
    .bind(account)
    .bind(words)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

const COLUMNS: &str = "id, organ, state, sealed, wanted, taken, trouble, created_at";

/// An upload of this person.
pub(super) async fn of(executor: impl Executor<'_>, id: &ImportId, account: &AccountId) -> Result<Import, Refusal> {
    // SQL: a constant of this file.
    let sql = store::built(format!("SELECT {COLUMNS} FROM foi_import WHERE id = $1 AND account = $2"));
    let found: Option<Import> = query_as(sql).bind(id).bind(account).fetch_optional(executor).await?;
    found.ok_or(Refusal::NotFound)
}

/// The newest uploads of this person, without those that were thrown away.
pub(super) async fn newest(executor: impl Executor<'_>, account: &AccountId) -> store::Result<Vec<Import>> {
    // SQL: a constant of this file.
    let sql = store::built(format!(
        "SELECT {COLUMNS} FROM foi_import WHERE account = $1 AND state <> 'dropped' ORDER BY created_at DESC, id DESC LIMIT 20"
    ));
    query_as(sql).bind(account).fetch_all(executor).await
}

/// Keeps the rows as they were corrected.
pub(super) async fn keep(ctx: &Ctx, tx: &mut Tx, id: &ImportId, kept: &Kept) -> Result<(), Refusal> {
    let (words, now) = (sealed(ctx, tx, id, kept)?, tx.now());
    query("UPDATE foi_import SET sealed = $2, changed_at = $3 WHERE id = $1 AND state = 'checking'")
        .bind(id)
        .bind(words)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// From now on its rows are being taken over; `false` when they are already.
pub(super) async fn begin(tx: &mut Tx, id: &ImportId, wanted: usize) -> store::Result<bool> {
    let now = tx.now();
    let done = query(
        "UPDATE foi_import SET state = 'taking', wanted = $2, taken = 0, trouble = '', changed_at = $3 \
         WHERE id = $1 AND state = 'checking'",
    )
    .bind(id)
    .bind(i64::try_from(wanted).unwrap_or(i64::MAX))
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// So many more rows are in the register.
pub(super) async fn count(tx: &mut Tx, id: &ImportId, more: i64) -> store::Result<()> {
    let now = tx.now();
    query("UPDATE foi_import SET taken = taken + $2, changed_at = $3 WHERE id = $1")
        .bind(id)
        .bind(more)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Taking over has ended: what could not be taken over waits to be corrected, and nothing is kept where there is none of it.
pub(super) async fn end(ctx: &Ctx, tx: &mut Tx, id: &ImportId, (left, why): (&Kept, &str)) -> Result<(), Refusal> {
    let now = tx.now();
    let (state, words) =
        if left.lines.is_empty() { ("done", String::new()) } else { ("checking", sealed(ctx, tx, id, left)?) };
    query("UPDATE foi_import SET state = $2, sealed = $3, trouble = $4, changed_at = $5 WHERE id = $1 AND state = 'taking'")
        .bind(id)
        .bind(state)
        .bind(words)
        .bind(why)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Throws an upload away that is not being taken over; `false` where there is none.
pub(super) async fn discard(tx: &mut Tx, id: &ImportId) -> store::Result<bool> {
    let now = tx.now();
    let done = query(
        "UPDATE foi_import SET state = 'dropped', sealed = '', changed_at = $2 WHERE id = $1 AND state = 'checking'",
    )
    .bind(id)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Throws away what nobody has touched since this moment, stored form: persons lie in no table that nobody needs.
pub(super) async fn discard_before(tx: &mut Tx, before: &str) -> store::Result<u64> {
    let now = tx.now();
    let done = query(
        "UPDATE foi_import SET state = 'dropped', sealed = '', changed_at = $2 \
         WHERE state = 'checking' AND changed_at < $1",
    )
    .bind(before)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// The numbers of an organ's old register that are in the register of the platform.
pub(super) async fn taken(executor: impl Executor<'_>, organ: &OrganCode) -> store::Result<BTreeSet<String>> {
    let found: Vec<String> =
        query_scalar("SELECT number FROM foi_import_number WHERE organ = $1").bind(organ).fetch_all(executor).await?;
    Ok(found.into_iter().collect())
}

/// The cases that had this number in an old register of whatever organ.
pub(super) async fn cases(executor: impl Executor<'_>, number: &str) -> store::Result<Vec<CaseId>> {
    query_scalar("SELECT case_id FROM foi_import_number WHERE number = $1 ORDER BY organ LIMIT 50")
        .bind(number)
        .fetch_all(executor)
        .await
}

/// Whether this number is in the register.
pub(super) async fn is_taken(tx: &mut Tx, organ: &OrganCode, number: &str) -> store::Result<bool> {
    let found: Option<String> = query_scalar("SELECT number FROM foi_import_number WHERE organ = $1 AND number = $2")
        .bind(organ)
        .bind(number)
        .fetch_optional(tx.conn())
        .await?;
    Ok(found.is_some())
}

/// This number is in the register, as this case.
pub(super) async fn note(tx: &mut Tx, organ: &OrganCode, number: &str, case: &CaseId) -> store::Result<()> {
    query("INSERT INTO foi_import_number (organ, number, case_id) VALUES ($1, $2, $3)")
        .bind(organ)
        .bind(number)
        .bind(case)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The numbers that the platform has given to requests of this organ which came to it.
pub(super) async fn given(executor: impl Executor<'_>, organ: &OrganCode) -> store::Result<BTreeSet<String>> {
    let found: Vec<(i64, i64)> =
        query_as("SELECT year, place FROM case_entry WHERE register = $1 AND kind = $2 AND channel <> 'import'")
            .bind(organ)
            .bind(KEY)
            .fetch_all(executor)
            .await?;
    Ok(found.into_iter().map(|(year, place)| plain(&format!("{}〔{year}〕{place}号", FOI.mark))).collect())
}

/// How many rows of an upload were taken over.
pub(super) async fn taken_of(tx: &mut Tx, id: &ImportId) -> store::Result<i64> {
    query_scalar("SELECT taken FROM foi_import WHERE id = $1").bind(id).fetch_one(tx.conn()).await
}
