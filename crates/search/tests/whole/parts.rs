//! Subjects with several entries, and who may find them.

use gongkai_search as search;
use search::{Query, Results, Search, Since, Sort};
use web::hooks::{Audience, SearchEntry, WordQuery};

use crate::{Town, entry, filled, ids};

/// A policy with an attachment and two articles.
fn policy() -> Vec<SearchEntry> {
    let whole = entry("青禾县河道采砂管理办法", "河道采砂许可。采砂船舶登记。\n附件：采砂许可申请表 开采量 作业方式");
    let form = whole.part("attachment/1", "采砂许可申请表", "申请人 开采量 作业方式", "/attachments/1".into());
    let articles = [("article/1", "第一条", "河道采砂许可。"), ("article/2", "第二条", "采砂船舶登记。")];
    let articles = articles.map(|(key, title, text)| whole.part(key, title, text, format!("/policies/p#{key}")));
    let mut all: Vec<SearchEntry> = articles.into_iter().chain([form]).collect();
    // Whatever the order in which a source tells of them.
    all.push(whole);
    all
}

async fn town() -> (Town, Search) {
    let (town, search) = filled().await;
    town.put_all("p", policy()).await;
    search.catch_up(&town.ctx).await.unwrap();
    (town, search)
}

#[tokio::test]
async fn a_subject_is_one_hit_with_the_parts_that_hold_the_words() {
    let (_town, search) = town().await;
    let results = search.query(&Query::text("采砂")).await.unwrap();
    assert_eq!((results.total, results.hits.len()), (1, 1));
    let hit = &results.hits[0];
    assert_eq!((hit.title.as_str(), hit.key.as_str()), ("青禾县河道采砂管理办法", ""));
    assert_eq!(hit.parts.len(), 3);
    let ship = search.query(&Query::text("船舶")).await.unwrap();
    let parts: Vec<_> = ship.hits[0].parts.iter().map(|part| (part.key.as_str(), part.url.as_str())).collect();
    assert_eq!(parts, [("article/2", "/policies/p#article/2")]);
    assert!(ship.hits[0].parts[0].snippet_pieces.iter().any(|piece| piece.hit && piece.text == "船舶"));
    assert_eq!(ship.facets.kind.iter().map(|kind| kind.count).collect::<Vec<_>>(), [1], "a subject counts once");
    assert_eq!(ids(&search, "船舶 作业方式").await, ["p"], "words of several parts stand together in the whole");
}

