//! Stories of four eyes and of what stands on whose desk: who worked on a letter does not sign it, who began does not confirm,
//! and what must still be done is seen by somebody who can do it.

use case::files::{Kept, Origin};
use kernel::{Role, id::CaseId};
use testkit::{Client, TestApp, both};

use crate::foi::{NAME, asked, editor, form, gone, step};

async fn second_head(app: &TestApp) -> Client {
    app.person("second-head", "QH001", &[Role::OrganHead]).await
}

/// A file of the office that goes with no letter so far; its id.
async fn office_file(app: &TestApp, id: &str) -> String {
    let ctx = app.ctx();
    let bytes = ctx.files().receive_bytes("平面图".as_bytes()).await.expect("bytes");
    let mut tx = ctx.db().write().await.expect("write");
    let sealed = ctx.files().keep_sealed(&mut tx, &bytes).await.expect("sealed");
    let (digest, print) = (sealed.digest.clone(), bytes.digest.clone());
    let kept = Kept { digest, print, name: "说明.txt".into(), bytes: 9, media: "text/plain".into() };
    let how = (Origin::Office, None);
    let file = case::files::attach(ctx, &mut tx, &kernel::Actor::System, &CaseId::from(id), &kept, how).await;
    tx.commit().await.expect("commit");
    file.expect("attached").to_string()
}

/// Enters a request that came on paper as this person; its id.
async fn on_paper(app: &TestApp, who: &mut Client) -> String {
    let entry = [
        ("channel", "counter"),
        ("came", "2026-03-02"),
        ("organ", "QH001"),
        ("wanted", "登记错的"),
        ("applicant", "natural_person"),
        ("name", NAME),
    ];
    form(who, "/foi/register", &entry).await.expect(200);
    store::query_scalar("SELECT id FROM case_entry WHERE channel = 'counter'")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a case")
}

/// An answer that gives what was asked for, signed and delivered.
async fn answered(desk: &mut Client, head: &mut Client, id: &str, more: &[(&str, &str)]) {
    let choose = format!("/foi/cases/{id}/reply");
    let once = desk.get(&format!("{choose}?outcome=disclosed")).await.expect(200).field("once");
    let mut given = vec![("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供")];
    given.extend(more);
    let letter = desk.post(&choose, &given).await.expect(303).location();
    gone(desk, head, &letter).await;
}

const ASKED: [(&str, &str); 2] = [("wanting", "请写明是哪个小区"), ("until", "2026-03-20")];

