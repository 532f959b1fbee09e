//! The map as it is kept, and the writes.

use kernel::{Actor, NewEvent, time};
use serde_json::json;
use store::{Executor, FromRow, Sealed, Tx, query, query_as, query_scalar};
use web::{Error, Refusal, Result};

use super::geo::Drawing;

/// Subject of the events.
pub(super) const SUBJECT: &str = "county_map";

/// The one map that there is.
pub(super) const ID: &str = "county";

/// Former maps that are kept.
const FORMER: i64 = 5;

::store::ids! {
    /// A county map that is not shown.
    OtherMapId,
}

/// The map as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Row {
    pub(super) source: String,
    pub(super) approval: String,
    drawing: String,
    pub(super) changed_at: String,
}

impl Row {
    /// What is drawn.
    ///
    /// # Errors
    /// When what is kept is no drawing: nobody but the program writes it.
    pub(super) fn drawing(&self) -> Result<Drawing> {
        serde_json::from_str(&self.drawing).map_err(|error| Error::internal(format!("the county's map: {error}")))
    }
}

/// The map, if there is one.
pub(super) async fn current(executor: impl Executor<'_>) -> Result<Option<Row>> {
    let sql = "SELECT source, approval, drawing, changed_at FROM county_map WHERE id = $1";
    Ok(query_as(sql).bind(ID).fetch_optional(executor).await?)
}

/// The map with its drawing, for whoever draws on it.
///
/// # Errors
/// When the database fails, or what is kept is no drawing.
pub(super) async fn drawn(executor: impl Executor<'_>) -> ::store::Result<Option<(Row, Drawing)>> {
    let sql = "SELECT source, approval, drawing, changed_at FROM county_map WHERE id = $1";
    let Some(row) = query_as::<Row>(sql).bind(ID).fetch_optional(executor).await? else { return Ok(None) };
    let drawing = serde_json::from_str(&row.drawing)?;
    Ok(Some((row, drawing)))
}

/// What the log seals: what stands on the first page is nobody's to change past the program.
pub(super) fn sealed() -> Sealed {
    Sealed::each(SUBJECT, "县域图", "SELECT id FROM county_map", "SELECT source FROM county_map WHERE id = $1").part(
        "map/1",
        "县域图",
        "SELECT id, source, approval, drawing FROM county_map WHERE id = $1",
    )
}

/// A map that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct New {
    /// Name of the file.
    pub(super) file: String,
    pub(super) source: String,
    pub(super) approval: String,
    pub(super) drawing: Drawing,
}

/// A map that is not shown.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Other {
    pub(super) id: OtherMapId,
    pub(super) waits: bool,
    pub(super) file: String,
    pub(super) source: String,
    pub(super) approval: String,
    drawing: String,
    /// When it was sent, or until when it was shown; stored form.
    pub(super) changed_at: String,
}

impl Other {
    /// As one that is shown.
    pub(super) fn row(&self) -> Row {
        let Self { source, approval, drawing, changed_at, .. } = self.clone();
        Row { source, approval, drawing, changed_at }
    }

    fn as_sent(&self) -> Result<New> {
        let Self { file, source, approval, .. } = self.clone();
        Ok(New { file, source, approval, drawing: self.row().drawing()? })
    }
}

const OTHER: &str = "SELECT id, waits, file, source, approval, drawing, changed_at FROM county_map_other";

/// The maps that are not shown: the one that waits first, then the former ones, the latest first.
pub(super) async fn others(executor: impl Executor<'_>) -> Result<Vec<Other>> {
    // SQL: the constant above.
    let sql = ::store::built(format!("{OTHER} ORDER BY waits DESC, changed_at DESC, id"));
    Ok(query_as(sql).fetch_all(executor).await?)
}

/// One of them.
pub(super) async fn other(executor: impl Executor<'_>, id: &OtherMapId) -> Result<Option<Other>> {
    // SQL: the constant above.
    let sql = ::store::built(format!("{OTHER} WHERE id = $1"));
    Ok(query_as(sql).bind(id).fetch_optional(executor).await?)
}

fn gone() -> Refusal {
    Refusal::Conflict("这张图已不在，可能刚才由别人显示或放弃了。请回到县域图页面看现在的状态。".into())
}

fn about(new: &New) -> serde_json::Value {
    json!({
        "file": new.file,
        "source": new.source,
        "approval": new.approval,
        "shapes": new.drawing.shapes.len(),
        "points": new.drawing.points,
    })
}

