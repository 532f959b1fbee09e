//! What the office decides on evidence, and the mail that tells its organ what is left to do.

use kernel::{
    OrganCode,
    id::{DutyId, EvidenceId},
    may, time,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{FromRow, Tx, jobs::NewJob, query, query_as};
use web::{
    Ctx, Refusal, Result as Answer,
    mail::{Mail, SEND},
};

use super::{ACCEPTED, CONFIRMED, DECISION_UNDONE, RETURNED, hand_in::piece, opens};
use crate::{
    notices::{addresses, href},
    permissions::CONFIRM_DUTIES,
    privacy,
    report::{By, Target, touch, trimmed},
};

/// Job: tells an organ by mail what the office decided on its evidence, where something is left to do.
pub const TELL: &str = "duty.tell";

/// Payload of [`TELL`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tell {
    /// What was decided on.
    pub evidence: EvidenceId,
}

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
        Verdict::Confirm => ("confirmed", String::new(), &CONFIRMED),
        Verdict::Accept(missing) => ("confirmed", trimmed(missing, 1000), &ACCEPTED),
        Verdict::Return(reason) => ("returned", trimmed(reason, 1000), &RETURNED),
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
            opens::may_confirm(tx, evidence).await?;
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
    tx.append(held.event(&DECISION_UNDONE, by.actor, data)).await?;
    Ok(held.target())
}

#[derive(FromRow)]
struct Decided {
    duty: DutyId,
    organ: OrganCode,
    text: String,
    title: String,
    decision: String,
    partial: bool,
    reason: String,
}

/// One mail to the organ whose evidence was sent back or does not finish its duty; none when the decision was undone since.
pub(crate) async fn tell(ctx: &Ctx, told: Tell) -> Answer<()> {
    let found: Option<Decided> = query_as(
        "SELECT a.duty, a.organ, d.text, e.title, e.decision, e.partial, e.reason FROM evidence e \
         JOIN duty_share a ON a.id = e.share JOIN duty d ON d.id = a.duty WHERE e.id = $1",
    )
    .bind(&told.evidence)
    .fetch_optional(ctx.db().read())
    .await?;
    let Some(piece) = found.filter(|piece| piece.decision == "returned" || piece.partial) else { return Ok(()) };
    let organ = ctx.directory().stands_for(&piece.organ, ctx.today());
    let Some(to) = addresses(ctx).await?.remove(&organ) else { return Ok(()) };
    let words = web::filters::shortened(&piece.text, 60);
    let (subject, what) = match piece.partial {
        true => {
            ("任务佐证已认可，任务尚未完成", format!("《{}》已认可，任务尚未完成。还差：{}", piece.title, piece.reason))
        }
        false => ("任务佐证被退回", format!("《{}》被退回。理由：{}", piece.title, piece.reason)),
    };
    let text = format!(
        "{}：\n\n任务“{words}”的佐证{what}\n\n请办理后重新报送：\n{}\n",
        ctx.directory().short_name(&organ),
        href(ctx, &piece.duty)
    );
    let mut tx = ctx.db().write().await?;
    tx.enqueue(NewJob::now(SEND, &Mail { to, subject: subject.into(), text })).await?;
    tx.commit().await?;
    Ok(())
}
