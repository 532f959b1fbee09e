//! Work that waits for people, and the numbers of the rail: few questions, all answered by an index of the projection.

use jiff::{ToSpan, civil::Date};
use kernel::{
    OrganCode,
    id::{DutyId, ShareId},
    time,
};
use store::{Db, FromRow, Result, Value, built, places, query_as, query_scalar};

use crate::{
    facts::year,
    model::{Cadence, OwnerRole, State},
    project,
};

/// Days before the due date from which a duty stands in the work list.
const AHEAD: i64 = 30;
/// Most lines of one kind that wait for the office.
const MOST: i64 = 200;
/// Most shares of one organ; the list says how many more there are.
pub const MOST_OF_ORGAN: usize = 2000;
/// Days for which a reminder is shown in the work list.
const REMINDED: i64 = 14;

/// A share that wants something done by its organ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub duty: DutyId,
    /// The words of the duty, as its source says them.
    pub text: String,
    /// Where it stands in its source, as printed.
    pub place_label: String,
    /// As in the list of plans.
    pub source_title: String,
    /// The organ to which it was issued.
    pub organ: OrganCode,
    /// How far it has come.
    pub state: State,
    /// When its clock began: the first day of the period, else the day of issue.
    pub since: Option<Date>,
    /// By when; `None` = its source gives no date.
    pub due: Option<Date>,
    /// What part the organ has in it: leads, is responsible, supports.
    pub role: OwnerRole,
    /// The day on which its organ was last reminded, if that was lately.
    pub reminded: Option<Date>,
    /// Why its evidence came back, where it did: the office's reason, or that it left the public.
    pub returned: Option<String>,
}

#[derive(FromRow)]
struct WorkRow {
    duty: DutyId,
    text: String,
    place_label: String,
    source_title: String,
    organ: OrganCode,
    state: i64,
    period: String,
    cadence: String,
    year: i64,
    issued_at: String,
    due_on: String,
    part: i64,
    reminded: Option<String>,
    reason: Option<String>,
    lapsed: Option<String>,
}

impl WorkRow {
    /// Why its evidence came back; empty where nobody said.
    fn why(&self) -> String {
        match (self.reason.as_deref().unwrap_or_default(), self.lapsed.is_some()) {
            ("", true) => "佐证文件已撤回公开".to_owned(),
            (reason, _) => reason.to_owned(),
        }
    }
}

/// Returned, overdue, or due soon; supporting organs are asked only when their own evidence came back.
fn wants(organs: &[OrganCode], today: Date) -> (String, Vec<Value>) {
    let day = today.to_string();
    let mut values: Vec<Value> = vec![day.into(), today.saturating_add(AHEAD.days()).to_string().into()];
    values.extend(organs.iter().map(Value::from));
    let sql = format!(
        "a.running = 1 AND a.ended = 0 AND a.from_day <= $1 AND a.until_day >= $1 AND a.organ IN ({}) AND (a.state = {returned} \
         OR (a.part < {support} AND (a.overdue = 1 OR (a.state < {evidenced} AND a.due_on <> '' AND a.due_on <= $2))))",
        places(3, organs.len()),
        returned = project::number(State::Returned),
        evidenced = project::number(State::Evidenced),
        support = project::part(OwnerRole::Support),
    );
    (sql, values)
}

/// What of these organs is open, dated or not, with and without haste: nothing that was issued lies on nobody's desk. What
/// waits for the office is the office's; supporting organs are asked as long as the duty itself is open.
fn open(organs: &[OrganCode], today: Date) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![today.to_string().into()];
    values.extend(organs.iter().map(Value::from));
    let sql = format!(
        "a.running = 1 AND a.ended = 0 AND a.from_day <= $1 AND a.until_day >= $1 AND a.organ IN ({}) \
         AND a.state < {evidenced} AND (a.part < {support} OR a.state = {returned} OR EXISTS \
         (SELECT 1 FROM duty_standing y WHERE y.duty = a.duty AND y.from_day <= $1 AND y.until_day >= $1 AND y.ended = 0 \
         AND y.state < {confirmed}))",
        places(2, organs.len()),
        evidenced = project::number(State::Evidenced),
        confirmed = project::number(State::Confirmed),
        returned = project::number(State::Returned),
        support = project::part(OwnerRole::Support),
    );
    (sql, values)
}

