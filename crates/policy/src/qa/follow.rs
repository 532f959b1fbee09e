//! Follows the log: what an answer rests on is noted when it becomes public, and looked at again whenever its policy changes.

use document::{events, rows};
use kernel::{Actor, NewEvent, event::Event, id::DocumentId, time};
use serde_json::json;
use store::{Follower, Tx};
use web::{Error, Refusal};

use super::{FLAGGED, QUESTION, basis};
use crate::interpretation::INTERPRETATION;

/// Name of the follower's cursor.
const CONSUMER: &str = "policy.questions";

pub(super) fn follower() -> Follower {
    Follower::new(CONSUMER, "核对政策问答的依据", |tx, event: Event| {
        Box::pin(async move { look(tx, &event).await.map_err(broken) })
    })
    .kinds(&[
        &events::PUBLISHED,
        &events::CORRECTED,
        &events::SEEDED,
        &events::WITHDRAWN,
        &events::LAPSED,
        &events::VALIDITY_TURNED,
    ])
}

/// What a rule says here is a fault of storage.
fn broken(refusal: Refusal) -> store::Error {
    match refusal {
        Refusal::Fault(Error::Internal(source)) => store::Error::Value(source.to_string()),
        other => store::Error::Value(other.words()),
    }
}

async fn look(tx: &mut Tx, event: &Event) -> Result<(), Refusal> {
    let id = DocumentId::from(event.subject_id.as_str());
    let Some(row) = rows::document(tx.conn(), &id).await? else { return Ok(()) };
    let mut rest = basis::on_policy(tx.conn(), &id).await?;
    if row.kind == QUESTION.key || row.kind == INTERPRETATION.key {
        // Put in anew by each of its editions; a policy that came later than the event is looked at, too.
        if event.kind == events::LAPSED.name || event.kind == events::VALIDITY_TURNED.name {
            return Ok(());
        }
        basis::note(tx, &id).await?;
        rest = basis::of(tx.conn(), &id).await?.into_iter().collect();
    }
    let today = time::date_in_china(tx.seams().now());
    for one in rest {
        let kind = rows::document(tx.conn(), &one.document_id).await?.map(|row| row.kind).unwrap_or_default();
        let flag = basis::standing(tx, &one, today).await?;
        let flag = if basis::concerns(&kind, flag) { flag } else { "" };
        if flag == one.flag {
            continue;
        }
        basis::put_flag(tx, &one.document_id, flag).await?;
        // Told when it is taken off, too: pages that are kept are made anew after an event.
        let data = json!({ "flag": flag, "policy": one.policy, "clause": one.clause });
        tx.append(NewEvent::new(&FLAGGED, &one.document_id, &Actor::System).data(data)).await?;
    }
    Ok(())
}
