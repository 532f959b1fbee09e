//! Organs on the portal: identity knows who they are, the documents what they publish.

mod pages;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

/// The capability.
pub(crate) fn capability() -> Capability {
    Capability::new("organs", "机关名录").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/organs", &READ_PUBLIC, pages::directory).get(
        "/organs/{code}",
        &READ_PUBLIC,
        pages::page,
    )
}
