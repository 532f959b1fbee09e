//! Words of plans and duties: kinds with their further fields, roles of owners, cadences and the periods that they make.
//!
//! All of it is pure; what a duty's state is, computed from facts, stands in [`crate::duties::model`].

use jiff::{ToSpan, civil::Date, civil::Weekday};
use serde::{Deserialize, Serialize};

/// What kind of plan: all run on the same machine and differ in words and further fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanKind {
    /// 工作要点.
    WorkPoints,
    /// 政府工作报告任务.
    GovernmentWorkReport,
    /// 重点项目.
    KeyProject,
    /// 督查发现问题.
    InspectionFinding,
    /// 审计发现问题.
    AuditFinding,
}

/// How a further field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldShape {
    /// One line.
    Line,
    /// Several lines.
    Text,
    /// An amount in 万元 with up to two decimals.
    Amount,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// A further field of the duties of one kind of plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtraField {
    /// Name in forms and in the stored JSON.
    pub key: &'static str,
    /// Label.
    pub label: &'static str,
    /// What to fill in, with an example.
    pub hint: &'static str,
    /// How.
    pub shape: FieldShape,
    /// Further headings under which the column is recognised in a spreadsheet.
    pub headings: &'static [&'static str],
}

const fn field(
    key: &'static str,
    label: &'static str,
    hint: &'static str,
    shape: FieldShape,
    headings: &'static [&'static str],
) -> ExtraField {
    ExtraField { key, label, hint, shape, headings }
}

const PROJECT_FIELDS: &[ExtraField] = &[
    field("investment", "总投资（万元）", "例如 12500 或 860.5", FieldShape::Amount, &["总投资", "投资额"]),
    field("phase", "建设阶段", "", FieldShape::Choice(&["前期", "在建", "竣工", "停建缓建"]), &["阶段"]),
    field(
        "content",
        "建设内容和规模",
        "例如 新建日处理 2 万吨净水设施一座",
        FieldShape::Text,
        &["建设内容", "建设规模"],
    ),
];

const FINDING_FIELDS: &[ExtraField] = &[
    field("problem", "发现的问题", "按督查、审计报告原文填写", FieldShape::Text, &["问题", "问题描述", "存在问题"]),
    field("rectification", "整改措施", "例如 修订采购管理办法，退回多付款项", FieldShape::Text, &["整改要求", "措施"]),
    field("accountability", "问责情况", "例如 约谈 1 人；没有问责的写“无”", FieldShape::Text, &["问责", "追责情况"]),
];

const REPORT_FIELDS: &[ExtraField] =
    &[field("leader", "分管县领导", "例如 常务副县长", FieldShape::Line, &["分管领导", "牵头领导"])];

/// Further fields that are published with a public duty. 问责情况 names people's matters and stays in the office.
const PUBLISHED: &[&str] = &["investment", "phase", "content", "problem", "rectification", "leader"];

/// Whether a further field is shown on the portal with a public duty.
pub fn is_published(key: &str) -> bool {
    PUBLISHED.contains(&key)
}

impl PlanKind {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::WorkPoints, Self::GovernmentWorkReport, Self::KeyProject, Self::InspectionFinding, Self::AuditFinding];

    /// The code in storage and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::WorkPoints => "work_points",
            Self::GovernmentWorkReport => "government_work_report",
            Self::KeyProject => "key_project",
            Self::InspectionFinding => "inspection_finding",
            Self::AuditFinding => "audit_finding",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::WorkPoints => "工作要点",
            Self::GovernmentWorkReport => "政府工作报告任务",
            Self::KeyProject => "重点项目",
            Self::InspectionFinding => "督查发现问题",
            Self::AuditFinding => "审计发现问题",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The further fields of its duties.
    pub fn fields(self) -> &'static [ExtraField] {
        match self {
            Self::WorkPoints => &[],
            Self::GovernmentWorkReport => REPORT_FIELDS,
            Self::KeyProject => PROJECT_FIELDS,
            Self::InspectionFinding | Self::AuditFinding => FINDING_FIELDS,
        }
    }
}

/// Where a plan is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanState {
    /// Being corrected; nobody owes anything.
    Draft,
    /// In force.
    Confirmed,
    /// Another plan took its place; its duties no longer run.
    Superseded,
    /// A draft that was thrown away and may be taken back.
    Discarded,
}

impl PlanState {
    /// All, in the order of life.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Confirmed, Self::Superseded, Self::Discarded];

    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Confirmed => "confirmed",
            Self::Superseded => "superseded",
            Self::Discarded => "discarded",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Confirmed => "执行中",
            Self::Superseded => "已被替代",
            Self::Discarded => "已作废",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// The part that an organ has in a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerRole {
    /// 牵头.
    Lead,
    /// 负责.
    Responsible,
    /// 配合.
    Support,
}

