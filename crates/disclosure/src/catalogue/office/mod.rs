//! The office's pages of the catalogue: the list of items, one item with its versions, its form and file, what is done with it.

pub(super) mod actions;
pub(super) mod bulk;
pub(super) mod edit;
pub(super) mod file;
mod form;
pub(super) mod list;
pub(super) mod one;
mod references;
pub(super) mod work;

use item::ItemKey;
use record::items::{self, Catalogue, Entry, State, Version};
use std::sync::Arc;
use web::{Ctx, Error, Result};

/// How an item stands, in a word and its tone.
fn standing(entry: &Entry) -> (&'static str, &'static str) {
    if entry.retired.is_some() {
        return ("已停用", "off");
    }
    if !entry.in_force {
        return if entry.coming.is_empty() { ("新事项，没有公布", "soon") } else { ("待施行", "info") };
    }
    if entry.item.confirmed { ("已确认", "ok") } else { ("没有确认", "soon") }
}

/// How what is worked on stands, in a word and its tone; empty where nothing is.
fn open_state(open: Option<&Version>) -> (&'static str, &'static str) {
    match open.map(|open| (open.state, open.returned.is_empty())) {
        Some((State::Offered, _)) => ("待公布", "info"),
        Some((_, false)) => ("已退回", "late"),
        Some((_, true)) => ("修改中", "soon"),
        None => ("", ""),
    }
}

/// An item with everything else that there is, for its page.
async fn entry(ctx: &Ctx, key: &ItemKey) -> Result<(Arc<Catalogue>, Entry)> {
    let all = items::catalogue(ctx).await?;
    let entry = all.entry(key).cloned().ok_or(Error::NotFound)?;
    Ok((all, entry))
}

/// Domains as they are in the catalogue, by key and name, in their order.
fn domains(all: &Catalogue) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in all.entries() {
        let domain = &entry.item.domain;
        if !found.iter().any(|(key, _)| *key == domain.key) {
            found.push((domain.key.clone(), domain.name.clone()));
        }
    }
    found
}

/// Addresses below `/items/` that are no item's.
const TAKEN: [&str; 4] = ["new", "confirm", "update", "issue"];

/// What is wrong with a key for a new item; `None` when it can be used.
fn unusable(key: &ItemKey) -> Option<String> {
    TAKEN.contains(&key.as_str()).then(|| format!("代码“{key}”是系统保留的，请换一个。"))
}
