//! What SQLite knows of the sizes of its tables. Without it a question for the history of one subject walks the whole log: the
//! first column of every index there is the chain, which SQLite takes for rare until it has been told that it never changes.

use sqlx::SqliteConnection;

use super::Live;
use crate::{Result, query};

/// Rows of a large log: all, and those with the same first, the same first two … columns of the index. They say in which proportion,
/// not how many.
const GIVEN: [(&str, &str, &str); 8] = [
    ("event", "event", "1000000 1000000 1"),
    ("event", "event_by_subject", "1000000 1000000 100000 10 1"),
    ("event", "event_by_kind", "1000000 1000000 5000 1"),
    ("event", "event_by_actor", "1000000 1000000 2000 1"),
    ("event", "event_by_time", "1000000 1000000 2 1"),
    ("event_payload", "event_payload", "1000000 1000000 1"),
    ("event_seal", "event_seal", "1000000 1000000 100000 8 1"),
    ("event_seal", "event_seal_by_event", "1000000 1000000 2 1 1"),
];

/// Counts a sample of what has grown since it was counted last; of the log, which is asked before it has any rows, what is true of
/// every log. Another process that writes is not waited for longer than a moment.
///
/// # Errors
/// When the database fails or somebody else writes.
pub(crate) async fn renew(conn: &mut SqliteConnection) -> Result<()> {
    for sql in ["PRAGMA busy_timeout = 2000", "PRAGMA analysis_limit = 1000", "PRAGMA optimize = 0x10002"] {
        Live::Sqlite(conn).raw(sql.to_owned()).await?;
    }
    let counted = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'";
    if Live::Sqlite(conn).optional(query(counted)).await?.is_none_or(|row| row.at::<i64>(0).unwrap_or(0) == 0) {
        // Makes the table.
        Live::Sqlite(conn).raw("ANALYZE sqlite_schema".to_owned()).await?;
    }
    let mut given = 0;
    for (table, index, rows) in GIVEN {
        let known = query("SELECT stat FROM sqlite_stat1 WHERE tbl = $1 AND idx = $2").bind(table).bind(index);
        if Live::Sqlite(conn).optional(known).await?.is_none() {
            let put = query("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)");
            Live::Sqlite(conn).execute(put.bind(table).bind(index).bind(rows)).await?;
            given += 1;
        }
    }
    if given > 0 {
        Live::Sqlite(conn).raw("ANALYZE sqlite_schema".to_owned()).await?;
    }
    Ok(())
}
