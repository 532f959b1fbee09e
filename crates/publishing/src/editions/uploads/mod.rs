//! Attachments that come in parts, so that a line that drops costs one part. The page's script names the file with its digest,
//! sends part after part, asks where to go on after a cut, and ends; only then is the file held against its digest, read in the
//! guarded child and attached like one that came whole ([`attachments`]). Who may write the text is asked anew for each part.

mod rows;

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use document::{
    House,
    files::{self, Added},
    rows as documents_rows,
    rows::EditionRow,
};
use futures::StreamExt;
use kernel::{
    id::{AccountId, AttachmentId, DocumentId},
    may_for,
};
use serde::Deserialize;
use serde_json::json;
use store::files::Received;
use tokio::io::AsyncReadExt;
use web::{Ctx, Desk, Error, Form, Query, Redirect, Refusal, Result, act_now};

use self::rows::{NewUpload, UploadId, Waiting};
pub(super) use self::rows::{Upload, forget_of};
use super::{actions::wants_json, attachments, checks, edit::load_open};
use crate::settings::Publishing;

/// Bytes of a part as scripts are told to cut them.
const PART: u64 = 2 << 20;
/// Most bytes of a part that are taken.
const MOST_PART: u64 = 8 << 20;
/// A file comes in no more parts than if each had so many bytes, and [`FREE_PARTS`] more: each part is a file and a row. The page's
/// script sends no smaller ones, however bad the line.
const LEAST_PART: i64 = 64 << 10;
/// Parts of any size beside those.
const FREE_PARTS: i64 = 64;
/// Most files that one person has begun to send and not ended.
const MOST_BEGUN: usize = files::MOST_FILES;
/// Bytes that are copied at once when the parts are put together.
const PIECE: usize = 256 << 10;

/// What a script names before it sends anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct New {
    name: String,
    /// In bytes.
    size: i64,
    /// SHA-256, hexadecimal.
    digest: String,
    /// The attachment whose place it takes; empty = a new one.
    replaces: String,
    /// `1`: added even if the text has the same file.
    keep: String,
}

/// Begins to receive a file, or says where to go on with the one that this person began to send before.
pub(super) async fn begin(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(new): Form<New>,
) -> Result<Response> {
    let (house, actor) = (crate::house(&ctx), desk.actor());
    let open = writable(&ctx, &house, &desk, &id).await?;
    let most = i64::try_from(ctx.config().server.upload_mb << 20).unwrap_or(i64::MAX);
    if new.size <= 0 {
        return Err(Error::Invalid("这个文件是空的。请打开原文件检查，保存后重新选择。".into()));
    }
    if new.size > most {
        return Err(attachments::too_large(&ctx));
    }
    let digest = new.digest.to_ascii_lowercase();
    if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Error::Invalid("没有收到文件的校验值。请刷新页面，重新选择文件上传。".into()));
    }
    let name = kernel::names::of_file(&new.name);
    attachments::by_name(&name)?;
    let replaces = AttachmentId::from(new.replaces.trim());
    let replaced = Some(&replaces).filter(|id| !id.as_str().is_empty());
    let whole = documents_rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
    let same = whole.attachments().find(|file| file.digest == digest);
    if let Some(same) = same.filter(|same| new.keep != "1" && replaced.is_none_or(|old| *old == same.id)) {
        return Ok(Json(json!({ "same": same.name() })).into_response());
    }
    let account = &desk.staff.account;
    let most = most.max(i64::try_from(ctx.settings::<Publishing>().unfinished_mb << 20).unwrap_or(i64::MAX));
    let upload = act_now(&ctx, async |tx| {
        tx.lock(&format!("uploads {account}")).await?;
        let whole = load_open(tx, &house, &desk, &id).await?;
        files::fits(&house, &actor, &whole, (&name, replaced))?;
        let new = NewUpload {
            edition: &whole.edition.id,
            account,
            file_name: &name,
            digest: &digest,
            bytes: new.size,
            replaces: &replaces,
        };
        let seams = tx.seams();
        if let Some(known) = rows::known(tx.conn(), &seams, &new).await? {
            // It goes on under the name that it has now.
            return Ok(rows::rename(tx, known, &name).await?);
        }
        room(&rows::waiting(tx.conn(), &seams, account).await?, new.bytes, most)?;
        Ok::<_, Refusal>(rows::begin(tx, &new).await?)
    });
    Ok(Json(told(&upload.await?)).into_response())
}

