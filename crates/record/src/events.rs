//! What happens to batches and records, as the log says it. No event holds a value of a record.

use kernel::{EventKind, Keep};
use review::events::{HOW, STOOD_FOR, STOOD_FOR_ACCOUNT, Said, TICKED, UNTICKED};

/// Subject of the events of a batch; the id is the batch's.
pub const BATCH: &str = "record_batch";
/// Subject of the events of one record; the id is the record's.
pub const RECORD: &str = "record";

const fn kind(name: &'static str, label: &'static str) -> EventKind {
    EventKind::new(BATCH, name, label)
}

const ITEM: (&str, &str) = ("item", "目录事项");
const ROWS: (&str, &str) = ("rows", "记录数");
const DIGEST: (&str, &str) = ("digest", "记录内容 SHA-256");
const GATE: (&str, &str) = ("gate", "关口");
const REASON: (&str, &str) = ("reason", "理由");

/// A batch was entered.
pub static ENTERED: EventKind = kind("record_batch.entered", "录入数据").holds(&[
    ITEM,
    ("way", "方式"),
    ("what", "用途"),
    ROWS,
    ("doubtful", "待核定"),
    DIGEST,
    ("source", "文件 SHA-256"),
]);
/// Rows of a batch that is not public were added, changed or removed.
pub static CHANGED: EventKind =
    kind("record_batch.changed", "修改数据").holds(&[ITEM, ROWS, DIGEST, ("turn", "动作"), ("number", "行")]);
/// It was given up before it was public.
pub static DROPPED: EventKind = kind("record_batch.dropped", "作废数据").holds(&[ITEM, ROWS]);
/// It is public from now on.
pub static PUBLISHED: EventKind = kind("record_batch.published", "公开数据").holds(&[
    ITEM,
    ("what", "用途"),
    ROWS,
    DIGEST,
    ("replaced", "更正记录数"),
]);
/// The time of its records is over; their data are erased.
pub static EXPIRED: EventKind = kind("record_batch.expired", "公示期满，删除数据").holds(&[ITEM, ROWS, ("on", "日期")]);
/// Rows of it that were public are sealed: their records are about minors, or should not have been shown so.
pub static SEALED: EventKind =
    kind("record_batch.sealed", "封存更正前的内容").holds(&[ITEM, ROWS, ("batch", "更正批次")]);
/// A doubtful row was settled.
pub static SETTLED: EventKind = kind("record_batch.settled", "核定存疑数据").holds(&[
    ITEM,
    ("number", "行"),
    ("verdict", "结论"),
    ("from", "原批次"),
]);
/// What the catalogue closed is covered in rows of it, which it shows no more.
pub static COVERED: EventKind = kind("record_batch.covered", "按目录遮盖已有数据").holds(&[ITEM, ROWS, DIGEST]);
static OPENED: EventKind = kind("record_batch.submitted", "提交数据审核").holds(&[ITEM, ROWS, DIGEST]);
static CLAIMED: EventKind =
    kind("record_batch.claimed", "领取数据审核").holds(&[ITEM, ROWS, GATE, STOOD_FOR, STOOD_FOR_ACCOUNT]);
static RELEASED: EventKind =
    kind("record_batch.released", "放回数据审核").holds(&[ITEM, ROWS, GATE, STOOD_FOR, STOOD_FOR_ACCOUNT]);
static PASSED: EventKind = kind("record_batch.gate_passed", "数据审核通过")
    .holds(&[ITEM, ROWS, DIGEST, GATE, ("opinion", "审核意见"), TICKED, UNTICKED, STOOD_FOR, STOOD_FOR_ACCOUNT, HOW])
    .keeps(Keep::Words);
static RETURNED: EventKind = kind("record_batch.returned", "退回数据")
    .holds(&[ITEM, ROWS, GATE, REASON, TICKED, UNTICKED, STOOD_FOR, STOOD_FOR_ACCOUNT, HOW])
    .keeps(Keep::Words);
static RECALLED: EventKind = kind("record_batch.recalled", "收回数据").holds(&[ITEM, ROWS, ("from", "原状态")]);
static EXCEPTED: EventKind = kind("record_batch.bypassed", "紧急公开数据")
    .holds(&[ITEM, ROWS, DIGEST, REASON, ("from", "原状态")])
    .keeps(Keep::Words);
static EXCEPTION_REVIEWED: EventKind =
    kind("record_batch.bypass_reviewed", "复核紧急公开").holds(&[ITEM, ROWS, ("note", "意见")]).keeps(Keep::Words);
static LET_THROUGH: EventKind = kind("record_batch.finding_overridden", "放行检查发现的问题")
    .holds(&[ITEM, ROWS, ("rule", "规则"), ("digest", ""), ("place", "位置"), REASON])
    .keeps(Keep::Words);

/// With which kinds the review of a batch is told.
pub static SAID: Said = Said {
    opened: Some(&OPENED),
    claimed: &CLAIMED,
    released: &RELEASED,
    passed: &PASSED,
    returned: &RETURNED,
    recalled: Some(&RECALLED),
    excepted: &EXCEPTED,
    exception_reviewed: &EXCEPTION_REVIEWED,
    let_through: &LET_THROUGH,
};

/// A record was taken away.
pub static WITHDRAWN: EventKind = EventKind::new("record", "record.withdrawn", "撤下记录")
    .holds(&[
        ITEM,
        ("withdrawal", ""),
        ("why", "原因"),
        ("words", "说明"),
        ("decided_on", "决定日期"),
        ("due_on", "期限"),
        ("version", "版本"),
    ])
    .keeps(Keep::Words);
/// Somebody wants it to be public again; another person decides.
pub static WANTED_BACK: EventKind = EventKind::new("record", "record.wanted_back", "提请恢复公开记录")
    .holds(&[ITEM, ("withdrawal", ""), REASON, ("version", "版本")])
    .keeps(Keep::Words);
/// Another person decided that it stays away, or who asked for it to come back does so no more.
pub static KEPT_AWAY: EventKind = EventKind::new("record", "record.kept_away", "不恢复公开记录")
    .holds(&[ITEM, ("withdrawal", ""), REASON, ("version", "版本")])
    .keeps(Keep::Words);
/// It is public again.
pub static RESTORED: EventKind = EventKind::new("record", "record.restored", "恢复公开记录")
    .holds(&[ITEM, ("withdrawal", ""), REASON, ("version", "版本")])
    .keeps(Keep::Words);
/// Somebody saw what of a record is never public.
pub static UNMASKED: EventKind = EventKind::new("record", "record.unmasked", "查看不公开的内容")
    .holds(&[ITEM, ("version", "版本"), REASON])
    .keeps(Keep::Words);

/// After which readers see other records than before: what is counted, spread and drawn of tables follows these, and stands while
/// batches are written, claimed and reviewed.
pub static SHOWN: [&EventKind; 6] = [&PUBLISHED, &EXPIRED, &SEALED, &COVERED, &WITHDRAWN, &RESTORED];

/// All of them, for the capability.
pub fn all() -> Vec<&'static EventKind> {
    let own = [
        &ENTERED,
        &CHANGED,
        &DROPPED,
        &PUBLISHED,
        &EXPIRED,
        &SEALED,
        &COVERED,
        &SETTLED,
        &WITHDRAWN,
        &WANTED_BACK,
        &KEPT_AWAY,
        &RESTORED,
        &UNMASKED,
    ];
    own.into_iter().chain(SAID.all()).collect()
}
