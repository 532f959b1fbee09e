//! The open interface `/api/v1`: the same public documents and organs, for programs. No key, no cookie, read only.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use kernel::OrganKind;
use serde_json::{Value, json};
use web::{Ctx, Error, Query, Result, page::escape_query};

use super::{
    downloads::{fresh, item},
    frame::{self, Tree},
    lists::Asked,
};
use crate::public::{self, Found};

/// Rows per page unless asked otherwise.
const SIZE: i64 = 50;
/// Most rows per page.
const MOST: i64 = 200;

/// Any program in any browser may read what is public.
pub(super) fn open(value: Value) -> Response {
    let mut response = fresh(Json(value).into_response());
    response
        .headers_mut()
        .insert(HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
    response
}

/// `GET /api/v1/documents`
pub(super) async fn documents(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let mut filter = asked.filter();
    if !asked.column.is_empty() {
        filter.columns = Tree::load(ctx.db()).await?.below(&asked.column);
    }
    let size = asked.size.trim().parse().unwrap_or(SIZE).clamp(1, MOST);
    let page = asked.page();
    let (listed, total) = public::list_in(ctx.db(), &filter, asked.order(), page, size).await?;
    let pages = ((total + size - 1) / size).max(1);
    let next = (page < pages).then(|| {
        format!("{}/api/v1/documents?{}&size={size}&page={}", frame::base_url(&ctx), asked.query("page"), page + 1)
            .replace("?&", "?")
    });
    let items: Vec<Value> = listed.iter().map(|one| item(&ctx, one)).collect();
    Ok(open(json!({ "total": total, "page": page, "pages": pages, "size": size, "next": next, "items": items })))
}

/// `GET /api/v1/documents/{id}`
pub(super) async fn document(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<Response> {
    let document = match public::document(ctx.db(), &id).await?.ok_or(Error::NotFound)? {
        Found::Public(document) => document,
        Found::Withdrawn(tomb) => return Err(Error::Gone(format!("“{}”已撤回。原因：{}", tomb.title, tomb.reason))),
    };
    let (edition, base) = (&document.edition, frame::base_url(&ctx));
    let mut value = item(&ctx, &document.listed);
    let attachments: Vec<Value> = document
        .attachments
        .iter()
        .map(|one| {
            json!({
                "id": one.id, "title": one.title, "file_name": one.file_name, "media_type": one.media_type, "bytes": one.bytes,
                "sha256": one.digest,
                "url": format!("{base}/attachments/{}/{}", one.id, escape_query(&one.file_name).replace('/', "%2F")),
            })
        })
        .collect();
    let history: Vec<Value> = document
        .superseded
        .iter()
        .map(|past| {
            json!({
                "edition": past.number, "title": past.title, "published_at": past.published_at, "ended_at": past.ended_at,
                "changed": past.changed,
            })
        })
        .collect();
    let more = json!({
        "edition": edition.number,
        "body_html": edition.body_html,
        "body_text": edition.body_text,
        "sha256": edition.digest,
        "effective_on": edition.effective_on,
        "expires_on": edition.expires_on,
        "topics": edition.topics,
        "keywords": edition.keywords,
        "source": edition.source,
        "note": edition.note,
        "attachments": attachments,
        "interpretations": document.interpretations.iter().map(|one| item(&ctx, one)).collect::<Vec<_>>(),
        "interprets": document.interprets.as_ref().map(|one| item(&ctx, one)),
        "history": history,
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
        all.extend(more);
    }
    Ok(open(value))
}

/// `GET /api/v1/organs`
pub(super) async fn organs(State(ctx): State<Ctx>) -> Result<Response> {
    let counts = public::organ_counts(ctx.db()).await?;
    let (directory, today, base) = (ctx.directory(), ctx.today(), frame::base_url(&ctx));
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
                "documents": counts.iter().find(|one| one.organ == organ.code.as_str()).map_or(0, |one| one.count),
                "url": format!("{base}/organs/{}", organ.code),
            })
        })
        .collect();
    let kinds: Vec<Value> = OrganKind::ALL.iter().map(|kind| json!({ "kind": kind, "name": kind.label() })).collect();
    Ok(open(json!({ "total": items.len(), "kinds": kinds, "items": items })))
}
