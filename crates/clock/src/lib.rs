//! Statutory clocks: from a rule, a day or moment, pauses and an extension to the last day, with every day's reason.
//!
//! [`run`] answers for the law and refuses where the calendar is not known; [`probable`] answers for work lists and says
//! when it had to guess. What no text settles stands in [`Readings`] and comes from the configuration. A capability with
//! a period of its own declares a [`Rule`] constant beside its other constants and runs it here.
//!
//! ```
//! # use gongkai_clock as clock;
//! use clock::rule;
//! use kernel::Calendar;
//! let received = jiff::civil::date(2026, 4, 30);
//! let run = clock::run(&rule::FOI_RESPONSE, received, &[], 0, &Calendar::bundled())?;
//! assert_eq!(run.due().to_string(), "2026-06-01");
//! # Ok::<(), clock::Refusal>(())
//! ```

mod explain;
pub mod rule;
mod run;

pub use explain::{Day, Reason};
pub use rule::{FirstDay, HoursCount, LastDay, RULES, Readings, Rule, Start, Unit, find};
pub use run::{At, Pause, Refusal, Run, probable, run};
