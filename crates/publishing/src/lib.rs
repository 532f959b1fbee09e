//! Publishing: columns, the desk of authors and reviewers, the portal's pages of documents.
//!
//! Documents are the document machine's, reviews the review machine's; here are the kinds that are published as they are
//! ([`kinds`]), the pages with their words, and what ties the two machines together ([`editions`]).

pub mod columns;
pub mod editions;
mod hooks;
mod jobs;
pub mod kinds;
mod portal;
pub mod public;
mod reviews;
pub mod seed;
pub mod settings;

use std::sync::Arc;

use document::{Documents, Kind, PublicDocuments, events};
use kernel::EventKind;
use review::permissions::BYPASS_GATES;
use web::{Capability, Nav};

pub use jobs::{PUBLISH_DUE, handlers, publish_due};
pub use settings::house;

/// After these a document stands no more where it stood.
const LEAVES: &[&EventKind] = &[&events::WITHDRAWN];
/// After these it stands there.
const STANDS: &[&EventKind] = &[&events::PUBLISHED, &events::CORRECTED, &events::SEEDED];

/// Documents, their review, their pages on the portal.
pub fn capability() -> Capability {
    let documents: Arc<dyn PublicDocuments> = Arc::new(Documents);
    let capability = Capability::new("publishing", "信息发布")
        .routes(editions::routes)
        .routes(reviews::routes)
        .routes(portal::routes)
        .permissions(&document::permissions::ALL)
        .nav(Nav::under("公开", "/documents", "稿件", &document::permissions::VIEW_DOCUMENTS, 110).letter("s"))
        .nav(Nav::under("公开", "/reviews", "审核", &document::permissions::VIEW_DOCUMENTS, 120).letter("r"))
        .nav(Nav::under("公开", "/bypasses", "紧急发布复核", &BYPASS_GATES, 140))
        .events(&events::ALL)
        .events(&editions::subject::SAID.all().collect::<Vec<_>>())
        .subject("document", "文件")
        .jobs(handlers)
        .schedule(jobs::schedule)
        .search(hooks::search_source())
        .desk(hooks::desk_source())
        .settings::<settings::Publishing>()
        .migrations(document::MIGRATIONS)
        .declare(editions::subject::kind())
        .declare(documents)
        .declare(hooks::proof())
        .declare(duty::Publishes { subject: "document", leaves: LEAVES, stands: STANDS });
    let capability = portal::DOORS.into_iter().fold(capability, Capability::declare);
    let capability = portal::WAYS_IN.into_iter().fold(capability, Capability::declare);
    let capability = kinds::SHELVES.into_iter().fold(capability, Capability::declare);
    kinds::ALL.into_iter().fold(capability, |capability, kind: Kind| capability.declare(kind))
}
