//! The author's desk: writing documents, submitting them, what becomes of them. How they live is the document machine's, who
//! passes them the review machine's; here are the pages and what ties the two together.

mod actions;
mod amend;
pub(crate) mod anew;
pub mod attachments;
pub mod checks;
mod cited;
pub(crate) mod compare;
pub mod deciding;
mod differs;
mod edit;
pub(crate) mod erase;
pub mod events;
pub(crate) mod find;
mod form;
pub(crate) mod history;
mod import;
mod list;
mod masked_file;
mod masking;
mod notices;
pub mod pictures;
mod preview;
pub(crate) mod proven;
pub(crate) mod reading;
pub(crate) mod seen;
pub(crate) mod show;
mod start;
pub mod subject;
pub(crate) mod uploads;
mod view;
mod wanted;

use document::permissions::{CONFIRM_ERASURE, VIEW_DOCUMENTS, WITHDRAW_DOCUMENTS, WRITE_DOCUMENTS};
use review::permissions::BYPASS_GATES;
use web::{Listener, Routes};

/// The office pages of this slice.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/documents", &VIEW_DOCUMENTS, list::list)
        .get("/documents/export.xlsx", &VIEW_DOCUMENTS, list::export)
        .get("/documents/new", &WRITE_DOCUMENTS, start::new)
        .post("/documents", &WRITE_DOCUMENTS, start::create)
        .get("/documents/bin", &WRITE_DOCUMENTS, list::bin)
        .post("/documents/bin/{edition}/restore", &WRITE_DOCUMENTS, actions::restore)
        .get("/documents/{id}", &VIEW_DOCUMENTS, show::show)
        .get("/documents/{id}/preview", &VIEW_DOCUMENTS, preview::page)
        .get("/documents/{id}/compare", &VIEW_DOCUMENTS, compare::page)
        .get("/documents/{id}/cited", &WITHDRAW_DOCUMENTS, cited::page)
        .get("/documents/{id}/edit", &WRITE_DOCUMENTS, edit::edit)
        .post("/documents/{id}/save", &WRITE_DOCUMENTS, edit::save)
        .post("/documents/{id}/autosave", &WRITE_DOCUMENTS, edit::autosave)
        .post("/documents/{id}/submit", &WRITE_DOCUMENTS, edit::submit)
        .post("/documents/{id}/recall", &WRITE_DOCUMENTS, actions::recall)
        .post("/documents/{id}/correct", &WRITE_DOCUMENTS, actions::correct)
        .get("/documents/{id}/amend", &WRITE_DOCUMENTS, amend::show)
        .upload("/documents/{id}/amend/read", &WRITE_DOCUMENTS, amend::read)
        .post("/documents/{id}/amend", &WRITE_DOCUMENTS, amend::make)
        .post("/documents/{id}/bin", &WRITE_DOCUMENTS, actions::bin)
        .weighty("/documents/{id}/withdraw", &WITHDRAW_DOCUMENTS, actions::withdraw)
        .weighty("/documents/{id}/erase", &WITHDRAW_DOCUMENTS, erase::ask)
        .weighty("/documents/{id}/erase/stop", &VIEW_DOCUMENTS, erase::stop)
        .weighty("/documents/{id}/erase/confirm", &CONFIRM_ERASURE, erase::confirm)
        .weighty("/documents/{id}/bypass", &BYPASS_GATES, actions::bypass)
        .upload("/documents/{id}/attachments", &WRITE_DOCUMENTS, actions::upload)
        .post("/documents/{id}/uploads", &WRITE_DOCUMENTS, uploads::begin)
        .get("/documents/{id}/uploads/{upload}", &WRITE_DOCUMENTS, uploads::state)
        .upload("/documents/{id}/uploads/{upload}/parts", &WRITE_DOCUMENTS, uploads::part)
        .post("/documents/{id}/uploads/{upload}/finish", &WRITE_DOCUMENTS, uploads::finish)
        .post("/documents/{id}/uploads/{upload}/cancel", &WRITE_DOCUMENTS, uploads::cancel)
        .upload("/documents/{id}/pictures", &WRITE_DOCUMENTS, pictures::upload)
        .upload("/documents/{id}/import", &WRITE_DOCUMENTS, import::import)
        .get("/pictures/{picture}/{name}", &VIEW_DOCUMENTS, pictures::show)
        .get("/documents/{id}/attachments/{file}", &VIEW_DOCUMENTS, show::file)
        .get("/documents/{id}/attachments/{file}/text", &VIEW_DOCUMENTS, show::file_text)
        .get("/documents/{id}/attachments/{file}/view", &VIEW_DOCUMENTS, view::page)
        .post("/documents/{id}/attachments/{file}/remove", &WRITE_DOCUMENTS, actions::remove)
        .post("/documents/{id}/attachments/{file}/mask", &WRITE_DOCUMENTS, masked_file::mask)
        .post("/documents/{id}/attachments/{file}/arrange", &WRITE_DOCUMENTS, actions::arrange)
}
