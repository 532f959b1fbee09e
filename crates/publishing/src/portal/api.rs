//! The open interface `/api/v1`: the same public documents and organs, for programs. No key, no cookie, read only.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use document::{
    Facet, Kinds,
    columns::Tree,
    common::SOURCE,
    html::pictures::{Address, of as pictures_of},
    page::base_url,
    public::{self, Filter, Found},
};
use kernel::{
    OrganKind,
    id::{ColumnId, DocumentId},
};
use serde_json::{Value, json};
use web::{Ctx, Error, Query, Result, page::escape_query};

use super::{
    downloads::{Told, fresh, item, values_of},
    lists::{Asked, Pairs},
};

/// Rows per page unless asked otherwise.
const SIZE: i64 = 50;
/// Most rows per page.
const MOST: i64 = 200;
/// Documents that are counted where counting takes reading; `more` tells that there are others.
const COUNTED: i64 = 10_000;

/// Any program in any browser may read what is public.
pub(super) fn open(value: Value) -> Response {
    let mut response = fresh(Json(value).into_response());
    response
        .headers_mut()
        .insert(HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
    response
}

/// `GET /api/v1/documents`
pub(super) async fn documents(State(ctx): State<Ctx>, Query(pairs): Query<Pairs>) -> Result<Response> {
    let kinds = Kinds::of(&ctx);
    let asked = Asked::read(&kinds, pairs);
    let mut filter = asked.filter(&kinds);
    if !asked.column.is_empty() {
        filter.columns = Tree::load(ctx.db()).await?.below(&ColumnId::from(asked.column.as_str()));
    }
    let size = asked.size.parse().unwrap_or(SIZE).clamp(1, MOST);
    let page = asked.page();
    let (total, told) = tokio::try_join!(count(&ctx, &filter), Told::load(&ctx))?;
    let slice = public::list(ctx.db(), &kinds, &filter, asked.order(), asked.places(page, size)).await?;
    let pages = ((total.n + size - 1) / size).max(1);
    let next = slice.next.map(|after| {
        let base = format!("{}/api/v1/documents?{}", base_url(&ctx), asked.query("page"));
        format!("{base}&size={size}&page={}&after={after}", page + 1).replace("?&", "?")
    });
    let items: Vec<Value> = slice.items.iter().map(|one| Value::Object(item(&ctx, &told, one))).collect();
    Ok(open(json!({
        "total": total.n, "more": total.more, "page": page, "pages": pages, "size": size, "next": next, "items": items,
    })))
}

async fn count(ctx: &Ctx, filter: &Filter) -> Result<public::Total> {
    Ok(public::count(ctx.db(), filter, COUNTED).await?)
}

/// `GET /api/v1/documents/{id}`
pub(super) async fn document(State(ctx): State<Ctx>, Path(id): Path<DocumentId>) -> Result<Response> {
    let document = match crate::public::document(&ctx, &id).await?.ok_or(Error::NotFound)? {
        Found::Public(document) => document,
        Found::Withdrawn(tomb) => return Err(Error::Gone(format!("“{}”已撤回。原因：{}", tomb.title, tomb.reason))),
    };
    let (kinds, told, base) = (Kinds::of(&ctx), Told::load(&ctx).await?, base_url(&ctx));
    let items = |listed: &[public::Listed]| -> Vec<Value> {
        listed.iter().map(|one| Value::Object(item(&ctx, &told, one))).collect()
    };
    let mut value = item(&ctx, &told, &document.listed);
    let facets: Vec<&'static Facet> = kinds.facets().into_iter().filter(|facet| facet.public).collect();
    values_of(&facets, &document.listed.values, &mut value);
    // Where the source is not told, it is the organ.
    if document.listed.values.get(&SOURCE).is_empty() {
        value.insert(SOURCE.key.to_owned(), json!(document.listed.organ));
    }
    let attachment = |one: &public::PublicFile| {
        json!({
            "id": one.id, "title": one.title, "file_name": one.file_name, "media_type": one.media_type,
            "bytes": one.bytes, "sha256": one.digest,
            "url": format!("{base}/attachments/{}/{}", one.id, escape_query(&one.file_name).replace('/', "%2F")),
        })
    };
    let alts = pictures_of(&document.body_html);
    let picture = |one: &public::PublicPicture| {
        let address = one.address.to_string();
        let alt = alts.iter().find(|named| named.src == address).and_then(|named| named.alt.clone());
        let size = |address: &Address, digest: &str, bytes: i64| {
            json!({
                "url": format!("{base}{address}"), "width": address.size.0, "height": address.size.1, "bytes": bytes,
                "sha256": digest,
            })
        };
        let mut told = size(&one.address, &one.digest, one.bytes);
        told["media_type"] = json!(one.media_type);
        told["alt"] = json!(alt.unwrap_or_default());
        told["small"] =
            one.address.small().map_or(Value::Null, |small| size(&small, &one.small_digest, one.small_bytes));
        told
    };
    let past = |past: &public::PastEdition| {
        json!({
            "edition": past.number, "title": past.title, "published_at": past.published_at, "ended_at": past.ended_at,
            "changed": past.changed,
        })
    };
    let more = [
        ("edition", json!(document.number)),
        ("body_html", json!(document.body_html)),
        ("body_text", json!(document.body_text)),
        ("sha256", json!(document.digest)),
        ("note", json!(document.note)),
        ("attachments", json!(document.attachments.iter().map(attachment).collect::<Vec<_>>())),
        ("pictures", json!(document.pictures.iter().map(picture).collect::<Vec<_>>())),
        ("history", json!(document.superseded.iter().map(past).collect::<Vec<_>>())),
    ];
    value.extend(more.map(|(key, value)| (key.to_owned(), value)));
    for relation in kinds.relations() {
        let forward = items(document.forward(relation.key));
        let forward =
            if relation.most == 1 { forward.into_iter().next().unwrap_or(Value::Null) } else { json!(forward) };
        value.insert(relation.key.to_owned(), forward);
        value.insert(relation.backs.to_owned(), json!(items(document.back(relation.key))));
    }
    Ok(open(Value::Object(value)))
}

/// `GET /api/v1/organs`
pub(super) async fn organs(State(ctx): State<Ctx>) -> Result<Response> {
    let counts = public::organs(ctx.db()).await?;
    let (directory, today, base) = (ctx.directory(), ctx.today(), base_url(&ctx));
    let items: Vec<Value> = directory
        .all()
        .iter()
        .map(|organ| {
            json!({
                "code": organ.code, "name": organ.name, "short_name": organ.short_name, "aliases": organ.aliases,
                "kind": organ.kind, "kind_name": organ.kind.label(), "parent": organ.parent, "leader": organ.leader,
                "phone": organ.phone, "address": organ.address, "hours": organ.hours,
                "exists": organ.exists_on(today),
                "exists_from": organ.exists_from.map(|day| day.to_string()),
                "exists_to": organ.exists_to.map(|day| day.to_string()),
                "successor": organ.successor,
                "documents": counts.iter().find(|one| one.of == organ.code).map_or(0, |one| one.count),
                "url": format!("{base}/organs/{}", organ.code),
            })
        })
        .collect();
    let kinds: Vec<Value> = OrganKind::ALL.iter().map(|kind| json!({ "kind": kind, "name": kind.label() })).collect();
    Ok(open(json!({ "total": items.len(), "kinds": kinds, "items": items })))
}
