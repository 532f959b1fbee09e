//! Duties (任务) once a plan is confirmed: computed state, the boards of office and organs, notes, evidence, reminders.
//!
//! Events on a duty: `duty.note_added`, `duty.evidence_added`, `duty.evidence_taken_back`, `duty.evidence_confirmed`,
//! `duty.evidence_returned`, `duty.decision_undone`, `duty.evidence_lapsed`, `duty.evidence_looked`, `duty.reported` (further fields),
//! `duty.extra_accepted`, `duty.extra_declined`,
//! `duty.due_changed`, `duty.visibility_changed`, `duty.reminded`; with the visibility also `plan.visibility_changed`.

mod actions;
pub mod address;
mod board;
pub mod change;
pub mod extra;
pub mod facts;
mod hooks;
pub mod jobs;
pub mod lapse;
pub mod look;
pub mod model;
mod pages;
pub mod report;
pub mod store;

use kernel::Action;
use web::{Listener, Routes};

pub use hooks::{desk_source, evidence_uses, plan_progress};

/// Routes of the duty board and of the duties' pages.
pub fn routes() -> Routes {
    Routes::new(Listener::Office)
        .merge(board::routes())
        .get("/duties/{id}", Action::ViewDuties, pages::duty)
        .post("/duties/{id}/notes", Action::ReportDuties, actions::note)
        .post("/duties/{id}/evidence", Action::ReportDuties, actions::evidence)
        .post("/duties/{id}/evidence/{evidence}/take-back", Action::ReportDuties, actions::take_back)
        .post("/duties/{id}/evidence/{evidence}/look", Action::ReportDuties, actions::look)
        .post("/duties/{id}/evidence/{evidence}/confirm", Action::ConfirmDuties, actions::confirm)
        .post("/duties/{id}/evidence/{evidence}/return", Action::ConfirmDuties, actions::send_back)
        .post("/duties/{id}/evidence/{evidence}/undo", Action::ConfirmDuties, actions::undo)
        .post("/duties/{id}/extra", Action::ReportDuties, actions::extra)
        .post("/duties/{id}/extra/settle", Action::ConfirmDuties, actions::settle)
        .post("/duties/{id}/due", Action::ManagePlans, actions::due)
        .post("/duties/{id}/visibility", Action::ManagePlans, actions::visibility)
}
