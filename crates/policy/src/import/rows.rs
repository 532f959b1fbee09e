//! Batches and their files as they are kept, and the writes on them.

use std::collections::{HashMap, HashSet};

use kernel::{
    Actor, OrganCode,
    id::{AccountId, ColumnId, DocumentId, EditionId},
};
use store::{Db, Executor, FromRow, Tx, Value, built, query, query_as};
use web::{Refusal, Result};

use super::reading::Doubt;

store::ids! {
    /// Of a batch of documents that were brought in together.
    BatchId,
    /// Of a file of a batch.
    FileId,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Batch {
    pub(super) id: BatchId,
    pub(super) organ: OrganCode,
    /// Key of the kind of documents.
    pub(super) kind: String,
    #[sql(rename = "column_slug")]
    pub(super) column: ColumnId,
    /// Name of the folder or of the files.
    pub(super) source: String,
    pub(super) started_by: AccountId,
    pub(super) started_name: String,
    pub(super) started_at: String,
    /// Empty while it is under way, or after it broke off.
    pub(super) finished_at: String,
    /// Files at the last time.
    pub(super) found: i64,
    /// Of these, files that were there already.
    pub(super) skipped: i64,
}

const BATCH: &str = "SELECT id, organ, kind, column_slug, source, started_by, started_name, started_at, finished_at, found, skipped \
                     FROM import_batch ";

/// What is brought in, and as what: the same again is the same batch.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) organ: OrganCode,
    pub(super) kind: &'static str,
    pub(super) column: ColumnId,
    pub(super) source: String,
    /// Of files that were sent: SHA-256 of their names and bytes, since names alone return.
    pub(super) content: String,
}

/// The batch that goes on, or a new one. Called under the lock `import`.
///
/// # Errors
/// When the database fails.
pub(super) async fn open(tx: &mut Tx, actor: &Actor, key: &Key, found: i64) -> Result<(Batch, bool)> {
    // SQL: a constant of this file and fixed text.
    let sql = format!(
        "{BATCH} WHERE organ = $1 AND kind = $2 AND column_slug = $3 AND source = $4 AND started_by = $5 AND content = $6 \
         ORDER BY started_at DESC, id DESC LIMIT 1"
    );
    let there: Option<Batch> = query_as(built(sql))
        .bind(&key.organ)
        .bind(key.kind)
        .bind(&key.column)
        .bind(&key.source)
        .bind(actor.log_id())
        .bind(&key.content)
        .fetch_optional(tx.conn())
        .await?;
    if let Some(batch) = there {
        query("UPDATE import_batch SET finished_at = '', found = $2, skipped = 0 WHERE id = $1")
            .bind(&batch.id)
            .bind(found)
            .execute(tx.conn())
            .await?;
        return Ok((Batch { finished_at: String::new(), found, skipped: 0, ..batch }, false));
    }
    let batch = Batch {
        id: BatchId::fresh(&tx.seams()),
        organ: key.organ.clone(),
        kind: key.kind.to_owned(),
        column: key.column.clone(),
        source: key.source.clone(),
        started_by: actor.log_id().into(),
        started_name: actor.log_name().to_owned(),
        started_at: tx.now(),
        finished_at: String::new(),
        found,
        skipped: 0,
    };
    query(
        "INSERT INTO import_batch (id, organ, kind, column_slug, source, started_by, started_name, started_at, finished_at, \
         content, found, skipped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, 0)",
    )
    .bind(&batch.id)
    .bind(&batch.organ)
    .bind(&batch.kind)
    .bind(&batch.column)
    .bind(&batch.source)
    .bind(&batch.started_by)
    .bind(&batch.started_name)
    .bind(&batch.started_at)
    .bind(&key.content)
    .bind(found)
    .execute(tx.conn())
    .await?;
    Ok((batch, true))
}

