//! Editions as subjects of reviews: what the review must know of them, and what they do when something happens in a round.

use std::sync::Arc;

use document::{
    Whole,
    common::EXPLAINED,
    life::{self, Passed},
    needs::{self, Step},
    rows::{self, EditionRow},
    state,
};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use kernel::{
    Actor, Staff,
    id::{DocumentId, EditionId},
    time,
};
use review::{
    Happened, Kind, Matter, Review, Route, State, Subject, Words, events::Said, findings, model::Facts,
    subject::LogName,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tx, jobs::NewJob};
use web::{Ctx, Refusal};

pub use super::checks::EDITION;
use super::{
    anew::{self, Anew},
    checks,
    events::{BYPASS_REVIEWED, BYPASSED, CLAIMED, GATE_PASSED, OVERRIDDEN, RELEASED, RETURNED},
    notices, proven,
};

/// The kind of job that publishes a scheduled edition.
pub const PUBLISH_DUE: &str = "publishing.publish_due";

/// So soon what passed its review and waits for something is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_secs(1);

/// Payload of [`PUBLISH_DUE`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PublishDue {
    pub edition: EditionId,
}

/// How sentences name an edition.
pub(crate) const WORDS: Words = Words { this: "这一版", work: "稿件" };

/// What is declared to the review.
pub fn kind() -> Kind {
    Kind {
        kind: EDITION,
        label: "稿件",
        days: |ctx| ctx.settings::<crate::settings::Publishing>().gate_days,
        route: Route::statutory,
        desk: |id| format!("/reviews/{id}"),
        list: "/reviews",
        exceptions: "/bypasses",
        make: |ctx| Arc::new(Editions { ctx: ctx.clone(), anew: None }),
    }
}

/// The owner of editions.
#[derive(Debug, Clone)]
pub struct Editions {
    pub(crate) ctx: Ctx,
    /// What was found right before this write; without it nothing becomes public.
    pub(crate) anew: Option<Arc<Anew>>,
}

/// The event kinds with which the review of an edition is told; submission and recall are the document's own.
pub static SAID: Said = Said {
    opened: None,
    claimed: &CLAIMED,
    released: &RELEASED,
    passed: &GATE_PASSED,
    returned: &RETURNED,
    recalled: None,
    excepted: &BYPASSED,
    exception_reviewed: &BYPASS_REVIEWED,
    let_through: &OVERRIDDEN,
};

/// What the review must know of an edition that was loaded in this write.
pub async fn matter(ctx: &Ctx, tx: &mut Tx, whole: &Whole) -> Result<Matter, Refusal> {
    let review = review::rows::newest(tx.conn(), &checks::about(whole)).await?;
    let house = crate::house(ctx);
    let (document, edition) = (&whole.document, &whole.edition);
    let brief = json!({ "edition": edition.id, "number": edition.number });
    let mut text = brief.clone();
    text["fields"] = life::fields(house.kind_of(&whole.document)?, whole);
    Ok(Matter {
        about: checks::about(whole),
        organ: document.organ.clone(),
        keeper: document.keeper().clone(),
        title: edition.title.clone(),
        label: house.kind_of(document)?.label.to_owned(),
        byline: edition.author_name.clone(),
        state: state_words(edition, review.as_ref()),
        authors: whole.authors.clone(),
        explained: whole.values.has(&EXPLAINED),
        unfit: edition.facts(0).fit("").err().map(|why| why.to_string()),
        parts: checks::parts(&house, whole)?,
        log: LogName { id: document.id.to_string(), brief, text },
    })
}

/// What the rules of a round must know of an edition that is shown, not changed.
pub(crate) fn facts(whole: &Whole, checks: &findings::Checks) -> Facts {
    Facts {
        words: WORDS,
        state: whole.edition.state_words().to_owned(),
        keeper: whole.document.keeper().clone(),
        authors: whole.authors.clone(),
        blocked: checks.stopping(),
        unread: checks.unread(),
        other: checks.other(),
        explained: whole.values.has(&EXPLAINED),
        let_through_by: checks.let_through_by(),
        unchecked: checks.unchecked(),
        unfit: None,
    }
}

impl Editions {
    /// The edition that a matter is about, as this write sees it now.
    async fn whole(&self, tx: &mut Tx, matter: &Matter) -> Result<Whole, Refusal> {
        let id = EditionId::from(matter.about.id.as_str());
        rows::read(tx.conn(), &crate::house(&self.ctx), &Actor::System, &id).await
    }

    async fn blocked(&self, tx: &mut Tx, matter: &Matter) -> Result<usize, Refusal> {
        Ok(findings::read(tx.conn(), &matter.about, &matter.parts).await?.stopping())
    }
}

