//! Counting attempts to sign in, so that nobody guesses for long and nobody can lock out somebody else.
//!
//! An account is locked for the place from where the wrong passwords came: an address, or a browser in which the person had
//! signed in before. Only when wrong passwords come from many places at once, it is locked for every browser that is not known;
//! the known ones go on working. The log holds one line for the first of a window, then one at every tenfold, with the number.

use std::net::IpAddr;

use jiff::SignedDuration;
use kernel::{Actor, NewEvent, OrganCode, id::AccountId, time};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Db, Tx};

use super::sessions::{self, Origin};
use crate::{events, settings::Sessions};

/// How many times as many wrong passwords as from one place are looked at from all unknown places together.
const ALTOGETHER: i64 = 10;
/// Wrong logins of a window that are told by their address; beyond, only how many there are.
const TOLD_BY_ADDRESS: i64 = 100;
/// All unknown places together.
const ALL: &str = "*";
/// Days for which a browser stays known without a sign-in.
const KNOWN_DAYS: i64 = 180;

/// Where an attempt comes from, as attempts are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    key: String,
    /// Counted for itself alone: a known browser, or what only the person can reach.
    apart: bool,
}

impl Source {
    /// What follows a right password: nobody else can use it up.
    pub(super) fn second_factor() -> Self {
        Self { key: "second".into(), apart: true }
    }

    /// A question to somebody who is signed in.
    pub(super) fn confirmation() -> Self {
        Self { key: "confirmation".into(), apart: true }
    }

    /// The browser if the account knows it, else the address.
    pub(super) async fn of(db: &Db, account: &AccountId, from: &Origin) -> store::Result<Self> {
        if from.browser.is_empty() {
            return Ok(Self::address(from));
        }
        let (digest, since) = (digest(&from.browser), known_since(db.seams().now()));
        let known: i64 = store::query_scalar(
            "SELECT COUNT(*) FROM known_browser WHERE digest = $1 AND account = $2 AND used_at > $3",
        )
        .bind(&digest)
        .bind(account)
        .bind(since)
        .fetch_one(db.read())
        .await?;
        Ok(if known > 0 { Self { key: format!("browser {digest}"), apart: true } } else { Self::address(from) })
    }

    /// Whoever has one IPv6 address has at least the /64 around it.
    fn address(from: &Origin) -> Self {
        let key = match from.address.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
            Ok(IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Ok(v4) => v4.to_string(),
            Err(_) => from.address.clone(),
        };
        Self { key, apart: false }
    }
}

/// What is stored of a browser's secret.
fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

fn known_since(now: jiff::Timestamp) -> String {
    time::to_db(now.saturating_sub(SignedDuration::from_hours(24 * KNOWN_DAYS)).unwrap_or(now))
}

/// Remembers the browser of somebody who has signed in; the secret for its cookie when it is a new one.
pub(super) async fn remember(tx: &mut Tx, account: &AccountId, from: &Origin) -> store::Result<Option<String>> {
    let (now, seams) = (tx.now(), tx.seams());
    store::query("DELETE FROM known_browser WHERE used_at <= $1")
        .bind(known_since(seams.now()))
        .execute(tx.conn())
        .await?;
    let known = store::query("UPDATE known_browser SET used_at = $3 WHERE digest = $1 AND account = $2")
        .bind(digest(&from.browser))
        .bind(account)
        .bind(&now)
        .execute(tx.conn())
        .await?;
    if known.rows_affected() == 1 {
        return Ok(None);
    }
    let secret = seams.secret(32);
    store::query("INSERT INTO known_browser (digest, account, used_at) VALUES ($1, $2, $3)")
        .bind(digest(&secret))
        .bind(account)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(Some(secret))
}

