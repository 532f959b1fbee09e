//! Bringing the structure up to date.

use store::{Db, Error, Migration, query, query_scalar, test};

use crate::harness::{Home, TABLES, both, seams};

const fn second(sql: &'static str) -> Migration {
    Migration { context: "story", number: 2, name: "more", sql }
}

fn copies(home: &Home) -> Vec<String> {
    let names = std::fs::read_dir(home.folder.path()).expect("list").map(|entry| entry.expect("entry").file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains("before-upgrade")).collect()
}

async fn steps(db: &Db) -> i64 {
    query_scalar("SELECT COUNT(*) FROM schema_version").fetch_one(db.read()).await.expect("steps")
}

both! {
    async fn a_step_that_fails_leaves_the_old_state_whole(home) {
        let steps_before = steps(&home.db).await;
        // The first statements of the step, and the whole step before it, succeed; then it breaks.
        let broken = [
            TABLES[0],
            second("CREATE TABLE more (id TEXT NOT NULL PRIMARY KEY)"),
            Migration { number: 3, ..second("CREATE TABLE most (id TEXT NOT NULL); INSERT INTO nowhere VALUES (1)") },
        ];
        assert!(Db::open(&home.url, home.seams.clone(), &broken).await.is_err());
        assert_eq!(steps(&home.db).await, steps_before);
        for table in ["more", "most"] {
            // SQL: fixed text, names from this file and numbers of places; every value is bound.
            let sql = store::built(format!("SELECT COUNT(*) FROM {table}"));
            assert!(query(sql).fetch_one(home.db.read()).await.is_err(), "{table}");
        }
        let mended = [TABLES[0], broken[1], Migration { number: 3, ..second("CREATE TABLE most (id TEXT NOT NULL)") }];
        let db = Db::open(&home.url, home.seams.clone(), &mended).await.expect("mended");
        assert_eq!(steps(&db).await, steps_before + 2);
        db.close().await;
    }

    async fn processes_that_start_together_migrate_once(home) {
        let mut starts = tokio::task::JoinSet::new();
        for seed in 0..6 {
            let url = home.url.clone();
            starts.spawn(async move {
                let set = [TABLES[0], second("CREATE TABLE more (id TEXT NOT NULL PRIMARY KEY); INSERT INTO more VALUES ('once')")];
                let db = Db::open(&url, seams(seed).0, &set).await?;
                db.close().await;
                Ok::<_, Error>(())
            });
        }
        while let Some(start) = starts.join_next().await {
            start.expect("task").expect("start");
        }
        let rows = query_scalar::<i64>("SELECT COUNT(*) FROM more").fetch_one(home.db.read()).await.expect("rows");
        assert_eq!(rows, 1);
    }

    async fn a_program_that_is_older_or_of_another_branch_is_refused(home) {
        test::tamper(&home.db, query("INSERT INTO schema_version VALUES ('story', 9, 'future', 'x', 'x')")).await.expect("row");
        let error = Db::open(&home.url, home.seams.clone(), TABLES).await.expect_err("newer");
        assert!(matches!(error, Error::Newer { found: 9, known: 1, .. }), "{error}");
        test::tamper(&home.db, query("DELETE FROM schema_version WHERE number = 9")).await.expect("row");
        test::tamper(&home.db, query("INSERT INTO schema_version VALUES ('gone', 1, 'x', 'x', 'x')")).await.expect("row");
        let error = Db::open(&home.url, home.seams.clone(), TABLES).await.expect_err("unknown context");
        assert!(matches!(error, Error::Newer { known: 0, .. }), "{error}");
        test::tamper(&home.db, query("DELETE FROM schema_version WHERE context = 'gone'")).await.expect("row");
        let other = Migration { sql: "CREATE TABLE other (id TEXT)", ..TABLES[0] };
        let error = Db::open(&home.url, home.seams.clone(), &[other]).await.expect_err("changed");
        assert!(matches!(&error, Error::Changed(context, 1) if context == "story"), "{error}");
        let gap = [TABLES[0], Migration { number: 3, ..TABLES[0] }];
        assert!(Db::open(&home.url, home.seams.clone(), &gap).await.is_err());
    }
}

#[tokio::test]
async fn a_copy_is_kept_of_the_database_before_an_upgrade() {
    let home = Home::sqlite().await;
    assert!(copies(&home).is_empty(), "a new database has nothing to go back to");
    test::tamper(&home.db, query("INSERT INTO counter (name, value) VALUES ('kept', 7)")).await.expect("row");
    let newer = [TABLES[0], second("DELETE FROM counter")];
    for _ in 0..2 {
        Db::open(&home.url, home.seams.clone(), &newer).await.expect("upgrade").close().await;
    }
    let copies = copies(&home);
    assert_eq!(copies, ["gongkai.before-upgrade-3-0.db"], "the second start finds nothing left to do");
    let copy = format!("sqlite:{}", home.folder.path().join(&copies[0]).display());
    let copy = store::Reader::open(&copy).await.expect("the copy opens");
    let kept =
        query_scalar::<i64>("SELECT value FROM counter WHERE name = 'kept'").fetch_one(&copy).await.expect("row");
    assert_eq!(kept, 7);
    let left = query_scalar::<i64>("SELECT COUNT(*) FROM counter").fetch_one(home.db.read()).await.expect("rows");
    assert_eq!(left, 0);
    home.end().await;
}

/// A step may lay a table anew; a step that leaves rows without what they refer to is undone.
#[tokio::test]
async fn a_step_lays_a_table_anew_but_leaves_no_orphans() {
    let home = Home::sqlite().await;
    let rows = "INSERT INTO thing (id, grp, n, parent) VALUES ('a', 'g', 1, NULL), ('b', 'g', 1, 'a')";
    test::tamper(&home.db, query(rows)).await.expect("rows");
    let orphan = [TABLES[0], second("DELETE FROM thing WHERE id = 'a'")];
    let error = Db::open(&home.url, home.seams.clone(), &orphan).await.expect_err("an orphan");
    assert!(error.to_string().contains("thing"), "{error}");
    let anew = [
        TABLES[0],
        second(
            "CREATE TABLE fresh (id TEXT NOT NULL PRIMARY KEY, parent TEXT REFERENCES fresh (id));
             INSERT INTO fresh SELECT id, parent FROM thing; DROP TABLE thing; ALTER TABLE fresh RENAME TO thing;",
        ),
    ];
    Db::open(&home.url, home.seams.clone(), &anew).await.expect("anew").close().await;
    let left = query_scalar::<i64>("SELECT COUNT(*) FROM thing").fetch_one(home.db.read()).await.expect("rows");
    assert_eq!(left, 2);
    home.end().await;
}
