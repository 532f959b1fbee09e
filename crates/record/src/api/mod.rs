//! Records that programs send: each time with a key of theirs, so that what is sent twice is entered once. A program that is known
//! by its own key ([`kernel::Program`]) counts its sendings by itself, and may ask what became of them.

mod written;

use std::{collections::BTreeMap, sync::Arc};

use item::{Item, parse};
use kernel::{Actor, OrganCode, Program, id::ProgramId};
use store::{Tx, query, query_as, query_scalar};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    batch::{self, Batch, New, NewRow, field_of},
    gates,
    ids::BatchId,
    state::{BatchState, Way, What},
    values,
};

pub use written::{Fault, Unread, Written, faults, read};

/// Most records in one sending.
pub const MOST: usize = 1000;
/// Longest idempotency key.
const LONGEST: usize = 128;

/// What a program sends.
#[derive(Debug, Clone)]
pub struct Sent {
    pub item: Arc<Item>,
    pub organ: OrganCode,
    /// The key by which the program knows this sending (`Idempotency-Key`).
    pub key: String,
    /// Texts by the keys of columns, as a form would have them.
    pub records: Vec<BTreeMap<String, String>>,
    pub note: String,
}

/// What became of a sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub batch: BatchId,
    /// It was there before: the same was sent under the same key already.
    pub again: bool,
}

/// Whether this is an idempotency key.
fn is_key(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST && name.chars().all(|c| c.is_ascii_graphic())
}

/// The name under which a sending is remembered: programs of one organ count each for themselves. No key has a blank in it.
fn remembered(program: Option<&Program>, key: &str) -> String {
    program.map_or_else(|| key.to_owned(), |program| format!("{} {key}", program.id))
}

fn program(actor: &Actor) -> Option<&Program> {
    match actor {
        Actor::Program(program) => Some(program),
        _ => None,
    }
}

/// The batch that a sending would be, under the name by which it is remembered.
fn new(sent: &Sent, name: &str) -> New {
    New {
        item: Arc::clone(&sent.item),
        organ: sent.organ.clone(),
        way: Way::Api,
        what: What::New,
        title: String::new(),
        note: sent.note.clone(),
        digest: digest(sent, name),
    }
}

/// Says what of a sending would be refused, and stores nothing. Its key is not looked at.
///
/// # Errors
/// As [`send`].
pub async fn weigh(ctx: &Ctx, actor: &Actor, sent: &Sent) -> Result<(), Refusal> {
    let mut rows = rows(sent)?;
    let new = new(sent, &remembered(program(actor), sent.key.trim()));
    batch::allowed(ctx, actor, &new, &rows)?;
    batch::sound(ctx, &new, &mut rows).await
}

/// Enters what a program sent as one batch that waits to be submitted; all of it or nothing. The same key with the same content
/// is the same batch.
///
/// # Errors
/// [`Refusal::Fields`] by `row.column` (rows from 1), at `key` and `records`; [`Refusal::Conflict`] where the key was used for
/// something else; as [`batch::enter`].
pub async fn send(ctx: &Ctx, tx: &mut Tx, actor: &Actor, sent: Sent) -> Result<Taken, Refusal> {
    let key = sent.key.trim();
    if !is_key(key) {
        return Err(Refusal::field("key", "请给出 1 到 128 个可见字符的幂等键，每次报送一个，例如 2026-03-05-001。"));
    }
    let rows = rows(&sent)?;
    let by = program(actor);
    let name = remembered(by, key);
    let new = new(&sent, &name);
    // Whoever may not is told nothing of what is there.
    batch::allowed(ctx, actor, &new, &rows)?;
    let digest = new.digest.clone();
    tx.lock(&format!("record once {} {name}", sent.organ)).await?;
    let known: Option<(BatchId, String, BatchState)> = query_as(
        "SELECT o.batch, o.digest, b.state FROM record_once o JOIN record_batch b ON b.id = o.batch \
         WHERE o.organ = $1 AND o.name = $2",
    )
    .bind(&sent.organ)
    .bind(&name)
    .fetch_optional(tx.conn())
    .await?;
    match known {
        // What was given up is not there: the key is free again.
        None | Some((_, _, BatchState::Dropped)) => {}
        Some((batch, before, _)) if before == digest => return Ok(Taken { batch, again: true }),
        Some(_) => {
            return Err(Refusal::Conflict("这个幂等键已经用于另一份内容。请换一个键，或核对是否重复报送。".into()));
        }
    }
    let batch = batch::enter(ctx, tx, actor, new, rows).await?;
    // Nothing to be sealed stands in this row: it only says what was sent before.
    query(
        "INSERT INTO record_once (organ, name, digest, batch, at, program) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (organ, name) DO UPDATE SET digest = excluded.digest, batch = excluded.batch, at = excluded.at, \
         program = excluded.program",
    )
    .bind(&sent.organ)
    .bind(&name)
    .bind(&digest)
    .bind(&batch)
    .bind(tx.now())
    .bind(by.map_or_else(ProgramId::default, |program| program.id.clone()))
    .execute(tx.conn())
    .await?;
    Ok(Taken { batch, again: false })
}

