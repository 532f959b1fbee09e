//! What the law of requests asks before a step and before a letter, whatever form led there.

use ::foi::{Asked, Decision, Opinion, Outcome, Stage, State, Step, remedy::Finding};
use case::{
    Awaited, Before, Entry, Filled, LetterKind, Missed, Owed, Past, Rules, Stood,
    letters::{Body, Letter, LetterId},
};
use futures::future::BoxFuture;
use jiff::{ToSpan, civil::Date};
use kernel::{Calendar, time};
use store::Tx;
use web::{Ctx, FormErrors, Refusal};

use super::{
    kind::{FOI, KEY},
    letters,
    past::{self, Installed},
    reply,
};

/// Days after a decision for which the words of a case are kept: fifteen to sue or to appeal (行政诉讼法 Art. 45, 85), and those in
/// which a decision may be on its way.
const DAYS_AFTER_DECISION: i64 = 60;

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

/// Whether a third party does not agree, with a reason.
fn objected(state: &State) -> bool {
    let objects = |(_, opinion): (Date, Opinion)| opinion == Opinion::ObjectsWithReason;
    state.facts.questions.iter().any(|question| question.answered.is_some_and(objects))
}

/// The decision of a review or a court that has taken the answer away or asks for one, while nobody has taken the case up again
/// or put it away since.
fn to_reopen(past: &[Past]) -> Option<&Past> {
    let mut found = None;
    for one in past {
        match one.step.as_str() {
            "reopened" | "archived" => found = None,
            "review_decided" | "suit_decided" => found = is_for_another(one).then_some(one),
            _ => {}
        }
    }
    found
}

/// Whether more time was granted and nobody has written to the applicant since.
fn extended_untold(past: &[Past], letters: &[Letter]) -> bool {
    let granted = past.iter().rev().find(|one| one.step == "extended");
    let told = |one: &Letter, since: &str| {
        one.kind == "extension" && one.state != "dropped" && one.drafted_at.as_str() >= since
    };
    granted.is_some_and(|granted| !letters.iter().any(|one| told(one, &granted.at)))
}

/// Whether a review or a court has taken an answer away in this step, or asked for one.
fn is_for_another(one: &Past) -> bool {
    let finding = match one.step.as_str() {
        "review_decided" => "review_finding",
        "suit_decided" => "suit_finding",
        _ => return false,
    };
    let finding = one.fields.get(finding).and_then(|code| Finding::of(code));
    matches!(finding, Some(Finding::Annulled | Finding::OrderedToAct))
}

/// By what a case was taken up anew, in words, while it is not answered again: 行政复议决定（青政复〔2026〕3号）.
pub(super) fn taken_up(past: &[Past]) -> Option<String> {
    let (mut decided, mut found): (Option<&Past>, Option<String>) = (None, None);
    for one in past {
        match one.step.as_str() {
            "reopened" => found = decided.map(|decided| decision_of(decided, one)),
            "answered" => found = None,
            _ if is_for_another(one) => decided = Some(one),
            _ => {}
        }
    }
    found
}

/// The decision with its number, or its day where nobody has entered that.
fn decision_of(decided: &Past, reopened: &Past) -> String {
    let what = if decided.step == "review_decided" { "行政复议决定" } else { "人民法院的裁判" };
    let papers = [reopened, decided].into_iter().filter_map(|one| one.fields.get("paper"));
    let paper = papers.map(|paper| paper.trim()).find(|paper| !paper.is_empty());
    match (paper, time::parse_date(&decided.on)) {
        (Some(paper), _) => format!("{what}（{paper}）"),
        (None, Some(day)) => format!("{}年{}月{}日的{what}", day.year(), day.month(), day.day()),
        (None, None) => what.to_owned(),
    }
}

/// Which of so many letters of reply, the first first, a review or a court has annulled. An answer of an old register has none.
fn annulled(past: &[Past], replies: usize) -> Vec<usize> {
    let answered = |until: usize| past[..until].iter().filter(|one| one.step == "answered").count();
    let without = answered(past.len()).saturating_sub(replies);
    let annuls = |one: &Past| {
        let finding = match one.step.as_str() {
            "review_decided" => "review_finding",
            "suit_decided" => "suit_finding",
            _ => return false,
        };
        one.fields.get(finding).is_some_and(|code| Finding::of(code) == Some(Finding::Annulled))
    };
    let by = past.iter().enumerate().filter(|(_, one)| annuls(one));
    by.filter_map(|(at, _)| answered(at).checked_sub(without + 1)).collect()
}

/// The step that the delivery of a letter takes.
pub(super) fn allowed(state: &State, step: &str) -> Result<(), Refusal> {
    match step_of(step) {
        Some(step) => state.may(step).map(|_| ()).map_err(|not| conflict(&not)),
        None => Ok(()),
    }
}

