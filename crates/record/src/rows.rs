//! Records as they lie in the table, and their history.

use std::collections::BTreeMap;

use item::{Item, ItemKey};
use kernel::OrganCode;
use kernel::{Actor, NewEvent, may_for};
use serde_json::json;
use store::{Executor, FromRow, Tx, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    events::UNMASKED,
    ids::{BatchId, RecordId, RowId},
    permissions::UNMASK_RECORDS,
    state::State,
    values::{self, Data, Values},
};

/// Columns of a [`Stored`].
pub(crate) const COLUMNS: &str = "r.id, r.record, r.version, r.item, r.item_version, r.batch, r.number, r.organ, r.state, \
     r.replaces, \
     r.keyed, r.period, r.sort_on, r.keep_until, r.public_on, r.public_at, r.ended_at, r.data, r.doubt";

/// Keys that are words by which a record is called at most.
const NAMED_BY: usize = 2;

/// One version of a record, without what is never public.
#[derive(Debug, Clone, FromRow)]
pub struct Stored {
    pub id: RowId,
    pub record: RecordId,
    pub version: i64,
    /// Key of the item.
    pub item: String,
    pub item_version: i64,
    pub batch: BatchId,
    /// Row of the sheet as it shows it; running number of what was entered otherwise.
    pub number: i64,
    pub organ: OrganCode,
    pub state: State,
    /// The version that it corrects; empty = none.
    pub replaces: RowId,
    pub keyed: String,
    pub period: String,
    pub sort_on: String,
    /// Last day on which it may be public; empty = for ever.
    pub keep_until: String,
    /// The day on which this version became public; empty = not yet.
    pub public_on: String,
    pub public_at: String,
    pub ended_at: String,
    pub data: Data,
    doubt: String,
}

/// Where a field is from and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Origin {
    /// In words: 2016 年土地批次档案第 12 卷.
    pub source: String,
    /// How sure it is, of 100.
    pub confidence: u8,
    /// Why it is no more; may be empty.
    #[serde(default)]
    pub why: String,
}

/// Origins by the key of the column; the key `*` is for all others.
pub type Origins = BTreeMap<String, Origin>;

impl Stored {
    /// Where its fields are from; empty = from the organ itself.
    ///
    /// # Errors
    /// When what lies there is no JSON of ours.
    pub fn origins(&self) -> store::Result<Origins> {
        if self.doubt.is_empty() { Ok(Origins::new()) } else { Ok(serde_json::from_str(&self.doubt)?) }
    }

    /// What an editor calls it: its first keys that are words (a number of a decision, a name), not a year that all rows of its
    /// batch have; else its first key, or its number in the batch.
    pub fn name(&self, item: &Item) -> String {
        let is_word =
            |key: &&String| item.column(key).is_some_and(|column| matches!(column.typed, item::Type::Text { .. }));
        let said = |key: &String| Some(self.data.get(key)).filter(|text| !text.is_empty());
        let words: Vec<&str> = item.keys.iter().filter(is_word).filter_map(said).take(NAMED_BY).collect();
        if !words.is_empty() {
            return words.join(" ");
        }
        let named = item.keys.iter().find_map(said);
        named.map_or_else(|| format!("第 {} 行", self.number), str::to_owned)
    }
}

/// A record as readers see it now.
///
/// # Errors
/// When the database fails.
pub async fn public(executor: impl Executor<'_>, item: &ItemKey, record: &RecordId) -> store::Result<Option<Stored>> {
    // SQL: all pieces are literals.
    query_as(store::built(format!(
        "SELECT {COLUMNS} FROM record r WHERE r.record = $1 AND r.item = $2 AND r.state = 'public' \
         AND r.batch NOT IN (SELECT id FROM record_batch WHERE state = 'publishing')"
    )))
    .bind(record)
    .bind(item.as_str())
    .fetch_optional(executor)
    .await
}

/// The public records of an item with this name, of one organ or of all: the value of its key, where it has one, whether or
/// not readers may ask for that column; else of the first of its keys, as far as that can be asked.
///
/// # Errors
/// When the database fails.
pub async fn named(
    db: &store::Db,
    item: &std::sync::Arc<Item>,
    organ: Option<&OrganCode>,
    name: &str,
) -> store::Result<Vec<RecordId>> {
    let name = name.trim();
    let (Some(first), false) = (item.keys.first(), name.is_empty()) else { return Ok(Vec::new()) };
    if item.keys.len() == 1 {
        return query_scalar(
            "SELECT record FROM record WHERE item = $1 AND keyed = $2 AND keyed <> '' AND state = 'public' \
             AND ($3 = '' OR organ = $3) AND batch NOT IN (SELECT id FROM record_batch WHERE state = 'publishing') \
             ORDER BY sort_on DESC, id DESC LIMIT 10",
        )
        .bind(item.key.as_str())
        .bind(values::key_digest(&[item::as_name(name)]))
        .bind(organ.map_or("", OrganCode::as_str))
        .fetch_all(db.read())
        .await;
    }
    let mut query = crate::Query::new(std::sync::Arc::clone(item));
    query.organ = organ.cloned();
    query.asked.insert(first.clone(), crate::query::Asked::Is(name.to_owned()));
    let page = query.page(db, "newest", None, 10).await?;
    Ok(page.rows.into_iter().map(|row| row.record).collect())
}

