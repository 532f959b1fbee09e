//! The doors to all tables, and the page on which one is asked.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use charts::figures::Drawn;
use document::page::{self as part, Link};
use item::{Column, Item, Type};
use record::{
    Data, items,
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
/// Lines from which on a value that all of them share is said once.
const SEVERAL: usize = 3;
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
    /// The key of its column; empty = of none.
    key: String,
    label: String,
    text: String,
    right: bool,
    /// On a telephone it is told when all of the record is asked for.
    over: bool,
}

/// A record in the list.
struct Line {
    href: String,
    /// The column that names the record, which leads to it.
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
    /// Conditions that nobody can read: the field in the form, and what is wrong. Nothing is listed then.
    wrong: Vec<(String, String)>,
    words: Option<String>,
    fields: Vec<Field>,
    sort: String,
    orders: Vec<(String, String)>,
    chosen: Vec<Link>,
    count: String,
    heads: Vec<Head>,
    lines: Vec<Line>,
    /// What all records of the page say alike, which their cards do not repeat.
    same: Vec<(String, String)>,
    /// Some head is longer than what stands beside a value on a telephone.
    tall: bool,
    steps: Steps,
    charts: Vec<Drawn>,
    /// Other years of which charts can be drawn, each with its address.
    years: Vec<Link>,
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
    let is_readable = asking.errors.is_empty();
    let is_narrowed = asking.query.is_narrowed() || !is_readable;
    // What nobody can read is not answered with what was not asked for.
    let (page, count) = if is_readable {
        let after = Some(asking.after.as_str()).filter(|after| !after.is_empty());
        let page = asking.query.page(ctx.db(), &asking.order, after, SIZE).await?;
        (page, asking.query.count(ctx.db()).await?)
    } else {
        let none = store::Page { rows: Vec::new(), previous: None, next: None, sort: ask::NEWEST };
        (none, store::Count { rows: 0, more: true })
    };
    let (spread, exact) = Spread::shown(ctx, &asking, !count.more, fill.records).await?;
    let is_first = is_readable && asking.after.is_empty();
    let charts = if is_first { drawn::all(ctx, &asking.query, fill.records, &count).await? } else { Vec::new() };
    // Where the table says which organ decided, who publishes it is the same once more.
    let named = cells::listed(&item).iter().any(|column| column.label.ends_with("机关"));
    let several = fill.organs.len() > 1 && !named;
    let lead = lead(&item);
    let catalogue = items::catalogue(ctx).await?;
    let entry = catalogue.entry(&item.key);
    let owed = entry.is_some_and(items::Entry::is_owed);
    let drawn = if is_first { drawn::missing(&asking.query, fill.records, &count) } else { String::new() };
    let notice = entry.map(unowed).unwrap_or_default() + &drawn;
    let all: Vec<&Data> = page.rows.iter().map(|row| &row.data).collect();
    let columns = columns(&item, &all);
    let mut lines: Vec<Line> =
        page.rows.iter().map(|row| line(ctx, &item, (columns.as_slice(), several), row)).collect();
    aligned(&mut lines);
    let same = on_cards(&asking, &mut lines);
    let (heads, tall) = heads(&asking, (columns.as_slice(), several), &path);
    let fields = ask::fields(ctx, &asking, &fill, (&spread, exact));
    let wrong = wrong(&asking, &fields);
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
        years: drawn::years(&asking, &fields, &path),
        fields,
        sort: asking.order.clone(),
        orders: ask::orders(&asking.query),
        chosen: asking.chosen(ctx, &path),
        count: if count.more { format!("{} 条以上", count.rows) } else { format!("共 {} 条", count.rows) },
        heads,
        lines,
        same,
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

/// Conditions that nobody can read: where their fields stand, and what is wrong, with the names of the fields.
fn wrong(asking: &Asking, fields: &[Field]) -> Vec<(String, String)> {
    let said = |(name, text): &(String, String)| {
        let key = name.split('.').next().unwrap_or_default();
        let words = asking.query.item.column(key);
        let words = words.map_or_else(|| text.clone(), |column| format!("{}：{text}", cells::label(column)));
        let field = match fields.iter().find(|field| field.name == key) {
            Some(field) if field.is_text() || field.is_select() => format!("f-{key}"),
            Some(_) if name.ends_with(".to") => format!("f-{key}-to"),
            Some(_) => format!("f-{key}-from"),
            None => "facets".to_owned(),
        };
        (field, words)
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
fn heads(asking: &Asking, (columns, several): (&[&Column], bool), path: &str) -> (Vec<Head>, bool) {
    let layout = Layout::of(&asking.query.item);
    let head = |column: &&Column| {
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
    let mut heads: Vec<Head> = columns.iter().map(head).collect();
    if several {
        heads.push(Head { label: "公开机关".to_owned(), right: false, href: String::new(), sorted: "none" });
    }
    let tall = heads.iter().any(|head| head.label.chars().count() > BESIDE);
    (heads, tall)
}

/// The columns of the list. Where it begins with a year, which many records share, what names a record of this page goes first: a
/// key by which they differ, else a text.
fn columns<'i>(item: &'i Item, all: &[&Data]) -> Vec<&'i Column> {
    let mut columns = cells::listed(item);
    if !columns.first().is_some_and(|column| is_time(column)) {
        return columns;
    }
    let names = |column: &Column| {
        let is_word = matches!(column.typed, Type::Text { .. } | Type::Enum { .. } | Type::Place);
        let first = all.first().map(|data| data.get(&column.key));
        is_word && all.iter().any(|data| Some(data.get(&column.key)) != first)
    };
    let is_key = |column: &Column| item.keys.contains(&column.key);
    let is_text = |column: &Column| matches!(column.typed, Type::Text { .. });
    let place = columns.iter().position(|column| names(column) && is_key(column) && is_text(column));
    let place = place.or_else(|| columns.iter().position(|column| names(column) && is_text(column)));
    let place = place.or_else(|| columns.iter().position(|column| names(column) && is_key(column)));
    if let Some(at) = place {
        let named = columns.remove(at);
        columns.insert(0, named);
    }
    columns
}

/// A record in the list.
fn line(ctx: &Ctx, item: &Item, (columns, several): (&[&Column], bool), row: &Row) -> Line {
    let cell = |column: &&Column| {
        let text = cells::words(column, row.data.get(&column.key));
        let text = if matches!(column.typed, Type::Long { .. }) { filters::shortened(&text, 60) } else { text };
        let (key, label) = (column.key.clone(), cells::head(column));
        Shown { key, label, text, right: cells::is_figure(column), over: false }
    };
    let of_none = |label: &str, text: String| {
        let (key, label) = (String::new(), label.to_owned());
        Shown { key, label, text, right: false, over: false }
    };
    let mut cells: Vec<Shown> = columns.iter().map(cell).collect();
    if several {
        cells.push(of_none("公开机关", ctx.directory().short_name(&row.organ).to_owned()));
    }
    let mut head = if cells.is_empty() { of_none("记录", String::new()) } else { cells.remove(0) };
    if head.text.is_empty() {
        head.text = "查看".to_owned();
    }
    let is_shared = cells::listed(item).first().is_some_and(|column| is_time(column));
    let more = if is_shared { others(item, row, &head.key) } else { String::new() };
    Line { href: format!("{}/{}", tables::path(&item.key), row.record), head, more, cells }
}

/// What cards tell on telephones: what was asked for, then figures that the item draws, then what comes first; nothing that is
/// empty. What all records of the page say alike stands on none of them, and is returned.
fn on_cards(asking: &Asking, lines: &mut [Line]) -> Vec<(String, String)> {
    let charts = &asking.query.item.charts;
    let columns = lines.first().map_or(0, |line| line.cells.len());
    let text = |line: &Line, at: usize| line.cells.get(at).map(|cell| cell.text.clone());
    let is_same = |at: usize| lines.len() >= SEVERAL && lines.iter().all(|line| text(line, at) == text(&lines[0], at));
    let same: Vec<usize> = (0..columns).filter(|at| is_same(*at)).collect();
    let said = |at: &usize| {
        let cell = lines.first()?.cells.get(*at)?;
        (!cell.text.is_empty()).then(|| (cell.label.clone(), cell.text.clone()))
    };
    let told: Vec<(String, String)> = same.iter().filter_map(said).collect();
    for line in lines.iter_mut() {
        let is_drawn = |cell: &Shown| charts.iter().any(|chart| chart.figures.contains(&cell.key));
        let rank = |cell: &Shown| {
            let is_asked = !cell.key.is_empty() && asking.asks(&cell.key);
            if is_asked { 0 } else { 2 - u8::from(is_drawn(cell)) }
        };
        let filled = line.cells.iter().enumerate().filter(|(at, cell)| !cell.text.is_empty() && !same.contains(at));
        let mut wanted: Vec<(u8, usize)> = filled.map(|(at, cell)| (rank(cell), at)).collect();
        wanted.sort_unstable();
        let shown = wanted.iter().enumerate().filter(|(place, (rank, _))| *rank == 0 || *place < ON_CARD);
        let shown: Vec<usize> = shown.map(|(_, (_, at))| *at).collect();
        for (at, cell) in line.cells.iter_mut().enumerate() {
            cell.over = !shown.contains(&at);
        }
    }
    told
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

/// Whether a column is a year, a period or a day, which many records share.
fn is_time(column: &Column) -> bool {
    match &column.typed {
        Type::Period | Type::Date { .. } => true,
        Type::Number { unit, .. } => unit.0 == "年" || column.key == "year",
        _ => false,
    }
}

/// The keys of a record but the one that stands as its name, in words.
fn others(item: &Item, row: &Row, named: &str) -> String {
    let keys = cells::open(item).filter(|column| item.keys.contains(&column.key) && column.key != named);
    let words = keys.map(|column| cells::words(column, row.data.get(&column.key)));
    filters::shortened(&words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" "), 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balance(kind: &str, limit: &str) -> Data {
        let pairs = [("year", "2026"), ("region", "青禾县"), ("kind", kind), ("limit", limit)];
        let values = pairs.map(|(key, text)| (key.to_owned(), text.to_owned()));
        Data { values: values.into(), more: std::collections::BTreeMap::new() }
    }

    fn table(key: &str) -> Arc<Item> {
        let found = item::boxed().iter().find(|item| item.key.as_str() == key);
        Arc::new(found.expect("an item of the box").clone())
    }

    fn drawn_up(item: &Arc<Item>, all: &[Data]) -> Vec<Line> {
        let all: Vec<&Data> = all.iter().collect();
        let columns = columns(item, &all);
        let line = |data: &&Data| {
            let cell = |column: &&Column| Shown {
                key: column.key.clone(),
                label: cells::head(column),
                text: cells::words(column, data.get(&column.key)),
                right: cells::is_figure(column),
                over: false,
            };
            let mut cells: Vec<Shown> = columns.iter().map(cell).collect();
            let head = cells.remove(0);
            Line { href: String::new(), head, more: String::new(), cells }
        };
        all.iter().map(line).collect()
    }

    #[test]
    fn a_record_is_named_by_what_tells_it_from_others_and_not_by_its_year() {
        let item = table("debt-balance");
        let kind = item.column("kind").map(|column| column.key.clone()).expect("a kind of debt");
        let codes = match &item.column("kind").expect("a kind").typed {
            Type::Enum { choices, .. } => choices.iter().map(|choice| choice.code.clone()).collect::<Vec<_>>(),
            _ => vec!["一般债务".to_owned(), "专项债务".to_owned()],
        };
        let all = [balance(&codes[0], "30"), balance(&codes[1], "40"), balance(&codes[0], "50")];
        let mut lines = drawn_up(&item, &all);
        assert_eq!(lines[0].head.key, kind);
        let same = on_cards(&Asking::read(&item, Vec::new()), &mut lines);
        assert!(same.iter().any(|(_, text)| text == "青禾县"), "{same:?}");
        let region = lines[0].cells.iter().find(|cell| cell.text == "青禾县").expect("the region");
        assert!(region.over, "what all say alike stands once over the list");
        // An item whose list begins with its number stays as it is.
        let penalty = table("penalty");
        assert_eq!(columns(&penalty, &[])[0].key, cells::listed(&penalty)[0].key);
    }
}
