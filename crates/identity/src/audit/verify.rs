//! The verification of everything: the chain, the files, and what is public against what the log says was published. In the
//! office it runs as a long job, by day on demand and every night by itself; what came of it stands in the log and on a page,
//! and a fault stands on the work list of the audit administrator.

use std::{collections::HashSet, sync::Arc};

use askama::Template;
use axum::{extract::State, response::Response};
use futures::future::BoxFuture;
use jiff::{SignedDuration, civil::time};
use kernel::{Actor, NewEvent, OrganCode, Staff, event::Event, may};
use proof::{Checkpoint, Progress, Unkept, Verified, Verify};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Entry, Every, Schedule, Tx,
    jobs::{self, Failure, Handle, Handlers, Job, NewJob},
    log::seals::{Step, Sweep},
};
use tokio::sync::watch;
use web::{
    Ctx, Desk, Done, Error, FormErrors, OfficeShell, Result, act, act_now, filters,
    hooks::{DeskItem, DeskSource, Group, Proof},
    office_page,
    page::office_errors,
};

use super::{
    findings::{self, Finding, Way},
    store::{Filter, search},
    words,
};
use crate::{events::AUDIT_VERIFIED, permissions::READ_AUDIT};

/// The kind of job that verifies.
const VERIFY: &str = "audit.verify";

/// Payload of [`VERIFY`]: who asked; nobody = the schedule.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    by: Option<Staff>,
    organ: OrganCode,
}

/// Walks the chain, reads every file, and compares what is public with what the log says was published. `tell` hears again and
/// again how far it is. What has not been sealed yet and thus could not be compared is told, too.
///
/// # Errors
/// When database or disk fail; what does not fit is a finding, not an error.
pub async fn everything(ctx: &Ctx, tell: impl FnMut(Progress) + Send) -> Result<Verified> {
    let (mut verified, pending) = all(ctx, true, tell).await?;
    if verified.ok
        && let Some(pending) = unsealed(&pending)
    {
        verified.ok = false;
        verified.first_bad = Some(pending);
    }
    Ok(verified)
}

/// What has not been sealed yet, in a sentence.
pub(super) fn unsealed(pending: &[String]) -> Option<String> {
    let first = pending.first()?;
    let what = if pending.len() == 1 { first.clone() } else { format!("{first}等 {} 项", pending.len()) };
    Some(format!(
        "{what}尚未封存，没有核对。新建、升级或者恢复以后，第一次启动服务时封存：请启动服务，一两分钟后再验证；\
         服务一直运行而仍这样的，原因见系统状态和日志（服务每十分钟再试一次）"
    ))
}

/// The same of an installation that may not have been started since it was restored: what is not sealed yet is no fault of it.
///
/// # Errors
/// See [`everything`].
pub async fn restored(ctx: &Ctx, tell: impl FnMut(Progress) + Send) -> Result<Verified> {
    Ok(all(ctx, true, tell).await?.0)
}

/// The same without reading the bytes of the files.
///
/// # Errors
/// See [`everything`].
pub async fn without_files(ctx: &Ctx, tell: impl FnMut(Progress) + Send) -> Result<Verified> {
    Ok(all(ctx, false, tell).await?.0)
}

/// What was found, and what is not sealed yet.
async fn all(ctx: &Ctx, files: bool, tell: impl FnMut(Progress) + Send) -> Result<(Verified, Vec<String>)> {
    let (kept, hindered) = match Checkpoint::kept(ctx.log_place(), ctx.db().chain()) {
        Ok(kept) => (kept, None),
        Err(Unkept::Unreadable(why)) => return Ok((Verified::unfit(why), Vec::new())),
        // No sign of anybody's hand: the rest is looked at, and what could not be looked at is told.
        Err(Unkept::Key(why)) => (None, Some(why)),
    };
    let verify = Verify::new(ctx.db()).progress(tell);
    let verify = if files { verify.files(ctx.files()) } else { verify };
    let verify = match &kept {
        Some(kept) => verify.kept(kept),
        None => verify,
    };
    let mut verified = verify.run().await?;
    // What does not fit hides nothing behind it: all is looked at, and of each sort the first are told.
    let mut all: Vec<String> = std::mem::take(&mut verified.bad);
    let mut sweep = Sweep::default();
    loop {
        match sweep.step(ctx.db()).await? {
            Step::More => {}
            Step::End => break,
            Step::Altered(bad) => all.extend(bad.into_iter().map(|one| one.words)),
        }
    }
    for proof in ctx.declared::<Arc<dyn Proof>>() {
        all.extend(altered(ctx, proof.as_ref()).await?);
    }
    // One thing may be found in two ways.
    let mut known = HashSet::new();
    all.retain(|bad| known.insert(bad.clone()));
    verified.ok = all.is_empty();
    verified.first_bad = told(&all);
    verified.bad = all;
    if verified.ok
        && let Some(why) = hindered
    {
        verified.ok = false;
        verified.first_bad = Some(format!("末尾的记录没有核对：{why}"));
    }
    Ok((verified, sweep.pending))
}

