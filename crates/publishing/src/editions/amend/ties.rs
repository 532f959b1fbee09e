//! What is kept of decisions that amend a document.

use kernel::id::DocumentId;
use store::{Db, FromRow, Tx, query_as, query_scalar};
use web::{Refusal, Result};

/// Decisions that are offered.
const OFFERED: i64 = 20;

/// A decision that is said to amend a document.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Offered {
    pub(super) id: DocumentId,
    pub(super) title: String,
    /// Code of the relation: found, or confirmed by a person.
    pub(super) state: String,
}

/// Public texts that say, or seem to say, that they amend this document; the newest first.
pub(super) async fn offered(db: &Db, document: &DocumentId) -> Result<Vec<Offered>> {
    let sql = "SELECT r.from_document AS id, d.title, r.state FROM document_reference r \
               JOIN document d ON d.id = r.from_document \
               WHERE r.to_document = $1 AND r.verb = 'amends' AND r.state IN ('found', 'confirmed') \
               AND d.current_edition <> '' ORDER BY d.first_published_on DESC, r.id LIMIT $2";
    Ok(query_as(sql).bind(document).bind(OFFERED).fetch_all(db.read()).await?)
}

/// What was decided on whether a document amends another; `None` = nobody and nothing says so.
pub(super) async fn known(
    tx: &mut Tx,
    decision: &DocumentId,
    document: &DocumentId,
) -> Result<Option<String>, Refusal> {
    let sql = "SELECT state FROM document_reference WHERE from_document = $1 AND to_document = $2 AND verb = 'amends' \
               ORDER BY state LIMIT 1";
    Ok(query_scalar(sql).bind(decision).bind(document).fetch_optional(tx.conn()).await?)
}
