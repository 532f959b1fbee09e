//! Duties and assignments as they are read for boards, pages and the public plan: facts in a few queries, states computed.
//!
//! A query reads by plan, by organs or by duty; filtering by state happens in memory afterwards, because state is nowhere
//! stored. A county's year has some thousands of assignments at most.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use kernel::{Directory, OrganCode, time};
use sqlx::AssertSqlSafe;
use store::{Db, FromRow, Result, query_as};

use crate::{
    duties::model::{Decision, EvidenceFact, Facts, RollUp, Standing, roll_up, standing},
    model::{Cadence, OwnerRole, PlanKind, Visibility},
};

/// Which assignments are meant. Empty parts do not restrict; only plans that were confirmed are ever seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// One plan.
    pub plan: Option<String>,
    /// One clause.
    pub clause: Option<String>,
    /// One duty.
    pub duty: Option<String>,
    /// One assignment.
    pub assignment: Option<String>,
    /// Assignments of any of these organs: see [`answered_by`].
    pub organs: Option<Vec<OrganCode>>,
    /// Plans of one year.
    pub year: Option<i64>,
    /// Plans of one kind.
    pub kind: Option<PlanKind>,
    /// Only duties that are public.
    pub public: bool,
    /// Also plans that another one has replaced.
    pub superseded: bool,
}

/// One duty of one organ, as a row of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Assignment.
    pub id: String,
    /// Plan.
    pub plan: String,
    /// Its title.
    pub plan_title: String,
    /// Its kind.
    pub plan_kind: PlanKind,
    /// Its year.
    pub year: i64,
    /// Clause.
    pub clause: String,
    /// Section number and clause number as printed, e.g. `一（二）`.
    pub clause_number: String,
    /// Title of the clause.
    pub clause_title: String,
    /// Order of the clause in the plan.
    pub clause_position: i64,
    /// Duty.
    pub duty: String,
    /// Order of the duty in the clause.
    pub duty_position: i64,
    /// Its words.
    pub text: String,
    /// What counts as done.
    pub measure: String,
    /// Date or cadence as written.
    pub due_words: String,
    /// Cadence.
    pub cadence: Option<Cadence>,
    /// Whether the public sees it.
    pub visibility: Visibility,
    /// Further fields, JSON object.
    pub extra: String,
    /// The organ to which it was issued.
    pub organ: OrganCode,
    /// Its part.
    pub role: OwnerRole,
    /// When issued, stored form.
    pub issued_at: String,
    /// When ended by an amendment, stored form; empty while it runs.
    pub ended_at: String,
    /// Why.
    pub ended_reason: String,
    /// Version of the assignment, for conditional changes.
    pub version: i64,
    /// How it stands.
    pub standing: Standing,
    /// Number of progress notes.
    pub notes: usize,
    /// Number of pieces of evidence that were not taken back.
    pub evidence: usize,
}

#[derive(FromRow)]
struct Row {
    id: String,
    plan: String,
    plan_title: String,
    plan_kind: String,
    year: i64,
    clause: String,
    section_number: String,
    clause_number: String,
    clause_title: String,
    clause_position: i64,
    duty: String,
    duty_position: i64,
    text: String,
    measure: String,
    due_words: String,
    due_on: String,
    cadence: String,
    grace_days: i64,
    visibility: String,
    extra: String,
    organ: String,
    role: String,
    issued_at: String,
    ended_at: String,
    ended_reason: String,
    version: i64,
}

#[derive(FromRow)]
struct NoteRow {
    assignment: String,
    added_at: String,
}

#[derive(FromRow)]
struct EvidenceRow {
    assignment: String,
    period: String,
    document: String,
    added_at: String,
    submitted_at: String,
    decision: String,
    decided_at: String,
}

