//! Pages of the portal that are there whatever is public, and what each is called. Nobody types a title for them: it would stand
//! before everybody without anybody else having read it.

use web::{
    Ctx, Listener,
    doors::{Door, WayIn},
};

/// What the page at this address is called where the portal leads to it; `None` when there is no such page, or it has no name of
/// its own.
pub(crate) fn title_of(ctx: &Ctx, path: &str) -> Option<&'static str> {
    for (name, routes) in ctx.capabilities().named_routes() {
        let portal = routes.iter().filter(|routes| routes.listener() == Listener::Portal);
        let paths = portal.flat_map(|routes| routes.list().iter().map(|route| route.path));
        let pages: Vec<&'static str> = paths.filter(|path| is_page(path)).collect();
        if pages.contains(&path) {
            let way = ctx.declared::<WayIn>().find(|way| way.href == path).map(|way| way.label);
            let door = || ctx.declared::<Door>().find(|door| door.href == path).map(|door| door.label);
            // A capability with one page is called as the page is.
            return way.or_else(door).or_else(|| pages.iter().all(|page| *page == path).then_some(name));
        }
    }
    None
}

/// Whether people read what is there: no file, no interface, not the search itself.
fn is_page(path: &str) -> bool {
    !path.contains(['.', '{']) && !["/api", "/search", "/healthz", "/elder"].iter().any(|not| path.starts_with(not))
}
