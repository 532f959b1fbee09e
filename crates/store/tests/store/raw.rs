//! Whole tables out and in, also from one database into the other.

use futures::TryStreamExt;
use store::{Db, Value, query, query_scalar, raw::Named, test};

use crate::harness::{Home, both};

async fn fill(db: &Db) {
    let rows = "INSERT INTO thing (id, grp, n, share, note, parent) \
                VALUES ('a', 'g', 1, 0.5, NULL, NULL), ('b', 'g', 2, NULL, '记', 'c'), ('c', 'h', 3, NULL, '', 'a')";
    if db.dialect() == store::Dialect::Sqlite {
        let mut load = db.load().await.expect("load");
        query(rows).execute(load.tx().conn()).await.expect("rows");
        load.commit().await.expect("commit");
    } else {
        test::tamper(db, query(rows)).await.expect("rows");
    }
}

async fn read(db: &Db) -> Vec<Named> {
    let mut snapshot = db.snapshot().await.expect("snapshot");
    let tables = snapshot.tables().await.expect("tables");
    assert!(
        tables.iter().any(|name| name == "thing") && tables.iter().any(|name| name == "schema_version"),
        "{tables:?}"
    );
    assert_eq!(snapshot.structure().await.expect("structure"), [("store".to_owned(), 2), ("story".to_owned(), 1)]);
    let mut rows: Vec<Named> = snapshot.rows("thing").expect("a table").try_collect().await.expect("rows");
    assert!(snapshot.rows("thing; DROP TABLE thing").is_err());
    snapshot.end().await.expect("end");
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

async fn copy(from: &Db, to: &Db) {
    let rows = read(from).await;
    let columns: Vec<String> = rows[0].iter().map(|(name, _)| name.clone()).collect();
    // Worst order: what is referred to comes after what refers to it.
    let values = rows.iter().rev().map(|row| row.iter().map(|(_, value)| value.clone()).collect()).collect();
    let mut load = to.load().await.expect("load");
    assert_eq!(load.insert("thing", &columns, values).await.expect("insert"), 3);
    load.commit().await.expect("commit");
    assert_eq!(read(to).await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_go_from_either_database_into_either() {
    let source = Home::sqlite().await;
    fill(&source.db).await;
    let target = Home::sqlite().await;
    copy(&source.db, &target.db).await;
    if let Some(middle) = Home::postgres().await {
        copy(&source.db, &middle.db).await;
        let back = Home::sqlite().await;
        copy(&middle.db, &back.db).await;
        back.end().await;
        middle.end().await;
    }
    target.end().await;
    source.end().await;
}

both! {
    async fn a_load_that_breaks_a_rule_never_happened(home) {
        let mut load = home.db.load().await.expect("load");
        let columns = ["id", "grp", "n", "parent"].map(str::to_owned);
        let row = |parent: &str| vec![Value::from("b"), Value::from("g"), Value::from(1_i64), Value::from(parent)];
        assert_eq!(load.insert("thing", &columns, vec![row("nobody"), row("nobody")]).await.expect("insert"), 1, "one key");
        assert!(load.insert("thing", &columns, vec![vec![Value::Null]]).await.is_err(), "a row of another width");
        assert!(load.commit().await.is_err(), "nobody is there to refer to");
        assert_eq!(query_scalar::<i64>("SELECT COUNT(*) FROM thing").fetch_one(home.db.read()).await.expect("count"), 0);
        // The rules hold as before.
        let orphan = query("INSERT INTO thing (id, grp, n, parent) VALUES ('c', 'g', 1, 'nobody')");
        assert!(test::tamper(&home.db, orphan).await.is_err());
    }

    async fn many_rows_go_in_at_once(home) {
        let columns = ["id", "grp", "n"].map(str::to_owned);
        let rows = (0..25_000).map(|n: i64| vec![Value::from(n.to_string()), Value::from("g"), Value::from(n)]).collect();
        let mut load = home.db.load().await.expect("load");
        assert_eq!(load.insert("thing", &columns, rows).await.expect("insert"), 25_000);
        load.commit().await.expect("commit");
        let sum = "SELECT CAST(SUM(n) AS BIGINT) FROM thing";
        assert_eq!(query_scalar::<i64>(sum).fetch_one(home.db.read()).await.expect("sum"), 25_000 * 24_999 / 2);
    }
}
