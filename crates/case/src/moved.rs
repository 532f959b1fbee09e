//! The last days of all cases that run, by any calendar: what a change of the calendar would move, and counting anew what it has.

use clock::Readings;
use jiff::civil::Date;
use kernel::{Calendar, id::CaseId};
use store::{Executor, FromRow, Tx, query_as};
use web::Ctx;

use crate::{
    clocks::{ClockRow, PauseRow, count_by, project},
    kind::{self, Kind},
    rows,
    rules::stood_of,
};

/// A case whose clock runs.
#[derive(Debug, Clone)]
pub struct Counted {
    pub id: CaseId,
    pub kind: Kind,
    /// In its register: 找错〔2026〕12号.
    pub number: String,
    pub state: String,
    /// What lists say now, `YYYY-MM-DD`; empty = nothing runs.
    pub kept: String,
    /// Its last day by the calendar that was given.
    pub due: Option<Date>,
}

#[derive(FromRow)]
struct Open {
    id: CaseId,
    kind: String,
    state: String,
    year: i64,
    place: i64,
    due_on: String,
    from_on: String,
    held: bool,
    extended: i64,
}

#[derive(FromRow)]
struct Stood {
    case_id: CaseId,
    place: i64,
    why: String,
    rule: String,
    sent_on: String,
    answered_on: String,
}

/// All cases that have not ended, with their last days by this calendar.
///
/// # Errors
/// When the database fails.
pub async fn counted(ctx: &Ctx, calendar: &Calendar) -> web::Result<Vec<Counted>> {
    let db = ctx.db().read();
    let open: Vec<Open> = query_as(
        "SELECT c.id, c.kind, c.state, c.year, c.place, c.due_on, k.from_on, k.held, k.extended \
         FROM case_entry c JOIN case_clock k ON k.case_id = c.id WHERE c.ended_at = '' ORDER BY c.id",
    )
    .fetch_all(db)
    .await?;
    let stood: Vec<Stood> = query_as(
        "SELECT p.case_id, p.place, p.why, p.rule, p.sent_on, p.answered_on FROM case_pause p \
         JOIN case_entry c ON c.id = p.case_id WHERE c.ended_at = '' ORDER BY p.case_id, p.place",
    )
    .fetch_all(db)
    .await?;
    let mut pauses: std::collections::HashMap<CaseId, Vec<PauseRow>> = std::collections::HashMap::new();
    for Stood { case_id, place, why, rule, sent_on, answered_on } in stood {
        pauses.entry(case_id).or_default().push(PauseRow { place, why, rule, sent_on, answered_on });
    }
    let readings = ctx.settings::<Readings>();
    let mut all = Vec::with_capacity(open.len());
    for row in open {
        let Some(kind) = kind::find(ctx, &row.kind) else { continue };
        let clock = ClockRow {
            from_on: row.from_on,
            held: row.held,
            extended: row.extended,
            asked: 0,
            asked_by: String::new(),
            asked_reason: String::new(),
        };
        let rule = readings.apply(kind.clock);
        let paused = pauses.remove(&row.id).unwrap_or_default();
        // Only where something stood is there more to know than the row says.
        let entry = if paused.is_empty() { None } else { rows::entry(db, &row.id).await? };
        let known = match entry {
            Some(entry) => {
                let by = (calendar, ctx.today());
                stood_of(ctx, db.target(), (&entry, kind), by).await.map_err(web::Error::from)?
            }
            None => None,
        };
        let view = count_by((calendar, ctx.today()), (kind, rule), &row.state, (clock, paused), known);
        let number = format!("{}〔{}〕{}号", kind.mark, row.year, row.place);
        all.push(Counted { id: row.id, kind, number, state: row.state, kept: row.due_on, due: view.due() });
    }
    Ok(all)
}

/// Writes anew what lists say of the cases whose last day is another by the calendar of the installation; how many there were.
///
/// # Errors
/// When the database fails.
pub async fn recount_moved(ctx: &Ctx) -> web::Result<u64> {
    let mut done = 0;
    for case in counted(ctx, &ctx.calendar()).await? {
        if case.due.map(|due| due.to_string()).unwrap_or_default() == case.kept {
            continue;
        }
        let written = web::act_now(ctx, async |tx: &mut Tx| project(ctx, tx, case.kind, &case.id, &case.state).await);
        written.await.map_err(web::Error::from)?;
        done += 1;
    }
    Ok(done)
}
