//! Accounts of members of staff: who they are, for which organ they act, which roles they hold.
//!
//! The functions here are the only way in which accounts change; the pages, the command line (`gongkai user`) and the
//! demonstration use the same ones. Events: `account.created`, `account.changed`, `account.roles_changed`,
//! `account.disabled`, `account.enabled`, `account.unlocked`, `account.password_reset`, `account.password_changed`.

mod actions;
mod model;
mod pages;
mod store;

pub(crate) use model::roles_from_db;
pub use model::{Account, AccountError, Created, NewAccount};
pub(crate) use store::counts_by_organ;
pub use store::{
    change, create, find, find_by_id, list, reset_password, set_disabled, set_password, set_roles, unlock,
};

use kernel::Action;
use web::{Listener, Routes};

/// The routes of the security administrator.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/accounts", Action::ManageAccounts, pages::list)
        .get("/accounts/new", Action::ManageAccounts, pages::new)
        .post("/accounts/new", Action::ManageAccounts, actions::create)
        .get("/accounts/{id}", Action::ManageAccounts, pages::detail)
        .post("/accounts/{id}/edit", Action::ManageAccounts, actions::edit)
        .post("/accounts/{id}/roles", Action::ManageAccounts, actions::roles)
        .post("/accounts/{id}/disable", Action::ManageAccounts, actions::disable)
        .post("/accounts/{id}/enable", Action::ManageAccounts, actions::enable)
        .post("/accounts/{id}/unlock", Action::ManageAccounts, actions::unlock)
        .post("/accounts/{id}/password", Action::ManageAccounts, actions::password)
        .post("/accounts/{id}/second-factor/remove", Action::ManageAccounts, actions::remove_second_factor)
        .post("/accounts/{id}/sessions/end", Action::ManageAccounts, actions::end_sessions)
}
