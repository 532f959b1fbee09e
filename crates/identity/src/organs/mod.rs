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
mod uploads;

pub use aliases::organ_aliases;
pub use import::{Mode, Outcome, RowError, import_rows};
pub(crate) use import_pages::received_table;
pub use model::{Draft, Record};
pub use search::search_source;
pub use store::{Checked, abolish, all, create, edit, get, load_directory, merge, rename, restore};

use crate::permissions::{MANAGE_ORGANS, VIEW_ORGANS};
use web::{Listener, Routes};

/// The routes of the register.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/organs", &VIEW_ORGANS, pages::list)
        .get("/organs/new", &MANAGE_ORGANS, pages::new)
        .post("/organs/new", &MANAGE_ORGANS, actions::create)
        .get("/organs/merge", &MANAGE_ORGANS, merge::page)
        .weighty("/organs/merge", &MANAGE_ORGANS, merge::submit)
        .get("/organs/template.xlsx", &MANAGE_ORGANS, import_pages::template)
        .get("/organs/import", &MANAGE_ORGANS, import_pages::form)
        .upload("/organs/import", &MANAGE_ORGANS, import_pages::upload)
        .get("/organs/import/{id}", &MANAGE_ORGANS, import_pages::preview)
        .post("/organs/import/{id}", &MANAGE_ORGANS, import_pages::submit)
        .get("/organs/export.csv", &VIEW_ORGANS, export::csv)
        .get("/organs/export.xlsx", &VIEW_ORGANS, export::xlsx)
        .get("/organs/{code}", &VIEW_ORGANS, pages::detail)
        .get("/organs/{code}/edit", &MANAGE_ORGANS, pages::edit)
        .post("/organs/{code}/edit", &MANAGE_ORGANS, actions::edit)
        .get("/organs/{code}/rename", &MANAGE_ORGANS, pages::rename)
        .post("/organs/{code}/rename", &MANAGE_ORGANS, actions::rename)
        .get("/organs/{code}/abolish", &MANAGE_ORGANS, pages::abolish)
        .weighty("/organs/{code}/abolish", &MANAGE_ORGANS, actions::abolish)
        .post("/organs/{code}/restore", &MANAGE_ORGANS, actions::restore)
}
