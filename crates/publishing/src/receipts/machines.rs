//! The log as programs read it: its signed state, its key, and its pieces (C2SP tlog-tiles below `/log`).

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use receipt::tile::{self, Tile, WIDTH, bundle};
use web::{Ctx, Error, Result, hooks::Unlinked, page::PUBLIC};

use super::{count, rows, witnesses};

/// A whole piece never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

fn answer(body: impl IntoResponse, media: HeaderValue, policy: HeaderValue) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    response.headers_mut().insert(header::CACHE_CONTROL, policy);
    response
}

/// `GET /log/checkpoint`
pub(super) async fn checkpoint(State(ctx): State<Ctx>) -> Result<Response> {
    let head = rows::head(ctx.db().read()).await?.ok_or(Error::NotFound)?;
    let newest = witnesses::states(&ctx, Some(&head)).await?.into_iter().next();
    Ok(answer(newest.map_or(head.checkpoint, |state| state.checkpoint), TEXT, PUBLIC))
}

/// `GET /log/key`: the public key, one line.
pub(super) async fn key(State(ctx): State<Ctx>) -> Result<Response> {
    let head = rows::head(ctx.db().read()).await?.ok_or(Error::NotFound)?;
    Ok(answer(format!("{}\n", head.key), TEXT, PUBLIC))
}

/// `GET /log/tile/{level}/{a}`
pub(super) async fn tile_at(State(ctx): State<Ctx>, Path((level, a)): Path<(String, String)>) -> Result<Response> {
    piece(&ctx, &format!("{level}/{a}")).await
}

/// `GET /log/tile/{level}/{a}/{b}`: a part of a piece, or a piece behind the thousandth.
pub(super) async fn tile_below(
    State(ctx): State<Ctx>,
    Path((level, a, b)): Path<(String, String, String)>,
) -> Result<Response> {
    piece(&ctx, &format!("{level}/{a}/{b}")).await
}

/// `GET /log/tile/{level}/{a}/{b}/{c}`
pub(super) async fn tile_far_below(
    State(ctx): State<Ctx>,
    Path((level, a, b, c)): Path<(String, String, String, String)>,
) -> Result<Response> {
    piece(&ctx, &format!("{level}/{a}/{b}/{c}")).await
}

/// A piece of what is signed.
async fn piece(ctx: &Ctx, path: &str) -> Result<Response> {
    let tile = Tile::parse(path).ok_or(Error::NotFound)?;
    let head = rows::head(ctx.db().read()).await?.filter(|head| tile.is_within(count(head.size)));
    head.ok_or(Error::NotFound)?;
    let bytes = match tile.level {
        None => {
            let leaves = rows::leaves(ctx.db(), &tile.numbers()).await?;
            bundle(leaves.iter().map(String::as_str)).map_err(|fault| Error::internal(fault.to_string()))?
        }
        Some(_) => {
            let places = tile.places();
            let held = rows::nodes(ctx.db().read(), &places).await?;
            let hashes: Option<Vec<[u8; 32]>> = places.iter().map(|place| held.get(place).map(|hash| hash.0)).collect();
            hashes.ok_or_else(|| Error::internal("the public log misses a hash"))?.concat()
        }
    };
    let policy = if tile.width == WIDTH { FOR_EVER } else { PUBLIC };
    Ok(answer(bytes, BYTES, policy))
}

/// Every piece of what is signed, for a copy of the portal that serves the log as well, and the addresses that receipts name.
pub(super) struct Pieces;

impl Unlinked for Pieces {
    fn addresses<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async move {
            let size = rows::head(ctx.db().read()).await?.map_or(0, |head| count(head.size));
            let mut addresses: Vec<String> =
                tile::all(size).iter().map(|tile| format!("/log/tile/{}", tile.path())).collect();
            // Of some kinds the page stands elsewhere, and leads there from here.
            let documents = rows::documents(ctx.db()).await?;
            addresses.extend(documents.into_iter().map(|id| format!("/documents/{id}")));
            Ok(addresses)
        })
    }
}
