//! What was said of others begins and ceases to work with the publication and the withdrawal of who says it: the tables of the
//! lists follow, and with them the search. Pages do not wait for it: they ask themselves.

use kernel::{event::Event, id::DocumentId};
use serde_json::Value;
use store::{Follower, query_scalar};
use web::Ctx;

use super::{CONFIRMED, REFERENCE_CONFIRMED, REFERENCE_REFUSED, SUBJECT};
use crate::{events, lapse::turn, spec::Kinds};

/// Name of the follower's cursor.
const CONSUMER: &str = "document.references";

/// Brings the lists up to what is said of their documents.
pub(crate) fn follower(ctx: &Ctx) -> Follower {
    let kinds = Kinds::of(ctx);
    Follower::new(CONSUMER, "有效性随文件关系变化", move |tx, event: Event| {
        let kinds = kinds.clone();
        Box::pin(async move {
            let mut of: Vec<DocumentId> = if event.subject_kind == SUBJECT {
                let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
                data.get("to").and_then(Value::as_str).map(DocumentId::from).into_iter().collect()
            } else {
                query_scalar(
                    "SELECT DISTINCT to_document FROM document_reference WHERE from_document = $1 AND state = $2 \
                     AND to_document IS NOT NULL",
                )
                .bind(&event.subject_id)
                .bind(CONFIRMED)
                .fetch_all(tx.conn())
                .await?
            };
            // All locked before the first event, always in one order, so that no two writes wait for each other.
            of.retain(|document| !document.as_str().is_empty());
            of.sort_unstable();
            for document in &of {
                tx.lock_row("document", document.as_str()).await?;
            }
            for document in &of {
                turn(tx, &kinds, document).await?;
            }
            Ok(())
        })
    })
    .kinds(&[
        &events::PUBLISHED,
        &events::CORRECTED,
        &events::WITHDRAWN,
        &REFERENCE_CONFIRMED,
        &REFERENCE_REFUSED,
    ])
}
