//! Stories of programs: a system of an organ sends records by its key and follows them; people hand in and review what it sent; a
//! key that does not hold, or does not reach, opens nothing, and lies nowhere.

use std::path::Path;

use http::{Method, header};
use jiff::SignedDuration;
use kernel::Role;
use serde_json::{Value, json};
use testkit::{Client, Reply, TestApp, both};

use crate::{records, records_office};

/// Where permits are sent.
const PERMITS: &str = "/api/v1/records/permit";
/// The last day of most keys here.
const END: &str = "2026-12-31";

/// Makes a key; the page of its program, and the key.
async fn made(app: &TestApp, organ: &str, reach: &[&str], end: &str) -> (String, String) {
    let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
    let once = admin.get("/accounts/programs/new").await.expect(200).field("once");
    let all = if reach.is_empty() { "all" } else { "some" };
    let mut form =
        vec![("once", once.as_str()), ("name", "许可审批系统"), ("organ", organ), ("reach", all), ("ends_on", end)];
    form.extend(reach.iter().map(|item| ("items", *item)));
    let page = admin.post("/accounts/programs/new", &form).await.expect(200).shows("只在这一页显示一次").text();
    // Of a form that came twice the key is shown no second time.
    let again = admin.post("/accounts/programs/new", &form).await.expect(303).location();
    admin.get(&again).await.expect(200).hides(&shown(&page));
    (again, shown(&page))
}

/// The key that stands on a page.
fn shown(page: &str) -> String {
    let key = page.split("value=\"").find(|rest| rest.starts_with("gk_")).and_then(|rest| rest.split('"').next());
    key.unwrap_or_else(|| panic!("no key in {page}")).to_owned()
}

fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A program at the office's door, with a key and a name for what it sends; without either where it is empty.
fn program(app: &TestApp, key: &str, named: &str) -> Client {
    let mut client = app.stranger();
    client.as_program();
    if !key.is_empty() {
        client.with_header("authorization", kept(format!("Bearer {key}")));
    }
    if !named.is_empty() {
        client.with_header("idempotency-key", kept(named.to_owned()));
    }
    client
}

async fn send(app: &TestApp, (key, named): (&str, &str), path: &str, body: &Value) -> Reply {
    let bytes = body.to_string().into_bytes();
    program(app, key, named).send(Method::POST, path, "application/json", bytes).await
}

/// One permit as a program writes it.
async fn permit(app: &TestApp, number: &str) -> Value {
    let item = records::permit(app).await;
    json!(records::filled(&item, number))
}

async fn sending(app: &TestApp, number: &str) -> Value {
    json!({ "records": [permit(app, number).await], "note": "系统自动报送" })
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("count")
}

/// How often the log tells that a key was refused for this reason.
async fn refused(app: &TestApp, why: &str) -> usize {
    let told: Vec<String> = store::query_scalar(
        "SELECT p.data FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
         WHERE e.kind = 'program.refused'",
    )
    .fetch_all(app.ctx().db().read())
    .await
    .expect("events");
    told.iter().filter(|data| data.contains(why)).count()
}

/// Files below a folder that hold these bytes.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(holding(&entry, bytes));
        } else if std::fs::read(&entry).is_ok_and(|all| all.windows(bytes.len()).any(|some| some == bytes)) {
            found.push(entry.display().to_string());
        }
    }
    found
}

