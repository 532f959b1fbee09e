//! Stories of the open interface: over the whole demonstration every answer is as its description says, whatever is asked, and
//! nothing of what is not public is in any.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use app::{App, compose, demo};
use document::{Values, common::SUMMARY};
use http::{Method, header};
use kernel::{Actor, OrganCode};
use publishing::{
    columns::ColumnData,
    kinds::NOTICE,
    seed::{Seed, SeedState, seed},
};
use serde_json::{Map, Value, json};
use testkit::{Client, Reply, TestApp, both};

use crate::duties;

const OPENAPI: &str = "/api/v1/openapi.json";

/// Stands in no word of the program.
const CANARY: &str = "金丝雀八五二零";

/// A description, and the answers to it.
struct Described {
    whole: Value,
}

impl Described {
    async fn read(reader: &mut Client) -> Self {
        Self { whole: reader.get(OPENAPI).await.expect(200).json() }
    }

    /// Path and description of every operation.
    fn operations(&self) -> Vec<(String, Value)> {
        let paths = self.whole["paths"].as_object().expect("paths");
        paths.iter().map(|(path, one)| (path.clone(), one["get"].clone())).collect()
    }

    /// Those whose path names one thing at most: what they are walked with is in the lists. Those with two have their own stories.
    fn walked(&self) -> Vec<(String, Value)> {
        self.operations().into_iter().filter(|(path, _)| path.matches('{').count() < 2).collect()
    }

    fn follow<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(to) => {
                let name = to.strip_prefix("#/components/schemas/").expect("a reference");
                let found = &self.whole["components"]["schemas"][name];
                assert!(found.is_object(), "{name} is not described");
                found
            }
            None => schema,
        }
    }

    /// Fails unless the value is of the shape, without anything that is not described; `whole` wants every field that is.
    fn holds(&self, value: &Value, schema: &Value, whole: bool, at: &str) {
        let schema = self.follow(schema);
        if let Some(any) = schema["anyOf"].as_array() {
            let null = any.iter().any(|one| one["type"] == "null");
            if value.is_null() {
                assert!(null, "{at}: null");
                return;
            }
            let other = any.iter().find(|one| one["type"] != "null").expect("another shape");
            return self.holds(value, other, whole, at);
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            other => panic!("{at}: no type but {other}"),
        };
        let is = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) if types.contains(&"number") => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(types.contains(&is), "{at}: {value} is no {types:?}");
        if let Some(codes) = schema["enum"].as_array() {
            assert!(codes.contains(value), "{at}: {value} is none of {codes:?}");
        }
        match value {
            Value::String(text) => of_format(text, schema["format"].as_str().unwrap_or_default(), at),
            Value::Array(items) => {
                items.iter().for_each(|item| self.holds(item, &schema["items"], whole, &format!("{at}[]")))
            }
            Value::Object(map) => self.object(map, schema, whole, at),
            _ => {}
        }
    }

    fn object(&self, map: &Map<String, Value>, schema: &Value, whole: bool, at: &str) {
        if let Some(shape) = schema.get("additionalProperties") {
            map.iter().for_each(|(name, value)| self.holds(value, shape, whole, &format!("{at}.{name}")));
            return;
        }
        let properties = schema["properties"].as_object().unwrap_or_else(|| panic!("{at}: without fields"));
        for (name, value) in map {
            let shape = properties.get(name).unwrap_or_else(|| panic!("{at}.{name} is not described"));
            assert!(shape["description"].as_str().is_some_and(|words| !words.is_empty()), "{at}.{name} says nothing");
            self.holds(value, shape, whole, &format!("{at}.{name}"));
        }
        let required = schema["required"].as_array().expect("required fields").iter().filter_map(Value::as_str);
        for name in required.chain(properties.keys().map(String::as_str).filter(|_| whole)) {
            assert!(map.contains_key(name), "{at}.{name} is missing");
        }
    }

    /// Fails unless the answer is one that the description knows.
    fn knows(&self, address: &str, operation: &Value, reply: &Reply, whole: bool) {
        let status = reply.status.as_u16().to_string();
        let told = &operation["responses"][&status];
        assert!(told.is_object() && reply.status.as_u16() < 500, "{address}: {status} {}", reply.text());
        assert_eq!(reply.headers["access-control-allow-origin"], "*", "{address}");
        let content = told["content"].as_object();
        let Some((media, shape)) = content.and_then(|content| content.iter().next()) else {
            assert!(reply.bytes.is_empty(), "{address}");
            return;
        };
        assert_eq!(reply.headers[header::CONTENT_TYPE], media.as_str(), "{address}");
        self.holds(&reply.json(), &shape["schema"], whole || status != "200", address);
    }
}

