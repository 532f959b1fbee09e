//! A public policy is pushed to those whom it is for (面向适用对象推送): its editor picks an audience from the conditions that the
//! policy states as data, reads the message and whom it reaches by which channel and why, and sends it, once for each audience.
//!
//! The message is made of what the policy says in public and of nothing that anybody types, so that it needs no gates of its
//! own. The channels are offers of others ([`web::push::Channel`]); this slice knows none of them.

mod compose;
mod pages;
mod store;

use std::sync::Arc;

use kernel::{EventKind, Permission, Role, permission::Scope::OwnOrgan};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{Leaving, Verb},
};

/// Subject of the events, and key of the capability.
const SUBJECT: &str = "policy_push";

/// Look at what was pushed to whom.
pub static VIEW_PUSHES: Permission = Permission::new("view_policy_pushes", "查看政策推送", Role::CONTENT, OwnOrgan);
/// Push a policy of the own organ.
pub static PUSH_POLICY: Permission = Permission::new(
    "push_policy",
    "向适用对象推送政策",
    &[Role::Editor, Role::OrganHead, Role::CountyOffice],
    OwnOrgan,
);

/// An audience was told of a policy: `who` is its code, `ways` are the keys of the channels. A channel may follow this event
/// instead of putting rows in with the write.
static PUSHED: EventKind = EventKind::new(SUBJECT, "policy_push.sent", "向适用对象推送政策").holds(&[
    ("document", "文件"),
    ("edition", ""),
    ("who", "适用对象"),
    ("channels", "渠道"),
    ("ways", ""),
    ("people", "送达人数"),
]);

/// The pages, and what goes with a document's words.
pub fn capability() -> Capability {
    let forgets: Arc<dyn Leaving> = Arc::new(store::Forgets);
    Capability::new(SUBJECT, "政策推送")
        .routes(routes)
        .permissions(&[&VIEW_PUSHES, &PUSH_POLICY])
        .nav(Nav::under("公开", "/pushes", "面向对象推送", &VIEW_PUSHES, 130))
        .events(&[&PUSHED])
        .subject(SUBJECT, "政策推送")
        .words(words)
        .migrations(::store::migrations!("policy_push", "../../migrations/push/0001_push.sql"))
        .declare(store::sealed())
        .declare(forgets)
        .declare(Verb::new("向适用对象推送政策", "面向企业 小微企业 通知 订阅", "/pushes", &PUSH_POLICY))
}

fn words(field: &str, code: &str) -> Option<String> {
    match field {
        "who" => compose::who_name(code).map(str::to_owned),
        _ => None,
    }
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/pushes", &VIEW_PUSHES, pages::list)
        .get("/pushes/{id}", &VIEW_PUSHES, pages::one)
        .post("/pushes/{id}", &PUSH_POLICY, pages::send)
}
