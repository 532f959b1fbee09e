//! Amendments in the database: drafts of them, and carrying one out.

use std::collections::HashMap;

use duty::{Notice, Why, duties};
use kernel::{
    Actor, NewEvent,
    id::{ClauseId, DutyId, PlanId, SectionId},
    time,
};
use serde_json::json;
use store::{Db, FromRow, Tx, query, query_as};
use web::{Ctx, Error, Refusal, Result};

use super::{owners, told};
use crate::{
    events,
    model::PlanState,
    plans::{
        amend::{
            align::{Choices, Fate},
            prepare::{Prepared, prepare},
        },
        clear::{self, Seen},
        source::Source,
        steps,
        tree::{self, DutyRow, PlanRow, Tree},
    },
    privacy,
};

store::ids! {
    /// An amendment of a plan.
    AmendmentId,
}

/// Row of `plan_amendment`; the migration says what the columns mean.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Amendment {
    pub id: AmendmentId,
    pub plan: PlanId,
    pub state: String,
    pub source: String,
    pub source_digest: String,
    pub source_name: String,
    pub source_file: Option<String>,
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

/// An amendment that was carried out, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) id: AmendmentId,
    /// When, as shown.
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) reason: String,
}

/// Carried-out amendments of a plan, newest first, and the id of the one in preparation.
pub(crate) async fn history(ctx: &Ctx, plan: &PlanId) -> Result<(Vec<Done>, Option<AmendmentId>)> {
    let rows: Vec<Amendment> = query_as("SELECT * FROM plan_amendment WHERE plan = $1 ORDER BY created_at DESC")
        .bind(plan)
        .fetch_all(ctx.db().read())
        .await?;
    let open = rows.iter().find(|row| row.state == "draft").map(|row| row.id.clone());
    let done = rows.into_iter().filter(|row| row.state == "confirmed");
    let done = done.map(|row| Done {
        id: row.id,
        at: time::show_minute(&row.confirmed_at),
        who: row.created_by_name,
        reason: row.reason,
    });
    Ok((done.collect(), open))
}

/// An amendment in preparation, as a work list shows it.
pub(crate) struct Preparation {
    pub(crate) amendment: Amendment,
    /// Title of its plan.
    pub(crate) title: String,
}

/// The amendments in preparation, oldest first; at most fifty. There is one for each plan at most.
pub(crate) async fn prepared(db: &Db) -> Result<Vec<Preparation>> {
    let rows: Vec<Amendment> =
        query_as("SELECT * FROM plan_amendment WHERE state = 'draft' ORDER BY created_at LIMIT 50")
            .fetch_all(db.read())
            .await?;
    let mut found = Vec::new();
    for amendment in rows {
        if let Some(plan) =
            tree::plan(db.read(), &amendment.plan).await?.filter(|plan| plan.state() == PlanState::Confirmed)
        {
            found.push(Preparation { amendment, title: plan.title });
        }
    }
    Ok(found)
}

/// The amendment with this id.
pub async fn get(ctx: &Ctx, plan: &PlanId, id: &AmendmentId) -> Result<Amendment> {
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
pub async fn begin(
    ctx: &Ctx,
    actor: &Actor,
    plan: &PlanId,
    source: Source,
) -> std::result::Result<AmendmentId, Refusal> {
    let mut tx = ctx.db().write().await?;
    let row = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?;
    tree::lock(&mut tx, &row).await?;
    let row: PlanRow = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?;
    if row.state() != PlanState::Confirmed {
        return Err(Refusal::Conflict("只有已下达、没有被替代的计划才能调整。草稿请直接修改。".into()));
    }
    let digest = source.digest();
    if digest == row.source_digest {
        let message = "调整稿与现行文本完全相同，没有需要调整的内容。请检查是否选错了文件。";
        return Err(Refusal::field("text", message));
    }
    let open: Option<(String, String)> =
        query_as("SELECT id, created_by_name FROM plan_amendment WHERE plan = $1 AND state = 'draft'")
            .bind(plan)
            .fetch_optional(tx.conn())
            .await?;
    if let Some((_, who)) = open {
        return Err(Refusal::Conflict(format!("{who}已经开始了一次调整，还没有确认。请先完成或放弃那一次。")));
    }
    if let Some(file) = &source.file {
        ctx.files().keep(&mut tx, file).await?;
    }
    let id = AmendmentId::fresh(ctx.seams());
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
    .bind(source.file.as_ref().map(|file| file.digest.clone()))
    .bind(tx.now())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    let event = NewEvent::new(&events::AMENDMENT_BEGUN, plan, actor).organ(&ctx.office_organ());
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
    let event = NewEvent::new(&events::AMENDMENT_EDITED, &row.plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"amendment": row.id, "state": state}))).await?;
    tx.commit().await?;
    Ok(())
}