/// A version by its own id.
///
/// # Errors
/// When the database fails.
pub async fn row(executor: impl Executor<'_>, id: &RowId) -> store::Result<Option<Stored>> {
    // SQL: all pieces are literals.
    query_as(store::built(format!("SELECT {COLUMNS} FROM record r WHERE r.id = $1")))
        .bind(id)
        .fetch_optional(executor)
        .await
}

/// All versions of a record, the newest first, for the office.
///
/// # Errors
/// When the database fails.
pub async fn versions(executor: impl Executor<'_>, record: &RecordId) -> store::Result<Vec<Stored>> {
    // SQL: all pieces are literals.
    query_as(store::built(format!("SELECT {COLUMNS} FROM record r WHERE r.record = $1 ORDER BY r.version DESC")))
        .bind(record)
        .fetch_all(executor)
        .await
}

/// The versions that readers of a public record may see, the newest first; none while the record is not public.
///
/// # Errors
/// When the database fails.
pub async fn history(executor: impl Executor<'_>, record: &RecordId) -> store::Result<Vec<Stored>> {
    // SQL: all pieces are literals.
    query_as(store::built(format!(
        "SELECT {COLUMNS} FROM record r WHERE r.record = $1 AND r.state IN ('public', 'superseded') AND EXISTS \
         (SELECT 1 FROM record c WHERE c.record = $1 AND c.state = 'public') ORDER BY r.version DESC"
    )))
    .bind(record)
    .fetch_all(executor)
    .await
}

/// Why the batch that brought a version was made; what a reader of the history is told of a correction.
///
/// # Errors
/// When the database fails.
pub async fn note(executor: impl Executor<'_>, batch: &BatchId) -> store::Result<String> {
    let note: Option<String> =
        query_scalar("SELECT note FROM record_batch WHERE id = $1").bind(batch).fetch_optional(executor).await?;
    Ok(note.unwrap_or_default())
}

/// What of a version is never public, with what stands behind its masks, by key. For a write of the office that goes on with it;
/// a page asks [`unmask`].
///
/// # Errors
/// When the database fails, or the key of the installation is missing.
pub(crate) async fn hidden(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    id: &RowId,
) -> store::Result<BTreeMap<String, String>> {
    let sealed: Option<String> =
        query_scalar("SELECT sealed FROM record_private WHERE id = $1").bind(id).fetch_optional(executor).await?;
    opened(ctx, id, &sealed.unwrap_or_default())
}

/// The same from the sealed words as they lie there; empty = there are none.
///
/// # Errors
/// When the key of the installation is missing.
pub(crate) fn opened(ctx: &Ctx, id: &RowId, sealed: &str) -> store::Result<BTreeMap<String, String>> {
    if sealed.is_empty() {
        return Ok(BTreeMap::new());
    }
    Ok(serde_json::from_str(&ctx.files().open_words(&place(id), sealed)?)?)
}

/// The place for which private words are sealed.
pub(crate) fn place(id: &RowId) -> String {
    format!("record_private {id}")
}

/// All values of a version, with what the county added; for the form of who changes it.
///
/// # Errors
/// When the database fails, or the key of the installation is missing.
pub async fn whole(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    item: &Item,
    stored: &Stored,
) -> store::Result<(Values, BTreeMap<String, String>)> {
    let hidden = hidden(ctx, executor, &stored.id).await?;
    Ok(values::joined(item, &stored.data, &hidden))
}

/// What of a version is never public, shown to somebody for a reason that stands in the log.
///
/// # Errors
/// [`Refusal::Fields`] at `reason`; when the person may not, there is none, or the database fails.
pub async fn unmask(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    id: &RowId,
    reason: &str,
) -> Result<BTreeMap<String, String>, Refusal> {
    let stored = row(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, &UNMASK_RECORDS, &ctx.directory().stands_for(&stored.organ, ctx.today()))?;
    if reason.trim().is_empty() {
        return Err(Refusal::field("reason", "请写明理由，例如“核对被处罚人身份”。"));
    }
    let hidden = hidden(ctx, tx.conn(), id).await?;
    let data = json!({ "item": stored.item, "version": stored.version, "reason": reason.trim() });
    tx.append(NewEvent::new(&UNMASKED, &stored.record, actor).organ(&stored.organ).data(data)).await?;
    Ok(hidden)
}
