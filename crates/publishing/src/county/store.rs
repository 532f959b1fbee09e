//! The map as it is kept, and the writes.

use kernel::{Actor, NewEvent, time};
use serde_json::json;
use store::{Executor, FromRow, Sealed, Tx, query, query_as};
use web::{Error, Refusal, Result};

use super::geo::Drawing;

/// Subject of the events.
pub(super) const SUBJECT: &str = "county_map";

/// The one map that there is.
pub(super) const ID: &str = "county";

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

/// Puts it in the place of the one that is there.
pub(super) async fn replace(tx: &mut Tx, actor: &Actor, new: &New) -> Result<(), Refusal> {
    tx.lock(SUBJECT).await?;
    let drawing = json!(new.drawing).to_string();
    let now = time::to_db(tx.seams().now());
    query("DELETE FROM county_map WHERE id = $1").bind(ID).execute(tx.conn()).await?;
    query("INSERT INTO county_map (id, source, approval, drawing, changed_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(ID)
        .bind_all([&new.source, &new.approval, &drawing, &now])
        .execute(tx.conn())
        .await?;
    let about = json!({
        "file": new.file,
        "source": new.source,
        "approval": new.approval,
        "shapes": new.drawing.shapes.len(),
        "points": new.drawing.points,
    });
    tx.append(NewEvent::new(&super::REPLACED, ID, actor).data(about)).await?;
    Ok(())
}

/// Takes it off the first page.
///
/// # Errors
/// [`Refusal::Conflict`] when there is none.
pub(super) async fn remove(tx: &mut Tx, actor: &Actor) -> Result<(), Refusal> {
    tx.lock(SUBJECT).await?;
    let row = current(tx.conn()).await?;
    let row = row.ok_or_else(|| Refusal::Conflict("现在没有县域图，可能刚才已由别人撤下。".into()))?;
    query("DELETE FROM county_map WHERE id = $1").bind(ID).execute(tx.conn()).await?;
    let about = json!({ "source": row.source, "approval": row.approval });
    tx.append(NewEvent::new(&super::REMOVED, ID, actor).data(about)).await?;
    Ok(())
}
