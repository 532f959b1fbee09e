//! Statutory periods of cases: which a change of the working-day calendar moves.

use futures::future::BoxFuture;
use kernel::Calendar;
use web::{
    Ctx, Result,
    periods::{Period, Periods},
};

pub(super) struct Clocks;

impl Periods for Clocks {
    fn name(&self) -> &'static str {
        "办件"
    }

    fn by<'a>(&'a self, ctx: &'a Ctx, calendar: &'a Calendar) -> BoxFuture<'a, Result<Vec<Period>>> {
        Box::pin(async move {
            let counted = case::counted(ctx, calendar).await?;
            let period = |one: case::Counted| {
                let due = one.due?;
                let what = format!("{} {}", one.kind.label, one.number);
                Some(Period { key: one.id.to_string(), what, href: format!("/cases/{}", one.id), due })
            };
            Ok(counted.into_iter().filter_map(period).collect())
        })
    }

    fn changed<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            case::recount_moved(ctx).await?;
            Ok(())
        })
    }
}
