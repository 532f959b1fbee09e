//! Stories of the gates: nothing goes past the secrecy review, and nobody alone makes something public.

use kernel::Role;
use review::Gate;
use testkit::{Client, TestApp, both};

use super::{
    approve, column, count, draft, edition, everything, identity_number, is_public, pass_all, submit, ticked, whole,
};

/// Tries an emergency publication of what is open.
pub(crate) async fn bypass(app: &TestApp, client: &mut Client, document: &str) -> testkit::Reply {
    let (_, version, _) = edition(app, document).await;
    let fields = [("version", &*version.to_string()), ("reason", "红色预警，须立即告知")];
    client.post(&format!("/documents/{document}/bypass"), &fields).await
}

/// A picture of one dot.
fn picture() -> Vec<u8> {
    let head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    let dot = b"\0\0\0\x0dIDATx\xdacd\xf8\xcfP\x0f\0\x03\x86\x01\x80Z4}k";
    [head.as_slice(), dot, b"\0\0\0\0IEND\xaeB`\x82"].concat()
}

/// A new draft of an organ; its id.
async fn draft_of(client: &mut Client, title: &str, organ: &str) -> String {
    let once = client.get("/documents/new").await.expect(200).field("once");
    let form = [("title", title), ("organ", organ), ("kind", "notice"), ("column", "notices"), ("once", once.as_str())];
    let to = client.post("/documents", &form).await.expect(303).location();
    to.split('/').nth(2).expect("id").to_owned()
}

