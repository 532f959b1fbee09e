//! Ways into the portal, as capabilities declare them (`.declare(Door { … })`, `.declare(WayIn { … })`): the header, the first
//! page, the page of an error and the path above each page are printed from them.

use crate::Ctx;

/// A link of the header: a field of life, with everything of it behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// Which pages belong behind it: `policies`.
    pub key: &'static str,
    /// Words of the link: 政策.
    pub label: &'static str,
    /// Address on the portal, from `/` on.
    pub href: &'static str,
    /// Order in the header.
    pub place: u8,
}

/// What people come for: on the first page, or for those whose page was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayIn {
    /// Address.
    pub href: &'static str,
    /// What one does there: 查政策.
    pub label: &'static str,
    /// A sentence for those who do not know where to begin.
    pub about: &'static str,
    /// Its drawing in `icons.svg`, without `i-`.
    pub icon: &'static str,
    /// Order among the ways in, smallest first.
    pub place: u8,
    /// Where it is offered.
    pub on: Offered,
}

/// Where a way in is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// On the first page, as a tile.
    Home,
    /// On the first page, as words in the line below the search.
    Line,
    /// On pages of errors.
    Errors,
    Both,
}

/// The doors, in their order.
pub fn doors(ctx: &Ctx) -> Vec<Door> {
    let mut doors: Vec<Door> = ctx.declared::<Door>().copied().collect();
    doors.sort_by_key(|door| door.place);
    doors
}

/// The door of this key; where nobody declares it, the first page.
pub fn door(ctx: &Ctx, key: &str) -> Door {
    let found = ctx.declared::<Door>().find(|door| door.key == key).copied();
    found.unwrap_or(Door { key: "", label: "首页", href: "/", place: 0 })
}

/// The ways in that are offered there, in their order.
pub fn ways_in(ctx: &Ctx, on: Offered) -> Vec<WayIn> {
    let offered = |way: &&WayIn| way.on == on || way.on == Offered::Both;
    let mut ways: Vec<WayIn> = ctx.declared::<WayIn>().filter(offered).copied().collect();
    ways.sort_by_key(|way| way.place);
    ways
}
