//! Stories of plans: from a file to issued duties, two clerks on one draft, an amendment in mid-year.

use kernel::Role;
use testkit::{Client, TestApp, both};

/// A plan in the usual form, for the organs of every story.
pub(crate) const PLAN: &str = "2026年青禾县政务公开工作要点\n青禾府办发〔2026〕3号\n\
    一、加强政策解读\n\
    （一）解读重要政策。6月30日前公开解读方案。每季度公布一次解读清单。（县财政局、县民政局分别牵头落实）\n\
    （二）回应社会关切。9月底前建立回应台账。（县财政局牵头，各乡镇（中心）配合）\n\
    二、夯实基础\n\
    （一）办好网站。每月检查一次网站栏目。（县政府办公室负责）\n";

/// Imports by paste; the id of the draft.
pub(crate) async fn draft(clerk: &mut Client, text: &str) -> String {
    let reply = clerk
        .upload("/plans/new", &[("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", text)], &[])
        .await;
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text());
    id_of(&reply.location())
}

/// `/plans/{id}/draft` → id.
pub(crate) fn id_of(location: &str) -> String {
    location.trim_start_matches("/plans/").split(['/', '?']).next().unwrap_or_default().to_owned()
}

/// The value after `before` up to the next quote.
pub(crate) fn after<'a>(text: &'a str, before: &str) -> &'a str {
    let at = text.find(before).unwrap_or_else(|| panic!("no {before} in {text}")) + before.len();
    text[at..].split('"').next().unwrap_or_default()
}

/// The ids of the clauses in order.
pub(crate) fn clauses(page: &str) -> Vec<String> {
    page.split("id=\"c-").skip(1).map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

/// The ids of the duties in order.
pub(crate) fn duties(page: &str) -> Vec<String> {
    page.split("id=\"d-").skip(1).map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

/// The secrecy reviewer passes what waits: the draft, or an amendment of it.
pub(crate) async fn pass(app: &TestApp, plan: &str, amendment: &str) {
    let mut reviewer = app.person("reviewer-secrecy", "QH001", &[Role::ReviewerSecrecy]).await;
    let path = format!("/plans/{plan}/clearance");
    let page = reviewer.get(&format!("{path}?amendment={amendment}")).await.expect(200);
    let (once, seen) = (page.field("once"), page.field("seen"));
    let fields = [("once", once.as_str()), ("seen", &seen), ("amendment", amendment), ("op", "pass")];
    reviewer.post(&path, &fields).await.expect(303);
}

/// The draft is sent to the secrecy reviewer, who passes it.
pub(crate) async fn clear(app: &TestApp, clerk: &mut Client, plan: &str) {
    let page = clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200).shows("送保密审查");
    let (version, once) = (page.field("version"), page.field("once"));
    let fields = [("version", version.as_str()), ("once", &once)];
    clerk.post(&format!("/plans/{plan}/clearance/request"), &fields).await.expect(303);
    pass(app, plan, "").await;
}

/// The amendment at `path` with what was decided (`said`) is sent to the secrecy reviewer, who passes it; its page afterwards.
pub(crate) async fn clear_amendment(
    app: &TestApp,
    clerk: &mut Client,
    path: &str,
    said: &[(&str, &str)],
) -> testkit::Reply {
    let page = clerk.get(path).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    let mut fields = vec![("version", version.as_str()), ("once", once.as_str()), ("op", "clear")];
    fields.extend(said);
    clerk.post(path, &fields).await.expect(303);
    pass(app, &id_of(path), path.rsplit('/').next().unwrap_or_default()).await;
    clerk.get(path).await.expect(200)
}

/// Clears and issues a draft.
pub(crate) async fn confirm(app: &TestApp, clerk: &mut Client, plan: &str) -> testkit::Reply {
    clear(app, clerk, plan).await;
    let page = clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200);
    let (version, once) = (page.field("version"), page.field("once"));
    // Stories issue variants of one plan: why two bear one number is said each time, and asked for only where they do.
    let said = [("version", version.as_str()), ("once", &once), ("head_reason", "同一份要点的另一文本")];
    clerk.post(&format!("/plans/{plan}/confirm"), &said).await
}

