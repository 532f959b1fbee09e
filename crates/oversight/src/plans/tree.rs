//! A plan as rows: the plan itself, sections, clauses, duties and owners, read and written whole. A duty here is a row of the
//! duty machine together with what the plan knows of it besides (`plan_duty`).

use std::collections::HashMap;

use duty::{SourceKey, SourceRow, SourceState, duties, source};
use kernel::{
    OrganCode,
    id::{ClauseId, DutyId, PlanId, SectionId},
};
use serde::{Deserialize, Serialize};
use store::{Db, Executor, FromRow, Result, Tx, query, query_as};

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
    pub source_file: String,
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

    /// The plan as a source of duties.
    pub fn key(&self) -> SourceKey {
        SourceKey::new(&self.kind, self.id.as_str())
    }

    fn source_row(&self) -> SourceRow {
        SourceRow {
            key: self.key(),
            title: self.title.clone(),
            year: self.year,
            state: match self.state() {
                PlanState::Draft => SourceState::Prepared,
                PlanState::Confirmed => SourceState::Running,
                PlanState::Superseded | PlanState::Discarded => SourceState::Closed,
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
        duty::model::Values::read(&self.extra, "").held(key).to_owned()
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

    /// The role.
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
pub async fn lock(tx: &mut Tx, plan: &PlanRow) -> Result<()> {
    source::lock(tx, &plan.key()).await
}

impl Tree {
    /// A clause.
    pub fn clause(&self, id: &ClauseId) -> Option<&ClauseRow> {
        self.clauses.iter().find(|clause| clause.id == *id)
    }

    /// A duty.
    pub fn duty(&self, id: &DutyId) -> Option<&DutyRow> {
        self.duties.iter().find(|duty| duty.id == *id)
    }

    /// The duties of a clause in order.
    pub fn duties_of<'a>(&'a self, clause: &'a ClauseId) -> impl Iterator<Item = &'a DutyRow> {
        self.duties.iter().filter(move |duty| duty.clause == *clause)
    }

    /// The owners named for the whole clause.
    pub fn owners_of_clause<'a>(&'a self, clause: &'a ClauseId) -> impl Iterator<Item = &'a OwnerRow> {
        self.owners.iter().filter(move |owner| owner.clause == *clause && owner.is_of_clause())
    }

    /// The owners that hold for a duty: its own, or else the clause's.
    pub fn owners_of_duty<'a>(&'a self, duty: &'a DutyRow) -> Vec<&'a OwnerRow> {
        let own: Vec<_> = self.owners.iter().filter(|owner| owner.duty == duty.id).collect();
        if own.is_empty() { self.owners_of_clause(&duty.clause).collect() } else { own }
    }

    /// Number of the section in which the clause stands, as printed.
    fn part(&self, clause: &ClauseRow) -> &str {
        let section = self.sections.iter().find(|section| section.id == clause.section);
        section.map_or("", |section| section.number.as_str())
    }

    /// Section and clause number as printed: `一（二）`.
    pub fn clause_number(&self, clause: &ClauseRow) -> String {
        format!("{}{}", self.part(clause), clause.number)
    }

    /// The rows of these clauses that edits change.
    pub fn snapshot(&self, clauses: &[ClauseId]) -> Snapshot {
        Snapshot {
            duties: self.duties.iter().filter(|duty| clauses.contains(&duty.clause)).cloned().collect(),
            owners: self.owners.iter().filter(|owner| clauses.contains(&owner.clause)).cloned().collect(),
        }
    }

    /// Counts the positions of duties and owners in these clauses anew, keeping the order of the rows.
    pub fn renumber(&mut self, clauses: &[ClauseId]) {
        for clause in clauses {
            for (at, duty) in self.duties.iter_mut().filter(|duty| duty.clause == *clause).enumerate() {
                duty.position = i64::try_from(at).unwrap_or(0) + 1;
            }
            for (at, owner) in self.owners.iter_mut().filter(|owner| owner.clause == *clause).enumerate() {
                owner.position = i64::try_from(at).unwrap_or(0) + 1;
            }
        }
    }

    /// The duty as the machine keeps it, in its place of this plan.
    pub fn row(&self, duty: &DutyRow) -> duty::DutyRow {
        let mut row = duty::DutyRow::new(duty.id.clone(), &self.plan.key(), &duty.text);
        if let Some(clause) = self.clause(&duty.clause) {
            row.place_label = self.clause_number(clause);
            row.place_title.clone_from(&clause.title);
            row.place_part = self.part(clause).to_owned();
            row.place_order = clause.position;
        }
        duty::DutyRow {
            place: duty.clause.to_string(),
            position: duty.position,
            measure: duty.measure.clone(),
            due_words: duty.due_words.clone(),
            due_on: duty.due_on.clone(),
            cadence: duty.cadence.clone(),
            grace_days: duty.grace_days,
            visibility: duty.visibility.clone(),
            extra: duty.extra.clone(),
            waiting: duty.waiting.clone(),
            issued_at: duty.issued_at.clone(),
            ended_at: duty.ended_at.clone(),
            ended_reason: duty.ended_reason.clone(),
            ..row
        }
    }
}

/// The plan with this id.
///
/// # Errors
/// When the database fails.
pub async fn plan<'e>(executor: impl Executor<'e>, plan: &PlanId) -> Result<Option<PlanRow>> {
    query_as("SELECT * FROM plan WHERE id = $1").bind(plan).fetch_optional(executor).await
}

/// A whole plan, read outside a write.
///
/// # Errors
/// When the database fails.
pub async fn load(db: &Db, plan: &PlanId) -> Result<Option<Tree>> {
    read(db.read(), plan).await
}

/// A whole plan as the write sees it.
///
/// # Errors
/// When the database fails.
pub async fn load_in(tx: &mut Tx, plan: &PlanId) -> Result<Option<Tree>> {
    read(tx.conn(), plan).await
}

/// A whole plan, locked: what the write reads stays true until it ends.
///
/// # Errors
/// When the database fails.
pub async fn load_locked(tx: &mut Tx, plan: &PlanId) -> Result<Option<Tree>> {
    let Some(row) = self::plan(tx.conn(), plan).await? else { return Ok(None) };
    lock(tx, &row).await?;
    load_in(tx, plan).await
}

/// Row of `plan_duty`.
#[derive(FromRow)]
struct Own {
    id: DutyId,
    original: String,
    is_duty: bool,
    principle: bool,
    line: i64,
}

async fn read<'e>(executor: impl Executor<'e>, plan: &PlanId) -> Result<Option<Tree>> {
    let mut target = executor.target();
    let Some(row) = self::plan(target.again(), plan).await? else { return Ok(None) };
    let sections = query_as("SELECT * FROM plan_section WHERE plan = $1 ORDER BY position, id")
        .bind(plan)
        .fetch_all(target.again())
        .await?;
    let clauses: Vec<ClauseRow> = query_as("SELECT * FROM plan_clause WHERE plan = $1 ORDER BY position, id")
        .bind(plan)
        .fetch_all(target.again())
        .await?;
    let own: Vec<Own> = query_as("SELECT id, original, is_duty, principle, line FROM plan_duty WHERE plan = $1")
        .bind(plan)
        .fetch_all(target.again())
        .await?;
    let rows = duties::of_source(target.again(), &row.key()).await?;
    let owners = query_as("SELECT * FROM plan_owner WHERE plan = $1 ORDER BY clause, position, id")
        .bind(plan)
        .fetch_all(target)
        .await?;
    let duties = join(&row.id, rows, own, &clauses);
    Ok(Some(Tree { plan: row, sections, clauses, duties, owners }))
}

/// The duties of a plan in order of clause and position.
fn join(plan: &PlanId, rows: Vec<duty::DutyRow>, own: Vec<Own>, clauses: &[ClauseRow]) -> Vec<DutyRow> {
    let mut own: HashMap<DutyId, Own> = own.into_iter().map(|own| (own.id.clone(), own)).collect();
    let order: HashMap<&str, usize> = clauses.iter().enumerate().map(|(at, row)| (row.id.as_str(), at)).collect();
    let whole = |row: duty::DutyRow| {
        let own = own.remove(&row.id)?;
        Some(DutyRow {
            plan: plan.clone(),
            clause: row.place.into(),
            original: own.original,
            is_duty: own.is_duty,
            principle: own.principle,
            line: own.line,
            id: row.id,
            position: row.position,
            text: row.text,
            measure: row.measure,
            due_words: row.due_words,
            due_on: row.due_on,
            cadence: row.cadence,
            grace_days: row.grace_days,
            visibility: row.visibility,
            extra: row.extra,
            waiting: row.waiting,
            issued_at: row.issued_at,
            ended_at: row.ended_at,
            ended_reason: row.ended_reason,
        })
    };
    let mut duties: Vec<DutyRow> = rows.into_iter().filter_map(whole).collect();
    duties.sort_by(|a, b| {
        let of = |duty: &DutyRow| (order.get(duty.clause.as_str()).copied(), duty.position);
        of(a).cmp(&of(b)).then_with(|| a.id.cmp(&b.id))
    });
    duties
}

/// Writes a new plan row, and makes the plan a source of duties.
///
/// # Errors
/// When the database fails.
pub async fn insert_plan(tx: &mut Tx, plan: &PlanRow) -> Result<()> {
    query(
        "INSERT INTO plan (id, kind, title, document_number, year, state, superseded_by, source, source_digest, source_name, \
         source_file, preamble, closing, warnings, version, created_at, created_by, created_by_name, confirmed_at, \
         confirmed_by, confirmed_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21)",
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
    .bind(&plan.created_at)
    .bind(&plan.created_by)
    .bind(&plan.created_by_name)
    .bind(&plan.confirmed_at)
    .bind(&plan.confirmed_by)
    .bind(&plan.confirmed_by_name)
    .execute(tx.conn())
    .await?;
    source::put(tx, &plan.source_row()).await
}

/// Tells the machine of a change of the plan row: its state, or what the public sees of its text.
///
/// # Errors
/// When the database fails.
pub async fn put_source(tx: &mut Tx, plan: &PlanId) -> Result<()> {
    match self::plan(tx.conn(), plan).await? {
        Some(row) => source::put(tx, &row.source_row()).await,
        None => Ok(()),
    }
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

/// Writes a duty: new rows, or all columns of those with its id. `tree` has its clause and section.
///
/// # Errors
/// When the database fails.
pub async fn put_duty(tx: &mut Tx, tree: &Tree, row: &DutyRow) -> Result<()> {
    duties::put(tx, &tree.row(row)).await?;
    query(
        "INSERT INTO plan_duty (id, plan, original, is_duty, principle, line) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET original = $3, is_duty = $4, principle = $5, line = $6",
    )
    .bind(&row.id)
    .bind(&row.plan)
    .bind(&row.original)
    .bind(row.is_duty)
    .bind(row.principle)
    .bind(row.line)
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
pub async fn insert(tx: &mut Tx, tree: &Tree) -> Result<()> {
    insert_plan(tx, &tree.plan).await?;
    for row in &tree.sections {
        insert_section(tx, row).await?;
    }
    for row in &tree.clauses {
        insert_clause(tx, row).await?;
    }
    for row in &tree.duties {
        put_duty(tx, tree, row).await?;
    }
    for row in &tree.owners {
        insert_owner(tx, row).await?;
    }
    Ok(())
}

/// Replaces duties and owners of these clauses by the given rows. Only for drafts: issued duties are never deleted.
///
/// # Errors
/// When the database fails.
pub async fn replace(tx: &mut Tx, tree: &Tree, clauses: &[ClauseId], rows: &Snapshot) -> Result<()> {
    let key = tree.plan.key();
    for clause in clauses {
        query(
            "DELETE FROM plan_duty WHERE id IN (SELECT id FROM duty WHERE source_kind = $1 AND source_id = $2 AND place = $3 \
             AND issued_at = '')",
        )
        .bind(&key.kind)
        .bind(&key.id)
        .bind(clause)
        .execute(tx.conn())
        .await?;
        duties::drop_prepared(tx, &key, clause.as_str()).await?;
        query("DELETE FROM plan_owner WHERE clause = $1").bind(clause).execute(tx.conn()).await?;
    }
    for duty in &rows.duties {
        put_duty(tx, tree, duty).await?;
    }
    for owner in &rows.owners {
        insert_owner(tx, owner).await?;
    }
    Ok(())
}
