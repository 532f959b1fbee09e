//! The database: opened by URL, read through [`Reader`], written through [`Tx`].

use std::{
    collections::HashMap,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kernel::Seams;
use tokio::sync::watch;

use crate::{
    Error, Migration, Reader, Result, Tx,
    error::why,
    lease::Lease,
    log::seals::{Sealed, Seen},
    memo::Memo,
    migrate, query_scalar,
    sql::{PgPool, Readers, SqlitePool, Use, Writers, sqlite_options, sqlite_transactions},
    url::{Dialect, dialect_of, sqlite_path},
    wake::{Hearer, News, Wires},
};

/// A handle to the database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    chain: Arc<Chain>,
}

pub(crate) struct Inner {
    pub(crate) reader: Reader,
    /// What writes look through at what is committed before they commit.
    guard: Reader,
    writer: Writers,
    dialect: Dialect,
    seams: Seams,
    chains: Mutex<HashMap<String, Arc<Chain>>>,
    memo: Memo,
    sealed: std::sync::OnceLock<Vec<Sealed>>,
    jobs: watch::Sender<u64>,
    wires: Wires,
    file: Option<DataFile>,
}

/// The file of SQLite as it was when it was opened. What is written after it was removed or replaced would be acknowledged and
/// be gone with the process.
struct DataFile {
    path: PathBuf,
    place: (u64, u64),
}

impl DataFile {
    fn of(path: PathBuf) -> Result<Self> {
        let place = place(&path)?;
        Ok(Self { path, place })
    }

    fn is_there(&self) -> Result<()> {
        match place(&self.path) {
            Ok(place) if place == self.place => Ok(()),
            found => Err(Error::Unreachable {
                place: self.path.display().to_string(),
                reason: match found {
                    Ok(_) => "数据库文件被换成了另一个，请停止服务后再换".to_owned(),
                    Err(error) => why(&error),
                },
            }),
        }
    }
}

/// Device and number of a file.
fn place(path: &Path) -> std::io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|data| (data.dev(), data.ino()))
}

/// One chain of the event log, as this process knows it.
struct Chain {
    name: String,
    head: watch::Sender<i64>,
    lease: Lease,
    seen: Seen,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("dialect", &self.inner.dialect)
            .field("chain", &self.chain.name)
            .finish_non_exhaustive()
    }
}

/// The chain of an installation with one county.
const MAIN: &str = "main";
/// Connections that read.
const READERS: usize = 12;
/// Connections of SQLite for exports, verification and backup, which take long.
const LONG: u32 = 4;
/// Connections of writes that look at what is committed. They do so under the lock of the log, one write at a time.
const GUARDS: u32 = 2;
/// Connections of PostgreSQL that write; SQLite has one writer.
const WRITERS: u32 = 8;
/// A question of a reader is stopped after this.
const LIMIT: Duration = Duration::from_secs(30);

impl Db {
    /// Opens the database at `url` (`sqlite:/path/to/file` or `postgres://…`) and brings its structure up to date: first the
    /// tables of this crate, then `migrations` in their order.
    ///
    /// # Errors
    /// When the URL is of no known kind, the database cannot be reached, or was written by a newer program.
    pub async fn open(url: &str, seams: Seams, migrations: &[Migration]) -> Result<Self> {
        Self::open_with_limit(url, seams, migrations, LIMIT).await
    }

    /// Opens an empty database and gives it an older structure, to load what was written under it; opened again as usual, it
    /// is brought up to date.
    ///
    /// # Errors
    /// See [`Db::open`].
    pub async fn open_as_of(
        url: &str,
        seams: Seams,
        migrations: &[Migration],
        structure: &migrate::Structure,
    ) -> Result<Self> {
        migrate::run(url, &seams, migrations, Some(structure)).await?;
        Self::connect(url, seams, LIMIT).await
    }

    /// The same, with the time after which a question of a reader is stopped.
    ///
    /// # Errors
    /// See [`Db::open`].
    pub async fn open_with_limit(url: &str, seams: Seams, migrations: &[Migration], limit: Duration) -> Result<Self> {
        migrate::run(url, &seams, migrations, None).await?;
        Self::connect(url, seams, limit).await
    }

    /// Opens the database for a command that only looks: its structure is left as it is.
    ///
    /// # Errors
    /// [`Error::Older`] when the structure is not up to date; see [`Db::open`].
    pub async fn open_as_it_is(url: &str, seams: Seams, migrations: &[Migration]) -> Result<Self> {
        migrate::look(url, migrations).await?;
        Self::connect(url, seams, LIMIT).await
    }

