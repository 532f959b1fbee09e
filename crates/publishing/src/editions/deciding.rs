//! What happens to an edition between its author and the public: the review decides who may, the document what becomes of it.
//!
//! Before each of these that submits, passes or publishes, and outside of its write, [`checks::ensure`] looks through what has
//! not been looked through; a write that meets an unchecked text refuses.

use std::sync::Arc;

use document::{
    Kinds, Whole,
    life::{self, Withdrawn},
    needs::{self, Step},
    rows::{self, DocumentRow, EditionRow},
};
use kernel::{Actor, Staff, id::SubjectRef, time};
use review::{
    Kind, Matter, Outcome, Refusal as Because, Review, Route, State, Word,
    acts::{self, Verdict},
    findings, stand_in,
};
use store::{Executor, Tx};
use web::{Ctx, FormErrors, Refusal};

use super::{
    anew::{self, Anew},
    checks, notices, proven,
    subject::{self, EDITION, Editions},
};

/// The edition as the review sees it, with its owner.
async fn subject(ctx: &Ctx, tx: &mut Tx, whole: &Whole) -> Result<(Editions, Matter), Refusal> {
    Ok((Editions { ctx: ctx.clone(), anew: None }, subject::matter(ctx, tx, whole).await?))
}

/// Looks at everything of an edition once more, outside of any write, if the approval of this person makes it public; whoever
/// brings it to another gate, or may not approve, is not kept waiting.
///
/// # Errors
/// See [`anew::look`].
pub async fn look_before_the_last(ctx: &Ctx, staff: &Staff, whole: &Whole) -> web::Result<Option<Arc<Anew>>> {
    let review = review::rows::newest(ctx.db().read(), &checks::about(whole)).await?;
    let Some(Review { round, .. }) = review else { return Ok(None) };
    let last = matches!(round.state, State::Open { stage, .. } if stage + 1 == round.route.stages().len());
    let Some(stage) = round.stage().filter(|_| last) else { return Ok(None) };
    let may = stand_in::may_pass_today(ctx.db().read(), staff, stage, whole.document.keeper(), ctx.today()).await;
    if may.is_ok() { look(ctx, whole).await.map(Some) } else { Ok(None) }
}

/// Looks at everything of an edition once more, outside of any write, before it goes out.
///
/// # Errors
/// See [`anew::look`].
pub async fn look(ctx: &Ctx, whole: &Whole) -> web::Result<Arc<Anew>> {
    Ok(Arc::new(anew::look(ctx, whole).await?))
}

/// The route of an edition today: what is set for its column and kind, or the usual one.
///
/// # Errors
/// When the database fails or holds what this program never writes.
pub(crate) async fn route(ctx: &Ctx, executor: impl Executor<'_>, document: &DocumentRow) -> Result<Route, Refusal> {
    let named = Kinds::of(ctx).get(&document.kind).map_or("", |kind| kind.route);
    Kind::named(ctx, EDITION).route_in(ctx, executor, named, (&document.column, document.kind.as_str())).await
}

/// Refuses what can only be done while work on the edition goes on.
fn open(whole: &Whole, what: &'static str) -> Result<(), Refusal> {
    if whole.edition.is_open() {
        return Ok(());
    }
    let state = whole.edition.state_words().to_owned();
    Err(Because::State { words: subject::WORDS, state, what }.into())
}

