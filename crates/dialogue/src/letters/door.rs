//! Behind the door 互动: every way of asking and answering.

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::{CONSULTATIONS, NEW_MEDIA, PROPOSALS, RESPONSES, Tree},
    page::{self as part, Contact, Link, columns_for, contact},
    shelf::{Filled, shelves},
};
use web::{Ctx, PortalShell, Reader, Result, page::portal_page};

#[derive(Template)]
#[template(path = "letters/templates/door.html")]
struct Door {
    shell: PortalShell,
    office: Contact,
    shelves: Vec<Filled>,
    columns: Vec<Link>,
}

/// `GET /dialogue`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let tree = Tree::load(ctx.db()).await?;
    let lead = "申请公开信息、对草案提意见、写信咨询、看权威回应：每件事找谁、怎样联系、多久有答复。";
    portal_page(&Door {
        shell: part::shell(&ctx, &reader, "互动", "dialogue", lead),
        office: contact(&ctx),
        shelves: shelves(&ctx, "dialogue").await?,
        columns: columns_for(&tree, &[&RESPONSES, &PROPOSALS, &CONSULTATIONS, &NEW_MEDIA]),
    })
}
