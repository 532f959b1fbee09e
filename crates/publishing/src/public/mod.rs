//! What the public can read now, for pages and for other programs in this process: the document machine's answers, with the
//! columns in which documents stand.

use document::public;
use kernel::id::DocumentId;
use web::{Ctx, Result};

pub use document::{
    columns::{Column, column, column_names, columns},
    public::{Found, Listed},
};

/// What stands at a document's address.
pub async fn document(ctx: &Ctx, id: &DocumentId) -> Result<Option<Found>> {
    Ok(public::found(ctx.db(), &document::Kinds::of(ctx), &ctx.site().domain, id).await?)
}

/// The newest public documents of these kinds; of all kinds when none are given.
pub async fn latest(ctx: &Ctx, kinds: &[document::Kind], limit: i64) -> Result<Vec<Listed>> {
    Ok(public::latest(ctx.db(), &document::Kinds::of(ctx), kinds, limit).await?)
}
