//! Opinions on an entry or on an organ's enforcement: the kind, and the pages of the portal.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use case::{
    By, CaseKind, Channel, Filing, Input, LetterKind, PartyRole, Person, Phase, Sets, State as Stand, Step, StepField,
    Tick, public::Told,
};
use clock::rule::ENFORCEMENT_FEEDBACK;
use kernel::{Actor, OrganCode, id::CaseId, organ::Match, time};
use portal_form::{
    Accepted, Draft, DraftFile, DraftForm, Fields, Kind, Line, PortalForm, Receipt, ReceiptWords, Received, Seen,
    is_line, is_mailbox, private_errors, private_page,
};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, FormErrors, PortalShell, Query, Reader, Refusal, Result, filters::shortened, portal_page};

use super::{days, due, organ_of, organs};
use crate::cases::{
    self,
    one_page::{self, OnePage},
};

static STATES: [Stand; 4] = [
    Stand::new("received", "待答复", Phase::Open, "已收到，正在核实，请等候答复。"),
    Stand::new("asked", "待补充", Phase::Waiting, "需要您补充说明，补充后重新计算答复时限。"),
    Stand::new("answered", "已答复", Phase::Ended, "已经答复，感谢您的意见。"),
    Stand::new("withdrawn", "已撤回", Phase::Ended, "您已撤回。"),
];

static OUTCOMES: [(&str, &str); 6] = [
    ("adopted", "已采纳整改"),
    ("explained", "已解释说明"),
    ("corrected", "已更正公示信息"),
    ("elsewhere", "已告知有权处理的机关"),
    ("written", "书面答复"),
    ("withdrawn", "撤回"),
];
static RESULTS: [(&str, &str); 4] = [
    ("adopted", "已采纳整改"),
    ("explained", "已解释说明"),
    ("corrected", "已更正公示信息"),
    ("elsewhere", "已告知有权处理的机关"),
];

static REPLY: [StepField; 2] = [
    StepField::new("result", "办理结果", Input::Choice(&RESULTS)).told().sets(Sets::Outcome),
    StepField::new("answer", "答复", Input::Text(2000))
        .told()
        .hint("写明核实的情况、依据和怎样处理；不服处罚决定的，告知复议、诉讼的途径和期限"),
];
static QUESTION: [StepField; 1] = [StepField::new("question", "请提出意见的人补充什么", Input::Text(500))
    .told()
    .hint("例如：请说明时间、地点或者文书号")];
static MORE: [StepField; 1] = [StepField::new("more", "补充的内容", Input::Text(2000)).told()];
static REMARK: [StepField; 1] = [StepField::new("remark", "备注", Input::Text(500)).hint("只在内部看到")];
static CLOSING: [StepField; 1] = [StepField::new("answer", "说明", Input::Text(500)).told()];
static SENT: [StepField; 1] = [StepField::new("on", "送达日期", Input::Day).optional()];

static STEPS: [Step; 7] = [
    Step::new("reply", "答复", &["received"], "answered", By::Handler).fields(&REPLY).told("已答复"),
    Step::new("ask", "请补充", &["received"], "asked", By::Handler)
        .fields(&QUESTION)
        .tick(Tick::Hold)
        .told("请您补充")
        .about("补充以后，答复时限重新计算。"),
    Step::new("close", "没有补充，办结", &["asked"], "answered", By::Handler)
        .fields(&CLOSING)
        .outcome("explained")
        .told("已办结"),
    Step::new("remark", "记备注", &["received", "asked", "answered"], "", By::Handler).fields(&REMARK),
    Step::new("supplement", "补充", &["asked"], "received", By::Applicant)
        .fields(&MORE)
        .tick(Tick::Restart)
        .told("您已补充"),
    Step::new("withdraw", "撤回", &["received", "asked"], "withdrawn", By::Applicant)
        .outcome("withdrawn")
        .told("您已撤回")
        .about("不需要答复了，可以撤回；撤回后不能恢复。"),
    Step::new("sent", "送达书面答复", &["received"], "answered", By::Machine)
        .fields(&SENT)
        .outcome("written")
        .told("书面答复已送达"),
];

static LETTERS: [LetterKind; 1] =
    [LetterKind {
        key: "reply", label: "书面答复", mark: "执法意见答复", from: &["received"], delivered: "sent"
    }];

static FIELDS: [(&str, &str); 3] = [("what", "意见"), ("number", "文书号"), ("more", "补充")];

