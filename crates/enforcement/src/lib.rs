//! Rules of the disclosure of administrative enforcement (行政执法公示, 国办发〔2018〕118号): how decisions become yearly totals, how a
//! list of powers and responsibilities (权责清单) differs between two days, how long a penalty is shown and when its repair may
//! be asked for.
//!
//! | | |
//! |---|---|
//! | kinds of penalties by weight, read from words | [`Kind`], [`judge`] |
//! | yearly totals | [`Form`], [`Tally`], [`coercion_cell`] |
//! | lists of powers | [`Power`], [`compare`], [`days`], [`overlaps`] |
//! | how long a penalty is shown | [`Terms`], [`Span`] |

mod kind;
mod power;
mod span;
mod tally;

pub use kind::{Decision, Form, Judged, Kind, judge};
pub use power::{Change, Changed, Overlap, Power, compare, days, overlaps};
pub use span::{Span, Terms};
pub use tally::{Tally, coercion_cell};
