//! What an applicant may do against an answer or silence, by when, and how it ends: chapter four of the report.

use clock::{Rule, Unit, rule::Start};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{outcome::Outcome, practice::Rules};

/// Sixty days from knowing of the act.
pub const REVIEW: Rule = Rule::new(
    "foi.review",
    "申请行政复议",
    "《行政复议法》（2023年修订）第二十条",
    60,
    Unit::Days,
    Start::DayAfter("知道或者应当知道该行政行为"),
);

/// Six months from knowing of the act.
pub const SUIT: Rule = Rule::new(
    "foi.suit",
    "提起行政诉讼",
    "《行政诉讼法》第四十六条",
    6,
    Unit::Months,
    Start::DayAfter("知道或者应当知道该行政行为"),
);

/// Fifteen days from the decision of the review.
pub const SUIT_AFTER_REVIEW: Rule = Rule::new(
    "foi.suit-after-review",
    "对复议决定不服提起行政诉讼",
    "《行政诉讼法》第四十五条",
    15,
    Unit::Days,
    Start::DayAfter("收到复议决定书"),
);

/// The revised law on reviews, which has a review come before a suit where information stays closed (Art. 23), is in force
/// from this day.
pub const REVIEW_FIRST_SINCE: Date = Date::constant(2024, 1, 1);

/// A way against an answer, as it stands in the answer itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    Complaint,
    Review,
    Suit,
}

/// A remedy with its period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    pub way: Way,
    pub rule: Option<Rule>,
    pub basis: &'static str,
    /// Only after a review.
    pub after_review: bool,
}

impl Remedy {
    pub fn label(&self) -> &'static str {
        match self.way {
            Way::Complaint => "投诉、举报",
            Way::Review => "申请行政复议",
            Way::Suit => "提起行政诉讼",
        }
    }

    /// The last day for it when the answer reached the applicant on `delivered`. None where no period is set, or where the
    /// day depends on a decision that has not been made; days beyond the calendar are taken by their weekday.
    pub fn until(&self, delivered: Date, rules: &Rules<'_>) -> Option<Date> {
        let rule = self.rule.as_ref().filter(|_| !self.after_review)?;
        clock::probable(rule, delivered, &[], 0, rules.calendar).ok().map(|run| run.due().date())
    }
}

/// The remedies that an answer of `on` must name.
pub fn against(outcome: Outcome, on: Date, rules: &Rules<'_>) -> Vec<Remedy> {
    if !outcome.has_remedies() {
        return Vec::new();
    }
    let after_review = on >= REVIEW_FIRST_SINCE && rules.practice.needs_review_first(outcome);
    let rule = if after_review { SUIT_AFTER_REVIEW } else { SUIT };
    vec![
        Remedy { way: Way::Review, rule: Some(REVIEW), basis: REVIEW.basis, after_review: false },
        Remedy { way: Way::Suit, rule: Some(rule), basis: rule.basis, after_review },
        Remedy {
            way: Way::Complaint, rule: None, basis: "《政府信息公开条例》第五十一条", after_review: false
        },
    ]
}

/// The words with which an answer names its remedies. `reviewer` and `court` are names, empty where the organ has not said.
pub fn paragraph(outcome: Outcome, on: Date, reviewer: &str, court: &str, rules: &Rules<'_>) -> String {
    let remedies = against(outcome, on, rules);
    let Some(suit) = remedies.iter().find(|remedy| remedy.way == Way::Suit) else { return String::new() };
    let reviewer = if reviewer.is_empty() { "行政复议机关" } else { reviewer };
    let court = if court.is_empty() { "有管辖权的人民法院" } else { court };
    let review = format!("如对本答复不服，可以自收到本答复之日起 60 日内，向{reviewer}申请行政复议");
    let suit = if suit.after_review {
        format!(
            "。根据《行政复议法》第二十三条，应当先申请行政复议；对行政复议决定不服的，可以自收到行政复议决定书之日起 \
             15 日内，向{court}提起行政诉讼。"
        )
    } else {
        format!("；也可以自收到本答复之日起 6 个月内，向{court}提起行政诉讼。")
    };
    format!("{review}{suit}")
}

