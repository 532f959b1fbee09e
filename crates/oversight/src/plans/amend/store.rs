//! Amendments in the database: drafts of them, and carrying one out.

use std::collections::{BTreeSet, HashMap, HashSet};

use kernel::{Actor, NewEvent, time};
use serde_json::json;
use store::{FromRow, Once, Tx, jobs::NewJob, query, query_as};
use text::plan::{Plan, PlanReference, parse};
use web::{Ctx, Error, Result};

use crate::{
    model::PlanState,
    plans::{
        amend::align::{Alignment, Choices, Fate, PlacedClause, align, plain},
        confirm::{NOTIFY, Notify},
        draft::{self, Frame, Rows},
        source::Source,
        steps,
        tree::{self, DutyRow, Tree},
    },
    privacy,
};

/// Row of `plan_amendment`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "the columns are described in 0004_oversight.sql")]
pub struct Amendment {
    pub id: String,
    pub plan: String,
    pub state: String,
    pub source: String,
    pub source_digest: String,
    pub source_name: String,
    pub source_file: String,
    pub choices: String,
    pub previous: String,
    pub reason: String,
    pub version: i64,
    pub created_at: String,
    pub created_by: String,
    pub created_by_name: String,
    pub confirmed_at: String,
}

impl Amendment {
    /// What a person has decided so far.
    pub fn choices(&self) -> Choices {
        serde_json::from_str(&self.choices).unwrap_or_default()
    }
}

/// Carried-out amendments of a plan (when, who, why), and the id of the one in preparation.
///
/// # Errors
/// When the database fails.
pub(crate) async fn history(ctx: &Ctx, plan: &str) -> Result<(Vec<(String, String, String)>, Option<String>)> {
    let rows: Vec<Amendment> = query_as("SELECT * FROM plan_amendment WHERE plan = $1 ORDER BY created_at DESC")
        .bind(plan)
        .fetch_all(ctx.db().read())
        .await?;
    let open = rows.iter().find(|row| row.state == "draft").map(|row| row.id.clone());
    let done = rows.into_iter().filter(|row| row.state == "confirmed");
    Ok((done.map(|row| (time::show_minute(&row.confirmed_at), row.created_by_name, row.reason)).collect(), open))
}

/// The amendment with this id.
///
/// # Errors
/// When the database fails.
pub async fn get(ctx: &Ctx, plan: &str, id: &str) -> Result<Amendment> {
    let row: Option<Amendment> = query_as("SELECT * FROM plan_amendment WHERE id = $1 AND plan = $2")
        .bind(id)
        .bind(plan)
        .fetch_optional(ctx.db().read())
        .await?;
    row.ok_or(Error::NotFound)
}

/// Begins an amendment of a confirmed plan with its amended text.
///
/// # Errors
/// When the plan is not in force, the text is that of the plan, or another amendment is in preparation.
pub async fn begin(ctx: &Ctx, actor: &Actor, plan: &str, source: Source) -> Result<String> {
    let mut tx = ctx.db().write().await?;
    tree::lock(&mut tx, plan).await?;
    let tree = tree::load_in(&mut tx, plan).await?.ok_or(Error::NotFound)?;
    if tree.plan.state() != PlanState::Confirmed {
        return Err(Error::Conflict("只有已下达、没有被替代的计划才能调整。草稿请直接修改。".into()));
    }
    let digest = source.digest();
    if digest == tree.plan.source_digest {
        return Err(Error::Invalid("调整稿与现行文本完全相同，没有需要调整的内容。请检查是否选错了文件。".into()));
    }
    let open: Option<(String, String)> =
        query_as("SELECT id, created_by_name FROM plan_amendment WHERE plan = $1 AND state = 'draft'")
            .bind(plan)
            .fetch_optional(tx.conn())
            .await?;
    if let Some((_, who)) = open {
        return Err(Error::Conflict(format!("{who}已经开始了一次调整，还没有确认。请先完成或放弃那一次。")));
    }
    if let Some(file) = &source.file {
        ctx.files().keep(&mut tx, file).await?;
    }
    let id = kernel::id::fresh(ctx.seams());
    query(
        "INSERT INTO plan_amendment (id, plan, state, source, source_digest, source_name, source_file, choices, previous, \
         reason, version, created_at, created_by, created_by_name, confirmed_at) \
         VALUES ($1, $2, 'draft', $3, $4, $5, $6, '{}', '', '', 1, $7, $8, $9, '')",
    )
    .bind(&id)
    .bind(plan)
    .bind(&source.text)
    .bind(&digest)
    .bind(&source.name)
    .bind(source.file.as_ref().map(|file| file.digest.clone()).unwrap_or_default())
    .bind(tx.now())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    let event = NewEvent::new("plan.amendment_begun", "plan", plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"amendment": id, "source": digest}))).await?;
    tx.commit().await?;
    Ok(id)
}

