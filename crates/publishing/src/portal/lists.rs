//! Lists: a column, the library of policies, all documents. Filters stand in the address, so that a list can be passed on.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::OrganCode;
use serde::Deserialize;
use web::{
    Ctx, Error, Pager, PortalShell, Query, Reader, Result, filters,
    page::{portal_page, query_string},
};

use super::{
    frame::{self, Line, Link, Tree},
    queries,
};
use crate::{
    kinds::{Kind, Validity},
    public::{self, Column, Facet, Filter, Order},
};

/// Lines on a page of a list.
const SIZE: i64 = 30;

/// What an address asks for. All text, so that a wrong number is no error page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Words in title or document number.
    pub(super) q: String,
    /// Code of an organ.
    pub(super) organ: String,
    /// Slug of a column.
    pub(super) column: String,
    /// Year of publication.
    pub(super) year: String,
    /// 主题.
    pub(super) topic: String,
    /// Code of a validity.
    pub(super) validity: String,
    /// Code of a kind; `all` for every kind.
    pub(super) kind: String,
    /// `oldest`, `written`; newest first otherwise.
    pub(super) sort: String,
    /// From 1.
    pub(super) page: String,
    /// Rows per page; only the open interface heeds it.
    pub(super) size: String,
}

impl Asked {
    /// The filter, kinds apart.
    pub(super) fn filter(&self) -> Filter {
        Filter {
            columns: Vec::new(),
            organ: (!self.organ.is_empty()).then(|| OrganCode::from(self.organ.as_str())),
            kinds: Kind::from_code(&self.kind).into_iter().collect(),
            year: self.year.trim().parse().ok().filter(|year| (1949..=2199).contains(year)),
            topic: (!self.topic.trim().is_empty()).then(|| self.topic.trim().to_owned()),
            validity: Validity::from_code(&self.validity),
            words: self.q.trim().chars().take(100).collect(),
        }
    }

    /// The filter of the library of policies: policies unless another kind is asked for.
    pub(super) fn policy_filter(&self) -> Filter {
        let mut filter = self.filter();
        if filter.kinds.is_empty() {
            filter.kinds =
                if self.kind == "all" { vec![Kind::Policy, Kind::Interpretation] } else { vec![Kind::Policy] };
        }
        filter.kinds.retain(|kind| matches!(kind, Kind::Policy | Kind::Interpretation));
        if filter.kinds.is_empty() {
            filter.kinds = vec![Kind::Policy];
        }
        filter
    }

    /// The order.
    pub(super) fn order(&self) -> Order {
        match self.sort.as_str() {
            "oldest" => Order::Oldest,
            "written" => Order::Written,
            _ => Order::Newest,
        }
    }

    /// The page, from 1.
    pub(super) fn page(&self) -> i64 {
        self.page.trim().parse().unwrap_or(1_i64).clamp(1, 1_000_000)
    }

    /// The query without the page; one condition may be left out.
    pub(super) fn query(&self, without: &str) -> String {
        let pairs = [
            ("q", self.q.trim()),
            ("organ", self.organ.as_str()),
            ("column", self.column.as_str()),
            ("year", self.year.as_str()),
            ("topic", self.topic.as_str()),
            ("validity", self.validity.as_str()),
            ("kind", self.kind.as_str()),
            ("sort", self.sort.as_str()),
        ];
        query_string(&pairs.into_iter().filter(|(name, _)| *name != without).collect::<Vec<_>>())
    }
}

/// One value of a select or a group of radios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) count: i64,
    pub(super) chosen: bool,
}

/// Choices under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Select {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) choices: Vec<Choice>,
}

fn select(name: &'static str, label: &'static str, chosen: &str, values: Vec<(String, String, i64)>) -> Select {
    let choices = values
        .into_iter()
        .map(|(value, label, count)| Choice { chosen: value == chosen, value, label, count })
        .collect();
    Select { name, label, choices }
}

fn organ_select(ctx: &Ctx, chosen: &str, counts: Vec<(String, i64)>) -> Select {
    let directory = ctx.directory();
    let named = |(code, count): (String, i64)| {
        let name = directory.short_name(&OrganCode::from(code.as_str())).to_owned();
        (code, name, count)
    };
    select("organ", "发布机关", chosen, counts.into_iter().map(named).collect())
}

fn year_select(chosen: &str, years: Vec<(i16, i64)>) -> Select {
    let values = years.into_iter().map(|(year, count)| (year.to_string(), format!("{year} 年"), count)).collect();
    select("year", "公开年份", chosen, values)
}

