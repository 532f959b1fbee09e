//! Stories of the correction screen: many duties at once, two tabs, undo that keeps its place, an organ that is gone.

use kernel::Actor;
use testkit::{Client, TestApp, both};

use crate::plans::{PLAN, clauses, confirm, count, draft, duties};

async fn open(clerk: &mut Client, path: &str, clause: &str) -> testkit::Reply {
    clerk.get(&format!("{path}?open={clause}")).await.expect(200)
}

async fn due(app: &TestApp, id: &str) -> String {
    store::query_scalar("SELECT due_on FROM duty WHERE id = $1")
        .bind(id)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("duty")
}

both! {
    async fn many_duties_are_set_at_once_and_taken_back_at_once(app) {
        let mut clerk = app.clerk().await;
        let text = "2026年青禾县政务公开工作要点\n一、公开\n（一）公开预算。公开预算。公开决算。（县财政局负责）\n（二）公开低保。公开低保。（县民政局负责）\n";
        let plan = draft(&mut clerk, text).await;
        let path = format!("/plans/{plan}/draft");
        let page = clerk.get(&format!("{path}?pick=undated")).await.expect(200).shows("勾选没有期限的 3 项").shows("县财政局（负责）");
        assert_eq!(page.text().matches(" checked> <a").count(), 3, "{}", page.text());
        let ids = duties(&page.text());
        let version = page.field("version");
        let wrong = [("version", version.as_str()), ("pick", ids[0].as_str()), ("pick", ids[2].as_str()), ("bulk_due", "尽快")];
        let refused = clerk.post(&format!("{path}/many"), &wrong).await.expect(422).shows("没有看懂这个期限").shows("尽快");
        assert_eq!(refused.text().matches(" checked> <a").count(), 2, "what was ticked stays ticked");
        let set = [
            ("version", version.as_str()), ("pick", ids[0].as_str()), ("pick", ids[2].as_str()), ("bulk_due", "9月底前"), ("bulk_owner", "group:各乡镇（中心）"),
            ("bulk_role", "support"),
        ];
        let done = clerk.post(&format!("{path}/many"), &set).await.expect(303);
        let page = clerk.get(&done.location()).await.expect(200).shows("2 项任务：期限 2026-09-30");
        assert_eq!([due(app, &ids[0]).await, due(app, &ids[1]).await, due(app, &ids[2]).await], ["2026-09-30", "", "2026-09-30"]);
        let undo = page.text().split(&format!("action=\"{path}/undo/")).nth(1).expect("undo").split('"').next().expect("end").to_owned();
        clerk.post(&format!("{path}/undo/{undo}"), &[]).await.expect(303);
        assert_eq!([due(app, &ids[0]).await, due(app, &ids[2]).await], ["", ""]);
        assert_eq!(count(app, "SELECT COUNT(*) FROM plan_owner WHERE plan = $1", &plan).await, 2);
    }

    /// The date box understands what plans say, and saving says what changed.
    async fn the_date_box_understands_words(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        let clause = clauses(&clerk.get(&path).await.text())[1].clone();
        let page = open(&mut clerk, &path, &clause).await;
        let id = duties(&page.text()).into_iter().find(|id| page.text().contains(&format!("id=\"text-{id}\""))).expect("a duty");
        let mut version = page.field("version");
        for (typed, kept) in [("8月底前", "2026-08-31"), ("20260630", "2026-06-30"), ("2026.7.1", "2026-07-01")] {
            let fields = [("version", version.as_str()), ("text", "建立回应台账。"), ("due_on", typed), ("visibility", "public")];
            let done = clerk.post(&format!("{path}/duties/{id}"), &fields).await.expect(303);
            assert_eq!(due(app, &id).await, kept, "{typed}");
            let page = clerk.get(&done.location()).await.expect(200).shows(&format!("→ {kept}"));
            version = page.field("version");
        }
        let grace = [("version", version.as_str()), ("text", "建立回应台账。"), ("due_on", ""), ("grace_days", "10"), ("visibility", "public")];
        clerk.post(&format!("{path}/duties/{id}"), &grace).await.expect(422).shows("宽限天数只用于按频次报送的任务");
        let off = [("version", version.as_str()), ("text", "建立回应台账。"), ("due_on", "2025-03-01"), ("visibility", "public")];
        let done = clerk.post(&format!("{path}/duties/{id}"), &off).await.expect(303);
        clerk.get(&done.location()).await.expect(200).shows("不在 2026 年");
    }

    /// Two tabs: what only one of them changed stays, whoever saves last; what both changed is shown with both values.
    async fn a_second_tab_erases_nothing(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        let clause = clauses(&clerk.get(&path).await.text())[0].clone();
        let page = open(&mut clerk, &path, &clause).await;
        let (id, version) = (duties(&page.text())[0].clone(), page.field("version"));
        let edit = format!("{path}/duties/{id}");
        let base = [("version", version.as_str()), ("due_on", "2026-06-30"), ("cadence", ""), ("grace_days", "0"), ("visibility", "public")];
        let with = |more: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> { base.iter().copied().chain(more.iter().copied()).collect() };
        clerk.post(&edit, &with(&[("text", "6月30日前公开解读方案。"), ("measure", "在网站公开")])).await.expect(303);
        // The tab that was open before: another field, so both stay.
        let done = clerk.post(&edit, &with(&[("text", "6月30日前公开年度解读方案。"), ("measure", "")])).await.expect(303);
        clerk.get(&done.location()).await.expect(200).shows("6月30日前公开年度解读方案。").shows("value=\"在网站公开\"").shows("其他内容也都保留");
        // The same field: both values, and that it was one's own tab.
        let clash = clerk.post(&edit, &with(&[("text", "6月30日前公开全部方案。"), ("measure", "")])).await.expect(409);
        let clash = clash.shows("您在另一个页面改过这一条").shows("现在保存的").shows("6月30日前公开年度解读方案。").shows("value=\"在网站公开\"");
        let version = clash.field("version");
        let again = [
            ("version", version.as_str()), ("text", "6月30日前公开全部方案。"), ("measure", "在网站公开"), ("due_on", "2026-06-30"), ("visibility", "public"),
        ];
        clerk.post(&edit, &again).await.expect(303);
        let kept: String = store::query_scalar("SELECT measure FROM duty WHERE id = $1").bind(&id).fetch_one(app.ctx().db().read()).await.expect("duty");
        assert_eq!(kept, "在网站公开");
    }

    /// The button that takes a step back leads to where one was, with the clause still open.
    async fn undo_keeps_the_place(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        let clause = clauses(&clerk.get(&path).await.text())[0].clone();
        let page = open(&mut clerk, &path, &clause).await;
        let ids = duties(&page.text());
        let version = page.field("version");
        let merged = clerk.post(&format!("{path}/duties/{}", ids[1]), &[("version", &version), ("op", "merge_up")]).await.expect(303);
        let page = clerk.get(&merged.location().replace('#', "&x=#")).await.expect(200).shows("与下一项合并");
        let flash = page.text().split("class=\"flash").nth(1).expect("flash").split("</form>").next().expect("end").to_owned();
        let undo = flash.split("action=\"").nth(1).expect("action").split('"').next().expect("end").replace("&#38;", "&").replace("&amp;", "&");
        let back = clerk.post(&undo, &[]).await.expect(303).location();
        assert_eq!(back, format!("{path}?open={clause}#d-{}", ids[1]));
        assert_eq!(duties(&clerk.get(&back).await.expect(200).text()), ids);
    }

    /// After a reform a draft says where it is blocked, the numbers add up, and one click mends the whole text.
    async fn a_reform_is_mended_at_once(app) {
        let mut clerk = app.clerk().await;
        let text = "2026年青禾县政务公开工作要点\n一、公开\n（一）公开预算。公开预算。（县民政局负责）\n（二）公开低保。公开低保。（县民政局负责，县财政局配合）\n";
        let plan = draft(&mut clerk, text).await;
        let mut tx = app.ctx().db().write().await.expect("write");
        identity::organs::merge(&mut tx, &["QH011".into()], &"QH010".into(), app.ctx().today(), "机构改革", &Actor::System).await.expect("merged");
        tx.commit().await.expect("commit");
        identity::load_directory(app.ctx()).await.expect("directory");
        let path = format!("/plans/{plan}/draft");
        let page = clerk.get(&path).await.expect(200).shows("已撤销的机关（1）").shows("2 处").shows("全文改由它承接");
        let badges: usize = page.text().split(" 处待处理</span>").filter_map(|before| before.rsplit('>').next()?.parse::<usize>().ok()).sum();
        assert_eq!(badges, 2, "the badges of the clauses add up to the number above");
        let page = page.shows("2 处待处理</strong>");
        let version = page.field("version");
        clerk.post(&format!("{path}/organs/QH011"), &[("version", &version), ("organ", "QH010")]).await.expect(303);
        clerk.get(&path).await.expect(200).hides("已撤销").hides("处待处理");
        confirm(app, &mut clerk, &plan).await.expect(303);
        let shares = "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1";
        assert_eq!(count(app, shares, &plan).await, 2, "one organ, one share of a duty");
    }

    async fn a_table_takes_its_title_from_the_name_of_its_file(app) {
        let mut clerk = app.clerk().await;
        // The name of the file is the title and says the year; what is to be done at once has no day and stops nothing.
        let table = "序号,发现的问题,整改措施,责任单位,完成时限\n1,预算公开不及时,按期公开,县财政局,立即\n2,台账不全,补齐台账,县民政局,全年\n";
        let fields = [("kind", "audit_finding"), ("year", ""), ("title", ""), ("text", "")];
        let taken = clerk.upload("/plans/new", &fields, &[("file", "2026年度审计发现问题清单.csv", table.as_bytes())]).await.expect(303);
        let path = taken.location().split(['?', '#']).next().expect("an address").to_owned();
        let page = clerk.get(&path).await.expect(200).shows("2026年度审计发现问题清单").shows("1.预算公开不及时");
        let clause = clauses(&page.text())[0].clone();
        open(&mut clerk, &path, &clause).await.shows("原文：立即");
    }
}
