//! Stories of the files of a case: what is refused wherever it is handed in, and what may not go out with an answer.

use testkit::{Client, TestApp, both};
use web::mail::{Mail, SEND_SEALED, SealedMail};

use crate::{
    foi::{asked, editor, form},
    publishing::pictures::png,
};

/// A PDF that runs a script when it is opened.
pub(crate) fn with_script() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
        "<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in (1..).zip(objects) {
        places.push(out.len());
        out.push_str(&format!("{at} 0 obj\n{object}\nendobj\n"));
    }
    let table = out.len();
    out.push_str("xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    out.into_bytes()
}

/// Mails to persons that wait to be sent, opened.
pub(crate) async fn waiting(app: &TestApp) -> Vec<Mail> {
    let ctx = app.ctx();
    let payloads: Vec<String> = store::query_scalar("SELECT payload FROM job WHERE kind = $1 ORDER BY created_at, id")
        .bind(SEND_SEALED)
        .fetch_all(ctx.db().read())
        .await
        .expect("jobs");
    let open = |payload: &String| {
        let sealed: SealedMail = serde_json::from_str(payload).expect("a mail");
        sealed.open(ctx.files()).expect("opened")
    };
    payloads.iter().map(open).collect()
}

async fn files_of(app: &TestApp, id: &str) -> Vec<case::files::CaseFile> {
    let (ctx, of) = (app.ctx(), kernel::id::CaseId::from(id));
    let entry = case::entry(ctx.db().read(), &of).await.expect("database").expect("the case");
    case::files::of_case(ctx, ctx.db().read(), &entry).await.expect("files")
}

async fn file_of(app: &TestApp, id: &str, name: &str) -> String {
    let all = files_of(app, id).await;
    let found = all.iter().find(|one| one.name == name);
    found
        .unwrap_or_else(|| panic!("{name} is not among {:?}", all.iter().map(|one| &one.name).collect::<Vec<_>>()))
        .id
        .to_string()
}

async fn uploaded(desk: &mut Client, id: &str, name: &str, bytes: &[u8]) -> testkit::Reply {
    let files = format!("/cases/{id}/files");
    let once = desk.get(&files).await.expect(200).field("once");
    desk.upload(&files, &[("once", once.as_str())], &[("file", name, bytes)]).await
}

/// An answer that gives a part, drafted; its address.
async fn partly(desk: &mut Client, id: &str) -> String {
    let choose = format!("/foi/cases/{id}/reply");
    let once = desk.get(&format!("{choose}?outcome=partly")).await.expect(200).field("once");
    let given = [
        ("once", once.as_str()),
        ("outcome", "partly"),
        ("exemptions", "process"),
        ("kind_process", "请示报告"),
        ("how", "名单的复印件随本答复提供"),
        ("reason", "请示的内容是决定作出以前的内部意见"),
    ];
    desk.post(&choose, &given).await.expect(303).location()
}

