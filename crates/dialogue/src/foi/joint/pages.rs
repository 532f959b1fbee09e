//! The other organ answers: its opinion, or whether it takes a request over. It sees what it is asked, and nobody's name.

use ::foi::Opinion;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{Before, CaseKey, Entry, permissions::HANDLE_CASES};
use kernel::{Actor, may_for};
use store::{Executor, Tx};
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, office_page, page};

use super::{
    permission,
    store::{self as rows, Joint, JointId, Sort},
};
use crate::{
    cases,
    foi::{
        kind::FOI,
        law,
        letters::{Typed, of},
    },
};

/// To whoever would answer what they have asked themselves.
const OWN: &str = "这是您提出的，须由对方机关的人，或者县政府办公室的另一个人答复。";

/// Longest words of an answer.
const MOST: usize = 5_000;

#[derive(Template)]
#[template(path = "foi/joint/templates/answer.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: JointId,
    lead: String,
    number: String,
    asked_name: String,
    asked_on: String,
    due_on: String,
    late: bool,
    matter: String,
    takes_over: bool,
    open: bool,
    /// It may still be answered: the case goes on, and this person may.
    may: bool,
    /// This person has asked it, and answers nothing of it in the name of others.
    own: bool,
    state: &'static str,
    answered: String,
    told: String,
    opinions: Vec<(&'static str, &'static str, &'static str)>,
    opinion: String,
    words: String,
    once: String,
}

/// What may be answered: code, words, hint. Whether a reason holds says the lead organ.
fn choices(sort: Sort) -> Vec<(&'static str, &'static str, &'static str)> {
    match sort {
        Sort::Opinion => vec![
            (Opinion::Agrees.code(), "同意公开", ""),
            (Opinion::ObjectsWithReason.code(), "不同意公开", "在下面写明理由"),
        ],
        Sort::HandOver => vec![("agreed", "同意接收", ""), ("refused", "不接收", "在下面写明理由")],
    }
}

/// Whether this person has asked the question: whoever answers in the name of an organ without people of its own is somebody
/// else.
async fn is_asker(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    (entry, joint): (&Entry, &Joint),
    actor: &Actor,
) -> Result<bool, Refusal> {
    let past = case::history(ctx, executor, entry).await?;
    let step = if joint.sort() == Sort::HandOver { "hand_over_asked" } else { "joint_asked" };
    let asked = past.iter().filter(|one| one.step == step && one.on == joint.asked_on);
    Ok(asked.filter(|one| one.by_name == joint.asked_name).any(|one| one.by == actor.log_id()))
}

