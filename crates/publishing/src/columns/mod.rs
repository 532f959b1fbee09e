//! Columns (栏目) of the portal: their tree, their descriptions for the page tags, whether they are listed.
//!
//! Events (subject kind `column`, subject id = slug): `column.created`, `column.changed`, `column.moved`, `column.hidden`,
//! `column.shown`, `column.deleted`.

mod pages;
mod store;

use kernel::Action;
use web::{Listener, Routes};

pub use store::{ColumnData, options, put};

/// The office pages of this slice.
pub(crate) fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/columns", Action::ManageColumns, pages::list)
        .get("/columns/new", Action::ManageColumns, pages::new)
        .post("/columns", Action::ManageColumns, pages::create)
        .get("/columns/{slug}", Action::ManageColumns, pages::edit)
        .post("/columns/{slug}", Action::ManageColumns, pages::change)
        .post("/columns/{slug}/move", Action::ManageColumns, pages::shift)
        .post("/columns/{slug}/hide", Action::ManageColumns, pages::hide)
        .post("/columns/{slug}/delete", Action::ManageColumns, pages::delete)
}
