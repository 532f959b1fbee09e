//! The plan of the year in the demonstration: imported like any other, confirmed, and reported on.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use duty::{
    evidence::Verdict,
    facts::{self, Share},
    model::names_other_period,
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use kernel::{
    Actor, OrganCode,
    id::{DutyId, PlanId, ShareId},
    time,
};
use serde::Deserialize;
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use crate::{
    duties::{
        acts,
        evidence::{self, Named},
    },
    model::PlanKind,
    plans::{
        clear::{self, Seen},
        confirm,
        edit::{Edit, Mark},
        import::{self, Spec, Taken},
        source::Source,
        steps, tree,
    },
};

type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, Deserialize)]
struct States {
    duty: Vec<DutyState>,
}

/// What became of one duty at one organ.
#[derive(Debug, Deserialize)]
struct DutyState {
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
struct Issued {
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
fn issued_on(cast: &Cast) -> Date {
    let today = time::date_in_china(cast.now);
    let this_year = Date::constant(today.year(), 2, 20);
    if this_year < today { this_year } else { Date::constant(today.year() - 1, 2, 20) }
}

/// The plan is issued; afterwards organs report and the office decides.
pub(crate) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>> {
    let at = cast.moment(ctx, issued_on(cast), "plan");
    let issued = Scene::new(at, |ctx, cast| async move {
        let issued = Arc::new(issue(&ctx, &cast).await?);
        let mut scenes = reports(&ctx, &cast, &issued)?;
        scenes.extend(routine(&ctx, &cast, &issued).await?);
        Ok(scenes)
    });
    Ok(vec![issued])
}

/// What organs report and the office decides by name, in the order of the moments; a report stands before its decision.
fn reports(ctx: &Ctx, cast: &Arc<Cast>, issued: &Arc<Issued>) -> Result<Vec<Scene>> {
    let mut scenes = Vec::new();
    let first = ctx.seams().now().checked_add(SignedDuration::from_hours(24))?;
    for state in states(cast)?.duty {
        let day = time::date_in_china(cast.now).checked_sub(state.days_ago.days())?;
        let at = cast.moment(ctx, day, &state.clause).max(first);
        let state = Arc::new(state);
        let decides = ["confirmed", "returned"].contains(&state.state.as_str());
        let (of, said) = (Arc::clone(issued), Arc::clone(&state));
        scenes.push(Scene::new(at, |ctx, cast| async move { report(&ctx, &cast, &of, &said).await }));
        if decides {
            let decided = at.checked_add(SignedDuration::from_hours(20))?.min(latest(cast)?).max(at);
            let of = Arc::clone(issued);
            scenes.push(Scene::new(decided, |ctx, cast| async move { decide(&ctx, &cast, &of, &state).await }));
        }
    }
    Ok(scenes)
}

fn states(cast: &Cast) -> Result<States> {
    Ok(toml::from_str(&cast.file("duty-states.toml")?)?)
}

fn latest(cast: &Cast) -> Result<Timestamp> {
    Ok(cast.now.checked_sub(SignedDuration::from_mins(5))?)
}

/// Imports and confirms the plan.
async fn issue(ctx: &Ctx, cast: &Cast) -> Result<Issued> {
    let clerk = cast.clerk();
    // Before a holiday it goes out earlier, and then bears that day: nothing is issued before it is written.
    let written = time::date_in_china(ctx.seams().now()).min(issued_on(cast));
    let text = web::demo::placeholders(&cast.file("plan-current.txt")?, written);
    let spec = Spec { year: Some(issued_on(cast).year()), ..Spec::new(PlanKind::WorkPoints) };
    let taken = import::import(ctx, &clerk, Source::text(text, "plan-current.txt"), spec).await.map_err(refused)?;
    let Taken::Draft(plan) = taken else { return Err(format!("演示计划没有存成草稿：{taken:?}").into()) };
    principles(ctx, &clerk, &plan).await?;
    let draft = tree::load(ctx.db(), &plan).await?.ok_or("刚导入的计划不见了")?;
    let ready = confirm::readiness(&draft, &ctx.directory(), ctx.today());
    if !ready.is_ready() {
        let why = format!("演示计划还不能确认：{:?} {:?} {:?}", ready.unmatched, ready.unowned, ready.abolished);
        return Err(why.into());
    }
    let mut tx = ctx.db().write().await?;
    let (seen, reviewer) = (Seen::draft(&draft), cast.secrecy());
    clear::store::ask(ctx, &mut tx, &clerk, &plan, &seen).await.map_err(refused)?;
    clear::store::decide(ctx, &mut tx, &reviewer, &plan, &seen, None).await.map_err(refused)?;
    confirm::confirm(ctx, &mut tx, &clerk, &plan, confirm::Asked::knowing(draft.plan.version))
        .await
        .map_err(refused)?;
    tx.commit().await?;
    let tree = tree::load(ctx.db(), &plan).await?.ok_or("刚确认的计划不见了")?;
    let duties = tree.clauses.iter().map(|clause| {
        let ids = tree.duties_of(&clause.id).map(|duty| (duty.id.clone(), duty.text.clone())).collect();
        (tree.clause_number(clause), ids)
    });
    Ok(Issued { duties: duties.collect() })
}

fn refused(refusal: Refusal) -> Failure {
    refusal.words().into()
}

/// Texts that oblige nobody in particular are marked as such, as a clerk would.
async fn principles(ctx: &Ctx, clerk: &Actor, plan: &PlanId) -> Result<()> {
    let draft = tree::load(ctx.db(), plan).await?.ok_or("刚导入的计划不见了")?;
    let mut version = draft.plan.version;
    for duty in draft.duties.iter().filter(|duty| duty.is_owed() && confirm::organs_of(&draft, duty).is_empty()) {
        let edit = Edit::Mark(duty.id.clone(), Mark::Principle);
        let outcome = steps::run(ctx, clerk, plan, steps::Seen::joining(version), &edit).await.map_err(refused)?;
        let steps::Outcome::Made(made) = outcome else {
            return Err(format!("演示计划改不动：{outcome:?}").into());
        };
        version = made.version;
    }
    Ok(())
}

/// What the other organs handed in by the time it was due: for every assignment that answers and whose date has passed, the
/// organ's own document that speaks most of the same thing. Some organs are late, as in life.
async fn routine(ctx: &Ctx, cast: &Arc<Cast>, issued: &Arc<Issued>) -> Result<Vec<Scene>> {
    let today = time::date_in_china(cast.now);
    let states = states(cast)?;
    let named: HashSet<(&DutyId, &str)> =
        states.duty.iter().filter_map(|state| Some((issued.duty(state)?, state.organ.as_str()))).collect();
    let texts: HashMap<&DutyId, &str> = issued.all().map(|(duty, text)| (duty, text.as_str())).collect();
    let duties: Vec<DutyId> = issued.all().map(|(duty, _)| duty.clone()).collect();
    let mut scenes = Vec::new();
    for held in facts::of_duties(ctx.db().read(), &duties).await? {
        let text = texts.get(&held.duty).copied().unwrap_or_default();
        if named.contains(&(&held.duty, held.organ.as_str())) {
            continue;
        }
        let course = held.course();
        let periods = course.periods(ctx.today());
        let mut owed: Vec<(String, Date, Date)> =
            periods.into_iter().map(|one| (one.period.key, one.period.start, one.period.due)).collect();
        if let (true, Some(due)) = (owed.is_empty(), course.on(ctx.today()).due_on) {
            owed.push((String::new(), Date::constant(due.year(), 1, 1), due));
        }
        for (period, since, due) in owed.into_iter().filter(|(.., due)| held.role.answers() && *due < today) {
            let chance =
                format!("{}{period}{text}", held.organ).bytes().fold(5_u32, |sum, b| (sum * 31 + u32::from(b)) % 997);
            if chance % 9 == 0 {
                continue;
            }
            let day = due.checked_sub(i64::from(chance % 6).days())?;
            let soonest = ctx.seams().now().checked_add(SignedDuration::from_hours(1))?;
            let at = cast.moment(ctx, day, held.id.as_str()).max(soonest);
            let (share, organ, words) = (held.id.clone(), held.organ.clone(), text.to_owned());
            let what = Routine { share, organ, period, since, words };
            scenes.push(Scene::new(at, |ctx, cast| async move { hand_in(&ctx, &cast, &what).await }));
        }
    }
    Ok(scenes)
}

/// One routine report.
struct Routine {
    share: ShareId,
    organ: OrganCode,
    period: String,
    /// What came out before is of another period, or of another plan.
    since: Date,
    words: String,
}

/// Neighbouring characters that a title and a duty must share to be about one thing, and those that say nothing of it.
const IN_COMMON: usize = 3;
const IN_EVERY: [&str; 16] = [
    "公开", "信息", "情况", "工作", "政策", "落实", "服务", "管理", "年度", "政府", "季度", "上半", "半年", "青禾",
    "禾县", "及时",
];

/// How much a title and the words of a duty have in common.
fn in_common(title: &str, words: &str) -> usize {
    let pairs = |text: &str| -> HashSet<String> {
        let han: Vec<char> = text.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).collect();
        let pairs = han.windows(2).map(|pair| pair.iter().collect::<String>());
        pairs.filter(|pair| !IN_EVERY.contains(&pair.as_str())).collect()
    };
    pairs(title).intersection(&pairs(words)).count()
}

/// Hands in and, most times, has it confirmed the next time the office looks.
async fn hand_in(ctx: &Ctx, cast: &Cast, routine: &Routine) -> Result<Vec<Scene>> {
    let actor = Actor::Staff(cast.of(&routine.organ).clone());
    // What an organ hands in is about the duty, of the period and no older than it: readers of the portal see it.
    let fits = |known: &web::demo::Known| {
        known.organ == routine.organ
            && known.on >= routine.since
            && !names_other_period(&routine.period, &known.title)
            && in_common(&known.title, &routine.words) >= IN_COMMON
    };
    let fitting = cast.public().into_iter().filter(fits);
    let best =
        fitting.map(|known| (in_common(&known.title, &routine.words), known.id)).max_by_key(|(common, _)| *common);
    let Some((_, document)) = best else {
        let note = "本期工作已开展，正在整理公开材料。";
        acts::note(ctx, &actor, &routine.share, note).await.map_err(refused)?;
        return Ok(Vec::new());
    };
    let named = Named { document: document.to_string(), ..Named::default() };
    match evidence::add(ctx, &actor, &routine.share, &routine.period, &named, "").await {
        Ok(_) => {}
        // The same document was handed in before, or the one found has been withdrawn: nothing new to hand in.
        Err(Refusal::Fields(_) | Refusal::Conflict(_)) => return Ok(Vec::new()),
        Err(other) => return Err(refused(other)),
    }
    // What came in during the last days still waits for the office.
    let waits = cast.now.duration_since(ctx.seams().now()) < SignedDuration::from_hours(10 * 24);
    if !waits {
        confirm_newest(ctx, cast, &routine.share, &Verdict::Confirm).await?;
    }
    Ok(Vec::new())
}

/// The share that a state speaks of.
async fn share(ctx: &Ctx, issued: &Issued, state: &DutyState) -> Result<Share> {
    let missing = || format!("没有 {} 第 {} 项", state.clause, state.index);
    let duty = issued.duty(state).ok_or_else(missing)?;
    let organ = OrganCode::from(state.organ.as_str());
    let mut shares = facts::of_duties(ctx.db().read(), std::slice::from_ref(duty)).await?.into_iter();
    let found = shares.find(|share| share.organ == organ);
    Ok(found.ok_or_else(|| format!("{} 第 {} 项没有交给 {organ}", state.clause, state.index))?)
}

/// An organ reports: a note of progress, or evidence.
async fn report(ctx: &Ctx, cast: &Cast, issued: &Issued, state: &DutyState) -> Result<Vec<Scene>> {
    let held = share(ctx, issued, state).await?;
    let actor = Actor::Staff(cast.of(&held.organ).clone());
    let at_place = |refusal: Refusal| -> Failure {
        format!("{} 第 {} 项，{}：{}", state.clause, state.index, state.organ, refusal.words()).into()
    };
    if state.evidence.is_empty() {
        if !state.note.is_empty() {
            acts::note(ctx, &actor, &held.id, &state.note).await.map_err(at_place)?;
        }
        return Ok(Vec::new());
    }
    let document = cast.document(&state.evidence).ok_or_else(|| format!("佐证 {} 还没有发布", state.evidence))?;
    let named = Named { document: String::from(document), ..Named::default() };
    let period = held.course().on(ctx.today()).period;
    // What the office says when it returns evidence is the reason, not the organ's explanation.
    let note = if state.state == "returned" { "" } else { state.note.as_str() };
    evidence::add(ctx, &actor, &held.id, &period, &named, note).await.map_err(at_place)?;
    Ok(Vec::new())
}

/// The county office decides on the newest undecided evidence.
async fn decide(ctx: &Ctx, cast: &Cast, issued: &Issued, state: &DutyState) -> Result<Vec<Scene>> {
    let held = share(ctx, issued, state).await?;
    let verdict = if state.state == "returned" { Verdict::Return(state.note.clone()) } else { Verdict::Confirm };
    confirm_newest(ctx, cast, &held.id, &verdict).await?;
    Ok(Vec::new())
}

async fn confirm_newest(ctx: &Ctx, cast: &Cast, share: &ShareId, verdict: &Verdict) -> Result<()> {
    let Some(newest) = duty::evidence::newest_undecided(ctx.db(), share).await? else { return Ok(()) };
    evidence::decide(ctx, &cast.chief(), &newest, verdict).await.map_err(refused)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_in_is_about_the_duty() {
        let fits = |title, words| in_common(title, words) >= IN_COMMON;
        assert!(fits(
            "养老机构名录和收费标准（2026年8月6日更新）",
            "7月底前公开养老服务扶持政策、养老机构名录和收费标准；"
        ));
        assert!(fits("上半年公立医疗卫生机构绩效考核结果", "每半年公开一次公立医疗卫生机构绩效考核结果；"));
        assert!(!fits("低保动态核查情况公开（第三季度）", "按月公开公共文化场馆免费开放安排。"));
        assert!(!fits("青禾县教育体育局2025年政府信息公开工作年度报告", "每季度向县政府办公室报送一次舆情回应台账。"));
        assert!(!fits("上半年退役士兵接收安置情况公开", "一是每月公开一次岗位供求信息；"));
    }
}
