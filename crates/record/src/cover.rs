//! What the catalogue closes is closed for what is there, too: a column that is public no more, is masked, or shows persons by
//! their surnames is covered in all versions of the records of its item, those of former versions and of open batches with them
//! (个人信息保护法 Art. 6, 47). What stood there is sealed as what never was public. Nothing is opened so. Done while records are
//! laid anew ([`crate::relay`]); each batch gives the digest of what it holds now, which an event tells.

use std::collections::BTreeMap;

use item::{Item, Names};
use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode};
use serde_json::json;
use store::{FromRow, Tx, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    batch,
    events::COVERED,
    ids::{BatchId, RecordId, RowId},
    publish::RELAY,
    rows,
    values::{self, Committed, Data},
    write,
};

/// What a version of an item closes of what was public by an older one, in words; empty = nothing.
pub(crate) fn closes(old: &Item, new: &Item) -> Vec<String> {
    let mut what = Vec::new();
    for column in &new.columns {
        let Some(before) = old.column(&column.key) else { continue };
        let (was, is) = (&before.privacy, &column.privacy);
        if was.never_public {
            continue;
        }
        if is.never_public {
            what.push(format!("“{}”原来公开，改为不公开", column.label));
        } else if !was.mask && is.mask {
            what.push(format!("“{}”原来全部公开，改为遮盖后公开", column.label));
        } else if Names::opens(column.names.as_ref(), before.names.as_ref()) {
            what.push(format!("“{}”里自然人的姓名原来显示全名，改为只显示姓", column.label));
        }
    }
    what
}

/// Whether something in a row may have to be covered: only then its sealed part is opened.
fn may_show(item: &Item, data: &Data) -> bool {
    let shows = |column: &item::Column| {
        let text = data.get(&column.key);
        let is_masked = column.privacy.mask && !text.contains('*');
        !text.is_empty() && (column.privacy.never_public || is_masked || column.hides_names())
    };
    item.columns.iter().any(shows) || data.more.keys().any(|head| item::personal::never_added(item, head))
}

/// What of a record is shown and sealed once what the item shows no more is covered, and nothing is opened; `None` = it shows
/// nothing of that, or all of it would have to be sealed ([`values::Split::closed`]), which its correction does.
fn covered(
    item: &Item,
    data: &Data,
    hidden: &BTreeMap<String, String>,
    day: Date,
) -> Option<(Data, BTreeMap<String, String>)> {
    let (values, more) = values::joined(item, data, hidden);
    let now = values::split(item, &values, &more, day);
    if now.closed {
        return None;
    }
    let (mut shown, mut kept) = (data.clone(), hidden.clone());
    for (key, text) in &data.values {
        let Some(whole) = now.hidden.get(key) else { continue };
        match now.data.values.get(key) {
            Some(cover) if cover == text => continue,
            Some(cover) => shown.values.insert(key.clone(), cover.clone()),
            None => shown.values.remove(key),
        };
        kept.insert(key.clone(), whole.clone());
    }
    for (head, text) in &data.more {
        let key = format!("{}{head}", values::MORE);
        let Some(whole) = now.hidden.get(&key) else { continue };
        match now.data.more.get(head) {
            Some(cover) if cover == text => continue,
            Some(cover) => shown.more.insert(head.clone(), cover.clone()),
            None => shown.more.remove(head),
        };
        kept.insert(key, whole.clone());
    }
    (shown != *data).then_some((shown, kept))
}

/// What a row commits to besides its values.
#[derive(Debug, Clone, FromRow)]
struct Whole {
    record: RecordId,
    version: i64,
    item_version: i64,
    batch: BatchId,
    number: i64,
    organ: OrganCode,
    closed: i64,
    replaces: RowId,
    keep_until: String,
    doubt: String,
}

