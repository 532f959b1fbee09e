//! Brings the structure of the database up to date at start, in one transaction for each step.

use std::path::Path;

use kernel::{Seams, time};
use sha2::{Digest, Sha256};
use sqlx::AnyPool;

use crate::{Dialect, Error, Result};

/// Number, name and SQL.
type Step = (i64, &'static str, &'static str);

/// The steps, in order. A step that has been released is never edited; a change is a new step.
const STEPS: &[Step] = &[
    (1, "store", include_str!("../migrations/0001_store.sql")),
    (2, "identity", include_str!("../migrations/0002_identity.sql")),
    (3, "publishing", include_str!("../migrations/0003_publishing.sql")),
    (4, "oversight", include_str!("../migrations/0004_oversight.sql")),
    (5, "search", include_str!("../migrations/0005_search.sql")),
    (6, "public counts", include_str!("../migrations/0006_public_counts.sql")),
    (7, "evidence check", include_str!("../migrations/0007_evidence_check.sql")),
];

/// Applies the steps that are missing. `file` is the database of SQLite: before its structure changes a copy is laid beside
/// it, so that the program before this one can be gone back to. Who runs PostgreSQL has backups of their own.
pub(crate) async fn run(pool: &AnyPool, dialect: Dialect, file: Option<&Path>, seams: &Seams) -> Result<()> {
    apply(STEPS, pool, dialect, file, seams).await
}

async fn apply(steps: &[Step], pool: &AnyPool, dialect: Dialect, file: Option<&Path>, seams: &Seams) -> Result<()> {
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS schema_version \
         (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)",
    )
    .execute(pool)
    .await?;
    let known = steps.last().map_or(0, |step| step.0);
    let found: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(pool).await?;
    if let (Some(file), true) = (file, found > 0 && found < known) {
        snapshot(pool, file, found).await?;
    }
    let begin = if dialect == Dialect::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
    for (version, name, sql) in steps {
        let mut tx = pool.begin_with(begin).await?;
        if dialect == Dialect::Postgres {
            // Two nodes that start together must not both migrate.
            sqlx::query("SELECT pg_advisory_xact_lock(711001)").execute(&mut *tx).await?;
        }
        let applied: Vec<(i64, String)> =
            sqlx::query_as("SELECT version, checksum FROM schema_version ORDER BY version").fetch_all(&mut *tx).await?;
        if let Some((found, _)) = applied.last().filter(|(found, _)| *found > known) {
            return Err(Error::Newer { found: *found, known });
        }
        let checksum = hex::encode(Sha256::digest(sql.as_bytes()));
        match applied.iter().find(|(done, _)| done == version) {
            Some((_, stored)) if *stored == checksum => continue,
            Some(_) => return Err(Error::Changed(*version)),
            None => {}
        }
        sqlx::raw_sql(*sql).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO schema_version (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)")
            .bind(*version)
            .bind(*name)
            .bind(checksum)
            .bind(time::to_db(seams.now()))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        tracing::info!(version, name, "database structure brought up to date");
    }
    Ok(())
}

/// Copies the database as it stands at `version` to a file beside it. The name holds the last event, so that a second upgrade
/// after going back makes a second copy; one that is there already holds the same.
async fn snapshot(pool: &AnyPool, file: &Path, version: i64) -> Result<()> {
    let seq: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event").fetch_one(pool).await?;
    let copy = file.with_extension(format!("before-upgrade-{version}-{seq}.db"));
    if copy.exists() {
        return Ok(());
    }
    // A name of its own, readable by the owner alone: several processes of an installation may start together.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let partial = tempfile::Builder::new().prefix(".before-upgrade-").tempfile_in(folder)?.into_temp_path();
    sqlx::query("VACUUM INTO $1").bind(partial.to_string_lossy().into_owned()).execute(pool).await?;
    let copied = AnyPool::connect(&format!("sqlite:{}", partial.display())).await?;
    let holds: i64 = sqlx::query_scalar("SELECT MAX(version) FROM schema_version").fetch_one(&copied).await?;
    copied.close().await;
    if holds != version {
        // Another process was faster: it has made the copy and changed the structure since we looked.
        return Ok(());
    }
    std::fs::File::open(&partial)?.sync_all()?;
    partial.persist(&copy).map_err(|error| error.error)?;
    tracing::info!(copy = %copy.display(), "copied the database before bringing its structure up to date");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kernel::seams::{FixedClock, SeededEntropy};

    use super::*;

    #[tokio::test]
    async fn a_copy_is_kept_of_the_database_before_an_upgrade() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("gongkai.db");
        let clock = FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment"));
        let seams = Seams { clock: Arc::new(clock), entropy: Arc::new(SeededEntropy::new(1)) };
        let copies = || -> Vec<String> {
            let names = std::fs::read_dir(folder.path()).expect("list").map(|entry| entry.expect("entry").file_name());
            names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains("before-upgrade")).collect()
        };
        let (before, last) = STEPS.split_at(STEPS.len() - 1);
        let version = before[before.len() - 1].0;
        let pool = AnyPool::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.expect("open");
        apply(before, &pool, Dialect::Sqlite, Some(&file), &seams).await.expect("an older program");
        assert!(copies().is_empty(), "a new database has nothing to go back to");
        sqlx::query("INSERT INTO counter (name, value) VALUES ('kept', 7)").execute(&pool).await.expect("row");

        run(&pool, Dialect::Sqlite, Some(&file), &seams).await.expect("upgrade");
        run(&pool, Dialect::Sqlite, Some(&file), &seams).await.expect("nothing left to do");
        assert_eq!(copies(), [format!("gongkai.before-upgrade-{version}-0.db")]);
        let now: i64 =
            sqlx::query_scalar("SELECT MAX(version) FROM schema_version").fetch_one(&pool).await.expect("version");
        assert_eq!(now, last[0].0);
        let copy = AnyPool::connect(&format!("sqlite:{}", folder.path().join(&copies()[0]).display()))
            .await
            .expect("the copy opens");
        let row: (i64, i64) =
            sqlx::query_as("SELECT (SELECT MAX(version) FROM schema_version), value FROM counter WHERE name = 'kept'")
                .fetch_one(&copy)
                .await
                .expect("row");
        assert_eq!(row, (version, 7));
    }
}
