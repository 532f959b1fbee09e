//! Telling hubs (WebSub, W3C Recommendation 2018) that feeds have changed. The portal's feeds name the hubs of the configuration;
//! whoever subscribed at a hub hears from it. What a hub must still hear is a row, tried again ever later until the hub takes
//! note, and never given up: only the newest change counts, so that nothing heaps up.

use std::sync::Arc;

use document::events;
use egress::{Answered, Posting, Unanswered};
use kernel::{event::Event, id::DocumentId, time};
use store::{
    Follower, FromRow, Tx,
    jobs::{Failure, NewJob},
    query, query_as,
};
use web::{
    Ctx, Refusal, Result,
    page::query_string,
    push::{Feeds, Hubs},
};

use crate::{
    Broadcast,
    articles::{Nothing, broken, minute, rows::again},
};

/// Name of the follower's cursor.
const CONSUMER: &str = "broadcast.hubs";
/// Kind of the job that tells them.
pub(crate) const PING: &str = "broadcast.ping";
/// Bytes of an answer; of a hub's words nothing is shown.
const MOST: usize = 16 << 10;
/// Feeds told in one run.
const RUN: i64 = 200;

/// The hubs of the configuration.
pub(crate) struct Configured;

impl Hubs for Configured {
    fn addresses(&self, ctx: &Ctx) -> Vec<String> {
        ctx.settings::<Broadcast>().hubs.clone()
    }
}

/// Notes which feeds change, from the first start on: what was public before is told of with the next change.
pub(crate) fn follower(ctx: &Ctx) -> Follower {
    let ctx = ctx.clone();
    Follower::new(CONSUMER, "记下要通知订阅中心的更新", move |tx, event: Event| {
        let ctx = ctx.clone();
        Box::pin(async move { note(&ctx, tx, &event).await.map_err(broken) })
    })
    .kinds(&[&events::PUBLISHED, &events::CORRECTED, &events::WITHDRAWN, &events::SEEDED])
    .from_now()
}

async fn note(ctx: &Ctx, tx: &mut Tx, event: &Event) -> Result<(), Refusal> {
    let hubs = ctx.settings::<Broadcast>().hubs.clone();
    if hubs.is_empty() {
        return Ok(());
    }
    let id = DocumentId::from(event.subject_id.as_str());
    let keepers: Vec<Arc<dyn Feeds>> = ctx.declared::<Arc<dyn Feeds>>().cloned().collect();
    let mut feeds = Vec::new();
    for keeper in keepers {
        feeds.extend(keeper.of_document(ctx, tx, &id).await?);
    }
    let now = tx.now();
    for hub in &hubs {
        for feed in &feeds {
            query(
                "INSERT INTO hub_ping (hub, feed, changes, told, tries, changed_at, told_at, next_at, error) \
                 VALUES ($1, $2, 1, 0, 0, $3, '', $3, '') \
                 ON CONFLICT (hub, feed) DO UPDATE SET changes = hub_ping.changes + 1, changed_at = excluded.changed_at",
            )
            .bind(hub)
            .bind(format!("{}{feed}", ctx.portal_url()))
            .bind(&now)
            .execute(tx.conn())
            .await?;
        }
    }
    if !feeds.is_empty() {
        tx.enqueue(NewJob::now(PING, &Nothing {}).dedup("now")).await?;
    }
    Ok(())
}

/// What a hub must still hear.
#[derive(Debug, Clone, FromRow)]
struct Owed {
    hub: String,
    feed: String,
    changes: i64,
    tries: i64,
}

/// What the hub says to being told: any 2xx is taken for note taken.
fn taken(answer: std::result::Result<Answered, Unanswered>) -> std::result::Result<(), String> {
    match answer {
        Ok(answered) if (200..300).contains(&answered.status) => Ok(()),
        Ok(answered) if (300..400).contains(&answered.status) => {
            Err(format!("订阅中心让转到别的网址（{}），本系统不跟着转。请把新网址写进配置。", answered.status))
        }
        Ok(answered) => Err(format!("订阅中心没有接受（{}）", answered.status)),
        Err(why) => Err(why.words().to_owned()),
    }
}

