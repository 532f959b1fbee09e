//! Job `oversight.notify`: organs learn by mail that duties were issued to them or amended.

use std::collections::BTreeSet;

use kernel::OrganCode;
use store::jobs::{Failure, Handlers, NewJob};
use web::{
    Ctx,
    mail::{Mail, SEND},
};

use crate::{
    plans::confirm::{NOTIFY, Notify},
    recipients::addresses,
};

/// Handlers of the jobs of plans.
pub fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().with(NOTIFY, "把任务通知各机关", move |payload: Notify| {
        let ctx = ctx.clone();
        async move { notify(&ctx, payload).await }
    })
}

/// One mail for each organ, to its people who report on duties. A second run adds nothing while the first mails wait.
async fn notify(ctx: &Ctx, payload: Notify) -> Result<(), Failure> {
    let directory = ctx.directory();
    let addresses = addresses(ctx).await.map_err(|error| Failure::Retry(format!("{error:?}")))?;
    let today = ctx.today();
    // Two of the organs may have become one since: it hears of it once.
    let organs: BTreeSet<OrganCode> = payload.organs.iter().map(|organ| directory.stands_for(organ, today)).collect();
    let mut tx = ctx.db().write().await?;
    for code in organs {
        let Some(to) = addresses.get(&code).cloned() else { continue };
        let name = directory.short_name(&code);
        let address = format!("{}/duties?plan={}", ctx.config().server.office_url, payload.plan);
        let (subject, what) = if payload.why == "amended" {
            (
                format!("任务有调整：{}", payload.title),
                "年中调整涉及贵单位的任务。保留任务的进展和佐证都在，请查看变动。",
            )
        } else {
            (format!("新任务：{}", payload.title), "已向贵单位下达任务，请查看期限，并在办理后报送进展和佐证。")
        };
        let text = format!("{name}：\n\n“{}”{what}\n\n查看任务：{address}\n", payload.title);
        let mail = Mail { to, subject, text };
        let key = format!("{}:{}:{code}", payload.plan, payload.why);
        tx.enqueue(NewJob::now(SEND, &mail).dedup(key)).await?;
    }
    tx.commit().await?;
    Ok(())
}
