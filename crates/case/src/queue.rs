//! Lists of cases for the office: by the last day, over all kinds, and what waits on a work list.

use jiff::civil::Date;
use kernel::{
    OrganCode,
    id::{AccountId, CaseId},
    time,
};
use store::{By, Db, FromRow, List, Result, Value, built, places, query_as, query_scalar};
use web::Ctx;

use crate::{kind::Kind, public::PROPOSAL, rows};

/// Columns of a [`Row`].
const COLUMNS: &str = "c.id, c.kind, c.year, c.place, c.number, c.organ, c.channel, c.state, c.outcome, c.brief, c.received_on, \
     c.due_on, c.due_guess, c.holder, c.holder_name, c.ended_at, COALESCE(k.wrapped, '') AS wrapped";
const FROM: &str = "case_entry c LEFT JOIN case_key k ON k.case_id = c.id";

/// One line of a list.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    pub id: CaseId,
    pub kind: String,
    pub year: i64,
    pub place: i64,
    pub number: String,
    pub organ: OrganCode,
    pub channel: String,
    pub state: String,
    pub outcome: String,
    brief: String,
    pub received_on: String,
    pub due_on: String,
    pub due_guess: bool,
    pub holder: AccountId,
    pub holder_name: String,
    pub ended_at: String,
    wrapped: String,
}

impl Row {
    /// What it is about.
    ///
    /// # Errors
    /// When the installation's key does not fit.
    pub fn brief(&self, ctx: &Ctx) -> Result<String> {
        rows::brief(ctx, &self.id, &self.wrapped, &self.brief)
    }

    /// Its number in the register.
    pub fn registered(&self, kind: Kind) -> String {
        format!("{}〔{}〕{}号", kind.mark, self.year, self.place)
    }

    pub fn due(&self) -> Option<Date> {
        time::parse_date(&self.due_on)
    }
}

/// What a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Organs whose cases somebody sees; `None` = all.
    pub organs: Option<Vec<OrganCode>>,
    /// Keys of kinds that somebody handles.
    pub kinds: Vec<&'static str>,
    /// Key of a state; empty = any.
    pub state: String,
    /// Empty = those that run, `ended`, `all`.
    pub phase: String,
    /// Only those whose last day is before this one.
    pub due_before: Option<Date>,
    /// Only those whose last day is this one or later.
    pub due_from: Option<Date>,
    /// Only those that this person holds.
    pub holder: Option<AccountId>,
    /// Only those that nobody holds.
    pub free: bool,
    /// A number, of the receipt or the register; empty = any. Nothing else of a case can be looked for.
    pub number: String,
    /// Code of a channel; empty = any.
    pub channel: String,
    /// Only these cases; `None` = any.
    pub only: Option<Vec<CaseId>>,
}

/// The list, with the orders `due`, `received`, `number` and their reverses (`-`).
pub fn list(filter: &Filter) -> List {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let list = List::new(COLUMNS, FROM, "c.id")
        .sort("due", &[By::up("c.due_sort")])
        .sort("due-", &[By::down("c.due_sort")])
        .sort("received", &[By::up("c.received_on")])
        .sort("received-", &[By::down("c.received_on")])
        .sort("number", &[By::up("c.year"), By::up("c.place")])
        .sort("number-", &[By::down("c.year"), By::down("c.place")])
        .only_of("c.kind", filter.kinds.clone())
        .equals("c.state", some(&filter.state))
        .equals("c.channel", some(&filter.channel))
        .equals("c.holder", filter.holder.clone())
        .below("c.due_sort", filter.due_before.map(|day| day.to_string()))
        .with("c.due_sort >= ?", filter.due_from.map(|day| day.to_string()));
    let list = match filter.phase.as_str() {
        "ended" => list.given("c.ended_at <> ''"),
        "all" => list,
        _ => list.given("c.ended_at = ''"),
    };
    let list = match &filter.organs {
        Some(organs) => list.only_of("c.organ", organs.clone()),
        None => list,
    };
    let list = if filter.free { list.given("c.holder = ''") } else { list };
    let list = match &filter.only {
        Some(cases) => list.only_of("c.id", cases.clone()),
        None => list,
    };
    by_number(list, &filter.number)
}

/// The name of the fact under which a case keeps the number that it had in another register; its value is the code of that organ.
pub(crate) fn former(year: i64, place: i64) -> String {
    format!("former {year} {place}")
}

/// Holds of the cases that have this number, or had it before they were handed over: year, place, name of [`former`].
const NUMBERED: &str = "(c.year = ? AND c.place = ?) \
                        OR EXISTS (SELECT 1 FROM case_fact f WHERE f.case_id = c.id AND f.name = ?)";

