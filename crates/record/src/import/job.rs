//! Imports of the browser: the file is read by a long job, which tells what it found; whoever brought it then has it
//! stored, or not.

use item::ItemKey;
use kernel::{Actor, OrganCode, Staff, may_for};
use serde::{Deserialize, Serialize};
use store::{
    By, Executor, FromRow, List, Tx,
    files::Received,
    jobs::{Failure, Handle, NewJob},
    query, query_as,
};
use web::{Ctx, Refusal};

use super::{File, Options, Said, Told, run};
use crate::{
    batch::living,
    ids::{BatchId, ImportId},
    permissions::IMPORT_RECORDS,
    values,
};

/// The kind of job that reads and stores.
pub(crate) const IMPORT: &str = "record.import";

/// Payload of [`IMPORT`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Work {
    id: ImportId,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waits for its job, or is being read.
    Waiting,
    /// Read, and waits for who brought it.
    Told,
    /// It became a batch.
    Stored,
    /// The file cannot be read at all; [`Told::about`] says why.
    Refused,
    /// Somebody stopped it.
    Stopped,
}

impl Stage {
    /// What this code stands for.
    fn from_code(code: &str) -> Self {
        match code {
            "told" => Self::Told,
            "stored" => Self::Stored,
            "refused" => Self::Refused,
            "stopped" => Self::Stopped,
            _ => Self::Waiting,
        }
    }
}

/// Columns of an [`Import`].
const COLUMNS: &str =
    "i.id, i.item, i.organ, i.file, i.name, i.options, i.state, i.told, i.batch, i.author, i.at, i.version";

/// An import of the browser.
#[derive(Debug, Clone, FromRow)]
pub struct Import {
    pub id: ImportId,
    /// Key of the item.
    pub item: String,
    pub organ: OrganCode,
    pub(super) file: String,
    /// Of the file.
    pub name: String,
    options: String,
    state: String,
    told: String,
    /// What it became; empty = nothing yet.
    pub batch: BatchId,
    author: String,
    pub at: String,
    /// Forms send it back.
    pub version: i64,
}

impl Import {
    /// Where it stands.
    pub fn stage(&self) -> Stage {
        Stage::from_code(&self.state)
    }

    /// What came of the file; `None` = it is not read yet.
    ///
    /// # Errors
    /// When what lies there is no JSON of ours.
    pub fn told(&self) -> store::Result<Option<Told>> {
        if self.told.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_str(&self.told)?)) }
    }

    /// How it is imported.
    ///
    /// # Errors
    /// When what lies there is no JSON of ours.
    pub fn options(&self) -> store::Result<Options> {
        let kept: Kept = serde_json::from_str(&self.options)?;
        Ok(kept.options)
    }

    fn actor(&self) -> store::Result<Actor> {
        let staff: Option<Staff> = serde_json::from_str(&self.author)?;
        Ok(staff.map_or(Actor::System, Actor::Staff))
    }
}

/// Takes a file that was received: it is read in the background and told. Nothing is stored before [`store`].
///
/// # Errors
/// [`Refusal::Fields`] at `organ`; when the person may not, or disk or database fail.
pub async fn start(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (received, name): (&Received, &str),
    options: Options,
) -> Result<ImportId, Refusal> {
    may_for(actor, &IMPORT_RECORDS, &options.organ)?;
    living(ctx, &options.organ)?;
    let sealed = ctx.files().keep_sealed(tx, received).await?;
    let id = ImportId::fresh(&tx.seams());
    let options = Options { dry_run: true, ..options };
    // The bytes are sealed with chance, so that their own digest says whether the file was brought before.
    let kept = Kept { digest: received.digest.clone(), options };
    query(
        "INSERT INTO record_import (id, item, organ, file, name, options, state, told, batch, author, at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', '', '', $7, $8, 1)",
    )
    .bind(&id)
    .bind(kept.options.item.as_str())
    .bind(&kept.options.organ)
    .bind(&sealed.digest)
    .bind(name)
    .bind(serde_json::to_string(&kept)?)
    .bind(serde_json::to_string(&actor.staff())?)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    tx.enqueue(NewJob::now(IMPORT, &Work { id: id.clone() }).dedup(id.as_str())).await?;
    Ok(id)
}

/// Options as they lie in the table.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// SHA-256 of the file's bytes.
    digest: String,
    #[serde(flatten)]
    options: Options,
}

/// An import by its id.
///
/// # Errors
/// When the database fails.
pub async fn find(executor: impl Executor<'_>, id: &ImportId) -> store::Result<Option<Import>> {
    // SQL: all pieces are literals.
    let sql = format!("SELECT {COLUMNS} FROM record_import i WHERE i.id = $1");
    query_as(store::built(sql)).bind(id).fetch_optional(executor).await
}

/// Imports as [`Import`], the newest first (`newest`); `organs` = whose somebody sees, `None` = all.
pub fn list(organs: Option<Vec<OrganCode>>, item: Option<&ItemKey>) -> List {
    let list = List::new(COLUMNS, "record_import i", "i.id")
        .sort("newest", &[By::down("i.at")])
        .equals("i.item", item.map(ItemKey::as_str));
    match organs {
        Some(organs) => list.only_of("i.organ", organs),
        None => list,
    }
}

