//! Stories of subscriptions, with a mail server that answers as real ones do: a mailbox that confirms, that is full, that is not
//! there; what is told, when, why, and what is told no more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use app::App;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use jiff::Timestamp;
use kernel::Role;
use store::jobs::run_due;
use testkit::{Client, TestApp, both};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::publishing::{column, draft_of, edition, pass_all, published, submit};

const READER: &str = "reader@example.invalid";
const OTHER: &str = "other@example.invalid";
const MORNING: &str = "2026-03-03T00:00:00Z";

/// What the server has taken, and what it answers instead, by mailbox.
#[derive(Default)]
struct Kept {
    mails: Vec<(String, String)>,
    answers: HashMap<String, &'static str>,
}

/// An installation that hands its mails to a listener.
struct Post {
    ctx: web::Ctx,
    portal: axum::Router,
    kept: Arc<Mutex<Kept>>,
}

async fn serve(stream: TcpStream, kept: Arc<Mutex<Kept>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut to, mut body): (String, Option<String>) = (String::new(), None);
    if write.write_all(b"220 test\r\n").await.is_err() {
        return;
    }
    while let Ok(Some(line)) = lines.next_line().await {
        let answer: String = match &mut body {
            Some(text) if line == "." => {
                let mail = (to.clone(), std::mem::take(text));
                body = None;
                kept.lock().expect("kept").mails.push(mail);
                "250 kept".to_owned()
            }
            Some(text) => {
                text.push_str(&line);
                text.push('\n');
                continue;
            }
            None if line.starts_with("RCPT") => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                kept.lock().expect("kept").answers.get(&to).copied().unwrap_or("250 ok").to_owned()
            }
            None if line.starts_with("DATA") => {
                body = Some(String::new());
                "354 go on".to_owned()
            }
            None if line.starts_with("QUIT") => {
                let _ = write.write_all(b"221 bye\r\n").await;
                return;
            }
            None => "250 ok".to_owned(),
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

impl Post {
    async fn begin(app: &TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let kept = Arc::new(Mutex::new(Kept::default()));
        let seen = Arc::clone(&kept);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen)));
            }
        });
        let ctx = app
            .with_config(|config| {
                config.mail.smtp = format!("smtp://127.0.0.1:{port}");
                config.server.portal_url = "https://www.qinghe.example".into();
            })
            .await;
        let portal = App::new(ctx.clone()).expect("the program composes").portal;
        Self { ctx, portal, kept }
    }

    fn reader(&self) -> Client {
        Client::at(self.portal.clone())
    }

    /// What follows the log, then what is due.
    async fn work(&self) {
        let all = self.ctx.capabilities();
        all.followers(&self.ctx).run(self.ctx.db()).await.expect("followers");
        run_due(self.ctx.db(), &all.jobs(&self.ctx)).await.expect("queue");
    }

    /// Mails to this mailbox, as they came.
    fn raw(&self, to: &str) -> Vec<String> {
        let kept = self.kept.lock().expect("kept");
        kept.mails.iter().filter(|(of, _)| of == to).map(|(_, mail)| mail.clone()).collect()
    }

    /// The same as they are read.
    fn read(&self, to: &str) -> Vec<String> {
        self.raw(to).iter().map(|mail| words(mail)).collect()
    }

    fn answer(&self, to: &str, answer: &'static str) {
        self.kept.lock().expect("kept").answers.insert(to.to_owned(), answer);
    }

    async fn count(&self, sql: &'static str) -> i64 {
        store::query_scalar(sql).fetch_one(self.ctx.db().read()).await.expect("count")
    }

    /// Subscribes and confirms; the private page.
    async fn subscribed(&self, to: &str, more: &[(&str, &str)]) -> String {
        let mut reader = self.reader();
        let mut form = vec![("email", to), ("mode", "all")];
        form.extend(more);
        assert_eq!(reader.post("/subscriptions", &form).await.expect(303).location(), "/subscriptions/sent");
        let before = self.raw(to).len();
        self.work().await;
        let mails = self.read(to);
        assert_eq!(mails.len(), before + 1, "asked once");
        // A stranger's words are not sent on in the name of the county.
        for (_, typed) in more.iter().filter(|(name, _)| *name == "q") {
            assert!(!mails.iter().any(|mail| mail.contains(typed)), "{mails:?}");
        }
        let page = link(mails.last().expect("a mail"), "/subscriptions/m/");
        let to = reader.post(&format!("{page}/confirm"), &[]).await.expect(303).location();
        assert_eq!(to, format!("{page}?done=confirmed"));
        self.work().await;
        page
    }
}

