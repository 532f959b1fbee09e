//! Lists: a column, the library of policies, all documents. Filters stand in the address, so that a list can be passed on.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use document::{
    Facet, Kind, Kinds, Shape,
    columns::{Column, Tree, column as column_of},
    page::{self as part, Line, Link},
    public::{self, Cursor, Filter, Order, Overview, Places, Total},
};
use kernel::{OrganCode, id::ColumnId};
use web::{
    Ctx, Error, Pager, PortalShell, Query, Reader, Result,
    doors::{self, Door},
    filters,
    page::{portal_page, query_string},
};

use super::{
    as_of,
    library::{self, ArticleLine},
};

/// Lines on a page of a list.
pub(super) const SIZE: i64 = 30;
/// Lines that are counted beyond those of the pages before, where counting takes reading.
const COUNTED: i64 = 500;
/// Values of a field that a select offers.
const OFFERED: usize = 60;

/// What an address asks for. All text, so that a wrong number is no error page.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Words in title or document number.
    pub(super) q: String,
    /// Code of an organ.
    pub(super) organ: String,
    /// Slug of a column.
    pub(super) column: String,
    /// Year of publication.
    pub(super) year: String,
    /// Key of a kind; `all` for every kind.
    pub(super) kind: String,
    /// `oldest`, `written`; newest first otherwise.
    pub(super) sort: String,
    /// From 1.
    page: String,
    /// The line after which the list goes on.
    after: String,
    /// The day as of which the library is shown; empty = today.
    pub(super) on: String,
    /// What was typed for the day where it is none, and what is said of it.
    pub(super) typed: String,
    pub(super) wrong: String,
    /// Values of counted fields, by the field's name in addresses.
    fields: BTreeMap<&'static str, String>,
}

/// What a query holds, in order.
pub(super) type Pairs = Vec<(String, String)>;

impl Asked {
    /// Reads a query.
    pub(super) fn read(kinds: &Kinds, pairs: Pairs) -> Self {
        let mut asked = Self::default();
        let facets = counted(kinds);
        for (key, value) in pairs {
            if key == "on" && !asked.on.is_empty() {
                // Of two days neither is meant: together they are none, and the page says so.
                asked.on.push('、');
                asked.on.extend(value.trim().chars().take(20));
                continue;
            }
            let place = match key.as_str() {
                "q" => &mut asked.q,
                "organ" => &mut asked.organ,
                "column" => &mut asked.column,
                "year" => &mut asked.year,
                "kind" => &mut asked.kind,
                "sort" => &mut asked.sort,
                "page" => &mut asked.page,
                "after" => &mut asked.after,
                "on" => &mut asked.on,
                other => match facets.iter().find(|facet| facet.asked == other) {
                    Some(facet) => asked.fields.entry(facet.asked).or_default(),
                    None => continue,
                },
            };
            *place = value.trim().chars().take(100).collect();
        }
        asked
    }

    pub(super) fn field(&self, facet: &Facet) -> &str {
        self.fields.get(facet.asked).map_or("", String::as_str)
    }

