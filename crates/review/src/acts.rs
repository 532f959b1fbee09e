//! What people do with a round. Each act runs in the caller's write, with the subject read and locked by its owner in it:
//! rules → rows → the owner's rows → event → the owner's events.

use kernel::{
    Actor, NewEvent, Staff,
    id::{AccountId, ReviewId},
    may_for, time,
};
use serde_json::json;
use store::{Tx, query};

use crate::{
    Result, findings,
    model::{Exception, Facts, Outcome, Round, State, Who, Word, by_tick},
    permissions,
    refusal::Refusal,
    route::{Route, Stage},
    rows::{self, Review},
    stand_in,
    subject::{Happened, LogName, Matter, Subject},
};

/// Longest reason or note that is kept, in characters.
const REASON: usize = 2000;

impl LogName {
    fn with(base: &serde_json::Value, more: serde_json::Value) -> serde_json::Value {
        let mut data = base.clone();
        if let (Some(data), serde_json::Value::Object(more)) = (data.as_object_mut(), more) {
            data.extend(more);
        }
        data
    }

    /// The brief with more keys.
    pub(crate) fn brief_with(&self, more: serde_json::Value) -> serde_json::Value {
        Self::with(&self.brief, more)
    }

    fn text_with(&self, more: serde_json::Value) -> serde_json::Value {
        Self::with(&self.text, more)
    }
}

fn cut(text: &str) -> String {
    text.trim().chars().take(REASON).collect()
}

fn staff(actor: &Actor) -> Result<&Staff> {
    actor.staff().ok_or(web::Refusal::NotFound)
}

/// The one in whose name this person decides, if it is not the own one (see [`Word::in_name_of`]).
async fn away(
    tx: &mut Tx,
    subject: &dyn Subject,
    staff: &Staff,
    round: &Round,
    said: Option<&AccountId>,
) -> Result<Option<Staff>> {
    let now = tx.seams().now();
    let mut all = Vec::new();
    for one in stand_in::away_of(tx.conn(), staff, time::date_in_china(now)).await? {
        all.extend(subject.still(one).await?);
    }
    let at = match said {
        Some(own) if own.as_str().is_empty() || *own == staff.account => return Ok(None),
        Some(account) => {
            let at = all.iter().position(|one| one.account == *account);
            Some(at.ok_or(Refusal::NoStandIn)?)
        }
        None => {
            let named = round.stage().and_then(|stage| stage.person.as_ref()).map(|named| &named.account);
            let holder = round.claim(now).map(|claim| &claim.by);
            all.iter().position(|one| [named, holder].contains(&Some(&one.account)))
        }
    };
    Ok(at.map(|at| all.swap_remove(at)))
}

/// The data of an event, with how it was done, where not on the usual page.
fn told_how(mut data: serde_json::Value, how: &str) -> serde_json::Value {
    if !how.is_empty() {
        data["how"] = how.into();
    }
    data
}

/// The data of an event, with in whose name it was done.
fn named(mut data: serde_json::Value, away: Option<&Staff>) -> serde_json::Value {
    if let Some(away) = away {
        data["stood_for"] = away.name.as_str().into();
        data["stood_for_account"] = away.account.as_str().into();
    }
    data
}

async fn facts(tx: &mut Tx, subject: &dyn Subject, matter: &Matter) -> Result<Facts> {
    let checks = findings::read(tx.conn(), &matter.about, &matter.parts).await?;
    Ok(matter.facts(subject.words(), &checks))
}

/// The newest round; a subject that was never submitted is refused like one whose round has ended.
async fn standing(tx: &mut Tx, matter: &Matter, facts: &Facts, what: &'static str) -> Result<Review> {
    let review = rows::newest(tx.conn(), &matter.about).await?;
    review.ok_or_else(|| Refusal::State { words: facts.words, state: facts.state.clone(), what }.into())
}

fn first_stage(round: &Round) -> &Stage {
    round.stage().unwrap_or_else(|| round.route.first())
}