/// The condition and its values; fragments are fixed, values are bound.
fn condition(scope: &Scope) -> (String, Vec<String>) {
    let states = if scope.superseded { "p.state IN ('confirmed', 'superseded')" } else { "p.state = 'confirmed'" };
    let mut parts = vec![states.to_owned()];
    let mut values = Vec::new();
    let columns =
        [("a.plan", &scope.plan), ("a.clause", &scope.clause), ("a.duty", &scope.duty), ("a.id", &scope.assignment)];
    for (column, value) in columns {
        if let Some(value) = value {
            values.push(value.clone());
            parts.push(format!("{column} = ${}", values.len()));
        }
    }
    if let Some(organs) = &scope.organs {
        let mut places = Vec::new();
        for organ in organs {
            values.push(organ.0.clone());
            places.push(format!("${}", values.len()));
        }
        // No organ at all means nothing, not everything.
        parts.push(if places.is_empty() { "1 = 0".to_owned() } else { format!("a.organ IN ({})", places.join(", ")) });
    }
    if let Some(kind) = scope.kind {
        values.push(kind.code().to_owned());
        parts.push(format!("p.kind = ${}", values.len()));
    }
    if let Some(year) = scope.year {
        // A number of ours, not text of the reader's.
        parts.push(format!("p.year = {year}"));
    }
    if scope.public {
        parts.push("d.visibility = 'public'".to_owned());
    }
    (parts.join(" AND "), values)
}

const JOINS: &str = "FROM assignment a JOIN duty d ON d.id = a.duty JOIN plan_clause c ON c.id = a.clause \
     JOIN plan_section s ON s.id = c.section JOIN plan p ON p.id = a.plan";

async fn select<T>(db: &Db, sql: String, values: &[String]) -> Result<Vec<T>>
where
    T: for<'r> FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
{
    // SQL: put together from fixed pieces; every value is bound.
    let mut query = query_as(AssertSqlSafe(sql));
    for value in values {
        query = query.bind(value.clone());
    }
    Ok(query.fetch_all(db.read()).await?)
}

/// The assignments in `scope` with their standing on `today`, in the order of plan, clause, duty, role and organ.
///
/// # Errors
/// When the database fails.
pub async fn assigned(db: &Db, scope: &Scope, today: Date) -> Result<Vec<Assigned>> {
    let (condition, values) = condition(scope);
    let rows: Vec<Row> = select(
        db,
        format!(
            "SELECT a.id, a.plan, p.title AS plan_title, p.kind AS plan_kind, p.year, a.clause, s.number AS section_number, \
             c.number AS clause_number, c.title AS clause_title, c.position AS clause_position, a.duty, \
             d.position AS duty_position, d.text, d.measure, d.due_words, d.due_on, d.cadence, d.grace_days, d.visibility, \
             d.extra, a.organ, a.role, a.issued_at, a.ended_at, a.ended_reason, a.version {JOINS} WHERE {condition} \
             ORDER BY p.year DESC, p.confirmed_at DESC, a.plan, c.position, c.id, d.position, d.id, a.role, a.organ"
        ),
        &values,
    )
    .await?;
    let notes: Vec<NoteRow> = select(
        db,
        format!(
            "SELECT n.assignment, n.added_at FROM progress_note n JOIN assignment a ON a.id = n.assignment \
             JOIN duty d ON d.id = a.duty JOIN plan p ON p.id = a.plan WHERE {condition}"
        ),
        &values,
    )
    .await?;
    let evidence: Vec<EvidenceRow> = select(
        db,
        format!(
            "SELECT e.assignment, e.period, e.document, e.added_at, e.submitted_at, e.decision, e.decided_at FROM evidence e \
             JOIN assignment a ON a.id = e.assignment JOIN duty d ON d.id = a.duty JOIN plan p ON p.id = a.plan \
             WHERE e.withdrawn_at = '' AND {condition}"
        ),
        &values,
    )
    .await?;
    let mut notes_of: HashMap<String, Vec<String>> = HashMap::new();
    for note in notes {
        notes_of.entry(note.assignment).or_default().push(note.added_at);
    }
    let mut evidence_of: HashMap<String, Vec<EvidenceFact>> = HashMap::new();
    let lapsed = crate::duties::lapse::withdrawn(db).await?;
    for row in evidence {
        let mut fact = EvidenceFact {
            period: row.period,
            added_at: row.added_at,
            submitted_at: row.submitted_at,
            decision: decision(&row.decision),
            decided_at: row.decided_at,
        };
        if let Some(at) = lapsed.get(&row.document) {
            // A document that was withdrawn proves nothing any more: as if the office had sent it back at that moment.
            fact.decision = Decision::Returned;
            fact.decided_at = fact.decided_at.max(at.clone());
        }
        evidence_of.entry(row.assignment).or_default().push(fact);
    }
    let build = |row: Row| {
        let notes = notes_of.remove(&row.id).unwrap_or_default();
        let evidence = evidence_of.remove(&row.id).unwrap_or_default();
        row.with(notes, evidence, today)
    };
    Ok(rows.into_iter().map(build).collect())
}

