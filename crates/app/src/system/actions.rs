//! What the system administrator does with the running program. The buttons carry no token: each changes only what still stands as
//! the page showed it, so that the second of two presses is told what has happened meanwhile.

use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use kernel::NewEvent;
use search::Search;
use serde_json::json;
use store::{
    Tx,
    jobs::{self, JobId},
    schedule,
};
use web::{Ctx, Desk, Done, Error, Result, act};

use super::{JOB_CANCELLED, JOB_DISCARDED, JOB_RETRIED, REBUILD_ASKED, RUN_HASTENED};

/// Of a job that is no longer among those that could not be done.
fn not_waiting() -> Error {
    Error::Conflict("这个作业已经不在待处理名单里，可能别人刚处理过。请刷新页面查看。".into())
}

/// What a job does, for the log, and whether it can be stopped at all: a short one is done before anybody could, and what waits
/// for its moment would be done by the schedule all the same.
async fn what(ctx: &Ctx, tx: &mut Tx, id: &JobId) -> Result<(serde_json::Value, bool)> {
    let job = jobs::find(tx, id).await?.ok_or_else(not_waiting)?;
    let handlers = ctx.capabilities().jobs(ctx);
    let label = handlers.label(&job.kind).unwrap_or(&job.kind).to_owned();
    Ok((json!({ "what": label }), handlers.is_long(&job.kind)))
}

/// `POST /system/jobs/{id}/retry`
pub(super) async fn retry(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<JobId>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let (data, _) = what(&ctx, tx, &id).await?;
        if !jobs::revive(tx, &id).await? {
            return Err(not_waiting());
        }
        tx.append(NewEvent::new(&JOB_RETRIED, &id, &desk.actor()).data(data)).await?;
        Ok(Done::ok("/system", "已重新排队"))
    };
    act(&ctx, "", done).await
}

/// `POST /system/jobs/{id}/discard`
pub(super) async fn discard(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<JobId>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let (data, _) = what(&ctx, tx, &id).await?;
        if !jobs::discard(tx, &id).await? {
            return Err(not_waiting());
        }
        tx.append(NewEvent::new(&JOB_DISCARDED, &id, &desk.actor()).data(data)).await?;
        Ok(Done::ok("/system", "已删除这个作业"))
    };
    act(&ctx, "", done).await
}

/// `POST /system/jobs/{id}/cancel`
pub(super) async fn cancel(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<JobId>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let (data, long) = what(&ctx, tx, &id).await?;
        if !long {
            return Err(Error::Conflict("这个作业不能取消：它很快就会办完，或者由它所属的页面撤回。".into()));
        }
        if !jobs::cancel(tx, &id).await? {
            return Err(Error::Conflict("这个作业已经办完或已停下，不用再取消。请刷新页面查看。".into()));
        }
        tx.append(NewEvent::new(&JOB_CANCELLED, &id, &desk.actor()).data(data)).await?;
        Ok(Done::ok("/system", "已要求停下。正在办理的作业做完手上的一步就停"))
    };
    act(&ctx, "", done).await
}

/// `POST /system/schedule/{key}/run`
pub(super) async fn hasten(State(ctx): State<Ctx>, desk: Desk, Path(key): Path<String>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        if !schedule::hasten(tx, &key).await? {
            return Err(Error::Conflict("这项任务正在运行，或者已经不在清单里。请刷新页面查看。".into()));
        }
        tx.append(NewEvent::new(&RUN_HASTENED, &key, &desk.actor())).await?;
        Ok(Done::ok("/system", "几秒钟内开始运行"))
    };
    act(&ctx, "", done).await
}

/// `POST /system/reindex`
pub(super) async fn reindex(
    State(ctx): State<Ctx>,
    desk: Desk,
    Extension(search): Extension<Search>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        tx.append(NewEvent::new(&REBUILD_ASKED, "search", &desk.actor())).await?;
        Ok::<_, Error>(Done::ok("/system", "正在重建检索索引，期间检索可用，但结果可能不全"))
    };
    let answer = act(&ctx, "", done).await?;
    tokio::spawn(async move {
        if let Err(error) = search.rebuild(&ctx).await {
            tracing::error!(%error, "search index could not be rebuilt");
        }
    });
    Ok(answer)
}
