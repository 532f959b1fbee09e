//! The pages of the portal: the form, the check, the receipt.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use case::{Channel, Filing, PartyRole, Person, files::Kept, public::Told};
use kernel::{Actor, OrganCode, id::CaseId, time};
use portal_form::{
    Accepted, Draft, DraftFile, Line, PortalForm, Receipt, ReceiptWords, Received, Saved, Seen, private_errors,
    private_page,
};
use serde::Deserialize;
use store::Tx;
use web::{
    Ctx, FormErrors, PortalShell, Query, Reader, Redirect, Refusal, Result, filters::shortened, hooks::PublicDocuments,
    portal_page,
};

use super::{ANSWER, FORM, MISTAKE};
use crate::cases;

/// Published answers on the page.
const SHOWN: i64 = 10;

/// What is filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Report {
    /// Address or title of the page.
    page: String,
    what: String,
    right: String,
    called: String,
    phone: String,
    email: String,
}

impl Report {
    fn errors(&self, errors: &mut FormErrors) {
        let within = |text: &str, most: usize| text.chars().count() <= most;
        errors.require(!self.page.trim().is_empty(), "page", "请填写网页的地址或标题，例如 停水通知。");
        errors.require(within(&self.page, 500), "page", "网页的地址或标题太长，请缩短到 500 字以内。");
        errors.require(!self.what.trim().is_empty(), "what", "请写明错在哪里，例如 日期写成了去年。");
        errors.require(within(&self.what, 2000), "what", "请写在 2000 字以内，长的材料可以作为附件上传。");
        errors.require(within(&self.right, 1000), "right", "请写在 1000 字以内。");
        errors.require(within(&self.called, 40), "called", "称呼请写在 40 字以内，例如 王先生。");
        let digits = self.phone.chars().filter(char::is_ascii_digit).count();
        let phone = self.phone.trim().is_empty() || ((7..=15).contains(&digits) && within(&self.phone, 30));
        errors.require(phone, "phone", "请核对联系电话，例如 13800000000；不留可以空着。");
        let email = self.email.trim();
        let parts = email.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'));
        let fits = parts && within(email, 120) && !email.contains(char::is_whitespace);
        errors.require(email.is_empty() || fits, "email", "请核对电子邮箱，例如 name@example.com；不留可以空着。");
    }
}

/// A published answer on the page.
struct Published {
    question: String,
    answer: String,
    organ: String,
    on: String,
}

#[derive(Template)]
#[template(path = "mistakes/templates/start.html")]
struct Start {
    shell: PortalShell,
    errors: FormErrors,
    typed: Report,
    due: String,
    published: Vec<Published>,
}

#[derive(Template)]
#[template(path = "mistakes/templates/step.html")]
struct Step<'a> {
    shell: PortalShell,
    errors: FormErrors,
    typed: Report,
    link: String,
    until: String,
    path: String,
    files: &'a [DraftFile],
}

#[derive(Template)]
#[template(path = "mistakes/templates/check.html")]
struct Check<'a> {
    shell: PortalShell,
    lines: Vec<Line>,
    files: &'a [DraftFile],
    path: String,
    version: i64,
}

fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell {
    let shell = reader.shell(ctx, "网站找错", "互动", "dialogue").crumb("互动", "/dialogue").crumb("网站找错", "");
    PortalShell {
        description: "错别字、打不开的链接、过时的内容，请告诉我们，3 个工作日内核实答复。".to_owned(),
        ..shell
    }
}

/// The last day for an answer to what comes today, in words; empty where the calendar does not know.
fn due(ctx: &Ctx) -> String {
    let run = clock::run(&ANSWER, ctx.today(), &[], 0, &ctx.calendar());
    run.map(|run| run.due().date().to_string()).unwrap_or_default()
}

/// The page from which somebody came.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Came {
    page: String,
}

/// `GET /mistakes`
pub(super) async fn start(State(ctx): State<Ctx>, reader: Reader, Query(from): Query<Came>) -> Result<Response> {
    let directory = ctx.directory();
    let told: Vec<Told> = case::public::newest(ctx.db().read(), &MISTAKE, SHOWN).await?;
    let published = told.into_iter().map(|one| Published {
        organ: directory.short_name(&one.organ).to_owned(),
        on: time::show_date(&one.published_at),
        question: one.question,
        answer: one.answer,
    });
    let typed = Report { page: from.page.chars().take(500).collect(), ..Report::default() };
    portal_page(&Start {
        shell: shell(&ctx, &reader),
        errors: FormErrors::new(),
        typed,
        due: due(&ctx),
        published: published.collect(),
    })
}

