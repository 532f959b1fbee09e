//! A plan as rows: the plan itself, sections, clauses, duties and owners, read and written whole.

use kernel::OrganCode;
use serde::{Deserialize, Serialize};
use store::{Db, FromRow, Result, Tx, query, query_as};

use crate::model::{Cadence, OwnerRole, PlanKind, PlanState, Visibility};

/// Row of `plan`; see the migration for the meaning of the columns.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in 0004_oversight.sql")]
pub struct PlanRow {
    pub id: String,
    pub kind: String,
    pub title: String,
    pub document_number: String,
    pub year: i64,
    pub state: String,
    pub superseded_by: String,
    pub source: String,
    pub source_digest: String,
    pub source_name: String,
    pub source_file: String,
    pub preamble: String,
    pub closing: String,
    pub warnings: String,
    pub version: i64,
    pub as_of: String,
    pub created_at: String,
    pub created_by: String,
    pub created_by_name: String,
    pub confirmed_at: String,
    pub confirmed_by: String,
    pub confirmed_by_name: String,
}

impl PlanRow {
    /// The kind; an unknown one reads as work points, which have no further fields.
    pub fn kind(&self) -> PlanKind {
        PlanKind::from_code(&self.kind).unwrap_or(PlanKind::WorkPoints)
    }

    /// The state; an unknown one reads as discarded, which shows and allows least.
    pub fn state(&self) -> PlanState {
        PlanState::from_code(&self.state).unwrap_or(PlanState::Discarded)
    }

    /// The warnings of the parser.
    pub fn warnings(&self) -> Vec<text::plan::Warning> {
        serde_json::from_str(&self.warnings).unwrap_or_default()
    }
}

/// Row of `plan_section`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in 0004_oversight.sql")]
pub struct SectionRow {
    pub id: String,
    pub plan: String,
    pub position: i64,
    pub number: String,
    pub title: String,
    pub text: String,
}

/// Row of `plan_clause`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in 0004_oversight.sql")]
pub struct ClauseRow {
    pub id: String,
    pub plan: String,
    pub section: String,
    pub position: i64,
    pub number: String,
    pub title: String,
    pub text: String,
    pub owner_note: String,
    pub line: i64,
    pub ended_at: String,
    pub ended_reason: String,
}

/// Row of `duty`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in 0004_oversight.sql")]
pub struct DutyRow {
    pub id: String,
    pub plan: String,
    pub clause: String,
    pub position: i64,
    pub text: String,
    pub original: String,
    pub is_duty: i64,
    pub principle: i64,
    pub measure: String,
    pub due_words: String,
    pub due_on: String,
    pub cadence: String,
    pub grace_days: i64,
    pub visibility: String,
    pub extra: String,
    pub line: i64,
    pub issued_at: String,
    pub ended_at: String,
    pub ended_reason: String,
}

impl DutyRow {
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
        self.is_duty == 1 && self.principle == 0 && self.ended_at.is_empty()
    }

    /// A further field; empty when not filled in.
    pub fn extra(&self, key: &str) -> String {
        let map: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&self.extra).unwrap_or_default();
        map.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    }
}

/// Row of `plan_owner`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in 0004_oversight.sql")]
pub struct OwnerRow {
    pub id: String,
    pub plan: String,
    pub clause: String,
    pub duty: String,
    pub position: i64,
    pub name: String,
    pub role: String,
    pub is_group: i64,
    pub organs: String,
    pub how: String,
}

impl OwnerRow {
    /// The role.
    pub fn role(&self) -> OwnerRole {
        OwnerRole::from_code(&self.role).unwrap_or(OwnerRole::Responsible)
    }

    /// The organs that it means.
    pub fn codes(&self) -> Vec<OrganCode> {
        self.organs.split(' ').filter(|code| !code.is_empty()).map(OrganCode::from).collect()
    }

    /// Puts the organs that it means.
    pub fn set_codes(&mut self, codes: &[OrganCode]) {
        self.organs = codes.iter().map(OrganCode::as_str).collect::<Vec<_>>().join(" ");
    }

    /// Whether no organ was found for it.
    pub fn is_unmatched(&self) -> bool {
        self.organs.is_empty()
    }
}

/// A whole plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The plan.
    pub plan: PlanRow,
    /// Its sections in order.
    pub sections: Vec<SectionRow>,
    /// Its clauses in order, ended ones included.
    pub clauses: Vec<ClauseRow>,
    /// Its duties in order of clause and position, ended ones included.
    pub duties: Vec<DutyRow>,
    /// Its owners in order of clause and position.
    pub owners: Vec<OwnerRow>,
}

/// The rows that edits of a draft change, of some clauses: what a step keeps to be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Duties.
    pub duties: Vec<DutyRow>,
    /// Owners.
    pub owners: Vec<OwnerRow>,
}

