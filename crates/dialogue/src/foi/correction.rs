//! Requests to correct a record about oneself (更正, 条例 Art. 41): with evidence, through the portal (`correcting`) or entered by
//! the desk. A kind of its own: no period is set by law, and it stands in no row of the yearly report.

use ::foi::correction::Correction;
use case::{By, CaseKind, Input, LetterKind, Phase, Sets, State, Step, StepField, Tick};
use clock::{Rule, Start, Unit};

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

static STATES: [State; 4] = [
    State::new("received", "待审核", Phase::Open, "已收到，正在审核证据，请等候答复。"),
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

const fn results() -> [(&'static str, &'static str); 4] {
    let mut all = [("", ""); 4];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Correction::ALL[at].code(), Correction::ALL[at].label());
        at += 1;
    }
    all
}

const OUTCOMES: [(&str, &str); 5] = outcomes();
const RESULTS: [(&str, &str); 4] = results();

const RESULT: StepField = StepField::new("result", "审核结果", Input::Choice(&RESULTS)).told().sets(Sets::Outcome);
const WORDS: StepField = StepField::new("answer", "答复", Input::Text(2000))
    .told()
    .hint("更正的写明更正后的内容；不予更正的写明理由；转送、告知的写明机关名称和联系方式");
const QUESTION: StepField = StepField::new("question", "请申请人补充什么", Input::Text(500)).told();
const MORE: StepField = StepField::new("more", "补充的内容", Input::Text(2000)).told();
const ON: StepField = StepField::new("on", "送达日期", Input::Day).optional();

static STEPS: [Step; 5] = [
    Step::new("reply", "答复", &["received"], "answered", By::Handler)
        .fields(&[RESULT, WORDS])
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
    Step::new("withdraw", "撤回", &["received", "asked"], "withdrawn", By::Applicant)
        .outcome("withdrawn")
        .told("您已撤回"),
    Step::new("sent", "送达书面答复", &["received"], "answered", By::Machine)
        .fields(&[ON])
        .outcome("not_shown")
        .told("书面答复已送达"),
];

/// A refusal goes out as a letter with its remedies.
static LETTERS: [LetterKind; 1] =
    [LetterKind {
        key: "reply", label: "不予更正告知书", mark: "更正告知", from: &["received"], delivered: "sent"
    }];

static FIELDS: [(&str, &str); 4] =
    [("record", "信息记录"), ("wrong", "哪里不准确"), ("right", "正确的内容"), ("evidence", "证据")];

/// What the desk fills in, from what the applicant brings.
static DESK: [StepField; 3] = [
    StepField::new("record", "信息记录", Input::Line(300)).hint("名称、文号，或者在哪里看到的"),
    StepField::new("wrong", "哪里不准确", Input::Text(2000)).hint("照申请书录入；证据登记后作为附件添加"),
    StepField::new("right", "正确的内容", Input::Text(2000)),
];

/// 更正政府信息记录.
pub static CORRECTION: CaseKind = CaseKind {
    outcomes: &OUTCOMES,
    fields: &FIELDS,
    letters: &LETTERS,
    desk: &DESK,
    ..CaseKind::new("correction", "更正政府信息记录", "更正", &STATES, &STEPS, &ANSWER)
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_fits_together() {
        assert_eq!(CORRECTION.faults(), Vec::<String>::new());
        assert_eq!(CORRECTION.outcome("passed_on"), Correction::PassedOn.label());
    }
}