    async fn connect(url: &str, seams: Seams, limit: Duration) -> Result<Self> {
        let dialect = dialect_of(url)?;
        let reader = open_reader(url, limit, READERS, LONG).await?;
        let guard = open_reader(url, limit, 2, GUARDS).await?;
        let writer = match dialect {
            // Never made anew: a file that was moved away would be replaced by an empty one.
            Dialect::Sqlite => {
                Writers::Sqlite(sqlite_transactions(sqlite_options(&sqlite_path(url)).create_if_missing(false), 1))
            }
            Dialect::Postgres => Writers::Postgres(PgPool::connect(url, WRITERS, Use::Write).await?),
        };
        let wires = match dialect {
            Dialect::Sqlite => Wires::default(),
            Dialect::Postgres => Wires::lay(),
        };
        let chains = Mutex::default();
        let memo = Memo::default();
        let jobs = watch::Sender::new(0);
        let file = match dialect {
            Dialect::Sqlite => Some(DataFile::of(sqlite_path(url))?),
            Dialect::Postgres => None,
        };
        let sealed = std::sync::OnceLock::new();
        let inner = Arc::new(Inner { reader, guard, writer, dialect, seams, chains, memo, sealed, jobs, wires, file });
        inner.wires.connect(url, &inner);
        Self::with_chain(inner, MAIN).await
    }

    /// Whether an installation is at `url` already: nothing is made and nothing is changed.
    ///
    /// # Errors
    /// When the URL is of no known kind or the database cannot be reached.
    pub async fn is_there(url: &str) -> Result<bool> {
        match dialect_of(url)? {
            // An empty file is what a copy that failed leaves.
            Dialect::Sqlite => Ok(std::fs::metadata(sqlite_path(url)).is_ok_and(|file| file.len() > 0)),
            Dialect::Postgres => {
                let reader = Reader::open(url).await?;
                let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_catalog.pg_class WHERE relname = 'schema_version' \
                           AND pg_table_is_visible(oid)";
                let tables: i64 = query_scalar(sql).fetch_one(&reader).await?;
                reader.0.close().await;
                Ok(tables > 0)
            }
        }
    }

    async fn with_chain(inner: Arc<Inner>, name: &str) -> Result<Self> {
        let known = inner.chains.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let chain = match known {
            Some(chain) => chain,
            None => {
                let head = query_scalar::<i64>("SELECT COALESCE(MAX(seq), 0) FROM event WHERE chain = $1")
                    .bind(name)
                    .fetch_one(&inner.reader)
                    .await?;
                let fresh = Arc::new(Chain {
                    name: name.to_owned(),
                    head: watch::Sender::new(head),
                    lease: Lease::default(),
                    seen: Seen::default(),
                });
                let mut chains = inner.chains.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(chains.entry(name.to_owned()).or_insert(fresh))
            }
        };
        Ok(Self { inner, chain })
    }

    /// Name of the chain of the event log that this handle appends to and reads.
    pub fn chain(&self) -> &str {
        &self.chain.name
    }

    /// The same database with another chain: another county's log in the same tables.
    pub async fn on_chain(&self, name: &str) -> Result<Self> {
        Self::with_chain(Arc::clone(&self.inner), name).await
    }

    /// Where to read: `query_as::<T>("…").fetch_all(db.read())`.
    pub fn read(&self) -> &Reader {
        &self.inner.reader
    }

    pub(crate) fn guard(&self) -> &Reader {
        &self.inner.guard
    }

    /// Says what is sealed: once, before anything is written.
    pub fn seal(&self, sealed: Vec<Sealed>) {
        if self.inner.sealed.set(sealed).is_err() {
            tracing::error!("what is sealed was said twice");
        }
    }

    /// What this process knows of the seals of the chain.
    pub(crate) fn seen(&self) -> &Seen {
        &self.chain.seen
    }

    /// The kinds of subjects whose rows events commit to; empty until [`Db::seal`] was told.
    pub fn sealed(&self) -> &[Sealed] {
        self.inner.sealed.get().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn memo(&self) -> &Memo {
        &self.inner.memo
    }

    /// Which kind of database this is; for pages that tell, not for statements.
    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    /// Clock and entropy as given when it was opened: moments and ids of rows come from them.
    pub fn seams(&self) -> &Seams {
        &self.inner.seams
    }

    /// Begins a write. Until it is committed nobody sees it; dropped without commit, it never happened.
    ///
    /// # Errors
    /// When no connection can be had, the database is read-only or full, or its file is gone.
    pub async fn write(&self) -> Result<Tx> {
        if let Some(file) = &self.inner.file {
            file.is_there()?;
        }
        Ok(Tx::new(self.inner.writer.begin().await?, self.clone()))
    }

    /// The number of the newest event of the chain that this process knows of; changes wake consumers. Events of other
    /// processes are announced on PostgreSQL; whoever must not miss one looks again every second.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.chain.head.subscribe()
    }

