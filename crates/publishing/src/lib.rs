//! Publishing: columns, the desk of authors and reviewers, the portal's pages of documents.
//!
//! Documents are the document machine's, reviews the review machine's; here are the kinds that are published as they are
//! ([`kinds`]), the pages with their words, and what ties the two machines together ([`editions`]).

pub mod columns;
mod comments;
pub mod county;
pub mod editions;
mod entries;
pub mod gates;
mod hooks;
mod jobs;
pub mod kinds;
mod laid_out;
pub mod links;
mod people;
mod portal;
pub mod public;
pub mod receipts;
pub mod redirects;
mod reviews;
pub mod rules;
pub mod seed;
pub mod settings;
pub mod stand_ins;
mod touched;

use std::sync::Arc;

use document::{Kind, events};
use kernel::EventKind;
use review::permissions::REVIEW_EXCEPTIONS;
use web::{Capability, Nav, hooks::Verb};

pub use editions::subject::PUBLISH_DUE;
pub use editions::uploads::sweep as sweep_uploads;
pub use jobs::{handlers, look_again, publish_due};
pub use settings::house;

/// Kind of the subjects that documents are, in the log and wherever others keep a public subject.
pub(crate) const DOCUMENT: &str = "document";
/// After these a document stands no more where it stood.
const LEAVES: &[&EventKind] = &[&events::WITHDRAWN];
/// After these it stands there.
const STANDS: &[&EventKind] = &[&events::PUBLISHED, &events::CORRECTED, &events::SEEDED];

/// The rounds of review that the editions of a document have passed, sealed with the document.
fn sealed() -> store::Sealed {
    store::Sealed::each(DOCUMENT, "文件", "", "")
        // A text that came back from its review is a draft again and keeps the rows of its rounds.
        .also(
            "reviewed/1",
            "SELECT DISTINCT e.document_id AS id FROM edition e WHERE EXISTS (SELECT 1 FROM review r \
             WHERE r.subject_kind = 'edition' AND r.subject_id = e.id) OR EXISTS (SELECT 1 FROM finding_decision f \
             WHERE f.subject_kind = 'edition' AND f.subject_id = e.id)",
        )
        .part(
            "review/1",
            "审核记录",
            "SELECT r.id, r.subject_id, r.round, r.route, r.stage, r.gate, r.state, r.decided_by, r.decided_name, r.reason, \
             r.opened_by, r.opened_at, r.closed_at FROM review r JOIN edition e ON e.id = r.subject_id \
             WHERE r.subject_kind = 'edition' AND e.document_id = $1",
        )
        .part(
            "pass/4",
            "通过的关口",
            "SELECT p.review, p.stage, p.passed_by, p.stood_for, p.name, p.at, p.opinion, p.ticked FROM review_pass p \
             JOIN review r ON r.id = p.review JOIN edition e ON e.id = r.subject_id WHERE r.subject_kind = 'edition' AND e.document_id = $1",
        )
        .part(
            "exception/1",
            "紧急发布及其复核",
            "SELECT x.review, x.made_by, x.name, x.at, x.reviewed_by, x.reviewed_name, x.reviewed_at, x.note \
             FROM review_exception x JOIN review r ON r.id = x.review JOIN edition e ON e.id = r.subject_id \
             WHERE r.subject_kind = 'edition' AND e.document_id = $1",
        )
        .part(
            "decision/1",
            "放行的问题",
            "SELECT f.rule, f.digest, f.reason, f.by_account, f.by_name, f.at FROM finding_decision f \
             JOIN edition e ON e.id = f.subject_id WHERE f.subject_kind = 'edition' AND e.document_id = $1",
        )
}

/// Documents, their review, their pages on the portal.
pub fn capability() -> Capability {
    let capability = Capability::new("publishing", "信息发布")
        .routes(editions::routes)
        .routes(reviews::routes)
        .routes(portal::routes)
        .nav(Nav::under("公开", "/documents", "稿件", &document::permissions::VIEW_DOCUMENTS, 110).letter("s"))
        .nav(Nav::under("公开", "/reviews", "审核", &document::permissions::VIEW_DOCUMENTS, 120).letter("r"))
        .nav(Nav::under("公开", "/bypasses", "紧急发布复核", &REVIEW_EXCEPTIONS, 140))
        .events(&editions::subject::SAID.all().collect::<Vec<_>>())
        .events(&[&editions::seen::OPENED])
        .events(&[&comments::COMMENTED, &comments::COMMENT_TURNED])
        .subject("reading", "查看稿件")
        .declare(editions::seen::Readings::default())
        .declare(portal::Cards::default())
        .declare(portal::face())
        .declare(Arc::new(portal::OfDocuments) as Arc<dyn web::push::Feeds>)
        .events(&[&editions::events::PUBLICATION_REFUSED])
        .jobs(handlers)
        .schedule(jobs::schedule)
        .migrations(store::migrations!(
            "publishing",
            "../migrations/0001_upload.sql",
            "../migrations/0002_comment.sql",
            "../migrations/0003_read.sql"
        ))
        .search(hooks::search_source())
        .desk(hooks::desk_source())
        .desk(hooks::held_source())
        .settings::<settings::Publishing>()
        .declare(editions::subject::kind())
        .declare(editions::find::finder())
        .declare(Verb::new("新建稿件", "撰写 起草", "/documents/new", &document::permissions::WRITE_DOCUMENTS))
        .declare(Verb::new("回收站", "恢复删除的草稿", "/documents/bin", &document::permissions::WRITE_DOCUMENTS))
        .declare(hooks::proof())
        .declare(comments::forgets())
        .declare(Arc::new(reviews::release::Desk) as Arc<dyn document::release::Releases>)
        .declare(sealed())
        .declare(touched::touched())
        .declare(web::hooks::Publishes { subject: DOCUMENT, leaves: LEAVES, stands: STANDS });
    let capability = portal::DOORS.into_iter().fold(capability, Capability::declare);
    let capability = portal::WAYS_IN.into_iter().fold(capability, Capability::declare);
    let capability = portal::api::declared(capability);
    let capability = kinds::SHELVES.into_iter().fold(capability, Capability::declare);
    kinds::ALL.into_iter().fold(capability, |capability, kind: Kind| capability.declare(kind))
}
