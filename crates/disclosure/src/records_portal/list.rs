//! The doors to all tables, and the page on which one is asked.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use charts::figures::Drawn;
use document::page::{self as part, Link};
use item::{Item, Type};
use record::{
    items,
    query::Row,
    slots::{Layout, Slot},
};
use web::{Ctx, PortalShell, Query, Reader, Result, Steps, filters, page::portal_page};

use super::{
    ask::{self, Asking, Field, Pairs, Spread},
    cells, drawn, files,
    tables::{self, Named, Table},
};
use crate::catalogue::words;

/// Lines on a page.
pub(super) const SIZE: usize = 30;
/// Values of a record that its card shows on a telephone beside its name, until all are asked for (as the style sheet says).
const ON_CARD: usize = 4;
/// Characters of a head that stand beside a value on a telephone.
const BESIDE: usize = 6;

/// A table among the doors.
struct Door {
    href: String,
    title: String,
    about: String,
    records: i64,
    fresh: String,
}

/// A domain with its tables.
struct Domain {
    name: String,
    doors: Vec<Door>,
}

#[derive(Template)]
#[template(path = "records_portal/templates/doors.html")]
struct Doors {
    shell: PortalShell,
    domains: Vec<Domain>,
    /// The domains with how many tables each has, as links within the page.
    jumps: Vec<Link>,
    records: i64,
    tables: usize,
    /// Titles of tables that hold nothing yet, by domain, with their addresses.
    empty: Vec<Link>,
}

/// `GET /records`
pub(super) async fn doors(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let lead =
        "各领域的公开数据，可以按条件查、逐条看、整表下载：许可和处罚、预算和债务、补贴、招生、招聘、征地、水质等。";
    let (mut domains, mut empty): (Vec<Domain>, Vec<Link>) = (Vec::new(), Vec::new());
    let mut all = tables::all(&ctx).await?;
    // What another table took the place of stands behind it; the order of domains is that of their first tables.
    let domains_in_order: Vec<String> = all.iter().map(|table| table.item.domain.name.clone()).collect();
    let place = |table: &Table| domains_in_order.iter().position(|name| *name == table.item.domain.name);
    all.sort_by_key(|table| (place(table), table.retired || table.item.is_former()));
    let records: i64 = all.iter().map(|table| table.fill.records).sum();
    let tables = all.iter().filter(|table| table.fill.records > 0).count();
    for table in &all {
        if table.fill.records == 0 {
            let label = format!("{}·{}", table.item.domain.name, table.item.title);
            empty.push(Link { href: tables::path(&table.item.key), label, count: 0 });
            continue;
        }
        let door = door(&ctx, table);
        match domains.iter_mut().find(|domain| domain.name == table.item.domain.name) {
            Some(domain) => domain.doors.push(door),
            None => domains.push(Domain { name: table.item.domain.name.clone(), doors: vec![door] }),
        }
    }
    let shell = tables::shell(&ctx, &reader, "领域数据", "数据", lead).crumb("领域数据", "").shared(&ctx);
    let jump = |(at, domain): (usize, &Domain)| Link {
        href: format!("#d{at}"),
        label: domain.name.clone(),
        count: i64::try_from(domain.doors.len()).unwrap_or_default(),
    };
    let jumps = (1..).zip(&domains).map(jump).collect();
    portal_page(&Doors { shell, domains, jumps, records, tables, empty })
}

fn door(ctx: &Ctx, table: &Table) -> Door {
    let item = &table.item;
    let ended = if table.retired { "，这一项已不再更新" } else { "" };
    Door {
        href: tables::path(&item.key),
        title: item.title.clone(),
        about: format!("{}{ended}", words::owner(ctx, &item.owner)),
        records: table.fill.records,
        fresh: part::freshness(ctx, &table.fill.newest),
    }
}

