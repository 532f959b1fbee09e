//! The public tables: which there are, how full they are, and how an address names one.

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use item::{Item, ItemKey};
use kernel::OrganCode;
use record::{
    counts::{self, Counted},
    items::{self, PublicTables, Shown},
};
use web::{Ctx, Error, PortalShell, Reader, Result};

/// Address of the table of an item.
pub(super) fn path(key: &ItemKey) -> String {
    format!("/records/{key}")
}

/// How full a table is.
#[derive(Debug, Clone, Default)]
pub(super) struct Fill {
    pub(super) records: i64,
    /// Day of the newest publication; empty where there never was one.
    pub(super) newest: String,
    /// Organs with their records.
    pub(super) organs: Vec<(OrganCode, i64)>,
    /// Periods with their records, the newest first.
    pub(super) periods: Vec<(String, i64)>,
}

impl Fill {
    fn of<'a>(counted: impl Iterator<Item = &'a Counted>) -> Self {
        let mut fill = Self::default();
        for one in counted {
            fill.records += one.records;
            if one.last_on > fill.newest {
                fill.newest.clone_from(&one.last_on);
            }
            if one.records == 0 {
                continue;
            }
            match fill.organs.iter_mut().find(|(organ, _)| *organ == one.organ) {
                Some((_, records)) => *records += one.records,
                None => fill.organs.push((one.organ.clone(), one.records)),
            }
            match fill.periods.iter_mut().find(|(period, _)| *period == one.period) {
                Some((_, records)) => *records += one.records,
                None => fill.periods.push((one.period.clone(), one.records)),
            }
        }
        fill.organs.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.as_str().cmp(other.0.as_str())));
        fill.periods.retain(|(period, _)| !period.is_empty());
        fill.periods.sort_by(|one, other| other.0.cmp(&one.0));
        fill
    }
}

/// How full the table of one item is.
pub(super) async fn fill(ctx: &Ctx, key: &ItemKey) -> Result<Fill> {
    Ok(Fill::of(counts::of_item(ctx.db().read(), key).await?.iter()))
}

/// A table with how full it is.
pub(super) struct Table {
    pub(super) item: Arc<Item>,
    pub(super) fill: Fill,
    /// The item is owed no more; what there is stays.
    pub(super) retired: bool,
}

/// All tables of the site, in the order of domains: those in force, and of others those with records.
pub(super) async fn all(ctx: &Ctx) -> Result<Vec<Table>> {
    let catalogue = items::catalogue(ctx).await?;
    let counted = counts::all(ctx.db().read()).await?;
    let mut tables = Vec::new();
    for entry in catalogue.entries().iter().filter(|entry| entry.in_force && is_shown(&entry.item)) {
        let key = entry.key().as_str();
        let fill = Fill::of(counted.iter().filter(|one| one.item == key));
        if entry.retired.is_none() || fill.records > 0 {
            tables.push(Table { item: Arc::clone(&entry.item), fill, retired: entry.retired.is_some() });
        }
    }
    Ok(tables)
}

/// What an address names.
pub(super) enum Named {
    Table(Arc<Item>),
    /// It stands under another key.
    Moved(ItemKey),
}

/// The item of a part of an address: `permit`; of one that was written otherwise, where it stands.
///
/// # Errors
/// [`Error::NotFound`] when no item with a table is named so.
pub(super) async fn named(ctx: &Ctx, text: &str) -> Result<Named> {
    if let Some(item) = find(ctx, text).await? {
        return Ok(Named::Table(item));
    }
    let plain = text.to_lowercase().replace(['_', ' '], "-");
    let item = if plain == text { None } else { find(ctx, &plain).await? };
    item.map(|item| Named::Moved(item.key.clone())).ok_or(Error::NotFound)
}

/// Whether the item has a table that readers of the site may open.
fn is_shown(item: &Item) -> bool {
    item.is_table() && item.is_on_web()
}

/// The item of exactly this key, where it is a table of the site.
pub(super) async fn find(ctx: &Ctx, text: &str) -> Result<Option<Arc<Item>>> {
    let Some(key) = ItemKey::new(text) else { return Ok(None) };
    Ok(items::find(ctx, &key).await?.filter(|item| is_shown(item)))
}

/// The item of exactly this key whose table stood on the site and does not any more, with the day from which it does not.
pub(super) async fn taken_off(ctx: &Ctx, text: &str) -> Result<Option<(Arc<Item>, String)>> {
    let Some(key) = ItemKey::new(text) else { return Ok(None) };
    let all = items::catalogue(ctx).await?;
    let Some(entry) = all.entry(&key).filter(|entry| entry.in_force && !is_shown(&entry.item)) else { return Ok(None) };
    let stood = entry.held.iter().any(|version| is_shown(&version.item));
    let since = entry.since.map(|day| day.to_string()).unwrap_or_default();
    Ok(stood.then(|| (Arc::clone(&entry.item), since)))
}

/// The frame of a page below the tables.
pub(super) fn shell(ctx: &Ctx, reader: &Reader, title: &str, above: &str, lead: &str) -> PortalShell {
    let mut shell = reader.shell(ctx, title, above, "data").crumb("数据", "/data");
    lead.clone_into(&mut shell.description);
    shell.column(title, lead, title, "数据")
}

/// Organs that owe an item, as they are called today, those that exist alone.
pub(super) fn owners(ctx: &Ctx, item: &Item) -> Vec<(OrganCode, String)> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let organs = directory.all().iter().filter(|organ| organ.exists_on(today));
    let owing = organs.filter(|organ| crate::catalogue::words::owes(ctx, &item.owner, &organ.code));
    owing.map(|organ| (organ.code.clone(), organ.short_name.clone())).collect()
}

/// Tells the catalogue where tables stand.
pub(super) struct Portal;

impl PublicTables for Portal {
    fn shown<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<HashMap<ItemKey, Shown>>> {
        Box::pin(async move {
            let tables = all(ctx).await?;
            let shown = tables.into_iter().map(|table| {
                let key = table.item.key.clone();
                let shown = Shown { path: path(&key), records: table.fill.records, newest: table.fill.newest };
                (key, shown)
            });
            Ok(shown.collect())
        })
    }
}
