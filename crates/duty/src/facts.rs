//! The facts on which standings depend, read for some duties at a time.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::{
    OrganCode,
    id::{DutyId, ShareId},
    time,
};
use store::{Executor, FromRow, Result, built, places, query_as};

use crate::{
    key::SourceKey,
    model::{Cadence, Course, Decision, EvidenceFact, Facts, OwnerRole},
};

/// Most ids in one question.
pub(crate) const CHUNK: usize = 400;

/// The share of one organ in a duty, with its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Identifier.
    pub id: ShareId,
    pub duty: DutyId,
    pub source: SourceKey,
    /// Place in the source and position there.
    pub order: (i64, i64),
    /// Whether the source runs.
    pub running: bool,
    /// Whether the public sees the duty.
    pub public: bool,
    /// The organ to which it was issued.
    pub organ: OrganCode,
    /// The organs whose shares were folded into this one, since one organ answers for all of them today.
    pub origins: Vec<OrganCode>,
    /// Its part; after a reform the heaviest that still runs.
    pub role: OwnerRole,
    /// When issued, stored form.
    pub issued_at: String,
    /// When ended, stored form; empty while it runs.
    pub ended_at: String,
    /// Why it ended, in the office's words; empty while it runs.
    pub ended_reason: String,
    /// What its standing depends on.
    pub facts: Facts,
}

impl Share {
    /// How it stands on every day.
    pub fn course(&self) -> Course {
        Course::new(&self.facts)
    }
}

#[derive(FromRow)]
struct Row {
    id: ShareId,
    duty: DutyId,
    #[sql(flatten)]
    source: SourceKey,
    source_state: String,
    place_order: i64,
    position: i64,
    visibility: String,
    year: i64,
    due_on: String,
    cadence: String,
    grace_days: i64,
    organ: OrganCode,
    role: String,
    issued_at: String,
    ended_at: String,
    ended_reason: String,
    folded_into: String,
}

#[derive(FromRow)]
struct NoteRow {
    share: ShareId,
    added_at: String,
}

#[derive(FromRow)]
struct EvidenceRow {
    share: ShareId,
    period: String,
    added_at: String,
    submitted_at: String,
    decision: String,
    partial: bool,
    decided_at: String,
    lapsed_at: String,
}

/// The year of a source as periods need it.
pub(crate) fn year(stored: i64) -> i16 {
    i16::try_from(stored).unwrap_or(2199)
}

/// The decision with this stored word.
pub(crate) fn decision(word: &str, partial: bool) -> Decision {
    match word {
        "confirmed" if partial => Decision::Accepted,
        "confirmed" => Decision::Confirmed,
        "returned" => Decision::Returned,
        _ => Decision::None,
    }
}

impl Row {
    fn with(self, origins: Vec<OrganCode>, notes: Vec<String>, evidence: Vec<EvidenceFact>) -> Share {
        let facts = Facts {
            year: year(self.year),
            due_on: self.due_on.parse().ok(),
            cadence: Cadence::from_code(&self.cadence),
            grace_days: self.grace_days,
            issued_on: time::from_db(&self.issued_at).map_or(Date::MIN, time::date_in_china),
            ended_on: time::from_db(&self.ended_at).map(time::date_in_china),
            notes,
            evidence,
        };
        Share {
            facts,
            id: self.id,
            duty: self.duty,
            source: self.source,
            order: (self.place_order, self.position),
            running: self.source_state == "running",
            public: self.visibility == "public",
            organ: self.organ,
            origins,
            role: OwnerRole::from_code(&self.role).unwrap_or(OwnerRole::Support),
            issued_at: self.issued_at,
            ended_at: self.ended_at,
            ended_reason: self.ended_reason,
        }
    }
}

