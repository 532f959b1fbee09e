//! A request that several organs handle (联合办理): the lead organ, which received it, asks those that made the information with
//! it for their opinion, each with its clock (条例 Art. 34), and hands a request over when the other organ consents. Who asked for
//! the information is known to the lead organ alone.

pub(super) mod asking;
mod pages;
mod store;
mod work;

use std::sync::Arc;

use case::permissions::{DECIDE_CASES, HANDLE_CASES};
use kernel::Permission;
use web::{Listener, Routes, hooks::DeskSource};

/// The routes of the office.
pub(super) fn office() -> Routes {
    Routes::new(Listener::Office)
        .get("/foi/cases/{id}/joint", &DECIDE_CASES, asking::joint)
        .weighty("/foi/cases/{id}/joint", &DECIDE_CASES, asking::ask)
        .get("/foi/cases/{id}/hand-over", &DECIDE_CASES, asking::hand_over)
        .weighty("/foi/cases/{id}/hand-over", &DECIDE_CASES, asking::ask_hand_over)
        .get("/foi/joint/{id}", &HANDLE_CASES, pages::page)
        .weighty("/foi/joint/{id}", &HANDLE_CASES, pages::answer)
}

/// What whoever answers must be allowed to: an opinion is a matter of whoever handles cases, to take a request over of who
/// decides.
fn permission(sort: store::Sort) -> &'static Permission {
    match sort {
        store::Sort::Opinion => &HANDLE_CASES,
        store::Sort::HandOver => &DECIDE_CASES,
    }
}

/// What of the work list belongs here.
pub(super) fn desk() -> Arc<dyn DeskSource> {
    Arc::new(work::Work)
}
