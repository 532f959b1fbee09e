//! Who has read what, asked of the log.

use std::collections::HashSet;

use kernel::id::{AccountId, EditionId};
use store::{Db, Value, built, places, query_scalar};
use web::Result;

use crate::editions::{seen::OPENED, subject::EDITION};

/// Which of these editions in review this person has opened since they were submitted.
pub(super) async fn opened(db: &Db, person: &AccountId, editions: &[EditionId]) -> Result<HashSet<EditionId>> {
    if editions.is_empty() {
        return Ok(HashSet::new());
    }
    // SQL: fixed text and numbers of placeholders; every value is bound.
    let sql = format!(
        "SELECT r.subject_id FROM review r JOIN edition e ON e.id = r.subject_id \
         WHERE r.subject_kind = $1 AND r.state = 'open' AND EXISTS (SELECT 1 FROM event v WHERE v.chain = $2 \
         AND v.subject_kind = $3 AND v.subject_id = e.document_id AND v.kind = $4 AND v.actor = $5 AND v.at >= r.opened_at) \
         AND r.subject_id IN ({})",
        places(6, editions.len())
    );
    let found: Vec<EditionId> = query_scalar(built(sql))
        .bind(EDITION)
        .bind(db.chain())
        .bind(OPENED.subject)
        .bind(OPENED.name)
        .bind(person)
        .bind_all(editions.iter().map(Value::from))
        .fetch_all(db.read())
        .await?;
    Ok(found.into_iter().collect())
}
