//! The catalogue of what must be published (条例 Art. 20 and 21): each item, which columns hold it, how fresh they are.

mod items;
mod pages;

use kernel::permission::READ_PUBLIC;
use web::{Capability, Listener, Routes};

pub fn capability() -> Capability {
    Capability::new("catalogue", "法定主动公开内容").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/catalogue", &READ_PUBLIC, pages::catalogue)
}
