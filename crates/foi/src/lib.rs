//! The law of requests for information (依申请公开, 政府信息公开条例 Art. 27–45, 51) as data and functions.
//!
//! What happened to a request is a list of [`Event`]s; [`Timeline::on`] says how it stands on a day: by when an answer is
//! owed and why, what others owe, which steps may be taken and why others may not, what was done too late. What an answer
//! may be is [`Outcome`] with [`Exemption`]; what must stand in it, [`Decision::problems`] and [`letter`]; how it counts in
//! the yearly report, [`report`]. What no text settles is [`Practice`] and comes from the configuration.
//!
//! ```
//! use gongkai_foi::{Channel, Event, Happened, Practice, Rules, Step, Timeline};
//! use clock::Readings;
//! use jiff::civil::date;
//! use kernel::Calendar;
//!
//! let (calendar, readings, practice) = (Calendar::bundled(), Readings::default(), Practice::default());
//! let rules = Rules { calendar: &calendar, readings: &readings, practice: &practice };
//! let came = Event::new(date(2026, 4, 30), Happened::Came { channel: Channel::Counter });
//! let state = Timeline::new([came]).on(date(2026, 5, 6), &rules);
//! assert_eq!(state.due.as_ref().expect("runs").likely(), date(2026, 6, 1));
//! assert!(state.may(Step::AskSupplement).is_ok());
//! assert!(state.may(Step::TakePayment).is_err());
//! ```

mod applicant;
mod channel;
pub mod correction;
mod decision;
mod event;
pub mod letter;
mod outcome;
mod practice;
pub mod proof;
pub mod remedy;
pub mod report;
mod request;
mod state;
mod step;
mod timeline;

pub use applicant::Applicant;
pub use channel::{Channel, Receipt};
pub use decision::{Decision, Need, Problem};
pub use event::{Asked, ConsultNumber, Event, Happened, Opinion};
pub use outcome::{Exemption, Outcome};
pub use practice::{Practice, Rules};
pub use request::{Carrier, Delivery, Missing, Request};
pub use state::{Breach, Consult, Due, Stage, State};
pub use step::{Not, Step, Until};
pub use timeline::{Extension, Facts, Fee, Order, Question, Reasons, Reply, Supplement, Timeline};
