//! Stories of what goes out besides the portal: hubs hear of feeds, documents become articles of official accounts, a policy is
//! pushed to those whom it is for.

mod stand_in;

use app::App;
use broadcast::{Account as Configured, Broadcast};
use document::common::AUDIENCE;
use jiff::SignedDuration;
use kernel::Role;
use publishing::{
    kinds::NOTICE,
    seed::{Seed, SeedFile},
};
use store::jobs::run_due;
use testkit::{Client, TestApp, both};
use web::Ctx;

use self::stand_in::{APP, Account, Answer, Hub};
use crate::{
    policy::{policy, put},
    publishing::{changes, column, count, draft, pass_all, pictures::png, submit},
};

/// The same installation, configured so.
async fn configured(app: &TestApp, settings: Broadcast) -> App {
    let ctx = app.with_config(|config| config.settings.set(settings)).await;
    let there = App::new(ctx).expect("the program composes");
    // Followers begin with what happens from now on.
    work(&there.ctx).await;
    there
}

/// Follows the log and does what is due.
async fn work(ctx: &Ctx) {
    let all = ctx.capabilities();
    all.followers(ctx).run(ctx.db()).await.expect("followers");
    run_due(ctx.db(), &all.jobs(ctx)).await.expect("queue");
}

/// Settings with this account.
fn with_account(app: &TestApp, account: &Account) -> Broadcast {
    let cover = app.data().join("cover.png");
    std::fs::write(&cover, png(40, 30, 9)).expect("a cover");
    let account = Configured {
        key: "county".to_owned(),
        name: "青禾发布".to_owned(),
        app_id: APP.0.to_owned(),
        secret: APP.1.into(),
        cover: cover.to_string_lossy().into_owned(),
        api: account.url.clone(),
        ..Configured::default()
    };
    Broadcast { wechat: vec![account], allow: vec!["127.0.0.0/8".parse().expect("net")], ..Broadcast::default() }
}

/// What is published in the column goes out by itself.
async fn by_itself(clerk: &mut Client) {
    let rule = [("account", "county"), ("column", "notices"), ("kind", ""), ("how", "auto")];
    clerk.post("/push/rules", &rule).await.expect(303);
}

/// The newest article in the list: its page and its version.
async fn newest(app: &TestApp) -> (String, String) {
    let (id, version): (String, i64) =
        store::query_as("SELECT id, version FROM push_article ORDER BY queued_at DESC, id DESC LIMIT 1")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("an article");
    (format!("/push/articles/{id}"), version.to_string())
}

/// Does something with the newest article.
async fn settle(app: &TestApp, client: &mut Client, act: &str) {
    let (page, version) = newest(app).await;
    client.post(&page, &[("act", act), ("version", &version)]).await.expect(303);
}

/// Published a second after what came before: what is newest is told by its time.
async fn published(app: &TestApp, title: &str) -> String {
    app.pass(SignedDuration::from_secs(1));
    crate::publishing::published(app, title).await
}

async fn state(app: &TestApp) -> String {
    store::query_scalar("SELECT state FROM push_article ORDER BY queued_at DESC, id DESC LIMIT 1")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("an article")
}

