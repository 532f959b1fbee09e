//! What the page of a case tells whoever handles it that stands in no case alone.

use std::sync::Arc;

use case::Entry;
use futures::future::BoxFuture;
use web::{Ctx, Desk, Result};

/// One such thing.
pub(crate) struct Told {
    pub(crate) title: &'static str,
    /// In sentences.
    pub(crate) words: Vec<String>,
    /// Whether something should be considered because of it.
    pub(crate) presses: bool,
    /// Words and address of what can be looked at or done.
    pub(crate) links: Vec<(String, String)>,
}

/// Who knows something of cases of one kind beside the case. Declared as `Arc<dyn Aside>`.
pub(crate) trait Aside: Send + Sync {
    /// Key of the kind.
    fn kind(&self) -> &'static str;

    /// What is told; nothing where there is nothing.
    fn told<'a>(&'a self, ctx: &'a Ctx, desk: &'a Desk, entry: &'a Entry) -> BoxFuture<'a, Result<Option<Told>>>;
}

/// All that is told beside this case.
///
/// # Errors
/// When the database fails, or a key does not fit.
pub(super) async fn of_case(ctx: &Ctx, desk: &Desk, entry: &Entry) -> Result<Vec<Told>> {
    let mut all = Vec::new();
    let asides: Vec<&Arc<dyn Aside>> = ctx.declared::<Arc<dyn Aside>>().collect();
    for aside in asides.into_iter().filter(|aside| aside.kind() == entry.kind) {
        all.extend(aside.told(ctx, desk, entry).await?);
    }
    Ok(all)
}
