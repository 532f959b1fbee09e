//! What is done again and again, who follows the log, and answers that are kept.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::civil::time;
use kernel::{Actor, EventKind, NewEvent};
use store::{
    Db, Entry, Error, Every, Follower, Followers, Schedule, follow, jobs::Failure, log, query, query_as, query_scalar,
    schedule, test,
};

use crate::harness::both;

static PAPER: EventKind = EventKind::new("paper", "paper.written", "写成");
static GONE: EventKind = EventKind::new("paper", "paper.gone", "撤下");
static SIGNED: EventKind = EventKind::new("account", "account.signed_in", "登录");

async fn append(db: &Db, kind: &'static EventKind, id: &str) {
    let mut tx = db.write().await.expect("write");
    tx.append(NewEvent::new(kind, id, &Actor::System)).await.expect("append");
    tx.commit().await.expect("commit");
}

fn counted(
    counter: &Arc<AtomicUsize>,
    outcome: fn() -> Result<(), Failure>,
) -> impl Fn() -> std::future::Ready<Result<(), Failure>> + Send + Sync + use<> {
    let counter = Arc::clone(counter);
    move || {
        counter.fetch_add(1, Ordering::SeqCst);
        std::future::ready(outcome())
    }
}

/// Writes the subject of each event into a table.
fn noting(name: &'static str) -> Follower {
    Follower::new(name, "记下", |tx, event| {
        Box::pin(async move {
            let sql = "INSERT INTO thing (id, grp, n) VALUES ($1, 'g', $2)";
            query(sql).bind(format!("{} {}", event.seq, event.subject_id)).bind(event.seq).execute(tx.conn()).await?;
            Ok(())
        })
    })
}

async fn noted(db: &Db) -> Vec<i64> {
    query_scalar("SELECT n FROM thing ORDER BY n").fetch_all(db.read()).await.expect("noted")
}

