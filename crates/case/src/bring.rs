//! Bringing in cases of a register that was kept before the platform: each with what had happened to it, on its own days.

use jiff::civil::Date;
use kernel::{Actor, NewEvent, id::CaseId, may_for, time};
use serde_json::json;
use store::{Tx, query};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    clocks,
    events::BROUGHT_IN,
    kind::Phase,
    register::{self, Filing, Put},
    rows::{self, keeper},
    steps,
};

/// A case as an old register has it.
#[derive(Debug)]
pub struct Old {
    /// Its facts are all that reports count of it.
    pub filing: Filing,
    /// What happened after the registration, the first step first.
    pub steps: Vec<OldStep>,
    /// Code of how it ended; empty = it has not.
    pub outcome: String,
}

/// Something that had happened to it.
#[derive(Debug)]
pub struct OldStep {
    /// Key of a step of the kind.
    pub step: &'static str,
    pub on: Date,
    /// By the names of the step's fields.
    pub fields: Vec<(&'static str, String)>,
}

fn check(ctx: &Ctx, old: &Old) -> Result<(), Refusal> {
    let mut errors = FormErrors::new();
    let (today, received) = (ctx.today(), old.filing.received_on);
    errors.require(received <= today, "received_on", &format!("收到日期不能晚于今天（{today}）。"));
    let early = old.steps.iter().any(|step| step.on < received || step.on > today);
    errors.require(!early, "on", &format!("办理日期应当在收到日期（{received}）与今天之间。"));
    let organ = ctx.directory().current(&old.filing.organ, today).is_some();
    errors.require(organ, "organ", "请选择现有的机关。");
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// Puts a case of an old register into the register of the year in which it was received. Its steps are not asked of the rules of
/// the kind: they were taken under the rules of their time. One that has not ended goes on by the clock of its kind.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle cases of the organ; [`Refusal::Fields`] (`received_on`, `on`, `organ`); 503
/// while the machine's clock lies behind the log; when the database or the key file fails.
pub async fn bring_in(ctx: &Ctx, tx: &mut Tx, actor: &Actor, old: Old) -> Result<CaseId, Refusal> {
    let (kind, organ) = (old.filing.kind, old.filing.organ.clone());
    may_for(actor, kind.handle, &keeper(ctx, &organ))?;
    check(ctx, &old)?;
    let (received, year) = (old.filing.received_on, i64::from(old.filing.received_on.year()));
    let Put { id, key, number, place } = register::put(ctx, tx, actor, &old.filing, year).await?;
    let mut entry = rows::entry(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
    let channel = [("channel", old.filing.channel.code())];
    steps::note(tx, Some(&key), &entry, actor, ("registered", received), &channel).await?;
    let mut ended: Option<Date> = None;
    for one in &old.steps {
        let step = kind.step(one.step).ok_or(Refusal::NotFound)?;
        let to = if step.to.is_empty() { entry.state.clone() } else { step.to.to_owned() };
        let fields: Vec<(&str, &str)> = one.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        steps::write(tx, Some(&key), &entry, actor, (one.step, one.on, to.as_str()), &fields).await?;
        let over = kind.state(&to).phase == Phase::Ended;
        ended = if over { ended.or(Some(one.on)) } else { None };
        entry.state = to;
    }
    let ended_at = ended.map(|day| time::to_db(time::start_of_day(day))).unwrap_or_default();
    query("UPDATE case_entry SET state = $2, outcome = $3, ended_at = $4, version = version + 1 WHERE id = $1")
        .bind(&id)
        .bind(&entry.state)
        .bind(&old.outcome)
        .bind(ended_at)
        .execute(tx.conn())
        .await?;
    let due = if ended.is_none() { clocks::project(ctx, tx, kind, &id, &entry.state).await? } else { None };
    let data = json!({
        "case_kind": kind.key, "number": number, "place": place, "year": year, "received_on": received.to_string(),
        "case_to": entry.state, "outcome": old.outcome, "on": ended.map(|day| day.to_string()).unwrap_or_default(),
        "due_on": due.map(|due| due.to_string()).unwrap_or_default(), "steps": old.steps.len(),
        "parties": old.filing.parties.len(),
    });
    tx.append(NewEvent::new(&BROUGHT_IN, &id, actor).organ(&organ).data(data)).await?;
    Ok(id)
}
