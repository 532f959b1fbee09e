//! Stories of the person's side of a request: what the form asks and refuses, the receipt, the code, the answer by mail.

use jiff::SignedDuration;
use testkit::{Client, TestApp, both};

use crate::{
    case_files::waiting,
    foi::{editor, form},
};

const WANTED: &str = "2025 年城关镇老旧小区改造项目验收报告";
const NAME: &str = "金丝雀申请人九六二";
const EMAIL: &str = "canary962@example.com";
const WHO: [(&str, &str); 6] = [
    ("applicant", "natural_person"),
    ("name", NAME),
    ("proof", "居民身份证"),
    ("proof_number", "000000199001010018"),
    ("phone", "13800009620"),
    ("email", EMAIL),
];

/// Fills in three steps; the address of the fourth.
async fn up_to_how(reader: &mut Client) -> String {
    let organ = reader.post("/foi/apply", &[("wanted", WANTED), ("number", "")]).await.expect(303).location();
    let who = reader.post(&organ, &[("organ", "QH001")]).await.expect(303).location();
    reader.post(&who, &WHO).await.expect(303).location()
}

/// Sends what was checked; the address of the receipt.
async fn sent(reader: &mut Client, check: &str) -> String {
    let version = reader.get(check).await.expect(200).field("version");
    reader.post(&check.replace("/check", "/send"), &[("version", version.as_str())]).await.expect(303).location()
}

/// A request to be answered by mail: its receipt and the id of its case.
async fn by_mail(app: &TestApp) -> (String, String) {
    let mut reader = app.visitor();
    let how = up_to_how(&mut reader).await;
    let check = reader.upload(&how, &[("carrier", "electronic"), ("delivery", "email")], &[]).await.expect(303);
    let receipt = sent(&mut reader, &check.location()).await;
    let id: String =
        store::query_scalar("SELECT id FROM case_entry").fetch_one(app.ctx().db().read()).await.expect("a case");
    (receipt, id)
}

