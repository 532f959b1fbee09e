//! Sending. A round first takes what a process before it has left in hand, then lays down a mail for everybody whose time has
//! come and sends it. What stands in a mail is decided when it is sent, so it tells things as they are by then. A mail is laid
//! down before it is sent and marked when the server has taken it: whoever is killed in between sends it again under the same
//! `Message-ID`, by which a mailbox knows it. No address stands in the queue, in a job or in the log.

use std::{collections::BTreeMap, sync::Arc};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, NewEvent, id::DocumentId, time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    FromRow, Result, Tx,
    jobs::{Failure, Handle, Handlers},
    query, query_as, query_scalar,
};
use web::{
    Ctx,
    mail::{Postman, Undelivered},
};

use crate::{
    STOPPED,
    follow::{Act, stored, wake},
    keys::Keys,
    letters::{self, Made},
    rows::{self, ChangeId, MailId, State, Subscription, SubscriptionId},
    settings::Subscriptions,
};

/// The kind of job that sends what is due.
pub(crate) const ROUND: &str = "subscription.round";

/// It looks by itself for what is due.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Round {}

pub(crate) fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().long(ROUND, "发送订阅邮件", move |_: Round, handle: Handle| {
        let ctx = ctx.clone();
        async move { round(&ctx, &handle).await }
    })
}

/// Mails in hand at a time.
const STEP: i64 = 64;
/// Mails handed to the server at the same time.
const AT_ONCE: usize = 8;
/// How long a server in trouble is left alone.
const SERVER: SignedDuration = SignedDuration::from_mins(5);
/// Tries of a mail that is no news: it tells of a change, and is of no use after days.
const TRIES: i64 = 8;

/// A mail as it is laid down.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Mail {
    pub(crate) id: MailId,
    pub(crate) subscription_id: SubscriptionId,
    pub(crate) kind: String,
    pub(crate) change_id: ChangeId,
    pub(crate) tries: i64,
}

/// Lays down a mail that tells of something else than documents: `confirm`, or `told` of a change.
///
/// # Errors
/// When the database fails.
pub(crate) async fn lay(
    ctx: &Ctx,
    tx: &mut Tx,
    (subscription, kind): (&SubscriptionId, &str),
    change: &ChangeId,
) -> Result<()> {
    insert(ctx, tx, (subscription, kind), change).await?;
    wake(tx, ctx.seams().now()).await
}

async fn insert(
    ctx: &Ctx,
    tx: &mut Tx,
    (subscription, kind): (&SubscriptionId, &str),
    change: &ChangeId,
) -> Result<MailId> {
    let (id, now) = (MailId::fresh(ctx.seams()), tx.now());
    query(
        "INSERT INTO subscription_mail (id, subscription_id, kind, change_id, state, code, tries, made_at, try_at, done_at) \
         VALUES ($1, $2, $3, $4, 'ready', 0, 0, $5, $5, '')",
    )
    .bind(&id)
    .bind(subscription)
    .bind(kind)
    .bind(change)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

async fn round(ctx: &Ctx, handle: &Handle) -> std::result::Result<(), Failure> {
    let Some(keys) = Keys::known(ctx).await? else { return Ok(()) };
    loop {
        while lay_due(ctx, &keys).await? {}
        let waiting = waiting(ctx).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        for some in waiting.chunks(AT_ONCE) {
            if handle.cancelled() {
                return Ok(());
            }
            let ends = join_all(some.iter().map(|mail| send(ctx, &keys, mail))).await;
            let ends = ends.into_iter().collect::<Result<Vec<End>>>()?;
            if ends.iter().all(|end| *end == End::Trouble) {
                // What is left lies where it is. One mail that the server alone refuses keeps no other back.
                return Ok(());
            }
        }
    }
}

/// Mails that are to be sent by now; what was tried before stands behind what was not.
async fn waiting(ctx: &Ctx) -> Result<Vec<Mail>> {
    query_as(
        "SELECT id, subscription_id, kind, change_id, tries FROM subscription_mail WHERE state = 'ready' AND try_at <= $1 \
         ORDER BY tries, id LIMIT $2",
    )
    .bind(time::to_db(ctx.seams().now()))
    .bind(STEP)
    .fetch_all(ctx.db().read())
    .await
}

/// Lays down a mail for some whose time has come; `false` when there are none.
async fn lay_due(ctx: &Ctx, keys: &Keys) -> Result<bool> {
    let due: Vec<SubscriptionId> = query_scalar(
        "SELECT id FROM subscription WHERE due_at <> '' AND due_at <= $1 AND state = 'active' ORDER BY due_at, id LIMIT $2",
    )
    .bind(time::to_db(ctx.seams().now()))
    .bind(STEP)
    .fetch_all(ctx.db().read())
    .await?;
    for id in &due {
        let mut tx = ctx.db().write().await?;
        let Some(mut one) = rows::held(&mut tx, keys, id).await? else { continue };
        one.due_at = String::new();
        rows::write(ctx, &mut tx, keys, &one).await?;
        let open: i64 =
            query_scalar("SELECT COUNT(*) FROM subscription_notice WHERE subscription_id = $1 AND mail_id = ''")
                .bind(id)
                .fetch_one(tx.conn())
                .await?;
        if open > 0 {
            let mail = insert(ctx, &mut tx, (id, "news"), &ChangeId::default()).await?;
            query("UPDATE subscription_notice SET mail_id = $2 WHERE subscription_id = $1 AND mail_id = ''")
                .bind(id)
                .bind(&mail)
                .execute(tx.conn())
                .await?;
        }
        tx.commit().await?;
    }
    Ok(!due.is_empty())
}

/// What came of handing one over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    /// The server takes nothing now, from nobody.
    Trouble,
}

