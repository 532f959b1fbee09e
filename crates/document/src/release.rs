//! What a capability that brings in many documents at once asks of whoever reviews them: to submit, and to pass several
//! at a gate. Each is a write of its own, under the rules of its own review.

use futures::future::BoxFuture;
use kernel::{Staff, id::EditionId};
use web::{Ctx, Refusal, Result};

/// An edition that waits at a gate, and whether this person may pass it together with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub edition: EditionId,
    /// As it was looked at: what changes meanwhile is not passed.
    pub version: i64,
    pub title: String,
    /// Code of the gate.
    pub gate: String,
    /// Name of the gate.
    pub label: String,
    /// What the gate asks of whoever passes a text.
    pub questions: Vec<String>,
    /// The beginning of the text.
    pub excerpt: String,
    /// Whether it becomes public with this pass.
    pub last: bool,
    /// Why it is not passed together with others; empty = it may be.
    pub why: String,
}

/// What is passed: an edition as it was shown, at a gate, with what was ticked.
#[derive(Debug, Clone)]
pub struct Pass<'a> {
    pub edition: &'a EditionId,
    pub version: i64,
    /// Code of the gate.
    pub gate: &'a str,
    /// Places of the questions that were ticked.
    pub ticked: &'a [usize],
    /// How it was passed, for the log.
    pub how: &'a str,
}

/// The offer of whoever ties documents to their reviews.
pub trait Releases: Send + Sync {
    /// 提交审核.
    ///
    /// # Errors
    /// [`Refusal::Fields`] with what must be corrected first; [`Refusal::Conflict`] when the state or a finding does
    /// not allow it.
    fn submit<'a>(
        &'a self,
        ctx: &'a Ctx,
        staff: &'a Staff,
        edition: &'a EditionId,
    ) -> BoxFuture<'a, std::result::Result<(), Refusal>>;

    /// Those of these editions that wait at a gate which this person may pass.
    ///
    /// # Errors
    /// When the database fails.
    fn waiting<'a>(
        &'a self,
        ctx: &'a Ctx,
        staff: &'a Staff,
        editions: &'a [EditionId],
    ) -> BoxFuture<'a, Result<Vec<Waiting>>>;

    /// Passes one: what came of it, or why it was left out, in words.
    fn pass<'a>(
        &'a self,
        ctx: &'a Ctx,
        staff: &'a Staff,
        pass: Pass<'a>,
    ) -> BoxFuture<'a, std::result::Result<String, String>>;
}
