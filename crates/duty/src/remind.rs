//! Reminders: what is owed soon or late, and that none goes out twice. A reminder is claimed in the same write as its mail,
//! so that a restart sends none again. Mail itself, with its words, is the caller's.

use std::collections::HashSet;

use jiff::{ToSpan, civil::Date};
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{DutyId, ShareId},
    time,
};
use serde_json::json;
use store::{Db, FromRow, Result, Tx, query, query_as, query_scalar};

use crate::{
    events,
    facts::{self, CHUNK, Share},
    key::SourceKey,
    model::{Cadence, State},
};

/// How many days back a reminder that could not go out (holiday, the program stood) is still worth sending.
const CATCH_UP: i64 = 10;

/// One thing to be reminded of: a share, the period (empty without cadence) and when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    pub share: ShareId,
    pub duty: DutyId,
    pub source: SourceKey,
    /// The organ to which it was issued.
    pub organ: OrganCode,
    /// Key of the period.
    pub period: String,
    /// Name of the period as shown: 第二季度; empty without cadence.
    pub label: String,
    /// When due; `None` for a duty without a date.
    pub due: Option<Date>,
    /// How far the organ has come.
    pub state: State,
    /// Offsets (days to the due date; negative = after it) whose day has come; without a date a single 0.
    pub days: Vec<i64>,
}

impl Owed {
    /// The date in stored form; empty without one.
    fn due_on(&self) -> String {
        self.due.map(|due| due.to_string()).unwrap_or_default()
    }
}

/// What of a share is open: each begun period, or the whole. Evidence that waits for the office is not the organ's debt.
fn owed(share: &Share, today: Date) -> Vec<Owed> {
    let course = share.course();
    let one = |period: String, label: String, due: Date, state: State| Owed {
        share: share.id.clone(),
        duty: share.duty.clone(),
        source: share.source.clone(),
        organ: share.organ.clone(),
        period,
        label,
        due: Some(due),
        state,
        days: Vec::new(),
    };
    let open = |state: State| !matches!(state, State::Confirmed | State::Evidenced);
    let standing = course.on(today);
    if standing.ended || !share.running {
        return Vec::new();
    }
    if share.facts.cadence.is_some() {
        let periods = course.periods(today).into_iter().filter(|standing| open(standing.state));
        return periods.map(|at| one(at.period.key, at.period.label, at.period.due, at.state)).collect();
    }
    match standing.due_on.filter(|_| open(standing.state)) {
        Some(due) => vec![one(String::new(), String::new(), due, standing.state)],
        None => Vec::new(),
    }
}

/// The offsets whose day has come by `today` and is not long past.
fn come(offsets: &[i64], due: Date, issued: Date, today: Date) -> Vec<i64> {
    let since = today.saturating_sub(CATCH_UP.days()).max(issued);
    offsets.iter().copied().filter(|days| (since..=today).contains(&due.saturating_sub(days.days()))).collect()
}

#[derive(FromRow)]
struct Head {
    id: DutyId,
    due_on: String,
    cadence: String,
    grace_days: i64,
    year: i64,
}

impl Head {
    /// Whether anything of it can be due between these days.
    fn within(&self, first: Date, last: Date) -> bool {
        let near = |due: Date| (first..=last).contains(&due);
        let due_on = self.due_on.parse().ok();
        match Cadence::from_code(&self.cadence) {
            Some(cadence) => {
                let periods = cadence.periods(facts::year(self.year), due_on, self.grace_days);
                periods.iter().any(|period| near(period.due))
            }
            None => due_on.is_some_and(near),
        }
    }
}

/// What is to be reminded of on `today`, with the offsets whose day has come. Facts are read of duties alone that have a date
/// near enough.
pub async fn due(db: &Db, offsets: &[i64], today: Date) -> Result<Vec<Owed>> {
    let (Some(least), Some(most)) = (offsets.iter().min(), offsets.iter().max()) else { return Ok(Vec::new()) };
    let first = today.saturating_sub(CATCH_UP.days()).saturating_add(least.days());
    let last = today.saturating_add(most.days());
    let heads: Vec<Head> = query_as(
        "SELECT d.id, d.due_on, d.cadence, d.grace_days, s.year FROM duty d \
         JOIN duty_source s ON s.kind = d.source_kind AND s.id = d.source_id WHERE s.state = 'running' AND d.issued_at <> '' \
         AND d.ended_at = '' AND (d.cadence <> '' OR (d.due_on >= $1 AND d.due_on <= $2)) ORDER BY d.id",
    )
    .bind(first.to_string())
    .bind(last.to_string())
    .fetch_all(db.read())
    .await?;
    let near: Vec<DutyId> = heads.into_iter().filter(|head| head.within(first, last)).map(|head| head.id).collect();
    let mut found = Vec::new();
    for some in near.chunks(CHUNK) {
        for share in facts::of_duties(db.read(), some).await? {
            for one in owed(&share, today) {
                let days = one.due.map(|due| come(offsets, due, share.facts.issued_on, today)).unwrap_or_default();
                if !days.is_empty() {
                    found.push(Owed { days, ..one });
                }
            }
        }
    }
    Ok(found)
}

