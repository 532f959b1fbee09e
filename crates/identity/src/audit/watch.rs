//! The watch: what verifies all the time, quietly, so that a manipulation is told within a minute and not in the morning.
//!
//! A round looks at the log since its kept end, at everything that is sealed ([`store::log::seals`]), and at the files: each is
//! read once after a start and again only when its time or size has changed. A round takes a fifth of one processor at most;
//! what it found stands in the log like the outcome of any verification, once, and from there on the work list of the audit
//! administrator until somebody settles it ([`findings`]). It does not replace the nightly verification, which reads the whole
//! log and every file.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use kernel::{Actor, NewEvent};
use proof::{Checkpoint, Unkept, Verify};
use serde_json::json;
use store::{
    files::Stamp,
    log::seals::{Step, Sweep},
};
use tokio::sync::watch::Receiver;
use web::{Ctx, Result, act_now};

use super::findings;
use crate::events::AUDIT_VERIFIED;

/// Between the end of a round and the next.
const PAUSE: Duration = Duration::from_secs(20);
/// How much longer than a step the rest after it is.
const REST: u32 = 4;
/// Findings of a round that are told: whoever forges a trifle hides nothing behind it.
pub(super) const MOST: usize = 100;

/// How the watch of this process stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// When the last round ended; none = this process does not watch, or the first has not ended.
    pub at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub took: u64,
    /// Subjects that it compared.
    pub compared: i64,
    /// What it found, or what was found before and nobody has settled, in words.
    pub bad: Option<String>,
    /// Why it could not look, in words.
    pub hindered: Option<String>,
}

/// [`Standing`], shared with the pages of the process.
#[derive(Debug, Clone, Default)]
pub struct Watching(Arc<Mutex<Standing>>);

impl Watching {
    /// How it stands now.
    pub fn standing(&self) -> Standing {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, standing: Standing) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }
}

/// What a watch remembers between its rounds: the files that were read, and how they looked then.
#[derive(Debug, Default)]
pub struct Watch {
    files: HashMap<String, Stamp>,
}

/// What a round found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// Subjects compared.
    pub compared: i64,
    /// What does not fit, in words; the first of it, where there is much.
    pub bad: Vec<String>,
    /// Why the end of the log could not be looked at, in words.
    pub hindered: Option<String>,
    head: String,
    seq: i64,
}

impl Watch {
    /// Looks once at everything.
    ///
    /// # Errors
    /// When database or disk fail; what does not fit is a finding, not an error.
    pub async fn round(&mut self, ctx: &Ctx) -> Result<Round> {
        let mut round = Round::default();
        self.look(ctx, &mut round).await?;
        Ok(round)
    }

    async fn look(&mut self, ctx: &Ctx, round: &mut Round) -> Result<()> {
        let kept = match Checkpoint::kept(ctx.log_place(), ctx.db().chain()) {
            Ok(kept) => kept,
            Err(Unkept::Unreadable(why)) => {
                round.bad.push(why);
                None
            }
            // No sign of anybody's hand: the rest is looked at.
            Err(Unkept::Key(why)) => {
                round.hindered = Some(why);
                None
            }
        };
        if let Some(kept) = &kept {
            let tail = Verify::new(ctx.db()).from(kept).run().await?;
            (round.head, round.seq) = (tail.head, kept.seq + tail.events);
            round.bad.extend(tail.first_bad);
        }
        let mut sweep = Sweep::default();
        loop {
            let begun = Instant::now();
            let step = sweep.step(ctx.db()).await?;
            round.compared = sweep.compared;
            match step {
                Step::More => rest(begun).await,
                Step::End => break,
                Step::Altered(bad) => round.bad.push(bad),
            }
            if round.bad.len() >= MOST {
                return Ok(());
            }
        }
        self.look_at_files(ctx, round).await
    }

    async fn look_at_files(&mut self, ctx: &Ctx, round: &mut Round) -> Result<()> {
        let digests: Vec<String> =
            store::query_scalar("SELECT digest FROM file ORDER BY digest").fetch_all(ctx.db().read()).await?;
        let mut looked = HashMap::with_capacity(digests.len());
        for digest in digests {
            let stamp = match ctx.files().stamp(&digest).await {
                Ok(stamp) => stamp,
                // One that cannot be read hides neither the others nor what was found before it.
                Err(error) => {
                    round.hindered = Some(format!("附件 {digest} 读不出来：{error}"));
                    continue;
                }
            };
            if let Some(stamp) = stamp
                && self.files.get(&digest) == Some(&stamp)
            {
                looked.insert(digest, stamp);
                continue;
            }
            let begun = Instant::now();
            let fault = match ctx.files().fault(ctx.db(), &digest).await {
                Ok(fault) => fault,
                Err(error) => {
                    round.hindered = Some(format!("附件 {digest} 读不出来：{error}"));
                    continue;
                }
            };
            if let Some(bad) = fault {
                round.bad.push(bad);
                if round.bad.len() >= MOST {
                    return Ok(());
                }
                continue;
            }
            if let Some(stamp) = stamp {
                looked.insert(digest, stamp);
            }
            rest(begun).await;
        }
        self.files = looked;
        Ok(())
    }
}

/// Leaves the machine to others for a while.
async fn rest(begun: Instant) {
    tokio::time::sleep(begun.elapsed().saturating_mul(REST)).await;
}

/// Watches until told to stop.
pub async fn run(ctx: Ctx, mut stopped: Receiver<bool>) {
    let mut watch = Watch::default();
    loop {
        let once = async {
            turn(&ctx, &mut watch).await;
            tokio::time::sleep(PAUSE).await;
        };
        tokio::select! {
            () = once => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// One round, and what came of it is told.
pub async fn turn(ctx: &Ctx, watch: &mut Watch) {
    let begun = Instant::now();
    let watching = ctx.one::<Watching>().clone();
    let before = watching.standing();
    match watch.round(ctx).await {
        Ok(round) => {
            let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let at = Some(ctx.seams().now());
            for bad in &round.bad {
                if let Err(error) = tell(ctx, &round, bad).await {
                    tracing::error!(%bad, ?error, "tampering was found and could not be written to the log");
                }
            }
            // What was found before stays, whatever the rows say by now, until somebody has settled it.
            let open = match findings::open(ctx).await {
                Ok(open) => open.first().map(findings::Finding::told),
                Err(error) => {
                    tracing::warn!(?error, "what was found before could not be read");
                    before.bad
                }
            };
            let bad = round.bad.into_iter().next().or(open);
            watching.set(Standing { at, took, compared: round.compared, bad, hindered: round.hindered });
        }
        Err(error) => {
            tracing::warn!(?error, "the watch could not look");
            watching.set(Standing {
                hindered: Some("数据库或磁盘没有应答，下一轮再看".to_owned()), ..before
            });
        }
    }
}

/// Into the log, once: the same may stand there already and be unsettled, from this process or another.
async fn tell(ctx: &Ctx, round: &Round, bad: &str) -> Result<()> {
    if findings::known(ctx, bad).await? {
        return Ok(());
    }
    tracing::error!(%bad, "tampering: what is stored is not what the log says");
    let data = json!({"ok": false, "events": round.seq, "files": 0, "head": round.head, "first_bad": bad});
    let event = NewEvent::new(&AUDIT_VERIFIED, "log", &Actor::System).organ(&ctx.office_organ()).data(data);
    act_now(ctx, async |tx| tx.append(event).await).await?;
    Ok(())
}
