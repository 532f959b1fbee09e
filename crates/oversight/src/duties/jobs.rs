//! What happens by itself: daily reminders, and following documents that are withdrawn.
//!
//! A reminder is claimed in the table `duty_reminder` in the same write as its mail, so that a restart sends none twice.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};

use jiff::{ToSpan, civil::Date, civil::Time};
use kernel::{Actor, Calendar, NewEvent, OrganCode, time};
use serde_json::json;
use store::{FromRow, Tx, jobs::NewJob, query, query_as, query_scalar};
use tokio::sync::watch;
use web::{
    Ctx, Result,
    mail::{Mail, SEND},
};

use crate::{
    duties::{
        model::State,
        report::as_of,
        store::{Assigned, Scope, answering, assigned},
    },
    recipients::addresses,
};

/// Reminders go out at the first moment of a working day after this time in China.
const FROM: Time = Time::constant(8, 30, 0, 0);
/// How many days back a reminder that could not go out (holiday, the program stood) is still worth sending.
const CATCH_UP: i64 = 10;
/// Name under which this context keeps its place in the event log.
const CURSOR: &str = "oversight.lapse";

/// One thing to be reminded of: the assignment, the period (empty without cadence) and when it is due.
struct Owed<'a> {
    row: &'a Assigned,
    period: String,
    label: String,
    due: Date,
    state: State,
}

/// What of an assignment is open: each begun period, or the whole. Evidence that waits for the office is not the organ's debt.
fn owed(row: &Assigned) -> Vec<Owed<'_>> {
    let open = |state: State| !matches!(state, State::Confirmed | State::Evidenced);
    if row.standing.ended {
        return Vec::new();
    }
    if row.cadence.is_some() {
        let periods = row.standing.periods.iter().filter(|standing| open(standing.state));
        return periods
            .map(|standing| Owed {
                row,
                period: standing.period.key.clone(),
                label: standing.period.label.clone(),
                due: standing.period.due,
                state: standing.state,
            })
            .collect();
    }
    match row.standing.due_on {
        Some(due) if open(row.standing.state) => {
            vec![Owed { row, period: String::new(), label: String::new(), due, state: row.standing.state }]
        }
        _ => Vec::new(),
    }
}

/// The offsets (days to the due date; negative = after it) whose day has come by `today` and is not long past.
fn come(offsets: &[i64], due: Date, issued: Date, today: Date) -> Vec<i64> {
    let since = today.saturating_sub(CATCH_UP.days()).max(issued);
    offsets.iter().copied().filter(|days| (since..=today).contains(&due.saturating_sub(days.days()))).collect()
}

