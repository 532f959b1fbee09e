//! Who runs statements: the readers' connections, and the one connection of a write.

use std::{future::Future, sync::Arc};

use futures::{FutureExt, SinkExt, StreamExt, TryStreamExt, channel::mpsc, stream, stream::BoxStream};
use sqlx::{Postgres, SqlSafeStr, Sqlite, Transaction, pool::PoolConnection};

use super::{Done, Live, PgPool, Query, Row, SqlitePool, query, sqlite::Lease};
use crate::Result;

/// The connections to read through: `query("…").fetch_all(db.read())`. Writes are refused; a question that takes too long is
/// stopped; a question whose asker goes away is stopped too.
#[derive(Clone)]
pub struct Reader(pub(crate) Readers);

#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "one stands in each installation, behind an Arc wherever it is passed on"
)]
pub(crate) enum Readers {
    /// Single questions, with a time limit; and transactions, without.
    Sqlite {
        single: Arc<SqlitePool>,
        long: sqlx::SqlitePool,
    },
    Postgres(PgPool),
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

/// A connection taken for one question. Dropped without [`Held::done`] it is closed, since nobody waits for the answer any
/// more: the rest would have to be read before the connection could be used again.
enum Held {
    Sqlite(Lease),
    Postgres { conn: PoolConnection<Postgres>, done: bool },
}

impl Held {
    fn live(&mut self) -> Live<'_> {
        match self {
            Self::Sqlite(lease) => Live::Sqlite(lease.conn()),
            Self::Postgres { conn, .. } => Live::Postgres(conn),
        }
    }

    /// The last statement has been answered: the connection may be used again.
    fn done(&mut self) {
        match self {
            Self::Sqlite(lease) => lease.done(),
            Self::Postgres { done, .. } => *done = true,
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::Postgres { conn, done: false } = self {
            conn.close_on_drop();
        }
    }
}

impl Readers {
    async fn take(&self) -> Result<Held> {
        Ok(match self {
            Self::Sqlite { single, .. } => Held::Sqlite(single.take().await?),
            Self::Postgres(pool) => Held::Postgres { conn: pool.take().await?, done: false },
        })
    }

    /// Connections for single questions that are in use now.
    pub(crate) fn in_use(&self) -> usize {
        match self {
            Self::Sqlite { single, .. } => single.in_use(),
            Self::Postgres(pool) => pool.in_use(),
        }
    }

    /// Begins to read everything as of one moment, without time limit.
    pub(crate) async fn snapshot(&self) -> Result<Conn> {
        match self {
            Self::Sqlite { long, .. } => Ok(Conn(Begun::Sqlite(long.begin().await?))),
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let mut conn = Conn(Begun::Postgres(begin_on(pool, Some(begin)).await?));
                query("SET LOCAL statement_timeout = 0").execute(&mut conn).await?;
                Ok(conn)
            }
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { single, long } => {
                single.close().await;
                long.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins a transaction on a connection that tells why it cannot be had.
async fn begin_on(pool: &PgPool, begin: Option<&'static str>) -> Result<Transaction<'static, Postgres>> {
    let conn = pool.take().await?;
    Ok(Transaction::begin(conn, begin.map(SqlSafeStr::into_sql_str)).await?)
}

/// The connections to write through: SQLite has one.
#[expect(
    clippy::large_enum_variant,
    reason = "one stands in each installation, behind an Arc wherever it is passed on"
)]
pub(crate) enum Writers {
    Sqlite(sqlx::SqlitePool),
    Postgres(PgPool),
}

impl Writers {
    pub(crate) async fn begin(&self) -> Result<Conn> {
        Ok(Conn(match self {
            // IMMEDIATE takes the write lock now, so that a read-then-write cannot fail half way.
            Self::Sqlite(pool) => Begun::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Begun::Postgres(begin_on(pool, None).await?),
        }))
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// The connection of one transaction: `query("…").execute(tx.conn())`.
pub struct Conn(Begun);

enum Begun {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Conn")
    }
}

impl Conn {
    pub(crate) fn live(&mut self) -> Live<'_> {
        match &mut self.0 {
            Begun::Sqlite(tx) => Live::Sqlite(tx),
            Begun::Postgres(tx) => Live::Postgres(tx),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.0, Begun::Postgres(_))
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self.0 {
            Begun::Sqlite(tx) => tx.commit().await?,
            Begun::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<()> {
        match self.0 {
            Begun::Sqlite(tx) => tx.rollback().await?,
            Begun::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

/// Where a statement runs.
pub enum Target<'e> {
    /// On one of the connections that read.
    Reader(&'e Reader),
    /// The connection of a write, which sees what the write has done so far.
    Conn(&'e mut Conn),
}

/// Who can run a statement: `db.read()`, `tx.conn()`, a [`Target`]. A function that asks once takes `impl Executor<'_>`; one
/// that asks several times takes it too, and goes on with `let mut target = executor.target();` and `target.again()`.
pub trait Executor<'e>: Send {
    /// Where it runs.
    fn target(self) -> Target<'e>;
}

impl<'e> Executor<'e> for &'e Reader {
    fn target(self) -> Target<'e> {
        Target::Reader(self)
    }
}

impl<'e> Executor<'e> for &'e mut Conn {
    fn target(self) -> Target<'e> {
        Target::Conn(self)
    }
}

impl<'e> Executor<'e> for Target<'e> {
    fn target(self) -> Self {
        self
    }
}

impl std::fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reader(_) => "Reader",
            Self::Conn(_) => "Conn",
        })
    }
}

