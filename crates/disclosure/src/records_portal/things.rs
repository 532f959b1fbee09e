//! Records and tables as evidence of duties: what an organ owes as a table is proven by a record of it, or by the table with the
//! rows of the organ.

use std::sync::Arc;

use futures::future::BoxFuture;
use item::Item;
use kernel::{OrganCode, id::SubjectRef};
use record::{RecordId, events::RECORD, rows};
use web::{
    Ctx, Result,
    hooks::{PublicThing, PublicThings},
};

use super::{numbers, tables};

/// Kind of the subject of a table as evidence; the id is the item's key.
const TABLE: &str = "record_table";
/// Organs of one table that the search offers.
const ORGANS: usize = 5;

/// Tables and records.
pub(super) struct Things;

impl PublicThings for Things {
    fn at<'a>(&'a self, ctx: &'a Ctx, path: &'a str) -> BoxFuture<'a, Result<Option<PublicThing>>> {
        Box::pin(at(ctx, path))
    }

    fn search<'a>(&'a self, ctx: &'a Ctx, words: &'a str, limit: usize) -> BoxFuture<'a, Result<Vec<PublicThing>>> {
        Box::pin(search(ctx, words, limit))
    }
}

/// Key of the item, id of the record (empty = the table), and the organ that is asked for, of an address.
fn parts(path: &str) -> Option<(&str, &str, Option<OrganCode>)> {
    let path = path.split('#').next().unwrap_or(path);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let rest = path.strip_prefix("/records/")?.trim_end_matches('/');
    let (key, id) = rest.split_once('/').unwrap_or((rest, ""));
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("organ="));
    let organ = asked.filter(|code| OrganCode::is_valid(code)).map(OrganCode::from);
    (!key.is_empty() && !id.contains('/')).then_some((key, id, organ))
}

async fn at(ctx: &Ctx, path: &str) -> Result<Option<PublicThing>> {
    let Some((key, id, organ)) = parts(path) else { return Ok(None) };
    let Some(item) = tables::find(ctx, key).await? else { return Ok(None) };
    match organ {
        _ if !id.is_empty() => one(ctx, &item, &RecordId::from(id)).await,
        // Whose a table without a condition is nobody can say.
        Some(organ) => of_organ(ctx, &item, &organ).await,
        None => Ok(None),
    }
}

async fn one(ctx: &Ctx, item: &Arc<Item>, id: &RecordId) -> Result<Option<PublicThing>> {
    let stored = rows::public(ctx.db().read(), &item.key, id).await?;
    // Its name may be that of a person, and what was handed in stays in the log.
    Ok(stored.map(|stored| PublicThing {
        subject: SubjectRef::new(RECORD, stored.record.as_str()),
        title: format!("{}：{} 公开的一条记录", item.title, stored.public_on),
        path: format!("{}/{}", tables::path(&item.key), stored.record),
        organ: ctx.directory().stands_for(&stored.organ, ctx.today()),
        since: stored.public_on,
    }))
}

async fn of_organ(ctx: &Ctx, item: &Arc<Item>, organ: &OrganCode) -> Result<Option<PublicThing>> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let own = directory.answered_by(organ, today);
    let fill = tables::fill(ctx, &item.key).await?;
    let many: i64 = fill.organs.iter().filter(|(code, _)| own.contains(code)).map(|(_, many)| many).sum();
    Ok((many > 0).then(|| PublicThing {
        subject: SubjectRef::new(TABLE, item.key.as_str()),
        title: format!("{}：{}的数据", item.title, directory.short_name(organ)),
        path: format!("{}?organ={organ}", tables::path(&item.key)),
        organ: organ.clone(),
        since: String::new(),
    }))
}

/// The rows of an organ in the table of an item; `None` where it has none, or readers of the site see no table.
///
/// # Errors
/// When the database fails.
pub(crate) async fn table_of(ctx: &Ctx, key: &str, organ: &OrganCode) -> Result<Option<PublicThing>> {
    match tables::find(ctx, key).await? {
        Some(item) => of_organ(ctx, &item, organ).await,
        None => Ok(None),
    }
}

async fn search(ctx: &Ctx, words: &str, limit: usize) -> Result<Vec<PublicThing>> {
    let mut found = Vec::new();
    if words.is_empty() {
        return Ok(found);
    }
    for numbered in numbers::find(ctx, words).await?.into_iter().take(limit) {
        found.extend(at(ctx, &numbered.href).await?);
    }
    let named = tables::all(ctx).await?.into_iter().filter(|table| table.item.title.contains(words));
    for table in named.take(limit) {
        for (organ, _) in table.fill.organs.iter().take(ORGANS) {
            let organ = ctx.directory().stands_for(organ, ctx.today());
            found.extend(of_organ(ctx, &table.item, &organ).await?);
        }
    }
    found.dedup_by(|one, other| one.path == other.path);
    found.truncate(limit);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_record_or_the_rows_of_an_organ() {
        assert_eq!(parts("/records/permit/abc?from=feed#top"), Some(("permit", "abc", None)));
        let organ = Some(OrganCode::from("QH011"));
        assert_eq!(parts("/records/inspection-list?year=2026&organ=QH011"), Some(("inspection-list", "", organ)));
        assert_eq!(parts("/records/permit/"), Some(("permit", "", None)));
        assert_eq!(parts("/records/"), None);
        assert_eq!(parts("/policies/abc"), None);
    }
}
