//! What happens to duties, as the log says it. Whoever adds a kind adds it to [`ALL`]; what happens to evidence stands with it.

use kernel::{EventKind, Keep};

/// The subject of all these events.
pub const SUBJECT: &str = "duty";

pub(crate) const fn kind(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new(SUBJECT, name, label)
}

/// Of whom and of what every event on a share speaks.
pub(crate) const SOURCE: (&str, &str) = ("source", "");
/// The title of the source, for people.
const OF: (&str, &str) = ("of", "来源");
pub(crate) const SHARE: (&str, &str) = ("share", "");

/// Issued to its organs.
pub static ISSUED: EventKind = kind("duty.issued", "下达任务").holds(&[
    SOURCE,
    OF,
    ("place", ""),
    ("organs", "机关"),
    ("due_on", "期限"),
    ("cadence", "频次"),
]);
/// An organ joins a duty that runs.
pub static ASSIGNED: EventKind =
    kind("duty.assigned", "增加承办机关").holds(&[SOURCE, OF, ("role", "分工"), ("was", "原来")]);
/// An organ has another part.
pub static ROLE_CHANGED: EventKind =
    kind("duty.role_changed", "调整分工").holds(&[SOURCE, OF, ("role", "分工"), ("was", "原来")]);
/// An organ is released.
pub static RELEASED: EventKind =
    kind("duty.released", "不再承担任务").holds(&[SOURCE, OF, ("role", "分工"), ("reason", "原因")]).keeps(Keep::Words);
/// One organ answers today for what two were given: it has one share of it.
pub static FOLDED: EventKind = kind("duty.folded", "合并承办份额").holds(&[SOURCE, OF, SHARE, ("from", "原机关")]);
/// The reform was taken back: the organ has its own share again.
pub static UNFOLDED: EventKind = kind("duty.unfolded", "恢复承办份额").holds(&[SOURCE, OF, SHARE]);
/// The source changed words or date.
pub static AMENDED: EventKind = kind("duty.amended", "调整任务")
    .holds(&[SOURCE, OF, ("text", "文字"), ("due_on", "期限"), ("cadence", "频次"), ("reason", "原因")])
    .keeps(Keep::Words);
/// The source ended it.
pub static ENDED: EventKind =
    kind("duty.ended", "终止任务").holds(&[SOURCE, OF, ("reason", "原因")]).keeps(Keep::Words);
/// The office moved the date.
pub static DUE_CHANGED: EventKind = kind("duty.due_changed", "调整任务期限")
    .holds(&[SOURCE, OF, ("from", "从"), ("to", "到"), ("reason", "原因")])
    .keeps(Keep::Words);
/// The office opened it to the public or closed it.
pub static VISIBILITY_CHANGED: EventKind = kind("duty.visibility_changed", "调整任务是否公开")
    .holds(&[SOURCE, OF, ("to", "到"), ("reason", "原因")])
    .keeps(Keep::Words);
/// Its facts had been changed past the program, which somebody has settled since: how it stands follows from them again.
pub static RECOUNTED: EventKind = kind("duty.recounted", "按事实重算办理进度").holds(&[("duties", "任务")]);
/// An organ reported progress.
pub static NOTE_ADDED: EventKind =
    kind("duty.note_added", "报送进展").holds(&[SOURCE, SHARE, ("note", ""), ("text", "文字")]).keeps(Keep::Words);
/// Further fields were filled in.
pub static REPORTED: EventKind = kind("duty.reported", "报送任务")
    .holds(&[SOURCE, SHARE, ("fields", "办理情况"), ("pending", "待采纳")])
    .keeps(Keep::Words);
/// The office accepted what an organ filled in.
pub static EXTRA_ACCEPTED: EventKind =
    kind("duty.extra_accepted", "采纳办理情况").holds(&[SOURCE, ("fields", "办理情况")]).keeps(Keep::Words);
/// The office did not.
pub static EXTRA_DECLINED: EventKind =
    kind("duty.extra_declined", "没有采纳办理情况").holds(&[SOURCE, ("fields", "办理情况")]).keeps(Keep::Words);
/// An organ was reminded.
pub static REMINDED: EventKind = kind("duty.reminded", "提醒任务").holds(&[
    SOURCE,
    SHARE,
    ("period", "时段"),
    ("due_on", "期限"),
    ("mailed", "已发邮件"),
]);

/// All of them.
pub static ALL: [&EventKind; 16] = [
    &RECOUNTED,
    &ISSUED,
    &ASSIGNED,
    &ROLE_CHANGED,
    &RELEASED,
    &FOLDED,
    &UNFOLDED,
    &AMENDED,
    &ENDED,
    &DUE_CHANGED,
    &VISIBILITY_CHANGED,
    &NOTE_ADDED,
    &REPORTED,
    &EXTRA_ACCEPTED,
    &EXTRA_DECLINED,
    &REMINDED,
];

/// Events that concern everybody who has a share, whichever organ they name: the rest of a history is for that organ and the
/// office.
pub static SHARED: [&EventKind; 10] = [
    &ISSUED,
    &DUE_CHANGED,
    &VISIBILITY_CHANGED,
    &AMENDED,
    &ENDED,
    &ASSIGNED,
    &ROLE_CHANGED,
    &RELEASED,
    &FOLDED,
    &UNFOLDED,
];
