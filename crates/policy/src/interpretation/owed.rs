//! Which policies are explained, which still owe it, and that on the work list of those who write it.

use std::collections::HashSet;

use document::{
    Kinds, common,
    public::{self, Cursor, Filter, Listed, Order, Places, Slice},
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{OrganCode, Staff, id::DocumentId, may_for};
use web::{
    Ctx, Result,
    hooks::{self, DeskItem, DeskSource, Group},
};

use super::{INTERPRETATION, INTERPRETS};

/// Owed interpretations are no duties of a plan: filtered, they are counted by themselves.
const OWED: Group = Group { key: "interpretation", label: "政策解读", place: 25 };
/// Policies that are looked at: the newest of an organ.
const NEWEST: i64 = 50;

/// The day until which the interpretation of a policy of this day is expected.
pub(super) fn due(ctx: &Ctx, published_on: &str) -> Option<Date> {
    let published: Date = published_on.parse().ok()?;
    let rule = ctx.settings::<clock::Readings>().apply(&clock::rule::INTERPRETATION_PUBLISH);
    let run = clock::probable(&rule, published, &[], 0, &ctx.calendar()).ok()?;
    Some(run.due().date())
}

/// Whether an interpretation is still expected: nobody explains what is no longer law.
pub(super) fn owes(policy: &Listed) -> bool {
    ![common::REPEALED, common::LAPSED].contains(&policy.values.get(&common::VALIDITY))
}

/// Where an interpretation of this policy is begun.
pub(super) fn write(policy: &Listed) -> String {
    format!("/documents/new?kind={}&{}={}", INTERPRETATION.key, INTERPRETS.key, policy.id)
}

/// Public policies of an organ (`None` = of all), newest first, and which of them have a public interpretation.
pub(super) async fn policies(
    ctx: &Ctx,
    organ: Option<OrganCode>,
    after: &str,
    limit: i64,
) -> Result<(Slice, HashSet<DocumentId>)> {
    let kinds = Kinds::of(ctx);
    let explainable: Vec<_> = INTERPRETS.to.iter().filter_map(|key| kinds.get(key)).collect();
    let filter = Filter { organ, ..Filter::kinds(&explainable) };
    let places = Places::after(Cursor::parse(after), limit);
    let found = public::list(ctx.db(), &kinds, &filter, Order::Newest, places).await?;
    let ids: Vec<&DocumentId> = found.items.iter().map(|policy| &policy.id).collect();
    let explained = public::leading(ctx.db(), &INTERPRETS, &ids).await?.into_iter().collect();
    Ok((found, explained))
}

pub(super) struct Owed;

/// The newest policies of organs for which nobody can write, such as the county government itself: what they owe is the
/// competent department's to see to.
async fn orphaned(ctx: &Ctx) -> Result<(Vec<Listed>, HashSet<DocumentId>)> {
    let (found, explained) = policies(ctx, None, "", NEWEST).await?;
    let organs: Vec<OrganCode> = found.items.iter().map(|policy| policy.organ.clone()).collect();
    let unreached = hooks::unreached(ctx, &organs, INTERPRETATION.write.roles).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let nobody = |policy: &Listed| unreached.contains(&directory.stands_for(&policy.organ, today));
    Ok((found.items.into_iter().filter(nobody).collect(), explained))
}

impl DeskSource for Owed {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let actor = staff.clone().into();
            if may_for(&actor, INTERPRETATION.write, &staff.organ).is_err() {
                return Ok(Vec::new());
            }
            let (mut found, mut explained) = policies(ctx, Some(staff.organ.clone()), "", NEWEST).await?;
            if staff.central {
                let (others, also) = orphaned(ctx).await?;
                found.items.extend(others.into_iter().filter(|policy| policy.organ != staff.organ));
                explained.extend(also);
            }
            let directory = ctx.directory();
            let owed = found.items.iter().filter(|policy| owes(policy) && !explained.contains(&policy.id)).filter_map(
                |policy| {
                    let due = due(ctx, &policy.published_on)?;
                    Some(DeskItem {
                        kind: "政策解读".to_owned(),
                        group: OWED,
                        title: format!("{}：撰写解读", policy.title),
                        href: write(policy),
                        organ: directory.short_name(&policy.organ).to_owned(),
                        since: policy.published_on.parse().ok(),
                        due: Some(due),
                        mine: false,
                    })
                },
            );
            Ok(owed.collect())
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
