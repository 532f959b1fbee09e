//! Work lists: what waits at the stages, and exceptions that wait for their review.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use kernel::{
    OrganCode, Role, Staff,
    id::{AccountId, ReviewId},
    time,
};
use store::{By, Db, FromRow, List, Page, Value, built, places, query_scalar};

use crate::{
    Result,
    model::{CLAIM_HOURS, Claim},
    route::{Route, Stage},
    rows,
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
    only: Option<Vec<ReviewId>>,
    names: Option<Vec<AccountId>>,
    people_of: Option<(bool, Vec<OrganCode>)>,
    /// Name of the order; empty = longest first.
    sort: String,
}

impl Filter {
    /// Subjects of these kinds.
    pub fn of(kinds: &[&'static str]) -> Self {
        Self { kinds: kinds.to_vec(), ..Self::default() }
    }

    /// Only what is the information of these organs.
    #[must_use]
    pub fn organs(self, organs: &[OrganCode]) -> Self {
        Self { organs: Some(organs.to_vec()), ..self }
    }

    /// Only what stands at the gate with this code.
    #[must_use]
    pub fn gate(self, code: &str) -> Self {
        Self { gate: Some(code.to_owned()), ..self }
    }

    /// At stages that the person's roles pass.
    #[must_use]
    pub fn roles_of(self, staff: &Staff) -> Self {
        Self { roles: Some(staff.roles.clone()), ..self }
    }

    /// At stages that the person's roles pass, and where nothing keeps the person out ([`crate::model::Round::kept_out`]): not
    /// written by the person, the stage not passed already, not the last one where the person would decide alone or let a finding
    /// through. What waits for that person, within the organs.
    #[must_use]
    pub fn for_person(self, staff: &Staff) -> Self {
        Self { not_by: Some(staff.account.clone()), ..self.roles_of(staff) }
    }

    /// Only stages that name nobody, or one of these: the person, and those for whom the person stands in.
    #[must_use]
    pub fn naming(self, names: Vec<AccountId>) -> Self {
        Self { names: Some(names), ..self }
    }

    /// Only stages that are open to people of these organs: those for which the person acts; `central`: and of the competent
    /// department.
    #[must_use]
    pub fn open_to(self, central: bool, organs: Vec<OrganCode>) -> Self {
        Self { people_of: Some((central, organs)), ..self }
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

    /// In this order: `gate`, `title` or `organ`, with `-` behind it from the last to the first; anything else = longest first.
    #[must_use]
    pub fn sorted(self, name: String) -> Self {
        Self { sort: name, ..self }
    }

    /// Only these rounds.
    #[must_use]
    pub fn only(self, rounds: Vec<ReviewId>) -> Self {
        Self { only: Some(rounds), ..self }
    }

    fn list(&self) -> List {
        // A person with two roles that pass a stage sees the round once.
        let from = if self.roles.is_some() { "review r JOIN review_role o ON o.review = r.id" } else { "review r" };
        let mut list = List::new(COLUMNS, from, "r.id")
            .sort("waiting", &[By::up("r.since")])
            .sort("gate", &[By::up("r.gate"), By::up("r.since")])
            .sort("gate-", &[By::down("r.gate"), By::down("r.since")])
            .sort("title", &[By::up("r.title")])
            .sort("title-", &[By::down("r.title")])
            .sort("organ", &[By::up("r.organ"), By::up("r.since")])
            .sort("organ-", &[By::down("r.organ"), By::down("r.since")])
            .given("r.state = 'open'")
            .only_of("r.subject_kind", self.kinds.iter().copied())
            .named(GATE)
            .equals("r.gate", self.gate.as_deref())
            .differs("r.subject_id", self.without.as_deref())
            .with(
                "NOT EXISTS (SELECT 1 FROM review_author a WHERE a.review = r.id AND a.account = ?)",
                self.not_by.as_ref(),
            )
            .with(VOTED, self.not_by.as_ref())
            .with(ALONE, self.not_by.as_ref())
            .with(LET_THROUGH, self.not_by.as_ref());
        if let Some(rounds) = &self.only {
            list = list.only_of("r.id", rounds);
        }
        if let Some(organs) = &self.organs {
            list = list.only_of("r.organ", organs);
        }
        if let Some(names) = &self.names {
            list = list.with_list("r.stage_person = '' OR r.stage_person IN ({})", Vec::new(), names);
        }
        if let Some((central, organs)) = &self.people_of {
            if !central {
                list = list.given("r.stage_within <> 'office'");
            }
            list = list.with_list("r.stage_within <> 'own' OR r.organ IN ({})", Vec::new(), organs);
        }
        if let Some(roles) = &self.roles {
            list = list.only_of("o.role", roles.iter().map(|role| role.code())).group_by("r.id");
        }
        let Some((claimed, account, now)) = &self.claimed else { return list };
        let hours = SignedDuration::from_hours(CLAIM_HOURS);
        let oldest = time::to_db(now.checked_sub(hours).unwrap_or(*now));
        let whose = || vec![Value::from(account), Value::from(&oldest)];
        match claimed {
            Claimed::Free => list.at_most("r.claimed_at", &oldest),
            Claimed::Mine => list.with_all("r.claimed_by = ? AND r.claimed_at > ?", whose()),
            Claimed::Others => list.with_all("r.claimed_by <> ? AND r.claimed_at > ?", whose()),
        }
    }
}

const COLUMNS: &str = "r.id, r.subject_kind, r.subject_id, r.organ, r.title, r.label, r.byline, r.route, r.stage, r.since, \
                       r.claimed_by, r.claimed_name, r.claimed_at";
/// The person has not passed the stage, nor has anybody in the person's name.
const VOTED: &str = "NOT EXISTS (SELECT 1 FROM review_pass v WHERE v.review = r.id AND v.stage = r.stage \
                     AND ? IN (v.passed_by, v.stood_for))";
/// Where one more pass is the last, somebody else has passed something before, or nobody anything.
const ALONE: &str = "r.stage_last = 0 OR NOT EXISTS (SELECT 1 FROM review_pass v WHERE v.review = r.id) \
                     OR EXISTS (SELECT 1 FROM review_pass v WHERE v.review = r.id AND ? NOT IN (v.passed_by, v.stood_for))";
/// Where one more pass is the last, the person has let nothing through that is still found.
const LET_THROUGH: &str = "r.stage_last = 0 OR NOT EXISTS (SELECT 1 FROM finding_decision d JOIN finding f \
                           ON f.subject_kind = d.subject_kind AND f.subject_id = d.subject_id AND f.rule = d.rule \
                           AND f.digest = d.digest WHERE d.subject_kind = r.subject_kind AND d.subject_id = r.subject_id \
                           AND d.by_account = ?)";
/// Name of the condition on the gate, which the counts of the gates leave out.
const GATE: &str = "gate";
/// Counting stops here: nobody reads a work list of more.
const MOST: i64 = 10_000;

/// Which of these rounds the person wrote in.
async fn own(db: &Db, me: &AccountId, ids: impl Iterator<Item = &ReviewId>) -> Result<HashSet<ReviewId>> {
    let ids: Vec<Value> = ids.map(Value::from).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    // SQL: numbers of placeholders.
    let sql = format!("SELECT review FROM review_author WHERE account = $1 AND review IN ({})", places(2, ids.len()));
    let found: Vec<ReviewId> = query_scalar(built(sql)).bind(me).bind_all(ids).fetch_all(db.read()).await?;
    Ok(found.into_iter().collect())
}

/// Whether a round waits at a stage that a role of this person passes, whatever the organ.
///
/// # Errors
/// When the database fails.
pub async fn waits_for_a_role_of(db: &Db, staff: &Staff) -> Result<bool> {
    let roles: Vec<Value> = staff.roles.iter().map(|role| Value::from(role.code())).collect();
    if roles.is_empty() {
        return Ok(false);
    }
    // SQL: numbers of placeholders.
    let sql = format!("SELECT COUNT(*) FROM review_role WHERE role IN ({})", places(1, roles.len()));
    let found: i64 = query_scalar(built(sql)).bind_all(roles).fetch_one(db.read()).await?;
    Ok(found > 0)
}

/// One line of the work list.
#[derive(Debug, Clone)]
pub struct Line {
    /// The round of the review that waits.
    pub review: ReviewId,
    /// Kind of the subject.
    pub kind: String,
    /// Id of the subject.
    pub subject: String,
    /// Whose information it is.
    pub organ: OrganCode,
    pub title: String,
    /// What sort of thing it is.
    pub label: String,
    /// Name of who began it.
    pub byline: String,
    /// The stage at which it waits.
    pub stage: Stage,
    /// Moment since which it waits there.
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
}

impl LineRow {
    fn line(self, own: &HashSet<ReviewId>) -> Result<Line> {
        let bad = || web::Error::internal(format!("review {}: bad route or moment", self.id));
        let route: Route = serde_json::from_str(&self.route)?;
        let stage = usize::try_from(self.stage).ok().and_then(|at| route.stage(at)).cloned().ok_or_else(bad)?;
        let since = time::from_db(&self.since).ok_or_else(bad)?;
        let claim = time::from_db(&self.claimed_at);
        let claim = claim.map(|at| Claim { by: self.claimed_by.clone(), name: self.claimed_name.clone(), at });
        Ok(Line {
            own: own.contains(&self.id),
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
        })
    }
}

/// What waits, longest first unless the filter says otherwise: the page after (or before) a place; `me` is who asks.
///
/// # Errors
/// When the place cannot be read, or the database fails.
pub async fn waiting(
    db: &Db,
    filter: &Filter,
    me: &AccountId,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Line>> {
    let page: Page<LineRow> = filter.list().page(db, Some(&filter.sort), after, limit).await?;
    let own = own(db, me, page.rows.iter().map(|row| &row.id)).await?;
    let rows = page.rows.into_iter().map(|row| row.line(&own)).collect::<Result<_>>()?;
    Ok(Page { rows, next: page.next, previous: page.previous, sort: page.sort })
}

/// Which of these rounds the filter holds.
///
/// # Errors
/// When the database fails.
pub async fn among(db: &Db, filter: &Filter, me: &AccountId, rounds: Vec<ReviewId>) -> Result<HashSet<ReviewId>> {
    let most = rounds.len();
    if most == 0 {
        return Ok(HashSet::new());
    }
    let found = waiting(db, &filter.clone().only(rounds), me, None, most).await?;
    Ok(found.rows.into_iter().map(|line| line.review).collect())
}

/// How many wait, counted up to ten thousand.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &Db, filter: &Filter) -> Result<i64> {
    Ok(filter.list().count(db, MOST).await?.rows)
}

/// How many wait at each gate, by the gate's code, whatever gate the filter names.
pub async fn by_gate(db: &Db, filter: &Filter) -> Result<Vec<(String, i64)>> {
    Ok(filter.list().facet(db, GATE, "r.gate", 100).await?)
}

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
    pub title: String,
    /// Name of who made it.
    pub name: String,
    /// When, stored form.
    pub at: String,
    /// Why it could not wait for the stages that were left out.
    pub reason: String,
    /// Name of who reviewed it; empty = nobody yet.
    pub reviewed_name: String,
    /// When, stored form.
    pub reviewed_at: String,
    /// What came of it.
    pub note: String,
    /// Whether the person who asks may review it: neither made it nor wrote in the subject.
    #[sql(skip)]
    pub other: bool,
    /// Whether the person who asks made it.
    #[sql(skip)]
    pub made: bool,
    id: ReviewId,
    made_by: AccountId,
    reviewed_by: String,
}

impl ExceptionLine {
    /// The account that made the exception, who does not review it.
    pub fn made_by(&self) -> &AccountId {
        &self.made_by
    }

