//! What is found, how the index follows the log, and what it survives.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use gongkai_search as search;
use kernel::{Directory, Organ, OrganKind};
use search::{Query, Search, Sort};

use web::hooks::SearchEntry;

use crate::{COLUMN_CHANGED, ERASED, Town, entry, filled, ids};

#[tokio::test]
async fn words_of_two_characters_are_found_in_title_and_body_whether_or_not_a_dictionary_has_them() {
    let (_town, search) = filled().await;
    for (word, id) in [
        ("电梯", "a"),
        ("就业", "b"),
        ("补贴", "b"),
        ("养护", "c"),
        ("青禾", "a"),
        ("台20", "a"),
        ("pm2.5", "b"),
        ("ＰＭ", ""),
    ] {
        let found = ids(&search, word).await;
        assert_eq!(found.contains(&id.to_owned()), !id.is_empty(), "{word}: {found:?}");
    }
    assert_eq!(ids(&search, "小微企业 贴息").await, ["b"]);
    assert_eq!(ids(&search, "小微企业贷款贴息").await, ["b"], "words apart from each other");
    assert!(ids(&search, "“小微企业贷款贴息”").await.is_empty(), "quoted means as it stands");
}

#[tokio::test]
async fn a_document_number_finds_its_bearer_first_however_it_is_typed() {
    let (_town, search) = filled().await;
    for form in [
        "青禾府发〔2026〕9号",
        "青禾府发[2026]9号",
        "青禾府发(2026)9号",
        "青禾府发（２０２６）9号",
        "青禾府发2026 9号",
        "青禾府发20269号",
        "青禾府发〔2026〕第9号",
        "府发〔2026〕9号",
        "府发 9号",
        "府发9号",
        "青禾府发第9号",
        "〔2026〕9号",
    ] {
        let found = ids(&search, form).await;
        assert_eq!(found, ["a", "c"], "{form}");
    }
    let best = search.query(&Query::text("青禾府发[2026]9号")).await.unwrap().hits.remove(0);
    assert!(best.exact);
    assert!(ids(&search, "青禾府发〔2025〕9号").await.is_empty());
}

#[tokio::test]
async fn a_name_finds_what_belongs_to_its_bearer() {
    let (_town, search) = filled().await;
    assert_eq!(ids(&search, "县人社局").await, ["b"]);
    assert_eq!(ids(&search, "人社局").await, ["b"]);
    assert_eq!(ids(&search, "人力资源和社会保障局").await, ["b"]);
    assert_eq!(ids(&search, "工作动态").await, ["c"]);
    assert_eq!(ids(&search, "县人社局 贴息").await, ["b"]);
    assert_eq!(ids(&search, "县人社局就业补贴").await, ["b"], "a name in the middle of a question");
    assert!(ids(&search, "县人社局公路").await.is_empty());
}

#[tokio::test]
async fn facets_count_without_their_own_filter() {
    let (_town, search) = filled().await;
    let query = Query { kind: "news".into(), ..Query::text("青禾") };
    let results = search.query(&query).await.unwrap();
    assert_eq!((results.total, results.hits.len()), (1, 1));
    let kinds: Vec<_> = results.facets.kind.iter().map(|found| (found.label.as_str(), found.count)).collect();
    assert_eq!(kinds, [("政策", 2), ("动态", 1)]);
    let years: Vec<_> = results.facets.year.iter().map(|found| (found.value.as_str(), found.count)).collect();
    assert_eq!(years, [("2026", 1)]);
    for organ in ["QH010", "县财政局"] {
        let all = search.query(&Query { sort: Sort::Date, organ: organ.into(), ..Query::default() }).await.unwrap();
        assert_eq!(all.total, 2, "filters alone list everything, by code and by name: {organ}");
    }
    let nobody = search.query(&Query { organ: "县商务局".into(), ..Query::default() }).await.unwrap();
    assert_eq!(nobody.total, 0);
}

#[tokio::test]
async fn hits_are_marked_and_dates_order() {
    let (_town, search) = filled().await;
    let results = search.query(&Query::text("补贴")).await.unwrap();
    let marked: Vec<_> =
        results.hits[0].snippet_pieces.iter().filter(|piece| piece.hit).map(|piece| piece.text.as_str()).collect();
    assert_eq!(marked, ["补贴"]);
    let by_date = search.query(&Query { sort: Sort::Date, ..Query::text("青禾") }).await.unwrap();
    assert_eq!(by_date.hits.last().map(|hit| hit.id.as_str()), Some("b"));
    let page = search.query(&Query { limit: 1, page: 2, ..Query::text("青禾") }).await.unwrap();
    assert_eq!((page.hits.len(), page.page, page.total), (1, 2, 3));
}

