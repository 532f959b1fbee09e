//! The text of one page of a PDF file, and its lines put together to paragraphs again.

use pdf_oxide::PdfDocument;
use pdf_oxide::layout::TextSpan;

use crate::bounds::lines;
use crate::headings::begins_item;
use crate::layout::{self, Piece, ends_number};
use crate::pdf_text;

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
        let whole = ends_number(out.rsplit('\n').next().unwrap_or_default(), line);
        let joins = goes_on && !begins_item(line) && !whole;
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
