//! Stories of the coverage map: ahead, amber, red, green; what an organ has declared not to have; who followed an
//! abolished organ; where the calendar ends; what is missing as duties.

use item::{Channel, Item, LimitKind, Owner, Period};
use jiff::SignedDuration;
use kernel::OrganCode;
use publishing::{kinds::NOTICE, seed::Seed};
use testkit::{Client, TestApp, both};
use web::page::escape_query;

use crate::{
    catalogue::{issued, pools, second},
    portal::{column, moment, put},
};

/// The item of these stories: documents in a column, each month, of one organ.
fn monthly(owner: Owner) -> Item {
    Item {
        owner,
        columns: Vec::new(),
        keys: Vec::new(),
        site_columns: vec!["notices".into()],
        ..pools("pool", "泳池水质", true)
    }
}

fn of(organ: &str) -> Owner {
    Owner::Organs(vec![organ.into()])
}

/// Has the item in force from ever, as one that came with the program: what a county issues today is owed from today on.
async fn begun(app: &TestApp, item: Item) {
    column(app).await;
    from_ever(app, &item).await;
}

async fn from_ever(app: &TestApp, item: &Item) {
    let mut tx = app.ctx().db().write().await.expect("a write");
    record::items::remember(&mut tx, &[item]).await.expect("kept");
    tx.commit().await.expect("commit");
}

async fn publish(app: &TestApp, organ: &str, at: &str) {
    let organ = OrganCode::from(organ);
    put(app, Seed::published(organ, "notices", &NOTICE, "泳池水质检测结果", "<p>合格。</p>", moment(at))).await;
}

const CELL: &str = "/coverage/pool/QH010";
const NONE: &str = "/coverage/pool/QH010/none";

/// Declares for January; where the declaration stands.
async fn declared(app: &TestApp, editor: &mut Client) -> String {
    let form = [("from", "2026-01-01"), ("until", "2026-01-31"), ("reason", "一月泳池没有开放")];
    editor.post(NONE, &form).await.expect(303);
    let id: String = store::query_scalar("SELECT id FROM coverage_none WHERE state = 'offered'")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a declaration");
    format!("{NONE}/{id}")
}

/// The declaration that waits.
async fn offered(app: &TestApp) -> String {
    store::query_scalar("SELECT id FROM coverage_none WHERE state = 'offered'")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a declaration")
}

/// Has the program look once for duties that are done.
async fn offers(app: &TestApp) {
    const KEY: &str = "coverage.offer";
    let all = app.ctx().capabilities().schedule(app.ctx());
    let entry = all.entries().find(|entry| entry.key() == KEY).cloned().expect("the entry");
    let schedule = store::Schedule::default().with(entry);
    schedule.run_due(app.ctx().db()).await.expect("entered");
    let mut tx = app.ctx().db().write().await.expect("a write");
    assert!(store::schedule::hasten(&mut tx, KEY).await.expect("database"));
    tx.commit().await.expect("commit");
    assert_eq!(schedule.run_due(app.ctx().db()).await.expect("run"), [KEY]);
}

/// Kinds and ids of the evidence that was handed in, the oldest first.
async fn evidence(app: &TestApp) -> Vec<(String, String)> {
    store::query_as("SELECT subject_kind, id FROM evidence ORDER BY added_at, id")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("evidence")
}

