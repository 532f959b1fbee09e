//! Stories of pages that are made once for all readers: they are the same in every form, and nothing of them is ever untrue.

use std::net::SocketAddr;

use edge::connections::{self, Limits};
use http::{Method, header};
use jiff::SignedDuration;
use kernel::{Actor, OrganCode};
use publishing::{columns::ColumnData, kinds::NOTICE, seed::Seed};
use testkit::{Reply, TestApp, both};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
};

async fn notice(app: &TestApp, title: &str) -> String {
    let mut tx = app.ctx().db().write().await.expect("write");
    let column =
        ColumnData {
            slug: "notices".into(), name: "通知公告".into(), kind: "notice".into(), ..ColumnData::default()
        };
    publishing::columns::put(&mut tx, &Actor::System, &column).await.expect("column");
    let at = "2026-02-10T02:00:00Z".parse().expect("moment");
    let one = Seed::published(OrganCode::from("QH010"), "notices", &NOTICE, title, "<p>公开的正文</p>", at);
    let id = publishing::seed::seed(app.ctx(), &mut tx, one).await.expect("seed");
    tx.commit().await.expect("commit");
    app.work().await;
    String::from(id)
}

/// Changes what the page would show without the event that such a change has: whoever shows it has made the page anew.
async fn behind_its_back(app: &TestApp, title: &str) {
    let mut tx = app.ctx().db().write().await.expect("write");
    for sql in ["UPDATE document SET title = $1", "UPDATE edition SET title = $1"] {
        store::query(sql).bind(title.to_owned()).execute(tx.conn()).await.expect("row");
    }
    tx.commit().await.expect("commit");
}

async fn an_event(app: &TestApp) {
    app.account(&format!("somebody{}", app.ctx().seams().secret(4)), "QH010", &[kernel::Role::Editor]).await;
}

fn value(reply: &Reply, name: &str) -> String {
    reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn tag(reply: &Reply) -> String {
    value(reply, "etag")
}

/// A connection to the portal as a browser has it, over which one thing after the other is asked.
struct Wire(TcpStream);

impl Wire {
    async fn open(app: &TestApp) -> (Self, watch::Sender<bool>) {
        let listener = connections::listen(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(connections::serve(listener, app.app.answers.clone(), Limits::usual(8, 0, Vec::new()), stopped));
        (Self(TcpStream::connect(address).await.expect("connect")), stop)
    }

    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("send");
    }

    /// The next answer that has a length: its head and its body.
    async fn next(&mut self) -> (String, Vec<u8>) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.expect("a head"));
        }
        let head = String::from_utf8(head).expect("letters").to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.trim().parse().expect("a number"))];
        self.0.read_exact(&mut body).await.expect("a body");
        (head, body)
    }
}

