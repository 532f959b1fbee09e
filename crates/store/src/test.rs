//! For tests and measurements: databases of their own on a PostgreSQL, and statements past the program.

use futures::StreamExt;
use kernel::Seams;
use sha2::{Digest, Sha256};
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::{
    Db, Dialect, Migration, Result, Value, migrate,
    sql::{Live, Query, sqlite_options},
    url::{dialect_of, sqlite_path},
};

/// A database that was made for one test on the PostgreSQL of an administrator's address.
#[derive(Debug)]
pub struct Scratch {
    admin: String,
    name: String,
}

impl Scratch {
    /// Makes an empty database `name` (letters, digits, underscores) where `admin` points to.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub async fn create(admin: &str, name: &str) -> Result<Self> {
        execute(admin, &format!("CREATE DATABASE \"{name}\" TEMPLATE template0")).await?;
        Ok(Self { admin: admin.to_owned(), name: name.to_owned() })
    }

    /// Makes a database `name` that has the structure already: it is laid once in the cluster, for whoever asks first, and copied
    /// since, for laying it takes longer than most stories.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub async fn laid(admin: &str, name: &str, seams: &Seams, migrations: &[Migration]) -> Result<Self> {
        let mut digest = Sha256::new();
        for step in migrate::OWN.iter().chain(migrations) {
            digest.update(format!("{} {}\n{}\n", step.context, step.number, step.sql));
        }
        let laid = format!("laid_{}", &hex::encode(digest.finalize())[..16]);
        let mut conn = PgConnection::connect(admin).await?;
        // Others wait until it is whole.
        Live::Postgres(&mut conn).raw("SELECT pg_advisory_lock(26)".to_owned()).await?;
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_catalog.pg_database WHERE datname = $1";
        let known: i64 = sqlx::query_scalar(sql).bind(&laid).fetch_one(&mut conn).await?;
        if known == 0 {
            execute(admin, &format!("DROP DATABASE IF EXISTS \"{laid}_half\" WITH (FORCE)")).await?;
            let half = Self::create(admin, &format!("{laid}_half")).await?;
            migrate::run(&half.url(), seams, migrations, None).await?;
            execute(admin, &format!("ALTER DATABASE \"{laid}_half\" RENAME TO \"{laid}\"")).await?;
        }
        conn.close().await?;
        execute(admin, &format!("CREATE DATABASE \"{name}\" TEMPLATE \"{laid}\"")).await?;
        Ok(Self { admin: admin.to_owned(), name: name.to_owned() })
    }

    /// Its address, as the configuration would name it.
    pub fn url(&self) -> String {
        let base = self.admin.rsplit_once('/').map_or(self.admin.as_str(), |(base, _)| base);
        format!("{base}/{}", self.name)
    }

    /// Drops it, with whoever is still connected.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub async fn drop_database(self) -> Result<()> {
        execute(&self.admin, &format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name)).await
    }
}

/// Runs statements, separated by `;`, on a connection of their own, whatever the state of the structure.
///
/// # Errors
/// When the database cannot be reached or refuses.
pub async fn execute(url: &str, sql: &str) -> Result<()> {
    match dialect_of(url)? {
        Dialect::Sqlite => {
            let mut conn = sqlite_options(&sqlite_path(url)).connect().await?;
            Live::Sqlite(&mut conn).raw(sql.to_owned()).await?;
            conn.close().await?;
        }
        Dialect::Postgres => {
            let mut conn = PgConnection::connect(url).await?;
            Live::Postgres(&mut conn).raw(sql.to_owned()).await?;
            conn.close().await?;
        }
    }
    Ok(())
}

/// What a story has set by hand is taken as it is: everything is sealed anew.
pub async fn reseal(db: &crate::Db) -> Result<()> {
    let mut tx = db.write().await?;
    tx.trust();
    for sealed in db.sealed() {
        crate::log::seals::touch_all(&mut tx, sealed).await?;
    }
    tx.commit().await
}

/// Changes something behind the program's back, in a write of its own; returns the rows changed.
///
/// # Errors
/// When the database refuses.
pub async fn tamper(db: &crate::Db, statement: Query) -> Result<u64> {
    let mut tx = db.write().await?;
    let done = statement.execute(tx.conn()).await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

/// Tables and columns in which any of these words lies, whatever the table: what was erased must be in none.
///
/// # Errors
/// When the database fails.
pub async fn holding(db: &Db, words: &[&str]) -> Result<Vec<String>> {
    let mut found = std::collections::BTreeSet::new();
    let mut at = db.snapshot().await?;
    for table in at.tables().await? {
        let mut rows = at.rows(&table)?;
        while let Some(row) = rows.next().await {
            for (name, value) in row? {
                if let Value::Text(text) = value
                    && words.iter().any(|word| text.contains(word))
                {
                    found.insert(format!("{table}.{name}"));
                }
            }
        }
    }
    at.end().await?;
    Ok(found.into_iter().collect())
}
