//! Stories of requests for information: the form without a script, the desk's entry, and the letters of the law.

use annual_report::counts::{Counted, Counts, Remedy, Request};
use jiff::SignedDuration;
use kernel::Role;
use testkit::{Client, Reply, TestApp, both};

pub(crate) const NAME: &str = "金丝雀申请人七四一";
const NUMBER: &str = "000000199001010018";
const WANTED: &str = "2025 年城关镇老旧小区改造项目验收报告";

/// What is filled in at each step, the organ first.
const WHO: [(&str, &str); 5] = [
    ("applicant", "natural_person"),
    ("name", NAME),
    ("proof", "居民身份证"),
    ("proof_number", NUMBER),
    ("phone", "13800007410"),
];
const HOW: [(&str, &str); 2] = [("carrier", "electronic"), ("delivery", "online")];

/// Fills in all steps; the address of the check.
async fn filled(reader: &mut Client) -> String {
    let organ = reader.post("/foi/apply", &[("wanted", WANTED), ("number", "")]).await.expect(303).location();
    assert!(organ.ends_with("/organ"), "{organ}");
    let who = reader.post(&organ, &[("organ", "QH001")]).await.expect(303).location();
    let how = reader.post(&who, &WHO).await.expect(303).location();
    reader.upload(&how, &HOW, &[]).await.expect(303).location()
}

/// Sends what was checked; the address of the receipt.
async fn sent(reader: &mut Client, check: &str) -> String {
    let version = reader.get(check).await.expect(200).field("version");
    reader.post(&check.replace("/check", "/send"), &[("version", version.as_str())]).await.expect(303).location()
}

/// A request that was sent: the page to follow it, and the id of its case.
pub(crate) async fn asked(app: &TestApp) -> (String, String) {
    let mut reader = app.visitor();
    let check = filled(&mut reader).await;
    let receipt = sent(&mut reader, &check).await;
    let id: String = store::query_scalar("SELECT id FROM case_entry ORDER BY place DESC LIMIT 1")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a case");
    (receipt.replace("/foi/r/", "/cases/c/"), id)
}

pub(crate) async fn editor(app: &TestApp) -> Client {
    app.person("foi-editor", "QH001", &[Role::Editor]).await
}

/// Posts the form of a page with its token.
pub(crate) async fn form(client: &mut Client, page: &str, fields: &[(&str, &str)]) -> Reply {
    let once = client.get(page).await.expect(200).field("once");
    let mut all = vec![("once", once.as_str())];
    all.extend(fields);
    client.post(page, &all).await
}

/// Has a drafted letter signed by another person and delivered on the page of the case.
pub(crate) async fn gone(editor: &mut Client, head: &mut Client, letter: &str) {
    let version = head.get(letter).await.expect(200).field("version");
    // Asked of whoever signs for another organ.
    let signed = [("version", version.as_str()), ("why", "机关没有可以签发的人")];
    head.post(&format!("{letter}/sign"), &signed).await.expect(303);
    editor.post(&format!("{letter}/deliver"), &[("way", "online"), ("sure", "true")]).await.expect(303);
}

pub(crate) async fn step(client: &mut Client, id: &str, name: &str, fields: &[(&str, &str)]) -> Reply {
    let page = format!("/cases/{id}/steps/{name}");
    let shown = client.get(&page).await;
    if shown.status != 200 {
        return shown;
    }
    let (once, version) = (shown.field("once"), shown.field("version"));
    let mut all = vec![("once", once.as_str()), ("version", version.as_str())];
    all.extend(fields);
    client.post(&page, &all).await
}

