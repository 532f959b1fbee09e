//! The portal's pages over a small installation with SQLite: every page answers, in every mode, filled and empty.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use document::{
    Kind, KindSpec, RelationSpec, Values,
    columns::{BUDGET, REQUESTS, STATUTORY},
    common::{DOCUMENT_NUMBER, EFFECTIVE_ON, IN_FORCE, TOPICS, VALIDITY, usual},
};
use futures::future::BoxFuture;
use jiff::Timestamp;
use kernel::{
    Actor, Directory, Organ, OrganCode, OrganKind, Seams,
    id::DocumentId,
    seams::{FixedClock, SeededEntropy},
};
use store::{Db, Files};
use tempfile::TempDir;
use tower::ServiceExt;
use web::{
    Capabilities, Capability, Config, Ctx, Result,
    ctx::Parts,
    hooks::{Dataset, Datasets, Mention, Mentions},
};

use crate::{
    columns::{self, ColumnData},
    kinds::{DATA, NOTICE, POLICY},
    seed::{Seed, SeedCorrection, SeedState, seed},
};

const PAGES: &[&str] = &[
    "/policies",
    "/documents",
    "/data",
    "/sitemap",
    "/statements/accessibility",
    "/statements/privacy",
    "/statements/about",
];

fn moment(text: &str) -> Timestamp {
    text.parse().expect("moment")
}

fn organ(code: &str, name: &str, until: Option<&str>) -> Organ {
    Organ {
        code: code.into(),
        name: format!("青禾县{name}"),
        short_name: format!("县{name}"),
        aliases: vec![format!("{name}（旧）")],
        kind: OrganKind::CountyDepartment,
        parent: None,
        leader: "局长（演示）".into(),
        phone: "0000-1234567".into(),
        address: "演示路 1 号".into(),
        hours: "工作日".into(),
        exists_from: None,
        exists_to: until.map(|day| day.parse().expect("date")),
        successor: until.map(|_| "QH001".into()),
    }
}

/// A kind of another capability whose documents lead to policies.
static INTERPRETATION: KindSpec =
    KindSpec { relations: &[&INTERPRETS], ..usual("interpretation", "政策解读", "policies") };
static INTERPRETS: RelationSpec = RelationSpec {
    key: "interprets",
    label: "解读哪份政策",
    none: "（不是解读）",
    to: &["policy"],
    required: false,
    most: 1,
    leads: "本文解读的文件",
    backs: "interpretations",
    back: "看懂它",
    forward: "看原文",
    badge: "已配解读",
    unfit: "",
    misplaced: "",
    ahead: false,
};

/// Somebody who has a word beside each document and a list to take.
struct Others;

impl Mentions for Others {
    fn of_document<'a>(&'a self, _: &'a Ctx, document: &'a DocumentId) -> BoxFuture<'a, Result<Vec<Mention>>> {
        let mention =
            move |label: &str| Mention { heading: "另见", label: label.into(), href: format!("/about/{document}") };
        Box::pin(async move { Ok(vec![mention("甲处"), mention("乙处")]) })
    }
}

impl Datasets for Others {
    fn all<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Dataset>>> {
        let set =
            Dataset {
                title: "某清单".into(), href: "/set".into(), about: "逐项", rows: 7, json: "/set.json".into()
            };
        Box::pin(async move { Ok(vec![set]) })
    }
}

fn others() -> Capability {
    let (mentions, datasets): (Arc<dyn Mentions>, Arc<dyn Datasets>) = (Arc::new(Others), Arc::new(Others));
    Capability::new("others", "其他").declare(mentions).declare(datasets).declare(&INTERPRETATION as Kind)
}

struct Portal {
    ctx: Ctx,
    router: Router,
    _folder: TempDir,
}

