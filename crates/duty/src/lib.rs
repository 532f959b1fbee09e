//! Duties (任务) from any source: what is owed by whom and when, what organs report, what the office decides, how it stands.
//!
//! A context keeps the *source* (a plan, a list of findings, a proposal, a catalogue), implements [`Source`] for it and
//! declares it; it writes its duties with [`duties`]. Everything else is the same for all and lies here: shares of organs,
//! progress ([`report`]), what proves it ([`evidence`]), further fields ([`extra`]), reminders ([`remind`]), the board ([`board`])
//! and work lists ([`desk`]).
//!
//! - Nothing says how a duty stands but its facts and the day ([`model`]). What boards ask is a projection of that
//!   ([`project`]), written in the same write as the fact and made anew at any time.
//! - Nothing that an organ fills in reaches the public before the office has accepted it.

pub mod address;
pub mod board;
mod capability;
pub mod changes;
pub mod desk;
pub mod duties;
pub mod events;
pub mod evidence;
pub mod extra;
pub mod facts;
mod key;
pub mod mend;
pub mod model;
pub mod notices;
pub mod offer;
pub mod permissions;
pub mod place;
pub mod privacy;
pub mod project;
pub mod reform;
pub mod remind;
pub mod report;
mod row;
mod sealed;
pub mod settings;
pub mod source;
pub mod tidings;
pub mod views;

pub use capability::capability;
pub use notices::{Notice, Why};
pub use offer::{PlanProgress, Progress};
pub use report::{By, NoteId, Target};
pub use row::DutyRow;
pub use source::{Source, SourceKey, SourceKind, SourceRow, SourceState, Sources, Words};

/// The tables of this crate.
pub static MIGRATIONS: &[store::Migration] =
    store::migrations!("duty", "../migrations/0001_duty.sql", "../migrations/0002_accepted_and_folded.sql");

#[cfg(test)]
mod tests;
