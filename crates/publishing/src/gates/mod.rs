//! 审核流程: through which gates texts of a column and kind go, who keeps each of them and in how many days. What the law asks for
//! stays: a secrecy review by its reviewers, two people at least, and never who wrote the text. A text in review goes on by the
//! route with which it began.

mod demo;
mod form;
mod pages;
mod reach;
mod store;
mod words;

use kernel::{Permission, Role, permission::Scope::AllOrgans};
use web::{Capability, Listener, Nav, Routes, hooks::Verb};

pub(crate) use words::{foretold, is_set, of_column, put_of_column, read, written};

/// Set through which gates texts go. The county office's alone: who keeps the machines does not decide who reads the texts.
pub static CONFIGURE_GATES: Permission =
    Permission::new("configure_gates", "设置审核流程", &[Role::CountyOffice], AllOrgans);

/// Their pages; the table and the events are the review machine's.
pub fn capability() -> Capability {
    Capability::new("gates", "审核流程")
        .routes(routes)
        .permissions(&[&CONFIGURE_GATES])
        .nav(Nav::under("管理", "/gates", "审核流程", &CONFIGURE_GATES, 350))
        .demo(demo::scenes)
        .declare(Verb::new("设置审核流程", "关口 办理期限 审核员 两人", "/gates", &CONFIGURE_GATES))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/gates", &CONFIGURE_GATES, pages::list)
        .get("/gates/edit", &CONFIGURE_GATES, pages::edit)
        .get("/gates/look", &CONFIGURE_GATES, pages::look)
        .weighty("/gates", &CONFIGURE_GATES, pages::save)
        .weighty("/gates/remove", &CONFIGURE_GATES, pages::remove)
}
