//! How long until a day: one rule for the desk, the board, mails and the portal, so that no two pages say different things.
//!
//! Counted in working days where the calendar knows every day between; where it does not, in calendar days, and the words
//! say so. A working day is never guessed.

use jiff::civil::Date;

use crate::calendar::Calendar;

/// Where a day lies, seen from today: what lists are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It is today, whatever kind of day that is.
    Today,
    /// At most three days of its unit are left.
    Near,
    /// It has passed: from the day after on, on weekends too.
    Past,
    Later,
}

/// The time between today and the day on which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Countdown {
    today: Date,
    due: Date,
    days: i64,
    working: bool,
}

/// What is said where working days cannot be counted.
const NOT_RECORDED: &str = "（日历未录入，按自然日）";

impl Calendar {
    /// How long it is from `today` to `due`.
    pub fn countdown(&self, today: Date, due: Date) -> Countdown {
        let (days, working) = self.days_to(today, due);
        Countdown { today, due, days, working }
    }

    /// Days after `from` up to and including `to` (negative when `to` lies before), and whether they are working days.
    fn days_to(&self, from: Date, to: Date) -> (i64, bool) {
        match self.working_days_between(from, to) {
            Ok(days) => (days, true),
            Err(_) => (i64::from((to - from).get_days()), false),
        }
    }

    /// The ruler of something that runs since `since`: its whole length and how much of it is used, both at least 0, in one
    /// unit; used is more than the whole once it is overdue.
    pub fn ruler(&self, since: Date, due: Date, today: Date) -> Ruler {
        let since = since.min(due);
        let now = today.max(since);
        let ((total, known), (used, also)) = (self.days_to(since, due), self.days_to(since, now));
        let working = known && also;
        let (total, used) = if working {
            (total, used)
        } else {
            (i64::from((due - since).get_days()), i64::from((now - since).get_days()))
        };
        let number = |days: i64| u32::try_from(days).unwrap_or(0);
        Ruler { total: number(total).max(1), used: number(used), working }
    }
}

impl Countdown {
    /// The last day of the term.
    pub fn due(&self) -> Date {
        self.due
    }

    /// Days that are left; negative once it has passed. Their unit is [`Self::in_working_days`].
    pub fn days(&self) -> i64 {
        self.days
    }

    /// Whether the days are working days; else the calendar is not recorded so far and they are calendar days.
    pub fn in_working_days(&self) -> bool {
        self.working
    }

    /// Whether it has passed.
    pub fn is_past(&self) -> bool {
        self.due < self.today
    }

    /// Where the day lies.
    pub fn urgency(&self) -> Urgency {
        match self.due.cmp(&self.today) {
            std::cmp::Ordering::Less => Urgency::Past,
            std::cmp::Ordering::Equal => Urgency::Today,
            std::cmp::Ordering::Greater if self.days <= 3 => Urgency::Near,
            std::cmp::Ordering::Greater => Urgency::Later,
        }
    }

    /// In words: 还剩 3 个工作日, 今天到期, 已到期, 已超 2 个工作日, 还剩 40 天（日历未录入，按自然日）.
    pub fn words(&self) -> String {
        let (many, past) = (self.days.abs(), self.is_past());
        match (self.urgency(), self.working) {
            (Urgency::Today, _) => "今天到期".into(),
            (Urgency::Past, true) if many == 0 => "已到期".into(),
            // Nothing but days off lies between: the day is ahead all the same.
            (_, true) if many == 0 => match i64::from((self.due - self.today).get_days()) {
                1 => "明天到期".into(),
                days => format!("还剩 {days} 天（非工作日）"),
            },
            (_, true) if past => format!("已超 {many} 个工作日"),
            (_, true) => format!("还剩 {many} 个工作日"),
            (_, false) if past => format!("已超 {many} 天{NOT_RECORDED}"),
            (_, false) => format!("还剩 {many} 天{NOT_RECORDED}"),
        }
    }

    /// Tone of a chip: `late` for what has passed, `soon` for what is due today or has one day left, else nothing. Where work of
    /// three days is given, three days left are nothing to be warned of.
    pub fn tone(&self) -> &'static str {
        match self.urgency() {
            Urgency::Past => "late",
            Urgency::Today => "soon",
            Urgency::Near if self.days <= 1 => "soon",
            Urgency::Near | Urgency::Later => "",
        }
    }
}

impl std::fmt::Display for Countdown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words())
    }
}

/// How much of a term is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruler {
    /// Its length, at least 1.
    pub total: u32,
    /// Used so far; more than the length once it is overdue.
    pub used: u32,
    /// Whether both are working days; else calendar days.
    pub working: bool,
}

