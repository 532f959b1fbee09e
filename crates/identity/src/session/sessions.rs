//! Sessions in the database.

use crate::events;
use crate::settings::Sessions;
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, NewEvent, OrganCode, id::AccountId, time};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Db, Tx};
use web::desk::SessionId;

/// Minutes within which the second factor must follow the password.
const SECOND_MINUTES: i64 = 5;
/// Sessions that an account may have at the same time; a further one ends the oldest.
const MOST: i64 = 20;

/// Clocks of several machines differ by less.
const FUTURE_MINUTES: i64 = 5;

/// How far a sign-in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right, the second factor is outstanding.
    Second,
    /// The person is signed in.
    Full,
}

impl Stage {
    fn code(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Full => "full",
        }
    }
}

/// A session as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, store::FromRow)]
pub struct Session {
    /// Identifier, no secret.
    pub id: SessionId,
    /// When signed in (stored form).
    pub created_at: String,
    /// Last use, to the minute (stored form).
    pub last_seen: String,
    /// When it ends in any case (stored form).
    pub ends_at: String,
    /// Network address at sign-in.
    pub address: String,
    /// The browser's own description at sign-in.
    pub agent: String,
}

/// A session with the account behind it.
#[derive(Debug, Clone, store::FromRow)]
pub(crate) struct Live {
    pub(crate) session: SessionId,
    pub(crate) stage: String,
    pub(crate) last_seen: String,
    pub(crate) ends_at: String,
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) organ: OrganCode,
    pub(crate) must_change: i64,
    pub(crate) second_factor: i64,
    pub(crate) proved_at: String,
}

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Network address from which the request came, as a trusted proxy tells it.
    pub address: String,
    /// The browser's own description.
    pub agent: String,
    /// The secret by which the browser is known; empty when it brought none.
    pub browser: String,
}

