//! Guides to services (办事指南): what to bring, where to go, how long it takes.

mod pages;

use document::{Kind, KindSpec, common};
use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

/// 办事指南.
pub static GUIDE: KindSpec = common::usual("guide", "办事指南", "services");

/// The capability.
pub fn capability() -> Capability {
    Capability::new("services", "办事指南").routes(routes).declare(&GUIDE as Kind)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/services", &READ_PUBLIC, pages::services)
}
