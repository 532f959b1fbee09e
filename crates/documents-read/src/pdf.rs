//! Text of PDF files page by page, with notes and properties. Scans have no text; the clerk is told which pages.

use documents::{Code, Extracted, Format, Limits, ORDER_IN_DOUBT, Part, Rejected, Unread};
use pdf_oxide::layout::TextSpan;
use pdf_oxide::object::Object;
use pdf_oxide::{LinkAction, PdfDocument};

use crate::container;
use crate::extract::{caught, lines};
use crate::layout::{self, Piece};
use crate::pdf_net::{self, text_string};
use crate::pdf_text;

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
    let mut found = Extracted { pages: Some(count), ..Extracted::empty(Format::Pdf) };
    let mut texts = Vec::new();
    let (mut silent, mut mixed, mut pictured) = (Vec::new(), Vec::new(), Vec::new());
    for page in 0..pages {
        let (text, columns) = page_text(&document, page);
        let place = format!("page {}", page + 1);
        if columns {
            mixed.push(page + 1);
        }
        let letters = text.chars().filter(|c| !c.is_whitespace()).count();
        let covered = covered(&document, page);
        // a scan with a stamp of the scanner's program, or a page number, on it
        if letters == 0 || (letters < FEW_LETTERS && covered > 0.5) {
            silent.push(page + 1);
            found.tell_unread(&place, Unread::All, "这一页没有文字，可能是扫描页，请人工核对。");
        } else if covered > 0.15 {
            pictured.push(page + 1);
        }
        if letters > 0 {
            texts.push(text.clone());
        }
        Part::push(&mut found.parts, &place, text);
        annotations(&document, page, &mut found.parts);
    }
    found.text = texts.join("\n");
    properties(&document, &mut found.parts);
    pdf_net::cast(&document, &mut found, limits)?;
    pdf_net::former_states(bytes, &mut found);
    warn(&mut found, pages, &silent, &pictured, &mixed);
    Ok(found)
}

/// Letters on a page below which a picture that covers it is the page.
const FEW_LETTERS: usize = 40;

/// The part of a page that pictures cover; not more than all of it.
fn covered(document: &PdfDocument, page: usize) -> f32 {
    let Ok((left, bottom, right, top)) = document.get_page_media_box(page) else { return 0.0 };
    let room = ((right - left) * (top - bottom)).abs().max(1.0);
    let pictures = document.page_image_handles(page).unwrap_or_default();
    let large = pictures.iter().filter(|picture| picture.width > 100 && picture.height > 100);
    (large.map(|picture| (picture.bbox.width * picture.bbox.height).abs()).sum::<f32>() / room).min(1.0)
}

/// Notes on a page, with their writers, and the addresses of its links.
fn annotations(document: &PdfDocument, page: usize, parts: &mut Vec<Part>) {
    for note in document.get_annotations(page).unwrap_or_default() {
        for text in [note.contents, note.author, note.subject].into_iter().flatten() {
            Part::push(parts, format!("page {} annotation", page + 1), text);
        }
        if let Some(LinkAction::Uri(address)) = note.action {
            Part::push(parts, format!("page {} link", page + 1), address);
        }
    }
}

/// What the clerk should know of the pages.
fn warn(found: &mut Extracted, pages: usize, silent: &[usize], pictured: &[usize], mixed: &[usize]) {
    let some = |pages: &[usize]| {
        let more = if pages.len() > 10 { "等" } else { "" };
        pages.iter().take(10).map(usize::to_string).collect::<Vec<_>>().join("、") + more
    };
    if silent.len() == pages {
        found.warnings.push(
            "PDF 里没有文字，可能是扫描件，无法检查和检索。请上传由 Word 或 WPS 直接导出的 PDF，或同时提供文字版。"
                .to_owned(),
        );
    } else if !silent.is_empty() {
        found.warnings.push(format!("第 {} 页没有文字，可能是扫描页，无法自动检查，请人工核对。", some(silent)));
    }
    if !pictured.is_empty() {
        let words = format!("第 {} 页有图片，其中的文字无法自动检查，请人工核对。", some(pictured));
        found.tell_unread("body", Unread::Some, &words);
        found.warnings.push(words);
    }
    if !mixed.is_empty() {
        found.warnings.push(format!("{ORDER_IN_DOUBT}（第 {} 页），请核对读出的文字。", some(mixed)));
    }
}

/// The text of a page by the places of its pieces, and whether it has columns; as the library orders it where the places
/// say less.
pub(crate) fn page_text(document: &PdfDocument, page: usize) -> (String, bool) {
    let spans = document.extract_spans(page).unwrap_or_default();
    let piece = |span: TextSpan| Piece {
        left: span.bbox.x,
        right: span.bbox.x + span.bbox.width,
        bottom: span.bbox.y,
        top: span.bbox.y + span.bbox.height,
        text: span.text,
    };
    if let Some(gbk) = pdf_text::read(document, page) {
        let is_other = |span: &TextSpan| !gbk.fonts.contains(pdf_text::without_tag(&span.font_name));
        let pieces = spans.into_iter().filter(is_other).map(piece).chain(gbk.pieces);
        let placed = layout::read(pieces.collect());
        return (placed.text, placed.columns);
    }
    let stored = document.extract_text(page).map(|text| paragraphs(&lines(&text))).unwrap_or_default();
    let placed = layout::read(spans.into_iter().map(piece).collect());
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
    let usual = |key: &str| match key {
        "Author" => Some("author"),
        "Title" => Some("title"),
        "Subject" => Some("subject"),
        "Keywords" => Some("keywords"),
        "Creator" => Some("creator program"),
        "Company" => Some("company"),
        _ => None,
    };
    let mut keys: Vec<&String> =
        info.keys().filter(|key| !matches!(key.as_str(), "CreationDate" | "ModDate")).collect();
    keys.sort_unstable();
    for key in keys {
        let text = info.get(key).and_then(resolve).and_then(|value| value.as_string().map(text_string));
        let place = usual(key).map_or_else(|| key.to_lowercase(), str::to_owned);
        Part::push(parts, format!("metadata {place}"), text.unwrap_or_default());
    }
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
