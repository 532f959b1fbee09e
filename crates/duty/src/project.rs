//! The projections `share_standing` and `duty_standing`: what boards, counts and public pages ask, instead of reading every
//! fact. They are written in the same write as the fact, by [`refresh`], and can be thrown away: [`rebuild`].
//!
//! A standing changes by facts and by days. Facts pass through here; days need nobody, since what stands there is the whole
//! course from the day of the write on ([`Course::from`](crate::model::Course::from)), each piece with its first and last day.

use jiff::civil::Date;
use kernel::{id::DutyId, time};
use store::{Db, Result, Tx, Value, built, places, query, query_as, query_scalar};

use crate::{
    events,
    facts::{self, CHUNK, Share},
    key::{self, SourceKey},
    model::{OwnerRole, RollUp, Standing, State, rolled},
};

/// The last day of a piece that only a fact ends.
const NO_END: &str = "9999-12-31";
/// Rows of one INSERT: the databases bound the number of values.
const ROWS: usize = 300;

/// The number of a state in the projection.
pub fn number(state: State) -> i64 {
    State::ALL.iter().position(|known| *known == state).and_then(|at| i64::try_from(at).ok()).unwrap_or(0)
}

/// The state with this number.
pub fn state(number: i64) -> State {
    usize::try_from(number).ok().and_then(|at| State::ALL.get(at)).copied().unwrap_or(State::Issued)
}

/// The number of a part in the projection.
pub(crate) fn part(role: OwnerRole) -> i64 {
    OwnerRole::ALL.iter().position(|known| *known == role).and_then(|at| i64::try_from(at).ok()).unwrap_or(2)
}

/// The part with this number.
pub(crate) fn role(number: i64) -> Option<OwnerRole> {
    usize::try_from(number).ok().and_then(|at| OwnerRole::ALL.get(at)).copied()
}

/// What wants doing stands first: open with a date, open without, confirmed, ended.
fn rank(ended: bool, state: State, due: Option<Date>) -> i64 {
    i64::from(ended) * 4 + i64::from(state == State::Confirmed) * 2 + i64::from(due.is_none())
}

