//! Evidence (佐证): what an organ names as the proof that it did what it owes, from handing it in ([`hand_in`]) through the look
//! at its address ([`opens`]) and the office's decision ([`decide`]) to the day on which its subject leaves the public ([`lapse`]).
//!
//! - Only evidence closes a duty, and only the office confirms it; nobody confirms what they handed in themselves.
//! - Evidence whose subject left the public counts as sent back.
//!
//! How a duty stands by it is the business of [`crate::model`] and [`crate::project`].

pub mod decide;
pub mod hand_in;
pub mod lapse;
pub mod opens;

use std::sync::Arc;

use kernel::{
    EventKind, Keep, OrganCode,
    id::{DutyId, EvidenceId, ShareId, SubjectRef},
};
use store::{Db, Followers, FromRow, Result, built, jobs::Handlers, places, query_as, query_scalar};
use web::{
    Capability, Ctx,
    hooks::{Citing, Leaving, Publishes},
    mail::Outward,
};

use crate::{
    events::{SHARE, SOURCE, kind},
    facts::CHUNK,
    notices::again,
    source::SourceKey,
};

pub use decide::Verdict;
pub use hand_in::{NewEvidence, Proof};

const EVIDENCE: (&str, &str) = ("evidence", "佐证");
const TITLE: (&str, &str) = ("title", "标题");

/// An organ handed in evidence.
pub static ADDED: EventKind = kind("duty.evidence_added", "报送佐证")
    .holds(&[SOURCE, SHARE, EVIDENCE, TITLE, ("subject", ""), ("url", "网址"), ("period", "时段")])
    .keeps(Keep::Words);
/// An organ took evidence back.
pub static TAKEN_BACK: EventKind =
    kind("duty.evidence_taken_back", "收回佐证").holds(&[SOURCE, SHARE, EVIDENCE, TITLE]).keeps(Keep::Words);
/// The office confirmed evidence.
pub static CONFIRMED: EventKind = kind("duty.evidence_confirmed", "确认佐证")
    .holds(&[SOURCE, SHARE, EVIDENCE, TITLE, ("subject", "")])
    .keeps(Keep::Words);
/// The office accepted evidence that does not finish the duty.
pub static ACCEPTED: EventKind = kind("duty.evidence_accepted", "认可佐证，尚未完成")
    .holds(&[SOURCE, SHARE, EVIDENCE, TITLE, ("subject", ""), ("reason", "还差什么")])
    .keeps(Keep::Words);
/// The office sent evidence back.
pub static RETURNED: EventKind = kind("duty.evidence_returned", "退回佐证")
    .holds(&[SOURCE, SHARE, EVIDENCE, TITLE, ("subject", ""), ("reason", "原因")])
    .keeps(Keep::Words);
/// The office took a decision back on its day.
pub static DECISION_UNDONE: EventKind = kind("duty.decision_undone", "撤销对佐证的处理")
    .holds(&[SOURCE, SHARE, EVIDENCE, TITLE, ("was", "原来")])
    .keeps(Keep::Words);
/// The subject of evidence left the public.
pub static LAPSED: EventKind =
    kind("duty.evidence_lapsed", "佐证失效").holds(&[SOURCE, SHARE, EVIDENCE, TITLE]).keeps(Keep::Words);
/// The address of evidence was asked for, with another outcome than before.
pub static LOOKED: EventKind =
    kind("duty.evidence_looked", "检查佐证网址").holds(&[EVIDENCE, ("outcome", "结果"), ("detail", "说明")]);

/// All of these.
pub static EVENTS: [&EventKind; 8] =
    [&ADDED, &TAKEN_BACK, &CONFIRMED, &ACCEPTED, &RETURNED, &DECISION_UNDONE, &LAPSED, &LOOKED];

/// Declares what belongs to evidence: its events, jobs, the follower of the log, and what happens when a subject leaves the public.
pub(crate) fn declared(capability: Capability) -> Capability {
    let leaving: Arc<dyn Leaving> = Arc::new(lapse::WithItsSubject);
    let citing: Arc<dyn Citing> = Arc::new(lapse::WithItsSubject);
    capability
        .events(&EVENTS)
        .titled("SELECT id, title FROM evidence WHERE id")
        .jobs(handlers)
        .jobs(opens::handlers)
        .followers(followers)
        .declare(Outward(decide::TELL))
        // It mails the organ whose evidence fell away.
        .declare(Outward(lapse::SETTLE))
        .declare(leaving)
        .declare(citing)
}

fn followers(ctx: &Ctx) -> Followers {
    let publishes: Vec<Publishes> = ctx.declared::<Publishes>().copied().collect();
    lapse::follower(&publishes).into_iter().fold(Followers::default(), Followers::with)
}

fn handlers(ctx: &Ctx) -> Handlers {
    let (telling, settling) = (ctx.clone(), ctx.clone());
    Handlers::default()
        .with(decide::TELL, "把佐证的处理结果告知机关", move |told: decide::Tell| {
            let ctx = telling.clone();
            async move { again(decide::tell(&ctx, told).await) }
        })
        .with(lapse::SETTLE, "核对佐证是否仍然公开", move |subject: SubjectRef| {
            let ctx = settling.clone();
            async move { again(lapse::settle(&ctx, &subject).await.map(drop)) }
        })
}

