//! Requests for information as a kind of case: its states, steps and letters, and what the yearly report counts of it.

use ::foi::{Applicant, Carrier, Delivery, Exemption, Opinion, Outcome, remedy::Finding};
use case::{By, CaseKind, Input, LetterKind, Phase, Sets, State, Step, StepField, Tick};

/// Key of the kind.
pub(super) const KEY: &str = "foi";

pub static FOI: CaseKind = CaseKind {
    outcomes: &OUTCOMES,
    fields: &FIELDS,
    facts: &FACTS,
    letters: &LETTERS,
    // With the consent of the other organ alone: `joint`.
    transfers: false,
    // Six months to sue (行政诉讼法 Art. 46), and the days in which a letter may be on its way.
    remedy_days: 190,
    // «经申请人同意后公开»: nothing that nobody has agreed to.
    consent: true,
    under: &UNDER,
    ..CaseKind::new(KEY, "政府信息公开申请", "依申请", &STATES, &STEPS, &clock::rule::FOI_RESPONSE)
};

type Words = (&'static str, &'static str);

/// Where the portal leads to requests for information, and to what belongs to them.
pub(super) const UNDER: [Words; 2] = [("政务公开", "/openness"), ("依申请公开", "/foi")];

const fn outcomes() -> [Words; 18] {
    let mut all = [("", ""); 18];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Outcome::ALL[at].code(), Outcome::ALL[at].label());
        at += 1;
    }
    all
}

const fn exemptions() -> [Words; 7] {
    let mut all = [("", ""); 7];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Exemption::ALL[at].code(), Exemption::ALL[at].label());
        at += 1;
    }
    all
}

const fn applicants() -> [Words; 6] {
    let mut all = [("", ""); 6];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Applicant::ALL[at].code(), Applicant::ALL[at].label());
        at += 1;
    }
    all
}

const fn opinions() -> [Words; 3] {
    let mut all = [("", ""); 3];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Opinion::ALL[at].code(), Opinion::ALL[at].label());
        at += 1;
    }
    all
}

const fn findings() -> [Words; 10] {
    let mut all = [("", ""); 10];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Finding::ALL[at].code(), Finding::ALL[at].label());
        at += 1;
    }
    all
}

const fn carriers() -> [Words; 3] {
    let mut all = [("", ""); 3];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Carrier::ALL[at].code(), Carrier::ALL[at].label());
        at += 1;
    }
    all
}

const fn deliveries() -> [Words; 5] {
    let mut all = [("", ""); 5];
    let mut at = 0;
    while at < all.len() {
        all[at] = (Delivery::ALL[at].code(), Delivery::ALL[at].label());
        at += 1;
    }
    all
}

const OUTCOMES: [Words; 18] = outcomes();
const EXEMPTIONS: [Words; 7] = exemptions();
const APPLICANTS: [Words; 6] = applicants();
const OPINIONS: [Words; 3] = opinions();
const FINDINGS: [Words; 10] = findings();
const CARRIERS: [Words; 3] = carriers();
const DELIVERIES: [Words; 5] = deliveries();

// The tables above hold all of theirs: one that is added to the law is none too many for them.
const _: () = assert!(
    Outcome::ALL.len() == OUTCOMES.len()
        && Exemption::ALL.len() == EXEMPTIONS.len()
        && Applicant::ALL.len() == APPLICANTS.len()
        && Opinion::ALL.len() == OPINIONS.len()
        && Finding::ALL.len() == FINDINGS.len()
        && Carrier::ALL.len() == CARRIERS.len()
        && Delivery::ALL.len() == DELIVERIES.len()
);

/// What the applicant writes, in the order of pages.
static FIELDS: [Words; 7] = [
    ("wanted", "申请公开的信息"),
    ("number", "文号"),
    ("carrier_words", "信息的形式"),
    ("delivery_words", "提供的途径"),
    ("fax", "传真号码"),
    ("help", "需要的帮助"),
    ("came", "到达情况"),
];

