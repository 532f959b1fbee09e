//! Who reaches which object in which state: every office route that names an object, for every role of three organs, over
//! objects in every state. The routes come from the router and the answers from the table of permissions, so a new route or
//! state is walked without anybody thinking of it, and a route whose object nobody made here fails the test.

use std::collections::BTreeMap;

use document::{
    common::VALIDITY,
    references::{self, Found, Verb},
};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, OrganCode, Permission, Role, may_for};
use policy::import::{Content, Reading, Source, Wanted};
use publishing::{
    kinds::{NOTICE, POLICY},
    seed::{Seed, SeedFile, SeedState, seed},
};
use review::Gate;
use testkit::{Client, TestApp, both, staff};
use web::{Listener, RouteInfo};

use crate::publishing::pictures::png;

/// Whose the objects are, another organ of the same rank, and the county office.
pub(crate) const OWN: &str = "QH010";
const ORGANS: [&str; 3] = [OWN, "QH011", "QH001"];

/// A text with a picture.
const PICTURED: &str = "<p>正文。</p><figure><img src=\"picture:1\" alt=\"图\"></figure>";

/// An object in a state: what stands for the places of a route's pattern.
pub(crate) struct Object {
    pub(crate) state: &'static str,
    /// Beginnings of the routes that are about it.
    pub(crate) under: &'static [&'static str],
    pub(crate) places: BTreeMap<&'static str, String>,
    /// What a form needs so that only permission can refuse it.
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Object {
    /// The address of `route` for this object; `None` when the route is about something else.
    pub(crate) fn address(&self, route: &RouteInfo) -> Option<String> {
        if !self.under.iter().any(|start| route.path.starts_with(start)) {
            return None;
        }
        let mut path = route.path.to_owned();
        for (place, id) in &self.places {
            path = path.replace(&format!("{{{place}}}"), id);
        }
        (!path.contains('{')).then_some(path)
    }
}

async fn document(app: &TestApp, state: &'static str, seeded: SeedState) -> Object {
    let at: Timestamp = "2026-02-10T01:00:00Z".parse().expect("moment");
    let mut new = Seed::published(OWN.into(), "notices", &NOTICE, &format!("财政局的稿件（{state}）"), PICTURED, at);
    new.state = seeded;
    new.files = vec![SeedFile { file_name: "a.txt".into(), title: String::new(), bytes: "附件".into() }];
    new.pictures = vec![SeedFile { file_name: "a.png".into(), title: String::new(), bytes: png(40, 30, 7) }];
    let mut tx = app.ctx().db().write().await.expect("write");
    let id = String::from(seed(app.ctx(), &mut tx, new).await.expect("seed"));
    tx.commit().await.expect("commit");
    let (edition, version): (String, i64) = store::query_as("SELECT id, version FROM edition WHERE document_id = $1")
        .bind(&id)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("edition");
    let picture: String = store::query_scalar("SELECT id FROM picture WHERE edition_id = $1")
        .bind(&edition)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("picture");
    let file: String = store::query_scalar("SELECT id FROM attachment WHERE edition_id = $1 AND position > 0")
        .bind(&edition)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("attachment");
    let fields = [
        ("reason", "试试"),
        ("title", "被改了"),
        ("body_html", "<p>被改了</p>"),
        ("disclosure", "open"),
        ("kind", "notice"),
        ("column", "notices"),
        ("to", "up"),
        ("note", "试试"),
    ];
    let mut fields: Vec<_> = fields.map(|(name, value)| (name, value.to_owned())).to_vec();
    fields.push(("version", version.to_string()));
    let mut places = BTreeMap::from([
        ("id", id.clone()),
        ("edition", edition),
        ("file", file),
        ("picture", picture),
        ("name", "40x30.png".to_owned()),
    ]);
    if matches!(state, "draft" | "returned") {
        // A file that its editor began to send.
        let digest = "0".repeat(64);
        let named = [("name", "b.txt"), ("size", "1"), ("digest", digest.as_str())];
        let mut editor = app.editor(OWN).await;
        let begun = editor.post(&format!("/documents/{id}/uploads"), &named).await.expect(200).json();
        places.insert("upload", begun["upload"].as_str().expect("an upload").to_owned());
    }
    if state == "secrecy" {
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        let noted = [("quote", "正文"), ("comment", "请核对")];
        reviewer.post(&format!("/reviews/{}/comments", places["edition"]), &noted).await.expect(303);
        let comment: String = store::query_scalar("SELECT id FROM text_comment WHERE edition_id = $1")
            .bind(&places["edition"])
            .fetch_one(app.ctx().db().read())
            .await
            .expect("comment");
        places.insert("comment", comment);
    }
    Object {
        state,
        under: &[
            "/documents/{id}",
            "/documents/bin/{edition}",
            "/reviews/{edition}",
            "/bypasses/{edition}",
            "/pictures/{picture}",
            "/interpretations/{id}",
        ],
        places,
        fields,
    }
}

