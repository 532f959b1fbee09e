//! What a kind with a law of its own asks before something is done, beyond the states from which its steps lead.

use std::{collections::BTreeMap, sync::Arc};

use clock::Pause;
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::Calendar;
use store::{Executor, Target, Tx};
use web::{Ctx, Refusal};

use crate::{
    kind::{Kind, LetterKind, Step},
    letters::{Body, Letter, LetterId},
    rows::{self, Entry, Past},
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

    /// With what the form of a step begins; empty = with nothing.
    fn beginning(&self, before: Before<'_>, step: &Step) -> BTreeMap<String, String> {
        let _ = (before, step);
        BTreeMap::new()
    }

    /// Before a letter is drafted, changed or signed.
    ///
    /// # Errors
    /// What it lacks.
    fn letter(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind, body: &Body) -> Result<(), Refusal>;

    /// Holds what a letter says against what the register says of other cases, before it is drafted, changed or signed: what was
    /// true when it was drafted may not be any more.
    ///
    /// # Errors
    /// What is not so; when the database fails.
    fn held<'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a mut Tx,
        entry: &'a Entry,
        letter: (&'a str, &'a Body),
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        let _ = (ctx, tx, entry, letter);
        Box::pin(async { Ok(()) })
    }

    /// Whether a letter of this kind can be drafted now: pages offer no other.
    fn letter_now(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> bool;

    /// The days on which the clock of a case stands, where the law says more of them than when others were asked and answered: a
    /// letter that nobody answers stops it no longer than the period that they have. `None` = as the steps of the kind say.
    fn stood(&self, ctx: &Ctx, before: Before<'_>, by: (&Calendar, Date)) -> Option<Stood>;

    /// Before more time is asked for, and before it is granted.
    ///
    /// # Errors
    /// Why the period may not be lengthened.
    fn extension(&self, ctx: &Ctx, before: Before<'_>) -> Result<(), Refusal> {
        let _ = (ctx, before);
        Ok(())
    }

    /// What others were to do and have not done by today, so that it is the organ's turn although the state says that of others.
    fn missed(&self, ctx: &Ctx, before: Before<'_>) -> Option<Missed> {
        let _ = (ctx, before);
        None
    }

    /// For what the case waits while the state says that it is the turn of others, and they are still in time: seen ahead on the
    /// work list of whoever handles it.
    fn awaited(&self, ctx: &Ctx, before: Before<'_>) -> Option<Awaited> {
        let _ = (ctx, before);
        None
    }

    /// After which steps a case that has ended may still owe something, each with the state in which it then is (empty = any): of
    /// these alone [`Self::owed`] is asked for work lists.
    fn owes_after(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The same of a case that runs, and of what it owes besides the answer.
    fn owes_while(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// What the organ still has to do in a case that has ended, or besides the answer in one that runs.
    fn owed(&self, ctx: &Ctx, before: Before<'_>, letters: &[Letter]) -> Option<Owed> {
        let _ = (ctx, before, letters);
        None
    }

    /// The letters of a case that hold no longer, since somebody above has annulled them.
    fn annulled(&self, before: Before<'_>, letters: &[Letter]) -> Vec<LetterId> {
        let _ = (before, letters);
        Vec::new()
    }

    /// The last day on which a letter of this kind may be delivered, where the law sets one before that of the case.
    fn letter_due(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> Option<Date> {
        let _ = (ctx, before, kind);
        None
    }

    /// What somebody is asked before a letter is delivered in this way with so many files, once; `None` = nothing.
    fn delivery(&self, letter: &Letter, files: usize, way: &str) -> Option<&'static str> {
        let _ = (letter, files, way);
        None
    }

    /// What else has to go when this letter goes, told to whoever signs and delivers it; `None` = nothing.
    fn beside(&self, ctx: &Ctx, before: Before<'_>, letter: &Letter, letters: &[Letter]) -> Option<&'static str> {
        let _ = (ctx, before, letter, letters);
        None
    }

    /// Whether a letter gives all that was asked for, so that nothing of it was to be taken out: files of which a copy without some
    /// parts was made (区分处理) go out with no other letter.
    fn gives_all(&self, letter: &str, body: &Body) -> bool {
        let _ = (letter, body);
        false
    }

    /// Before question and answer of a case that has ended are published.
    ///
    /// # Errors
    /// Why they may not be: the answer holds no longer.
    fn publication(&self, ctx: &Ctx, before: Before<'_>) -> Result<(), Refusal> {
        let _ = (ctx, before);
        Ok(())
    }

    /// Names, as they were typed, of those who were asked about the case since it touches their interests: nothing that is
    /// published names them.
    fn third_parties(&self, before: Before<'_>, letters: &[Letter]) -> Vec<String> {
        let _ = (before, letters);
        Vec::new()
    }

    /// Why the answer and the words of a case that has ended are still needed, as a sentence; `None` = they are not.
    fn needed(&self, ctx: &Ctx, before: Before<'_>) -> Option<String> {
        let _ = (ctx, before);
        None
    }

    /// With what the common page of a letter begins, so that what the law asks for stands in it; empty = with nothing.
    fn sample(&self, ctx: &Ctx, before: Before<'_>, kind: &LetterKind) -> String {
        let _ = (ctx, before, kind);
        String::new()
    }

    /// Address in the office, `{id}` for the case, of the page on which a letter of this kind is drafted; `None` = the common
    /// one.
    fn letter_page(&self, letter: &str) -> Option<&'static str>;
}

/// Days on which a clock stands, seen on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stood {
    /// Up to that day.
    pub pauses: Vec<Pause>,
    /// Somebody is still waited for, so that the last day moves on.
    pub lasting: bool,
    /// The last day, where it was set and is not counted.
    pub fixed: Option<Date>,
}

/// What others have to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// The last day that they have; `None` = no law sets one, or it has not begun.
    pub until: Option<Date>,
    /// For what it waits, in a few words: 等待申请人补正.
    pub what: &'static str,
}

/// What is still to be done in a case that has ended, or besides the answer in one that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// In a few words: 复议、诉讼撤销，重新办理.
    pub what: &'static str,
    /// What the organ does now, in sentences.
    pub next: &'static str,
    /// Key of the step or the letter by which it is done.
    pub by: &'static str,
    /// The last day for it; `None` = none is known.
    pub until: Option<Date>,
}

/// Something that others have not done in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The last day that they had.
    pub until: Date,
    /// What was missed, in a few words: 申请人逾期未补正.
    pub what: &'static str,
    /// What the organ does now, in sentences.
    pub next: &'static str,
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

/// What others have not done in time, where the kind has rules of it.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn missed(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    (entry, kind): (&Entry, Kind),
) -> Result<Option<Missed>, Refusal> {
    let Some(rules) = rules_of(ctx, kind) else { return Ok(None) };
    let past = rows::history(ctx, executor, entry).await?;
    Ok(rules.missed(ctx, Before { entry, past: &past }))
}

/// On which days the clock of a case stands, where its kind has rules of it.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub(crate) async fn stood_of(
    ctx: &Ctx,
    target: Target<'_>,
    (entry, kind): (&Entry, Kind),
    by: (&Calendar, Date),
) -> Result<Option<Stood>, Refusal> {
    let Some(rules) = rules_of(ctx, kind) else { return Ok(None) };
    let past = rows::history(ctx, target, entry).await?;
    Ok(rules.stood(ctx, Before { entry, past: &past }, by))
}