/// A number as somebody types it: that of the receipt, or the running number of the register; with its year also one that the
/// case had in another register before it was handed over, by which letters and people still name it.
fn by_number(list: List, typed: &str) -> List {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let narrow: String = typed
        .trim()
        .chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect();
    if narrow.is_empty() {
        return list;
    }
    if let Some(number) = rows::receipt_number(&narrow) {
        return list.equals("c.number", number);
    }
    if let Some((before, after)) = narrow.split_once(['〕', ']', ')']) {
        let (year, place) = (digits(before).parse::<i64>().unwrap_or(0), digits(after).parse::<i64>().unwrap_or(0));
        let values = vec![Value::from(year), Value::from(place), Value::from(former(year, place).as_str())];
        return list.with_all(NUMBERED, values);
    }
    match narrow.trim_end_matches('号').parse::<i64>() {
        Ok(place) if place < 1_000_000 => list.equals("c.place", place),
        _ => list.equals("c.number", narrow.to_uppercase()),
    }
}

/// What waits for somebody on their work list.
#[derive(Debug, Clone, FromRow)]
pub struct Waiting {
    #[sql(flatten)]
    pub row: Row,
    /// Whether a letter of it waits to be signed.
    pub to_sign: bool,
    /// Whether a letter of it was sent back, or is signed and waits to be delivered.
    pub to_send: bool,
    /// Whether an extension of it waits to be decided.
    pub to_extend: bool,
}

/// What of a case waits, for a [`Waiting`].
const FLAGS: &str = "\
     CASE WHEN EXISTS (SELECT 1 FROM case_letter l WHERE l.case_id = c.id AND l.state = 'draft') THEN 1 ELSE 0 END AS to_sign, \
     CASE WHEN EXISTS (SELECT 1 FROM case_letter l WHERE l.case_id = c.id AND l.state IN ('returned', 'signed')) \
     THEN 1 ELSE 0 END AS to_send, \
     CASE WHEN EXISTS (SELECT 1 FROM case_clock t WHERE t.case_id = c.id AND t.asked > 0) THEN 1 ELSE 0 END AS to_extend";

/// Most lines of cases on one work list; the list of cases has all.
pub const MOST: i64 = 200;

/// The running cases of these organs and kinds in these states, the first to be due first.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &Db, organs: &[OrganCode], kinds: &[&str], states: &[&str]) -> Result<Vec<Waiting>> {
    if organs.is_empty() || kinds.is_empty() || states.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = organs.iter().map(Value::from).collect();
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    values.extend(states.iter().map(|state| Value::from(*state)));
    let sql = format!(
        "SELECT {COLUMNS}, {FLAGS} \
         FROM {FROM} WHERE c.ended_at = '' AND c.organ IN ({}) AND c.kind IN ({}) AND c.state IN ({}) \
         ORDER BY c.due_sort, c.id LIMIT {MOST}",
        places(1, organs.len()),
        places(1 + organs.len(), kinds.len()),
        places(1 + organs.len() + kinds.len(), states.len()),
    );
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(sql)).bind_all(values).fetch_all(db.read()).await
}

/// Cases of these organs and kinds that have ended while a letter of them is on its way, the first to end first.
///
/// # Errors
/// When the database fails.
pub async fn ended_with_letters(db: &Db, organs: &[OrganCode], kinds: &[&str]) -> Result<Vec<Waiting>> {
    if organs.is_empty() || kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = organs.iter().map(Value::from).collect();
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    let sql = format!(
        "SELECT {COLUMNS}, {FLAGS} FROM {FROM} WHERE c.ended_at <> '' AND c.erased_at = '' AND c.organ IN ({}) AND c.kind IN ({}) \
         AND c.id IN (SELECT l.case_id FROM case_letter l WHERE l.state IN ('draft', 'returned', 'signed')) \
         ORDER BY c.ended_at, c.id LIMIT {MOST}",
        places(1, organs.len()),
        places(1 + organs.len(), kinds.len()),
    );
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(sql)).bind_all(values).fetch_all(db.read()).await
}

/// Running or ended cases of any organ with a letter that waits to be signed, the first to be due first.
///
/// # Errors
/// When the database fails.
pub async fn to_sign(db: &Db, kinds: &[&str]) -> Result<Vec<Waiting>> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS}, {FLAGS} FROM {FROM} WHERE c.kind IN ({}) AND c.erased_at = '' \
         AND c.id IN (SELECT l.case_id FROM case_letter l WHERE l.state = 'draft') ORDER BY c.due_sort, c.id LIMIT {MOST}",
        places(1, kinds.len()),
    );
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(sql)).bind_all(kinds.iter().copied()).fetch_all(db.read()).await
}

/// Ended cases of these organs in which one of these steps was taken, each with the state in which the case must still be
/// (empty = any); the newest first.
///
/// # Errors
/// When the database fails.
pub async fn ended_after(
    db: &Db,
    organs: &[OrganCode],
    kind: Kind,
    steps: &[(&'static str, &'static str)],
) -> Result<Vec<Row>> {
    after(db, organs, kind, steps, "c.ended_at <> ''").await
}

