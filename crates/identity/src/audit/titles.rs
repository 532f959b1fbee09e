//! What the ids in the log are called today. Each capability says how its own are found ([`web::Capability::titled`]); an id that
//! nobody knows any more stays an id.

use std::collections::{BTreeSet, HashMap};

use kernel::event::Event;
use serde_json::Value as Json;
use web::{Ctx, Result};

/// Titles by id.
pub(crate) type Titles = HashMap<String, String>;

/// Ids that are looked up by one question.
const AT_ONCE: usize = 200;

/// Whether this may be an id: one word of Latin letters and digits, not as long as a digest.
fn may_be_id(text: &str) -> bool {
    (2..=60).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

fn collect(value: &Json, into: &mut BTreeSet<String>) {
    match value {
        Json::String(text) if may_be_id(text) => {
            into.insert(text.clone());
        }
        Json::Array(list) => list.iter().for_each(|value| collect(value, into)),
        Json::Object(map) => map.values().for_each(|value| collect(value, into)),
        _ => {}
    }
}

/// Titles of everything that these events name.
pub(crate) async fn of(ctx: &Ctx, events: &[Event]) -> Result<Titles> {
    let mut ids = BTreeSet::new();
    for event in events {
        collect(&Json::String(event.subject_id.clone()), &mut ids);
        if let Ok(data) = serde_json::from_str(&event.data) {
            collect(&data, &mut ids);
        }
    }
    let ids: Vec<String> = ids.into_iter().collect();
    let mut titles = Titles::new();
    for sql in ctx.capabilities().titles() {
        for some in ids.chunks(AT_ONCE) {
            // SQL: a constant of a capability and numbers of placeholders; every id is bound.
            let sql = format!("{sql} IN ({})", store::places(1, some.len()));
            let found: Vec<(String, String)> =
                store::query_as(store::built(sql)).bind_all(some.iter().cloned()).fetch_all(ctx.db().read()).await?;
            titles.extend(found.into_iter().filter(|(_, title)| !title.is_empty()));
        }
    }
    Ok(titles)
}
