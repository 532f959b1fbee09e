//! Seals: whatever of a subject's rows is changed, added or removed past the program is named.

use kernel::{
    Actor, EventKind, NewEvent,
    event::{Event, chain_hash, seals_digest},
    id::SubjectRef,
};
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
            Step::Altered(bad) => return Some(bad.into_iter().next()?.words),
        }
    }
}

/// All that a walk finds, and what it did not compare.
async fn all_bad(db: &Db) -> (Vec<String>, Vec<String>) {
    let (mut sweep, mut found) = (Sweep::default(), Vec::new());
    loop {
        match sweep.step(db).await.expect("step") {
            Step::More => {}
            Step::End => return (found, sweep.pending),
            Step::Altered(bad) => found.extend(bad.into_iter().map(|one| one.words)),
        }
    }
}

async fn seals_of(db: &Db, id: &'static str) -> i64 {
    let sql = "SELECT COUNT(*) FROM event_seal WHERE subject_id = $1";
    store::query_scalar(sql).bind(id).fetch_one(db.read()).await.expect("count")
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
    /// What a write does not change gets no new seal, so that the walk takes as long as there are subjects, however long the log.
    async fn what_is_as_it_was_is_not_sealed_again(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        for _ in 0..5 {
            counted(db, "a").await;
        }
        assert_eq!(seals_of(db, "a").await, 1);
        tamper(db, "UPDATE thing SET n = 9 WHERE id = 'a'").await;
        // The write puts back what stood there: what stood there in between is told all the same.
        let mut tx = db.write().await.expect("write");
        query("UPDATE thing SET n = 1 WHERE id = 'a'").execute(tx.conn()).await.expect("update");
        tx.touch(&SubjectRef::new("thing", "a"));
        tx.commit().await.expect("commit");
        assert_eq!(told(db).await, ["物件“a”与留痕不一致：数目"]);
        assert_eq!(bad(db).await, None);
        assert_eq!(Verify::new(db).run().await.expect("verify").first_bad, None);
    }

    /// A start seals some at a time; however many there are, a bent seal of any is seen.
    async fn a_start_with_many_is_believed_for_none_of_them_blindly(home) {
        let db = &home.db;
        for n in 0..450 {
            let sql = format!("INSERT INTO thing (id, grp, n) VALUES ('t{n:03}', 't{n:03}', 1)");
            // SQL: a number that is counted here.
            assert!(test::tamper(db, query(store::built(sql))).await.expect("laid") > 0);
        }
        db.seal(things());
        begin(db).await.expect("begun");
        begin(db).await.expect("nothing left");
        let events = log::after(db, 0, 10).await.expect("events");
        assert_eq!(events.iter().filter(|event| event.kind == log::seals::BEGUN.name).count(), 3, "some at a time");
        assert_eq!(events.len(), 3);
        assert_eq!(bad(db).await, None);
        assert_eq!(Verify::new(db).run().await.expect("verify").first_bad, None);
        let process = home.other_process().await;
        process.seal(things());
        let seal: String = store::query_scalar("SELECT seal FROM event_seal WHERE subject_id = 't007'").fetch_one(db.read()).await.expect("seal");
        tamper(db, "DELETE FROM thing WHERE id = 't007'").await;
        tamper(db, "UPDATE event_seal SET seal = '{}' WHERE subject_id = 't007'").await;
        counted(&process, "t007").await;
        assert_eq!(told(db).await, ["物件“t007”：第 1 号记录封存的内容被改动过"]);
        test::tamper(db, query("UPDATE event_seal SET seal = $1 WHERE subject_id = 't007' AND seq = 1").bind(seal)).await.expect("back");
        process.close().await;
    }

    /// Who bends the seal bends the event that holds it as well, so that the chain fits: what this process has sealed itself it
    /// remembers.
    async fn a_seal_bent_with_its_event_is_held_against_what_this_process_made(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        let seq: i64 = store::query_scalar("SELECT seq FROM event_seal WHERE subject_id = 'a'").fetch_one(db.read()).await.expect("seal");
        tamper(db, "DELETE FROM thing WHERE id = 'a'").await;
        let mut event = log::after(db, seq - 1, 1).await.expect("events").remove(0);
        event.seals = seals_digest([("thing", "a", "{}")]);
        event.hash = chain_hash(&event);
        let put_event = async |seal: &str, event: &Event| {
            let sql = "UPDATE event_seal SET seal = $1 WHERE subject_id = 'a' AND seq = $2";
            test::tamper(db, query(sql).bind(seal).bind(seq)).await.expect("the seal");
            let sql = "UPDATE event SET seals = $1, hash = $2 WHERE seq = $3";
            test::tamper(db, query(sql).bind(&event.seals).bind(&event.hash).bind(seq)).await.expect("the event");
        };
        put_event("{}", &event).await;
        assert_eq!(Verify::new(db).run().await.expect("verify").first_bad, None, "the chain alone looks whole");
        assert!(bad(db).await.is_some_and(|bad| bad.contains("封存的内容被改动过")));
        // Gone altogether, with its event's field.
        tamper(db, "DELETE FROM event_seal WHERE subject_id = 'a'").await;
        let mut bare = event.clone();
        bare.seals = String::new();
        bare.hash = chain_hash(&bare);
        put_event("{}", &event).await;
        test::tamper(db, query("UPDATE event SET seals = '', hash = $1 WHERE seq = $2").bind(&bare.hash).bind(seq)).await.expect("bare");
        counted(db, "a").await;
        assert!(told(db).await.last().is_some_and(|bad| bad.contains("封存不见了")), "{:?}", told(db).await);
    }

    /// Decided by what is sealed and not by the process: one that never began anything (a command) names what it comes upon, and
    /// what is not sealed yet is told instead of being taken for whole.
    async fn a_process_that_has_not_begun_compares_what_is_sealed(home) {
        let db = &home.db;
        let mut first = things();
        first[0].parts.truncate(1);
        db.seal(first);
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        let command = home.other_process().await;
        command.seal(things());
        assert_eq!(all_bad(&command).await, (Vec::new(), vec!["物件的部件".to_owned()]));
        // A part that is not sealed yet is nobody's fault, one that is is named although the other is not.
        tamper(db, "INSERT INTO thing (id, grp, n, parent) VALUES ('a1', 'a1', 3, 'a')").await;
        tamper(db, "UPDATE thing SET n = 9 WHERE id = 'a'").await;
        tamper(db, "INSERT INTO thing (id, grp, n) VALUES ('ghost', 'ghost', 1)").await;
        let (found, _) = all_bad(&command).await;
        assert_eq!(found, ["物件“a”与留痕不一致：数目", "物件“ghost”没有经过本程序，留痕中没有"]);
        counted(&command, "ghost").await;
        counted(&command, "a").await;
        assert_eq!(told(db).await, ["物件“ghost”没有经过本程序，留痕中没有", "物件“a”与留痕不一致：数目"]);
        begin(&command).await.expect("begun at last");
        assert_eq!(all_bad(&command).await, (Vec::new(), Vec::new()));
        command.close().await;
    }

    /// The first trifles of a kind hide nothing of another, and however much differs, all is compared.
    async fn a_flood_is_cut_short_and_hides_nothing_of_another_kind(home) {
        let db = &home.db;
        let others = Sealed::each("part", "零件", "SELECT id FROM thing WHERE parent IS NOT NULL", "SELECT grp FROM thing WHERE id = $1")
            .part("part/1", "数目", "SELECT id, n FROM thing WHERE id = $1 AND parent IS NOT NULL");
        db.seal(things().into_iter().chain([others]).collect());
        put(db, "a", None, 1).await;
        put(db, "a1", Some("a"), 1).await;
        for n in 0..30 {
            let sql = format!("INSERT INTO thing (id, grp, n) VALUES ('t{n:03}', 't{n:03}', 1)");
            // SQL: a number that is counted here.
            assert!(test::tamper(db, query(store::built(sql))).await.expect("laid") > 0);
        }
        begin(db).await.expect("begun");
        tamper(db, "UPDATE thing SET n = 9").await;
        let (found, _) = all_bad(db).await;
        assert!(found.len() < 30 && found.iter().any(|bad| bad.contains("还有更多的物件")), "{found:?}");
        assert!(found.iter().any(|bad| bad == "零件“a1”与留痕不一致：数目"), "{found:?}");
    }

    /// What stood there before its sort was sealed is taken once, also where the choice of what must be sealed grows.
    async fn more_subjects_that_must_be_sealed_are_taken_once(home) {
        let db = &home.db;
        let alone = || {
            let mut thing = things().remove(0);
            thing.parts.truncate(1);
            thing
        };
        db.seal(vec![alone()]);
        begin(db).await.expect("begun");
        put(db, "nowhere", None, 1).await;
        tamper(db, "INSERT INTO thing (id, grp, n, parent) VALUES ('old', 'old', 1, 'nowhere')").await;
        let wider = || vec![
            alone().also("more/1", "SELECT id FROM thing WHERE parent = 'nowhere'")
                .part("any/1", "全部", "SELECT id, n, parent FROM thing WHERE id = $1 AND parent = 'nowhere'"),
        ];
        let later = home.other_process().await;
        later.seal(wider());
        begin(&later).await.expect("begun");
        counted(&later, "old").await;
        assert_eq!(told(db).await, Vec::<String>::new());
        tamper(db, "INSERT INTO thing (id, grp, n, parent) VALUES ('new', 'new', 1, 'nowhere')").await;
        assert_eq!(bad(&later).await.as_deref(), Some("物件“new”没有经过本程序，留痕中没有"));
        counted(&later, "new").await;
        assert_eq!(told(db).await, ["物件“new”没有经过本程序，留痕中没有"]);
        later.close().await;
    }

    /// What cannot be put back is taken as it is by a write that says so, of this subject alone.
    async fn what_cannot_be_put_back_is_accepted(home) {
        let db = &home.db;
        db.seal(things());
        begin(db).await.expect("begun");
        put(db, "a", None, 1).await;
        put(db, "b", None, 1).await;
        tamper(db, "DELETE FROM thing WHERE id = 'a'").await;
        tamper(db, "UPDATE thing SET n = 7 WHERE id = 'b'").await;
        let a = SubjectRef::new("thing", "a");
        let mut tx = db.write().await.expect("write");
        let present = tx.present(&a).await.expect("looked").expect("sealed");
        assert_ne!(present.was, present.now);
        tx.accept(&a);
        tx.append(NewEvent::new(&COUNTED, "b", &Actor::System)).await.expect("append");
        tx.commit().await.expect("commit");
        assert_eq!(told(db).await, ["物件“b”与留痕不一致：数目"], "the other is named as ever");
        assert_eq!(bad(db).await, None);
        let mut tx = db.write().await.expect("write");
        let present = tx.present(&a).await.expect("looked").expect("sealed");
        assert_eq!(present.was, present.now);
        // Doubted are rows under a finding until it is settled.
        assert_eq!(tx.doubted("thing", ["a", "b"]).await.expect("asked").into_iter().collect::<Vec<_>>(), ["b"]);
        let seq: i64 = store::query_scalar("SELECT seq FROM event WHERE kind = 'log.tampered'").fetch_one(db.read()).await.expect("told");
        tx.append(NewEvent::new(&log::seals::SETTLED, seq, &Actor::System)).await.expect("append");
        tx.commit().await.expect("commit");
        let mut tx = db.write().await.expect("write");
        assert!(tx.doubted("thing", ["a", "b"]).await.expect("asked").is_empty());
    }
}
