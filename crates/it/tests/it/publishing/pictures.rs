//! Stories of pictures in texts: from the editor's hand to the reader's page, and everything that must not get there.

use std::io::Write;

use http::header;
use kernel::Role;
use review::Gate;
use testkit::{Client, TestApp, both};

use super::{approve, column, count, draft, edition, is_public, pass_all, submit, whole};

/// A picture of this size in shades of grey, with a word in its notes that no reader may find.
pub(crate) fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| -> Vec<u8> {
        let named = [name.as_slice(), data].concat();
        let mut sum = flate2::Crc::new();
        sum.update(&named);
        let length = u32::try_from(data.len()).expect("short").to_be_bytes();
        [length.as_slice(), &named, &sum.sum().to_be_bytes()].concat()
    };
    let row: Vec<u8> =
        std::iter::once(0).chain((0..width).map(|x| shade ^ u8::try_from(x % 7).expect("byte"))).collect();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    (0..height).for_each(|_| packed.write_all(&row).expect("packed"));
    let points = packed.finish().expect("packed");
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &head),
        chunk(b"tEXt", b"Comment\0photographed-by-canary"),
        chunk(b"IDAT", &points),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

/// Uploads a picture as the editor does; its address.
async fn put(client: &mut Client, id: &str, name: &str, bytes: &[u8]) -> String {
    let mut script = client.clone();
    script.with_header("accept", "application/json");
    let answer =
        script.upload(&format!("/documents/{id}/pictures"), &[], &[("file", name, bytes)]).await.expect(200).json();
    answer["src"].as_str().expect("an address").to_owned()
}

fn figure(src: &str, alt: &str) -> String {
    format!("<figure><img src=\"{src}\" alt=\"{alt}\"><figcaption>图1　示意</figcaption></figure>")
}

/// Somebody looks at what nobody could read, and says so.
async fn look(app: &TestApp, id: &str) {
    let mut secrecy = app.reviewer(Gate::SECRECY).await;
    loop {
        let (edition, version, _) = edition(app, id).await;
        let house = publishing::house(app.ctx());
        let edition_now = whole(app, &edition).await;
        let checks =
            publishing::editions::checks::of(app.ctx().db().read(), &house, &edition_now).await.expect("checks");
        let Some(open) = checks.found.iter().find(|check| check.blocks && check.passed.is_none()) else { return };
        assert_eq!((open.rule.as_str(), open.place.contains("图片《")), ("privacy.unread", true), "{open:?}");
        let version = version.to_string();
        let fields = [
            ("version", version.as_str()),
            ("rule", "privacy.unread"),
            ("digest", open.digest.as_str()),
            ("reason", "已看过，图里没有个人信息"),
        ];
        secrecy.post(&format!("/reviews/{edition}/findings"), &fields).await.expect(303);
    }
}

fn small_of(src: &str) -> String {
    src.replace("/1200x600.", "/480x240.")
}

