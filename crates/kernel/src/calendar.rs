//! The working-day calendar: weekdays, less the days that the yearly State Council notice declares off, plus the
//! weekend days that it declares worked (国务院办公厅部分节假日安排).

use std::collections::BTreeMap;

use jiff::{civil::Date, civil::Weekday};
use sha2::{Digest, Sha256};

/// What a notice says of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// 放假: a weekday off (or a weekend day inside a holiday).
    Off,
    /// 上班: a weekend day worked.
    Worked,
}

/// Why a day is worked or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// Monday to Friday, and no notice says otherwise.
    Weekday,
    /// A weekend day worked in exchange for a holiday.
    MadeUp,
    /// Saturday or Sunday outside any holiday.
    Weekend,
    /// Inside the holiday of this name; empty for days that staff entered, as the office records no names.
    Holiday(&'static str),
}

impl DayKind {
    pub fn is_working(self) -> bool {
        matches!(self, Self::Weekday | Self::MadeUp)
    }
}

/// The calendar with the years that are known.
#[derive(Debug, Clone)]
pub struct Calendar {
    special: BTreeMap<Date, Special>,
    holidays: BTreeMap<Date, &'static str>,
    known_from: Date,
    known_until: Date,
}

/// The date lies in a year whose notice is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} 超出已录入的工作日历（{1} 至 {2}）。请先在“工作日历”录入国务院办公厅当年放假通知。")]
pub struct Unknown(pub Date, pub Date, pub Date);

/// Holidays and worked weekend days of a year, `MM-DD` (previous-December days carry their year).
const NOTICES: &[(i16, &str, &str)] = &[
    (
        2019,
        "元旦=2018-12-30~01-01 春节=02-04~02-10 清明节=04-05 劳动节=05-01~05-04 端午节=06-07 中秋节=09-13 \
         国庆节=10-01~10-07",
        "2018-12-29 02-02 02-03 04-28 05-05 09-29 10-12",
    ),
    (
        2020,
        "元旦=01-01 春节=01-24~02-02 清明节=04-04~04-06 劳动节=05-01~05-05 端午节=06-25~06-27 \
         国庆节、中秋节=10-01~10-08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    (
        2021,
        "元旦=01-01~01-03 春节=02-11~02-17 清明节=04-03~04-05 劳动节=05-01~05-05 端午节=06-12~06-14 \
         中秋节=09-19~09-21 国庆节=10-01~10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    (
        2022,
        "元旦=01-01~01-03 春节=01-31~02-06 清明节=04-03~04-05 劳动节=04-30~05-04 端午节=06-03~06-05 \
         中秋节=09-10~09-12 国庆节=10-01~10-07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    (
        2023,
        "元旦=2022-12-31~01-02 春节=01-21~01-27 清明节=04-05 劳动节=04-29~05-03 端午节=06-22~06-24 \
         中秋节、国庆节=09-29~10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    (
        2024,
        "元旦=01-01 春节=02-10~02-17 清明节=04-04~04-06 劳动节=05-01~05-05 端午节=06-10 中秋节=09-15~09-17 \
         国庆节=10-01~10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    (
        2025,
        "元旦=01-01 春节=01-28~02-04 清明节=04-04~04-06 劳动节=05-01~05-05 端午节=05-31~06-02 \
         国庆节、中秋节=10-01~10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    (
        2026,
        "元旦=01-01~01-03 春节=02-15~02-23 清明节=04-04~04-06 劳动节=05-01~05-05 端午节=06-19~06-21 \
         中秋节=09-25~09-27 国庆节=10-01~10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
];

/// The holiday that falls on the same day of every year and so needs no notice (《全国年节及纪念日放假办法》, as in force from
/// 2025: 元旦 1 January, 劳动节 1 and 2 May, 国庆节 1 to 3 October). Those of the lunar calendar are left to the notices, as are
/// the days that are moved to make a holiday longer.
fn fixed_holiday(day: Date) -> Option<&'static str> {
    match (day.month(), day.day()) {
        (1, 1) => Some("元旦"),
        (5, 1) => Some("劳动节"),
        (5, 2) if day.year() >= 2025 => Some("劳动节"),
        (10, 1..=3) => Some("国庆节"),
        _ => None,
    }
}

impl Calendar {
    /// The notices that ship with the program: 2019 to 2026. Later years are added in the office.
    pub fn bundled() -> Self {
        const TABLE: &str = "the table above holds named dates only, as the tests prove";
        let (mut special, mut holidays) = (BTreeMap::new(), BTreeMap::new());
        for (year, off, worked) in NOTICES {
            let day = |text: &str| -> Date {
                let full = if text.len() == 5 { format!("{year}-{text}") } else { text.to_owned() };
                full.parse().expect(TABLE)
            };
            for holiday in off.split_whitespace() {
                let (name, range) = holiday.split_once('=').expect(TABLE);
                let (first, last) = range.split_once('~').unwrap_or((range, range));
                let (mut at, last) = (day(first), day(last));
                while at <= last {
                    special.insert(at, Special::Off);
                    holidays.insert(at, name);
                    at = at.tomorrow().expect("far from the end of time");
                }
            }
            for one in worked.split_whitespace() {
                special.insert(day(one), Special::Worked);
            }
        }
        Self { special, holidays, known_from: Date::constant(2019, 1, 1), known_until: Date::constant(2026, 12, 31) }
    }