async fn keep(tx: &mut Tx, waits: i64, file: &str, row: [&String; 3]) -> Result<OtherMapId> {
    let id = OtherMapId::fresh(&tx.seams());
    let now = time::to_db(tx.seams().now());
    let [source, approval, drawing] = row;
    query(
        "INSERT INTO county_map_other (id, waits, file, source, approval, drawing, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(waits)
    .bind_all([&file.to_owned(), source, approval, drawing, &now])
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Keeps a map that was sent until somebody has seen it; one that waited before gives way.
pub(super) async fn send(tx: &mut Tx, actor: &Actor, new: &New) -> Result<OtherMapId, Refusal> {
    tx.lock(SUBJECT).await?;
    query("DELETE FROM county_map_other WHERE waits = 1").execute(tx.conn()).await?;
    let drawing = json!(new.drawing).to_string();
    let id = keep(tx, 1, &new.file, [&new.source, &new.approval, &drawing]).await?;
    tx.append(NewEvent::new(&super::SENT, ID, actor).data(about(new))).await?;
    Ok(id)
}

/// Shows a map that waits, or a former one again.
///
/// # Errors
/// [`Refusal::Conflict`] when it is there no more.
pub(super) async fn publish(tx: &mut Tx, actor: &Actor, id: &OtherMapId) -> Result<(), Refusal> {
    tx.lock(SUBJECT).await?;
    let other = other(tx.conn(), id).await?.ok_or_else(gone)?;
    query("DELETE FROM county_map_other WHERE id = $1").bind(id).execute(tx.conn()).await?;
    replace(tx, actor, &other.as_sent()?).await
}

/// Gives up a map that is not shown: one that waits, or a former one. Whether it waited.
///
/// # Errors
/// [`Refusal::Conflict`] when it is there no more.
pub(super) async fn discard(tx: &mut Tx, actor: &Actor, id: &OtherMapId) -> Result<bool, Refusal> {
    tx.lock(SUBJECT).await?;
    let other = other(tx.conn(), id).await?.ok_or_else(gone)?;
    query("DELETE FROM county_map_other WHERE id = $1").bind(id).execute(tx.conn()).await?;
    tx.append(NewEvent::new(&super::DISCARDED, ID, actor).data(about(&other.as_sent()?))).await?;
    Ok(other.waits)
}

/// Keeps the map that is shown among the former ones, the oldest of which give way.
async fn put_aside(tx: &mut Tx) -> Result<()> {
    let Some(row) = current(tx.conn()).await? else { return Ok(()) };
    keep(tx, 0, "", [&row.source, &row.approval, &row.drawing]).await?;
    let old: Vec<String> = query_scalar(
        "SELECT id FROM county_map_other WHERE waits = 0 ORDER BY changed_at DESC, id LIMIT 100 OFFSET $1",
    )
    .bind(FORMER)
    .fetch_all(tx.conn())
    .await?;
    for id in old {
        query("DELETE FROM county_map_other WHERE id = $1").bind(id).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Puts it in the place of the one that is there, which is kept.
pub(super) async fn replace(tx: &mut Tx, actor: &Actor, new: &New) -> Result<(), Refusal> {
    tx.lock(SUBJECT).await?;
    put_aside(tx).await?;
    let drawing = json!(new.drawing).to_string();
    let now = time::to_db(tx.seams().now());
    query("DELETE FROM county_map WHERE id = $1").bind(ID).execute(tx.conn()).await?;
    query("INSERT INTO county_map (id, source, approval, drawing, changed_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(ID)
        .bind_all([&new.source, &new.approval, &drawing, &now])
        .execute(tx.conn())
        .await?;
    tx.append(NewEvent::new(&super::REPLACED, ID, actor).data(about(new))).await?;
    Ok(())
}

/// Takes it off the first page; it is kept among the former ones.
///
/// # Errors
/// [`Refusal::Conflict`] when there is none.
pub(super) async fn remove(tx: &mut Tx, actor: &Actor) -> Result<(), Refusal> {
    tx.lock(SUBJECT).await?;
    let row = current(tx.conn()).await?;
    let row = row.ok_or_else(|| Refusal::Conflict("现在没有县域图，可能刚才已由别人撤下。".into()))?;
    put_aside(tx).await?;
    query("DELETE FROM county_map WHERE id = $1").bind(ID).execute(tx.conn()).await?;
    let about = json!({ "source": row.source, "approval": row.approval });
    tx.append(NewEvent::new(&super::REMOVED, ID, actor).data(about)).await?;
    Ok(())
}