/// Refuses when this person has begun too much, or too many files, that are not ended.
fn room(waiting: &[Waiting], bytes: i64, most: i64) -> Result<(), Refusal> {
    let begun: i64 = waiting.iter().map(|one| one.bytes).sum();
    let many = waiting.len() >= MOST_BEGUN;
    if !many && begun.saturating_add(bytes) <= most {
        return Ok(());
    }
    let mb = |bytes: i64| (bytes + (1 << 20) - 1) >> 20;
    let named = |one: &Waiting| format!("“{}”（在《{}》）", one.file_name, documents_rows::shown_title(&one.title));
    let names: Vec<String> = waiting.iter().take(5).map(named).collect();
    let more = if waiting.len() > names.len() { "等" } else { "" };
    let limit = if many { format!("{MOST_BEGUN} 个") } else { format!("{} MB ", mb(most)) };
    Err(Refusal::Conflict(format!(
        "您还有 {} 个没有传完的文件，共 {} MB：{}{more}。加上这个超过每人 {limit}的上限。请先到那些稿件的编辑页把它们传完或取消，再上传这个；{} 小时没有继续的会自动清除。",
        waiting.len(),
        mb(begun),
        names.join("、"),
        rows::HOURS,
    )))
}

/// What a script is told of an upload.
fn told(upload: &Upload) -> serde_json::Value {
    json!({
        "upload": upload.id, "offset": upload.received, "size": upload.bytes, "part": PART, "until": upload.until(),
    })
}

/// The edition in which this person may write now.
async fn writable(ctx: &Ctx, house: &House, desk: &Desk, id: &DocumentId) -> Result<EditionRow> {
    let about = documents_rows::visible(ctx.db().read(), house, &desk.actor(), id).await?;
    may_for(&desk.actor(), house.kind_of(&about)?.write, about.keeper())?;
    let open = documents_rows::open_edition(ctx.db().read(), id).await?.filter(EditionRow::is_editable);
    let text = "这份稿件现在不能增删附件。请先在稿件页“收回修改”；已公开的，请“更正”出新的一版，再上传。";
    open.ok_or_else(|| Error::Conflict(text.into()))
}

/// The upload, if it is this person's, of this text, and not given up.
async fn own(ctx: &Ctx, house: &House, desk: &Desk, (id, upload): (&DocumentId, &UploadId)) -> Result<Upload> {
    let open = writable(ctx, house, desk, id).await?;
    let at = (&desk.staff.account, &open.id);
    rows::find(ctx.db().read(), ctx.seams(), upload, at).await?.ok_or(Error::NotFound)
}

/// Where to go on.
pub(super) async fn state(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, upload)): Path<(DocumentId, UploadId)>,
) -> Result<Response> {
    let row = own(&ctx, &crate::house(&ctx), &desk, (&id, &upload)).await?;
    Ok(Json(told(&row)).into_response())
}

/// Where a part begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct At {
    /// Bytes of the whole before it.
    at: i64,
}

/// What became of a part.
enum Taken {
    /// It is there, now or since before; so much is there in all.
    Yes(i64),
    /// It does not belong there: so much is there.
    Elsewhere(i64),
}