    /// The filter, kinds apart.
    pub(super) fn filter(&self, kinds: &Kinds) -> Filter {
        let value = |facet: &&'static Facet| {
            let value = facet.shape.read(self.field(facet)).into_iter().next()?;
            Some((*facet, value))
        };
        Filter {
            columns: Vec::new(),
            organ: (!self.organ.is_empty()).then(|| OrganCode::from(self.organ.as_str())),
            kinds: kinds.get(&self.kind).into_iter().collect(),
            year: self.year.parse().ok().filter(|year| (1949..=2199).contains(year)),
            facets: counted(kinds).iter().filter_map(value).collect(),
            words: self.q.clone(),
        }
    }

    /// The filter of the library of policies: policies unless another of its kinds is asked for.
    pub(super) fn policy_filter(&self, kinds: &Kinds) -> Filter {
        let mut filter = self.filter(kinds);
        let all = of_door(kinds, "policies");
        if filter.kinds.is_empty() && self.kind == "all" {
            filter.kinds.clone_from(&all);
        }
        filter.kinds.retain(|kind| all.contains(kind));
        if filter.kinds.is_empty() {
            filter.kinds = vec![&crate::kinds::POLICY];
        }
        filter
    }

    /// Files and feeds are read by programs: a condition that nobody can read is told, not answered with everything.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the condition.
    pub(super) fn readable(&self, kinds: &Kinds) -> Result<()> {
        if !self.on.is_empty() {
            let text = "清单和订阅给的是现在的状态，不能按以前的日期下载。请去掉网址里的 on，或者在政策库页面上看那一天的状态。";
            return Err(Error::Invalid(text.into()));
        }
        let filter = self.filter(kinds);
        let kind = self.kind.is_empty() || self.kind == "all" || !filter.kinds.is_empty();
        let year = self.year.is_empty() || filter.year.is_some();
        let conditions = [("kind", kind, self.kind.as_str()), ("year", year, self.year.as_str())];
        let fields = counted(kinds).into_iter().map(|facet| {
            let typed = self.field(facet);
            (facet.asked, typed.is_empty() || !facet.shape.read(typed).is_empty(), typed)
        });
        match conditions.into_iter().chain(fields).find(|(_, fits, _)| !fits) {
            Some((name, _, typed)) => Err(Error::Invalid(format!("网址里的 {name}={typed} 没有这个值，请核对。"))),
            None => Ok(()),
        }
    }

    pub(super) fn order(&self) -> Order {
        match self.sort.as_str() {
            "oldest" => Order::Oldest,
            "written" => Order::By(&document::common::WRITTEN_ON),
            _ => Order::Newest,
        }
    }

    /// The page, from 1.
    pub(super) fn page(&self) -> i64 {
        self.page.parse().unwrap_or(1_i64).clamp(1, 1_000_000)
    }

    /// Which lines: after one that is named, otherwise those of the page.
    pub(super) fn places(&self, page: i64, size: i64) -> Places {
        match Cursor::parse(&self.after) {
            Some(after) => Places::after(Some(after), size),
            None => Places::page(page, size),
        }
    }

    /// The query without the page; one condition may be left out.
    pub(super) fn query(&self, without: &str) -> String {
        let mut pairs =
            vec![("q", self.q.as_str()), ("organ", &self.organ), ("column", &self.column), ("year", &self.year)];
        pairs.extend(self.fields.iter().map(|(name, value)| (*name, value.as_str())));
        pairs.extend([("kind", self.kind.as_str()), ("sort", &self.sort), ("on", &self.on)]);
        query_string(&pairs.into_iter().filter(|(name, _)| *name != without).collect::<Vec<_>>())
    }

    /// What the list is narrowed to besides an organ, as it was typed or chosen.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let own = [&self.q, &self.year];
        own.into_iter().chain(self.fields.values()).map(String::as_str).filter(|word| !word.is_empty())
    }

    /// The conditions as they stand behind an address: with their question mark, or nothing.
    pub(super) fn narrowed(&self) -> String {
        let query = self.query("page");
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

/// The fields by which lists are narrowed.
pub(super) fn counted(kinds: &Kinds) -> Vec<&'static Facet> {
    kinds.facets().into_iter().filter(|facet| facet.counted && facet.public).collect()
}

