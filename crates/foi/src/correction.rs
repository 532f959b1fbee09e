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

    pub fn ground(self) -> &'static str {
        "《政府信息公开条例》第四十一条"
    }

    /// Whether the other organ must be named.
    pub fn names_organ(self) -> bool {
        matches!(self, Self::PassedOn | Self::Directed)
    }
}

/// What Art. 41 asks of who wants a correction: which record, what is wrong in it, and evidence.
pub fn missing(record: &str, wrong: &str, evidence: usize) -> Vec<(&'static str, &'static str)> {
    let mut missing = Vec::new();
    if record.trim().is_empty() {
        missing.push(("record", "请写明是哪份信息记录：名称、文号或者在哪里看到的。"));
    }
    if wrong.trim().is_empty() {
        missing.push(("wrong", "请写明哪里不准确，正确的是什么。"));
    }
    if evidence == 0 {
        missing.push(("evidence", "请上传能够证明记录不准确的材料，例如证件或者证明的照片。"));
    }
    missing
}
