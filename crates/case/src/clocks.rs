//! The statutory clock of a case: run day by day from its facts, kept as a day for lists.

use clock::{Pause, Readings, Refusal as Stopped, Rule, Run};
use jiff::civil::Date;
use kernel::{Actor, Calendar, NewEvent, OrganCode, id::CaseId, may_for, time};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::{Ctx, Refusal};

use crate::{
    CaseKey,
    events::{EXTENSION_ASKED, EXTENSION_DECIDED},
    kind::{self, Kind, Phase},
    rows::{self, Entry, keeper},
    rules::{Stood, stood_of},
    steps,
};

/// What stands in lists where nothing runs, so that it comes last.
pub(crate) const NEVER: &str = "9999-12-31";

/// Facts of a clock.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ClockRow {
    /// The day of the event from which it runs; empty = it has not begun.
    pub from_on: String,
    /// It stands until it begins anew.
    pub held: bool,
    /// Units added.
    pub extended: i64,
    /// Units asked for and not decided; 0 = nobody asks.
    pub asked: i64,
    /// The account that asks.
    pub asked_by: String,
    /// Why, sealed.
    pub(crate) asked_reason: String,
}

/// Days on which it stood, or stands.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct PauseRow {
    pub place: i64,
    /// Key of the step that began it.
    pub why: String,
    /// By which rule the other has to answer; empty = none.
    pub rule: String,
    pub sent_on: String,
    /// Empty = it lasts.
    pub answered_on: String,
}

/// How a clock stands on a day.
#[derive(Debug, Clone)]
pub struct ClockView {
    /// As the installation reads it.
    pub rule: Rule,
    /// From the event to the last day; none where it does not run.
    pub run: Option<Run>,
    /// It stands until it begins anew.
    pub held: bool,
    /// A pause lasts: the last day moves on with every day.
    pub lasting: bool,
    /// The last day, where it was set and is not counted.
    pub fixed: Option<Date>,
    /// Why it cannot be counted, in words; empty = it can.
    pub trouble: String,
    pub row: ClockRow,
    pub pauses: Vec<PauseRow>,
}

impl ClockView {
    /// The last day.
    pub fn due(&self) -> Option<Date> {
        self.fixed.or_else(|| self.run.as_ref().map(|run| run.due().date()))
    }

    /// Whether the last day may still move.
    pub fn is_guess(&self) -> bool {
        self.lasting || self.run.as_ref().is_some_and(Run::is_guess)
    }

    /// The day by which the other of a lasting pause has to answer.
    pub fn others_due(&self, ctx: &Ctx) -> Option<Date> {
        let pause = self.pauses.iter().find(|pause| pause.answered_on.is_empty())?;
        let rule = ctx.settings::<Readings>().apply(clock::find(&pause.rule)?);
        let run = clock::probable(&rule, time::parse_date(&pause.sent_on)?, &[], 0, &ctx.calendar()).ok()?;
        Some(run.due().date())
    }
}

/// Counts a clock as of today. Nothing runs in a case whose turn is nobody's.
pub(crate) fn count(
    ctx: &Ctx,
    kind: Kind,
    state: &str,
    (row, pauses): (ClockRow, Vec<PauseRow>),
    stood: Option<Stood>,
) -> ClockView {
    let rule = ctx.settings::<Readings>().apply(kind.clock);
    count_by((&ctx.calendar(), ctx.today()), (kind, rule), state, (row, pauses), stood)
}

/// The same by any calendar, on any day.
pub(crate) fn count_by(
    (calendar, today): (&Calendar, Date),
    (kind, rule): (Kind, Rule),
    state: &str,
    (row, pauses): (ClockRow, Vec<PauseRow>),
    known: Option<Stood>,
) -> ClockView {
    let lasting = match &known {
        Some(known) => known.lasting,
        None => pauses.iter().any(|pause| pause.answered_on.is_empty()),
    };
    let trouble = String::new();
    let mut view = ClockView { rule, run: None, held: row.held, lasting, fixed: None, trouble, row, pauses };
    let Some(from) = time::parse_date(&view.row.from_on) else { return view };
    if view.held || kind.state(state).phase == Phase::Ended {
        view.lasting = false;
        return view;
    }
    view.fixed = known.as_ref().and_then(|known| known.fixed);
    if view.fixed.is_some() {
        return view;
    }
    let of_steps = |pause: &PauseRow| {
        let sent = time::parse_date(&pause.sent_on)?;
        Pause::between(sent, time::parse_date(&pause.answered_on).unwrap_or(today))
    };
    let stood: Vec<Pause> =
        known.map_or_else(|| view.pauses.iter().filter_map(of_steps).collect(), |known| known.pauses);
    let extend = u32::try_from(view.row.extended).unwrap_or(0);
    match clock::run(&rule, from, &stood, extend, calendar) {
        Ok(run) => view.run = Some(run),
        Err(Stopped::Unknown(_)) => match clock::probable(&rule, from, &stood, extend, calendar) {
            Ok(run) => view.run = Some(run),
            Err(why) => view.trouble = why.to_string(),
        },
        Err(why) => view.trouble = why.to_string(),
    }
    view
}

