//! What the public log (公开凭证) tells of plans: that they were issued, amended, gave way to others, were restored or revoked. Of a
//! plan without anything public it tells nothing.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{
    EventKind,
    event::Event,
    id::{PlanId, SubjectRef},
    time,
};
use serde_json::Value;
use store::Tx;
use web::{
    Ctx, Result,
    hooks::{Recorded, Standing, Turn, Turned},
};

use super::{public, rows, tree};
use crate::{events, model::PlanState};

static KINDS: [&EventKind; 6] = [
    &events::CONFIRMED,
    &events::AMENDED,
    &events::RESTORED,
    &events::SUPERSEDED,
    &events::REVOKED,
    &events::VISIBILITY_CHANGED,
];

static CERTAIN: [&EventKind; 3] = [&events::AMENDED, &events::SUPERSEDED, &events::REVOKED];

struct Plans;

/// Declared for the public log.
pub(crate) fn recorded() -> Arc<dyn Recorded> {
    Arc::new(Plans)
}

impl Recorded for Plans {
    fn subject(&self) -> &'static str {
        events::SUBJECT
    }

    fn kinds(&self) -> &'static [&'static EventKind] {
        &KINDS
    }

    fn certain(&self) -> &'static [&'static EventKind] {
        &CERTAIN
    }

    fn turned<'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a mut Tx,
        event: &'a Event,
    ) -> BoxFuture<'a, store::Result<Option<Turned>>> {
        Box::pin(turned(ctx, tx, event))
    }

    fn standing<'a>(&'a self, ctx: &'a Ctx, subject: &'a SubjectRef) -> BoxFuture<'a, Result<Option<Standing>>> {
        Box::pin(standing(ctx, subject))
    }
}

/// What an event did to what the public sees of its plan.
fn turn(kind: &str, is_seen: bool) -> Turn {
    match kind {
        kind if kind == events::REVOKED.name => Turn::Withdrawn,
        kind if kind == events::SUPERSEDED.name => Turn::Ended,
        _ if !is_seen => Turn::Withdrawn,
        kind if kind == events::AMENDED.name => Turn::Changed,
        _ => Turn::Opened,
    }
}

async fn turned(ctx: &Ctx, tx: &mut Tx, event: &Event) -> store::Result<Option<Turned>> {
    let id = PlanId::from(event.subject_id.as_str());
    let Some(tree) = tree::load_in(tx, &id).await? else { return Ok(None) };
    let plan = &tree.plan;
    // A draft that was thrown away and taken back was never in force.
    if plan.confirmed_at.is_empty() {
        return Ok(None);
    }
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    let said = |name: &str| data.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let edition = match event.kind == events::CONFIRMED.name {
        true => 1,
        false => rows::edition(tx.conn(), &id, &event.at).await?,
    };
    // Of findings the public sees no whole text, and nothing is told by which one could be guessed.
    let text = plan.kind().has_public_text().then(|| said("source").unwrap_or(&plan.source_digest).to_owned());
    Ok(Some(Turned {
        turn: turn(&event.kind, public::is_seen(&tree)),
        edition,
        title: plan.title.clone(),
        number: plan.document_number.clone(),
        organ: ctx.office_organ(),
        digests: text.into_iter().map(|digest| ("source".to_owned(), digest)).collect(),
        path: format!("/plans/{id}"),
    }))
}

async fn standing(ctx: &Ctx, subject: &SubjectRef) -> Result<Option<Standing>> {
    if subject.kind != events::SUBJECT {
        return Ok(None);
    }
    let id = PlanId::from(subject.id.as_str());
    let Some(tree) = tree::load(ctx.db(), &id).await? else { return Ok(None) };
    if tree.plan.confirmed_at.is_empty() || !public::is_seen(&tree) {
        return Ok(None);
    }
    let edition = rows::edition(ctx.db().read(), &id, &time::to_db(ctx.seams().now())).await?;
    let readable = tree.plan.state() != PlanState::Revoked;
    Ok(Some(Standing { title: tree.plan.title, path: format!("/plans/{id}"), edition, readable }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_turns_what_the_public_sees() {
        for (kind, is_seen, turned) in [
            (&events::CONFIRMED, true, Turn::Opened),
            (&events::CONFIRMED, false, Turn::Withdrawn),
            (&events::RESTORED, true, Turn::Opened),
            (&events::VISIBILITY_CHANGED, true, Turn::Opened),
            (&events::VISIBILITY_CHANGED, false, Turn::Withdrawn),
            (&events::AMENDED, true, Turn::Changed),
            (&events::AMENDED, false, Turn::Withdrawn),
            (&events::SUPERSEDED, true, Turn::Ended),
            (&events::REVOKED, true, Turn::Withdrawn),
        ] {
            assert_eq!(turn(kind.name, is_seen), turned, "{}", kind.name);
        }
    }
}
