//! Searching the event log.

use jiff::{ToSpan, civil::Date};
use kernel::{event::Event, time};
use store::{Db, log::EventRow};

/// What to look for; empty means any.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// First day, `YYYY-MM-DD` or as clerks write it.
    pub(super) from: String,
    /// Last day.
    pub(super) to: String,
    /// Account id, login or a part of the name.
    pub(super) actor: String,
    pub(super) kind: String,
    pub(super) subject_kind: String,
    pub(super) subject_id: String,
    pub(super) organ: String,
    /// Only events before this one (keyset: pages do not shift while events are added).
    pub(super) before: i64,
}

impl Filter {
    /// The bounds of time in stored form.
    fn bounds(&self) -> (String, String) {
        let day = |text: &str| time::parse_date(text);
        let from = day(&self.from).map(|date| time::to_db(time::start_of_day(date))).unwrap_or_default();
        let to = day(&self.to)
            .map(|date: Date| time::to_db(time::start_of_day(date.saturating_add(1.day()))))
            .unwrap_or_default();
        (from, to)
    }

    /// What cannot be read of it, to be said on the page; such bounds are not applied.
    pub(super) fn faults(&self) -> web::FormErrors {
        let mut errors = web::FormErrors::new();
        for (field, text) in [("from", &self.from), ("to", &self.to)] {
            let good = text.trim().is_empty() || time::parse_date(text).is_some();
            errors.require(good, &format!("f-{field}"), "请核对日期，格式如 2023-08-21。现在没有按它筛选。");
        }
        errors
    }

    /// The filter as a query, without the position.
    pub(super) fn query(&self) -> String {
        web::page::query_string(&[
            ("from", &self.from),
            ("to", &self.to),
            ("actor", &self.actor),
            ("kind", &self.kind),
            ("subject_kind", &self.subject_kind),
            ("subject_id", &self.subject_id),
            ("organ", &self.organ),
        ])
    }
}

/// Up to `limit` events that fit, newest first.
pub(super) async fn search(db: &Db, filter: &Filter, limit: i64) -> store::Result<Vec<Event>> {
    let (from, to) = filter.bounds();
    let actor = filter.actor.trim();
    let accounts: Option<String> = sqlx::query_scalar("SELECT id FROM account WHERE login = $1")
        .bind(actor.to_lowercase())
        .fetch_optional(db.read())
        .await?;
    let like = format!("%{}%", crate::organs::escape_like(actor));
    let before = if filter.before > 0 { filter.before } else { i64::MAX };
    let rows: Vec<EventRow> = sqlx::query_as(
        "SELECT * FROM event WHERE seq < $1 AND ($2 = '' OR at >= $2) AND ($3 = '' OR at < $3) \
         AND ($4 = '' OR actor = $4 OR actor = $5 OR actor_name LIKE $6 ESCAPE '\\') \
         AND ($7 = '' OR kind = $7) AND ($8 = '' OR subject_kind = $8) AND ($9 = '' OR subject_id = $9) \
         AND ($10 = '' OR organ = $10) ORDER BY seq DESC LIMIT $11",
    )
    .bind(before)
    .bind(from)
    .bind(to)
    .bind(actor)
    .bind(accounts.unwrap_or_default())
    .bind(like)
    .bind(filter.kind.trim())
    .bind(filter.subject_kind.trim())
    .bind(filter.subject_id.trim())
    .bind(filter.organ.trim())
    .bind(limit)
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The event at this position.
pub(super) async fn get(db: &Db, seq: i64) -> store::Result<Option<Event>> {
    let row: Option<EventRow> =
        sqlx::query_as("SELECT * FROM event WHERE seq = $1").bind(seq).fetch_optional(db.read()).await?;
    Ok(row.map(Event::from))
}

/// The kinds that occur, for the filter.
pub(super) async fn kinds(db: &Db) -> store::Result<Vec<String>> {
    // Jumps from one kind to the next along the index instead of reading every event.
    Ok(sqlx::query_scalar(
        "WITH RECURSIVE walk(kind) AS (SELECT MIN(kind) FROM event \
         UNION ALL SELECT (SELECT MIN(e.kind) FROM event e WHERE e.kind > walk.kind) FROM walk WHERE walk.kind IS NOT NULL) \
         SELECT kind FROM walk WHERE kind IS NOT NULL",
    )
    .fetch_all(db.read())
    .await?)
}