/// Refuses a last day for a new answer that nobody can have ordered: beyond the lawful period with its extension the decision has
/// to be named, and beyond a year there is none.
fn in_bounds(ctx: &Ctx, (on, until): (Date, &str), paper: &str) -> Result<(), Refusal> {
    let Some(until) = time::parse_date(until) else { return Ok(()) };
    let rule = &clock::rule::FOI_RESPONSE;
    let usual = clock::probable(rule, on, &[], rule.extension, &ctx.calendar()).map(|run| run.due().date());
    let usual = usual.map_err(|_| Refusal::field("until", "期限超出了已知的日历，请核对。"))?;
    if until > on.saturating_add(1.year()) {
        return Err(Refusal::field("until", "期限超过一年，请核对复议决定或者判决规定的日期。"));
    }
    if until > usual && paper.is_empty() {
        return Err(Refusal::field(
            "paper",
            format!("期限晚于 {usual}（法定期限连同延长），请写明作出规定的复议决定或者判决的文号。"),
        ));
    }
    Ok(())
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
        waiting.iter().filter(|one| !one.joint && (step != "consult_had" || !one.had)).collect();
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
        let until_counts = matches!(
            step.key,
            "supplement_asked" | "reasons_asked" | "delayed" | "reopened" | "review_decided" | "suit_decided"
        );
        if until_counts
            && let Some(until) = time::parse_date(field("until"))
            && until <= on
        {
            return Err(Refusal::field("until", format!("期限应当晚于 {on}。")));
        }
        if step.key == "reopened" {
            in_bounds(ctx, (on, field("until")), field("paper"))?;
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

    fn held<'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a mut Tx,
        entry: &'a Entry,
        (letter, body): (&'a str, &'a Body),
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(reply::held(ctx, tx, entry, (letter, &body.more)))
    }

    fn letter_now(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> bool {
        let state = state(ctx, before, ctx.today());
        match kind.key {
            "extension" => state.facts.extension.is_some(),
            "override" => objected(&state),
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

    fn owes_after(&self) -> &'static [(&'static str, &'static str)] {
        &[("review_decided", ""), ("suit_decided", ""), ("opinion", "answered"), ("opinion_more", "answered")]
    }

    fn owes_while(&self) -> &'static [(&'static str, &'static str)] {
        &[("extended", "examining"), ("extended", "consulting")]
    }

    fn owed(&self, ctx: &Ctx, before: Before<'_>, letters: &[Letter]) -> Option<Owed> {
        if !before.entry.is_ended() {
            let untold =
                extended_untold(before.past, letters) && self.letter_now(ctx, before, FOI.letter("extension")?);
            return untold.then_some(Owed {
                what: "告知申请人延期",
                next: "延期已经批准：制作延期答复告知书，签发后送达申请人（条例第三十三条）。",
                by: "extension",
                until: None,
            });
        }
        if let Some(decided) = to_reopen(before.past) {
            let until = decided.fields.get("until").and_then(|day| time::parse_date(day));
            return Some(Owed {
                what: "复议、诉讼撤销或者责令答复，重新办理",
                next: "原答复已被撤销，或者被责令重新答复：登记“重新办理”，在规定的期限内重新答复。决定没有要求重新答复的，归档。",
                by: "reopened",
                until,
            });
        }
        let told = letters.iter().any(|letter| letter.kind == "override" && letter.state != "dropped");
        let gives = Outcome::of(&before.entry.outcome).is_some_and(Outcome::gives);
        let answered = before.entry.state == "answered";
        (answered && gives && !told && objected(&state(ctx, before, ctx.today()))).then_some(Owed {
            what: "第三方不同意公开而公开的，告知第三方",
            next: "第三方不同意公开，本机关决定公开：应当把决定公开的内容和理由书面告知第三方（条例第三十二条），制作第三方告知书。",
            by: "override",
            until: None,
        })
    }

    fn annulled(&self, before: Before<'_>, letters: &[Letter]) -> Vec<LetterId> {
        let replies: Vec<&Letter> = letters.iter().filter(|one| one.kind == "reply" && one.is_out()).collect();
        let at = annulled(before.past, replies.len());
        at.into_iter().filter_map(|at| replies.get(at)).map(|letter| letter.id.clone()).collect()
    }

    fn letter_due(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> Option<Date> {
        (kind.key == "supplement").then(|| state(ctx, before, ctx.today()).supplement_notice_by).flatten()
    }

    fn delivery(&self, letter: &Letter, files: usize, way: &str) -> Option<&'static str> {
        let given = letters::decision(&letter.body.more).is_some_and(|decision| decision.outcome.gives());
        (letter.kind == "reply" && given && files == 0 && matches!(way, "online" | "email")).then_some(
            "这份答复决定公开信息，但是没有附上文件，申请人在网上看不到信息本身。签发以前附上；已经签发的，由签发人在下面按“不送达，作废”，再拟一份附上。信息已用其他方式提供的，核对后再登记。",
        )
    }

    fn beside(&self, ctx: &Ctx, before: Before<'_>, letter: &Letter, letters: &[Letter]) -> Option<&'static str> {
        let gives = letters::decision(&letter.body.more).is_some_and(|decision| decision.outcome.gives());
        let told = letters.iter().any(|one| one.kind == "override" && one.state != "dropped");
        (letter.kind == "reply" && gives && !told && objected(&state(ctx, before, ctx.today()))).then_some(
            "第三方不同意公开，这份答复决定公开：应当把决定公开的内容和理由书面告知第三方（条例第三十二条）。\
             请在办件页面制作第三方告知书，与这份答复一并签发、送达。",
        )
    }

    fn gives_all(&self, letter: &str, body: &Body) -> bool {
        letter == "reply"
            && letters::decision(&body.more).is_some_and(|decision| decision.outcome == Outcome::Disclosed)
    }

    fn publication(&self, _: &Ctx, before: Before<'_>) -> Result<(), Refusal> {
        if !matches!(before.entry.state.as_str(), "answered" | "archived") {
            return Err(Refusal::Conflict("这件没有答复，没有可以公开的内容。".into()));
        }
        if past::is_overturned(before.past) {
            return Err(Refusal::Conflict("答复已被行政复议或者诉讼纠正，不能公开。重新答复以后再公开。".into()));
        }
        Ok(())
    }

    fn third_parties(&self, before: Before<'_>, letters: &[Letter]) -> Vec<String> {
        let asked = before.past.iter().filter(|one| one.step == "consult_third_party").map(|one| &one.fields);
        let written = letters.iter().filter(|one| matches!(one.kind.as_str(), "consult_third_party" | "override"));
        let whom = asked.chain(written.map(|one| &one.body.more)).filter_map(|fields| fields.get("whom"));
        whom.filter(|whom| !whom.trim().is_empty()).cloned().collect()
    }

    fn needed(&self, ctx: &Ctx, before: Before<'_>) -> Option<String> {
        let facts = state(ctx, before, ctx.today()).facts;
        if let Some(open) = facts.open_proceeding() {
            return Some(format!(
                "{} 登记的行政复议或者诉讼还没有登记结果，申请、答复和文书是证据，有结果以后才能删除。",
                open.filed
            ));
        }
        let decided = facts.proceedings.iter().filter_map(|one| one.decided.map(|(on, _)| on)).max()?;
        let until = decided.saturating_add(DAYS_AFTER_DECISION.days());
        (ctx.today() <= until).then(|| {
            format!(
                "{decided} 的复议决定或者判决作出后，还可以起诉、上诉，申请、答复和文书是证据，{until} 以后才能删除。"
            )
        })
    }

    fn letter_page(&self, letter: &str) -> Option<&'static str> {
        letters::page(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: &str, fields: &[(&str, &str)]) -> Past {
        past::tests::step(step, "2026-03-10", fields)
    }

    #[test]
    fn an_answer_that_was_annulled_is_owed_anew_until_it_is_taken_up() {
        let owed = |past: &[Past]| to_reopen(past).map(|one| one.step.clone());
        let mut past = vec![step("answered", &[]), step("review_decided", &[("review_finding", "upheld")])];
        assert_eq!(owed(&past), None);
        past.push(step("review_decided", &[("review_finding", "annulled"), ("until", "2026-04-10")]));
        assert_eq!(owed(&past).as_deref(), Some("review_decided"));
        past.push(step("reopened", &[("until", "2026-04-10")]));
        assert_eq!(owed(&past), None);
        past.push(step("suit_decided", &[("suit_finding", "ordered_to_act")]));
        assert_eq!(owed(&past).as_deref(), Some("suit_decided"));
        past.push(step("archived", &[]));
        assert_eq!(owed(&past), None);
    }

    #[test]
    fn an_answer_anew_names_what_asks_for_it_until_it_is_given() {
        let mut past = vec![step("answered", &[])];
        past.push(step("review_decided", &[("review_finding", "annulled")]));
        assert_eq!(taken_up(&past), None, "nobody has taken it up");
        past.push(step("reopened", &[("until", "2026-04-10")]));
        assert_eq!(taken_up(&past).as_deref(), Some("2026年3月10日的行政复议决定"));
        past[1].fields.insert("paper".to_owned(), "青政复〔2026〕3号".to_owned());
        assert_eq!(taken_up(&past).as_deref(), Some("行政复议决定（青政复〔2026〕3号）"));
        past.push(step("answered", &[]));
        assert_eq!(taken_up(&past), None);
    }

    #[test]
    fn the_answer_that_was_annulled_is_known_among_all() {
        let annulled_by = |finding: &str| step("review_decided", &[("review_finding", finding)]);
        let past = [step("answered", &[]), annulled_by("annulled"), step("answered", &[]), annulled_by("upheld")];
        assert_eq!(annulled(&past, 2), [0]);
        assert_eq!(annulled(&past, 1), Vec::<usize>::new(), "the first one has no letter");
        assert_eq!(annulled(&past[..3], 2), [0]);
    }
}
