//! The platform 政府信息公开 with its five statutory blocks (国办公开办函〔2019〕61号), and the catalogue of what must be published.

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::OrganKind;
use web::{Ctx, PortalShell, Reader, Result, filters, hooks::Progress, page::portal_page};

use super::{
    catalogue::{ITEMS, items_of},
    frame::{self, Fill, Line, Link, Tree},
    queries,
};
use crate::public::{self, Filter};

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
    let (tree, counts, latest, total, month) = tokio::try_join!(
        Tree::load(db),
        public::organ_counts(db),
        public::latest(db, &[], 8),
        everything.count(db),
        public::count_since(db, ctx.today().first_of_month()),
    )?;
    let interpreted = queries::interpreted(db, &[&latest]).await?;
    let progress = match &ctx.hooks().progress {
        Some(progress) => progress.current(&ctx).await?,
        None => None,
    };
    let lead = "本县政府信息公开的统一平台：公开指南、公开制度、法定主动公开内容、年报、依申请公开。";
    let branches = branches(&ctx, &counts);
    let shell = frame::shell(&ctx, &reader, "政府信息公开", "openness", lead);
    portal_page(&Platform {
        shell,
        blocks: blocks(&ctx, &tree),
        topics: topics(&tree),
        latest: frame::lines(&ctx, &latest, &interpreted),
        organs: i64::try_from(branches.iter().map(|branch| branch.organs.len()).sum::<usize>()).unwrap_or(0),
        branches,
        progress,
        total,
        month,
        office: frame::office(&ctx).map(|organ| organ.name).unwrap_or_default(),
    })
}

fn blocks(ctx: &Ctx, tree: &Tree) -> Vec<Block> {
    let column = |words: &[&str]| tree.named(words);
    let block = |name, about, words: &[&str], href: &str| {
        let column = column(words);
        let fill = column.map(|column| tree.fill(&column.slug)).unwrap_or_default();
        Block {
            name,
            about,
            href: if href.is_empty() {
                column.map_or("/foi".to_owned(), |column| format!("/columns/{}", column.slug))
            } else {
                href.to_owned()
            },
            count: fill.count,
            fresh: frame::freshness(ctx, &fill.newest),
        }
    };
    vec![
        block("政府信息公开指南", "公开什么、到哪里查、怎样申请、联系谁", &["公开指南"], ""),
        block("政府信息公开制度", "条例和本县的公开制度", &["公开制度"], ""),
        block(
            "法定主动公开内容",
            "条例第二十条十五项，逐项列出在哪个栏目、更新到哪天",
            &["法定主动公开"],
            "/catalogue",
        ),
        block("政府信息公开年报", "县政府、各部门、各乡镇的年度报告", &["公开年报", "年度报告", "年报"], "/reports"),
        block("依申请公开", "没有公开的信息，可以书面申请，免费", &["依申请公开"], "/foi"),
    ]
}

fn branches(ctx: &Ctx, counts: &[public::OrganCount]) -> Vec<Branch> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let count_of = |code: &str| counts.iter().find(|one| one.organ == code).map_or(0, |one| one.count);
    OrganKind::ALL
        .into_iter()
        .map(|kind| Branch {
            label: kind.label(),
            organs: directory
                .all()
                .iter()
                .filter(|organ| organ.kind == kind && organ.exists_on(today))
                .map(|organ| Link {
                    href: format!("/organs/{}", organ.code),
                    label: organ.short_name.clone(),
                    count: count_of(organ.code.as_str()),
                })
                .collect(),
        })
        .filter(|branch| !branch.organs.is_empty())
        .collect()
}

/// Columns that are none of the blocks, those at the top first.
fn topics(tree: &Tree) -> Vec<Link> {
    let block = ["公开指南", "公开制度", "法定主动公开", "公开年报", "依申请公开"];
    let is_block = |name: &str| block.iter().any(|word| name.contains(word));
    tree.all().iter().filter(|column| !is_block(&column.name)).map(|column| tree.link(column)).collect()
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
    let tree = Tree::load(ctx.db()).await?;
    let statutory: Vec<String> =
        tree.named(&["法定主动公开"]).map(|column| tree.below(&column.slug)).unwrap_or_default();
    let mut rows: Vec<Row> = ITEMS
        .iter()
        .map(|item| Row {
            number: item.number,
            name: item.name,
            asks: item.asks,
            search: item.search(),
            columns: Vec::new(),
        })
        .collect();
    for column in tree.all() {
        let inside = statutory.iter().skip(1).any(|slug| *slug == column.slug);
        let root = statutory.first() == Some(&column.slug);
        if root {
            continue;
        }
        for at in items_of(column, inside) {
            let fill = tree.fill(&column.slug);
            rows[at].columns.push(Held {
                href: format!("/columns/{}", column.slug),
                name: column.name.clone(),
                about: column.description.clone(),
                fresh: frame::freshness(&ctx, &fill.newest),
                fill,
                basis: column.basis.clone(),
            });
        }
    }
    let lead = "《中华人民共和国政府信息公开条例》第二十条、第二十一条规定应当主动公开的内容，每一项在哪个栏目、有多少条、更新到哪一天。";
    let base =
        tree.all().iter().filter(|column| column.name.contains("基本目录")).map(|column| tree.link(column)).collect();
    portal_page(&Catalogue {
        shell: frame::shell(&ctx, &reader, "法定主动公开内容", "openness", lead), rows, base
    })
}
