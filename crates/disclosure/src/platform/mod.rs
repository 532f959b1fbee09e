//! The platform 政府信息公开 with its five statutory blocks (国办公开办函〔2019〕61号).

mod pages;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes, doors::Door};

const DOOR: Door = Door { key: "openness", label: "政务公开", href: "/openness", place: 10 };

pub fn capability() -> Capability {
    Capability::new("openness", "政府信息公开平台").routes(routes).declare(DOOR)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/openness", &READ_PUBLIC, pages::platform)
}
