//! A picture of a text, made anew: what is published is drawn from its points, so that nothing else of the file that was handed
//! in can reach a reader. Runs in the guarded child; the limits below keep it from being killed there.

use std::io::Cursor;

use documents::{Code, Drawn, DrawnSize, Format, Limits, Rejected, WIDEST, narrow, picture};
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
    imageops::FilterType as Filter,
    metadata::Orientation,
};

use crate::{
    bounds::{caught, check_size},
    gif, sniff,
};

/// Longest side, in pixels: a picture of a screen that scrolled for pages.
const LONGEST: u32 = 30_000;
/// Bytes that the points of a picture take while it is read; those of sixteen bits take twice as many.
const POINTS: u64 = 300 << 20;
/// What the decoder may take besides, such as the profile of a printer.
const DECODER: u64 = 500 << 20;
/// Of JPEG: above this nobody sees a difference, everybody waits.
const QUALITY: u8 = 84;
/// A picture without losses below this many bytes is never exchanged for one with losses.
const FINE: usize = 150 << 10;
/// What a picture is called in refusals.
const PICTURE: &str = "图片";

/// Makes a picture anew, in the sizes that readers are sent; in this process. The server uses [`documents::Extractor::draw`],
/// which does the same in a guarded child.
///
/// # Errors
/// A [`Rejected`] with what to do: not a PNG or JPEG, whatever its name says; broken off; too large to be read.
pub fn draw(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Drawn, Rejected> {
    check_size(bytes, limits)?;
    if gif::is_one(bytes) {
        // Attachments may not be of this kind, so that it has no name among the formats.
        let image = caught(PICTURE, || gif::first(bytes, limits)).map_err(in_words)?;
        return caught(PICTURE, || drawn(&image, Orientation::NoTransforms, Format::Png)).map_err(in_words);
    }
    let format = sniff(bytes, file_name)?;
    let kind = match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        other => {
            return Err(Rejected::new(
                Code::Unsupported,
                format!("这是{}，不是图片，不能放进正文。请上传 PNG 或 JPEG 图片；文件请作附件上传。", other.name()),
            ));
        }
    };
    if !picture::is_whole(bytes) {
        return Err(broken(Code::Truncated));
    }
    let (image, turned) = caught(PICTURE, || decoded(bytes, kind, limits)).map_err(in_words)?;
    caught(PICTURE, || drawn(&image, turned, format)).map_err(in_words)
}

pub(crate) fn broken(code: Code) -> Rejected {
    Rejected::new(code, "这张图片不完整或已损坏，打不开。请用看图软件打开原图检查，另存为 PNG 或 JPEG 后重新上传。")
}

/// What a library that fell over says is in words for documents.
pub(crate) fn in_words(rejected: Rejected) -> Rejected {
    if rejected.code == Code::Damaged { broken(Code::Damaged) } else { rejected }
}

pub(crate) fn too_large(width: u32, height: u32) -> Rejected {
    Rejected::new(
        Code::TooComplex,
        format!(
            "图片有 {width} × {height} 像素，太大了，系统不能读取。请用看图软件缩小到 4000 像素以内，另存后再上传。"
        ),
    )
}

/// Reads the points, if there are not too many: that is asked of the head of the file, before room is made for them.
pub(crate) fn decoded(
    bytes: &[u8],
    kind: ImageFormat,
    limits: &Limits,
) -> Result<(DynamicImage, Orientation), Rejected> {
    let damaged = |error: image::ImageError| {
        tracing::debug!(%error, "picture not read");
        match error {
            image::ImageError::Limits(_) => Rejected::new(
                Code::TooComplex,
                "图片太大，系统不能读取。请用看图软件缩小到 4000 像素以内，另存为 PNG 或 JPEG 后再上传。",
            ),
            _ => broken(Code::Damaged),
        }
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut room = image::Limits::default();
    room.max_alloc = Some(POINTS + DECODER);
    reader.limits(room);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let points = u64::from(width) * u64::from(height);
    if points > limits.pixels || width.max(height) > LONGEST || decoder.total_bytes() > POINTS {
        return Err(too_large(width, height));
    }
    if points == 0 {
        return Err(broken(Code::Damaged));
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(damaged)?, turned))
}

/// Whether it lies on its side.
fn lies(turned: Orientation) -> bool {
    matches!(
        turned,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

fn drawn(image: &DynamicImage, turned: Orientation, format: Format) -> Result<Drawn, Rejected> {
    let (width, height) = match (image.width(), image.height()) {
        (width, height) if lies(turned) => (height, width),
        upright => upright,
    };
    let large = if width <= WIDEST { (width, height) } else { (WIDEST, scaled(height, WIDEST, width)) };
    // Made smaller first and turned then: turning needs room for all of it twice.
    let mut image = plain(sized(image, if lies(turned) { (large.1, large.0) } else { large }));
    image.apply_orientation(turned);
    let lossy = format == Format::Jpeg;
    let mut bytes = if lossy { jpeg(&image)? } else { png(&image)? };
    let mut format = format;
    if !lossy && !image.color().has_alpha() && bytes.len() > FINE {
        // A photograph that was saved without losses: half the bytes, and nobody sees it.
        let other = jpeg(&image)?;
        if other.len() * 2 < bytes.len() {
            (bytes, format) = (other, Format::Jpeg);
        }
    }
    let small = match narrow(large) {
        Some((width, height)) => {
            let image = sized(&image, (width, height));
            let bytes = if format == Format::Jpeg { jpeg(&image)? } else { png(&image)? };
            Some(DrawnSize { width, height, bytes })
        }
        None => None,
    };
    Ok(Drawn { format, large: DrawnSize { width: large.0, height: large.1, bytes }, small })
}

/// `height` of a picture that becomes `to` wide and was `from` wide.
fn scaled(height: u32, to: u32, from: u32) -> u32 {
    let scaled = (u64::from(height) * u64::from(to) + u64::from(from) / 2) / u64::from(from.max(1));
    u32::try_from(scaled).unwrap_or(height).max(1)
}

/// The picture in this size, which is never larger.
fn sized(image: &DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image.clone();
    }
    if image.width() > width.saturating_mul(2) && image.height() > height.saturating_mul(2) {
        // What is much smaller is averaged first: the sharp filter needs four bytes more for each point of a whole row.
        return image.thumbnail_exact(width * 2, height * 2).resize_exact(width, height, Filter::CatmullRom);
    }
    image.resize_exact(width, height, Filter::CatmullRom)
}

/// Eight bits for each colour, and no colour or transparency that nobody sees.
fn plain(image: DynamicImage) -> DynamicImage {
    let color = image.color();
    if color.has_alpha() {
        let rgba = image.into_rgba8();
        return match rgba.pixels().all(|point| point.0[3] == u8::MAX) {
            true => DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(rgba).into_rgb8()),
            false => DynamicImage::ImageRgba8(rgba),
        };
    }
    match color.has_color() {
        true => DynamicImage::ImageRgb8(image.into_rgb8()),
        false => DynamicImage::ImageLuma8(image.into_luma8()),
    }
}

pub(crate) fn png(image: &DynamicImage) -> Result<Vec<u8>, Rejected> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    image.write_with_encoder(encoder).map_err(|_| broken(Code::Damaged))?;
    Ok(bytes)
}

pub(crate) fn jpeg(image: &DynamicImage) -> Result<Vec<u8>, Rejected> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    image.write_with_encoder(encoder).map_err(|_| broken(Code::Damaged))?;
    Ok(bytes)
}
