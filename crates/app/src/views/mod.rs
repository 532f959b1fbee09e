//! Lists of the office under names (保存的视图): filter and order as the address has them, for oneself or for everybody of the organ.
//! Which lists offer it is their own business ([`web::hooks::SavedViews`]).

mod demo;
mod rows;

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use kernel::{Staff, permission::USE_DESK};
use serde::Deserialize;
use store::Tx;
use web::{
    Capability, Ctx, Desk, Done, Form, Listener, Redirect, Refusal, Result, Routes, act,
    hooks::{SavedView, SavedViewId, SavedViews},
};

/// The forms, and who is asked for the views.
pub(crate) fn capability() -> Capability {
    let views: Arc<dyn SavedViews> = Arc::new(Kept);
    Capability::new("views", "保存的视图")
        .routes(routes)
        .migrations(store::migrations!("views", "../../migrations/0002_saved_views.sql"))
        .declare(views)
        .demo(demo::scenes)
}

fn routes() -> Routes {
    Routes::new(Listener::Office).post("/views", &USE_DESK, save).post("/views/remove", &USE_DESK, remove)
}

struct Kept;

impl SavedViews for Kept {
    fn of<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, list: &'a str) -> BoxFuture<'a, Result<Vec<SavedView>>> {
        Box::pin(async move {
            let organs = ctx.directory().answered_by(&staff.organ, ctx.today());
            let rows = rows::of(ctx.db().read(), &staff.account, list).await?;
            let shown = rows.into_iter().filter(|row| row.account == staff.account || organs.contains(&row.organ));
            Ok(shown.map(|row| row.shown_to(&staff.account)).collect())
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Save {
    list: String,
    name: String,
    query: String,
    shared: String,
}

/// Whether this is a list of the office: no address from elsewhere is kept or led to.
fn is_list(ctx: &Ctx, list: &str) -> bool {
    ctx.capabilities().nav().iter().any(|link| link.href == list)
}

/// Whether this is a query string and nothing that could lead elsewhere.
fn is_query(query: &str) -> bool {
    query.len() <= 2000 && query.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%=&".contains(&b))
}

/// `POST /views`: keeps the list as it is; one of the same name is replaced.
async fn save(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Save>) -> Result<Response> {
    if !is_list(&ctx, &form.list) || !is_query(&form.query) {
        return Ok(Redirect::to("/")
            .flash("error", "这个列表不能保存视图。请从列表上的“保存的视图”重新保存。")
            .into_response());
    }
    let back = if form.query.is_empty() { form.list.clone() } else { format!("{}?{}", form.list, form.query) };
    let name: String = form.name.trim().chars().filter(|c| !c.is_control()).take(30).collect();
    if name.is_empty() {
        return Ok(Redirect::to(back).flash("error", "请给这个视图起个名字，例如“民政局已退回”。").into_response());
    }
    let shared = form.shared == "1";
    let saved = act(&ctx, "", async |tx: &mut Tx| {
        rows::save(tx, &desk.staff, &form.list, &name, &form.query, shared).await?;
        let to_all = if shared { "，本机关的人也能看到" } else { "" };
        Ok::<_, Refusal>(Done::ok(back, format!("已保存视图“{name}”{to_all}，在列表上方可以直接打开。")))
    });
    Ok(saved.await?)
}

#[derive(Debug, Deserialize)]
struct Remove {
    id: SavedViewId,
    #[serde(default)]
    list: String,
}

/// `POST /views/remove`: only one's own.
async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Remove>) -> Result<Response> {
    let back = if is_list(&ctx, &form.list) { form.list.clone() } else { "/".to_owned() };
    let removed = act(&ctx, "", async |tx: &mut Tx| {
        if rows::remove(tx, &desk.staff.account, &form.id).await? {
            Ok(Done::ok(back, "已删去这个视图。"))
        } else {
            Err(Refusal::NotFound)
        }
    });
    Ok(removed.await?)
}