/// It is through.
///
/// # Errors
/// When the database fails.
pub(super) async fn finish(tx: &mut Tx, batch: &BatchId, skipped: i64) -> Result<()> {
    let now = tx.now();
    query("UPDATE import_batch SET finished_at = $2, skipped = $3 WHERE id = $1")
        .bind(batch)
        .bind(now)
        .bind(skipped)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A batch by its id.
///
/// # Errors
/// When the database fails.
pub(super) async fn batch(executor: impl Executor<'_>, id: &BatchId) -> Result<Option<Batch>> {
    // SQL: a constant of this file and fixed text.
    let sql = format!("{BATCH} WHERE id = $1");
    Ok(query_as(built(sql)).bind(id).fetch_optional(executor).await?)
}

/// The newest batches before a moment, of these organs (`None` = of all).
///
/// # Errors
/// When the database fails.
pub(super) async fn batches(db: &Db, organs: Option<&[OrganCode]>, before: &str, limit: i64) -> Result<Vec<Batch>> {
    // SQL: a constant of this file, fixed text and numbered places.
    let mut sql = format!("{BATCH} WHERE ($1 = '' OR started_at < $1)");
    let mut values: Vec<Value> = vec![before.into(), limit.into()];
    if let Some(organs) = organs {
        sql.push_str(&format!(" AND organ IN ({})", store::places(3, organs.len())));
        values.extend(organs.iter().map(Value::from));
    }
    sql.push_str(" ORDER BY started_at DESC, id DESC LIMIT $2");
    Ok(query_as(built(sql)).bind_all(values).fetch_all(db.read()).await?)
}

/// Files of a batch that wait for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waits {
    /// In doubt, and nobody has looked.
    pub(super) doubtful: i64,
    /// Their submission was refused.
    pub(super) refused: i64,
}

/// The newest batches of these organs (`None` = of all) with files that wait for somebody, and how many of them.
///
/// # Errors
/// When the database fails.
pub(super) async fn waiting(db: &Db, organs: Option<&[OrganCode]>, limit: i64) -> Result<Vec<(Batch, Waits)>> {
    let sql = "SELECT w.batch, SUM(w.doubtful), SUM(w.refused) FROM ( \
               SELECT f.batch, 1 AS doubtful, 0 AS refused FROM import_file f \
               JOIN edition e ON e.document_id = f.document_id AND e.head = 1 \
               WHERE f.outcome = 'imported' AND f.doubts <> '[]' AND f.looked_at = '' AND e.state IN ('draft', 'returned') \
               UNION ALL SELECT f.batch, 0, 1 FROM import_file f JOIN edition e ON e.document_id = f.document_id AND e.head = 1 \
               WHERE f.refused <> '' AND f.outcome = 'imported' AND (f.doubts = '[]' OR f.looked_at <> '') \
               AND e.state IN ('draft', 'returned')) AS w GROUP BY w.batch ORDER BY w.batch DESC LIMIT $1";
    let counted: Vec<(BatchId, i64, i64)> = query_as(sql).bind(limit).fetch_all(db.read()).await?;
    let mut found = Vec::new();
    for (id, doubtful, refused) in counted {
        let there = batch(db.read(), &id).await?;
        let there = there.filter(|one| organs.is_none_or(|own| own.contains(&one.organ)));
        found.extend(there.map(|one| (one, Waits { doubtful, refused })));
    }
    Ok(found)
}

/// What became of a file, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Imported,
    /// The same bytes, or the same words of the same document, are there already.
    Same,
    /// The same document is there with other words.
    Changed,
    Failed,
}

impl Outcome {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Failed => "failed",
        }
    }
}

/// A file of a batch about to be kept.
#[derive(Debug, Clone)]
pub(super) struct NewFile<'a> {
    pub(super) place: i64,
    pub(super) path: &'a str,
    pub(super) digest: &'a str,
    pub(super) outcome: Outcome,
    pub(super) document: Option<DocumentId>,
    pub(super) identity: &'a str,
    pub(super) text_digest: &'a str,
    /// Of the title and of all that the text says, as [`super::came`] takes them.
    pub(super) came: (String, String),
    pub(super) issued_by: &'a str,
    pub(super) reason: String,
    pub(super) doubts: &'a [Doubt],
    pub(super) notes: &'a [String],
}

