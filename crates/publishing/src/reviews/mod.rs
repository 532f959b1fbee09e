//! The review desk: what waits at the gates, one edition to decide on, and emergency publications to look at again.

mod actions;
mod diff;
mod pages;

use kernel::Action;
use web::{Listener, Routes};

/// The office pages of this slice.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/reviews", Action::ViewDocuments, pages::list)
        .get("/reviews/{edition}", Action::ViewDocuments, pages::review)
        .post("/reviews/{edition}/claim", Action::ViewDocuments, actions::claim)
        .post("/reviews/{edition}/release", Action::ViewDocuments, actions::release)
        .post("/reviews/{edition}/approve", Action::ViewDocuments, actions::approve)
        .post("/reviews/{edition}/return", Action::ViewDocuments, actions::send_back)
        .post("/reviews/{edition}/findings", Action::OverrideFinding, actions::let_through)
        .get("/bypasses", Action::BypassGates, pages::bypasses)
        .post("/bypasses/{edition}/review", Action::BypassGates, actions::review_bypass)
}
