//! Rows of reviews: reading the newest round of a subject, writing where a round stands.

use std::collections::HashMap;

use jiff::Timestamp;
use kernel::{
    Actor,
    id::{AccountId, ReviewId},
    time,
};
use store::{Db, Executor, FromRow, Tx, query, query_as, query_scalar};

use crate::{
    Result,
    model::{Claim, Pass, Round, State},
    refusal::{Refusal, Words},
    route::{Route, Within},
    subject::{About, Matter},
};

/// A round with its row.
#[derive(Debug, Clone)]
pub struct Review {
    pub id: ReviewId,
    /// Which round of the subject it is, from 1.
    pub number: i64,
    /// When it came to the stage where it stands or ended.
    pub since: Timestamp,
    /// Stages, passes, state.
    pub round: Round,
    version: i64,
}

/// A round and one of its passes; a round with several passes comes as several of these.
#[derive(FromRow)]
struct RoundRow {
    id: ReviewId,
    subject_id: String,
    round: i64,
    route: String,
    stage: i64,
    state: String,
    since: String,
    claimed_by: String,
    claimed_name: String,
    claimed_at: String,
    decided_name: String,
    reason: String,
    version: i64,
    pass_stage: Option<i64>,
    pass_by: Option<AccountId>,
    pass_name: Option<String>,
    pass_at: Option<String>,
    pass_opinion: Option<String>,
    pass_ticked: Option<String>,
    pass_stood_for: Option<String>,
}

const SELECT: &str = "SELECT r.id, r.subject_id, r.round, r.route, r.stage, r.state, r.since, r.claimed_by, r.claimed_name, \
     r.claimed_at, r.decided_name, r.reason, r.version, p.stage AS pass_stage, p.passed_by AS pass_by, p.name AS pass_name, \
     p.at AS pass_at, p.opinion AS pass_opinion, p.ticked AS pass_ticked, p.stood_for AS pass_stood_for FROM review r LEFT JOIN review_pass p ON p.review = r.id";

/// The row holds what this program never writes.
fn bad(id: &ReviewId, what: &str) -> web::Refusal {
    web::Error::internal(format!("review {id}: bad {what}")).into()
}

fn moment(id: &ReviewId, text: &str) -> Result<Timestamp> {
    time::from_db(text).ok_or_else(|| bad(id, "moment"))
}

impl RoundRow {
    fn review(&self) -> Result<Review> {
        let route: Route = serde_json::from_str(&self.route).map_err(|_| bad(&self.id, "route"))?;
        let stage = usize::try_from(self.stage).ok().filter(|at| route.stage(*at).is_some());
        let stage = stage.ok_or_else(|| bad(&self.id, "stage"))?;
        let (by, reason) = (self.decided_name.clone(), self.reason.clone());
        let state = match self.state.as_str() {
            "open" if self.claimed_by.is_empty() => State::Open { stage, claim: None },
            "open" => {
                let (by, name) = (AccountId::from(self.claimed_by.as_str()), self.claimed_name.clone());
                State::Open { stage, claim: Some(Claim { by, name, at: moment(&self.id, &self.claimed_at)? }) }
            }
            "passed" => State::Passed,
            "returned" => State::Returned { stage, by, reason },
            "recalled" => State::Recalled,
            "stopped" => State::Stopped { stage, by, reason },
            "excepted" => State::Excepted { reason },
            _ => return Err(bad(&self.id, "state")),
        };
        Ok(Review {
            id: self.id.clone(),
            number: self.round,
            since: moment(&self.id, &self.since)?,
            round: Round { route, passes: Vec::new(), state },
            version: self.version,
        })
    }

