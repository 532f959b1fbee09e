//! The state of a duty, computed from facts: what was reported, handed in and decided, the due date, and the present day.
//!
//! Nothing here is stored (design, invariant 4). One organ's share of a duty (an assignment) has a [`Standing`]; the duty's
//! own is rolled up over the organs that lead or are responsible ([`roll_up`]).

use jiff::civil::Date;
use kernel::time;

use crate::model::{Cadence, Period};

/// How far an organ has come with a duty, or in one period of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Issued, nothing reported yet.
    Issued,
    /// The office sent the last evidence back and nothing newer came.
    Returned,
    /// Progress was reported, or evidence lies as a draft.
    InProgress,
    /// Evidence waits for the office.
    Evidenced,
    /// The office has accepted evidence: closed.
    Confirmed,
}

impl State {
    /// All, in the order of advance.
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
    /// Nothing yet.
    None,
    /// Accepted.
    Confirmed,
    /// Sent back with a reason.
    Returned,
}

/// A piece of evidence, as far as the state depends on it. Moments are in their stored form, which sorts by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFact {
    /// Period that it is about; empty without cadence.
    pub period: String,
    /// When added.
    pub added_at: String,
    /// When handed in; empty while a draft.
    pub submitted_at: String,
    /// Decision.
    pub decision: Decision,
    /// When decided; empty before.
    pub decided_at: String,
}

/// Everything on which the state of an assignment depends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The year of the plan.
    pub year: i16,
    /// Due date; with a cadence, the last day on which it runs.
    pub due_on: Option<Date>,
    /// Cadence.
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
    /// The period.
    pub period: Period,
    /// How far the organ has come in it.
    pub state: State,
    /// Whether it is due and neither confirmed nor handed in in time.
    pub overdue: bool,
}

/// How an assignment stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The state; with a cadence, that of the earliest period still open, or confirmed when all are.
    pub state: State,
    /// Whether something is overdue: due before today and neither confirmed nor handed in by its due date. Evidence that
    /// came in time and waits for the office is not the organ's delay.
    pub overdue: bool,
    /// Whether it was confirmed, but handed in after the due date.
    pub late: bool,
    /// The date that counts now: the due date, or that of the earliest open period.
    pub due_on: Option<Date>,
    /// Periods owed in the year, in order; empty without cadence.
    pub periods: Vec<PeriodStanding>,
    /// Place in `periods` of the one that counts now: the earliest that is begun and open, else the last begun.
    pub current: Option<usize>,
    /// Whether an amendment ended the duty.
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

    /// The period that counts now.
    pub fn current_period(&self) -> Option<&PeriodStanding> {
        self.periods.get(self.current?)
    }

    /// The key under which evidence is added now; empty without cadence.
    pub fn current_key(&self) -> &str {
        self.current_period().map_or("", |standing| standing.period.key.as_str())
    }
}

