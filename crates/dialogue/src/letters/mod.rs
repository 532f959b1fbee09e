//! Letters (写信咨询): whom to turn to, and what was answered to what many asked (回应关切).

mod pages;

use document::{Kind, KindSpec, common};
use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

/// 回应关切.
pub static RESPONSE: KindSpec = common::usual("response", "回应关切", "dialogue");

/// The capability.
pub fn capability() -> Capability {
    Capability::new("letters", "写信咨询").routes(routes).declare(&RESPONSE as Kind)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/letters", &READ_PUBLIC, pages::letters)
}
