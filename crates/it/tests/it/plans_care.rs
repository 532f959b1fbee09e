//! Stories of what a plan does to others: whom an amendment takes a duty from, what stops when one gives way, what must not
//! become public, and who hears of it.

use kernel::Role;
use testkit::{Client, TestApp, both};

use crate::{
    amendments::{letters, merge},
    plans::{PLAN, after, clauses, clear_amendment, confirm, count, draft, duties, id_of, pass},
};

/// The fields `version` and, where there is one, `once` of a page.
async fn fields(person: &mut Client, path: &str) -> (String, String) {
    let page = person.get(path).await.expect(200);
    let once = if page.text().contains("name=\"once\"") { page.field("once") } else { String::new() };
    (page.field("version"), once)
}

async fn choose(clerk: &mut Client, plan: &str, replaces: &str) {
    let (version, _) = fields(clerk, &format!("/plans/{plan}/draft")).await;
    let said = [("version", version.as_str()), ("replaces", replaces), ("twin_reason", "县政府常务会议另有安排")];
    clerk.post(&format!("/plans/{plan}/draft/twin"), &said).await.expect(303);
}

async fn ask(clerk: &mut Client, plan: &str) {
    let (version, once) = fields(clerk, &format!("/plans/{plan}/confirm")).await;
    let said = [("version", version.as_str()), ("once", &once)];
    clerk.post(&format!("/plans/{plan}/clearance/request"), &said).await.expect(303);
}

async fn issue(clerk: &mut Client, plan: &str, more: &[(&str, &str)]) -> testkit::Reply {
    let (version, once) = fields(clerk, &format!("/plans/{plan}/confirm")).await;
    let mut said = vec![("version", version.as_str()), ("once", once.as_str())];
    said.extend(more);
    clerk.post(&format!("/plans/{plan}/confirm"), &said).await
}

/// Imports what is a plan of its own beside others of its year.
async fn another(clerk: &mut Client, text: &str) -> String {
    let fields = [("kind", "work_points"), ("year", ""), ("title", ""), ("text", text), ("again", "true")];
    id_of(&clerk.upload("/plans/new", &fields, &[]).await.expect(303).location())
}

async fn state(app: &TestApp, plan: &str) -> String {
    store::query_scalar("SELECT state FROM plan WHERE id = $1")
        .bind(plan)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("plan")
}

