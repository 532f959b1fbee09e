//! Brings the structure of the database up to date at start, in one transaction for each step.

use kernel::{Seams, time};
use sha2::{Digest, Sha256};
use sqlx::AnyPool;

use crate::{Dialect, Error, Result};

/// The steps, in order. A step that has been released is never edited; a change is a new step.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "store", include_str!("../migrations/0001_store.sql")),
    (2, "identity", include_str!("../migrations/0002_identity.sql")),
    (3, "publishing", include_str!("../migrations/0003_publishing.sql")),
    (4, "oversight", include_str!("../migrations/0004_oversight.sql")),
    (5, "search", include_str!("../migrations/0005_search.sql")),
];

/// Applies the steps that are missing.
pub(crate) async fn run(pool: &AnyPool, dialect: Dialect, seams: &Seams) -> Result<()> {
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS schema_version \
         (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)",
    )
    .execute(pool)
    .await?;
    let known = STEPS.last().map_or(0, |step| step.0);
    let begin = if dialect == Dialect::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
    for (version, name, sql) in STEPS {
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