    /// Adds days that staff entered; `complete_until` is the last day for which a notice is recorded, if later.
    pub fn extend(&mut self, days: impl IntoIterator<Item = (Date, Special)>, complete_until: Option<Date>) {
        self.special.extend(days);
        self.known_until = self.known_until.max(complete_until.unwrap_or(self.known_until));
    }

    /// Adds whole notices. The calendar is then known to the end of every year that follows without a gap and whose
    /// 1 October is declared off: each yearly notice does so, and the last days of the December before do not make a year.
    pub fn add_notices(&mut self, days: impl IntoIterator<Item = (Date, Special)>) {
        self.special.extend(days);
        let off = |year| Date::new(year, 10, 1).is_ok_and(|day| self.special.get(&day) == Some(&Special::Off));
        let mut year = self.known_until.year();
        while off(year + 1) {
            year += 1;
        }
        self.known_until = self.known_until.max(Date::new(year, 12, 31).unwrap_or(self.known_until));
    }

    /// The last day whose notice is recorded.
    pub fn known_until(&self) -> Date {
        self.known_until
    }

    /// Names what the calendar holds: the last known year and a digest of all its days. Two calendars that could give
    /// different deadlines have different versions, so that an old deadline can be traced to what it was counted with.
    pub fn version(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{} {}", self.known_from, self.known_until));
        for (day, special) in &self.special {
            digest.update(format!("\n{day} {}", if *special == Special::Off { "off" } else { "worked" }));
        }
        let digest = hex::encode(digest.finalize());
        format!("{}.{}", self.known_until.year(), &digest[..8])
    }

    /// Whether a notice is recorded for `day`.
    ///
    /// # Errors
    /// [`Unknown`] when none is.
    pub fn known(&self, day: Date) -> Result<(), Unknown> {
        if day < self.known_from || day > self.known_until {
            return Err(Unknown(day, self.known_from, self.known_until));
        }
        Ok(())
    }

    /// What kind of day `day` is; where no notice is recorded, by its weekday and the holidays that the law itself fixes.
    pub fn kind(&self, day: Date) -> DayKind {
        match self.special.get(&day) {
            Some(Special::Off) => DayKind::Holiday(self.holidays.get(&day).copied().unwrap_or_default()),
            Some(Special::Worked) => DayKind::MadeUp,
            None => match fixed_holiday(day) {
                Some(holiday) => DayKind::Holiday(holiday),
                None if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) => DayKind::Weekend,
                None => DayKind::Weekday,
            },
        }
    }

    /// Whether `day` is a working day, as [`Self::kind`] has it where no notice is recorded: for display, never for a
    /// statutory deadline.
    pub fn is_probably_working(&self, day: Date) -> bool {
        self.kind(day).is_working()
    }

    /// Whether `day` is a working day.
    ///
    /// # Errors
    /// [`Unknown`] when no notice is recorded for the day.
    pub fn is_working(&self, day: Date) -> Result<bool, Unknown> {
        self.known(day).map(|()| self.is_probably_working(day))
    }

    /// The day that is `count` working days after `start`; `start` itself is not counted (民法典 Art. 201).
    ///
    /// # Errors
    /// [`Unknown`] when the count runs past the recorded notices.
    pub fn after_working_days(&self, start: Date, count: u32) -> Result<Date, Unknown> {
        let (mut day, mut left) = (start, count);
        while left > 0 {
            // No later day exists at the end of time, which no notice covers either.
            day = day.tomorrow().map_err(|_| Unknown(day, self.known_from, self.known_until))?;
            left -= u32::from(self.is_working(day)?);
        }
        Ok(day)
    }

    /// Like [`Self::after_working_days`], but by weekdays alone where no notice is recorded: for work lists and for
    /// periods that the house set itself, never for a statutory deadline.
    pub fn probably_after(&self, start: Date, count: u32) -> Date {
        let (mut day, mut left) = (start, count);
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            left -= u32::from(self.is_probably_working(day));
        }
        day
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before.
    ///
    /// # Errors
    /// [`Unknown`] when a day between them is not recorded.
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<i64, Unknown> {
        let first = from.min(to);
        if first < from.max(to) {
            self.known(first.tomorrow().unwrap_or(first))?;
            self.known(from.max(to))?;
        }
        Ok(self.working_days_left(from, to))
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before. By weekdays alone where no notice
    /// is recorded: what people are told is a [`crate::Countdown`].
    fn working_days_left(&self, from: Date, to: Date) -> i64 {
        let (mut day, end, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        // A century is more than any period here; it bounds the loop on absurd input.
        for _ in 0..36_600 {
            let Some(next) = day.tomorrow().ok().filter(|next| *next <= end) else { break };
            day = next;
            count += i64::from(self.is_probably_working(day));
        }
        count * sign
    }

    /// The special days, in order.
    pub fn special_days(&self) -> impl Iterator<Item = (Date, Special)> + '_ {
        self.special.iter().map(|(day, special)| (*day, *special))
    }
}

