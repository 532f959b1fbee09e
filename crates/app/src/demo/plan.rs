//! The plan of the year in the demonstration: imported like any other, confirmed, and reported on.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use duty::{
    decide::Verdict,
    facts::{self, Share},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use kernel::{
    Actor, OrganCode,
    id::{DutyId, EvidenceId, PlanId, ShareId},
    time,
};
use oversight::{
    duties::acts::{self, Named},
    model::PlanKind,
    plans::{
        confirm,
        edit::{Edit, Mark},
        import::{self, Spec, Taken},
        source::Source,
        steps, tree,
    },
};
use serde::Deserialize;
use web::Refusal;

use super::{People, Stage, Step, Story, What, content, file};
use crate::compose::words;

#[derive(Debug, Deserialize)]
struct States {
    duty: Vec<DutyState>,
}

/// What became of one duty at one organ.
#[derive(Debug, Deserialize)]
pub(crate) struct DutyState {
    clause: String,
    index: usize,
    organ: String,
    state: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    evidence: String,
    days_ago: i64,
}

/// The plan once confirmed: its duties by clause, in the order of the text.
pub(crate) struct Issued {
    /// Duties by clause, with their words.
    duties: Vec<(String, Vec<(DutyId, String)>)>,
}

impl Issued {
    /// The duty that a state speaks of.
    fn duty(&self, state: &DutyState) -> Option<&DutyId> {
        let (_, duties) = self.duties.iter().find(|(number, _)| *number == state.clause)?;
        duties.get(state.index).map(|(duty, _)| duty)
    }

    /// All duties with their words.
    fn all(&self) -> impl Iterator<Item = &(DutyId, String)> {
        self.duties.iter().flat_map(|(_, duties)| duties)
    }
}

/// The plan is issued on 20 February of the year; before that day, the one of last year is still running.
fn issued_on(stage: &Stage) -> Date {
    let today = time::date_in_china(stage.now());
    let this_year = Date::constant(today.year(), 2, 20);
    if this_year < today { this_year } else { Date::constant(today.year() - 1, 2, 20) }
}

/// When the plan is issued, and when organs report and the office decides.
pub(super) fn steps(stage: &Stage) -> Result<Vec<Step>> {
    let issued = content::moment(stage, issued_on(stage), "plan");
    let mut steps = vec![Step { at: issued, what: What::Plan }];
    let states: States = toml::from_str(&file("duty-states.toml")?)?;
    let first = issued.checked_add(SignedDuration::from_hours(24))?;
    for state in states.duty {
        let day = time::date_in_china(stage.now()).checked_sub(state.days_ago.days())?;
        let at = content::moment(stage, day, &state.clause).max(first);
        let state = Arc::new(state);
        if ["confirmed", "returned"].contains(&state.state.as_str()) {
            let decided = at.checked_add(SignedDuration::from_hours(20))?.min(latest(stage)?).max(at);
            steps.push(Step { at: decided, what: What::Decision(Arc::clone(&state)) });
        }
        steps.push(Step { at, what: What::Duty(state) });
    }
    // Sorting is stable and by moment: what happens at the same moment keeps report before decision.
    steps.sort_by_key(|step| (step.at, matches!(step.what, What::Decision(_))));
    Ok(steps)
}

fn latest(stage: &Stage) -> Result<Timestamp> {
    Ok(stage.now().checked_sub(SignedDuration::from_mins(5))?)
}

/// Imports and confirms the plan.
pub(super) async fn issue(stage: &Stage, people: &People) -> Result<Issued> {
    let (ctx, clerk) = (&stage.ctx, people.clerk());
    let text = content::placeholders(&file("plan-current.txt")?, issued_on(stage));
    let spec = Spec { year: Some(issued_on(stage).year()), ..Spec::new(PlanKind::WorkPoints) };
    let taken = import::import(ctx, &clerk, Source::text(text, "plan-current.txt"), spec).await.map_err(refused)?;
    let Taken::Draft(plan) = taken else { bail!("演示计划没有存成草稿：{taken:?}") };
    principles(stage, &clerk, &plan).await?;
    let draft = tree::load(ctx.db(), &plan).await?.context("刚导入的计划不见了")?;
    let ready = confirm::readiness(&draft, &ctx.directory(), ctx.today());
    if !ready.is_ready() {
        bail!("演示计划还不能确认：{:?} {:?} {:?}", ready.unmatched, ready.unowned, ready.abolished);
    }
    let mut tx = ctx.db().write().await?;
    confirm::confirm(ctx, &mut tx, &clerk, &plan, draft.plan.version).await.map_err(refused)?;
    tx.commit().await?;
    let tree = tree::load(ctx.db(), &plan).await?.context("刚确认的计划不见了")?;
    let duties = tree.clauses.iter().map(|clause| {
        let ids = tree.duties_of(&clause.id).map(|duty| (duty.id.clone(), duty.text.clone())).collect();
        (tree.clause_number(clause), ids)
    });
    Ok(Issued { duties: duties.collect() })
}

