//! Confirming a draft: what stands in the way, what will be issued in numbers, and issuing it once.

use std::collections::BTreeSet;

use duty::{Notice, Why, duties};
use jiff::civil::Date;
use kernel::{
    Actor, Directory, NewEvent, OrganCode,
    id::{ClauseId, PlanId},
};
use serde_json::json;
use store::{Tx, query};
use web::{Ctx, Refusal};

use crate::{
    events,
    model::{OwnerRole, PlanState},
    plans::{
        clear::{self, Seen},
        doubts, head_doubts, replace, rows, steps,
        tree::{self, DutyRow, PlanRow, Tree},
    },
    privacy,
};

/// Something to look at, with the clause where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Clause; empty = the plan's frame.
    pub clause: ClauseId,
    /// Where on the page of the draft it is mended.
    pub at: String,
    /// Place in words: 一（二）第 3 项.
    pub place: String,
    /// What it is about: a name, the beginning of a text.
    pub what: String,
}

impl Spot {
    /// Something about a clause.
    fn of(clause: &ClauseId, place: String, what: String) -> Self {
        Self { clause: clause.clone(), at: format!("c-{clause}"), place, what }
    }
}

/// What confirming would do, and what stands in the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Duties that will be issued.
    pub duties: usize,
    /// Organs to which they are issued.
    pub organs: BTreeSet<OrganCode>,
    /// Duties times organs.
    pub assignments: usize,
    /// Of the duties, how many the public will see.
    pub public: usize,
    /// Duties marked as 不分解到单位.
    pub principles: usize,
    /// Texts marked as 不作为任务.
    pub left_out: usize,
    /// Blocks: names that mean no organ.
    pub unmatched: Vec<Spot>,
    /// Blocks: duties that nobody leads or is responsible for.
    pub unowned: Vec<Spot>,
    /// Blocks: organs that were abolished since they were matched.
    pub abolished: Vec<Spot>,
    /// Blocks: personal numbers in what the public would see.
    pub personal: Vec<Spot>,
    /// To be seen: duties without date and cadence.
    pub undated: Vec<Spot>,
    /// To be seen: due dates in the past.
    pub past: Vec<Spot>,
    /// To be seen: dates outside the plan's year.
    pub off_year: Vec<Spot>,
    /// To be acknowledged: why the plan's year may be wrong.
    pub year: Vec<String>,
}

impl Readiness {
    /// Whether nothing stands in the way.
    pub fn is_ready(&self) -> bool {
        self.blocks() == 0
    }

    /// Whether one of the other plans of the year is in force.
    pub(crate) fn has_running(&self, twins: &[rows::Twin]) -> bool {
        twins.iter().any(|twin| twin.in_force)
    }

    /// Everything that stands in the way at a place.
    pub fn spots(&self) -> impl Iterator<Item = &Spot> {
        self.unmatched.iter().chain(&self.unowned).chain(&self.abolished).chain(&self.personal)
    }

    /// How many things stand in the way.
    pub fn blocks(&self) -> usize {
        self.unmatched.len()
            + self.unowned.len()
            + self.abolished.len()
            + self.personal.len()
            + usize::from(self.duties == 0)
    }
}

/// The organs of a duty, each once with its heaviest part.
pub fn organs_of(tree: &Tree, duty: &DutyRow) -> Vec<(OrganCode, OwnerRole)> {
    let mut organs: Vec<(OrganCode, OwnerRole)> = Vec::new();
    for owner in tree.owners_of_duty(duty) {
        for code in owner.codes() {
            match organs.iter_mut().find(|(held, _)| *held == code) {
                Some((_, role)) => *role = (*role).min(owner.role()),
                None => organs.push((code, owner.role())),
            }
        }
    }
    organs
}