both! {
    async fn feeds_name_the_hub_and_it_hears_of_each_change(app) {
        column(app).await;
        let hub = Hub::start().await;
        let allow = vec!["127.0.0.0/8".parse().expect("net")];
        let there = configured(app, Broadcast { hubs: vec![hub.url.clone()], allow, ..Broadcast::default() }).await;
        let mut visitor = app.visitor().on(there.portal.clone());
        let link = format!("<link rel=\"hub\" href=\"{}\"/>", hub.url);
        // The second time the page is a kept one.
        for _ in 0..2 {
            let feed = visitor.get("/columns/notices/feed.atom").await.expect(200).shows(&link);
            let mut links: Vec<&str> =
                feed.headers.get_all("link").iter().filter_map(|value| value.to_str().ok()).collect();
            links.sort_unstable();
            let own = format!("<{}/columns/notices/feed.atom>; rel=\"self\"", there.ctx.portal_url());
            let mut wanted = [format!("<{}>; rel=\"hub\"", hub.url), own];
            wanted.sort_unstable();
            assert_eq!(links, wanted);
        }
        // Nobody tells a hub of what one reader asks for.
        let narrowed = visitor.get("/documents/feed.atom?q=x").await.expect(200).hides("rel=\"hub\"");
        assert!(narrowed.headers.get("link").is_none());
        app.visitor().get("/feed.atom").await.expect(200).hides("rel=\"hub\"");
        hub.next(500, "");
        let id = published(app, "防汛通知").await;
        work(&there.ctx).await;
        assert_eq!(hub.told().len(), 1, "one that does not take note is left alone for a while");
        let mut clerk = app.clerk().await.on(there.office.clone());
        clerk.get("/push").await.expect(200).shows("订阅中心没有接受（500）");
        clerk.post("/push/hubs", &[("hub", &hub.url)]).await.expect(303);
        work(&there.ctx).await;
        let told = hub.told().join("\n");
        for feed in ["/feed.atom", "/columns/notices/feed.atom", "/organs/QH010/feed.atom"] {
            let wanted = format!("hub.mode=publish&hub.topic=http%3A//127.0.0.1%3A8080{feed}&hub.url=");
            assert!(told.contains(&wanted), "{wanted} in {told}");
        }
        let before = hub.told().len();
        work(&there.ctx).await;
        assert_eq!(hub.told().len(), before, "nothing new, nothing told");
        clerk.post("/push/hubs", &[("hub", &hub.url)]).await.expect(409);
        changes::withdraw(app, &id, "内容有误，撤回").await;
        work(&there.ctx).await;
        assert!(hub.told().len() > before, "a withdrawal is a change");
    }

    async fn a_hub_that_leads_elsewhere_is_not_followed(app) {
        column(app).await;
        let inside = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        inside.set_nonblocking(true).expect("a listener that does not wait");
        let hub = Hub::start().await;
        hub.next(302, &format!("http://{}/secret", inside.local_addr().expect("an address")));
        let allow = vec!["127.0.0.0/8".parse().expect("net")];
        let there = configured(app, Broadcast { hubs: vec![hub.url.clone()], allow, ..Broadcast::default() }).await;
        published(app, "防汛通知").await;
        work(&there.ctx).await;
        assert!(inside.accept().is_err(), "somebody connected");
        let mut clerk = app.clerk().await.on(there.office.clone());
        clerk.get("/push").await.expect(200).shows("让转到别的网址（302）");
        // Tried again by itself, later.
        app.pass(SignedDuration::from_mins(2));
        work(&there.ctx).await;
        assert!(hub.told().len() > 1);
        // Without the network in the configuration nobody inside is told at all.
        let shut = configured(app, Broadcast { hubs: vec![hub.url.clone()], ..Broadcast::default() }).await;
        let before = hub.told().len();
        published(app, "防火通知").await;
        work(&shut.ctx).await;
        assert_eq!(hub.told().len(), before);
        app.clerk().await.on(shut.office.clone()).get("/push").await.expect(200).shows("指向内网地址");
    }

    async fn a_document_becomes_an_article_is_corrected_and_leaves_with_its_document(app) {
        column(app).await;
        let account = Account::start().await;
        let there = configured(app, with_account(app, &account)).await;
        let mut clerk = app.clerk().await.on(there.office.clone());
        clerk.get("/push").await.expect(200).shows("还没有推送过文章");
        clerk.get("/push/rules").await.expect(200).shows("还没有推送规则");
        by_itself(&mut clerk).await;
        clerk.get("/push/rules").await.expect(200).shows("通知公告").shows("自动推送");
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "防汛通知").await;
        let body = "<p>正文第一段，<a href=\"https://example.org/\">链接</a>。</p><table><tbody><tr><td>甲</td></tr></tbody></table>";
        submit(&mut editor, &id, "防汛通知", body, &[]).await.expect(303);
        work(&there.ctx).await;
        assert_eq!(account.published().len() + account.drafts(), 0, "nothing goes out before it is public");
        pass_all(app, &id).await;
        work(&there.ctx).await;
        let out = account.published();
        assert_eq!(out.len(), 1, "{:?}", account.faults());
        let text = |key: &str| out[0][key].as_str().unwrap_or_default().to_owned();
        assert_eq!((text("title").as_str(), text("author").as_str()), ("防汛通知", "县财政局"));
        assert!(text("content").contains("正文第一段，链接。") && text("content").contains("<td>甲</td>"), "{out:?}");
        assert!(text("content_source_url").ends_with(&id), "{out:?}");
        clerk.get("/push").await.expect(200).shows("防汛通知").shows("已发布");
        let (page, _) = newest(app).await;
        clerk.get(&page).await.expect(200).shows("http://mp.example.invalid/s/").shows("正文第一段").hides(APP.1);
        assert_eq!(count(app, "article.published").await, 1);
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await.on(there.office.clone());
        head.get(&format!("/documents/{id}/cited")).await.expect(200).shows("公众号“青禾发布”").shows("撤回后自动删除");
        // What is out cannot be changed there: a person decides.
        app.pass(SignedDuration::from_hours(1));
        changes::correct(app, &id, &[("note", "补充")]).await;
        pass_all(app, &id).await;
        work(&there.ctx).await;
        assert_eq!(account.published().len(), 1);
        let mut clerk = app.clerk().await.on(there.office.clone());
        clerk.get("/push?state=outdated").await.expect(200).shows("文件已更正");
        settle(app, &mut clerk, "renew").await;
        work(&there.ctx).await;
        let out = account.published();
        assert!(out.len() == 1 && out[0]["title"] == "更正后的通知", "{out:?}");
        changes::withdraw(app, &id, "内容有误，撤回").await;
        work(&there.ctx).await;
        assert_eq!((account.published().len(), account.drafts()), (0, 0));
        assert_eq!((state(app).await.as_str(), count(app, "article.deleted").await), ("deleted", 2));
        assert_eq!(account.faults(), Vec::<String>::new());
        // What was withdrawn cannot be put in again.
        clerk.post("/push/new", &[("document", &id), ("account", "county")]).await.expect(422).shows("没有找到公开的文件");
    }

    async fn a_person_decides_where_the_rule_says_so(app) {
        column(app).await;
        let account = Account::start().await;
        let there = configured(app, with_account(app, &account)).await;
        let mut clerk = app.clerk().await.on(there.office.clone());
        let rule = [("account", "county"), ("column", ""), ("kind", ""), ("how", "ask")];
        clerk.post("/push/rules", &rule).await.expect(303);
        clerk.post("/push/rules", &rule).await.expect(422).shows("已经是这样设置的");
        clerk.post("/push/rules", &[("account", "other"), ("how", "auto")]).await.expect(422).shows("请选择公众号");
        published(app, "第一份通知").await;
        work(&there.ctx).await;
        assert_eq!((state(app).await.as_str(), account.drafts()), ("asked", 0));
        clerk.get("/").await.expect(200).shows("公众号文章：待决定");
        let (page, version) = newest(app).await;
        // An editor sees it and does not decide; another organ does not see it.
        let mut editor = app.editor("QH010").await.on(there.office.clone());
        editor.get(&page).await.expect(200).shows("正文第一段").hides("name=\"act\"");
        editor.post(&page, &[("act", "push"), ("version", &version)]).await.expect(403);
        app.editor("QH011").await.on(there.office.clone()).get(&page).await.expect(403);
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await.on(there.office.clone());
        head.post(&page, &[("act", "push"), ("version", "0")]).await.expect(409).shows("刚刚有变化");
        settle(app, &mut head, "push").await;
        work(&there.ctx).await;
        assert_eq!((state(app).await.as_str(), account.published().len()), ("published", 1));
        // By hand, once.
        let id = published(app, "第二份通知").await;
        work(&there.ctx).await;
        settle(app, &mut clerk, "decline").await;
        assert_eq!(state(app).await, "cancelled");
        let to = format!("/push/new?document={}/documents/{id}&account=county", there.ctx.portal_url());
        clerk.get(&to).await.expect(200).shows("文章预览").shows("正文第二段");
        let form = [("document", id.as_str()), ("account", "county")];
        clerk.post("/push/new", &form).await.expect(303);
        clerk.post("/push/new", &form).await.expect(422).shows("没有重复推送");
        work(&there.ctx).await;
        assert_eq!(account.published().len(), 2);
        assert_eq!(account.faults(), Vec::<String>::new());
    }

    async fn pictures_go_with_their_article_and_are_sent_once(app) {
        column(app).await;
        let account = Account::start().await;
        let there = configured(app, with_account(app, &account)).await;
        let mut clerk = app.clerk().await.on(there.office.clone());
        for (number, title) in (1..).zip(["第一份图文", "第二份图文"]) {
            let at = "2026-02-20T01:00:00Z".parse().expect("moment");
            let body = "<p>正文。</p><figure><img src=\"picture:1\" alt=\"示意图\"></figure>";
            let mut new = Seed::published("QH010".into(), "notices", &NOTICE, title, body, at);
            new.pictures =
                vec![SeedFile { file_name: "a.png".into(), title: String::new(), bytes: png(40, 30, 7) }];
            let id = put(app, new).await;
            let shown = clerk.get(&format!("/push/new?document={id}&account=county")).await.expect(200);
            shown.shows("src=\"/pictures/").shows("alt=\"示意图\"");
            clerk.post("/push/new", &[("document", &id), ("account", "county")]).await.expect(303);
            work(&there.ctx).await;
            let out = account.published();
            assert_eq!(out.len(), number, "{:?}", account.faults());
            let all = |article: &serde_json::Value| {
                article["content"].as_str().is_some_and(|text| text.contains("<img src=\"http://mmbiz.example.invalid/"))
            };
            assert!(out.iter().all(all), "{out:?}");
            assert_eq!(account.pictures(), 2, "once in the text, once above it");
        }
    }

    async fn what_the_platform_answers_is_told_with_what_to_do(app) {
        column(app).await;
        let account = Account::start().await;
        let there = configured(app, with_account(app, &account)).await;
        by_itself(&mut app.clerk().await.on(there.office.clone())).await;
        // A token that holds no longer is renewed once.
        let asked = account.tokens();
        account.next("draft/add", Answer::Code(42001));
        published(app, "凭据过期").await;
        work(&there.ctx).await;
        assert_eq!(state(app).await, "published");
        assert!(account.tokens() - asked <= 3, "{}", account.tokens());
        account.next("draft/add", Answer::Code(40001));
        account.next("draft/add", Answer::Code(40001));
        published(app, "凭据不对").await;
        work(&there.ctx).await;
        let mut clerk = app.clerk().await.on(there.office.clone());
        assert_eq!(state(app).await, "refused");
        clerk.get("/push?state=open").await.expect(200).shows("凭据不对").shows("核对配置里的 AppID").hides(APP.1);
        account.expire();
        settle(app, &mut clerk, "again").await;
        work(&there.ctx).await;
        assert_eq!(state(app).await, "published");
        // Used up for today: tomorrow, by itself.
        account.next("draft/add", Answer::Code(45009));
        published(app, "次数用完").await;
        work(&there.ctx).await;
        clerk.get("/push?state=waiting").await.expect(200).shows("次数用完").shows("明天零点后自动再试");
        app.pass(SignedDuration::from_mins(30));
        work(&there.ctx).await;
        assert_eq!(state(app).await, "waiting");
        app.pass(SignedDuration::from_hours(24));
        work(&there.ctx).await;
        assert_eq!(state(app).await, "published");
        // No right to it: a person must do something.
        account.next("freepublish/submit", Answer::Code(48001));
        published(app, "没有权限").await;
        work(&there.ctx).await;
        let mut clerk = app.clerk().await.on(there.office.clone());
        let (page, _) = newest(app).await;
        clerk.get(&page).await.expect(200).shows("没有这项接口权限").shows("返回码 48001");
        clerk.get("/").await.expect(200).shows("公众号文章：没有发布");
        assert_eq!(account.drafts(), 1);
        settle(app, &mut clerk, "decline").await;
        work(&there.ctx).await;
        assert_eq!((state(app).await.as_str(), account.drafts()), ("deleted", 0));
    }

    async fn an_answer_that_is_lost_is_no_reason_to_publish_twice(app) {
        column(app).await;
        let account = Account::start().await;
        let there = configured(app, with_account(app, &account)).await;
        let mut clerk = app.clerk().await.on(there.office.clone());
        by_itself(&mut clerk).await;
        // Somebody between here and there answers with a page: nothing was sent, and it is tried again.
        account.next("stable_token", Answer::Page);
        published(app, "上网认证").await;
        work(&there.ctx).await;
        clerk.get("/push").await.expect(200).shows("不是微信的接口").shows("排队中");
        app.pass(SignedDuration::from_mins(3));
        work(&there.ctx).await;
        assert_eq!((state(app).await.as_str(), account.published().len()), ("published", 1));
        // Sent for publication, and the answer is lost: nobody knows, and a person looks.
        account.next("freepublish/submit", Answer::Lost);
        let id = published(app, "答复丢失").await;
        work(&there.ctx).await;
        assert_eq!(state(app).await, "unsure");
        app.pass(SignedDuration::from_hours(3));
        work(&there.ctx).await;
        assert_eq!((state(app).await.as_str(), account.drafts()), ("unsure", 0), "it is not sent again");
        let mut clerk = app.clerk().await.on(there.office.clone());
        let (page, _) = newest(app).await;
        clerk.get(&page).await.expect(200).shows("可能已经发布").shows("平台上没有这一篇");
        settle(app, &mut clerk, "published").await;
        // Its id there is not known: when the document goes, a person must take it away.
        changes::withdraw(app, &id, "内容有误，撤回").await;
        work(&there.ctx).await;
        assert_eq!(state(app).await, "unsure");
        clerk.get(&page).await.expect(200).shows("手动删除这一篇");
        settle(app, &mut clerk, "decline").await;
        assert_eq!(state(app).await, "cancelled");
    }

    async fn a_policy_is_pushed_once_to_those_whom_it_is_for(app) {
        crate::policy::column(app).await;
        let mut loan = policy("创业担保贷款细则", "2026-02-24T02:00:00Z");
        loan.values.read(&AUDIENCE, "给：创业担保贷款\n对象：个人、小微企业\n人数：20 人以下\n金额：最高 20 万元");
        let id = put(app, loan).await;
        let page = format!("/pushes/{id}");
        let mut editor = app.editor("QH010").await;
        editor.get("/pushes").await.expect(200).shows("创业担保贷款细则").shows("小微企业").shows("没有推送过");
        // Where nobody has asked for mails the page says so.
        editor.get(&format!("{page}?who=company")).await.expect(200).shows("还没有人订阅对象“企业”").hides("公众号“");
        let account = Account::start().await;
        let there = configured(app, with_account(app, &account)).await;
        let mut editor = editor.on(there.office.clone());
        let shown = editor.get(&format!("{page}?who=company")).await.expect(200);
        let shown = shown.shows("面向小微企业：新政策施行").shows("最高 20 万元").shows("公众号“青禾发布”发布一篇文章");
        let (seen, once) = (shown.field("seen"), shown.field("once"));
        let mut form = vec![("who", "company"), ("channels", "wechat"), ("seen", seen.as_str()), ("once", once.as_str())];
        editor.post(&page, &form).await.expect(422).shows("再勾选确认");
        form.push(("sure", "true"));
        // Mails that nobody gets do not use up the only push.
        let nobody: Vec<_> = form.iter().map(|(key, value)| (*key, if *key == "channels" { "mail" } else { *value })).collect();
        editor.post(&page, &nobody).await.expect(422).shows("没有用掉这一次");
        let old: Vec<_> = form.iter().map(|(key, value)| (*key, if *key == "seen" { "old" } else { *value })).collect();
        editor.post(&page, &old).await.expect(409).shows("有了变化");
        app.editor("QH011").await.on(there.office.clone()).get(&page).await.expect(404);
        editor.post(&page, &form).await.expect(303);
        // The same form again leads to the same place; a new one is refused.
        editor.post(&page, &form).await.expect(303);
        let anew: Vec<_> = form.iter().filter(|(key, _)| *key != "once").copied().collect();
        editor.post(&page, &anew).await.expect(409).shows("只推送一次");
        work(&there.ctx).await;
        let out = account.published();
        assert_eq!(out.len(), 1, "{:?}", account.faults());
        assert_eq!(out[0]["title"], "面向小微企业：新政策施行");
        assert!(out[0]["content"].as_str().is_some_and(|text| text.contains("人数：20 人以下")), "{out:?}");
        assert_eq!(count(app, "policy_push.sent").await, 1);
        editor.get(&page).await.expect(200).shows("已经推送的").shows("公众号").shows("个人");
        editor.get("/pushes").await.expect(200).shows("已推送");
        // With the policy its message goes, too.
        changes::withdraw(app, &id, "内容有误，撤回").await;
        work(&there.ctx).await;
        assert_eq!(account.published().len(), 0);
        editor.get(&page).await.expect(404);
    }
}
