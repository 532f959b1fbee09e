//! The catalogue as a page.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::{self, CATALOGUE, Fill, STATUTORY, Tree},
    page::{self as part, Link},
};
use web::{Ctx, PortalShell, Reader, Result, filters, page::portal_page};

use super::{
    law::{ITEMS, items_of},
    standard::{self, Door},
};

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
#[template(path = "catalogue/templates/catalogue.html")]
struct Catalogue {
    shell: PortalShell,
    /// Domains of the standard catalogue.
    domains: Vec<Door>,
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
        shell: part::shell(&ctx, &reader, "法定主动公开内容", "openness", lead),
        domains: standard::doors(record::items::catalogue(&ctx).await?.as_ref()),
        rows,
        base,
    })
}
