//! Periods: how often a duty is owed, and by when in each of them.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};

/// How often a duty is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cadence {
    /// 每周.
    Weekly,
    /// 每月.
    Monthly,
    /// 每季度.
    Quarterly,
    /// 每半年.
    HalfYearly,
    /// 每年.
    Yearly,
    /// 全年坚持: one report for the year.
    Continuous,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Stable name: `2026-W07`, `2026-03`, `2026-Q2`, `2026-H1`, `2026`.
    pub key: String,
    /// Name shown: 第二季度.
    pub label: String,
    /// Its first day, from which evidence for it may be handed in.
    pub start: Date,
    /// Its last day, before the days of grace.
    pub end: Date,
    /// Last day on which its evidence is in time.
    pub due: Date,
}

impl Cadence {
    /// All, from often to seldom.
    pub const ALL: [Self; 6] =
        [Self::Weekly, Self::Monthly, Self::Quarterly, Self::HalfYearly, Self::Yearly, Self::Continuous];

    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::HalfYearly => "half-yearly",
            Self::Yearly => "yearly",
            Self::Continuous => "continuous",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Weekly => "每周",
            Self::Monthly => "每月",
            Self::Quarterly => "每季度",
            Self::HalfYearly => "每半年",
            Self::Yearly => "每年",
            Self::Continuous => "全年坚持",
        }
    }

    /// The cadence with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cadence| cadence.code() == code)
    }

    /// The cadence whose name or code this is, as clerks write it in spreadsheets.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::from_code(text).or_else(|| Self::ALL.into_iter().find(|cadence| cadence.label() == text))
    }

    /// The periods of `year`. `until` is the last day on which it runs: the period in which it falls ends then, later ones are
    /// not owed. Evidence is in time until `grace_days` after the end of its period, the last one too.
    pub fn periods(self, year: i16, until: Option<Date>, grace_days: i64) -> Vec<Period> {
        // Years outside are refused where they are typed; here they only must not break the calendar.
        let year = year.clamp(1949, 2199);
        let mut periods = match self {
            Self::Weekly => weeks(year),
            Self::Monthly => months(year, 1, |n| (format!("{year}-{n:02}"), format!("{n}月"))),
            Self::Quarterly => months(year, 3, |n| (format!("{year}-Q{n}"), quarter(n))),
            Self::HalfYearly => months(year, 6, |n| (format!("{year}-H{n}"), half(n))),
            Self::Yearly | Self::Continuous => months(year, 12, |_| (year.to_string(), format!("{year}年"))),
        };
        if let Some(until) = until {
            periods.retain(|period| period.start <= until);
        }
        for period in &mut periods {
            period.end = until.map_or(period.end, |until| period.end.min(until));
            period.due = period.end.saturating_add(grace_days.clamp(0, 366).days());
        }
        periods
    }
}

/// The name shown of the period with this key; empty for what is no key.
pub fn label_of(key: &str) -> String {
    let Some((year, part)) = key.split_once('-') else {
        let year = key.len() == 4 && key.bytes().all(|b| b.is_ascii_digit());
        return if year { format!("{key}年") } else { String::new() };
    };
    let number = |text: &str| text.parse::<u8>().ok();
    let label = match (part.get(..1), part.get(1..).and_then(number), number(part)) {
        (Some("W"), Some(n @ 1..=53), _) => format!("第{n}周"),
        (Some("Q"), Some(n @ 1..=4), _) => quarter(n),
        (Some("H"), Some(n @ 1..=2), _) => half(n),
        (_, _, Some(n @ 1..=12)) => format!("{n}月"),
        _ => String::new(),
    };
    if year.len() == 4 { label } else { String::new() }
}

fn quarter(n: u8) -> String {
    format!("第{}季度", ["一", "二", "三", "四"][usize::from(n.clamp(1, 4)) - 1])
}

fn half(n: u8) -> String {
    if n == 1 { "上半年".into() } else { "下半年".into() }
}