/// Sends the reminders whose day has come, each once: one mail for each organ. Returns how many organs were reminded.
///
/// # Errors
/// When the database fails; what was sent by then is recorded.
pub async fn remind_once(ctx: &Ctx, today: Date) -> Result<usize> {
    let plans = &ctx.config().plans;
    let mut offsets = plans.remind_before.clone();
    offsets.extend(plans.remind_after.iter().map(|days| -days));
    let rows = assigned(ctx.db(), &Scope::default(), today).await?;
    let directory = ctx.directory();
    let mut by_organ: BTreeMap<OrganCode, Vec<(Owed<'_>, Vec<i64>)>> = BTreeMap::new();
    for row in &rows {
        let issued = time::from_db(&row.issued_at).map_or(Date::MIN, time::date_in_china);
        for owed in owed(row) {
            let days = come(&offsets, owed.due, issued, today);
            if !days.is_empty() {
                by_organ.entry(answering(&directory, &row.organ, today)).or_default().push((owed, days));
            }
        }
    }
    let addresses = addresses(ctx).await?;
    let mut organs = 0;
    for (organ, candidates) in by_organ {
        let mut tx = ctx.db().write().await?;
        let mut fresh = Vec::new();
        for (owed, days) in candidates {
            if claim(&mut tx, &owed, &days).await? {
                fresh.push(owed);
            }
        }
        if fresh.is_empty() {
            continue;
        }
        send(ctx, &mut tx, &Actor::System, &organ, &fresh, addresses.get(&organ), today).await?;
        tx.commit().await?;
        organs += 1;
    }
    Ok(organs)
}

/// Records the reminders of one thing owed; `false` when all of them had gone out before.
async fn claim(tx: &mut Tx, owed: &Owed<'_>, days: &[i64]) -> Result<bool> {
    let mut first = false;
    let now = tx.now();
    for days in days {
        let done = query(
            "INSERT INTO duty_reminder (assignment, period, due_on, days, sent_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&owed.row.id)
        .bind(&owed.period)
        .bind(owed.due.to_string())
        .bind(days)
        .bind(&now)
        .execute(tx.conn())
        .await?;
        first |= done.rows_affected() == 1;
    }
    Ok(first)
}

/// One event for each duty and one mail for the organ.
async fn send(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    organ: &OrganCode,
    owed: &[Owed<'_>],
    to: Option<&Vec<String>>,
    today: Date,
) -> Result<()> {
    for one in owed {
        let data = json!({
            "plan": one.row.plan, "assignment": one.row.id, "period": one.period, "due_on": one.due.to_string(),
            "mailed": to.is_some(),
        });
        tx.append(NewEvent::new("duty.reminded", "duty", &one.row.duty, actor).organ(&one.row.organ).data(data))
            .await?;
    }
    let Some(to) = to else { return Ok(()) };
    let late = owed.iter().filter(|one| one.due < today).count();
    let name = ctx.directory().short_name(organ).to_owned();
    let mut text = format!("{name}：\n\n下列任务需要办理：\n");
    for one in owed {
        let when = if one.due < today { format!("已于 {} 到期", one.due) } else { format!("{} 到期", one.due) };
        let period = if one.label.is_empty() { String::new() } else { format!("（{}）", one.label) };
        let words = web::filters::shortened(one.row.text.trim_end_matches('。'), 60);
        let office = ctx.config().server.office_url.trim_end_matches('/');
        text.push_str(&format!(
            "\n· {words}{period}，{when}，现为{}\n  {office}/duties/{}\n",
            one.state.label(),
            one.row.duty
        ));
    }
    text.push_str("\n请在系统中报送进展和佐证。已经办完的，报送佐证后不再提醒。\n");
    let subject = match late {
        0 => format!("有 {} 项任务即将到期", owed.len()),
        late if late == owed.len() => format!("有 {late} 项任务已经逾期"),
        late => format!("有 {} 项任务需要办理，其中 {late} 项已逾期", owed.len()),
    };
    tx.enqueue(NewJob::now(SEND, &Mail { to: to.clone(), subject, text })).await?;
    Ok(())
}

/// What [`remind_now`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reminded {
    /// The organs (as issued) that mail reached.
    pub mailed: HashSet<OrganCode>,
    /// Assignments that had been reminded of earlier on this day (in China), and were not again.
    pub before: HashSet<String>,
}

/// Whether somebody was reminded of this share on this day already.
async fn reminded_today(tx: &mut Tx, row: &Assigned, today: Date) -> Result<bool> {
    let count: i64 = query_scalar(
        "SELECT COUNT(*) FROM event WHERE subject_kind = 'duty' AND subject_id = $1 AND kind = 'duty.reminded' \
         AND organ = $2 AND at >= $3",
    )
    .bind(&row.duty)
    .bind(row.organ.as_str())
    .bind(time::to_db(time::start_of_day(today)))
    .fetch_one(tx.conn())
    .await?;
    Ok(count > 0)
}

/// Reminds of these assignments at once, whatever their dates, each at most once a day; for the office.
///
/// # Errors
/// When the database fails.
pub async fn remind_now(ctx: &Ctx, actor: &Actor, rows: &[Assigned]) -> Result<Reminded> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let addresses = addresses(ctx).await?;
    let mut by_organ: BTreeMap<OrganCode, Vec<Owed<'_>>> = BTreeMap::new();
    let mut done = Reminded::default();
    let mut tx = ctx.db().write().await?;
    tx.lock("duty.remind_now").await?;
    for row in rows {
        if reminded_today(&mut tx, row, today).await? {
            done.before.insert(row.id.clone());
            continue;
        }
        let current = row.standing.current_period().map(|standing| &standing.period);
        by_organ.entry(answering(&directory, &row.organ, today)).or_default().push(Owed {
            row,
            period: current.map(|period| period.key.clone()).unwrap_or_default(),
            label: current.map(|period| period.label.clone()).unwrap_or_default(),
            due: current.map(|period| period.due).or(row.standing.due_on).unwrap_or(today),
            state: row.standing.current_period().map_or(row.standing.state, |standing| standing.state),
        });
    }
    for (organ, owed) in by_organ {
        let to = addresses.get(&organ);
        send(ctx, &mut tx, actor, &organ, &owed, to, today).await?;
        if to.is_some() {
            done.mailed.extend(owed.iter().map(|one| one.row.organ.clone()));
        }
    }
    tx.commit().await?;
    Ok(done)
}

#[derive(FromRow)]
struct Lapsed {
    id: String,
    assignment: String,
    plan: String,
    duty: String,
    organ: String,
    title: String,
    visibility: String,
}

/// Follows the log: where a document that served as evidence was withdrawn, the duty's history says so, its organ gets a mail,
/// and the public page a new moment. The state itself needs none of this: it is computed. Returns how many pieces lapsed.
///
/// # Errors
/// When the database fails.
pub async fn follow_withdrawals(ctx: &Ctx) -> Result<usize> {
    let mut count = 0;
    loop {
        let seen = store::log::cursor(ctx.db(), CURSOR).await?;
        let events = store::log::after(ctx.db(), seen, 500).await?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(count) };
        let withdrawn: Vec<_> = events.iter().filter(|event| event.kind == "document.withdrawn").collect();
        let addresses = if withdrawn.is_empty() { HashMap::new() } else { addresses(ctx).await? };
        let mut tx = ctx.db().write().await?;
        tx.lock(CURSOR).await?;
        // Another process may have been here since the cursor was read.
        let held: Option<i64> = store::query_scalar("SELECT seq FROM event_cursor WHERE consumer = $1")
            .bind(CURSOR)
            .fetch_optional(tx.conn())
            .await?;
        if held.unwrap_or(0) != seen {
            continue;
        }
        let mut lapsed: Vec<Lapsed> = Vec::new();
        for event in withdrawn {
            let pieces: Vec<Lapsed> = query_as(
                "SELECT e.id, e.assignment, e.plan, e.duty, e.organ, e.title, d.visibility FROM evidence e \
                 JOIN duty d ON d.id = e.duty WHERE e.document = $1 AND e.withdrawn_at = '' AND e.decision <> 'returned' \
                 AND e.added_at <= $2 ORDER BY e.id",
            )
            .bind(&event.subject_id)
            .bind(&event.at)
            .fetch_all(tx.conn())
            .await?;
            lapsed.extend(pieces);
        }
        // Plans in one order, and before the log is locked by the first event: nobody waits for us in a circle.
        let plans: BTreeSet<&str> =
            lapsed.iter().filter(|piece| piece.visibility == "public").map(|piece| piece.plan.as_str()).collect();
        for plan in plans {
            as_of(&mut tx, plan).await?;
        }
        for piece in &lapsed {
            lapse(ctx, &mut tx, piece, &addresses).await?;
        }
        store::log::advance(&mut tx, CURSOR, last).await?;
        tx.commit().await?;
        count += lapsed.len();
    }
}

