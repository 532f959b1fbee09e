//! Stories of identity: sign-in, lock-out, sessions, accounts, second factor, organs, import, calendar, audit.

use jiff::SignedDuration;
use kernel::{Actor, NewEvent, OrganCode, Role, organ::Match};
use testkit::{Client, PASSWORD, Reply, TestApp};

async fn count(app: &TestApp, kind: &str, data: &str) -> i64 {
    store::query_scalar(
        "SELECT COUNT(*) FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
         WHERE e.kind = $1 AND p.data LIKE $2",
    )
    .bind(kind)
    .bind(format!("%{data}%"))
    .fetch_one(app.ctx().db().read())
    .await
    .expect("events")
}

async fn try_password(client: &mut Client, login: &str, password: &str) -> Reply {
    client.post("/signin", &[("login", login), ("password", password), ("next", "/organs")]).await
}

async fn id_of(app: &TestApp, login: &str) -> kernel::id::AccountId {
    identity::accounts::find(app.ctx().db(), login).await.expect("database").expect("account").id
}

/// The text of the element after a term of a list of facts.
fn fact(reply: &Reply, term: &str) -> String {
    let text = reply.text();
    let rest = text.split(&format!("<dt>{term}</dt>")).nth(1).unwrap_or_else(|| panic!("no fact {term}: {text}"));
    let inner = rest.split("</dd>").next().unwrap_or_default();
    inner.split('>').map(|part| part.split('<').next().unwrap_or_default()).collect::<String>().trim().to_owned()
}