fn of_format(text: &str, format: &str, at: &str) {
    match format {
        "date" => assert!(text.parse::<jiff::civil::Date>().is_ok(), "{at}: {text}"),
        "date-time" => assert!(text.parse::<jiff::Timestamp>().is_ok(), "{at}: {text}"),
        "uri-reference" => {
            assert!(!text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()), "{at}: {text}");
        }
        _ => {}
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

/// The rows of a list: the only list of objects in the answer that has a name of rows.
fn rows(answer: &Value) -> &[Value] {
    ["items", "plans", "hits"].iter().find_map(|name| answer[name].as_array()).map_or(&[], Vec::as_slice)
}

/// What names one row of a list: the field that is always told.
fn key(described: &Described, operation: &Value) -> String {
    let answer = described.follow(&operation["responses"]["200"]["content"]["application/json"]["schema"]);
    let rows = ["items", "plans", "hits"].iter().find(|name| answer["properties"][name].is_object()).expect("rows");
    let row = described.follow(&answer["properties"][rows]["items"]);
    row["required"][0].as_str().expect("a key").to_owned()
}

/// Every page of every list, and each row of it alone.
async fn walk(described: &Described, reader: &mut Client) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let operations = described.walked();
    for (path, operation) in operations.iter().filter(|(path, _)| !path.contains('{')) {
        let key = key(described, operation);
        let (mut address, mut seen) = (format!("{path}?limit=7"), BTreeSet::new());
        loop {
            let reply = reader.get(&address).await.expect(200);
            described.knows(&address, operation, &reply, true);
            let answer = reply.json();
            for row in rows(&answer) {
                let new = seen.insert(row[&key].as_str().expect("a key").to_owned());
                assert!(new, "{address}: {row} twice");
            }
            let Some(next) = answer["next"].as_str() else { break };
            let link = reply.headers["link"].to_str().expect("ascii");
            assert_eq!(link, format!("<{next}>; rel=\"next\""));
            address = next.strip_prefix("http://127.0.0.1:8080").expect("on this site").to_owned();
        }
        let whole = reader.get(path).await.expect(200).json();
        if let (Some(total), false) = (whole["total"].as_u64(), path.ends_with("/search")) {
            assert_eq!(total, seen.len() as u64, "{path}: every row once");
        }
        assert!(!seen.is_empty() || path.ends_with("/search"), "{path}: the demonstration has none");
        names.insert(path.clone(), seen.into_iter().collect());
    }
    for (path, operation) in operations.iter().filter(|(path, _)| path.contains('{')) {
        let (list, rest) = path.split_once("/{").expect("a part");
        let after = rest.split_once('}').expect("a part").1;
        for name in names[list].iter().take(60) {
            let address = format!("{list}/{name}{after}");
            // The list of plans tells of those that were revoked, too.
            let reply = reader.get(&address).await;
            assert!(
                reply.status == 200 || reply.status == 410 && list.ends_with("/plans"),
                "{address}: {}",
                reply.status
            );
            described.knows(&address, operation, &reply, true);
        }
    }
    names
}

/// What nobody should send.
fn hostile() -> Vec<String> {
    let mut all: Vec<String> = [
        "%00",
        "%",
        "%zz",
        "%FF%FE",
        "%ED%A0%80",
        "-1",
        "0",
        "1.5",
        "1e3",
        "99999999999999999999",
        "NaN",
        "true",
        "null",
        "[]",
        "%27%20OR%201%3D1--",
        "%22",
        "..%2F..%2Fetc%2Fpasswd",
        "%0D%0ASet-Cookie:a=b",
        "%E2%80%AE%E6%94%BF",
        "%25",
        "%F0%9F%98%80",
        "a,b,,",
        "*",
        "%3Cscript%3E",
        "%E6%94%BF%20AND%20NOT%20(",
        "+",
        "9223372036854775807",
        "-9223372036854775808",
        "id,id,id",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(["a".repeat(5_000), escaped(&"政".repeat(300)), escaped(&"\u{301}".repeat(90))]);
    all
}

/// Numbers that look like chance and are the same in every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(most.max(1)).expect("fits")).expect("fits")
    }

    fn bytes(&mut self) -> String {
        let many = self.below(40);
        (0..many).map(|_| format!("%{:02X}", self.below(256))).collect()
    }
}

