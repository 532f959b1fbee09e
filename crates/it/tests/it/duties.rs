//! Stories of duties: evidence closes them, the public page shows it, and nobody does what is another's.

use jiff::Timestamp;
use kernel::{Actor, Role};
use oversight::{
    duties::acts,
    model::PlanKind,
    plans::{
        import::{self, Spec, Taken},
        source::Source,
    },
};
use publishing::{
    kinds::NOTICE,
    seed::{Seed, seed},
};
use testkit::{Client, TestApp, both};

const PLAN: &str = "2026年青禾县政务公开工作要点\n青禾府办发〔2026〕3号\n\
    一、加强政策解读\n\
    （一）解读重要政策。6月30日前公开解读方案。每季度公布一次解读清单。（县财政局、县民政局分别牵头落实）\n\
    （二）回应社会关切。9月底前建立回应台账。10月底前完成密语甲乙丙核查。（县财政局牵头，各乡镇（中心）配合）\n\
    二、夯实基础\n\
    （一）办好网站。11月底前检查一次网站栏目。（县政府办公室负责）\n";

fn moment(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

/// The plan, imported and issued.
pub(crate) async fn issued(app: &TestApp) -> String {
    let import = oversight::Import::work_points("", 2026, PLAN, "plan.txt");
    let imported = oversight::import(app.ctx(), &Actor::System, import).await.expect("import");
    oversight::confirm(app.ctx(), &Actor::System, &imported.plan).await.expect("confirm");
    app.work().await;
    String::from(imported.plan)
}

/// Duty and assignment of an organ whose text contains the words.
pub(crate) async fn share(app: &TestApp, words: &str, organ: &str) -> (String, String) {
    let sql =
        "SELECT a.duty, a.id FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.text LIKE $1 AND a.organ = $2";
    store::query_as(sql)
        .bind(format!("%{words}%"))
        .bind(organ)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("assignment")
}

/// A public document of the finance bureau.
pub(crate) async fn document(app: &TestApp, title: &str) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let at = moment("2026-03-01T01:00:00Z");
    let new = Seed::published("QH010".into(), "notices", &NOTICE, title, "<p>正文。</p>", at);
    let id = seed(app.ctx(), &mut tx, new).await.expect("seed");
    tx.commit().await.expect("commit");
    String::from(id)
}

async fn evidence_rows(app: &TestApp) -> i64 {
    store::query_scalar("SELECT COUNT(*) FROM evidence").fetch_one(app.ctx().db().read()).await.expect("count")
}

/// The evidence of an assignment on which nobody has decided.
async fn waiting(app: &TestApp, assignment: &str) -> String {
    let sql = "SELECT id FROM evidence WHERE share = $1 AND decision = '' AND withdrawn_at = ''";
    store::query_scalar(sql).bind(assignment).fetch_one(app.ctx().db().read()).await.expect("evidence")
}

async fn events(app: &TestApp, kind: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM event WHERE kind = $1";
    store::query_scalar(sql).bind(kind).fetch_one(app.ctx().db().read()).await.expect("count")
}

/// Hands in a document as evidence; the id of the evidence.
pub(crate) async fn hand_in(
    app: &TestApp,
    editor: &mut Client,
    share: &(String, String),
    document: &str,
    period: &str,
) -> String {
    let fields = [("assignment", share.1.as_str()), ("document", document), ("period", period), ("note", "")];
    editor.post(&format!("/duties/{}/evidence", share.0), &fields).await.expect(303);
    waiting(app, &share.1).await
}

async fn figures(app: &TestApp, plan: &str) -> serde_json::Value {
    app.visitor().get(&format!("/api/v1/plans/{plan}")).await.expect(200).json()["figures"].clone()
}

