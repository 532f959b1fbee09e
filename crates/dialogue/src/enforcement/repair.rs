//! Applications of the penalised to have a penalty shown no longer (信用修复): the kind, and the pages of the portal.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use case::{By, CaseKind, Channel, Filing, Input, PartyRole, Person, Phase, State as Stand, Step, StepField, Tick};
use clock::rule::ENFORCEMENT_REPAIR;
use kernel::{Actor, OrganCode, id::CaseId};
use portal_form::{
    Accepted, Draft, DraftFile, DraftForm, Fields, Kind, Line, PortalForm, Receipt, ReceiptWords, Received, Seen,
    is_line, is_mailbox, private_errors, private_page,
};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, FormErrors, PortalShell, Query, Reader, Refusal, Result, portal_page};

use super::{days, due, organ_of, organs};
use crate::cases::{
    self,
    one_page::{self, OnePage},
};

static STATES: [Stand; 5] = [
    Stand::new("received", "待审核", Phase::Open, "已收到，正在审核，请等候答复。"),
    Stand::new("asked", "待补正", Phase::Waiting, "材料需要补正，补正后重新计算办理时限。"),
    Stand::new("granted", "已修复", Phase::Ended, "准予信用修复，处罚信息已停止公示。"),
    Stand::new("refused", "不予修复", Phase::Ended, "不符合信用修复的条件，理由见答复。"),
    Stand::new("withdrawn", "已撤回", Phase::Ended, "您已撤回。"),
];

static OUTCOMES: [(&str, &str); 3] = [("granted", "准予修复"), ("refused", "不予修复"), ("withdrawn", "撤回")];

static GRANT: [StepField; 1] = [StepField::new("answer", "答复", Input::Text(2000)).told()];
static REFUSE: [StepField; 1] = [StepField::new("answer", "理由", Input::Text(2000))
    .told()
    .hint("写明不符合哪一项条件和依据，例如：公示不满最短公示期，2026-06-05 起可以再申请")];
static QUESTION: [StepField; 1] = [StepField::new("question", "请申请人补正什么", Input::Text(500))
    .told()
    .hint("一次说清，例如：请上传罚款缴纳凭证")];
static MORE: [StepField; 1] = [StepField::new("more", "补正的内容", Input::Text(2000)).told()];
static REMARK: [StepField; 1] = [StepField::new("remark", "备注", Input::Text(500)).hint("只在内部看到")];

static STEPS: [Step; 7] = [
    Step::new("grant", "准予修复", &["received"], "granted", By::Decider)
        .fields(&GRANT)
        .outcome("granted")
        .told("准予信用修复")
        .about("处罚信息在同一步停止公示。")
        .own_page("/enforcement/repairs/{id}"),
    Step::new("refuse", "不予修复", &["received"], "refused", By::Decider)
        .fields(&REFUSE)
        .outcome("refused")
        .told("不予修复"),
    Step::new("ask", "请补正", &["received"], "asked", By::Handler)
        .fields(&QUESTION)
        .tick(Tick::Hold)
        .told("请您补正")
        .about("补正以后，办理时限重新计算。"),
    Step::new("lapse", "没有补正，办结", &["asked"], "refused", By::Decider)
        .fields(&REFUSE)
        .outcome("refused")
        .told("没有补正，已办结"),
    Step::new("remark", "记备注", &["received", "asked", "granted", "refused"], "", By::Handler).fields(&REMARK),
    Step::new("supplement", "补正", &["asked"], "received", By::Applicant)
        .fields(&MORE)
        .tick(Tick::Restart)
        .told("您已补正")
        .files(5),
    Step::new("withdraw", "撤回", &["received", "asked"], "withdrawn", By::Applicant)
        .outcome("withdrawn")
        .told("您已撤回")
        .about("撤回后可以重新申请。"),
];

static FIELDS: [(&str, &str); 4] =
    [("number", "处罚决定书文号"), ("party", "被处罚人"), ("what", "履行和纠正的情况"), ("more", "补正")];

static DESK: [StepField; 3] = [
    StepField::new("number", "处罚决定书文号", Input::Line(128)),
    StepField::new("party", "被处罚人", Input::Line(200)).hint("与处罚决定书一致"),
    StepField::new("what", "履行和纠正的情况", Input::Text(2000)),
];

