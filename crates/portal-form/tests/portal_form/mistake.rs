//! Somebody reports a mistake of the site: two steps, a file, a check, a receipt, a page to follow it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{EventKind, NewEvent, event::Keep, id::CaseId, permission::READ_PUBLIC};
use portal_form::PortalForm;
use portal_form::{
    Accepted, Applicant, Draft, DraftForm, Fields, Kind, Line, Receipt, ReceiptWords, Received, Saved, Seen, USE_FORMS,
    applicant, private_errors, private_page,
};
use serde::Deserialize;
use serde_json::json;
use store::{Migration, Tx, query};
use web::{
    Capability, Ctx, Done, Error, FormErrors, Listener, PortalShell, Reader, Redirect, Refusal, Result, Routes, act,
    portal_page,
};

pub(crate) static FORM: DraftForm =
    DraftForm::new("mistake", "找错", "/mistakes", lines).files(2, &[Kind::Pdf, Kind::Png]);

/// Says what it is allowed to say for ever.
static REGISTERED: EventKind = EventKind::new("mistake", "mistake.registered", "登记").holds(&[("digest", "摘要")]);
/// Says what somebody typed, and may be erased.
static TOLD: EventKind =
    EventKind::new("mistake", "mistake.told", "内容").holds(&[("what", "内容")]).keeps(Keep::Person);
/// Says what somebody typed, for ever: must be refused.
static TATTLED: EventKind = EventKind::new("mistake", "mistake.tattled", "内容").holds(&[("what", "内容")]);

const TABLES: &[Migration] = &[Migration {
    context: "mistake",
    number: 1,
    name: "mistakes",
    sql: "CREATE TABLE mistake (id TEXT NOT NULL PRIMARY KEY, number TEXT NOT NULL);
          CREATE TABLE thumb (n BIGINT NOT NULL PRIMARY KEY);",
}];

pub(crate) fn capability() -> Capability {
    Capability::new("mistake", "找错")
        .routes(routes)
        .events(&[&REGISTERED, &TOLD, &TATTLED])
        .subject("mistake", "错误")
        .migrations(TABLES)
        .declare(&FORM)
}

pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/mistakes/new", &READ_PUBLIC, start)
        .upload("/mistakes/new", &USE_FORMS, begin)
        .get("/mistakes/d/{secret}", &USE_FORMS, step)
        .upload("/mistakes/d/{secret}", &USE_FORMS, save)
        .get("/mistakes/d/{secret}/check", &USE_FORMS, check)
        .post("/mistakes/d/{secret}/send", &USE_FORMS, send)
        .post("/mistakes/d/{secret}/tell", &USE_FORMS, tell)
        .post("/mistakes/d/{secret}/tattle", &USE_FORMS, tattle)
        .post("/mistakes/d/{secret}/refuse", &USE_FORMS, refuse)
        .get("/mistakes/r/{secret}", &USE_FORMS, receipt)
        .get("/mistakes/r/{secret}/record", &USE_FORMS, record)
        .get("/mistakes/t/{secret}", &USE_FORMS, follow)
        .post("/mistakes/find", &USE_FORMS, find)
        .post("/thumbs", &USE_FORMS, thumb)
        // A handler that forgets to ask who sends: the router asks.
        .post("/careless", &USE_FORMS, async || "done")
}

/// The first step; the second has the name and the box.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct First {
    what: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Second {
    name: String,
    agree: String,
}

fn lines(_: &Ctx, fields: &Fields) -> Vec<Line> {
    let line = |label: &str, name: &str| Line { label: label.into(), value: fields.get(name).into() };
    vec![line("错在哪里", "what"), line("称呼", "name")].into_iter().filter(|line| !line.value.is_empty()).collect()
}