/// Tells the hubs what they must still hear. After the first try in vain at a hub its other feeds wait as well, so that one that
/// hangs does not hold up the others for long.
///
/// # Errors
/// When the database fails.
pub(crate) async fn ping(ctx: &Ctx) -> std::result::Result<(), Failure> {
    let settings = ctx.settings::<Broadcast>();
    let now = time::to_db(ctx.seams().now());
    let owed: Vec<Owed> = query_as(
        "SELECT hub, feed, changes, tries FROM hub_ping WHERE told < changes AND next_at <= $1 \
         ORDER BY next_at, hub, feed LIMIT $2",
    )
    .bind(&now)
    .bind(RUN)
    .fetch_all(ctx.db().read())
    .await?;
    let mut down: Vec<(String, String)> = Vec::new();
    for one in owed {
        // A hub that was taken out of the configuration is owed nothing.
        if !settings.hubs.contains(&one.hub) {
            keep(ctx, &one, Ok(())).await?;
            continue;
        }
        let known = down.iter().find(|(hub, _)| *hub == one.hub).map(|(_, why)| why.clone());
        let told = match known {
            Some(why) => Err(why),
            None => {
                let body = query_string(&[("hub.mode", "publish"), ("hub.topic", &one.feed), ("hub.url", &one.feed)]);
                let posting =
                    Posting { media: "application/x-www-form-urlencoded".to_owned(), body: body.into_bytes() };
                taken(egress::post(&one.hub, posting, MOST, &settings.allow).await)
            }
        };
        if let Err(why) = &told
            && !down.iter().any(|(hub, _)| *hub == one.hub)
        {
            down.push((one.hub.clone(), why.clone()));
        }
        keep(ctx, &one, told).await?;
    }
    Ok(())
}

async fn keep(ctx: &Ctx, one: &Owed, told: std::result::Result<(), String>) -> store::Result<()> {
    let mut tx = ctx.db().write().await?;
    let now = tx.seams().now();
    match told {
        Ok(()) => {
            query(
                "UPDATE hub_ping SET told = $3, tries = 0, told_at = $4, next_at = $4, error = '' \
                 WHERE hub = $1 AND feed = $2 AND told < $3",
            )
            .bind(&one.hub)
            .bind(&one.feed)
            .bind(one.changes)
            .bind(time::to_db(now))
            .execute(tx.conn())
            .await?;
        }
        Err(why) => {
            tracing::info!(hub = one.hub, tries = one.tries + 1, why, "a hub was told in vain");
            let next = again(now, one.tries + 1);
            query("UPDATE hub_ping SET tries = $3, next_at = $4, error = $5 WHERE hub = $1 AND feed = $2")
                .bind(&one.hub)
                .bind(&one.feed)
                .bind(one.tries + 1)
                .bind(time::to_db(next))
                .bind(why)
                .execute(tx.conn())
                .await?;
            tx.enqueue(NewJob::now(PING, &Nothing {}).at(next).dedup(minute(next))).await?;
        }
    }
    tx.commit().await
}

/// How a hub stands, for the office.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) hub: String,
    /// Feeds of which it must still hear.
    pub(crate) owed: i64,
    /// When it last took note, to the minute; empty = never.
    pub(crate) told_at: String,
    /// Why the last try was in vain; empty = it was not.
    pub(crate) error: String,
    /// When it is told again, to the minute.
    pub(crate) next_at: String,
}

#[derive(FromRow)]
struct Told {
    owed: i64,
    told_at: String,
    error: String,
    next_at: String,
}

/// How the hubs of the configuration stand.
///
/// # Errors
/// When the database fails.
pub(crate) async fn standing(ctx: &Ctx) -> store::Result<Vec<Standing>> {
    let mut all = Vec::new();
    for hub in &ctx.settings::<Broadcast>().hubs {
        let told: Told = query_as(
            "SELECT CAST(COALESCE(SUM(CASE WHEN told < changes THEN 1 ELSE 0 END), 0) AS BIGINT) AS owed, \
             COALESCE(MAX(told_at), '') AS told_at, COALESCE(MAX(error), '') AS error, \
             COALESCE(MIN(CASE WHEN told < changes THEN next_at ELSE NULL END), '') AS next_at FROM hub_ping WHERE hub = $1",
        )
        .bind(hub)
        .fetch_one(ctx.db().read())
        .await?;
        let shown = |stored: &str| if stored.is_empty() { String::new() } else { time::show_minute(stored) };
        all.push(Standing {
            hub: hub.clone(),
            owed: told.owed,
            told_at: shown(&told.told_at),
            error: told.error,
            next_at: shown(&told.next_at),
        });
    }
    Ok(all)
}

/// Has a hub told at once, whatever was in vain before.
///
/// # Errors
/// When the database fails.
pub(crate) async fn hurry(tx: &mut Tx, hub: &str) -> store::Result<u64> {
    let now = tx.now();
    let hurried = query("UPDATE hub_ping SET next_at = $2 WHERE hub = $1 AND told < changes")
        .bind(hub)
        .bind(&now)
        .execute(tx.conn())
        .await?;
    tx.enqueue(NewJob::now(PING, &Nothing {}).dedup("now")).await?;
    Ok(hurried.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_note_taken() {
        let answered = |status: u16| taken(Ok(Answered { status, body: Vec::new() }));
        assert_eq!(answered(202), Ok(()));
        assert_eq!(answered(204), Ok(()));
        assert!(answered(302).is_err_and(|why| why.contains("转到")));
        assert!(answered(500).is_err() && answered(404).is_err());
        assert_eq!(taken(Err(Unanswered::Perhaps("慢".to_owned()))), Err("慢".to_owned()));
    }
}
