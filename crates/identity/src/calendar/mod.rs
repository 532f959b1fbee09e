//! The working-day calendar: what ships with the program, and what staff add from the yearly notice (国务院办公厅部分节假日安排).
//!
//! Statutory deadlines refuse to be computed past the last recorded notice, so this page says until when it is known.
//! Events: `calendar.extended`, `calendar.removed`.

mod model;
mod pages;

use crate::permissions::MANAGE_CALENDAR;
use jiff::civil::Date;
use kernel::{Calendar, calendar::Special};
use web::{Ctx, Listener, Result, Routes};

/// The setting that holds the last day for which a notice is recorded.
const KNOWN_UNTIL: &str = "calendar.known_until";

pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/calendar", &MANAGE_CALENDAR, pages::year)
        .post("/calendar", &MANAGE_CALENDAR, pages::add)
        .post("/calendar/remove", &MANAGE_CALENDAR, pages::remove)
}

fn special_code(special: Special) -> &'static str {
    match special {
        Special::Off => "off",
        Special::Worked => "worked",
    }
}

/// Puts the bundled calendar and what staff added into the running installation. Called at start and after every change.
///
/// # Errors
/// When the database fails.
pub async fn load_calendar(ctx: &Ctx) -> Result<()> {
    let rows: Vec<(String, String)> =
        store::query_as("SELECT day, special FROM calendar_day ORDER BY day").fetch_all(ctx.db().read()).await?;
    let until = store::settings::get(ctx.db(), KNOWN_UNTIL).await?.and_then(|text| text.parse::<Date>().ok());
    let days = rows.into_iter().filter_map(|(day, special)| {
        let special = if special == special_code(Special::Worked) { Special::Worked } else { Special::Off };
        Some((day.parse::<Date>().ok()?, special))
    });
    let mut calendar = Calendar::bundled();
    calendar.extend(days, until);
    ctx.set_calendar(calendar);
    Ok(())
}
