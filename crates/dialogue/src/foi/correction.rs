//! Requests to correct a record about oneself (更正, 条例 Art. 41): with evidence, through the portal (`correcting`) or entered by
//! the desk. A kind of its own: no period is set by law, and it stands in no row of the yearly report.

use std::collections::BTreeMap;

use ::foi::correction::Correction;
use case::{
    Before, By, CaseKind, Filled, Input, LetterKind, Past, Phase, Rules, Sets, State, Step, StepField, Stood, Tick,
    letters::Body,
};
use clock::{Rule, Start, Unit};
use jiff::civil::Date;
use kernel::{Calendar, time};
use web::{Ctx, Refusal};

use super::{letters::reviewer_of, past::Installed};

/// Art. 41 sets no period; the one of answers to requests is taken.
static ANSWER: Rule = Rule::new(
    "foi.correction",
    "答复更正政府信息记录的申请",
    "《政府信息公开条例》（国务院令第711号）第四十一条（没有规定期限，参照第三十三条）",
    20,
    Unit::WorkingDays,
    Start::DayAfter("收到更正申请"),
)
.extended_by(20);

static STATES: [State; 5] = [
    State::new("received", "待审核", Phase::Open, "已收到，正在审核证据，请等候答复。"),
    State::new("proposed", "待审批", Phase::Open, "已收到，正在审核证据，请等候答复。"),
    State::new("asked", "待补充", Phase::Waiting, "需要您补充证据或者说明，补充后重新计算期限。"),
    State::new("answered", "已答复", Phase::Ended, "已经答复。"),
    State::new("withdrawn", "已撤回", Phase::Ended, "您已撤回。"),
];

const fn outcomes() -> [(&'static str, &'static str); 5] {
    let mut all = [("withdrawn", "撤回"); 5];
    let mut at = 0;
    while at < Correction::ALL.len() {
        all[at] = (Correction::ALL[at].code(), Correction::ALL[at].label());
        at += 1;
    }
    all
}

const OUTCOMES: [(&str, &str); 5] = outcomes();
/// What is told without a letter. A refusal is none of it: it goes out as one, signed by another person, with its remedies.
const RESULTS: [(&str, &str); 3] = [
    (Correction::Corrected.code(), Correction::Corrected.label()),
    (Correction::PassedOn.code(), Correction::PassedOn.label()),
    (Correction::Directed.code(), Correction::Directed.label()),
];

const RESULT: StepField = StepField::new("result", "审核结果", Input::Choice(&RESULTS)).told().sets(Sets::Outcome);
const WORDS: StepField = StepField::new("answer", "答复", Input::Text(2000))
    .told()
    .hint("更正的写明更正后的内容；转送、告知的写明为什么不属于本机关。不予更正的，制作不予更正告知书");
const ORGAN: StepField = StepField::new("organ_name", "有权更正的机关", Input::Line(200))
    .told()
    .optional()
    .hint("转送、告知的必须写明机关名称和联系方式");
/// What whoever has examined the evidence would have answered; the answer itself is another person's.
const PROPOSED: StepField = StepField::new("result", "拟作的处理", Input::Choice(&RESULTS));
const DRAFT: StepField = StepField::new("answer", "拟作的答复", Input::Text(2000))
    .hint("更正的写明更正后的内容；转送、告知的写明为什么不属于本机关。不予更正的，制作不予更正告知书");
const WHY: StepField = StepField::new("why", "退回的理由", Input::Text(500));
const QUESTION: StepField = StepField::new("question", "请申请人补充什么", Input::Text(500)).told();
const MORE: StepField = StepField::new("more", "补充的内容", Input::Text(2000)).told();
const ON: StepField = StepField::new("on", "送达日期", Input::Day).optional();

