//! Writes of those who decide: claim, approve, return, let a finding through, bypass, publish, withdraw.

use jiff::Timestamp;
use kernel::{Action, Actor, Gate, NewEvent, Staff, may_for, time};
use serde_json::json;
use store::{Tx, jobs::NewJob};
use web::{Ctx, Error, Result};

use super::{
    checks, fields,
    model::{EditionState, Refusal},
    store::{self as rows, Loaded},
    writing::{begin_round, event, interprets_error, text_data},
};
use crate::jobs::{PUBLISH_DUE, PublishDue};

/// What an approval led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approved {
    /// On to this gate.
    To(Gate),
    /// Public at this moment.
    Scheduled(Timestamp),
    /// Public now.
    Published,
}

fn gate_of(loaded: &Loaded) -> Result<Gate> {
    match loaded.edition.state()? {
        EditionState::InReview { gate, .. } => Ok(gate),
        other => Err(Refusal::State(other.label(), "审核").into()),
    }
}

/// Who stands at the gate: a member of staff who may pass it for this organ.
fn reviewer<'a>(actor: &'a Actor, loaded: &Loaded, gate: Gate) -> Result<&'a Staff> {
    may_for(actor, Action::pass(gate), &loaded.document.keeper())?;
    actor.staff().ok_or(Error::NotFound)
}

