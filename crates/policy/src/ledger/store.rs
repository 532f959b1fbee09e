//! Putting documents into the ledger.

use ::store::{Tx, query, query_scalar};
use kernel::{Actor, NewEvent, id::DocumentId, may_for};
use serde_json::json;
use web::{Ctx, Refusal, Result};

use super::{
    KEEP_LEDGER, REGISTERED,
    rows::{self, Entry},
};
use crate::library::{POLICY, house};

/// Writes that decide by what the ledger holds wait for each other on this lock.
const LOCK: &str = "ledger_entry";

/// Puts a document's entry in, over the version that was seen.
///
/// # Errors
/// When the person may not, somebody was faster, or another document bears the registration number.
pub(super) async fn put(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    id: &DocumentId,
    (entry, seen): (&Entry, i64),
) -> Result<(), Refusal> {
    tx.lock(LOCK).await?;
    let document = document::rows::visible(tx.conn(), &house(ctx), actor, id).await?;
    may_for(actor, &KEEP_LEDGER, document.keeper())?;
    if document.kind != POLICY || document.public().is_none() {
        return Err(Refusal::NotFound);
    }
    let there = rows::entry(tx.conn(), id).await?.unwrap_or_default();
    if there.version != seen {
        let text = format!("{}已登记过这份文件，没有覆盖。请核对现在登记的内容，再决定要不要改。", there.changed_name);
        return Err(Refusal::Conflict(text));
    }
    let other: Option<String> = query_scalar(
        "SELECT d.title FROM ledger_entry l JOIN document d ON d.id = l.document_id \
         WHERE l.registered = $1 AND l.registered <> '' AND l.document_id <> $2",
    )
    .bind(&entry.registered)
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    if let Some(title) = other {
        let text = format!("《{title}》已用统一登记号 {}。一个登记号只给一份文件，请核对。", entry.registered);
        return Err(Refusal::field("registered", text));
    }
    query(
        "INSERT INTO ledger_entry (document_id, normative, registered, registered_on, drafted_by, remark, version, changed_by, \
         changed_name, changed_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9) \
         ON CONFLICT (document_id) DO UPDATE SET normative = excluded.normative, registered = excluded.registered, \
         registered_on = excluded.registered_on, drafted_by = excluded.drafted_by, remark = excluded.remark, \
         version = ledger_entry.version + 1, changed_by = excluded.changed_by, changed_name = excluded.changed_name, \
         changed_at = excluded.changed_at",
    )
    .bind(id)
    .bind(entry.normative)
    .bind(&entry.registered)
    .bind(&entry.registered_on)
    .bind(&entry.drafted_by)
    .bind(&entry.remark)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let data = json!({
        "normative": entry.normative.to_string(), "registered": entry.registered, "registered_on": entry.registered_on,
        "drafted_by": entry.drafted_by, "remark": entry.remark,
    });
    tx.append(NewEvent::new(&REGISTERED, id, actor).organ(&document.organ).data(data)).await?;
    Ok(())
}
