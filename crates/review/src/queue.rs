//! Work lists: what waits at the stages, and exceptions that wait for their review.

use jiff::{SignedDuration, Timestamp};
use kernel::{
    OrganCode, Role, Staff,
    id::{AccountId, ReviewId},
    time,
};
use store::{Db, FromRow, Value, built, query_as, query_scalar};

use crate::{
    Result,
    model::{CLAIM_HOURS, Claim},
    route::{Route, Stage},
};

/// Whose hands a round is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Nobody's.
    Free,
    /// This person's.
    Mine,
    /// Somebody else's.
    Others,
}

/// What a work list shows. Everything that is set narrows it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    kinds: Vec<&'static str>,
    organs: Option<Vec<OrganCode>>,
    gate: Option<String>,
    roles: Option<Vec<Role>>,
    not_by: Option<AccountId>,
    claimed: Option<(Claimed, AccountId, Timestamp)>,
    without: Option<String>,
}

impl Filter {
    /// Subjects of these kinds.
    pub fn of(kinds: &[&'static str]) -> Self {
        Self { kinds: kinds.to_vec(), ..Self::default() }
    }

    /// Of these organs.
    #[must_use]
    pub fn organs(self, organs: &[OrganCode]) -> Self {
        Self { organs: Some(organs.to_vec()), ..self }
    }

    /// At this gate.
    #[must_use]
    pub fn gate(self, code: &str) -> Self {
        Self { gate: Some(code.to_owned()), ..self }
    }

    /// At stages that the person's roles pass.
    #[must_use]
    pub fn roles_of(self, staff: &Staff) -> Self {
        Self { roles: Some(staff.roles.clone()), ..self }
    }

    /// At stages that the person's roles pass, and not written by the person: what waits for that person, within the organs.
    #[must_use]
    pub fn for_person(self, staff: &Staff) -> Self {
        Self { not_by: Some(staff.account.clone()), ..self.roles_of(staff) }
    }

    /// In whose hands, as seen by this person at `now`.
    #[must_use]
    pub fn claimed(self, claimed: Claimed, staff: &Staff, now: Timestamp) -> Self {
        Self { claimed: Some((claimed, staff.account.clone(), now)), ..self }
    }

    /// All but this subject.
    #[must_use]
    pub fn without(self, subject: &str) -> Self {
        Self { without: Some(subject.to_owned()), ..self }
    }

    /// As a condition on `review r`.
    fn condition(&self) -> Condition {
        let mut condition = Condition { sql: "r.state = 'open'".into(), values: Vec::new() };
        condition.any_of("r.subject_kind", self.kinds.iter().copied());
        if let Some(organs) = &self.organs {
            condition.any_of("r.organ", organs.iter().map(|organ| organ.0.as_str()));
        }
        if let Some(gate) = &self.gate {
            condition.and("r.gate = ?", [gate.as_str()]);
        }
        if let Some(roles) = &self.roles {
            let mut inner = Condition { sql: "1 = 1".into(), values: std::mem::take(&mut condition.values) };
            inner.any_of("o.role", roles.iter().map(|role| role.code()));
            condition.sql.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM review_role o WHERE o.review = r.id AND {})",
                inner.sql
            ));
            condition.values = inner.values;
        }
        if let Some(account) = &self.not_by {
            let own = "NOT EXISTS (SELECT 1 FROM review_author a WHERE a.review = r.id AND a.account = ?)";
            condition.and(own, [account.as_str()]);
        }
        if let Some((claimed, account, now)) = &self.claimed {
            let hours = SignedDuration::from_hours(CLAIM_HOURS);
            let oldest = time::to_db(now.checked_sub(hours).unwrap_or(*now));
            match claimed {
                Claimed::Free => condition.and("r.claimed_at <= ?", [oldest.as_str()]),
                Claimed::Mine => condition.and("r.claimed_by = ? AND r.claimed_at > ?", [account.as_str(), &oldest]),
                Claimed::Others => condition.and("r.claimed_by <> ? AND r.claimed_at > ?", [account.as_str(), &oldest]),
            }
        }
        if let Some(subject) = &self.without {
            condition.and("r.subject_id <> ?", [subject.as_str()]);
        }
        condition
    }
}

