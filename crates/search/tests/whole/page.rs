//! The page and its machine-readable twin.

use axum::{
    Extension,
    body::Body,
    http::{Request, StatusCode},
};
use gongkai_search as search;
use tower::ServiceExt;
use web::page::query_string;

use crate::{Town, entry, filled};

async fn get(town: &Town, search: &search::Search, address: &str) -> (StatusCode, String) {
    let routes = town.ctx.capabilities().routes().find(|routes| routes.listener() == web::Listener::Portal).unwrap();
    let router = routes.finish().1.layer(Extension(search.clone())).with_state(town.ctx.clone());
    let response = router.oneshot(Request::get(address).body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn address(pairs: &[(&str, &str)]) -> String {
    format!("/search?{}", query_string(pairs))
}

#[tokio::test]
async fn hits_are_marked_counted_and_filtered_without_scripts() {
    let (town, search) = filled().await;
    let (status, page) = get(&town, &search, &address(&[("q", "补贴")])).await;
    assert_eq!(status, StatusCode::OK);
    for part in [
        "<mark>补贴</mark>",
        "找到 1 条",
        "role=\"status\"",
        "href=\"/policies/b\"",
        "value=\"补贴\"",
        "县人社局",
        "name=\"kind\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert_eq!(page.matches("<h1>").count(), 1);
    for kind in ["news", "动态"] {
        let (_, page) = get(&town, &search, &address(&[("q", "青禾"), ("kind", kind)])).await;
        assert!(page.contains("找到 1 条") && page.contains("取消条件：</span>动态"), "{page}");
        assert!(page.contains("value=\"news\" checked") && page.contains("<span>动态</span>"), "{page}");
    }
}

#[tokio::test]
async fn the_bearer_of_a_number_stands_in_front() {
    let (town, search) = filled().await;
    let (_, page) = get(&town, &search, &address(&[("q", "青禾府发[2026]9号")])).await;
    let best = page.split("class=\"best\"").nth(1).and_then(|rest| rest.split("</div>").next()).unwrap();
    assert!(best.contains("/policies/a"), "{best}");
}

#[tokio::test]
async fn every_state_has_its_words() {
    let (town, search) = filled().await;
    let cases = [
        (address(&[]), "常用栏目"),
        (address(&[("q", "路")]), "请再多输入一个字"),
        (address(&[("q", "“火星基地”")]), "/foi"),
        (address(&[("q", "电梯"), ("year", "1999")]), "去掉全部筛选条件"),
        (address(&[("q", "电梯 补助 火星")]), "没有同时包含全部词语"),
        (address(&[("q", "河 公路")]), "只有一个字"),
        (address(&[("q", &"很长的问题".repeat(40))]), "只按前 100 个字"),
        (address(&[("q", "青禾"), ("page", "x"), ("sort", "nonsense")]), "找到 3 条"),
    ];
    for (address, words) in cases {
        let (status, page) = get(&town, &search, &address).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[tokio::test]
async fn markup_in_questions_and_texts_stays_text() {
    let (town, search) = filled().await;
    town.put("x", entry("<script>alert(1)</script>电梯", "<img src=x onerror=alert(1)>加装电梯")).await;
    search.catch_up(&town.ctx).await.unwrap();
    let (_, page) = get(&town, &search, &address(&[("q", "电梯 <script>\"><b>")])).await;
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("\"><b>"), "{page}");
}

#[tokio::test]
async fn before_there_is_an_index_the_page_says_so() {
    let town = Town::new().await;
    let search = town.open();
    let (status, page) = get(&town, &search, &address(&[("q", "电梯")])).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.contains("检索索引正在重建") && page.contains("/openness"));
}

#[tokio::test]
async fn programs_read_the_same_answer() {
    let (town, search) = filled().await;
    let address = format!("/api/v1/search?{}", query_string(&[("q", "电梯"), ("limit", "5")]));
    let (status, body) = get(&town, &search, &address).await;
    assert_eq!(status, StatusCode::OK);
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["total"], 1);
    for field in ["id", "kind", "title", "url", "snippet", "score"] {
        assert!(!answer["hits"][0][field].is_null(), "{field}");
    }
    assert!(answer["took_ms"].is_u64() && answer["facets"]["kind"][0]["count"] == 1);
    assert_eq!(answer["facets"]["kind"][0]["label"], "政策");
}