/// All that was found, the first of it first; nothing where there is nothing.
fn told(all: &[String]) -> Option<String> {
    match all {
        [] => None,
        [one] => Some(one.clone()),
        [first, rest @ ..] => Some(format!("{first}（共 {} 处，还有：{}）", all.len(), rest.join("；"))),
    }
}

/// What was altered. While others publish and withdraw, rows and log are read at different moments and may seem not to fit: what
/// is altered stays so, and is found a second time.
async fn altered(ctx: &Ctx, proof: &dyn Proof) -> Result<Vec<String>> {
    let (mut before, mut found) = (HashSet::new(), Vec::new());
    for _ in 0..LOOKS {
        let now = proof.altered(ctx).await?;
        found = now.iter().filter(|bad| before.contains(*bad)).cloned().collect();
        if found.len() == now.len() {
            break;
        }
        before.extend(now);
    }
    Ok(found)
}

/// So many times it is looked while each time something else seems not to fit.
const LOOKS: usize = 6;

pub(crate) fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().long(VERIFY, "验证全部留痕和文件", move |asked: Asked, job: Handle| {
        let ctx = ctx.clone();
        async move { run(&ctx, &asked, &job).await }
    })
}

pub(crate) fn schedule(ctx: &Ctx) -> Schedule {
    let ctx = ctx.clone();
    Schedule::default().with(Entry::new(
        VERIFY,
        "验证全部留痕和文件",
        Every::Daily(time(2, 40, 0, 0)),
        move || {
            let ctx = ctx.clone();
            async move {
                let asked = Asked { by: None, organ: ctx.office_organ() };
                Ok(act_now(&ctx, async |tx| ask(tx, &asked).await).await?)
            }
        },
    ))
}

/// Puts a verification into the queue, unless one waits already.
async fn ask(tx: &mut Tx, asked: &Asked) -> store::Result<()> {
    tx.enqueue(NewJob::now(VERIFY, asked).dedup(VERIFY)).await
}

async fn run(ctx: &Ctx, asked: &Asked, job: &Handle) -> std::result::Result<(), Failure> {
    let (told, mut heard) = watch::channel(None);
    let walk = everything(ctx, move |progress| {
        let _ = told.send(Some(progress));
    });
    tokio::pin!(walk);
    let verified = loop {
        tokio::select! {
            verified = &mut walk => break verified.map_err(|error| Failure::Retry(format!("{error:?}")))?,
            Ok(()) = heard.changed() => {
                let progress = *heard.borrow_and_update();
                if let Some(Progress { event, events, files }) = progress {
                    let steps = |number: i64| u64::try_from(number).unwrap_or(0);
                    let words = if files > 0 { format!("文件 {files} 个") } else { "留痕".to_owned() };
                    job.progress(steps(event), steps(events), &words).await?;
                }
                if job.cancelled() {
                    return Ok(());
                }
            }
        }
    };
    let Verified { ok, events, files, head, first_bad, .. } = &verified;
    if !ok {
        tracing::error!(?first_bad, "the event log does not verify");
    }
    let actor = asked.by.clone().map_or(Actor::System, Actor::Staff);
    let data = json!({"ok": ok, "events": events, "files": files, "head": head, "first_bad": first_bad});
    let event = NewEvent::new(&AUDIT_VERIFIED, "log", &actor).organ(&asked.organ).data(data);
    act_now(ctx, async |tx| tx.append(event).await).await?;
    Ok(())
}

/// POST /audit/verify
pub(super) async fn begin(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let asked = Asked { by: Some(desk.staff.clone()), organ: desk.organ().clone() };
    // Without a token: of two that wait one is enough, and the queue keeps it so.
    let done = async |tx: &mut Tx| {
        ask(tx, &asked).await?;
        Ok::<_, Error>(Done::to("/audit/verify"))
    };
    act(&ctx, "", done).await
}

/// What came of a verification, as the log holds it.
#[derive(Debug, Deserialize)]
pub(super) struct Outcome {
    ok: bool,
    events: i64,
    files: i64,
    head: String,
    first_bad: Option<String>,
}

#[derive(Template)]
#[template(path = "audit/templates/verified.html")]
struct Page {
    shell: OfficeShell,
    /// The one that runs or waits now.
    open: Option<Job>,
    last: Option<(Event, Outcome)>,
    /// What was found and nobody has settled, what the reader can do about it, and the numbers of those in the same words.
    findings: Vec<(Finding, Way, String)>,
    /// How much more of it there is.
    more: usize,
    /// What was found and settled, how much of it.
    settled: usize,
    errors: FormErrors,
    /// What was typed about which finding.
    typed: (i64, String),
}

