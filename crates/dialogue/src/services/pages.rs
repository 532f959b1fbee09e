//! All guides.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::{SERVICES, Tree},
    guide::{self, Asked, Guide, GuideList},
    page::columns_for,
    public::Filter,
};
use web::{Ctx, PortalShell, Query, Reader, Result, filters, page::portal_page};

use super::GUIDE;

#[derive(Template)]
#[template(path = "services/templates/services.html")]
struct Page {
    shell: PortalShell,
    list: GuideList,
}

/// `GET /services`
pub(super) async fn services(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let about = Guide {
        heading: "办事指南",
        lead: "办什么、带什么、到哪办、多久办好。",
        door: "services",
        listed: "全部指南",
        filter: Filter::kinds(&[&GUIDE]),
        columns: columns_for(&tree, &[&SERVICES]),
        told: &[],
    };
    let (shell, list) = guide::guide(&ctx, &reader, &asked, about).await?;
    portal_page(&Page { shell, list })
}
