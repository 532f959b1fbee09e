//! Seals: whatever of a subject's rows is changed, added or removed past the program is named.

use kernel::{Actor, EventKind, NewEvent};
use proof::Verify;
use store::{
    Db, Sealed,
    log::{
        self,
        seals::{Step, Sweep, begin},
    },
    query, test,
};

use crate::harness::both;

static COUNTED: EventKind = EventKind::new("thing", "thing.counted", "计数");

fn things() -> Vec<Sealed> {
    vec![
        Sealed::each(
            "thing",
            "物件",
            "SELECT id FROM thing WHERE parent IS NULL",
            "SELECT grp FROM thing WHERE id = $1",
        )
        .part("thing/1", "数目", "SELECT id, n, note FROM thing WHERE id = $1 AND parent IS NULL")
        .part("child/1", "部件", "SELECT id, n FROM thing WHERE parent = $1"),
    ]
}

async fn put(db: &Db, id: &str, parent: Option<&str>, n: i64) {
    let mut tx = db.write().await.expect("write");
    // A place of its own among the values: a parent may be absent.
    let sql = "INSERT INTO thing (id, grp, n, parent) VALUES ($1, $1, $2, $3)";
    let parent_value = parent.map_or(store::Value::Null, store::Value::from);
    query(sql).bind(id).bind(n).bind(parent_value).execute(tx.conn()).await.expect("insert");
    tx.append(NewEvent::new(&COUNTED, parent.unwrap_or(id), &Actor::System)).await.expect("append");
    tx.commit().await.expect("commit");
}

async fn bad(db: &Db) -> Option<String> {
    let mut sweep = Sweep::default();
    loop {
        match sweep.step(db).await.expect("step") {
            Step::More => {}
            Step::End => return None,
            Step::Altered(bad) => return Some(bad),
        }
    }
}

async fn tamper(db: &Db, sql: &'static str) {
    assert!(test::tamper(db, query(sql)).await.expect("tampered") > 0, "{sql}");
}

/// What was said for good of rows that were changed past the program.
async fn told(db: &Db) -> Vec<String> {
    let all = log::after(db, 0, 10_000).await.expect("events");
    let tampered = all.into_iter().filter(|event| event.kind == log::seals::TAMPERED.name);
    let found = |data: &str| -> Option<String> {
        let data: serde_json::Value = serde_json::from_str(data).ok()?;
        Some(data.get("found")?.as_str()?.to_owned())
    };
    tampered.map(|event| found(&event.data).expect("what was found")).collect()
}

async fn counted(db: &Db, id: &str) {
    let mut tx = db.write().await.expect("write");
    tx.append(NewEvent::new(&COUNTED, id, &Actor::System)).await.expect("append");
    tx.commit().await.expect("commit");
}

