//! Duties found from every page of the office.

use std::sync::Arc;

use duty::{board, permissions::VIEW_DUTIES};
use futures::future::BoxFuture;
use kernel::{Staff, may};
use web::{
    Ctx, Result, filters,
    hooks::{FOUND, Finder, Found},
};

use super::filter::{Filter, Row};

/// Duties by their words, their place and their organs, as the board finds them.
pub(crate) fn finder() -> Arc<dyn Finder> {
    Arc::new(Duties)
}

struct Duties;

impl Finder for Duties {
    fn group(&self) -> &'static str {
        "任务"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &VIEW_DUTIES).is_err() {
                return Ok(Vec::new());
            }
            let filter = Filter { view: "duty".into(), q: words.to_owned(), ..Filter::default() };
            let (wanted, at) = (filter.wanted(ctx, staff), ("", FOUND));
            let page = board::page(ctx.db(), filter.rows(), &wanted, filter.order(), ctx.today(), at).await?;
            let one = |line: board::Line| {
                let row = Row::new(ctx, line);
                let due = row.due.map(|due| format!("　{due} 到期")).unwrap_or_default();
                Found {
                    label: filters::shortened(&row.text, 60),
                    about: format!("{}　{}{due}", row.word, row.organ),
                    href: format!("/duties/{}", row.duty),
                }
            };
            Ok(page.rows.into_iter().map(one).collect())
        })
    }
}
