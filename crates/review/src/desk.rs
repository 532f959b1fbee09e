//! Work for people on the work list and in the rail: what waits at their stages, exceptions to be reviewed.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{OrganCode, Role, Staff, may, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group},
};

use crate::{due, permissions, queue, route::Gate, settings::Settings, stranded, subject::Kind};

/// The work of reviewers, whatever kinds of subject there are.
pub(crate) fn source() -> Arc<dyn DeskSource> {
    Arc::new(Reviews)
}

struct Reviews;

/// The organs whose subjects a person decides on; `None` = all.
pub fn organs(ctx: &Ctx, staff: &Staff) -> Option<Vec<OrganCode>> {
    (!staff.central).then(|| ctx.directory().answered_by(&staff.organ, ctx.today()))
}

/// What waits for this person: at the stages of the person's roles, within reach, not the person's own.
pub fn for_person(ctx: &Ctx, kind: &Kind, staff: &Staff) -> queue::Filter {
    let filter = queue::Filter::of(&[kind.kind]).for_person(staff);
    match organs(ctx, staff) {
        Some(organs) => filter.organs(&organs),
        None => filter,
    }
}

/// The exceptions that this person may review as far as the organ goes.
pub fn exceptions_for(ctx: &Ctx, kind: &Kind, staff: &Staff) -> queue::Filter {
    let filter = queue::Filter::of(&[kind.kind]);
    match organs(ctx, staff) {
        Some(organs) => filter.organs(&organs),
        None => filter,
    }
}

/// Whether there are stages that this person may pass at all.
pub fn is_reviewer(ctx: &Ctx, staff: &Staff) -> bool {
    let settings = ctx.settings::<Settings>();
    let of_gates = Gate::ALL.into_iter().flat_map(|gate| gate.permission.roles);
    let of_settings = settings.routes.iter().flat_map(|route| &route.stages).flat_map(|stage| &stage.roles);
    of_gates.chain(of_settings).any(|role| staff.has(*role))
}

impl DeskSource for Reviews {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let mut items = Vec::new();
            for kind in ctx.declared::<Kind>() {
                if is_reviewer(ctx, staff) {
                    items.extend(waiting(ctx, kind, staff).await?);
                }
                if may(&staff.clone().into(), &permissions::REVIEW_EXCEPTIONS).is_ok() {
                    items.extend(exceptions(ctx, kind, staff).await?);
                }
                if staff.central && staff.has(Role::CountyOffice) {
                    items.extend(stranded::for_office(ctx, kind).await?);
                }
                if staff.has(Role::SecurityAdmin) {
                    items.extend(stranded::for_accounts(ctx, kind).await?);
                }
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let mut counts = Vec::new();
            for kind in ctx.declared::<Kind>() {
                if is_reviewer(ctx, staff) {
                    counts.push((kind.list, queue::count(ctx.db(), &for_person(ctx, kind, staff)).await?));
                }
                if may(&staff.clone().into(), &permissions::REVIEW_EXCEPTIONS).is_ok() {
                    let open = queue::unreviewed(ctx.db(), &exceptions_for(ctx, kind, staff), &staff.account).await?;
                    counts.push((kind.exceptions, open));
                }
            }
            Ok(counts)
        })
    }
}

async fn waiting(ctx: &Ctx, kind: &Kind, staff: &Staff) -> Result<Vec<DeskItem>> {
    let lines = queue::waiting(ctx.db(), &for_person(ctx, kind, staff), &staff.account, None, 200).await?;
    let (now, today, directory) = (ctx.seams().now(), ctx.today(), ctx.directory());
    let item = |line: queue::Line| DeskItem {
        kind: format!("审核·{}", line.stage.label),
        group: Group::REVIEW,
        href: (kind.desk)(&line.subject),
        organ: directory.short_name(&line.organ).to_owned(),
        since: Some(time::date_in_china(line.since)),
        due: Some(due(&ctx.calendar(), line.since, line.stage.days, today).on),
        mine: line.claim.is_some_and(|claim| claim.holds(now) && claim.by == staff.account),
        title: line.title,
    };
    Ok(lines.rows.into_iter().map(item).collect())
}

async fn exceptions(ctx: &Ctx, kind: &Kind, staff: &Staff) -> Result<Vec<DeskItem>> {
    // Those to be reviewed stand first.
    let lines = queue::exceptions(ctx.db(), &exceptions_for(ctx, kind, staff), &staff.account, None, 50).await?;
    let (today, directory) = (ctx.today(), ctx.directory());
    let item = |line: queue::ExceptionLine| {
        let since = time::from_db(&line.at);
        DeskItem {
            kind: "紧急发布复核".to_owned(),
            group: Group::REVIEW,
            title: line.title,
            href: kind.exceptions.to_owned(),
            organ: directory.short_name(&line.organ).to_owned(),
            since: since.map(time::date_in_china),
            due: since.map(|since| due(&ctx.calendar(), since, (kind.days)(ctx), today).on),
            mine: false,
        }
    };
    Ok(lines.rows.into_iter().filter(|line| line.other && !line.is_reviewed()).map(item).collect())
}
