//! What the office does with a case besides its steps: somebody works on it, another organ answers, the county office looks
//! after it.

use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, id::CaseId, may_for, time};
use serde_json::json;
use store::{Tx, query};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    clocks,
    events::{CLAIMED, CODE_RENEWED, INTERVENED, REDATED, RELEASED, TRANSFERRED},
    kind::Kind,
    letters, named,
    permissions::OVERSEE_CASES,
    queue,
    register::Channel,
    rows::{self, Entry, keeper},
    steps,
};

/// Longest words of a reason.
const MOST: usize = 500;

/// A case that runs, for whoever may handle it: how it stands is told to nobody else.
async fn begun_by(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId) -> Result<(Entry, Kind), Refusal> {
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    begun(ctx, tx, case).await
}

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
    let (entry, kind) = begun_by(ctx, tx, actor, case).await?;
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
    let (entry, kind) = begun_by(ctx, tx, actor, case).await?;
    query("UPDATE case_entry SET holder = '', holder_name = '' WHERE id = $1").bind(case).execute(tx.conn()).await?;
    let data = json!({ "case_kind": kind.key });
    tx.append(NewEvent::new(&RELEASED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Another organ answers from now on. The clock runs on: the person does not wait longer because the office had it wrong. Letters
/// that are drafted or signed and have not left are dropped.
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
    let (entry, kind) = begun_by(ctx, tx, actor, case).await?;
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
    named::reason(ctx, tx.conn(), entry, ("reason", why)).await?;
    // What the one organ has drafted or signed never goes out in the name of the other.
    let dropped = letters::drop_idle(tx, actor, (entry, kind), "").await?.join("、");
    clocks::drop_asked(tx, &entry.id).await?;
    // It gets the next number of the register into which it comes: no organ has two cases of one number.
    tx.hold_log().await?;
    let year = i64::from(ctx.today().year());
    let place = tx.next_number(&format!("case {} {to} {year}", kind.key)).await?;
    query(
        "UPDATE case_entry SET organ = $2, register = $2, year = $3, place = $4, holder = '', holder_name = '' WHERE id = $1",
    )
    .bind(&entry.id)
    .bind(to)
    .bind(year)
    .bind(place)
    .execute(tx.conn())
    .await?;
    // By the number that it had letters and people still name it.
    steps::set_fact(tx, &entry.id, &queue::former(entry.year, entry.place), entry.register.as_str()).await?;
    let key = entry.key(ctx)?;
    let number = entry.registered(kind);
    let words = [
        ("from", entry.organ.as_str()),
        ("number", number.as_str()),
        ("to", to.as_str()),
        ("reason", why),
        ("asked_by", asked_by),
        ("dropped", dropped.as_str()),
    ];
    steps::note(tx, key.as_ref(), entry, actor, ("transferred", ctx.today()), &words).await?;
    let data = json!({
        "case_kind": kind.key, "from": entry.organ.as_str(), "to": to.as_str(), "reason": why,
        "consent": if asked_by.is_empty() { "" } else { "yes" }, "year": year, "place": place,
    });
    tx.append(NewEvent::new(&TRANSFERRED, &entry.id, actor).organ(to).data(data)).await?;
    Ok(())
}

/// The day on which it was received was entered wrong: the clock runs from the right one. By another person than who registered
/// it, and never of what came through the portal, whose day is on the receipt. What it was stays in the history.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Fields`] (`on`, `reason`); [`Refusal::Conflict`] for who
/// registered it, for the portal's, and once it has ended.
pub async fn redate(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (on, why): (&str, &str),
) -> Result<Option<Date>, Refusal> {
    let (entry, kind) = begun_by(ctx, tx, actor, case).await?;
    may_for(actor, kind.decide, &keeper(ctx, &entry.organ))?;
    if entry.channel == Channel::Portal.code() {
        return Err(Refusal::Conflict("网上提交的以回执上的日期为收到日期，不能更正。".into()));
    }
    if entry.registered_by.as_str() == actor.log_id() {
        return Err(Refusal::Conflict("这件由您登记，收到日期须由另一个人更正。".into()));
    }
    let day = redated(ctx, tx, &entry, on).await?;
    let why = reason("reason", why, "请写明怎样登记错的")?;
    named::reason(ctx, tx.conn(), &entry, ("reason", why)).await?;
    let right = day.to_string();
    query("UPDATE case_entry SET received_on = $2 WHERE id = $1").bind(case).bind(&right).execute(tx.conn()).await?;
    query("UPDATE case_step SET on_day = $2 WHERE case_id = $1 AND step = 'registered'")
        .bind(case)
        .bind(&right)
        .execute(tx.conn())
        .await?;
    // What has begun anew since does not run from the receipt any more.
    query("UPDATE case_clock SET from_on = $2 WHERE case_id = $1 AND from_on = $3")
        .bind(case)
        .bind(&right)
        .bind(&entry.received_on)
        .execute(tx.conn())
        .await?;
    let key = entry.key(ctx)?;
    let words = [("was_on", entry.received_on.as_str()), ("is_on", right.as_str()), ("reason", why)];
    steps::note(tx, key.as_ref(), &entry, actor, ("redated", ctx.today()), &words).await?;
    let due = clocks::project(ctx, tx, kind, case, &entry.state).await?;
    let data = json!({
        "case_kind": kind.key, "from": entry.received_on, "to": right, "reason": why,
        "due_on": due.map(|due| due.to_string()).unwrap_or_default(),
    });
    tx.append(NewEvent::new(&REDATED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(due)
}

/// The right day of receipt, as it was typed.
async fn redated(ctx: &Ctx, tx: &mut Tx, entry: &Entry, on: &str) -> Result<Date, Refusal> {
    let (today, mut errors) = (ctx.today(), FormErrors::new());
    if on.trim().is_empty() {
        return Err(Refusal::field("on", format!("请填写收到日期，例如 {today}。")));
    }
    let Some(day) = time::parse_date(on) else {
        return Err(Refusal::field("on", time::no_date(on, &today.to_string())));
    };
    errors.require(day <= today, "on", &format!("收到日期不能晚于今天（{today}）。"));
    errors.require(day.to_string() != entry.received_on, "on", "这就是现在的收到日期。");
    if let Err(unknown) = ctx.calendar().known(day)
        && day <= today
    {
        errors.add("on", unknown.to_string());
    }
    let past = rows::history(ctx, tx.conn(), entry).await?;
    let first = past.iter().filter(|one| one.step != "registered").map(|one| one.on.as_str()).min();
    if let Some(first) = first.filter(|first| *first < day.to_string().as_str()) {
        errors.add("on", format!("{first} 已经有办理记录，收到日期不能晚于它。"));
    }
    if errors.is_empty() { Ok(day) } else { Err(errors.into()) }
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
    named::reason(ctx, tx.conn(), &entry, ("words", words)).await?;
    let key = entry.key(ctx)?;
    let kept = [("words", words)];
    steps::note(tx, key.as_ref(), &entry, actor, ("intervened", ctx.today()), &kept).await?;
    let data = json!({ "case_kind": kind.key, "words": words });
    tx.append(NewEvent::new(&INTERVENED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(entry)
}

/// Writes down, in the write of what is done, that somebody of another organ has signed a letter (`what`) in the name of the one
/// that answers, and why: its own people read it in the history.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Fields`] (`why`) without a reason, and for one that names
/// somebody; when the database fails.
pub async fn signed_for(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (what, why): (&str, &str),
) -> Result<(), Refusal> {
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let organ = keeper(ctx, &entry.organ);
    may_for(actor, kind.decide, &organ)?;
    let name = ctx.directory().short_name(&organ).to_owned();
    let why = reason("why", why, &format!("这件由{name}办理，请写明为什么由您代为签发"))?;
    named::reason(ctx, tx.conn(), &entry, ("why", why)).await?;
    let key = entry.key(ctx)?;
    let kept = [("letter", what), ("reason", why)];
    steps::note(tx, key.as_ref(), &entry, actor, ("signed_for", ctx.today()), &kept).await?;
    let data = json!({ "case_kind": kind.key, "words": format!("代为签发{what}：{why}") });
    tx.append(NewEvent::new(&INTERVENED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
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
