//! Stories of the library of policies: what texts say of each other, how they stand to the law on a day, and who may say so.

use document::common::{DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, VALIDITY, WRITTEN_ON};
use jiff::SignedDuration;
use kernel::OrganCode;
use publishing::{kinds::POLICY, seed::Seed};
use testkit::{TestApp, both};

use crate::{
    policy::{column, moment, put},
    publishing::{changes::withdraw, edition},
};

/// A policy in force of an organ, public since a moment, with these fields besides.
pub(crate) fn policy(organ: &str, title: &str, number: &str, body: &str, at: &str) -> Seed {
    let mut seed = Seed::published(OrganCode::from(organ), "policies", &POLICY, title, body, moment(at));
    seed.values.read(&VALIDITY, "in_force");
    seed.values.read(&DOCUMENT_NUMBER, number);
    seed
}

/// What the text of one says of the other, as it was found: its id and version.
async fn found(app: &TestApp, from: &str, verb: &str) -> (String, String) {
    let (id, version): (String, i64) =
        store::query_as("SELECT id, version FROM document_reference WHERE from_document = $1 AND verb = $2")
            .bind_all([from, verb])
            .fetch_one(app.ctx().db().read())
            .await
            .unwrap_or_else(|error| panic!("{from} {verb}: {error}"));
    (id, version.to_string())
}

const OLD: &str = "停车管理暂行办法";
const NEW: &str = "停车场管理办法";

/// An old policy, and a new one of the same organ whose text repeals it.
async fn pair(app: &TestApp) -> (String, String) {
    let old = policy("QH010", OLD, "青禾财发〔2020〕3号", "<p>第一条 停车收费每小时2元。</p>", "2026-02-20T02:00:00Z");
    let old = put(app, old).await;
    let text = "<p>第一条 依据有关规定制定本办法。</p><p>第二条 本办法自公布之日起施行。\
                《停车管理暂行办法》（青禾财发〔2020〕3号）同时废止。</p>";
    let new = put(app, policy("QH010", NEW, "青禾财发〔2026〕9号", text, "2026-02-25T02:00:00Z")).await;
    app.work().await;
    (old, new)
}

/// How many policies the library counts under a code of validity.
async fn listed(app: &TestApp, code: &str) -> i64 {
    let page = app.visitor().get(&format!("/api/v1/documents?kind=policy&validity={code}")).await.expect(200).json();
    page["items"].as_array().map_or(0, |items| i64::try_from(items.len()).expect("few"))
}

