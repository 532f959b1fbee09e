//! Pictures of texts: received as a stream, drawn anew in two sizes in the guarded child, kept; and shown in the office to those who
//! may see the document. What was handed in is thrown away: readers are never sent it, so neither is it kept.

use axum::{
    Json,
    body::Body,
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use document::{
    draft,
    files::NewFile,
    form::Typed,
    html::pictures::figure,
    pictures::{self, NewPicture},
    rows::{self, AttachmentRow, EditionRow},
};
use documents::Format;
use kernel::{
    id::{AttachmentId, DocumentId},
    may_for,
};
use serde_json::json;
use store::{Tx, files::Received};
use tokio_util::io::ReaderStream;
use web::{Ctx, Desk, Error, Redirect, Refusal, Result, act_now};

use super::{actions::wants_json, attachments, checks, edit::load_open};

/// A picture whose sizes were made, not yet kept.
#[derive(Debug)]
pub struct Made {
    large: Received,
    /// `None` where the large size is small enough.
    small: Option<Received>,
    file_name: String,
    format: Format,
    size: (u32, u32),
    parts: String,
}

/// Draws a received picture anew.
///
/// # Errors
/// [`Error::Invalid`] with what to do, when it is no picture, broken, or too large.
pub async fn draw(ctx: &Ctx, received: Received, file_name: &str) -> Result<Made> {
    let child = attachments::extractor(ctx);
    let drawn = child.draw(&received.path, file_name).await.map_err(attachments::refused)?;
    let (format, file_name) = (drawn.format, with_ending(file_name, drawn.format));
    let large = ctx.files().receive_bytes(&drawn.large.bytes).await?;
    let small = match &drawn.small {
        Some(small) => Some(ctx.files().receive_bytes(&small.bytes).await?),
        None => None,
    };
    // Read as it will be read again before it goes out: nobody knows what words it shows, and a person is asked to look.
    let (_, parts) = attachments::again(ctx, &large.path, &file_name).await?;
    Ok(Made { large, small, file_name, format, size: (drawn.large.width, drawn.large.height), parts })
}

/// The name with the ending of what it is now.
fn with_ending(name: &str, format: Format) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 5 => stem,
        _ => name,
    };
    format!("{}.{}", if stem.is_empty() { "图片" } else { stem }, format.extension())
}

/// Keeps both sizes, for the write that puts the picture in.
///
/// # Errors
/// When disk or database fail.
pub async fn keep(ctx: &Ctx, tx: &mut Tx, made: &Made) -> Result<NewPicture> {
    ctx.files().keep(tx, &made.large).await?;
    let small = made.small.as_ref().unwrap_or(&made.large);
    ctx.files().keep(tx, small).await?;
    Ok(NewPicture {
        file: NewFile {
            file_name: made.file_name.clone(),
            title: String::new(),
            digest: made.large.digest.clone(),
            media_type: made.format.media_type().to_owned(),
            format: made.format.extension().to_owned(),
            bytes: made.large.bytes,
            text: String::new(),
            parts: made.parts.clone(),
            warnings: Vec::new(),
            masked: false,
        },
        size: made.size,
        small: (small.digest.clone(), small.bytes),
    })
}

/// What the form says of a picture besides the picture: for the editor nothing, for the page without scripts where it goes.
#[derive(Debug, Default)]
struct Told {
    /// Puts the picture at the end of the text.
    at_the_end: bool,
    alt: String,
    /// It only decorates.
    decorative: bool,
    caption: String,
}

impl Told {
    fn take(&mut self, name: &str, value: &str) {
        let line = |most: usize| value.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect();
        match name {
            "place" => self.at_the_end = value == "end",
            "alt" => self.alt = line(500),
            "decorative" => self.decorative = value == "1",
            "caption" => self.caption = line(200),
            _ => {}
        }
    }

    fn check(&self) -> Result<()> {
        if self.at_the_end && self.alt.is_empty() && !self.decorative {
            let text = "请写替代文字：用一句话写明图的内容，例如“城东公交线路图，经过县医院和客运站”；只作装饰的，勾选“装饰图片”。图片还没有上传，返回上一页补上后再传一次。";
            return Err(Error::Invalid(text.into()));
        }
        Ok(())
    }
}

/// Receives a picture. The editor places it itself; without scripts it goes to the end of the text.
pub(super) async fn upload(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    // Whoever may not write here is told so before the bytes are taken in; asked again when the picture is put in.
    let about = rows::visible(ctx.db().read(), &house, &desk.actor(), &id).await?;
    may_for(&desk.actor(), house.kind_of(&about)?.write, about.keeper())?;
    let open = editable(&ctx, &id).await?;
    let mut form = form.map_err(|_| Error::Invalid("请先选择一张图片，再上传。".into()))?;
    let broken = |_| Error::Invalid("图片没有传完，可能是网络中断。请重新选择再传一次。".into());
    let (mut told, mut made) = (Told::default(), None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            told.take(&name, &field.text().await.map_err(broken)?);
            continue;
        }
        if made.is_some() || field.file_name().is_none_or(str::is_empty) {
            continue;
        }
        told.check()?;
        let (received, file_name) = attachments::take(&ctx, field).await?;
        let _turn = attachments::turn_of(&desk.staff.account).await;
        made = Some(draw(&ctx, received, &file_name).await?);
    }
    let Some(made) = made else {
        return Err(Error::Invalid("请先选择一张图片（PNG 或 JPEG），再上传。".into()));
    };
    if told.at_the_end {
        return at_the_end(&ctx, &desk, &open, &made, &told).await;
    }
    let row = act_now(&ctx, async |tx| {
        let whole = load_open(tx, &house, &desk, &id).await?;
        let kept = keep(&ctx, tx, &made).await?;
        let row = pictures::add(tx, &house, &desk.actor(), &whole, &kept).await?;
        checks::later(tx, &whole.edition.id).await?;
        Ok::<_, Refusal>(row)
    });
    let row = row.await?;
    if wants_json(&headers) {
        return Ok(Json(answer(&row)).into_response());
    }
    let text = format!("图片已上传。在正文里这样引用：<img src=\"{}\" alt=\"写明图的内容\">", source(&row));
    Ok(Redirect::to(format!("/documents/{id}/edit")).ok(text).into_response())
}