both! {
    async fn each_name_is_a_sending_of_its_own_and_what_was_given_up_is_sent_again(app) {
        let (_, key) = made(app, "QH010", &["permit"], END).await;
        let body = sending(app, "青财许〔2026〕3号").await;
        let one = send(app, (&key, "2026-001"), PERMITS, &body).await.expect(201).json();
        let other = send(app, (&key, "2026-002"), PERMITS, &body).await.expect(201).json();
        assert_ne!(one["batch"], other["batch"], "what says the same under another name is another record");
        assert_eq!(other["again"], json!(false), "{other}");
        let id = record::BatchId::from(one["batch"].as_str().expect("a batch"));
        let version = records::found(app, &id).await.version;
        let mut tx = records::written(app).await;
        record::batch::drop_it(app.ctx(), &mut tx, &records::editor(), (&id, version)).await.expect("given up");
        tx.commit().await.expect("commit");
        let anew = send(app, (&key, "2026-001"), PERMITS, &body).await.expect(201).json();
        assert_ne!(anew["batch"], one["batch"], "it is not told to be there where it is not");
        assert_eq!((&anew["state"], &anew["again"]), (&json!("draft"), &json!(false)), "{anew}");
        let again = send(app, (&key, "2026-001"), PERMITS, &body).await.expect(200).json();
        assert_eq!((&again["batch"], &again["again"]), (&anew["batch"], &json!(true)), "{again}");
        assert_eq!(count(app, "SELECT COUNT(*) FROM record WHERE state = 'draft'").await, 2);
    }

    async fn what_a_program_sends_is_handed_in_and_reviewed_by_people(app) {
        let (_, key) = made(app, "QH010", &["permit"], END).await;
        let body = sending(app, "青财许〔2026〕1号").await;
        // A dry run tells and stores nothing; it needs no name.
        let dry = send(app, (&key, ""), &format!("{PERMITS}?dry_run=true"), &body).await.expect(200).json();
        assert_eq!(dry, json!({ "dry_run": true, "records": 1 }));
        assert_eq!(count(app, "SELECT COUNT(*) FROM record_batch").await, 0);
        let first = send(app, (&key, "2026-001"), PERMITS, &body).await.expect(201);
        let told = first.json();
        assert_eq!((&told["state"], &told["records"], &told["again"]), (&json!("draft"), &json!(1), &json!(false)), "{told}");
        assert_eq!(first.location(), told["follow"].as_str().expect("an address"));
        let again = send(app, (&key, "2026-001"), PERMITS, &body).await.expect(200).json();
        assert_eq!((&again["batch"], &again["again"]), (&told["batch"], &json!(true)), "{again}");
        let other = sending(app, "青财许〔2026〕2号").await;
        let conflict = send(app, (&key, "2026-001"), PERMITS, &other).await.expect(409);
        assert_eq!(conflict.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(conflict.json()["detail"].as_str().is_some_and(|words| words.contains("幂等键")));
        assert_eq!(count(app, "SELECT COUNT(*) FROM record_batch").await, 1);
        // Another program of the same organ counts for itself, and does not see it; nor does one of another organ.
        let (_, sister) = made(app, "QH010", &[], END).await;
        let (_, stranger) = made(app, "QH011", &[], END).await;
        let follow = first.location();
        program(app, &sister, "").get(&follow).await.expect(404);
        program(app, &stranger, "").get(&follow).await.expect(404);
        send(app, (&sister, "2026-001"), PERMITS, &other).await.expect(201);
        // People of the organ find it on their work list, hand it in, and are its authors from then on.
        let page = format!("/records/batches/{}", told["batch"].as_str().expect("a batch"));
        let mut editor = app.editor("QH010").await;
        editor.get("/").await.expect(200).shows("系统报送");
        editor.get(&page).await.expect(200).shows("许可审批系统（程序）").shows("接口报送").shows("系统自动报送");
        records_office::submitted(app, &page).await;
        assert_eq!(count(app, "SELECT COUNT(*) FROM record_author").await, 1);
        let seen = program(app, &key, "").get(&follow).await.expect(200).json();
        assert_eq!((&seen["state"], &seen["returned"]), (&json!("in_review"), &Value::Null), "{seen}");
        let mut reviewer = app.reviewer(review::Gate::ALL[0]).await;
        let version = reviewer.get(&page).await.expect(200).field("version");
        let back = [("version", version.as_str()), ("reason", "许可内容写得不清楚，请补充")];
        reviewer.post(&format!("{page}/return"), &back).await.expect(303);
        let seen = program(app, &key, "").get(&follow).await.expect(200).json();
        assert_eq!(seen["state"], json!("returned"), "{seen}");
        assert_eq!(seen["returned"]["reason"], json!("许可内容写得不清楚，请补充"), "{seen}");
        records_office::submitted(app, &page).await;
        records_office::passed(app, &page).await;
        let seen = program(app, &key, "").get(&follow).await.expect(200).json();
        assert!(seen["state"] == "public" && seen["public_at"] != "", "{seen}");
        app.visitor().get("/records/permit").await.expect(200).shows("青财许〔2026〕1号");
        // The same key leads to it still; the same permit under another name is told to be there.
        send(app, (&key, "2026-001"), PERMITS, &body).await.expect(200);
    }

    async fn what_does_not_do_is_told_at_its_place_and_nothing_is_stored(app) {
        let (_, key) = made(app, "QH010", &["permit"], END).await;
        let mut wrong = permit(app, "青财许〔2026〕2号").await;
        wrong["valid_to"] = json!("不是日期");
        wrong["nowhere"] = json!("x");
        let body = json!({ "records": [permit(app, "青财许〔2026〕1号").await, wrong] });
        for path in [PERMITS.to_owned(), format!("{PERMITS}?dry_run=true")] {
            let reply = send(app, (&key, "2026-001"), &path, &body).await.expect(422).json();
            let faults = reply["faults"].as_array().expect("faults").clone();
            let places: Vec<(i64, &str)> = faults
                .iter()
                .map(|fault| (fault["record"].as_i64().expect("a number"), fault["column"].as_str().expect("a column")))
                .collect();
            assert!(places.contains(&(2, "valid_to")) && places.contains(&(2, "nowhere")), "{reply}");
            assert!(places.iter().all(|(record, _)| *record == 2), "{reply}");
        }
        let decimals = json!({ "records": [{ "document_number": 0.5 }] });
        let reply = send(app, (&key, "2026-001"), PERMITS, &decimals).await.expect(422).json();
        assert_eq!((&reply["faults"][0]["record"], &reply["faults"][0]["column"]), (&json!(1), &json!("document_number")));
        send(app, (&key, "2026-001"), PERMITS, &json!({ "records": [] })).await.expect(422).shows("1 到 1000 条");
        send(app, (&key, "2026-001"), PERMITS, &json!([])).await.expect(400).shows("读不懂");
        let good = sending(app, "青财许〔2026〕1号").await;
        send(app, (&key, ""), PERMITS, &good).await.expect(400).shows("Idempotency-Key");
        send(app, (&key, "2026-001"), &format!("{PERMITS}?dry-run=true"), &good).await.expect(400).shows("dry_run");
        send(app, (&key, "2026-001"), "/api/v1/records/penalty", &good).await.expect(403).shows("行政处罚");
        send(app, (&key, "2026-001"), "/api/v1/records/nosuchthing", &good).await.expect(404);
        let mut plain = program(app, &key, "2026-001");
        plain.send(Method::POST, PERMITS, "text/plain", good.to_string().into_bytes()).await.expect(415);
        plain.send(Method::POST, PERMITS, "application/json", vec![b' '; 9 << 20]).await.expect(413).shows("8 MB");
        let other = plain.send(Method::PUT, PERMITS, "application/json", Vec::new()).await.expect(405);
        assert_eq!(other.json()["status"], json!(405));
        assert_eq!(count(app, "SELECT COUNT(*) FROM record_batch").await, 0);
        assert_eq!(count(app, "SELECT COUNT(*) FROM record_once").await, 0);
        assert_eq!(refused(app, "不在密钥的范围内").await, 1);
    }

    async fn a_key_that_does_not_hold_opens_nothing(app) {
        let body = sending(app, "青财许〔2026〕1号").await;
        let nothing = send(app, ("", "2026-001"), PERMITS, &body).await.expect(401);
        assert_eq!(nothing.headers[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(nothing.headers[header::CONTENT_TYPE], "application/problem+json");
        for _ in 0..2 {
            send(app, ("gk_0123", "2026-001"), PERMITS, &body).await.expect(401).hides("gk_0123");
        }
        assert_eq!(refused(app, "密钥不存在").await, 1, "the first is told, then every tenfold");
        // Who is signed in is nobody here: no cookie is looked at.
        let mut editor = app.editor("QH010").await;
        editor.send(Method::POST, PERMITS, "application/json", body.to_string().into_bytes()).await.expect(401);
        editor.get(&format!("{PERMITS}/batches/nosuchthing")).await.expect(401);
        let (page, key) = made(app, "QH010", &[], END).await;
        // A key opens no page, and nothing of what is for people.
        let mut holder = program(app, &key, "2026-001");
        for closed in ["/", "/records", "/records/batches", "/accounts/programs"] {
            holder.get(closed).await.expect(303);
        }
        holder.post("/records/permit/new", &[]).await.expect(401);
        // Exchanged: the one before is unknown at once.
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        let once = admin.get(&page).await.expect(200).field("once");
        let form = [("once", once.as_str()), ("ends_on", "2026-03-03")];
        let renewed = shown(&admin.post(&format!("{page}/renew"), &form).await.expect(200).text());
        send(app, (&key, "2026-001"), PERMITS, &body).await.expect(401);
        send(app, (&renewed, "2026-001"), PERMITS, &body).await.expect(201);
        admin.get(&page).await.expect(200).shows("2026-03-02").shows("更换接口密钥");
        // Its last day has passed.
        app.pass(SignedDuration::from_hours(48));
        send(app, (&renewed, "2026-001"), PERMITS, &body).await.expect(401).shows("2026-03-03").shows("到期");
        assert_eq!(refused(app, "密钥已到期").await, 1);
        let (page, key) = made(app, "QH010", &[], END).await;
        send(app, (&key, "2026-002"), PERMITS, &sending(app, "青财许〔2026〕2号").await).await.expect(201);
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        admin.post(&format!("{page}/revoke"), &[("reason", " ")]).await.expect(422).shows("请填写撤销的原因");
        admin.post(&format!("{page}/revoke"), &[("reason", "密钥外泄")]).await.expect(303);
        admin.post(&format!("{page}/revoke"), &[("reason", "密钥外泄")]).await.expect(409);
        let closed = send(app, (&key, "2026-002"), PERMITS, &body).await.expect(401).shows("撤销");
        assert_eq!(closed.json()["status"], json!(401));
        assert_eq!(refused(app, "密钥已撤销").await, 1);
        admin.get(&page).await.expect(200).shows("已撤销").shows("密钥外泄");
        admin.get("/accounts/programs?state=revoked").await.expect(200).shows("许可审批系统");
        admin.get("/accounts/programs?state=holds").await.expect(200).shows("没有符合条件的接口密钥");
    }

    async fn a_key_has_its_turns_and_lies_nowhere(app) {
        let (_, key) = made(app, "QH010", &["permit"], END).await;
        send(app, (&key, "2026-001"), PERMITS, &sending(app, "青财许〔2026〕1号").await).await.expect(201);
        let secret = key.trim_start_matches("gk_");
        assert_eq!(secret.len(), 64);
        assert_eq!(store::test::holding(app.ctx().db(), &[secret]).await.expect("tables"), Vec::<String>::new());
        assert_eq!(holding(&app.data(), secret.as_bytes()), Vec::<String>::new());
        let mut holder = program(app, &key, "");
        let mut limited = None;
        for _ in 0..400 {
            let reply = holder.get(&format!("{PERMITS}/batches/nosuchthing")).await;
            if reply.status == 429 {
                limited = Some(reply);
                break;
            }
            reply.expect(404);
        }
        let limited = limited.expect("so many requests in a minute are too many");
        assert!(limited.headers.contains_key(header::RETRY_AFTER) && limited.text().contains("60"), "{}", limited.text());
    }

    async fn keys_are_given_by_the_security_administrator_and_seen_by_another(app) {
        let mut admin = app.person("guard", "QH001", &[Role::SecurityAdmin]).await;
        admin.get("/accounts/programs").await.expect(200).shows("还没有接口密钥");
        let form = [
            ("name", "许可审批系统"),
            ("organ", "QH010"),
            ("reach", "some"),
            ("ends_on", "2028-01-01"),
        ];
        let page = admin.post("/accounts/programs/new", &form).await.expect(422);
        page.shows("许可审批系统").shows("2028-01-01").shows("365 天").shows("请至少选择一个数据表");
        let empty = admin.post("/accounts/programs/new", &[]).await.expect(422).text();
        let places: Vec<usize> =
            ["#name\"", "#organ\"", "#reach\"", "#ends_on\""].iter().filter_map(|link| empty.find(link)).collect();
        assert!(places.len() == 4 && places.is_sorted(), "{places:?} in {empty}");
        assert_eq!(count(app, "SELECT COUNT(*) FROM program").await, 0);
        let (page, _) = made(app, "QH010", &["permit", "penalty"], END).await;
        admin.get("/accounts/programs").await.expect(200).shows("许可审批系统").shows("从未").shows("有效");
        admin.get(&page).await.expect(200).shows("行政许可").shows("行政处罚").hides("gk_");
        let mut auditor = app.person("auditor", "QH001", &[Role::AuditAdmin]).await;
        auditor.get("/audit/grants").await.expect(200).shows("新建接口密钥");
        for (login, role) in [("clerk", Role::CountyOffice), ("admin", Role::SystemAdmin)] {
            let mut other = app.person(login, "QH001", &[role]).await;
            other.get("/accounts/programs").await.expect(403);
            other.post(&format!("{page}/revoke"), &[("reason", "试试")]).await.expect(403);
        }
    }
}
