//! Whatever happens in whatever order: the projection says the same as the pure function, on every day to come.

use jiff::civil::Date;
use kernel::id::{DutyId, EvidenceId, ShareId};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use store::{FromRow, query_as, query_scalar};
use web::Refusal;

use super::office::{Office, after, clerk, date, editor, row};
use crate::{
    SourceKey, SourceState, duties,
    evidence::{Verdict, decide, hand_in},
    facts::{self, Share},
    model::{OwnerRole, Visibility, roll_up},
    project, report,
};

const ORGANS: [&str; 3] = ["QH010", "QH011", "QH012"];
const PERIODS: [&str; 5] = ["", "2026-Q1", "2026-Q2", "2026-03", "2026-W12"];

#[derive(Debug, Clone)]
enum Step {
    Issue(usize, usize, usize),
    Note(usize),
    HandIn(usize, usize, usize),
    Decide(usize, bool),
    Undo(usize),
    TakeBack(usize),
    Publish(usize, bool),
    Due(usize, i64),
    Visibility(usize, bool),
    Assign(usize, usize),
    Part(usize, usize),
    Release(usize),
    End(usize),
    Close(bool),
    Pass(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..8_usize;
    prop_oneof![
        3 => (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Step::Issue(a, b, c)),
        4 => n.clone().prop_map(Step::Note),
        6 => (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Step::HandIn(a, b, c)),
        6 => (n.clone(), any::<bool>()).prop_map(|(a, b)| Step::Decide(a, b)),
        2 => n.clone().prop_map(Step::Undo),
        2 => n.clone().prop_map(Step::TakeBack),
        3 => (n.clone(), any::<bool>()).prop_map(|(a, b)| Step::Publish(a, b)),
        2 => (n.clone(), 0..300_i64).prop_map(|(a, b)| Step::Due(a, b)),
        1 => (n.clone(), any::<bool>()).prop_map(|(a, b)| Step::Visibility(a, b)),
        2 => (n.clone(), n.clone()).prop_map(|(a, b)| Step::Assign(a, b)),
        2 => (n.clone(), n.clone()).prop_map(|(a, b)| Step::Part(a, b)),
        1 => n.clone().prop_map(Step::Release),
        1 => n.prop_map(Step::End),
        1 => any::<bool>().prop_map(Step::Close),
        5 => (1..60_i64).prop_map(Step::Pass),
    ]
}

/// A county in the middle of its history.
struct Story<'a> {
    office: &'a Office,
    key: SourceKey,
    duties: Vec<DutyId>,
}

fn pick<T>(from: &[T], at: usize) -> Option<&T> {
    from.get(at % from.len().max(1))
}

