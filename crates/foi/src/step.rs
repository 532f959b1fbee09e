//! The steps of a request, and whether each may be taken now.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    event::Asked,
    remedy::{Instance, Proceeding},
    state::{Stage, State},
};

/// 办理环节.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Confirm,
    AskSupplement,
    TakeSupplement,
    Consult,
    NoteConsultReceived,
    TakeOpinion,
    EndConsult,
    Extend,
    AskReasons,
    TakeReasons,
    Delay,
    NoticeFee,
    TakePayment,
    Transfer,
    Join,
    Reply,
    Deliver,
    Withdraw,
    Archive,
    FileReview,
    DecideReview,
    FileSuit,
    DecideSuit,
    Order,
}

use Step as S;

/// Why a step may not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Not {
    /// The reason, with what may be done instead.
    pub reason: String,
    /// Article, or empty.
    pub basis: &'static str,
}

impl Not {
    fn new(reason: impl Into<String>, basis: &'static str) -> Self {
        Self { reason: reason.into(), basis }
    }
}

/// Until when a step may be taken; `None` where nothing but the state of the request limits it.
pub type Until = Option<Date>;

const ART_30: &str = "《政府信息公开条例》第三十条";
const ART_31: &str = "《政府信息公开条例》第三十一条";
const ART_32: &str = "《政府信息公开条例》第三十二条";
const ART_33: &str = "《政府信息公开条例》第三十三条";
const ART_35: &str = "《政府信息公开条例》第三十五条";
const FEE: &str = "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）";
/// The measures on fees are in force from this day.
const FEE_SINCE: Date = Date::constant(2021, 1, 1);

impl Step {
    pub const ALL: [Self; 24] = [
        S::Confirm,
        S::AskSupplement,
        S::TakeSupplement,
        S::Consult,
        S::NoteConsultReceived,
        S::TakeOpinion,
        S::EndConsult,
        S::Extend,
        S::AskReasons,
        S::TakeReasons,
        S::Delay,
        S::NoticeFee,
        S::TakePayment,
        S::Transfer,
        S::Join,
        S::Reply,
        S::Deliver,
        S::Withdraw,
        S::Archive,
        S::FileReview,
        S::DecideReview,
        S::FileSuit,
        S::DecideSuit,
        S::Order,
    ];

    /// As it stands in addresses; the serde form.
    pub fn code(self) -> &'static str {
        match self {
            S::Confirm => "confirm",
            S::AskSupplement => "ask_supplement",
            S::TakeSupplement => "take_supplement",
            S::Consult => "consult",
            S::NoteConsultReceived => "note_consult_received",
            S::TakeOpinion => "take_opinion",
            S::EndConsult => "end_consult",
            S::Extend => "extend",
            S::AskReasons => "ask_reasons",
            S::TakeReasons => "take_reasons",
            S::Delay => "delay",
            S::NoticeFee => "notice_fee",
            S::TakePayment => "take_payment",
            S::Transfer => "transfer",
            S::Join => "join",
            S::Reply => "reply",
            S::Deliver => "deliver",
            S::Withdraw => "withdraw",
            S::Archive => "archive",
            S::FileReview => "file_review",
            S::DecideReview => "decide_review",
            S::FileSuit => "file_suit",
            S::DecideSuit => "decide_suit",
            S::Order => "order",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub fn label(self) -> &'static str {
        match self {
            S::Confirm => "确认收到",
            S::AskSupplement => "告知补正",
            S::TakeSupplement => "收到补正",
            S::Consult => "征求意见",
            S::NoteConsultReceived => "登记对方收到征求意见书",
            S::TakeOpinion => "登记意见",
            S::EndConsult => "结束征求意见",
            S::Extend => "延长答复期限",
            S::AskReasons => "要求说明理由",
            S::TakeReasons => "收到理由",
            S::Delay => "延迟答复",
            S::NoticeFee => "收费通知",
            S::TakePayment => "登记缴费",
            S::Transfer => "移交",
            S::Join => "联合办理",
            S::Reply => "答复",
            S::Deliver => "送达",
            S::Withdraw => "撤回",
            S::Archive => "归档",
            S::FileReview => "登记行政复议",
            S::DecideReview => "登记复议结果",
            S::FileSuit => "登记行政诉讼",
            S::DecideSuit => "登记诉讼结果",
            S::Order => "责令重新答复",
        }
    }

