//! What every answer carries, and how errors become pages.

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use web::{
    Ctx, Desk, Listener, OfficeShell, PortalShell, Reader, api, asked,
    config::Server,
    desk,
    doors::{self, WayIn},
    error::{ErrorView, WrongParameter},
    page, whole,
};

/// No inline script or style anywhere, nothing from elsewhere, never framed; no script may make a page of a string.
macro_rules! policy {
    ($types:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; ",
            "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; ",
            "trusted-types ",
            $types
        )
    };
}

/// No script of the portal reads HTML from a string.
const PORTAL_POLICY: &str = policy!("'none'");
/// The editor reads pasted texts into documents that never become pages: `inert` is ours, the other one the library's.
const OFFICE_POLICY: &str = policy!("inert ProseMirrorClipboard");

/// Browsers that came over HTTPS once come over nothing else for a year.
const STRICT: &str = "max-age=31536000";

/// Whether people reach this server over HTTPS, as far as it has been told, and whether its cookies may hang on that.
fn over_https(server: &Server, listener: Listener) -> (bool, bool) {
    let portal = server.portal_url.starts_with("https://");
    match listener {
        Listener::Portal => (portal, portal),
        // A wrong guess would lock everybody out: for cookies only what was set for this purpose counts.
        Listener::Office => (server.secure_cookies || server.office_url.starts_with("https://"), server.secure_cookies),
    }
}