pub(crate) async fn documents(app: &TestApp) -> Vec<Object> {
    let at: Timestamp = "2026-02-20T01:00:00Z".parse().expect("moment");
    let review = |gate| SeedState::InReview { gate, since: at };
    let withdrawn = SeedState::Withdrawn {
        published_at: at,
        at: at + SignedDuration::from_hours(1),
        reason: "有误".into(),
        notice: String::new(),
    };
    let returned = SeedState::Returned { gate: Gate::WORDING, by: "审核员".into(), reason: "请改".into(), at };
    let mut objects = vec![
        document(app, "draft", SeedState::Draft).await,
        document(app, "secrecy", review(Gate::SECRECY)).await,
        document(app, "wording", review(Gate::WORDING)).await,
        document(app, "policy", review(Gate::POLICY)).await,
        document(app, "political", review(Gate::POLITICAL)).await,
        document(app, "returned", returned).await,
        document(app, "scheduled", SeedState::Scheduled { at: "2027-01-04T01:00:00Z".parse().expect("moment") }).await,
        document(app, "published", SeedState::Published { at }).await,
        document(app, "withdrawn", withdrawn).await,
    ];
    let binned = document(app, "binned", SeedState::Draft).await;
    // Only who wrote in it takes it out again.
    app.editor(OWN).await;
    let editor = identity::accounts::find(app.ctx().db(), "editor-qh010").await.expect("database").expect("the editor");
    let edition = &binned.places["edition"];
    let bin = store::query("UPDATE edition SET binned_at = $2, head = 0 WHERE id = $1")
        .bind(edition)
        .bind(kernel::time::to_db(at));
    store::test::tamper(app.ctx().db(), bin).await.expect("bin");
    let author =
        store::query("INSERT INTO edition_author (edition_id, account) VALUES ($1, $2)").bind(edition).bind(&editor.id);
    store::test::tamper(app.ctx().db(), author).await.expect("author");
    objects.push(binned);
    objects
}

/// A duty of the organ with a piece of evidence that is undecided, confirmed, returned or taken back.
pub(crate) async fn duties(app: &TestApp) -> Vec<Object> {
    const PLAN: &str = "2026年青禾县政务公开工作要点\n一、公开\n（一）公开。6月30日前公开甲。7月底前公开乙。8月底前公开丙。9月底前公开丁。\
                        （县财政局负责）\n";
    let import = oversight::Import::work_points("", 2026, PLAN, "plan.txt");
    let plan = oversight::import(app.ctx(), &Actor::System, import).await.expect("import").plan;
    oversight::confirm(app.ctx(), &Actor::System, &plan).await.expect("confirm");
    let paper =
        document(app, "evidence", SeedState::Published { at: "2026-02-25T01:00:00Z".parse().expect("moment") }).await;
    let rows: Vec<(String, String)> = store::query_as(
        "SELECT d.id, a.id FROM duty d JOIN duty_share a ON a.duty = d.id WHERE d.source_id = $1 ORDER BY d.position",
    )
    .bind(plan.as_str())
    .fetch_all(app.ctx().db().read())
    .await
    .expect("duties");
    let (mut editor, mut clerk) = (app.editor(OWN).await, app.clerk().await);
    let mut objects = Vec::new();
    for ((duty, assignment), state) in
        rows.into_iter().zip(["evidenced", "confirmed", "returned-evidence", "taken-back"])
    {
        let page = format!("/duties/{duty}");
        let form = [("assignment", assignment.as_str()), ("document", &paper.places["id"])];
        editor.post(&format!("{page}/evidence"), &form).await.expect(303);
        let evidence: String = store::query_scalar("SELECT id FROM evidence WHERE share = $1")
            .bind(&assignment)
            .fetch_one(app.ctx().db().read())
            .await
            .expect("evidence");
        let of = format!("{page}/evidence/{evidence}");
        match state {
            "confirmed" => drop(clerk.post(&format!("{of}/confirm"), &[]).await.expect(303)),
            "returned-evidence" => drop(clerk.post(&format!("{of}/return"), &[("reason", "不相符")]).await.expect(303)),
            "taken-back" => drop(editor.post(&format!("{of}/take-back"), &[]).await.expect(303)),
            _ => {}
        }
        let fields = [
            ("assignment", assignment.as_str()),
            ("text", "试试"),
            ("reason", "试试"),
            ("due_on", "2026-12-01"),
            ("visibility", "internal"),
            ("document", &paper.places["id"]),
            ("title", "试试"),
        ];
        objects.push(Object {
            state,
            under: &["/duties/{id}"],
            places: BTreeMap::from([("id", duty), ("evidence", evidence)]),
            fields: fields.map(|(name, value)| (name, value.to_owned())).to_vec(),
        });
    }
    objects
}