/// Carries the amendment out.
///
/// # Errors
/// When something stands in the way, or plan or amendment changed meanwhile.
pub async fn confirm(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    row: &Amendment,
    version: i64,
) -> std::result::Result<(), Refusal> {
    // What organs report from here on waits for the amendment, and finds the duties as it leaves them.
    let tree = tree::load_locked(tx, &row.plan).await?.ok_or(Refusal::NotFound)?;
    if tree.plan.state() != PlanState::Confirmed {
        return Err(steps::no_draft(tree.plan.state()).into());
    }
    let choices = row.choices();
    let prepared = prepare(ctx, &tree, &row.source, &choices);
    let unmatched = prepared.unmatched();
    if let Some(name) = unmatched.first() {
        let text = format!("“{name}”没有对应的机关，不能确认调整。请在下面选择对应的机关。");
        return Err(Refusal::Conflict(text));
    }
    let shifts = owners::shifts(&tree, &prepared, &ctx.directory(), ctx.today());
    if !owners::undecided(&shifts, &choices).is_empty() {
        let text = "有的任务现在的责任单位是人工指定的，调整稿里没有，还没有选定去留。请在比对页面上选择。";
        return Err(Refusal::Conflict(text.into()));
    }
    if row.reason.trim().is_empty() {
        return Err(Refusal::Conflict("请填写调整原因，例如 根据县委常委会会议精神调整。".into()));
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
        return Err(Refusal::Conflict("这次调整刚被别人修改或确认，没有重复执行。请刷新页面查看。".into()));
    }
    let before = duties::shares(tx.conn(), &tree.plan.key()).await?;
    put_plan(tx, &tree, row, &prepared).await?;
    let work = Work { ctx, actor, row, tree: &tree, prepared: &prepared, choices: &choices };
    let counts = work.rewrite(tx).await?;
    let organs = work.reassign(tx, &counts.new, &counts.altered).await?;
    // Read as it would stand: what it finds rolls everything back.
    let amended = tree::load_in(tx, &row.plan).await?.ok_or(Refusal::NotFound)?;
    if let Some(refusal) = privacy::refusal(&amended) {
        return Err(Refusal::Conflict(format!("调整没有执行。{refusal}请改好文字后重新上传调整稿。")));
    }
    clear::store::check(tx, actor, &row.plan, &Seen::amended(row)).await?;
    let event = NewEvent::new(&events::AMENDED, &row.plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({
        "amendment": row.id, "reason": row.reason, "kept": counts.kept, "changed": counts.changed, "new": counts.new.len(),
        "ended": prepared.alignment.ended.len(), "source": row.source_digest,
    })))
    .await?;
    let organs = organs.into_iter().collect();
    let after = duties::shares(tx.conn(), &tree.plan.key()).await?;
    let lines = told::lines((&before, &tree), (&after, &amended));
    Notice::new(tree.plan.key(), organs, Why::Amended).because(row.reason.trim()).telling(lines).send(tx).await?;
    Ok(())
}

