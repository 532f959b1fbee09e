//! Text of fonts whose codes are GBK: one byte for plain letters and digits, two or four for Chinese. The library takes two
//! bytes for each, so that after an odd number of digits all characters of a line are others; Chinese office programs of
//! twenty years write such files.

use std::collections::{HashMap, HashSet};

use encoding_rs::GB18030;
use pdf_oxide::PdfDocument;
use pdf_oxide::content::{Operator, TextElement, parse_content_stream};
use pdf_oxide::object::Object;

use crate::layout::Piece;

/// Forms within forms that are read.
pub(crate) const DEPTH: usize = 6;

/// What a page shows in such fonts.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Names of the fonts.
    pub(crate) fonts: HashSet<String>,
    /// Their texts.
    pub(crate) pieces: Vec<Piece>,
}

/// Reads the text of a page in fonts of GBK codes; `None` when the page has no such font.
pub(crate) fn read(document: &PdfDocument, page: usize) -> Option<Shown> {
    let object = document.get_page(page).ok()?;
    let resources = resources(document, object.as_dict()?, 0)?;
    let mut shown = Shown::default();
    name_fonts(document, &resources, 0, &mut shown.fonts);
    if shown.fonts.is_empty() {
        return None;
    }
    let data = document.get_page_content_data(page).ok()?;
    let mut reader = Reader { document, pieces: Vec::new() };
    reader.stream(&data, &resources, State::default(), 0);
    shown.pieces = reader.pieces;
    Some(shown)
}

pub(crate) type Dict = HashMap<String, Object>;

/// The resources of a page, or of the nearest node above it.
pub(crate) fn resources(document: &PdfDocument, page: &Dict, depth: usize) -> Option<Dict> {
    let entry = |name: &str| page.get(name).and_then(|object| document.resolve_object(object).ok());
    if let Some(own) = entry("Resources") {
        return own.as_dict().cloned();
    }
    if depth > DEPTH {
        return None;
    }
    resources(document, entry("Parent")?.as_dict()?, depth + 1)
}

pub(crate) fn dict_of(document: &PdfDocument, dict: &Dict, name: &str) -> Dict {
    let object = dict.get(name).and_then(|object| document.resolve_object(object).ok());
    object.and_then(|object| object.as_dict().cloned()).unwrap_or_default()
}

/// Whether a font's codes are GBK, by the name of its table of codes (ISO 32000-1, table 118).
fn is_gbk(document: &PdfDocument, font: &Dict) -> bool {
    let encoding = font.get("Encoding").and_then(|object| document.resolve_object(object).ok());
    let name = encoding.as_ref().and_then(|object| object.as_name().map(str::to_owned)).unwrap_or_default();
    ["GBK-EUC-", "GBKp-EUC-", "GBK2K-", "GB-EUC-", "GBpc-EUC-"].iter().any(|start| name.starts_with(start))
}

/// Names of the fonts of GBK codes in these resources and in those of the forms in them.
fn name_fonts(document: &PdfDocument, resources: &Dict, depth: usize, names: &mut HashSet<String>) {
    for (name, font) in &dict_of(document, resources, "Font") {
        let Ok(font) = document.resolve_object(font) else { continue };
        let Some(font) = font.as_dict().filter(|font| is_gbk(document, font)) else { continue };
        names.insert(name.clone());
        let base = font.get("BaseFont").and_then(Object::as_name).unwrap_or_default();
        names.insert(base.to_owned());
        names.insert(without_tag(base).to_owned());
    }
    if depth < DEPTH {
        for form in dict_of(document, resources, "XObject").values() {
            let Ok(form) = document.resolve_object(form) else { continue };
            if let Some(dict) = form.as_dict().filter(|dict| dict.contains_key("Resources")) {
                name_fonts(document, &dict_of(document, dict, "Resources"), depth + 1, names);
            }
        }
    }
}

/// A font's name without the six letters that tell parts of one font apart.
pub(crate) fn without_tag(name: &str) -> &str {
    match name.split_once('+') {
        Some((tag, rest)) if tag.len() == 6 => rest,
        _ => name,
    }
}

/// Six numbers that move and turn what is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix(pub(crate) [f32; 6]);

impl Default for Matrix {
    fn default() -> Self {
        Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    }
}

impl Matrix {
    /// Room of the unit square, in which pictures are drawn.
    pub(crate) fn room(self) -> f32 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs()
    }

    /// This one first, then `then`.
    pub(crate) fn then(self, then: Self) -> Self {
        let ([a, b, c, d, e, f], [ta, tb, tc, td, te, tf]) = (self.0, then.0);
        Self([
            a * ta + b * tc,
            a * tb + b * td,
            c * ta + d * tc,
            c * tb + d * td,
            e * ta + f * tc + te,
            e * tb + f * td + tf,
        ])
    }

    fn moved(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    pub(crate) fn of(dict: &Dict, name: &str) -> Self {
        let numbers: Vec<f32> = dict
            .get(name)
            .and_then(Object::as_array)
            .map(|numbers| {
                numbers
                    .iter()
                    .filter_map(|n| n.as_real().or(n.as_integer().map(|n| n as f64)))
                    .map(|n| n as f32)
                    .collect()
            })
            .unwrap_or_default();
        <[f32; 6]>::try_from(numbers).map(Self).unwrap_or_default()
    }
}