/// Stores what a person decided, or ends the preparation (`state` `discarded`).
///
/// # Errors
/// When somebody else changed it meanwhile.
pub async fn save(
    ctx: &Ctx,
    actor: &Actor,
    row: &Amendment,
    version: i64,
    choices: &Choices,
    reason: &str,
    state: &str,
) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    let changed = query(
        "UPDATE plan_amendment SET choices = $3, reason = $4, state = $5, version = version + 1 \
         WHERE id = $1 AND version = $2 AND state = 'draft'",
    )
    .bind(&row.id)
    .bind(version)
    .bind(serde_json::to_string(choices)?)
    .bind(reason)
    .bind(state)
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict("这次调整刚被别人修改或确认。请刷新页面，看过最新情况再继续。".into()));
    }
    let event = NewEvent::new("plan.amendment_edited", "plan", &row.plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"amendment": row.id, "state": state}))).await?;
    tx.commit().await?;
    Ok(())
}

/// The amended text as read, aligned with the plan.
#[derive(Debug)]
pub struct Prepared {
    /// As parsed.
    pub parsed: Plan,
    /// As rows; their ids are taken over when carried out.
    pub rows: Rows,
    /// With the plan.
    pub alignment: Alignment,
    /// Words, without white space, of duties that had owners of their own in the text before.
    pub before: Vec<String>,
}

impl Prepared {
    /// Names of owners that still mean no organ, in clauses whose owners change.
    pub fn unmatched(&self) -> BTreeSet<String> {
        let changed: HashSet<&str> =
            self.alignment.clauses.iter().filter(|one| one.owners_changed).map(|one| one.clause.id.as_str()).collect();
        let owners =
            self.rows.owners.iter().filter(|owner| changed.contains(owner.clause.as_str()) && owner.is_unmatched());
        owners.map(|owner| owner.name.clone()).collect()
    }
}

/// Reads and aligns. Pure but for ids and directory.
pub fn prepare(ctx: &Ctx, tree: &Tree, source: &str, choices: &Choices) -> Prepared {
    let year = i16::try_from(tree.plan.year).unwrap_or(2199);
    let parsed = parse(source, PlanReference { year });
    let directory = ctx.directory();
    let mut fresh = || kernel::id::fresh(ctx.seams());
    let mut frame = Frame {
        plan: &tree.plan.id,
        kind: tree.plan.kind(),
        fresh: &mut fresh,
        directory: &directory,
        day: ctx.today(),
    };
    let mut rows = draft::rows(&parsed, &mut frame);
    for owner in rows.owners.iter_mut().filter(|owner| owner.is_unmatched()) {
        if let Some(code) = choices.owners.get(&owner.name).filter(|code| !code.is_empty()) {
            owner.organs = code.clone();
            owner.how = "chosen".into();
        }
    }
    let alignment = align(tree, &rows, choices);
    let old = parse(&tree.plan.source, PlanReference { year });
    let duties = old.sections.iter().flat_map(|section| &section.clauses).flat_map(|clause| &clause.duties);
    let before = duties.filter(|duty| !duty.owners.is_empty()).map(|duty| plain(&duty.text)).collect();
    Prepared { parsed, rows, alignment, before }
}

