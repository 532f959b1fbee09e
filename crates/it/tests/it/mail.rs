//! Mail goes to a real SMTP listener, and into the outbox without one.

use std::os::unix::fs::PermissionsExt;

use store::jobs::{NewJob, run_due};
use testkit::both;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use web::mail::{Enclosed, Mail, SEND, SEND_NOW, SEND_SEALED, SealedMail};

fn mail() -> Mail {
    Mail {
        to: vec!["a@example.invalid".into(), "b@example.invalid".into()],
        subject: "任务即将到期".into(),
        text: "请于3月10日前报送佐证。".into(),
    }
}

/// Speaks enough SMTP to receive `count` mails, and returns them.
async fn receive(listener: TcpListener, count: usize) -> Vec<String> {
    let mut mails = Vec::new();
    while mails.len() < count {
        let (stream, _) = listener.accept().await.expect("a connection");
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await.expect("greet");
        let mut body: Option<String> = None;
        while let Ok(Some(line)) = lines.next_line().await {
            let answer: &[u8] = match &mut body {
                Some(text) if line == "." => {
                    mails.push(std::mem::take(text));
                    body = None;
                    b"250 kept\r\n"
                }
                Some(text) => {
                    text.push_str(&line);
                    text.push('\n');
                    continue;
                }
                None if line.starts_with("DATA") => {
                    body = Some(String::new());
                    b"354 go on\r\n"
                }
                None if line.starts_with("QUIT") => {
                    let _ = write.write_all(b"221 bye\r\n").await;
                    break;
                }
                None => b"250 ok\r\n",
            };
            write.write_all(answer).await.expect("answer");
        }
    }
    mails
}

