//! What comes on paper, by fax, by mail or by word of mouth: entered by the desk into the same register, with the day of receipt
//! that its way has (条例 Art. 31). What is missing is asked for afterwards; a request is never turned away at this form.

use ::foi::{Applicant, Carrier, Channel, Delivery};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use case::{Filing, PartyRole, permissions::HANDLE_CASES};
use jiff::civil::Date;
use kernel::{id::CaseId, may_for, time};
use portal_form::{Secret, applicant};
use serde::Deserialize;
use store::Tx;
use web::{
    Acted, Ctx, Desk, Form, FormErrors, OfficeShell, Redirect, Refusal, Result, act_for, filters::shortened,
    office_page, page,
};

use super::{
    apply::{facts, fields, person},
    form::{How, MOST, PAPERS, Want, Who, Whole, Whom, askable},
    kind::FOI,
};

/// What is entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Posted {
    once: String,
    channel: String,
    came: String,
    confirmed: String,
    organ: String,
    wanted: String,
    number: String,
    applicant: String,
    name: String,
    proof: String,
    proof_number: String,
    organisation: String,
    code: String,
    representative: String,
    phone: String,
    email: String,
    address: String,
    postcode: String,
    carrier: String,
    delivery: String,
    help: String,
    /// A day of receipt that makes the request overdue at once was looked at again.
    sure: String,
}

impl Posted {
    fn whole(&self) -> Whole {
        Whole {
            want: Want { wanted: self.wanted.clone(), number: self.number.clone() },
            whom: Whom { organ: self.organ.clone(), other: String::new() },
            who: Who {
                applicant: self.applicant.clone(),
                name: self.name.clone(),
                proof: self.proof.clone(),
                proof_number: self.proof_number.clone(),
                organisation: self.organisation.clone(),
                code: self.code.clone(),
                representative: self.representative.clone(),
                phone: self.phone.clone(),
                email: self.email.clone(),
                address: self.address.clone(),
                postcode: self.postcode.clone(),
            },
            how: How {
                carrier: self.carrier.clone(),
                delivery: self.delivery.clone(),
                help: self.help.clone(),
                ..How::default()
            },
        }
    }
}

/// The channels of the law that no portal serves.
const CHANNELS: [Channel; 5] = [Channel::Counter, Channel::Registered, Channel::Letter, Channel::Email, Channel::Fax];

/// As the register keeps them.
fn kept(channel: Channel) -> case::Channel {
    match channel {
        Channel::Counter => case::Channel::Counter,
        Channel::Registered | Channel::Letter => case::Channel::Post,
        Channel::Internet => case::Channel::Portal,
        Channel::Email => case::Channel::Mail,
        Channel::Fax => case::Channel::Fax,
    }
}

#[derive(Template)]
#[template(path = "foi/templates/register.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Posted,
    channels: Vec<(&'static str, &'static str, &'static str)>,
    organs: Vec<(String, String)>,
    applicants: Vec<(&'static str, &'static str)>,
    papers: Vec<(&'static str, &'static str)>,
    carriers: Vec<(&'static str, &'static str)>,
    deliveries: Vec<(&'static str, &'static str)>,
    once: String,
}

impl Page {
    fn asks_again(&self) -> bool {
        self.errors.of("sure").is_some() || self.is_sure()
    }

    fn is_sure(&self) -> bool {
        !self.typed.sure.is_empty()
    }
}

