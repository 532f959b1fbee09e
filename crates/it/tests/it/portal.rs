//! Stories of the portal: what is not public is nowhere, what was withdrawn says so, and every page keeps its form.

use document::{
    Values,
    common::{DOCUMENT_NUMBER, KEYWORDS, SOURCE, SUMMARY, TOPICS},
};
use http::{Method, header};
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, OrganCode};
use publishing::{
    columns::ColumnData,
    kinds::NOTICE,
    seed::{Seed, SeedCorrection, SeedFile, SeedState, seed},
};
use review::Gate;
use testkit::{Client, TestApp, both};

use crate::publishing::pictures::png;

/// Stands in no word of the program: whoever sees it has seen what is not public.
const CANARY: &str = "金丝雀七四一九";

/// Every address of the portal that lists, counts, feeds or searches.
const SURFACES: &[&str] = &[
    "/",
    "/openness",
    "/catalogue",
    "/catalogue/coverage",
    "/catalogue/data.json",
    "/policies",
    "/policies?kind=all",
    "/policies.csv",
    "/policies.json",
    "/documents",
    "/documents.csv",
    "/documents.json",
    "/documents?organ=QH010",
    "/columns/notices",
    "/columns/notices/feed.atom",
    "/organs/QH010/feed.atom",
    "/policies/feed.atom?kind=all",
    "/documents/feed.atom",
    "/columns/notices/list.csv",
    "/columns/notices/list.json",
    "/organs",
    "/organs/QH010",
    "/foi",
    "/foi/apply",
    "/foi/answers",
    "/foi/correction",
    "/dialogue",
    "/consultations",
    "/mistakes",
    "/enforcement",
    "/enforcement/powers",
    "/enforcement/withdrawn",
    "/enforcement/organs/QH010",
    "/enforcement/feedback",
    "/enforcement/repair",
    "/cases/track",
    "/cases/lost",
    "/interpretations",
    "/questions",
    "/audience",
    "/audience.json",
    "/letters",
    "/services",
    "/reports",
    "/reports/figures",
    "/data",
    "/feed.atom",
    "/receipts",
    "/receipts?q=%E9%87%91%E4%B8%9D%E9%9B%80",
    "/sitemap.xml",
    "/sitemap",
    "/robots.txt",
    "/.well-known/security.txt",
    "/statements/accessibility",
    "/statements/privacy",
    "/statements/about",
    "/subscriptions",
    "/subscriptions?organ=QH010",
    "/subscriptions/feed.atom",
    "/subscriptions/feed.atom?organ=QH010",
    "/api/v1/documents",
    "/api",
    "/api/v1/organs",
    "/api/v1/columns",
    "/api/v1/plans",
    "/api/v1/duties",
    "/api/v1/foi-answers",
    "/api/v1/openapi.json",
    "/search?q=%E9%87%91%E4%B8%9D%E9%9B%80%E4%B8%83%E5%9B%9B%E4%B8%80%E4%B9%9D",
    "/api/v1/search?q=%E9%87%91%E4%B8%9D%E9%9B%80",
    "/search/feed.atom?q=%E9%87%91%E4%B8%9D%E9%9B%80",
    "/plans",
    "/documents?q=%E9%87%91%E4%B8%9D%E9%9B%80",
    "/organs?q=%E9%87%91%E4%B8%9D%E9%9B%80",
];

/// Pages that are always there, of whatever capability.
const PAGES: &[&str] = &[
    "/",
    "/openness",
    "/catalogue",
    "/catalogue/coverage",
    "/policies",
    "/documents",
    "/organs",
    "/organs/QH001",
    "/organs/QH010",
    "/foi",
    "/foi/apply",
    "/dialogue",
    "/consultations",
    "/mistakes",
    "/enforcement",
    "/enforcement/powers",
    "/enforcement/withdrawn",
    "/enforcement/organs/QH010",
    "/enforcement/feedback",
    "/enforcement/repair",
    "/cases/track",
    "/cases/lost",
    "/interpretations",
    "/questions",
    "/audience",
    "/letters",
    "/services",
    "/reports",
    "/reports/figures",
    "/data",
    "/api",
    "/sitemap",
    "/subscriptions",
    "/subscriptions/sent",
    "/receipts",
    "/statements/accessibility",
    "/statements/privacy",
    "/statements/about",
];

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

pub(crate) async fn column(app: &TestApp) {
    let mut tx = app.ctx().db().write().await.expect("write");
    let data = ColumnData {
        slug: "notices".into(),
        name: "通知公告".into(),
        description: "面向社会的通知".into(),
        keywords: "通知,公告".into(),
        kind: "notice".into(),
        ..ColumnData::default()
    };
    publishing::columns::put(&mut tx, &Actor::System, &data).await.expect("column");
    tx.commit().await.expect("commit");
}