/// Codes that the report counts, which stay when the person is forgotten.
static FACTS: [Words; 8] = [
    ("applicant", "申请人类别"),
    ("counted", "年度报告计入"),
    ("review_finding", "复议结果"),
    ("suit_finding", "诉讼结果"),
    ("exemption", "不予公开的情形"),
    ("carrier", "信息的形式"),
    ("delivery", "提供的途径"),
    (case::public::CONSENT, "同意公开问题和答复"),
];

const EXAMINING: &str = "examining";
const SUPPLEMENTING: &str = "supplementing";
const CONSULTING: &str = "consulting";
const PAYING: &str = "paying";
const ANSWERED: &str = "answered";
const WITHDRAWN: &str = "withdrawn";
const ARCHIVED: &str = "archived";
/// Registered by mistake: it counts nowhere.
pub(super) const VOIDED: &str = "voided";

const RUNNING: &[&str] = &[EXAMINING, SUPPLEMENTING, CONSULTING, PAYING];
const ANYWHERE: &[&str] = &[EXAMINING, SUPPLEMENTING, CONSULTING, PAYING, ANSWERED, WITHDRAWN, ARCHIVED];

static STATES: [State; 8] = [
    State::new(EXAMINING, "办理中", Phase::Open, "正在办理，将在答复期限内书面答复。"),
    State::new(
        SUPPLEMENTING,
        "等待补正",
        Phase::Waiting,
        "请按补正告知书在期限内补正。答复期限从收到补正之日起重新计算；没有正当理由逾期不补正的，视为放弃申请。",
    ),
    State::new(
        CONSULTING,
        "征求意见中",
        Phase::Waiting,
        "正在征求第三方或者其他机关的意见，所需时间不计算在答复期限内。",
    ),
    State::new(PAYING, "等待缴费", Phase::Waiting, "请按收费通知缴费。逾期未缴纳的，视为放弃申请。"),
    State::new(ANSWERED, "已答复", Phase::Ended, "已经答复，答复书写明结果、理由和不服时的救济途径。"),
    State::new(WITHDRAWN, "已撤回", Phase::Ended, "您已撤回申请，不再办理。需要的，可以重新申请。"),
    State::new(ARCHIVED, "已归档", Phase::Ended, "已经办结归档。"),
    State::new(VOIDED, "登记作废", Phase::Ended, "这一件是机关登记有误，已经作废，不再办理。"),
];

const ON: StepField = StepField::new("on", "日期", Input::Day).optional().hint("不填为今天");
const WHOM: StepField = StepField::new("whom", "征求谁的意见", Input::Line(200));
const FROM: StepField = StepField::new("whom", "机关", Input::Line(200));
const AGREED: StepField = StepField::new("agreed", "申请人同意的情况", Input::Line(200));
const TO: StepField = StepField::new("whom", "商请哪个机关", Input::Line(200));
const OPINION_OF: StepField = StepField::new("whom", "谁的意见", Input::Line(200))
    .optional()
    .hint("征求了几方意见的必须填写，与征询书上的名称相同");
const HAD_BY: StepField = StepField::new("whom", "谁收到的", Input::Line(200))
    .optional()
    .hint("征求了几方意见的必须填写，与征询书上的名称相同");
const OPINION: StepField = StepField::new("opinion", "意见", Input::Choice(&OPINIONS));
const WORDS: StepField = StepField::new("words", "意见内容", Input::Text(5000)).optional();
const REVIEW_FINDING: StepField =
    StepField::new("review_finding", "复议结果", Input::Choice(&FINDINGS)).sets(Sets::Fact);
const SUIT_FINDING: StepField = StepField::new("suit_finding", "诉讼结果", Input::Choice(&FINDINGS)).sets(Sets::Fact);
const NUMBER: StepField = StepField::new("paper", "案号或者文号", Input::Line(100)).optional();
const RECEIPT: StepField =
    StepField::new("paper", "票据号", Input::Line(100)).told().hint("非税收入票据或者缴费回单的号码");
