//! The pages of the portal: the form, the check, the receipt.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{extract::State, response::Response};
use case::{Channel, Filing, PartyRole, Person, public::Told};
use kernel::{Actor, OrganCode, id::CaseId, time};
use portal_form::{
    Accepted, Draft, DraftFile, DraftForm, PortalForm, Receipt, ReceiptWords, Received, Seen, is_line, is_mailbox,
    private_errors, private_page,
};
use serde::Deserialize;
use store::Tx;
use web::{
    Ctx, FormErrors, PortalShell, Query, Reader, Refusal, Result, filters::shortened, hooks::PublicDocuments,
    portal_page,
};

use super::{ANSWER, FORM, MISTAKE};
use crate::cases::{
    self,
    one_page::{self, OnePage},
};

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

impl OnePage for Report {
    const FORM: &'static DraftForm = &FORM;

    fn errors(&self, _: &Ctx, errors: &mut FormErrors) {
        let within = |text: &str, most: usize| text.chars().count() <= most;
        errors.require(!self.page.trim().is_empty(), "page", "请填写网页的地址或标题，例如 停水通知。");
        errors.require(within(&self.page, 500), "page", "网页的地址或标题太长，请缩短到 500 字以内。");
        errors.require(!self.what.trim().is_empty(), "what", "请写明错在哪里，例如 日期写成了去年。");
        errors.require(within(&self.what, 2000), "what", "请写在 2000 字以内，长的材料可以作为附件上传。");
        if let Some(number) = case::personal::number_in(&self.what) {
            errors.add("what", format!("这里写了证件号码或者银行卡号（{number}）。请删去，指出错在哪里用不到它。"));
        }
        errors.require(within(&self.right, 1000), "right", "请写在 1000 字以内。");
        errors.require(within(&self.called, 40), "called", "称呼请写在 40 字以内，例如 王先生。");
        let phone = self.phone.trim().is_empty() || is_line(&self.phone);
        errors.require(phone, "phone", "请核对联系电话，例如 13800000000；不留可以空着。");
        let email = self.email.trim();
        let fits = within(email, 120) && is_mailbox(email);
        errors.require(email.is_empty() || fits, "email", "请核对电子邮箱，例如 name@example.com；不留可以空着。");
    }

    fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell {
        let shell = reader.shell(ctx, "网站找错", "互动", "dialogue").crumb("互动", "/dialogue").crumb("网站找错", "");
        PortalShell {
            description: "错别字、打不开的链接、过时的内容，请告诉我们，3 个工作日内核实答复。".to_owned(),
            ..shell
        }
    }

    fn shown(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response> {
        let bad = !errors.is_empty();
        let mut shell = Self::shell(ctx, reader);
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

/// The last day for an answer to what comes today, in words; empty where the calendar does not know.
fn due(ctx: &Ctx) -> String {
    let run = clock::run(&ANSWER, ctx.today(), &[], 0, &ctx.calendar());
    run.map(|run| run.due().date().to_string()).unwrap_or_default()
}

/// The page from which somebody came, and what they miss there, where it is known.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Came {
    page: String,
    what: String,
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
    let typed = Report {
        page: from.page.chars().take(500).collect(),
        what: from.what.chars().take(500).collect(),
        ..Report::default()
    };
    portal_page(&Start {
        shell: Report::shell(&ctx, &reader),
        errors: FormErrors::new(),
        typed,
        due: due(&ctx),
        published: published.collect(),
    })
}

/// Documents with the same words in their titles that are looked at.
const TITLES: i64 = 20;

/// The organ that keeps a page of the portal: that of the document under the address or with the title, else the office.
async fn owner(ctx: &Ctx, page: &str) -> Result<OrganCode> {
    let (named, documents) = (page.trim(), ctx.one::<Arc<dyn PublicDocuments>>());
    let mut found = documents.find(ctx, named).await?;
    if found.is_none() && named.chars().count() >= 4 {
        // By its title, whole and nothing beside it; what several organs have published is nobody's for sure.
        let title = named.trim_matches(['《', '》']);
        let mut hits = documents.search(ctx, None, title, TITLES).await?;
        hits.retain(|one| one.title == title);
        found = hits.first().filter(|first| hits.iter().all(|one| one.organ == first.organ)).cloned();
    }
    let Some(document) = found else { return Ok(ctx.office_organ()) };
    Ok(ctx.directory().stands_for(&document.organ, ctx.today()))
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
    let filing = Filing {
        kind: &MISTAKE,
        organ: organ.clone(),
        channel: Channel::Portal,
        received_on: ctx.today(),
        number: received.number.clone(),
        digest: received.digest.clone(),
        brief: shortened(&case::personal::masked(&report.what), 60),
        fields: BTreeMap::from([
            ("page".to_owned(), report.page.trim().to_owned()),
            ("what".to_owned(), report.what.trim().to_owned()),
            ("right".to_owned(), report.right.trim().to_owned()),
        ]),
        facts: Vec::new(),
        parties: if known { vec![(PartyRole::Applicant, person)] } else { Vec::new() },
        files: one_page::files(received),
    };
    let case = case::register(ctx, tx, &Actor::Visitor, filing).await?;
    cases::tell(ctx, tx, &case, "网站找错").await?;
    Ok(case)
}

/// `POST /mistakes/d/{secret}/send`
pub(super) async fn send(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Seen>,
) -> Result<Response> {
    if let Some(page) = one_page::hindered::<Report>(&ctx, &reader, &draft, &posted)? {
        return Ok(page);
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
        above: vec![("互动", "/dialogue"), ("网站找错", "/mistakes")],
        ..ReceiptWords::default()
    };
    receipt.page(&ctx, &reader, &words)
}
