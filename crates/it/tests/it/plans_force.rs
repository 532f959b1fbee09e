//! Stories of which plan is in force: the right year, a second one of the same year, one that was issued by mistake.

use kernel::Role;
use store::query;
use testkit::{Client, TestApp, both};

use crate::plans::{PLAN, after, clauses, clear, clear_amendment, confirm, count, draft, duties, id_of, pass};

/// Imports without saying the year; the id of the draft.
async fn import(clerk: &mut Client, text: &str) -> String {
    let fields = [("kind", "work_points"), ("year", ""), ("title", ""), ("text", text), ("again", "true")];
    id_of(&clerk.upload("/plans/new", &fields, &[]).await.expect(303).location())
}

async fn field(app: &TestApp, sql: &'static str, id: &str) -> String {
    store::query_scalar(sql).bind(id).fetch_one(app.ctx().db().read()).await.expect("value")
}

/// Says how a draft stands to the plan of its year that is in force.
async fn choose(clerk: &mut Client, plan: &str, replaces: &str) {
    let version = clerk.get(&format!("/plans/{plan}/draft")).await.expect(200).field("version");
    let fields = [("version", version.as_str()), ("replaces", replaces), ("twin_reason", "县政府常务会议另有安排")];
    clerk.post(&format!("/plans/{plan}/draft/twin"), &fields).await.expect(303);
}

/// The person has this role from now on, and no other.
async fn turn(app: &TestApp, login: &str, role: Role) {
    let mut tx = app.ctx().db().write().await.expect("write");
    query("UPDATE account_role SET role = $2 WHERE account = (SELECT id FROM account WHERE login = $1)")
        .bind(login)
        .bind(role.code())
        .execute(tx.conn())
        .await
        .expect("role");
    tx.commit().await.expect("commit");
    store::test::reseal(app.ctx().db()).await.expect("taken as it is");
}

