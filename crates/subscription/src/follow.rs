//! From the log to what each subscription is told of: a follower whose cursor moves in the write that notes it, so that each
//! event is noted once, however often a process dies.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use document::events;
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use kernel::{event::Event, id::DocumentId, time};
use store::{Follower, Result, Tx, built, jobs::NewJob, places, query, query_as};
use web::{Ctx, Refusal};

use crate::{
    SUBJECT, called, facts,
    filter::Often,
    matching::{Entry, Matcher},
    round::{ROUND, Round},
    rows::{self, SubscriptionId},
    settings::Subscriptions,
};

/// What happened to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    Published,
    Corrected,
    /// 有效性 turned: amended, repealed, lapsed, in force.
    Validity,
    Withdrawn,
    /// Pushed to an audience.
    Called,
}

impl Act {
    /// The code in storage.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Corrected => "corrected",
            Self::Validity => "validity",
            Self::Withdrawn => "withdrawn",
            Self::Called => "called",
        }
    }

    /// The act with this code.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        let all = [Self::Published, Self::Corrected, Self::Validity, Self::Withdrawn, Self::Called];
        all.into_iter().find(|act| act.code() == code)
    }

    /// What an event does; what was brought in from an old site is no news.
    fn of(event: &Event) -> Option<Self> {
        let acts = [
            (&events::PUBLISHED, Self::Published),
            (&events::CORRECTED, Self::Corrected),
            (&events::LAPSED, Self::Validity),
            (&events::VALIDITY_TURNED, Self::Validity),
            (&events::WITHDRAWN, Self::Withdrawn),
        ];
        acts.into_iter().find(|(kind, _)| kind.name == event.kind).map(|(_, act)| act)
    }
}

/// Notes what happens for whoever wants to be told.
pub(crate) fn follower(ctx: &Ctx) -> Follower {
    let ctx = ctx.clone();
    Follower::new("subscription", "记下要告知订阅人的变化", move |tx, event: Event| {
        let ctx = ctx.clone();
        Box::pin(async move { follow(&ctx, tx, &event).await })
    })
    .kinds(&[&events::PUBLISHED, &events::CORRECTED, &events::LAPSED, &events::VALIDITY_TURNED, &events::WITHDRAWN])
    .subjects(&[called::PUSHES])
}

/// All subscriptions that are told, put together; made anew when one of them has changed, by whatever process.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn matcher(ctx: &Ctx) -> Result<Arc<Matcher>> {
    let ask = async {
        let entry = |one: rows::Subscription| Entry {
            id: one.id,
            often: one.often,
            since: one.confirmed_at,
            filter: one.filter,
        };
        let all = rows::told(ctx).await?;
        Ok::<_, store::Error>(Arc::new(Matcher::new(all.into_iter().map(entry).collect())))
    };
    ctx.db().while_subjects_unchanged(&[SUBJECT], "matcher".to_owned(), ask).await
}

async fn follow(ctx: &Ctx, tx: &mut Tx, event: &Event) -> Result<()> {
    if let Some((document, who)) = called::of(event) {
        let told = called::told(ctx, matcher(ctx).await?.as_ref(), &document, &who).await.map_err(stored)?;
        return tell(ctx, tx, event, (&document, Act::Called), told).await;
    }
    let Some(act) = Act::of(event) else { return Ok(()) };
    let matcher = matcher(ctx).await?;
    if matcher.is_empty() {
        return Ok(());
    }
    let document = DocumentId::from(event.subject_id.as_str());
    let told = if act == Act::Withdrawn {
        // Nobody hears of something that is not there any more, but for those who were told that it is.
        query("DELETE FROM subscription_notice WHERE document_id = $1 AND mail_id = ''")
            .bind(&document)
            .execute(tx.conn())
            .await?;
        told_before(tx, &document).await?
    } else {
        let public = facts::of(ctx, std::slice::from_ref(&document)).await.map_err(stored)?;
        let Some(public) = public.first() else { return Ok(()) };
        let fits = matcher.matching(&public.facts).into_iter().filter(|entry| entry.since <= event.at);
        let mut told: Vec<(SubscriptionId, Often)> = fits.map(|entry| (entry.id.clone(), entry.often)).collect();
        if act != Act::Published {
            // Who was told a figure is told what became of it, also where the new title or other conditions do not lead there.
            let known: BTreeSet<SubscriptionId> = told.iter().map(|(id, _)| id.clone()).collect();
            told.extend(told_before(tx, &document).await?.into_iter().filter(|(id, _)| !known.contains(id)));
        }
        told
    };
    tell(ctx, tx, event, (&document, act), told).await
}

/// Notes it for each, and sets the time of their mails.
async fn tell(
    ctx: &Ctx,
    tx: &mut Tx,
    event: &Event,
    what: (&DocumentId, Act),
    told: Vec<(SubscriptionId, Often)>,
) -> Result<()> {
    let mut by_often: BTreeMap<&'static str, (Often, Vec<SubscriptionId>)> = BTreeMap::new();
    for (id, often) in told {
        by_often.entry(often.code()).or_insert_with(|| (often, Vec::new())).1.push(id);
    }
    for (often, ids) in by_often.into_values() {
        note(tx, event, what, &ids).await?;
        due(ctx, tx, often, &ids).await?;
    }
    Ok(())
}

