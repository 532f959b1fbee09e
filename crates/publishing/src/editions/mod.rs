//! Documents and their editions: writing, review, publication, correction, withdrawal.
//!
//! Events (subject kind `document`): `document.created`, `.submitted`, `.claimed`, `.released`, `.gate_passed`, `.returned`,
//! `.recalled`, `.scheduled`, `.published`, `.superseded`, `.correction_begun`, `.corrected`, `.withdrawn`, `.bypassed`,
//! `.bypass_reviewed`, `.binned`, `.restored`, `.purged`, `.file_added`, `.file_removed`, `.file_arranged`, `.seeded`;
//! `finding.overridden`.

mod actions;
pub mod attachments;
pub mod checks;
pub mod deciding;
mod edit;
pub mod fields;
mod list;
pub mod model;
pub(crate) mod show;
pub mod store;
pub mod writing;

use kernel::Action;
use web::{Listener, Routes};

/// The office pages of this slice.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/documents", Action::ViewDocuments, list::list)
        .get("/documents/export.xlsx", Action::ViewDocuments, list::export)
        .get("/documents/new", Action::WriteDocuments, edit::new)
        .post("/documents", Action::WriteDocuments, edit::create)
        .get("/documents/bin", Action::WriteDocuments, list::bin)
        .post("/documents/bin/{edition}/restore", Action::WriteDocuments, actions::restore)
        .get("/documents/{id}", Action::ViewDocuments, show::show)
        .get("/documents/{id}/preview", Action::ViewDocuments, show::preview)
        .get("/documents/{id}/edit", Action::WriteDocuments, edit::edit)
        .post("/documents/{id}/save", Action::WriteDocuments, edit::save)
        .post("/documents/{id}/autosave", Action::WriteDocuments, edit::autosave)
        .post("/documents/{id}/submit", Action::WriteDocuments, edit::submit)
        .post("/documents/{id}/recall", Action::WriteDocuments, actions::recall)
        .post("/documents/{id}/correct", Action::WriteDocuments, actions::correct)
        .post("/documents/{id}/bin", Action::WriteDocuments, actions::bin)
        .post("/documents/{id}/withdraw", Action::WithdrawDocuments, actions::withdraw)
        .post("/documents/{id}/bypass", Action::BypassGates, actions::bypass)
        .upload("/documents/{id}/attachments", Action::WriteDocuments, actions::upload)
        .get("/documents/{id}/attachments/{file}", Action::ViewDocuments, show::file)
        .post("/documents/{id}/attachments/{file}/remove", Action::WriteDocuments, actions::remove)
        .post("/documents/{id}/attachments/{file}/arrange", Action::WriteDocuments, actions::arrange)
}
