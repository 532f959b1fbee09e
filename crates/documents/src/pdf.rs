//! Text of PDF files page by page, with notes and properties. Scans have no text; the clerk is told which pages.

use pdf_oxide::PdfDocument;
use pdf_oxide::object::Object;

use crate::extract::{Part, caught, lines};
use crate::{Code, Extracted, Format, Limits, Rejected, container};

/// Reads a PDF. The library may panic on hostile files; that is caught and reported as damage.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Extracted, Rejected> {
    caught("PDF 文档", || read_pages(bytes, limits))
}

fn read_pages(bytes: &[u8], limits: &Limits) -> Result<Extracted, Rejected> {
    let damaged = || Rejected::damaged("PDF 文档");
    let document = PdfDocument::from_bytes(bytes.to_vec()).map_err(|_| damaged())?;
    if document.is_encrypted() && !document.is_authenticated() && !document.authenticate(b"").unwrap_or(false) {
        return Err(container::encrypted());
    }
    let pages = document.page_count().map_err(|_| damaged())?;
    let count = u32::try_from(pages).unwrap_or(u32::MAX);
    if count > limits.pages {
        return Err(Rejected::new(
            Code::TooComplex,
            format!("PDF 有 {count} 页，超过 {} 页的上限。请拆分成几个文件后分别上传。", limits.pages),
        ));
    }
    if count == 0 {
        return Err(damaged());
    }
    let mut parts = Vec::new();
    let mut texts = Vec::new();
    let mut silent = Vec::new();
    for page in 0..pages {
        let text = document.extract_text(page).map(|text| lines(&text)).unwrap_or_default();
        if text.trim().is_empty() {
            silent.push(page + 1);
        } else {
            texts.push(text.clone());
        }
        Part::push(&mut parts, format!("page {}", page + 1), text);
        for note in document.get_annotations(page).unwrap_or_default() {
            for text in [note.contents, note.author].into_iter().flatten() {
                Part::push(&mut parts, format!("page {} annotation", page + 1), text);
            }
        }
    }
    properties(&document, &mut parts);
    let mut warnings = Vec::new();
    if silent.len() == pages {
        warnings.push("PDF 里没有文字，可能是扫描件，无法检查和检索。请上传由 Word 或 WPS 直接导出的 PDF，或同时提供文字版。".to_owned());
    } else if !silent.is_empty() {
        let some: Vec<String> = silent.iter().take(10).map(usize::to_string).collect();
        let more = if silent.len() > 10 { "等" } else { "" };
        warnings.push(format!("第 {}{more} 页没有文字，可能是扫描页，无法自动检查，请人工核对。", some.join("、")));
    }
    if document.extract_embedded_files().is_ok_and(|files| !files.is_empty()) {
        warnings.push("PDF 里带有附件，系统没有检查附件的内容。请另存一份不带附件的 PDF 后再上传。".to_owned());
    }
    Ok(Extracted { format: Format::Pdf, text: texts.join("\n"), html: None, parts, pages: Some(count), warnings })
}

/// Author, title and other properties that travel with the file.
fn properties(document: &PdfDocument, parts: &mut Vec<Part>) {
    let resolve = |object: &Object| document.resolve_object(object).ok();
    let Some(info) = document.trailer().as_dict().and_then(|trailer| resolve(trailer.get("Info")?)) else { return };
    let Some(info) = info.as_dict() else { return };
    for (key, place) in [
        ("Author", "author"),
        ("Title", "title"),
        ("Subject", "subject"),
        ("Keywords", "keywords"),
        ("Creator", "creator program"),
        ("Company", "company"),
    ] {
        let text = info.get(key).and_then(resolve).and_then(|value| value.as_string().map(text_string));
        Part::push(parts, format!("metadata {place}"), text.unwrap_or_default());
    }
}

/// A PDF text string: UTF-16 or UTF-8 with a mark, else single bytes; Chinese producers also write plain GBK or UTF-8.
fn text_string(bytes: &[u8]) -> String {
    crate::decode_text(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), |(text, _)| text)
}
