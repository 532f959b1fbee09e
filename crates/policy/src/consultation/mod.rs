//! Consultation (征求意见): drafts on which the public is asked, and what became of the opinions.

mod pages;

use document::{Kind, KindSpec, common};
use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

/// 征求意见.
pub static CONSULTATION: KindSpec = common::usual("consultation", "征求意见", "dialogue");

/// The capability.
pub fn capability() -> Capability {
    Capability::new("consultation", "征求意见").routes(routes).declare(&CONSULTATION as Kind)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/consultations", &READ_PUBLIC, pages::consultations)
}
