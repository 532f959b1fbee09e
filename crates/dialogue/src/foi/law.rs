//! What the law of requests asks before a step and before a letter, whatever form led there.

use ::foi::{Asked, Decision, Opinion, Outcome, Stage, State, Step};
use case::{
    Awaited, Before, Filled, LetterKind, Missed, Rules, Stood,
    letters::{Body, Letter},
};
use jiff::civil::Date;
use kernel::{Calendar, time};
use web::{Ctx, FormErrors, Refusal};

use super::{
    kind::KEY,
    letters,
    past::{self, Installed},
};

/// Declared as the rules of the kind.
pub(super) struct Law;

/// How a case stands on a day.
pub(super) fn state(ctx: &Ctx, before: Before<'_>, on: Date) -> State {
    let installed = Installed::of(ctx);
    past::timeline(before.entry, before.past).on(on, &installed.rules())
}

/// The step of the law for one of the kind; none for those that the law does not know.
fn step_of(key: &str) -> Option<Step> {
    Some(match key {
        "supplement_asked" => Step::AskSupplement,
        "supplement" | "supplement_noted" => Step::TakeSupplement,
        "consult_third_party" | "consult_co_maker" | "consult_organ" | "joint" | "joint_asked" => Step::Consult,
        "consult_had" => Step::NoteConsultReceived,
        "opinion" | "opinion_more" | "joint_opinion" | "joint_more" => Step::TakeOpinion,
        "hand_over" | "hand_over_asked" => Step::Transfer,
        "consult_ended" => Step::EndConsult,
        "reasons_asked" => Step::AskReasons,
        "reasons" | "reasons_noted" => Step::TakeReasons,
        "delayed" => Step::Delay,
        "fee_noticed" => Step::NoticeFee,
        "fee_paid" => Step::TakePayment,
        "withdraw" | "withdraw_noted" => Step::Withdraw,
        "answered" => Step::Reply,
        "review_filed" => Step::FileReview,
        "review_decided" => Step::DecideReview,
        "suit_filed" => Step::FileSuit,
        "suit_decided" => Step::DecideSuit,
        "reopened" => Step::Order,
        "archived" => Step::Archive,
        _ => return None,
    })
}

fn conflict(not: &::foi::Not) -> Refusal {
    let basis = if not.basis.is_empty() { String::new() } else { format!("（{}）", not.basis) };
    Refusal::Conflict(format!("{}{basis}", not.reason))
}

/// The step that the delivery of a letter takes.
pub(super) fn allowed(state: &State, step: &str) -> Result<(), Refusal> {
    match step_of(step) {
        Some(step) => state.may(step).map(|_| ()).map_err(|not| conflict(&not)),
        None => Ok(()),
    }
}

