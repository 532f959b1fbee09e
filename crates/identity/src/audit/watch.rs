//! The watch: what verifies all the time, quietly, so that a manipulation is told within a minute and not in the morning.
//!
//! A round looks at the log since its kept end, at everything that is sealed ([`store::log::seals`]), and at the files: each is
//! read once after a start and again only when its time or size has changed. After every batch it rests four times as long as
//! that took, so it takes a fifth of one processor at most, and how long a round takes follows from how much there is, not from
//! how long the log is. What it found stands in the log, once, and from there on the work list of the audit administrator until
//! somebody settles it ([`findings`]). It does not replace the nightly verification, which reads the whole log and every file.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use kernel::{Actor, NewEvent};
use proof::{Checkpoint, Unkept, Verify};
use serde_json::json;
use store::{
    files::Stamp,
    log::seals::{Altered, Lost, Step, Sweep, lost_files},
};
use tokio::sync::watch::Receiver;
use web::{Ctx, Result, act_now, hooks::Few};

use super::findings;
use crate::events::AUDIT_FOUND;

/// What stands for an error of the machine.
const NO_ANSWER: &str = "数据库或磁盘没有应答，下一轮再看";
/// Between the end of a round and the next.
const PAUSE: Duration = Duration::from_secs(20);
/// How much longer than a step the rest after it is.
const REST: u32 = 4;
/// Files whose stamps are looked at between two rests.
const PAGE: i64 = 200;

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
    files: BTreeMap<String, Stamp>,
}

/// What a round found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// How many subjects were compared with their seals.
    pub compared: i64,
    /// What does not fit: of each sort the first, and that there is more.
    pub bad: Vec<Altered>,
    /// Why something could not be looked at, in words.
    pub hindered: Option<String>,
}

/// What concerns no subject that has a seal.
fn plain(words: String) -> Altered {
    Altered { words, subject: String::new() }
}

impl Watch {
    /// Looks once at everything: what does not fit keeps it from nothing.
    ///
    /// # Errors
    /// When database or disk fail; what does not fit is a finding, not an error.
    pub async fn round(&mut self, ctx: &Ctx) -> Result<Round> {
        let mut round = Round::default();
        match self.look(ctx, &mut round).await {
            // What was found before is told all the same.
            Err(error) if !round.bad.is_empty() => {
                tracing::warn!(?error, "the watch could not look at everything");
                round.hindered = Some(NO_ANSWER.to_owned());
            }
            looked => looked?,
        }
        Ok(round)
    }

    async fn look(&mut self, ctx: &Ctx, round: &mut Round) -> Result<()> {
        let kept = match Checkpoint::kept(ctx.log_place(), ctx.db().chain()) {
            Ok(kept) => kept,
            Err(Unkept::Unreadable(why)) => {
                round.bad.push(plain(why));
                None
            }
            // No sign of anybody's hand: the rest is looked at.
            Err(Unkept::Key(why)) => {
                round.hindered = Some(why);
                None
            }
        };
        if let Some(kept) = &kept {
            let begun = Instant::now();
            let tail = Verify::new(ctx.db()).from(kept).run().await?;
            round.bad.extend(tail.bad.into_iter().map(plain));
            rest(begun).await;
        }
        let begun = Instant::now();
        round.bad.extend(proof::unlisted(ctx.db()).await?.into_iter().map(plain));
        rest(begun).await;
        let mut sweep = Sweep::default();
        loop {
            let begun = Instant::now();
            let step = sweep.step(ctx.db()).await?;
            round.compared = sweep.compared;
            match step {
                Step::More => {}
                Step::End => break,
                Step::Altered(bad) => round.bad.extend(bad),
            }
            rest(begun).await;
        }
        if let Some(pending) = super::verify::unsealed(&sweep.pending) {
            round.hindered.get_or_insert(pending);
        }
        self.look_at_files(ctx, round).await
    }

