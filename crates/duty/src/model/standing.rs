//! The standing of a share, computed from facts: what was reported, handed in and decided, the due date, and the day.
//!
//! It is a function of the day: [`Course::from`] gives it whole, piece by piece, which is what the projection holds
//! ([`crate::project`]). So nothing stored is wrong at midnight. A duty's own standing is rolled up over its shares
//! ([`super::roll_up`]).

use jiff::civil::Date;
use kernel::time;

use super::period::{Cadence, Period};

/// How far an organ has come with a duty, or in one period of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Issued, nothing reported yet.
    Issued,
    /// The office sent the last evidence back and nothing newer came.
    Returned,
    /// Progress was reported, evidence lies as a draft, or was accepted without finishing it.
    InProgress,
    /// Evidence waits for the office.
    Evidenced,
    /// The office has accepted evidence: closed.
    Confirmed,
}

impl State {
    /// All, in the order of advance; the place of a state is its number in the projection.
    pub const ALL: [Self; 5] = [Self::Issued, Self::Returned, Self::InProgress, Self::Evidenced, Self::Confirmed];

    /// The code in addresses and exports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Returned => "returned",
            Self::InProgress => "in_progress",
            Self::Evidenced => "evidenced",
            Self::Confirmed => "confirmed",
        }
    }

    /// The word shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issued => "未开始",
            Self::Returned => "已退回",
            Self::InProgress => "进行中",
            Self::Evidenced => "待确认",
            Self::Confirmed => "已办结",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What the office decided on a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has decided: it waits, or is a draft.
    None,
    /// Accepted: it closes the duty, or its period.
    Confirmed,
    /// Accepted as far as it goes: something is still missing.
    Accepted,
    /// Sent back with a reason.
    Returned,
}

/// A piece of evidence, as far as the state depends on it. Moments are in their stored form, which sorts by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFact {
    /// Period that it is about; empty without cadence.
    pub period: String,
    /// Moment of adding.
    pub added_at: String,
    /// When handed in; empty while a draft.
    pub submitted_at: String,
    pub decision: Decision,
    /// When decided; empty before.
    pub decided_at: String,
}

/// Everything on which the standing of a share depends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The year of the source: its periods are owed.
    pub year: i16,
    /// Due date; with a cadence, the last day on which it runs.
    pub due_on: Option<Date>,
    pub cadence: Option<Cadence>,
    /// Days of grace after the end of a period.
    pub grace_days: i64,
    /// Day of issue in China: periods that had ended by then are not owed.
    pub issued_on: Date,
    /// Day on which an amendment ended the duty: nothing is owed after it.
    pub ended_on: Option<Date>,
    /// Moments of progress notes, in any order.
    pub notes: Vec<String>,
    /// Evidence that was not taken back, in any order.
    pub evidence: Vec<EvidenceFact>,
}

/// One period of a duty with cadence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodStanding {
    pub period: Period,
    /// How far the organ has come in it.
    pub state: State,
    /// Whether it is due and neither confirmed nor handed in in time.
    pub overdue: bool,
}

/// How a share stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The state; with a cadence, that of the earliest period still open, or confirmed when all are.
    pub state: State,
    /// Whether something is overdue: due before today and neither confirmed nor handed in by its due date. Evidence that
    /// came in time and waits for the office is not the organ's delay.
    pub overdue: bool,
    /// Whether something was confirmed, but handed in after its due date.
    pub late: bool,
    /// The date that counts now: the due date, or that of the earliest open period.
    pub due_on: Option<Date>,
    /// Key of the period that counts now: the earliest that is begun and open, else the last begun. Evidence is added under
    /// it. Empty without cadence.
    pub period: String,
    /// Whether the share has ended (an amendment, a release).
    pub ended: bool,
}

impl Standing {
    /// Word for the chip: the state, with 逾期 before everything but a confirmation.
    pub fn word(&self) -> String {
        match (self.ended, self.overdue, self.state) {
            (true, _, State::Confirmed) => "已办结".into(),
            (true, _, _) => "已终止".into(),
            (_, true, State::Issued | State::InProgress) => "逾期".into(),
            (_, true, state) => format!("逾期·{}", state.label()),
            (_, _, state) => state.label().into(),
        }
    }

    /// Whether it still wants something of somebody.
    pub fn open(&self) -> bool {
        !self.ended && self.state != State::Confirmed
    }
}

