//! Subscriptions as they are kept.

use kernel::{event::digest_of, time};
use portal_form::Secret;
use serde::{Deserialize, Serialize};
use store::{Error, Executor, FromRow, Result, Tx, query, query_as, query_scalar};
use web::Ctx;

use crate::{
    filter::{Filter, Often},
    keys::Keys,
};

::store::ids! {
    /// A subscription. Not its link's secret: it may be logged.
    SubscriptionId,
    /// A mail to a subscriber.
    MailId,
    /// A change of a subscription.
    ChangeId,
}

/// Characters of the proof in a link for leaving, hexadecimal: 128 bits.
const PROOF: usize = 32;

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody has confirmed that the mailbox is theirs.
    Pending,
    Active,
    /// By the subscriber.
    Paused,
    /// By the program: mails do not arrive.
    Stopped,
}

impl State {
    pub(crate) const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Paused, Self::Stopped];

    /// The code in storage.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }

    /// The name shown to people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Pending => "等待确认",
            Self::Active => "正常",
            Self::Paused => "已暂停",
            Self::Stopped => "已停发",
        }
    }
}

/// What of a subscription is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    address: String,
    /// Of its private link, as it stands there.
    secret: String,
    filter: Filter,
}

/// A subscription, opened.
#[derive(Clone)]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) often: Often,
    pub(crate) state: State,
    /// `gone`, `full`, or empty.
    pub(crate) failure: String,
    pub(crate) version: i64,
    pub(crate) mailbox: String,
    pub(crate) made_at: String,
    pub(crate) confirmed_at: String,
    pub(crate) expires_at: String,
    pub(crate) due_at: String,
    pub(crate) refusals: i64,
    pub(crate) deferrals: i64,
    pub(crate) failing_since: String,
    pub(crate) address: String,
    pub(crate) filter: Filter,
    secret: String,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

#[derive(FromRow)]
struct Row {
    id: SubscriptionId,
    mailbox: String,
    sealed: String,
    often: String,
    state: String,
    failure: String,
    version: i64,
    made_at: String,
    confirmed_at: String,
    expires_at: String,
    due_at: String,
    refusals: i64,
    deferrals: i64,
    failing_since: String,
}

/// The columns of [`Row`].
macro_rules! columns {
    () => {
        "id, mailbox, sealed, often, state, failure, version, made_at, confirmed_at, expires_at, due_at, refusals, \
         deferrals, failing_since"
    };
}

/// The table, whose name is part of what its links are found by.
const TABLE: &str = "subscription";

fn place(id: &SubscriptionId) -> String {
    format!("{TABLE} {id}")
}

fn opened(keys: &Keys, row: Row) -> Result<Subscription> {
    let Content { address, secret, filter } = serde_json::from_str(&keys.open(&place(&row.id), &row.sealed)?)?;
    let unknown = || Error::Value(format!("订阅 {} 的状态或频率不认识", row.id));
    Ok(Subscription {
        often: Often::from_code(&row.often).ok_or_else(unknown)?,
        state: State::ALL.into_iter().find(|state| state.code() == row.state).ok_or_else(unknown)?,
        failure: row.failure,
        version: row.version,
        mailbox: row.mailbox,
        made_at: row.made_at,
        confirmed_at: row.confirmed_at,
        expires_at: row.expires_at,
        due_at: row.due_at,
        refusals: row.refusals,
        deferrals: row.deferrals,
        failing_since: row.failing_since,
        id: row.id,
        address,
        filter,
        secret,
    })
}

impl Subscription {
    /// Its private page, from `/` on.
    pub(crate) fn path(&self) -> String {
        path_of(&self.secret)
    }

    /// The address at which it is left, from `/` on.
    pub(crate) fn leave_path(&self) -> String {
        format!("/subscriptions/leave/{}", self.leave_secret())
    }

    /// What leaves and does nothing else: whoever is sent a mail on reads neither the mailbox nor the conditions by it, nor changes
    /// them.
    fn leave_secret(&self) -> String {
        let proof = digest_of(["subscription leave", self.id.as_str(), &self.secret]);
        format!("{}{}", self.id, proof.chars().take(PROOF).collect::<String>())
    }

    fn sealed(&self, ctx: &Ctx, keys: &Keys) -> Result<String> {
        let content =
            Content { address: self.address.clone(), secret: self.secret.clone(), filter: self.filter.clone() };
        keys.seal(ctx, &place(&self.id), &serde_json::to_string(&content)?)
    }

    /// Whether it may still be confirmed.
    pub(crate) fn waits(&self, now: &str) -> bool {
        self.state == State::Pending && self.expires_at.as_str() > now
    }
}

