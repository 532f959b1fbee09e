//! What happens to cases, as the log says it: codes, numbers and days. No event holds a word of the person or about them.

use kernel::{EventKind, Keep};

/// The subject of all these events; the id is the case's.
pub const SUBJECT: &str = "case";

const fn kind(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new(SUBJECT, name, label)
}

const CASE_KIND: (&str, &str) = ("case_kind", "办件种类");
const DUE: (&str, &str) = ("due_on", "办理期限");

/// It stands in the register.
pub static REGISTERED: EventKind = kind("case.registered", "登记办件").holds(&[
    CASE_KIND,
    ("number", "编号"),
    ("place", "登记号"),
    ("year", "年度"),
    ("channel", "收到方式"),
    ("received_on", "收到日期"),
    DUE,
    ("digest", "所收内容 SHA-256"),
    ("files", "附件数"),
    ("parties", "当事人数"),
]);
/// It was taken over from a register that was kept before, with what had happened to it.
pub static BROUGHT_IN: EventKind = kind("case.brought_in", "导入原登记簿的办件").holds(&[
    CASE_KIND,
    ("number", "编号"),
    ("place", "登记号"),
    ("year", "年度"),
    ("received_on", "收到日期"),
    ("case_to", "状态"),
    ("outcome", "结果"),
    ("on", "办结日期"),
    DUE,
    ("steps", "办理步骤数"),
    ("parties", "当事人数"),
]);
/// A step was taken.
pub static STEPPED: EventKind = kind("case.stepped", "办理办件").holds(&[
    CASE_KIND,
    ("step", "步骤"),
    ("case_from", "原状态"),
    ("case_to", "状态"),
    ("on", "日期"),
    ("outcome", "结果"),
    DUE,
    ("place", ""),
]);
/// Somebody works on it.
pub static CLAIMED: EventKind = kind("case.claimed", "领办办件").holds(&[CASE_KIND]);
/// Who worked on it does no longer.
pub static RELEASED: EventKind = kind("case.released", "放回办件").holds(&[CASE_KIND]);
/// Another organ answers now.
pub static TRANSFERRED: EventKind = kind("case.transferred", "转办办件")
    .holds(&[
        CASE_KIND,
        ("from", "原机关"),
        ("to", "机关"),
        ("reason", "原因"),
        ("consent", "接收机关同意"),
        ("year", "年度"),
        ("place", "登记号"),
    ])
    .keeps(Keep::Words);
/// The day on which it was received was entered wrong and is put right.
pub static REDATED: EventKind = kind("case.redated", "更正收到日期")
    .holds(&[CASE_KIND, ("from", "原收到日期"), ("to", "收到日期"), DUE, ("reason", "原因")])
    .keeps(Keep::Words);
/// The county office looks after it.
pub static INTERVENED: EventKind =
    kind("case.intervened", "督办办件").holds(&[CASE_KIND, ("words", "督办意见")]).keeps(Keep::Words);
/// More time is asked for.
pub static EXTENSION_ASKED: EventKind =
    kind("case.extension_asked", "申请延期").holds(&[CASE_KIND, ("units", "延长"), DUE]);
/// It is granted or refused by another person.
pub static EXTENSION_DECIDED: EventKind =
    kind("case.extension_decided", "审批延期").holds(&[CASE_KIND, ("units", "延长"), ("granted", "同意"), DUE]);
/// Somebody saw who a party is.
pub static UNMASKED: EventKind = kind("case.unmasked", "查看当事人信息")
    .holds(&[CASE_KIND, ("party", ""), ("role", "当事人"), ("reason", "理由")])
    .keeps(Keep::Words);
/// A letter was written, changed, sent back, signed, delivered or dropped.
pub static LETTER: EventKind = kind("case.letter", "办理文书").holds(&[
    CASE_KIND,
    ("letter", ""),
    ("letter_kind", "文书"),
    ("turn", "动作"),
    ("year", "年度"),
    ("place", "文号"),
    ("way", "送达方式"),
    ("on", "日期"),
    ("digest", "文件 SHA-256"),
    ("files", "附件 SHA-256"),
]);
/// A file was added.
pub static FILE_ADDED: EventKind =
    kind("case.file_added", "添加附件").holds(&[CASE_KIND, ("digest", "文件 SHA-256"), ("origin", "来源")]);
/// A file of the office is put away: it stays with the case and goes out with nothing.
pub static FILE_AWAY: EventKind = kind("case.file_away", "收起附件").holds(&[CASE_KIND, ("digest", "文件 SHA-256")]);
/// Words are proposed to be public; another person publishes them.
pub static PROPOSED: EventKind = kind("case.publication_proposed", "拟定公开的答复").holds(&[CASE_KIND]);
/// Question and answer are public, without the person.
pub static PUBLISHED: EventKind = kind("case.published", "公开办件答复").holds(&[
    CASE_KIND,
    ("question", "问题"),
    ("answer", "答复"),
    ("consent", "当事人同意"),
]);
/// They are no longer.
pub static UNPUBLISHED: EventKind =
    kind("case.unpublished", "撤回公开的办件答复").holds(&[CASE_KIND, ("reason", "原因")]).keeps(Keep::Words);
/// A new code was given to the person.
pub static CODE_RENEWED: EventKind = kind("case.code_renewed", "补发查询码").holds(&[CASE_KIND, ("way", "方式")]);
/// The key is destroyed: nobody can read any more who it was and what they wrote.
pub static ERASED: EventKind = kind("case.erased", "删除当事人信息")
    .holds(&[CASE_KIND, ("why", "依据"), ("reason", "理由"), ("files", "附件数")])
    .keeps(Keep::Words);

/// All of them, for the capability.
pub static ALL: [&EventKind; 19] = [
    &REGISTERED,
    &BROUGHT_IN,
    &STEPPED,
    &CLAIMED,
    &RELEASED,
    &TRANSFERRED,
    &REDATED,
    &INTERVENED,
    &EXTENSION_ASKED,
    &EXTENSION_DECIDED,
    &UNMASKED,
    &LETTER,
    &FILE_ADDED,
    &FILE_AWAY,
    &PROPOSED,
    &PUBLISHED,
    &UNPUBLISHED,
    &CODE_RENEWED,
    &ERASED,
];
