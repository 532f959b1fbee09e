//! An interpretation that is not there when its term is over is told once, by mail, to those who write for the organ and to the
//! competent department; the log says that it was late. What stays owed stays on their work lists.

use std::sync::Arc;

use document::public::Listed;
use jiff::{
    ToSpan,
    civil::{Date, time},
};
use kernel::{Actor, NewEvent, id::SubjectRef};
use serde_json::json;
use store::{Entry, Every, Schedule, jobs::NewJob};
use web::{
    Ctx, Result,
    hooks::Recipients,
    mail::{Mail, SEND},
};

use super::{
    INTERPRETATION, OVERDUE, SUBJECT,
    owed::{expected, owes, policies, write},
    plan::{self, Plan},
};

/// Policies that are looked at: the newest.
const NEWEST: i64 = 300;
/// Days after the term in which it is still worth telling: a program that stood for weeks does not write for each of them.
const CATCH_UP: i32 = 30;

/// Every morning.
pub(super) fn schedule(ctx: &Ctx) -> Schedule {
    let ctx = ctx.clone();
    let entry = Entry::new(
        "interpretation.remind",
        "提醒逾期没有发布的政策解读",
        Every::Daily(time(8, 20, 0, 0)),
        move || {
            let ctx = ctx.clone();
            async move {
                remind(&ctx).await?;
                Ok(())
            }
        },
    );
    Schedule::default().with(entry)
}

/// Tells what is late and was not told; returns how many there were.
///
/// # Errors
/// When the database fails; what was told before stays told.
pub async fn remind(ctx: &Ctx) -> Result<usize> {
    let (found, explained) = policies(ctx, None, "", NEWEST).await?;
    let (today, mut told) = (ctx.today(), 0);
    let first = today.checked_sub(CATCH_UP.days()).unwrap_or(today);
    for policy in found.items.iter().filter(|policy| !explained.contains(&policy.id)) {
        let plan = plan::of(ctx.db().read(), &policy.id).await?;
        if plan.as_ref().is_some_and(Plan::exempted) || !owes(ctx, policy).await? {
            continue;
        }
        let Some(due) = expected(ctx, policy, plan.as_ref()) else { continue };
        if due < today && due >= first && tell(ctx, policy, due).await? {
            told += 1;
        }
    }
    Ok(told)
}

/// Tells one, unless it was told; both in one write.
async fn tell(ctx: &Ctx, policy: &Listed, due: Date) -> Result<bool> {
    let mail = mail(ctx, policy, due).await?;
    let mut tx = ctx.db().write().await?;
    tx.lock("interpretation_overdue").await?;
    let events = store::log::within(&mut tx, &SubjectRef::new(SUBJECT, &policy.id)).await?;
    if events.iter().any(|event| event.kind == OVERDUE.name) {
        return Ok(false);
    }
    let data = json!({ "due_on": due.to_string() });
    tx.append(NewEvent::new(&OVERDUE, &policy.id, &Actor::System).organ(&policy.organ).data(data)).await?;
    if !mail.to.is_empty() {
        tx.enqueue(NewJob::now(SEND, &mail)).await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn mail(ctx: &Ctx, policy: &Listed, due: Date) -> Result<Mail> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let addresses = ctx.one::<Arc<dyn Recipients>>().addresses(ctx, INTERPRETATION.write.roles).await?;
    let mut to = Vec::new();
    for organ in [directory.stands_for(&policy.organ, today), ctx.office_organ()] {
        for address in addresses.get(&organ).into_iter().flatten() {
            if !to.contains(address) {
                to.push(address.clone());
            }
        }
    }
    let organ = directory.short_name(&policy.organ);
    let office = ctx.office_url().to_owned();
    let text = format!(
        "{organ}的《{}》于 {} 公开，解读应在 {due} 前发布，现在还没有。\n\n起草解读：{office}{}\n不用解读的，在解读安排里说明理由：{office}/interpretations/{}\n",
        policy.title,
        policy.published_on,
        write(policy),
        policy.id,
    );
    Ok(Mail { to, subject: format!("政策解读逾期：{}", policy.title), text })
}