/// How a batch stands, for the program that sent it.
#[derive(Debug, Clone)]
pub struct Standing {
    pub batch: Batch,
    /// In words; in review with the gate.
    pub words: String,
    /// The gate at which it went back, and why; of who it was nothing is told.
    pub returned: Option<(String, String)>,
}

/// How a batch stands that this program itself sent; `None` for every other batch.
///
/// # Errors
/// When the database fails.
pub async fn standing(ctx: &Ctx, program: &Program, id: &BatchId) -> Result<Option<Standing>, Refusal> {
    let sent: i64 = query_scalar("SELECT COUNT(*) FROM record_once WHERE batch = $1 AND program = $2 AND organ = $3")
        .bind(id)
        .bind(&program.id)
        .bind(&program.organ)
        .fetch_one(ctx.db().read())
        .await?;
    if sent == 0 {
        return Ok(None);
    }
    let Some(batch) = batch::find(ctx.db().read(), id).await? else { return Ok(None) };
    let review = gates::round(ctx, id).await?;
    let words = gates::state_words(&batch, review.as_ref());
    let returned = review
        .as_ref()
        .filter(|_| batch.state == crate::BatchState::Returned)
        .and_then(gates::returned)
        .map(|(gate, _, reason)| (gate.to_owned(), reason.to_owned()));
    Ok(Some(Standing { batch, words, returned }))
}

fn rows(sent: &Sent) -> Result<Vec<NewRow>, Refusal> {
    if sent.records.is_empty() || sent.records.len() > MOST {
        return Err(Refusal::field("records", format!("每次报送 1 到 {MOST} 条记录，请分次报送。")));
    }
    let mut errors = FormErrors::new();
    let mut rows = Vec::with_capacity(sent.records.len());
    let many = sent.records.len();
    for (number, record) in (1_u32..).zip(&sent.records) {
        let mut row = NewRow { number, ..NewRow::default() };
        for (key, text) in record {
            let Some(column) = sent.item.column(key) else {
                errors.add(&field_of(number, key, many), format!("事项没有“{key}”这一列。"));
                continue;
            };
            match parse(column, text, None) {
                Ok(parsed) => {
                    row.values.extend(parsed.value.map(|value| (key.clone(), value)));
                }
                Err(problem) => errors.add(&field_of(number, key, many), problem.0),
            }
        }
        rows.push(row);
    }
    if errors.is_empty() { Ok(rows) } else { Err(errors.into()) }
}

/// Of what is sent with its name: two records that say the same are two, each under its own key.
fn digest(sent: &Sent, name: &str) -> String {
    let mut texts: Vec<&str> = vec!["api", sent.item.key.as_str(), sent.organ.as_str(), name, &sent.note];
    for record in &sent.records {
        texts.push("\n");
        texts.extend(record.iter().flat_map(|(key, text)| [key.as_str(), text.as_str()]));
    }
    values::digest_of(texts)
}