both! {
    async fn a_picture_goes_from_the_editor_to_the_page_and_with_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "新的公交线路").await;
        let src = put(&mut editor, &id, "线路图.PNG", &png(2000, 1000, 90)).await;
        assert!(src.starts_with("/pictures/") && src.ends_with("/1200x600.png"), "{src}");
        assert_eq!(put(&mut editor, &id, "again.png", &png(2000, 1000, 90)).await, src, "the same picture is one");
        // A draft's picture is for those who may see the draft.
        let (mut visitor, small) = (app.visitor(), small_of(&src));
        for address in [&src, &small] {
            visitor.get(address).await.expect(404);
            app.person("elsewhere", "QH011", &[Role::Editor]).await.get(address).await.expect(404);
            let seen = editor.get(address).await.expect(200);
            assert!(seen.bytes.starts_with(b"\x89PNG"));
            assert!(!String::from_utf8_lossy(&seen.bytes).contains("canary"), "what was handed in is nowhere");
        }
        editor.get(&src.replace("1200x600", "1100x550")).await.expect(404);
        // Whoever does not see it must be told what it says.
        let untold = format!("<p>自三月起开通。</p><figure><img src=\"{src}\"></figure>");
        submit(&mut editor, &id, "新的公交线路", &untold, &[]).await.expect(422).shows("正文第 1 张图片（线路图.png）没有替代文字");
        let body = format!("<p>自三月起开通。</p>{}", figure(&src, "城东到城西的公交线路图"));
        submit(&mut editor, &id, "新的公交线路", &body, &[]).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        let mut secrecy = app.reviewer(Gate::SECRECY).await;
        let page = secrecy.get(&format!("/reviews/{edition_id}")).await.expect(200);
        page.shows("替代文字：城东到城西的公交线路图").shows(&src).shows("图片《线路图.png》");
        secrecy.get(&src).await.expect(200);
        approve(app, &mut secrecy, &id).await.expect(409);
        look(app, &id).await;
        pass_all(app, &id).await;
        // On the page: two sizes, room kept free, nothing handed in.
        let page = visitor.get(&format!("/documents/{id}")).await.expect(200);
        let shown = format!("<img src=\"{src}\" srcset=\"{small} 480w, {src} 1200w\"");
        page.shows(&shown).shows("width=\"1200\" height=\"600\" alt=\"城东到城西的公交线路图\" loading=\"lazy\"")
            .shows("<figcaption>图1　示意</figcaption>").hides("线路图.png");
        for (address, wide) in [(&src, 1200_u32), (&small, 480)] {
            let served = visitor.get(address).await.expect(200);
            assert_eq!(served.bytes[16..20], wide.to_be_bytes());
            let of = |name| served.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            assert_eq!(of(header::CONTENT_TYPE), "image/png");
            assert!(of(header::CACHE_CONTROL).contains("immutable") && of(header::CACHE_CONTROL).contains("private"));
            assert!(of(header::CONTENT_SECURITY_POLICY).contains("sandbox") && of(header::SET_COOKIE).is_empty());
        }
        visitor.get(&format!("{}/x.png", src.rsplit_once('/').expect("address").0)).await.expect(404);
        let told = visitor.get(&format!("/api/v1/documents/{id}")).await.expect(200).json();
        let picture = &told["pictures"][0];
        assert_eq!((picture["width"].as_i64(), picture["alt"].as_str()), (Some(1200), Some("城东到城西的公交线路图")), "{told}");
        assert!(picture["url"].as_str().is_some_and(|url| url.starts_with("http") && url.ends_with(&src)));
        assert_eq!((picture["small"]["width"].as_i64(), told["attachments"].as_array().map(Vec::len)), (Some(480), Some(0)));
        // Whoever reads the text elsewhere finds it too.
        let there = format!("{}{src}", document::page::base_url(app.ctx()));
        visitor.get("/feed.atom").await.expect(200).shows(&there);
        // With the text it goes.
        let mut head = app.person("head-qh010", "QH010", &[Role::OrganHead]).await;
        let version = head.get(&format!("/documents/{id}")).await.expect(200).field("version");
        head.post(&format!("/documents/{id}/withdraw"), &[("version", &version), ("reason", "线路有误")]).await.expect(303);
        visitor.get(&src).await.expect(404);
        visitor.get(&small).await.expect(404);
        editor.get(&small).await.expect(200);
    }

    async fn only_pictures_of_this_text_stand_in_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let other = draft(&mut editor, "另一份").await;
        let foreign = put(&mut editor, &other, "a.png", &png(40, 30, 1)).await;
        let id = draft(&mut editor, "一份").await;
        for (body, why) in [
            (figure(&foreign, "图"), "不是上传到这份稿件的"),
            (figure("https://evil.example/a.png", "图"), "别的网站的图片不能引用"),
            (figure("data:image/png;base64,iVBOR", "图"), "没有图"),
            (figure(&foreign.replace("40x30", "400x300"), "图"), "不是上传到这份稿件的"),
        ] {
            let reply = submit(&mut editor, &id, "一份", &format!("<p>正文。</p>{body}"), &[]).await.expect(422);
            reply.shows(why).hides("src=\"https://evil");
        }
        // What is no picture, whatever its name, is refused in words and leaves the text alone.
        let upload = format!("/documents/{id}/pictures");
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let large = {
            let mut claims = png(40, 30, 1);
            claims[16..24].copy_from_slice(&[0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20]);
            let mut sum = flate2::Crc::new();
            sum.update(&claims[12..29]);
            claims[29..33].copy_from_slice(&sum.sum().to_be_bytes());
            claims
        };
        let whole_picture = png(400, 300, 1);
        let hostile: [(&str, &[u8], &str); 6] = [
            ("图.svg", svg, "请"),
            ("图.png", svg, "请"),
            ("图.png", b"<html><script>alert(1)</script>", "请"),
            ("图.png", &large, "20000 × 20000"),
            ("图.png", &whole_picture[..whole_picture.len() / 2], "不完整"),
            ("图.gif", b"GIF89a\x01\0\x01\0\0\0\0;", "PNG 或 JPEG"),
        ];
        for (name, bytes, why) in hostile {
            let reply = editor.upload(&upload, &[], &[("file", name, bytes)]).await;
            assert!(reply.status.is_client_error(), "{name}: {}", reply.status);
            reply.shows(why).hides("alert(1)");
        }
        editor.upload(&upload, &[], &[]).await.expect(400).shows("请先选择一张图片");
        let kept: i64 = store::query_scalar("SELECT COUNT(*) FROM picture").fetch_one(app.ctx().db().read()).await.expect("count");
        assert_eq!(kept, 1);
        let mut foreigner = app.person("elsewhere", "QH011", &[Role::Editor]).await;
        let refused = foreigner.upload(&upload, &[], &[("file", "a.png", &png(40, 30, 1))]).await;
        assert!(matches!(refused.status.as_u16(), 403 | 404));
        // One that only decorates says so.
        let own = put(&mut editor, &id, "花边.png", &png(40, 30, 2)).await;
        submit(&mut editor, &id, "一份", &format!("<p>正文。</p><img src=\"{own}\" alt=\"\">"), &[]).await.expect(303);
    }

    async fn a_correction_carries_pictures_and_its_review_tells_what_changed(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "规划图").await;
        let (kept, old) = (put(&mut editor, &id, "旧图.png", &png(300, 200, 3)).await, put(&mut editor, &id, "将换.png", &png(310, 200, 4)).await);
        let unused = put(&mut editor, &id, "没有用上.png", &png(320, 200, 5)).await;
        let body = format!("<p>正文。</p>{}{}", figure(&kept, "总平面图"), figure(&old, "分区图"));
        submit(&mut editor, &id, "规划图", &body, &[]).await.expect(303);
        // What the text does not name is not part of what is decided.
        editor.get(&unused).await.expect(404);
        look(app, &id).await;
        pass_all(app, &id).await;
        editor.post(&format!("/documents/{id}/correct"), &[]).await.expect(303);
        let new = put(&mut editor, &id, "新图.png", &png(310, 200, 6)).await;
        app.visitor().get(&new).await.expect(404);
        let body = body.replace(&old, &new);
        submit(&mut editor, &id, "规划图", &body, &[("note", "换图")]).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        let page = app.reviewer(Gate::SECRECY).await.get(&format!("/reviews/{edition_id}")).await.expect(200);
        let page = page.shows("增加图片").shows("<ins>新图.png（").shows("移除图片").shows("<del>将换.png（");
        page.hides("<ins>旧图.png（");
        look(app, &id).await;
        pass_all(app, &id).await;
        for (address, status) in [(&kept, 200), (&new, 200), (&old, 404)] {
            app.visitor().get(address).await.expect(status);
        }
        editor.get(&old).await.expect(200);
        // The proof covers both sizes: whoever changes one past the program is found.
        let altered = async || {
            let ctx = app.ctx();
            let kinds = document::Kinds::of(ctx);
            document::public::proof::altered(ctx.db(), &kinds, &ctx.site().domain, |_| ()).await.expect("compared")
        };
        assert_eq!(altered().await, None);
        let was: Vec<(String, String)> =
            store::query_as("SELECT id, small_digest FROM picture").fetch_all(app.ctx().db().read()).await.expect("sizes");
        let change = store::query("UPDATE picture SET small_digest = (SELECT MIN(digest) FROM file f WHERE f.digest <> picture.small_digest)");
        store::test::tamper(app.ctx().db(), change).await.expect("changed");
        assert!(altered().await.is_some_and(|altered| altered.words().contains("附件")));
        for (id, digest) in was {
            let back = store::query("UPDATE picture SET small_digest = $2 WHERE id = $1").bind(id).bind(digest);
            store::test::tamper(app.ctx().db(), back).await.expect("put back");
        }
    }

    async fn without_scripts_a_picture_goes_to_the_end_of_the_text(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "没有脚本").await;
        editor.get(&format!("/documents/{id}/edit")).await.expect(200).shows("放到正文末尾").shows("替代文字");
        let (upload, bytes) = (format!("/documents/{id}/pictures"), png(600, 300, 7));
        let file = [("file", "图.png", bytes.as_slice())];
        editor.upload(&upload, &[("place", "end"), ("alt", " ")], &file).await.expect(400).shows("请写替代文字");
        let told = [("place", "end"), ("alt", "一张\"图\""), ("caption", "图1 <示意>")];
        editor.upload(&upload, &told, &file).await.expect(303);
        let (edition_id, ..) = edition(app, &id).await;
        let body = whole(app, &edition_id).await.text.body_html;
        assert!(body.contains("alt=\"一张&quot;图&quot;\"><figcaption>图1 &lt;示意&gt;</figcaption></figure>"), "{body}");
        editor.upload(&upload, &[("place", "end"), ("decorative", "1")], &[("file", "b.png", &png(20, 20, 8))]).await.expect(303);
        let page = editor.get(&format!("/documents/{id}/edit")).await.expect(200);
        let (version, once, title) = (page.field("version"), page.field("once"), "没有脚本");
        let body = whole(app, &edition_id).await.text.body_html;
        assert_eq!(body.matches("<figure>").count(), 2, "{body}");
        let fields = [("title", title), ("body_html", body.as_str()), ("disclosure", "open"), ("kind", "notice"),
            ("column", "notices"), ("version", version.as_str()), ("once", once.as_str())];
        editor.post(&format!("/documents/{id}/submit"), &fields).await.expect(303);
        // In review nothing is added any more.
        let late = editor.upload(&upload, &told, &file).await;
        assert!(late.status.is_client_error(), "{}", late.status);
    }

    async fn what_is_erased_takes_both_sizes_with_it(app) {
        column(app).await;
        let mut editor = app.editor("QH010").await;
        let id = draft(&mut editor, "应当清除").await;
        let src = put(&mut editor, &id, "名单.png", &png(1000, 500, 9)).await;
        submit(&mut editor, &id, "应当清除", &figure(&src, "名单"), &[]).await.expect(303);
        look(app, &id).await;
        pass_all(app, &id).await;
        assert!(is_public(app, &id).await);
        let (large, small): (String, String) = store::query_as("SELECT a.digest, p.small_digest FROM picture p JOIN attachment a ON a.edition_id = p.edition_id AND a.id = p.id")
            .fetch_one(app.ctx().db().read()).await.expect("a picture");
        assert_ne!(large, small);
        let mut clerk = app.clerk().await;
        let (_, version, _) = edition(app, &id).await;
        clerk.post(&format!("/documents/{id}/withdraw"), &[("version", &version.to_string()), ("reason", "含个人信息")]).await.expect(303);
        clerk.post(&format!("/documents/{id}/erase"), &[("basis", "personal"), ("erase_reason", "图里是住户名单")]).await.expect(303);
        let mut secrecy = app.person("secrecy-2", "QH001", &[Role::ReviewerSecrecy]).await;
        let asked = secrecy.get(&format!("/documents/{id}")).await.expect(200).field("asked");
        secrecy.post(&format!("/documents/{id}/erase/confirm"), &[("asked", &asked)]).await.expect(303);
        app.work().await;
        for digest in [&large, &small] {
            assert!(app.ctx().files().check(digest).await.expect("looked").is_some(), "its bytes are still there");
        }
        editor.get(&src).await.expect(404);
        assert_eq!(count(app, "document.erased").await, 1);
        assert_eq!(store::test::holding(app.ctx().db(), &[&src]).await.expect("read"), Vec::<String>::new());
    }
}