both! {
    async fn mails_reach_the_server_one_for_each_address(app) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let received = tokio::spawn(receive(listener, 2));
        let ctx = app.with_config(|config| config.mail.smtp = format!("smtp://127.0.0.1:{port}")).await;
        let mut tx = ctx.db().write().await.expect("write");
        tx.enqueue(NewJob::now(SEND, &mail())).await.expect("enqueue");
        tx.commit().await.expect("commit");
        run_due(ctx.db(), &ctx.capabilities().jobs(&ctx)).await.expect("queue");
        let mut mails = received.await.expect("mails");
        // Two workers may take the two in any order.
        mails.sort_by_key(|mail| mail.contains("To: b@example.invalid"));
        assert!(mails[0].contains("To: a@example.invalid") && !mails[0].contains("b@example.invalid"));
        assert!(mails[1].contains("To: b@example.invalid"));
        assert!(mails[0].contains("=?utf-8?b?"), "the subject is encoded: {}", mails[0]);
    }

    async fn who_wants_mails_gathered_gets_one_in_the_morning(app) {
        let outbox = || -> Vec<String> {
            let files = std::fs::read_dir(app.data().join("outbox")).into_iter().flatten();
            files.map(|file| std::fs::read_to_string(file.expect("file").path()).expect("mail")).collect()
        };
        app.at("2026-03-03T02:00:00Z".parse().expect("moment"));
        let mut person = app.editor("QH010").await;
        let once = person.get("/account").await.expect(200).shows("每个工作日早上 8 点").field("once");
        let form = [("once", once.as_str()), ("email", "a@example.invalid"), ("gathered", "morning")];
        person.post("/account/email", &form).await.expect(303);
        assert!(person.get("/account").await.text().contains("value=\"morning\" checked"));
        // A form that is refused keeps both.
        let bad = [("email", "nobody"), ("gathered", "each")];
        let refused = person.post("/account/email", &bad).await.expect(422).shows("请填写完整的邮箱地址").text();
        assert!(refused.contains("value=\"each\" checked"));
        let send = async |kind: &'static str, subject: &str| {
            let mut tx = app.ctx().db().write().await.expect("write");
            let mail = Mail { subject: subject.into(), ..mail() };
            tx.enqueue(NewJob::now(kind, &mail)).await.expect("enqueue");
            tx.commit().await.expect("commit");
            app.work().await;
        };
        send(SEND, "第一件").await;
        send(SEND, "第二件").await;
        assert_eq!(outbox().iter().filter(|mail| mail.contains("To: a@example.invalid")).count(), 0, "it waits");
        assert_eq!(outbox().len(), 2, "who chose nothing gets each at once");
        send(SEND_NOW, "紧急的事").await;
        assert_eq!(outbox().iter().filter(|mail| mail.contains("To: a@example.invalid")).count(), 1);
        app.at("2026-03-04T00:00:01Z".parse().expect("moment"));
        app.work().await;
        let mine: Vec<String> = outbox().into_iter().filter(|mail| mail.contains("To: a@example.invalid")).collect();
        assert_eq!(mine.len(), 2, "both in one");
        let left: i64 = store::query_scalar("SELECT COUNT(*) FROM gathered_mail").fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(left, 0);
    }

    async fn what_is_sealed_waits_for_a_server_and_lies_in_no_folder(app) {
        let ctx = app.ctx();
        let about = kernel::id::SubjectRef::new("case", "0case");
        let one = Mail { to: vec!["person@example.invalid".into()], ..mail() };
        let mut tx = ctx.db().write().await.expect("write");
        let received = ctx.files().receive_bytes(b"WHAT WAS ASKED FOR\n").await.expect("received");
        let file = ctx.files().keep_sealed(&mut tx, &received).await.expect("kept");
        let enclosed = vec![Enclosed { name: "list.txt".into(), media: "text/plain".into(), digest: file.digest.clone() }];
        let sealed =
            SealedMail::seal_with(ctx.files(), &tx.seams(), &one, enclosed, about.clone()).expect("sealed");
        assert!(sealed.speaks_of(&about));
        tx.enqueue(NewJob::now(SEND_SEALED, &sealed).dedup("letter")).await.expect("enqueue");
        tx.commit().await.expect("commit");
        let left = async || store::jobs::left(ctx.db(), SEND_SEALED, "letter").await.expect("jobs");
        // Longer than any job is tried: not to be set up is no failure.
        for _ in 0..15 {
            app.work().await;
            assert!(left().await.expect("it waits").contains("没有设置邮件服务器"));
            app.pass(jiff::SignedDuration::from_hours(2));
        }
        let outbox = std::fs::read_dir(app.data().join("outbox")).into_iter().flatten().flatten();
        let names = |file: &std::fs::DirEntry| std::fs::read_to_string(file.path()).is_ok_and(|mail| mail.contains("person@"));
        assert_eq!(outbox.filter(names).count(), 0);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let received = tokio::spawn(receive(listener, 1));
        let served = app.with_config(|config| config.mail.smtp = format!("smtp://127.0.0.1:{port}")).await;
        run_due(served.db(), &served.capabilities().jobs(&served)).await.expect("queue");
        let mails = received.await.expect("mails");
        assert!(mails[0].contains("To: person@example.invalid"), "{mails:?}");
        // What was asked for goes with it.
        for part in ["multipart/mixed", "list.txt", "WHAT WAS ASKED FOR"] {
            assert!(mails[0].contains(part), "{part}: {mails:?}");
        }
        assert_eq!(left().await, None);
    }

    async fn without_a_server_mails_lie_in_the_outbox(app) {
        let mut tx = app.ctx().db().write().await.expect("write");
        tx.enqueue(NewJob::now(SEND, &mail())).await.expect("enqueue");
        tx.commit().await.expect("commit");
        app.work().await;
        let files = std::fs::read_dir(app.data().join("outbox")).expect("outbox");
        let mails: Vec<String> =
            files.map(|file| std::fs::read_to_string(file.expect("file").path()).expect("mail")).collect();
        assert_eq!(mails.len(), 2);
        let mode = |path: std::path::PathBuf| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode(app.data().join("outbox")), 0o700, "nobody else on the machine reads them");
        let files = std::fs::read_dir(app.data().join("outbox")).expect("outbox");
        assert!(files.flatten().all(|file| mode(file.path()) == 0o600));
        for mail in &mails {
            assert!(mail.contains("MIME-Version: 1.0\r\n") && mail.contains("Message-ID: <"), "{mail}");
        }
        let mut admin = app.person("sysadmin", "QH001", &[kernel::Role::SystemAdmin]).await;
        admin.get("/system").await.expect(200).shows(".eml");
        // A mail is for somebody else, and may open an account: who reads it stands in the log, each time.
        let name = std::fs::read_dir(app.data().join("outbox")).expect("outbox").next().expect("one").expect("file").file_name();
        let to = format!("/system/outbox/{}", name.to_string_lossy());
        for times in 1..=2 {
            admin.get(&to).await.expect(200);
            let read: i64 = store::query_scalar("SELECT COUNT(*) FROM event WHERE kind = 'outbox.read' AND subject_id = $1")
                .bind(name.to_string_lossy().into_owned())
                .fetch_one(app.ctx().db().read())
                .await
                .expect("events");
            assert_eq!(read, times);
        }
    }

    async fn a_server_that_is_away_means_later_not_never(app) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        drop(listener);
        let ctx = app.with_config(|config| config.mail.smtp = format!("smtp://127.0.0.1:{port}")).await;
        let mut tx = ctx.db().write().await.expect("write");
        tx.enqueue(NewJob::now(SEND, &mail())).await.expect("enqueue");
        tx.commit().await.expect("commit");
        run_due(ctx.db(), &ctx.capabilities().jobs(&ctx)).await.expect("queue");
        let waiting = store::jobs::list(ctx.db(), "ready", 10).await.expect("jobs");
        assert!(waiting.iter().any(|job| job.kind == SEND && job.attempts == 1 && job.last_error.contains("邮件服务器")), "{waiting:?}");
    }
}