both! {
    async fn a_repeal_works_once_a_person_has_confirmed_it_and_while_it_is_public(app) {
        column(app).await;
        let (old, new) = pair(app).await;
        let (reference, version) = found(app, &new, "repeals").await;
        let (of_old, of_new) = (format!("/policies/{old}"), format!("/policies/{new}"));
        // Found and not confirmed: nobody outside sees it, and it does nothing.
        let mut visitor = app.visitor();
        visitor.get(&of_old).await.expect(200).hides("已废止").hides(NEW);
        visitor.get(&of_new).await.expect(200).hides("文件关系");
        assert_eq!((listed(app, "in_force").await, listed(app, "repealed").await), (2, 0));

        let mut editor = app.editor("QH010").await;
        editor.get("/").await.expect(200).shows("认定文件关系");
        editor.get("/references?state=found").await.expect(200).shows(OLD).shows("废止");
        editor.get(&format!("/references/{reference}")).await.expect(200).shows("同时废止").shows(OLD);
        let form = [("verb", "repeals"), ("to", old.as_str()), ("version", version.as_str())];
        editor.post(&format!("/references/{reference}/confirm"), &form).await.expect(303);
        // Every surface says the same: the page at once, lists and the search as soon as they follow.
        visitor.get(&of_old).await.expect(200).shows("已废止").shows(NEW).shows("不再作为办事依据").shows(&of_new);
        visitor.get(&of_new).await.expect(200).shows("文件关系").shows("<h3>废止</h3>").shows(OLD);
        visitor.get(&of_old).await.expect(200).shows("<h3>废止本文件的</h3>");
        app.work().await;
        assert_eq!((listed(app, "in_force").await, listed(app, "repealed").await), (1, 1));
        visitor.get("/policies?validity=repealed").await.expect(200).shows(OLD).shows("已废止").shows("被引用 1 次");
        visitor.get("/policies.csv?validity=repealed").await.expect(200).shows(OLD).shows("已废止");
        visitor.get(&format!("/api/v1/documents/{old}")).await.expect(200).shows("repealed");
        visitor.get("/search?q=%E5%81%9C%E8%BD%A6&validity=repealed").await.expect(200).shows("已废止");

        // With the withdrawal of who says it, it was never said.
        withdraw(app, &new, "条款有误").await;
        visitor.get(&of_old).await.expect(200).hides("已废止").hides("不再作为办事依据");
        app.work().await;
        assert_eq!((listed(app, "in_force").await, listed(app, "repealed").await), (1, 0));
    }

    async fn what_changes_nothing_is_confirmed_together(app) {
        column(app).await;
        let (old, new) = pair(app).await;
        let text = "<p>第一条　根据《某省停车设施管理条例》，制定本办法。</p><p>第二条　本办法自公布之日起施行。</p>";
        let other = put(app, policy("QH010", "共享单车管理办法", "青禾财发〔2026〕10号", text, "2026-02-26T02:00:00Z")).await;
        app.work().await;
        let (based, seen) = found(app, &other, "based_on").await;
        let (repeals, version) = found(app, &new, "repeals").await;
        let mut editor = app.editor("QH010").await;
        let page = editor.get("/references?state=found").await.expect(200).shows("认定选中的");
        let page = page.shows(&format!("value=\"{based}:{seen}\""));
        let page = page.hides(&format!("value=\"{repeals}:"));
        let (one, two, once) = (format!("{based}:{seen}"), format!("{repeals}:{version}"), page.field("once"));
        editor.post("/references/many", &[]).await.expect(409);
        let fields = [("once", once.as_str()), ("ids", one.as_str()), ("ids", two.as_str())];
        editor.post("/references/many", &fields).await.expect(303);
        editor.get("/references?state=found").await.expect(200).shows("已认定 1 条").shows("逐条");
        let mut visitor = app.visitor();
        visitor.get(&format!("/policies/{other}")).await.expect(200).shows("<h3>依据</h3>").shows("停车设施管理条例");
        visitor.get(&format!("/policies/{old}")).await.expect(200).hides("已废止");
    }

    async fn a_document_is_read_as_it_stood_on_a_day(app) {
        column(app).await;
        let mut old = policy("QH010", OLD, "青禾财发〔2020〕3号", "<p>第一条 停车收费每小时2元。</p>", "2026-02-20T02:00:00Z");
        old.values.read(&WRITTEN_ON, "2020-05-06");
        old.values.read(&EFFECTIVE_ON, "2020-06-01");
        old.values.read(&EXPIRES_ON, "2026-02-27");
        let id = put(app, old).await;
        let mut visitor = app.visitor();
        let page = format!("/policies/{id}");
        visitor.get(&page).await.expect(200).shows("已经届满").hides("不是现在的状态");
        for (day, shown, hidden) in [
            ("2020-05-01", "才作出", "每小时2元"),
            ("2020-05-20", "尚未施行", "已经届满"),
            ("2021-01-01", "有效", "已经届满"),
            ("2026-02-27", "有效", "已经届满"),
            ("2026-02-28", "已经届满", "不存在的词"),
        ] {
            let reply = visitor.get(&format!("{page}?on={day}")).await.expect(200);
            reply.shows("不是现在的状态").shows(shown).hides(hidden);
        }
        visitor.get(&format!("{page}?on=2026-02-30")).await.expect(400).shows("没有“2026-02-30”这一天");
        visitor.get(&format!("{page}?on=%E6%98%A8%E5%A4%A9")).await.expect(400);
        // The library of a day, counted by the validity of that day.
        visitor.get("/policies?on=2020-05-01").await.expect(200).hides(OLD).shows("不是现在的状态");
        visitor.get("/policies?on=2021-01-01&validity=in_force").await.expect(200).shows(OLD);
        visitor.get("/policies?on=2021-01-01&validity=lapsed").await.expect(200).hides(OLD);
        // No day: the list stays, with what was typed.
        visitor.get("/policies?on=2021-13-01").await.expect(400).shows("2021-13-01").shows(OLD).shows("aria-invalid");
        visitor.get("/policies.csv?on=2021-01-01").await.expect(400).shows("不能按以前的日期下载");
        // A term that ends lapses by itself, on the page and in lists.
        app.pass(SignedDuration::from_hours(24));
        visitor.get("/policies").await.expect(200).shows("失效");
    }

    async fn nobody_ends_a_document_of_others_or_in_a_circle(app) {
        column(app).await;
        let (old, new) = pair(app).await;
        let other = put(app, policy("QH011", "扬尘管理办法", "青禾环发〔2021〕1号", "<p>正文。</p>", "2026-02-21T02:00:00Z")).await;
        let (reference, version) = found(app, &new, "repeals").await;
        let confirm = format!("/references/{reference}/confirm");
        let mut editor = app.editor("QH010").await;
        // Another organ's document: the office's to say.
        let wrong = [("verb", "repeals"), ("to", other.as_str()), ("version", version.as_str())];
        editor.post(&confirm, &wrong).await.expect(422).shows("由政务公开主管部门认定");
        app.editor("QH011").await.post(&confirm, &wrong).await.expect(404);
        app.editor("QH011").await.get(&format!("/references/{reference}")).await.expect(404);
        // What was typed stays.
        let wrong = [("verb", "repeals"), ("to", "other"), ("other", "青禾财发〔1999〕77号"), ("version", version.as_str())];
        editor.post(&confirm, &wrong).await.expect(422).shows("没有找到这份已公开的政策文件").shows("青禾财发〔1999〕77号");
        let right = [("verb", "repeals"), ("to", "other"), ("other", "青禾财发〔2020〕3号"), ("version", version.as_str())];
        editor.post(&confirm, &right).await.expect(303);
        // Who was slower is told.
        editor.post(&confirm, &right).await.expect(409).shows("已由");
        // The old one cannot repeal the new one in turn.
        let turn = [("document", old.as_str()), ("verb", "repeals"), ("to", "other"), ("other", new.as_str()), ("name", NEW)];
        editor.post("/references/new", &turn).await.expect(422).shows("不能互相废止");
        // What is not in the library is kept as words and changes nothing.
        let words = [("document", new.as_str()), ("verb", "based_on"), ("to", "none"), ("name", "省停车场条例")];
        editor.post("/references/new", &words).await.expect(303);
        app.visitor().get(&format!("/policies/{new}")).await.expect(200).shows("省停车场条例").shows("不在本库");
        // Refused with its reason, it is over again.
        let (_, version) = found(app, &new, "repeals").await;
        let refuse = format!("/references/{reference}/refuse");
        editor.post(&refuse, &[("version", version.as_str())]).await.expect(422).shows("请写明为什么");
        editor.post(&refuse, &[("version", version.as_str()), ("reason", "只废止收费一节")]).await.expect(303);
        app.visitor().get(&format!("/policies/{old}")).await.expect(200).hides("已废止");
        assert_eq!(edition(app, &old).await.2, "published");
    }

    async fn two_documents_with_one_number_are_told_and_none_is_chosen(app) {
        column(app).await;
        for title in [OLD, "停车管理暂行办法补充规定"] {
            put(app, policy("QH010", title, "青禾财发〔2020〕3号", "<p>正文。</p>", "2026-02-20T02:00:00Z")).await;
        }
        let text = "<p>《停车管理暂行办法》（青禾财发〔2020〕3号）同时废止。</p>";
        let new = put(app, policy("QH010", NEW, "青禾财发〔2026〕9号", text, "2026-02-25T02:00:00Z")).await;
        app.work().await;
        let (reference, _) = found(app, &new, "repeals").await;
        let mut editor = app.editor("QH010").await;
        editor.get(&format!("/references/{reference}")).await.expect(200).shows("有 2 份公开的文件符合").shows("补充规定");
        editor.get("/ledger?kept=none").await.expect(200).shows("文号与另一份公开的文件相同");
    }

    async fn what_ends_a_text_is_read_in_its_direction_and_not_against_the_days(app) {
        column(app).await;
        let text = "<p>第一条 停车收费每小时2元。</p><p>（本办法已由《停车场管理办法》废止，保留供查阅。）</p>";
        let old = put(app, policy("QH010", OLD, "青禾财发〔2020〕3号", text, "2026-02-20T02:00:00Z")).await;
        app.work().await;
        let new = policy("QH010", NEW, "青禾财发〔2026〕9号", "<p>第一条 正文。</p>", "2026-02-25T02:00:00Z");
        let new = put(app, new).await;
        app.work().await;
        let own: i64 =
            store::query_scalar("SELECT COUNT(*) FROM document_reference WHERE from_document = $1 AND verb <> 'cites'")
                .bind(&old)
                .fetch_one(app.ctx().db().read())
                .await
                .expect("count");
        assert_eq!(own, 0, "the old text does nothing to the new one");
        let (reference, version) = found(app, &new, "repeals").await;
        let mut editor = app.editor("QH010").await;
        let page = editor.get(&format!("/references/{reference}")).await.expect(200);
        page.shows("这句话写在对方文件里").shows("已由《停车场管理办法》废止").shows("认定后是“已废止”");
        // By hand the other way round, and from a day before either was made.
        let turn = [("document", old.as_str()), ("verb", "repeals"), ("to", "other"), ("other", new.as_str()), ("name", NEW)];
        editor.post("/references/new", &turn).await.expect(422).shows("早作出的文件不能废止晚作出的");
        let confirm = format!("/references/{reference}/confirm");
        let mut form = vec![("verb", "repeals"), ("to", old.as_str()), ("version", version.as_str())];
        form.push(("effective_on", "1990-01-01"));
        editor.post(&confirm, &form).await.expect(422).shows("还没有作出");
        form.pop();
        // What the page has told is another thing than what is sent: it is told first.
        form.push(("seen", "none"));
        editor.post(&confirm, &form).await.expect(422).shows("请看一下认定后的结果");
        form.pop();
        editor.post(&confirm, &form).await.expect(303);
        app.visitor().get(&format!("/policies/{old}")).await.expect(200).shows("不再作为办事依据");
        // What is over ends others only when somebody has looked at that.
        let third = policy("QH010", "停车收费办法", "青禾财发〔2019〕1号", "<p>正文。</p>", "2026-02-21T02:00:00Z");
        let third = put(app, third).await;
        let name = ("name", "停车收费办法");
        let form = [("document", old.as_str()), ("verb", "repeals"), ("to", "other"), ("other", third.as_str()), name];
        editor.post("/references/new", &form).await.expect(422).shows("请核对是不是反了");
    }

    async fn what_no_text_says_takes_two_persons(app) {
        column(app).await;
        let old = put(app, policy("QH010", OLD, "青禾财发〔2020〕3号", "<p>正文。</p>", "2026-02-20T02:00:00Z")).await;
        let new = put(app, policy("QH010", NEW, "青禾财发〔2026〕9号", "<p>正文。</p>", "2026-02-25T02:00:00Z")).await;
        app.work().await;
        let mut editor = app.editor("QH010").await;
        let (by, of) = (("document", new.as_str()), ("other", old.as_str()));
        let form = |name| [by, of, ("verb", "repeals"), ("to", "other"), ("name", name)];
        editor.post("/references/new", &form("某办法")).await.expect(422).shows("请核对名称");
        editor.post("/references/new", &form(OLD)).await.expect(303);
        let page = format!("/policies/{old}");
        app.visitor().get(&page).await.expect(200).hides("已废止");
        let (reference, version) = found(app, &new, "repeals").await;
        let confirm = format!("/references/{reference}/confirm");
        let again = [("verb", "repeals"), ("to", old.as_str()), ("version", version.as_str())];
        editor.post(&confirm, &again).await.expect(422).shows("须由另一人认定");
        app.visitor().get(&page).await.expect(200).hides("已废止");
        app.clerk().await.post(&confirm, &again).await.expect(303);
        app.visitor().get(&page).await.expect(200).shows("不再作为办事依据");
    }

    async fn two_texts_of_one_title_are_told_until_somebody_decides(app) {
        column(app).await;
        let mut old = policy("QH010", NEW, "青禾财发〔2020〕3号", "<p>第一条 每小时2元。</p>", "2026-02-20T02:00:00Z");
        old.values.read(&WRITTEN_ON, "2020-05-06");
        let old = put(app, old).await;
        let mut new = policy("QH010", NEW, "青禾财发〔2026〕9号", "<p>第一条 每小时3元。</p>", "2026-02-25T02:00:00Z");
        new.values.read(&WRITTEN_ON, "2026-02-03");
        let new = put(app, new).await;
        app.work().await;
        let (of_old, of_new) = (format!("/policies/{old}"), format!("/policies/{new}"));
        let compared = format!("{of_new}/compare?with={old}");
        let mut visitor = app.visitor();
        visitor.get(&of_old).await.expect(200).shows("本库还有一份同名的文件").shows("晚于本文件").shows(&compared).hides("已废止");
        visitor.get(&of_new).await.expect(200).shows("早于本文件").shows(&compared);
        visitor.get(&compared).await.expect(200).shows(NEW).hides("没有登记替代");
        visitor.get(&format!("{of_old}?on=2021-01-01")).await.expect(200).hides("本库还有一份同名的文件");
        // Nothing of it stands in a text: one proposes it, another confirms it.
        for first in [true, false] {
            let (reference, version) = found(app, &new, "replaces").await;
            let form = [("verb", "replaces"), ("to", old.as_str()), ("version", version.as_str())];
            let mut person = if first { app.editor("QH010").await } else { app.clerk().await };
            person.get(&format!("/references/{reference}")).await.expect(200).shows("标题相同");
            person.post(&format!("/references/{reference}/confirm"), &form).await.expect(303);
        }
        visitor.get(&of_old).await.expect(200).shows("不再作为办事依据").hides("本库还有一份同名的文件").shows(&compared);
        visitor.get(&of_new).await.expect(200).hides("本库还有一份同名的文件").shows(&compared);
    }

    async fn every_address_of_a_day_knows_the_day_or_says_so(app) {
        column(app).await;
        let mut old = policy("QH010", OLD, "青禾财发〔2020〕3号", "<p>第一条 正文。</p>", "2026-02-20T02:00:00Z");
        old.values.read(&WRITTEN_ON, "2020-05-06");
        let id = put(app, old).await;
        app.work().await;
        let (page, mut visitor) = (format!("/policies/{id}"), app.visitor());
        // Before it was made it stood in no way to the law.
        visitor.get(&page).await.expect(200).shows("<dt>有效性</dt>");
        visitor.get(&format!("{page}?on=1990-01-01")).await.expect(200).shows("才作出").hides("<dt>有效性</dt>");
        visitor.get(&format!("{page}/akn.xml?on=2021-01-01")).await.expect(200).shows("akomaNtoso");
        visitor.get(&format!("{page}/akn.xml?on=1990-01-01")).await.expect(307);
        visitor.get(&format!("{page}/akn.xml?on=2021-13-01")).await.expect(400);
        for two in ["/policies?on=2021-01-01&on=2022-01-01".to_owned(), format!("{page}?on=2021-01-01&on=2022-01-01")] {
            visitor.get(&two).await.expect(400);
        }
        // Programs are told what nobody can read.
        for odd in ["on=2021-01-01", "validity=xx", "year=2", "kind=zzz"] {
            for file in ["policies.csv", "policies.json", "policies/feed.atom"] {
                visitor.get(&format!("/{file}?{odd}")).await.expect(400);
            }
        }
        visitor.get("/policies/feed.atom?validity=in_force").await.expect(200).shows(OLD);
    }
}