/// A policy of the organ in the ledger, what its text says of another document, and a clean-up that asks what becomes of it.
pub(crate) async fn policies(app: &TestApp) -> Vec<Object> {
    let at: Timestamp = "2026-02-24T01:00:00Z".parse().expect("moment");
    let text = "<p>本办法自公布之日起施行，《停车管理暂行办法》同时废止。</p>";
    let mut new = Seed::published(OWN.into(), "notices", &POLICY, "停车管理办法", text, at);
    new.values.read(&VALIDITY, "in_force");
    let ctx = app.ctx();
    let mut tx = ctx.db().write().await.expect("write");
    let id = seed(ctx, &mut tx, new).await.expect("seed");
    let row = document::rows::document(tx.conn(), &id).await.expect("database").expect("the policy");
    let said = Found {
        verb: Verb::Repeals,
        passive: false,
        title: "停车管理暂行办法".into(),
        number: String::new(),
        articles: String::new(),
        quote: "《停车管理暂行办法》同时废止。".into(),
    };
    references::put(&mut tx, &POLICY, &row, &row.current_edition, &[said]).await.expect("found");
    tx.commit().await.expect("commit");
    let id = String::from(id);
    let (mut editor, mut clerk) = (app.editor(OWN).await, app.clerk().await);
    editor.post(&format!("/ledger/{id}"), &[("normative", "1"), ("version", "0")]).await.expect(303);
    let form = [("title", "规范性文件清理"), ("due_on", "2026-12-01")];
    clerk.post("/clean-ups/new", &form).await.expect(303);
    let one = async |sql: &'static str| -> String {
        store::query_scalar(sql).bind(&id).fetch_one(app.ctx().db().read()).await.expect("one")
    };
    let article = "0000000article00";
    let sql = "INSERT INTO push_article (id, account, document_id, edition_id, call_id, title, words, state, outdated, code, \
               reason, media_id, publish_id, article_id, url, tries, next_at, queued_at, queued_name, changed_at, version) \
               VALUES ($1, 'county', $2, '', '', '', '', 'asked', 0, 0, '', '', '', '', '', 0, $3, $3, '', $3, 1)";
    let put = store::query(sql).bind(article).bind(&id).bind(kernel::time::to_db(at));
    store::test::tamper(app.ctx().db(), put).await.expect("an article");
    let reference = one("SELECT id FROM document_reference WHERE from_document = $1").await;
    let round = one("SELECT clean_up FROM clean_up_item WHERE document_id = $1").await;
    let fields = [
        ("verb", "repeals"),
        ("to", "none"),
        ("reason", "试试"),
        ("version", "1"),
        ("normative", "0"),
        ("answer", "keep"),
        ("decision", "keep"),
        ("column", "notices"),
    ];
    let object = |state, under, places: Vec<(&'static str, String)>| Object {
        state,
        under,
        places: BTreeMap::from_iter(places),
        fields: fields.map(|(name, value)| (name, value.to_owned())).to_vec(),
    };
    vec![
        object("found", &["/references/{id}"], vec![("id", reference)]),
        object("registered", &["/ledger/{id}", "/pushes/{id}"], vec![("id", id.clone())]),
        object("article", &["/push/articles/{id}"], vec![("id", article.to_owned())]),
        object("asked", &["/clean-ups/{id}"], vec![("id", round), ("document", id.clone())]),
    ]
}

