//! A file of an edition as a page, for those who may see the edition: a Word document with its headings and tables, anything else as
//! [`laid_out`](crate::laid_out).

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    html::Written,
    rows::{self, AttachmentRow},
};
use kernel::id::{AttachmentId, DocumentId, EditionId};
use web::{Ctx, Desk, Error, OfficeShell, Query, Result, office_page};

use super::{
    attachments,
    show::{self, Which},
};
use crate::laid_out::{Block, lay_out};

#[derive(Template)]
#[template(path = "editions/templates/file_view.html")]
struct FileView {
    shell: OfficeShell,
    document: DocumentId,
    edition: EditionId,
    file: AttachmentRow,
    /// A Word document as it was read, cleaned; empty for all others.
    html: String,
    blocks: Vec<Block>,
    /// Whether more was read than is shown.
    cut: bool,
}

/// What is in a file, for those who may see its edition.
pub(super) async fn page(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(DocumentId, AttachmentId)>,
    Query(query): Query<Which>,
) -> Result<Response> {
    let whole = show::which(&ctx, &desk, &id, &query).await?;
    let file = whole.attachments().find(|row| row.id == file).ok_or(Error::NotFound)?.clone();
    let edition = whole.edition.id.clone();
    let html = match file.format.as_str() {
        "docx" => word(&ctx, &desk, &file).await?,
        _ => String::new(),
    };
    let (blocks, cut) = match html.is_empty() {
        true => read(&ctx, &file).await?,
        false => (Vec::new(), false),
    };
    let shell = desk.shell(&ctx, format!("附件内容：{}", file.name())).await?;
    office_page(&FileView { shell, document: id, edition, file, html, blocks, cut })
}

/// A Word document, read once more in the child and cleaned as any text is; empty when it cannot be shown so.
async fn word(ctx: &Ctx, desk: &Desk, file: &AttachmentRow) -> Result<String> {
    let _turn = attachments::turn_of(&desk.staff.account).await;
    let local = ctx.files().local(&file.digest).await?;
    let extracted = match attachments::extractor(ctx).extract(&local, &file.file_name).await {
        Ok(extracted) => extracted,
        // The words that were read when it came are shown instead.
        Err(rejected) => {
            tracing::info!(code = rejected.code.as_str(), "a kept document cannot be laid out");
            return Ok(String::new());
        }
    };
    let (html, own) = (extracted.html.unwrap_or_default(), ctx.site().domain.clone());
    let written = tokio::task::spawn_blocking(move || Written::new(&html, &own).map(|written| written.reading));
    let written = written.await.map_err(|error| Error::internal(format!("laying out a document: {error}")))?;
    Ok(written.unwrap_or_default())
}

/// What was read of a file when it came.
async fn read(ctx: &Ctx, file: &AttachmentRow) -> Result<(Vec<Block>, bool)> {
    let (edition, id) = (&file.edition_id, &file.id);
    let text = rows::file_text(ctx.db().read(), edition, id).await?.unwrap_or_default();
    let places = match file.format.as_str() {
        "pdf" => rows::parts(ctx.db().read(), edition, id).await?.unwrap_or_default(),
        _ => String::new(),
    };
    lay_out(&file.format, text, places).await
}