/// 领取.
///
/// # Errors
/// When the gate is not the person's, the text is the person's own, or another holds it.
pub async fn claim(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<()> {
    let gate = gate_of(loaded)?;
    let staff = reviewer(actor, loaded, gate)?;
    let now = tx.seams().now();
    let next = loaded.edition.state()?.claim_by(&staff.account, &staff.name, &loaded.facts(), now)?;
    rows::put_state(tx, &loaded.edition, &next).await?;
    let data = json!({ "edition": loaded.edition.id, "gate": gate.code() });
    event(tx, actor, loaded, "document.claimed", data).await
}

/// 放回.
///
/// # Errors
/// When the gate is not the person's or another holds it.
pub async fn release(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<()> {
    let gate = gate_of(loaded)?;
    let staff = reviewer(actor, loaded, gate)?;
    let now = tx.seams().now();
    let next = loaded.edition.state()?.release(&staff.account, now)?;
    rows::put_state(tx, &loaded.edition, &next).await?;
    let data = json!({ "edition": loaded.edition.id, "gate": gate.code() });
    event(tx, actor, loaded, "document.released", data).await
}

/// 通过. Findings are looked for again in the rows of this transaction.
///
/// # Errors
/// When the gate is not the person's, the text is the person's own, another holds it, or findings block.
pub async fn approve(ctx: &Ctx, tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<Approved> {
    let gate = gate_of(loaded)?;
    let staff = reviewer(actor, loaded, gate)?;
    let now = tx.seams().now();
    let next = loaded.edition.state()?.approve(&staff.account, &loaded.facts(), now)?;
    sqlx::query(
        "INSERT INTO gate_pass (edition_id, gate, passed_by, name, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (edition_id, gate) DO UPDATE SET passed_by = excluded.passed_by, name = excluded.name, at = excluded.at",
    )
    .bind(&loaded.edition.id)
    .bind(gate.code())
    .bind(staff.account.as_str())
    .bind(&staff.name)
    .bind(time::to_db(now))
    .execute(tx.conn())
    .await?;
    let result = match &next {
        EditionState::InReview { gate, .. } => Approved::To(*gate),
        EditionState::Scheduled { at } => Approved::Scheduled(*at),
        _ => Approved::Published,
    };
    if result != Approved::Published {
        rows::put_state(tx, &loaded.edition, &next).await?;
    }
    let index_number =
        if result == Approved::Published { index_number(ctx, tx, loaded, now).await? } else { String::new() };
    let mut data = text_data(loaded);
    data["gate"] = json!(gate.code());
    event(tx, actor, loaded, "document.gate_passed", data).await?;
    match result {
        Approved::To(_) => {}
        Approved::Scheduled(at) => {
            let data = json!({ "edition": loaded.edition.id, "at": time::to_db(at) });
            event(tx, actor, loaded, "document.scheduled", data).await?;
            let payload = PublishDue { edition: loaded.edition.id.clone() };
            tx.enqueue(NewJob::now(PUBLISH_DUE, &payload).at(at)).await?;
        }
        Approved::Published => make_public(tx, actor, loaded, &next, index_number).await?,
    }
    Ok(result)
}

/// 退回, with the reason.
///
/// # Errors
/// When the gate is not the person's, the text is the person's own, another holds it, or there is no reason.
pub async fn send_back(tx: &mut Tx, actor: &Actor, loaded: &Loaded, reason: &str) -> Result<()> {
    let gate = gate_of(loaded)?;
    let staff = reviewer(actor, loaded, gate)?;
    let now = tx.seams().now();
    let reason: String = reason.trim().chars().take(2000).collect();
    let next = loaded.edition.state()?.send_back(&staff.account, &staff.name, &reason, &loaded.facts(), now)?;
    begin_round(tx, &loaded.edition.id).await?;
    rows::put_state(tx, &loaded.edition, &next).await?;
    let data =
        json!({ "edition": loaded.edition.id, "number": loaded.edition.number, "gate": gate.code(), "reason": reason });
    event(tx, actor, loaded, "document.returned", data).await
}

/// 说明理由后放行 one finding: by an authorised person who did not write in the edition.
///
/// # Errors
/// When the person may not, wrote in it, gives no reason, or the finding is not there any more.
pub async fn let_through(
    tx: &mut Tx,
    actor: &Actor,
    loaded: &Loaded,
    rule: &str,
    digest: &str,
    reason: &str,
) -> Result<()> {
    may_for(actor, Action::OverrideFinding, &loaded.document.keeper())?;
    let staff = actor.staff().ok_or(Error::NotFound)?;
    if !loaded.edition.state()?.is_open() {
        return Err(Refusal::State(loaded.edition.state()?.label(), "放行").into());
    }
    if loaded.edition.is_by(&staff.account) {
        return Err(Refusal::OwnText.into());
    }
    let reason: String = reason.trim().chars().take(500).collect();
    if reason.is_empty() {
        return Err(Error::Conflict("请写明放行理由，例如“法定公示内容，依据……第几条”。".into()));
    }
    let Some(check) = loaded.checks.iter().find(|check| check.rule == rule && check.digest == digest) else {
        return Err(Error::Conflict("这处内容已经改动，原来的问题不在了。请刷新页面查看最新检查结果。".into()));
    };
    sqlx::query(
        "INSERT INTO finding_override (edition_id, rule, digest, reason, by_account, by_name, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(&loaded.edition.id)
    .bind(rule)
    .bind(digest)
    .bind(&reason)
    .bind(staff.account.as_str())
    .bind(&staff.name)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let data = json!({
        "edition": loaded.edition.id, "rule": rule, "digest": digest, "place": check.place, "excerpt": check.excerpt,
        "reason": reason,
    });
    event(tx, actor, loaded, "finding.overridden", data).await
}

/// 紧急发布 past the gates that are left, with a reason; it stands on a list until another person has reviewed it.
///
/// # Errors
/// When the person may not, wrote in it, gives no reason, findings block, or something required is missing.
pub async fn bypass(ctx: &Ctx, tx: &mut Tx, actor: &Actor, loaded: &Loaded, reason: &str) -> Result<()> {
    may_for(actor, Action::BypassGates, &loaded.document.keeper())?;
    let staff = actor.staff().ok_or(Error::NotFound)?;
    let now = tx.seams().now();
    let reason: String = reason.trim().chars().take(2000).collect();
    let before = loaded.edition.state_words();
    let next = loaded.edition.state()?.bypass(&staff.account, &reason, &loaded.facts(), now)?;
    if let Some((_, message)) = fields::missing(&loaded.document, &loaded.edition, now).items().first() {
        return Err(Error::Conflict(message.clone()));
    }
    if let Some(message) = interprets_error(tx, &loaded.document).await? {
        return Err(Error::Conflict(message.into()));
    }
    sqlx::query(
        "UPDATE edition SET bypassed_by = $2, bypassed_name = $3, bypassed_at = $4, bypass_reason = $5 WHERE id = $1",
    )
    .bind(&loaded.edition.id)
    .bind(staff.account.as_str())
    .bind(&staff.name)
    .bind(time::to_db(now))
    .bind(&reason)
    .execute(tx.conn())
    .await?;
    let index_number = index_number(ctx, tx, loaded, now).await?;
    let mut data = text_data(loaded);
    data["reason"] = json!(reason);
    data["from"] = json!(before);
    event(tx, actor, loaded, "document.bypassed", data).await?;
    make_public(tx, actor, loaded, &next, index_number).await
}

/// The review after an emergency publication: by another person than who published, with a note.
///
/// # Errors
/// When it was not bypassed, was reviewed already, the person is the same, or there is no note.
pub async fn review_bypass(tx: &mut Tx, actor: &Actor, loaded: &Loaded, note: &str) -> Result<()> {
    may_for(actor, Action::BypassGates, &loaded.document.keeper())?;
    let staff = actor.staff().ok_or(Error::NotFound)?;
    let edition = &loaded.edition;
    if edition.bypassed_at.is_empty() || !edition.bypass_reviewed_by.is_empty() {
        return Err(Error::Conflict("这一版不在待复核之列，可能已由他人复核。请刷新页面查看。".into()));
    }
    if edition.bypassed_by == staff.account.as_str() || edition.is_by(&staff.account) {
        return Err(Error::Conflict("紧急发布须由另一位人员事后复核，不能自己复核。".into()));
    }
    let note: String = note.trim().chars().take(2000).collect();
    if note.is_empty() {
        return Err(Error::Conflict("请写明复核意见，例如“已逐项补审，内容无误”。".into()));
    }
    let done = sqlx::query(
        "UPDATE edition SET bypass_reviewed_by = $2, bypass_reviewed_at = $3, bypass_note = $4, version = version + 1 \
         WHERE id = $1 AND bypass_reviewed_by = ''",
    )
    .bind(&edition.id)
    .bind(&staff.name)
    .bind(tx.now())
    .bind(&note)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(rows::changed(edition));
    }
    let data = json!({ "edition": edition.id, "number": edition.number, "note": note });
    event(tx, actor, loaded, "document.bypass_reviewed", data).await
}

/// A scheduled edition whose moment has come becomes public.
///
/// # Errors
/// When it is not scheduled, its moment has not come, or findings block.
pub async fn come_due(ctx: &Ctx, tx: &mut Tx, loaded: &Loaded) -> Result<()> {
    let now = tx.seams().now();
    let next = loaded.edition.state()?.come_due(&loaded.facts(), now)?;
    let index_number = index_number(ctx, tx, loaded, now).await?;
    make_public(tx, &Actor::System, loaded, &next, index_number).await
}

/// The index number (索引号) that the document has, or its own new one. Taken before the first event of a write: the counter
/// is a row that others wait for, the log is what everybody waits for, and two who take them in turn never end.
async fn index_number(ctx: &Ctx, tx: &mut Tx, loaded: &Loaded, now: Timestamp) -> Result<String> {
    match loaded.document.index_number.as_str() {
        "" => next_index_number(ctx, tx, loaded, now).await,
        known => Ok(known.to_owned()),
    }
}

/// Publishes: what was public is superseded, the index number is given, lists and events follow; all in this transaction.
async fn make_public(
    tx: &mut Tx,
    actor: &Actor,
    loaded: &Loaded,
    next: &EditionState,
    index_number: String,
) -> Result<()> {
    let now = tx.seams().now();
    let document = &loaded.document;
    let before = rows::edition(tx.conn(), &document.current_edition).await?;
    if let Some(before) = &before {
        rows::put_state(tx, before, &before.state()?.supersede(now)?).await?;
    }
    rows::put_state(tx, &loaded.edition, next).await?;
    let stored = time::to_db(now);
    let first = document.first_published_at.is_empty();
    let (first_at, first_on) = (stored.clone(), time::date_in_china(now).to_string());
    sqlx::query(
        "UPDATE document SET current_edition = $2, index_number = $3, published_at = $4, \
         first_published_at = CASE WHEN first_published_at = '' THEN $5 ELSE first_published_at END, \
         first_published_on = CASE WHEN first_published_on = '' THEN $6 ELSE first_published_on END WHERE id = $1",
    )
    .bind(&document.id)
    .bind(&loaded.edition.id)
    .bind(&index_number)
    .bind(&stored)
    .bind(first_at)
    .bind(first_on)
    .execute(tx.conn())
    .await?;
    if let Some(before) = &before {
        let data = json!({ "edition": before.id, "number": before.number, "by": loaded.edition.id });
        event(tx, actor, loaded, "document.superseded", data).await?;
    }
    let mut data = text_data(loaded);
    data["index_number"] = json!(index_number);
    event(tx, actor, loaded, if first { "document.published" } else { "document.corrected" }, data).await
}

/// The index number by the rule of the configuration: the running number counts within what the other parts make.
pub(crate) async fn next_index_number(ctx: &Ctx, tx: &mut Tx, loaded: &Loaded, now: Timestamp) -> Result<String> {
    let year = time::date_in_china(now).year().to_string();
    let rule = ctx
        .config()
        .publishing
        .index_number
        .replace("{organ}", &loaded.document.organ)
        .replace("{year}", &year)
        .replace("{column}", &loaded.document.column_slug);
    let (before, _) = rule.split_once("{n}").unwrap_or((rule.as_str(), ""));
    let number = tx.next_number(&format!("index:{before}")).await?;
    let digits = format!("{number:05}");
    // A rule without a running number would give the same number twice.
    Ok(if rule.contains("{n}") { rule.replace("{n}", &digits) } else { format!("{rule}-{digits}") })
}

/// 撤回公开: the text is no longer public, a tombstone with the reason stands in its place.
///
/// # Errors
/// When the person may not, it is not public, or there is no reason.
pub async fn withdraw(tx: &mut Tx, actor: &Actor, loaded: &Loaded, reason: &str, notice: &str) -> Result<Withdrawn> {
    may_for(actor, Action::WithdrawDocuments, &loaded.document.keeper())?;
    let now = tx.seams().now();
    let (reason, notice): (String, String) = (reason.chars().take(2000).collect(), notice.chars().take(2000).collect());
    if let Some(found) = checks::blocking(&reason).or_else(|| checks::blocking(&notice)) {
        return Err(Error::Conflict(format!("撤回说明公众会看到，其中有{found}。请删去或遮盖后再撤回。")));
    }
    let next = loaded.edition.state()?.withdraw(&reason, &notice, now)?;
    rows::put_state(tx, &loaded.edition, &next).await?;
    let done = sqlx::query(
        "UPDATE document SET current_edition = '', published_at = '' WHERE id = $1 AND current_edition = $2",
    )
    .bind(&loaded.document.id)
    .bind(&loaded.edition.id)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(rows::changed(&loaded.edition));
    }
    let data = json!({ "edition": loaded.edition.id, "number": loaded.edition.number, "reason": reason.trim() });
    event(tx, actor, loaded, "document.withdrawn", data).await?;
    stop_correction(tx, actor, loaded, reason.trim()).await
}

/// What a withdrawal did besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawn {
    /// Nothing else was under way.
    Alone,
    /// A correction in review or scheduled went back to its author.
    StoppedCorrection,
}

/// A correction on its way would bring the withdrawn document back, a scheduled one by itself: it goes back to its author,
/// and all gates begin again.
async fn stop_correction(tx: &mut Tx, actor: &Actor, loaded: &Loaded, reason: &str) -> Result<Withdrawn> {
    let open = rows::open_edition(tx.conn(), &loaded.document.id).await?;
    let Some(open) = open.filter(|edition| matches!(edition.state.as_str(), "in_review" | "scheduled")) else {
        return Ok(Withdrawn::Alone);
    };
    let why = format!(
        "这份文件已撤回公开（理由：{reason}），正在办理的这一版随之退回。确需重新公开的，请核对后再提交，从保密审查开始。"
    );
    let next = open.state()?.hold(actor.log_name(), &why)?;
    begin_round(tx, &open.id).await?;
    rows::put_state(tx, &open, &next).await?;
    let gate = if open.gate.is_empty() { Gate::Secrecy.code() } else { open.gate.as_str() };
    let data = json!({ "edition": open.id, "number": open.number, "gate": gate, "reason": why });
    event(tx, actor, loaded, "document.returned", data).await?;
    Ok(Withdrawn::StoppedCorrection)
}

/// A scheduled edition that may not become public after all: back to the author, and the history tells why.
///
/// # Errors
/// When it is not scheduled any more.
pub(crate) async fn hold(tx: &mut Tx, loaded: &Loaded, why: &str) -> Result<()> {
    let next = loaded.edition.state()?.hold(Actor::System.log_name(), why)?;
    begin_round(tx, &loaded.edition.id).await?;
    rows::put_state(tx, &loaded.edition, &next).await?;
    let new = NewEvent::new("document.returned", "document", &loaded.document.id, &Actor::System);
    let data =
        json!({ "edition": loaded.edition.id, "number": loaded.edition.number, "gate": "secrecy", "reason": why });
    tx.append(new.organ(&loaded.document.organ()).data(data)).await?;
    Ok(())
}
