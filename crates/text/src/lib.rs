//! Structure of Chinese official documents: work plans, personal numbers, small helpers. No I/O; usable on its own.
//!
//! * [`plan`] turns a work plan (工作要点, 实施方案, 任务分解) into sections, clauses, owners and duties.
//! * [`findings`] finds what must not be published as it stands: today, numbers that belong to a person.
//! * [`structure`] holds small readers that others need: document numbers, excerpts.

pub mod findings;
pub mod plan;
pub mod structure;