async fn shown(ctx: &Ctx, desk: &Desk, joint: &Joint, typed: &Typed, errors: FormErrors) -> Result<Response> {
    may_for(&desk.actor(), &HANDLE_CASES, &case::keeper(ctx, &joint.organ))?;
    let entry = case::entry(ctx.db().read(), &joint.case_id).await?.ok_or(Refusal::NotFound)?;
    let key = entry.key(ctx)?;
    let (bad, takes_over) = (!errors.is_empty(), joint.sort() == Sort::HandOver);
    let allowed = may_for(&desk.actor(), permission(joint.sort()), &case::keeper(ctx, &joint.organ)).is_ok();
    let own = is_asker(ctx, ctx.db().read(), (&entry, joint), &desk.actor()).await?;
    let directory = ctx.directory();
    let form = Page {
        shell: desk.shell(ctx, if takes_over { "商请接收申请" } else { "征求意见" }).await?.with_error(bad),
        errors,
        id: joint.id.clone(),
        lead: directory.get(&entry.organ).map_or(entry.organ.to_string(), |organ| organ.name.clone()),
        number: entry.registered(&FOI),
        asked_name: joint.asked_name.clone(),
        asked_on: joint.asked_on.clone(),
        late: !joint.due_on.is_empty() && joint.due_on < ctx.today().to_string(),
        due_on: joint.due_on.clone(),
        matter: joint.matter(key.as_ref())?,
        takes_over,
        open: joint.is_open(),
        may: joint.is_open() && allowed && !own && !entry.is_ended(),
        own,
        state: joint.state_words(),
        answered: format!("{} {}", joint.answered_on, joint.answered_name).trim().to_owned(),
        told: joint.words(key.as_ref())?,
        opinions: choices(joint.sort()),
        opinion: of(typed, "opinion").to_owned(),
        words: of(typed, "words").to_owned(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /foi/joint/{id}`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<JointId>) -> Result<Response> {
    let joint = rows::one(ctx.db().read(), &id).await?;
    shown(&ctx, &desk, &joint, &Typed::new(), FormErrors::new()).await
}

/// The step by which an opinion comes into the history: the last one that is waited for lets the clock run on, one that nobody
/// waits for any more is noted.
async fn opinion_step(ctx: &Ctx, tx: &mut Tx, joint: &Joint) -> Result<&'static str, Refusal> {
    let entry = case::entry(tx.conn(), &joint.case_id).await?.ok_or(Refusal::NotFound)?;
    let past = case::history(ctx, tx.conn(), &entry).await?;
    let state = law::state(ctx, Before { entry: &entry, past: &past }, ctx.today());
    let waiting = state.facts.questions.iter().filter(|question| question.is_open()).count();
    Ok(match (entry.state.as_str(), waiting) {
        ("consulting", 0 | 1) => "joint_opinion",
        ("consulting", _) => "joint_more",
        _ => "joint_late",
    })
}

async fn answered(ctx: &Ctx, tx: &mut Tx, desk: &Desk, id: &JointId, typed: &Typed) -> Result<Done, Refusal> {
    let joint = rows::one(tx.conn(), id).await?;
    may_for(&desk.actor(), permission(joint.sort()), &case::keeper(ctx, &joint.organ))?;
    tx.lock_row("case_entry", joint.case_id.as_str()).await?;
    let entry = case::entry(tx.conn(), &joint.case_id).await?.ok_or(Refusal::NotFound)?;
    if entry.is_ended() {
        return Err(Refusal::Conflict("这件申请已经办结，不用再答复。".into()));
    }
    if is_asker(ctx, tx.conn(), (&entry, &joint), &desk.actor()).await? {
        return Err(Refusal::Conflict(OWN.into()));
    }
    let (said, words) = (of(typed, "opinion"), of(typed, "words"));
    let mut errors = FormErrors::new();
    errors.require(words.chars().count() <= MOST, "words", &format!("请写在 {MOST} 字以内。"));
    let takes_over = joint.sort() == Sort::HandOver;
    let known = choices(joint.sort()).iter().any(|(code, _, _)| *code == said);
    errors.require(known, "opinion", if takes_over { "请选择是否接收。" } else { "请选择意见。" });
    let reasoned = matches!(said, "agreed" | "agrees") || !words.is_empty();
    errors.require(reasoned, "words", "请写明理由。");
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let key = CaseKey::of(ctx.files(), tx.conn(), &joint.case_id).await?.ok_or(Refusal::NotFound)?;
    let state = if takes_over { said } else { "answered" };
    let by = (desk.staff.name.as_str(), ctx.today());
    if !rows::answer(tx, &key, id, (state, words), by).await? {
        return Err(Refusal::Conflict("已经由别人答复。请刷新后再看。".into()));
    }
    let name = ctx.directory().get(&joint.organ).map_or(joint.organ.to_string(), |organ| organ.name.clone());
    let to = format!("/foi/joint/{id}");
    if takes_over && said == "agreed" {
        let past = case::history(ctx, tx.conn(), &entry).await?;
        law::allowed(&law::state(ctx, Before { entry: &entry, past: &past }, ctx.today()), "hand_over")?;
        let why = "原机关商请移交，本机关同意接收";
        case::take_over(ctx, tx, &desk.actor(), &joint.case_id, (&joint.organ, why, joint.asked_name.as_str())).await?;
        cases::tell_person(ctx, tx, &joint.case_id).await?;
        return Ok(Done::ok(format!("/cases/{}", joint.case_id), "已接收，由本机关办理，答复期限不重新计算。"));
    }
    let step = if takes_over { "hand_over_refused" } else { opinion_step(ctx, tx, &joint).await? };
    let fields = case::Typed::of(&[("whom", name.as_str()), ("opinion", said), ("words", words)]);
    case::take(ctx, tx, &desk.actor(), &joint.case_id, step, &fields).await?;
    cases::tell(ctx, tx, &joint.case_id, if takes_over { "对方机关不接收" } else { "收到意见" }).await?;
    Ok(Done::ok(to, "已答复。"))
}

/// `POST /foi/joint/{id}`
pub(super) async fn answer(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<JointId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| answered(&ctx, tx, &desk, &id, &typed).await;
    let again = async |errors: FormErrors| {
        let joint = rows::one(ctx.db().read(), &id).await?;
        shown(&ctx, &desk, &joint, &typed, errors).await
    };
    act_in_place(&ctx, of(&typed, "once"), done, again).await
}