impl Page {
    /// What was typed about this finding, and what is wrong with it.
    fn about(&self, one: &Finding) -> (&str, Option<&str>) {
        let text = if self.typed.0 == one.seq { self.typed.1.as_str() } else { "" };
        (text, self.errors.of(&format!("reason-{}", one.seq)))
    }
}

pub(super) async fn last(ctx: &Ctx) -> Result<Option<(Event, Outcome)>> {
    let filter = Filter { kind: AUDIT_VERIFIED.name.to_owned(), ..Filter::default() };
    let event = search(ctx.db(), &filter, 1).await?.pop();
    Ok(event.and_then(|event| serde_json::from_str(&event.data).ok().map(|outcome| (event, outcome))))
}

/// GET /audit/verify: how far it is, and what came of the last one.
pub(super) async fn show(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    page(&ctx, &desk, FormErrors::new(), (0, "")).await
}

/// The same, with what must be corrected, and what was typed about which finding.
pub(super) async fn page(ctx: &Ctx, desk: &Desk, errors: FormErrors, (seq, typed): (i64, &str)) -> Result<Response> {
    let (open, last) = (jobs::open(ctx.db(), VERIFY).await?, last(ctx).await?);
    let (found, settled) = (findings::open(ctx).await?, findings::settled(ctx).await?.len());
    let (asked, more) = (findings::asked(ctx).await?, findings::count_open(ctx).await?.saturating_sub(found.len()));
    let shown = |one: &Finding| {
        let same = found.iter().filter(|other| other.words == one.words).map(|other| other.seq.to_string());
        same.collect::<Vec<_>>().join(",")
    };
    let line = |one: &Finding| (one.clone(), one.way(desk, asked.get(&one.seq)), shown(one));
    let findings: Vec<_> = found.iter().rev().map(line).collect();
    let bad = !errors.is_empty();
    let shell = desk.shell(ctx, "验证结果").await?.with_error(bad || !findings.is_empty());
    let page = Page { shell, open, last, findings, more, settled, errors, typed: (seq, typed.to_owned()) };
    if bad { office_errors(&page) } else { office_page(&page) }
}

/// Every night there is one; after so long something keeps it from ending.
const UNVERIFIED: SignedDuration = SignedDuration::from_hours(48);

/// Findings on the work list at a time; the page has more.
const FAULTS: usize = 20;

/// Tells the audit administrator of a verification that found a fault, or that does not come to its end.
pub(crate) struct Faults;

impl DeskSource for Faults {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &READ_AUDIT).is_err() {
                return Ok(Vec::new());
            }
            let last = last(ctx).await?;
            let oldest = ctx.seams().now().saturating_sub(UNVERIFIED).unwrap_or_default();
            // What was brought in may be of any year: a verification is owed since the installation is there.
            let (since, title) = match &last {
                Some((event, _)) => {
                    (kernel::time::from_db(&event.at), "留痕已经两天以上没有验证，请查看原因并重新验证")
                }
                None => (::store::laid_at(ctx.db()).await?, "系统建立两天以上，留痕一次也没有验证过，请查看原因并验证"),
            };
            let mut items = Vec::new();
            if let Some(since) = since.filter(|at| *at < oldest) {
                items.push(DeskItem {
                    kind: "留痕验证".to_owned(),
                    group: Group::SYSTEM,
                    title: title.to_owned(),
                    href: "/audit/verify".to_owned(),
                    organ: ctx.directory().short_name(&staff.organ).to_owned(),
                    since: Some(kernel::time::date_in_china(since)),
                    due: Some(ctx.today()),
                    mine: false,
                });
            }
            let item = |finding: Finding| DeskItem {
                kind: "留痕验证".to_owned(),
                group: Group::SYSTEM,
                since: finding.since().map(kernel::time::date_in_china),
                title: finding.words,
                href: "/audit/verify".to_owned(),
                organ: ctx.directory().short_name(&staff.organ).to_owned(),
                due: Some(ctx.today()),
                mine: false,
            };
            // The newest first: a flood of trifles does not push away what came after it.
            let open = findings::open(ctx).await?;
            let more = findings::count_open(ctx).await?.saturating_sub(FAULTS);
            let first = open.first().cloned();
            items.extend(open.into_iter().rev().take(FAULTS).map(item));
            if let Some(mut rest) = first.filter(|_| more > 0) {
                rest.words = format!("另有 {more} 处不符尚未处理");
                items.push(item(rest));
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
