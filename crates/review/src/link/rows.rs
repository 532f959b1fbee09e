//! Links as they stand in the table.

use jiff::Timestamp;
use kernel::{Actor, Staff, id::AccountId, time};
use store::{Executor, Result, Tx, query, query_as, query_scalar};

use super::{Link, LinkId, Waiting};
use crate::{
    rows::Review,
    subject::{About, Matter},
};

/// The link with this digest, if it is this person's.
pub(super) async fn find(executor: impl Executor<'_>, digest: &str, person: &AccountId) -> Result<Option<Link>> {
    query_as(
        "SELECT id, subject_kind, subject_id, round, stage, content, made_name, expires_at, used_at, ended_at \
         FROM review_link WHERE digest = $1 AND person = $2",
    )
    .bind(digest)
    .bind(person)
    .fetch_optional(executor)
    .await
}

/// Links for decisions on a subject that are in force.
pub(super) async fn in_force(executor: impl Executor<'_>, about: &About, now: Timestamp) -> Result<Vec<Waiting>> {
    query_as(
        "SELECT l.person_name, l.made_name, l.expires_at FROM review_link l JOIN review r ON r.id = l.round \
         AND r.state = 'open' AND r.stage = l.stage WHERE l.subject_kind = $1 AND l.subject_id = $2 AND l.used_at = '' \
         AND l.ended_at = '' AND l.expires_at > $3 ORDER BY l.made_at, l.id",
    )
    .bind(about.kind)
    .bind(&about.id)
    .bind(time::to_db(now))
    .fetch_all(executor)
    .await
}

/// Links that this person was sent for a subject before and has not used.
pub(super) async fn open(tx: &mut Tx, about: &About, person: &AccountId) -> Result<Vec<LinkId>> {
    query_scalar(
        "SELECT id FROM review_link WHERE subject_kind = $1 AND subject_id = $2 AND person = $3 AND used_at = '' \
         AND ended_at = ''",
    )
    .bind(about.kind)
    .bind(&about.id)
    .bind(person)
    .fetch_all(tx.conn())
    .await
}

/// A newer link takes the place of this one.
pub(super) async fn end(tx: &mut Tx, id: &LinkId, now: Timestamp) -> Result<()> {
    query("UPDATE review_link SET ended_at = $2 WHERE id = $1")
        .bind(id)
        .bind(time::to_db(now))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What is kept of a link that is made now.
pub(super) struct New<'a> {
    pub(super) id: &'a LinkId,
    /// Of its secret.
    pub(super) digest: String,
    /// The round and the place of its stage where the subject stands.
    pub(super) review: &'a Review,
    pub(super) place: usize,
    /// One digest of everything in the subject.
    pub(super) content: String,
    pub(super) person: &'a Staff,
    pub(super) now: Timestamp,
    pub(super) until: Timestamp,
}

/// Keeps a link.
pub(super) async fn add(tx: &mut Tx, actor: &Actor, matter: &Matter, new: New<'_>) -> Result<()> {
    query(
        "INSERT INTO review_link (id, digest, subject_kind, subject_id, round, stage, content, person, person_name, made_by, \
         made_name, made_at, expires_at, used_at, ended_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '')",
    )
    .bind(new.id)
    .bind(new.digest)
    .bind(matter.about.kind)
    .bind(&matter.about.id)
    .bind(&new.review.id)
    .bind(i64::try_from(new.place).unwrap_or(i64::MAX))
    .bind(new.content)
    .bind(&new.person.account)
    .bind(&new.person.name)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(time::to_db(new.now))
    .bind(time::to_db(new.until))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes that a link is used; whether it was not before.
pub(super) async fn redeem(tx: &mut Tx, id: &LinkId) -> Result<bool> {
    let now = tx.now();
    let done = query("UPDATE review_link SET used_at = $2 WHERE id = $1 AND used_at = '' AND ended_at = ''")
        .bind(id)
        .bind(&now)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}
