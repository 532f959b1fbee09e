//! The rules of sign-in: attempts are counted before they are evaluated, unknown logins take as long as known ones, and
//! the answer to every failure is the same.

use crate::events;
use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::{Actor, NewEvent, OrganCode, id::AccountId, time};
use serde_json::json;
use store::{Db, Tx};
use web::{Ctx, Error, Result};

use crate::settings::Sessions;

use super::{
    password, sessions,
    sessions::{Origin, Stage},
    totp,
};

/// Attempts a minute from one network address, whatever the logins: a whole office may stand behind one address.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("proof");

/// How many attempts each network address has left. One for each installation, declared by the capability: several that run in
/// one process, as tests do, take nothing from each other.
#[derive(Debug)]
pub struct Turns(DefaultKeyedRateLimiter<IpAddr>);

impl Default for Turns {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(PER_MINUTE)))
    }
}

impl Turns {
    /// Takes one attempt from the bucket of an address.
    ///
    /// # Errors
    /// [`Error::TooMany`] when it is empty.
    pub fn take(&self, address: IpAddr) -> Result<()> {
        if self.0.check_key(&address).is_ok() {
            return Ok(());
        }
        // Seldom reached, so a good place to forget addresses that were quiet.
        self.0.retain_recent();
        Err(Error::TooMany("来自您所在网络的登录尝试太多。请等一分钟再试；一直这样请联系系统管理员。".into()))
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Wrong, locked, disabled or unknown: deliberately one answer.
    Failed,
    /// The password was right; the second factor is outstanding. With the secret for the cookie.
    Second(String),
    /// Signed in. With the secret for the cookie.
    SignedIn(String),
}

#[derive(store::FromRow)]
struct Row {
    id: AccountId,
    name: String,
    organ: OrganCode,
    password: String,
    disabled: i64,
    locked_until: String,
    totp_secret: String,
    totp_step: i64,
}

/// The columns of a [`Row`]; `SELECT *` would carry more secrets around than are needed.
macro_rules! row_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, name, organ, password, disabled, locked_until, totp_secret, totp_step FROM account WHERE ",
            $condition
        )
    };
}

/// Tries a login with a password.
///
/// # Errors
/// When database or hashing fail; a wrong password is [`Outcome::Failed`].
pub async fn attempt(ctx: &Ctx, login: &str, secret: &str, from: &Origin) -> Result<Outcome> {
    let db = ctx.db();
    let config = &ctx.settings::<Sessions>();
    let login = login.trim().to_lowercase();
    let row: Option<Row> = store::query_as(row_where!("login = $1")).bind(&login).fetch_optional(db.read()).await?;
    let row = row.filter(|row| row.disabled == 0);
    // Unknown, disabled and locked accounts are counted (for nobody) and checked against a hash that nothing fits: the
    // answer takes as long.
    let reserved = reserve(db, row.as_ref().map(|row| &row.id), config).await?;
    let hash = row.as_ref().filter(|_| reserved).map_or("", |row| row.password.as_str());
    let right = password::fits(secret, hash).await?;
    match row.filter(|_| reserved) {
        Some(row) if right => succeed(ctx, &row, from).await,
        Some(row) => {
            let mut tx = db.write().await?;
            fail(&mut tx, &row, "password", config, from).await?;
            tx.commit().await?;
            Ok(Outcome::Failed)
        }
        None => {
            // Nothing of what was typed: it may be a password in the wrong field.
            let data = json!({"address": from.address, "reason": "unknown_or_locked"});
            let mut tx = db.write().await?;
            tx.append(NewEvent::new(&events::SIGN_IN_FAILED, "", &Actor::Visitor).data(data)).await?;
            tx.commit().await?;
            Ok(Outcome::Failed)
        }
    }
}

async fn succeed(ctx: &Ctx, row: &Row, from: &Origin) -> Result<Outcome> {
    let config = &ctx.settings::<Sessions>();
    let mut tx = ctx.db().write().await?;
    if row.totp_secret.is_empty() {
        let secret = complete(&mut tx, row, config, from, "password").await?;
        tx.commit().await?;
        return Ok(Outcome::SignedIn(secret));
    }
    // The attempt was no failure; the count goes back to zero only when the second factor is right too, or else whoever
    // knows the password could guess codes for ever.
    store::query("UPDATE account SET failed_count = failed_count - 1 WHERE id = $1 AND failed_count > 0")
        .bind(&row.id)
        .execute(tx.conn())
        .await?;
    let secret = sessions::open(&mut tx, &row.id, Stage::Second, config, from).await?;
    tx.commit().await?;
    Ok(Outcome::Second(secret))
}