/// Has an import read again with what somebody says now (which sheet, what heads stand for), or stored (`dry_run: false`).
///
/// # Errors
/// [`Refusal::Conflict`] where it is being read, or was stored; when the person may not, or there is none.
pub async fn store(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, version): (&ImportId, i64),
    options: Options,
) -> Result<(), Refusal> {
    tx.lock_row("record_import", id.as_str()).await?;
    let import = find(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, &IMPORT_RECORDS, &import.organ)?;
    living(ctx, &import.organ)?;
    if import.version != version || !matches!(import.stage(), Stage::Told | Stage::Refused | Stage::Stopped) {
        return Err(Refusal::Conflict("这次导入刚刚有了变化。请看过现在的情况再办理。".into()));
    }
    let kept: Kept = serde_json::from_str(&import.options)?;
    // What it is for stays as it was; another item or organ is another import.
    let options = Options { item: kept.options.item, organ: kept.options.organ, ..options };
    query("UPDATE record_import SET options = $2, state = 'waiting', author = $3, version = version + 1 WHERE id = $1")
        .bind(id)
        .bind(serde_json::to_string(&Kept { digest: kept.digest, options })?)
        .bind(serde_json::to_string(&actor.staff())?)
        .execute(tx.conn())
        .await?;
    tx.enqueue(NewJob::now(IMPORT, &Work { id: id.clone() }).dedup(id.as_str())).await?;
    Ok(())
}

/// The job: reads, tells, and stores where that is asked.
pub(crate) async fn work(ctx: Ctx, Work { id }: Work, handle: Handle) -> Result<(), Failure> {
    let Some(import) = find(ctx.db().read(), &id).await? else { return Ok(()) };
    if import.stage() != Stage::Waiting {
        return Ok(());
    }
    let kept: Kept = serde_json::from_str(&import.options).map_err(|error| Failure::Give(error.to_string()))?;
    let actor = import.actor()?;
    let local = ctx.files().local_sealed(&import.file).await?;
    let file = File {
        name: import.name.clone(),
        path: local.to_path_buf(),
        digest: kept.digest.clone(),
        sealed: import.file.clone(),
    };
    let came = run(&ctx, &actor, &file, &kept.options, &handle).await;
    let (state, told) = match came {
        Ok(told) if told.batch.is_some() => ("stored", told),
        Ok(told) => ("told", told),
        Err(Refusal::Fault(error)) => return Err(error.into()),
        Err(_) if handle.cancelled() => ("stopped", Told::default()),
        Err(refusal) => ("refused", Told { about: vec![refusal.words()], ..Told::default() }),
    };
    end(&ctx, &id, state, &told).await?;
    Ok(())
}

async fn end(ctx: &Ctx, id: &ImportId, state: &str, told: &Told) -> store::Result<()> {
    let mut tx = ctx.db().write().await?;
    query(
        "UPDATE record_import SET state = $2, told = $3, batch = $4, version = version + 1 WHERE id = $1 AND state = 'waiting'",
    )
    .bind(id)
    .bind(state)
    .bind(serde_json::to_string(told)?)
    .bind(told.batch.as_ref().map_or("", BatchId::as_str))
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// Removes imports that came to nothing, with their files, after thirty days.
///
/// # Errors
/// When the database fails.
pub(crate) async fn clear(ctx: &Ctx) -> store::Result<()> {
    let before = ctx.seams().now().checked_sub(jiff::SignedDuration::from_hours(24 * 30)).unwrap_or_default();
    let mut tx = ctx.db().write().await?;
    query("DELETE FROM record_import WHERE at < $1 AND state IN ('told', 'refused', 'stopped', 'stored')")
        .bind(kernel::time::to_db(before))
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

/// Forgets what whoever imported a batch was told of its cells: words of it are erased or sealed, how many there were stays.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(tx: &mut Tx, batch: &BatchId) -> store::Result<()> {
    let kept: Vec<(ImportId, String)> = query_as("SELECT id, told FROM record_import WHERE batch = $1 AND told <> ''")
        .bind(batch)
        .fetch_all(tx.conn())
        .await?;
    for (id, words) in kept {
        let mut told: Told = serde_json::from_str(&words)?;
        told.sample = super::Sample::default();
        told.taken.clear();
        for several in [&mut told.faults, &mut told.warnings, &mut told.notes] {
            several.first.clear();
        }
        query("UPDATE record_import SET told = $2 WHERE id = $1")
            .bind(&id)
            .bind(serde_json::to_string(&told)?)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

impl File {
    /// A file on this machine's disk.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn at(path: &std::path::Path, name: &str) -> std::io::Result<Self> {
        let digest = values::digest_of_reader(std::fs::File::open(path)?)?;
        Ok(Self { name: name.to_owned(), path: path.to_owned(), digest, sealed: String::new() })
    }
}

impl Said {
    /// In one line: 第 12 行“金额”：….
    pub fn line(&self) -> String {
        match (self.row, self.label.as_str()) {
            (0, "") => self.message.clone(),
            (0, label) => format!("“{label}”：{}", self.message),
            (row, "") => format!("第 {row} 行：{}", self.message),
            (row, label) => format!("第 {row} 行“{label}”：{}", self.message),
        }
    }
}
