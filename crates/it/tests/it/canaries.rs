//! Canaries in every field that is not public, in every state, and a walk over all that the program answers: nobody sees one
//! whose page is closed to them. What is walked comes from the router, so a new route is walked without anybody thinking of
//! it; where words of people lie comes from the tables, so a new field with words fails the test until it is said who may know
//! them.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use kernel::{Actor, Role};
use testkit::{Client, TestApp, both};
use web::{Listener, RouteInfo};

use crate::matrix::{self, Object};

/// Stands in no word of the program. A whole canary says whose it is: 金丝雀·documents·01J…·
const STEM: &str = "金丝雀·";
/// What searches are asked for: a page repeats it, and only one that found something says the whole.
const ASKED: &str = "%E9%87%91%E4%B8%9D%E9%9B%80";

/// A field into which canaries are put.
struct Field {
    table: &'static str,
    column: &'static str,
    /// What the canary leads to: the beginning of the address of its own page.
    kind: &'static str,
    /// Whose it is, in SQL.
    id: &'static str,
    /// In which rows; of what is not public.
    rows: &'static str,
    /// What must stand around it.
    around: (&'static str, &'static str),
}

const fn field(
    table: &'static str,
    column: &'static str,
    kind: &'static str,
    id: &'static str,
    rows: &'static str,
) -> Field {
    Field { table, column, kind, id, rows, around: ("", "") }
}

/// Editions that the public has never seen.
const UNSEEN: &str = "state IN ('draft', 'in_review', 'returned', 'scheduled')";
/// What belongs to one of these; what was public once is proved by the log and looked after in `portal.rs`.
const OF_UNSEEN: &str =
    "edition_id IN (SELECT id FROM edition WHERE state IN ('draft', 'in_review', 'returned', 'scheduled'))";
const OF_EDITION: &str = "(SELECT e.document_id FROM edition e WHERE e.id = edition_id)";
const OF_REVIEW: &str = "(SELECT e.document_id FROM edition e WHERE e.id = subject_id)";
const OF_PASS: &str = "(SELECT e.document_id FROM edition e JOIN review r ON r.subject_id = e.id WHERE r.id = review)";
const OF_SHARE: &str = "(SELECT s.duty FROM duty_share s WHERE s.id = share)";
const OF_DRAFT: &str = "plan IN (SELECT p.id FROM plan p WHERE p.state = 'draft')";

