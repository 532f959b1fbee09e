//! 代办: who decides on texts for whom while somebody is away. Everybody who reviews arranges it for the own absence; whoever keeps
//! the accounts does for somebody who cannot, being ill. The rules are the review machine's ([`review::stand_in`]).

mod pages;

use document::permissions::VIEW_DOCUMENTS;
use kernel::{Permission, Role, permission::Scope::AllOrgans};
use web::{Capability, Listener, Nav, Routes, hooks::Verb};

/// Arrange and end stand-ins for others.
pub static SET_STAND_INS: Permission =
    Permission::new("set_stand_ins", "为他人安排代办", &[Role::SecurityAdmin], AllOrgans);

/// Their pages; the table and the events are the review machine's.
pub fn capability() -> Capability {
    Capability::new("stand_ins", "代办")
        .routes(routes)
        .permissions(&[&SET_STAND_INS])
        .nav(Nav::under("管理", "/stand-ins/all", "代办", &SET_STAND_INS, 325))
        .declare(Verb::new("安排代办", "请假 出差 不在岗 代理 审核", "/stand-ins", &VIEW_DOCUMENTS))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/stand-ins", &VIEW_DOCUMENTS, pages::own)
        .weighty("/stand-ins", &VIEW_DOCUMENTS, pages::set_own)
        .weighty("/stand-ins/end", &VIEW_DOCUMENTS, pages::end_own)
        .get("/stand-ins/all", &SET_STAND_INS, pages::all)
        .weighty("/stand-ins/all", &SET_STAND_INS, pages::set_other)
        .weighty("/stand-ins/all/end", &SET_STAND_INS, pages::end_other)
}