async fn put_plan(tx: &mut Tx, tree: &Tree, row: &Amendment, prepared: &Prepared) -> Result<()> {
    // A number that the office corrected stays as long as the text says the same.
    let printed = prepared.parsed.document_number.clone().filter(|new| Some(new) != prepared.old_number.as_ref());
    let number = printed.unwrap_or_else(|| tree.plan.document_number.clone());
    let changed = query(
        "UPDATE plan SET source = $3, source_digest = $4, source_name = $5, source_file = $6, preamble = $7, closing = $8, \
         warnings = $9, document_number = $10, version = version + 1 \
         WHERE id = $1 AND version = $2 AND state = 'confirmed'",
    )
    .bind(&row.plan)
    .bind(tree.plan.version)
    .bind(&row.source)
    .bind(&row.source_digest)
    .bind(&row.source_name)
    .bind(row.source_file.as_deref())
    .bind(&prepared.parsed.preamble)
    .bind(&prepared.parsed.closing)
    .bind(serde_json::to_string(&prepared.parsed.warnings)?)
    .bind(number)
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict("计划刚被别人改动，没有执行调整。请刷新页面后再确认。".into()));
    }
    Ok(tree::put_source(tx, &row.plan).await?)
}

/// What an amendment did to duties.
struct Counts {
    kept: usize,
    changed: usize,
    new: Vec<DutyId>,
    /// Duties that go on with other words or another date.
    altered: Vec<DutyId>,
}

/// Everything that carrying out needs.
pub(super) struct Work<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) actor: &'a Actor,
    pub(super) row: &'a Amendment,
    tree: &'a Tree,
    pub(super) prepared: &'a Prepared,
    choices: &'a Choices,
}

