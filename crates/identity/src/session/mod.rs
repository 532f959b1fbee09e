//! Sign-in, second factor, sessions.
//!
//! A session is 32 random bytes in the cookie and their SHA-256 in the database. It ends when idle, after an absolute time,
//! at sign-out, and when password, roles or the account itself change. Before something weighty the password or a code is asked
//! for again, unless it was given some minutes ago. Events: `session.signed_in`, `session.failed`,
//! `session.signed_out`, `session.revoked`, `account.locked`, `account.second_factor_set`, `account.second_factor_removed`,
//! `account.recovery_used`.

mod actions;
mod layer;
mod pages;
pub mod password;
mod prove;
pub mod sessions;
mod shown;
pub mod signin;
pub mod totp;
pub(crate) mod tries;

pub use layer::{attach, cookie_name};
pub(crate) use layer::{second_factor_required, set_cookie};
pub(crate) use prove::{Asked, asked, is_fresh};
pub(crate) use shown::{SessionRow, session_rows};
pub use totp::seal_all;

use kernel::permission::{SIGN_IN, USE_DESK};
use web::{Listener, Routes};

/// The routes of sign-in.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/signin", &SIGN_IN, pages::form)
        .post("/signin", &SIGN_IN, actions::sign_in)
        .get("/signin/second", &SIGN_IN, pages::second)
        .post("/signin/second", &SIGN_IN, actions::second)
        .post("/signout", &SIGN_IN, actions::sign_out)
        .post("/session/extend", &USE_DESK, actions::extend)
        .get("/session/prove", &USE_DESK, prove::form)
        .post("/session/prove", &USE_DESK, prove::prove)
}
