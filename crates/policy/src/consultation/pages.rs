//! How to say what one thinks of a draft, and all drafts and results.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::{CONSULTATIONS, Tree},
    guide::{self, Asked, Guide, GuideList},
    page::columns_for,
    public::Filter,
};
use web::{Ctx, PortalShell, Query, Reader, Result, filters, hooks::Running, page::portal_page};

use super::{CONSULTATION, running};

#[derive(Template)]
#[template(path = "consultation/templates/consultations.html")]
struct Page {
    shell: PortalShell,
    list: GuideList,
    running: Vec<Running>,
}

/// `GET /consultations`
pub(super) async fn consultations(
    State(ctx): State<Ctx>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let about = Guide {
        heading: "征求意见",
        lead: "重大决策草案和其他征求意见的公告，以及意见采纳情况。",
        door: "dialogue",
        listed: "公告和结果",
        filter: Filter::kinds(&[&CONSULTATION]),
        columns: columns_for(&tree, &[&CONSULTATIONS]),
        told: &[],
    };
    let (shell, list) = guide::guide(&ctx, &reader, &asked, about).await?;
    // On the pages after the first only the list goes on.
    let running = if list.pager.page == 1 { running::running(&ctx).await? } else { Vec::new() };
    portal_page(&Page { shell, list, running })
}
