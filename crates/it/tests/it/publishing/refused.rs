//! Stories of refusals: told where they arose, with what was typed, on the page as it is by now; and of what follows an
//! emergency publication for others than who decided it.

use kernel::Role;
use review::Gate;
use testkit::{Client, TestApp, both};

use super::{approve, column, count, draft, edition, is_public, submit};

/// A text of QH010 that has passed the secrecy review; its id, its edition and its version there.
async fn cleared(app: &TestApp, title: &str) -> (String, String, String) {
    let mut editor = app.editor("QH010").await;
    let id = draft(&mut editor, title).await;
    submit(&mut editor, &id, title, "<p>明日停课。</p>", &[]).await.expect(303);
    approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
    let (edition_id, version, _) = edition(app, &id).await;
    (id, edition_id, version.to_string())
}

async fn mails(app: &TestApp) -> Vec<String> {
    let sql = "SELECT payload FROM job WHERE kind IN ('mail.send', 'mail.send_now') ORDER BY id";
    store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("mails")
}

async fn bypass(client: &mut Client, id: &str, version: &str, reason: &str) -> testkit::Reply {
    client.post(&format!("/documents/{id}/bypass"), &[("version", version), ("reason", reason)]).await
}

both! {
    async fn an_emergency_publication_without_a_reason_is_told_at_its_field(app) {
        column(app).await;
        let (id, _, version) = cleared(app, "暴雨停课通知").await;
        let mut clerk = app.clerk().await;
        for blank in ["", " \n", "\u{3000}"] {
            let reply = bypass(&mut clerk, &id, &version, blank).await.expect(422);
            // The example is one of this act, and the message stands at its own field.
            let reply = reply.shows("请写明紧急发布的理由，例如：暴雨").shows("href=\"#b-reason\"").shows("暴雨停课通知");
            reply.hides("第三段数据与附件不一致").hides("未能办理");
        }
        assert!(!is_public(app, &id).await);
        assert_eq!(count(app, "document.bypassed").await, 0);
    }

    async fn what_was_typed_into_a_stale_tab_is_shown_on_the_page_as_it_is_now(app) {
        column(app).await;
        let (id, edition_id, version) = cleared(app, "停课安排通知").await;
        let mut clerk = app.clerk().await;
        // Somebody else decides meanwhile.
        approve(app, &mut app.reviewer(Gate::WORDING).await, &id).await.expect(303);
        let reply = bypass(&mut clerk, &id, &version, "红色预警，须立即告知").await.expect(409);
        reply.shows("未能办理").shows("红色预警，须立即告知").shows("审核中·政策关").shows("紧急发布");
        let mut policy = app.reviewer(Gate::POLICY).await;
        let path = |act: &str| format!("/reviews/{edition_id}/{act}");
        for (act, field) in [("approve", "opinion"), ("return", "reason")] {
            let reply = policy.post(&path(act), &[("version", &*version), (field, "与第三条的口径一致")]).await.expect(409);
            reply.shows("您的操作没有执行").shows("与第三条的口径一致").shows("停课安排通知").hides("回到待办台");
        }
        // Published meanwhile, the page has none of the fields any more: what was typed stands beside the reason.
        approve(app, &mut policy, &id).await.expect(303);
        approve(app, &mut app.reviewer(Gate::POLITICAL).await, &id).await.expect(303);
        let reply = policy.post(&path("return"), &[("version", &*version), ("reason", "落款日期有误")]).await.expect(409);
        reply.shows("落款日期有误").shows("您填写的内容没有丢");
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
        let fields = [("version", "1"), ("reason", "数据有误"), ("notice", "新的办法见别处")];
        let reply = head.post(&format!("/documents/{id}/withdraw"), &fields).await.expect(409);
        reply.shows("数据有误").shows("新的办法见别处").shows("撤回公开");
        let version = head.get(&format!("/documents/{id}")).await.expect(200).field("version");
        let blank = [("version", version.as_str()), ("reason", " "), ("notice", "新的办法见别处")];
        let reply = head.post(&format!("/documents/{id}/withdraw"), &blank).await.expect(422);
        reply.shows("请写明撤回理由").shows("新的办法见别处").hides("第三段数据与附件不一致");
        assert!(is_public(app, &id).await);
    }

    async fn a_refusal_on_a_page_of_its_own_leads_back_and_keeps_the_words(app) {
        let mut clerk = app.clerk().await;
        // Nothing says from which page it came; the columns are where it belongs.
        let fields = [("name", "养老服务专栏"), ("slug", "elders"), ("kind", "topic"), ("version", "3")];
        let reply = clerk.post("/columns/none-of-this-name", &fields).await.expect(404);
        reply.shows("养老服务专栏").shows("href=\"/columns\"");
    }

    async fn an_emergency_publication_is_told_to_whom_it_concerns(app) {
        column(app).await;
        for (login, organ, roles) in [
            ("pol", "QH001", &[Role::ReviewerPolitical][..]),
            ("word", "QH001", &[Role::ReviewerWording]),
            ("chief", "QH010", &[Role::OrganHead]),
            ("far", "QH011", &[Role::Editor]),
        ] {
            app.account(login, organ, roles).await;
        }
        let (id, ..) = cleared(app, "暴雨停课通知").await;
        let before = mails(app).await;
        let mut clerk = app.clerk().await;
        let (_, version, _) = edition(app, &id).await;
        bypass(&mut clerk, &id, &version.to_string(), "红色预警").await.expect(303);
        let told: Vec<String> = mails(app).await.into_iter().filter(|mail| !before.contains(mail)).collect();
        let to = |login: &str| -> Vec<&String> { told.iter().filter(|mail| mail.contains(&format!("{login}@"))).collect() };
        for (login, says) in [
            ("pol", "有紧急发布等待复核：暴雨停课通知"),
            ("editor-qh010", "已紧急发布：暴雨停课通知"),
            ("chief", "已紧急发布：暴雨停课通知"),
            ("word", "不用再审核：暴雨停课通知"),
        ] {
            let own = to(login);
            assert_eq!(own.len(), 1, "{login}: {told:?}");
            assert!(own[0].contains(says) && own[0].contains("红色预警") && own[0].contains("跳过了文字关、政策关、政治关"), "{}", own[0]);
        }
        assert!(to("far").is_empty() && to("clerk").is_empty(), "{told:?}");
    }

    async fn who_disagrees_with_an_emergency_publication_starts_its_withdrawal(app) {
        column(app).await;
        app.account("chief", "QH010", &[Role::OrganHead]).await;
        let (id, edition_id, version) = cleared(app, "暴雨停课通知").await;
        let mut clerk = app.clerk().await;
        bypass(&mut clerk, &id, &version, "红色预警").await.expect(303);
        let mut political = app.reviewer(Gate::POLITICAL).await;
        let path = format!("/bypasses/{edition_id}/review");
        political.get("/bypasses").await.expect(200).shows("不同意").shows("确认复核");
        political.post(&path, &[("reason", " "), ("verdict", "against")]).await.expect(422).shows("请写明复核意见");
        political.post(&path, &[("reason", "停课范围有误"), ("verdict", "against")]).await.expect(303);
        assert!(is_public(app, &id).await, "it stays until somebody who may has taken it off");
        let told = mails(app).await;
        assert!(told.iter().any(|mail| mail.contains("紧急发布复核不同意：暴雨停课通知") && mail.contains("停课范围有误") && mail.contains("chief@")), "{told:?}");
        political.get("/bypasses").await.expect(200).shows("停课范围有误").shows("不同意").hides("确认复核");
        // On the desk of those who may take it off.
        clerk.get("/").await.expect(200).shows("紧急发布复核不同意");
        // Another person may find that it was right after all.
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        other.post(&path, &[("reason", "范围已核实无误")]).await.expect(303);
        other.get("/bypasses").await.expect(200).shows("已复核").shows("范围已核实无误").shows("停课范围有误");
        clerk.get("/").await.expect(200).hides("紧急发布复核不同意");
        assert_eq!(count(app, "document.bypass_reviewed").await, 2);
    }

    async fn who_may_withdraw_is_led_there_by_disagreeing(app) {
        column(app).await;
        let (id, edition_id, version) = cleared(app, "暴雨停课通知").await;
        bypass(&mut app.clerk().await, &id, &version, "红色预警").await.expect(303);
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        let fields = [("reason", "停课范围有误"), ("verdict", "against")];
        let to = other.post(&format!("/bypasses/{edition_id}/review"), &fields).await.expect(303).location();
        assert_eq!(to, format!("/documents/{id}"));
        let page = other.get(&to).await.expect(200).shows("撤回公开");
        let (version, once) = (page.field("version"), page.field("once"));
        let form = [("version", version.as_str()), ("once", &once), ("reason", "停课范围有误"), ("notice", "")];
        other.post(&format!("/documents/{id}/withdraw"), &form).await.expect(303);
        assert!(!is_public(app, &id).await);
        other.get("/").await.expect(200).hides("紧急发布复核不同意");
        other.get("/bypasses").await.expect(200).shows("这一版已不再公开");
        // Nothing is public that a correction would replace.
        app.editor("QH010").await.get(&format!("/documents/{id}")).await.expect(200)
            .shows("现在没有公开的版本").hides("替代现在这一版");
    }
}