/// Row of `evidence` with the duty and the organ of its share.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct EvidenceRow {
    pub id: EvidenceId,
    pub share: ShareId,
    pub duty: DutyId,
    /// The organ to which the share was issued; who answers for it today may be its successor.
    pub organ: OrganCode,
    /// Key of the period; empty = the whole duty.
    pub period: String,
    /// Empty, as the id: an address of another site.
    pub subject_kind: String,
    pub subject_id: String,
    /// A path on the portal where there is a subject, else a whole address.
    pub url: String,
    pub title: String,
    /// What the organ says to the office; not published.
    pub note: String,
    /// Moment of handing in, stored form.
    pub added_at: String,
    /// Account of whoever handed it in.
    pub added_by: String,
    pub added_by_name: String,
    /// `confirmed`, `returned`, or empty while nobody has decided.
    pub decision: String,
    /// Confirmed as far as it goes: it closes nothing.
    pub partial: bool,
    /// Why it came back, or what is still missing.
    pub reason: String,
    /// Moment of the decision, stored form; empty without one.
    pub decided_at: String,
    pub decided_by_name: String,
    /// Moment at which the organ took it back, stored form; empty = it did not.
    pub withdrawn_at: String,
    /// Moment at which its subject left the public, stored form; empty = it is public, or an address.
    pub lapsed_at: String,
}

const SELECT: &str = "SELECT e.id, e.share, a.duty, a.organ, e.period, e.subject_kind, e.subject_id, e.url, e.title, e.note, \
                      e.added_at, e.added_by, e.added_by_name, e.decision, e.partial, e.reason, e.decided_at, e.decided_by_name, \
                      e.withdrawn_at, e.lapsed_at FROM evidence e JOIN duty_share a ON a.id = e.share";

/// The evidence of a duty, oldest first.
pub async fn of_duty(db: &Db, duty: &DutyId) -> Result<Vec<EvidenceRow>> {
    // SQL: the columns above and fixed text; the duty is bound.
    query_as(built(format!("{SELECT} WHERE a.duty = $1 ORDER BY e.added_at, e.id")))
        .bind(duty)
        .fetch_all(db.read())
        .await
}

/// Evidence of the public duties of a source that counts: confirmed, and its subject is public; newest first.
pub async fn counted(db: &Db, source: &SourceKey) -> Result<Vec<EvidenceRow>> {
    // SQL: the columns above and fixed text; the source is bound.
    query_as(built(format!(
        "{SELECT} JOIN duty d ON d.id = a.duty WHERE d.source_kind = $1 AND d.source_id = $2 AND d.visibility = 'public' \
         AND e.decision = 'confirmed' AND e.withdrawn_at = '' AND e.lapsed_at = '' ORDER BY e.decided_at DESC, e.id"
    )))
    .bind(&source.kind)
    .bind(&source.id)
    .fetch_all(db.read())
    .await
}

/// The organ on whose behalf a piece of evidence of this duty was handed in.
pub async fn organ(db: &Db, duty: &DutyId, evidence: &EvidenceId) -> Result<Option<OrganCode>> {
    query_scalar("SELECT a.organ FROM evidence e JOIN duty_share a ON a.id = e.share WHERE e.id = $1 AND a.duty = $2")
        .bind(evidence)
        .bind(duty)
        .fetch_optional(db.read())
        .await
}

/// A piece on which nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Undecided {
    pub id: EvidenceId,
    pub share: ShareId,
    pub title: String,
    /// Key of the period; empty = the whole duty.
    pub period: String,
    /// Account of whoever handed it in.
    pub added_by: String,
}

/// The pieces of these shares that wait for a decision, oldest first.
pub async fn undecided(db: &Db, shares: &[ShareId]) -> Result<Vec<Undecided>> {
    let mut found = Vec::new();
    for some in shares.chunks(CHUNK) {
        // SQL: fixed text and placeholders; every id is bound.
        let sql = format!(
            "SELECT id, share, title, period, added_by FROM evidence WHERE share IN ({}) AND decision = '' AND withdrawn_at = '' \
             AND submitted_at <> '' AND lapsed_at = '' ORDER BY added_at, id",
            places(1, some.len())
        );
        found.extend(query_as::<Undecided>(built(sql)).bind_all(some).fetch_all(db.read()).await?);
    }
    Ok(found)
}

/// The newest evidence of a share on which nobody has decided.
pub async fn newest_undecided(db: &Db, share: &ShareId) -> Result<Option<EvidenceId>> {
    query_scalar(
        "SELECT id FROM evidence WHERE share = $1 AND decision = '' AND withdrawn_at = '' ORDER BY added_at DESC LIMIT 1",
    )
    .bind(share)
    .fetch_optional(db.read())
    .await
}

/// A public duty of which something is confirmed evidence.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Use {
    #[sql(flatten)]
    pub source: SourceKey,
    /// Title of the source.
    pub title: String,
    /// Place in the source.
    pub place: String,
    /// As printed.
    pub place_label: String,
    pub place_title: String,
}

/// The public places of which this subject is confirmed evidence and at which something still runs, newest source first; at
/// most twenty.
pub async fn uses(db: &Db, subject: &SubjectRef) -> Result<Vec<Use>> {
    query_as(
        "SELECT DISTINCT d.source_kind, d.source_id, s.title, d.place, d.place_label, d.place_title, d.place_order, s.year \
         FROM evidence e JOIN duty_share a ON a.id = e.share JOIN duty d ON d.id = a.duty \
         JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id \
         WHERE e.subject_id = $2 AND e.subject_kind = $1 AND e.subject_id <> '' AND e.decision = 'confirmed' \
         AND e.withdrawn_at = '' AND e.lapsed_at = '' AND d.visibility = 'public' AND s.state <> 'prepared' AND EXISTS \
         (SELECT 1 FROM duty o WHERE o.source_kind = d.source_kind AND o.source_id = d.source_id AND o.place = d.place \
         AND o.ended_at = '') ORDER BY s.year DESC, d.source_id, d.place_order LIMIT 20",
    )
    .bind(&subject.kind)
    .bind(&subject.id)
    .fetch_all(db.read())
    .await
}
