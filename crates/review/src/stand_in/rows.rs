//! Arrangements as they stand in the table.

use jiff::civil::Date;
use kernel::{Actor, Staff, id::AccountId};
use store::{Executor, Result, Tx, query, query_as};

use super::{StandIn, StandInId, Wanted};

const COLUMNS: &str = "SELECT id, away, away_name, deputy, deputy_name, organ, roles, first_on, last_on, note, set_name, \
                       ended_name, ended_at FROM stand_in";

/// By which this person stands in for others today.
pub(super) async fn of_deputy(executor: impl Executor<'_>, deputy: &Staff, today: Date) -> Result<Vec<StandIn>> {
    // SQL: a constant of this file and fixed text; every value is bound.
    let sql = format!(
        "{COLUMNS} WHERE deputy = $1 AND organ = $2 AND ended_at = '' AND first_on <= $3 AND last_on >= $3 \
         ORDER BY first_on, id"
    );
    query_as(store::built(sql))
        .bind(&deputy.account)
        .bind(&deputy.organ)
        .bind(today.to_string())
        .fetch_all(executor)
        .await
}

/// In force or to come, by their first day.
pub(super) async fn live(executor: impl Executor<'_>, today: Date) -> Result<Vec<StandIn>> {
    // SQL: a constant of this file and fixed text; every value is bound.
    let sql = format!("{COLUMNS} WHERE ended_at = '' AND last_on >= $1 ORDER BY first_on, id");
    query_as(store::built(sql)).bind(today.to_string()).fetch_all(executor).await
}

/// The newest in which this person is one of the two; of everybody without one.
pub(super) async fn newest(executor: impl Executor<'_>, of: Option<&AccountId>, most: i64) -> Result<Vec<StandIn>> {
    // SQL: a constant of this file and fixed text; every value is bound.
    let sql = format!("{COLUMNS} WHERE $1 = '' OR away = $1 OR deputy = $1 ORDER BY last_on DESC, id DESC LIMIT $2");
    let whose = of.map_or("", AccountId::as_str);
    query_as(store::built(sql)).bind(whose).bind(most).fetch_all(executor).await
}

/// The one with this id.
pub(super) async fn one(executor: impl Executor<'_>, id: &StandInId) -> Result<Option<StandIn>> {
    // SQL: a constant of this file and fixed text; every value is bound.
    let sql = format!("{COLUMNS} WHERE id = $1");
    query_as(store::built(sql)).bind(id).fetch_optional(executor).await
}

/// Keeps an arrangement; `roles` is JSON.
pub(super) async fn add(
    tx: &mut Tx,
    actor: &Actor,
    id: &StandInId,
    wanted: &Wanted,
    (roles, note): (String, &str),
) -> Result<()> {
    let now = tx.now();
    query(
        "INSERT INTO stand_in (id, away, away_name, deputy, deputy_name, organ, roles, first_on, last_on, note, set_by, \
         set_name, set_at, ended_name, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', '')",
    )
    .bind(id)
    .bind(&wanted.away.account)
    .bind(&wanted.away.name)
    .bind(&wanted.deputy.account)
    .bind(&wanted.deputy.name)
    .bind(&wanted.away.organ)
    .bind(roles)
    .bind(wanted.first_on.to_string())
    .bind(wanted.last_on.to_string())
    .bind(note)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(&now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes that somebody ended it before its last day.
pub(super) async fn end(tx: &mut Tx, actor: &Actor, id: &StandInId) -> Result<()> {
    let now = tx.now();
    query("UPDATE stand_in SET ended_name = $2, ended_at = $3 WHERE id = $1 AND ended_at = ''")
        .bind(id)
        .bind(actor.log_name())
        .bind(&now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
