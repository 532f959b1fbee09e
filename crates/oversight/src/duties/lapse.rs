//! Evidence that lapsed because its document was withdrawn: read from the event log, nowhere stored.
//!
//! A document that was withdrawn and is public again (a new edition passed its gates) counts again.

use std::collections::HashMap;

use store::{Db, FromRow, Result, query_as};

#[derive(FromRow)]
struct Row {
    subject_id: String,
    kind: String,
    at: String,
}

/// The documents named as evidence that are withdrawn now, with the moment at which that happened (stored form).
///
/// # Errors
/// When the database fails.
pub async fn withdrawn(db: &Db) -> Result<HashMap<String, String>> {
    let rows: Vec<Row> = query_as(
        "SELECT e.subject_id, e.kind, e.at FROM event e WHERE e.subject_kind = 'document' \
         AND e.kind IN ('document.published', 'document.corrected', 'document.withdrawn') AND e.subject_id IN \
         (SELECT w.subject_id FROM event w JOIN evidence v ON v.document = w.subject_id WHERE w.kind = 'document.withdrawn') \
         ORDER BY e.seq",
    )
    .fetch_all(db.read())
    .await?;
    let mut withdrawn = HashMap::new();
    for row in rows {
        if row.kind == "document.withdrawn" {
            withdrawn.insert(row.subject_id, row.at);
        } else {
            withdrawn.remove(&row.subject_id);
        }
    }
    Ok(withdrawn)
}