fn refused(refusal: Refusal) -> anyhow::Error {
    match refusal {
        Refusal::Fault(fault) => words(fault),
        other => anyhow::anyhow!(other.words()),
    }
}

/// Texts that oblige nobody in particular are marked as such, as a clerk would.
async fn principles(stage: &Stage, clerk: &Actor, plan: &PlanId) -> Result<()> {
    let ctx = &stage.ctx;
    let draft = tree::load(ctx.db(), plan).await?.context("刚导入的计划不见了")?;
    let mut version = draft.plan.version;
    for duty in draft.duties.iter().filter(|duty| duty.is_owed() && confirm::organs_of(&draft, duty).is_empty()) {
        let edit = Edit::Mark(duty.id.clone(), Mark::Principle);
        let outcome = steps::run(ctx, clerk, plan, version, &edit).await.map_err(refused)?;
        let steps::Outcome::Made(made) = outcome else { bail!("演示计划改不动：{outcome:?}") };
        version = made.version;
    }
    Ok(())
}

/// What the other organs handed in by the time it was due: for every assignment that answers and whose date has passed, the
/// organ's own document that speaks most of the same thing. Some organs are late, as in life.
pub(super) async fn routine(stage: &Stage, story: &Story) -> Result<Vec<Step>> {
    let issued = story.plan.as_ref().context("计划还没有下达")?;
    let today = time::date_in_china(stage.now());
    let states: States = toml::from_str(&file("duty-states.toml")?)?;
    let named: HashSet<(&DutyId, &str)> =
        states.duty.iter().filter_map(|state| Some((issued.duty(state)?, state.organ.as_str()))).collect();
    let texts: HashMap<&DutyId, &str> = issued.all().map(|(duty, text)| (duty, text.as_str())).collect();
    let duties: Vec<DutyId> = issued.all().map(|(duty, _)| duty.clone()).collect();
    let mut steps = Vec::new();
    for held in facts::of_duties(stage.ctx.db().read(), &duties).await? {
        let text = texts.get(&held.duty).copied().unwrap_or_default();
        if named.contains(&(&held.duty, held.organ.as_str())) {
            continue;
        }
        let course = held.course();
        let periods = course.periods(stage.ctx.today());
        let mut owed: Vec<(String, Date)> =
            periods.into_iter().map(|standing| (standing.period.key, standing.period.due)).collect();
        if let (true, Some(due)) = (owed.is_empty(), course.on(stage.ctx.today()).due_on) {
            owed.push((String::new(), due));
        }
        for (period, due) in owed.into_iter().filter(|(_, due)| held.role.answers() && *due < today) {
            let chance =
                format!("{}{period}{text}", held.organ).bytes().fold(5_u32, |sum, b| (sum * 31 + u32::from(b)) % 997);
            if chance % 9 == 0 {
                continue;
            }
            let day = due.checked_sub(i64::from(chance % 6).days())?;
            let at = content::moment(stage, day, held.id.as_str())
                .max(stage.ctx.seams().now().checked_add(SignedDuration::from_hours(1))?);
            let what = Routine { share: held.id.clone(), organ: held.organ.clone(), period, words: text.to_owned() };
            steps.push(Step { at, what: What::Routine(what) });
        }
    }
    Ok(steps)
}

/// One routine report.
pub(crate) struct Routine {
    share: ShareId,
    organ: OrganCode,
    period: String,
    words: String,
}