impl<'e> Target<'e> {
    /// The same, for one of several statements.
    pub fn again(&mut self) -> Target<'_> {
        match self {
            Self::Reader(reader) => Target::Reader(reader),
            Self::Conn(conn) => Target::Conn(conn),
        }
    }

    pub(crate) async fn execute(self, query: Query) -> Result<Done> {
        match self {
            Self::Reader(reader) => {
                let mut held = reader.0.take().await?;
                let done = held.live().execute(query).await;
                held.done();
                done
            }
            Self::Conn(conn) => conn.live().execute(query).await,
        }
    }

    pub(crate) async fn optional(self, query: Query) -> Result<Option<Row>> {
        match self {
            Self::Reader(reader) => {
                let mut held = reader.0.take().await?;
                let row = held.live().optional(query).await;
                held.done();
                row
            }
            Self::Conn(conn) => conn.live().optional(query).await,
        }
    }

    pub(crate) async fn all<T>(self, query: Query, read: impl FnMut(Row) -> Result<T>) -> Result<Vec<T>> {
        match self {
            Self::Reader(reader) => {
                let mut held = reader.0.take().await?;
                let rows = held.live().all(query, read).await;
                held.done();
                rows
            }
            Self::Conn(conn) => conn.live().all(query, read).await,
        }
    }

    pub(crate) fn stream(self, query: Query) -> BoxStream<'e, Result<Row>> {
        match self {
            Self::Reader(reader) => {
                let source = reader.0.clone();
                flowing(move |rows| async move { flow(source, query, rows).await })
            }
            Self::Conn(conn) => match conn.live().stream(query) {
                Ok(rows) => rows,
                Err(error) => stream::once(async { Err(error) }).boxed(),
            },
        }
    }
}

type Rows = mpsc::Sender<Result<Row>>;

/// A stream from a future that owns what the rows borrow from, and sends them as they come.
pub(crate) fn flowing<'e, F>(produce: impl FnOnce(Rows) -> F) -> BoxStream<'e, Result<Row>>
where
    F: Future<Output = Result<()>> + Send + 'e,
{
    let (rows, received) = mpsc::channel(32);
    let mut failed = rows.clone();
    let work = produce(rows).then(|ended| async move {
        if let Err(error) = ended {
            let _ = failed.send(Err(error)).await;
        }
    });
    let work = work.into_stream().filter_map(|()| async { None });
    stream::select(received, work).boxed()
}

/// Reads all rows of a question on a connection of its own, without time limit: an export takes as long as its reader.
async fn flow(readers: Readers, question: Query, mut rows: Rows) -> Result<()> {
    if let Readers::Postgres(_) = readers {
        let mut held = readers.take().await?;
        held.live().raw("BEGIN READ ONLY; SET LOCAL statement_timeout = 0".to_owned()).await?;
        let sent = send(held.live(), question, &mut rows).await;
        held.live().raw("ROLLBACK".to_owned()).await?;
        held.done();
        return sent;
    }
    let mut conn = readers.snapshot().await?;
    send(conn.live(), question, &mut rows).await?;
    conn.rollback().await
}

async fn send(live: Live<'_>, question: Query, rows: &mut Rows) -> Result<()> {
    let mut found = live.stream(question)?;
    while let Some(row) = found.try_next().await? {
        // The receiver goes away only together with this future.
        let _ = rows.send(Ok(row)).await;
    }
    Ok(())
}