impl Subject for Editions {
    fn kind(&self) -> &'static str {
        EDITION
    }

    fn words(&self) -> Words {
        WORDS
    }

    fn said(&self) -> &'static Said {
        &SAID
    }

    fn matter<'a>(&'a self, tx: &'a mut Tx, actor: &'a Actor, id: &'a str) -> BoxFuture<'a, Result<Matter, Refusal>> {
        Box::pin(async move {
            let whole = rows::load(tx, &crate::house(&self.ctx), actor, &EditionId::from(id)).await?;
            matter(&self.ctx, tx, &whole).await
        })
    }

    fn still<'a>(&'a self, away: Staff) -> BoxFuture<'a, Result<Option<Staff>, Refusal>> {
        Box::pin(async move { Ok(review::desk::still(&self.ctx, away).await?) })
    }

    fn prepare<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let whole = self.whole(tx, matter).await?;
            let house = crate::house(&self.ctx);
            match what {
                Happened::Opened(_) => {
                    // What could not be read, and what is explained, waits in review for a person's word.
                    let found = findings::read(tx.conn(), &matter.about, &matter.parts).await?;
                    let numbers = found.stopping().saturating_sub(found.unread());
                    let blocked = if matter.explained { 0 } else { numbers };
                    life::submit(tx, &house, actor, &whole, blocked).await
                }
                Happened::Moved(_) | Happened::Onward(_) => life::touch(tx, &whole.edition).await,
                // A withdrawal has sent the correction back already.
                Happened::Returned(..) if whole.edition.state == "returned" => Ok(()),
                Happened::Returned(..) => life::send_back(tx, &whole.edition).await,
                Happened::Recalled => life::recall(tx, &house, actor, &whole, &matter.state).await,
                // Both publish, which is told after the review's own event.
                Happened::Passed | Happened::Excepted => Ok(()),
            }
        })
    }

    fn follow<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            notices::tell(&self.ctx, tx, actor, matter, what).await?;
            if !matches!(what, Happened::Passed | Happened::Excepted) {
                return Ok(());
            }
            let (mut whole, house) = (self.whole(tx, matter).await?, crate::house(&self.ctx));
            let missing = needs::missing(&self.ctx, tx.conn(), &whole, Step::Publish).await?;
            let released = proven::require(&self.ctx, tx, &whole).await?;
            let anew = self.anew.as_ref().ok_or_else(anew::not_looked)?;
            let blocked = self.blocked(tx, matter).await?.max(anew.stopping(&house, &whole, &released)?);
            if matches!(what, Happened::Excepted) {
                if let Some(need) = missing.into_iter().next() {
                    return Err(Refusal::Conflict(need.words));
                }
                return life::rush(tx, &house, actor, &whole, blocked).await;
            }
            if !missing.is_empty() {
                // It has passed, and comes out by the schedule as soon as what it needs is there.
                let soon = tx.seams().now().saturating_add(AGAIN).unwrap_or_default();
                let wanted = time::from_db(&whole.edition.publish_at);
                whole.edition.publish_at = time::to_db(wanted.map_or(soon, |wanted| wanted.max(soon)));
            }
            let passed = life::pass(tx, &house, actor, &whole, blocked).await?;
            together(tx, &whole.document.id).await?;
            let Passed::Scheduled(at) = passed else {
                return notices::published(&self.ctx, tx, matter, None).await;
            };
            let payload = PublishDue { edition: whole.edition.id };
            tx.enqueue(NewJob::now(PUBLISH_DUE, &payload).at(at)).await?;
            notices::published(&self.ctx, tx, matter, Some(at)).await
        })
    }
}

/// Looks at once at those that have passed and are tied to this document: one of them may have waited for it.
pub(super) async fn together(tx: &mut Tx, document: &DocumentId) -> Result<(), Refusal> {
    let sql = "SELECT e.id FROM relation r JOIN edition e ON e.document_id = r.from_document AND e.state = 'scheduled' \
               WHERE r.to_document = $1 \
               UNION SELECT e.id FROM relation r JOIN edition e ON e.document_id = r.to_document AND e.state = 'scheduled' \
               WHERE r.from_document = $1";
    let waiting: Vec<EditionId> = store::query_scalar(sql).bind(document).fetch_all(tx.conn()).await?;
    for edition in waiting {
        tx.enqueue(NewJob::now(PUBLISH_DUE, &PublishDue { edition })).await?;
    }
    Ok(())
}

/// State in words; in review with the gate.
pub fn state_words(edition: &EditionRow, review: Option<&Review>) -> String {
    let label = state::label(&edition.state);
    match review.and_then(|review| review.round.stage()) {
        Some(stage) if edition.state == "in_review" => format!("{label}·{}", stage.label),
        _ => label.to_owned(),
    }
}

/// The edition before this one, if it was taken off the portal and none has been public since.
pub fn withdrawn(editions: &[EditionRow], number: i64) -> Option<&EditionRow> {
    let before = editions.iter().filter(|one| one.number < number && !one.published_at.is_empty());
    before.max_by_key(|one| one.number).filter(|one| one.state == "withdrawn")
}

/// Why an edition went back to its author: name of the gate, name of the person, reason.
pub fn returned(review: &Review) -> Option<(&str, &str, &str)> {
    match &review.round.state {
        State::Returned { stage, by, reason } | State::Stopped { stage, by, reason } => {
            let gate = review.round.route.stage(*stage).map_or("", |stage| stage.label.as_str());
            Some((gate, by, reason))
        }
        _ => None,
    }
}
