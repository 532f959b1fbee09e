//! The end of a person's data: the key is destroyed, the files are deleted, the case still counts.

use kernel::{
    Actor, NewEvent,
    id::{CaseId, SubjectRef},
    may_for, time,
};
use serde_json::json;
use store::{Tx, query, query_as};
use web::{Ctx, Refusal, Result as Answer};

use crate::{
    events::{ERASED, SUBJECT},
    files,
    kind::{self, Kind},
    permissions::ERASE_CASES,
    rows::{self, keeper},
};

/// What was taken out of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    pub case: CaseId,
    /// Files whose bytes are to be deleted once the write is committed (`Files::delete`). What a crash leaves is swept with what
    /// nobody refers to.
    pub files: Vec<String>,
}

/// Destroys what a case holds of its persons: its key, everything sealed under it, its files, and the words of staff in its events.
/// What counts, facts, states and days, stays. `why` is a code: `rule` for what is past its time, `asked` for the person's wish.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not; [`Refusal::Conflict`] while it runs, and when it is erased already.
pub async fn erase(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, why: &str) -> Result<Erased, Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, &ERASE_CASES, &keeper(ctx, &entry.organ))?;
    if entry.is_erased() {
        return Err(Refusal::Conflict("当事人信息已经删除。".into()));
    }
    if !entry.is_ended() {
        return Err(Refusal::Conflict("这件还没有办结，当事人信息还要用来答复和送达。请先办结或由当事人撤回。".into()));
    }
    let files = files::take_out(tx, case).await?;
    for sql in [
        "UPDATE case_key SET wrapped = '' WHERE case_id = $1",
        "UPDATE case_text SET sealed = '' WHERE case_id = $1",
        "UPDATE case_party SET sealed = '' WHERE case_id = $1",
        "UPDATE case_step SET sealed = '' WHERE case_id = $1",
        "UPDATE case_letter SET sealed = '' WHERE case_id = $1",
        "UPDATE case_clock SET asked_reason = '' WHERE case_id = $1",
    ] {
        query(sql).bind(case).execute(tx.conn()).await?;
    }
    let now = tx.now();
    query("UPDATE case_entry SET brief = '', erased_at = $2, version = version + 1 WHERE id = $1")
        .bind(case)
        .bind(now)
        .execute(tx.conn())
        .await?;
    // Staff may have named somebody in a reason.
    tx.erase_of_subject(&SubjectRef::new(SUBJECT, case), "办件的当事人信息已到期删除", actor).await?;
    let data = json!({ "case_kind": entry.kind, "why": why, "files": files.len() });
    tx.append(NewEvent::new(&ERASED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(Erased { case: case.clone(), files })
}

/// Cases whose persons are past their time by the rule of their kind, the oldest first; at most `most`.
///
/// # Errors
/// When the database fails.
pub async fn due_for_erasure(ctx: &Ctx, most: i64) -> Answer<Vec<CaseId>> {
    let now = ctx.seams().now();
    let mut due = Vec::new();
    for kind in kind::kinds(ctx) {
        let Some(before) = past(kind, now) else { continue };
        let found: Vec<(CaseId, String)> = query_as(
            "SELECT id, ended_at FROM case_entry WHERE ended_at <> '' AND erased_at = '' AND ended_at < $1 AND kind = $2 \
             ORDER BY ended_at, id LIMIT $3",
        )
        .bind(before)
        .bind(kind.key)
        .bind(most)
        .fetch_all(ctx.db().read())
        .await?;
        due.extend(found.into_iter().map(|(case, _)| case));
    }
    due.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(due)
}

/// The moment before which a case must have ended for its persons to be past their time, stored form.
fn past(kind: Kind, now: jiff::Timestamp) -> Option<String> {
    let kept = jiff::SignedDuration::from_hours(i64::from(kind.keep_days) * 24);
    now.checked_sub(kept).ok().map(time::to_db)
}
