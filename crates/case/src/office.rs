//! What the office does with a case besides its steps: somebody works on it, another organ answers, the county office looks
//! after it.

use kernel::{Actor, NewEvent, OrganCode, id::CaseId, may_for};
use serde_json::json;
use store::{Tx, query};
use web::{Ctx, Refusal};

use crate::{
    events::{CLAIMED, CODE_RENEWED, INTERVENED, RELEASED, TRANSFERRED},
    kind::Kind,
    permissions::OVERSEE_CASES,
    rows::{self, Entry, keeper},
    steps,
};

/// Longest words of a reason.
const MOST: usize = 500;

async fn begun(ctx: &Ctx, tx: &mut Tx, case: &CaseId) -> Result<(Entry, Kind), Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    if entry.is_ended() {
        return Err(Refusal::Conflict("这件已经办结。".into()));
    }
    Ok((entry, kind))
}

fn reason<'a>(name: &str, words: &'a str, ask: &str) -> Result<&'a str, Refusal> {
    let words = words.trim();
    if words.is_empty() || words.chars().count() > MOST {
        return Err(Refusal::field(name, format!("{ask}，{MOST} 字以内。")));
    }
    Ok(words)
}

/// This person works on it from now on; whoever did before is told by the page.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle it; [`Refusal::Conflict`] once it has ended.
pub async fn claim(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId) -> Result<(), Refusal> {
    let (entry, kind) = begun(ctx, tx, case).await?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    query("UPDATE case_entry SET holder = $2, holder_name = $3 WHERE id = $1")
        .bind(case)
        .bind(actor.log_id())
        .bind(actor.log_name())
        .execute(tx.conn())
        .await?;
    let data = json!({ "case_kind": kind.key });
    tx.append(NewEvent::new(&CLAIMED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Nobody works on it: it lies with the organ again.
///
/// # Errors
/// As [`claim`].
pub async fn release(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId) -> Result<(), Refusal> {
    let (entry, kind) = begun(ctx, tx, case).await?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    query("UPDATE case_entry SET holder = '', holder_name = '' WHERE id = $1").bind(case).execute(tx.conn()).await?;
    let data = json!({ "case_kind": kind.key });
    tx.append(NewEvent::new(&RELEASED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Another organ answers from now on. The clock runs on: the person does not wait longer because the office had it wrong.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Fields`] (`organ`, `reason`); [`Refusal::Conflict`] once it has
/// ended, and for kinds that are not handed on.
pub async fn transfer(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    to: &OrganCode,
    why: &str,
) -> Result<(), Refusal> {
    let (entry, kind) = begun(ctx, tx, case).await?;
    may_for(actor, kind.decide, &keeper(ctx, &entry.organ))?;
    if !kind.transfers {
        return Err(Refusal::Conflict("这类办件不能转给其他机关；不属于本机关的，请依法答复并告知当事人。".into()));
    }
    handed_on(ctx, tx, actor, (&entry, kind), (to, why), "").await
}

/// As [`transfer`], of a kind that is handed on only when the other organ consents: `actor` is who takes it over there, and
/// `asked_by` the name of who asked for it, which stands in the history beside the consent.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide for the other organ; as [`transfer`].
pub async fn take_over(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (to, why, asked_by): (&OrganCode, &str, &str),
) -> Result<(), Refusal> {
    let (entry, kind) = begun(ctx, tx, case).await?;
    may_for(actor, kind.decide, &keeper(ctx, to))?;
    handed_on(ctx, tx, actor, (&entry, kind), (to, why), asked_by).await
}

async fn handed_on(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (entry, kind): (&Entry, Kind),
    (to, why): (&OrganCode, &str),
    asked_by: &str,
) -> Result<(), Refusal> {
    let directory = ctx.directory();
    if directory.current(to, ctx.today()).is_none() {
        return Err(Refusal::field("organ", "请选择现有的机关。"));
    }
    if *to == entry.organ {
        return Err(Refusal::field("organ", "请选择另一个机关：现在就由它办理。"));
    }
    let why = reason("reason", why, "请写明转办的原因")?;
    query("UPDATE case_entry SET organ = $2, holder = '', holder_name = '' WHERE id = $1")
        .bind(&entry.id)
        .bind(to)
        .execute(tx.conn())
        .await?;
    let key = entry.key(ctx)?;
    let words = [("from", entry.organ.as_str()), ("to", to.as_str()), ("reason", why), ("asked_by", asked_by)];
    steps::note(tx, key.as_ref(), entry, actor, ("transferred", ctx.today()), &words).await?;
    let data = json!({
        "case_kind": kind.key, "from": entry.organ.as_str(), "to": to.as_str(), "reason": why,
        "consent": if asked_by.is_empty() { "" } else { "yes" },
    });
    tx.append(NewEvent::new(&TRANSFERRED, &entry.id, actor).organ(to).data(data)).await?;
    Ok(())
}

/// The county office looks after a case of whatever organ: its words stand in the history for whoever handles it.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever is not of the county office; [`Refusal::Fields`] (`words`); [`Refusal::Conflict`] once it has
/// ended.
pub async fn intervene(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, words: &str) -> Result<Entry, Refusal> {
    let (entry, kind) = begun(ctx, tx, case).await?;
    may_for(actor, &OVERSEE_CASES, &keeper(ctx, &entry.organ))?;
    let words = reason("words", words, "请填写督办意见")?;
    let key = entry.key(ctx)?;
    let kept = [("words", words)];
    steps::note(tx, key.as_ref(), &entry, actor, ("intervened", ctx.today()), &kept).await?;
    let data = json!({ "case_kind": kind.key, "words": words });
    tx.append(NewEvent::new(&INTERVENED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(entry)
}

/// Writes down that the person got a new code, in the write that makes it; `way` is a code: `email`, `counter`. Whoever lets staff
/// do it asks [`crate::permissions::UNMASK_CASES`].
///
/// # Errors
/// [`Refusal::Conflict`] once the case is erased; when the database fails.
pub async fn renewed(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, way: &str) -> Result<(), Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    if entry.is_erased() {
        return Err(Refusal::Conflict("当事人信息已按规定删除，不能再补发查询码。".into()));
    }
    steps::note(tx, entry.key(ctx)?.as_ref(), &entry, actor, ("code", ctx.today()), &[]).await?;
    let data = json!({ "case_kind": entry.kind, "way": way });
    tx.append(NewEvent::new(&CODE_RENEWED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}