/// Takes a part. The same part sent again changes nothing; any other that does not follow is answered with where to go on.
pub(super) async fn part(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, upload)): Path<(DocumentId, UploadId)>,
    Query(At { at }): Query<At>,
    body: Body,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let row = own(&ctx, &house, &desk, (&id, &upload)).await?;
    // Neither the next part nor one that is there: told before its bytes are taken in.
    if at > row.received || at < 0 {
        return Ok(elsewhere(row.received));
    }
    let received = take(&ctx, body).await?;
    let bytes = i64::try_from(received.bytes).unwrap_or(i64::MAX);
    if bytes == 0 {
        return Err(Error::Invalid("这一段没有内容，网络可能中断了。请继续上传。".into()));
    }
    let account = &desk.staff.account;
    let taken = act_now(&ctx, async |tx| {
        tx.lock_row("upload", upload.as_str()).await?;
        let seams = tx.seams();
        let row = rows::find(tx.conn(), &seams, &upload, (account, &row.edition_id)).await?.ok_or(Refusal::NotFound)?;
        if at == row.received && row.attachment.as_str().is_empty() && bytes <= row.bytes - row.received {
            if rows::count_parts(tx.conn(), &row.id).await? >= FREE_PARTS + row.bytes / LEAST_PART {
                let text =
                    "这个文件分得太碎，没有再收。请取消这次上传，刷新页面后重新选择文件；网络很差的，换一个网络再传。";
                return Err(Refusal::Conflict(text.into()));
            }
            ctx.files().keep(tx, &received).await?;
            return Ok(Taken::Yes(rows::add_part(tx, &row, &received).await?));
        }
        let known = rows::part_at(tx.conn(), &row.id, at).await?;
        let same = known.is_some_and(|(length, digest)| length == bytes && digest == received.digest);
        Ok::<_, Refusal>(if same { Taken::Yes(row.received) } else { Taken::Elsewhere(row.received) })
    });
    Ok(match taken.await? {
        Taken::Yes(offset) => Json(json!({ "offset": offset })).into_response(),
        Taken::Elsewhere(offset) => elsewhere(offset),
    })
}

/// The answer to a part that does not follow.
fn elsewhere(offset: i64) -> Response {
    let message = "这一段接不上已经收到的内容，请从服务器说的位置继续。";
    (StatusCode::CONFLICT, Json(json!({ "offset": offset, "message": message }))).into_response()
}

/// Takes in the bytes of a part.
async fn take(ctx: &Ctx, body: Body) -> Result<Received> {
    let mut incoming = ctx.files().receive().await?;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::info!(%error, "a part of an upload broke off");
            Error::Invalid("这一段没有传完，可能是网络中断。已收到的部分还在，请继续上传。".into())
        })?;
        if incoming.write(&chunk).await? > MOST_PART {
            return Err(Error::TooLarge(format!("一段最多 {} MB，请分得小一些。", MOST_PART >> 20)));
        }
    }
    Ok(incoming.finish().await?)
}

/// How an upload ends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct End {
    /// `1`: added even if the text has the same file.
    keep: String,
}

/// Puts the parts together, holds the whole against its digest, reads it and attaches it. Asked again after an answer that was
/// lost it answers the same.
pub(super) async fn finish(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, upload)): Path<(DocumentId, UploadId)>,
    Form(end): Form<End>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    // One file of a person is read at a time; who asks twice waits for the first answer.
    let _turn = attachments::turn_of(&desk.staff.account).await;
    let row = own(&ctx, &house, &desk, (&id, &upload)).await?;
    if !row.attachment.as_str().is_empty() {
        return Ok(attached(&row.file_name));
    }
    if row.received < row.bytes {
        return Ok(elsewhere(row.received));
    }
    let parts = rows::parts(ctx.db().read(), &row.id).await?;
    let received = together(&ctx, &parts).await?;
    if received.digest != row.digest || i64::try_from(received.bytes) != Ok(row.bytes) {
        give_up(&ctx, &row.id, &parts).await?;
        let text = "收到的内容和您电脑上的文件不一致：可能是传输出错，也可能是文件在上传时被改动过。没有添加，请重新选择文件上传。";
        return Err(Error::Invalid(text.into()));
    }
    let incoming = match attachments::read(&ctx, received, row.file_name.clone()).await {
        Ok(incoming) => incoming,
        Err(error @ (Error::Invalid(_) | Error::TooLarge(_))) => {
            // Sent again it would be refused again.
            give_up(&ctx, &row.id, &parts).await?;
            return Err(error);
        }
        Err(other) => return Err(other),
    };
    let (actor, account) = (desk.actor(), &desk.staff.account);
    let added = act_now(&ctx, async |tx| {
        let whole = load_open(tx, &house, &desk, &id).await?;
        tx.lock_row("upload", row.id.as_str()).await?;
        let seams = tx.seams();
        let at = (account, &whole.edition.id);
        let row = rows::find(tx.conn(), &seams, &row.id, at).await?.ok_or(Refusal::NotFound)?;
        let kept = attachments::keep(&ctx, tx, &incoming, "").await?;
        let replaces = Some(&row.replaces).filter(|id| !id.as_str().is_empty());
        let added = attachments::put(tx, (&house, &actor), &whole, replaces, (&kept, end.keep == "1")).await?;
        if let Added::New(file) = &added {
            rows::attached(tx, &row.id, &file.id).await?;
            checks::later(tx, &whole.edition.id).await?;
        }
        Ok::<_, Refusal>(added)
    });
    match added.await? {
        Added::New(file) => {
            forget(&ctx, &parts).await;
            Ok(attached(&file.file_name))
        }
        Added::Same(file) => Ok(Json(json!({ "same": file.name() })).into_response()),
    }
}