async fn facts(executor: impl Executor<'_>, case: &CaseId) -> Result<(ClockRow, Vec<PauseRow>), Refusal> {
    let mut target = executor.target();
    let row: Option<ClockRow> =
        query_as("SELECT from_on, held, extended, asked, asked_by, asked_reason FROM case_clock WHERE case_id = $1")
            .bind(case)
            .fetch_optional(target.again())
            .await?;
    let pauses: Vec<PauseRow> =
        query_as("SELECT place, why, rule, sent_on, answered_on FROM case_pause WHERE case_id = $1 ORDER BY place")
            .bind(case)
            .fetch_all(target.again())
            .await?;
    Ok((row.ok_or(Refusal::NotFound)?, pauses))
}

/// How the clock of a case stands today, with every day's reason ([`Run::explain`]).
///
/// # Errors
/// When the database fails.
pub async fn clock_of(ctx: &Ctx, executor: impl Executor<'_>, kind: Kind, entry: &Entry) -> Result<ClockView, Refusal> {
    let (mut target, calendar) = (executor.target(), ctx.calendar());
    let facts = facts(target.again(), &entry.id).await?;
    let stood = stood_of(ctx, target.again(), (entry, kind), (&calendar, ctx.today())).await?;
    Ok(count(ctx, kind, &entry.state, facts, stood))
}

/// Writes what lists say of the clock of a case whose state is `state`; the new last day.
pub(crate) async fn project(
    ctx: &Ctx,
    tx: &mut Tx,
    kind: Kind,
    case: &CaseId,
    state: &str,
) -> Result<Option<Date>, Refusal> {
    let facts = facts(tx.conn(), case).await?;
    let (entry, calendar) = (rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?, ctx.calendar());
    let stood = stood_of(ctx, tx.conn().target(), (&entry, kind), (&calendar, ctx.today())).await?;
    let view = count(ctx, kind, state, facts, stood);
    let due = view.due();
    let day = due.map(|due| due.to_string()).unwrap_or_default();
    query("UPDATE case_entry SET due_on = $2, due_sort = $3, due_guess = $4 WHERE id = $1")
        .bind(case)
        .bind(&day)
        .bind(if day.is_empty() { NEVER.to_owned() } else { day.clone() })
        .bind(view.is_guess())
        .execute(tx.conn())
        .await?;
    Ok(due)
}

/// Counts anew what may have moved: clocks that stand while others are asked, and those that ran past the known calendar; how
/// many had. To be done at the start and through the day, so that lists say what the page of a case counts for itself.
///
/// # Errors
/// When the database fails.
pub async fn recount(ctx: &Ctx) -> web::Result<u64> {
    let cases: Vec<CaseId> =
        store::query_scalar("SELECT id FROM case_entry WHERE ended_at = '' AND due_guess = 1 ORDER BY id")
            .fetch_all(ctx.db().read())
            .await?;
    let mut moved = 0;
    for case in cases {
        let Some(entry) = rows::entry(ctx.db().read(), &case).await? else { continue };
        let Some(kind) = kind::find(ctx, &entry.kind) else { continue };
        let view = clock_of(ctx, ctx.db().read(), kind, &entry).await.map_err(web::Error::from)?;
        if view.due() == entry.due() && view.is_guess() == entry.due_guess {
            continue;
        }
        // Somebody may have done something with it meanwhile.
        let done = web::act_now(ctx, async |tx: &mut Tx| match rows::entry(tx.conn(), &case).await? {
            Some(now) => project(ctx, tx, kind, &case, &now.state).await,
            None => Ok::<_, Refusal>(None),
        });
        done.await.map_err(web::Error::from)?;
        moved += 1;
    }
    Ok(moved)
}

/// What an extension needs to know before it is asked for or decided.
struct Asked {
    entry: Entry,
    kind: Kind,
    view: ClockView,
    keeper: OrganCode,
}

async fn begin(ctx: &Ctx, tx: &mut Tx, case: &CaseId) -> Result<Asked, Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let view = clock_of(ctx, tx.conn(), kind, &entry).await?;
    let keeper = keeper(ctx, &entry.organ);
    Ok(Asked { entry, kind, view, keeper })
}

/// Where the reason of an extension is sealed.
const ASKED: &str = "extension";

/// Asks the rules of the kind, where it has any, whether its period may be lengthened.
async fn may_extend(ctx: &Ctx, tx: &mut Tx, (entry, kind): (&Entry, Kind)) -> Result<(), Refusal> {
    let Some(rules) = crate::rules::rules_of(ctx, kind) else { return Ok(()) };
    let past = rows::history(ctx, tx.conn(), entry).await?;
    rules.extension(ctx, crate::rules::Before { entry, past: &past })
}

