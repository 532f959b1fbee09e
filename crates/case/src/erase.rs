//! The end of a person's data: the key is destroyed, the files are deleted, the case still counts.

use jiff::ToSpan;
use kernel::{
    Actor, NewEvent,
    id::{CaseId, SubjectRef},
    may_for, time,
};
use serde_json::json;
use store::{Executor, Tx, query, query_as, query_scalar};
use web::{Ctx, Refusal, Result as Answer};

use crate::{
    events::{ERASED, SUBJECT},
    files,
    kind::{self, Kind},
    named,
    permissions::ERASE_CASES,
    rows::{self, Entry, keeper},
    rules,
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
/// What counts, facts, states and days, stays.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not; [`Refusal::Fields`] (`reason`); [`Refusal::Conflict`] while it runs, while a review
/// or a suit about it is open, while the person may still go to law about it, for who has worked on it, and when it is erased.
pub async fn erase(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, why: Why<'_>) -> Result<Erased, Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, &ERASE_CASES, &keeper(ctx, &entry.organ))?;
    if entry.is_erased() {
        return Err(Refusal::Conflict("当事人信息已经删除。".into()));
    }
    if !entry.is_ended() {
        return Err(Refusal::Conflict("这件还没有办结，当事人信息还要用来答复和送达。请先办结或由当事人撤回。".into()));
    }
    if let Some(why) = needed(ctx, tx.conn(), &entry).await? {
        return Err(Refusal::Conflict(why));
    }
    if let Why::Asked(reason) = why {
        early(ctx, tx, actor, &entry, reason).await?;
    }
    let files = files::take_out(tx, case).await?;
    for sql in [
        "DELETE FROM case_mark WHERE case_id = $1",
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
    let (code, reason) = match why {
        Why::Rule => ("rule", ""),
        Why::Asked(reason) => ("asked", reason.trim()),
    };
    let data = json!({ "case_kind": entry.kind, "why": code, "reason": reason, "files": files.len() });
    tx.append(NewEvent::new(&ERASED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(Erased { case: case.clone(), files })
}

/// Before its time, a person's data are destroyed for a reason, by somebody who has not worked on the case, and not while the
/// answer may still be needed: who is asked to delete what may prove against them is not who decides it.
async fn early(ctx: &Ctx, tx: &mut Tx, actor: &Actor, entry: &Entry, reason: &str) -> Result<(), Refusal> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::field("reason", "请写明删除的理由，500 字以内，例如：当事人书面要求删除。不要写姓名。"));
    }
    named::reason(ctx, tx.conn(), entry, ("reason", reason)).await?;
    let worked: i64 = query_scalar("SELECT COUNT(*) FROM case_step WHERE case_id = $1 AND by_account = $2")
        .bind(&entry.id)
        .bind(actor.log_id())
        .fetch_one(tx.conn())
        .await?;
    let wrote: i64 =
        query_scalar("SELECT COUNT(*) FROM case_letter WHERE case_id = $1 AND (drafted_by = $2 OR signed_by = $2)")
            .bind(&entry.id)
            .bind(actor.log_id())
            .fetch_one(tx.conn())
            .await?;
    if worked + wrote > 0 {
        return Err(Refusal::Conflict("您经办过这件，须由没有经办的人删除，例如县政府办。".into()));
    }
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let ended = time::from_db(&entry.ended_at).map(time::date_in_china);
    let free = ended.and_then(|day| day.checked_add(i64::from(kind.remedy_days).days()).ok());
    let taken_back = entry.outcome == WITHDRAWN && by_the_person(tx, entry).await?;
    if !taken_back && kind.remedy_days > 0 && free.is_some_and(|free| ctx.today() <= free) {
        let until = free.map(|day| day.to_string()).unwrap_or_default();
        return Err(Refusal::Conflict(format!(
            "当事人还可以就这件申请行政复议、提起行政诉讼，答复是凭据，{until}以后才能删除。"
        )));
    }
    Ok(())
}

/// The outcome of a case that the person has taken back: there is no answer to go to law about.
const WITHDRAWN: &str = "withdrawn";

/// Whether the person ended the case through the private link: where the office says so for them, its letter is the proof of it.
async fn by_the_person(tx: &mut Tx, entry: &Entry) -> Result<bool, Refusal> {
    let sql = "SELECT COUNT(*) FROM case_step WHERE case_id = $1 AND to_state = $2 AND by_account = 'applicant'";
    let own: i64 = query_scalar(sql).bind(&entry.id).bind(&entry.state).fetch_one(tx.conn()).await?;
    Ok(own > 0)
}

/// Why the law of the kind still needs the words of a case that has ended; `None` = it does not.
async fn needed(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Option<String>, Refusal> {
    let Some(rules) = entry.kind(ctx).and_then(|kind| rules::rules_of(ctx, kind)) else { return Ok(None) };
    let past = rows::history(ctx, executor, entry).await?;
    Ok(rules.needed(ctx, rules::Before { entry, past: &past }))
}

/// Why the data of a case are destroyed.
#[derive(Debug, Clone, Copy)]
pub enum Why<'a> {
    /// Past its time.
    Rule,
    /// Before, for this reason.
    Asked(&'a str),
}

/// Cases whose persons are past their time by the rule of their kind, the oldest first; at most `most`. What the law still needs,
/// since a review or a suit is open, is none of them.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn due_for_erasure(ctx: &Ctx, most: i64) -> Answer<Vec<CaseId>> {
    let now = ctx.seams().now();
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    let mut due = Vec::new();
    for kind in kind::kinds(ctx) {
        let Some(before) = past(kind, now) else { continue };
        // Behind which case the next ones are looked for.
        let (mut ended, mut id) = (String::new(), CaseId::default());
        while due.len() < limit {
            let found: Vec<(CaseId, String)> = query_as(
                "SELECT id, ended_at FROM case_entry WHERE ended_at <> '' AND erased_at = '' AND ended_at < $1 AND kind = $2 \
                 AND (ended_at > $3 OR (ended_at = $3 AND id > $4)) ORDER BY ended_at, id LIMIT $5",
            )
            .bind(before.as_str())
            .bind(kind.key)
            .bind(ended.as_str())
            .bind(&id)
            .bind(most)
            .fetch_all(ctx.db().read())
            .await?;
            let Some((last, at)) = found.last().cloned() else { break };
            (id, ended) = (last, at);
            for (case, _) in found {
                let Some(entry) = rows::entry(ctx.db().read(), &case).await? else { continue };
                if needed(ctx, ctx.db().read(), &entry).await.map_err(web::Error::from)?.is_none() {
                    due.push(case);
                }
            }
        }
    }
    due.truncate(limit);
    Ok(due)
}

/// The moment before which a case must have ended for its persons to be past their time, stored form.
fn past(kind: Kind, now: jiff::Timestamp) -> Option<String> {
    let kept = jiff::SignedDuration::from_hours(i64::from(kind.keep_days) * 24);
    now.checked_sub(kept).ok().map(time::to_db)
}
