//! Stories of the portal's face: what others show of its pages, what follows them, and whom somebody tells of a weakness.

#[path = "../../../card/src/boxes_tests.rs"]
mod boxes_tests;

use document::{
    Values,
    common::{DOCUMENT_NUMBER, REPEALED, TOPICS, VALIDITY},
};
use http::header;
use kernel::Role;
use publishing::{
    kinds::POLICY,
    seed::{Seed, SeedState},
    settings::Publishing,
};
use serde_json::Value;
use testkit::{Client, TestApp, both};

use crate::{
    duties,
    portal::{change, column, moment, notice, put, well_formed},
};

/// Code and short name of a township of every story.
const TOWNSHIP: (&str, &str) = ("QH101", "河口镇");

/// The portal with a font that has the usual characters, as boxes.
async fn with_font(app: &TestApp) -> Client {
    with_cards(app, &usual_font(app)).await
}

/// Where that font lies.
fn usual_font(app: &TestApp) -> String {
    font_of(app, "boxes.ttf", &[(0x20, 0x7e), (0x2026, 0x2026), (0x3001, 0x3017), (0x4e00, 0x9fff)])
}

fn font_of(app: &TestApp, name: &str, ranges: &[(u32, u32)]) -> String {
    let path = app.data().join(name);
    std::fs::write(&path, boxes_tests::boxes(ranges)).expect("the font is written");
    path.display().to_string()
}

async fn with_cards(app: &TestApp, font: &str) -> Client {
    app.visitor().on(node(app, font).await.portal.clone())
}

/// The program with another font.
async fn node(app: &TestApp, font: &str) -> app::App {
    let section = Publishing { card_font: font.to_owned(), ..Publishing::default() };
    let ctx = app.with_config(|config| config.settings.set(section)).await;
    app::App::new(ctx).expect("another node")
}

/// What stands between two texts of a page.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    page.split(begin).nth(1)?.split(end).next()
}

/// The address of the page's card on its own site.
fn card(page: &str) -> Option<String> {
    let address = between(page, "property=\"og:image\" content=\"", "\"")?;
    Some(address.strip_prefix("http://127.0.0.1:8080").expect("on this site").to_owned())
}

fn linked(page: &str) -> Value {
    let text = between(page, "<script type=\"application/ld+json\">", "</script>").expect("an object for machines");
    serde_json::from_str(text).expect("JSON")
}

