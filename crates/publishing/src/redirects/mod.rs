//! Redirects (网址重定向): an address of the old site, or of a column that was taken away, leads to what stands in its place. Kept by
//! the office, followed only where nothing stands; one step each, so that nobody is sent round in a circle.

mod address;
mod demo;
mod pages;
mod store;

use std::sync::Arc;

use kernel::{EventKind, Permission, Role, event::Keep, permission::Scope::AllOrgans};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{Moved, Verb},
};

pub(crate) use address::Portal;

/// Subject of the events, and key of the capability.
const SUBJECT: &str = "redirect";

/// Say where addresses lead.
static MANAGE: Permission =
    Permission::new("manage_redirects", "维护网址重定向", &[Role::SystemAdmin, Role::CountyOffice], AllOrgans);

/// What was typed of an old site may hold anything.
const ABOUT: &[(&str, &str)] = &[("from", "原网址"), ("to", "新网址")];
static ADDED: EventKind = EventKind::new(SUBJECT, "redirect.added", "增加网址重定向").holds(ABOUT).keeps(Keep::Words);
static CHANGED: EventKind =
    EventKind::new(SUBJECT, "redirect.changed", "修改网址重定向").holds(ABOUT).keeps(Keep::Words);
static REMOVED: EventKind =
    EventKind::new(SUBJECT, "redirect.removed", "删除网址重定向").holds(ABOUT).keeps(Keep::Words);

/// The pages of the office, and where the portal asks.
pub fn capability() -> Capability {
    let moved: Arc<dyn Moved> = Arc::new(store::Table);
    Capability::new(SUBJECT, "网址重定向")
        .routes(routes)
        .permissions(&[&MANAGE])
        .nav(Nav::under("管理", "/redirects", "网址重定向", &MANAGE, 353))
        .events(&[&ADDED, &CHANGED, &REMOVED])
        .subject(SUBJECT, "网址重定向")
        .migrations(::store::migrations!("redirect", "../../migrations/redirects/0001_redirects.sql"))
        .demo(demo::scenes)
        .declare(store::sealed())
        .declare(moved)
        .declare(Verb::new("网址重定向", "旧网址 跳转 301", "/redirects", &MANAGE))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/redirects", &MANAGE, pages::list)
        .post("/redirects", &MANAGE, pages::add)
        .post("/redirects/remove", &MANAGE, pages::remove)
        .upload("/redirects/import", &MANAGE, pages::import)
        .get("/redirects/export.csv", &MANAGE, pages::export)
}