/// Where something is pursued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instance {
    Review,
    /// 未经复议直接起诉.
    DirectSuit,
    /// 复议后起诉.
    SuitAfterReview,
}

impl Instance {
    /// In the order of the table.
    pub const ALL: [Self; 3] = [Self::Review, Self::DirectSuit, Self::SuitAfterReview];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Review => "行政复议",
            Self::DirectSuit => "未经复议直接起诉",
            Self::SuitAfterReview => "复议后起诉",
        }
    }
}

/// How a review or a suit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    Upheld,
    /// 驳回复议请求, 驳回诉讼请求.
    ClaimRejected,
    Annulled,
    Changed,
    /// 确认违法 or 确认无效.
    FoundUnlawful,
    /// 责令限期履行 or 重新答复.
    OrderedToAct,
    /// 终止, 撤回, 撤诉.
    TakenBack,
    /// 不予受理, 不予立案, 驳回起诉, 驳回复议申请.
    NotHeard,
    /// 调解, 和解.
    Settled,
    OtherEnd,
}

/// 结果维持, 结果纠正, 其他结果, 尚未审结: four of the five numbers, the last is their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Upheld,
    Corrected,
    Other,
    Pending,
}

impl Ended {
    /// In the order of the table.
    pub const ALL: [Self; 4] = [Self::Upheld, Self::Corrected, Self::Other, Self::Pending];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Upheld => "结果维持",
            Self::Corrected => "结果纠正",
            Self::Other => "其他结果",
            Self::Pending => "尚未审结",
        }
    }
}

impl Finding {
    pub const ALL: [Self; 10] = [
        Self::Upheld,
        Self::ClaimRejected,
        Self::Annulled,
        Self::Changed,
        Self::FoundUnlawful,
        Self::OrderedToAct,
        Self::TakenBack,
        Self::NotHeard,
        Self::Settled,
        Self::OtherEnd,
    ];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::ClaimRejected => "claim_rejected",
            Self::Annulled => "annulled",
            Self::Changed => "changed",
            Self::FoundUnlawful => "found_unlawful",
            Self::OrderedToAct => "ordered_to_act",
            Self::TakenBack => "taken_back",
            Self::NotHeard => "not_heard",
            Self::Settled => "settled",
            Self::OtherEnd => "other_end",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Whether the answer stands as it was, so that there is nothing to answer anew.
    pub const fn leaves_the_answer(self) -> bool {
        matches!(self, Self::Upheld | Self::ClaimRejected | Self::NotHeard)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Upheld => "维持",
            Self::ClaimRejected => "驳回请求",
            Self::Annulled => "撤销",
            Self::Changed => "变更",
            Self::FoundUnlawful => "确认违法或者无效",
            Self::OrderedToAct => "责令履行或者重新答复",
            Self::TakenBack => "撤回、终止或者撤诉",
            Self::NotHeard => "不予受理或者驳回起诉",
            Self::Settled => "调解、和解",
            Self::OtherEnd => "其他",
        }
    }

    /// Which number of the report it counts under.
    pub fn ended(self) -> Ended {
        match self {
            Self::Upheld | Self::ClaimRejected => Ended::Upheld,
            Self::Annulled | Self::Changed | Self::FoundUnlawful | Self::OrderedToAct => Ended::Corrected,
            Self::TakenBack | Self::NotHeard | Self::Settled | Self::OtherEnd => Ended::Other,
        }
    }
}

/// A review or a suit about one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proceeding {
    pub instance: Instance,
    pub filed: Date,
    pub decided: Option<(Date, Finding)>,
}

impl Proceeding {
    /// Under which number it counts in the report of `year`: what was decided in the year by its finding, what was open at its
    /// end as 尚未审结. `None` when it was decided before or filed after.
    pub fn in_year(&self, year: i16) -> Option<Ended> {
        match self.decided {
            Some((on, _)) if on.year() < year => None,
            Some((on, finding)) if on.year() == year => Some(finding.ended()),
            _ => (self.filed.year() <= year).then_some(Ended::Pending),
        }
    }
}