impl Portal {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let clock = Arc::new(FixedClock::at(moment("2026-03-02T01:00:00Z")));
        let seams = Seams { clock, entropy: Arc::new(SeededEntropy::new(7)) };
        let url = format!("sqlite:{}", folder.path().join("gongkai.db").display());
        let capabilities = Capabilities::new(vec![
            document::capability(),
            review::capability(),
            crate::capability(),
            crate::columns::capability(),
            others(),
        ]);
        let db = Db::open(&url, seams, &capabilities.migrations()).await.expect("database");
        let mut config = Config::default();
        config.site.office_organ = "QH001".into();
        config.site.phone = "0000-7654321".into();
        let data = folder.path().to_path_buf();
        let files = Files::in_folder(&data);
        let ctx = Ctx::new(Parts { db, files, config, program: "none".into(), data, capabilities });
        let organs = vec![organ("QH001", "政府办公室", None), organ("QH099", "扶贫办", Some("2021-05-01"))];
        ctx.set_directory(Directory::new(organs, "青禾县"));
        let (_, router) = super::routes().finish();
        let router = router.with_state(ctx.clone());
        Self { ctx, router, _folder: folder }
    }

    async fn column(&self, (slug, name, kind): (&str, &str, &str), purpose: &str, parent: &str) {
        let mut tx = self.ctx.db().write().await.expect("write");
        let data = ColumnData {
            slug: slug.into(),
            name: name.into(),
            kind: kind.into(),
            purpose: purpose.into(),
            parent: parent.into(),
            ..ColumnData::default()
        };
        columns::put(&mut tx, &Actor::System, &data).await.expect("column");
        tx.commit().await.expect("commit");
    }

    async fn put(&self, one: Seed) -> String {
        let mut tx = self.ctx.db().write().await.expect("write");
        let id = seed(&self.ctx, &mut tx, one).await.expect("seed");
        tx.commit().await.expect("commit");
        String::from(id)
    }

    async fn get(&self, path: &str, cookie: &str) -> Response<Body> {
        let request = Request::builder().uri(path).header(header::COOKIE, cookie).body(Body::empty()).expect("request");
        self.router.clone().oneshot(request).await.expect("routers do not fail")
    }

    async fn text(&self, path: &str, cookie: &str) -> (StatusCode, String) {
        let response = self.get(path, cookie).await;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("body");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn fill(&self) -> (String, String, String) {
        for (column, purpose, parent) in [
            (("policies", "政策文件", "policy"), "", ""),
            (("notices", "通知公告", "notice"), "", ""),
            (("statutory", "法定主动公开内容", "statutory"), STATUTORY.code, ""),
            (("budget", "财政预决算", "data"), BUDGET.code, "statutory"),
            (("requests", "依申请公开", "statutory"), REQUESTS.code, ""),
        ] {
            self.column(column, purpose, parent).await;
        }
        let at = moment("2026-01-15T02:00:00Z");
        let body = "<h2>第一章　总则</h2><p>第一条　为了规范。</p><h2>第二章　附则</h2><p>第二条　施行。</p>";
        let office = || OrganCode::from("QH001");
        let policy = Seed {
            values: Values::default()
                .with(&DOCUMENT_NUMBER, "青禾府发〔2026〕1号")
                .with(&VALIDITY, IN_FORCE)
                .with(&EFFECTIVE_ON, "2026-04-01")
                .with(&TOPICS, "停车"),
            correction: Some(SeedCorrection {
                note: "改正第二条".into(),
                body_html: body.into(),
                at: moment("2026-02-01T02:00:00Z"),
            }),
            ..Seed::published(office(), "policies", &POLICY, "停车 <管理> 办法", body, at)
        };
        let policy = self.put(policy).await;
        let interpretation = Seed {
            relations: vec![(&INTERPRETS, policy.as_str().into())],
            ..Seed::published(office(), "policies", &INTERPRETATION, "停车办法解读", "<p>为什么</p>", at)
        };
        let interpretation = self.put(interpretation).await;
        let withdrawn = Seed {
            state: SeedState::Withdrawn { published_at: at, at, reason: "名单有误".into(), notice: String::new() },
            ..Seed::published("QH099".into(), "notices", &NOTICE, "撤回的名单", "<p>正文</p>", at)
        };
        let withdrawn = self.put(withdrawn).await;
        self.put(Seed::published("QH099".into(), "budget", &DATA, "预算公开", "<p>正文</p>", at)).await;
        (policy, interpretation, withdrawn)
    }
}