/// The head of a column.
struct Head {
    label: String,
    right: bool,
    /// Where the list stands in this order; empty = it cannot be sorted so.
    href: String,
    /// `ascending`, `descending`, `none`.
    sorted: &'static str,
}

/// A value in the list.
struct Shown {
    label: String,
    text: String,
    right: bool,
    /// On a telephone it is told when all of the record is asked for.
    over: bool,
}

/// A record in the list.
struct Line {
    href: String,
    /// The first column, which leads to the record.
    head: Shown,
    /// What tells it from others where its first column is a year or a period; else empty.
    more: String,
    cells: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "records_portal/templates/list.html")]
struct Page {
    shell: PortalShell,
    item: Arc<Item>,
    path: String,
    lead: String,
    owner: String,
    /// Its line in the catalogue; empty where it does not stand there.
    catalogue: String,
    limits: Vec<String>,
    /// That the table is retired, or that nobody has confirmed its standard; empty = it is owed.
    notice: String,
    fresh: String,
    today: String,
    /// What is asked, as files are asked for it: with its question mark, or nothing.
    narrowed: String,
    /// Asked in whatever way.
    is_narrowed: bool,
    /// Conditions that nobody can read, each with its field.
    wrong: Vec<String>,
    words: Option<String>,
    fields: Vec<Field>,
    sort: String,
    orders: Vec<(String, String)>,
    chosen: Vec<Link>,
    count: String,
    heads: Vec<Head>,
    lines: Vec<Line>,
    /// Some head is longer than what stands beside a value on a telephone.
    tall: bool,
    steps: Steps,
    charts: Vec<Drawn>,
    /// The address of the list as it is asked, for paper.
    address: String,
    /// How many records there are in all.
    records: i64,
    about: String,
}

impl Page {
    /// Whether a card on a telephone holds back some of what the table has.
    fn has_more(&self) -> bool {
        self.lines.iter().flat_map(|line| &line.cells).any(|cell| cell.over && !cell.text.is_empty())
    }
}

/// `GET /records/{item}`: the page, or the same as a file where the name ends so.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    reader: Reader,
    Path(name): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    let (key, ending) = name.split_once('.').unwrap_or((name.as_str(), ""));
    let item = match tables::named(&ctx, key).await? {
        Named::Table(item) => item,
        Named::Moved(key) => {
            let ending = if ending.is_empty() { String::new() } else { format!(".{ending}") };
            return Ok(Redirect::permanent(&format!("{}{ending}", tables::path(&key))).into_response());
        }
    };
    let asking = Asking::read(&item, pairs);
    asking.settled(&ctx).await?;
    match ending {
        "" => shown(&ctx, &reader, asking).await,
        _ => files::of(&ctx, asking, ending).await,
    }
}