/// State and time of handing in of the given evidence and notes.
fn progress<'a>(evidence: impl Iterator<Item = &'a EvidenceFact>, notes: &[&str]) -> (State, Option<&'a str>) {
    let mut confirmed: Option<&str> = None;
    let mut waiting: Option<&str> = None;
    let mut returned: Option<&str> = None;
    let mut drafted: Option<&str> = None;
    for fact in evidence {
        let earliest = |held: Option<&'a str>, new: &'a str| Some(held.map_or(new, |held| held.min(new)));
        match fact.decision {
            Decision::Confirmed => confirmed = earliest(confirmed, &fact.submitted_at),
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
    let newest = notes.iter().copied().max().max(drafted);
    match (returned, newest) {
        (Some(returned), Some(newest)) if newest > returned => (State::InProgress, None),
        (Some(_), _) => (State::Returned, None),
        (None, Some(_)) => (State::InProgress, None),
        (None, None) => (State::Issued, None),
    }
}

/// Whether something with this due date is late on `today`, given when evidence was handed in.
fn is_overdue(state: State, submitted: Option<&str>, due: Date, today: Date) -> bool {
    match (state, submitted) {
        (State::Confirmed, _) => false,
        (State::Evidenced, Some(at)) => today > due && day_of(at) > due,
        _ => today > due,
    }
}

fn day_of(moment: &str) -> Date {
    time::from_db(moment).map_or(Date::MIN, time::date_in_china)
}

/// How an assignment stands on `today`.
pub fn standing(facts: &Facts, today: Date) -> Standing {
    match facts.cadence {
        Some(cadence) => with_periods(facts, cadence, today),
        None => once(facts, today),
    }
}

fn once(facts: &Facts, today: Date) -> Standing {
    let notes: Vec<&str> = facts.notes.iter().map(String::as_str).collect();
    let (state, submitted) = progress(facts.evidence.iter(), &notes);
    let ended = facts.ended_on.is_some();
    let overdue = !ended && facts.due_on.is_some_and(|due| is_overdue(state, submitted, due, today));
    let late =
        state == State::Confirmed && facts.due_on.is_some_and(|due| submitted.is_some_and(|at| day_of(at) > due));
    Standing { state, overdue, late, due_on: facts.due_on, periods: Vec::new(), current: None, ended }
}

fn with_periods(facts: &Facts, cadence: Cadence, today: Date) -> Standing {
    let mut owed = cadence.periods(facts.year, facts.due_on, facts.grace_days);
    owed.retain(|period| period.end >= facts.issued_on && facts.ended_on.is_none_or(|ended| period.start <= ended));
    let ended = facts.ended_on.is_some();
    let mut late = false;
    let mut periods = Vec::with_capacity(owed.len());
    for period in owed {
        // A note says nothing of its period: it belongs to the one in which it was written.
        let notes: Vec<&str> = facts
            .notes
            .iter()
            .map(String::as_str)
            .filter(|at| (period.start..=period.due).contains(&day_of(at)))
            .collect();
        let evidence = facts.evidence.iter().filter(|fact| fact.period == period.key);
        let (state, submitted) = progress(evidence, &notes);
        late |= state == State::Confirmed && submitted.is_some_and(|at| day_of(at) > period.due);
        let overdue = !ended && is_overdue(state, submitted, period.due, today);
        periods.push(PeriodStanding { period, state, overdue });
    }
    let begun = periods.iter().take_while(|standing| standing.period.start <= today).count();
    let open = periods[..begun].iter().position(|standing| standing.state != State::Confirmed);
    let current = open.or(begun.checked_sub(1)).or(if periods.is_empty() { None } else { Some(0) });
    let all_confirmed = !periods.is_empty() && periods.iter().all(|standing| standing.state == State::Confirmed);
    let state = match current.map(|at| periods[at].state) {
        Some(State::Confirmed) if !all_confirmed => State::InProgress,
        Some(state) => state,
        None => State::Issued,
    };
    // With the current period confirmed, the next due date is that of the period to come.
    let next = periods.iter().find(|standing| standing.state != State::Confirmed).or(periods.last());
    Standing {
        state,
        overdue: periods.iter().any(|standing| standing.overdue),
        late,
        due_on: next.map(|standing| standing.period.due),
        current,
        ended,
        periods,
    }
}

/// The standing of a duty over its organs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollUp {
    /// The state: confirmed when all organs that answer are; returned when one was sent back; evidenced when all that are
    /// open wait for the office; issued when none has begun; else in progress.
    pub state: State,
    /// Whether one of them is overdue.
    pub overdue: bool,
    /// Organs that answer (lead or responsible).
    pub organs: usize,
    /// Of these, how many are confirmed.
    pub confirmed: usize,
    /// Of these, how many are overdue.
    pub overdue_organs: usize,
}

impl RollUp {
    /// Word for the chip.
    pub fn word(&self) -> String {
        match (self.overdue, self.state) {
            (true, State::Issued | State::InProgress) => "逾期".into(),
            (true, state) => format!("逾期·{}", state.label()),
            (false, state) => state.label().into(),
        }
    }
}

/// Rolls up the standings of a duty's organs; each comes with whether that organ answers for the duty (牵头 or 负责).
/// Without any such organ, the supporting ones count. Ended assignments do not count beside running ones.
pub fn roll_up<'a>(standings: impl IntoIterator<Item = (bool, &'a Standing)>) -> RollUp {
    let mut all: Vec<(bool, &Standing)> = standings.into_iter().collect();
    if all.iter().any(|(_, standing)| !standing.ended) {
        all.retain(|(_, standing)| !standing.ended);
    }
    if all.iter().any(|(answers, _)| *answers) {
        all.retain(|(answers, _)| *answers);
    }
    let count = |state: State| all.iter().filter(|(_, standing)| standing.state == state).count();
    let (organs, confirmed) = (all.len(), count(State::Confirmed));
    let overdue_organs = all.iter().filter(|(_, standing)| standing.overdue).count();
    let state = if organs == 0 || count(State::Issued) == organs {
        State::Issued
    } else if confirmed == organs {
        State::Confirmed
    } else if count(State::Returned) > 0 {
        State::Returned
    } else if count(State::Evidenced) + confirmed == organs {
        State::Evidenced
    } else {
        State::InProgress
    };
    RollUp { state, overdue: overdue_organs > 0, organs, confirmed, overdue_organs }
}

/// Counts for a progress bar, over duties or assignments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Confirmed.
    pub confirmed: u32,
    /// Evidence waits for the office.
    pub evidenced: u32,
    /// Begun or returned.
    pub in_progress: u32,
    /// Not begun.
    pub issued: u32,
    /// Overdue; these are counted in their state as well.
    pub overdue: u32,
}

impl Tally {
    /// Counts one.
    pub fn add(&mut self, state: State, overdue: bool) {
        match state {
            State::Confirmed => self.confirmed += 1,
            State::Evidenced => self.evidenced += 1,
            State::InProgress | State::Returned => self.in_progress += 1,
            State::Issued => self.issued += 1,
        }
        self.overdue += u32::from(overdue);
    }

