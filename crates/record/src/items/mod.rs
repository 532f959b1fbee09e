//! Items in the database (公开事项): those of the box as the county has taken them, its own, and what is in force on a day.
//!
//! An item of the box holds as it came with the program until the county edits it; a newer program with another box changes
//! nothing by itself, its difference is taken or left ([`Entry::update`]). A change is a draft, offered by whoever wrote it
//! and issued by another person ([`acts`]), in force from its day on until the next version's; nothing that was issued changes.
//! Unconfirmed items are confirmed the same way and owe nothing before.
//!
//! [`all`], [`find`] and [`at`] answer from memory until an event of an item is written, by whatever process.
//!
//! Tables: `migrations/0002_items.sql`. What they hold of an item is read by programs of many years: a new field of
//! [`item::Item`] or its parts has a default.

pub mod acts;
mod events;
mod fits;
mod known;
mod rows;

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use item::{Item, ItemKey};
use kernel::{
    OrganCode, Permission, Role,
    permission::Scope::{AllOrgans, AnyStaff},
};
use web::{Capability, Ctx, Result};

pub use fits::{Held, Opening, against, changes, closing, opening, ready};
pub use known::{Asked, Catalogue, Entry, Retired, remember};
pub use rows::{Origin, Sort, State, Version};

::store::ids! {
    /// A version of an item, draft or issued.
    ItemVersionId,
}

/// What the events of items are about, and the lock of whoever decides by how one stands.
pub const SUBJECT: &str = "item";
/// What the event of keeping the items of the program's box is about: all of them together.
const BOX: &str = "item_box";

/// Look at the items with all that belongs to them.
pub static READ_ITEMS: Permission = Permission::new("read_items", "查看公开事项", &[], AnyStaff);
/// Write changes of items, confirm them, take or leave what a newer program brings.
pub static EDIT_ITEMS: Permission =
    Permission::new("edit_items", "修改和确认公开事项", &[Role::CountyOffice], AllOrgans);
/// Issue what another person wrote, send it back, retire and restore.
pub static ISSUE_ITEMS: Permission =
    Permission::new("issue_items", "公布和停用公开事项", &[Role::CountyOffice], AllOrgans);

/// What items bring into the program, without pages.
pub fn capability() -> Capability {
    Capability::new("items", "公开事项")
        .permissions(&[&READ_ITEMS, &EDIT_ITEMS, &ISSUE_ITEMS])
        .events(events::ALL)
        .subject(SUBJECT, "公开事项")
        .titled("SELECT id, title FROM item_entry WHERE id")
        .words(words)
        .schedule(known::schedule)
        .subject(BOX, "随程序提供的公开事项")
        .declare(rows::sealed())
        .declare(rows::box_sealed())
}

fn words(field: &str, code: &str) -> Option<String> {
    if field == "made_as" { Sort::from_code(code).map(|sort| sort.label().to_owned()) } else { None }
}

/// The items in force today that are not retired, in the order of domains.
///
/// # Errors
/// When the database fails.
pub async fn all(ctx: &Ctx) -> Result<Arc<[Item]>> {
    Ok(known::catalogue(ctx).await?.in_force())
}

/// The version of an item that is in force today; that of a retired one too, since its records stay.
///
/// # Errors
/// When the database fails.
pub async fn find(ctx: &Ctx, key: &ItemKey) -> Result<Option<Arc<Item>>> {
    Ok(known::catalogue(ctx).await?.find(key))
}

/// A version of an item that was issued once, in force or not.
///
/// # Errors
/// When the database fails.
pub async fn at(ctx: &Ctx, key: &ItemKey, version: u32) -> Result<Option<Arc<Item>>> {
    Ok(known::catalogue(ctx).await?.at(key, version))
}

/// Everything that is known of items today: what is in force, worked on, retired.
///
/// # Errors
/// When the database fails.
pub async fn catalogue(ctx: &Ctx) -> Result<Arc<Catalogue>> {
    Ok(known::catalogue(ctx).await?)
}

/// All versions of an item with who made them, the newest first, those that were dropped too.
///
/// # Errors
/// When the database fails.
pub async fn versions(ctx: &Ctx, key: &ItemKey) -> Result<Vec<Version>> {
    Ok(known::versions(ctx, key).await?)
}

/// One version by its id.
///
/// # Errors
/// When the database fails.
pub async fn version(ctx: &Ctx, id: &ItemVersionId) -> Result<Option<Version>> {
    Ok(rows::one(ctx.db().read(), id).await?)
}

/// How many records of an item are public, and since when there is the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Address of its table on the portal: `/records/permit`.
    pub path: String,
    pub records: i64,
    /// Day of the newest; empty when there is none.
    pub newest: String,
}

/// How an organ stands in a year, over all confirmed items and stretches that are due or there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is asked: all that follow together, and what is amber.
    pub asked: i64,
    /// Public.
    pub good: i64,
    /// Declared not to exist.
    pub none: i64,
    /// Due and not public.
    pub missing: i64,
}

/// Who knows how much of what an organ must make public is there. Declared as `Arc<dyn Standings>`; without one nothing is said of
/// it.
pub trait Standings: Send + Sync {
    /// How the organ stands in a year.
    fn standing<'a>(&'a self, ctx: &'a Ctx, organ: &'a OrganCode, year: i16) -> BoxFuture<'a, Result<Standing>>;
}

/// Who shows the records of items to the public. Declared as `Arc<dyn PublicTables>` by the capability that has the pages;
/// without one the catalogue leads to columns alone.
pub trait PublicTables: Send + Sync {
    /// What is public of each item that has a table, by its key.
    fn shown<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<HashMap<ItemKey, Shown>>>;
}