async fn lapse(ctx: &Ctx, tx: &mut Tx, piece: &Lapsed, addresses: &HashMap<OrganCode, Vec<String>>) -> Result<()> {
    let issued_to = OrganCode(piece.organ.clone());
    let data =
        json!({ "plan": piece.plan, "assignment": piece.assignment, "evidence": piece.id, "title": piece.title });
    tx.append(NewEvent::new("duty.evidence_lapsed", "duty", &piece.duty, &Actor::System).organ(&issued_to).data(data))
        .await?;
    let organ = answering(&ctx.directory(), &issued_to, ctx.today());
    let Some(to) = addresses.get(&organ) else { return Ok(()) };
    let mail = Mail {
        to: to.clone(),
        subject: "任务佐证已失效，请重新报送".into(),
        text: format!(
            "《{}》已撤回公开，以它为佐证的任务不再算办结。请换一份已公开的文件重新报送：\n{}/duties/{}\n",
            piece.title,
            ctx.config().server.office_url.trim_end_matches('/'),
            piece.duty,
        ),
    };
    tx.enqueue(NewJob::now(SEND, &mail)).await?;
    Ok(())
}

/// Whether reminders go out at this moment: a working day, after half past eight in China.
fn is_time(calendar: &Calendar, now: jiff::Timestamp) -> Option<Date> {
    let here = now.to_zoned_datetime(time::china());
    (here.time() >= FROM && calendar.is_probably_working(here.date())).then(|| here.date())
}

/// Looks every minute until `stop`: reminders once a working day, withdrawn documents at once.
pub async fn remind_daily(ctx: Ctx, mut stop: watch::Receiver<bool>) {
    let mut done = None;
    while !*stop.borrow() {
        if let Err(error) = follow_withdrawals(&ctx).await {
            tracing::warn!(?error, "withdrawn documents could not be followed");
        }
        if let Some(today) = is_time(&ctx.calendar(), ctx.seams().now()).filter(|today| done != Some(*today)) {
            match remind_once(&ctx, today).await {
                Ok(organs) => {
                    tracing::info!(organs, %today, "reminders sent");
                    done = Some(today);
                }
                Err(error) => tracing::warn!(?error, "reminders could not be sent; tried again in a minute"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("date")
    }

    #[test]
    fn a_reminder_comes_on_its_day_and_is_caught_up_after_a_holiday() {
        let (due, issued) = (date("2026-06-30"), date("2026-02-20"));
        let offsets = [15, 5, 1, -1, -7];
        assert_eq!(come(&offsets, due, issued, date("2026-06-14")), Vec::<i64>::new());
        assert_eq!(come(&offsets, due, issued, date("2026-06-15")), [15]);
        assert_eq!(come(&offsets, due, issued, date("2026-06-30")), [5, 1]);
        assert_eq!(come(&offsets, due, issued, date("2026-07-07")), [1, -1, -7]);
        assert_eq!(come(&offsets, due, issued, date("2026-08-01")), Vec::<i64>::new(), "long past");
        assert_eq!(come(&offsets, due, date("2026-06-20"), date("2026-06-25")), [5], "not for days before the issue");
    }

    #[test]
    fn reminders_wait_for_half_past_eight_on_a_working_day() {
        let calendar = Calendar::bundled();
        let at = |text: &str| is_time(&calendar, text.parse().expect("moment"));
        assert_eq!(at("2026-03-02T00:29:00Z"), None);
        assert_eq!(at("2026-03-02T00:30:00Z"), Some(date("2026-03-02")));
        assert_eq!(at("2026-03-07T04:00:00Z"), None, "Saturday");
        assert_eq!(at("2026-10-01T04:00:00Z"), None, "holiday");
    }
}
