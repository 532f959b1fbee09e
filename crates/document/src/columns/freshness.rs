//! Whether something new stands in a column as often as it should: by what the county set for it (更新频次), and by what the
//! State Council's office checks (政府网站与政务新媒体检查指标, 国办秘函〔2019〕19号). Lists, the desk and mails ask here, so that
//! they say the same. No statutory deadline: working days are told by weekday alone where no notice is recorded yet.

use jiff::{Span, ToSpan, civil::Date};
use kernel::{Calendar, time};
use store::Db;

use super::{
    kinds::{Cadence, ColumnKind},
    store::{Row, tree},
    tree::Tree,
};
use crate::error::Result;

/// By when something new must stand in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The last working day on which that is in time.
    pub due: Date,
    /// Which rule says so, in words.
    pub rule: &'static str,
}

/// A listed column with how fresh it is.
#[derive(Debug, Clone)]
pub struct Fresh {
    pub row: Row,
    /// Day of the newest public text in it and below; `None` = nothing has ever been public in it.
    pub newest: Option<Date>,
    /// From when it is counted: the newest text, or the day on which the column was made.
    pub since: Date,
    /// `None` = nothing says how often.
    pub limit: Option<Limit>,
}

impl Fresh {
    /// Whether its day has gone by.
    pub fn is_late(&self, today: Date) -> bool {
        self.limit.is_some_and(|limit| limit.due < today)
    }
}

/// Longest row of days off that is looked through; more is a calendar that nobody has recorded.
const DAYS_OFF: usize = 30;

/// The first working day from `day` on, or the last one up to it.
fn working(calendar: &Calendar, day: Date, forwards: bool) -> Date {
    let mut at = day;
    for _ in 0..DAYS_OFF {
        if calendar.is_probably_working(at) {
            return at;
        }
        let next = if forwards { at.tomorrow() } else { at.yesterday() };
        at = next.unwrap_or(at);
    }
    day
}

/// By when something new must stand in a column of which `last` is the day of the newest text; the earlier of what was set and
/// what is checked. `top`: whether it stands at the top of the tree. A day off gives way to the next working day where the
/// county set the period itself, and to the last one before where others count the days.
pub fn limit(cadence: Cadence, kind: ColumnKind, top: bool, last: Date, calendar: &Calendar) -> Option<Limit> {
    let after = |span: Span| last.checked_add(span).unwrap_or(Date::MAX);
    let own = match cadence {
        Cadence::Weekly => Some((after(1.week()), "每周更新")),
        Cadence::Monthly => Some((after(1.month()), "每月更新")),
        Cadence::Quarterly => Some((after(3.months()), "每季度更新")),
        Cadence::Yearly => Some((after(1.year()), "每年更新")),
        Cadence::Irregular | Cadence::Prompt => None,
    };
    let own = own.map(|(due, rule)| Limit { due: working(calendar, due, true), rule });
    let checked = match kind {
        ColumnKind::News => Some((after(2.weeks()), "检查指标：动态、要闻类 2 周")),
        ColumnKind::Notice | ColumnKind::Policy if top => {
            Some((after(6.months()), "检查指标：通知公告、政策文件类一级栏目 6 个月"))
        }
        _ => None,
    };
    let checked = checked.map(|(due, rule)| Limit { due: working(calendar, due, false), rule });
    own.into_iter().chain(checked).min_by_key(|limit| limit.due)
}

/// All listed columns in the order of the tree, with how fresh each is: three questions, whatever their number.
///
/// # Errors
/// When the database fails.
pub async fn fresh(db: &Db, calendar: &Calendar, today: Date) -> Result<Vec<Fresh>> {
    let (rows, listed) = (tree(db.read()).await?, Tree::load(db).await?);
    let one = |(_, row): (usize, Row)| {
        let column = listed.get(&row.slug)?;
        let newest = time::parse_date(&listed.fill(&row.slug).newest);
        let made = time::from_db(&row.created_at).map_or(today, time::date_in_china);
        let since = newest.unwrap_or(made);
        let top = listed.get(&column.parent).is_none();
        let limit = limit(row.renewed(), column.kind, top, since, calendar);
        Some(Fresh { newest, since, limit, row })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("date")
    }

    fn due(cadence: Cadence, kind: ColumnKind, top: bool, last: &str) -> Option<String> {
        limit(cadence, kind, top, day(last), &Calendar::bundled()).map(|limit| limit.due.to_string())
    }

    #[test]
    fn a_period_of_the_county_ends_on_a_working_day() {
        // 2026-03-08 is a Sunday.
        assert_eq!(due(Cadence::Weekly, ColumnKind::Topic, true, "2026-03-01").as_deref(), Some("2026-03-09"));
        assert_eq!(due(Cadence::Monthly, ColumnKind::Topic, true, "2026-01-31").as_deref(), Some("2026-02-28"));
        assert_eq!(due(Cadence::Quarterly, ColumnKind::Topic, true, "2026-01-05").as_deref(), Some("2026-04-07"));
        assert_eq!(due(Cadence::Yearly, ColumnKind::Topic, true, "2025-03-02").as_deref(), Some("2026-03-02"));
        assert_eq!(due(Cadence::Prompt, ColumnKind::Topic, true, "2026-03-02"), None);
        assert_eq!(due(Cadence::Irregular, ColumnKind::Topic, true, "2026-03-02"), None);
    }

    #[test]
    fn what_is_checked_by_others_holds_whatever_the_county_set() {
        assert_eq!(due(Cadence::Irregular, ColumnKind::News, false, "2026-03-02").as_deref(), Some("2026-03-16"));
        // Two weeks end on a Sunday: the Friday before is the last day that does.
        assert_eq!(due(Cadence::Yearly, ColumnKind::News, true, "2026-03-08").as_deref(), Some("2026-03-20"));
        assert_eq!(due(Cadence::Prompt, ColumnKind::Notice, true, "2026-03-02").as_deref(), Some("2026-09-02"));
        assert_eq!(due(Cadence::Prompt, ColumnKind::Notice, false, "2026-03-02"), None);
        let week = limit(Cadence::Weekly, ColumnKind::News, true, day("2026-03-02"), &Calendar::bundled());
        assert_eq!(week.map(|limit| limit.rule), Some("每周更新"));
    }

    #[test]
    fn the_end_of_time_is_no_fault() {
        assert!(limit(Cadence::Yearly, ColumnKind::News, true, Date::MAX, &Calendar::bundled()).is_some());
    }
}