/// Conditions in force, each with the address that takes it back.
fn chosen(asked: &Asked, path: &str, selects: &[Select]) -> Vec<Link> {
    let mut links = Vec::new();
    let back = |name: &str| format!("{path}?{}", asked.query(name));
    if !asked.q.trim().is_empty() {
        links.push(Link { href: back("q"), label: format!("“{}”", asked.q.trim()), count: 0 });
    }
    for select in selects {
        for choice in select.choices.iter().filter(|choice| choice.chosen) {
            links.push(Link { href: back(select.name), label: choice.label.clone(), count: 0 });
        }
    }
    links
}

#[derive(Template)]
#[template(path = "portal/templates/column.html")]
struct ColumnPage {
    shell: PortalShell,
    column: Column,
    path: String,
    lines: Vec<Line>,
    pager: Pager,
    selects: Vec<Select>,
    chosen: Vec<Link>,
    under: Vec<Link>,
    fresh: String,
    downloads: String,
    organ: String,
    organ_code: String,
    today: String,
}

/// `GET /columns/{slug}`
pub(super) async fn column(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (tree, column) = tokio::try_join!(Tree::load(ctx.db()), public::column(ctx.db(), &slug))?;
    let column = column.ok_or(Error::NotFound)?;
    let mut filter = asked.filter();
    filter.columns = tree.below(&slug);
    let of_column = Filter { columns: filter.columns.clone(), ..Filter::default() };
    let ((listed, total), years, organs) = tokio::try_join!(
        public::list_in(ctx.db(), &filter, asked.order(), asked.page(), SIZE),
        public::years(ctx.db(), &of_column),
        public::facet(ctx.db(), &of_column, Facet::Organ),
    )?;
    let interpreted = queries::interpreted(ctx.db(), &[&listed]).await?;
    let path = format!("/columns/{slug}");
    let selects = vec![year_select(&asked.year, years), organ_select(&ctx, &asked.organ, organs)];
    let pager = Pager::new(asked.page(), total, SIZE, &asked.query("page"));
    let newest = tree.fill(&slug).newest;
    portal_page(&ColumnPage {
        shell: column_shell(&ctx, &reader, &tree, &column, pager.page),
        chosen: chosen(&asked, &path, &selects),
        under: tree.children(&slug).into_iter().map(|under| tree.link(under)).collect(),
        fresh: frame::freshness(&ctx, &newest),
        downloads: asked.query("page"),
        lines: frame::lines(&ctx, &listed, &interpreted),
        organ: organ_name(&ctx, &asked.organ),
        organ_code: asked.organ.clone(),
        today: ctx.today().to_string(),
        column,
        path,
        pager,
        selects,
    })
}

/// Short name of the organ that a list is narrowed to; empty when it is not narrowed or nobody has this code.
fn organ_name(ctx: &Ctx, code: &str) -> String {
    ctx.directory().get(&OrganCode::from(code)).map(|organ| organ.short_name.clone()).unwrap_or_default()
}

fn column_shell(ctx: &Ctx, reader: &Reader, tree: &Tree, column: &Column, page: i64) -> PortalShell {
    let door = frame::column_door(column.kind);
    let (name, href) = frame::door_link(door);
    // Some columns are named like pages (依申请公开): the title says which of the two this is.
    let title = if page > 1 { format!("{}（第 {page} 页）", column.name) } else { column.name.clone() };
    let mut shell = reader.shell(ctx, title, "公开栏目", door).crumb(name, href);
    if let Some(parent) = tree.get(&column.parent) {
        shell = shell.crumb(&parent.name, format!("/columns/{}", parent.slug));
    }
    shell.description = column.description.clone();
    shell.crumb(&column.name, "").column(&column.name, &column.description, &column.keywords, column.kind.label())
}

#[derive(Template)]
#[template(path = "portal/templates/library.html")]
struct Library {
    shell: PortalShell,
    heading: &'static str,
    lead: &'static str,
    path: &'static str,
    asked: Asked,
    kinds: Vec<Choice>,
    selects: Vec<Select>,
    chosen: Vec<Link>,
    lines: Vec<Line>,
    pager: Pager,
    downloads: String,
    sorts: Vec<(&'static str, &'static str, String, bool)>,
}

