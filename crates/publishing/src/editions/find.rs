//! Texts found from every page of the office.

use std::sync::Arc;

use document::{
    common::DOCUMENT_NUMBER,
    desk::{self as rows, Order},
    permissions::VIEW_DOCUMENTS,
};
use futures::future::BoxFuture;
use kernel::{Staff, may};
use web::{
    Ctx, Result,
    hooks::{FOUND, Finder, Found},
};

/// Texts by title, document number and index number.
pub(crate) fn finder() -> Arc<dyn Finder> {
    Arc::new(Texts)
}

struct Texts;

impl Finder for Texts {
    fn group(&self) -> &'static str {
        "稿件"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &VIEW_DOCUMENTS).is_err() {
                return Ok(Vec::new());
            }
            let organs = if staff.central { Vec::new() } else { crate::house(ctx).kept_by(&staff.organ) };
            let filter = rows::Filter { organs, words: words.to_owned(), ..rows::Filter::default() };
            let order = Order { by: rows::By::Updated, down: true };
            let most = i64::try_from(FOUND).unwrap_or(i64::MAX);
            let found = rows::list(ctx.db(), &document::Kinds::of(ctx), &filter, order, 0, most).await?;
            let one = |row: rows::Row| {
                let number = row.values.get(&DOCUMENT_NUMBER);
                let organ = ctx.directory().short_name(&row.organ).to_owned();
                let about = [row.state_words(), number, &organ];
                let about: Vec<&str> = about.into_iter().filter(|part| !part.is_empty()).collect();
                let (label, href) = (row.shown_title().to_owned(), format!("/documents/{}", row.document));
                Found { about: about.join("　"), label, href }
            };
            Ok(found.into_iter().map(one).collect())
        })
    }
}