/// What is written in every act: the owner's rows, the event, the owner's events.
async fn tell(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    what: &Happened<'_>,
    event: impl Into<Option<NewEvent>>,
) -> Result<()> {
    subject.prepare(tx, actor, matter, what).await?;
    if let Some(event) = event.into() {
        tx.append(event.organ(&matter.organ)).await?;
    }
    subject.follow(tx, actor, matter, what).await
}

/// 提交审核: begins a round at the first stage of `route`. Whether this person may submit is the owner's to say.
///
/// # Errors
/// When a round is open already, or the subject is unchecked, blocked by findings or unfit.
pub async fn open(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    route: Route,
) -> Result<ReviewId> {
    let facts = facts(tx, subject, matter).await?;
    let before = rows::newest(tx.conn(), &matter.about).await?;
    if before.is_some_and(|review| matches!(review.round.state, State::Open { .. })) {
        return Err(Refusal::State { words: facts.words, state: facts.state, what: "提交审核" }.into());
    }
    let round = Round::open(route, &facts)?;
    let id = rows::insert(tx, actor, matter, &round).await?;
    let event = subject.said().opened;
    let event = event.map(|kind| NewEvent::new(kind, &matter.log.id, actor).data(matter.log.text.clone()));
    tell(tx, subject, actor, matter, &Happened::Opened(first_stage(&round)), event).await?;
    Ok(id)
}

/// 领取: keeps others from deciding for two hours.
///
/// # Errors
/// When the stage is not the person's, the person wrote in it, or another holds it.
pub async fn claim(tx: &mut Tx, subject: &dyn Subject, actor: &Actor, matter: &Matter) -> Result<()> {
    let facts = facts(tx, subject, matter).await?;
    let review = standing(tx, matter, &facts, "领取").await?;
    let (now, me) = (tx.seams().now(), staff(actor)?);
    let away = away(tx, subject, me, &review.round, None).await?;
    let who = Who { staff: me, away: away.as_ref() };
    let next = review.round.clone().claim_by(who, &facts, now)?;
    rows::put(tx, actor, &review, &next, facts.words).await?;
    let stage = first_stage(&next);
    let event = NewEvent::new(subject.said().claimed, &matter.log.id, actor)
        .data(matter.log.brief_with(named(json!({ "gate": stage.gate }), away.as_ref())));
    tell(tx, subject, actor, matter, &Happened::Moved(stage), event).await
}

/// 放回: gives the claim back.
///
/// # Errors
/// When the stage is not the person's or another holds it.
pub async fn release(tx: &mut Tx, subject: &dyn Subject, actor: &Actor, matter: &Matter) -> Result<()> {
    let facts = facts(tx, subject, matter).await?;
    let review = standing(tx, matter, &facts, "放回").await?;
    let (now, me) = (tx.seams().now(), staff(actor)?);
    let away = away(tx, subject, me, &review.round, None).await?;
    let who = Who { staff: me, away: away.as_ref() };
    let next = review.round.clone().release(who, &facts, now)?;
    rows::put(tx, actor, &review, &next, facts.words).await?;
    let stage = first_stage(&next);
    let event = NewEvent::new(subject.said().released, &matter.log.id, actor)
        .data(matter.log.brief_with(named(json!({ "gate": stage.gate }), away.as_ref())));
    tell(tx, subject, actor, matter, &Happened::Moved(stage), event).await
}

/// What the log says of what was ticked: `ticked`, and `unticked` where something was left. Nothing where nothing is asked.
fn told_ticks(mut data: serde_json::Value, stage: &Stage, ticked: &[usize]) -> serde_json::Value {
    let (yes, no) = by_tick(stage, ticked);
    for (key, questions) in [("ticked", yes), ("unticked", no)] {
        if !questions.is_empty() {
            data[key] = questions.join("；").into();
        }
    }
    data
}

