//! Storage that cannot do its work: what goes on, what is refused, and that nothing is left of it.

use store::{Db, Error, Migration, query, query_scalar};

use crate::harness::{Home, TABLES, both};

/// What is written into a file that nobody can find again would be acknowledged and lost.
#[tokio::test]
async fn a_database_whose_file_is_gone_is_read_and_not_written_until_it_is_back() {
    let home = Home::sqlite().await;
    let (file, away) = (home.folder.path().join("gongkai.db"), home.folder.path().join("away"));
    let insert = "INSERT INTO thing (id, grp, n, note) VALUES ($1, 'g', 1, '')";
    std::fs::rename(&file, &away).expect("moved");
    for _ in 0..3 {
        let error = home.db.write().await.expect_err("nobody would find it");
        assert_eq!(error.trouble(), Some(store::Trouble::Gone), "{error}");
        assert_eq!(query_scalar::<i64>("SELECT COUNT(*) FROM thing").fetch_one(home.db.read()).await.expect("read"), 0);
    }
    assert!(home.db.probe().await.is_err() && !file.exists(), "no empty one was made in its place");
    std::fs::rename(&away, &file).expect("moved back");
    home.db.probe().await.expect("written");
    let mut tx = home.db.write().await.expect("a write begins");
    query(insert).bind("a").execute(tx.conn()).await.expect("written");
    tx.commit().await.expect("committed");
    home.end().await;
}

both! {
    /// Who only wants to look changes no structure: the older program could not use it any more.
    async fn who_looks_refuses_an_older_structure_and_leaves_it(home) {
        Db::open_as_it_is(&home.url, home.seams.clone(), TABLES).await.expect("the same program").close().await;
        let newer = Migration { context: "story", number: 2, name: "more", sql: "CREATE TABLE more (id TEXT NOT NULL PRIMARY KEY)" };
        let newer: Vec<Migration> = TABLES.iter().copied().chain([newer]).collect();
        let looked = Db::open_as_it_is(&home.url, home.seams.clone(), &newer).await;
        assert!(matches!(looked, Err(Error::Older(1))), "{looked:?}");
        let known = "SELECT COUNT(*) FROM schema_version WHERE context = 'story'";
        assert_eq!(query_scalar::<i64>(known).fetch_one(home.db.read()).await.expect("read"), 1);
        Db::open(&home.url, home.seams.clone(), &newer).await.expect("who serves brings it up to date").close().await;
        let looked = Db::open_as_it_is(&home.url, home.seams.clone(), TABLES).await;
        assert!(matches!(looked, Err(Error::Newer { .. })), "{looked:?}");
    }
}
