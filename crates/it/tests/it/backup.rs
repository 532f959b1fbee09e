//! Backup and restore, also from one database into the other.

use std::path::Path;

use app::{backup, compose};
use kernel::{
    Actor, Seams,
    seams::{FixedClock, SeededEntropy},
};
use testkit::{TestApp, both};
use web::Config;

static HAPPENED: kernel::EventKind = kernel::EventKind::new("test", "test.happened", "发生");

async fn tables(app: &TestApp) -> Vec<(String, String)> {
    store::query_as("SELECT code, name FROM organ ORDER BY code")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("organs")
}

fn seams() -> Seams {
    let clock = FixedClock::at("2026-03-03T00:00:00Z".parse().expect("moment"));
    Seams { clock: std::sync::Arc::new(clock), entropy: std::sync::Arc::new(SeededEntropy::new(7)) }
}

both! {
    async fn a_backup_restores_into_an_empty_place_and_verifies(app) {
        let received = app.ctx().files().receive_bytes(b"attachment").await.expect("receive");
        let mut tx = app.ctx().db().write().await.expect("write");
        app.ctx().files().keep(&mut tx, &received).await.expect("keep");
        tx.append(kernel::NewEvent::new(&HAPPENED, "x", &Actor::System)).await.expect("append");
        tx.commit().await.expect("commit");

        // Somebody is signed in, and a mail waits.
        app.clerk().await.get("/").await.expect(200);
        let mut tx = app.ctx().db().write().await.expect("write");
        let mail = web::mail::Mail { to: vec!["a@example.invalid".into()], subject: "旧".into(), text: "旧".into() };
        tx.enqueue(store::jobs::NewJob::now(web::mail::SEND, &mail)).await.expect("mail");
        tx.commit().await.expect("commit");
        let file = app.data().join("backup.tar.gz");
        let made = backup::backup(app.ctx(), &file).await.expect("backup");
        assert!(made.events > 0 && made.files == 1);
        assert!(backup::backup(app.ctx(), &file).await.is_err(), "a backup never overwrites");

        // Whatever it was taken from, it restores into SQLite.
        let place = tempfile::tempdir().expect("place");
        let data = place.path().join("restored");
        let config = Config { site: app.ctx().config().site.clone(), ..Config::default() };
        let restored = backup::restore(&config, &data, &file, seams()).await.expect("restore");
        assert_eq!(restored, made);
        let again = backup::restore(&config, &data, &file, seams()).await.expect_err("not empty").to_string();
        assert!(again.contains("不是空的"), "{again}");
        let other = compose::open(config, data, Path::new("unused").into(), seams()).await.expect("open");
        let organs: Vec<(String, String)> =
            store::query_as("SELECT code, name FROM organ ORDER BY code").fetch_all(other.db().read()).await.expect("organs");
        assert_eq!(organs, tables(app).await);
        // Neither does an ended session live again nor an old mail go out once more.
        let (sessions, mails): (i64, String) =
            store::query_as("SELECT (SELECT COUNT(*) FROM session), state FROM job WHERE kind = 'mail.send'")
                .fetch_one(other.db().read())
                .await
                .expect("rows");
        assert_eq!((sessions, mails.as_str()), (0, "dead"));
        other.db().close().await;
    }

    async fn a_truncated_backup_is_refused(app) {
        let file = app.data().join("backup.tar.gz");
        backup::backup(app.ctx(), &file).await.expect("backup");
        let bytes = std::fs::read(&file).expect("read");
        let cut = app.data().join("cut.tar.gz");
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).expect("cut");
        let place = tempfile::tempdir().expect("place");
        let error = backup::restore(&Config::default(), &place.path().join("r"), &cut, seams()).await.expect_err("damaged");
        assert!(format!("{error:#}").contains("备份"), "{error:#}");
        // Nothing is left behind: the whole backup restores into the same place.
        backup::restore(&Config::default(), &place.path().join("r"), &file, seams()).await.expect("restore");
    }
}
