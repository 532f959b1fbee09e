//! The yearly sheet of the government site as it is kept: what stands in its cells, in versions.

use std::collections::BTreeMap;

use kernel::{Actor, NewEvent, may};
use serde_json::json as data;
use store::{Executor, FromRow, Sealed, Tx, query, query_as};
use web::{Ctx, Refusal};

use super::{OWE, SHEET_SAVED};

store::ids! {
    /// Of the sheet of a year: the year.
    SheetId,
}

/// Kind of subject of the log, and the lock of whoever writes a sheet.
pub(super) const SUBJECT: &str = "site_sheet";

/// A sheet.
#[derive(Debug, Clone, Default, FromRow)]
pub(super) struct Sheet {
    pub(super) version: i64,
    /// JSON object.
    cells: String,
    pub(super) changed_name: String,
    pub(super) changed_at: String,
}

impl Sheet {
    /// What stands in its cells, by their keys.
    pub(super) fn cells(&self) -> BTreeMap<String, String> {
        serde_json::from_str(&self.cells).unwrap_or_default()
    }
}

pub(super) fn id_of(year: i64) -> SheetId {
    SheetId::from(format!("{year:04}").as_str())
}

/// That of a year.
pub(super) async fn one(executor: impl Executor<'_>, id: &SheetId) -> store::Result<Option<Sheet>> {
    query_as("SELECT version, cells, changed_name, changed_at FROM site_sheet WHERE id = $1")
        .bind(id)
        .fetch_optional(executor)
        .await
}

/// Saves a version over the one that was seen, 0 for none. The same cells again are none.
///
/// # Errors
/// When the person may not, or somebody was faster.
pub(super) async fn save(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (year, seen): (i64, i64),
    cells: &BTreeMap<String, String>,
) -> Result<bool, Refusal> {
    tx.lock(SUBJECT).await?;
    may(actor, &OWE)?;
    let id = id_of(year);
    let before = one(tx.conn(), &id).await?.unwrap_or_default();
    if before.version != seen {
        let text = format!("{}已保存了新的一版，没有覆盖。请核对现在的数据，再决定要不要改。", before.changed_name);
        return Err(Refusal::Conflict(text));
    }
    if before.version > 0 && before.cells() == *cells {
        return Ok(false);
    }
    let (number, now) = (before.version + 1, tx.now());
    let kept = serde_json::to_string(cells)?;
    query(
        "INSERT INTO site_sheet (id, version, cells, changed_by, changed_name, changed_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (id) DO UPDATE SET version = $2, cells = $3, changed_by = $4, changed_name = $5, changed_at = $6",
    )
    .bind(&id)
    .bind(number)
    .bind_all([kept.as_str(), actor.log_id(), actor.log_name(), now.as_str()])
    .execute(tx.conn())
    .await?;
    query(
        "INSERT INTO site_sheet_version (sheet, version, cells, changed_by, changed_name, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(number)
    .bind_all([kept.as_str(), actor.log_id(), actor.log_name(), now.as_str()])
    .execute(tx.conn())
    .await?;
    let what = data!({ "year": year, "version": number });
    tx.append(NewEvent::new(&SHEET_SAVED, &id, actor).organ(&ctx.office_organ()).data(what)).await?;
    Ok(true)
}

/// What the log seals.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        SUBJECT,
        "政府网站工作年度报表",
        "SELECT id FROM site_sheet",
        "SELECT id FROM site_sheet WHERE id = $1",
    )
    .part("site_sheet/1", "数据或版本", "SELECT id, version, cells, changed_by FROM site_sheet WHERE id = $1")
    .part(
        "site_sheet_version/1",
        "各个版本的数据",
        "SELECT sheet, version, cells, changed_by FROM site_sheet_version WHERE sheet = $1",
    )
}