/// The words between `<title>` and its end.
fn title(html: &str) -> String {
    html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_page_answers_without_any_content() {
    let portal = Portal::open().await;
    for path in PAGES.iter().chain(&["/feed.atom", "/sitemap.xml", "/robots.txt", "/api/v1/documents", "/policies.csv"])
    {
        let (status, text) = portal.text(path, "").await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
    }
    let (status, _) = portal.text("/columns/none", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_page_has_one_heading_its_own_title_and_no_cookie() {
    let portal = Portal::open().await;
    let (policy, interpretation, withdrawn) = portal.fill().await;
    let more = [
        format!("/policies/{policy}"),
        format!("/documents/{interpretation}"),
        format!("/documents/{withdrawn}"),
        "/columns/policies".into(),
        "/columns/notices".into(),
        "/columns/statutory".into(),
        "/columns/requests".into(),
        "/policies?page=2&q=%E5%81%9C".into(),
    ];
    let mut titles = HashSet::new();
    for path in PAGES.iter().map(|path| (*path).to_owned()).chain(more) {
        for cookie in ["", "mode=elder"] {
            let response = portal.get(&path, cookie).await;
            assert!(response.headers().get(header::SET_COOKIE).is_none(), "{path}");
            let (status, text) = portal.text(&path, cookie).await;
            assert!(status == StatusCode::OK || status == StatusCode::GONE, "{path}: {status}");
            assert_eq!(text.matches("<h1").count(), 1, "{path}");
            assert!(!text.contains("style=") && !text.contains("<script>"), "{path}");
            assert!(text.contains("name=\"SiteIDCode\""), "{path}");
            if cookie.is_empty() && !path.contains('?') {
                assert!(titles.insert(title(&text)), "{path} has the title of another page: {}", title(&text));
            }
        }
    }
}

#[tokio::test]
async fn a_document_shows_its_facts_chapters_and_history() {
    let portal = Portal::open().await;
    let (policy, interpretation, _) = portal.fill().await;
    let (_, page) = portal.text(&format!("/policies/{policy}"), "").await;
    for wanted in [
        "停车 &#60;管理&#62; 办法",
        "<span class=\"whole\">青禾府发〔2026〕1号</span>",
        "尚未施行",
        "id=\"第一条\"",
        "href=\"#第二章\"",
        "改正第二条",
        "第 2 版",
        "name=\"ArticleTitle\"",
        "name=\"PubDate\" content=\"2026-01-15 10:00\"",
        "name=\"ColumnName\" content=\"政策文件\"",
        &format!("/documents/{interpretation}"),
    ] {
        assert!(page.contains(wanted), "{wanted} is not in {page}");
    }
    assert_eq!(page.matches("<h2>另见</h2>").count(), 1, "one heading for what others set beside it: {page}");
    assert!(page.contains(&format!("<a href=\"/about/{policy}\">乙处</a>")), "{page}");
    let (_, data) = portal.text("/data", "").await;
    assert!(data.contains("<a href=\"/set\">某清单</a>：逐项") && data.contains("<a href=\"/set.json\">"), "{data}");
    let (_, back) = portal.text(&format!("/documents/{interpretation}"), "").await;
    assert!(back.contains(&format!("/policies/{policy}")), "{back}");
    let wrong = portal.get(&format!("/documents/{policy}"), "").await;
    assert_eq!(wrong.headers()[header::LOCATION], format!("/policies/{policy}"));
}

#[tokio::test]
async fn lists_narrow_by_what_is_asked() {
    let portal = Portal::open().await;
    portal.fill().await;
    for (query, count) in [
        ("", 1),
        ("?kind=all", 2),
        ("?kind=interpretation", 1),
        ("?validity=repealed", 0),
        // Of one that takes effect in April, in March.
        ("?validity=in_force", 0),
        ("?validity=coming", 1),
        ("?year=2025", 0),
        ("?topic=%E5%81%9C%E8%BD%A6", 1),
        ("?year=x&organ=QH099", 0),
        ("?q=%25", 0),
    ] {
        let (status, text) = portal.text(&format!("/policies{query}"), "").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains(&format!("共 {count} 条")), "{query}: {text}");
        let (status, json) = portal.text(&format!("/policies.json{query}"), "").await;
        if query.contains("year=x") {
            // Programs are told what a page for people lets pass.
            assert_eq!(status, StatusCode::BAD_REQUEST);
            continue;
        }
        let json: serde_json::Value = serde_json::from_str(&json).expect("json");
        assert_eq!(json["total"], count, "{query}");
    }
    let (_, below) = portal.text("/columns/statutory", "").await;
    assert!(below.contains("预算公开"), "a column shows what is below it: {below}");
    let (_, of_one) = portal.text("/columns/policies?organ=QH099", "").await;
    assert!(of_one.contains("县扶贫办在本栏目没有公开的信息"), "{of_one}");
    let (_, page) = portal.text("/policies", "").await;
    for address in ["/policies/feed.atom", "/policies.csv", "/policies.json"] {
        assert!(page.contains(&format!("href=\"{address}\"")), "{address} as a copy of the site has it");
    }
    let (_, csv) = portal.text("/policies.csv", "").await;
    assert!(csv.contains("青禾府发〔2026〕1号") && csv.contains("尚未施行"), "{csv}");
    let (_, list) = portal.text("/policies", "").await;
    assert!(list.contains("尚未施行（1）") && list.contains(">尚未施行<") && !list.contains(">有效<"), "{list}");
}

#[tokio::test]
async fn a_large_site_map_falls_into_parts_that_hold_everything_once() {
    let portal = Portal::open().await;
    portal.fill().await;
    let whole = super::sitemap::xml_of(&portal.ctx, None, 2).await.expect("index");
    let read = async |response: Response<Body>| {
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("body");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let index = read(whole).await;
    assert!(index.contains("<sitemapindex") && index.contains("part=3") && !index.contains("part=4"), "{index}");
    let mut documents = 0;
    for part in 1..=3 {
        let text = read(super::sitemap::xml_of(&portal.ctx, Some(part), 2).await.expect("part")).await;
        documents += text.matches("/policies/").count() + text.matches("/documents/").count();
    }
    assert_eq!(documents, 3);
    assert!(super::sitemap::xml_of(&portal.ctx, Some(4), 2).await.is_err());
}

#[tokio::test]
async fn the_switch_for_elders_stays_on_this_site() {
    let portal = Portal::open().await;
    let on = portal.get("/elder?on=1&back=%2Fpolicies%3Fpage%3D2", "").await;
    assert_eq!(on.headers()[header::LOCATION], "/policies?page=2");
    assert!(on.headers()[header::SET_COOKIE].to_str().expect("ascii").starts_with("mode=elder;"));
    let away = portal.get("/elder?on=0&back=%2F%2Fevil.example", "").await;
    assert_eq!(away.headers()[header::LOCATION], "/");
    assert!(away.headers()[header::SET_COOKIE].to_str().expect("ascii").contains("Max-Age=0"));
}
