//! Running a rule: day by day from the event to the end of the period.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use crate::{
    explain::{Day, Reason},
    rule::{FirstDay, HoursCount, LastDay, Rule, Unit},
};
use kernel::{
    calendar::{Calendar, Unknown},
    time,
};

/// A century of days: no period is that long, and a pause without end must not run for ever.
const MOST_DAYS: usize = 36_600;

/// A day or a moment, at which a period begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Day(Date),
    Moment(Timestamp),
}

impl At {
    /// The day, or the day in China on which the moment lies.
    pub fn date(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Moment(moment) => time::date_in_china(moment),
        }
    }

    /// The moment, or the one at which the day begins in China.
    pub fn moment(self) -> Timestamp {
        match self {
            Self::Day(day) => time::start_of_day(day),
            Self::Moment(moment) => moment,
        }
    }
}

impl From<Date> for At {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<Timestamp> for At {
    fn from(moment: Timestamp) -> Self {
        Self::Moment(moment)
    }
}

/// `2026-03-05`, or `2026-03-05T22:30:00+08:00`.
impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Moment(moment) => {
                write!(f, "{}", moment.to_zoned_datetime(time::china()).strftime("%Y-%m-%dT%H:%M:%S%:z"))
            }
        }
    }
}

/// Days on which the clock stands, both ends included. Pauses may overlap; a day is left out once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub first: Date,
    pub last: Date,
}

impl Pause {
    /// The time that a question took: from the day after it was sent up to the day on which the answer came, so that a
    /// question answered on the same day takes none.
    pub fn between(sent: Date, answered: Date) -> Option<Self> {
        let first = sent.tomorrow().ok()?;
        (first <= answered).then_some(Self { first, last: answered })
    }