async fn send(ctx: &Ctx, keys: &Keys, mail: &Mail) -> Result<End> {
    let Some(one) = rows::one(ctx.db().read(), keys, &mail.subscription_id).await? else { return Ok(End::Done) };
    let made = made(ctx, keys, &one, mail).await?;
    let Some(Made { letter, told }) = made else {
        finish(ctx, mail, "empty", 0).await?;
        return Ok(End::Done);
    };
    match ctx.one::<Arc<dyn Postman>>().post(ctx, &letter).await {
        Ok(()) => taken(ctx, keys, mail, &told).await?,
        Err(Undelivered::Later(code)) => later(ctx, keys, mail, code).await?,
        Err(Undelivered::Refused(code)) => refused(ctx, keys, mail, code).await?,
        Err(Undelivered::Server(why)) => {
            tracing::warn!(mail = %mail.id, %why, "a mail to a subscriber waits for the mail server");
            again(ctx, mail, SERVER, 0).await?;
            return Ok(End::Trouble);
        }
    }
    Ok(End::Done)
}

/// The letter; `None` when there is nothing to tell any more.
async fn made(ctx: &Ctx, keys: &Keys, one: &Subscription, mail: &Mail) -> Result<Option<Made>> {
    let letter = match mail.kind.as_str() {
        "confirm" if one.waits(&time::to_db(ctx.seams().now())) => letters::confirm(ctx, one, mail).await,
        "told" => {
            let change = rows::change(ctx.db().read(), keys, &mail.change_id).await?;
            return Ok(change.map(|change| letters::told(ctx, one, mail, &change)));
        }
        "news" if one.state == State::Active => {
            let noted = noted(ctx, mail).await?;
            letters::news(ctx, one, mail, &noted).await
        }
        _ => return Ok(None),
    };
    letter.map_err(stored)
}

/// What is noted of one document, in the order of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) acts: Vec<Act>,
    /// A mail has told of it before.
    pub(crate) before: bool,
}

