//! Drafts on which opinions are taken today, with the days that are left.

use charts::Clock;
use document::{
    Kinds,
    public::{self, Listed},
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::time;
use web::{
    Ctx, Result,
    hooks::{Face, Running},
};

use super::{CLOSES_ON, CONSULTATION};

/// Announcements that are looked at, the newest first: a county has some ten a year, and each runs for a month or two.
const LOOKED_AT: i64 = 100;

/// For the first page.
pub(super) struct Consultations;

impl Face for Consultations {
    fn running<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Running>>> {
        Box::pin(running(ctx))
    }
}

/// What runs today, the soonest to end first.
///
/// # Errors
/// When the database fails.
pub(super) async fn running(ctx: &Ctx) -> Result<Vec<Running>> {
    let found = public::latest(ctx.db(), &Kinds::of(ctx), &[&CONSULTATION], LOOKED_AT).await?;
    let mut running: Vec<Running> = found.iter().filter_map(|one| open(ctx, one, ctx.today())).collect();
    running.sort_by_key(|one| one.to);
    Ok(running)
}

/// A document on which opinions are taken on that day; `None` when none are, or it says no last day.
fn open(ctx: &Ctx, one: &Listed, today: Date) -> Option<Running> {
    let to = time::parse_date(one.values.get(&CLOSES_ON)).filter(|last| *last >= today)?;
    let from = time::parse_date(&one.published_on).unwrap_or(today).min(to);
    let left = days(today, to);
    Some(Running {
        label: "正在征求意见",
        title: one.title.clone(),
        href: one.path.clone(),
        organ: ctx.directory().short_name(&one.organ).to_owned(),
        clock: charts::clock(clock(from, today, to)),
        from,
        to,
        left,
        act: "看公告，提意见",
    })
}

/// The days as they are drawn: both the first and the last belong to them.
fn clock(from: Date, today: Date, to: Date) -> Clock {
    let whole = |days: i64| u32::try_from(days.max(0)).unwrap_or(u32::MAX);
    let (total, used) = (days(from, to) + 1, days(from, today));
    let label = format!("征求意见共 {total} 天，今天是第 {} 天，{to} 截止", used + 1);
    Clock { total: whole(total), used: whole(used), label, ..Clock::default() }
}

/// Days from one day to another.
fn days(from: Date, to: Date) -> i64 {
    i64::from(to.since(from).map_or(0, |span| span.get_days()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_and_the_last_day_belong_to_it() {
        let drawn = clock(date(2026, 11, 17), date(2026, 11, 29), date(2026, 12, 18));
        assert_eq!((drawn.total, drawn.used), (32, 12));
        assert_eq!(drawn.label, "征求意见共 32 天，今天是第 13 天，2026-12-18 截止");
        assert_eq!(days(date(2026, 11, 29), date(2026, 11, 29)), 0);
    }
}