    async fn look_at_files(&mut self, ctx: &Ctx, round: &mut Round) -> Result<()> {
        let lost = lost_files(ctx.db()).await?;
        let (mut after, mut told, mut more) = (String::new(), 0, false);
        loop {
            let mut begun = Instant::now();
            let page: Vec<String> =
                store::query_scalar("SELECT digest FROM file WHERE digest > $1 ORDER BY digest LIMIT $2")
                    .bind(&after)
                    .bind(PAGE)
                    .fetch_all(ctx.db().read())
                    .await?;
            let Some(last) = page.last().cloned() else { break };
            // What is no longer listed is remembered no longer.
            let listed: HashSet<&String> = page.iter().collect();
            let within = (std::ops::Bound::Excluded(after), std::ops::Bound::Included(last.clone()));
            let gone: Vec<String> =
                self.files.range(within).map(|(digest, _)| digest).filter(|it| !listed.contains(it)).cloned().collect();
            for digest in gone {
                self.files.remove(&digest);
            }
            for digest in page {
                match self.look_at(ctx, &lost, &digest).await {
                    Ok(Looked::Known) => continue,
                    Ok(Looked::Read) => {}
                    Ok(Looked::Bad(words)) if told < Few::TOLD => {
                        told += 1;
                        round.bad.push(Altered { words, subject: format!("file:{digest}") });
                    }
                    Ok(Looked::Bad(_)) => more = true,
                    // One that cannot be read hides neither the others nor what was found before it.
                    Err(error) => round.hindered = Some(format!("附件 {digest} 读不出来：{error}")),
                }
                rest(begun).await;
                begun = Instant::now();
            }
            after = last;
            rest(begun).await;
        }
        if more {
            round.bad.push(plain("还有更多的文件与登记不一致，没有逐一列出".to_owned()));
        }
        Ok(())
    }

    async fn look_at(&mut self, ctx: &Ctx, lost: &Lost, digest: &str) -> store::Result<Looked> {
        let stamp = ctx.files().stamp(digest).await?;
        if let Some(stamp) = &stamp
            && self.files.get(digest) == Some(stamp)
        {
            return Ok(Looked::Known);
        }
        self.files.remove(digest);
        if let Some(bad) = ctx.files().fault(ctx.db(), digest).await? {
            return Ok(if lost.excuses(digest, &bad) { Looked::Read } else { Looked::Bad(bad) });
        }
        if let Some(stamp) = stamp {
            self.files.insert(digest.to_owned(), stamp);
        }
        Ok(Looked::Read)
    }
}

/// What came of looking at a file.
enum Looked {
    /// It looks as it did when it was read.
    Known,
    /// It was read, and is what it should be or was given up.
    Read,
    /// What is wrong with it, in words.
    Bad(String),
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
            if let Err(error) = tell(ctx, &round).await {
                tracing::error!(bad = ?round.bad, ?error, "tampering was found and could not be written to the log");
            }
            // What was found before stays, whatever the rows say by now, until somebody has settled it.
            let open = match findings::open(ctx).await {
                Ok(open) => open.first().map(findings::Finding::told),
                Err(error) => {
                    tracing::warn!(?error, "what was found before could not be read");
                    before.bad
                }
            };
            let bad = round.bad.into_iter().next().map(|one| one.words).or(open);
            watching.set(Standing { at, took, compared: round.compared, bad, hindered: round.hindered });
        }
        Err(error) => {
            tracing::warn!(?error, "the watch could not look");
            watching.set(Standing { hindered: Some(NO_ANSWER.to_owned()), ..before });
        }
    }
}

/// Into the log, each once: the same may stand there already and be unsettled, from this process or another.
async fn tell(ctx: &Ctx, round: &Round) -> Result<()> {
    if round.bad.is_empty() {
        return Ok(());
    }
    let known = findings::known(ctx).await?;
    for bad in round.bad.iter().filter(|bad| !known.contains(&bad.words)) {
        tracing::error!(found = %bad.words, "tampering: what is stored is not what the log says");
        let data = json!({ "found": bad.words, "subject": bad.subject });
        let event = NewEvent::new(&AUDIT_FOUND, "log", &Actor::System).organ(&ctx.office_organ()).data(data);
        act_now(ctx, async |tx| tx.append(event).await).await?;
    }
    Ok(())
}
