//! What the log says of items. The item itself stands in its versions; the log says which, and why.

use kernel::{EventKind, event::Keep};

use super::{BOX, SUBJECT};

/// Items were kept as they came with the program: from here on nobody changes what they say but with an event.
pub(super) static BOX_KEPT: EventKind =
    EventKind::new(BOX, "item_box.kept", "留存随程序提供的公开事项").holds(&[("rows", "项数")]);
/// A change was begun or written on.
pub(super) static DRAFTED: EventKind = EventKind::new(SUBJECT, "item.drafted", "修改公开事项")
    .holds(&[("made_as", "方式"), ("from", "原版本"), ("changes", "改动"), ("note", "修改说明")])
    .keeps(Keep::Words);
/// It may be issued by another person now.
pub(super) static OFFERED: EventKind = EventKind::new(SUBJECT, "item.offered", "提请公布公开事项")
    .holds(&[("changes", "改动"), ("note", "修改说明"), ("from_on", "施行日期")])
    .keeps(Keep::Words);
/// Its author goes on writing.
pub(super) static TAKEN_BACK: EventKind = EventKind::new(SUBJECT, "item.taken_back", "收回修改");
/// Whoever should issue it asks for something else.
pub(super) static SENT_BACK: EventKind =
    EventKind::new(SUBJECT, "item.sent_back", "退回修改").holds(&[("reason", "退回理由")]).keeps(Keep::Words);
/// The change is given up; its text stays among the versions.
pub(super) static DROPPED: EventKind =
    EventKind::new(SUBJECT, "item.dropped", "放弃修改").holds(&[("reason", "理由")]).keeps(Keep::Words);
/// A version was issued.
pub(super) static ISSUED: EventKind = EventKind::new(SUBJECT, "item.issued", "公布公开事项")
    .holds(&[
        ("version", "版本"),
        ("made_as", "方式"),
        ("from_on", "施行日期"),
        ("changes", "改动"),
        ("note", "修改说明"),
        ("opening", "扩大公开的理由"),
        ("digest", ""),
    ])
    .keeps(Keep::Words);
/// Somebody asks to retire it; another person decides.
pub(super) static RETIRE_ASKED: EventKind = EventKind::new(SUBJECT, "item.retire_asked", "提请停用公开事项")
    .holds(&[("reason", "停用理由")])
    .keeps(Keep::Words);
/// It is not retired, or whoever asked has taken that back.
pub(super) static RETIRE_REFUSED: EventKind =
    EventKind::new(SUBJECT, "item.retire_refused", "不停用公开事项").holds(&[("reason", "理由")]).keeps(Keep::Words);
/// It is owed no more.
pub(super) static RETIRED: EventKind = EventKind::new(SUBJECT, "item.retired", "停用公开事项")
    .holds(&[("reason", "停用理由"), ("from_on", "停用日期")])
    .keeps(Keep::Words);
/// It is owed again.
pub(super) static RESTORED: EventKind =
    EventKind::new(SUBJECT, "item.restored", "恢复公开事项").holds(&[("reason", "理由")]).keeps(Keep::Words);
/// What a newer program brings is not taken over.
pub(super) static UPDATE_LEFT: EventKind = EventKind::new(SUBJECT, "item.update_left", "不采用随程序更新的内容")
    .holds(&[("changes", "没有采用的改动"), ("reason", "理由")])
    .keeps(Keep::Words);

pub(super) static ALL: &[&EventKind] = &[
    &BOX_KEPT,
    &DRAFTED,
    &OFFERED,
    &TAKEN_BACK,
    &SENT_BACK,
    &DROPPED,
    &ISSUED,
    &RETIRE_ASKED,
    &RETIRE_REFUSED,
    &RETIRED,
    &RESTORED,
    &UPDATE_LEFT,
];
