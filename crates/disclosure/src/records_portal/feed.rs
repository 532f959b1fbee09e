//! The feed of a table (Atom): what became public or was corrected lately, and what was taken away.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::page::base_url;
use item::Item;
use record::{
    Query,
    query::Row,
    withdraw::{self, Withdrawn},
};
use web::{
    Ctx, Error, Result,
    feed::{Entry, Feed, Gone, newest},
    page::{feed_tag, xml_text},
};

use super::{cells, tables};

/// Entries of a feed.
const SIZE: usize = 50;
/// The order by when records became public.
const PUBLISHED: &str = "published";

/// By which readers of a feed know a record again.
fn tag(ctx: &Ctx, what: &str) -> String {
    feed_tag(&ctx.site().domain, what)
}

/// `GET /records/{item}/feed.atom`
pub(super) async fn feed(State(ctx): State<Ctx>, Path(key): Path<String>) -> Result<Response> {
    let item = tables::find(&ctx, &key).await?.ok_or(Error::NotFound)?;
    let page = Query::new(std::sync::Arc::clone(&item)).page(ctx.db(), PUBLISHED, None, SIZE).await?;
    let lines: store::Page<Withdrawn> =
        withdraw::list(Some(&item.key)).page(ctx.db(), Some("newest"), None, SIZE).await?;
    let taken = lines.rows.into_iter().map(|line| (line.record, line.at));
    // What was sealed or has expired is told by its id alone: readers of feeds keep no copy of it either.
    let ended = withdraw::ended(ctx.db().read(), &item.key, SIZE).await?;
    let mut gone: Vec<Gone> =
        taken.chain(ended).map(|(record, when)| Gone { id: tag(&ctx, &format!("record/{record}")), when }).collect();
    gone.sort_by(|one, other| other.when.cmp(&one.when));
    gone.truncate(SIZE);
    let entries: Vec<Entry> = page.rows.iter().map(|row| entry(&ctx, &item, row)).collect();
    let (base, site, path) = (base_url(&ctx), ctx.site(), tables::path(&item.key));
    Feed {
        id: tag(&ctx, &format!("records/{}", item.key)),
        title: xml_text(&format!("{} - {}", item.title, site.name)),
        own: format!("{base}{path}/feed.atom"),
        page: format!("{base}{path}"),
        hubs: Vec::new(),
        host: xml_text(&site.host),
        updated: newest(&entries, &gone),
        entries,
        gone,
    }
    .answer()
}

fn entry(ctx: &Ctx, item: &Item, row: &Row) -> Entry {
    let directory = ctx.directory();
    let organ = directory.get(&row.organ).map_or(row.organ.as_str(), |organ| organ.name.as_str());
    let values = cells::listed(item).into_iter().filter_map(|column| {
        let value = cells::full(column, row.data.get(&column.key));
        (!value.is_empty()).then(|| format!("{}：{value}", cells::label(column)))
    });
    let corrected = if row.version > 1 { "（更正）" } else { "" };
    Entry {
        id: tag(ctx, &format!("record/{}", row.record)),
        title: xml_text(&format!("{}{corrected}", cells::name(item, &row.data))),
        href: format!("{}{}/{}", base_url(ctx), tables::path(&item.key), row.record),
        published: String::new(),
        updated: row.public_at.clone(),
        organ: xml_text(organ),
        kind: item.title.clone(),
        summary: xml_text(&values.collect::<Vec<_>>().join("；")),
        content: String::new(),
    }
}
