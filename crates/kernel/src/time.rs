//! Moments and dates as the platform writes them.
//!
//! Stored form: UTC with milliseconds and fixed width (`2026-03-05T01:02:03.004Z`), so that text order is time order in
//! both databases. Shown form: China time, `YYYY-MM-DD HH:MM` (政府网站发展指引, display of time).

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The time zone of the county: UTC+8, without summer time.
pub fn china() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// The calendar date in China at `moment`.
pub fn date_in_china(moment: Timestamp) -> Date {
    moment.to_zoned_datetime(china()).date()
}

/// The stored form of a moment.
pub fn to_db(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Reads the stored form. `None` when the text is no moment.
pub fn from_db(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// `YYYY-MM-DD HH:MM` in China time, from the stored form; text that is no moment is shown as it stands.
pub fn show_minute(stored: &str) -> String {
    match from_db(stored) {
        Some(moment) => moment.to_zoned_datetime(china()).strftime("%Y-%m-%d %H:%M").to_string(),
        None => stored.to_owned(),
    }
}

/// `YYYY-MM-DD` in China time, from the stored form of a moment or of a date.
pub fn show_date(stored: &str) -> String {
    match from_db(stored) {
        Some(moment) => date_in_china(moment).to_string(),
        None => stored.to_owned(),
    }
}

/// The moment at which `date` begins in China.
pub fn start_of_day(date: Date) -> Timestamp {
    date.to_zoned_datetime(china()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// Reads `YYYY-MM-DD`, also with full-width digits, `/` or `.` as separators, or `2026年3月5日`.
pub fn parse_date(input: &str) -> Option<Date> {
    let normal: String = input
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            '/' | '.' | '年' | '月' | '．' | '－' => '-',
            _ => c,
        })
        .filter(|c| *c != '日' && !c.is_whitespace())
        .collect();
    let mut parts = normal.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    if parts.next().is_some() || !(1949..=2199).contains(&year) {
        return None;
    }
    Date::new(year, month, day).ok()
}

/// Why a text that is not empty is no day, in a sentence that says how to write one: no calendar has it, or it is written
/// otherwise.
pub fn no_date(input: &str, example: &str) -> String {
    let shown: String = input.trim().chars().take(20).collect();
    let on_first = |text: &str| {
        let cut = text.trim_end_matches('日').rfind(|c: char| !c.is_numeric()).map(|at| &text[..at]);
        cut.is_some_and(|month| parse_date(&format!("{month}-1")).is_some())
    };
    if on_first(&shown) {
        format!("没有“{shown}”这一天，请核对月份和日期，例如 {example}。")
    } else {
        format!("“{shown}”读不出是哪一天，请把年、月、日写全，例如 {example}。")
    }
}

/// Reads a day ([`parse_date`]), a month (`2026年12月`, `2026-12`) or a year (`2026年`, `2026`): its first and last day.
pub fn parse_span(input: &str) -> Option<(Date, Date)> {
    if let Some(day) = parse_date(input) {
        return Some((day, day));
    }
    let text = input.trim().trim_end_matches(['月', '年']);
    let month = parse_date(&format!("{text}-1")).map(|first| (first, first.last_of_month()));
    month.or_else(|| Some((parse_date(&format!("{text}-1-1"))?, parse_date(&format!("{text}-12-31"))?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_has_fixed_width_and_sorts_as_time() {
        let early = to_db("2026-03-05T01:02:03Z".parse().expect("moment"));
        let late = to_db("2026-03-05T01:02:03.5Z".parse().expect("moment"));
        assert_eq!(early, "2026-03-05T01:02:03.000Z");
        assert!(early < late);
    }

    #[test]
    fn the_day_in_china_begins_eight_hours_before_utc() {
        assert_eq!(show_minute("2026-12-31T16:30:00.000Z"), "2027-01-01 00:30");
        assert_eq!(to_db(start_of_day(Date::constant(2026, 1, 1))), "2025-12-31T16:00:00.000Z");
    }

    #[test]
    fn a_day_that_is_none_is_told_from_one_that_is_written_otherwise() {
        for none in ["2026-11-31", "2026年11月31日", "2026/2/30", " ２０２６－１１－３１ "] {
            assert_eq!(parse_date(none), None, "{none}");
            assert!(no_date(none, "2026-12-01").starts_with("没有“"), "{none}");
        }
        for short in ["12月1日", "明天", "2026-11", "2026-13-01"] {
            assert!(no_date(short, "2026-12-01").contains("把年、月、日写全"), "{short}");
        }
    }

    #[test]
    fn months_and_years_are_spans_of_days() {
        let span = |text: &str| parse_span(text).map(|(from, to)| format!("{from} {to}"));
        for form in ["2026年12月", "2026-12", "2026/12", " ２０２６年１２月 ", "2026.12"] {
            assert_eq!(span(form).as_deref(), Some("2026-12-01 2026-12-31"), "{form}");
        }
        assert_eq!(span("2026年2月").as_deref(), Some("2026-02-01 2026-02-28"));
        for form in ["2026", "2026年"] {
            assert_eq!(span(form).as_deref(), Some("2026-01-01 2026-12-31"), "{form}");
        }
        assert_eq!(span("2026年3月5日").as_deref(), Some("2026-03-05 2026-03-05"));
        for wrong in ["", "12月", "2026-13", "很快", "2026年12月32日", "26"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_are_read_in_the_forms_that_clerks_write() {
        for form in ["2026-03-05", "2026/3/5", "2026.3.5", "２０２６年３月５日", " 2026年3月5日 "] {
            assert_eq!(parse_date(form), Some(Date::constant(2026, 3, 5)), "{form}");
        }
        for wrong in ["2026-02-30", "3月5日", "", "26-3-5", "2026-3-5-1"] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }
}