fn shown(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response> {
    let bad = !errors.is_empty();
    let mut shell = shell(ctx, reader);
    shell.has_error = bad;
    let page = Step {
        shell,
        errors,
        typed: draft.fields.read()?,
        link: draft.link(ctx),
        until: draft.kept_until(),
        path: draft.path(),
        files: &draft.files,
    };
    if bad { private_errors(&page) } else { private_page(&page) }
}

/// To the check when all is right, else back to the form.
fn onwards(ctx: &Ctx, reader: &Reader, draft: &Draft, mut errors: FormErrors) -> Result<Response> {
    draft.fields.read::<Report>()?.errors(&mut errors);
    if errors.is_empty() {
        return Ok(Redirect::to(format!("{}/check", draft.path())).into_response());
    }
    shown(ctx, reader, draft, errors)
}

/// `POST /mistakes`
pub(super) async fn begin(State(ctx): State<Ctx>, reader: Reader, posted: PortalForm<Report>) -> Result<Response> {
    let (draft, errors) = Draft::open(&ctx, &FORM, posted).await?;
    onwards(&ctx, &reader, &draft, errors)
}

/// `GET /mistakes/d/{secret}`
pub(super) async fn step(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    shown(&ctx, &reader, &draft, FormErrors::new())
}

/// `POST /mistakes/d/{secret}`
pub(super) async fn save(
    State(ctx): State<Ctx>,
    reader: Reader,
    mut draft: Draft,
    posted: PortalForm<Report>,
) -> Result<Response> {
    let Saved { errors, stay } = draft.save(&ctx, posted).await?;
    if !stay {
        return onwards(&ctx, &reader, &draft, errors);
    }
    if errors.is_empty() {
        return Ok(Redirect::to(draft.path()).into_response());
    }
    shown(&ctx, &reader, &draft, errors)
}

/// `GET /mistakes/d/{secret}/check`
pub(super) async fn check(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    let mut errors = FormErrors::new();
    draft.fields.read::<Report>()?.errors(&mut errors);
    if !errors.is_empty() {
        return shown(&ctx, &reader, &draft, errors);
    }
    private_page(&Check {
        shell: shell(&ctx, &reader),
        lines: draft.lines(&ctx),
        files: &draft.files,
        path: draft.path(),
        version: draft.version,
    })
}

/// The organ that keeps a page of the portal: that of the document under the address, else the office.
async fn owner(ctx: &Ctx, page: &str) -> Result<OrganCode> {
    let address = page.trim();
    let path = address.strip_prefix(ctx.portal_url()).unwrap_or(address);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with('/')
        && let Some(document) = ctx.one::<Arc<dyn PublicDocuments>>().find(ctx, path).await?
    {
        return Ok(ctx.directory().stands_for(&document.organ, ctx.today()));
    }
    Ok(ctx.office_organ())
}

async fn register(ctx: &Ctx, tx: &mut Tx, received: &Received, organ: &OrganCode) -> Result<CaseId, Refusal> {
    let report: Report = received.fields.read()?;
    let person = Person {
        name: report.called.trim().to_owned(),
        phone: report.phone.trim().to_owned(),
        email: report.email.trim().to_owned(),
        ..Person::default()
    };
    let known = person != Person::default();
    let file = |one: &DraftFile| Kept {
        digest: one.stored.clone(),
        name: one.name.clone(),
        bytes: one.bytes,
        media: one.kind.media_type().to_owned(),
    };
    let filing = Filing {
        kind: &MISTAKE,
        organ: organ.clone(),
        channel: Channel::Portal,
        received_on: ctx.today(),
        number: received.number.clone(),
        digest: received.digest.clone(),
        brief: shortened(&report.what, 60),
        fields: BTreeMap::from([
            ("page".to_owned(), report.page.trim().to_owned()),
            ("what".to_owned(), report.what.trim().to_owned()),
            ("right".to_owned(), report.right.trim().to_owned()),
        ]),
        facts: Vec::new(),
        parties: if known { vec![(PartyRole::Applicant, person)] } else { Vec::new() },
        files: received.files.iter().map(file).collect(),
    };
    let case = case::register(ctx, tx, &Actor::Visitor, filing).await?;
    cases::tell(ctx, tx, &case, "网站找错").await?;
    Ok(case)
}

/// `POST /mistakes/d/{secret}/send`
pub(super) async fn send(State(ctx): State<Ctx>, draft: Draft, posted: PortalForm<Seen>) -> Result<Response> {
    let mut errors = FormErrors::new();
    draft.fields.read::<Report>()?.errors(&mut errors);
    if !errors.is_empty() {
        return Ok(Redirect::to(draft.path()).into_response());
    }
    let organ = owner(&ctx, draft.fields.get("page")).await?;
    let make = async |tx: &mut Tx, received: &Received| Ok(Accepted::case(register(&ctx, tx, received, &organ).await?));
    Ok(draft.send::<_, Refusal>(&ctx, posted.value.version, make).await?)
}

/// `GET /mistakes/r/{secret}`
pub(super) async fn receipt(State(ctx): State<Ctx>, reader: Reader, receipt: Receipt) -> Result<Response> {
    let until = match &receipt.case {
        Some(case) => case::entry(ctx.db().read(), case).await?.and_then(|entry| entry.told_due()),
        None => None,
    };
    let until = until.map(|due| format!("（{due} 前）")).unwrap_or_default();
    let words = ReceiptWords {
        next: vec![
            format!("维护该网页的机关 3 个工作日内{until}核实并答复。"),
            "需要您补充的，在查询页面提出；补充以后重新计算时限。".to_owned(),
        ],
        follow: format!("/cases/c/{}", receipt.secret.text()),
        record: format!("{}/record", receipt.path()),
    };
    receipt.page(&ctx, &reader, &words)
}

/// `GET /mistakes/r/{secret}/record`
pub(super) async fn record(receipt: Receipt) -> Response {
    receipt.record()
}