both! {
    async fn a_page_is_made_once_until_something_happens(app) {
        let path = format!("/documents/{}", notice(app, "第一个标题").await);
        let mut reader = app.visitor();
        let first = reader.get(&path).await.expect(200).shows("第一个标题");
        assert!(tag(&first).starts_with('"'), "a strong tag");
        behind_its_back(app, "第二个标题").await;
        // Kept: nothing happened that the log knows of.
        let again = reader.get(&path).await.expect(200).shows("第一个标题");
        assert_eq!(tag(&again), tag(&first));
        // Elder mode is another page, other questions are others.
        let mut elder = app.visitor();
        elder.with_header("cookie", "mode=elder");
        elder.get(&path).await.expect(200).shows("第二个标题");
        reader.get(&format!("{path}?x=1")).await.expect(200).shows("第二个标题");
        an_event(app).await;
        let after = reader.get(&path).await.expect(200).shows("第二个标题");
        assert_ne!(tag(&after), tag(&first));
        // And what no event tells is seen in the next minute.
        behind_its_back(app, "第三个标题").await;
        reader.get(&path).await.expect(200).shows("第二个标题");
        app.pass(SignedDuration::from_secs(60));
        reader.get(&path).await.expect(200).shows("第三个标题");
        // As it was published; what is left of it is the seal.
        behind_its_back(app, "第一个标题").await;
        reseal(app).await;
    }

    async fn a_kept_page_carries_what_any_answer_carries(app) {
        let path = format!("/documents/{}", notice(app, "关于停电的通知").await);
        let headers = |reply: &Reply| {
            let named = reply.headers.iter().filter(|(name, _)| *name != "x-request-id");
            let mut all: Vec<_> = named.map(|(name, value)| (name.to_string(), value.clone())).collect();
            all.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.as_bytes().cmp(other.1.as_bytes())));
            all
        };
        for accept in ["br, gzip", "gzip", "identity"] {
            let mut reader = app.visitor();
            reader.with_header("accept-encoding", accept);
            // Another question is another page: this one is made, then kept.
            let asked = format!("{path}?form={}", accept.len());
            let made = reader.get(&asked).await.expect(200);
            let kept = reader.get(&asked).await.expect(200);
            assert_eq!(headers(&made), headers(&kept), "{accept}");
            assert_eq!(made.bytes, kept.bytes);
            assert!(value(&kept, "content-security-policy").contains("default-src 'none'"));
            let ids = [&made, &kept].map(|reply| value(reply, "x-request-id"));
            assert!(ids[0] != ids[1] && ids.iter().all(|id| id.len() >= 16), "{ids:?}");
        }
        // What brings something with it is no question for a page.
        let body = app.visitor().send(Method::GET, &path, "text/plain", b"x".to_vec()).await;
        assert_eq!(body.status, 200);
    }

    async fn over_one_connection_kept_pages_and_everything_else_come_in_order(app) {
        let id = notice(app, "关于停气的通知").await;
        let page = format!("GET /documents/{id} HTTP/1.1\r\nHost: portal.example\r\n");
        let (mut wire, _stop) = Wire::open(app).await;
        wire.send(&format!("{page}\r\n")).await;
        let (made, plain) = wire.next().await;
        assert!(made.starts_with("http/1.1 200") && String::from_utf8_lossy(&plain).contains("关于停气的通知"));
        // From here on it is kept. A new connection begins in the lane of kept pages; two questions come at once, one in two pieces.
        let (mut wire, stop) = Wire::open(app).await;
        wire.send(&format!("{page}\r\n{page}Accept-Encoding: gzip\r\n\r\nGET /docu")).await;
        let (first, body) = wire.next().await;
        assert_eq!(body, plain);
        let names = |head: &str| {
            let named = head.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, _)| name.to_owned());
            named.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&first), names(&made), "the same head, whoever answers");
        let (second, packed) = wire.next().await;
        assert!(second.contains("content-encoding: gzip") && packed.len() < plain.len());
        let id_of = |head: &str| head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).map(str::to_owned);
        assert_ne!(id_of(&first).expect("an id"), id_of(&second).expect("an id"));
        wire.send(&page["GET /docu".len()..]).await;
        let tag = first.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag").to_owned();
        wire.send(&format!("If-None-Match: {tag}\r\n\r\n")).await;
        let (known, nothing) = wire.next().await;
        assert!(known.starts_with("http/1.1 304") && nothing.is_empty(), "{known}");
        // What is no such page, and everything after it, is answered by the whole server, and in order.
        wire.send("GET /no/such/page HTTP/1.1\r\nHost: portal.example\r\n\r\n").await;
        wire.send(&format!("{page}\r\n")).await;
        assert!(wire.next().await.0.starts_with("http/1.1 404"));
        assert_eq!(wire.next().await.1, plain);
        // Two hosts, or an odd one, are refused whoever answers: what stands in front may have read the other one.
        for more in ["Host: other.example\r\n\r\n", "\r\n"] {
            let (mut wire, _stop) = Wire::open(app).await;
            let host = if more.len() > 2 { "portal.example" } else { "portal.example/a?b" };
            let odd = page.replace("portal.example", host);
            wire.send(&format!("{odd}{more}")).await;
            assert!(wire.next().await.0.starts_with("http/1.1 400"), "{odd}{more}");
        }
        // What was kept and is withdrawn is gone for whoever has a connection open, too.
        let (mut wire, _stop) = Wire::open(app).await;
        wire.send(&format!("{page}\r\n")).await;
        assert_eq!(wire.next().await.1, plain);
        let mut head = app.person("head", "QH010", &[kernel::Role::OrganHead]).await;
        let version = head.get(&format!("/documents/{id}")).await.field("version");
        head.post(&format!("/documents/{id}/withdraw"), &[("version", &version), ("reason", "名单有误")]).await.expect(303);
        wire.send(&format!("{page}\r\n")).await;
        assert!(wire.next().await.0.starts_with("http/1.1 410"));
        drop(stop);
    }

    async fn who_has_the_page_is_told_so_in_every_form(app) {
        let path = format!("/documents/{}", notice(app, "关于供水的通知").await);
        let plain = app.visitor().get(&path).await.expect(200);
        for (accept, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", "")] {
            let mut reader = app.visitor();
            reader.with_header("accept-encoding", accept);
            let packed = reader.get(&path).await.expect(200);
            assert_eq!(value(&packed, "content-encoding"), encoding);
            assert!(packed.headers.get_all(header::VARY).iter().any(|vary| vary == "accept-encoding"));
            assert_eq!(packed.bytes.len() < plain.bytes.len(), !encoding.is_empty(), "{accept}");
            let head = reader.send(Method::HEAD, &path, "", Vec::new()).await;
            assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
            assert_eq!(value(&head, "content-length"), packed.bytes.len().to_string());
            let known: &'static str = Box::leak(tag(&packed).into_boxed_str());
            reader.with_header("if-none-match", known);
            let same = reader.get(&path).await.expect(304);
            assert!(same.bytes.is_empty());
            assert_eq!(tag(&same), known);
        }
    }

    async fn what_is_withdrawn_is_gone_at_once_also_on_another_node(app) {
        let id = notice(app, "要撤回的通知").await;
        let path = format!("/documents/{id}");
        let other = app::App::new(app.with_config(|_| ()).await).expect("another node");
        let mut there = app.visitor().on(other.portal.clone());
        let (mut here, lists) = (app.visitor(), ["/", "/documents", "/columns/notices", "/feed.atom", "/documents.json"]);
        for page in lists.iter().copied().chain([path.as_str()]) {
            here.get(page).await.expect(200).shows("要撤回的通知");
            there.get(page).await.expect(200).shows("要撤回的通知");
        }
        let mut head = app.person("head", "QH010", &[kernel::Role::OrganHead]).await;
        let version = head.get(&path).await.field("version");
        head.post(&format!("{path}/withdraw"), &[("version", &version), ("reason", "名单有误")]).await.expect(303);
        here.get(&path).await.expect(410);
        for page in lists {
            here.get(page).await.expect(200).hides("要撤回的通知");
        }
        // A server whose pages others show too answers its editor no sooner than they have had to look again.
        tokio::time::sleep(store::LEASE).await;
        there.get(&path).await.expect(410);
        for page in lists {
            there.get(page).await.expect(200).hides("要撤回的通知");
        }
    }

    async fn what_is_somebodys_own_is_kept_for_nobody(app) {
        let mut reader = app.visitor();
        for path in ["/healthz", "/nothing-here", "/search?q=%E9%80%9A%E7%9F%A5"] {
            let (first, second) = (reader.get(path).await, reader.get(path).await);
            assert_eq!(first.status, second.status, "{path}");
        }
        reader.get("/nothing-here").await.expect(404);
        // What was not there and is there now is seen.
        let id = notice(app, "新的通知").await;
        reader.get(&format!("/documents/{id}")).await.expect(200).shows("新的通知");
    }
}

async fn reseal(app: &TestApp) {
    store::test::reseal(app.ctx().db()).await.expect("taken as it is");
}
