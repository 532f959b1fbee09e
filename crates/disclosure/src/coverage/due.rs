//! By when something must be public: the stretches of a year by how often an item has something new, and the last day of each.

use std::collections::HashMap;

use clock::{Readings, Rule, Run, Unit, rule::PUBLISH_PROACTIVE};
use item::{Item, Limit, LimitKind, Period, Start};
use jiff::{ToSpan, civil::Date};
use kernel::Calendar;

use crate::catalogue::limits;

/// A stretch of time for which an item owes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// As records name it: `2026-03`; of what is published as it happens, or stands for good, the year.
    pub(super) code: String,
    pub(super) label: String,
    pub(super) first: Date,
    pub(super) last: Date,
}

fn stretch(code: String, label: String) -> Option<Stretch> {
    let (first, last) = item::period_days(&code)?;
    Some(Stretch { code, label, first, last })
}

/// The stretches of a year.
pub(super) fn stretches(period: Period, year: i16) -> Vec<Stretch> {
    let parts: Vec<(String, String)> = match period {
        Period::Month => (1..=12).map(|month| (format!("{year}-{month:02}"), format!("{month}月"))).collect(),
        Period::Quarter => (1..=4).map(|quarter| (format!("{year}-Q{quarter}"), format!("第{quarter}季度"))).collect(),
        Period::HalfYear => {
            vec![(format!("{year}-H1"), "上半年".to_owned()), (format!("{year}-H2"), "下半年".to_owned())]
        }
        Period::Year => vec![(year.to_string(), format!("{year}年度"))],
        Period::Event => vec![(year.to_string(), "随时".to_owned())],
        Period::Standing => vec![(year.to_string(), "长期".to_owned())],
    };
    parts.into_iter().filter_map(|(code, label)| stretch(code, label)).collect()
}

/// The first and the last day of the stretch of the same length that follows.
pub(super) fn next(stretch: &Stretch) -> (Date, Date) {
    let months = i64::from(stretch.last.month() - stretch.first.month() + 1);
    let first = stretch.last.tomorrow().unwrap_or(stretch.last);
    let last = first.checked_add(months.months()).and_then(Date::yesterday).unwrap_or(first);
    (first, last)
}

/// How a last day comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reckoned {
    /// By a limit of the item that runs from the end of the stretch; its place among the limits.
    Limit(usize),
    /// By a day of the next year; its place among the limits.
    YearDay(usize),
    /// A limit of the item runs from a day that the program does not know: the stretch itself is waited for.
    Unknown(usize),
    /// The item has no number: within 20 working days (条例 Art. 26).
    Regulation,
}

/// The last day of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) day: Date,
    /// The calendar does not know all days up to it.
    pub(super) guessed: bool,
    pub(super) how: Reckoned,
}

/// Whether what is published of a stretch is a report on it, and comes after its end.
pub(super) fn reports_after(item: &Item) -> bool {
    item.limits.iter().any(|limit| limit.kind == LimitKind::YearDay || limit.from == Start::PeriodEnd)
}

/// The rule by which a limit is counted, if it says a last day.
fn rule_of(limit: &Limit, readings: &Readings) -> Option<Rule> {
    let rule = limits::rule_of(limit, readings)?;
    (rule.unit != Unit::Hours && !rule.start.is_backwards() && !rule.minimum).then_some(rule)
}

/// Counts last days; the same count is done once.
pub(super) struct Reckoner<'a> {
    calendar: &'a Calendar,
    readings: &'a Readings,
    counted: HashMap<(u32, u8, Date), (Date, bool)>,
}

impl<'a> Reckoner<'a> {
    pub(super) fn new(calendar: &'a Calendar, readings: &'a Readings) -> Self {
        Self { calendar, readings, counted: HashMap::new() }
    }

