//! The rules of sign-in: attempts are counted before they are evaluated ([`super::tries`]), unknown logins take as long as known
//! ones, and the answer to every failure is the same.

use crate::events;
use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::{Actor, NewEvent, OrganCode, id::AccountId};
use serde_json::json;
use store::{Db, Tx};
use web::{Ctx, Error, Result};

use crate::settings::Sessions;

use super::{
    password, sessions,
    sessions::{Origin, Stage},
    totp,
    tries::{self, Source, Wrong},
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
    SignedIn(Opened),
}

/// What a browser is given at sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The secret for the session's cookie.
    pub session: String,
    /// The secret by which the browser is known from now on, when it was not known before.
    pub browser: Option<String>,
}

#[derive(store::FromRow)]
struct Row {
    id: AccountId,
    name: String,
    organ: OrganCode,
    password: String,
    disabled: i64,
    totp_secret: String,
    totp_step: i64,
}

/// The columns of a [`Row`]; `SELECT *` would carry more secrets around than are needed.
macro_rules! row_where {
    ($condition:literal) => {
        concat!("SELECT id, name, organ, password, disabled, totp_secret, totp_step FROM account WHERE ", $condition)
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
    let source = match &row {
        Some(row) => Some(Source::of(db, &row.id, from).await?),
        None => None,
    };
    let reserved = match (&row, &source) {
        (Some(row), Some(source)) => tries::reserve(db, &row.id, source, config).await?,
        _ => false,
    };
    if !reserved {
        tries::refuse(db, row.as_ref().map(|row| &row.id), from, config).await?;
    }
    let hash = row.as_ref().filter(|_| reserved).map_or("", |row| row.password.as_str());
    let right = password::fits(secret, hash).await?;
    match (row, source) {
        (Some(row), Some(source)) if reserved && right => {
            let done = succeed(ctx, &row, &source, from).await;
            not_counted(db, &row.id, &source, done)
        }
        (Some(row), Some(source)) if reserved => {
            let mut tx = db.write().await?;
            tries::fail(&mut tx, row.wrong("password", &source, from), config).await?;
            tx.commit().await?;
            Ok(Outcome::Failed)
        }
        _ => Ok(Outcome::Failed),
    }
}

impl Row {
    fn wrong<'a>(&'a self, what: &'static str, source: &'a Source, from: &'a Origin) -> Wrong<'a> {
        Wrong { account: &self.id, organ: &self.organ, what, source, from }
    }
}

/// How often a count that could not be taken back is tried again, and the pause between: storage that failed may be away for
/// some minutes.
const TAKE_BACK: (u32, std::time::Duration) = (60, std::time::Duration::from_secs(5));

/// Who gave the right secret and met a fault of ours has not failed: the attempt that was counted before is taken back, later if
/// it cannot be now.
fn not_counted<T>(db: &Db, account: &AccountId, source: &Source, done: Result<T>) -> Result<T> {
    if let Err(Error::Internal(_) | Error::Unavailable(_)) = &done {
        let (db, account, source) = (db.clone(), account.clone(), source.clone());
        tokio::spawn(async move {
            for _ in 0..TAKE_BACK.0 {
                if take_back(&db, &account, &source).await.is_ok() {
                    return;
                }
                tokio::time::sleep(TAKE_BACK.1).await;
            }
        });
    }
    done
}

async fn take_back(db: &Db, account: &AccountId, source: &Source) -> store::Result<()> {
    let mut tx = db.write().await?;
    tries::give_back(&mut tx, account, source).await?;
    tx.commit().await
}

async fn succeed(ctx: &Ctx, row: &Row, source: &Source, from: &Origin) -> Result<Outcome> {
    let config = &ctx.settings::<Sessions>();
    let mut tx = ctx.db().write().await?;
    if row.totp_secret.is_empty() {
        tries::forget(&mut tx, &row.id, source).await?;
        let opened = complete(&mut tx, row, config, from, "password").await?;
        tx.commit().await?;
        return Ok(Outcome::SignedIn(opened));
    }
    // The attempt was no failure; the count goes back to zero only when the second factor is right too, or else whoever
    // knows the password could guess codes for ever.
    tries::give_back(&mut tx, &row.id, source).await?;
    let secret = sessions::open(&mut tx, &row.id, Stage::Second, config, from).await?;
    tx.commit().await?;
    Ok(Outcome::Second(secret))
}

/// Asks a person who is signed in again for the password, or the code of the moment, before something weighty. Counted and
/// logged like a sign-in.
///
/// # Errors
/// When database or hashing fail.
pub(crate) async fn confirm(ctx: &Ctx, login: &str, secret: &str) -> Result<bool> {
    let db = ctx.db();
    let config = &ctx.settings::<Sessions>();
    let row: Row = store::query_as(row_where!("login = $1")).bind(login).fetch_one(db.read()).await?;
    let source = Source::confirmation();
    if !tries::reserve(db, &row.id, &source, config).await? {
        return Ok(false);
    }
    let right = match (row.totp_secret.is_empty(), totp::is_code(secret)) {
        (false, true) => {
            let mut tx = db.write().await?;
            let used = use_code(ctx, &mut tx, &row, secret).await?;
            tx.commit().await?;
            used
        }
        _ => password::fits(secret, &row.password).await?,
    };
    let mut tx = db.write().await?;
    if right {
        tries::give_back(&mut tx, &row.id, &source).await?;
    } else {
        tries::fail(&mut tx, row.wrong("confirmation", &source, &Origin::default()), config).await?;
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
    let source = Source::second_factor();
    if !tries::reserve(db, &live.account, &source, config).await? {
        tries::refuse(db, Some(&live.account), from, config).await?;
        let mut tx = db.write().await?;
        sessions::close(&mut tx, cookie).await?;
        tx.commit().await?;
        return Ok(Outcome::Failed);
    }
    let done = evaluate(ctx, &live.account, cookie, code, from).await;
    not_counted(db, &live.account, &source, done)
}

/// The rest of [`second`], once the attempt is counted.
async fn evaluate(ctx: &Ctx, account: &AccountId, cookie: &str, code: &str, from: &Origin) -> Result<Outcome> {
    let (db, source) = (ctx.db(), Source::second_factor());
    let config = &ctx.settings::<Sessions>();
    let mut tx = db.write().await?;
    let row: Row = store::query_as(row_where!("id = $1")).bind(account).fetch_one(tx.conn()).await?;
    let accepted = if totp::is_recovery(code) {
        use_recovery(&mut tx, &row, code).await?
    } else {
        use_code(ctx, &mut tx, &row, code).await?
    };
    if !accepted {
        tries::fail(&mut tx, row.wrong("second_factor", &source, from), config).await?;
        tx.commit().await?;
        return Ok(Outcome::Failed);
    }
    // A fresh secret: the half-open one must not become a full session (session fixation).
    sessions::close(&mut tx, cookie).await?;
    tries::forget(&mut tx, &row.id, &source).await?;
    let opened = complete(&mut tx, &row, config, from, "second_factor").await?;
    tx.commit().await?;
    Ok(Outcome::SignedIn(opened))
}

/// Accepts a code once: the conditional update lets only one of two simultaneous uses pass.
async fn use_code(ctx: &Ctx, tx: &mut Tx, row: &Row, code: &str) -> Result<bool> {
    let now = tx.seams().now();
    let seed = totp::opened(ctx, &row.id, &row.totp_secret)?;
    let Some(step) = totp::accepted_step(&seed, code, now, row.totp_step)? else { return Ok(false) };
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

async fn complete(tx: &mut Tx, row: &Row, config: &Sessions, from: &Origin, how: &str) -> Result<Opened> {
    let now = tx.now();
    let alive = store::query(
        "UPDATE account SET signed_in_at = $2, locked_until = '' WHERE id = $1 AND disabled = 0 AND password = $3",
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
    let session = sessions::open(tx, &row.id, Stage::Full, config, from).await?;
    let browser = tries::remember(tx, &row.id, from).await?;
    let data = json!({"address": from.address, "how": how});
    let event = NewEvent::new(&events::SIGNED_IN, &row.id, &actor(row)).organ(&row.organ).data(data);
    tx.append(event).await?;
    Ok(Opened { session, browser })
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
