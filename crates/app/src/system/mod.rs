//! System status: jobs and dead letters, outbox, index, disk, for the system administrator.

use crate::permissions::MANAGE_SYSTEM;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use jiff::civil::time;
use kernel::{EventKind, NewEvent};
use search::Search;
use store::{
    Schedule, jobs,
    schedule::{self, Entry, Every},
};
use web::{Capability, Ctx, Desk, Error, Listener, Nav, Result, Routes, page::Redirect};

mod outbox;
mod page;

static JOB_RETRIED: EventKind = EventKind::new("job", "job.retried", "重试后台作业");
static JOB_DISCARDED: EventKind = EventKind::new("job", "job.discarded", "放弃后台作业");
static JOB_CANCELLED: EventKind = EventKind::new("job", "job.cancelled", "取消后台作业");
static RUN_HASTENED: EventKind = EventKind::new("job", "job.hastened", "提前运行定期任务");
static REBUILD_ASKED: EventKind = EventKind::new("index", "index.rebuild_asked", "重建检索");

/// Looking after the running program.
pub fn capability() -> Capability {
    Capability::new("system", "系统状态")
        .routes(routes)
        .permissions(&[&MANAGE_SYSTEM])
        .nav(Nav::under("管理", "/system", "系统状态", &MANAGE_SYSTEM, 340))
        .events(&[
            &JOB_RETRIED,
            &JOB_DISCARDED,
            &JOB_CANCELLED,
            &RUN_HASTENED,
            &REBUILD_ASKED,
            &store::log::PAYLOAD_ERASED,
        ])
        .subject("job", "后台作业")
        .subject("index", "检索")
        .subject("event", "留痕记录")
        .schedule(schedule)
}

/// The end of the log is kept outside of the database; tokens of old forms go, and files to which nothing refers.
fn schedule(ctx: &Ctx) -> Schedule {
    let (end, forms, unused) = (ctx.clone(), ctx.clone(), ctx.clone());
    let checkpoint = Entry::new("log.checkpoint", "留存链头", Every::Minutes(1), move || {
        let ctx = end.clone();
        async move { Ok(store::log::checkpoint(ctx.db(), ctx.data()).await?) }
    });
    let forget = Entry::new("forms.forget", "清除旧表单的令牌", Every::Minutes(30), move || {
        let ctx = forms.clone();
        async move { Ok(store::settings::forget_submissions(ctx.db()).await?) }
    });
    let sweep = Entry::new("files.sweep", "清除没有引用的文件", Every::Daily(time(4, 20, 0, 0)), move || {
        let ctx = unused.clone();
        async move {
            let swept = ctx.files().sweep(ctx.db()).await?;
            if swept != store::files::Swept::default() {
                tracing::info!(
                    files = swept.files,
                    strays = swept.strays,
                    scratch = swept.scratch,
                    "unused files removed"
                );
            }
            Ok(())
        }
    });
    Schedule::default().with(checkpoint).with(forget).with(sweep)
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/system", &MANAGE_SYSTEM, page::show)
        .get("/system/outbox/{name}", &MANAGE_SYSTEM, outbox::mail)
        .post("/system/jobs/{id}/retry", &MANAGE_SYSTEM, retry)
        .post("/system/jobs/{id}/discard", &MANAGE_SYSTEM, discard)
        .post("/system/jobs/{id}/cancel", &MANAGE_SYSTEM, cancel)
        .post("/system/schedule/{key}/run", &MANAGE_SYSTEM, hasten)
        .post("/system/reindex", &MANAGE_SYSTEM, reindex)
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

async fn cancel(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if !jobs::cancel(&mut tx, &id).await? {
        return Err(Error::Conflict("这个作业已经办完或已停下，不用再取消。请刷新页面查看。".into()));
    }
    tx.append(NewEvent::new(&JOB_CANCELLED, &id, &desk.actor())).await?;
    tx.commit().await?;
    Ok(Redirect::to("/system").ok("已要求停下。正在办理的作业做完手上的一步就停").into_response())
}

async fn hasten(State(ctx): State<Ctx>, desk: Desk, Path(key): Path<String>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if !schedule::hasten(&mut tx, &key).await? {
        return Err(Error::Conflict("这项任务正在运行，或者已经不在清单里。请刷新页面查看。".into()));
    }
    tx.append(NewEvent::new(&RUN_HASTENED, &key, &desk.actor())).await?;
    tx.commit().await?;
    Ok(Redirect::to("/system").ok("几秒钟内开始运行").into_response())
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
