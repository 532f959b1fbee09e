//! Brings the structure of the database up to date at start: all missing steps in one transaction, so that a program that is
//! killed in the middle leaves the database as it was.

use std::{collections::BTreeMap, path::Path};

use kernel::{Seams, time};
use sha2::{Digest, Sha256};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::{
    Error, Reader, Result, query, query_as,
    sql::{Live, connect_postgres, postgres_options, sqlite_options, statistics},
    url::{Dialect, dialect_of, sqlite_path},
};

/// One step of the structure of one context's tables. A step that has been released is never edited; a change is a new step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Whose tables: `publishing`.
    pub context: &'static str,
    /// Place among the steps of the context, from 1, without gaps.
    pub number: i64,
    /// What it does, for people.
    pub name: &'static str,
    /// The statements. `{{without_rowid}}` after a table's closing bracket keeps it in the order of its primary key on SQLite
    /// and means nothing on PostgreSQL.
    pub sql: &'static str,
}

/// The steps of one context, numbered from 1 in the order of the files; the paths are relative to the crate's source file as
/// for `include_str!`:
/// `store::migrations!("publishing", "../migrations/0001_publishing.sql")` → `&'static [Migration]`.
#[macro_export]
macro_rules! migrations {
    ($context:literal $(, $file:literal)+ $(,)?) => {{
        const FILES: &[(&str, &str)] = &[$(($file, include_str!($file))),+];
        const STEPS: [$crate::Migration; FILES.len()] = $crate::migrate::steps($context, FILES);
        &STEPS as &'static [$crate::Migration]
    }};
}

/// What [`crate::migrations`] calls.
#[must_use]
pub const fn steps<const N: usize>(context: &'static str, files: &[(&'static str, &'static str)]) -> [Migration; N] {
    let mut steps = [Migration { context, number: 0, name: "", sql: "" }; N];
    let mut at = 0;
    let mut number = 0;
    while at < N {
        number += 1;
        steps[at] = Migration { context, number, name: files[at].0, sql: files[at].1 };
        at += 1;
    }
    steps
}

/// The tables of this crate.
pub(crate) const OWN: &[Migration] =
    migrations!("store", "../migrations/0001_store.sql", "../migrations/0002_seals.sql");

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_version (context TEXT NOT NULL, number BIGINT NOT NULL, \
     name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL, PRIMARY KEY (context, number))";

/// How far a structure went: context and highest number. A context that is not named has no step.
pub type Structure = BTreeMap<String, i64>;

/// The structure with all steps of this crate and of `given`.
pub fn newest(given: &[Migration]) -> Structure {
    let mut newest = Structure::new();
    for step in OWN.iter().chain(given) {
        newest.insert(step.context.to_owned(), step.number);
    }
    newest
}

/// Applies what is missing of this crate's steps and of `given`, up to an older structure if one is named.
pub(crate) async fn run(url: &str, seams: &Seams, given: &[Migration], older: Option<&Structure>) -> Result<()> {
    let steps: Vec<Migration> = OWN.iter().chain(given).copied().collect();
    check(&steps)?;
    let within =
        |step: &Migration| older.is_none_or(|older| older.get(step.context).is_some_and(|to| step.number <= *to));
    let steps: Vec<Migration> = steps.into_iter().filter(within).collect();
    match dialect_of(url)? {
        Dialect::Sqlite => on_sqlite(&sqlite_path(url), &steps, seams).await,
        Dialect::Postgres => on_postgres(url, &steps, seams).await,
    }
}

/// Looks whether the structure is that of this program, and changes nothing.
///
/// # Errors
/// [`Error::Older`], [`Error::Newer`] or [`Error::Changed`] when it is not; when the database cannot be reached.
pub(crate) async fn look(url: &str, given: &[Migration]) -> Result<()> {
    let steps: Vec<Migration> = OWN.iter().chain(given).copied().collect();
    check(&steps)?;
    let sql = "SELECT context, number, checksum FROM schema_version";
    let applied: Result<Vec<(String, i64, String)>> = query_as(sql).fetch_all(&Reader::open(url).await?).await;
    let applied = match applied {
        Ok(applied) => applied,
        Err(error) if error.trouble().is_some() => return Err(error),
        // There is no such table: nothing was ever laid here.
        Err(_) => return Err(Error::Older(steps.len())),
    };
    let applied = applied.into_iter().map(|(context, number, checksum)| ((context, number), checksum)).collect();
    match missing(&steps, &applied)?.len() {
        0 => Ok(()),
        count => Err(Error::Older(count)),
    }
}

/// Steps are numbered from 1 in each context, without gaps.
fn check(steps: &[Migration]) -> Result<()> {
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for step in steps {
        let number = last.entry(step.context).or_default();
        *number += 1;
        if step.number != *number {
            return Err(Error::Changed(step.context.to_owned(), step.number));
        }
    }
    Ok(())
}

async fn on_sqlite(file: &Path, steps: &[Migration], seams: &Seams) -> Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        tokio::fs::create_dir_all(folder).await?;
    }
    // Another process of the installation may be at it for a while. Rules between tables are checked at the end, so that a
    // step can lay a table anew.
    let patience = std::time::Duration::from_secs(300);
    let mut conn = sqlite_options(file).busy_timeout(patience).foreign_keys(false).connect().await?;
    let done = upgrade_sqlite(&mut conn, file, steps, seams).await;
    if done.is_ok()
        && let Err(error) = statistics::renew(&mut conn).await
    {
        // Full or busy: questions are slower until the next start, nothing is wrong.
        tracing::warn!(%error, "the sizes of the tables could not be counted");
    }
    conn.close().await?;
    done
}