/// What this mail is to tell, by document, in the order in which the documents came up.
async fn noted(ctx: &Ctx, mail: &Mail) -> Result<Vec<(DocumentId, Noted)>> {
    let rows: Vec<(DocumentId, String)> =
        query_as("SELECT document_id, act FROM subscription_notice WHERE mail_id = $1 ORDER BY event_seq")
            .bind(&mail.id)
            .fetch_all(ctx.db().read())
            .await?;
    let before: Vec<DocumentId> = query_scalar(
        "SELECT DISTINCT n.document_id FROM subscription_notice n \
         JOIN subscription_mail m ON m.id = n.mail_id AND m.state = 'sent' WHERE n.subscription_id = $1 AND n.mail_id <> $2 \
         AND n.document_id IN (SELECT o.document_id FROM subscription_notice o WHERE o.mail_id = $2)",
    )
    .bind(&mail.subscription_id)
    .bind(&mail.id)
    .fetch_all(ctx.db().read())
    .await?;
    let mut order: Vec<DocumentId> = Vec::new();
    let mut found: BTreeMap<DocumentId, Noted> = BTreeMap::new();
    for (document, act) in rows {
        if !order.contains(&document) {
            order.push(document.clone());
        }
        found.entry(document).or_default().acts.extend(Act::from_code(&act));
    }
    let with = |document: DocumentId| {
        let mut noted = found.remove(&document).unwrap_or_default();
        noted.before = before.contains(&document);
        (document, noted)
    };
    Ok(order.into_iter().map(with).collect())
}

/// A mail is at its end; `false` when another process has ended it.
async fn ended(tx: &mut Tx, mail: &Mail, state: &str, code: u16) -> Result<bool> {
    let done = query(
        "UPDATE subscription_mail SET state = $2, code = $3, done_at = $4, tries = tries + 1 \
         WHERE id = $1 AND state = 'ready'",
    )
    .bind(&mail.id)
    .bind(state)
    .bind(i64::from(code))
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn finish(ctx: &Ctx, mail: &Mail, state: &str, code: u16) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    ended(&mut tx, mail, state, code).await?;
    if state == "empty" {
        query("DELETE FROM subscription_notice WHERE mail_id = $1").bind(&mail.id).execute(tx.conn()).await?;
    }
    tx.commit().await
}

/// The server has taken it on.
async fn taken(ctx: &Ctx, keys: &Keys, mail: &Mail, told: &[DocumentId]) -> Result<()> {
    let mut tx = ctx.db().write().await?;
    if !ended(&mut tx, mail, "sent", 0).await? {
        return Ok(());
    }
    // What was not told, since it is not there any more, was not told: nobody hears of its end.
    let noted: Vec<DocumentId> =
        query_scalar("SELECT DISTINCT document_id FROM subscription_notice WHERE mail_id = $1")
            .bind(&mail.id)
            .fetch_all(tx.conn())
            .await?;
    for document in noted.iter().filter(|document| !told.contains(document)) {
        query("DELETE FROM subscription_notice WHERE mail_id = $1 AND document_id = $2")
            .bind(&mail.id)
            .bind(document)
            .execute(tx.conn())
            .await?;
    }
    let held = rows::held(&mut tx, keys, &mail.subscription_id).await?;
    if let Some(mut one) = held.filter(|one| !one.failing_since.is_empty()) {
        (one.refusals, one.deferrals, one.failing_since) = (0, 0, String::new());
        rows::write(ctx, &mut tx, keys, &one).await?;
    }
    tx.commit().await
}

/// The same mail again after a while; `code` is what the mailbox answered, 0 = the server was not reached.
async fn again(ctx: &Ctx, mail: &Mail, pause: SignedDuration, code: u16) -> Result<()> {
    let at = after(ctx.seams().now(), pause);
    let mut tx = ctx.db().write().await?;
    query("UPDATE subscription_mail SET try_at = $2, code = $3, tries = tries + 1 WHERE id = $1 AND state = 'ready'")
        .bind(&mail.id)
        .bind(time::to_db(at))
        .bind(i64::from(code))
        .execute(tx.conn())
        .await?;
    wake(&mut tx, at).await?;
    tx.commit().await
}

fn after(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.checked_add(pause).unwrap_or(now)
}

/// How long a mailbox that takes nothing is left alone, after so many times in a row.
fn pause(deferrals: i64) -> SignedDuration {
    match deferrals {
        0 => SignedDuration::from_mins(15),
        1 => SignedDuration::from_hours(1),
        2 => SignedDuration::from_hours(4),
        _ => SignedDuration::from_hours(12),
    }
}