async fn shown(ctx: &Ctx, desk: &Desk, typed: Posted, errors: FormErrors) -> Result<Response> {
    let bad = !errors.is_empty();
    let actor = desk.actor();
    let may = |organ: &kernel::Organ| may_for(&actor, &HANDLE_CASES, &organ.code).is_ok();
    let organs = askable(ctx).into_iter().filter(|organ| may(organ));
    let form = Page {
        shell: desk.shell(ctx, "登记书面申请").await?.with_error(bad),
        errors,
        typed,
        channels: CHANNELS.iter().map(|one| (one.code(), one.label(), one.receipt().words())).collect(),
        organs: organs.map(|organ| (organ.code.to_string(), organ.name)).collect(),
        applicants: Applicant::ALL.iter().map(|one| (one.code(), one.choice())).collect(),
        papers: PAPERS.iter().map(|paper| (*paper, *paper)).collect(),
        carriers: Carrier::ALL.iter().map(|one| (one.code(), one.label())).collect(),
        deliveries: Delivery::ALL.iter().map(|one| (one.code(), one.label())).collect(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /foi/register`
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let typed = Posted { organ: desk.organ().to_string(), came: ctx.today().to_string(), ..Posted::default() };
    shown(&ctx, &desk, typed, FormErrors::new()).await
}

/// Way and days of what was entered.
struct Came {
    channel: Channel,
    came: Date,
    confirmed: Option<Date>,
    received: Date,
}

fn day(name: &str, typed: &str, today: Date, errors: &mut FormErrors) -> Option<Date> {
    if typed.trim().is_empty() {
        return None;
    }
    let found = time::parse_date(typed);
    match found {
        None => errors.add(name, time::no_date(typed, &today.to_string())),
        Some(day) => errors.require(day <= today, name, &format!("日期不能晚于今天（{today}）。")),
    }
    found
}

/// The last day for the answer to what was received on that day, where it has passed.
fn late(ctx: &Ctx, received: Date) -> Option<Date> {
    let rule = ctx.settings::<clock::Readings>().apply(&clock::rule::FOI_RESPONSE);
    let run = clock::probable(&rule, received, &[], 0, &ctx.calendar()).ok()?;
    Some(run.due().date()).filter(|due| *due < ctx.today())
}

/// What is wrong with the entry, or its days.
fn checked(ctx: &Ctx, posted: &Posted) -> Result<Came, Refusal> {
    let (today, mut errors) = (ctx.today(), FormErrors::new());
    let channel = CHANNELS.into_iter().find(|one| one.code() == posted.channel);
    errors.require(channel.is_some(), "channel", "请选择申请是怎样来的。");
    let came = day("came", &posted.came, today, &mut errors);
    errors.require(came.is_some() || !posted.came.trim().is_empty(), "came", "请填写到达日期，例如 2026-03-05。");
    let confirmed = day("confirmed", &posted.confirmed, today, &mut errors);
    let received = channel.zip(came).map(|(channel, came)| channel.received(came, confirmed));
    if received == Some(None) {
        errors.add(
            "confirmed",
            "这种方式以与申请人确认的当天为收到申请之日（条例第三十一条）。请当天打电话与申请人确认，再填写确认日期；不能早于到达日期。",
        );
    }
    if let Some(received) = received.flatten()
        && posted.sure.is_empty()
        && let Some(due) = late(ctx, received)
    {
        errors.add(
            "sure",
            format!(
                "收到申请之日是 {received}，答复期限 {due} 已经过了，登记后立即超期。请核对年、月、日；无误的，勾选“收到日期核对无误”再登记。"
            ),
        );
    }
    let whole = posted.whole();
    let length = posted.wanted.chars().count();
    errors.require(!posted.wanted.trim().is_empty(), "wanted", "请照录申请公开的信息。");
    errors.require(
        length <= MOST,
        "wanted",
        &format!("请写在 {MOST} 字以内，现在有 {length} 字。长的可以摘录，原件扫描后作为附件。"),
    );
    let applicant = Applicant::of(&posted.applicant);
    errors.require(applicant.is_some(), "applicant", "请选择申请人的类别，年度报告按它统计。");
    let organisation = applicant.is_some_and(|one| !one.is_person());
    let name = if organisation { "organisation" } else { "name" };
    errors.require(
        !whole.request().name.trim().is_empty(),
        name,
        "请填写申请人的姓名或者单位名称；没有署名的写“未署名”。",
    );
    match (channel, came, received.flatten()) {
        (Some(channel), Some(came), Some(received)) if errors.is_empty() => {
            Ok(Came { channel, came, confirmed, received })
        }
        _ => Err(errors.into()),
    }
}

/// A request that was entered, with what the applicant is given.
struct Entered {
    case: CaseId,
    secret: Secret,
}

async fn enter(ctx: &Ctx, tx: &mut Tx, desk: &Desk, posted: &Posted) -> Result<Entered, Refusal> {
    let came = checked(ctx, posted)?;
    let whole = posted.whole();
    let organ = whole.whom.chosen();
    if !askable(ctx).iter().any(|one| one.code == organ) {
        return Err(Refusal::field("organ", "请选择向哪个机关申请。"));
    }
    may_for(&desk.actor(), &HANDLE_CASES, &organ)?;
    let mut written = fields(&whole);
    let confirmed = came.confirmed.map(|day| format!("，{day} 与申请人确认")).unwrap_or_default();
    written.insert("came".to_owned(), format!("{}，{} 到达{confirmed}", came.channel.label(), came.came));
    let filing = Filing {
        kind: &FOI,
        organ,
        channel: kept(came.channel),
        received_on: came.received,
        number: String::new(),
        digest: String::new(),
        brief: shortened(&posted.wanted, 60),
        fields: written,
        facts: facts(&whole),
        parties: vec![(PartyRole::Applicant, person(&whole.who))],
        files: Vec::new(),
    };
    let case = case::register(ctx, tx, &desk.actor(), filing).await?;
    let secret = applicant::new_link(tx, &case).await?;
    Ok(Entered { case, secret })
}

#[derive(Template)]
#[template(path = "foi/templates/registered.html")]
struct Registered {
    shell: OfficeShell,
    id: CaseId,
    number: String,
    told: String,
    received: String,
    due: String,
    code: String,
    link: String,
    qr: String,
}

async fn registered(ctx: &Ctx, desk: &Desk, entered: &Entered) -> Result<Response> {
    let (entry, kind) = case::seen(ctx, ctx.db().read(), &desk.actor(), &entered.case).await?;
    let link = format!("{}/cases/c/{}", ctx.portal_url(), entered.secret.text());
    office_page(&Registered {
        shell: desk.shell(ctx, "已登记").await?,
        id: entered.case.clone(),
        number: entry.registered(kind),
        told: entry.number.clone(),
        received: entry.received_on.clone(),
        due: entry.told_due().unwrap_or_default(),
        code: entered.secret.on_paper(),
        qr: charts::qr(&link, "查询页面的二维码"),
        link,
    })
}

/// `POST /foi/register`: answers with the code, which is shown once.
pub(super) async fn register(State(ctx): State<Ctx>, desk: Desk, Form(posted): Form<Posted>) -> Result<Response> {
    let done = act_for(&ctx, &posted.once, async |tx: &mut Tx| {
        let entered = enter(&ctx, tx, &desk, &posted).await?;
        Ok::<_, Refusal>((format!("/cases/{}", entered.case), entered))
    });
    match done.await {
        Ok(Acted::Now(entered)) => registered(&ctx, &desk, &entered).await,
        Ok(Acted::Before(to)) => Ok(Redirect::to(to).into_response()),
        Err(Refusal::Fields(errors)) => shown(&ctx, &desk, posted.clone(), errors).await,
        Err(other) => Err(other.into()),
    }
}
