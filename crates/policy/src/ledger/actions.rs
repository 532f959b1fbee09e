//! Registering documents in the ledger.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::values::line;
use kernel::{Actor, NewEvent, id::DocumentId, may_for, time};
use serde::Deserialize;
use serde_json::json;
use store::{Tx, query, query_scalar};
use web::{Ctx, Desk, Done, Form, FormErrors, Refusal, Result, act_in_place, act_now};

use super::{
    KEEP_LEDGER, REGISTERED,
    pages::{self, Typed},
    rows::{self, Entry},
};
use crate::library::{POLICY, house};

/// Writes that decide by what the ledger holds wait for each other on this lock.
const LOCK: &str = "ledger_entry";

/// What was typed, as it is kept.
fn read(typed: &Typed) -> Result<Entry, Refusal> {
    let mut errors = FormErrors::new();
    let normative = match typed.normative.as_str() {
        "1" => 1,
        "0" => 0,
        _ => {
            errors.add("normative", "请选择是不是行政规范性文件。");
            0
        }
    };
    let mut registered_on = String::new();
    if !typed.registered_on.trim().is_empty() {
        match time::parse_date(&typed.registered_on) {
            Some(day) => registered_on = day.to_string(),
            None => errors.add("registered_on", time::no_date(&typed.registered_on, "2026-03-05")),
        }
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    Ok(Entry {
        normative,
        registered: line(&typed.registered, 60),
        registered_on,
        drafted_by: line(&typed.drafted_by, 100),
        remark: line(&typed.remark, 300),
        ..Entry::default()
    })
}

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

/// POST /ledger/{id}
pub(super) async fn register(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let entry = read(&typed);
    let done = async |tx: &mut Tx| {
        let entry = entry?;
        put(&ctx, tx, &desk.actor(), &id, (&entry, typed.version)).await?;
        Ok(Done::ok("/ledger", "已登记。"))
    };
    let again = async |errors: FormErrors| pages::form(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Documents that are marked at once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Marked {
    once: String,
    ids: Vec<DocumentId>,
    normative: String,
}

/// POST /ledger/mark: a write for each; what is registered already stays as it is.
pub(super) async fn mark(State(ctx): State<Ctx>, desk: Desk, Form(marked): Form<Marked>) -> Result<Response> {
    if marked.ids.is_empty() {
        return Err(Refusal::Conflict("请先在列表里选中文件，再按“登记”。".to_owned()).into());
    }
    let normative = i64::from(marked.normative != "0");
    let (mut done, mut same) = (0, 0);
    for id in &marked.ids {
        let entry = Entry { normative, ..Entry::default() };
        let written = act_now(&ctx, async |tx: &mut Tx| put(&ctx, tx, &desk.actor(), id, (&entry, 0)).await).await;
        match written {
            Ok(()) => done += 1,
            Err(Refusal::Conflict(_)) => same += 1,
            Err(other) => return Err(other.into()),
        }
    }
    let rest = if same > 0 { format!("；{same} 份以前登记过，没有改动") } else { String::new() };
    let what = if normative == 1 { "规范性文件" } else { "不是规范性文件" };
    Ok(web::act(&ctx, &marked.once, async |_: &mut Tx| {
        Ok::<_, Refusal>(Done::ok("/ledger?kept=none", format!("已把 {done} 份登记为{what}{rest}。")))
    })
    .await?)
}
