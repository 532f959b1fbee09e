//! Consultation (征求意见): drafts on which the public is asked, and what became of the opinions.

mod pages;
mod running;

use std::sync::Arc;

use document::{
    Facet, Kind, KindSpec, Shape, Values,
    common::{self, EXPLAINED, WRITTEN_ON},
    shelf::Shelf,
};
use kernel::permission::READ_PUBLIC;
use web::{
    Capability, Listener, Routes,
    doors::{Offered, WayIn},
    hooks::Face,
};

const SPEAK: WayIn = WayIn {
    href: "/consultations",
    label: "对草案提意见",
    icon: "talk",
    about: "正在征求意见的草案",
    place: 30,
    on: Offered::Home,
};

/// The last day on which opinions are taken; of results and of what says no day there is none.
pub static CLOSES_ON: Facet = Facet::new("closes_on", "征求意见截止", Shape::Date)
    .listed()
    .at(60)
    .help("正在征求意见的公告填写，首页和征求意见页据此显示还剩几天，过期自动不再显示；采纳情况不填");

static FACETS: [&Facet; 12] = [
    &common::SUMMARY,
    &common::DOCUMENT_NUMBER,
    &WRITTEN_ON,
    &common::EFFECTIVE_ON,
    &common::EXPIRES_ON,
    &common::VALIDITY,
    &common::SOURCE,
    &common::TOPICS,
    &common::KEYWORDS,
    &EXPLAINED,
    &common::COMPARED,
    &CLOSES_ON,
];

pub static CONSULTATION: KindSpec = KindSpec {
    facets: &FACETS,
    check: Some(closes_after_it_was_made),
    ..common::usual("consultation", "征求意见", "dialogue")
};

/// The dates fit, and opinions are taken after the text was made.
fn closes_after_it_was_made(values: &Values) -> Vec<(&'static str, String)> {
    let mut faults = common::dates_fit(values);
    let date = |facet: &Facet| Some(values.get(facet)).filter(|date| date.len() == 10);
    if date(&WRITTEN_ON).zip(date(&CLOSES_ON)).is_some_and(|(made, last)| last < made) {
        faults.push((CLOSES_ON.key, "请核对日期：征求意见截止日期早于成文日期。".to_owned()));
    }
    faults
}

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
        .declare(Arc::new(running::Consultations) as Arc<dyn Face>)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/consultations", &READ_PUBLIC, pages::consultations)
}
