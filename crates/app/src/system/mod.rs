//! System status: jobs and dead letters, outbox, index, disk, for the system administrator.

use crate::permissions::MANAGE_SYSTEM;
use jiff::civil::time;
use kernel::EventKind;
use store::{
    Schedule,
    schedule::{Entry, Every},
};
use web::{Capability, Ctx, Listener, Nav, Routes};

mod actions;
mod outbox;
mod page;

/// What the job does, in words.
const WHAT: &[(&str, &str)] = &[("what", "作业")];

static JOB_RETRIED: EventKind = EventKind::new("job", "job.retried", "重试后台作业").holds(WHAT);
static JOB_DISCARDED: EventKind = EventKind::new("job", "job.discarded", "放弃后台作业").holds(WHAT);
static JOB_CANCELLED: EventKind = EventKind::new("job", "job.cancelled", "取消后台作业").holds(WHAT);
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
            &store::log::seals::RESEALED,
            &store::log::seals::BEGUN,
            &store::log::seals::TAMPERED,
            &store::log::seals::SETTLED,
            &store::log::seals::ACCEPT_ASKED,
            &store::log::seals::ACCEPTED,
            &outbox::READ,
        ])
        .settings::<clock::Readings>()
        .settings::<fee::Readings>()
        .settings::<letter::Papers>()
        .subject("job", "后台作业")
        .subject("outbox", "发件箱")
        .subject("index", "检索")
        .subject("event", "留痕记录")
        .subject("log", "留痕封存")
        .schedule(schedule)
}

/// The end of the log is kept outside of the database, what could not be sealed at the start is; tokens of old forms go, and
/// files to which nothing refers.
fn schedule(ctx: &Ctx) -> Schedule {
    let (end, old, forms, unused) = (ctx.clone(), ctx.clone(), ctx.clone(), ctx.clone());
    let checkpoint = Entry::new("log.checkpoint", "留存链头", Every::Minutes(1), move || {
        let ctx = end.clone();
        async move { Ok(proof::checkpoint(ctx.db(), ctx.log_place()).await?) }
    });
    let seal = Entry::new("log.seal", "封存尚未封存的内容", Every::Minutes(10), move || {
        let ctx = old.clone();
        async move { Ok(store::log::seals::begin(ctx.db()).await?) }
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
    Schedule::default().with(checkpoint).with(seal).with(forget).with(sweep)
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/system", &MANAGE_SYSTEM, page::show)
        .get("/system/outbox/{name}", &MANAGE_SYSTEM, outbox::mail)
        .post("/system/jobs/{id}/retry", &MANAGE_SYSTEM, actions::retry)
        .post("/system/jobs/{id}/discard", &MANAGE_SYSTEM, actions::discard)
        .post("/system/jobs/{id}/cancel", &MANAGE_SYSTEM, actions::cancel)
        .post("/system/schedule/{key}/run", &MANAGE_SYSTEM, actions::hasten)
        .post("/system/reindex", &MANAGE_SYSTEM, actions::reindex)
}
