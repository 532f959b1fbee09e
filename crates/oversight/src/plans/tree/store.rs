//! A plan in the database.

use std::collections::HashMap;

use ::store::{Db, Executor, FromRow, Result, Tx, query, query_as};
use duty::{duties, source};
use kernel::id::{ClauseId, DutyId, PlanId};

use super::{ClauseRow, DutyRow, Head, OwnerRow, PlanRow, SectionRow, Snapshot, Texts, Tree, lock};

/// The plan with this id.
pub async fn plan<'e>(executor: impl Executor<'e>, plan: &PlanId) -> Result<Option<PlanRow>> {
    query_as("SELECT * FROM plan WHERE id = $1").bind(plan).fetch_optional(executor).await
}

/// A whole plan, read outside a write.
pub async fn load(db: &Db, plan: &PlanId) -> Result<Option<Tree>> {
    read(db.read(), plan).await
}

/// A whole plan as the write sees it.
pub async fn load_in(tx: &mut Tx, plan: &PlanId) -> Result<Option<Tree>> {
    read(tx.conn(), plan).await
}

/// A whole plan, locked: what the write reads stays true until it ends.
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
pub async fn insert_plan(tx: &mut Tx, plan: &PlanRow) -> Result<()> {
    query(
        "INSERT INTO plan (id, kind, title, document_number, year, state, superseded_by, source, source_digest, source_name, \
         source_file, preamble, closing, warnings, version, created_at, created_by, created_by_name, confirmed_at, \
         confirmed_by, confirmed_by_name, text_year, issued_on, replaces, twin_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
         $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)",
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
    .bind(plan.source_file.as_deref())
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
    .bind(plan.text_year)
    .bind(&plan.issued_on)
    .bind(&plan.replaces)
    .bind(&plan.twin_reason)
    .execute(tx.conn())
    .await?;
    source::put(tx, &plan.source_row()).await
}

/// Tells the machine of a change of the plan row: its state, or what the public sees of its text.
pub async fn put_source(tx: &mut Tx, plan: &PlanId) -> Result<()> {
    match self::plan(tx.conn(), plan).await? {
        Some(row) => source::put(tx, &row.source_row()).await,
        None => Ok(()),
    }
}

/// Writes the head of a draft.
async fn put_head(tx: &mut Tx, plan: &PlanId, head: &Head) -> Result<()> {
    query(
        "UPDATE plan SET title = $2, document_number = $3, year = $4, issued_on = $5, replaces = $6, twin_reason = $7 \
         WHERE id = $1",
    )
    .bind(plan)
    .bind(&head.title)
    .bind(&head.document_number)
    .bind(head.year)
    .bind(&head.issued_on)
    .bind(&head.replaces)
    .bind(&head.twin_reason)
    .execute(tx.conn())
    .await?;
    put_source(tx, plan).await
}

/// Writes the words of a draft as issued.
async fn put_texts(tx: &mut Tx, plan: &PlanId, texts: &Texts) -> Result<()> {
    query("UPDATE plan SET source = $2, source_digest = $3, preamble = $4, closing = $5 WHERE id = $1")
        .bind(plan)
        .bind(&texts.source)
        .bind(&texts.source_digest)
        .bind(&texts.preamble)
        .bind(&texts.closing)
        .execute(tx.conn())
        .await?;
    for row in &texts.sections {
        query("UPDATE plan_section SET title = $2, text = $3 WHERE id = $1")
            .bind(&row.id)
            .bind(&row.title)
            .bind(&row.text)
            .execute(tx.conn())
            .await?;
    }
    for row in &texts.clauses {
        query("UPDATE plan_clause SET title = $2, text = $3, owner_note = $4 WHERE id = $1")
            .bind(&row.id)
            .bind(&row.title)
            .bind(&row.text)
            .bind(&row.owner_note)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Writes a new section.
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
    if let Some(head) = &rows.head {
        put_head(tx, &tree.plan.id, head).await?;
    }
    // Each duty names its place by the title that its clause has now.
    let mut placed = tree.clone();
    if let Some(texts) = &rows.texts {
        put_texts(tx, &tree.plan.id, texts).await?;
        (placed.sections, placed.clauses) = (texts.sections.clone(), texts.clauses.clone());
    }
    for duty in &rows.duties {
        put_duty(tx, &placed, duty).await?;
    }
    for owner in &rows.owners {
        insert_owner(tx, owner).await?;
    }
    Ok(())
}