/// 通过, with 审核意见 if there is one, and what was ticked. What was found in the text as it stands in this very write decides.
///
/// # Errors
/// As [`claim`], and when the subject is unchecked, blocked by findings or unfit, or a question of the stage is not ticked.
pub async fn approve<'w>(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    word: impl Into<Word<'w>>,
) -> Result<Outcome> {
    let word = word.into();
    let facts = facts(tx, subject, matter).await?;
    let review = standing(tx, matter, &facts, "通过").await?;
    let (now, opinion) = (tx.seams().now(), cut(word.text));
    let said = Word { text: &opinion, ..word };
    let me = staff(actor)?;
    let away = away(tx, subject, me, &review.round, word.in_name_of).await?;
    let who = Who { staff: me, away: away.as_ref() };
    let (next, outcome) = review.round.clone().approve(who, said, &facts, now)?;
    rows::put(tx, actor, &review, &next, facts.words).await?;
    let passed = first_stage(&review.round);
    let more = match opinion.as_str() {
        "" => json!({ "gate": passed.gate }),
        opinion => json!({ "gate": passed.gate, "opinion": opinion }),
    };
    let data = matter.log.text_with(told_how(named(told_ticks(more, passed, word.ticked), away.as_ref()), word.how));
    let event = NewEvent::new(subject.said().passed, &matter.log.id, actor).data(data);
    let happened = match &outcome {
        Outcome::Second(stage) => Happened::Moved(stage),
        Outcome::Next(stage) => Happened::Onward(stage),
        Outcome::Passed => Happened::Passed,
    };
    tell(tx, subject, actor, matter, &happened, event).await?;
    Ok(outcome)
}

/// 退回, with the reason; what had been ticked until then stands in the log, and what had not.
///
/// # Errors
/// As [`claim`], and when there is no reason.
pub async fn send_back<'w>(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    word: impl Into<Word<'w>>,
) -> Result<()> {
    let word = word.into();
    let facts = facts(tx, subject, matter).await?;
    let review = standing(tx, matter, &facts, "退回").await?;
    let (now, reason) = (tx.seams().now(), cut(word.text));
    let me = staff(actor)?;
    let away = away(tx, subject, me, &review.round, word.in_name_of).await?;
    let next = review.round.clone().send_back(Who { staff: me, away: away.as_ref() }, &reason, &facts, now)?;
    rows::put(tx, actor, &review, &next, facts.words).await?;
    // Nothing was ticked: the person did not get that far, and the log says nothing of it.
    let ticked = (!word.ticked.is_empty()).then_some(word.ticked);
    let how = Back { stage: first_stage(&review.round), ticked, away: away.as_ref(), how: word.how };
    returned(tx, subject, actor, matter, how, &reason).await
}

/// Sends a subject back from outside, whoever has it: what it was for has changed. For a round that is open, and for one that
/// has passed while the subject waits for its moment.
///
/// # Errors
/// When no round of it is under way.
pub async fn stop(tx: &mut Tx, subject: &dyn Subject, actor: &Actor, matter: &Matter, reason: &str) -> Result<()> {
    let facts = facts(tx, subject, matter).await?;
    let review = standing(tx, matter, &facts, "退回").await?;
    let reason = cut(reason);
    let next = review.round.clone().stop(actor.log_name(), &reason, &facts)?;
    rows::put(tx, actor, &review, &next, facts.words).await?;
    let how = Back { stage: first_stage(&review.round), ticked: None, away: None, how: "" };
    returned(tx, subject, actor, matter, how, &reason).await
}

/// From where a subject goes back to its authors, and how.
struct Back<'a> {
    stage: &'a Stage,
    /// What had been ticked until then.
    ticked: Option<&'a [usize]>,
    /// In whose name it was sent back.
    away: Option<&'a Staff>,
    /// See [`Word::how`].
    how: &'a str,
}

async fn returned(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    Back { stage, ticked, away, how }: Back<'_>,
    reason: &str,
) -> Result<()> {
    let mut data = told_how(named(json!({ "gate": stage.gate, "reason": reason }), away), how);
    if let Some(ticked) = ticked {
        data = told_ticks(data, stage, ticked);
    }
    let event = NewEvent::new(subject.said().returned, &matter.log.id, actor).data(matter.log.brief_with(data));
    tell(tx, subject, actor, matter, &Happened::Returned(stage, reason), event).await
}