/// SQL put together from literals of this file, with what is bound to it.
struct Condition {
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    /// Adds a literal whose `?` become the next placeholders.
    fn and<'a>(&mut self, literal: &'static str, values: impl IntoIterator<Item = &'a str>) {
        let mut values = values.into_iter();
        self.sql.push_str(" AND ");
        for (at, piece) in literal.split('?').enumerate() {
            if at > 0 {
                self.values.extend(values.next().map(Value::from));
                self.sql.push_str(&format!("${}", self.values.len()));
            }
            self.sql.push_str(piece);
        }
    }

    /// One of these; nothing fits when there is none.
    fn any_of<'a>(&mut self, column: &'static str, values: impl IntoIterator<Item = &'a str>) {
        let mut places = Vec::new();
        for value in values {
            self.values.push(Value::from(value));
            places.push(format!("${}", self.values.len()));
        }
        let set = if places.is_empty() { "''".to_owned() } else { places.join(", ") };
        self.sql.push_str(&format!(" AND {column} IN ({set})"));
    }
}

/// One line of the work list.
#[derive(Debug, Clone)]
pub struct Line {
    /// The round.
    pub review: ReviewId,
    /// Kind of the subject.
    pub kind: String,
    /// Id of the subject.
    pub subject: String,
    /// Whose information it is.
    pub organ: OrganCode,
    /// Title.
    pub title: String,
    /// What sort of thing it is.
    pub label: String,
    /// Name of who began it.
    pub byline: String,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// The claim, whether or not it still holds.
    pub claim: Option<Claim>,
    /// Whether the person who asks wrote in it.
    pub own: bool,
}

#[derive(FromRow)]
struct LineRow {
    id: ReviewId,
    subject_kind: String,
    subject_id: String,
    organ: OrganCode,
    title: String,
    label: String,
    byline: String,
    route: String,
    stage: i64,
    since: String,
    claimed_by: AccountId,
    claimed_name: String,
    claimed_at: String,
    own: i64,
}

impl LineRow {
    fn line(self) -> Result<Line> {
        let bad = || web::Error::internal(format!("review {}: bad route or moment", self.id));
        let route: Route = serde_json::from_str(&self.route)?;
        let stage = usize::try_from(self.stage).ok().and_then(|at| route.stage(at)).cloned().ok_or_else(bad)?;
        let since = time::from_db(&self.since).ok_or_else(bad)?;
        let claim = time::from_db(&self.claimed_at);
        let claim = claim.map(|at| Claim { by: self.claimed_by.clone(), name: self.claimed_name.clone(), at });
        Ok(Line {
            review: self.id,
            kind: self.subject_kind,
            subject: self.subject_id,
            organ: self.organ,
            title: self.title,
            label: self.label,
            byline: self.byline,
            stage,
            since,
            claim,
            own: self.own != 0,
        })
    }
}

/// What waits, longest first; `me` is who asks.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &Db, filter: &Filter, me: &AccountId, limit: i64, offset: i64) -> Result<Vec<Line>> {
    let mut condition = filter.condition();
    let count = condition.values.len();
    condition.values.extend([Value::from(me), limit.into(), offset.into()]);
    // SQL: literals of this file.
    let sql = built(format!(
        "SELECT r.id, r.subject_kind, r.subject_id, r.organ, r.title, r.label, r.byline, r.route, r.stage, r.since, \
         r.claimed_by, r.claimed_name, r.claimed_at, \
         (SELECT COUNT(*) FROM review_author a WHERE a.review = r.id AND a.account = ${}) AS own \
         FROM review r WHERE {} ORDER BY r.since, r.id LIMIT ${} OFFSET ${}",
        count + 1,
        condition.sql,
        count + 2,
        count + 3
    ));
    let rows: Vec<LineRow> = query_as(sql).bind_all(condition.values).fetch_all(db.read()).await?;
    rows.into_iter().map(LineRow::line).collect()
}