const WANTING: StepField = StepField::new("wanting", "需要补正的事项", Input::Text(5000)).told();
const UNTIL: StepField = StepField::new("until", "补正期限", Input::Day).told();
const OUTCOME: StepField = StepField::new("outcome", "处理结果", Input::Choice(&OUTCOMES)).told().sets(Sets::Outcome);
/// What the first answer was: by it the request counts, whatever a review or a court has asked for since.
const COUNTED: StepField = StepField::new("counted", "年度报告计入", Input::Choice(&OUTCOMES)).sets(Sets::Fact);
const RECOUNTED: StepField = StepField::new("why", "为什么更正", Input::Text(500));
const EXEMPTION: StepField =
    StepField::new("exemption", "不予公开的情形", Input::Choice(&EXEMPTIONS)).optional().sets(Sets::Fact);
const SUPPLEMENT: StepField = StepField::new("supplement", "补正的内容", Input::Text(5000))
    .told()
    .hint("证件号码、银行卡号不写在这里；需要补交证件的，作为附件提交");
const ENDED: StepField = StepField::new("why", "原因", Input::Text(500));
const VOID: StepField = StepField::new("why", "怎样登记错的", Input::Text(500))
    .hint("重复登记的写明保留哪一件，例如 与 依申请〔2026〕12号 重复");
const REASONS: StepField = StepField::new("reasons", "申请的理由", Input::Text(5000)).told();
const REASONS_BY: StepField = StepField::new("until", "说明理由的期限", Input::Day).optional().told();
const AMOUNT: StepField = StepField::new("amount", "数额", Input::Line(40)).told();
const BACK: StepField = StepField::new("why", "撤回理由", Input::Text(500)).optional();
const BACK_NOTED: StepField = StepField::new("why", "撤回的方式和原因", Input::Text(500));
const APPLICANT: StepField = StepField::new("applicant", "申请人类别", Input::Choice(&APPLICANTS)).sets(Sets::Fact);
const CARRIER: StepField = StepField::new("carrier", "信息的形式", Input::Choice(&CARRIERS)).told().sets(Sets::Fact);
const DELIVERY: StepField =
    StepField::new("delivery", "提供的途径", Input::Choice(&DELIVERIES)).told().sets(Sets::Fact);
const CHANGED: StepField = StepField::new("why", "原因", Input::Text(500)).told();
/// Whether question and answer may become public, as the applicant has said in writing.
pub(super) const CONSENTS: [Words; 2] = [("yes", "同意公开"), ("no", "不同意公开")];
const CONSENT: StepField =
    StepField::new(case::public::CONSENT, "申请人的意见", Input::Choice(&CONSENTS)).told().sets(Sets::Fact);
const CONSENTED: StepField = StepField::new("how", "书面意见的情况", Input::Text(500))
    .hint("例如 3 月 5 日寄来的回执上写明同意；书面意见请扫描后作为附件添加");
const DELAYED: StepField = StepField::new("until", "延迟答复的期限", Input::Day).told();
const ORDERED: StepField = StepField::new("until", "决定或者判决规定的期限", Input::Day).told();
const ANSWER_ANEW: StepField = StepField::new("until", "重新答复的期限", Input::Day)
    .optional()
    .hint("撤销或者责令重新答复的，填决定或者判决规定的那一天；没有规定的空着");

/// The steps that follow the delivery of a letter, which fills their fields.
const ASK_SUPPLEMENT: Step = Step::new("supplement_asked", "告知补正", &[EXAMINING], SUPPLEMENTING, By::Machine)
    .tick(Tick::Hold)
    .fields(&[ON, WANTING, UNTIL])
    .told("已告知补正");

const fn consult(key: &'static str, label: &'static str, rule: &'static str, told: &'static str) -> Step {
    Step::new(key, label, &[EXAMINING, CONSULTING], CONSULTING, By::Machine)
        .tick(Tick::Pause { rule })
        .fields(&[ON, WHOM])
        .told(told)
}

const ANSWER: Step = Step::new("answered", "答复", &[EXAMINING, SUPPLEMENTING, PAYING], ANSWERED, By::Machine)
    .fields(&[ON, OUTCOME, COUNTED, EXEMPTION])
    .told("已答复");

