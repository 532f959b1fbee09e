//! What was reported on a duty, as its page shows it.

use kernel::{
    OrganCode,
    id::{DutyId, EvidenceId, ShareId, SubjectRef},
};
use store::{Db, FromRow, Result, built, query_as, query_scalar};

use crate::source::SourceKey;

/// A progress note.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Note {
    pub share: ShareId,
    pub text: String,
    /// When, stored form.
    pub added_at: String,
    /// By whom.
    pub added_by_name: String,
}

/// The notes of a duty, oldest first.
pub async fn notes(db: &Db, duty: &DutyId) -> Result<Vec<Note>> {
    query_as(
        "SELECT n.share, n.text, n.added_at, n.added_by_name FROM progress_note n JOIN duty_share a ON a.id = n.share \
         WHERE a.duty = $1 ORDER BY n.added_at, n.id",
    )
    .bind(duty)
    .fetch_all(db.read())
    .await
}

/// Row of `evidence` with the duty and the organ of its share.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct EvidenceRow {
    pub id: EvidenceId,
    pub share: ShareId,
    pub duty: DutyId,
    pub organ: OrganCode,
    pub period: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub url: String,
    pub title: String,
    pub note: String,
    pub added_at: String,
    pub added_by: String,
    pub added_by_name: String,
    pub decision: String,
    pub partial: bool,
    pub reason: String,
    pub decided_at: String,
    pub decided_by_name: String,
    pub withdrawn_at: String,
    pub lapsed_at: String,
}

const SELECT: &str = "SELECT e.id, e.share, a.duty, a.organ, e.period, e.subject_kind, e.subject_id, e.url, e.title, e.note, \
                      e.added_at, e.added_by, e.added_by_name, e.decision, e.partial, e.reason, e.decided_at, e.decided_by_name, \
                      e.withdrawn_at, e.lapsed_at FROM evidence e JOIN duty_share a ON a.id = e.share";

/// The evidence of a duty, oldest first.
pub async fn evidence(db: &Db, duty: &DutyId) -> Result<Vec<EvidenceRow>> {
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
    for some in shares.chunks(crate::facts::CHUNK) {
        // SQL: fixed text and placeholders; every id is bound.
        let sql = format!(
            "SELECT id, share, title, period, added_by FROM evidence WHERE share IN ({}) AND decision = '' AND withdrawn_at = '' \
             AND submitted_at <> '' AND lapsed_at = '' ORDER BY added_at, id",
            crate::facts::places(1, some.len())
        );
        found.extend(query_as::<Undecided>(built(sql)).bind_all(some).fetch_all(db.read()).await?);
    }
    Ok(found)
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
