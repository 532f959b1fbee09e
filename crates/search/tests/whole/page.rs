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
async fn days_are_kept_in_the_form_and_a_day_that_is_none_is_told() {
    let (town, search) = filled().await;
    let asked = [("q", "电梯"), ("from", "2026年2月"), ("to", "2026-12-31")];
    let (_, page) = get(&town, &search, &address(&asked)).await;
    for part in [
        "找到 1 条",
        "value=\"2026年2月\"",
        "2026-02-01</span> 至 <span class=\"whole\">2026-12-31</span> 公开",
        "from=2026-02-01&amp;to=2026-12-31",
    ] {
        assert!(page.contains(part) || page.contains(&part.replace("&amp;", "&#38;")), "{part} in {page}");
    }
    let asked = [("q", "电梯"), ("from", "2026-02-30")];
    let (status, page) = get(&town, &search, &address(&asked)).await;
    assert_eq!(status, StatusCode::OK);
    for part in ["没有按日期筛选", "</span>”这一天", "value=\"2026-02-30\"", "aria-invalid", "找到 1 条"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
    let api = |day: &str| format!("/api/v1/search?{}", query_string(&[("q", "电梯"), ("from", day)]));
    assert_eq!(get(&town, &search, &api("2026-02-30")).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get(&town, &search, &api("2026-02-01")).await.0, StatusCode::OK);
    let feed = |day: &str| format!("/search/feed.atom?{}", query_string(&[("q", "电梯"), ("to", day)]));
    assert_eq!(get(&town, &search, &feed("2026-02-30")).await.0, StatusCode::BAD_REQUEST);
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

#[tokio::test]
async fn parts_that_hold_the_words_stand_under_their_subject_with_links_of_their_own() {
    let (town, search) = filled().await;
    let whole = entry("青禾县河道管理办法", "采砂许可。");
    let article = whole.part("article/1", "第一条", "河道采砂许可。", "/policies/r#article-1".into());
    town.put_all("r", vec![whole, article]).await;
    search.catch_up(&town.ctx).await.unwrap();
    let (_, page) = get(&town, &search, &address(&[("q", "采砂")])).await;
    assert!(page.contains("找到 1 条") && page.contains("href=\"/policies/r#article-1\">第一条</a>"), "{page}");
    assert!(page.contains("河道<mark>采砂</mark>许可"), "{page}");
    let (_, page) = get(&town, &search, &address(&[("q", "青禾县河道管理办法")])).await;
    assert!(page.contains("class=\"best\""), "{page}");
}

/// Another number is not the one that was meant.
#[tokio::test]
async fn a_number_that_does_not_exist_is_told_and_not_put_right() {
    let (town, search) = filled().await;
    town.put("f", entry("青政办法规汇编", "青政办法规。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    for question in ["青政办发〔2031〕3号", "国务院令第9999号"] {
        let (_, page) = get(&town, &search, &address(&[("q", question)])).await;
        assert!(page.contains("没有公开这个文号的文件") && !page.contains("您是不是要找"), "{question}: {page}");
    }
    let (_, page) = get(&town, &search, &address(&[("q", "火星基地")])).await;
    assert!(!page.contains("没有公开这个文号的文件"), "{page}");
}

/// A crowd that asks different things while one of them is being answered.
#[tokio::test]
async fn a_crowd_is_answered_or_told_to_come_back_and_never_piles_up() {
    let (town, search) = filled().await;
    let asked: Vec<String> = (0..200).map(|n| address(&[("q", &format!("青禾 {n}"))])).collect();
    let answers = futures::future::join_all(asked.iter().map(|address| get(&town, &search, address))).await;
    for (status, page) in answers {
        match status {
            StatusCode::OK => assert!(page.contains("role=\"status\""), "{page}"),
            _ => assert!(
                status == StatusCode::SERVICE_UNAVAILABLE && page.contains("现在搜索的人很多"),
                "{status} {page}"
            ),
        }
    }
    assert_eq!(get(&town, &search, &address(&[("q", "电梯")])).await.0, StatusCode::OK, "and then it goes on");
}
