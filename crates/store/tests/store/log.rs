//! The event log: the chain, what may be erased, and every fault that a verification names.

use kernel::{Actor, EventKind, Keep, NewEvent, id::SubjectRef};
use proof::{Checkpoint, Signer, Verify};
use serde_json::json;
use store::{Db, Error, Files, Tx, Value, log, query, query_as, query_scalar, test};

use crate::harness::{Home, both};

static FACT: EventKind = EventKind::new("thing", "thing.counted", "计数").holds(&[("n", "数量"), ("甲", "甲")]);
static NOTE: EventKind = EventKind::new("thing", "thing.noted", "记事").holds(&[("text", "文字")]).keeps(Keep::Words);
static ASKED: EventKind = EventKind::new("case", "case.asked", "申请").holds(&[("name", "姓名")]).keeps(Keep::Person);

async fn append(db: &Db, event: NewEvent) -> i64 {
    let mut tx = db.write().await.expect("write");
    let seq = tx.append(event).await.expect("append");
    tx.commit().await.expect("commit");
    seq
}

/// Three events: a fact (1), a note (2), a request (3).
async fn three(db: &Db) {
    append(db, NewEvent::new(&FACT, "a", &Actor::System).data(json!({"n": 7, "甲": "乙"}))).await;
    append(db, NewEvent::new(&NOTE, "a", &Actor::System).data(json!({"text": "电话里说的"}))).await;
    append(db, NewEvent::new(&ASKED, "c", &Actor::System).data(json!({"name": "某人"}))).await;
}

async fn erase(db: &Db, seq: i64) -> store::Result<bool> {
    let mut tx = db.write().await?;
    let erased = tx.erase(seq, "本人要求", &Actor::System).await?;
    tx.commit().await?;
    Ok(erased)
}

async fn bad(db: &Db) -> Option<String> {
    let verified = Verify::new(db).run().await.expect("verify");
    assert_eq!(verified.ok, verified.first_bad.is_none());
    verified.first_bad
}

async fn tamper(db: &Db, sql: &'static str) {
    assert!(test::tamper(db, query(sql)).await.expect("tampered") > 0, "{sql}");
}

/// Nothing said.
fn none() -> Option<String> {
    None
}