/// What is set while a page is drawn.
#[derive(Debug, Clone, Default)]
struct State {
    page: Matrix,
    text: Matrix,
    line: Matrix,
    font: String,
    size: f32,
    spacing: f32,
    words: f32,
    narrow: Option<f32>,
    leading: f32,
}

struct Reader<'d> {
    document: &'d PdfDocument,
    pieces: Vec<Piece>,
}

impl Reader<'_> {
    fn stream(&mut self, data: &[u8], resources: &Dict, mut state: State, depth: usize) {
        let fonts: HashMap<String, bool> = dict_of(self.document, resources, "Font")
            .into_iter()
            .filter_map(|(name, font)| {
                let font = self.document.resolve_object(&font).ok()?;
                Some((name, font.as_dict().is_some_and(|font| is_gbk(self.document, font))))
            })
            .collect();
        let mut kept: Vec<State> = Vec::new();
        for operator in parse_content_stream(data).unwrap_or_default() {
            match operator {
                Operator::SaveState => kept.push(state.clone()),
                Operator::RestoreState => state = kept.pop().unwrap_or(state),
                Operator::Cm { a, b, c, d, e, f } => state.page = Matrix([a, b, c, d, e, f]).then(state.page),
                Operator::BeginText => (state.text, state.line) = Default::default(),
                Operator::Tm { a, b, c, d, e, f } => {
                    state.line = Matrix([a, b, c, d, e, f]);
                    state.text = state.line;
                }
                Operator::Td { tx, ty } => state.next_line(tx, ty),
                Operator::TD { tx, ty } => {
                    state.leading = -ty;
                    state.next_line(tx, ty);
                }
                Operator::TStar => state.next_line(0.0, -state.leading),
                Operator::Tf { font, size } => (state.font, state.size) = (font, size),
                Operator::Tc { char_space } => state.spacing = char_space,
                Operator::Tw { word_space } => state.words = word_space,
                Operator::Tz { scale } => state.narrow = Some(scale / 100.0),
                Operator::TL { leading } => state.leading = leading,
                Operator::Tj { text } => self.show(&mut state, &fonts, &text),
                Operator::Quote { text } => {
                    state.next_line(0.0, -state.leading);
                    self.show(&mut state, &fonts, &text);
                }
                Operator::DoubleQuote { word_space, char_space, text } => {
                    (state.words, state.spacing) = (word_space, char_space);
                    state.next_line(0.0, -state.leading);
                    self.show(&mut state, &fonts, &text);
                }
                Operator::TJ { array } => {
                    for element in array {
                        match element {
                            TextElement::String(text) => self.show(&mut state, &fonts, &text),
                            TextElement::Offset(by) => state.advance(-by / 1000.0 * state.size),
                        }
                    }
                }
                Operator::Do { name } if depth < DEPTH => self.form(&name, resources, &state, depth),
                _ => {}
            }
        }
    }

    fn form(&mut self, name: &str, resources: &Dict, state: &State, depth: usize) {
        let forms = dict_of(self.document, resources, "XObject");
        let Some(Ok(form)) = forms.get(name).map(|form| self.document.resolve_object(form)) else { return };
        let Object::Stream { dict, .. } = &form else { return };
        if dict.get("Subtype").and_then(Object::as_name) != Some("Form") {
            return;
        }
        let own = dict_of(self.document, dict, "Resources");
        let inner = if own.is_empty() { resources.clone() } else { own };
        let page = Matrix::of(dict, "Matrix").then(state.page);
        if let Ok(data) = form.decode_stream_data() {
            self.stream(&data, &inner, State { page, ..state.clone() }, depth + 1);
        }
    }

    fn show(&mut self, state: &mut State, fonts: &HashMap<String, bool>, bytes: &[u8]) {
        let gbk = fonts.get(&state.font).copied().unwrap_or(false);
        let place = state.text.then(state.page).0;
        let size = state.size * (place[2].hypot(place[3]));
        let text = if gbk { decoded(bytes) } else { String::new() };
        // of other fonts only the room is of interest
        let letters: Vec<f32> = match gbk {
            true => text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).collect(),
            false => vec![0.5; bytes.len()],
        };
        let blanks = bytes.iter().filter(|byte| **byte == b' ').count() as f32;
        let wide =
            letters.iter().sum::<f32>() * state.size + letters.len() as f32 * state.spacing + blanks * state.words;
        state.advance(wide);
        let end = state.text.then(state.page).0;
        if gbk && !text.is_empty() {
            let (left, right) = (place[4].min(end[4]), place[4].max(end[4]));
            self.pieces.push(Piece { text, left, right, bottom: place[5], top: place[5] + size.abs().max(1.0) });
        }
    }
}

impl State {
    fn next_line(&mut self, x: f32, y: f32) {
        self.line = Matrix::moved(x, y).then(self.line);
        self.text = self.line;
    }

    fn advance(&mut self, by: f32) {
        self.text = Matrix::moved(by * self.narrow.unwrap_or(1.0), 0.0).then(self.text);
    }
}

/// Bytes of GBK, with the four-byte codes of its successor. What is no code is told as unread by the marks left for it.
fn decoded(bytes: &[u8]) -> String {
    GB18030.decode_without_bom_handling(bytes).0.into_owned()
}
