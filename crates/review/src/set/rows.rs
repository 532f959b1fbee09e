//! Set routes as they stand in the table.

use kernel::{Actor, id::ColumnId};
use store::{Executor, FromRow, Tx, query, query_as};

use super::{Scope, SetRoute, SetRouteId};
use crate::{Result, route::Route};

#[derive(FromRow)]
struct Row {
    id: SetRouteId,
    column_slug: ColumnId,
    sort: String,
    stages: String,
    version: i64,
    set_name: String,
    set_at: String,
}

impl Row {
    fn read(self) -> Result<SetRoute> {
        let bad = |_| web::Error::internal(format!("route {}: bad stages", self.id));
        let route: Route = serde_json::from_str(&self.stages).map_err(bad)?;
        let scope = Scope { column: self.column_slug, sort: self.sort };
        let (version, set_name, set_at) = (self.version, self.set_name, self.set_at);
        Ok(SetRoute { scope, route, version, set_name, set_at, id: self.id })
    }
}

/// All of a kind of subject, the widest first.
pub(super) async fn all(executor: impl Executor<'_>, kind: &str) -> Result<Vec<SetRoute>> {
    let rows: Vec<Row> = query_as(
        "SELECT id, column_slug, sort, stages, version, set_name, set_at FROM review_route WHERE subject_kind = $1 \
         ORDER BY column_slug, sort",
    )
    .bind(kind)
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Keeps a new one; `stages` is JSON.
pub(super) async fn add(
    tx: &mut Tx,
    actor: &Actor,
    (kind, scope): (&str, &Scope),
    stages: &str,
) -> store::Result<SetRouteId> {
    let (id, now) = (SetRouteId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO review_route (id, subject_kind, column_slug, sort, stages, version, set_name, set_at) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7)",
    )
    .bind(&id)
    .bind(kind)
    .bind(&scope.column)
    .bind(&scope.sort)
    .bind(stages)
    .bind(actor.log_name())
    .bind(&now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Sets other stages.
pub(super) async fn change(tx: &mut Tx, actor: &Actor, id: &SetRouteId, stages: &str) -> store::Result<()> {
    let now = tx.now();
    query("UPDATE review_route SET stages = $2, version = version + 1, set_name = $3, set_at = $4 WHERE id = $1")
        .bind(id)
        .bind(stages)
        .bind(actor.log_name())
        .bind(&now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes it away.
pub(super) async fn remove(tx: &mut Tx, id: &SetRouteId) -> store::Result<()> {
    query("DELETE FROM review_route WHERE id = $1").bind(id).execute(tx.conn()).await?;
    Ok(())
}
