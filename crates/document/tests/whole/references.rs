//! What documents say of each other, and how they stand to the law by it.

use document::{
    Values,
    public::{self, Filter},
    references::{self, Decision, Found, ReferenceId, Verb},
    rows,
    seed::Seed,
};
use jiff::SignedDuration;
use kernel::{Actor, id::DocumentId};
use web::Refusal;

use crate::house::{Home, NUMBER, POLICY, VALIDITY, WRITTEN, editor, plain, told};

async fn policy(home: &Home, title: &str, number: &str) -> DocumentId {
    let mut values = Values::default().with(&VALIDITY, "in_force").with(&NUMBER, number);
    values.read(&WRITTEN, "2026-02-03");
    let at = "2026-02-10T02:00:00Z".parse().expect("moment");
    home.seed(&Seed { values, ..plain(&POLICY, "QH010", "rules", title, at) }).await
}

/// The code under which pages show a document.
async fn shown(home: &Home, id: &DocumentId) -> String {
    let ids = [id.clone()];
    let listed = public::of_ids(&home.db, &home.house.kinds, &ids).await.expect("list");
    listed.first().expect("public").values.get(&VALIDITY).to_owned()
}

/// How many documents lists count under a code.
async fn counted(home: &Home, code: &str) -> i64 {
    let filter = Filter { facets: vec![(&VALIDITY, code.to_owned())], ..Filter::default() };
    public::count(&home.db, &filter, 10).await.expect("count").n
}

/// Keeps what the text of one was found to say, and gives its id.
async fn find(home: &Home, from: &DocumentId, found: &[Found]) -> ReferenceId {
    let mut tx = home.write().await;
    let row = rows::document(tx.conn(), from).await.expect("read").expect("there");
    for _ in 0..2 {
        // A second look at the same text finds nothing new.
        let waiting = references::put(&mut tx, &POLICY, &row, &row.current_edition, found).await.expect("kept");
        assert_eq!(waiting, 1);
    }
    tx.commit().await.expect("commit");
    store::query_scalar("SELECT id FROM document_reference WHERE from_document = $1")
        .bind(from)
        .fetch_one(home.db.read())
        .await
        .expect("one")
}

fn repeals(title: &str, number: &str) -> Found {
    Found {
        verb: Verb::Repeals,
        passive: false,
        title: title.to_owned(),
        number: number.to_owned(),
        articles: String::new(),
        quote: format!("《{title}》同时废止。"),
    }
}

fn decision(to: &DocumentId, effective_on: &str) -> Decision {
    Decision {
        verb: Verb::Repeals,
        to: Some(to.clone()),
        articles: String::new(),
        effective_on: effective_on.to_owned(),
    }
}

#[test]
fn a_repeal_works_from_its_day_on_and_while_it_is_public() {
    told(|home| async move {
        let old = policy(&home, "停水补偿办法", "财发〔2020〕1号").await;
        let new = policy(&home, "停水管理办法", "财发〔2026〕1号").await;
        let id = find(&home, &new, &[repeals("停水补偿办法", "财发〔2020〕1号")]).await;
        let row = references::one(home.db.read(), &id).await.expect("read").expect("found");
        assert_eq!((row.to_document.clone(), row.several), (old.clone(), 1));
        assert_eq!(shown(&home, &old).await, "in_force", "what nobody has confirmed does nothing");
        assert_eq!(references::said(&home.db, &home.house.kinds, &new).await.expect("said"), Vec::new());

        let mut tx = home.write().await;
        references::confirm(&mut tx, &editor("甲"), &id, 1, &decision(&old, "2026-03-04")).await.expect("confirmed");
        tx.commit().await.expect("commit");
        assert_eq!(shown(&home, &old).await, "in_force");
        assert_eq!(document::lapse(&home.db, &home.house.kinds).await.expect("not yet"), 0);
        home.pass(SignedDuration::from_hours(48));
        assert_eq!(shown(&home, &old).await, "repealed", "pages look at the day themselves");
        assert_eq!(document::lapse(&home.db, &home.house.kinds).await.expect("followed"), 1);
        assert_eq!((counted(&home, "in_force").await, counted(&home, "repealed").await), (1, 1));
        assert_eq!(document::lapse(&home.db, &home.house.kinds).await.expect("done"), 0, "told once");
        let said = references::said_of(&home.db, &home.house.kinds, &old).await.expect("said");
        assert_eq!(
            said.iter().map(|one| (one.verb, one.from)).collect::<Vec<_>>(),
            [(Verb::Repeals, Some(jiff::civil::date(2026, 3, 4)))]
        );

        home.withdraw(&new, "有误").await;
        assert_eq!(shown(&home, &old).await, "in_force");
        assert_eq!(document::lapse(&home.db, &home.house.kinds).await.expect("followed"), 1);
        assert_eq!((counted(&home, "in_force").await, counted(&home, "repealed").await), (1, 0));
        home
    });
}

