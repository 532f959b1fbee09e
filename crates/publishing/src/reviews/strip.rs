//! What waits for one person, in the order of the days by which it is due: the strip above the text that is decided on, and where
//! to go after a decision.

use jiff::Timestamp;
use kernel::id::EditionId;
use review::{Due, due, queue};
use web::{Ctx, Desk, Result};

/// Most that is put in order; a person with more begins with these.
const MOST: usize = 200;
/// Most that the strip lists.
const SHOWN: usize = 40;

/// One text that waits.
pub(super) struct Stop {
    pub(super) edition: String,
    title: String,
    pub(super) gate: String,
    pub(super) organ: String,
    pub(super) due: Due,
    pub(super) mine: bool,
    /// For whom the person would decide on it, if somebody is away; else empty.
    pub(super) away: String,
    pub(super) current: bool,
    since: Timestamp,
}

impl Stop {
    pub(super) fn title(&self) -> &str {
        document::rows::shown_title(&self.title)
    }
}

/// Everything that waits for a person.
pub(super) struct Strip {
    /// The first of them.
    pub(super) stops: Vec<Stop>,
    pub(super) total: i64,
    /// How many of them somebody else has in hand; they are not listed.
    pub(super) held: usize,
    /// Past the day by which they were due.
    pub(super) late: usize,
    /// The place of the text that is shown, from 1; 0 = it is not among them.
    pub(super) place: usize,
    /// The text before it, the text after it; empty = none.
    pub(super) previous: String,
    pub(super) next: String,
}

/// What waits for this person, with the text that is shown; `None` for who reviews nothing.
///
/// # Errors
/// When the database fails.
pub(super) async fn strip(ctx: &Ctx, desk: &Desk, current: &EditionId) -> Result<Option<Strip>> {
    if !review::desk::is_reviewer(ctx, &desk.staff).await? {
        return Ok(None);
    }
    let filter = super::pages::for_me(ctx, desk).await?;
    let away = review::desk::away_of(ctx, &desk.staff).await?;
    let found = queue::waiting(ctx.db(), &filter, &desk.staff.account, None, MOST).await?;
    let total = queue::count(ctx.db(), &filter).await?;
    let (now, today, calendar, directory) = (ctx.seams().now(), ctx.today(), ctx.calendar(), ctx.directory());
    let stop = |line: queue::Line| {
        let claim = line.claim.as_ref().filter(|claim| claim.holds(now));
        let mine = claim.is_some_and(|claim| claim.by == desk.staff.account);
        let here = line.subject == current.as_str();
        // What somebody has in hand who is away is the stand-in's.
        let theirs = claim.is_some_and(|claim| away.iter().any(|one| one.account == claim.by));
        // What somebody else has in hand waits for that person.
        (claim.is_none() || mine || theirs || here).then(|| Stop {
            due: due(&calendar, line.since, line.stage.days, today),
            away: review::desk::in_name_of(&away, &line).map(|away| away.name.clone()).unwrap_or_default(),
            organ: directory.short_name(&line.organ).to_owned(),
            gate: line.stage.label,
            edition: line.subject,
            title: line.title,
            since: line.since,
            current: here,
            mine,
        })
    };
    let all = found.rows.len();
    let mut stops: Vec<Stop> = found.rows.into_iter().filter_map(stop).collect();
    let held = all - stops.len();
    stops.sort_by_key(|stop| (stop.due.on, stop.since));
    let here = stops.iter().position(|stop| stop.current);
    let other =
        |at: Option<usize>| at.and_then(|at| stops.get(at)).map(|stop| stop.edition.clone()).unwrap_or_default();
    let first = stops.iter().position(|stop| !stop.current);
    let after = here.map(|at| at + 1).filter(|at| *at < stops.len()).or(first);
    let before = here.and_then(|at| at.checked_sub(1));
    let (next, previous) = (other(after), other(before));
    let late = stops.iter().filter(|stop| stop.due.left.is_past()).count();
    stops.truncate(SHOWN);
    Ok(Some(Strip { late, held, place: here.map_or(0, |at| at + 1), previous, next, total, stops }))
}

/// Where a person goes after deciding on this text: to the one that is due next, else to the list.
///
/// # Errors
/// When the database fails.
pub(super) async fn after(ctx: &Ctx, desk: &Desk, current: &EditionId) -> Result<String> {
    let strip = strip(ctx, desk, current).await?;
    Ok(match strip.map(|strip| strip.next).unwrap_or_default().as_str() {
        "" => "/reviews".to_owned(),
        next => format!("/reviews/{next}"),
    })
}