/// 提交审核.
///
/// # Errors
/// [`Refusal::Fields`] with what must be corrected first; [`Refusal::Conflict`] when the state or a finding does not allow it.
pub async fn submit(ctx: &Ctx, tx: &mut Tx, actor: &Actor, whole: &Whole) -> Result<(), Refusal> {
    let house = crate::house(ctx);
    if whole.edition.is_editable() {
        let now = tx.seams().now();
        let mut errors = FormErrors::new();
        for (field, sentence) in life::to_correct(tx, &house, whole, now).await? {
            errors.add(field, sentence);
        }
        for need in needs::missing(ctx, tx.conn(), whole, Step::Submit).await? {
            errors.add(need.field, need.words);
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
    }
    let (owner, mut matter) = subject(ctx, tx, whole).await?;
    matter.authors.extend(actor.staff().map(|staff| staff.account.clone()).filter(|account| !whole.is_by(account)));
    let route = route(ctx, tx.conn(), &whole.document).await?;
    acts::open(tx, &owner, actor, &matter, route).await?;
    Ok(())
}

/// 收回修改, also of a scheduled publication: by an author or the county office; all gates begin again.
///
/// # Errors
/// [`Refusal::Conflict`] when the person is no author or the state does not allow it.
pub async fn recall(ctx: &Ctx, tx: &mut Tx, actor: &Actor, whole: &Whole) -> Result<(), Refusal> {
    let (owner, matter) = subject(ctx, tx, whole).await?;
    let review = review::rows::newest(tx.conn(), &matter.about).await?;
    let under_way = |review: Review| matches!(review.round.state, State::Open { .. } | State::Passed);
    if matches!(whole.edition.state.as_str(), "in_review" | "scheduled") && !review.is_some_and(under_way) {
        // No review has brought it where it stands: somebody has set its state past the program. Its authors get it back.
        return life::recall(tx, &crate::house(ctx), actor, whole, &matter.state).await;
    }
    acts::recall(tx, &owner, actor, &matter).await
}

/// 紧急发布 past the gates that are left after the secrecy review, with a reason; it stands on a list until another person has
/// reviewed it.
///
/// # Errors
/// When the secrecy review is not passed, the person may not, wrote in it, passed the secrecy review or let a finding through,
/// gives no reason, findings block, or something required is missing.
pub async fn bypass(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (whole, anew): (&Whole, Option<Arc<Anew>>),
    reason: &str,
) -> Result<(), Refusal> {
    open(whole, "紧急发布")?;
    let (owner, matter) = subject(ctx, tx, whole).await?;
    let owner = Editions { anew, ..owner };
    acts::except(tx, &owner, actor, &matter, reason).await
}

/// The review after an emergency publication: by another person than who published, with a note. Where it disagrees, those who
/// may take the document off are told, and named.
///
/// # Errors
/// When it was not bypassed, was reviewed already, the person is the same, or there is no note.
pub async fn review_bypass(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    whole: &Whole,
    (verdict, note): (Verdict, &str),
) -> Result<Option<String>, Refusal> {
    let (owner, matter) = subject(ctx, tx, whole).await?;
    acts::review_exception(tx, &owner, actor, &matter, (verdict, note)).await?;
    Ok(match verdict {
        Verdict::Agrees => None,
        Verdict::Disagrees => Some(notices::objected(ctx, tx, actor, &matter, note).await?),
    })
}

/// 领取.
///
/// # Errors
/// When the gate is not the person's, the text is the person's own, or another holds it.
pub async fn claim(ctx: &Ctx, tx: &mut Tx, actor: &Actor, whole: &Whole) -> Result<(), Refusal> {
    let (owner, matter) = subject(ctx, tx, whole).await?;
    acts::claim(tx, &owner, actor, &matter).await
}

/// 放回.
///
/// # Errors
/// When the gate is not the person's or another holds it.
pub async fn release(ctx: &Ctx, tx: &mut Tx, actor: &Actor, whole: &Whole) -> Result<(), Refusal> {
    let (owner, matter) = subject(ctx, tx, whole).await?;
    acts::release(tx, &owner, actor, &matter).await
}

/// What an approval led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// The gate, by its name, takes a second person.
    Second(String),
    /// On to the gate of this name.
    To(String),
    /// All gates are behind it: the edition as it is now, scheduled or public.
    Out(Box<EditionRow>),
    /// All gates are behind it, and it becomes public as soon as something else is there; the sentence that says what.
    Waiting(String),
}