pub(crate) async fn count(app: &TestApp, sql: &'static str, plan: &str) -> i64 {
    store::query_scalar(sql).bind(plan).fetch_one(app.ctx().db().read()).await.expect("count")
}

/// Office documents of the tests, as small as they may be.
fn docx(paragraphs: &str) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let body: String = paragraphs.lines().map(|line| format!("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>")).collect();
    let word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let parts = [
        (
            "[Content_Types].xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"
                .to_owned(),
        ),
        (
            "_rels/.rels",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
             Target=\"word/document.xml\"/></Relationships>"
                .to_owned(),
        ),
        ("word/document.xml", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"{word}\"><w:body>{body}</w:body></w:document>")),
    ];
    for (name, text) in parts {
        archive.start_file(name, options).expect("entry");
        archive.write_all(text.as_bytes()).expect("bytes");
    }
    archive.finish().expect("archive").into_inner()
}

/// A docx that unpacks to far more than it weighs.
fn bomb() -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new_append(std::io::Cursor::new(docx(PLAN))).expect("archive");
    archive.start_file("word/media/image1.png", zip::write::SimpleFileOptions::default()).expect("entry");
    for _ in 0..40 {
        archive.write_all(&vec![0; 1 << 20]).expect("bytes");
    }
    archive.finish().expect("archive").into_inner()
}

/// 2026年工作要点\n一、公开\n（一）公开预算。（县财政局负责）\n in GBK, as an old notepad saves it.
const GBK: &[u8] = &[
    0x32, 0x30, 0x32, 0x36, 0xc4, 0xea, 0xb9, 0xa4, 0xd7, 0xf7, 0xd2, 0xaa, 0xb5, 0xe3,
    0x0a, // 2026年工作要点
    0xd2, 0xbb, 0xa1, 0xa2, 0xb9, 0xab, 0xbf, 0xaa, 0x0a, // 一、公开
    0xa3, 0xa8, 0xd2, 0xbb, 0xa3, 0xa9, 0xb9, 0xab, 0xbf, 0xaa, 0xd4, 0xa4, 0xcb, 0xe3, 0xa1,
    0xa3, // （一）公开预算。
    0xa3, 0xa8, 0xcf, 0xd8, 0xb2, 0xc6, 0xd5, 0xfe, 0xbe, 0xd6, 0xb8, 0xba, 0xd4, 0xf0, 0xa3, 0xa9,
    0x0a, // （县财政局负责）
];

/// All words of a workbook.
fn words(book: &[u8]) -> String {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("a workbook");
    let mut words = String::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("entry");
        if entry.name().is_ok_and(|name| name.ends_with(".xml")) {
            entry.read_to_string(&mut words).expect("text");
        }
    }
    words
}