    fn holds(self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// Why a period cannot be computed, with what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Unknown(#[from] Unknown),
    #[error("“{0}”的期限不能暂停。请去掉暂停的时间段。")]
    NoPause(&'static str),
    #[error("请核对暂停的时间段：{last} 早于 {first}。", first = .0.first, last = .0.last)]
    PauseBackwards(Pause),
    #[error("“{0}”的期限不能延长。请去掉延长的期限。")]
    NoExtension(&'static str),
    #[error("“{label}”最多延长 {most}。请改小延长的期限。")]
    LongExtension { label: &'static str, most: String },
    #[error("期限算不到头。请核对起算日、暂停的时间段和期限长度。")]
    Endless,
}

/// A period that was counted to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    rule: Rule,
    from: At,
    due: At,
    days: Vec<Day>,
    guessed: bool,
}

impl Run {
    /// The rule as it was run, with the readings of the installation.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The day of the event; for hours its moment.
    pub fn from(&self) -> At {
        self.from
    }

    /// The last day of the period; for hours its last moment. For a rule that counts backwards, the last day on which to
    /// act before the event; for a minimum, the first on which it may end.
    pub fn due(&self) -> At {
        self.due
    }

    /// Whether the period is over at `now`: its last day has ended in China, or its last hour.
    pub fn is_over(&self, now: Timestamp) -> bool {
        match self.due {
            At::Day(day) => time::date_in_china(now) > day,
            At::Moment(moment) => now > moment,
        }
    }

    /// Every day from that of the event to the end, in the order of the count, with its reason.
    pub fn explain(&self) -> &[Day] {
        &self.days
    }

    /// How many days would have counted but for the pauses.
    pub fn paused(&self) -> usize {
        let counts = |day: &&Day| match day.reason {
            Reason::Paused(kind) => self.rule.unit == Unit::Days || kind.is_working(),
            _ => false,
        };
        self.days.iter().filter(counts).count()
    }

    /// The end rests on days for which no notice is recorded, so it may still change. Always `false` from [`run`].
    pub fn is_guess(&self) -> bool {
        self.guessed
    }
}

/// Counts `rule` from its event, leaving `pauses` out and adding `extend` units.
///
/// A day is enough for every rule; hours then run from its first moment. A moment given to a rule in days stands for its
/// day in China.
///
/// # Errors
/// [`Refusal::Unknown`] when the event or any day up to the end lies outside the known calendar, hours included; the
/// other refusals when a pause or extension is not what the rule allows.
pub fn run(
    rule: &Rule,
    from: impl Into<At>,
    pauses: &[Pause],
    extend: u32,
    calendar: &Calendar,
) -> Result<Run, Refusal> {
    Count { rule, pauses, extend, calendar, strict: true }.run(from.into())
}

/// Like [`run`], but takes days outside the known calendar by their weekday and the holidays that the law fixes: for work lists;
/// a citizen is told of such a day as expected and never as a fact. [`Run::is_guess`] says whether it came to that.
///
/// # Errors
/// As [`run`], without [`Refusal::Unknown`].
pub fn probable(
    rule: &Rule,
    from: impl Into<At>,
    pauses: &[Pause],
    extend: u32,
    calendar: &Calendar,
) -> Result<Run, Refusal> {
    Count { rule, pauses, extend, calendar, strict: false }.run(from.into())
}

struct Count<'a> {
    rule: &'a Rule,
    pauses: &'a [Pause],
    extend: u32,
    calendar: &'a Calendar,
    strict: bool,
}

impl Count<'_> {
    fn run(&self, from: At) -> Result<Run, Refusal> {
        self.check()?;
        if self.strict && from.date() > self.calendar.known_until() {
            self.calendar.known(from.date())?;
        }
        let hours = self.rule.unit == Unit::Hours;
        let from = if hours { At::Moment(from.moment()) } else { At::Day(from.date()) };
        let (due, days) = if hours { self.hours(from.moment())? } else { self.days(from.date())? };
        // Every hour is an hour: what the calendar does not know changes nothing then.
        let guessed = days.iter().any(|day| day.guessed) && !(hours && self.rule.hours == HoursCount::All);
        Ok(Run { rule: *self.rule, from, due, days, guessed })
    }

    fn check(&self) -> Result<(), Refusal> {
        let Rule { label, extension, .. } = *self.rule;
        if !self.pauses.is_empty() && self.rule.pauses.is_none() {
            return Err(Refusal::NoPause(label));
        }
        if let Some(wrong) = self.pauses.iter().find(|pause| pause.last < pause.first) {
            return Err(Refusal::PauseBackwards(*wrong));
        }
        match (self.extend, extension) {
            (0, _) => Ok(()),
            (_, 0) => Err(Refusal::NoExtension(label)),
            (wanted, most) if wanted > most => Err(Refusal::LongExtension { label, most: self.rule.units(most) }),
            _ => Ok(()),
        }
    }

    /// Whether the day is outside the known calendar.
    fn guess(&self, day: Date) -> Result<bool, Refusal> {
        match self.calendar.known(day) {
            Err(unknown) if self.strict => Err(unknown.into()),
            known => Ok(known.is_err()),
        }
    }

    fn is_paused(&self, day: Date) -> bool {
        self.pauses.iter().any(|pause| pause.holds(day))
    }

    fn days(&self, start: Date) -> Result<(At, Vec<Day>), Refusal> {
        let rule = self.rule;
        let backwards = rule.start.is_backwards();
        let step = |day: Date| if backwards { day.yesterday() } else { day.tomorrow() }.map_err(|_| Refusal::Endless);
        let total = rule.length.saturating_add(self.extend);
        let end_of_months = match rule.unit {
            Unit::Months => Some(self.months_from(start, total)?),
            _ => None,
        };
        let mut days = Vec::new();
        let mut day = start;
        if rule.first_day == FirstDay::Skipped {
            let reason = Reason::Start(rule.start.event());
            days.push(Day { date: day, counted: false, number: 0, reason, guessed: false });
            day = step(day)?;
        }
        let mut number = 0;
        while days.len() < MOST_DAYS {
            let guessed = self.guess(day)?;
            let kind = self.calendar.kind(day);
            let is_last = match end_of_months {
                Some(end) if backwards => day <= end,
                Some(end) => day >= end,
                None => number + 1 >= total,
            };
            let reason = if self.is_paused(day) {
                Reason::Paused(kind)
            } else if rule.unit == Unit::WorkingDays && !kind.is_working() {
                Reason::Rest(kind)
            } else if is_last && rule.last_day == LastDay::Moves && !kind.is_working() {
                Reason::Moved { kind, backwards }
            } else {
                number += 1;
                Reason::Counted { kind, unit: rule.unit, extension: number > rule.length && end_of_months.is_none() }
            };
            let counted = matches!(reason, Reason::Counted { .. });
            days.push(Day { date: day, counted, number, reason, guessed });
            if counted && is_last {
                return Ok((At::Day(day), days));
            }
            day = step(day)?;
        }
        Err(Refusal::Endless)
    }

    /// The day of the same number `count` months on, or the last of that month where it has none.
    fn months_from(&self, start: Date, count: u32) -> Result<Date, Refusal> {
        // More months than there are days in a century end nowhere, and would be too many for the type.
        let count = i64::from(count.min(MOST_DAYS as u32)).months();
        let end = if self.rule.start.is_backwards() { start.checked_sub(count) } else { start.checked_add(count) };
        end.map_err(|_| Refusal::Endless)
    }

    fn hours(&self, start: Timestamp) -> Result<(At, Vec<Day>), Refusal> {
        let mut left = SignedDuration::from_hours(i64::from(self.rule.length.saturating_add(self.extend)));
        let (mut at, mut days, mut number) = (start, Vec::new(), 0);
        while days.len() < MOST_DAYS {
            let date = time::date_in_china(at);
            let guessed = self.guess(date)?;
            let kind = self.calendar.kind(date);
            let midnight = time::start_of_day(date.tomorrow().map_err(|_| Refusal::Endless)?);
            let used = left.min(midnight.duration_since(at));
            let end = at.checked_add(used).map_err(|_| Refusal::Endless)?;
            let reason = if self.is_paused(date) {
                Reason::Paused(kind)
            } else if self.rule.hours == HoursCount::OfWorkingDays && !kind.is_working() {
                Reason::Rest(kind)
            } else {
                number += 1;
                left -= used;
                Reason::Hours { from: at, to: end }
            };
            let counted = matches!(reason, Reason::Hours { .. });
            days.push(Day { date, counted, number, reason, guessed });
            if left.is_zero() {
                // The end may be the first moment of a day that the loop did not come to.
                self.guess(time::date_in_china(end))?;
                return Ok((At::Moment(end), days));
            }
            at = midnight;
        }
        Err(Refusal::Endless)
    }
}