/// What a page says of a failure, for a follower: it is tried again.
pub(crate) fn stored(error: web::Error) -> store::Error {
    store::Error::Value(Refusal::from(error).words())
}

/// Subscriptions whose mails have told of the document.
async fn told_before(tx: &mut Tx, document: &DocumentId) -> Result<Vec<(SubscriptionId, Often)>> {
    let rows: Vec<(SubscriptionId, String)> = query_as(
        "SELECT DISTINCT s.id, s.often FROM subscription_notice n \
         JOIN subscription_mail m ON m.id = n.mail_id AND m.state IN ('ready', 'sent') \
         JOIN subscription s ON s.id = n.subscription_id AND s.state = 'active' WHERE n.document_id = $1 ORDER BY s.id",
    )
    .bind(document)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|(id, often)| Some((id, Often::from_code(&often)?))).collect())
}

/// Subscriptions written at a time.
const STEP: usize = 400;

async fn note(tx: &mut Tx, event: &Event, (document, act): (&DocumentId, Act), ids: &[SubscriptionId]) -> Result<()> {
    for some in ids.chunks(STEP) {
        // SQL: literals and numbers of places that are counted here. Who has left meanwhile is not there to be written for.
        let sql = built(format!(
            "INSERT INTO subscription_notice (subscription_id, event_seq, document_id, act, mail_id) \
             SELECT s.id, CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), '' FROM subscription s \
             WHERE s.state = 'active' AND s.id IN ({}) ON CONFLICT (subscription_id, event_seq) DO NOTHING",
            places(4, some.len())
        ));
        query(sql).bind(event.seq).bind(document).bind(act.code()).bind_all(some).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Lets these subscriptions be told at their time, unless an earlier one is set already.
async fn due(ctx: &Ctx, tx: &mut Tx, often: Often, ids: &[SubscriptionId]) -> Result<()> {
    let at = next(&ctx.settings::<Subscriptions>(), often, ctx.seams().now());
    for some in ids.chunks(STEP) {
        // SQL: literals and numbers of places that are counted here.
        let sql = built(format!(
            "UPDATE subscription SET due_at = $1 WHERE state = 'active' AND due_at = '' AND id IN ({})",
            places(2, some.len())
        ));
        query(sql).bind(time::to_db(at)).bind_all(some).execute(tx.conn()).await?;
    }
    wake(tx, at).await
}

/// Has mails sent at this moment; many who ask for the same moment ask for one job.
///
/// # Errors
/// When the database fails.
pub(crate) async fn wake(tx: &mut Tx, at: Timestamp) -> Result<()> {
    // Jobs of now are one: by the minute, so that a crowd of them is not a crowd of jobs.
    let key = time::show_minute(&time::to_db(at));
    tx.enqueue(NewJob::now(ROUND, &Round {}).at(at).dedup(key)).await
}

/// When the next mail goes out, of something that happens at `now`.
pub(crate) fn next(settings: &Subscriptions, often: Often, now: Timestamp) -> Timestamp {
    let hour = |day: Date| {
        let hours = SignedDuration::from_hours(i64::from(settings.hour));
        time::start_of_day(day).checked_add(hours).unwrap_or(now)
    };
    let fits = |day: Date| often != Often::Weekly || day.weekday().to_monday_one_offset() == settings.weekday;
    if often == Often::Now {
        return now;
    }
    let today = time::date_in_china(now);
    let days = (0..=7).filter_map(|days: i64| today.checked_add(days.days()).ok());
    days.filter(|day| fits(*day)).map(hour).find(|moment| *moment > now).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_go_out_at_their_hour() {
        let settings = Subscriptions::default();
        let at = |often: Often, now: &str| next(&settings, often, now.parse().expect("moment")).to_string();
        let monday = "2026-03-02T02:00:00Z";
        assert_eq!(at(Often::Now, monday), monday);
        assert_eq!(at(Often::Daily, monday), "2026-03-03T00:00:00Z", "eight in the morning has gone by");
        assert_eq!(at(Often::Daily, "2026-03-01T23:59:00Z"), "2026-03-02T00:00:00Z");
        assert_eq!(at(Often::Weekly, monday), "2026-03-09T00:00:00Z", "the next Monday");
        assert_eq!(at(Often::Weekly, "2026-03-01T23:59:00Z"), "2026-03-02T00:00:00Z");
        assert_eq!(at(Often::Weekly, "2026-03-04T10:00:00Z"), "2026-03-09T00:00:00Z");
    }

    #[test]
    fn an_act_comes_back_from_its_code() {
        for act in [Act::Published, Act::Corrected, Act::Validity, Act::Withdrawn, Act::Called] {
            assert_eq!(Act::from_code(act.code()), Some(act));
        }
    }
}
