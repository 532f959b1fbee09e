//! Saved filters: each account keeps its own under a name.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use duty::views::{self, ViewId};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Error, Form, Redirect, Result, act};

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
    act(&ctx, "", async |tx| {
        views::save(tx, &desk.staff.account, &name, &form.query).await?;
        Ok(Done::ok(back, format!("已保存筛选“{name}”，在台账上方可以直接打开。")))
    })
    .await
}

/// `POST /duties/views/{id}/delete`: only one's own.
pub(super) async fn delete(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ViewId>) -> Result<Response> {
    act(&ctx, "", async |tx| {
        if views::delete(tx, &desk.staff.account, &id).await? {
            Ok(Done::ok("/duties", "已删去这组筛选条件。"))
        } else {
            Err(Error::NotFound)
        }
    })
    .await
}
