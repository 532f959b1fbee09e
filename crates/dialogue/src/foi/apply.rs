//! The form of the portal in five steps, under a private link from the first one on; and the receipt.

use std::collections::BTreeMap;

use ::foi::{Applicant, Carrier, Delivery};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use case::{Channel, Filing, PartyRole, Person};
use kernel::{Actor, Organ, OrganCode, id::CaseId};
use portal_form::{
    Accepted, CHANGED, Draft, DraftFile, Line, PortalForm, Receipt, ReceiptWords, Received, Saved, Seen,
    private_changed, private_errors, private_page,
};
use serde::Deserialize;
use store::Tx;
use web::{
    Ctx, FormErrors, PortalShell, Query, Reader, Redirect, Refusal, Result, filters::shortened, hooks::PublicDocument,
    portal_page,
};

use super::{
    form::{FORM, How, PAPERS, Step, Want, Who, Whole, Whom, askable},
    kind::FOI,
    suggest,
};
use crate::cases::{self, one_page};

/// Steps with the check at their end.
const STEPS: usize = 5;

fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell {
    let shell = reader
        .shell(ctx, "填写申请", "依申请公开", "openness")
        .crumb("政务公开", "/openness")
        .crumb("依申请公开", "/foi")
        .crumb("填写申请", "");
    PortalShell {
        description: "网上申请公开政府信息：五步填完，一般不收费，20 个工作日内答复。".to_owned(), ..shell
    }
}

#[derive(Template)]
#[template(path = "foi/templates/start.html")]
struct Start {
    shell: PortalShell,
    errors: FormErrors,
    typed: Want,
}

/// The words with which somebody comes from a search that found nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Came {
    about: String,
}

/// `GET /foi/apply`
pub(super) async fn start(State(ctx): State<Ctx>, reader: Reader, Query(from): Query<Came>) -> Result<Response> {
    let typed = Want { wanted: from.about.chars().take(200).collect(), ..Want::default() };
    portal_page(&Start { shell: shell(&ctx, &reader), errors: FormErrors::new(), typed })
}

/// `POST /foi/apply`
pub(super) async fn begin(State(ctx): State<Ctx>, reader: Reader, posted: PortalForm<Want>) -> Result<Response> {
    let (draft, errors) = Draft::open(&ctx, &FORM, posted).await?;
    onwards(&ctx, &reader, &draft, Step::Want, errors).await
}

