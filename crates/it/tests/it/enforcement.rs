//! Stories of enforcement: late decisions and their terms, what is revoked goes in time and its line stays, totals counted
//! from the decisions, powers on two days, what readers say, what the penalised ask for, what the platform sends back.

use std::{collections::BTreeMap, sync::Arc};

use item::{Item, ItemKey, Type};
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, OrganCode, Role, Staff, id::AccountId};
use record::{
    BatchId, Query,
    batch::{self, New, NewRow},
    form, gates,
    items::{self, acts},
    query::Asked,
    rows::Stored,
    withdraw,
};
use review::{Gate, Word};
use testkit::{Client, TestApp, both};

/// The organ of these stories.
const ORGAN: &str = "QH010";
/// A number of a natural person that no file shows without a reason.
const HIDDEN: &str = "110101199003074514";

fn person(account: &str, organ: &str, roles: &[Role]) -> Actor {
    Actor::Staff(Staff {
        account: AccountId::from(account),
        name: format!("{account}（测试）"),
        organ: OrganCode::from(organ),
        roles: roles.to_vec(),
        central: organ == "QH001",
    })
}

async fn item(app: &TestApp, key: &str) -> Arc<Item> {
    let key = ItemKey::new(key).expect("a key");
    record::items::find(app.ctx(), &key).await.expect("items").expect("in the box")
}

/// A row with these texts, and something that fits in every other required column.
fn row(item: &Item, own: &[(&str, &str)]) -> NewRow {
    let mut typed = BTreeMap::new();
    for column in item.columns.iter().filter(|column| column.required) {
        let text = match &column.typed {
            Type::Enum { choices, .. } => choices.first().map(|choice| choice.code.clone()).unwrap_or_default(),
            Type::Date { .. } => "2026-02-10".to_owned(),
            Type::CreditCode => "11000000000000001Y".to_owned(),
            _ => "青禾县财政局".to_owned(),
        };
        typed.insert(column.key.clone(), text);
    }
    typed.extend(own.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())));
    form::read(item, &typed).expect("a row that can be read").row
}

/// Enters rows of an item for the organ.
async fn entered(app: &TestApp, item: &Arc<Item>, rows: Vec<NewRow>) -> BatchId {
    entered_for(app, item, ORGAN, rows).await
}

async fn entered_for(app: &TestApp, item: &Arc<Item>, organ: &str, rows: Vec<NewRow>) -> BatchId {
    let mut tx = app.ctx().db().write().await.expect("a write");
    let editor = person("writer", organ, &[Role::Editor]);
    let new = New::form(item, &OrganCode::from(organ));
    let id = batch::enter(app.ctx(), &mut tx, &editor, new, rows).await.expect("entered");
    tx.commit().await.expect("commit");
    id
}

async fn version(app: &TestApp, id: &BatchId) -> i64 {
    batch::find(app.ctx().db().read(), id).await.expect("database").expect("the batch").version
}

/// Has a batch pass every gate.
async fn published(app: &TestApp, id: &BatchId) {
    let ctx = app.ctx();
    gates::look_through(ctx, id).await.expect("looked through");
    let batch = batch::find(ctx.db().read(), id).await.expect("database").expect("the batch");
    let (organ, seen) = (batch.organ.to_string(), batch.version);
    let mut tx = ctx.db().write().await.expect("a write");
    let editor = person("writer", &organ, &[Role::Editor]);
    gates::submit(ctx, &mut tx, &editor, (id, seen)).await.expect("submitted");
    tx.commit().await.expect("commit");
    for gate in Gate::ALL {
        gates::look_through(ctx, id).await.expect("looked through");
        let reviewer = person(&format!("reviewer-{}", gate.code), "QH001", gate.permission.roles);
        let seen = version(app, id).await;
        let mut tx = ctx.db().write().await.expect("a write");
        let word = Word { ticked: &[0, 1, 2, 3, 4, 5], ..Word::default() };
        gates::pass(ctx, &mut tx, &reviewer, (id, seen), word).await.expect("passed");
        tx.commit().await.expect("commit");
    }
    app.work().await;
}

/// Penalties that are public: number and what stands in them beside.
async fn penalties(app: &TestApp, all: &[(&str, &[(&str, &str)])]) {
    penalties_of(app, ORGAN, all).await;
}