/// Asks again for the password of a person who is signed in, before something weighty. Counted and logged like a sign-in.
///
/// # Errors
/// When database or hashing fail.
pub(crate) async fn confirm(ctx: &Ctx, login: &str, secret: &str) -> Result<bool> {
    let db = ctx.db();
    let config = &ctx.settings::<Sessions>();
    let row: Row = store::query_as(row_where!("login = $1")).bind(login).fetch_one(db.read()).await?;
    if !reserve(db, Some(&row.id), config).await? {
        return Ok(false);
    }
    let right = password::fits(secret, &row.password).await?;
    let mut tx = db.write().await?;
    if right {
        store::query("UPDATE account SET failed_count = failed_count - 1 WHERE id = $1 AND failed_count > 0")
            .bind(&row.id)
            .execute(tx.conn())
            .await?;
    } else {
        fail(&mut tx, &row, "confirmation", config, &Origin::default()).await?;
    }
    tx.commit().await?;
    Ok(right)
}

/// Tries the second factor of a half-open session, a six-digit code or a recovery code. The half-open session ends in
/// either case but a wrong code that may be tried again.
///
/// # Errors
/// When the database fails, or [`Error::Refused`] when there is no half-open session (any more).
pub async fn second(ctx: &Ctx, cookie: &str, code: &str, from: &Origin) -> Result<Outcome> {
    let db = ctx.db();
    let config = &ctx.settings::<Sessions>();
    let live = sessions::look_up(db, cookie, config).await?.filter(|live| live.stage == "second");
    let Some(live) = live else { return Err(kernel::Refused::NotSignedIn.into()) };
    if !reserve(db, Some(&live.account), config).await? {
        let mut tx = db.write().await?;
        sessions::close(&mut tx, cookie).await?;
        tx.commit().await?;
        return Ok(Outcome::Failed);
    }
    let mut tx = db.write().await?;
    let row: Row = store::query_as(row_where!("id = $1")).bind(&live.account).fetch_one(tx.conn()).await?;
    let accepted = if totp::is_recovery(code) {
        use_recovery(&mut tx, &row, code).await?
    } else {
        use_code(&mut tx, &row, code).await?
    };
    if !accepted {
        fail(&mut tx, &row, "second_factor", config, from).await?;
        tx.commit().await?;
        return Ok(Outcome::Failed);
    }
    // A fresh secret: the half-open one must not become a full session (session fixation).
    sessions::close(&mut tx, cookie).await?;
    let secret = complete(&mut tx, &row, config, from, "second_factor").await?;
    tx.commit().await?;
    Ok(Outcome::SignedIn(secret))
}

/// Accepts a code once: the conditional update lets only one of two simultaneous uses pass.
async fn use_code(tx: &mut Tx, row: &Row, code: &str) -> Result<bool> {
    let now = tx.seams().now();
    let Some(step) = totp::accepted_step(&row.totp_secret, code, now, row.totp_step)? else { return Ok(false) };
    let used = store::query("UPDATE account SET totp_step = $2 WHERE id = $1 AND totp_step < $2")
        .bind(&row.id)
        .bind(step)
        .execute(tx.conn())
        .await?;
    Ok(used.rows_affected() == 1)
}

async fn use_recovery(tx: &mut Tx, row: &Row, code: &str) -> Result<bool> {
    let now = tx.now();
    let used =
        store::query("UPDATE account_recovery SET used_at = $3 WHERE account = $1 AND digest = $2 AND used_at = ''")
            .bind(&row.id)
            .bind(totp::recovery_digest(code))
            .bind(now)
            .execute(tx.conn())
            .await?;
    if used.rows_affected() == 0 {
        return Ok(false);
    }
    let actor = actor(row);
    tx.append(NewEvent::new(&events::RECOVERY_USED, &row.id, &actor).organ(&row.organ)).await?;
    Ok(true)
}

