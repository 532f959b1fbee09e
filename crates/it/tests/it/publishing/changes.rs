//! What happens to documents while something else changes: corrections, withdrawals, mergers of organs, forms sent again.

use super::*;

/// The fields of the editor for a document of this kind.
fn of_kind<'a>(
    kind: &'a str,
    title: &'a str,
    interprets: &'a str,
    seen: &'a (String, String),
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("title", title),
        ("body_html", "<p>正文。</p>"),
        ("disclosure", "open"),
        ("kind", kind),
        ("column", "notices"),
        ("validity", "in_force"),
        ("written_on", "2026-03-01"),
        ("interprets", interprets),
        ("background", "根据上级规定制定"),
        ("main_content", "说明补贴给谁、给多少"),
        ("execution", "每人每月 100 元"),
        ("benefits", "按月发放"),
        ("differences", "新出台"),
        ("version", &seen.0),
        ("once", &seen.1),
    ]
}

/// The same for a policy with its number.
fn policy_of<'a>(title: &'a str, number: &'a str, seen: &'a (String, String)) -> Vec<(&'a str, &'a str)> {
    of_kind("policy", title, "", seen).into_iter().chain([("document_number", number)]).collect()
}

async fn seen(client: &mut Client, id: &str) -> (String, String) {
    let page = client.get(&format!("/documents/{id}/edit")).await.expect(200);
    (page.field("version"), page.field("once"))
}

async fn interprets(app: &TestApp, id: &str) -> String {
    store::query_scalar("SELECT to_document FROM relation WHERE from_document = $1")
        .bind(id)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("document")
}

/// A correction of a public document, submitted with these fields besides.
pub(crate) async fn correct(app: &TestApp, id: &str, more: &[(&str, &str)]) {
    let mut editor = app.editor("QH010").await;
    editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
    submit(&mut editor, id, "更正后的通知", "<p>更正后的正文。</p>", more).await.expect(303);
}

/// Withdraws a public document of the finance bureau; the page after.
pub(crate) async fn withdraw(app: &TestApp, id: &str, reason: &str) -> String {
    let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
    let page = head.get(&format!("/documents/{id}")).await.expect(200);
    let form = page.text();
    // The form of the withdrawal names the public edition, which need not be the newest.
    let form = form.split(&format!("/documents/{id}/withdraw")).nth(1).expect("a form").to_owned();
    let version =
        form.split("name=\"version\" value=\"").nth(1).expect("a version").split('"').next().expect("a version");
    let path = format!("/documents/{id}/withdraw");
    let to = head.post(&path, &[("version", version), ("reason", reason)]).await.expect(303).location();
    head.get(&to).await.expect(200).text()
}

