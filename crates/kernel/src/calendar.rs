//! The working-day calendar: weekdays, less the days that the yearly State Council notice declares off, plus the
//! weekend days that it declares worked (国务院办公厅部分节假日安排).

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date, civil::Weekday};

/// What a notice says of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// 放假: a weekday off (or a weekend day inside a holiday).
    Off,
    /// 上班: a weekend day worked.
    Worked,
}

/// The calendar with the years that are known.
#[derive(Debug, Clone)]
pub struct Calendar {
    special: BTreeMap<Date, Special>,
    known_from: Date,
    known_until: Date,
}

/// The date lies in a year whose notice is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} 超出已录入的工作日历（{1} 至 {2}）。请先在「工作日历」录入国务院办公厅当年放假通知。")]
pub struct Unknown(pub Date, pub Date, pub Date);

/// Off ranges and worked days of a year, `MM-DD` (previous-December days carry their year).
const NOTICES: &[(i16, &str, &str)] = &[
    (
        2019,
        "2018-12-30~01-01 02-04~02-10 04-05 05-01~05-04 06-07 09-13 10-01~10-07",
        "2018-12-29 02-02 02-03 04-28 05-05 09-29 10-12",
    ),
    (2020, "01-01 01-24~02-02 04-04~04-06 05-01~05-05 06-25~06-27 10-01~10-08", "01-19 04-26 05-09 06-28 09-27 10-10"),
    (
        2021,
        "01-01~01-03 02-11~02-17 04-03~04-05 05-01~05-05 06-12~06-14 09-19~09-21 10-01~10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    (
        2022,
        "01-01~01-03 01-31~02-06 04-03~04-05 04-30~05-04 06-03~06-05 09-10~09-12 10-01~10-07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    (
        2023,
        "2022-12-31~01-02 01-21~01-27 04-05 04-29~05-03 06-22~06-24 09-29~10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    (
        2024,
        "01-01 02-10~02-17 04-04~04-06 05-01~05-05 06-10 09-15~09-17 10-01~10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    (2025, "01-01 01-28~02-04 04-04~04-06 05-01~05-05 05-31~06-02 10-01~10-08", "01-26 02-08 04-27 09-28 10-11"),
    (
        2026,
        "01-01~01-03 02-15~02-23 04-04~04-06 05-01~05-05 06-19~06-21 09-25~09-27 10-01~10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
];

impl Calendar {
    /// The notices that ship with the program: 2019 to 2026. Later years are added in the office.
    pub fn bundled() -> Self {
        let mut special = BTreeMap::new();
        for (year, off, worked) in NOTICES {
            let day = |text: &str| -> Date {
                let full = if text.len() == 5 { format!("{year}-{text}") } else { text.to_owned() };
                full.parse().expect("the table above holds dates only, as the tests prove")
            };
            for range in off.split(' ') {
                let (first, last) = range.split_once('~').unwrap_or((range, range));
                let (mut at, last) = (day(first), day(last));
                while at <= last {
                    special.insert(at, Special::Off);
                    at = at.tomorrow().expect("far from the end of time");
                }
            }
            for one in worked.split(' ') {
                special.insert(day(one), Special::Worked);
            }
        }
        Self { special, known_from: Date::constant(2019, 1, 1), known_until: Date::constant(2026, 12, 31) }
    }

    /// Adds days that staff entered; `complete_until` is the last day for which a notice is recorded, if later.
    pub fn extend(&mut self, days: impl IntoIterator<Item = (Date, Special)>, complete_until: Option<Date>) {
        self.special.extend(days);
        self.known_until = self.known_until.max(complete_until.unwrap_or(self.known_until));
    }

    /// The last day whose notice is recorded.
    pub fn known_until(&self) -> Date {
        self.known_until
    }

    /// Whether `day` is a working day, by its weekday alone where no notice is recorded: for display, never for a
    /// statutory deadline.
    pub fn is_probably_working(&self, day: Date) -> bool {
        match self.special.get(&day) {
            Some(Special::Off) => false,
            Some(Special::Worked) => true,
            None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// Whether `day` is a working day.
    ///
    /// # Errors
    /// [`Unknown`] when no notice is recorded for the day.
    pub fn is_working(&self, day: Date) -> Result<bool, Unknown> {
        if day < self.known_from || day > self.known_until {
            return Err(Unknown(day, self.known_from, self.known_until));
        }
        Ok(self.is_probably_working(day))
    }

    /// The day that is `count` working days after `start`; `start` itself is not counted (民法典 Art. 201).
    ///
    /// # Errors
    /// [`Unknown`] when the count runs past the recorded notices.
    pub fn after_working_days(&self, start: Date, count: u32) -> Result<Date, Unknown> {
        let (mut day, mut left) = (start, count);
        while left > 0 {
            day = day.saturating_add(1.day());
            if self.is_working(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before. Uses weekdays alone where
    /// no notice is recorded, so it is for telling people how much time is left, not for computing a deadline.
    pub fn working_days_left(&self, from: Date, to: Date) -> i64 {
        let (mut day, end, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        // Ten years is more than any period here; it bounds the loop on absurd input.
        for _ in 0..3660 {
            if day >= end {
                break;
            }
            day = day.saturating_add(1.day());
            count += i64::from(self.is_probably_working(day));
        }
        count * sign
    }

    /// The special days, in order.
    pub fn special_days(&self) -> impl Iterator<Item = (Date, Special)> + '_ {
        self.special.iter().map(|(day, special)| (*day, *special))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("date")
    }

    #[test]
    fn the_years_have_as_many_working_days_as_the_notices_give() {
        let calendar = Calendar::bundled();
        for (year, expected) in
            [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
        {
            let (mut day, mut count) = (Date::constant(year, 1, 1), 0);
            while day.year() == year {
                count += i32::from(calendar.is_working(day).expect("known year"));
                day = day.tomorrow().expect("tomorrow");
            }
            assert_eq!(count, expected, "{year}");
        }
    }

    #[test]
    fn deadlines_fall_on_the_days_that_were_worked_out_by_hand() {
        let calendar = Calendar::bundled();
        for (start, seven, fifteen, twenty, forty) in [
            ("2019-05-15", "2019-05-24", "2019-06-05", "2019-06-13", "2019-07-11"),
            ("2019-12-30", "2020-01-09", "2020-01-20", "2020-02-04", "2020-03-03"),
            ("2020-01-20", "2020-02-06", "2020-02-18", "2020-02-25", "2020-03-24"),
            ("2024-02-08", "2024-02-23", "2024-03-06", "2024-03-13", "2024-04-11"),
            ("2024-09-13", "2024-09-25", "2024-10-11", "2024-10-17", "2024-11-14"),
            ("2025-04-25", "2025-05-08", "2025-05-20", "2025-05-27", "2025-06-25"),
            ("2026-04-30", "2026-05-13", "2026-05-25", "2026-06-01", "2026-06-30"),
        ] {
            for (count, due) in [(7, seven), (15, fifteen), (20, twenty), (40, forty)] {
                assert_eq!(calendar.after_working_days(date(start), count), Ok(date(due)), "{start} + {count}");
            }
        }
    }

    #[test]
    fn past_the_last_notice_the_calendar_refuses_instead_of_guessing() {
        let calendar = Calendar::bundled();
        assert!(calendar.after_working_days(date("2026-12-25"), 20).is_err());
        let mut longer = calendar.clone();
        longer.extend([(date("2027-01-01"), Special::Off)], Some(date("2027-12-31")));
        assert!(longer.after_working_days(date("2026-12-25"), 20).is_ok());
    }

    #[test]
    fn days_left_count_both_ways() {
        let calendar = Calendar::bundled();
        assert_eq!(calendar.working_days_left(date("2026-04-30"), date("2026-05-13")), 7);
        assert_eq!(calendar.working_days_left(date("2026-05-13"), date("2026-04-30")), -7);
        assert_eq!(calendar.working_days_left(date("2026-05-13"), date("2026-05-13")), 0);
    }
}
