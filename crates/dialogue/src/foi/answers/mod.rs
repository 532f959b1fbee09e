//! Answers to requests that were made public with consent (公开的答复): a list and a page on the portal, in the search and in the
//! open interface, without who asked.

mod api;
mod found;
mod pages;

use kernel::permission::READ_PUBLIC;
use web::{Listener, Routes};

pub(super) use api::LIST;
pub(super) use found::source;

/// The routes of the portal.
pub(super) fn portal() -> Routes {
    Routes::new(Listener::Portal)
        .get("/foi/answers", &READ_PUBLIC, pages::list)
        .get("/foi/answers/{id}", &READ_PUBLIC, pages::one)
        .get(LIST.path, &READ_PUBLIC, api::list)
}