fn day(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// Pieces with their first and last day in stored form. The first piece holds for all days before, too: a clock that is a
/// little behind finds something.
fn spans<T>(pieces: &[(Date, T)]) -> impl Iterator<Item = (String, String, &T)> {
    pieces.iter().enumerate().map(|(at, (from, piece))| {
        let from = if at == 0 { String::new() } else { from.to_string() };
        let until = pieces.get(at + 1).and_then(|(next, _)| next.yesterday().ok());
        (from, until.map_or_else(|| NO_END.to_owned(), |date| date.to_string()), piece)
    })
}

fn count(number: usize) -> Value {
    Value::from(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(crate) const SHARE_COLUMNS: &str = "share, from_day, until_day, duty, source_kind, source_id, running, place_order, position, organ, \
                             part, state, overdue, late, ended, due_on, period, rank, notes, evidence";
pub(crate) const DUTY_COLUMNS: &str = "duty, from_day, until_day, source_kind, source_id, running, place_order, position, public, state, \
                            overdue, ended, due_on, rank, organs, confirmed, overdue_organs, shares, lead, notes, evidence";

fn share_rows(share: &Share, pieces: &[(Date, Standing)], rows: &mut Vec<Vec<Value>>) {
    for (from, until, standing) in spans(pieces) {
        rows.push(vec![
            (&share.id).into(),
            from.into(),
            until.into(),
            (&share.duty).into(),
            (&share.source.kind).into(),
            (&share.source.id).into(),
            share.running.into(),
            share.order.0.into(),
            share.order.1.into(),
            (&share.organ).into(),
            part(share.role).into(),
            number(standing.state).into(),
            standing.overdue.into(),
            standing.late.into(),
            standing.ended.into(),
            day(standing.due_on).into(),
            (&standing.period).into(),
            rank(standing.ended, standing.state, standing.due_on).into(),
            count(share.facts.notes.len()),
            count(share.facts.evidence.len()),
        ]);
    }
}

fn duty_rows(shares: &[Share], pieces: &[(Date, RollUp)], rows: &mut Vec<Vec<Value>>) {
    let Some(first) = shares.first() else { return };
    for (from, until, roll) in spans(pieces) {
        rows.push(vec![
            (&first.duty).into(),
            from.into(),
            until.into(),
            (&first.source.kind).into(),
            (&first.source.id).into(),
            first.running.into(),
            first.order.0.into(),
            first.order.1.into(),
            first.public.into(),
            number(roll.state).into(),
            roll.overdue.into(),
            roll.ended.into(),
            day(roll.due_on).into(),
            rank(roll.ended, roll.state, roll.due_on).into(),
            count(roll.organs),
            count(roll.confirmed),
            count(roll.overdue_organs),
            count(shares.len()),
            (&first.organ).into(),
            count(shares.iter().map(|share| share.facts.notes.len()).sum()),
            count(shares.iter().map(|share| share.facts.evidence.len()).sum()),
        ]);
    }
}

async fn insert(tx: &mut Tx, table: &str, columns: &str, rows: Vec<Vec<Value>>) -> Result<()> {
    for some in rows.chunks(ROWS) {
        let width = some.first().map_or(0, Vec::len);
        let values: Vec<String> = (0..some.len()).map(|at| format!("({})", places(at * width + 1, width))).collect();
        // SQL: names of ours and placeholders; every value is bound.
        query(built(format!("INSERT INTO {table} ({columns}) VALUES {}", values.join(", "))))
            .bind_all(some.iter().flatten())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Writes anew how these duties and their shares stand. Part of every write that changes a fact; the write holds the lock of
/// their source. Duties whose facts were changed past the program keep the standing that they had, until somebody has settled
/// that: what was forged is not carried into what the public reads.
pub async fn refresh(tx: &mut Tx, duties: &[DutyId]) -> Result<()> {
    let doubted = tx.doubted(events::SUBJECT, duties.iter().map(DutyId::as_str)).await?;
    for id in &doubted {
        tracing::error!(duty = %id, "the facts of a duty are not what the log says: its progress is left as it is");
    }
    let sound: Vec<DutyId> = duties.iter().filter(|id| !doubted.contains(id.as_str())).cloned().collect();
    write_anew(tx, &sound).await
}

/// [`refresh`] of duties whose facts are sound.
pub(crate) async fn write_anew(tx: &mut Tx, duties: &[DutyId]) -> Result<()> {
    let today = time::from_db(&tx.now()).map_or(Date::MIN, time::date_in_china);
    for some in duties.chunks(CHUNK) {
        let shares = facts::of_duties(tx.conn(), some).await?;
        let within = places(1, some.len());
        for table in ["share_standing", "duty_standing"] {
            // SQL: names of ours and placeholders; every id is bound.
            let sql = format!("DELETE FROM {table} WHERE duty IN ({within})");
            query(built(sql)).bind_all(some).execute(tx.conn()).await?;
        }
        let (of_shares, of_duties) = made(&shares, today);
        insert(tx, "share_standing", SHARE_COLUMNS, of_shares).await?;
        insert(tx, "duty_standing", DUTY_COLUMNS, of_duties).await?;
    }
    Ok(())
}

/// The rows of both tables that the facts of these duties make, from today on.
pub(crate) fn made(shares: &[Share], today: Date) -> (Vec<Vec<Value>>, Vec<Vec<Value>>) {
    let (mut of_shares, mut of_duties) = (Vec::new(), Vec::new());
    for shares in shares.chunk_by(|a, b| a.duty == b.duty) {
        let courses: Vec<(bool, Vec<(Date, Standing)>)> =
            shares.iter().map(|share| (share.role.answers(), share.course().from(today))).collect();
        for (share, (_, pieces)) in shares.iter().zip(&courses) {
            share_rows(share, pieces, &mut of_shares);
        }
        duty_rows(shares, &rolled(&courses), &mut of_duties);
    }
    (of_shares, of_duties)
}

/// The source runs or has been closed: its duties leave the boards or come back.
pub(crate) async fn source_changed(tx: &mut Tx, source: &SourceKey, running: bool) -> Result<()> {
    for sql in [
        "UPDATE share_standing SET running = $3 WHERE source_id = $2 AND source_kind = $1 AND running <> $3",
        "UPDATE duty_standing SET running = $3 WHERE source_id = $2 AND source_kind = $1 AND running <> $3",
    ] {
        query(sql).bind(&source.kind).bind(&source.id).bind(running).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Writes all of it anew, source by source, while others read and write. Returns how many duties.
pub async fn rebuild(db: &Db) -> Result<usize> {
    let sources: Vec<SourceKey> =
        query_as("SELECT kind AS source_kind, id AS source_id FROM duty_source ORDER BY kind, id")
            .fetch_all(db.read())
            .await?;
    let mut done = 0;
    for key in sources {
        let mut after = DutyId::default();
        loop {
            let mut tx = db.write().await?;
            key::lock(&mut tx, &key).await?;
            let ids: Vec<DutyId> = query_scalar(
                "SELECT id FROM duty WHERE source_kind = $1 AND source_id = $2 AND id > $3 AND issued_at <> '' \
                 ORDER BY id LIMIT $4",
            )
            .bind(&key.kind)
            .bind(&key.id)
            .bind(&after)
            .bind(i64::try_from(CHUNK).unwrap_or(400))
            .fetch_all(tx.conn())
            .await?;
            let Some(last) = ids.last() else { break };
            refresh(&mut tx, &ids).await?;
            tx.commit().await?;
            after = last.clone();
            done += ids.len();
        }
    }
    Ok(done)
}

/// Drops pieces whose last day has passed. Nobody asks for them; without this they go with the next write on their duty.
/// Returns how many.
pub async fn tidy(db: &Db, today: Date) -> Result<u64> {
    let mut gone = 0;
    for sql in ["DELETE FROM share_standing WHERE until_day < $1", "DELETE FROM duty_standing WHERE until_day < $1"] {
        let mut tx = db.write().await?;
        gone += query(sql).bind(today.to_string()).execute(tx.conn()).await?.rows_affected();
        tx.commit().await?;
    }
    Ok(gone)
}
