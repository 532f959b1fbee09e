//! Who is it for (政策找人): the conditions of a policy as data, and five plain questions that give the policies which fit, what they
//! bring and why.
//!
//! The conditions are a field of the policy ([`document::common::AUDIENCE`]): written by its organ, a part of each edition, passed
//! by its gates. The answers of readers are in the body of one request, are held as long as its page is made, and stand in no
//! table, no address and no log.

mod answer;
mod data;
mod find;
mod needs;
mod pages;
mod range;
mod rule;
mod situation;

use std::sync::Arc;

use document::needs::Needs;
use kernel::permission::READ_PUBLIC;
pub(crate) use rule::{Rule, WHO, read as read_rules};
use web::{
    Capability, Listener, Routes,
    doors::{Offered, WayIn},
    hooks::Mentions,
};

const ASK: WayIn = WayIn {
    href: "/audience",
    label: "哪些政策适合我",
    about: "答五个问题，看能享受什么、为什么；不用登录，不留记录",
    icon: "search",
    place: 15,
    on: Offered::Line,
};

pub fn capability() -> Capability {
    let (needs, mentions): (Arc<dyn Needs>, Arc<dyn Mentions>) = (Arc::new(needs::Readable), Arc::new(find::Asked));
    Capability::new("audience", "政策找人")
        .routes(routes)
        .declare(ASK)
        .declare(needs)
        .declare(mentions)
        .declare(data::datasets())
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/audience", &READ_PUBLIC, pages::form)
        .post("/audience", &READ_PUBLIC, pages::answer)
        .get("/audience.json", &READ_PUBLIC, data::json_list)
}
