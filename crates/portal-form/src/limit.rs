//! How often something may be done from one network, counted in the database: every process of an installation counts
//! together, and a restart forgets nothing.
//!
//! A bucket is one row with the moment at which it is full again. Taking moves the moment on by one share and happens on
//! condition that it does not lie too far ahead: one statement, on both databases, without reading first. What is refused
//! costs a read and no write.
//!
//! A network is remembered by a digest under a salt of the day, which is deleted with the day. The address itself is
//! nowhere. Two networks are counted: the client's own (IPv4 address, IPv6 /64) and the one around it (/24, /48), which has
//! [`crate::PortalForms::subnet_factor`] times the allowance, for a crowd behind one provider is no attack and a rented range is.

use std::net::IpAddr;

use axum::http::Extensions;
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use kernel::time;
use ring::hmac;
use store::{Db, Tx, query, query_scalar};

use crate::PortalForms;
use web::{Ctx, Error, Result, client::ClientIp};

/// So many times in so long, at once or spread; what was used comes back evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What is counted; limits with the same key share their buckets.
    pub key: &'static str,
    /// In words, after 暂时不能: 提交表单.
    pub label: &'static str,
    /// How many times; 0 = without limit.
    pub times: u32,
    /// In which time.
    pub within: SignedDuration,
}

impl Limit {
    /// So many times an hour.
    pub const fn hourly(key: &'static str, label: &'static str, times: u32) -> Self {
        Self { key, label, times, within: SignedDuration::from_hours(1) }
    }

    /// So many times a minute.
    pub const fn minutely(key: &'static str, label: &'static str, times: u32) -> Self {
        Self { key, label, times, within: SignedDuration::from_mins(1) }
    }

    fn share(&self) -> i64 {
        i64::try_from(self.within.as_millis()).unwrap_or(i64::MAX) / i64::from(self.times.max(1))
    }
}

/// From where a request comes, as far as limits know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    own: IpNet,
    around: IpNet,
}

impl Network {
    /// The network of an address.
    pub fn of(ip: IpAddr) -> Self {
        let ip = ip.to_canonical();
        let (own, around) = if ip.is_ipv4() { (32, 24) } else { (64, 48) };
        let net = |prefix| IpNet::new(ip, prefix).map_or(IpNet::from(ip), |net| net.trunc());
        Self { own: net(own), around: net(around) }
    }

    /// Of the client of a request; without the layer that knows it, as in tests that ask a router directly, this machine.
    pub(super) fn of_request(extensions: &Extensions) -> Self {
        Self::of(extensions.get::<ClientIp>().map_or(IpAddr::from([127, 0, 0, 1]), |client| client.0))
    }

    /// Under the day's salt: tells the networks of one day apart and says nothing after it.
    pub(super) async fn digest(&self, db: &Db, what: &str) -> Result<String> {
        Ok(keyed(&salt(db).await?, &format!("{what} {}", self.own)))
    }

    fn buckets(&self, limit: &Limit, salt: &str, factor: u32) -> [Bucket; 2] {
        let bucket = |net: IpNet, times: u32| Bucket {
            key: keyed(salt, &format!("{} {net}", limit.key)),
            share: Limit { times, ..*limit }.share(),
            within: i64::try_from(limit.within.as_millis()).unwrap_or(i64::MAX),
        };
        [bucket(self.own, limit.times), bucket(self.around, limit.times.saturating_mul(factor.max(1)))]
    }
}

struct Bucket {
    key: String,
    share: i64,
    within: i64,
}

impl Bucket {
    /// Latest moment at which it may become full for one more to be taken now.
    fn room(&self, now: i64) -> i64 {
        now + self.within - self.share
    }
}

const FULL_AT: &str = "SELECT full_at FROM rate_limit WHERE bucket = $1";

/// Takes one of `limit` for this network.
///
/// # Errors
/// [`Error::Limited`] when nothing is left, with the moment at which there will be; when the database fails.
pub async fn take(ctx: &Ctx, limit: Limit, network: &Network) -> Result<()> {
    look(ctx, limit, network).await?;
    let mut tx = ctx.db().write().await?;
    take_in(ctx, &mut tx, limit, network).await?;
    Ok(tx.commit().await?)
}

/// Whether one of `limit` could be taken now. Takes nothing and writes nothing, so that a flood costs reads.
///
/// # Errors
/// As [`take`].
pub async fn look(ctx: &Ctx, limit: Limit, network: &Network) -> Result<()> {
    if limit.times == 0 {
        return Ok(());
    }
    let salt = salt(ctx.db()).await?;
    let now = ctx.seams().now().as_millisecond();
    for bucket in network.buckets(&limit, &salt, factor(ctx)) {
        let full_at: Option<i64> = query_scalar(FULL_AT).bind(&bucket.key).fetch_optional(ctx.db().read()).await?;
        if let Some(full_at) = full_at.filter(|full_at| *full_at > bucket.room(now)) {
            return Err(refused(ctx, &limit, &bucket, full_at));
        }
    }
    Ok(())
}