    fn pass(self) -> Result<Option<Pass>> {
        let (Some(stage), Some(by), Some(name), Some(at)) =
            (self.pass_stage, self.pass_by, self.pass_name, self.pass_at)
        else {
            return Ok(None);
        };
        let stage = usize::try_from(stage).map_err(|_| bad(&self.id, "pass"))?;
        let opinion = self.pass_opinion.unwrap_or_default();
        let ticked = match self.pass_ticked.as_deref().unwrap_or_default() {
            "" => Vec::new(),
            kept => serde_json::from_str(kept).map_err(|_| bad(&self.id, "ticks"))?,
        };
        let stood_for = self.pass_stood_for.filter(|account| !account.is_empty()).map(AccountId::from);
        Ok(Some(Pass { stage, by, stood_for, name, at: moment(&self.id, &at)?, opinion, ticked }))
    }
}

/// Rounds by subject out of rows that are sorted by round: the newest stays.
fn newest_of(rows: Vec<RoundRow>) -> Result<HashMap<String, Review>> {
    let mut found: HashMap<String, Review> = HashMap::new();
    for row in rows {
        if found.get(&row.subject_id).is_none_or(|review| review.id != row.id) {
            found.insert(row.subject_id.clone(), row.review()?);
        }
        let subject = row.subject_id.clone();
        if let (Some(pass), Some(review)) = (row.pass()?, found.get_mut(&subject)) {
            review.round.passes.push(pass);
        }
    }
    Ok(found)
}

/// The newest round of a subject, if it was ever submitted.
///
/// # Errors
/// When the database fails or holds what this program never writes.
pub async fn newest<'e>(executor: impl Executor<'e>, about: &About) -> Result<Option<Review>> {
    let sql = format!(
        "{SELECT} WHERE r.subject_kind = $1 AND r.subject_id = $2 AND r.round = \
         (SELECT MAX(round) FROM review WHERE subject_kind = $1 AND subject_id = $2) ORDER BY p.stage, p.at"
    );
    // SQL: fixed text, names from this file and numbers of places; every value is bound.
    let rows = query_as(store::built(sql)).bind(about.kind).bind(&about.id).fetch_all(executor).await?;
    Ok(newest_of(rows)?.remove(&about.id))
}

/// The newest rounds of several subjects of one kind, by subject: for a page of a list.
///
/// # Errors
/// As [`newest`].
pub async fn newest_each(db: &Db, kind: &str, ids: &[String]) -> Result<HashMap<String, Review>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "{SELECT} WHERE r.subject_kind = $1 AND r.subject_id IN ({}) ORDER BY r.round, p.stage, p.at",
        store::places(2, ids.len())
    );
    // SQL: fixed text, names from this file and numbers of places; every value is bound.
    let mut ask = query_as(store::built(sql)).bind(kind);
    for id in ids {
        ask = ask.bind(id);
    }
    newest_of(ask.fetch_all(db.read()).await?)
}

/// An exception as a subject's page tells it.
#[derive(Debug, Clone, FromRow)]
pub struct ExceptionRow {
    /// The round that ended by it.
    pub review: ReviewId,
    /// Who made it.
    pub made_by: AccountId,
    /// Who reviewed it afterwards; empty = nobody yet.
    pub reviewed_by: String,
    /// The same by name.
    pub reviewed_name: String,
    /// What came of it.
    pub note: String,
}

/// How the note of a review begins that disagrees with the exception. It waits for another person, or for the subject to be
/// taken back.
pub const OBJECTED: &str = "不同意：";

/// The newest exception of a subject.
pub(crate) async fn exception<'e>(executor: impl Executor<'e>, about: &About) -> Result<Option<ExceptionRow>> {
    let sql = "SELECT x.review, x.made_by, x.reviewed_by, x.reviewed_name, x.note FROM review_exception x \
               JOIN review r ON r.id = x.review WHERE r.subject_kind = $1 AND r.subject_id = $2 ORDER BY r.round DESC LIMIT 1";
    Ok(query_as(sql).bind(about.kind).bind(&about.id).fetch_optional(executor).await?)
}

