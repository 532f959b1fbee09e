//! Columns (栏目) of the portal: their tree, their descriptions for the page tags, what they are for, whether they are listed.

pub mod import;
mod import_pages;
mod pages;

use kernel::{Permission, Role, permission::Scope::AllOrgans};
use web::{Capability, Listener, Nav, Routes, hooks::Verb};

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
        .declare(Verb::new("导入栏目", "门户栏目 表格", "/columns/import", &MANAGE_COLUMNS))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/columns", &MANAGE_COLUMNS, pages::list)
        .get("/columns/new", &MANAGE_COLUMNS, pages::new)
        .post("/columns", &MANAGE_COLUMNS, pages::create)
        .get("/columns/import", &MANAGE_COLUMNS, import_pages::form)
        .upload("/columns/import", &MANAGE_COLUMNS, import_pages::upload)
        .get("/columns/template.csv", &MANAGE_COLUMNS, import_pages::template)
        .get("/columns/{slug}", &MANAGE_COLUMNS, pages::edit)
        .post("/columns/{slug}", &MANAGE_COLUMNS, pages::change)
        .post("/columns/{slug}/move", &MANAGE_COLUMNS, pages::shift)
        .post("/columns/{slug}/hide", &MANAGE_COLUMNS, pages::hide)
        .post("/columns/{slug}/delete", &MANAGE_COLUMNS, pages::delete)
}