static STEPS: [Step; 7] = [
    Step::new("propose", "提出审核意见", &["received"], "proposed", By::Handler)
        .fields(&[PROPOSED, DRAFT, ORGAN])
        .about("写明审核了哪些证据以后拟怎样答复，由另一个人审批、答复（条例第四十一条）。不予更正的，制作不予更正告知书。"),
    Step::new("back", "退回重新审核", &["proposed"], "received", By::Decider).fields(&[WHY]),
    Step::new("reply", "审批并答复", &["proposed"], "answered", By::Second)
        .fields(&[RESULT, WORDS, ORGAN])
        .told("已答复")
        .about("审核属实的，予以更正并告知申请人；不属于本机关职能范围的，转送有权更正的机关并告知申请人，或者告知申请人向其提出（条例第四十一条）。"),
    Step::new("ask", "请申请人补充", &["received"], "asked", By::Handler)
        .fields(&[QUESTION])
        .tick(Tick::Hold)
        .told("请您补充"),
    Step::new("more", "补充", &["asked"], "received", By::Applicant)
        .fields(&[MORE])
        .files(5)
        .tick(Tick::Restart)
        .told("您已补充"),
    Step::new("withdraw", "撤回", &["received", "proposed", "asked"], "withdrawn", By::Applicant)
        .outcome("withdrawn")
        .told("您已撤回"),
    Step::new("sent", "送达书面答复", &["received", "proposed"], "answered", By::Machine)
        .fields(&[ON])
        .outcome("not_shown")
        .told("书面答复已送达"),
];

/// A refusal goes out as a letter with its remedies: [`lacks`].
static LETTERS: [LetterKind; 1] = [LetterKind {
    key: "reply",
    label: "不予更正告知书",
    mark: "更正告知",
    from: &["received", "proposed"],
    delivered: "sent",
}];

static FIELDS: [(&str, &str); 4] =
    [("record", "信息记录"), ("wrong", "哪里不准确"), ("right", "正确的内容"), ("evidence", "证据")];

/// What the desk fills in, from what the applicant brings.
static DESK: [StepField; 4] = [
    StepField::new("record", "信息记录", Input::Line(300)).hint("名称、文号，或者在哪里看到的"),
    StepField::new("wrong", "哪里不准确", Input::Text(2000)).hint("照申请书录入；证据的复印件登记后作为附件添加"),
    StepField::new("right", "正确的内容", Input::Text(2000)),
    StepField::new("evidence", "证据", Input::Text(2000))
        .hint("提供了哪些证据，例如 户口簿复印件、毕业证复印件（条例第四十一条）"),
];

/// 更正政府信息记录.
pub static CORRECTION: CaseKind = CaseKind {
    outcomes: &OUTCOMES,
    fields: &FIELDS,
    letters: &LETTERS,
    desk: &DESK,
    named: true,
    // Six months to sue, and the days in which a letter may be on its way: as with requests.
    remedy_days: 190,
    under: &super::kind::UNDER,
    ..CaseKind::new("correction", "更正政府信息记录", "更正", &STATES, &STEPS, &ANSWER)
};

/// Declared as the rules of the kind.
pub(super) struct Law;

/// What has to be filled in where the sample leaves a place for it.
const PLACE: &str = "（写明";

/// Whether a text says these words and does not deny them: 不可以 holds 可以, too.
fn says(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| !text[..at].ends_with(['不', '未', '无']))
}

/// What a refusal cannot be without and this text lacks. `reviewer` is who hears a review of it, or empty.
fn lacks(text: &str, reviewer: &str) -> Vec<&'static str> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let all = |words: &[&str]| words.iter().all(|words| text.contains(words));
    let mut lacks = Vec::new();
    let review = text.split("申请行政复议").next().unwrap_or_default();
    let asked = [
        ("依据（《政府信息公开条例》第四十一条）", all(&["第四十一条"])),
        ("不予更正的理由", all(&["理由"]) && !text.contains(PLACE)),
        ("申请行政复议的途径和期限（60 日）", says(review, "可以自收到") && all(&["60日内", "申请行政复议"])),
        ("提起行政诉讼的途径和期限（6 个月）", all(&["6个月内"]) && says(&text, "提起行政诉讼")),
        ("行政复议机关的名称", text.contains(reviewer)),
    ];
    lacks.extend(asked.into_iter().filter(|(_, holds)| !holds).map(|(what, _)| what));
    lacks
}

/// What was proposed last.
fn proposed(past: &[Past]) -> BTreeMap<String, String> {
    past.iter().rev().find(|one| one.step == "propose").map(|one| one.fields.clone()).unwrap_or_default()
}

/// Who hears a review of what the organ of the case decides, and the court; empty where nobody has said so.
fn instances(ctx: &Ctx, before: Before<'_>) -> (String, String) {
    let directory = ctx.directory();
    let reviewer = directory.get(&before.entry.organ).map(|organ| reviewer_of(ctx, organ)).unwrap_or_default();
    (reviewer, Installed::of(ctx).practice().court.clone())
}

