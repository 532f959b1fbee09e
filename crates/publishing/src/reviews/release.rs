//! The offer by which documents that were brought in as a batch are submitted and passed together
//! ([`document::release`]): the gates are those of any text, and so are the rules of who may pass them. What was found
//! in a text, or changed meanwhile, keeps it out.

use document::{
    release::{self, Pass, Releases, Waiting},
    rows,
};
use futures::future::BoxFuture;
use kernel::{Actor, Staff, id::EditionId};
use review::stand_in;
use store::Tx;
use web::{Ctx, Refusal, Result, act_now, filters};

use super::bulk::{Bar, EXCERPT, hindrance, look, pass_looked};
use crate::editions::{checks, deciding};

/// Texts that are looked at for a page.
const MOST: usize = 50;

/// Whoever ties documents to their reviews.
pub(crate) struct Desk;

async fn submit(ctx: &Ctx, staff: &Staff, edition: &EditionId) -> std::result::Result<(), Refusal> {
    let (house, actor) = (crate::house(ctx), Actor::Staff(staff.clone()));
    let whole = rows::read(ctx.db().read(), &house, &actor, edition).await?;
    // Looked through before the write, so that no long text keeps other writers waiting.
    checks::ensure(ctx, &whole).await?;
    act_now(ctx, async |tx: &mut Tx| {
        let whole = rows::load(tx, &house, &actor, edition).await?;
        deciding::submit(ctx, tx, &actor, &whole).await
    })
    .await
}

async fn waiting(ctx: &Ctx, staff: &Staff, editions: &[EditionId]) -> Result<Vec<Waiting>> {
    let (house, actor) = (crate::house(ctx), Actor::Staff(staff.clone()));
    let mut found = Vec::new();
    for id in editions.iter().take(MOST) {
        let whole = match rows::read(ctx.db().read(), &house, &actor, id).await {
            Ok(whole) if whole.edition.state == "in_review" => whole,
            Ok(_) | Err(Refusal::NotFound | Refusal::Forbidden(_)) => continue,
            Err(other) => return Err(other.into()),
        };
        let review = deciding::review_of(ctx, &whole).await?;
        let Some(stage) = review.as_ref().and_then(|review| review.round.stage()).cloned() else { continue };
        let keeper = whole.document.keeper();
        if stand_in::may_pass_today(ctx.db().read(), staff, &stage, keeper, ctx.today()).await.is_err() {
            continue;
        }
        let looked = look(ctx, staff, &house, id, &stage.gate, Bar::Batch).await?;
        found.push(Waiting {
            edition: id.clone(),
            version: looked.whole.edition.version,
            title: looked.whole.edition.shown_title().to_owned(),
            gate: stage.gate.clone(),
            label: stage.label.clone(),
            questions: stage.questions.clone(),
            excerpt: filters::shortened(&looked.whole.text.body_text, EXCERPT),
            then: looked.then,
            why: looked.why,
        });
    }
    Ok(found)
}

async fn pass(ctx: &Ctx, staff: &Staff, pass: Pass<'_>) -> std::result::Result<String, String> {
    let house = crate::house(ctx);
    let looked = look(ctx, staff, &house, pass.edition, pass.gate, Bar::Batch).await;
    let looked = looked.map_err(|why| hindrance(&Refusal::from(why)))?;
    // What is asked is asked of the one who passes, whatever page it was ticked on.
    let left = looked.stage.as_ref().map_or(0, |stage| release::unticked(&stage.questions, pass.ticked));
    if left > 0 {
        return Err(review::Refusal::Unticked(left).to_string());
    }
    pass_looked(ctx, staff, looked, pass.version, (pass.gate, pass.ticked, pass.how)).await
}

impl Releases for Desk {
    fn submit<'a>(
        &'a self,
        ctx: &'a Ctx,
        staff: &'a Staff,
        edition: &'a EditionId,
    ) -> BoxFuture<'a, std::result::Result<(), Refusal>> {
        Box::pin(submit(ctx, staff, edition))
    }

    fn waiting<'a>(
        &'a self,
        ctx: &'a Ctx,
        staff: &'a Staff,
        editions: &'a [EditionId],
    ) -> BoxFuture<'a, Result<Vec<Waiting>>> {
        Box::pin(waiting(ctx, staff, editions))
    }

    fn pass<'a>(
        &'a self,
        ctx: &'a Ctx,
        staff: &'a Staff,
        one: Pass<'a>,
    ) -> BoxFuture<'a, std::result::Result<String, String>> {
        Box::pin(pass(ctx, staff, one))
    }
}
