//! The demonstration county confirms which of its rules took the place of which, soon after they came out.

use std::sync::Arc;

use document::{
    Kinds,
    references::{self, Decision, ReferenceId, Verb},
    rows,
};
use jiff::ToSpan;
use kernel::{id::DocumentId, time};
use store::query_as;
use web::{
    Ctx, Refusal,
    demo::{Cast, Failure, Scene},
};

use super::{POLICY, find};

/// Names of the new rules and of those that they repeal.
const PAIRS: [(&str, &str); 2] =
    [("policy-land-compensation", "policy-land-old"), ("policy-parking", "policy-parking-old")];
/// Days before the present on which the clerk looks at what was found, each behind one of the new rules or the day on which it
/// begins to hold.
const DAYS: [i64; 5] = [297, 92, 80, 23, 0];

fn told(refusal: Refusal) -> Failure {
    Failure::from(refusal.words())
}

pub(super) fn scenes(ctx: &Ctx, cast: &Arc<Cast>) -> Result<Vec<Scene>, Failure> {
    let today = time::date_in_china(cast.now);
    let scene = |days: i64| -> Result<Scene, Failure> {
        let at = cast.moment(ctx, today.checked_sub(days.days())?, "references");
        Ok(Scene::new(at, |ctx, cast| async move { look(&ctx, &cast).await }))
    };
    DAYS.into_iter().map(scene).collect()
}

/// Confirms what is public by now, and brings the lists up to the day.
async fn look(ctx: &Ctx, cast: &Cast) -> Result<Vec<Scene>, Failure> {
    for (new, old) in PAIRS {
        if let (Some(new), Some(old)) = (cast.document(new), cast.document(old)) {
            repeals(ctx, cast, &new, &old).await?;
        }
    }
    let kinds = Kinds::of(ctx);
    while document::lapse(ctx.db(), &kinds).await.map_err(told)? > 0 {}
    Ok(Vec::new())
}

/// The clerk confirms what the text of the new rule says of the old one, once.
async fn repeals(ctx: &Ctx, cast: &Cast, new: &DocumentId, old: &DocumentId) -> Result<(), Failure> {
    let kinds = Kinds::of(ctx);
    let kind = kinds.get(POLICY).ok_or("nobody declares policies")?;
    let mut tx = ctx.db().write().await?;
    let Some(document) = rows::document(tx.conn(), new).await.map_err(told)? else { return Ok(()) };
    let Some(edition) = document.public().cloned() else { return Ok(()) };
    let text = rows::text(tx.conn(), &edition).await.map_err(told)?;
    references::put(&mut tx, kind, &document, &edition, &find::said(&text.body_text)).await.map_err(told)?;
    let found: Option<(ReferenceId, i64)> = query_as(
        "SELECT id, version FROM document_reference WHERE from_document = $1 AND to_document = $2 AND verb = 'repeals' \
         AND state = 'found'",
    )
    .bind(new)
    .bind(old)
    .fetch_optional(tx.conn())
    .await?;
    if let Some((id, version)) = found {
        let wanted = Decision {
            verb: Verb::Repeals,
            to: Some(old.clone()),
            articles: String::new(),
            effective_on: String::new(),
        };
        references::confirm(&mut tx, &cast.clerk(), &id, version, &wanted).await.map_err(told)?;
    }
    tx.commit().await?;
    Ok(())
}
