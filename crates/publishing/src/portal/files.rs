//! A public file as a page (网页版): its words and tables, for telephones and for those to whom a page is read. The file itself is what
//! counts.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{page::base_url, public};
use kernel::id::AttachmentId;
use web::{Ctx, Error, PortalShell, Reader, Result, doors, filters, page::portal_page};

use super::document::file_href;
use crate::laid_out::{self, Block};

#[derive(Template)]
#[template(path = "portal/templates/file.html")]
struct Page {
    shell: PortalShell,
    canonical: String,
    /// Of the document.
    path: String,
    document: String,
    title: String,
    /// Format and size in words.
    about: String,
    /// Of the file itself.
    href: String,
    blocks: Vec<Block>,
    /// Whether more was read than is shown.
    cut: bool,
}

impl Page {
    /// The title, with the places where it may break.
    fn heading(&self) -> String {
        web::breaks::marked(&self.title)
    }
}

/// The address of a public file's page; empty when there is none.
pub(super) fn address(file: &public::PublicFile) -> String {
    if laid_out::fits(&file.format) { format!("/files/{}", file.id) } else { String::new() }
}

/// `GET /files/{id}`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<AttachmentId>) -> Result<Response> {
    let found = public::file_text(ctx.db(), &id).await?.ok_or(Error::NotFound)?;
    let own = address(&found.file);
    if own.is_empty() {
        return Err(Error::NotFound);
    }
    let kinds = document::Kinds::of(&ctx);
    let listed = public::listed(ctx.db(), &kinds, &found.document).await?.ok_or(Error::NotFound)?;
    let (blocks, cut) = laid_out::lay_out(&found.file.format, found.text, found.places).await?;
    let door = doors::door(&ctx, listed.kind.door);
    let title = format!("附件：{}（{}）", found.file.title, listed.title);
    let shell = reader
        .shell(&ctx, title.clone(), door.label, listed.kind.door)
        .crumb(door.label, door.href)
        .crumb(&listed.title, &listed.path)
        .crumb("附件网页版", "")
        .column(door.label, &title, &listed.title, door.label);
    let size = filters::size_in_words(u64::try_from(found.file.bytes).unwrap_or(0));
    portal_page(&Page {
        shell,
        canonical: format!("{}{own}", base_url(&ctx)),
        path: listed.path,
        document: listed.title,
        about: format!("{} · {size}", found.file.format),
        href: file_href(&found.file),
        title: found.file.title,
        blocks,
        cut,
    })
}