    pub fn basis(self) -> &'static str {
        match self {
            S::Confirm => ART_31,
            S::AskSupplement | S::TakeSupplement => ART_30,
            S::Consult | S::NoteConsultReceived | S::TakeOpinion | S::EndConsult => {
                "《政府信息公开条例》第三十二条、第三十三条、第三十四条"
            }
            S::Extend => ART_33,
            S::AskReasons | S::TakeReasons | S::Delay => ART_35,
            S::NoticeFee | S::TakePayment => FEE,
            S::Transfer | S::Join => "《政府信息公开条例》第十条",
            S::Reply => "《政府信息公开条例》第三十三条、第三十六条",
            S::Deliver => "《政府信息公开条例》第四十条",
            S::Withdraw => "申请人的意思表示",
            S::Archive => "《政府信息公开条例》第四十五条",
            S::FileReview | S::DecideReview | S::FileSuit | S::DecideSuit | S::Order => {
                "《政府信息公开条例》第五十一条"
            }
        }
    }
}

impl State {
    /// Whether `step` may be taken on [`State::today`], and until when.
    ///
    /// # Errors
    /// Why it may not.
    pub fn may(&self, step: Step) -> Result<Until, Not> {
        match step {
            S::Confirm => self.may_confirm(),
            S::AskSupplement => self.may_ask_supplement(),
            S::TakeSupplement => match self.stage {
                Stage::AwaitingSupplement { until } | Stage::SupplementMissed { until } => Ok(Some(until)),
                _ => Err(Not::new("没有等待补正的告知。", ART_30)),
            },
            S::Consult => self.running("征求意见"),
            S::NoteConsultReceived | S::TakeOpinion | S::EndConsult => self.may_note_opinion(step),
            S::Extend => self.may_extend(),
            S::AskReasons => match self.facts.reasons {
                Some(reasons) => Err(Not::new(format!("{} 已经要求说明理由。", reasons.asked), ART_35)),
                None => self.running("要求说明理由"),
            },
            S::TakeReasons => match self.facts.reasons {
                Some(reasons) if reasons.given.is_none() && !self.facts.is_closed() => Ok(None),
                _ => Err(Not::new("没有等待申请人说明的理由。", ART_35)),
            },
            S::Delay => self.may_delay(),
            S::NoticeFee => self.may_notice_fee(),
            S::TakePayment => match self.stage {
                Stage::AwaitingPayment { until } | Stage::PaymentMissed { until } => Ok(Some(until)),
                _ => Err(Not::new("没有等待缴费的通知。", FEE)),
            },
            S::Transfer => self.may_transfer(),
            S::Join => self.open("联合办理"),
            S::Reply => self.may_reply(),
            S::Deliver => match self.stage {
                Stage::Answered => Ok(None),
                _ => Err(Not::new("没有待送达的答复。", ART_33)),
            },
            S::Withdraw => self.open("撤回"),
            S::Archive => self.may_archive(),
            S::FileReview | S::DecideReview | S::FileSuit | S::DecideSuit | S::Order => self.may_pursue(step),
        }
    }

    /// Every step that may be taken now.
    pub fn steps(&self) -> Vec<Step> {
        Step::ALL.into_iter().filter(|step| self.may(*step).is_ok()).collect()
    }

    /// Nothing was answered or taken back.
    fn open(&self, what: &str) -> Result<Until, Not> {
        if self.facts.came.is_none() {
            return Err(Not::new("还没有收到申请。", ART_31));
        }
        if let Some(day) = self.facts.withdrawn {
            return Err(Not::new(format!("申请人已于 {day} 撤回，不能再{what}。"), ""));
        }
        match self.facts.last_reply() {
            Some(reply) if self.facts.is_answered() => {
                Err(Not::new(format!("已于 {} 答复，不能再{what}。", reply.on), ""))
            }
            _ => Ok(None),
        }
    }

