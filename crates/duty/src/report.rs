//! What organs report, and what every write on a share begins and ends with: who may, under which lock, what is written anew.
//! Notes of progress are written here; what closes a duty is [`crate::evidence`].
//!
//! Every function is part of one write: authorised, conditional, logged. Two people who do the same thing do it once; the
//! second is told who was first.

use jiff::civil::Date;
use kernel::{
    Actor, Directory, EventKind, NewEvent, OrganCode,
    id::{DutyId, ShareId},
    may_for,
};
use serde_json::json;
use store::{Db, FromRow, Tx, query, query_as, query_scalar};
use web::Refusal;

use crate::{
    events,
    model::OwnerRole,
    permissions::REPORT_DUTIES,
    project,
    source::{self, SourceKey},
};

store::ids! {
    /// A progress note.
    NoteId,
}

/// By whom, on which day, with which organs: what the rules look at besides rows.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who acts, with roles and organ: every rule asks what this person may.
    pub actor: &'a Actor,
    /// The organs and who answers for them.
    pub directory: &'a Directory,
    /// Today in China.
    pub today: Date,
}

/// What a write was about, for the address to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub duty: DutyId,
    pub share: ShareId,
}

/// A share with what its writes depend on, locked until the write ends.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Held {
    pub(crate) id: ShareId,
    pub(crate) duty: DutyId,
    #[sql(flatten)]
    pub(crate) source: SourceKey,
    pub(crate) source_state: String,
    pub(crate) year: i64,
    pub(crate) organ: OrganCode,
    pub(crate) role: String,
    pub(crate) ended_at: String,
    pub(crate) visibility: String,
    pub(crate) cadence: String,
    pub(crate) due_on: String,
    pub(crate) grace_days: i64,
    pub(crate) extra: String,
    pub(crate) waiting: String,
}

impl Held {
    pub(crate) fn target(&self) -> Target {
        Target { duty: self.duty.clone(), share: self.id.clone() }
    }

    pub(crate) fn answers(&self) -> bool {
        OwnerRole::from_code(&self.role).is_some_and(OwnerRole::answers)
    }

    /// An event on the share.
    pub(crate) fn event(&self, kind: &'static EventKind, actor: &Actor, mut data: serde_json::Value) -> NewEvent {
        data["source"] = json!(self.source.id);
        data["share"] = json!(self.id);
        NewEvent::new(kind, &self.duty, actor).organ(&self.organ).data(data)
    }
}

/// The share as it stands, and stays until the write ends.
pub(crate) async fn held(tx: &mut Tx, share: &ShareId) -> Result<Held, Refusal> {
    let source: Option<SourceKey> =
        query_as("SELECT d.source_kind, d.source_id FROM duty_share a JOIN duty d ON d.id = a.duty WHERE a.id = $1")
            .bind(share)
            .fetch_optional(tx.conn())
            .await?;
    source::lock(tx, &source.ok_or(Refusal::NotFound)?).await?;
    // A form from before a reform names a share that has become part of another.
    let root: Option<String> =
        query_scalar("SELECT folded_into FROM duty_share WHERE id = $1").bind(share).fetch_optional(tx.conn()).await?;
    let root = root.filter(|root| !root.is_empty()).map_or_else(|| share.clone(), ShareId::from);
    let held: Option<Held> = query_as(
        "SELECT a.id, a.duty, d.source_kind, d.source_id, s.state AS source_state, s.year, a.organ, \
         COALESCE((SELECT MIN(f.role) FROM duty_share f WHERE (f.id = a.id OR f.folded_into = a.id) AND f.ended_at = ''), \
         a.role) AS role, \
         CASE WHEN EXISTS (SELECT 1 FROM duty_share f WHERE f.folded_into = a.id AND f.ended_at = '') THEN '' \
         ELSE a.ended_at END AS ended_at, d.visibility, d.cadence, d.due_on, d.grace_days, d.extra, d.waiting FROM duty_share a JOIN duty d ON d.id = a.duty \
         JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id WHERE a.id = $1",
    )
    .bind(&root)
    .fetch_optional(tx.conn())
    .await?;
    held.ok_or(Refusal::NotFound)
}

/// The share, if the actor may report on it and it still runs.
pub(crate) async fn reportable(tx: &mut Tx, by: &By<'_>, share: &ShareId) -> Result<Held, Refusal> {
    let held = held(tx, share).await?;
    may_for(by.actor, &REPORT_DUTIES, &by.directory.stands_for(&held.organ, by.today))?;
    if held.source_state != "running" {
        let text = "这项任务所属的计划已不再执行，不能继续报送。请到任务台账查看现行的任务。";
        return Err(Refusal::Conflict(text.into()));
    }
    if !held.ended_at.is_empty() {
        let text = "这项任务已经终止，不需要再报送。历史记录仍保留在任务页。";
        return Err(Refusal::Conflict(text.into()));
    }
    Ok(held)
}

/// Counts a change on the share, writes anew how the duty stands and, for what the public sees, moves the moment shown there.
pub(crate) async fn touch(tx: &mut Tx, held: &Held) -> store::Result<()> {
    query("UPDATE duty_share SET version = version + 1 WHERE id = $1").bind(&held.id).execute(tx.conn()).await?;
    project::refresh(tx, std::slice::from_ref(&held.duty)).await?;
    if held.visibility == "public" {
        source::touch(tx, &held.source).await?;
    }
    Ok(())
}

pub(crate) fn trimmed(text: &str, limit: usize) -> String {
    text.trim().chars().take(limit).collect()
}

/// Adds a progress note for the organ.
///
/// # Errors
/// When the actor may not, the duty has ended, or the note is empty.
pub async fn add_note(tx: &mut Tx, by: &By<'_>, share: &ShareId, text: &str) -> Result<Target, Refusal> {
    let text = trimmed(text, 2000);
    if text.is_empty() {
        return Err(Refusal::field("text", "请写明进展，例如“问答初稿已完成，正在征求各乡镇意见”。"));
    }
    let held = reportable(tx, by, share).await?;
    let (id, now) = (NoteId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO progress_note (id, share, text, added_at, added_by, added_by_name) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(&held.id)
    .bind(&text)
    .bind(&now)
    .bind(by.actor.log_id())
    .bind(by.actor.log_name())
    .execute(tx.conn())
    .await?;
    touch(tx, &held).await?;
    tx.append(held.event(&events::NOTE_ADDED, by.actor, json!({ "note": id, "text": text }))).await?;
    Ok(held.target())
}

/// A progress note.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Note {
    pub share: ShareId,
    pub text: String,
    /// Moment, stored form.
    pub added_at: String,
    /// The name of the account then; it stays when the person goes.
    pub added_by_name: String,
}

/// The notes of a duty, oldest first.
pub async fn notes(db: &Db, duty: &DutyId) -> store::Result<Vec<Note>> {
    query_as(
        "SELECT n.share, n.text, n.added_at, n.added_by_name FROM progress_note n JOIN duty_share a ON a.id = n.share \
         WHERE a.duty = $1 ORDER BY n.added_at, n.id",
    )
    .bind(duty)
    .fetch_all(db.read())
    .await
}