both! {
    async fn the_file_of_which_a_copy_was_made_goes_out_with_no_answer_that_withholds(app) {
        let (follow, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        let (scan, name) = (png(200, 100, 200), "名单扫描件.png");
        uploaded(&mut desk, &id, name, &scan).await.expect(303);
        let original = file_of(app, &id, name).await;
        // What the camera wrote into a picture stays with whoever took it.
        let noted = |bytes: &[u8]| bytes.windows(7).any(|part| part == b"Comment");
        let kept = desk.get(&format!("/cases/{id}/files/{original}")).await.expect(200);
        assert!(noted(&scan) && !noted(&kept.bytes), "the notes of the camera are kept");
        let letter = partly(&mut desk, &id).await;
        let put = |file: &str| format!("{letter}/files/{file}");
        // Nobody has said so far that some of it may not be given.
        desk.post(&put(&original), &[("goes", "yes")]).await.expect(303);
        let redact = format!("/cases/{id}/files/{original}/redact");
        let slip = [("areas", "10,20,10.01,20.01"), ("ground", "15")];
        form(&mut desk, &redact, &slip).await.expect(422).shows("第 1 处太小").shows("10,20,10.01,20.01");
        form(&mut desk, &redact, &[("areas", "10,20,30,40"), ("ground", "15")]).await.expect(303);
        let version = head.get(&letter).await.expect(200).field("version");
        let sign = format!("{letter}/sign");
        head.post(&sign, &[("version", &version)]).await.expect(409).shows("做了区分处理的原件");
        desk.post(&put(&original), &[("goes", "no")]).await.expect(303);
        desk.get(&letter).await.expect(200).shows("做了区分处理的原件，不能随这份文书送达").shows(name);
        desk.post(&put(&original), &[("goes", "yes")]).await.expect(409).shows("做了区分处理的原件");
        // Nor does the same file that is given again.
        uploaded(&mut desk, &id, "另存的名单.png", &scan).await.expect(303);
        let again = file_of(app, &id, "另存的名单.png").await;
        desk.post(&put(&again), &[("goes", "yes")]).await.expect(409).shows("做了区分处理的原件");
        // The first copy covers too little: it is put away, and the next one is told from it.
        form(&mut desk, &redact, &[("areas", "10,20,90,90"), ("ground", "15")]).await.expect(303);
        let wrong = file_of(app, &id, "名单扫描件（区分处理）.png").await;
        let right = file_of(app, &id, "名单扫描件（区分处理2）.png").await;
        desk.post(&format!("/cases/{id}/files/{wrong}/away"), &[]).await.expect(303);
        desk.post(&format!("/cases/{id}/files/{wrong}/away"), &[]).await.expect(409).shows("已经收起");
        desk.get(&format!("/cases/{id}")).await.expect(200).shows("已收起，不送达");
        desk.post(&put(&wrong), &[("goes", "yes")]).await.expect(409).shows("已经收起");
        desk.post(&put(&right), &[("goes", "yes")]).await.expect(303);
        let papers: Vec<_> = files_of(app, &id).await.into_iter().filter(|one| one.name.contains("说明2")).collect();
        assert_eq!(papers.len(), 1, "{papers:?}");
        let paper = desk.get(&format!("/cases/{id}/files/{}", papers[0].id)).await.expect(200);
        let read = documents_read::extract(&paper.bytes, &papers[0].name, &documents::Limits::default()).expect("opens");
        let text: String = read.text.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(text.contains("依申请〔2026〕1号") && text.contains("名单扫描件（区分处理2）.png"), "{text}");
        let version = head.get(&letter).await.expect(200).field("version");
        head.post(&sign, &[("version", &version)]).await.expect(303);
        desk.post(&format!("/cases/{id}/files/{right}/away"), &[]).await.expect(409).shows("随文书送达");
        desk.post(&format!("{letter}/deliver"), &[("way", "online"), ("sure", "true")]).await.expect(303);
        app.visitor().get(&follow).await.expect(200).shows("名单扫描件（区分处理2）.png").hides("名单扫描件.png");
    }

    async fn an_answer_that_gives_all_takes_the_file_itself(app) {
        let (_, id) = asked(app).await;
        let (mut desk, mut head) = (editor(app).await, app.clerk().await);
        uploaded(&mut desk, &id, "名单.png", &png(200, 100, 90)).await.expect(303);
        let original = file_of(app, &id, "名单.png").await;
        let redact = format!("/cases/{id}/files/{original}/redact");
        form(&mut desk, &redact, &[("areas", "10,20,90,90"), ("ground", "15")]).await.expect(303);
        let choose = format!("/foi/cases/{id}/reply");
        let once = desk.get(&format!("{choose}?outcome=disclosed")).await.expect(200).field("once");
        let given = [("once", once.as_str()), ("outcome", "disclosed"), ("how", "名单随本答复提供")];
        let letter = desk.post(&choose, &given).await.expect(303).location();
        desk.post(&format!("{letter}/files/{original}"), &[("goes", "yes")]).await.expect(303);
        let version = head.get(&letter).await.expect(200).field("version");
        head.post(&format!("{letter}/sign"), &[("version", &version)]).await.expect(303);
        // Dropped, it gives its files back: they go with the next one.
        head.post(&format!("{letter}/discard"), &[]).await.expect(303);
        let once = desk.get(&format!("{choose}?outcome=disclosed")).await.expect(200).field("once");
        let given = [("once", once.as_str()), given[1], given[2]];
        let next = desk.post(&choose, &given).await.expect(303).location();
        assert_ne!(next, letter);
        desk.post(&format!("{next}/files/{original}"), &[("goes", "yes")]).await.expect(303);
        let version = head.get(&next).await.expect(200).field("version");
        head.post(&format!("{next}/sign"), &[("version", &version)]).await.expect(303);
        desk.post(&format!("{next}/deliver"), &[("way", "online")]).await.expect(303);
    }

    async fn files_that_act_are_refused_in_the_office_as_on_the_portal(app) {
        let (_, id) = asked(app).await;
        let mut desk = editor(app).await;
        let page = [b"\x89PNG\r\n\x1a\n".as_slice(), b"<script>alert(1)</script>"].concat();
        let behind = [png(20, 20, 90), b"<script>alert(1)</script>".to_vec()].concat();
        for (name, bytes, word) in [
            ("材料.pdf", with_script(), "自动执行"),
            ("图.png", page, "不完整或已损坏"),
            ("图.png", behind, "夹带"),
            ("说明.txt", b"words".to_vec(), "不是可以上传的文件"),
        ] {
            uploaded(&mut desk, &id, name, &bytes).await.expect(422).shows("没有收下").shows(word);
        }
        assert_eq!(files_of(app, &id).await, Vec::new());
        uploaded(&mut desk, &id, "扫描件.pdf", &crate::imports::scan()).await.expect(303);
        // Whoever wants to take something out of it is told where that is done.
        let scan = file_of(app, &id, "扫描件.pdf").await;
        let page = desk.get(&format!("/cases/{id}/files/{scan}/redact")).await.expect(200);
        page.shows("平台不能画出 PDF 的页面").hides("生成区分处理件").hides("直接导出的 PDF");
    }
}
