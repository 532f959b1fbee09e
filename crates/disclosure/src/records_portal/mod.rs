//! Records for everybody: the tables by domain, asking one, a record with its history, files, the open interface, the
//! catalogue of data, and who owes what somebody does not find. Only what is public is read here ([`cells::open`]); what is not
//! lies where no function of these pages asks.

mod api;
mod ask;
mod cells;
mod drawn;
mod feed;
mod files;
mod list;
mod missing;
mod numbers;
mod one;
mod open_data;
mod question;
mod settings;
mod tables;
mod texts;
mod things;

use std::sync::Arc;

use kernel::permission::READ_PUBLIC;
use record::items::PublicTables;
use web::{
    Capability, Listener, Routes,
    doors::{Offered, WayIn},
    hooks::{ByNumber, Datasets, OnMap, PublicThings, SearchSource},
};

pub use settings::Population;
pub(crate) use things::table_of;

/// Ways in, in the line below the search of the first page.
const WAYS: [WayIn; 2] = [
    WayIn {
        href: "/records",
        label: "领域数据",
        icon: "table",
        about: "许可、处罚、预算、债务、补贴、征地等，按条件查",
        place: 61,
        on: Offered::Line,
    },
    WayIn {
        href: "/is-it-public",
        label: "这件事公开了吗",
        icon: "search",
        about: "应当由谁公开、什么时候公开、在哪里看",
        place: 62,
        on: Offered::Line,
    },
];

pub fn capability() -> Capability {
    let (on_map, datasets): (Arc<dyn OnMap>, Arc<dyn Datasets>) =
        (Arc::new(open_data::Listed), Arc::new(open_data::Listed));
    let search: Arc<dyn SearchSource> = Arc::new(open_data::Search);
    let numbers: Arc<dyn ByNumber> = Arc::new(numbers::Numbers);
    let tables: Arc<dyn PublicTables> = Arc::new(tables::Portal);
    let things: Arc<dyn PublicThings> = Arc::new(things::Things);
    Capability::new("records-portal", "领域数据查询")
        .routes(routes)
        .settings::<Population>()
        .search(search)
        .declare(on_map)
        .declare(datasets)
        .declare(tables)
        .declare(numbers)
        .declare(things)
        .declare(WAYS[0])
        .declare(WAYS[1])
        .declare(api::LIST)
        .declare(api::ROWS)
        .declare(api::ONE)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/records", &READ_PUBLIC, list::doors)
        .get("/records/{item}", &READ_PUBLIC, list::list)
        .get("/records/{item}/feed.atom", &READ_PUBLIC, feed::feed)
        .get("/records/{item}/{id}", &READ_PUBLIC, one::one)
        .get("/data.jsonld", &READ_PUBLIC, open_data::dcat)
        .get("/is-it-public", &READ_PUBLIC, missing::missing)
        .get(api::LIST.path, &READ_PUBLIC, api::list)
        .get(api::ROWS.path, &READ_PUBLIC, api::records)
        .get(api::ONE.path, &READ_PUBLIC, api::single)
}
