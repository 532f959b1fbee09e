//! One-time links (一次性审批链接): a leader who has an account gets by mail an address that opens one text for one decision. It holds
//! for two days, for one person, for the text as it was when it was sent, and is used up by the decision. It replaces no sign-in:
//! whoever opens it must be that person. The secret stands in the mail alone, as long as
//! that waits to be delivered in the job that delivers it; here is its digest.

mod rows;

use jiff::{SignedDuration, Timestamp};
use kernel::{
    Actor, NewEvent, Staff,
    id::{AccountId, ReviewId, SubjectRef},
    time,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Executor, FromRow, Sealed, Tx};
use web::Refusal;

use crate::{
    Result,
    events::{LINK, LINK_SENT, LINK_USED},
    findings,
    model::{State, may_pass},
    refusal::Refusal as Because,
    rows::{Review, newest},
    subject::{About, Matter, Part, Subject},
};

/// Hours for which a link holds.
pub const HOURS: i64 = 48;

::store::ids! {
    /// One link; not its secret.
    LinkId,
}

/// A link as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Link {
    pub id: LinkId,
    /// What it opens, with the id below.
    pub subject_kind: String,
    /// One subject alone, whatever else the person may read.
    pub subject_id: String,
    round: ReviewId,
    stage: i64,
    content: String,
    /// Name of who sent it.
    pub made_name: String,
    /// Stored form.
    pub expires_at: String,
    used_at: String,
    ended_at: String,
}

fn digest_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// One digest of everything in a subject that is looked at.
fn content_of(parts: &[Part]) -> String {
    let mut all = Sha256::new();
    for part in parts {
        all.update(format!("{}\n{}\n", part.key, part.digest));
    }
    hex::encode(all.finalize())
}

impl Link {
    /// Whether it was used, or a newer one took its place.
    pub fn is_over(&self) -> bool {
        !self.used_at.is_empty() || !self.ended_at.is_empty()
    }

    /// Why it decides nothing now, if so, in words for the person: given the newest round of its subject and what is in it.
    pub fn fault(&self, review: Option<&Review>, parts: &[Part], now: Timestamp) -> Option<&'static str> {
        if !self.used_at.is_empty() {
            return Some("这个链接已经用过，不能再用。需要再办理的，请登录后在审核列表打开。");
        }
        if !self.ended_at.is_empty() {
            return Some("已经给您发过新的链接，这一个不再有效。请打开最近的一封邮件。");
        }
        if time::from_db(&self.expires_at).is_none_or(|until| until <= now) {
            return Some("这个链接已经过期（发出后 48 小时内有效）。请联系发送人重新发送，或登录后在审核列表打开。");
        }
        let at = review.filter(|review| review.id == self.round).and_then(|review| match review.round.state {
            State::Open { stage, .. } => i64::try_from(stage).ok(),
            _ => None,
        });
        if at != Some(self.stage) {
            return Some("这份稿件已经不在发送链接时的关口，可能已由他人办理、退回或者收回，不用再办。");
        }
        (content_of(parts) != self.content)
            .then_some("链接发出以后，稿件的内容有了变化，链接已经失效。请联系发送人重新发送。")
    }
}

/// The link with this secret, if it is this person's.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none, or it is somebody else's.
pub async fn find(executor: impl Executor<'_>, secret: &str, person: &AccountId) -> Result<Link> {
    let found = rows::find(executor, &digest_of(secret), person).await?;
    found.ok_or(Refusal::NotFound)
}

/// A link that waits for its person, as others may know of it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Waiting {
    pub person_name: String,
    /// Name of who sent it.
    pub made_name: String,
    /// Stored form.
    pub expires_at: String,
}

/// Links for decisions on a subject that are in force: of the round and stage where it stands, not used, not expired.
///
/// # Errors
/// When the database fails.
pub async fn in_force(executor: impl Executor<'_>, about: &About, now: Timestamp) -> Result<Vec<Waiting>> {
    Ok(rows::in_force(executor, about, now).await?)
}

