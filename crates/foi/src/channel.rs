//! By which way a request came, and which day is then the day of its receipt (条例 Art. 31).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// 申请渠道.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Handed in, or told to the desk that then writes it down (Art. 29).
    Counter,
    /// Mail that is signed for.
    Registered,
    /// Mail that nobody signs for.
    Letter,
    /// The portal's form.
    Internet,
    Email,
    Fax,
}

/// The rule of Art. 31 by which the day of receipt is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// 以提交之日为收到申请之日.
    HandedIn,
    /// 以行政机关签收之日为收到申请之日.
    Signed,
    /// 应当于收到申请的当日与申请人确认，确认之日为收到申请之日.
    ConfirmedThatDay,
    /// 以双方确认之日为收到申请之日.
    Confirmed,
}

impl Receipt {
    /// Whether the day of arrival alone is not enough.
    pub fn needs_confirmation(self) -> bool {
        matches!(self, Self::ConfirmedThatDay | Self::Confirmed)
    }

    /// For applicant and desk.
    pub fn words(self) -> &'static str {
        match self {
            Self::HandedIn => "当面提交，提交当天为收到申请之日",
            Self::Signed => "需要签收的邮寄，签收当天为收到申请之日",
            Self::ConfirmedThatDay => "无需签收的邮寄，工作机构应当在收到当天与申请人确认，确认当天为收到申请之日",
            Self::Confirmed => "互联网渠道或者传真，双方确认当天为收到申请之日",
        }
    }

    pub fn basis(self) -> &'static str {
        match self {
            Self::HandedIn => "《政府信息公开条例》第三十一条第一项",
            Self::Signed | Self::ConfirmedThatDay => "《政府信息公开条例》第三十一条第二项",
            Self::Confirmed => "《政府信息公开条例》第三十一条第三项",
        }
    }
}

impl Channel {
    pub const ALL: [Self; 6] = [Self::Counter, Self::Registered, Self::Letter, Self::Internet, Self::Email, Self::Fax];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Registered => "registered",
            Self::Letter => "letter",
            Self::Internet => "internet",
            Self::Email => "email",
            Self::Fax => "fax",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Counter => "当面提交",
            Self::Registered => "邮寄（挂号信、快递）",
            Self::Letter => "邮寄（平信）",
            Self::Internet => "网上提交",
            Self::Email => "电子邮件",
            Self::Fax => "传真",
        }
    }

    /// Electronic mail is one of the 互联网渠道 that an organ opens.
    pub fn receipt(self) -> Receipt {
        match self {
            Self::Counter => Receipt::HandedIn,
            Self::Registered => Receipt::Signed,
            Self::Letter => Receipt::ConfirmedThatDay,
            Self::Internet | Self::Email | Self::Fax => Receipt::Confirmed,
        }
    }

    /// The day of receipt of what came on `came` and was confirmed with the applicant on `confirmed`. A confirmation
    /// before the arrival confirms nothing.
    pub fn received(self, came: Date, confirmed: Option<Date>) -> Option<Date> {
        if self.receipt().needs_confirmation() { confirmed.filter(|day| *day >= came) } else { Some(came) }
    }
}