/// Keeps what became of a file, in place of what was told of it before.
///
/// # Errors
/// When the database fails.
pub(super) async fn put(tx: &mut Tx, batch: &BatchId, file: &NewFile<'_>) -> Result<()> {
    query("DELETE FROM import_file WHERE batch = $1 AND path = $2 AND (outcome <> 'imported' OR document_id IS NULL)")
        .bind(batch)
        .bind(file.path)
        .execute(tx.conn())
        .await?;
    let id = FileId::fresh(&tx.seams());
    query(
        "INSERT INTO import_file (id, batch, place, path, digest, outcome, document_id, identity, text_digest, title_digest, came_digest, \
         issued_by, reason, doubts, notes, refused, looked_by, looked_name, looked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', '', '', '')",
    )
    .bind(id)
    .bind(batch)
    .bind(file.place)
    .bind(file.path)
    .bind(file.digest)
    .bind(file.outcome.code())
    .bind(file.document.clone())
    .bind(file.identity)
    .bind(file.text_digest)
    .bind(&file.came.0)
    .bind(&file.came.1)
    .bind(file.issued_by)
    .bind(&file.reason)
    .bind(serde_json::to_string(file.doubts)?)
    .bind(serde_json::to_string(file.notes)?)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Files of a batch that need not be read again: path and digest.
///
/// # Errors
/// When the database fails.
pub(super) async fn done(db: &Db, batch: &BatchId) -> Result<HashSet<(String, String)>> {
    // A draft that was thrown away may come in again, and so may what was left out because of it.
    let sql = "SELECT f.path, f.digest FROM import_file f WHERE f.batch = $1 AND f.outcome <> 'failed' AND f.document_id IS NOT NULL \
               AND NOT EXISTS (SELECT 1 FROM edition e WHERE e.document_id = f.document_id AND e.number = 1 AND e.binned_at <> '')";
    let rows: Vec<(String, String)> = query_as(sql).bind(batch).fetch_all(db.read()).await?;
    Ok(rows.into_iter().collect())
}

/// A document that was brought in, as it is compared.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Known {
    pub(super) document_id: DocumentId,
    pub(super) text_digest: String,
    pub(super) title: String,
    /// Whose it is now: it may have been put right meanwhile.
    pub(super) organ: OrganCode,
    /// Key of its kind now.
    pub(super) kind: String,
}

impl Known {
    /// Whether it is of this organ and kind: of others it is another document, and its words are not told.
    pub(super) fn is_of(&self, organ: &OrganCode, kind: &str) -> bool {
        self.organ == *organ && self.kind == kind
    }
}

const KNOWN: &str = "SELECT f.document_id, f.text_digest, e.title, d.organ, d.kind FROM import_file f \
                     JOIN document d ON d.id = f.document_id \
                     JOIN edition e ON e.document_id = f.document_id AND e.number = 1 AND e.binned_at = '' \
                     WHERE f.outcome = 'imported' AND ";

/// The documents that these very bytes became, of whatever organ.
///
/// # Errors
/// When the database fails.
pub(super) async fn by_digest(tx: &mut Tx, digest: &str) -> Result<Vec<Known>> {
    // SQL: a constant of this file and fixed text.
    let sql = format!("{KNOWN} f.digest = $1 ORDER BY f.id");
    Ok(query_as(built(sql)).bind(digest).fetch_all(tx.conn()).await?)
}

/// The document of this organ and kind that was brought in under this identity.
///
/// # Errors
/// When the database fails.
pub(super) async fn by_identity(
    tx: &mut Tx,
    identity: &str,
    (organ, kind): (&OrganCode, &str),
) -> Result<Option<Known>> {
    if identity.is_empty() {
        return Ok(None);
    }
    // SQL: a constant of this file and fixed text.
    let sql = format!("{KNOWN} f.identity = $1 AND d.organ = $2 AND d.kind = $3 ORDER BY f.id LIMIT 1");
    Ok(query_as(built(sql)).bind(identity).bind(organ).bind(kind).fetch_optional(tx.conn()).await?)
}

/// Numbers and titles of all documents there are, as they are compared: read once for a batch, since no index finds them.
#[derive(Debug, Default)]
pub(super) struct Borne {
    /// By folded number.
    pub(super) numbers: HashMap<String, Vec<Bearer>>,
}

/// What bears a number.
#[derive(Debug, Clone)]
pub(super) struct Bearer {
    pub(super) document: DocumentId,
    pub(super) title: String,
    pub(super) organ: OrganCode,
    /// What others have not published yet is not told by its title.
    pub(super) public: bool,
}

/// What bears which number now, of documents of a kind.
///
/// # Errors
/// When the database fails.
pub(super) async fn borne(db: &Db, kind: &str) -> Result<Borne> {
    let sql = "SELECT f.value, e.title, d.organ, d.current_edition, d.id FROM edition e JOIN document d ON d.id = e.document_id \
               JOIN facet f ON f.edition_id = e.id AND f.key = 'document_number' \
               WHERE e.head = 1 AND e.kind = $1 AND f.place = 0 ORDER BY e.document_id";
    let rows: Vec<(String, String, OrganCode, String, DocumentId)> =
        query_as(sql).bind(kind).fetch_all(db.read()).await?;
    let mut borne = Borne::default();
    for (number, title, organ, current, document) in rows {
        let bearer = Bearer { document, title, organ, public: !current.is_empty() };
        borne.numbers.entry(super::reading::folded(&number)).or_default().push(bearer);
    }
    Ok(borne)
}

