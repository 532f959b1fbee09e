//! Enforcement on the work list: what must go because it was revoked, what must be out soon, what came back.

use futures::future::{BoxFuture, ready};
use kernel::{Actor, OrganCode, Staff, may, may_for, time};
use record::permissions::{ENTER_RECORDS, WITHDRAW_RECORDS};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use super::{late, rows, terms};

const GROUP: Group = Group { key: "enforcement", label: "执法公示", place: 24 };
/// Lines of each sort on one work list; where there are more, the pages show them all.
const MOST: i64 = 20;
/// Days before the last one from which a batch is shown.
const AHEAD: i32 = 3;

pub(super) struct Work;

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let actor: Actor = staff.clone().into();
            let organs = ctx.directory().answered_by(&staff.organ, ctx.today());
            let mut items = Vec::new();
            let reach = withdrawing(ctx, &actor);
            if !reach.is_empty() {
                items.extend(to_withdraw(ctx, &reach, "公示信息应当撤回").await?);
            } else if may(&actor, &ENTER_RECORDS).is_ok() {
                let words = "公示信息应当撤回，由机关负责人或者县政务公开办公室撤回";
                items.extend(to_withdraw(ctx, &organs, words).await?);
            }
            if may(&actor, &ENTER_RECORDS).is_ok() {
                items.extend(to_publish(ctx, &organs).await?);
                items.extend(to_mend(ctx, staff, &organs).await?);
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(ready(Ok(Vec::new())))
    }
}

/// The organs whose records this person may take away: the own ones, of the county office all.
fn withdrawing(ctx: &Ctx, actor: &Actor) -> Vec<OrganCode> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let reaches = |code: &OrganCode| may_for(actor, &WITHDRAW_RECORDS, &directory.stands_for(code, today)).is_ok();
    directory.all().iter().map(|organ| organ.code.clone()).filter(reaches).collect()
}

/// What was revoked and is still public: whoever may takes it away, and whoever entered that it was revoked sees that it waits.
async fn to_withdraw(ctx: &Ctx, organs: &[OrganCode], words: &str) -> Result<Vec<DeskItem>> {
    let directory = ctx.directory();
    let open = rows::urgent(ctx.db().read(), organs, MOST).await?;
    let item = |one: rows::Revocation| DeskItem {
        kind: "撤回处罚信息".to_owned(),
        group: GROUP,
        title: format!("决定{}，{words}", one.what.label()),
        href: "/enforcement/revocations?state=open".to_owned(),
        organ: directory.short_name(&one.organ).to_owned(),
        since: time::parse_date(&one.decided_on),
        due: time::parse_date(&one.due_on),
        mine: false,
    };
    Ok(open.into_iter().map(item).collect())
}

/// Batches whose oldest decision must be out within some days, or should be.
async fn to_publish(ctx: &Ctx, organs: &[OrganCode]) -> Result<Vec<DeskItem>> {
    let (terms, today) = (terms::all(ctx).await?, ctx.today());
    let keys: Vec<String> = terms.iter().map(|term| term.item.key.to_string()).collect();
    let mut counted = terms::Counted::default();
    let directory = ctx.directory();
    let mut items = Vec::new();
    for one in rows::waiting(ctx.db().read(), &keys, organs, late::MOST_WAITING).await? {
        let Some(due) = late::due_of(ctx, &terms, &mut counted, &one) else { continue };
        if due.since(today).is_ok_and(|span| span.get_days() > AHEAD) {
            continue;
        }
        items.push(DeskItem {
            kind: "执法决定待公示".to_owned(),
            group: GROUP,
            title: format!("{}（{} 条，{}）", one.title, one.records, one.state.label()),
            href: format!("/records/batches/{}", one.batch),
            organ: directory.short_name(&one.organ).to_owned(),
            since: time::parse_date(&one.decided_on),
            due: Some(due),
            mine: false,
        });
    }
    items.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    Ok(items)
}

async fn to_mend(ctx: &Ctx, staff: &Staff, organs: &[OrganCode]) -> Result<Vec<DeskItem>> {
    let open = rows::returned_open(ctx.db().read(), organs).await?;
    let item = || DeskItem {
        kind: "平台退回数据".to_owned(),
        group: GROUP,
        title: format!("省平台退回 {open} 条许可、处罚数据，待更正后再报"),
        href: "/enforcement/exchange".to_owned(),
        organ: ctx.directory().short_name(&staff.organ).to_owned(),
        since: None,
        due: None,
        mine: false,
    };
    Ok((open > 0).then(item).into_iter().collect())
}
