//! Rows of the days that staff added.

use std::collections::BTreeMap;

use ::store::{Db, Tx, query, query_as};
use jiff::civil::Date;
use kernel::calendar::Special;

/// The setting that holds the last day for which a notice is recorded.
const KNOWN_UNTIL: &str = "calendar.known_until";

/// How a day is stored, and told in the log.
pub(super) fn code(special: Special) -> &'static str {
    match special {
        Special::Off => "off",
        Special::Worked => "worked",
    }
}

/// All of them, and the last day that is known.
pub(super) async fn all(db: &Db) -> ::store::Result<(Vec<(Date, Special)>, Option<Date>)> {
    let rows: Vec<(String, String)> =
        query_as("SELECT day, special FROM calendar_day ORDER BY day").fetch_all(db.read()).await?;
    let until = ::store::settings::get(db, KNOWN_UNTIL).await?.and_then(|text| text.parse().ok());
    let read = |(day, special): (String, String)| {
        let special = if special == code(Special::Worked) { Special::Worked } else { Special::Off };
        Some((day.parse().ok()?, special))
    };
    Ok((rows.into_iter().filter_map(read).collect(), until))
}

/// Days of a year with the notice that declares them.
pub(super) async fn of_year(db: &Db, year: i16) -> ::store::Result<Vec<(String, String)>> {
    query_as("SELECT day, notice FROM calendar_day WHERE day >= $1 AND day <= $2 ORDER BY day")
        .bind(format!("{year}-01-01"))
        .bind(format!("{year}-12-31"))
        .fetch_all(db.read())
        .await
}

/// Records the days of a notice; what was recorded of them before is replaced.
pub(super) async fn put(tx: &mut Tx, days: &BTreeMap<Date, Special>, notice: &str) -> ::store::Result<()> {
    for (day, special) in days {
        query(
            "INSERT INTO calendar_day (day, special, notice) VALUES ($1, $2, $3) \
             ON CONFLICT (day) DO UPDATE SET special = excluded.special, notice = excluded.notice",
        )
        .bind(day.to_string())
        .bind(code(*special))
        .bind(notice)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Records until when the calendar is known.
pub(super) async fn know_until(tx: &mut Tx, day: Date) -> ::store::Result<()> {
    ::store::settings::set(tx, KNOWN_UNTIL, &day.to_string()).await
}

/// Removes a day; whether it was there.
pub(super) async fn remove(tx: &mut Tx, day: &str) -> ::store::Result<bool> {
    let removed = query("DELETE FROM calendar_day WHERE day = $1").bind(day).execute(tx.conn()).await?;
    Ok(removed.rows_affected() == 1)
}
