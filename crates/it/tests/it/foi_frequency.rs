//! Stories of an applicant who asks often (条例 Art. 35): counted without opening who it is, told apart from others at the same
//! telephone, asked for reasons, charged for no more than was counted, and forgotten with the person.

use std::collections::BTreeMap;

use kernel::{Actor, id::CaseId};
use testkit::{TestApp, both};

use crate::foi::{form, gone, step};

const NAME: &str = "金丝雀申请人六三〇";
const PROOF: &str = "330106199003076300";

/// Registers a request of this person.
async fn registered(app: &TestApp, organ: &str, person: case::Person) -> String {
    let ctx = app.ctx();
    let filing = case::Filing {
        kind: case::find(ctx, "foi").expect("requests for information"),
        organ: organ.into(),
        channel: case::Channel::Counter,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: "验收报告".to_owned(),
        fields: BTreeMap::from([("wanted".to_owned(), "验收报告".to_owned())]),
        facts: vec![("applicant", "natural_person".to_owned())],
        parties: vec![(case::PartyRole::Applicant, person)],
        files: Vec::new(),
    };
    let mut tx = ctx.db().write().await.expect("write");
    let id = case::register(ctx, &mut tx, &Actor::System, filing).await.expect("a request");
    tx.commit().await.expect("commit");
    id.to_string()
}

fn named(name: &str, proof: &str, phone: &str) -> case::Person {
    case::Person { name: name.into(), proof_number: proof.into(), phone: phone.into(), ..case::Person::default() }
}

/// Registers a request of somebody who proves who they are by this number; without one they are known by nothing.
async fn asked(app: &TestApp, organ: &str, proof: &str) -> String {
    registered(app, organ, named(NAME, proof, "")).await
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("a count")
}