/// Carries the amendment out. Returns the address to go to.
///
/// # Errors
/// When something stands in the way, or plan or amendment changed meanwhile.
pub async fn confirm(ctx: &Ctx, actor: &Actor, row: &Amendment, version: i64, once: &str) -> Result<String> {
    let target = format!("/plans/{}", row.plan);
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(to);
    }
    // What organs report from here on waits for the amendment, and finds the duties as it leaves them.
    tree::lock(&mut tx, &row.plan).await?;
    let tree = tree::load_in(&mut tx, &row.plan).await?.ok_or(Error::NotFound)?;
    if tree.plan.state() != PlanState::Confirmed {
        return Err(steps::no_draft(tree.plan.state()));
    }
    let choices = row.choices();
    let prepared = prepare(ctx, &tree, &row.source, &choices);
    let unmatched = prepared.unmatched();
    if let Some(name) = unmatched.first() {
        return Err(Error::Conflict(format!("“{name}”没有对应的机关，不能确认调整。请在下面选择对应的机关。")));
    }
    if row.reason.trim().is_empty() {
        return Err(Error::Conflict("请填写调整原因，例如 根据县委常委会会议精神调整。".into()));
    }
    let now = tx.now();
    let changed = query(
        "UPDATE plan_amendment SET state = 'confirmed', previous = $3, confirmed_at = $4, version = version + 1 \
         WHERE id = $1 AND version = $2 AND state = 'draft'",
    )
    .bind(&row.id)
    .bind(version)
    .bind(&tree.plan.source)
    .bind(&now)
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict("这次调整刚被别人修改或确认，没有重复执行。请刷新页面查看。".into()));
    }
    put_plan(&mut tx, &tree, row, &prepared).await?;
    let work = Work { ctx, actor, row, now: &now, tree: &tree, prepared: &prepared, choices: &choices };
    let counts = work.rewrite(&mut tx).await?;
    let organs = work.reassign(&mut tx, &counts.new, &counts.altered).await?;
    // Read as it would stand: what it finds rolls everything back.
    let amended = tree::load_in(&mut tx, &row.plan).await?.ok_or(Error::NotFound)?;
    if let Some(refusal) = privacy::refusal(&amended) {
        return Err(Error::Conflict(format!("调整没有执行。{refusal}请改好文字后重新上传调整稿。")));
    }
    let event = NewEvent::new("plan.amended", "plan", &row.plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({
        "amendment": row.id, "reason": row.reason, "kept": counts.kept, "changed": counts.changed, "new": counts.new.len(),
        "ended": prepared.alignment.ended.len(), "source": row.source_digest,
    })))
    .await?;
    let organs = organs.into_iter().map(|code| code.0).collect();
    let notify = Notify { plan: row.plan.clone(), title: tree.plan.title.clone(), organs, why: "amended".into() };
    tx.enqueue(NewJob::now(NOTIFY, &notify).dedup(format!("{}:{}", row.plan, row.id))).await?;
    tx.remember(once, &target).await?;
    tx.commit().await?;
    Ok(target)
}

async fn put_plan(tx: &mut Tx, tree: &Tree, row: &Amendment, prepared: &Prepared) -> Result<()> {
    let number = prepared.parsed.document_number.clone().unwrap_or_else(|| tree.plan.document_number.clone());
    let changed = query(
        "UPDATE plan SET source = $3, source_digest = $4, source_name = $5, source_file = $6, preamble = $7, closing = $8, \
         warnings = $9, document_number = $10, as_of = $11, version = version + 1 \
         WHERE id = $1 AND version = $2 AND state = 'confirmed'",
    )
    .bind(&row.plan)
    .bind(tree.plan.version)
    .bind(&row.source)
    .bind(&row.source_digest)
    .bind(&row.source_name)
    .bind(&row.source_file)
    .bind(&prepared.parsed.preamble)
    .bind(&prepared.parsed.closing)
    .bind(serde_json::to_string(&prepared.parsed.warnings)?)
    .bind(number)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict("计划刚被别人改动，没有执行调整。请刷新页面后再确认。".into()));
    }
    Ok(())
}

/// What an amendment did to duties.
struct Counts {
    kept: usize,
    changed: usize,
    new: Vec<String>,
    /// Duties that go on with other words or another date.
    altered: Vec<String>,
}

/// Everything that carrying out needs.
pub(super) struct Work<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) actor: &'a Actor,
    pub(super) row: &'a Amendment,
    pub(super) now: &'a str,
    tree: &'a Tree,
    pub(super) prepared: &'a Prepared,
    choices: &'a Choices,
}