/// A path with an identifier that exists, and the parameters of the query.
fn asked(path: &str, operation: &Value, names: &BTreeMap<String, Vec<String>>) -> (String, Vec<Value>) {
    let filled = match path.split_once("/{") {
        Some((list, rest)) => format!("{list}/{}{}", names[list][0], rest.split_once('}').expect("a part").1),
        None => path.to_owned(),
    };
    let parameters = operation["parameters"].as_array().expect("parameters").iter();
    (filled, parameters.filter(|one| one["in"] == "query").cloned().collect())
}

/// Each value that the description allows is answered.
async fn allowed(described: &Described, reader: &mut Client, names: &BTreeMap<String, Vec<String>>) {
    for (path, operation) in described.walked() {
        let (filled, parameters) = asked(&path, &operation, names);
        for parameter in parameters {
            let (name, schema) = (parameter["name"].as_str().expect("a name"), &parameter["schema"]);
            let values: Vec<String> = match schema["type"].as_str().expect("a type") {
                "boolean" => vec!["true".into(), "false".into()],
                "integer" => vec![schema["minimum"].to_string(), schema["maximum"].to_string()],
                "array" => {
                    let names = schema["items"]["enum"].as_array().expect("names").iter().filter_map(Value::as_str);
                    names.map(str::to_owned).collect()
                }
                // Further names, which only the handler knows.
                "object" => continue,
                _ => match schema["enum"].as_array() {
                    Some(codes) => codes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    // Which row a list goes on after, and by which columns it is ordered, only the list can tell.
                    None if matches!(name, "after" | "sort") => continue,
                    None if schema["format"] == "date" => vec!["2026-03-05".into()],
                    None => {
                        vec![escaped("政"), escaped(&"政".repeat(schema["maxLength"].as_u64().expect("most") as usize))]
                    }
                },
            };
            for value in values {
                let address = format!("{filled}?{name}={value}");
                let reply = reader.get(&address).await.expect(200);
                described.knows(&address, &operation, &reply, name != "fields");
                if name == "fields" {
                    let answer = reply.json();
                    let rows = rows(&answer);
                    let is_list = path.contains("/{id}/") || path.ends_with("/{item}") || !path.contains('{');
                    let one = if is_list { rows.first() } else { Some(&answer) };
                    let told = one.and_then(Value::as_object).map_or(0, Map::len);
                    assert!(told <= 2, "{address}: {told} fields");
                }
            }
        }
    }
}

/// Whatever else is asked is refused, with the name of the parameter, or answered as described; nothing fails.
async fn fuzzed(described: &Described, reader: &mut Client, names: &BTreeMap<String, Vec<String>>) {
    let mut chance = Chance(20_260_302);
    for (path, operation) in described.walked() {
        let (filled, parameters) = asked(&path, &operation, names);
        let known: Vec<&str> = parameters.iter().map(|one| one["name"].as_str().expect("a name")).collect();
        let mut addresses: Vec<(String, Option<&str>)> = Vec::new();
        for (turn, name) in known.iter().enumerate() {
            // Of each parameter a third of them, another for each: all together every one, in a bearable time.
            let hostile = hostile().into_iter().skip(turn % 3).step_by(3);
            addresses.extend(hostile.map(|value| (format!("{filled}?{name}={value}"), Some(*name))));
            addresses.push((format!("{filled}?{name}=1&{name}=1"), Some(name)));
        }
        for query in ["unknown=1", "_=1", "=1", "%00=1", "%FF=1", "a%5B%5D=1", "constructor=1", "Limit=1"] {
            addresses.push((format!("{filled}?{query}"), None));
        }
        for _ in 0..15 {
            let pairs =
                (0..=chance.below(3)).map(|_| format!("{}={}", known[chance.below(known.len())], chance.bytes()));
            addresses.push((format!("{filled}?{}", pairs.collect::<Vec<_>>().join("&")), None));
        }
        if let Some((before, rest)) = path.split_once("/{") {
            let after = rest.split_once('}').expect("a part").1;
            addresses.extend(hostile().into_iter().map(|value| (format!("{before}/{value}{after}"), None)));
        }
        for (address, name) in addresses {
            let reply = reader.get(&address).await;
            if reply.status == 404 && !path.contains('{') {
                panic!("{address}: not there");
            }
            described.knows(&address, &operation, &reply, !address.contains("fields="));
            if let (400, Some(name)) = (reply.status.as_u16(), name) {
                assert_eq!(reply.json()["parameter"], name, "{address}: {}", reply.text());
                assert!(reply.json()["detail"].as_str().is_some_and(|words| words.chars().count() > 8), "{address}");
            }
        }
        let refused = reader.get(&format!("{filled}?unknown=1")).await.expect(400).json();
        assert_eq!(refused["parameter"], "unknown");
        assert!(refused["detail"].as_str().is_some_and(|words| words.contains(known[0])), "{refused}");
    }
}

