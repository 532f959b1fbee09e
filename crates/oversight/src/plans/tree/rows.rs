//! The rows of a plan. A duty here is a row of the duty machine together with what the plan knows of it besides
//! (`plan_duty`).

use duty::{SourceKey, SourceRow, SourceState, model::Values};
use kernel::{
    OrganCode,
    id::{ClauseId, DutyId, PlanId, SectionId},
};
use serde::{Deserialize, Serialize};
use store::FromRow;

use crate::model::{Cadence, OwnerRole, PlanKind, PlanState, Visibility};

store::ids! {
    /// An owner as a plan names it.
    OwnerId,
}

/// Row of `plan`; the migration says what the columns mean.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct PlanRow {
    pub id: PlanId,
    pub kind: String,
    pub title: String,
    pub document_number: String,
    pub year: i64,
    pub state: String,
    pub superseded_by: PlanId,
    pub source: String,
    pub source_digest: String,
    pub source_name: String,
    pub source_file: Option<String>,
    pub preamble: String,
    pub closing: String,
    pub warnings: String,
    pub version: i64,
    pub created_at: String,
    pub created_by: String,
    pub created_by_name: String,
    pub confirmed_at: String,
    pub confirmed_by: String,
    pub confirmed_by_name: String,
    pub text_year: i64,
    pub issued_on: String,
    pub replaces: PlanId,
    pub twin_reason: String,
    pub revoked_at: String,
    pub revoked_reason: String,
}

/// What of a plan's row is corrected like its duties, and taken back like them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub title: String,
    pub document_number: String,
    pub year: i64,
    pub issued_on: String,
    pub replaces: PlanId,
    pub twin_reason: String,
}

/// The words of a plan as issued, with the text that they come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    pub source: String,
    pub source_digest: String,
    pub preamble: String,
    pub closing: String,
    pub sections: Vec<SectionRow>,
    pub clauses: Vec<ClauseRow>,
}

impl Texts {
    pub(super) fn of(tree: &super::Tree) -> Self {
        Self {
            source: tree.plan.source.clone(),
            source_digest: tree.plan.source_digest.clone(),
            preamble: tree.plan.preamble.clone(),
            closing: tree.plan.closing.clone(),
            sections: tree.sections.clone(),
            clauses: tree.clauses.clone(),
        }
    }
}

impl PlanRow {
    /// See [`Head`].
    pub fn head(&self) -> Head {
        Head {
            title: self.title.clone(),
            document_number: self.document_number.clone(),
            year: self.year,
            issued_on: self.issued_on.clone(),
            replaces: self.replaces.clone(),
            twin_reason: self.twin_reason.clone(),
        }
    }

    /// The kind; an unknown one reads as work points, which have no further fields.
    pub fn kind(&self) -> PlanKind {
        PlanKind::from_code(&self.kind).unwrap_or(PlanKind::WorkPoints)
    }

    pub fn state(&self) -> PlanState {
        PlanState::of(&self.state, &self.revoked_at)
    }

    /// The warnings of the parser.
    pub fn warnings(&self) -> Vec<plan_text::Warning> {
        serde_json::from_str(&self.warnings).unwrap_or_default()
    }

    /// The plan as a source of duties.
    pub fn key(&self) -> SourceKey {
        SourceKey::new(&self.kind, self.id.as_str())
    }

    pub(super) fn source_row(&self) -> SourceRow {
        SourceRow {
            key: self.key(),
            title: self.title.clone(),
            year: self.year,
            state: match self.state() {
                PlanState::Draft => SourceState::Prepared,
                PlanState::Confirmed => SourceState::Running,
                PlanState::Superseded | PlanState::Revoked | PlanState::Discarded => SourceState::Closed,
            },
            issued_at: self.confirmed_at.clone(),
        }
    }
}

/// Row of `plan_section`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct SectionRow {
    pub id: SectionId,
    pub plan: PlanId,
    pub position: i64,
    pub number: String,
    pub title: String,
    pub text: String,
}