/// 通过, with 审核意见 if there is one and what was ticked. What was found in the rows of this write decides.
///
/// # Errors
/// When the gate is not the person's, the text is the person's own, another holds it, findings block, or the person would
/// alone decide that it becomes public.
pub async fn approve(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (whole, anew): (&Whole, Option<Arc<Anew>>),
    word: Word<'_>,
) -> Result<Approved, Refusal> {
    let (owner, matter) = subject(ctx, tx, whole).await?;
    let owner = Editions { anew, ..owner };
    Ok(match acts::approve(tx, &owner, actor, &matter, word).await? {
        Outcome::Second(stage) => Approved::Second(stage.label),
        Outcome::Next(stage) => Approved::To(stage.label),
        Outcome::Passed => {
            let now = rows::edition(tx.conn(), &whole.edition.id).await?.ok_or(Refusal::NotFound)?;
            let waits = match now.state.as_str() {
                "scheduled" => needs::missing(ctx, tx.conn(), whole, Step::Publish).await?.into_iter().next(),
                _ => None,
            };
            match waits {
                Some(need) => Approved::Waiting(need.words),
                None => Approved::Out(Box::new(now)),
            }
        }
    })
}

/// 退回, with the reason.
///
/// # Errors
/// When the gate is not the person's, the text is the person's own, another holds it, or there is no reason.
pub async fn send_back(ctx: &Ctx, tx: &mut Tx, actor: &Actor, whole: &Whole, word: Word<'_>) -> Result<(), Refusal> {
    let (owner, matter) = subject(ctx, tx, whole).await?;
    acts::send_back(tx, &owner, actor, &matter, word).await
}

/// 说明理由后放行 one finding, named by rule and digest.
///
/// # Errors
/// When the person may not, wrote in it, gives no reason, or the finding is not there any more.
pub async fn let_through(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    whole: &Whole,
    finding: (&str, &str),
    reason: &str,
) -> Result<(), Refusal> {
    open(whole, "放行")?;
    let (owner, matter) = subject(ctx, tx, whole).await?;
    findings::let_through(tx, &owner, actor, &matter, finding, reason).await
}

/// Refuses a decision on a gate that the edition has left since the page was opened (`gate` is its code; empty = not told), to
/// those who might have made it: with who was faster, what came of it, and that nothing was done.
///
/// # Errors
/// [`Refusal::Conflict`].
pub async fn still_there(tx: &mut Tx, staff: &Staff, whole: &Whole, gate: &str) -> Result<(), Refusal> {
    let Some(review) = review::rows::newest(tx.conn(), &checks::about(whole)).await? else { return Ok(()) };
    let round = &review.round;
    let Some(place) = round.route.stages().iter().position(|stage| stage.gate == gate) else { return Ok(()) };
    let stage = &round.route.stages()[place];
    let here = matches!(round.state, State::Open { stage, .. } if stage == place);
    let today = time::date_in_china(tx.seams().now());
    let keeper = whole.document.keeper();
    if here || stand_in::may_pass_today(tx.conn(), staff, stage, keeper, today).await.is_err() {
        return Ok(());
    }
    let title = whole.edition.shown_title();
    let passed = round.passes.iter().rfind(|pass| pass.stage == place);
    let how = match (&round.state, passed) {
        (State::Returned { stage: at, by, .. }, _) if *at == place => format!("已由{by}退回撰写人"),
        (_, Some(pass)) => format!("已由{}于 {} 通过", pass.name, time::show_minute(&time::to_db(pass.at))),
        _ => "已不在这一关".to_owned(),
    };
    let now = subject::state_words(&whole.edition, Some(&review));
    let label = &stage.label;
    Err(Refusal::Conflict(format!(
        "您打开之后，《{title}》的{label}{how}，现在是“{now}”。您的操作没有执行，不用再办；可以打开下一件。"
    )))
}