/// What these shares owe now, whatever their dates: the period that counts, or the whole.
pub async fn now(db: &Db, shares: &[ShareId], duties: &[DutyId], today: Date) -> Result<Vec<Owed>> {
    let found = facts::of_duties(db.read(), duties).await?;
    let wanted = found.into_iter().filter(|share| shares.contains(&share.id));
    let one = |share: Share| {
        let course = share.course();
        let standing = course.on(today);
        let current = course.periods(today).into_iter().find(|at| at.period.key == standing.period);
        let due = current.as_ref().map(|at| at.period.due).or(standing.due_on);
        Owed {
            share: share.id,
            duty: share.duty,
            source: share.source,
            organ: share.organ,
            label: current.as_ref().map(|at| at.period.label.clone()).unwrap_or_default(),
            state: current.as_ref().map_or(standing.state, |at| at.state),
            period: standing.period,
            due,
            days: vec![due.map_or(0, |due| i64::from((due - today).get_days()))],
        }
    };
    Ok(wanted.map(one).collect())
}

/// Claims the reminders of one thing owed; `false` when all of them had gone out before.
pub async fn claim(tx: &mut Tx, owed: &Owed) -> Result<bool> {
    let mut first = false;
    let now = tx.now();
    for days in &owed.days {
        let done = query(
            "INSERT INTO duty_reminder (share, period, due_on, days, sent_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&owed.share)
        .bind(&owed.period)
        .bind(owed.due_on())
        .bind(days)
        .bind(&now)
        .execute(tx.conn())
        .await?;
        first |= done.rows_affected() == 1;
    }
    Ok(first)
}

/// Records a reminder that somebody sends now: another on the same day finds it, and so does the schedule.
pub async fn record(tx: &mut Tx, owed: &Owed) -> Result<()> {
    let now = tx.now();
    for days in &owed.days {
        query(
            "INSERT INTO duty_reminder (share, period, due_on, days, sent_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (share, period, due_on, days) DO UPDATE SET sent_at = excluded.sent_at",
        )
        .bind(&owed.share)
        .bind(&owed.period)
        .bind(owed.due_on())
        .bind(days)
        .bind(&now)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Whether somebody was reminded of this share on this day (in China) already.
pub async fn sent_on(tx: &mut Tx, share: &ShareId, day: Date) -> Result<bool> {
    let count: i64 = query_scalar("SELECT COUNT(*) FROM duty_reminder WHERE share = $1 AND sent_at >= $2")
        .bind(share)
        .bind(time::to_db(time::start_of_day(day)))
        .fetch_one(tx.conn())
        .await?;
    Ok(count > 0)
}

/// The shares of which reminders went out on a day (in China) or after it.
///
/// # Errors
/// When the database fails.
pub async fn all_sent_on(db: &Db, day: Date) -> Result<HashSet<ShareId>> {
    let shares: Vec<ShareId> = query_scalar("SELECT DISTINCT share FROM duty_reminder WHERE sent_at >= $1")
        .bind(time::to_db(time::start_of_day(day)))
        .fetch_all(db.read())
        .await?;
    Ok(shares.into_iter().collect())
}

/// Tells the duty's history that an organ was reminded.
pub async fn tell(tx: &mut Tx, actor: &Actor, owed: &Owed, mailed: bool) -> Result<()> {
    let data = json!({
        "source": owed.source.id, "share": owed.share, "period": owed.period, "due_on": owed.due_on(),
        "mailed": mailed,
    });
    tx.append(NewEvent::new(&events::REMINDED, &owed.duty, actor).organ(&owed.organ).data(data)).await?;
    Ok(())
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
    fn no_duty_is_passed_over_that_could_be_reminded_of() {
        let offsets = [15, 1, -7];
        let head = |cadence: &str| Head {
            id: "d".into(),
            due_on: "2026-11-20".into(),
            cadence: cadence.into(),
            grace_days: 5,
            year: 2026,
        };
        for cadence in ["", "weekly", "quarterly"] {
            let head = head(cadence);
            let dues: Vec<Date> = match Cadence::from_code(cadence) {
                Some(cadence) => {
                    let periods = cadence.periods(2026, Some(date("2026-11-20")), 5);
                    periods.into_iter().map(|period| period.due).collect()
                }
                None => vec![date("2026-11-20")],
            };
            for n in 0..400_i64 {
                let today = date("2026-01-01").saturating_add(n.days());
                let first = today.saturating_sub(CATCH_UP.days()).saturating_add((-7).days());
                let last = today.saturating_add(15.days());
                let asked = dues.iter().any(|due| !come(&offsets, *due, Date::MIN, today).is_empty());
                assert!(!asked || head.within(first, last), "{cadence} on {today}");
            }
        }
    }
}
