//! The guide for who wants to ask.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    Kinds,
    columns::{REQUESTS, Tree},
    page::{self as part, Contact, Line, Link, contact},
    public::{self, Filter, Listed, Order, Places},
};
use kernel::{Organ, id::ColumnId};
use web::{Ctx, PortalShell, Reader, Result, page::portal_page};

#[derive(Template)]
#[template(path = "foi/templates/foi.html")]
struct Foi {
    shell: PortalShell,
    office: Contact,
    clock: String,
    today: String,
    due: String,
    documents: Vec<Line>,
    column: Option<Link>,
    organs: Vec<Organ>,
}

/// `GET /foi`
pub(super) async fn foi(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let column = tree.for_purpose(&REQUESTS);
    let listed = match column {
        Some(column) => newest_in(&ctx, tree.below(&column.slug), 5).await?,
        None => Vec::new(),
    };
    let (today, days) = (ctx.today(), clock::rule::FOI_RESPONSE.length);
    let due = clock::run(&clock::rule::FOI_RESPONSE, today, &[], 0, &ctx.calendar());
    let due = due.map(|run| run.due().date().to_string()).unwrap_or_default();
    let drawn = charts::clock(charts::Clock {
        total: days,
        used: 0,
        paused: Vec::new(),
        label: format!("法定答复期限 {days} 个工作日"),
    });
    let lead =
        "想要的政府信息没有公开，任何公民、法人和其他组织都可以在网上或者书面申请，一般不收费，20 个工作日内答复。";
    portal_page(&Foi {
        shell: part::shell(&ctx, &reader, "依申请公开", "openness", lead),
        office: contact(&ctx),
        clock: drawn,
        today: today.to_string(),
        due,
        documents: part::lines(&ctx, &listed, &part::Badges::new()),
        column: column.map(|column| Link::column(&tree, column)),
        organs: ctx.directory().all().iter().filter(|organ| organ.exists_on(today)).cloned().collect(),
    })
}

async fn newest_in(ctx: &Ctx, columns: Vec<ColumnId>, limit: i64) -> Result<Vec<Listed>> {
    let filter = Filter { columns, ..Filter::default() };
    Ok(public::list(ctx.db(), &Kinds::of(ctx), &filter, Order::Newest, Places::first(limit)).await?.items)
}
