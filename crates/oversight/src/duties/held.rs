//! The share of an organ as pages show it: with how it stands today.

use duty::{
    facts::Share,
    model::{PeriodStanding, Standing, State},
};
use jiff::civil::Date;

/// A share with its standing today.
pub(super) struct Held {
    pub(super) share: Share,
    pub(super) standing: Standing,
    pub(super) periods: Vec<PeriodStanding>,
}

impl Held {
    pub(super) fn new(share: Share, today: Date) -> Self {
        let course = share.course();
        let (mut standing, mut periods) = (course.on(today), course.periods(today));
        if !share.running {
            // Nobody owes what a plan asked for that is no longer in force.
            standing.overdue = false;
            periods.iter_mut().for_each(|period| period.overdue = false);
        }
        Self { standing, periods, share }
    }

    /// The period that counts now.
    pub(super) fn current(&self) -> Option<&PeriodStanding> {
        self.periods.iter().find(|one| one.period.key == self.standing.period)
    }

    /// The period of which the date is the one that counts: the earliest that is not confirmed.
    pub(super) fn due_period(&self) -> Option<&PeriodStanding> {
        self.periods.iter().find(|one| one.state != State::Confirmed).or(self.periods.last())
    }

    pub(super) fn answers(&self) -> bool {
        self.share.role.answers()
    }

    /// The periods that have begun, each with how it stands, for the form that asks which one is meant.
    pub(super) fn begun(&self, today: Date) -> Vec<(String, String)> {
        let periods = self.periods.iter().filter(|one| one.period.start <= today);
        periods.map(|one| (one.period.key.clone(), format!("{}（{}）", one.period.label, one.state.label()))).collect()
    }

    /// Whether it still wants something with a date.
    pub(super) fn dated(&self) -> bool {
        self.share.running
            && self.standing.state != State::Confirmed
            && !self.standing.ended
            && self.standing.due_on.is_some()
    }
}
