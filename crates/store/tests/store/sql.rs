//! Statements, values, rows, violations, time limits.

use futures::TryStreamExt;
use kernel::{OrganCode, id::DocumentId};
use store::{Error, Executor, FromRow, Result, Value, Violation, built, query, query_as, query_scalar};

use crate::harness::{Home, both};

#[derive(Debug, PartialEq, FromRow)]
struct Inner {
    share: Option<f64>,
    note: Option<String>,
}

#[derive(Debug, PartialEq, FromRow)]
struct Thing {
    id: DocumentId,
    #[sql(rename = "grp")]
    group: OrganCode,
    n: i64,
    #[sql(flatten)]
    inner: Inner,
    #[sql(skip)]
    seen: bool,
}

async fn insert(home: &crate::harness::Home, id: &str, n: i64, share: Option<f64>, note: Option<&str>) -> Result<()> {
    let mut tx = home.db.write().await?;
    query("INSERT INTO thing (id, grp, n, share, note, parent) VALUES ($1, 'g', $2, $3, $4, $5)")
        .bind(id)
        .bind(n)
        .bind(share)
        .bind(note)
        .bind(Value::Null)
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

async fn groups<'e>(executor: impl Executor<'e>) -> Result<(i64, Vec<String>)> {
    let mut target = executor.target();
    let count = query_scalar("SELECT COUNT(*) FROM thing").fetch_one(target.again()).await?;
    let ids = query_scalar("SELECT id FROM thing ORDER BY id").fetch_all(target).await?;
    Ok((count, ids))
}

