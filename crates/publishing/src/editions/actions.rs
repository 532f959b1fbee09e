//! Buttons of a document's page: taking back, correcting, the bin, withdrawal, emergency publication, files.

use axum::{
    Json,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use document::{
    House, Whole, draft,
    files::{self, Added, Move},
    life::Withdrawn,
    rows,
};
use kernel::{
    id::{AttachmentId, DocumentId, EditionId},
    may_for,
};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Redirect, Refusal, Result, act, act_in_place, act_now};

use super::{attachments, checks, deciding, edit::load_open};

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

/// The document's page as it is now, with what was typed into the form of a withdrawal and why it was not done.
async fn again(ctx: &Ctx, desk: &Desk, id: &DocumentId, button: &Button, errors: FormErrors) -> Result<Response> {
    let typed = super::show::Typed { reason: &button.reason, notice: &button.notice, ..Default::default() };
    super::show::page(ctx, desk, id, errors, typed).await
}

/// The open edition as the person saw it.
async fn seen(tx: &mut Tx, house: &House, desk: &Desk, document: &DocumentId, seen: i64) -> Result<Whole, Refusal> {
    let actor = desk.actor();
    let about = rows::visible_locked(tx, house, &actor, document).await?;
    let open = rows::open_edition(tx.conn(), &about.id).await?;
    let open = open.ok_or_else(|| Refusal::Conflict("这一版已经办结，没有可以办理的事项。".into()))?;
    rows::same_version(&open, seen)?;
    rows::load(tx, house, &actor, &open.id).await
}

/// 收回修改, also of a scheduled publication.
pub(super) async fn recall(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let whole = seen(tx, &house, &desk, &id, button.version).await?;
        deciding::recall(&ctx, tx, &desk.actor(), &whole).await?;
        let text = "已收回为草稿，可以修改。再次提交后从第一关开始审核。";
        Ok::<_, Refusal>(Done::ok(format!("/documents/{id}/edit"), text))
    };
    act_in_place(&ctx, &button.once, done, async |errors| again(&ctx, &desk, &id, &button, errors).await).await
}

/// 更正.
pub(super) async fn correct(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let document = rows::visible_locked(tx, &house, &actor, &id).await?;
        draft::correct(tx, &house, &actor, &document).await?;
        let text = "已复制出新的一版。改好后写明改了什么，再提交审核；通过之前公众看到的仍是原来那一版。";
        Ok::<_, Refusal>(Done::ok(format!("/documents/{id}/edit"), text))
    };
    act_in_place(&ctx, &button.once, done, async |errors| again(&ctx, &desk, &id, &button, errors).await).await
}

/// Puts the draft into the bin.
pub(super) async fn bin(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let whole = seen(tx, &house, &desk, &id, button.version).await?;
        draft::bin(tx, &house, &desk.actor(), &whole).await?;
        let restore = format!("/documents/bin/{}/restore", whole.edition.id);
        let done = Done::ok("/documents", "草稿已移入回收站，30 天内可以恢复。");
        Ok::<_, Refusal>(done.with(|redirect| redirect.undo(restore, "撤销")))
    };
    act_in_place(&ctx, &button.once, done, async |errors| again(&ctx, &desk, &id, &button, errors).await).await
}

/// Brings a draft back from the bin.
pub(super) async fn restore(State(ctx): State<Ctx>, desk: Desk, Path(edition): Path<EditionId>) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let row = draft::restore(tx, &house, &desk.actor(), &edition).await?;
        Ok::<_, Refusal>(Done::ok(format!("/documents/{}", row.document_id), "草稿已恢复。"))
    };
    Ok(act(&ctx, "", done).await?)
}

/// 撤回公开.
pub(super) async fn withdraw(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let document = rows::visible_locked(tx, &house, &actor, &id).await?;
        let Some(public) = document.public() else {
            return Err(Refusal::Conflict("这份稿件现在没有公开的版本，不需要撤回。".into()));
        };
        let whole = rows::load(tx, &house, &actor, public).await?;
        rows::same_version(&whole.edition, button.version)?;
        let text = match deciding::withdraw(&ctx, tx, &actor, &whole, &button.reason, &button.notice).await? {
            Withdrawn::Alone => "已撤回公开。原网址现在显示撤回说明和理由。",
            Withdrawn::Stopped(..) => {
                "已撤回公开。原网址现在显示撤回说明和理由。正在办理的更正版已退回撰写人，不会自动发布。"
            }
        };
        Ok(Done::ok(format!("/documents/{id}"), text))
    };
    act_in_place(&ctx, &button.once, done, async |errors| again(&ctx, &desk, &id, &button, errors).await).await
}

