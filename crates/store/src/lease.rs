//! The end of the chain, known for a few thousandths of a second without asking again: what answers thousands of readers a
//! second cannot ask the database for each, and yet must not show what was withdrawn.
//!
//! Events of this process are known at once. Of those of other processes the end may be [`LEASE`] old, counted from before the
//! question was sent; a process whose writes others show therefore answers its writer no sooner than that ([`LEASE`] after the
//! commit), so that nobody who was told "withdrawn" finds the page again, on whatever node.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{Db, Result, query_scalar};

/// How long the end of the chain is taken as it was found.
pub const LEASE: Duration = Duration::from_millis(10);

/// What one chain is known to end with.
#[derive(Debug, Default)]
pub(crate) struct Lease {
    known: Mutex<Option<(i64, Instant)>>,
    asking: tokio::sync::Mutex<()>,
}

impl Lease {
    fn good(&self) -> Option<i64> {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.filter(|(_, asked)| asked.elapsed() < LEASE).map(|(head, _)| head)
    }
}

impl Db {
    /// The number of the newest event of the chain: none that this process committed before the call is newer, and none that
    /// another committed more than [`LEASE`] before it. Of many who ask at the same time one asks the database.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest(&self) -> Result<i64> {
        let own = self.head_here();
        let lease = self.lease();
        if let Some(head) = lease.good() {
            return Ok(head.max(own));
        }
        let _one = lease.asking.lock().await;
        if let Some(head) = lease.good() {
            return Ok(head.max(own));
        }
        // Taken before asking: what is committed while the question is under way counts as newer.
        let asked = Instant::now();
        let head: i64 = query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1")
            .bind(self.chain())
            .fetch_one(self.read())
            .await?;
        *lease.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((head, asked));
        Ok(head.max(own))
    }
}
