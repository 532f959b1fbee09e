//! Stories of search: what becomes public is found, what is not is not, and a broken index costs nothing.

use document::common::{DOCUMENT_NUMBER, IN_FORCE, REPEALED, VALIDITY};
use jiff::Timestamp;
use kernel::Role;
use publishing::{
    kinds::POLICY,
    seed::{Seed, SeedFile, SeedState, seed},
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

    async fn an_article_and_a_file_are_found_by_themselves_and_open_at_their_place(app) {
        let body = "<h2>第一章 总则</h2><p>第一条 为了规范养犬，制定本办法。</p><p>第二条 犬只应当登记。</p>\
                    <p>第十九条 携犬出户须牵领，犬绳不长于一米五。</p><p>遇到他人主动避让。</p>";
        let file = SeedFile { file_name: "登记网点.txt".into(), title: "登记网点一览".into(), bytes: "城关兽医站".into() };
        let mut document = policy("青禾县人民政府关于印发《青禾县养犬管理办法》的通知", body);
        document.files = vec![file];
        let id = put(app, document).await;
        let hit = |answer: &serde_json::Value| answer["hits"][0]["parts"][0].clone();
        let mut visitor = app.visitor();
        let mut ask = async |query: &str| {
            let path = format!("/api/v1/search?q={}", web::page::escape_query(query));
            visitor.get(&path).await.expect(200).json()
        };
        let answer = ask("犬绳 避让").await;
        assert_eq!((&answer["total"], &answer["hits"][0]["id"]), (&1.into(), &id.clone().into()), "{answer}");
        assert_eq!(hit(&answer)["title"], "第十九条", "{answer}");
        assert_eq!(hit(&answer)["url"], format!("/policies/{id}#第十九条"), "{answer}");
        // By its number, in figures or in words, beside any part of the title.
        for query in ["养犬管理办法第十九条", "养犬 第19条", "青禾县养犬管理办法 十九条"] {
            let answer = ask(query).await;
            assert_eq!(hit(&answer)["title"], "第十九条", "{query}: {answer}");
        }
        // The title alone finds the whole, and no article of it.
        let answer = ask("养犬管理办法").await;
        assert_eq!((&answer["total"], &answer["hits"][0]["parts"]), (&1.into(), &serde_json::json!([])), "{answer}");
        let answer = ask("城关兽医站").await;
        assert_eq!(hit(&answer)["title"], "登记网点一览", "{answer}");
        let url = hit(&answer)["url"].as_str().expect("an address").to_owned();
        visitor.get(&url).await.expect(200);
        // What the notice issues is a name of it.
        page(app, "青禾县养犬管理办法").await.shows("class=\"best\"");
        page(app, "犬绳").await.shows(&format!("href=\"/policies/{id}#第十九条\""));
    }

    async fn numbers_are_found_as_people_remember_them(app) {
        let mut document = policy("关于做好救助工作的通知", "<p>正文。</p>");
        document.values = document.values.with(&DOCUMENT_NUMBER, "民发〔2019〕9号");
        let id = put(app, document).await;
        let mut other = policy("关于救助站建设的通知", "<p>正文。</p>");
        other.values = other.values.with(&DOCUMENT_NUMBER, "民发〔2019〕19号");
        put(app, other).await;
        let mut decree = policy("政府信息公开条例", "<p>正文。</p>");
        decree.values = decree.values.with(&DOCUMENT_NUMBER, "国令第711号");
        let decree = put(app, decree).await;
        for query in ["民发9号", "民发第9号", "民发〔2019〕9号", "民发2019 9号"] {
            page(app, query).await.shows("找到 1 条").shows(&format!("/policies/{id}"));
        }
        for query in ["国令第711号", "国务院令第711号", "国务院令711号", "中华人民共和国国务院令第711号", "国令711"] {
            page(app, query).await.shows(&format!("/policies/{decree}"));
        }
    }

    async fn what_holds_stands_before_what_is_past_although_it_is_older(app) {
        let (title, body) = ("青禾县公租房管理办法", "<p>公租房按季度分配。</p>");
        let mut past = policy(title, body);
        past.values = past.values.with(&VALIDITY, REPEALED);
        let past = put(app, past).await;
        let at = moment("2021-03-01T01:00:00Z");
        let mut valid = Seed::published("QH010".into(), "policies", &POLICY, title, body, at);
        valid.values = valid.values.with(&VALIDITY, IN_FORCE);
        let valid = put(app, valid).await;
        let path = format!("/api/v1/search?q={}", web::page::escape_query("公租房 分配"));
        let answer = app.visitor().get(&path).await.json();
        let ids: Vec<&str> = answer["hits"].as_array().expect("hits").iter().filter_map(|hit| hit["id"].as_str()).collect();
        assert_eq!(ids, [valid.as_str(), past.as_str()], "{answer}");
    }

    async fn a_search_can_be_followed(app) {
        let id = put(app, policy("既有住宅加装电梯 & <补助> 办法", "<p>每台补助二十万元。</p>")).await;
        let at = moment("2025-01-02T01:00:00Z");
        let older = Seed::published("QH010".into(), "policies", &POLICY, "电梯维护保养规定", "<p>正文。</p>", at);
        let older = put(app, older).await;
        put(app, Seed { state: SeedState::Draft, ..policy("尚未公开的电梯方案", "<p>电梯。</p>") }).await;
        let link = "href=\"/search/feed.atom?q=%E7%94%B5%E6%A2%AF\">Atom</a>";
        page(app, "电梯").await.shows(link).shows("application/atom+xml");
        let mut reader = app.visitor();
        let reply = reader.get("/search/feed.atom?q=%E7%94%B5%E6%A2%AF").await.expect(200);
        assert!(reply.headers[http::header::CONTENT_TYPE].to_str().expect("ascii").starts_with("application/atom+xml"));
        let feed = reply.text();
        crate::portal::well_formed(&feed);
        let place = |id: &str| feed.find(&format!("document/{id}</id>")).unwrap_or_else(|| panic!("{id} is not in {feed}"));
        assert!(place(&id) < place(&older), "the newest first");
        assert!(feed.contains("加装电梯 &#38; &#60;补助&#62; 办法") && !feed.contains("尚未公开"), "{feed}");
        // With its hour: who asks by a moment misses nothing of that day.
        assert!(feed.contains("<published>2026-03-01T01:00:00.000Z</published>"), "{feed}");
        assert!(!feed.contains("+08:00") && !feed.contains("T16:00:00"), "{feed}");
        // With a filter it follows that alone; what nothing holds is an empty feed, and no question is the feed of everything.
        let own = reader.get("/search/feed.atom?q=%E7%94%B5%E6%A2%AF&year=2025").await.expect(200);
        own.shows(&older).hides(&id);
        let none = reader.get("/search/feed.atom?q=%E9%A5%95%E9%A4%AE").await.expect(200).hides("<entry>");
        crate::portal::well_formed(&none.text());
        assert_eq!(reader.get("/search/feed.atom").await.expect(307).location(), "/feed.atom");
        // What is withdrawn is in no feed.
        crate::publishing::changes::withdraw(app, &older, "有误").await;
        reader.get("/search/feed.atom?q=%E7%94%B5%E6%A2%AF").await.expect(200).hides(&older).shows(&id);
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

    async fn what_is_typed_by_sound_finds_the_word_that_was_meant(app) {
        let id = put(app, policy("农村最低生活保障标准", "<p>标准按年调整。</p>")).await;
        page(app, "标谆").await.shows("您是不是要找").shows("标准");
        page(app, "biaozhun").await.shows("您是不是要找").shows("标准");
        let mut visitor = app.visitor();
        let mut offered = async |typed: &str| {
            let path = format!("/search/suggest?q={}", web::page::escape_query(typed));
            visitor.get(&path).await.expect(200).json()
        };
        let word = offered("biaozh").await;
        assert_eq!(word[0]["text"], "标准", "{word}");
        let titles = word.as_array().expect("a list").iter().filter(|one| one["href"] == format!("/policies/{id}"));
        assert_eq!(titles.count(), 1, "{word}");
        let organ = offered("县财政").await;
        assert_eq!((&organ[0]["text"], &organ[0]["about"]), (&"县财政局".into(), &"机关".into()), "{organ}");
        for typed in ["", "标", "  ", "%", "\"\"", &"标".repeat(300)] {
            assert_eq!(offered(typed).await, serde_json::json!([]), "{typed}");
        }
    }

    async fn what_is_not_public_is_not_offered(app) {
        let at = moment("2026-03-01T01:00:00Z");
        let draft = policy("琥珀收购方案", "<p>琥珀。</p>");
        put(app, Seed { state: SeedState::Draft, ..draft }).await;
        let withdrawn = policy("翡翠收购方案", "<p>翡翠。</p>");
        let gone = SeedState::Withdrawn { published_at: at, at, reason: "有误".into(), notice: String::new() };
        put(app, Seed { state: gone, ..withdrawn }).await;
        for typed in ["hupo", "feicui", "琥珀", "翡翠", "shougou"] {
            let path = format!("/search/suggest?q={}", web::page::escape_query(typed));
            let offered = app.visitor().get(&path).await.expect(200).json();
            assert_eq!(offered, serde_json::json!([]), "{typed}");
        }
        page(app, "feicui").await.hides("翡翠");
        page(app, "琥魄").await.hides("琥珀");
    }

    async fn what_the_office_keeps_of_words_holds_for_readers(app) {
        crate::publishing::column(app).await;
        let id = put(app, policy("综合窗口受理办法", "<p>一次办结。</p>")).await;
        let other = put(app, policy("证明事项清单", "<p>一次性告知。</p>")).await;
        page(app, "一窗").await.shows("没有找到符合的内容");
        let mut clerk = app.clerk().await;
        clerk.get("/search-phrases").await.expect(200).shows("还没有检索用语");
        let form = clerk.get("/search-phrases/new").await.expect(200);
        let once = form.field("once");
        let same = [("once", once.as_str()), ("kind", "same"), ("words", "一窗、综合窗口")];
        clerk.post("/search-phrases", &same).await.expect(303);
        // Sent twice it is done once; a form of it again is refused with where it stands.
        clerk.post("/search-phrases", &same).await.expect(303);
        clerk.post("/search-phrases", &[("kind", "same"), ("words", "一窗、一窗通办")]).await.expect(422).shows("已在“综合窗口、一窗”里");
        app.work().await;
        page(app, "一窗").await.shows(&format!("/policies/{id}"));
        // Recommended: a text, a column, a page of the portal, by their addresses; nothing else, and each under its own title:
        // what nobody else has read stands before nobody.
        for target in ["/policies/none", "https://example.com/", "//example.com", "/search?q=x", "javascript:alert(1)", ""] {
            let form = [("kind", "first"), ("words", "办事"), ("target", target)];
            clerk.post("/search-phrases", &form).await.expect(422).shows("请填写本门户已经公开的内容");
        }
        let target = format!("/policies/{other}");
        clerk.post("/search-phrases", &[("kind", "first"), ("words", "开证明、办证明"), ("target", &target)]).await.expect(303);
        clerk.post("/search-phrases", &[("kind", "first"), ("words", "要信息"), ("target", "/foi"), ("title", "本县低保停发")]).await.expect(303);
        clerk.post("/search-phrases", &[("kind", "first"), ("words", "看通知"), ("target", "/columns/notices"), ("title", "本县低保停发")]).await.expect(303);
        app.work().await;
        page(app, "开证明").await.shows("推荐").shows("证明事项清单");
        page(app, "要信息").await.shows("<div class=\"best\"><h2><a href=\"/foi\">申请公开信息").hides("停发");
        page(app, "看通知").await.shows("<div class=\"best\"><h2><a href=\"/columns/notices\">").hides("停发");
        clerk.get("/search-phrases").await.expect(200).shows("申请公开信息").hides("停发");
        page(app, "开证").await.hides("推荐");
        // What is withdrawn is recommended no more, and the office is told.
        crate::publishing::changes::withdraw(app, &other, "清单有误").await;
        page(app, "开证明").await.hides("证明事项清单");
        clerk.get("/search-phrases").await.expect(200).shows("现在不公开");
        // Changed over another's change: nothing is lost in silence.
        let list = clerk.get("/search-phrases").await.text();
        let link = list.split("\">综合窗口、一窗</a>").next().and_then(|before| before.rsplit("/search-phrases/").next());
        let path = format!("/search-phrases/{}", link.expect("a row"));
        let version = clerk.get(&path).await.expect(200).field("version");
        let change = [("kind", "same"), ("words", "一窗、综合窗口、一窗通办"), ("version", version.as_str())];
        clerk.post(&path, &change).await.expect(303);
        clerk.post(&path, &[("kind", "same"), ("words", "一窗、别的窗口"), change[2]]).await.expect(409).shows("有人修改过");
        clerk.post(&format!("{path}/delete"), &[]).await.expect(303);
        clerk.get(&path).await.expect(404);
        let mut editor = app.editor("QH010").await;
        editor.get("/search-phrases").await.expect(403);
        // Who looks after the machine writes nothing for the public.
        let mut technician = app.person("technician", "QH001", &[Role::SystemAdmin]).await;
        technician.get("/search-phrases").await.expect(403);
        technician.post("/search-phrases", &same).await.expect(403);
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