/// What is stored of a session's secret.
fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// The moment `minutes` before `now`, in stored form.
pub(crate) fn minutes_before(now: Timestamp, minutes: u32) -> String {
    time::to_db(now.saturating_sub(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(now))
}

fn minutes_after(now: Timestamp, minutes: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(now)
}

/// When a session used at `seen` ends if it is not used again (stored form).
pub(crate) fn idle_end(seen: Timestamp, ends_at: &str, config: &Sessions) -> String {
    time::to_db(minutes_after(seen, i64::from(config.idle_minutes))).min(ends_at.to_owned())
}

/// Opens a session; returns the secret for the cookie.
pub(crate) async fn open(
    tx: &mut Tx,
    account: &AccountId,
    stage: Stage,
    config: &Sessions,
    from: &Origin,
) -> store::Result<String> {
    let seams = tx.seams();
    let (id, secret) = (SessionId::fresh(&seams), seams.secret(32));
    let now = seams.now();
    let minutes = match stage {
        Stage::Second => SECOND_MINUTES,
        Stage::Full => i64::from(config.absolute_hours) * 60,
    };
    // What ended is of no further use; the log remembers it.
    store::query("DELETE FROM session WHERE ends_at < $1").bind(time::to_db(now)).execute(tx.conn()).await?;
    store::query(
        "INSERT INTO session (id, digest, account, stage, created_at, last_seen, ends_at, address, agent, proved_at) \
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $5)",
    )
    .bind(&id)
    .bind(digest(&secret))
    .bind(account)
    .bind(stage.code())
    .bind(time::to_db(now))
    .bind(time::to_db(minutes_after(now, minutes)))
    .bind(&from.address)
    .bind(from.agent.chars().take(200).collect::<String>())
    .execute(tx.conn())
    .await?;
    store::query(
        "DELETE FROM session WHERE account = $1 AND id <> $2 AND id NOT IN \
         (SELECT id FROM session WHERE account = $1 AND id <> $2 ORDER BY created_at DESC, id DESC LIMIT $3)",
    )
    .bind(account)
    .bind(&id)
    .bind(MOST - 1)
    .execute(tx.conn())
    .await?;
    Ok(secret)
}

/// The living session behind a secret: not ended, not idle for too long, its account not disabled.
pub(crate) async fn look_up(db: &Db, secret: &str, config: &Sessions) -> store::Result<Option<Live>> {
    let now = db.seams().now();
    let live = store::query_as(
        "SELECT s.id AS session, s.stage, s.last_seen, s.ends_at, a.id AS account, a.name, a.organ, a.must_change, s.proved_at, \
         CASE WHEN a.totp_secret = '' THEN 0 ELSE 1 END AS second_factor \
         FROM session s JOIN account a ON a.id = s.account \
         WHERE s.digest = $1 AND s.ends_at > $2 AND s.last_seen > $3 AND a.disabled = 0 AND s.created_at <= $4",
    )
    .bind(digest(secret))
    .bind(time::to_db(now))
    .bind(minutes_before(now, config.idle_minutes))
    // Of a time that is yet to come: opened while the clock was wrong, it would live until then.
    .bind(time::to_db(minutes_after(now, FUTURE_MINUTES)))
    .fetch_optional(db.read())
    .await?;
    Ok(live)
}

/// Notes that a session is in use.
pub(crate) async fn touch(db: &Db, session: &SessionId) -> store::Result<()> {
    let mut tx = db.write().await?;
    let now = tx.now();
    store::query("UPDATE session SET last_seen = $2 WHERE id = $1").bind(session).bind(now).execute(tx.conn()).await?;
    tx.commit().await
}

/// Notes that the person has just given the password or a code.
pub(crate) async fn prove(tx: &mut Tx, session: &SessionId) -> store::Result<()> {
    let now = tx.now();
    store::query("UPDATE session SET proved_at = $2 WHERE id = $1").bind(session).bind(now).execute(tx.conn()).await?;
    Ok(())
}

/// Gives a session a new secret: a copy of the old one is worth nothing from now on.
pub(crate) async fn rotate(tx: &mut Tx, session: &SessionId) -> store::Result<String> {
    let secret = tx.seams().secret(32);
    store::query("UPDATE session SET digest = $2 WHERE id = $1")
        .bind(session)
        .bind(digest(&secret))
        .execute(tx.conn())
        .await?;
    Ok(secret)
}

/// Ends the session behind a secret; its account, if there was one.
pub(crate) async fn close(tx: &mut Tx, secret: &str) -> store::Result<Option<AccountId>> {
    let account: Option<AccountId> = store::query_scalar("DELETE FROM session WHERE digest = $1 RETURNING account")
        .bind(digest(secret))
        .fetch_optional(tx.conn())
        .await?;
    Ok(account)
}

/// Ends all sessions of an account, except `keep`; how many.
pub(crate) async fn end_all(tx: &mut Tx, account: &AccountId, keep: Option<&SessionId>) -> store::Result<u64> {
    let ended = store::query("DELETE FROM session WHERE account = $1 AND id <> $2")
        .bind(account.as_str())
        .bind(keep.map_or("", SessionId::as_str))
        .execute(tx.conn())
        .await?;
    Ok(ended.rows_affected())
}

/// As [`end_all`], because somebody asked for it: the log says so, unless there was none.
pub(crate) async fn revoke_all(
    tx: &mut Tx,
    account: &AccountId,
    keep: Option<&SessionId>,
    organ: &OrganCode,
    by: &Actor,
) -> store::Result<u64> {
    let count = end_all(tx, account, keep).await?;
    if count > 0 {
        tx.append(revoked(account, count, by).organ(organ)).await?;
    }
    Ok(count)
}

/// Ends one session of this account because somebody asked for it; nothing when it has ended already.
pub(crate) async fn revoke_one(
    tx: &mut Tx,
    account: &AccountId,
    session: &SessionId,
    organ: &OrganCode,
    by: &Actor,
) -> store::Result<()> {
    let ended = store::query("DELETE FROM session WHERE account = $1 AND id = $2")
        .bind(account)
        .bind(session)
        .execute(tx.conn())
        .await?;
    if ended.rows_affected() == 1 {
        tx.append(revoked(account, 1, by).organ(organ)).await?;
    }
    Ok(())
}

/// The living sessions of an account, newest first.
pub async fn of_account(db: &Db, account: &AccountId, config: &Sessions) -> store::Result<Vec<Session>> {
    let now = db.seams().now();
    store::query_as(
        "SELECT id, created_at, last_seen, ends_at, address, agent FROM session \
         WHERE account = $1 AND stage = 'full' AND ends_at > $2 AND last_seen > $3 ORDER BY created_at DESC, id DESC",
    )
    .bind(account.as_str())
    .bind(time::to_db(now))
    .bind(minutes_before(now, config.idle_minutes))
    .fetch_all(db.read())
    .await
}

/// The event of sessions ended by somebody.
fn revoked(account: &AccountId, count: u64, by: &Actor) -> NewEvent {
    NewEvent::new(&events::SESSIONS_REVOKED, account, by).data(json!({"sessions": count}))
}

/// What a browser calls itself, in words of the interface: name of browser and system.
pub(crate) fn browser_name(agent: &str) -> String {
    let find = |names: &[(&'static str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let browser = find(&[
        ("MicroMessenger", "微信"),
        ("QQBrowser", "QQ 浏览器"),
        ("UOS", "UOS 浏览器"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome 内核浏览器"),
        ("Safari", "Safari"),
    ]);
    let system = find(&[
        ("Windows", "Windows"),
        ("Android", "安卓"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux（含统信、麒麟）"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}，{system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "未知浏览器".to_owned(),
    }
}
