//! What is public of a time for which an organ says, or has said, that there is nothing: rows of its table speak against it,
//! however the item is asked and however long the days are over.

use std::{collections::BTreeSet, sync::Arc};

use item::{Item, ItemKey, Period};
use jiff::civil::Date;
use kernel::{OrganCode, time};
use record::counts::{self, Counted};
use store::Executor;
use web::{Ctx, Result};

use super::{
    judge::Why,
    load,
    map::{Map, is_register},
    none::Row,
};

/// Public rows of days that a declaration covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denied {
    pub(super) many: i64,
    /// Day of the newest publication; empty = not known.
    pub(super) newest: String,
}

impl Denied {
    /// In words, for who declares or confirms.
    pub(super) fn refuses(&self) -> String {
        let newest =
            if self.newest.is_empty() { String::new() } else { format!("（最近一次公开是 {}）", self.newest) };
        format!("这些日子已经公开 {} 条数据{newest}，不能声明没有此类信息。", self.many)
    }
}

/// Whether rows of a period speak against it: where the item is asked as it happens only what lies within, else what touches it.
fn speaks(item: &Item, code: &str, (from, until): (Date, Date)) -> bool {
    if item.period == Period::Standing || (item.period != Period::Event && is_register(item)) {
        return true;
    }
    item::period_days(code).is_some_and(|(first, last)| {
        if item.period == Period::Event { from <= first && last <= until } else { first <= until && from <= last }
    })
}

/// Whether rows of a period became public since a day, while it was declared that there are none.
fn came_since(item: &Item, one: &Counted, (from, until): (Date, Date), since: &str) -> bool {
    let touches = item::period_days(&one.period).is_some_and(|(first, last)| first <= until && from <= last);
    item.period == Period::Event && touches && one.records > 0 && one.last_on.as_str() >= since
}

fn sum<'a>(all: impl Iterator<Item = &'a Counted>) -> Option<Denied> {
    let mut found = Denied { many: 0, newest: String::new() };
    for one in all {
        found.many += one.records + one.expired;
        if one.last_on > found.newest {
            found.newest.clone_from(&one.last_on);
        }
    }
    (found.many > 0).then_some(found)
}

/// What stands in the columns of an item without a table, as the map of a year has it: in stretches that lie within the days, or,
/// where it is published as it happens, with its newest day among them.
fn in_columns(map: &Map, key: &str, own: &[OrganCode], (from, until): (Date, Date)) -> Option<Denied> {
    let line = map.line(key).filter(|line| !line.item.is_table())?;
    let owing = line.owing.iter().find(|owing| own.contains(&owing.owes.organ))?;
    line.stretches.iter().zip(&owing.cells).find_map(|(stretch, why)| {
        let (many, newest) = match why {
            Why::Published(many, newest) => (*many, newest.clone()),
            Why::Tardy(many, _, first) => (*many, first.to_string()),
            _ => return None,
        };
        let speaks = match line.item.period {
            Period::Event => time::parse_date(&newest).is_some_and(|day| (from..=until).contains(&day)),
            Period::Standing => true,
            _ => from <= stretch.first && stretch.last <= until,
        };
        speaks.then_some(Denied { many, newest })
    })
}

/// The organs whose rows are those of an organ: itself, or who followed it, with all that it follows.
fn organs(ctx: &Ctx, organ: &OrganCode) -> Vec<OrganCode> {
    let (directory, today) = (ctx.directory(), ctx.today());
    directory.answered_by(&directory.stands_for(organ, today), today)
}

/// What is public of the item and the organ of these days.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    (key, organ): (&ItemKey, &OrganCode),
    days: (Date, Date),
) -> Result<Option<Denied>> {
    let Some(item) = record::items::find(ctx, key).await? else { return Ok(None) };
    let own = organs(ctx, organ);
    let counted = counts::of_item(executor, key).await?;
    Ok(sum(counted.iter().filter(|one| own.contains(&one.organ) && speaks(&item, &one.period, days))))
}

/// What speaks against each of these declarations now: also what became public since it was made.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_each(ctx: &Ctx, rows: &[Row]) -> Result<Vec<Option<Denied>>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let counted = counts::all(ctx.db().read()).await?;
    let all = record::items::catalogue(ctx).await?;
    let years: BTreeSet<i16> =
        rows.iter().filter_map(Row::days).flat_map(|(from, until)| [from.year(), until.year()]).collect();
    let mut maps: Vec<Arc<Map>> = Vec::new();
    for year in load::years(ctx).into_iter().filter(|year| years.contains(year)) {
        maps.push(load::map(ctx, year).await?);
    }
    let one = |row: &Row| {
        let days = row.days()?;
        let entry = all.entry(&ItemKey::new(&row.item)?)?;
        let (item, own, since) = (&entry.item, organs(ctx, &row.organ), load::day(&row.declared_at));
        let against = |one: &&Counted| {
            one.item == row.item
                && own.contains(&one.organ)
                && (speaks(item, &one.period, days) || came_since(item, one, days, &since))
        };
        let in_maps = || maps.iter().find_map(|map| in_columns(map, &row.item, &own, days));
        sum(counted.iter().filter(against)).or_else(in_maps)
    };
    Ok(rows.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn counted(period: &str, last_on: &str) -> Counted {
        Counted {
            item: "water".into(),
            organ: "QH011".into(),
            period: period.into(),
            records: 6,
            last_on: last_on.into(),
            first_on: last_on.into(),
            expired: 0,
        }
    }

    #[test]
    fn rows_of_a_month_speak_against_a_quarter_that_is_over() {
        let mut item = item::boxed().iter().find(|item| item.key.as_str() == "water").expect("in the box").clone();
        item.period = Period::Quarter;
        let quarter = (date(2026, 1, 1), date(2026, 3, 31));
        assert!(speaks(&item, "2026-02", quarter));
        assert!(!speaks(&item, "2026-04", quarter));
        assert!(speaks(&item, "2026-Q1", (date(2026, 2, 1), date(2026, 2, 28))), "a part of it");
        let found = sum([counted("2026-02", "2026-11-18"), counted("2026-03", "2026-10-01")].iter()).expect("found");
        assert_eq!((found.many, found.newest.as_str()), (12, "2026-11-18"));
        assert!(found.refuses().contains("已经公开 12 条"));
        // As it happens: what came before the days of the declaration says nothing, what came after it was made does.
        item.period = Period::Event;
        let rest = (date(2026, 11, 20), date(2026, 12, 31));
        assert!(!speaks(&item, "2026-11", rest));
        assert!(came_since(&item, &counted("2026-11", "2026-11-21"), rest, "2026-11-20"));
        assert!(!came_since(&item, &counted("2026-11", "2026-11-18"), rest, "2026-11-20"));
    }
}
