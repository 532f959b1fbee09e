//! Reading the event log: search, detail, verification of the chain, export. Nothing here can change an event.
//!
//! Events: `audit.verified`, `audit.exported`.

mod pages;
mod store;
pub(crate) mod words;

use kernel::Action;
use web::{Listener, Routes};

/// The routes of the audit administrator.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/audit", Action::ReadAudit, pages::list)
        .post("/audit/verify", Action::ReadAudit, pages::verify)
        .get("/audit/export.csv", Action::ReadAudit, pages::export)
        .get("/audit/{seq}", Action::ReadAudit, pages::detail)
}