both! {
    async fn an_event_comes_back_as_it_was_written(home) {
        three(&home.db).await;
        let events = log::after(&home.db, 0, 10).await.expect("events");
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(events[0].data, r#"{"n":7,"甲":"乙"}"#);
        assert_eq!((events[0].actor.as_str(), events[0].keep.as_str(), events[0].erased), ("system", "facts", false));
        assert_eq!(events[0].actor_name, Actor::System.log_name());
        assert_eq!(log::of_subject(&home.db, &SubjectRef::new("thing", "a")).await.expect("history").len(), 2);
        assert_eq!(log::at(&home.db, 2).await.expect("one").map(|event| event.kind), Some("thing.noted".to_owned()));
        let verified = Verify::new(&home.db).run().await.expect("verify");
        assert_eq!((verified.events, verified.ok, verified.head), (3, true, events[2].hash.clone()));
        assert_eq!(*home.db.head().borrow(), 3);
    }

    async fn a_payload_holds_what_its_kind_declares_and_nothing_else(home) {
        let mut tx = home.db.write().await.expect("write");
        for data in [json!({"n": 1, "name": "某人"}), json!("text"), json!(null)] {
            let refused = tx.append(NewEvent::new(&FACT, "a", &Actor::System).data(data)).await;
            assert!(matches!(refused, Err(Error::Event(_))), "{refused:?}");
        }
        tx.append(NewEvent::new(&FACT, "a", &Actor::System).data(json!({"n": 1}))).await.expect("declared");
    }

    async fn writers_of_two_processes_leave_a_chain_without_gaps(home) {
        let other = home.other_process().await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..60 {
            let db = if number % 2 == 0 { home.db.clone() } else { other.clone() };
            tasks.spawn(async move { append(&db, NewEvent::new(&FACT, number, &Actor::System)).await });
        }
        let mut numbers = Vec::new();
        while let Some(seq) = tasks.join_next().await {
            numbers.push(seq.expect("a writer"));
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=60).collect::<Vec<i64>>());
        let verified = Verify::new(&home.db).run().await.expect("verify");
        assert_eq!((verified.events, verified.first_bad), (60, None));
        other.close().await;
    }

    async fn a_chain_is_its_own(home) {
        three(&home.db).await;
        let county = home.db.on_chain("另一县").await.expect("chain");
        append(&county, NewEvent::new(&FACT, "a", &Actor::System)).await;
        assert_eq!(log::after(&county, 0, 10).await.expect("events").len(), 1);
        assert_eq!((*county.head().borrow(), *home.db.head().borrow()), (1, 3));
        assert_eq!(bad(&county).await, None);
        tamper(&county, "UPDATE event SET actor = 'x' WHERE chain = '另一县'").await;
        assert!(bad(&county).await.is_some_and(|bad| bad.contains("第 1 号")));
        assert_eq!(bad(&home.db).await, None);
        // An event taken from one chain into another does not fit there.
        tamper(&county, "UPDATE event SET actor = 'system' WHERE chain = '另一县'").await;
        assert_eq!(bad(&county).await, None);
    }

    async fn what_was_changed_in_the_chain_is_named(home) {
        three(&home.db).await;
        let columns = ["at", "kind", "subject_kind", "subject_id", "organ", "actor", "commitment", "hash"];
        for column in columns {
            // SQL: a column from the list above.
            let read = store::built(format!("SELECT {column} FROM event WHERE seq = 2"));
            let old: String = query_scalar(read).fetch_one(home.db.read()).await.expect("old");
            let set = store::built(format!("UPDATE event SET {column} = $1 WHERE seq = 2"));
            let wrong = if old.len() == 64 { old.chars().rev().collect() } else { format!("{old}x") };
            test::tamper(&home.db, query(set.clone()).bind(wrong)).await.expect("tampered");
            let found = bad(&home.db).await;
            assert!(found.as_ref().is_some_and(|bad| bad.contains("第 2 号") && bad.contains("改动过")), "{column}: {found:?}");
            test::tamper(&home.db, query(set).bind(old)).await.expect("put back");
            assert_eq!(bad(&home.db).await, none());
        }
        let previous: String = query_scalar("SELECT previous FROM event WHERE seq = 2").fetch_one(home.db.read()).await.expect("old");
        let set = "UPDATE event SET previous = $1 WHERE seq = 2";
        test::tamper(&home.db, query(set).bind("0".repeat(64))).await.expect("tampered");
        assert!(bad(&home.db).await.is_some_and(|bad| bad.contains("第 2 号") && bad.contains("不衔接")));
        test::tamper(&home.db, query(set).bind(previous)).await.expect("put back");
        tamper(&home.db, "UPDATE event SET keep = 'words' WHERE seq = 1").await;
        assert!(bad(&home.db).await.is_some_and(|bad| bad.contains("第 1 号") && bad.contains("类别")));
        tamper(&home.db, "UPDATE event SET keep = 'facts' WHERE seq = 1").await;
        assert_eq!(bad(&home.db).await, none());
    }

    async fn a_gap_and_a_cut_off_end_are_named(home) {
        three(&home.db).await;
        proof::checkpoint(&home.db, home.folder.path()).await.expect("checkpoint");
        let kept = || Checkpoint::read(home.folder.path(), "main").expect("read").expect("kept");
        for seq in [2, 3] {
            let payload: (String, String) = query_as("SELECT salt, data FROM event_payload WHERE seq = $1")
                .bind(seq).fetch_one(home.db.read()).await.expect("payload");
            let event: Vec<String> = row(&home.db, seq).await;
            for sql in ["DELETE FROM event_payload WHERE seq = $1", "DELETE FROM event WHERE seq = $1"] {
                test::tamper(&home.db, query(sql).bind(seq)).await.expect("tampered");
            }
            let verified = Verify::new(&home.db).kept(&kept()).run().await.expect("verify");
            let words = if seq == 2 { "缺少第 2 号记录（读到第 3 号）" } else { "记录曾经写到第 3 号，末尾的记录不见了" };
            assert!(verified.first_bad.as_ref().is_some_and(|bad| bad.contains(words)), "{verified:?}");
            if seq == 3 {
                assert_eq!(bad(&home.db).await, none(), "the chain alone looks whole");
                // The next minute does not cover it up.
                proof::checkpoint(&home.db, home.folder.path()).await.expect("checkpoint");
                assert_eq!(kept().seq, 3);
            }
            put_back(&home.db, event, payload).await;
            assert_eq!(Verify::new(&home.db).kept(&kept()).run().await.expect("verify").first_bad, None);
        }
    }

    async fn what_was_changed_in_a_payload_is_named(home) {
        three(&home.db).await;
        for sql in [
            "UPDATE event_payload SET data = REPLACE(data, '7', '8') WHERE seq = 1",
            "UPDATE event_payload SET salt = 'x' || salt WHERE seq = 1",
        ] {
            tamper(&home.db, sql).await;
            let found = bad(&home.db).await;
            assert!(found.as_ref().is_some_and(|bad| bad.contains("第 1 号") && bad.contains("改动过")), "{found:?}");
            tamper(&home.db, "UPDATE event_payload SET data = REPLACE(data, '8', '7'), salt = REPLACE(salt, 'x', '') WHERE seq = 1").await;
        }
        assert_eq!(bad(&home.db).await, none());
        // Emptied behind the program's back, once of a kind that is kept for ever, once of one that is not.
        for (seq, words) in [(1, "不能清除"), (2, "没有留下清除记录")] {
            let (salt, data): (String, String) = query_as("SELECT salt, data FROM event_payload WHERE seq = $1")
                .bind(seq).fetch_one(home.db.read()).await.expect("payload");
            let empty = "UPDATE event_payload SET salt = '', data = '', erased_at = 'x' WHERE seq = $1";
            test::tamper(&home.db, query(empty).bind(seq)).await.expect("emptied");
            let found = bad(&home.db).await;
            assert!(found.as_ref().is_some_and(|bad| bad.contains(&format!("第 {seq} 号")) && bad.contains(words)), "{found:?}");
            let full = "UPDATE event_payload SET salt = $2, data = $3, erased_at = '' WHERE seq = $1";
            test::tamper(&home.db, query(full).bind(seq).bind(salt).bind(data)).await.expect("put back");
        }
        tamper(&home.db, "DELETE FROM event_payload WHERE seq = 3").await;
        assert!(bad(&home.db).await.is_some_and(|bad| bad.contains("第 3 号") && bad.contains("不见了")));
    }

    async fn words_are_erased_and_the_chain_says_so(home) {
        three(&home.db).await;
        assert!(matches!(erase(&home.db, 1).await, Err(Error::Event(_))), "facts are kept");
        assert!(matches!(erase(&home.db, 9).await, Err(Error::Event(_))), "there is no such event");
        assert!(erase(&home.db, 2).await.expect("words"));
        assert!(!erase(&home.db, 2).await.expect("again"), "twice is once");
        let events = log::after(&home.db, 0, 10).await.expect("events");
        assert_eq!((events[1].erased, events[1].data.as_str(), events[1].actor_name.as_str()), (true, "{}", ""));
        assert_eq!((events[3].kind.as_str(), events[3].subject_id.as_str(), events.len()), ("log.payload_erased", "2", 4));
        let left: i64 = query_scalar("SELECT COUNT(*) FROM event_payload WHERE data LIKE '%电话里说的%'").fetch_one(home.db.read()).await.expect("left");
        assert_eq!(left, 0);
        let verified = Verify::new(&home.db).run().await.expect("verify");
        assert_eq!((verified.first_bad, verified.erased), (None, 1));
        // The reason may hold words too, and goes the same way.
        assert!(erase(&home.db, 4).await.expect("the reason"));
        assert_eq!(bad(&home.db).await, none());
    }

    async fn all_of_a_subject_that_may_go_goes(home) {
        three(&home.db).await;
        append(&home.db, NewEvent::new(&NOTE, "a", &Actor::System).data(json!({"text": "再记"}))).await;
        append(&home.db, NewEvent::new(&NOTE, "b", &Actor::System).data(json!({"text": "别的"}))).await;
        let mut tx = home.db.write().await.expect("write");
        assert_eq!(tx.erase_of_subject(&SubjectRef::new("thing", "a"), "本人要求", &Actor::System).await.expect("erased"), 2);
        assert_eq!(tx.erase_of_subject(&SubjectRef::new("thing", "a"), "本人要求", &Actor::System).await.expect("again"), 0);
        tx.commit().await.expect("commit");
        let erased: Vec<i64> = query_scalar("SELECT seq FROM event_payload WHERE erased_at <> '' ORDER BY seq").fetch_all(home.db.read()).await.expect("erased");
        assert_eq!(erased, [2, 4]);
        assert_eq!(bad(&home.db).await, none());
    }

    async fn an_erasure_that_did_not_happen_is_named(home) {
        three(&home.db).await;
        let (salt, data): (String, String) =
            query_as("SELECT salt, data FROM event_payload WHERE seq = 2").fetch_one(home.db.read()).await.expect("payload");
        erase(&home.db, 2).await.expect("erased");
        let full = "UPDATE event_payload SET salt = $1, data = $2, erased_at = '' WHERE seq = 2";
        test::tamper(&home.db, query(full).bind(salt).bind(data)).await.expect("kept after all");
        let found = bad(&home.db).await;
        assert!(found.as_ref().is_some_and(|bad| bad.contains("第 4 号") && bad.contains("并没有清除")), "{found:?}");
    }

    async fn a_checkpoint_is_signed_by_a_key_outside_of_the_database(home) {
        use std::os::unix::fs::PermissionsExt;
        let data = home.folder.path();
        three(&home.db).await;
        proof::checkpoint(&home.db, data).await.expect("checkpoint");
        let mode = std::fs::metadata(data.join("log-key")).expect("key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let key = Signer::open(data, &home.seams).expect("key").public_key();
        let kept = Checkpoint::read(data, "main").expect("read").expect("kept");
        assert!(kept.fault.is_none() && kept.is_signed_by(&key) && kept.seq == 3);
        let verified = Verify::new(&home.db).kept(&kept).run().await.expect("verify");
        assert!(verified.ok);
        // Somebody rewrites the log and the checkpoint to fit, without the key.
        for changed in [
            Checkpoint { seq: 2, ..kept.clone() },
            Checkpoint { hash: "0".repeat(64), ..kept.clone() },
            Checkpoint { at: String::new(), ..kept.clone() },
            Checkpoint { signature: String::new(), ..kept.clone() },
        ] {
            std::fs::write(data.join("log-checkpoint.json"), serde_json::to_vec(&changed).expect("json")).expect("write");
            let read = Checkpoint::read(data, "main").expect("read").expect("kept");
            let verified = Verify::new(&home.db).kept(&read).run().await.expect("verify");
            assert!(verified.first_bad.as_ref().is_some_and(|bad| bad.contains("签名不对")), "{verified:?}");
            proof::checkpoint(&home.db, data).await.expect("checkpoint");
            assert_eq!(Checkpoint::read(data, "main").expect("read").expect("kept").signature, changed.signature, "not covered up");
        }
        std::fs::write(data.join("log-checkpoint.json"), serde_json::to_vec(&kept).expect("json")).expect("write");
        std::fs::remove_file(data.join("log-key")).expect("remove");
        let read = Checkpoint::read(data, "main").expect("read").expect("kept");
        assert!(read.fault.is_some_and(|fault| fault.contains("密钥")));
    }

    /// Who can write data directory and database, but not where the key lies, cannot make a new key and a new end that fit.
    async fn the_whole_log_rewritten_without_the_key_is_named(home) {
        let elsewhere = tempfile::tempdir().expect("folder");
        let key = elsewhere.path().join("key");
        let place = || log::Place::below(home.folder.path()).with_key(&key.display().to_string());
        three(&home.db).await;
        proof::checkpoint(&home.db, place()).await.expect("checkpoint");
        assert!(key.exists() && !home.folder.path().join("log-key").exists());
        // Another log, whole in itself, with an end signed by another key.
        tamper(&home.db, "DELETE FROM event_payload").await;
        tamper(&home.db, "DELETE FROM event").await;
        std::fs::remove_file(home.folder.path().join("log-checkpoint.json")).expect("remove");
        let again = store::Db::open(&home.url, home.seams.clone(), crate::harness::TABLES).await.expect("open");
        append(&again, NewEvent::new(&FACT, "z", &Actor::System)).await;
        proof::checkpoint(&again, home.folder.path()).await.expect("signed by a key of one's own");
        let kept = Checkpoint::read(place(), "main").expect("read").expect("kept");
        let verified = Verify::new(&again).kept(&kept).run().await.expect("verify");
        assert!(verified.first_bad.as_ref().is_some_and(|bad| bad.contains("签名不对")), "{verified:?}");
        again.close().await;
        // A key that others may read is none.
        std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o640)).expect("mode");
        let said = Checkpoint::read(place(), "main").expect_err("refused").to_string();
        assert!(said.contains("chmod 600") && said.contains(&key.display().to_string()), "{said}");
        // A matter of setting up, not of somebody who changed what is kept: nothing is to be deleted.
        let kept = Checkpoint::kept(place(), "main").expect_err("refused");
        assert!(matches!(&kept, proof::Unkept::Key(words) if !words.contains("删除") && !words.contains("改过")), "{kept:?}");
        assert!(Signer::ready(place()).expect_err("refused").to_string().contains("chmod 600"));
    }

    /// The end of a log is never left unsigned in silence: a place where no key can lie is told at the start, with its path.
    async fn a_key_that_cannot_be_made_or_is_gone_is_told_with_its_path(home) {
        let data = home.folder.path();
        let at = |key: &str| log::Place::below(data).with_key(key);
        let nowhere = data.join("none/k").display().to_string();
        std::fs::write(data.join("file"), "x").expect("write");
        let below = data.join("file/k").display().to_string();
        for key in [nowhere, below, data.display().to_string()] {
            for said in [Signer::ready(at(&key)), Signer::open(at(&key), &home.seams).map(drop)] {
                let said = said.expect_err("refused").to_string();
                assert!(said.contains(&key) && said.contains("log.key"), "{said}");
            }
        }
        let before = std::fs::read_dir(data).expect("folder").count();
        Signer::ready(data).expect("a key can be made");
        assert_eq!(std::fs::read_dir(data).expect("folder").count(), before, "nothing is left behind");
        three(&home.db).await;
        proof::checkpoint(&home.db, data).await.expect("checkpoint");
        Signer::ready(data).expect("the key lies there");
        std::fs::write(data.join("log-key"), "junk").expect("write");
        let kept = Checkpoint::kept(data, "main").expect_err("junk");
        assert!(matches!(&kept, proof::Unkept::Unreadable(words) if !words.contains("删除")), "{kept:?}");
        assert!(Signer::ready(data).expect_err("junk").to_string().contains("log-key"));
        std::fs::remove_file(data.join("log-key")).expect("remove");
        let said = Signer::ready(data).expect_err("gone").to_string();
        assert!(said.contains("log-key 不见了") && said.contains("放回"), "{said}");
    }

    async fn a_verification_begins_at_a_checkpoint_and_tells_how_far_it_is(home) {
        let data = home.folder.path();
        three(&home.db).await;
        proof::checkpoint(&home.db, data).await.expect("checkpoint");
        let from = Checkpoint::read(data, "main").expect("read").expect("kept");
        append(&home.db, NewEvent::new(&FACT, "d", &Actor::System)).await;
        // What lies before is taken on trust.
        tamper(&home.db, "UPDATE event SET actor = 'x' WHERE seq = 1").await;
        assert!(bad(&home.db).await.is_some());
        let verified = Verify::new(&home.db).from(&from).run().await.expect("verify");
        assert_eq!((verified.events, verified.first_bad), (1, None));
        tamper(&home.db, "UPDATE event SET actor = 'x' WHERE seq = 4").await;
        let verified = Verify::new(&home.db).from(&from).run().await.expect("verify");
        assert!(verified.first_bad.is_some_and(|bad| bad.contains("第 4 号")));
        let strange = Checkpoint { hash: "0".repeat(64), ..from };
        let verified = Verify::new(&home.db).from(&strange).run().await.expect("verify");
        assert!(!verified.ok, "a checkpoint that does not fit is no place to begin");
    }

    async fn a_changed_or_missing_file_is_named(home) {
        let files = Files::in_folder(home.folder.path());
        let received = files.receive_bytes("内容".as_bytes()).await.expect("receive");
        let mut tx = home.db.write().await.expect("write");
        files.keep(&mut tx, &received).await.expect("keep");
        tx.commit().await.expect("commit");
        let mut told = 0;
        let verified = Verify::new(&home.db).files(&files).progress(|_| told += 1).run().await.expect("verify");
        assert_eq!((verified.files, verified.ok, told), (1, true, 1));
        let local = files.local(&received.digest).await.expect("path");
        std::fs::write(&*local, "改过").expect("tamper");
        let verified = proof::verify(&home.db, &files, None).await.expect("verify");
        assert!(verified.first_bad.is_some_and(|bad| bad.contains(&received.digest) && bad.contains("改动")));
        std::fs::remove_file(&*local).expect("remove");
        let verified = proof::verify(&home.db, &files, None).await.expect("verify");
        assert!(verified.first_bad.is_some_and(|bad| bad.contains("不见了")));
    }

    async fn a_cursor_moves_with_the_effects_of_reading(home) {
        three(&home.db).await;
        assert_eq!(log::cursor(&home.db, "follower").await.expect("cursor"), 0);
        let mut tx = home.db.write().await.expect("write");
        log::advance(&mut tx, "follower", 2).await.expect("advance");
        drop(tx);
        assert_eq!(log::cursor(&home.db, "follower").await.expect("cursor"), 0);
        let mut tx = home.db.write().await.expect("write");
        log::advance(&mut tx, "follower", 2).await.expect("advance");
        tx.commit().await.expect("commit");
        assert_eq!(log::cursor(&home.db, "follower").await.expect("cursor"), 2);
        let newest = log::newest(&home.db, &SubjectRef::new("thing", "a"), &[&FACT, &NOTE]).await.expect("newest").expect("one");
        assert_eq!(newest.seq, 2);
    }
}