#[derive(Template)]
#[template(
    source = r#"{% extends "layout/portal.html" %}{% import "components/forms.html" as f %}
{% block main %}<form method="post" action="/mistakes/new" enctype="multipart/form-data">
{% call f::area(errors, "what", "错在哪里", "") %}{% endcall %}{% call f::submit("下一步") %}{% endcall %}</form>{% endblock %}"#,
    ext = "html"
)]
struct Start {
    shell: PortalShell,
    errors: FormErrors,
}

#[derive(Template)]
#[template(
    source = r#"{% extends "layout/portal.html" %}{% import "components/forms.html" as f %}{% import "components/portal_form.html" as p %}
{% block main %}{% call p::keep(link, until) %}{% endcall %}{% call f::errors(errors) %}{% endcall %}
<form method="post" action="{{ path }}" enctype="multipart/form-data">{% call p::step(2, 2, "您是谁") %}{% endcall %}
{% call f::text(errors, "name", "称呼", called) %}{% endcall %}{% call f::file(errors, "file", "截图") %}{% endcall %}{% call p::files(files) %}{% endcall %}
{% call f::submit("下一步") %}{% endcall %}</form>{% endblock %}"#,
    ext = "html"
)]
struct Step<'a> {
    shell: PortalShell,
    errors: FormErrors,
    link: String,
    until: String,
    path: String,
    called: &'a str,
    files: &'a [portal_form::DraftFile],
}

#[derive(Template)]
#[template(
    source = r#"{% extends "layout/portal.html" %}{% import "components/forms.html" as f %}{% import "components/portal_form.html" as p %}
{% block main %}{% call p::lines(lines) %}{% endcall %}{% call p::file_list(files) %}{% endcall %}
<form method="post" action="{{ path }}/send">{% call p::seen(version) %}{% endcall %}{% call f::submit("提交") %}{% endcall %}</form>{% endblock %}"#,
    ext = "html"
)]
struct Check<'a> {
    shell: PortalShell,
    lines: Vec<Line>,
    files: &'a [portal_form::DraftFile],
    path: String,
    version: i64,
}

fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell {
    reader.shell(ctx, "找错", "互动", "dialogue")
}

async fn start(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    portal_page(&Start { shell: shell(&ctx, &reader), errors: FormErrors::new() })
}

fn shown<'a>(ctx: &Ctx, reader: &Reader, draft: &'a Draft, errors: FormErrors) -> Step<'a> {
    Step {
        shell: shell(ctx, reader),
        errors,
        link: draft.link(ctx),
        until: draft.kept_until(),
        path: draft.path(),
        called: draft.fields.get("name"),
        files: &draft.files,
    }
}

async fn begin(State(ctx): State<Ctx>, reader: Reader, posted: PortalForm<First>) -> Result<Response> {
    let (draft, errors) = Draft::open(&ctx, &FORM, posted).await?;
    if errors.is_empty() {
        return Ok(Redirect::to(draft.path()).into_response());
    }
    private_errors(&shown(&ctx, &reader, &draft, errors))
}

async fn step(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    private_page(&shown(&ctx, &reader, &draft, FormErrors::new()))
}

async fn save(
    State(ctx): State<Ctx>,
    reader: Reader,
    mut draft: Draft,
    posted: PortalForm<Second>,
) -> Result<Response> {
    let Saved { mut errors, stay } = draft.save(&ctx, posted).await?;
    if stay && errors.is_empty() {
        return Ok(Redirect::to(draft.path()).into_response());
    }
    let second: Second = draft.fields.read()?;
    errors.require(!second.name.trim().is_empty(), "name", "请填写称呼，例如 王先生。");
    errors.require(second.name.chars().count() < 20, "name", "称呼太长，请缩短。");
    errors.require(second.agree.is_empty() || second.agree == "true", "agree", "请勾选。");
    if errors.is_empty() {
        return Ok(Redirect::to(format!("{}/check", draft.path())).into_response());
    }
    private_errors(&shown(&ctx, &reader, &draft, errors))
}

async fn check(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    private_page(&Check {
        shell: shell(&ctx, &reader),
        lines: draft.lines(&ctx),
        files: &draft.files,
        path: draft.path(),
        version: draft.version,
    })
}

