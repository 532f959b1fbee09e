//! Duties (任务) from any source.
pub mod model;