impl Ruler {
    /// What is read aloud: 共 20 个工作日，已用 25 个，逾期 5 个.
    pub fn words(&self) -> String {
        let (unit, one, note) = if self.working { ("个工作日", "个", "") } else { ("天", "天", NOT_RECORDED) };
        let late = match self.used.saturating_sub(self.total) {
            0 => String::new(),
            late => format!("，逾期 {late} {one}"),
        };
        format!("共 {} {unit}，已用 {} {one}{late}{note}", self.total, self.used)
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn words(today: &str, due: &str) -> String {
        Calendar::bundled().countdown(today.parse().expect("date"), due.parse().expect("date")).words()
    }

    #[test]
    fn a_day_is_called_the_same_on_days_off() {
        // 27 November 2026 is a Friday.
        for (today, due, said) in [
            ("2026-11-27", "2026-11-27", "今天到期"),
            ("2026-11-28", "2026-11-27", "已到期"),
            ("2026-11-29", "2026-11-27", "已到期"),
            ("2026-11-30", "2026-11-27", "已超 1 个工作日"),
            ("2026-11-28", "2026-11-28", "今天到期"),
            ("2026-11-28", "2026-11-29", "明天到期"),
            ("2026-11-27", "2026-11-29", "还剩 2 天（非工作日）"),
            ("2026-11-29", "2026-11-30", "还剩 1 个工作日"),
            ("2026-11-27", "2026-12-31", "还剩 24 个工作日"),
        ] {
            assert_eq!(words(today, due), said, "{today} {due}");
        }
    }

    #[test]
    fn red_is_what_has_passed_and_nothing_else() {
        let calendar = Calendar::bundled();
        let tone = |due: Date| calendar.countdown(jiff::civil::date(2026, 3, 4), due).tone();
        let days = [(3, "late"), (4, "soon"), (5, "soon"), (6, ""), (9, "")];
        for (day, expected) in days {
            assert_eq!(tone(jiff::civil::date(2026, 3, day)), expected, "{day}");
        }
    }

    #[test]
    fn past_the_calendar_nothing_is_guessed() {
        assert_eq!(words("2026-11-28", "2027-01-30"), "还剩 63 天（日历未录入，按自然日）");
        assert_eq!(words("2027-01-04", "2026-12-31"), "已超 4 天（日历未录入，按自然日）");
        let ruler = Calendar::bundled().ruler(
            Date::constant(2026, 12, 1),
            Date::constant(2027, 1, 10),
            Date::constant(2026, 12, 11),
        );
        assert_eq!(ruler, Ruler { total: 40, used: 10, working: false });
        assert_eq!(ruler.words(), "共 40 天，已用 10 天（日历未录入，按自然日）");
    }

    #[test]
    fn a_ruler_goes_on_after_its_day() {
        let day = |text: &str| text.parse::<Date>().expect("date");
        let ruler = Calendar::bundled().ruler(day("2026-11-02"), day("2026-11-06"), day("2026-11-13"));
        assert_eq!(ruler.words(), "共 4 个工作日，已用 9 个，逾期 5 个");
    }

    /// What the words must say, found by walking from day to day.
    fn oracle(calendar: &Calendar, today: Date, due: Date) -> String {
        if today == due {
            return "今天到期".into();
        }
        let (first, last) = (today.min(due), today.max(due));
        let (mut day, mut all, mut working, mut known) = (first, 0, 0, true);
        while day < last {
            day = day.tomorrow().expect("tomorrow");
            all += 1;
            match calendar.is_working(day) {
                Ok(works) => working += i64::from(works),
                Err(_) => known = false,
            }
        }
        let ahead = due > today;
        match (known, working, ahead) {
            (false, _, true) => format!("还剩 {all} 天（日历未录入，按自然日）"),
            (false, _, false) => format!("已超 {all} 天（日历未录入，按自然日）"),
            (true, 0, true) if all == 1 => "明天到期".into(),
            (true, 0, true) => format!("还剩 {all} 天（非工作日）"),
            (true, 0, false) => "已到期".into(),
            (true, days, true) => format!("还剩 {days} 个工作日"),
            (true, days, false) => format!("已超 {days} 个工作日"),
        }
    }

    proptest! {
        #[test]
        fn words_and_counts_are_those_of_walking_day_by_day(from in 0..3000_i64, span in -500..500_i64) {
            let calendar = Calendar::bundled();
            let today = Date::constant(2019, 3, 1).saturating_add(from.days());
            let due = today.saturating_add(span.days());
            let left = calendar.countdown(today, due);
            prop_assert_eq!(left.words(), oracle(&calendar, today, due));
            prop_assert_eq!(left.is_past(), due < today);
            prop_assert_eq!(left.urgency() == Urgency::Today, due == today);
            prop_assert!(!left.in_working_days() || calendar.known(due).is_ok() || due == today);
        }
    }
}