/// What the protocol promises of every address.
async fn protocol(described: &Described, portal: &axum::Router, names: &BTreeMap<String, Vec<String>>) {
    let mut reader = Client::at(portal.clone());
    for (path, operation) in described.walked() {
        let (filled, _) = asked(&path, &operation, names);
        let first = reader.get(&filled).await.expect(200);
        let tag = first.headers[header::ETAG].to_str().expect("ascii").to_owned();
        assert!(tag.starts_with('"'), "{filled}: a strong tag");
        if !path.ends_with("/search") {
            let mut knows = Client::at(portal.clone());
            knows.with_header("if-none-match", Box::leak(tag.into_boxed_str()));
            described.knows(&filled, &operation, &knows.get(&filled).await.expect(304), true);
        }
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let refused = reader.send(method, &filled, "", Vec::new()).await.expect(405);
            assert!(refused.headers[header::ALLOW].to_str().expect("ascii").contains("GET"), "{filled}");
            assert_eq!(refused.headers[header::CONTENT_TYPE], "application/problem+json");
        }
        let preflight = reader.send(Method::OPTIONS, &filled, "", Vec::new()).await.expect(204);
        assert_eq!(preflight.headers["access-control-allow-methods"], "GET, HEAD");
        let mut picky = Client::at(portal.clone());
        picky.with_header("accept", "text/html");
        described.knows(&filled, &operation, &picky.get(&filled).await.expect(406), true);
    }
    let nowhere = reader.get("/api/v1/nothing").await.expect(404).json();
    assert!(nowhere["detail"].as_str().is_some_and(|words| words.contains("/api")), "{nowhere}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_the_demonstration_every_answer_is_as_described_whatever_is_asked() {
    let place = tempfile::tempdir().expect("place");
    let program = env!("CARGO_BIN_EXE_gongkai-under-test");
    let filled =
        Command::new(program).env("GONGKAI_DATA", place.path()).args(["demo", "--json"]).output().expect("runs");
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let (config, seams) = (demo::configure(web::Config::default()), app::seams::system());
    let ctx = compose::open(config, place.path().to_owned(), program.into(), seams).await.expect("opens");
    let app = App::new(ctx).expect("composes");
    app.search.catch_up(&app.ctx).await.expect("index");
    let mut reader = Client::at(app.portal.clone());
    let described = Described::read(&mut reader).await;
    let declared: BTreeSet<&str> = app
        .routes
        .iter()
        .filter(|route| route.listener == web::Listener::Portal)
        .map(|route| route.path)
        .filter(|path| path.starts_with("/api/v1/") && *path != OPENAPI)
        .collect();
    let told = described.operations();
    assert_eq!(
        told.iter().map(|(path, _)| path.as_str()).collect::<BTreeSet<_>>(),
        declared,
        "every route is described"
    );
    let names = walk(&described, &mut reader).await;
    allowed(&described, &mut reader, &names).await;
    fuzzed(&described, &mut reader, &names).await;
    protocol(&described, &app.portal, &names).await;
    let page = reader.get("/api").await.expect(200);
    for (path, operation) in &told {
        assert!(page.text().contains(path), "{path} is on the page");
        assert!(page.text().contains(&format!("id=\"{}\"", operation["operationId"].as_str().expect("a name"))));
    }
    app.ctx.db().close().await;
}

async fn put(app: &TestApp, one: Seed) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let id = seed(app.ctx(), &mut tx, one).await.expect("seed");
    tx.commit().await.expect("commit");
    String::from(id)
}

fn notice(title: &str) -> Seed {
    let at = "2026-02-10T02:00:00Z".parse().expect("moment");
    Seed::published(OrganCode::from("QH010"), "notices", &NOTICE, title, "<p>正文</p>", at)
}

async fn notices(app: &TestApp) {
    let mut tx = app.ctx().db().write().await.expect("write");
    let column =
        ColumnData {
            slug: "notices".into(), name: "通知公告".into(), kind: "notice".into(), ..ColumnData::default()
        };
    publishing::columns::put(&mut tx, &Actor::System, &column).await.expect("column");
    tx.commit().await.expect("commit");
}