static DESK: [StepField; 2] = [
    StepField::new("what", "意见", Input::Text(2000)),
    StepField::new("number", "文书号", Input::Line(128)).optional().hint("对某一条公示信息的意见，填写它的决定书文号"),
];

/// 行政执法意见. Persons are forgotten a year after the answer.
pub static FEEDBACK: CaseKind = CaseKind {
    outcomes: &OUTCOMES,
    fields: &FIELDS,
    letters: &LETTERS,
    desk: &DESK,
    keep_days: 366,
    ..CaseKind::new("enforcement-feedback", "行政执法意见", "执法意见", &STATES, &STEPS, &ENFORCEMENT_FEEDBACK)
};

/// The form of the portal.
pub(super) static FORM: DraftForm =
    DraftForm::new("enforcement-feedback", "行政执法意见", "/enforcement/feedback", lines)
        .files(3, &[Kind::Png, Kind::Jpeg, Kind::Pdf]);

/// Published answers on the page.
const SHOWN: i64 = 10;
/// Characters of a number.
const NUMBER: usize = 128;
/// Characters of what a record is called.
const ON: usize = 80;

fn lines(ctx: &Ctx, fields: &Fields) -> Vec<Line> {
    let organ = OrganCode::from(fields.get("organ"));
    let name = ctx.directory().get(&organ).map(|organ| organ.name.clone()).unwrap_or_default();
    let line = |label: &str, value: String| Line { label: label.to_owned(), value };
    let mut all = vec![line("执法机关", name)];
    let rest =
        [("文书号", "number"), ("意见", "what"), ("称呼", "called"), ("联系电话", "phone"), ("电子邮箱", "email")];
    all.extend(rest.into_iter().map(|(label, name)| line(label, fields.get(name).to_owned())));
    all.retain(|line| !line.value.is_empty());
    all
}

/// What is filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Opinion {
    organ: String,
    number: String,
    what: String,
    called: String,
    phone: String,
    email: String,
}

impl OnePage for Opinion {
    const FORM: &'static DraftForm = &FORM;

    fn errors(&self, ctx: &Ctx, errors: &mut FormErrors) {
        let within = |text: &str, most: usize| text.chars().count() <= most;
        errors.require(organ_of(ctx, &self.organ).is_some(), "organ", "请选择执法机关。");
        errors.require(within(&self.number, NUMBER), "number", "文书号太长，请核对。");
        // What the form begins by itself is no opinion yet.
        let said = !self.what.trim().is_empty() && !self.what.trim_end().ends_with('：');
        errors.require(said, "what", "请写明意见，例如 公示的处罚金额与决定书不一致。");
        errors.require(within(&self.what, 2000), "what", "请写在 2000 字以内，长的材料可以作为附件上传。");
        if let Some(number) = case::personal::number_in(&self.what) {
            errors.add("what", format!("这里写了证件号码或者银行卡号（{number}）。请删去，提意见用不到它。"));
        }
        errors.require(within(&self.called, 40), "called", "称呼请写在 40 字以内，例如 王先生。");
        let phone = self.phone.trim().is_empty() || is_line(&self.phone);
        errors.require(phone, "phone", "请核对联系电话，例如 13800000000；不留可以空着。");
        let email = self.email.trim();
        let fits = within(email, 120) && is_mailbox(email);
        errors.require(email.is_empty() || fits, "email", "请核对电子邮箱，例如 name@example.com；不留可以空着。");
    }

    fn shell(ctx: &Ctx, reader: &Reader) -> PortalShell {
        let shell = reader.shell(ctx, "对执法提意见", "互动", "dialogue");
        let shell = shell.crumb("互动", "/dialogue").crumb("对执法提意见", "");
        let description = "对执法公示的内容或者执法行为有意见，请告诉执法机关，答复后公开，不含个人信息。".to_owned();
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

/// A published answer on the page.
struct Published {
    question: String,
    answer: String,
    organ: String,
    on: String,
}

#[derive(Template)]
#[template(path = "enforcement/templates/feedback.html")]
struct Start {
    shell: PortalShell,
    errors: FormErrors,
    organs: Vec<(String, String)>,
    typed: Opinion,
    days: u32,
    due: String,
    published: Vec<Published>,
}

#[derive(Template)]
#[template(path = "enforcement/templates/feedback_step.html")]
struct Page<'a> {
    shell: PortalShell,
    errors: FormErrors,
    organs: Vec<(String, String)>,
    typed: Opinion,
    link: String,
    until: String,
    path: String,
    files: &'a [DraftFile],
}

/// What somebody comes from: an organ by its name or code, and the number of a decision or what else a record is called.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Came {
    about: String,
    organ: String,
    number: String,
    on: String,
}

