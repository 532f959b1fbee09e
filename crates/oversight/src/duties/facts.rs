//! Notes, evidence and history of one duty as its page shows them.

use std::collections::HashMap;

use store::{Db, FromRow, Result, query_as};

use crate::duties::lapse;

/// Row of `plan_clause` with its section, for the context of a duty.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Context {
    /// Plan.
    pub plan: String,
    /// Its title.
    pub plan_title: String,
    /// 发文字号; may be empty.
    pub document_number: String,
    /// State of the plan, as stored.
    pub plan_state: String,
    /// Number of the section as printed.
    pub section_number: String,
    /// Its title.
    pub section_title: String,
    /// Number of the clause as printed.
    pub clause_number: String,
    /// Its title.
    pub clause_title: String,
    /// Its text as issued.
    pub clause_text: String,
    /// Its owner note as issued.
    pub owner_note: String,
    /// The duty's words.
    pub text: String,
    /// The words of the clause from which it comes.
    pub original: String,
    /// What counts as done.
    pub measure: String,
    /// Date or cadence as written.
    pub due_words: String,
    /// Due date; empty = none.
    pub due_on: String,
    /// Cadence code; empty = none.
    pub cadence: String,
    /// `public` or `internal`.
    pub visibility: String,
    /// Further fields, JSON object.
    pub extra: String,
    /// Line of the source; 0 = none.
    pub line: i64,
    /// Moment of issue, stored form.
    pub issued_at: String,
    /// When ended, stored form; empty while it runs.
    pub ended_at: String,
    /// Why.
    pub ended_reason: String,
    /// Order in the clause.
    pub position: i64,
}

/// The duty with its clause and plan, if it was issued.
///
/// # Errors
/// When the database fails.
pub async fn context(db: &Db, duty: &str) -> Result<Option<Context>> {
    Ok(query_as(
        "SELECT d.plan, p.title AS plan_title, p.document_number, p.state AS plan_state, s.number AS section_number, \
         s.title AS section_title, c.number AS clause_number, c.title AS clause_title, c.text AS clause_text, c.owner_note, \
         d.text, d.original, d.measure, d.due_words, d.due_on, d.cadence, d.visibility, d.extra, d.line, d.issued_at, \
         d.ended_at, d.ended_reason, d.position FROM duty d JOIN plan_clause c ON c.id = d.clause \
         JOIN plan_section s ON s.id = c.section JOIN plan p ON p.id = d.plan WHERE d.id = $1 AND d.issued_at <> ''",
    )
    .bind(duty)
    .fetch_optional(db.read())
    .await?)
}

/// A progress note.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Note {
    /// Assignment.
    pub assignment: String,
    /// Text.
    pub text: String,
    /// When, stored form.
    pub added_at: String,
    /// By whom.
    pub added_by_name: String,
}

/// The notes of a duty, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn notes(db: &Db, duty: &str) -> Result<Vec<Note>> {
    Ok(query_as(
        "SELECT assignment, text, added_at, added_by_name FROM progress_note WHERE duty = $1 ORDER BY added_at, id",
    )
    .bind(duty)
    .fetch_all(db.read())
    .await?)
}

/// Row of `evidence`; see the migration for the meaning of the columns.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in 0004_oversight.sql")]
pub struct EvidenceRow {
    pub id: String,
    pub assignment: String,
    pub duty: String,
    pub organ: String,
    pub period: String,
    pub document: String,
    pub url: String,
    pub title: String,
    pub note: String,
    pub added_at: String,
    pub added_by: String,
    pub added_by_name: String,
    pub decision: String,
    pub reason: String,
    pub decided_at: String,
    pub decided_by_name: String,
    pub withdrawn_at: String,
}

const COLUMNS: &str = "SELECT e.id, e.assignment, e.duty, e.organ, e.period, e.document, e.url, e.title, e.note, e.added_at, \
                       e.added_by, e.added_by_name, e.decision, e.reason, e.decided_at, e.decided_by_name, e.withdrawn_at \
                       FROM evidence e";

/// The evidence of a duty, oldest first, with the moment at which its document was withdrawn, if it was.
///
/// # Errors
/// When the database fails.
pub async fn evidence(db: &Db, duty: &str) -> Result<Vec<(EvidenceRow, Option<String>)>> {
    // SQL: the columns above and fixed text; the duty is bound.
    let sql = format!("{COLUMNS} WHERE e.duty = $1 ORDER BY e.added_at, e.id");
    let rows: Vec<EvidenceRow> = query_as(sqlx::AssertSqlSafe(sql)).bind(duty).fetch_all(db.read()).await?;
    let lapsed = if rows.is_empty() { HashMap::new() } else { lapse::withdrawn(db).await? };
    Ok(rows.into_iter().map(|row| (row.clone(), lapsed.get(&row.document).cloned())).collect())
}

/// Confirmed evidence of the public duties of a plan whose documents are still public, newest first; and the moment at which
/// the last of the others lapsed, empty when none did.
///
/// # Errors
/// When the database fails.
pub async fn counted(db: &Db, plan: &str) -> Result<(Vec<EvidenceRow>, String)> {
    // SQL: the columns above and fixed text; the plan is bound.
    let sql = format!(
        "{COLUMNS} JOIN duty d ON d.id = e.duty JOIN assignment a ON a.id = e.assignment WHERE e.plan = $1 \
         AND e.decision = 'confirmed' AND e.withdrawn_at = '' AND d.visibility = 'public' ORDER BY e.decided_at DESC, e.id"
    );
    let mut rows: Vec<EvidenceRow> = query_as(sqlx::AssertSqlSafe(sql)).bind(plan).fetch_all(db.read()).await?;
    let lapsed = lapse::withdrawn(db).await?;
    let newest = rows.iter().filter_map(|row| lapsed.get(&row.document)).max().cloned().unwrap_or_default();
    rows.retain(|row| !lapsed.contains_key(&row.document));
    Ok((rows, newest))
}