const COLUMNS: &str = "chain, at, kind, subject_kind, subject_id, organ, actor, keep, commitment, previous, hash";

async fn row(db: &Db, seq: i64) -> Vec<String> {
    // SQL: the columns above.
    let sql = store::built(format!("SELECT {COLUMNS} FROM event WHERE seq = $1"));
    let row = query(sql).bind(seq).fetch_one(db.read()).await.expect("event");
    let mut columns: Vec<String> = (0..row.width()).map(|at| row.at(at).expect("text")).collect();
    columns.push(seq.to_string());
    columns
}

async fn put_back(db: &Db, mut event: Vec<String>, (salt, data): (String, String)) {
    let seq: i64 = event.pop().expect("seq").parse().expect("a number");
    // SQL: fixed text, names from this file and numbers of places; every value is bound.
    let sql = store::built(format!(
        "INSERT INTO event ({COLUMNS}, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    ));
    test::tamper(db, query(sql).bind_all(event).bind(seq)).await.expect("event");
    let sql = "INSERT INTO event_payload (chain, seq, salt, data, erased_at) VALUES ('main', $1, $2, $3, '')";
    test::tamper(db, query(sql).bind(seq).bind(salt).bind(data)).await.expect("payload");
}

/// If the second chain waited for the first, this would end with a lock timeout.
#[tokio::test]
async fn two_chains_do_not_wait_for_each_other() {
    let Some(home) = Home::postgres().await else { return };
    let county = home.db.on_chain("另一县").await.expect("chain");
    let mut first: Tx = home.db.write().await.expect("write");
    first.append(NewEvent::new(&FACT, "a", &Actor::System)).await.expect("append");
    append(&county, NewEvent::new(&FACT, "b", &Actor::System)).await;
    first.commit().await.expect("commit");
    assert_eq!((bad(&home.db).await, bad(&county).await), (None, None));
    home.end().await;
}

/// The payload is not part of the row of the chain: a fresh look at the tables finds no word of it.
#[tokio::test]
async fn the_chain_itself_holds_no_words() {
    let home = Home::sqlite().await;
    three(&home.db).await;
    let mut snapshot = home.db.snapshot().await.expect("snapshot");
    {
        use futures::TryStreamExt;
        let mut rows = snapshot.rows("event").expect("a table");
        while let Some(row) = rows.try_next().await.expect("row") {
            for (name, value) in row {
                let Value::Text(text) = value else { continue };
                assert!(!text.contains("电话里说的") && !text.contains("某人"), "{name}");
            }
        }
    }
    snapshot.end().await.expect("end");
    home.end().await;
}

/// Nothing else would show it: the answer is the same, after reading the log of all years for each document.
#[tokio::test]
async fn the_newest_event_of_a_subject_is_looked_up_and_not_searched() {
    let home = Home::sqlite().await;
    let newest =
        format!("{} WHERE {} AND e.kind IN ($4, $5) ORDER BY e.seq DESC LIMIT 1", log::SELECT, log::OF_SUBJECT);
    // SQL: the constants of the log and numbers of places.
    let plan: Vec<(i64, i64, i64, String)> = query_as(store::built(format!("EXPLAIN QUERY PLAN {newest}")))
        .bind_all(["main", "thing", "a", "thing.counted", "thing.noted"])
        .fetch_all(home.db.read())
        .await
        .expect("plan");
    let steps: Vec<&str> = plan.iter().map(|step| step.3.as_str()).collect();
    let by_subject = "event_by_subject (chain=? AND subject_kind=? AND subject_id=?)";
    assert!(steps.iter().any(|step| step.ends_with(by_subject)), "{steps:?}");
    assert!(!steps.iter().any(|step| step.ends_with("PRIMARY KEY (chain=?)")), "{steps:?}");
}