/// What stands against a step of the consultation: it ends for nobody whose period runs, and an opinion is somebody's.
fn consulted(ctx: &Ctx, before: Before<'_>, step: &str, filled: Option<Filled<'_>>) -> Result<(), Refusal> {
    if !matches!(step, "consult_had" | "opinion" | "opinion_more" | "consult_ended") {
        return Ok(());
    }
    let state = state(ctx, before, ctx.today());
    let running: Vec<&::foi::Consult> = state.consults.iter().filter(|consult| consult.is_waited_for).collect();
    if step == "consult_ended" {
        let last = running.iter().filter_map(|consult| consult.due).max();
        return last.map_or(Ok(()), |due| {
            Err(Refusal::Conflict(format!(
                "对方的答复期限到 {due}，还没有届满，不能结束征求意见（条例第三十二条、第三十四条）。收到意见的，请登记意见。"
            )))
        });
    }
    let waiting = past::waiting(before.entry, before.past);
    let others_wait = || {
        Refusal::Conflict(
            "其他方面还在等待答复，不能结束征求意见。请用“登记意见，等待其他意见”，逾期或者无法送达的再结束。".into(),
        )
    };
    let Some(filled) = filled else {
        return if step == "opinion" && running.len() > 1 { Err(others_wait()) } else { Ok(()) };
    };
    let field = |name: &str| filled.fields.get(name).map_or("", String::as_str);
    let whom = field("whom");
    let asked: Vec<&past::Waiting> =
        waiting.iter().filter(|one| !one.joint && !(step == "consult_had" && one.had)).collect();
    let is_named = asked.iter().any(|one| one.is_to(whom));
    if !asked.is_empty() && !is_named && (asked.len() > 1 || !whom.is_empty()) {
        let names: Vec<&str> = asked.iter().map(|one| one.whom.as_str()).filter(|name| !name.is_empty()).collect();
        if !names.is_empty() {
            let what = if step == "consult_had" { "谁收到的" } else { "谁的意见" };
            return Err(Refusal::field("whom", format!("请写明是{what}，等待答复的是：{}。", names.join("、"))));
        }
    }
    if step != "consult_had" && field("opinion") == Opinion::ObjectsWithReason.code() && field("words").is_empty() {
        return Err(Refusal::field("words", "请写明对方不同意公开的理由。"));
    }
    let answers = past::answered_one(&waiting, false, whom).and_then(|at| waiting.get(at)).map(|one| one.number);
    let left = running.iter().any(|consult| Some(consult.question.number) != answers);
    if step == "opinion" && left { Err(others_wait()) } else { Ok(()) }
}

