//! The open interface to documents and columns: the same public content as the pages, for programs.

mod columns;
mod documents;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

pub(super) use documents::summary;

/// The addresses of the interface that belong to documents and columns.
pub(super) fn routes() -> Routes {
    let read = &READ_PUBLIC;
    Routes::new(Listener::Portal)
        .get(documents::LIST.path, read, documents::list)
        .get(documents::ONE.path, read, documents::one)
        .get(documents::EDITIONS.path, read, documents::editions)
        .get(columns::LIST.path, read, columns::list)
        .get(columns::ONE.path, read, columns::one)
}

/// Declares what they take and answer.
pub(crate) fn declared(capability: Capability) -> Capability {
    [documents::LIST, documents::ONE, documents::EDITIONS, columns::LIST, columns::ONE]
        .into_iter()
        .fold(capability, Capability::declare)
}
