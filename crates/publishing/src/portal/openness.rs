//! The platform 政府信息公开 with its five statutory blocks (国办公开办函〔2019〕61号), and the catalogue of what must be published.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    Purpose,
    columns::{self, BLOCKS, CATALOGUE, Fill, GUIDE, REQUESTS, RULES, STATUTORY, Tree, YEARLY_REPORT},
    page::{self as part, Line, Link},
    public::{self, Filter},
};
use duty::Progress;
use kernel::{OrganCode, OrganKind};
use web::{Ctx, PortalShell, Reader, Result, filters, page::portal_page};

use super::catalogue::{ITEMS, items_of};

/// One of the five blocks.
struct Block {
    name: &'static str,
    href: String,
    about: &'static str,
    count: i64,
    fresh: String,
}

/// Organs of a kind.
struct Branch {
    label: &'static str,
    organs: Vec<Link>,
}

#[derive(Template)]
#[template(path = "portal/templates/openness.html")]
struct Platform {
    shell: PortalShell,
    blocks: Vec<Block>,
    branches: Vec<Branch>,
    topics: Vec<Link>,
    latest: Vec<Line>,
    progress: Option<Progress>,
    total: i64,
    month: i64,
    organs: i64,
    office: String,
}

/// `GET /openness`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let db = ctx.db();
    let everything = Filter::default();
    let (tree, counts, total, month) = tokio::try_join!(
        Tree::load(db),
        public::organs(db),
        public::count(db, &everything, i64::MAX - 1),
        public::count_since(db, ctx.today().first_of_month()),
    )?;
    let latest = crate::public::latest(&ctx, &[], 8).await?;
    let interpreted = part::interpreted(&ctx, &[&latest]).await?;
    let progress = super::progress(&ctx).await?;
    let lead = "本县政府信息公开的统一平台：公开指南、公开制度、法定主动公开内容、年报、依申请公开。";
    let branches = branches(&ctx, &counts);
    let shell = part::shell(&ctx, &reader, "政府信息公开", "openness", lead);
    portal_page(&Platform {
        shell,
        blocks: blocks(&ctx, &tree),
        topics: topics(&tree),
        latest: part::lines(&ctx, &latest, &interpreted),
        organs: i64::try_from(branches.iter().map(|branch| branch.organs.len()).sum::<usize>()).unwrap_or(0),
        branches,
        progress,
        total: total.n,
        month,
        office: part::office(&ctx).map(|organ| organ.name).unwrap_or_default(),
    })
}

fn blocks(ctx: &Ctx, tree: &Tree) -> Vec<Block> {
    let block = |about, purpose: &Purpose, page: &str| {
        let column = tree.for_purpose(purpose);
        let fill = column.map(|column| tree.fill(&column.slug)).unwrap_or_default();
        let href = match column {
            _ if !page.is_empty() => page.to_owned(),
            Some(column) => format!("/columns/{}", column.slug),
            // Nobody has said yet which column it is: the catalogue tells what there is.
            None => "/catalogue".to_owned(),
        };
        Block { name: purpose.label, about, href, count: fill.count, fresh: part::freshness(ctx, &fill.newest) }
    };
    vec![
        block("公开什么、到哪里查、怎样申请、联系谁", &GUIDE, ""),
        block("条例和本县的公开制度", &RULES, ""),
        block("条例第二十条十五项，逐项列出在哪个栏目、更新到哪天", &STATUTORY, "/catalogue"),
        block("县政府、各部门、各乡镇的年度报告", &YEARLY_REPORT, "/reports"),
        block("没有公开的信息，可以书面申请，免费", &REQUESTS, "/foi"),
    ]
}

fn branches(ctx: &Ctx, counts: &[public::Fill<OrganCode>]) -> Vec<Branch> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let count_of = |code: &OrganCode| counts.iter().find(|one| one.of == *code).map_or(0, |one| one.count);
    OrganKind::ALL
        .into_iter()
        .map(|kind| Branch {
            label: kind.label(),
            organs: directory
                .all()
                .iter()
                .filter(|organ| organ.kind == kind && organ.exists_on(today))
                .map(|organ| Link::organ(organ, count_of(&organ.code)))
                .collect(),
        })
        .filter(|branch| !branch.organs.is_empty())
        .collect()
}

/// Columns that are none of the blocks, those at the top first.
fn topics(tree: &Tree) -> Vec<Link> {
    let is_block = |purpose: &str| BLOCKS.iter().any(|block| block.code == purpose);
    tree.all().iter().filter(|column| !is_block(&column.purpose)).map(|column| Link::column(tree, column)).collect()
}

/// A column in the catalogue.
struct Held {
    href: String,
    name: String,
    about: String,
    fill: Fill,
    fresh: String,
    basis: String,
}

struct Row {
    number: &'static str,
    name: &'static str,
    asks: &'static str,
    search: &'static str,
    columns: Vec<Held>,
}

#[derive(Template)]
#[template(path = "portal/templates/catalogue.html")]
struct Catalogue {
    shell: PortalShell,
    rows: Vec<Row>,
    base: Vec<Link>,
}

/// `GET /catalogue`
pub(super) async fn catalogue(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let (tree, mut items) = (Tree::load(ctx.db()).await?, columns::items(ctx.db().read()).await?);
    let root = tree.for_purpose(&STATUTORY);
    let statutory = root.map(|column| tree.below(&column.slug)).unwrap_or_default();
    let mut rows: Vec<Row> = ITEMS
        .iter()
        .map(|item| Row {
            number: item.number,
            name: item.name,
            asks: item.asks,
            search: item.search,
            columns: Vec::new(),
        })
        .collect();
    for column in tree.all() {
        if statutory.first() == Some(&column.slug) {
            continue;
        }
        let own = items.remove(&column.slug).unwrap_or_default();
        for at in items_of(column, &own, statutory.contains(&column.slug)) {
            let fill = tree.fill(&column.slug);
            rows[at].columns.push(Held {
                href: format!("/columns/{}", column.slug),
                name: column.name.clone(),
                about: column.description.clone(),
                fresh: part::freshness(&ctx, &fill.newest),
                fill,
                basis: column.basis.clone(),
            });
        }
    }
    let lead = "《中华人民共和国政府信息公开条例》第二十条、第二十一条规定应当主动公开的内容，每一项在哪个栏目、有多少条、更新到哪一天。";
    let base = tree.all_for(&CATALOGUE).map(|column| Link::column(&tree, column)).collect();
    portal_page(&Catalogue {
        shell: part::shell(&ctx, &reader, "法定主动公开内容", "openness", lead), rows, base
    })
}
