//! Subscriptions (订阅): whoever wants is told by mail of what becomes public, is corrected, turns in its validity or is withdrawn,
//! by any or all of subject, organ, kind, column, audience and words; at once, each day or each week.
//!
//! | | |
//! |---|---|
//! | the conditions, as data, address and words | [`filter`] |
//! | which subscriptions a document fits | [`matching`] |
//! | the log is followed, and noted who is to be told | `follow` |
//! | a policy is pushed to an audience by mail | `called` |
//! | mails are laid down, made and sent | `round`, `letters` |
//! | the form, the pages under private links, leaving | `ask`, `form`, `own` |
//! | the same conditions as a feed, without an address | `feed` |
//!
//! # What is never where
//!
//! A mailbox says itself that it wants mails (double opt-in), and nothing on the portal tells whether it does. Address,
//! conditions and the secret of the private link are sealed in one row (`keys`); they stand in no event, job, log or search, and
//! the office has numbers alone. Leaving deletes the row and all that belongs to it; what nobody confirms is deleted by itself.
//! Copies of titles are kept nowhere: a mail is made when it is sent.
//!
//! # Once, and not never
//!
//! The follower's cursor moves in the write that notes an event; a notice belongs to one mail; a mail is laid down before it is
//! sent and ended when the server has taken it. Between these two a killed process sends once more, under the same `Message-ID`.

mod ask;
mod called;
mod demo;
mod expire;
mod facts;
mod feed;
pub mod filter;
mod follow;
mod form;
mod keys;
mod letters;
pub mod matching;
mod office;
mod own;
mod round;
mod rows;
pub mod settings;

use std::sync::Arc;

use kernel::{
    EventKind, Permission, Role,
    permission::{READ_PUBLIC, Scope},
};
use portal_form::USE_FORMS;
use store::{Entry, Every, Followers, Schedule};
use web::{
    Capability, Ctx, Listener, Nav, Routes,
    mail::{Outward, Postman},
};

pub use rows::SubscriptionId;
pub use settings::Subscriptions;

/// Subject of the events, and key of the capability.
pub(crate) const SUBJECT: &str = "subscription";

/// See the numbers.
static VIEW: Permission = Permission::new(
    "view_subscriptions",
    "查看订阅和发送的数字",
    &[Role::CountyOffice, Role::SystemAdmin],
    Scope::AllOrgans,
);

/// The log knows that it was done and how often mails go out; neither to whom nor of what.
const OFTEN: &[(&str, &str)] = &[("often", "多久发一次")];
pub(crate) static CONFIRMED: EventKind = EventKind::new(SUBJECT, "subscription.confirmed", "确认订阅").holds(OFTEN);
pub(crate) static CHANGED: EventKind = EventKind::new(SUBJECT, "subscription.changed", "修改订阅").holds(OFTEN);
pub(crate) static PAUSED: EventKind = EventKind::new(SUBJECT, "subscription.paused", "暂停订阅").holds(OFTEN);
pub(crate) static RESUMED: EventKind = EventKind::new(SUBJECT, "subscription.resumed", "恢复订阅").holds(OFTEN);
/// By the program: its mails do not arrive.
pub(crate) static STOPPED: EventKind =
    EventKind::new(SUBJECT, "subscription.stopped", "停发订阅邮件").holds(&[("failure", "原因")]);
/// Everything of it is deleted.
pub(crate) static LEFT: EventKind = EventKind::new(SUBJECT, "subscription.left", "退订");

pub fn capability() -> Capability {
    Capability::new(SUBJECT, "订阅")
        .routes(portal_routes)
        .routes(office_routes)
        .permissions(&[&VIEW])
        .nav(Nav::under("公开", "/subscriptions", "订阅", &VIEW, 133))
        .events(&[&CONFIRMED, &CHANGED, &PAUSED, &RESUMED, &STOPPED, &LEFT])
        .subject(SUBJECT, "订阅")
        .words(words)
        .settings::<Subscriptions>()
        .migrations(store::migrations!("subscription", "../migrations/0001_subscription.sql"))
        .followers(|ctx| Followers::default().with(follow::follower(ctx)))
        .jobs(round::handlers)
        .schedule(schedule)
        .demo(demo::scenes)
        .needs::<Arc<dyn Postman>>()
        .declare(Outward(round::ROUND))
        .declare(called::channel())
}

fn words(field: &str, code: &str) -> Option<String> {
    match (field, code) {
        ("often", _) => filter::Often::from_code(code).map(|often| often.label().to_owned()),
        ("failure", "gone" | "full") => Some(letters::failure(code).to_owned()),
        _ => None,
    }
}

fn schedule(ctx: &Ctx) -> Schedule {
    let ctx = ctx.clone();
    Schedule::default().with(Entry::new(
        "subscription.expire",
        "删除没有确认的订阅和过期的发送记录",
        Every::Minutes(60),
        move || {
            let ctx = ctx.clone();
            async move { Ok(expire::expire(&ctx).await?) }
        },
    ))
}

fn portal_routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/subscriptions", &READ_PUBLIC, ask::form)
        .post("/subscriptions", &USE_FORMS, ask::ask)
        .get("/subscriptions/sent", &READ_PUBLIC, ask::sent)
        .get("/subscriptions/feed.atom", &READ_PUBLIC, feed::feed)
        .get("/subscriptions/m/{secret}", &USE_FORMS, own::show)
        .post("/subscriptions/m/{secret}/confirm", &USE_FORMS, own::confirm)
        .post("/subscriptions/m/{secret}/change", &USE_FORMS, own::change)
        .post("/subscriptions/m/{secret}/pause", &USE_FORMS, own::pause)
        .post("/subscriptions/m/{secret}/resume", &USE_FORMS, own::resume)
        .get("/subscriptions/leave/{secret}", &USE_FORMS, own::leaving)
        .post("/subscriptions/leave/{secret}", &USE_FORMS, own::leave)
}

fn office_routes() -> Routes {
    Routes::new(Listener::Office).get("/subscriptions", &VIEW, office::page)
}