both! {
    async fn no_emergency_goes_past_the_secrecy_review(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let id = draft(&mut editor, "停水紧急通知").await;
        let before = everything(app).await;
        bypass(app, &mut clerk, &id).await.expect(409).shows("没有通过保密审查").shows("第十七条");
        submit(&mut editor, &id, "停水紧急通知", "<p>今晚停水。</p>", &[]).await.expect(303);
        bypass(app, &mut clerk, &id).await.expect(409).shows("没有通过保密审查");
        let page = clerk.get(&format!("/documents/{id}")).await.expect(200);
        assert!(page.text().contains("没有通过保密审查") && !page.text().contains("/bypass\""), "told before it is tried");
        let (edition_id, version, _) = edition(app, &id).await;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let fields = [("version", &*version.to_string()), ("reason", "涉及国家秘密，不得公开")];
        secrecy.post(&format!("/reviews/{edition_id}/return"), &fields).await.expect(303);
        bypass(app, &mut clerk, &id).await.expect(409).shows("没有通过保密审查");
        assert!(!is_public(app, &id).await);
        assert_eq!(count(app, "document.bypassed").await, 0);
        assert_eq!(count(app, "account.refused").await, 3, "what a rule refuses of a weighty act stands in the log each time");
        assert_ne!(everything(app).await, before);
        // Submitted again and cleared, it may go out at once.
        submit(&mut editor, &id, "停水紧急通知", "<p>今晚停水两小时。</p>", &[]).await.expect(303);
        approve(app, &mut secrecy, &id).await.expect(303);
        app.reviewer(Gate::POLITICAL).await;
        clerk.get(&format!("/documents/{id}")).await.expect(200).shows("可以复核的：reviewer-political").shows("/bypass");
        bypass(app, &mut clerk, &id).await.expect(303);
        assert!(is_public(app, &id).await);
    }

    async fn an_emergency_publication_names_who_may_review_it(app) {
        column(app).await;
        let mut writer = app.person("writes-for-office", "QH001", &[Role::Editor, Role::CountyOffice]).await;
        let once = writer.get("/documents/new").await.expect(200).field("once");
        let form = [("title", "汛情通告"), ("organ", "QH001"), ("kind", "notice"), ("column", "notices"), ("once", once.as_str())];
        let id = writer.post("/documents", &form).await.expect(303).location().split('/').nth(2).expect("id").to_owned();
        submit(&mut writer, &id, "汛情通告", "<p>请撤离。</p>", &[]).await.expect(303);
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        let mut clerk = app.clerk().await;
        clerk.get(&format!("/documents/{id}")).await.expect(200).shows("现在没有另一位人员可以复核");
        bypass(app, &mut clerk, &id).await.expect(303);
        clerk.get("/bypasses").await.expect(200).shows("您作出了这次紧急发布").shows("现在没有别人可以复核");
        writer.get("/bypasses").await.expect(200).shows("您参与了这份稿件的撰写");
        let mut political = app.reviewer(Gate::POLITICAL).await;
        clerk.get("/bypasses").await.expect(200).shows("可以复核的：reviewer-political");
        political.get("/").await.expect(200).shows("汛情通告");
        political.get("/bypasses").await.expect(200).shows("确认复核");
        let (edition_id, ..) = edition(app, &id).await;
        let mut elsewhere = app.person("political-elsewhere", "QH011", &[Role::ReviewerPolitical]).await;
        elsewhere.get("/bypasses").await.expect(200).hides("汛情通告");
        let path = format!("/bypasses/{edition_id}/review");
        assert_ne!(elsewhere.post(&path, &[("reason", "看过")]).await.status.as_u16(), 303);
        political.post(&path, &[("reason", "已逐项补审")]).await.expect(303);
    }

    async fn who_lets_a_number_through_does_not_publish_it(app) {
        column(app).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let id = draft(&mut editor, "法定公示").await;
        let body = format!("<p>公示对象身份证号 {}。</p>", identity_number());
        submit(&mut editor, &id, "法定公示", &body, &[]).await.expect(422);
        let (edition_id, version, _) = edition(app, &id).await;
        let house = publishing::house(app.ctx());
        let checks = publishing::editions::checks::of(app.ctx().db().read(), &house, &whole(app, &edition_id).await).await.expect("checks");
        let digest = checks.found[0].digest.clone();
        let version = version.to_string();
        let fields = [("version", version.as_str()), ("rule", "privacy.id_number"), ("digest", &digest), ("reason", "法定公示内容")];
        clerk.post(&format!("/reviews/{edition_id}/findings"), &fields).await.expect(303);
        submit(&mut editor, &id, "法定公示", &body, &[]).await.expect(303);
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        bypass(app, &mut clerk, &id).await.expect(409).shows("放行的人不能再决定公开");
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        bypass(app, &mut other, &id).await.expect(303);
        assert!(is_public(app, &id).await);
    }

    async fn a_text_with_a_picture_waits_at_the_secrecy_gate_for_a_persons_word(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "一图读懂补贴办法").await;
        let path = format!("/documents/{id}/attachments");
        editor.upload(&path, &[], &[("file", "一图读懂.png", &picture())]).await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("1 处须人工核对").shows("没有读出的内容不妨碍提交");
        submit(&mut editor, &id, "一图读懂补贴办法", "<p>见附件。</p>", &[]).await.expect(303);
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("1 处没有读出的内容").hides("个人信息");
        // Whoever may let it go on finds it on the desk, and is told what is wanted, not that it is a personal number.
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        secrecy.get("/").await.expect(200).shows("一图读懂补贴办法");
        let (edition_id, ..) = edition(app, &id).await;
        let page = secrecy.get(&format!("/reviews/{edition_id}")).await.expect(200);
        let page = page.shows("有 1 处没有读出的内容未处理，不能通过").shows("核对后放行");
        approve(app, &mut secrecy, &id).await.expect(409).shows("还有 1 处没有读出的内容未处理").hides("处个人信息");
        // An emergency does not go past it either.
        let mut clerk = app.clerk().await;
        bypass(app, &mut clerk, &id).await.expect(409);
        let digest = page.field("digest");
        let (_, version, _) = edition(app, &id).await;
        let word = [("version", version.to_string()), ("rule", "privacy.unread".to_owned()), ("digest", digest), ("reason", "已放大查看，没有个人信息".to_owned())];
        let word: Vec<_> = word.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let findings = format!("/reviews/{edition_id}/findings");
        editor.post(&findings, &word).await.expect(403);
        secrecy.post(&findings, &word).await.expect(303);
        pass_all(app, &id).await;
        assert!(is_public(app, &id).await);
    }

    async fn a_date_to_come_and_anothers_number_are_told_to_writer_and_reviewers(app) {
        column(app).await;
        let mut known = app.editor("QH011").await;
        let first = draft_of(&mut known, "教育的通知", "QH011").await;
        submit(&mut known, &first, "教育的通知", "<p>正文。</p>", &[("document_number", "青禾教发〔2026〕1号")]).await.expect(303);
        pass_all(app, &first).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "日期不对的通知").await;
        let fields =
            [("document_number", "青禾教发〔2019〕7号"), ("written_on", "2031-03-01"), ("explained", "跨年编号，补发旧文")];
        submit(&mut editor, &id, "日期不对的通知", "<p>正文。</p>", &fields).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let page = secrecy.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("成文日期 2031-03-01 晚于公开的日子");
        page.shows("是 2019 年的文号").shows("机关代字“青禾教发”一直由");
        // The organ whose letters they are reads nothing of the kind.
        let own = draft_of(&mut known, "又一份教育的通知", "QH011").await;
        submit(&mut known, &own, "又一份教育的通知", "<p>正文。</p>", &[("document_number", "青禾教发〔2026〕2号")]).await.expect(303);
        let (own_edition, ..) = edition(app, &own).await;
        secrecy.get(&format!("/reviews/{own_edition}")).await.expect(200).hides("机关代字");
    }

    async fn one_person_with_every_role_does_not_pass_every_gate(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "一个人审到底").await;
        submit(&mut editor, &id, "一个人审到底", "<p>正文。</p>", &[]).await.expect(303);
        // From before roles were kept apart: nobody can be given these today.
        app.account("all-gates", "QH001", &[Role::ReviewerWording, Role::ReviewerPolicy, Role::ReviewerPolitical]).await;
        let mut tx = app.ctx().db().write().await.expect("write");
        store::query("INSERT INTO account_role (account, role) SELECT id, 'reviewer_secrecy' FROM account WHERE login = 'all-gates'")
            .execute(tx.conn()).await.expect("role");
        tx.commit().await.expect("commit");
        store::test::reseal(app.ctx().db()).await.expect("taken as it is");
        let mut all = app.sign_in("all-gates").await;
        for _ in 0..3 {
            approve(app, &mut all, &id).await.expect(303);
        }
        let (edition_id, ..) = edition(app, &id).await;
        all.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("前面各关都是您一人通过的").hides("/approve\"");
        approve(app, &mut all, &id).await.expect(409).shows("至少由两人审核");
        assert!(!is_public(app, &id).await);
        approve(app, &mut app.reviewer(Gate::POLITICAL).await, &id).await.expect(303);
        assert!(is_public(app, &id).await);
    }

    async fn roles_of_the_first_and_the_last_gate_are_given_to_two_people(app) {
        let mut admin = app.person("sec", "QH001", &[Role::SecurityAdmin]).await;
        let once = admin.get("/accounts/new").await.expect(200).field("once");
        let mut form = vec![("login", "both"), ("name", "张某"), ("organ", "QH001"), ("once", once.as_str())];
        form.extend([("roles", "reviewer_secrecy"), ("roles", "reviewer_political")]);
        admin.post("/accounts/new", &form).await.expect(422).shows("“保密审查员”和“政治关审核员”不能由一人兼任");
        form.pop();
        admin.post("/accounts/new", &form).await.expect(200);
    }

    async fn an_opinion_on_passing_is_kept_and_read_by_the_next(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "附意见通过").await;
        submit(&mut editor, &id, "附意见通过", "<p>正文。</p>", &[]).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        let fields = [("version", &*version.to_string()), ("opinion", "已与保密办核对，可以公开")];
        app.reviewer(Gate::SECRECY).await.post(&format!("/reviews/{edition_id}/approve"), &ticked(&fields)).await.expect(303);
        let page = app.reviewer(Gate::WORDING).await.get(&format!("/reviews/{edition_id}")).await.expect(200);
        page.shows("保密审查意见").shows("已与保密办核对，可以公开");
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("已与保密办核对，可以公开");
    }

    async fn what_is_public_at_once_carries_no_personal_number(app) {
        let mut admin = app.person("sys", "QH001", &[Role::SystemAdmin]).await;
        let number = identity_number();
        let once = admin.get("/organs/new").await.expect(200).field("once");
        let note = format!("负责人身份证 {number}");
        let form = [("once", once.as_str()), ("code", "PII1"), ("name", "青禾县测试局"), ("kind", "county_department"),
            ("leader", "张三 13800138000"), ("note", note.as_str())];
        let reply = admin.post("/organs/new", &form).await.expect(422);
        let reply = reply.shows("请修改“负责人职务”，公众会看到").shows("请修改“说明”").shows("138****8000");
        assert_eq!(reply.text().matches(number.as_str()).count(), 1, "only in the field where it was typed");
        let organs: i64 = store::query_scalar("SELECT COUNT(*) FROM organ WHERE code = 'PII1'")
            .fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(organs, 0);
        let once = admin.get("/organs/QH011/abolish").await.expect(200).field("once");
        let form = [("once", once.as_str()), ("date", "2026-03-01"), ("note", note.as_str())];
        admin.post("/organs/QH011/abolish", &form).await.expect(422).shows("请修改“说明”");
        let once = admin.get("/columns/new").await.expect(200).field("once");
        let description = format!("经办人 {number}");
        let form = [("once", once.as_str()), ("slug", "pii"), ("name", "测试"), ("kind", "topic"),
            ("description", description.as_str()), ("basis", "电话 13800138000")];
        admin.post("/columns", &form).await.expect(422).shows("请修改“说明”，公众会看到").shows("请修改“公开依据”");
    }

    async fn who_opens_a_text_of_others_stands_in_the_log(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "尚未公开的稿件").await;
        editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        // The frame leads to the portal, and nothing of it can be filled in here.
        let preview = editor.get(&format!("/documents/{id}/preview")).await.expect(200).shows("预览，尚未公开");
        preview.hides("href=\"/policies\"").hides("action=\"/search\"").hides("action=\"/elder\"");
        assert_eq!(count(app, "reading.opened").await, 0, "its author has it anyway");
        let mut clerk = app.clerk().await;
        for _ in 0..3 {
            clerk.get(&format!("/documents/{id}/preview")).await.expect(200);
        }
        assert_eq!(count(app, "reading.opened").await, 1, "once a day");
        app.person("other-organ", "QH011", &[Role::Editor]).await.get(&format!("/documents/{id}/preview")).await.expect(404);
        app.person("secrecy-here", "QH010", &[Role::ReviewerSecrecy]).await.get(&format!("/documents/{id}/preview")).await.expect(200);
        assert_eq!(count(app, "reading.opened").await, 2);
        app.pass(jiff::SignedDuration::from_hours(25));
        app.sign_in("clerk").await.get(&format!("/documents/{id}/preview")).await.expect(200);
        assert_eq!(count(app, "reading.opened").await, 3);
        let mut auditor = app.person("auditor", "QH001", &[Role::AuditAdmin]).await;
        auditor.get("/audit").await.expect(200).shows("查看未公开的稿件").shows("尚未公开的稿件");
        clerk = app.sign_in("clerk").await;
        submit(&mut app.sign_in("editor-qh010").await, &id, "尚未公开的稿件", "<p>正文。</p>", &[]).await.expect(303);
        pass_all(app, &id).await;
        let before = count(app, "reading.opened").await;
        clerk.get(&format!("/documents/{id}/preview")).await.expect(200);
        assert_eq!(count(app, "reading.opened").await, before, "it is public");
        // What the portal no longer serves is public no longer: it may have been corrected for what it said.
        let (old, _, _) = edition(app, &id).await;
        crate::publishing::changes::correct(app, &id, &[("note", "更正")]).await;
        pass_all(app, &id).await;
        assert_ne!(edition(app, &id).await.0, old);
        // The clerk has been told of once today, when it was a draft.
        app.pass(jiff::SignedDuration::from_hours(25));
        clerk = app.sign_in("clerk").await;
        let before = count(app, "reading.opened").await;
        let preview = clerk.get(&format!("/documents/{id}/preview?edition={old}")).await.expect(200);
        preview.shows("已经被后来的版本替换").hides("预览，尚未公开");
        clerk.get(&format!("/documents/{id}/preview")).await.expect(200).shows("这一版已经公开").hides("预览，尚未公开");
        assert_eq!(count(app, "reading.opened").await, before + 1);
        // Told it is when it stands in the log, and not before.
        app.pass(jiff::SignedDuration::from_hours(25));
        clerk = app.sign_in("clerk").await;
        let before = count(app, "reading.opened").await;
        let mut locked = app.ctx().db().write().await.expect("write");
        locked.hold_log().await.expect("the log is held by somebody else");
        clerk.get(&format!("/documents/{id}/preview?edition={old}")).await.expect(200);
        drop(locked);
        assert_eq!(count(app, "reading.opened").await, before);
        clerk.get(&format!("/documents/{id}/preview?edition={old}")).await.expect(200);
        assert_eq!(count(app, "reading.opened").await, before + 1);
    }

    async fn the_token_of_a_form_is_that_of_one_person_and_one_address(app) {
        column(app).await;
        let (mut editor, mut other) = (app.editor("QH010").await, app.person("editor-2", "QH010", &[Role::Editor]).await);
        let once = editor.get("/documents/new").await.expect(200).field("once");
        let form = |title: &'static str| [("title", title), ("organ", "QH010"), ("kind", "notice"), ("column", "notices")];
        let with = |title| form(title).into_iter().chain([("once", once.as_str())]).collect::<Vec<_>>();
        // Somebody else's token makes nobody's form look sent already.
        other.post("/documents", &with("别人先用的")).await.expect(303);
        let first = editor.post("/documents", &with("自己的")).await.expect(303).location();
        assert_eq!(editor.post("/documents", &with("自己的")).await.expect(303).location(), first, "sent twice, made once");
        let made: i64 = store::query_scalar("SELECT COUNT(*) FROM document").fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(made, 2);
        // Nor does a form count as sent because another with the same token was.
        let id = first.split('/').nth(2).expect("id");
        let (_, version, _) = edition(app, id).await;
        editor.post(&format!("/documents/{id}/bin"), &[("version", &*version.to_string()), ("once", once.as_str())]).await.expect(303);
        let binned: i64 = store::query_scalar("SELECT COUNT(*) FROM edition WHERE binned_at <> ''").fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(binned, 1);
    }
}
