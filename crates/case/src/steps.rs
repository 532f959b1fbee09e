//! Taking steps: who may take which one now, what is filled in, what it does to state and clock.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{
    Actor, NewEvent,
    id::{AccountId, CaseId},
    may_for, time,
};
use serde_json::json;
use store::{Executor, Tx, query, query_scalar};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    CaseKey,
    clocks::{self, PauseRow},
    events::STEPPED,
    hands::{self, Hands},
    kind::{By, Input, Kind, Phase, Sets, Step, Tick},
    rows::{self, Entry, keeper, step_place, text_place},
};

/// What was sent with a step.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// [`Entry::version`] of the page from which it was sent; 0 = not from a page.
    pub version: i64,
    /// By the names of the step's fields.
    pub fields: BTreeMap<String, String>,
}

impl Typed {
    /// Fields of whoever calls from a program.
    pub fn of(fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { version: 0, fields }
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// The day that counts.
    pub on: Date,
    /// The last day of the clock after it.
    pub due_on: Option<Date>,
    /// Its place in the history.
    pub place: i64,
}

/// Whether `actor` may take the step in the state in which the case is, with the reason where not.
///
/// # Errors
/// [`Refusal::Conflict`] in another state, for the second of two who act at once, and where four eyes are needed;
/// [`Refusal::Forbidden`] for whoever may not at all.
pub async fn may_take(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    actor: &Actor,
    (entry, kind): (&Entry, Kind),
    step: &Step,
) -> Result<(), Refusal> {
    let mut target = executor.target();
    leads_from_here(ctx, actor, (entry, kind), step)?;
    if step.by == By::Second {
        let worked = hands::of_case(ctx, target.again(), &entry.id).await?;
        second(target.again(), actor, (entry, kind), step, &worked).await?;
    }
    asked(ctx, target.again(), (entry, kind), step, None).await
}

/// Asks the rules of the kind, where it has any.
async fn asked(
    ctx: &Ctx,
    target: store::Target<'_>,
    (entry, kind): (&Entry, Kind),
    step: &Step,
    filled: Option<crate::rules::Filled<'_>>,
) -> Result<(), Refusal> {
    let Some(rules) = crate::rules::rules_of(ctx, kind) else { return Ok(()) };
    let past = rows::history(ctx, target, entry).await?;
    rules.step(ctx, crate::rules::Before { entry, past: &past }, step, filled)
}

/// Whether `actor` may take the step in this state, whatever the rules of the kind say; of four eyes [`second`].
fn leads_from_here(ctx: &Ctx, actor: &Actor, (entry, kind): (&Entry, Kind), step: &Step) -> Result<(), Refusal> {
    let organ = keeper(ctx, &entry.organ);
    match (step.by, actor) {
        (By::Machine, _) | (_, Actor::System) => {}
        (By::Applicant, Actor::Applicant(case)) if *case == entry.id => {}
        (By::Applicant, _) => return Err(Refusal::NotFound),
        (By::Handler, _) => may_for(actor, kind.handle, &organ)?,
        (By::Decider | By::Second, _) => may_for(actor, kind.decide, &organ)?,
    }
    if entry.is_erased() {
        return Err(Refusal::Conflict("当事人信息已按规定删除，不能再办理。".into()));
    }
    if !step.from.contains(&entry.state.as_str()) {
        let state = entry.state(kind);
        return Err(Refusal::Conflict(format!(
            "这件现在的状态是“{}”，不能{}。请刷新后再看。",
            state.label, step.label
        )));
    }
    Ok(())
}

/// Refuses a step that a second person takes to whoever is the first: who registered the case, took the newest step of the office
/// or the one that led to where it stands, or worked on the letter that did. A step of somebody else in between makes nobody the
/// second.
async fn second(
    executor: impl Executor<'_>,
    actor: &Actor,
    (entry, kind): (&Entry, Kind),
    step: &Step,
    worked: &Hands,
) -> Result<(), Refusal> {
    // The newest step of the office, and the one that led to this state, whatever was noted since.
    let steps: Vec<String> = query_scalar(
        "SELECT by_account FROM case_step WHERE case_id = $1 AND place IN (\
         (SELECT MAX(place) FROM case_step WHERE case_id = $1 AND by_account NOT IN ('applicant', 'visitor', 'system')), \
         (SELECT MAX(place) FROM case_step WHERE case_id = $1 AND to_state = $2 AND from_state <> to_state))",
    )
    .bind(&entry.id)
    .bind(&entry.state)
    .fetch_all(executor)
    .await?;
    let me = AccountId::from(actor.log_id());
    let why = if entry.registered_by == me {
        "这件由您登记"
    } else if worked.led(entry, kind, &me) {
        "有关的文书由您拟写、签发或者送达"
    } else if steps.iter().any(|by| by == me.as_str()) {
        "上一步由您办理"
    } else {
        return Ok(());
    };
    Err(Refusal::Conflict(format!("{why}，“{}”须由另一个人办理。", step.label)))
}

/// The steps that this person can take now.
///
/// # Errors
/// When the database fails.
pub async fn open_steps(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    actor: &Actor,
    entry: &Entry,
    kind: Kind,
) -> Result<Vec<&'static Step>, Refusal> {
    let mut target = executor.target();
    let mut open = Vec::new();
    for step in kind.steps.iter().filter(|step| step.by != By::Machine) {
        match may_take(ctx, target.again(), actor, (entry, kind), step).await {
            Ok(()) => open.push(step),
            Err(Refusal::Fault(error)) => return Err(Refusal::Fault(error)),
            Err(_) => {}
        }
    }
    Ok(open)
}