/// What the log seals: who was asked to decide on what is nobody's to write past the program.
pub(crate) fn sealed() -> Sealed {
    Sealed::each(LINK, "审批链接", "SELECT id FROM review_link", "SELECT person_name FROM review_link WHERE id = $1").part(
        "review_link/1",
        "审批链接",
        "SELECT id, digest, subject_kind, subject_id, round, stage, content, person, person_name, made_by, made_name, made_at, \
         expires_at, used_at, ended_at FROM review_link WHERE id = $1",
    )
}

/// Makes a link for this person, who must be one who may pass the stage where the subject stands; those made before for the same
/// person and subject end. Answers the secret, which is kept nowhere.
///
/// # Errors
/// When no round is open, or the person could not decide at its stage.
pub async fn make(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    person: &Staff,
) -> Result<String> {
    tx.lock("review_link").await?;
    let checks = findings::read(tx.conn(), &matter.about, &matter.parts).await?;
    let facts = matter.facts(subject.words(), &checks);
    let state = || Because::State { words: facts.words, state: facts.state.clone(), what: "发送审批链接" };
    let review = newest(tx.conn(), &matter.about).await?.ok_or_else(state)?;
    let State::Open { stage: place, .. } = review.round.state else { return Err(state().into()) };
    let now = tx.seams().now();
    let stage = review.round.stage().ok_or_else(state)?;
    may_pass(person, stage, &facts.keeper)?;
    if let Some(why) = review.round.kept_out(person, &facts, now) {
        return Err(Refusal::field("person", format!("请选择别人：{why}")));
    }
    for old in &rows::open(tx, &matter.about, &person.account).await? {
        rows::end(tx, old, now).await?;
        tx.touch(&SubjectRef::new(LINK, old));
    }
    let (id, secret) = (LinkId::fresh(&tx.seams()), tx.seams().secret(32));
    let until = now.checked_add(SignedDuration::from_hours(HOURS)).unwrap_or(now);
    let (digest, content) = (digest_of(&secret), content_of(&matter.parts));
    let new = rows::New { id: &id, digest, review: &review, place, content, person, now, until };
    rows::add(tx, actor, matter, new).await?;
    let data = json!({ "person": person.name, "title": matter.title, "gate": stage.gate, "until": time::to_db(until) });
    tx.append(NewEvent::new(&LINK_SENT, &id, actor).organ(&matter.organ).data(data)).await?;
    Ok(secret)
}

/// Uses a link up, before the decision in the same write; [`told`] comes after it.
///
/// # Errors
/// [`Refusal::Conflict`] with why it decides nothing.
pub async fn redeem(tx: &mut Tx, link: &Link, review: Option<&Review>, parts: &[Part]) -> Result<()> {
    if let Some(why) = link.fault(review, parts, tx.seams().now()) {
        return Err(Refusal::Conflict(why.to_owned()));
    }
    if !rows::redeem(tx, &link.id).await? {
        return Err(Refusal::Conflict("这个链接刚刚用过，您的操作没有执行。请登录后在审核列表查看。".into()));
    }
    Ok(())
}

/// The event of a link that was used, after those of the decision.
///
/// # Errors
/// When the database fails.
pub async fn told(tx: &mut Tx, actor: &Actor, matter: &Matter, link: &Link) -> Result<()> {
    let data = json!({ "title": matter.title });
    tx.append(NewEvent::new(&LINK_USED, &link.id, actor).organ(&matter.organ).data(data)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_as_its_digest_and_any_change_is_another_content() {
        assert_eq!(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let part = |key: &str, text: &str| Part::of_text(key, "", text);
        let before = content_of(&[part("title", "甲"), part("body", "乙")]);
        assert_eq!(before, content_of(&[part("title", "甲"), part("body", "乙")]));
        assert_ne!(before, content_of(&[part("title", "甲"), part("body", "丙")]));
        assert_ne!(before, content_of(&[part("title", "甲")]));
    }
}
