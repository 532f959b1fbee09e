//! Stories of publishing: from a draft through four gates to the public, and every way in which that must not happen.

mod amend;
pub(crate) mod changes;
mod checks;
mod cited;
mod comments;
mod compare;
mod erasure;
pub(crate) mod gates;
mod links;
pub(crate) mod pictures;
mod receipts;
mod refused;
mod routes;
mod screen;
mod uploads;
mod witnesses;

use std::io::{Cursor, Read, Write};

use document::{
    Kinds, Whole,
    columns::{self, ColumnData},
    public::{self, Found},
};
use jiff::SignedDuration;
use kernel::{
    Actor, Role,
    id::{AttachmentId, DocumentId},
};
use review::Gate;
use testkit::{Client, Reply, TestApp, both};

/// A number with a right check digit and a division code that was never given: nobody's.
pub(crate) fn identity_number() -> String {
    let first = "00000019900101001";
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        first.chars().filter_map(|c| c.to_digit(10)).zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum as usize % 11];
    format!("{first}{check}")
}

/// A workbook whose third row is hidden and holds `secret`.
fn workbook_with_hidden_row(secret: &str) -> Vec<u8> {
    let sheet = documents::tables::Sheet {
        name: "名单".into(),
        header: vec!["序号".into(), "说明".into()],
        rows: vec![vec!["1".into(), "正常的一行".into()], vec!["2".into(), secret.into()]],
        ..documents::tables::Sheet::default()
    };
    let bytes = documents::tables::write_xlsx(&sheet).expect("workbook");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("archive");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("entry");
        let name = entry.name().expect("name").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        if name == "xl/worksheets/sheet1.xml" {
            let text = String::from_utf8(content).expect("xml");
            assert!(text.contains("<row r=\"3\""), "{text}");
            content = text.replace("<row r=\"3\"", "<row r=\"3\" hidden=\"1\"").into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("file");
        out.write_all(&content).expect("written");
    }
    out.finish().expect("archive").into_inner()
}

pub(crate) async fn column(app: &TestApp) {
    let mut tx = app.ctx().db().write().await.expect("write");
    let data = ColumnData {
        slug: "notices".into(),
        name: "通知公告".into(),
        description: "通知".into(),
        kind: "notice".into(),
        ..ColumnData::default()
    };
    columns::put(&mut tx, &Actor::System, &data).await.expect("column");
    tx.commit().await.expect("commit");
}

/// A new draft of 县财政局; its id.
pub(crate) async fn draft(client: &mut Client, title: &str) -> String {
    draft_of(client, "QH010", title).await
}

/// A new draft of an organ; its id.
pub(crate) async fn draft_of(client: &mut Client, organ: &str, title: &str) -> String {
    let once = client.get("/documents/new").await.expect(200).field("once");
    let form = [("title", title), ("organ", organ), ("kind", "notice"), ("column", "notices"), ("once", once.as_str())];
    let to = client.post("/documents", &form).await.expect(303).location();
    to.split('/').nth(2).expect("id").to_owned()
}

fn form<'a>(title: &'a str, body: &'a str, version: &'a str, once: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("title", title),
        ("body_html", body),
        ("disclosure", "open"),
        ("kind", "notice"),
        ("column", "notices"),
        ("version", version),
        ("once", once),
    ]
}

/// Writes the text and submits it.
pub(crate) async fn submit(client: &mut Client, id: &str, title: &str, body: &str, more: &[(&str, &str)]) -> Reply {
    let page = client.get(&format!("/documents/{id}/edit")).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let mut fields = form(title, body, &version, &once);
    fields.extend(more);
    let has = |wanted: &str| more.iter().any(|(name, _)| *name == wanted);
    if has("note") && !has("compared") {
        // A correction asks.
        fields.push(("compared", "yes"));
    }
    client.post(&format!("/documents/{id}/submit"), &fields).await
}

pub(crate) async fn edition(app: &TestApp, document: &str) -> (String, i64, String) {
    store::query_as("SELECT id, version, state FROM edition WHERE document_id = $1 ORDER BY number DESC LIMIT 1")
        .bind(document)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("edition")
}

