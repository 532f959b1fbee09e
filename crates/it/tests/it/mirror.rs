//! Stories of the mirror: what stands at every public address stands in files, served by nginx at the same addresses; what is
//! withdrawn leaves it, what is killed is taken up again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use app::mirror::{self, Report};
use kernel::{Actor, OrganCode, Role};
use publishing::{
    columns::ColumnData,
    kinds::{NOTICE, POLICY},
    seed::{Seed, SeedFile, SeedState, seed},
};
use testkit::{TestApp, both};

use crate::duties;

/// Stands in no word of the program.
const CANARY: &str = "金丝雀九三一六";

fn notice(title: &str) -> Seed {
    let at = "2026-02-10T02:00:00Z".parse().expect("moment");
    Seed::published(OrganCode::from("QH010"), "notices", &NOTICE, title, "<p>公开的正文</p>", at)
}

async fn put(app: &TestApp, one: Seed) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let id = seed(app.ctx(), &mut tx, one).await.expect("seed");
    tx.commit().await.expect("commit");
    String::from(id)
}

/// A site with a list of two pages, a file, something withdrawn, something that is not public, a plan.
struct Site {
    public: String,
    gone: String,
    plan: String,
}

async fn site(app: &TestApp) -> Site {
    let mut tx = app.ctx().db().write().await.expect("write");
    let column =
        ColumnData {
            slug: "notices".into(), name: "通知公告".into(), kind: "notice".into(), ..ColumnData::default()
        };
    publishing::columns::put(&mut tx, &Actor::System, &column).await.expect("column");
    tx.commit().await.expect("commit");
    for number in 0..32 {
        put(app, notice(&format!("第{number}号通知"))).await;
    }
    let file =
        SeedFile {
            file_name: "名单 一.csv".into(), title: "名单".into(), bytes: "姓名,金额\r\n甲,1\r\n".into()
        };
    let picture = crate::publishing::pictures::png(1_000, 400, 90);
    let picture = SeedFile { file_name: "示意图.png".into(), title: String::new(), bytes: picture };
    let body_html = "<p>公开的正文</p><figure><img src=\"picture:1\" alt=\"示意图\"></figure>".to_owned();
    let public = Seed { files: vec![file], pictures: vec![picture], body_html, ..notice("带附件的通知") };
    let public = put(app, public).await;
    put(app, Seed { state: SeedState::Draft, ..notice(CANARY) }).await;
    let (published_at, at) =
        ("2026-02-10T01:00:00Z".parse().expect("moment"), "2026-02-11T01:00:00Z".parse().expect("moment"));
    let state = SeedState::Withdrawn { published_at, at, reason: "名单有误".into(), notice: String::new() };
    let gone = put(app, Seed { state, ..notice("撤回的通知") }).await;
    let plan = duties::issued(app).await;
    app.work().await;
    Site { public, gone, plan }
}

async fn run(app: &TestApp, dir: &Path) -> Report {
    let report = mirror::run(&app.app, dir, false, |_| {}).await.expect("a mirror");
    assert!(report.failed.is_empty(), "everything is written: {:?}", report.failed);
    report
}

