//! What duties offer the rest of the program: work for people, the progress of the year, what a document is evidence of.

use std::sync::Arc;

use duty::{
    PlanProgress, Progress, desk, evidence,
    model::{OwnerRole, State},
    permissions::{CONFIRM_DUTIES, REPORT_DUTIES},
};
use futures::future::BoxFuture;
use jiff::{SignedDuration, civil::Date};
use kernel::{
    Role, Staff,
    id::{DocumentId, SubjectRef},
    may, may_for, time,
};
use web::{
    Ctx, Result,
    hooks::{Dataset, Datasets, DeskItem, DeskSource, Group, Mapped, Mention, Mentions, OnMap},
};

use crate::{
    duties::{evidence::DOCUMENT, sources},
    permissions::{CLEAR_PLANS, MANAGE_PLANS},
    plans::{amend, clear, revoke, rows},
    portal,
};

/// Duties to report on, evidence to decide on, drafts of plans.
pub(crate) fn desk_source() -> Arc<dyn DeskSource> {
    Arc::new(Desk)
}

/// Which public duties a document shows as done.
pub(crate) fn mentions() -> Arc<dyn Mentions> {
    Arc::new(Uses)
}

/// The plans, on the site map.
pub(crate) fn on_map() -> Arc<dyn OnMap> {
    Arc::new(Year)
}

/// The plans in force, as data.
pub(crate) fn datasets() -> Arc<dyn Datasets> {
    Arc::new(Year)
}

/// The progress of the newest work plan.
pub(crate) fn plan_progress() -> Arc<dyn PlanProgress> {
    Arc::new(Year)
}

struct Desk;

fn day(stored: &str) -> Option<Date> {
    time::from_db(stored).map(time::date_in_china)
}

/// Working days within which the office should decide on evidence: a habit of the house, not law.
const DECIDE_DAYS: u32 = 5;
/// Working days within which a secrecy reviewer should read a plan: a habit of the house, not law.
const CLEAR_DAYS: u32 = 3;

/// Whether the person reports for an organ.
fn reports(staff: &Staff) -> bool {
    may_for(&staff.clone().into(), &REPORT_DUTIES, &staff.organ).is_ok()
}

/// A line without a clock.
fn item(kind: &str, group: Group, title: String, href: String) -> DeskItem {
    DeskItem { kind: kind.to_owned(), group, title, href, organ: String::new(), since: None, due: None, mine: false }
}

/// What the own organ has to do.
async fn own(ctx: &Ctx, staff: &Staff, items: &mut Vec<DeskItem>) -> Result<()> {
    let directory = ctx.directory();
    let organs = directory.answered_by(&staff.organ, ctx.today());
    let rows = desk::of_organs(ctx.db(), &organs, ctx.today()).await?;
    // Places of different plans bear the same labels.
    let several = rows.windows(2).any(|pair| pair[0].source_title != pair[1].source_title);
    for row in rows {
        let kind = match (row.state, row.reminded, row.role) {
            (State::Returned, _, _) => "任务·退回",
            (_, Some(_), _) => "任务·提醒",
            (_, None, OwnerRole::Support) => "任务·配合",
            _ => "任务",
        };
        let reminded = row.reminded.map(|day| format!("（{day} 提醒过）")).unwrap_or_default();
        let words = web::filters::shortened(&row.text, 70);
        let why = row.returned.as_deref().filter(|why| !why.is_empty());
        let why = why.map(|why| format!("——退回理由：{}", web::filters::shortened(why, 80))).unwrap_or_default();
        let of = if several { format!("（{}）", row.source_title) } else { String::new() };
        let title = duty::place::headed(&row.place_label, &format!("{words}{of}{reminded}{why}"));
        let group = if row.returned.is_some() { Group::RETURNED } else { Group::DUTY };
        // After a reform the organ that answers is named, as on the board.
        let organ = directory.stands_for(&row.organ, ctx.today());
        items.push(DeskItem {
            organ: directory.short_name(&organ).to_owned(),
            since: row.since,
            due: row.due,
            ..item(kind, group, title, format!("/duties/{}", row.duty))
        });
    }
    let more = desk::count_open(ctx.db(), &organs, ctx.today()).await?
        - i64::try_from(desk::MOST_OF_ORGAN).unwrap_or(i64::MAX);
    if more > 0 {
        let title = format!("还有 {more} 项任务，请在任务台账查看");
        items.push(item("任务", Group::DUTY, title, "/duties?state=open".to_owned()));
    }
    Ok(())
}

