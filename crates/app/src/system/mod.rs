//! System status: jobs and dead letters, outbox, index, disk, for the system administrator.

use crate::permissions::MANAGE_SYSTEM;
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::{EventKind, NewEvent, time};
use search::Search;
use store::{
    Dialect, Schedule,
    jobs::{self, Job},
    schedule::{Entry, Every},
};
use web::{Capability, Ctx, Desk, Error, Listener, Nav, OfficeShell, Result, Routes, office_page, page::Redirect};

mod words;

static JOB_RETRIED: EventKind = EventKind::new("job", "job.retried", "重试后台作业");
static JOB_DISCARDED: EventKind = EventKind::new("job", "job.discarded", "放弃后台作业");
static REBUILD_ASKED: EventKind = EventKind::new("index", "index.rebuild_asked", "重建检索");

/// Looking after the running program.
pub fn capability() -> Capability {
    Capability::new("system", "系统状态")
        .routes(routes)
        .permissions(&[&MANAGE_SYSTEM])
        .nav(Nav::under("管理", "/system", "系统状态", &MANAGE_SYSTEM, 340))
        .events(&[&JOB_RETRIED, &JOB_DISCARDED, &REBUILD_ASKED, &store::log::PAYLOAD_ERASED])
        .subject("job", "后台作业")
        .subject("index", "检索")
        .subject("event", "留痕记录")
        .schedule(schedule)
}

/// The end of the log is kept outside of the database; tokens of old forms go.
fn schedule(ctx: &Ctx) -> Schedule {
    let (end, forms) = (ctx.clone(), ctx.clone());
    let checkpoint = Entry::new("log.checkpoint", "留存链头", Every::Minutes(1), move || {
        let ctx = end.clone();
        async move { Ok(store::log::checkpoint(ctx.db(), ctx.data()).await?) }
    });
    let forget = Entry::new("forms.forget", "清除旧表单的令牌", Every::Minutes(30), move || {
        let ctx = forms.clone();
        async move { Ok(store::settings::forget_submissions(ctx.db()).await?) }
    });
    Schedule::default().with(checkpoint).with(forget)
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/system", &MANAGE_SYSTEM, show)
        .get("/system/outbox/{name}", &MANAGE_SYSTEM, mail)
        .post("/system/jobs/{id}/retry", &MANAGE_SYSTEM, retry)
        .post("/system/jobs/{id}/discard", &MANAGE_SYSTEM, discard)
        .post("/system/reindex", &MANAGE_SYSTEM, reindex)
}

#[derive(Template)]
#[template(path = "system/templates/system.html")]
struct Page {
    shell: OfficeShell,
    database: &'static str,
    counts: Vec<(String, i64)>,
    dead: Vec<Job>,
    waiting: Vec<Job>,
    outbox: Vec<Letter>,
    has_smtp: bool,
    index: String,
    rebuilding: bool,
    free: String,
    version: &'static str,
}

async fn show(State(ctx): State<Ctx>, desk: Desk, Extension(search): Extension<Search>) -> Result<Response> {
    let shown = |mut jobs: Vec<Job>| {
        for job in &mut jobs {
            job.created_at = time::show_minute(&job.created_at);
            job.run_at = time::show_minute(&job.run_at);
        }
        jobs
    };
    let status = search.status();
    let page = Page {
        database: if ctx.db().dialect() == Dialect::Sqlite {
            "SQLite（WAL，每次提交落盘）"
        } else {
            "PostgreSQL"
        },
        counts: jobs::counts(ctx.db()).await?,
        dead: shown(jobs::list(ctx.db(), "dead", 100).await?),
        waiting: shown(jobs::list(ctx.db(), "ready", 20).await?),
        outbox: outbox(&ctx).await,
        has_smtp: !ctx.config().mail.smtp.is_empty(),
        index: format!("{} 条，读到第 {} 号记录", status.documents, status.cursor),
        rebuilding: status.rebuilding,
        free: free_space(&ctx),
        version: env!("CARGO_PKG_VERSION"),
        shell: desk.shell(&ctx, "系统状态").await?,
    };
    office_page(&page)
}

/// A mail that lies in the outbox.
struct Letter {
    name: String,
    to: String,
    at: String,
    kilobytes: u64,
}

/// The newest mails that nobody could send.
async fn outbox(ctx: &Ctx) -> Vec<Letter> {
    let folder = ctx.data().join("outbox");
    let mut letters = Vec::new();
    for name in names(ctx).await {
        let Ok(bytes) = tokio::fs::read(folder.join(&name)).await else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let to = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("To: "));
        // The name begins with the moment, its colons left out.
        let at = name.split('-').take(3).collect::<Vec<_>>().join("-");
        let at = match (at.get(..10), at.get(11..13), at.get(13..15)) {
            (Some(day), Some(hour), Some(minute)) => time::show_minute(&format!("{day}T{hour}:{minute}:00.000Z")),
            _ => String::new(),
        };
        letters.push(Letter {
            to: to.unwrap_or("（没有收件人）").to_owned(),
            at,
            kilobytes: (bytes.len() as u64).div_ceil(1024),
            name,
        });
    }
    letters
}

async fn names(ctx: &Ctx) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(mut folder) = tokio::fs::read_dir(ctx.data().join("outbox")).await {
        while let Ok(Some(entry)) = folder.next_entry().await {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    names.reverse();
    names.truncate(100);
    names
}

fn free_space(ctx: &Ctx) -> String {
    match rustix::fs::statvfs(ctx.data()) {
        Ok(stat) => format!("{} MB", stat.f_bavail.saturating_mul(stat.f_frsize) / (1024 * 1024)),
        Err(_) => "读不到".to_owned(),
    }
}

async fn mail(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    let plain = name.ends_with(".eml")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        && !name.contains("..");
    if !plain {
        return Err(Error::NotFound);
    }
    let bytes = tokio::fs::read(ctx.data().join("outbox").join(&name)).await.map_err(|_| Error::NotFound)?;
    Ok(web::page::download(bytes, "message/rfc822", &name))
}

async fn retry(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if !jobs::revive(&mut tx, &id).await? {
        return Err(Error::Conflict("这个作业已经不在待处理名单里，可能别人刚处理过。请刷新页面查看。".into()));
    }
    tx.append(NewEvent::new(&JOB_RETRIED, &id, &desk.actor())).await?;
    tx.commit().await?;
    Ok(Redirect::to("/system").ok("已重新排队").into_response())
}

async fn discard(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if !jobs::discard(&mut tx, &id).await? {
        return Err(Error::Conflict("这个作业已经不在待处理名单里，可能别人刚处理过。请刷新页面查看。".into()));
    }
    tx.append(NewEvent::new(&JOB_DISCARDED, &id, &desk.actor())).await?;
    tx.commit().await?;
    Ok(Redirect::to("/system").ok("已删除这个作业").into_response())
}

async fn reindex(State(ctx): State<Ctx>, desk: Desk, Extension(search): Extension<Search>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    tx.append(NewEvent::new(&REBUILD_ASKED, "search", &desk.actor())).await?;
    tx.commit().await?;
    tokio::spawn(async move {
        if let Err(error) = search.rebuild(&ctx).await {
            tracing::error!(%error, "search index could not be rebuilt");
        }
    });
    Ok(Redirect::to("/system").ok("正在重建检索索引，期间检索可用，但结果可能不全").into_response())
}
