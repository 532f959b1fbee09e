//! The portal's pages: documents, lists of them, feeds, site map and the open interface. Everything here reads through
//! [`document::public`], sets no cookie and works without scripts.

mod akn;
pub(crate) mod api;
mod as_of;
mod attachments;
mod cards;
mod compare;
mod document;
mod downloads;
mod feeds;
mod files;
mod library;
mod linked;
mod lists;
mod official;
mod pictures;
mod relations;
mod site;
mod sitemap;
mod told;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use self::{
    cards::{Cards, face, font_in_words, ready as cards_ready},
    document::{Bar, preview},
    feeds::OfDocuments,
    told::{Told, told},
};

use kernel::{id::DocumentId, permission::READ_PUBLIC};
use web::{
    Ctx, Listener, Result, Routes,
    doors::{Door, Offered, WayIn},
    hooks::{HEED, Mention, Mentions},
};

/// Doors and ways in to documents.
pub(crate) const DOORS: [Door; 2] = [
    Door { key: "policies", label: "政策", href: "/policies", place: 20 },
    Door { key: "data", label: "数据", href: "/data", place: 50 },
];
pub(crate) const WAYS_IN: [WayIn; 2] = [
    WayIn {
        href: "/policies",
        label: "查政策",
        icon: "doc",
        about: "找文件，看是否有效",
        place: 10,
        on: Offered::Both,
    },
    WayIn {
        href: "/sitemap",
        label: "网站地图",
        icon: "search",
        about: "全部栏目和页面的入口",
        place: 90,
        on: Offered::Errors,
    },
];

/// What others set beside a document, by heading.
struct Beside {
    heading: &'static str,
    lines: Vec<Mention>,
}

impl Beside {
    /// Whether it must be known before the text is used.
    fn warns(&self) -> bool {
        self.heading == HEED
    }
}

/// What others have to say beside a document.
async fn beside(ctx: &Ctx, id: &DocumentId) -> Result<Vec<Beside>> {
    let mut all: Vec<Beside> = Vec::new();
    for one in ctx.declared::<Arc<dyn Mentions>>() {
        for line in one.of_document(ctx, id).await? {
            match all.iter_mut().find(|beside| beside.heading == line.heading) {
                Some(beside) => beside.lines.push(line),
                None => all.push(Beside { heading: line.heading, lines: vec![line] }),
            }
        }
    }
    Ok(all)
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
        .get("/policies/{id}/compare", read, compare::page)
        .get("/policies/{id}/akn.xml", read, akn::file)
        .get("/documents", read, lists::documents)
        .get("/documents.csv", read, downloads::documents_csv)
        .get("/documents.json", read, downloads::documents_json)
        .get("/documents/{id}", read, document::page)
        .get("/documents/{id}/compare", read, compare::page)
        .get("/documents/{id}/akn.xml", read, akn::file)
        .get("/attachments/{id}", read, attachments::by_id)
        .get("/attachments/{id}/{name}", read, attachments::by_name)
        .get("/files/{id}", read, files::page)
        .get("/pictures/{id}/{name}", read, pictures::show)
        .get("/cards/home/{name}", read, cards::home_card)
        .get("/cards/{id}/{name}", read, cards::document_card)
        .get("/data", read, site::data)
        .get("/feed.atom", read, feeds::all)
        .get("/organs/{code}/feed.atom", read, feeds::organ)
        .get("/policies/feed.atom", read, feeds::policies)
        .get("/documents/feed.atom", read, feeds::documents)
        .get("/sitemap.xml", read, sitemap::xml_page)
        .get("/sitemap", read, sitemap::page)
        .get("/robots.txt", read, sitemap::robots)
        .get("/.well-known/security.txt", read, sitemap::security)
        .get("/statements/accessibility", read, site::accessibility)
        .get("/statements/privacy", read, site::privacy)
        .get("/statements/about", read, site::about)
        .get("/about", read, site::about_by_hand)
        .get("/elder", read, site::elder)
        .get("/favicon.svg", read, site::favicon)
        .get("/favicon.ico", read, site::favicon_ico)
        .merge(api::routes())
}