/// Adds to what must be looked at of the file that became this draft, unless somebody has looked at it already.
///
/// # Errors
/// When the database fails.
pub(super) async fn also(tx: &mut Tx, document: &DocumentId, doubt: &Doubt) -> Result<()> {
    let sql = "SELECT f.id, f.doubts FROM import_file f JOIN edition e ON e.document_id = f.document_id AND e.head = 1 \
               WHERE f.outcome = 'imported' AND f.document_id = $1 AND f.looked_at = '' AND e.state = 'draft' ORDER BY f.id LIMIT 1";
    let found: Option<(FileId, String)> = query_as(sql).bind(document).fetch_optional(tx.conn()).await?;
    let Some((file, doubts)) = found else { return Ok(()) };
    let mut doubts: Vec<Doubt> = serde_json::from_str(&doubts)?;
    doubts.push(doubt.clone());
    let doubts = serde_json::to_string(&doubts)?;
    query("UPDATE import_file SET doubts = $2 WHERE id = $1").bind(file).bind(doubts).execute(tx.conn()).await?;
    Ok(())
}

/// Which files of a batch a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    All,
    /// Drafts with something in doubt that nobody has looked at.
    Doubtful,
    /// Drafts that may be submitted.
    Ready,
    /// Drafts whose submission was refused.
    Refused,
    /// In review, or scheduled.
    Underway,
    Public,
    Changed,
    Failed,
}

impl Shown {
    pub(super) const EACH: [Self; 8] = [
        Self::All,
        Self::Doubtful,
        Self::Ready,
        Self::Refused,
        Self::Underway,
        Self::Public,
        Self::Changed,
        Self::Failed,
    ];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Doubtful => "doubtful",
            Self::Ready => "ready",
            Self::Refused => "refused",
            Self::Underway => "underway",
            Self::Public => "public",
            Self::Changed => "changed",
            Self::Failed => "failed",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::All => "全部",
            Self::Doubtful => "待核对",
            Self::Ready => "可送审",
            Self::Refused => "送审未成",
            Self::Underway => "审核中",
            Self::Public => "已公开",
            Self::Changed => "未重复导入",
            Self::Failed => "没有导入",
        }
    }

    pub(super) fn from_code(code: &str) -> Self {
        Self::EACH.into_iter().find(|shown| shown.code() == code).unwrap_or(Self::All)
    }

    fn condition(self) -> &'static str {
        match self {
            Self::All => "1 = 1",
            Self::Doubtful => {
                "f.outcome = 'imported' AND f.doubts <> '[]' AND f.looked_at = '' AND e.state IN ('draft', 'returned')"
            }
            Self::Ready => {
                "f.outcome = 'imported' AND (f.doubts = '[]' OR f.looked_at <> '') AND f.refused = '' AND e.state IN ('draft', 'returned')"
            }
            Self::Refused => {
                "f.outcome = 'imported' AND (f.doubts = '[]' OR f.looked_at <> '') AND f.refused <> '' AND e.state IN ('draft', 'returned')"
            }
            Self::Underway => "f.outcome = 'imported' AND e.state IN ('in_review', 'scheduled')",
            Self::Public => "f.outcome = 'imported' AND e.state = 'published'",
            Self::Changed => "f.outcome IN ('same', 'changed')",
            Self::Failed => "f.outcome = 'failed'",
        }
    }
}

/// A file of a batch with the newest edition of what it became.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Line {
    pub(super) id: FileId,
    pub(super) place: i64,
    pub(super) path: String,
    pub(super) outcome: String,
    pub(super) document_id: Option<DocumentId>,
    pub(super) reason: String,
    pub(super) doubts: String,
    pub(super) notes: String,
    /// Why its last submission was refused.
    pub(super) refused: String,
    pub(super) looked_name: String,
    pub(super) looked_at: String,
    pub(super) edition_id: Option<EditionId>,
    pub(super) title: Option<String>,
    pub(super) state: Option<String>,
}

impl Line {
    /// What a person must look at.
    pub(super) fn doubts(&self) -> Vec<Doubt> {
        serde_json::from_str(&self.doubts).unwrap_or_default()
    }