/// The shares of these organs that are open, dated ones first, by date; at most [`MOST_OF_ORGAN`].
pub async fn of_organs(db: &Db, organs: &[OrganCode], today: Date) -> Result<Vec<Work>> {
    let (condition, values) = open(organs, today);
    let lately = time::to_db(time::start_of_day(today.saturating_sub(REMINDED.days())));
    let since = values.len() + 1;
    // SQL: fixed text and placeholders; every value is bound.
    let rows: Vec<WorkRow> = query_as(built(format!(
        "SELECT a.duty, d.text, d.place_label, s.title AS source_title, a.organ, a.state, a.period, d.cadence, s.year, h.issued_at, a.due_on, a.part, \
         (SELECT MAX(r.sent_at) FROM duty_reminder r WHERE r.share = a.share AND r.sent_at >= ${since}) AS reminded, \
         (SELECT e.reason FROM evidence e WHERE e.share = a.share AND e.decision = 'returned' AND e.withdrawn_at = '' \
         ORDER BY e.decided_at DESC LIMIT 1) AS reason, \
         (SELECT MAX(e.lapsed_at) FROM evidence e WHERE e.share = a.share AND e.lapsed_at <> '' AND e.withdrawn_at = '') AS lapsed \
         FROM share_standing a JOIN duty d ON d.id = a.duty JOIN duty_share h ON h.id = a.share \
         JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id WHERE {condition} \
         ORDER BY a.rank, a.due_on, d.place_order, d.position, a.share LIMIT {MOST_OF_ORGAN}"
    )))
    .bind_all(values)
    .bind(lately)
    .fetch_all(db.read())
    .await?;
    let work = |row: WorkRow| {
        let periods = Cadence::from_code(&row.cadence).map(|cadence| cadence.periods(year(row.year), None, 0));
        let period = periods.into_iter().flatten().find(|period| period.key == row.period);
        let state = project::state(row.state);
        Work {
            returned: (state == State::Returned).then(|| row.why()),
            since: period.map(|period| period.start).or_else(|| time::from_db(&row.issued_at).map(time::date_in_china)),
            due: row.due_on.parse().ok(),
            role: project::role(row.part).unwrap_or(OwnerRole::Support),
            reminded: row.reminded.as_deref().and_then(time::from_db).map(time::date_in_china),
            state,
            duty: row.duty,
            text: row.text,
            place_label: row.place_label,
            source_title: row.source_title,
            organ: row.organ,
        }
    };
    Ok(rows.into_iter().map(work).collect())
}

/// How many shares of these organs are open.
pub async fn count_open(db: &Db, organs: &[OrganCode], today: Date) -> Result<i64> {
    let (condition, values) = open(organs, today);
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!("SELECT COUNT(*) FROM share_standing a WHERE {condition}");
    query_scalar(built(sql)).bind_all(values).fetch_one(db.read()).await
}

/// How many shares of these organs want something done.
pub async fn count_of_organs(db: &Db, organs: &[OrganCode], today: Date) -> Result<i64> {
    let (condition, values) = wants(organs, today);
    // SQL: fixed text and placeholders; every value is bound.
    let sql = format!("SELECT COUNT(*) FROM share_standing a WHERE {condition}");
    query_scalar(built(sql)).bind_all(values).fetch_one(db.read()).await
}

/// A share whose evidence waits for the office.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Waiting {
    pub duty: DutyId,
    pub share: ShareId,
    pub organ: OrganCode,
    /// Words of the duty.
    pub text: String,
    /// When the oldest piece was handed in, stored form.
    pub since: String,
}

/// Pieces that wait for the office, as boards count them: what lapsed has come back to its organ, and what has ended wants nothing
/// any more.
const UNDECIDED: &str = "FROM evidence e JOIN duty_share a ON a.id = e.share JOIN duty d ON d.id = a.duty \
                         JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id WHERE e.decision = '' \
                         AND e.withdrawn_at = '' AND e.submitted_at <> '' AND e.lapsed_at = '' AND s.state = 'running' \
                         AND d.ended_at = '' AND (a.ended_at = '' OR EXISTS (SELECT 1 FROM duty_share f \
                         WHERE f.folded_into = a.id AND f.ended_at = ''))";

/// Shares whose evidence waits for the office, the oldest first.
pub async fn waiting(db: &Db) -> Result<Vec<Waiting>> {
    // SQL: fixed text.
    query_as(built(format!(
        "SELECT a.duty, e.share, a.organ, d.text, MIN(e.submitted_at) AS since {UNDECIDED} \
         GROUP BY a.duty, e.share, a.organ, d.text ORDER BY since, e.share LIMIT {MOST}"
    )))
    .fetch_all(db.read())
    .await
}

/// How many shares have evidence that waits for the office.
pub async fn count_waiting(db: &Db) -> Result<i64> {
    // SQL: fixed text.
    query_scalar(built(format!("SELECT COUNT(DISTINCT e.share) {UNDECIDED}"))).fetch_one(db.read()).await
}

/// A duty in which organs filled in something that the office has not accepted.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct FilledIn {
    pub id: DutyId,
    /// Its words.
    pub text: String,
}

/// Duties in which organs filled in something that the office has not accepted.
pub async fn filled_in(db: &Db) -> Result<Vec<FilledIn>> {
    // SQL: fixed text.
    query_as(built(format!(
        "SELECT d.id, d.text FROM duty d JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id \
         WHERE d.waiting <> '' AND d.ended_at = '' AND s.state = 'running' ORDER BY d.source_id, d.id LIMIT {MOST}"
    )))
    .fetch_all(db.read())
    .await
}