async fn shown(ctx: &Ctx, reader: &Reader, asking: Asking) -> Result<Response> {
    let item = Arc::clone(&asking.query.item);
    let path = tables::path(&item.key);
    let fill = tables::fill(ctx, &item.key).await?;
    let count = asking.query.count(ctx.db()).await?;
    let after = Some(asking.after.as_str()).filter(|after| !after.is_empty());
    let page = asking.query.page(ctx.db(), &asking.order, after, SIZE).await?;
    let (spread, exact) = Spread::shown(ctx, &asking, !count.more, fill.records).await?;
    let is_narrowed = asking.query.is_narrowed();
    let whole_list = !is_narrowed && asking.after.is_empty();
    let charts = if whole_list { drawn::all(ctx, &item, fill.records).await? } else { Vec::new() };
    // Where the table says which organ decided, who publishes it is the same once more.
    let named = cells::listed(&item).iter().any(|column| column.label.ends_with("机关"));
    let several = fill.organs.len() > 1 && !named;
    let lead = lead(&item);
    let catalogue = items::catalogue(ctx).await?;
    let entry = catalogue.entry(&item.key);
    let owed = entry.is_some_and(items::Entry::is_owed);
    let drawn = if whole_list { drawn::missing(&item, fill.records) } else { String::new() };
    let notice = entry.map(unowed).unwrap_or_default() + &drawn;
    let mut lines: Vec<Line> = page.rows.iter().map(|row| line(ctx, &asking, row, several)).collect();
    aligned(&mut lines);
    let (heads, tall) = heads(&asking, &path, several);
    let wrong = wrong(&asking);
    let title = if wrong.is_empty() { item.title.clone() } else { format!("错误：{}", item.title) };
    let shell = tables::shell(ctx, reader, &title, &item.domain.name, &lead);
    portal_page(&Page {
        shell: shell.crumb("领域数据", "/records").crumb(&item.title, "").shared(ctx),
        owner: words::owner(ctx, &item.owner),
        catalogue: if owed { format!("/catalogue/{}#{}", item.domain.key, item.key) } else { String::new() },
        limits: item.limits.iter().map(words::limit).collect(),
        notice,
        fresh: part::freshness(ctx, &fill.newest),
        today: ctx.today().to_string(),
        narrowed: asking.narrowed(),
        is_narrowed,
        words: asking.query.has_words().then(|| asking.query.words.clone()),
        fields: ask::fields(ctx, &asking, &fill, (&spread, exact)),
        sort: asking.order.clone(),
        orders: ask::orders(&asking.query),
        chosen: asking.chosen(ctx, &path),
        count: if count.more { format!("{} 条以上", count.rows) } else { format!("共 {} 条", count.rows) },
        heads,
        lines,
        tall,
        steps: Steps::new(&page, &asking.whole()),
        charts,
        address: format!("{}{path}{}", part::base_url(ctx), asking.narrowed()),
        wrong,
        records: fill.records,
        about: format!("{}（{}领域）", item.title, item.domain.name),
        item,
        path,
        lead,
    })
}

/// Conditions that nobody can read, with the names of their fields.
fn wrong(asking: &Asking) -> Vec<String> {
    let said = |(name, text): &(String, String)| {
        let key = name.split('.').next().unwrap_or_default();
        asking.query.item.column(key).map_or_else(|| text.clone(), |column| format!("{}：{text}", cells::label(column)))
    };
    asking.errors.items().iter().map(said).collect()
}

/// Why nobody owes the table; empty where somebody does.
fn unowed(entry: &items::Entry) -> String {
    if let Some(retired) = &entry.retired {
        return format!("这张表已经停用，{} 起不再更新；以前公开的记录保留。", retired.on);
    }
    if entry.item.confirmed {
        return String::new();
    }
    "这张表的内容标准还没有经过核对确认，不要求各机关公开；已有的记录由各机关审核后自行公开。".to_owned()
}

/// What the table is, in a sentence.
fn lead(item: &Item) -> String {
    let matter = if item.sub_matter.is_empty() { &item.matter } else { &item.sub_matter };
    let matter = if *matter == item.title { String::new() } else { format!("{matter}。") };
    format!("{}领域。{matter}可以按条件查，逐条看，下载整张表。", item.domain.name)
}

/// The heads of the list, and whether one is long.
fn heads(asking: &Asking, path: &str, several: bool) -> (Vec<Head>, bool) {
    let item = &asking.query.item;
    let layout = Layout::of(item);
    let head = |column: &item::Column| {
        let key = &column.key;
        let sortable = matches!(layout.slot(key), Some(Slot::Number(_) | Slot::Day(_)));
        let down = format!("{key}-");
        let (sorted, next) = match asking.order.as_str() {
            order if order == key => ("ascending", down.as_str()),
            order if order == down => ("descending", key.as_str()),
            _ => ("none", down.as_str()),
        };
        Head {
            label: cells::head(column),
            right: cells::is_figure(column),
            href: if sortable { asking.sorted(path, next) } else { String::new() },
            sorted,
        }
    };
    let mut heads: Vec<Head> = cells::listed(item).into_iter().map(head).collect();
    if several {
        heads.push(Head { label: "公开机关".to_owned(), right: false, href: String::new(), sorted: "none" });
    }
    let tall = heads.iter().any(|head| head.label.chars().count() > BESIDE);
    (heads, tall)
}

