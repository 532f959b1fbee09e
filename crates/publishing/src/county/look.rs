//! A look at a map before everybody sees it: one that was just sent, or a former one.

use ::store::Tx;
use askama::Template;
use axum::{extract::State, response::Response};
use kernel::time;
use serde::Deserialize;
use web::{
    Ctx, Desk, Done, Error, Form, OfficeShell, Query, Refusal, Result, act, hooks::CountyMap, office_page,
    page::query_string,
};

use super::store::{self, OtherMapId};

/// Where a map is looked at.
pub(super) fn address(id: &OtherMapId) -> String {
    format!("/county-map/look?{}", query_string(&[("id", id.as_str())]))
}

#[derive(Template)]
#[template(path = "county/templates/look.html")]
struct Page {
    shell: OfficeShell,
    id: OtherMapId,
    /// Whether it was just sent; otherwise it was shown before.
    waits: bool,
    file: String,
    when: String,
    map: CountyMap,
    shapes: usize,
    points: usize,
    missing: Vec<String>,
    strange: Vec<String>,
    /// The map that is shown now and would be put aside.
    now: Option<CountyMap>,
    once: String,
}

/// Which map.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    id: String,
    once: String,
}

/// `GET /county-map/look?id=`
pub(super) async fn show(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let other = store::other(ctx.db().read(), &OtherMapId::from(asked.id)).await?.ok_or(Error::NotFound)?;
    let row = other.row();
    let drawing = row.drawing()?;
    let (missing, strange) = super::doubts(&ctx, &row)?;
    office_page(&Page {
        shell: desk.shell(&ctx, "核对县域图").await?,
        map: super::drawn(&ctx, &row)?,
        shapes: drawing.shapes.len(),
        points: drawing.points,
        missing,
        strange,
        now: super::map(&ctx).await?,
        when: time::show_minute(&other.changed_at),
        id: other.id,
        waits: other.waits,
        file: other.file,
        once: ctx.once(),
    })
}

/// `POST /county-map/show`
pub(super) async fn publish(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Asked>) -> Result<Response> {
    let id = OtherMapId::from(form.id);
    // The organs may be others than when it was sent, or shown before.
    let strange = match store::other(ctx.db().read(), &id).await? {
        Some(other) => super::pages::of_no_township(&ctx, &other.row().drawing()?),
        None => None,
    };
    let done = async |tx: &mut Tx| {
        if strange.is_some() {
            let told = "没有显示：图上现在没有一个名称对得上本县的乡镇。请先在乡镇机关的“别名”里补上图上的名称，或者上传新的图。";
            return Err(Refusal::Conflict(told.to_owned()));
        }
        store::publish(tx, &desk.actor(), &id).await?;
        Ok::<_, Refusal>(Done::ok("/county-map", "门户首页现在显示这张图。原来的图留在“以前的图”里，可以恢复。"))
    };
    Ok(act(&ctx, &form.once, done).await?)
}

/// `POST /county-map/discard`
pub(super) async fn discard(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Asked>) -> Result<Response> {
    let id = OtherMapId::from(form.id);
    let done = async |tx: &mut Tx| {
        let waited = store::discard(tx, &desk.actor(), &id).await?;
        let told = if waited {
            "已放弃上传的图，门户首页没有变化。"
        } else {
            "已删除这张以前的图，门户首页没有变化。"
        };
        Ok::<_, Refusal>(Done::ok("/county-map", told))
    };
    Ok(act(&ctx, &form.once, done).await?)
}
