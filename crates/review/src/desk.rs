//! Work for people on the work list and in the rail: what waits at their stages, exceptions to be reviewed.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{OrganCode, Role, Staff, may, time};
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, Group, Recipients},
};

use crate::{due, permissions, queue, route::Gate, set, settings::Settings, stand_in, stranded, subject::Kind};

/// The work of reviewers, whatever kinds of subject there are.
pub(crate) fn source() -> Arc<dyn DeskSource> {
    Arc::new(Reviews)
}

struct Reviews;

/// The organs whose subjects a person decides on; `None` = all.
pub fn organs(ctx: &Ctx, staff: &Staff) -> Option<Vec<OrganCode>> {
    (!staff.central).then(|| ctx.directory().answered_by(&staff.organ, ctx.today()))
}

/// What waits for this person: at the stages of the person's roles, within reach, not the person's own; also what names somebody
/// for whom the person stands in.
///
/// # Errors
/// When the database fails.
pub async fn for_person(ctx: &Ctx, kind: &Kind, staff: &Staff) -> Result<queue::Filter> {
    let away = away_of(ctx, staff).await?;
    let own = ctx.directory().answered_by(&staff.organ, ctx.today());
    let names = std::iter::once(&staff.account).chain(away.iter().map(|one| &one.account)).cloned().collect();
    let filter = queue::Filter::of(&[kind.kind]).for_person(staff).naming(names).open_to(staff.central, own);
    Ok(match organs(ctx, staff) {
        Some(organs) => filter.organs(&organs),
        None => filter,
    })
}

/// Those for whom this person decides today, besides in the own name.
///
/// # Errors
/// When the database fails.
pub async fn away_of(ctx: &Ctx, staff: &Staff) -> Result<Vec<Staff>> {
    let mut found = Vec::new();
    for one in stand_in::away_of(ctx.db().read(), staff, ctx.today()).await? {
        found.extend(still(ctx, one).await?);
    }
    Ok(found)
}

/// Somebody who is away as the accounts say today: with those of the roles that the person still holds in that organ; `None`
/// where the account is in use no more or holds none of them.
///
/// # Errors
/// When the database fails.
pub async fn still(ctx: &Ctx, away: Staff) -> Result<Option<Staff>> {
    let Some(recipients) = ctx.declared::<Arc<dyn Recipients>>().next() else { return Ok(Some(away)) };
    let mut roles = Vec::new();
    for role in &away.roles {
        let people = recipients.people(ctx, &[*role]).await?;
        if people.iter().any(|one| one.account == away.account && one.organ == away.organ) {
            roles.push(*role);
        }
    }
    Ok(if roles.is_empty() { None } else { Some(Staff { roles, ..away }) })
}

/// In whose name a stand-in would decide on a line: the one whom its stage names or who has it in hand; else the first of those
/// who are away and hold a role of its stage.
pub fn in_name_of<'a>(away: &'a [Staff], line: &queue::Line) -> Option<&'a Staff> {
    let named = line.stage.person.as_ref().map(|named| &named.account);
    let holder = line.claim.as_ref().map(|claim| &claim.by);
    let theirs = away.iter().find(|one| [named, holder].contains(&Some(&one.account)));
    theirs.or_else(|| away.iter().find(|one| named.is_none() && line.stage.is_for(one)))
}

/// The roles that pass stages: of the gates, of the configuration, of what the office has set.
///
/// # Errors
/// When the database fails.
pub async fn passing_roles(ctx: &Ctx) -> Result<Vec<Role>> {
    let settings = ctx.settings::<Settings>();
    let mut roles: Vec<Role> = Gate::ALL.into_iter().flat_map(|gate| gate.permission.roles.iter().copied()).collect();
    roles.extend(settings.routes.iter().flat_map(|route| &route.stages).flat_map(|stage| stage.roles.iter().copied()));
    for kind in ctx.declared::<Kind>() {
        for set in set::all(ctx.db().read(), kind.kind).await? {
            roles.extend(set.route.stages().iter().flat_map(|stage| stage.roles.iter().copied()));
        }
    }
    let mut known = Vec::new();
    for role in roles {
        if !known.contains(&role) {
            known.push(role);
        }
    }
    Ok(known)
}

/// The exceptions that this person may review as far as the organ goes.
pub fn exceptions_for(ctx: &Ctx, kind: &Kind, staff: &Staff) -> queue::Filter {
    let filter = queue::Filter::of(&[kind.kind]);
    match organs(ctx, staff) {
        Some(organs) => filter.organs(&organs),
        None => filter,
    }
}

/// Whether there are stages that this person may pass at all: of the gates, of the configuration, or where something waits now.
///
/// # Errors
/// When the database fails.
pub async fn is_reviewer(ctx: &Ctx, staff: &Staff) -> Result<bool> {
    let settings = ctx.settings::<Settings>();
    let of_gates = Gate::ALL.into_iter().flat_map(|gate| gate.permission.roles);
    let of_settings = settings.routes.iter().flat_map(|route| &route.stages).flat_map(|stage| &stage.roles);
    if of_gates.chain(of_settings).any(|role| staff.has(*role)) {
        return Ok(true);
    }
    Ok(queue::waits_for_a_role_of(ctx.db(), staff).await?)
}

impl DeskSource for Reviews {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let mut items = Vec::new();
            for kind in ctx.declared::<Kind>() {
                if is_reviewer(ctx, staff).await? {
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
                if is_reviewer(ctx, staff).await? {
                    let filter = for_person(ctx, kind, staff).await?;
                    counts.push((kind.list, queue::count(ctx.db(), &filter).await?));
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
    let filter = for_person(ctx, kind, staff).await?;
    let lines = queue::waiting(ctx.db(), &filter, &staff.account, None, 200).await?;
    let away = away_of(ctx, staff).await?;
    // Both of them see it until one has decided.
    let deputy = stand_in::deputy_of(ctx.db().read(), &staff.account, ctx.today()).await?;
    let (now, today, directory) = (ctx.seams().now(), ctx.today(), ctx.directory());
    let item = |line: queue::Line| DeskItem {
        kind: match in_name_of(&away, &line) {
            Some(away) => format!("审核·{}（代 {}）", line.stage.label, away.name),
            None => match &deputy {
                Some(one) => format!("审核·{}（{}代办中）", line.stage.label, one.deputy_name),
                None => format!("审核·{}", line.stage.label),
            },
        },
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
