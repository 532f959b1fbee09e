//! Requests to correct a record about oneself (更正, 条例 Art. 41). They are no requests for information: no period is set
//! by law, and they stand in no row of the report.

use serde::{Deserialize, Serialize};

/// What becomes of a request for correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// 审核属实，予以更正并告知.
    Corrected,
    /// The evidence does not show that the record is wrong.
    NotShown,
    /// 转送有权更正的行政机关处理并告知.
    PassedOn,
    /// 告知向有权更正的行政机关提出.
    Directed,
}

impl Correction {
    pub const ALL: [Self; 4] = [Self::Corrected, Self::NotShown, Self::PassedOn, Self::Directed];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::NotShown => "not_shown",
            Self::PassedOn => "passed_on",
            Self::Directed => "directed",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Corrected => "审核属实，予以更正",
            Self::NotShown => "证据不足以证明记录不准确，不予更正",
            Self::PassedOn => "转送有权更正的行政机关处理",
            Self::Directed => "告知申请人向有权更正的行政机关提出",
        }
    }

    /// Whether the other organ must be named.
    pub fn names_organ(self) -> bool {
        matches!(self, Self::PassedOn | Self::Directed)
    }
}
