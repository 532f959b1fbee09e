//! Cases (办件): what a person starts and an organ must answer in time: a register, an explicit state machine, parties whose
//! data are sealed under a key of the case, a statutory clock, letters that a second person signs, files, and what is
//! published without the person.
//!
//! A capability declares a **kind** ([`CaseKind`]): its states, its steps (from which state, by whom, with which fields), its
//! clock, its letters, who may. Everything else is the same for all kinds and lies here; the office's pages and the tracking
//! page for all kinds are `dialogue::cases`. The machine knows no address and no context.
//!
//! ```ignore
//! pub static MISTAKE: CaseKind = CaseKind::new("mistake", "网站找错", "找错", &STATES, &STEPS, &clock::rule::…);
//!
//! Capability::new("mistakes", "网站找错").declare(&MISTAKE as case::Kind)
//!
//! // In the write that receives a form:
//! let id = case::register(&ctx, tx, &Actor::Visitor, Filing { … }).await?;
//! // Each step, of the office or of the person who holds the link:
//! case::take(&ctx, tx, &actor, &id, "reply", &Typed { version, fields }).await?;
//! ```
//!
//! # What a kind with rules of its own does
//!
//! `take` is one write with its event; a capability calls it inside its own write and does more beside it (tables of its own,
//! further events). A step may name a page of its own ([`Step::own_page`]), to which the page of the case then leads instead of
//! the form that is made from the step's fields. What reports count must survive the erasure of the person: it is a **fact**
//! ([`Filing::facts`], [`Sets::Fact`]), a code that says nothing of who.
//!
//! # What is never where
//!
//! What a person wrote and who they are lies sealed in `case_text`, `case_party`, `case_step`, `case_letter`, `case_entry.brief`
//! under the key of the case ([`CaseKey`]), which lies in `case_key` wrapped by the installation's key, a file outside of the
//! database (mode 0600). No event holds any of it. [`erase()`] destroys the key: the case still counts, the person is gone.
//!
//! # What is where
//!
//! | | |
//! |---|---|
//! | declare a kind | [`CaseKind`], [`State`], [`Step`], [`By`], [`Tick`], [`LetterKind`] |
//! | register | [`Filing`], [`register()`], of an old register [`bring_in`] |
//! | read | [`seen`], [`Entry`], [`request`], [`facts`], [`history`], [`parties`] |
//! | move | [`take`], [`open_steps`] |
//! | clock | [`clock_of`], [`counted`], [`ClockView`], [`ask_extension`], [`decide_extension`] |
//! | parties | [`Person`], [`masked`], [`unmask`] |
//! | law of a kind | [`Rules`] |
//! | letters | [`letters::draft`], [`letters::sign`], [`letters::deliver`], who worked on them [`hands::of_case`] |
//! | files | [`files::attach`], [`files::of_case`] |
//! | office | [`claim`], [`transfer`], [`take_over`], [`redate`], [`intervene`], [`renewed`] |
//! | public | [`public::publish`], [`public::newest`] |
//! | the same person | [`known::requests`] |
//! | who is named | [`named::tells`] |
//! | the end | [`erase()`] |

mod bring;
mod capability;
mod clocks;
mod erase;
pub mod events;
pub mod files;
pub mod hands;
mod kind;
pub mod known;
pub mod letters;
mod moved;
pub mod named;
mod office;
mod party;
pub mod permissions;
pub mod personal;
pub mod public;
pub mod queue;
mod register;
mod rows;
mod rules;
mod seal;
mod sealed;
mod steps;

pub use bring::{Old, OldStep, bring_in};
pub use capability::capability;
pub use clocks::{ClockRow, ClockView, PauseRow, ask_extension, asked_reason, clock_of, decide_extension, recount};
pub use erase::{Erased, Why, due_for_erasure, erase};
pub use kind::{By, CaseKind, Input, Kind, LetterKind, Phase, Sets, State, Step, StepField, Tick, find, kinds};
pub use moved::{Counted, counted, recount_moved};
pub use office::{claim, intervene, redate, release, renewed, signed_for, take_over, transfer};
pub use party::{Masked, PartyId, PartyRole, Person, contact_is, masked, parties, unmask};
pub use register::{Channel, Filing, register};
pub use rows::{
    Entry, Past, by_number, entry, fact_count, facts, history, keeper, receipt_number, request, seen, texts,
};
pub use rules::{Awaited, Before, Filled, Missed, Owed, Rules, Stood, missed, rules_of};
pub use seal::CaseKey;
pub use steps::{Taken, Typed, fact_of_step, keep_text, may_take, open_steps, take};

/// The tables of this crate.
pub static MIGRATIONS: &[store::Migration] =
    store::migrations!("case", "../migrations/0001_case.sql", "../migrations/0002_marks.sql");