async fn register(ctx: &Ctx, tx: &mut Tx, received: &Received) -> Result<CaseId, Refusal> {
    let case = CaseId::fresh(ctx.seams());
    query("INSERT INTO mistake (id, number) VALUES ($1, $2)")
        .bind(&case)
        .bind(&received.number)
        .execute(tx.conn())
        .await?;
    let actor = kernel::Actor::Applicant(case.clone());
    tx.append(NewEvent::new(&REGISTERED, &case, &actor).data(json!({ "digest": received.digest }))).await?;
    Ok(case)
}

async fn send(State(ctx): State<Ctx>, draft: Draft, posted: PortalForm<Seen>) -> Result<Response> {
    let make = async |tx: &mut Tx, received: &Received| Ok(Accepted::case(register(&ctx, tx, received).await?));
    Ok(draft.send::<_, Refusal>(&ctx, posted.value.version, make).await?)
}

/// Sends, and writes what was typed into an event of this kind.
async fn log(ctx: &Ctx, draft: Draft, seen: i64, kind: &'static EventKind) -> Result<Response> {
    let make = async |tx: &mut Tx, received: &Received| {
        let case = register(ctx, tx, received).await?;
        let event = NewEvent::new(kind, &case, &kernel::Actor::Applicant(case.clone()));
        tx.append(event.data(json!({ "what": received.fields.get("what") }))).await?;
        Ok(Accepted::case(case))
    };
    Ok(draft.send::<_, Refusal>(ctx, seen, make).await?)
}

async fn tell(State(ctx): State<Ctx>, draft: Draft, posted: PortalForm<Seen>) -> Result<Response> {
    log(&ctx, draft, posted.value.version, &TOLD).await
}

async fn tattle(State(ctx): State<Ctx>, draft: Draft, posted: PortalForm<Seen>) -> Result<Response> {
    log(&ctx, draft, posted.value.version, &TATTLED).await
}

/// A rule that says no after it has written.
async fn refuse(State(ctx): State<Ctx>, draft: Draft, posted: PortalForm<Seen>) -> Result<Response> {
    let make = async |tx: &mut Tx, received: &Received| {
        register(&ctx, tx, received).await?;
        Err(Refusal::Conflict("今天不收。".into()))
    };
    Ok(draft.send::<_, Refusal>(&ctx, posted.value.version, make).await?)
}

async fn receipt(State(ctx): State<Ctx>, reader: Reader, receipt: Receipt) -> Result<Response> {
    let words = ReceiptWords {
        next: vec!["3 个工作日内答复".into()],
        follow: format!("/mistakes/t/{}", receipt.secret.text()),
        record: format!("{}/record", receipt.path()),
        ..ReceiptWords::default()
    };
    receipt.page(&ctx, &reader, &words)
}

async fn record(receipt: Receipt) -> Response {
    receipt.record()
}

async fn follow(applicant: Applicant) -> String {
    format!("{} {}", applicant.actor().log_id(), applicant.case)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Code {
    code: String,
}

async fn find(State(ctx): State<Ctx>, posted: PortalForm<Code>) -> Result<Response> {
    match applicant::by_code(&ctx, &posted.client, &posted.value.code).await? {
        Some((secret, _)) => Ok(Redirect::to(format!("/mistakes/t/{}", secret.text())).into_response()),
        None => Err(Error::NotFound),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Thumb {
    page: String,
}

/// One click, no draft, no receipt.
async fn thumb(State(ctx): State<Ctx>, posted: PortalForm<Thumb>) -> Result<Response> {
    assert!(!posted.value.page.is_empty());
    let once = posted.once(&ctx).await?;
    act(&ctx, &once, async |tx: &mut Tx| {
        query("INSERT INTO thumb (n) SELECT COALESCE(MAX(n), 0) + 1 FROM thumb").execute(tx.conn()).await?;
        Ok(Done::to("/mistakes/new"))
    })
    .await
}