async fn penalties_of(app: &TestApp, organ: &str, all: &[(&str, &[(&str, &str)])]) {
    let penalty = item(app, "penalty").await;
    let rows = all.iter().zip(1_u32..).map(|((number, own), at)| {
        let mut texts = vec![
            ("document_number", *number),
            ("counterpart", "青禾测试商贸有限公司"),
            ("penalty_kind", "罚款"),
            ("content", "罚款人民币五千元"),
            ("fine", "0.5"),
            ("valid_to", "2099-12-31"),
        ];
        texts.extend_from_slice(own);
        NewRow { number: at, ..row(&penalty, &texts) }
    });
    let id = entered_for(app, &penalty, organ, rows.collect()).await;
    published(app, &id).await;
}

async fn public(app: &TestApp, number: &str) -> Option<Stored> {
    let penalty = item(app, "penalty").await;
    let mut query = Query::new(Arc::clone(&penalty));
    query.asked.insert("document_number".to_owned(), Asked::Is(number.to_owned()));
    let page = query.page(app.ctx().db(), "newest", None, 2).await.expect("a page");
    let found = page.rows.first()?.record.clone();
    record::rows::public(app.ctx().db().read(), &penalty.key, &found).await.expect("database")
}

/// Has another version of an item issued, by two of the office.
async fn issued(app: &TestApp, change: &Item) {
    let ctx = app.ctx();
    let (one, other) =
        (person("office-1", "QH001", &[Role::CountyOffice]), person("office-2", "QH001", &[Role::CountyOffice]));
    let put = acts::Put { item: change, sort: items::Sort::Form, note: "试一试", from_on: None, seen: None };
    let mut tx = ctx.db().write().await.expect("a write");
    let id = acts::put(ctx, &mut tx, &one, put).await.expect("written");
    tx.commit().await.expect("commit");
    let written = items::version(ctx, &id).await.expect("database").expect("the draft");
    let mut tx = ctx.db().write().await.expect("a write");
    acts::offer(ctx, &mut tx, &one, (&id, written.revision)).await.expect("offered");
    tx.commit().await.expect("commit");
    let offered = items::version(ctx, &id).await.expect("database").expect("the draft");
    let mut tx = ctx.db().write().await.expect("a write");
    acts::issue(ctx, &mut tx, &other, (&id, offered.revision)).await.expect("issued");
    tx.commit().await.expect("commit");
    app.work().await;
}

/// Does what is done every night with penalties that say until when they are shown.
async fn night(app: &TestApp) {
    const KEY: &str = "enforcement.end_shown";
    let all = app.ctx().capabilities().schedule(app.ctx());
    let entry = all.entries().find(|entry| entry.key() == KEY).cloned().expect("the entry");
    let schedule = store::Schedule::default().with(entry);
    schedule.run_due(app.ctx().db()).await.expect("entered");
    let mut tx = app.ctx().db().write().await.expect("a write");
    assert!(store::schedule::hasten(&mut tx, KEY).await.expect("database"));
    tx.commit().await.expect("commit");
    assert_eq!(schedule.run_due(app.ctx().db()).await.expect("run"), [KEY]);
}

async fn head(app: &TestApp) -> Client {
    app.person("head-qh010", ORGAN, &[Role::OrganHead]).await
}