/// A batch of documents of the organ that were brought in, with a file of it.
pub(crate) async fn imports(app: &TestApp) -> Vec<Object> {
    let text = "关于做好防汛工作的通知\n各乡镇：\n请做好防汛。\n青禾县财政局\n2024年6月3日";
    let file = Source { name: "防汛.txt".to_owned(), content: Content::Held(text.as_bytes().to_vec()) };
    let wanted =
        Wanted { organ: OWN.into(), kind: &NOTICE, column: "notices".into(), source: "历年文件".to_owned() };
    let told = policy::import::run(app.ctx(), &Actor::System, &wanted, vec![file], Reading::Apart, |_| ());
    let batch = told.await.expect("an import").batch.to_string();
    let file: String = store::query_scalar("SELECT id FROM import_file WHERE batch = $1")
        .bind(&batch)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a file");
    vec![Object {
        state: "imported",
        under: &["/imports/{id}"],
        places: BTreeMap::from([("id", batch), ("file", file.clone())]),
        fields: vec![("ids", file), ("title", "被改了".to_owned()), ("version", "1".to_owned())],
    }]
}

/// Cases of the organ with a party, a file and a letter: one that runs, one that has ended.
pub(crate) async fn cases(app: &TestApp) -> Vec<Object> {
    let ctx = app.ctx();
    let kind = case::find(ctx, "mistake").expect("the first kind");
    let actor = staff(OWN, Role::Editor);
    let mut objects = Vec::new();
    for state in ["received", "answered"] {
        let bytes = ctx.files().receive_bytes(state.as_bytes()).await.expect("bytes");
        let mut tx = ctx.db().write().await.expect("write");
        let kept = ctx.files().keep_sealed(&mut tx, &bytes).await.expect("a file");
        let filing = case::Filing {
            kind,
            organ: OWN.into(),
            channel: case::Channel::Phone,
            received_on: ctx.today(),
            number: String::new(),
            digest: String::new(),
            brief: format!("网页有错（{state}）"),
            fields: BTreeMap::from([("what".to_owned(), "日期不对".to_owned())]),
            facts: Vec::new(),
            parties: vec![(
                case::PartyRole::Applicant,
                case::Person { name: "读者".into(), ..case::Person::default() },
            )],
            files: vec![case::files::Kept {
                digest: kept.digest.clone(),
                print: String::new(),
                name: "截图.png".into(),
                bytes: 8,
                media: "image/png".into(),
            }],
        };
        let id = case::register(ctx, &mut tx, &actor, filing).await.expect("a case");
        let body = case::letters::Body {
            addressee: "读者".into(),
            title: "答复".into(),
            text: "已更正。".into(),
            ..case::letters::Body::default()
        };
        let letter = case::letters::draft(ctx, &mut tx, &actor, &id, "reply", &body).await.expect("a letter");
        if state == "answered" {
            let typed = case::Typed::of(&[("result", "corrected"), ("answer", "已更正。")]);
            case::take(ctx, &mut tx, &actor, &id, "reply", &typed).await.expect("answered");
        }
        let kept = case::files::Kept {
            digest: kept.digest.clone(),
            print: String::new(),
            name: "答复附件.png".into(),
            bytes: 8,
            media: "image/png".into(),
        };
        let how = (case::files::Origin::Office, None);
        let file = case::files::attach(ctx, &mut tx, &actor, &id, &kept, how).await.expect("a file of the office");
        tx.commit().await.expect("commit");
        let read = ctx.db().read();
        let party = case::masked(ctx, read, &id).await.expect("parties").remove(0).id;
        let places = [
            ("id", id.to_string()),
            ("party", party.to_string()),
            ("file", file.to_string()),
            ("letter", letter.to_string()),
            ("kind", "reply".to_owned()),
            ("step", if state == "received" { "reply" } else { "remark" }.to_owned()),
        ];
        let fields =
            [("reason", "试试看"), ("words", "试试"), ("organ", "QH011"), ("result", "right"), ("answer", "试试")];
        objects.push(Object {
            state,
            under: &["/cases/{id}"],
            places: BTreeMap::from(places),
            fields: fields.map(|(name, value)| (name, value.to_owned())).to_vec(),
        });
    }
    objects
}