/// State and moment of handing in of the given evidence and notes.
fn progress<'a>(evidence: impl Iterator<Item = &'a EvidenceFact>, notes: &[&str]) -> (State, Option<&'a str>) {
    let mut confirmed: Option<&str> = None;
    let mut waiting: Option<&str> = None;
    let mut returned: Option<&str> = None;
    let mut drafted: Option<&str> = None;
    let mut accepted: Option<&str> = None;
    for fact in evidence {
        let earliest = |held: Option<&'a str>, new: &'a str| Some(held.map_or(new, |held| held.min(new)));
        match fact.decision {
            Decision::Confirmed => confirmed = earliest(confirmed, &fact.submitted_at),
            Decision::Accepted => accepted = accepted.max(Some(fact.decided_at.as_str())),
            Decision::Returned => returned = returned.max(Some(fact.decided_at.as_str())),
            Decision::None if fact.submitted_at.is_empty() => drafted = drafted.max(Some(fact.added_at.as_str())),
            Decision::None => waiting = earliest(waiting, &fact.submitted_at),
        }
    }
    if confirmed.is_some() {
        return (State::Confirmed, confirmed);
    }
    if waiting.is_some() {
        return (State::Evidenced, waiting);
    }
    let newest = notes.iter().copied().max().max(drafted).max(accepted);
    match (returned, newest) {
        (Some(returned), Some(newest)) if newest > returned => (State::InProgress, None),
        (Some(_), _) => (State::Returned, None),
        (None, Some(_)) => (State::InProgress, None),
        (None, None) => (State::Issued, None),
    }
}

fn day_of(moment: &str) -> Date {
    time::from_db(moment).map_or(Date::MIN, time::date_in_china)
}

/// What is owed once: the whole of a duty without cadence, or one period.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    period: Option<Period>,
    due: Option<Date>,
    state: State,
    submitted: Option<Date>,
}

impl Step {
    fn new<'a>(
        period: Option<Period>,
        due: Option<Date>,
        evidence: impl Iterator<Item = &'a EvidenceFact>,
        notes: &[&str],
    ) -> Self {
        let (state, submitted) = progress(evidence, notes);
        Self { period, due, state, submitted: submitted.map(day_of) }
    }

    fn overdue(&self, today: Date) -> bool {
        let Some(due) = self.due.filter(|due| today > *due) else { return false };
        match (self.state, self.submitted) {
            (State::Confirmed, _) => false,
            (State::Evidenced, Some(on)) => on > due,
            _ => true,
        }
    }

    fn late(&self) -> bool {
        self.state == State::Confirmed && self.due.is_some_and(|due| self.submitted.is_some_and(|on| on > due))
    }

    fn begins(&self) -> Date {
        self.period.as_ref().map_or(Date::MIN, |period| period.start)
    }

    fn key(&self) -> &str {
        self.period.as_ref().map_or("", |period| period.key.as_str())
    }
}

/// How a share stands on every day, as far as present facts say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    steps: Vec<Step>,
    by_period: bool,
    ended: bool,
}

impl Course {
    /// Works out on which days the standing changes.
    pub fn new(facts: &Facts) -> Self {
        let ended = facts.ended_on.is_some();
        let Some(cadence) = facts.cadence else {
            let notes: Vec<&str> = facts.notes.iter().map(String::as_str).collect();
            let step = Step::new(None, facts.due_on, facts.evidence.iter(), &notes);
            return Self { steps: vec![step], by_period: false, ended };
        };
        let mut owed = cadence.periods(facts.year, facts.due_on, facts.grace_days);
        owed.retain(|period| period.end >= facts.issued_on && facts.ended_on.is_none_or(|on| period.start <= on));
        // A note says nothing of its period: it belongs to the one in which it was written.
        let written: Vec<(Date, &str)> = facts.notes.iter().map(|at| (day_of(at), at.as_str())).collect();
        let step = |period: Period| {
            let within = |(day, _): &&(Date, &str)| (period.start..=period.due).contains(day);
            let notes: Vec<&str> = written.iter().filter(within).map(|(_, at)| *at).collect();
            let key = period.key.clone();
            let evidence = facts.evidence.iter().filter(move |fact| fact.period == key);
            let due = Some(period.due);
            Step::new(Some(period), due, evidence, &notes)
        };
        Self { steps: owed.into_iter().map(step).collect(), by_period: true, ended }
    }

