//! Records in the office: what an organ keeps, entry by form and sheet, batches with their review, corrections,
//! withdrawals, doubtful rows. Rules, tables and events are the machine's (`record`).

mod acts;
mod batches;
mod common;
mod confirm;
mod doubts;
mod entry;
mod files;
mod home;
mod imports;
mod list;
mod one;
mod paper;
mod rows;
mod told;

use std::sync::Arc;

use record::permissions::{
    ENTER_RECORDS, IMPORT_RECORDS, READ_BATCHES, READ_RECORDS, UNMASK_RECORDS, WITHDRAW_RECORDS,
};
use review::permissions::{BYPASS_GATES, OVERRIDE_FINDING, REVIEW_EXCEPTIONS};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{Finder, Verb},
};

pub fn capability() -> Capability {
    let batches: Arc<dyn Finder> = Arc::new(home::Named);
    Capability::new("records_office", "领域数据填报")
        .routes(routes)
        .nav(Nav::under("公开", "/records", "领域数据", &READ_RECORDS, 123))
        .nav(Nav::under("公开", "/records/batches", "数据批次", &READ_BATCHES, 124))
        .declare(batches)
        .declare(Verb::new("填报领域数据", "录入 表单 许可 处罚 补贴", "/records", &ENTER_RECORDS))
        .declare(Verb::new("导入数据表格", "上传 Excel 批量 历史补录", "/records/imports", &IMPORT_RECORDS))
        .declare(Verb::new("核定存疑数据", "补录 待核定", "/records/doubts", &ENTER_RECORDS))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/records", &READ_RECORDS, home::page)
        .get("/records/batches", &READ_BATCHES, batches::page)
        .get("/records/batches/{batch}", &READ_BATCHES, paper::page)
        .get("/records/batches/{batch}/export.xlsx", &READ_BATCHES, files::of_batch)
        .get("/records/batches/{batch}/rows/new", &ENTER_RECORDS, rows::new)
        .post("/records/batches/{batch}/rows/new", &ENTER_RECORDS, rows::add)
        .get("/records/batches/{batch}/rows/{row}", &ENTER_RECORDS, rows::form)
        .post("/records/batches/{batch}/rows/{row}", &ENTER_RECORDS, rows::save)
        .post("/records/batches/{batch}/rows/{row}/remove", &ENTER_RECORDS, rows::remove)
        .post("/records/batches/{batch}/submit", &ENTER_RECORDS, acts::submit)
        .post("/records/batches/{batch}/recall", &ENTER_RECORDS, acts::recall)
        .post("/records/batches/{batch}/drop", &ENTER_RECORDS, acts::drop_it)
        .weighty("/records/batches/{batch}/claim", &READ_BATCHES, acts::claim)
        .weighty("/records/batches/{batch}/release", &READ_BATCHES, acts::release)
        .weighty("/records/batches/{batch}/pass", &READ_BATCHES, acts::pass)
        .weighty("/records/batches/{batch}/return", &READ_BATCHES, acts::send_back)
        .weighty("/records/batches/{batch}/findings", &OVERRIDE_FINDING, acts::let_through)
        .weighty("/records/batches/{batch}/bypass", &BYPASS_GATES, acts::except)
        .weighty("/records/batches/{batch}/bypass-review", &REVIEW_EXCEPTIONS, acts::review_exception)
        .get("/records/doubts", &ENTER_RECORDS, doubts::page)
        .get("/records/doubts/{row}", &ENTER_RECORDS, doubts::form)
        .post("/records/doubts/{row}", &ENTER_RECORDS, doubts::settle)
        .get("/records/imports", &IMPORT_RECORDS, imports::form)
        .upload("/records/imports", &IMPORT_RECORDS, imports::upload)
        .get("/records/imports/{import}", &IMPORT_RECORDS, told::page)
        .post("/records/imports/{import}", &IMPORT_RECORDS, told::again)
        .post("/records/imports/{import}/stop", &IMPORT_RECORDS, told::stop)
        .get("/records/imports/{import}/errors.csv", &IMPORT_RECORDS, files::faults)
        .get("/records/imports/{import}/rejected.xlsx", &IMPORT_RECORDS, files::rejected)
        .get("/records/{item}", &READ_RECORDS, list::page)
        .get("/records/{item}/export.csv", &READ_RECORDS, files::of_item)
        .get("/records/{item}/template.xlsx", &READ_RECORDS, files::template)
        .get("/records/{item}/new", &ENTER_RECORDS, entry::form)
        .post("/records/{item}/new", &ENTER_RECORDS, entry::save)
        .get("/records/{item}/{record}", &READ_RECORDS, one::page)
        .get("/records/{item}/{record}/correct", &ENTER_RECORDS, one::correct_form)
        .post("/records/{item}/{record}/correct", &ENTER_RECORDS, one::correct)
        .get("/records/{item}/{record}/withdraw", &WITHDRAW_RECORDS, confirm::withdraw_form)
        .weighty("/records/{item}/{record}/withdraw", &WITHDRAW_RECORDS, confirm::withdraw)
        .weighty("/records/{item}/{record}/restore", &WITHDRAW_RECORDS, confirm::restore)
        .weighty("/records/{item}/{record}/keep-away", &WITHDRAW_RECORDS, confirm::keep_away)
        .get("/records/{item}/{record}/unmask", &UNMASK_RECORDS, confirm::unmask_form)
        .weighty("/records/{item}/{record}/unmask", &UNMASK_RECORDS, confirm::unmask)
}
