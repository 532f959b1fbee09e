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
        ("version", &seen.0),
        ("once", &seen.1),
    ]
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

async fn withdraw(app: &TestApp, id: &str, reason: &str) -> String {
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
        editor.post(&format!("/documents/{policy}/submit"), &of_kind("policy", "补贴办法", "", &now)).await.expect(303);
        pass_all(app, &policy).await;
        let now = seen(&mut editor, &explained).await;
        editor.post(&path, &of_kind("notice", "补贴办法解读", &policy, &now)).await.expect(422).shows("信息类型改为“政策解读”");
        let now = seen(&mut editor, &explained).await;
        editor.post(&path, &of_kind("interpretation", "补贴办法解读", &policy, &now)).await.expect(303);
        pass_all(app, &explained).await;
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
        submit(&mut colleague, &id, "写稿人也是审核人", "<p>正文第一段。</p>", &[("note", "改正落款")]).await.expect(303);
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
        tx.touch("document", &ids[0]);
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