both! {
    async fn an_entry_runs_once_however_many_workers_there_are(home) {
        let other = home.other_process().await;
        let runs = Arc::new(AtomicUsize::new(0));
        let schedule = Schedule::default().with(Entry::new("test.minutely", "每五分钟", Every::Minutes(5), counted(&runs, || Ok(()))));
        for round in 1..=3 {
            let mut workers = tokio::task::JoinSet::new();
            for number in 0..8 {
                let db = if number % 2 == 0 { home.db.clone() } else { other.clone() };
                let schedule = schedule.clone();
                workers.spawn(async move { schedule.run_due(&db).await.expect("schedule").len() });
            }
            assert_eq!(workers.join_all().await.into_iter().sum::<usize>(), 1);
            assert_eq!(runs.load(Ordering::SeqCst), round);
            home.pass(299);
            assert!(schedule.run_due(&home.db).await.expect("schedule").is_empty(), "not before its time");
            home.pass(1);
        }
        other.close().await;
    }

    async fn a_daily_entry_waits_for_its_time_and_is_done_late_once(home) {
        let runs = Arc::new(AtomicUsize::new(0));
        // It is nine in the morning in China.
        let schedule = Schedule::default().with(Entry::new("test.daily", "每天", Every::Daily(time(8, 30, 0, 0)), counted(&runs, || Ok(()))));
        assert!(schedule.run_due(&home.db).await.expect("schedule").is_empty());
        home.pass(23 * 3600);
        assert!(schedule.run_due(&home.db).await.expect("schedule").is_empty());
        home.pass(3 * 24 * 3600);
        assert_eq!(schedule.run_due(&home.db).await.expect("schedule"), ["test.daily"]);
        assert!(schedule.run_due(&home.db).await.expect("schedule").is_empty());
        let standing = schedule::standing(&home.db).await.expect("standing");
        assert_eq!((standing[0].next_at.as_str(), standing[0].running), ("2026-03-06T00:30:00.000Z", false));
    }

    async fn a_run_that_fails_says_so_and_is_tried_again_earlier(home) {
        let (retried, given) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let schedule = Schedule::default()
            .with(Entry::new("test.retry", "重试", Every::Minutes(60), counted(&retried, || Err(Failure::Retry("网络".into())))))
            .with(Entry::new("test.give", "放弃", Every::Minutes(60), counted(&given, || Err(Failure::Give("没有".into())))))
            .with(Entry::new("test.panic", "中断", Every::Minutes(60), || async { panic!("a fault") }));
        assert_eq!(schedule.run_due(&home.db).await.expect("schedule").len(), 3);
        home.pass(600);
        let mut again = schedule.run_due(&home.db).await.expect("schedule");
        again.sort_unstable();
        assert_eq!(again, ["test.panic", "test.retry"]);
        assert_eq!((retried.load(Ordering::SeqCst), given.load(Ordering::SeqCst)), (2, 1));
        let standing = schedule::standing(&home.db).await.expect("standing");
        let said: Vec<&str> = standing.iter().map(|entry| entry.last_error.as_str()).collect();
        assert!(said[0] == "没有" && said[1].contains("中断") && said[2] == "网络", "{said:?}");
    }

    async fn an_entry_whose_worker_died_is_taken_over(home) {
        let runs = Arc::new(AtomicUsize::new(0));
        let schedule = Schedule::default().with(Entry::new("test.entry", "每五分钟", Every::Minutes(5), counted(&runs, || Ok(()))));
        schedule.run_due(&home.db).await.expect("schedule");
        let held = "UPDATE schedule SET next_at = '', holder = 'dead', lease_until = '2026-03-02T01:02:00.000Z'";
        test::tamper(&home.db, query(held)).await.expect("row");
        home.pass(100);
        assert!(schedule.run_due(&home.db).await.expect("schedule").is_empty());
        assert!(schedule::standing(&home.db).await.expect("standing")[0].running);
        home.pass(60);
        assert_eq!(schedule.run_due(&home.db).await.expect("schedule").len(), 1);
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    async fn a_follower_has_each_event_that_it_wants_once(home) {
        let other = home.other_process().await;
        for number in 0..250 {
            let kind = [&PAPER, &SIGNED][number % 2];
            append(&home.db, kind, &number.to_string()).await;
        }
        let followers = Followers::default().with(noting("test.noting").kinds(&[&PAPER, &GONE]));
        let mut processes = tokio::task::JoinSet::new();
        for number in 0..6 {
            let db = if number % 2 == 0 { home.db.clone() } else { other.clone() };
            let followers = followers.clone();
            processes.spawn(async move { followers.run(&db).await.expect("followed") });
        }
        let handled: usize = processes.join_all().await.into_iter().sum();
        assert_eq!(handled, 125);
        assert_eq!(noted(&home.db).await, (1..=250).step_by(2).collect::<Vec<i64>>());
        append(&home.db, &GONE, "x").await;
        append(&home.db, &SIGNED, "y").await;
        assert_eq!(followers.run(&other).await.expect("followed"), 1);
        assert_eq!(noted(&home.db).await.last(), Some(&251));
        let standing = follow::standing(&home.db).await.expect("standing");
        assert_eq!((standing[0].consumer.as_str(), standing[0].seq), ("test.noting", 252));
        other.close().await;
    }

    async fn what_fails_happens_not_at_all_and_again_later(home) {
        for id in ["a", "b", "c"] {
            append(&home.db, &PAPER, id).await;
        }
        let broken = Arc::new(AtomicUsize::new(1));
        let seen = Arc::clone(&broken);
        let follower = Follower::new("test.follower", "记下", move |tx, event| {
            let broken = Arc::clone(&seen);
            Box::pin(async move {
                query("INSERT INTO thing (id, grp, n) VALUES ($1, 'g', $2)").bind(&event.subject_id).bind(event.seq).execute(tx.conn()).await?;
                if event.subject_id == "b" && broken.load(Ordering::SeqCst) == 1 {
                    return Err(Error::Value("坏了".into()));
                }
                Ok(())
            })
        });
        let followers = Followers::default().with(follower);
        assert!(followers.run(&home.db).await.is_err());
        assert!(noted(&home.db).await.is_empty(), "also what went before it in the same transaction");
        broken.store(0, Ordering::SeqCst);
        home.pass(61);
        assert_eq!(followers.run(&home.db).await.expect("followed"), 3);
        assert_eq!(noted(&home.db).await, [1, 2, 3]);
    }

    async fn one_that_begins_now_leaves_the_past(home) {
        append(&home.db, &PAPER, "a").await;
        let followers = Followers::default().with(noting("test.now").subjects(&["paper"]).from_now());
        assert_eq!(followers.run(&home.db).await.expect("followed"), 0);
        append(&home.db, &PAPER, "b").await;
        assert_eq!(followers.run(&home.db).await.expect("followed"), 1);
        assert_eq!((noted(&home.db).await, log::cursor(&home.db, "test.now").await.expect("cursor")), (vec![2], 2));
    }

    async fn followers_at_work_wake_with_a_commit_and_one_takes_over_from_another(home) {
        let other = home.other_process().await;
        let followers = Followers::default().with(noting("test.noting"));
        let mut number = 0;
        for db in [&home.db, &other] {
            let (stop, stopped) = tokio::sync::watch::channel(false);
            let work = tokio::spawn(followers.clone().work(db.clone(), stopped));
            for _ in 0..3 {
                number += 1;
                append(&home.db, &PAPER, "x").await;
                let done = tokio::time::timeout(Duration::from_secs(60), async {
                    while noted(&home.db).await.last() != Some(&number) {
                        tokio::task::yield_now().await;
                    }
                });
                done.await.expect("followed");
            }
            let _ = stop.send(true);
            work.await.expect("work");
        }
        other.close().await;
    }

    async fn a_watch_hears_what_it_wants_from_now_on(home) {
        append(&home.db, &PAPER, "before").await;
        let other = home.other_process().await;
        let mut watch = other.watch().subjects(&["account"]).kinds(&[&GONE]);
        append(&home.db, &PAPER, "a").await;
        assert!(watch.look().await.expect("look").is_empty());
        append(&home.db, &GONE, "b").await;
        append(&home.db, &SIGNED, "c").await;
        let heard: Vec<String> = watch.next().await.expect("next").into_iter().map(|event| event.subject_id).collect();
        assert_eq!(heard, ["b", "c"]);
        assert!(watch.look().await.expect("look").is_empty());
        other.close().await;
    }

    async fn an_answer_is_kept_until_what_it_depends_on_changes(home) {
        let other = home.other_process().await;
        let asked = AtomicUsize::new(0);
        let ask = |subjects: &'static [&'static str]| {
            let asked = &asked;
            let db = &home.db;
            async move {
                let answer = async {
                    asked.fetch_add(1, Ordering::SeqCst);
                    Ok(asked.load(Ordering::SeqCst))
                };
                db.while_subjects_unchanged(subjects, "question".into(), answer).await.expect("answer")
            }
        };
        assert_eq!((ask(&["paper"]).await, ask(&["paper"]).await), (1, 1));
        append(&other, &SIGNED, "x").await;
        assert_eq!(ask(&["paper"]).await, 1, "a sign-in changes nothing");
        append(&other, &PAPER, "x").await;
        assert_eq!((ask(&["paper"]).await, ask(&["paper"]).await), (2, 2), "another process wrote");
        assert_eq!((ask(&["account", "paper"]).await, ask(&[]).await), (3, 4), "another question");
        append(&home.db, &SIGNED, "x").await;
        assert_eq!((ask(&["paper"]).await, ask(&["account", "paper"]).await, ask(&[]).await), (2, 5, 6));
        other.close().await;
    }

    async fn an_answer_is_kept_while_other_things_happen_to_what_it_is_of(home) {
        let other = home.other_process().await;
        let asked = AtomicUsize::new(0);
        let ask = || {
            let (asked, db) = (&asked, &home.db);
            async move {
                let answer = async {
                    asked.fetch_add(1, Ordering::SeqCst);
                    Ok(asked.load(Ordering::SeqCst))
                };
                db.while_events_unchanged(&["account"], &[&GONE], "question".into(), answer).await.expect("answer")
            }
        };
        assert_eq!((ask().await, ask().await), (1, 1));
        append(&other, &PAPER, "x").await;
        assert_eq!(ask().await, 1, "something else happened to a paper");
        append(&other, &GONE, "x").await;
        assert_eq!((ask().await, ask().await), (2, 2));
        append(&home.db, &SIGNED, "x").await;
        assert_eq!((ask().await, ask().await), (3, 3));
        other.close().await;
    }

    async fn of_many_who_ask_at_once_one_does(home) {
        let asked = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (db, asked) = (home.db.clone(), Arc::clone(&asked));
            tasks.spawn(async move {
                let ask = async {
                    asked.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    Ok(7)
                };
                db.while_unchanged("question".into(), ask).await.expect("answer")
            });
        }
        assert!(tasks.join_all().await.into_iter().all(|answer| answer == 7));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        // What fails is not kept.
        let failed = home.db.while_unchanged("other".into(), async { Err::<i64, _>(Error::NoRow) }).await;
        assert!(failed.is_err());
        assert_eq!(home.db.while_unchanged("other".into(), async { Ok(1_i64) }).await.expect("answer"), 1);
    }

    async fn the_memory_for_answers_is_bounded(home) {
        for number in 0..3_000 {
            assert_eq!(home.db.while_unchanged(number.to_string(), async { Ok(number) }).await.expect("answer"), number);
        }
        // What was asked for last is still known, what was asked for first is not.
        assert_eq!(home.db.while_unchanged("2999".into(), async { Ok(-1) }).await.expect("answer"), 2999);
        assert_eq!(home.db.while_unchanged("0".into(), async { Ok(-1) }).await.expect("answer"), -1);
    }

    async fn the_newest_event_is_known_at_once_here_and_soon_elsewhere(home) {
        let other = home.other_process().await;
        let first = home.db.newest().await.expect("newest");
        assert_eq!(other.newest().await.expect("newest"), first);
        append(&home.db, &PAPER, "x").await;
        assert_eq!(home.db.newest().await.expect("newest"), first + 1);
        tokio::time::sleep(store::LEASE).await;
        assert_eq!(other.newest().await.expect("newest"), first + 1);
        other.close().await;
    }
}