    /// How the share stands on `today`.
    pub fn on(&self, today: Date) -> Standing {
        let overdue = !self.ended && self.steps.iter().any(|step| step.overdue(today));
        let late = self.steps.iter().any(Step::late);
        if !self.by_period {
            let (state, due_on) = self.steps.first().map_or((State::Issued, None), |step| (step.state, step.due));
            return Standing { state, overdue, late, due_on, period: String::new(), ended: self.ended };
        }
        let begun = self.steps.iter().take_while(|step| step.begins() <= today).count();
        let open = self.steps[..begun].iter().find(|step| step.state != State::Confirmed);
        let current = open.or(self.steps[..begun].last()).or(self.steps.first());
        let all_confirmed = !self.steps.is_empty() && self.steps.iter().all(|step| step.state == State::Confirmed);
        let state = match current.map(|step| step.state) {
            Some(State::Confirmed) if !all_confirmed => State::InProgress,
            Some(state) => state,
            None => State::Issued,
        };
        // With the current period confirmed, the next due date is that of the period to come.
        let next = self.steps.iter().find(|step| step.state != State::Confirmed).or(self.steps.last());
        Standing {
            state,
            overdue,
            late,
            due_on: next.and_then(|step| step.due),
            period: current.map_or("", Step::key).to_owned(),
            ended: self.ended,
        }
    }

    /// The periods owed in the year, in order, as they stand on `today`; empty without cadence.
    pub fn periods(&self, today: Date) -> Vec<PeriodStanding> {
        let standing = |step: &Step| {
            let period = step.period.clone()?;
            Some(PeriodStanding { period, state: step.state, overdue: !self.ended && step.overdue(today) })
        };
        self.steps.iter().filter_map(standing).collect()
    }

    /// The standing from `first` on, piece by piece: each holds from its day until the day before the next one's. The first
    /// piece begins on `first`; two that follow each other differ.
    pub fn from(&self, first: Date) -> Vec<(Date, Standing)> {
        let after = |date: Date| date.tomorrow().ok();
        let mut days: Vec<Date> = self.steps.iter().filter_map(|step| step.due.and_then(after)).collect();
        days.extend(self.steps.iter().filter_map(|step| step.period.as_ref().map(|period| period.start)));
        days.push(first);
        days.retain(|day| *day >= first);
        days.sort_unstable();
        days.dedup();
        let mut pieces: Vec<(Date, Standing)> = Vec::new();
        for day in days {
            let standing = self.on(day);
            if pieces.last().is_none_or(|(_, last)| *last != standing) {
                pieces.push((day, standing));
            }
        }
        pieces
    }
}