#[tokio::test]
async fn help_is_given_when_nothing_is_found() {
    let (_town, search) = filled().await;
    let results = search.query(&Query { year: "1999".into(), ..Query::text("电梯") }).await.unwrap();
    assert_eq!((results.total, results.suggestions.without_filters), (0, 1));
    let results = search.query(&Query::text("“电梯” “火星”")).await.unwrap();
    assert_eq!(results.suggestions.shorter[0].value, "“电梯”");
    assert!(!results.suggestions.columns.is_empty());
    let some = search.query(&Query::text("电梯 补助 火星")).await.unwrap();
    assert!(some.relaxed && some.hits[0].id == "a");
    assert!(search.query(&Query::text("路")).await.unwrap().too_short);
}

#[tokio::test]
async fn hostile_questions_are_answered() {
    let (_town, search) = filled().await;
    for text in [
        "*:*",
        "title:(",
        "\"",
        "' OR 1=1 --",
        "\\u0000\0",
        "[2026 TO *]",
        "🚲🚲",
        "a\u{301}b",
        &"（".repeat(300),
        &"电梯".repeat(200),
    ] {
        let results = search.query(&Query { page: usize::MAX, limit: usize::MAX, ..Query::text(text) }).await;
        assert!(results.is_ok(), "{text}: {results:?}");
    }
}