#[derive(Template)]
#[template(path = "foi/templates/step.html")]
struct Page<'a> {
    shell: PortalShell,
    errors: FormErrors,
    whole: Whole,
    at: usize,
    of: usize,
    name: &'static str,
    link: String,
    until: String,
    action: String,
    back: String,
    related: Vec<PublicDocument>,
    /// Code, name, and what speaks for it.
    suggested: Vec<(String, String, String)>,
    organs: Vec<(String, String)>,
    applicants: Vec<(&'static str, &'static str, &'static str)>,
    papers: Vec<(&'static str, &'static str)>,
    carriers: Vec<(&'static str, &'static str, &'static str)>,
    deliveries: Vec<(&'static str, &'static str, &'static str)>,
    by_organisation: bool,
    files: &'a [DraftFile],
}

fn names(step: Step) -> (usize, &'static str) {
    match step {
        Step::Want => (1, "想要什么信息"),
        Step::Organ => (2, "向哪个机关申请"),
        Step::Who => (3, "您是谁"),
        Step::How => (4, "怎样给您"),
    }
}

fn address(draft: &Draft, step: Step) -> String {
    format!("{}{}", draft.path(), step.path())
}

/// Radio buttons for the organs that may have it, the county's office, and a list of all. Who has nobody to handle it is not
/// recommended, but can be asked: the county's office is told.
async fn suggested(ctx: &Ctx, whole: &Whole, related: &[PublicDocument]) -> Result<Vec<(String, String, String)>> {
    let askable = askable(ctx);
    let unmanned = cases::unmanned(ctx).await?;
    let manned: Vec<Organ> = askable.iter().filter(|organ| !unmanned.contains(&organ.code)).cloned().collect();
    let mut codes = suggest::organs(&manned, &whole.want.wanted, related);
    let office = ctx.office_organ();
    if !codes.contains(&office) {
        codes.push(office.clone());
    }
    let line = |code: &OrganCode| {
        let organ = askable.iter().find(|organ| organ.code == *code)?;
        let hint = if *code == office {
            "不确定找谁，由它转给或者告知负责的机关"
        } else {
            "按您写的内容推荐"
        };
        Some((organ.code.to_string(), organ.name.clone(), hint.to_owned()))
    };
    let other = ("other".to_owned(), "其他机关，在下面的列表里选".to_owned(), String::new());
    Ok(codes.iter().filter_map(line).chain([other]).collect())
}

async fn shown(ctx: &Ctx, reader: &Reader, draft: &Draft, step: Step, errors: FormErrors) -> Result<Response> {
    let whole = Whole::of(&draft.fields)?;
    let is_organ = step == Step::Organ;
    let related =
        if is_organ { suggest::public(ctx, &whole.want.wanted, &whole.want.number).await? } else { Vec::new() };
    let (at, name) = names(step);
    let bad = !errors.is_empty();
    let mut shell = shell(ctx, reader);
    shell.title = format!("{name}（第 {at} 步，共 {STEPS} 步）");
    shell.has_error = bad;
    let before = Step::ALL.iter().rev().find(|one| names(**one).0 < at);
    let organs = askable(ctx).into_iter().map(|organ| (organ.code.to_string(), organ.name));
    let page = Page {
        shell,
        errors,
        at,
        of: STEPS,
        name,
        link: draft.link(ctx),
        until: draft.kept_until(),
        action: address(draft, step),
        back: before.map(|before| address(draft, *before)).unwrap_or_default(),
        suggested: if is_organ { suggested(ctx, &whole, &related).await? } else { Vec::new() },
        organs: if is_organ { organs.collect() } else { Vec::new() },
        related,
        applicants: Applicant::ALL.iter().map(|one| (one.code(), one.choice(), "")).collect(),
        papers: PAPERS.iter().map(|paper| (*paper, *paper)).collect(),
        carriers: Carrier::ALL.iter().map(|one| (one.code(), one.label(), "")).collect(),
        deliveries: Delivery::ALL.iter().map(|one| (one.code(), one.label(), needs(*one))).collect(),
        by_organisation: Applicant::of(&whole.who.applicant).is_some_and(|one| !one.is_person()),
        files: &draft.files,
        whole,
    };
    if bad { private_errors(&page) } else { private_page(&page) }
}

/// What a way of delivery needs.
fn needs(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Online => "凭回执上的查询码在本网站查看和下载",
        Delivery::Email => "发到第三步填写的电子邮箱",
        Delivery::Post => "寄到第三步填写的收信地址",
        Delivery::Collect => "带身份证件到机关领取或者查阅",
        Delivery::Fax => "传到下面填写的号码",
    }
}

/// To the next step when this one is right, else back to it.
async fn onwards(ctx: &Ctx, reader: &Reader, draft: &Draft, step: Step, mut errors: FormErrors) -> Result<Response> {
    Whole::of(&draft.fields)?.errors(ctx, step, &mut errors);
    if !errors.is_empty() {
        return shown(ctx, reader, draft, step, errors).await;
    }
    let next = Step::ALL.iter().find(|one| names(**one).0 > names(step).0);
    let to = next.map_or_else(|| format!("{}/check", draft.path()), |next| address(draft, *next));
    Ok(Redirect::to(to).into_response())
}

/// Keeps what a step posted, right or wrong, and goes on where it is right.
async fn kept<T>(ctx: &Ctx, reader: &Reader, mut draft: Draft, posted: PortalForm<T>, step: Step) -> Result<Response> {
    let Saved { errors, stay } = draft.save(ctx, posted).await?;
    if !stay {
        return onwards(ctx, reader, &draft, step, errors).await;
    }
    if errors.is_empty() {
        return Ok(Redirect::to(address(&draft, step)).into_response());
    }
    shown(ctx, reader, &draft, step, errors).await
}

/// `GET /foi/d/{secret}`
pub(super) async fn want(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    shown(&ctx, &reader, &draft, Step::Want, FormErrors::new()).await
}

/// `POST /foi/d/{secret}`
pub(super) async fn save_want(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Want>,
) -> Result<Response> {
    kept(&ctx, &reader, draft, posted, Step::Want).await
}

/// `GET /foi/d/{secret}/organ`
pub(super) async fn organ(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    shown(&ctx, &reader, &draft, Step::Organ, FormErrors::new()).await
}

/// `POST /foi/d/{secret}/organ`
pub(super) async fn save_organ(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Whom>,
) -> Result<Response> {
    kept(&ctx, &reader, draft, posted, Step::Organ).await
}

/// `GET /foi/d/{secret}/who`
pub(super) async fn who(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    shown(&ctx, &reader, &draft, Step::Who, FormErrors::new()).await
}

/// `POST /foi/d/{secret}/who`
pub(super) async fn save_who(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Who>,
) -> Result<Response> {
    kept(&ctx, &reader, draft, posted, Step::Who).await
}

/// `GET /foi/d/{secret}/how`
pub(super) async fn how(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    shown(&ctx, &reader, &draft, Step::How, FormErrors::new()).await
}

/// `POST /foi/d/{secret}/how`
pub(super) async fn save_how(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<How>,
) -> Result<Response> {
    kept(&ctx, &reader, draft, posted, Step::How).await
}

#[derive(Template)]
#[template(path = "foi/templates/check.html")]
struct Check<'a> {
    shell: PortalShell,
    errors: FormErrors,
    /// What may be public already.
    related: Vec<PublicDocument>,
    lines: Vec<Line>,
    files: &'a [DraftFile],
    path: String,
    version: i64,
    link: String,
    until: String,
    /// Today and the last day for the answer; empty where the calendar does not know.
    today: String,
    due: String,
}