/// What confirming the draft would do on `today`.
pub fn readiness(tree: &Tree, directory: &Directory, today: Date) -> Readiness {
    let spot = |found: privacy::Personal| Spot {
        clause: found.clause,
        at: found.at,
        place: found.place,
        what: format!("{}可以直接在草稿的这一处改，已做的核对都保留。", found.what),
    };
    let mut ready =
        Readiness { personal: privacy::in_plan(tree).into_iter().map(spot).collect(), ..Readiness::default() };
    ready.year = doubts::of_year(&tree.plan);
    for clause in tree.clauses.iter().filter(|clause| clause.ended_at.is_empty()) {
        let number = tree.clause_number(clause);
        let spot = |what: String| Spot::of(&clause.id, number.clone(), what);
        let owed: Vec<_> = tree.duties_of(&clause.id).filter(|duty| duty.is_owed()).collect();
        // Names count where a duty depends on them: a clause of principle may name anybody.
        let mut seen = BTreeSet::new();
        for duty in &owed {
            for owner in tree.owners_of_duty(duty) {
                if !seen.insert(owner.id.clone()) {
                    continue;
                }
                if owner.is_unmatched() {
                    ready.unmatched.push(spot(owner.name.clone()));
                }
                for code in owner.codes() {
                    if directory.get(&code).is_none_or(|organ| !organ.exists_on(today)) {
                        ready.abolished.push(spot(directory.short_name(&code).to_owned()));
                    }
                }
            }
        }
        for duty in tree.duties_of(&clause.id).filter(|duty| duty.ended_at.is_empty()) {
            let spot = || Spot {
                at: format!("d-{}", duty.id),
                ..Spot::of(
                    &clause.id,
                    format!("{number}第 {} 项", duty.position),
                    web::filters::shortened(&duty.text, 40),
                )
            };
            if !duty.is_duty {
                ready.left_out += 1;
                continue;
            }
            if duty.principle {
                ready.principles += 1;
                continue;
            }
            let organs = organs_of(tree, duty);
            if !organs.iter().any(|(_, role)| role.answers())
                && !tree.owners_of_duty(duty).iter().any(|owner| owner.is_unmatched())
            {
                ready.unowned.push(spot());
            }
            ready.duties += 1;
            ready.public += usize::from(duty.is_public());
            ready.assignments += organs.len();
            ready.organs.extend(organs.into_iter().map(|(code, _)| code));
            if doubts::is_off_year(&tree.plan, duty) {
                ready.off_year.push(spot());
            }
            match duty.due_on.parse::<Date>() {
                Ok(due) if due < today => ready.past.push(spot()),
                Err(_) if duty.cadence.is_empty() => ready.undated.push(spot()),
                _ => {}
            }
        }
    }
    ready
}

/// The plan whose place this one takes is no longer in force; that it gives way was read by the reviewer, as part of the text.
async fn replace(ctx: &Ctx, tx: &mut Tx, actor: &Actor, plan: &PlanRow) -> Result<(), Refusal> {
    let old = tree::plan(tx.conn(), &plan.replaces).await?;
    if let Some(old) = old.filter(|old| old.state() == PlanState::Confirmed) {
        replace::give_way(ctx, tx, actor, &old, plan, &plan.twin_reason).await?;
    }
    Ok(())
}

/// Issues a duty to its organs.
pub async fn issue(tx: &mut Tx, actor: &Actor, tree: &Tree, duty: &DutyRow) -> store::Result<Vec<OrganCode>> {
    let organs = organs_of(tree, duty);
    duties::issue(tx, actor, &tree.row(duty), &organs).await?;
    Ok(organs.into_iter().map(|(code, _)| code).collect())
}

/// What the person who issues a plan saw and said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The version that was seen in numbers.
    pub version: i64,
    /// The year was looked at although the text names another.
    pub year_checked: bool,
    /// Why number or date of the head are as they are although they look wrong; empty = nothing was said.
    pub reason: String,
    /// The caller knows the text: nothing is asked.
    pub knows: bool,
}

impl Asked {
    /// By a caller that knows the text (command line, demonstration).
    pub fn knowing(version: i64) -> Self {
        Self { version, year_checked: true, reason: String::new(), knows: true }
    }
}

/// Of two plans of one kind and year the second to be issued finds the first; their number is decided under this lock, which
/// is taken before those of the plans.
async fn lock_year(tx: &mut Tx, plan: &PlanId) -> Result<(), Refusal> {
    let row = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?;
    Ok(tx.lock(&format!("plan.issue:{}/{}", row.kind, row.year)).await?)
}

/// Refuses while it is not said how the plan stands to another of its kind and year.
async fn check_twins(tx: &mut Tx, plan: &PlanRow) -> Result<(), Refusal> {
    let twins = rows::twins(tx.conn(), plan).await?;
    if doubts::is_settled(plan, &twins) {
        return Ok(());
    }
    let other = twins.iter().find(|twin| twin.in_force).map_or("", |twin| twin.title.as_str());
    Err(Refusal::Conflict(format!(
        "{} 年已有执行中的{}“{other}”。请先在草稿上选择替代它还是与它并行，并写明原因，再下达。",
        plan.year,
        plan.kind().label()
    )))
}