/// Takes one of `most` attempts; `false` when there is none left or the source is locked. One statement, so that of a thousand
/// parallel attempts exactly `most` are looked at.
async fn take(tx: &mut Tx, subject: &str, source: &str, most: i64, config: &Sessions) -> store::Result<bool> {
    let now = tx.now();
    let window = sessions::minutes_before(tx.seams().now(), config.lock_minutes);
    let taken = store::query(
        "INSERT INTO sign_in_try (subject, source, since, tries, failed, refused, locked_until) \
         VALUES ($1, $2, $3, 1, 0, 0, '') ON CONFLICT (subject, source) DO UPDATE SET \
         tries = CASE WHEN sign_in_try.since < $4 THEN 1 ELSE sign_in_try.tries + 1 END, \
         failed = CASE WHEN sign_in_try.since < $4 THEN 0 ELSE sign_in_try.failed END, \
         refused = CASE WHEN sign_in_try.since < $4 THEN 0 ELSE sign_in_try.refused END, \
         since = CASE WHEN sign_in_try.since < $4 THEN $3 ELSE sign_in_try.since END \
         WHERE sign_in_try.locked_until <= $3 AND (sign_in_try.since < $4 OR sign_in_try.tries < $5)",
    )
    .bind(subject)
    .bind(source)
    .bind(now)
    .bind(window)
    .bind(most)
    .execute(tx.conn())
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Adds one to a counter of a source that may have no row yet; the new number.
async fn add(tx: &mut Tx, subject: &str, source: &str, refused: bool, config: &Sessions) -> store::Result<i64> {
    let now = tx.now();
    let window = sessions::minutes_before(tx.seams().now(), config.lock_minutes);
    let row: (i64, i64) = store::query_as(
        "INSERT INTO sign_in_try (subject, source, since, tries, failed, refused, locked_until) \
         VALUES ($1, $2, $3, 0, 1 - $5, $5, '') ON CONFLICT (subject, source) DO UPDATE SET \
         failed = CASE WHEN sign_in_try.since < $4 THEN 0 ELSE sign_in_try.failed END + 1 - $5, \
         refused = CASE WHEN sign_in_try.since < $4 THEN 0 ELSE sign_in_try.refused END + $5, \
         tries = CASE WHEN sign_in_try.since < $4 THEN 0 ELSE sign_in_try.tries END, \
         since = CASE WHEN sign_in_try.since < $4 THEN $3 ELSE sign_in_try.since END \
         RETURNING failed, refused",
    )
    .bind(subject)
    .bind(source)
    .bind(now)
    .bind(window)
    .bind(i64::from(refused))
    .fetch_one(tx.conn())
    .await?;
    Ok(if refused { row.1 } else { row.0 })
}

/// Whether the log tells of this one: the first, the tenth, the hundredth …
pub(crate) fn is_told(number: i64) -> bool {
    let mut step = 1_i64;
    while step < number {
        step = step.saturating_mul(10);
    }
    step == number
}

/// Counts an attempt before it is evaluated. `false`: nothing may be evaluated.
pub(super) async fn reserve(db: &Db, account: &AccountId, source: &Source, config: &Sessions) -> store::Result<bool> {
    let most = i64::from(config.lock_after.max(1));
    let mut tx = db.write().await?;
    let (now, window) = (tx.now(), sessions::minutes_before(tx.seams().now(), config.lock_minutes));
    store::query("DELETE FROM sign_in_try WHERE since < $1 AND locked_until <= $2 AND subject <> $3")
        .bind(window)
        .bind(now)
        .bind(account)
        .execute(tx.conn())
        .await?;
    let reserved = take(&mut tx, account.as_str(), &source.key, most, config).await?
        && (source.apart || take(&mut tx, account.as_str(), ALL, most * ALTOGETHER, config).await?);
    tx.commit().await?;
    Ok(reserved)
}

/// An attempt was no failure after all.
pub(super) async fn give_back(tx: &mut Tx, account: &AccountId, source: &Source) -> store::Result<()> {
    let other = if source.apart { "" } else { ALL };
    store::query(
        "UPDATE sign_in_try SET tries = tries - 1 WHERE subject = $1 AND (source = $2 OR source = $3) AND tries > 0",
    )
    .bind(account)
    .bind(&source.key)
    .bind(other)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Somebody has signed in from there: what they mistyped before is forgotten.
pub(super) async fn forget(tx: &mut Tx, account: &AccountId, source: &Source) -> store::Result<()> {
    give_back(tx, account, source).await?;
    store::query("DELETE FROM sign_in_try WHERE subject = $1 AND source IN ($2, 'second')")
        .bind(account)
        .bind(&source.key)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Lifts every lock of an account.
pub(crate) async fn forgive(tx: &mut Tx, account: &AccountId) -> store::Result<()> {
    store::query("DELETE FROM sign_in_try WHERE subject = $1").bind(account).execute(tx.conn()).await?;
    store::query("UPDATE account SET locked_until = '' WHERE id = $1").bind(account).execute(tx.conn()).await?;
    Ok(())
}

/// What was wrong, and where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrong<'a> {
    pub(super) account: &'a AccountId,
    pub(super) organ: &'a OrganCode,
    pub(super) what: &'static str,
    pub(super) source: &'a Source,
    pub(super) from: &'a Origin,
}

/// Counts a wrong password or code, and locks the source when it was the last one allowed.
pub(super) async fn fail(tx: &mut Tx, wrong: Wrong<'_>, config: &Sessions) -> store::Result<()> {
    let Wrong { account, organ, what, source, from } = wrong;
    metrics::counter!("sign_in_failures_total", "reason" => what).increment(1);
    let most = i64::from(config.lock_after.max(1));
    let failed = add(tx, account.as_str(), &source.key, false, config).await?;
    let mut locks = Vec::new();
    if failed == most {
        locks.push((source.key.as_str(), failed));
    }
    if !source.apart {
        let all = add(tx, account.as_str(), ALL, false, config).await?;
        if all == most * ALTOGETHER {
            locks.push((ALL, all));
        }
    }
    let seams = tx.seams();
    let until = seams.now().saturating_add(SignedDuration::from_mins(i64::from(config.lock_minutes)));
    let until = time::to_db(until.unwrap_or_else(|_| seams.now()));
    for (key, _) in &locks {
        store::query("UPDATE sign_in_try SET locked_until = $3 WHERE subject = $1 AND source = $2")
            .bind(account)
            .bind(*key)
            .bind(&until)
            .execute(tx.conn())
            .await?;
        store::query("UPDATE account SET locked_until = $2 WHERE id = $1")
            .bind(account)
            .bind(&until)
            .execute(tx.conn())
            .await?;
    }
    if is_told(failed) {
        let data = json!({"address": from.address, "reason": what, "times": failed});
        tx.append(NewEvent::new(&events::SIGN_IN_FAILED, account, &Actor::Visitor).organ(organ).data(data)).await?;
    }
    for (key, times) in locks {
        let place = if key == ALL {
            "strangers"
        } else if source.apart {
            "known"
        } else {
            "address"
        };
        let data = json!({"until": until, "address": from.address, "times": times, "place": place});
        tx.append(NewEvent::new(&events::ACCOUNT_LOCKED, account, &Actor::System).organ(organ).data(data)).await?;
    }
    Ok(())
}

/// Counts an attempt that was not looked at: the source is locked, or nobody has this login. Nothing of what was typed is kept:
/// it may be a password in the wrong field.
pub(super) async fn refuse(
    db: &Db,
    account: Option<&AccountId>,
    from: &Origin,
    config: &Sessions,
) -> store::Result<()> {
    metrics::counter!("sign_in_failures_total", "reason" => "unknown_or_locked").increment(1);
    let subject = account.map_or("", AccountId::as_str);
    let mut tx = db.write().await?;
    let all = add(&mut tx, subject, ALL, true, config).await?;
    let by_address = match account {
        None if all <= TOLD_BY_ADDRESS => add(&mut tx, "", &Source::address(from).key, true, config).await?,
        _ => 0,
    };
    let told = if account.is_none() && all <= TOLD_BY_ADDRESS { is_told(by_address) } else { is_told(all) };
    if told {
        let times = if by_address > 0 { by_address } else { all };
        let data = json!({"address": from.address, "reason": "unknown_or_locked", "times": times});
        tx.append(NewEvent::new(&events::SIGN_IN_FAILED, subject, &Actor::Visitor).data(data)).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_of_the_first_and_of_every_tenfold() {
        let told: Vec<i64> = (0..20_000).filter(|number| is_told(*number)).collect();
        assert_eq!(told, [1, 10, 100, 1000, 10_000]);
    }

    #[test]
    fn a_network_of_ipv6_is_one_source_and_a_mapped_address_its_own() {
        let at = |address: &str| Source::address(&Origin { address: address.into(), ..Origin::default() }).key;
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::2"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:203.0.113.9"), "203.0.113.9");
    }
}
