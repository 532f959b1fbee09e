//! The test kit: a whole installation in a temporary place, people who act on it, and both databases.
//!
//! A story is written once with [`both!`] and told twice: on SQLite and on PostgreSQL. PostgreSQL is the one named by
//! `GONGKAI_TEST_POSTGRES` (`make test` starts a private cluster); each story has a database of its own.

mod app;
mod client;
mod database;

pub use app::{ORGANS, PASSWORD, TestApp, staff};
pub use client::{Client, Reply};
pub use database::Kind;

/// Tells a story on both databases: `both! { async fn name(app) { … } }` makes the tests `name::sqlite` and
/// `name::postgres`. The story gets `app: &TestApp`. Afterwards the log must verify and no job may have died.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "a story need not use everything in scope")]
            use super::*;
            $(#[$meta])*
            async fn story($app: &$crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let app = $crate::TestApp::start($crate::Kind::Sqlite, env!("CARGO_BIN_EXE_gongkai-under-test")).await;
                story(&app).await;
                app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let app = $crate::TestApp::start($crate::Kind::Postgres, env!("CARGO_BIN_EXE_gongkai-under-test")).await;
                story(&app).await;
                app.finish().await;
            }
        }
    )+};
}
