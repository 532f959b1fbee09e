//! The catalogue of what must be published: the fifteen items of the law (条例 Art. 20 and 21) with the columns that hold them,
//! and the standard catalogue by domains (国办发〔2019〕54号), whose items the office edits, confirms and publishes here. The items
//! themselves, their versions and rules are [`record::items`].

mod demo;
mod law;
pub(crate) mod limits;
mod office;
mod pages;
mod standard;
pub(crate) mod words;

use std::sync::Arc;

use kernel::permission::READ_PUBLIC;
use record::items::{EDIT_ITEMS, ISSUE_ITEMS, READ_ITEMS};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{Datasets, Finder, OnMap, Verb},
};

use office::{actions, bulk, edit, file, list, one};

pub fn capability() -> Capability {
    let on_map: Arc<dyn OnMap> = Arc::new(standard::Standard);
    let datasets: Arc<dyn Datasets> = Arc::new(standard::Standard);
    Capability::new("catalogue", "公开目录")
        .routes(routes)
        .routes(office_routes)
        .nav(Nav::under("公开", "/items", "公开事项", &READ_ITEMS, 128))
        .desk(Arc::new(office::work::Work))
        .demo(demo::scenes)
        .declare(Arc::new(office::work::ByName) as Arc<dyn Finder>)
        .declare(on_map)
        .declare(datasets)
        .declare(Verb::new("公开事项", "标准目录 26 领域 时限 依据 停用 确认", "/items", &READ_ITEMS))
        .declare(Verb::new("新增公开事项", "导入 TOML 事项文件 新领域", "/items/new", &EDIT_ITEMS))
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/catalogue", &READ_PUBLIC, pages::catalogue)
        .get("/catalogue/data.xlsx", &READ_PUBLIC, standard::whole_workbook)
        .get("/catalogue/data.json", &READ_PUBLIC, standard::whole_data)
        .get("/catalogue/{domain}", &READ_PUBLIC, standard::domain)
        .get("/catalogue/{domain}/data.xlsx", &READ_PUBLIC, standard::domain_workbook)
        .get("/catalogue/{domain}/data.json", &READ_PUBLIC, standard::domain_data)
}

fn office_routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/items", &READ_ITEMS, list::list)
        .get("/items/items.toml", &READ_ITEMS, list::toml)
        .get("/items/new", &EDIT_ITEMS, file::new)
        .upload("/items/new", &EDIT_ITEMS, file::add)
        .post("/items/confirm", &EDIT_ITEMS, bulk::confirm)
        .post("/items/update", &EDIT_ITEMS, bulk::take_updates)
        .weighty("/items/issue", &ISSUE_ITEMS, bulk::issue)
        .get("/items/{key}", &READ_ITEMS, one::one)
        .get("/items/{key}/item.toml", &READ_ITEMS, one::toml)
        .get("/items/{key}/compare", &READ_ITEMS, one::compare)
        .get("/items/{key}/edit", &EDIT_ITEMS, edit::form)
        .post("/items/{key}/edit", &EDIT_ITEMS, edit::save)
        .get("/items/{key}/file", &EDIT_ITEMS, file::form)
        .upload("/items/{key}/file", &EDIT_ITEMS, file::change)
        .post("/items/{key}/copy", &EDIT_ITEMS, actions::copy)
        .post("/items/{key}/confirm", &EDIT_ITEMS, actions::confirm)
        .post("/items/{key}/offer", &EDIT_ITEMS, actions::offer)
        .post("/items/{key}/take-back", &EDIT_ITEMS, actions::take_back)
        .post("/items/{key}/drop", &EDIT_ITEMS, actions::give_up)
        .post("/items/{key}/update", &EDIT_ITEMS, actions::take_update)
        .post("/items/{key}/leave", &EDIT_ITEMS, actions::leave_update)
        .weighty("/items/{key}/issue", &ISSUE_ITEMS, actions::issue)
        .weighty("/items/{key}/send-back", &ISSUE_ITEMS, actions::send_back)
        .post("/items/{key}/ask-retire", &EDIT_ITEMS, actions::ask_to_retire)
        .post("/items/{key}/keep", &EDIT_ITEMS, actions::keep)
        .weighty("/items/{key}/retire", &ISSUE_ITEMS, actions::retire)
        .weighty("/items/{key}/restore", &ISSUE_ITEMS, actions::restore)
}
