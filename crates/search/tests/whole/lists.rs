//! Words in lists.

use std::sync::Arc;

use web::hooks::{Audience, Within, WordIndex, WordQuery};

use crate::{Town, entry, filled};

fn index(town: &Town) -> &Arc<dyn WordIndex> {
    town.ctx.one::<Arc<dyn WordIndex>>()
}

fn asked(words: &str) -> WordQuery {
    WordQuery::new("document", words, Audience::Public)
}

#[tokio::test]
async fn titles_numbers_and_key_words_are_looked_up_newest_first() {
    let (town, _search) = filled().await;
    let ids = async |query: WordQuery| index(&town).ids(query).await.unwrap().ids;
    assert_eq!(ids(asked("青禾县")).await, ["a", "b"], "the newest first");
    assert_eq!(ids(asked("电梯 通知")).await, ["a"], "all words");
    assert_eq!(ids(asked("青禾府发〔2026〕9号")).await, ["a"]);
    assert_eq!(ids(asked("稳就业")).await, ["b"]);
    assert_eq!(ids(asked("加装电梯实施")).await, ["a"], "any piece of a title");
    assert!(ids(asked("贴息")).await.is_empty());
    assert_eq!(ids(WordQuery { within: Within::Text, ..asked("贴息") }).await, ["b"]);
    assert!(ids(asked("“县电梯”")).await.is_empty());
    assert!(ids(WordQuery::new("plan", "青禾县", Audience::Public)).await.is_empty(), "of this kind of subject only");
}

#[tokio::test]
async fn a_list_is_narrowed_counted_and_cut() {
    let (town, search) = filled().await;
    for n in 0..30 {
        let mut one = entry(&format!("公告第{n}号"), "内容。");
        one.date = format!("2026-04-{:02}", n + 1);
        one.organ = Some(if n % 3 == 0 { "QH020" } else { "QH010" }.into());
        town.put(&format!("n{n:02}"), one).await;
    }
    search.catch_up(&town.ctx).await.unwrap();
    let all = index(&town).ids(WordQuery { limit: 4, ..asked("公告") }).await.unwrap();
    assert_eq!(all.ids, ["n29", "n28", "n27", "n26"]);
    assert_eq!((all.total, all.more, all.building), (30, false, false));
    let of_organ = WordQuery { organs: vec!["QH020".into()], ..asked("公告") };
    assert_eq!(index(&town).ids(of_organ).await.unwrap().total, 10);
    let both =
        WordQuery { organs: vec!["QH020".into(), "QH010".into()], kinds: vec!["policy".into()], ..asked("公告") };
    assert_eq!(index(&town).ids(both).await.unwrap().total, 30);
    let none = WordQuery { columns: vec!["news".into()], ..asked("公告") };
    assert_eq!(index(&town).ids(none).await.unwrap().total, 0);
    let most = WordQuery { limit: usize::MAX, ..asked("公告") };
    assert_eq!(index(&town).ids(most).await.unwrap().ids.len(), 30);
}

#[tokio::test]
async fn a_list_follows_the_log() {
    let (town, search) = filled().await;
    assert_eq!(index(&town).ids(asked("电梯")).await.unwrap().ids, ["a"]);
    town.put("d", entry("电梯维保规范", "内容。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(index(&town).ids(asked("电梯")).await.unwrap().total, 2, "nothing old is remembered");
    town.take("a").await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(index(&town).ids(asked("电梯")).await.unwrap().ids, ["d"]);
}

#[tokio::test]
async fn what_cannot_be_looked_up_is_told() {
    let town = Town::new().await;
    let unavailable = |outcome: web::Result<web::hooks::WordHits>| matches!(outcome, Err(web::Error::Unavailable(words)) if words.contains("检索索引正在建立"));
    assert!(unavailable(index(&town).ids(asked("电梯")).await), "nobody has opened an index");
    let search = town.open();
    assert!(unavailable(index(&town).ids(asked("电梯")).await), "it is empty");
    for n in 0..250 {
        town.shelf.put(&format!("{n:03}"), vec![entry("农村公路", "养护。")]);
    }
    *town.shelf.patience.lock().unwrap() = Some(220);
    tokio::select! {
        _ = search.catch_up(&town.ctx) => panic!("it waits for ever"),
        () = town.shelf.stuck.notified() => {}
    }
    let partial = index(&town).ids(asked("公路")).await.unwrap();
    assert!(partial.building && partial.total == 100, "{partial:?}");
    *town.shelf.patience.lock().unwrap() = None;
    search.catch_up(&town.ctx).await.unwrap();
    let whole = index(&town).ids(asked("公路")).await.unwrap();
    assert!(!whole.building && whole.total == 250, "{whole:?}");
    assert!(index(&town).ids(asked("路")).await.unwrap().too_short);
    assert!(index(&town).ids(asked("？！")).await.unwrap().ids.is_empty());
    drop(search);
    assert!(unavailable(index(&town).ids(asked("公路")).await), "it was closed");
}
