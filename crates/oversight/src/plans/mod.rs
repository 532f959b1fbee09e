//! Plans (工作要点 and its kin): import, correction on one screen, confirmation, amendment, overview.
//!
//! Events: `plan.imported`, `plan.edited`, `plan.undone`, `plan.discarded`, `plan.restored`, `plan.confirmed`,
//! `plan.amendment_begun`, `plan.amendment_edited`, `plan.amended`, `plan.superseded`; on duties `duty.issued`,
//! `duty.assigned`, `duty.amended`, `duty.ended`.

mod actions;
pub mod amend;
pub mod confirm;
pub mod draft;
pub mod edit;
mod export;
#[cfg(test)]
mod fixture;
pub mod import;
mod jobs;
pub mod owners;
mod pages;
pub mod public;
pub mod source;
pub mod steps;
pub mod table;
pub mod tree;
mod view;

use kernel::Action;
use web::{Listener, Routes};

pub use jobs::handlers;

/// Routes of plans in the office.
pub fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/plans", Action::ViewDuties, pages::list)
        .get("/plans/new", Action::ManagePlans, pages::new)
        .upload("/plans/new", Action::ManagePlans, actions::import)
        .get("/plans/{id}", Action::ViewDuties, pages::overview)
        .get("/plans/{id}/export.xlsx", Action::ViewDuties, export::export)
        .get("/plans/{id}/draft", Action::ManagePlans, pages::draft)
        .post("/plans/{id}/draft/duties/{duty}", Action::ManagePlans, actions::edit_duty)
        .post("/plans/{id}/draft/duties/{duty}/autosave", Action::ManagePlans, actions::autosave_duty)
        .post("/plans/{id}/draft/owners/{owner}", Action::ManagePlans, actions::edit_owner)
        .post("/plans/{id}/draft/clauses/{clause}", Action::ManagePlans, actions::edit_clause)
        .post("/plans/{id}/draft/undo/{step}", Action::ManagePlans, actions::undo)
        .get("/plans/{id}/confirm", Action::ManagePlans, pages::confirm_page)
        .post("/plans/{id}/confirm", Action::ManagePlans, actions::confirm)
        .post("/plans/{id}/discard", Action::ManagePlans, actions::discard)
        .post("/plans/{id}/restore", Action::ManagePlans, actions::restore)
        .post("/plans/{id}/supersede", Action::ManagePlans, actions::supersede)
        .get("/plans/{id}/amend", Action::ManagePlans, amend::pages::new)
        .upload("/plans/{id}/amend", Action::ManagePlans, amend::pages::begin)
        .get("/plans/{id}/amend/{amendment}", Action::ManagePlans, amend::pages::review)
        .post("/plans/{id}/amend/{amendment}", Action::ManagePlans, amend::pages::decide)
}