/// 紧急发布.
pub(super) async fn bypass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let (house, actor) = (crate::house(&ctx), desk.actor());
    let about = rows::visible(ctx.db().read(), &house, &actor, &id).await?;
    let mut anew = None;
    if let Some(open) = rows::open_edition(ctx.db().read(), &about.id).await? {
        let whole = rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
        checks::ensure(&ctx, &whole).await?;
        anew = Some(deciding::look(&ctx, &whole).await?);
    }
    let done = async |tx: &mut Tx| {
        let whole = seen(tx, &house, &desk, &id, button.version).await?;
        deciding::bypass(&ctx, tx, &actor, (&whole, anew.clone()), &button.reason).await?;
        let text = "已紧急发布并公开。这一版列入紧急发布清单，请尽快由另一位人员复核。";
        Ok::<_, Refusal>(Done::to(format!("/documents/{id}")).with(|redirect| redirect.flash("warn", text)))
    };
    let again = async |errors: FormErrors| {
        let typed = super::show::Typed { bypass: &button.reason, ..Default::default() };
        super::show::page(&ctx, &desk, &id, errors.at("reason", "b-reason"), typed).await
    };
    act_in_place(&ctx, &button.once, done, again).await
}

pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("application/json"))
}

/// Receives files, one or several.
pub(super) async fn upload(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    // Whoever may not write here is told so before the bytes are taken in; asked again when the file is added.
    let about = rows::visible(ctx.db().read(), &house, &desk.actor(), &id).await?;
    may_for(&desk.actor(), house.kind_of(&about)?.write, about.keeper())?;
    let mut form = form.map_err(|_| Error::Invalid("没有收到文件。请回到编辑页，选择文件后点“上传”。".into()))?;
    let broken = |_| Error::Invalid("文件没有传完，可能是网络中断。请重新选择文件再传一次。".into());
    let (mut names, mut same, mut replaces, mut twice) = (Vec::new(), Vec::new(), None, false);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("replaces") {
            let text = field.text().await.map_err(broken)?;
            replaces = Some(AttachmentId::from(text.trim())).filter(|id| !id.as_str().is_empty());
            continue;
        }
        if field.name() == Some("keep") {
            twice = field.text().await.map_err(broken)? == "1";
            continue;
        }
        if field.name() != Some("file") || field.file_name().is_none_or(str::is_empty) {
            continue;
        }
        let incoming = attachments::receive(&ctx, &desk.staff.account, field).await?;
        let added = act_now(&ctx, async |tx| {
            let whole = load_open(tx, &house, &desk, &id).await?;
            let kept = attachments::keep(&ctx, tx, &incoming, "").await?;
            let added =
                attachments::put(tx, (&house, &desk.actor()), &whole, replaces.as_ref(), (&kept, twice)).await?;
            checks::later(tx, &whole.edition.id).await?;
            Ok::<_, Refusal>(added)
        });
        match added.await? {
            Added::New(row) => names.push(row.file_name),
            Added::Same(row) => same.push(row.name().to_owned()),
        }
    }
    if names.is_empty() && same.is_empty() {
        return Err(Error::Invalid("请先选择要上传的文件，例如一份 PDF 或 Word 文档。".into()));
    }
    if wants_json(&headers) {
        return Ok(Json(json!({ "files": names, "same": same })).into_response());
    }
    let to = Redirect::to(format!("/documents/{id}/edit"));
    let told = told(&names, &same, replaces.is_some());
    Ok(if same.is_empty() { to.ok(told) } else { to.flash("warn", told) }.into_response())
}

/// What became of uploaded files, in words: the names of those that were put in, and of those whose bytes were there already.
fn told(names: &[String], same: &[String], replaced: bool) -> String {
    let mut told = match (names.is_empty(), replaced) {
        (true, _) => String::new(),
        (false, true) => format!("已替换为：{}，公开网址不变。", names.join("、")),
        (false, false) => format!("已添加附件：{}。", names.join("、")),
    };
    if !same.is_empty() {
        let again = "确实要放两份的，勾选“内容相同也添加”后再上传。";
        told.push_str(&format!("内容和已有的附件“{}”完全相同，没有重复添加。{again}", same.join("”“")));
    }
    told
}

/// Takes a file off.
pub(super) async fn remove(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(DocumentId, AttachmentId)>,
    Form(_): Form<Button>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let whole = load_open(tx, &house, &desk, &id).await?;
        files::remove(tx, &house, &desk.actor(), &whole, &file).await?;
        Ok::<_, Refusal>(Done::ok(format!("/documents/{id}/edit"), "附件已移除。"))
    };
    Ok(act(&ctx, "", done).await?)
}

/// Names and moves a file.
pub(super) async fn arrange(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(DocumentId, AttachmentId)>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let to = match button.to.as_str() {
        "up" => Move::Up,
        "down" => Move::Down,
        _ => Move::Stay,
    };
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let whole = load_open(tx, &house, &desk, &id).await?;
        files::arrange(tx, &house, &desk.actor(), &whole, (&file, &button.title, to)).await?;
        Ok::<_, Refusal>(Done::ok(format!("/documents/{id}/edit"), "附件已整理。"))
    };
    Ok(act(&ctx, "", done).await?)
}