/// The mailbox takes nothing for now: what stood in the mail is told with what comes meanwhile, later.
async fn later(ctx: &Ctx, keys: &Keys, mail: &Mail, code: u16) -> Result<()> {
    if mail.kind != "news" {
        return if mail.tries + 1 < TRIES {
            again(ctx, mail, pause(mail.tries), code).await
        } else {
            finish(ctx, mail, "later", code).await
        };
    }
    let now = ctx.seams().now();
    let mut tx = ctx.db().write().await?;
    if !ended(&mut tx, mail, "later", code).await? {
        return Ok(());
    }
    loosen(&mut tx, mail).await?;
    if let Some(mut one) =
        rows::held(&mut tx, keys, &mail.subscription_id).await?.filter(|one| one.state == State::Active)
    {
        let at = after(now, pause(one.deferrals));
        failed(&mut one, now);
        one.deferrals += 1;
        one.due_at = time::to_db(at);
        let since = time::from_db(&one.failing_since).unwrap_or(now);
        let days = SignedDuration::from_hours(24 * i64::from(ctx.settings::<Subscriptions>().full_days));
        if now.duration_since(since) >= days {
            stop(ctx, &mut tx, keys, (one, "full")).await?;
        } else {
            rows::write(ctx, &mut tx, keys, &one).await?;
            wake(&mut tx, at).await?;
        }
    }
    tx.commit().await
}

/// There is no such mailbox, or it takes nothing from us: a few times it may be a mistake of the server's.
async fn refused(ctx: &Ctx, keys: &Keys, mail: &Mail, code: u16) -> Result<()> {
    if mail.kind == "confirm" {
        return finish(ctx, mail, "refused", code).await;
    }
    let now = ctx.seams().now();
    let mut tx = ctx.db().write().await?;
    if !ended(&mut tx, mail, "refused", code).await? {
        return Ok(());
    }
    loosen(&mut tx, mail).await?;
    if let Some(mut one) =
        rows::held(&mut tx, keys, &mail.subscription_id).await?.filter(|one| one.state == State::Active)
    {
        failed(&mut one, now);
        one.refusals += 1;
        if one.refusals >= i64::from(ctx.settings::<Subscriptions>().refusals) {
            stop(ctx, &mut tx, keys, (one, "gone")).await?;
        } else {
            if mail.kind == "news" {
                let at = after(now, SignedDuration::from_hours(24));
                one.due_at = time::to_db(at);
                wake(&mut tx, at).await?;
            }
            rows::write(ctx, &mut tx, keys, &one).await?;
        }
    }
    tx.commit().await
}

fn failed(one: &mut Subscription, now: Timestamp) {
    if one.failing_since.is_empty() {
        one.failing_since = time::to_db(now);
    }
}

/// What stood in a mail that was not taken waits for the next.
async fn loosen(tx: &mut Tx, mail: &Mail) -> Result<()> {
    query("UPDATE subscription_notice SET mail_id = '' WHERE mail_id = $1").bind(&mail.id).execute(tx.conn()).await?;
    Ok(())
}

/// Ends the sending: `gone` or `full`. Whoever holds the link reads why and can begin it again.
async fn stop(ctx: &Ctx, tx: &mut Tx, keys: &Keys, (mut one, why): (Subscription, &'static str)) -> Result<()> {
    one.state = State::Stopped;
    one.failure = why.to_owned();
    one.due_at = String::new();
    query("DELETE FROM subscription_notice WHERE subscription_id = $1 AND mail_id = ''")
        .bind(&one.id)
        .execute(tx.conn())
        .await?;
    rows::write(ctx, tx, keys, &one).await?;
    rows::note(ctx, tx, keys, (&one.id, "stopped", letters::failure(why))).await?;
    tx.append(NewEvent::new(&STOPPED, &one.id, &Actor::System).data(json!({ "failure": why }))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_mailbox_is_asked_less_and_less_often() {
        let pauses: Vec<i64> = (0..6).map(|times| pause(times).as_hours()).collect();
        assert_eq!(pauses, [0, 1, 4, 12, 12, 12]);
    }
}
