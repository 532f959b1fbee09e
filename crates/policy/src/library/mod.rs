//! The library of policies: what their texts say of each other (文件关系) is found when they become public, and confirmed by a person
//! of the organ or of the office before anybody sees it or it does anything.
//!
//! How a text stands to the law follows from it in the document machine ([`document::standing`]); the library's public pages are
//! those of all documents. An organ decides on what its own documents say; whether one of them ends or changes a document of another
//! organ is the office's to confirm.

mod actions;
mod demo;
mod effect;
mod find;
mod pages;
mod rows;
mod work;

use std::sync::Arc;

use document::references;
use kernel::{Permission, Role, permission::Scope::OwnOrgan};
use store::Followers;
use web::{
    Capability, Ctx, Listener, Nav, Routes,
    hooks::{Citing, Leaving, Verb},
};

pub(crate) use rows::{house, organs};

/// Key of the kind of documents that the library holds.
pub(crate) const POLICY: &str = "policy";

/// Say what documents say of each other.
pub static CONFIRM_REFERENCES: Permission = Permission::new(
    "confirm_references",
    "认定文件关系（修改、废止、依据等）",
    &[Role::Editor, Role::ReviewerPolicy, Role::OrganHead, Role::CountyOffice],
    OwnOrgan,
);

pub fn capability() -> Capability {
    let forgets: Arc<dyn Leaving> = Arc::new(find::Forgets);
    let undone: Arc<dyn Citing> = Arc::new(work::Undone);
    Capability::new("library", "政策库")
        .routes(routes)
        .permissions(&[&CONFIRM_REFERENCES])
        .nav(Nav::under("公开", "/references", "文件关系", &CONFIRM_REFERENCES, 126))
        .followers(|ctx: &Ctx| Followers::default().with(find::follower(ctx)))
        .desk(Arc::new(work::Waiting))
        .demo(demo::scenes)
        .declare(forgets)
        .declare(undone)
        .declare(Verb::new("认定文件关系", "废止 修改 代替 依据 有效性", "/references", &CONFIRM_REFERENCES))
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/references", &CONFIRM_REFERENCES, pages::list)
        .get("/references/new", &CONFIRM_REFERENCES, pages::new)
        .weighty("/references/new", &CONFIRM_REFERENCES, actions::add)
        .weighty("/references/many", &CONFIRM_REFERENCES, actions::confirm_many)
        .get("/references/{id}", &CONFIRM_REFERENCES, pages::one)
        .weighty("/references/{id}/confirm", &CONFIRM_REFERENCES, actions::confirm)
        .weighty("/references/{id}/refuse", &CONFIRM_REFERENCES, actions::refuse)
}

/// What may be said of a document, for a select; a mere mention is nothing to decide.
pub(crate) fn verbs() -> Vec<(&'static str, &'static str)> {
    let said = references::Verb::ALL.into_iter().filter(|verb| *verb != references::Verb::Cites);
    said.map(|verb| (verb.code(), verb.label())).collect()
}