pub(crate) async fn put(app: &TestApp, one: Seed) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let id = seed(app.ctx(), &mut tx, one).await.expect("seed");
    tx.commit().await.expect("commit");
    String::from(id)
}

pub(crate) fn notice(title: &str, body: &str) -> Seed {
    let at = moment("2026-02-10T02:00:00Z");
    Seed::published(OrganCode::from("QH010"), "notices", &NOTICE, title, body, at)
}

fn workbook(text: &str) -> SeedFile {
    let sheet = documents::tables::Sheet {
        name: "名单".into(),
        header: vec!["说明".into()],
        rows: vec![vec![text.into()]],
        ..documents::tables::Sheet::default()
    };
    let bytes = documents::tables::write_xlsx(&sheet).expect("workbook");
    SeedFile { file_name: format!("{text}.xlsx"), title: text.to_owned(), bytes }
}

/// A document that carries the canary in every field that a person can fill in.
fn hidden(state: SeedState) -> Seed {
    Seed {
        state,
        values: Values::default()
            .with(&SUMMARY, CANARY)
            .with(&DOCUMENT_NUMBER, CANARY)
            .with(&TOPICS, CANARY)
            .with(&KEYWORDS, CANARY)
            .with(&SOURCE, CANARY),
        files: vec![workbook(CANARY)],
        pictures: vec![SeedFile { file_name: format!("{CANARY}.png"), title: String::new(), bytes: png(600, 20, 3) }],
        ..notice(CANARY, &format!("<p>{CANARY}</p><figure><img src=\"picture:1\" alt=\"{CANARY}\"></figure>"))
    }
}

/// The addresses of the attachments of all editions, hidden ones too.
async fn attachments(app: &TestApp) -> Vec<String> {
    let ids: Vec<String> = store::query_scalar("SELECT DISTINCT id FROM attachment ORDER BY id")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("attachments");
    let pictures: Vec<String> = store::query_scalar("SELECT DISTINCT id FROM picture ORDER BY id")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("pictures");
    let pictures =
        pictures.into_iter().flat_map(|id| ["600x20", "480x16"].map(|size| format!("/pictures/{id}/{size}.png")));
    ids.into_iter().map(|id| format!("/attachments/{id}")).chain(pictures).collect()
}

/// Changes rows directly: what is tested here is reading, whatever the way by which the state came about.
pub(crate) async fn change(app: &TestApp, sql: &'static str, values: &[&str]) -> u64 {
    let mut tx = app.ctx().db().write().await.expect("write");
    let mut query = store::query(sql);
    for value in values {
        query = query.bind((*value).to_owned());
    }
    let touched = query.execute(tx.conn()).await.expect("change").rows_affected();
    tx.commit().await.expect("commit");
    store::test::reseal(app.ctx().db()).await.expect("taken as it is");
    touched
}

async fn sees_nothing(reader: &mut Client, path: &str) {
    let reply = reader.get(path).await;
    let text = reply.text();
    // A search page repeats what was asked for; nothing else may know the word.
    let asked = path.contains("q=");
    let shown = if asked {
        text.matches(CANARY).count() > 6 || text.contains(&format!("{CANARY}.xlsx"))
    } else {
        text.contains(CANARY)
    };
    assert!(!shown, "{path} tells of what is not public: {text}");
    assert!(reply.headers.get(header::SET_COOKIE).is_none(), "{path} sets a cookie");
}

