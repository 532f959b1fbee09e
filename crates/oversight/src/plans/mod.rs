//! Plans (工作要点 and its kin): import, correction on one screen, confirmation, amendment, overview. A plan is a source of
//! duties ([`origin`]).

mod actions;
pub mod amend;
pub(crate) mod clear;
pub mod confirm;
mod doubts;
pub mod draft;
pub mod due;
pub mod edit;
mod export;
mod find;
#[cfg(test)]
pub(crate) mod fixture;
mod head;
mod head_doubts;
pub mod import;
mod merge;
mod origin;
mod overview;
pub mod owners;
mod pages;
pub mod public;
mod reach;
mod recorded;
mod replace;
pub(crate) mod revoke;
pub mod rows;
pub mod source;
mod standing;
pub mod steps;
pub mod table;
mod template;
pub(crate) mod touched;
pub mod tree;
mod view;

use duty::permissions::VIEW_DUTIES;
use web::{Listener, Routes};

use crate::permissions::{CLEAR_PLANS, MANAGE_PLANS};

pub(crate) use find::finder;
pub use origin::source as duty_source;
pub(crate) use recorded::recorded;

/// Routes of plans in the office.
pub fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/plans", &VIEW_DUTIES, pages::list)
        .get("/plans/new", &MANAGE_PLANS, pages::new)
        .get("/plans/template.xlsx", &MANAGE_PLANS, template::template)
        .upload("/plans/new", &MANAGE_PLANS, actions::import)
        .get("/plans/{id}", &VIEW_DUTIES, overview::overview)
        .get("/plans/{id}/export.xlsx", &VIEW_DUTIES, export::export)
        .get("/plans/{id}/draft", &MANAGE_PLANS, pages::draft)
        .post("/plans/{id}/draft/duties/{duty}", &MANAGE_PLANS, actions::edit_duty)
        .post("/plans/{id}/draft/duties/{duty}/autosave", &MANAGE_PLANS, actions::autosave_duty)
        .post("/plans/{id}/draft/owners/{owner}", &MANAGE_PLANS, actions::edit_owner)
        .post("/plans/{id}/draft/clauses/{clause}", &MANAGE_PLANS, actions::edit_clause)
        .post("/plans/{id}/draft/undo/{step}", &MANAGE_PLANS, actions::undo)
        .get("/plans/{id}/confirm", &MANAGE_PLANS, pages::confirm_page)
        .weighty("/plans/{id}/confirm", &MANAGE_PLANS, actions::confirm)
        .get("/plans/{id}/clearance", &CLEAR_PLANS, clear::pages::review)
        .weighty("/plans/{id}/clearance", &CLEAR_PLANS, clear::pages::decide)
        .weighty("/plans/{id}/clearance/request", &MANAGE_PLANS, clear::pages::request)
        .post("/plans/{id}/discard", &MANAGE_PLANS, actions::discard)
        .post("/plans/{id}/restore", &MANAGE_PLANS, actions::restore)
        .weighty("/plans/{id}/supersede", &MANAGE_PLANS, revoke::pages::supersede)
        .post("/plans/{id}/draft/head", &MANAGE_PLANS, head::edit)
        .post("/plans/{id}/draft/words", &MANAGE_PLANS, head::words)
        .post("/plans/{id}/draft/twin", &MANAGE_PLANS, head::choose)
        .post("/plans/{id}/draft/many", &MANAGE_PLANS, head::many)
        .post("/plans/{id}/draft/organs/{organ}", &MANAGE_PLANS, head::reform)
        .weighty("/plans/{id}/revoke", &MANAGE_PLANS, revoke::pages::request)
        .weighty("/plans/{id}/revoke/{revocation}", &MANAGE_PLANS, revoke::pages::decide)
        .get("/plans/{id}/amend", &MANAGE_PLANS, amend::pages::new)
        .upload("/plans/{id}/amend", &MANAGE_PLANS, amend::pages::begin)
        .get("/plans/{id}/amend/{amendment}", &MANAGE_PLANS, amend::pages::review)
        .weighty("/plans/{id}/amend/{amendment}", &MANAGE_PLANS, amend::pages::decide)
}