/// The last day for an answer to what is received today; empty where the calendar does not know.
pub(super) fn due(ctx: &Ctx) -> String {
    let rule = ctx.settings::<clock::Readings>().apply(&clock::rule::FOI_RESPONSE);
    let run = clock::run(&rule, ctx.today(), &[], 0, &ctx.calendar());
    run.map(|run| run.due().date().to_string()).unwrap_or_default()
}

/// `GET /foi/d/{secret}/check`
pub(super) async fn check(State(ctx): State<Ctx>, reader: Reader, draft: Draft) -> Result<Response> {
    if let Some((step, errors)) = Whole::of(&draft.fields)?.unfinished(&ctx) {
        return shown(&ctx, &reader, &draft, step, errors).await;
    }
    checked(&ctx, &reader, &draft, FormErrors::new()).await
}

async fn checked(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response> {
    let want = Whole::of(&draft.fields)?.want;
    let stale = !errors.is_empty();
    let mut shell = shell(ctx, reader);
    shell.has_error = stale;
    let page = Check {
        shell,
        errors,
        related: suggest::public(ctx, &want.wanted, &want.number).await?,
        lines: draft.lines(ctx),
        files: &draft.files,
        path: draft.path(),
        version: draft.version,
        link: draft.link(ctx),
        until: draft.kept_until(),
        today: ctx.today().to_string(),
        due: due(ctx),
    };
    if stale { private_changed(&page) } else { private_page(&page) }
}

/// Who asks, as the register keeps it.
pub(super) fn person(who: &Who) -> Person {
    let is_person = Applicant::of(&who.applicant).is_none_or(Applicant::is_person);
    let text = |value: &str| value.trim().to_owned();
    // What the number tells; of a paper that nobody has named nothing is said.
    let resident = is_person && who.proof.is_empty() && ::foi::proof::is_resident_number(who.proof_number.trim());
    let only = |holds: bool, value: &str| if holds { text(value) } else { String::new() };
    Person {
        name: text(&who.name),
        organisation: only(!is_person, &who.organisation),
        organisation_code: only(!is_person, &::foi::proof::plain(&who.code)),
        representative: only(!is_person, &who.representative),
        proof: if resident { PAPERS[0].to_owned() } else { only(is_person, &who.proof) },
        proof_number: only(is_person, &::foi::proof::plain(&who.proof_number)),
        phone: text(&who.phone),
        email: text(&who.email),
        address: text(&who.address),
        postcode: text(&who.postcode),
    }
}

/// What was filled in, by the fields of the kind.
pub(super) fn fields(whole: &Whole) -> BTreeMap<String, String> {
    let text = |name: &str, value: &str| (name.to_owned(), value.trim().to_owned());
    let all = [
        text("wanted", &whole.want.wanted),
        text("number", &whole.want.number),
        text("carrier_words", Carrier::of(&whole.how.carrier).map_or("", Carrier::label)),
        text("delivery_words", Delivery::of(&whole.how.delivery).map_or("", Delivery::label)),
        text("fax", if whole.how.delivery == Delivery::Fax.code() { whole.how.fax.as_str() } else { "" }),
        text("help", &whole.how.help),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Codes that reports count.
pub(super) fn facts(whole: &Whole) -> Vec<(&'static str, String)> {
    vec![
        ("applicant", whole.who.applicant.clone()),
        ("carrier", whole.how.carrier.clone()),
        ("delivery", whole.how.delivery.clone()),
    ]
}

async fn register(ctx: &Ctx, tx: &mut Tx, received: &Received) -> Result<CaseId, Refusal> {
    let whole = Whole::of(&received.fields)?;
    let mut counted = facts(&whole);
    let consent = if whole.how.consents() { "yes" } else { "no" };
    counted.push((case::public::CONSENT, consent.to_owned()));
    let filing = Filing {
        kind: &FOI,
        organ: whole.whom.chosen(),
        channel: Channel::Portal,
        // Both sides confirm on this day (条例 Art. 31 (三)): the applicant by sending what was checked, the organ by the receipt.
        received_on: ctx.today(),
        number: received.number.clone(),
        digest: received.digest.clone(),
        brief: shortened(&case::personal::masked(&whole.want.wanted), 60),
        fields: fields(&whole),
        facts: counted,
        parties: vec![(PartyRole::Applicant, person(&whole.who))],
        files: one_page::files(received),
    };
    let case = case::register(ctx, tx, &Actor::Visitor, filing).await?;
    cases::tell(ctx, tx, &case, "政府信息公开申请").await?;
    Ok(case)
}

/// `POST /foi/d/{secret}/send`
pub(super) async fn send(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Seen>,
) -> Result<Response> {
    if let Some((step, errors)) = Whole::of(&draft.fields)?.unfinished(&ctx) {
        return shown(&ctx, &reader, &draft, step, errors).await;
    }
    if posted.value.version != draft.version {
        return checked(&ctx, &reader, &draft, FormErrors::refused(CHANGED)).await;
    }
    let make = async |tx: &mut Tx, received: &Received| Ok(Accepted::case(register(&ctx, tx, received).await?));
    Ok(draft.send::<_, Refusal>(&ctx, posted.value.version, make).await?)
}

/// `GET /foi/r/{secret}`
pub(super) async fn receipt(State(ctx): State<Ctx>, reader: Reader, receipt: Receipt) -> Result<Response> {
    let entry = match &receipt.case {
        Some(case) => case::entry(ctx.db().read(), case).await?,
        None => None,
    };
    let mut next = Vec::new();
    let ended = entry.as_ref().filter(|entry| entry.is_ended()).map(|entry| entry.state(&FOI).label);
    if let Some(entry) = entry {
        let organ = ctx.directory().get(&entry.organ).map(|organ| organ.name.clone()).unwrap_or_default();
        next.push(format!(
            "收到申请之日是 {}：网上提交的，双方确认当天为收到申请之日（条例第三十一条），本回执即为{organ}的确认。",
            entry.received_on
        ));
        let told = "延长期限、征求第三方或者其他机关意见的，会在查询页面告知您。";
        if let Some(due) = entry.due() {
            next.push(if entry.due_guess {
                format!("答复期限预计到 {due}；放假安排公布后，以查询页面上的日期为准。{told}")
            } else {
                format!("{organ}应当在 {due} 前答复；{told}")
            });
        }
    }
    // What was to come next is over when the case is.
    match ended {
        Some(standing) => next.push(format!("这件申请现在是“{standing}”，经过和文书在查询页面。")),
        None => {
            next.push("内容不清楚的，7 个工作日内一次性告知您补正；请留意查询页面，或者等候电话。".to_owned());
            next.push("答复前可以在查询页面撤回申请。对答复不服的，答复书写明怎样申请行政复议、提起诉讼。".to_owned());
        }
    }
    let words = ReceiptWords {
        next,
        follow: format!("/cases/c/{}", receipt.secret.text()),
        record: format!("{}/record", receipt.path()),
        above: vec![("政务公开", "/openness"), ("依申请公开", "/foi")],
        door: "openness",
    };
    receipt.page(&ctx, &reader, &words)
}
