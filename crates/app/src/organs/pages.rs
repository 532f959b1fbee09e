//! The directory of organs, and what each of them publishes.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    Kinds, Purpose,
    columns::{BUDGET, Column, FUNCTIONS, GUIDE, RULES, Tree, YEARLY_REPORT},
    page::{self as part, Ended, Line, Link, heat_map},
    public::{self, Fill, Filter, Order, Places},
};
use kernel::{Organ, OrganCode, OrganKind, id::ColumnId};
use record::items::{Standing, Standings};
use serde::Deserialize;
use web::{Ctx, Error, PortalShell, Query, Reader, Result, filters, page::portal_page};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

struct Entry {
    href: String,
    name: String,
    phone: String,
    address: String,
    count: i64,
}

struct Group {
    label: &'static str,
    entries: Vec<Entry>,
}

#[derive(Template)]
#[template(path = "organs/templates/organs.html")]
struct DirectoryPage {
    shell: PortalShell,
    q: String,
    total: usize,
    groups: Vec<Group>,
    former: Vec<Ended>,
}

/// `GET /organs`
pub(super) async fn directory(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let counts = public::organs(ctx.db()).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let q: String = asked.q.trim().chars().take(40).collect();
    let fits = |organ: &&Organ| {
        q.is_empty()
            || organ.name.contains(&q)
            || organ.short_name.contains(&q)
            || organ.aliases.iter().any(|name| name.contains(&q))
    };
    let entry = |organ: &Organ| Entry {
        href: format!("/organs/{}", organ.code),
        name: organ.name.clone(),
        phone: organ.phone.clone(),
        address: organ.address.clone(),
        count: counts.iter().find(|one| one.of == organ.code).map_or(0, |one| one.count),
    };
    let found: Vec<&Organ> = directory.all().iter().filter(fits).collect();
    let groups: Vec<Group> = OrganKind::ALL
        .into_iter()
        .map(|kind| Group {
            label: kind.label(),
            entries: found
                .iter()
                .filter(|organ| organ.kind == kind && organ.exists_on(today))
                .map(|organ| entry(organ))
                .collect(),
        })
        .filter(|group| !group.entries.is_empty())
        .collect();
    let mut former: Vec<Ended> = Vec::new();
    for organ in found.iter().filter(|organ| !organ.exists_on(today)) {
        former.extend(
            part::ended(&ctx, &organ.code).map(|ended| Ended { href: format!("/organs/{}", organ.code), ..ended }),
        );
    }
    let lead = "县政府各机关、乡镇和公共企事业单位的职能、地址、电话、办公时间和公开的信息。";
    portal_page(&DirectoryPage {
        shell: part::shell(&ctx, &reader, "机关名录", "openness", lead),
        total: groups.iter().map(|group| group.entries.len()).sum(),
        q,
        groups,
        former,
    })
}

#[derive(Template)]
#[template(path = "organs/templates/organ.html")]
struct OrganPage {
    shell: PortalShell,
    organ: Organ,
    kind: &'static str,
    parent: Option<Link>,
    under: Vec<Link>,
    /// Organs whose duties it took over: their pages keep what they published.
    before: Vec<Link>,
    ended: Option<Ended>,
    duties: Option<Line>,
    statutory: Vec<Link>,
    /// How much of what it must make public is there; none where it owes nothing.
    covered: Option<Standing>,
    columns: Vec<Link>,
    latest: Vec<Line>,
    total: i64,
    year: i16,
    heat: String,
    months: Vec<(String, u64)>,
    phone: String,
    /// Whom a reader reaches today: the organ, or the one that took over its duties. One organ's telephone beside another's
    /// address leads nowhere.
    reached: Organ,
}

