//! Words of plans: kinds with the further fields of their duties, and where a plan is in its life. What every duty has, whatever
//! its source, stands in [`duty::model`].

use duty::SourceKind;
use serde::{Deserialize, Serialize};

pub use duty::model::{Cadence, Field, FieldShape, OwnerRole, Visibility};

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

const PROJECT_FIELDS: &[Field] = &[
    Field::new("investment", "总投资（万元）", "例如 12500 或 860.5", FieldShape::Amount).headed(&["总投资", "投资额"]),
    Field::new("phase", "建设阶段", "", FieldShape::Choice(&["前期", "在建", "竣工", "停建缓建"])).headed(&["阶段"]),
    Field::new("content", "建设内容和规模", "例如 新建日处理 2 万吨净水设施一座", FieldShape::Text)
        .headed(&["建设内容", "建设规模"]),
];

/// The finding itself is the office's; 问责情况 names people's matters and stays in the office.
const FINDING_FIELDS: &[Field] = &[
    Field::new("problem", "发现的问题", "按督查、审计报告原文填写", FieldShape::Text)
        .headed(&[
            "问题",
            "问题描述",
            "存在问题",
            "存在的问题",
            "发现问题",
            "主要问题",
            "审计发现问题",
            "审计发现的问题",
            "督查发现问题",
            "督查发现的问题",
            "检查发现问题",
            "检查发现的问题",
            "巡察发现问题",
            "反馈问题",
        ])
        .of_office(),
    Field::new("rectification", "整改措施", "例如 修订采购管理办法，退回多付款项", FieldShape::Text).headed(&[
        "整改要求",
        "整改意见",
        "措施",
    ]),
    Field::new(ACCOUNTABILITY, "问责情况", "例如 约谈 1 人；没有问责的写“无”", FieldShape::Text)
        .headed(&["问责", "追责情况"])
        .inside(),
];

const REPORT_FIELDS: &[Field] =
    &[Field::new("leader", "分管县领导", "例如 常务副县长", FieldShape::Line).headed(&["分管领导", "牵头领导"])];

/// 问责情况: about people, for the competent department alone.
pub const ACCOUNTABILITY: &str = "accountability";

const fn source(kind: PlanKind) -> SourceKind {
    SourceKind::new(kind.code(), kind.label()).with_fields(kind.fields()).called("计划", "条目").numbered()
}

/// The kinds of plan as kinds of source of duties.
pub const SOURCES: &[SourceKind] = &[
    source(PlanKind::WorkPoints),
    source(PlanKind::GovernmentWorkReport),
    source(PlanKind::KeyProject),
    source(PlanKind::InspectionFinding),
    source(PlanKind::AuditFinding),
];

impl PlanKind {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::WorkPoints, Self::GovernmentWorkReport, Self::KeyProject, Self::InspectionFinding, Self::AuditFinding];

    /// The code in storage and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WorkPoints => "work_points",
            Self::GovernmentWorkReport => "government_work_report",
            Self::KeyProject => "key_project",
            Self::InspectionFinding => "inspection_finding",
            Self::AuditFinding => "audit_finding",
        }
    }

    /// The name shown.
    pub const fn label(self) -> &'static str {
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

    /// Whether its text was issued publicly as a whole. Then whether a duty is public decides on its progress alone and the text
    /// stays as it is; a list of findings is no issued document, and only what the office opens of it is shown.
    pub const fn has_public_text(self) -> bool {
        !matches!(self, Self::InspectionFinding | Self::AuditFinding)
    }

    /// The further fields of its duties.
    pub const fn fields(self) -> &'static [Field] {
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
    /// It was issued by mistake and taken back by two people; its duties no longer run.
    Revoked,
    /// A draft that was thrown away and may be taken back.
    Discarded,
}

impl PlanState {
    /// All, in the order of life.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Confirmed, Self::Superseded, Self::Revoked, Self::Discarded];

    /// The code in addresses, and in storage but for [`PlanState::Revoked`], which is kept as superseded with the moment when.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Confirmed => "confirmed",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
            Self::Discarded => "discarded",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Confirmed => "执行中",
            Self::Superseded => "已被替代",
            Self::Revoked => "已撤销",
            Self::Discarded => "已作废",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The state of a row of `plan`. An unknown one reads as discarded, which shows and allows least.
    pub fn of(state: &str, revoked_at: &str) -> Self {
        match Self::from_code(state).unwrap_or(Self::Discarded) {
            Self::Superseded if !revoked_at.is_empty() => Self::Revoked,
            state => state,
        }
    }
}

/// The part that a text gives an owner.
pub fn role(role: plan_text::Role) -> OwnerRole {
    match role {
        plan_text::Role::Lead => OwnerRole::Lead,
        plan_text::Role::Responsible => OwnerRole::Responsible,
        plan_text::Role::Support => OwnerRole::Support,
    }
}

/// The cadence that a text names.
pub fn cadence(cadence: plan_text::Cadence) -> Cadence {
    match cadence {
        plan_text::Cadence::Weekly => Cadence::Weekly,
        plan_text::Cadence::Monthly => Cadence::Monthly,
        plan_text::Cadence::Quarterly => Cadence::Quarterly,
        plan_text::Cadence::HalfYearly => Cadence::HalfYearly,
        plan_text::Cadence::Yearly => Cadence::Yearly,
        plan_text::Cadence::Continuous => Cadence::Continuous,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back() {
        assert!(PlanKind::ALL.iter().all(|kind| PlanKind::from_code(kind.code()) == Some(*kind)));
        assert!(PlanState::ALL.iter().all(|state| PlanState::from_code(state.code()) == Some(*state)));
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
