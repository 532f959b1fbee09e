//! Who may do what, walked over every route with every role. The list of routes comes from the router itself: a new route
//! is in this test without anybody thinking of it.

use http::Method;
use kernel::{
    OrganCode, Refused, Role, Scope, may,
    permission::{READ_PUBLIC, SIGN_IN},
};
use testkit::{Client, TestApp, both, staff};
use web::{Listener, RouteInfo};

/// A path for a pattern: ids that do not exist, so that no handler does more than look.
fn address(route: &RouteInfo) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { "nosuchthing" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(client: &mut Client, route: &RouteInfo) -> u16 {
    let path = address(route);
    let reply = match route.method {
        Method::GET => client.get(&path).await,
        _ => client.post(&path, &[]).await,
    };
    reply.status.as_u16()
}

async fn events(app: &TestApp) -> i64 {
    // That somebody was refused is told, too, now and then.
    store::query_scalar("SELECT COUNT(*) FROM event WHERE kind <> 'account.refused'")
        .fetch_one(app.ctx().db().read())
        .await
        .expect("count")
}

/// Routes that end the session of the person who walks: asked by nobody here.
const ENDS_THE_WALK: [&str; 1] = ["/signout"];

fn ends_the_walk(route: &RouteInfo) -> bool {
    ENDS_THE_WALK.contains(&route.path)
}

both! {
    async fn every_role_reaches_what_the_table_gives_and_nothing_else(app) {
        let routes: Vec<_> = app.app.routes.iter().filter(|r| r.listener == Listener::Office && !ends_the_walk(r)).cloned().collect();
        assert!(routes.len() > 40, "only {} office routes", routes.len());
        for path in ENDS_THE_WALK {
            assert!(app.app.routes.iter().any(|route| route.path == path), "{path} is no route any more");
        }
        let mut faults = Vec::new();
        // Who may is told by the table and not by the database: on the second each route meets every second person.
        let every = if app.ctx().db().dialect() == store::Dialect::Sqlite { 1 } else { 2 };
        for (number, role) in Role::ALL.into_iter().enumerate() {
            for organ in ["QH001", "QH010"] {
                let login = format!("walker{number}-{}", organ.to_lowercase());
                let mut client = app.person(&login, organ, &[role]).await;
                for (_, route) in routes.iter().enumerate().filter(|(at, _)| (number + at).is_multiple_of(every)) {
                    let expected = may(&staff(organ, role), route.permission);
                    let before = events(app).await;
                    let status = ask(&mut client, route).await;
                    let line = format!("{} {} as {} of {organ}: {status}", route.method, route.path, role.code());
                    match expected {
                        Ok(()) if status == 401 || status >= 500 => faults.push(line),
                        // What is for programs asks for a key, and looks at nobody's session.
                        Err(Refused::NoKey) if status != 401 => faults.push(line),
                        Err(refused) if refused != Refused::NoKey && status != 403 => faults.push(line),
                        Err(_) if events(app).await != before => faults.push(format!("{line}, but it wrote")),
                        _ => {}
                    }
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn no_page_hides_an_organ(app) {
        for route in app.app.routes.iter().filter(|route| route.path.starts_with("/organs/")) {
            let page = route.path.trim_start_matches("/organs/").split('/').next().unwrap_or_default();
            assert!(page.starts_with('{') || !OrganCode::is_valid(page), "an organ called {page} could not be opened");
        }
        let mut clerk = app.clerk().await;
        for code in ["new", "merge", "Import"] {
            let form = [("name", "青禾县新局"), ("short_name", "新局"), ("code", code), ("kind", "county_unit")];
            clerk.post("/organs/new", &form).await.expect(422).shows("系统网页的名称");
        }
    }

    async fn addresses_that_are_no_text_end_in_words(app) {
        let mut clerk = app.clerk().await;
        for path in ["/documents/%FF%FE", "/columns/%D5%FE", "/organs/%ff", "/nothing/%ff", "/assets/%ff"] {
            app.visitor().get(path).await.expect(404).shows("没有找到这个页面").hides("Invalid");
            clerk.get(path).await.expect(404).shows("没有找到这个页面").hides("Invalid");
        }
        let reply = app.visitor().get("/api/v1/documents/%ff").await.expect(404).shows("\"status\":404");
        assert_eq!(reply.headers[http::header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(app.visitor().get("/policies/?year=2026").await.expect(308).location(), "/policies?year=2026");
        app.visitor().get("//evil.example/").await.expect(404);
    }

    async fn strangers_are_sent_to_the_door(app) {
        let mut faults = Vec::new();
        for route in app.app.routes.iter().filter(|r| r.listener == Listener::Office) {
            let mut stranger = app.stranger();
            let status = ask(&mut stranger, route).await;
            let open = [&READ_PUBLIC, &SIGN_IN].contains(&route.permission);
            let fits = match (&route.method, open) {
                (_, true) => status < 500 && status != 403,
                _ if route.permission.scope == Scope::Program => status == 401,
                (&Method::GET, false) => status == 303,
                (_, false) => status == 401,
            };
            if !fits {
                faults.push(format!("{} {}: {status}", route.method, route.path));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn reading_the_portal_changes_nothing_and_a_form_is_taken_from_its_own_page_alone(app) {
        app.work().await;
        let before = events(app).await;
        for route in app.app.routes.iter().filter(|r| r.listener == Listener::Portal) {
            if route.method != Method::GET {
                let foreign = app.foreign_post(&app.visitor(), &address(route)).await;
                assert_eq!(foreign.status.as_u16(), 403, "{} takes a form from elsewhere", route.path);
            }
            let status = ask(&mut app.visitor(), route).await;
            assert!(status < 500, "{}: {status}", route.path);
        }
        assert_eq!(events(app).await, before);
    }

    async fn the_office_is_closed_to_other_networks_and_sites(app) {
        let mut client = app.clerk().await;
        let reply = client.get("/").await.expect(200);
        assert!(reply.headers.contains_key("content-security-policy"));
        // The same person from an address outside server.office_allow, and through a proxy that nobody configured.
        let (mut abroad, mut proxied) = (client.clone(), client.clone());
        abroad.from_address("203.0.113.9");
        abroad.get("/").await.expect(404);
        // A colleague may work here and does not watch the machine: server.metrics_allow.
        let mut colleague = app.stranger();
        colleague.get("/metrics").await.expect(200);
        colleague.get("/healthz").await.expect(200).shows("version");
        colleague.from_address("10.0.0.7");
        colleague.get("/metrics").await.expect(404);
        colleague.get("/healthz").await.expect(200).shows("ok").hides("version").hides("sqlite").hides("postgres");
        proxied.with_header("x-forwarded-for", "10.0.0.7");
        proxied.get("/").await.expect(404);
        let mut spoken = client.clone();
        spoken.with_header("x-forwarded-proto", "https");
        spoken.get("/").await.expect(404);
        // A trusted proxy that does not say for whom it asks: its own address stands for everybody behind it.
        let ctx = app
            .with_config(|config| config.server.trusted_proxies = vec!["127.0.0.1/32".parse().expect("net")])
            .await;
        let mut silent = app.stranger().on(app::App::new(ctx).expect("the program composes").office);
        silent.get("/signin").await.expect(404);
        silent.get("/metrics").await.expect(404);
        silent.get("/healthz").await.expect(200).shows("ok").hides("version").hides("disk_free_mb");
        let mut said = silent.clone();
        said.with_header("x-forwarded-for", "127.0.0.1");
        said.get("/metrics").await.expect(200);
        // A form sent from another site is refused although the cookie comes along.
        let foreign = app.foreign_post(&client, "/documents/new").await;
        assert_eq!(foreign.status.as_u16(), 403);
    }
}

/// The table in the documents is the one that the program asks.
#[test]
fn the_table_in_the_documents_is_the_programs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
    let written = std::fs::read_to_string(path).expect("docs/permissions.md");
    assert_eq!(
        written.trim(),
        identity::permissions_markdown(&app::capabilities::all()).trim(),
        "docs/permissions.md is out of step: write the right side there"
    );
}

/// What stands in a route is declared: the table of permissions, the rail and the audit would not know it otherwise.
#[test]
fn routes_links_and_events_name_only_what_is_declared() {
    let all = app::capabilities::all();
    let known: Vec<_> = all.permissions().collect();
    for routes in all.routes() {
        for route in routes.finish().0 {
            assert!(known.contains(&route.permission), "{} asks for {}", route.path, route.permission.code);
        }
    }
    for link in all.nav() {
        assert!(known.contains(&link.permission), "{} asks for {}", link.href, link.permission.code);
    }
    let subjects: Vec<_> = all.subjects().map(|(kind, _)| kind).collect();
    for event in all.events() {
        assert!(
            subjects.contains(&event.subject),
            "{} happens to a {} that nobody declares",
            event.name,
            event.subject
        );
        assert!(!event.label.is_empty(), "{} has no words", event.name);
    }
}