/// How many wait.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &Db, filter: &Filter) -> Result<i64> {
    let condition = filter.condition();
    // SQL: literals of this file.
    let sql = built(format!("SELECT COUNT(*) FROM review r WHERE {}", condition.sql));
    Ok(query_scalar(sql).bind_all(condition.values).fetch_one(db.read()).await?)
}

/// How many wait at each gate, by the gate's code.
///
/// # Errors
/// When the database fails.
pub async fn by_gate(db: &Db, filter: &Filter) -> Result<Vec<(String, i64)>> {
    let condition = filter.condition();
    // SQL: literals of this file.
    let sql =
        built(format!("SELECT r.gate, COUNT(*) FROM review r WHERE {} GROUP BY r.gate ORDER BY r.gate", condition.sql));
    Ok(query_as(sql).bind_all(condition.values).fetch_all(db.read()).await?)
}

/// One exception.
#[derive(Debug, Clone, FromRow)]
pub struct ExceptionLine {
    /// Kind of the subject.
    #[sql(rename = "subject_kind")]
    pub kind: String,
    /// Id of the subject.
    #[sql(rename = "subject_id")]
    pub subject: String,
    /// Whose information it is.
    pub organ: OrganCode,
    /// Title.
    pub title: String,
    /// Name of who made it.
    pub name: String,
    /// When, stored form.
    pub at: String,
    /// Why.
    pub reason: String,
    /// Name of who reviewed it; empty = nobody yet.
    pub reviewed_name: String,
    /// When, stored form.
    pub reviewed_at: String,
    /// What came of it.
    pub note: String,
    /// Whether the person who asks may review it: neither made it nor wrote in the subject.
    pub other: bool,
}

impl ExceptionLine {
    /// Whether another person has reviewed it.
    pub fn is_reviewed(&self) -> bool {
        !self.reviewed_at.is_empty()
    }
}

/// Exceptions: those to be reviewed first, then the newest; `me` is who asks.
///
/// # Errors
/// When the database fails.
pub async fn exceptions(
    db: &Db,
    kind: &'static str,
    me: &AccountId,
    limit: i64,
    offset: i64,
) -> Result<Vec<ExceptionLine>> {
    let rows = query_as(
        "SELECT r.subject_kind, r.subject_id, r.organ, r.title, x.name, x.at, r.reason, x.reviewed_name, x.reviewed_at, x.note, \
         CASE WHEN x.made_by <> $2 AND NOT EXISTS (SELECT 1 FROM review_author a WHERE a.review = r.id AND a.account = $2) \
         THEN 1 ELSE 0 END AS other \
         FROM review_exception x JOIN review r ON r.id = x.review WHERE r.subject_kind = $1 \
         ORDER BY CASE WHEN x.reviewed_by = '' THEN 0 ELSE 1 END, x.at DESC, r.id LIMIT $3 OFFSET $4",
    );
    Ok(rows.bind(kind).bind(me).bind(limit).bind(offset).fetch_all(db.read()).await?)
}

/// How many exceptions of this kind there are, and how many of them wait for a review by anybody.
///
/// # Errors
/// When the database fails.
pub async fn exception_counts(db: &Db, kind: &'static str) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*), COALESCE(CAST(SUM(CASE WHEN x.reviewed_by = '' THEN 1 ELSE 0 END) AS BIGINT), 0) \
               FROM review_exception x JOIN review r ON r.id = x.review WHERE r.subject_kind = $1";
    Ok(query_as(sql).bind(kind).fetch_one(db.read()).await?)
}

/// How many exceptions of this kind wait for a review by this person.
///
/// # Errors
/// When the database fails.
pub async fn unreviewed(db: &Db, kind: &'static str, me: &AccountId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM review_exception x JOIN review r ON r.id = x.review \
               WHERE x.reviewed_by = '' AND r.subject_kind = $1 AND x.made_by <> $2 \
               AND NOT EXISTS (SELECT 1 FROM review_author a WHERE a.review = r.id AND a.account = $2)";
    Ok(query_scalar(sql).bind(kind).bind(me).fetch_one(db.read()).await?)
}