both! {
    /// A note in the amended text takes a duty from whom the office had chosen: named, counted, asked, and kept when that is said.
    async fn an_amendment_asks_before_it_takes_duties_away(app) {
        let mut clerk = app.clerk().await;
        let text = "2026年青禾县政务公开工作要点\n一、公开\n（一）做好公开。9月底前公开清单。及时回应关切。\n（二）公开预算。6月底前公开预算。（县财政局负责）\n";
        let plan = draft(&mut clerk, text).await;
        let path = format!("/plans/{plan}/draft");
        let page = clerk.get(&path).await.expect(200);
        let (version, clause) = (page.field("version"), clauses(&page.text())[0].clone());
        let add = [("version", version.as_str()), ("op", "owner"), ("organ", "QH010"), ("role", "responsible")];
        clerk.post(&format!("{path}/clauses/{clause}"), &add).await.expect(303);
        confirm(app, &mut clerk, &plan).await.expect(303);
        let amended = text.replace("及时回应关切。", "及时回应关切。（县民政局负责）");
        let begun = clerk.upload(&format!("/plans/{plan}/amend"), &[("text", amended.as_str())], &[]).await.expect(303).location();
        let page = clerk.get(&begun).await.expect(200);
        let page = page.shows("2 项任务的责任单位有变动").shows("不再承担的 1 个机关（县财政局）").shows("新承担的 1 个机关（县民政局）").shows("人工指定");
        let keep = format!("keep.{}", after(&page.text(), "name=\"keep."));
        clerk.get("/").await.expect(200).shows("年中调整").shows(&begun);
        let (version, once) = fields(&mut clerk, &begun).await;
        let silent = [("version", version.as_str()), ("once", &once), ("op", "clear"), ("reason", "县政府常务会议调整")];
        clerk.post(&begun, &silent).await.expect(422).shows("请选择按调整稿办");
        let said = [("reason", "县政府常务会议调整"), (keep.as_str(), "old")];
        let page = clear_amendment(app, &mut clerk, &begun, &said).await.shows("保留现在的责任单位").hides("2 项任务的责任单位有变动");
        let (version, once) = (page.field("version"), page.field("once"));
        let mut done = vec![("version", version.as_str()), ("once", once.as_str()), ("op", "confirm")];
        done.extend(said);
        clerk.post(&begun, &done).await.expect(303);
        let shares = "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1 AND a.ended_at = ''";
        assert_eq!(count(app, shares, &plan).await, 3, "whom the office chose still answers");
        // Said the other way, they go; the reviewer has read that, too.
        let again = amended.replace("（县民政局负责）", "（县政府办公室负责）");
        let begun = clerk.upload(&format!("/plans/{plan}/amend"), &[("text", again.as_str())], &[]).await.expect(303).location();
        let said = [("reason", "县政府常务会议调整"), (keep.as_str(), "new")];
        let (version, once) = fields(&mut clerk, &begun).await;
        let mut send = vec![("version", version.as_str()), ("once", once.as_str()), ("op", "clear")];
        send.extend(said);
        clerk.post(&begun, &send).await.expect(303);
        let amendment = begun.rsplit('/').next().unwrap_or_default().to_owned();
        let mut reviewer = app.person("reviewer-secrecy", "QH001", &[Role::ReviewerSecrecy]).await;
        let read = reviewer.get(&format!("/plans/{plan}/clearance?amendment={amendment}")).await.expect(200);
        read.shows("责任单位有变动的任务").shows("不再承担的 1 个机关（县财政局）").shows("原文的变动").shows("执行调整");
        pass(app, &plan, &amendment).await;
        let (version, once) = fields(&mut clerk, &begun).await;
        let mut done = vec![("version", version.as_str()), ("once", once.as_str()), ("op", "confirm")];
        done.extend(said);
        clerk.post(&begun, &done).await.expect(303);
        let left = "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1 AND a.ended_at = '' AND a.organ = 'QH010'";
        assert_eq!(count(app, left, &plan).await, 1);
        crate::log_words::read(app).await;
    }

    /// What a new plan stops is said in numbers to who decides and to the reviewer; its organs hear of it, and of its return.
    async fn a_plan_gives_way_in_the_open_and_comes_back_in_the_open(app) {
        let (mut clerk, mut other) = (app.clerk().await, app.person("clerk-2", "QH001", &[Role::CountyOffice]).await);
        for (login, organ) in [("finance", "QH010"), ("civil", "QH011")] {
            app.account(login, organ, &[Role::Editor]).await;
        }
        let mut reviewer = app.person("reviewer-secrecy", "QH001", &[Role::ReviewerSecrecy]).await;
        let first = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &first).await.expect(303);
        let text = "2026年青禾县政务公开补充要点\n一、公开\n（一）公开预算。6月底前公开预算。（县财政局负责）\n";
        let second = another(&mut clerk, text).await;
        choose(&mut clerk, &second, &first).await;
        let numbers = "停止执行：共 4 项任务，已办结 0 项、逾期 0 项、佐证待确认 0 项";
        clerk.get(&format!("/plans/{second}/confirm")).await.expect(200).shows(numbers);
        ask(&mut clerk, &second).await;
        let read = reviewer.get(&format!("/plans/{second}/clearance")).await.expect(200);
        read.shows(numbers).shows("县政府常务会议另有安排").shows("期限：2026-06-30；责任单位：县财政局");
        pass(app, &second, "").await;
        // The pass was of this, too: another choice is another text.
        choose(&mut clerk, &second, "").await;
        issue(&mut clerk, &second, &[]).await.expect(409).shows("又有改动");
        choose(&mut clerk, &second, &first).await;
        issue(&mut clerk, &second, &[]).await.expect(303);
        assert_eq!(state(app, &first).await, "superseded");
        app.work().await;
        let stopped = letters(app, "civil@example.invalid");
        assert!(stopped.contains("停止执行：贵单位在其中的任务不用再报送") && stopped.contains("县政府常务会议另有安排"), "{stopped}");
        // Revoked: what it had replaced is in force again, and everybody hears that.
        let path = format!("/plans/{second}");
        let once = clerk.get(&path).await.expect(200).field("once");
        let asked = [("once", once.as_str()), ("revoke_reason", "文本上传有误"), ("restores", "true")];
        clerk.post(&format!("{path}/revoke"), &asked).await.expect(303);
        let page = other.get(&path).await.expect(200).shows("恢复执行，首页重新统计");
        let action = after(&page.text(), &format!("action=\"{path}/revoke/")).to_owned();
        let once = page.field("once");
        let done = other.post(&format!("{path}/revoke/{action}"), &[("once", &once), ("op", "agree")]).await.expect(303);
        other.get(&done.location()).await.expect(200).shows("“2026年青禾县政务公开工作要点”恢复执行");
        app.work().await;
        let back = letters(app, "civil@example.invalid");
        assert!(back.contains("恢复执行，贵单位在其中的任务请继续办理") && back.contains("共 2 项"), "{back}");
    }

    /// A plan in force that gives way to another in force: two people, as for revoking.
    async fn replacing_what_runs_takes_two(app) {
        let (mut clerk, mut other) = (app.clerk().await, app.person("clerk-2", "QH001", &[Role::CountyOffice]).await);
        let first = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &first).await.expect(303);
        let second = another(&mut clerk, "2026年青禾县政务公开补充要点\n一、公开\n（一）公开预算。6月底前公开预算。（县财政局负责）\n").await;
        choose(&mut clerk, &second, "").await;
        confirm(app, &mut clerk, &second).await.expect(303);
        let path = format!("/plans/{first}");
        let once = clerk.get(&path).await.expect(200).shows("由新的计划替代").shows("停止执行：共 4 项任务").field("once");
        let wanted = [("once", once.as_str()), ("by", second.as_str()), ("supersede_reason", "")];
        clerk.post(&format!("{path}/supersede"), &wanted).await.expect(422).shows("请写明替代原因");
        let itself = [("once", once.as_str()), ("by", first.as_str()), ("supersede_reason", "合并为一份")];
        clerk.post(&format!("{path}/supersede"), &itself).await.expect(422).shows("同类计划");
        let wanted = [("once", once.as_str()), ("by", second.as_str()), ("supersede_reason", "合并为一份")];
        clerk.post(&format!("{path}/supersede"), &wanted).await.expect(303);
        assert_eq!(state(app, &first).await, "confirmed", "nothing has changed yet");
        let mine = clerk.get(&path).await.expect(200).shows("替代这份计划").hides("确认替代");
        let action = after(&mine.text(), &format!("action=\"{path}/revoke/")).to_owned();
        let once = mine.field("once");
        clerk.post(&format!("{path}/revoke/{action}"), &[("once", &once), ("op", "agree")]).await.expect(409).shows("另一位有权限的人员");
        other.get("/").await.expect(200).shows("申请由新的计划替代");
        let once = other.get(&path).await.expect(200).shows("确认替代").field("once");
        other.post(&format!("{path}/revoke/{action}"), &[("once", &once), ("op", "agree")]).await.expect(303);
        assert_eq!(state(app, &first).await, "superseded");
        clerk.get(&path).await.expect(200).shows("下面是替代时的情况");
        crate::log_words::read(app).await;
    }

    /// What must not become public and stands in the text is taken out where the page leads; what was decided stays.
    async fn personal_data_in_the_text_is_corrected_in_place(app) {
        let mut clerk = app.clerk().await;
        let text = "2026年青禾县政务公开工作要点\n一、公开（咨询13912345678）\n（一）公开预算。6月底前公开预算，联系13912345678。（县财政局负责，联系人13912345678）\n";
        let plan = draft(&mut clerk, text).await;
        let (path, confirming) = (format!("/plans/{plan}/draft"), format!("/plans/{plan}/confirm"));
        clerk.get(&confirming).await.expect(200).shows("还不能下达").shows("已做的核对都保留").shows("fix=w-");
        let draft = clerk.get(&path).await.expect(200);
        let clause = clauses(&draft.text())[0].clone();
        let open = clerk.get(&format!("{path}?open={clause}&fix=w-{clause}")).await.expect(200).shows("保存原文文字");
        let (version, duty) = (open.field("version"), duties(&open.text())[0].clone());
        let due = [("version", version.as_str()), ("text", "6月底前公开预算，联系13912345678。"), ("due_on", "2026-07-15"), ("visibility", "public")];
        clerk.post(&format!("{path}/duties/{duty}"), &due).await.expect(303);
        let (version, _) = fields(&mut clerk, &path).await;
        let words = [
            ("version", version.as_str()), ("op", "words"), ("title", "公开预算"), ("words", "6月底前公开预算，联系县财政局。"), ("owner_note", "（县财政局负责）"),
        ];
        clerk.post(&format!("{path}/clauses/{clause}"), &words).await.expect(303);
        let page = clerk.get(&path).await.expect(200);
        let (version, section) = (page.field("version"), after(&page.text(), "name=\"part\" value=\"").to_owned());
        let heading = [("version", version.as_str()), ("part", section.as_str()), ("op", "words"), ("title", "公开"), ("words", "")];
        clerk.post(&format!("{path}/words"), &heading).await.expect(303);
        clerk.get(&confirming).await.expect(200).hides("还不能下达").hides("13912345678");
        let held = "SELECT COUNT(*) FROM plan p JOIN duty d ON d.source_id = p.id WHERE p.id = $1 AND p.source NOT LIKE '%13912345678%' \
                    AND d.text NOT LIKE '%13912345678%' AND d.due_on = '2026-07-15'";
        assert_eq!(count(app, held, &plan).await, 1, "text and duty follow, the date that was set stays");
        // Taken back like any other step, and made again.
        let page = clerk.get(&path).await.expect(200);
        let undo = after(&page.text(), &format!("action=\"{path}/undo/")).to_owned();
        clerk.post(&format!("{path}/undo/{undo}"), &[]).await.expect(303);
        clerk.get(&confirming).await.expect(200).shows("还不能下达");
        let (version, _) = fields(&mut clerk, &path).await;
        let heading = [("version", version.as_str()), ("part", section.as_str()), ("op", "words"), ("title", "公开"), ("words", "")];
        clerk.post(&format!("{path}/words"), &heading).await.expect(303);
        confirm(app, &mut clerk, &plan).await.expect(303);
        app.visitor().get(&format!("/plans/{plan}/text")).await.expect(200).shows("联系县财政局").hides("13912345678");
        // The next amendment begins with the text as it is.
        clerk.get(&format!("/plans/{plan}/amend")).await.expect(200).shows("联系县财政局").hides("13912345678");
    }

    /// Who is asked hears of it, who asked hears what came of it; a change voids the pass and its undoing brings it back.
    async fn the_secrecy_review_tells_and_holds_what_was_read(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        clerk.get(&path).await.expect(200).hides("id=\"clearance\"");
        // Nobody is there to review: said before and after, and to whoever makes accounts.
        clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200).shows("还没有可用的保密审查员账号");
        ask(&mut clerk, &plan).await;
        let mut security = app.person("secadmin", "QH001", &[Role::SecurityAdmin]).await;
        security.get("/").await.expect(200).shows("没有保密审查员账号");
        let mut reviewer = app.person("reviewer-secrecy", "QH001", &[Role::ReviewerSecrecy]).await;
        security.get("/").await.expect(200).hides("没有保密审查员账号");
        clerk.get(&path).await.expect(200).shows("正等待保密审查");
        // Sent again after a change: now there is somebody who hears of it.
        let ids = duties(&clerk.get(&path).await.expect(200).text());
        let (version, _) = fields(&mut clerk, &path).await;
        let many = |version: &str, due: &str| {
            [("version", version.to_owned()), ("pick", ids[0].clone()), ("bulk_due", due.to_owned())]
        };
        let set = many(&version, "2026-07-15");
        let set: Vec<_> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post(&format!("{path}/many"), &set).await.expect(303);
        clerk.get(&path).await.expect(200).shows("须重新送审");
        reviewer.get("/").await.expect(200).hides("计划保密审查");
        ask(&mut clerk, &plan).await;
        app.work().await;
        let told = letters(app, "reviewer-secrecy@example.invalid");
        assert!(told.contains("等待保密审查") && told.contains(&format!("/plans/{plan}/clearance")), "{told}");
        reviewer.get("/").await.expect(200).shows("计划保密审查");
        pass(app, &plan, "").await;
        app.work().await;
        let told = letters(app, "clerk@example.invalid");
        assert!(told.contains("的保密审查，可以下达了"), "{told}");
        clerk.get(&path).await.expect(200).shows("审查通过");
        let (version, _) = fields(&mut clerk, &path).await;
        let set = many(&version, "2026-08-15");
        let set: Vec<_> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post(&format!("{path}/many"), &set).await.expect(303);
        let page = clerk.get(&path).await.expect(200).shows("须重新送审");
        issue(&mut clerk, &plan, &[]).await.expect(409).shows("又有改动");
        let undo = after(&page.text(), &format!("action=\"{path}/undo/")).to_owned();
        clerk.post(&format!("{path}/undo/{}", undo.split('?').next().unwrap_or_default()), &[]).await.expect(303);
        clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200).shows("可以下达");
        issue(&mut clerk, &plan, &[]).await.expect(303);
    }

    /// A number that another text bears and a day that is to come: told, and issued only with a reason that stays in the log.
    async fn number_and_date_of_a_plan_are_judged_as_those_of_a_document(app) {
        let mut clerk = app.clerk().await;
        let first = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &first).await.expect(303);
        let second = another(&mut clerk, &PLAN.replace("2026", "2027").replace("〔2027〕3号", "〔2027〕4号")).await;
        let path = format!("/plans/{second}/draft");
        let (version, _) = fields(&mut clerk, &path).await;
        let head = [
            ("version", version.as_str()), ("title", "2027年青禾县政务公开工作要点"), ("year", "2027"), ("document_number", "青禾府办发[2026]3号"),
            ("issued_on", "2026-12-20"),
        ];
        clerk.post(&format!("{path}/head"), &head).await.expect(303);
        clerk.get(&path).await.expect(200).shows("青禾府办发〔2026〕3号");
        let confirming = format!("/plans/{second}/confirm");
        clerk.get(&confirming).await.expect(200).shows("已用于已下达的“2026年青禾县政务公开工作要点”").shows("成文日期 2026-12-20 还没有到");
        ask(&mut clerk, &second).await;
        let mut reviewer = app.person("reviewer-secrecy", "QH001", &[Role::ReviewerSecrecy]).await;
        reviewer.get(&format!("/plans/{second}/clearance")).await.expect(200).shows("已用于已下达的").shows("还没有到");
        pass(app, &second, "").await;
        issue(&mut clerk, &second, &[("year_checked", "true")]).await.expect(409).shows("特殊情况说明");
        let personal = [("year_checked", "true"), ("head_reason", "请联系 13800138000")];
        issue(&mut clerk, &second, &personal).await.expect(409).shows("个人信息");
        issue(&mut clerk, &second, &[("year_checked", "true"), ("head_reason", "与上年要点合并发文")]).await.expect(303);
        let told = "SELECT COUNT(*) FROM event e JOIN event_payload p ON p.seq = e.seq AND p.chain = e.chain WHERE e.kind = 'plan.confirmed' \
                    AND e.subject_id = $1 AND p.data LIKE '%合并发文%'";
        assert_eq!(count(app, told, &second).await, 1);
    }

    /// Who takes over the duties of an organ that is no more hears of it, once.
    async fn who_takes_over_hears_of_it(app) {
        let mut clerk = app.clerk().await;
        app.account("finance", "QH010", &[Role::Editor]).await;
        let plan = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &plan).await.expect(303);
        merge(app).await;
        for _ in 0..2 {
            web::hooks::reformed(app.ctx()).await;
            app.work().await;
        }
        let told = letters(app, "finance@example.invalid");
        assert_eq!(told.matches("县民政局已撤销，它承担的 2 项任务由贵单位承接").count(), 1, "{told}");
    }

    /// What is no plan, or one of elsewhere, is told before anybody works on it.
    async fn a_regulation_and_a_plan_of_elsewhere_are_told(app) {
        let mut clerk = app.clerk().await;
        let articles: String = ["一", "二", "三", "四", "五", "六"].map(|n| format!("第{n}条 博物馆应当开放。\n")).concat();
        let law = draft(&mut clerk, &format!("博物馆条例\n第一章 总则\n{articles}")).await;
        clerk.get(&format!("/plans/{law}/draft")).await.expect(200).shows("像法规、规章或办法");
        let elsewhere = another(&mut clerk, "2026年池州市政务公开工作要点\n一、公开\n（一）公开预算。6月底前公开预算。（各乡镇（中心）负责）\n").await;
        clerk.get(&format!("/plans/{elsewhere}/draft")).await.expect(200).shows("标题写的是“池州市”");
        clerk.get(&format!("/plans/{law}/draft")).await.expect(200).hides("标题写的是");
    }
}