/// 信用修复. It goes to the organ that imposed the penalty; persons are forgotten three years after the end.
pub static REPAIR: CaseKind = CaseKind {
    outcomes: &OUTCOMES,
    fields: &FIELDS,
    desk: &DESK,
    named: true,
    ..CaseKind::new("credit-repair", "信用修复申请", "信用修复", &STATES, &STEPS, &ENFORCEMENT_REPAIR)
};

/// The form of the portal.
pub(super) static FORM: DraftForm = DraftForm::new("credit-repair", "信用修复申请", "/enforcement/repair", lines)
    .files(5, &[Kind::Png, Kind::Jpeg, Kind::Pdf]);

fn lines(ctx: &Ctx, fields: &Fields) -> Vec<Line> {
    let organ = OrganCode::from(fields.get("organ"));
    let name = ctx.directory().get(&organ).map(|organ| organ.name.clone()).unwrap_or_default();
    let line = |label: &str, value: String| Line { label: label.to_owned(), value };
    let mut all = vec![line("作出处罚的机关", name)];
    let rest = [
        ("处罚决定书文号", "number"),
        ("被处罚人", "party"),
        ("履行和纠正的情况", "what"),
        ("经办人", "called"),
        ("联系电话", "phone"),
        ("电子邮箱", "email"),
    ];
    all.extend(rest.into_iter().map(|(label, name)| line(label, fields.get(name).to_owned())));
    all.retain(|line| !line.value.is_empty());
    all
}

/// What is filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Application {
    organ: String,
    number: String,
    party: String,
    what: String,
    called: String,
    phone: String,
    email: String,
}

impl OnePage for Application {
    const FORM: &'static DraftForm = &FORM;

    fn errors(&self, ctx: &Ctx, errors: &mut FormErrors) {
        let within = |text: &str, most: usize| text.chars().count() <= most;
        let filled = |text: &str| !text.trim().is_empty();
        errors.require(organ_of(ctx, &self.organ).is_some(), "organ", "请选择作出处罚的机关。");
        let number = filled(&self.number) && within(&self.number, 128);
        errors.require(number, "number", "请填写处罚决定书文号，例如 青住建罚〔2026〕12号。");
        errors.require(filled(&self.party) && within(&self.party, 200), "party", "请填写被处罚人，与处罚决定书一致。");
        errors.require(filled(&self.what), "what", "请写明怎样履行了处罚决定、纠正了违法行为。");
        errors.require(within(&self.what, 2000), "what", "请写在 2000 字以内，长的材料可以作为附件上传。");
        if let Some(number) = case::personal::number_in(&self.what) {
            errors
                .add("what", format!("这里写了证件号码或者银行卡号（{number}）。请删去，需要的证明可以作为附件上传。"));
        }
        errors.require(filled(&self.called) && within(&self.called, 40), "called", "请填写经办人，40 字以内。");
        errors.require(is_line(&self.phone), "phone", "请填写联系电话，例如 13800000000。");
        let email = self.email.trim();
        let fits = within(email, 120) && is_mailbox(email);
        errors.require(email.is_empty() || fits, "email", "请核对电子邮箱，例如 name@example.com；不留可以空着。");
    }

    fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell {
        let shell = reader.shell(ctx, "申请信用修复", "互动", "dialogue");
        let shell = shell.crumb("互动", "/dialogue").crumb("申请信用修复", "");
        let description = "已履行处罚决定、纠正违法行为的当事人，申请停止公示行政处罚信息。".to_owned();
        PortalShell { description, ..shell }
    }

    fn shown(ctx: &Ctx, reader: &Reader, draft: &Draft, errors: FormErrors) -> Result<Response> {
        let bad = !errors.is_empty();
        let mut shell = Self::shell(ctx, reader);
        shell.has_error = bad;
        let page = Page {
            shell,
            errors,
            organs: organs(ctx),
            typed: draft.fields.read()?,
            link: draft.link(ctx),
            until: draft.kept_until(),
            path: draft.path(),
            files: &draft.files,
        };
        if bad { private_errors(&page) } else { private_page(&page) }
    }
}

