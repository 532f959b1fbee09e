//! Saved filters: each account keeps its own under a name.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::id::AccountId;
use serde::Deserialize;
use store::{Db, FromRow, query, query_as, query_scalar};
use web::{Ctx, Desk, Error, Form, Redirect, Result};

/// A saved filter.
#[derive(Debug, Clone, FromRow)]
pub(super) struct View {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) query: String,
}

/// Most that one account keeps.
const MOST: i64 = 20;

/// The saved filters of an account by name.
pub(super) async fn of(db: &Db, account: &AccountId) -> Result<Vec<View>> {
    Ok(query_as("SELECT id, name, query FROM duty_view WHERE account = $1 ORDER BY name, id")
        .bind(account.as_str())
        .fetch_all(db.read())
        .await?)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Save {
    name: String,
    query: String,
}

/// `POST /duties/views`: keeps the filter; one with the same name is replaced.
pub(super) async fn save(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Save>) -> Result<Response> {
    let name: String = form.name.trim().chars().take(30).collect();
    // What is kept is a query string and nothing that could lead elsewhere.
    let plain =
        form.query.len() <= 2000 && form.query.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%=&".contains(&b));
    let back = if plain { format!("/duties?{}", form.query) } else { "/duties".to_owned() };
    if name.is_empty() || !plain {
        return Ok(Redirect::to(back).flash("error", "请给这组筛选条件起个名字，例如“乡镇逾期”。").into_response());
    }
    let mut tx = ctx.db().write().await?;
    let account = desk.staff.account.as_str();
    query("DELETE FROM duty_view WHERE account = $1 AND name = $2")
        .bind(account)
        .bind(&name)
        .execute(tx.conn())
        .await?;
    let count: i64 =
        query_scalar("SELECT COUNT(*) FROM duty_view WHERE account = $1").bind(account).fetch_one(tx.conn()).await?;
    if count >= MOST {
        return Err(Error::Conflict(format!("最多保存 {MOST} 组筛选条件。请先删去不用的，再保存新的。")));
    }
    let (id, now) = (kernel::id::fresh(&tx.seams()), tx.now());
    query("INSERT INTO duty_view (id, account, name, query, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(account)
        .bind(&name)
        .bind(&form.query)
        .bind(now)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(Redirect::to(back).ok(format!("已保存筛选“{name}”，在台账上方可以直接打开。")).into_response())
}

/// `POST /duties/views/{id}/delete`: only one's own.
pub(super) async fn delete(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    let done = query("DELETE FROM duty_view WHERE id = $1 AND account = $2")
        .bind(id)
        .bind(desk.staff.account.as_str())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    tx.commit().await?;
    Ok(Redirect::to("/duties").ok("已删去这组筛选条件。").into_response())
}