/// Layer of both servers: the security headers. Cookies go back over HTTPS only where people come over HTTPS.
pub async fn secure(State((ctx, listener)): State<(Ctx, Listener)>, request: Request, next: Next) -> Response {
    let carries = carries_body(request.headers());
    let mut response = next.run(request).await;
    // What was refused was perhaps not read to its end, and the connection ends then: whoever keeps connections open, a proxy
    // above all, is told so instead of losing the next request on it.
    let refused = response.status().is_client_error() || response.status().is_server_error();
    let headers = response.headers_mut();
    if carries && refused {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    harden(&ctx.config().server, listener, headers);
    if over_https(&ctx.config().server, listener).1 {
        let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().map(marked).collect();
        headers.remove(header::SET_COOKIE);
        for cookie in cookies {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Puts the security headers on, where nothing stricter stands.
pub(crate) fn harden(server: &Server, listener: Listener, headers: &mut HeaderMap) {
    let policy = if listener == Listener::Portal { PORTAL_POLICY } else { OFFICE_POLICY };
    if over_https(server, listener).0 {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICT));
    }
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        // A handler that serves foreign content may have set a stricter policy.
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
}

/// Whether something follows the head of the request.
pub(crate) fn carries_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0")
}

/// The cookie, for HTTPS alone.
fn marked(cookie: &HeaderValue) -> HeaderValue {
    let known = |text: &str| text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure"));
    match cookie.to_str() {
        Ok(text) if !known(text) => {
            HeaderValue::from_str(&format!("{text}; Secure")).unwrap_or_else(|_| cookie.clone())
        }
        _ => cookie.clone(),
    }
}

/// Layer of the office: the message of the action before is shown once.
pub async fn forget_flash(request: Request, next: Next) -> Response {
    let had = page::cookie(request.headers(), "flash").is_some();
    let mut response = next.run(request).await;
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    if had && is_page {
        response
            .headers_mut()
            .append(header::SET_COOKIE, HeaderValue::from_static("flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    }
    response
}

#[derive(Template)]
#[template(path = "pages/portal_error.html")]
struct PortalError {
    shell: PortalShell,
    view: ErrorView,
    ways: Vec<WayIn>,
    words: String,
}

#[derive(Template)]
#[template(path = "pages/desk_error.html")]
struct DeskError {
    /// The page that a refused form is about; empty = unknown.
    back: String,
    /// What was typed into it.
    typed: Vec<String>,
    shell: OfficeShell,
    view: ErrorView,
}

#[derive(Template)]
#[template(path = "pages/office_error.html")]
struct OfficeError {
    shell: OfficeShell,
    view: ErrorView,
}

/// Outermost layer but for the headers: turns [`ErrorView`]s, and bare 404/405/413 of the router, into pages or problem JSON.
pub async fn error_pages(State((ctx, listener)): State<(Ctx, Listener)>, request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let html = desk::wants_html(&request) && !path.starts_with("/api/");
    let elder = page::cookie(request.headers(), "mode") == Some("elder");
    let readable = is_text(request.uri().path());
    let back = came_from(&request);
    let sent = (request.method() == Method::POST).then(|| request.uri().path().to_owned());
    let response = next.run(request).await;
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    // Sentences of the libraries, which refuse a request before any handler of ours sees it, are for engineers.
    let foreign = media.is_some_and(|media| media.starts_with(b"text/plain")) && status.is_client_error();
    let bare = media.is_none() || foreign;
    let view = match response.extensions().get::<ErrorView>() {
        Some(view) => view.clone(),
        // Nothing stands at an address that is no text, whatever refused it.
        None if bare && (status == StatusCode::NOT_FOUND || status.is_client_error() && !readable) => ErrorView {
            status: StatusCode::NOT_FOUND,
            title: "没有找到这个页面",
            message: "地址可能写错了，也可能内容已经调整。".into(),
            incident: None,
        },
        None if bare && status == StatusCode::METHOD_NOT_ALLOWED => ErrorView {
            status,
            title: "这个地址不能这样打开",
            message: "请从页面上的按钮或链接进入。".into(),
            incident: None,
        },
        None if bare && status == StatusCode::SERVICE_UNAVAILABLE => ErrorView {
            status,
            title: "没有在时限内完成",
            message: "网络太慢或文件太大，这次没有保存。请稍后再试，或把文件拆小后分别上传。".into(),
            incident: None,
        },
        None if foreign => ErrorView {
            status,
            title: "请求内容需要更正",
            message: "网址或提交的内容写法不对。请从页面上的链接或按钮重新进入；已填的内容浏览器会保留。".into(),
            incident: None,
        },
        None => return response,
    };
    let status = view.status;
    if !html {
        return problem(&view, listener, &path, &response);
    }
    let rendered = match listener {
        Listener::Portal => {
            let words = path_words(&path);
            let mut shell = Reader { path, elder }.shell(&ctx, view.title, "", "");
            shell.has_error = true;
            PortalError { shell, ways: doors::ways_in(&ctx, doors::Offered::Errors), view: view.clone(), words }
                .render()
        }
        Listener::Office => {
            let back = match sent {
                Some(sent) if back.is_empty() => page_of(&ctx, &sent),
                _ => back,
            };
            office_error(&ctx, response.extensions().get::<Desk>(), &view, (&path, back)).await
        }
    };
    match rendered {
        Ok(body) => {
            let mut page = (status, Html(whole::kept(&body))).into_response();
            page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            for (name, value) in response.headers() {
                if [header::SET_COOKIE, header::RETRY_AFTER, header::REFERRER_POLICY].contains(name) {
                    page.headers_mut().append(name, value.clone());
                }
            }
            page
        }
        Err(error) => {
            tracing::error!(%error, "the error page itself failed");
            response
        }
    }
}

/// The page of this site from which a form was sent, as the browser says: path and query alone, so that it leads nowhere else.
/// What is refused on a page of its own would else leave no way back to what it is about.
fn came_from(request: &Request) -> String {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let from = text(header::REFERER).filter(|_| request.method() == Method::POST);
    let from = from.and_then(|from| from.parse::<Uri>().ok());
    let from =
        from.filter(|from| from.host().is_some() && from.authority().map(|at| at.as_str()) == text(header::HOST));
    let path = from.and_then(|from| from.path_and_query().map(ToString::to_string)).unwrap_or_default();
    if path == "/" || path.starts_with("//") { String::new() } else { path }
}

/// The page that a form's address belongs to, where the browser does not say which one it came from: the nearest above it that
/// can be opened. Empty = none.
fn page_of(ctx: &Ctx, sent: &str) -> String {
    let mut pages: Vec<&'static str> = Vec::new();
    for routes in ctx.capabilities().routes().filter(|routes| routes.listener() == Listener::Office) {
        let gets = routes.list().iter().filter(|route| route.method == Method::GET);
        pages.extend(gets.map(|route| route.path));
    }
    nearest(&pages, sent).to_owned()
}

/// The longest beginning of an address, cut at its parts, that one of these patterns stands for.
fn nearest<'a>(pages: &[&str], address: &'a str) -> &'a str {
    let fits = |pattern: &str, path: &str| {
        let (mut parts, mut own) = (pattern.split('/'), path.split('/'));
        loop {
            match (parts.next(), own.next()) {
                (None, None) => return true,
                (Some(part), Some(own)) if part == own || (part.starts_with('{') && !own.is_empty()) => {}
                _ => return false,
            }
        }
    };
    let mut at = address;
    while at.len() > 1 {
        if pages.iter().any(|page| fits(page, at)) {
            return at;
        }
        at = &at[..at.rfind('/').unwrap_or(0)];
    }
    ""
}

/// With the navigation for whoever is signed in; without it for others, and when even that cannot be read.
async fn office_error(
    ctx: &Ctx,
    desk: Option<&Desk>,
    view: &ErrorView,
    (path, back): (&str, String),
) -> askama::Result<String> {
    if let Some(desk) = desk
        && let Ok(shell) = desk.shell(ctx, view.title).await
    {
        let (view, typed) = (view.clone(), asked::typed());
        return DeskError { shell: shell.with_error(true), view, back, typed }.render();
    }
    let shell = desk::plain_shell(ctx, view.title, path).with_error(true);
    OfficeError { shell, view: view.clone() }.render()
}

/// RFC 9457 problem details; what the answer before said of methods and of when to come again is kept.
pub(crate) fn problem(view: &ErrorView, listener: Listener, path: &str, before: &Response) -> Response {
    let of_programs = path.starts_with(api::PREFIX);
    // The page that explains the open interface is the portal's.
    let is_open = of_programs && listener == Listener::Portal;
    let (title, detail) = match view.status {
        // Pages tell of buttons and links; programs have neither.
        StatusCode::NOT_FOUND if is_open => ("没有这一项", "地址可能写错了，也可能内容没有公开。全部地址见 /api。"),
        StatusCode::NOT_FOUND if of_programs => ("没有这一项", "地址可能写错了。"),
        StatusCode::METHOD_NOT_ALLOWED if is_open => ("接口只读", "这里只接受 GET 和 HEAD。"),
        StatusCode::METHOD_NOT_ALLOWED if of_programs => ("方法不对", "报送数据用 POST，查询报送结果用 GET。"),
        _ => (view.title, view.message.as_str()),
    };
    let explained = is_open.then(|| format!("{}#s{}", api::PAGE, view.status.as_u16()));
    let problem = api::Problem {
        r#type: api::Address(explained.unwrap_or_else(|| "about:blank".to_owned())),
        title: title.to_owned(),
        status: view.status.as_u16(),
        detail: detail.to_owned(),
        message: detail.to_owned(),
        parameter: before
            .extensions()
            .get::<WrongParameter>()
            .map(|wrong| wrong.0.clone())
            .filter(|name| !name.is_empty()),
        incident: view.incident.clone(),
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = (view.status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in before.headers() {
        if [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE].contains(name) {
            headers.append(name, value.clone());
        }
    }
    response
}

/// Words of an address to prefill the search with: letters only, since ids help nobody.
fn path_words(path: &str) -> String {
    let last = path.split('?').next().unwrap_or("").rsplit('/').find(|part| !part.is_empty()).unwrap_or("");
    let decoded = percent_decode(last);
    let is_word = decoded.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if is_word { decoded.chars().take(40).collect() } else { String::new() }
}

/// Whether the address, decoded, is text; others are copied from old sites in other encodings.
fn is_text(path: &str) -> bool {
    std::str::from_utf8(&kernel::percent_decoded(path)).is_ok()
}

fn percent_decode(text: &str) -> String {
    String::from_utf8_lossy(&kernel::percent_decoded(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{HeaderValue, Listener, PORTAL_POLICY, Server, is_text, marked, nearest, over_https, path_words};

    /// Pages of the copy load what pages of the program load: scripts, styles, fonts, the log of receipts.
    #[test]
    fn copies_of_the_site_are_served_with_the_policy_of_the_site() {
        for (conf, pages) in [
            (include_str!("../../../deploy/nginx-mirror.conf"), 1),
            (include_str!("../../../deploy/nginx-portal.conf"), 3),
        ] {
            let policies =
                conf.lines().filter_map(|line| line.trim().strip_prefix("add_header Content-Security-Policy "));
            let (files, of_pages): (Vec<&str>, Vec<&str>) = policies.partition(|policy| policy.contains("sandbox"));
            assert!(!files.is_empty() && of_pages.len() == pages, "{of_pages:?}");
            for policy in of_pages {
                assert_eq!(policy.split('"').nth(1), Some(PORTAL_POLICY));
            }
        }
    }

    #[test]
    fn each_server_is_strict_once_it_is_told_that_people_come_over_https() {
        let told = |change: fn(&mut Server)| {
            let mut server = Server::default();
            change(&mut server);
            (over_https(&server, Listener::Portal), over_https(&server, Listener::Office))
        };
        assert_eq!(told(|_| ()), ((false, false), (false, false)));
        assert_eq!(told(|s| s.portal_url = "https://www.example.gov.cn".into()), ((true, true), (false, false)));
        assert_eq!(told(|s| s.office_url = "https://office.example.gov.cn".into()), ((false, false), (true, false)));
        assert_eq!(told(|s| s.secure_cookies = true), ((false, false), (true, true)));
    }

    #[test]
    fn cookies_are_marked_once() {
        let marked = |text: &'static str| marked(&HeaderValue::from_static(text)).to_str().expect("ascii").to_owned();
        assert_eq!(marked("flash=a; Path=/; HttpOnly"), "flash=a; Path=/; HttpOnly; Secure");
        assert_eq!(marked("a=b; Path=/; Secure; HttpOnly"), "a=b; Path=/; Secure; HttpOnly");
        assert_eq!(marked("a=secure"), "a=secure; Secure");
    }

    #[test]
    fn addresses_of_other_encodings_are_no_text() {
        assert!(is_text("/columns/%E6%96%B0") && is_text("/a%"));
        assert!(!is_text("/columns/%D5%FE") && !is_text("/documents/%FF"));
    }

    #[test]
    fn a_refused_form_leads_to_the_page_that_it_is_about() {
        let pages = ["/reviews", "/reviews/{edition}", "/bypasses", "/documents/{id}", "/documents/{id}/edit", "/"];
        for (sent, page) in [
            ("/reviews/7x/approve", "/reviews/7x"),
            ("/bypasses/7x/review", "/bypasses"),
            ("/documents/7x/attachments/9/remove", "/documents/7x"),
            ("/documents/7x/edit/more", "/documents/7x/edit"),
            ("/columns", ""),
            ("/", ""),
            ("", ""),
        ] {
            assert_eq!(nearest(&pages, sent), page, "{sent}");
        }
    }

    #[test]
    fn words_of_an_address_are_its_chinese_ones() {
        assert_eq!(path_words("/a/%E5%85%BB%E8%80%81?x=1"), "养老");
        assert_eq!(path_words("/policies/01hx5"), "");
    }
}