/// How a share stands on `today`.
pub fn standing(facts: &Facts, today: Date) -> Standing {
    Course::new(facts).on(today)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("date")
    }

    /// Noon in China on that day, stored form.
    fn at(day: &str) -> String {
        format!("{day}T04:00:00.000Z")
    }

    fn facts(due: Option<&str>, cadence: Option<Cadence>) -> Facts {
        Facts {
            year: 2026,
            due_on: due.map(date),
            cadence,
            grace_days: 0,
            issued_on: date("2026-02-20"),
            ended_on: None,
            notes: Vec::new(),
            evidence: Vec::new(),
        }
    }

    fn evidence(period: &str, submitted: &str, decision: Decision, decided: &str) -> EvidenceFact {
        let moment = |day: &str| if day.is_empty() { String::new() } else { at(day) };
        let added = if submitted.is_empty() { "2026-03-01" } else { submitted };
        EvidenceFact {
            period: period.into(),
            added_at: at(added),
            submitted_at: moment(submitted),
            decision,
            decided_at: moment(decided),
        }
    }

    fn state_of(facts: &Facts, today: &str) -> (State, bool) {
        let standing = standing(facts, date(today));
        (standing.state, standing.overdue)
    }

    #[test]
    fn a_duty_advances_with_what_is_reported() {
        let mut duty = facts(Some("2026-06-30"), None);
        assert_eq!(state_of(&duty, "2026-06-30"), (State::Issued, false), "the due date itself is in time");
        assert_eq!(state_of(&duty, "2026-07-01"), (State::Issued, true));
        duty.notes.push(at("2026-04-01"));
        assert_eq!(state_of(&duty, "2026-05-01"), (State::InProgress, false));
        duty.notes.clear();
        duty.evidence.push(evidence("", "", Decision::None, ""));
        assert_eq!(state_of(&duty, "2026-05-01"), (State::InProgress, false), "a draft of evidence is progress");
        duty.evidence[0].submitted_at = at("2026-06-01");
        assert_eq!(state_of(&duty, "2026-06-02"), (State::Evidenced, false));
        duty.evidence[0].decision = Decision::Confirmed;
        assert_eq!(state_of(&duty, "2026-12-31"), (State::Confirmed, false));
    }

    #[test]
    fn evidence_that_came_in_time_is_not_the_organs_delay() {
        let mut duty = facts(Some("2026-06-30"), None);
        duty.evidence.push(evidence("", "2026-06-30", Decision::None, ""));
        assert_eq!(state_of(&duty, "2026-07-20"), (State::Evidenced, false));
        duty.evidence[0] = evidence("", "2026-07-01", Decision::None, "");
        assert_eq!(state_of(&duty, "2026-07-20"), (State::Evidenced, true));
        duty.evidence[0].decision = Decision::Confirmed;
        let done = standing(&duty, date("2026-07-21"));
        assert!(!done.overdue && done.late);
    }

    #[test]
    fn the_day_of_handing_in_is_the_day_in_china() {
        let mut duty = facts(Some("2026-06-30"), None);
        let mut last_minute = evidence("", "2026-06-30", Decision::None, "");
        last_minute.submitted_at = "2026-06-30T15:59:00.000Z".into();
        duty.evidence.push(last_minute.clone());
        assert!(!standing(&duty, date("2026-07-02")).overdue, "23:59 in China");
        duty.evidence[0].submitted_at = "2026-06-30T16:00:00.000Z".into();
        assert!(standing(&duty, date("2026-07-02")).overdue, "midnight has passed in China");
    }

    #[test]
    fn a_return_counts_until_something_newer_comes() {
        let mut duty = facts(Some("2026-06-30"), None);
        duty.notes.push(at("2026-03-01"));
        duty.evidence.push(evidence("", "2026-05-01", Decision::Returned, "2026-05-10"));
        assert_eq!(state_of(&duty, "2026-05-11"), (State::Returned, false));
        assert_eq!(state_of(&duty, "2026-07-11"), (State::Returned, true));
        duty.notes.push(at("2026-05-12"));
        assert_eq!(state_of(&duty, "2026-05-13"), (State::InProgress, false));
        duty.evidence.push(evidence("", "2026-05-14", Decision::None, ""));
        assert_eq!(state_of(&duty, "2026-05-15"), (State::Evidenced, false));
        duty.evidence[1] = evidence("", "2026-05-14", Decision::Confirmed, "2026-05-20");
        assert_eq!(state_of(&duty, "2026-05-21"), (State::Confirmed, false));
        // A further piece does not reopen what is closed.
        duty.evidence.push(evidence("", "2026-05-22", Decision::None, ""));
        assert_eq!(state_of(&duty, "2026-05-23"), (State::Confirmed, false));
    }

    #[test]
    fn without_a_date_nothing_is_overdue() {
        assert_eq!(state_of(&facts(None, None), "2030-01-01"), (State::Issued, false));
    }

    #[test]
    fn each_period_needs_its_own_evidence() {
        let mut duty = facts(None, Some(Cadence::Quarterly));
        let fresh = standing(&duty, date("2026-02-21"));
        assert_eq!((Course::new(&duty).periods(date("2026-02-21")).len(), fresh.period.as_str()), (4, "2026-Q1"));
        assert_eq!(fresh.due_on, Some(date("2026-03-31")));
        duty.evidence.push(evidence("2026-Q1", "2026-03-20", Decision::Confirmed, "2026-03-25"));
        let between = standing(&duty, date("2026-03-26"));
        assert_eq!((between.state, between.overdue), (State::InProgress, false), "a quarter done is not the year done");
        assert_eq!(between.due_on, Some(date("2026-06-30")), "the next date counts");
        let second = standing(&duty, date("2026-04-02"));
        assert_eq!((second.state, second.period.as_str()), (State::Issued, "2026-Q2"));
        assert_eq!(state_of(&duty, "2026-07-01"), (State::Issued, true));
        assert_eq!(standing(&duty, date("2026-07-01")).period, "2026-Q2", "the earliest open one counts");
        for period in ["2026-Q2", "2026-Q3", "2026-Q4"] {
            duty.evidence.push(evidence(period, "2026-06-20", Decision::Confirmed, "2026-06-21"));
        }
        assert_eq!(state_of(&duty, "2027-03-01"), (State::Confirmed, false));
    }

    #[test]
    fn periods_before_the_issue_and_after_the_end_are_not_owed() {
        let mut duty = facts(None, Some(Cadence::Monthly));
        assert_eq!(Course::new(&duty).periods(date("2026-12-31"))[0].period.key, "2026-02");
        duty.ended_on = Some(date("2026-05-10"));
        let ended = standing(&duty, date("2026-12-31"));
        assert_eq!(Course::new(&duty).periods(date("2026-12-31")).len(), 4);
        assert!(!ended.overdue && ended.ended, "nothing is owed after the end");
        assert_eq!(ended.word(), "已终止");
    }

    #[test]
    fn a_note_counts_in_the_period_in_which_it_was_written() {
        let mut duty = facts(None, Some(Cadence::Quarterly));
        duty.notes.push(at("2026-03-10"));
        let spring = Course::new(&duty).periods(date("2026-04-05"));
        assert_eq!(spring[0].state, State::InProgress);
        assert_eq!(spring[1].state, State::Issued);
    }

    #[test]
    fn what_is_accepted_without_finishing_closes_nothing() {
        let mut duty = facts(Some("2026-06-30"), None);
        let piece = |decision, day: &str| EvidenceFact {
            period: String::new(),
            added_at: at("2026-03-10"),
            submitted_at: at("2026-03-10"),
            decision,
            decided_at: at(day),
        };
        duty.evidence.push(piece(Decision::Accepted, "2026-03-12"));
        let standing = |duty: &Facts, day: &str| super::standing(duty, date(day));
        assert_eq!(standing(&duty, "2026-03-12").word(), "进行中");
        assert!(standing(&duty, "2026-07-01").overdue, "what is not finished by its day is late");
        duty.evidence.push(piece(Decision::Returned, "2026-03-20"));
        assert_eq!(standing(&duty, "2026-03-20").state, State::Returned);
        duty.evidence.push(piece(Decision::Accepted, "2026-03-21"));
        assert_eq!(standing(&duty, "2026-03-21").state, State::InProgress);
        duty.evidence.push(piece(Decision::Confirmed, "2026-03-22"));
        assert_eq!(standing(&duty, "2026-07-01").word(), "已办结");
    }

    fn any_facts() -> impl Strategy<Value = Facts> {
        let day = |text: &str| date(text);
        let moment = (0..400_i64).prop_map(move |n| at(&day("2025-12-20").saturating_add(n.days()).to_string()));
        let piece =
            (moment.clone(), moment.clone(), 0..6_u8, 0..60_usize).prop_map(|(added, decided, kind, period)| {
                let keys: Vec<String> = Cadence::ALL
                    .iter()
                    .flat_map(|cadence| cadence.periods(2026, None, 0).into_iter().map(|period| period.key))
                    .collect();
                let submitted = if kind == 0 { String::new() } else { added.clone() };
                let decision = [
                    Decision::None,
                    Decision::None,
                    Decision::Confirmed,
                    Decision::Returned,
                    Decision::Confirmed,
                    Decision::Accepted,
                ];
                let period = keys[period % keys.len()].clone();
                EvidenceFact {
                    period,
                    added_at: added,
                    submitted_at: submitted,
                    decision: decision[usize::from(kind)],
                    decided_at: decided,
                }
            });
        let due = prop::option::of((0..380_i64).prop_map(move |n| day("2026-01-01").saturating_add(n.days())));
        let cadence = prop::option::of(prop::sample::select(Cadence::ALL.to_vec()));
        let rest = (0..20_i64, 0..200_i64, prop::option::weighted(0.2, 0..300_i64));
        (due, cadence, rest, prop::collection::vec(moment, 0..4), prop::collection::vec(piece, 0..6)).prop_map(
            move |(due_on, cadence, (grace_days, issued, ended), notes, evidence)| {
                let evidence = evidence
                    .into_iter()
                    .map(|fact| EvidenceFact {
                        period: if cadence.is_some() { fact.period } else { String::new() },
                        ..fact
                    })
                    .collect();
                let issued_on = day("2026-01-01").saturating_add(issued.days());
                let ended_on = ended.map(|n| issued_on.saturating_add(n.days()));
                Facts { year: 2026, due_on, cadence, grace_days, issued_on, ended_on, notes, evidence }
            },
        )
    }

    proptest! {
        /// What the projection holds is what would be computed on any day.
        #[test]
        fn a_course_says_the_same_as_the_day(facts in any_facts(), first in 0..300_i64) {
            let course = Course::new(&facts);
            let first = date("2026-01-01").saturating_add(first.days());
            let pieces = course.from(first);
            prop_assert_eq!(pieces[0].0, first);
            for n in 0..500_i64 {
                let day = first.saturating_add(n.days());
                let at = pieces.partition_point(|(from, _)| *from <= day) - 1;
                prop_assert_eq!(&pieces[at].1, &course.on(day), "on {}", day);
            }
        }
    }
}
