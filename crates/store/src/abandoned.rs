//! What a process held that was killed: cursors of the log, runs of the schedule, jobs. Others wait until its hold has passed,
//! one or two minutes, since it may be alive; who knows that it is not need not wait.

use crate::{Db, Result, query};

/// Frees what anybody holds. Only for whoever knows to be alone with this database: the one worker of a data directory, at its
/// start.
///
/// # Errors
/// When the database fails.
pub async fn free(db: &Db) -> Result<()> {
    let mut tx = db.write().await?;
    let held = [
        query("UPDATE event_cursor SET holder = '', lease_until = '' WHERE lease_until <> ''"),
        query("UPDATE schedule SET holder = '', lease_until = '' WHERE lease_until <> ''"),
        // It stays running with a hold that has passed, so that its place is not disputed by one of the same key.
        query("UPDATE job SET lease_until = '' WHERE state = 'running' AND lease_until <> ''"),
    ];
    for one in held {
        one.execute(tx.conn()).await?;
    }
    tx.commit().await
}
