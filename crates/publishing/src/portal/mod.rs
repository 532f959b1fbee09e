//! The portal's pages: documents, lists of them, feeds, site map and the open interface. Everything here reads through
//! [`document::public`], sets no cookie and works without scripts.

mod api;
mod attachments;
mod document;
mod downloads;
mod feeds;
mod lists;
mod openapi;
mod site;
mod sitemap;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use duty::{EvidenceUse, EvidenceUses, PlanProgress, Progress};
use kernel::{id::DocumentId, permission::READ_PUBLIC};
use web::{Ctx, Listener, Result, Routes};

/// How far the plan of the year has come.
async fn progress(ctx: &Ctx) -> Result<Option<Progress>> {
    ctx.one::<Arc<dyn PlanProgress>>().current(ctx).await
}

/// What a document is evidence of.
async fn evidence(ctx: &Ctx, id: &DocumentId) -> Result<Vec<EvidenceUse>> {
    ctx.one::<Arc<dyn EvidenceUses>>().of_document(ctx, id).await
}

/// Every route of the portal that belongs to documents and columns.
pub(crate) fn routes() -> Routes {
    let read = &READ_PUBLIC;
    Routes::new(Listener::Portal)
        .get("/columns/{slug}", read, lists::column)
        .get("/columns/{slug}/feed.atom", read, feeds::column)
        .get("/columns/{slug}/list.csv", read, downloads::column_csv)
        .get("/columns/{slug}/list.json", read, downloads::column_json)
        .get("/policies", read, lists::policies)
        .get("/policies.csv", read, downloads::policies_csv)
        .get("/policies.json", read, downloads::policies_json)
        .get("/policies/{id}", read, document::page)
        .get("/documents", read, lists::documents)
        .get("/documents.csv", read, downloads::documents_csv)
        .get("/documents.json", read, downloads::documents_json)
        .get("/documents/{id}", read, document::page)
        .get("/attachments/{id}", read, attachments::by_id)
        .get("/attachments/{id}/{name}", read, attachments::by_name)
        .get("/data", read, site::data)
        .get("/feed.atom", read, feeds::all)
        .get("/sitemap.xml", read, sitemap::xml_page)
        .get("/sitemap", read, sitemap::page)
        .get("/robots.txt", read, sitemap::robots)
        .get("/statements/accessibility", read, site::accessibility)
        .get("/statements/privacy", read, site::privacy)
        .get("/statements/about", read, site::about)
        .get("/elder", read, site::elder)
        .get("/favicon.svg", read, site::favicon)
        .get("/favicon.ico", read, site::favicon_ico)
        .get("/api/v1/documents", read, api::documents)
        .get("/api/v1/documents/{id}", read, api::document)
        .get("/api/v1/organs", read, api::organs)
        .get("/api/v1/openapi.json", read, openapi::document)
}
