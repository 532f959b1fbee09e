//! The open interface as a whole: its description for programs and its page for those who write them. What it can be asked is
//! declared by the capabilities ([`web::api::Operation`]); nothing here names one.

mod openapi;
mod page;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Ctx, Listener, Routes, api::Operation};

/// The description.
const OPENAPI: &str = "/api/v1/openapi.json";

pub(crate) fn capability() -> Capability {
    Capability::new("api", "开放接口").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get(web::api::PAGE, &READ_PUBLIC, page::page).get(
        OPENAPI,
        &READ_PUBLIC,
        openapi::document,
    )
}

/// All that can be asked, in the order of the page.
fn operations(ctx: &Ctx) -> Vec<&Operation> {
    let mut operations: Vec<&Operation> = ctx.declared::<Operation>().collect();
    operations.sort_by_key(|operation| (operation.place, operation.id));
    operations
}
