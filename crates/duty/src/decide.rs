//! What the office decides on evidence.

use kernel::{
    id::{EvidenceId, ShareId},
    may, time,
};
use serde_json::json;
use store::{Db, Tx, jobs::NewJob, query, query_scalar};
use web::Refusal;

use crate::{
    checks, events,
    notices::{TELL, Tell},
    permissions::CONFIRM_DUTIES,
    privacy,
    report::{By, Target, piece, touch, trimmed},
};

/// What the office decides on evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted: the duty is closed for this organ (or this period).
    Confirm,
    /// Accepted as far as it goes; says what is still missing. It stands as evidence and closes nothing.
    Accept(String),
    /// Sent back with a reason.
    Return(String),
}

/// Decides on evidence, once. With `looked_at`, an address is confirmed only after somebody has looked whether it opens.
///
/// # Errors
/// When the actor may not or handed it in, somebody else has decided, its subject is not public any more, or a reason is
/// missing.
pub async fn decide(
    tx: &mut Tx,
    by: &By<'_>,
    evidence: &EvidenceId,
    verdict: &Verdict,
    looked_at: bool,
) -> Result<Target, Refusal> {
    may(by.actor, &CONFIRM_DUTIES)?;
    let (decision, reason, kind) = match verdict {
        Verdict::Confirm => ("confirmed", String::new(), &events::EVIDENCE_CONFIRMED),
        Verdict::Accept(missing) => ("confirmed", trimmed(missing, 1000), &events::EVIDENCE_ACCEPTED),
        Verdict::Return(reason) => ("returned", trimmed(reason, 1000), &events::EVIDENCE_RETURNED),
    };
    let partial = matches!(verdict, Verdict::Accept(_));
    let confirms = partial || *verdict == Verdict::Confirm;
    if reason.is_empty() && *verdict != Verdict::Confirm {
        let text = match partial {
            true => "请写明还差什么，例如“还差两个乡镇的清单”。",
            false => "请写明退回的理由和怎样补正，例如“所附是通知原文，请换成解读材料”。",
        };
        return Err(Refusal::field("reason", text));
    }
    let (held, piece) = piece(tx, evidence).await?;
    if confirms && piece.added_by == by.actor.log_id() {
        return Err(Refusal::Conflict("自己报送的佐证须由他人确认。请交给另一位同事办理。".into()));
    }
    if confirms && !piece.lapsed_at.is_empty() {
        let text = "佐证文件已撤回公开，不能确认。请退回，并请报送单位换一份已公开的文件。";
        return Err(Refusal::Conflict(text.into()));
    }
    let open = piece.decision.is_empty() && piece.withdrawn_at.is_empty();
    if confirms && piece.subject_id.is_empty() && open {
        if looked_at {
            checks::may_confirm(tx, evidence).await?;
        }
        let objection = privacy::objection(&piece.title).or_else(|| privacy::objection(&piece.url));
        if let Some(objection) = objection {
            return Err(Refusal::Conflict(format!("没有确认，请退回这份佐证。{objection}")));
        }
    }
    let now = tx.now();
    let done = query(
        "UPDATE evidence SET decision = $2, reason = $3, decided_at = $4, decided_by = $5, decided_by_name = $6, \
         partial = $7 WHERE id = $1 AND decision = '' AND withdrawn_at = '' AND submitted_at <> ''",
    )
    .bind(evidence)
    .bind(decision)
    .bind(&reason)
    .bind(now)
    .bind(by.actor.log_id())
    .bind(by.actor.log_name())
    .bind(partial)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(piece.already());
    }
    touch(tx, &held).await?;
    let mut data = json!({ "evidence": evidence, "title": piece.title, "subject": piece.subject_id });
    if !reason.is_empty() {
        data["reason"] = json!(reason);
        // Its organ is told by mail what to do.
        tx.enqueue(NewJob::now(TELL, &Tell { evidence: evidence.clone() }).dedup(evidence.as_str())).await?;
    }
    tx.append(held.event(kind, by.actor, data)).await?;
    Ok(held.target())
}

/// Takes a decision back on the day (in China) on which it was made.
///
/// # Errors
/// When the actor may not, there is none, or it was made on an earlier day: what the public has seen overnight is corrected
/// by new evidence, not undone.
pub async fn undo(tx: &mut Tx, by: &By<'_>, evidence: &EvidenceId) -> Result<Target, Refusal> {
    may(by.actor, &CONFIRM_DUTIES)?;
    let (held, piece) = piece(tx, evidence).await?;
    let decided = time::from_db(&piece.decided_at).map(time::date_in_china);
    if piece.decision.is_empty() {
        return Err(Refusal::Conflict("这份佐证现在没有处理结果，不需要撤销。请返回任务页查看。".into()));
    }
    if !piece.lapsed_at.is_empty() {
        let text = "佐证文件已撤回公开，佐证已经失效，撤销处理结果也不会使它恢复。文件恢复公开后，佐证自动有效。";
        return Err(Refusal::Conflict(text.into()));
    }
    if decided != Some(by.today) {
        let text = "只能撤销当天的处理结果。如需更正，请联系报送单位重新报送。";
        return Err(Refusal::Conflict(text.into()));
    }
    let done = query(
        "UPDATE evidence SET decision = '', reason = '', decided_at = '', decided_by = '', decided_by_name = '', partial = 0 \
         WHERE id = $1 AND decision = $2 AND decided_at = $3",
    )
    .bind(evidence)
    .bind(&piece.decision)
    .bind(&piece.decided_at)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(piece.already());
    }
    touch(tx, &held).await?;
    let data = json!({ "evidence": evidence, "title": piece.title, "was": piece.decision });
    tx.append(held.event(&events::DECISION_UNDONE, by.actor, data)).await?;
    Ok(held.target())
}

/// The newest evidence of a share on which nobody has decided.
pub async fn newest_undecided(db: &Db, share: &ShareId) -> store::Result<Option<EvidenceId>> {
    query_scalar(
        "SELECT id FROM evidence WHERE share = $1 AND decision = '' AND withdrawn_at = '' ORDER BY added_at DESC LIMIT 1",
    )
    .bind(share)
    .fetch_optional(db.read())
    .await
}
