//! The map for readers: a line for each organ, and what organs have declared not to have.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use document::page::{self as part};
use futures::future::{BoxFuture, ready};
use item::ItemKey;
use kernel::OrganCode;
use web::{
    Ctx, PortalShell, Reader, Result,
    hooks::{Mapped, OnMap},
    page::portal_page,
};

use super::{load, map::Sum, none};

/// An organ in this year.
struct Line {
    code: String,
    name: String,
    asked: i64,
    good: i64,
    none: i64,
    missing: i64,
}

/// What an organ has declared not to have.
struct Declared {
    organ: String,
    item: String,
    from: String,
    until: String,
    reason: String,
    /// Day of the confirmation.
    confirmed: String,
}

#[derive(Template)]
#[template(path = "coverage/templates/public.html")]
struct Page {
    shell: PortalShell,
    year: i16,
    lines: Vec<Line>,
    declared: Vec<Declared>,
    office: String,
    today: String,
}

/// GET /catalogue/coverage
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let today = ctx.today();
    let map = load::map(&ctx, today.year()).await?;
    let directory = ctx.directory();
    let mut sums: BTreeMap<&OrganCode, Sum> = BTreeMap::new();
    for cell in map.cells(|line, _| line.item.confirmed) {
        sums.entry(&cell.owing.owes.organ).or_default().add(cell.why);
    }
    let organs = directory.all().iter().filter(|organ| organ.exists_on(today));
    let line = |organ: &kernel::Organ| {
        let sum = sums.get(&organ.code).copied().filter(|sum| sum.asked() > 0)?;
        Some(Line {
            code: organ.code.to_string(),
            name: organ.name.clone(),
            asked: sum.asked(),
            good: sum.good - sum.none,
            none: sum.none,
            missing: sum.late,
        })
    };
    let lines = organs.filter_map(line).collect();
    let all = record::items::catalogue(&ctx).await?;
    let rows = none::holding(ctx.db().read(), today).await?;
    let declared = rows.into_iter().filter_map(|row| {
        let entry = all.entry(&ItemKey::new(&row.item)?)?;
        Some(Declared {
            organ: directory.get(&row.organ).map_or_else(|| row.organ.to_string(), |organ| organ.name.clone()),
            item: entry.item.title.clone(),
            from: row.from_on,
            until: row.until_on,
            reason: row.reason,
            confirmed: load::day(&row.decided_at),
        })
    });
    let declared = declared.collect();
    let lead = "公开事项目录里的事项，各机关今年公开了多少，哪些还没有公开，哪些机关声明没有这类信息。";
    let title = "各机关公开情况";
    portal_page(&Page {
        shell: part::shell(&ctx, &reader, title, "openness", lead),
        year: map.year,
        lines,
        declared,
        office: directory.get(&ctx.office_organ()).map(|organ| organ.name.clone()).unwrap_or_default(),
        today: today.to_string(),
    })
}

/// The page on the site map.
pub(super) struct Public;

impl OnMap for Public {
    fn pages<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>> {
        let page = Mapped { href: "/catalogue/coverage".to_owned(), changed: String::new() };
        Box::pin(ready(Ok(vec![page])))
    }
}
