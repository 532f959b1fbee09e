//! Searching the event log.

use jiff::{ToSpan, civil::Date};
use kernel::{event::Event, time};
use store::{Db, Value, log::EventRow};

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
    /// Only events after this one, the next ones first: the way back to the newest.
    pub(super) after: i64,
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
            errors.require(
                good,
                &format!("f-{field}"),
                "请核对日期，例如 2023-08-21。列表现在没有按它筛选，也不能按它导出。",
            );
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

/// ` WHERE …` and its values: what a filter lets through.
struct Condition {
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    async fn of(db: &Db, filter: &Filter) -> store::Result<Self> {
        let (from, to) = filter.bounds();
        let actor = filter.actor.trim();
        let accounts: Vec<String> = if actor.is_empty() { Vec::new() } else { accounts(db, actor).await? };
        let mut conditions = vec!["e.chain = $1".to_owned(), "e.seq < $2".to_owned(), "e.seq > $3".to_owned()];
        let before = if filter.before > 0 { filter.before } else { i64::MAX };
        let mut values = vec![Value::from(db.chain()), Value::from(before), Value::from(filter.after.max(0))];
        // Only what restricts stands in the statement, so that the index that serves it can be used.
        let bounds = [
            ("e.at >= ", from.as_str()),
            ("e.at < ", to.as_str()),
            ("e.kind = ", filter.kind.trim()),
            ("e.subject_kind = ", filter.subject_kind.trim()),
            ("e.subject_id = ", filter.subject_id.trim()),
            ("e.organ = ", filter.organ.trim()),
        ];
        for (condition, value) in bounds.into_iter().filter(|(_, value)| !value.is_empty()) {
            values.push(Value::from(value));
            conditions.push(format!("{condition}${}", values.len()));
        }
        if !actor.is_empty() {
            let from = values.len();
            values.push(Value::from(actor));
            values.extend(accounts.into_iter().map(Value::from));
            conditions.push(format!("e.actor IN ({})", ::store::places(from + 1, values.len() - from)));
        }
        Ok(Self { sql: format!(" WHERE {}", conditions.join(" AND ")), values })
    }
}

/// Up to `limit` events that fit, newest first; with [`Filter::after`] the `limit` oldest of those.
pub(super) async fn search(db: &Db, filter: &Filter, limit: i64) -> store::Result<Vec<Event>> {
    let Condition { sql: condition, mut values } = Condition::of(db, filter).await?;
    values.push(Value::from(limit));
    let last = values.len();
    let order = if filter.after > 0 { "ASC" } else { "DESC" };
    // SQL: fixed pieces and numbers of placeholders; every value is bound.
    let sql = format!("{}{condition} ORDER BY e.seq {order} LIMIT ${last}", store::log::SELECT);
    let rows = store::query_as::<EventRow>(store::built(sql)).bind_all(values).fetch_all(db.read()).await?;
    let mut events: Vec<Event> = rows.into_iter().map(Event::from).collect();
    if filter.after > 0 {
        events.reverse();
    }
    Ok(events)
}

/// How many events fit.
pub(super) async fn count(db: &Db, filter: &Filter) -> store::Result<i64> {
    let Condition { sql: condition, values } = Condition::of(db, filter).await?;
    // SQL: as in `search`.
    let sql = format!("SELECT COUNT(*) FROM event e{condition}");
    store::query_scalar(store::built(sql)).bind_all(values).fetch_one(db.read()).await
}

/// The accounts that somebody may mean: by login, or by a part of the name.
async fn accounts(db: &Db, words: &str) -> store::Result<Vec<String>> {
    let like = store::anywhere(words);
    store::query_scalar("SELECT id FROM account WHERE login = $1 OR name LIKE $2 ESCAPE '\\' ORDER BY id LIMIT 200")
        .bind(words.to_lowercase())
        .bind(like)
        .fetch_all(db.read())
        .await
}

/// The event at this position.
pub(super) async fn get(db: &Db, seq: i64) -> store::Result<Option<Event>> {
    store::log::at(db, seq).await
}