#[tokio::test]
async fn the_index_follows_the_log_and_forgets_what_is_withdrawn() {
    let (town, search) = filled().await;
    town.put("d", entry("新发布的殡葬改革方案", "惠民殡葬。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "殡葬").await, ["d"]);
    town.put("d", entry("改了题目", "只余正文。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert!(ids(&search, "殡葬").await.is_empty());
    town.take("d").await;
    search.catch_up(&town.ctx).await.unwrap();
    assert!(ids(&search, "题目").await.is_empty());
    assert_eq!((search.status().lag, search.status().documents), (0, 3));
}

#[tokio::test]
async fn what_was_erased_does_not_lie_on_in_the_files_of_the_index() {
    let (town, search) = filled().await;
    let deleted = || -> u32 {
        let metas = tantivy::Index::open_in_dir(town.dir()).unwrap().load_metas().unwrap();
        metas.segments.iter().map(tantivy::SegmentMeta::num_deleted_docs).sum()
    };
    // Side by side in one segment, which stays when one of them is taken out.
    town.take("a").await;
    search.catch_up(&town.ctx).await.unwrap();
    assert!(deleted() > 0, "taken out, and still there");
    town.happened(&ERASED, "a").await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(deleted(), 0);
    assert_eq!(ids(&search, "贴息").await, ["b"]);
    assert_eq!((search.status().lag, search.status().problem.as_str()), (0, ""));
    // A process that dies between taking erased words out and writing the files anew leaves that to the next.
    town.put("x", entry("将要清除的稿件", "不该公开。")).await;
    town.put("y", entry("与它同在的稿件", "可以公开。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    town.take("x").await;
    town.happened(&ERASED, "x").await;
    assert!(search.pass(&town.ctx).await.unwrap(), "there is more to do");
    assert!(deleted() > 0, "taken out, and still there");
    drop(search);
    let search = town.open();
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(deleted(), 0);
    // An index goes on being fed afterwards.
    town.put("d", entry("新发布的殡葬改革方案", "惠民殡葬。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "殡葬").await, ["d"]);
}

#[tokio::test]
async fn the_feed_makes_an_event_visible_while_it_runs() {
    let (town, search) = filled().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let feed = tokio::spawn(search::run(search.clone(), town.ctx.clone(), stopped));
    town.put("e", entry("夜间开放的图书馆", "开放时间。")).await;
    // The time decides nothing but when a feed that shows nothing has failed: it is many times what one needs.
    let shown = async {
        while ids(&search, "图书馆").await.is_empty() {
            assert!(!feed.is_finished(), "the feed has ended");
            tokio::task::yield_now().await;
        }
    };
    let shown = tokio::time::timeout(Duration::from_secs(60), shown).await;
    assert!(shown.is_ok(), "not visible: {:?}", search.status());
    stop.send(true).unwrap();
    feed.await.unwrap();
}

#[tokio::test]
async fn what_was_not_committed_is_read_again() {
    let (town, search) = filled().await;
    drop(search);
    // The events of a time in which nobody fed the index, and of which a killed process had written nothing.
    town.put("f", entry("停电公告", "检修。")).await;
    town.take("a").await;
    let search = town.open();
    assert_eq!(search.status().lag, 2);
    assert!(ids(&search, "停电").await.is_empty());
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "停电").await, ["f"]);
    assert!(ids(&search, "电梯").await.is_empty());
}

fn largest(dir: &Path) -> PathBuf {
    let files = fs::read_dir(dir).unwrap().flatten().map(|file| file.path());
    files
        .filter(|file| file.extension().is_some_and(|kind| kind == "store"))
        .max_by_key(|file| fs::metadata(file).unwrap().len())
        .unwrap()
}

/// Damages the index while nobody uses it, then opens it, and expects it to be whole again after one rebuild.
async fn survives(damage: impl Fn(&Path)) {
    let (town, search) = filled().await;
    drop(search);
    damage(&town.dir());
    let search = town.open();
    // The portal asks while nobody has repaired anything yet: an answer or a clear «not yet», never a panic.
    let _ = search.query(&Query::text("电梯")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "电梯").await, ["a"]);
    let status = search.status();
    assert_eq!((status.documents, status.problem.as_str(), status.rebuilding), (3, "", false));
    let aside = fs::read_dir(town.folder.path())
        .unwrap()
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().contains("index.corrupt-"));
    assert_eq!(aside.count(), 1);
    // Not a second time at once, but soon: a cause that is gone must not keep the search away.
    drop(search);
    damage(&town.dir());
    let search = town.open();
    search.catch_up(&town.ctx).await.unwrap();
    assert!(!search.status().problem.is_empty());
    assert!(matches!(search.query(&Query::text("电梯")).await, Err(search::Error::NotReady)));
    town.clock.set("2026-06-01T00:00:11Z".parse().unwrap());
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "电梯").await, ["a"]);
    let aside = fs::read_dir(town.folder.path())
        .unwrap()
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().contains("index.corrupt-"));
    assert_eq!(aside.count(), 1, "only the newest is kept");
}

#[tokio::test]
async fn a_missing_meta_file_is_survived() {
    survives(|dir| fs::remove_file(dir.join("meta.json")).unwrap()).await;
}

#[tokio::test]
async fn garbage_is_survived() {
    survives(|dir| fs::write(dir.join("meta.json"), b"\xff\x00{").unwrap()).await;
}

#[tokio::test]
async fn an_empty_segment_file_is_survived() {
    survives(|dir| fs::write(largest(dir), b"").unwrap()).await;
}

#[tokio::test]
async fn a_truncated_segment_file_is_survived() {
    survives(|dir| {
        let file = largest(dir);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_index_of_another_version_is_made_anew_and_not_kept() {
    let (town, search) = filled().await;
    drop(search);
    // A rebuild a moment ago keeps a broken index waiting; an outdated one is not broken.
    fs::write(town.folder.path().join("index.rebuilt"), kernel::time::to_db(town.ctx.seams().now())).unwrap();
    fs::write(town.dir().join("version.json"), r#"{"schema":1,"tokens":1}"#).unwrap();
    let search = town.open();
    assert!(matches!(search.query(&Query::text("电梯")).await, Err(search::Error::NotReady)));
    assert!(search.status().rebuilding && search.status().problem.is_empty());
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "电梯").await, ["a"]);
    assert_eq!(fs::read_dir(town.folder.path()).unwrap().flatten().filter(|file| file.path().is_dir()).count(), 1);
}

#[tokio::test]
async fn a_flipped_byte_is_seen_by_the_check_in_the_background() {
    let (town, search) = filled().await;
    drop(search);
    let file = largest(&town.dir());
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 0xff;
    fs::write(&file, &bytes).unwrap();
    let search = town.open();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let feed = tokio::spawn(search::run(search.clone(), town.ctx.clone(), stopped));
    let aside = || {
        fs::read_dir(town.folder.path())
            .unwrap()
            .flatten()
            .any(|file| file.file_name().to_string_lossy().contains("index.corrupt-"))
    };
    while !aside() || search.status().rebuilding {
        tokio::task::yield_now().await;
    }
    assert_eq!(ids(&search, "电梯").await, ["a"]);
    stop.send(true).unwrap();
    feed.await.unwrap();
}

#[tokio::test]
async fn files_truncated_under_a_running_program_cost_an_answer_and_not_the_program() {
    let (town, search) = filled().await;
    for file in fs::read_dir(town.dir()).unwrap().flatten().map(|file| file.path()) {
        let segment = file.extension().is_some_and(|kind| kind != "json" && kind != "lock");
        if segment {
            fs::File::options().write(true).open(&file).unwrap().set_len(3).unwrap();
        }
    }
    let _ = search.query(&Query::text("电梯")).await;
    assert!(!search.status().problem.is_empty());
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "电梯").await, ["a"]);
}

#[tokio::test]
async fn a_removed_index_is_made_again_every_time() {
    let (town, search) = filled().await;
    drop(search);
    for _ in 0..2 {
        fs::remove_dir_all(town.dir()).unwrap();
        let search = town.open();
        search.catch_up(&town.ctx).await.unwrap();
        assert_eq!(ids(&search, "电梯").await, ["a"]);
    }
}

#[tokio::test]
async fn reindex_works_alone_and_is_refused_beside_a_server() {
    let (town, search) = filled().await;
    let other = town.open();
    assert!(matches!(other.rebuild(&town.ctx).await, Err(search::Error::Busy)));
    assert_eq!(ids(&other, "电梯").await, ["a"], "the second process reads what the first one writes");
    drop(search);
    let mut told = Vec::new();
    assert_eq!(other.rebuild_telling(&town.ctx, |count| told.push(count)).await.unwrap(), 3);
    assert_eq!(told.last(), Some(&3));
    assert_eq!(ids(&other, "电梯").await, ["a"]);
}

#[tokio::test]
async fn a_renamed_organ_is_shown_and_found_at_once_and_nothing_is_read_again() {
    let (town, search) = filled().await;
    let read = town.shelf.readings();
    assert!(ids(&search, "县发展改革局").await.is_empty());
    let mut organ = Organ::named("QH010", "青禾县发展和改革局", "县发展改革局", OrganKind::CountyDepartment);
    organ.aliases = vec!["发改局".into()];
    town.ctx.set_directory(Directory::new(vec![organ], "青禾县"));
    assert_eq!(ids(&search, "县发展改革局").await, ["a", "c"]);
    assert_eq!(ids(&search, "发改局").await, ["a", "c"]);
    let results = search.query(&Query::text("电梯")).await.unwrap();
    assert_eq!(results.hits[0].organ, "县发展改革局");
    assert_eq!(
        (results.facets.organ[0].value.as_str(), results.facets.organ[0].label.as_str()),
        ("QH010", "县发展改革局")
    );
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(town.shelf.readings(), read);
}

#[tokio::test]
async fn a_renamed_column_is_shown_under_its_name_and_nothing_is_read_again() {
    let (town, search) = filled().await;
    let read = town.shelf.readings();
    town.shelf.columns.lock().unwrap().insert("news".into(), "青禾要闻".into());
    town.happened(&COLUMN_CHANGED, "news").await;
    search.catch_up(&town.ctx).await.unwrap();
    for column in ["news", "青禾要闻"] {
        let results = search.query(&Query { column: column.into(), ..Query::default() }).await.unwrap();
        assert_eq!((results.total, results.hits[0].column.as_str(), results.rebuilding), (1, "青禾要闻", false));
    }
    assert_eq!(town.shelf.readings(), read);
}

#[tokio::test]
async fn a_new_source_is_read_an_old_one_forgotten_and_a_changed_one_read_again() {
    let town = Town::of(&["document"]).await;
    town.corpus().await;
    town.open().catch_up(&town.ctx).await.unwrap();
    let read = town.shelf.readings();
    // The new one stands before the known one: what was read is told by its kind, not by its place.
    let town = town.again(&["letter", "document"]).await;
    let search = town.open();
    assert!(search.status().rebuilding);
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(town.shelf.readings(), read + 3, "only the new source is read");
    assert_eq!(search.query(&Query::text("电梯")).await.unwrap().total, 2);
    drop(search);
    let town = town.again(&["letter"]).await;
    let search = town.open();
    search.catch_up(&town.ctx).await.unwrap();
    let found = search.query(&Query::text("电梯")).await.unwrap();
    assert_eq!((found.total, found.hits[0].subject.as_str()), (1, "letter"));
    town.shelf.put("a", vec![entry("改用另一种写法", "升降机。")]);
    town.shelf.version.store(2, std::sync::atomic::Ordering::Relaxed);
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "升降机").await, ["a"]);
}