both! {
    /// No account can handle it there: the county office is told at once and finds it on its desk, and the form recommends another.
    async fn a_request_to_an_organ_without_accounts_reaches_the_county_office(app) {
        let (mut clerk, mut reader) = (app.clerk().await, app.visitor());
        let organ = reader.post("/foi/apply", &[("wanted", WANTED), ("number", "")]).await.expect(303).location();
        reader.get(&organ).await.expect(200).hides("按您写的内容推荐");
        let who = reader.post(&organ, &[("organ", "other"), ("other", "QH011")]).await.expect(303).location();
        let how = reader.post(&who, &WHO).await.expect(303).location();
        let check = reader.upload(&how, &HOW, &[]).await.expect(303).location();
        sent(&mut reader, &check).await;
        let sql = "SELECT payload FROM job WHERE kind = 'mail.send'";
        let mails: Vec<String> = store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("jobs");
        assert!(mails.iter().any(|mail| mail.contains("没有能办理的账号")), "{mails:?}");
        assert!(!mails.iter().any(|mail| mail.contains(WANTED)), "{mails:?}");
        clerk.get("/").await.expect(200).shows("机关没有账号");
    }

    async fn five_steps_without_a_script_keep_every_word(app) {
        let mut reader = app.visitor();
        reader.get("/foi").await.expect(200).shows("/foi/apply").shows("20 个工作日");
        reader.get("/foi/apply?about=%E9%A2%84%E7%AE%97").await.expect(200).shows("预算");
        reader.post("/foi/apply", &[("wanted", " ")]).await.expect(422).shows("请写明要什么信息");
        let long = "长".repeat(20_000);
        reader.post("/foi/apply", &[("wanted", long.as_str())]).await.expect(422).shows("现在有 20000 字");
        let organ = reader.post("/foi/apply", &[("wanted", WANTED)]).await.expect(303).location();
        reader.get(&organ).await.expect(200).shows("第 2 步，共 5 步").shows("不确定找谁");
        reader.post(&organ, &[("organ", "XX999")]).await.expect(422).shows("请选择向哪个机关申请");
        let who = reader.post(&organ, &[("organ", "other"), ("other", "QH001")]).await.expect(303).location();
        let wrong = [("applicant", "natural_person"), ("name", NAME), ("proof_number", "123"), ("phone", "13800007410")];
        reader.post(&who, &wrong).await.expect(422).shows("请核对身份证号码").shows(NAME);
        // What was wrong is kept all the same, and a step is not left out by its address.
        let check = who.replace("/who", "/check");
        reader.get(&check).await.expect(422).shows("请核对身份证号码").shows(NAME);
        let how = reader.post(&who, &WHO).await.expect(303).location();
        let paper = [("carrier", "paper"), ("delivery", "online")];
        reader.upload(&how, &paper, &[]).await.expect(422).shows("这种形式不能用所选的途径提供");
        let check = reader.upload(&how, &HOW, &[]).await.expect(303).location();
        reader.get(&check).await.expect(200).shows(WANTED).shows(NAME).shows("2026-03-30");
        let receipt = sent(&mut reader, &check).await;
        let page = reader.get(&receipt).await.expect(200);
        let page = page.shows("收到申请之日是 2026-03-02").shows("2026-03-30").shows("<svg class=\"qr\"").shows("查询码");
        assert!(page.text().contains(&receipt.replace("/foi/r/", "/cases/c/")), "the page to follow it");
        let follow = receipt.replace("/foi/r/", "/cases/c/");
        reader.get(&follow).await.expect(200).shows("办理中").shows(WANTED).shows("撤回申请").hides("说明理由");
        // Sent again it is one case.
        reader.post(&check.replace("/check", "/send"), &[("version", "1")]).await.expect(303);
    }

    async fn what_comes_on_paper_has_its_own_day_of_receipt(app) {
        let mut desk = editor(app).await;
        let entry = [
            ("channel", "letter"), ("came", "2026-02-27"), ("organ", "QH001"), ("wanted", WANTED),
            ("applicant", "business"), ("organisation", "某某建筑公司"), ("name", "王小明"),
        ];
        form(&mut desk, "/foi/register", &entry).await.expect(422).shows("双方确认当天").shows("某某建筑公司");
        let mut confirmed = entry.to_vec();
        confirmed.push(("confirmed", "2026-02-28"));
        let page = form(&mut desk, "/foi/register", &confirmed).await.expect(200);
        // The Saturday of the confirmation is worked; the first day counted is the Monday.
        let page = page.shows("2026-02-28").shows("2026-03-27").shows("查询码").shows("<svg class=\"qr\"");
        assert!(page.text().contains("/cases/c/"));
        let late = [("channel", "counter"), ("came", "2026-03-05"), ("organ", "QH001"), ("wanted", WANTED), ("applicant", "other"), ("organisation", "某某协会")];
        form(&mut desk, "/foi/register", &late).await.expect(422).shows("不能晚于今天");
        // A year typed wrong would make it late at once: it is asked about before anything is printed.
        let mut old = confirmed.clone();
        old[1] = ("came", "2025-02-27");
        old[6] = ("name", NAME);
        let last = old.len() - 1;
        old[last] = ("confirmed", "2025-02-28");
        form(&mut desk, "/foi/register", &old).await.expect(422).shows("登记后立即超期").shows("2025-03-28").shows("收到日期核对无误");
        old.push(("sure", "true"));
        form(&mut desk, "/foi/register", &old).await.expect(200).shows("2025-02-28");
        let claimed = "SELECT id FROM case_entry WHERE received_on = '2025-02-28'";
        let claimed: String = store::query_scalar(claimed).fetch_one(app.ctx().db().read()).await.expect("a case");
        desk.get(&format!("/cases/{claimed}")).await.expect(200).shows("录入日期：2026-03-0");
        let mut other = app.editor("QH011").await;
        let counter = [("channel", "counter"), ("came", "2026-03-02"), ("organ", "QH001"), ("wanted", WANTED), ("applicant", "natural_person"), ("name", NAME)];
        form(&mut other, "/foi/register", &counter).await.expect(403);
    }

    async fn a_supplement_is_asked_for_once_and_the_count_begins_anew(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut head, mut reader) = (editor(app).await, app.clerk().await, app.visitor());
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("制作补正告知书").shows("制作答复书").hides(NAME);
        let notice = format!("/foi/cases/{id}/notices/supplement");
        form(&mut desk, &notice, &[("wanting", ""), ("until", "2026-03-02")]).await.expect(422).shows("请填写需要补正的事项").shows("晚于今天");
        let letter = form(&mut desk, &notice, &[("wanting", "请写明是哪个小区"), ("until", "2026-03-20")]).await.expect(303).location();
        // What was filled in is changed where it was filled in.
        let again = format!("{notice}?again={}", letter.rsplit('/').next().expect("an id"));
        desk.get(&letter).await.expect(200).shows("重新拟写");
        let page = desk.get(&again).await.expect(200).shows("请写明是哪个小区");
        let (once, seen) = (page.field("once"), page.field("again_version"));
        let mended = [
            ("once", once.as_str()), ("again", letter.rsplit('/').next().expect("an id")), ("again_version", seen.as_str()),
            ("wanting", "请写明是哪个小区、哪一年"), ("until", "2026-03-20"),
        ];
        assert_eq!(desk.post(&notice, &mended).await.expect(303).location(), letter, "the same letter");
        desk.get(&letter).await.expect(200).shows("哪个小区、哪一年");
        // Nothing happens before another person has signed, and nothing the law asks for can be taken out.
        let page = desk.get(&letter).await.expect(200).shows("请写明是哪个小区").shows("第三十条").shows(NAME);
        let version = page.field("version");
        let gutted = [("version", version.as_str()), ("addressee", NAME), ("title", "告知"), ("text", "请补正。")];
        desk.post(&letter, &gutted).await.expect(422).shows("正文不能没有这些内容");
        reader.get(&follow).await.expect(200).shows("办理中");
        gone(&mut desk, &mut head, &letter).await;
        reader.get(&follow).await.expect(200).shows("等待补正").shows("请写明是哪个小区").shows("2026-03-20");
        desk.get(&format!("/foi/cases/{id}/reply")).await.expect(409).shows("还不能答复");
        app.pass(SignedDuration::from_hours(24 * 7));
        let page = reader.get(&follow).await.expect(200);
        let more = [("once", page.field("once")), ("version", page.field("version")), ("supplement", "东门小区".to_owned())];
        let more: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        reader.post(&format!("{follow}/steps/supplement"), &more).await.expect(303);
        // Twenty working days from 2026-03-09, with 清明节 between.
        reader.get(&follow).await.expect(200).shows("2026-04-07");
        let mut desk = editor_again(app).await;
        desk.get(&notice).await.expect(409).shows("一次性");
    }

    async fn files_come_with_a_supplement(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut head, mut reader) = (editor(app).await, app.clerk().await, app.visitor());
        let notice = format!("/foi/cases/{id}/notices/supplement");
        let letter = form(&mut desk, &notice, &[("wanting", "请附规划图"), ("until", "2026-03-20")]).await.expect(303).location();
        gone(&mut desk, &mut head, &letter).await;
        let page = reader.get(&follow).await.expect(200).shows("multipart/form-data");
        let (once, version) = (page.field("once"), page.field("version"));
        let typed = [("once", once.as_str()), ("version", version.as_str()), ("supplement", "见规划图")];
        let target = format!("{follow}/steps/supplement/files");
        let refused = reader.upload(&target, &typed, &[("file", "a.exe", b"MZ\x90\0")]).await.expect(422);
        refused.shows("没有收下").shows("见规划图");
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("等待补正");
        let empty = [("once", once.as_str()), ("version", version.as_str()), ("supplement", "")];
        // What runs something is refused here as it is in the office, and nothing typed is lost.
        let hostile = crate::case_files::with_script();
        let told = reader.upload(&target, &typed, &[("file", "规划图.pdf", &hostile)]).await.expect(422);
        told.shows("没有收下").shows("请打开它").shows("见规划图");
        let sound = crate::imports::scan();
        reader.upload(&target, &empty, &[("file", "规划图.pdf", &sound)]).await.expect(422).shows("请填写补正的内容");
        reader.upload(&target, &typed, &[("file", "规划图.pdf", &sound)]).await.expect(303);
        reader.get(&follow).await.expect(200).shows("办理中").shows("规划图.pdf");
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("规划图.pdf").shows("见规划图");
        let files = "SELECT COUNT(*) FROM case_file WHERE origin = 'party'";
        let files: i64 = store::query_scalar(files).fetch_one(app.ctx().db().read()).await.expect("a count");
        assert_eq!(files, 1);
    }

    async fn an_answer_holds_ground_reason_and_remedies(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut head, mut reader) = (editor(app).await, app.clerk().await, app.visitor());
        let choose = format!("/foi/cases/{id}/reply");
        desk.get(&choose).await.expect(200).shows("不予公开").shows("第三十六条第三项").shows("（四）无法提供");
        let page = format!("{choose}?outcome=withheld");
        let once = desk.get(&page).await.expect(200).shows("不予公开的情形").field("once");
        let bare = [("once", once.as_str()), ("outcome", "withheld"), ("reason", "不便公开")];
        desk.post(&choose, &bare).await.expect(422).shows("没有法定情形").shows("不便公开");
        let whole = [
            ("once", once.as_str()), ("outcome", "withheld"), ("exemptions", "process"), ("kind_process", "请示报告"),
            ("reason", "该报告是内部请示，尚未形成最终结论"),
        ];
        let letter = desk.post(&choose, &whole).await.expect(303).location();
        let shown = desk.get(&letter).await.expect(200);
        let shown = shown.shows("第十六条第二款").shows("请示报告").shows("60 日").shows("应当先申请行政复议");
        let version = shown.shows("向青禾县人民政府申请行政复议").hides("向行政复议机关").field("version");
        let without = [
            ("version", version.as_str()), ("addressee", NAME), ("title", "答复书"),
            ("text", "根据第三十六条、第十六条第二款，过程性信息（请示报告）不予公开，该报告是内部请示，尚未形成最终结论。60日内行政复议，行政诉讼。"),
        ];
        desk.post(&letter, &without).await.expect(422).shows("救济途径和期限");
        desk.post(&format!("{letter}/sign"), &[("version", "1")]).await.expect(403);
        gone(&mut desk, &mut head, &letter).await;
        let page = reader.get(&follow).await.expect(200).shows("已答复：不予公开").shows("依申请答复〔2026〕1号");
        page.shows("应当先申请行政复议").hides("撤回申请");
        desk.get(&choose).await.expect(409).shows("不能再答复");
        step(&mut desk, &id, "review_filed", &[]).await.expect(303);
        step(&mut desk, &id, "archived", &[]).await.expect(409).shows("尚未审结");
        step(&mut desk, &id, "review_decided", &[("review_finding", "upheld")]).await.expect(303);
        step(&mut desk, &id, "archived", &[]).await.expect(303);
        // The periods of review and suit go on in the archive; what was upheld is not answered anew.
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("登记行政诉讼");
        head.get(&format!("/cases/{id}/steps/reopened")).await.expect(409).shows("原答复仍然有效");
        let fact = "SELECT value FROM case_fact WHERE name = 'exemption'";
        let exemption: String = store::query_scalar(fact).fetch_one(app.ctx().db().read()).await.expect("a fact");
        assert_eq!(exemption, "process");
        let register = app.ctx().one::<std::sync::Arc<dyn Counts<web::Ctx>>>();
        let year = register.requests(app.ctx(), 2026, "QH001").await.expect("figures");
        let expected = Request { applicant: 0, carried_in: false, outcome: Some("3.3.6".to_owned()) };
        assert_eq!((year.requests, year.remedies), (vec![expected], vec![Remedy { group: 0, result: 0 }]));
        let next = register.requests(app.ctx(), 2027, "QH001").await.expect("figures");
        let other = register.requests(app.ctx(), 2026, "QH011").await.expect("figures");
        assert_eq!((next, other), (Counted::default(), Counted::default()));
    }

    async fn each_review_of_a_request_counts_as_it_ended(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let choose = format!("/foi/cases/{id}/reply");
        for finding in ["annulled", "upheld"] {
            let once = desk.get(&format!("{choose}?outcome=disclosed")).await.expect(200).field("once");
            let given = [("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供")];
            let letter = desk.post(&choose, &given).await.expect(303).location();
            // Whoever signs is told while a file can still be put to it.
            let version = head.get(&letter).await.expect(200).shows("签发以前附上").field("version");
            head.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(303);
            // What is given goes with its answer, or somebody says that it has gone otherwise.
            let deliver = format!("{letter}/deliver");
            desk.post(&deliver, &[("way", "online")]).await.expect(422).shows("没有附上文件").shows("就这样登记送达");
            desk.post(&deliver, &[("way", "email")]).await.expect(422).shows("没有留电子邮箱");
            desk.post(&deliver, &[("way", "online"), ("sure", "true")]).await.expect(303);
            step(&mut desk, &id, "review_filed", &[]).await.expect(303);
            step(&mut desk, &id, "review_decided", &[("review_finding", finding)]).await.expect(303);
            if finding == "annulled" {
                step(&mut desk, &id, "reopened", &[("until", "2026-03-20")]).await.expect(403);
                let far = step(&mut head, &id, "reopened", &[("until", "2036-12-20"), ("paper", "复决1号")]).await;
                far.expect(422).shows("超过一年");
                step(&mut head, &id, "reopened", &[("until", "2026-06-30")]).await.expect(422).shows("请写明作出规定的");
                step(&mut head, &id, "reopened", &[("until", "2026-03-20")]).await.expect(303);
            } else {
                step(&mut head, &id, "reopened", &[("until", "2026-03-20")]).await.expect(409).shows("原答复仍然有效");
                // What the yearly report counts is put right after the answer, too.
                step(&mut desk, &id, "reclassify", &[("applicant", "business")]).await.expect(303);
                let right = [("counted", "withheld"), ("exemption", "process"), ("why", "录错")];
                step(&mut desk, &id, "recounted", &right).await.expect(403);
                step(&mut head, &id, "recounted", &right).await.expect(303);
            }
        }
        let register = app.ctx().one::<std::sync::Arc<dyn Counts<web::Ctx>>>();
        let year = register.requests(app.ctx(), 2026, "QH001").await.expect("figures");
        // 结果纠正 and 结果维持, one each.
        assert_eq!(year.remedies, [Remedy { group: 0, result: 1 }, Remedy { group: 0, result: 0 }]);
        let expected = Request { applicant: 1, carried_in: false, outcome: Some("3.3.6".to_owned()) };
        assert_eq!(year.requests, [expected]);
    }

    async fn nobody_is_overheard_and_nothing_given_while_a_third_party_is_asked(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut head, mut reader) = (editor(app).await, app.clerk().await, app.visitor());
        let notice = format!("/foi/cases/{id}/notices/consult_third_party");
        desk.get(&notice).await.expect(200).shows(WANTED);
        let letter = form(&mut desk, &notice, &[("whom", "某某建筑公司"), ("matter", "验收报告")]).await.expect(303).location();
        desk.get(&letter).await.expect(200).shows("15 个工作日").hides(NAME);
        gone(&mut desk, &mut head, &letter).await;
        reader.get(&follow).await.expect(200).shows("征求意见中").hides("某某建筑公司");
        step(&mut desk, &id, "consult_had", &[]).await.expect(303);
        step(&mut desk, &id, "opinion", &[("opinion", "objects_with_reason"), ("words", "含有工艺参数")]).await.expect(303);
        let choose = format!("/foi/cases/{id}/reply");
        let once = desk.get(&format!("{choose}?outcome=disclosed")).await.expect(200).shows("不同意公开").field("once");
        let given = [("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供")];
        desk.post(&choose, &given).await.expect(422).shows("公共利益");
        let heavy = [("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供"), ("public_interest", "涉及房屋安全")];
        desk.post(&choose, &heavy).await.expect(303);
    }

    async fn the_same_request_of_others_is_found(app) {
        let (_, first) = asked(app).await;
        let (_, second) = asked(app).await;
        let mut desk = editor(app).await;
        let page = desk.get(&format!("/cases/{second}/steps/same")).await.expect(303).location();
        desk.get(&page).await.expect(200).shows(&first).shows("100%").hides(NAME);
        app.editor("QH011").await.get(&page).await.expect(403);
    }

    async fn silence_stops_the_clock_no_longer_than_its_period(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let notice = format!("/foi/cases/{id}/notices/consult_third_party");
        let letter = form(&mut desk, &notice, &[("whom", "某某建筑公司"), ("matter", "验收报告")]).await.expect(303).location();
        gone(&mut desk, &mut head, &letter).await;
        step(&mut desk, &id, "consult_had", &[]).await.expect(303);
        // Five weeks on nobody has written anything down. The fifteen working days were over on 2026-03-23.
        app.pass(SignedDuration::from_hours(24 * 35));
        let mut desk = editor_again(app).await;
        let page = desk.get(&format!("/cases/{id}")).await.expect(200).shows("2026-04-21");
        page.shows("暂停计时：征求第三方意见").shows("暂停计时依据");
        // An answer that comes now is noted and stops nothing.
        step(&mut desk, &id, "opinion", &[("opinion", "agrees")]).await.expect(303);
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("2026-04-21");
        let due: String = store::query_scalar("SELECT due_on FROM case_entry").fetch_one(app.ctx().db().read()).await.expect("a day");
        assert_eq!(due, "2026-04-21");
    }

    async fn a_published_answer_is_found_and_nobody_in_it(app) {
        let mut reader = app.visitor();
        let (_, refused) = asked(app).await;
        let check = {
            let organ = reader.post("/foi/apply", &[("wanted", WANTED), ("number", "")]).await.expect(303).location();
            let who = reader.post(&organ, &[("organ", "QH001")]).await.expect(303).location();
            let how = reader.post(&who, &WHO).await.expect(303).location();
            reader.upload(&how, &[HOW[0], HOW[1], ("consent", "true")], &[]).await.expect(303).location()
        };
        reader.get(&check).await.expect(200).shows("同意公开问题和答复");
        sent(&mut reader, &check).await;
        let id: String = store::query_scalar("SELECT case_id FROM case_fact WHERE name = 'consent' AND value = 'yes'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a case");
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        for case in [&refused, &id] {
            let once = desk.get(&format!("/foi/cases/{case}/reply?outcome=disclosed")).await.expect(200).field("once");
            let given = [("once", once.as_str()), ("outcome", "disclosed"), ("how", "随本答复提供")];
            let letter = desk.post(&format!("/foi/cases/{case}/reply"), &given).await.expect(303).location();
            gone(&mut desk, &mut head, &letter).await;
        }
        let told = [("question", "老旧小区的验收报告可以公开吗？"), ("answer", "可以，验收报告到窗口查阅。")];
        // Refused before anything is filled in, and where the form is sent all the same.
        desk.get(&format!("/cases/{refused}/publish")).await.expect(409).shows("不同意公开");
        desk.post(&format!("/cases/{refused}/publish"), &told).await.expect(409).shows("不同意公开");
        let named = [("question", NAME), told[1]];
        form(&mut desk, &format!("/cases/{id}/publish"), &named).await.expect(422);
        form(&mut desk, &format!("/cases/{id}/publish"), &told).await.expect(303);
        head.post(&format!("/cases/{id}/publish/pass"), &told).await.expect(303);
        app.work().await;
        for path in ["/foi/answers", "/api/v1/foi-answers", "/search?q=%E9%AA%8C%E6%94%B6%E6%8A%A5%E5%91%8A", "/api/v1/search?q=%E9%AA%8C%E6%94%B6%E6%8A%A5%E5%91%8A"] {
            let page = reader.get(path).await.expect(200).shows("可以公开吗").shows(&format!("/foi/answers/{id}"));
            page.hides(NAME).hides(NUMBER).hides("13800007410").hides(WANTED).hides(&refused);
        }
        reader.get(&format!("/foi/answers/{id}")).await.expect(200).shows("到窗口查阅").hides(NAME).hides(WANTED);
        reader.get(&format!("/foi/answers/{refused}")).await.expect(404);
        form(&mut head, &format!("/cases/{id}/unpublish"), &[("reason", "表述不准确")]).await.expect(303);
        app.work().await;
        reader.get(&format!("/foi/answers/{id}")).await.expect(404);
        reader.get("/api/v1/foi-answers").await.expect(200).shows("\"total\":0");
        reader.get("/search?q=%E9%AA%8C%E6%94%B6%E6%8A%A5%E5%91%8A").await.expect(200).hides("可以公开吗");
    }

    async fn what_the_applicant_missed_stands_on_the_work_list_with_what_to_do(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let notice = format!("/foi/cases/{id}/notices/supplement");
        let letter = form(&mut desk, &notice, &[("wanting", "请写明是哪个小区"), ("until", "2026-03-13")]).await.expect(303).location();
        gone(&mut desk, &mut head, &letter).await;
        desk.get("/").await.expect(200).hides("申请人逾期未补正");
        desk.get(&format!("/cases/{id}/extension")).await.expect(409);
        app.at("2026-03-13T01:00:00Z".parse().expect("moment"));
        editor_again(app).await.get("/").await.expect(200).hides("申请人逾期未补正");
        app.at("2026-03-14T01:00:00Z".parse().expect("moment"));
        let mut desk = editor_again(app).await;
        desk.get("/").await.expect(200).shows("申请人逾期未补正").shows(&format!("/cases/{id}"));
        let page = desk.get(&format!("/cases/{id}")).await.expect(200).shows("申请人逾期未补正").shows("2026-03-13");
        page.shows("逾期不补正，不再处理").shows("制作答复书");
        desk.get(&format!("/foi/cases/{id}/reply?outcome=not_supplemented")).await.expect(200);
    }

    async fn what_is_waited_for_and_a_letter_with_its_own_day_are_seen_ahead(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        // Seven working days from 2026-03-02.
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("补正告知书的，应当在 2026-03-11 前送达");
        let notice = format!("/foi/cases/{id}/notices/supplement");
        let fields = [("wanting", "请写明是哪个小区"), ("until", "2026-03-20")];
        let letter = form(&mut desk, &notice, &fields).await.expect(303).location();
        head.get(&letter).await.expect(200).shows("应当在 2026-03-11 前送达");
        head.get("/").await.expect(200).shows("签发文书");
        form(&mut desk, &notice, &fields).await.expect(409).shows("不能同时有两份");
        gone(&mut desk, &mut head, &letter).await;
        desk.get("/").await.expect(200).shows("等待申请人补正").shows(&format!("/cases/{id}"));
    }

    async fn what_another_organ_has_not_ended_in_time_stands_before_the_county_office(app) {
        asked(app).await;
        let entry = [
            ("channel", "counter"), ("came", "2026-03-02"), ("organ", "QH010"), ("wanted", WANTED),
            ("applicant", "natural_person"), ("name", NAME),
        ];
        let mut other = app.editor("QH010").await;
        form(&mut other, "/foi/register", &entry).await.expect(200);
        app.clerk().await.get("/").await.expect(200).hides("其他机关超期");
        app.pass(SignedDuration::from_hours(24 * 40));
        app.sign_in("clerk").await.get("/").await.expect(200).shows("其他机关超期").shows("organ=QH010");
    }

    async fn a_correction_is_asked_for_on_the_portal(app) {
        let mut reader = app.visitor();
        reader.get("/foi").await.expect(200).shows("/foi/correction");
        reader.get("/foi/correction").await.expect(200).shows("第四十一条");
        let bare = [("organ", "QH001"), ("record", "低保名册第 12 号"), ("wrong", "出生年份写错"), ("name", NAME)];
        reader.upload("/foi/correction", &bare, &[]).await.expect(422).shows("请填写有什么证据").shows("出生年份写错");
        let whole = [
            ("organ", "QH001"), ("record", "低保名册第 12 号"), ("wrong", "出生年份写错"),
            ("right", "应为 1990 年，证号 11010519491231002X"),
            ("evidence", "身份证复印件，见附件"), ("name", NAME), ("proof_number", NUMBER), ("phone", "13800007410"),
        ];
        let scan = crate::imports::scan();
        let files: [(&str, &str, &[u8]); 1] = [("file", "身份证.pdf", &scan)];
        let check = reader.upload("/foi/correction", &whole, &files).await.expect(303).location();
        reader.get(&check).await.expect(200).shows("低保名册第 12 号").shows("身份证.pdf").shows(NAME);
        let receipt = sent(&mut reader, &check).await;
        reader.get(&receipt).await.expect(200).shows("查询码").shows("法律没有规定更正的期限");
        let id: String = store::query_scalar("SELECT id FROM case_entry WHERE kind = 'correction'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a case");
        let mut desk = editor(app).await;
        let told = desk.get(&format!("/cases/{id}")).await.expect(200).shows("出生年份写错").shows("身份证复印件，见附件");
        told.hides(NAME).shows("应为 1990 年，证号 110").hides("19491231002X");
        // A letter says 您 or 贵单位, as it is known which.
        let begun = desk.get(&format!("/cases/{id}/letters/new/reply")).await.expect(200);
        begun.shows("提出的更正政府信息记录的申请").hides("您（单位）");
        let follow = receipt.replace("/foi/correction/r/", "/cases/c/");
        reader.get(&follow).await.expect(200).shows("正在审核证据");
        app.editor("QH011").await.get(&format!("/cases/{id}")).await.expect(403);
        // Nobody answers alone, not even the first one who looks at what came through the portal.
        let mut head = app.clerk().await;
        let text = head.get(&format!("/cases/{id}")).await.expect(200).text();
        let party = text.split(&format!("/cases/{id}/parties/")).nth(1).and_then(|rest| rest.split('"').next()).expect("a party");
        let full = form(&mut head, &format!("/cases/{id}/parties/{party}"), &[("reason", "核对更正的证据")]).await.expect(200);
        full.shows("应为 1990 年，证号 11010519491231002X");
        let directed = [("result", "directed"), ("answer", "不属于本机关。"), ("organ_name", "县民政局，电话 7654321")];
        step(&mut head, &id, "reply", &directed).await.expect(409);
        step(&mut head, &id, "propose", &directed).await.expect(303);
        step(&mut head, &id, "reply", &directed).await.expect(409).shows("须由另一个人办理");
        reader.get(&follow).await.expect(200).shows("正在审核证据").hides("不属于本机关");
        step(&mut head, &id, "back", &[("why", "再核对一次")]).await.expect(303);
        step(&mut desk, &id, "propose", &directed).await.expect(303);
        desk.get(&format!("/cases/{id}/steps/reply")).await.expect(403);
        head.get(&format!("/cases/{id}/steps/reply")).await.expect(200).shows("县民政局，电话 7654321");
        let other = [("result", "corrected"), ("answer", "已更正。")];
        step(&mut head, &id, "reply", &other).await.expect(422).shows("请退回重新审核");
        step(&mut head, &id, "reply", &directed).await.expect(303);
        reader.get(&follow).await.expect(200).shows("不属于本机关。");
    }

    async fn no_supplement_comes_before_it_is_asked_for(app) {
        let (_, id) = asked(app).await;
        app.pass(SignedDuration::from_hours(24));
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let notice = format!("/foi/cases/{id}/notices/supplement");
        let letter = form(&mut desk, &notice, &[("wanting", "请写明是哪个小区"), ("until", "2026-03-20")]).await.expect(303).location();
        gone(&mut desk, &mut head, &letter).await;
        let early = [("on", "2026-03-02"), ("supplement", "东门小区")];
        step(&mut desk, &id, "supplement_noted", &early).await.expect(422).shows("不能早于告知补正的日期（2026-03-03）");
        step(&mut desk, &id, "supplement_noted", &[("supplement", "东门小区")]).await.expect(303);
        let page = desk.get(&format!("/cases/{id}")).await.expect(200).shows("从 2026-03-03 的次日起算");
        page.shows("这一天不计，期限从次日起重新计算").hides("录入日期");
    }

    async fn what_was_registered_by_mistake_counts_nowhere(app) {
        let (_, portal) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        step(&mut head, &portal, "voided", &[("why", "重复")]).await.expect(409).shows("网上提交的申请");
        let entry = [
            ("channel", "counter"), ("came", "2026-03-02"), ("organ", "QH001"), ("wanted", "登记错的"),
            ("applicant", "natural_person"), ("name", NAME),
        ];
        form(&mut desk, "/foi/register", &entry).await.expect(200);
        let id: String = store::query_scalar("SELECT id FROM case_entry WHERE channel = 'counter'")
            .fetch_one(app.ctx().db().read())
            .await
            .expect("a case");
        step(&mut desk, &id, "voided", &[("why", "重复登记")]).await.expect(403);
        step(&mut head, &id, "voided", &[("why", "")]).await.expect(422).shows("怎样登记错的");
        step(&mut head, &id, "voided", &[("why", "与另一件重复")]).await.expect(303);
        head.get(&format!("/cases/{id}")).await.expect(200).shows("登记作废").shows("与另一件重复");
        let register = app.ctx().one::<std::sync::Arc<dyn Counts<web::Ctx>>>();
        let year = register.requests(app.ctx(), 2026, "QH001").await.expect("figures");
        assert_eq!(year.requests.len(), 1, "the portal's alone");
    }

    async fn a_withdrawal_by_telephone_is_confirmed_by_a_letter(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut head, mut reader) = (editor(app).await, app.clerk().await, app.visitor());
        desk.get(&format!("/cases/{id}/steps/withdraw_noted")).await.expect(404);
        let notice = format!("/foi/cases/{id}/notices/withdrawal");
        let early = [("back_on", "2026-03-01"), ("why", "来电")];
        form(&mut desk, &notice, &early).await.expect(422).shows("应当在收到申请之日（2026-03-02）");
        let said = [("back_on", "2026-03-02"), ("why", "3 月 2 日来电要求撤回")];
        let letter = form(&mut desk, &notice, &said).await.expect(303).location();
        reader.get(&follow).await.expect(200).shows("办理中");
        gone(&mut desk, &mut head, &letter).await;
        reader.get(&follow).await.expect(200).shows("已撤回").shows("政府信息公开申请撤回告知书").hides("来电要求撤回");
        desk.get(&format!("/foi/cases/{id}/reply")).await.expect(409).shows("撤回");
    }

    async fn whoever_takes_back_gets_no_answer(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut reader) = (editor(app).await, app.visitor());
        let page = reader.get(&follow).await.expect(200);
        let (once, version) = (page.field("once"), page.field("version"));
        let back = [("once", once.as_str()), ("version", version.as_str())];
        reader.post(&format!("{follow}/steps/withdraw"), &back).await.expect(303);
        reader.get(&follow).await.expect(200).shows("已撤回");
        desk.get(&format!("/foi/cases/{id}/reply")).await.expect(409).shows("撤回");
    }
}

/// Signed in anew after a week.
async fn editor_again(app: &TestApp) -> Client {
    app.sign_in("foi-editor").await
}