both! {
    async fn who_wrote_a_letter_does_not_sign_it_whoever_touched_it_since(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let letter = form(&mut head, &format!("/foi/cases/{id}/notices/supplement"), &ASKED).await.expect(303).location();
        let file = office_file(app, &id).await;
        desk.post(&format!("{letter}/files/{file}"), &[("goes", "yes")]).await.expect(303);
        let page = head.get(&letter).await.expect(200).shows("不能自己签发").shows("没有别人可以签发");
        let version = page.hides("签发的是上面的正文").field("version");
        head.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(409).shows("另一个人签发");
        head.get("/").await.expect(200).shows("文书等待别人签发");
        let mut second = second_head(app).await;
        head.get(&letter).await.expect(200).shows("可以签发的有：second-head（测试）");
        second.get("/").await.expect(200).shows("签发文书");
        second.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(303);
    }

    async fn a_letter_that_nobody_there_can_sign_and_one_to_deliver_stand_on_a_desk(app) {
        let mut town = app.person("town-head", "QH011", &[Role::OrganHead]).await;
        let entry = [
            ("channel", "counter"), ("came", "2026-03-02"), ("organ", "QH011"), ("wanted", "小区的图纸"),
            ("applicant", "natural_person"), ("name", NAME),
        ];
        form(&mut town, "/foi/register", &entry).await.expect(200);
        let id: String = store::query_scalar("SELECT id FROM case_entry").fetch_one(app.ctx().db().read()).await.expect("a case");
        let letter = form(&mut town, &format!("/foi/cases/{id}/notices/supplement"), &ASKED).await.expect(303).location();
        let mut clerk = app.clerk().await;
        clerk.get("/").await.expect(200).shows("机关没有别人可以签发文书").shows("2026-03-11");
        let version = clerk.get(&letter).await.expect(200).field("version");
        town.get("/").await.expect(200).hides("送达文书");
        // In the name of another organ nobody signs without saying why, and its own people read it.
        let sign = format!("{letter}/sign");
        clerk.get(&letter).await.expect(200).shows("代为签发的原因");
        clerk.post(&sign, &[("version", version.as_str())]).await.expect(422).shows("为什么由您代为签发");
        let why = [("version", version.as_str()), ("why", "机关没有别人可以签发")];
        clerk.post(&sign, &why).await.expect(303);
        clerk.get("/").await.expect(200).hides("机关没有别人可以签发文书");
        let page = town.get(&format!("/cases/{id}")).await.expect(200);
        page.shows("代为签发").shows("机关没有别人可以签发").shows("补正告知书");
        town.get("/").await.expect(200).shows("送达文书").shows("2026-03-11");
        town.post(&format!("{letter}/deliver"), &[("way", "post")]).await.expect(303);
        town.get("/").await.expect(200).hides("送达文书").shows("等待申请人补正");
    }

    async fn nobody_is_the_second_person_of_what_they_began(app) {
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let id = on_paper(app, &mut head).await;
        let why = [("why", "与另一件重复")];
        step(&mut head, &id, "voided", &why).await.expect(409).shows("这件由您登记");
        step(&mut desk, &id, "reclassify", &[("applicant", "business")]).await.expect(303);
        step(&mut head, &id, "voided", &why).await.expect(409).shows("这件由您登记");
        let mut second = second_head(app).await;
        step(&mut second, &id, "voided", &why).await.expect(303);
        let page = second.get(&format!("/cases/{id}")).await.expect(200).shows("登记作废");
        page.hides("告知书的，应当在").hides("/publish\"");
    }

    async fn who_worked_on_the_fee_notice_does_not_say_that_it_was_paid(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head, mut second) = (editor(app).await, app.clerk().await, second_head(app).await);
        let notice = format!("/foi/cases/{id}/notices/fee");
        let charged = [("pages", "40"), ("how", "到县政务服务中心窗口缴纳")];
        let letter = form(&mut head, &notice, &charged).await.expect(303).location();
        gone(&mut desk, &mut second, &letter).await;
        let paid = [("paper", "票 123")];
        for who in [&mut head, &mut second] {
            step(who, &id, "fee_paid", &paid).await.expect(409).shows("有关的文书由您拟写、签发或者送达");
        }
        let mut third = app.person("third-head", "QH001", &[Role::OrganHead]).await;
        step(&mut third, &id, "fee_paid", &paid).await.expect(303);
    }

    async fn an_annulled_answer_is_on_the_desk_until_it_is_taken_up(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        answered(&mut desk, &mut head, &id, &[]).await;
        step(&mut desk, &id, "review_filed", &[]).await.expect(303);
        desk.get("/").await.expect(200).hides("重新办理");
        let found = [("review_finding", "annulled"), ("until", "2026-03-27")];
        step(&mut desk, &id, "review_decided", &found).await.expect(303);
        desk.get("/").await.expect(200).shows("重新办理").shows("2026-03-27").shows(&format!("/cases/{id}"));
        let page = desk.get(&format!("/cases/{id}")).await.expect(200).shows("原答复已被撤销").shows("期限 2026-03-27");
        page.shows("已被撤销</span>");
        app.visitor().get(&follow).await.expect(200).shows("不再有效");
        step(&mut head, &id, "reopened", &[("until", "2026-03-27")]).await.expect(303);
        desk.get("/").await.expect(200).hides("重新办理");
        // The new answer says what asks for it and what it replaces.
        let reply = format!("/foi/cases/{id}/reply");
        let once = desk.get(&format!("{reply}?outcome=disclosed")).await.expect(200).field("once");
        let given = [("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供")];
        let letter = desk.post(&reply, &given).await.expect(303).location();
        let page = desk.get(&letter).await.expect(200).shows("本机关作出的依申请答复〔2026〕1号已被2026年3月2日的行政复议决定撤销");
        let version = page.field("version");
        let silent = [
            ("version", version.as_str()), ("addressee", NAME), ("title", "政府信息公开申请答复书"), ("text", "予以公开。"),
        ];
        desk.post(&letter, &silent).await.expect(422).shows("重新答复的依据和被撤销的答复");
        gone(&mut desk, &mut head, &letter).await;
    }

    async fn a_third_party_that_did_not_agree_is_still_to_be_told(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let notice = format!("/foi/cases/{id}/notices/consult_third_party");
        let letter = form(&mut desk, &notice, &[("whom", "某某建筑公司"), ("matter", "验收报告")]).await.expect(303).location();
        gone(&mut desk, &mut head, &letter).await;
        step(&mut desk, &id, "consult_had", &[]).await.expect(303);
        let objects = [("opinion", "objects_with_reason"), ("words", "含有工艺参数")];
        step(&mut desk, &id, "opinion", &objects).await.expect(303);
        let reply = format!("/foi/cases/{id}/reply");
        let once = desk.get(&format!("{reply}?outcome=disclosed")).await.expect(200).field("once");
        let given = [
            ("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供"), ("public_interest", "涉及房屋安全"),
        ];
        let letter = desk.post(&reply, &given).await.expect(303).location();
        // Whoever signs is asked for what goes with it.
        head.get(&letter).await.expect(200).shows("请在办件页面制作第三方告知书");
        gone(&mut desk, &mut head, &letter).await;
        desk.get("/").await.expect(200).shows("告知第三方");
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("制作第三方告知书").shows("第三十二条");
    }

    async fn who_asked_is_told_of_more_time(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let why = [("units", "10"), ("reason", "需要调取档案")];
        form(&mut desk, &format!("/cases/{id}/extension"), &why).await.expect(303);
        desk.get("/").await.expect(200).hides("告知申请人延期");
        head.post(&format!("/cases/{id}/extension/decide"), &[("granted", "yes")]).await.expect(303);
        desk.get("/").await.expect(200).shows("告知申请人延期");
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("延期已经批准：制作延期答复告知书");
        let notice = format!("/foi/cases/{id}/notices/extension");
        let letter = form(&mut desk, &notice, &[("why", "需要调取档案")]).await.expect(303).location();
        desk.get("/").await.expect(200).hides("告知申请人延期");
        gone(&mut desk, &mut head, &letter).await;
        desk.get(&format!("/cases/{id}")).await.expect(200).hides("延期已经批准：制作延期答复告知书");
    }

    async fn whoever_handles_cases_is_stood_in_for(app) {
        let (_, id) = asked(app).await;
        let mut desk = editor(app).await;
        desk.get("/stand-ins").await.expect(200).shows("没有别人有同样的角色");
        desk.post(&format!("/cases/{id}/claim"), &[]).await.expect(303);
        let mut colleague = app.person("colleague", "QH001", &[Role::Editor]).await;
        let account: String = store::query_scalar("SELECT id FROM account WHERE login = 'colleague'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("an account");
        colleague.get("/").await.expect(200).hides(&format!("/cases/{id}"));
        let days = [("deputy", account.as_str()), ("first_on", "2026-03-02"), ("last_on", "2026-03-05")];
        desk.post("/stand-ins", &days).await.expect(303);
        colleague.get("/").await.expect(200).shows(&format!("/cases/{id}"));
    }

    async fn what_is_asked_of_an_organ_in_which_nobody_can_answer_lies_with_the_county_office(app) {
        let (_, id) = asked(app).await;
        let (mut head, mut other) = (app.clerk().await, app.editor("QH010").await);
        let page = format!("/foi/cases/{id}/hand-over");
        head.get(&page).await.expect(200).shows("（没有能答复的账号）");
        let sent = [("organ", "QH010"), ("matter", "验收报告由贵局保存"), ("agreed", "电话同意")];
        form(&mut head, &page, &sent).await.expect(303);
        head.get("/").await.expect(200).shows("机关没有能答复的账号，请代为答复或通知");
        other.get("/").await.expect(200).shows("本机关没有能答复的账号");
        let question: String =
            store::query_scalar("SELECT id FROM foi_joint").fetch_one(app.ctx().db().read()).await.expect("a question");
        // Nobody consents to what they have asked for.
        let agreed = [("opinion", "agreed")];
        head.get(&format!("/foi/joint/{question}")).await.expect(200).shows("这是您提出的");
        head.post(&format!("/foi/joint/{question}"), &agreed).await.expect(409).shows("这是您提出的");
        let mut chief = app.person("office-chief", "QH001", &[Role::CountyOffice]).await;
        form(&mut chief, &format!("/foi/joint/{question}"), &[("opinion", "agreed")]).await.expect(303);
        let organ: String =
            store::query_scalar("SELECT organ FROM case_entry").fetch_one(app.ctx().db().read()).await.expect("an organ");
        assert_eq!(organ, "QH010");
    }
}
