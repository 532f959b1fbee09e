//! What was entered wrongly on paper requests is put right by two persons, a register numbers what it takes over anew, and each
//! review counts with its own end.

use std::{collections::BTreeMap, sync::Arc};

use annual_report::counts::{Counts, Remedy};
use case::{Channel, Filing, PartyRole, Person};
use jiff::civil::Date;
use kernel::{Actor, OrganCode, Role, id::CaseId};
use testkit::{Client, TestApp, both, staff};

use crate::foi::{asked, editor, gone, step};

/// A request that came by post on this day, as the desk has it.
async fn by_post(app: &TestApp, organ: &str, on: Date) -> CaseId {
    let filing = Filing {
        kind: case::find(app.ctx(), "foi").expect("requests are a kind of case"),
        organ: OrganCode::from(organ),
        channel: Channel::Post,
        received_on: on,
        number: String::new(),
        digest: String::new(),
        brief: "某项信息".to_owned(),
        fields: BTreeMap::from([("wanted".to_owned(), "某项信息".to_owned())]),
        facts: vec![("applicant", "natural_person".to_owned())],
        parties: vec![(PartyRole::Applicant, Person { name: "申请人".to_owned(), ..Person::default() })],
        files: Vec::new(),
    };
    let mut tx = app.ctx().db().write().await.expect("a write");
    let id = case::register(app.ctx(), &mut tx, &Actor::Visitor, filing).await;
    let id = id.unwrap_or_else(|refusal| panic!("{}", refusal.words()));
    tx.commit().await.expect("committed");
    id
}

async fn value(app: &TestApp, column: &str, id: &CaseId) -> String {
    let statement = match column {
        "received_on" => "SELECT received_on FROM case_entry WHERE id = $1",
        "due_on" => "SELECT due_on FROM case_entry WHERE id = $1",
        _ => "SELECT state FROM case_entry WHERE id = $1",
    };
    store::query_scalar(statement).bind(id).fetch_one(app.ctx().db().read()).await.expect("a case")
}

async fn counted(app: &TestApp, organ: &str) -> (usize, Vec<Remedy>) {
    let register = app.ctx().one::<Arc<dyn Counts<web::Ctx>>>();
    let year = register.requests(app.ctx(), 2026, organ).await.expect("figures");
    (year.requests.len(), year.remedies)
}

async fn people(app: &TestApp) -> (Client, Client) {
    (editor(app).await, app.clerk().await)
}