/// A record; on a card what was asked for is told first, then what comes first, and nothing that is empty.
fn line(ctx: &Ctx, asking: &Asking, row: &Row, several: bool) -> Line {
    let item = &asking.query.item;
    let mut asked = Vec::new();
    let mut cell = |column: &item::Column| {
        asked.push(asking.asks(&column.key));
        let text = cells::words(column, row.data.get(&column.key));
        let text = if matches!(column.typed, Type::Long { .. }) { filters::shortened(&text, 60) } else { text };
        Shown { label: cells::head(column), text, right: cells::is_figure(column), over: false }
    };
    let mut cells: Vec<Shown> = cells::listed(item).into_iter().map(&mut cell).collect();
    if several {
        let organ = ctx.directory().short_name(&row.organ).to_owned();
        cells.push(Shown { label: "公开机关".to_owned(), text: organ, right: false, over: false });
        asked.push(false);
    }
    let mut head = if cells.is_empty() {
        Shown { label: "记录".to_owned(), text: String::new(), right: false, over: false }
    } else {
        asked.remove(0);
        cells.remove(0)
    };
    let told = cells.iter().zip(&asked).filter(|(cell, asked)| **asked && !cell.text.is_empty()).count();
    let mut room = ON_CARD.saturating_sub(told);
    for (cell, _) in cells.iter_mut().zip(&asked).filter(|(cell, asked)| cell.text.is_empty() || !**asked) {
        cell.over = cell.text.is_empty() || room == 0;
        room -= usize::from(!cell.over);
    }
    if head.text.is_empty() {
        head.text = "查看".to_owned();
    }
    let more = if is_time(item) { others(item, row) } else { String::new() };
    Line { href: format!("{}/{}", tables::path(&item.key), row.record), head, more, cells }
}

/// Figures below one another have as many decimals as the longest of their column on the page, so that their points do.
fn aligned(lines: &mut [Line]) {
    let columns = lines.first().map_or(0, |line| line.cells.len());
    for at in 0..columns {
        let most = lines.iter().filter_map(|line| line.cells.get(at)).map(decimals).max().unwrap_or_default();
        let cells = lines.iter_mut().filter_map(|line| line.cells.get_mut(at));
        for cell in cells.filter(|cell| cell.right && cell.text.contains(|c: char| c.is_ascii_digit())) {
            let missing = most - decimals(cell);
            let sign = if cell.text.ends_with('%') { "%" } else { "" };
            let point = if missing > 0 && !cell.text.contains('.') { "." } else { "" };
            cell.text = format!("{}{point}{}{sign}", cell.text.trim_end_matches('%'), "0".repeat(missing));
        }
    }
}

/// How many decimals a figure has.
fn decimals(cell: &Shown) -> usize {
    let (_, behind) = cell.text.split_once('.').filter(|_| cell.right).unwrap_or_default();
    behind.chars().filter(char::is_ascii_digit).count()
}

/// Whether the list begins with a year or a period, which many records share.
fn is_time(item: &Item) -> bool {
    cells::listed(item).first().is_some_and(|column| match &column.typed {
        Type::Period | Type::Date { .. } => true,
        Type::Number { unit, .. } => unit.0 == "年" || column.key == "year",
        _ => false,
    })
}

/// The keys of a record but the first column of its list, in words.
fn others(item: &Item, row: &Row) -> String {
    let first = cells::listed(item).first().map(|column| column.key.clone()).unwrap_or_default();
    let keys = cells::open(item).filter(|column| item.keys.contains(&column.key) && column.key != first);
    let words = keys.map(|column| cells::words(column, row.data.get(&column.key)));
    filters::shortened(&words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" "), 60)
}
