//! What other organs ask, on the work list of who is asked.

use case::permissions::{DECIDE_CASES, HANDLE_CASES};
use futures::future::BoxFuture;
use kernel::{Actor, Staff, may, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource},
};

use super::store::{self, Sort};
use crate::{cases::GROUP, foi::kind::FOI};

pub(super) struct Work;

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let actor: Actor = staff.clone().into();
            if may(&actor, &HANDLE_CASES).is_err() {
                return Ok(Vec::new());
            }
            let directory = ctx.directory();
            let organs = directory.answered_by(&staff.organ, ctx.today());
            let mut items = Vec::new();
            for joint in store::waiting(ctx, &organs).await? {
                let takes_over = joint.sort() == Sort::HandOver;
                if takes_over && may(&actor, &DECIDE_CASES).is_err() {
                    continue;
                }
                let Some(entry) = case::entry(ctx.db().read(), &joint.case_id).await? else { continue };
                let lead = directory.short_name(&entry.organ).to_owned();
                let asks = if takes_over { "商请接收" } else { "征求意见" };
                items.push(DeskItem {
                    kind: asks.to_owned(),
                    group: GROUP,
                    title: format!("{lead}{asks}：{}", entry.registered(&FOI)),
                    href: format!("/foi/joint/{}", joint.id),
                    organ: directory.short_name(&joint.organ).to_owned(),
                    since: time::parse_date(&joint.asked_on),
                    due: time::parse_date(&joint.due_on),
                    mine: false,
                });
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