/// The kinds that stand behind a door of the header.
pub(super) fn of_door(kinds: &Kinds, door: &str) -> Vec<Kind> {
    kinds.all().iter().copied().filter(|kind| kind.door == door).collect()
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

pub(super) fn organ_select(ctx: &Ctx, chosen: &str, counts: Vec<(String, i64)>) -> Select {
    let directory = ctx.directory();
    let named = |(code, count): (String, i64)| {
        let name = directory.short_name(&OrganCode::from(code.as_str())).to_owned();
        (code, name, count)
    };
    select("organ", "发布机关", chosen, counts.into_iter().map(named).collect())
}

pub(super) fn year_select(chosen: &str, years: Vec<(String, i64)>) -> Select {
    let values = years.into_iter().map(|(year, count)| (year.clone(), format!("{year} 年"), count)).collect();
    select("year", "公开年份", chosen, values)
}

pub(super) fn field_select(facet: &'static Facet, chosen: &str, counts: Vec<(String, i64)>) -> Select {
    let named = |(value, count): (String, i64)| {
        let label = match facet.shape {
            Shape::Choice(_) => facet.shape.show(std::slice::from_ref(&value)),
            _ => value.clone(),
        };
        (!label.is_empty()).then_some((value, label, count))
    };
    select(facet.asked, facet.label, chosen, counts.into_iter().filter_map(named).take(OFFERED).collect())
}

/// Conditions in force, each with the address that takes it back.
pub(super) fn chosen(asked: &Asked, path: &str, selects: &[Select]) -> Vec<Link> {
    let mut links = Vec::new();
    let back = |name: &str| format!("{path}?{}", asked.query(name));
    if !asked.q.is_empty() {
        links.push(Link { href: back("q"), label: format!("“{}”", asked.q), count: 0 });
    }
    for select in selects {
        for choice in select.choices.iter().filter(|choice| choice.chosen) {
            links.push(Link { href: back(select.name), label: choice.label.clone(), count: 0 });
        }
    }
    links
}

/// The lines of a page and its pager.
async fn page_of(ctx: &Ctx, kinds: &Kinds, asked: &Asked, filter: &Filter, total: Total) -> Result<(Vec<Line>, Pager)> {
    let pager = Pager::new(asked.page(), total.n, SIZE, &asked.query("page")).or_more(total.more);
    let slice = public::list(ctx.db(), kinds, filter, asked.order(), asked.places(pager.page, SIZE)).await?;
    Ok((library::lines(ctx, &slice.items).await?, pager))
}

/// How many lines are counted for this page.
fn most(asked: &Asked) -> i64 {
    (asked.page() - 1) * SIZE + COUNTED
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
    Path(slug): Path<ColumnId>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    let kinds = Kinds::of(&ctx);
    let asked = Asked::read(&kinds, pairs);
    let (tree, column) = tokio::try_join!(Tree::load(ctx.db()), column_of(ctx.db(), &slug))?;
    let column = column.ok_or(Error::NotFound)?;
    let filter = Filter { columns: tree.below(&slug), ..asked.filter(&kinds) };
    let of_column = Filter { columns: filter.columns.clone(), ..Filter::default() };
    let (total, of_column) = tokio::try_join!(
        public::count(ctx.db(), &filter, most(&asked)),
        public::overview(ctx.db(), &of_column, &[], &[]),
    )?;
    let (lines, pager) = page_of(&ctx, &kinds, &asked, &filter, total).await?;
    let path = format!("/columns/{slug}");
    let selects = vec![year_select(&asked.year, of_column.years), organ_select(&ctx, &asked.organ, of_column.organs)];
    let newest = tree.fill(&slug).newest;
    portal_page(&ColumnPage {
        shell: column_shell(&ctx, &reader, &tree, &column, pager.page),
        chosen: chosen(&asked, &path, &selects),
        under: tree.children(&slug).into_iter().map(|under| Link::column(&tree, under)).collect(),
        fresh: part::freshness(&ctx, &newest),
        downloads: asked.narrowed(),
        lines,
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
    let door = part::column_door(column.kind);
    let Door { label: name, href, .. } = doors::door(ctx, door);
    // Some columns are named like pages (依申请公开): the title says which of the two this is.
    let title = if page > 1 { format!("{}（第 {page} 页）", column.name) } else { column.name.clone() };
    let mut shell = reader.shell(ctx, title, "公开栏目", door).crumb(name, href);
    if let Some(parent) = tree.get(&column.parent) {
        shell = shell.crumb(&parent.name, format!("/columns/{}", parent.slug));
    }
    shell.description.clone_from(&column.description);
    shell
        .crumb(&column.name, "")
        .column(&column.name, &column.description, &column.keywords, column.kind.label())
        .shared(ctx)
}

#[derive(Template)]
#[template(path = "portal/templates/library.html")]
pub(super) struct Library {
    pub(super) shell: PortalShell,
    pub(super) heading: &'static str,
    pub(super) lead: &'static str,
    pub(super) path: &'static str,
    pub(super) asked: Asked,
    pub(super) kinds: Vec<Choice>,
    pub(super) selects: Vec<Select>,
    pub(super) chosen: Vec<Link>,
    pub(super) lines: Vec<Line>,
    pub(super) pager: Pager,
    pub(super) exact: bool,
    pub(super) downloads: String,
    /// The conditions as the form of a subscription takes them: with their question mark, or nothing.
    pub(super) subscribe: String,
    pub(super) sorts: Vec<(&'static str, &'static str, String, bool)>,
    /// What is said where another day than today is shown; empty = today.
    pub(super) other: String,
    /// Articles in which the words stand.
    pub(super) articles: Vec<ArticleLine>,
    /// Whether the reader may ask for another day.
    pub(super) by_day: bool,
}

impl Library {
    /// Whether documents of several kinds stand in the list.
    fn is_mixed(&self) -> bool {
        matches!(self.asked.kind.as_str(), "" | "all")
    }

    /// Whether nothing was asked for that could have left something out.
    fn is_whole(&self) -> bool {
        self.chosen.is_empty() && self.other.is_empty() && self.asked.q.is_empty()
    }
}

/// What a library holds and is called.
pub(super) struct Shelf {
    pub(super) kinds: Vec<Kind>,
    pub(super) heading: &'static str,
    pub(super) lead: &'static str,
    pub(super) path: &'static str,
    pub(super) door: &'static str,
}

/// `GET /policies`
pub(super) async fn policies(State(ctx): State<Ctx>, reader: Reader, Query(pairs): Query<Pairs>) -> Result<Response> {
    let kinds = Kinds::of(&ctx);
    let mut asked = Asked::read(&kinds, pairs);
    let filter = asked.policy_filter(&kinds);
    if asked.kind.is_empty() {
        crate::kinds::POLICY.key.clone_into(&mut asked.kind);
    }
    let shelf = Shelf {
        kinds: of_door(&kinds, "policies"),
        heading: "政策库",
        lead: "县政府和各机关制发的政策文件与解读。失效、废止的文件也留在这里，逐件标明有效性。",
        path: "/policies",
        door: "policies",
    };
    match as_of::day(&ctx, &asked.on) {
        Ok(Some(day)) => library::of_day(&ctx, &reader, &kinds, (asked, filter, shelf), day).await,
        Ok(None) => {
            asked.on.clear();
            library(&ctx, &reader, &kinds, asked, filter, shelf).await
        }
        // The list stays where it is, and what was typed in its field.
        Err(Error::Invalid(wrong)) => {
            asked.typed = std::mem::take(&mut asked.on);
            asked.wrong = wrong;
            let mut response = library(&ctx, &reader, &kinds, asked, filter, shelf).await?;
            *response.status_mut() = StatusCode::BAD_REQUEST;
            Ok(response)
        }
        Err(other) => Err(other),
    }
}

/// `GET /documents`
pub(super) async fn documents(State(ctx): State<Ctx>, reader: Reader, Query(pairs): Query<Pairs>) -> Result<Response> {
    let kinds = Kinds::of(&ctx);
    // Only the library of policies is shown as of a day.
    let asked = Asked { on: String::new(), ..Asked::read(&kinds, pairs) };
    let filter = asked.filter(&kinds);
    let shelf = Shelf {
        kinds: kinds.all().to_vec(),
        heading: "全部公开信息",
        lead: "本站公开的全部文件，按公开日期排列。",
        path: "/documents",
        door: "openness",
    };
    library(&ctx, &reader, &kinds, asked, filter, shelf).await
}

async fn library(
    ctx: &Ctx,
    reader: &Reader,
    kinds: &Kinds,
    asked: Asked,
    filter: Filter,
    shelf: Shelf,
) -> Result<Response> {
    let facets = counted(kinds);
    let all = shelf.kinds.len() == kinds.all().len();
    let among = if all { &[][..] } else { &shelf.kinds };
    let Overview { total, organs, kinds: kind_counts, years, facets: mut values, exact } =
        public::overview(ctx.db(), &filter, among, &facets).await?;
    // Beyond what the overview looks at, so that every page can be reached.
    let total = if total.more { public::count(ctx.db(), &filter, most(&asked)).await? } else { total };
    let (lines, pager) = page_of(ctx, kinds, &asked, &filter, total).await?;
    let by_day = shelf.door == "policies";
    let articles = match by_day && pager.page == 1 {
        true => library::articles(ctx, kinds, &filter).await?,
        false => Vec::new(),
    };
    let mut selects = vec![organ_select(ctx, &asked.organ, organs), year_select(&asked.year, years)];
    for facet in facets {
        let counts = values.remove(facet.key).unwrap_or_default();
        selects.push(field_select(facet, asked.field(facet), counts));
    }
    // What is chosen for whoever chooses nothing stands behind no address: a copy of the site has the plain one alone.
    let preset = by_day && asked.kind == crate::kinds::POLICY.key;
    let kind = if preset { String::new() } else { asked.kind.clone() };
    let downloads = Asked { kind, ..asked.clone() }.narrowed();
    let shell = library_shell(ctx, reader, &shelf, pager.page);
    let Shelf { kinds: on_shelf, heading, lead, path, .. } = shelf;
    portal_page(&Library {
        shell,
        other: String::new(),
        articles,
        by_day,
        heading,
        lead,
        path,
        kinds: kind_choices(&asked, &on_shelf, &kind_counts),
        chosen: chosen(&asked, path, &selects),
        sorts: sorts(&asked, path),
        downloads,
        subscribe: subscribe(&asked, &filter.kinds),
        lines,
        pager,
        exact,
        selects,
        asked,
    })
}

/// The conditions of a list, each kind named, as the form of a subscription takes them; a year and a validity are none: what is told
/// is yet to come.
fn subscribe(asked: &Asked, kinds: &[Kind]) -> String {
    let topic = asked.field(&document::common::TOPICS);
    let own = [("q", asked.q.as_str()), ("organ", &asked.organ), ("column", &asked.column), ("topic", topic)];
    let query = query_string(&own.into_iter().chain(kinds.iter().map(|kind| ("kind", kind.key))).collect::<Vec<_>>());
    if query.is_empty() { query } else { format!("?{query}") }
}

/// The frame of a page of a library.
pub(super) fn library_shell(ctx: &Ctx, reader: &Reader, shelf: &Shelf, page: i64) -> PortalShell {
    let Shelf { heading, lead, door, .. } = *shelf;
    let title = if page > 1 { format!("{heading}（第 {page} 页）") } else { heading.to_owned() };
    let mut shell = reader.shell(ctx, title, doors::door(ctx, door).label, door);
    if door == "openness" {
        shell = shell.crumb("政务公开", "/openness");
    }
    lead.clone_into(&mut shell.description);
    shell.crumb(heading, "").column(heading, lead, heading, doors::door(ctx, door).label).shared(ctx)
}

pub(super) fn kind_choices(asked: &Asked, kinds: &[Kind], counts: &[(String, i64)]) -> Vec<Choice> {
    let count_of = |key: &str| counts.iter().find(|(kind, _)| kind == key).map_or(0, |(_, count)| *count);
    let all = counts.iter().map(|(_, count)| count).sum();
    let is_all = asked.kind.is_empty() || asked.kind == "all";
    let mut choices = vec![Choice { value: "all".into(), label: "全部".into(), count: all, chosen: is_all }];
    let shown = kinds.iter().filter(|kind| count_of(kind.key) > 0 || asked.kind == kind.key);
    choices.extend(shown.map(|kind| Choice {
        value: kind.key.to_owned(),
        label: kind.label.to_owned(),
        count: count_of(kind.key),
        chosen: asked.kind == kind.key,
    }));
    choices
}

pub(super) fn sorts(asked: &Asked, path: &str) -> Vec<(&'static str, &'static str, String, bool)> {
    [("", "最新公开"), ("written", "成文日期"), ("oldest", "最早公开")]
        .into_iter()
        .map(|(value, label)| {
            let other = Asked { sort: value.to_owned(), ..asked.clone() };
            (value, label, format!("{path}?{}", other.query("page")), asked.sort == value)
        })
        .collect()
}
