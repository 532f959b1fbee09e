//! Stories of cases: a reader reports a mistake, the organ answers, and who it was stands where only the case's key opens it.

use jiff::SignedDuration;
use kernel::Role;
use testkit::{Client, Reply, TestApp, both};

/// Words that nobody else writes.
const CANARY: &str = "金丝雀读者九五二七";
const PHONE: &str = "13800952700";
const EMAIL: &str = "canary952700@example.invalid";

/// Fills in a report and leads to its check; the address of that.
async fn filled(reader: &mut Client, what: &str) -> String {
    let fields =
        [("page", "停水通知"), ("what", what), ("right", ""), ("called", CANARY), ("phone", PHONE), ("email", EMAIL)];
    let to = reader.upload("/mistakes", &fields, &[]).await.expect(303).location();
    assert!(to.ends_with("/check"), "{to}");
    to
}

/// Sends what was checked; the address of the receipt.
async fn sent(reader: &mut Client, check: &str) -> String {
    let version = reader.get(check).await.expect(200).field("version");
    let send = check.replace("/check", "/send");
    reader.post(&send, &[("version", version.as_str())]).await.expect(303).location()
}

/// A report that was sent: address of the receipt, and the id of its case.
async fn reported(app: &TestApp, what: &str) -> (String, String) {
    let mut reader = app.visitor();
    let check = filled(&mut reader, what).await;
    let receipt = sent(&mut reader, &check).await;
    (receipt, newest(app).await)
}

async fn newest(app: &TestApp) -> String {
    store::query_scalar("SELECT id FROM case_entry ORDER BY id DESC LIMIT 1")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("a case")
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("a number")
}

/// The code that stands on a receipt.
fn code(receipt: &Reply) -> String {
    let text = receipt.text();
    let rest = text.split("<strong class=\"code\">").nth(1).expect("a code");
    rest.split('<').next().expect("its end").to_owned()
}

/// Takes a step of a case as somebody of the office.
async fn step(client: &mut Client, id: &str, name: &str, fields: &[(&str, &str)]) -> Reply {
    let page = client.get(&format!("/cases/{id}/steps/{name}")).await;
    if page.status != 200 {
        return page;
    }
    let (once, version) = (page.field("once"), page.field("version"));
    let mut all = vec![("once", once.as_str()), ("version", version.as_str())];
    all.extend(fields);
    client.post(&format!("/cases/{id}/steps/{name}"), &all).await
}

/// A workbook whose second sheet nobody sees who opens it.
fn with_a_hidden_sheet() -> Vec<u8> {
    use std::io::Write;
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let tie = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
    };
    let ties = |all: &str| format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">{all}</Relationships>");
    let sheet = |text: &str| {
        let cell = format!("<c r=\"A1\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData><row r=\"1\">{cell}</row></sheetData></worksheet>")
    };
    let types = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
    );
    let book = format!(
        "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"a\"/>\
         <sheet name=\"内部\" sheetId=\"2\" state=\"hidden\" r:id=\"b\"/></sheets></workbook>"
    );
    let inner =
        [tie("a", "worksheet", "worksheets/sheet1.xml"), tie("b", "worksheet", "worksheets/sheet2.xml")].concat();
    let entries = [
        ("[Content_Types].xml", types),
        ("_rels/.rels", ties(&tie("a", "officeDocument", "xl/workbook.xml"))),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", ties(&inner)),
        ("xl/worksheets/sheet1.xml", sheet("电话13800138000，其余内容")),
        ("xl/worksheets/sheet2.xml", sheet("因病致贫")),
    ];
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in entries {
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
        out.write_all(text.as_bytes()).expect("its bytes");
    }
    out.finish().expect("a package").into_inner()
}

