//! Stories of the office and its duties: everything reaches somebody's desk, and what is changed says why.

use jiff::Timestamp;
use kernel::Actor;
use testkit::{TestApp, both};

const PLAN: &str = "2026年青禾县政务公开工作要点\n青禾府办发〔2026〕3号\n\
    一、加强政策解读\n\
    （一）解读重要政策。加强政策解读工作。12月底前公开解读方案。每季度公布一次解读清单。（县财政局牵头，县民政局配合）\n\
    （二）回应社会关切。2027年1月30日前建立回应台账。（县财政局负责）\n";

fn moment(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

/// The plan, imported and issued.
async fn issued(app: &TestApp) -> String {
    let import = oversight::Import::work_points("", 2026, PLAN, "plan.txt");
    let imported = oversight::import(app.ctx(), &Actor::System, import).await.expect("import");
    oversight::confirm(app.ctx(), &Actor::System, &imported.plan).await.expect("confirm");
    app.work().await;
    String::from(imported.plan)
}

/// Duty and share of an organ whose text contains the words.
async fn share(app: &TestApp, words: &str, organ: &str) -> (String, String) {
    let sql =
        "SELECT a.duty, a.id FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.text LIKE $1 AND a.organ = $2";
    store::query_as(sql).bind(format!("%{words}%")).bind(organ).fetch_one(app.ctx().db().read()).await.expect("share")
}

async fn due_of(app: &TestApp, duty: &str) -> String {
    store::query_scalar("SELECT due_on FROM duty WHERE id = $1")
        .bind(duty)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("duty")
}

async fn mails(app: &TestApp) -> Vec<String> {
    let sql = "SELECT payload FROM job WHERE kind LIKE 'mail.send%' AND state = 'ready' ORDER BY id";
    store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("mails")
}

both! {
    /// Dated or not, led or supported: nothing that was issued lies on nobody's desk, and a reminder shows there.
    async fn every_duty_stands_on_a_desk(app) {
        issued(app).await;
        let mut finance = app.editor("QH010").await;
        let desk = finance.get("/").await.expect(200);
        desk.shows("没有期限").shows("加强政策解读工作").shows("公开解读方案").shows("公布一次解读清单");
        // Past the calendar nothing is guessed.
        finance.get("/").await.expect(200).shows("建立回应台账").shows("日历未录入，按自然日").hides("任务·提醒");
        finance.get("/duties").await.expect(200).shows("日历未录入，按自然日");
        let mut civil = app.editor("QH011").await;
        civil.get("/").await.expect(200).shows("任务·配合").shows("加强政策解读工作");

        let undated = share(app, "加强政策解读工作", "QH010").await;
        let mut clerk = app.clerk().await;
        let remind = [("act", "remind"), ("ids", undated.1.as_str()), ("sure", "1")];
        clerk.post("/duties/bulk", &remind).await.expect(200).shows("已提醒");
        finance.get("/").await.expect(200).shows("任务·提醒").shows("提醒过");
        let mails = mails(app).await;
        let mail = mails.iter().find(|mail| mail.contains("加强政策解读工作")).expect("a mail");
        assert!(mail.contains("没有期限") && !mail.contains("今天到期"), "{mail}");
    }

    /// On a weekend a day is called the same everywhere.
    async fn days_off_make_no_day_due(app) {
        issued(app).await;
        let dated = share(app, "公开解读方案", "QH010").await;
        let at = |text: &str| text.parse::<jiff::civil::Date>().expect("date");
        for (due, now, said) in [
            ("2026-11-27", "2026-11-28T02:00:00Z", "已到期"),
            ("2026-11-29", "2026-11-28T02:00:00Z", "明天到期"),
            ("2026-11-28", "2026-11-28T02:00:00Z", "今天到期"),
        ] {
            app.at(moment(now));
            let duty = dated.0.as_str().into();
            oversight::duties::acts::set_due(app.ctx(), &testkit::staff("OFFICE", kernel::Role::CountyOffice), &duty, at(due), "改到这一天").await.expect("moved");
            let mut finance = app.editor("QH010").await;
            finance.get("/").await.expect(200).shows(said);
            finance.get(&format!("/duties/{}", dated.0)).await.expect(200).shows(said);
            finance.get("/duties?q=%E8%A7%A3%E8%AF%BB%E6%96%B9%E6%A1%88").await.expect(200).shows(said);
        }
    }

    /// A change after the issue says why: asked for, kept on refusal, in the history and on the portal.
    async fn a_change_after_the_issue_says_why(app) {
        let plan = issued(app).await;
        let (duty, _) = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{duty}");
        let mut clerk = app.clerk().await;
        let due = format!("{page}/due");
        clerk.post(&due, &[("due_on", "2026-11-30")]).await.expect(422).shows("请写明为什么调整期限").shows("2026-11-30");
        clerk.post(&due, &[("due_on", "很快"), ("due_reason", "上级通知提前")]).await.expect(422).shows("上级通知提前");
        assert_eq!(due_of(app, &duty).await, "2026-12-31");
        let slip = clerk.post(&due, &[("due_on", "2027-11-30"), ("due_reason", "上级通知顺延")]).await.expect(422);
        assert_eq!(slip.shows("不在计划年度 2026 年内").field("sure"), "2027-11-30", "said once more, it is meant");
        clerk.post(&due, &[("due_on", "11月30日前"), ("due_reason", "上级通知提前")]).await.expect(303);
        clerk.get(&page).await.expect(200).shows("2026-12-31 → 2026-11-30").shows("上级通知提前");
        let clause: String = store::query_scalar("SELECT place FROM duty WHERE id = $1")
            .bind(&duty).fetch_one(app.ctx().db().read()).await.expect("clause");
        let public = format!("/plans/{plan}/clauses/{clause}");
        app.visitor().get(&public).await.expect(200).shows("期限由 2026-12-31 调整为 2026-11-30，原因：上级通知提前");
        let hide = format!("{page}/visibility");
        clerk.post(&hide, &[("visibility", "internal")]).await.expect(422).shows("请写明为什么调整公开范围");
        clerk.post(&hide, &[("visibility", "internal"), ("visibility_reason", "内部缘由")]).await.expect(303);
        app.visitor().get(&public).await.expect(200).shows("1 项任务的进展改为不公开").hides("内部缘由");
        clerk.post(&due, &[("due_on", "2026-12-20"), ("due_reason", "内部顺延")]).await.expect(303);
        clerk.post(&hide, &[("visibility", "public"), ("visibility_reason", "已经定案")]).await.expect(303);
        let reader = app.visitor().get(&public).await.expect(200);
        reader.shows("改为公开，原因：已经定案").hides("内部缘由").hides("内部顺延");
        clerk.get(&page).await.expect(200).shows("内部缘由").shows("内部顺延");
    }

    /// Bulk actions keep what was ticked and typed, name every organ, and say what a date does to what is owed by periods.
    async fn bulk_actions_forget_nothing(app) {
        issued(app).await;
        let (once, quarterly) = (share(app, "公开解读方案", "QH010").await, share(app, "解读清单", "QH010").await);
        let mut clerk = app.clerk().await;
        let rows = [("act", "due"), ("ids", once.1.as_str()), ("ids", quarterly.1.as_str()), ("back", "state=open")];
        let again = clerk.post("/duties/bulk", &rows).await.expect(422).shows("请填写新的期限");
        again.shows(&once.1).shows(&quarterly.1).shows("state=open");
        let ask = [&rows[..], &[("due_on", "2026-12-18")]].concat();
        let ask = clerk.post("/duties/bulk", &ask).await.expect(200);
        let ask = ask.shows("期限 2026-12-31 → 2026-12-18").shows("县财政局、县民政局");
        let ask = ask.shows("每季度任务，执行到 无 → 2026-12-18").shows("当前一期的报送期限").shows("不变");
        let sent = ask.field("once");
        let sure = [&rows[..], &[("sure", "1"), ("once", sent.as_str()), ("shown", "2026-12-18")]].concat();
        let no_reason = [&sure[..], &[("due_on", "2026-12-18")]].concat();
        clerk.post("/duties/bulk", &no_reason).await.expect(422).shows("请写明调整的理由").shows(&quarterly.1);
        // Another date than was shown is shown first.
        let other = [&sure[..], &[("due_on", "2026-12-20"), ("reason", "统一收口")]].concat();
        clerk.post("/duties/bulk", &other).await.expect(200).shows("→ 2026-12-20").shows("统一收口");
        assert_eq!(due_of(app, &once.0).await, "2026-12-31");
        let done = [&sure[..], &[("due_on", "2026-12-18"), ("reason", "统一收口")]].concat();
        clerk.post("/duties/bulk", &done).await.expect(200).shows("已调整：期限 2026-12-31 → 2026-12-18");
        assert_eq!((due_of(app, &once.0).await, due_of(app, &quarterly.0).await), ("2026-12-18".into(), "2026-12-18".into()));
    }

    /// The form of a report loses nothing: not when a document is looked for, not on refusal; what it holds goes in one write.
    async fn a_report_is_sent_whole(app) {
        issued(app).await;
        let share = share(app, "解读清单", "QH010").await;
        let page = format!("/duties/{}/evidence", share.0);
        let mut editor = app.editor("QH010").await;
        let typed = [
            ("assignment", share.1.as_str()), ("text", "进展写到一半"), ("note", "说明写到一半"), ("find", "清单"),
            ("url", "https://media.example/q"), ("title", "2025年第四季度解读清单"), ("period", "2026-Q1"),
        ];
        let looked = editor.post(&page, &[&typed[..], &[("op", "find")]].concat()).await.expect(200);
        looked.shows("进展写到一半").shows("说明写到一半").shows("https://media.example/q");
        // A text of another quarter is asked about, and everything stays.
        let doubt = editor.post(&page, &typed).await.expect(422).shows("写的不是第一季度").shows("时段无误");
        doubt.shows("进展写到一半").shows("说明写到一半");
        let sql = "SELECT (SELECT COUNT(*) FROM evidence) + (SELECT COUNT(*) FROM progress_note)";
        let rows = async || store::query_scalar::<i64>(sql).fetch_one(app.ctx().db().read()).await.expect("rows");
        assert_eq!(rows().await, 0);
        editor.post(&page, &[&typed[..], &[("sure", "2026-Q1")]].concat()).await.expect(303);
        assert_eq!(rows().await, 2, "progress and evidence");
        let only = [("assignment", share.1.as_str()), ("text", "只报进展")];
        editor.post(&page, &only).await.expect(303);
        assert_eq!(rows().await, 3);
        editor.post(&page, &only[..1]).await.expect(422);
        let mut clerk = app.clerk().await;
        clerk.get(&format!("/duties/{}", share.0)).await.expect(200).shows("请核对对应时段");
    }

    /// Accepted, but not finished: it says what is missing, the duty stays open, and the organ gets mail; so it does on a return.
    async fn what_is_not_finished_is_told(app) {
        issued(app).await;
        let share = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{}/evidence", share.0);
        let mut editor = app.editor("QH010").await;
        let fields = [("assignment", share.1.as_str()), ("url", "https://media.example/a"), ("title", "方案")];
        editor.post(&page, &fields).await.expect(303);
        let piece: String = store::query_scalar("SELECT id FROM evidence").fetch_one(app.ctx().db().read()).await.expect("id");
        let mut clerk = app.clerk().await;
        let returned = [("reason", "请换成解读材料")];
        clerk.post(&format!("{page}/{piece}/accept"), &[("missing", "")]).await.expect(422).shows("请写明还差什么");
        clerk.post(&format!("{page}/{piece}/return"), &returned).await.expect(303);
        let sent = || std::fs::read_dir(app.data().join("outbox")).map_or(0, Iterator::count);
        let before = sent();
        app.work().await;
        assert_eq!(sent(), before + 1, "the organ has one address");
        clerk.get(&format!("/duties/{}", share.0)).await.expect(200).shows("退回理由：请换成解读材料");
        // What came back stands first on its organ's list, with the reason.
        editor.get("/?group=returned").await.expect(200).shows("任务·退回").shows("——退回理由：请换成解读材料");
        editor.get("/?group=mine").await.expect(200).shows("这一类没有待办").hides("全部办结");
    }

    /// What the office changes on single duties is told to those who owe them: one mail to each organ for everything at once,
    /// and none of a date that was moved back.
    async fn who_owes_a_duty_hears_of_its_new_date(app) {
        issued(app).await;
        let (once, quarterly) = (share(app, "公开解读方案", "QH010").await, share(app, "解读清单", "QH010").await);
        let ledger = share(app, "建立回应台账", "QH010").await;
        app.account("ed10", "QH010", &[kernel::Role::Editor]).await;
        app.account("ed11", "QH011", &[kernel::Role::Editor]).await;
        let set = async |duty: &str, day: &str, why: &str| {
            let (staff, day) = (testkit::staff("OFFICE", kernel::Role::CountyOffice), day.parse().expect("day"));
            oversight::duties::acts::set_due(app.ctx(), &staff, &duty.into(), day, why).await
        };
        set(&once.0, "2026-10-31", "先提前").await.expect("moved");
        set(&once.0, "2026-11-30", "上级通知提前").await.expect("moved");
        set(&quarterly.0, "2026-09-30", "只报三个季度").await.expect("moved");
        set(&ledger.0, "2027-01-20", "笔误").await.expect("moved");
        set(&ledger.0, "2027-01-30", "改回").await.expect("moved");
        // A slip of the pen is asked about.
        assert!(set(&once.0, "2025-11-30", "写错年份").await.is_err());
        assert!(set(&once.0, "2206-11-30", "写错年份").await.is_err());
        app.work().await;
        let sql = "SELECT payload FROM job WHERE kind = 'duty.tell_changes' AND state = 'ready'";
        let waiting: Vec<String> = store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("jobs");
        assert_eq!(waiting.len(), 1, "all changes of a plan are told together");
        let changes: duty::tidings::Changes = serde_json::from_str(&waiting[0]).expect("changes");
        duty::tidings::tell(app.ctx(), changes).await.expect("told");
        let told = mails(app).await;
        assert_eq!(told.len(), 2, "{told:?}");
        let finance = told.iter().find(|mail| mail.contains("ed10@")).expect("a mail");
        assert!(finance.contains("期限由 2026-12-31 调整为 2026-11-30") && finance.contains("原因：上级通知提前"), "{finance}");
        assert!(finance.contains("执行到的日期由 没有期限 调整为 2026-09-30") && !finance.contains("回应台账"), "{finance}");
        let civil = told.iter().find(|mail| mail.contains("ed11@")).expect("a mail");
        assert!(civil.contains("公开解读方案"), "{civil}");
        app.pass(jiff::SignedDuration::from_mins(5));
        app.work().await;
    }

    /// The office is asked for what can be decided: not for evidence of what has ended.
    async fn nothing_that_has_ended_waits_for_the_office(app) {
        issued(app).await;
        let share = share(app, "公开解读方案", "QH010").await;
        let mut editor = app.editor("QH010").await;
        let fields = [("assignment", share.1.as_str()), ("url", "https://media.example/a"), ("title", "方案")];
        editor.post(&format!("/duties/{}/evidence", share.0), &fields).await.expect(303);
        let mut clerk = app.clerk().await;
        clerk.get("/").await.expect(200).shows("任务·确认佐证");
        clerk.post(&format!("/duties/{}/end", share.0), &[("end", "上级已取消")]).await.expect(303);
        clerk.get("/").await.expect(200).hides("任务·确认佐证");
        clerk.get("/duties?state=evidenced").await.expect(200).shows("没有符合条件的任务");
    }

    /// Everything of the office is found by its words from any page, as far as the person may see it.
    async fn things_are_found_from_every_page(app) {
        issued(app).await;
        let mut clerk = app.clerk().await;
        clerk.get("/find?q=%E8%A7%A3%E8%AF%BB%E6%96%B9%E6%A1%88").await.expect(200).shows("公开解读方案").shows("/duties/");
        clerk.get("/find?q=%E8%B4%A2%E6%94%BF%E5%B1%80").await.expect(200).shows("/organs/QH010").hides("/accounts/");
        assert_eq!(clerk.get("/find?q=").await.expect(200).text(), "[]");
        // Plans by their title; what can be done by what it is called, for whoever may.
        let find = |words: &str| format!("/find?q={}", web::page::escape_query(words));
        clerk.get(&find("要点")).await.expect(200).shows("\"group\":\"工作要点\"").shows("/plans/");
        for (words, href) in [("导入", "/organs/import"), ("提醒", "/duties?overdue=1"), ("栏目", "/columns/new")] {
            clerk.get(&find(words)).await.expect(200).shows(href);
        }
        app.editor("QH010").await.get(&find("导入")).await.expect(200).hides("/organs/import").hides("/plans/new");
        let mut other = app.editor("QH101").await;
        other.get("/find?q=%E8%A7%A3%E8%AF%BB%E6%96%B9%E6%A1%88").await.expect(200).hides("公开解读方案");
        let mut people = app.person("sec", "QH001", &[kernel::Role::SecurityAdmin]).await;
        people.get("/find?q=clerk").await.expect(200).shows("/accounts/").hides("/duties/");
    }

    /// Names are found by the first letters of their syllables, as far as the person may see what bears them.
    async fn names_are_found_by_their_first_letters(app) {
        issued(app).await;
        let mut clerk = app.clerk().await;
        for (letters, href) in [("czj", "/organs/QH010"), ("shlc", "/gates"), ("gkjdfa", "/duties/"), ("CZJ", "/organs/QH010")] {
            clerk.get(&format!("/find?q={letters}")).await.expect(200).shows(href);
        }
        clerk.get("/find?q=c").await.expect(200).hides("/organs/QH010");
        app.editor("QH101").await.get("/find?q=gkjdfa").await.expect(200).hides("公开解读方案");
        app.editor("QH010").await.get("/find?q=shlc").await.expect(200).hides("/gates");
    }

    /// The board is asked as people speak: months, no date, the part of an organ; what cannot be is explained.
    async fn the_board_is_asked_as_people_speak(app) {
        issued(app).await;
        let mut clerk = app.clerk().await;
        let undated = clerk.get("/duties?undated=1").await.expect(200);
        undated.shows("加强政策解读工作").hides("公开解读方案。");
        let support = clerk.get("/duties?role=support&organ=QH011").await.expect(200);
        support.shows("加强政策解读工作").hides("建立回应台账");
        clerk.get("/duties?view=duty&role=support&organ=QH010").await.expect(200).shows("没有符合条件的任务");
        let month = clerk.get("/duties?from=2026%E5%B9%B412%E6%9C%88&to=2026%E5%B9%B412%E6%9C%88").await.expect(200);
        month.shows("公开解读方案").hides("建立回应台账");
        clerk.get("/duties?from=2026-12-31&to=2026-01-01").await.expect(200).shows("起止日期颠倒了").shows("对调起止日期");
        clerk.get("/duties?from=%E5%BE%88%E5%BF%AB").await.expect(200).shows("没有看懂").shows("这个条件没有生效");
        let paper = clerk.get("/duties/print?organ=QH010&state=open&from=2026%E5%B9%B4").await.expect(200);
        paper.shows("机关：县财政局").shows("状态：未办结的全部").shows("期限从：2026-01-01").shows("打印于");
    }

    /// An organ of which nobody can sign in is named on the board, to the clerk and beside a reminder.
    async fn an_organ_that_nobody_reaches_is_named(app) {
        issued(app).await;
        let (_, lead) = share(app, "公开解读方案", "QH010").await;
        let mut clerk = app.clerk().await;
        clerk.get("/").await.expect(200).shows("任务·无人接收").shows("县财政局、县民政局有任务，但没有人能登录报送");
        let remind = [("act", "remind"), ("ids", lead.as_str()), ("sure", "1")];
        let ask = clerk.post("/duties/bulk", &remind[..2]).await.expect(200).shows("提醒不到人");
        ask.shows("所选 1 行都不提醒").hides("将向").hides("name=\"sure\"");
        clerk.post("/duties/bulk", &remind).await.expect(200).shows("没有提醒到人").shows("所选 1 行都没有提醒").hides("已向");
        app.account("ed", "QH010", &[kernel::Role::Editor]).await;
        clerk.get("/duties").await.expect(200).shows("县民政局有任务，但没有人能登录报送").hides("县财政局、县民政局有任务");
        app.account("ed2", "QH011", &[kernel::Role::Editor]).await;
        clerk.get("/duties").await.expect(200).hides("没有人能登录报送");
    }

    /// A reminder promises and tells of the organs that it reaches, and of no other row that was ticked.
    async fn a_reminder_counts_whom_it_reaches(app) {
        issued(app).await;
        let (finance, civil) = (share(app, "公开解读方案", "QH010").await, share(app, "公开解读方案", "QH011").await);
        app.account("ed", "QH010", &[kernel::Role::Editor]).await;
        let mut clerk = app.clerk().await;
        let rows = [("act", "remind"), ("ids", finance.1.as_str()), ("ids", civil.1.as_str())];
        let ask = clerk.post("/duties/bulk", &rows).await.expect(200);
        let ask = ask.shows("将向 1 个机关发出提醒，涉及 1 行；另有 1 行不处理").shows("提醒不到人");
        let once = ask.field("once");
        let sure = [&rows[..], &[("sure", "1"), ("once", once.as_str())]].concat();
        let told = clerk.post("/duties/bulk", &sure).await.expect(200);
        told.shows("已向 1 个机关发出提醒，涉及 1 行；另有 1 行不处理");
        // The page before says already that nothing would come of it, and has no button for it.
        let again = clerk.post("/duties/bulk", &rows).await.expect(200);
        again.shows("今天已经提醒过，不重复提醒").shows("所选 2 行都不提醒，原因见下表").hides("name=\"sure\"");
    }

    /// What has ended is not reminded of, and what was said about evidence that is gone stays true.
    async fn what_has_ended_asks_for_nothing(app) {
        issued(app).await;
        let (duty, _) = share(app, "公开解读方案", "QH010").await;
        let page = format!("/duties/{duty}");
        let mut clerk = app.clerk().await;
        clerk.get(&page).await.expect(200).shows("提醒未办结的机关");
        clerk.post(&format!("{page}/end"), &[("end", "上级已取消")]).await.expect(303);
        clerk.get(&page).await.expect(200).hides("提醒未办结的机关").shows("上级已取消");
    }
}