/// What the public finds under the document's address.
async fn found(app: &TestApp, document: &str) -> Option<Found> {
    let (ctx, id) = (app.ctx(), DocumentId::from(document));
    public::found(ctx.db(), &Kinds::of(ctx), &ctx.site().domain, &id).await.expect("read")
}

pub(crate) async fn is_public(app: &TestApp, document: &str) -> bool {
    matches!(found(app, document).await, Some(Found::Public(_)))
}

/// What the public reads of late.
async fn latest(app: &TestApp) -> Vec<public::Listed> {
    let kinds = Kinds::of(app.ctx());
    public::latest(app.ctx().db(), &kinds, kinds.all(), 10).await.expect("list")
}

/// The edition with everything that belongs to it.
async fn whole(app: &TestApp, edition: &str) -> Whole {
    let house = publishing::house(app.ctx());
    document::rows::read(app.ctx().db().read(), &house, &Actor::System, &edition.into()).await.expect("read")
}

/// Everything ticked that a gate may ask; what it does not ask is nothing to it.
pub(crate) const TICKS: [(&str, &str); 4] = [("tick0", "1"), ("tick1", "1"), ("tick2", "1"), ("tick3", "1")];

/// These fields, and everything ticked.
pub(crate) fn ticked<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().chain(TICKS).collect()
}

pub(crate) async fn approve(app: &TestApp, reviewer: &mut Client, document: &str) -> Reply {
    let (edition, version, _) = edition(app, document).await;
    reviewer.get(&format!("/reviews/{edition}")).await.expect(200);
    reviewer.post(&format!("/reviews/{edition}/approve"), &ticked(&[("version", &version.to_string())])).await
}

/// Through all gates by four people.
pub(crate) async fn pass_all(app: &TestApp, document: &str) {
    for gate in Gate::ALL {
        let mut reviewer = app.reviewer(gate).await;
        approve(app, &mut reviewer, document).await.expect(303);
    }
}

/// A published notice of 县财政局.
pub(crate) async fn published(app: &TestApp, title: &str) -> String {
    let mut editor = app.editor("QH010").await;
    let id = draft(&mut editor, title).await;
    submit(&mut editor, &id, title, "<p>正文第一段。</p><p>正文第二段。</p>", &[]).await.expect(303);
    pass_all(app, &id).await;
    id
}

pub(crate) async fn count(app: &TestApp, kind: &str) -> i64 {
    store::query_scalar("SELECT COUNT(*) FROM event WHERE kind = $1")
        .bind(kind)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("count")
}

/// Everything that a request might change, as one text.
pub(crate) async fn everything(app: &TestApp) -> String {
    let mut all = String::new();
    for sql in [
        "SELECT id || '|' || version || '|' || state || '|' || updated_at || '|' || title FROM edition ORDER BY id",
        "SELECT edition_id || '|' || body_html FROM edition_text ORDER BY edition_id",
        "SELECT id || '|' || column_slug || '|' || current_edition FROM document ORDER BY id",
        "SELECT edition_id || '|' || id || '|' || title || '|' || position FROM attachment ORDER BY edition_id, id",
        "SELECT id || '|' || version || '|' || state || '|' || claimed_by FROM review ORDER BY id",
        "SELECT review || '|' || stage || '|' || passed_by FROM review_pass ORDER BY review, stage, passed_by",
        "SELECT review || '|' || reviewed_by FROM review_exception ORDER BY review",
        "SELECT subject_id || '|' || digest FROM finding_decision ORDER BY subject_id, digest",
        "SELECT id || '|' || decision || '|' || withdrawn_at FROM evidence ORDER BY id",
        "SELECT id || '|' || version FROM duty_share ORDER BY id",
        "SELECT id || '|' || due_on || '|' || visibility || '|' || extra FROM duty ORDER BY id",
        "SELECT id FROM progress_note ORDER BY id",
        "SELECT id || '|' || version || '|' || state FROM plan ORDER BY id",
        "SELECT id || '|' || version || '|' || state FROM document_reference ORDER BY id",
        "SELECT document_id || '|' || version FROM ledger_entry ORDER BY document_id",
        "SELECT id || '|' || version || '|' || state FROM clean_up ORDER BY id",
        "SELECT document_id || '|' || answer || '|' || decision FROM clean_up_item ORDER BY clean_up, document_id",
        // That somebody was refused is written down, and changes nothing else.
        "SELECT hash FROM event WHERE kind <> 'account.refused' ORDER BY seq DESC LIMIT 1",
        "SELECT id FROM job ORDER BY id",
        "SELECT digest FROM file ORDER BY digest",
    ] {
        let rows: Vec<String> = store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("rows");
        all.push_str(&rows.join("\n"));
        all.push('\n');
    }
    all
}

