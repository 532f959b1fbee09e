//! Stories of 清除: what should never have been public goes for good, by two people, and that it went stays.

use kernel::Role;
use review::Gate;
use testkit::{Client, TestApp, both};

use super::{approve, column, count, draft, edition, identity_number, is_public, pass_all, submit, ticked};

/// Words that must be nowhere afterwards; nobody's.
const BODY: &str = "丑寅卯辰巳午未申酉戌";
const FILE: &str = "角亢氐房心尾箕斗牛女";
const TITLE: &str = "乾兑离震巽坎艮坤";

/// Where in the database any of the words lies.
async fn traces(app: &TestApp) -> Vec<String> {
    store::test::holding(app.ctx().db(), &[BODY, FILE, TITLE]).await.expect("read")
}

/// Whoever may give the second hand hears of it once, without a word of what must go: a mail cannot be erased.
async fn mailed_without_words(app: &TestApp) {
    let sql = "SELECT payload FROM job WHERE kind = $1 AND payload LIKE '%清除原文的申请%'";
    let mails: Vec<String> =
        store::query_scalar(sql).bind(web::mail::SEND).fetch_all(app.ctx().db().read()).await.expect("mails");
    assert_eq!(mails.len(), 1, "one request, one mail: {mails:?}");
    assert!(
        mails[0].contains("reviewer-secrecy@example.invalid") && !mails[0].contains("clerk@example.invalid"),
        "{mails:?}"
    );
    assert!(!mails[0].contains(TITLE) && !mails[0].contains("由本人来电指出"), "{mails:?}");
}

/// Mails of this person wait for the morning.
async fn gathers(person: &mut Client) {
    let gathered = [("email", "gathered@example.invalid"), ("gathered", "morning")];
    person.post("/account/email", &gathered).await.expect(303);
}

/// How many mails wait for them.
async fn mail_waits(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM gathered_mail WHERE address = 'gathered@example.invalid'";
    store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("mails")
}

/// The file of SQLite holds none of the words where rows once lay.
fn nothing_lies_on(app: &TestApp) {
    if app.ctx().db().dialect() == store::Dialect::Sqlite {
        let file = app.data().join("gongkai.db");
        let lies_in = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|piece| piece == word.as_bytes());
        let bytes = std::fs::read(&file).expect("the database");
        assert!(lies_in(&bytes, "由本人来电指出"), "the file is read as it lies there");
        let log = std::fs::read(file.with_extension("db-wal")).unwrap_or_default();
        for word in [BODY, FILE, TITLE] {
            assert!(!lies_in(&bytes, word) && !lies_in(&log, word), "{word} lies on in the file");
        }
    }
}