impl Rules for Law {
    fn kind(&self) -> &'static str {
        CORRECTION.key
    }

    fn step(&self, _: &Ctx, before: Before<'_>, step: &Step, filled: Option<Filled<'_>>) -> Result<(), Refusal> {
        let Some(filled) = filled.filter(|_| matches!(step.key, "propose" | "reply")) else { return Ok(()) };
        let field = |name: &str| filled.fields.get(name).map_or("", String::as_str);
        if step.key == "reply" && proposed(before.past).get("result").map_or("", String::as_str) != field("result") {
            return Err(Refusal::field("result", "与审核意见不同。不同意审核意见的，请退回重新审核。"));
        }
        if Correction::of(field("result")).is_some_and(Correction::names_organ) && field("organ_name").is_empty() {
            return Err(Refusal::field("organ_name", "请写明有权更正的机关名称和联系方式（条例第四十一条）。"));
        }
        Ok(())
    }

    fn beginning(&self, before: Before<'_>, step: &Step) -> BTreeMap<String, String> {
        if step.key == "reply" { proposed(before.past) } else { BTreeMap::new() }
    }

    fn letter(&self, ctx: &Ctx, before: Before<'_>, _: &LetterKind, body: &Body) -> Result<(), Refusal> {
        let lacks = lacks(&body.text, &instances(ctx, before).0);
        if lacks.is_empty() {
            return Ok(());
        }
        Err(Refusal::field("text", format!("正文不能没有这些内容：{}。", lacks.join("、"))))
    }

    fn letter_now(&self, _: &Ctx, before: Before<'_>, kind: &LetterKind) -> bool {
        kind.from.contains(&before.entry.state.as_str())
    }

    fn stood(&self, _: &Ctx, _: Before<'_>, _: (&Calendar, Date)) -> Option<Stood> {
        None
    }

    fn sample(&self, ctx: &Ctx, before: Before<'_>, _: &LetterKind) -> String {
        let (reviewer, court) = instances(ctx, before);
        let reviewer = if reviewer.is_empty() { "行政复议机关" } else { reviewer.as_str() };
        let court = if court.is_empty() { "有管辖权的人民法院" } else { court.as_str() };
        let (received, number) = (&before.entry.received_on, &before.entry.number);
        let received = time::parse_date(received).map_or_else(|| received.clone(), ::letter::date_in_words);
        format!(
            "本机关于{received}收到您（单位）提出的更正政府信息记录的申请（编号 {number}）。\n\
             经审查，您（单位）提供的证据不足以证明该记录不准确。根据《政府信息公开条例》第四十一条，不予更正。\
             理由：{PLACE}审查了哪些证据、为什么不能证明）\n\
             如对本决定不服，可以自收到本告知书之日起 60 日内，向{reviewer}申请行政复议；也可以自收到本告知书之日起 6 个月内，\
             向{court}提起行政诉讼。"
        )
    }

    fn letter_page(&self, _: &str) -> Option<&'static str> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_holds_ground_reason_and_remedies() {
        let whole = "根据《政府信息公开条例》第四十一条，不予更正。理由：证据是复印件，与原件不符。可以自收到之日起 60 日内，\
                     向青禾县人民政府申请行政复议；也可以自收到之日起 6 个月内，向人民法院提起行政诉讼。";
        assert_eq!(lacks(whole, "青禾县人民政府"), Vec::<&str>::new());
        assert_eq!(lacks("不予更正。", "青禾县人民政府").len(), 5);
        let denied = whole.replace("可以自收到之日起 60 日内", "不可以自收到之日起 60 日内");
        assert_eq!(lacks(&denied, "").len(), 1, "what is denied is not said");
        assert_eq!(lacks(whole, "某某市人民政府"), ["行政复议机关的名称"]);
        assert_eq!(lacks(&whole.replace("证据是", "（写明证据）"), ""), ["不予更正的理由"], "the place is filled in");
    }

    #[test]
    fn nothing_is_answered_that_nobody_has_examined_before() {
        let reply = CORRECTION.step("reply").expect("a step");
        let before = CORRECTION.steps.iter().filter(|step| reply.from.contains(&step.to));
        assert_eq!(before.map(|step| step.key).collect::<Vec<_>>(), ["propose"], "by whoever is not the second person");
        assert!(!RESULTS.iter().any(|(code, _)| *code == Correction::NotShown.code()));
    }

    #[test]
    fn the_kind_fits_together() {
        assert_eq!(CORRECTION.faults(), Vec::<String>::new());
        assert_eq!(CORRECTION.outcome("passed_on"), Correction::PassedOn.label());
    }
}
