//! What a kind with a law of its own asks before something is done, beyond the states from which its steps lead.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use web::{Ctx, Refusal};

use crate::{
    kind::{Kind, LetterKind, Step},
    letters::Body,
    rows::{Entry, Past},
};

/// A case as it stands, with what happened to it.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    pub entry: &'a Entry,
    /// Every step so far, the first one first.
    pub past: &'a [Past],
}

/// The rules of one kind. Declared by its capability as `Arc<dyn Rules>`; the machine asks them inside the write.
pub trait Rules: Send + Sync {
    /// Key of the kind.
    fn kind(&self) -> &'static str;

    /// Before a step is taken. `filled` is what was filled in and the day that counts; `None` where it is only asked whether the
    /// step can be taken at all, today.
    ///
    /// # Errors
    /// Why it may not be taken.
    fn step(&self, ctx: &Ctx, before: Before<'_>, step: &Step, filled: Option<Filled<'_>>) -> Result<(), Refusal>;

    /// Before a letter is drafted, changed or signed.
    ///
    /// # Errors
    /// What it lacks.
    fn letter(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind, body: &Body) -> Result<(), Refusal>;

    /// Whether a letter of this kind can be drafted now: pages offer no other.
    fn letter_now(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> bool;

    /// Address in the office, `{id}` for the case, of the page on which a letter of this kind is drafted; `None` = the common
    /// one.
    fn letter_page(&self, letter: &str) -> Option<&'static str>;
}

/// What was filled in with a step.
#[derive(Debug, Clone, Copy)]
pub struct Filled<'a> {
    pub fields: &'a BTreeMap<String, String>,
    /// The day that counts.
    pub on: Date,
}

/// The rules that a capability declares for this kind, if any.
pub fn rules_of(ctx: &Ctx, kind: Kind) -> Option<&Arc<dyn Rules>> {
    ctx.declared::<Arc<dyn Rules>>().find(|rules| rules.kind() == kind.key)
}