/// What waits for the office: further fields to be accepted, evidence to be decided on.
async fn decisions(ctx: &Ctx, items: &mut Vec<DeskItem>) -> Result<()> {
    let short = |text: &str| web::filters::shortened(text, 70);
    for row in desk::filled_in(ctx.db()).await? {
        let title = format!("办理情况待采纳：{}", short(&row.text));
        items.push(item("任务·采纳", Group::DUTY, title, format!("/duties/{}", row.id)));
    }
    let unreached = super::unreached(ctx).await?;
    if !unreached.is_empty() {
        let who = super::named(ctx, &unreached, 5);
        let title = format!("{who}有任务，但没有人能登录报送，请安全管理员为它们建立账号");
        items.push(item("任务·无人接收", Group::SYSTEM, title, "/duties?state=open&group=organ".to_owned()));
    }
    let (directory, calendar) = (ctx.directory(), ctx.calendar());
    for row in desk::waiting(ctx.db()).await? {
        let since = day(&row.since);
        let href = format!("/duties/{}#a-{}", row.duty, row.share);
        items.push(DeskItem {
            organ: directory.short_name(&directory.stands_for(&row.organ, ctx.today())).to_owned(),
            since,
            due: since.and_then(|since| calendar.after_working_days(since, DECIDE_DAYS).ok()),
            ..item("任务·确认佐证", Group::DUTY, short(&row.text), href)
        });
    }
    Ok(())
}

/// Drafts of plans that wait to be issued, and requests to revoke one that wait for another person than the one who asked.
async fn drafts(ctx: &Ctx, staff: &Staff, items: &mut Vec<DeskItem>) -> Result<()> {
    for asked in revoke::waiting(ctx.db().read()).await? {
        if asked.requested_by != staff.account.as_str() {
            let what =
                if asked.gives_way_to.as_str().is_empty() { "申请撤销" } else { "申请由新的计划替代" };
            let title = format!("{}：{what}，待确认", asked.title);
            let since = day(&asked.requested_at);
            let href = format!("/plans/{}", asked.plan);
            items.push(DeskItem { since, ..item("计划撤销", Group::DUTY, title, href) });
        }
    }
    // Who asked is told for a week, on the work list too: mail is not read by everybody.
    let week = time::to_db(ctx.seams().now() - SignedDuration::from_hours(24 * 7));
    for told in revoke::refused_to(ctx.db().read(), &staff.account, &week).await? {
        let title = format!("{}：{}不同意撤销，计划照常执行", told.title, told.decided_by_name);
        let href = format!("/plans/{}", told.plan);
        items.push(DeskItem { since: day(&told.decided_at), ..item("计划撤销", Group::RETURNED, title, href) });
    }
    for draft in rows::drafts(ctx.db()).await? {
        let (group, what, page) = match clear::of_draft(ctx.db(), &draft.id).await? {
            clear::State::Returned(_) => (Group::RETURNED, "保密审查退回，改好后重新送审", "confirm"),
            clear::State::Asked(_) => (Group::DRAFT, "等待保密审查", "confirm"),
            clear::State::Passed(_) => (Group::DRAFT, "保密审查通过，可以下达", "confirm"),
            clear::State::Open(Some(_)) => (Group::DRAFT, "送审后又有改动，须重新送保密审查", "confirm"),
            clear::State::Open(None) => (Group::DRAFT, "核对后下达", "draft"),
        };
        items.push(DeskItem {
            organ: ctx.directory().short_name(&ctx.office_organ()).to_owned(),
            since: day(&draft.created_at),
            ..item("计划草稿", group, format!("{}：{what}", draft.title), format!("/plans/{}/{page}", draft.id))
        });
    }
    for row in amend::prepared(ctx.db()).await? {
        let seen = clear::Seen::amended(&row.amendment);
        let (group, what) = match clear::state(ctx.db().read(), &row.amendment.plan, &seen).await? {
            clear::State::Returned(_) => (Group::RETURNED, "保密审查退回，改好后重新送审"),
            clear::State::Asked(_) => (Group::DRAFT, "等待保密审查"),
            clear::State::Passed(_) => (Group::DRAFT, "保密审查通过，可以执行"),
            clear::State::Open(Some(_)) => (Group::DRAFT, "送审后又有改动，须重新送保密审查"),
            clear::State::Open(None) => (Group::DRAFT, "核对后送保密审查"),
        };
        let href = format!("/plans/{}/amend/{}", row.amendment.plan, row.amendment.id);
        items.push(DeskItem {
            organ: ctx.directory().short_name(&ctx.office_organ()).to_owned(),
            since: day(&row.amendment.created_at),
            ..item("年中调整", group, format!("{}：{what}", row.title), href)
        });
    }
    Ok(())
}

