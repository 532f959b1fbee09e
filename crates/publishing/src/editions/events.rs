//! What the review and the publication of an edition leave in the log; submission, recall and publication itself are told by the
//! document machine.

use kernel::{EventKind, Keep};
use review::events::{HOW, STOOD_FOR, STOOD_FOR_ACCOUNT, TICKED, UNTICKED};

const EDITION_KEYS: (&str, &str) = ("edition", "版本");
const NUMBER: (&str, &str) = ("number", "第几版");
const GATE: (&str, &str) = ("gate", "关口");
const REASON: (&str, &str) = ("reason", "理由");

/// A reviewer has taken it.
pub static CLAIMED: EventKind = EventKind::new("document", "document.claimed", "领取审核").holds(&[
    EDITION_KEYS,
    NUMBER,
    GATE,
    STOOD_FOR,
    STOOD_FOR_ACCOUNT,
]);
/// A reviewer has given it back.
pub static RELEASED: EventKind = EventKind::new("document", "document.released", "放回审核").holds(&[
    EDITION_KEYS,
    NUMBER,
    GATE,
    STOOD_FOR,
    STOOD_FOR_ACCOUNT,
]);
/// A gate was passed.
pub static GATE_PASSED: EventKind = EventKind::new("document", "document.gate_passed", "审核通过")
    .holds(&[
        EDITION_KEYS,
        NUMBER,
        ("fields", ""),
        GATE,
        ("opinion", "审核意见"),
        TICKED,
        STOOD_FOR,
        STOOD_FOR_ACCOUNT,
        HOW,
    ])
    .keeps(Keep::Words);
/// Back with its author.
pub static RETURNED: EventKind = EventKind::new("document", "document.returned", "审核退回")
    .holds(&[EDITION_KEYS, NUMBER, GATE, REASON, TICKED, UNTICKED, STOOD_FOR, STOOD_FOR_ACCOUNT, HOW])
    .keeps(Keep::Words);
/// Public past the gates that were left.
pub static BYPASSED: EventKind = EventKind::new("document", "document.bypassed", "紧急发布")
    .holds(&[EDITION_KEYS, NUMBER, ("fields", ""), REASON, ("from", "原状态")])
    .keeps(Keep::Words);
/// Another person has looked at it afterwards.
pub static BYPASS_REVIEWED: EventKind = EventKind::new("document", "document.bypass_reviewed", "复核紧急发布")
    .holds(&[EDITION_KEYS, NUMBER, ("note", "复核意见")])
    .keeps(Keep::Words);
/// A finding was let through.
pub static OVERRIDDEN: EventKind = EventKind::new("document", "finding.overridden", "放行检查发现的问题")
    .holds(&[EDITION_KEYS, NUMBER, ("rule", "规则"), ("digest", ""), ("place", "位置"), ("excerpt", "内容"), REASON])
    .keeps(Keep::Words);

/// It came due, and the log does not tell of what must have led to it.
pub static PUBLICATION_REFUSED: EventKind = EventKind::new("document", "document.publication_refused", "到时未予发布")
    .holds(&[EDITION_KEYS, NUMBER, ("why", "原因")]);
