//! A database for one story.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use kernel::{
    Seams,
    seams::{FixedClock, SeededEntropy},
};
use store::{Db, Migration, test::Scratch};

/// Tables that the stories use.
pub(crate) const TABLES: &[Migration] = &[Migration {
    context: "story",
    number: 1,
    name: "things",
    sql: "CREATE TABLE thing (id TEXT NOT NULL PRIMARY KEY, grp TEXT NOT NULL, n BIGINT NOT NULL CHECK (n >= 0), \
          share DOUBLE PRECISION, note TEXT, parent TEXT REFERENCES thing (id), file TEXT REFERENCES file (digest)) {{without_rowid}};
          CREATE INDEX thing_grp ON thing (grp, n, id);",
}];

/// Told on this database.
pub(crate) struct Home {
    pub(crate) db: Db,
    pub(crate) url: String,
    pub(crate) seams: Seams,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) folder: tempfile::TempDir,
    scratch: Option<Scratch>,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

pub(crate) fn seams(seed: u64) -> (Seams, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at("2026-03-02T01:00:00Z".parse().expect("moment")));
    (Seams { clock: clock.clone(), entropy: Arc::new(SeededEntropy::new(seed)) }, clock)
}

impl Home {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let url = format!("sqlite:{}", folder.path().join("gongkai.db").display());
        Self::open(url, folder, None).await
    }

    /// `None` when no PostgreSQL is there.
    pub(crate) async fn postgres() -> Option<Self> {
        let admin = std::env::var("GONGKAI_TEST_POSTGRES").ok()?;
        let name = format!("store_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let scratch = Scratch::create(&admin, &name).await.expect("a database");
        let folder = tempfile::tempdir().expect("folder");
        Some(Self::open(scratch.url(), folder, Some(scratch)).await)
    }

    async fn open(url: String, folder: tempfile::TempDir, scratch: Option<Scratch>) -> Self {
        let (seams, clock) = seams(1);
        let db = Db::open(&url, seams.clone(), TABLES).await.expect("open");
        Self { db, url, seams, clock, folder, scratch }
    }

    /// Another process of the same installation.
    pub(crate) async fn other_process(&self) -> Db {
        let seams = Seams { clock: self.clock.clone(), entropy: Arc::new(SeededEntropy::new(2)) };
        Db::open(&self.url, seams, TABLES).await.expect("open again")
    }

    /// The same database, whose readers are stopped soon.
    pub(crate) async fn impatient(&self) -> Db {
        let limit = std::time::Duration::from_secs(2);
        Db::open_with_limit(&self.url, self.seams.clone(), TABLES, limit).await.expect("open again")
    }

    pub(crate) fn pass(&self, seconds: i64) {
        use kernel::Clock;
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    pub(crate) async fn end(self) {
        self.db.close().await;
        if let Some(scratch) = self.scratch {
            scratch.drop_database().await.expect("dropped");
        }
    }
}

/// Stories told on both databases.
macro_rules! both {
    ($($(#[$doc:meta])* async fn $name:ident($home:ident) $body:block)+) => {$(
        $(#[$doc])*
        async fn $name($home: &$crate::harness::Home) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                let home = $crate::harness::Home::sqlite().await;
                super::$name(&home).await;
                home.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                if let Some(home) = $crate::harness::Home::postgres().await {
                    super::$name(&home).await;
                    home.end().await;
                }
            }
        }
    )+};
}
pub(crate) use both;
