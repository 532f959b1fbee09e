//! Clean-ups of normative documents (立改废清理): the office opens a round over part of the ledger, each organ proposes for each of
//! its documents what becomes of it, the office decides and confirms, and the result is published like any other document.
//!
//! The published text says what was confirmed ([`agrees`]); what it says of a document works from its publication on and as long as
//! it is public: it stands in [`document::references`], so that pages, lists and search follow, and a withdrawal takes it back.

mod actions;
mod agrees;
mod demo;
mod follow;
mod model;
mod pages;
mod result;
mod rows;
mod store;

use ::store::Sealed;
use kernel::{EventKind, event::Keep};
use web::{Listener, Routes};

pub use model::Answer;
pub use rows::RoundId;

pub(super) use agrees::Agreeing;
pub(super) use demo::scenes;
pub(super) use follow::{follower, remind};
pub(super) use rows::{idle, late_organs, owed};

use super::{ANSWER_CLEAN_UP, RUN_CLEAN_UP, VIEW_LEDGER};

/// Subject of the events, and the lock of whoever decides by what a round holds.
pub(super) const SUBJECT: &str = "clean_up";

/// Key of the kind of document that announces a result: a notice, which makes no new rule and owes no interpretation.
const ANNOUNCEMENT: &str = "notice";

static OPENED: EventKind = EventKind::new(SUBJECT, "clean_up.opened", "开始清理")
    .holds(&[
        ("title", "名称"),
        ("organ", "机关"),
        ("until_on", "成文日期截至"),
        ("due_on", "期限"),
        ("documents", "件数"),
        ("note", "说明"),
    ])
    .keeps(Keep::Words);
static ANSWERED: EventKind = EventKind::new(SUBJECT, "clean_up.answered", "提出清理意见")
    .holds(&[("document", "文件"), ("answer", "意见"), ("reason", "理由")])
    .keeps(Keep::Words);
static DECIDED: EventKind = EventKind::new(SUBJECT, "clean_up.decided", "审定清理意见")
    .holds(&[("document", "文件"), ("decision", "审定"), ("note", "说明")])
    .keeps(Keep::Words);
static CONFIRMED: EventKind = EventKind::new(SUBJECT, "clean_up.confirmed", "确认清理结果").holds(&[
    ("result", "结果"),
    ("keep", "继续有效"),
    ("amend", "拟修改"),
    ("repeal", "废止"),
    ("lapse", "宣布失效"),
]);
static CANCELLED: EventKind =
    EventKind::new(SUBJECT, "clean_up.cancelled", "取消清理").holds(&[("reason", "理由")]).keeps(Keep::Words);
static APPLIED: EventKind =
    EventKind::new(SUBJECT, "clean_up.applied", "清理结果生效").holds(&[("result", "结果"), ("documents", "件数")]);

/// All of them, for the capability.
pub(super) static EVENTS: [&EventKind; 6] = [&OPENED, &ANSWERED, &DECIDED, &CONFIRMED, &CANCELLED, &APPLIED];

/// What the log seals: what was proposed and decided ends documents.
pub(super) fn sealed() -> Sealed {
    Sealed::each(SUBJECT, "规范性文件清理", "SELECT id FROM clean_up", "SELECT title FROM clean_up WHERE id = $1")
        .part(
            "clean_up/1",
            "名称、范围、期限或状态",
            "SELECT id, title, organ, until_on, due_on, note, state, result_document, opened_by, ended_by, reason \
             FROM clean_up WHERE id = $1",
        )
        .part(
            "clean_up_item/1",
            "清理意见和审定",
            "SELECT document_id, organ, answer, reason, answered_by, decision, decided_note, decided_by FROM clean_up_item \
             WHERE clean_up = $1",
        )
}

pub(super) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/clean-ups", &VIEW_LEDGER, pages::list)
        .get("/clean-ups/new", &RUN_CLEAN_UP, pages::new)
        .weighty("/clean-ups/new", &RUN_CLEAN_UP, actions::open)
        .get("/clean-ups/{id}", &VIEW_LEDGER, pages::one)
        .get("/clean-ups/{id}/export.xlsx", &VIEW_LEDGER, pages::export)
        .post("/clean-ups/{id}/keep", &ANSWER_CLEAN_UP, actions::keep)
        .weighty("/clean-ups/{id}/confirm", &RUN_CLEAN_UP, actions::confirm)
        .weighty("/clean-ups/{id}/cancel", &RUN_CLEAN_UP, actions::cancel)
        .get("/clean-ups/{id}/items/{document}", &VIEW_LEDGER, pages::item)
        .post("/clean-ups/{id}/items/{document}", &ANSWER_CLEAN_UP, actions::answer)
        .weighty("/clean-ups/{id}/items/{document}/decide", &RUN_CLEAN_UP, actions::decide)
}
