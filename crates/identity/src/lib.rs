//! Organs, accounts and roles, sign-in with a second factor, sessions, the working-day calendar, reading the audit trail.
//!
//! What others use: [`routes`], [`session::attach`] (puts the [`kernel::Actor`] into every office request),
//! [`load_directory`] and [`load_calendar`] at start, [`accounts`] and [`organs`] for the command line and for filling a
//! demonstration, [`search_source`].

pub mod accounts;
pub mod audit;
pub mod calendar;
pub mod organs;
pub mod permissions;
pub mod session;

pub use calendar::load_calendar;
pub use organs::{load_directory, organ_aliases, search_source};
pub use permissions::permissions_markdown;

/// All routes of this context; they belong to the office.
pub fn routes() -> web::Routes {
    organs::routes()
        .merge(accounts::routes())
        .merge(session::routes())
        .merge(audit::routes())
        .merge(permissions::routes())
        .merge(calendar::routes())
}
