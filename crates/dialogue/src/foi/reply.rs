//! Drafting the answer: the outcomes of the law to choose from, then what this one must hold.

use ::foi::{Decision, Exemption, Need, Outcome};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{Before, Entry, Kind, letters};
use kernel::{Actor, id::CaseId};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page};

use crate::cases::Named;

use super::{
    earlier, fees, frequency, law,
    letters::{Case, Typed, body, of},
    past::Installed,
};

/// What the page posts. Names are those of [`Need::code`] and [`Exemption::kind_field`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Posted {
    once: String,
    /// The letter that is written anew, and its version; empty = a new one.
    again: String,
    again_version: String,
    outcome: String,
    exemptions: Vec<String>,
    kind_three_safeties: String,
    kind_third_party: String,
    kind_internal_affairs: String,
    kind_process: String,
    #[serde(rename = "where")]
    place: String,
    how: String,
    reason: String,
    law: String,
    searched: String,
    right_organ: String,
    earlier: String,
    public_interest: String,
}

impl Posted {
    fn typed(&self) -> Typed {
        let all = [
            (AGAIN, self.again.clone()),
            (AGAIN_VERSION, self.again_version.clone()),
            ("outcome", self.outcome.clone()),
            ("exemptions", self.exemptions.join(",")),
            (Exemption::ThreeSafeties.kind_field(), self.kind_three_safeties.clone()),
            (Exemption::ThirdParty.kind_field(), self.kind_third_party.clone()),
            (Exemption::InternalAffairs.kind_field(), self.kind_internal_affairs.clone()),
            (Exemption::Process.kind_field(), self.kind_process.clone()),
            (Need::Where.code(), self.place.clone()),
            (Need::How.code(), self.how.clone()),
            (Need::Reason.code(), self.reason.clone()),
            (Need::Law.code(), self.law.clone()),
            (Need::Searched.code(), self.searched.clone()),
            (Need::RightOrgan.code(), self.right_organ.clone()),
            (Need::Earlier.code(), self.earlier.clone()),
            (Need::PublicInterest.code(), self.public_interest.clone()),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// An outcome to choose.
struct Choice {
    code: &'static str,
    label: &'static str,
    plain: &'static str,
    ground: &'static str,
    /// The ground without the name of the statute on which all rest.
    article: &'static str,
    /// Of the table of the yearly report, and the row in it; the group may be empty.
    group: &'static str,
    row: &'static str,
}

/// The statute on which answers rest.
const STATUTE: &str = "《政府信息公开条例》";

/// A part of the answer to write.
struct Part {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    optional: bool,
}

/// The kinds of one exemption.
struct Kinds {
    name: &'static str,
    label: String,
    options: Vec<(&'static str, &'static str)>,
    value: String,
}

#[derive(Template)]
#[template(path = "foi/templates/reply.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    named: Named,
    wanted: String,
    /// What to keep in mind before anything is chosen: a period that is over, opinions that stand against it.
    notes: Vec<String>,
    choices: Vec<Choice>,
    /// What does not follow from what happened, each with why.
    unfit: Vec<(&'static str, String)>,
    outcome: Option<Choice>,
    exemptions: Vec<(&'static str, &'static str, &'static str)>,
    /// How the exemptions that are chosen count.
    counts: &'static str,
    chosen: Vec<String>,
    kinds: Vec<Kinds>,
    parts: Vec<Part>,
    /// The letter that is written anew, and its version; empty = a new one.
    again: String,
    again_version: String,
    once: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    outcome: String,
    pub(super) again: String,
}

fn choice(outcome: Outcome, installed: &Installed) -> Choice {
    let row = outcome.row(&[], installed.practice());
    let ground = outcome.ground();
    // Which row it is depends on the exemption.
    let withheld = outcome == Outcome::Withheld;
    Choice {
        code: outcome.code(),
        label: outcome.label(),
        plain: outcome.plain(),
        ground,
        article: ground.strip_prefix(STATUTE).filter(|rest| !rest.is_empty()).unwrap_or(ground),
        group: if withheld { "（三）不予公开" } else { row.group() },
        row: if withheld { "按选中的第一种情形" } else { row.label() },
    }
}

/// The law is named where it forbids.
const FORBIDDING: &str = "以法律、行政法规禁止公开为由的必须填写，例如 《中华人民共和国统计法》第九条";

fn parts(outcome: Outcome, typed: &Typed) -> Vec<Part> {
    let part = |need: Need, optional: bool| Part {
        name: need.code(),
        label: need.label(),
        hint: if optional && need == Need::Law { FORBIDDING } else { need.hint() },
        value: of(typed, need.code()).to_owned(),
        optional,
    };
    let law = outcome.has_exemptions().then(|| part(Need::Law, true));
    let needed = outcome.needs().iter().map(|need| part(*need, false));
    needed.chain(law).chain(outcome.offers().iter().map(|need| part(*need, true))).collect()
}

fn kinds(typed: &Typed) -> Vec<Kinds> {
    let with = Exemption::ALL.into_iter().filter(|exemption| !exemption.kinds().is_empty());
    with.map(|exemption| Kinds {
        name: exemption.kind_field(),
        label: format!("{}：属于哪一种", exemption.label()),
        options: exemption.kinds().iter().map(|kind| (*kind, *kind)).collect(),
        value: of(typed, exemption.kind_field()).to_owned(),
    })
    .collect()
}

/// Why an answer does not follow from what happened.
fn unfit(outcome: Outcome, state: &::foi::State) -> Option<String> {
    let problems = Decision::new(outcome).problems(state);
    problems.into_iter().find(|problem| problem.field == "outcome").map(|problem| problem.message)
}

/// A case of this kind that this person handles, and how it stands.
async fn seen(ctx: &Ctx, desk: &Desk, id: &CaseId) -> Result<(Entry, Kind, ::foi::State)> {
    let db = ctx.db().read();
    let (entry, kind) = case::seen(ctx, db, &desk.actor(), id).await?;
    if kind.key != super::kind::KEY {
        return Err(Refusal::NotFound.into());
    }
    let past = case::history(ctx, db, &entry).await?;
    let state = law::state(ctx, Before { entry: &entry, past: &past }, ctx.today());
    Ok((entry, kind, state))
}

fn notes(state: &::foi::State) -> Vec<String> {
    let mut notes: Vec<String> = state.breaches.iter().map(|breach| breach.words()).collect();
    for consult in &state.consults {
        let asked = consult.question.asked;
        match consult.question.answered {
            Some((on, opinion)) => notes.push(format!("{}于 {on} 答复：{}。", asked.label(), opinion.label())),
            None => notes.push(unanswered(state, consult)),
        }
    }
    notes
}

/// Whoever was asked has not answered: silence says something only when their period is over.
fn unanswered(state: &::foi::State, consult: &::foi::Consult) -> String {
    let asked = consult.question.asked;
    let who = asked.label();
    match (consult.due, consult.question.ended) {
        (Some(due), _) if state.today > due => format!("{who}没有答复，{due} 期满：{}。", asked.silence()),
        (Some(due), None) => format!("{who}还没有答复，答复期限到 {due}。"),
        (Some(due), Some(on)) => format!("{who}没有答复，征求意见在 {on} 结束，答复期限到 {due}，没有期满。"),
        (None, Some(on)) => format!("{who}没有答复，征求意见在 {on} 结束，没有登记对方收到的日期。"),
        (None, None) => format!("{who}还没有答复。"),
    }
}

async fn shown(ctx: &Ctx, desk: &Desk, id: &CaseId, typed: &Typed, errors: FormErrors) -> Result<Response> {
    let (entry, kind, state) = seen(ctx, desk, id).await?;
    law::allowed(&state, "answered")?;
    let installed = Installed::of(ctx);
    let outcome = Outcome::of(of(typed, "outcome")).filter(|outcome| outcome.is_answer());
    let answers: Vec<Outcome> = Outcome::ALL.into_iter().filter(|outcome| outcome.is_answer()).collect();
    let unfit: Vec<(Outcome, String)> =
        answers.iter().filter_map(|answer| Some((*answer, unfit(*answer, &state)?))).collect();
    let fits = |answer: &&Outcome| !unfit.iter().any(|(known, _)| known == *answer);
    let has = outcome.is_some_and(Outcome::has_exemptions);
    let exemptions = Exemption::ALL.iter().map(|one| (one.code(), one.label(), one.ground()));
    let about = Case::of(ctx, ctx.db().read(), &entry).await?;
    let mut notes = notes(&state);
    if !about.names_reviewer() {
        notes.push(
            "本机关的行政复议机关没有配置，答复书写不出它的名称。请管理员在配置文件 [foi] 的 reviewers 里写明，再拟写答复。"
                .to_owned(),
        );
    }
    let bad = !errors.is_empty();
    let form = Page {
        shell: desk.shell(ctx, "拟写答复").await?.with_error(bad),
        errors,
        id: id.clone(),
        named: Named::of(ctx, (&entry, kind))?,
        wanted: about.wanted().to_owned(),
        notes,
        choices: answers.iter().filter(fits).map(|one| choice(*one, &installed)).collect(),
        unfit: unfit.iter().map(|(answer, why)| (answer.label(), why.clone())).collect(),
        exemptions: if has { exemptions.collect() } else { Vec::new() },
        counts: match outcome {
            Some(Outcome::Partly) => "可以选几种，写入答复书的各种都要成立。年度报告只计部分公开，不计情形",
            _ => "可以选几种，写入答复书的各种都要成立。选中的第一种计入年度报告",
        },
        chosen: of(typed, "exemptions").split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        kinds: if has { kinds(typed) } else { Vec::new() },
        parts: outcome.map(|outcome| parts(outcome, typed)).unwrap_or_default(),
        outcome: outcome.map(|outcome| choice(outcome, &installed)),
        again: of(typed, AGAIN).to_owned(),
        again_version: of(typed, AGAIN_VERSION).to_owned(),
        once: ctx.once(),
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

/// `GET /foi/cases/{id}/reply`
pub(super) async fn form(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut typed = filled_before(&ctx, &desk, (&id, "reply"), &asked.again).await?;
    if !asked.outcome.is_empty() {
        typed.insert("outcome".to_owned(), asked.outcome);
    }
    shown(&ctx, &desk, &id, &typed, FormErrors::new()).await
}

/// `POST /foi/cases/{id}/reply`
pub(super) async fn draft(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(posted): Form<Posted>,
) -> Result<Response> {
    let typed = posted.typed();
    let done = async |tx: &mut Tx| {
        let letter = written(&ctx, tx, &desk, (&id, "reply"), &typed).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}/letters/{letter}"), "已拟好答复书，等另一个人签发。"))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, &id, &typed, errors).await;
    act_in_place(&ctx, &posted.once, done, again).await
}

/// Drafts the letter of this key for a case, in the write of its page.
///
/// # Errors
/// As [`drafted`].
pub(super) async fn written(
    ctx: &Ctx,
    tx: &mut Tx,
    desk: &Desk,
    letter: (&CaseId, &str),
    typed: &Typed,
) -> Result<letters::LetterId, Refusal> {
    drafted(ctx, tx, &desk.actor(), letter, typed).await
}

/// Names of what says that a letter is written anew: which one, and the version that was seen.
pub(super) const AGAIN: &str = "again";
pub(super) const AGAIN_VERSION: &str = "again_version";

/// What was filled in for a letter that is not signed, to fill it in anew; nothing without one.
///
/// # Errors
/// [`Refusal::NotFound`] for a letter that is not there, is of another kind or is signed.
pub(super) async fn filled_before(ctx: &Ctx, desk: &Desk, (id, key): (&CaseId, &str), again: &str) -> Result<Typed> {
    if again.is_empty() {
        return Ok(Typed::new());
    }
    let db = ctx.db().read();
    let (entry, _) = case::seen(ctx, db, &desk.actor(), id).await?;
    let all = letters::of_case(ctx, db, &entry).await?;
    let fits = |one: &letters::Letter| {
        one.id.as_str() == again && one.kind == key && matches!(one.state.as_str(), "draft" | "returned")
    };
    let letter = all.into_iter().find(fits).ok_or(Refusal::NotFound)?;
    let mut typed = letter.body.more;
    typed.insert(AGAIN.to_owned(), letter.id.to_string());
    typed.insert(AGAIN_VERSION.to_owned(), letter.version.to_string());
    Ok(typed)
}

/// Holds what a letter of this key tells of other requests of its applicant against the register.
///
/// # Errors
/// [`Refusal::Fields`] at the field that tells it; when the database fails, or a key does not fit.
pub(super) async fn held(ctx: &Ctx, tx: &mut Tx, entry: &Entry, (key, typed): (&str, &Typed)) -> Result<(), Refusal> {
    match key {
        "reply" => earlier::held(ctx, tx, entry, typed).await,
        "fee" => fees::held(ctx, tx.conn(), entry, typed).await,
        "reasons" => frequency::held(ctx, tx.conn(), entry, typed).await,
        _ => Ok(()),
    }
}

/// Drafts the letter of this key for a case.
///
/// # Errors
/// What the rules say; [`Refusal::NotFound`] for a case of another kind.
pub(super) async fn drafted(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, key): (&CaseId, &str),
    typed: &Typed,
) -> Result<letters::LetterId, Refusal> {
    let (entry, kind) = case::seen(ctx, tx.conn(), actor, id).await?;
    if kind.key != super::kind::KEY {
        return Err(Refusal::NotFound);
    }
    let past = case::history(ctx, tx.conn(), &entry).await?;
    let state = law::state(ctx, Before { entry: &entry, past: &past }, ctx.today());
    let about = Case::of(ctx, tx.conn(), &entry).await?;
    let body = body(ctx, &about, &state, key, typed)?;
    if of(typed, AGAIN).is_empty() {
        return letters::draft(ctx, tx, actor, id, key, &body).await;
    }
    let letter = letters::LetterId::from(of(typed, AGAIN));
    let version = of(typed, AGAIN_VERSION).parse().unwrap_or(0);
    letters::revise(ctx, tx, actor, id, (&letter, version), &body).await?;
    Ok(letter)
}