both! {
    async fn who_asks_often_is_told_to_the_desk_and_asked_for_reasons(app) {
        for _ in 0..9 {
            asked(app, "QH010", "3301 0619 9003 0763 00").await;
        }
        let elsewhere = asked(app, "QH011", PROOF).await;
        let tenth = asked(app, "QH010", "３３０１０６１９９００３０７６３００").await;
        let stranger = asked(app, "QH010", "330106199003076301").await;
        let nameless = asked(app, "QH010", "").await;
        let mut desk = app.editor("QH010").await;
        // Ten are no reason to be told more than their number.
        let page = desk.get(&format!("/cases/{tenth}")).await.expect(200);
        let page = page.shows("向本机关申请 10 件（2026 年 3 月 10 件），向全县各机关申请 11 件");
        page.hides("达到了提示的件数");
        desk.get(&format!("/foi/cases/{tenth}/notices/reasons")).await.expect(200).hides("您向本机关提出");
        let eleventh = asked(app, "QH010", PROOF).await;
        let at = format!("/cases/{eleventh}");
        desk.get(&at).await.expect(200).shows("向本机关申请 11 件").shows("达到了提示的件数").shows("件数已填好");
        // Another number, or the same name alone, is another person.
        desk.get(&format!("/cases/{stranger}")).await.expect(200).hides("同一申请人的申请");
        desk.get(&format!("/cases/{nameless}")).await.expect(200).shows("没有可以比较的").hides("向本机关申请 ");
        // Which ones are told to those who may handle them.
        let list = format!("/foi/cases/{eleventh}/frequency");
        let page = desk.get(&list).await.expect(200).shows("11 件").shows("另有 1 件由其他机关办理").shows(&tenth);
        page.hides(&elsewhere).hides(PROOF);
        app.editor("QH011").await.get(&list).await.expect(403);
        app.clerk().await.get(&list).await.expect(200).shows(&elsewhere);
        // The facts stand in the letter that asks for reasons, of this organ alone.
        let notice = format!("/foi/cases/{eleventh}/notices/reasons");
        let finding = "2025年3月3日至2026年3月2日，您向本机关提出政府信息公开申请 11 件，其中2026年3月 11 件";
        desk.get(&notice).await.expect(200).shows(finding);
        // A day to answer by is part of it, and however the applicant is addressed in what was typed, the letter says 您.
        form(&mut desk, &notice, &[("finding", finding)]).await.expect(422).shows("说明理由的期限");
        let many = [("finding", "您本月向本机关申请 45 件"), ("until", "2026-03-16")];
        form(&mut desk, &notice, &many).await.expect(422).shows("不能写 45 件");
        let typed = [("finding", "您（单位）本月向本机关申请 11 件"), ("until", "2026-03-16")];
        let letter = form(&mut desk, &notice, &typed).await.expect(303).location();
        desk.get(&letter).await.expect(200).shows("您本月向本机关申请 11 件").shows("第三十五条").shows("请在2026年3月16日前书面说明理由");
        gone(&mut desk, &mut app.clerk().await, &letter).await;
        // What cannot be chosen yet stands below what can, with why.
        desk.get(&format!("/foi/cases/{eleventh}/reply")).await.expect(200).shows("申请人可以在 2026-03-16 前说明理由");
    }

    async fn a_shared_telephone_makes_nobody_the_same(app) {
        const PHONE: &str = "13600006666";
        for _ in 0..11 {
            registered(app, "QH010", named("金丝雀申请人甲", PROOF, PHONE)).await;
        }
        let innocent = registered(app, "QH010", named("金丝雀申请人乙", "330106199003076999", PHONE)).await;
        let mut desk = app.editor("QH010").await;
        let page = desk.get(&format!("/cases/{innocent}")).await.expect(200).shows("不是同一申请人，没有计入");
        page.hides("达到了提示的件数").hides("件数已填好").hides("向本机关申请 12 件");
        desk.get(&format!("/foi/cases/{innocent}/notices/reasons")).await.expect(200).hides("您向本机关提出");
        // The same name at the same telephone may be the same person, and is told beside: it stands in no letter.
        let bare = registered(app, "QH010", named("金丝雀申请人甲", "", "136-0000-6666")).await;
        let page = desk.get(&format!("/cases/{bare}")).await.expect(200).shows("可能是同一人，没有计入，请核对");
        page.shows("先核对是不是同一人").hides("件数已填好");
        // Sums of one person agree, from wherever they are looked at.
        let one = registered(app, "QH010", named("金丝雀申请人甲", PROOF, "13600006667")).await;
        let other = registered(app, "QH010", named("金丝雀申请人丙", PROOF, PHONE)).await;
        for id in [&one, &other] {
            desk.get(&format!("/cases/{id}")).await.expect(200).shows("向本机关申请 13 件（2026 年 3 月 13 件）");
        }
        // Nobody's number is everybody's.
        let first = registered(app, "QH010", named("金丝雀申请人丁", "", "00000000")).await;
        registered(app, "QH010", named("金丝雀申请人戊", "", "00000000")).await;
        desk.get(&format!("/cases/{first}")).await.expect(200).shows("没有可以比较的");
    }

    async fn a_fee_is_for_what_the_register_counts(app) {
        let first = asked(app, "QH010", PROOF).await;
        for _ in 1..13 {
            asked(app, "QH010", PROOF).await;
        }
        let last = asked(app, "QH010", PROOF).await;
        let mut desk = app.editor("QH010").await;
        let notice = format!("/foi/cases/{last}/notices/fee");
        let how = ("how", "持本通知到县政务服务中心 3 号窗口缴纳");
        let wrong = form(&mut desk, &notice, &[("first", "35"), how]).await.expect(422);
        wrong.shows("2026 年 3 月向本机关申请 14 件").shows("不能按第 35 件计收");
        let letter = form(&mut desk, &notice, &[("first", "14"), how]).await.expect(303).location();
        desk.get(&letter).await.expect(200).shows("100 元").shows("本月累计第 14 件每件 100 元").hides("至 14 件");
        // What the register no longer counts is charged by nobody's signature.
        let mut clerk = app.clerk().await;
        let moved = [("on", "2026-02-26"), ("reason", "签收日期误录成下一个月"), ("sure", "true")];
        form(&mut clerk, &format!("/cases/{first}/redate"), &moved).await.expect(303);
        let version = clerk.get(&letter).await.expect(200).field("version");
        let signed = clerk.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(422);
        signed.shows("不能按第 14 件计收");
        asked(app, "QH010", PROOF).await;
        gone(&mut desk, &mut clerk, &letter).await;
        desk.get(&format!("/cases/{last}")).await.expect(200).shows("等待缴费，现在不计时").hides("等待当事人补充");
    }

    async fn nobody_is_sent_to_an_answer_that_others_were_given(app) {
        let (first, other) = (asked(app, "QH010", PROOF).await, asked(app, "QH010", "330106199003076301").await);
        let again = asked(app, "QH010", PROOF).await;
        let (mut desk, mut head) = (app.editor("QH010").await, app.clerk().await);
        for id in [&other, &first] {
            let page = format!("/foi/cases/{id}/reply?outcome=not_exist");
            let once = desk.get(&page).await.expect(200).field("once");
            let typed = [("once", once.as_str()), ("outcome", "not_exist"), ("searched", "检索 2020 年以来的档案，没有找到")];
            let letter = desk.post(&format!("/foi/cases/{id}/reply"), &typed).await.expect(303).location();
            gone(&mut desk, &mut head, &letter).await;
        }
        let reply = format!("/foi/cases/{again}/reply");
        let once = desk.get(&format!("{reply}?outcome=repeated")).await.expect(200).field("once");
        let named = |number: &'static str| [("outcome", "repeated"), ("earlier", number)];
        let mut typed = vec![("once", once.as_str())];
        typed.extend(named("依申请答复〔2026〕1号，2026-03-02"));
        desk.post(&reply, &typed).await.expect(422).shows("不是对这个申请人的答复").shows("依申请答复〔2026〕2号");
        let once = desk.get(&format!("{reply}?outcome=repeated")).await.expect(200).field("once");
        let mut typed = vec![("once", once.as_str())];
        typed.extend(named("依申请答复〔2026〕2号，2026-03-02"));
        let letter = desk.post(&reply, &typed).await.expect(303).location();
        // Held wrong by a review, it stands no more.
        step(&mut desk, &first, "review_filed", &[]).await.expect(303);
        step(&mut desk, &first, "review_decided", &[("review_finding", "annulled")]).await.expect(303);
        let version = head.get(&letter).await.expect(200).shows("不予重复处理").field("version");
        let signed = head.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(422);
        signed.shows("已被复议决定或者判决纠正");
        let further = asked(app, "QH010", PROOF).await;
        let reply = format!("/foi/cases/{further}/reply");
        let once = desk.get(&format!("{reply}?outcome=repeated")).await.expect(200).field("once");
        let mut typed = vec![("once", once.as_str())];
        typed.extend(named("依申请答复〔2026〕2号"));
        desk.post(&reply, &typed).await.expect(422).shows("已被复议决定或者判决纠正");
    }

    async fn a_day_of_receipt_that_makes_it_overdue_is_meant(app) {
        let id = asked(app, "QH010", PROOF).await;
        let (mut head, page) = (app.clerk().await, format!("/cases/{id}/redate"));
        let why = ("reason", "收到日期误录");
        form(&mut head, &page, &[("on", ""), why]).await.expect(422).shows("请填写收到日期");
        let old = ("on", "2026-01-05");
        let asked = form(&mut head, &page, &[old, why]).await.expect(422).shows("立即超期").shows("收到日期核对无误");
        asked.hides("收到日期已更正");
        head.get(&format!("/cases/{id}")).await.expect(200).hides("2026-01-05");
        form(&mut head, &page, &[old, why, ("sure", "true")]).await.expect(303);
        head.get(&format!("/cases/{id}")).await.expect(200).shows("2026-01-05");
    }

    async fn the_digests_go_with_the_person_and_come_for_older_cases(app) {
        let (first, second) = (asked(app, "QH010", PROOF).await, asked(app, "QH010", PROOF).await);
        let mut desk = app.editor("QH010").await;
        desk.get(&format!("/cases/{second}")).await.expect(200).shows("向本机关申请 2 件");
        // As they were registered before there were digests.
        let sql = store::query("DELETE FROM case_mark");
        store::test::tamper(app.ctx().db(), sql).await.expect("taken away");
        desk.get(&format!("/cases/{second}")).await.expect(200).hides("同一申请人的申请");
        assert_eq!(case::known::catch_up(app.ctx()).await.expect("caught up"), 2);
        assert_eq!(case::known::catch_up(app.ctx()).await.expect("caught up"), 0, "each is looked at once");
        desk.get(&format!("/cases/{second}")).await.expect(200).shows("向本机关申请 2 件");
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_mark WHERE mark LIKE '%6300%'").await, 0, "no number lies there");
        let (ctx, id) = (app.ctx(), CaseId::from(first.as_str()));
        let mut tx = ctx.db().write().await.expect("write");
        let person = Actor::Applicant(id.clone());
        case::take(ctx, &mut tx, &person, &id, "withdraw", &case::Typed::of(&[])).await.expect("withdrawn");
        case::erase(ctx, &mut tx, &Actor::System, &id, case::Why::Rule).await.expect("erased");
        tx.commit().await.expect("commit");
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_mark").await, 1);
        desk.get(&format!("/cases/{second}")).await.expect(200).hides("同一申请人的申请");
    }
}