both! {
    async fn what_should_never_have_been_public_goes_for_good_by_two_people(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        gathers(&mut editor).await;
        let id = draft(&mut editor, TITLE).await;
        let files = format!("/documents/{id}/attachments");
        editor.upload(&files, &[], &[("file", "名单.txt", FILE.as_bytes())]).await.expect(303);
        // The wrong file first, taken off again: it lies in the files all the same.
        let wrong = format!("{FILE}，误传");
        editor.upload(&files, &[], &[("file", "误传.txt", wrong.as_bytes())]).await.expect(303);
        let of = "SELECT a.id, a.digest FROM attachment a WHERE a.file_name = '误传.txt'";
        let (attachment, wrong): (String, String) = store::query_as(of).fetch_one(app.ctx().db().read()).await.expect("a file");
        let (_, version, _) = edition(app, &id).await;
        editor.post(&format!("{files}/{attachment}/remove"), &[("version", &version.to_string())]).await.expect(303);
        submit(&mut editor, &id, TITLE, &format!("<h2>{BODY}</h2><p>{BODY}。</p>"), &[("summary", BODY)]).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        let noted = [("quote", BODY), ("comment", BODY)];
        app.reviewer(Gate::SECRECY).await.post(&format!("/reviews/{edition_id}/comments"), &noted).await.expect(303);
        let fields = [("version", &*version.to_string()), ("opinion", BODY)];
        app.reviewer(Gate::SECRECY).await.post(&format!("/reviews/{edition_id}/approve"), &ticked(&fields)).await.expect(303);
        let mut clerk = app.clerk().await;
        let erase = format!("/documents/{id}/erase");
        let asked = [("basis", "personal"), ("erase_reason", "第三行是住户的姓名和病情，由本人来电指出")];
        clerk.post(&erase, &asked).await.expect(409).shows("没有公开过");
        for gate in [Gate::WORDING, Gate::POLICY, Gate::POLITICAL] {
            approve(app, &mut app.reviewer(gate).await, &id).await.expect(303);
        }
        assert!(is_public(app, &id).await);
        app.work().await;
        assert!(mail_waits(app).await > 0, "that it is public");
        clerk.post(&erase, &asked).await.expect(409).shows("还在公开");
        let (_, version, _) = edition(app, &id).await;
        let fields = [("version", &*version.to_string()), ("reason", "公开了不应公开的个人信息")];
        clerk.post(&format!("/documents/{id}/withdraw"), &fields).await.expect(303);
        app.work().await;
        let digest: String = store::query_scalar("SELECT digest FROM attachment").fetch_one(app.ctx().db().read()).await.expect("digest");
        assert!(app.ctx().files().check(&digest).await.expect("look").is_none());
        assert!(!traces(app).await.is_empty());
        // One asks.
        clerk.post(&erase, &[("basis", "personal"), ("erase_reason", "")]).await.expect(422).shows("请写明清除的原因");
        let number = identity_number();
        clerk.post(&erase, &[("basis", "personal"), ("erase_reason", &number)]).await.expect(422);
        editor.post(&erase, &asked).await.expect(403);
        let page = clerk.get(&format!("/documents/{id}")).await.expect(200).shows("清除原文");
        let once = page.field("once");
        let [basis, reason] = asked;
        clerk.post(&erase, &[basis, reason, ("once", once.as_str())]).await.expect(303);
        clerk.post(&erase, &asked).await.expect(409).shows("已经有人申请");
        mailed_without_words(app).await;
        // Another decides: not who asked, not who wrote it, not who has no business with it.
        let confirm = format!("{erase}/confirm");
        clerk.get(&format!("/documents/{id}")).await.expect(200).shows("须由另一位人员核准").hides("/erase/confirm");
        clerk.post(&confirm, &[]).await.expect(409).shows("您申请了清除");
        editor.post(&confirm, &[]).await.expect(403);
        app.person("head-here", "QH010", &[Role::OrganHead]).await.post(&confirm, &[]).await.expect(403);
        let mut elsewhere = app.person("secrecy-elsewhere", "QH011", &[Role::ReviewerSecrecy]).await;
        assert!(matches!(elsewhere.post(&confirm, &[]).await.status.as_u16(), 403 | 404));
        elsewhere.get("/").await.expect(200).hides("核准清除原文");
        assert!(!traces(app).await.is_empty());
        let mut secrecy = app.person("secrecy-2", "QH001", &[Role::ReviewerSecrecy]).await;
        secrecy.get("/").await.expect(200).shows("核准清除原文");
        let page = secrecy.get(&format!("/documents/{id}")).await.expect(200).shows("由本人来电指出").shows("/erase/confirm");
        // What was read is what is agreed to: taken back and asked for anew, it is read anew.
        let read = page.field("asked");
        clerk.post(&format!("{erase}/stop"), &[]).await.expect(303);
        app.pass(jiff::SignedDuration::from_secs(1));
        clerk.post(&erase, &asked).await.expect(303);
        secrecy.post(&confirm, &[("asked", &read)]).await.expect(409).shows("看过现在的申请");
        assert!(!traces(app).await.is_empty());
        let read = secrecy.get(&format!("/documents/{id}")).await.field("asked");
        secrecy.post(&confirm, &[("asked", &read)]).await.expect(303);
        app.work().await;
        assert_eq!(traces(app).await, Vec::<String>::new());
        for digest in [&digest, &wrong] {
            assert!(app.ctx().files().check(digest).await.expect("look").is_some(), "the bytes are gone");
        }
        app.ctx().db().forget_remains().await.expect("remains");
        nothing_lies_on(app);
        // That it happened stays, for the public and for the office.
        let path = format!("/policies/{id}");
        let mut visitor = app.visitor();
        let moved = visitor.get(&format!("/documents/{id}")).await;
        let tomb = if moved.status.as_u16() == 410 { moved } else { visitor.get(&path).await };
        tomb.expect(410).shows("公开了不应公开的个人信息").shows("标题已清除").hides(TITLE);
        let page = clerk.get(&format!("/documents/{id}")).await.expect(200);
        page.shows("原文已于").shows("由本人来电指出").shows("清除原文：正文").hides(BODY).hides(TITLE).hides("更正（新的一版）");
        for (kind, times) in [("document.published", 1), ("document.withdrawn", 1), ("document.erasure_asked", 2), ("document.erased", 1)] {
            assert_eq!(count(app, kind).await, times, "{kind}");
        }
        // A leak is looked into by who passed it at which gate.
        let page = clerk.get(&format!("/documents/{id}")).await.expect(200);
        page.shows("通过：保密审查").shows("reviewer-secrecy（测试）");
        // The record of an erasure is not replaced by another request, nor is there anything to correct.
        clerk.post(&erase, &asked).await.expect(409).shows("已经清除");
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(409).shows("请新建稿件");
        clerk.get(&format!("/documents/{id}")).await.expect(200).shows("由本人来电指出");
    }

    async fn an_erasure_that_is_not_agreed_to_changes_nothing(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, TITLE).await;
        submit(&mut editor, &id, TITLE, &format!("<p>{BODY}。</p>"), &[]).await.expect(303);
        pass_all(app, &id).await;
        let mut head = app.person("head-here", "QH010", &[Role::OrganHead]).await;
        let (_, version, _) = edition(app, &id).await;
        let fields = [("version", &*version.to_string()), ("reason", "有误")];
        head.post(&format!("/documents/{id}/withdraw"), &fields).await.expect(303);
        let before = traces(app).await;
        let erase = format!("/documents/{id}/erase");
        let asked = [("basis", "other"), ("erase_reason", "上级机关来函")];
        head.post(&erase, &asked).await.expect(303);
        app.clerk().await.post(&format!("{erase}/stop"), &[]).await.expect(303);
        app.clerk().await.post(&format!("{erase}/confirm"), &[]).await.expect(409).shows("没有等待核准的清除申请");
        // A text that is being written anew holds the same words.
        head.post(&erase, &asked).await.expect(303);
        // Nobody keeps it by a correction; and one in review is another matter.
        let correct = format!("/documents/{id}/correct");
        editor.post(&correct, &[]).await.expect(409).shows("正在等待核准");
        head.post(&format!("{erase}/stop"), &[]).await.expect(303);
        editor.post(&correct, &[]).await.expect(303);
        submit(&mut editor, &id, TITLE, &format!("<p>{BODY}，已改。</p>"), &[("note", "改正数字")]).await.expect(303);
        head.post(&erase, &asked).await.expect(409).shows("还有正在审核或等待发布的一版");
        assert!(traces(app).await.len() >= before.len());
        assert_eq!(count(app, "document.erased").await, 0);
        crate::log_words::read(app).await;
    }
}
