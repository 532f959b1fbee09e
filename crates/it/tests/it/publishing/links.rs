//! Links to other sites: asked for by a job and on a schedule, told with the day, and never where nobody has switched it on.

use check_text::{Book, Wanted, look_at_tag};
use publishing::links::{LinkId, Links, look_at, round};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::{
    library::policy,
    policy::{column, put},
};

/// A site with one page.
async fn site() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 2048];
            let count = stream.read(&mut head).await.unwrap_or(0);
            let page = String::from_utf8_lossy(&head[..count]).starts_with("GET /page ");
            let status = if page { "200 OK" } else { "404 Not Found" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

async fn links(app: &TestApp) -> Vec<LinkId> {
    let sql = "SELECT id FROM outside_link ORDER BY address";
    store::query_scalar(sql).fetch_all(app.ctx().db().read()).await.expect("links")
}

both! {
    async fn a_link_that_does_not_open_is_told_with_the_day(app) {
        column(app).await;
        let port = site().await;
        let at = |path: &str| format!("http://127.0.0.1:{port}{path}");
        let body = format!("<p>见<a href=\"{}\">甲</a>、<a href=\"{}\">乙</a>。</p>", at("/page"), at("/gone?a=1&amp;b=2"));
        let id = put(app, policy("QH010", "停车管理办法", "青禾财发〔2020〕3号", &body, "2026-02-20T02:00:00Z")).await;
        let mut editor = app.editor("QH010").await;
        // Off: nothing is asked for, and that is said.
        assert_eq!(round(app.ctx()).await.expect("a round"), 0);
        editor.get("/links").await.expect(200).shows("外部链接检查没有开启").hides("重新检查<");
        let set = async |change: Links| app.with_config(|config| { config.settings.set(change); }).await;
        let allow = vec!["127.0.0.1/32".parse().expect("net")];
        let on = set(Links { check: true, allow: allow.clone(), ..Links::default() }).await;
        assert_eq!(round(&on).await.expect("a round"), 2);
        // Who is asked for is not asked for again at once.
        assert_eq!(round(&on).await.expect("a round"), 0);
        for link in links(app).await {
            look_at(&on, &link).await.expect("looked");
        }
        let page = editor.get("/links").await.expect(200).shows("/gone?a=1").hides(&at("/page")).shows("停车管理办法");
        page.shows("对方网站说没有这个页面（404），最后检查于");
        editor.get("/links?state=all").await.expect(200).shows(&at("/page")).shows("可以打开");
        app.editor("QH011").await.get("/links?state=all").await.expect(200).hides("/gone");
        // In whatever text it stands, the checks tell it.
        let asking = review::findings::Asking::of(&on).await.expect("asking");
        let answers = asking.answers(&[Wanted::Outside(at("/gone?a=1&b=2")), Wanted::Outside(at("/page"))]).await.expect("answers");
        let told = |path: &str| {
            let tag = format!("a href=\"{}\"", at(path));
            let found = look_at_tag("", &tag, &Book::default(), &answers).into_iter().map(|one| one.rule);
            found.filter(|rule| rule.starts_with("wording.")).collect::<Vec<String>>()
        };
        assert_eq!(told("/gone?a=1&amp;b=2"), ["wording.outside"]);
        assert!(told("/page").is_empty() && told("/another").is_empty());
        // What the configuration leaves out is not asked, and what was said of it is over.
        let skip = vec!["127.0.0.1".to_owned()];
        let less = set(Links { check: true, allow, skip_hosts: skip, ..Links::default() }).await;
        for link in links(app).await {
            look_at(&less, &link).await.expect("looked");
        }
        // These pages are of a server that does not check: it does not say that all is well.
        editor.get("/links").await.expect(200).hides("/gone").shows("没有检查过").hides("没有打不开的链接");
        editor.get("/links?state=all").await.expect(200).shows("按配置不检查");
        // With the text its links are forgotten.
        changes::withdraw(app, &id, "有误").await;
        round(&on).await.expect("a round");
        assert!(links(app).await.is_empty());
        on.db().close().await;
        less.db().close().await;
    }

    async fn a_machine_without_a_way_out_says_so_and_calls_nothing_dead(app) {
        column(app).await;
        let body = "<p>见<a href=\"http://127.0.0.1:1/a\">甲</a>。</p>";
        put(app, policy("QH010", "停车管理办法", "青禾财发〔2020〕3号", body, "2026-02-20T02:00:00Z")).await;
        let allow = vec!["127.0.0.1/32".parse().expect("net")];
        let on = app.with_config(|config| { config.settings.set(Links { check: true, allow, ..Links::default() }); }).await;
        round(&on).await.expect("a round");
        let link = links(app).await.into_iter().next().expect("a link");
        for _ in 0..4 {
            look_at(&on, &link).await.expect("looked");
        }
        let asking = review::findings::Asking::of(&on).await.expect("asking");
        let wanted = [Wanted::Outside("http://127.0.0.1:1/a".to_owned())];
        let answers = asking.answers(&wanted).await.expect("answers");
        assert!(look_at_tag("", "a href=\"http://127.0.0.1:1/a\"", &Book::default(), &answers).is_empty());
        on.db().close().await;
    }
}