/// Periods of `length` months; `name` gives key and label of the n-th, from 1.
fn months(year: i16, length: i8, name: impl Fn(u8) -> (String, String)) -> Vec<Period> {
    let mut periods = Vec::new();
    let mut first = 1_i8;
    while first <= 12 {
        let start = Date::constant(year, first, 1);
        let end = Date::constant(year, first + length - 1, 1).last_of_month();
        let (key, label) = name(u8::try_from((first - 1) / length + 1).unwrap_or(1));
        periods.push(Period { key, label, start, end, due: end });
        first += length;
    }
    periods
}

/// ISO weeks of a year (GB/T 7408): the week belongs to the year of its Thursday.
fn weeks(year: i16) -> Vec<Period> {
    let fourth = Date::constant(year, 1, 4);
    let mut start = fourth.saturating_sub(i64::from(fourth.weekday().since(Weekday::Monday)).days());
    let mut periods = Vec::new();
    loop {
        let thursday = start.saturating_add(3.days());
        if thursday.year() != year {
            return periods;
        }
        let n = periods.len() + 1;
        let end = start.saturating_add(6.days());
        periods.push(Period { key: format!("{year}-W{n:02}"), label: format!("第{n}周"), start, end, due: end });
        start = start.saturating_add(7.days());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("date")
    }

    #[test]
    fn periods_cover_the_year_without_gap_or_overlap() {
        for year in 2019..2032 {
            for cadence in Cadence::ALL {
                let periods = cadence.periods(year, None, 0);
                for pair in periods.windows(2) {
                    assert_eq!(pair[0].end.tomorrow().expect("tomorrow"), pair[1].start, "{cadence:?} {year}");
                }
                let keys: std::collections::BTreeSet<_> = periods.iter().map(|period| &period.key).collect();
                assert_eq!(keys.len(), periods.len());
                if cadence != Cadence::Weekly {
                    assert_eq!(periods[0].start, Date::constant(year, 1, 1));
                    assert_eq!(periods[periods.len() - 1].end, Date::constant(year, 12, 31));
                }
            }
        }
    }

    #[test]
    fn there_are_as_many_periods_as_the_words_say() {
        let count = |cadence: Cadence| cadence.periods(2026, None, 0).len();
        assert_eq!(count(Cadence::Weekly), 53, "2026 begins on a Thursday");
        assert_eq!(Cadence::Weekly.periods(2025, None, 0).len(), 52);
        assert_eq!([count(Cadence::Monthly), count(Cadence::Quarterly), count(Cadence::HalfYearly)], [12, 4, 2]);
        assert_eq!([count(Cadence::Yearly), count(Cadence::Continuous)], [1, 1]);
        assert_eq!(Cadence::Weekly.periods(2026, None, 0)[0].start, date("2025-12-29"));
    }

    #[test]
    fn a_final_date_cuts_the_periods_and_grace_moves_what_is_due() {
        let quarters = Cadence::Quarterly.periods(2026, Some(date("2026-12-10")), 10);
        let due: Vec<_> = quarters.iter().map(|period| period.due.to_string()).collect();
        assert_eq!(due, ["2026-04-10", "2026-07-10", "2026-10-10", "2026-12-20"], "ten days of grace in each");
        assert_eq!(quarters[3].end, date("2026-12-10"));
        let months = Cadence::Monthly.periods(2026, Some(date("2026-03-31")), 5);
        assert_eq!(months.len(), 3);
        assert_eq!(months[2].due, date("2026-04-05"));
        assert_eq!(Cadence::Monthly.periods(2026, Some(date("2026-03-31")), 0)[2].due, date("2026-03-31"));
        assert_eq!(months[2].label, "3月");
    }

    #[test]
    fn a_key_has_the_label_of_its_period() {
        for cadence in Cadence::ALL {
            for period in cadence.periods(2026, None, 0) {
                assert_eq!(label_of(&period.key), period.label);
            }
        }
        for other in ["", "2026-Q9", "2026-H3", "2026-W", "二〇二六"] {
            assert_eq!(label_of(other), "", "{other}");
        }
    }

    #[test]
    fn codes_are_read_back() {
        assert!(Cadence::ALL.iter().all(|cadence| Cadence::from_code(cadence.code()) == Some(*cadence)));
        assert_eq!(Cadence::read(" 每季度 "), Some(Cadence::Quarterly));
    }
}
