//! Stories of what must survive a change: amendments in mid-year, reforms of organs, duties moved between clauses.

use base64::Engine;
use kernel::{Actor, Role};
use store::{query, query_scalar};
use testkit::{Client, TestApp, both};

use crate::plans::{PLAN, clauses, clear_amendment, confirm, count, draft, duties, id_of};

/// 县民政局 is merged into 县财政局.
pub(crate) async fn merge(app: &TestApp) {
    let mut tx = app.ctx().db().write().await.expect("write");
    let today = app.ctx().today();
    identity::organs::merge(&mut tx, &["QH011".into()], &"QH010".into(), today, "机构改革", &Actor::System)
        .await
        .expect("merged");
    tx.commit().await.expect("commit");
    identity::load_directory(app.ctx()).await.expect("directory");
}

/// The words of all letters to this address that lie in the outbox, in the order of sending.
pub(crate) fn letters(app: &TestApp, to: &str) -> String {
    let folder = std::fs::read_dir(app.data().join("outbox")).expect("outbox");
    let mut files: Vec<_> = folder.map(|file| file.expect("file").path()).collect();
    files.sort();
    let letters = files.iter().map(|path| std::fs::read_to_string(path).expect("letter"));
    let words = letters.filter(|letter| letter.contains(&format!("To: {to}"))).map(|letter| {
        let (_, body) = letter.split_once("\r\n\r\n").expect("head and body");
        let body = base64::engine::general_purpose::STANDARD.decode(body.split_whitespace().collect::<String>());
        String::from_utf8(body.expect("base64")).expect("utf-8")
    });
    words.collect()
}

/// Amends the plan to `text` and carries it out; what the review page said.
async fn amend(app: &TestApp, clerk: &mut Client, plan: &str, text: &str, more: &[(&str, &str)]) -> String {
    let begun = clerk.upload(&format!("/plans/{plan}/amend"), &[("text", text)], &[]).await.expect(303);
    let mut said = vec![("reason", "县政府常务会议调整")];
    said.extend(more);
    let page = clear_amendment(app, clerk, &begun.location(), &said).await;
    let (version, once) = (page.field("version"), page.field("once"));
    let mut fields = vec![
        ("version", version.as_str()),
        ("once", once.as_str()),
        ("op", "confirm"),
        ("reason", "县政府常务会议调整"),
    ];
    fields.extend(more);
    clerk.post(&begun.location(), &fields).await.expect(303);
    page.text()
}

async fn duty(app: &TestApp, plan: &str, words: &str) -> String {
    query_scalar("SELECT id FROM duty WHERE source_id = $1 AND text LIKE $2 AND ended_at = ''")
        .bind(plan)
        .bind(format!("%{words}%"))
        .fetch_one(app.ctx().db().read())
        .await
        .expect("duty")
}

async fn value(app: &TestApp, sql: &'static str, id: &str) -> String {
    query_scalar(sql).bind(id).fetch_one(app.ctx().db().read()).await.expect("value")
}

async fn issued(app: &TestApp, clerk: &mut Client, text: &str) -> String {
    let plan = draft(clerk, text).await;
    confirm(app, clerk, &plan).await.expect(303);
    plan
}