both! {
    async fn what_is_not_public_is_on_no_surface(app) {
        column(app).await;
        put(app, notice("关于公开的通知", "<p>公开的正文</p>")).await;
        let at = moment("2026-02-20T02:00:00Z");
        let mut hidden_ids = Vec::new();
        for state in [
            SeedState::Draft,
            SeedState::InReview { gate: Gate::WORDING, since: at },
            SeedState::Returned { gate: Gate::POLICY, by: CANARY.into(), reason: CANARY.into(), at },
            SeedState::Scheduled { at: moment("2026-12-01T02:00:00Z") },
        ] {
            hidden_ids.push(put(app, hidden(state)).await);
        }
        // A new edition is being written of something that is public: the public sees the old one alone.
        let public = put(app, notice("正在修订的通知", "<p>现行的正文</p>")).await;
        app.editor("QH010").await.post(&format!("/documents/{public}/correct"), &[]).await.expect(303);
        let touched = change(app, "UPDATE edition SET title = $1, words = $1, note = $1, notice = $1, disclosure_reason = $1, \
            author_name = $1 WHERE state <> 'published'", &[CANARY]).await;
        assert_eq!(touched, 5);
        let texts = change(app, "UPDATE edition_text SET body_html = $1, body_text = $1, reading_html = $1 WHERE edition_id IN \
            (SELECT id FROM edition WHERE state <> 'published')", &[CANARY]).await;
        assert_eq!(texts, 5);
        change(app, "UPDATE facet SET value = $1 WHERE key = 'summary' AND edition_id IN \
            (SELECT id FROM edition WHERE state <> 'published')", &[CANARY]).await;
        app.work().await;
        let files = attachments(app).await;
        // Four workbooks, four pictures that are files too, and their two sizes.
        assert_eq!(files.len(), 16);
        let mut reader = app.visitor();
        for path in SURFACES {
            sees_nothing(&mut reader, path).await;
        }
        for id in &hidden_ids {
            for prefix in ["/documents/", "/policies/", "/api/v1/documents/"] {
                reader.get(&format!("{prefix}{id}")).await.expect(404).hides(CANARY);
                reader.get(&format!("{prefix}{id}/compare?old=1&new=2")).await.expect(404).hides(CANARY);
                reader.get(&format!("{prefix}{id}/akn.xml")).await.expect(404).hides(CANARY);
            }
        }
        for path in &files {
            reader.get(path).await.expect(404);
            reader.get(&format!("{path}/{}.xlsx", "a")).await.expect(404);
            reader.get(&path.replace("/attachments/", "/files/")).await.expect(404).hides(CANARY);
        }
        for list in ["/documents.json", "/api/v1/documents"] {
            let found = reader.get(&format!("{list}?q=%E9%87%91%E4%B8%9D%E9%9B%80")).await.json();
            assert_eq!(found["total"], 0, "{list} {found}");
        }
        let found = reader.get("/api/v1/search?q=%E9%87%91%E4%B8%9D%E9%9B%80%E4%B8%83%E5%9B%9B%E4%B8%80%E4%B9%9D").await.json();
        assert_eq!(found["total"], 0, "{found}");
        reader.get("/api/v1/documents").await.expect(200).shows("关于公开的通知");
        reader.get(&format!("/documents/{public}")).await.expect(200).shows("现行的正文").hides(CANARY);
        reader.get(&format!("/api/v1/documents/{public}")).await.expect(200).shows("现行的正文").hides(CANARY);
        reader.get(&format!("/documents/{public}/compare?old=1&new=2")).await.expect(404).hides(CANARY);
        reader.get(&format!("/documents/{public}/akn.xml")).await.expect(200).shows("现行的正文").hides(CANARY);
    }

    async fn what_was_withdrawn_leaves_a_tombstone_and_nothing_else(app) {
        column(app).await;
        let shown = Seed { files: vec![workbook("补贴名单")], ..notice("补贴名单公示", "<p>正文</p>") };
        let id = put(app, shown).await;
        let file = attachments(app).await.pop().expect("attachment");
        app.work().await;
        let mut reader = app.visitor();
        let reply = reader.get(&file).await.expect(200);
        assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(reply.headers[header::CONTENT_DISPOSITION].to_str().expect("ascii").starts_with("attachment;"));
        assert!(reply.headers[http::HeaderName::from_static("content-security-policy")].to_str().expect("ascii").contains("sandbox"));
        assert!(reply.bytes.starts_with(b"PK"), "the file itself");
        let at = "2026-03-01T01:00:00.000Z";
        let edition = "UPDATE edition SET state = 'withdrawn', reason = '名单有误', ended_at = $2 WHERE document_id = $1";
        change(app, edition, &[&id, at]).await;
        change(app, "UPDATE document SET current_edition = '' WHERE id = $1", &[&id]).await;
        let page = reader.get(&format!("/documents/{id}")).await.expect(410).shows("名单有误").shows("补贴名单公示");
        page.hides("<p>正文</p>");
        reader.get(&file).await.expect(404);
        reader.get(&format!("/api/v1/documents/{id}")).await.expect(410).shows("名单有误");
        reader.get("/documents").await.expect(200).hides("补贴名单公示");
        reader.get("/feed.atom").await.expect(200).hides("补贴名单公示").shows("deleted-entry");
        reader.get("/sitemap.xml").await.expect(200).hides(&id);
    }

    async fn a_content_page_carries_the_tags_that_regulation_asks_for(app) {
        column(app).await;
        let seeded = Seed {
            values: Values::default().with(&KEYWORDS, "停水").with(&SUMMARY, "城区停水安排"),
            correction: Some(SeedCorrection {
                note: "改正时间".into(),
                body_html: "<p>新的正文</p>".into(),
                at: moment("2026-02-11T02:00:00Z"),
            }),
            ..notice("停水 \"通知\" <演示>", "<p>旧的正文</p>")
        };
        let id = put(app, seeded).await;
        let mut reader = app.visitor();
        let page = reader.get(&format!("/documents/{id}")).await.expect(200);
        for tag in [
            "name=\"SiteName\" content=\"青禾县人民政府\"", "name=\"SiteDomain\"", "name=\"SiteIDCode\" content=\"0000000001\"",
            "name=\"ColumnName\" content=\"通知公告\"", "name=\"ColumnDescription\" content=\"面向社会的通知\"",
            "name=\"ColumnKeywords\"", "name=\"ColumnType\" content=\"通知公告\"",
            "name=\"ArticleTitle\" content=\"停水 &#34;通知&#34; &#60;演示&#62;\"", "name=\"PubDate\" content=\"2026-02-10 10:00\"",
            "name=\"ContentSource\" content=\"青禾县财政局\"", "name=\"Keywords\" content=\"停水\"",
            "name=\"Description\" content=\"城区停水安排\"", "name=\"Url\" content=\"http://127.0.0.1:8080/documents/",
        ] {
            assert!(page.text().contains(tag), "{tag} is not in {}", page.text());
        }
        // The seal dates the text that it seals, which is the second.
        page.shows("改正时间").shows("新的正文").hides("旧的正文").shows("2026-02-11　").hides("2026-02-10　");
        let etag = reader.get(&format!("/documents/{id}")).await.headers.get(header::ETAG).cloned();
        assert!(etag.is_some());
    }

    async fn every_page_has_one_heading_a_title_of_its_own_and_no_cookie(app) {
        let mut reader = app.visitor();
        for filled in [false, true] {
            if filled {
                column(app).await;
                put(app, notice("停车 <管理> 通知", "<p>正文</p>")).await;
            }
            let mut titles = std::collections::HashSet::new();
            for path in PAGES {
                let page = reader.get(path).await.expect(200);
                assert!(page.headers.get(header::SET_COOKIE).is_none(), "{path}");
                let text = page.text();
                assert_eq!(text.matches("<h1").count(), 1, "{path}");
                assert!(!text.contains("style=") && !text.contains("<script>"), "{path}");
                assert!(text.contains("name=\"SiteIDCode\""), "{path}");
                let title = text.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
                assert!(titles.insert(title.to_owned()), "{path} has the title of another page: {title}");
            }
        }
    }

    async fn columns_are_found_by_what_they_are_for_and_never_by_their_name(app) {
        let mut reader = app.visitor();
        let before = reader.get("/openness").await.expect(200);
        assert!(!before.text().contains("/columns/"), "nobody has said yet which column is for what");
        let mut tx = app.ctx().db().write().await.expect("write");
        for (slug, name, purpose, items) in [
            ("how", "看这里", "guide", ""),
            ("all", "各项内容", "statutory", ""),
            ("money", "钱怎么花", "budget", "七"),
            ("guide", "政府信息公开指南", "", ""),
        ] {
            let data = ColumnData {
                slug: slug.into(),
                name: name.into(),
                kind: "statutory".into(),
                purpose: purpose.into(),
                items: items.into(),
                ..ColumnData::default()
            };
            publishing::columns::put(&mut tx, &Actor::System, &data).await.expect("column");
        }
        tx.commit().await.expect("commit");
        put(app, Seed { column: "money".into(), ..notice("今年预算", "<p>正文</p>") }).await;
        let blocks = reader.get("/openness").await.expect(200).text();
        let tiles = blocks.split("</ul>").next().expect("blocks");
        assert!(tiles.contains("/columns/how") && !tiles.contains("/columns/guide"), "{tiles}");
        let catalogue = reader.get("/catalogue").await.expect(200).text();
        let seventh = catalogue.split("id=\"item-7\"").nth(1).and_then(|rest| rest.split("</section>").next()).expect("item");
        assert!(seventh.contains("/columns/money") && seventh.contains("1 条"), "{seventh}");
        reader.get("/organs/QH010").await.expect(200).shows("/columns/money?organ=QH010").shows("/columns/how?organ=QH010");
    }

    async fn unknown_addresses_help_and_nothing_runs(app) {
        let mut reader = app.visitor();
        for path in ["/nothing", "/documents/none", "/policies/none", "/organs/NONE", "/columns/none", "/attachments/none", "/files/none", "/sitemap.xml?part=x"] {
            let reply = reader.get(path).await.expect(404);
            let policy = reply.headers[http::HeaderName::from_static("content-security-policy")].to_str().expect("ascii").to_owned();
            assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
            assert!(policy.contains("require-trusted-types-for 'script'; trusted-types 'none'"), "{policy}");
            reply.shows("没有找到").shows("action=\"/search\"");
        }
        reader.get("/api/v1/documents/none").await.expect(404).shows("\"status\":404");
        let reply = reader.send(Method::POST, "/documents", "", Vec::new()).await;
        assert_eq!(reply.status.as_u16(), 405);
    }

    async fn the_elder_mode_is_the_only_cookie_and_only_by_choice(app) {
        let mut reader = app.visitor();
        let home = reader.get("/").await.expect(200).hides("data-mode=\"elder\"");
        assert!(home.headers.get(header::SET_COOKIE).is_none());
        let on = reader.get("/elder?on=1&back=%2Fpolicies").await.expect(303);
        assert_eq!(on.location(), "/policies");
        let cookie = on.headers[header::SET_COOKIE].to_str().expect("ascii");
        assert!(cookie.starts_with("mode=elder;") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        reader.get("/").await.expect(200).shows("data-mode=\"elder\"").shows("您要办什么事");
        reader.get("/elder?on=0&back=https%3A%2F%2Fevil.example").await.expect(303);
        reader.get("/").await.expect(200).hides("data-mode=\"elder\"");
    }

    async fn feeds_and_maps_are_well_formed(app) {
        column(app).await;
        put(app, notice("甲 & 乙 <丙> \"丁\"\u{1}", "<p>正文</p>")).await;
        let mut reader = app.visitor();
        for path in ["/feed.atom", "/columns/notices/feed.atom", "/sitemap.xml"] {
            let reply = reader.get(path).await.expect(200);
            assert!(reply.headers[header::CONTENT_TYPE].to_str().expect("ascii").contains("xml"));
            well_formed(&reply.text());
        }
        reader.get("/feed.atom").await.shows("甲 &#38; 乙 &#60;丙&#62;");
        let (published_at, at) = (moment("2026-02-10T01:00:00Z"), moment("2026-02-11T01:00:00Z"));
        let state = SeedState::Withdrawn { published_at, at, reason: "有误".into(), notice: String::new() };
        // Who subscribed to one column hears of a withdrawal like everybody else.
        let gone = put(app, Seed { state, ..notice("撤回的通知", "<p>正文</p>") }).await;
        for path in ["/feed.atom", "/columns/notices/feed.atom"] {
            let feed = reader.get(path).await.expect(200);
            well_formed(&feed.text());
            feed.shows(&format!("document/{gone}")).shows("deleted-entry").hides("撤回的通知");
        }
        app.work().await;
        let described = reader.get("/api/v1/openapi.json").await.expect(200).json();
        assert_eq!(described["openapi"], "3.1.0");
        for path in described["paths"].as_object().expect("paths").keys().filter(|path| !path.contains('{')) {
            reader.get(path).await.expect(200);
        }
    }

    async fn an_abolished_organ_keeps_its_page_and_names_who_follows(app) {
        column(app).await;
        let id = put(app, notice("财政通知", "<p>正文</p>")).await;
        app.pass(SignedDuration::from_hours(24));
        let mut directory: Vec<kernel::Organ> = app.ctx().directory().all().to_vec();
        for organ in &mut directory {
            if organ.code.as_str() == "QH010" {
                organ.exists_to = Some(jiff::civil::date(2026, 2, 28));
                organ.successor = Some("QH011".into());
            }
        }
        app.ctx().set_directory(kernel::Directory::new(directory, "青禾县"));
        let mut reader = app.visitor();
        for path in ["/organs/QH010".to_owned(), format!("/documents/{id}")] {
            reader.get(&path).await.expect(200).shows("已撤销或更名").shows("/organs/QH011").shows("青禾县民政局");
        }
        reader.get("/organs").await.expect(200).shows("现由 青禾县民政局 承接");
    }
}

/// Fails unless every element is closed in order and every `&` begins an entity.
pub(crate) fn well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>') && text.chars().all(|c| !c.is_control() || c == '\n'), "{text:?}");
        assert!(
            text.split('&')
                .skip(1)
                .all(|part| part.split(';').next().is_some_and(|name| name.starts_with('#') || name == "amp")),
            "{text}"
        );
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') || tag.ends_with('/') {
            continue;
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{xml}"),
            None => open.push(tag.split([' ', '\n']).next().expect("a name")),
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
}