both! {
    async fn a_wrong_day_of_receipt_is_put_right_by_two(app) {
        let (mut desk, mut head) = people(app).await;
        let id = by_post(app, "QH001", Date::constant(2026, 1, 5)).await;
        let (case, due) = (id.as_str(), value(app, "due_on", &id).await);
        step(&mut head, case, "receipt_corrected", &[]).await.expect(409).shows("还没有人");
        let why = ("why", "邮戳是 2 月 25 日，登记时看错了");
        step(&mut desk, case, "receipt_asked", &[("received", "2026-03-03"), why]).await.expect(422).shows("不能晚于今天");
        step(&mut desk, case, "receipt_asked", &[("received", "2026-02-25"), why]).await.expect(303);
        step(&mut desk, case, "receipt_corrected", &[]).await.expect(403);
        assert_eq!(value(app, "received_on", &id).await, "2026-01-05", "one alone corrects nothing");
        step(&mut head, case, "receipt_corrected", &[]).await.expect(303);
        assert_eq!(value(app, "received_on", &id).await, "2026-02-25");
        assert!(value(app, "due_on", &id).await > due, "the clock runs from the right day");
        step(&mut head, case, "receipt_corrected", &[]).await.expect(409);
        step(&mut head, case, "receipt_asked", &[("received", "2026-02-24"), why]).await.expect(303);
        step(&mut head, case, "receipt_corrected", &[]).await.expect(409).shows("另一个人");
        step(&mut head, case, "not_agreed", &[("why", "与邮戳不符")]).await.expect(303);
        step(&mut head, case, "not_agreed", &[("why", "与邮戳不符")]).await.expect(409);
        assert_eq!(value(app, "received_on", &id).await, "2026-02-25");
    }

    async fn a_mistaken_registration_is_void_and_counts_nowhere(app) {
        let (mut desk, mut head) = people(app).await;
        let id = by_post(app, "QH001", Date::constant(2026, 2, 25)).await;
        let other = by_post(app, "QH001", Date::constant(2026, 2, 25)).await;
        assert_eq!(counted(app, "QH001").await.0, 2);
        let why = [("why", "与前一件是同一封信")];
        step(&mut desk, other.as_str(), "void_asked", &why).await.expect(303);
        step(&mut head, other.as_str(), "voided", &[]).await.expect(303);
        assert_eq!((value(app, "state", &other).await.as_str(), value(app, "due_on", &other).await.as_str()), ("voided", ""));
        assert_eq!(counted(app, "QH001").await.0, 1);
        head.get(&format!("/cases/{other}")).await.expect(200).shows("登记有误，已作废").shows("2号");
        let by_the_reader = asked(app).await.1;
        step(&mut desk, &by_the_reader, "void_asked", &why).await.expect(409).shows("回执为准");
        step(&mut desk, id.as_str(), "withdraw_noted", &[]).await.expect(403);
        let call = [("why", "电话说不要了"), ("proof", "3 月 2 日 10 时来电，某某接听")];
        step(&mut desk, id.as_str(), "withdraw_asked", &call).await.expect(303);
        assert_eq!(value(app, "state", &id).await, "examining", "it goes on until another person has looked");
        step(&mut head, id.as_str(), "withdraw_noted", &[]).await.expect(303);
        assert_eq!(value(app, "state", &id).await, "withdrawn");
    }

    async fn a_register_numbers_anew_what_it_takes_over(app) {
        let moved = by_post(app, "QH010", Date::constant(2026, 2, 25)).await;
        by_post(app, "QH011", Date::constant(2026, 2, 25)).await;
        let mut tx = app.ctx().db().write().await.expect("a write");
        let (to, head) = (OrganCode::from("QH011"), staff("QH011", Role::OrganHead));
        case::take_over(app.ctx(), &mut tx, &head, &moved, (&to, "由民政局负责", "甲")).await.expect("taken over");
        tx.commit().await.expect("committed");
        by_post(app, "QH011", Date::constant(2026, 2, 25)).await;
        let places: Vec<i64> = store::query_scalar("SELECT place FROM case_entry WHERE organ = $1 ORDER BY place")
            .bind("QH011")
            .fetch_all(app.ctx().db().read())
            .await
            .expect("a register");
        assert_eq!(places, [1, 2, 3]);
        let mut clerk = app.clerk().await;
        clerk.get(&format!("/cases/{moved}")).await.expect(200).shows("〔2026〕2号").shows("原登记号").shows("〔2026〕1号");
    }

    async fn each_review_counts_with_its_own_end_and_may_come_after_the_papers_are_put_away(app) {
        let (mut desk, mut head) = people(app).await;
        let id = asked(app).await.1;
        let choose = format!("/foi/cases/{id}/reply");
        let once = desk.get(&format!("{choose}?outcome=withheld")).await.expect(200).field("once");
        let whole = [
            ("once", once.as_str()), ("outcome", "withheld"), ("exemptions", "process"), ("kind_process", "请示报告"),
            ("reason", "该报告是内部请示，尚未形成最终结论"),
        ];
        let letter = desk.post(&choose, &whole).await.expect(303).location();
        gone(&mut desk, &mut head, &letter).await;
        step(&mut desk, &id, "archived", &[]).await.expect(303);
        step(&mut desk, &id, "review_filed", &[]).await.expect(303);
        step(&mut desk, &id, "review_decided", &[("review_finding", "annulled")]).await.expect(303);
        let annulled = Remedy { group: 0, result: 1 };
        assert_eq!(counted(app, "QH001").await, (1, vec![annulled]));
        step(&mut desk, &id, "review_filed", &[]).await.expect(303);
        step(&mut desk, &id, "review_decided", &[("review_finding", "upheld")]).await.expect(303);
        let upheld = Remedy { group: 0, result: 0 };
        assert_eq!(counted(app, "QH001").await, (1, vec![annulled, upheld]), "the first decision stays what it was");
        step(&mut desk, &id, "reopened", &[("until", "2026-04-30")]).await.expect(303);
        assert_eq!(value(app, "state", &CaseId::from(id.as_str())).await, "examining");
    }
}
