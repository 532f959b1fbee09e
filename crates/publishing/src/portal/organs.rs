//! The directory of organs, and what each of them publishes.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{Organ, OrganCode, OrganKind};
use serde::Deserialize;
use web::{Ctx, Error, PortalShell, Query, Reader, Result, filters, page::portal_page};

use super::{
    frame::{self, Ended, Line, Link, Tree},
    home, queries,
};
use crate::{
    keeping::kept_by,
    kinds::Kind,
    public::{self, Filter},
};

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
#[template(path = "portal/templates/organs.html")]
struct DirectoryPage {
    shell: PortalShell,
    q: String,
    total: usize,
    groups: Vec<Group>,
    former: Vec<Ended>,
}

/// `GET /organs`
pub(super) async fn directory(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let counts = public::organ_counts(ctx.db()).await?;
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
        count: counts.iter().find(|one| one.organ == organ.code.as_str()).map_or(0, |one| one.count),
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
            frame::ended(&ctx, &organ.code).map(|ended| Ended { href: format!("/organs/{}", organ.code), ..ended }),
        );
    }
    let lead = "县政府各机关、乡镇和公共企事业单位的职能、地址、电话、办公时间和公开的信息。";
    portal_page(&DirectoryPage {
        shell: frame::shell(&ctx, &reader, "机关名录", "openness", lead),
        total: groups.iter().map(|group| group.entries.len()).sum(),
        q,
        groups,
        former,
    })
}

#[derive(Template)]
#[template(path = "portal/templates/organ.html")]
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
    columns: Vec<Link>,
    latest: Vec<Line>,
    total: i64,
    year: i16,
    heat: String,
    months: Vec<(String, u64)>,
    phone: String,
}

/// `GET /organs/{code}`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader, Path(code): Path<String>) -> Result<Response> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let organ = directory.get(&OrganCode::from(code.as_str())).cloned().ok_or(Error::NotFound)?;
    let db = ctx.db();
    let filter = Filter { organ: Some(organ.code.clone()), ..Filter::default() };
    let duties = Filter { kinds: vec![Kind::Institution], ..filter.clone() };
    let (tree, own, (latest, total), (duties, _), days, counts) = tokio::try_join!(
        Tree::load(db),
        queries::columns_of(db, &organ.code),
        public::list(db, &filter, 1, 10),
        public::list(db, &duties, 1, 1),
        public::per_day(db, today.year(), Some(&organ.code)),
        public::organ_counts(db),
    )?;
    let interpreted = queries::interpreted(db, &[&latest]).await?;
    let link =
        |organ: &Organ| Link { href: format!("/organs/{}", organ.code), label: organ.short_name.clone(), count: 0 };
    let in_column = |column: &crate::public::Column, count: i64| Link {
        href: format!("/columns/{}?organ={}", column.slug, organ.code),
        label: column.name.clone(),
        count,
    };
    let columns =
        own.iter().filter_map(|one| tree.get(&one.column).map(|column| in_column(column, one.count))).collect();
    let (heat, months) = home::heat_map(&days, today);
    let lead = format!("{}的职能、联系方式和公开的信息", organ.name);
    let mut shell = reader
        .shell(&ctx, &organ.name, "机关名录", "openness")
        .crumb("政务公开", "/openness")
        .crumb("机关名录", "/organs");
    shell.description = lead.clone();
    let shell = shell.crumb(&organ.short_name, "").column(&organ.name, &lead, &organ.short_name, "机构职能");
    portal_page(&OrganPage {
        shell,
        kind: organ.kind.label(),
        parent: organ.parent.as_ref().and_then(|parent| directory.get(parent)).map(link),
        under: directory
            .all()
            .iter()
            .filter(|other| other.parent.as_ref() == Some(&organ.code) && other.exists_on(today))
            .map(link)
            .collect(),
        before: before(&ctx, &organ, &counts),
        ended: frame::ended(&ctx, &organ.code),
        duties: frame::lines(&ctx, &duties, &interpreted).pop(),
        statutory: statutory(&tree, &own, &organ),
        columns,
        latest: frame::lines(&ctx, &latest, &interpreted),
        total,
        year: today.year(),
        heat,
        months,
        phone: frame::phone_of(&ctx, &organ.code),
        organ,
    })
}

/// The organs that this one followed in a reform (机构改革), with what they published.
fn before(ctx: &Ctx, organ: &Organ, counts: &[public::OrganCount]) -> Vec<Link> {
    let directory = ctx.directory();
    let link = |code: &String| Link {
        href: format!("/organs/{code}"),
        label: directory.short_name(&OrganCode::from(code.as_str())).to_owned(),
        count: counts.iter().find(|one| one.organ == *code).map_or(0, |one| one.count),
    };
    kept_by(ctx, &organ.code).iter().filter(|code| **code != organ.code.0).map(link).collect()
}

/// What everybody looks for on an organ's page, filled or not: guide, rules, report, budget, function.
fn statutory(tree: &Tree, own: &[public::ColumnCount], organ: &Organ) -> Vec<Link> {
    let count_of = |slug: &str| {
        let below = tree.below(slug);
        own.iter().filter(|one| below.contains(&one.column)).map(|one| one.count).sum()
    };
    [&["公开指南"][..], &["公开制度"], &["公开年报", "年报"], &["预决算", "预算"], &["机构职能"]]
        .iter()
        .filter_map(|words| tree.named(words))
        .map(|column| Link {
            href: format!("/columns/{}?organ={}", column.slug, organ.code),
            label: column.name.clone(),
            count: count_of(&column.slug),
        })
        .collect()
}
