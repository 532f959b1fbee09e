//! Log, queue and files, on both databases.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use jiff::SignedDuration;
use kernel::{Actor, EventKind, NewEvent};
use serde_json::json;
use store::{
    Once,
    jobs::{self, Failure, Handlers, NewJob},
};
use testkit::{TestApp, both};

static HAPPENED: EventKind = EventKind::new("test", "test.happened", "发生").holds(&[("甲", "甲")]);

async fn append(app: &TestApp, subject: &str) {
    let mut tx = app.ctx().db().write().await.expect("write");
    tx.append(NewEvent::new(&HAPPENED, subject, &Actor::System).data(json!({"甲": 1}))).await.expect("append");
    tx.commit().await.expect("commit");
}

both! {
    async fn a_changed_byte_in_the_log_is_named(app) {
        for subject in ["a", "b", "c"] {
            append(app, subject).await;
        }
        let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
        assert!(verified.ok, "{verified:?}");
        let last = verified.events;
        for (table, column, value) in [
            ("event_payload", "data", "{\"actor\":\"系统\",\"data\":{\"甲\":2}}"),
            ("event", "actor", "别人"),
            ("event", "at", "2020-01-01T00:00:00.000Z"),
        ] {
            // SQL: table and column from the list above
            let old: String = store::query_scalar(store::built(format!("SELECT {column} FROM {table} WHERE seq = $1")))
                .bind(last).fetch_one(app.ctx().db().read()).await.expect("old");
            set(app, table, column, last, value).await;
            let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
            assert!(!verified.ok && verified.first_bad.as_deref().is_some_and(|bad| bad.contains(&format!("第 {last} 号"))), "{verified:?}");
            set(app, table, column, last, &old).await;
        }
    }

    /// A chain that was cut off at its end has no gap: only what is kept outside of the database tells.
    async fn a_cut_off_end_of_the_log_is_named(app) {
        let (db, data) = (app.ctx().db(), app.data());
        append(app, "one").await;
        append(app, "two").await;
        proof::checkpoint(db, &data).await.expect("checkpoint");
        let last = verified_events(app).await;
        cut(app, last).await;
        assert!(proof::verify(db, app.ctx().files(), None).await.expect("verify").ok, "the chain alone looks whole");
        for _ in 0..2 {
            let verified = app::doctor::verify(app.ctx()).await.expect("verify");
            assert!(verified.first_bad.as_ref().is_some_and(|bad| bad.contains(&format!("第 {last} 号"))), "{verified:?}");
            // The next minute does not cover it up.
            proof::checkpoint(db, &data).await.expect("checkpoint");
        }
        // The story must end with a whole log: the step back was meant.
        std::fs::remove_file(data.join("log-checkpoint.json")).expect("the checkpoint is removed");
    }

    async fn writers_at_once_leave_a_chain_without_gaps(app) {
        let before = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify").events;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..40 {
            let db = app.ctx().db().clone();
            tasks.spawn(async move {
                let mut tx = db.write().await.expect("write");
                tx.append(NewEvent::new(&HAPPENED, number, &Actor::System)).await.expect("append");
                tx.commit().await.expect("commit");
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("a writer");
        }
        let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
        assert!(verified.ok, "{verified:?}");
        assert_eq!(verified.events, before + 40);
    }

    async fn a_write_that_is_dropped_never_happened(app) {
        let before = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify").events;
        let mut tx = app.ctx().db().write().await.expect("write");
        tx.append(NewEvent::new(&HAPPENED, "x", &Actor::System)).await.expect("append");
        tx.enqueue(NewJob::now("test.job", &json!({}))).await.expect("enqueue");
        drop(tx);
        let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
        assert_eq!(verified.events, before);
        assert!(jobs::list(app.ctx().db(), "ready", 10).await.expect("jobs").iter().all(|job| job.kind != "test.job"));
    }

    async fn the_same_form_counts_once_even_in_parallel(app) {
        let firsts = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (db, firsts) = (app.ctx().db().clone(), Arc::clone(&firsts));
            tasks.spawn(async move {
                let mut tx = db.write().await.expect("write");
                match tx.once("token").await.expect("once") {
                    Once::First => {
                        firsts.fetch_add(1, Ordering::SeqCst);
                        tx.remember("token", "/there").await.expect("remember");
                        tx.commit().await.expect("commit");
                    }
                    Once::Already(location) => assert_eq!(location, "/there"),
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("a submission");
        }
        assert_eq!(firsts.load(Ordering::SeqCst), 1);
    }

    async fn a_failing_job_waits_longer_each_time_and_is_parked(app) {
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        let handlers = Handlers::default().with("test.job", "试", move |_: serde_json::Value| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Err::<(), _>(Failure::Retry("还不行".into())) }
        });
        enqueue(app, "test.job").await;
        jobs::run_due(app.ctx().db(), &handlers).await.expect("queue");
        jobs::run_due(app.ctx().db(), &handlers).await.expect("queue");
        assert_eq!(tries.load(Ordering::SeqCst), 1, "the second attempt must wait");
        for _ in 0..10 {
            app.pass(SignedDuration::from_hours(1));
            jobs::run_due(app.ctx().db(), &handlers).await.expect("queue");
        }
        assert_eq!(tries.load(Ordering::SeqCst), 8);
        let dead = jobs::list(app.ctx().db(), "dead", 10).await.expect("jobs");
        assert_eq!((dead.len(), dead[0].last_error.as_str()), (1, "还不行"));
        let mut tx = app.ctx().db().write().await.expect("write");
        assert!(jobs::discard(&mut tx, &dead[0].id).await.expect("discard"));
        tx.commit().await.expect("commit");
    }

    async fn a_job_whose_worker_died_is_taken_over(app) {
        enqueue(app, "test.job").await;
        // A worker that claimed the job and was killed leaves exactly this row behind.
        store::test::tamper(app.ctx().db(), store::query("UPDATE job SET state = 'running', attempts = 1, lease_until = $1 WHERE kind = 'test.job'")
            .bind(kernel::time::to_db(app.ctx().seams().now().checked_add(SignedDuration::from_secs(60)).expect("moment")))).await.expect("claim");
        let done = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&done);
        let handlers = Handlers::default().with("test.job", "试", move |_: serde_json::Value| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
        jobs::run_due(app.ctx().db(), &handlers).await.expect("queue");
        assert_eq!(done.load(Ordering::SeqCst), 0, "the lease still holds");
        app.pass(SignedDuration::from_secs(61));
        jobs::run_due(app.ctx().db(), &handlers).await.expect("queue");
        assert_eq!(done.load(Ordering::SeqCst), 1);
        assert!(jobs::list(app.ctx().db(), "running", 10).await.expect("jobs").is_empty());
    }

    async fn a_panic_in_a_job_fails_the_job_alone(app) {
        let handlers = Handlers::default().with("test.job", "试", |value: serde_json::Value| async move {
            assert!(value.is_null(), "a bad payload");
            Ok(())
        });
        enqueue(app, "test.job").await;
        jobs::run_due(app.ctx().db(), &handlers).await.expect("the worker lives");
        let waiting = jobs::list(app.ctx().db(), "ready", 10).await.expect("jobs");
        assert!(waiting.iter().any(|job| job.kind == "test.job" && job.last_error.contains("中断")), "{waiting:?}");
        store::test::tamper(app.ctx().db(), store::query("DELETE FROM job WHERE kind = 'test.job'")).await.expect("clean");
    }

    async fn a_public_text_changed_behind_the_programs_back_is_named(app) {
        let mut tx = app.ctx().db().write().await.expect("write");
        let now = app.ctx().seams().now();
        let seed = publishing::seed::Seed::published("QH010".into(), "none", &publishing::kinds::NEWS, "通知", "<p>原文</p>", now);
        let id = publishing::seed::seed(app.ctx(), &mut tx, seed).await.expect("seed");
        tx.commit().await.expect("commit");
        assert!(app::doctor::verify(app.ctx()).await.expect("verify").ok);
        let change = "UPDATE edition_text SET body_html = $1 WHERE edition_id IN (SELECT id FROM edition WHERE document_id = $2)";
        store::test::tamper(app.ctx().db(), store::query(change).bind("<p>改过</p>").bind(id.as_str())).await.expect("tamper");
        let bad = app::doctor::verify(app.ctx()).await.expect("verify").first_bad.expect("a finding");
        assert!(bad.contains("通知") && bad.contains("不一致"), "{bad}");
        store::test::tamper(app.ctx().db(), store::query(change).bind("<p>原文</p>").bind(id.as_str())).await.expect("restore");
    }

    async fn a_changed_file_is_named(app) {
        let received = app.ctx().files().receive_bytes("内容".as_bytes()).await.expect("receive");
        let mut tx = app.ctx().db().write().await.expect("write");
        app.ctx().files().keep(&mut tx, &received).await.expect("keep");
        tx.commit().await.expect("commit");
        let path = app.ctx().files().local(&received.digest).await.expect("path").to_path_buf();
        assert!(proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify").ok);
        std::fs::write(&path, "改过").expect("tamper");
        let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
        assert!(verified.first_bad.is_some_and(|bad| bad.contains(&received.digest) && bad.contains("改动")));
        std::fs::remove_file(&path).expect("remove");
        let verified = proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify");
        assert!(verified.first_bad.is_some_and(|bad| bad.contains("不见了")));
        std::fs::write(&path, "内容").expect("restore");
    }
}

async fn set(app: &TestApp, table: &str, column: &str, seq: i64, value: &str) {
    // SQL: table and column from the list in this test
    let change =
        store::query(store::built(format!("UPDATE {table} SET {column} = $2 WHERE seq = $1"))).bind(seq).bind(value);
    store::test::tamper(app.ctx().db(), change).await.expect("tamper");
}

async fn verified_events(app: &TestApp) -> i64 {
    proof::verify(app.ctx().db(), app.ctx().files(), None).await.expect("verify").events
}

/// Takes the newest event out of the database.
async fn cut(app: &TestApp, seq: i64) {
    for table in ["event_payload", "event"] {
        // SQL: table from the list above
        let change = store::query(store::built(format!("DELETE FROM {table} WHERE seq = $1"))).bind(seq);
        store::test::tamper(app.ctx().db(), change).await.expect("cut");
    }
}

async fn enqueue(app: &TestApp, kind: &'static str) {
    let mut tx = app.ctx().db().write().await.expect("write");
    tx.enqueue(NewJob::now(kind, &json!({"n": 1}))).await.expect("enqueue");
    tx.commit().await.expect("commit");
}