/// Makes everything that is written about a plan and its duties wait for each other: what is read after this stays true until
/// the write ends, so an amendment overwrites nothing that organs or the office write meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn lock(tx: &mut Tx, plan: &str) -> store::Result<()> {
    tx.lock(&format!("plan:{plan}")).await
}

impl Tree {
    /// A clause.
    pub fn clause(&self, id: &str) -> Option<&ClauseRow> {
        self.clauses.iter().find(|clause| clause.id == id)
    }

    /// A duty.
    pub fn duty(&self, id: &str) -> Option<&DutyRow> {
        self.duties.iter().find(|duty| duty.id == id)
    }

    /// The duties of a clause in order.
    pub fn duties_of<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = &'a DutyRow> {
        self.duties.iter().filter(move |duty| duty.clause == clause)
    }

    /// The owners named for the whole clause.
    pub fn owners_of_clause<'a>(&'a self, clause: &'a str) -> impl Iterator<Item = &'a OwnerRow> {
        self.owners.iter().filter(move |owner| owner.clause == clause && owner.duty.is_empty())
    }

    /// The owners that hold for a duty: its own, or else the clause's.
    pub fn owners_of_duty<'a>(&'a self, duty: &'a DutyRow) -> Vec<&'a OwnerRow> {
        let own: Vec<_> = self.owners.iter().filter(|owner| owner.duty == duty.id).collect();
        if own.is_empty() { self.owners_of_clause(&duty.clause).collect() } else { own }
    }

    /// Section and clause number as printed: `一（二）`.
    pub fn clause_number(&self, clause: &ClauseRow) -> String {
        let section = self.sections.iter().find(|section| section.id == clause.section);
        format!("{}{}", section.map_or("", |section| section.number.as_str()), clause.number)
    }

    /// The rows of these clauses that edits change.
    pub fn snapshot(&self, clauses: &[String]) -> Snapshot {
        let within = |clause: &String| clauses.contains(clause);
        Snapshot {
            duties: self.duties.iter().filter(|duty| within(&duty.clause)).cloned().collect(),
            owners: self.owners.iter().filter(|owner| within(&owner.clause)).cloned().collect(),
        }
    }

    /// Counts the positions of duties and owners in these clauses anew, keeping the order of the rows.
    pub fn renumber(&mut self, clauses: &[String]) {
        for clause in clauses {
            for (at, duty) in self.duties.iter_mut().filter(|duty| duty.clause == *clause).enumerate() {
                duty.position = i64::try_from(at).unwrap_or(0) + 1;
            }
            for (at, owner) in self.owners.iter_mut().filter(|owner| owner.clause == *clause).enumerate() {
                owner.position = i64::try_from(at).unwrap_or(0) + 1;
            }
        }
    }
}

/// The plan with this id.
///
/// # Errors
/// When the database fails.
pub async fn plan(db: &Db, id: &str) -> Result<Option<PlanRow>> {
    Ok(query_as("SELECT * FROM plan WHERE id = $1").bind(id).fetch_optional(db.read()).await?)
}

/// A whole plan, read outside a write.
///
/// # Errors
/// When the database fails.
pub async fn load(db: &Db, id: &str) -> Result<Option<Tree>> {
    let mut connection = db.read().acquire().await?;
    read(&mut connection, id).await
}

/// A whole plan as the write sees it.
///
/// # Errors
/// When the database fails.
pub async fn load_in(tx: &mut Tx, id: &str) -> Result<Option<Tree>> {
    read(tx.conn(), id).await
}

async fn read(connection: &mut sqlx::AnyConnection, id: &str) -> Result<Option<Tree>> {
    let plan: Option<PlanRow> =
        query_as("SELECT * FROM plan WHERE id = $1").bind(id).fetch_optional(&mut *connection).await?;
    let Some(plan) = plan else { return Ok(None) };
    let sections = query_as("SELECT * FROM plan_section WHERE plan = $1 ORDER BY position, id")
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    let clauses = query_as("SELECT * FROM plan_clause WHERE plan = $1 ORDER BY position, id")
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    let duties = query_as(
        "SELECT d.* FROM duty d JOIN plan_clause c ON c.id = d.clause WHERE d.plan = $1 \
         ORDER BY c.position, c.id, d.position, d.id",
    )
    .bind(id)
    .fetch_all(&mut *connection)
    .await?;
    let owners = query_as("SELECT * FROM plan_owner WHERE plan = $1 ORDER BY clause, position, id")
        .bind(id)
        .fetch_all(&mut *connection)
        .await?;
    Ok(Some(Tree { plan, sections, clauses, duties, owners }))
}

