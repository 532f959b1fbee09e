//! Programs that hand data over to the county's organs, each by a key of its own (接口密钥).
//!
//! A key is 32 random bytes behind `gk_`, shown once when it is made, and their SHA-256 in the database, as sessions are kept. It
//! belongs to one organ, reaches some items of the catalogue or all of them, ends after a year at the latest, and is revoked at
//! once. Whoever holds it is [`kernel::Actor::Program`]: no person, without a role. Made, exchanged and revoked by the security
//! administrator, seen by the audit administrator. Events: `program.made`, `program.renewed`, `program.revoked`,
//! `program.refused`.

mod actions;
mod layer;
mod model;
mod pages;
mod store;

pub(crate) use layer::{Turns, answer};
pub use model::{NewProgram, Shown};
pub use store::make;

use crate::permissions::MANAGE_PROGRAMS;
use web::{Listener, Routes};

/// The routes of the security administrator.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/accounts/programs", &MANAGE_PROGRAMS, pages::list)
        .get("/accounts/programs/new", &MANAGE_PROGRAMS, pages::new)
        .weighty("/accounts/programs/new", &MANAGE_PROGRAMS, actions::make)
        .get("/accounts/programs/{id}", &MANAGE_PROGRAMS, pages::detail)
        .weighty("/accounts/programs/{id}/renew", &MANAGE_PROGRAMS, actions::renew)
        .weighty("/accounts/programs/{id}/revoke", &MANAGE_PROGRAMS, actions::revoke)
}
