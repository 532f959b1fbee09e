//! Cases as they stand in the tables, and what of them opens with their key.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{
    Actor, OrganCode,
    id::{AccountId, CaseId},
    may_for, time,
};
use store::{Executor, FromRow, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    CaseKey,
    kind::{self, Kind, Phase, State},
};

/// A case in the register.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Entry {
    pub id: CaseId,
    /// Key of its kind.
    pub kind: String,
    /// The organ in whose register it stands.
    pub register: OrganCode,
    pub year: i64,
    /// Running number in the register: known inside alone.
    pub place: i64,
    /// Told outside.
    pub number: String,
    /// The organ that answers now.
    pub organ: OrganCode,
    /// Code of a [`crate::Channel`].
    pub channel: String,
    /// Key of its state.
    pub state: String,
    /// Code of its outcome; empty = none yet.
    pub outcome: String,
    /// The line of lists, sealed: [`Entry::brief`].
    pub brief: String,
    /// SHA-256 of what was received; empty = on paper.
    pub digest: String,
    /// When it was registered, stored form.
    pub registered_at: String,
    pub registered_by: AccountId,
    /// The lawful day of receipt.
    pub received_on: String,
    /// By when; empty = nothing runs.
    pub due_on: String,
    /// The day may still move.
    pub due_guess: bool,
    pub holder: AccountId,
    pub holder_name: String,
    /// When it ended, stored form; empty = it has not.
    pub ended_at: String,
    pub erased_at: String,
    pub version: i64,
    pub(crate) wrapped: String,
}

impl Entry {
    /// Its kind, as far as the program still has it.
    pub fn kind(&self, ctx: &Ctx) -> Option<Kind> {
        kind::find(ctx, &self.kind)
    }

    /// Its number in the register: 找错〔2026〕12号.
    pub fn registered(&self, kind: Kind) -> String {
        format!("{}〔{}〕{}号", kind.mark, self.year, self.place)
    }

    pub fn state(&self, kind: Kind) -> State {
        kind.state(&self.state)
    }

    pub fn is_ended(&self) -> bool {
        !self.ended_at.is_empty()
    }

    pub fn is_erased(&self) -> bool {
        !self.erased_at.is_empty()
    }

    /// Whether the organ has something to do.
    pub fn is_open(&self, kind: Kind) -> bool {
        self.state(kind).phase == Phase::Open
    }

    pub fn due(&self) -> Option<Date> {
        time::parse_date(&self.due_on)
    }

    /// The last day in words for whoever is told of it: 预计 before one that may still move, which is no fact so far.
    pub fn told_due(&self) -> Option<String> {
        let due = self.due()?;
        Some(if self.due_guess { format!("预计 {due}") } else { due.to_string() })
    }

    /// The lawful day of receipt; that of the registration where it cannot be read.
    pub fn received(&self) -> Option<Date> {
        time::parse_date(&self.received_on).or_else(|| time::from_db(&self.registered_at).map(time::date_in_china))
    }

    /// Its key; `None` once it is erased.
    ///
    /// # Errors
    /// When the installation's key does not fit.
    pub fn key(&self, ctx: &Ctx) -> store::Result<Option<CaseKey>> {
        CaseKey::opened(ctx.files(), &self.id, &self.wrapped)
    }

    /// The line of lists; what stands for it once it is erased.
    ///
    /// # Errors
    /// As [`Entry::key`].
    pub fn brief(&self, ctx: &Ctx) -> store::Result<String> {
        brief(ctx, &self.id, &self.wrapped, &self.brief)
    }
}

/// Opens the line of lists of one row.
pub(crate) fn brief(ctx: &Ctx, case: &CaseId, wrapped: &str, sealed: &str) -> store::Result<String> {
    match CaseKey::opened(ctx.files(), case, wrapped)? {
        Some(key) => key.open(BRIEF, sealed),
        None => Ok("（当事人信息已按规定删除）".to_owned()),
    }
}

/// Where the line of lists is sealed.
pub(crate) const BRIEF: &str = "brief";

/// Where the words of a step are sealed.
pub(crate) fn step_place(place: i64) -> String {
    format!("step {place}")
}

/// Where a form of the person is sealed.
pub(crate) fn text_place(name: &str) -> String {
    format!("text {name}")
}

/// The case with this id.
///
/// # Errors
/// When the database fails.
pub async fn entry(executor: impl Executor<'_>, case: &CaseId) -> store::Result<Option<Entry>> {
    query_as(
        "SELECT c.id, c.kind, c.register, c.year, c.place, c.number, c.organ, c.channel, c.state, c.outcome, c.brief, c.digest, \
         c.registered_at, c.registered_by, c.received_on, c.due_on, c.due_guess, c.holder, c.holder_name, c.ended_at, \
         c.erased_at, c.version, COALESCE(k.wrapped, '') AS wrapped \
         FROM case_entry c LEFT JOIN case_key k ON k.case_id = c.id WHERE c.id = $1",
    )
    .bind(case)
    .fetch_optional(executor)
    .await
}

