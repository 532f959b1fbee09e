//! Connections to SQLite: one that writes, some that read. Each has a thread of its own in the driver.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, Result};

/// Steps of SQLite's machine between two looks at the clock: about a millisecond.
const STEPS: i32 = 20_000;
/// How long a statement waits for a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the file at `path` is opened: WAL lets readers go on while one writes, FULL makes an acknowledged write survive
/// power loss.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        // What is deleted is written over: a text that was erased must not lie on in the free pages of the file.
        .pragma("secure_delete", "ON")
        .pragma("cache_size", "-2000")
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(200)
}

/// Connections for transactions: the one writer, or long readings. `query_only` refuses writes.
pub(crate) fn transactions(options: SqliteConnectOptions, places: u32) -> sqlx::SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(places)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // SQLite ends a transaction by itself when the disk is full or fails; the driver's own ROLLBACK then fails, and it goes
        // on believing that the transaction is open. Such a connection begins nothing more: it is closed, and another opened.
        .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
        .connect_lazy_with(options)
}

/// Connections for single questions of readers, opened when needed, handed out in the order of asking.
pub(crate) struct Pool {
    options: SqliteConnectOptions,
    places: Arc<Semaphore>,
    most: usize,
    idle: Mutex<Vec<Linked>>,
    limit: Duration,
    began: Instant,
}

/// A connection and the moment at which its statement is stopped, in milliseconds since the pool began.
struct Linked {
    conn: SqliteConnection,
    until: Arc<AtomicU64>,
}

/// A connection in use. Dropped without [`Lease::done`] it is closed, and a statement that it is still busy with is stopped:
/// nobody waits for the answer any more.
pub(crate) struct Lease {
    linked: Option<Linked>,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
    done: bool,
}

impl Pool {
    /// At most `places` connections; a statement is stopped after `limit`.
    pub(crate) fn new(options: SqliteConnectOptions, places: usize, limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            options,
            places: Arc::new(Semaphore::new(places)),
            most: places,
            idle: Mutex::default(),
            limit,
            began: Instant::now(),
        })
    }

    pub(crate) fn in_use(&self) -> usize {
        self.most - self.places.available_permits().min(self.most)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Takes a connection for one statement, which is stopped after the pool's limit.
    pub(crate) async fn take(self: &Arc<Self>) -> Result<Lease> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned())
            .await
            .map_err(|_| Error::Busy("所有连接都在使用中"))?
            .map_err(|_| Error::Busy("数据库正在关闭"))?;
        let known = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let linked = match known {
            Some(linked) => linked,
            None => self.connect().await?,
        };
        let until = self.elapsed().saturating_add(u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX));
        linked.until.store(until, Ordering::Relaxed);
        Ok(Lease { linked: Some(linked), pool: Arc::clone(self), _place: place, done: false })
    }

    async fn connect(self: &Arc<Self>) -> Result<Linked> {
        let mut conn = self.options.connect().await?;
        let until = Arc::new(AtomicU64::new(u64::MAX));
        let (began, stop) = (self.began, Arc::clone(&until));
        conn.lock_handle().await?.set_progress_handler(STEPS, move || {
            began.elapsed().as_millis() < u128::from(stop.load(Ordering::Relaxed))
        });
        Ok(Linked { conn, until })
    }

    /// Closes what is idle; what is in use is closed when it comes back.
    pub(crate) async fn close(&self) {
        use sqlx::Connection;
        self.places.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for linked in idle {
            let _ = linked.conn.close().await;
        }
    }
}

impl Lease {
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.linked.as_mut().expect("a lease holds its connection until it is dropped").conn
    }

    /// The last statement has been answered: the connection may be used again.
    pub(crate) fn done(&mut self) {
        self.done = true;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(linked) = self.linked.take() else { return };
        if self.done && !self.pool.places.is_closed() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(linked);
        } else {
            linked.until.store(0, Ordering::Relaxed);
        }
    }
}