impl Rules for Law {
    fn kind(&self) -> &'static str {
        KEY
    }

    fn step(
        &self,
        ctx: &Ctx,
        before: Before<'_>,
        step: &case::Step,
        filled: Option<Filled<'_>>,
    ) -> Result<(), Refusal> {
        let on = filled.map_or(ctx.today(), |filled| filled.on);
        let state = state(ctx, before, on);
        allowed(&state, step.key)?;
        let waiting = state.facts.questions.iter().filter(|question| question.is_open()).count();
        if step.key == "opinion_more" && waiting < 2 {
            return Err(Refusal::Conflict("没有其他等待答复的征求意见书。请用“登记意见，继续办理”。".into()));
        }
        consulted(ctx, before, step.key, filled)?;
        if step.key == "voided" && before.entry.channel == case::Channel::Portal.code() {
            return Err(Refusal::Conflict(
                "网上提交的申请不是机关登记的，不能作废。请依法办理，或者由申请人撤回。".into(),
            ));
        }
        let Some(filled) = filled else { return Ok(()) };
        if !step.page.is_empty() {
            return Err(Refusal::Conflict(format!("“{}”请从办件页面的链接打开。", step.label)));
        }
        let field = |name: &str| filled.fields.get(name).map_or("", String::as_str);
        if matches!(step.key, "supplement_asked" | "reasons_asked" | "delayed" | "reopened")
            && let Some(until) = time::parse_date(field("until"))
            && until <= on
        {
            return Err(Refusal::field("until", format!("期限应当晚于 {on}。")));
        }
        if step.key == "answered" {
            let decision = Decision::new(Outcome::of(field("outcome")).unwrap_or(Outcome::OtherHandling));
            // The words were checked when the letter was signed; whether the answer still follows from what happened, now.
            let problem = decision.problems(&state).into_iter().find(|problem| problem.field == "outcome");
            if let Some(problem) = problem {
                return Err(Refusal::Conflict(problem.message));
            }
        }
        Ok(())
    }

    fn letter(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind, body: &Body) -> Result<(), Refusal> {
        let state = state(ctx, before, ctx.today());
        allowed(&state, kind.delivered)?;
        let mut errors = FormErrors::new();
        for (field, message) in letters::lacks(ctx, &state, kind.key, body) {
            errors.add(&field, message);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
    }

    fn letter_now(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> bool {
        let state = state(ctx, before, ctx.today());
        let objected = || {
            let objects = |(_, opinion): (Date, Opinion)| opinion == Opinion::ObjectsWithReason;
            state.facts.questions.iter().any(|question| question.answered.is_some_and(objects))
        };
        match kind.key {
            "extension" => state.facts.extension.is_some(),
            "override" => objected(),
            _ => allowed(&state, kind.delivered).is_ok(),
        }
    }

    fn stood(&self, ctx: &Ctx, before: Before<'_>, (calendar, today): (&Calendar, Date)) -> Option<Stood> {
        let installed = Installed::of(ctx);
        let state = past::timeline(before.entry, before.past).on(today, &installed.rules_by(calendar));
        let lasting = state.consults.iter().any(|consult| consult.is_waited_for);
        let fixed = state.due.as_ref().filter(|due| due.run.is_none()).map(::foi::Due::likely);
        Some(Stood { pauses: state.pauses(), lasting, fixed })
    }

    fn extension(&self, ctx: &Ctx, before: Before<'_>) -> Result<(), Refusal> {
        state(ctx, before, ctx.today()).may(Step::Extend).map(|_| ()).map_err(|not| conflict(&not))
    }

    fn missed(&self, ctx: &Ctx, before: Before<'_>) -> Option<Missed> {
        let state = state(ctx, before, ctx.today());
        match state.stage {
            Stage::SupplementMissed { until } => Some(Missed {
                until,
                what: "申请人逾期未补正",
                next: "没有正当理由的，视为放弃申请：制作答复书，选“逾期不补正，不再处理”。期限内寄出、后来收到的补正，登记后继续办理（条例第三十条）。",
            }),
            Stage::PaymentMissed { until } => Some(Missed {
                until,
                what: "申请人逾期未缴费",
                next: "视为放弃申请：制作答复书，选“逾期不缴纳信息处理费，不再处理”。期限内已经缴费的，登记缴费后继续办理。",
            }),
            // The state waits for others, the law does not any more.
            Stage::Working if before.entry.state == "consulting" => {
                let until = state.consults.iter().filter_map(|consult| consult.due).max()?;
                Some(Missed {
                    until,
                    what: "征求意见期满，没有答复",
                    next: "答复期限已经继续计算：结束征求意见，然后办理。第三方逾期未答复的，由本机关决定是否公开；\
                           共同制作机关逾期未答复的，视为同意公开（条例第三十二条、第三十四条）。",
                })
            }
            _ => None,
        }
    }

    fn awaited(&self, ctx: &Ctx, before: Before<'_>) -> Option<Awaited> {
        let state = state(ctx, before, ctx.today());
        match state.stage {
            Stage::AwaitingSupplement { until } => Some(Awaited { until: Some(until), what: "等待申请人补正" }),
            Stage::AwaitingPayment { until } => Some(Awaited { until: Some(until), what: "等待申请人缴费" }),
            Stage::Consulting => {
                let waited = || state.consults.iter().filter(|consult| consult.is_waited_for);
                // Their period runs from a day that somebody has to write down.
                let unknown = waited().any(|one| one.due.is_none() && one.question.asked != Asked::OtherOrgan);
                let what = if unknown { "等待登记对方收到征求意见书" } else { "等待征求的意见" };
                Some(Awaited { until: waited().filter_map(|consult| consult.due).min(), what })
            }
            _ => None,
        }
    }

    fn letter_due(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> Option<Date> {
        (kind.key == "supplement").then(|| state(ctx, before, ctx.today()).supplement_notice_by).flatten()
    }

    fn delivery(&self, letter: &Letter, files: usize, way: &str) -> Option<&'static str> {
        let given = letters::decision(&letter.body.more).is_some_and(|decision| decision.outcome.gives());
        (letter.kind == "reply" && given && files == 0 && matches!(way, "online" | "email")).then_some(
            "这份答复决定公开信息，但是没有附上文件，申请人在网上看不到信息本身。请先在办件里附上；信息已用其他方式提供的，核对后再登记。",
        )
    }

    fn letter_page(&self, letter: &str) -> Option<&'static str> {
        letters::page(letter)
    }
}
