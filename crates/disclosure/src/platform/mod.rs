//! The platform 政府信息公开 with its five statutory blocks (国办公开办函〔2019〕61号).

mod pages;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

/// The capability.
pub fn capability() -> Capability {
    Capability::new("openness", "政府信息公开平台").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/openness", &READ_PUBLIC, pages::platform)
}
