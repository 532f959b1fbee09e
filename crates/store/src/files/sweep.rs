//! Files that nobody refers to any more, and bytes that lie there without a row.

use std::time::{Duration, SystemTime};

use kernel::time;

use super::{Files, lock_of};
use crate::{Db, Result, built, query, query_scalar};

/// What a sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Swept {
    /// Files to which nothing referred.
    pub files: u64,
    /// Bytes without a row: uploads that were never saved.
    pub strays: u64,
    /// What was left in the scratch folder.
    pub scratch: u64,
}

/// What is younger may belong to a form that is still being filled in.
const AGE: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);
/// Files looked at together.
const BATCH: i64 = 500;

impl Files {
    /// Whether some row of the database refers to the file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_used(&self, db: &Db, digest: &str) -> Result<bool> {
        for (table, column) in db.referring_to("file").await? {
            // SQL: names of tables and columns come from the database's own catalogue, quoted.
            let sql = format!("SELECT CAST(1 AS BIGINT) FROM \"{table}\" WHERE \"{column}\" = $1 LIMIT 1");
            if query_scalar::<i64>(built(sql)).bind(digest).fetch_optional(db.read()).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes what is older than a day and to which no foreign key of the database refers, bytes without a row, and remains
    /// in the scratch folder. Whoever keeps the digest of a file therefore refers to the table `file` by a foreign key; nothing
    /// has to be declared, and what is forgotten here cannot be lost.
    ///
    /// # Errors
    /// When disk or database fail.
    pub async fn sweep(&self, db: &Db) -> Result<Swept> {
        let mut swept = Swept::default();
        let now = db.seams().now();
        let before = now.checked_sub(AGE).unwrap_or(now);
        let moment = time::to_db(before);
        let unused: String = db
            .referring_to("file")
            .await?
            .iter()
            .map(|(table, column)| {
                format!(" AND NOT EXISTS (SELECT 1 FROM \"{table}\" x WHERE x.\"{column}\" = f.digest)")
            })
            .collect();
        let mut after = String::new();
        loop {
            // SQL: names of tables and columns come from the database's own catalogue, quoted.
            let sql = format!(
                "SELECT f.digest FROM file f WHERE f.created_at < $1 AND f.digest > $2{unused} ORDER BY f.digest LIMIT $3"
            );
            let found: Vec<String> =
                query_scalar(built(sql)).bind(&moment).bind(&after).bind(BATCH).fetch_all(db.read()).await?;
            let Some(last) = found.last() else { break };
            after.clone_from(last);
            for digest in &found {
                let mut tx = db.write().await?;
                tx.lock(&lock_of(digest)).await?;
                // SQL: as above. Looked at again under the lock: somebody may have kept the same bytes anew.
                let sql = format!("DELETE FROM file AS f WHERE f.digest = $1 AND f.created_at < $2{unused}");
                let gone = query(built(sql)).bind(digest).bind(&moment).execute(tx.conn()).await?.rows_affected();
                tx.commit().await?;
                if gone == 1 && self.remove_stray(db, digest).await? {
                    swept.files += 1;
                }
            }
        }
        let earliest = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(before.as_second()).unwrap_or(0));
        for prefix in 0..=255_u8 {
            for digest in self.backend.list(&hex::encode([prefix]), earliest).await? {
                let row = query_scalar::<i64>("SELECT bytes FROM file WHERE digest = $1").bind(&digest);
                if row.fetch_optional(db.read()).await?.is_none() && self.remove_stray(db, &digest).await? {
                    swept.strays += 1;
                }
            }
        }
        swept.scratch = self.sweep_scratch(earliest).await?;
        Ok(swept)
    }

    async fn sweep_scratch(&self, before: SystemTime) -> Result<u64> {
        let mut entries = match tokio::fs::read_dir(&self.scratch).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let mut removed = 0;
        while let Some(entry) = entries.next_entry().await? {
            let data = entry.metadata().await?;
            if data.is_file() && data.modified()? < before && tokio::fs::remove_file(entry.path()).await.is_ok() {
                removed += 1;
            }
        }
        Ok(removed)
    }
}
