//! Organs (机关): the register of who publishes, owns duties and signs in.
//!
//! Codes never change and rows are never deleted: a reform (机构改革) abolishes organs and names a successor, from whose day
//! on `Directory::current` leads content and duties there, while old pages stay with a notice. Events: `organ.created`,
//! `organ.changed`, `organ.renamed`, `organ.merged`, `organ.abolished`, `organ.restored`, `organ.exported`.

mod actions;
mod aliases;
mod export;
pub mod import;
mod import_pages;
mod merge;
mod model;
mod pages;
mod plan;
mod search;
mod store;

pub use aliases::organ_aliases;
pub use import::{Mode, Outcome, RowError, import_rows};
pub use model::{Draft, Record};
pub(crate) use pages::choices;
pub use search::search_source;
pub use store::{Checked, abolish, all, create, edit, get, load_directory, merge, rename, restore};

use kernel::Action;
use web::{Listener, Routes};

/// The routes of the register.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/organs", Action::ViewOrgans, pages::list)
        .get("/organs/new", Action::ManageOrgans, pages::new)
        .post("/organs/new", Action::ManageOrgans, actions::create)
        .get("/organs/merge", Action::ManageOrgans, merge::page)
        .post("/organs/merge", Action::ManageOrgans, merge::submit)
        .get("/organs/import", Action::ManageOrgans, import_pages::form)
        .upload("/organs/import", Action::ManageOrgans, import_pages::upload)
        .get("/organs/import/{id}", Action::ManageOrgans, import_pages::preview)
        .post("/organs/import/{id}", Action::ManageOrgans, import_pages::submit)
        .get("/organs/export.csv", Action::ViewOrgans, export::csv)
        .get("/organs/export.xlsx", Action::ViewOrgans, export::xlsx)
        .get("/organs/{code}", Action::ViewOrgans, pages::detail)
        .get("/organs/{code}/edit", Action::ManageOrgans, pages::edit)
        .post("/organs/{code}/edit", Action::ManageOrgans, actions::edit)
        .get("/organs/{code}/rename", Action::ManageOrgans, pages::rename)
        .post("/organs/{code}/rename", Action::ManageOrgans, actions::rename)
        .get("/organs/{code}/abolish", Action::ManageOrgans, pages::abolish)
        .post("/organs/{code}/abolish", Action::ManageOrgans, actions::abolish)
        .post("/organs/{code}/restore", Action::ManageOrgans, actions::restore)
}

/// Escapes what LIKE takes for a wildcard; the statement says `ESCAPE '\'`.
pub(crate) fn escape_like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