    /// Whether another person has reviewed it.
    pub fn is_reviewed(&self) -> bool {
        !self.reviewed_at.is_empty()
    }

    /// Whether this person is the last who reviewed it.
    pub fn is_by(&self, account: &AccountId) -> bool {
        self.reviewed_by == account.as_str()
    }

    /// What who disagreed wrote; empty when nobody does.
    pub fn objection(&self) -> &str {
        self.note.strip_prefix(rows::OBJECTED).unwrap_or_default()
    }

    /// Whether who reviewed it disagreed, and nobody has reviewed it since.
    pub fn is_objected(&self) -> bool {
        self.note.starts_with(rows::OBJECTED)
    }
}

/// Exceptions of the kinds and organs of a filter: what else it says is about what is still under way.
fn exceptions_of(filter: &Filter) -> List {
    let columns = "r.subject_kind, r.subject_id, r.organ, r.title, x.name, x.at, r.reason, x.reviewed_name, x.reviewed_at, \
                   x.note, r.id, x.made_by, x.reviewed_by";
    let list = List::new(columns, "review_exception x JOIN review r ON r.id = x.review", "r.id")
        .sort("open", &[By::up("CASE WHEN x.reviewed_by = '' THEN 0 ELSE 1 END"), By::down("x.at")])
        .only_of("r.subject_kind", filter.kinds.iter().copied());
    match &filter.organs {
        Some(organs) => list.only_of("r.organ", organs),
        None => list,
    }
}

/// Exceptions: those to be reviewed first, then the newest; the page after (or before) a place; `me` is who asks.
///
/// # Errors
/// When the place cannot be read, or the database fails.
pub async fn exceptions(
    db: &Db,
    filter: &Filter,
    me: &AccountId,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<ExceptionLine>> {
    let mut page: Page<ExceptionLine> = exceptions_of(filter).page(db, None, after, limit).await?;
    let own = own(db, me, page.rows.iter().map(|row| &row.id)).await?;
    for row in &mut page.rows {
        row.made = row.made_by == *me;
        row.other = !row.made && !own.contains(&row.id);
    }
    Ok(page)
}

/// How many exceptions wait for a review by anybody.
pub async fn exceptions_open(db: &Db, filter: &Filter) -> Result<i64> {
    Ok(exceptions_of(filter).given("x.reviewed_by = ''").count(db, MOST).await?.rows)
}

/// How many exceptions wait for a review by this person.
pub async fn unreviewed(db: &Db, filter: &Filter, me: &AccountId) -> Result<i64> {
    let own = "NOT EXISTS (SELECT 1 FROM review_author a WHERE a.review = r.id AND a.account = ?)";
    let list = exceptions_of(filter).given("x.reviewed_by = ''").differs("x.made_by", me).with(own, me);
    Ok(list.count(db, MOST).await?.rows)
}
