//! Mistakes of the site (网站找错): whoever reads says what is wrong, the organ that keeps the page looks into it and answers
//! within three working days; what many may want to know is published without the reader. The first small kind of case.

mod demo;
mod pages;

use std::sync::Arc;

use case::{By, CaseKind, Input, LetterKind, Phase, Sets, State, Step, StepField, Tick};
use clock::{Rule, Start, Unit};
use kernel::permission::READ_PUBLIC;
use portal_form::{DraftForm, Fields, Kind, Line, USE_FORMS};
use web::{
    Capability, Ctx, Listener, Routes,
    doors::{Offered, WayIn},
    hooks::PublicDocuments,
};

use crate::cases::one_page;

/// No national text that was found sets the days; sites that take such reports answer within three working days.
pub static ANSWER: Rule = Rule::new(
    "mistake.answer",
    "答复网站找错",
    "各级政府网站“找错”的办理要求（3 个工作日为通行要求）",
    3,
    Unit::WorkingDays,
    Start::DayAfter("收到找错"),
);

static STATES: [State; 4] = [
    State::new("received", "待答复", Phase::Open, "已收到，正在核实，请等候答复。"),
    State::new("asked", "待补充", Phase::Waiting, "需要您补充说明，补充后重新计算答复时限。"),
    State::new("answered", "已答复", Phase::Ended, "已经答复，感谢您帮助改进网站。"),
    State::new("withdrawn", "已撤回", Phase::Ended, "您已撤回。"),
];

/// How a report ends.
static OUTCOMES: [(&str, &str); 6] = [
    ("corrected", "已更正"),
    ("planned", "将更正"),
    ("right", "核实无误"),
    ("elsewhere", "不是本网站的内容"),
    ("written", "书面答复"),
    ("withdrawn", "撤回"),
];

static RESULTS: [(&str, &str); 4] = [
    ("corrected", "已更正"),
    ("planned", "将更正（在答复里写明什么时候）"),
    ("right", "核实无误"),
    ("elsewhere", "不是本网站的内容"),
];

static REPLY: [StepField; 2] = [
    StepField::new("result", "核实结果", Input::Choice(&RESULTS)).told().sets(Sets::Outcome),
    StepField::new("answer", "答复", Input::Text(2000))
        .told()
        .hint("写明核实的情况和怎样处理，例如：停水日期已更正为 12 月 5 日，见更正后的通知"),
];
static QUESTION: [StepField; 1] = [StepField::new("question", "请读者补充什么", Input::Text(500))
    .told()
    .hint("例如：请说明是哪一个网页，或者附上截图")];
static MORE: [StepField; 1] = [StepField::new("more", "补充的内容", Input::Text(2000)).told()];
static REMARK: [StepField; 1] = [StepField::new("remark", "备注", Input::Text(500)).hint("只在内部看到")];
static CLOSING: [StepField; 1] = [StepField::new("answer", "说明", Input::Text(500)).told()];
static SENT: [StepField; 1] = [StepField::new("on", "送达日期", Input::Day).optional()];

static STEPS: [Step; 7] = [
    Step::new("reply", "答复", &["received"], "answered", By::Handler).fields(&REPLY).told("已答复"),
    Step::new("ask", "请读者补充", &["received"], "asked", By::Handler)
        .fields(&QUESTION)
        .tick(Tick::Hold)
        .told("请您补充")
        .about("读者补充以后，3 个工作日重新计算。"),
    Step::new("close", "没有补充，办结", &["asked"], "answered", By::Handler)
        .fields(&CLOSING)
        .outcome("right")
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
        key: "reply", label: "书面答复", mark: "网站找错答复", from: &["received"], delivered: "sent"
    }];

static FIELDS: [(&str, &str); 4] = [("page", "网页"), ("what", "错在哪里"), ("right", "应当是"), ("more", "补充")];

/// What the desk fills in for somebody who calls.
static DESK: [StepField; 3] = [
    StepField::new("what", "错在哪里", Input::Text(2000)),
    StepField::new("page", "网页", Input::Line(500)).hint("网页的地址或标题"),
    StepField::new("right", "应当是", Input::Text(1000)).optional(),
];

/// 网站找错. Persons are forgotten a year after the answer.
pub static MISTAKE: CaseKind = CaseKind {
    outcomes: &OUTCOMES,
    fields: &FIELDS,
    letters: &LETTERS,
    desk: &DESK,
    keep_days: 366,
    ..CaseKind::new("mistake", "网站找错", "找错", &STATES, &STEPS, &ANSWER)
};

/// The form of the portal.
pub static FORM: DraftForm =
    DraftForm::new("mistake", "网站找错", "/mistakes", lines).files(2, &[Kind::Png, Kind::Jpeg, Kind::Pdf]);

const REPORT: WayIn = WayIn {
    href: "/mistakes",
    label: "网站找错",
    icon: "clip",
    about: "错别字、打不开的链接、过时的内容，3 个工作日内答复",
    place: 70,
    on: Offered::Errors,
};

pub fn capability() -> Capability {
    Capability::new("mistakes", "网站找错")
        .routes(routes)
        .declare(&MISTAKE as case::Kind)
        .declare(&FORM)
        .declare(REPORT)
        .words(|field, code| MISTAKE.word(field, code))
        .needs::<Arc<dyn PublicDocuments>>()
        .demo(demo::scenes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/mistakes", &READ_PUBLIC, pages::start)
        .upload("/mistakes", &USE_FORMS, one_page::begin::<pages::Report>)
        .get("/mistakes/d/{secret}", &USE_FORMS, one_page::step::<pages::Report>)
        .upload("/mistakes/d/{secret}", &USE_FORMS, one_page::save::<pages::Report>)
        .get("/mistakes/d/{secret}/check", &USE_FORMS, one_page::check::<pages::Report>)
        .post("/mistakes/d/{secret}/send", &USE_FORMS, pages::send)
        .get("/mistakes/r/{secret}", &USE_FORMS, pages::receipt)
        .get("/mistakes/r/{secret}/record", &USE_FORMS, one_page::record)
}

fn lines(_: &Ctx, fields: &Fields) -> Vec<Line> {
    let all = [
        ("网页", "page"),
        ("错在哪里", "what"),
        ("应当是", "right"),
        ("称呼", "called"),
        ("联系电话", "phone"),
        ("电子邮箱", "email"),
    ];
    let line = |(label, name): (&str, &str)| Line { label: label.to_owned(), value: fields.get(name).to_owned() };
    all.into_iter().map(line).filter(|line| !line.value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_fits_together() {
        assert_eq!(MISTAKE.faults(), Vec::<String>::new());
    }
}
