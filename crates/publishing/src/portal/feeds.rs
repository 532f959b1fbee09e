//! Atom feeds (RFC 4287): everything that is new, and column by column. What was withdrawn is taken back (RFC 6721). Those that
//! are told of by name ([`of_document`]) name the hubs that hear of their changes (WebSub), in the feed and in its headers.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    Kinds,
    columns::{self, Tree, column as column_of},
    common::SUMMARY,
    html::pictures::absolute,
    page::base_url,
    public::{self, Filter, Listed, Order, Places, Tombstone},
    rows,
};
use futures::future::BoxFuture;
use kernel::{
    OrganCode,
    id::{ColumnId, DocumentId},
};
use store::Tx;
use web::{
    Ctx, Error, Query, Refusal, Result,
    feed::{Entry, Feed, Gone, newest},
    page::{feed_tag, xml_text},
    push::{self, Feeds},
};

use super::lists::{Asked, Pairs};

/// Entries of a feed.
const SIZE: i64 = 50;
/// Bytes of all texts of a feed together.
const ROOM: usize = 1 << 20;

/// By which readers of a feed know something again.
fn tag(ctx: &Ctx, what: &str) -> String {
    feed_tag(&ctx.site().domain, what)
}

/// Entries with their texts, as far as there is room for them.
async fn entries(ctx: &Ctx, listed: &[Listed]) -> Result<Vec<Entry>> {
    let (directory, base) = (ctx.directory(), base_url(ctx));
    let editions: Vec<_> = listed.iter().map(|one| &one.edition).collect();
    let mut texts = public::texts(ctx.db(), &editions).await?;
    let mut room = ROOM;
    let mut content = |one: &Listed| match texts.remove(&one.edition) {
        Some(text) if text.len() <= room => {
            room -= text.len();
            xml_text(&absolute(&text, &base))
        }
        _ => String::new(),
    };
    let mut entry = |one: &Listed| Entry {
        id: tag(ctx, &format!("document/{}", one.id)),
        title: xml_text(&one.title),
        href: format!("{base}{}", one.path),
        published: one.published_at.clone(),
        updated: one.updated_at.clone(),
        organ: xml_text(directory.get(&one.organ).map_or(one.organ.as_str(), |organ| organ.name.as_str())),
        kind: one.kind.label.to_owned(),
        summary: xml_text(one.values.get(&SUMMARY)),
        content: content(one),
    };
    Ok(listed.iter().map(&mut entry).collect())
}

/// What readers of the feed take out again.
fn gone(ctx: &Ctx, tombs: Vec<Tombstone>) -> Vec<Gone> {
    tombs
        .into_iter()
        .map(|tomb| Gone { id: tag(ctx, &format!("document/{}", tomb.id)), when: tomb.withdrawn_at })
        .collect()
}

/// What a feed is of.
struct Of {
    /// What its tag says: stays the same for ever.
    tag: String,
    title: String,
    /// Its own address, and that of the page with the same list, from `/` on.
    own: String,
    page: String,
    filter: Filter,
}

async fn of(ctx: &Ctx, of: Of) -> Result<Response> {
    let kinds = Kinds::of(ctx);
    let (listed, tombs) = tokio::try_join!(
        public::list(ctx.db(), &kinds, &of.filter, Order::Newest, Places::first(SIZE)),
        public::withdrawn(ctx.db(), &kinds, &of.filter, SIZE)
    )?;
    let gone = gone(ctx, tombs);
    let (entries, base) = (entries(ctx, &listed.items).await?, base_url(ctx));
    let site = ctx.site();
    Feed {
        id: tag(ctx, &of.tag),
        title: xml_text(&format!("{} - {}", of.title, site.name)),
        own: format!("{base}{}", of.own),
        page: format!("{base}{}", of.page),
        // Of a question of one reader nobody tells a hub.
        hubs: if of.own.contains('?') { Vec::new() } else { push::hubs(ctx) },
        host: xml_text(&site.host),
        updated: newest(&entries, &gone),
        entries,
        gone,
    }
    .answer()
}

/// `GET /feed.atom`
pub(super) async fn all(State(ctx): State<Ctx>) -> Result<Response> {
    let kinds = Kinds::of(&ctx);
    let (listed, tombs) =
        tokio::try_join!(public::latest(ctx.db(), &kinds, &[], SIZE), public::tombstones(ctx.db(), &kinds, &[], SIZE))?;
    let (entries, base) = (entries(&ctx, &listed).await?, base_url(&ctx));
    let gone = gone(&ctx, tombs);
    let site = ctx.site();
    Feed {
        id: tag(&ctx, "feed"),
        title: xml_text(&format!("{}最新公开", site.name)),
        own: format!("{base}/feed.atom"),
        page: format!("{base}/documents"),
        hubs: push::hubs(&ctx),
        host: xml_text(&site.host),
        updated: newest(&entries, &gone),
        entries,
        gone,
    }
    .answer()
}