/// What was filled in, checked.
struct Filled {
    on: Date,
    /// As it is kept: nothing for what was left out.
    fields: BTreeMap<String, String>,
    facts: Vec<(&'static str, String)>,
    outcome: String,
}

fn read(ctx: &Ctx, entry: &Entry, step: &Step, typed: &Typed) -> Result<Filled, Refusal> {
    let today = ctx.today();
    let mut errors = FormErrors::new();
    let mut filled = Filled { on: today, fields: BTreeMap::new(), facts: Vec::new(), outcome: step.outcome.to_owned() };
    for field in step.fields {
        let value = typed.fields.get(field.name).map(|value| value.trim()).unwrap_or_default();
        let (mut kept, label) = (value.to_owned(), field.label);
        match field.input {
            _ if value.is_empty() => {
                if field.required {
                    let what = if matches!(field.input, Input::Choice(_)) { "请选择" } else { "请填写" };
                    errors.add(field.name, format!("{what}{label}。"));
                }
                continue;
            }
            Input::Line(most) => {
                kept = value.split_whitespace().collect::<Vec<_>>().join(" ");
                let fits = kept.chars().count() <= most;
                errors.require(fits, field.name, &format!("{label}请写在 {most} 字以内。"));
            }
            Input::Text(most) => {
                let fits = value.chars().count() <= most;
                errors.require(
                    fits,
                    field.name,
                    &format!("{label}请写在 {most} 字以内，现在有 {} 字。", value.chars().count()),
                );
            }
            Input::Day => match time::parse_date(value) {
                None => errors.add(field.name, time::no_date(value, &today.to_string())),
                Some(day) => {
                    kept = day.to_string();
                    if field.name == "on" {
                        filled.on = day;
                        errors.require(day <= today, field.name, &format!("日期不能晚于今天（{today}）。"));
                        let early = entry.received().is_some_and(|received| day < received);
                        errors.require(!early, field.name, &format!("日期不能早于收到日期（{}）。", entry.received_on));
                    }
                }
            },
            Input::Choice(choices) => {
                let known = choices.iter().any(|(code, _)| *code == value);
                errors.require(known, field.name, &format!("请选择{label}。"));
            }
            Input::Tick => "yes".clone_into(&mut kept),
        }
        match field.sets {
            Sets::Nothing => {}
            Sets::Fact => filled.facts.push((field.name, kept.clone())),
            Sets::Outcome => filled.outcome.clone_from(&kept),
        }
        filled.fields.insert(field.name.to_owned(), kept);
    }
    if errors.is_empty() { Ok(filled) } else { Err(errors.into()) }
}

/// Takes a step: one write with its event. Two who take one at once are told apart by the case's row and version: the second
/// finds another state.
///
/// # Errors
/// As [`may_take`]; [`Refusal::Fields`] at the fields of the step; [`Refusal::Conflict`] when the case was changed since the
/// page was shown.
pub async fn take(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    step: &str,
    typed: &Typed,
) -> Result<Taken, Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let step = kind.step(step).ok_or(Refusal::NotFound)?;
    leads_from_here(ctx, actor, (&entry, kind), step)?;
    if step.by == By::Second {
        let worked = hands::within(tx, case).await?;
        second(tx.conn(), actor, (&entry, kind), step, &worked).await?;
    }
    if typed.version != 0 && typed.version != entry.version {
        return Err(Refusal::Conflict(
            "这件在您打开页面以后已经由别人办理过。您填写的内容没有丢，请看现在的情况再决定。".into(),
        ));
    }
    let filled = read(ctx, &entry, step, typed)?;
    if step.tick == Tick::Restart {
        after_hold(tx, &entry, kind, filled.on).await?;
    }
    let sent = crate::rules::Filled { fields: &filled.fields, on: filled.on };
    asked(ctx, tx.conn().target(), (&entry, kind), step, Some(sent)).await?;
    let to = if step.to.is_empty() { entry.state.as_str() } else { step.to };
    let ended = kind.state(to).phase == Phase::Ended;
    let now = tx.now();
    let outcome = if filled.outcome.is_empty() { entry.outcome.clone() } else { filled.outcome.clone() };
    query("UPDATE case_entry SET state = $2, outcome = $3, ended_at = $4, version = version + 1 WHERE id = $1")
        .bind(case)
        .bind(to)
        .bind(&outcome)
        .bind(match (ended, entry.is_ended()) {
            (true, true) => entry.ended_at.clone(),
            (true, false) => now,
            (false, _) => String::new(),
        })
        .execute(tx.conn())
        .await?;
    for (name, value) in &filled.facts {
        set_fact(tx, case, name, value).await?;
    }
    tick(tx, case, step, filled.on).await?;
    let key = entry.key(ctx)?;
    let fields: Vec<(&str, &str)> = filled.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let place = write(tx, key.as_ref(), &entry, actor, (step.key, filled.on, to), &fields).await?;
    // A step may be taken twice, and what reports count of the first one is not what the second says.
    for (name, value) in &filled.facts {
        set_fact(tx, case, &fact_of_step(name, place), value).await?;
    }
    if ended && to != entry.state {
        crate::letters::drop_idle(tx, actor, (&entry, kind), to).await?;
        clocks::drop_asked(tx, case).await?;
    }
    // The rules of a kind count by its history, this step in it.
    let due_on = clocks::project(ctx, tx, kind, case, to).await?;
    let data = json!({
        "case_kind": kind.key, "step": step.key, "case_from": entry.state, "case_to": to, "on": filled.on.to_string(),
        "outcome": outcome, "due_on": due_on.map(|due| due.to_string()).unwrap_or_default(), "place": place,
    });
    tx.append(NewEvent::new(&STEPPED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(Taken { from: entry.state.clone(), to: to.to_owned(), on: filled.on, due_on, place })
}

/// Refuses what would begin a clock anew on a day before that on which it was stopped: nothing comes before it is asked for.
async fn after_hold(tx: &mut Tx, entry: &Entry, kind: Kind, on: Date) -> Result<(), Refusal> {
    let past: Vec<(String, String)> =
        store::query_as("SELECT step, on_day FROM case_step WHERE case_id = $1 ORDER BY place DESC")
            .bind(&entry.id)
            .fetch_all(tx.conn())
            .await?;
    let held = past.into_iter().find_map(|(key, day)| {
        let step = kind.step(&key).filter(|step| step.tick == Tick::Hold)?;
        Some((step.label, day))
    });
    match held.filter(|(_, day)| on.to_string() < *day) {
        Some((label, day)) => Err(Refusal::field("on", format!("日期不能早于{label}的日期（{day}）。"))),
        None => Ok(()),
    }
}

/// What the step does to the clock.
async fn tick(tx: &mut Tx, case: &CaseId, step: &Step, on: Date) -> Result<(), Refusal> {
    match step.tick {
        Tick::None => {}
        Tick::Hold => {
            query("UPDATE case_clock SET held = 1 WHERE case_id = $1").bind(case).execute(tx.conn()).await?;
        }
        Tick::Restart => {
            close_pauses(tx, case, on).await?;
            // What was asked before counts no longer: the whole period runs anew.
            let anew = "UPDATE case_clock SET held = 0, from_on = $2, extended = 0, asked = 0, asked_reason = '' \
                        WHERE case_id = $1";
            query(anew).bind(case).bind(on.to_string()).execute(tx.conn()).await?;
        }
        Tick::Pause { rule } => {
            let place: i64 = query_scalar("SELECT COALESCE(MAX(place), 0) + 1 FROM case_pause WHERE case_id = $1")
                .bind(case)
                .fetch_one(tx.conn())
                .await?;
            query(
                "INSERT INTO case_pause (case_id, place, why, rule, sent_on, answered_on) VALUES ($1, $2, $3, $4, $5, '')",
            )
            .bind(case)
            .bind(place)
            .bind(step.key)
            .bind(rule)
            .bind(on.to_string())
            .execute(tx.conn())
            .await?;
        }
        Tick::Resume => close_pauses(tx, case, on).await?,
    }
    Ok(())
}

/// The others have answered on this day, or the clock begins anew.
async fn close_pauses(tx: &mut Tx, case: &CaseId, on: Date) -> Result<(), Refusal> {
    let open: Vec<PauseRow> = store::query_as(
        "SELECT place, why, rule, sent_on, answered_on FROM case_pause WHERE case_id = $1 AND answered_on = ''",
    )
    .bind(case)
    .fetch_all(tx.conn())
    .await?;
    if let Some(early) = open.iter().find(|pause| pause.sent_on > on.to_string()) {
        return Err(Refusal::field("on", format!("答复的日期不能早于征求意见的日期（{}）。", early.sent_on)));
    }
    query("UPDATE case_pause SET answered_on = $2 WHERE case_id = $1 AND answered_on = ''")
        .bind(case)
        .bind(on.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// One more version of the case: whoever has its page open is told that it has changed.
pub(crate) async fn touch(tx: &mut Tx, case: &CaseId) -> store::Result<()> {
    query("UPDATE case_entry SET version = version + 1 WHERE id = $1").bind(case).execute(tx.conn()).await?;
    Ok(())
}

/// The name under which a fact of a case stands as one of its steps set it: it stays when a later step sets it anew.
pub fn fact_of_step(name: &str, place: i64) -> String {
    format!("{name}@{place}")
}

/// Sets a fact of a case, in the place of what it was.
pub(crate) async fn set_fact(tx: &mut Tx, case: &CaseId, name: &str, value: &str) -> store::Result<()> {
    query(
        "INSERT INTO case_fact (case_id, name, value) VALUES ($1, $2, $3) \
         ON CONFLICT (case_id, name) DO UPDATE SET value = $3",
    )
    .bind(case)
    .bind(name)
    .bind(value)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A line of the history that changes no state: of the machine itself, such as `transferred`. One more version.
pub(crate) async fn note(
    tx: &mut Tx,
    key: Option<&CaseKey>,
    entry: &Entry,
    actor: &Actor,
    (step, on): (&str, Date),
    fields: &[(&str, &str)],
) -> Result<i64, Refusal> {
    touch(tx, &entry.id).await?;
    write(tx, key, entry, actor, (step, on, entry.state.as_str()), fields).await
}

/// A line of the history of a case that was in the state of `entry`.
pub(crate) async fn write(
    tx: &mut Tx,
    key: Option<&CaseKey>,
    entry: &Entry,
    actor: &Actor,
    (step, on, to): (&str, Date, &str),
    fields: &[(&str, &str)],
) -> Result<i64, Refusal> {
    let (seams, now) = (tx.seams(), tx.now());
    let place: i64 = query_scalar("SELECT COALESCE(MAX(place), 0) + 1 FROM case_step WHERE case_id = $1")
        .bind(&entry.id)
        .fetch_one(tx.conn())
        .await?;
    let kept: BTreeMap<&str, &str> = fields.iter().filter(|(_, value)| !value.is_empty()).copied().collect();
    let sealed = match key {
        Some(key) if !kept.is_empty() => key.seal(&seams, &step_place(place), &serde_json::to_string(&kept)?)?,
        _ => String::new(),
    };
    query(
        "INSERT INTO case_step (case_id, place, step, from_state, to_state, on_day, at, by_account, by_name, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&entry.id)
    .bind(place)
    .bind(step)
    .bind(&entry.state)
    .bind(to)
    .bind(on.to_string())
    .bind(now)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(sealed)
    .execute(tx.conn())
    .await?;
    Ok(place)
}

/// Keeps a further form of the person, such as `supplement`, sealed; in the place of one of the same name.
///
/// # Errors
/// [`Refusal::Conflict`] once the case is erased; when the database fails.
pub async fn keep_text(
    ctx: &Ctx,
    tx: &mut Tx,
    case: &CaseId,
    name: &str,
    fields: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    let (seams, now) = (tx.seams(), tx.now());
    let key = CaseKey::of(ctx.files(), tx.conn(), case).await?;
    let key = key.ok_or_else(|| Refusal::Conflict("当事人信息已按规定删除，不能再补充。".into()))?;
    let sealed = key.seal(&seams, &text_place(name), &serde_json::to_string(fields)?)?;
    query(
        "INSERT INTO case_text (case_id, name, sealed, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (case_id, name) DO UPDATE SET sealed = $3, at = $4",
    )
    .bind(case)
    .bind(name)
    .bind(sealed)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}