/// 周一 to 周日.
pub fn weekday(day: Date) -> &'static str {
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][day.weekday().to_monday_zero_offset() as usize]
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

    #[test]
    fn a_probable_day_is_the_certain_one_where_the_notices_are_known_and_goes_on_past_them() {
        let calendar = Calendar::bundled();
        assert_eq!(calendar.probably_after(date("2026-04-30"), 20), date("2026-06-01"));
        // 2027-01-01, a Friday, is a holiday whatever the notice of 2027 will say.
        assert_eq!(calendar.probably_after(date("2026-12-30"), 2), date("2027-01-04"));
        assert_eq!(calendar.probably_after(date("2026-12-31"), 5), date("2027-01-08"));
        assert_eq!(calendar.probably_after(Date::MAX, 5), Date::MAX);
        assert!(calendar.after_working_days(Date::MAX, 1).is_err());
    }

    #[test]
    fn days_between_are_counted_only_where_all_are_known() {
        let calendar = Calendar::bundled();
        assert_eq!(calendar.working_days_between(date("2025-09-30"), date("2025-10-11")), Ok(3));
        assert_eq!(calendar.working_days_between(date("2025-10-11"), date("2025-09-30")), Ok(-3));
        assert_eq!(calendar.working_days_between(date("2018-12-31"), date("2019-01-02")), Ok(1));
        assert_eq!(calendar.working_days_between(date("2026-12-31"), date("2026-12-31")), Ok(0));
        assert!(calendar.working_days_between(date("2026-12-31"), date("2027-01-04")).is_err());
        assert!(calendar.working_days_between(date("2018-12-28"), date("2019-01-02")).is_err());
    }

    #[test]
    fn each_kind_of_day_is_told_apart() {
        let calendar = Calendar::bundled();
        for (day, kind) in [
            ("2025-10-06", DayKind::Holiday("国庆节、中秋节")),
            ("2025-10-11", DayKind::MadeUp),
            ("2025-10-12", DayKind::Weekend),
            ("2025-10-13", DayKind::Weekday),
            ("2022-12-31", DayKind::Holiday("元旦")),
            ("2027-02-06", DayKind::Weekend),
            // Fixed by the law itself, so that no notice is needed.
            ("2027-01-01", DayKind::Holiday("元旦")),
            ("2028-05-01", DayKind::Holiday("劳动节")),
            ("2028-05-02", DayKind::Holiday("劳动节")),
            ("2028-05-03", DayKind::Weekday),
            ("2018-05-02", DayKind::Weekday),
            ("2029-10-03", DayKind::Holiday("国庆节")),
            ("2029-10-04", DayKind::Weekday),
        ] {
            assert_eq!(calendar.kind(date(day)), kind, "{day}");
        }
        assert_eq!(weekday(date("2025-10-12")), "周日");
        let mut own = calendar;
        own.extend([(date("2027-02-05"), Special::Off)], None);
        assert_eq!(own.kind(date("2027-02-05")), DayKind::Holiday(""));
    }

    #[test]
    fn the_version_changes_with_the_days_and_with_nothing_else() {
        let (calendar, mut other) = (Calendar::bundled(), Calendar::bundled());
        assert_eq!(calendar.version(), other.version());
        assert!(calendar.version().starts_with("2026."), "{}", calendar.version());
        other.extend([(date("2027-01-01"), Special::Off)], None);
        assert_ne!(calendar.version(), other.version());
        let one_day_more = other.version();
        other.extend([], Some(date("2027-12-31")));
        assert_ne!(one_day_more, other.version());
    }

    #[test]
    fn notices_complete_the_years_that_follow_without_a_gap() {
        let off = |day: &str| (date(day), Special::Off);
        let mut calendar = Calendar::bundled();
        calendar.add_notices([off("2028-10-01")]);
        assert_eq!(calendar.known_until(), date("2026-12-31"), "2027 is missing");
        calendar.add_notices([off("2027-12-31"), off("2027-01-01")]);
        assert_eq!(calendar.known_until(), date("2026-12-31"), "2027 has no 国庆节 yet");
        calendar.add_notices([off("2027-10-01")]);
        assert_eq!(calendar.known_until(), date("2028-12-31"));
    }
}