static STEPS: [Step; 40] = [
    ASK_SUPPLEMENT,
    Step::new("supplement", "提交补正", &[SUPPLEMENTING], EXAMINING, By::Applicant)
        .tick(Tick::Restart)
        .fields(&[SUPPLEMENT])
        .files(5)
        .told("您提交了补正，答复期限重新计算"),
    Step::new("supplement_noted", "登记收到补正", &[SUPPLEMENTING], EXAMINING, By::Handler)
        .tick(Tick::Restart)
        .fields(&[ON, SUPPLEMENT])
        .told("收到补正，答复期限重新计算")
        .about("申请人邮寄、当面交来补正材料的，在这里登记。日期填实际收到的那一天，申请人在查询页看得到；答复期限从收到补正之日起重新计算（条例第三十条）。"),
    consult("consult_third_party", "征求第三方意见", "foi.third-party", "正在征求第三方意见，暂停计时"),
    consult("consult_co_maker", "征求共同制作机关意见", "foi.co-maker", "正在征求其他机关意见，暂停计时"),
    consult("consult_organ", "征求其他机关意见", "", "正在征求其他机关意见，暂停计时"),
    Step::new("joint", "请共同制作机关在平台上提出意见", &[EXAMINING, CONSULTING], "", By::Decider)
        .own_page("/foi/cases/{id}/joint"),
    Step::new("joint_asked", "请共同制作机关提出意见", &[EXAMINING, CONSULTING], CONSULTING, By::Machine)
        .tick(Tick::Pause { rule: "foi.co-maker" })
        .fields(&[ON, WHOM])
        .told("正在征求其他机关意见，暂停计时"),
    Step::new("joint_opinion", "共同制作机关提出意见", &[CONSULTING], EXAMINING, By::Machine)
        .tick(Tick::Resume)
        .fields(&[ON, FROM, OPINION, WORDS])
        .told("意见已收到，继续计时"),
    Step::new("joint_more", "共同制作机关提出意见，等待其他意见", &[CONSULTING], "", By::Machine)
        .fields(&[ON, FROM, OPINION, WORDS]),
    Step::new("joint_late", "共同制作机关逾期提出意见", RUNNING, "", By::Machine).fields(&[ON, FROM, OPINION, WORDS]),
    Step::new("hand_over", "移交其他机关", &[EXAMINING], "", By::Decider).own_page("/foi/cases/{id}/hand-over"),
    Step::new("hand_over_asked", "商请其他机关接收", &[EXAMINING], "", By::Machine).fields(&[ON, TO, AGREED]),
    Step::new("hand_over_refused", "对方机关不接收", RUNNING, "", By::Machine).fields(&[ON, FROM, WORDS]),
    Step::new("consult_had", "登记对方收到征求意见书", &[CONSULTING], "", By::Handler)
        .fields(&[ON, HAD_BY])
        .about("对方的 15 个工作日从收到征求意见书的次日起算（条例第三十二条、第三十四条）。有几份的，分别登记。"),
    Step::new("opinion", "登记意见，继续办理", &[CONSULTING], EXAMINING, By::Handler)
        .tick(Tick::Resume)
        .fields(&[ON, OPINION_OF, OPINION, WORDS])
        .told("意见已收到，继续计时")
        .about("征求意见到此结束，从次日起继续计时。其他方面还在答复期限内的，请用“登记意见，等待其他意见”。"),
    Step::new("opinion_more", "登记意见，等待其他意见", &[CONSULTING], "", By::Handler)
        .fields(&[ON, OPINION_OF, OPINION, WORDS])
        .about("登记其中一方的意见，其余的继续等待。"),
    Step::new("consult_ended", "结束征求意见", &[CONSULTING], EXAMINING, By::Handler)
        .tick(Tick::Resume)
        .fields(&[ON, ENDED])
        .told("征求意见结束，继续计时")
        .about(
            "逾期没有答复或者无法送达的，在这里结束。日期填对方答复期限的最后一日，或者决定不再等待的那一天。第三方逾期未答复的，\
             由本机关决定是否公开；共同制作机关逾期未答复的，视为同意公开。",
        ),
    Step::new("reasons_asked", "要求说明理由", &[EXAMINING], "", By::Machine)
        .fields(&[ON, REASONS_BY])
        .told("要求您说明申请的理由"),
    Step::new("reasons", "说明理由", &[EXAMINING], "", By::Applicant)
        .fields(&[REASONS])
        .files(5)
        .told("您说明了理由"),
    Step::new("reasons_noted", "登记收到理由", &[EXAMINING], "", By::Handler)
        .fields(&[ON, REASONS])
        .told("收到您说明的理由"),
    Step::new("delayed", "延迟答复", &[EXAMINING], "", By::Machine)
        .fields(&[ON, DELAYED])
        .told("确定延迟答复的期限"),
    Step::new("fee_noticed", "收费通知", &[EXAMINING], PAYING, By::Machine)
        .tick(Tick::Hold)
        .fields(&[ON, AMOUNT])
        .told("已发出收费通知"),
    Step::new("fee_paid", "登记缴费", &[PAYING], EXAMINING, By::Second)
        .tick(Tick::Restart)
        .fields(&[ON, RECEIPT])
        .told("已缴费，答复期限重新计算")
        .about("日期填实际缴费的那一天，答复期限从次日起重新计算；由没有经手收费通知的人核对票据后登记，申请人在查询页看得到日期和票据号（国办函〔2020〕109号）。"),
    Step::new("withdraw", "撤回申请", RUNNING, WITHDRAWN, By::Applicant)
        .fields(&[BACK])
        .told("您撤回了申请")
        .about("撤回后不再办理，不能恢复；以后需要的，可以重新申请。")
        .outcome("withdrawn"),
    Step::new("withdraw_noted", "撤回", RUNNING, WITHDRAWN, By::Machine)
        .fields(&[ON, BACK_NOTED])
        .told("您撤回了申请")
        .outcome("withdrawn"),
    ANSWER,
    Step::new("same", "查找相同的申请", &[EXAMINING], "", By::Handler).own_page("/foi/cases/{id}/same"),
    Step::new("reclassify", "更正申请人类别", ANYWHERE, "", By::Handler)
        .fields(&[APPLICANT])
        .about("年度报告按申请人类别统计，答复以后也可以更正。已经公布的年度报告不会自动改动，见“与登记簿比较”。"),
    Step::new("recounted", "更正年度报告计入的结果", &[ANSWERED, ARCHIVED], "", By::Decider)
        .fields(&[COUNTED, EXEMPTION, RECOUNTED])
        .about("答复书不改，只改年度报告把这件计在哪一栏。已经公布的年度报告不会自动改动，见“与登记簿比较”。"),
    Step::new("change_supply", "更改提供方式", RUNNING, "", By::Handler)
        .fields(&[
            CARRIER,
            DELIVERY,
            CHANGED,
        ])
        .told("更改了提供方式")
        .about("按要求的形式提供可能危及载体安全或者成本过高的，可以通过电子数据等其他适当形式提供，或者安排查阅、抄录（条例第四十条）。"),
    Step::new("review_filed", "登记行政复议", ANYWHERE, "", By::Handler).fields(&[ON, NUMBER]),
    Step::new("review_decided", "登记复议结果", ANYWHERE, "", By::Handler).fields(&[ON, REVIEW_FINDING, ANSWER_ANEW, NUMBER]),
    Step::new("suit_filed", "登记行政诉讼", ANYWHERE, "", By::Handler).fields(&[ON, NUMBER]),
    Step::new("suit_decided", "登记诉讼结果", ANYWHERE, "", By::Handler).fields(&[ON, SUIT_FINDING, ANSWER_ANEW, NUMBER]),
    Step::new("reopened", "重新办理", &[ANSWERED, ARCHIVED], EXAMINING, By::Decider)
        .tick(Tick::Restart)
        .fields(&[ON, ORDERED, NUMBER])
        .told("按复议决定或者判决重新办理")
        .about("复议决定或者判决撤销原答复、要求重新答复的，由负责人在这里登记；维持原答复的不能重新办理。这件重新列入待办，期限以决定或者判决为准。"),
    Step::new("archived", "归档", &[ANSWERED], ARCHIVED, By::Handler)
        .about("申请行政复议的 60 日、提起诉讼的 6 个月没有满的，也可以归档：归档后仍能登记复议、诉讼和重新办理，年度报告照样统计。"),
    Step::new("unarchived", "取出归档", &[ARCHIVED], ANSWERED, By::Decider)
        .fields(&[ENDED])
        .about("归档后有复议、诉讼的直接登记，不用取出。"),
    Step::new("consent_noted", "登记是否同意公开答复", ANYWHERE, "", By::Handler)
        .fields(&[ON, CONSENT, CONSENTED])
        .told("登记了您是否同意公开问题和答复")
        .about("申请人书面同意的，办结以后才能公开问题和答复，不公开姓名、联系方式。后来不同意的也在这里登记；已经公开的，请同时撤回公开。"),
    Step::new("voided", "登记有误，作废", RUNNING, VOIDED, By::Second)
        .fields(&[VOID])
        .told("登记有误，已经作废")
        .about("只用于机关自己重复登记、登记错了的：作废后不再办理，不计入年度报告，登记号不再用。申请人要求撤回的，请用撤回告知书。"),
];

