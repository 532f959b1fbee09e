//! Reading the event log: search, detail, verification of the chain, export. Nothing here can change an event.
//!
//! Events: `audit.verified`, `audit.found`, `log.settled`, `log.accept_asked`, `log.accepted`, `audit.exported`, `audit.grants_reviewed`.

mod export;
pub mod findings;
pub(crate) mod grants;
mod pages;
mod settle;
mod store;
pub(crate) mod titles;
pub mod verify;
pub mod watch;
pub(crate) mod words;

use crate::permissions::READ_AUDIT;
use web::{Listener, Routes};

/// The routes of the audit administrator.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/audit", &READ_AUDIT, pages::list)
        .get("/audit/verify", &READ_AUDIT, verify::show)
        .post("/audit/verify", &READ_AUDIT, verify::begin)
        .post("/audit/findings/{seq}", &READ_AUDIT, settle::settle)
        .get("/audit/grants", &READ_AUDIT, grants::show)
        .post("/audit/grants", &READ_AUDIT, grants::done)
        .get("/audit/export.csv", &READ_AUDIT, export::csv)
        .get("/audit/{seq}", &READ_AUDIT, pages::detail)
}
