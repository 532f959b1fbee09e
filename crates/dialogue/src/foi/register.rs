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

use crate::cases;

use super::{
    apply::{facts, fields, person},
    form::{How, MOST, PAPERS, Want, Who, Whole, Whom, askable},
    kind::{CONSENTS, FOI},
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
    fax: String,
    help: String,
    /// Whether question and answer may become public: a code of [`CONSENTS`]; empty = the applicant has not said so.
    consent: String,
    /// What looks wrong stands so in the request.
    as_written: String,
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
                fax: self.fax.clone(),
                help: self.help.clone(),
                consent: String::new(),
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
    consents: Vec<(&'static str, &'static str)>,
    once: String,
}

impl Page {
    fn asks_again(&self) -> bool {
        self.errors.of("sure").is_some() || self.is_sure()
    }

    fn is_sure(&self) -> bool {
        !self.typed.sure.is_empty()
    }

    fn doubts(&self) -> bool {
        self.errors.of("as_written").is_some() || self.is_as_written()
    }

    fn is_as_written(&self) -> bool {
        !self.typed.as_written.is_empty()
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
        consents: CONSENTS.to_vec(),
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

/// What looks wrong in what was entered, each at its field: a request is registered with it all the same, once somebody has
/// looked at it again.
fn doubts(whole: &Whole) -> Vec<(&'static str, String)> {
    let mut doubts = Vec::new();
    let who = &whole.who;
    let is_person = Applicant::of(&who.applicant).is_none_or(Applicant::is_person);
    let number = who.proof_number.trim();
    let resident = who.proof.is_empty() || who.proof == PAPERS[0];
    if is_person && resident && !number.is_empty() && !::foi::proof::is_resident_number(number) {
        doubts.push(("proof_number", "身份证号码的位数、出生日期或者校验码不对，请与申请书核对。".to_owned()));
    }
    if let Some(found) = case::personal::number_in(&whole.want.wanted) {
        let why = "请删去或者用“本人”代替；本人的号码填在“证件号码”";
        doubts.push(("wanted", format!("这里有证件号码或者银行卡号（{found}），会进入对外的文书。{why}。")));
    }
    let (field, missing) = match Delivery::of(&whole.how.delivery) {
        Some(Delivery::Fax) if whole.how.fax.trim().is_empty() => ("fax", "传真号码"),
        Some(Delivery::Email) if who.email.trim().is_empty() => ("email", "电子邮箱"),
        Some(Delivery::Post) if who.address.trim().is_empty() => ("address", "收信地址"),
        _ => return doubts,
    };
    doubts.push((field, format!("选择的提供途径需要{missing}。申请书上没有的，先登记，再向申请人问清。")));
    doubts
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
        && let Some(due) = cases::late(ctx, &FOI, received)
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
    let doubts = doubts(&whole);
    if posted.as_written.is_empty() && !doubts.is_empty() {
        doubts.into_iter().for_each(|(field, words)| errors.add(field, words));
        errors.add("as_written", "请核对上面标出的内容；申请书上就是这样的，勾选“与申请书一致，照此登记”再登记。");
    }
    let said = posted.consent.is_empty() || CONSENTS.iter().any(|(code, _)| *code == posted.consent);
    errors.require(said, "consent", "请选择申请人是否同意公开问题和答复。");
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
    let mut counted = facts(&whole);
    if !posted.consent.is_empty() {
        counted.push((case::public::CONSENT, posted.consent.clone()));
    }
    let filing = Filing {
        kind: &FOI,
        organ,
        channel: kept(came.channel),
        received_on: came.received,
        number: String::new(),
        digest: String::new(),
        brief: shortened(&case::personal::masked(&posted.wanted), 60),
        fields: written,
        facts: counted,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_wrong_is_told_and_what_fits_is_not() {
        let fields = |posted: &Posted| doubts(&posted.whole()).into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        let mut posted = Posted {
            wanted: "我要11010519491231002X的低保档案".into(),
            applicant: "natural_person".into(),
            proof_number: "110105194912310021".into(),
            delivery: "fax".into(),
            ..Posted::default()
        };
        assert_eq!(fields(&posted), ["proof_number", "wanted", "fax"]);
        posted.proof = PAPERS[1].into();
        posted.wanted = "低保档案".into();
        posted.fax = "0793-0000000".into();
        assert_eq!(fields(&posted), [""; 0]);
        posted.delivery = "post".into();
        assert_eq!(fields(&posted), ["address"]);
    }
}