/// Refuses who may not decide where the edition stands now, before anything else is told.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub async fn may_decide(tx: &mut Tx, staff: &Staff, whole: &Whole) -> Result<(), Refusal> {
    let review = review::rows::newest(tx.conn(), &checks::about(whole)).await?;
    match review.as_ref().and_then(|review| review.round.stage()) {
        Some(stage) => {
            let today = time::date_in_china(tx.seams().now());
            stand_in::may_pass_today(tx.conn(), staff, stage, whole.document.keeper(), today).await
        }
        None => Ok(()),
    }
}

/// 撤回公开. A correction on its way would bring the document back, a scheduled one by itself: its review is stopped with it.
///
/// # Errors
/// When the person may not, it is not public, or there is no reason.
pub async fn withdraw(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    whole: &Whole,
    reason: &str,
    notice: &str,
) -> Result<Withdrawn, Refusal> {
    let house = crate::house(ctx);
    // What rests on the document falls with it, in this write: no reader sees one without the other.
    web::hooks::leaving(ctx, tx, &SubjectRef::new(crate::DOCUMENT, &whole.document.id)).await?;
    let done = life::withdraw(tx, &house, actor, whole, (reason, notice)).await?;
    let matter = subject::matter(ctx, tx, whole).await?;
    notices::withdrawn(ctx, tx, actor, &matter, reason).await?;
    if let Withdrawn::Stopped(open, why) = &done {
        let open = rows::read(tx.conn(), &house, &Actor::System, &open.id).await?;
        let (owner, matter) = subject(ctx, tx, &open).await?;
        acts::stop(tx, &owner, actor, &matter, why).await?;
    }
    Ok(done)
}

/// What became of a scheduled edition whose moment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is public.
    Published,
    /// It may not become public after all, and is back with its author.
    Held,
    /// The log does not tell that it was passed: it stays as it is, and the log says so.
    Unproven,
    /// Its text was changed at this very moment: to be tried again.
    Unchecked,
    /// Something that it needs is not there yet ([`needs`]): it becomes public as soon as it is.
    Waiting,
}

/// Whether the log does not tell that a scheduled edition was passed, which it then says, once; asked before anything of the edition
/// is looked at, for its files may be long, and this is asked each minute.
pub async fn is_unproven(ctx: &Ctx, tx: &mut Tx, whole: &Whole) -> Result<bool, Refusal> {
    Ok(proven::due(ctx, tx, whole).await?.is_none())
}

/// A scheduled edition whose moment has come becomes public, or goes back to its author with the reason.
pub async fn come_due(ctx: &Ctx, tx: &mut Tx, whole: &Whole, anew: &Anew) -> Result<Due, Refusal> {
    let house = crate::house(ctx);
    let checks = checks::of(tx.conn(), &house, whole).await?;
    if checks.unchecked() || !anew.is_of(&house, whole)? {
        return Ok(Due::Unchecked);
    }
    let Some(released) = proven::due(ctx, tx, whole).await? else { return Ok(Due::Unproven) };
    if !needs::missing(ctx, tx.conn(), whole, Step::Publish).await?.is_empty() {
        return Ok(Due::Waiting);
    }
    let done = match anew.stopping(&house, whole, &released) {
        Ok(stopping) => life::come_due(tx, &house, whole, checks.stopping().max(stopping)).await,
        Err(other) => Err(other),
    };
    match done {
        Ok(()) => {
            let matter = subject::matter(ctx, tx, whole).await?;
            notices::published(ctx, tx, &matter, None).await?;
            subject::together(tx, &whole.document.id).await?;
            Ok(Due::Published)
        }
        // The state refuses before anything is written.
        Err(Refusal::Conflict(why)) => {
            let (owner, matter) = subject(ctx, tx, whole).await?;
            acts::stop(tx, &owner, &Actor::System, &matter, &why).await?;
            Ok(Due::Held)
        }
        Err(other) => Err(other),
    }
}

/// The newest round of an edition.
pub async fn review_of(ctx: &Ctx, whole: &Whole) -> Result<Option<Review>, Refusal> {
    review::rows::newest(ctx.db().read(), &checks::about(whole)).await
}
