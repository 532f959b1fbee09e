//! Time limits (公开时限): a list, each with what it applies to, beside the words as printed.

use serde::{Deserialize, Serialize};

/// From when a limit runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// 信息形成或者变更.
    Formed,
    /// 作出决定.
    Decided,
    Received,
    Applied,
    Approved,
    /// The end of the period of the item.
    PeriodEnd,
    /// An event to come: the limit ends so long before it.
    Before,
}

/// What sort of limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// At the latest so many units after the start.
    Within,
    /// To be shown for so long at least.
    Displayed,
    /// 实时, 及时: at once.
    Prompt,
    /// 根据工作进展.
    Progress,
    /// 长期公开.
    Standing,
    /// At least once in the period of the item.
    Periodic,
    /// At least so many units before an event.
    Before,
    /// By this day of the year after the period: [`Limit::day`].
    YearDay,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What it applies to, where not to all of the item: 行政许可、行政处罚; may be empty.
    #[serde(default)]
    pub applies_to: String,
    pub kind: LimitKind,
    /// How many; 0 where the kind has no number.
    #[serde(default)]
    pub n: u32,
    /// `working_days`, `days`, `months`; empty without a number.
    #[serde(default)]
    pub unit: String,
    #[serde(default = "formed")]
    pub from: Start,
    /// The column whose date starts it; empty = the day of entry.
    #[serde(default)]
    pub column: String,
    /// `01-31`.
    #[serde(default)]
    pub day: String,
    /// A rule of `clock` that is meant: `enforcement.permit`; empty = `n` and `unit`.
    #[serde(default)]
    pub rule: String,
    /// As printed: 自作出行政决定之日起7个工作日内公示.
    pub printed: String,
    /// Where it stands; may be empty = the item's basis.
    #[serde(default)]
    pub basis: String,
}

const fn formed() -> Start {
    Start::Formed
}
