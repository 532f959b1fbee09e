//! Records that programs send: each time with a key of theirs, so that what is sent twice is entered once.

use std::{collections::BTreeMap, sync::Arc};

use item::{Item, parse};
use kernel::{Actor, OrganCode};
use store::{Tx, query, query_as};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    batch::{self, New, NewRow, field_of},
    ids::BatchId,
    state::{Way, What},
    values,
};

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

/// Enters what a program sent as one batch that waits to be submitted; all of it or nothing. The same key with the same content
/// is the same batch.
///
/// # Errors
/// [`Refusal::Fields`] by `row.column` (rows from 1), at `key` and `records`; [`Refusal::Conflict`] where the key was used for
/// something else; as [`batch::enter`].
pub async fn send(ctx: &Ctx, tx: &mut Tx, actor: &Actor, sent: Sent) -> Result<BatchId, Refusal> {
    let name = sent.key.trim();
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Refusal::field("key", "请给出 1 到 128 个可见字符的幂等键，每次报送一个，例如 2026-03-05-001。"));
    }
    if sent.records.is_empty() || sent.records.len() > MOST {
        return Err(Refusal::field("records", format!("每次报送 1 到 {MOST} 条记录，请分次报送。")));
    }
    let rows = rows(&sent)?;
    let digest = digest(&sent);
    tx.lock(&format!("record once {} {name}", sent.organ)).await?;
    let known: Option<(BatchId, String)> =
        query_as("SELECT batch, digest FROM record_once WHERE organ = $1 AND name = $2")
            .bind(&sent.organ)
            .bind(name)
            .fetch_optional(tx.conn())
            .await?;
    match known {
        Some((batch, before)) if before == digest => return Ok(batch),
        Some(_) => {
            return Err(Refusal::Conflict("这个幂等键已经用于另一份内容。请换一个键，或核对是否重复报送。".into()));
        }
        None => {}
    }
    let new = New {
        item: Arc::clone(&sent.item),
        organ: sent.organ.clone(),
        way: Way::Api,
        what: What::New,
        title: String::new(),
        note: sent.note.clone(),
        digest: digest.clone(),
    };
    let id = batch::enter(ctx, tx, actor, new, rows).await?;
    // Nothing to be sealed stands in this row: it only says what was sent before.
    query("INSERT INTO record_once (organ, name, digest, batch, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&sent.organ)
        .bind(name)
        .bind(&digest)
        .bind(&id)
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
    Ok(id)
}

fn rows(sent: &Sent) -> Result<Vec<NewRow>, Refusal> {
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

fn digest(sent: &Sent) -> String {
    let mut texts: Vec<&str> = vec!["api", sent.item.key.as_str(), sent.organ.as_str(), &sent.note];
    for record in &sent.records {
        texts.push("\n");
        texts.extend(record.iter().flat_map(|(key, text)| [key.as_str(), text.as_str()]));
    }
    values::digest_of(texts)
}