testkit::both! {
    async fn signing_in_and_out(app) {
        app.account("clerk", "QH001", &[Role::CountyOffice]).await;
        let mut browser = app.stranger();
        assert_eq!(browser.get("/organs?q=a").await.expect(303).location(), "/signin?next=/organs%3Fq%3Da");
        let unknown = try_password(&mut browser, "nobody", "wrong-wrong-wrong").await.expect(422).text();
        let wrong = try_password(&mut browser, "clerk", "wrong-wrong-wrong").await.expect(422).text();
        assert_eq!(unknown.replace("nobody", "clerk"), wrong, "the answer does not tell which logins exist");
        let reply = try_password(&mut browser, "clerk", PASSWORD).await.expect(303);
        assert_eq!(reply.location(), "/organs");
        let cookie = reply.headers["set-cookie"].to_str().expect("ascii").to_owned();
        assert!(cookie.starts_with("gk_session=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        browser.get("/account").await.expect(200).shows("县政府办公室").shows("本机");
        let mut copy = browser.clone();
        browser.post("/signout", &[]).await.expect(303);
        assert_eq!(copy.get("/account").await.expect(303).location(), "/signin?next=/account", "the stolen cookie is worth nothing");
        let lost = copy.post("/account/email", &[("email", "a@b.cn")]).await.expect(401);
        lost.shows("新标签页").shows("内容仍在");
        let foreign = app.stranger().post("/signin", &[("login", "clerk"), ("password", PASSWORD), ("next", "//evil.example")]).await;
        assert_eq!(foreign.location(), "/");
        let large = "a".repeat(20_000);
        app.stranger().post("/signin", &[("login", &large), ("password", "x")]).await.expect(413);
        assert_eq!(count(app, "session.signed_in", "").await, 2);
        assert_eq!(count(app, "session.failed", PASSWORD).await, 0, "no password in the log");
    }

    async fn many_wrong_passwords_at_once_are_counted_exactly(app) {
        app.account("clerk", "QH001", &[Role::CountyOffice]).await;
        let from = identity::session::sessions::Origin::default();
        let attempts = (0..24).map(|_| {
            let (ctx, from) = (app.ctx().clone(), from.clone());
            tokio::spawn(async move { identity::session::signin::attempt(&ctx, "clerk", "wrong-wrong-wrong", &from).await.expect("attempt") })
        });
        for attempt in attempts.collect::<Vec<_>>() {
            assert_eq!(attempt.await.expect("task"), identity::session::signin::Outcome::Failed);
        }
        assert_eq!(count(app, "account.locked", "\"times\":5").await, 1, "exactly five were evaluated");
        assert_eq!(count(app, "session.failed", "\"password\"").await, 1, "a flood has one line, and one at every tenfold");
        assert_eq!(count(app, "session.failed", "unknown_or_locked").await, 2, "the first and the tenth of nineteen");
        let mut stranger = app.stranger();
        try_password(&mut stranger, "clerk", PASSWORD).await.expect(303);
        let mut stranger = app.stranger();
        for _ in 0..5 {
            try_password(&mut stranger, "clerk", "wrong-wrong-wrong").await.expect(422);
        }
        try_password(&mut app.stranger(), "clerk", PASSWORD).await.expect(422);
        app.pass(SignedDuration::from_mins(16));
        try_password(&mut app.stranger(), "clerk", PASSWORD).await.expect(303);
        // A security administrator unlocks earlier.
        for _ in 0..5 {
            try_password(&mut app.stranger(), "clerk", "wrong-wrong-wrong").await.expect(422);
        }
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let id = id_of(app, "clerk").await;
        admin.get(&format!("/accounts/{id}")).await.expect(200).shows("锁定到").shows("解锁");
        admin.post(&format!("/accounts/{id}/unlock"), &[]).await.expect(303);
        try_password(&mut app.stranger(), "clerk", PASSWORD).await.expect(303);
    }

    async fn sessions_end_when_idle_and_in_any_case(app) {
        let mut idle = app.clerk().await;
        app.pass(SignedDuration::from_mins(29));
        idle.get("/account").await.expect(200);
        app.pass(SignedDuration::from_mins(29));
        let extended = idle.post("/session/extend", &[]).await.expect(200).json();
        assert_eq!(extended["ends_at"], "2026-03-02T02:28:00.000Z");
        app.pass(SignedDuration::from_mins(31));
        idle.get("/account").await.expect(303);
        let mut busy = app.sign_in("clerk").await;
        for _ in 0..35 {
            app.pass(SignedDuration::from_mins(20));
            busy.get("/account").await.expect(200);
        }
        app.pass(SignedDuration::from_mins(20));
        busy.get("/account").await.expect(303);
    }

    async fn changes_of_an_account_end_its_sessions(app) {
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let mut editor = app.editor("QH010").await;
        let id = id_of(app, "editor-qh010").await;
        let at = |what: &str| format!("/accounts/{id}/{what}");
        editor.get("/account").await.expect(200);
        admin.post(&at("roles"), &[("roles", "editor"), ("roles", "organ_head")]).await.expect(303);
        editor.get("/account").await.expect(303);
        let mut editor = app.sign_in("editor-qh010").await;
        editor.get("/account").await.expect(200).shows("机关负责人");
        admin.post(&at("roles"), &[("roles", "editor"), ("roles", "audit_admin")]).await.expect(422).shows("单独设账号");
        editor.get("/account").await.expect(200);
        admin.post(&at("disable"), &[]).await.expect(303);
        editor.get("/account").await.expect(303);
        try_password(&mut app.stranger(), "editor-qh010", PASSWORD).await.expect(422);
        admin.post(&at("enable"), &[]).await.expect(303);
        let mut editor = app.sign_in("editor-qh010").await;
        let page = admin.post(&at("password"), &[]).await.expect(200);
        editor.get("/account").await.expect(303);
        let mut editor = app.stranger();
        try_password(&mut editor, "editor-qh010", &fact(&page, "一次性密码")).await.expect(303);
        assert_eq!(editor.get("/organs").await.expect(303).location(), "/account/password");
        editor.post("/account/email", &[("email", "a@b.cn")]).await.expect(409);
        let old = fact(&page, "一次性密码");
        editor.post("/account/password", &[("old", &old), ("password", "1234567890"), ("again", "1234567890")]).await.expect(422).shows("太常见");
        let new = [("old", old.as_str()), ("password", "willow-river-lamp"), ("again", "willow-river-lamp")];
        editor.post("/account/password", &new).await.expect(303);
        editor.get("/organs").await.expect(200);
        try_password(&mut app.stranger(), "editor-qh010", "willow-river-lamp").await.expect(303);
    }

    async fn somebody_can_always_give_roles(app) {
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let own = id_of(app, "guard").await;
        admin.post(&format!("/accounts/{own}/roles"), &[("roles", "editor")]).await.expect(409);
        admin.post(&format!("/accounts/{own}/disable"), &[]).await.expect(409);
        let mut tx = app.ctx().db().write().await.expect("write");
        let last = identity::accounts::set_disabled(&mut tx, &own, true, &Actor::System).await;
        drop(tx);
        assert!(last.is_err_and(|error| error.to_string().contains("最后一个")));
        let once = admin.get("/accounts/new").await.expect(200).field("once");
        let fields =
            [("once", once.as_str()), ("login", "Guard2"), ("name", "乙"), ("organ", "QH001"), ("roles", "security_admin")];
        admin.post("/accounts/new", &fields).await.expect(200).shows("一次性密码");
        admin.post("/accounts/new", &fields).await.expect(303);
        let taken = [("login", "guard2"), ("name", "丙丁"), ("organ", "QH001"), ("roles", "editor")];
        admin.post("/accounts/new", &taken).await.expect(422).shows("已有人使用").shows("丙丁");
        // Everything at once, in the order of the form, each with the way to its field.
        let empty = admin.post("/accounts/new", &[("login", "")]).await.expect(422).text();
        let summary: Vec<usize> =
            ["#login\"", "#name\"", "#organ\"", "#roles\""].iter().filter_map(|link| empty.find(link)).collect();
        assert!(summary.len() == 4 && summary.is_sorted(), "{summary:?} in {empty}");
        let mut tx = app.ctx().db().write().await.expect("write");
        identity::accounts::set_disabled(&mut tx, &own, true, &Actor::System).await.expect("another is left");
    }

    async fn a_second_factor_is_asked_for_and_works_once(app) {
        let mut clerk = app.clerk().await;
        clerk.post("/account/second-factor/begin", &[]).await.expect(422);
        clerk.post("/account/second-factor/begin", &[("password", PASSWORD)]).await.expect(303);
        let page = clerk.get("/account/second-factor").await.expect(200).shows("<svg");
        let text = page.text();
        let secret = text.split("<code class=\"mono\">").nth(1).and_then(|rest| rest.split('<').next()).expect("secret").replace(' ', "");
        let code = || identity::session::totp::code_at(&secret, app.ctx().seams().now()).expect("code");
        clerk.post("/account/second-factor/confirm", &[("code", "000000")]).await.expect(422);
        let codes = clerk.post("/account/second-factor/confirm", &[("code", &code())]).await.expect(200).shows("只显示这一次").text();
        let recovery = codes.split("<li>").nth(codes.matches("<li>").count()).and_then(|rest| rest.split('<').next()).expect("code").to_owned();
        let mut browser = app.stranger();
        assert_eq!(try_password(&mut browser, "clerk", PASSWORD).await.expect(303).location(), "/signin/second?next=/organs");
        browser.get("/organs").await.expect(303);
        browser.post("/signin/second", &[("code", &code())]).await.expect(422).shows("已经用过");
        app.pass(SignedDuration::from_secs(30));
        let mut half = browser.clone();
        browser.post("/signin/second", &[("code", &code()), ("next", "/organs")]).await.expect(303);
        browser.get("/organs").await.expect(200);
        half.get("/organs").await.expect(303);
        for expected in [303, 422] {
            let mut browser = app.stranger();
            try_password(&mut browser, "clerk", PASSWORD).await.expect(303);
            browser.post("/signin/second", &[("code", &recovery)]).await.expect(expected);
        }
        assert_eq!(count(app, "account.recovery_used", "").await, 1);
        let stored: String = store::query_scalar("SELECT totp_secret FROM account WHERE login = 'clerk'")
            .fetch_one(app.ctx().db().read()).await.expect("stored");
        assert!(stored.starts_with("sealed1:") && !stored.contains(&secret), "the database alone opens nothing");
        // What a program before this one stored in the clear is sealed at the next start.
        let mut tx = app.ctx().db().write().await.expect("write");
        store::query("UPDATE account SET totp_secret = $1").bind(&secret).execute(tx.conn()).await.expect("update");
        tx.commit().await.expect("commit");
        store::test::reseal(app.ctx().db()).await.expect("taken as it is");
        identity::session::seal_all(app.ctx()).await.expect("seal");
        app.pass(SignedDuration::from_secs(60));
        let mut browser = app.stranger();
        try_password(&mut browser, "clerk", PASSWORD).await.expect(303);
        browser.post("/signin/second", &[("code", &code()), ("next", "/organs")]).await.expect(303);
        let open: i64 = store::query_scalar("SELECT COUNT(*) FROM account WHERE totp_secret = $1")
            .bind(&secret).fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(open, 0);
    }

    async fn nobody_locks_out_somebody_else(app) {
        app.account("clerk", "QH001", &[Role::CountyOffice]).await;
        let mut own = app.stranger();
        own.from_address("10.0.0.5");
        try_password(&mut own, "clerk", PASSWORD).await.expect(303);
        let mut attacker = app.stranger();
        attacker.from_address("10.0.0.66");
        for _ in 0..8 {
            try_password(&mut attacker, "clerk", "wrong-wrong-wrong").await.expect(422);
        }
        try_password(&mut attacker, "clerk", PASSWORD).await.expect(422);
        let mut elsewhere = app.stranger();
        elsewhere.from_address("10.0.0.7");
        try_password(&mut elsewhere, "clerk", PASSWORD).await.expect(303);
        // From many places at once: strangers wait, the browser that is known does not.
        for host in 100..112 {
            let mut bot = app.stranger();
            bot.from_address(&format!("10.0.1.{host}"));
            for _ in 0..5 {
                try_password(&mut bot, "clerk", "wrong-wrong-wrong").await.expect(422);
            }
        }
        let mut fresh = app.stranger();
        fresh.from_address("10.0.0.8");
        try_password(&mut fresh, "clerk", PASSWORD).await.expect(422);
        own.post("/signout", &[]).await.expect(303);
        try_password(&mut own, "clerk", PASSWORD).await.expect(303);
        assert!(count(app, "session.failed", "").await < 20, "{}", count(app, "session.failed", "").await);
    }

    async fn what_is_refused_and_what_is_taken_out_stands_in_the_log(app) {
        let mut editor = app.editor("QH010").await;
        for _ in 0..30 {
            editor.get("/audit").await.expect(403);
            editor.get("/documents/nosuchthing").await.expect(404);
        }
        assert_eq!(count(app, "account.refused", "GET /audit").await, 2, "the first and the tenth");
        assert_eq!(count(app, "account.refused", "没有找到").await, 1, "the tenth");
        // A harmless one hides no weighty one.
        editor.get("/accounts").await.expect(403);
        editor.post("/accounts/new", &[]).await.expect(403);
        editor.get("/audit/export.csv").await.expect(403);
        for route in ["GET /accounts\"", "POST /accounts/new", "GET /audit/export.csv"] {
            assert_eq!(count(app, "account.refused", route).await, 1, "{route}");
        }
        let fields = [("old", "wrong-wrong-wrong"), ("password", "Another-horse-7-battery"), ("again", "Another-horse-7-battery")];
        editor.post("/account/password", &fields).await.expect(422).shows("现在的密码不对");
        assert_eq!(count(app, "session.failed", "confirmation").await, 1, "a wrong password of somebody who is signed in");
        editor.get("/documents/export.xlsx").await.expect(200);
        editor.get("/duties/export.xlsx").await.expect(200);
        assert_eq!((count(app, "export.taken", "稿件").await, count(app, "export.taken", "任务").await), (1, 1));
    }

    async fn something_weighty_asks_again_who_it_is(app) {
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let mut auditor = app.person("auditor", "QH001", &[Role::AuditAdmin]).await;
        app.editor("QH010").await;
        let at = format!("/accounts/{}", id_of(app, "editor-qh010").await);
        admin.post(&format!("{at}/roles"), &[("roles", "editor"), ("roles", "organ_head")]).await.expect(303);
        app.pass(SignedDuration::from_mins(11));
        let roles = [("roles", "editor"), ("roles", "county_office")];
        admin.post(&format!("{at}/roles"), &roles).await.expect(200).shows("再次确认身份").shows("county_office");
        admin.get(&at).await.expect(200).hides("checked value=\"county_office\"");
        let with = |proof: &'static str| [roles[0], roles[1], ("proof", proof)];
        admin.post(&format!("{at}/roles"), &with("wrong-wrong-wrong")).await.expect(422).shows("不对");
        admin.post(&format!("{at}/roles"), &with(PASSWORD)).await.expect(303);
        admin.post(&format!("{at}/password"), &[]).await.expect(200).shows("一次性密码");
        admin.post(&format!("{at}/roles"), &[("roles", "editor"), ("roles", "emperor")]).await.expect(400).shows("emperor");
        let asked = auditor.get("/audit/export.csv?kind=session.signed_in").await.expect(303).location();
        assert_eq!(asked, "/session/prove?next=/audit/export.csv%3Fkind%3Dsession.signed_in");
        auditor.get(&asked).await.expect(200).shows("再次确认身份");
        let next = "/audit/export.csv?kind=session.signed_in";
        auditor.post("/session/prove", &[("proof", PASSWORD), ("next", next)]).await.expect(303);
        auditor.get(next).await.expect(200);
    }

    async fn rights_that_were_given_are_looked_at_by_another(app) {
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let mut auditor = app.person("auditor", "QH001", &[Role::AuditAdmin]).await;
        let fields = [("login", "zhang"), ("name", "张三"), ("organ", "QH010"), ("roles", "editor"), ("roles", "reviewer_policy")];
        admin.post("/accounts/new", &fields).await.expect(200);
        auditor.get("/").await.expect(200).shows("账号和授权变动");
        let page = auditor.get("/audit/grants").await.expect(200).shows("张三").shows("政策关审核员");
        admin.get("/audit/grants").await.expect(403);
        auditor.post("/audit/grants", &[("until", &page.field("until"))]).await.expect(303);
        auditor.get("/").await.expect(200).hides("账号和授权变动");
        auditor.get("/audit/grants").await.expect(200).shows("没有等待核对");
        // Whoever sets somebody's password anew, moves or revives an account, can act as that person, too.
        let id: String = store::query_scalar("SELECT id FROM account WHERE login = 'zhang'").fetch_one(app.ctx().db().read()).await.expect("id");
        let at = format!("/accounts/{id}");
        let moved = [("name", "张三"), ("organ", "QH011"), ("email", "")];
        for (path, fields) in [("edit", &moved[..]), ("password", &[]), ("disable", &[]), ("enable", &[])] {
            let reply = admin.post(&format!("{at}/{path}"), fields).await;
            assert!(matches!(reply.status.as_u16(), 200 | 303), "{path}: {}", reply.text());
        }
        let page = auditor.get("/audit/grants").await.expect(200);
        page.shows("修改账号").shows("重设密码").shows("恢复使用账号").hides("停用账号");
    }

    async fn accounts_and_columns_come_from_tables(app) {
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let wrong = "登录名,姓名,所在机关,角色\r\nzhang,张三,县财政局,编辑\r\nli,李四,没有的局,编辑\r\n".as_bytes();
        admin.upload("/accounts/import", &[], &[("file", "账号.csv", wrong)]).await.expect(422).shows("第 3 行").shows("没有的局");
        let wrong = "登录名,姓名,所在机关,角色\r\nzhang,张三,县财政局,编辑\r\nli,李四,QH011,审计管理员|编辑\r\n".as_bytes();
        admin.upload("/accounts/import", &[], &[("file", "账号.csv", wrong)]).await.expect(422).shows("第 3 行");
        assert!(identity::accounts::find(app.ctx().db(), "zhang").await.expect("database").is_none(), "all or nothing");
        let right = "登录名,姓名,所在机关,角色\r\nzhang,张三,县财政局,编辑\r\nliliu,李六,QH011,编辑、机关负责人\r\n".as_bytes();
        let page = admin.upload("/accounts/import", &[], &[("file", "账号.csv", right)]).await.expect(200).shows("已建立 2 个账号");
        let text = page.text();
        let password = text.split("<td class=\"mono\"><strong>").nth(1).and_then(|rest| rest.split('<').next()).expect("a password").to_owned();
        try_password(&mut app.stranger(), "zhang", &password).await.expect(303);
        admin.get("/accounts/export.csv").await.expect(200).shows("liliu");
        let mut clerk = app.clerk().await;
        let template = clerk.get("/columns/template.csv").await.expect(200).bytes;
        clerk.upload("/columns/import", &[], &[("file", "栏目.csv", &template)]).await.expect(303);
        clerk.get("/columns").await.expect(200).shows("政策文件").shows("工作动态");
        let wrong = "网址名,栏目名称,类型,上级栏目\r\nrelief,社会救助,专题,没有的\r\n".as_bytes();
        clerk.upload("/columns/import", &[], &[("file", "栏目.csv", wrong)]).await.expect(422).shows("第 2 行").shows("没有的");
        clerk.upload("/columns/import", &[], &[]).await.expect(422).shows("<a href=\"#file\">请选择").shows("aria-invalid=\"true\"");
        let toml = include_bytes!("../../../../demo/columns.toml");
        clerk.upload("/columns/import", &[], &[("file", "columns.toml", toml)]).await.expect(303);
    }

    async fn administrators_must_have_a_second_factor(app) {
        app.account("guard", "QH001", &[Role::SecurityAdmin]).await;
        app.account("clerk", "QH001", &[Role::CountyOffice]).await;
        let ctx = app.with_config(|config| config.settings.set(identity::settings::Sessions::default())).await;
        let office = app::App::new(ctx).expect("the program composes").office;
        let mut guard = app.stranger().on(office.clone());
        try_password(&mut guard, "guard", PASSWORD).await.expect(303);
        assert_eq!(guard.get("/accounts").await.expect(303).location(), "/account/second-factor");
        guard.get("/account/second-factor").await.expect(200).shows("请先设置");
        let mut clerk = app.stranger().on(office);
        try_password(&mut clerk, "clerk", PASSWORD).await.expect(303);
        clerk.get("/organs").await.expect(200);
    }

    async fn a_new_password_is_new_and_makes_old_cookies_worthless(app) {
        let mut clerk = app.clerk().await;
        let mut copy = clerk.clone();
        let change = |old: &'static str, new: &'static str| [("old", old), ("password", new), ("again", new)];
        clerk.post("/account/password", &change(PASSWORD, "qinghe2026!")).await.expect(422);
        clerk.post("/account/password", &change(PASSWORD, "willow-river-lamp")).await.expect(303);
        clerk.get("/account").await.expect(200);
        copy.get("/account").await.expect(303);
        clerk.post("/account/password", &change("willow-river-lamp", PASSWORD)).await.expect(422).shows("以前用过");
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let name = [("login", "zhang"), ("name", "张三\r\nBcc: x"), ("organ", "QH001"), ("roles", "editor")];
        admin.post("/accounts/new", &name).await.expect(422).shows("看不见的字符");
    }

    async fn organs_are_made_renamed_merged_and_brought_back(app) {
        let mut clerk = app.clerk().await;
        let form = [("code", "QH020"), ("name", "青禾县粮食局"), ("short_name", "县粮食局"), ("kind", "county_department")];
        clerk.post("/organs/new", &[("name", "青禾县财政局"), ("code", "x"), ("phone", "0000-77"), ("kind", "")]).await.expect(422)
            .shows("0000-77").shows("2 到 32 个字母").shows("已是 青禾县财政局");
        clerk.post("/organs/new", &form).await.expect(303);
        let version = clerk.get("/organs/QH020/edit").await.expect(200).field("version");
        let edit = [("version", version.as_str()), ("kind", "county_department"), ("phone", "0000-1"), ("address", "粮库路8号"), ("parent", "QH001")];
        clerk.post("/organs/QH020/edit", &edit).await.expect(303);
        clerk.post("/organs/QH020/edit", &edit).await.expect(409).shows("又保存过").shows("没有丢");
        clerk.post("/organs/QH001/edit", &[("version", "1"), ("kind", "county_unit"), ("parent", "QH020")]).await.expect(422).shows("循环");
        clerk.get("/organs/QH020/rename").await.expect(200).shows("青禾县粮食局");
        clerk.post("/organs/QH020/rename", &[("name", "青禾县粮食和物资储备局"), ("short_name", "县粮储局")]).await.expect(303);
        let today = app.ctx().today();
        assert_eq!(app.ctx().directory().find("县粮食局", today), Match::Organ("QH020".into()), "the old name is an alias");
        let mut grain = app.editor("QH020").await;
        let merge = [("organs", "QH020"), ("successor", "QH010"), ("date", "2026-03-02"), ("note", "职责已划入县财政局")];
        // QH020 stands below QH001.
        let upside_down = [("organs", "QH001"), ("successor", "QH020"), ("date", "2026-03-02"), ("note", "13800138000")];
        let refused = clerk.post("/organs/merge", &upside_down).await.expect(422).shows("上级不能并入自己的下属");
        refused.shows("请修改“说明”").hides("备注").shows("13800138000");
        let asked = "/organs/merge?step=2&organs=QH020&successor=QH010&date=2026-03-02";
        clerk.get(asked).await.expect(200).shows("青禾县粮食和物资储备局").shows("2026-03-01");
        clerk.get("/organs/QH020").await.expect(200).hides("已撤销");
        app.visitor().get("/organs/QH020").await.expect(200).shows("粮库路8号").shows("0000-1");
        clerk.post("/organs/merge", &merge).await.expect(303);
        // Whoever looks up the former organ reaches one that is there, by one set of contacts.
        app.visitor().get("/organs/QH020").await.expect(200).hides("粮库路8号").hides("0000-1\"").shows("职责已由青禾县财政局承接");
        clerk.get("/organs/QH020").await.expect(200).shows("已撤销").shows("职责已划入县财政局")
            .shows("承接机关：县财政局").hides("承接机关：QH010").hides("：QH001");
        let listed = |state: &str| format!("/organs?q={}&state={state}", web::page::escape_query("县 粮食局"));
        clerk.get(&listed("abolished")).await.expect(200).shows("青禾县粮食和物资储备局").shows("共 1 个");
        clerk.get(&listed("existing")).await.expect(200).shows("没有符合条件的机关");
        let directory = app.ctx().directory();
        assert_eq!(directory.current(&"QH020".into(), today).map(|organ| organ.code.clone()), Some(OrganCode::from("QH010")));
        grain.get("/organs").await.expect(200).shows("<span class=\"push who\">县财政局");
        let circle = [("organs", "QH010"), ("successor", "QH020"), ("date", "2026-03-02")];
        clerk.post("/organs/merge", &circle).await.expect(422);
        clerk.post("/organs/QH020/restore", &[]).await.expect(303);
        grain.get("/organs").await.expect(200).shows("<span class=\"push who\">县粮储局");
        let sources = app.ctx().capabilities().search();
        let organs = sources.iter().find(|source| source.subject_kind() == "organ").expect("organs can be searched");
        let entry = organs.entries(app.ctx(), "QH020").await.expect("entries").pop().expect("organ");
        assert!(entry.names.contains(&"县粮食局".to_owned()) && entry.url == "/organs/QH020", "{entry:?}");
        app.editor("QH010").await.get("/organs/new").await.expect(403);
    }

    async fn a_table_of_organs_is_checked_corrected_and_imported(app) {
        let mut clerk = app.clerk().await;
        let file = "机关代码,名称,简称,类型,上级,别名\r\n\
                    QH030,青禾县水利局,县水利局,县政府部门,QH031,水利局|水务局\r\n\
                    QH031,青禾县农业局,县农业局,什么,,\r\n\
                    QH010,青禾县财政局,县财政局,县政府部门,,财政部门\r\n";
        let to = clerk.upload("/organs/import", &[], &[("file", "机关.csv", file.as_bytes())]).await.expect(303).location();
        let page = clerk.get(&to).await.expect(200).shows("第 3 行").shows("第 2 行").shows("水利局|水务局").shows("先导入其余正确的 1 行");
        let once = page.field("once");
        assert!(app.ctx().directory().get(&"QH030".into()).is_none(), "nothing is written before it is confirmed");
        app.editor("QH010").await.get(&to).await.expect(403);
        clerk.post(&to, &[("act", "good"), ("once", &once)]).await.expect(303);
        assert_eq!(app.ctx().directory().find("财政部门", app.ctx().today()), Match::Organ("QH010".into()));
        clerk.post(&to, &[("act", "check"), ("c3-3", "县政府部门")]).await.expect(303);
        let page = clerk.get(&to).await.expect(200).shows("导入 2 个机关").hides("需要更正</h2>");
        clerk.post(&to, &[("act", "all"), ("once", &page.field("once"))]).await.expect(303);
        let directory = app.ctx().directory();
        assert_eq!(directory.get(&"QH030".into()).and_then(|organ| organ.parent.clone()), Some("QH031".into()));
        // What is exported can be imported again and changes nothing.
        for name in ["export.csv", "export.xlsx"] {
            let bytes = clerk.get(&format!("/organs/{name}")).await.expect(200).bytes;
            let to = clerk.upload("/organs/import", &[], &[("file", name, &bytes)]).await.expect(303).location();
            clerk.get(&to).await.expect(200).shows("完全一样").shows("不变 7");
        }
        clerk.upload("/organs/import", &[], &[("file", "机关.docx", b"no")]).await.expect(422);
    }

    async fn the_log_is_searched_verified_and_exported(app) {
        let mut clerk = app.clerk().await;
        clerk.post("/organs/QH101/rename", &[("name", "青禾县大河口镇人民政府"), ("short_name", "大河口镇")]).await.expect(303);
        clerk.get("/audit").await.expect(403);
        let mut auditor = app.person("auditor", "QH001", &[Role::AuditAdmin]).await;
        auditor.get("/audit").await.expect(200).shows("机关更名").shows("登录");
        let found = auditor.get("/audit?kind=organ.renamed&actor=clerk&organ=QH101&from=2026-03-02&to=2026-03-02").await.expect(200);
        let text = found.shows("河口镇 → 大河口镇").hides("<td>登录</td>").text();
        let seq = text.split("href=\"/audit/").filter_map(|rest| rest.split('"').next()).find(|part| part.parse::<i64>().is_ok());
        let seq = seq.expect("a found event");
        auditor.get(&format!("/audit/{seq}")).await.expect(200).shows("相符").shows("organ.renamed");
        // Ids are told by their titles, changes lead on to everything about the same thing; pages go both ways.
        auditor.get("/audit?kind=session.signed_in").await.expect(200).shows("账号“clerk（测试）”").hides(">address");
        auditor.get("/audit?before=4").await.expect(200).shows("更新的记录");
        let newer = auditor.get("/audit?after=1").await.expect(200).text();
        assert!(newer.contains("更早的记录") && !newer.contains("href=\"/audit/1\""), "{newer}");
        auditor.get("/audit?from=2026-03-03").await.expect(200).shows("没有符合条件");
        let head: String = store::query_scalar("SELECT hash FROM event ORDER BY seq DESC LIMIT 1")
            .fetch_one(app.ctx().db().read()).await.expect("head");
        auditor.get("/audit/verify").await.expect(200).shows("还没有验证过");
        auditor.post("/audit/verify", &[]).await.expect(303);
        auditor.post("/audit/verify", &[]).await.expect(303);
        auditor.get("/audit/verify").await.expect(200).shows("等待验证");
        app.work().await;
        auditor.get("/audit/verify").await.expect(200).shows("全部相符").shows(&head).hides("等待验证");
        assert_eq!(count(app, "audit.verified", "\"ok\":true").await, 1, "asked twice, walked once");
        // What cannot be read of a filter never means everything.
        auditor.get("/audit/export.csv?from=2026-13-99").await.expect(400).shows("请核对日期");
        auditor.get("/audit?kind=%00").await.expect(400).shows("不能使用的字符");
        app.stranger().post("/signin", &[("login", "a\0b"), ("password", "x"), ("next", "/")]).await.expect(400).shows("控制字符");
        let csv = auditor.get("/audit/export.csv?kind=organ.renamed").await.expect(200).text();
        assert_eq!(csv.lines().count(), 2, "{csv}");
        assert_eq!(count(app, "audit.exported", "\"rows\":1").await, 1);
        // However many there are, every one is in it, once.
        let mut tx = app.ctx().db().write().await.expect("write");
        for _ in 0..1100 {
            tx.append(NewEvent::new(&identity::events::CALENDAR_REMOVED, "2027", &Actor::System)).await.expect("event");
        }
        tx.commit().await.expect("commit");
        let csv = auditor.get("/audit/export.csv?kind=calendar.removed").await.expect(200).text();
        let numbers: std::collections::BTreeSet<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!((csv.lines().count(), numbers.len()), (1101, 1100));
        assert_eq!(count(app, "audit.exported", "\"rows\":1100").await, 1);
        let none = auditor.get("/audit/export.csv?kind=calendar.extended").await.expect(200).text();
        assert_eq!(none.lines().count(), 1, "{none}");
        auditor.get("/accounts").await.expect(403);
        auditor.get("/permissions").await.expect(200).shows("管理账号");
    }

    async fn the_calendar_is_extended_by_a_notice(app) {
        let mut clerk = app.clerk().await;
        clerk.get("/calendar?year=2027").await.expect(200).shows("还没有录入这一年");
        let wrong = "2027-01-01~2027-01-03 放假\n2027-02-08 上班";
        clerk.post("/calendar", &[("lines", wrong), ("year", "2027")]).await.expect(422).shows("第 2 行").shows("2027-01-01~2027-01-03");
        let empty = clerk.post("/calendar", &[("lines", ""), ("year", "2027")]).await.expect(422);
        empty.shows("<a href=\"#lines\">请粘贴放假安排").shows("id=\"lines-err\"").hides("其余内容已保留");
        let half = [("lines", "2027-01-01~2027-01-03 放假"), ("complete", "true"), ("year", "2027")];
        clerk.post("/calendar", &half).await.expect(422).shows("没有 10 月 1 日放假");
        let lines = "2027-01-01~2027-01-03 放假\n2027-02-06 上班\n2027-10-01~2027-10-07 放假";
        let right = [("lines", lines), ("notice", "国办发明电〔2026〕1号"), ("complete", "true")];
        clerk.post("/calendar", &right).await.expect(303);
        let page = clerk.get("/calendar?year=2027").await.expect(200).shows("国办发明电").shows("2027-12-31");
        page.shows("录入记录").shows(&app.ctx().calendar().version());
        let calendar = app.ctx().calendar();
        assert_eq!(calendar.is_working("2027-01-01".parse().expect("day")), Ok(false));
        assert_eq!(calendar.is_working("2027-02-06".parse().expect("day")), Ok(true));
        clerk.post("/calendar/remove", &[("day", "2027-02-06")]).await.expect(303);
        assert_eq!(app.ctx().calendar().is_working("2027-02-06".parse().expect("day")), Ok(false));
        // What was known changes only after it was seen.
        let late = "2026-03-10";
        let lines = format!("{late} 放假");
        let page = clerk.post("/calendar", &[("lines", lines.as_str()), ("year", "2026")]).await.expect(200);
        let page = page.shows("录入以前请核对").shows("2026-03-10（周二）").shows("原来上班，现在休息");
        let page = page.shows("没有正在计算的期限因此改变");
        assert_eq!(app.ctx().calendar().is_working(late.parse().expect("day")), Ok(true));
        let text = page.text();
        let seen = text.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let stale = [("lines", lines.as_str()), ("year", "2026"), ("seen", "2026.00000000")];
        clerk.post("/calendar", &stale).await.expect(200).shows("录入以前请核对");
        clerk.post("/calendar", &[("lines", lines.as_str()), ("year", "2026"), ("seen", seen)]).await.expect(303);
        assert_eq!(app.ctx().calendar().is_working(late.parse().expect("day")), Ok(false));
        assert_eq!(count(app, "calendar.extended", &app.ctx().calendar().version()).await, 1);
    }
}
