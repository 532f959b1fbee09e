//! Words and rules that everything else shares: ids, organs, working days, permissions, events.
//!
//! This crate does no I/O and knows no web, database or file format. Time and chance come in through [`Seams`], so that
//! every rule here can be tested with a date written in the test.

pub mod actor;
pub mod calendar;
pub mod countdown;
pub mod escaped;
pub mod event;
pub mod id;
pub mod names;
pub mod organ;
pub mod permission;
pub mod seams;
pub mod settings;
pub mod time;
pub mod visibility;

pub use actor::{Actor, Program, Role, Staff};
pub use calendar::Calendar;
pub use countdown::{Countdown, Ruler, Urgency};
pub use escaped::percent_decoded;
pub use event::{EventKind, Keep, NewEvent};
pub use organ::{Directory, Organ, OrganCode, OrganKind};
pub use permission::{Permission, Refused, Scope, may, may_for};
pub use seams::{Clock, Entropy, Seams};
pub use settings::Section;
