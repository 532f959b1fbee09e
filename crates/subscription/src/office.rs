//! The office's page: numbers. Nobody in the office reads an address or the conditions of one person.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use jiff::{SignedDuration, Timestamp};
use kernel::time;
use store::{query_as, query_scalar};
use web::{Ctx, Desk, OfficeShell, Result, office_page};

use crate::{
    filter::{Names, Often, Sort},
    follow,
    rows::{self, State as Standing},
    settings::Subscriptions,
};

/// A value that fewer subscriptions name is not told: it would say who.
const FEWEST: usize = 3;
/// Days of mails.
const DAYS: i64 = 30;

/// What became of mails on a day.
#[derive(Debug)]
struct Day {
    day: String,
    sent: i64,
    later: i64,
    refused: i64,
}

struct Group {
    label: &'static str,
    rows: Vec<(String, usize)>,
}

#[derive(Template)]
#[template(path = "templates/office.html")]
struct Page {
    shell: OfficeShell,
    portal: String,
    by_mail: bool,
    mailboxes: i64,
    states: Vec<(&'static str, i64)>,
    often: Vec<(&'static str, usize)>,
    mails: Vec<(&'static str, i64)>,
    /// Since when a mail waits that should have gone out; empty = none does.
    oldest: String,
    days: Vec<Day>,
    groups: Vec<Group>,
    few: bool,
    fewest: usize,
}

/// A mail that waits for longer waits for somebody's hand.
const LATE: SignedDuration = SignedDuration::from_mins(30);

/// `GET /subscriptions` of the office.
pub(crate) async fn page(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let (names, matcher) = (Names::now(&ctx).await?, follow::matcher(&ctx).await?);
    let now = ctx.seams().now();
    let counted = rows::states(ctx.db().read()).await?;
    let state = |state: Standing| {
        let n = counted.iter().find(|(code, _)| code == state.code()).map_or(0, |(_, n)| *n);
        (state.label(), n)
    };
    let mut few = false;
    let mut groups = Vec::new();
    for sort in [Sort::Organ, Sort::Topic, Sort::Kind, Sort::Column, Sort::Audience] {
        let all = matcher.numbers(sort);
        let many = all.iter().filter(|(_, n)| *n >= FEWEST).count();
        few |= many < all.len();
        let rows = all.into_iter().take(many).map(|(value, n)| (names.of(sort, &value), n)).collect();
        groups.push(Group { label: sort.label(), rows });
    }
    let days = days(&ctx, now).await?;
    let sum = |of: fn(&Day) -> i64| days.iter().map(of).sum::<i64>();
    let page = Page {
        shell: desk.shell(&ctx, "订阅").await?,
        portal: ctx.portal_url().to_owned(),
        by_mail: ctx.settings::<Subscriptions>().by_mail,
        mailboxes: rows::mailboxes(ctx.db().read()).await?,
        states: Standing::ALL.into_iter().map(state).collect(),
        often: Often::ALL.into_iter().map(|often| (often.label(), matcher.often(often))).collect(),
        mails: vec![
            ("送出", sum(|day| day.sent)),
            ("邮箱满，稍后再发", sum(|day| day.later)),
            ("拒收", sum(|day| day.refused)),
        ],
        oldest: oldest(&ctx, now).await?,
        days,
        groups,
        few,
        fewest: FEWEST,
    };
    office_page(&page)
}

/// Mails by the day on which they came to their end, as UTC has it in storage and China counts it.
async fn days(ctx: &Ctx, now: Timestamp) -> Result<Vec<Day>> {
    let since = now.checked_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(now);
    let rows: Vec<(String, String, i64)> = query_as(
        "SELECT SUBSTR(done_at, 1, 13), state, COUNT(*) FROM subscription_mail WHERE done_at > $1 \
         GROUP BY SUBSTR(done_at, 1, 13), state",
    )
    .bind(time::to_db(since))
    .fetch_all(ctx.db().read())
    .await?;
    let mut days: BTreeMap<String, Day> = BTreeMap::new();
    for (hour, state, n) in rows {
        // Hours of UTC lie whole in days of China.
        let day = time::show_date(&format!("{hour}:00:00.000Z"));
        let told = days.entry(day.clone()).or_insert(Day { day, sent: 0, later: 0, refused: 0 });
        match state.as_str() {
            "sent" => told.sent += n,
            "later" => told.later += n,
            "refused" => told.refused += n,
            _ => {}
        }
    }
    let told = |day: &Day| day.sent + day.later + day.refused > 0;
    Ok(days.into_values().rev().filter(told).collect())
}

async fn oldest(ctx: &Ctx, now: Timestamp) -> Result<String> {
    let late = now.checked_sub(LATE).unwrap_or(now);
    let oldest: String = query_scalar(
        "SELECT COALESCE(MIN(made_at), '') FROM subscription_mail WHERE state = 'ready' AND code = 0 AND made_at < $1",
    )
    .bind(time::to_db(late))
    .fetch_one(ctx.db().read())
    .await?;
    Ok(time::show_minute(&oldest))
}
