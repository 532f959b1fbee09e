//! What happened to a request, on which day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    channel::Channel,
    outcome::{Exemption, Outcome},
    remedy::Finding,
};

/// Tells the consultations of one request apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConsultNumber(pub u32);

/// Whom the organ asks before it decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// 第三方, whose rights may be harmed (Art. 32): silence leaves the decision to the organ.
    ThirdParty,
    /// An organ that made the information too (Art. 34): silence is consent.
    CoMaker,
    /// Any other organ (Art. 11, 33): no period is set for it.
    OtherOrgan,
}

impl Asked {
    pub const ALL: [Self; 3] = [Self::ThirdParty, Self::CoMaker, Self::OtherOrgan];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ThirdParty => "third_party",
            Self::CoMaker => "co_maker",
            Self::OtherOrgan => "other_organ",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::ThirdParty => "第三方",
            Self::CoMaker => "共同制作机关",
            Self::OtherOrgan => "其他机关",
        }
    }

    pub fn basis(self) -> &'static str {
        match self {
            Self::ThirdParty => "《政府信息公开条例》第三十二条",
            Self::CoMaker => "《政府信息公开条例》第三十四条",
            Self::OtherOrgan => "《政府信息公开条例》第三十三条第三款",
        }
    }

    /// What silence means once the period is over.
    pub fn silence(self) -> &'static str {
        match self {
            Self::ThirdParty => "逾期未提出意见，由行政机关依照条例决定是否公开",
            Self::CoMaker => "逾期未提出意见，视为同意公开",
            Self::OtherOrgan => "没有规定答复期限，未答复的由行政机关自行决定",
        }
    }
}

/// What somebody who was asked says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opinion {
    Agrees,
    /// Of a third party: the information then stays closed, unless the public good weighs more (Art. 32).
    ObjectsWithReason,
    ObjectsWithoutReason,
}

impl Opinion {
    pub const ALL: [Self; 3] = [Self::Agrees, Self::ObjectsWithReason, Self::ObjectsWithoutReason];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::ObjectsWithReason => "objects_with_reason",
            Self::ObjectsWithoutReason => "objects_without_reason",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Agrees => "同意公开",
            Self::ObjectsWithReason => "不同意公开，有合理理由",
            Self::ObjectsWithoutReason => "不同意公开，没有合理理由",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Happened {
    /// The first of all: handed in, signed for, sent.
    Came {
        channel: Channel,
    },
    /// 双方确认, by telephone or mail: what Art. 31 asks for letters, internet and fax.
    Confirmed,
    /// 一次性告知补正; the applicant may answer up to `until`.
    SupplementAsked {
        until: Date,
    },
    Supplemented,
    /// The letter that asks was sent.
    Consulted {
        number: ConsultNumber,
        asked: Asked,
    },
    /// Whoever is asked has the letter: their period runs from then.
    ConsultReceived {
        number: ConsultNumber,
    },
    ConsultAnswered {
        number: ConsultNumber,
        opinion: Opinion,
    },
    /// The organ gives the question up, as when the letter came back.
    ConsultEnded {
        number: ConsultNumber,
    },
    /// 延长答复期限 by so many working days, agreed to by the head of the 工作机构 and told to the applicant.
    Extended {
        days: u32,
    },
    /// 要求说明理由: number or frequency go clearly beyond what is reasonable (Art. 35).
    ReasonsAsked {
        /// By when they are to be given; none in what was asked before letters named a day.
        #[serde(default)]
        until: Option<Date>,
    },
    ReasonsGiven,
    /// 延迟答复: the reasons are good, the time too short (Art. 35).
    Delayed {
        until: Date,
    },
    /// The applicant has the notice of a fee.
    FeeNoticed,
    FeePaid,
    /// Another organ takes it over, with the applicant's consent.
    Transferred,
    /// Another organ takes part in the work.
    Joined,
    Replied {
        outcome: Outcome,
        exemptions: Vec<Exemption>,
    },
    Delivered,
    Withdrawn,
    Archived,
    ReviewFiled,
    ReviewDecided {
        finding: Finding,
    },
    SuitFiled,
    SuitDecided {
        finding: Finding,
    },
    /// Review or judgment has the organ answer anew, up to `until`.
    Ordered {
        until: Date,
    },
}

/// Something that happened, on a day in China.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub on: Date,
    #[serde(flatten)]
    pub happened: Happened,
}

impl Event {
    pub fn new(on: Date, happened: Happened) -> Self {
        Self { on, happened }
    }
}