/// The answer to a file that is attached.
fn attached(name: &str) -> Response {
    Json(json!({ "files": [name] })).into_response()
}

/// The whole, from its parts.
async fn together(ctx: &Ctx, parts: &[String]) -> Result<Received> {
    let broken = |error: std::io::Error| Error::internal(format!("parts of an upload: {error}"));
    let mut whole = ctx.files().receive().await?;
    let mut piece = vec![0_u8; PIECE];
    for digest in parts {
        let (mut part, _) = ctx.files().open(digest).await?;
        loop {
            let count = part.read(&mut piece).await.map_err(broken)?;
            if count == 0 {
                break;
            }
            whole.write(&piece[..count]).await?;
        }
    }
    Ok(whole.finish().await?)
}

/// Ends an upload without an attachment: by its sender's wish.
pub(super) async fn cancel(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, upload)): Path<(DocumentId, UploadId)>,
    headers: HeaderMap,
) -> Result<Response> {
    let row = own(&ctx, &crate::house(&ctx), &desk, (&id, &upload)).await?;
    let parts = rows::parts(ctx.db().read(), &row.id).await?;
    give_up(&ctx, &row.id, &parts).await?;
    if wants_json(&headers) {
        return Ok(Json(json!({ "cancelled": true })).into_response());
    }
    let text = format!("已取消“{}”的上传，收到的部分已清除。", row.file_name);
    Ok(Redirect::to(format!("/documents/{id}/edit")).ok(text).into_response())
}

async fn give_up(ctx: &Ctx, upload: &UploadId, parts: &[String]) -> Result<()> {
    act_now(ctx, async |tx| {
        tx.lock_row("upload", upload.as_str()).await?;
        rows::remove(tx, upload).await?;
        Ok::<_, Refusal>(())
    })
    .await?;
    forget(ctx, parts).await;
    Ok(())
}

/// Removes the bytes of parts that nobody refers to. What cannot be removed now goes with the nightly sweep of files.
async fn forget(ctx: &Ctx, parts: &[String]) {
    for digest in parts {
        let gone = match ctx.files().is_used(ctx.db(), digest).await {
            Ok(true) => continue,
            Ok(false) => ctx.files().delete(ctx.db(), digest).await,
            Err(error) => Err(error),
        };
        if let Err(error) = gone {
            tracing::info!(%error, "a part of an upload is left to the sweep");
        }
    }
}

/// Gives up what nobody has gone on with for a day.
///
/// # Errors
/// When the database fails.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let parts = act_now(ctx, async |tx| Ok::<_, Refusal>(rows::sweep(tx).await?)).await?;
    forget(ctx, &parts).await;
    Ok(())
}

/// What this person has begun to send to this edition and not ended, for its page.
pub(super) async fn begun(ctx: &Ctx, account: &AccountId, edition: &EditionRow) -> Result<Vec<Upload>> {
    Ok(rows::unfinished(ctx.db().read(), ctx.seams(), account, &edition.id).await?)
}

#[cfg(test)]
mod tests {
    use super::{Waiting, room};

    #[test]
    fn what_is_not_ended_counts_and_is_named() {
        let waiting = |bytes: i64| Waiting { title: String::new(), file_name: "名单.pdf".into(), bytes };
        assert!(room(&[], 500 << 20, 500 << 20).is_ok());
        let refused = room(&[waiting(300 << 20), waiting(1)], 200 << 20, 500 << 20).expect_err("too much").words();
        assert!(refused.contains("2 个没有传完的文件，共 301 MB"), "{refused}");
        assert!(refused.contains("“名单.pdf”（在《（未写标题）》）") && refused.contains("每人 500 MB"), "{refused}");
    }
}
