//! The standard catalogue (基层政务公开标准目录, 国办发〔2019〕54号) for readers: the domains as doors, and of each the table as the
//! official form prints it, with where its information is and how fresh that is. Only what is in force and confirmed stands here.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    columns::Tree,
    page::{self as part},
};
use documents::tables::{Cell, Sheet, write_xlsx};
use futures::future::BoxFuture;
use item::{Item, ItemKey};
use kernel::id::ColumnId;
use record::items::{self, Catalogue, Entry, PublicTables, Shown};
use serde_json::{Value, json};
use web::{
    Ctx, Error, PortalShell, Reader, Result, filters,
    hooks::{Dataset, Datasets, Mapped, OnMap},
    page::{self, portal_page},
};

use super::words;

/// The catalogue in full, as files are named.
const NAME: &str = "基层政务公开标准目录";

/// A domain with how many items it has.
pub(super) struct Door {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) count: usize,
}

/// Where the information of an item is.
struct Place {
    href: String,
    name: String,
    count: i64,
    fresh: String,
}

/// An item as the official form prints it.
struct Row {
    number: usize,
    key: String,
    title: String,
    matter: String,
    sub_matter: String,
    elements: Vec<String>,
    /// How its table names persons, and what its values must stand among.
    told: Vec<String>,
    basis: Vec<String>,
    limits: Vec<String>,
    owner: String,
    channels: Vec<&'static str>,
    audience: String,
    way: &'static str,
    levels: Vec<&'static str>,
    places: Vec<Place>,
    /// What to search for where it has no place.
    search: String,
}

#[derive(Template)]
#[template(path = "catalogue/templates/standard.html")]
struct DomainPage {
    shell: PortalShell,
    key: String,
    name: String,
    rows: Vec<Row>,
    others: Vec<Door>,
}

/// The domains that have items which are owed, in their order.
pub(super) fn doors(all: &Catalogue) -> Vec<Door> {
    let mut found: Vec<Door> = Vec::new();
    for entry in all.entries().iter().filter(|entry| entry.is_owed()) {
        let domain = &entry.item.domain;
        match found.iter_mut().find(|door| door.key == domain.key) {
            Some(door) => door.count += 1,
            None => found.push(Door { key: domain.key.clone(), name: domain.name.clone(), count: 1 }),
        }
    }
    found
}

fn owed<'a>(all: &'a Catalogue, domain: &'a str) -> impl Iterator<Item = &'a Entry> {
    all.entries().iter().filter(move |entry| entry.is_owed() && (domain.is_empty() || entry.item.domain.key == domain))
}

/// 公开内容（要素）: as printed, else what its columns are called that may be public.
fn elements(item: &Item) -> Vec<String> {
    if !item.elements.is_empty() {
        return item.elements.lines().map(str::to_owned).collect();
    }
    let open = item.columns.iter().filter(|column| !column.privacy.never_public);
    let names: Vec<&str> = open.map(|column| column.label.as_str()).collect();
    if names.is_empty() { Vec::new() } else { vec![names.join("、")] }
}

async fn shown(ctx: &Ctx) -> Result<HashMap<ItemKey, Shown>> {
    match ctx.declared::<Arc<dyn PublicTables>>().next() {
        Some(tables) => tables.shown(ctx).await,
        None => Ok(HashMap::new()),
    }
}

/// What is told of its table besides, by the items in force.
fn told(all: &Catalogue, item: &Item) -> Vec<String> {
    let known = |key: &str| Some(&*all.entry(&ItemKey::new(key)?)?.item);
    words::told(item, known)
}

fn places(ctx: &Ctx, item: &Item, tree: &Tree, shown: &HashMap<ItemKey, Shown>) -> Vec<Place> {
    let table = shown.get(&item.key).map(|one| Place {
        href: one.path.clone(),
        name: item.title.clone(),
        count: one.records,
        fresh: part::freshness(ctx, &one.newest),
    });
    let column = |slug: &String| {
        let id = ColumnId::from(slug.as_str());
        let column = tree.all().iter().find(|column| column.slug == id)?;
        let fill = tree.fill(&id);
        Some(Place {
            href: format!("/columns/{id}"),
            name: column.name.clone(),
            count: fill.count,
            fresh: part::freshness(ctx, &fill.newest),
        })
    };
    table.into_iter().chain(item.site_columns.iter().filter_map(column)).collect()
}