both! {
    async fn a_plan_comes_in_from_any_file_once(app) {
        let mut clerk = app.clerk().await;
        let fields = [("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", "")];
        let gbk = clerk.upload("/plans/new", &fields, &[("file", "要点.txt", GBK)]).await;
        assert_eq!(gbk.status.as_u16(), 303, "{}", gbk.text());
        clerk.get(&gbk.location()).await.expect(200).shows("2026年工作要点").shows("公开预算");
        let word = docx(PLAN);
        let from_word = clerk.upload("/plans/new", &fields, &[("file", "要点.docx", &word)]).await;
        assert_eq!(from_word.status.as_u16(), 303, "{}", from_word.text());
        clerk.get(&from_word.location()).await.expect(200).shows("青禾府办发〔2026〕3号").shows("解读重要政策").shows("原文第 4 行");
        // The same words, pasted: the first is offered, what was pasted stays.
        let pasted = [("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", PLAN)];
        let same = clerk.upload("/plans/new", &pasted, &[]).await.expect(422).shows("同一文本已经导入过").shows("仍然再导入一份");
        assert!(same.text().contains(&id_of(&from_word.location())) && same.text().contains("回应社会关切"));
        let again = [("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", PLAN), ("again", "true")];
        assert_eq!(clerk.upload("/plans/new", &again, &[]).await.status.as_u16(), 303);
    }

    async fn broken_files_are_met_with_words(app) {
        let mut clerk = app.clerk().await;
        let fields = [("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", "已经粘贴的内容")];
        let whole = docx(PLAN);
        let picture = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R'];
        let bomb = bomb();
        for (name, bytes) in
            [("截断.docx", &whole[..whole.len() / 2]), ("图片.docx", &picture[..]), ("炸弹.docx", &bomb[..]), ("空.txt", &[][..])]
        {
            let reply = clerk.upload("/plans/new", &fields, &[("file", name, bytes)]).await.expect(422);
            reply.shows("有问题需要更正").shows("已经粘贴的内容").shows("请");
        }
        let bad = [("kind", ""), ("year", "二六"), ("title", ""), ("text", "")];
        clerk.upload("/plans/new", &bad, &[]).await.expect(422).shows("请选择类型").shows("请填写四位年份").shows("请选择文件");
        let plain = [("kind", "work_points"), ("year", "2026"), ("title", "没有编号的要点"), ("text", "只有一段话，没有编号。")];
        let reply = clerk.upload("/plans/new", &plain, &[]).await.expect(303);
        clerk.get(&reply.location()).await.expect(200).shows("没有识别出条目");
        clerk.get(&format!("/plans/{}/confirm", id_of(&reply.location()))).await.expect(200).shows("还不能下达");
        assert_eq!(count(app, "SELECT COUNT(*) FROM plan WHERE title <> $1", "没有编号的要点").await, 0, "nothing else was stored");
    }

    async fn duties_are_split_merged_and_everything_is_undone(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        let closed = clerk.get(&path).await.expect(200).text();
        let clause = clauses(&closed)[0].clone();
        let open = format!("{path}?open={clause}");
        let before = clerk.get(&open).await.expect(200);
        let first = duties(&before.text())[0].clone();
        let edit = format!("{path}/duties/{first}");
        let version = before.field("version");
        let split = [("version", version.as_str()), ("op", "split"), ("text", "6月30日前\n公开解读方案。"), ("due_on", "2026-06-30"), ("visibility", "public")];
        clerk.post(&edit, &split).await.expect(303);
        let page = clerk.get(&open).await.expect(200).shows("拆分为 2 项").text();
        assert_eq!(duties(&page).len(), duties(&before.text()).len() + 1);
        let merged = [("version", after(&page, "name=\"version\" value=\"")), ("op", "merge")];
        clerk.post(&edit, &merged).await.expect(303);
        let page = clerk.get(&open).await.expect(200).text();
        assert_eq!(duties(&page).len(), duties(&before.text()).len());
        // What does not fit is said at the field, and what was typed stays.
        let wrong = [("version", after(&page, "name=\"version\" value=\"")), ("op", "save"), ("text", "改写后的任务"), ("due_on", "尽快"), ("visibility", "public")];
        clerk.post(&edit, &wrong).await.expect(422).shows("请填写日期").shows("改写后的任务").shows("尽快");
        // Twice back, then the draft reads as imported.
        for _ in 0..2 {
            let undo = after(&clerk.get(&open).await.text(), &format!("action=\"{path}/undo/")).to_owned();
            clerk.post(&format!("{path}/undo/{undo}"), &[]).await.expect(303);
        }
        assert_eq!(duties(&clerk.get(&open).await.text()), duties(&before.text()));
        clerk.get(&path).await.expect(200).hides("data-command=\"撤销上一步\"");
    }

    /// Typing is kept without a button, does not stand in its own way, and another's change is told, not overwritten.
    async fn what_is_typed_is_saved_by_itself(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        let clause = clauses(&clerk.get(&path).await.expect(200).text())[0].clone();
        let open = format!("{path}?open={clause}");
        let page = clerk.get(&open).await.expect(200);
        let (version, ids) = (page.field("version"), duties(&page.text()));
        let save = |id: &str| format!("{path}/duties/{id}/autosave");
        let fields = |version: &str, text: &str| [("version", version.to_owned()), ("text", text.to_owned()), ("visibility", "public".to_owned())];
        let send = async |clerk: &mut Client, id: &str, typed: &[(&'static str, String); 3]| {
            let typed: Vec<_> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
            clerk.post(&save(id), &typed).await
        };
        let saved = send(&mut clerk, &ids[0], &fields(&version, "公开年度解读方案。")).await.expect(200).json();
        let next = saved["version"].as_i64().expect("version").to_string();
        assert!(saved["undo"]["label"].as_str().is_some_and(|label| label.starts_with("撤销：修改")), "{saved}");
        // The other form of the same page goes on with the version that came back.
        send(&mut clerk, &ids[1], &fields(&next, "每季度公布一次。")).await.expect(200);
        // Without a change there is no new step.
        let steps = count(app, "SELECT COUNT(*) FROM plan_step WHERE plan = $1", &plan).await;
        assert_eq!(steps, 2);
        // A half-typed split waits for its button; an old version is a conflict, in JSON.
        send(&mut clerk, &ids[0], &fields(&next, "公开‖解读")).await.expect(422).shows("拆分");
        send(&mut clerk, &ids[0], &fields(&version, "旧的页面")).await.expect(409).shows("刚改过这一条").shows("?open=");
        clerk.get(&open).await.expect(200).shows("公开年度解读方案。").shows("每季度公布一次。").hides("旧的页面");
    }

    async fn owners_are_added_by_what_the_text_names_and_by_collective_names(app) {
        let mut clerk = app.clerk().await;
        let text = "2026年青禾县政务公开工作要点\n一、公开\n（一）做好公开。县财政局公开预算，各乡镇公开村级收支。\n";
        let plan = draft(&mut clerk, text).await;
        let path = format!("/plans/{plan}/draft");
        let clause = clauses(&clerk.get(&path).await.expect(200).text())[0].clone();
        let open = format!("{path}?open={clause}");
        let page = clerk.get(&open).await.expect(200).shows("条文里提到").shows("aria-label=\"增加责任单位 县财政局\"");
        let add = format!("{path}/clauses/{clause}");
        let group = [("version", page.field("version")), ("op", "owner".into()), ("organ", "group:各乡镇（中心）".into()), ("role", "support".into())];
        let group: Vec<_> = group.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post(&add, &group).await.expect(303);
        let page = clerk.get(&open).await.expect(200).shows("2 个机关");
        let version = page.field("version");
        clerk.post(&add, &[("version", &version), ("op", "owner"), ("organ", "QH010")]).await.expect(303);
        clerk.get(&open).await.expect(200).hides("条文里提到").shows("→ 县财政局");
        let version = clerk.get(&open).await.field("version");
        let nobody = [("version", version.as_str()), ("op", "owner"), ("organ", "group:某些单位")];
        clerk.post(&add, &nobody).await.expect(422).shows("名录里没有这个统称");
    }

    async fn two_clerks_do_not_overwrite_each_other(app) {
        let mut clerk = app.clerk().await;
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/draft");
        let both = clauses(&clerk.get(&path).await.text());
        let open = format!("{path}?open={}", both[0]);
        let page = clerk.get(&open).await.expect(200);
        let version = page.field("version");
        let duty = duties(&page.text())[0].clone();
        let save = |text: &'static str| [("op", "save"), ("text", text), ("due_on", ""), ("cadence", ""), ("visibility", "public")];
        let with_version = |fields: [(&'static str, &'static str); 5]| {
            let mut all: Vec<(&str, &str)> = fields.to_vec();
            all.push(("version", version.as_str()));
            all
        };
        other.post(&format!("{path}/duties/{duty}"), &with_version(save("另一位的写法"))).await.expect(303);
        // The same clause: refused with who did what; nothing typed is lost, nothing stored is overwritten.
        let refused = clerk.post(&format!("{path}/duties/{duty}"), &with_version(save("我的写法"))).await.expect(409);
        let refused = refused.shows("clerk-2（测试）").shows("我的写法").shows("刚被别人改过");
        let fresh = refused.field("version");
        assert_ne!(fresh, version);
        clerk.get(&path).await.shows("另一位的写法").hides("我的写法");
        // Another clause: no conflict, though the plan has gone on.
        let elsewhere = clerk.get(&format!("{path}?open={}", both[1])).await.text();
        let second = duties(&elsewhere).into_iter().find(|id| elsewhere.contains(&format!("id=\"text-{id}\""))).expect("a duty");
        clerk.post(&format!("{path}/duties/{second}"), &with_version(save("第二条的写法"))).await.expect(303);
        clerk.get(&path).await.shows("另一位的写法").shows("第二条的写法");
    }

    async fn a_plan_is_issued_once(app) {
        let mut clerk = app.clerk().await;
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        app.account("finance", "QH010", &[Role::Editor]).await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/confirm");
        clear(app, &mut clerk, &plan).await;
        let page = clerk.get(&path).await.expect(200).shows("可以下达");
        let (version, once) = (page.field("version"), page.field("once"));
        let theirs = other.get(&path).await.field("once");
        clerk.post(&path, &[("version", &version), ("once", &once)]).await.expect(303);
        clerk.post(&path, &[("version", &version), ("once", &once)]).await.expect(303);
        other.post(&path, &[("version", &version), ("once", &theirs)]).await.expect(409).shows("没有重复下达");
        // Two duties for two organs, one for one lead and two townships, one for the office.
        assert_eq!(count(app, "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1", &plan).await, 8);
        assert_eq!(count(app, "SELECT COUNT(*) FROM event WHERE kind = 'plan.confirmed' AND subject_id = $1", &plan).await, 1);
        assert_eq!(count(app, "SELECT COUNT(*) FROM event WHERE kind = 'duty.issued' AND $1 <> ''", &plan).await, 4);
        assert_eq!(count(app, "SELECT COUNT(*) FROM job WHERE kind = 'duty.notify' AND $1 <> ''", &plan).await, 1);
        app.work().await;
        clerk.get(&format!("/plans/{plan}")).await.expect(200).shows("执行中").shows("解读重要政策");
        clerk.get(&format!("/plans/{plan}/draft")).await.expect(303);
        let book = clerk.get(&format!("/plans/{plan}/export.xlsx")).await.expect(200);
        assert!(book.bytes.starts_with(b"PK"));
        let mut editor = app.sign_in("finance").await;
        editor.get(&format!("/plans/{plan}")).await.expect(200);
        editor.get(&path).await.expect(403);
        let hidden = draft(&mut clerk, "2026年另一份要点\n一、公开\n（一）公开预算。（县财政局负责）\n").await;
        editor.get(&format!("/plans/{hidden}")).await.expect(404);
        editor.get("/plans").await.expect(200).shows("2026年青禾县政务公开工作要点").hides("另一份要点");
    }

    async fn of_two_who_confirm_at_the_same_moment_one_issues(app) {
        let mut clerk = app.clerk().await;
        let mut other = app.person("clerk-2", "QH001", &[Role::CountyOffice]).await;
        let plan = draft(&mut clerk, PLAN).await;
        let path = format!("/plans/{plan}/confirm");
        clear(app, &mut clerk, &plan).await;
        let (mine, theirs) = (clerk.get(&path).await, other.get(&path).await);
        let (version, first, second) = (mine.field("version"), mine.field("once"), theirs.field("once"));
        let (first, second) = ([("version", version.as_str()), ("once", &first)], [("version", version.as_str()), ("once", &second)]);
        let (a, b) = tokio::join!(clerk.post(&path, &first), other.post(&path, &second));
        let mut answers = [a.status.as_u16(), b.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [303, 409]);
        assert_eq!(count(app, "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1", &plan).await, 8);
        assert_eq!(count(app, "SELECT COUNT(*) FROM event WHERE kind = 'plan.confirmed' AND subject_id = $1", &plan).await, 1);
    }

    async fn a_name_is_matched_once_for_the_whole_plan(app) {
        let mut clerk = app.clerk().await;
        let text = "2026年要点\n一、公开\n（一）公开预算。6月底前公开。（县粮食局负责）\n（二）公开决算。9月底前公开。（县粮食局牵头，县财政局配合）\n";
        let plan = draft(&mut clerk, text).await;
        let path = format!("/plans/{plan}/draft");
        let page = clerk.get(&path).await.expect(200).shows("2 处").shows("没有对应机关的名称（1）");
        let owner = after(&page.text(), "id=\"name-").to_owned();
        let fields = [("version", page.field("version")), ("op", "choose".into()), ("organ", "QH011".into()), ("back", "names".into())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post(&format!("{path}/owners/{owner}"), &fields).await.expect(303);
        let page = clerk.get(&path).await.expect(200).shows("共 2 处").hides("没有对应机关的名称");
        let undo = after(&page.text(), &format!("action=\"{path}/undo/")).to_owned();
        clerk.post(&format!("{path}/undo/{undo}"), &[]).await.expect(303);
        clerk.get(&path).await.expect(200).shows("没有对应机关的名称（1）");
    }

    async fn an_unknown_or_abolished_owner_blocks_until_a_person_decides(app) {
        let mut clerk = app.clerk().await;
        let sql = "UPDATE organ SET exists_to = '2025-12-31', successor = 'QH010' WHERE code = $1";
        let mut tx = app.ctx().db().write().await.expect("write");
        store::query(sql).bind("QH011").execute(tx.conn()).await.expect("abolish");
        tx.touch(&kernel::id::SubjectRef::new("organ", "QH011"));
        tx.commit().await.expect("commit");
        identity::load_directory(app.ctx()).await.expect("directory");
        let text = "2026年要点\n一、公开\n（一）公开预算。6月底前公开。（县粮食局牵头，县民政局配合）\n";
        let plan = draft(&mut clerk, text).await;
        let path = format!("/plans/{plan}/draft");
        let confirm_page = clerk.get(&format!("/plans/{plan}/confirm")).await.expect(200);
        confirm_page.shows("还不能下达").shows("县粮食局").shows("县民政局");
        let clause = clauses(&clerk.get(&path).await.text())[0].clone();
        let open = format!("{path}?open={clause}");
        let page = clerk.get(&open).await.expect(200).shows("没有对应的机关").shows("改由县财政局承接");
        let owners: Vec<String> = page.text().split("id=\"o-").skip(1).map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect();
        let version = page.field("version");
        clerk.post(&format!("{path}/owners/{}", owners[1]), &[("version", &version), ("op", "successor")]).await.expect(303);
        let page = clerk.get(&open).await;
        let version = page.field("version");
        let refused = [("version", version.as_str()), ("op", "choose"), ("organ", "QH011")];
        clerk.post(&format!("{path}/owners/{}", owners[0]), &refused).await.expect(422).shows("已撤销");
        let chosen = [("version", version.as_str()), ("op", "choose"), ("organ", "QH001")];
        clerk.post(&format!("{path}/owners/{}", owners[0]), &chosen).await.expect(303);
        confirm(app, &mut clerk, &plan).await.expect(303);
        assert_eq!(count(app, "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1 AND a.organ = 'QH010' AND a.role = 'support'", &plan).await, 1);
    }

    async fn an_amendment_keeps_identity_and_history(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &plan).await.expect(303);
        let kept = |sql: &'static str| store::query_scalar::<String>(sql).bind(plan.clone());
        let monthly = "SELECT id FROM duty WHERE source_id = $1 AND cadence = 'monthly'";
        let site: String = kept(monthly).fetch_one(app.ctx().db().read()).await.expect("duty");
        let amended = "2026年青禾县政务公开工作要点\n一、加强政策解读\n\
            （一）解读重要政策。7月31日前公开全县解读方案。每季度公布一次解读清单。（县财政局牵头落实）\n\
            二、夯实基础\n（一）增加培训。11月底前举办业务培训。（县政府办公室负责）\n（二）办好网站。每月检查一次网站栏目。（县政府办公室负责）\n";
        let begun = clerk.upload(&format!("/plans/{plan}/amend"), &[("text", amended)], &[]).await.expect(303);
        let path = begun.location();
        let page = clerk.get(&path).await.expect(200);
        let page = page.shows("<ins>7月31</ins>日前公开<ins>全县</ins>解读方案").shows("建立回应台账").shows("新增").shows("终止的任务（1）");
        let (version, once) = (page.field("version"), page.field("once"));
        let empty = [("version", version.as_str()), ("once", once.as_str()), ("op", "confirm"), ("reason", "")];
        clerk.post(&path, &empty).await.expect(422).shows("请填写调整原因");
        let page = clear_amendment(app, &mut clerk, &path, &[("reason", "县政府常务会议调整")]).await;
        let (version, once) = (page.field("version"), page.field("once"));
        let full = [("version", version.as_str()), ("once", once.as_str()), ("op", "confirm"), ("reason", "县政府常务会议调整")];
        clerk.post(&path, &full).await.expect(303);
        clerk.get(&format!("/plans/{plan}")).await.expect(200).shows("县政府常务会议调整").shows("增加培训");
        let after: String = kept(monthly).fetch_one(app.ctx().db().read()).await.expect("duty");
        assert_eq!(after, site, "what stays keeps its id although its number moved");
        let ended = "SELECT COUNT(*) FROM duty WHERE source_id = $1 AND ended_reason = '县政府常务会议调整'";
        assert_eq!(count(app, ended, &plan).await, 1);
        assert_eq!(count(app, "SELECT COUNT(*) FROM duty WHERE source_id = $1 AND due_on = '2026-07-31'", &plan).await, 1);
        // 民政局 no longer shares the first clause; its shares end with a reason, the rows stay.
        let left = "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1 AND a.organ = 'QH011' AND a.ended_reason = '调整后不再承担'";
        assert_eq!(count(app, left, &plan).await, 2);
        assert_eq!(count(app, "SELECT COUNT(*) FROM event WHERE kind = 'plan.amended' AND subject_id = $1", &plan).await, 1);
        app.work().await;
    }

    async fn findings_come_in_as_rows_with_their_fields(app) {
        let mut clerk = app.clerk().await;
        let fields = [("kind", "audit_finding"), ("year", "2026"), ("title", "2026年审计发现问题清单"), ("text", "")];
        let wrong = "序号,发现的问题,整改措施,责任单位,完成时限\n1,预算公开不及时,按期公开,,2026-06-30\n2,,,县民政局,看情况\n";
        let refused = clerk.upload("/plans/new", &fields, &[("file", "清单.csv", wrong.as_bytes())]).await.expect(422);
        refused.shows("表格有 3 处需要更正").shows("看不懂“看情况”").shows("没有保存任何一行");
        let right = "序号,发现的问题,整改措施,责任单位,完成时限\n1,预算公开不及时,按期公开,县财政局,2026-06-30\n2,台账不全,补齐台账,县民政局、各乡镇,每季度\n";
        let taken = clerk.upload("/plans/new", &fields, &[("file", "清单.csv", right.as_bytes())]).await.expect(303);
        let plan = id_of(&taken.location());
        let page = clerk.get(&taken.location()).await.expect(200).shows("审计发现问题").shows("内部");
        let open = clauses(&page.text())[0].clone();
        clerk.get(&format!("/plans/{plan}/draft?open={open}")).await.shows("预算公开不及时").shows("问责情况");
        confirm(app, &mut clerk, &plan).await.expect(303);
        assert_eq!(count(app, "SELECT COUNT(*) FROM duty_share a JOIN duty d ON d.id = a.duty WHERE d.source_id = $1", &plan).await, 4);
        let mut visitor = app.visitor();
        visitor.get(&format!("/plans/{plan}")).await.expect(404);
    }

    /// Others than the county office see of a plan what is public and what their organ has a share of.
    async fn internal_duties_of_others_are_in_no_export(app) {
        let mut clerk = app.clerk().await;
        let fields = [("kind", "audit_finding"), ("year", "2026"), ("title", "2026年审计发现问题清单"), ("text", "")];
        let table = "序号,发现的问题,整改措施,问责情况,责任单位,完成时限\n1,预算公开不及时,按期公开,约谈密语一人,县财政局,2026-06-30\n\
            2,台账不全,补齐台账,通报密语二人,县民政局,2026-06-30\n";
        let taken = clerk.upload("/plans/new", &fields, &[("file", "清单.csv", table.as_bytes())]).await.expect(303);
        let plan = id_of(&taken.location());
        confirm(app, &mut clerk, &plan).await.expect(303);
        let path = format!("/plans/{plan}");
        let export = format!("{path}/export.xlsx");
        let all = words(&clerk.get(&export).await.expect(200).bytes);
        for word in ["预算公开不及时", "台账不全", "约谈密语一人", "问责情况"] {
            assert!(all.contains(word), "{word}");
        }
        clerk.get(&path).await.expect(200).shows("台账不全");
        let mut editor = app.editor("QH010").await;
        let own = words(&editor.get(&export).await.expect(200).bytes);
        assert!(own.contains("预算公开不及时"));
        for word in ["台账不全", "补齐台账", "密语", "问责情况", "县民政局"] {
            assert!(!own.contains(word), "{word}");
        }
        editor.get(&path).await.expect(200).shows("预算公开不及时").hides("台账不全").hides("密语").shows("1 项");
        // An organ without a share gets an empty book, not a hint.
        let mut other = app.editor("QH101").await;
        let none = words(&other.get(&export).await.expect(200).bytes);
        assert!(!none.contains("预算公开不及时") && !none.contains("台账不全"));
        other.get(&path).await.expect(200).hides("预算公开不及时").hides("台账不全");
    }

    async fn personal_numbers_stop_a_plan_before_the_public_sees_them(app) {
        let mut clerk = app.clerk().await;
        let text = PLAN.replace("9月底前建立回应台账。", "9月底前建立回应台账，联系人 13800138000。");
        let plan = draft(&mut clerk, &text).await;
        let path = format!("/plans/{plan}/confirm");
        let page = clerk.get(&path).await.expect(200);
        let page = page.shows("还不能下达").shows("公开内容含有个人信息").shows("138****8000").hides("13800138000");
        let (version, once) = (page.field("version"), page.field("once"));
        let refused = clerk.post(&path, &[("version", &version), ("once", &once)]).await.expect(409);
        refused.shows("138****8000").shows("一（二）");
        app.visitor().get(&format!("/plans/{plan}")).await.expect(404);
        // Neither comes it in by an amendment.
        let plan = draft(&mut clerk, PLAN).await;
        confirm(app, &mut clerk, &plan).await.expect(303);
        let begun = clerk.upload(&format!("/plans/{plan}/amend"), &[("text", text.as_str())], &[]).await.expect(303);
        let page = clerk.get(&begun.location()).await.expect(200);
        let (version, once) = (page.field("version"), page.field("once"));
        let fields = [("version", version.as_str()), ("once", once.as_str()), ("op", "confirm"), ("reason", "县政府常务会议调整")];
        clerk.post(&begun.location(), &fields).await.expect(409).shows("调整没有执行").shows("138****8000");
        assert_eq!(count(app, "SELECT COUNT(*) FROM event WHERE kind = 'plan.amended' AND subject_id = $1", &plan).await, 0);
        app.visitor().get(&format!("/plans/{plan}/text")).await.expect(200).hides("13800138000");
    }

    async fn a_plan_comes_in_once_and_replaces_nothing_but_a_draft(app) {
        let mut clerk = app.clerk().await;
        let plan = draft(&mut clerk, PLAN).await;
        let once = clerk.get("/plans/new").await.expect(200).field("once");
        assert!(!once.is_empty());
        let again = [("kind", "work_points"), ("year", "2026"), ("title", ""), ("text", PLAN), ("again", "true"), ("once", once.as_str())];
        let first = clerk.upload("/plans/new", &again, &[]).await.expect(303).location();
        let second = clerk.upload("/plans/new", &again, &[]).await.expect(303).location();
        assert_eq!(first, second);
        let plans = "SELECT COUNT(*) FROM plan WHERE $1 <> ''";
        assert_eq!(count(app, plans, "x").await, 2);
        confirm(app, &mut clerk, &plan).await.expect(303);
        for replaced in [plan.as_str(), "nothing"] {
            let fields = [("kind", "work_points"), ("year", "2026"), ("title", "另一份"), ("text", "一、公开\n（一）公开预算。（县财政局负责）\n"), ("replaces", replaced)];
            clerk.upload("/plans/new", &fields, &[]).await.expect(409).shows("没有导入");
        }
        assert_eq!(count(app, plans, "x").await, 2);
        assert_eq!(count(app, "SELECT COUNT(*) FROM event WHERE kind = 'plan.discarded' AND $1 <> ''", "x").await, 0);
        assert_eq!(count(app, "SELECT COUNT(*) FROM plan WHERE state = 'confirmed' AND id = $1", &plan).await, 1);
    }
}
