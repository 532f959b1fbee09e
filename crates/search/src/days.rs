//! From which day to which day something became public, as somebody typed it: read where it can be, told in words where not.

use jiff::civil::Date;
use kernel::time::{no_date, parse_span};

/// What is written as an example, the same in every word about it.
const EXAMPLE: &str = "2026-03-05";

/// Two days as typed; either may be empty. A month or a year means its first day, or its last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) typed_from: String,
    pub(crate) typed_to: String,
    /// `None` where nothing was typed, or nothing that can be taken.
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    /// What is wrong with the first; empty when nothing is. The same for the next.
    pub(crate) wrong_from: String,
    pub(crate) wrong_to: String,
}

impl Days {
    /// Reads both. Days in the wrong order are no limit, and said to be none.
    pub(crate) fn read(from: &str, to: &str) -> Self {
        let mut days = Self { typed_from: from.trim().to_owned(), typed_to: to.trim().to_owned(), ..Self::default() };
        let span = |typed: &str| parse_span(typed).ok_or_else(|| no_date(typed, EXAMPLE));
        if !days.typed_from.is_empty() {
            match span(&days.typed_from) {
                Ok((first, _)) => days.from = Some(first),
                Err(why) => days.wrong_from = why,
            }
        }
        if !days.typed_to.is_empty() {
            match span(&days.typed_to) {
                Ok((_, last)) => days.to = Some(last),
                Err(why) => days.wrong_to = why,
            }
        }
        if let (Some(first), Some(last)) = (days.from, days.to)
            && first > last
        {
            days.wrong_to = format!("截止日期 {last} 早于起始日期 {first}，请核对这两个日期。");
            (days.from, days.to) = (None, None);
        }
        days
    }

    /// Why the days are not taken as typed, with the name of the parameter.
    pub(crate) fn fault(&self) -> Option<(&'static str, &str)> {
        let faults = [("from", self.wrong_from.as_str()), ("to", self.wrong_to.as_str())];
        faults.into_iter().find(|(_, why)| !why.is_empty())
    }
}

/// The days of a question in words; empty without any.
pub(crate) fn words(from: Option<Date>, to: Option<Date>) -> String {
    match (from, to) {
        (Some(from), Some(to)) if from == to => format!("{from} 公开"),
        (Some(from), Some(to)) => format!("{from} 至 {to} 公开"),
        (Some(from), None) => format!("{from} 以后公开"),
        (None, Some(to)) => format!("{to} 以前公开"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_months_and_years_are_read_as_people_write_them() {
        let read = |from: &str, to: &str| {
            let days = Days::read(from, to);
            assert_eq!(days.fault(), None, "{from} {to}");
            words(days.from, days.to)
        };
        assert_eq!(read("2026-03-05", "2026年4月1日"), "2026-03-05 至 2026-04-01 公开");
        assert_eq!(read("2025年", ""), "2025-01-01 以后公开");
        assert_eq!(read("", "2026-02"), "2026-02-28 以前公开");
        assert_eq!(read("2026/3/5", "2026.3.5"), "2026-03-05 公开");
        assert_eq!(read(" ", ""), "");
    }

    #[test]
    fn what_is_no_day_is_told_and_limits_nothing() {
        let days = Days::read("2026-02-30", "下周");
        assert_eq!((days.from, days.to), (None, None));
        assert!(days.wrong_from.contains("没有“2026-02-30”这一天"), "{}", days.wrong_from);
        assert!(days.wrong_to.contains("读不出是哪一天"), "{}", days.wrong_to);
        assert_eq!(days.typed_to, "下周");
        let turned = Days::read("2026-05-01", "2026-03-01");
        assert_eq!((turned.from, turned.to), (None, None));
        assert_eq!(turned.fault().map(|(name, _)| name), Some("to"));
    }
}
