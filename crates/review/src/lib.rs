//! Review of any subject: stages that are data, rounds, claims, decisions, exceptions, findings.
//!
//! A *subject* (an edition, a batch of records, a letter to be published) belongs to a context, which implements
//! [`Subject`] and declares it. This crate holds what is the same for all: a round of stages ([`model`]), its rows
//! ([`rows`]), the acts of people ([`acts`]), work lists ([`queue`]), and what the checks found ([`findings`]). It
//! knows no context, and the owner of a subject keeps the subject's own life.
//!
//! - The author of a subject passes none of its stages, and cannot let a finding in it through.
//! - A stage of two people is passed by two different ones; who was stood for by one of them is not the other.
//! - A claim keeps others out and ends after two hours by itself.
//! - What is returned, taken back or stopped begins anew: its next round has every stage before it.
//! - What a stage asks is ticked by whoever passes it, and what was ticked is kept with the pass.
//! - Which stages there are the office sets ([`set`]), within what the law leaves to it; a round keeps those it began with.
//! - Whoever is away is stood in for by a colleague with the same right ([`stand_in`]), who decides in that name.
//! - At least two people besides the authors stand between a text and the public; who let a finding through does not decide
//!   that it becomes public.
//! - An exception passes the stages that are left, with a reason, but never the secrecy review, which must have been passed
//!   before by somebody else; it stands on a list until another person has reviewed it.
//! - Nothing passes whose text has not been checked by the rules of today, or in which a finding blocks.

pub mod acts;
pub mod anew;
pub mod book;
pub mod desk;
pub mod due;
pub mod events;
pub mod findings;
pub mod link;
mod looking;
pub mod model;
pub mod permissions;
mod pieces;
pub mod queue;
pub mod refusal;
pub mod route;
pub mod rows;
pub mod seed;
pub mod set;
pub mod settings;
pub mod stand_in;
mod stranded;
pub mod subject;

pub use due::{Due, due};
pub use model::{Outcome, State, Who, Word};
pub use refusal::{Refusal, Words};
pub use route::{Gate, Named, Route, Stage, Within};
pub use rows::Review;
pub use subject::{About, Happened, Kind, Matter, NamedRoute, Subject};

/// The tables of this crate.
pub const MIGRATIONS: &[store::Migration] = store::migrations!(
    "review",
    "../migrations/0001_review.sql",
    "../migrations/0002_rule_names.sql",
    "../migrations/0003_opinion.sql",
    "../migrations/0004_ticks.sql",
    "../migrations/0005_gates.sql",
    "../migrations/0006_links.sql",
    "../migrations/0007_voices.sql",
    "../migrations/0008_checks.sql"
);

/// What the acts of this crate give: done, or why not.
pub type Result<T, E = web::Refusal> = std::result::Result<T, E>;

/// What this crate brings into the program; the kinds of subject are declared by their owners.
pub fn capability() -> web::Capability {
    web::Capability::new("review", "审核")
        .permissions(&permissions::ALL)
        .desk(desk::source())
        .settings::<settings::Settings>()
        .events(&[&events::STAND_IN_SET, &events::STAND_IN_ENDED, &events::ROUTE_SET, &events::ROUTE_REMOVED])
        .subject(events::STAND_IN, "代办")
        .subject(events::ROUTE, "审核流程")
        .events(&[&events::LINK_SENT, &events::LINK_USED])
        .subject(events::LINK, "审批链接")
        .declare(link::sealed())
        .declare(stand_in::sealed())
        .declare(set::sealed())
        .events(&[&events::TERM_SET, &events::TERM_REMOVED, &events::TERMS_IMPORTED, &events::LEVEL_SET])
        .subject(events::BOOK, "检查规则和词表")
        .declare(book::sealed())
        .declare(book::Ready::default())
        .migrations(MIGRATIONS)
}

/// What the field of a form is called that holds the reason of an act, or the note of a review.
pub const REASON: &str = "reason";

/// What the group of a form is called in which the questions of a stage are ticked.
pub const TICKS: &str = "ticks";

impl From<Refusal> for web::Refusal {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Refused(refused) => Self::Forbidden(refused),
            // Something that a field of this name lacks: the form is shown again.
            lacks @ (Refusal::NoReason { .. } | Refusal::NoGround | Refusal::NoNote) => {
                Self::field(REASON, lacks.to_string())
            }
            // The first of the boxes, so that the summary leads there.
            left @ Refusal::Unticked(_) => Self::field(TICKS, left.to_string()),
            // All others are states of the thing, not rights of the person; the text says what to do.
            other => Self::Conflict(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
