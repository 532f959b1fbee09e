//! Reports: those of the government, and the yearly reports on openness (政府信息公开工作年度报告): their figures, filled in by hand
//! or from a workbook, held against themselves and each other ([`annual_report`]), public when a second person says so, and due
//! every year.
//!
//! The chapters in words are documents and pass the gates; what lies here is chapters two to four. On paper ([`Stored::to_file`])
//! both stand together.

mod actions;
mod agrees;
mod api;
mod chapters;
mod compared;
mod counted;
mod demo;
mod duties;
mod figures;
mod former;
mod grids;
mod office;
mod pages;
mod paper;
mod register;
mod rows;
mod site_rows;
mod site_sheet;
mod store;
mod stored;
mod text;
mod work;
mod workbook;

use std::sync::Arc;

use document::{Kind, KindSpec, common, needs::Needs, permissions::WRITE_DOCUMENTS};
use kernel::{
    EventKind, Permission, Role,
    event::Keep,
    permission::{
        READ_PUBLIC,
        Scope::{AllOrgans, OwnOrgan},
    },
};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{OnMap, Verb},
};

pub use grids::{grids, hidden_note};
pub use paper::As;
pub use stored::{Stored, stored};

pub static REPORT: KindSpec = common::usual("report", "工作报告", "openness");

/// Subject of the events, and the lock of whoever decides by what a report holds.
const SUBJECT: &str = "annual_report";

/// Look at the figures of yearly reports.
static VIEW: Permission = Permission::new("view_annual_reports", "查看年报数据", Role::CONTENT, OwnOrgan);
/// Fill them in.
static FILL: Permission = Permission::new(
    "fill_annual_reports",
    "填报年报数据",
    &[Role::Editor, Role::OrganHead, Role::CountyOffice],
    OwnOrgan,
);
/// Make them public, never what was saved by oneself.
static RELEASE: Permission =
    Permission::new("release_annual_reports", "公布年报数据", &[Role::OrganHead, Role::CountyOffice], OwnOrgan);
/// Have all organs owe the reports of a year.
static OWE: Permission = Permission::new("owe_annual_reports", "布置年报任务", &[Role::CountyOffice], AllOrgans);

/// A version was saved; what changed is in the versions.
static SAVED: EventKind = EventKind::new(SUBJECT, "annual_report.saved", "保存年报数据").holds(&[
    ("year", "年度"),
    ("scope", "范围"),
    ("version", "版本"),
    ("origin", "来源"),
]);
static RELEASED: EventKind = EventKind::new(SUBJECT, "annual_report.released", "公布年报数据")
    .holds(&[("year", "年度"), ("scope", "范围"), ("version", "版本"), ("reason", "照样公布的原因")])
    .keeps(Keep::Words);
static WITHDRAWN: EventKind = EventKind::new(SUBJECT, "annual_report.withdrawn", "撤回年报数据")
    .holds(&[("year", "年度"), ("scope", "范围"), ("version", "版本"), ("reason", "撤回理由")])
    .keeps(Keep::Words);

/// A version of the sheet of the site was saved; what changed is in the versions.
static SHEET_SAVED: EventKind = EventKind::new("site_sheet", "site_sheet.saved", "保存政府网站工作年度报表")
    .holds(&[("year", "年度"), ("version", "版本")]);

pub fn capability() -> Capability {
    let on_map: Arc<dyn OnMap> = Arc::new(figures::Figures);
    let needs: Arc<dyn Needs> = Arc::new(agrees::Agreeing);
    Capability::new("reports", "工作报告和年报")
        .routes(routes)
        .routes(office_routes)
        .declare(&REPORT as Kind)
        .permissions(&[&VIEW, &FILL, &RELEASE, &OWE])
        .nav(Nav::under("公开", "/annual-reports", "年报数据", &VIEW, 129))
        .events(&[&SAVED, &RELEASED, &WITHDRAWN, &SHEET_SAVED])
        .subject(SUBJECT, "年报数据")
        .subject(site_rows::SUBJECT, "政府网站工作年度报表")
        .words(words)
        .migrations(::store::migrations!(
            "reports",
            "../../migrations/reports/0001_reports.sql",
            "../../migrations/reports/0002_site_sheet.sql",
            "../../migrations/reports/0003_releases.sql"
        ))
        .desk(Arc::new(work::Work))
        .demo(demo::scenes)
        .declare(rows::sealed())
        .declare(site_rows::sealed())
        .declare(duties::owed())
        .declare(on_map)
        .declare(needs)
        .declare(api::LIST)
        .declare(api::ONE)
        .declare(Verb::new("政府网站工作年度报表", "网站年报 年度报表", "/annual-reports/site", &OWE))
        .declare(Verb::new("年报数据", "政府信息公开工作年度报告 填报 汇总 勾稽", "/annual-reports", &VIEW))
}

fn words(field: &str, code: &str) -> Option<String> {
    match (field, code) {
        ("scope", "own") => Some("本机关".to_owned()),
        ("scope", "county") => Some(rows::COUNTY.to_owned()),
        ("origin", "new" | "typed" | "file" | "sum" | "counted") => Some(rows::origin_words(code).to_owned()),
        _ => REPORT.word(field, code),
    }
}

/// The day by which a year's report is owed: of organs 31 January, of the county 31 March of the year after (条例 Art. 49, 50).
fn due_on(year: i64, scope: &str) -> String {
    let day = if scope == "county" { "03-31" } else { "01-31" };
    format!("{:04}-{day}", year + 1)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/reports", &READ_PUBLIC, pages::reports)
        .get("/reports/figures", &READ_PUBLIC, figures::list)
        .get("/reports/{id}", &READ_PUBLIC, figures::one)
        .get("/reports/{id}/former/{place}", &READ_PUBLIC, former::page)
        .get("/reports/{id}/data.json", &READ_PUBLIC, figures::data)
        .get("/reports/{id}/data.xlsx", &READ_PUBLIC, figures::data_workbook)
        .get("/reports/{id}/report.docx", &READ_PUBLIC, figures::word)
        .get("/reports/{id}/report.pdf", &READ_PUBLIC, figures::pdf)
        .get(api::LIST.path, &READ_PUBLIC, api::list)
        .get(api::ONE.path, &READ_PUBLIC, api::one)
}

fn office_routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/annual-reports", &VIEW, office::list)
        .post("/annual-reports", &FILL, actions::begin)
        .weighty("/annual-reports/duties", &OWE, duties::owe)
        .get("/annual-reports/site", &OWE, site_sheet::sheet)
        .post("/annual-reports/site", &OWE, site_sheet::save)
        .get("/annual-reports/site.xlsx", &OWE, site_sheet::workbook)
        .get("/annual-reports/{id}", &VIEW, office::one)
        .post("/annual-reports/{id}", &FILL, actions::save)
        .get("/annual-reports/{id}/export.xlsx", &VIEW, office::export)
        .get("/annual-reports/{id}/register", &VIEW, register::compared)
        .get("/annual-reports/{id}/report.docx", &VIEW, office::word)
        .get("/annual-reports/{id}/report.pdf", &VIEW, office::pdf)
        .upload("/annual-reports/{id}/import", &FILL, actions::import)
        .post("/annual-reports/{id}/sum", &FILL, actions::add_up)
        .post("/annual-reports/{id}/count", &FILL, counted::count)
        .post("/annual-reports/{id}/text", &WRITE_DOCUMENTS, text::begin)
        .weighty("/annual-reports/{id}/release", &RELEASE, actions::release)
        .weighty("/annual-reports/{id}/withdraw", &RELEASE, actions::withdraw)
}