#[derive(Template)]
#[template(path = "enforcement/templates/repair.html")]
struct Start {
    shell: PortalShell,
    errors: FormErrors,
    organs: Vec<(String, String)>,
    typed: Application,
    days: u32,
    due: String,
}

#[derive(Template)]
#[template(path = "enforcement/templates/repair_step.html")]
struct Page<'a> {
    shell: PortalShell,
    errors: FormErrors,
    organs: Vec<(String, String)>,
    typed: Application,
    link: String,
    until: String,
    path: String,
    files: &'a [DraftFile],
}

/// The penalty from which somebody comes: code of the organ, number, and who was penalised.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Came {
    organ: String,
    number: String,
    party: String,
}

/// `GET /enforcement/repair`
pub(super) async fn start(State(ctx): State<Ctx>, reader: Reader, Query(from): Query<Came>) -> Result<Response> {
    portal_page(&Start {
        shell: Application::shell(&ctx, &reader),
        errors: FormErrors::new(),
        organs: organs(&ctx),
        typed: Application {
            organ: organ_of(&ctx, &from.organ).map(|code| code.to_string()).unwrap_or_default(),
            number: from.number.trim().chars().take(128).collect(),
            party: from.party.trim().chars().take(200).collect(),
            ..Application::default()
        },
        days: days(&ctx, &ENFORCEMENT_REPAIR),
        due: due(&ctx, &ENFORCEMENT_REPAIR),
    })
}

async fn register(ctx: &Ctx, tx: &mut Tx, received: &Received) -> Result<CaseId, Refusal> {
    let asked: Application = received.fields.read()?;
    let person = Person {
        name: asked.called.trim().to_owned(),
        phone: asked.phone.trim().to_owned(),
        email: asked.email.trim().to_owned(),
        ..Person::default()
    };
    let field = |name: &str, text: &str| (name.to_owned(), text.trim().to_owned());
    let filing = Filing {
        kind: &REPAIR,
        organ: organ_of(ctx, &asked.organ).unwrap_or_else(|| ctx.office_organ()),
        channel: Channel::Portal,
        received_on: ctx.today(),
        number: received.number.clone(),
        digest: received.digest.clone(),
        brief: format!("申请修复 {}", asked.number.trim()),
        fields: BTreeMap::from([
            field("number", &asked.number),
            field("party", &asked.party),
            field("what", &asked.what),
        ]),
        facts: Vec::new(),
        parties: vec![(PartyRole::Applicant, person)],
        files: one_page::files(received),
    };
    let case = case::register(ctx, tx, &Actor::Visitor, filing).await?;
    cases::tell(ctx, tx, &case, "信用修复申请").await?;
    Ok(case)
}

/// `POST /enforcement/repair/d/{secret}/send`
pub(super) async fn send(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Seen>,
) -> Result<Response> {
    if let Some(page) = one_page::hindered::<Application>(&ctx, &reader, &draft, &posted)? {
        return Ok(page);
    }
    let make = async |tx: &mut Tx, received: &Received| Ok(Accepted::case(register(&ctx, tx, received).await?));
    Ok(draft.send::<_, Refusal>(&ctx, posted.value.version, make).await?)
}

/// `GET /enforcement/repair/r/{secret}`
pub(super) async fn receipt(State(ctx): State<Ctx>, reader: Reader, receipt: Receipt) -> Result<Response> {
    let until = match &receipt.case {
        Some(case) => case::entry(ctx.db().read(), case).await?.and_then(|entry| entry.told_due()),
        None => None,
    };
    let until = until.map(|due| format!("（{due} 前）")).unwrap_or_default();
    let words = ReceiptWords {
        next: vec![
            format!("作出处罚的机关 {} 个工作日内{until}审核并答复。", days(&ctx, &ENFORCEMENT_REPAIR)),
            "准予修复的，处罚信息立即停止公示；需要补正的，在查询页面提出。".to_owned(),
        ],
        follow: format!("/cases/c/{}", receipt.secret.text()),
        record: format!("{}/record", receipt.path()),
        above: vec![("互动", "/dialogue"), ("申请信用修复", "/enforcement/repair")],
        ..ReceiptWords::default()
    };
    receipt.page(&ctx, &reader, &words)
}