/// The person behind a row, as far as the log needs it.
fn actor(row: &Row) -> Actor {
    Actor::Staff(kernel::Staff {
        account: row.id.clone(),
        name: row.name.clone(),
        organ: row.organ.clone(),
        roles: Vec::new(),
        central: false,
    })
}

async fn complete(tx: &mut Tx, row: &Row, config: &Sessions, from: &Origin, how: &str) -> Result<String> {
    let now = tx.now();
    let alive = store::query(
        "UPDATE account SET failed_count = 0, failed_since = '', signed_in_at = $2 WHERE id = $1 AND disabled = 0 AND password = $3",
    )
    .bind(&row.id)
    .bind(now)
    .bind(&row.password)
    .execute(tx.conn())
    .await?;
    if alive.rows_affected() == 0 {
        // Disabled, or given another password, while this one was being checked.
        return Err(Error::Conflict("账号刚刚被修改。请重新登录。".into()));
    }
    let secret = sessions::open(tx, &row.id, Stage::Full, config, from).await?;
    let data = json!({"address": from.address, "how": how});
    let event = NewEvent::new(&events::SIGNED_IN, &row.id, &actor(row)).organ(&row.organ).data(data);
    tx.append(event).await?;
    Ok(secret)
}

/// Counts the attempt before it is evaluated. `false`: the account is locked, nothing may be evaluated. One statement, so
/// that of a thousand parallel attempts exactly `lock_after` are evaluated.
async fn reserve(db: &Db, account: Option<&AccountId>, config: &Sessions) -> Result<bool> {
    let mut tx = db.write().await?;
    let now = tx.now();
    let window = sessions::minutes_before(tx.seams().now(), config.lock_minutes);
    let reserved = store::query(
        "UPDATE account SET failed_count = CASE WHEN failed_since < $3 THEN 1 ELSE failed_count + 1 END, \
         failed_since = CASE WHEN failed_since < $3 THEN $2 ELSE failed_since END \
         WHERE id = $1 AND disabled = 0 AND locked_until <= $2 AND (failed_since < $3 OR failed_count < $4)",
    )
    .bind(account.map_or("", AccountId::as_str))
    .bind(now)
    .bind(window)
    .bind(i64::from(config.lock_after.max(1)))
    .execute(tx.conn())
    .await?;
    if reserved.rows_affected() == 0 {
        // Something is written in any case: a commit without a change would be faster by one wait for the disk.
        tx.next_number("session.refused").await?;
    }
    tx.commit().await?;
    Ok(reserved.rows_affected() == 1)
}

/// Logs a failure and locks the account when it was the last one allowed.
async fn fail(tx: &mut Tx, row: &Row, what: &str, config: &Sessions, from: &Origin) -> Result<()> {
    let seams = tx.seams();
    let until = seams.now().saturating_add(jiff::SignedDuration::from_mins(i64::from(config.lock_minutes)));
    let until = time::to_db(until.unwrap_or_else(|_| seams.now()));
    let locked = store::query(
        "UPDATE account SET locked_until = $2 WHERE id = $1 AND failed_count >= $3 AND locked_until <= $4",
    )
    .bind(&row.id)
    .bind(&until)
    .bind(i64::from(config.lock_after.max(1)))
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let data = json!({"address": from.address, "reason": what});
    tx.append(NewEvent::new(&events::SIGN_IN_FAILED, &row.id, &Actor::Visitor).organ(&row.organ).data(data)).await?;
    if locked.rows_affected() == 1 && row.locked_until < until {
        let data = json!({"until": until, "address": from.address});
        tx.append(NewEvent::new(&events::ACCOUNT_LOCKED, &row.id, &Actor::System).organ(&row.organ).data(data)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_tries_too_often_waits_and_no_other_with_it() {
        let (turns, elsewhere) = (Turns::default(), Turns::default());
        let [one, other] = [IpAddr::from([203, 0, 113, 1]), IpAddr::from([203, 0, 113, 2])];
        for _ in 0..PER_MINUTE.get() {
            turns.take(one).expect("a turn");
        }
        // One comes back each second, so a slow machine gives a few more than there were.
        let refused = (0..10_000).find_map(|_| turns.take(one).err());
        assert!(matches!(refused, Some(Error::TooMany(_))));
        turns.take(other).expect("a turn of another address");
        elsewhere.take(one).expect("a turn in another installation");
    }
}
