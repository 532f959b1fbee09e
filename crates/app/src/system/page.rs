//! What the page shows: the program and its disk, jobs, what is done again and again, who follows the log, mails.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use kernel::time;
use search::Search;
use store::{
    Dialect,
    jobs::{self, Handlers, Job, JobId},
    schedule::{self, Schedule},
};
use web::{Ctx, Desk, OfficeShell, Result, filters, office_page};

use super::outbox::{self, Letter};

/// Jobs of one state that are shown.
const JOBS: i64 = 100;

#[derive(Template)]
#[template(path = "system/templates/system.html")]
struct Page {
    shell: OfficeShell,
    database: &'static str,
    dead: Vec<Line>,
    running: Vec<Line>,
    waiting: Vec<Line>,
    more_dead: i64,
    more_waiting: i64,
    entries: Vec<Run>,
    /// Who follows the log, and how many events it has still to deal with.
    followers: Vec<(&'static str, i64)>,
    outbox: Vec<Letter>,
    has_smtp: bool,
    index: String,
    rebuilding: bool,
    free: String,
    /// How the watch of this process stands, and whether it found something.
    watch: (String, bool),
    /// How the public log stands, and whether something is wrong with it.
    receipts: (String, bool),
    version: &'static str,
}

/// A job as shown.
struct Line {
    id: JobId,
    label: String,
    created: String,
    not_before: String,
    attempts: i64,
    error: String,
    /// Steps done and all of them; 0 = unknown.
    done: i64,
    total: i64,
    words: String,
    /// Somebody asked it to stop.
    stopping: bool,
    can_stop: bool,
}

/// Something done again and again.
struct Run {
    key: String,
    label: &'static str,
    every: String,
    last: String,
    next: String,
    error: String,
    running: bool,
}

/// GET /system
pub(super) async fn show(State(ctx): State<Ctx>, desk: Desk, Extension(search): Extension<Search>) -> Result<Response> {
    let db = ctx.db();
    let handlers = ctx.capabilities().jobs(&ctx);
    let lines = |jobs: Vec<Job>| jobs.into_iter().map(|job| line(&handlers, job)).collect::<Vec<_>>();
    let counts = jobs::counts(db).await?;
    let more =
        |state: &str| counts.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| (count - JOBS).max(0));
    let (dead, running, waiting) =
        tokio::try_join!(jobs::list(db, "dead", JOBS), jobs::list(db, "running", JOBS), jobs::list(db, "ready", JOBS))?;
    let status = search.status();
    let page = Page {
        database: if db.dialect() == Dialect::Sqlite { "SQLite（WAL，每次提交落盘）" } else { "PostgreSQL" },
        dead: lines(dead),
        running: lines(running),
        waiting: lines(waiting),
        more_dead: more("dead"),
        more_waiting: more("ready"),
        entries: runs(&ctx.capabilities().schedule(&ctx), schedule::standing(db).await?),
        followers: ctx.capabilities().followers(&ctx).behind(db).await?,
        outbox: outbox::letters(&ctx).await,
        has_smtp: !ctx.config().mail.smtp.is_empty(),
        index: format!("{} 条，读到第 {} 号记录", status.documents, status.cursor),
        rebuilding: status.rebuilding,
        free: free_space(&ctx),
        watch: watch(&ctx),
        receipts: receipts(&ctx).await?,
        version: env!("CARGO_PKG_VERSION"),
        shell: desk.shell(&ctx, "系统状态").await?,
    };
    office_page(&page)
}

fn line(handlers: &Handlers, job: Job) -> Line {
    // A job that an earlier program left has no handler here: its name must do.
    let label = handlers.label(&job.kind).map_or_else(|| format!("不认识的作业（{}）", job.kind), str::to_owned);
    Line {
        label,
        created: time::show_minute(&job.created_at),
        not_before: time::show_minute(&job.run_at),
        attempts: job.attempts,
        error: job.last_error,
        done: job.progress_done,
        total: job.progress_total,
        words: job.progress_words,
        stopping: job.cancelled,
        can_stop: !job.cancelled && handlers.is_long(&job.kind),
        id: job.id,
    }
}

fn runs(schedule: &Schedule, standing: Vec<schedule::Standing>) -> Vec<Run> {
    let run = |row: schedule::Standing| {
        let entry = schedule.entries().find(|entry| entry.key() == row.key)?;
        Some(Run {
            label: entry.label(),
            every: entry.every().to_string(),
            last: time::show_minute(&row.last_at),
            next: time::show_minute(&row.next_at),
            error: row.last_error,
            running: row.running,
            key: row.key,
        })
    };
    standing.into_iter().filter_map(run).collect()
}

fn watch(ctx: &Ctx) -> (String, bool) {
    let standing = ctx.one::<identity::audit::watch::Watching>().standing();
    if let Some(bad) = standing.bad {
        return (format!("发现不符：{bad}。请保护现场，通知审计管理员。"), true);
    }
    let hindered = standing.hindered.map(|why| format!("　{why}")).unwrap_or_default();
    match standing.at {
        Some(at) => {
            let at = time::show_minute(&time::to_db(at));
            (format!("{at} 核对了 {} 项，相符{hindered}", standing.compared), false)
        }
        None => (format!("还没有核对完一轮；作业在另一个进程里办理时，由那个进程核对{hindered}"), false),
    }
}

async fn receipts(ctx: &Ctx) -> Result<(String, bool)> {
    let hindered = publishing::receipts::hindered(ctx).await.is_some();
    let told = publishing::receipts::told(ctx).await?;
    Ok((told.unwrap_or_else(|| "还没有公开的内容，第一份公开后建立日志。".to_owned()), hindered))
}

fn free_space(ctx: &Ctx) -> String {
    match rustix::fs::statvfs(ctx.data()) {
        Ok(stat) => format!("{} MB", stat.f_bavail.saturating_mul(stat.f_frsize) / (1024 * 1024)),
        Err(_) => "读不到".to_owned(),
    }
}
