//! A file that is sent with a form of the office to be read at once, such as a table to import: taken to disk while it comes.

use axum::extract::multipart::{Field, MultipartError};
use store::files::Received;

use crate::{Ctx, Error, Result};

/// Characters of a sheet's name that are looked at.
const MOST_NAME: usize = 60;

/// A file as it was sent.
#[derive(Debug)]
pub struct Sent {
    /// Its name without the folders that some browsers send before it.
    pub name: String,
    /// Its bytes, on disk until this is dropped or kept.
    pub received: Received,
}

/// A form with a file broke off.
pub fn broken(_: MultipartError) -> Error {
    Error::Invalid("文件没有传完。请检查网络后重新上传。".into())
}

/// The name of a sheet that a form asks for.
///
/// # Errors
/// [`Error::Invalid`] when the form breaks off.
pub async fn sheet(field: Field<'_>) -> Result<String> {
    Ok(field.text().await.map_err(broken)?.chars().take(MOST_NAME).collect())
}

/// The file of a field; `None` when it has no bytes, as of a form without a choice. `too_large` is what is said beyond `most`
/// bytes.
///
/// # Errors
/// [`Error::Invalid`] when the form breaks off, [`Error::TooLarge`] beyond `most` bytes; when the disk fails.
pub async fn file(
    ctx: &Ctx,
    mut field: Field<'_>,
    most: u64,
    too_large: impl FnOnce() -> String,
) -> Result<Option<Sent>> {
    let name = field.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let mut incoming = ctx.files().receive().await?;
    let mut size = 0;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        size = incoming.write(&chunk).await?;
        if size > most {
            return Err(Error::TooLarge(too_large()));
        }
    }
    if size == 0 {
        return Ok(None);
    }
    Ok(Some(Sent { name, received: incoming.finish().await? }))
}