/// The same of cases that run, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn running_after(
    db: &Db,
    organs: &[OrganCode],
    kind: Kind,
    steps: &[(&'static str, &'static str)],
) -> Result<Vec<Row>> {
    after(db, organs, kind, steps, "c.ended_at = ''").await
}

async fn after(
    db: &Db,
    organs: &[OrganCode],
    kind: Kind,
    steps: &[(&'static str, &'static str)],
    standing: &'static str,
) -> Result<Vec<Row>> {
    if organs.is_empty() || steps.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = organs.iter().map(Value::from).collect();
    values.push(Value::from(kind.key));
    let mut taken: Vec<String> = Vec::new();
    for (step, state) in steps {
        values.push(Value::from(*step));
        let step_at = values.len();
        let exists = format!("EXISTS (SELECT 1 FROM case_step s WHERE s.case_id = c.id AND s.step = ${step_at})");
        if state.is_empty() {
            taken.push(exists);
        } else {
            values.push(Value::from(*state));
            taken.push(format!("(c.state = ${} AND {exists})", values.len()));
        }
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE {standing} AND c.erased_at = '' AND c.organ IN ({}) AND c.kind = ${} AND ({}) \
         ORDER BY c.ended_at DESC, c.id DESC LIMIT {MOST}",
        places(1, organs.len()),
        1 + organs.len(),
        taken.join(" OR "),
    );
    // SQL: fixed text, placeholders counted here; every value is bound.
    query_as(built(sql)).bind_all(values).fetch_all(db.read()).await
}

/// Cases of these organs and kinds of which words wait to be published by another person, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn proposed(db: &Db, organs: &[OrganCode], kinds: &[&str]) -> Result<Vec<Row>> {
    if organs.is_empty() || kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = organs.iter().map(Value::from).collect();
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE c.organ IN ({}) AND c.kind IN ({}) AND EXISTS \
         (SELECT 1 FROM case_text p WHERE p.case_id = c.id AND p.name = '{PROPOSAL}' AND p.sealed <> '') \
         ORDER BY c.ended_at, c.id LIMIT {MOST}",
        places(1, organs.len()),
        places(1 + organs.len(), kinds.len()),
    );
    // SQL: fixed text and placeholders; every value is bound.
    query_as(built(sql)).bind_all(values).fetch_all(db.read()).await
}

/// How many running cases of these organs and kinds there are in these states, for the rail.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &Db, organs: &[OrganCode], kinds: &[&str], states: &[&str]) -> Result<i64> {
    if organs.is_empty() || kinds.is_empty() || states.is_empty() {
        return Ok(0);
    }
    let mut values: Vec<Value> = organs.iter().map(Value::from).collect();
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    values.extend(states.iter().map(|state| Value::from(*state)));
    let sql = format!(
        "SELECT COUNT(*) FROM case_entry c WHERE c.ended_at = '' AND c.organ IN ({}) AND c.kind IN ({}) AND c.state IN ({})",
        places(1, organs.len()),
        places(1 + organs.len(), kinds.len()),
        places(1 + organs.len() + kinds.len(), states.len()),
    );
    // SQL: fixed text and placeholders; every value is bound.
    query_scalar(built(sql)).bind_all(values).fetch_one(db.read()).await
}

/// How many cases of an organ have not ended, for whoever is about to reform it.
///
/// # Errors
/// When the database fails.
pub async fn running(db: &Db, organ: &OrganCode) -> Result<i64> {
    query_scalar("SELECT COUNT(*) FROM case_entry WHERE ended_at = '' AND organ = $1")
        .bind(organ)
        .fetch_one(db.read())
        .await
}

/// Running cases of one organ and kind whose last day is near or past.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Pressing {
    pub organ: OrganCode,
    /// Key of the kind.
    pub kind: String,
    /// How many there are.
    pub cases: i64,
    /// Those of them whose last day is before today.
    pub late: i64,
    /// The first last day among them.
    pub first_on: String,
}

/// What is due up to `until`, by organ and kind.
///
/// # Errors
/// When the database fails.
pub async fn pressing(db: &Db, today: Date, until: Date) -> Result<Vec<Pressing>> {
    query_as(
        "SELECT organ, kind, COUNT(*) AS cases, COUNT(CASE WHEN due_on < $1 THEN 1 END) AS late, MIN(due_on) AS first_on \
         FROM case_entry WHERE ended_at = '' AND due_on <> '' AND due_on <= $2 GROUP BY organ, kind ORDER BY organ, kind",
    )
    .bind(today.to_string())
    .bind(until.to_string())
    .fetch_all(db.read())
    .await
}
