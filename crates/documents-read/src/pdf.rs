//! Text of PDF files page by page, with notes and properties. Scans have no text; the clerk is told which pages.

use documents::{Code, Extracted, Format, Limits, ORDER_IN_DOUBT, Part, Rejected, decode_text};
use pdf_oxide::PdfDocument;
use pdf_oxide::object::Object;

use crate::container;
use crate::extract::{caught, lines};
use crate::layout::{self, Piece};

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
    let (mut silent, mut mixed) = (Vec::new(), Vec::new());
    for page in 0..pages {
        let (text, columns) = page_text(&document, page);
        if columns {
            mixed.push(page + 1);
        }
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
        warnings.push(
            "PDF 里没有文字，可能是扫描件，无法检查和检索。请上传由 Word 或 WPS 直接导出的 PDF，或同时提供文字版。"
                .to_owned(),
        );
    } else if !silent.is_empty() {
        let some: Vec<String> = silent.iter().take(10).map(usize::to_string).collect();
        let more = if silent.len() > 10 { "等" } else { "" };
        warnings.push(format!("第 {}{more} 页没有文字，可能是扫描页，无法自动检查，请人工核对。", some.join("、")));
    }
    if !mixed.is_empty() {
        let some: Vec<String> = mixed.iter().take(10).map(usize::to_string).collect();
        warnings.push(format!("{ORDER_IN_DOUBT}（第 {} 页），请核对读出的文字。", some.join("、")));
    }
    if document.extract_embedded_files().is_ok_and(|files| !files.is_empty()) {
        warnings.push("PDF 里带有附件，系统没有检查附件的内容。请另存一份不带附件的 PDF 后再上传。".to_owned());
    }
    Ok(Extracted { format: Format::Pdf, text: texts.join("\n"), html: None, parts, pages: Some(count), warnings })
}

/// The text of a page by the places of its pieces, and whether it has columns; as the library orders it where the places
/// say less.
fn page_text(document: &PdfDocument, page: usize) -> (String, bool) {
    let stored = document.extract_text(page).map(|text| paragraphs(&lines(&text))).unwrap_or_default();
    let pieces = document.extract_spans(page).unwrap_or_default().into_iter().map(|span| Piece {
        left: span.bbox.x,
        right: span.bbox.x + span.bbox.width,
        bottom: span.bbox.y,
        top: span.bbox.y + span.bbox.height,
        text: span.text,
    });
    let placed = layout::read(pieces.collect());
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    if letters(&placed.text) >= letters(&stored) { (placed.text, placed.columns) } else { (stored, placed.columns) }
}

/// Puts the lines of a page together again to paragraphs, so that a number or a name broken at the end of a line is
/// found. A line is taken to go on when it is about as wide as the widest, does not end a sentence, and the next one
/// does not begin with a number of its own. Pages of short lines and rows of tables are left as they are.
fn paragraphs(text: &str) -> String {
    let widths = || text.lines().map(width);
    let full = widths().max().unwrap_or(0) * 9 / 10;
    let mut out = String::with_capacity(text.len());
    let mut goes_on = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line = line.trim_end();
        let joins = goes_on && !begins_item(line);
        if joins {
            let (before, after) = (out.chars().next_back(), line.trim_start().chars().next());
            let letters = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            if letters(before) && letters(after) {
                out.push(' ');
            }
            out.push_str(line.trim_start());
        } else {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(line);
        }
        let ends = line.ends_with(['。', '！', '？', '；', '：', '.', ':', ';', '!', '?']);
        goes_on = full >= 45 && width(line) >= full && !ends && !line.trim_start().contains("  ");
    }
    out
}

/// How wide a line is, with Chinese characters twice as wide as Latin ones.
fn width(line: &str) -> usize {
    line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// Whether a line begins with a number of official documents (`一、`, `（一）`, `1.`, `第一条`) or an indent.
pub(crate) fn begins_item(line: &str) -> bool {
    if line.starts_with(['\u{3000}', ' ']) {
        return true;
    }
    let rest = line.trim_start_matches(['（', '(', '第']);
    let number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十百〇零".contains(c);
    let after = rest.trim_start_matches(number);
    let counted = after.len() < rest.len();
    counted && after.starts_with(['、', '）', ')', '.', '．', '条', '章', '节'])
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
    decode_text(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn broken_lines_become_paragraphs_again() {
        let page = "演示县人民政府通知\n为贯彻落实有关规定，现将有关事项通知如下，请结合实际，联系电话1380000\n0000，请认真执行。\n\n\
                    一、要加强组织领导工作，把政务公开工作摆到更加重要的位置上来，抓紧落实\n二、其他\n演示";
        assert_eq!(
            paragraphs(page),
            "演示县人民政府通知\n为贯彻落实有关规定，现将有关事项通知如下，请结合实际，联系电话13800000000，请认真执行。\n\
             一、要加强组织领导工作，把政务公开工作摆到更加重要的位置上来，抓紧落实\n二、其他\n演示"
        );
        assert_eq!(paragraphs("甲乙丙\n丁戊己"), "甲乙丙\n丁戊己");
    }
}
