//! Behind the door 互动: every way of asking and answering.

use std::collections::HashSet;

use askama::Template;
use axum::{extract::State, response::Response};
use dialogue::letters::RESPONSE;
use document::{
    Kind,
    columns::{CONSULTATIONS, NEW_MEDIA, PROPOSALS, RESPONSES, Tree},
    page::{self as part, Contact, Line, Link, columns_for, contact},
};
use policy::consultation::CONSULTATION;
use web::{Ctx, PortalShell, Reader, Result, page::portal_page};

use super::page::latest;

const CONSULTED: &[Kind] = &[&CONSULTATION];
const ANSWERED: &[Kind] = &[&RESPONSE];

#[derive(Template)]
#[template(path = "home/templates/dialogue.html")]
struct Dialogue {
    shell: PortalShell,
    office: Contact,
    consultations: Vec<Line>,
    responses: Vec<Line>,
    columns: Vec<Link>,
}

/// `GET /dialogue`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let (tree, consultations, responses) = tokio::try_join!(
        async { Ok(Tree::load(ctx.db()).await?) },
        latest(&ctx, CONSULTED, 4),
        latest(&ctx, ANSWERED, 4),
    )?;
    let columns = columns_for(&tree, &[&RESPONSES, &PROPOSALS, &CONSULTATIONS, &NEW_MEDIA]);
    let none = HashSet::new();
    let lead = "申请公开信息、对草案提意见、写信咨询、看权威回应：每件事找谁、怎样联系、多久有答复。";
    portal_page(&Dialogue {
        shell: part::shell(&ctx, &reader, "互动", "dialogue", lead),
        office: contact(&ctx),
        consultations: part::lines(&ctx, &consultations, &none),
        responses: part::lines(&ctx, &responses, &none),
        columns,
    })
}
