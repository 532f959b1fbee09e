//! Plans as a source of duties.

use std::sync::Arc;

use duty::{DutyRow, Source, SourceKey, SourceKind, Words, model::Visibility};
use futures::future::BoxFuture;
use kernel::{
    Actor, NewEvent,
    id::{ClauseId, DutyId, PlanId},
};
use serde_json::json;
use store::{FromRow, Tx, query_as};
use web::{Ctx, Error, Refusal, Result};

use crate::{
    events,
    model::{PlanState, SOURCES},
    plans::tree,
    privacy,
};

/// All kinds of plan.
pub fn source() -> Arc<dyn Source> {
    Arc::new(Plans)
}

struct Plans;

/// The clause of a duty with its section and plan.
#[derive(FromRow)]
struct Place {
    plan: PlanId,
    document_number: String,
    state: String,
    revoked_at: String,
    section_number: String,
    number: String,
    title: String,
    text: String,
    owner_note: String,
    line: i64,
}

impl Source for Plans {
    fn kinds(&self) -> &'static [SourceKind] {
        SOURCES
    }

    fn words<'a>(&'a self, ctx: &'a Ctx, duty: &'a DutyRow) -> BoxFuture<'a, Result<Words>> {
        Box::pin(async move {
            let place: Option<Place> = query_as(
                "SELECT p.id AS plan, p.document_number, p.state, p.revoked_at, s.number AS section_number, c.number, c.title, c.text, \
                 c.owner_note, o.line FROM plan_duty o JOIN plan p ON p.id = o.plan JOIN plan_clause c ON c.id = $2 \
                 JOIN plan_section s ON s.id = c.section WHERE o.id = $1",
            )
            .bind(&duty.id)
            .bind(&duty.place)
            .fetch_optional(ctx.db().read())
            .await?;
            let place = place.ok_or(Error::NotFound)?;
            Ok(Words {
                href: format!("/plans/{}", place.plan),
                reference: place.document_number,
                heading: format!("{}{}{}", place.section_number, tree::printed(&place.number), place.title),
                origin: (place.line > 0)
                    .then(|| (format!("原文第 {} 行", place.line), format!("/plans/{}#L{}", place.plan, place.line))),
                text: place.text,
                owner_note: place.owner_note,
                closed: match PlanState::of(&place.state, &place.revoked_at) {
                    PlanState::Superseded => "这份计划已由新的计划替代，任务不再执行，记录保留备查。".into(),
                    PlanState::Revoked => "这份计划已撤销，任务不再执行，记录保留备查。".into(),
                    _ => String::new(),
                },
            })
        })
    }

    fn public_path(&self, source: &SourceKey, place: &str) -> Option<String> {
        Some(format!("/plans/{}/clauses/{}", source.id, ClauseId::from(place)))
    }

    fn visibility_changed<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        source: &'a SourceKey,
        duty: &'a DutyId,
        visibility: Visibility,
    ) -> BoxFuture<'a, std::result::Result<(), Refusal>> {
        Box::pin(async move {
            let plan = PlanId::from(source.id.as_str());
            if visibility == Visibility::Public {
                // Opening one duty opens its clause's words, too.
                let tree = tree::load_in(tx, &plan).await?.ok_or(Refusal::NotFound)?;
                if let Some(refusal) = privacy::refusal(&tree) {
                    return Err(Refusal::Conflict(format!(
                        "没有改为公开。{refusal}任务的文字由计划的原文决定：请在计划的“年中调整”中去掉这段文字，再改为公开。"
                    )));
                }
            }
            // The search index reads plans by events of plans.
            let data = json!({ "duty": duty, "visibility": visibility.code() });
            tx.append(NewEvent::new(&events::VISIBILITY_CHANGED, &plan, actor).data(data)).await?;
            Ok(())
        })
    }

    fn ended<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        source: &'a SourceKey,
        duty: &'a DutyId,
    ) -> BoxFuture<'a, std::result::Result<(), Refusal>> {
        Box::pin(async move {
            // The search index reads plans by events of plans.
            let plan = PlanId::from(source.id.as_str());
            tx.append(NewEvent::new(&events::DUTY_ENDED, &plan, actor).data(json!({ "duty": duty }))).await?;
            Ok(())
        })
    }
}