both! {
    /// The next event of a subject seals its rows anew: what was changed past the program before must not be covered by it.
    async fn a_write_never_seals_in_silence_what_it_did_not_write(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        put(db, "b", None, 2).await;
        assert_eq!(told(db).await, Vec::<String>::new());
        // A row that was changed, and an event of its subject that changes nothing.
        tamper(db, "UPDATE thing SET n = 9 WHERE id = 'a'").await;
        counted(db, "a").await;
        assert_eq!(told(db).await, ["物件“a”与留痕不一致：数目"]);
        // Once: the rows are what the log says from now on.
        counted(db, "a").await;
        assert_eq!(told(db).await.len(), 1);
        // The write changes the very row itself.
        tamper(db, "UPDATE thing SET note = 'forged' WHERE id = 'b'").await;
        let mut tx = db.write().await.expect("write");
        query("UPDATE thing SET n = 5 WHERE id = 'b'").execute(tx.conn()).await.expect("update");
        tx.append(NewEvent::new(&COUNTED, "b", &Actor::System)).await.expect("append");
        tx.commit().await.expect("commit");
        assert_eq!(told(db).await.len(), 2);
        // A row added, one taken out.
        tamper(db, "INSERT INTO thing (id, grp, n, parent) VALUES ('b1', 'b1', 3, 'b')").await;
        counted(db, "b").await;
        assert_eq!(told(db).await.last().map(String::as_str), Some("物件“b”与留痕不一致：部件"));
        tamper(db, "DELETE FROM thing WHERE id = 'a'").await;
        counted(db, "a").await;
        assert_eq!(told(db).await.last().map(String::as_str), Some("物件“a”被整个删除，留痕中没有删除的记录"));
        // A subject that nobody made.
        tamper(db, "INSERT INTO thing (id, grp, n) VALUES ('ghost', 'ghost', 1)").await;
        counted(db, "ghost").await;
        assert_eq!(told(db).await.last().map(String::as_str), Some("物件“ghost”没有经过本程序，留痕中没有"));
        assert_eq!(told(db).await.len(), 5);
        // What the program has written is never named, and all of it is proven.
        put(db, "c", None, 1).await;
        put(db, "c1", Some("c"), 1).await;
        assert_eq!(told(db).await.len(), 5);
        assert_eq!(bad(db).await, None);
        assert_eq!(Verify::new(db).run().await.expect("verify").first_bad, None);
    }

    /// Who seals without an event of his own, and a start that seals more, do not cover it up either.
    async fn neither_a_touch_nor_a_start_covers_it_up(home) {
        let db = &home.db;
        let mut first = things();
        first[0].parts.truncate(1);
        db.seal(first);
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        tamper(db, "UPDATE thing SET n = 9 WHERE id = 'a'").await;
        let later = home.other_process().await;
        later.seal(things());
        begin(&later).await.expect("begun");
        assert_eq!(told(&later).await, ["物件“a”与留痕不一致：数目"]);
        tamper(&later, "UPDATE thing SET n = 10 WHERE id = 'a'").await;
        let mut tx = later.write().await.expect("write");
        tx.touch(&kernel::id::SubjectRef::new("thing", "a"));
        tx.commit().await.expect("commit");
        assert_eq!(told(&later).await.len(), 2);
        later.close().await;
    }

    async fn writers_beside_each_other_name_nothing(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        put(db, "a", None, 0).await;
        let writers: Vec<_> = (0..12)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    for _ in 0..10 {
                        let mut tx = db.write().await.expect("write");
                        query("UPDATE thing SET n = n + 1 WHERE id = 'a'").execute(tx.conn()).await.expect("update");
                        tx.append(NewEvent::new(&COUNTED, "a", &Actor::System)).await.expect("append");
                        tx.commit().await.expect("commit");
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.expect("written");
        }
        assert_eq!(told(db).await, Vec::<String>::new());
        assert_eq!(bad(db).await, None);
    }

    async fn rows_changed_added_or_removed_are_named(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        put(db, "b", None, 2).await;
        put(db, "b1", Some("b"), 3).await;
        assert_eq!(bad(db).await, None);
        for (change, back, words) in [
            ("UPDATE thing SET n = 9 WHERE id = 'a'", "UPDATE thing SET n = 1 WHERE id = 'a'", "数目"),
            ("UPDATE thing SET note = '' WHERE id = 'a'", "UPDATE thing SET note = NULL WHERE id = 'a'", "数目"),
            ("UPDATE thing SET n = 9 WHERE id = 'b1'", "UPDATE thing SET n = 3 WHERE id = 'b1'", "物件“b”与留痕不一致：部件"),
            ("DELETE FROM thing WHERE id = 'b1'", "INSERT INTO thing (id, grp, n, parent) VALUES ('b1', 'b1', 3, 'b')", "部件"),
            ("DELETE FROM thing WHERE id = 'a'", "INSERT INTO thing (id, grp, n) VALUES ('a', 'a', 1)", "被整个删除"),
            ("INSERT INTO thing (id, grp, n) VALUES ('c', 'c', 1)", "DELETE FROM thing WHERE id = 'c'", "没有经过本程序"),
            // What no part holds is not sealed.
            ("UPDATE thing SET share = 0.5 WHERE id = 'a'", "UPDATE thing SET share = NULL WHERE id = 'a'", ""),
        ] {
            tamper(db, change).await;
            let found = bad(db).await;
            let fits = if words.is_empty() { found.is_none() } else { found.as_ref().is_some_and(|bad| bad.contains(words)) };
            assert!(fits, "{change}: {found:?}");
            tamper(db, back).await;
            assert_eq!(bad(db).await, None, "{back}");
        }
        // An event later the program's own change is what counts.
        let mut tx = db.write().await.expect("write");
        query("UPDATE thing SET n = 5 WHERE id = 'a'").execute(tx.conn()).await.expect("update");
        tx.append(NewEvent::new(&COUNTED, "a", &Actor::System)).await.expect("append");
        query("UPDATE thing SET n = 6 WHERE id = 'a'").execute(tx.conn()).await.expect("update after the event");
        tx.commit().await.expect("commit");
        assert_eq!(bad(db).await, None);
    }

    async fn a_seal_cannot_be_made_to_fit(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        let chain = async || Verify::new(db).run().await.expect("verify").first_bad;
        assert_eq!(chain().await, None);
        let (seq, seal): (i64, String) = store::query_as("SELECT seq, seal FROM event_seal WHERE subject_id = 'a'")
            .fetch_one(db.read()).await.expect("a seal");
        tamper(db, "UPDATE event_seal SET seal = '{}' WHERE subject_id = 'a'").await;
        assert!(chain().await.is_some_and(|bad| bad.contains(&format!("第 {seq} 号")) && bad.contains("封存")));
        tamper(db, "DELETE FROM event_seal WHERE subject_id = 'a'").await;
        assert!(chain().await.is_some_and(|bad| bad.contains("封存")));
        let back = query("INSERT INTO event_seal (chain, subject_kind, subject_id, seq, seal) VALUES ('main', 'thing', 'a', $1, $2)");
        test::tamper(db, back.bind(seq).bind(&seal)).await.expect("back");
        assert_eq!(chain().await, None);
        let more = query("INSERT INTO event_seal (chain, subject_kind, subject_id, seq, seal) VALUES ('main', 'thing', 'x', $1, '{}')");
        test::tamper(db, more.bind(seq)).await.expect("one more");
        assert!(chain().await.is_some_and(|bad| bad.contains("封存")));
        tamper(db, "DELETE FROM event_seal WHERE subject_id = 'x'").await;
        // With the event's own field made to fit, its hash does not.
        tamper(db, "UPDATE event SET seals = '' WHERE seals <> ''").await;
        assert!(chain().await.is_some());
    }

    async fn what_stood_there_before_is_taken_once_and_said(home) {
        let db = &home.db;
        tamper(db, "INSERT INTO thing (id, grp, n) VALUES ('old', 'old', 1)").await;
        db.seal(things());
        assert_eq!(bad(db).await, None, "nothing is sealed yet");
        begin(db).await.expect("begun");
        begin(db).await.expect("begun before");
        let events = log::after(db, 0, 10).await.expect("events");
        assert_eq!(events.len(), 1);
        assert!(events[0].data.contains("thing:child/1"), "{}", events[0].data);
        assert_eq!(bad(db).await, None);
        tamper(db, "UPDATE thing SET n = 2 WHERE id = 'old'").await;
        assert!(bad(db).await.is_some_and(|bad| bad.contains("old")));
    }

    async fn who_verifies_while_others_write_is_not_misled(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        for n in 0..20 {
            put(db, &format!("t{n}"), None, n).await;
        }
        let writer = db.clone();
        let writing = tokio::spawn(async move {
            for round in 0..200_i64 {
                let mut tx = writer.write().await.expect("write");
                let id = format!("t{}", round % 20);
                query("UPDATE thing SET n = n + 1 WHERE id = $1").bind(&id).execute(tx.conn()).await.expect("update");
                tx.append(NewEvent::new(&COUNTED, &id, &Actor::System)).await.expect("append");
                tx.commit().await.expect("commit");
            }
        });
        while !writing.is_finished() {
            assert_eq!(bad(db).await, None);
        }
        writing.await.expect("written");
        assert_eq!(bad(db).await, None);
    }
}