#[tokio::test]
async fn an_index_ahead_of_its_database_is_rebuilt() {
    let (town, search) = filled().await;
    drop(search);
    let younger = Town::new().await;
    younger.put("z", entry("另一个库里的文件", "内容。")).await;
    let search = Search::open(town.dir(), &younger.ctx).unwrap();
    search.catch_up(&younger.ctx).await.unwrap();
    assert!(ids(&search, "电梯").await.is_empty());
    assert_eq!(ids(&search, "文件").await, ["z"]);
}

#[tokio::test]
async fn a_rebuild_that_is_cut_off_goes_on_where_it_was_committed() {
    let town = Town::new().await;
    for n in 0..350 {
        town.shelf.put(&format!("{n:03}"), vec![entry("农村公路", "养护。")]);
    }
    // The 220th reading never ends: one page is committed, one is written and not committed, one is being read.
    *town.shelf.patience.lock().unwrap() = Some(220);
    let search = town.open();
    tokio::select! {
        _ = search.catch_up(&town.ctx) => panic!("it waits for ever"),
        () = town.shelf.stuck.notified() => {}
    }
    drop(search);
    *town.shelf.patience.lock().unwrap() = None;
    let search = town.open();
    let status = search.status();
    assert_eq!((status.documents, status.done, status.rebuilding), (100, 100, true));
    assert!(
        search.query(&Query::text("公路")).await.unwrap().rebuilding,
        "what is there is found, and said to be partial"
    );
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!((search.status().documents, search.status().rebuilding), (350, false));
    assert_eq!(search.query(&Query::text("公路")).await.unwrap().total, 350);
}