/// A request for information of the organ, with the letters that can be drafted for it.
pub(crate) async fn requests(app: &TestApp) -> Vec<Object> {
    let ctx = app.ctx();
    let kind = case::find(ctx, "foi").expect("requests for information");
    let mut tx = ctx.db().write().await.expect("write");
    let filing = case::Filing {
        kind,
        organ: OWN.into(),
        channel: case::Channel::Counter,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: "验收报告".to_owned(),
        fields: BTreeMap::from([("wanted".to_owned(), "验收报告".to_owned())]),
        facts: Vec::new(),
        parties: vec![(case::PartyRole::Applicant, case::Person { name: "申请人".into(), ..case::Person::default() })],
        files: Vec::new(),
    };
    let id = case::register(ctx, &mut tx, &staff(OWN, Role::Editor), filing).await.expect("a request");
    tx.commit().await.expect("commit");
    let fields = [("wanting", "试试看"), ("until", "2099-12-31"), ("outcome", "not_exist"), ("searched", "试试看")];
    let examining = Object {
        state: "examining",
        under: &["/foi/cases/{id}"],
        places: BTreeMap::from([("id", id.to_string()), ("letter", "supplement".to_owned())]),
        fields: fields.map(|(name, value)| (name, value.to_owned())).to_vec(),
    };
    vec![examining, asked_of_own(app).await]
}

/// What another organ asks of this one about a request.
async fn asked_of_own(app: &TestApp) -> Object {
    let ctx = app.ctx();
    let filing = case::Filing {
        kind: case::find(ctx, "foi").expect("the kind"),
        organ: "QH001".into(),
        channel: case::Channel::Counter,
        received_on: ctx.today(),
        number: String::new(),
        digest: String::new(),
        brief: "会议纪要".to_owned(),
        fields: BTreeMap::from([("wanted".to_owned(), "会议纪要".to_owned())]),
        facts: Vec::new(),
        parties: Vec::new(),
        files: Vec::new(),
    };
    let mut tx = ctx.db().write().await.expect("write");
    let id = case::register(ctx, &mut tx, &staff("QH001", Role::Editor), filing).await.expect("a request");
    tx.commit().await.expect("commit");
    let form = [("organ", OWN), ("matter", "会议纪要")];
    app.clerk().await.post(&format!("/foi/cases/{id}/joint"), &form).await.expect(303);
    let joint: String =
        store::query_scalar("SELECT id FROM foi_joint").fetch_one(ctx.db().read()).await.expect("a question");
    Object {
        state: "asked",
        under: &["/foi/joint/{id}"],
        places: BTreeMap::from([("id", joint)]),
        fields: vec![("opinion", "agrees".to_owned())],
    }
}

/// A yearly report of the organ that was begun, and one that is public.
pub(crate) async fn annual_reports(app: &TestApp) -> Vec<Object> {
    let (mut editor, mut clerk) = (app.editor(OWN).await, app.clerk().await);
    let mut objects = Vec::new();
    for (state, year) in [("begun", "2025"), ("released", "2024")] {
        let form = [("organ", OWN), ("year", year), ("scope", "own")];
        let page = editor.post("/annual-reports", &form).await.expect(303).location();
        if state == "released" {
            editor.post(&page, &[("version", "1"), ("noughts", "true")]).await.expect(303);
            clerk.post(&format!("{page}/release"), &[("version", "2")]).await.expect(303);
        }
        let id = page.rsplit('/').next().unwrap_or_default().to_owned();
        let fields = [("version", "2"), ("noughts", "true"), ("reason", "试试"), ("why", "试试")];
        objects.push(Object {
            state,
            under: &["/annual-reports/{id}"],
            places: BTreeMap::from([("id", id)]),
            fields: fields.map(|(name, value)| (name, value.to_owned())).to_vec(),
        });
    }
    objects
}

/// Routes that name something which belongs to no organ, or to the person alone: the walk over roles covers them.
const OF_NO_ORGAN: [&str; 12] = [
    "/accounts/",
    // For programs: no person reaches them, whatever the object (`permissions.rs`, `programs.rs`).
    "/api/v1/",
    "/audit/",
    "/cases/new/",
    "/columns/",
    "/foi/import/",
    "/items/",
    "/organs/",
    "/plans/",
    "/search-phrases/",
    "/system/",
    "/duties/views/",
];

async fn ask(client: &mut Client, route: &RouteInfo, path: &str, fields: &[(&str, String)]) -> u16 {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reply = match route.method {
        Method::GET => client.get(path).await,
        _ if path.ends_with("/files") => client.upload(path, &[], &[("file", "x.txt", b"x")]).await,
        _ if path.ends_with("/attachments") => client.upload(path, &[], &[("file", "x.txt", b"x")]).await,
        _ if path.ends_with("/import") => client.upload(path, &[], &[("file", "x.docx", b"x")]).await,
        _ if path.ends_with("/pictures") => client.upload(path, &[], &[("file", "x.png", &png(20, 20, 1))]).await,
        _ => client.post(path, &fields).await,
    };
    reply.status.as_u16()
}

