//! Dates as they are typed where issued duties are changed: the same words as in a draft, and what is strange in them told.

use jiff::civil::Date;
use kernel::calendar::weekday;
use web::Ctx;

use crate::plans::due;

/// What is asked for.
pub(crate) const DATE_HINT: &str = "请填写新的期限，例如 2026-06-30；也可以写 12月20日、6月底前。";

/// The day that somebody typed, in words or figures; without a year it is of this one.
pub(crate) fn read(typed: &str, year: i16) -> Option<Date> {
    due::read(typed, year)?.on
}

/// Whether a day lies in another year than that of the plan.
pub(crate) fn is_off_year(due: Date, year: i16) -> bool {
    due.year() != year
}

/// What is strange about a day, to stand behind it; empty when nothing is.
pub(crate) fn note(ctx: &Ctx, due: Date, year: i16) -> String {
    let mut notes = String::new();
    if is_off_year(due, year) {
        notes.push_str(&format!("；注意：不在计划年度 {year} 年内"));
    }
    if !ctx.calendar().is_probably_working(due) {
        notes.push_str(&format!("；注意：这一天是{}，休息日", weekday(due)));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_typed_as_in_a_draft() {
        for typed in ["12月20日", "12月20日前", "2026-12-20", "2026年12月20日", "20261220", "2026.12.20"] {
            assert_eq!(read(typed, 2026).map(|day| day.to_string()).as_deref(), Some("2026-12-20"), "{typed}");
        }
        for typed in ["", "尽快", "每季度", "2026-02-30"] {
            assert_eq!(read(typed, 2026), None, "{typed}");
        }
        let day = read("12月20日", 2026).expect("a day");
        assert!(is_off_year(day, 2025) && !is_off_year(day, 2026));
    }
}
