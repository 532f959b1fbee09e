//! Periods that run and end by the working-day calendar. A change of the calendar moves their ends: which, and from when to when,
//! is shown before it is recorded.

use std::{collections::BTreeMap, sync::Arc};

use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::Calendar;

use crate::{Ctx, Result};

/// A period that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Tells it from the others of its owner, whatever calendar it is counted by.
    pub key: String,
    /// What it is, for who sees to the calendar of the whole county: no name of an applicant.
    pub what: String,
    /// Address in the office, from `/` on.
    pub href: String,
    /// Its last day by the calendar that was given, weekdays taken for working days where no notice is recorded.
    pub due: Date,
}

/// Who has periods that run. Declared as `Arc<dyn Periods>`.
pub trait Periods: Send + Sync {
    /// What they are called together: 政策解读.
    fn name(&self) -> &'static str;

    /// All that run, counted by this calendar, not by that of the installation.
    fn by<'a>(&'a self, ctx: &'a Ctx, calendar: &'a Calendar) -> BoxFuture<'a, Result<Vec<Period>>>;

    /// The calendar of the installation is another: whoever keeps last days for lists writes them anew.
    fn changed<'a>(&'a self, _ctx: &'a Ctx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Tells everybody who has periods that the calendar of the installation is another.
///
/// # Errors
/// When the database fails.
pub async fn changed(ctx: &Ctx) -> Result<()> {
    for owner in ctx.declared::<Arc<dyn Periods>>() {
        owner.changed(ctx).await?;
    }
    Ok(())
}

/// A period whose last day moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// [`Periods::name`].
    pub name: &'static str,
    pub what: String,
    pub href: String,
    pub before: Date,
    pub after: Date,
}

/// The periods that end on another day by the second calendar, those that end first at the front.
///
/// # Errors
/// When the database fails.
pub async fn moved(ctx: &Ctx, before: &Calendar, after: &Calendar) -> Result<Vec<Moved>> {
    let mut all = Vec::new();
    for owner in ctx.declared::<Arc<dyn Periods>>() {
        let old = owner.by(ctx, before).await?;
        let mut old: BTreeMap<String, Date> = old.into_iter().map(|period| (period.key, period.due)).collect();
        for period in owner.by(ctx, after).await? {
            let Some(before) = old.remove(&period.key).filter(|before| *before != period.due) else { continue };
            let Period { what, href, due: after, .. } = period;
            all.push(Moved { name: owner.name(), what, href, before, after });
        }
    }
    all.sort_by(|one, other| (one.after, &one.what).cmp(&(other.after, &other.what)));
    Ok(all)
}
