//! A database for one story.

use std::path::Path;

use sqlx::{AnyConnection, Connection};

/// On which database a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file in the story's folder.
    Sqlite,
    /// A database of its own in the cluster of `GONGKAI_TEST_POSTGRES`.
    Postgres,
}

/// The address of a fresh database; with PostgreSQL also how to drop it.
pub(crate) async fn fresh(kind: Kind, folder: &Path) -> (String, Option<Created>) {
    sqlx::any::install_default_drivers();
    match kind {
        Kind::Sqlite => (String::new(), None),
        Kind::Postgres => {
            let admin = std::env::var("GONGKAI_TEST_POSTGRES")
                .expect("GONGKAI_TEST_POSTGRES must name a PostgreSQL; run the tests with `make test`");
            let unique = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            let plain: String = unique.chars().filter(char::is_ascii_alphanumeric).collect();
            let name = format!("story_{}_{plain}", std::process::id());
            execute(&admin, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
            let base = admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base);
            (format!("{base}/{name}"), Some(Created { admin: admin.clone(), name }))
        }
    }
}

/// A database that was made for a story.
#[derive(Debug)]
pub(crate) struct Created {
    admin: String,
    name: String,
}

impl Created {
    /// Drops it, with whoever is still connected.
    pub(crate) async fn drop_database(self) {
        execute(&self.admin, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

async fn execute(url: &str, sql: &str) {
    let mut connection = AnyConnection::connect(url).await.expect("the test cluster answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .expect("administrative statement");
    connection.close().await.expect("close");
}
