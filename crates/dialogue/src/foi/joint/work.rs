//! What other organs ask, on the work list of who is asked.

use case::permissions::{HANDLE_CASES, OVERSEE_CASES};
use futures::future::BoxFuture;
use kernel::{Actor, OrganCode, Staff, may, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource},
};

use super::{
    permission,
    store::{self, Joint, Sort},
};
use crate::{
    cases::{self, GROUP},
    foi::kind::FOI,
};

pub(super) struct Work;

/// A line for a question, under these words; `None` once the case is gone.
async fn item(ctx: &Ctx, joint: &Joint, what: Option<&str>) -> Result<Option<DeskItem>> {
    let Some(entry) = case::entry(ctx.db().read(), &joint.case_id).await? else { return Ok(None) };
    let directory = ctx.directory();
    let lead = directory.short_name(&entry.organ).to_owned();
    let asks = if joint.sort() == Sort::HandOver { "商请接收" } else { "征求意见" };
    Ok(Some(DeskItem {
        kind: what.unwrap_or(asks).to_owned(),
        group: GROUP,
        title: format!("{lead}{asks}：{}", entry.registered(&FOI)),
        href: format!("/foi/joint/{}", joint.id),
        organ: directory.short_name(&joint.organ).to_owned(),
        since: time::parse_date(&joint.asked_on),
        due: time::parse_date(&joint.due_on),
        mine: false,
    }))
}

/// What is asked of organs in which nobody can answer, for those who oversee all organs: they answer in its place, or have it
/// told.
async fn of_nobody(ctx: &Ctx, staff: &Staff, own: &[OrganCode]) -> Result<Vec<DeskItem>> {
    let actor: Actor = staff.clone().into();
    if !staff.central || may(&actor, &OVERSEE_CASES).is_err() {
        return Ok(Vec::new());
    }
    let mut items = Vec::new();
    for sort in [Sort::Opinion, Sort::HandOver] {
        let mut organs = cases::without(ctx, permission(sort)).await?;
        organs.retain(|organ| !own.contains(organ));
        for joint in store::waiting(ctx, &organs).await? {
            if joint.sort() == sort {
                items.extend(item(ctx, &joint, Some("机关没有能答复的账号，请代为答复或通知")).await?);
            }
        }
    }
    Ok(items)
}

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let actor: Actor = staff.clone().into();
            if may(&actor, &HANDLE_CASES).is_err() {
                return Ok(Vec::new());
            }
            let organs = ctx.directory().answered_by(&staff.organ, ctx.today());
            let mut items = Vec::new();
            for joint in store::waiting(ctx, &organs).await? {
                let needed = permission(joint.sort());
                if may(&actor, needed).is_ok() {
                    items.extend(item(ctx, &joint, None).await?);
                } else if cases::without(ctx, needed).await?.contains(&joint.organ) {
                    // Nobody here can, and those who see it know whom to tell.
                    items.extend(item(ctx, &joint, Some("商请接收，本机关没有能答复的账号")).await?);
                }
            }
            items.extend(of_nobody(ctx, staff, &organs).await?);
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