/// `GET /policies`
pub(super) async fn policies(
    State(ctx): State<Ctx>,
    reader: Reader,
    Query(mut asked): Query<Asked>,
) -> Result<Response> {
    let filter = asked.policy_filter();
    if asked.kind.is_empty() {
        "policy".clone_into(&mut asked.kind);
    }
    let all = [Kind::Policy, Kind::Interpretation];
    let lead = "县政府和各机关制发的政策文件与解读。失效、废止的文件也留在这里，逐件标明有效性。";
    library(&ctx, &reader, asked, filter, &all, ("政策库", lead, "/policies")).await
}

/// `GET /documents`
pub(super) async fn documents(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let filter = asked.filter();
    let lead = "本站公开的全部文件，按公开日期排列。";
    library(&ctx, &reader, asked, filter, Kind::ALL, ("全部公开信息", lead, "/documents")).await
}

async fn library(
    ctx: &Ctx,
    reader: &Reader,
    asked: Asked,
    filter: Filter,
    kinds: &[Kind],
    (heading, lead, path): (&'static str, &'static str, &'static str),
) -> Result<Response> {
    let db = ctx.db();
    // Each facet counts without itself, so that the other values can still be chosen.
    let without = |change: &dyn Fn(&mut Filter)| {
        let mut other = filter.clone();
        change(&mut other);
        other
    };
    let by_organ = without(&|filter| filter.organ = None);
    let by_validity = without(&|filter| filter.validity = None);
    let by_kind = without(&|filter| filter.kinds = kinds.to_vec());
    let ((listed, total), organs, years, topics, validities, kind_counts) = tokio::try_join!(
        public::list_in(db, &filter, asked.order(), asked.page(), SIZE),
        public::facet(db, &by_organ, Facet::Organ),
        public::years(db, &filter),
        public::topics(db, &filter),
        public::facet(db, &by_validity, Facet::Validity),
        public::facet(db, &by_kind, Facet::Kind),
    )?;
    let interpreted = queries::interpreted(db, &[&listed]).await?;
    let topics: Vec<_> = topics.into_iter().take(60).map(|(word, count)| (word.clone(), word, count)).collect();
    let validities: Vec<_> = validities
        .into_iter()
        .filter_map(|(code, count)| Validity::from_code(&code).map(|one| (code, one.label().to_owned(), count)))
        .collect();
    let selects = vec![
        organ_select(ctx, &asked.organ, organs),
        year_select(&asked.year, years),
        select("topic", "主题", &asked.topic, topics),
        select("validity", "有效性", &asked.validity, validities),
    ];
    let pager = Pager::new(asked.page(), total, SIZE, &asked.query("page"));
    let title = if pager.page > 1 { format!("{heading}（第 {} 页）", pager.page) } else { heading.to_owned() };
    let door = if path == "/policies" { "policies" } else { "openness" };
    let mut shell = reader.shell(ctx, title, frame::door_link(door).0, door);
    if door == "openness" {
        shell = shell.crumb("政务公开", "/openness");
    }
    shell.description = lead.to_owned();
    let shell = shell.crumb(heading, "").column(heading, lead, heading, frame::door_link(door).0);
    portal_page(&Library {
        shell,
        heading,
        lead,
        path,
        kinds: kind_choices(&asked, kinds, &kind_counts),
        chosen: chosen(&asked, path, &selects),
        sorts: sorts(&asked, path),
        downloads: asked.query("page"),
        lines: frame::lines(ctx, &listed, &interpreted),
        pager,
        selects,
        asked,
    })
}

fn kind_choices(asked: &Asked, kinds: &[Kind], counts: &[(String, i64)]) -> Vec<Choice> {
    let count_of = |code: &str| counts.iter().find(|(kind, _)| kind == code).map_or(0, |(_, count)| *count);
    let all = counts.iter().map(|(_, count)| count).sum();
    let is_all = asked.kind.is_empty() || asked.kind == "all";
    let mut choices = vec![Choice { value: "all".into(), label: "全部".into(), count: all, chosen: is_all }];
    choices.extend(kinds.iter().filter(|kind| count_of(kind.code()) > 0 || asked.kind == kind.code()).map(|kind| {
        Choice {
            value: kind.code().to_owned(),
            label: kind.label().to_owned(),
            count: count_of(kind.code()),
            chosen: asked.kind == kind.code(),
        }
    }));
    choices
}

fn sorts(asked: &Asked, path: &str) -> Vec<(&'static str, &'static str, String, bool)> {
    [("", "最新公开"), ("written", "成文日期"), ("oldest", "最早公开")]
        .into_iter()
        .map(|(value, label)| {
            let other = Asked { sort: value.to_owned(), ..asked.clone() };
            (value, label, format!("{path}?{}", other.query("page")), asked.sort == value)
        })
        .collect()
}