/// The words of a mail: its subject is left encoded, its text is not.
fn words(mail: &str) -> String {
    let (head, body) = mail.split_once("\n\n").expect("a mail has a head");
    let bytes = if head.contains("base64") {
        STANDARD.decode(body.split_whitespace().collect::<String>()).expect("base64")
    } else if head.contains("quoted-printable") {
        unquoted(&body.replace("=\n", ""))
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
}

/// Quoted-printable, without its soft ends of lines.
fn unquoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let quoted = after.get(..2).and_then(|two| hex::decode(two).ok()).filter(|_| *first == b'=');
        match quoted {
            Some(byte) => {
                bytes.extend(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// The first private address of this sort in a text.
fn link(text: &str, start: &str) -> String {
    let at = text.find(start).unwrap_or_else(|| panic!("no {start} in: {text}"));
    let secret: String = text[at + start.len()..].chars().take_while(char::is_ascii_alphanumeric).collect();
    // A link for leaving has the id before its proof.
    assert_eq!(secret.len(), if start.contains("leave") { 48 } else { 32 }, "{text}");
    format!("{start}{secret}")
}

fn at(app: &TestApp, moment: &str) {
    app.at(moment.parse::<Timestamp>().expect("moment"));
}

async fn withdraw(app: &TestApp, id: &str) {
    let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
    let version = head.get(&format!("/documents/{id}")).await.expect(200).field("version");
    head.post(&format!("/documents/{id}/withdraw"), &[("version", &version), ("reason", "内容有误")]).await.expect(303);
}

both! {
    async fn a_mailbox_confirms_is_told_why_and_leaves_by_one_click(app) {
        let post = Post::begin(app).await;
        column(app).await;
        let mut reader = post.reader();
        let page = reader.get("/subscriptions?organ=QH010&q=%E8%A1%A5%E8%B4%B4&unknown=1").await.expect(200).text();
        assert!(page.contains("value=\"QH010\" checked") && page.contains("value=\"补贴\""), "{page}");
        for (email, wrong) in [("", "请填写完整的邮箱地址"), ("reader", "请填写完整的邮箱地址")] {
            let form = [("email", email), ("q", "补贴"), ("often", "now")];
            reader.post("/subscriptions", &form).await.expect(422).shows(wrong).shows("value=\"补贴\"");
        }
        reader.post("/subscriptions", &[("email", READER), ("q", "补"), ("often", "now")]).await.expect(422).shows("至少两个字");
        let strange = [("email", READER), ("topic", "没有这个主题"), ("often", "now")];
        reader.post("/subscriptions", &strange).await.expect(422).shows("还没有文件属于主题“没有这个主题”");
        let form = [("email", READER), ("organ", "QH010"), ("often", "now")];
        assert_eq!(reader.post("/subscriptions", &form).await.expect(303).location(), "/subscriptions/sent");
        // Twice by mistake is once, and the answer is the same.
        assert_eq!(reader.post("/subscriptions", &form).await.expect(303).location(), "/subscriptions/sent");
        reader.get("/subscriptions/sent").await.expect(200).shows("请到邮箱里确认").hides(READER);
        post.work().await;
        let asked = post.read(READER);
        assert_eq!(asked.len(), 1);
        assert!(asked[0].contains("机关“县财政局”"), "{}", asked[0]);
        assert!(asked[0].contains("https://www.qinghe.example/subscriptions/m/"), "{}", asked[0]);
        let own = link(&asked[0], "/subscriptions/m/");
        // Whoever opens the link first changes nothing, and nothing is told before it is confirmed.
        reader.get(&own).await.expect(200).shows("确认订阅");
        published(app, "确认以前公开的通知").await;
        post.work().await;
        assert_eq!(post.raw(READER).len(), 1);
        reader.post(&format!("{own}/confirm"), &[]).await.expect(303);
        reader.post(&format!("{own}/confirm"), &[]).await.expect(303);
        post.work().await;
        assert_eq!(post.raw(READER).len(), 2, "told once that it is confirmed");
        let id = published(app, "关于发放春耕补贴的通知").await;
        post.work().await;
        post.work().await;
        let (raw, read) = (post.raw(READER), post.read(READER));
        assert_eq!(raw.len(), 3, "{read:?}");
        for said in ["【新公开】关于发放春耕补贴的通知", "因为您订阅了：机关“县财政局”", id.as_str(), "一有就发", "退订：https://"] {
            assert!(read[2].contains(said), "{said} is not in {}", read[2]);
        }
        assert!(raw[2].contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{}", raw[2]);
        let page = reader.get(&own).await.expect(200).shows("关于发放春耕补贴的通知").shows("确认订阅：机关").shows(READER);
        assert_eq!(page.headers[http::header::CACHE_CONTROL], "no-store");
        // Nothing that lies open names the mailbox.
        for sql in [
            "SELECT COUNT(*) FROM event_payload WHERE data LIKE '%reader@%'",
            "SELECT COUNT(*) FROM job WHERE payload LIKE '%reader@%' OR last_error LIKE '%reader@%'",
            "SELECT COUNT(*) FROM subscription WHERE sealed LIKE '%reader%' OR mailbox LIKE '%reader%'",
        ] {
            assert_eq!(post.count(sql).await, 0, "{sql}");
        }
        let leave = link(&raw[2], "/subscriptions/leave/");
        reader.get(&leave).await.expect(200).shows("退订").hides(READER).hides("您订阅的是");
        // Who has the link for leaving cannot manage, and the other way round.
        let proof = leave.replace("/subscriptions/leave/", "");
        reader.get(&format!("/subscriptions/m/{proof}")).await.expect(404);
        reader.get(&own.replace("/m/", "/leave/")).await.expect(404);
        assert_eq!(post.count("SELECT COUNT(*) FROM subscription").await, 1, "a GET changes nothing");
        let body = b"List-Unsubscribe=One-Click".to_vec();
        let media = "application/x-www-form-urlencoded";
        reader.send(Method::POST, &leave, media, body.clone()).await.expect(200).shows("已退订");
        reader.send(Method::POST, &leave, media, body).await.expect(200).shows("已退订");
        for table in [
            "SELECT COUNT(*) FROM subscription",
            "SELECT COUNT(*) FROM subscription_mail",
            "SELECT COUNT(*) FROM subscription_notice",
            "SELECT COUNT(*) FROM subscription_change",
        ] {
            assert_eq!(post.count(table).await, 0, "{table}");
        }
        reader.get(&own).await.expect(404).shows("这个链接打不开");
        published(app, "退订以后公开的通知").await;
        post.work().await;
        assert_eq!(post.raw(READER).len(), 3);
    }

    async fn who_was_told_hears_of_the_correction_also_under_another_title(app) {
        let post = Post::begin(app).await;
        column(app).await;
        post.subscribed(READER, &[("q", "采暖"), ("often", "now")]).await;
        post.subscribed(OTHER, &[("q", "供热"), ("often", "now")]).await;
        let id = published(app, "乙社区采暖安排公告").await;
        post.work().await;
        post.work().await;
        let (told, other) = (post.raw(READER).len(), post.raw(OTHER).len());
        assert!(post.read(READER).last().expect("a mail").contains("【新公开】乙社区采暖安排公告"));
        let mut editor = app.editor("QH010").await;
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        submit(&mut editor, &id, "乙社区供热安排公告", "<p>每月95元。</p>", &[("note", "更正标准")]).await.expect(303);
        pass_all(app, &id).await;
        post.work().await;
        post.work().await;
        let read = post.read(READER);
        assert_eq!(read.len(), told + 1, "{read:?}");
        let mail = read.last().expect("a mail");
        assert!(mail.contains("【更正】乙社区供热安排公告") && mail.contains("因为以前的邮件告诉过您"), "{mail}");
        assert_eq!(post.raw(OTHER).len(), other + 1, "whose words it has now hears of it, too");
    }

    async fn a_digest_tells_things_as_they_stand_when_it_is_sent(app) {
        let post = Post::begin(app).await;
        column(app).await;
        post.subscribed(READER, &[("column", "notices"), ("often", "daily")]).await;
        let before = post.raw(READER).len();
        let kept = published(app, "留下的通知").await;
        let gone = published(app, "撤回的通知").await;
        post.work().await;
        assert_eq!(post.raw(READER).len(), before, "it waits for the morning");
        withdraw(app, &gone).await;
        let mut editor = app.editor("QH010").await;
        editor.post(&format!("/documents/{kept}/correct"), &[]).await.expect(303);
        submit(&mut editor, &kept, "留下并且更正的通知", "<p>正文。</p>", &[("note", "改标题")]).await.expect(303);
        pass_all(app, &kept).await;
        assert_eq!(edition(app, &kept).await.2, "published");
        post.work().await;
        assert_eq!(post.raw(READER).len(), before);
        at(app, MORNING);
        post.work().await;
        post.work().await;
        let read = post.read(READER);
        assert_eq!(read.len(), before + 1, "one mail: {read:?}");
        let mail = read.last().expect("a mail");
        assert!(mail.contains("【新公开】留下并且更正的通知") && mail.contains("因为您订阅了：栏目“通知公告”"), "{mail}");
        assert!(!mail.contains("撤回的通知"), "{mail}");
        // What was told and is withdrawn later is told, too; what nobody was told is not.
        withdraw(app, &kept).await;
        post.work().await;
        at(app, "2026-03-04T00:00:00Z");
        post.work().await;
        let read = post.read(READER);
        assert_eq!(read.len(), before + 2, "{read:?}");
        let mail = read.last().expect("a mail");
        assert!(mail.contains("【已撤回】") && !mail.contains("撤回的通知"), "{mail}");
        at(app, "2026-03-05T00:00:00Z");
        post.work().await;
        assert_eq!(post.raw(READER).len(), before + 2);
    }

    async fn a_full_mailbox_is_asked_again_and_one_that_is_gone_is_given_up(app) {
        let post = Post::begin(app).await;
        column(app).await;
        let other = "gone@example.invalid";
        post.subscribed(READER, &[("often", "now")]).await;
        let own = post.subscribed(other, &[("often", "now"), ("organ", "QH010")]).await;
        let (full, gone) = (post.raw(READER).len(), post.raw(other).len());
        // As most servers say it (RFC 5321, 4.2.3): a permanent answer about what is not permanent.
        post.answer(READER, "552 5.2.2 mailbox full");
        post.answer(other, "550 no such mailbox");
        published(app, "第一份通知").await;
        post.work().await;
        assert_eq!((post.raw(READER).len(), post.raw(other).len()), (full, gone));
        published(app, "第二份通知").await;
        post.work().await;
        assert_eq!(post.count("SELECT COUNT(*) FROM subscription WHERE refusals > 0").await, 1, "the one that is gone");
        post.answer(READER, "250 ok");
        app.pass(jiff::SignedDuration::from_mins(20));
        post.work().await;
        let read = post.read(READER);
        assert_eq!(read.len(), full + 1, "both in one: {read:?}");
        let mail = read.last().expect("a mail");
        assert!(mail.contains("第一份通知") && mail.contains("第二份通知") && mail.contains("全部新公开的文件"), "{mail}");
        let mut reader = post.reader();
        reader.get(&own).await.expect(200).shows("被对方邮件服务器退回");
        for _ in 0..3 {
            app.pass(jiff::SignedDuration::from_hours(25));
            post.work().await;
        }
        assert_eq!(post.raw(other).len(), gone);
        reader.get(&own).await.expect(200).shows("已停发").shows("恢复发送");
        assert_eq!(crate::publishing::count(app, "subscription.stopped").await, 1);
        let mut clerk = app.clerk().await;
        let page = clerk.get("/subscriptions").await.expect(200).shows("已停发").shows("拒收").text();
        assert!(!page.contains("example.invalid"), "{page}");
        // Whoever has mended the mailbox begins again.
        post.answer(other, "250 ok");
        reader.post(&format!("{own}/resume"), &[]).await.expect(303);
        published(app, "第三份通知").await;
        post.work().await;
        let read = post.read(other);
        assert_eq!(read.len(), gone + 2, "{read:?}");
        assert!(read.iter().any(|mail| mail.contains("第三份通知")) && !read.iter().any(|mail| mail.contains("第一份通知")));
    }

    async fn a_server_that_is_away_loses_nothing_and_sends_nothing_twice(app) {
        let post = Post::begin(app).await;
        column(app).await;
        let own = post.subscribed(READER, &[("often", "now"), ("q", "补贴 通知")]).await;
        let before = post.raw(READER).len();
        post.answer(READER, "421 come back later");
        published(app, "关于发放春耕补贴的通知").await;
        published(app, "关于别的事情的通知").await;
        post.work().await;
        assert_eq!(post.raw(READER).len(), before);
        assert_eq!(post.count("SELECT COUNT(*) FROM subscription WHERE failing_since <> ''").await, 0, "not the mailbox's fault");
        // As after a process that was killed: the mail lies in hand.
        assert_eq!(post.count("SELECT COUNT(*) FROM subscription_mail WHERE state = 'ready'").await, 1);
        post.answer(READER, "250 ok");
        app.pass(jiff::SignedDuration::from_mins(6));
        post.work().await;
        post.work().await;
        let read = post.read(READER);
        assert_eq!(read.len(), before + 1, "{read:?}");
        let mail = read.last().expect("a mail");
        assert!(mail.contains("春耕补贴") && mail.contains("“补贴”、“通知”") && !mail.contains("别的事情"), "{mail}");
        // Each change is told, and stands on the page.
        let mut reader = post.reader();
        let form = [("mode", "all"), ("often", "weekly"), ("organ", "QH010")];
        assert!(reader.post(&format!("{own}/change"), &form).await.expect(303).location().ends_with("done=changed"));
        assert!(reader.post(&format!("{own}/change"), &form).await.expect(303).location().ends_with("done=unchanged"));
        reader.post(&format!("{own}/change"), &[("often", "weekly"), ("organ", "QH999")]).await.expect(422).shows("请从列表里选择");
        reader.post(&format!("{own}/pause"), &[]).await.expect(303);
        post.work().await;
        let told = post.read(READER);
        assert_eq!(told.len(), before + 3, "{told:?}");
        assert!(told.iter().any(|mail| mail.contains("原来：") && mail.contains("每周汇总")));
        reader.get(&own).await.expect(200).shows("已暂停").shows("修改订阅。原来：").shows("暂停发送");
        // What nobody confirms is deleted.
        let asked = [("email", "never@example.invalid"), ("often", "now")];
        reader.post("/subscriptions", &asked).await.expect(303);
        assert_eq!(post.count("SELECT COUNT(*) FROM subscription WHERE state = 'pending'").await, 1);
    }

    async fn conditions_are_a_feed_without_an_address(app) {
        column(app).await;
        published(app, "关于发放春耕补贴的通知").await;
        let mut editor = app.editor("QH011").await;
        let other = draft_of(&mut editor, "QH011", "民政局的通知").await;
        submit(&mut editor, &other, "民政局的通知", "<p>正文。</p>", &[]).await.expect(303);
        pass_all(app, &other).await;
        let mut reader = app.visitor();
        let feed = reader.get("/subscriptions/feed.atom?organ=QH010").await.expect(200).shows("春耕补贴").hides("民政局的通知");
        assert!(feed.headers[http::header::CONTENT_TYPE].to_str().expect("ascii").starts_with("application/atom+xml"));
        crate::portal::well_formed(&feed.text());
        let any = "/subscriptions/feed.atom?mode=any&organ=QH010&q=%E6%B0%91%E6%94%BF";
        reader.get(any).await.expect(200).shows("春耕补贴").shows("民政局的通知");
        let all = "/subscriptions/feed.atom?organ=QH010&q=%E6%B0%91%E6%94%BF";
        reader.get(all).await.expect(200).hides("<entry>");
        reader.get("/subscriptions/feed.atom?organ=QH999").await.expect(400).shows("organ");
        reader.get("/columns/notices").await.expect(200).shows("/subscriptions?column=notices");
        reader.get("/organs/QH010").await.expect(200).shows("/subscriptions?organ=QH010");
        reader.get("/documents?q=%E8%A1%A5%E8%B4%B4").await.expect(200).shows("/subscriptions?q=%E8%A1%A5%E8%B4%B4");
        reader.get("/policies").await.expect(200).shows("/subscriptions?kind=policy");
    }
}
