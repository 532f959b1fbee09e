//! Requests for information (依申请公开): how to ask, whom, and by when an answer is due.

mod pages;

use kernel::permission::READ_PUBLIC;
use web::{
    Capability, Listener, Routes,
    doors::{Offered, WayIn},
};

const ASK: WayIn = WayIn {
    href: "/foi",
    label: "申请公开信息",
    icon: "apply",
    about: "没公开的信息，免费申请",
    place: 20,
    on: Offered::Home,
};

pub fn capability() -> Capability {
    Capability::new("foi", "依申请公开").routes(routes).declare(ASK)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/foi", &READ_PUBLIC, pages::foi)
}