impl Came {
    fn opinion(self, ctx: &Ctx) -> Opinion {
        let named = || match ctx.directory().find(self.about.trim(), ctx.today()) {
            Match::Organ(code) => Some(code),
            _ => None,
        };
        let organ = organ_of(ctx, &self.organ).or_else(named).map(|code| code.to_string()).unwrap_or_default();
        let on: String = self.on.trim().chars().take(ON).collect();
        Opinion {
            organ,
            number: self.number.trim().chars().take(NUMBER).collect(),
            what: if on.is_empty() { String::new() } else { format!("关于“{on}”：") },
            ..Opinion::default()
        }
    }
}

/// `GET /enforcement/feedback`
pub(super) async fn start(State(ctx): State<Ctx>, reader: Reader, Query(from): Query<Came>) -> Result<Response> {
    let directory = ctx.directory();
    let told: Vec<Told> = case::public::newest(ctx.db().read(), &FEEDBACK, SHOWN).await?;
    let published = told.into_iter().map(|one| Published {
        organ: directory.short_name(&one.organ).to_owned(),
        on: time::show_date(&one.published_at),
        question: one.question,
        answer: one.answer,
    });
    portal_page(&Start {
        shell: Opinion::shell(&ctx, &reader),
        errors: FormErrors::new(),
        organs: organs(&ctx),
        typed: from.opinion(&ctx),
        days: days(&ctx, &ENFORCEMENT_FEEDBACK),
        due: due(&ctx, &ENFORCEMENT_FEEDBACK),
        published: published.collect(),
    })
}

async fn register(ctx: &Ctx, tx: &mut Tx, received: &Received) -> Result<CaseId, Refusal> {
    let opinion: Opinion = received.fields.read()?;
    let person = Person {
        name: opinion.called.trim().to_owned(),
        phone: opinion.phone.trim().to_owned(),
        email: opinion.email.trim().to_owned(),
        ..Person::default()
    };
    let known = person != Person::default();
    let filing = Filing {
        kind: &FEEDBACK,
        organ: organ_of(ctx, &opinion.organ).unwrap_or_else(|| ctx.office_organ()),
        channel: Channel::Portal,
        received_on: ctx.today(),
        number: received.number.clone(),
        digest: received.digest.clone(),
        brief: shortened(&case::personal::masked(&opinion.what), 60),
        fields: BTreeMap::from([
            ("what".to_owned(), opinion.what.trim().to_owned()),
            ("number".to_owned(), opinion.number.trim().to_owned()),
        ]),
        facts: Vec::new(),
        parties: if known { vec![(PartyRole::Applicant, person)] } else { Vec::new() },
        files: one_page::files(received),
    };
    let case = case::register(ctx, tx, &Actor::Visitor, filing).await?;
    cases::tell(ctx, tx, &case, "行政执法意见").await?;
    Ok(case)
}

/// `POST /enforcement/feedback/d/{secret}/send`
pub(super) async fn send(
    State(ctx): State<Ctx>,
    reader: Reader,
    draft: Draft,
    posted: PortalForm<Seen>,
) -> Result<Response> {
    if let Some(page) = one_page::hindered::<Opinion>(&ctx, &reader, &draft, &posted)? {
        return Ok(page);
    }
    let make = async |tx: &mut Tx, received: &Received| Ok(Accepted::case(register(&ctx, tx, received).await?));
    Ok(draft.send::<_, Refusal>(&ctx, posted.value.version, make).await?)
}

/// `GET /enforcement/feedback/r/{secret}`
pub(super) async fn receipt(State(ctx): State<Ctx>, reader: Reader, receipt: Receipt) -> Result<Response> {
    let until = match &receipt.case {
        Some(case) => case::entry(ctx.db().read(), case).await?.and_then(|entry| entry.told_due()),
        None => None,
    };
    let until = until.map(|due| format!("（{due} 前）")).unwrap_or_default();
    let words = ReceiptWords {
        next: vec![
            format!("执法机关 {} 个工作日内{until}核实并答复。", days(&ctx, &ENFORCEMENT_FEEDBACK)),
            "需要您补充的，在查询页面提出；补充以后重新计算时限。".to_owned(),
        ],
        follow: format!("/cases/c/{}", receipt.secret.text()),
        record: format!("{}/record", receipt.path()),
        above: vec![("互动", "/dialogue"), ("对执法提意见", "/enforcement/feedback")],
        ..ReceiptWords::default()
    };
    receipt.page(&ctx, &reader, &words)
}
