//! Stories of search: what becomes public is found, what is not is not, and a broken index costs nothing.

use document::common::DOCUMENT_NUMBER;
use jiff::Timestamp;
use publishing::{
    kinds::POLICY,
    seed::{Seed, SeedState, seed},
};
use review::Gate;
use testkit::{TestApp, both};

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// A policy of the finance bureau, public since yesterday.
fn policy(title: &str, body: &str) -> Seed {
    Seed::published("QH010".into(), "policies", &POLICY, title, body, moment("2026-03-01T01:00:00Z"))
}

async fn put(app: &TestApp, document: Seed) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let id = seed(app.ctx(), &mut tx, document).await.expect("seed");
    tx.commit().await.expect("commit");
    app.work().await;
    id.as_str().to_owned()
}

async fn page(app: &TestApp, query: &str) -> testkit::Reply {
    app.visitor().get(&format!("/search?q={}", web::page::escape_query(query))).await.expect(200)
}

both! {
    async fn what_is_public_is_found_by_word_number_and_organ(app) {
        let mut document = policy("青禾县既有住宅加装电梯办法", "<p>每台补助二十万元，由县财政统筹。</p>");
        document.values = document.values.with(&DOCUMENT_NUMBER, "青禾府发〔2026〕9号");
        let id = put(app, document).await;
        for query in ["电梯", "补助", "青禾府发[2026]9号", "府发 9号", "县财政局", "青禾县财政局"] {
            page(app, query).await.shows(&format!("/policies/{id}"));
        }
        page(app, "电梯").await.shows("<mark>电梯</mark>");
        page(app, "县财政局").await.shows("/organs/QH010");
        let answer = app.visitor().get("/api/v1/search?q=%E7%94%B5%E6%A2%AF&organ=%E5%8E%BF%E8%B4%A2%E6%94%BF%E5%B1%80").await.json();
        assert_eq!(answer["total"], 1, "{answer}");
        assert_eq!(answer["hits"][0]["id"], id.as_str());
    }

    async fn what_is_not_public_is_never_found(app) {
        let at = moment("2026-03-01T01:00:00Z");
        let states = [
            SeedState::Draft,
            SeedState::InReview { gate: Gate::POLICY, since: at },
            SeedState::Returned { gate: Gate::WORDING, by: "审核员（测试）".into(), reason: "错字".into(), at },
            SeedState::Scheduled { at: moment("2026-04-01T01:00:00Z") },
            SeedState::Withdrawn { published_at: at, at: moment("2026-03-01T05:00:00Z"), reason: "有误".into(), notice: String::new() },
        ];
        for state in states {
            let mut document = policy("尚不公开的孔雀石方案", "<p>孔雀石开采事项。</p>");
            document.state = state;
            put(app, document).await;
        }
        page(app, "孔雀石").await.hides("尚不公开的孔雀石方案").shows("没有找到符合的内容");
        let answer = app.visitor().get("/api/v1/search?q=%E5%AD%94%E9%9B%80%E7%9F%B3").await.json();
        assert_eq!(answer["total"], 0, "{answer}");
    }

    async fn a_lost_index_is_made_again_from_the_database(app) {
        let id = put(app, policy("农村公路养护办法", "<p>养护责任到村。</p>")).await;
        let dir = app.data().join("index-elsewhere");
        let search = search::Search::open(&dir, app.ctx()).expect("open");
        search.catch_up(app.ctx()).await.expect("filled from the database");
        let found = search.query(&search::Query::text("公路")).await.expect("answer");
        assert_eq!(found.hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), [id.as_str()]);
        assert_eq!(search.rebuild(app.ctx()).await.expect("rebuilt"), search.status().documents);
    }
}