fn row(ctx: &Ctx, (number, item): (usize, &Item), places: Vec<Place>) -> Row {
    Row {
        number,
        key: item.key.to_string(),
        title: item.title.clone(),
        matter: item.matter.clone(),
        sub_matter: item.sub_matter.clone(),
        elements: elements(item),
        told: Vec::new(),
        basis: item.basis.iter().map(words::basis).collect(),
        limits: item.limits.iter().map(words::limit).collect(),
        owner: words::owner(ctx, &item.owner),
        channels: words::channels(item),
        audience: words::audience(&item.audience),
        way: words::label(&words::WAYS, item.way),
        levels: words::levels(item),
        search: if item.sub_matter.is_empty() { item.matter.clone() } else { item.sub_matter.clone() },
        places,
    }
}

/// GET /catalogue/{domain}
pub(super) async fn domain(State(ctx): State<Ctx>, reader: Reader, Path(domain): Path<String>) -> Result<Response> {
    let all = items::catalogue(&ctx).await?;
    let (tree, shown) = (Tree::load(ctx.db()).await?, shown(&ctx).await?);
    let entries: Vec<&Entry> = owed(&all, &domain).collect();
    let name = entries.first().ok_or(Error::NotFound)?.item.domain.name.clone();
    let rows = entries.iter().enumerate().map(|(at, entry)| {
        let item = entry.item.as_ref();
        let told = told(&all, item);
        Row { told, ..row(&ctx, (at + 1, item), places(&ctx, item, &tree, &shown)) }
    });
    let rows = rows.collect();
    let title = format!("{name}领域公开目录");
    let lead = format!("{name}领域哪些事项公开、由谁公开、什么时候公开、依据是什么、在哪里看。");
    portal_page(&DomainPage {
        shell: part::shell(&ctx, &reader, &title, "openness", &lead),
        rows,
        others: doors(&all).into_iter().filter(|door| door.key != domain).collect(),
        key: domain,
        name,
    })
}

/// Which domain's file; empty = all.
fn title(all: &Catalogue, domain: &str) -> Result<String> {
    if domain.is_empty() {
        return Ok(NAME.to_owned());
    }
    let entry = owed(all, domain).next().ok_or(Error::NotFound)?;
    Ok(format!("{}领域{NAME}", entry.item.domain.name))
}

const HEADS: [(&str, f64); 12] = [
    ("序号", 6.0),
    ("领域", 14.0),
    ("一级事项", 16.0),
    ("二级事项", 18.0),
    ("公开内容（要素）", 44.0),
    ("公开依据", 36.0),
    ("公开时限", 26.0),
    ("公开主体", 20.0),
    ("公开渠道和载体", 26.0),
    ("公开对象", 14.0),
    ("公开方式", 12.0),
    ("公开层级", 12.0),
];

fn sheet(ctx: &Ctx, all: &Catalogue, domain: &str, title: String) -> Sheet {
    let line = |(at, entry): (usize, &Entry)| {
        let item = entry.item.as_ref();
        let row = row(ctx, (at + 1, item), Vec::new());
        vec![
            Cell::from(i64::try_from(row.number).unwrap_or_default()),
            Cell::from(item.domain.name.as_str()),
            Cell::from(row.matter),
            Cell::from(row.sub_matter),
            Cell::from(row.elements.join("\n")),
            Cell::from(row.basis.join("\n")),
            Cell::from(row.limits.join("\n")),
            Cell::from(row.owner),
            Cell::from(row.channels.join("、")),
            Cell::from(row.audience),
            Cell::from(row.way),
            Cell::from(row.levels.join("、")),
        ]
    };
    Sheet {
        name: "目录".to_owned(),
        title: Some(title),
        header: HEADS.iter().map(|(head, _)| (*head).to_owned()).collect(),
        rows: owed(all, domain).enumerate().map(line).collect(),
        widths: HEADS.iter().map(|(_, width)| *width).collect(),
    }
}