impl OwnerRole {
    /// All, from the heaviest to the lightest.
    pub const ALL: [Self; 3] = [Self::Lead, Self::Responsible, Self::Support];

    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Responsible => "responsible",
            Self::Support => "support",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Lead => "牵头",
            Self::Responsible => "负责",
            Self::Support => "配合",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether the duty's state depends on this owner: supporting organs may report, but the duty does not wait for them.
    pub fn answers(self) -> bool {
        self != Self::Support
    }
}

impl From<text::plan::Role> for OwnerRole {
    fn from(role: text::plan::Role) -> Self {
        match role {
            text::plan::Role::Lead => Self::Lead,
            text::plan::Role::Responsible => Self::Responsible,
            text::plan::Role::Support => Self::Support,
        }
    }
}

/// How often a duty is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cadence {
    /// 每周.
    Weekly,
    /// 每月.
    Monthly,
    /// 每季度.
    Quarterly,
    /// 每半年.
    HalfYearly,
    /// 每年.
    Yearly,
    /// 全年坚持: one report for the year.
    Continuous,
}

/// One period of a cadence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Stable name: `2026-W07`, `2026-03`, `2026-Q2`, `2026-H1`, `2026`.
    pub key: String,
    /// Name shown: 第二季度.
    pub label: String,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// Last day on which its evidence is in time.
    pub due: Date,
}

impl Cadence {
    /// All, from often to seldom.
    pub const ALL: [Self; 6] =
        [Self::Weekly, Self::Monthly, Self::Quarterly, Self::HalfYearly, Self::Yearly, Self::Continuous];

    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::HalfYearly => "half-yearly",
            Self::Yearly => "yearly",
            Self::Continuous => "continuous",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Weekly => "每周",
            Self::Monthly => "每月",
            Self::Quarterly => "每季度",
            Self::HalfYearly => "每半年",
            Self::Yearly => "每年",
            Self::Continuous => "全年坚持",
        }
    }

    /// The cadence with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cadence| cadence.code() == code)
    }

    /// The cadence whose name or code this is, as clerks write it in spreadsheets.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::from_code(text).or_else(|| Self::ALL.into_iter().find(|cadence| cadence.label() == text))
    }

    /// The periods of `year`. `until` cuts them: the period in which it falls is due then, later ones are not owed.
    /// Evidence is in time until `grace_days` after the end of its period.
    pub fn periods(self, year: i16, until: Option<Date>, grace_days: i64) -> Vec<Period> {
        // Years outside are refused where they are typed; here they only must not break the calendar.
        let year = year.clamp(1949, 2199);
        let mut periods = match self {
            Self::Weekly => weeks(year),
            Self::Monthly => months(year, 1, |n| (format!("{year}-{n:02}"), format!("{n}月"))),
            Self::Quarterly => months(year, 3, |n| {
                (format!("{year}-Q{n}"), format!("第{}季度", ["一", "二", "三", "四"][usize::from(n) - 1]))
            }),
            Self::HalfYearly => {
                months(year, 6, |n| (format!("{year}-H{n}"), if n == 1 { "上半年".into() } else { "下半年".into() }))
            }
            Self::Yearly | Self::Continuous => months(year, 12, |_| (year.to_string(), format!("{year}年"))),
        };
        for period in &mut periods {
            period.due = period.end.saturating_add(grace_days.clamp(0, 366).days());
        }
        if let Some(until) = until {
            periods.retain(|period| period.start <= until);
            for period in &mut periods {
                if period.end >= until {
                    period.due = until;
                }
            }
        }
        periods
    }
}

impl From<text::plan::Cadence> for Cadence {
    fn from(cadence: text::plan::Cadence) -> Self {
        match cadence {
            text::plan::Cadence::Weekly => Self::Weekly,
            text::plan::Cadence::Monthly => Self::Monthly,
            text::plan::Cadence::Quarterly => Self::Quarterly,
            text::plan::Cadence::HalfYearly => Self::HalfYearly,
            text::plan::Cadence::Yearly => Self::Yearly,
            text::plan::Cadence::Continuous => Self::Continuous,
        }
    }
}

