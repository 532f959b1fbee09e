//! Accounts of members of staff: who they are, for which organ they act, which roles they hold.
//!
//! The functions here are the only way in which accounts change; the pages, the command line (`gongkai user`) and the
//! demonstration use the same ones. Events: `account.created`, `account.changed`, `account.roles_changed`,
//! `account.disabled`, `account.enabled`, `account.unlocked`, `account.password_reset`, `account.password_changed`.

mod actions;
pub mod import;
mod import_pages;
mod model;
mod pages;
mod recipients;
mod store;

pub use model::{Account, AccountError, Created, NewAccount};
pub(crate) use recipients::recipients;
pub use store::{
    change, count, create, find, find_by_id, had_password, list, remove_second_factor, reset_password, set_disabled,
    set_password, set_roles, unlock,
};

use crate::permissions::MANAGE_ACCOUNTS;
use web::{Listener, Routes};

/// The routes of the security administrator.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/accounts", &MANAGE_ACCOUNTS, pages::list)
        .get("/accounts/import", &MANAGE_ACCOUNTS, import_pages::form)
        .upload("/accounts/import", &MANAGE_ACCOUNTS, import_pages::upload)
        .get("/accounts/template.csv", &MANAGE_ACCOUNTS, import_pages::template)
        .get("/accounts/export.csv", &MANAGE_ACCOUNTS, import_pages::export)
        .get("/accounts/new", &MANAGE_ACCOUNTS, pages::new)
        .post("/accounts/new", &MANAGE_ACCOUNTS, actions::create)
        .get("/accounts/{id}", &MANAGE_ACCOUNTS, pages::detail)
        .post("/accounts/{id}/edit", &MANAGE_ACCOUNTS, actions::edit)
        .post("/accounts/{id}/roles", &MANAGE_ACCOUNTS, actions::roles)
        .post("/accounts/{id}/disable", &MANAGE_ACCOUNTS, actions::disable)
        .post("/accounts/{id}/enable", &MANAGE_ACCOUNTS, actions::enable)
        .post("/accounts/{id}/unlock", &MANAGE_ACCOUNTS, actions::unlock)
        .post("/accounts/{id}/password", &MANAGE_ACCOUNTS, actions::password)
        .post("/accounts/{id}/second-factor/remove", &MANAGE_ACCOUNTS, actions::remove_second_factor)
        .post("/accounts/{id}/sessions/end", &MANAGE_ACCOUNTS, actions::end_sessions)
}