    /// The period for the answer runs and is not over.
    fn running(&self, what: &str) -> Result<Until, Not> {
        self.open(what)?;
        match self.stage {
            Stage::Unconfirmed => {
                return Err(Not::new(format!("尚未确认收到申请，不能{what}。请先确认收到。"), ART_31));
            }
            Stage::AwaitingSupplement { .. } | Stage::SupplementMissed { .. } => {
                return Err(Not::new(format!("正在等待申请人补正，不能{what}。"), ART_30));
            }
            Stage::AwaitingPayment { .. } | Stage::PaymentMissed { .. } => {
                return Err(Not::new(format!("正在等待申请人缴费，不能{what}。"), FEE));
            }
            Stage::Reopened { .. } => {
                return Err(Not::new(format!("期限由复议决定或者判决规定，不能{what}。"), ""));
            }
            _ => {}
        }
        let Some(due) = &self.due else {
            return Err(Not::new("答复期限算不出来，请核对收到日期。", ART_33));
        };
        let last = due.likely();
        if self.today > last {
            return Err(Not::new(format!("答复期限已于 {last} 届满，不能{what}。请尽快答复。"), ART_33));
        }
        Ok(Some(last))
    }

    fn may_confirm(&self) -> Result<Until, Not> {
        self.open("确认收到")?;
        match self.received {
            Some(day) => Err(Not::new(format!("收到申请之日已经确定为 {day}。"), ART_31)),
            None => Ok(self.confirm_by),
        }
    }

    fn may_ask_supplement(&self) -> Result<Until, Not> {
        if let Some(supplement) = self.facts.supplement {
            let asked = supplement.asked;
            return Err(Not::new(
                format!("已于 {asked} 告知补正，只能一次性告知。补正后仍不明确的，直接答复。"),
                ART_30,
            ));
        }
        self.running("要求补正")?;
        if !self.facts.questions.is_empty() || self.facts.extension.is_some() || self.facts.delayed.is_some() {
            return Err(Not::new("已经征求意见或者延长、延迟答复，说明申请内容已经明确，不能再要求补正。", ART_30));
        }
        match self.supplement_notice_by {
            Some(by) if self.today > by => Err(Not::new(
                format!("告知补正的 7 个工作日已于 {by} 届满。请按现有内容答复，也可以电话了解申请人的意思。"),
                ART_30,
            )),
            by => Ok(by),
        }
    }

    fn may_note_opinion(&self, step: Step) -> Result<Until, Not> {
        let fits = self.facts.questions.iter().any(|question| match step {
            S::NoteConsultReceived => question.is_open() && question.received.is_none(),
            // An answer that comes after the end of its period is noted too.
            S::TakeOpinion => question.answered.is_none(),
            _ => question.is_open(),
        });
        self.open(step.label())?;
        if fits { Ok(None) } else { Err(Not::new("没有等待答复的征求意见。", ART_32)) }
    }

    fn may_extend(&self) -> Result<Until, Not> {
        if let Some(extension) = self.facts.extension {
            return Err(Not::new(format!("已于 {} 延长过，只能延长一次。", extension.on), ART_33));
        }
        if self.facts.delayed.is_some() {
            return Err(Not::new("已经确定延迟答复的期限，不再延长。", ART_35));
        }
        self.running("延长")
    }

    fn may_delay(&self) -> Result<Until, Not> {
        let given = self.facts.reasons.is_some_and(|reasons| reasons.given.is_some());
        if !given {
            return Err(Not::new("申请人还没有说明理由。延迟答复用于理由合理、但期限内无法答复的大量申请。", ART_35));
        }
        if self.facts.delayed.is_some() {
            return Err(Not::new("已经确定过延迟答复的期限。", ART_35));
        }
        self.running("延迟答复")
    }

    fn may_notice_fee(&self) -> Result<Until, Not> {
        if self.facts.fee.is_some() {
            return Err(Not::new("已经发出过收费通知。", FEE));
        }
        if self.today < FEE_SINCE {
            return Err(Not::new("信息处理费自 2021 年 1 月 1 日起才能收取。", FEE));
        }
        self.running("收费")
    }

