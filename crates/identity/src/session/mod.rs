//! Sign-in, second factor, sessions, and the page «我的账号».
//!
//! A session is 32 random bytes in the cookie and their SHA-256 in the database. It ends when idle, after an absolute time,
//! at sign-out, and when password, roles or the account itself change. Events: `session.signed_in`, `session.failed`,
//! `session.signed_out`, `session.revoked`, `account.locked`, `account.second_factor_set`, `account.second_factor_removed`,
//! `account.recovery_used`.

mod account;
mod actions;
mod layer;
mod own;
mod pages;
pub mod password;
pub mod sessions;
pub mod signin;
pub mod totp;

pub(crate) use account::{SessionRow, session_rows};
pub use layer::{attach, cookie_name};

use kernel::permission::{SIGN_IN, USE_DESK};
use web::{Listener, Routes};

/// The routes of sign-in and of the own account.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/signin", &SIGN_IN, pages::form)
        .post("/signin", &SIGN_IN, actions::sign_in)
        .get("/signin/second", &SIGN_IN, pages::second)
        .post("/signin/second", &SIGN_IN, actions::second)
        .post("/signout", &SIGN_IN, actions::sign_out)
        .post("/session/extend", &USE_DESK, actions::extend)
        .get("/account", &USE_DESK, account::overview)
        .post("/account/email", &USE_DESK, own::email)
        .get("/account/password", &USE_DESK, account::password)
        .post("/account/password", &USE_DESK, own::password)
        .get("/account/second-factor", &USE_DESK, account::second_factor)
        .post("/account/second-factor/begin", &USE_DESK, own::begin)
        .post("/account/second-factor/confirm", &USE_DESK, own::confirm)
        .post("/account/second-factor/remove", &USE_DESK, own::remove)
        .post("/account/second-factor/codes", &USE_DESK, own::codes)
        .post("/account/sessions/end", &USE_DESK, own::end_session)
        .post("/account/sessions/end-others", &USE_DESK, own::end_others)
}
