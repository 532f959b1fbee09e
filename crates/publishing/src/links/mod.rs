//! 外部链接: whether the addresses of other sites to which texts link can be opened. Asked by a job, never while somebody waits for a
//! page, and again on a schedule; what came of it is a finding of the wording gate (`wording.outside`) and a list for those who
//! answer for public texts. Off where the configuration does not say otherwise: a machine without a way out would call every
//! link dead.

mod desk;
mod look;
mod pages;
mod settings;
mod store;

use std::sync::Arc;

use document::permissions::{VIEW_DOCUMENTS, WRITE_DOCUMENTS};
use web::{Capability, Listener, Nav, Routes, hooks::Verb};

pub use self::{
    look::{LOOK, Look, gather, look_at, round},
    settings::Links,
    store::LinkId,
};

pub(crate) use self::look::answers;

/// The list, the job and its schedule.
pub fn capability() -> Capability {
    Capability::new("links", "外部链接")
        .routes(routes)
        .nav(Nav::under("公开", "/links", "外部链接", &VIEW_DOCUMENTS, 134))
        .migrations(::store::migrations!("links", "../../migrations/links/0001_links.sql"))
        .settings::<Links>()
        .jobs(look::handlers)
        .schedule(look::schedule)
        .desk(Arc::new(desk::Dead))
        .declare(Verb::new("外部链接", "死链 打不开 失效链接 检查", "/links", &VIEW_DOCUMENTS))
}

fn routes() -> Routes {
    Routes::new(Listener::Office).get("/links", &VIEW_DOCUMENTS, pages::list).post(
        "/links/look",
        &WRITE_DOCUMENTS,
        pages::look,
    )
}
