//! Stories of documents that were public elsewhere and are brought in: a folder with everything that folders hold,
//! stopped and gone on with; files and archives chosen on a page; and the way of a batch through its gates.

use std::{
    io::{Cursor, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use kernel::{Actor, OrganCode};
use policy::import::{Content, Reading, Report, Source, Wanted, files, place, run};
use review::Gate;
use serde_json::Value;
use testkit::{Client, Reply, TestApp, both};

use crate::policy::column;

const GOOD: &str = "青禾县财政局文件\n青禾财发〔2024〕12号\n关于加强校车安全管理的通知\n各乡镇人民政府：\n请各乡镇加强校车安全管理，每月检查一次。\n\
                    青禾县财政局\n2024年5月20日";
const CHANGED: &str = "青禾县财政局文件\n青禾财发〔2024〕12号\n关于加强校车安全管理的通知\n各乡镇人民政府：\n请各乡镇加强校车安全管理，每周检查一次。\n\
                       青禾县财政局\n2024年5月20日";
const UNNUMBERED: &str = "关于做好防火工作的通知\n各乡镇人民政府：\n请做好秋冬季防火工作。\n青禾县财政局\n2024年9月2日";

/// The head of a file of old office programs, with a stream of this name.
fn ole(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.resize(512, 0);
    let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.extend(name);
    bytes.resize(1024, 0);
    bytes
}

/// A page without a letter on it.
pub(crate) fn scan() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in (1..).zip(objects) {
        places.push(out.len());
        out.push_str(&format!("{at} 0 obj\n{object}\nendobj\n"));
    }
    let table = out.len();
    out.push_str("xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    out.into_bytes()
}

fn folder(place: &Path) -> PathBuf {
    let folder = place.join("历年文件");
    std::fs::create_dir_all(folder.join("2024")).expect("folders");
    let markdown = GOOD.replace('\n', "\n\n").replace("关于加强", "# 关于加强");
    let held: [(&str, &[u8]); 9] = [
        ("2024/a.txt", GOOD.as_bytes()),
        ("2024/b.txt", GOOD.as_bytes()),
        ("2024/c.md", markdown.as_bytes()),
        ("2024/d.txt", CHANGED.as_bytes()),
        ("e.txt", UNNUMBERED.as_bytes()),
        ("f.docx", b"PK\x03\x04 nothing behind"),
        ("g.docx", &ole("EncryptedPackage")),
        ("h.doc", &ole("WordDocument")),
        ("i.pdf", &scan()),
    ];
    for (name, bytes) in held {
        std::fs::write(folder.join(name), bytes).expect("a file");
    }
    std::fs::write(folder.join("~$a.docx"), b"left").expect("a file");
    folder
}

async fn bring(app: &TestApp, folder: &Path, told: impl FnMut(&Report)) -> Report {
    let (kind, column) = place(app.ctx(), "policy", None).await.expect("a column");
    let source = "历年文件".to_owned();
    let wanted = Wanted { organ: OrganCode::from("QH010"), kind, column, source };
    let files = files(&[folder.to_path_buf()]).expect("files");
    run(app.ctx(), &Actor::System, &wanted, files, Reading::Together, told).await.expect("an import")
}

/// What is chosen for an upload of policies.
const SENT: [(&str, &str); 3] = [("organ", "QH010"), ("kind", "policy"), ("column", "policies")];

/// The document that a file of this name became.
async fn document_of(app: &TestApp, path: &str) -> String {
    store::query_scalar(
        "SELECT document_id FROM import_file WHERE path = $1 AND outcome = 'imported' ORDER BY id DESC LIMIT 1",
    )
    .bind(path)
    .fetch_one(app.ctx().db().read())
    .await
    .expect("a document")
}

/// The newest edition of a document with its version.
async fn edition_of(app: &TestApp, document: &str) -> (String, i64) {
    store::query_as("SELECT id, version FROM edition WHERE document_id = $1 ORDER BY number DESC LIMIT 1")
        .bind(document)
        .fetch_one(app.ctx().db().read())
        .await
        .expect("an edition")
}

/// Writes another text into the draft that [`GOOD`] became.
async fn rewrite(client: &mut Client, document: &str, body: &str) {
    let page = client.get(&format!("/documents/{document}/edit")).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let fields = [
        ("title", "关于加强校车安全管理的通知"),
        ("body_html", body),
        ("disclosure", "open"),
        ("kind", "policy"),
        ("column", "policies"),
        ("document_number", "青禾财发〔2024〕12号"),
        ("validity", "in_force"),
        ("written_on", "2024-05-20"),
        ("source", "青禾县财政局"),
        ("version", version.as_str()),
        ("once", once.as_str()),
    ];
    client.post(&format!("/documents/{document}/save"), &fields).await.expect(303);
}

/// Passes all that is in review together at a gate, as the page of the batch does.
async fn pass(app: &TestApp, client: &mut Client, page: &str, gate: &Gate) -> Reply {
    let waiting: Vec<(String, i64)> =
        store::query_as("SELECT id, version FROM edition WHERE state = 'in_review' ORDER BY id")
            .fetch_all(app.ctx().db().read())
            .await
            .expect("editions");
    let ids: Vec<String> = waiting.iter().map(|(id, version)| format!("{id}:{version}")).collect();
    let ticks: Vec<String> = (0..10).map(|at| format!("tick{at}")).collect();
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("ids", id.as_str())).collect();
    fields.push(("gate", gate.code));
    fields.extend(ticks.iter().map(|tick| (tick.as_str(), "1")));
    client.post(&format!("{page}/gates"), &fields).await.expect(200)
}

async fn documents(app: &TestApp) -> i64 {
    store::query_scalar("SELECT COUNT(*) FROM document").fetch_one(app.ctx().db().read()).await.expect("a count")
}

both! {
    async fn a_folder_comes_in_once_and_what_is_broken_fails_alone(app) {
        column(app).await;
        let home = tempfile::tempdir().expect("a folder");
        let folder = folder(home.path());
        let first = bring(app, &folder, |_| ()).await;
        assert_eq!((first.found, first.imported, first.skipped, first.failed.len()), (9, 2, 3, 4), "{first:?}");
        assert_eq!(first.changed.len(), 1, "{first:?}");
        for (file, words) in [("f.docx", "不完整"), ("g.docx", "密码"), ("h.doc", "另存为 .docx"), ("i.pdf", "扫描件")] {
            let left = first.failed.iter().find(|left| left.file == file).unwrap_or_else(|| panic!("{file} is told: {first:?}"));
            assert!(left.reason.contains(words), "{left:?}");
        }
        let again = bring(app, &folder, |_| ()).await;
        assert_eq!((again.imported, again.skipped, again.failed.len()), (0, 5, 4), "{again:?}");
        assert_eq!(again.batch, first.batch);
        assert_eq!(documents(app).await, 2);

        // The page of the batch tells the same, and a list of what did not come in.
        let page = format!("/imports/{}", first.batch);
        let mut editor = app.editor("QH010").await;
        editor.get(&page).await.expect(200).shows("关于加强校车安全管理的通知").shows("没有重复导入").shows("扫描件");
        let list = String::from_utf8(editor.get(&format!("{page}/left.csv")).await.expect(200).bytes).expect("text");
        assert!(list.contains("g.docx") && list.contains("密码") && list.contains("2024/d.txt"), "{list}");
        editor.get(&format!("{page}?show=doubtful")).await.expect(200).shows("关于做好防火工作的通知").hides("校车");
        app.editor("QH011").await.get(&page).await.expect(404);
        // Nothing of it is public yet.
        app.visitor().get("/policies").await.expect(200).hides("校车");
    }

    async fn an_import_that_was_stopped_goes_on_where_it_was(app) {
        column(app).await;
        let home = tempfile::tempdir().expect("a folder");
        for n in 0..130 {
            let text = GOOD.replace("12号", &format!("{}号", n + 100)).replace("校车", &format!("第{n}类车辆"));
            std::fs::write(home.path().join(format!("{n:03}.txt")), text).expect("a file");
        }
        let (kind, column) = place(app.ctx(), "policy", None).await.expect("a column");
        let wanted = Wanted { organ: OrganCode::from("QH010"), kind, column, source: "历年文件".to_owned() };
        let found = files(&[home.path().to_path_buf()]).expect("files");
        let (ctx, (send, mut heard)) = (app.ctx().clone(), tokio::sync::mpsc::unbounded_channel());
        let task = tokio::spawn(async move {
            let told = move |report: &Report| {
                let _ = send.send(report.imported);
            };
            run(&ctx, &Actor::System, &wanted, found, Reading::Together, told).await
        });
        let written = heard.recv().await.expect("a first write");
        task.abort();
        let _ = task.await;
        assert!(written > 0 && written < 130, "{written} at the first write");
        let before = documents(app).await;
        let again = bring(app, home.path(), |_| ()).await;
        assert_eq!(again.imported + usize::try_from(before).expect("a count"), 130, "{again:?}");
        assert_eq!(documents(app).await, 130);
    }

    async fn a_batch_is_looked_over_submitted_and_passed_by_others(app) {
        column(app).await;
        let mut clerk = app.clerk().await;
        let sent = [("organ", "QH010"), ("kind", "policy"), ("column", "policies")];
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("防火.txt", zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(UNNUMBERED.as_bytes()).expect("written");
        let archive = archive.finish().expect("an archive").into_inner();
        let upload: [(&str, &str, &[u8]); 2] = [("file", "校车.txt", GOOD.as_bytes()), ("file", "文件.zip", &archive)];
        let page = clerk.upload("/imports", &sent, &upload).await.expect(303).location();
        clerk.get(&page).await.expect(200).shows("导入 2 件").shows("关于做好防火工作的通知");

        // What has no number is submitted by nobody before somebody has said why.
        let doubtful = clerk.get(&format!("{page}?show=doubtful")).await.expect(200).text();
        let at = doubtful.find(&format!("{page}/files/")).expect("a file to look at");
        let file: String = doubtful[at..].chars().take_while(|c| *c != '"').collect();
        let form = clerk.get(&file).await.expect(200);
        let (once, version) = (form.field("once"), form.field("version"));
        let fields = [
            ("title", "关于做好防火工作的通知"), ("written_on", "2024-09-02"), ("validity", "in_force"), ("version", version.as_str()),
            ("once", once.as_str()),
        ];
        clerk.post(&file, &fields).await.expect(422).shows("请填写发文字号");
        let explained = [&fields[..], &[("explained", "当年的通知没有编号")][..]].concat();
        clerk.post(&file, &explained).await.expect(303);
        clerk.post(&format!("{page}/submit"), &[]).await.expect(200).shows("办好 2 件");

        for gate in [Gate::SECRECY, Gate::WORDING, Gate::POLICY, Gate::POLITICAL] {
            app.visitor().get("/policies").await.expect(200).hides("校车");
            // Who brought it in passes none of it.
            let sql = "SELECT id, version FROM edition WHERE state = 'in_review' ORDER BY id";
            let waiting: Vec<(String, i64)> = store::query_as(sql)
                .fetch_all(app.ctx().db().read()).await.expect("editions");
            assert_eq!(waiting.len(), 2, "before {}", gate.code);
            let ids: Vec<String> = waiting.iter().map(|(id, version)| format!("{id}:{version}")).collect();
            let ticks: Vec<String> = (0..10).map(|at| format!("tick{at}")).collect();
            let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("ids", id.as_str())).collect();
            fields.push(("gate", gate.code));
            clerk.post(&format!("{page}/gates"), &fields).await.expect(200).shows("没有办成 2 件");
            let last = gate.code == Gate::POLITICAL.code;
            let mut reviewer = app.reviewer(gate).await;
            let shown = reviewer.get(&format!("{page}/gates")).await.expect(200).shows("关于加强校车安全管理的通知");
            // What becomes of them is said as it will be, and what was chosen stays chosen where something is not ticked.
            if last {
                shown.shows("通过后立即向全社会公开");
            } else {
                shown.shows("通过后进入").hides("立即向全社会公开");
            }
            let again = reviewer.post(&format!("{page}/gates"), &fields).await.expect(422).shows("核对事项没有勾选").text();
            assert_eq!(again.matches("data-pick checked").count(), 2, "{again}");
            fields.extend(ticks.iter().map(|tick| (tick.as_str(), "1")));
            reviewer.post(&format!("{page}/gates"), &fields).await.expect(200).shows("办好 2 件");
        }
        app.work().await;
        app.visitor().get("/policies").await.expect(200).shows("校车").shows("防火");
    }

    async fn what_has_no_number_is_explained_for_many_at_once(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let (kind, column) = place(app.ctx(), "policy", None).await.expect("a column");
        let text = |about: &str| Content::Held(UNNUMBERED.replace("防火", about).into_bytes());
        let files = ["防火", "防汛", "防疫"].map(|about| Source { name: format!("{about}.txt"), content: text(about) }).to_vec();
        let wanted = Wanted { organ: OrganCode::from("QH010"), kind, column, source: "通知".to_owned() };
        let report = run(app.ctx(), &Actor::System, &wanted, files, Reading::Apart, |_| ()).await.expect("an import");
        assert_eq!((report.imported, report.doubtful), (3, 3), "{report:?}");
        let page = format!("/imports/{}", report.batch);
        let once = editor.get(&format!("{page}?show=doubtful")).await.expect(200).shows("没有认出发文字号").field("once");
        // Nothing is ticked: what was typed is not lost.
        let typed = editor.post(&format!("{page}/look"), &[("explained", "当年的通知没有编号")]).await.expect(422);
        typed.shows("请先勾选").shows("value=\"当年的通知没有编号\"");
        let ids: Vec<String> = store::query_scalar("SELECT id FROM import_file ORDER BY place")
            .fetch_all(app.ctx().db().read()).await.expect("files");
        let mut fields: Vec<(&str, &str)> = ids.iter().take(2).map(|id| ("ids", id.as_str())).collect();
        fields.extend([("explained", "当年的通知没有编号"), ("once", once.as_str())]);
        editor.post(&format!("{page}/look"), &fields).await.expect(303);
        editor.post(&format!("{page}/submit"), &[]).await.expect(200).shows("办好 2 件").hides("防疫");
        // The third has no reason yet: it is not marked as looked at, and it is told why.
        editor.post(&format!("{page}/look"), &[("ids", ids[2].as_str())]).await.expect(303);
        editor.get(&format!("{page}?show=doubtful")).await.expect(200).shows("还缺内容").shows("请填写发文字号").shows("防疫");
        editor.post(&format!("{page}/submit"), &[]).await.expect(200).shows("办好 0 件");
    }

    async fn what_was_rewritten_after_its_import_is_a_text_like_any_other(app) {
        column(app).await;
        let mut clerk = app.clerk().await;
        let named = |about: &str, number: &str| GOOD.replace("校车", about).replace("12号", number);
        let (boats, tractors) = (named("渡船", "13号"), named("农机", "14号"));
        let upload: [(&str, &str, &[u8]); 3] =
            [("file", "校车.txt", GOOD.as_bytes()), ("file", "渡船.txt", boats.as_bytes()), ("file", "农机.txt", tractors.as_bytes())];
        let page = clerk.upload("/imports", &SENT, &upload).await.expect(303).location();
        let buses = document_of(app, "校车.txt").await;
        let harmless = "<p>请各乡镇加强校车安全管理。</p>".repeat(40);
        rewrite(&mut clerk, &buses, &format!("{harmless}<p>附：布控方案，拟于六月一日夜间行动。</p>")).await;
        let tractors = document_of(app, "农机.txt").await;
        let file = [("file", "目录.txt", "目录".as_bytes())];
        clerk.upload(&format!("/documents/{tractors}/attachments"), &[], &file).await.expect(303);

        // Both owe what a new policy owes; what is the file owes nothing, and what was refused is not to be looked at again.
        clerk.post(&format!("{page}/submit"), &[]).await.expect(200).shows("办好 1 件").shows("没有办成 2 件").shows("须配政策解读");
        clerk.get(&format!("{page}?show=refused")).await.expect(200).shows("送审没有成功").shows("校车").shows("农机");
        clerk.get("/").await.expect(200).shows("2 件送审未成");
        for document in [&buses, &tractors] {
            crate::policy::explained_later(&mut clerk, document).await;
        }
        clerk.post(&format!("{page}/submit"), &[("again", "1")]).await.expect(200).shows("办好 2 件");

        // They are opened one by one, whatever is sent.
        let mut reviewer = app.reviewer(Gate::SECRECY).await;
        let gates = format!("{page}/gates");
        reviewer.get(&gates).await.expect(200).shows("导入以后改过正文").shows("导入以后改过附件");
        pass(app, &mut reviewer, &page, Gate::SECRECY).await.shows("办好 1 件").shows("没有办成 2 件").shows("导入以后改过正文");
        let passes: i64 = store::query_scalar("SELECT COUNT(*) FROM review_pass")
            .fetch_one(app.ctx().db().read()).await.expect("a count");
        assert_eq!(passes, 1);
    }

    async fn at_a_gate_of_a_batch_only_what_that_gate_answers_for_keeps_a_text_out(app) {
        column(app).await;
        let mut clerk = app.clerk().await;
        let marks = GOOD.replace("，每月", ",每月");
        let page = clerk.upload("/imports", &SENT, &[("file", "校车.txt", marks.as_bytes())]).await.expect(303).location();
        clerk.post(&format!("{page}/submit"), &[]).await.expect(200).shows("办好 1 件");
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        pass(app, &mut secrecy, &page, Gate::SECRECY).await.shows("办好 1 件");
        let mut wording = app.reviewer(Gate::WORDING).await;
        pass(app, &mut wording, &page, Gate::WORDING).await.shows("没有办成 1 件").shows("这一关检查发现");
    }

    async fn what_says_it_is_not_for_the_public_does_not_come_in(app) {
        column(app).await;
        let mut clerk = app.clerk().await;
        let marked = |mark: &str| format!("{GOOD}\n{mark}").into_bytes();
        let (kept, secret, asked) = (marked("（此件不公开）"), marked("秘密★1年"), marked("此件依申请公开"));
        let upload: [(&str, &str, &[u8]); 3] = [("file", "一.txt", &kept), ("file", "二.txt", &secret), ("file", "三.txt", &asked)];
        let page = clerk.upload("/imports", &SENT, &upload).await.expect(303).location();
        clerk.get(&page).await.expect(200).shows("导入 1 件（其中 1 件请核对）").shows("没有导入 2 个");
        clerk.get(&format!("{page}?show=failed")).await.expect(200).shows("此件不公开").shows("秘密★1年");
        clerk.get(&format!("{page}?show=doubtful")).await.expect(200).shows("依申请公开");
    }

    async fn one_title_and_day_of_two_organs_are_two_documents(app) {
        column(app).await;
        let (kind, column) = place(app.ctx(), "policy", None).await.expect("a column");
        let bring = async |organ: &str, text: String| {
            let (organ, column) = (OrganCode::from(organ), column.clone());
            let wanted = Wanted { organ, kind, column, source: "历年文件".to_owned() };
            let files = vec![Source { name: "说明.txt".to_owned(), content: Content::Held(text.into_bytes()) }];
            run(app.ctx(), &Actor::System, &wanted, files, Reading::Apart, |_| ()).await.expect("an import")
        };
        let text = |season: &str| UNNUMBERED.replace("秋冬季", season);
        let one = bring("QH010", text("秋季")).await;
        let other = bring("QH011", text("冬季")).await;
        assert_eq!((one.imported, other.imported), (1, 1), "{other:?}");
        assert_ne!(one.batch, other.batch);
        let again = bring("QH011", text("春季")).await;
        assert_eq!((again.imported, again.changed.len()), (0, 1), "{again:?}");
        // Files of one name that are not the same are not the same batch.
        assert_ne!(again.batch, other.batch);
        let reason = &again.changed[0].reason;
        assert!(reason.contains("标题和成文日期相同") && !reason.contains("文号"), "{reason}");

        // The very same file under another organ is asked about, without words of what that organ has not published.
        bring("QH010", GOOD.to_owned()).await;
        let there = bring("QH011", GOOD.to_owned()).await;
        assert_eq!((there.imported, there.doubtful), (1, 1), "{there:?}");
        let doubts: String = store::query_scalar("SELECT doubts FROM import_file WHERE batch = $1")
            .bind(&there.batch).fetch_one(app.ctx().db().read()).await.expect("doubts");
        assert!(doubts.contains("别的机关名下") && doubts.contains("还没有公开") && !doubts.contains("《"), "{doubts}");
        assert_eq!(bring("QH011", GOOD.to_owned()).await.batch, there.batch);
    }

    async fn of_two_titles_under_one_number_both_are_asked_about(app) {
        column(app).await;
        let mut clerk = app.clerk().await;
        let other = GOOD.replace("校车", "渡船");
        let upload: [(&str, &str, &[u8]); 2] = [("file", "一.txt", GOOD.as_bytes()), ("file", "二.txt", other.as_bytes())];
        let page = clerk.upload("/imports", &SENT, &upload).await.expect(303).location();
        clerk.get(&format!("{page}?show=doubtful")).await.expect(200)
            .shows("文号与《关于加强校车安全管理的通知》相同").shows("文号与《关于加强渡船安全管理的通知》相同");
    }

    async fn a_wrong_organ_is_put_right_in_the_batch_and_what_was_thrown_away_comes_in_again(app) {
        column(app).await;
        let (kind, column) = place(app.ctx(), "policy", None).await.expect("a column");
        let bring = async |organ: &str| {
            let (organ, column) = (OrganCode::from(organ), column.clone());
            let wanted = Wanted { organ, kind, column, source: "历年文件".to_owned() };
            let files = vec![Source { name: "校车.txt".to_owned(), content: Content::Held(GOOD.into()) }];
            run(app.ctx(), &Actor::System, &wanted, files, Reading::Apart, |_| ()).await.expect("an import")
        };
        let page = format!("/imports/{}", bring("QH011").await.batch);
        let document = document_of(app, "校车.txt").await;
        let file: String = store::query_scalar("SELECT id FROM import_file").fetch_one(app.ctx().db().read()).await.expect("a file");
        let path = format!("{page}/files/{file}");
        let mut clerk = app.clerk().await;
        let form = clerk.get(&path).await.expect(200).shows("发布机关").shows("请核对").shows("href=\"#organ\"");
        let (once, version) = (form.field("once"), form.field("version"));
        let fields = [
            ("title", "关于加强校车安全管理的通知"), ("document_number", "青禾财发〔2024〕12号"), ("written_on", "2024-05-20"),
            ("validity", "in_force"), ("organ", "QH010"), ("version", version.as_str()), ("once", once.as_str()),
        ];
        clerk.post(&path, &fields).await.expect(303);
        let organs: Vec<String> = store::query_scalar("SELECT organ FROM edition UNION SELECT organ FROM document")
            .fetch_all(app.ctx().db().read()).await.expect("organs");
        assert_eq!(organs, ["QH010"]);
        app.editor("QH010").await.get(&format!("/documents/{document}")).await.expect(200).shows("改记发布机关");
        app.editor("QH011").await.get(&format!("/documents/{document}")).await.expect(404);
        // It is the document of that organ now: brought in for it, it is there already.
        assert_eq!(bring("QH010").await.imported, 0);

        let (_, version) = edition_of(app, &document).await;
        let gone = [("version", version.to_string()), ("once", "throw-away".to_owned())];
        let gone = gone.each_ref().map(|(name, value)| (*name, value.as_str()));
        clerk.post(&format!("/documents/{document}/bin"), &gone).await.expect(303);
        assert_eq!(bring("QH010").await.imported, 1);
    }

    async fn what_is_no_archive_or_is_too_much_is_refused_in_words(app) {
        column(app).await;
        let mut clerk = app.clerk().await;
        let sent = [("organ", "QH010"), ("kind", "policy"), ("column", "policies")];
        clerk.upload("/imports", &sent, &[("file", "a.zip", b"no archive")]).await.expect(422).shows("不是 zip 压缩包");
        clerk.upload("/imports", &sent, &[]).await.expect(422).shows("请选择要导入的文件");
        let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let packed = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        bomb.start_file("大.txt", packed).expect("an entry");
        bomb.write_all(&vec![b' '; 60 << 20]).expect("written");
        let bomb = bomb.finish().expect("an archive").into_inner();
        clerk.upload("/imports", &sent, &[("file", "b.zip", &bomb)]).await.expect(422).shows("解压后太大");
        assert_eq!(documents(app).await, 0);
        // An editor brings in nothing by the basket.
        app.editor("QH010").await.upload("/imports", &sent, &[("file", "a.txt", GOOD.as_bytes())]).await.expect(403);
    }

    async fn a_law_in_two_versions_is_two_texts(app) {
        column(app).await;
        let (kind, column) = place(app.ctx(), "policy", None).await.expect("a column");
        let law = |name: &str, day: &str, words: &str| Source {
            name: name.to_owned(),
            content: Content::Held(format!("# 青禾条例\n\n{day} 国务院令第9号公布\n\n第一条 {words}。").into_bytes()),
        };
        let files = vec![law("条例(2001-01-05).md", "2001年1月5日", "旧"), law("条例(2009-03-01).md", "2009年3月1日", "新")];
        let wanted = Wanted { organ: OrganCode::from("QH010"), kind, column, source: "法规".to_owned() };
        let report = run(app.ctx(), &Actor::System, &wanted, files, Reading::Apart, |_| ()).await.expect("an import");
        assert_eq!((report.imported, report.skipped), (2, 0), "{report:?}");
        // The second is told to stand beside the first.
        assert_eq!(report.doubtful, 1, "{report:?}");
    }
}

fn gongkai(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai-under-test"));
    command.env_clear().env("GONGKAI_DATA", data).args(arguments);
    command
}

fn answer(data: &Path, arguments: &[&str]) -> Value {
    let output = gongkai(data, arguments).output().expect("the program starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

#[test]
fn the_command_keeps_its_contract_and_goes_on_after_it_was_killed() {
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path();
    let demo = |name: &str| format!("{}/../../demo/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(data.join("gongkai.toml"), "[site]\nname = \"青禾县人民政府\"\noffice_organ = \"QH001\"\n")
        .expect("write");
    let account = ["user", "add", "admin", "--name", "管理员", "--organ", "QH001", "--role", "system_admin", "--json"];
    answer(data, &account);
    answer(data, &["organ", "import", &demo("organs.csv"), "--json"]);
    answer(data, &["column", "import", &demo("columns.toml"), "--json"]);
    let folder = data.join("laws");
    std::fs::create_dir(&folder).expect("a folder");
    for n in 0..400 {
        let text = format!(
            "# 第{n}类车辆管理办法\n\n2001年1月5日 国务院令第{}号公布\n\n第一条 为了管理第{n}类车辆，制定本办法。\n",
            n + 1
        );
        std::fs::write(folder.join(format!("{n:03}.md")), text).expect("a file");
    }
    std::fs::write(folder.join("坏.docx"), b"PK\x03\x04 nothing behind").expect("a file");
    let path = folder.display().to_string();
    let import = ["import", path.as_str(), "--organ", "QH000", "--json"];

    let mut killed = gongkai(data, &import).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    // At whatever moment it ends, nothing is lost and nothing comes in twice.
    std::thread::sleep(std::time::Duration::from_millis(700));
    killed.kill().expect("killed");
    killed.wait().expect("ended");

    let second = answer(data, &import);
    assert_eq!((&second["found"], &second["failed"][0]["file"]), (&401.into(), &"坏.docx".into()), "{second}");
    let counted = second["imported"].as_i64().zip(second["skipped"].as_i64()).map(|(new, old)| new + old);
    assert_eq!(counted, Some(400), "{second}");
    let third = answer(data, &import);
    assert_eq!((&third["imported"], &third["skipped"]), (&0.into(), &400.into()), "{third}");
    assert_eq!(answer(data, &["verify", "--json"])["ok"], true);

    for (arguments, words) in [
        (["import", path.as_str(), "--organ", "QH999"].as_slice(), "QH999"),
        (["import", "/nowhere/at/all", "--organ", "QH000"].as_slice(), "没有这个文件或文件夹"),
        (["import", path.as_str(), "--organ", "QH000", "--kind", "poem"].as_slice(), "没有“poem”这种信息类型"),
    ] {
        let output = gongkai(data, arguments).output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(words), "{said}");
    }
}
