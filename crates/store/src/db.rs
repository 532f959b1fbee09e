//! The database: opened by URL, read through a pool, written through [`Tx`].

use std::{path::Path, sync::Arc, time::Duration};

use kernel::Seams;
use sqlx::{AnyPool, any::AnyPoolOptions};
use tokio::sync::{Mutex, watch};

use crate::{Error, Result, Tx, memo::Memo, migrate};

/// Which database answers. Only the job queue, locking and backup look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite in WAL mode, `synchronous=FULL`: what is acknowledged is on disk.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// A handle to the database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    pool: AnyPool,
    dialect: Dialect,
    seams: Seams,
    // SQLite has one writer; queueing here is fair, its own busy-wait is not.
    writer: Arc<Mutex<()>>,
    head: watch::Sender<i64>,
    memo: Memo,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("dialect", &self.inner.dialect).finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database at `url` (`sqlite:/path/to/file` or `postgres://…`) and brings its structure up to date.
    ///
    /// # Errors
    /// When the URL is of no known kind, the database cannot be reached, or was written by a newer program.
    pub async fn open(url: &str, seams: Seams) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = dialect_of(url)?;
        let file = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
        let address = match file {
            Some(path) => {
                if let Some(folder) = Path::new(path).parent() {
                    tokio::fs::create_dir_all(folder).await?;
                }
                format!("sqlite:{path}?mode=rwc")
            }
            None => url.to_owned(),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(12)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if dialect == Dialect::Sqlite {
                        // WAL lets readers go on while one writes; FULL makes an acknowledged write survive power loss.
                        let pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; \
                                       PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY;";
                        sqlx::raw_sql(pragmas).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect(&address)
            .await?;
        migrate::run(&pool, dialect, file.map(Path::new), &seams).await?;
        let head: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event").fetch_one(&pool).await?;
        let inner = Inner {
            pool,
            dialect,
            seams,
            writer: Arc::default(),
            head: watch::Sender::new(head),
            memo: Memo::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The pool to read through: `query_as("…").fetch_all(db.read())`.
    pub fn read(&self) -> &AnyPool {
        &self.inner.pool
    }

    pub(crate) fn memo(&self) -> &Memo {
        &self.inner.memo
    }

    /// Which database answers.
    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    /// Clock and entropy.
    pub fn seams(&self) -> &Seams {
        &self.inner.seams
    }

    /// Begins a write. Until it is committed nobody sees it; dropped without commit, it never happened.
    ///
    /// # Errors
    /// When no connection can be had or the database is read-only or full.
    pub async fn write(&self) -> Result<Tx> {
        let (guard, begin) = match self.inner.dialect {
            // IMMEDIATE takes the write lock now, so that a read-then-write cannot fail half way.
            Dialect::Sqlite => (Some(self.inner.writer.clone().lock_owned().await), "BEGIN IMMEDIATE"),
            Dialect::Postgres => (None, "BEGIN"),
        };
        let inner = self.inner.pool.begin_with(begin).await?;
        Ok(Tx::new(inner, guard, self.clone()))
    }

    /// The number of the newest event that this process knows of; changes wake consumers. Other processes' events are
    /// seen by polling.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.inner.head.subscribe()
    }

    pub(crate) fn announce(&self, seq: i64) {
        self.inner.head.send_if_modified(|head| {
            let newer = seq > *head;
            *head = (*head).max(seq);
            newer
        });
    }

    /// A trivial question, for health checks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ping(&self) -> Result<()> {
        let _: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event").fetch_one(self.read()).await?;
        Ok(())
    }

    /// Closes all connections; later use fails.
    pub async fn close(&self) {
        self.inner.pool.close().await;
    }
}

fn dialect_of(url: &str) -> Result<Dialect> {
    if url.starts_with("sqlite:") {
        Ok(Dialect::Sqlite)
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(Dialect::Postgres)
    } else {
        Err(Error::Url(url.split("://").next().unwrap_or(url).to_owned()))
    }
}
