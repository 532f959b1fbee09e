//! Confirmed declarations as evidence of duties: what an organ does not have is done, too.

use futures::future::BoxFuture;
use item::ItemKey;
use kernel::{OrganCode, id::SubjectRef};
use web::{
    Ctx, Result,
    hooks::{PublicThing, PublicThings},
};

use super::{
    SUBJECT, denied, load,
    none::{self, DeclarationId, Row},
};

/// Where a declaration stands on its page.
const MARK: &str = "#none-";

/// Declarations that readers see.
pub(super) struct Proofs;

impl PublicThings for Proofs {
    fn at<'a>(&'a self, ctx: &'a Ctx, path: &'a str) -> BoxFuture<'a, Result<Option<PublicThing>>> {
        Box::pin(at(ctx, path))
    }

    fn search<'a>(&'a self, ctx: &'a Ctx, words: &'a str, limit: usize) -> BoxFuture<'a, Result<Vec<PublicThing>>> {
        Box::pin(search(ctx, words, limit))
    }
}

async fn at(ctx: &Ctx, path: &str) -> Result<Option<PublicThing>> {
    if !path.starts_with("/catalogue/coverage") {
        return Ok(None);
    }
    let Some((_, id)) = path.split_once(MARK) else { return Ok(None) };
    let row = none::one(ctx.db().read(), &DeclarationId::from(id)).await?;
    let row = row.filter(|row| row.state == "confirmed");
    let things = shown(ctx, row.into_iter().collect()).await?;
    Ok(things.into_iter().next())
}

async fn search(ctx: &Ctx, words: &str, limit: usize) -> Result<Vec<PublicThing>> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = none::of_year(ctx.db().read(), ctx.today().year()).await?;
    rows.extend(none::of_year(ctx.db().read(), ctx.today().year() - 1).await?);
    let mut found = shown(ctx, rows).await?;
    found.retain(|thing| thing.title.contains(words));
    found.dedup_by(|one, other| one.subject == other.subject);
    found.truncate(limit);
    Ok(found)
}

/// The confirmed declaration of an item and an organ for days of a year that readers see, the last of them.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(ctx: &Ctx, (item, organ): (&ItemKey, &OrganCode), year: i16) -> Result<Option<PublicThing>> {
    let own = ctx.directory().answered_by(organ, ctx.today());
    let mut rows = none::of_year(ctx.db().read(), year).await?;
    rows.retain(|row| row.item == item.as_str() && own.contains(&row.organ));
    Ok(shown(ctx, rows).await?.pop())
}

/// Those that nothing refutes, as readers find them.
async fn shown(ctx: &Ctx, rows: Vec<Row>) -> Result<Vec<PublicThing>> {
    let denied = denied::of_each(ctx, &rows).await?;
    let all = record::items::catalogue(ctx).await?;
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut found = Vec::new();
    for (row, _) in rows.into_iter().zip(denied).filter(|(_, denied)| denied.is_none()) {
        let Some(entry) = ItemKey::new(&row.item).and_then(|key| all.entry(&key)) else { continue };
        let organ = directory.stands_for(&row.organ, today);
        let name = directory.short_name(&row.organ);
        found.push(PublicThing {
            subject: SubjectRef::new(SUBJECT, row.id.as_str()),
            title: format!("{name}声明没有“{}”的信息（{} 至 {}）", entry.item.title, row.from_on, row.until_on),
            path: format!("/catalogue/coverage/{organ}{MARK}{}", row.id),
            since: load::day(&row.decided_at),
            organ,
        });
    }
    Ok(found)
}