    /// What the reader of the file left out.
    pub(super) fn notes(&self) -> Vec<String> {
        serde_json::from_str(&self.notes).unwrap_or_default()
    }
}

const LINE: &str = "SELECT f.id, f.place, f.path, f.outcome, f.document_id, f.reason, f.doubts, f.notes, f.refused, f.looked_name, \
                    f.looked_at, e.id AS edition_id, e.title, e.state FROM import_file f \
                    LEFT JOIN edition e ON e.document_id = f.document_id AND e.head = 1 ";

/// Files of a batch behind a place, in their order.
///
/// # Errors
/// When the database fails.
pub(super) async fn lines(db: &Db, batch: &BatchId, shown: Shown, after: (i64, &str), limit: i64) -> Result<Vec<Line>> {
    // SQL: constants of this file.
    let sql = format!(
        "{LINE} WHERE f.batch = $1 AND (f.place > $2 OR (f.place = $2 AND f.id > $3)) AND {} ORDER BY f.place, f.id LIMIT $4",
        shown.condition()
    );
    Ok(query_as(built(sql)).bind(batch).bind(after.0).bind(after.1).bind(limit).fetch_all(db.read()).await?)
}

/// A file of a batch.
///
/// # Errors
/// When the database fails.
pub(super) async fn line(executor: impl Executor<'_>, batch: &BatchId, file: &FileId) -> Result<Option<Line>> {
    // SQL: a constant of this file and fixed text.
    let sql = format!("{LINE} WHERE f.batch = $1 AND f.id = $2");
    Ok(query_as(built(sql)).bind(batch).bind(file).fetch_optional(executor).await?)
}

/// How many files of a batch each view shows.
///
/// # Errors
/// When the database fails.
pub(super) async fn counts(db: &Db, batch: &BatchId) -> Result<Vec<(Shown, i64)>> {
    // SQL: conditions that are constants of this file, each under a counted name.
    let each = Shown::EACH
        .iter()
        .enumerate()
        .map(|(at, shown)| format!("COALESCE(SUM(CASE WHEN {} THEN 1 ELSE 0 END), 0) AS n{at}", shown.condition()));
    let each: Vec<String> = each.collect();
    // SQL: the conditions above and fixed text.
    let sql = format!(
        "SELECT {} FROM import_file f LEFT JOIN edition e ON e.document_id = f.document_id AND e.head = 1 WHERE f.batch = $1",
        each.join(", ")
    );
    // SQL: made above of fixed pieces.
    let row = query(built(sql)).bind(batch).fetch_one(db.read()).await?;
    let mut counts = Vec::new();
    for (at, shown) in Shown::EACH.into_iter().enumerate() {
        counts.push((shown, row.get::<i64>(&format!("n{at}"))?));
    }
    Ok(counts)
}

/// Keeps the title as it was corrected on the pages of the batch, where it stands whole for whoever passes the text.
///
/// # Errors
/// When the database fails.
pub(super) async fn titled(tx: &mut Tx, file: &FileId, title: &str) -> std::result::Result<(), Refusal> {
    query("UPDATE import_file SET title_digest = $2 WHERE id = $1")
        .bind(file)
        .bind(super::came::of_title(title))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Says that a person has looked at what was in doubt.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such file.
pub(super) async fn look(
    tx: &mut Tx,
    batch: &BatchId,
    file: &FileId,
    actor: &Actor,
) -> std::result::Result<(), Refusal> {
    let now = tx.now();
    let done =
        query("UPDATE import_file SET looked_by = $3, looked_name = $4, looked_at = $5, refused = '' WHERE batch = $1 AND id = $2")
            .bind(batch)
            .bind(file)
            .bind(actor.log_id())
            .bind(actor.log_name())
            .bind(now)
            .execute(tx.conn())
            .await?;
    if done.rows_affected() == 0 { Err(Refusal::NotFound) } else { Ok(()) }
}

/// Keeps why a file could not be submitted (empty = it was), so that it is not tried again and again. Who looked at it stays.
///
/// # Errors
/// When the database fails.
pub(super) async fn refused(tx: &mut Tx, file: &FileId, why: &str) -> std::result::Result<(), Refusal> {
    query("UPDATE import_file SET refused = $2 WHERE id = $1").bind(file).bind(why).execute(tx.conn()).await?;
    Ok(())
}