/// Hands in and, most times, has it confirmed the next time the office looks.
pub(super) async fn hand_in(stage: &Stage, story: &Story, people: &People, routine: &Routine) -> Result<()> {
    let actor = Actor::Staff(people.of(&routine.organ).clone());
    let pairs = |text: &str| -> HashSet<(char, char)> {
        let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let wanted = pairs(&routine.words);
    let best = story
        .titles
        .iter()
        .filter(|(_, organ, _)| *organ == routine.organ)
        .map(|(id, _, title)| (pairs(title).intersection(&wanted).count(), id))
        .max_by_key(|(common, _)| *common);
    let Some((_, document)) = best.filter(|(common, _)| *common > 0) else {
        let note = "本期工作已开展，正在整理公开材料。";
        acts::note(&stage.ctx, &actor, &routine.share, note).await.map_err(refused)?;
        return Ok(());
    };
    let named = Named { document: document.0.clone(), ..Named::default() };
    match acts::evidence(&stage.ctx, &actor, &routine.share, &routine.period, &named, "").await {
        Ok(_) => {}
        // The same document was handed in before, or the one found has been withdrawn: nothing new to hand in.
        Err(Refusal::Fields(_) | Refusal::Conflict(_)) => return Ok(()),
        Err(other) => return Err(refused(other)),
    }
    // What came in during the last days still waits for the office.
    let waits = stage.now().duration_since(stage.ctx.seams().now()) < SignedDuration::from_hours(10 * 24);
    if !waits {
        confirm_newest(stage, people, &routine.share, &Verdict::Confirm).await?;
    }
    Ok(())
}

/// The share that a state speaks of.
async fn share(stage: &Stage, story: &Story, state: &DutyState) -> Result<Share> {
    let issued = story.plan.as_ref().context("计划还没有下达")?;
    let duty = issued.duty(state).with_context(|| format!("没有 {} 第 {} 项", state.clause, state.index))?;
    let organ = OrganCode::from(state.organ.as_str());
    let shares = facts::of_duties(stage.ctx.db().read(), std::slice::from_ref(duty)).await?;
    shares
        .into_iter()
        .find(|share| share.organ == organ)
        .with_context(|| format!("{} 第 {} 项没有交给 {organ}", state.clause, state.index))
}

/// An organ reports: a note of progress, or evidence.
pub(super) async fn report(stage: &Stage, story: &Story, people: &People, state: &DutyState) -> Result<()> {
    let held = share(stage, story, state).await?;
    let actor = Actor::Staff(people.of(&held.organ).clone());
    let place = || format!("{} 第 {} 项，{}", state.clause, state.index, state.organ);
    if state.evidence.is_empty() {
        if !state.note.is_empty() {
            acts::note(&stage.ctx, &actor, &held.id, &state.note).await.map_err(refused).with_context(place)?;
        }
        return Ok(());
    }
    let document =
        story.documents.get(&state.evidence).with_context(|| format!("佐证 {} 还没有发布", state.evidence))?;
    let named = Named { document: document.0.clone(), ..Named::default() };
    let period = held.course().on(stage.ctx.today()).period;
    // What the office says when it returns evidence is the reason, not the organ's explanation.
    let note = if state.state == "returned" { "" } else { state.note.as_str() };
    let handed = acts::evidence(&stage.ctx, &actor, &held.id, &period, &named, note).await;
    handed.map_err(refused).with_context(place)?;
    Ok(())
}

/// The county office decides on the newest undecided evidence.
pub(super) async fn decide(stage: &Stage, story: &Story, people: &People, state: &DutyState) -> Result<()> {
    let held = share(stage, story, state).await?;
    let verdict = if state.state == "returned" { Verdict::Return(state.note.clone()) } else { Verdict::Confirm };
    confirm_newest(stage, people, &held.id, &verdict).await
}

async fn confirm_newest(stage: &Stage, people: &People, share: &ShareId, verdict: &Verdict) -> Result<()> {
    let waiting: Option<EvidenceId> = store::query_scalar(
        "SELECT id FROM evidence WHERE share = $1 AND decision = '' AND withdrawn_at = '' ORDER BY added_at DESC LIMIT 1",
    )
    .bind(share)
    .fetch_optional(stage.ctx.db().read())
    .await?;
    let Some(evidence) = waiting else { return Ok(()) };
    acts::decide(&stage.ctx, &people.chief(), &evidence, verdict).await.map_err(refused)?;
    Ok(())
}