both! {
    async fn every_role_of_every_organ_meets_every_object_in_every_state(app) {
        crate::publishing::column(app).await;
        let mut objects = documents(app).await;
        objects.extend(duties(app).await);
        objects.extend(policies(app).await);
        objects.extend(imports(app).await);
        objects.extend(cases(app).await);
        objects.extend(requests(app).await);
        objects.extend(crate::open_objects::repairs(app).await);
        objects.extend(annual_reports(app).await);
        objects.extend(crate::open_objects::coverage(app).await);
        objects.extend(crate::records_objects::records(app).await);
        let named = |route: &&RouteInfo| {
            // A PDF takes seconds to be set; the Word file beside it stands under the same permission.
            let set = route.path.ends_with("pdf");
            let of_organ = !OF_NO_ORGAN.iter().any(|start| route.path.starts_with(start));
            // A form that is empty yet is of no organ: the item is anybody's, and sending it in is walked.
            let empty = route.path == "/records/{item}/new" && route.method == Method::GET;
            route.listener == Listener::Office && route.path.contains('{') && of_organ && !set && !empty
        };
        let routes: Vec<RouteInfo> = app.app.routes.iter().filter(named).cloned().collect();
        for route in &routes {
            assert!(objects.iter().any(|object| object.address(route).is_some()), "no object here fits {}", route.path);
        }
        let allowed = |organ: &str, role: Role, permission: &Permission| may_for(&staff(organ, role), permission, &OrganCode::from(OWN)).is_ok();
        let (mut faults, mut refused, mut answered) = (Vec::new(), 0, 0);
        let mut people = Vec::new();
        for organ in ORGANS {
            for role in Role::ALL {
                let login = format!("{}-{}", role.code().replace('_', "-"), organ.to_lowercase());
                people.push((organ, role, app.person(&login, organ, &[role]).await));
            }
        }
        // First all who may not: nothing of theirs changes anything, so the states stay as they were made. Nothing in a refusal is
        // the database's own: on the second each state of each route meets every third person, all of them on the first.
        let every = if app.ctx().db().dialect() == store::Dialect::Sqlite { 1 } else { 3 };
        let before = crate::publishing::everything(app).await;
        for (person, (organ, role, client)) in people.iter_mut().enumerate() {
            for (at, route) in routes.iter().enumerate().filter(|(_, route)| !allowed(organ, *role, route.permission)) {
                for (state, object) in objects.iter().enumerate() {
                    if !(person + at + state).is_multiple_of(every) {
                        continue;
                    }
                    let Some(path) = object.address(route) else { continue };
                    let status = ask(client, route, &path, &object.fields).await;
                    refused += 1;
                    if !matches!(status, 403 | 404) {
                        faults.push(format!("{} {} on {} as {} of {organ}: {status}", route.method, route.path, object.state, role.code()));
                    }
                }
            }
            if crate::publishing::everything(app).await != before {
                panic!("{} of {organ} changed something that is not theirs\n{}", role.code(), faults.join("\n"));
            }
        }
        // Then all who may, by what the table says: the state machine may still refuse, in words, but never fail. Each route is
        // reached by somebody for some object, else nothing above would have been a refusal.
        let mut reached = std::collections::BTreeSet::new();
        for (organ, role, client) in &mut people {
            for route in routes.iter().filter(|route| allowed(organ, *role, route.permission)) {
                for object in &objects {
                    let Some(path) = object.address(route) else { continue };
                    // Of the fields only the share that it is about: what is empty or old is refused in words.
                    let share: Vec<_> = object.fields.iter().filter(|(name, _)| *name == "assignment").cloned().collect();
                    let status = ask(client, route, &path, &share).await;
                    answered += 1;
                    if !matches!(status, 403 | 404) {
                        reached.insert((route.method.to_string(), route.path));
                    }
                    let opens = matches!(route.path, "/documents/{id}" | "/duties/{id}") && object.state != "binned";
                    if status == 401 || status >= 500 || (opens && status != 200) {
                        faults.push(format!("{} {} on {} as {} of {organ}: {status}", route.method, route.path, object.state, role.code()));
                    }
                }
            }
        }
        for route in &routes {
            if !reached.contains(&(route.method.to_string(), route.path)) {
                faults.push(format!("{} {} answers nobody", route.method, route.path));
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
        assert!(refused > 2000 / every && answered > 1000, "only {refused} refused and {answered} answered");
    }
}
