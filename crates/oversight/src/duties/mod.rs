//! Duties (任务) once a plan is confirmed: computed state, the boards of office and organs, notes, evidence, reminders.

pub mod model;
pub mod store;
