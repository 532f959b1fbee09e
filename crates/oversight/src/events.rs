//! What happens to plans, as the log says it. What happens to their duties stands in `duty::events`.

use kernel::{EventKind, Keep};

/// The subject of all these events.
pub const SUBJECT: &str = "plan";

const fn kind(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new(SUBJECT, name, label)
}

/// Read into a draft.
pub static IMPORTED: EventKind = kind("plan.imported", "导入工作要点")
    .holds(&[
        ("title", "标题"),
        ("year", "年度"),
        ("kind", "类型"),
        ("source", "来源"),
        ("clauses", "条目数"),
        ("duties", "任务数"),
        ("warnings", "提示数"),
    ])
    .keeps(Keep::Words);
/// A draft was corrected.
pub static EDITED: EventKind =
    kind("plan.edited", "整理工作要点").holds(&[("what", "做了什么"), ("version", "版本号")]).keeps(Keep::Words);
/// A correction was taken back.
pub static UNDONE: EventKind =
    kind("plan.undone", "撤销上一步整理").holds(&[("what", "做了什么"), ("version", "版本号")]).keeps(Keep::Words);
/// A draft was thrown away.
pub static DISCARDED: EventKind =
    kind("plan.discarded", "放弃导入的工作要点").holds(&[("by", ""), ("replaced_by", "")]);
/// A discarded draft was taken back.
pub static RESTORED: EventKind = kind("plan.restored", "恢复工作要点").holds(&[("by", "")]);
/// Its text went to the secrecy reviewer.
pub static CLEARANCE_ASKED: EventKind =
    kind("plan.clearance_asked", "工作要点送保密审查").holds(&[("clearance", ""), ("amendment", "")]);
/// The reviewer says that the text may become public (条例 Art. 17).
pub static CLEARED: EventKind = kind("plan.cleared", "工作要点保密审查通过").holds(&[
    ("clearance", ""),
    ("amendment", ""),
    ("mark", ""),
    ("digest", ""),
]);
/// The reviewer says why it may not.
pub static CLEARANCE_RETURNED: EventKind = kind("plan.clearance_returned", "工作要点保密审查退回")
    .holds(&[("clearance", ""), ("amendment", ""), ("reason", "原因")])
    .keeps(Keep::Words);
/// Confirmed: its duties were issued. The words are published with it.
pub static CONFIRMED: EventKind = kind("plan.confirmed", "确认工作要点并下达任务")
    .holds(&[
        ("title", "标题"),
        ("year", "年度"),
        ("duties", "任务数"),
        ("organs", "机关数"),
        ("assignments", "分工数"),
        ("source", "来源"),
        ("replaces", ""),
        ("beside", ""),
        ("reason", "特殊情况说明"),
    ])
    .keeps(Keep::Words);
/// Another plan takes its place.
pub static SUPERSEDED: EventKind = kind("plan.superseded", "替代工作要点").holds(&[("by", "")]);
/// Somebody asked to revoke an issued plan.
pub static REVOCATION_REQUESTED: EventKind = kind("plan.revocation_requested", "申请撤销工作要点")
    .holds(&[("revocation", ""), ("reason", "原因"), ("by", "")])
    .keeps(Keep::Words);
/// Somebody asked that another plan in force takes its place.
pub static REPLACEMENT_REQUESTED: EventKind = kind("plan.replacement_requested", "申请由另一份计划替代")
    .holds(&[("revocation", ""), ("reason", "原因"), ("by", "")])
    .keeps(Keep::Words);
/// The request was taken back or not agreed to.
pub static REVOCATION_DROPPED: EventKind = kind("plan.revocation_dropped", "未撤销或替代工作要点")
    .holds(&[("revocation", ""), ("reason", "理由")])
    .keeps(Keep::Words);
/// Another person agreed: the plan is no longer in force, and the public reads why.
pub static REVOKED: EventKind = kind("plan.revoked", "撤销工作要点")
    .holds(&[("revocation", ""), ("reason", "原因"), ("organs", "机关数")])
    .keeps(Keep::Words);
/// An amended text was taken in.
pub static AMENDMENT_BEGUN: EventKind =
    kind("plan.amendment_begun", "开始调整工作要点").holds(&[("amendment", ""), ("source", "来源")]);
/// Its alignment was corrected, or it was dropped.
pub static AMENDMENT_EDITED: EventKind =
    kind("plan.amendment_edited", "修改工作要点调整稿").holds(&[("amendment", ""), ("state", "状态")]);
/// The amended text is in force.
pub static AMENDED: EventKind = kind("plan.amended", "调整工作要点")
    .holds(&[
        ("amendment", ""),
        ("reason", "原因"),
        ("kept", "保留"),
        ("changed", "变更"),
        ("new", "新增"),
        ("ended", "终止"),
        ("source", "来源"),
    ])
    .keeps(Keep::Words);
/// One of its duties was opened to the public or closed.
pub static VISIBILITY_CHANGED: EventKind = kind("plan.visibility_changed", "工作要点中有一项任务改了公开范围")
    .holds(&[("duty", ""), ("visibility", "这项任务的公开范围")]);
/// The office ended one of its duties, without an amendment of the text.
pub static DUTY_ENDED: EventKind = kind("plan.duty_ended", "终止工作要点中的任务").holds(&[("duty", "")]);

/// All of them, for the capability.
pub static ALL: [&EventKind; 19] = [
    &IMPORTED,
    &EDITED,
    &UNDONE,
    &DISCARDED,
    &RESTORED,
    &CLEARANCE_ASKED,
    &CLEARED,
    &CLEARANCE_RETURNED,
    &CONFIRMED,
    &SUPERSEDED,
    &REVOCATION_REQUESTED,
    &REPLACEMENT_REQUESTED,
    &REVOCATION_DROPPED,
    &REVOKED,
    &AMENDMENT_BEGUN,
    &AMENDMENT_EDITED,
    &AMENDED,
    &VISIBILITY_CHANGED,
    &DUTY_ENDED,
];
