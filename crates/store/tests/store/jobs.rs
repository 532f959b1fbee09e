//! The queue, on both databases and with several workers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value as Json, json};
use store::{
    Db,
    jobs::{self, Failure, Handlers, Job, NewJob},
    query, query_scalar, test,
};
use tokio::sync::{Notify, watch};

use crate::harness::{Home, both};

async fn enqueue(db: &Db, kind: &'static str, dedup: &str) {
    let mut tx = db.write().await.expect("write");
    tx.enqueue(NewJob::now(kind, &json!({"n": 1})).dedup(dedup)).await.expect("enqueue");
    tx.commit().await.expect("commit");
}

async fn jobs_in(db: &Db, state: &str) -> Vec<Job> {
    jobs::list(db, state, 100).await.expect("jobs")
}

/// Asks again and again until it is so. Ends in a failure only where it never comes true.
async fn until<F: Future<Output = bool>>(what: &str, so: impl Fn() -> F) {
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    });
    assert!(waited.await.is_ok(), "never: {what}");
}

fn counting(counter: &Arc<AtomicUsize>) -> impl Fn(Json) -> std::future::Ready<Result<(), Failure>> + use<> {
    let counter = Arc::clone(counter);
    move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Ok(()))
    }
}

both! {
    /// Two kinds that wait for the same server: the one that hangs holds one worker, and not the other kind the second one.
    async fn kinds_that_share_a_limit_leave_room_for_others(home) {
        let (begun, others) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let hangs = |begun: &Arc<AtomicUsize>| {
            let begun = Arc::clone(begun);
            move |_: Json| {
                begun.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<Result<(), Failure>>()
            }
        };
        let handlers = Handlers::default()
            .with("test.mail", "hangs", hangs(&begun))
            .with("test.mail-now", "hangs", hangs(&begun))
            .with("test.job", "counts", counting(&others))
            .limit_together(&["test.mail", "test.mail-now"], 1);
        for kind in ["test.mail", "test.mail-now", "test.mail", "test.job"] {
            enqueue(&home.db, kind, "").await;
        }
        let (_stop, stopped) = watch::channel(false);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..2 {
            tasks.spawn(jobs::work(home.db.clone(), handlers.clone(), stopped.clone()));
        }
        until("the other kind has run", || async { others.load(Ordering::SeqCst) == 1 }).await;
        assert_eq!(begun.load(Ordering::SeqCst), 1, "one of the two kinds");
        tasks.shutdown().await;
    }

    /// What waits for a server that hangs waits on without losing an attempt.
    async fn what_is_postponed_waits_and_nothing_else(home) {
        for kind in ["test.mail", "test.job"] {
            enqueue(&home.db, kind, "").await;
        }
        let later = home.db.seams().now() + jiff::SignedDuration::from_mins(5);
        let mut tx = home.db.write().await.expect("write");
        jobs::postpone(&mut tx, &["test.mail"], later).await.expect("postponed");
        tx.commit().await.expect("commit");
        let count = Arc::new(AtomicUsize::new(0));
        let handlers = Handlers::default().with("test.mail", "m", counting(&count)).with("test.job", "j", counting(&count));
        jobs::run_due(&home.db, &handlers).await.expect("run");
        let left = jobs_in(&home.db, "ready").await;
        assert_eq!((count.load(Ordering::SeqCst), left.len()), (1, 1));
        assert_eq!((left[0].kind.as_str(), left[0].attempts), ("test.mail", 0));
    }

    async fn of_many_who_enqueue_the_same_one_does(home) {
        let other = home.other_process().await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..40 {
            let db = if number % 2 == 0 { home.db.clone() } else { other.clone() };
            tasks.spawn(async move { enqueue(&db, "test.job", "same").await });
        }
        while let Some(task) = tasks.join_next().await {
            task.expect("enqueued");
        }
        assert_eq!(jobs_in(&home.db, "ready").await.len(), 1);
        enqueue(&home.db, "test.job", "").await;
        enqueue(&home.db, "test.job", "").await;
        enqueue(&home.db, "test.job", "other").await;
        assert_eq!(jobs_in(&home.db, "ready").await.len(), 4);
        other.close().await;
    }

    async fn a_failing_job_waits_longer_each_time_and_is_parked(home) {
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        let handlers = Handlers::default().with("test.job", "试", move |_: Json| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Err::<(), _>(Failure::Retry("还不行".into())) }
        });
        enqueue(&home.db, "test.job", "").await;
        assert_eq!(jobs::run_due(&home.db, &handlers).await.expect("queue"), 1);
        assert_eq!(jobs::run_due(&home.db, &handlers).await.expect("queue"), 0, "the second attempt must wait");
        for _ in 0..10 {
            home.pass(3600);
            jobs::run_due(&home.db, &handlers).await.expect("queue");
        }
        assert_eq!(tries.load(Ordering::SeqCst), 8);
        let dead = jobs_in(&home.db, "dead").await;
        assert_eq!((dead.len(), dead[0].last_error.as_str()), (1, "还不行"));
        let mut tx = home.db.write().await.expect("write");
        assert!(jobs::revive(&mut tx, &dead[0].id).await.expect("revive"));
        tx.commit().await.expect("commit");
        jobs::run_due(&home.db, &handlers).await.expect("queue");
        assert_eq!(tries.load(Ordering::SeqCst), 9);
    }

    async fn a_job_whose_worker_died_is_taken_over(home) {
        enqueue(&home.db, "test.job", "").await;
        // A worker that claimed the job and was killed leaves exactly this row behind.
        let lease = "UPDATE job SET state = 'running', attempts = 1, lease_until = '2026-03-02T01:01:00.000Z'";
        test::tamper(&home.db, query(lease)).await.expect("claimed");
        let done = Arc::new(AtomicUsize::new(0));
        let handlers = Handlers::default().with("test.job", "试", counting(&done));
        jobs::run_due(&home.db, &handlers).await.expect("queue");
        assert_eq!(done.load(Ordering::SeqCst), 0, "the lease still holds");
        home.pass(61);
        jobs::run_due(&home.db, &handlers).await.expect("queue");
        assert_eq!((done.load(Ordering::SeqCst), jobs_in(&home.db, "running").await.len()), (1, 0));
        // One whose workers died every time is parked.
        enqueue(&home.db, "test.job", "").await;
        test::tamper(&home.db, query("UPDATE job SET state = 'running', attempts = 8, lease_until = ''")).await.expect("row");
        jobs::run_due(&home.db, &handlers).await.expect("queue");
        assert_eq!((done.load(Ordering::SeqCst), jobs_in(&home.db, "dead").await.len()), (1, 1));
    }

    async fn who_is_alone_does_not_wait_for_the_dead(home) {
        enqueue(&home.db, "test.job", "").await;
        let lease = "UPDATE job SET state = 'running', attempts = 1, lease_until = '2026-03-02T01:01:00.000Z'";
        test::tamper(&home.db, query(lease)).await.expect("claimed");
        store::abandoned::free(&home.db).await.expect("freed");
        let done = Arc::new(AtomicUsize::new(0));
        let handlers = Handlers::default().with("test.job", "试", counting(&done));
        jobs::run_due(&home.db, &handlers).await.expect("queue");
        assert_eq!((done.load(Ordering::SeqCst), jobs_in(&home.db, "running").await.len()), (1, 0));
    }

    async fn a_panic_and_an_unknown_kind_fail_the_job_alone(home) {
        let handlers = Handlers::default().with("test.job", "试", |value: Json| async move {
            assert!(value.is_null(), "a bad payload");
            Ok(())
        });
        enqueue(&home.db, "test.job", "").await;
        enqueue(&home.db, "test.unknown", "").await;
        assert_eq!(jobs::run_due(&home.db, &handlers).await.expect("the worker lives"), 2);
        let waiting = jobs_in(&home.db, "ready").await;
        assert!(waiting.len() == 1 && waiting[0].last_error.contains("中断"), "{waiting:?}");
        let dead = jobs_in(&home.db, "dead").await;
        assert!(dead.len() == 1 && dead[0].last_error.contains("test.unknown"), "{dead:?}");
    }

    /// While a job runs, the same work may be enqueued again. When the first fails, one of them is left.
    async fn a_failed_job_gives_way_to_the_same_that_waits(home) {
        let db = home.db.clone();
        let handlers = Handlers::default().with("test.job", "试", move |_: Json| {
            let db = db.clone();
            async move {
                let later = db.seams().now() + jiff::SignedDuration::from_hours(1);
                let mut tx = db.write().await?;
                tx.enqueue(NewJob::now("test.job", &json!({})).at(later).dedup("same")).await?;
                tx.commit().await?;
                Err::<(), _>(Failure::Retry("还不行".into()))
            }
        });
        enqueue(&home.db, "test.job", "same").await;
        let first = jobs_in(&home.db, "ready").await.remove(0).id;
        assert_eq!(jobs::run_due(&home.db, &handlers).await.expect("queue"), 1);
        let second = jobs_in(&home.db, "ready").await;
        assert!(second.len() == 1 && second[0].id != first && second[0].attempts == 0, "{second:?}");
        // At its last attempt it is parked beside the one that waits; revived, it would be the second of its key.
        test::tamper(&home.db, query("UPDATE job SET attempts = 7, run_at = ''")).await.expect("row");
        assert_eq!(jobs::run_due(&home.db, &handlers).await.expect("queue"), 1);
        let dead = jobs_in(&home.db, "dead").await;
        assert_eq!((dead.len(), jobs_in(&home.db, "ready").await.len()), (1, 1));
        assert_eq!(dead[0].id, second[0].id);
        let mut tx = home.db.write().await.expect("write");
        assert!(jobs::revive(&mut tx, &dead[0].id).await.expect("revive"));
        tx.commit().await.expect("commit");
        assert_eq!((jobs_in(&home.db, "ready").await.len(), jobs_in(&home.db, "dead").await.len()), (1, 0));
    }

    async fn a_long_job_keeps_its_lease_and_tells_how_far_it_is(home) {
        let (go, reached) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (waits, tells) = (Arc::clone(&go), Arc::clone(&reached));
        let handlers = Handlers::default()
            .long("test.long", "整理", move |_: Json, job| {
                let (waits, tells) = (Arc::clone(&waits), Arc::clone(&tells));
                async move {
                    job.progress(2, 5, "第二步").await?;
                    tells.notify_one();
                    waits.notified().await;
                    Ok(())
                }
            })
            .beating(Duration::from_millis(5));
        assert_eq!(handlers.label("test.long"), Some("整理"));
        enqueue(&home.db, "test.long", "").await;
        let (db, worker) = (home.db.clone(), handlers.clone());
        let running = tokio::spawn(async move { jobs::run_due(&db, &worker).await });
        reached.notified().await;
        let job = jobs_in(&home.db, "running").await.remove(0);
        assert_eq!((job.progress_done, job.progress_total, job.progress_words.as_str()), (2, 5, "第二步"));
        for _ in 0..3 {
            // Less than the lease passes, then it is renewed; altogether far more.
            home.pass(50);
            let now = kernel::time::to_db(home.seams.now());
            until("renewed", || async {
                let lease: String = query_scalar("SELECT lease_until FROM job").fetch_one(home.db.read()).await.expect("lease");
                lease > now && jiff_after(&lease, &now, 55)
            }).await;
            let other = Handlers::default().with("test.long", "试", |_: Json| async { Ok(()) });
            assert_eq!(jobs::run_due(&home.db, &other).await.expect("queue"), 0, "nobody takes it over");
        }
        go.notify_one();
        assert_eq!(running.await.expect("task").expect("queue"), 1);
        assert!(jobs_in(&home.db, "running").await.is_empty() && jobs_in(&home.db, "ready").await.is_empty());
    }

    async fn a_long_job_that_is_cancelled_stops_whether_it_listens_or_not(home) {
        for listens in [true, false] {
            let handlers = Handlers::default()
                .long("test.long", "整理", move |_: Json, job| async move {
                    while !listens || !job.cancelled() {
                        tokio::task::yield_now().await;
                    }
                    Err(Failure::Retry("停下来了".into()))
                })
                .beating(Duration::from_millis(5));
            enqueue(&home.db, "test.long", "").await;
            let (db, worker) = (home.db.clone(), handlers.clone());
            let running = tokio::spawn(async move { jobs::run_due(&db, &worker).await });
            until("running", || async { !jobs_in(&home.db, "running").await.is_empty() }).await;
            let id = jobs_in(&home.db, "running").await.remove(0).id;
            let mut tx = home.db.write().await.expect("write");
            assert!(jobs::cancel(&mut tx, &id).await.expect("cancel"));
            tx.commit().await.expect("commit");
            assert_eq!(running.await.expect("task").expect("queue"), 1);
            let dead = jobs_in(&home.db, "dead").await;
            assert_eq!((dead.len(), dead[0].last_error.as_str(), dead[0].cancelled), (1, "已取消", true));
            let mut tx = home.db.write().await.expect("write");
            assert!(!jobs::cancel(&mut tx, &id).await.expect("cancel"), "it waits and runs no more");
            jobs::discard(&mut tx, &id).await.expect("discard");
            tx.commit().await.expect("commit");
        }
        enqueue(&home.db, "test.long", "").await;
        let id = jobs_in(&home.db, "ready").await.remove(0).id;
        let mut tx = home.db.write().await.expect("write");
        assert!(jobs::cancel(&mut tx, &id).await.expect("cancel"), "one that waits is parked");
        tx.commit().await.expect("commit");
        assert_eq!(jobs_in(&home.db, "dead").await[0].id, id);
    }

    async fn of_a_kind_no_more_run_than_its_limit_while_others_go_on(home) {
        let other = home.other_process().await;
        let (running, most, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let short = Arc::new(AtomicUsize::new(0));
        let counts = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&done));
        let waits_for = Arc::clone(&short);
        let handlers = Handlers::default().with("test.short", "试", counting(&short)).long("test.long", "整理", move |_: Json, _| {
            let (running, most, done) = counts.clone();
            let short = Arc::clone(&waits_for);
            async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // Ends only after the short ones: they do not wait for it.
                while short.load(Ordering::SeqCst) < 5 {
                    tokio::task::yield_now().await;
                }
                running.fetch_sub(1, Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        });
        for _ in 0..4 {
            enqueue(&home.db, "test.long", "").await;
        }
        for _ in 0..5 {
            enqueue(&home.db, "test.short", "").await;
        }
        let (stop, stopped) = watch::channel(false);
        let workers: Vec<_> = [home.db.clone(), other.clone()].into_iter()
            .map(|db| tokio::spawn(jobs::work(db, handlers.clone(), stopped.clone()))).collect();
        until("all done", || async { done.load(Ordering::SeqCst) == 4 && jobs_in(&home.db, "running").await.is_empty() }).await;
        let _ = stop.send(true);
        for worker in workers {
            worker.await.expect("worker");
        }
        assert_eq!((most.load(Ordering::SeqCst), short.load(Ordering::SeqCst)), (1, 5));
        other.close().await;
    }

    async fn a_process_that_ends_gives_its_long_job_back(home) {
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&begun);
        let handlers = Handlers::default().long("test.long", "整理", move |_: Json, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            std::future::pending()
        });
        enqueue(&home.db, "test.long", "").await;
        for round in 1..=2 {
            let (stop, stopped) = watch::channel(false);
            let worker = tokio::spawn(jobs::work(home.db.clone(), handlers.clone(), stopped));
            until("begun", || async { begun.load(Ordering::SeqCst) == round }).await;
            let _ = stop.send(true);
            worker.await.expect("worker");
            let job = jobs_in(&home.db, "running").await.remove(0);
            assert_eq!(job.attempts, 0, "the attempt does not count, and the next worker need not wait for the lease");
        }
    }
}

/// Whether a stored moment is more than `seconds` after another.
fn jiff_after(later: &str, earlier: &str, seconds: i64) -> bool {
    let moment = |text: &str| kernel::time::from_db(text).expect("moment");
    moment(later) > moment(earlier) + jiff::SignedDuration::from_secs(seconds)
}

/// Commits of one process are heard by another: nothing else moves its head.
#[tokio::test(flavor = "multi_thread")]
async fn processes_on_postgres_hear_each_other() {
    use kernel::{Actor, EventKind, NewEvent};
    static HAPPENED: EventKind = EventKind::new("test", "test.happened", "发生");
    let Some(home) = Home::postgres().await else { return };
    let other = home.other_process().await;
    let mut head = other.head();
    let heard = tokio::time::timeout(Duration::from_secs(60), async {
        // It may still be connecting when the first is told.
        while *head.borrow() == 0 {
            let mut tx = home.db.write().await.expect("write");
            tx.append(NewEvent::new(&HAPPENED, "x", &Actor::System)).await.expect("append");
            tx.commit().await.expect("commit");
            let _ = tokio::time::timeout(Duration::from_millis(200), head.changed()).await;
        }
    });
    heard.await.expect("heard");
    other.close().await;
    home.end().await;
}
