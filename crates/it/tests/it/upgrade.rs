//! A later program finds the data of this one: its new steps are taken in place, on both databases, whole or not at all,
//! also when it is killed in the middle.

use std::{process::Stdio, time::Duration};

use app::{capabilities, compose};
use kernel::{
    Seams,
    seams::{FixedClock, SeededEntropy},
};
use store::{Db, Dialect, Migration};
use testkit::{TestApp, both};

/// Where the child finds the database.
const URL: &str = "GONGKAI_TEST_UPGRADE";

/// What a later program brings: it lays data anew in a table that has rows.
const LATER: &str = "ALTER TABLE organ ADD COLUMN later TEXT; UPDATE organ SET later = code;";
/// The same, and it does not come to its end: minutes on SQLite, and on PostgreSQL as long as a test can wait for a server
/// that does not notice at once that its client has died.
const ENDLESS: [(Dialect, &str); 2] = [
    (
        Dialect::Sqlite,
        "ALTER TABLE organ ADD COLUMN later TEXT; UPDATE organ SET later = code; CREATE TABLE slow AS \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT MAX(i) FROM n;",
    ),
    (Dialect::Postgres, "ALTER TABLE organ ADD COLUMN later TEXT; UPDATE organ SET later = code; SELECT pg_sleep(4);"),
];

fn seams() -> Seams {
    let clock = FixedClock::at("2026-03-03T00:00:00Z".parse().expect("moment"));
    Seams { clock: std::sync::Arc::new(clock), entropy: std::sync::Arc::new(SeededEntropy::new(7)) }
}

/// The steps of this program and one more of the context that has the organs.
fn with(sql: &'static str) -> Vec<Migration> {
    let mut steps = capabilities::all().migrations();
    let context = "identity";
    let number = steps.iter().filter(|step| step.context == context).count();
    steps.push(Migration { context, number: i64::try_from(number).expect("few") + 1, name: "later", sql });
    steps
}

async fn steps(db: &Db) -> i64 {
    let count = store::query_scalar("SELECT COUNT(*) FROM schema_version").fetch_one(db.read());
    count.await.expect("steps")
}

/// Whether somebody is in the middle of an upgrade.
async fn upgrading(app: &TestApp) -> bool {
    let db = app.ctx().db();
    match db.dialect() {
        // The write lock is taken, and not by us.
        Dialect::Sqlite => {
            let write = store::test::tamper(db, store::query("UPDATE organ SET name = name WHERE code = 'QH010'"));
            tokio::time::timeout(Duration::from_millis(300), write).await.is_err()
        }
        Dialect::Postgres => {
            let sleeping =
                "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
            store::query_scalar::<i64>(sleeping).fetch_one(db.read()).await.expect("activity") > 0
        }
    }
}

both! {
    async fn an_upgrade_killed_in_the_middle_leaves_the_old_program_working_and_the_next_start_ends_it(app) {
        app.clerk().await.get("/organs").await.expect(200).shows("县财政局");
        let url = compose::database_url(app.ctx().config(), &app.data());
        let before = steps(app.ctx().db()).await;
        let mut child = tokio::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "upgrade::a_later_program"])
            .env(URL, &url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("a later program");
        while !upgrading(app).await {
            assert!(child.try_wait().expect("child").is_none(), "it ended before it could be killed");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        child.kill().await.expect("killed");

        // Nothing has happened, and the old program goes on.
        let mut organs = app.visitor();
        organs.get("/organs").await.expect(200).shows("县财政局");
        assert_eq!(steps(app.ctx().db()).await, before);
        let column = store::query("SELECT later FROM organ").fetch_all(app.ctx().db().read()).await;
        assert!(column.is_err(), "half of a step is there");

        let db = Db::open(&url, seams(), &with(LATER)).await.expect("the next start ends it");
        assert_eq!(steps(&db).await, before + 1);
        let laid: Vec<(String, String)> =
            store::query_as("SELECT code, later FROM organ ORDER BY code").fetch_all(db.read()).await.expect("laid anew");
        assert!(laid.len() >= 5 && laid.iter().all(|(code, later)| code == later), "{laid:?}");
        let verified = proof::verify(&db, app.ctx().files(), None).await.expect("verify");
        assert!(verified.ok, "{verified:?}");
        db.close().await;
        // This program is now the older one: it is refused rather than let at tables that it does not know.
        assert!(Db::open(&url, seams(), &capabilities::all().migrations()).await.is_err());
    }
}

/// A program of before may serve beside a command of the new one: the structure is changed by the new server alone.
#[tokio::test]
async fn commands_leave_an_older_structure_alone() {
    let place = tempfile::tempdir().expect("place");
    let url = format!("sqlite:{}", place.path().join("gongkai.db").display());
    let mut before = capabilities::all().migrations();
    before.pop().expect("steps");
    let db = Db::open(&url, seams(), &before).await.expect("the program of before");
    let known = steps(&db).await;
    db.close().await;
    let add = ["user", "add", "clerk", "--name", "甲", "--organ", "OFFICE", "--role", "system_admin"];
    for arguments in
        [&["user", "unlock", "clerk"][..], &["user", "passwd", "clerk"], &add, &["user", "list"], &["verify"]]
    {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gongkai-under-test"));
        let output = command.env_clear().env("GONGKAI_DATA", place.path()).args(arguments).output().expect("starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains("结构比本程序旧"), "{arguments:?}: {told}");
    }
    let db = Db::open(&url, seams(), &before).await.expect("as it was");
    assert_eq!(steps(&db).await, known);
}

/// Not a test: the later program of the story above, in a process of its own so that it can be killed.
#[tokio::test]
async fn a_later_program() {
    let Ok(url) = std::env::var(URL) else { return };
    let dialect = if url.starts_with("postgres") { Dialect::Postgres } else { Dialect::Sqlite };
    let (_, sql) = ENDLESS.into_iter().find(|(of, _)| *of == dialect).expect("both");
    drop(Db::open(&url, seams(), &with(sql)).await);
}