impl Work<'_> {
    /// Sections, clauses, duties and owners take on the amended text.
    async fn rewrite(&self, tx: &mut Tx) -> Result<Counts> {
        let mut counts = Counts { kept: 0, changed: 0, new: Vec::new(), altered: Vec::new() };
        let mut section_of: HashMap<&str, String> = HashMap::new();
        for section in &self.prepared.rows.sections {
            let old = self.tree.sections.iter().find(|old| {
                let same = old.title == section.title && (!old.title.is_empty() || old.number == section.number);
                same && !section_of.values().any(|id| *id == old.id)
            });
            let mut row = section.clone();
            if let Some(old) = old {
                row.id.clone_from(&old.id);
                query("DELETE FROM plan_section WHERE id = $1").bind(&old.id).execute(tx.conn()).await?;
            }
            tree::insert_section(tx, &row).await?;
            section_of.insert(&section.id, row.id);
        }
        for placed in &self.prepared.alignment.clauses {
            let mut clause = placed.clause.clone();
            clause.section = section_of.get(clause.section.as_str()).cloned().unwrap_or(clause.section);
            if let Some(old) = &placed.old {
                clause.id.clone_from(old);
                query("DELETE FROM plan_clause WHERE id = $1").bind(old).execute(tx.conn()).await?;
            }
            tree::insert_clause(tx, &clause).await?;
            let mut ids: HashMap<&str, String> = HashMap::new();
            let mut position = 0;
            for duty in &placed.duties {
                position = self.put_duty(tx, &clause.id, duty, position, &mut ids, &mut counts).await?;
            }
            for id in &placed.added {
                position += 1;
                query("UPDATE duty SET position = $2 WHERE id = $1").bind(id).bind(position).execute(tx.conn()).await?;
            }
            if placed.owners_changed {
                query("DELETE FROM plan_owner WHERE clause = $1 AND duty = ''")
                    .bind(&clause.id)
                    .execute(tx.conn())
                    .await?;
                for duty in self.told_by_text(placed) {
                    query("DELETE FROM plan_owner WHERE duty = $1").bind(duty).execute(tx.conn()).await?;
                }
                for owner in self.prepared.rows.owners.iter().filter(|owner| owner.clause == placed.clause.id) {
                    let mut owner = owner.clone();
                    owner.clause.clone_from(&clause.id);
                    owner.duty = ids.get(owner.duty.as_str()).cloned().unwrap_or_default();
                    tree::insert_owner(tx, &owner).await?;
                }
            }
        }
        self.end(tx).await?;
        self.renumber(tx).await?;
        Ok(counts)
    }

    async fn put_duty<'p>(
        &self,
        tx: &mut Tx,
        clause: &str,
        placed: &'p crate::plans::amend::align::Placed,
        mut position: i64,
        ids: &mut HashMap<&'p str, String>,
        counts: &mut Counts,
    ) -> Result<i64> {
        let continued: Vec<String> = match &placed.fate {
            Fate::Kept(ids) => ids.clone(),
            Fate::Changed(id) => vec![id.clone()],
            Fate::New => Vec::new(),
        };
        let mut rows: Vec<DutyRow> = continued.iter().filter_map(|id| self.tree.duty(id).cloned()).collect();
        if rows.is_empty() {
            let mut row = placed.duty.clone();
            row.issued_at = self.now.to_owned();
            row.visibility = self.prepared.alignment.visibility(self.tree, placed, self.choices).code().to_owned();
            counts.new.push(row.id.clone());
            rows.push(row);
        }
        for row in &mut rows {
            row.line = placed.duty.line;
            // What the office moved to another clause stays there as long as that clause goes on.
            if !self.stays_elsewhere(row, clause, &placed.fate) {
                position += 1;
                row.clause = clause.to_owned();
                row.position = position;
            }
            if matches!(placed.fate, Fate::Changed(_)) {
                row.text.clone_from(&placed.duty.text);
                row.original.clone_from(&placed.duty.original);
                counts.changed += 1;
            } else if placed.fate != Fate::New {
                counts.kept += 1;
            }
            if placed.due_changed {
                row.due_words.clone_from(&placed.duty.due_words);
                row.due_on.clone_from(&placed.duty.due_on);
                row.cadence.clone_from(&placed.duty.cadence);
            }
            tree::put_duty(tx, row).await?;
            for sql in [
                "UPDATE assignment SET clause = $2 WHERE duty = $1",
                "UPDATE plan_owner SET clause = $2 WHERE duty = $1",
            ] {
                query(sql).bind(&row.id).bind(&row.clause).execute(tx.conn()).await?;
            }
            if matches!(placed.fate, Fate::Changed(_)) || (placed.due_changed && placed.fate != Fate::New) {
                counts.altered.push(row.id.clone());
                let event = NewEvent::new("duty.amended", "duty", &row.id, self.actor);
                tx.append(event.data(json!({
                    "plan": row.plan, "text": row.text, "due_on": row.due_on, "cadence": row.cadence, "reason": self.row.reason.trim(),
                })))
                    .await?;
            }
        }
        if let Some(first) = rows.first() {
            ids.insert(placed.duty.id.as_str(), first.id.clone());
        }
        Ok(position)
    }

    /// Duties of the clause whose own owners come from the text, the amended or the one before: the amended text says them anew.
    /// What the office gave to one duty alone stays.
    fn told_by_text<'p>(&'p self, placed: &'p PlacedClause) -> Vec<&'p str> {
        let continued = |fate: &'p Fate| -> Vec<&'p str> {
            match fate {
                Fate::Kept(ids) => ids.iter().map(String::as_str).collect(),
                Fate::Changed(id) => vec![id.as_str()],
                Fate::New => Vec::new(),
            }
        };
        let named = |duty: &str| self.prepared.rows.owners.iter().any(|owner| owner.duty == duty);
        let was_named = |id: &str| {
            let original = self.tree.duty(id).map(|duty| plain(&duty.original)).unwrap_or_default();
            self.prepared.before.contains(&original)
        };
        let duties = placed
            .duties
            .iter()
            .flat_map(|duty| continued(&duty.fate).into_iter().filter(|id| named(&duty.duty.id) || was_named(id)));
        duties.collect()
    }

    /// Whether the duty, kept word for word, was moved out of the clause whose text it comes from into one that goes on.
    fn stays_elsewhere(&self, duty: &DutyRow, clause: &str, fate: &Fate) -> bool {
        let goes_on = |id: &str| self.prepared.alignment.clauses.iter().any(|placed| placed.old.as_deref() == Some(id));
        let moved =
            self.tree.clause(&duty.clause).is_some_and(|held| !plain(&held.text).contains(&plain(&duty.original)));
        matches!(fate, Fate::Kept(_)) && duty.clause != clause && moved && goes_on(&duty.clause)
    }

    /// Places without doubles: duties that stay where they were moved to follow those of the text.
    async fn renumber(&self, tx: &mut Tx) -> Result<()> {
        let rows: Vec<(String, String, i64)> =
            query_as("SELECT id, clause, position FROM duty WHERE plan = $1 AND ended_at = '' ORDER BY clause, position, line, id")
                .bind(&self.row.plan)
                .fetch_all(tx.conn())
                .await?;
        let mut last = (String::new(), 0);
        for (id, clause, position) in rows {
            last = if last.0 == clause { (clause, last.1 + 1) } else { (clause, 1) };
            if position != last.1 {
                query("UPDATE duty SET position = $2 WHERE id = $1").bind(id).bind(last.1).execute(tx.conn()).await?;
            }
        }
        Ok(())
    }

    /// What is no longer in the text ends; it stays visible with its reason.
    async fn end(&self, tx: &mut Tx) -> Result<()> {
        for id in &self.prepared.alignment.ended {
            let reason = self.choices.reasons.get(id).map(|reason| reason.trim()).filter(|reason| !reason.is_empty());
            let reason = reason.unwrap_or(self.row.reason.trim());
            for sql in [
                "UPDATE duty SET ended_at = $2, ended_reason = $3 WHERE id = $1 AND ended_at = ''",
                "UPDATE assignment SET ended_at = $2, ended_reason = $3, version = version + 1 WHERE duty = $1 AND ended_at = ''",
            ] {
                query(sql).bind(id).bind(self.now).bind(reason).execute(tx.conn()).await?;
            }
            let event = NewEvent::new("duty.ended", "duty", id, self.actor);
            tx.append(event.data(json!({"plan": self.row.plan, "reason": reason}))).await?;
        }
        for id in &self.prepared.alignment.ended_clauses {
            query("UPDATE plan_clause SET ended_at = $2, ended_reason = $3 WHERE id = $1 AND ended_at = ''")
                .bind(id)
                .bind(self.now)
                .bind(self.row.reason.trim())
                .execute(tx.conn())
                .await?;
        }
        Ok(())
    }
}