/// Row of `plan_clause`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct ClauseRow {
    pub id: ClauseId,
    pub plan: PlanId,
    pub section: SectionId,
    pub position: i64,
    pub number: String,
    pub title: String,
    pub text: String,
    pub owner_note: String,
    pub line: i64,
    pub ended_at: String,
    pub ended_reason: String,
}

/// A duty of a plan: row of `duty` whose place is the clause, with its row of `plan_duty`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyRow {
    pub id: DutyId,
    pub plan: PlanId,
    pub clause: ClauseId,
    pub position: i64,
    pub text: String,
    pub original: String,
    pub is_duty: bool,
    pub principle: bool,
    pub measure: String,
    pub due_words: String,
    pub due_on: String,
    pub cadence: String,
    pub grace_days: i64,
    pub visibility: String,
    pub extra: String,
    pub waiting: String,
    pub line: i64,
    pub issued_at: String,
    pub ended_at: String,
    pub ended_reason: String,
}

impl DutyRow {
    /// A duty of a clause with these words, as somebody adds it: nothing else is known of it.
    pub fn new(id: DutyId, clause: &ClauseRow, text: &str, visibility: Visibility) -> Self {
        Self {
            id,
            plan: clause.plan.clone(),
            clause: clause.id.clone(),
            position: 0,
            text: text.to_owned(),
            original: String::new(),
            is_duty: true,
            principle: false,
            measure: String::new(),
            due_words: String::new(),
            due_on: String::new(),
            cadence: String::new(),
            grace_days: 0,
            visibility: visibility.code().to_owned(),
            extra: "{}".to_owned(),
            waiting: String::new(),
            line: 0,
            issued_at: String::new(),
            ended_at: String::new(),
            ended_reason: String::new(),
        }
    }

    /// The cadence, if there is one.
    pub fn cadence(&self) -> Option<Cadence> {
        Cadence::from_code(&self.cadence)
    }

    /// Whether the public may see it.
    pub fn is_public(&self) -> bool {
        Visibility::from_code(&self.visibility) == Visibility::Public
    }

    /// Whether organs must answer for it.
    pub fn is_owed(&self) -> bool {
        self.is_duty && !self.principle && self.ended_at.is_empty()
    }

    /// A further field; empty when not filled in.
    pub fn extra(&self, key: &str) -> String {
        Values::read(&self.extra, "").held(key).to_owned()
    }
}

/// Row of `plan_owner`. An empty `duty` means the whole clause.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct OwnerRow {
    pub id: OwnerId,
    pub plan: PlanId,
    pub clause: ClauseId,
    pub duty: DutyId,
    pub position: i64,
    pub name: String,
    pub role: String,
    pub is_group: bool,
    pub organs: String,
    pub how: String,
}

impl OwnerRow {
    /// A new owner that means nobody yet.
    pub fn new(id: OwnerId, clause: &ClauseRow, duty: DutyId, name: &str, role: OwnerRole) -> Self {
        Self {
            id,
            plan: clause.plan.clone(),
            clause: clause.id.clone(),
            duty,
            position: 0,
            name: name.to_owned(),
            role: role.code().to_owned(),
            is_group: false,
            organs: "[]".to_owned(),
            how: String::new(),
        }
    }

    pub fn role(&self) -> OwnerRole {
        OwnerRole::from_code(&self.role).unwrap_or(OwnerRole::Responsible)
    }

    /// The organs that it means.
    pub fn codes(&self) -> Vec<OrganCode> {
        serde_json::from_str(&self.organs).unwrap_or_default()
    }

    /// Puts the organs that it means, and how they were found.
    pub fn set_codes(&mut self, codes: &[OrganCode], how: &str) {
        self.organs = serde_json::to_string(codes).unwrap_or_else(|_| "[]".to_owned());
        self.how = how.to_owned();
    }

    /// Whether no organ was found for it.
    pub fn is_unmatched(&self) -> bool {
        self.codes().is_empty()
    }

    /// Whether it stands for the whole clause.
    pub fn is_of_clause(&self) -> bool {
        self.duty.as_str().is_empty()
    }
}
