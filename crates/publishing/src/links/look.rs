//! Reading the links of texts, asking for them, and what of it becomes a finding.

use check_text::{Known, Wanted, policy};
use egress::Seen;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::{
    Schedule,
    jobs::{Failure, Handlers, NewJob},
    schedule::{Entry, Every},
};
use web::{Ctx, Result};

use super::{
    settings::{Links, host},
    store::{self as kept, LinkId},
};

/// Kind of the job that asks for one address.
pub const LOOK: &str = "links.look";

/// Payload of [`LOOK`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Look {
    /// Which address.
    pub link: LinkId,
}

/// Texts of which the links are read in one round.
const TEXTS: i64 = 200;
/// Addresses that are asked for in one round: no site is asked for all of them at once.
const ASKED: i64 = 30;
/// A machine that has reached no site at all for so long says nothing of those that did not answer.
const OFFLINE: SignedDuration = SignedDuration::from_hours(72);

/// Handlers of this job.
pub(super) fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().with(LOOK, "检查外部链接能否打开", move |look: Look| {
        let ctx = ctx.clone();
        // A site that does not answer is an answer; it is asked again on the schedule.
        async move { look_at(&ctx, &look.link).await.map_err(|error| Failure::Retry(format!("{error:?}"))) }
    })
}

/// Reads the links of texts that changed, and has those asked for whose moment has come.
pub(super) fn schedule(ctx: &Ctx) -> Schedule {
    let looking = ctx.clone();
    Schedule::default().with(Entry::new("links.round", "检查到时的外部链接", Every::Minutes(10), move || {
        let ctx = looking.clone();
        async move {
            round(&ctx).await?;
            Ok(())
        }
    }))
}

/// One round: nothing where the configuration does not say that other sites may be asked. Returns how many are asked for.
///
/// # Errors
/// When the database fails.
pub async fn round(ctx: &Ctx) -> Result<usize> {
    if !ctx.settings::<Links>().check {
        return Ok(0);
    }
    gather(ctx).await?;
    let mut tx = ctx.db().write().await?;
    // A job that is lost is asked for again after an hour.
    let later = ctx.seams().now().saturating_add(SignedDuration::from_hours(1)).unwrap_or(ctx.seams().now());
    let due = kept::due(&mut tx, later, ASKED).await?;
    for link in &due {
        let job = Look { link: link.clone() };
        tx.enqueue(NewJob::now(LOOK, &job).dedup(link.as_str())).await?;
    }
    tx.commit().await?;
    Ok(due.len())
}

/// Reads the links of texts that are public or worked on and have changed, and forgets those of texts that are neither. Returns how
/// many texts were read.
///
/// # Errors
/// When the database fails.
pub async fn gather(ctx: &Ctx) -> Result<usize> {
    let texts = kept::unread(ctx.db(), TEXTS).await?;
    for text in &texts {
        let addresses = policy::outside(&text.html);
        let mut tx = ctx.db().write().await?;
        kept::read(&mut tx, text, &addresses).await?;
        tx.commit().await?;
    }
    let mut tx = ctx.db().write().await?;
    kept::prune(&mut tx).await?;
    tx.commit().await?;
    Ok(texts.len())
}

/// Asks for one address and keeps what came of it.
///
/// # Errors
/// When the database fails.
pub async fn look_at(ctx: &Ctx, link: &LinkId) -> Result<()> {
    let settings = ctx.settings::<Links>();
    let Some(row) = kept::one(ctx.db().read(), link).await?.filter(|_| settings.check) else { return Ok(()) };
    let (outcome, detail) = if settings.asks(host(&row.address)) {
        told(egress::look(&row.address, &settings.allow).await)
    } else {
        ("left", String::new())
    };
    let every = SignedDuration::from_hours(24 * i64::from(settings.every_days));
    let mut tx = ctx.db().write().await?;
    kept::keep(&mut tx, link, (outcome, &detail), every).await?;
    tx.commit().await?;
    Ok(())
}

/// What came of asking, as it is kept: its code and the reason in words.
fn told(seen: Seen) -> (&'static str, String) {
    match seen {
        Seen::Opened => ("opened", String::new()),
        Seen::Gone(status) => ("gone", format!("对方网站说没有这个页面（{status}）")),
        Seen::NoSuchName => ("unreachable", "查不到这个域名".to_owned()),
        // A site that fails is as one that does not answer; one that refuses programs may show its page to people.
        Seen::Answered(status) if status >= 500 => ("unreachable", format!("对方网站出错（{status}）")),
        Seen::Answered(status) => ("answered", format!("对方网站没有给出页面（{status}），请点开核对")),
        Seen::Unreachable(why) => ("unreachable", why),
        Seen::Inside(why) => ("inside", format!("公众打不开：{why}")),
    }
}

/// Whether this machine reaches other sites at all, by what it has asked for lately.
///
/// # Errors
/// When the database fails.
pub(super) async fn reaches(ctx: &Ctx) -> Result<bool> {
    let since = ctx.seams().now().saturating_sub(OFFLINE).unwrap_or_default();
    kept::reached(ctx.db(), since).await
}

/// What is known of addresses of other sites; of those that were not asked for yet there is no answer.
///
/// # Errors
/// When the database fails.
pub(crate) async fn answers(ctx: &Ctx, addresses: &[String]) -> Result<Vec<(Wanted, Option<Known>)>> {
    if addresses.is_empty() || !ctx.settings::<Links>().check {
        return Ok(Vec::new());
    }
    let reaches = reaches(ctx).await?;
    let rows = kept::of(ctx.db(), addresses).await?;
    let known = rows.into_iter().filter(|row| !row.checked_at.is_empty()).map(|row| {
        let silent = row.outcome == "unreachable" && !reaches;
        let dead = row.is_dead() && !silent;
        let known = if dead { Known::dead(row.words()) } else { Known::page() };
        (Wanted::Outside(row.address), Some(known))
    });
    Ok(known.collect())
}
