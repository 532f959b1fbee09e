//! What was in force until a day that has gone by: the tables of the lists follow, and so does whoever reads the log, the search
//! first of all. Pages do not wait for it: they look at the day themselves.

use kernel::{Actor, NewEvent, id::DocumentId, time};
use serde_json::json;
use store::{Db, Tx, query_scalar};

use crate::{
    common::{EXPIRES_ON, IN_FORCE, VALIDITY},
    error::Result,
    events,
    lists::{self, Entry},
    rows::{self, DocumentRow},
    spec::Kinds,
};

/// Documents that one look finds.
const STEP: i64 = 200;

/// Brings lists up to the day; returns how many documents have lapsed.
///
/// # Errors
/// When the database fails; what was done before stays done.
pub async fn lapse(db: &Db, kinds: &Kinds) -> Result<usize> {
    let today = time::date_in_china(db.seams().now()).to_string();
    let over: Vec<DocumentId> = query_scalar(
        "SELECT d.id FROM document_facet f CROSS JOIN document d CROSS JOIN facet x WHERE f.key = $1 AND f.value = $2 \
         AND d.rank = f.rank AND d.current_edition <> '' AND x.edition_id = d.current_edition AND x.key = $3 \
         AND x.value < $4 LIMIT $5",
    )
    .bind(VALIDITY.key)
    .bind(IN_FORCE)
    .bind(EXPIRES_ON.key)
    .bind(&today)
    .bind(STEP)
    .fetch_all(db.read())
    .await?;
    let mut done = 0;
    for id in over {
        let mut tx = db.write().await?;
        if one(&mut tx, kinds, &id).await? {
            done += 1;
        }
        tx.commit().await?;
    }
    Ok(done)
}

async fn one(tx: &mut Tx, kinds: &Kinds, id: &DocumentId) -> Result<bool> {
    tx.lock_row("document", id.as_str()).await?;
    let Some(document) = rows::document(tx.conn(), id).await? else { return Ok(false) };
    let (before, today) = (lists::entry(tx, kinds, id).await?, time::date_in_china(tx.seams().now()));
    let values = rows::values(tx.conn(), &document.current_edition).await?;
    let after = Entry::of(kinds, &document, &values, today);
    if before.is_none() || before.as_ref() == Some(&after) {
        return Ok(false);
    }
    lists::change(tx, before.as_ref(), Some(&after)).await?;
    let DocumentRow { organ, current_edition, .. } = &document;
    let data = json!({ "edition": current_edition, "expires_on": values.get(&EXPIRES_ON) });
    tx.append(NewEvent::new(&events::LAPSED, id, &Actor::System).organ(organ).data(data)).await?;
    Ok(true)
}