    fn may_transfer(&self) -> Result<Until, Not> {
        self.open("移交")?;
        if !self.facts.questions.is_empty() || self.facts.fee.is_some() {
            return Err(Not::new(
                "已经征求意见或者发出收费通知，不能移交。请答复，或者告知申请人向负责的机关申请。",
                "",
            ));
        }
        Ok(None)
    }

    fn may_reply(&self) -> Result<Until, Not> {
        self.open("答复")?;
        match self.stage {
            Stage::Unconfirmed => Err(Not::new("尚未确认收到申请。请先确认收到。", ART_31)),
            Stage::AwaitingSupplement { until } => {
                Err(Not::new(format!("申请人可以在 {until} 前补正，还不能答复。"), ART_30))
            }
            Stage::AwaitingPayment { until } => {
                Err(Not::new(format!("申请人可以在 {until} 前缴费，还不能答复。"), FEE))
            }
            _ => Ok(self.due.as_ref().map(|due| due.likely())),
        }
    }

    fn may_archive(&self) -> Result<Until, Not> {
        if self.facts.open_proceeding().is_some() {
            return Err(Not::new("复议或者诉讼尚未审结，不能归档。", ""));
        }
        match self.stage {
            Stage::Delivered | Stage::Withdrawn => Ok(None),
            Stage::Archived => Err(Not::new("已经归档。", "")),
            Stage::Answered => Err(Not::new("答复尚未送达，不能归档。", "")),
            _ => Err(Not::new("尚未办结，不能归档。", "")),
        }
    }

    fn may_pursue(&self, step: Step) -> Result<Until, Not> {
        let facts = &self.facts;
        let pending = facts.open_proceeding();
        let is_review = pending.is_some_and(|one| one.instance == Instance::Review);
        match step {
            S::FileReview | S::FileSuit => match pending {
                Some(_) if is_review => Err(Not::new("行政复议尚未审结。请先登记复议结果。", "")),
                Some(_) => Err(Not::new("行政诉讼尚未审结。请先登记诉讼结果。", "")),
                None if facts.replies.is_empty() && !self.is_overdue() => {
                    Err(Not::new("尚未答复，期限也没有届满，没有可以复议或者起诉的行为。", ""))
                }
                None => Ok(None),
            },
            S::DecideReview if is_review => Ok(None),
            S::DecideSuit if pending.is_some() && !is_review => Ok(None),
            S::DecideReview => Err(Not::new("没有尚未审结的行政复议。", "")),
            S::DecideSuit => Err(Not::new("没有尚未审结的行政诉讼。", "")),
            _ if facts.open_order().is_some() => Err(Not::new("已经登记责令重新答复，请办理。", "")),
            _ => {
                let answered = facts.last_reply().map(|reply| reply.on);
                let mut decided = facts
                    .proceedings
                    .iter()
                    .filter_map(|one| one.decided)
                    .filter(|(on, _)| answered.is_none_or(|answered| *on >= answered))
                    .peekable();
                if decided.peek().is_none() {
                    return Err(Not::new("没有已经审结的复议或者诉讼。", ""));
                }
                let touched = |one: &&Proceeding| one.decided.is_some_and(|(_, finding)| !finding.leaves_the_answer());
                let spent = facts.proceedings.iter().filter(touched).count() <= facts.orders.len();
                if spent || decided.all(|(_, finding)| finding.leaves_the_answer()) {
                    return Err(Not::new(
                        "复议决定或者判决没有撤销原答复，也没有要求重新答复，原答复仍然有效，不能重新办理。",
                        "",
                    ));
                }
                Ok(None)
            }
        }
    }

    /// The default that silence makes, once a period is over, for those who were asked.
    pub fn silent(&self) -> impl Iterator<Item = Asked> + '_ {
        let today = self.today;
        let past = move |due: Option<Date>| due.is_some_and(|due| today > due);
        let consults = self.consults.iter().filter(move |consult| consult.question.is_open() && past(consult.due));
        consults.map(|consult| consult.question.asked)
    }
}
