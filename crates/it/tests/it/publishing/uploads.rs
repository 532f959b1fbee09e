//! Stories of attachments that come in parts: over lines that drop, from people who are not who they should be, and bytes that are
//! not what was named. And of files that take the place of others, or are there already.

use document::digest;
use http::Method;
use jiff::SignedDuration;
use kernel::Role;
use review::Gate;
use testkit::{Client, Reply, TestApp, both};

use super::{column, count, draft, draft_of, edition, pass_all, submit, whole};

/// A list of so many lines: what it says matters to nobody.
fn list(lines: usize) -> String {
    (1..=lines).map(|line| format!("{line},单位{line},{}\n", line * 37 % 1000)).collect()
}

/// As the page's script speaks.
async fn script(app: &TestApp, login: &str) -> Client {
    let mut client = app.sign_in(login).await;
    client.with_header("accept", "application/json");
    client
}

/// Names a file before its bytes are sent.
async fn begin(client: &mut Client, id: &str, (name, text): (&str, &str), more: &[(&str, &str)]) -> Reply {
    let (size, digest) = (text.len().to_string(), digest(text));
    let mut fields = vec![("name", name), ("size", size.as_str()), ("digest", digest.as_str())];
    fields.extend(more);
    client.post(&format!("/documents/{id}/uploads"), &fields).await
}

/// The address of an upload that began.
async fn begun(client: &mut Client, id: &str, file: (&str, &str), more: &[(&str, &str)]) -> String {
    let told = begin(client, id, file, more).await.expect(200).json();
    format!("/documents/{id}/uploads/{}", told["upload"].as_str().expect("an upload"))
}

async fn part(client: &mut Client, upload: &str, at: usize, bytes: &[u8]) -> Reply {
    client.send(Method::POST, &format!("{upload}/parts?at={at}"), "application/octet-stream", bytes.to_vec()).await
}

/// Sends all of it and ends.
async fn send(client: &mut Client, upload: &str, text: &str) -> Reply {
    for (at, piece) in text.as_bytes().chunks(40_000).enumerate() {
        part(client, upload, at * 40_000, piece).await.expect(200);
    }
    client.post(&format!("{upload}/finish"), &[]).await
}

async fn rows(app: &TestApp, table: &'static str) -> i64 {
    let sql = match table {
        "upload" => "SELECT COUNT(*) FROM upload",
        "upload_part" => "SELECT COUNT(*) FROM upload_part",
        _ => "SELECT COUNT(*) FROM file",
    };
    store::query_scalar(sql).fetch_one(app.ctx().db().read()).await.expect("count")
}

