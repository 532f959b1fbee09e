//! The review desk: what waits at the gates, one edition to decide on, and emergency publications to look at again.

mod actions;
mod bulk;
mod commenting;
mod decision;
mod link;
mod one;
mod pages;
pub(crate) mod release;
mod strip;

use document::permissions::VIEW_DOCUMENTS;
use review::permissions::{OVERRIDE_FINDING, REVIEW_EXCEPTIONS, SEND_LINKS};
use web::{Listener, Routes};

/// The office pages of this slice.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/reviews", &VIEW_DOCUMENTS, pages::list)
        .weighty("/reviews/{edition}/link", &SEND_LINKS, link::send)
        .get("/decide", &VIEW_DOCUMENTS, link::open)
        .weighty("/decide", &VIEW_DOCUMENTS, link::decide)
        .get("/reviews/bulk", &VIEW_DOCUMENTS, bulk::list)
        .weighty("/reviews/bulk", &VIEW_DOCUMENTS, bulk::pass)
        .get("/reviews/{edition}", &VIEW_DOCUMENTS, one::review)
        .post("/reviews/{edition}/claim", &VIEW_DOCUMENTS, actions::claim)
        .post("/reviews/{edition}/release", &VIEW_DOCUMENTS, actions::release)
        .weighty("/reviews/{edition}/approve", &VIEW_DOCUMENTS, actions::approve)
        .weighty("/reviews/{edition}/return", &VIEW_DOCUMENTS, actions::send_back)
        .post("/reviews/{edition}/comments", &VIEW_DOCUMENTS, commenting::add)
        .post("/reviews/{edition}/comments/{comment}", &VIEW_DOCUMENTS, commenting::turn)
        .weighty("/reviews/{edition}/findings", &OVERRIDE_FINDING, actions::let_through)
        .get("/bypasses", &REVIEW_EXCEPTIONS, pages::bypasses)
        .weighty("/bypasses/{edition}/review", &REVIEW_EXCEPTIONS, actions::review_bypass)
}