    /// All of them.
    pub fn total(&self) -> u32 {
        self.confirmed + self.evidenced + self.in_progress + self.issued
    }

    /// Overdue ones that are not confirmed, and the rest, disjoint for a bar: done, doing, late, rest.
    pub fn bar(&self) -> (u32, u32, u32, u32) {
        let doing = self.evidenced + self.in_progress;
        let late = self.overdue.min(doing + self.issued);
        let rest = self.issued.saturating_sub(late);
        let doing = doing.saturating_sub(late.saturating_sub(self.issued));
        (self.confirmed, doing, late, rest)
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!((fresh.periods.len(), fresh.current_key()), (4, "2026-Q1"));
        assert_eq!(fresh.due_on, Some(date("2026-03-31")));
        duty.evidence.push(evidence("2026-Q1", "2026-03-20", Decision::Confirmed, "2026-03-25"));
        let between = standing(&duty, date("2026-03-26"));
        assert_eq!((between.state, between.overdue), (State::InProgress, false), "a quarter done is not the year done");
        assert_eq!(between.due_on, Some(date("2026-06-30")), "the next date counts");
        let second = standing(&duty, date("2026-04-02"));
        assert_eq!((second.state, second.current_key()), (State::Issued, "2026-Q2"));
        assert_eq!(state_of(&duty, "2026-07-01"), (State::Issued, true));
        assert_eq!(standing(&duty, date("2026-07-01")).current_key(), "2026-Q2", "the earliest open one counts");
        for period in ["2026-Q2", "2026-Q3", "2026-Q4"] {
            duty.evidence.push(evidence(period, "2026-06-20", Decision::Confirmed, "2026-06-21"));
        }
        assert_eq!(state_of(&duty, "2027-03-01"), (State::Confirmed, false));
    }

    #[test]
    fn periods_before_the_issue_and_after_the_end_are_not_owed() {
        let mut duty = facts(None, Some(Cadence::Monthly));
        assert_eq!(standing(&duty, date("2026-12-31")).periods[0].period.key, "2026-02");
        duty.ended_on = Some(date("2026-05-10"));
        let ended = standing(&duty, date("2026-12-31"));
        assert_eq!(ended.periods.len(), 4);
        assert!(!ended.overdue && ended.ended, "nothing is owed after the end");
        assert_eq!(ended.word(), "已终止");
    }

    #[test]
    fn a_note_counts_in_the_period_in_which_it_was_written() {
        let mut duty = facts(None, Some(Cadence::Quarterly));
        duty.notes.push(at("2026-03-10"));
        let spring = standing(&duty, date("2026-04-05"));
        assert_eq!(spring.periods[0].state, State::InProgress);
        assert_eq!(spring.periods[1].state, State::Issued);
    }

    #[test]
    fn a_duty_waits_for_those_who_answer() {
        let today = date("2026-05-01");
        let open = standing(&facts(Some("2026-04-01"), None), today);
        let mut done_facts = facts(Some("2026-04-01"), None);
        done_facts.evidence.push(evidence("", "2026-03-15", Decision::Confirmed, "2026-03-20"));
        let done = standing(&done_facts, today);
        let mut waiting_facts = facts(Some("2026-06-01"), None);
        waiting_facts.evidence.push(evidence("", "2026-03-15", Decision::None, ""));
        let waiting = standing(&waiting_facts, today);
        let mut ended = open.clone();
        ended.ended = true;

        let roll = roll_up([(true, &done), (false, &open)]);
        assert_eq!(
            (roll.state, roll.overdue, roll.organs),
            (State::Confirmed, false, 1),
            "support does not hold it up"
        );
        let roll = roll_up([(true, &done), (true, &open)]);
        assert_eq!((roll.state, roll.overdue, roll.confirmed), (State::InProgress, true, 1));
        assert_eq!(roll.word(), "逾期");
        assert_eq!(roll_up([(true, &done), (true, &waiting)]).state, State::Evidenced);
        assert_eq!(roll_up([(true, &open), (true, &open)]).state, State::Issued);
        assert_eq!(roll_up([(false, &done)]).state, State::Confirmed);
        assert_eq!(
            roll_up([(true, &done), (true, &ended)]).state,
            State::Confirmed,
            "an ended share is not waited for"
        );
        assert_eq!(roll_up([]).organs, 0);
    }

    #[test]
    fn a_bar_is_made_of_disjoint_parts() {
        let mut tally = Tally::default();
        for (state, overdue) in [
            (State::Confirmed, false),
            (State::Evidenced, true),
            (State::InProgress, false),
            (State::Returned, true),
            (State::Issued, true),
            (State::Issued, false),
        ] {
            tally.add(state, overdue);
        }
        let (done, doing, late, rest) = tally.bar();
        assert_eq!(done + doing + late + rest, tally.total());
        assert_eq!(late, 3);
    }
}
