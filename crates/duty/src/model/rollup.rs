//! The standing of a duty over its organs, and counts of many for progress bars.

use jiff::civil::Date;

use super::standing::{Standing, State};

/// The standing of a duty over its organs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RollUp {
    /// The state: confirmed when all organs that answer are; returned when one was sent back; evidenced when all that are
    /// open wait for the office; issued when none has begun; else in progress.
    pub state: State,
    /// Whether one of them is overdue.
    pub overdue: bool,
    /// Whether all shares have ended.
    pub ended: bool,
    /// The earliest date that is still open among all organs, else that of the first.
    pub due_on: Option<Date>,
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
        match (self.ended, self.overdue, self.state) {
            (true, _, _) => "已终止".into(),
            (_, true, State::Issued | State::InProgress) => "逾期".into(),
            (_, true, state) => format!("逾期·{}", state.label()),
            (_, false, state) => state.label().into(),
        }
    }
}

/// Rolls up the standings of a duty's organs; each comes with whether that organ answers for the duty (牵头 or 负责).
/// Without any such organ, the supporting ones count. Ended shares do not count beside running ones.
pub fn roll_up<'a>(standings: impl IntoIterator<Item = (bool, &'a Standing)>) -> RollUp {
    let mut all: Vec<(bool, &Standing)> = standings.into_iter().collect();
    let ended = !all.is_empty() && all.iter().all(|(_, standing)| standing.ended);
    let open = all.iter().filter(|(_, standing)| standing.open());
    let due_on = open.filter_map(|(_, standing)| standing.due_on).min();
    let due_on = due_on.or(all.first().and_then(|(_, standing)| standing.due_on));
    if !ended {
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
    RollUp { state, overdue: overdue_organs > 0, ended, due_on, organs, confirmed, overdue_organs }
}

/// Rolls up whole courses, as [`Course::from`](super::Course::from) gives them, all from the same day on: the duty's
/// standing piece by piece.
pub fn rolled(courses: &[(bool, Vec<(Date, Standing)>)]) -> Vec<(Date, RollUp)> {
    let mut days: Vec<Date> = courses.iter().flat_map(|(_, pieces)| pieces.iter().map(|(day, _)| *day)).collect();
    days.sort_unstable();
    days.dedup();
    let mut pieces: Vec<(Date, RollUp)> = Vec::new();
    for day in days {
        let on_day = courses.iter().filter_map(|(answers, pieces)| {
            let at = pieces.partition_point(|(from, _)| *from <= day).checked_sub(1)?;
            Some((*answers, &pieces[at].1))
        });
        let roll = roll_up(on_day);
        if pieces.last().is_none_or(|(_, last)| *last != roll) {
            pieces.push((day, roll));
        }
    }
    pieces
}

/// Counts for a progress bar, over duties or shares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub confirmed: u32,
    /// Evidence waits for the office.
    pub evidenced: u32,
    /// Something was reported, or came back from the office.
    pub in_progress: u32,
    /// Nothing was reported yet.
    pub issued: u32,
    /// Overdue; these are counted in their state as well.
    pub overdue: u32,
    /// Not begun and overdue: counted in both.
    pub overdue_issued: u32,
}

impl Tally {
    /// Counts one that stands so.
    pub fn add(&mut self, state: State, overdue: bool) {
        self.add_many(state, overdue, 1);
    }

    /// Counts `many` of a kind, as the database grouped them.
    pub fn add_many(&mut self, state: State, overdue: bool, many: u32) {
        match state {
            State::Confirmed => self.confirmed += many,
            State::Evidenced => self.evidenced += many,
            State::InProgress | State::Returned => self.in_progress += many,
            State::Issued => self.issued += many,
        }
        if overdue {
            self.overdue += many;
            self.overdue_issued += if state == State::Issued { many } else { 0 };
        }
    }

    /// How many were counted, in whatever state.
    pub fn total(&self) -> u32 {
        self.confirmed + self.evidenced + self.in_progress + self.issued
    }

    /// Overdue ones that are not confirmed, and the rest, disjoint for a bar: done, doing, late, rest.
    pub fn bar(&self) -> (u32, u32, u32, u32) {
        let doing = self.evidenced + self.in_progress;
        let late_doing = (self.overdue - self.overdue_issued).min(doing);
        (self.confirmed, doing - late_doing, late_doing + self.overdue_issued, self.issued - self.overdue_issued)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("date")
    }

    fn at(state: State, overdue: bool, due: &str) -> Standing {
        Standing { state, overdue, late: false, due_on: Some(date(due)), period: String::new(), ended: false }
    }

    #[test]
    fn a_bar_takes_what_is_late_out_of_the_state_in_which_it_is() {
        let mut tally = Tally::default();
        tally.add_many(State::Confirmed, false, 13);
        tally.add_many(State::InProgress, false, 16);
        tally.add_many(State::InProgress, true, 14);
        tally.add_many(State::Issued, true, 2);
        tally.add_many(State::Issued, false, 9);
        assert_eq!((tally.total(), tally.bar()), (54, (13, 16, 16, 9)));
    }

    #[test]
    fn a_duty_waits_for_those_who_answer() {
        let open = at(State::Issued, true, "2026-04-01");
        let done = at(State::Confirmed, false, "2026-04-01");
        let waiting = at(State::Evidenced, false, "2026-06-01");
        let ended = Standing { ended: true, ..open.clone() };

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
        let roll = roll_up([(true, &done), (true, &ended)]);
        assert_eq!((roll.state, roll.ended), (State::Confirmed, false), "an ended share is not waited for");
        assert_eq!(roll_up([(true, &ended), (false, &ended)]).word(), "已终止");
        assert_eq!(roll_up([]).organs, 0);
    }

    #[test]
    fn the_date_of_a_duty_is_the_earliest_that_is_open() {
        let (early, late) = (at(State::Confirmed, false, "2026-04-01"), at(State::Issued, false, "2026-06-01"));
        assert_eq!(roll_up([(true, &early), (false, &late)]).due_on, Some(date("2026-06-01")));
        assert_eq!(roll_up([(true, &early)]).due_on, Some(date("2026-04-01")), "with nothing open, the first's");
    }

    #[test]
    fn courses_are_rolled_up_at_every_change_of_one_of_them() {
        let (calm, late) = (at(State::Issued, false, "2026-04-01"), at(State::Issued, true, "2026-04-01"));
        let first = vec![(date("2026-03-01"), calm.clone()), (date("2026-04-02"), late.clone())];
        let second = vec![(date("2026-03-01"), calm), (date("2026-05-01"), late)];
        let rolled = rolled(&[(true, first), (true, second)]);
        let pieces: Vec<_> = rolled.iter().map(|(day, roll)| (day.to_string(), roll.overdue_organs)).collect();
        assert_eq!(pieces, [("2026-03-01".into(), 0), ("2026-04-02".into(), 1), ("2026-05-01".into(), 2)]);
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