impl Story<'_> {
    async fn shares(&self) -> Vec<(ShareId, DutyId, String)> {
        query_as("SELECT id, duty, organ FROM duty_share ORDER BY id")
            .fetch_all(self.office.db.read())
            .await
            .expect("shares")
    }

    async fn pieces(&self) -> Vec<(EvidenceId, String)> {
        let sql = "SELECT e.id, a.organ FROM evidence e JOIN duty_share a ON a.id = e.share ORDER BY e.id";
        query_as(sql).fetch_all(self.office.db.read()).await.expect("evidence")
    }

    /// What acts for a share: after the reform 县民政局 for the organ that it took over.
    fn acts(organ: &str) -> &str {
        if organ == "QH012" { "QH011" } else { organ }
    }

    /// Does one step; what the rules refuse changes nothing.
    async fn go(&mut self, step: &Step) -> Result<(), Refusal> {
        let office = self.office;
        match *step {
            Step::Issue(due, cadence, organs) => {
                let due = if due < 3 {
                    String::new()
                } else {
                    after(office.today(), 20 * i64::try_from(due).unwrap_or(0)).to_string()
                };
                let cadence = ["", "", "quarterly", "monthly", "weekly"][cadence % 5];
                let roles = [OwnerRole::Lead, OwnerRole::Responsible, OwnerRole::Support];
                let organs: Vec<_> = (0..=organs % 3).map(|at| (ORGANS[at], roles[(at + organs) % 3])).collect();
                let new = row(office, &self.key, "任务", &due, cadence);
                self.duties.push(office.duty(new, &organs).await);
            }
            Step::Note(at) => {
                let shares = self.shares().await;
                let Some((share, _, organ)) = pick(&shares, at) else { return Ok(()) };
                let by = editor(Self::acts(organ));
                office.act(&by, async |tx, by| report::add_note(tx, by, share, "进展").await).await?;
            }
            Step::HandIn(at, document, period) => {
                let shares = self.shares().await;
                let Some((share, _, organ)) = pick(&shares, at) else { return Ok(()) };
                let document = format!("d{}", document % 3);
                office.hand_in(share, Self::acts(organ), &document, PERIODS[period % 5]).await?;
            }
            Step::Decide(at, confirm) => {
                let pieces = self.pieces().await;
                let Some((piece, _)) = pick(&pieces, at) else { return Ok(()) };
                let verdict = if confirm { Verdict::Confirm } else { Verdict::Return("请换".into()) };
                office.decide(piece, verdict).await?;
            }
            Step::Undo(at) => {
                let pieces = self.pieces().await;
                let Some((piece, _)) = pick(&pieces, at) else { return Ok(()) };
                office.act(&clerk(), async |tx, by| decide::undo(tx, by, piece).await).await?;
            }
            Step::TakeBack(at) => {
                let pieces = self.pieces().await;
                let Some((piece, organ)) = pick(&pieces, at) else { return Ok(()) };
                let by = editor(Self::acts(organ));
                office.act(&by, async |tx, by| hand_in::take_back(tx, by, piece).await).await?;
            }
            Step::Publish(document, public) => {
                office.publish(&format!("d{}", document % 3), public).await;
                office.catch_up().await;
            }
            Step::Due(at, days) => {
                let Some(duty) = pick(&self.duties, at) else { return Ok(()) };
                let to = after(date("2026-02-01"), days);
                office.act(&clerk(), async |tx, by| duties::set_due(tx, by.actor, duty, to, "上级通知").await).await?;
            }
            Step::Visibility(at, public) => {
                let Some(duty) = pick(&self.duties, at) else { return Ok(()) };
                let to = if public { Visibility::Public } else { Visibility::Internal };
                let sources = office.sources.clone();
                office
                    .act(&clerk(), async |tx, by| {
                        duties::set_visibility(tx, by.actor, &sources, duty, to, "已定案").await
                    })
                    .await?;
            }
            Step::Assign(at, organ) => {
                let Some(duty) = pick(&self.duties, at) else { return Ok(()) };
                let organ = ORGANS[organ % 3];
                if self.shares().await.iter().any(|(_, of, held)| of == duty && held == organ) {
                    return Ok(());
                }
                self.amend(duty, async |tx, row| {
                    duties::assign(tx, &clerk(), row, &organ.into(), OwnerRole::Lead).await
                })
                .await?;
            }
            Step::Part(at, _) | Step::Release(at) => {
                let rows = duties::shares(office.db.read(), &self.key).await?;
                let Some(share) = pick(&rows, at) else { return Ok(()) };
                let role = match *step {
                    Step::Part(_, role) => Some(OwnerRole::ALL[role % 3]),
                    _ => None,
                };
                self.amend(&share.duty, async |tx, row| match role {
                    Some(role) => duties::set_role(tx, &clerk(), row, share, role).await.map(drop),
                    None => duties::release(tx, &clerk(), row, share, "调整").await,
                })
                .await?;
            }
            Step::End(at) => {
                let Some(duty) = pick(&self.duties, at) else { return Ok(()) };
                self.amend(duty, async |tx, row| duties::end(tx, &clerk(), row, "调整").await).await?;
            }
            Step::Close(closed) => {
                let state = if closed { SourceState::Closed } else { SourceState::Running };
                office.state(&self.key, "会议", state).await;
            }
            Step::Pass(days) => office.pass(days),
        }
        Ok(())
    }

    /// A change by the source, under its lock.
    async fn amend(
        &self,
        duty: &DutyId,
        change: impl AsyncFnOnce(&mut store::Tx, &crate::DutyRow) -> store::Result<()>,
    ) -> Result<(), Refusal> {
        self.office
            .act(&clerk(), async |tx, _| {
                crate::source::lock(tx, &self.key).await?;
                let row = duties::get(tx.conn(), duty).await?.ok_or(Refusal::NotFound)?;
                Ok(change(tx, &row).await?)
            })
            .await
    }

    async fn holds(&self) {
        let today = self.office.today();
        let shares = facts::of_duties(self.office.db.read(), &self.duties).await.expect("facts");
        for n in [0, 1, 2, 5, 9, 14, 20, 27, 35, 44, 54, 65, 77, 90, 120, 180, 260, 400] {
            self.same_on(&shares, after(today, n)).await;
        }
    }

    async fn same_on(&self, shares: &[Share], day: Date) {
        let rows: Vec<ShareRow> =
            query_as("SELECT * FROM share_standing WHERE from_day <= $1 AND until_day >= $1 ORDER BY share")
                .bind(day.to_string())
                .fetch_all(self.office.db.read())
                .await
                .expect("projection");
        let mut computed: Vec<ShareRow> = shares.iter().map(|share| ShareRow::of(share, day)).collect();
        computed.sort_by(|a, b| a.share.cmp(&b.share));
        assert_eq!(rows, computed, "shares on {day}");
        let rows: Vec<RollRow> =
            query_as("SELECT * FROM duty_standing WHERE from_day <= $1 AND until_day >= $1 ORDER BY duty")
                .bind(day.to_string())
                .fetch_all(self.office.db.read())
                .await
                .expect("projection");
        let mut computed: Vec<RollRow> =
            shares.chunk_by(|a, b| a.duty == b.duty).map(|of| RollRow::of(of, day)).collect();
        computed.sort_by(|a, b| a.duty.cmp(&b.duty));
        assert_eq!(rows, computed, "duties on {day}");
    }
}