async fn upgrade_sqlite(conn: &mut SqliteConnection, file: &Path, steps: &[Migration], seams: &Seams) -> Result<()> {
    Live::Sqlite(conn).raw(TABLE.to_owned()).await?;
    let applied = applied(Live::Sqlite(conn)).await?;
    let missing = missing(steps, &applied)?;
    if missing.is_empty() {
        return Ok(());
    }
    if !applied.is_empty() {
        snapshot(conn, file, applied.len()).await?;
    }
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    apply(Live::Sqlite(&mut tx), Dialect::Sqlite, steps, seams).await?;
    if let Some(row) = Live::Sqlite(&mut tx).optional(query("PRAGMA foreign_key_check")).await? {
        let table: String = row.at(0)?;
        return Err(Error::Value(format!("升级后“{table}”表里有找不到对应行的数据，没有升级")));
    }
    tx.commit().await?;
    Ok(())
}

async fn on_postgres(url: &str, steps: &[Migration], seams: &Seams) -> Result<()> {
    let mut conn = connect_postgres(&postgres_options(url)?).await?;
    let mut tx = conn.begin().await?;
    // Two nodes that start together must not both migrate.
    Live::Postgres(&mut tx).execute(query("SELECT pg_advisory_xact_lock(711001)")).await?;
    Live::Postgres(&mut tx).raw(TABLE.to_owned()).await?;
    apply(Live::Postgres(&mut tx), Dialect::Postgres, steps, seams).await?;
    tx.commit().await?;
    conn.close().await?;
    Ok(())
}

/// Checksums of the steps that were applied.
type Applied = BTreeMap<(String, i64), String>;

async fn applied(live: Live<'_>) -> Result<Applied> {
    let sql = "SELECT context, number, checksum FROM schema_version";
    let read = |row: crate::Row| Ok(((row.at(0)?, row.at(1)?), row.at(2)?));
    Ok(live.all(query(sql), read).await?.into_iter().collect())
}

fn checksum(step: &Migration) -> String {
    hex::encode(Sha256::digest(step.sql.as_bytes()))
}

/// The steps that were not applied yet, if the database is one that this program knows.
fn missing<'s>(steps: &'s [Migration], applied: &Applied) -> Result<Vec<&'s Migration>> {
    let mut known: BTreeMap<&str, i64> = BTreeMap::new();
    for step in steps {
        known.insert(step.context, step.number);
    }
    for (context, found) in applied.keys() {
        let known = known.get(context.as_str()).copied().unwrap_or(0);
        if *found > known {
            return Err(Error::Newer { context: context.clone(), found: *found, known });
        }
    }
    let mut missing = Vec::new();
    for step in steps {
        match applied.get(&(step.context.to_owned(), step.number)) {
            Some(stored) if *stored == checksum(step) => {}
            Some(_) => return Err(Error::Changed(step.context.to_owned(), step.number)),
            None => missing.push(step),
        }
    }
    Ok(missing)
}

/// Inside the transaction, and looking again: who waited for another process finds that nothing is missing any more.
async fn apply(mut live: Live<'_>, dialect: Dialect, steps: &[Migration], seams: &Seams) -> Result<()> {
    let applied = applied(live.reborrow()).await?;
    for step in missing(steps, &applied)? {
        let end = if dialect == Dialect::Sqlite { "WITHOUT ROWID" } else { "" };
        live.reborrow().raw(step.sql.replace("{{without_rowid}}", end)).await?;
        let row = query(
            "INSERT INTO schema_version (context, number, name, checksum, applied_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(step.context)
        .bind(step.number)
        .bind(step.name)
        .bind(checksum(step))
        .bind(time::to_db(seams.now()));
        live.reborrow().execute(row).await?;
        tracing::info!(step.context, step.number, step.name, "database structure brought up to date");
    }
    Ok(())
}

/// Copies the database as it stands after `steps` steps to a file beside it, so that the program before this one can be gone
/// back to. The name holds the number of events, so that a second upgrade after going back makes a second copy; one that is
/// there already holds the same. Who runs PostgreSQL has backups of their own.
async fn snapshot(conn: &mut SqliteConnection, file: &Path, steps: usize) -> Result<()> {
    let events = "SELECT COUNT(*) FROM event";
    let events: i64 = match Live::Sqlite(conn).optional(query(events)).await? {
        Some(row) => row.at(0)?,
        None => 0,
    };
    let copy = file.with_extension(format!("before-upgrade-{steps}-{events}.db"));
    if copy.exists() {
        return Ok(());
    }
    // A name of its own, readable by the owner alone: several processes of an installation may start together.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let partial = tempfile::Builder::new().prefix(".before-upgrade-").tempfile_in(folder)?.into_temp_path();
    let into = query("VACUUM INTO $1").bind(partial.to_string_lossy().into_owned());
    Live::Sqlite(conn).execute(into).await?;
    let mut copied = sqlx::sqlite::SqliteConnectOptions::new().filename(&partial).read_only(true).connect().await?;
    let holds = applied(Live::Sqlite(&mut copied)).await?.len();
    copied.close().await?;
    if holds != steps {
        // Another process was faster: it has made the copy and changed the structure since we looked.
        return Ok(());
    }
    std::fs::File::open(&partial)?.sync_all()?;
    partial.persist(&copy).map_err(|error| error.error)?;
    tracing::info!(copy = %copy.display(), "copied the database before bringing its structure up to date");
    Ok(())
}