/// Writes a new round.
pub(crate) async fn insert(tx: &mut Tx, actor: &Actor, matter: &Matter, round: &Round) -> Result<ReviewId> {
    let id = ReviewId::fresh(&tx.seams());
    let now = tx.now();
    let last: i64 =
        query_scalar("SELECT COALESCE(MAX(round), 0) FROM review WHERE subject_kind = $1 AND subject_id = $2")
            .bind(matter.about.kind)
            .bind(&matter.about.id)
            .fetch_one(tx.conn())
            .await?;
    // A round begins open, or it begins and ends at once by an exception.
    let reason = if let State::Excepted { reason } = &round.state { reason.as_str() } else { "" };
    let open = matches!(round.state, State::Open { .. });
    let decided = if open { ("", "") } else { (actor.log_id(), actor.log_name()) };
    query(
        "INSERT INTO review (id, subject_kind, subject_id, organ, title, label, byline, round, route, stage, gate, state, \
         since, claimed_by, claimed_name, claimed_at, decided_by, decided_name, reason, opened_by, opened_at, closed_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, '', '', '', $13, $14, $15, $16, $12, $17, 1)",
    )
    .bind(&id)
    .bind(matter.about.kind)
    .bind(&matter.about.id)
    .bind(&matter.organ)
    .bind(&matter.title)
    .bind(&matter.label)
    .bind(&matter.byline)
    .bind(last + 1)
    .bind(serde_json::to_string(&round.route)?)
    .bind(&round.route.first().gate)
    .bind(round.state.code())
    .bind(&now)
    .bind(decided.0)
    .bind(decided.1)
    .bind(reason)
    .bind(actor.log_id())
    .bind(if open { "" } else { now.as_str() })
    .execute(tx.conn())
    .await?;
    for author in &matter.authors {
        query("INSERT INTO review_author (review, account) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&id)
            .bind(author)
            .execute(tx.conn())
            .await?;
    }
    put_roles(tx, &id, round).await?;
    Ok(id)
}

/// Who may pass the stage where the round stands now, for lists.
pub(crate) async fn put_roles(tx: &mut Tx, id: &ReviewId, round: &Round) -> Result<()> {
    let within = round.stage().and_then(|stage| stage.within).map_or("", Within::code);
    let person = round.stage().and_then(|stage| stage.person.as_ref()).map_or("", |named| named.account.as_str());
    query("UPDATE review SET stage_within = $2, stage_person = $3, stage_last = $4 WHERE id = $1")
        .bind(id)
        .bind(within)
        .bind(person)
        .bind(i64::from(round.is_at_last()))
        .execute(tx.conn())
        .await?;
    query("DELETE FROM review_role WHERE review = $1").bind(id).execute(tx.conn()).await?;
    for role in round.stage().map(|stage| stage.roles.as_slice()).unwrap_or_default() {
        query("INSERT INTO review_role (review, role) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(role.code())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Writes where the round stands now over the one that was read, if nobody was faster.
pub(crate) async fn put(tx: &mut Tx, actor: &Actor, review: &Review, next: &Round, words: Words) -> Result<()> {
    let now = tx.now();
    let before = &review.round.state;
    let (mut claimed, mut reason) = ((String::new(), String::new(), String::new()), String::new());
    let stage = match &next.state {
        State::Open { stage, claim } => {
            if let Some(claim) = claim {
                claimed = (claim.by.to_string(), claim.name.clone(), time::to_db(claim.at));
            }
            *stage
        }
        State::Returned { stage, reason: why, .. } | State::Stopped { stage, reason: why, .. } => {
            reason.clone_from(why);
            *stage
        }
        State::Excepted { reason: why } => {
            reason.clone_from(why);
            place(before, next)
        }
        State::Passed | State::Recalled => place(before, next),
    };
    // The clock of a stage runs on through claiming and giving back, and through the first of two people.
    let since = if place(before, next) == stage { time::to_db(review.since) } else { now.clone() };
    let open = matches!(next.state, State::Open { .. });
    let decided = if open { ("", "") } else { (actor.log_id(), actor.log_name()) };
    let done = query(
        "UPDATE review SET stage = $3, gate = $4, state = $5, since = $6, claimed_by = $7, claimed_name = $8, claimed_at = $9, \
         decided_by = $10, decided_name = $11, reason = $12, closed_at = $13, version = version + 1 \
         WHERE id = $1 AND version = $2",
    )
    .bind(&review.id)
    .bind(review.version)
    .bind(i64::try_from(stage).unwrap_or(i64::MAX))
    .bind(next.route.stage(stage).map(|stage| stage.gate.as_str()).unwrap_or_default())
    .bind(next.state.code())
    .bind(since)
    .bind(claimed.0)
    .bind(claimed.1)
    .bind(claimed.2)
    .bind(decided.0)
    .bind(decided.1)
    .bind(reason)
    .bind(if open { "" } else { now.as_str() })
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Refusal::Changed(words).into());
    }
    for pass in next.passes.iter().skip(review.round.passes.len()) {
        let ticked = if pass.ticked.is_empty() { String::new() } else { serde_json::to_string(&pass.ticked)? };
        query(
            "INSERT INTO review_pass (review, stage, passed_by, stood_for, name, at, opinion, ticked) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&review.id)
        .bind(i64::try_from(pass.stage).unwrap_or(i64::MAX))
        .bind(&pass.by)
        .bind(pass.stood_for.as_ref().map_or("", AccountId::as_str))
        .bind(&pass.name)
        .bind(time::to_db(pass.at))
        .bind(&pass.opinion)
        .bind(ticked)
        .execute(tx.conn())
        .await?;
    }
    put_roles(tx, &review.id, next).await
}

/// The stage at which the round stood before; the last when it had passed.
fn place(before: &State, next: &Round) -> usize {
    match before {
        State::Open { stage, .. } | State::Returned { stage, .. } | State::Stopped { stage, .. } => *stage,
        State::Passed | State::Recalled | State::Excepted { .. } => next.route.stages().len().saturating_sub(1),
    }
}

/// What stands in the place of words that were erased.
const ERASED: &str = "（已清除）";

/// Erases what people wrote about a subject whose own words are erased: title, reasons, opinions, what was found. Who passed or
/// returned what, and when, stays.
///
/// # Errors
/// When the database fails.
pub async fn erase_words(tx: &mut Tx, about: &About) -> Result<()> {
    for sql in [
        "UPDATE review SET title = $3, reason = CASE WHEN reason = '' THEN '' ELSE $3 END, version = version + 1 \
         WHERE subject_kind = $1 AND subject_id = $2",
        "UPDATE review_pass SET opinion = $3 WHERE opinion <> '' AND review IN \
         (SELECT id FROM review WHERE subject_kind = $1 AND subject_id = $2)",
        "UPDATE review_exception SET note = $3 WHERE note <> '' AND review IN \
         (SELECT id FROM review WHERE subject_kind = $1 AND subject_id = $2)",
        "UPDATE finding_decision SET reason = $3 WHERE subject_kind = $1 AND subject_id = $2",
    ] {
        query(sql).bind(about.kind).bind(&about.id).bind(ERASED).execute(tx.conn()).await?;
    }
    query("DELETE FROM finding_run WHERE subject_kind = $1 AND subject_id = $2")
        .bind(about.kind)
        .bind(&about.id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Removes what was found in a subject with the words that are quoted of it, where no round about it is open. Decisions stay.
///
/// # Errors
/// When the database fails.
pub async fn forget_findings(tx: &mut Tx, about: &About) -> Result<()> {
    query("DELETE FROM finding_run WHERE subject_kind = $1 AND subject_id = $2")
        .bind(about.kind)
        .bind(&about.id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Removes everything about a subject that is gone for good: rounds, findings, decisions.
pub async fn forget(tx: &mut Tx, about: &About) -> Result<()> {
    for sql in [
        "DELETE FROM review WHERE subject_kind = $1 AND subject_id = $2",
        "DELETE FROM finding_run WHERE subject_kind = $1 AND subject_id = $2",
        "DELETE FROM finding_decision WHERE subject_kind = $1 AND subject_id = $2",
    ] {
        query(sql).bind(about.kind).bind(&about.id).execute(tx.conn()).await?;
    }
    Ok(())
}
