//! Requests for information (依申请公开): how to ask, whom, and by when an answer is due.

mod pages;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

/// The capability.
pub fn capability() -> Capability {
    Capability::new("foi", "依申请公开").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/foi", &READ_PUBLIC, pages::foi)
}
