//! Duties found from every page of the office.

use std::sync::Arc;

use duty::{
    board::{self, Line},
    permissions::VIEW_DUTIES,
};
use futures::future::BoxFuture;
use kernel::{Staff, id::DutyId, may};
use sound::{Letters, typed_letters};
use web::{
    Ctx, Result, filters,
    hooks::{FOUND, Finder, Found},
};

use super::filter::{Filter, Row};

/// Duties that letters may mean at most: those of other organs and those that no longer run are left out afterwards.
const MEANT: usize = 200;

/// Duties by their words, their place and their organs, as the board finds them, and by the first letters of their words.
pub(crate) fn finder() -> Arc<dyn Finder> {
    Arc::new(Duties)
}

struct Duties;

/// All duties by the letters of their words, worked out anew when something has happened.
async fn by_letters(ctx: &Ctx) -> Result<Arc<Vec<(DutyId, Letters)>>> {
    let db = ctx.db();
    let ask = async {
        let words = board::words(db).await?;
        Ok::<_, store::Error>(Arc::new(
            words.into_iter().map(|(duty, text)| (duty, Letters::of(&text))).collect::<Vec<_>>(),
        ))
    };
    Ok(db.while_unchanged("letters of duties".to_owned(), ask).await?)
}

/// The ids of the duties that these letters may mean.
async fn meant(ctx: &Ctx, typed: &str) -> Result<Vec<String>> {
    let all = by_letters(ctx).await?;
    let fits = all.iter().filter(|(_, letters)| letters.place(typed).is_some());
    Ok(fits.take(MEANT).map(|(duty, _)| duty.to_string()).collect())
}

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
            let mut lines: Vec<Line> = page.rows;
            if let Some(typed) = typed_letters(words).filter(|_| lines.len() < FOUND) {
                let ids = meant(ctx, &typed).await?;
                if !ids.is_empty() {
                    let wanted = board::Filter { words: Vec::new(), ids: Some(ids), ..wanted };
                    let more = board::page(ctx.db(), filter.rows(), &wanted, filter.order(), ctx.today(), at).await?;
                    lines.extend(more.rows);
                }
            }
            let mut seen = std::collections::BTreeSet::new();
            lines.retain(|line| seen.insert(line.duty.to_string()));
            let one = |line: Line| {
                let row = Row::new(ctx, line);
                let due = row.due.map(|due| format!("　{due} 到期")).unwrap_or_default();
                Found {
                    label: filters::shortened(&row.text, 60),
                    about: format!("{}　{}{due}", row.word, row.organ),
                    href: format!("/duties/{}", row.duty),
                }
            };
            Ok(lines.into_iter().take(FOUND).map(one).collect())
        })
    }
}
