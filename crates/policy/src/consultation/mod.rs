//! Consultation (征求意见): drafts on which the public is asked, and what became of the opinions.

mod pages;

use document::{Kind, KindSpec, common, shelf::Shelf};
use kernel::permission::READ_PUBLIC;
use web::{
    Capability, Listener, Routes,
    doors::{Offered, WayIn},
};

const SPEAK: WayIn = WayIn {
    href: "/consultations",
    label: "对草案提意见",
    about: "正在征求意见的草案和处理结果",
    place: 30,
    on: Offered::Home,
};

pub static CONSULTATION: KindSpec = common::usual("consultation", "征求意见", "dialogue");

const BEHIND_THE_DOOR: Shelf = Shelf {
    on: "dialogue",
    place: 10,
    heading: "征求意见",
    note: &[],
    kinds: &["consultation"],
    most: 4,
    more: ("/consultations", "全部征求意见公告"),
    mixed: false,
};

pub fn capability() -> Capability {
    Capability::new("consultation", "征求意见")
        .routes(routes)
        .declare(&CONSULTATION as Kind)
        .words(|field, code| CONSULTATION.word(field, code))
        .declare(BEHIND_THE_DOOR)
        .declare(SPEAK)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/consultations", &READ_PUBLIC, pages::consultations)
}