both! {
    async fn what_is_not_public_is_in_no_answer(app) {
        notices(app).await;
        let hidden = |state: SeedState| Seed {
            values: Values::default().with(&SUMMARY, CANARY),
            state,
            ..notice(CANARY)
        };
        let draft = put(app, hidden(SeedState::Draft)).await;
        let (published_at, at) = ("2026-02-10T01:00:00Z".parse().expect("moment"), "2026-02-11T01:00:00Z".parse().expect("moment"));
        let withdrawn = SeedState::Withdrawn { published_at, at, reason: "有误".into(), notice: String::new() };
        let gone = put(app, Seed { state: withdrawn, ..notice("撤回的通知") }).await;
        let public = put(app, notice("公开的通知")).await;
        let plan = duties::issued(app).await;
        let (secret, _) = duties::share(app, "密语", "QH010").await;
        let fields = [("visibility", "internal"), ("visibility_reason", "尚未定案")];
        app.clerk().await.post(&format!("/duties/{secret}/visibility"), &fields).await.expect(303);
        app.work().await;
        let mut reader = app.visitor();
        let described = Described::read(&mut reader).await;
        for (path, operation) in described.operations().iter().filter(|(path, _)| !path.contains('{')) {
            let reply = reader.get(path).await.expect(200).hides(CANARY).hides(&draft).hides(&gone).hides(&secret);
            described.knows(path, operation, &reply, true);
        }
        for path in ["/api/v1/documents/{}", "/api/v1/documents/{}/editions"] {
            reader.get(&path.replace("{}", &draft)).await.expect(404).hides(CANARY);
            let told = reader.get(&path.replace("{}", &gone)).await.expect(410).shows("有误").json();
            assert_eq!(told["status"], 410);
            reader.get(&path.replace("{}", &public)).await.expect(200).shows("公开的通知");
        }
        reader.get(&format!("/api/v1/search?q={}", escaped(CANARY))).await.expect(200).shows("\"total\":0");
        reader.get(&format!("/api/v1/plans/{plan}")).await.expect(200).hides(&secret);
        reader.get(&format!("/api/v1/duties/{secret}")).await.expect(404);
    }

    async fn the_editions_that_the_public_saw_are_told_without_their_texts(app) {
        notices(app).await;
        let first = Seed {
            correction: Some(publishing::seed::SeedCorrection {
                body_html: "<p>改为周三停水。</p>".into(),
                note: "停水日期写错".into(),
                at: "2026-02-12T02:00:00Z".parse().expect("moment"),
            }),
            ..notice("停水通知")
        };
        let id = put(app, first).await;
        let told = app.visitor().get(&format!("/api/v1/documents/{id}/editions")).await.expect(200).json();
        assert_eq!((&told["total"], &told["document"]), (&json!(2), &json!(id)));
        let brief: Vec<_> = told["items"].as_array().expect("items").iter().map(|one| {
            (one["edition"].as_i64(), one["current"].as_bool(), one["note"].as_str(), one["ended_at"].is_null())
        }).collect();
        assert_eq!(brief, [(Some(2), Some(true), Some("停水日期写错"), true), (Some(1), Some(false), Some(""), false)]);
        assert!(!told.to_string().contains("改为周三"));
    }

    async fn duties_are_walked_and_narrowed(app) {
        let plan = duties::issued(app).await;
        let mut reader = app.visitor();
        let all = reader.get("/api/v1/duties").await.expect(200).json();
        let ids: Vec<String> = all["items"].as_array().expect("items").iter().map(|one| one["id"].as_str().expect("id").into()).collect();
        assert!(ids.len() >= 4, "{all}");
        let mut walked = Vec::new();
        let mut address = format!("/api/v1/duties?plan={plan}&limit=1");
        loop {
            let page = reader.get(&address).await.expect(200).json();
            walked.extend(page["items"].as_array().expect("items").iter().map(|one| one["id"].as_str().expect("id").to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            address = next[next.find("/api").expect("a path")..].to_owned();
        }
        assert_eq!(walked, ids, "one by one in the same order");
        let of_office = reader.get("/api/v1/duties?organ=QH001").await.expect(200).json();
        assert_eq!(of_office["items"].as_array().map(Vec::len), Some(1), "{of_office}");
        assert_eq!(reader.get("/api/v1/duties?state=confirmed").await.expect(200).json()["items"], json!([]));
        let one = reader.get(&format!("/api/v1/duties/{}?fields=text,plan", ids[0])).await.expect(200).json();
        assert_eq!(one.as_object().expect("object").keys().collect::<Vec<_>>(), ["id", "plan", "text"]);
        reader.get("/api/v1/duties?after=nowhere").await.expect(400).shows("after");
        reader.get("/api/v1/duties/nowhere").await.expect(404);
    }
}
