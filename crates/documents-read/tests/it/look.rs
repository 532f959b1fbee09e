//! What is handed in and on as it came: the same look for the portal, the office and what goes out with letters.

use std::io::{Cursor, Write};

use documents::{Code, Extractor, Format, Limits};
use gongkai_documents_read::look;
use image::{DynamicImage, ImageFormat, RgbImage};
use tempfile::NamedTempFile;

use crate::fixtures::{docx, paragraph, pdf, written, xlsx};

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::new(30, 20)).write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

/// A PDF that runs a script when it is opened.
fn with_script() -> Vec<u8> {
    written(&[
        "<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>".to_owned(),
        "<< /S /JavaScript /JS (app.alert\\(1\\)) >>".to_owned(),
        "<< /Producer (Demo) >>".to_owned(),
    ])
}

#[test]
fn ordinary_files_are_what_they_are() {
    for (bytes, name, format) in [
        (pdf(&["Hello"]), "a.pdf", Format::Pdf),
        (docx(&paragraph("正文"), &[]), "通知.docx", Format::Docx),
        (xlsx("<row r=\"1\"><c r=\"A1\"><v>7</v></c></row>", "", &[]), "表.xlsx", Format::Xlsx),
        (picture(ImageFormat::Png), "图.png", Format::Png),
        (picture(ImageFormat::Jpeg), "图.jpeg", Format::Jpeg),
        // What a camera writes behind its picture.
        ([picture(ImageFormat::Jpeg), b"SEFHe\0\0\0SEFT".to_vec()].concat(), "照片.jpg", Format::Jpeg),
    ] {
        assert_eq!(look(&bytes, name, &Limits::default()), Ok(format), "{name}");
    }
}

#[test]
fn what_acts_or_is_something_else_is_refused_with_words() {
    let page = b"<script>alert(1)</script>".to_vec();
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (bytes, name, code) in [
        (with_script(), "材料.pdf", Code::Active),
        (docx("", &[("word/vbaProject.bin", "x")]), "材料.docx", Code::Macro),
        ([png, page.clone()].concat(), "坏.png", Code::Truncated),
        ([picture(ImageFormat::Png), page.clone()].concat(), "图.png", Code::Hostile),
        ([picture(ImageFormat::Jpeg), page].concat(), "图.jpg", Code::Hostile),
        (picture(ImageFormat::Png), "图.pdf", Code::WrongName),
        (b"MZ\x90\0".to_vec(), "a.exe", Code::Program),
        (b"%PDF-1.7\n".to_vec(), "坏.pdf", Code::Damaged),
    ] {
        let refused = look(&bytes, name, &Limits::default()).expect_err(name);
        assert!(refused.message.contains('请'), "{name}: {refused}");
        // What is broken off is told as such or as damaged, by its reader.
        assert!(refused.code == code || name.starts_with('坏'), "{name}: {refused:?}");
    }
}

#[tokio::test]
async fn a_picture_of_too_many_points_is_refused_by_the_child() {
    // The head of a picture of 60000 × 60000, with a sum that fits.
    let mut bytes = picture(ImageFormat::Png);
    bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    let mut file = NamedTempFile::new().expect("file");
    file.write_all(&bytes).expect("content");
    let child = Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits::default());
    let refused = child.look(file.path(), "图.png").await.expect_err("too large");
    assert_eq!(refused.code, Code::TooComplex, "{refused}");
    let mut file = NamedTempFile::new().expect("file");
    file.write_all(&picture(ImageFormat::Png)).expect("content");
    assert_eq!(child.look(file.path(), "图.png").await, Ok(Format::Png));
}

/// The sum that PNG asks for (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}