/// Periods of `length` months; `name` gives key and label of the n-th, from 1.
fn months(year: i16, length: i8, name: impl Fn(u8) -> (String, String)) -> Vec<Period> {
    let mut periods = Vec::new();
    let mut first = 1_i8;
    while first <= 12 {
        let start = Date::constant(year, first, 1);
        let end = Date::constant(year, first + length - 1, 1).last_of_month();
        let (key, label) = name(u8::try_from((first - 1) / length + 1).unwrap_or(1));
        periods.push(Period { key, label, start, end, due: end });
        first += length;
    }
    periods
}

/// ISO weeks of a year (GB/T 7408): the week belongs to the year of its Thursday.
fn weeks(year: i16) -> Vec<Period> {
    let fourth = Date::constant(year, 1, 4);
    let mut start = fourth.saturating_sub(i64::from(fourth.weekday().since(Weekday::Monday)).days());
    let mut periods = Vec::new();
    loop {
        let thursday = start.saturating_add(3.days());
        if thursday.year() != year {
            return periods;
        }
        let n = periods.len() + 1;
        let end = start.saturating_add(6.days());
        periods.push(Period { key: format!("{year}-W{n:02}"), label: format!("第{n}周"), start, end, due: end });
        start = start.saturating_add(7.days());
    }
}

/// Whether the public may see a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// On the public plan page.
    Public,
    /// In the office only.
    Internal,
}

impl Visibility {
    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Public => "公开",
            Self::Internal => "内部",
        }
    }

    /// The visibility with this code; anything unknown is internal, since that shows less.
    pub fn from_code(code: &str) -> Self {
        if code == "public" { Self::Public } else { Self::Internal }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("date")
    }

    #[test]
    fn periods_cover_the_year_without_gap_or_overlap() {
        for year in 2019..2032 {
            for cadence in Cadence::ALL {
                let periods = cadence.periods(year, None, 0);
                for pair in periods.windows(2) {
                    assert_eq!(pair[0].end.tomorrow().expect("tomorrow"), pair[1].start, "{cadence:?} {year}");
                }
                let keys: std::collections::BTreeSet<_> = periods.iter().map(|period| &period.key).collect();
                assert_eq!(keys.len(), periods.len());
                if cadence != Cadence::Weekly {
                    assert_eq!(periods[0].start, Date::constant(year, 1, 1));
                    assert_eq!(periods[periods.len() - 1].end, Date::constant(year, 12, 31));
                }
            }
        }
    }

    #[test]
    fn there_are_as_many_periods_as_the_words_say() {
        let count = |cadence: Cadence| cadence.periods(2026, None, 0).len();
        assert_eq!(count(Cadence::Weekly), 53, "2026 begins on a Thursday");
        assert_eq!(Cadence::Weekly.periods(2025, None, 0).len(), 52);
        assert_eq!([count(Cadence::Monthly), count(Cadence::Quarterly), count(Cadence::HalfYearly)], [12, 4, 2]);
        assert_eq!([count(Cadence::Yearly), count(Cadence::Continuous)], [1, 1]);
        assert_eq!(Cadence::Weekly.periods(2026, None, 0)[0].start, date("2025-12-29"));
    }

    #[test]
    fn a_final_date_cuts_the_periods_and_grace_moves_what_is_due() {
        let quarters = Cadence::Quarterly.periods(2026, Some(date("2026-12-10")), 10);
        let due: Vec<_> = quarters.iter().map(|period| period.due.to_string()).collect();
        assert_eq!(due, ["2026-04-10", "2026-07-10", "2026-10-10", "2026-12-10"]);
        let months = Cadence::Monthly.periods(2026, Some(date("2026-03-31")), 5);
        assert_eq!(months.len(), 3);
        assert_eq!(months[2].due, date("2026-03-31"), "the last word is the final date");
        assert_eq!(months[2].label, "3月");
    }

    #[test]
    fn codes_are_read_back() {
        assert!(PlanKind::ALL.iter().all(|kind| PlanKind::from_code(kind.code()) == Some(*kind)));
        assert!(PlanState::ALL.iter().all(|state| PlanState::from_code(state.code()) == Some(*state)));
        assert!(OwnerRole::ALL.iter().all(|role| OwnerRole::from_code(role.code()) == Some(*role)));
        assert!(Cadence::ALL.iter().all(|cadence| Cadence::from_code(cadence.code()) == Some(*cadence)));
        assert_eq!(Cadence::read(" 每季度 "), Some(Cadence::Quarterly));
        assert_eq!(Visibility::from_code("anything"), Visibility::Internal);
    }

    #[test]
    fn the_further_fields_of_a_kind_have_names_of_their_own() {
        for kind in PlanKind::ALL {
            let mut keys: Vec<_> = kind.fields().iter().map(|field| field.key).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), kind.fields().len());
        }
    }
}
