//! Reports: those of the government, and where the yearly reports on openness (政府信息公开工作年度报告) are found.

mod grids;
mod pages;

use document::{Kind, KindSpec, common};
pub use grids::{grids, hidden_note};
use kernel::permission::READ_PUBLIC;

use web::{Capability, Listener, Routes};

pub static REPORT: KindSpec = common::usual("report", "工作报告", "openness");

pub fn capability() -> Capability {
    Capability::new("reports", "工作报告和年报")
        .routes(routes)
        .declare(&REPORT as Kind)
        .words(|field, code| REPORT.word(field, code))
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/reports", &READ_PUBLIC, pages::reports)
}