both! {
    async fn a_date_set_by_the_office_outlives_an_amendment_of_something_else(app) {
        let mut clerk = app.clerk().await;
        let plan = issued(app, &mut clerk, PLAN).await;
        let id = duty(app, &plan, "公开解读方案").await;
        clerk.post(&format!("/duties/{id}/due"), &[("due_on", "2026-09-15"), ("due_reason", "上级通知")]).await.expect(303);
        let page = amend(app, &mut clerk, &plan, &PLAN.replace("每月检查一次网站栏目", "每月检查两次网站栏目"), &[]).await;
        assert!(!page.contains("公开解读方案"), "it is not listed as changed: {page}");
        assert_eq!(value(app, "SELECT due_on FROM duty WHERE id = $1", &id).await, "2026-09-15");
    }

    /// After a reform the successor's name in the amended text means the share that its predecessor had.
    async fn a_merger_and_an_amendment_keep_share_and_evidence(app) {
        let mut clerk = app.clerk().await;
        let plan = issued(app, &mut clerk, &PLAN.replace("县财政局、县民政局分别牵头落实", "县民政局牵头")).await;
        let id = duty(app, &plan, "公开解读方案").await;
        let share = value(app, "SELECT id FROM duty_share WHERE duty = $1", &id).await;
        merge(app).await;
        amend(app, &mut clerk, &plan, &PLAN.replace("县财政局、县民政局分别牵头落实", "县财政局负责，县政府办公室配合"), &[]).await;
        let rows: Vec<(String, String, String)> =
            store::query_as("SELECT id, organ, ended_at FROM duty_share WHERE duty = $1 ORDER BY issued_at, organ DESC")
                .bind(&id)
                .fetch_all(app.ctx().db().read())
                .await
                .expect("shares");
        assert_eq!(rows.len(), 2, "{rows:?}");
        assert!(rows.contains(&(share, "QH011".into(), String::new())), "{rows:?}");
        assert!(rows.iter().any(|row| row.1 == "QH001" && row.2.is_empty()), "{rows:?}");
    }

    /// A reform is followed in its own step: no page counts a duty of both organs twice, and none waits for the schedule.
    async fn after_a_reform_nothing_counts_twice(app) {
        let mut clerk = app.clerk().await;
        let plan = issued(app, &mut clerk, PLAN).await;
        let id = duty(app, &plan, "公开解读方案").await;
        let shares = "SELECT COUNT(*) FROM duty_share WHERE folded_into = '' AND duty = $1";
        assert_eq!(count(app, shares, &id).await, 2);
        let today = app.ctx().today().to_string();
        let reform = [("organs", "QH011"), ("successor", "QH010"), ("date", today.as_str()), ("note", "机构改革")];
        let done = clerk.post("/organs/merge", &reform).await.expect(303);
        assert_eq!(count(app, shares, &id).await, 1);
        clerk.get(&done.location()).await.expect(200).shows("任务和数字已经合并");
        // Taken back, both owe again, at once too.
        clerk.post("/organs/QH011/restore", &[]).await.expect(303);
        assert_eq!(count(app, shares, &id).await, 2);
        let later = [("organs", "QH011"), ("successor", "QH010"), ("date", "2026-12-01"), ("note", "机构改革")];
        let done = clerk.post("/organs/merge", &later).await.expect(303);
        clerk.get(&done.location()).await.expect(200).shows("到那一天任务和数字自动合并");
        assert_eq!(count(app, shares, &id).await, 2);
    }

    /// Who thinks of withdrawing evidence is told of one organ where two became one.
    async fn organs_that_became_one_are_counted_as_one_before_a_withdrawal(app) {
        crate::duties::issued(app).await;
        let paper = crate::duties::document(app, "解读方案").await;
        for organ in ["QH010", "QH011"] {
            let share = crate::duties::share(app, "公开解读方案", organ).await;
            let mut editor = app.editor(organ).await;
            crate::duties::hand_in(app, &mut editor, &share, &paper, "").await;
        }
        let (mut clerk, cited) = (app.clerk().await, format!("/documents/{paper}/cited"));
        clerk.get(&cited).await.expect(200).shows("2 个机关的 1 项任务");
        merge(app).await;
        clerk.get(&cited).await.expect(200).shows("1 个机关的 1 项任务");
    }

    /// The log can say since when an organ owes something, and when it was released.
    async fn shares_that_end_and_come_back_are_told(app) {
        let mut clerk = app.clerk().await;
        let plan = issued(app, &mut clerk, PLAN).await;
        let id = duty(app, &plan, "公开解读方案").await;
        let without = PLAN.replace("县财政局、县民政局分别牵头落实", "县财政局牵头");
        amend(app, &mut clerk, &plan, &without, &[]).await;
        let told = "SELECT COUNT(*) FROM event WHERE kind = 'duty.released' AND organ = 'QH011' AND subject_id = $1";
        assert_eq!(count(app, told, &id).await, 1);
        app.pass(jiff::SignedDuration::from_hours(24 * 40));
        let mut clerk = app.sign_in("clerk").await;
        amend(app, &mut clerk, &plan, &PLAN.replace("分别牵头落实", "分别牵头负责"), &[]).await;
        let told = "SELECT COUNT(*) FROM event WHERE kind = 'duty.assigned' AND organ = 'QH011' AND subject_id = $1";
        assert_eq!(count(app, told, &id).await, 1);
        let since = value(app, "SELECT issued_at FROM duty_share WHERE organ = 'QH011' AND duty = $1", &id).await;
        assert!(since.starts_with("2026-04-11"), "owed again from then on: {since}");
        clerk.get(&format!("/duties/{id}")).await.expect(200).shows("县民政局不再承担").shows("增加承办机关县民政局");
    }

    /// What is internal keeps its progress to the office although it was moved away from the clause in whose text it stands; the
    /// issued text is whole.
    async fn an_internal_duty_that_was_moved_is_told_in_the_text_alone(app) {
        let mut clerk = app.clerk().await;
        let text = PLAN.replace("每季度公布一次解读清单。", "内部密语核查一遍。");
        let plan = draft(&mut clerk, &text).await;
        let path = format!("/plans/{plan}/draft");
        let all = clauses(&clerk.get(&path).await.expect(200).text());
        let page = clerk.get(&format!("{path}?open={}", all[0])).await.expect(200).shows("原文照登");
        let secret = duties(&page.text())[1].clone();
        let version = page.field("version");
        let fields = [
            ("version", version.as_str()), ("text", "内部密语核查一遍。"), ("visibility", "internal"), ("op", "move"), ("to", all[1].as_str()),
        ];
        clerk.post(&format!("{path}/duties/{secret}"), &fields).await.expect(303);
        clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200).shows("有 1 项任务的进展不公开");
        confirm(app, &mut clerk, &plan).await.expect(303);
        app.work().await;
        let mut reader = app.visitor();
        reader.get(&format!("/plans/{plan}/text")).await.expect(200).shows("内部密语核查一遍").hides("略去");
        reader.get(&format!("/plans/{plan}/duties.csv")).await.expect(200).hides("密语");
        for clause in &all[..2] {
            reader.get(&format!("/plans/{plan}/clauses/{clause}")).await.expect(200).hides(&format!("d-{secret}"));
        }
        // An amendment that says the same leaves it where the office put it, and its progress as unseen as it was.
        amend(app, &mut clerk, &plan, &text.replace("每月检查一次", "每月检查两次"), &[]).await;
        assert_eq!(value(app, "SELECT place FROM duty WHERE id = $1", &secret).await, all[1]);
        reader.get(&format!("/plans/{plan}/duties.csv")).await.expect(200).hides("密语");
        // In quite other words it is a new duty, and still not public by itself.
        let reworded = text.replace("内部密语核查一遍。", "由专人把保密暗号清单逐条过目。").replace("每月检查一次", "每月检查三次");
        let page = amend(app, &mut clerk, &plan, &reworded, &[]).await;
        assert!(page.contains("进展是否公开"), "{page}");
        reader.get(&format!("/plans/{plan}/duties.csv")).await.expect(200).hides("暗号");
        reader.get(&format!("/plans/{plan}/text")).await.expect(200).shows("暗号");
    }

    /// The words that changed are marked; who answers for what is new is named; a name that is no organ need not stop it; and what
    /// was changed can be read afterwards.
    async fn an_amendment_shows_words_owners_and_what_it_did(app) {
        let mut clerk = app.clerk().await;
        let plan = issued(app, &mut clerk, PLAN).await;
        let text = PLAN.replace("6月30日前公开解读方案", "7月31日前公开解读方案").replace(
            "（一）办好网站",
            "（一）增加培训。11月底前举办一次业务培训。（县财政局牵头，县培训中心配合）\n（二）办好网站",
        );
        let begun = clerk.upload(&format!("/plans/{plan}/amend"), &[("text", text.as_str())], &[]).await.expect(303);
        let page = clerk.get(&begun.location()).await.expect(200);
        let page = page.shows("<del>6月30</del><ins>7月31</ins>日").shows("责任单位：县财政局（牵头）、县培训中心（配合，没有对应的机关）");
        let page = page.shows("二（一）增加培训").shows("不作为责任单位");
        assert!(page.text().contains("送保密审查"), "{}", page.text());
        let page = clear_amendment(app, &mut clerk, &begun.location(), &[("reason", "增加培训"), ("name.0", "县培训中心"), ("owner.0", "-")]).await;
        let (version, once) = (page.field("version"), page.field("once"));
        let fields = [
            ("version", version.as_str()), ("once", once.as_str()), ("op", "confirm"), ("reason", "增加培训"), ("name.0", "县培训中心"), ("owner.0", "-"),
        ];
        clerk.post(&begun.location(), &fields).await.expect(303);
        let page = clerk.get(&format!("/plans/{plan}")).await.expect(200).shows(&begun.location());
        assert!(page.text().contains("增加培训"));
        clerk.get(&begun.location()).await.expect(200).shows("原文的变动").shows("<ins>（一）增加培训").shows("行没有变");
        let shares = "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1 AND d.text LIKE '%业务培训%'";
        assert_eq!(count(app, shares, &plan).await, 1);
    }

    /// Owners that the office gave to one duty alone outlive a changed note of its clause.
    async fn owners_of_one_duty_outlive_a_changed_note(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        let clause = clauses(&clerk.get(&path).await.expect(200).text())[0].clone();
        let page = clerk.get(&format!("{path}?open={clause}")).await.expect(200);
        let id = duties(&page.text())[1].clone();
        let version = page.field("version");
        clerk.post(&format!("{path}/duties/{id}"), &[("version", &version), ("op", "own")]).await.expect(303);
        let version = clerk.get(&format!("{path}?open={clause}")).await.field("version");
        let add = [("version", version.as_str()), ("op", "owner"), ("organ", "QH101"), ("duty", id.as_str())];
        clerk.post(&format!("{path}/clauses/{clause}"), &add).await.expect(303);
        confirm(app, &mut clerk, &plan).await.expect(303);
        amend(app, &mut clerk, &plan, &PLAN.replace("县财政局、县民政局分别牵头落实", "县财政局牵头落实"), &[]).await;
        let running = "SELECT COUNT(*) FROM duty_share WHERE ended_at = '' AND duty = $1";
        assert_eq!(count(app, running, &id).await, 3, "the own owners of the second duty");
        let first = duty(app, &plan, "公开解读方案").await;
        assert_eq!(count(app, running, &first).await, 1, "the first follows the note");
        let doubles = "SELECT COUNT(*) FROM duty a JOIN duty b ON a.place = b.place AND a.position = b.position AND a.id < b.id \
                       WHERE a.ended_at = '' AND b.ended_at = '' AND a.source_id = $1";
        assert_eq!(count(app, doubles, &plan).await, 0);
    }

    /// People of an organ that was merged act for its successor, so its mail goes to them.
    async fn mail_follows_a_merger(app) {
        let mut clerk = app.clerk().await;
        app.account("old", "QH011", &[Role::Editor]).await;
        issued(app, &mut clerk, &PLAN.replace("县财政局、县民政局分别牵头落实", "县财政局牵头")).await;
        merge(app).await;
        app.work().await;
        store::test::tamper(app.ctx().db(), query("DELETE FROM job")).await.expect("clean");
        let due = "2026-06-29".parse().expect("date");
        assert!(duty::notices::remind_once(app.ctx(), due).await.expect("remind") > 0);
        let sent: Vec<String> = query_scalar("SELECT payload FROM job WHERE kind = 'mail.send'").fetch_all(app.ctx().db().read()).await.expect("jobs");
        assert!(sent.iter().any(|mail| mail.contains("old@example.invalid")), "{sent:?}");
    }

    /// How much there is and what comes first, when it is issued; then what became of it, each organ its own.
    async fn the_mail_says_what_was_issued_and_what_an_amendment_changed(app) {
        let mut clerk = app.clerk().await;
        for (login, organ) in [("finance", "QH010"), ("civil", "QH011")] {
            app.account(login, organ, &[Role::Editor]).await;
        }
        let plan = issued(app, &mut clerk, PLAN).await;
        app.work().await;
        let finance = letters(app, "finance@example.invalid");
        assert!(finance.contains("共 3 项") && finance.contains("最近的期限是"), "{finance}");
        let amended = PLAN.replace("6月30日前公开解读方案", "7月15日前公开解读方案").replace("9月底前建立回应台账。", "9月底前建立回应台账。12月10日前公开台账。");
        amend(app, &mut clerk, &plan, &amended, &[]).await;
        app.work().await;
        let (finance, civil) = (letters(app, "finance@example.invalid"), letters(app, "civil@example.invalid"));
        assert!(finance.contains("期限 2026-07-15，原为期限 2026-06-30"), "{finance}");
        assert!(finance.contains("新增：") && finance.contains("2026-12-10"), "{finance}");
        assert!(finance.contains("原因：县政府常务会议调整"), "{finance}");
        assert!(civil.contains("原为期限 2026-06-30") && !civil.contains("新增："), "only its own: {civil}");
    }

    /// What is never published is for the office and those who answer; a supporting organ neither sees nor writes it.
    async fn supporting_organs_do_not_fill_in_what_others_answer_for(app) {
        let mut clerk = app.clerk().await;
        let table = "序号,发现的问题,整改措施,问责情况,责任单位,完成时限\n1,预算公开不及时,按期公开,约谈密语一人,\"县财政局牵头，县民政局配合\",2026-06-30\n";
        let fields = [("kind", "audit_finding"), ("year", "2026"), ("title", "2026年审计发现问题清单"), ("text", "")];
        let taken = clerk.upload("/plans/new", &fields, &[("file", "清单.csv", table.as_bytes())]).await.expect(303);
        let plan = id_of(&taken.location());
        confirm(app, &mut clerk, &plan).await.expect(303);
        let id = value(app, "SELECT id FROM duty WHERE source_id = $1", &plan).await;
        let page = format!("/duties/{id}");
        let share = value(app, "SELECT id FROM duty_share WHERE organ = 'QH011' AND duty = $1", &id).await;
        let (mut lead, mut support) = (app.editor("QH010").await, app.editor("QH011").await);
        lead.get(&page).await.expect(200).shows("约谈密语一人");
        support.get(&page).await.expect(200).shows("按期公开").hides("密语");
        let form = [("assignment", share.as_str()), ("accountability", "免予问责")];
        support.post(&format!("{page}/extra"), &form).await.expect(409).shows("由牵头或负责的单位填写");
        support.post(&format!("{page}/notes"), &[("assignment", share.as_str()), ("text", "已配合提供数据")]).await.expect(303);
    }
}
