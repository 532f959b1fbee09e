//! Programs elsewhere, as far as stories need them: a hub, and the interface of official accounts. The latter takes nothing
//! that its documentation does not allow, and says so under the codes of the documentation.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

/// Serves a router at a port of this machine; its address.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn held<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct HubState {
    answers: VecDeque<(u16, String)>,
    told: Vec<String>,
}

/// A hub that takes note of everything, unless told otherwise.
pub(super) struct Hub {
    pub(super) url: String,
    state: Arc<Mutex<HubState>>,
}

impl Hub {
    pub(super) async fn start() -> Self {
        let state = Arc::new(Mutex::new(HubState::default()));
        let router = Router::new().fallback(hub).with_state(Arc::clone(&state));
        Self { url: format!("{}/hub", serve(router).await), state }
    }

    /// The next answer is this status, which leads there.
    pub(super) fn next(&self, status: u16, to: &str) {
        held(&self.state).answers.push_back((status, to.to_owned()));
    }

    /// The forms that it was sent, in order.
    pub(super) fn told(&self) -> Vec<String> {
        held(&self.state).told.clone()
    }
}

async fn hub(State(state): State<Arc<Mutex<HubState>>>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let form = headers.get(header::CONTENT_TYPE).is_some_and(|media| media == "application/x-www-form-urlencoded");
    if method != Method::POST || !form {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let mut state = held(&state);
    state.told.push(String::from_utf8_lossy(&body).into_owned());
    let (status, to) = state.answers.pop_front().unwrap_or((204, String::new()));
    let status = StatusCode::from_u16(status).expect("a status");
    if to.is_empty() { status.into_response() } else { (status, [(header::LOCATION, to)]).into_response() }
}

/// `AppID` and `AppSecret` of the account.
pub(super) const APP: (&str, &str) = ("wx0123456789abcdef", "top-secret-of-the-account");
/// Where pictures are that were sent.
const PICTURES: &str = "http://mmbiz.example.invalid/";

/// Something else than the usual answer.
pub(super) enum Answer {
    /// This code; nothing is done.
    Code(i64),
    /// The page of somebody in between; nothing is done.
    Page,
    /// It is done, and the answer is lost.
    Lost,
}

#[derive(Default)]
struct AccountState {
    /// Counts up; the newest token is the one that holds.
    token: u64,
    asked: u64,
    next: Vec<(&'static str, Answer)>,
    pictures: BTreeSet<String>,
    drafts: BTreeMap<String, Value>,
    running: BTreeMap<String, Value>,
    published: BTreeMap<String, Value>,
    made: u64,
    /// What was asked against the documentation.
    faults: Vec<String>,
}

/// The interface of an official account.
pub(super) struct Account {
    pub(super) url: String,
    state: Arc<Mutex<AccountState>>,
}

impl Account {
    pub(super) async fn start() -> Self {
        let state = Arc::new(Mutex::new(AccountState { token: 1, ..AccountState::default() }));
        let router = Router::new().fallback(interface).with_state(Arc::clone(&state));
        Self { url: serve(router).await, state }
    }

    /// The next call of this path is answered so.
    pub(super) fn next(&self, path: &'static str, answer: Answer) {
        held(&self.state).next.push((path, answer));
    }

    /// The token that was given holds no longer.
    pub(super) fn expire(&self) {
        held(&self.state).token += 1;
    }

    /// How often a token was asked for.
    pub(super) fn tokens(&self) -> u64 {
        held(&self.state).asked
    }

    /// Articles that can be read.
    pub(super) fn published(&self) -> Vec<Value> {
        held(&self.state).published.values().cloned().collect()
    }

    /// How many pictures were sent.
    pub(super) fn pictures(&self) -> usize {
        held(&self.state).pictures.len()
    }

    /// How many drafts lie there.
    pub(super) fn drafts(&self) -> usize {
        held(&self.state).drafts.len()
    }

    /// What was asked against the documentation.
    pub(super) fn faults(&self) -> Vec<String> {
        held(&self.state).faults.clone()
    }
}

fn answer(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json; encoding=utf-8")], value.to_string()).into_response()
}

fn code(code: i64, message: &str) -> Response {
    answer(&json!({ "errcode": code, "errmsg": message }))
}

/// The value of a parameter of the address.
fn parameter(uri: &Uri, name: &str) -> String {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map_or("", |(_, value)| value)
        .to_owned()
}

async fn interface(
    State(state): State<Arc<Mutex<AccountState>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = held(&state);
    let path = uri.path().strip_prefix("/cgi-bin/").unwrap_or_default().to_owned();
    if method != Method::POST {
        state.faults.push(format!("{method} {path}"));
        return code(43002, "require POST method");
    }
    let at = state.next.iter().position(|(wanted, _)| *wanted == path);
    let planned = at.map(|at| state.next.remove(at).1);
    match planned {
        Some(Answer::Code(wanted)) => return code(wanted, "planned"),
        Some(Answer::Page) => return ([(header::CONTENT_TYPE, "text/html")], "<h1>上网认证</h1>").into_response(),
        Some(Answer::Lost) | None => {}
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let done = if path == "stable_token" {
        token(&mut state, &body)
    } else if parameter(&uri, "access_token") != format!("token-{}", state.token) {
        code(if state.token > 1 { 42001 } else { 40001 }, "access_token expired")
    } else {
        act(&mut state, &path, (&uri, media), &body)
    };
    if matches!(planned, Some(Answer::Lost)) {
        return (StatusCode::BAD_GATEWAY, "<h1>502</h1>").into_response();
    }
    done
}

fn token(state: &mut AccountState, body: &[u8]) -> Response {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    state.asked += 1;
    if asked["grant_type"] != "client_credential" {
        return code(40002, "invalid grant_type");
    }
    if asked["appid"] != APP.0 {
        return code(40013, "invalid appid");
    }
    if asked["secret"] != APP.1 {
        return code(40001, "invalid credential");
    }
    if asked["force_refresh"] == true {
        state.token += 1;
    }
    answer(&json!({ "access_token": format!("token-{}", state.token), "expires_in": 7200 }))
}

fn act(state: &mut AccountState, path: &str, (uri, media): (&Uri, &str), body: &[u8]) -> Response {
    state.made += 1;
    let made = state.made;
    if path == "media/uploadimg" || path == "material/add_material" {
        let text = String::from_utf8_lossy(body);
        let form = media.starts_with("multipart/form-data; boundary=") && text.contains("name=\"media\"; filename=\"");
        let is_picture = text.contains("PNG\r\n") || text.contains("JFIF");
        if !form || !is_picture {
            state.faults.push(format!("{path}: no picture"));
            return code(40005, "invalid file type");
        }
        if path == "media/uploadimg" {
            let address = format!("{PICTURES}{made}");
            state.pictures.insert(address.clone());
            return answer(&json!({ "url": address }));
        }
        if parameter(uri, "type") != "image" {
            return code(40004, "invalid media type");
        }
        state.pictures.insert(format!("cover-{made}"));
        return answer(&json!({ "media_id": format!("cover-{made}"), "url": format!("{PICTURES}{made}") }));
    }
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let id = |key: &str| asked[key].as_str().unwrap_or_default().to_owned();
    match path {
        "draft/add" => draft(state, &asked, made),
        "draft/delete" => match state.drafts.remove(&id("media_id")) {
            Some(_) => code(0, "ok"),
            None => code(40007, "invalid media_id"),
        },
        "freepublish/submit" => match state.drafts.remove(&id("media_id")) {
            Some(article) => {
                state.running.insert(format!("{made}"), article);
                answer(&json!({ "errcode": 0, "errmsg": "ok", "publish_id": format!("{made}"), "msg_data_id": made }))
            }
            None => code(40007, "invalid media_id"),
        },
        "freepublish/get" => {
            let asked = id("publish_id");
            if let Some(article) = state.running.get(&asked).cloned() {
                state.published.insert(format!("article-{asked}"), article);
                let url = format!("http://mp.example.invalid/s/{asked}");
                return answer(&json!({
                    "publish_id": asked, "publish_status": 0, "article_id": format!("article-{asked}"),
                    "article_detail": { "count": 1, "item": [{ "idx": 1, "article_url": url }] }, "fail_idx": [],
                }));
            }
            code(53502, "invalid publish_id")
        }
        "freepublish/delete" => match state.published.remove(&id("article_id")) {
            Some(_) => code(0, "ok"),
            None => code(53600, "invalid article_id"),
        },
        _ => {
            state.faults.push(path.to_owned());
            code(40066, "invalid url")
        }
    }
}

/// A draft, as strictly as it is documented.
fn draft(state: &mut AccountState, asked: &Value, made: u64) -> Response {
    let article = &asked["articles"][0];
    let text = |key: &str| article[key].as_str().unwrap_or_default();
    let count = |key: &str| text(key).chars().count();
    if count("title") == 0 || count("title") > 64 {
        return code(45003, "title size out of limit");
    }
    if count("author") > 8 {
        return code(45110, "author size out of limit");
    }
    if count("digest") > 120 {
        return code(45004, "description size out of limit");
    }
    let content = text("content");
    if content.chars().count() >= 20_000 || content.is_empty() {
        return code(45002, "content size out of limit");
    }
    if !state.pictures.contains(text("thumb_media_id")) {
        return code(40007, "invalid media_id");
    }
    let sources: Vec<&str> = content.split("<img src=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let foreign = sources.iter().any(|source| !state.pictures.contains(*source));
    if foreign || content.contains("<a ") || content.contains("<script") || content.contains("\\u") {
        state.faults.push(format!("content: {content}"));
        return code(45166, "invalid content");
    }
    state.drafts.insert(format!("draft-{made}"), article.clone());
    answer(&json!({ "media_id": format!("draft-{made}") }))
}