/// The decision with this stored word.
pub fn decision(word: &str) -> Decision {
    match word {
        "confirmed" => Decision::Confirmed,
        "returned" => Decision::Returned,
        _ => Decision::None,
    }
}

impl Row {
    fn with(self, notes: Vec<String>, evidence: Vec<EvidenceFact>, today: Date) -> Assigned {
        let cadence = Cadence::from_code(&self.cadence);
        let (note_count, evidence_count) = (notes.len(), evidence.len());
        let facts = Facts {
            year: i16::try_from(self.year).unwrap_or(2199),
            due_on: self.due_on.parse().ok(),
            cadence,
            grace_days: self.grace_days,
            issued_on: time::from_db(&self.issued_at).map_or(Date::MIN, time::date_in_china),
            ended_on: time::from_db(&self.ended_at).map(time::date_in_china),
            notes,
            evidence,
        };
        Assigned {
            standing: standing(&facts, today),
            id: self.id,
            plan: self.plan,
            plan_title: self.plan_title,
            plan_kind: PlanKind::from_code(&self.plan_kind).unwrap_or(PlanKind::WorkPoints),
            year: self.year,
            clause: self.clause,
            clause_number: format!("{}{}", self.section_number, self.clause_number),
            clause_title: self.clause_title,
            clause_position: self.clause_position,
            duty: self.duty,
            duty_position: self.duty_position,
            text: self.text,
            measure: self.measure,
            due_words: self.due_words,
            cadence,
            visibility: Visibility::from_code(&self.visibility),
            extra: self.extra,
            organ: OrganCode(self.organ),
            role: OwnerRole::from_code(&self.role).unwrap_or(OwnerRole::Support),
            issued_at: self.issued_at,
            ended_at: self.ended_at,
            ended_reason: self.ended_reason,
            version: self.version,
            notes: note_count,
            evidence: evidence_count,
        }
    }
}

/// The standing of each duty, rolled up over its organs, by duty id. `rows` must hold all organs of a duty.
pub fn by_duty(rows: &[Assigned]) -> HashMap<String, RollUp> {
    let mut groups: HashMap<&str, Vec<&Assigned>> = HashMap::new();
    for row in rows {
        groups.entry(&row.duty).or_default().push(row);
    }
    groups
        .into_iter()
        .map(|(duty, rows)| (duty.to_owned(), roll_up(rows.iter().map(|row| (row.role.answers(), &row.standing)))))
        .collect()
}

/// The organs whose assignments `organ` answers for today: itself and those that it succeeded (机构改革: duties follow).
pub fn answered_by(directory: &Directory, organ: &OrganCode, today: Date) -> Vec<OrganCode> {
    let mut organs = vec![organ.clone()];
    for other in directory.all() {
        let follows = directory.current(&other.code, today).is_some_and(|current| current.code == *organ);
        if other.code != *organ && follows {
            organs.push(other.code.clone());
        }
    }
    organs
}

/// The duties of which one of these organs has a share.
pub fn duties_of(rows: &[Assigned], organs: &[OrganCode]) -> HashSet<String> {
    rows.iter().filter(|row| organs.contains(&row.organ)).map(|row| row.duty.clone()).collect()
}

/// The organ that answers today for an assignment issued to `organ`.
pub fn answering(directory: &Directory, organ: &OrganCode, today: Date) -> OrganCode {
    directory.current(organ, today).map_or_else(|| organ.clone(), |current| current.code.clone())
}