/// `GET /columns/{slug}/feed.atom`
pub(super) async fn column(State(ctx): State<Ctx>, Path(slug): Path<ColumnId>) -> Result<Response> {
    let (tree, column) = tokio::try_join!(Tree::load(ctx.db()), column_of(ctx.db(), &slug))?;
    let column = column.ok_or(Error::NotFound)?;
    let feed = Of {
        tag: format!("column/{slug}"),
        title: column.name,
        own: format!("/columns/{slug}/feed.atom"),
        page: format!("/columns/{slug}"),
        filter: Filter { columns: tree.below(&slug), ..Filter::default() },
    };
    of(&ctx, feed).await
}

/// `GET /organs/{code}/feed.atom`
pub(super) async fn organ(State(ctx): State<Ctx>, Path(code): Path<OrganCode>) -> Result<Response> {
    let name = ctx.directory().get(&code).map(|organ| organ.name.clone()).ok_or(Error::NotFound)?;
    let feed = Of {
        tag: format!("organ/{code}"),
        title: name,
        own: format!("/organs/{code}/feed.atom"),
        page: format!("/organs/{code}"),
        filter: Filter { organ: Some(code), ..Filter::default() },
    };
    of(&ctx, feed).await
}

/// `GET /policies/feed.atom`: the library as it is narrowed, by subject for instance.
pub(super) async fn policies(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    narrowed(&ctx, pairs, ("/policies", "政策库"), Asked::policy_filter).await
}

/// `GET /documents/feed.atom`: all that is public, as it is narrowed.
pub(super) async fn documents(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    narrowed(&ctx, pairs, ("/documents", "公开信息"), Asked::filter).await
}

async fn narrowed(
    ctx: &Ctx,
    pairs: Pairs,
    (path, name): (&str, &str),
    filter: fn(&Asked, &Kinds) -> Filter,
) -> Result<Response> {
    let kinds = Kinds::of(ctx);
    // A feed is of what is new, whatever the order of the list.
    let mut asked = Asked::read(&kinds, pairs);
    asked.readable(&kinds)?;
    asked.sort.clear();
    let narrowed = asked.narrowed();
    let directory = ctx.directory();
    let organ = directory.get(&OrganCode::from(asked.organ.as_str())).map(|organ| organ.short_name.as_str());
    let words: Vec<&str> = organ.into_iter().chain(asked.words()).collect();
    let title = if words.is_empty() { name.to_owned() } else { format!("{name}（{}）", words.join("，")) };
    let feed = Of {
        tag: format!("feed{path}{narrowed}"),
        title,
        own: format!("{path}/feed.atom{narrowed}"),
        page: format!("{path}{narrowed}"),
        filter: filter(&asked, &kinds),
    };
    of(ctx, feed).await
}

/// The feeds that change with a document: of everything, of its organ, of its column and those above it.
pub(crate) struct OfDocuments;

impl Feeds for OfDocuments {
    fn of_document<'a>(
        &'a self,
        _: &'a Ctx,
        tx: &'a mut Tx,
        document: &'a DocumentId,
    ) -> BoxFuture<'a, Result<Vec<String>, Refusal>> {
        Box::pin(async move {
            let found = rows::document(tx.conn(), document).await?;
            let Some(row) = found.filter(rows::DocumentRow::was_public) else { return Ok(Vec::new()) };
            let mut feeds = vec!["/feed.atom".to_owned(), "/documents/feed.atom".to_owned()];
            if row.kind == crate::kinds::POLICY.key {
                feeds.push("/policies/feed.atom".to_owned());
            }
            feeds.push(format!("/organs/{}/feed.atom", row.organ));
            let tree = columns::tree(tx.conn()).await?;
            let (mut at, mut above) = (row.column, Vec::new());
            // Each once: columns may lead in a circle when somebody has written them by hand.
            while let Some((_, column)) = tree.iter().find(|(_, column)| column.slug == at) {
                if above.contains(&at) {
                    break;
                }
                above.push(at);
                at = column.parent.clone();
            }
            feeds.extend(above.into_iter().map(|slug| format!("/columns/{slug}/feed.atom")));
            Ok(feeds)
        })
    }
}
