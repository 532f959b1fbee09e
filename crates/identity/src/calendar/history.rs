//! How the calendar came to be what it is: every notice and every removal with the version that followed, from the log. What a
//! period of an earlier day was counted by is known by its version.

use kernel::time;
use serde::Deserialize;
use store::{Db, log::EventRow};

use crate::events::{CALENDAR_EXTENDED, CALENDAR_REMOVED};

/// Changes that are listed, the newest first.
const MOST: i64 = 50;

/// A change of the calendar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) at: String,
    pub(super) who: String,
    /// 录入 3 天, 删除 1 天.
    pub(super) what: String,
    /// Each day with what it became.
    pub(super) days: Vec<String>,
    pub(super) notice: String,
    /// The version that followed; empty of changes before versions were written down.
    pub(super) version: String,
}

/// What the events say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    days: Vec<String>,
    notice: String,
    version: String,
}

/// The newest changes.
pub(super) async fn changes(db: &Db) -> store::Result<Vec<Change>> {
    // SQL: two constants; every value is bound.
    let sql = format!("{} WHERE e.chain = $1 AND e.kind IN ($2, $3) ORDER BY e.seq DESC LIMIT $4", store::log::SELECT);
    let rows = store::query_as::<EventRow>(store::built(sql))
        .bind(db.chain())
        .bind(CALENDAR_EXTENDED.name)
        .bind(CALENDAR_REMOVED.name)
        .bind(MOST)
        .fetch_all(db.read())
        .await?;
    Ok(rows.into_iter().map(|row| change(&kernel::event::Event::from(row))).collect())
}

fn change(event: &kernel::event::Event) -> Change {
    let said: Said = serde_json::from_str(&event.data).unwrap_or_default();
    let done = if event.kind == CALENDAR_REMOVED.name { "删除" } else { "录入" };
    Change {
        at: time::show_minute(&event.at),
        who: event.actor_name.clone(),
        what: format!("{done} {} 天", said.days.len()),
        days: said.days.iter().map(|day| day.replace(" off", " 放假").replace(" worked", " 上班")).collect(),
        notice: said.notice,
        version: said.version,
    }
}
