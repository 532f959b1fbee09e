//! The working-day calendar: what ships with the program, and what staff add from the yearly notice (国务院办公厅部分节假日安排).
//!
//! Statutory deadlines refuse to be computed past the last recorded notice, so this page says until when it is known.
//! Events: `calendar.extended`, `calendar.removed`.

mod history;
mod model;
mod notice;
mod pages;
mod preview;
mod store;

pub use model::read_lines;

use crate::permissions::MANAGE_CALENDAR;
use jiff::civil::Date;
use kernel::{Calendar, calendar::Special};
use web::{Ctx, Listener, Result, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/calendar", &MANAGE_CALENDAR, pages::year)
        .post("/calendar", &MANAGE_CALENDAR, pages::add)
        .post("/calendar/remove", &MANAGE_CALENDAR, pages::remove)
}

/// Puts the bundled calendar and what staff added into the running installation. Called at start and after every change.
pub async fn load_calendar(ctx: &Ctx) -> Result<()> {
    let (days, until) = store::all(ctx.db()).await?;
    ctx.set_calendar(calendar_of(days, until));
    Ok(())
}

/// The bundled calendar with these days, known to this one.
fn calendar_of(days: impl IntoIterator<Item = (Date, Special)>, until: Option<Date>) -> Calendar {
    let mut calendar = Calendar::bundled();
    calendar.extend(days, until);
    calendar
}
