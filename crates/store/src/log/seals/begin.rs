//! From when on something is sealed: events that name the parts, and what stood there before, taken as it is.

use std::collections::BTreeSet;

use kernel::{Actor, NewEvent, event::commitment, id::SubjectRef};
use serde_json::json;

use super::{BEGUN, STEP, Sealed};
use crate::{Conn, Db, Result, Tx, query_as, query_scalar};

/// The parts that are sealed from some event on; `None` when a payload that says so is not the one that was committed to, or is
/// gone.
async fn begun(conn: &mut Conn, chain: &str) -> Result<Option<BTreeSet<String>>> {
    let sql = "SELECT e.commitment, p.salt, p.data FROM event e LEFT JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
               WHERE e.chain = $1 AND e.kind = $2";
    let payloads: Vec<(String, Option<String>, Option<String>)> =
        query_as(sql).bind(chain).bind(BEGUN.name).fetch_all(conn).await?;
    let mut parts = BTreeSet::new();
    for (committed, salt, payload) in payloads {
        let (Some(salt), Some(payload)) = (salt, payload) else { return Ok(None) };
        if commitment(&salt, &payload) != committed {
            return Ok(None);
        }
        let payload: serde_json::Value = serde_json::from_str(&payload)?;
        let named = payload.get("data").and_then(|data| data.get("parts")).cloned().unwrap_or_default();
        parts.extend(serde_json::from_value::<Vec<String>>(named).unwrap_or_default());
    }
    Ok(Some(parts))
}

/// All that this program seals.
fn all(db: &Db) -> BTreeSet<String> {
    db.sealed().iter().flat_map(Sealed::keys).collect()
}

/// Which parts are sealed. What this process has once found to be sealed stays so, whatever the database says of it later.
pub(super) async fn known(conn: &mut Conn, db: &Db) -> Result<BTreeSet<String>> {
    let all = all(db);
    let before = db.seen().parts();
    if all.is_subset(&before) {
        return Ok(all);
    }
    // What says since when was changed: nothing is taken as it is.
    let found = begun(conn, db.chain()).await?.unwrap_or(all);
    Ok(db.seen().add_parts(found))
}

/// Takes what stands there of parts that were not sealed before as it is, and says so in the log: at the first start of a
/// program that seals them, and again and again until it has succeeded. Some subjects at a time, each write by an event of its
/// own; the last names the parts, and only from it on they are sealed. Does nothing when there is nothing to do.
///
/// # Errors
/// When the database fails; what was sealed before stays sealed, and the next call goes on.
pub async fn begin(db: &Db) -> Result<()> {
    let new = async |conn: &mut Conn| -> Result<Vec<&Sealed>> {
        let known = known(conn, db).await?;
        Ok(db.sealed().iter().filter(|sealed| sealed.keys().any(|key| !known.contains(&key))).collect())
    };
    let mut tx = db.write().await?;
    let kinds = new(tx.conn()).await?;
    if kinds.is_empty() {
        return Ok(());
    }
    let mut subjects = Vec::new();
    for sealed in &kinds {
        subjects.extend(ids(&mut tx, sealed).await?.into_iter().map(|id| SubjectRef::new(sealed.kind, &id)));
    }
    drop(tx);
    let (step, count) = (usize::try_from(STEP).unwrap_or(1), subjects.len());
    let (before, last) = subjects.split_at(count - count.min(if count % step == 0 { step } else { count % step }));
    for some in before.chunks(step) {
        let mut tx = db.write().await?;
        tx.hold_log().await?;
        if new(tx.conn()).await?.is_empty() {
            // Another process was faster.
            return Ok(());
        }
        take(&mut tx, some, &[]).await?;
        tx.commit().await?;
    }
    let mut tx = db.write().await?;
    tx.hold_log().await?;
    let kinds = new(tx.conn()).await?;
    if kinds.is_empty() {
        return Ok(());
    }
    let parts: Vec<String> = kinds.iter().flat_map(|sealed| sealed.keys()).collect();
    take(&mut tx, last, &parts).await?;
    tx.commit().await?;
    db.seen().add_parts(parts.into_iter().collect());
    Ok(())
}

async fn take(tx: &mut Tx, subjects: &[SubjectRef], parts: &[String]) -> Result<()> {
    for subject in subjects {
        tx.touch(subject);
    }
    let data = json!({ "parts": parts, "subjects": subjects.len() });
    tx.append(NewEvent::new(&BEGUN, "seals", &Actor::System).data(data)).await?;
    Ok(())
}

/// Everything of this kind that is sealed or must be.
async fn ids(tx: &mut Tx, sealed: &Sealed) -> Result<BTreeSet<String>> {
    let chain = tx.chain().to_owned();
    let known = "SELECT DISTINCT subject_id FROM event_seal WHERE chain = $1 AND subject_kind = $2";
    let known: Vec<String> = query_scalar(known).bind(chain).bind(sealed.kind).fetch_all(tx.conn()).await?;
    let mut ids: BTreeSet<String> = known.into_iter().collect();
    if sealed.roots.is_empty() {
        ids.insert(String::new());
        return Ok(ids);
    }
    for sql in std::iter::once(sealed.roots).chain(sealed.more.iter().map(|(_, sql)| *sql)) {
        ids.extend(query_scalar::<String>(sql).fetch_all(tx.conn()).await?);
    }
    Ok(ids)
}

/// Everything of this kind that is sealed or must be is looked at anew by this write; how much that is.
pub(crate) async fn touch_all(tx: &mut Tx, sealed: &Sealed) -> Result<usize> {
    let ids = ids(tx, sealed).await?;
    for id in &ids {
        tx.touch(&SubjectRef::new(sealed.kind, id));
    }
    Ok(ids.len())
}
