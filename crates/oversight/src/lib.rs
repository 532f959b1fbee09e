//! Plans, duties, evidence: parse, import, board, public plan page.

pub mod duties;
pub mod model;
pub mod plans;