both! {
    async fn every_type_comes_back_as_it_went_in(home) {
        // The same statement once with nothing and once with something: a prepared statement must serve both.
        insert(home, "a", 1, None, None).await.expect("a");
        insert(home, "b", 2, Some(0.25), Some("记")).await.expect("b");
        insert(home, "c", 3, Some(2.0), None).await.expect("c");
        let sql = "SELECT * FROM thing ORDER BY id";
        let all: Vec<Thing> = query_as(sql).fetch_all(home.db.read()).await.expect("things");
        let thing = |id: &str, n, share, note: Option<&str>| Thing {
            id: id.into(),
            group: "g".into(),
            n,
            inner: Inner { share, note: note.map(str::to_owned) },
            seen: false,
        };
        let expected = [thing("a", 1, None, None), thing("b", 2, Some(0.25), Some("记")), thing("c", 3, Some(2.0), None)];
        assert_eq!(all, expected);
        let streamed: Vec<Thing> = query_as(sql).fetch(home.db.read()).try_collect().await.expect("stream");
        assert_eq!(streamed, expected);

        let bytes = query_scalar::<Vec<u8>>("SELECT $1").bind(vec![0_u8, 1, 255]).fetch_one(home.db.read()).await.expect("bytes");
        assert_eq!(bytes, [0, 1, 255]);
        let (yes, no): (bool, bool) = query_as("SELECT EXISTS (SELECT 1 FROM thing WHERE id = $1), EXISTS (SELECT 1 FROM thing WHERE id = $2)")
            .bind("a").bind("z").fetch_one(home.db.read()).await.expect("exists");
        assert!(yes && !no);
        let found = query_as::<Thing>("SELECT * FROM thing WHERE id = $1 AND grp = $2")
            .bind(DocumentId::from("b")).bind(OrganCode::from("g")).fetch_optional(home.db.read()).await.expect("by id");
        assert_eq!(found.map(|thing| thing.n), Some(2));
    }

    async fn a_value_of_another_type_is_refused_and_named(home) {
        insert(home, "a", 1, None, None).await.expect("a");
        let error = query_scalar::<i64>("SELECT id FROM thing").fetch_one(home.db.read()).await.expect_err("text");
        assert!(matches!(&error, Error::Value(text) if text.contains("“id”")), "{error}");
        let error = query_scalar::<String>("SELECT note FROM thing").fetch_one(home.db.read()).await.expect_err("null");
        assert!(matches!(&error, Error::Value(text) if text.contains("NULL")), "{error}");
        let error = query_as::<Thing>("SELECT id FROM thing").fetch_one(home.db.read()).await.expect_err("missing");
        assert!(matches!(&error, Error::Value(text) if text.contains("grp")), "{error}");
        let error = query_scalar::<i64>("SELECT n FROM thing WHERE id = 'z'").fetch_one(home.db.read()).await.expect_err("none");
        assert!(matches!(error, Error::NoRow));
        // A sum of whole numbers is NUMERIC on PostgreSQL; the message says what to write.
        let sum = query_scalar::<i64>("SELECT SUM(n) FROM thing").fetch_one(home.db.read()).await;
        if home.url.starts_with("postgres") {
            assert!(sum.expect_err("numeric").to_string().contains("CAST"));
        } else {
            assert_eq!(sum.expect("sum"), 1);
        }
        let cast = "SELECT CAST(SUM(n) AS BIGINT) FROM thing";
        assert_eq!(query_scalar::<i64>(cast).fetch_one(home.db.read()).await.expect("cast"), 1);
    }

    async fn a_broken_rule_of_the_tables_is_recognised(home) {
        insert(home, "a", 1, None, None).await.expect("a");
        let again = insert(home, "a", 1, None, None).await.expect_err("twice");
        assert!(again.is_unique_violation());
        assert_eq!(insert(home, "b", -1, None, None).await.expect_err("check").violation(), Some(Violation::Check));
        let mut tx = home.db.write().await.expect("write");
        let orphan = query("INSERT INTO thing (id, grp, n, parent) VALUES ('c', 'g', 1, 'nobody')").execute(tx.conn()).await;
        let orphan = orphan.expect_err("foreign key");
        assert_eq!(orphan.violation(), Some(Violation::ForeignKey));
        let told = orphan.to_string();
        assert!(told.contains("不存在") && !told.to_lowercase().contains("foreign"), "no words of the database: {told}");
        drop(tx);
        let mut tx = home.db.write().await.expect("the next write is not hurt");
        let done = query("UPDATE thing SET n = 5").execute(tx.conn()).await.expect("update");
        assert_eq!(done.rows_affected(), 1);
    }

    async fn a_helper_asks_several_times_through_a_reader_or_inside_a_write(home) {
        insert(home, "a", 1, None, None).await.expect("a");
        assert_eq!(groups(home.db.read()).await.expect("outside"), (1, vec!["a".to_owned()]));
        let mut tx = home.db.write().await.expect("write");
        query("INSERT INTO thing (id, grp, n) VALUES ('b', 'g', 2)").execute(tx.conn()).await.expect("b");
        assert_eq!(groups(tx.conn()).await.expect("inside"), (2, vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(groups(home.db.read()).await.expect("outside").0, 1, "nobody sees it before the commit");
        drop(tx);
        assert_eq!(groups(home.db.read()).await.expect("outside").0, 1, "dropped, it never happened");
    }

    async fn readers_change_nothing_and_do_not_wait_for_a_writer(home) {
        insert(home, "a", 1, None, None).await.expect("a");
        assert!(query("UPDATE thing SET n = 9").execute(home.db.read()).await.is_err());
        let mut tx = home.db.write().await.expect("write");
        query("UPDATE thing SET n = 7").execute(tx.conn()).await.expect("update");
        let mut questions = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let db = home.db.clone();
            questions.spawn(async move { query_scalar::<i64>("SELECT n FROM thing").fetch_one(db.read()).await });
        }
        // All are answered while the write is open: more of them than there are connections.
        while let Some(answer) = questions.join_next().await {
            assert_eq!(answer.expect("task").expect("answer"), 1);
        }
        tx.commit().await.expect("commit");
        assert_eq!(query_scalar::<i64>("SELECT n FROM thing").fetch_one(home.db.read()).await.expect("answer"), 7);
    }

    async fn a_writer_does_not_wait_for_readers(home) {
        let mut open = Vec::new();
        for _ in 0..4 {
            let mut snapshot = home.db.snapshot().await.expect("snapshot");
            query_scalar::<i64>("SELECT COUNT(*) FROM thing").fetch_one(snapshot.conn()).await.expect("count");
            open.push(snapshot);
        }
        insert(home, "a", 1, None, None).await.expect("a write while all long readers are open");
        for mut snapshot in open {
            let seen = query_scalar::<i64>("SELECT COUNT(*) FROM thing").fetch_one(snapshot.conn()).await.expect("count");
            assert_eq!(seen, 0, "as of its moment");
            snapshot.end().await.expect("end");
        }
    }

    async fn a_stream_that_is_dropped_gives_its_connection_back(home) {
        let numbers = "WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 1000000) SELECT n FROM x";
        for _ in 0..20 {
            // SQL: fixed text, names from this file and numbers of places; every value is bound.
            let mut rows = query_scalar::<i64>(numbers).fetch(home.db.read());
            assert_eq!(rows.try_next().await.expect("row"), Some(1));
        }
        assert_eq!(query_scalar::<i64>(built("SELECT 1 + 1".to_owned())).fetch_one(home.db.read()).await.ok(), Some(2));
    }
}

/// The question has no end, so that it is stopped on the fastest machine too.
#[tokio::test]
async fn a_question_that_takes_too_long_is_stopped() {
    let endless = "WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT COUNT(*) FROM x";
    let mut homes = vec![crate::harness::Home::sqlite().await];
    homes.extend(crate::harness::Home::postgres().await);
    for home in homes {
        let db = home.impatient().await;
        let error = query_scalar::<i64>(endless).fetch_one(db.read()).await.expect_err("endless");
        assert!(matches!(error, Error::TimeLimit), "{error}");
        assert_eq!(query_scalar::<i64>("SELECT 1").fetch_one(home.db.read()).await.expect("others go on"), 1);
        db.close().await;
        home.end().await;
    }
}

/// SQLite undoes a write by itself when the disk is full. What comes after must not be told that a transaction is open.
#[tokio::test]
async fn after_a_full_disk_the_next_write_goes_on() {
    let home = Home::sqlite().await;
    let big = "x".repeat(3_000_000);
    let fill = "INSERT INTO thing (id, grp, n, note) VALUES ($1, 'g', 1, $2)";
    for round in 0..3 {
        let pages = query_scalar::<i64>("PRAGMA page_count").fetch_one(home.db.read()).await.expect("pages");
        let mut tx = home.db.write().await.expect("a write begins");
        // SQL: a number of ours.
        query(store::built(format!("PRAGMA max_page_count = {}", pages + 20)))
            .execute(tx.conn())
            .await
            .expect("full soon");
        query("PRAGMA cache_size = 10").execute(tx.conn()).await.expect("spills");
        let failed = query(fill).bind(format!("big{round}")).bind(&big).execute(tx.conn()).await.expect_err("full");
        assert!(failed.is_storage_full(), "{failed:?}");
        drop(tx);
        let mut tx = home.db.write().await.expect("the next write begins");
        query("PRAGMA max_page_count = 1000000").execute(tx.conn()).await.expect("freed");
        query(fill).bind(format!("small{round}")).bind("y").execute(tx.conn()).await.expect("written");
        tx.commit().await.expect("committed");
    }
    let left = query_scalar::<i64>("SELECT COUNT(*) FROM thing").fetch_one(home.db.read()).await.expect("rows");
    assert_eq!(left, 3);
    home.end().await;
}