both! {
    async fn a_document_that_is_handed_on_shows_its_card_until_it_is_withdrawn(app) {
        column(app).await;
        let numbered = Values::default().with(&DOCUMENT_NUMBER, "青供〔2026〕3号");
        let id = put(app, Seed { values: numbered, ..notice("关于城区供水管网检修的通知", "<p>正文</p>") }).await;
        let draft = put(app, Seed { state: SeedState::Draft, ..notice("还没公开的通知", "<p>正文</p>") }).await;
        let mut reader = with_font(app).await;
        let page = reader.get(&format!("/documents/{id}")).await.expect(200).text();
        for tag in [
            "property=\"og:type\" content=\"article\"",
            "property=\"og:title\" content=\"关于城区供水管网检修的通知\"",
            "property=\"og:image:width\" content=\"1200\"",
            "name=\"twitter:card\" content=\"summary_large_image\"",
        ] {
            assert!(page.contains(tag), "{tag} is not in {page}");
        }
        let alt = between(&page, "property=\"og:image:alt\" content=\"", "\"").expect("words for the picture");
        assert!(alt.contains("关于城区供水管网检修的通知") && alt.contains("青供〔2026〕3号"), "{alt}");
        let address = card(&page).expect("a card");
        let picture = reader.get(&address).await.expect(200);
        assert_eq!(picture.headers[header::CONTENT_TYPE], "image/png");
        assert!(picture.bytes.starts_with(b"\x89PNG") && picture.bytes.len() < 200_000);
        let tag = picture.headers[header::ETAG].to_str().expect("ascii").to_owned();
        let mut again = reader.clone();
        again.with_header("if-none-match", Box::leak(tag.into_boxed_str()));
        assert!(again.get(&address).await.expect(304).bytes.is_empty());
        reader.get(&format!("/cards/{id}/0123456789abcdef.png")).await.expect(404);
        reader.get(&format!("/cards/{draft}/0123456789abcdef.png")).await.expect(404);
        let home = reader.get("/").await.expect(200).text();
        let picture = reader.get(&card(&home).expect("a card of the first page")).await.expect(200);
        assert!(picture.bytes.starts_with(b"\x89PNG"));
        let ended = "UPDATE edition SET state = 'withdrawn', reason = '有误', ended_at = $2 WHERE document_id = $1";
        change(app, ended, &[&id, "2026-03-01T01:00:00.000Z"]).await;
        change(app, "UPDATE document SET current_edition = '' WHERE id = $1", &[&id]).await;
        tokio::time::sleep(store::LEASE).await;
        reader.get(&format!("/documents/{id}")).await.expect(410).hides("og:image");
        reader.get(&address).await.expect(410);
    }

    async fn no_card_is_better_than_boxes_for_words(app) {
        column(app).await;
        // A character of the second row that hardly any font has.
        let id = put(app, notice("关于\u{3400}村改水的通知", "<p>正文</p>")).await;
        let mut reader = with_font(app).await;
        let page = reader.get(&format!("/documents/{id}")).await.expect(200).shows("og:title").hides("og:image");
        assert!(page.text().contains("name=\"twitter:card\" content=\"summary\""));
        let home = reader.get("/").await.expect(200).shows("og:image").text();
        assert_eq!(between(&home, "property=\"og:title\" content=\"", "\""), Some("青禾县人民政府"));
        // What is no longer in force says so wherever it is handed on.
        let values = Values::default().with(&VALIDITY, REPEALED);
        let repealed = put(app, Seed { kind: &POLICY, values, ..notice("停车场管理暂行办法", "<p>正文</p>") }).await;
        let page = reader.get(&format!("/policies/{repealed}")).await.expect(200).text();
        let alt = between(&page, "property=\"og:image:alt\" content=\"", "\"").expect("words for the picture");
        assert!(alt.contains("已废止"), "{alt}");
        let mut without = with_cards(app, Publishing::NO_CARDS).await;
        without.get("/").await.expect(200).shows("og:title").hides("og:image");
        // The engineer is told of a font without Chinese characters.
        let told = |font: String| publishing::settings::cards(&Publishing { card_font: font, ..Publishing::default() });
        assert!(told(usual_font(app)).is_ok());
        let latin = font_of(app, "latin.ttf", &[(0x20, 0x7e)]);
        assert!(told(latin).is_err_and(|words| words.contains("没有“人”字") && words.contains("publishing.card_font")));
    }

    async fn the_copy_of_a_page_shows_its_card(app) {
        column(app).await;
        let id = put(app, notice("关于城区供水管网检修的通知", "<p>正文</p>")).await;
        let node = node(app, &usual_font(app)).await;
        let place = tempfile::tempdir().expect("place");
        let dir = place.path().join("www");
        let report = app::mirror::run(&node, &dir, false, |_| {}).await.expect("a copy");
        assert!(report.failed.is_empty(), "{:?}", report.failed);
        for page in ["index.html".to_owned(), format!("documents/{id}/index.html")] {
            let page = std::fs::read_to_string(dir.join(page)).expect("the page");
            let address = card(&page).expect("a card");
            let picture = std::fs::read(dir.join(address.trim_start_matches('/'))).expect("the card lies in the copy");
            assert!(picture.starts_with(b"\x89PNG"));
        }
    }

    async fn a_page_says_its_one_address_and_machines_read_what_it_is(app) {
        column(app).await;
        let written = Seed { kind: &POLICY, ..notice("供水</script><b>办法 & \"细则\"", "<p>正文</p>") };
        let id = put(app, written).await;
        let mut reader = app.visitor();
        let page = reader.get(&format!("/policies/{id}?from=somewhere")).await.expect(200).text();
        let address = format!("http://127.0.0.1:8080/policies/{id}");
        assert!(page.contains(&format!("rel=\"canonical\" href=\"{address}\"")), "{page}");
        let text = linked(&page)["@graph"][0].clone();
        assert_eq!((&text["@type"], &text["url"]), (&Value::from("Legislation"), &Value::from(address)));
        assert_eq!(text["name"], "供水</script><b>办法 & \"细则\"");
        assert_eq!(linked(&page)["@graph"][1]["itemListElement"][0]["name"], "首页");
        assert_eq!(linked(&reader.get("/").await.expect(200).text())["@type"], "WebSite");
        reader.get("/documents?organ=QH010").await.expect(200).shows("rel=\"canonical\" href=\"http://127.0.0.1:8080/documents\"");
        reader.get("/columns/notices").await.expect(200).shows("property=\"og:type\" content=\"website\"");
        reader.get("/nothing").await.expect(404).hides("canonical").hides("property=\"og:");
    }

    async fn an_official_document_is_one_on_paper_too(app) {
        column(app).await;
        let body = "<p>各乡镇人民政府：</p><p>现将办法印发给你们。</p><p>青禾县财政局</p><p>2026年2月10日</p>";
        let numbered = Values::default().with(&DOCUMENT_NUMBER, "青财〔2026〕3号");
        let id = put(app, Seed { kind: &POLICY, values: numbered, ..notice("供水补助办法", body) }).await;
        let plain = put(app, notice("停车通知", body)).await;
        let mut reader = app.visitor();
        let page = reader.get(&format!("/policies/{id}")).await.expect(200);
        let page = page.shows("<b>青禾县财政局文件</b><span>青财〔2026〕3号</span>");
        let page = page.shows("<p class=\"addressee\">各乡镇人民政府：</p>").shows("<p class=\"signed\">2026年2月10日</p>");
        let page = page.shows("2026年2月10日公开").shows(&format!("http://127.0.0.1:8080/policies/{id}</p>"));
        assert_eq!(page.text().matches("<svg class=\"qr\"").count(), 2, "at the side and on paper");
        assert!(page.bytes.len() < 60_000, "{} bytes", page.bytes.len());
        let other = reader.get(&format!("/documents/{plain}")).await.expect(200);
        other.hides("addressee").hides("redhead").shows("<svg class=\"qr\"");
    }

    async fn components_are_seen_in_all_states_by_whoever_looks_after_the_program(app) {
        let mut admin = app.person("admin", "QH001", &[Role::SystemAdmin]).await;
        let page = admin.get("/styles").await.expect(200);
        let page = page.shows("id=\"f-text-err\"").shows("chip late").shows("<svg class=\"clock\"").shows("data-pick-all");
        assert_eq!(page.text().matches("<h1").count(), 1);
        let portal = admin.get("/styles/portal").await.expect(200).shows("noindex").shows("已配解读").hides("data-mode=\"elder\"");
        assert!(portal.text().contains("portal.") && !portal.text().contains("rel=\"canonical\""));
        admin.get("/styles/portal?mode=elder").await.expect(200).shows("data-mode=\"elder\"");
        app.editor("QH010").await.get("/styles").await.expect(403);
        app.stranger().get("/styles/portal").await.expect(303);
    }

    async fn the_countys_map_is_looked_at_and_leads_to_its_townships(app) {
        let of = |name: &str, north: f64| {
            let ring = [[110.0, north], [110.1, north], [110.1, north + 0.1], [110.0, north + 0.1], [110.0, north]];
            let named = |name: &str| serde_json::json!({
                "type": "Feature",
                "properties": { "name": name },
                "geometry": { "type": "Polygon", "coordinates": [ring] },
            });
            let features = [named(name), named("别处<镇>")];
            serde_json::json!({ "type": "FeatureCollection", "features": features }).to_string().into_bytes()
        };
        let file = |north: f64| of(TOWNSHIP.1, north);
        let words = [("source", "青禾县自然资源局"), ("approval", "青S（2026）012号")];
        let mut clerk = app.clerk().await;
        clerk.get("/county-map").await.expect(200).shows("还没有县域图");
        let (good, bad) = (file(30.0), file(95.0));
        clerk.upload("/county-map", &words, &[("file", "边界.geojson", bad.as_slice())]).await.expect(422).shows("不是我国境内的经纬度");
        clerk.upload("/county-map", &words[..1], &[("file", "边界.geojson", good.as_slice())]).await.expect(422).shows("请填写审图号");
        clerk.upload("/county-map", &words, &[]).await.expect(422).shows("请选择 GeoJSON 文件");
        // The map of another place, and a word that is no number of approval.
        let elsewhere = of("月亮镇", 30.0);
        let refused = clerk.upload("/county-map", &words, &[("file", "边界.geojson", elsewhere.as_slice())]).await;
        refused.expect(422).shows("图上没有一个本县的乡镇").shows("月亮镇");
        let unapproved = [words[0], ("approval", "县自然资源局")];
        let refused = clerk.upload("/county-map", &unapproved, &[("file", "边界.geojson", good.as_slice())]).await;
        refused.expect(422).shows("“县自然资源局”不是审图号");
        let mut reader = app.visitor();
        reader.get("/").await.expect(200).hides("class=\"county\"");
        // What is sent is looked at before anybody else sees it.
        let waiting = async |clerk: &mut Client| {
            let sent = clerk.upload("/county-map", &words, &[("file", "边界.geojson", good.as_slice())]).await.expect(303);
            let look = sent.headers[header::LOCATION].to_str().expect("ascii").to_owned();
            let id = look.split("id=").nth(1).and_then(|rest| rest.split('&').next()).expect("an id").to_owned();
            (look, id)
        };
        let (look, id) = waiting(&mut clerk).await;
        clerk.get(&look).await.expect(200).shows("找不到对应的乡镇，点了不会跳转：别处&#60;镇&#62;").shows("class=\"county\"");
        clerk.get("/county-map").await.expect(200).shows("还没有公开").shows("还没有县域图");
        reader.get("/").await.expect(200).hides("class=\"county\"");
        clerk.post("/county-map/discard", &[("id", id.as_str())]).await.expect(303);
        clerk.post("/county-map/show", &[("id", id.as_str())]).await.expect(409);
        let (_, id) = waiting(&mut clerk).await;
        clerk.post("/county-map/show", &[("id", id.as_str())]).await.expect(303);
        clerk.get("/county-map").await.expect(200).shows("找不到对应的乡镇，点了不会跳转：别处&#60;镇&#62;").hides("以前的图</h2>");
        let home = reader.get("/").await.expect(200).shows("审图号：青S（2026）012号").shows("数据来源：青禾县自然资源局");
        let home = home.shows(&format!("<a href=\"/organs/{}\" tabindex=\"-1\"><path", TOWNSHIP.0)).hides("<镇>");
        assert!(home.bytes.len() < 100_000, "{} bytes", home.bytes.len());
        clerk.post("/county-map/remove", &[]).await.expect(303);
        clerk.post("/county-map/remove", &[]).await.expect(409);
        reader.get("/").await.expect(200).hides("class=\"county\"");
        // The former one is put back, and what it takes the place of is kept in turn.
        let page = clerk.get("/county-map").await.expect(200).shows("以前的图</h2>").text();
        let former = between(&page, "/county-map/look?id=", "\"").expect("a former map").to_owned();
        clerk.get(&format!("/county-map/look?id={former}")).await.expect(200).shows("恢复这张图").hides("放弃</button>");
        clerk.post("/county-map/show", &[("id", former.as_str())]).await.expect(303);
        reader.get("/").await.expect(200).shows("class=\"county\"");
        clerk.post("/county-map/show", &[("id", former.as_str())]).await.expect(409);
        // A former one that is wrong need not be kept.
        clerk.post("/county-map/remove", &[]).await.expect(303);
        let page = clerk.get("/county-map").await.expect(200).text();
        let former = between(&page, "/county-map/look?id=", "\"").expect("a former map").to_owned();
        clerk.get(&format!("/county-map/look?id={former}")).await.expect(200).shows("不再留着");
        clerk.post("/county-map/discard", &[("id", former.as_str())]).await.expect(303);
        clerk.post("/county-map/discard", &[("id", former.as_str())]).await.expect(409);
        clerk.get("/county-map/look?id=nothing").await.expect(404);
        app.editor("QH010").await.get("/county-map").await.expect(403);
    }

    async fn who_follows_an_organ_or_a_subject_reads_the_whole_text(app) {
        column(app).await;
        let topic = Values::default().with(&TOPICS, "供水");
        put(app, Seed { values: topic, ..notice("供水通知", "<p>供水的正文</p>") }).await;
        put(app, notice("停车通知", "<p>停车的正文</p>")).await;
        let at = (moment("2026-02-10T01:00:00Z"), moment("2026-02-11T01:00:00Z"));
        let state = SeedState::Withdrawn { published_at: at.0, at: at.1, reason: "有误".into(), notice: String::new() };
        let gone = put(app, Seed { state, ..notice("撤回的通知", "<p>正文</p>") }).await;
        app.work().await;
        let mut reader = app.visitor();
        for (path, holds, hides) in [
            ("/organs/QH010/feed.atom", "停车的正文", "撤回的通知"),
            ("/documents/feed.atom", "停车的正文", "撤回的通知"),
            ("/documents/feed.atom?topic=%E4%BE%9B%E6%B0%B4", "供水的正文", "停车通知"),
            ("/organs/QH001/feed.atom", "QH001", "停车通知"),
            ("/policies/feed.atom", "政策库", "停车通知"),
        ] {
            let feed = reader.get(path).await.expect(200);
            well_formed(&feed.text());
            feed.shows(holds).hides(hides);
        }
        reader.get("/organs/QH010/feed.atom").await.shows(&format!("document/{gone}")).shows("deleted-entry");
        reader.get("/organs/QH001/feed.atom").await.hides(&format!("document/{gone}"));
        reader.get("/organs/NONE/feed.atom").await.expect(404);
        reader.get("/organs/QH010").await.expect(200).shows("/organs/QH010/feed.atom");
        reader.get("/documents?topic=%E4%BE%9B%E6%B0%B4").await.expect(200).shows("/documents/feed.atom?topic=");
    }

    async fn a_plan_can_be_followed_and_is_on_the_map(app) {
        let plan = duties::issued(app).await;
        app.work().await;
        let mut reader = app.visitor();
        let feed = reader.get(&format!("/plans/{plan}/feed.atom")).await.expect(200);
        well_formed(&feed.text());
        feed.shows(&format!("/plans/{plan}\""));
        reader.get(&format!("/plans/{plan}")).await.expect(200).shows("feed.atom");
        let map = reader.get("/sitemap.xml").await.expect(200);
        well_formed(&map.text());
        map.shows(&format!("/plans/{plan}</loc>"));
        reader.get("/plans/none/feed.atom").await.expect(404);
    }

    async fn whoever_finds_a_weakness_is_told_whom_to_tell(app) {
        let mut reader = app.visitor();
        let told = reader.get("/.well-known/security.txt").await.expect(200);
        assert!(told.headers[header::CONTENT_TYPE].to_str().expect("ascii").starts_with("text/plain"));
        told.shows("Contact: tel:+86-000-1234567").shows("Expires: 2026-09-01T00:00:00Z").shows("Canonical: http");
        let ctx = app.with_config(|config| config.site.security = "https://example.invalid/report".into()).await;
        let mut other = app.visitor().on(app::App::new(ctx).expect("another node").portal.clone());
        other.get("/.well-known/security.txt").await.expect(200).shows("Contact: https://example.invalid/report").hides("tel:");
    }
}
