//! The pages of the audit administrator.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{OrganCode, id::AccountId};
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, filters, office_page, views};

use crate::accounts;

use super::{
    store::{self, Filter},
    titles,
    words::{EventRow, Words},
};

const SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "audit/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    errors: FormErrors,
    filter: Filter,
    kinds: Vec<(String, String)>,
    subjects: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    rows: Vec<EventRow>,
    query: String,
    first: String,
    newer: String,
    older: String,
    saved: Vec<views::Kept>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
}

#[derive(Template)]
#[template(path = "audit/templates/detail.html")]
struct DetailPage {
    shell: OfficeShell,
    row: EventRow,
    event: kernel::event::Event,
    data: String,
    organ: String,
    fits: bool,
    previous: i64,
    next: i64,
}

fn named(ctx: &Ctx, mut rows: Vec<EventRow>) -> Vec<EventRow> {
    let directory = ctx.directory();
    for row in &mut rows {
        let code = OrganCode::from(row.organ.as_str());
        row.organ = directory.short_name(&code).to_owned();
    }
    rows
}

/// A person chosen by a link is named by login in the field, which people can read, instead of by id.
async fn by_login(ctx: &Ctx, filter: Filter) -> Result<Filter> {
    let chosen = accounts::find_by_id(ctx.db(), &AccountId::from(filter.actor.trim())).await?;
    Ok(match chosen {
        Some(account) => Filter { actor: account.login, ..filter },
        None => filter,
    })
}

/// GET /audit
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let filter = by_login(&ctx, filter).await?;
    let mut events = store::search(ctx.db(), &filter, SIZE + 1).await?;
    let more = events.len() as i64 > SIZE;
    let forwards = filter.after > 0;
    if more {
        // The one too many lies at the end that was walked towards.
        events.remove(if forwards { 0 } else { events.len() - 1 });
    }
    let (first, last) = (events.first().map_or(0, |event| event.seq), events.last().map_or(0, |event| event.seq));
    let (is_newer, is_older) = if forwards { (more, !events.is_empty()) } else { (filter.before > 0, more) };
    let titles = titles::of(&ctx, &events).await?;
    let directory = ctx.directory();
    let words = Words(ctx.capabilities(), &directory);
    let query = filter.query();
    let with = |extra: &str| match (query.is_empty(), extra.is_empty()) {
        (true, true) => "/audit".to_owned(),
        (true, false) => format!("/audit?{extra}"),
        (false, true) => format!("/audit?{query}"),
        (false, false) => format!("/audit?{query}&{extra}"),
    };
    office_page(&ListPage {
        saved: views::kept(&ctx, &desk.staff, "/audit", &query).await?,
        keep: query.clone(),
        shell: desk.shell(&ctx, "留痕与验证").await?.with_error(!filter.faults().is_empty()),
        errors: filter.faults(),
        rows: named(&ctx, words.rows(events.into_iter(), &titles)),
        kinds: ctx.capabilities().events().map(|kind| (kind.name.to_owned(), kind.label.to_owned())).collect(),
        subjects: ctx.capabilities().subjects().collect(),
        organs: ctx.directory().all().iter().map(|organ| (organ.code.to_string(), organ.short_name.clone())).collect(),
        first: if is_newer { with("") } else { String::new() },
        newer: if is_newer { with(&format!("after={first}")) } else { String::new() },
        older: if is_older { with(&format!("before={last}")) } else { String::new() },
        query: if query.is_empty() { String::new() } else { format!("?{query}") },
        filter,
    })
}

/// GET /audit/{seq}
pub(super) async fn detail(State(ctx): State<Ctx>, desk: Desk, Path(seq): Path<i64>) -> Result<Response> {
    let event = store::get(ctx.db(), seq).await?.ok_or(Error::NotFound)?;
    let data = serde_json::from_str::<serde_json::Value>(&event.data)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| event.data.clone());
    let titles = titles::of(&ctx, std::slice::from_ref(&event)).await?;
    let row = Words(ctx.capabilities(), &ctx.directory()).rows(std::iter::once(event.clone()), &titles).remove(0);
    let code = OrganCode::from(event.organ.as_str());
    let newest = *ctx.db().head().borrow();
    office_page(&DetailPage {
        shell: desk.shell(&ctx, format!("第 {seq} 号记录")).await?,
        organ: ctx.directory().get(&code).map_or(event.organ.clone(), |organ| organ.name.clone()),
        fits: kernel::event::chain_hash(&event) == event.hash,
        previous: seq - 1,
        next: if seq < newest { seq + 1 } else { 0 },
        row,
        event,
        data,
    })
}