both! {
    /// The way of the issue: found by its title, handed in, confirmed, seen by the public.
    async fn evidence_closes_a_duty_and_the_public_sees_it(app) {
        let plan = issued(app).await;
        let paper = document(app, "惠企政策解读方案公告").await;
        let share = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{}", share.0);
        assert_eq!(figures(app, &plan).await["confirmed"], 0);

        let mut editor = app.editor("QH010").await;
        editor.get("/duties").await.expect(200).shows("公开解读方案").shows("2026-06-30");
        editor.get(&format!("{page}?find=%E8%A7%A3%E8%AF%BB%E6%96%B9%E6%A1%88")).await.expect(200).shows("惠企政策解读方案公告");
        editor.post(&format!("{page}/notes"), &[("assignment", &share.1), ("text", "方案初稿已成")]).await.expect(303);
        let piece = hand_in(app, &mut editor, &share, &paper, "").await;
        editor.get(&page).await.expect(200).shows("待确认").shows("方案初稿已成");
        editor.post(&format!("{page}/evidence/{piece}/confirm"), &[]).await.expect(403);
        app.visitor().get(&format!("/plans/{plan}")).await.expect(200).hides("惠企政策解读方案公告");

        let mut clerk = app.clerk().await;
        clerk.get("/").await.expect(200).shows("任务·确认佐证");
        clerk.post(&format!("{page}/evidence/{piece}/confirm"), &[]).await.expect(303);
        let reader = app.visitor().get(&format!("/plans/{plan}")).await.expect(200);
        let reader = reader.shows("惠企政策解读方案公告").shows("落实情况").shows("青禾府办发〔2026〕3号");
        reader.hides("方案初稿已成").shows(&paper);
        // The duty waits for the other organ that leads it.
        assert_eq!(figures(app, &plan).await["confirmed"], 0);
        let other = self::share(app, "公开解读方案", "QH011").await;
        let mut civil = app.editor("QH011").await;
        let second = hand_in(app, &mut civil, &other, &paper, "").await;
        clerk.post(&format!("{page}/evidence/{second}/confirm"), &[]).await.expect(303);
        assert_eq!(figures(app, &plan).await["confirmed"], 1);
        app.visitor().get(&format!("/plans/{plan}?view=organ")).await.expect(200).shows("县民政局");
        app.visitor().get(&format!("/plans/{plan}/text")).await.expect(200).shows("每季度公布一次解读清单");
        let csv = app.visitor().get(&format!("/plans/{plan}/duties.csv")).await.expect(200);
        assert!(csv.text().contains("已办结") && csv.text().contains("县民政局"));

        // A confirmation is taken back on the same day only.
        clerk.post(&format!("{page}/evidence/{second}/undo"), &[]).await.expect(303);
        assert_eq!(figures(app, &plan).await["confirmed"], 0);
        app.at(moment("2026-03-03T01:00:00Z"));
        let mut clerk = app.sign_in("clerk").await;
        clerk.post(&format!("{page}/evidence/{piece}/undo"), &[]).await.expect(409);
    }

    async fn another_organ_changes_nothing(app) {
        issued(app).await;
        let paper = document(app, "解读方案").await;
        let share = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{}", share.0);
        let mut civil = app.editor("QH011").await;
        let (rows, logged) = (evidence_rows(app).await, events(app, "duty.note_added").await);
        let fields = [("assignment", share.1.as_str()), ("document", &paper), ("text", "冒名")];
        civil.post(&format!("{page}/evidence"), &fields).await.expect(403);
        civil.post(&format!("{page}/notes"), &fields).await.expect(403);
        civil.post(&format!("{page}/extra"), &fields).await.expect(403);
        civil.post(&format!("{page}/due"), &[("due_on", "2026-12-31")]).await.expect(403);
        civil.post("/duties/bulk", &[("act", "remind"), ("ids", &share.1), ("sure", "1")]).await.expect(403);
        assert_eq!((evidence_rows(app).await, events(app, "duty.note_added").await), (rows, logged));

        // Whoever has no part in a duty does not even learn that it exists; what others wrote in a shared one stays theirs.
        let mut town = app.editor("QH101").await;
        town.get(&page).await.expect(404);
        let mut finance = app.editor("QH010").await;
        finance.post(&format!("{page}/notes"), &[("assignment", &share.1), ("text", "县财政局内情")]).await.expect(303);
        town.get("/duties").await.expect(200).hides("公开解读方案").shows("建立回应台账");
        let supported = self::share(app, "建立回应台账", "QH101").await;
        let lead = self::share(app, "建立回应台账", "QH010").await;
        finance.post(&format!("/duties/{}/notes", lead.0), &[("assignment", &lead.1), ("text", "牵头单位内情")]).await.expect(303);
        town.get(&format!("/duties/{}", supported.0)).await.expect(200).hides("牵头单位内情").shows("县财政局");
    }

    async fn what_is_no_evidence_is_refused_at_its_field(app) {
        issued(app).await;
        let share = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{}/evidence", share.0);
        let mut editor = app.editor("QH010").await;
        for (field, value, message) in [
            ("url", "/policies/0000000000000000", "没有这份已公开的文件"),
            ("document", "0000000000000000", "没有这份已公开的文件"),
            ("url", "http://127.0.0.1/secret", "内网地址"),
            ("url", "javascript:alert(1)", "http://"),
            ("url", "https://media.example/a", "请写明网址上是什么内容"),
            ("text", "", "请从检索结果中选一份"),
        ] {
            let fields = [("assignment", share.1.as_str()), (field, value), ("note", "我写的说明")];
            editor.post(&page, &fields).await.expect(422).shows(message).shows("我写的说明");
        }
        assert_eq!(evidence_rows(app).await, 0);
        let good = [("assignment", share.1.as_str()), ("url", "https://media.example/a"), ("title", "县融媒体报道"), ("once", "t1")];
        editor.post(&page, &good).await.expect(303);
        editor.post(&page, &good).await.expect(303);
        assert_eq!(evidence_rows(app).await, 1, "the same form sent twice");
        let again = [("assignment", share.1.as_str()), ("url", "https://media.example/a"), ("title", "县融媒体报道"), ("once", "t2")];
        editor.post(&page, &again).await.expect(422).shows("已经报送过");
        let mut clerk = app.clerk().await;
        clerk.get(&format!("/duties/{}", share.0)).await.expect(200).shows("网址正在检查");
        // Taken back, it is out of the office's way.
        let piece = waiting(app, &share.1).await;
        editor.post(&format!("{page}/{piece}/take-back"), &[]).await.expect(303);
        clerk.post(&format!("{page}/{piece}/confirm"), &[]).await.expect(409).shows("已收回");
    }

    /// An address elsewhere is opened; what the other site says does not exist closes no duty.
    async fn an_address_elsewhere_is_checked_to_exist(app) {
        issued(app).await;
        let share = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{}", share.0);
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let fields = [("assignment", share.1.as_str()), ("url", "https://www.example.gov.cn/a.html"), ("title", "县融媒体中心的报道")];
        editor.post(&format!("{page}/evidence"), &fields).await.expect(303);
        let piece = waiting(app, &share.1).await;
        // A site of the test's own stands for the other site: a port of this machine, which only this configuration allows.
        let site = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = site.local_addr().expect("address").port();
        tokio::spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut answers = ["404 Not Found", "200 OK"].into_iter().cycle();
            while let (Ok((mut stream, _)), Some(answer)) = (site.accept().await, answers.next()) {
                let _ = stream.read(&mut [0; 2048]).await;
                let _ = stream.write_all(format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes()).await;
            }
        });
        store::test::tamper(app.ctx().db(), store::query("UPDATE evidence SET url = $2 WHERE id = $1")
            .bind(&piece)
            .bind(format!("http://127.0.0.1:{port}/a.html"))).await
            .expect("address");
        store::test::reseal(app.ctx().db()).await.expect("taken as it is");
        clerk.post(&format!("{page}/evidence/{piece}/confirm"), &[]).await.expect(409).shows("网址还在检查");
        // As configured by default, nothing inside is asked.
        clerk.post(&format!("{page}/evidence/{piece}/look"), &[]).await.expect(303);
        clerk.get(&page).await.expect(200).shows("指向内网地址");
        let ctx = app
            .with_config(|config| {
                let check_allow = vec!["127.0.0.1/32".parse().expect("net")];
                config.settings.set(duty::settings::Duties { check_allow, ..Default::default() });
            })
            .await;
        let look = async || duty::evidence::opens::look_at(&ctx, &piece.as_str().into()).await.expect("look").expect("asked");
        assert_eq!(look().await.outcome, "gone");
        assert_eq!(events(app, "duty.evidence_looked").await, 2, "inside, then gone");
        clerk.get(&page).await.expect(200).shows("对方网站说没有这个页面（404）");
        clerk.post(&format!("{page}/evidence/{piece}/confirm"), &[]).await.expect(409).shows("请退回并请报送单位换一个网址");
        assert_eq!(look().await.outcome, "opened");
        editor.get(&page).await.expect(200).shows("网址可以打开").shows("重新检查");
        clerk.post(&format!("{page}/evidence/{piece}/confirm"), &[]).await.expect(303);
        ctx.db().close().await;
    }

    async fn a_return_needs_a_reason_and_reaches_the_organ(app) {
        let plan = issued(app).await;
        let paper = document(app, "解读方案").await;
        let share = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{}", share.0);
        let mut editor = app.editor("QH010").await;
        let piece = hand_in(app, &mut editor, &share, &paper, "").await;
        let mut clerk = app.clerk().await;
        clerk.post(&format!("{page}/evidence/{piece}/return"), &[("reason", "  ")]).await.expect(422).shows("请写明退回的理由");
        clerk.post(&format!("{page}/evidence/{piece}/return"), &[("reason", "这是通知原文，请换解读")]).await.expect(303);
        editor.get(&page).await.expect(200).shows("这是通知原文，请换解读").shows("已退回");
        editor.get("/").await.expect(200).shows("任务·退回");
        app.visitor().get(&format!("/plans/{plan}")).await.expect(200).hides("这是通知原文");
        // The same document may be handed in again after a return.
        hand_in(app, &mut editor, &share, &paper, "").await;
        editor.get(&page).await.expect(200).shows("待确认");
        crate::log_words::read(app).await;
    }

    async fn two_clerks_confirm_once(app) {
        issued(app).await;
        let paper = document(app, "解读方案").await;
        let share = share(app, "公开解读方案", "QH010").await;
        let mut editor = app.editor("QH010").await;
        let piece = hand_in(app, &mut editor, &share, &paper, "").await;
        let target = format!("/duties/{}/evidence/{piece}/confirm", share.0);
        let mut first = app.clerk().await;
        let mut second = app.person("clerk-two", "QH001", &[Role::CountyOffice]).await;
        let (a, b) = tokio::join!(first.post(&target, &[("once", "a")]), second.post(&target, &[("once", "b")]));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        assert_eq!(events(app, "duty.evidence_confirmed").await, 1);
        // Nobody confirms what they handed in themselves.
        let own = self::share(app, "检查一次网站栏目", "QH001").await;
        let mine = hand_in(app, &mut first, &own, &paper, "").await;
        let target = format!("/duties/{}/evidence/{mine}/confirm", own.0);
        first.post(&target, &[]).await.expect(409).shows("须由他人确认");
        second.post(&target, &[]).await.expect(303);
    }

    async fn each_period_is_owed_by_itself(app) {
        let plan = issued(app).await;
        let paper = document(app, "一季度解读清单").await;
        let share = share(app, "每季度公布", "QH010").await;
        let mut editor = app.editor("QH010").await;
        let page = format!("/duties/{}", share.0);
        let fields = [("assignment", share.1.as_str()), ("document", paper.as_str())];
        editor.post(&format!("{page}/evidence"), &fields).await.expect(422).shows("对应的时段");
        let future = [fields[0], fields[1], ("period", "2026-Q3")];
        editor.post(&format!("{page}/evidence"), &future).await.expect(422).shows("还没有开始");
        let piece = hand_in(app, &mut editor, &share, &paper, "2026-Q1").await;
        let mut clerk = app.clerk().await;
        clerk.post(&format!("{page}/evidence/{piece}/confirm"), &[]).await.expect(303);
        clerk.get("/duties?q=%E6%AF%8F%E5%AD%A3%E5%BA%A6&organ=QH010").await.expect(200).shows("进行中");

        // The second quarter passes without anything: overdue, without anybody having touched a row.
        app.at(moment("2026-07-02T01:00:00Z"));
        let mut clerk = app.sign_in("clerk").await;
        clerk.get("/duties?overdue=1&organ=QH010&q=%E6%AF%8F%E5%AD%A3%E5%BA%A6").await.expect(200).shows("逾期");
        clerk.get(&page).await.expect(200).shows("第二季度");
        let reader = app.visitor().get(&format!("/api/v1/plans/{plan}")).await.expect(200).json();
        assert!(reader["figures"]["overdue"].as_i64() >= Some(2), "{}", reader["figures"]);
        assert!(reader.to_string().contains("2026-Q2"));
    }

    async fn a_withdrawn_document_is_no_evidence_any_more(app) {
        let plan = issued(app).await;
        let paper = document(app, "会被撤回的方案").await;
        let share = share(app, "建立回应台账", "QH010").await;
        let page = format!("/duties/{}", share.0);
        let mut editor = app.editor("QH010").await;
        let piece = hand_in(app, &mut editor, &share, &paper, "").await;
        let mut clerk = app.clerk().await;
        clerk.post(&format!("{page}/evidence/{piece}/confirm"), &[]).await.expect(303);
        assert_eq!(figures(app, &plan).await["confirmed"], 1);
        let document = app.visitor().get(&format!("/documents/{paper}")).await;
        assert!(document.text().contains("回应社会关切"), "the document says what it is evidence of");

        let mut head = app.person("head", "QH010", &[Role::OrganHead]).await;
        let version = head.get(&format!("/documents/{paper}")).await.expect(200).field("version");
        head.post(&format!("/documents/{paper}/withdraw"), &[("version", &version), ("reason", "内容有误")]).await.expect(303);
        // At once, before any job has run; and whoever reads waits for no writer.
        let mut busy = app.ctx().db().write().await.expect("write");
        busy.hold_log().await.expect("log");
        for path in [format!("/plans/{plan}"), "/plans".into(), format!("/api/v1/plans/{plan}"), "/".into()] {
            let mut reader = app.visitor();
            let read = tokio::time::timeout(std::time::Duration::from_secs(20), reader.get(&path));
            read.await.expect("a reader does not write").expect(200);
        }
        drop(busy);
        assert_eq!(figures(app, &plan).await["confirmed"], 0);
        app.visitor().get(&format!("/plans/{plan}")).await.expect(200).hides("会被撤回的方案");
        editor.get(&page).await.expect(200).shows("佐证失效").shows("已退回");
        assert_eq!(events(app, "duty.evidence_lapsed").await, 0, "history and mail follow");
        for _ in 0..2 {
            app.work().await;
            assert_eq!(events(app, "duty.evidence_lapsed").await, 1);
        }
        editor.get(&page).await.expect(200).shows("已撤回公开，不再有效");
    }

    async fn reminders_go_out_once(app) {
        issued(app).await;
        for (login, organ, role) in [("ed", "QH010", Role::Editor), ("rev", "QH010", Role::ReviewerPolicy), ("min", "QH011", Role::OrganHead)] {
            app.account(login, organ, &[role]).await;
        }
        app.work().await;
        let mails = || async {
            let sql = "SELECT payload FROM job WHERE kind LIKE 'mail.send%' AND state = 'ready' ORDER BY id";
            store::query_scalar::<String>(sql).fetch_all(app.ctx().db().read()).await.expect("jobs")
        };
        let day = |text: &str| text.parse().expect("date");
        app.at(moment("2026-06-14T02:00:00Z"));
        // 15 days before 30 June; the first quarter's list is long overdue by then and not asked for again.
        assert_eq!(duty::notices::remind_once(app.ctx(), day("2026-06-15")).await.expect("remind"), 2);
        let sent = mails().await;
        assert_eq!(sent.len(), 2, "{sent:?}");
        let finance = sent.iter().find(|mail| mail.contains("ed@example.invalid")).expect("the editor is asked");
        assert!(!finance.contains("rev@example.invalid") && finance.contains("公开解读方案"), "{finance}");
        assert!(sent.iter().any(|mail| mail.contains("min@example.invalid") && mail.contains("县民政局")), "{sent:?}");
        let events_before = events(app, "duty.reminded").await;
        assert_eq!(duty::notices::remind_once(app.ctx(), day("2026-06-15")).await.expect("again"), 0);
        assert_eq!((mails().await.len(), events(app, "duty.reminded").await), (2, events_before));

        // What is confirmed is not asked for.
        let paper = document(app, "解读方案").await;
        let mut editor = app.editor("QH010").await;
        let mut clerk = app.clerk().await;
        for (words, period) in [("公开解读方案", ""), ("每季度公布", "2026-Q2")] {
            let share = share(app, words, "QH010").await;
            let piece = hand_in(app, &mut editor, &share, &paper, period).await;
            clerk.post(&format!("/duties/{}/evidence/{piece}/confirm", share.0), &[]).await.expect(303);
        }
        assert_eq!(duty::notices::remind_once(app.ctx(), day("2026-06-25")).await.expect("later"), 1, "only the other organ");
        let log = clerk.get(&format!("/duties/{}", share(app, "公开解读方案", "QH011").await.0)).await.expect(200);
        log.shows("提醒县民政局");
    }

    async fn many_rows_at_once_say_what_happens_and_what_happened(app) {
        let plan = issued(app).await;
        let paper = document(app, "解读方案").await;
        let mut editor = app.editor("QH010").await;
        app.editor("QH011").await;
        let (mine, other) = (share(app, "公开解读方案", "QH010").await, share(app, "公开解读方案", "QH011").await);
        hand_in(app, &mut editor, &mine, &paper, "").await;
        let mut clerk = app.clerk().await;
        let rows = [("act", "confirm"), ("ids", mine.1.as_str()), ("ids", other.1.as_str())];
        let ask = clerk.post("/duties/bulk", &rows).await.expect(200).shows("将确认 1 行的佐证").shows("没有待确认的佐证");
        let once = ask.field("once");
        assert_eq!(events(app, "duty.evidence_confirmed").await, 0, "asking does nothing");
        let seen = ask.field("seen");
        let sure = [rows[0], rows[1], rows[2], ("sure", "1"), ("once", once.as_str()), ("seen", seen.as_str())];
        clerk.post("/duties/bulk", &sure).await.expect(200).shows("已确认 1 件");
        clerk.post("/duties/bulk", &sure).await.expect(303);
        assert_eq!(events(app, "duty.evidence_confirmed").await, 1);
        // Due dates and visibility are the duty's: one row for both organs.
        let due = [("act", "due"), ("ids", mine.1.as_str()), ("ids", other.1.as_str()), ("due_on", "2026-07-31"), ("reason", "上级通知"), ("sure", "1")];
        clerk.post("/duties/bulk", &due).await.expect(200).shows("调整 1 项任务的期限").shows("2026-06-30 → 2026-07-31").shows("县财政局、县民政局");
        clerk.get(&format!("/duties?plan={plan}&view=duty")).await.expect(200).shows("2026-07-31");
        let remind = [("act", "remind"), ("ids", mine.0.as_str()), ("sure", "1")];
        clerk.post("/duties/bulk", &remind).await.expect(200).shows("已办结，不提醒").shows("已提醒");
        let before = events(app, "duty.reminded").await;
        clerk.post("/duties/bulk", &remind).await.expect(200).shows("今天已经提醒过");
        assert_eq!(events(app, "duty.reminded").await, before, "the same share is not reminded of twice a day");

        let sheet = clerk.get(&format!("/duties/export.xlsx?plan={plan}&state=confirmed")).await.expect(200);
        assert!(sheet.bytes.starts_with(b"PK"));
        clerk.get("/duties/print?group=clause").await.expect(200).shows("打印于");
        clerk.post("/duties/views", &[("name", "财政局"), ("query", "organ=QH010")]).await.expect(303);
        clerk.get("/duties").await.expect(200).shows("/duties?organ=QH010").shows("财政局");
        editor.get("/duties").await.expect(200).hides("organ=QH010\"");
        editor.get("/duties").await.expect(200).hides("下一步：看影响");
    }

    /// No way of the portal leads to an internal duty, a note, a reason, or evidence that is not confirmed.
    async fn what_is_internal_is_nowhere(app) {
        let plan = issued(app).await;
        let paper = document(app, "公开的方案").await;
        let secret = share(app, "密语甲乙丙", "QH010").await;
        let shown = share(app, "建立回应台账", "QH010").await;
        let mut clerk = app.clerk().await;
        clerk.post(&format!("/duties/{}/visibility", secret.0), &[("visibility", "internal"), ("visibility_reason", "尚未定案")]).await.expect(303);
        let mut editor = app.editor("QH010").await;
        editor.post(&format!("/duties/{}/notes", shown.0), &[("assignment", &shown.1), ("text", "暗号丁戊己便条")]).await.expect(303);
        let url = [("assignment", shown.1.as_str()), ("url", "https://media.example/x"), ("title", "暗号丁戊己网页")];
        editor.post(&format!("/duties/{}/evidence", shown.0), &url).await.expect(303);
        let back = waiting(app, &shown.1).await;
        let reason = [("reason", "暗号丁戊己理由")];
        clerk.post(&format!("/duties/{}/evidence/{back}/return", shown.0), &reason).await.expect(303);
        for share in [&shown, &secret] {
            let piece = hand_in(app, &mut editor, share, &paper, "").await;
            clerk.post(&format!("/duties/{}/evidence/{piece}/confirm", share.0), &[]).await.expect(303);
        }
        app.work().await;
        let clause: String = store::query_scalar("SELECT place FROM duty WHERE id = $1")
            .bind(&secret.0)
            .fetch_one(app.ctx().db().read())
            .await
            .expect("clause");
        let mut reader = app.visitor();
        let mut opened = 0;
        for route in app.app.routes.iter().filter(|route| route.listener == web::Listener::Portal && route.method == http::Method::GET) {
            for id in [&plan, &paper, &secret.0] {
                let path = route.path.replace("{id}", id).replace("{clause}", &clause);
                let reply = reader.get(&path).await;
                // The address names the duty itself where the walk asked for it.
                let text = reply.text().replace(&path, "");
                assert!(!text.contains("暗号丁戊己") && !text.contains(&format!("d-{}", secret.0)), "{path}");
                opened += usize::from(reply.status == 200);
            }
        }
        assert!(opened > 10, "the walk must reach the pages: {opened}");
        let found = reader.get("/search?q=%E6%9A%97%E5%8F%B7").await.expect(200);
        assert!(!found.text().contains("丁戊己"), "{}", found.text());
        reader.get(&format!("/plans/{plan}?view=organ")).await.expect(200).hides("密语");
        // The issued text is whole; that something of its progress is not told is said.
        reader.get(&format!("/plans/{plan}/text")).await.expect(200).shows("密语甲乙丙");
        reader.get(&format!("/plans/{plan}")).await.expect(200).shows("原文照登");
        reader.get(&format!("/plans/{plan}/duties.csv")).await.expect(200).hides("密语甲乙丙");
        let data = reader.get(&format!("/api/v1/plans/{plan}")).await.expect(200).json();
        let told = |part: &serde_json::Value| part["duties"].to_string().contains("密语甲乙丙");
        let clauses = data["sections"].as_array().into_iter().flatten().flat_map(|one| one["clauses"].as_array().into_iter().flatten());
        assert!(!clauses.into_iter().any(told), "{data}");
        // It is not counted either: five public duties less one.
        let figures = figures(app, &plan).await;
        assert_eq!(figures["total"], 4, "{figures}");
        clerk.get("/duties").await.expect(200).shows("密语甲乙丙");
    }

    async fn evidence_that_came_after_the_preview_is_not_confirmed(app) {
        issued(app).await;
        let (first, second) = (document(app, "解读方案一").await, document(app, "解读方案二").await);
        let mut editor = app.editor("QH010").await;
        let share = share(app, "公开解读方案", "QH010").await;
        let shown = hand_in(app, &mut editor, &share, &first, "").await;
        let mut clerk = app.clerk().await;
        let rows = [("act", "confirm"), ("ids", share.1.as_str())];
        let ask = clerk.post("/duties/bulk", &rows).await.expect(200).shows("将确认 1 件");
        let (once, seen) = (ask.field("once"), ask.field("seen"));
        assert_eq!(seen, shown);
        hand_in(app, &mut editor, &share, &second, "").await;
        let sure = [rows[0], rows[1], ("sure", "1"), ("once", once.as_str()), ("seen", seen.as_str())];
        clerk.post("/duties/bulk", &sure).await.expect(200).shows("已确认 1 件；另有 1 件是核对之后报送的");
        assert_eq!(events(app, "duty.evidence_confirmed").await, 1);
        assert_ne!(waiting(app, &share.1).await, shown);
        // Nothing at all is confirmed by a form that names nothing.
        clerk.post("/duties/bulk", &[rows[0], rows[1], ("sure", "1")]).await.expect(200).shows("没有确认");
        assert_eq!(events(app, "duty.evidence_confirmed").await, 1);
    }

    /// Free text of an organ reaches the portal by a person of the county office only.
    async fn what_an_organ_fills_in_is_public_once_the_office_has_accepted_it(app) {
        let spec = Spec { year: Some(2026), ..Spec::new(PlanKind::KeyProject) };
        let taken = import::import(app.ctx(), &Actor::System, Source::text(PLAN, "plan.txt"), spec).await.expect("import");
        let Taken::Draft(plan) = taken else { panic!("{taken:?}") };
        oversight::confirm(app.ctx(), &Actor::System, &plan).await.expect("confirm");
        let share = share(app, "建立回应台账", "QH010").await;
        let clause: String = store::query_scalar("SELECT place FROM duty WHERE id = $1")
            .bind(&share.0)
            .fetch_one(app.ctx().db().read())
            .await
            .expect("clause");
        let mut clerk = app.clerk().await;
        let page = format!("/duties/{}", share.0);
        clerk.post(&format!("{page}/visibility"), &[("visibility", "public"), ("visibility_reason", "已定案")]).await.expect(303);
        let portal = format!("/plans/{plan}/clauses/{clause}");
        let mut reader = app.visitor();
        let mut editor = app.editor("QH010").await;
        let (extra, settle) = (format!("{page}/extra"), format!("{page}/extra/settle"));
        let fields = |text: &'static str| [("assignment", share.1.clone()), ("content", text.to_owned())];
        macro_rules! fill {
            ($person:ident, $text:expr, $status:expr) => {{
                let fields = fields($text);
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                $person.post(&extra, &fields).await.expect($status)
            }};
        }
        fill!(editor, "联系人 13800138000", 422).shows("138****8000").shows("涉及个人隐私");
        fill!(editor, "新建便民中心", 303);
        reader.get(&portal).await.expect(200).shows("建立回应台账").hides("新建便民中心");
        editor.get(&page).await.expect(200).shows("待采纳").shows("新建便民中心");
        let seen = clerk.get(&page).await.expect(200).shows("待采纳").field("seen");
        clerk.get("/").await.expect(200).shows("办理情况待采纳");
        let accept = [("op", "accept"), ("seen", seen.as_str())];
        editor.post(&settle, &accept).await.expect(403);
        // What was filled in after the office had looked is not accepted unseen.
        fill!(editor, "新建便民中心二期", 303);
        clerk.post(&settle, &accept).await.expect(409).shows("刚修改了办理情况");
        reader.get(&portal).await.expect(200).hides("新建便民中心");
        let seen = clerk.get(&page).await.expect(200).field("seen");
        clerk.post(&settle, &[("op", "accept"), ("seen", seen.as_str())]).await.expect(303);
        clerk.post(&settle, &[("op", "accept"), ("seen", seen.as_str())]).await.expect(409).shows("没有待采纳");
        reader.get(&portal).await.expect(200).shows("新建便民中心二期");
        assert_eq!(events(app, "duty.extra_accepted").await, 1);
        // Declined, the accepted value stays; the office's own words hold at once.
        fill!(editor, "改得不对", 303);
        let seen = clerk.get(&page).await.expect(200).field("seen");
        clerk.post(&settle, &[("op", "decline"), ("seen", seen.as_str())]).await.expect(303);
        reader.get(&portal).await.expect(200).shows("新建便民中心二期").hides("改得不对");
        let own = app.ctx().clone();
        let values = [("content".into(), "办公室核定内容".into())];
        acts::set_extra(&own, &Actor::System, &share.1.as_str().into(), &values).await.expect("the system writes");
        reader.get(&portal).await.expect(200).shows("办公室核定内容");
        let wrong = [("assignment", share.1.as_str()), ("url", "https://media.example/a"), ("title", "张某电话 13800138000")];
        editor.post(&format!("{page}/evidence"), &wrong).await.expect(422).shows("138****8000");
        crate::log_words::read(app).await;
    }

    /// One duty, without an amendment of the text; who reads the plan learns that it ended and is not counted.
    async fn the_office_ends_one_duty_with_its_reason(app) {
        let plan = issued(app).await;
        let share = share(app, "建立回应台账", "QH010").await;
        let page = format!("/duties/{}", share.0);
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let total = figures(app, &plan).await["total"].as_i64().expect("a number");
        editor.get(&page).await.expect(200).hides("终止任务");
        editor.post(&format!("{page}/end"), &[("end", "不办了")]).await.expect(403);
        clerk.get(&page).await.expect(200).shows("终止任务");
        clerk.post(&format!("{page}/end"), &[("end", "  ")]).await.expect(422).shows("请写明为什么终止");
        clerk.post(&format!("{page}/end"), &[("end", "联系 13800138000")]).await.expect(422).shows("138****8000");
        assert_eq!(events(app, "duty.ended").await, 0);
        clerk.post(&format!("{page}/end"), &[("end", "上级已取消这项考核")]).await.expect(303);
        clerk.post(&format!("{page}/end"), &[("end", "再一次")]).await.expect(409).shows("已经终止");
        editor.get(&page).await.expect(200).shows("这项任务已终止").shows("上级已取消这项考核").shows("终止任务");
        editor.post(&format!("{page}/notes"), &[("assignment", &share.1), ("text", "还在办")]).await.expect(409);
        assert_eq!(figures(app, &plan).await["total"].as_i64(), Some(total - 1));
        assert_eq!((events(app, "duty.ended").await, events(app, "plan.duty_ended").await), (1, 1));
        app.work().await;
        app.visitor().get(&format!("/plans/{plan}")).await.expect(200).shows("每季度公布一次解读清单");
    }

    async fn the_board_knows_a_source_by_kind_and_id(app) {
        let plan = issued(app).await;
        let mut clerk = app.clerk().await;
        let key = format!("work_points/{plan}");
        let board = clerk.get(&format!("/duties?source={key}")).await.expect(200).shows("建立回应台账");
        board.shows(&format!("value=\"{key}\" selected")).shows("按条目").shows("计划");
        // The address of before names the id alone.
        clerk.get(&format!("/duties?plan={plan}")).await.expect(200).shows(&format!("value=\"{key}\" selected"));
        clerk.get(&format!("/duties?source=audit_finding/{plan}")).await.expect(200).shows("没有符合条件的任务");
        clerk.get("/duties?plan=none").await.expect(200).shows("没有符合条件的任务");
        clerk.get("/duties?after=nonsense").await.expect(400);
    }
}
