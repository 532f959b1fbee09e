//! The words and rules of duties, pure: parts of organs, periods, further fields, and the standing that follows from facts.

mod field;
mod mention;
mod period;
mod role;
mod rollup;
mod standing;

pub use field::{Field, FieldShape, Values};
pub use mention::names_other_period;
pub use period::{Cadence, Period, label_of};
pub use role::{OwnerRole, Visibility};
pub use rollup::{RollUp, Tally, roll_up, rolled};
pub use standing::{Course, Decision, EvidenceFact, Facts, PeriodStanding, Standing, State, standing};
