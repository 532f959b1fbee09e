//! An organ's old register of requests (原登记簿) comes in: a table is uploaded, every fault stands at its cell before anything is
//! taken over, and then a job takes the rows over, each once. Persons lie sealed from the upload on.

mod pages;
mod rows;
mod run;
mod store;

use ::store::{Entry, Every, Schedule, Tx, jobs::Handlers};
use case::permissions::HANDLE_CASES;
use futures::future::BoxFuture;
use jiff::{SignedDuration, civil::time};
use kernel::{EventKind, id::CaseId, time::to_db};
use web::{Ctx, Error, Listener, Refusal, Result, Routes, act_now};

use crate::cases::former::Former;

/// Subject of the events.
pub(super) const SUBJECT: &str = "foi_import";

/// An old register was uploaded.
static RECEIVED: EventKind =
    EventKind::new(SUBJECT, "foi_import.received", "上传原登记簿").holds(&[("rows", "行数"), ("wrong", "需要更正")]);
/// All that can be is in the register.
static TAKEN: EventKind =
    EventKind::new(SUBJECT, "foi_import.taken", "导入原登记簿").holds(&[("taken", "导入件数"), ("left", "没有导入")]);

/// All events of this slice.
pub(super) static EVENTS: [&EventKind; 2] = [&RECEIVED, &TAKEN];

/// Days after which an upload that nobody goes on with is thrown away.
const KEPT_DAYS: i64 = 14;

/// The routes of the office.
pub(super) fn office() -> Routes {
    Routes::new(Listener::Office)
        .get("/foi/import", &HANDLE_CASES, pages::form)
        .upload("/foi/import", &HANDLE_CASES, pages::upload)
        .get("/foi/import/template.xlsx", &HANDLE_CASES, pages::template)
        .get("/foi/import/{id}", &HANDLE_CASES, pages::one)
        .post("/foi/import/{id}", &HANDLE_CASES, pages::submit)
}

/// The numbers of old registers, for whoever looks for a case by them.
pub(super) struct Numbers;

impl Former for Numbers {
    fn cases<'a>(&'a self, ctx: &'a Ctx, number: &'a str) -> BoxFuture<'a, Result<Vec<CaseId>>> {
        Box::pin(async move { Ok(store::cases(ctx.db().read(), &rows::plain(number)).await?) })
    }
}

/// The job that takes rows over.
pub(super) fn jobs(ctx: &Ctx) -> Handlers {
    run::handlers(ctx)
}

/// What nobody goes on with is thrown away at night.
pub(super) fn schedule(ctx: &Ctx) -> Schedule {
    let ctx = ctx.clone();
    Schedule::default().with(Entry::new(
        "foi.import-discard",
        "清理没有导入的原登记簿",
        Every::Daily(time(3, 25, 0, 0)),
        move || {
            let ctx = ctx.clone();
            async move {
                let before = to_db(ctx.seams().now() - SignedDuration::from_hours(24 * KEPT_DAYS));
                let gone =
                    act_now(&ctx, async |tx: &mut Tx| Ok::<_, Refusal>(store::discard_before(tx, &before).await?));
                let gone = gone.await.map_err(Error::from)?;
                tracing::info!(gone, "old registers that nobody took over thrown away");
                Ok(())
            }
        },
    ))
}
