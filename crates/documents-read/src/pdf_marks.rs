//! What a page of a PDF file shows besides text that can be read: pictures, outlines that were letters once, signs of fonts that say
//! not what they are. Counted by the operators of the page and of the forms on it, so that no way of drawing is overlooked.

use pdf_oxide::PdfDocument;
use pdf_oxide::content::{Operator, TextElement, parse_content_stream};
use pdf_oxide::object::Object;

use crate::pdf_text::{DEPTH, Dict, Matrix, dict_of, resources};

/// Forms that are looked into on a page; one form may be drawn thousands of times.
const FORMS: usize = 2000;

/// What is drawn on a page.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Marks {
    /// Room that pictures take, in square points; one upon the other counts twice.
    pub(crate) pictures: f32,
    /// Curves and slanting lines. Tables and frames have none, a letter has from two to some dozen.
    pub(crate) strokes: usize,
    /// Signs that are shown as text, at least, whatever they mean.
    pub(crate) signs: usize,
}

/// Counts what is drawn on a page.
pub(crate) fn of(document: &PdfDocument, page: usize) -> Marks {
    let mut walk = Walk { document, marks: Marks::default(), forms: 0 };
    let Ok(object) = document.get_page(page) else { return walk.marks };
    let resources = object.as_dict().and_then(|dict| resources(document, dict, 0)).unwrap_or_default();
    if let Ok(data) = document.get_page_content_data(page) {
        walk.stream(&data, &resources, Matrix::default(), 0);
    }
    walk.marks
}

struct Walk<'d> {
    document: &'d PdfDocument,
    marks: Marks,
    forms: usize,
}

impl Walk<'_> {
    fn stream(&mut self, data: &[u8], resources: &Dict, mut at: Matrix, depth: usize) {
        let mut kept = Vec::new();
        // Where the pen is, and what it has drawn that is not painted yet.
        let (mut pen, mut drawn) = ((0.0_f32, 0.0_f32), 0);
        for operator in parse_content_stream(data).unwrap_or_default() {
            match operator {
                Operator::SaveState => kept.push(at),
                Operator::RestoreState => at = kept.pop().unwrap_or(at),
                Operator::Cm { a, b, c, d, e, f } => at = Matrix([a, b, c, d, e, f]).then(at),
                Operator::MoveTo { x, y } => pen = (x, y),
                Operator::LineTo { x, y } => {
                    drawn += usize::from(x != pen.0 && y != pen.1);
                    pen = (x, y);
                }
                Operator::CurveTo { x3, y3, .. }
                | Operator::CurveToV { x3, y3, .. }
                | Operator::CurveToY { x3, y3, .. } => {
                    drawn += 1;
                    pen = (x3, y3);
                }
                Operator::EndPath => drawn = 0,
                Operator::Stroke
                | Operator::Fill
                | Operator::FillEvenOdd
                | Operator::CloseAndStroke
                | Operator::CloseFillStroke
                | Operator::FillStroke
                | Operator::FillStrokeEvenOdd
                | Operator::CloseFillStrokeEvenOdd => self.marks.strokes += std::mem::take(&mut drawn),
                Operator::InlineImage { .. } => self.marks.pictures += at.room(),
                Operator::Tj { text } | Operator::Quote { text } | Operator::DoubleQuote { text, .. } => {
                    self.show(&text)
                }
                Operator::TJ { array } => {
                    for element in array {
                        if let TextElement::String(text) = element {
                            self.show(&text);
                        }
                    }
                }
                Operator::Do { name } => self.draw(&name, resources, at, depth),
                _ => {}
            }
        }
    }

    /// A sign has one byte or two.
    fn show(&mut self, text: &[u8]) {
        self.marks.signs += text.iter().filter(|byte| !matches!(byte, 0 | b' ')).count().div_ceil(2);
    }

    fn draw(&mut self, name: &str, resources: &Dict, at: Matrix, depth: usize) {
        self.forms += 1;
        let known = dict_of(self.document, resources, "XObject");
        let Some(Ok(drawn)) = known.get(name).map(|drawn| self.document.resolve_object(drawn)) else { return };
        let Object::Stream { dict, .. } = &drawn else { return };
        match dict.get("Subtype").and_then(Object::as_name) {
            Some("Image") => self.marks.pictures += at.room(),
            Some("Form") if depth < DEPTH && self.forms <= FORMS => {
                let own = dict_of(self.document, dict, "Resources");
                let inner = if own.is_empty() { resources.clone() } else { own };
                if let Ok(data) = drawn.decode_stream_data() {
                    self.stream(&data, &inner, Matrix::of(dict, "Matrix").then(at), depth + 1);
                }
            }
            _ => {}
        }
    }
}