#[tokio::test]
async fn what_stands_only_in_a_part_leads_to_its_subject() {
    let (town, search) = filled().await;
    let whole = entry("青禾县统计年鉴", "目录。");
    let chapter = whole.part("attachment/7", "第七章", "孵化器面积", "/attachments/7".into());
    town.put_all("y", vec![whole, chapter]).await;
    // Neighbours in the same segment.
    town.put("z", entry("青禾县年鉴编纂办法", "编纂。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    let hit = search.query(&Query::text("孵化器")).await.unwrap().hits.remove(0);
    assert_eq!((hit.id.as_str(), hit.title.as_str(), hit.parts.len()), ("y", "青禾县统计年鉴", 1));
    let alone = entry("没有自己的条目", "").part("question/1", "门诊怎样报销", "持卡直接结算", "/questions/1".into());
    town.put_all("q", vec![alone]).await;
    search.catch_up(&town.ctx).await.unwrap();
    let hit = search.query(&Query::text("报销")).await.unwrap().hits.remove(0);
    assert_eq!((hit.id.as_str(), hit.key.as_str(), hit.title.as_str()), ("q", "question/1", "门诊怎样报销"));
}

#[tokio::test]
async fn entries_of_a_subject_are_replaced_together_and_stay_together() {
    let (town, search) = town().await;
    for round in 0..12 {
        // Enough commits for segments to be merged.
        town.put_all("p", policy()).await;
        town.put(&format!("n{round}"), entry("采砂公告", "采砂。")).await;
        search.catch_up(&town.ctx).await.unwrap();
    }
    let results = search.query(&Query { limit: 50, ..Query::text("采砂") }).await.unwrap();
    assert_eq!((results.total, results.hits.len()), (13, 13));
    let hit = results.hits.iter().find(|hit| hit.id == "p").unwrap();
    assert_eq!((hit.title.as_str(), hit.parts.len()), ("青禾县河道采砂管理办法", 3));
    town.put_all("p", vec![entry("青禾县河道管理办法", "堤防。")]).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert!(ids(&search, "船舶").await.is_empty(), "parts that are gone are gone");
    town.take("p").await;
    search.catch_up(&town.ctx).await.unwrap();
    assert!(ids(&search, "堤防").await.is_empty());
}

/// A word that stands in no public entry.
const CANARY: &str = "金丝雀七四一";

/// Entries of the office that hold the canary wherever text can stand, alone, beside and before public ones.
async fn planted() -> (Town, Search) {
    let (town, search) = filled().await;
    let secret = |key: &str| SearchEntry {
        key: key.into(),
        body: format!("正文{CANARY}"),
        url: format!("/documents/{CANARY}"),
        organ: Some(CANARY.into()),
        column: Some(CANARY.into()),
        date: "2031-01-01".into(),
        document_number: format!("{CANARY}〔2026〕9号"),
        validity: CANARY.into(),
        words: vec![CANARY.into()],
        names: vec![format!("{CANARY}名"), "电梯".into()],
        ..SearchEntry::office(CANARY, format!("{CANARY}方案电梯"))
    };
    town.put_all("s", vec![secret("")]).await;
    let public = entry("青禾县电梯安全通告", "电梯维保。");
    let part = public.part("article/1", "第一条", "维保单位职责。", "/policies/m#1".into());
    town.put_all("m", vec![secret("draft"), secret(""), part, public]).await;
    // Only a part of it is public: what stands first of it is the office's.
    let outer = entry("不给看", "").part("question/1", "电梯年检怎么办", "找维保单位。", "/questions/1".into());
    town.put_all("o", vec![secret(""), outer]).await;
    search.catch_up(&town.ctx).await.unwrap();
    (town, search)
}

fn told(results: &Results) -> String {
    serde_json::to_string(results).unwrap()
}

#[tokio::test]
async fn no_public_question_is_answered_from_an_entry_of_the_office() {
    let (_town, search) = planted().await;
    for text in [
        CANARY,
        "金丝雀",
        "七四一",
        "",
        "电梯",
        "方案",
        "电梯 方案",
        "〔2026〕9号",
        "金丝雀七四一名",
        "维保单位",
        "电梯 火星",
    ] {
        for sort in [Sort::Relevance, Sort::Date] {
            for filters in [
                Query::default(),
                Query { year: "2031".into(), ..Query::default() },
                Query { year: "2026".into(), ..Query::default() },
            ] {
                let results = search.query(&Query { text: text.into(), sort, limit: 100, ..filters }).await.unwrap();
                // The question itself is told again in what it could be shortened to.
                let results = Results {
                    suggestions: search::Suggestions { shorter: Vec::new(), ..results.suggestions },
                    ..results
                };
                assert!(!told(&results).contains("金丝雀"), "{text}: {}", told(&results));
                assert!(
                    results.facets.year.iter().all(|year| year.value != "2031"),
                    "{text}: {:?}",
                    results.facets.year
                );
            }
        }
    }
    assert_eq!(search.query(&Query::text(CANARY)).await.unwrap().total, 0);
    assert_eq!(search.query(&Query::text("电梯")).await.unwrap().total, 3);
    let shortened = search.query(&Query::text(format!("“{CANARY}” “火星”"))).await.unwrap();
    assert!(shortened.suggestions.shorter.is_empty(), "nor is it counted: {:?}", shortened.suggestions);
}

#[tokio::test]
async fn no_public_list_is_answered_from_an_entry_of_the_office() {
    let (town, _search) = planted().await;
    let index = town.ctx.one::<std::sync::Arc<dyn web::hooks::WordIndex>>();
    for words in [CANARY, "电梯", "方案", "金丝雀七四一名"] {
        for within in [web::hooks::Within::Names, web::hooks::Within::Text] {
            let query = WordQuery { within, ..WordQuery::new("document", words, Audience::Public) };
            let hits = index.ids(query).await.unwrap();
            assert!(!hits.ids.contains(&"s".to_owned()), "{words}: {hits:?}");
            assert_eq!(hits.total, u64::try_from(hits.ids.len()).unwrap());
        }
    }
    let office = index.ids(WordQuery::new("document", CANARY, Audience::Office)).await.unwrap();
    assert_eq!(office.total, 3, "the office finds them");
}

#[tokio::test]
async fn the_office_finds_its_own_and_what_is_public() {
    let (_town, search) = planted().await;
    let results = search.query_as(Audience::Office, &Query::text(CANARY)).await.unwrap();
    assert_eq!(results.total, 3);
    let drafts: Vec<_> = results.hits.iter().filter(|hit| hit.id == "m").flat_map(|hit| &hit.parts).collect();
    assert!(drafts.iter().any(|part| part.key == "draft"), "{results:?}");
    assert_eq!(search.query_as(Audience::Office, &Query::text("农村公路")).await.unwrap().total, 1);
    // What was asked by the one is not remembered for the other.
    assert_eq!(search.query(&Query::text(CANARY)).await.unwrap().total, 0);
}

#[tokio::test]
async fn an_article_is_found_by_its_number_beside_a_part_of_the_title() {
    let (_town, search) = town().await;
    // 管理 is left out of the last two, as people speak.
    let said =
        ["采砂管理办法第二条", "河道采砂 第2条", "青禾县河道采砂管理办法 二条", "采砂办法第2条", "河道采砂办法第二条"];
    for question in said {
        let results = search.query(&Query::text(question)).await.unwrap();
        let parts: Vec<_> = results.hits.iter().flat_map(|hit| &hit.parts).map(|part| part.key.as_str()).collect();
        assert_eq!((results.total, &parts[..]), (1, &["article/2"][..]), "{question}");
    }
    let named = search.query(&Query::text("青禾县河道采砂管理办法第2条")).await.unwrap();
    assert_eq!(named.hits[0].parts[0].key, "article/2");
    let whole = search.query(&Query::text("青禾县河道采砂管理办法")).await.unwrap();
    assert!(whole.hits[0].exact && whole.hits[0].parts.is_empty(), "its name means the whole");
}

#[tokio::test]
async fn what_stands_side_by_side_by_chance_comes_behind_what_is_meant() {
    let (town, search) = filled().await;
    let grain = "国家对小麦实行最低保护价收购，最低保护价由国务院规定，低于最低保护价的补足。";
    town.put("g", entry("粮食收购办法", grain)).await;
    town.put("d", entry("城乡最低生活保障办法", "家庭人均收入低于标准的，按月发给差额。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "低保").await, ["d", "g"]);
    // Of two that fit alike, the one in force.
    town.put("new", SearchEntry { past: true, date: "2026-05-01".into(), ..entry("小区绿化管理规定", "绿化。") }).await;
    town.put("old", SearchEntry { date: "2020-05-01".into(), ..entry("小区绿化管理规定", "绿化。") }).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "小区绿化").await, ["old", "new"]);
}

#[tokio::test]
async fn plain_ranking_is_there_to_be_compared_with() {
    let (_town, search) = town().await;
    assert_eq!(search.plain("采砂许可", 10).await.unwrap(), ["p"], "a subject once, however many of its parts fit");
    assert!(search.plain("饕餮", 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_what_became_public_lately_is_found_when_that_is_asked() {
    let (_town, search) = filled().await;
    let ask = async |text: &str, since: Since| {
        let results = search.query(&Query { since, ..Query::text(text) }).await.unwrap();
        (results.total, results.suggestions.without_filters)
    };
    // It is the first of June 2026; the one is of March, the other of May a year ago.
    assert_eq!(ask("电梯", Since::Year).await, (1, 0));
    assert_eq!(ask("电梯", Since::Month).await, (0, 1));
    assert_eq!(ask("创业", Since::Year).await, (0, 1));
    assert_eq!(ask("创业", Since::Ever).await, (1, 0));
}

#[tokio::test]
async fn a_text_is_found_between_two_days_and_under_each_of_its_topics() {
    let (town, search) = filled().await;
    let filed = |title: &str, date: &str, topics: &[&str]| SearchEntry {
        date: date.into(),
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        ..entry(title, "灌溉渠道维修。")
    };
    let whole = filed("灌溉渠道管理办法", "2026-03-10", &["水利", "农业"]);
    let part = whole.part("article/1", "第一条", "灌溉渠道由村管护。", "/policies/w#1".into());
    town.put_all("w", vec![whole, part]).await;
    town.put("v", filed("灌溉渠道维修通知", "2026-03-20", &["农业"])).await;
    search.catch_up(&town.ctx).await.unwrap();
    let day = |text: &str| text.parse().ok();
    let ask = async |query: Query| search.query(&query).await.unwrap();
    let all = ask(Query::text("灌溉渠道")).await;
    let topics: Vec<(String, u64)> = all.facets.topic.iter().map(|one| (one.value.clone(), one.count)).collect();
    assert_eq!(topics, [("农业".to_owned(), 2), ("水利".to_owned(), 1)], "a subject counts once under each");
    let water = ask(Query { topic: "水利".into(), ..Query::text("灌溉渠道") }).await;
    assert_eq!((water.total, water.hits[0].id.as_str()), (1, "w"));
    assert_eq!(water.facets.topic.len(), 2, "a facet leaves its own filter out");
    let between = |from: &str, to: &str| Query { from: day(from), to: day(to), ..Query::text("灌溉渠道") };
    assert_eq!(ask(between("2026-03-10", "2026-03-19")).await.total, 1, "both days belong to it");
    assert_eq!(ask(between("2026-03-20", "")).await.hits[0].id, "v");
    assert_eq!(ask(between("", "2026-03-09")).await.total, 0);
    assert_eq!(ask(between("", "2026-03-09")).await.suggestions.without_filters, 2);
}