impl Work<'_> {
    /// Sections, clauses, duties and owners take on the amended text.
    async fn rewrite(&self, tx: &mut Tx) -> Result<Counts> {
        let mut counts = Counts { kept: 0, changed: 0, new: Vec::new(), altered: Vec::new() };
        let mut section_of: HashMap<&SectionId, SectionId> = HashMap::new();
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
        let mut clause_of: HashMap<&ClauseId, ClauseId> = HashMap::new();
        for placed in &self.prepared.alignment.clauses {
            let mut clause = placed.clause.clone();
            clause.section = section_of.get(&clause.section).cloned().unwrap_or(clause.section);
            if let Some(old) = &placed.old {
                clause.id.clone_from(old);
                query("DELETE FROM plan_clause WHERE id = $1").bind(old).execute(tx.conn()).await?;
            }
            tree::insert_clause(tx, &clause).await?;
            clause_of.insert(&placed.clause.id, clause.id);
        }
        // The amended frame, with the duties as they were: where each stands is read from it.
        let mut frame = tree::load_in(tx, &self.row.plan).await?.ok_or(Error::NotFound)?;
        for placed in &self.prepared.alignment.clauses {
            let clause = clause_of.get(&placed.clause.id).cloned().unwrap_or_default();
            let mut ids: HashMap<&DutyId, DutyId> = HashMap::new();
            let mut position = 0;
            for duty in &placed.duties {
                position = self.put_duty(tx, &mut frame, &clause, duty, position, &mut ids, &mut counts).await?;
            }
            for id in &placed.added {
                position += 1;
                if let Some(duty) = frame.duties.iter_mut().find(|duty| duty.id == *id) {
                    duty.position = position;
                }
            }
            if placed.owners_changed {
                query("DELETE FROM plan_owner WHERE clause = $1 AND duty = ''")
                    .bind(&clause)
                    .execute(tx.conn())
                    .await?;
                for duty in self.prepared.told_by_text(self.tree, placed) {
                    query("DELETE FROM plan_owner WHERE duty = $1").bind(duty).execute(tx.conn()).await?;
                }
                for owner in self.prepared.rows.owners.iter().filter(|owner| owner.clause == placed.clause.id) {
                    let mut owner = owner.clone();
                    owner.clause.clone_from(&clause);
                    owner.duty = ids.get(&owner.duty).cloned().unwrap_or_default();
                    tree::insert_owner(tx, &owner).await?;
                }
            }
        }
        self.settle(tx, frame).await?;
        self.end(tx).await?;
        Ok(counts)
    }

    /// One duty of the amended text: the rows that it continues take on its words and place, or a new one is prepared.
    #[expect(clippy::too_many_arguments, reason = "what one step of the rewriting hands to the next")]
    async fn put_duty<'p>(
        &self,
        tx: &mut Tx,
        frame: &mut Tree,
        clause: &ClauseId,
        placed: &'p crate::plans::amend::align::Placed,
        mut position: i64,
        ids: &mut HashMap<&'p DutyId, DutyId>,
        counts: &mut Counts,
    ) -> Result<i64> {
        let continued: Vec<DutyId> = match &placed.fate {
            Fate::Kept(ids) => ids.clone(),
            Fate::Changed(id) => vec![id.clone()],
            Fate::New => Vec::new(),
        };
        let mut rows: Vec<DutyRow> = continued.iter().filter_map(|id| self.tree.duty(id).cloned()).collect();
        if rows.is_empty() {
            let mut row = placed.duty.clone();
            row.visibility = self.prepared.alignment.visibility(self.tree, placed, self.choices).code().to_owned();
            counts.new.push(row.id.clone());
            rows.push(row);
        }
        for mut row in rows {
            row.line = placed.duty.line;
            // What the office moved to another clause stays there as long as that clause goes on.
            if !self.prepared.stays_elsewhere(self.tree, &row, clause, &placed.fate) {
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
            ids.entry(&placed.duty.id).or_insert_with(|| row.id.clone());
            tree::put_duty(tx, frame, &row).await?;
            query("UPDATE plan_owner SET clause = $2 WHERE duty = $1")
                .bind(&row.id)
                .bind(&row.clause)
                .execute(tx.conn())
                .await?;
            if matches!(placed.fate, Fate::Changed(_)) || (placed.due_changed && placed.fate != Fate::New) {
                counts.altered.push(row.id.clone());
                duties::tell_amended(tx, self.actor, &frame.row(&row), self.row.reason.trim()).await?;
            }
            frame.duties.retain(|held| held.id != row.id);
            frame.duties.push(row);
        }
        Ok(position)
    }

    /// Places without doubles: duties that stay where they were moved to follow those of the text. Every duty takes on the
    /// number and title that its clause has now.
    async fn settle(&self, tx: &mut Tx, mut frame: Tree) -> Result<()> {
        let ended = &self.prepared.alignment.ended;
        frame.duties.sort_by(|a, b| {
            let of = |duty: &DutyRow| (duty.clause.clone(), duty.position, duty.line);
            of(a).cmp(&of(b)).then_with(|| a.id.cmp(&b.id))
        });
        let mut last = (ClauseId::default(), 0);
        for at in 0..frame.duties.len() {
            let duty = &frame.duties[at];
            if duty.ended_at.is_empty() && !ended.contains(&duty.id) {
                last = if last.0 == duty.clause { (last.0, last.1 + 1) } else { (duty.clause.clone(), 1) };
                frame.duties[at].position = last.1;
            }
            let row = frame.row(&frame.duties[at]);
            if duties::get(tx.conn(), &row.id).await?.as_ref() != Some(&row) {
                duties::put(tx, &row).await?;
            }
        }
        Ok(())
    }

    /// What is no longer in the text ends; it stays visible with its reason.
    async fn end(&self, tx: &mut Tx) -> Result<()> {
        for id in &self.prepared.alignment.ended {
            let said = self.choices.reasons.get(id.as_str()).map(|reason| reason.trim());
            let reason = said.filter(|reason| !reason.is_empty()).unwrap_or(self.row.reason.trim());
            if let Some(row) = duties::get(tx.conn(), id).await? {
                duties::end(tx, self.actor, &row, reason).await?;
            }
        }
        let now = tx.now();
        for id in &self.prepared.alignment.ended_clauses {
            query("UPDATE plan_clause SET ended_at = $2, ended_reason = $3 WHERE id = $1 AND ended_at = ''")
                .bind(id)
                .bind(&now)
                .bind(self.row.reason.trim())
                .execute(tx.conn())
                .await?;
        }
        Ok(())
    }
}