both! {
    async fn four_people_pass_four_gates_and_the_public_reads_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "关于发放春耕补贴的通知").await;
        submit(&mut editor, &id, "关于发放春耕补贴的通知", "<p>补贴标准为每亩<b>100</b>元。</p>", &[]).await.expect(303);
        for gate in Gate::ALL {
            assert!(!is_public(app, &id).await, "public before {gate:?}");
            let mut reviewer = app.reviewer(gate).await;
            reviewer.get("/reviews").await.expect(200).shows("关于发放春耕补贴的通知");
            approve(app, &mut reviewer, &id).await.expect(303);
        }
        let Some(Found::Public(first)) = found(app, &id).await else { panic!("not public") };
        assert_eq!(first.listed.index_number, "QH010/2026-00001");
        assert_eq!(first.listed.published_on, "2026-03-02");
        assert!(first.body_html.contains("<b>100</b>"));
        app.visitor().get(&first.listed.path).await.expect(200).shows("补贴标准为每亩");
        assert_eq!((count(app, "document.gate_passed").await, count(app, "document.published").await), (4, 1));
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("公开发布 第 1 版").shows("政治关");
        let second = published(app, "第二份通知").await;
        let Some(Found::Public(second)) = found(app, &second).await else { panic!("second") };
        assert_eq!(second.listed.index_number, "QH010/2026-00002");
    }

    async fn nobody_passes_their_own_text_and_gates_are_not_swapped(app) {
        column(app).await;
        let mut both = app.person("writes-and-reviews", "QH010", &[Role::Editor, Role::ReviewerSecrecy]).await;
        let mut wrong = app.reviewer(Gate::POLITICAL).await;
        let id = draft(&mut both, "自己写的").await;
        submit(&mut both, &id, "自己写的", "<p>正文。</p>", &[]).await.expect(303);
        // What waits for a person is counted without the person's own, here as in the rail.
        both.get("/reviews").await.expect(200).shows("现在没有等您审核的稿件");
        both.get("/reviews?gate=all").await.expect(200).shows("自己写的");
        let (edition, version, _) = edition(app, &id).await;
        let before = everything(app).await;
        let version = version.to_string();
        for act in ["claim", "approve"] {
            both.post(&format!("/reviews/{edition}/{act}"), &[("version", &version)]).await.expect(409).shows("不能审核自己的稿件");
        }
        both.post(&format!("/reviews/{edition}/return"), &[("version", &version), ("reason", "试")]).await.expect(409);
        wrong.post(&format!("/reviews/{edition}/approve"), &[("version", &version)]).await.expect(403);
        assert_eq!(everything(app).await, before);
    }

    async fn of_two_reviewers_one_has_the_claim(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "两人抢办").await;
        submit(&mut editor, &id, "两人抢办", "<p>正文。</p>", &[]).await.expect(303);
        let (edition, version, _) = edition(app, &id).await;
        let mut first = app.person("secrecy-1", "QH001", &[Role::ReviewerSecrecy]).await;
        let mut second = app.person("secrecy-2", "QH010", &[Role::ReviewerSecrecy]).await;
        first.post(&format!("/reviews/{edition}/claim"), &[("version", &version.to_string())]).await.expect(303);
        let now = (version + 1).to_string();
        second.get(&format!("/reviews/{edition}")).await.expect(200).shows("正在审核");
        second.post(&format!("/reviews/{edition}/approve"), &[("version", &now)]).await.expect(409).shows("正在审核这一版");
        app.pass(SignedDuration::from_mins(121));
        let mut second = app.sign_in("secrecy-2").await;
        second.post(&format!("/reviews/{edition}/claim"), &[("version", &now)]).await.expect(303);
        let mut first = app.sign_in("secrecy-1").await;
        first.post(&format!("/reviews/{edition}/approve"), &[("version", &(version + 2).to_string())]).await.expect(409);
    }

    async fn an_edition_changed_under_a_reviewer_is_told(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "第一稿").await;
        submit(&mut editor, &id, "第一稿", "<p>正文。</p>", &[]).await.expect(303);
        let (edition_id, seen, _) = edition(app, &id).await;
        let page = editor.get(&format!("/documents/{id}")).await.expect(200);
        editor.post(&format!("/documents/{id}/recall"), &[("version", &page.field("version"))]).await.expect(303);
        submit(&mut editor, &id, "第二稿", "<p>另一段正文。</p>", &[]).await.expect(303);
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        let reply = reviewer.post(&format!("/reviews/{edition_id}/approve"), &[("version", &seen.to_string())]).await;
        reply.expect(409).shows("有了变化").shows("第二稿");
        assert_eq!(count(app, "document.gate_passed").await, 0);
    }

    async fn two_tabs_never_overwrite_each_other_and_an_empty_save_is_nothing(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "两个窗口").await;
        let version = editor.get(&format!("/documents/{id}/edit")).await.expect(200).field("version");
        let path = format!("/documents/{id}/autosave");
        let saved = editor.post(&path, &form("两个窗口", "<p>左边写的</p>", &version, "")).await.expect(200).json();
        let newer = saved["version"].as_i64().expect("version");
        assert!(newer > version.parse::<i64>().expect("number"));
        // The same text again, with the old version: nothing to do, nothing lost.
        let again = editor.post(&path, &form("两个窗口", "<p>左边写的</p>", &version, "")).await.expect(200).json();
        assert_eq!(again["version"].as_i64(), Some(newer));
        let refused = editor.post(&path, &form("两个窗口", "<p>右边写的</p>", &version, "")).await.expect(409).json();
        assert!(refused["message"].as_str().is_some_and(|text| text.contains("没有覆盖")), "{refused}");
        assert!(refused["current"].to_string().contains("左边写的"));
        let by_hand = editor.post(&format!("/documents/{id}/save"), &form("另一个标题", "<p>右边写的</p>", &version, "")).await;
        by_hand.expect(409).shows("右边写的").shows("左边写的").shows("不一样的栏目").shows("<td>另一个标题</td><td>两个窗口</td>");
        let sql = "SELECT t.body_text FROM edition_text t JOIN edition e ON e.id = t.edition_id WHERE e.document_id = $1";
        let body: String = store::query_scalar(sql).bind(&id).fetch_one(app.ctx().db().read()).await.expect("text");
        assert_eq!(body, "左边写的");
    }

    async fn submitting_and_publishing_twice_happens_once(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let once = editor.get("/documents/new").await.expect(200).field("once");
        let fields = [("title", "点了两次"), ("organ", "QH010"), ("kind", "notice"), ("column", "notices"), ("once", once.as_str())];
        let (mut a, mut b) = (editor.clone(), editor.clone());
        let (a, b) = tokio::join!(a.post("/documents", &fields), b.post("/documents", &fields));
        assert_eq!(a.expect(303).location(), b.expect(303).location());
        assert_eq!(count(app, "document.created").await, 1);
        let id: String = store::query_scalar("SELECT id FROM document").fetch_one(app.ctx().db().read()).await.expect("one");
        submit(&mut editor, &id, "点了两次", "<p>正文。</p>", &[]).await.expect(303);
        for gate in [Gate::SECRECY, Gate::WORDING, Gate::POLICY] {
            let mut reviewer = app.reviewer(gate).await;
            approve(app, &mut reviewer, &id).await.expect(303);
        }
        let (edition, version, _) = edition(app, &id).await;
        let version = version.to_string();
        let last = app.reviewer(Gate::POLITICAL).await;
        let path = format!("/reviews/{edition}/approve");
        let same = ticked(&[("version", version.as_str()), ("once", "the-same-form")]);
        let other = ticked(&[("version", version.as_str()), ("once", "another-tab")]);
        let (mut a, mut b, mut c) = (last.clone(), last.clone(), last.clone());
        let (a, b, c) = tokio::join!(a.post(&path, &same), b.post(&path, &same), c.post(&path, &other));
        let mut answers = [a.status.as_u16(), b.status.as_u16(), c.status.as_u16()];
        answers.sort_unstable();
        assert!(answers == [303, 303, 409] || answers == [303, 409, 409], "{answers:?}");
        assert_eq!(a.status, b.status, "one form, one answer, unless the other tab won");
        assert_eq!(count(app, "document.published").await, 1);
        assert!(is_public(app, &id).await);
    }

    async fn a_correction_replaces_and_a_withdrawal_leaves_a_tombstone(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "带附件的通知").await;
        let text = "名单见附件，共三人。".as_bytes();
        editor.upload(&format!("/documents/{id}/attachments"), &[], &[("file", "名单.txt", text)]).await.expect(303);
        submit(&mut editor, &id, "带附件的通知", "<p>金额为100元。</p>", &[]).await.expect(303);
        let file: String = store::query_scalar("SELECT id FROM attachment").fetch_one(app.ctx().db().read()).await.expect("file");
        assert!(public::attachment(app.ctx().db(), &AttachmentId::from(file.as_str())).await.expect("read").is_none(), "served before it is public");
        app.visitor().get(&format!("/attachments/{file}")).await.expect(404);
        pass_all(app, &id).await;
        let served = app.visitor().get(&format!("/attachments/{file}")).await.expect(200);
        assert_eq!(served.bytes, text);
        // Correction: the old text stays public until the new one is.
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        // All that is missing is told at once.
        let refused = submit(&mut editor, &id, "带附件的通知", "<p>金额为120元。</p>", &[]).await.expect(422);
        refused.shows("请写明这一版改了什么").shows("请选择公众能不能把这一版与旧版逐字对照");
        submit(&mut editor, &id, "带附件的通知", "<p>金额为120元。</p>", &[("note", "更正金额")]).await.expect(303);
        let (edition, ..) = edition(app, &id).await;
        app.reviewer(Gate::SECRECY).await.get(&format!("/reviews/{edition}")).await.expect(200).shows("<del>100</del>元").shows("<ins>120</ins>元");
        let Some(Found::Public(old)) = found(app, &id).await else { panic!("gone") };
        assert!(old.body_text.contains("100"));
        pass_all(app, &id).await;
        let Some(Found::Public(new)) = found(app, &id).await else { panic!("gone") };
        assert!(new.body_text.contains("120") && new.superseded.len() == 1 && new.superseded[0].changed == "更正金额");
        assert_eq!(new.attachments[0].id.as_str(), file, "links to attachments stay");
        // Withdrawal.
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
        let version = head.get(&format!("/documents/{id}")).await.expect(200).field("version");
        head.post(&format!("/documents/{id}/withdraw"), &[("version", &version), ("reason", " ")]).await.expect(422);
        head.post(&format!("/documents/{id}/withdraw"), &[("version", &version), ("reason", "内容有误")]).await.expect(303);
        let Some(Found::Withdrawn(tomb)) = found(app, &id).await else { panic!("no tombstone") };
        assert_eq!(tomb.reason, "内容有误");
        assert!(public::attachment(app.ctx().db(), &AttachmentId::from(file.as_str())).await.expect("read").is_none());
        let gone = app.visitor().get(&format!("/attachments/{file}")).await;
        assert!(matches!(gone.status.as_u16(), 404 | 410), "{}", gone.status);
        assert!(latest(app).await.is_empty());
    }

    async fn another_organs_people_see_nothing_in_lists(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "财政局的机密草稿").await;
        submit(&mut editor, &id, "财政局的机密草稿", "<p>正文。</p>", &[]).await.expect(303);
        let roles = [Role::Editor, Role::ReviewerSecrecy, Role::ReviewerWording, Role::ReviewerPolicy, Role::OrganHead];
        let mut foreign = app.person("foreign", "QH011", &roles).await;
        foreign.get("/documents?organ=QH010").await.expect(200).hides("财政局的");
        foreign.get("/reviews?gate=all").await.expect(200).hides("财政局的机密草稿");
        foreign.get("/documents/export.xlsx?organ=QH010").await.expect(200);
    }

    async fn personal_numbers_block_until_changed_or_let_through_by_another(app) {
        column(app).await;
        let number = identity_number();
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "补贴名单公示").await;
        let body = format!("<p>某某，身份证号 {number}。</p>");
        let reply = submit(&mut editor, &id, "补贴名单公示", &body, &[]).await.expect(422);
        let reply = reply.shows("公民身份号码").shows("还有 1 处个人信息未处理");
        // Masked in the panel: the number stands on the page once, in the author's own text.
        assert_eq!(reply.text().matches(number.as_str()).count(), 1);
        let workbook = workbook_with_hidden_row(&number);
        editor.upload(&format!("/documents/{id}/attachments"), &[], &[("file", "名单.xlsx", &workbook)]).await.expect(303);
        submit(&mut editor, &id, "补贴名单公示", "<p>名单见附件。</p>", &[]).await.expect(422).shows("隐藏").shows("附件《名单.xlsx》");
        let (.., state) = edition(app, &id).await;
        assert_eq!(state, "draft");
        // What is to be public by law is explained, and waits where somebody may let it through: it does not pass before.
        submit(&mut editor, &id, "补贴名单公示", "<p>名单见附件。</p>", &[("explained", "法定公示内容")]).await.expect(303);
        app.reviewer(Gate::SECRECY).await.get("/").await.expect(200).shows("补贴名单公示");
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(409).shows("还有 1 处个人信息未处理");
        let (_, version, _) = edition(app, &id).await;
        editor.post(&format!("/documents/{id}/recall"), &[("version", &version.to_string())]).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        // The author may not let it through; a second person may, with a reason.
        let digest: String = {
            let (house, edition) = (publishing::house(app.ctx()), whole(app, &edition_id).await);
            let checks = publishing::editions::checks::of(app.ctx().db().read(), &house, &edition).await.expect("checks");
            assert_eq!((checks.found.len(), checks.unchecked()), (1, false), "{checks:?}");
            checks.found[0].digest.clone()
        };
        let version = version.to_string();
        let mut fields = vec![("version", version.as_str()), ("rule", "privacy.id_number"), ("digest", digest.as_str())];
        let path = format!("/reviews/{edition_id}/findings");
        editor.post(&path, &fields).await.expect(403);
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        secrecy.post(&path, &fields).await.expect(422).shows("请写明放行理由");
        fields.push(("reason", "演示用的虚构号码"));
        secrecy.post(&path, &fields).await.expect(303);
        assert_eq!(count(app, "finding.overridden").await, 1);
        submit(&mut editor, &id, "补贴名单公示", "<p>名单见附件。</p>", &[]).await.expect(303);
        pass_all(app, &id).await;
        assert!(is_public(app, &id).await);
    }

    async fn findings_are_looked_for_again_when_it_becomes_public(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "事后混入").await;
        submit(&mut editor, &id, "事后混入", "<p>正文。</p>", &[]).await.expect(303);
        let mut tx = app.ctx().db().write().await.expect("write");
        // Whatever way a number gets into the row: a publication looks at the row itself.
        store::query("UPDATE edition_text SET body_text = $1").bind(identity_number()).execute(tx.conn()).await.expect("changed");
        tx.touch(&kernel::id::SubjectRef::new("document", &id));
        tx.commit().await.expect("commit");
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(409).shows("个人信息未处理");
        let mut clerk = app.clerk().await;
        let (_, version, _) = edition(app, &id).await;
        let fields = [("version", &*version.to_string()), ("reason", "紧急")];
        clerk.post(&format!("/documents/{id}/bypass"), &fields).await.expect(409).shows("没有通过保密审查");
        assert!(!is_public(app, &id).await);
    }

    async fn a_scheduled_edition_comes_out_by_itself_and_can_be_stopped(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let mut ids = Vec::new();
        for title in ["到点发布", "中途停止"] {
            let id = draft(&mut editor, title).await;
            submit(&mut editor, &id, title, "<p>正文。</p>", &[("publish_at", "2026-03-03 09:00")]).await.expect(303);
            pass_all(app, &id).await;
            assert_eq!(edition(app, &id).await.2, "scheduled");
            ids.push(id);
        }
        app.pass(SignedDuration::from_mins(20));
        app.work().await;
        assert!(!is_public(app, &ids[0]).await, "too early");
        let version = editor.get(&format!("/documents/{}", ids[1])).await.expect(200).shows("将于 2026-03-03 09:00 发布").field("version");
        editor.post(&format!("/documents/{}/recall", ids[1]), &[("version", &version)]).await.expect(303);
        app.pass(SignedDuration::from_hours(24));
        app.work().await;
        assert!(is_public(app, &ids[0]).await);
        assert_eq!(edition(app, &ids[1]).await.2, "draft");
        assert_eq!(publishing::publish_due(app.ctx()).await.expect("again"), 0);
        assert_eq!(count(app, "document.published").await, 1);
    }

    async fn an_emergency_publication_stands_on_the_list_until_another_reviews_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "暴雨停课通知").await;
        submit(&mut editor, &id, "暴雨停课通知", "<p>明日停课。</p>", &[]).await.expect(303);
        let mut clerk = app.clerk().await;
        approve(app, &mut app.reviewer(Gate::SECRECY).await, &id).await.expect(303);
        let (edition_id, version, _) = edition(app, &id).await;
        let version = version.to_string();
        editor.post(&format!("/documents/{id}/bypass"), &[("version", &version), ("reason", "急")]).await.expect(403);
        clerk.post(&format!("/documents/{id}/bypass"), &[("version", &version), ("reason", "")]).await.expect(422);
        clerk.post(&format!("/documents/{id}/bypass"), &[("version", &version), ("reason", "红色预警")]).await.expect(303);
        assert!(is_public(app, &id).await);
        clerk.get("/bypasses").await.expect(200).shows("暴雨停课通知").shows("红色预警").shows("待复核");
        let path = format!("/bypasses/{edition_id}/review");
        clerk.post(&path, &[("reason", "我自己看过了")]).await.expect(409).shows("不能自己复核");
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        other.post(&path, &[("reason", "")]).await.expect(422).shows("请写明复核意见");
        other.post(&path, &[("reason", "已逐项补审")]).await.expect(303);
        other.get("/bypasses").await.expect(200).shows("已复核").shows("已逐项补审");
        other.post(&path, &[("reason", "再来一次")]).await.expect(409);
        assert_eq!((count(app, "document.bypassed").await, count(app, "document.bypass_reviewed").await), (1, 1));
    }

    async fn a_draft_goes_into_the_bin_and_comes_back_or_is_cleared(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "写错了的草稿").await;
        let version = editor.get(&format!("/documents/{id}")).await.expect(200).field("version");
        editor.post(&format!("/documents/{id}/bin"), &[("version", &version)]).await.expect(303);
        editor.get("/documents").await.expect(200).hides(&format!("/documents/{id}\""));
        editor.get("/documents/bin").await.expect(200).shows("写错了的草稿");
        let (edition_id, ..) = edition(app, &id).await;
        editor.post(&format!("/documents/bin/{edition_id}/restore"), &[]).await.expect(303);
        let version = editor.get(&format!("/documents/{id}")).await.expect(200).field("version");
        editor.post(&format!("/documents/{id}/bin"), &[("version", &version)]).await.expect(303);
        app.pass(SignedDuration::from_hours(24 * 31));
        publishing::publish_due(app.ctx()).await.expect("cleared");
        let left: i64 = store::query_scalar("SELECT COUNT(*) FROM document").fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(left, 0);
    }

    async fn a_file_that_is_not_what_it_says_is_refused_with_advice(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "坏附件").await;
        let path = format!("/documents/{id}/attachments");
        let before = everything(app).await;
        for (name, bytes) in [("表.xlsx", b"\x89PNG\r\n\x1a\n0000".as_slice()), ("图.png", b"\x89PNG\r\n\x1a\n"), ("程序.exe", b"MZ\x90\x00"), ("空.txt", b"")] {
            let reply = editor.upload(&path, &[], &[("file", name, bytes)]).await.expect(400);
            assert!(reply.text().contains('请'), "{name}: {}", reply.text());
        }
        assert_eq!(everything(app).await, before);
    }

    async fn what_is_pasted_cannot_run(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "<script>alert(1)</script>标题").await;
        let outer = "<p>甲<img src=x onerror=alert(1)></p>";
        submit(&mut editor, &id, "<script>alert(1)</script>标题", outer, &[]).await.expect(422).hides("onerror=alert(1)>");
        let body = "<p onclick=\"x()\">甲<script>alert(1)</script><svg onload=alert(1)></svg></p>";
        submit(&mut editor, &id, "<script>alert(1)</script>标题", body, &[("source", "\"><svg onload=alert(1)>")]).await.expect(303);
        let (edition, ..) = edition(app, &id).await;
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        for path in [format!("/documents/{id}"), format!("/documents/{id}/preview"), format!("/reviews/{edition}"), "/documents".into()] {
            let page = reviewer.get(&path).await.expect(200);
            for bad in ["<script>alert", "onclick=", "onerror=", "<svg onload"] {
                assert!(!page.text().contains(bad), "{bad} in {path}");
            }
        }
    }

    async fn a_column_with_documents_is_hidden_and_not_deleted(app) {
        column(app).await;
        let id = published(app, "栏目里的通知").await;
        let mut clerk = app.clerk().await;
        clerk.get("/columns").await.expect(200).shows("通知公告");
        clerk.post("/columns/notices/delete", &[]).await.expect(409);
        clerk.post("/columns/notices/hide", &[("to", "hide")]).await.expect(303);
        assert!(columns::columns(app.ctx().db()).await.expect("columns").is_empty());
        assert!(is_public(app, &id).await);
        let once = clerk.get("/columns/new").await.expect(200).field("once");
        let fields = [
            ("slug", "relief"), ("name", "社会救助"), ("kind", "topic"), ("description", "救助政策"), ("parent", "notices"),
            ("once", once.as_str()),
        ];
        clerk.post("/columns", &fields).await.expect(303);
        clerk.post("/columns", &[("slug", "坏 名")]).await.expect(422).shows("请用小写字母");
        clerk.post("/columns/relief/delete", &[]).await.expect(303);
    }

    async fn the_list_is_filtered_paged_and_exported(app) {
        column(app).await;
        published(app, "已经公开的通知").await;
        let mut editor = app.editor("QH010").await;
        draft(&mut editor, "还在写的通知").await;
        editor.get("/documents?state=published").await.expect(200).shows("已经公开的通知").hides("还在写的通知");
        editor.get("/documents?mine=1&state=draft").await.expect(200).shows("还在写的通知").hides("已经公开的通知");
        editor.get("/documents?q=%E5%85%AC%E5%BC%80%E7%9A%84&sort=title&dir=desc&page=9").await.expect(200).shows("已经公开的通知");
        let sheet = editor.get("/documents/export.xlsx?state=draft").await.expect(200);
        let table = documents_read::read_table(&sheet.bytes, "a.xlsx", &documents::tables::Wanted::default(), &documents::Limits::default()).expect("table");
        assert_eq!(table.rows.len(), 1, "{table:?}");
        assert_eq!(table.rows[0].cells[0], "还在写的通知");
        assert_eq!(latest(app).await.len(), 1);
    }
}
