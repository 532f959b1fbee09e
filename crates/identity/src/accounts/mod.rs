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
        .weighty("/accounts/new", &MANAGE_ACCOUNTS, actions::create)
        .get("/accounts/{id}", &MANAGE_ACCOUNTS, pages::detail)
        .weighty("/accounts/{id}/edit", &MANAGE_ACCOUNTS, actions::edit)
        .weighty("/accounts/{id}/roles", &MANAGE_ACCOUNTS, actions::roles)
        .weighty("/accounts/{id}/disable", &MANAGE_ACCOUNTS, actions::disable)
        .weighty("/accounts/{id}/enable", &MANAGE_ACCOUNTS, actions::enable)
        .weighty("/accounts/{id}/unlock", &MANAGE_ACCOUNTS, actions::unlock)
        .weighty("/accounts/{id}/password", &MANAGE_ACCOUNTS, actions::password)
        .weighty("/accounts/{id}/second-factor/remove", &MANAGE_ACCOUNTS, actions::remove_second_factor)
        .weighty("/accounts/{id}/sessions/end", &MANAGE_ACCOUNTS, actions::end_sessions)
}