/// What must be said of the head before it is issued: the reason for what looks wrong in it, as it is kept.
async fn head_reason(ctx: &Ctx, tx: &mut Tx, plan: &PlanRow, asked: &Asked) -> Result<String, Refusal> {
    let doubts = if asked.knows { Vec::new() } else { head_doubts::of(ctx, tx.conn(), plan).await? };
    let Some(first) = doubts.first() else { return Ok(String::new()) };
    let reason = asked.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        let text = format!("{first}写错的请回草稿更正；确实如此的，请在确认页写明特殊情况说明，500 字以内，再下达。");
        return Err(Refusal::Conflict(text));
    }
    match duty::privacy::objection(reason) {
        Some(objection) => Err(Refusal::Conflict(format!("特殊情况说明里有个人信息。{objection}"))),
        None => Ok(reason.to_owned()),
    }
}

/// Confirms a draft: its duties are issued, once.
///
/// # Errors
/// When something stands in the way, the draft has changed since, or it was confirmed by somebody else.
pub async fn confirm(ctx: &Ctx, tx: &mut Tx, actor: &Actor, plan: &PlanId, asked: Asked) -> Result<(), Refusal> {
    let (version, year_checked) = (asked.version, asked.year_checked);
    lock_year(tx, plan).await?;
    let tree = tree::load_locked(tx, plan).await?.ok_or(Refusal::NotFound)?;
    match tree.plan.state() {
        PlanState::Draft => {}
        PlanState::Confirmed => {
            let who = &tree.plan.confirmed_by_name;
            let at = kernel::time::show_minute(&tree.plan.confirmed_at);
            return Err(Refusal::Conflict(format!("{who}已于 {at} 确认下达，没有重复下达。请到计划页查看。")));
        }
        other => return Err(steps::no_draft(other).into()),
    }
    if tree.plan.version != version {
        let text = "确认前草稿又有改动，数字可能不同。请返回草稿看过改动，再重新确认。";
        return Err(Refusal::Conflict(text.into()));
    }
    let ready = readiness(&tree, &ctx.directory(), ctx.today());
    if !ready.is_ready() {
        let first = ready.personal.first().map(|spot| format!("{}：{}", spot.place, spot.what)).unwrap_or_default();
        return Err(Refusal::Conflict(format!(
            "还有 {} 处需要处理，不能下达。请回到确认页查看清单。{first}",
            ready.blocks()
        )));
    }
    if let Some(doubt) = ready.year.first().filter(|_| !year_checked) {
        let text = format!("{doubt}请在确认页核对年度，勾选“年度已核对”后再下达；写错的请回草稿更正。");
        return Err(Refusal::Conflict(text));
    }
    check_twins(tx, &tree.plan).await?;
    let reason = head_reason(ctx, tx, &tree.plan, &asked).await?;
    clear::store::check(tx, actor, plan, &Seen::draft(&tree)).await?;
    let now = tx.now();
    let changed = query(
        "UPDATE plan SET state = 'confirmed', version = version + 1, confirmed_at = $3, confirmed_by = $4, \
         confirmed_by_name = $5 WHERE id = $1 AND version = $2 AND state = 'draft'",
    )
    .bind(plan)
    .bind(version)
    .bind(&now)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Refusal::Conflict("刚才有人先一步确认或改动了草稿，没有重复下达。请刷新后查看。".into()));
    }
    tree::put_source(tx, plan).await?;
    let event = NewEvent::new(&events::CONFIRMED, plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({
        "title": tree.plan.title, "year": tree.plan.year, "duties": ready.duties, "organs": ready.organs.len(),
        "assignments": ready.assignments, "source": tree.plan.source_digest, "replaces": tree.plan.replaces,
        "beside": !tree.plan.twin_reason.is_empty() && tree.plan.replaces.as_str().is_empty(), "reason": reason,
    })))
    .await?;
    replace(ctx, tx, actor, &tree.plan).await?;
    for duty in tree.duties.iter().filter(|duty| duty.is_owed()) {
        issue(tx, actor, &tree, duty).await?;
    }
    let organs = ready.organs.into_iter().collect();
    Notice::new(tree.plan.key(), organs, Why::Issued).send(tx).await?;
    Ok(())
}