/// 收回修改: the authors take it back; its next round begins anew. Whether this person may is the owner's to say.
///
/// # Errors
/// When no round of it is under way.
pub async fn recall(tx: &mut Tx, subject: &dyn Subject, actor: &Actor, matter: &Matter) -> Result<()> {
    let facts = facts(tx, subject, matter).await?;
    let review = standing(tx, matter, &facts, "收回修改").await?;
    let next = review.round.clone().recall(&facts)?;
    rows::put(tx, actor, &review, &next, facts.words).await?;
    let data = matter.log.brief_with(json!({ "from": matter.state }));
    let event = subject.said().recalled.map(|kind| NewEvent::new(kind, &matter.log.id, actor).data(data));
    tell(tx, subject, actor, matter, &Happened::Recalled, event).await
}

/// 紧急发布: out past the stages that are left, with a reason; on a list until another person has reviewed it. The round that is
/// under way, or has passed while the subject waits for its moment, must have the secrecy review behind it. Whether the subject
/// is in a state to go out is the owner's to say.
///
/// # Errors
/// When the secrecy review is not passed, the person may not, wrote in it, passed the secrecy review or let a finding through,
/// gives no reason, or the subject is unchecked, blocked by findings or unfit.
pub async fn except(tx: &mut Tx, subject: &dyn Subject, actor: &Actor, matter: &Matter, reason: &str) -> Result<()> {
    may_for(actor, &permissions::BYPASS_GATES, &matter.keeper)?;
    let (who, reason) = (staff(actor)?, cut(reason));
    let facts = facts(tx, subject, matter).await?;
    facts.foreign(&who.account)?;
    let review = rows::newest(tx.conn(), &matter.about).await?.ok_or(Refusal::NotCleared(facts.words))?;
    let next = review.round.clone().except(who, &reason, &facts)?;
    rows::put(tx, actor, &review, &next, facts.words).await?;
    let review = review.id;
    query(
        "INSERT INTO review_exception (review, made_by, name, at, reviewed_by, reviewed_name, reviewed_at, note) \
         VALUES ($1, $2, $3, $4, '', '', '', '')",
    )
    .bind(&review)
    .bind(&who.account)
    .bind(&who.name)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let event = NewEvent::new(subject.said().excepted, &matter.log.id, actor)
        .data(matter.log.text_with(json!({ "reason": reason, "from": matter.state })));
    tell(tx, subject, actor, matter, &Happened::Excepted, event).await
}

/// What a review after an exception comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was right.
    Agrees,
    /// It should not have gone out: another person looks again, or the owner takes it back.
    Disagrees,
}

/// The review after an exception: by another person, with a note.
///
/// # Errors
/// When there is none, it was reviewed already, the person is the same, an author or who disagreed, or there is no note.
pub async fn review_exception(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    (verdict, note): (Verdict, &str),
) -> Result<()> {
    may_for(actor, &permissions::REVIEW_EXCEPTIONS, &matter.keeper)?;
    let (who, note) = (staff(actor)?, cut(note));
    let facts = facts(tx, subject, matter).await?;
    let row = rows::exception(tx.conn(), &matter.about).await?.ok_or(Refusal::NotOnList(facts.words))?;
    let before = row.note.strip_prefix(rows::OBJECTED);
    let objector = before.map(|_| AccountId::from(row.reviewed_by.as_str()));
    let made = Exception { by: row.made_by, reviewed: !row.reviewed_by.is_empty(), objector };
    made.review(who, &note, &facts)?;
    let kept = match (verdict, before) {
        (Verdict::Disagrees, _) => format!("{}{note}", rows::OBJECTED),
        (Verdict::Agrees, Some(against)) => format!("{note}（此前{}不同意：{against}）", row.reviewed_name),
        (Verdict::Agrees, None) => note,
    };
    let done = query(
        "UPDATE review_exception SET reviewed_by = $2, reviewed_name = $3, reviewed_at = $4, note = $5 \
         WHERE review = $1 AND reviewed_by = $6",
    )
    .bind(&row.review)
    .bind(&who.account)
    .bind(&who.name)
    .bind(tx.now())
    .bind(&kept)
    .bind(&row.reviewed_by)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Refusal::NotOnList(facts.words).into());
    }
    let event = NewEvent::new(subject.said().exception_reviewed, &matter.log.id, actor)
        .data(matter.log.brief_with(json!({ "note": kept })));
    tx.append(event.organ(&matter.organ)).await?;
    Ok(())
}
