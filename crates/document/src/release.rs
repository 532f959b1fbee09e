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
    /// What becomes of it with this pass, in a sentence: 通过后进入下一关, 通过后立即公开, or what it still waits for.
    pub then: String,
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

/// How many of the questions are not ticked.
pub fn unticked(questions: &[String], ticked: &[usize]) -> usize {
    (0..questions.len()).filter(|at| !ticked.contains(at)).count()
}

/// What becomes of several that are passed together, in lines for a confirmation: one where it is the same for all.
pub fn together<'a>(each: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut known: Vec<(&str, usize)> = Vec::new();
    for then in each {
        match known.iter_mut().find(|(one, _)| *one == then) {
            Some((_, count)) => *count += 1,
            None => known.push((then, 1)),
        }
    }
    match known.as_slice() {
        [(one, _)] => vec![(*one).to_owned()],
        _ => known.iter().map(|(then, count)| format!("本页 {count} 件：{then}")).collect(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_several_is_said_once_where_it_is_the_same() {
        assert_eq!(together(["通过后进入政治审核", "通过后进入政治审核"]), ["通过后进入政治审核"]);
        let mixed = together(["甲", "乙", "甲"]);
        assert_eq!(mixed, ["本页 2 件：甲", "本页 1 件：乙"]);
        assert!(together([]).is_empty());
    }
}