/// Whatever keeps the index from being fed: what was withdrawn is found by nobody, and what was corrected shows nothing of before.
#[tokio::test]
async fn what_was_withdrawn_is_not_found_although_the_index_has_not_heard_of_it() {
    let (town, search) = filled().await;
    let before = search.query(&Query::text("青禾")).await.unwrap();
    assert_eq!(before.total, 3);
    // Remembered answers, too.
    assert_eq!(ids(&search, "电梯").await, ["a"]);
    town.take("a").await;
    town.put("b", SearchEntry { url: "/policies/b2".into(), ..entry("更正后的标题", "没有那句话了。") }).await;
    for _ in 0..2 {
        assert!(ids(&search, "电梯").await.is_empty());
        let found = search.query(&Query::text("青禾")).await.unwrap();
        assert_eq!((found.total, found.hits.len()), (2, 2));
        let corrected = found.hits.iter().find(|hit| hit.id == "b").unwrap();
        assert_eq!((corrected.title.as_str(), corrected.url.as_str()), ("更正后的标题", "/policies/b2"));
        assert_eq!((corrected.snippet.as_str(), corrected.snippet_pieces.len()), ("", 0));
        let shown: String = corrected.title_pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(shown, "更正后的标题");
        assert!(
            found.hits.iter().find(|hit| hit.id == "c").unwrap().snippet.contains("公路"),
            "others are as they were"
        );
    }
    // Taken away behind the log's back: not found either.
    town.shelf.objects.lock().unwrap().remove("c");
    assert!(!ids(&search, "公路").await.contains(&"c".to_owned()));
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "更正").await, ["b"]);
}

/// A suspicion is looked into: files that are whole stay, whatever the library said.
#[tokio::test]
async fn a_good_index_is_never_thrown_away() {
    let (town, search) = filled().await;
    let made = fs::metadata(town.dir().join("version.json")).unwrap().modified().unwrap();
    // A folder that cannot be entered stands for every cause outside of the index; root enters all, so a file stands in its way.
    let moved = town.folder.path().join("moved");
    fs::rename(town.dir(), &moved).unwrap();
    fs::write(town.dir(), b"").unwrap();
    let cannot = Search::open(town.dir(), &town.ctx);
    assert!(cannot.is_ok(), "the program serves");
    fs::remove_file(town.dir()).unwrap();
    fs::rename(&moved, town.dir()).unwrap();
    drop(search);
    let search = cannot.unwrap();
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "电梯").await, ["a"]);
    assert_eq!(fs::metadata(town.dir().join("version.json")).unwrap().modified().unwrap(), made, "the same index");
    assert_eq!(search.status().problem, "");
}

#[tokio::test]
async fn what_people_call_it_finds_what_documents_call_it() {
    let (town, search) = filled().await;
    town.put("d", entry("城乡最低生活保障工作规程", "农村最低生活保障对象的补差标准逐年提高。")).await;
    town.put("e", entry("十月低保资金发放情况", "低保金已经发放到户。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "低保").await, ["e", "d"], "its own words first");
    assert_eq!(ids(&search, "最低生活保障").await, ["d", "e"]);
    assert_eq!(ids(&search, "低保标准").await, ["d"]);
    assert_eq!(ids(&search, "“低保”").await, ["e"], "quoted means as it stands");
    town.put("f", entry("关于提高城乡低保标准的通知", "自2026年7月起，城乡低保标准提高到每月1060元。")).await;
    search.catch_up(&town.ctx).await.unwrap();
    assert_eq!(ids(&search, "低保标准2026").await, ["f"], "a year written at the words is a word of its own");
}
