//! What somebody hands in and others are handed as it came: looked at once, for whoever takes files.

use documents::{Code, Format, Limits, Rejected, picture};
use image::ImageFormat;

use crate::bounds::{caught, check_size};
use crate::drawing::{broken, decoded, in_words};
use crate::{extract, sniff};

/// Says what a file is that may be kept and handed on. Documents are read to their end by the readers that refuse what does
/// something when it is opened; of pictures all points are read.
///
/// # Errors
/// A [`Rejected`] with what to do.
pub fn look(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Format, Rejected> {
    check_size(bytes, limits)?;
    let format = sniff(bytes, file_name)?;
    let kind = match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        _ => return extract(bytes, file_name, limits).map(|_| format),
    };
    if !picture::is_whole(bytes) {
        return Err(broken(Code::Truncated));
    }
    caught("图片", || decoded(bytes, kind, limits).map(|_| format)).map_err(in_words)
}
