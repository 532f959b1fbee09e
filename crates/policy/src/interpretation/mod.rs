//! Interpretation (政策解读): who drafts a policy explains it, together with it or within three working days after it is public.
//!
//! An interpretation is a document like any other: written, reviewed and published by the machines. What is particular to it
//! stands here: its fields, its tie to the policy, the page that shows which policies still owe one, who may see it.

mod kind;
mod owed;
mod pages;

use std::sync::Arc;

use document::Kind;
use kernel::{Permission, Role, Scope};
use web::{Capability, Listener, Nav, Routes};

pub use kind::{INTERPRETATION, INTERPRETS};

/// See which public policies have an interpretation, and which owe one.
pub static VIEW_INTERPRETATIONS: Permission =
    Permission::new("view_interpretations", "查看政策解读情况", Role::CONTENT, Scope::OwnOrgan);

pub fn capability() -> Capability {
    Capability::new("interpretation", "政策解读")
        .routes(routes)
        .permissions(&[&VIEW_INTERPRETATIONS])
        .nav(Nav::under("公开", "/interpretations", "政策解读", &VIEW_INTERPRETATIONS, 125))
        .desk(Arc::new(owed::Owed))
        .declare(&INTERPRETATION as Kind)
}

fn routes() -> Routes {
    Routes::new(Listener::Office).get("/interpretations", &VIEW_INTERPRETATIONS, pages::list)
}