#[test]
fn nothing_ends_what_has_ended_it() {
    told(|home| async move {
        let (first, second, third) = (
            policy(&home, "第一号办法", "财发〔2024〕1号").await,
            policy(&home, "第二号办法", "财发〔2024〕2号").await,
            policy(&home, "第三号办法", "财发〔2024〕3号").await,
        );
        let say = async |from: &DocumentId, to: &DocumentId| {
            let mut tx = home.write().await;
            let said =
                references::add(&mut tx, &Actor::System, from, &decision(to, "2030-01-01"), ("某办法", "")).await;
            if said.is_ok() {
                tx.commit().await.expect("commit");
            }
            said.map(|_| ())
        };
        say(&first, &second).await.expect("said");
        say(&second, &third).await.expect("said");
        for (from, to) in [(&third, &first), (&second, &first), (&first, &first)] {
            assert!(matches!(say(from, to).await, Err(Refusal::Fields(_))), "a circle");
        }
        // Said again it is one and the same.
        say(&first, &second).await.expect("said again");
        home
    });
}

#[test]
fn what_was_typed_in_as_over_was_law_until_another_ended_it() {
    told(|home| async move {
        let mut values = Values::default().with(&VALIDITY, "repealed").with(&NUMBER, "财发〔2020〕1号");
        values.read(&WRITTEN, "2026-02-03");
        let at = "2026-02-10T02:00:00Z".parse().expect("moment");
        let old = home.seed(&Seed { values, ..plain(&POLICY, "QH010", "rules", "停水补偿办法", at) }).await;
        let new = policy(&home, "停水管理办法", "财发〔2026〕1号").await;
        let on = async |day| {
            let filter = Filter { kinds: vec![&POLICY], ..Filter::default() };
            let stood = public::list_of_day(&home.db, &home.house.kinds, &filter, day).await.expect("list");
            let one = stood.into_iter().find(|one| one.listed.id == old).expect("there");
            one.listed.values.get(&VALIDITY).to_owned()
        };
        let (before, first) = (jiff::civil::date(2026, 2, 19), jiff::civil::date(2026, 2, 20));
        assert_eq!((on(before).await, on(first).await), ("repealed".to_owned(), "repealed".to_owned()));
        let id = find(&home, &new, &[repeals("停水补偿办法", "财发〔2020〕1号")]).await;
        let mut tx = home.write().await;
        references::confirm(&mut tx, &editor("甲"), &id, 1, &decision(&old, "2026-02-20")).await.expect("confirmed");
        tx.commit().await.expect("commit");
        assert_eq!((on(before).await, on(first).await), ("in_force".to_owned(), "repealed".to_owned()));
        assert_eq!(shown(&home, &old).await, "repealed");
        home
    });
}

#[test]
fn what_no_text_says_waits_for_another_person() {
    told(|home| async move {
        let old = policy(&home, "停水补偿办法", "财发〔2020〕1号").await;
        let new = policy(&home, "停水管理办法", "财发〔2026〕1号").await;
        let say = async |who: &str| {
            let mut tx = home.write().await;
            let wanted = decision(&old, "2026-02-20");
            let row = references::add(&mut tx, &editor(who), &new, &wanted, ("停水补偿办法", "附件写明")).await;
            tx.commit().await.expect("commit");
            row.expect("proposed")
        };
        let row = say("甲").await;
        assert_eq!((row.state.as_str(), shown(&home, &old).await.as_str()), ("found", "in_force"));
        let confirm = async |who: &str| {
            let mut tx = home.write().await;
            let wanted = decision(&old, "2026-02-20");
            let said = references::confirm(&mut tx, &editor(who), &row.id, row.version, &wanted).await;
            if said.is_ok() {
                tx.commit().await.expect("commit");
            }
            said.map(|row| row.state)
        };
        assert!(matches!(confirm("甲").await, Err(Refusal::Fields(_))), "nobody alone");
        assert_eq!(confirm("乙").await.expect("the other one"), "confirmed");
        assert_eq!(shown(&home, &old).await, "repealed");
        document::lapse(&home.db, &home.house.kinds).await.expect("followed");
        home
    });
}
