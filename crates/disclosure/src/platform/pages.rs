//! One page: the blocks, who publishes, what is new, how far the plan of the year has come.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    Kinds, Purpose,
    columns::{BLOCKS, GUIDE, REQUESTS, RULES, STATUTORY, Tree, YEARLY_REPORT},
    page::{self as part, Line, Link},
    public::{self, Filter},
};
use duty::{PlanProgress, Progress};
use kernel::{OrganCode, OrganKind};
use web::{Ctx, PortalShell, Reader, Result, filters, page::portal_page};

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
#[template(path = "platform/templates/openness.html")]
struct Platform {
    shell: PortalShell,
    blocks: Vec<Block>,
    branches: Vec<Branch>,
    /// Organs that are no more and have published something: without them the numbers do not add up.
    former: Vec<Link>,
    topics: Vec<Link>,
    latest: Vec<Line>,
    progress: Option<Progress>,
    total: i64,
    month: i64,
    organs: i64,
    office: String,
}

/// `GET /openness`
pub(super) async fn platform(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let db = ctx.db();
    let everything = Filter::default();
    let (tree, counts, total, month) = tokio::try_join!(
        Tree::load(db),
        public::organs(db),
        public::count(db, &everything, i64::MAX - 1),
        public::count_since(db, ctx.today().first_of_month()),
    )?;
    let latest = public::latest(db, &Kinds::of(&ctx), &[], 8).await?;
    let badges = part::badges(&ctx, &[&latest]).await?;
    let progress = match ctx.declared::<Arc<dyn PlanProgress>>().next() {
        Some(plan) => plan.current(&ctx).await?,
        None => None,
    };
    let lead = "本县政府信息公开的统一平台：公开指南、公开制度、法定主动公开内容、年报、依申请公开。";
    let branches = branches(&ctx, &counts);
    let shell = part::shell(&ctx, &reader, "政府信息公开", "openness", lead);
    portal_page(&Platform {
        shell,
        blocks: blocks(&ctx, &tree),
        topics: topics(&tree),
        latest: part::lines(&ctx, &latest, &badges),
        organs: i64::try_from(branches.iter().map(|branch| branch.organs.len()).sum::<usize>()).unwrap_or(0),
        former: former(&ctx, &counts),
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
        block("没有公开的信息，可以网上或者书面申请，一般不收费", &REQUESTS, "/foi"),
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

/// Organs that do not exist today, with what they published.
fn former(ctx: &Ctx, counts: &[public::Fill<OrganCode>]) -> Vec<Link> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let ended = counts.iter().filter_map(|one| Some((directory.get(&one.of)?, one.count)));
    ended.filter(|(organ, count)| *count > 0 && !organ.exists_on(today)).map(|(o, n)| Link::organ(o, n)).collect()
}

/// Columns that are none of the blocks, those at the top first.
fn topics(tree: &Tree) -> Vec<Link> {
    let is_block = |purpose: &str| BLOCKS.iter().any(|block| block.code == purpose);
    tree.all().iter().filter(|column| !is_block(&column.purpose)).map(|column| Link::column(tree, column)).collect()
}