/// Every file of readers below a folder, with its bytes.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = entry.strip_prefix(root).expect("below").to_owned();
            if name.starts_with(".mirror") {
                continue;
            }
            if entry.is_dir() {
                folders.push(entry);
            } else {
                found.insert(name, fs::read(&entry).expect("a file"));
            }
        }
    }
    found
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// nginx with a configuration of `deploy/`, its places changed to those of the story.
struct Nginx {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Nginx {
    fn start(configuration: &str, mirror: &Path, program: u16) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let (at, port) = (folder.path().display().to_string(), free_port());
        let own =
            fs::read_to_string(format!("{}/../../deploy/{configuration}", env!("CARGO_MANIFEST_DIR"))).expect("it");
        let own = own
            .replace("/srv/gongkai-mirror", &mirror.display().to_string())
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{program}"))
            .replace("listen 80;", &format!("listen 127.0.0.1:{port};"));
        fs::write(folder.path().join("site.conf"), own).expect("site");
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {at}/{name}; "))
            .collect();
        // Started by root it reads as root, so that a folder of the story is open to it.
        let user = if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
            "user root;"
        } else {
            ""
        };
        let whole = format!(
            "{user} daemon off; master_process off; pid {at}/pid; error_log {at}/error.log; events {{}}\n\
             http {{ include /etc/nginx/mime.types; default_type application/octet-stream; access_log off; {temporary}\n\
             include {at}/site.conf; }}\n"
        );
        fs::write(folder.path().join("nginx.conf"), whole).expect("settings");
        let child = Command::new("nginx")
            .args(["-c", &format!("{at}/nginx.conf"), "-p", &at])
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed by scripts/setup test");
        let mut started = Self { child, port, _folder: folder };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.child.try_wait().expect("a child").is_none(), "nginx ended: see its settings in deploy/");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        started
    }

    /// Status, head and body of one request.
    fn ask(&self, method: &str, address: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connect");
        write!(stream, "{method} {address} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").expect("send");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
        (head[9..12].parse().expect("a status"), head, bytes[at + 4..].to_vec())
    }

    fn text(&self, address: &str) -> (u16, String) {
        let (status, _, body) = self.ask("GET", address);
        (status, web::whole::unmarked(&String::from_utf8_lossy(&body)).into_owned())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

both! {
    async fn nginx_serves_the_same_bytes_at_the_same_addresses(app) {
        let site = site(app).await;
        let place = tempfile::tempdir().expect("place");
        let dir = place.path().join("www");
        run(app, &dir).await;
        let nginx = Nginx::start("nginx-mirror.conf", &dir, 9);
        let attachment = app.visitor().get(&format!("/api/v1/documents/{}", site.public)).await.json();
        let attachment = attachment["attachments"][0]["url"].as_str().expect("url").to_owned();
        let attachment = attachment[attachment.find("/attachments").expect("path")..].to_owned();
        let plan = format!("/plans/{}", site.plan);
        // Each picture in each of its sizes, as every page names them.
        let page = app.visitor().get(&format!("/documents/{}", site.public)).await.text();
        let pictures: BTreeSet<&str> = page.split(['"', ' ', ',']).filter(|word| word.starts_with("/pictures/")).collect();
        assert_eq!(pictures.len(), 2, "{pictures:?}");
        for picture in pictures {
            let (program, (status, head, body)) = (app.visitor().get(picture).await, nginx.ask("GET", picture));
            assert!(status == 200 && head.contains("content-type: image/png"), "{picture}: {head}");
            assert_eq!(body, program.bytes, "{picture}");
        }
        for address in [
            "/", "/documents", "/documents?page=2", "/columns/notices", "/columns/notices?page=2", "/organs", "/organs/QH010",
            &format!("/documents/{}", site.public), &format!("/documents/{}", site.gone), &plan, &format!("{plan}/text"),
            &format!("{plan}/duties.csv"), &format!("/api/v1{plan}"), "/api/v1/organs", "/api/v1/openapi.json", "/api",
            "/feed.atom", "/columns/notices/feed.atom", "/sitemap.xml", "/sitemap", "/robots.txt", "/documents.csv",
            "/documents.json", "/columns/notices/list.csv", "/columns/notices/list.json", "/favicon.svg", "/data", &attachment,
        ] {
            let program = app.visitor().get(address).await;
            let (status, head, body) = nginx.ask("GET", address);
            assert_eq!(status, program.status.as_u16(), "{address}");
            assert_eq!(body, program.bytes, "{address}");
            let media = program.headers["content-type"].to_str().expect("ascii").split(';').next().expect("media").to_owned();
            let alike = media.replace("application/xml", "text/xml");
            let told = head.replace("application/xml", "text/xml").contains(&format!("content-type: {alike}"));
            assert!(told || address.starts_with("/attachments/"), "{address}: {media} {head}");
            assert!(head.contains("content-security-policy"), "{address}");
        }
        let home = app.visitor().get("/").await.text();
        for asset in ["portal.css", "serif.css", "portal.js", "favicon.svg"].map(|name| app.ctx().assets().url(name)) {
            assert!(home.contains(&asset));
            assert_eq!(nginx.ask("GET", &asset).0, 200, "{asset}");
        }
        let (_, head, _) = nginx.ask("GET", &attachment);
        assert!(head.contains("content-disposition: attachment") && head.contains("sandbox"), "{head}");
        // Of the public log the pieces are bytes, and its key is a line.
        fs::create_dir_all(dir.join("log/tile/0/000.p")).expect("folder");
        fs::write(dir.join("log/tile/0/000.p/3"), [7; 96]).expect("a piece");
        fs::write(dir.join("log/key"), "a+b+c\n").expect("a key");
        let (status, head, body) = nginx.ask("GET", "/log/tile/0/000.p/3");
        assert!(status == 200 && head.contains("content-type: application/octet-stream") && body == [7; 96], "{head}");
        assert!(nginx.ask("GET", "/log/key").1.contains("content-type: text/plain"));
        assert_eq!(nginx.text("/nothing").0, 404);
        assert!(nginx.text("/nothing").1.contains("没有找到"));
        assert!(nginx.text("/search?q=%E9%80%9A%E7%9F%A5").1.contains("静态存档"));
        // A name that no file can bear.
        let named = SeedFile { file_name: format!("{}.txt", "长".repeat(90)), title: String::new(), bytes: "甲".into() };
        let long = put(app, Seed { files: vec![named], ..notice("附件名很长的通知") }).await;
        let policy = put(app, Seed { kind: &POLICY, ..notice("一件办法") }).await;
        app.work().await;
        run(app, &dir).await;
        // Receipts name every document below one address; from there it goes on to where it stands.
        let moved = fs::read_to_string(dir.join("_pages/moved.map")).expect("redirections");
        assert!(moved.contains(&format!("/documents/{policy} /policies/{policy};")), "{moved}");
        let told = app.visitor().get(&format!("/api/v1/documents/{long}")).await.json();
        let long = told["attachments"][0]["url"].as_str().expect("url").to_owned();
        let long = &long[long.find("/attachments").expect("path")..];
        let (status, head, body) = nginx.ask("GET", long);
        assert!(status == 200 && head.contains("content-disposition: attachment") && body == "甲".as_bytes(), "{head}");
        // A list that is narrowed is the whole one, and says so; for programs it is none: nobody would see it.
        let whole = |address: &str| {
            let (status, page) = nginx.text(address);
            let (before, after) = page.split_once("<aside class=\"demo\" aria-label=\"存档说明\">").expect("says so");
            (status, format!("{before}{}", after.split_once("</aside>").expect("whole").1))
        };
        for address in ["/documents?organ=QH010", "/documents?q=a+b", "/documents?page=99"] {
            assert_eq!(whole(address), nginx.text("/documents"), "{address}");
        }
        for address in ["/documents.csv?organ=QH010", "/documents.json?organ=QH010", "/api/v1/organs?limit=1"] {
            let (status, page) = nginx.text(address);
            assert!(status == 404 && page.contains("静态存档"), "{address}: {status}");
        }
        assert!(nginx.ask("GET", "/api/v1/organs?limit=1").1.contains("application/problem+json"));
        let (_, head, _) = nginx.ask("GET", "/columns/notices/list.csv");
        assert!(head.contains("content-disposition: attachment") && head.contains("text/csv; charset=utf-8"), "{head}");
        assert!(nginx.ask("POST", "/documents").0 == 405 && nginx.ask("GET", "/favicon.ico").1.contains("location: /favicon.svg"));
        for hidden in ["/.mirror/manifest", "/_pages/when.html", "/_gone/documents/x.html", "/documents?page=2/../../.mirror/mark"] {
            let (status, text) = nginx.text(hidden);
            assert!(status == 404 || whole(hidden) == nginx.text("/documents"), "{hidden}: {status} {text}");
        }
        for (file, bytes) in files(&dir) {
            assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{}", file.display());
        }
    }

    async fn while_the_program_is_down_its_last_copy_is_read_and_says_so(app) {
        let site = site(app).await;
        let place = tempfile::tempdir().expect("place");
        let dir = place.path().join("www");
        run(app, &dir).await;
        fs::create_dir_all(dir.join("log/tile/0/000.p")).expect("folder");
        for name in ["log/checkpoint", "log/tile/0/000.p/1"] {
            fs::write(dir.join(name), "an older one").expect("written");
        }
        let nginx = Nginx::start("nginx-portal.conf", &dir, free_port());
        let (status, page) = nginx.text("/log/checkpoint");
        assert!(status == 503 && !page.contains("an older one"), "a witness would see a log that was cut: {status} {page}");
        assert_eq!(nginx.text("/log/tile/0/000.p/1"), (200, "an older one".to_owned()));
        assert!(nginx.ask("GET", "/favicon.ico").1.contains("location: /favicon.svg"));
        let (status, page) = nginx.text(&format!("/documents/{}", site.public));
        assert_eq!(status, 200);
        assert!(page.contains("公开的正文") && page.contains("这是 2026-03-02 09:00 的存档"), "{page}");
        let (status, page) = nginx.text(&format!("/documents/{}", site.gone));
        assert!(status == 410 && page.contains("名单有误"), "{status} {page}");
        assert!(!nginx.text("/documents?page=2").1.contains("没有筛选的内容"));
        assert!(nginx.text("/documents?organ=QH010").1.contains("没有筛选的内容"));
        let (status, head, _) = nginx.ask("GET", "/documents.csv");
        assert!(status == 200 && head.contains("content-disposition: attachment") && head.contains("text/csv; charset=utf-8"), "{head}");
        for address in ["/documents.csv?organ=QH010", "/api/v1/organs?limit=1"] {
            assert_eq!(nginx.text(address).0, 503, "{address}");
        }
        for (method, address) in [("GET", "/documents/never"), ("POST", "/documents"), ("GET", "/.mirror/mark"), ("GET", "/_pages/down.html")] {
            let (status, head, body) = nginx.ask(method, address);
            let page = web::whole::unmarked(&String::from_utf8_lossy(&body)).into_owned();
            if status == 404 {
                assert!(!address.starts_with("/documents"), "{address}");
                continue;
            }
            assert_eq!(status, 503, "{address}");
            assert!(head.contains("retry-after") && page.contains("网站暂时打不开") && page.contains("0000-1234567"), "{page}");
            assert!(page.contains("截至 2026-03-02 09:00") && !page.contains("<!--#"), "{page}");
            assert!(!page.contains(" style=") && !page.contains("<style"), "nothing inline");
        }
        let style = app.ctx().assets().url("portal.css");
        assert_eq!(nginx.ask("GET", &style).0, 200);
        // The page and the styles alone, for an office that wants no copy.
        let bare = place.path().join("bare");
        mirror::run(&app.app, &bare, true, |_| {}).await.expect("pages");
        assert!(!bare.join("index.html").exists() && bare.join("_pages/down.html").exists());
        let nginx = Nginx::start("nginx-portal.conf", &bare, free_port());
        let (status, page) = nginx.text("/");
        assert!(status == 503 && page.contains("网站暂时打不开"), "{status} {page}");
        assert_eq!(nginx.ask("GET", &style).0, 200);
    }

    async fn a_second_run_writes_what_changed_and_takes_away_what_is_no_longer_public(app) {
        let site = site(app).await;
        let place = tempfile::tempdir().expect("place");
        let dir = place.path().join("www");
        let first = run(app, &dir).await;
        assert!(first.written > 60 && first.unchanged == 0 && first.gone == 1, "{first:?}");
        let before = files(&dir);
        let second = run(app, &dir).await;
        assert_eq!((second.written, second.removed, second.addresses), (0, 0, first.addresses), "{second:?}");
        assert_eq!(files(&dir), before);
        // What somebody changed on the disk is put right.
        let page = dir.join("documents").join(&site.public).join("index.html");
        let whole = fs::read(&page).expect("page");
        fs::write(&page, "x".repeat(whole.len())).expect("spoiled");
        // Nor is a file or a list believed by its length.
        let list = dir.join("documents.csv");
        let listed = fs::read(&list).expect("list");
        fs::write(&list, "x".repeat(listed.len())).expect("spoiled");
        let attachment = files(&dir).into_keys().find(|file| file.starts_with("attachments")).expect("a file");
        let attached = fs::read(dir.join(&attachment)).expect("file");
        fs::write(dir.join(&attachment), "x".repeat(attached.len())).expect("spoiled");
        assert_eq!(run(app, &dir).await.written, 3);
        assert_eq!(fs::read(&page).expect("page"), whole);
        assert_eq!(fs::read(&list).expect("list"), listed);
        assert_eq!(fs::read(dir.join(&attachment)).expect("file"), attached);

        let mut head = app.person("head", "QH010", &[Role::OrganHead]).await;
        let version = head.get(&format!("/documents/{}", site.public)).await.field("version");
        let fields = [("version", version.as_str()), ("reason", "附件有误")];
        head.post(&format!("/documents/{}/withdraw", site.public), &fields).await.expect(303);
        let third = run(app, &dir).await;
        // Another one was withdrawn before: with this one go its page and its card.
        assert!(third.gone == 3 && third.written > 0, "{third:?}");
        assert!(!page.exists() && dir.join("_gone/documents").join(format!("{}.html", site.public)).exists());
        for (file, bytes) in files(&dir) {
            assert!(!file.starts_with("attachments"), "its file went with it: {}", file.display());
            // Its notice names it, and so does the page of its receipts.
            let withdrawn = file.starts_with("_gone") || file.starts_with("receipts");
            assert!(withdrawn || !String::from_utf8_lossy(&bytes).contains("带附件的通知"), "{}", file.display());
        }
    }

    async fn a_folder_of_something_else_is_refused(app) {
        let place = tempfile::tempdir().expect("place");
        fs::write(place.path().join("index.html"), "别人的").expect("file");
        let refused = mirror::run(&app.app, place.path(), false, |_| {}).await.expect_err("refused").to_string();
        assert!(refused.contains("空目录") && refused.contains("index.html"), "{refused}");
        assert_eq!(fs::read_dir(place.path()).expect("folder").count(), 1, "nothing was changed");
        let inside = mirror::run(&app.app, &app.data().join("www"), false, |_| {}).await.expect_err("refused").to_string();
        assert!(inside.contains("数据目录"), "{inside}");
        // Nor by another way to it.
        let link = place.path().join("link");
        std::os::unix::fs::symlink(app.data(), &link).expect("link");
        let name = app.data().file_name().expect("a name").to_owned();
        for way in [link.join("www"), app.data().join("..").join(name).join("www"), app.data().join("none/../www")] {
            assert!(mirror::run(&app.app, &way, false, |_| {}).await.is_err(), "{}", way.display());
            assert!(!app.data().join("www").exists(), "{}", way.display());
        }
    }
}

/// Killed wherever it was, the next run ends with what one run alone would have written.
#[test]
fn a_run_that_was_killed_is_taken_up_again() {
    let place = tempfile::tempdir().expect("place");
    let gongkai = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai-under-test"));
        command
            .env("GONGKAI_DATA", place.path().join("data"))
            .args(arguments)
            .stderr(Stdio::null())
            .stdout(Stdio::null());
        command
    };
    let add = ["user", "add", "admin", "--name", "甲", "--organ", "OFFICE", "--role", "security_admin"];
    assert!(gongkai(&add).status().expect("runs").success());
    let (killed, whole) = (place.path().join("killed"), place.path().join("whole"));
    let path = |dir: &Path| dir.display().to_string();
    let mut first = gongkai(&["mirror", &path(&killed)]).spawn().expect("runs");
    let journal = killed.join(".mirror/journal");
    while !fs::metadata(&journal).is_ok_and(|data| data.len() > 0) && first.try_wait().expect("a child").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let _ = first.kill();
    let _ = first.wait();
    for dir in [&killed, &whole] {
        assert!(gongkai(&["mirror", &path(dir)]).status().expect("runs").success());
    }
    let times = ["_pages/when.html", "_pages/archive.html"].map(PathBuf::from);
    let (mut one, mut other) = (files(&killed), files(&whole));
    for name in &times {
        one.remove(name);
        other.remove(name);
    }
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(one.len() > 20 && one.contains_key(Path::new("index.html")));
    assert!(fs::read_dir(killed.join(".mirror/tmp")).expect("folder").next().is_none(), "no half file is left");
}