/// The private page behind a secret as it stands in links.
pub(crate) fn path_of(secret: &str) -> String {
    format!("/subscriptions/m/{secret}")
}

/// Asked for and not confirmed.
pub(crate) struct New {
    pub(crate) address: String,
    pub(crate) filter: Filter,
    pub(crate) often: Often,
    /// Stored form.
    pub(crate) expires_at: String,
}

/// Puts one in that waits to be confirmed.
///
/// # Errors
/// When the database fails.
pub(crate) async fn put(ctx: &Ctx, tx: &mut Tx, keys: &Keys, new: New) -> Result<Subscription> {
    let secret = Secret::fresh(ctx.seams());
    let now = tx.now();
    let subscription = Subscription {
        id: SubscriptionId::fresh(ctx.seams()),
        often: new.often,
        state: State::Pending,
        failure: String::new(),
        version: 1,
        mailbox: keys.mailbox(&new.address),
        made_at: now,
        confirmed_at: String::new(),
        expires_at: new.expires_at,
        due_at: String::new(),
        refusals: 0,
        deferrals: 0,
        failing_since: String::new(),
        address: new.address,
        filter: new.filter,
        secret: secret.text(),
    };
    query(
        "INSERT INTO subscription (id, lookup, mailbox, sealed, often, state, failure, version, made_at, confirmed_at, \
         expires_at, due_at, refusals, deferrals, failing_since) \
         VALUES ($1, $2, $3, $4, $5, 'pending', '', 1, $6, '', $7, '', 0, 0, '')",
    )
    .bind(&subscription.id)
    .bind(secret.lookup(TABLE))
    .bind(&subscription.mailbox)
    .bind(subscription.sealed(ctx, keys)?)
    .bind(subscription.often.code())
    .bind(&subscription.made_at)
    .bind(&subscription.expires_at)
    .execute(tx.conn())
    .await?;
    Ok(subscription)
}

/// Writes how it stands by now, on condition that nobody else has; `false` = somebody has.
///
/// # Errors
/// When the database fails.
pub(crate) async fn write(ctx: &Ctx, tx: &mut Tx, keys: &Keys, now: &Subscription) -> Result<bool> {
    let done = query(
        "UPDATE subscription SET sealed = $3, often = $4, state = $5, failure = $6, confirmed_at = $7, expires_at = $8, \
         due_at = $9, refusals = $10, deferrals = $11, failing_since = $12, version = version + 1 \
         WHERE id = $1 AND version = $2",
    )
    .bind(&now.id)
    .bind(now.version)
    .bind(now.sealed(ctx, keys)?)
    .bind(now.often.code())
    .bind(now.state.code())
    .bind(&now.failure)
    .bind(&now.confirmed_at)
    .bind(&now.expires_at)
    .bind(&now.due_at)
    .bind(now.refusals)
    .bind(now.deferrals)
    .bind(&now.failing_since)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The subscription behind a private link, as it stands in the address; `None` for everything that opens nothing.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn behind(ctx: &Ctx, text: &str) -> Result<Option<Subscription>> {
    let (Some(secret), Some(keys)) = (Secret::parse(text), Keys::known(ctx).await?) else { return Ok(None) };
    let sql = concat!("SELECT ", columns!(), " FROM subscription WHERE lookup = $1");
    let row: Option<Row> = query_as(sql).bind(secret.lookup(TABLE)).fetch_optional(ctx.db().read()).await?;
    row.map(|row| opened(&keys, row)).transpose()
}

/// The subscription that a link for leaving leaves; `None` for everything that leaves nothing.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn left_by(ctx: &Ctx, text: &str) -> Result<Option<Subscription>> {
    let Some(end) = text.len().checked_sub(PROOF) else { return Ok(None) };
    let (Some(id), Some(keys)) = (text.get(..end), Keys::known(ctx).await?) else { return Ok(None) };
    let found = one(ctx.db().read(), &keys, &SubscriptionId::from(id)).await?;
    Ok(found.filter(|one| one.leave_secret() == text))
}

/// The subscription with this id, locked for the write that is under way.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn held(tx: &mut Tx, keys: &Keys, id: &SubscriptionId) -> Result<Option<Subscription>> {
    tx.lock_row("subscription", id.as_str()).await?;
    let sql = concat!("SELECT ", columns!(), " FROM subscription WHERE id = $1");
    let row: Option<Row> = query_as(sql).bind(id).fetch_optional(tx.conn()).await?;
    row.map(|row| opened(keys, row)).transpose()
}

/// The subscription with this id, to read.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn one(executor: impl Executor<'_>, keys: &Keys, id: &SubscriptionId) -> Result<Option<Subscription>> {
    let sql = concat!("SELECT ", columns!(), " FROM subscription WHERE id = $1");
    let row: Option<Row> = query_as(sql).bind(id).fetch_optional(executor).await?;
    row.map(|row| opened(keys, row)).transpose()
}

