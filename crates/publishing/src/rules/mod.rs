//! 检查规则: what the checks look for, how the county weighs it, the list of words that it keeps (词表), and a bench on which a text is
//! tried. The rules are `check_text`'s, what is set is the review machine's (`review::book`); here are their pages, and who knows of
//! what a text cites.

mod demo;
mod library;
mod list;
mod pages;
pub(crate) mod store;
mod terms;

use std::sync::Arc;

use kernel::{Permission, Role, permission::Scope::AllOrgans};
use review::book::Library;
use web::{Capability, Listener, Nav, Routes, hooks::Verb};

pub use library::ask;

/// Set what the checks look for and how they are weighed. The county office's alone: it answers for what becomes public.
pub static CONFIGURE_CHECKS: Permission =
    Permission::new("configure_checks", "维护检查规则和词表", &[Role::CountyOffice], AllOrgans);

/// Their pages; the tables and the events are the review machine's.
pub fn capability() -> Capability {
    let library: Arc<dyn Library> = Arc::new(library::Policies);
    Capability::new("checks", "检查规则")
        .routes(routes)
        .permissions(&[&CONFIGURE_CHECKS])
        .nav(Nav::under("管理", "/checks", "检查规则", &CONFIGURE_CHECKS, 351))
        .demo(demo::scenes)
        .declare(library)
        .declare(Verb::new("检查规则", "错别字 敏感词 词表 标点 隐私", "/checks", &CONFIGURE_CHECKS))
        .declare(Verb::new("检查词表", "禁用 规范表述 敏感词 导入 试验", "/checks/terms", &CONFIGURE_CHECKS))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/checks", &CONFIGURE_CHECKS, pages::rules)
        .weighty("/checks", &CONFIGURE_CHECKS, pages::weigh)
        .get("/checks/terms", &CONFIGURE_CHECKS, terms::list)
        .weighty("/checks/terms", &CONFIGURE_CHECKS, terms::add)
        .weighty("/checks/terms/remove", &CONFIGURE_CHECKS, terms::remove)
        .get("/checks/terms/export.csv", &CONFIGURE_CHECKS, terms::export)
        .upload("/checks/terms/preview", &CONFIGURE_CHECKS, terms::preview)
        .weighty("/checks/terms/import", &CONFIGURE_CHECKS, terms::import)
        .get("/checks/bench", &CONFIGURE_CHECKS, pages::bench)
        .post("/checks/bench", &CONFIGURE_CHECKS, pages::try_out)
}
