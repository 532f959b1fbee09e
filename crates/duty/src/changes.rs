//! What the office changed on duties after they were issued, as the public may read it: with its day and its reason.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::{
    event::Event,
    id::DutyId,
    time::{date_in_china, from_db},
};
use serde_json::Value;
use store::{Db, Result, built, log, places, query_as};

use crate::events::{self, DUE_CHANGED, VISIBILITY_CHANGED};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its day in China.
    pub on: Option<Date>,
    /// What the public is told of it.
    pub what: What,
    /// Why; empty where it was erased, or from before reasons were asked for.
    pub reason: String,
}

/// What the public is told of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The date, from and to, as stored; empty = none.
    Due(String, String),
    /// It was opened to the public.
    Opened,
}

/// What of one duty's events the public may read, oldest first: dates that moved while the duty was public, and that it was
/// opened. What was done while it was internal stays inside.
fn public(events: &[Event]) -> Vec<Change> {
    let data: Vec<Value> = events.iter().map(|event| serde_json::from_str(&event.data).unwrap_or_default()).collect();
    let opens = |at: usize| {
        let changes = events[at].kind == VISIBILITY_CHANGED.name;
        changes.then(|| data[at]["to"].as_str() == Some("public"))
    };
    // Before the first change it was the opposite of what it became.
    let mut open = (0..events.len()).find_map(opens).is_none_or(|to| !to);
    let mut changes = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let text = |key: &str| data[at][key].as_str().unwrap_or_default().to_owned();
        let change = |what| Change { on: from_db(&event.at).map(date_in_china), what, reason: text("reason") };
        match opens(at) {
            Some(to) => {
                open = to;
                changes.extend(to.then(|| change(What::Opened)));
            }
            None if open => changes.push(change(What::Due(text("from"), text("to")))),
            None => {}
        }
    }
    changes
}

/// The changes of these public duties, oldest first; duties without any are left out.
pub async fn of(db: &Db, duties: &[DutyId]) -> Result<HashMap<DutyId, Vec<Change>>> {
    let mut found: HashMap<DutyId, Vec<Event>> = HashMap::new();
    for some in duties.chunks(crate::facts::CHUNK) {
        // SQL: fixed text and placeholders; kinds and ids are bound.
        let sql = format!(
            "{} WHERE e.chain = $1 AND e.subject_kind = $2 AND e.kind IN ($3, $4) AND e.subject_id IN ({}) ORDER BY e.seq",
            log::SELECT,
            places(5, some.len())
        );
        let rows: Vec<log::EventRow> = query_as(built(sql))
            .bind(db.chain())
            .bind(events::SUBJECT)
            .bind(DUE_CHANGED.name)
            .bind(VISIBILITY_CHANGED.name)
            .bind_all(some)
            .fetch_all(db.read())
            .await?;
        for event in rows.into_iter().map(Event::from) {
            found.entry(DutyId::from(event.subject_id.as_str())).or_default().push(event);
        }
    }
    let changes = found.into_iter().map(|(duty, events)| (duty, public(&events)));
    Ok(changes.filter(|(_, changes)| !changes.is_empty()).collect())
}

/// Since when duties are closed to the public that were open once; those that never were open, or are again, are left out. Why is
/// not told: the reason may be what must not be known.
///
/// # Errors
/// When the database fails.
pub async fn closed(db: &Db, duties: &[DutyId]) -> Result<HashMap<DutyId, Date>> {
    let mut found = HashMap::new();
    for some in duties.chunks(crate::facts::CHUNK) {
        // SQL: fixed text and placeholders; kind and ids are bound.
        let sql = format!(
            "{} WHERE e.chain = $1 AND e.subject_kind = $2 AND e.kind = $3 AND e.subject_id IN ({}) ORDER BY e.seq",
            log::SELECT,
            places(4, some.len())
        );
        let rows: Vec<log::EventRow> = query_as(built(sql))
            .bind(db.chain())
            .bind(events::SUBJECT)
            .bind(VISIBILITY_CHANGED.name)
            .bind_all(some)
            .fetch_all(db.read())
            .await?;
        for event in rows.into_iter().map(Event::from) {
            let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
            let duty = DutyId::from(event.subject_id.as_str());
            match (data["to"].as_str(), from_db(&event.at)) {
                (Some("internal"), Some(at)) => found.insert(duty, date_in_china(at)),
                _ => found.remove(&duty),
            };
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use kernel::EventKind;
    use serde_json::json;

    use super::*;

    fn event(kind: &EventKind, data: Value) -> Event {
        let text = String::new;
        Event {
            chain: text(),
            seq: 1,
            at: "2026-03-02T01:00:00.000Z".into(),
            kind: kind.name.into(),
            subject_kind: text(),
            subject_id: text(),
            organ: text(),
            actor: text(),
            keep: text(),
            commitment: text(),
            seals: text(),
            previous: text(),
            hash: text(),
            actor_name: text(),
            data: data.to_string(),
            erased: false,
        }
    }

    #[test]
    fn what_was_done_while_it_was_internal_stays_inside() {
        let due = |to: &str| event(&DUE_CHANGED, json!({ "from": "", "to": to, "reason": to }));
        let visible = |to: &str| event(&VISIBILITY_CHANGED, json!({ "to": to, "reason": to }));
        let told = |events: &[Event]| public(events).into_iter().map(|change| change.reason).collect::<Vec<_>>();
        assert_eq!(told(&[due("a")]), ["a"]);
        assert_eq!(told(&[due("a"), visible("internal"), due("b"), visible("public"), due("c")]), ["a", "public", "c"]);
        assert_eq!(told(&[due("a"), visible("public")]), ["public"], "it was internal at first");
        assert!(told(&[]).is_empty());
    }
}
