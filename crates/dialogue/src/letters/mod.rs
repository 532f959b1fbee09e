//! Letters (写信咨询): whom to turn to, and what was answered to what many asked (回应关切).

mod door;
mod pages;

use document::{
    Kind, KindSpec, common,
    shelf::{HOME, Shelf},
};
use kernel::permission::READ_PUBLIC;
use web::{
    Capability, Listener, Routes,
    doors::{Door, Offered, WayIn},
};

const DOOR: Door = Door { key: "dialogue", label: "互动", href: "/dialogue", place: 30 };
const WRITE: WayIn = WayIn {
    href: "/letters",
    label: "写信咨询",
    icon: "mail",
    about: "咨询、建议、投诉找谁",
    place: 40,
    on: Offered::Home,
};

pub static RESPONSE: KindSpec = common::usual("response", "回应关切", "dialogue");

const NEWEST: Shelf = Shelf {
    on: HOME,
    place: 20,
    heading: "回应关切",
    note: &["权威说法，注明来源"],
    kinds: &["response"],
    most: 3,
    more: ("/dialogue", "更多回应和互动"),
    mixed: false,
};
const BEHIND_THE_DOOR: Shelf =
    Shelf { on: "dialogue", most: 4, more: ("/documents?kind=response", "全部回应"), ..NEWEST };

pub fn capability() -> Capability {
    Capability::new("letters", "写信咨询")
        .routes(routes)
        .declare(&RESPONSE as Kind)
        .declare(DOOR)
        .declare(WRITE)
        .declare(NEWEST)
        .declare(BEHIND_THE_DOOR)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/dialogue", &READ_PUBLIC, door::page).get(
        "/letters",
        &READ_PUBLIC,
        pages::letters,
    )
}
