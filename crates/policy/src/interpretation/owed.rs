//! Which policies are explained, which still owe it, and that on the work list of those who write it.

use std::collections::HashSet;

use document::{
    Kinds, common,
    public::{self, Cursor, Filter, Listed, Order, Places, Slice},
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{Calendar, OrganCode, Staff, id::DocumentId, may, may_for, time};
use web::{
    Ctx, Result,
    hooks::{self, DeskItem, DeskSource, Group},
    periods::{Period, Periods},
};

use super::{AGREE_EXEMPTION, INTERPRETATION, INTERPRETS, plan, plan::Plan, settings::Obligation};

/// Owed interpretations are no duties of a plan: filtered, they are counted by themselves.
const OWED: Group = Group { key: "interpretation", label: "政策解读", place: 25 };
/// Policies that are looked at: the newest of an organ.
const NEWEST: i64 = 50;

/// The day until which the interpretation of a policy of this day is expected.
pub(super) fn due(ctx: &Ctx, published_on: &str) -> Option<Date> {
    due_by(ctx, published_on, &ctx.calendar())
}

/// The same by another calendar.
fn due_by(ctx: &Ctx, published_on: &str, calendar: &Calendar) -> Option<Date> {
    let published: Date = published_on.parse().ok()?;
    let rule = ctx.settings::<clock::Readings>().apply(&clock::rule::INTERPRETATION_PUBLISH);
    let run = clock::probable(&rule, published, &[], 0, calendar).ok()?;
    Some(run.due().date())
}

/// Whether an interpretation is still expected by the county's rules: nobody explains what is no longer law, or what was public
/// elsewhere and came in as it was.
///
/// # Errors
/// When the database fails.
pub(super) async fn owes(ctx: &Ctx, policy: &Listed) -> Result<bool> {
    if [common::REPEALED, common::LAPSED].contains(&policy.values.get(&common::VALIDITY)) {
        return Ok(false);
    }
    let settings = ctx.settings::<Obligation>();
    // Lists tell only some of the fields.
    let values = match settings.except.is_empty() {
        true => document::Values::default(),
        false => document::rows::values(ctx.db().read(), &policy.edition).await?,
    };
    let holds = settings.holds(policy.kind.key, &policy.column, &values);
    Ok(holds && !crate::import::is_as_it_came(ctx.db().read(), &policy.id).await?)
}

/// The day on which the interpretation is expected: the one that was set, if it is sooner than the term.
pub(super) fn expected(ctx: &Ctx, policy: &Listed, plan: Option<&Plan>) -> Option<Date> {
    let due = due(ctx, &policy.published_on);
    // Before the policy is public nobody can explain it.
    let published: Option<Date> = policy.published_on.parse().ok();
    let set = plan.and_then(Plan::day).filter(|set| published.is_none_or(|published| *set >= published));
    match (due, set) {
        (Some(due), Some(set)) => Some(due.min(set)),
        (due, set) => due.or(set),
    }
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

/// What the competent department sees to among the newest policies: those of organs for which nobody can write, such as the county
/// government itself, and those whose term has gone by.
async fn followed_up(ctx: &Ctx) -> Result<(Vec<Listed>, HashSet<DocumentId>)> {
    let (found, explained) = policies(ctx, None, "", NEWEST).await?;
    let organs: Vec<OrganCode> = found.items.iter().map(|policy| policy.organ.clone()).collect();
    let unreached = hooks::unreached(ctx, &organs, INTERPRETATION.write.roles).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let seen_to = |policy: &Listed| {
        let nobody = unreached.contains(&directory.stands_for(&policy.organ, today));
        nobody || due(ctx, &policy.published_on).is_some_and(|due| due < today)
    };
    Ok((found.items.into_iter().filter(seen_to).collect(), explained))
}

/// Exemptions on which this person may decide.
async fn asked(ctx: &Ctx, staff: &Staff) -> Result<Vec<DeskItem>> {
    if may(&staff.clone().into(), &AGREE_EXEMPTION).is_err() {
        return Ok(Vec::new());
    }
    let directory = ctx.directory();
    let mut items = Vec::new();
    for plan in plan::undecided(ctx.db().read()).await?.into_iter().filter(|plan| plan.asked_by != staff.account) {
        let Some(policy) = document::rows::document(ctx.db().read(), &plan.document_id).await? else { continue };
        let newest = document::rows::editions(ctx.db().read(), &plan.document_id).await?.into_iter().next();
        let Some(newest) = newest else { continue };
        items.push(DeskItem {
            kind: "能否不作解读".to_owned(),
            group: OWED,
            title: format!("{}：{}申请不作解读", newest.shown_title(), plan.asked_name),
            href: format!("/interpretations/{}", plan.document_id),
            organ: directory.short_name(&policy.organ).to_owned(),
            since: time::from_db(&plan.asked_at).map(time::date_in_china),
            due: None,
            mine: false,
        });
    }
    Ok(items)
}

/// Exemptions of the own organ that were refused: whoever writes the policy reads why, and must arrange something else.
async fn refused(ctx: &Ctx, staff: &Staff) -> Result<Vec<DeskItem>> {
    let directory = ctx.directory();
    let mut items = Vec::new();
    for plan in plan::refused(ctx.db().read()).await? {
        let Some(policy) = document::rows::document(ctx.db().read(), &plan.document_id).await? else { continue };
        if policy.was_public() || directory.stands_for(&policy.organ, ctx.today()) != staff.organ {
            continue;
        }
        let newest = document::rows::editions(ctx.db().read(), &plan.document_id).await?.into_iter().next();
        let Some(newest) = newest.filter(|edition| edition.binned_at.is_empty()) else { continue };
        items.push(DeskItem {
            kind: "没有同意不作解读".to_owned(),
            group: OWED,
            title: format!("{}：{}没有同意，{}", newest.shown_title(), plan.decided_name, plan.answer),
            href: format!("/interpretations/{}", plan.document_id),
            organ: directory.short_name(&policy.organ).to_owned(),
            since: time::from_db(&plan.decided_at).map(time::date_in_china),
            due: None,
            mine: false,
        });
    }
    Ok(items)
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
                let (others, also) = followed_up(ctx).await?;
                found.items.extend(others.into_iter().filter(|policy| policy.organ != staff.organ));
                explained.extend(also);
            }
            let (directory, today) = (ctx.directory(), ctx.today());
            let mut items = Vec::new();
            for policy in found.items.iter().filter(|policy| !explained.contains(&policy.id)) {
                if !owes(ctx, policy).await? {
                    continue;
                }
                let plan = plan::of(ctx.db().read(), &policy.id).await?;
                if plan.as_ref().is_some_and(Plan::exempted) {
                    continue;
                }
                let Some(due) = expected(ctx, policy, plan.as_ref()) else { continue };
                let late = if due < today { "（逾期）" } else { "" };
                items.push(DeskItem {
                    kind: format!("政策解读{late}"),
                    group: OWED,
                    title: format!("{}：撰写解读", policy.title),
                    href: write(policy),
                    organ: directory.short_name(&policy.organ).to_owned(),
                    since: policy.published_on.parse().ok(),
                    due: Some(due),
                    mine: false,
                });
            }
            items.extend(refused(ctx, staff).await?);
            items.extend(asked(ctx, staff).await?);
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Periods for Owed {
    fn name(&self) -> &'static str {
        "政策解读"
    }

    fn by<'a>(&'a self, ctx: &'a Ctx, calendar: &'a Calendar) -> BoxFuture<'a, Result<Vec<Period>>> {
        Box::pin(async move {
            let (found, explained) = policies(ctx, None, "", NEWEST).await?;
            let mut all = Vec::new();
            for policy in found.items.iter().filter(|policy| !explained.contains(&policy.id)) {
                if !owes(ctx, policy).await? {
                    continue;
                }
                let Some(due) = due_by(ctx, &policy.published_on, calendar) else { continue };
                let (key, href) = (policy.id.to_string(), format!("/documents/{}", policy.id));
                all.push(Period { key, what: policy.title.clone(), href, due });
            }
            Ok(all)
        })
    }
}