/// Texts of plans that wait for a secrecy reviewer while there is none: for whoever makes accounts.
async fn without_reviewer(ctx: &Ctx, items: &mut Vec<DeskItem>) -> Result<()> {
    let waiting = clear::waiting(ctx.db()).await?;
    let Some(first) = waiting.first() else { return Ok(()) };
    if clear::reviewers(ctx).await?.is_empty() {
        let office = ctx.directory().short_name(&ctx.office_organ()).to_owned();
        let title = format!("{office}没有保密审查员账号，{} 份计划送审后没有人能审查，请建立账号", waiting.len());
        let since = day(&first.asked_at);
        items
            .push(DeskItem { since, ..item("计划·无人审查", Group::SYSTEM, title, "/accounts/new".to_owned()) });
    }
    Ok(())
}

/// Texts of plans that wait for the secrecy reviewer.
async fn clearances(ctx: &Ctx, items: &mut Vec<DeskItem>) -> Result<()> {
    let calendar = ctx.calendar();
    for asked in clear::waiting(ctx.db()).await? {
        let since = day(&asked.asked_at);
        let (kind, end) = match asked.amendment.as_str() {
            "" => ("审核·计划保密审查", String::new()),
            id => ("审核·年中调整保密审查", format!("?amendment={id}")),
        };
        items.push(DeskItem {
            organ: ctx.directory().short_name(&ctx.office_organ()).to_owned(),
            since,
            due: since.and_then(|since| calendar.after_working_days(since, CLEAR_DAYS).ok()),
            ..item(kind, Group::REVIEW, asked.title, format!("/plans/{}/clearance{end}", asked.plan))
        });
    }
    Ok(())
}

impl DeskSource for Desk {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let actor = staff.clone().into();
            let mut items = Vec::new();
            if reports(staff) {
                own(ctx, staff, &mut items).await?;
            }
            if may(&actor, &CONFIRM_DUTIES).is_ok() {
                decisions(ctx, &mut items).await?;
            }
            if may(&actor, &MANAGE_PLANS).is_ok() {
                drafts(ctx, staff, &mut items).await?;
            }
            if may_for(&actor, &CLEAR_PLANS, &ctx.office_organ()).is_ok() {
                clearances(ctx, &mut items).await?;
            }
            if staff.has(Role::SecurityAdmin) {
                without_reviewer(ctx, &mut items).await?;
            }
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let actor = staff.clone().into();
            let (mut duties, mut counts) = (0, Vec::new());
            if reports(staff) {
                let organs = ctx.directory().answered_by(&staff.organ, ctx.today());
                duties += desk::count_of_organs(ctx.db(), &organs, ctx.today()).await?;
            }
            if may(&actor, &CONFIRM_DUTIES).is_ok() {
                duties += desk::count_waiting(ctx.db()).await?;
            }
            counts.push(("/duties", duties));
            if may(&actor, &MANAGE_PLANS).is_ok() {
                counts.push(("/plans", rows::count_drafts(ctx.db()).await?));
            }
            Ok(counts)
        })
    }
}

struct Uses;

impl Mentions for Uses {
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a DocumentId) -> BoxFuture<'a, Result<Vec<Mention>>> {
        Box::pin(async move {
            let sources = sources(ctx);
            let mut uses = evidence::uses(ctx.db(), &SubjectRef::new(DOCUMENT, document)).await?;
            // What was issued by mistake was never owed: nothing fulfils it.
            let revoked = rows::revoked(ctx.db()).await?;
            uses.retain(|row| !revoked.iter().any(|id| id.as_str() == row.source.id));
            let shown = uses.into_iter().filter_map(|row| {
                let href = sources.keeper(&row.source.kind)?.public_path(&row.source, &row.place)?;
                let place = duty::place::headed(&row.place_label, &row.place_title);
                let label = format!("{} {place}", row.title).trim().to_owned();
                Some(Mention { heading: "落实了哪项任务", label, href })
            });
            Ok(shown.collect())
        })
    }
}

struct Year;

impl PlanProgress for Year {
    fn current<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<Progress>>> {
        Box::pin(async move { portal::current_progress(ctx).await })
    }
}

impl Datasets for Year {
    fn all<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Dataset>>> {
        Box::pin(async move { portal::datasets(ctx).await })
    }
}

impl OnMap for Year {
    fn pages<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>> {
        Box::pin(async move { portal::on_map(ctx).await })
    }
}
