//! Columns (栏目) of the portal: their tree, their descriptions for the page tags, what they are for, whether they are listed.

pub mod export;
mod freshness;
pub mod import;
mod import_pages;
mod pages;
pub mod standard;
mod standard_pages;

use document::{
    columns::{Row, purposes},
    permissions::VIEW_DOCUMENTS,
};
use kernel::{Permission, Role, permission::Scope::AllOrgans};
use web::{Capability, Ctx, FormErrors, Listener, Nav, Routes, hooks::Verb};

pub use document::columns::{ColumnData, options, put};

/// Make, change, order, hide columns.
pub static MANAGE_COLUMNS: Permission =
    Permission::new("manage_columns", "维护栏目", &[Role::SystemAdmin, Role::CountyOffice], AllOrgans);

/// Columns with their pages in the office. Their table and events are the document machine's; what stands in them on the portal is
/// [`crate::capability`]'s.
pub fn capability() -> Capability {
    Capability::new("columns", "栏目")
        .routes(routes)
        .permissions(&[&MANAGE_COLUMNS])
        .nav(Nav::under("公开", "/columns", "栏目", &MANAGE_COLUMNS, 130))
        .declare(Verb::new("新建栏目", "门户栏目", "/columns/new", &MANAGE_COLUMNS))
        .nav(Nav::under("公开", "/freshness", "栏目更新", &VIEW_DOCUMENTS, 131))
        .desk(freshness::desk_source())
        .declare(Verb::new("栏目更新情况", "多久没有更新 超期", "/freshness", &VIEW_DOCUMENTS))
        .declare(Verb::new("采用标准栏目", "新县 法定栏目 目录", "/columns/import/standard", &MANAGE_COLUMNS))
        .declare(Verb::new("导入栏目", "门户栏目 表格", "/columns/import", &MANAGE_COLUMNS))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/columns", &MANAGE_COLUMNS, pages::list)
        .get("/columns/new", &MANAGE_COLUMNS, pages::new)
        .post("/columns", &MANAGE_COLUMNS, pages::create)
        .get("/columns/import", &MANAGE_COLUMNS, import_pages::form)
        .upload("/columns/import", &MANAGE_COLUMNS, import_pages::upload)
        .get("/columns/import/standard", &MANAGE_COLUMNS, standard_pages::form)
        .post("/columns/import/standard", &MANAGE_COLUMNS, standard_pages::take)
        .get("/columns/template.csv", &MANAGE_COLUMNS, import_pages::template)
        .get("/columns/standard.csv", &MANAGE_COLUMNS, standard_pages::csv)
        .get("/columns/standard.toml", &MANAGE_COLUMNS, standard_pages::toml)
        .get("/columns/export.csv", &MANAGE_COLUMNS, export::csv)
        .get("/columns/export.xlsx", &MANAGE_COLUMNS, export::xlsx)
        .get("/columns/export.toml", &MANAGE_COLUMNS, export::toml)
        .get("/columns/{slug}", &MANAGE_COLUMNS, pages::edit)
        .post("/columns/{slug}", &MANAGE_COLUMNS, pages::change)
        .post("/columns/{slug}/move", &MANAGE_COLUMNS, pages::shift)
        .post("/columns/{slug}/hide", &MANAGE_COLUMNS, pages::hide)
        .post("/columns/{slug}/delete", &MANAGE_COLUMNS, pages::delete)
        .get("/freshness", &VIEW_DOCUMENTS, freshness::page)
}

/// What is wrong with a column as typed or read: by its own rules, and by the register of organs.
fn errors(ctx: &Ctx, data: &ColumnData, existing: &[(usize, Row)]) -> FormErrors {
    let mut errors = document::columns::errors(data, existing, &purposes(ctx));
    let known = data.organ.as_str().is_empty() || ctx.directory().get(&data.organ).is_some();
    if !known {
        errors.add(
            "organ",
            format!("机关名录里没有“{}”，请填写机关的简称或代码，例如“县民政局”；由主管部门维护的，留空。", data.organ),
        );
    }
    errors
}