/// Asks for more time: once in a period, which begins anew with some steps, and before its last day has passed.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle it; [`Refusal::Fields`] (`units`, `reason`); [`Refusal::Conflict`] when the
/// rule knows no extension, one was granted before or is being decided, or the last day has passed.
pub async fn ask_extension(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    units: u32,
    reason: &str,
) -> Result<(), Refusal> {
    let Asked { entry, kind, view, keeper } = begin(ctx, tx, case).await?;
    may_for(actor, kind.handle, &keeper)?;
    may_extend(ctx, tx, (&entry, kind)).await?;
    let most = view.rule.extension;
    if most == 0 {
        return Err(Refusal::Conflict("这类办件的期限没有延长的规定。".into()));
    }
    if view.row.extended > 0 {
        return Err(Refusal::Conflict("已经延长过一次，不能再延长。".into()));
    }
    if view.row.asked > 0 {
        return Err(Refusal::Conflict("延期申请正在等待审批。".into()));
    }
    let Some(due) = view.due() else {
        return Err(Refusal::Conflict("现在没有在计算的办理时限，不用延期。".into()));
    };
    if due < ctx.today() {
        return Err(Refusal::Conflict(format!("办理期限 {due} 已过，不能再延期。请尽快办理。")));
    }
    if units == 0 || units > most {
        return Err(Refusal::field(
            "units",
            format!("请填写 1 至 {most} 之间的数，最多延长 {}。", view.rule.units(most)),
        ));
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::field("reason", "请写明延期的理由，500 字以内；批准后告知当事人。"));
    }
    let key = CaseKey::of(ctx.files(), tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let sealed = key.seal(&tx.seams(), ASKED, reason)?;
    query("UPDATE case_clock SET asked = $2, asked_by = $3, asked_reason = $4 WHERE case_id = $1")
        .bind(case)
        .bind(i64::from(units))
        .bind(actor.log_id())
        .bind(sealed)
        .execute(tx.conn())
        .await?;
    steps::touch(tx, case).await?;
    let data = json!({ "case_kind": kind.key, "units": units, "due_on": due.to_string() });
    tx.append(NewEvent::new(&EXTENSION_ASKED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Grants or refuses what was asked for; by another person than who asked, who says why it is refused.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Fields`] (`why`) for a refusal without a reason;
/// [`Refusal::Conflict`] when nobody asks, for who asked, and, for a grant, once the last day has passed.
pub async fn decide_extension(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (granted, why): (bool, &str),
) -> Result<Option<Date>, Refusal> {
    let Asked { entry, kind, view, keeper } = begin(ctx, tx, case).await?;
    may_for(actor, kind.decide, &keeper)?;
    let units = view.row.asked;
    if units == 0 {
        return Err(Refusal::Conflict("没有等待审批的延期申请，可能已经由别人审批。".into()));
    }
    if view.row.asked_by == actor.log_id() {
        return Err(Refusal::Conflict("延期由您申请，须由另一个人审批。".into()));
    }
    if granted {
        may_extend(ctx, tx, (&entry, kind)).await?;
    }
    if granted && view.due().is_none_or(|due| due < ctx.today()) {
        return Err(Refusal::Conflict("办理期限已过，不能再同意延期。".into()));
    }
    let why = why.trim();
    if !granted && (why.is_empty() || why.chars().count() > 500) {
        return Err(Refusal::field("why", "请写明不同意的理由，500 字以内，申请延期的人看得到。"));
    }
    let key = CaseKey::of(ctx.files(), tx.conn(), case).await?;
    let reason = match &key {
        Some(key) if granted => key.open(ASKED, &view.row.asked_reason)?,
        Some(_) => why.to_owned(),
        None => String::new(),
    };
    query(
        "UPDATE case_clock SET extended = extended + $2, asked = 0, asked_reason = '', decided_by = $3 WHERE case_id = $1",
    )
    .bind(case)
    .bind(if granted { units } else { 0 })
    .bind(actor.log_id())
    .execute(tx.conn())
    .await?;
    let due = project(ctx, tx, kind, case, &entry.state).await?;
    let words = view.rule.units(u32::try_from(units).unwrap_or(0));
    let step = if granted { "extended" } else { "extension_refused" };
    let told = [("units", words.as_str()), ("reason", reason.as_str())];
    steps::note(tx, key.as_ref(), &entry, actor, (step, ctx.today()), &told).await?;
    let answer = if granted { "yes" } else { "no" };
    let due_on = due.map(|due| due.to_string()).unwrap_or_default();
    let data = json!({ "case_kind": kind.key, "units": units, "granted": answer, "due_on": due_on });
    tx.append(NewEvent::new(&EXTENSION_DECIDED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(due)
}

/// Forgets an extension that was asked for and not decided: the case has ended, or another organ answers it.
pub(crate) async fn drop_asked(tx: &mut Tx, case: &CaseId) -> store::Result<()> {
    query("UPDATE case_clock SET asked = 0, asked_reason = '' WHERE case_id = $1 AND asked > 0")
        .bind(case)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Why an extension is asked for; empty when nobody asks.
///
/// # Errors
/// When the key does not fit.
pub fn asked_reason(ctx: &Ctx, entry: &Entry, view: &ClockView) -> store::Result<String> {
    match entry.key(ctx)? {
        Some(key) => key.open(ASKED, &view.row.asked_reason),
        None => Ok(String::new()),
    }
}