/// All subscriptions of a mailbox, by its digest.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn of_mailbox(tx: &mut Tx, keys: &Keys, mailbox: &str) -> Result<Vec<Subscription>> {
    let sql = concat!("SELECT ", columns!(), " FROM subscription WHERE mailbox = $1 ORDER BY id");
    let rows: Vec<Row> = query_as(sql).bind(mailbox).fetch_all(tx.conn()).await?;
    rows.into_iter().map(|row| opened(keys, row)).collect()
}

/// All that are told, for matching.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn told(ctx: &Ctx) -> Result<Vec<Subscription>> {
    let Some(keys) = Keys::known(ctx).await? else { return Ok(Vec::new()) };
    let sql = concat!("SELECT ", columns!(), " FROM subscription WHERE state = 'active' ORDER BY id");
    let rows: Vec<Row> = query_as(sql).fetch_all(ctx.db().read()).await?;
    rows.into_iter().map(|row| opened(&keys, row)).collect()
}

/// Deletes a subscription with all that belongs to it: its address is nowhere any more.
///
/// # Errors
/// When the database fails.
pub(crate) async fn erase(tx: &mut Tx, id: &SubscriptionId) -> Result<()> {
    for sql in [
        "DELETE FROM subscription_notice WHERE subscription_id = $1",
        "DELETE FROM subscription_mail WHERE subscription_id = $1",
        "DELETE FROM subscription_change WHERE subscription_id = $1",
        "DELETE FROM subscription WHERE id = $1",
    ] {
        query(sql).bind(id).execute(tx.conn()).await?;
    }
    Ok(())
}

/// A change as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) at: String,
    /// `confirmed`, `changed`, `paused`, `resumed`, `stopped`.
    pub(crate) what: String,
    pub(crate) words: String,
}

/// Writes down what was changed, in words.
///
/// # Errors
/// When the database fails.
pub(crate) async fn note(
    ctx: &Ctx,
    tx: &mut Tx,
    keys: &Keys,
    (id, what, words): (&SubscriptionId, &str, &str),
) -> Result<ChangeId> {
    let change = ChangeId::fresh(ctx.seams());
    query("INSERT INTO subscription_change (id, subscription_id, at, what, sealed) VALUES ($1, $2, $3, $4, $5)")
        .bind(&change)
        .bind(id)
        .bind(tx.now())
        .bind(what)
        .bind(keys.seal(ctx, &format!("subscription_change {change}"), words)?)
        .execute(tx.conn())
        .await?;
    Ok(change)
}

/// What was changed of a subscription, the newest first.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn changes(executor: impl Executor<'_>, keys: &Keys, id: &SubscriptionId) -> Result<Vec<Change>> {
    let rows: Vec<(ChangeId, String, String, String)> = query_as(
        "SELECT id, at, what, sealed FROM subscription_change WHERE subscription_id = $1 ORDER BY at DESC, id DESC LIMIT 50",
    )
    .bind(id)
    .fetch_all(executor)
    .await?;
    let opened = |(change, at, what, sealed): (ChangeId, String, String, String)| {
        let words = keys.open(&format!("subscription_change {change}"), &sealed)?;
        Ok::<_, Error>(Change { at: time::show_minute(&at), what, words })
    };
    rows.into_iter().map(opened).collect()
}

/// One change, for the mail that tells of it.
///
/// # Errors
/// When the database fails, or what is sealed does not open.
pub(crate) async fn change(executor: impl Executor<'_>, keys: &Keys, id: &ChangeId) -> Result<Option<Change>> {
    let row: Option<(String, String, String)> =
        query_as("SELECT at, what, sealed FROM subscription_change WHERE id = $1")
            .bind(id)
            .fetch_optional(executor)
            .await?;
    let Some((at, what, sealed)) = row else { return Ok(None) };
    let words = keys.open(&format!("subscription_change {id}"), &sealed)?;
    Ok(Some(Change { at: time::show_minute(&at), what, words }))
}

/// How many there are in each state.
///
/// # Errors
/// When the database fails.
pub(crate) async fn states(executor: impl Executor<'_>) -> Result<Vec<(String, i64)>> {
    query_as("SELECT state, COUNT(*) FROM subscription GROUP BY state").fetch_all(executor).await
}

/// How many mailboxes have any that is confirmed.
///
/// # Errors
/// When the database fails.
pub(crate) async fn mailboxes(executor: impl Executor<'_>) -> Result<i64> {
    query_scalar("SELECT COUNT(DISTINCT mailbox) FROM subscription WHERE state <> 'pending'").fetch_one(executor).await
}
