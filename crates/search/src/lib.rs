//! Chinese full-text search: tantivy with jieba, fed from the event log.
//!
//! The index is a disposable copy of what can be found, one per node. [`Search`] answers questions at any time; [`run`] keeps it
//! true and rebuilds it when it is missing or damaged. What can be found is told by [`web::hooks::SearchSource`]s; lists look up
//! their words here through [`web::hooks::WordIndex`].

mod api;
mod asking;
mod atom;
mod days;
mod disk;
mod engine;
mod error;
mod feed;
mod flight;
mod gate;
mod gather;
mod meant;
mod names;
mod pages;
pub mod phrases;
mod plain;
mod pread;
mod query;
mod results;
mod schema;
mod seen;
mod segmenter;
mod shared;
mod snippet;
mod suggest;
mod synonyms;
mod tokens;
mod truth;
mod vocabulary;
mod words;

use std::sync::Arc;

use web::{Capability, hooks::WordIndex};

pub use error::{Error, Result};
pub use feed::run;
pub use query::{LONGEST, MOST_TERMS, Query, Since, Sort};
pub use results::{FacetCount, Facets, Hit, Part, Piece, Results, Suggestions};
pub use shared::{Search, Status};
pub use suggest::Offered;

/// Where the words of a title end, by the dictionary: for [`web::breaks`].
pub fn cuts(title: &str) -> Vec<usize> {
    segmenter::Segmenter.cuts(title)
}

/// Finding what is public.
pub fn capability() -> Capability {
    let offer = Arc::new(words::Offer::default());
    Capability::new("search", "检索")
        .routes(pages::portal_routes)
        .declare(api::SEARCH)
        .declare(Arc::clone(&offer) as Arc<dyn WordIndex>)
        .declare(offer)
}