both! {
    async fn a_filter_that_is_taken_from_the_catalogue_takes_no_penalty_off_the_page(app) {
        penalties(app, &[
            ("青财罚〔2026〕71号", &[("shown_until", "2026-03-10")]),
            ("青财罚〔2026〕72号", &[("shown_until", "2027-02-20")]),
            ("青财罚〔2026〕73号", &[]),
        ]).await;
        let penalty = item(app, "penalty").await;
        let mut change = Item::clone(&penalty);
        change.version += 1;
        for column in change.columns.iter_mut().filter(|column| column.key == "shown_until") {
            column.filter = item::Filter::None;
        }
        issued(app, &change).await;
        app.at("2026-03-12T01:00:00Z".parse().expect("moment"));
        night(app).await;
        assert!(public(app, "青财罚〔2026〕71号").await.is_none(), "its own day is over");
        for number in ["青财罚〔2026〕72号", "青财罚〔2026〕73号"] {
            assert!(public(app, number).await.is_some(), "{number} is to be shown longer");
        }
    }

    async fn late_decisions_are_told_with_their_term_and_the_office_has_them_mended(app) {
        let penalty = item(app, "penalty").await;
        let waiting = row(&penalty, &[("document_number", "青财罚〔2026〕9号"), ("valid_to", "2099-12-31")]);
        entered(app, &penalty, vec![waiting]).await;
        penalties(app, &[("青财罚〔2026〕1号", &[]), ("青财罚〔2026〕2号", &[("decided_on", "2026-02-27")])]).await;
        let mut editor = app.editor(ORGAN).await;
        let page = editor.get("/enforcement").await.expect(200);
        let page = page.shows("逾期公示").shows("青财罚〔2026〕1号").hides("青财罚〔2026〕2号").shows("逾期未公示");
        page.hides("布置整改任务");
        editor.get("/enforcement/term?item=penalty&on=2026-02-10").await.expect(200).shows("作出决定当日不计").shows("第四十八条");
        editor.get("/enforcement/term?item=water&on=2026-02-10").await.expect(404);
        editor.get("/").await.expect(200).shows("行政处罚信息（1 条，草稿）");
        app.editor("QH011").await.get("/enforcement").await.expect(200).hides("青财罚〔2026〕1号");
        editor.post("/enforcement/duties", &[("due_on", "2026-03-06")]).await.expect(403);
        let mut clerk = app.clerk().await;
        clerk.get("/enforcement").await.expect(200).shows("布置整改任务");
        clerk.post("/enforcement/duties", &[("due_on", "2026-02-06")]).await.expect(422).shows("今天或以后");
        clerk.post("/enforcement/duties", &[("due_on", "2026-03-06")]).await.expect(303);
        clerk.post("/enforcement/duties", &[("due_on", "2026-03-06")]).await.expect(409).shows("已经布置过");
    }

    async fn each_decision_is_overdue_by_its_own_day(app) {
        let penalty = item(app, "penalty").await;
        let of = |number: &str, day: &str| {
            row(&penalty, &[("document_number", number), ("decided_on", day), ("valid_to", "2099-12-31")])
        };
        let rows = vec![
            NewRow { number: 1, ..of("青财罚〔2026〕81号", "2026-02-10") },
            NewRow { number: 2, ..of("青财罚〔2026〕82号", "2026-02-27") },
            NewRow { number: 3, ..of("青财罚〔2026〕83号", "2026-02-28") },
        ];
        entered(app, &penalty, rows).await;
        let mut clerk = app.clerk().await;
        clerk.get("/enforcement").await.expect(200).shows("逾期未公示");
        clerk.post("/enforcement/duties", &[("due_on", "2026-03-06")]).await.expect(303);
        app.editor(ORGAN).await.get("/duties").await.expect(200).shows("1 条执法决定信息超过公示期限");
    }

    async fn what_was_revoked_goes_in_time_and_its_line_stays_without_the_data(app) {
        let number = "青财罚〔2026〕1号";
        penalties(app, &[(number, &[])]).await;
        let stored = public(app, number).await.expect("public");
        let mut editor = app.editor(ORGAN).await;
        let empty = [("item", "penalty"), ("number", number), ("what", "revoked")];
        editor.post("/enforcement/revocations", &empty).await.expect(422).shows("请填写撤销").shows("请写明理由").shows(number);
        let form = [
            ("item", "penalty"),
            ("number", number),
            ("what", "revoked"),
            ("decided_on", "2026-03-02"),
            ("words", "原处罚决定已被行政复议撤销"),
        ];
        // Words that readers may not see are told to who writes them, and not on the last day to who takes the penalty away.
        let mut named = form;
        named[4].1 = "青禾测试商贸有限公司申请复议，被撤销";
        editor.post("/enforcement/revocations", &named).await.expect(422).shows("不能写出这条记录的");
        editor.post("/enforcement/revocations", &form).await.expect(303);
        editor.post("/enforcement/revocations", &form).await.expect(409).shows("已经登记过");
        let page = editor.get("/enforcement/revocations").await.expect(200).shows("待撤回").shows("2026-03-05");
        page.hides("action=\"/enforcement/revocations/withdraw\"").shows("由机关负责人或者县政府办公室撤回");
        // Who entered it sees that it waits, the county office that it is to be done, another organ nothing.
        editor.get("/").await.expect(200).shows("公示信息应当撤回，由机关负责人");
        app.editor("QH011").await.get("/").await.expect(200).hides("公示信息应当撤回");
        app.clerk().await.get("/").await.expect(200).shows("公示信息应当撤回");
        let mut head = head(app).await;
        head.get("/").await.expect(200).shows("公示信息应当撤回");
        let page = head.get("/enforcement/revocations").await.expect(200);
        let (id, seen) = (page.field("id"), page.field("version"));
        editor.post("/enforcement/revocations/withdraw", &[("id", &id), ("version", &seen)]).await.expect(403);
        head.post("/enforcement/revocations/drop", &[("id", &id)]).await.expect(422).shows("请写明取消的理由");
        let named = [("id", id.as_str()), ("version", seen.as_str()), ("words", "青禾测试商贸有限公司已申诉")];
        let told = head.post("/enforcement/revocations/withdraw", &named).await.expect(422);
        told.shows("不能写出这条记录的").shows("value=\"青禾测试商贸有限公司已申诉\"");
        head.post("/enforcement/revocations/withdraw", &[("id", &id), ("version", &seen)]).await.expect(303);
        assert!(public(app, number).await.is_none());
        head.post("/enforcement/revocations/withdraw", &[("id", &id), ("version", &seen)]).await.expect(409).shows("已经办结");
        // The register of the office still says which decision it was.
        head.get("/enforcement/revocations").await.expect(200).shows("已撤回").shows(number);
        let line = app.visitor().get("/enforcement/withdrawn").await.expect(200);
        line.shows("原处罚决定已被行政复议撤销").shows("按期撤回").hides(number).hides("青禾测试商贸有限公司");
        assert!(record::rows::history(app.ctx().db().read(), &stored.record).await.expect("history").is_empty());
    }

    async fn what_waits_to_be_taken_away_ends_whichever_way_the_record_goes(app) {
        let numbers = ["青财罚〔2026〕1号", "青财罚〔2026〕2号"];
        penalties(app, &[(numbers[0], &[]), (numbers[1], &[("shown_until", "2026-03-10")])]).await;
        let mut editor = app.editor(ORGAN).await;
        for number in numbers {
            let form = [("item", "penalty"), ("number", number), ("what", "changed"), ("decided_on", "2026-03-02"),
                ("words", "原处罚决定已被变更")];
            editor.post("/enforcement/revocations", &form).await.expect(303);
        }
        // From its own page, for another reason, and back again by two.
        let stored = public(app, numbers[0]).await.expect("public");
        let one = withdraw::Withdrawal {
            record: stored.record.clone(),
            version: stored.version,
            reason: record::Reason::Wrong,
            words: "登记有误".to_owned(),
            decided_on: None,
        };
        let (first, other) = (person("head-1", ORGAN, &[Role::OrganHead]), person("head-2", ORGAN, &[Role::OrganHead]));
        let mut tx = app.ctx().db().write().await.expect("a write");
        withdraw::withdraw(app.ctx(), &mut tx, &first, one).await.expect("taken away");
        tx.commit().await.expect("commit");
        let open = "/enforcement/revocations?state=open";
        editor.get(open).await.expect(200).hides(numbers[0]).shows(numbers[1]);
        editor.get("/enforcement/revocations?state=done").await.expect(200).shows(numbers[0]).shows("已撤回");
        for who in [&first, &other] {
            let mut tx = app.ctx().db().write().await.expect("a write");
            withdraw::restore(app.ctx(), &mut tx, who, &stored.record, "撤下有误").await.expect("by two");
            tx.commit().await.expect("commit");
        }
        editor.get(open).await.expect(200).hides(numbers[0]);
        // Where the record went by its term there is nothing to take away, and the line is ended by hand.
        app.at("2026-03-12T01:00:00Z".parse().expect("moment"));
        assert_eq!(record::retention::expire(app.ctx()).await.expect("expired"), 1);
        let mut head = head(app).await;
        let page = head.get(open).await.expect(200).shows("记录已不公开");
        let id = page.hides("action=\"/enforcement/revocations/withdraw\"").field("id");
        head.post("/enforcement/revocations/drop", &[("id", &id), ("reason", "公示期已满")]).await.expect(303);
        head.get(open).await.expect(200).shows("没有登记");
    }

    async fn totals_of_a_year_are_counted_from_the_decisions_once_each(app) {
        let last_year = ("decided_on", "2025-06-10");
        penalties(app, &[
            ("青财罚〔2025〕1号", &[last_year]),
            ("青财罚〔2025〕2号", &[last_year, ("penalty_kind", "警告；罚款；吊销许可证件"), ("content", "吊销许可证")]),
            ("青财罚〔2025〕3号", &[last_year, ("penalty_kind", "警告"), ("fine", "")]),
        ])
        .await;
        let mut editor = app.editor(ORGAN).await;
        let page = editor.get("/enforcement/yearly?year=2025").await.expect(200);
        page.shows("3 宗决定").shows("生成草稿");
        let behind = "/enforcement/yearly/decisions?organ=QH010&year=2025&table=penalty&cell=revocation";
        editor.get(behind).await.expect(200).shows("青财罚〔2025〕2号").hides("青财罚〔2025〕1号");
        editor.get("/enforcement/yearly?organ=QH011").await.expect(404);
        let draft = [("organ", ORGAN), ("year", "2025"), ("table", "penalty")];
        let to = editor.post("/enforcement/yearly", &draft).await.expect(303).location();
        let id = BatchId::from(to.rsplit('/').next().expect("an id"));
        let found = batch::rows(&id).page::<Stored>(app.ctx().db(), Some("number"), None, 5).await.expect("rows").rows;
        let data = &found.first().expect("one row").data;
        let figures = ["warning", "fine", "revocation", "total", "amount"].map(|key| data.get(key).to_owned());
        assert_eq!(figures, ["1", "1", "1", "3", "1"]);
        // The same figures are one draft; what was public of them and was taken away is drafted anew.
        assert_eq!(editor.post("/enforcement/yearly", &draft).await.expect(303).location(), to);
        published(app, &id).await;
        editor.post("/enforcement/yearly", &draft).await.expect(409).shows("已经公开");
        let one = withdraw::Withdrawal {
            record: found[0].record.clone(),
            version: 1,
            reason: record::Reason::Wrong,
            words: "统计口径有误".to_owned(),
            decided_on: None,
        };
        let mut tx = app.ctx().db().write().await.expect("a write");
        let who = person("head-1", ORGAN, &[Role::OrganHead]);
        withdraw::withdraw(app.ctx(), &mut tx, &who, one).await.expect("taken away");
        tx.commit().await.expect("commit");
        let anew = editor.post("/enforcement/yearly", &draft).await.expect(303).location();
        assert_ne!(anew, to, "a draft, and not the batch that is public");
        editor.get(&anew).await.expect(200).shows("草稿");
        let running = [("organ", ORGAN), ("year", "2026"), ("table", "penalty")];
        editor.post("/enforcement/yearly", &running).await.expect(409).shows("还没有过完");
    }

    async fn decisions_of_an_organ_that_was_followed_within_the_year_count_for_who_followed(app) {
        penalties_of(app, "QH011", &[
            ("青民罚〔2026〕91号", &[]),
            ("青民罚〔2025〕92号", &[("decided_on", "2025-06-10")]),
        ]).await;
        let today = app.ctx().today().to_string();
        let reform = [("organs", "QH011"), ("successor", ORGAN), ("date", today.as_str()), ("note", "机构改革")];
        app.clerk().await.post("/organs/merge", &reform).await.expect(303);
        let mut editor = app.editor(ORGAN).await;
        editor.get("/enforcement/yearly?year=2026").await.expect(200).shows("1 宗决定");
        editor.get("/enforcement/yearly?year=2025").await.expect(200).hides("1 宗决定");
        editor.get("/enforcement/yearly?year=2025&organ=QH011").await.expect(200).shows("1 宗决定");
    }

    async fn a_reform_hands_a_power_over_and_readers_see_it_between_two_days(app) {
        let list = item(app, "power-list").await;
        let old = [
            ("code", "A1"),
            ("name", "城市道路占用许可"),
            ("organ", "青禾县住房和城乡建设局"),
            ("effective_from", "2020-01-01"),
            ("effective_to", "2025-12-31"),
        ];
        let new = [("code", "A1"), ("name", "城市道路占用许可"), ("organ", "青禾县城市管理局"), ("effective_from", "2026-01-01")];
        let rows = [&old[..], &new[..]].into_iter().zip(1_u32..);
        let rows = rows.map(|(own, number)| NewRow { number, ..row(&list, own) }).collect();
        published(app, &entered(app, &list, rows).await).await;
        let mut reader = app.visitor();
        let page = reader.get("/enforcement/powers?from=2025-12-31&to=2026-01-01").await.expect(200);
        page.shows("划转").shows("由青禾县住房和城乡建设局划转青禾县城市管理局").shows("2026-01-01");
        reader.get("/enforcement/powers?from=2026-01-01&to=2026-02-01").await.expect(200).shows("两天之间没有变化");
        reader.get("/enforcement/powers?from=%E6%98%A8%E5%A4%A9").await.expect(200).shows("日期读不懂");
        reader.get("/enforcement").await.expect(200).shows("行政权力和责任清单");
        let page = reader.get("/enforcement/organs/QH010").await.expect(200).shows("事前公开").shows("事中公示");
        page.shows("事后公开").shows("应当公开，目前没有");
        reader.get("/enforcement/organs/nobody").await.expect(404);
        app.clerk().await.get("/enforcement/powers").await.expect(200).shows("没有重叠");
    }

    async fn an_opinion_is_a_case_of_the_organ(app) {
        let mut reader = app.visitor();
        reader.get("/enforcement/feedback").await.expect(200).shows("15 个工作日内答复");
        let fields = [
            ("organ", ORGAN),
            ("number", "青财罚〔2026〕1号"),
            ("what", "公示的金额与决定书不一致"),
            ("called", ""),
            ("phone", ""),
            ("email", ""),
        ];
        let check = reader.upload("/enforcement/feedback", &fields, &[]).await.expect(303).location();
        assert!(check.ends_with("/check"), "{check}");
        let seen = reader.get(&check).await.expect(200).shows("青禾县财政局").field("version");
        let receipt = reader.post(&check.replace("/check", "/send"), &[("version", seen.as_str())]).await.expect(303).location();
        reader.get(&receipt).await.expect(200).shows("15 个工作日内");
        app.editor(ORGAN).await.get("/cases").await.expect(200).shows("行政执法意见");
        app.editor("QH011").await.get("/cases").await.expect(200).hides("执法意见〔2026〕1号");
        let nobody = [("organ", ""), ("what", ""), ("number", ""), ("called", ""), ("phone", ""), ("email", "")];
        let back = reader.upload("/enforcement/feedback", &nobody, &[]).await;
        assert!(back.text().contains("请选择执法机关"), "{}", back.text());
    }

    async fn from_a_record_lead_forms_that_are_filled_in_with_it(app) {
        let number = "青财罚〔2026〕3号";
        penalties(app, &[(number, &[("counterpart_kind", "01")])]).await;
        let stored = public(app, number).await.expect("public");
        let mut reader = app.visitor();
        let page = reader.get(&format!("/records/penalty/{}", stored.record)).await.expect(200).text();
        for (path, selected) in [("/enforcement/feedback?", "执法机关"), ("/enforcement/repair?", "value=\"青禾测试商贸有限公司\"")] {
            let query = page.split(path).nth(1).and_then(|rest| rest.split('"').next()).expect("a way there");
            let form = reader.get(&format!("{path}{}", query.replace("&#38;", "&"))).await.expect(200);
            form.shows(selected).shows(&format!("value=\"{number}\"")).shows(&format!("<option value=\"{ORGAN}\" selected"));
        }
        let form = reader.get("/enforcement/feedback?organ=QH010&on=%E7%BD%9A%E6%AC%BE").await.expect(200);
        form.shows("关于“罚款”：");
        let begun = [("organ", ORGAN), ("number", ""), ("what", "关于“罚款”："), ("called", ""), ("phone", ""), ("email", "")];
        reader.upload("/enforcement/feedback", &begun, &[]).await.shows("请写明意见");
        reader.get("/enforcement/repair?organ=nobody&number=1").await.expect(200);
    }

    async fn a_repair_is_granted_after_the_least_time_and_takes_the_penalty_away(app) {
        let number = "青财罚〔2026〕1号";
        penalties(app, &[(number, &[])]).await;
        let mut reader = app.visitor();
        let fields = [
            ("organ", ORGAN),
            ("number", number),
            ("party", "青禾测试商贸有限公司"),
            ("what", "罚款已缴纳，已按要求整改"),
            ("called", "经办人"),
            ("phone", "13800952700"),
            ("email", ""),
        ];
        let check = reader.upload("/enforcement/repair", &fields, &[]).await.expect(303).location();
        let seen = reader.get(&check).await.expect(200).field("version");
        reader.post(&check.replace("/check", "/send"), &[("version", seen.as_str())]).await.expect(303);
        let case: String = store::query_scalar("SELECT id FROM case_entry WHERE kind = 'credit-repair'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a case");
        let page = format!("/enforcement/repairs/{case}");
        // Nobody of the organ may decide yet: the county office has it on its desk, and whoever handles it reads that.
        app.clerk().await.get("/").await.expect(200).shows("机关没有人可以决定");
        app.editor(ORGAN).await.get(&format!("/cases/{case}")).await.expect(200).shows("由其决定");
        app.editor(ORGAN).await.get(&page).await.expect(403);
        let mut head = head(app).await;
        app.clerk().await.get("/").await.expect(200).hides("机关没有人可以决定");
        app.editor(ORGAN).await.get(&format!("/cases/{case}")).await.expect(200).shows("由有权决定的人决定");
        let seen = head.get(&page).await.expect(200).shows(number).shows("2026-06-02").field("version");
        let form = [("version", seen.as_str()), ("number", number), ("words", "准予信用修复"), ("answer", "已停止公示。")];
        head.post(&page, &form).await.expect(422).shows("不满最短公示期");
        assert!(public(app, number).await.is_some());
        let later: Timestamp = "2026-06-03T01:00:00Z".parse().expect("moment");
        app.at(later);
        let mut head = app.sign_in("head-qh010").await;
        head.post(&page, &form).await.expect(303);
        assert!(public(app, number).await.is_none());
        app.at(later + SignedDuration::from_mins(5));
        app.visitor().get("/enforcement/withdrawn").await.expect(200).shows("信用修复").shows("准予信用修复").hides(number);
    }

    async fn files_go_to_the_platform_and_what_it_refuses_comes_back(app) {
        let number = "青财罚〔2026〕1号";
        let natural = [("counterpart_kind", "02"), ("person_id_kind", "01"), ("person_id", HIDDEN)];
        penalties(app, &[(number, &natural)]).await;
        let mut editor = app.editor(ORGAN).await;
        editor.get("/enforcement/exchange").await.expect(200).shows("2018 年版");
        editor.get("/enforcement/exchange/export.xlsx?item=penalty&edition=2018").await.expect(200);
        editor.get("/enforcement/exchange/export.xlsx?item=water").await.expect(404);
        editor.get("/enforcement/exchange/export.xlsx?item=penalty&from=%E6%98%A8%E5%A4%A9").await.expect(400);
        let whole = [("item", "penalty"), ("edition", "2018"), ("organ", ORGAN)];
        let refused = editor.post("/enforcement/exchange/export.xlsx", &whole).await;
        assert!(refused.status.is_client_error(), "not without a reason");
        let told = [("item", "penalty"), ("edition", "2018"), ("organ", ORGAN), ("reason", "上报省平台")];
        editor.post("/enforcement/exchange/export.xlsx", &told).await.expect(200);
        let csv = format!("行政处罚决定书文号,错误原因\n{number},统一社会信用代码为空\n青财罚〔2026〕77号,文号重复\n青财罚〔2026〕78号,成功\n");
        let files: [(&str, &str, &[u8]); 1] = [("file", "退回.csv", csv.as_bytes())];
        let fields = [("item", "penalty"), ("organ", ORGAN)];
        editor.upload("/enforcement/exchange/returns", &fields, &files).await.expect(303);
        editor.upload("/enforcement/exchange/returns", &fields, &files).await.expect(409).shows("都已登记过");
        let page = editor.get("/enforcement/exchange?state=open").await.expect(200);
        let page = page.shows("统一社会信用代码为空").shows("没有对上").hides("青财罚〔2026〕78号");
        let id = page.field("id");
        editor.get("/").await.expect(200).shows("省平台退回 2 条");
        editor.post("/enforcement/exchange/settle", &[("id", &id)]).await.expect(303);
        editor.post("/enforcement/exchange/settle", &[("id", &id)]).await.expect(409);
        editor.get("/").await.expect(200).shows("省平台退回 1 条");
    }
}