const FIELDS: &[Field] = &[
    field("edition", "title", "documents", "document_id", UNSEEN),
    field("edition", "words", "documents", "document_id", UNSEEN),
    field("edition", "note", "documents", "document_id", UNSEEN),
    field("edition", "reason", "documents", "document_id", UNSEEN),
    field("edition", "notice", "documents", "document_id", UNSEEN),
    // Who wrote a text and why it may be disclosed are known inside, of what is public too.
    field("edition", "author_name", "documents", "document_id", "1 = 1"),
    field("edition", "disclosure_reason", "documents", "document_id", "1 = 1"),
    Field { around: ("<p>", "</p>"), ..field("edition_text", "body_html", "documents", OF_EDITION, OF_UNSEEN) },
    field("edition_text", "body_text", "documents", OF_EDITION, OF_UNSEEN),
    Field { around: ("<p>", "</p>"), ..field("edition_text", "reading_html", "documents", OF_EDITION, OF_UNSEEN) },
    field("facet", "value", "documents", OF_EDITION, "key = 'summary'"),
    field("article", "text", "documents", OF_EDITION, OF_UNSEEN),
    field("attachment", "title", "documents", OF_EDITION, OF_UNSEEN),
    Field { around: ("", ".txt"), ..field("attachment", "file_name", "documents", OF_EDITION, OF_UNSEEN) },
    field("attachment", "body_text", "documents", OF_EDITION, OF_UNSEEN),
    field("review", "title", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("review", "byline", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("review", "decided_name", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("review", "reason", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("review_pass", "name", "documents", OF_PASS, "1 = 1"),
    field("review_pass", "opinion", "documents", OF_PASS, "1 = 1"),
    field("text_comment", "quote", "documents", OF_EDITION, "1 = 1"),
    field("text_comment", "words", "documents", OF_EDITION, "1 = 1"),
    field("text_comment", "name", "documents", OF_EDITION, "1 = 1"),
    field("text_comment", "answer", "documents", OF_EDITION, "1 = 1"),
    field("text_comment", "resolved_name", "documents", OF_EDITION, "1 = 1"),
    field("progress_note", "text", "duties", OF_SHARE, "1 = 1"),
    field("progress_note", "added_by_name", "duties", OF_SHARE, "1 = 1"),
    field("evidence", "title", "duties", OF_SHARE, "decision <> 'confirmed' OR withdrawn_at <> ''"),
    field("evidence", "note", "duties", OF_SHARE, "1 = 1"),
    field("evidence", "reason", "duties", OF_SHARE, "1 = 1"),
    field("evidence", "added_by_name", "duties", OF_SHARE, "1 = 1"),
    field("evidence", "decided_by_name", "duties", OF_SHARE, "1 = 1"),
    field("plan", "title", "plans", "id", "state = 'draft'"),
    field("plan", "preamble", "plans", "id", "state = 'draft'"),
    field("plan", "closing", "plans", "id", "state = 'draft'"),
    field("plan", "source_name", "plans", "id", "1 = 1"),
    field("plan", "created_by_name", "plans", "id", "1 = 1"),
    field("plan_section", "title", "plans", "plan", OF_DRAFT),
    field("plan_section", "text", "plans", "plan", OF_DRAFT),
    field("plan_clause", "title", "plans", "plan", OF_DRAFT),
    field("plan_clause", "text", "plans", "plan", OF_DRAFT),
    // Colleagues know each other's names; the public knows none.
    field("account", "name", "colleagues", "id", "1 = 1"),
    field("account", "email", "colleagues", "id", "1 = 1"),
    field("session", "agent", "colleagues", "account", "1 = 1"),
];

/// Fields of which there may be none among what is made here.
const RARE: &[Field] = &[
    field("finding", "excerpt", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("finding", "suggestion", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("finding_decision", "reason", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("finding_decision", "by_name", "documents", OF_REVIEW, "subject_kind = 'edition'"),
    field("review_exception", "name", "documents", OF_PASS, "1 = 1"),
    field("review_exception", "reviewed_name", "documents", OF_PASS, "1 = 1"),
    field("review_exception", "note", "documents", OF_PASS, "1 = 1"),
    field("erasure", "reason", "documents", "document_id", "1 = 1"),
    field("erasure", "asked_name", "documents", "document_id", "1 = 1"),
    field("erasure", "done_name", "documents", "document_id", "1 = 1"),
    field("import_file", "path", "documents", "document_id", "outcome = 'imported'"),
    field("import_file", "issued_by", "documents", "document_id", "outcome = 'imported'"),
    field("import_file", "looked_name", "documents", "document_id", "looked_at <> ''"),
    field("interpretation_plan", "leader", "documents", "document_id", "1 = 1"),
    field("interpretation_plan", "reason", "documents", "document_id", "1 = 1"),
    field("interpretation_plan", "asked_name", "documents", "document_id", "1 = 1"),
    field("interpretation_plan", "decided_name", "documents", "document_id", "1 = 1"),
    field("interpretation_plan", "answer", "documents", "document_id", "1 = 1"),
    field("duty_view", "name", "colleagues", "account", "1 = 1"),
    field("gathered_mail", "subject", "colleagues", "id", "1 = 1"),
    field("gathered_mail", "text", "colleagues", "id", "1 = 1"),
    // What a text says of another is public once a person has confirmed it.
    field("document_reference", "to_title", "documents", "from_document", "state = 'found'"),
    field("document_reference", "quote", "documents", "from_document", "1 = 1"),
    field("document_reference", "decided_name", "documents", "from_document", "1 = 1"),
    field("document_reference", "reason", "documents", "from_document", "1 = 1"),
    field("ledger_entry", "drafted_by", "documents", "document_id", "1 = 1"),
    field("ledger_entry", "remark", "documents", "document_id", "1 = 1"),
    field("ledger_entry", "changed_name", "documents", "document_id", "1 = 1"),
    field("clean_up", "title", "clean-ups", "id", "1 = 1"),
    field("clean_up", "note", "clean-ups", "id", "1 = 1"),
    field("clean_up", "opened_name", "clean-ups", "id", "1 = 1"),
    field("clean_up", "ended_name", "clean-ups", "id", "1 = 1"),
    field("clean_up", "reason", "clean-ups", "id", "1 = 1"),
    field("clean_up_item", "reason", "documents", "document_id", "1 = 1"),
    field("clean_up_item", "answered_name", "documents", "document_id", "1 = 1"),
    field("clean_up_item", "decided_note", "documents", "document_id", "1 = 1"),
    field("clean_up_item", "decided_name", "documents", "document_id", "1 = 1"),
    field("push_article", "reason", "documents", "document_id", "1 = 1"),
    field("push_article", "queued_name", "documents", "document_id", "1 = 1"),
    field("policy_push", "sent_name", "documents", "document_id", "1 = 1"),
    field("annual_report", "changed_name", "annual-reports", "id", "1 = 1"),
    field("annual_report", "public_name", "annual-reports", "id", "1 = 1"),
    field("annual_report_version", "changed_name", "annual-reports", "report", "1 = 1"),
];

/// Fields with words that may be known, that are copies of others and are made anew from them, or that cannot be changed.
const LEFT: &[(&str, &[&str])] = &[
    // Names by which everybody speaks.
    ("organ", &["name", "short_name", "aliases", "leader", "phone", "address", "hours", "note"]),
    ("portal_column", &["name", "description", "keywords", "basis"]),
    ("calendar_day", &["notice"]),
    ("setting", &["value"]),
    ("search_phrase", &["words", "title"]),
    // That a decision was revoked, and what the platform sent back: shown to the organ alone, or public with the record that went.
    ("enforcement_revocation", &["words", "by_name", "ended_name", "ended_why"]),
    ("enforcement_return", &["number", "reason", "by_name", "ended_name"]),
    // The words that the county keeps for its checks: shown to whoever writes one of them.
    ("check_book", &["changed_name"]),
    ("check_term", &["form", "right_form", "reason"]),
    // Who has set a rule: shown to the office that sets them.
    ("push_rule", &["changed_name"]),
    // Made of what a public policy says; why a hub was told in vain, in words of the program.
    ("push_article", &["title", "words"]),
    ("policy_push", &["audience", "title"]),
    ("hub_ping", &["error"]),
    // Made anew from the list and the text.
    ("finding", &["replacement"]),
    ("finding_run", &["cited"]),
    // Links of texts, listed for those of what is public alone; what came of asking is in words of the program.
    ("outside_link", &["address", "detail"]),
    // Batches, their files and what was found in them: shown to staff; what of a record is never public lies sealed apart, and the
    // stories of records look for it in every table.
    ("record_batch", &["title", "note", "author_name"]),
    ("record_source", &["name", "sheet"]),
    ("record_import", &["name", "options", "told", "author"]),
    ("record_doubt", &["reasons"]),
    ("record_mapping", &["mapping"]),
    // What is written of a record is what readers see once it is public; the words of a withdrawal are public at once.
    ("record", &["data", "doubt", "period", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "p1", "p2", "p3"]),
    ("record_withdrawal", &["words", "by_name", "back_name", "back_reason"]),
    // Of what is public.
    ("document", &["title", "words"]),
    ("document_facet", &["value"]),
    ("document_count", &["value"]),
    ("document_word", &["pair"]),
    ("county_map", &["source", "approval", "drawing"]),
    ("county_map_other", &["file", "source", "approval", "drawing"]),
    // What a reader could read when it was signed; of what is withdrawn for good it is deleted.
    ("public_leaf", &["content"]),
    // As its question names it.
    ("question_basis", &["clause"]),
    ("article", &["number", "title", "anchor"]),
    // Names of folders and files as they were chosen, and what is told of them in words of the program.
    ("import_batch", &["source", "started_name"]),
    ("import_file", &["identity", "reason", "doubts", "notes", "refused"]),
    ("attachment", &["parts", "warnings"]),
    ("duty", &["text", "measure", "due_words", "place_label", "place_title", "place_part", "extra", "ended_reason"]),
    ("duty_share", &["ended_reason"]),
    ("duty_source", &["title"]),
    (
        "plan",
        &["document_number", "source", "source_file", "warnings", "confirmed_by_name", "twin_reason", "revoked_reason"],
    ),
    ("plan_section", &["number"]),
    ("plan_clause", &["number", "owner_note", "ended_reason"]),
    ("plan_duty", &["original", "text", "measure", "due_words", "evidence"]),
    ("plan_owner", &["name", "how"]),
    ("plan_step", &["label", "before", "done_by_name", "undone_by_name"]),
    // Names of colleagues, for whoever handles the case; what a person wrote lies sealed. What is published of it.
    ("case_entry", &["holder_name"]),
    ("case_step", &["by_name"]),
    ("case_letter", &["drafted_name", "signed_name", "issuer"]),
    ("case_public", &["question", "answer"]),
    // Numbers of an old register; why taking it over stopped, in words of the program. Its rows lie sealed.
    ("foi_import_number", &["number"]),
    ("foi_import", &["trouble"]),
    // Names of colleagues, for both organs; what they write lies sealed.
    ("foi_joint", &["asked_name", "answered_name"]),
    // Items that came with the program, and what the office writes of them: all staff may read them, readers what was issued.
    ("item_entry", &["title", "base", "left_out", "retired_reason", "retired_name", "asked_name", "asked_reason"]),
    ("item_version", &["body", "base", "note", "returned", "changed_name", "issued_name"]),
    // That an organ has nothing of an item: all staff see it, readers once it is confirmed.
    ("coverage_none", &["reason", "note", "declared_name", "decided_name"]),
    // Systems that send data, and why a key was revoked: for the security administrator who gives the keys.
    ("program", &["name", "made_name", "revoked_name", "reason"]),
    // Words of the program, with the stages of a route.
    ("review", &["label", "route", "claimed_name", "gate"]),
    // Numbers of articles and documents, as they are cited.
    ("document_reference", &["to_number", "articles"]),
    ("ledger_entry", &["registered"]),
    // Labels of the official tables, and figures; the reason stands beside what is public.
    ("annual_report", &["figures", "public_reason"]),
    ("annual_report_version", &["figures"]),
    // The sheet that goes on the first page once it is done, for the county office that fills it in.
    ("site_sheet", &["cells", "changed_name"]),
    ("site_sheet_version", &["cells", "changed_name"]),
    ("schema_version", &["name"]),
    ("schedule", &["name"]),
    // Lies under hashes: `planting.rs` looks after its words.
    ("event_payload", &["data"]),
    ("event", &["kind"]),
    ("job", &["payload", "last_error", "progress_words"]),
];

async fn plant(app: &TestApp) {
    // What is on its way goes to addresses that are some.
    app.work().await;
    let db = app.ctx().db();
    let facets = "INSERT INTO facet (edition_id, key, place, value) SELECT id, 'summary', 0, 'x' FROM edition \
                  WHERE state IN ('draft', 'in_review', 'returned', 'scheduled')";
    store::test::tamper(db, store::query(facets)).await.expect("summaries");
    for (field, rare) in FIELDS.iter().map(|field| (field, false)).chain(RARE.iter().map(|field| (field, true))) {
        let Field { table, column, kind, id, rows, around: (before, behind) } = field;
        // SQL: literals of this file alone.
        let sql = format!("UPDATE {table} SET {column} = '{before}{STEM}{kind}·' || {id} || '·{behind}' WHERE {rows}");
        let planted = store::test::tamper(db, store::query(store::built(sql))).await;
        let planted = planted.unwrap_or_else(|error| panic!("{table}.{column}: {error}"));
        assert!(rare || planted > 0, "nothing here has a {table}.{column} that is not public: make one");
    }
    store::test::reseal(db).await.expect("taken as it is");
}

/// Fields that hold words of people and of which nobody has said who may know them.
async fn unsaid(app: &TestApp) -> Vec<String> {
    use futures::StreamExt;
    let mut snapshot = app.ctx().db().snapshot().await.expect("a moment");
    let mut unsaid = BTreeSet::new();
    for table in snapshot.tables().await.expect("tables") {
        let mut rows = snapshot.rows(&table).expect("a table");
        while let Some(row) = rows.next().await {
            for (column, value) in row.expect("a row") {
                let store::Value::Text(text) = value else { continue };
                let words = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                let planted = FIELDS.iter().chain(RARE).any(|field| field.table == table && field.column == column);
                let left = LEFT.iter().any(|(name, columns)| *name == table && columns.contains(&column.as_str()));
                if words && !planted && !left {
                    unsaid.insert(format!("{table}.{column}"));
                }
            }
        }
    }
    snapshot.end().await.expect("read");
    unsaid.into_iter().collect()
}

/// Identifiers of everything that has an address, by what it is.
async fn ids(app: &TestApp) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for (kind, sql) in [
        ("documents", "SELECT id FROM document ORDER BY id"),
        ("editions", "SELECT id FROM edition ORDER BY id"),
        ("attachments", "SELECT DISTINCT id FROM attachment ORDER BY id"),
        ("duties", "SELECT id FROM duty ORDER BY id"),
        ("evidence", "SELECT id FROM evidence ORDER BY id"),
        ("plans", "SELECT id FROM plan ORDER BY id"),
        ("clauses", "SELECT id FROM plan_clause ORDER BY id"),
        ("columns", "SELECT slug FROM portal_column ORDER BY slug"),
        ("organs", "SELECT code FROM organ ORDER BY code"),
        ("accounts", "SELECT id FROM account ORDER BY id"),
    ] {
        let found: Vec<String> = store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("identifiers");
        all.insert(kind, found);
    }
    all
}

/// The addresses of a route: its only place is each of `all`, of several every one each of `few`.
fn addresses(route: &RouteInfo, all: &[String], few: &[String]) -> Vec<String> {
    let places: Vec<&str> = route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let Some((first, others)) = places.split_first() else {
        return vec![route.path.to_owned(), format!("{}?q={ASKED}", route.path)];
    };
    let firsts = if others.is_empty() { all } else { few };
    let mut paths: Vec<String> = firsts.iter().map(|id| route.path.replace(&format!("{{{first}}}"), id)).collect();
    for place in others {
        let filled = paths.iter().flat_map(|path| few.iter().map(move |id| path.replace(&format!("{{{place}}}"), id)));
        paths = filled.collect();
    }
    paths
}

/// The canaries in a text: kind and identifier of each that stands there whole.
fn canaries(text: &str) -> BTreeSet<(String, String)> {
    let whole = |rest: &str| {
        let mut parts = rest.splitn(3, '·');
        let (kind, id, end) = (parts.next()?, parts.next()?, parts.next());
        let is_id = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (end.is_some() && is_id).then(|| (kind.to_owned(), id.to_owned()))
    };
    text.split(STEM).skip(1).filter_map(whole).collect()
}

/// What this person may open, as its own pages say; a draft that was thrown away has none and lies in the bin of who wrote it.
async fn opened(client: &mut Client, app: &TestApp, login: &str) -> BTreeSet<(String, String)> {
    let editions: Vec<(String, String)> = store::query_as("SELECT document_id, id FROM edition ORDER BY id")
        .fetch_all(app.ctx().db().read())
        .await
        .expect("editions");
    let mut own: Vec<(&str, String, String)> = Vec::new();
    for (document, edition) in editions {
        for page in [format!("/documents/{document}"), format!("/reviews/{edition}"), format!("/bypasses/{edition}")] {
            own.push(("documents", document.clone(), page));
        }
    }
    for (kind, sql) in [("duties", "SELECT id FROM duty"), ("plans", "SELECT id FROM plan")] {
        let found: Vec<String> = store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("identifiers");
        for id in found {
            own.push((kind, id.clone(), format!("/{kind}/{id}")));
            own.push((kind, id.clone(), format!("/{kind}/{id}/draft")));
        }
    }
    let mut opened = BTreeSet::new();
    for (kind, id, page) in own {
        if client.get(&page).await.status == 200 {
            opened.insert((kind.to_owned(), id));
        }
    }
    let sql = "SELECT e.document_id FROM edition e JOIN edition_author a ON a.edition_id = e.id \
               JOIN account c ON c.id = a.account WHERE e.binned_at <> '' AND c.login = $1";
    let thrown: Vec<String> =
        store::query_scalar(sql).bind(login).fetch_all(app.ctx().db().read()).await.expect("drafts");
    opened.extend(thrown.into_iter().map(|id| ("documents".to_owned(), id)));
    opened
}

/// Objects in every state, a plan that is not issued, notes and opinions: what the canaries are put into.
async fn filled(app: &TestApp) -> Vec<Object> {
    crate::publishing::column(app).await;
    let mut objects = matrix::documents(app).await;
    let duties = matrix::duties(app).await;
    let mut editor = app.editor("QH010").await;
    for duty in &duties {
        let share = duty.fields.iter().find(|(name, _)| *name == "assignment").map_or("", |(_, share)| share.as_str());
        let note = [("assignment", share), ("text", "正在办理")];
        // Some of them take no more notes; one does.
        editor.post(&format!("/duties/{}/notes", duty.places["id"]), &note).await;
    }
    objects.extend(duties);
    objects.extend(matrix::cases(app).await);
    objects.extend(matrix::requests(app).await);
    let draft = "2027年青禾县政务公开工作要点\n一、公开\n（一）公开。6月30日前公开戊。（县财政局负责）\n";
    let import = oversight::Import::work_points("", 2027, draft, "draft.txt");
    oversight::import(app.ctx(), &Actor::System, import).await.expect("import");
    objects
}

fn reads(app: &TestApp, listener: Listener) -> Vec<RouteInfo> {
    // What is packed shows no word here, and takes seconds each to be set.
    let packed = |path: &str| path.ends_with("pdf") || path.ends_with("docx");
    let read = |route: &&RouteInfo| route.listener == listener && route.method == Method::GET && !packed(route.path);
    app.app.routes.iter().filter(read).cloned().collect()
}

/// Who sees what is decided by the program and not by its database: on the second one every second address is enough.
fn apart(app: &TestApp) -> usize {
    if app.ctx().db().dialect() == store::Dialect::Sqlite { 1 } else { 2 }
}

both! {
    async fn no_reader_of_the_portal_sees_a_canary(app) {
        filled(app).await;
        plant(app).await;
        app.work().await;
        assert_eq!(unsaid(app).await, Vec::<String>::new(), "say in FIELDS or LEFT of canaries.rs who may know these words");
        let ids = ids(app).await;
        let all: Vec<String> = ids.values().flatten().cloned().collect();
        let mut few: Vec<String> = ids.values().filter_map(|some| some.first()).cloned().collect();
        few.extend(["a.txt", "40x30.png", "1"].map(str::to_owned));
        let mut reader = app.visitor();
        let (mut faults, mut asked, mut pages, every) = (Vec::new(), 0, 0, apart(app));
        for route in reads(app, Listener::Portal) {
            for path in addresses(&route, &all, &few).into_iter().step_by(every) {
                let reply = reader.get(&path).await;
                let text = reply.text();
                asked += 1;
                pages += usize::from(reply.status == 200);
                if text.contains(STEM) || text.contains("%E9%87%91%E4%B8%9D%E9%9B%80%C2%B7") {
                    faults.push(format!("{path}: {:?}", canaries(&text)));
                }
                if reply.status.is_server_error() {
                    faults.push(format!("{path}: {}", reply.status));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(asked > 500 / every && pages > 60 / every, "asked {asked}, of which {pages} opened");
    }

    async fn nobody_in_the_office_sees_a_canary_whose_page_is_closed_to_them(app) {
        let objects = filled(app).await;
        plant(app).await;
        app.work().await;
        let ids = ids(app).await;
        let few: Vec<String> = ids.values().filter_map(|some| some.first()).cloned().collect();
        let routes = reads(app, Listener::Office);
        let (mut faults, mut seen, mut closed, every) = (BTreeSet::new(), 0, 0, apart(app));
        for (number, organ) in ["QH010", "QH011"].into_iter().enumerate() {
            for (place, role) in Role::ALL.into_iter().enumerate() {
                let login = format!("{}-{}", role.code().replace('_', "-"), organ.to_lowercase());
                let mut client = app.person(&login, organ, &[role]).await;
                let opened = opened(&mut client, app, &login).await;
                let whole: usize = ["documents", "duties", "plans"].into_iter().map(|kind| ids[kind].len()).sum();
                closed += whole - opened.len();
                for route in routes.iter().skip((number + place) % every).step_by(every) {
                    let own: Vec<String> = objects.iter().filter_map(|object| object.address(route)).collect();
                    let paths = if own.is_empty() { addresses(route, &few, &few[..2]) } else { own };
                    for path in paths {
                        let reply = client.get(&path).await;
                        if reply.status.is_server_error() {
                            faults.insert(format!("{path} as {login}: {}", reply.status));
                        }
                        for canary in canaries(&reply.text()).into_iter().filter(|(kind, _)| kind != "colleagues") {
                            seen += 1;
                            // Who looks after the log reads of whatever was done, by its name.
                            let audit = route.path.starts_with("/audit") && role == Role::AuditAdmin;
                            if !opened.contains(&canary) && !audit {
                                faults.insert(format!("{} as {login}: {canary:?}", route.path));
                            }
                        }
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.into_iter().collect::<Vec<_>>().join("\n"));
        assert!(seen > 100 / every && closed > 50, "{seen} canaries were seen, and {closed} pages were closed");
    }
}

#[test]
fn a_canary_says_whose_it_is() {
    let text = "<p>金丝雀·documents·01ABC·</p> 金丝雀·duties·d-7·.txt 金丝雀·plans·01D";
    let found: Vec<_> = canaries(text).into_iter().collect();
    let pair = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
    assert_eq!(found, [pair("documents", "01ABC"), pair("duties", "d-7")]);
}
