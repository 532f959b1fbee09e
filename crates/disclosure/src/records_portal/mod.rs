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
mod tables;

use std::sync::Arc;

use kernel::permission::READ_PUBLIC;
use record::items::PublicTables;
use web::{
    Capability, Listener, Routes,
    hooks::{ByNumber, Datasets, OnMap, SearchSource},
};

pub fn capability() -> Capability {
    let (on_map, datasets): (Arc<dyn OnMap>, Arc<dyn Datasets>) =
        (Arc::new(open_data::Listed), Arc::new(open_data::Listed));
    let search: Arc<dyn SearchSource> = Arc::new(open_data::Search);
    let numbers: Arc<dyn ByNumber> = Arc::new(numbers::Numbers);
    let tables: Arc<dyn PublicTables> = Arc::new(tables::Portal);
    Capability::new("records-portal", "领域数据查询")
        .routes(routes)
        .search(search)
        .declare(on_map)
        .declare(datasets)
        .declare(tables)
        .declare(numbers)
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
