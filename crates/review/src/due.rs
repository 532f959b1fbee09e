//! Until when a stage should be passed. Computed at each reading: a calendar that changes moves the day.

use jiff::{Timestamp, civil::Date};
use kernel::{Calendar, Countdown, Ruler, time};

/// How a stage stands with its working days. For showing a clock; no statutory deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last day on which it should be passed.
    pub on: Date,
    /// How long it is until then.
    pub left: Countdown,
    /// The days of the stage and how many of them are used.
    pub ruler: Ruler,
}

/// The clock of a stage of `days` working days that began at `since`.
pub fn due(calendar: &Calendar, since: Timestamp, days: u32, today: Date) -> Due {
    let since = time::date_in_china(since);
    let on = calendar.probably_after(since, days);
    Due { on, left: calendar.countdown(today, on), ruler: calendar.ruler(since, on, today) }
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
        let told = |today| {
            let due = clock(today);
            (due.on, due.left.words(), due.ruler.words())
        };
        let on = date(2026, 5, 8);
        assert_eq!(told(date(2026, 4, 30)), (on, "还剩 3 个工作日".into(), "共 3 个工作日，已用 0 个".into()));
        assert_eq!(told(date(2026, 5, 7)), (on, "还剩 1 个工作日".into(), "共 3 个工作日，已用 2 个".into()));
        // 9 May is worked, 10 May is a Sunday.
        assert_eq!(clock(date(2026, 5, 9)).left.words(), "已超 1 个工作日");
        assert_eq!(clock(date(2026, 5, 10)).left.words(), "已超 1 个工作日");
    }
}