both! {
    /// Twenty working days after 31 January end on 5 March: the holidays of the spring festival lie between.
    async fn a_month_turns_amber_red_and_green(app) {
        begun(app, monthly(of("QH010"))).await;
        let mut editor = app.editor("QH010").await;
        editor.get(CELL).await.expect(200).shows("即将到期").shows("2026-03-05").shows("春节").shows("在“通知公告”新建稿件");
        editor.get("/coverage?domain=pools").await.expect(200).shows("本周到期").shows("泳池水质").shows("2026-03-05");
        editor.get("/coverage?domain=pools&organ=QH010&state=late").await.expect(200).shows("没有符合条件的事项");
        app.pass(SignedDuration::from_hours(4 * 24));
        let mut editor = app.editor("QH010").await;
        editor.get(CELL).await.expect(200).shows("应公开未公开").shows("应当在 2026-03-05 以前公开，没有找到");
        editor.get("/coverage?domain=pools&organ=QH010&state=late").await.expect(200).shows("泳池水质");
        editor.get("/").await.expect(200).shows("应公开未公开");
        publish(app, "QH010", "2026-01-20T02:00:00Z").await;
        editor.get(CELL).await.expect(200).shows("已公开 1 条，最近一次是 2026-01-20").hides("应当在 2026-03-05 以前公开");
        let csv = editor.get("/coverage/coverage.csv?domain=pools").await.expect(200);
        csv.shows("泳池水质").shows("1月").shows("已公开");
        editor.get("/coverage/coverage.xlsx?domain=pools").await.expect(200);
        editor.get("/coverage/pool/QH404").await.expect(404);
        editor.get("/coverage/nothing/QH010").await.expect(404);
    }

    async fn nothing_is_declared_by_the_organ_and_confirmed_by_the_office(app) {
        begun(app, monthly(of("QH010"))).await;
        let (mut editor, mut clerk, mut reader) = (app.editor("QH010").await, app.clerk().await, app.visitor());
        let wrong = [("from", "2026-02-01"), ("until", "2026-01-31"), ("reason", "没有开放")];
        editor.post(NONE, &wrong).await.expect(422).shows("截止日期早于起始日期").shows("没有开放");
        let long = [("from", "2026-01-01"), ("until", "2027-12-31"), ("reason", "没有开放")];
        editor.post(NONE, &long).await.expect(422).shows("一次最多声明 12 个月");
        app.editor("QH011").await.post(NONE, &wrong).await.expect(403);
        let other = [("from", "2026-01-01"), ("until", "2026-01-31"), ("reason", "没有")];
        app.editor("QH011").await.post("/coverage/pool/QH011/none", &other).await.expect(409).shows("不是这个事项的公开主体");
        let page = declared(app, &mut editor).await;
        editor.post(NONE, &other).await.expect(409).shows("已有一份声明在等");
        editor.get(CELL).await.expect(200).shows("待确认").shows("即将到期");
        editor.post(&format!("{page}/confirm"), &[("version", "1")]).await.expect(403);
        reader.get("/catalogue/coverage").await.expect(200).hides("一月泳池没有开放");
        clerk.get("/").await.expect(200).shows("泳池水质：声明没有此类信息，待确认");
        clerk.post(&format!("{page}/return"), &[("version", "1")]).await.expect(422).shows("请写明理由");
        clerk.post(&format!("{page}/confirm"), &[("version", "7")]).await.expect(409).shows("已经有人办过");
        clerk.post(&format!("{page}/confirm"), &[("version", "1")]).await.expect(303);
        editor.get(CELL).await.expect(200).shows("本机关没有此类信息，声明到 2026-01-31 为止").hides("即将到期");
        // Its days are over; it still turns January green, so readers see who said so and why.
        reader.get("/catalogue/coverage").await.expect(200).shows("一月泳池没有开放").shows("已到期").shows("青禾县财政局声明");
        reader.get("/catalogue/coverage/QH010").await.expect(200).shows("一月泳池没有开放");
        editor.post(NONE, &other).await.expect(422).shows("已经声明过");
        let march = [("from", "2026-02-01"), ("until", "2026-03-31"), ("reason", "春季检修，没有开放")];
        editor.post(NONE, &march).await.expect(303);
        let id: String = store::query_scalar("SELECT id FROM coverage_none WHERE state = 'offered'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a declaration");
        clerk.post(&format!("{NONE}/{id}/confirm"), &[("version", "1")]).await.expect(303);
        reader.get("/catalogue/coverage").await.expect(200).shows("春季检修，没有开放").shows("青禾县财政局");
        editor.post(&format!("{NONE}/{id}/end"), &[("version", "2"), ("note", "")]).await.expect(422).shows("请写明理由");
        editor.post(&format!("{NONE}/{id}/end"), &[("version", "2"), ("note", "已经开放")]).await.expect(303);
        reader.get("/catalogue/coverage").await.expect(200).hides("春季检修，没有开放");
        // The county office takes back what it confirmed, and nobody else does in its place.
        let april = [("from", "2026-04-01"), ("until", "2026-04-30"), ("reason", "四月停业")];
        editor.post(NONE, &april).await.expect(303);
        let id: String = store::query_scalar("SELECT id FROM coverage_none WHERE state = 'offered'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a declaration");
        clerk.post(&format!("{NONE}/{id}/confirm"), &[("version", "1")]).await.expect(303);
        let (revoke, why) = (format!("{NONE}/{id}/revoke"), [("version", "2"), ("note", "四月开放了")]);
        clerk.get(CELL).await.expect(200).shows(&revoke);
        editor.get(CELL).await.expect(200).hides(&revoke);
        editor.post(&revoke, &why).await.expect(403);
        app.editor("QH011").await.post(&format!("{NONE}/{id}/end"), &why).await.expect(403);
        clerk.post(&revoke, &[("version", "2"), ("note", "")]).await.expect(422).shows("请写明理由");
        clerk.post(&revoke, &why).await.expect(303);
        reader.get("/catalogue/coverage").await.expect(200).hides("四月停业");
        // What is there cannot be declared away.
        publish(app, "QH010", "2026-02-10T02:00:00Z").await;
        editor.post(NONE, &[("from", "2026-02-01"), ("until", "2026-02-28"), ("reason", "没有")]).await.expect(422)
            .shows("不能声明没有此类信息");
        let over = [("from", "2025-12-01"), ("until", "2026-02-28"), ("reason", "没有")];
        editor.post(NONE, &over).await.expect(422).shows("不能声明没有此类信息");
        let old = [("from", "2010-01-01"), ("until", "2010-12-31"), ("reason", "没有")];
        editor.post(NONE, &old).await.expect(422).shows("起始日期太早");
        // A false one that is over is taken back as well, and who made it hears of it.
        clerk.get(CELL).await.expect(200).shows(&format!("{page}/revoke"));
        clerk.post(&format!("{page}/revoke"), &[("version", "2"), ("note", "一月有检测")]).await.expect(303);
        editor.get(CELL).await.expect(200).shows("即将到期").shows("一月有检测");
        reader.get("/catalogue/coverage").await.expect(200).hides("一月泳池没有开放");
        // What waits is taken back by the organ itself, with no reason.
        let id = {
            editor.post(NONE, &[("from", "2026-01-01"), ("until", "2026-01-31"), ("reason", "一月停业")]).await.expect(303);
            offered(app).await
        };
        editor.post(&format!("{NONE}/{id}/end"), &[("version", "1"), ("note", "")]).await.expect(303);
        clerk.get("/").await.expect(200).hides("声明没有此类信息，待确认");
    }

    /// Rows of the period refute it, whenever it was declared: at the declaration, at the confirmation, and afterwards.
    async fn rows_that_are_public_refute_a_declaration(app) {
        let (mut editor, mut clerk, mut reader) = (app.editor("QH010").await, app.clerk().await, app.visitor());
        let none = "/coverage/permit/QH010/none";
        let form = [("from", "2026-01-01"), ("until", "2026-12-31"), ("reason", "今年没有办理许可")];
        editor.post(none, &form).await.expect(303);
        let batch = crate::records::entered(app, "青财许〔2026〕9号").await;
        crate::records::published(app, &batch).await;
        let id = offered(app).await;
        clerk.post(&format!("{none}/{id}/confirm"), &[("version", "1")]).await.expect(409).shows("不能声明没有此类信息");
        editor.post(&format!("{none}/{id}/end"), &[("version", "1")]).await.expect(303);
        editor.post(none, &form).await.expect(422).shows("不能声明没有此类信息");
        // One that was confirmed before is not shown beside the rows, and stands on the work list until it ends.
        let public = crate::records::public(app, "青财许〔2026〕9号").await.expect("public");
        crate::records::taken_away(app, &public).await;
        editor.post(none, &form).await.expect(303);
        let id = offered(app).await;
        clerk.post(&format!("{none}/{id}/confirm"), &[("version", "1")]).await.expect(303);
        reader.get("/catalogue/coverage").await.expect(200).shows("今年没有办理许可");
        let batch = crate::records::entered(app, "青财许〔2026〕10号").await;
        crate::records::published(app, &batch).await;
        reader.get("/catalogue/coverage").await.expect(200).hides("今年没有办理许可");
        editor.get("/").await.expect(200).shows("已有公开的数据，请撤销声明");
        editor.get("/coverage/permit/QH010").await.expect(200).shows("与声明不符");
    }

    async fn a_declaration_comes_back_to_who_made_it(app) {
        begun(app, monthly(of("QH010"))).await;
        let (mut editor, mut clerk) = (app.editor("QH010").await, app.clerk().await);
        let page = declared(app, &mut editor).await;
        clerk.post(&format!("{page}/return"), &[("version", "1"), ("note", "一月有过检测")]).await.expect(303);
        editor.get("/").await.expect(200).shows("没有此类信息的声明已退回");
        editor.get(CELL).await.expect(200).shows("已退回").shows("一月有过检测");
        // Made by the office itself, it is another person's to confirm.
        let form = [("from", "2026-01-01"), ("until", "2026-01-31"), ("reason", "没有开放")];
        clerk.post(NONE, &form).await.expect(303);
        let id: String = store::query_scalar("SELECT id FROM coverage_none WHERE state = 'offered'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a declaration");
        clerk.post(&format!("{NONE}/{id}/confirm"), &[("version", "1")]).await.expect(409).shows("另一位同事");
        second(app).await.post(&format!("{NONE}/{id}/confirm"), &[("version", "1")]).await.expect(303);
        editor.get("/").await.expect(200).hides("没有此类信息的声明已退回");
    }

    async fn who_followed_an_abolished_organ_owes_and_has_what_it_published(app) {
        begun(app, monthly(Owner::Named(vec!["民政".into()]))).await;
        publish(app, "QH011", "2026-01-20T02:00:00Z").await;
        let mut clerk = app.clerk().await;
        clerk.get("/coverage/pool/QH011").await.expect(200).shows("已公开 1 条");
        clerk.get(CELL).await.expect(200).shows("不是这个事项的公开主体");
        let today = app.ctx().today().to_string();
        let reform = [("organs", "QH011"), ("successor", "QH010"), ("date", today.as_str()), ("note", "机构改革")];
        clerk.post("/organs/merge", &reform).await.expect(303);
        clerk.get(CELL).await.expect(200).shows("县财政局承接县民政局的这个事项").shows("已公开 1 条");
        clerk.get("/coverage/pool/QH011").await.expect(200).shows("不是这个事项的公开主体");
        let matrix = clerk.get("/coverage?domain=pools").await.expect(200);
        matrix.shows("/coverage/pool/QH010").hides("/coverage/pool/QH011");
    }

    async fn where_the_calendar_ends_a_last_day_is_a_guess(app) {
        let mut item = monthly(of("QH010"));
        item.period = Period::Year;
        begun(app, item).await;
        let mut editor = app.editor("QH010").await;
        editor.get(CELL).await.expect(200).shows("未到期").shows("按星期推算").shows("放假通知尚未录入");
    }

    async fn what_nobody_confirmed_owes_nothing(app) {
        let mut item = monthly(of("QH010"));
        item.confirmed = false;
        begun(app, item).await;
        let mut editor = app.editor("QH010").await;
        editor.get(CELL).await.expect(200).shows("事项没有确认").hides("声明本机关没有此类信息");
        let form = [("from", "2026-01-01"), ("until", "2026-01-31"), ("reason", "没有")];
        editor.post(NONE, &form).await.expect(409).shows("还没有确认");
        app.visitor().get("/catalogue/coverage").await.expect(200);
    }

    async fn what_has_no_number_is_counted_by_the_law(app) {
        let mut prompt = monthly(of("QH010"));
        prompt.limits[0].kind = LimitKind::Prompt;
        prompt.limits[0].n = 0;
        prompt.limits[0].unit.clear();
        prompt.limits[0].printed = "及时公开".into();
        begun(app, prompt).await;
        let mut editor = app.editor("QH010").await;
        editor.get(CELL).await.expect(200).shows("第二十六条").shows("2026-03-05");
    }

    /// What is issued today is owed from today on, and what is retired today was owed until then.
    async fn a_change_does_not_count_back(app) {
        column(app).await;
        let (mut clerk, mut second) = (app.clerk().await, second(app).await);
        issued(app, &mut clerk, &mut second, &[monthly(of("QH010"))]).await;
        let today = app.ctx().today().to_string();
        let page = clerk.get(CELL).await.expect(200);
        page.shows(&format!("从 {today} 起按现在的要求公开")).hides("即将到期").hides("应公开未公开");
        clerk.post("/items/pool/ask-retire", &[("why", "职责划转市级")]).await.expect(303);
        second.post("/items/pool/retire", &[]).await.expect(303);
        clerk.get(CELL).await.expect(200).shows(&format!("事项从 {today} 起停用"));
    }

    async fn what_is_missing_becomes_duties_once(app) {
        begun(app, monthly(of("QH010"))).await;
        app.pass(SignedDuration::from_hours(4 * 24));
        let (mut clerk, mut editor) = (app.clerk().await, app.editor("QH010").await);
        let form = [("year", "2026"), ("domain", "pools")];
        editor.post("/coverage/duties", &form).await.expect(403);
        let asks = clerk.get("/coverage/duties?year=2026&domain=pools").await.expect(200);
        let due = app.ctx().calendar().probably_after(app.ctx().today(), 10).to_string();
        asks.shows("1 项").shows("1 个机关").shows(&due);
        let done = clerk.post("/coverage/duties", &form).await.expect(303).location();
        clerk.get(&done).await.expect(200).shows("泳池水质").shows("已布置 1 项补公开任务").shows(&due);
        clerk.get("/coverage/duties?year=2026&domain=pools").await.expect(200).shows("都已经布置过任务");
        editor.get("/duties").await.expect(200).shows("公开“泳池水质”");
        clerk.post("/coverage/duties", &form).await.expect(409).shows("没有重复布置");
    }

    async fn the_home_of_records_misses_what_the_map_misses(app) {
        let table = Item { owner: of("QH010"), ..pools("pool", "泳池水质", true) };
        let board = Item { owner: of("QH010"), channels: vec![Channel::Board], ..pools("board", "泳池名单", true) };
        from_ever(app, &table).await;
        from_ever(app, &board).await;
        let mut editor = app.editor("QH010").await;
        let page = editor.get("/records?domain=pools").await.expect(200);
        let page = page.shows("泳池水质").shows("/coverage/pool/QH010").shows("2026 年1月，2026-03-05 到期");
        // The month that ended yesterday is not due; what goes to the board alone is not asked of the site.
        page.shows("泳池名单").hides("2026 年2月").hides("/coverage/board/QH010");
        app.pass(SignedDuration::from_hours(4 * 24));
        let mut editor = app.editor("QH010").await;
        editor.get("/records?domain=pools").await.expect(200).shows("应公开未公开").hides("2026-03-05 到期");
    }

    /// What is owed as a table, or declared to be empty, closes its duty: handed in by the organ, or by the program.
    async fn a_duty_of_the_map_ends_by_a_record_a_table_or_a_declaration(app) {
        begun(app, monthly(of("QH010"))).await;
        let batch = crate::records::entered(app, "青财许〔2026〕9号").await;
        crate::records::published(app, &batch).await;
        app.pass(SignedDuration::from_hours(4 * 24));
        let (mut clerk, mut editor) = (app.clerk().await, app.editor("QH010").await);
        clerk.post("/coverage/duties", &[("year", "2026"), ("domain", "pools")]).await.expect(303);
        offers(app).await;
        assert_eq!(evidence(app).await, Vec::<(String, String)>::new(), "January is still missing");
        let (duty, share): (String, String) = store::query_as("SELECT duty, id FROM duty_share")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("the share");
        let page = format!("/duties/{duty}");
        let record: String = store::query_scalar("SELECT record FROM record WHERE state = 'public'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("the record");
        for (path, status) in [
            ("/records/permit/nothing".to_owned(), 422),
            ("/records/permit?organ=QH011".to_owned(), 422),
            ("/records/permit".to_owned(), 422),
            (format!("/records/permit/{record}"), 303),
            ("/records/permit?organ=QH010".to_owned(), 303),
        ] {
            let form = [("assignment", share.as_str()), ("url", path.as_str())];
            editor.post(&format!("{page}/evidence"), &form).await.expect(status);
        }
        let handed = evidence(app).await;
        let mut kinds: Vec<&str> = handed.iter().map(|(kind, _)| kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["record", "record_table"]);
        for (_, id) in &handed {
            editor.post(&format!("{page}/evidence/{id}/take-back"), &[]).await.expect(303);
        }
        let said = declared(app, &mut editor).await;
        clerk.post(&format!("{said}/confirm"), &[("version", "1")]).await.expect(303);
        editor.get(&format!("{page}?find={}", escape_query("泳池"))).await.expect(200).shows("声明没有“泳池水质”的信息");
        offers(app).await;
        // Once, however often it is looked.
        offers(app).await;
        let offered: Vec<String> =
            evidence(app).await.into_iter().filter(|(kind, _)| kind == "coverage").map(|(_, id)| id).collect();
        assert_eq!(offered.len(), 1);
        clerk.get(&page).await.expect(200).shows("声明没有“泳池水质”的信息").shows("由系统报送");
        clerk.post(&format!("{page}/evidence/{}/confirm", offered[0]), &[]).await.expect(303);
        // A declaration that is taken back proves nothing any more.
        clerk.post(&format!("{said}/revoke"), &[("version", "2"), ("note", "一月有检测")]).await.expect(303);
        app.work().await;
        let lapsed: String = store::query_scalar("SELECT lapsed_at FROM evidence WHERE subject_kind = 'coverage'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("the evidence");
        assert_ne!(lapsed, "");
    }

    async fn a_table_is_green_once_a_record_is_public(app) {
        let mut editor = app.editor("QH010").await;
        let page = "/coverage/permit/QH010";
        editor.get(page).await.expect(200).shows("还没有公开过").shows("/records/permit/new?organ=QH010");
        let batch = crate::records::entered(app, "青财许〔2026〕9号").await;
        editor.get(page).await.expect(200).shows("还没有公开的数据批次").shows("还没有公开过");
        crate::records::published(app, &batch).await;
        editor.get(page).await.expect(200).shows("已公开 1 条").hides("还没有公开过");
        // By its first day coverage says whether it came in time.
        let first: Vec<String> = store::query_scalar("SELECT first_on FROM record_count WHERE item = 'permit'")
            .fetch_all(app.ctx().db().read())
            .await
            .expect("counts");
        assert_eq!(first, [app.ctx().today().to_string()]);
    }
}
