//! The portal's first page: what the capabilities put on it, and how far the year has come.

mod page;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

pub(crate) fn capability() -> Capability {
    Capability::new("home", "首页").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/", &READ_PUBLIC, page::page)
}
