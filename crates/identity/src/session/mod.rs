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

use kernel::Action;
use web::{Listener, Routes};

/// The routes of sign-in and of the own account.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/signin", Action::SignIn, pages::form)
        .post("/signin", Action::SignIn, actions::sign_in)
        .get("/signin/second", Action::SignIn, pages::second)
        .post("/signin/second", Action::SignIn, actions::second)
        .post("/signout", Action::SignIn, actions::sign_out)
        .post("/session/extend", Action::UseDesk, actions::extend)
        .get("/account", Action::UseDesk, account::overview)
        .post("/account/email", Action::UseDesk, own::email)
        .get("/account/password", Action::UseDesk, account::password)
        .post("/account/password", Action::UseDesk, own::password)
        .get("/account/second-factor", Action::UseDesk, account::second_factor)
        .post("/account/second-factor/begin", Action::UseDesk, own::begin)
        .post("/account/second-factor/confirm", Action::UseDesk, own::confirm)
        .post("/account/second-factor/remove", Action::UseDesk, own::remove)
        .post("/account/second-factor/codes", Action::UseDesk, own::codes)
        .post("/account/sessions/end", Action::UseDesk, own::end_session)
        .post("/account/sessions/end-others", Action::UseDesk, own::end_others)
}