const fn letter(
    key: &'static str,
    label: &'static str,
    mark: &'static str,
    from: &'static [&'static str],
    delivered: &'static str,
) -> LetterKind {
    LetterKind { key, label, mark, from, delivered }
}

/// Keys are those of [`super::letters`].
static LETTERS: [LetterKind; 11] = [
    letter("reply", "答复书", "依申请答复", &[EXAMINING, SUPPLEMENTING, PAYING], "answered"),
    letter("supplement", "补正告知书", "依申请补正", &[EXAMINING], "supplement_asked"),
    letter("consult_third_party", "第三方意见征询书", "依申请征询", &[EXAMINING, CONSULTING], "consult_third_party"),
    letter("consult_co_maker", "征求共同制作机关意见函", "依申请征求", &[EXAMINING, CONSULTING], "consult_co_maker"),
    letter("consult_organ", "征求其他机关意见函", "依申请函", &[EXAMINING, CONSULTING], "consult_organ"),
    letter("extension", "延期答复告知书", "依申请延期", &[EXAMINING, CONSULTING], ""),
    letter("reasons", "说明理由通知书", "依申请理由", &[EXAMINING], "reasons_asked"),
    letter("delay", "延迟答复告知书", "依申请延迟", &[EXAMINING], "delayed"),
    letter("fee", "收费通知书", "依申请收费", &[EXAMINING], "fee_noticed"),
    letter("withdrawal", "撤回告知书", "依申请撤回", RUNNING, "withdraw_noted"),
    letter("override", "第三方告知书", "依申请告知", &[EXAMINING, ANSWERED], ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_fits_together() {
        assert_eq!(FOI.faults(), Vec::<String>::new());
    }

    #[test]
    fn what_is_typed_beside_files_reaches_the_step() {
        for step in STEPS.iter().chain(super::super::CORRECTION.steps).filter(|step| step.files > 0) {
            for field in step.fields {
                assert!(crate::cases::Turned::FIELDS.contains(&field.name), "{}.{}", step.key, field.name);
            }
        }
    }

    #[test]
    fn a_fee_is_not_said_to_be_paid_without_its_receipt() {
        let paid = FOI.step("fee_paid").expect("a step");
        assert!(paid.fields.iter().any(|field| field.name == "paper" && field.required));
    }

    #[test]
    fn every_end_of_a_request_has_words() {
        for outcome in Outcome::ALL {
            assert_eq!(FOI.outcome(outcome.code()), outcome.label());
        }
    }
}