/// Covers what a row shows that the item shows no more: its batch and what is left to be seen; `None` = it shows nothing of that.
///
/// # Errors
/// When the database fails, or the key of the installation is missing.
pub(crate) async fn row(
    ctx: &Ctx,
    tx: &mut Tx,
    item: &Item,
    (id, data, day): (&RowId, &Data, Date),
) -> store::Result<Option<(BatchId, Data)>> {
    if !may_show(item, data) {
        return Ok(None);
    }
    let hidden = rows::hidden(ctx, tx.conn(), id).await?;
    let Some((shown, kept)) = covered(item, data, &hidden, day) else { return Ok(None) };
    let whole: Whole = query_as(
        "SELECT record, version, item_version, batch, number, organ, closed, replaces, keep_until, doubt FROM record \
         WHERE id = $1",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    let keys = kept.keys().fold(String::from(","), |keys, key| keys + key + ",");
    let sealed = ctx.files().seal_words(&tx.seams(), &rows::place(id), &serde_json::to_string(&kept)?)?;
    let json = shown.json();
    let digest = values::row_digest(&Committed {
        item: item.key.as_str(),
        record: &whole.record,
        version: whole.version,
        organ: &whole.organ,
        data: &json,
        sealed: &sealed,
        number: whole.number,
        item_version: whole.item_version,
        is_closed: whole.closed == 1,
        replaces: whole.replaces.as_str(),
        keep_until: &whole.keep_until,
        origins: &whole.doubt,
    });
    query("UPDATE record SET data = $2, digest = $3 WHERE id = $1")
        .bind(id)
        .bind(&json)
        .bind(&digest)
        .execute(tx.conn())
        .await?;
    query("DELETE FROM record_private WHERE id = $1").bind(id).execute(tx.conn()).await?;
    query("INSERT INTO record_private (id, columns, sealed) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(&keys)
        .bind(&sealed)
        .execute(tx.conn())
        .await?;
    Ok(Some((whole.batch, shown)))
}

/// Locks the batches of the next rows of an item, as whoever publishes one locks it first.
///
/// # Errors
/// When the database fails.
pub(crate) async fn lock(tx: &mut Tx, item: &Item, after: &RowId) -> store::Result<()> {
    let batches: Vec<BatchId> = query_scalar(
        "SELECT DISTINCT batch FROM (SELECT batch FROM record WHERE item = $1 AND id > $2 AND state <> 'expired' \
         ORDER BY id LIMIT 500) AS next_rows ORDER BY batch",
    )
    .bind(item.key.as_str())
    .bind(after)
    .fetch_all(tx.conn())
    .await?;
    for id in batches {
        tx.lock_row("record_batch", id.as_str()).await?;
    }
    Ok(())
}

/// Has the batches give the digest of what they hold now, and tells of each how many rows were covered. One that is being loaded
/// gives its digest when it is whole.
///
/// # Errors
/// When the database fails.
pub(crate) async fn tell(tx: &mut Tx, from: &BTreeMap<BatchId, i64>) -> store::Result<()> {
    for (id, rows) in from {
        let (_, _, digest) = write::summed(tx, id).await?;
        let done = query(
            "UPDATE record_batch SET rows_digest = $2, version = version + 1 WHERE id = $1 AND state <> 'loading'",
        )
        .bind(id)
        .bind(&digest)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            continue;
        }
        let Some(batch) = batch::find(tx.conn(), id).await? else { continue };
        let data = json!({ "item": batch.item, "rows": rows, "digest": digest });
        tx.append(NewEvent::new(&COVERED, id, &Actor::System).organ(&batch.organ).data(data)).await?;
    }
    Ok(())
}

/// Refuses to publish what still shows what the catalogue has closed since it was written: the work that covers it is on its way.
///
/// # Errors
/// [`Refusal::Conflict`] until that is done; when the database fails.
pub(crate) async fn done(ctx: &Ctx, tx: &mut Tx, batch: &batch::Batch, item: &Item) -> Result<(), Refusal> {
    let versions: Vec<i64> = query_scalar(
        "SELECT DISTINCT item_version FROM record WHERE batch = $1 AND state = 'draft' AND item_version <> $2",
    )
    .bind(&batch.id)
    .bind(item.version)
    .fetch_all(tx.conn())
    .await?;
    for version in versions {
        let number = u32::try_from(version).unwrap_or_default();
        let Some(old) = crate::items::at(ctx, &item.key, number).await? else { continue };
        let what = closes(&old, item);
        if !what.is_empty() && store::jobs::left(ctx.db(), RELAY, item.key.as_str()).await?.is_some() {
            return Err(Refusal::Conflict(format!(
                "目录刚改过（{}），这批数据正在按新的规定遮盖，没有公开。请几分钟后再办理。",
                what.join("；")
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permit() -> Item {
        item::boxed().iter().find(|item| item.key.as_str() == "permit").expect("in the box").clone()
    }

    fn data(all: &[(&str, &str)]) -> Data {
        let values = all.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        Data { values, more: BTreeMap::new() }
    }

    #[test]
    fn what_is_closed_is_covered_once_and_nothing_is_opened() {
        let (old, mut new) = (permit(), permit());
        let today = Date::constant(2026, 11, 30);
        let shown = data(&[("counterpart_kind", "01"), ("content", "准予开设代理记账机构")]);
        assert!(closes(&old, &new).is_empty() && covered(&new, &shown, &BTreeMap::new(), today).is_none());
        for column in new.columns.iter_mut().filter(|column| column.key == "content") {
            column.privacy.mask = true;
        }
        assert_eq!(closes(&old, &new).len(), 1);
        assert!(may_show(&new, &shown) && closes(&new, &old).is_empty());
        let (masked, kept) = covered(&new, &shown, &BTreeMap::new(), today).expect("covered");
        assert_eq!(masked.get("content"), "准予开*****机构");
        assert_eq!(kept.get("content").map(String::as_str), Some("准予开设代理记账机构"));
        assert!(covered(&new, &masked, &kept, today).is_none(), "once");
        assert!(covered(&old, &masked, &kept, today).is_none(), "what was masked stays masked");
    }
}
