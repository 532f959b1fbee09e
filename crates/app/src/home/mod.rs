//! Pages of the portal that bring capabilities together: the first page, and the page behind the door 互动.

mod dialogue;
mod page;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

/// The capability.
pub fn capability() -> Capability {
    Capability::new("home", "首页").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/", &READ_PUBLIC, page::page).get("/dialogue", &READ_PUBLIC, dialogue::page)
}