fn as_json(ctx: &Ctx, all: &Catalogue, (number, item): (usize, &Item)) -> Value {
    let row = row(ctx, (number, item), Vec::new());
    let column = |column: &item::Column| {
        json!({
            "key": column.key, "label": column.label, "type": words::typed(&column.typed), "required": column.required,
            "public": !column.privacy.never_public, "names": words::names(item, column),
        })
    };
    json!({
        "key": row.key, "version": item.version, "domain": item.domain.name, "domain_key": item.domain.key,
        "title": row.title, "matter": row.matter, "sub_matter": row.sub_matter, "elements": row.elements,
        "basis": row.basis, "limits": row.limits, "owner": row.owner, "channels": row.channels,
        "audience": row.audience, "way": row.way, "levels": row.levels,
        "period": words::label(&words::PERIODS, item.period),
        "columns": item.columns.iter().map(column).collect::<Vec<_>>(), "told": told(all, item),
    })
}

async fn workbook(ctx: &Ctx, domain: &str) -> Result<Response> {
    let all = items::catalogue(ctx).await?;
    let title = title(&all, domain)?;
    let sheet = sheet(ctx, &all, domain, title.clone());
    page::workbook(&format!("{title}.xlsx"), move || write_xlsx(&sheet)).await
}

async fn data(ctx: &Ctx, domain: &str) -> Result<Response> {
    let all = items::catalogue(ctx).await?;
    let title = title(&all, domain)?;
    let items: Vec<Value> =
        owed(&all, domain).enumerate().map(|(at, entry)| as_json(ctx, &all, (at + 1, entry.item.as_ref()))).collect();
    let value = json!({ "title": title, "as_of": ctx.today().to_string(), "items": items });
    let bytes = serde_json::to_vec_pretty(&value).map_err(|error| Error::internal(error.to_string()))?;
    Ok(page::download(bytes, "application/json; charset=utf-8", &format!("{title}.json")))
}

/// GET /catalogue/{domain}/data.xlsx
pub(super) async fn domain_workbook(State(ctx): State<Ctx>, Path(domain): Path<String>) -> Result<Response> {
    workbook(&ctx, &domain).await
}

/// GET /catalogue/{domain}/data.json
pub(super) async fn domain_data(State(ctx): State<Ctx>, Path(domain): Path<String>) -> Result<Response> {
    data(&ctx, &domain).await
}

/// GET /catalogue/data.xlsx
pub(super) async fn whole_workbook(State(ctx): State<Ctx>) -> Result<Response> {
    workbook(&ctx, "").await
}

/// GET /catalogue/data.json
pub(super) async fn whole_data(State(ctx): State<Ctx>) -> Result<Response> {
    data(&ctx, "").await
}

/// The domains on the site map and among the open data.
pub(super) struct Standard;

impl OnMap for Standard {
    fn pages<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>> {
        Box::pin(async move {
            let all = items::catalogue(ctx).await?;
            let page = |door: Door| Mapped { href: format!("/catalogue/{}", door.key), changed: String::new() };
            Ok(doors(&all).into_iter().map(page).collect())
        })
    }
}

impl Datasets for Standard {
    fn all<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Dataset>>> {
        Box::pin(async move {
            let all = items::catalogue(ctx).await?;
            let rows = i64::try_from(owed(&all, "").count()).unwrap_or_default();
            if rows == 0 {
                return Ok(Vec::new());
            }
            Ok(vec![Dataset {
                title: NAME.to_owned(),
                href: "/catalogue".to_owned(),
                about: "公开事项、内容要素、依据、时限、主体、渠道、对象、方式、层级",
                rows,
                json: "/catalogue/data.json".to_owned(),
            }])
        })
    }
}