both! {
    async fn a_line_that_drops_costs_a_part_and_not_the_file(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "附件很大").await;
        let mut script = script(app, "editor-qh010").await;
        // Long rows: what is slow to read in a development build is many of them.
        let text: String = list(400).lines().map(|line| format!("{line},{}\n", "说明".repeat(90))).collect();
        let bytes = text.as_bytes();
        let upload = begun(&mut script, &id, ("名单.csv", &text), &[]).await;
        let sent = part(&mut script, &upload, 0, &bytes[..100_000]).await.expect(200).json();
        assert_eq!(sent["offset"].as_u64(), Some(100_000));
        // The page is told that something waits, and how to go on.
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("没有传完的文件").shows("名单.csv").shows("重新选择同一个文件");
        // Another page of the same person, a browser later: the same upload, from where it was.
        let again = begin(&mut script, &id, ("名单.csv", &text), &[]).await.expect(200).json();
        assert!(upload.ends_with(again["upload"].as_str().expect("id")), "{again}");
        assert_eq!((again["offset"].as_u64(), rows(app, "upload").await), (Some(100_000), 1));
        // Ended too early; sent twice, since the answer was lost; out of order; other bytes at the same place.
        let early = script.post(&format!("{upload}/finish"), &[]).await.expect(409).json();
        assert_eq!(early["offset"].as_u64(), Some(100_000));
        let twice = part(&mut script, &upload, 0, &bytes[..100_000]).await.expect(200).json();
        assert_eq!(twice["offset"].as_u64(), Some(100_000));
        let ahead = part(&mut script, &upload, 200_000, &bytes[200_000..]).await.expect(409).json();
        assert_eq!(ahead["offset"].as_u64(), Some(100_000));
        part(&mut script, &upload, 0, &bytes[1..100_001]).await.expect(409);
        part(&mut script, &upload, 50, &bytes[50..100]).await.expect(409);
        part(&mut script, &upload, 100_000, b"").await.expect(400);
        let beyond = [&bytes[100_000..], b"more".as_slice()].concat();
        part(&mut script, &upload, 100_000, &beyond).await.expect(409);
        part(&mut script, &upload, 100_000, &bytes[100_000..]).await.expect(200);
        let state = script.get(&upload).await.expect(200).json();
        assert_eq!(state["offset"], state["size"]);
        for _ in 0..2 {
            // The second time, too: the first answer may have been lost.
            let done = script.post(&format!("{upload}/finish"), &[]).await.expect(200).json();
            assert_eq!(done["files"][0].as_str(), Some("名单.csv"), "{done}");
        }
        let (edition_id, ..) = edition(app, &id).await;
        let files = whole(app, &edition_id).await.files;
        assert_eq!((files.len(), files[0].digest.as_str()), (1, digest(&text).as_str()));
        assert_eq!((count(app, "document.file_added").await, rows(app, "upload_part").await, rows(app, "file").await), (1, 0, 1));
        let served = editor.get(&format!("/documents/{id}/attachments/{}", files[0].id)).await.expect(200);
        assert_eq!(served.bytes, bytes);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).hides("没有传完的文件");
    }

    async fn what_came_is_held_against_what_was_named(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "传错了").await;
        let mut script = script(app, "editor-qh010").await;
        let (named, came) = (list(100), list(100).replace("单位7,", "单位8,"));
        let upload = begun(&mut script, &id, ("名单.csv", &named), &[]).await;
        let refused = send(&mut script, &upload, &came).await.expect(400);
        assert!(refused.text().contains("和您电脑上的文件不一致"), "{}", refused.text());
        script.get(&upload).await.expect(404);
        // What is refused for what it is goes, too, and is not attached.
        let program = "MZ\u{0}\u{3}\u{0}\u{0}";
        // By its name before a byte is sent, else by its bytes.
        for name in ["程序.exe", "宏.xlsm", "旧表.xls", "con.txt"] {
            begin(&mut script, &id, (name, program), &[]).await.expect(400);
        }
        let upload = begun(&mut script, &id, ("程序.csv", program), &[]).await;
        send(&mut script, &upload, program).await.expect(400);
        assert_eq!((rows(app, "upload").await, rows(app, "upload_part").await), (0, 0));
        let (edition_id, ..) = edition(app, &id).await;
        assert!(whole(app, &edition_id).await.files.is_empty());
        // Nothing is begun of what names no digest, is empty, or has a name that is taken.
        let address = format!("/documents/{id}/uploads");
        let strange = "g".repeat(64);
        for (size, sum) in [("10", "abc"), ("0", "0"), ("-5", "0"), ("10", strange.as_str())] {
            script.post(&address, &[("name", "a.txt"), ("size", size), ("digest", sum)]).await.expect(400);
        }
        editor.upload(&format!("/documents/{id}/attachments"), &[], &[("file", "名单.txt", "第一稿".as_bytes())]).await.expect(303);
        let taken = begin(&mut script, &id, ("名单.txt", "第二稿"), &[]).await.expect(409);
        assert!(taken.text().contains("已有同名的附件"), "{}", taken.text());
    }

    async fn parts_are_taken_from_who_may_write_and_began_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "别人的上传").await;
        let mut own = script(app, "editor-qh010").await;
        let text = list(50);
        let upload = begun(&mut own, &id, ("名单.csv", &text), &[]).await;
        part(&mut own, &upload, 0, &text.as_bytes()[..100]).await.expect(200);
        // A colleague who may write the same text, somebody of another organ, and the same id under another text of one's own.
        app.person("colleague", "QH010", &[Role::Editor]).await;
        app.editor("QH011").await;
        for login in ["colleague", "editor-qh011"] {
            let mut other = script(app, login).await;
            other.get(&upload).await.expect(404);
            part(&mut other, &upload, 100, &text.as_bytes()[100..]).await.expect(404);
            other.post(&format!("{upload}/finish"), &[]).await.expect(404);
            other.post(&format!("{upload}/cancel"), &[]).await.expect(404);
        }
        let foreign = draft_of(&mut app.editor("QH011").await, "QH011", "另一局的稿件").await;
        begin(&mut own, &foreign, ("名单.csv", &text), &[]).await.expect(404);
        let second = draft(&mut editor, "另一份稿件").await;
        let moved = upload.replace(&id, &second);
        part(&mut own, &moved, 100, &text.as_bytes()[100..]).await.expect(404);
        // What is in review takes no part of anything.
        submit(&mut editor, &id, "别人的上传", "<p>正文。</p>", &[]).await.expect(303);
        part(&mut own, &upload, 100, &text.as_bytes()[100..]).await.expect(409);
        begin(&mut own, &id, ("另一份.csv", &list(3)), &[]).await.expect(409);
        let version = editor.get(&format!("/documents/{id}")).await.expect(200).field("version");
        editor.post(&format!("/documents/{id}/recall"), &[("version", &version)]).await.expect(303);
        part(&mut own, &upload, 100, &text.as_bytes()[100..]).await.expect(200);
        own.post(&format!("{upload}/finish"), &[]).await.expect(200);
    }

    async fn what_nobody_goes_on_with_is_given_up(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "没有传完").await;
        let mut script = script(app, "editor-qh010").await;
        let text = list(2000);
        let upload = begun(&mut script, &id, ("名单.csv", &text), &[]).await;
        part(&mut script, &upload, 0, &text.as_bytes()[..5000]).await.expect(200);
        app.pass(SignedDuration::from_hours(25));
        let mut script = self::script(app, "editor-qh010").await;
        script.get(&upload).await.expect(404);
        part(&mut script, &upload, 5000, &text.as_bytes()[5000..]).await.expect(404);
        let other = begun(&mut script, &id, ("名单.csv", &text), &[]).await;
        assert_ne!(other, upload, "from the beginning");
        publishing::sweep_uploads(app.ctx()).await.expect("swept");
        assert_eq!((rows(app, "upload").await, rows(app, "upload_part").await, rows(app, "file").await), (1, 0, 0));
        // By hand, without scripts.
        part(&mut script, &other, 0, &text.as_bytes()[..5000]).await.expect(200);
        let mut editor = app.sign_in("editor-qh010").await;
        editor.post(&format!("{other}/cancel"), &[]).await.expect(303);
        assert_eq!((rows(app, "upload").await, rows(app, "file").await), (0, 0));
    }

    async fn a_file_goes_on_under_the_name_that_it_has_now(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "改了文件名").await;
        let mut script = script(app, "editor-qh010").await;
        let (text, other) = (list(100), list(101));
        let upload = begun(&mut script, &id, ("甲.csv", &text), &[]).await;
        part(&mut script, &upload, 0, &text.as_bytes()[..500]).await.expect(200);
        let again = begin(&mut script, &id, ("乙.csv", &text), &[]).await.expect(200).json();
        assert_eq!((again["offset"].as_u64(), rows(app, "upload").await), (Some(500), 1));
        part(&mut script, &upload, 500, &text.as_bytes()[500..]).await.expect(200);
        // Another file takes the name meanwhile: what came stays, and ends at once under a name of its own.
        let second = begun(&mut script, &id, ("乙.csv", &other), &[]).await;
        send(&mut script, &second, &other).await.expect(200);
        let taken = script.post(&format!("{upload}/finish"), &[]).await.expect(409);
        assert!(taken.text().contains("已有同名的附件“乙.csv”"), "{}", taken.text());
        let renamed = begin(&mut script, &id, ("丙.csv", &text), &[]).await.expect(200).json();
        assert_eq!(renamed["offset"], renamed["size"], "nothing is sent again");
        script.post(&format!("{upload}/finish"), &[]).await.expect(200);
        let (edition_id, ..) = edition(app, &id).await;
        let names: Vec<String> = whole(app, &edition_id).await.files.into_iter().map(|file| file.file_name).collect();
        assert_eq!(names, ["乙.csv", "丙.csv"]);
    }

    async fn parts_and_begun_files_are_bounded_in_number(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "很碎的附件").await;
        let mut script = script(app, "editor-qh010").await;
        let text = list(20);
        let upload = begun(&mut script, &id, ("碎.csv", &text), &[]).await;
        for at in 0..64 {
            part(&mut script, &upload, at, &text.as_bytes()[at..=at]).await.expect(200);
        }
        let refused = part(&mut script, &upload, 64, &text.as_bytes()[64..65]).await.expect(409);
        assert!(refused.text().contains("分得太碎"), "{}", refused.text());
        script.post(&format!("{upload}/cancel"), &[]).await.expect(200);
        for n in 0..document::files::MOST_FILES {
            begin(&mut script, &id, (&format!("{n}.csv"), &list(n + 1)), &[]).await.expect(200);
        }
        let refused = begin(&mut script, &id, ("又一个.csv", &list(200)), &[]).await.expect(409);
        assert!(refused.text().contains("超过每人 60 个的上限"), "{}", refused.text());
    }

    async fn too_much_is_refused_before_it_is_sent(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "太多附件").await;
        let mut script = script(app, "editor-qh010").await;
        let address = format!("/documents/{id}/uploads");
        let sum = |n: usize| digest(&n.to_string());
        let most = app.ctx().config().server.upload_mb << 20;
        let large = (most + 1).to_string();
        script.post(&address, &[("name", "a.pdf"), ("size", &large), ("digest", &sum(0))]).await.expect(413);
        // What somebody scans in an afternoon is not.
        let sixty = (60_u64 << 20).to_string();
        let scan = script.post(&address, &[("name", "扫描件.pdf"), ("size", &sixty), ("digest", &sum(60))]).await.expect(200).json();
        script.post(&format!("{address}/{}/cancel", scan["upload"].as_str().expect("id")), &[]).await.expect(200);
        let whole = most.to_string();
        let times = usize::try_from(500 / app.ctx().config().server.upload_mb).expect("few");
        for n in 0..times {
            let name = format!("{n}.pdf");
            script.post(&address, &[("name", &name), ("size", &whole), ("digest", &sum(n))]).await.expect(200);
        }
        let refused = script.post(&address, &[("name", "z.pdf"), ("size", &whole), ("digest", &sum(99))]).await.expect(409);
        assert!(refused.text().contains("没有传完的文件") && refused.text().contains("《太多附件》"), "{}", refused.text());
        // A part of more than anybody sends at once.
        let begun = script.post(&address, &[("name", "0.pdf"), ("size", &whole), ("digest", &sum(0))]).await.expect(200).json();
        let upload = format!("{address}/{}", begun["upload"].as_str().expect("id"));
        part(&mut script, &upload, 0, &vec![b'a'; (8 << 20) + 1]).await.expect(413);
        assert_eq!(rows(app, "upload_part").await, 0);
        // Nobody else's room is taken.
        app.person("colleague", "QH010", &[Role::Editor]).await;
        let mut other = self::script(app, "colleague").await;
        other.post(&address, &[("name", "z.pdf"), ("size", &whole), ("digest", &sum(99))]).await.expect(200);
    }

    async fn the_same_file_is_told_and_kept_twice_only_on_purpose(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let (id, other) = (draft(&mut editor, "今年的名单").await, draft(&mut editor, "去年的名单").await);
        let mut script = script(app, "editor-qh010").await;
        let text = list(10);
        for text_of in [&id, &other] {
            let upload = begun(&mut script, text_of, ("名单.csv", &text), &[]).await;
            send(&mut script, &upload, &text).await.expect(200);
        }
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("内容相同的附件也在").shows(&format!("/documents/{other}\">《去年的名单》"));
        // Another organ hears nothing of it.
        let mut foreign = app.editor("QH011").await;
        let theirs = draft_of(&mut foreign, "QH011", "别的局").await;
        let path = format!("/documents/{theirs}/attachments");
        foreign.upload(&path, &[], &[("file", "名单.csv", text.as_bytes())]).await.expect(303);
        foreign.get(&format!("/documents/{theirs}/edit")).await.expect(200).hides("内容相同的附件也在");
        // On the same text: told before a byte is sent, under whatever name.
        let told = begin(&mut script, &id, ("名单（副本）.csv", &text), &[]).await.expect(200).json();
        assert_eq!((told["same"].as_str(), told["upload"].as_str()), (Some("名单.csv"), None));
        let path = format!("/documents/{id}/attachments");
        let form = [("file", "名单（副本）.csv", text.as_bytes())];
        editor.upload(&path, &[], &form).await.expect(303);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("没有重复添加").hides("和附件“");
        let kept = begun(&mut script, &id, ("名单（副本）.csv", &text), &[("keep", "1")]).await;
        part(&mut script, &kept, 0, text.as_bytes()).await.expect(200);
        script.post(&format!("{kept}/finish"), &[("keep", "1")]).await.expect(200);
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("和附件“名单.csv”内容完全相同");
        let (edition_id, ..) = edition(app, &id).await;
        assert_eq!(whole(app, &edition_id).await.files.len(), 2);
    }

    async fn a_file_is_replaced_under_its_public_address(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "换附件的通知").await;
        let (old, new) = (list(10), list(11));
        let path = format!("/documents/{id}/attachments");
        editor.upload(&path, &[], &[("file", "名单.csv", old.as_bytes())]).await.expect(303);
        submit(&mut editor, &id, "换附件的通知", "<p>名单见附件。</p>", &[]).await.expect(303);
        pass_all(app, &id).await;
        let (first, ..) = edition(app, &id).await;
        let file = whole(app, &first).await.files[0].id.clone();
        let public = format!("/attachments/{file}");
        let tag = |reply: &Reply| reply.headers.get("etag").cloned();
        let before = app.visitor().get(&public).await.expect(200);
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        let mut script = script(app, "editor-qh010").await;
        // In the place of nothing, and of a file of another text.
        begin(&mut script, &id, ("名单.csv", &new), &[("replaces", "nothing")]).await.expect(404);
        let upload = begun(&mut script, &id, ("名单.csv", &new), &[("replaces", file.as_str())]).await;
        send(&mut script, &upload, &new).await.expect(200);
        let (second, ..) = edition(app, &id).await;
        let files = whole(app, &second).await.files;
        assert_eq!((files.len(), &files[0].id, files[0].digest.as_str()), (1, &file, digest(&new).as_str()));
        assert_eq!(app.visitor().get(&public).await.expect(200).bytes, old.as_bytes(), "until it is public");
        submit(&mut editor, &id, "换附件的通知", "<p>名单见附件。</p>", &[("note", "更换名单")]).await.expect(303);
        app.reviewer(Gate::SECRECY).await.get(&format!("/documents/{id}/compare?new={second}")).await.expect(200).shows("更换附件");
        pass_all(app, &id).await;
        let after = app.visitor().get(&public).await.expect(200);
        assert_eq!(after.bytes, new.as_bytes());
        assert_ne!(tag(&before), tag(&after));
        // What the earlier edition showed is kept with it.
        let kept = editor.get(&format!("{path}/{file}?edition={first}")).await.expect(200);
        assert_eq!(kept.bytes, old.as_bytes());
        editor.get(&format!("/documents/{id}")).await.expect(200).shows("替换附件，公开网址不变");
        assert_eq!(count(app, "document.file_removed").await, 0);
    }

    async fn what_is_in_a_file_is_seen_without_another_program(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "看附件").await;
        let path = format!("/documents/{id}/attachments");
        let text = "单位,说明\n县财政局,<b>已完成</b>\n";
        editor.upload(&path, &[], &[("file", "名单.csv", text.as_bytes())]).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        let file = whole(app, &edition_id).await.files[0].id.clone();
        let page = editor.get(&format!("{path}/{file}/view")).await.expect(200);
        page.shows("<th scope=\"col\">单位</th>").shows("<td class=\"short\">县财政局</td>").hides("<b>已完成").shows("附件内容：名单.csv");
        app.editor("QH011").await.get(&format!("{path}/{file}/view")).await.expect(404);
        editor.get(&format!("{path}/nothing/view")).await.expect(404);
        // On the portal with the text, and gone with it.
        let public = format!("/files/{file}");
        app.visitor().get(&public).await.expect(404);
        submit(&mut editor, &id, "看附件", "<p>名单见附件。</p>", &[]).await.expect(303);
        pass_all(app, &id).await;
        app.visitor().get(&format!("/documents/{id}")).await.expect(200).shows(&public);
        let page = app.visitor().get(&public).await.expect(200);
        page.shows("<td class=\"short\">县财政局</td>").hides("<b>已完成").shows("《<a href").shows("以原文件为准");
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
        let version = head.get(&format!("/documents/{id}")).await.expect(200).field("version");
        head.post(&format!("/documents/{id}/withdraw"), &[("version", &version), ("reason", "有误")]).await.expect(303);
        app.visitor().get(&public).await.expect(404).hides("县财政局</td>");
    }
}