/// [`take`] in a write that is under way: if that is given up, nothing was taken.
///
/// # Errors
/// As [`take`].
pub async fn take_in(ctx: &Ctx, tx: &mut Tx, limit: Limit, network: &Network) -> Result<()> {
    if limit.times == 0 {
        return Ok(());
    }
    let salt = salt_in(tx).await?;
    let now = ctx.seams().now().as_millisecond();
    for bucket in network.buckets(&limit, &salt, factor(ctx)) {
        let taken = query(
            "INSERT INTO rate_limit (bucket, full_at) VALUES ($1, $2 + $3) ON CONFLICT (bucket) DO UPDATE SET \
             full_at = CASE WHEN rate_limit.full_at > $2 THEN rate_limit.full_at ELSE $2 END + $3 \
             WHERE rate_limit.full_at <= $4",
        )
        .bind(&bucket.key)
        .bind(now)
        .bind(bucket.share)
        .bind(bucket.room(now))
        .execute(tx.conn())
        .await?;
        if taken.rows_affected() == 0 {
            let full_at: i64 = query_scalar(FULL_AT).bind(&bucket.key).fetch_one(tx.conn()).await?;
            return Err(refused(ctx, &limit, &bucket, full_at));
        }
    }
    Ok(())
}

fn factor(ctx: &Ctx) -> u32 {
    ctx.settings::<PortalForms>().subnet_factor
}

fn refused(ctx: &Ctx, limit: &Limit, bucket: &Bucket, full_at: i64) -> Error {
    let now = ctx.seams().now();
    let wait = (full_at - bucket.room(now.as_millisecond())).max(0);
    let seconds = wait / 1000 + 1;
    // Rounded up to the minute, so that whoever comes at the minute that is named is not sent away again.
    let again = now.checked_add(SignedDuration::from_secs(seconds + 59)).unwrap_or(now);
    metrics::counter!("portal_limited_total", "limit" => limit.key).increment(1);
    let phone = &ctx.site().phone;
    let call = if phone.is_empty() { String::new() } else { format!("急需办理请致电 {phone}。") };
    Error::Limited {
        text: format!(
            "来自您所在网络的操作太多，暂时不能{}。请在 {} 以后再试，已经保存的内容不会丢失；\
             刚填的还没有保存，请按浏览器的“后退”回到那一页。{call}",
            limit.label,
            time::show_minute(&time::to_db(again)),
        ),
        seconds,
    }
}

/// Removes buckets that are full again and salts of days that are over: after this nothing tells who came then.
pub(super) async fn forget(db: &Db) -> store::Result<u64> {
    let now: Timestamp = db.seams().now();
    let mut tx = db.write().await?;
    let buckets =
        query("DELETE FROM rate_limit WHERE full_at <= $1").bind(now.as_millisecond()).execute(tx.conn()).await?;
    query("DELETE FROM rate_salt WHERE day < $1").bind(db.seams().today().to_string()).execute(tx.conn()).await?;
    tx.commit().await?;
    Ok(buckets.rows_affected())
}

fn keyed(salt: &str, text: &str) -> String {
    hex::encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes()), text.as_bytes()))
}

const SALT: &str = "SELECT salt FROM rate_salt WHERE day = $1";

/// The salt of today, made by whoever needs it first.
async fn salt(db: &Db) -> Result<String> {
    let today = db.seams().today().to_string();
    if let Some(salt) = query_scalar(SALT).bind(today).fetch_optional(db.read()).await? {
        return Ok(salt);
    }
    let mut tx = db.write().await?;
    let salt = salt_in(&mut tx).await?;
    tx.commit().await?;
    Ok(salt)
}

async fn salt_in(tx: &mut Tx) -> Result<String> {
    let seams = tx.seams();
    let today = seams.today().to_string();
    if let Some(salt) = query_scalar(SALT).bind(&today).fetch_optional(tx.conn()).await? {
        return Ok(salt);
    }
    query("INSERT INTO rate_salt (day, salt) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(&today)
        .bind(seams.secret(32))
        .execute(tx.conn())
        .await?;
    Ok(query_scalar(SALT).bind(&today).fetch_one(tx.conn()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(ip: &str) -> Network {
        Network::of(ip.parse().expect("an address"))
    }

    #[test]
    fn a_household_is_one_network_and_a_range_another() {
        assert_eq!(network("203.0.113.9").own, network("::ffff:203.0.113.9").own);
        assert_ne!(network("203.0.113.9").own, network("203.0.113.10").own);
        assert_eq!(network("203.0.113.9").around, network("203.0.113.10").around);
        assert_eq!(network("2001:db8:1:2::3").own, network("2001:db8:1:2:ffff::4").own);
        assert_ne!(network("2001:db8:1:2::3").own, network("2001:db8:1:3::3").own);
        assert_eq!(network("2001:db8:1:2::3").around, network("2001:db8:1:3::3").around);
    }

    #[test]
    fn a_bucket_holds_neither_address_nor_limit_in_clear() {
        let limit = Limit::hourly("send", "提交", 5);
        let [own, around] = network("203.0.113.9").buckets(&limit, "salt", 10);
        assert_eq!((own.key.len(), own.share, around.share), (64, 720_000, 72_000));
        assert_ne!(own.key, around.key);
        let [other_day, _] = network("203.0.113.9").buckets(&limit, "other salt", 10);
        assert_ne!(own.key, other_day.key);
    }
}
