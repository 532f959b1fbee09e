//! The raw door, for backup and restore: whole tables as they stand, as of one moment, and back again.

use futures::{StreamExt, stream::BoxStream};

use crate::{Conn, Db, Dialect, Error, Result, Tx, Value, built, places, query, query_as, query_scalar};

/// Everything as of one moment; writers go on meanwhile.
#[derive(Debug)]
pub struct Snapshot {
    conn: Conn,
}

impl Db {
    /// Begins to read everything as of this moment, without time limit.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot { conn: self.read().0.snapshot().await? })
    }

    /// The same beside a write that is about to commit: what is committed, without that write. On connections of their own,
    /// which nobody holds while waiting for a write.
    pub(crate) async fn before(&self) -> Result<Snapshot> {
        Ok(Snapshot { conn: self.guard().0.snapshot().await? })
    }

    /// Begins to load tables in one write: rules between tables are checked at its end, so their order is free.
    pub async fn load(&self) -> Result<Load> {
        let mut tx = self.write().await?;
        let rules = if tx.conn().is_postgres() {
            let rules = query_as::<(String, String)>(
                "SELECT CAST(conrelid::regclass AS TEXT), CAST(quote_ident(conname) AS TEXT) FROM pg_constraint \
                 WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2",
            )
            .fetch_all(tx.conn())
            .await?;
            alter(&mut tx, &rules, "DEFERRABLE INITIALLY DEFERRED").await?;
            rules
        } else {
            query("PRAGMA defer_foreign_keys = ON").execute(tx.conn()).await?;
            Vec::new()
        };
        Ok(Load { tx, rules })
    }
}

impl Db {
    /// Tables and columns that refer to this table by a foreign key, in the order of their names.
    pub async fn referring_to(&self, table: &str) -> Result<Vec<(String, String)>> {
        let sql = match self.dialect() {
            Dialect::Sqlite => {
                "SELECT m.name, f.\"from\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
                 WHERE m.type = 'table' AND f.\"table\" = $1 ORDER BY 1, 2"
            }
            Dialect::Postgres => {
                "SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT) FROM pg_constraint c \
                 JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid \
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
                 WHERE c.contype = 'f' AND o.relname = $1 \
                 AND c.connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2"
            }
        };
        query_as(sql).bind(table).fetch_all(self.read()).await
    }
}

/// A row with the names of its columns.
pub type Named = Vec<(String, Value)>;

impl Snapshot {
    /// For questions of one's own at this moment.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Names of all tables, the one of the structure's versions included.
    pub async fn tables(&mut self) -> Result<Vec<String>> {
        tables(&mut self.conn).await
    }

    /// Steps of the structure that were applied: context and highest number.
    pub async fn structure(&mut self) -> Result<Vec<(String, i64)>> {
        structure(&mut self.conn).await
    }

    /// All rows of a table, one after another.
    ///
    /// # Errors
    /// When the name is none of a table; each row when the database fails.
    pub fn rows(&mut self, table: &str) -> Result<BoxStream<'_, Result<Named>>> {
        checked(table)?;
        // SQL: a name of letters, digits and underscores only.
        let rows = query(built(format!("SELECT * FROM \"{table}\""))).fetch(&mut self.conn);
        Ok(rows
            .map(|row| {
                let row = row?;
                row.names().enumerate().map(|(at, name)| Ok((name.to_owned(), row.at(at)?))).collect()
            })
            .boxed())
    }

    /// Lets go of the moment.
    pub async fn end(self) -> Result<()> {
        self.conn.rollback().await
    }
}

/// Tables being loaded from a backup into an empty database, in one transaction.
#[derive(Debug)]
pub struct Load {
    tx: Tx,
    rules: Vec<(String, String)>,
}

/// Values bound by one statement at most: SQLite looks for each of them from the first.
const VALUES: usize = 600;

impl Load {
    /// The write in which it all happens.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Steps of the structure that were applied: context and highest number.
    pub async fn structure(&mut self) -> Result<Vec<(String, i64)>> {
        structure(self.tx.conn()).await
    }

    /// Inserts rows; those whose key is there already are left out. Returns how many were inserted.
    ///
    /// # Errors
    /// When table or columns are not those of the database, a row has another width, or the database refuses.
    pub async fn insert(&mut self, table: &str, columns: &[String], rows: Vec<Vec<Value>>) -> Result<u64> {
        checked(table)?;
        columns.iter().try_for_each(|column| checked(column))?;
        if columns.is_empty() || rows.iter().any(|row| row.len() != columns.len()) {
            return Err(Error::Value(format!("“{table}”表的行与列数不符")));
        }
        let names: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let mut inserted = 0;
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<Vec<Value>> = rows.by_ref().take((VALUES / columns.len()).max(1)).collect();
            let width = columns.len();
            let groups: Vec<String> =
                (0..batch.len()).map(|at| format!("({})", places(at * width + 1, width))).collect();
            // SQL: names of letters, digits and underscores only; numbers of places are counted here.
            let sql = format!(
                "INSERT INTO \"{table}\" ({}) VALUES {} ON CONFLICT DO NOTHING",
                names.join(", "),
                groups.join(", ")
            );
            let values = batch.into_iter().flatten();
            inserted += query(built(sql)).bind_all(values).execute(self.tx.conn()).await?.rows_affected();
        }
        Ok(inserted)
    }

    /// Checks the rules between tables and makes it all true at once.
    ///
    /// # Errors
    /// When a rule is broken or the database fails: then nothing of it happened.
    pub async fn commit(mut self) -> Result<()> {
        // What is true of one place only: the mark of its folder of attachments, its last health check. What is known of the key
        // stays: what was sealed opens with that key alone, wherever it lies.
        query("DELETE FROM setting WHERE name IN ('files.mark', 'health.probe')").execute(self.tx.conn()).await?;
        if self.tx.conn().is_postgres() {
            query("SET CONSTRAINTS ALL IMMEDIATE").execute(self.tx.conn()).await?;
            alter(&mut self.tx, &self.rules, "NOT DEFERRABLE").await?;
        }
        self.tx.commit().await
    }
}

async fn alter(tx: &mut Tx, rules: &[(String, String)], timing: &'static str) -> Result<()> {
    for (table, rule) in rules {
        // SQL: names come quoted from the database's own catalogue, never from outside.
        query(built(format!("ALTER TABLE {table} ALTER CONSTRAINT {rule} {timing}"))).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Names that need no quoting: what the migrations use.
fn checked(name: &str) -> Result<()> {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain { Ok(()) } else { Err(Error::Value(format!("“{name}”不是表名或列名"))) }
}

async fn tables(conn: &mut Conn) -> Result<Vec<String>> {
    let sql = if conn.is_postgres() {
        "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    };
    query_scalar(sql).fetch_all(conn).await
}

async fn structure(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT context, MAX(number) FROM schema_version GROUP BY context ORDER BY context";
    query_as(sql).fetch_all(conn).await
}