/// Writes a new plan row.
///
/// # Errors
/// When the database fails.
pub async fn insert_plan(tx: &mut Tx, plan: &PlanRow) -> Result<()> {
    query(
        "INSERT INTO plan (id, kind, title, document_number, year, state, superseded_by, source, source_digest, source_name, \
         source_file, preamble, closing, warnings, version, as_of, created_at, created_by, created_by_name, confirmed_at, \
         confirmed_by, confirmed_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21, $22)",
    )
    .bind(&plan.id)
    .bind(&plan.kind)
    .bind(&plan.title)
    .bind(&plan.document_number)
    .bind(plan.year)
    .bind(&plan.state)
    .bind(&plan.superseded_by)
    .bind(&plan.source)
    .bind(&plan.source_digest)
    .bind(&plan.source_name)
    .bind(&plan.source_file)
    .bind(&plan.preamble)
    .bind(&plan.closing)
    .bind(&plan.warnings)
    .bind(plan.version)
    .bind(&plan.as_of)
    .bind(&plan.created_at)
    .bind(&plan.created_by)
    .bind(&plan.created_by_name)
    .bind(&plan.confirmed_at)
    .bind(&plan.confirmed_by)
    .bind(&plan.confirmed_by_name)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes a new section.
///
/// # Errors
/// When the database fails.
pub async fn insert_section(tx: &mut Tx, row: &SectionRow) -> Result<()> {
    query("INSERT INTO plan_section (id, plan, position, number, title, text) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&row.id)
        .bind(&row.plan)
        .bind(row.position)
        .bind(&row.number)
        .bind(&row.title)
        .bind(&row.text)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes a new clause.
///
/// # Errors
/// When the database fails.
pub async fn insert_clause(tx: &mut Tx, row: &ClauseRow) -> Result<()> {
    query(
        "INSERT INTO plan_clause (id, plan, section, position, number, title, text, owner_note, line, ended_at, ended_reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&row.id)
    .bind(&row.plan)
    .bind(&row.section)
    .bind(row.position)
    .bind(&row.number)
    .bind(&row.title)
    .bind(&row.text)
    .bind(&row.owner_note)
    .bind(row.line)
    .bind(&row.ended_at)
    .bind(&row.ended_reason)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes a duty: a new row, or all columns of the one with its id.
///
/// # Errors
/// When the database fails.
pub async fn put_duty(tx: &mut Tx, row: &DutyRow) -> Result<()> {
    query(
        "INSERT INTO duty (id, plan, clause, position, text, original, is_duty, principle, measure, due_words, due_on, \
         cadence, grace_days, visibility, extra, line, issued_at, ended_at, ended_reason) VALUES ($1, $2, $3, $4, $5, $6, \
         $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT (id) DO UPDATE SET clause = $3, \
         position = $4, text = $5, original = $6, is_duty = $7, principle = $8, measure = $9, due_words = $10, \
         due_on = $11, cadence = $12, grace_days = $13, visibility = $14, extra = $15, line = $16, issued_at = $17, \
         ended_at = $18, ended_reason = $19",
    )
    .bind(&row.id)
    .bind(&row.plan)
    .bind(&row.clause)
    .bind(row.position)
    .bind(&row.text)
    .bind(&row.original)
    .bind(row.is_duty)
    .bind(row.principle)
    .bind(&row.measure)
    .bind(&row.due_words)
    .bind(&row.due_on)
    .bind(&row.cadence)
    .bind(row.grace_days)
    .bind(&row.visibility)
    .bind(&row.extra)
    .bind(row.line)
    .bind(&row.issued_at)
    .bind(&row.ended_at)
    .bind(&row.ended_reason)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes a new owner.
///
/// # Errors
/// When the database fails.
pub async fn insert_owner(tx: &mut Tx, row: &OwnerRow) -> Result<()> {
    query(
        "INSERT INTO plan_owner (id, plan, clause, duty, position, name, role, is_group, organs, how) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&row.id)
    .bind(&row.plan)
    .bind(&row.clause)
    .bind(&row.duty)
    .bind(row.position)
    .bind(&row.name)
    .bind(&row.role)
    .bind(row.is_group)
    .bind(&row.organs)
    .bind(&row.how)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes all rows of a new draft.
///
/// # Errors
/// When the database fails.
pub async fn insert_rows(tx: &mut Tx, rows: &crate::plans::draft::Rows) -> Result<()> {
    for row in &rows.sections {
        insert_section(tx, row).await?;
    }
    for row in &rows.clauses {
        insert_clause(tx, row).await?;
    }
    for row in &rows.duties {
        put_duty(tx, row).await?;
    }
    for row in &rows.owners {
        insert_owner(tx, row).await?;
    }
    Ok(())
}

/// Replaces duties and owners of these clauses by the given rows. Only for drafts: issued duties are never deleted.
///
/// # Errors
/// When the database fails.
pub async fn replace(tx: &mut Tx, clauses: &[String], rows: &Snapshot) -> Result<()> {
    for clause in clauses {
        query("DELETE FROM duty WHERE clause = $1 AND issued_at = ''").bind(clause).execute(tx.conn()).await?;
        query("DELETE FROM plan_owner WHERE clause = $1").bind(clause).execute(tx.conn()).await?;
    }
    for duty in &rows.duties {
        put_duty(tx, duty).await?;
    }
    for owner in &rows.owners {
        insert_owner(tx, owner).await?;
    }
    Ok(())
}