    fn count(&mut self, rule: &Rule, from: Date) -> (Date, bool) {
        let unit = match rule.unit {
            Unit::WorkingDays => 0,
            Unit::Days => 1,
            Unit::Months => 2,
            Unit::Hours => 3,
        };
        let calendar = self.calendar;
        let run = || {
            let run = clock::probable(rule, from, &[], 0, calendar);
            run.map_or((from, true), |run| (run.due().date(), run.is_guess()))
        };
        *self.counted.entry((rule.length, unit, from)).or_insert_with(run)
    }

    /// The last day by one limit, counted from `from`; `None` when it says none.
    fn by(&mut self, (at, limit): (usize, &Limit), from: Date) -> Option<Term> {
        match limit.kind {
            LimitKind::Within => match limit.from {
                Start::Formed | Start::PeriodEnd => {
                    let rule = rule_of(limit, self.readings)?;
                    let (day, guessed) = self.count(&rule, from);
                    Some(Term { day, guessed, how: Reckoned::Limit(at) })
                }
                _ => Some(Term { day: from, guessed: false, how: Reckoned::Unknown(at) }),
            },
            LimitKind::YearDay => {
                let day: Date = format!("{:04}-{}", from.year() + 1, limit.day).parse().ok()?;
                Some(Term { day, guessed: false, how: Reckoned::YearDay(at) })
            }
            _ => None,
        }
    }

    /// The last day for what is formed on `from`, the last day of a stretch. The shortest of the limits that hold for all of the
    /// item; where each holds for a part of it, the longest, since nobody can tell which part is missing.
    pub(super) fn term(&mut self, item: &Item, from: Date) -> Term {
        let mut all: Vec<(bool, Term)> = Vec::new();
        for (at, limit) in item.limits.iter().enumerate() {
            all.extend(self.by((at, limit), from).map(|term| (limit.applies_to.is_empty(), term)));
        }
        let whole = all.iter().filter(|(whole, _)| *whole).map(|(_, term)| *term).min_by_key(|term| term.day);
        let part = all.iter().map(|(_, term)| *term).max_by_key(|term| term.day);
        whole.or(part).unwrap_or_else(|| {
            let rule = self.readings.apply(&PUBLISH_PROACTIVE);
            let (day, guessed) = self.count(&rule, from);
            Term { day, guessed, how: Reckoned::Regulation }
        })
    }

    /// The count behind a term, day by day; `None` where nothing is counted.
    pub(super) fn run(&self, item: &Item, term: &Term, from: Date) -> Option<Run> {
        let rule = match term.how {
            Reckoned::Limit(at) => rule_of(item.limits.get(at)?, self.readings)?,
            Reckoned::Regulation => self.readings.apply(&PUBLISH_PROACTIVE),
            Reckoned::YearDay(_) | Reckoned::Unknown(_) => return None,
        };
        clock::probable(&rule, from, &[], 0, self.calendar).ok()
    }
}

/// How a last day comes about, in words.
pub(super) fn words(item: &Item, term: &Term) -> String {
    let printed = |at: usize| item.limits.get(at).map_or("", |limit| limit.printed.as_str());
    let guessed = if term.guessed {
        "放假安排还没有公布的日子按星期推算，公布后以重新计算的为准。"
    } else {
        ""
    };
    match term.how {
        Reckoned::Limit(at) => {
            let contradicted = item.limits.get(at).map(limits::contradictions).unwrap_or_default();
            let heed = if contradicted.is_empty() {
                ""
            } else {
                "目录里这个时限的数目、规则和原文不一致，按数目计算，请核对目录。"
            };
            format!("目录的时限：{}；从时段最后一日的次日起算。{heed}{guessed}", printed(at))
        }
        Reckoned::YearDay(at) => format!("目录的时限：{}。", printed(at)),
        Reckoned::Unknown(at) => {
            format!("目录的时限：{}；起算的日子系统不知道，按时段的最后一日要求。", printed(at))
        }
        Reckoned::Regulation => {
            format!(
                "目录没有写明天数，按《政府信息公开条例》第二十六条，从时段最后一日的次日起 20 个工作日内。{guessed}"
            )
        }
    }
}
