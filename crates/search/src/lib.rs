//! Chinese full-text search: tantivy with jieba, fed from the event log.
//!
//! The index is a disposable copy of what is public, one per node. [`Search`] answers questions at any time; [`run`] keeps it
//! true and rebuilds it when it is missing or damaged. What can be found is told by [`web::hooks::SearchSource`]s.

mod disk;
mod engine;
mod error;
mod facets;
mod feed;
mod pages;
mod pread;
mod query;
mod results;
mod schema;
mod segmenter;
mod shared;
mod snippet;
mod tokens;

pub use error::{Error, Result};
pub use feed::run;
pub use pages::portal_routes;
pub use query::{LONGEST, MOST_TERMS, Query, Sort};
pub use results::{FacetCount, Facets, Hit, Piece, Results, Suggestions};
pub use shared::{Search, Status};