/// The rows that stand by themselves, each with the organs folded into it: one share with the heaviest part that runs, since
/// the first of them was issued, ended once all have. The order stays.
fn folded(rows: Vec<Row>) -> Vec<(Row, Vec<OrganCode>)> {
    if rows.iter().all(|row| row.folded_into.is_empty()) {
        return rows.into_iter().map(|row| (row, Vec::new())).collect();
    }
    let (others, mut roots): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| !row.folded_into.is_empty());
    let mut folded: HashMap<String, Vec<Row>> = HashMap::new();
    for row in others {
        folded.entry(row.folded_into.clone()).or_default().push(row);
    }
    let mut found: Vec<(Row, Vec<OrganCode>)> = Vec::new();
    for mut root in roots.drain(..) {
        let own = folded.remove(root.id.as_str()).unwrap_or_default();
        let running = |row: &&Row| row.ended_at.is_empty();
        let first =
            own.iter().filter(running).chain(Some(&root).filter(running)).map(|row| row.issued_at.clone()).min();
        let role = own.iter().filter(running).chain(Some(&root).filter(running)).map(|row| row.role.clone()).min();
        if let (Some(first), Some(role)) = (first, role) {
            // The codes of parts sort from the heaviest to the lightest.
            (root.issued_at, root.role) = (first, role);
            (root.ended_at, root.ended_reason) = (String::new(), String::new());
        }
        let origins = own.into_iter().map(|row| row.organ).collect();
        found.push((root, origins));
    }
    found.sort_by(|(a, _), (b, _)| (&a.duty, &a.role, &a.organ).cmp(&(&b.duty, &b.role, &b.organ)));
    found
}

impl EvidenceRow {
    fn fact(self) -> EvidenceFact {
        let mut fact = EvidenceFact {
            period: self.period,
            added_at: self.added_at,
            submitted_at: self.submitted_at,
            decision: decision(&self.decision, self.partial),
            decided_at: self.decided_at,
        };
        if !self.lapsed_at.is_empty() {
            // What left the public proves nothing any more: as if the office had sent it back at that moment.
            fact.decision = Decision::Returned;
            fact.decided_at = fact.decided_at.max(self.lapsed_at);
        }
        fact
    }
}

/// The shares of these duties with their facts, by duty; those who lead first, then by organ.
pub async fn of_duties<'e>(executor: impl Executor<'e>, duties: &[DutyId]) -> Result<Vec<Share>> {
    let mut target = executor.target();
    let mut shares = Vec::new();
    for some in duties.chunks(CHUNK) {
        let within = places(1, some.len());
        // SQL: fixed text and placeholders; every id is bound.
        let rows: Vec<Row> = query_as(built(format!(
            "SELECT a.id, a.duty, d.source_kind, d.source_id, s.state AS source_state, d.place_order, d.position, d.visibility, s.year, d.due_on, \
             d.cadence, d.grace_days, a.organ, a.role, a.issued_at, a.ended_at, a.ended_reason, a.folded_into FROM duty_share a \
             JOIN duty d ON d.id = a.duty JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id \
             WHERE a.duty IN ({within}) ORDER BY a.duty, a.role, a.organ"
        )))
        .bind_all(some)
        .fetch_all(target.again())
        .await?;
        // SQL: fixed text, names from this file and numbers of places; every value is bound.
        let notes: Vec<NoteRow> = query_as(built(format!(
            "SELECT n.share, n.added_at FROM progress_note n JOIN duty_share a ON a.id = n.share WHERE a.duty IN ({within})"
        )))
        .bind_all(some)
        .fetch_all(target.again())
        .await?;
        // SQL: fixed text, names from this file and numbers of places; every value is bound.
        let evidence: Vec<EvidenceRow> = query_as(built(format!(
            "SELECT e.share, e.period, e.added_at, e.submitted_at, e.decision, e.partial, e.decided_at, e.lapsed_at FROM evidence e \
             JOIN duty_share a ON a.id = e.share WHERE e.withdrawn_at = '' AND a.duty IN ({within})"
        )))
        .bind_all(some)
        .fetch_all(target.again())
        .await?;
        let mut notes_of: HashMap<ShareId, Vec<String>> = HashMap::new();
        for note in notes {
            notes_of.entry(note.share).or_default().push(note.added_at);
        }
        let mut evidence_of: HashMap<ShareId, Vec<EvidenceFact>> = HashMap::new();
        for row in evidence {
            evidence_of.entry(row.share.clone()).or_default().push(row.fact());
        }
        shares.extend(folded(rows).into_iter().map(|(row, origins)| {
            let notes = notes_of.remove(&row.id).unwrap_or_default();
            let evidence = evidence_of.remove(&row.id).unwrap_or_default();
            row.with(origins, notes, evidence)
        }));
    }
    Ok(shares)
}
