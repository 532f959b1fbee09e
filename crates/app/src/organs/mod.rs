//! Organs on the portal: identity knows who they are, the documents what they publish.

mod api;
mod pages;

use kernel::permission::READ_PUBLIC;
use web::{
    Capability, Listener, Routes,
    doors::{Offered, WayIn},
};

const FIND: WayIn =
    WayIn {
        href: "/organs", label: "查机关", icon: "organ", about: "职能、地址和电话", place: 50, on: Offered::Both
    };

pub(crate) fn capability() -> Capability {
    Capability::new("organs", "机关名录").routes(routes).declare(FIND).declare(api::LIST).declare(api::ONE)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/organs", &READ_PUBLIC, pages::directory)
        .get("/organs/{code}", &READ_PUBLIC, pages::page)
        .get(api::LIST.path, &READ_PUBLIC, api::list)
        .get(api::ONE.path, &READ_PUBLIC, api::one)
}
