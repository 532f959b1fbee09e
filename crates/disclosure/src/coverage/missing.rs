//! What an organ has still to make public, told to other pages of the office as the map has it: there is one answer to what is
//! missing.

use item::Period;
use jiff::civil::Date;
use kernel::OrganCode;
use web::{Ctx, Result};

use super::{judge::Why, load};

/// A stretch of an item that is due soon, or overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Key of the item.
    pub(crate) item: String,
    /// In words: 2026 年1月.
    pub(crate) stretch: String,
    /// The last day; `None` = it should stand there for good.
    pub(crate) due: Option<Date>,
    pub(crate) is_late: bool,
    /// Its page on the map.
    pub(crate) href: String,
}

/// The words of a stretch beside nothing that says its year.
fn stretch(year: i16, (period, label): (Period, &str)) -> String {
    let part = label.trim_start_matches(&format!("{year}年"));
    if period == Period::Standing { label.to_owned() } else { format!("{year} 年{part}") }
}

/// What is overdue, or due soon, of an organ in this year and the one before, the oldest first.
///
/// # Errors
/// When the database fails.
pub(crate) async fn missing(ctx: &Ctx, organ: &OrganCode) -> Result<Vec<Missing>> {
    let today = ctx.today();
    let mut found = Vec::new();
    for year in [today.year() - 1, today.year()] {
        let map = load::map(ctx, year).await?;
        let own = map.cells(|_, owing| owing.owes.organ == *organ);
        let wanted = own.filter(|cell| matches!(cell.why, Why::Soon(_) | Why::Overdue(_)));
        found.extend(wanted.map(|cell| Missing {
            item: cell.line.item.key.to_string(),
            stretch: stretch(year, (cell.line.item.period, cell.stretch.label.as_str())),
            due: cell.why.due(),
            is_late: matches!(cell.why, Why::Overdue(_)),
            href: cell.href(year),
        }));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_says_its_year() {
        assert_eq!(stretch(2026, (Period::Month, "1月")), "2026 年1月");
        assert_eq!(stretch(2026, (Period::Year, "2026年度")), "2026 年度");
        assert_eq!(stretch(2026, (Period::Standing, "长期")), "长期");
    }
}