/// The edition that can be written in now.
pub(super) async fn editable(ctx: &Ctx, id: &DocumentId) -> Result<EditionRow> {
    let open = rows::open_edition(ctx.db().read(), id).await?.filter(EditionRow::is_editable);
    let text = "这份稿件现在不能修改。请先在稿件页“收回修改”；已公开的，请“更正”出新的一版，再放进图片。";
    open.ok_or_else(|| Refusal::Conflict(text.into()).into())
}

/// How the text names the picture.
pub(super) fn source(row: &AttachmentRow) -> String {
    row.address().map(|address| address.to_string()).unwrap_or_default()
}

fn answer(row: &AttachmentRow) -> serde_json::Value {
    json!({ "src": source(row), "width": row.width, "height": row.height, "name": row.name() })
}

/// Puts the picture in and lets the stored text name it at its end, in one write. The text is cleaned before it.
async fn at_the_end(ctx: &Ctx, desk: &Desk, open: &EditionRow, made: &Made, told: &Told) -> Result<Response> {
    let (house, actor, id) = (crate::house(ctx), desk.actor(), &open.document_id);
    // Which address it gets is known only in the write that puts it in; what the text says with it is made before the next.
    let row = act_now(ctx, async |tx| {
        let whole = load_open(tx, &house, desk, id).await?;
        rows::same_version(&whole.edition, open.version)?;
        let kept = keep(ctx, tx, made).await?;
        pictures::add(tx, &house, &actor, &whole, &kept).await
    });
    let row = row.await?;
    let alt = if told.decorative { "" } else { told.alt.as_str() };
    append(ctx, desk, open, &figure(&source(&row), Some(alt), &told.caption)).await?;
    let done = Redirect::to(format!("/documents/{id}/edit"));
    Ok(done
        .ok("图片已放在正文末尾。要换位置，请在正文里把 <figure> 到 </figure> 这一段移到需要的地方。")
        .into_response())
}

/// Writes something behind the stored text, unless it was saved meanwhile.
pub(super) async fn append(ctx: &Ctx, desk: &Desk, open: &EditionRow, html: &str) -> Result<()> {
    let (house, actor) = (crate::house(ctx), desk.actor());
    let whole = rows::read(ctx.db().read(), &house, &actor, &open.id).await?;
    let mut typed = Typed::from_whole(&house, &whole);
    typed.body_html.push_str(html);
    typed.version = open.version;
    let body = draft::clean(&house, &typed).await?;
    act_now(ctx, async |tx| {
        let whole = load_open(tx, &house, desk, &open.document_id).await?;
        draft::save(tx, &house, &actor, &whole, &typed, &body).await?;
        checks::later(tx, &whole.edition.id).await?;
        Ok::<_, Refusal>(())
    })
    .await?;
    Ok(())
}

/// A picture of any edition, for those who may see its document.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((picture, name)): Path<(AttachmentId, String)>,
) -> Result<Response> {
    let kept = pictures::find(ctx.db().read(), &picture).await?.ok_or(Error::NotFound)?;
    rows::visible(ctx.db().read(), &crate::house(&ctx), &desk.actor(), &kept.document).await?;
    let digest = kept.at(&picture, &name).ok_or(Error::NotFound)?;
    let (reader, bytes) = ctx.files().open(digest).await?;
    let headers = [
        (header::CONTENT_TYPE, media_type(&kept.media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(reader))).into_response())
}

/// The two kinds that are ever made; anything else was written past the program and is served as nothing in particular.
pub(crate) fn media_type(kept: &str) -> HeaderValue {
    HeaderValue::from_static(match kept {
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use documents::Format;

    use super::{Told, with_ending};

    #[test]
    fn a_picture_is_named_after_what_it_is_now() {
        for (name, named) in [
            ("IMG_0001.JPG", "IMG_0001.jpg"),
            ("截图", "截图.jpg"),
            ("规划图 2026.10.png", "规划图 2026.10.jpg"),
            (".png", ".png.jpg"),
            ("", "图片.jpg"),
        ] {
            assert_eq!(with_ending(name, Format::Jpeg), named);
        }
    }

    #[test]
    fn without_scripts_a_picture_says_what_it_shows() {
        let told = |pairs: &[(&str, &str)]| {
            let mut told = Told::default();
            pairs.iter().for_each(|(name, value)| told.take(name, value));
            told.check().is_ok()
        };
        assert!(told(&[]), "the editor asks for it later");
        assert!(!told(&[("place", "end"), ("alt", " \n")]));
        assert!(told(&[("place", "end"), ("alt", "图")]) && told(&[("place", "end"), ("decorative", "1")]));
    }
}
