//! Guides to services (办事指南): what to bring, where to go, how long it takes.

mod pages;

use document::{Kind, KindSpec, common};
use kernel::permission::READ_PUBLIC;
use web::{
    Capability, Listener, Routes,
    doors::{Door, Offered, WayIn},
};

const DOOR: Door = Door { key: "services", label: "办事", href: "/services", place: 40 };
const FIND: WayIn = WayIn {
    href: "/services",
    label: "办事指南",
    icon: "guide",
    about: "材料、地点和时限",
    place: 60,
    on: Offered::Home,
};

pub static GUIDE: KindSpec = common::usual("guide", "办事指南", "services");

pub fn capability() -> Capability {
    Capability::new("services", "办事指南")
        .routes(routes)
        .declare(&GUIDE as Kind)
        .words(|field, code| GUIDE.word(field, code))
        .declare(DOOR)
        .declare(FIND)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/services", &READ_PUBLIC, pages::services)
}