#[tokio::test]
async fn sqlite_goes_by_the_index_of_what_is_asked_from_the_first_row_on() {
    let home = crate::harness::Home::sqlite().await;
    let history = "EXPLAIN QUERY PLAN SELECT seq, at, kind FROM event WHERE chain = 'main' AND subject_kind = 'a' AND subject_id = 'b' \
                   ORDER BY seq";
    let kinds = "EXPLAIN QUERY PLAN SELECT e.seq, p.data FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
                 WHERE e.chain = 'main' AND e.kind IN ('a', 'b') ORDER BY e.seq DESC LIMIT 20";
    let actor =
        "EXPLAIN QUERY PLAN SELECT seq FROM event WHERE chain = 'main' AND actor = 'a' ORDER BY seq DESC LIMIT 20";
    let seals = "EXPLAIN QUERY PLAN SELECT seal FROM event_seal WHERE chain = 'main' AND subject_kind = 'a' AND subject_id = 'b' \
                 ORDER BY seq DESC LIMIT 1";
    let walk = "EXPLAIN QUERY PLAN SELECT hash FROM event WHERE chain = 'main' AND seq > 5 ORDER BY seq LIMIT 100";
    for (sql, way) in [
        (history, "event_by_subject (chain=? AND subject_kind=? AND subject_id=?)"),
        (kinds, "event_by_kind (chain=? AND kind=?)"),
        (actor, "event_by_actor (chain=? AND actor=?)"),
        (seals, "PRIMARY KEY (chain=? AND subject_kind=? AND subject_id=?)"),
        (walk, "PRIMARY KEY (chain=? AND seq>?)"),
    ] {
        let steps: Vec<(i64, i64, i64, String)> = query_as(sql).fetch_all(home.db.read()).await.expect("plan");
        assert!(steps[0].3.contains(way), "{sql}: {steps:?}");
    }
    home.end().await;
}