    /// The same without being woken.
    pub(crate) fn head_here(&self) -> i64 {
        *self.chain.head.borrow()
    }

    pub(crate) fn lease(&self) -> &Lease {
        &self.chain.lease
    }

    /// Changes when something was put into the queue.
    pub(crate) fn jobs(&self) -> watch::Receiver<u64> {
        self.inner.jobs.subscribe()
    }

    /// An event of the chain was committed: wakes the consumers of this process and tells the others.
    pub(crate) fn announce(&self, seq: i64) {
        self.inner.announce(&self.chain.name, seq);
        self.inner.wires.tell(News::Event { chain: self.chain.name.clone(), seq });
    }

    /// A job was committed.
    pub(crate) fn announce_job(&self) {
        self.inner.announce_job();
        self.inner.wires.tell(News::Job);
    }

    /// A trivial question, for health checks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ping(&self) -> Result<()> {
        query_scalar::<i64>("SELECT COUNT(*) FROM setting WHERE name = ''").fetch_one(self.read()).await?;
        Ok(())
    }

    /// Writes a little and makes it durable, for health checks: nothing else shows whether a write would succeed.
    ///
    /// # Errors
    /// When it cannot be written; [`Error::trouble`] says why.
    pub async fn probe(&self) -> Result<()> {
        let mut tx = self.write().await?;
        let now = tx.now();
        crate::settings::set(&mut tx, "health.probe", &now).await?;
        tx.commit().await
    }

    /// Takes what was deleted out of the log of writes as well, where the database keeps one beside its file: after an erasure.
    ///
    /// # Errors
    /// [`Error::Busy`] while somebody still reads what was there before: to be tried again.
    pub async fn forget_remains(&self) -> Result<()> {
        if self.dialect() != Dialect::Sqlite {
            // PostgreSQL writes over the places of dead rows by itself, when its vacuum has freed them.
            return Ok(());
        }
        let busy: i64 = query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(self.read()).await?;
        if busy == 0 { Ok(()) } else { Err(Error::Busy("还有人在读取")) }
    }

    /// Connections that are in use, and all that may be, of those that read.
    pub fn in_use(&self) -> (usize, usize) {
        (self.inner.reader.0.in_use(), READERS)
    }

    /// Closes all connections; later use fails.
    pub async fn close(&self) {
        self.inner.wires.cut();
        self.inner.reader.0.close().await;
        self.inner.guard.0.close().await;
        self.inner.writer.close().await;
    }
}

impl Hearer for Inner {
    fn announce(&self, chain: &str, seq: i64) {
        let known = self.chains.lock().unwrap_or_else(PoisonError::into_inner).get(chain).cloned();
        // A chain that nobody here reads has nobody to wake.
        let Some(chain) = known else { return };
        chain.head.send_if_modified(|head| {
            let newer = seq > *head;
            *head = (*head).max(seq);
            newer
        });
    }

    fn announce_job(&self) {
        self.jobs.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn reader(&self) -> &Reader {
        &self.reader
    }
}

impl Reader {
    /// Opens the database at `url` to look into it only: nothing is migrated, nothing can be changed.
    ///
    /// # Errors
    /// When the URL is of no known kind or the database cannot be reached.
    pub async fn open(url: &str) -> Result<Self> {
        open_reader(url, LIMIT, READERS, LONG).await
    }
}

/// When the first tables were laid: since when the installation is there, whatever days its content bears.
///
/// # Errors
/// When the database fails.
pub async fn laid_at(db: &Db) -> Result<Option<jiff::Timestamp>> {
    let first: Option<String> = query_scalar("SELECT MIN(applied_at) FROM schema_version").fetch_one(db.read()).await?;
    Ok(first.as_deref().and_then(kernel::time::from_db))
}

/// `single` connections for single questions; on SQLite `long` others for what takes long, which on PostgreSQL shares the first.
async fn open_reader(url: &str, limit: Duration, single: usize, long: u32) -> Result<Reader> {
    Ok(Reader(match dialect_of(url)? {
        Dialect::Sqlite => {
            let options = sqlite_options(&sqlite_path(url)).create_if_missing(false).pragma("query_only", "ON");
            let long = sqlite_transactions(options.clone(), long);
            Readers::Sqlite { single: SqlitePool::new(options, single, limit), long }
        }
        Dialect::Postgres => {
            let places = u32::try_from(single).unwrap_or(WRITERS);
            Readers::Postgres(PgPool::connect(url, places, Use::Read(limit)).await?)
        }
    }))
}
