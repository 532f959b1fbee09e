//! Buttons of a document's page: taking back, correcting, the bin, withdrawal, emergency publication, files.

use axum::{
    Json,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use kernel::{Action, may_for};
use serde::Deserialize;
use serde_json::json;
use store::{Once, Tx};
use web::{Ctx, Desk, Error, Form, Redirect, Result};

use super::{
    attachments::{self, Move},
    deciding::{self, Withdrawn},
    edit::load_open,
    store::{self as rows, Loaded},
    writing,
};

/// What the buttons send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    version: i64,
    once: String,
    reason: String,
    notice: String,
    title: String,
    to: String,
}

/// The open edition as the person saw it.
async fn seen(ctx: &Ctx, tx: &mut Tx, desk: &Desk, document: &str, button: &Button) -> Result<Loaded> {
    let actor = desk.actor();
    let about = rows::visible_locked(ctx, tx, &actor, document).await?;
    let open = rows::open_edition(tx.conn(), &about.id).await?;
    let open = open.ok_or_else(|| Error::Conflict("这一版已经办结，没有可以办理的事项。请刷新稿件页。".into()))?;
    rows::same_version(&open, button.version)?;
    rows::load(ctx, tx, &actor, &open.id).await
}

/// 撤回修改, also of a scheduled publication.
pub(super) async fn recall(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&button.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = seen(&ctx, &mut tx, &desk, &id, &button).await?;
    writing::recall(&mut tx, &desk.actor(), &loaded).await?;
    let to = format!("/documents/{id}/edit");
    tx.remember(&button.once, &to).await?;
    tx.commit().await?;
    Ok(Redirect::to(to).ok("已撤回为草稿，可以修改。再次提交后从保密审查开始。").into_response())
}

/// 更正.
pub(super) async fn correct(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&button.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let actor = desk.actor();
    let document = rows::visible_locked(&ctx, &mut tx, &actor, &id).await?;
    writing::correct(&mut tx, &actor, &document).await?;
    let to = format!("/documents/{id}/edit");
    tx.remember(&button.once, &to).await?;
    tx.commit().await?;
    Ok(Redirect::to(to)
        .ok("已复制出新的一版。改好后写明改了什么，再提交审核；通过之前公众看到的仍是原来那一版。")
        .into_response())
}

/// Puts the draft into the bin.
pub(super) async fn bin(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&button.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = seen(&ctx, &mut tx, &desk, &id, &button).await?;
    writing::bin(&mut tx, &desk.actor(), &loaded).await?;
    tx.remember(&button.once, "/documents").await?;
    tx.commit().await?;
    let restore = format!("/documents/bin/{}/restore", loaded.edition.id);
    Ok(Redirect::to("/documents").ok("草稿已移入回收站，30 天内可以恢复。").undo(restore, "撤销").into_response())
}

/// Brings a draft back from the bin.
pub(super) async fn restore(State(ctx): State<Ctx>, desk: Desk, Path(edition): Path<String>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    let row = writing::restore(&ctx, &mut tx, &desk.actor(), &edition).await?;
    tx.commit().await?;
    Ok(Redirect::to(format!("/documents/{}", row.document_id)).ok("草稿已恢复。").into_response())
}

/// 撤回公开.
pub(super) async fn withdraw(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&button.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let actor = desk.actor();
    let document = rows::visible_locked(&ctx, &mut tx, &actor, &id).await?;
    if document.current_edition.is_empty() {
        return Err(Error::Conflict("这份稿件现在没有公开的版本，不需要撤回。请刷新稿件页。".into()));
    }
    let loaded = rows::load(&ctx, &mut tx, &actor, &document.current_edition).await?;
    rows::same_version(&loaded.edition, button.version)?;
    let done = deciding::withdraw(&mut tx, &actor, &loaded, &button.reason, &button.notice).await?;
    let to = format!("/documents/{id}");
    tx.remember(&button.once, &to).await?;
    tx.commit().await?;
    let text = match done {
        Withdrawn::Alone => "已撤回公开。原网址现在显示撤回说明和理由。",
        Withdrawn::StoppedCorrection => {
            "已撤回公开。原网址现在显示撤回说明和理由。正在办理的更正版已退回撰写人，不会自动发布。"
        }
    };
    Ok(Redirect::to(to).ok(text).into_response())
}

/// 紧急发布.
pub(super) async fn bypass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&button.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = seen(&ctx, &mut tx, &desk, &id, &button).await?;
    deciding::bypass(&ctx, &mut tx, &desk.actor(), &loaded, &button.reason).await?;
    let to = format!("/documents/{id}");
    tx.remember(&button.once, &to).await?;
    tx.commit().await?;
    Ok(Redirect::to(to)
        .flash("warn", "已紧急发布并公开。这一版列入紧急发布清单，请尽快由另一位人员复核。")
        .into_response())
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("application/json"))
}

/// Receives files, one or several.
pub(super) async fn upload(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    // Whoever may not write here is told so before the bytes are taken in; asked again when the file is added.
    let about = rows::visible(&ctx, ctx.db().read(), &desk.actor(), &id).await?;
    may_for(&desk.actor(), Action::WriteDocuments, &about.keeper())?;
    let mut form = form.map_err(|_| Error::Invalid("没有收到文件。请回到编辑页，选择文件后点“上传”。".into()))?;
    let broken = |_| Error::Invalid("文件没有传完，可能是网络中断。请重新选择文件再传一次。".into());
    let mut names = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") || field.file_name().is_none_or(str::is_empty) {
            continue;
        }
        let incoming = attachments::receive(&ctx, field).await?;
        let mut tx = ctx.db().write().await?;
        let loaded = load_open(&ctx, &mut tx, &desk, &id).await?;
        let row = attachments::add(&ctx, &mut tx, &desk.actor(), &loaded, &incoming).await?;
        tx.commit().await?;
        names.push(row.file_name);
    }
    if names.is_empty() {
        return Err(Error::Invalid("请先选择要上传的文件，例如一份 PDF 或 Word 文档。".into()));
    }
    if wants_json(&headers) {
        return Ok(Json(json!({ "files": names })).into_response());
    }
    Ok(Redirect::to(format!("/documents/{id}/edit")).ok(format!("已添加附件：{}。", names.join("、"))).into_response())
}

/// Takes a file off.
pub(super) async fn remove(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(String, String)>,
    Form(_): Form<Button>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    let loaded = load_open(&ctx, &mut tx, &desk, &id).await?;
    attachments::remove(&mut tx, &desk.actor(), &loaded, &file).await?;
    tx.commit().await?;
    Ok(Redirect::to(format!("/documents/{id}/edit")).ok("附件已移除。").into_response())
}

/// Names and moves a file.
pub(super) async fn arrange(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(String, String)>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let to = match button.to.as_str() {
        "up" => Move::Up,
        "down" => Move::Down,
        _ => Move::Stay,
    };
    let mut tx = ctx.db().write().await?;
    let loaded = load_open(&ctx, &mut tx, &desk, &id).await?;
    attachments::arrange(&mut tx, &desk.actor(), &loaded, &file, &button.title, to).await?;
    tx.commit().await?;
    Ok(Redirect::to(format!("/documents/{id}/edit")).ok("附件已整理。").into_response())
}
