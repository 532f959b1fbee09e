//! Shelves: the newest documents of some kinds, on pages that bring capabilities together. A capability declares its shelf
//! (`.declare(Shelf { … })`), the page shows what was declared and knows no kind by name.

use web::{Ctx, Result};

use crate::{
    page::{self, Line},
    public::{self, Listed},
    spec::{Kind, Kinds},
};

/// On the first page.
pub const HOME: &str = "home";

/// A shelf as a capability declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shelf {
    /// Where it stands: [`HOME`], or the door whose page it is on.
    pub on: &'static str,
    /// Its order there.
    pub place: u8,
    pub heading: &'static str,
    /// Lines of small print under the heading; the first page tells how fresh it is where a shelf says nothing.
    pub note: &'static [&'static str],
    /// Keys of the kinds on it.
    pub kinds: &'static [&'static str],
    /// Lines at most.
    pub most: i64,
    /// Where there are more: address and words.
    pub more: (&'static str, &'static str),
    /// Whether each line tells its kind.
    pub mixed: bool,
}

/// A shelf with what stands on it.
#[derive(Debug, Clone)]
pub struct Filled {
    pub shelf: Shelf,
    /// Its documents, newest first.
    pub lines: Vec<Line>,
    /// Day of the newest.
    pub newest: String,
}

/// The shelves of a page that have something on them, in their order.
pub async fn shelves(ctx: &Ctx, on: &str) -> Result<Vec<Filled>> {
    let kinds = Kinds::of(ctx);
    let mut declared: Vec<Shelf> = ctx.declared::<Shelf>().filter(|shelf| shelf.on == on).copied().collect();
    declared.sort_by_key(|shelf| shelf.place);
    let mut found: Vec<(Shelf, Vec<Listed>)> = Vec::new();
    for shelf in declared {
        let wanted: Vec<Kind> = shelf.kinds.iter().filter_map(|key| kinds.get(key)).collect();
        if wanted.is_empty() {
            continue;
        }
        let listed = public::latest(ctx.db(), &kinds, &wanted, shelf.most).await?;
        if !listed.is_empty() {
            found.push((shelf, listed));
        }
    }
    let lists: Vec<&[Listed]> = found.iter().map(|(_, listed)| listed.as_slice()).collect();
    let badges = page::badges(ctx, &lists).await?;
    let fill = |(shelf, listed): (Shelf, Vec<Listed>)| Filled {
        shelf,
        newest: listed.first().map(|one| one.published_on.clone()).unwrap_or_default(),
        lines: page::lines(ctx, &listed, &badges),
    };
    Ok(found.into_iter().map(fill).collect())
}
