//! A database for one story.

use std::path::Path;

use kernel::Seams;
use store::{Migration, test::Scratch};

/// On which database a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file in the story's folder.
    Sqlite,
    /// A database of its own in the cluster of `GONGKAI_TEST_POSTGRES`.
    Postgres,
}

/// The address of a fresh database; with PostgreSQL also how to drop it.
pub(crate) async fn fresh(
    kind: Kind,
    folder: &Path,
    seams: &Seams,
    migrations: &[Migration],
) -> (String, Option<Scratch>) {
    match kind {
        Kind::Sqlite => (String::new(), None),
        Kind::Postgres => {
            let admin = std::env::var("GONGKAI_TEST_POSTGRES")
                .expect("GONGKAI_TEST_POSTGRES must name a PostgreSQL; run the tests with `make test`");
            let unique = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            let plain: String = unique.chars().filter(char::is_ascii_alphanumeric).collect();
            let name = format!("story_{}_{plain}", std::process::id());
            let scratch = Scratch::laid(&admin, &name, seams, migrations).await.expect("the test cluster answers");
            (scratch.url(), Some(scratch))
        }
    }
}
