//! Until when a stage should be passed. Computed at each reading: a calendar that changes moves the day.

use jiff::{Timestamp, civil::Date};
use kernel::{Calendar, time};

/// How a stage stands with its working days. For showing a clock; no statutory deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last day on which it should be passed.
    pub on: Date,
    /// Working days that are left; below 0 = late.
    pub left: i64,
    /// Working days of the stage.
    pub total: u32,
    /// How many of them are used.
    pub used: u32,
}

/// The clock of a stage of `days` working days that began at `since`.
pub fn due(calendar: &Calendar, since: Timestamp, days: u32, today: Date) -> Due {
    let on = calendar.probably_after(time::date_in_china(since), days);
    let left = calendar.working_days_left(today, on);
    Due { on, left, total: days, used: u32::try_from(i64::from(days) - left).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_stage_runs_over_the_holiday() {
        let since = "2026-04-30T02:00:00Z".parse().expect("moment");
        let calendar = Calendar::bundled();
        let clock = |today| due(&calendar, since, 3, today);
        assert_eq!(clock(date(2026, 4, 30)), Due { on: date(2026, 5, 8), left: 3, total: 3, used: 0 });
        assert_eq!(clock(date(2026, 5, 7)), Due { on: date(2026, 5, 8), left: 1, total: 3, used: 2 });
        assert_eq!(clock(date(2026, 5, 9)).left, -1, "9 May is worked");
    }
}
