//! Columns, documents and editions, gates, attachments, the public portal pages.
//!
//! [`public`] is how everything else reads what is public; [`editions`] is how it becomes so.

pub mod columns;
pub mod editions;
mod hooks;
mod jobs;
mod keeping;
pub mod kinds;
mod portal;
pub mod public;
mod reviews;
pub mod seed;
mod sql;

pub use hooks::{desk_source, public_documents, search_source};
pub use jobs::{PUBLISH_DUE, handlers, publish_due};
pub use portal::routes as portal_routes;

/// The office pages of this context: columns, documents, reviews.
pub fn routes() -> web::Routes {
    columns::routes().merge(editions::routes()).merge(reviews::routes())
}
