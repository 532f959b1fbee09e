//! How to get in touch, and all responses that are public.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::{PROPOSALS, RESPONSES, Tree},
    guide::{self, Asked, Guide, GuideList},
    page::columns_for,
    public::Filter,
};
use web::{Ctx, PortalShell, Query, Reader, Result, filters, page::portal_page};

use super::RESPONSE;

#[derive(Template)]
#[template(path = "letters/templates/letters.html")]
struct Page {
    shell: PortalShell,
    list: GuideList,
}

/// `GET /letters`
pub(super) async fn letters(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let about = Guide {
        heading: "写信咨询",
        lead: "咨询、建议、投诉找谁，怎样联系，以及对大家关心的问题已经作出的回应。",
        door: "dialogue",
        listed: "已公开的回应",
        filter: Filter::kinds(&[&RESPONSE]),
        columns: columns_for(&tree, &[&PROPOSALS, &RESPONSES]),
        told: &[],
    };
    let (shell, list) = guide::guide(&ctx, &reader, &asked, about).await?;
    portal_page(&Page { shell, list })
}
