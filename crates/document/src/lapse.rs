//! What is in force from a day that has come, what was until a day that has gone by, what another document ends from a day on:
//! the tables of the lists follow, and so does whoever reads the log, the search first of all. Pages do not wait for it: they look at
//! the day themselves.

use kernel::{Actor, NewEvent, id::DocumentId, time};
use serde_json::json;
use store::{Db, Tx, query_scalar};

use crate::{
    common::{self, AMENDED, COMING, EFFECTIVE_ON, EXPIRES_ON, IN_FORCE, LAPSED, REPEALED, VALIDITY, expired},
    error::Result,
    events,
    lists::{self, Entry},
    references,
    rows::{self, DocumentRow},
    spec::Kinds,
    sql::Statement,
};

/// Documents that one look finds.
const STEP: i64 = 200;

/// What lists hold of validity and the day has changed: the code, the field with the date, how it stands to today. The last is
/// of lists from before 尚未施行 was known to them.
const TURNS: [(&str, &str, &str); 5] = [
    (AMENDED, EXPIRES_ON.key, "<"),
    (IN_FORCE, EXPIRES_ON.key, "<"),
    (COMING, EFFECTIVE_ON.key, "<="),
    (COMING, EXPIRES_ON.key, "<"),
    (IN_FORCE, EFFECTIVE_ON.key, ">"),
];

/// Brings lists up to the day; returns how many documents stand in them in another way now.
///
/// # Errors
/// When the database fails; what was done before stays done.
pub async fn lapse(db: &Db, kinds: &Kinds) -> Result<usize> {
    let today = time::date_in_china(db.seams().now()).to_string();
    let mut turned: Vec<DocumentId> = Vec::new();
    for (shown, date, than) in TURNS {
        let mut select = Statement::new(
            "SELECT d.id FROM document_facet f CROSS JOIN document d CROSS JOIN facet x WHERE d.rank = f.rank \
             AND d.current_edition <> '' AND x.edition_id = d.current_edition",
        );
        select.bind(" AND f.key = ?", VALIDITY.key).bind(" AND f.value = ?", shown).bind(" AND x.key = ?", date);
        // What is no date is longer or shorter than one and decides nothing.
        select.add(" AND LENGTH(x.value) = 10 AND x.value ").add(than).bind(" ?", today.as_str());
        select.bind(" ORDER BY d.id LIMIT ?", STEP);
        let (sql, values) = select.parts();
        turned.extend(query_scalar::<DocumentId>(sql).bind_all(values).fetch_all(db.read()).await?);
    }
    turned.extend(reached(db, &today).await?);
    turned.extend(released(db, &today).await?);
    let mut done = 0;
    for id in turned {
        let mut tx = db.write().await?;
        if one(&mut tx, kinds, &id).await? {
            done += 1;
        }
        tx.commit().await?;
    }
    Ok(done)
}

/// Documents to which others have done something whose day has come while lists do not say so yet.
async fn reached(db: &Db, today: &str) -> Result<Vec<DocumentId>> {
    let sql = "SELECT DISTINCT d.id FROM document_reference r \
               JOIN document f ON f.id = r.from_document AND f.current_edition <> '' \
               JOIN document d ON d.id = r.to_document AND d.current_edition <> '' \
               JOIN document_facet v ON v.rank = d.rank AND v.key = $1 \
               LEFT JOIN facet x ON x.edition_id = f.current_edition AND x.key = $2 AND x.place = 0 \
               WHERE r.state = 'confirmed' \
               AND COALESCE(NULLIF(r.effective_on, ''), x.value, f.first_published_on) <= $3 \
               AND ((r.articles = '' AND r.verb IN ('repeals', 'replaces', 'ends') AND v.value IN ($4, $5, $6)) \
               OR ((r.articles <> '' OR r.verb = 'amends') AND r.verb IN ('amends', 'repeals', 'replaces', 'ends') \
               AND v.value = $4)) ORDER BY d.id LIMIT $7";
    let found = query_scalar(sql)
        .bind_all([VALIDITY.key, EFFECTIVE_ON.key, today, IN_FORCE, AMENDED, COMING])
        .bind(STEP)
        .fetch_all(db.read())
        .await?;
    Ok(found)
}

/// Documents that lists hold to be ended or changed by another one while nothing public does so any more.
async fn released(db: &Db, today: &str) -> Result<Vec<DocumentId>> {
    let sql = "SELECT d.id FROM document_facet v JOIN document d ON d.rank = v.rank AND d.current_edition <> '' \
               JOIN facet s ON s.edition_id = d.current_edition AND s.key = v.key AND s.value = $2 \
               WHERE v.key = $1 AND v.value IN ($3, $4, $5) \
               AND NOT EXISTS (SELECT 1 FROM facet x WHERE x.edition_id = d.current_edition AND x.key = $6 \
               AND LENGTH(x.value) = 10 AND x.value < $7) \
               AND NOT EXISTS (SELECT 1 FROM document_reference r \
               JOIN document f ON f.id = r.from_document AND f.current_edition <> '' \
               WHERE r.to_document = d.id AND r.state = 'confirmed' AND r.verb IN ('repeals', 'replaces', 'ends', 'amends')) \
               ORDER BY d.id LIMIT $8";
    let found = query_scalar(sql)
        .bind_all([VALIDITY.key, IN_FORCE, REPEALED, LAPSED, AMENDED, EXPIRES_ON.key, today])
        .bind(STEP)
        .fetch_all(db.read())
        .await?;
    Ok(found)
}

/// Brings the lists up to what is so of one document by now.
///
/// # Errors
/// When the database fails.
pub(crate) async fn turn(tx: &mut Tx, kinds: &Kinds, id: &DocumentId) -> store::Result<()> {
    let turned = one(tx, kinds, id).await;
    // Nothing of it refuses anything: what comes is of the storage.
    turned.map(|_| ()).map_err(|refusal| store::Error::Value(refusal.words()))
}

async fn one(tx: &mut Tx, kinds: &Kinds, id: &DocumentId) -> Result<bool> {
    tx.lock_row("document", id.as_str()).await?;
    let Some(document) = rows::document(tx.conn(), id).await? else { return Ok(false) };
    let (before, today) = (lists::entry(tx, kinds, id).await?, time::date_in_china(tx.seams().now()));
    let values = rows::values(tx.conn(), &document.current_edition).await?;
    let effects = references::effects_on(tx.conn(), id).await?;
    let after = Entry::of(kinds, &document, &values, &effects, today);
    if before.is_none() || before.as_ref() == Some(&after) {
        return Ok(false);
    }
    lists::change(tx, before.as_ref(), Some(&after)).await?;
    let DocumentRow { organ, current_edition, .. } = &document;
    let mut shown = values.clone();
    common::on_day(&mut shown, &effects, today);
    let event = if shown.get(&VALIDITY) == LAPSED && expired(&values, today) {
        NewEvent::new(&events::LAPSED, id, &Actor::System)
            .data(json!({ "edition": current_edition, "expires_on": values.get(&EXPIRES_ON) }))
    } else {
        NewEvent::new(&events::VALIDITY_TURNED, id, &Actor::System).data(json!({
            "edition": current_edition,
            "effective_on": values.get(&EFFECTIVE_ON),
            "validity": shown.words(&VALIDITY),
        }))
    };
    tx.append(event.organ(organ)).await?;
    Ok(true)
}
