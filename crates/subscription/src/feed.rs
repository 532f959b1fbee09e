//! The conditions of a subscription as an Atom feed (RFC 4287): they stand in the address, nobody is known and nothing is kept.
//! What was withdrawn is taken back (RFC 6721).

use axum::{extract::State, response::Response};
use document::{
    Kinds,
    columns::Tree,
    common::SUMMARY,
    public::{self, Filter as Listing, Order, Places},
};
use kernel::{OrganCode, id::ColumnId};
use web::{
    Ctx, Error, FormErrors, Query, Result,
    feed::{Entry, Feed, Gone, newest as newest_change},
    page::{feed_tag, xml_text},
};

use crate::{
    ask::PATH,
    facts::{self, Public},
    filter::{Filter, Names},
    form::{Pairs, Typed},
};

/// Entries of a feed.
const SIZE: usize = 50;
/// Tombstones of a feed.
const GONE: i64 = 50;
/// Documents that are looked at: a feed is of what is new.
const LOOKED_AT: usize = 1_000;
/// Of them at a time.
const STEP: i64 = 200;

/// The newest public documents that the conditions fit, among the newest [`LOOKED_AT`] that their organ, columns and kinds leave.
///
/// # Errors
/// When the database fails.
pub(crate) async fn newest(ctx: &Ctx, filter: &Filter, most: usize) -> Result<Vec<Public>> {
    let (kinds, listing) = (Kinds::of(ctx), coarse(ctx, filter).await?);
    let (mut found, mut seen, mut after) = (Vec::new(), 0, None);
    while seen < LOOKED_AT {
        let slice = public::list(ctx.db(), &kinds, &listing, Order::Newest, Places::after(after, STEP)).await?;
        seen += slice.items.len();
        for one in facts::of_listed(ctx, slice.items).await? {
            if filter.judge(&one.facts).is_some() {
                found.push(one);
            }
            if found.len() >= most {
                return Ok(found);
            }
        }
        after = slice.next;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// What lists can narrow by themselves without leaving out anything that fits.
async fn coarse(ctx: &Ctx, filter: &Filter) -> Result<Listing> {
    if filter.any {
        return Ok(Listing::default());
    }
    let kinds = Kinds::of(ctx);
    let organ = match filter.organs.as_slice() {
        // After a reform another organ answers for one that is no more: its documents fit, too.
        [one] => {
            Some(OrganCode::from(one.as_str())).filter(|code| ctx.directory().stands_for(code, ctx.today()) == *code)
        }
        _ => None,
    };
    let mut columns: Vec<ColumnId> = Vec::new();
    if !filter.columns.is_empty() {
        let tree = Tree::load(ctx.db()).await?;
        for slug in &filter.columns {
            columns.extend(tree.below(&ColumnId::from(slug.as_str())));
        }
        columns.sort();
        columns.dedup();
    }
    let kinds = filter.kinds.iter().filter_map(|key| kinds.get(key)).collect();
    Ok(Listing { columns, organ, kinds, ..Listing::default() })
}

/// `GET /subscriptions/feed.atom`, with the conditions in its query.
pub(crate) async fn feed(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    let names = Names::now(&ctx).await?;
    let mut errors = FormErrors::new();
    let filter = Typed::of_query(pairs).filter(&names, &mut errors);
    if let Some((name, message)) = errors.items().first() {
        // A program that reads something else than it asked for does not notice.
        return Err(Error::Invalid(format!("网址里的 {name} 读不出来：{message}")));
    }
    let found = newest(&ctx, &filter, SIZE).await?;
    let tombs = public::withdrawn(ctx.db(), &Kinds::of(&ctx), &coarse(&ctx, &filter).await?, GONE).await?;
    let (site, base) = (ctx.site(), ctx.portal_url());
    let tag = |what: &str| feed_tag(&site.domain, what);
    let entry = |one: Public| Entry {
        id: tag(&format!("document/{}", one.listed.id)),
        title: xml_text(&one.listed.title),
        href: format!("{base}{}", one.listed.path),
        published: one.listed.published_at.clone(),
        updated: one.listed.updated_at.clone(),
        organ: xml_text(&one.organ),
        kind: one.listed.kind.label.to_owned(),
        summary: xml_text(match one.listed.values.get(&SUMMARY) {
            "" => one.listed.title.as_str(),
            summary => summary,
        }),
        ..Entry::default()
    };
    let entries: Vec<Entry> = found.into_iter().map(entry).collect();
    let buried = |tomb: public::Tombstone| Gone { id: tag(&format!("document/{}", tomb.id)), when: tomb.withdrawn_at };
    let gone: Vec<Gone> = tombs.into_iter().map(buried).collect();
    let query = filter.query();
    let asked = if query.is_empty() { query } else { format!("?{query}") };
    Feed {
        id: tag(&format!("feed{PATH}{asked}")),
        title: xml_text(&format!("{} - {}", filter.words_by(&names), site.name)),
        own: format!("{base}{PATH}/feed.atom{asked}"),
        page: format!("{base}{PATH}{asked}"),
        host: xml_text(&site.host),
        updated: newest_change(&entries, &gone),
        entries,
        gone,
        ..Feed::default()
    }
    .answer()
}