both! {
    async fn one_form_sent_fifty_times_is_one_case(app) {
        let mut reader = app.visitor();
        reader.get("/mistakes").await.expect(200).shows("3 个工作日");
        let check = filled(&mut reader, "第二段的日期写成了去年。").await;
        let version = reader.get(&check).await.expect(200).shows("停水通知").field("version");
        let send = check.replace("/check", "/send");
        let sends = (0..50).map(|_| {
            let (mut other, send, version) = (app.visitor(), send.clone(), version.clone());
            async move { other.post(&send, &[("version", version.as_str())]).await }
        });
        let answers = futures::future::join_all(sends).await;
        let receipt = answers[0].location();
        for answer in &answers {
            assert_eq!((answer.status.as_u16(), answer.location()), (303, receipt.clone()), "{}", answer.text());
        }
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_entry").await, 1);
        assert_eq!(number(app, "SELECT COUNT(*) FROM event WHERE kind = 'case.registered'").await, 1);
        reader.get(&receipt).await.expect(200).shows("回执编号").shows("2026-03-05");
    }

    async fn the_person_follows_by_code_and_nobody_learns_which_codes_there_are(app) {
        let (receipt, _) = reported(app, "链接打不开。").await;
        let mut reader = app.visitor();
        let code = code(&reader.get(&receipt).await.expect(200));
        let to = reader.post("/cases/track", &[("code", &code)]).await.expect(303).location();
        reader.get(&to).await.expect(200).shows("待答复").shows("链接打不开。").shows("逐日计算").shows("2026-03-05");
        // Another code of the same form, a code that is none, nothing: one answer.
        let unknown = code.chars().rev().collect::<String>();
        let first = reader.post("/cases/track", &[("code", &unknown)]).await.expect(422).shows("没有查到");
        let second = reader.post("/cases/track", &[("code", "x")]).await.expect(422).shows("没有查到");
        assert_eq!(first.text().replace(&unknown, ""), second.text().replace("value=\"x\"", "value=\"\""));
        let mut limited = 0;
        for _ in 0..30 {
            let reply = reader.post("/cases/track", &[("code", &unknown)]).await;
            assert!([422, 429].contains(&reply.status.as_u16()), "{}", reply.text());
            limited += i32::from(reply.status == 429);
        }
        assert!(limited > 5, "codes can be tried without end");
    }

    async fn two_officers_do_not_both_answer(app) {
        let (_, id) = reported(app, "电话号码少了一位。").await;
        let mut clerk = app.clerk().await;
        let mut editor = app.person("editor-office", "QH001", &[Role::Editor]).await;
        clerk.get("/cases").await.expect(200).shows("电话号码少了一位。").hides(CANARY);
        clerk.get("/").await.expect(200).shows("找错〔2026〕1号").hides(CANARY);
        let page = editor.get(&format!("/cases/{id}/steps/reply")).await.expect(200).shows("电话号码少了一位。");
        let (once, version) = (page.field("once"), page.field("version"));
        let answer = [("result", "corrected"), ("answer", "已经更正。")];
        step(&mut clerk, &id, "reply", &answer).await.expect(303);
        let late = [("once", once.as_str()), ("version", version.as_str()), ("result", "right"), ("answer", "号码是对的。")];
        editor.post(&format!("/cases/{id}/steps/reply"), &late).await.expect(409).shows("号码是对的。");
        assert_eq!(number(app, "SELECT COUNT(*) FROM event WHERE kind = 'case.stepped'").await, 1);
        clerk.get(&format!("/cases/{id}")).await.expect(200).shows("已更正");
        clerk.get("/cases").await.expect(200).hides("电话号码少了一位。");
        clerk.get("/cases?phase=ended").await.expect(200).shows("电话号码少了一位。");
        // Another organ sees nothing of it.
        let mut other = app.editor("QH011").await;
        other.get(&format!("/cases/{id}")).await.expect(403);
        other.get("/cases?phase=all").await.expect(200).hides("电话号码少了一位。");
    }

    async fn who_it_is_is_seen_for_a_reason_and_one_row_tells_of_it(app) {
        let (_, id) = reported(app, "职务写错了。").await;
        let mut clerk = app.clerk().await;
        let page = clerk.get(&format!("/cases/{id}")).await.expect(200).shows("138****2700").hides(PHONE).hides(CANARY).hides(EMAIL);
        let text = page.text();
        let at = text.split(&format!("/cases/{id}/parties/")).nth(1).and_then(|rest| rest.split('"').next()).expect("a party");
        let address = format!("/cases/{id}/parties/{at}");
        let once = clerk.get(&address).await.expect(200).hides(PHONE).field("once");
        clerk.post(&address, &[("once", once.as_str()), ("reason", "")]).await.expect(422).shows("理由").hides(PHONE);
        let sent = [("once", once.as_str()), ("reason", "电话核实是哪一页")];
        clerk.post(&address, &sent).await.expect(200).shows(PHONE).shows(CANARY).shows(EMAIL);
        // Pressed again it is no second look.
        clerk.post(&address, &sent).await.expect(303);
        assert_eq!(number(app, "SELECT COUNT(*) FROM event WHERE kind = 'case.unmasked'").await, 1);
        app.editor("QH011").await.post(&address, &[("reason", "想看看")]).await.expect(403);
        assert_eq!(number(app, "SELECT COUNT(*) FROM event WHERE kind = 'case.unmasked'").await, 1);
    }

    async fn the_reader_is_asked_supplements_and_gets_a_letter_that_two_have_made(app) {
        let (receipt, id) = reported(app, "图是空的。").await;
        let mut reader = app.visitor();
        let follow = receipt.replace("/mistakes/r/", "/cases/c/");
        let mut clerk = app.clerk().await;
        step(&mut clerk, &id, "ask", &[("question", "请说明是哪张图。")]).await.expect(303);
        clerk.get(&format!("/cases/{id}")).await.expect(200).shows("重新计算").hides("逐日计算");
        let page = reader.get(&follow).await.expect(200).shows("请说明是哪张图。").shows("补充");
        app.pass(SignedDuration::from_hours(24 * 7));
        let more = [("once", page.field("once")), ("version", page.field("version")), ("more", "第一张。".to_owned())];
        let more: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        reader.post(&format!("{follow}/steps/supplement"), &more).await.expect(303);
        let led = "SELECT COUNT(*) FROM submission WHERE location LIKE '%/cases/c/%'";
        assert_eq!(number(app, led).await, 0, "the private link lies in the database");
        // Three working days from the day of the supplement, 2026-03-09.
        reader.get(&follow).await.expect(200).shows("2026-03-12").shows("您已补充");
        let (mut clerk, mut head) = (app.clerk().await, app.person("head-office", "QH001", &[Role::OrganHead]).await);
        let new = format!("/cases/{id}/letters/new/reply");
        let once = clerk.get(&new).await.expect(200).field("once");
        let letter = [("once", once.as_str()), ("addressee", "读者"), ("title", "关于图片的答复"), ("text", "图已补上。")];
        clerk.post(&new, &letter).await.expect(303);
        let at: String = store::query_scalar("SELECT id FROM case_letter").fetch_one(app.ctx().db().read()).await.expect("a letter");
        let page = format!("/cases/{id}/letters/{at}");
        let version = clerk.get(&page).await.expect(200).field("version");
        clerk.post(&format!("{page}/sign"), &[("version", &version)]).await.expect(409).shows("另一个人签发");
        reader.get(&follow).await.expect(200).hides("图已补上。");
        head.post(&format!("{page}/sign"), &[("version", &version)]).await.expect(303);
        clerk.get(&page).await.expect(200).shows("网站找错答复〔2026〕1号");
        clerk.post(&format!("{page}/deliver"), &[("way", "online")]).await.expect(303);
        reader.get(&follow).await.expect(200).shows("图已补上。").shows("网站找错答复〔2026〕1号").shows("已答复");
        // A reply after the end.
        step(&mut clerk, &id, "reply", &[("result", "right"), ("answer", "晚了")]).await.expect(409);
    }

    async fn another_organ_takes_over_and_the_clock_runs_on(app) {
        let (receipt, id) = reported(app, "栏目里的负责人已经调走。").await;
        let follow = receipt.replace("/mistakes/r/", "/cases/c/");
        let (mut clerk, mut editor) = (app.clerk().await, app.editor("QH010").await);
        editor.get(&format!("/cases/{id}")).await.expect(403);
        let form = |organ: &'static str| [("organ", organ), ("reason", "栏目由财政局维护")];
        clerk.post(&format!("/cases/{id}/transfer"), &form("QH999")).await.expect(422).shows("栏目由财政局维护");
        clerk.post(&format!("/cases/{id}/transfer"), &form("QH010")).await.expect(303);
        editor.get(&format!("/cases/{id}")).await.expect(200).shows("栏目由财政局维护").shows("2026-03-05");
        app.visitor().get(&follow).await.expect(200).shows("转由其他机关办理").shows("县财政局").hides("栏目由财政局维护");
        clerk.post(&format!("/cases/{id}/oversee"), &[("words", "请今天内答复")]).await.expect(303);
        editor.get(&format!("/cases/{id}")).await.expect(200).shows("请今天内答复");
        app.visitor().get(&follow).await.expect(200).hides("请今天内答复");
        editor.post(&format!("/cases/{id}/oversee"), &[("words", "不归我管")]).await.expect(403);
        editor.get("/").await.expect(200).shows("栏目里的负责人已经调走。");
    }

    async fn what_comes_by_telephone_stands_in_the_same_register(app) {
        let mut editor = app.editor("QH010").await;
        let once = editor.get("/cases/new/mistake").await.expect(200).field("once");
        let form = |on: &'static str| {
            [("channel", "phone"), ("received_on", on), ("what", "公开表的年份不对。"), ("page", "预算公开"), ("phone", PHONE)]
        };
        let sent = |on: &'static str, once: &str| {
            let mut all: Vec<(&str, String)> = form(on).iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            all.push(("once", once.to_owned()));
            all
        };
        let wrong = sent("2026-03-09", &once);
        let wrong: Vec<_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
        editor.post("/cases/new/mistake", &wrong).await.expect(422).shows("不能晚于今天").shows("公开表的年份不对。");
        // A Sunday; the days are counted from the Monday after.
        let right = sent("2026-03-01", &once);
        let right: Vec<_> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = editor.post("/cases/new/mistake", &right).await.expect(200).shows("找错〔2026〕1号").shows("2026-03-04");
        let mut reader = app.visitor();
        let to = reader.post("/cases/track", &[("code", &code(&page))]).await.expect(303).location();
        reader.get(&to).await.expect(200).shows("公开表的年份不对。");
        // Sent again it is the same case.
        editor.post("/cases/new/mistake", &right).await.expect(303);
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_entry").await, 1);
        editor.get("/cases?q=1").await.expect(200).shows("公开表的年份不对。");
        editor.get("/cases/export.xlsx?phase=all").await.expect(200);
    }

    async fn what_is_published_names_nobody(app) {
        let (_, id) = reported(app, "落款的机关改名了。").await;
        let mut clerk = app.clerk().await;
        let address = format!("/cases/{id}/publish");
        let form = |answer: &'static str| [("question", "落款的机关是不是改名了？"), ("answer", answer)];
        let mut head = app.person("head-office", "QH001", &[Role::OrganHead]).await;
        let pass = format!("{address}/pass");
        clerk.post(&address, &form("是，已更正。")).await.expect(409).shows("办结以后");
        step(&mut clerk, &id, "reply", &[("result", "corrected"), ("answer", "已更正。")]).await.expect(303);
        let named = [("question", CANARY), ("answer", "是，已更正。")];
        clerk.post(&address, &named).await.expect(422).shows("当事人");
        let reached = [("question", "问题"), ("answer", "已致电 13800952700 说明。")];
        clerk.post(&address, &reached).await.expect(422);
        clerk.post(&address, &form("是，已更正。")).await.expect(303);
        // Nobody alone makes it public, and what is passed is what was read.
        app.visitor().get("/mistakes").await.expect(200).hides("落款的机关是不是改名了？");
        clerk.post(&pass, &form("是，已更正。")).await.expect(409).shows("另一个人核对");
        // Nor is it who wrote first when another has changed a word of it.
        let mut third = app.person("third-head", "QH001", &[Role::OrganHead]).await;
        third.post(&address, &form("是，已经更正。")).await.expect(303);
        for who in [&mut clerk, &mut third] {
            who.post(&pass, &form("是，已经更正。")).await.expect(409).shows("没有写过它的另一个人");
        }
        clerk.post(&address, &form("是，已更正。")).await.expect(303);
        head.get("/").await.expect(200).shows("核对并公开答复");
        head.get(&address).await.expect(200).shows("等待核对的内容").shows("是，已更正。");
        head.post(&pass, &form("是，还没有更正。")).await.expect(409).shows("改过");
        head.post(&pass, &form("是，已更正。")).await.expect(303);
        head.post(&pass, &form("是，已更正。")).await.expect(409).shows("还没有人拟定");
        app.visitor().get("/mistakes").await.expect(200).shows("落款的机关是不是改名了？").hides(CANARY).hides("落款的机关改名了。");
        clerk.post(&format!("/cases/{id}/unpublish"), &[("reason", "表述不准确")]).await.expect(303);
        app.visitor().get("/mistakes").await.expect(200).hides("落款的机关是不是改名了？");
    }

    async fn what_is_erased_opens_nowhere_and_still_counts(app) {
        let (receipt, id) = reported(app, CANARY).await;
        let follow = receipt.replace("/mistakes/r/", "/cases/c/");
        let mut clerk = app.clerk().await;
        app.work().await;
        assert_eq!(kept(app).await, Vec::<String>::new(), "words of the person lie open");
        let why = [("reason", "当事人书面要求删除")];
        let mut head = app.person("head-office", "QH001", &[Role::OrganHead]).await;
        head.post(&format!("/cases/{id}/erase"), &why).await.expect(409).shows("还没有办结");
        step(&mut clerk, &id, "reply", &[("result", "right"), ("answer", "核实无误。")]).await.expect(303);
        clerk.post(&format!("/cases/{id}/erase"), &why).await.expect(409).shows("没有经办的人");
        head.post(&format!("/cases/{id}/erase"), &[]).await.expect(422).shows("删除的理由");
        assert_ne!(number(app, "SELECT COUNT(*) FROM job WHERE kind = 'mail.send_sealed'").await, 0, "a mail waits for a server");
        head.post(&format!("/cases/{id}/erase"), &why).await.expect(303);
        assert_eq!(number(app, "SELECT COUNT(*) FROM job WHERE kind = 'mail.send_sealed'").await, 0, "it goes with the person");
        clerk.get(&format!("/cases/{id}")).await.expect(200).shows("已按规定删除").shows("核实无误").hides(CANARY).hides("138****");
        clerk.get("/cases?phase=all").await.expect(200).shows("已按规定删除").hides(CANARY);
        app.visitor().get(&follow).await.expect(404);
        app.visitor().get(&receipt).await.expect(200).shows("内容已按规定删除").hides(CANARY);
        assert_eq!(kept(app).await, Vec::<String>::new());
        let open = "SELECT COUNT(*) FROM case_key k JOIN case_party p ON p.case_id = k.case_id WHERE k.wrapped <> '' OR p.sealed <> ''";
        assert_eq!(number(app, open).await, 0);
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_entry WHERE outcome = 'right'").await, 1);
        head.post(&format!("/cases/{id}/erase"), &why).await.expect(409);
        // Nor in the bytes of database, log and index: what was never written open needs no wiping.
        let mut found = Vec::new();
        raw(&app.data(), &mut found);
        assert_eq!(found, Vec::<std::path::PathBuf>::new());
    }

    async fn no_receipt_is_given_by_a_clock_that_was_set_back(app) {
        let mut reader = app.visitor();
        let check = filled(&mut reader, "表格的合计不对。").await;
        let version = reader.get(&check).await.expect(200).field("version");
        let send = check.replace("/check", "/send");
        // Something happens now.
        app.clerk().await;
        app.pass(SignedDuration::from_secs(-90));
        reader.post(&send, &[("version", &version)]).await.expect(503);
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_entry").await, 0);
        app.pass(SignedDuration::from_secs(90));
        reader.post(&send, &[("version", &version)]).await.expect(303);
        assert_eq!(number(app, "SELECT COUNT(*) FROM case_entry").await, 1);
    }

    async fn a_file_goes_on_without_what_may_not_be_supplied_and_the_letter_on_paper(app) {
        let (_, id) = reported(app, "附件里有别人的电话。").await;
        let (ctx, of) = (app.ctx(), kernel::id::CaseId::from(id.as_str()));
        let bytes = ctx.files().receive_bytes("联系人电话13800138000，其余内容".as_bytes()).await.expect("bytes");
        let mut tx = ctx.db().write().await.expect("write");
        let sealed = ctx.files().keep_sealed(&mut tx, &bytes).await.expect("sealed");
        let kept =
            case::files::Kept { digest: sealed.digest.clone(), print: bytes.digest.clone(), name: "说明.txt".into(), bytes: 47,
                media: "text/plain".into() };
        let how = (case::files::Origin::Office, None);
        let file = case::files::attach(ctx, &mut tx, &kernel::Actor::System, &of, &kept, how).await.expect("attached");
        tx.commit().await.expect("commit");
        let mut clerk = app.clerk().await;
        clerk.get(&format!("/cases/{id}")).await.expect(200).shows("区分处理");
        let address = format!("/cases/{id}/files/{file}/redact");
        let page = clerk.get(&address).await.expect(200).shows("13800138000").shows("其余内容").shows("第十五条");
        let once = page.field("once");
        let nothing = [("once", once.as_str()), ("words", "没有的文字"), ("ground", "15")];
        clerk.post(&address, &nothing).await.expect(422).shows("没有找到第 1 处").shows("没有的文字");
        let right = [("once", once.as_str()), ("words", "138 0013 8000"), ("ground", "15"), ("way", "file")];
        clerk.post(&address, &right).await.expect(303);
        clerk.get(&format!("/cases/{id}")).await.expect(200).shows("说明（区分处理）.txt").shows("已遮盖 1 处");
        let entry = case::entry(ctx.db().read(), &of).await.expect("database").expect("the case");
        let all = case::files::of_case(ctx, ctx.db().read(), &entry).await.expect("files");
        let copy = all.iter().find(|one| one.name.contains("区分处理")).expect("a copy");
        let text = clerk.get(&format!("/cases/{id}/files/{}", copy.id)).await.expect(200).text();
        assert!(text.contains("第十五条不予公开〕，其余内容") && !text.contains("13800138000"), "{text}");
        app.editor("QH011").await.get(&address).await.expect(403);
        // What is left that looks like somebody's is told by its number.
        let once = clerk.get(&address).await.expect(200).field("once");
        let little = [("once", once.as_str()), ("words", "其余内容"), ("ground", "15"), ("way", "file")];
        clerk.post(&address, &little).await.expect(303);
        clerk.get(&format!("/cases/{id}")).await.expect(200).shows("处像个人信息的内容没有遮盖");
        // The letter on paper, before it is signed.
        let letter = [("addressee", CANARY), ("title", "关于网页错误的答复"), ("text", "一、核实情况\n号码是对的。")];
        clerk.post(&format!("/cases/{id}/letters/new/reply"), &letter).await.expect(303);
        let at: String = store::query_scalar("SELECT id FROM case_letter WHERE case_id = $1").bind(&id)
            .fetch_one(ctx.db().read()).await.expect("a letter");
        for ending in ["docx", "pdf"] {
            let paper = clerk.get(&format!("/cases/{id}/letters/{at}/{ending}")).await.expect(200);
            let limits = documents::Limits::default();
            let found = documents_read::extract(&paper.bytes, &format!("a.{ending}"), &limits).expect("opens");
            let text: String = found.text.chars().filter(|c| !c.is_whitespace()).collect();
            for words in ["草稿，尚未签发", "关于网页错误的答复", CANARY, "一、核实情况", "号码是对的。", "年月日"] {
                assert!(text.contains(words), "{words} in {ending}: {text}");
            }
            app.editor("QH011").await.get(&format!("/cases/{id}/letters/{at}/{ending}")).await.expect(403);
        }
    }

    async fn areas_of_a_picture_go_each_with_its_ground(app) {
        let (_, id) = reported(app, "截图里有别人的名字。").await;
        let (ctx, of) = (app.ctx(), kernel::id::CaseId::from(id.as_str()));
        let picture = crate::publishing::pictures::png(40, 30, 200);
        let bytes = ctx.files().receive_bytes(&picture).await.expect("bytes");
        let mut tx = ctx.db().write().await.expect("write");
        let sealed = ctx.files().keep_sealed(&mut tx, &bytes).await.expect("sealed");
        let (digest, size) = (sealed.digest.clone(), picture.len() as u64);
        let print = bytes.digest.clone();
        let kept = case::files::Kept { digest, print, name: "截图.png".into(), bytes: size, media: "image/png".into() };
        let how = (case::files::Origin::Office, None);
        let file = case::files::attach(ctx, &mut tx, &kernel::Actor::System, &of, &kept, how).await.expect("attached");
        tx.commit().await.expect("commit");
        let mut clerk = app.clerk().await;
        let address = format!("/cases/{id}/files/{file}/redact");
        // The picture is shown, and without a script the areas are typed.
        let shown = format!("<img src=\"/cases/{id}/files/{file}\"");
        let page = clerk.get(&address).await.expect(200).shows(&shown).shows("data-cover").shows("要遮盖的区域");
        let once = page.field("once");
        let typed = |areas: &'static str| [("once", once.as_str()), ("areas", areas), ("ground", "15")];
        clerk.post(&address, &typed("10,20,5,30")).await.expect(422).shows("左小于右").shows("10,20,5,30");
        clerk.post(&address, &typed(" ")).await.expect(422).shows("请在图片上画出");
        let right = "10,10,50,50\n60,60,90,90；《统计法》第二十五条";
        clerk.post(&address, &typed(right)).await.expect(303);
        clerk.get(&format!("/cases/{id}")).await.expect(200).shows("已涂黑 2 处").shows("截图（区分处理）.png");
        let entry = case::entry(ctx.db().read(), &of).await.expect("database").expect("the case");
        let all = case::files::of_case(ctx, ctx.db().read(), &entry).await.expect("files");
        let grounds = all.iter().find(|one| one.name.contains("区分处理说明")).expect("a paper of the grounds");
        let paper = clerk.get(&format!("/cases/{id}/files/{}", grounds.id)).await.expect(200);
        let found = documents_read::extract(&paper.bytes, &grounds.name, &documents::Limits::default()).expect("opens");
        let text: String = found.text.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(text.contains("第1处：依据《中华人民共和国政府信息公开条例》第十五条不予公开。"), "{text}");
        assert!(text.contains("第2处：依据《统计法》第二十五条不予公开。"), "{text}");
    }

    async fn a_hidden_sheet_is_read_by_whoever_decides_and_goes_out_with_no_copy(app) {
        let (_, id) = reported(app, "名单里有别人的电话。").await;
        let (ctx, of) = (app.ctx(), kernel::id::CaseId::from(id.as_str()));
        let book = with_a_hidden_sheet();
        let bytes = ctx.files().receive_bytes(&book).await.expect("bytes");
        let mut tx = ctx.db().write().await.expect("write");
        let sealed = ctx.files().keep_sealed(&mut tx, &bytes).await.expect("sealed");
        let media = documents::Format::Xlsx.media_type().to_owned();
        let (digest, size) = (sealed.digest.clone(), book.len() as u64);
        let print = bytes.digest.clone();
        let kept = case::files::Kept { digest, print, name: "名单.xlsx".into(), bytes: size, media };
        let how = (case::files::Origin::Office, None);
        let file = case::files::attach(ctx, &mut tx, &kernel::Actor::System, &of, &kept, how).await.expect("attached");
        tx.commit().await.expect("commit");
        let mut clerk = app.clerk().await;
        let address = format!("/cases/{id}/files/{file}/redact");
        let page = clerk.get(&address).await.expect(200).shows("其余内容").shows("因病致贫").shows("（看不见）");
        let once = page.field("once");
        let way = |way: &'static str| [("once", once.as_str()), ("words", "13800138000"), ("ground", "15"), ("way", way)];
        clerk.post(&address, &way("file")).await.expect(422).shows("看不见的内容").shows("工作表“内部”");
        clerk.post(&address, &way("text")).await.expect(303);
        let entry = case::entry(ctx.db().read(), &of).await.expect("database").expect("the case");
        let all = case::files::of_case(ctx, ctx.db().read(), &entry).await.expect("files");
        let copy = all.iter().find(|one| one.name.contains("区分处理")).expect("a copy of the text");
        assert!(!copy.name.ends_with(".xlsx"), "{}", copy.name);
    }

    async fn a_change_of_the_calendar_moves_the_last_day_of_a_case(app) {
        let (_, id) = reported(app, "日期不对。").await;
        let due = async || -> String {
            let sql = "SELECT due_on FROM case_entry WHERE id = $1";
            store::query_scalar(sql).bind(&id).fetch_one(app.ctx().db().read()).await.expect("a case")
        };
        assert_eq!(due().await, "2026-03-05");
        let mut clerk = app.clerk().await;
        let lines = [("lines", "2026-03-04 放假"), ("year", "2026")];
        let page = clerk.post("/calendar", &lines).await.expect(200).shows("录入以前请核对");
        let page = page.shows("2026-03-05").shows("2026-03-06").shows(&format!("/cases/{id}"));
        assert_eq!(due().await, "2026-03-05", "nothing is changed by looking");
        let seen = page.field("seen");
        clerk.post("/calendar", &[lines[0], lines[1], ("seen", seen.as_str())]).await.expect(303);
        assert_eq!(due().await, "2026-03-06");
    }

    async fn a_lost_code_comes_back_to_the_contact_given_alone(app) {
        let (receipt, id) = reported(app, "地图的比例不对。").await;
        let follow = receipt.replace("/mistakes/r/", "/cases/c/");
        let told: String = store::query_scalar("SELECT number FROM case_entry WHERE id = $1").bind(&id)
            .fetch_one(app.ctx().db().read()).await.expect("a number");
        let mut reader = app.visitor();
        let wrong = reader.post("/cases/lost", &[("number", &told), ("contact", "else@example.invalid")]).await.expect(200);
        app.work().await;
        reader.get(&follow).await.expect(200);
        let right = reader.post("/cases/lost", &[("number", &told), ("contact", EMAIL)]).await.expect(200);
        assert_eq!(wrong.text(), right.text(), "the answer says whether it was right");
        assert_eq!(number(app, "SELECT COUNT(*) FROM job WHERE kind = 'cases.send_code'").await, 1);
        app.work().await;
        // The old link is closed, and what was sent lay in no table open.
        reader.get(&follow).await.expect(404);
        assert_eq!(number(app, "SELECT COUNT(*) FROM event WHERE kind = 'case.code_renewed'").await, 1);
        assert_eq!(kept(app).await, Vec::<String>::new());
        let mut clerk = app.clerk().await;
        let page = clerk.post(&format!("/cases/{id}/code"), &[("way", "按登记的电话回拨")]).await.expect(200);
        let to = reader.post("/cases/track", &[("code", &code(&page))]).await.expect(303).location();
        reader.get(&to).await.expect(200).shows("地图的比例不对。").shows("已补发查询码");
    }
}

/// Files below a folder that hold words of the person, mails that wait included.
fn raw(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            raw(&path, found);
            continue;
        }
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let holds = |words: &str| bytes.windows(words.len()).any(|part| part == words.as_bytes());
        if [CANARY, PHONE, EMAIL].into_iter().any(holds) {
            found.push(path);
        }
    }
}

/// Tables in whose rows words of the person lie open.
async fn kept(app: &TestApp) -> Vec<String> {
    use futures::StreamExt;
    let mut snapshot = app.ctx().db().snapshot().await.expect("a moment");
    let mut found = Vec::new();
    for table in snapshot.tables().await.expect("tables") {
        let mut rows = snapshot.rows(&table).expect("a table");
        while let Some(row) = rows.next().await {
            for (column, value) in row.expect("a row") {
                let store::Value::Text(text) = value else { continue };
                if [CANARY, PHONE, EMAIL].iter().any(|words| text.contains(words)) {
                    found.push(format!("{table}.{column}"));
                }
            }
        }
    }
    snapshot.end().await.expect("read");
    found
}