#[derive(Debug, PartialEq, Eq, FromRow)]
struct ShareRow {
    share: ShareId,
    running: i64,
    organ: String,
    part: i64,
    state: i64,
    overdue: bool,
    late: bool,
    ended: bool,
    due_on: String,
    period: String,
    notes: i64,
    evidence: i64,
}

impl ShareRow {
    fn of(share: &Share, day: Date) -> Self {
        let standing = share.course().on(day);
        Self {
            share: share.id.clone(),
            running: share.running.into(),
            organ: share.organ.to_string(),
            part: project::part(share.role),
            state: project::number(standing.state),
            overdue: standing.overdue,
            late: standing.late,
            ended: standing.ended,
            due_on: standing.due_on.map(|due| due.to_string()).unwrap_or_default(),
            period: standing.period,
            notes: i64::try_from(share.facts.notes.len()).expect("few"),
            evidence: i64::try_from(share.facts.evidence.len()).expect("few"),
        }
    }
}

#[derive(Debug, PartialEq, Eq, FromRow)]
struct RollRow {
    duty: DutyId,
    running: bool,
    public: bool,
    state: i64,
    overdue: bool,
    ended: bool,
    due_on: String,
    organs: i64,
    confirmed: i64,
    overdue_organs: i64,
    shares: i64,
    lead: String,
}

impl RollRow {
    fn of(shares: &[Share], day: Date) -> Self {
        let standings: Vec<_> = shares.iter().map(|share| (share.role.answers(), share.course().on(day))).collect();
        let roll = roll_up(standings.iter().map(|(answers, standing)| (*answers, standing)));
        let number = |count: usize| i64::try_from(count).expect("few");
        let first = &shares[0];
        Self {
            duty: first.duty.clone(),
            running: first.running,
            public: first.public,
            state: project::number(roll.state),
            overdue: roll.overdue,
            ended: roll.ended,
            due_on: roll.due_on.map(|due| due.to_string()).unwrap_or_default(),
            organs: number(roll.organs),
            confirmed: number(roll.confirmed),
            overdue_organs: number(roll.overdue_organs),
            shares: number(shares.len()),
            lead: first.organ.to_string(),
        }
    }
}

/// Everything in the projection, as text.
async fn whole(office: &Office) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for sql in [
        "SELECT share || '|' || from_day || '|' || until_day || '|' || state || '|' || overdue || '|' || due_on || '|' || rank \
         FROM share_standing ORDER BY share, from_day",
        "SELECT duty || '|' || from_day || '|' || until_day || '|' || state || '|' || overdue || '|' || due_on || '|' || rank \
         FROM duty_standing ORDER BY duty, from_day",
    ] {
        rows.extend(query_scalar::<String>(sql).fetch_all(office.db.read()).await.expect("projection"));
    }
    rows
}

async fn tell(office: &Office, steps: &[Step]) {
    let key = office.resolution("r", "会议").await;
    let mut story = Story { office, key, duties: Vec::new() };
    for step in steps {
        match story.go(step).await {
            Err(Refusal::Fault(error)) => panic!("{step:?}: {error:?}"),
            _ => story.holds().await,
        }
    }
    // Thrown away and made again, it is the same from today on.
    project::rebuild(&office.db).await.expect("rebuilt");
    story.holds().await;
    let made = whole(office).await;
    assert_eq!(
        project::tidy(&office.db, office.today()).await.expect("tidied"),
        0,
        "nothing made today lies in the past"
    );
    let mut tx = office.db.write().await.expect("write");
    for sql in ["DELETE FROM share_standing", "DELETE FROM duty_standing"] {
        store::query(sql).execute(tx.conn()).await.expect("emptied");
    }
    tx.commit().await.expect("commit");
    assert_eq!(project::rebuild(&office.db).await.expect("rebuilt"), story.duties.len());
    assert_eq!(whole(office).await, made);
    // What has passed goes; what is asked from then on stays the same.
    office.pass(100);
    project::tidy(&office.db, office.today()).await.expect("tidied");
    story.holds().await;
}

fn histories(cases: u32) -> Vec<Vec<Step>> {
    let mut runner = TestRunner::deterministic();
    let steps = prop::collection::vec(step(), 10..40);
    (0..cases).map(|_| steps.new_tree(&mut runner).expect("a history").current()).collect()
}

#[tokio::test]
async fn the_projection_is_the_pure_function_on_sqlite() {
    for steps in histories(24) {
        tell(&Office::on_sqlite().await, &steps).await;
    }
}

#[tokio::test]
async fn the_projection_is_the_pure_function_on_postgres() {
    for steps in histories(4) {
        if let Some(office) = Office::on_postgres().await {
            tell(&office, &steps).await;
        }
    }
}