both! {
    /// The year stands in the text; it is not asked of the clerk, and what does not fit is told until somebody has looked.
    async fn the_year_comes_from_the_text_and_is_mended_without_losing_corrections(app) {
        let mut clerk = app.clerk().await;
        clerk.get("/plans/new").await.expect(200).hides("value=\"2026\"");
        let old = "2019年青禾县政务公开工作要点\n一、公开\n（一）公开预算。6月底前公开预算。2019年9月1日前公开决算。（县财政局负责）\n";
        let plan = import(&mut clerk, old).await;
        let year = "SELECT CAST(year AS TEXT) FROM plan WHERE id = $1";
        assert_eq!(field(app, year, &plan).await, "2019");
        clerk.get(&format!("/plans/{plan}/draft")).await.expect(200).shows("2019 年").shows("这一年已经过去").hides("原文写的是");
        // No year in the text, none typed: asked for. A document that is only cited does not outweigh what is typed.
        let bare = "青禾县政务公开工作要点\n根据《2024年全省政务公开工作要点》制定。\n一、公开\n（一）公开预算。6月底前公开预算。（县财政局负责）\n";
        let typed = [("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", bare)];
        let cited = id_of(&clerk.upload("/plans/new", &typed, &[]).await.expect(303).location());
        let due = "SELECT due_on FROM duty WHERE source_id = $1 AND due_on <> ''";
        assert_eq!(field(app, due, &cited).await, "2026-06-30");
        let nothing = [("kind", "work_points"), ("year", ""), ("title", ""), ("text", "工作要点\n一、公开\n（一）公开预算。（县财政局负责）\n")];
        clerk.upload("/plans/new", &nothing, &[]).await.expect(422).shows("请填写年度");

        // The wrong year typed: told at once, on the draft, on the page of issuing, and not passed over.
        let typed = [("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", old)];
        let wrong = clerk.upload("/plans/new", &typed, &[]).await.expect(303);
        let plan = id_of(&wrong.location());
        let path = format!("/plans/{plan}/draft");
        let page = clerk.get(&path).await.expect(200).shows("请核对年度").shows("原文写的是 2019 年").shows("改为 2019 年").shows("不在 2026 年");
        let confirming = clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200).shows("请核对年度").shows("年度已核对").shows("不在计划年度内");
        let fields = [("version", confirming.field("version")), ("once", confirming.field("once"))];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post(&format!("/plans/{plan}/confirm"), &fields).await.expect(409).shows("年度已核对");
        // A correction made before is still there after the head was corrected, and undone is undone.
        let clause = clauses(&page.text())[0].clone();
        let open = clerk.get(&format!("{path}?open={clause}")).await.expect(200);
        let duty = duties(&open.text())[0].clone();
        let version = open.field("version");
        let save = [("version", version.as_str()), ("text", "公开本级预算。"), ("due_on", "2019-06-30"), ("visibility", "public")];
        clerk.post(&format!("{path}/duties/{duty}"), &save).await.expect(303);
        let version = clerk.get(&path).await.field("version");
        let head = [
            ("version", version.as_str()), ("title", "青禾县2026年政务公开工作要点"), ("year", "2026"), ("document_number", "青禾府办发〔2026〕9号"),
            ("issued_on", "2026年2月3日"), ("moves_dates", "true"),
        ];
        clerk.post(&format!("{path}/head"), &head).await.expect(303);
        let page = clerk.get(&path).await.expect(200).shows("青禾府办发〔2026〕9号").shows("成文 2026-02-03").shows("公开本级预算。");
        let version = page.field("version");
        clerk.post(&format!("{path}/head"), &[("version", &version), ("op", "text_year"), ("to", "2019")]).await.expect(303);
        assert_eq!(field(app, year, &plan).await, "2019");
        let version = clerk.get(&path).await.field("version");
        let bad = [("version", version.as_str()), ("title", ""), ("year", "二六"), ("issued_on", "春天")];
        clerk.post(&format!("{path}/head"), &bad).await.expect(422).shows("请填写标题").shows("请填写四位年份").shows("请填写成文日期").shows("春天");
    }

    /// Dates that were read as of one year move with the plan to another; those that name their year stay.
    async fn dates_move_with_the_year(app) {
        let mut clerk = app.clerk().await;
        let text = "2025年青禾县政务公开工作要点\n一、公开\n（一）公开预算。6月底前公开预算。2025年9月1日前公开决算。（县财政局负责）\n";
        let plan = import(&mut clerk, text).await;
        let path = format!("/plans/{plan}/draft");
        let version = clerk.get(&path).await.field("version");
        let head = [("version", version.as_str()), ("title", "2026年青禾县政务公开工作要点"), ("year", "2026"), ("moves_dates", "true")];
        let done = clerk.post(&format!("{path}/head"), &head).await.expect(303);
        let dates = "SELECT COUNT(*) FROM duty WHERE source_id = $1 AND due_on IN ('2026-06-30', '2025-09-01')";
        assert_eq!(count(app, dates, &plan).await, 2);
        let page = clerk.get(&done.location()).await.expect(200).shows("1 项任务的期限改到 2026 年");
        let undo = page.text().split(&format!("action=\"{path}/undo/")).nth(1).expect("undo").split('"').next().expect("end").to_owned();
        clerk.post(&format!("{path}/undo/{undo}"), &[]).await.expect(303);
        let dates = "SELECT COUNT(*) FROM duty WHERE source_id = $1 AND due_on IN ('2025-06-30', '2025-09-01')";
        assert_eq!(count(app, dates, &plan).await, 2);
    }

    /// A second plan of a year is never issued by the way, and the first page counts what is in force.
    async fn a_second_plan_of_a_year_needs_a_choice(app) {
        let mut clerk = app.clerk().await;
        let first = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &first).await.expect(303);
        let mut reader = app.visitor();
        let text = "2026年青禾县政务公开补充要点\n一、公开\n（一）公开预算。6月底前公开预算。（县财政局负责）\n";
        let taken = clerk.upload("/plans/new", &[("kind", "work_points"), ("year", ""), ("title", ""), ("text", text)], &[]).await.expect(303);
        let second = id_of(&taken.location());
        let page = clerk.get(&taken.location()).await.expect(200).shows("2026 年已有工作要点").shows("下达前请选择").shows("2026年青禾县政务公开工作要点");
        let page = page.shows("2026 年已有执行中的");
        let confirming = clerk.get(&format!("/plans/{second}/confirm")).await.expect(200).shows("还不能下达").hides(">确认下达<");
        let fields = [("version", confirming.field("version")), ("once", confirming.field("once"))];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post(&format!("/plans/{second}/confirm"), &fields).await.expect(409).shows("替代它还是与它并行");
        let version = page.field("version");
        clerk.post(&format!("/plans/{second}/draft/twin"), &[("version", &version), ("replaces", ""), ("twin_reason", "")]).await.expect(422).shows("请写明原因");
        choose(&mut clerk, &second, "").await;
        clerk.get(&format!("/plans/{second}/confirm")).await.expect(200).shows("下达前须经保密审查").shows("并行").shows("县政府常务会议另有安排");
        confirm(app, &mut clerk, &second).await.expect(303);
        app.work().await;
        // Both are in force: four duties and one.
        reader.get("/").await.expect(200).shows("2026 年 2 份工作要点").shows("/ 5 项");
        reader.get("/openness").await.expect(200).shows("/ 5 项");
        reader.get("/data").await.expect(200).shows(&format!("/api/v1/plans/{first}")).shows(&format!("/api/v1/plans/{second}"));
        // A third takes the place of the second, in the same write as it is issued.
        let third = import(&mut clerk, &text.replace("公开预算", "公开决算")).await;
        choose(&mut clerk, &third, &second).await;
        clerk.get(&format!("/plans/{third}/confirm")).await.expect(200).shows("停止执行：共 1 项任务");
        confirm(app, &mut clerk, &third).await.expect(303);
        let state = "SELECT state || superseded_by FROM plan WHERE id = $1";
        assert_eq!(field(app, state, &second).await, format!("superseded{third}"));
        assert_eq!(count(app, "SELECT COUNT(*) FROM event WHERE kind = 'plan.superseded' AND subject_id = $1", &second).await, 1);
        // A plan for a later year does not stand before the one that runs.
        let later = import(&mut clerk, &PLAN.replace("2026", "2027")).await;
        confirm(app, &mut clerk, &later).await.expect(303);
        app.work().await;
        reader.get("/").await.expect(200).shows("2026 年 2 份工作要点").hides("2027");
        // Data are of everything in force, of whatever year; what was replaced is not.
        let data = reader.get("/data").await.expect(200).shows(&format!("/api/v1/plans/{later}"));
        data.shows(&format!("/api/v1/plans/{third}")).hides(&format!("/api/v1/plans/{second}"));
    }

    /// One person asks, another agrees; the public reads why, and what was replaced is in force again.
    async fn a_wrong_plan_is_revoked_by_two(app) {
        let mut clerk = app.clerk().await;
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        let mut editor = app.editor("QH010").await;
        let right = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &right).await.expect(303);
        let wrong = import(&mut clerk, &PLAN.replace("每季度公布一次", "每月公布两次")).await;
        choose(&mut clerk, &wrong, &right).await;
        confirm(app, &mut clerk, &wrong).await.expect(303);
        let path = format!("/plans/{wrong}");
        let page = clerk.get(&path).await.expect(200).shows("撤销这份计划").shows("恢复执行被它替代的");
        let once = page.field("once");
        clerk.post(&format!("{path}/revoke"), &[("once", &once), ("revoke_reason", "")]).await.expect(422).shows("请写明撤销原因");
        let personal = [("once", once.as_str()), ("revoke_reason", "请联系 13800138000")];
        clerk.post(&format!("{path}/revoke"), &personal).await.expect(422).shows("撤销的还会向社会公开").shows("138****8000");
        editor.post(&format!("{path}/revoke"), &[("once", "x"), ("revoke_reason", "误")]).await.expect(403);
        let asked = [("once", once.as_str()), ("revoke_reason", "文本上传有误"), ("restores", "true")];
        clerk.post(&format!("{path}/revoke"), &asked).await.expect(303);
        // Nothing has changed yet; who asked is not who agrees.
        let mine = clerk.get(&path).await.expect(200).shows("申请撤销这份计划").shows("执行中").hides("确认撤销");
        let action = mine.text().split(&format!("action=\"{path}/revoke/")).nth(1).expect("form").split('"').next().expect("id").to_owned();
        let decide = format!("{path}/revoke/{action}");
        let once = mine.field("once");
        clerk.post(&decide, &[("once", &once), ("op", "agree")]).await.expect(409).shows("另一位有权限的人员");
        app.visitor().get(&path).await.expect(200).hides("文本上传有误");
        other.get("/").await.expect(200).shows("申请撤销，待确认");
        clerk.get("/").await.expect(200).hides("申请撤销，待确认");
        let theirs = other.get(&path).await.expect(200).shows("确认撤销").shows("撤销后恢复执行");
        let once = theirs.field("once");
        // A decision that is neither is none.
        for op in ["carry_out", "", "AGREE"] {
            other.post(&decide, &[("once", &once), ("op", op)]).await.expect(400).shows("什么都没有改动");
        }
        other.get(&path).await.expect(200).shows("确认撤销");
        other.post(&decide, &[("once", &once), ("op", "agree")]).await.expect(303);
        other.post(&decide, &[("once", "again"), ("op", "agree")]).await.expect(409);
        app.work().await;
        other.get(&path).await.expect(200).shows("已撤销").shows("文本上传有误");
        let mut reader = app.visitor();
        reader.get(&path).await.expect(410).shows("这份工作要点已撤销").shows("原因：文本上传有误").shows("撤销日期：").shows(&format!("/plans/{right}")).hides("解读重要政策");
        for rest in ["/text", "/duties.csv"] {
            reader.get(&format!("{path}{rest}")).await.expect(410).shows("文本上传有误").hides("解读重要政策");
        }
        reader.get(&format!("/api/v1{path}")).await.expect(410);
        reader.get("/plans").await.expect(200).shows("已撤销");
        reader.get(&format!("/plans/{right}")).await.expect(200).hides("替代");
        reader.get("/").await.expect(200).shows("/ 4 项").shows(&format!("/plans/{right}"));
        let events = "SELECT COUNT(*) FROM event WHERE kind IN ('plan.revocation_requested', 'plan.revoked') AND subject_id = $1";
        assert_eq!(count(app, events, &wrong).await, 2);
        // Its duties no longer run; those of the plan that is in force again do.
        let running = "SELECT COUNT(*) FROM duty_source WHERE id = $1 AND state = 'running'";
        assert_eq!((count(app, running, &wrong).await, count(app, running, &right).await), (0, 1));
        clerk.get("/plans?state=revoked").await.expect(200).shows("共 1 份");
        clerk.get("/plans?state=superseded").await.expect(200).shows("共 0 份");
        // The newest plan of all is revoked as well, and a request that is dropped changes nothing.
        let page = clerk.get(&format!("/plans/{right}")).await.expect(200).shows("撤销这份计划");
        let once = page.field("once");
        clerk.post(&format!("/plans/{right}/revoke"), &[("once", &once), ("revoke_reason", "再看")]).await.expect(303);
        let page = other.get(&format!("/plans/{right}")).await.expect(200);
        let action = page.text().split(&format!("action=\"/plans/{right}/revoke/")).nth(1).expect("form").split('"').next().expect("id").to_owned();
        let once = page.field("once");
        let decide = format!("/plans/{right}/revoke/{action}");
        other.post(&decide, &[("once", &once), ("op", "drop")]).await.expect(422).shows("请写明不同意撤销的理由");
        let why = [("once", once.as_str()), ("op", "drop"), ("drop_reason", "只有一项期限有误，请用年中调整")];
        other.post(&decide, &why).await.expect(303);
        // Who asked reads why: on the page, on the work list, by mail.
        clerk.get(&format!("/plans/{right}")).await.expect(200).shows("不同意撤销，计划照常执行").shows("只有一项期限有误");
        clerk.get("/").await.expect(200).shows("不同意撤销，计划照常执行");
        other.get("/").await.expect(200).hides("不同意撤销，计划照常执行");
        reader.get(&format!("/plans/{right}")).await.expect(200);
    }

    /// Who is reached, and who is not, is said before and after.
    async fn issuing_says_whom_it_reaches(app) {
        let mut clerk = app.clerk().await;
        app.account("finance", "QH010", &[Role::Editor]).await;
        let plan = draft(&mut clerk, PLAN).await;
        let page = clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200);
        let text = page.text();
        let named = |part: &str| text.split(part).nth(1).unwrap_or_default().split("</section>").next().unwrap_or_default().to_owned();
        assert!(named("没有可用账号的机关").contains("县民政局") && named("没有可用账号的机关").contains("河口镇"), "{text}");
        assert!(!named("没有可用账号的机关").contains("县财政局"), "{text}");
        assert!(text.contains("没有可用的账号，暂时没有人看到"), "{text}");
        let done = confirm(app, &mut clerk, &plan).await.expect(303);
        clerk.get(&done.location()).await.expect(200).shows("没有可用的账号，请尽快建立");
    }

    /// 条例 Art. 17: what a plan says becomes public after somebody who did not write it has read it, and a third act issues it.
    async fn nobody_makes_a_plan_public_alone(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/confirm");
        let page = clerk.get(&path).await.expect(200).shows("送保密审查").hides(">确认下达<");
        let (version, once) = (page.field("version"), page.field("once"));
        clerk.post(&path, &[("version", &version), ("once", &once)]).await.expect(409).shows("下达前须经保密审查");
        app.visitor().get(&format!("/plans/{plan}/text")).await.expect(404);
        // Nobody sees a draft who was not asked; who was, sees all of it; a reviewer of another organ does not.
        let clearance = format!("/plans/{plan}/clearance");
        let mut reviewer = app.person("reviewer-secrecy", "QH001", &[Role::ReviewerSecrecy]).await;
        reviewer.get(&clearance).await.expect(404);
        let ask = clerk.get(&path).await.field("once");
        clerk.post(&format!("{clearance}/request"), &[("version", &version), ("once", &ask)]).await.expect(303);
        reviewer.get("/").await.expect(200).shows("计划保密审查").shows(&clearance);
        let page = reviewer.get(&clearance).await.expect(200).shows("建立回应台账").shows("每季度公布一次");
        app.person("elsewhere", "QH010", &[Role::ReviewerSecrecy]).await.get(&clearance).await.expect(403);
        clerk.get(&clearance).await.expect(403);
        reviewer.post(&clearance, &[("once", "x"), ("seen", &page.field("seen")), ("op", "passed")]).await.expect(400);
        // Sent back, with a reason; it stands first on the clerk's desk.
        let seen = page.field("seen");
        let back = [("once", page.field("once")), ("words", String::new())];
        let back: Vec<_> = back.iter().map(|(name, value)| (*name, value.as_str())).chain([("seen", seen.as_str()), ("op", "return")]).collect();
        let page = reviewer.post(&clearance, &back).await.expect(422).shows("请写明退回理由");
        let once = page.field("once");
        let back = [("once", once.as_str()), ("seen", &seen), ("op", "return"), ("words", "第二条涉及尚未公开的项目")];
        reviewer.post(&clearance, &back).await.expect(303);
        clerk.get("/").await.expect(200).shows("保密审查退回");
        clerk.get(&path).await.expect(200).shows("尚未公开的项目").hides(">确认下达<");
        clear(app, &mut clerk, &plan).await;
        // What was passed is what is issued: a later change wants another reading.
        let clause = clauses(&clerk.get(&format!("/plans/{plan}/draft")).await.text())[0].clone();
        let open = clerk.get(&format!("/plans/{plan}/draft?open={clause}")).await.expect(200);
        let (duty, version) = (duties(&open.text())[0].clone(), open.field("version"));
        let save = [("version", version.as_str()), ("text", "公开另一份方案。"), ("due_on", "2026-06-30"), ("visibility", "public")];
        clerk.post(&format!("/plans/{plan}/draft/duties/{duty}"), &save).await.expect(303);
        let page = clerk.get(&path).await.expect(200).shows("又有改动").hides(">确认下达<");
        let (version, once) = (page.field("version"), page.field("once"));
        clerk.post(&path, &[("version", &version), ("once", &once)]).await.expect(409).shows("又有改动");
        confirm(app, &mut clerk, &plan).await.expect(303);
        app.visitor().get(&format!("/plans/{plan}/text")).await.expect(200);
        // Somebody who changes the desk: neither an own draft is passed nor, once passed, issued.
        let mut both = app.person("both", "QH001", &[Role::CountyOffice]).await;
        let theirs = import(&mut both, &PLAN.replace("2026", "2027")).await;
        let (path, clearance) = (format!("/plans/{theirs}/confirm"), format!("/plans/{theirs}/clearance"));
        let page = both.get(&path).await.expect(200);
        let (version, once) = (page.field("version"), page.field("once"));
        both.post(&format!("{clearance}/request"), &[("version", &version), ("once", &once)]).await.expect(303);
        turn(app, "both", Role::ReviewerSecrecy).await;
        let page = both.get(&clearance).await.expect(200);
        let (once, seen) = (page.field("once"), page.field("seen"));
        both.post(&clearance, &[("once", &once), ("seen", &seen), ("op", "pass")]).await.expect(409).shows("您起草或改过");
        let others = import(&mut clerk, &PLAN.replace("2026", "2025")).await;
        let (path, clearance) = (format!("/plans/{others}/confirm"), format!("/plans/{others}/clearance"));
        let page = clerk.get(&path).await.expect(200);
        let (version, once) = (page.field("version"), page.field("once"));
        clerk.post(&format!("{clearance}/request"), &[("version", &version), ("once", &once)]).await.expect(303);
        let page = both.get(&clearance).await.expect(200);
        let (once, seen) = (page.field("once"), page.field("seen"));
        both.post(&clearance, &[("once", &once), ("seen", &seen), ("op", "pass")]).await.expect(303);
        turn(app, "both", Role::CountyOffice).await;
        let page = both.get(&path).await.expect(200).hides(">确认下达<");
        let (version, once) = (page.field("version"), page.field("once"));
        let checked = [("version", version.as_str()), ("once", &once), ("year_checked", "true")];
        both.post(&path, &checked).await.expect(409).shows("须由另一人下达");
        let page = clerk.get(&path).await.expect(200).shows("可以下达").shows("这一年已经过去");
        let (version, once) = (page.field("version"), page.field("once"));
        clerk.post(&path, &[("version", &version), ("once", &once)]).await.expect(409).shows("年度已核对");
        clerk.post(&path, &[("version", &version), ("once", &once), ("year_checked", "true")]).await.expect(303);
    }

    /// What the reviewer passes of an amendment is also which duties end and why: it stands on the portal like the text.
    async fn an_amendment_is_cleared_with_its_decisions(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &plan).await.expect(303);
        let text = PLAN.replace("6月30日前公开解读方案。", "");
        assert_ne!(text, PLAN);
        let begun = clerk.upload(&format!("/plans/{plan}/amend"), &[("text", text.as_str())], &[]).await.expect(303);
        let (path, amendment) = (begun.location(), begun.location().rsplit('/').next().unwrap_or_default().to_owned());
        let page = clerk.get(&path).await.expect(200);
        let ends = format!("reason.{}", after(&page.text(), "name=\"reason."));
        let said = |why: &'static str| vec![("reason", "常务会议调整"), (ends.as_str(), why)];
        let page = clear_amendment(app, &mut clerk, &path, &said("并入其他任务")).await;
        let (version, once) = (page.field("version"), page.field("once"));
        let mut other = vec![("version", version.as_str()), ("once", once.as_str()), ("op", "confirm")];
        other.extend(said("项目经费二百万元没有批下来"));
        clerk.post(&path, &other).await.expect(409).shows("又有改动");
        // Who decided about its duties has written in it.
        let mut both = app.person("both", "QH001", &[Role::CountyOffice]).await;
        let version = both.get(&path).await.expect(200).field("version");
        let mut save = vec![("version", version.as_str()), ("op", "save")];
        save.extend(said("并入下半年任务"));
        both.post(&path, &save).await.expect(303);
        let page = clerk.get(&path).await.expect(200);
        let (version, once) = (page.field("version"), page.field("once"));
        let mut ask = vec![("version", version.as_str()), ("once", once.as_str()), ("op", "clear")];
        ask.extend(said("并入下半年任务"));
        clerk.post(&path, &ask).await.expect(303);
        turn(app, "both", Role::ReviewerSecrecy).await;
        let clearance = format!("/plans/{plan}/clearance?amendment={amendment}");
        let page = both.get(&clearance).await.expect(200).shows("终止原因：并入下半年任务");
        let (once, seen) = (page.field("once"), page.field("seen"));
        let own = [("once", once.as_str()), ("seen", &seen), ("amendment", &amendment), ("op", "pass")];
        both.post(&format!("/plans/{plan}/clearance"), &own).await.expect(409).shows("您起草或改过");
        pass(app, &plan, &amendment).await;
        let page = clerk.get(&path).await.expect(200);
        let (version, once) = (page.field("version"), page.field("once"));
        let mut done = vec![("version", version.as_str()), ("once", once.as_str()), ("op", "confirm")];
        done.extend(said("并入下半年任务"));
        clerk.post(&path, &done).await.expect(303);
    }
}