/// `GET /organs/{code}`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader, Path(code): Path<OrganCode>) -> Result<Response> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let organ = directory.get(&code).cloned().ok_or(Error::NotFound)?;
    let db = ctx.db();
    let filter = Filter { organ: Some(organ.code.clone()), ..Filter::default() };
    let all = Kinds::of(&ctx);
    let functions = Filter { kinds: all.for_purpose(&FUNCTIONS), ..filter.clone() };
    let (tree, own, total, days, counts) = tokio::try_join!(
        Tree::load(db),
        public::columns_of(db, &organ.code),
        public::count(db, &filter, i64::MAX - 1),
        public::per_day(db, today.year(), Some(&organ.code)),
        public::organs(db),
    )?;
    let (latest, duties) = tokio::try_join!(
        public::list(db, &all, &filter, Order::Newest, Places::first(10)),
        public::list(db, &all, &functions, Order::Newest, Places::first(1)),
    )?;
    let (latest, mut duties) = (latest.items, duties.items);
    if functions.kinds.is_empty() {
        duties.clear();
    }
    let badges = part::badges(&ctx, &[&latest]).await?;
    let covered = match ctx.declared::<Arc<dyn Standings>>().next() {
        Some(known) => Some(known.standing(&ctx, &organ.code, today.year()).await?),
        None => None,
    };
    let link = |organ: &Organ| Link::organ(organ, 0);
    let in_column = |column: &Column, count: i64| Link {
        href: format!("/columns/{}?organ={}", column.slug, organ.code),
        label: column.name.clone(),
        count,
    };
    let columns = own.iter().filter_map(|one| tree.get(&one.of).map(|column| in_column(column, one.count))).collect();
    let (heat, months) = heat_map(&days, today);
    let lead = format!("{}的职能、联系方式和公开的信息", organ.name);
    let mut shell = reader
        .shell(&ctx, &organ.name, "机关名录", "openness")
        .crumb("政务公开", "/openness")
        .crumb("机关名录", "/organs");
    shell.description = lead.clone();
    let shell =
        shell.crumb(&organ.short_name, "").column(&organ.name, &lead, &organ.short_name, "机构职能").shared(&ctx);
    portal_page(&OrganPage {
        shell,
        kind: organ.sort(),
        parent: organ.parent.as_ref().and_then(|parent| directory.get(parent)).map(link),
        under: directory
            .all()
            .iter()
            .filter(|other| other.parent.as_ref() == Some(&organ.code) && other.exists_on(today))
            .map(link)
            .collect(),
        before: before(&ctx, &organ, &counts),
        ended: part::ended(&ctx, &organ.code),
        duties: part::lines(&ctx, &duties, &badges).pop(),
        statutory: statutory(&tree, &own, &organ),
        covered: covered.filter(|one| one.asked > 0),
        columns,
        latest: part::lines(&ctx, &latest, &badges),
        total: total.n,
        year: today.year(),
        heat,
        months,
        phone: part::phone_of(&ctx, &organ.code),
        reached: directory.current(&organ.code, today).cloned().unwrap_or_else(|| organ.clone()),
        organ,
    })
}

/// The organs that this one followed in a reform (机构改革), with what they published.
fn before(ctx: &Ctx, organ: &Organ, counts: &[Fill<OrganCode>]) -> Vec<Link> {
    let directory = ctx.directory();
    let link = |code: &OrganCode| {
        let count = counts.iter().find(|one| one.of == *code).map_or(0, |one| one.count);
        directory.get(code).map(|organ| Link::organ(organ, count))
    };
    let answered = directory.answered_by(&organ.code, ctx.today());
    answered.iter().filter(|code| **code != organ.code).filter_map(link).collect()
}

/// What everybody looks for on an organ's page, filled or not: guide, rules, report, budget, function.
fn statutory(tree: &Tree, own: &[Fill<ColumnId>], organ: &Organ) -> Vec<Link> {
    const LOOKED_FOR: [&Purpose; 5] = [&GUIDE, &RULES, &YEARLY_REPORT, &BUDGET, &FUNCTIONS];
    let count_of = |slug: &ColumnId| {
        let below = tree.below(slug);
        own.iter().filter(|one| below.contains(&one.of)).map(|one| one.count).sum()
    };
    LOOKED_FOR
        .iter()
        .filter_map(|purpose| tree.for_purpose(purpose))
        .map(|column| Link {
            href: format!("/columns/{}?organ={}", column.slug, organ.code),
            label: column.name.clone(),
            count: count_of(&column.slug),
        })
        .collect()
}
