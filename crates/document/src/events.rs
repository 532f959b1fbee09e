//! What happens to a document, as the log keeps it.
//!
//! What becomes public is committed to field by field: `fields` holds the SHA-256 of every public field and file, so that a
//! proof names what was changed. Those payloads hold digests and numbers alone and are kept for ever; whatever holds words of
//! a person may be erased.

use kernel::event::{EventKind, Keep};

/// A document with its first draft.
pub static CREATED: EventKind = EventKind::new("document", "document.created", "新建文件")
    .holds(&[("title", "标题"), ("kind", "类型"), ("column", "栏目")])
    .keeps(Keep::Words);
/// Into the review.
pub static SUBMITTED: EventKind = EventKind::new("document", "document.submitted", "提交审核")
    .holds(&[("edition", "版本"), ("number", "第几版"), ("title", "标题"), ("fields", ""), ("authors", "")])
    .keeps(Keep::Words);
/// Taken back by an author, or its schedule stopped.
pub static RECALLED: EventKind = EventKind::new("document", "document.recalled", "撤回送审").holds(&[
    ("edition", "版本"),
    ("number", "第几版"),
    ("from", "从"),
]);
/// Passed its review, waits for its moment.
pub static SCHEDULED: EventKind =
    EventKind::new("document", "document.scheduled", "定时发布").holds(&[("edition", "版本"), ("at", "时间")]);
/// Public for the first time.
pub static PUBLISHED: EventKind = EventKind::new("document", "document.published", "发布").holds(PUBLIC);
/// A later edition has become public.
pub static CORRECTED: EventKind = EventKind::new("document", "document.corrected", "更正").holds(PUBLIC);
/// A later edition has taken its place.
pub static SUPERSEDED: EventKind = EventKind::new("document", "document.superseded", "被新版替代").holds(&[
    ("edition", "版本"),
    ("number", "第几版"),
    ("by", ""),
]);
/// A copy of what is public is being corrected.
pub static CORRECTION_BEGUN: EventKind = EventKind::new("document", "document.correction_begun", "开始更正").holds(&[
    ("edition", "版本"),
    ("number", "第几版"),
    ("base", ""),
]);
/// No longer public.
pub static WITHDRAWN: EventKind = EventKind::new("document", "document.withdrawn", "撤回")
    .holds(&[("edition", "版本"), ("number", "第几版"), ("reason", "原因"), ("notice", "告知读者")])
    .keeps(Keep::Words);
/// The last day of its validity has gone by: lists and search show it as lapsed from now on.
pub static LAPSED: EventKind = EventKind::new("document", "document.lapsed", "有效期届满")
    .holds(&[("edition", "版本"), ("expires_on", "有效期至")]);
/// Its first day has come, or is still to come: lists and search show its validity as of that day from now on.
pub static VALIDITY_TURNED: EventKind = EventKind::new("document", "document.validity_turned", "有效性随日期变化")
    .holds(&[("edition", "版本"), ("effective_on", "施行日期"), ("validity", "有效性")]);
/// Somebody asks that the words and files of what was withdrawn be erased.
pub static ERASURE_ASKED: EventKind = EventKind::new("document", "document.erasure_asked", "申请清除原文")
    .holds(&[("basis", "依据"), ("reason", "原因")])
    .keeps(Keep::Words);
/// The request was taken back, or another person did not agree.
pub static ERASURE_STOPPED: EventKind = EventKind::new("document", "document.erasure_stopped", "撤销清除申请");
/// Another person agreed: words and files are gone.
pub static ERASED: EventKind = EventKind::new("document", "document.erased", "清除原文").holds(&[
    ("basis", "依据"),
    ("asked_by", "申请人"),
    ("editions", "版本数"),
    ("files", "附件数"),
    ("records", "清除内容的记录数"),
    ("said", ""),
]);
/// A draft into the bin.
pub static BINNED: EventKind = EventKind::new("document", "document.binned", "移入回收站")
    .holds(&[("edition", "版本"), ("number", "第几版"), ("title", "标题")])
    .keeps(Keep::Words);
/// Out of the bin again.
pub static RESTORED: EventKind =
    EventKind::new("document", "document.restored", "从回收站恢复").holds(&[("edition", "版本"), ("number", "第几版")]);
/// The bin's time is over.
pub static PURGED: EventKind =
    EventKind::new("document", "document.purged", "彻底删除草稿").holds(&[("edition", "版本")]);
/// A file added to a draft, or put in the place of another (`replaces`: SHA-256 of that) under the same address.
pub static FILE_ADDED: EventKind =
    EventKind::new("document", "document.file_added", "添加附件").holds(FILE_NOW).keeps(Keep::Words);
/// A file taken off a draft.
pub static FILE_REMOVED: EventKind =
    EventKind::new("document", "document.file_removed", "移除附件").holds(FILE).keeps(Keep::Words);
/// A file renamed or moved among the others.
pub static FILE_ARRANGED: EventKind = EventKind::new("document", "document.file_arranged", "调整附件")
    .holds(&[("edition", "版本"), ("file", "附件"), ("title", "标题"), ("moved", "")])
    .keeps(Keep::Words);
/// Put in by the program: from an old site, for the demonstration.
pub static SEEDED: EventKind = EventKind::new("document", "document.seeded", "装入文件").holds(&[
    ("edition", "版本"),
    ("number", "第几版"),
    ("state", "状态"),
    ("published_at", "时间"),
    ("index_number", "索引号"),
    ("fields", ""),
]);

const PUBLIC: &[(&str, &str)] =
    &[("edition", "版本"), ("number", "第几版"), ("index_number", "索引号"), ("fields", "")];
const FILE: &[(&str, &str)] =
    &[("edition", "版本"), ("file", "附件"), ("name", "名称"), ("digest", ""), ("parts", ""), ("small", "")];
const FILE_NOW: &[(&str, &str)] = &[
    ("edition", "版本"),
    ("file", "附件"),
    ("name", "名称"),
    ("digest", ""),
    ("parts", ""),
    ("small", ""),
    ("replaces", ""),
    ("masked", ""),
];

/// All of them, for the capability.
pub static ALL: [&EventKind; 21] = [
    &CREATED,
    &SUBMITTED,
    &RECALLED,
    &SCHEDULED,
    &PUBLISHED,
    &CORRECTED,
    &SUPERSEDED,
    &CORRECTION_BEGUN,
    &WITHDRAWN,
    &LAPSED,
    &VALIDITY_TURNED,
    &ERASURE_ASKED,
    &ERASURE_STOPPED,
    &ERASED,
    &BINNED,
    &RESTORED,
    &PURGED,
    &FILE_ADDED,
    &FILE_REMOVED,
    &FILE_ARRANGED,
    &SEEDED,
];
