//! The page «我的账号»: what a person does with the own account. It stands above accounts and sessions and is asked by neither.
//!
//! Events: `account.second_factor_set`, `account.second_factor_removed`, `account.recovery_renewed`.

mod actions;
mod pages;
mod store;

use kernel::permission::USE_DESK;
use web::{Listener, Routes};

/// The routes of the own account.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/account", &USE_DESK, pages::overview)
        .post("/account/email", &USE_DESK, actions::email)
        .get("/account/password", &USE_DESK, pages::password)
        .post("/account/password", &USE_DESK, actions::password)
        .get("/account/second-factor", &USE_DESK, pages::second_factor)
        .post("/account/second-factor/begin", &USE_DESK, actions::begin)
        .post("/account/second-factor/confirm", &USE_DESK, actions::confirm)
        .post("/account/second-factor/remove", &USE_DESK, actions::remove)
        .post("/account/second-factor/codes", &USE_DESK, actions::codes)
        .post("/account/sessions/end", &USE_DESK, actions::end_session)
        .post("/account/sessions/end-others", &USE_DESK, actions::end_others)
}
