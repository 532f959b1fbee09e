//! Text of PDF files page by page, with notes and properties. Scans have no text; the clerk is told which pages.

use documents::{Code, Extracted, Format, Limits, ORDER_IN_DOUBT, Part, Rejected, Unread};
use pdf_oxide::object::Object;
use pdf_oxide::{LinkAction, PdfDocument};

use crate::bounds::caught;
use crate::container;
use crate::pdf_marks;
use crate::pdf_net::{self, text_string};
use crate::pdf_page::page_text;

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
        let drawn = Drawn::on(&document, page);
        match drawn.beside(letters) {
            Some(Hidden::Page(words)) => {
                silent.push(page + 1);
                found.tell_unread(&place, Unread::All, words);
            }
            Some(Hidden::Piece) => pictured.push(page + 1),
            None => {}
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

/// Whether the file has layers, which show or hide what is read alike; also when nobody can tell.
pub(crate) fn has_layers(bytes: &[u8]) -> bool {
    let looked = caught("PDF 文档", || {
        let document = PdfDocument::from_bytes(bytes.to_vec()).map_err(|_| Rejected::damaged("PDF 文档"))?;
        if document.is_encrypted() && !document.is_authenticated() {
            document.authenticate(b"").ok();
        }
        let resolve = |object: &Object| document.resolve_object(object).ok();
        let root = document.trailer().as_dict().and_then(|trailer| resolve(trailer.get("Root")?));
        let entries = root.as_ref().and_then(|root| root.as_dict());
        Ok(entries.is_none_or(|entries| entries.contains_key("OCProperties")))
    });
    looked.unwrap_or(true)
}

/// Letters on a page below which a picture that covers it is the page: a page number, the stamp of a scanner's program. Letters
/// that lie behind a scan are a page of them.
const FEW_LETTERS: usize = 200;
/// Curves and slanting lines of a letter, about, when text was turned into outlines.
const STROKES: usize = 40;
/// Signs for each letter that was read, at most, where boldness is made by showing each of them several times.
const TIMES: usize = 5;

/// What of a page can be seen and not read.
#[derive(Debug, PartialEq, Eq)]
enum Hidden {
    /// As good as all of it, in words.
    Page(&'static str),
    /// Something beside the text.
    Piece,
}

/// What a page shows besides letters.
struct Drawn {
    /// The part of the page that pictures cover; not more than all of it.
    covered: f32,
    strokes: usize,
    signs: usize,
}

impl Drawn {
    fn on(document: &PdfDocument, page: usize) -> Self {
        let (left, bottom, right, top) = document.get_page_media_box(page).unwrap_or((0.0, 0.0, 595.0, 842.0));
        let room = ((right - left) * (top - bottom)).abs().max(1.0);
        let pictures = document.page_image_handles(page).unwrap_or_default();
        // By the room that they take, however many pixels they have: a scan may come in strips, or coarse.
        let known = pictures.iter().map(|picture| (picture.bbox.width * picture.bbox.height).abs()).sum::<f32>();
        let marks = pdf_marks::of(document, page);
        Self { covered: (known.max(marks.pictures) / room).min(1.0), strokes: marks.strokes, signs: marks.signs }
    }

    /// What is hidden from who reads so many letters.
    fn beside(&self, letters: usize) -> Option<Hidden> {
        let few = letters < FEW_LETTERS;
        // a scan with a stamp of the scanner's program, or a page number, on it
        if letters == 0 || (few && self.covered > 0.5) {
            return Some(Hidden::Page("这一页没有文字，可能是扫描页，请人工核对。"));
        }
        if self.strokes > if few { 2 * FEW_LETTERS } else { STROKES * letters } {
            return Some(Hidden::Page("这一页的文字可能已转成图形（转曲），读不出来，请人工核对。"));
        }
        if few && self.signs > letters * TIMES + FEW_LETTERS / 2 {
            return Some(Hidden::Page("这一页的大部分文字没有对照表，读不出来，请人工核对。"));
        }
        (self.covered > 0.15 || self.strokes > FEW_LETTERS * 5).then_some(Hidden::Piece)
    }
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
        found
            .warnings
            .push(format!("第 {} 页没有文字，可能是扫描页或转成了图形，无法自动检查，请人工核对。", some(silent)));
    }
    if !pictured.is_empty() {
        let words = format!("第 {} 页有图片或图形，其中的文字无法自动检查，请人工核对。", some(pictured));
        found.tell_unread("body", Unread::Some, &words);
        found.warnings.push(words);
    }
    if !mixed.is_empty() {
        found.warnings.push(format!("{ORDER_IN_DOUBT}（第 {} 页），请核对读出的文字。", some(mixed)));
    }
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