/// The number of a receipt as somebody copied it by hand, in its form 20260302-AB12-CD34-EF56: case, blanks, hyphens of any kind
/// and full-width characters do not matter, and O, I, L are read as the figures that they look like. `None` for any other text;
/// says nothing of whether there is one.
pub fn receipt_number(typed: &str) -> Option<String> {
    let read = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let plain: String = typed
        .chars()
        .map(|c| match read(c).to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .filter(|c| c.is_alphanumeric())
        .collect();
    let fits = plain.len() == 20 && plain.is_ascii() && plain.starts_with("20");
    (fits && plain[..8].bytes().all(|b| b.is_ascii_digit()))
        .then(|| format!("{}-{}-{}-{}", &plain[..8], &plain[8..12], &plain[12..16], &plain[16..]))
}

/// The case whose receipt has this number, as somebody typed it.
///
/// # Errors
/// When the database fails.
pub async fn by_number(executor: impl Executor<'_>, typed: &str) -> store::Result<Option<CaseId>> {
    let as_typed = || typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let number = receipt_number(typed).unwrap_or_else(as_typed);
    query_scalar("SELECT id FROM case_entry WHERE number = $1").bind(number).fetch_optional(executor).await
}

/// The organ whose people work on a case of `organ` today.
pub fn keeper(ctx: &Ctx, organ: &OrganCode) -> OrganCode {
    ctx.directory().stands_for(organ, ctx.today())
}

/// A case with its kind, for somebody of the office who may handle it.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none, or the program no longer has its kind; [`Refusal::Forbidden`] for whoever may not.
pub async fn seen(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    actor: &Actor,
    case: &CaseId,
) -> Result<(Entry, Kind), Refusal> {
    let entry = entry(executor, case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    Ok((entry, kind))
}

/// What the person filled in when the case began, by the names of the kind's fields; empty once erased.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn request(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    entry: &Entry,
) -> Result<BTreeMap<String, String>, Refusal> {
    Ok(texts(ctx, executor, entry).await?.remove("request").unwrap_or_default())
}

/// All forms of the person, by name: `request`, `supplement`.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn texts(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    entry: &Entry,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Refusal> {
    let mut all = BTreeMap::new();
    let Some(key) = entry.key(ctx)? else { return Ok(all) };
    let rows: Vec<(String, String)> =
        query_as("SELECT name, sealed FROM case_text WHERE case_id = $1 ORDER BY at, name")
            .bind(&entry.id)
            .fetch_all(executor)
            .await?;
    for (name, sealed) in rows {
        let text = key.open(&text_place(&name), &sealed)?;
        if !text.is_empty() {
            all.insert(name, serde_json::from_str::<BTreeMap<String, String>>(&text)?);
        }
    }
    Ok(all)
}

/// The facts of a case, by name.
///
/// # Errors
/// When the database fails.
pub async fn facts(executor: impl Executor<'_>, case: &CaseId) -> store::Result<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> =
        query_as("SELECT name, value FROM case_fact WHERE case_id = $1").bind(case).fetch_all(executor).await?;
    Ok(rows.into_iter().collect())
}

/// How many cases of a kind have this fact.
///
/// # Errors
/// When the database fails.
pub async fn fact_count(executor: impl Executor<'_>, kind: Kind, name: &str, value: &str) -> store::Result<i64> {
    query_scalar(
        "SELECT COUNT(*) FROM case_fact f JOIN case_entry c ON c.id = f.case_id \
         WHERE f.name = $1 AND f.value = $2 AND c.kind = $3",
    )
    .bind(name)
    .bind(value)
    .bind(kind.key)
    .fetch_one(executor)
    .await
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub place: i64,
    /// Key of the step.
    pub step: String,
    pub from: String,
    pub to: String,
    /// The day that counts.
    pub on: String,
    /// When it was written, stored form.
    pub at: String,
    /// Account, `applicant` or `system`.
    pub by: String,
    pub by_name: String,
    /// What was filled in, by the names of the step's fields; empty once erased.
    pub fields: BTreeMap<String, String>,
}

#[derive(FromRow)]
struct PastRow {
    place: i64,
    step: String,
    from_state: String,
    to_state: String,
    on_day: String,
    at: String,
    by_account: String,
    by_name: String,
    sealed: String,
}

/// Every step of a case, the first one first.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn history(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Vec<Past>, Refusal> {
    let key = entry.key(ctx)?;
    let rows: Vec<PastRow> = query_as(
        "SELECT place, step, from_state, to_state, on_day, at, by_account, by_name, sealed FROM case_step \
         WHERE case_id = $1 ORDER BY place",
    )
    .bind(&entry.id)
    .fetch_all(executor)
    .await?;
    let mut past = Vec::with_capacity(rows.len());
    for row in rows {
        let text = match &key {
            Some(key) => key.open(&step_place(row.place), &row.sealed)?,
            None => String::new(),
        };
        past.push(Past {
            fields: if text.is_empty() { BTreeMap::new() } else { serde_json::from_str(&text)? },
            place: row.place,
            step: row.step,
            from: row.from_state,
            to: row.to_state,
            on: row.on_day,
            at: row.at,
            by: row.by_account,
            by_name: row.by_name,
        });
    }
    Ok(past)
}

#[cfg(test)]
mod tests {
    use super::receipt_number;

    #[test]
    fn the_number_of_a_receipt_is_read_as_people_copy_it() {
        let right = Some("20260302-AB10-CD34-EF56".to_owned());
        for typed in [
            "20260302-AB10-CD34-EF56",
            " 20260302 ab1o cd34 ef56 ",
            "２０２６０３０２－ＡＢＩ０－ＣＤ３４－ＥＦ５６",
            "20260302—ABL0–CD34−EF56",
            "2026O302-ABlO-CD34-EF56",
        ] {
            assert_eq!(receipt_number(typed), right, "{typed}");
        }
        for other in [
            "",
            "12号",
            "依申请〔2026〕2号",
            "20260302-AB10-CD34",
            "ABCD0302-AB10-CD34-EF56",
            "20260302-AB10-CD34-EF5号",
        ] {
            assert_eq!(receipt_number(other), None, "{other}");
        }
    }
}