both! {
    async fn a_text_that_would_stop_the_sanitiser_is_refused_and_nothing_is_lost(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "深层嵌套").await;
        let seen = seen(&mut editor, &id).await;
        for hostile in ["<div>".repeat(60_000), format!("<p>{}</p>", "<b>".repeat(1000)), "<ul><li>".repeat(20_000)] {
            let form = [("title", "改了标题"), ("body_html", hostile.as_str()), ("version", &seen.0), ("once", &seen.1)];
            let path = format!("/documents/{id}");
            editor.post(&format!("{path}/save"), &form).await.expect(422).shows("只保留文本").shows("改了标题");
            editor.post(&format!("{path}/autosave"), &form).await.expect(400).shows("只保留文本");
            editor.post(&format!("{path}/submit"), &form).await.expect(422).shows("只保留文本");
        }
        editor.get(&format!("/documents/{id}")).await.expect(200).hides("改了标题");
        // Plain text has no line through it: what is void does not stand in it.
        let struck = "<p>每户补助<s>500元</s>600元。</p>";
        submit(&mut editor, &id, "深层嵌套", struck, &[]).await.expect(422).shows("加了删除线的文字");
    }

    async fn a_draft_of_a_correction_changes_no_public_page(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let policy = draft(&mut editor, "补贴办法").await;
        let explained = draft(&mut editor, "补贴办法解读").await;
        // A policy that nobody can read yet cannot be interpreted, and only an interpretation interprets.
        let now = seen(&mut editor, &explained).await;
        let path = format!("/documents/{explained}/submit");
        editor.post(&path, &of_kind("interpretation", "补贴办法解读", &policy, &now)).await.expect(422).shows("现在公开的政策文件");
        let now = seen(&mut editor, &policy).await;
        editor.post(&format!("/documents/{policy}/submit"), &policy_of("补贴办法", "青禾财发〔2026〕1号", &now)).await.expect(303);
        pass_all(app, &policy).await;
        let now = seen(&mut editor, &explained).await;
        editor.post(&path, &of_kind("notice", "补贴办法解读", &policy, &now)).await.expect(422).shows("信息类型改为“政策解读”");
        let now = seen(&mut editor, &explained).await;
        editor.post(&path, &of_kind("interpretation", "补贴办法解读", &policy, &now)).await.expect(303);
        // Each waits for the other, and both come out together.
        assert!(!is_public(app, &policy).await && edition(app, &policy).await.2 == "scheduled");
        pass_all(app, &explained).await;
        assert!(!is_public(app, &explained).await && edition(app, &explained).await.2 == "scheduled");
        app.pass(SignedDuration::from_mins(2));
        for _ in 0..2 {
            publishing::publish_due(app.ctx()).await.expect("due");
        }
        assert!(is_public(app, &policy).await && is_public(app, &explained).await);
        let public = format!("/policies/{policy}");
        app.visitor().get(&public).await.expect(200).shows("补贴办法解读");
        // The correction is only saved.
        editor.post(&format!("/documents/{explained}/correct"), &[]).await.expect(303);
        let now = seen(&mut editor, &explained).await;
        let save = format!("/documents/{explained}/save");
        editor.post(&save, &of_kind("interpretation", "还在改的标题", "", &now)).await.expect(303);
        assert_eq!(interprets(app, &explained).await, policy);
        app.visitor().get(&public).await.expect(200).shows("补贴办法解读").hides("还在改的标题");
    }

    async fn a_number_is_written_as_it_should_be_and_borne_once(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let first = draft(&mut editor, "补贴办法").await;
        let now = seen(&mut editor, &first).await;
        let path = format!("/documents/{first}/submit");
        let reply = editor.post(&path, &policy_of("补贴办法", "青禾财发[2026]9号", &now)).await.expect(422);
        reply.shows("改为“青禾财发〔2026〕9号”").shows("改为 青禾财发〔2026〕9号");
        // The offer is one press.
        let now = seen(&mut editor, &first).await;
        let mut form = policy_of("补贴办法", "青禾财发[2026]9号", &now);
        form.push(("right_number", "青禾财发〔2026〕9号"));
        editor.post(&format!("/documents/{first}/save"), &form).await.expect(303);
        editor.get(&format!("/documents/{first}/edit")).await.expect(200).shows("value=\"青禾财发〔2026〕9号\"");
        crate::policy::explained_later(&mut editor, &first).await;
        let now = seen(&mut editor, &first).await;
        editor.post(&path, &policy_of("补贴办法", "青禾财发〔2026〕9号", &now)).await.expect(303);
        // Another document of the organ does not bear it, unless it is explained to the reviewers.
        let second = draft(&mut editor, "另一份办法").await;
        let path = format!("/documents/{second}/submit");
        let now = seen(&mut editor, &second).await;
        let reply = editor.post(&path, &policy_of("另一份办法", "青禾财发〔2026〕9号", &now)).await.expect(422);
        reply.shows("《补贴办法》已用“青禾财发〔2026〕9号”");
        // Nor does a document of another organ, and the number is of the year in which the document was made.
        let mut other = app.editor("QH011").await;
        let third = draft_of(&mut other, "QH011", "别的机关的办法").await;
        let elsewhere = format!("/documents/{third}/submit");
        let now = seen(&mut other, &third).await;
        let reply = other.post(&elsewhere, &policy_of("别的机关的办法", "青禾财发〔2026〕9号", &now)).await.expect(422);
        reply.shows("《补贴办法》已用“青禾财发〔2026〕9号”");
        let now = seen(&mut other, &third).await;
        let reply = other.post(&elsewhere, &policy_of("别的机关的办法", "青禾民发〔2025〕9号", &now)).await.expect(422);
        reply.shows("发文字号是 2025 年的");
        let now = seen(&mut editor, &second).await;
        editor.post(&path, &policy_of("另一份办法", "", &now)).await.expect(422).shows("请填写发文字号");
        crate::policy::explained_later(&mut editor, &second).await;
        let now = seen(&mut editor, &second).await;
        let mut form = policy_of("另一份办法", "青禾财发〔2026〕9号", &now);
        form.push(("explained", "同一文号的附件另发"));
        editor.post(&path, &form).await.expect(303);
        let (edition_id, ..) = edition(app, &second).await;
        app.reviewer(Gate::SECRECY).await.get(&format!("/reviews/{edition_id}")).await.expect(200).shows("同一文号的附件另发");
        pass_all(app, &second).await;
        app.visitor().get(&format!("/policies/{second}")).await.expect(200).hides("同一文号的附件另发");
    }

    async fn what_is_saved_is_what_is_said(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "定时的通知").await;
        let save = |client: &Client, at: &'static str| { let (mut client, id) = (client.clone(), id.clone()); async move {
            let (version, once) = seen(&mut client, &id).await;
            let mut fields = form("定时的通知", "<p>正文。</p>", &version, &once);
            fields.push(("publish_at", at));
            client.post(&format!("/documents/{id}/save"), &fields).await
        }};
        save(&editor, "明天").await.expect(422).shows("已保存，提交之前须改正").shows("请按“年-月-日 时:分”填写发布时间");
        save(&editor, "2026-03-05").await.expect(422).shows("请按“年-月-日 时:分”");
        save(&editor, "2026-03-01 09:00").await.expect(422).shows("发布时间已经过去");
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).hides("全部通过后，").shows("data-confirm=\"\"");
        save(&editor, "2026-03-05 09:00").await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("于 2026-03-05 09:00 向全社会公开");
        // Saved by itself, the answer tells what holds now: the question before submitting and what was found.
        let (version, _) = seen(&mut editor, &id).await;
        let body = format!("<p>身份证 {}</p>", identity_number());
        let fields = form("定时的通知", &body, &version, "");
        let mut writing = editor.clone();
        writing.with_header("accept", "application/json");
        let answer = writing.post(&format!("/documents/{id}/autosave"), &fields).await.expect(200).json();
        assert_eq!(answer["confirm"], "", "what would be refused is not asked: {answer}");
        assert!(answer["panel"].as_str().expect("a panel").contains("1 处须处理"), "{answer}");
        assert!(answer["note"].is_null());
    }

    async fn personal_things_are_masked_by_one_press(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "救助对象公示").await;
        let body = format!(
            "<table><tbody><tr><th>姓名</th><th>身份证号码</th></tr><tr><td>张志祥</td><td>{}</td></tr></tbody></table>",
            identity_number()
        );
        let (version, once) = seen(&mut editor, &id).await;
        let path = format!("/documents/{id}/save");
        editor.post(&path, &form("救助对象公示", &body, &version, &once)).await.expect(303);
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        page.shows("姓名与个人情况").shows("张*祥").shows("一键遮盖 2 处");
        let (version, once) = seen(&mut editor, &id).await;
        let mut fields = form("救助对象公示", &body, &version, &once);
        fields.push(("mask", "1"));
        editor.post(&path, &fields).await.expect(303);
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        page.shows("已遮盖 2 处").shows("张*祥").hides("张志祥").hides(&identity_number()).hides("一键遮盖");
    }

    async fn who_is_masked_in_a_list_is_masked_in_title_summary_and_sentences_too(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let title = "救助公示（张伟祥等）";
        let id = draft(&mut editor, title).await;
        let body = format!(
            "<table><tbody><tr><th>姓名</th><th>身份证号码</th></tr><tr><td>张伟祥</td><td>{}</td></tr><tr><td>李娜</td><td>略</td></tr>\
             </tbody></table><p>张伟祥家庭情况已核查。</p>",
            identity_number()
        );
        let path = format!("/documents/{id}/save");
        let (version, once) = seen(&mut editor, &id).await;
        let mut fields = form(title, &body, &version, &once);
        fields.push(("summary", "张伟祥、李娜等4户"));
        editor.post(&path, &fields).await.expect(303);
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        // The list is one finding, the sentence another; the number stops the text.
        page.shows("发现 3 处，其中 1 处须处理").shows("一键遮盖 7 处").shows("写着 张*祥 的全名").shows("写着 张*祥、李* 的全名");
        let (version, once) = seen(&mut editor, &id).await;
        let mut fields = form(title, &body, &version, &once);
        fields.extend([("summary", "张伟祥、李娜等4户"), ("mask", "1")]);
        editor.post(&path, &fields).await.expect(303);
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        let page = page.shows("已遮盖 7 处").shows("救助公示（张*祥等）").shows("张*祥、李*等4户").shows("张*祥家庭情况已核查");
        page.hides("张伟祥").hides("李娜").hides("的全名").hides("一键遮盖");
    }

    async fn a_correction_corrects_something(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = published(app, "要更正的通知").await;
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        let now = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        let body: String = store::query_scalar("SELECT t.body_html FROM edition_text t JOIN document d ON d.current_edition = t.edition_id WHERE d.id = $1")
            .bind(&id).fetch_one(app.ctx().db().read()).await.expect("text");
        assert!(now.text().contains("要更正的通知"));
        let reply = submit(&mut editor, &id, "要更正的通知", &body, &[("note", "更正金额")]).await.expect(422);
        reply.shows("和公开的那一版完全一样");
        submit(&mut editor, &id, "要更正的通知", "<p>金额改为 200 元。</p>", &[("note", "更正金额")]).await.expect(303);
    }

    async fn a_file_has_a_name_of_its_own_and_is_replaced_in_its_place(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "附件同名").await;
        let path = format!("/documents/{id}/attachments");
        editor.upload(&path, &[], &[("file", "名单.txt", "第一稿".as_bytes())]).await.expect(303);
        editor.upload(&path, &[], &[("file", "说明.txt", "说明".as_bytes())]).await.expect(303);
        editor.upload(&path, &[], &[("file", "名单.txt", "第二稿".as_bytes())]).await.expect(409).shows("已有同名的附件“名单.txt”");
        let (edition_id, ..) = edition(app, &id).await;
        let old = whole(app, &edition_id).await.files[0].clone();
        editor.upload(&path, &[("replaces", old.id.as_str())], &[("file", "名单.txt", "第二稿".as_bytes())]).await.expect(303);
        let files = whole(app, &edition_id).await.files;
        assert_eq!(files.iter().map(|file| file.file_name.as_str()).collect::<Vec<_>>(), ["名单.txt", "说明.txt"]);
        assert_ne!(files[0].digest, old.digest);
        editor.get(&format!("{path}/{}/text", files[0].id)).await.expect(200).shows("第二稿").shows("附件文字：名单.txt");
        app.editor("QH011").await.get(&format!("{path}/{}/text", files[0].id)).await.expect(404);
    }

    async fn what_comes_back_stands_first_with_its_reason_and_is_mailed(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "要退回的通知").await;
        app.reviewer(Gate::SECRECY).await;
        submit(&mut editor, &id, "要退回的通知", "<p>正文。</p>", &[]).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        let fields = [("version", &*version.to_string()), ("reason", "第三段数据与附件不一致")];
        app.reviewer(Gate::SECRECY).await.post(&format!("/reviews/{edition_id}/return"), &fields).await.expect(303);
        let mails: Vec<String> = store::query_scalar("SELECT payload FROM job WHERE kind = $1 ORDER BY created_at, id")
            .bind(web::mail::SEND).fetch_all(app.ctx().db().read()).await.expect("mails");
        let mails = mails.join("\n");
        assert!(mails.contains("有稿件等待保密审查") && mails.contains("reviewer-secrecy@example.invalid"), "{mails}");
        assert!(mails.contains("稿件退回：要退回的通知") && mails.contains("editor-qh010@example.invalid"), "{mails}");
        editor.get("/").await.expect(200).shows("退回修改").shows("退回理由：第三段数据与附件不一致").hides("已领取</span>");
    }

    async fn its_authors_hear_that_a_text_is_public_and_that_it_is_taken_off(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "要撤回的通知").await;
        submit(&mut editor, &id, "要撤回的通知", "<p>正文。</p>", &[]).await.expect(303);
        pass_all(app, &id).await;
        let mails = async || -> Vec<String> {
            let sql = "SELECT payload FROM job WHERE kind LIKE 'mail.send%' AND payload LIKE '%editor-qh010@example.invalid%'";
            store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("mails")
        };
        let told = mails().await;
        let public = told.iter().find(|mail| mail.contains("已公开：要撤回的通知")).expect("that it is public");
        assert!(public.contains(&format!("/documents/{id}")), "{public}");
        withdraw(app, &id, "标准数据有误").await;
        let told = mails().await;
        let off = told.iter().find(|mail| mail.contains("已撤回公开：要撤回的通知")).expect("that it is taken off");
        assert!(off.contains("标准数据有误") && !off.contains("head-qh010@"), "{off}");
        // Whoever writes or reviews what brings it back is told, and sees what changed since.
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("撤回理由：标准数据有误");
        submit(&mut editor, &id, "要撤回的通知", "<p>正文，已改。</p>", &[("note", "改正数据")]).await.expect(303);
        let (next, ..) = edition(app, &id).await;
        let page = app.reviewer(Gate::SECRECY).await.get(&format!("/reviews/{next}")).await.expect(200);
        page.shows("撤回理由：标准数据有误").shows("与撤回的第 1 版相比").shows("<ins>，已改</ins>");
    }

    async fn a_text_that_nobody_can_review_is_on_the_desks_of_those_who_can_help(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let mut security = app.person("security", "QH001", &[Role::SecurityAdmin]).await;
        let mut clerk = app.clerk().await;
        let id = draft(&mut editor, "没有人审的通知").await;
        submit(&mut editor, &id, "没有人审的通知", "<p>正文。</p>", &[]).await.expect(303);
        clerk.get("/").await.expect(200).shows("无人可审·保密审查").shows("没有人审的通知");
        // Who gives roles does not read drafts.
        let page = security.get("/").await.expect(200);
        page.shows("无人可审·保密审查").shows("有 1 件稿件停在保密审查").hides("没有人审的通知");
        editor.get("/").await.expect(200).hides("无人可审");
        // A reviewer of another organ does not help, one of the department does.
        app.person("secrecy-elsewhere", "QH011", &[Role::ReviewerSecrecy]).await;
        clerk.get("/").await.expect(200).shows("无人可审·保密审查");
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        clerk.get("/").await.expect(200).hides("无人可审·保密审查").shows("无人可审·文字关");
        app.reviewer(Gate::WORDING).await;
        clerk.get("/").await.expect(200).hides("无人可审");
        security.get("/").await.expect(200).hides("无人可审");
    }

    async fn a_withdrawal_with_a_personal_number_keeps_what_was_typed(app) {
        column(app).await;
        let id = published(app, "撤回理由带号码").await;
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
        let version = head.get(&format!("/documents/{id}")).await.expect(200).field("version");
        let path = format!("/documents/{id}/withdraw");
        let fields = [("version", version.as_str()), ("reason", "请联系张三 13800138000"), ("notice", "另见新办法")];
        let reply = head.post(&path, &fields).await.expect(422).shows("请修改“理由”，公众会看到").shows("另见新办法");
        reply.shows("撤回理由带号码");
        assert!(is_public(app, &id).await);
    }

    async fn a_form_sent_again_after_a_refusal_is_heard(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "先漏了正文").await;
        let (version, once) = seen(&mut editor, &id).await;
        let path = format!("/documents/{id}/submit");
        let refused = editor.post(&path, &form("先漏了正文", "", &version, &once)).await.expect(422).shows("请填写正文");
        let newer = refused.field("version");
        let to = editor.post(&path, &form("先漏了正文", "<p>补上的正文。</p>", &newer, &once)).await.expect(303).location();
        assert_eq!(to, format!("/documents/{id}"));
        assert_eq!(edition(app, &id).await.2, "in_review");
        let text: String = store::query_scalar("SELECT t.body_text FROM edition_text t JOIN edition e ON e.id = t.edition_id WHERE e.document_id = $1")
            .bind(&id).fetch_one(app.ctx().db().read()).await.expect("text");
        assert_eq!(text, "补上的正文。");
        // Sent a third time, the form leads to where it led.
        let again = editor.post(&path, &form("先漏了正文", "<p>补上的正文。</p>", &newer, &once)).await.expect(303).location();
        assert_eq!((again, count(app, "document.submitted").await), (to, 1));
    }

    /// A correction that somebody else begins still carries the first author's words.
    async fn who_wrote_the_text_before_passes_no_gate_of_its_correction(app) {
        column(app).await;
        let mut writer = app.person("writer", "QH010", &[Role::Editor, Role::ReviewerSecrecy]).await;
        let id = draft(&mut writer, "写稿人也是审核人").await;
        submit(&mut writer, &id, "写稿人也是审核人", "<p>正文第一段。</p>", &[]).await.expect(303);
        pass_all(app, &id).await;
        let mut colleague = app.person("colleague", "QH010", &[Role::Editor]).await;
        colleague.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        submit(&mut colleague, &id, "写稿人也是审核人", "<p>正文第一段。</p><p>落款。</p>", &[("note", "改正落款")]).await.expect(303);
        approve(app, &mut writer, &id).await.expect(409).shows("自己");
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        approve(app, &mut reviewer, &id).await.expect(303);
    }

    async fn after_a_merger_the_successors_people_go_on(app) {
        column(app).await;
        let mut old = app.editor("QH010").await;
        let open = draft(&mut old, "合并前没写完的通知").await;
        let public = published(app, "合并前公开的通知").await;
        let roles = [Role::Editor, Role::OrganHead];
        let mut successor = app.person("successor", "QH011", &roles).await;
        let mut reviewer = app.person("successor-secrecy", "QH011", &[Role::ReviewerSecrecy]).await;
        successor.get(&format!("/documents/{open}")).await.expect(404);
        let mut tx = app.ctx().db().write().await.expect("write");
        let today = app.ctx().today();
        identity::organs::merge(&mut tx, &["QH010".into()], &"QH011".into(), today, "机构改革", &Actor::System)
            .await.expect("merged");
        tx.commit().await.expect("commit");
        identity::load_directory(app.ctx()).await.expect("directory");
        successor.get("/documents").await.expect(200).shows("合并前没写完的通知").shows("合并前公开的通知");
        submit(&mut successor, &open, "合并后写完的通知", "<p>正文。</p>", &[]).await.expect(303);
        reviewer.get("/reviews").await.expect(200).shows("合并后写完的通知");
        reviewer.get("/").await.expect(200).shows("合并后写完的通知");
        approve(app, &mut reviewer, &open).await.expect(303);
        let version = successor.get(&format!("/documents/{public}")).await.expect(200).field("version");
        let path = format!("/documents/{public}/withdraw");
        successor.post(&path, &[("version", &version), ("reason", "职责已划转")]).await.expect(303);
        assert!(!is_public(app, &public).await);
        // The organ that issued it stays what it was, and a third organ's people still reach nothing.
        let organ: String = store::query_scalar("SELECT organ FROM document WHERE id = $1")
            .bind(&open).fetch_one(app.ctx().db().read()).await.expect("organ");
        assert_eq!(organ, "QH010");
        let mut third = app.person("third", "QH101", &roles).await;
        third.get(&format!("/documents/{open}")).await.expect(404);
        third.get("/documents").await.expect(200).hides("合并后写完的通知");
    }

    async fn a_withdrawal_stops_the_correction_that_is_on_its_way(app) {
        column(app).await;
        let id = published(app, "要撤回的通知").await;
        correct(app, &id, &[("note", "更正金额"), ("publish_at", "2026-03-03 09:00")]).await;
        pass_all(app, &id).await;
        assert_eq!(edition(app, &id).await.2, "scheduled");
        assert!(withdraw(app, &id, "内容有误").await.contains("不会自动发布"));
        assert_eq!(edition(app, &id).await.2, "returned");
        app.pass(SignedDuration::from_hours(48));
        app.work().await;
        publishing::publish_due(app.ctx()).await.expect("due");
        assert!(!is_public(app, &id).await);
        assert_eq!(count(app, "document.corrected").await, 0);
        // One in review goes back too: its reviewer would bring the document back.
        let other = published(app, "另一份要撤回的通知").await;
        correct(app, &other, &[("note", "更正日期")]).await;
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &other).await.expect(303);
        withdraw(app, &other, "重复发布").await;
        let (edition_id, version, state) = edition(app, &other).await;
        assert_eq!(state, "returned");
        let path = format!("/reviews/{edition_id}/approve");
        app.reviewer(Gate::WORDING).await.post(&path, &[("version", &version.to_string())]).await.expect(409);
        app.editor("QH010").await.get(&format!("/documents/{other}")).await.expect(200).shows("这份文件已撤回公开（理由：重复发布）");
    }

    async fn one_text_that_fails_does_not_keep_the_others_back(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let mut ids = Vec::new();
        for title in ["坏了的一份", "好的一份"] {
            let id = draft(&mut editor, title).await;
            submit(&mut editor, &id, title, "<p>正文。</p>", &[("publish_at", "2026-03-03 09:00")]).await.expect(303);
            pass_all(app, &id).await;
            ids.push(id);
        }
        let mut tx = app.ctx().db().write().await.expect("write");
        store::query("UPDATE edition SET publish_at = '2026-03' WHERE document_id = $1")
            .bind(&ids[0]).execute(tx.conn()).await.expect("broken");
        tx.touch(&kernel::id::SubjectRef::new("document", &ids[0]));
        tx.commit().await.expect("commit");
        app.pass(SignedDuration::from_hours(48));
        assert_eq!(publishing::publish_due(app.ctx()).await.expect("due"), 2);
        assert!(!is_public(app, &ids[0]).await);
        assert!(is_public(app, &ids[1]).await);
    }

    async fn what_a_withdrawn_edition_said_of_itself_is_withdrawn_too(app) {
        column(app).await;
        let id = published(app, "更正又撤回的通知").await;
        correct(app, &id, &[("note", "不该公开的更正说明")]).await;
        pass_all(app, &id).await;
        let Some(Found::Public(now)) = found(app, &id).await else { panic!("gone") };
        let path = now.listed.path.clone();
        app.visitor().get(&path).await.expect(200).shows("不该公开的更正说明");
        withdraw(app, &id, "内容有误").await;
        correct(app, &id, &[("note", "核对后重新公开")]).await;
        pass_all(app, &id).await;
        app.visitor().get(&path).await.expect(200).shows("核对后重新公开").hides("不该公开的更正说明");
    }

    async fn files_added_at_the_same_moment_make_all_their_givers_authors(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "几个人一起写").await;
        let path = format!("/documents/{id}/attachments");
        let mut a = app.person("giver-a", "QH010", &[Role::Editor]).await;
        let mut b = app.person("giver-b", "QH010", &[Role::Editor]).await;
        let (one, two) = ([("file", "甲.txt", "甲".as_bytes())], [("file", "乙.txt", "乙".as_bytes())]);
        let (one, two) = tokio::join!(a.upload(&path, &[], &one), b.upload(&path, &[], &two));
        one.expect(303);
        two.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        let loaded = whole(app, &edition_id).await;
        assert_eq!((loaded.authors.len(), loaded.files.len()), (3, 2));
        let mut places: Vec<i64> = loaded.files.iter().map(|file| file.position).collect();
        places.dedup();
        assert_eq!(places, [1, 2]);
    }
}