both! {
    async fn a_fax_needs_its_number_and_a_number_of_a_person_is_refused(app) {
        let mut reader = app.visitor();
        let told = [("wanted", "我要11010519491231002X的低保档案"), ("number", "")];
        let page = reader.post("/foi/apply", &told).await.expect(422).shows("请删去");
        assert!(page.text().contains("110105********002X"), "the number is told masked");
        let how = up_to_how(&mut reader).await;
        let fax = [("carrier", "paper"), ("delivery", "fax"), ("fax", "")];
        reader.upload(&how, &fax, &[]).await.expect(422).shows("请填写传真号码");
        let fax = [fax[0], fax[1], ("fax", "0793-0000000")];
        let check = reader.upload(&how, &fax, &[]).await.expect(303).location();
        reader.get(&check).await.expect(200).shows("0793-0000000");
        let id = sent(&mut reader, &check).await;
        reader.get(&id.replace("/foi/r/", "/cases/c/")).await.expect(200).shows("传真号码");
    }

    async fn of_two_organs_one_is_chosen_and_a_stale_check_shows_what_is_there_now(app) {
        let mut reader = app.visitor();
        let organ = reader.post("/foi/apply", &[("wanted", WANTED), ("number", "")]).await.expect(303).location();
        reader.post(&organ, &[("organ", "QH001"), ("other", "QH010")]).await.expect(422).shows("只能选一个");
        reader.post(&organ, &[("organ", "other"), ("other", "")]).await.expect(422).shows("请在这里选");
        let how = up_to_how(&mut reader).await;
        let online = [("carrier", "electronic"), ("delivery", "online")];
        let check = reader.upload(&how, &online, &[]).await.expect(303).location();
        let version = reader.get(&check).await.expect(200).field("version");
        reader.upload(&how, &[online[0], online[1], ("help", "请打电话")], &[]).await.expect(303);
        let stale = reader.post(&check.replace("/check", "/send"), &[("version", version.as_str())]).await.expect(409);
        let now = stale.shows("内容在另一个窗口里改过").shows("请打电话").field("version");
        reader.post(&check.replace("/check", "/send"), &[("version", now.as_str())]).await.expect(303);
    }

    async fn the_old_code_opens_nothing_once_there_is_a_new_one(app) {
        let (receipt, _) = by_mail(app).await;
        let mut reader = app.visitor();
        reader.get(&receipt).await.expect(200).shows(NAME);
        let number: String = store::query_scalar("SELECT number FROM case_entry")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a number");
        reader.post("/cases/track", &[("code", "")]).await.expect(422).shows("请填写回执上的查询码");
        reader.post("/cases/track", &[("code", &number)]).await.expect(422).shows("您填写的是回执编号");
        let pasted = format!("http://portal.example{receipt}");
        let to = reader.post("/cases/track", &[("code", &pasted)]).await.expect(303).location();
        reader.get(&to).await.expect(200).shows(WANTED);
        let again = [("number", number.as_str()), ("contact", EMAIL)];
        reader.post("/cases/lost", &again).await.expect(200);
        app.work().await;
        reader.get(&receipt).await.expect(404);
        reader.get(&format!("{receipt}/record")).await.expect(404);
        // Pressed again within minutes, the code that is on its way is not killed.
        reader.post("/cases/lost", &again).await.expect(200);
        app.work().await;
        let renewed = "SELECT COUNT(*) FROM event WHERE kind = 'case.code_renewed'";
        let renewed: i64 = store::query_scalar(renewed).fetch_one(app.ctx().db().read()).await.expect("a count");
        assert_eq!(renewed, 1);
        app.pass(SignedDuration::from_mins(11));
        // As it is copied by hand from the paper.
        let copied = number.replace('0', "O").replace('1', "l").replace('-', " — ").to_lowercase();
        reader.post("/cases/lost", &[("number", copied.as_str()), ("contact", EMAIL)]).await.expect(200);
        app.work().await;
        let renewed = "SELECT COUNT(*) FROM event WHERE kind = 'case.code_renewed'";
        let renewed: i64 = store::query_scalar(renewed).fetch_one(app.ctx().db().read()).await.expect("a count");
        assert_eq!(renewed, 2);
    }

    async fn an_answer_by_mail_is_not_said_to_be_sent_where_nothing_sends_it(app) {
        let (receipt, id) = by_mail(app).await;
        let (mut desk, mut head, mut reader) = (editor(app).await, app.clerk().await, app.visitor());
        let choose = format!("/foi/cases/{id}/reply");
        let once = desk.get(&format!("{choose}?outcome=disclosed")).await.expect(200).field("once");
        let given = [("once", once.as_str()), ("outcome", "disclosed"), ("how", "验收报告到窗口查阅")];
        let letter = desk.post(&choose, &given).await.expect(303).location();
        let version = head.get(&letter).await.expect(200).field("version");
        head.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(303);
        desk.get(&letter).await.expect(200).shows("没有设置邮件服务器").hides("系统把文书全文发到当事人留的邮箱");
        let deliver = format!("{letter}/deliver");
        // It was asked for by mail.
        desk.post(&deliver, &[("way", "online")]).await.expect(422).shows("要求的提供途径不是");
        desk.post(&deliver, &[("way", "email")]).await.expect(422).shows("没有设置邮件服务器").shows("核对过，就这样登记送达");
        // The organ has mailed it itself.
        desk.post(&deliver, &[("way", "email"), ("sure", "true")]).await.expect(303);
        app.work().await;
        let mails = waiting(app).await;
        assert!(mails.iter().any(|mail| mail.to == [EMAIL.to_owned()] && mail.subject.contains("有新的进展")));
        assert!(mails.iter().all(|mail| !mail.text.contains("验收报告到窗口查阅")));
        let outbox = std::fs::read_dir(app.data().join("outbox")).into_iter().flatten().flatten();
        let lies = outbox.filter(|file| std::fs::read_to_string(file.path()).is_ok_and(|mail| mail.contains(EMAIL)));
        assert_eq!(lies.count(), 0, "what is sealed while it waits lies in no folder");
        // What was still to come stands no more on the receipt.
        reader.get(&receipt).await.expect(200).shows("已答复").hides("一次性告知您补正").hides("撤回申请");
    }

    async fn who_is_asked_reads_what_and_until_when_and_that_it_came(app) {
        let (receipt, id) = by_mail(app).await;
        let follow = receipt.replace("/foi/r/", "/cases/c/");
        let (mut desk, mut head, mut reader) = (editor(app).await, app.clerk().await, app.visitor());
        let notice = format!("/foi/cases/{id}/notices/supplement");
        let typed = [("wanting", "请写明是哪个小区"), ("until", "2026-03-20")];
        let letter = form(&mut desk, &notice, &typed).await.expect(303).location();
        crate::foi::gone(&mut desk, &mut head, &letter).await;
        let mails = waiting(app).await;
        let about = mails.iter().find(|mail| mail.subject.contains("有新的进展")).expect("a mail");
        assert!(about.text.contains("期限到 2026-03-20 为止") && !about.text.contains("哪个小区"), "{}", about.text);
        let page = reader.get(&follow).await.expect(200).shows("请在 2026-03-20 前（含当天）补充");
        let text = page.text();
        let (asked, field) = (text.find("请写明是哪个小区"), text.find("name=\"supplement\""));
        assert!(asked.is_some() && asked < field, "what is asked for stands above the field");
        let (once, version) = (page.field("once"), page.field("version"));
        let sent = [
            ("once", once.as_str()),
            ("version", version.as_str()),
            ("supplement", "东门小区，证号 11010519491231002X"),
        ];
        reader.post(&format!("{follow}/steps/supplement"), &sent).await.expect(303);
        reader.get(&follow).await.expect(200).shows("已经收到").shows("11010519491231002X");
        let sql = "SELECT payload FROM job WHERE kind = 'mail.send'";
        let told: Vec<String> = store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("jobs");
        assert!(told.iter().any(|mail| mail.contains("提交补正")), "the organ is told: {told:?}");
        assert!(told.iter().all(|mail| !mail.contains("东门小区")), "{told:?}");
        // In the office the number is seen as the person is, for a reason.
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("东门小区，证号 110").hides("19491231002X");
    }

    async fn what_can_be_no_number_of_a_receipt_is_said_to_be_none(app) {
        let mut reader = app.visitor();
        let wrong = reader.post("/cases/lost", &[("number", "12345"), ("contact", "wang")]).await.expect(422);
        wrong.shows("请填写回执编号").shows("请填写当时留的邮箱");
    }

    async fn nobody_is_mailed_who_left_no_address(app) {
        let (_, id) = crate::foi::asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let notice = format!("/foi/cases/{id}/notices/supplement");
        let typed = [("wanting", "请写明是哪个小区"), ("until", "2026-03-20")];
        let letter = form(&mut desk, &notice, &typed).await.expect(303).location();
        let version = head.get(&letter).await.expect(200).field("version");
        head.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(303);
        desk.post(&format!("{letter}/deliver"), &[("way", "email")]).await.expect(422).shows("没有留电子邮箱");
        desk.post(&format!("{letter}/deliver"), &[("way", "post")]).await.expect(303);
    }
}
