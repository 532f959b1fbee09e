//! The drawing: paper, the seal with the name of the site, the title, a rule, organ, day and number.

use png::{BitDepth, ColorType, Compression, Encoder};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};
use ttf_parser::{Face, OutlineBuilder};

use crate::{Card, Font, NoCard, lines, shown};

/// Points across; what networks show is cut to this shape.
pub const WIDTH: u32 = 1200;
/// Points down.
pub const HEIGHT: u32 = 630;

/// Between the words and the edge, in points; at the sides and below, small networks cut some of it.
const EDGE: f32 = 76.0;
/// How long a line may be.
const MOST: f32 = 1200.0 - 2.0 * EDGE;
/// Sizes of a title with how many lines of it there is room for: the first in which all of it stands.
const SIZES: [(f32, usize); 5] = [(80.0, 2), (68.0, 3), (58.0, 3), (50.0, 4), (44.0, 4)];
/// From one line to the next, in sizes.
const LEAD: f32 = 1.36;
/// Between which heights the title stands, in the middle.
const ROOM: (f32, f32) = (176.0, 486.0);

/// Colours of the portal (tokens.css).
const PAPER: (u8, u8, u8) = (0xfa, 0xf9, 0xf6);
const INK: (u8, u8, u8) = (0x1b, 0x1f, 0x24);
const SECOND: (u8, u8, u8) = (0x4a, 0x52, 0x5c);
const HAIR: (u8, u8, u8) = (0xc9, 0xc5, 0xbb);
const SEAL: (u8, u8, u8) = (0xa8, 0x20, 0x1a);

/// The card as PNG, some 50 KB. Takes some tens of milliseconds of a processor and some 40 MB while it lasts: the caller lets a
/// few be drawn at a time, and not on a thread that answers others.
///
/// # Errors
/// When the font cannot be read any more, or lacks a character.
pub fn draw(font: &Font, card: &Card) -> Result<Vec<u8>, NoCard> {
    if let Some(missing) = font.lacks(&card.words()) {
        return Err(NoCard::Missing(missing));
    }
    let bytes = font.bytes()?;
    let face = font.face(&bytes)?;
    let mut sheet = Sheet { map: Pixmap::new(WIDTH, HEIGHT).ok_or(NoCard::Undrawn)?, face: &face };
    sheet.map.fill(color(PAPER));
    head(&mut sheet, card)?;
    title(&mut sheet, card)?;
    foot(&mut sheet, card)?;
    packed(&sheet.map)
}

fn head(sheet: &mut Sheet<'_, '_>, card: &Card) -> Result<(), NoCard> {
    let mut left = EDGE;
    let seal = shown(&card.seal);
    if !seal.is_empty() {
        sheet.fill(EDGE, 64.0, 72.0, 72.0, SEAL);
        let long = sheet.long(&seal, 46.0);
        sheet.write(&seal, EDGE + (72.0 - long) / 2.0, 117.0, 46.0, (0xff, 0xff, 0xff))?;
        left += 96.0;
    }
    let long = |text: &str| sheet.long(text, 38.0);
    let name = lines::wrap(&lines::pieces(&shown(&card.site), &[]), 1200.0 - EDGE - left, &long);
    let name = lines::cut(name, 1, 1200.0 - EDGE - left, &long).concat();
    sheet.write(&name, left, 114.0, 38.0, INK)
}

fn title(sheet: &mut Sheet<'_, '_>, card: &Card) -> Result<(), NoCard> {
    let text = shown(&card.title);
    // Cuts are places in the title as it was given; where that changed, a line breaks anywhere.
    let cuts: &[usize] = if text == card.title { &card.cuts } else { &[] };
    let pieces = lines::pieces(&text, cuts);
    let mut chosen = (SIZES[SIZES.len() - 1].0, Vec::new());
    for (size, count) in SIZES {
        let long = |text: &str| sheet.long(text, size);
        let lines = lines::balanced(&pieces, MOST, &long);
        let fits = lines.len() <= count;
        chosen = (size, lines::cut(lines, count, MOST, &long));
        if fits {
            break;
        }
    }
    let (size, lines) = chosen;
    let high = size * LEAD * lines.len() as f32;
    let mut line_top = f32::midpoint(ROOM.0, ROOM.1) - high / 2.0;
    for line in lines {
        // The base of Chinese characters stands an eighth of the size above their foot.
        sheet.write(&line, EDGE, line_top + size * (LEAD / 2.0 + 0.375), size, INK)?;
        line_top += size * LEAD;
    }
    Ok(())
}

fn foot(sheet: &mut Sheet<'_, '_>, card: &Card) -> Result<(), NoCard> {
    sheet.fill(EDGE, 516.0, MOST, 2.0, HAIR);
    let mut left = EDGE;
    for text in card.below.iter().map(|text| shown(text)).filter(|text| !text.is_empty()) {
        let long = sheet.long(&text, 30.0);
        if left + long > 1200.0 - EDGE {
            break;
        }
        sheet.write(&text, left, 571.0, 30.0, SECOND)?;
        left += long + 44.0;
    }
    Ok(())
}

fn color((red, green, blue): (u8, u8, u8)) -> Color {
    Color::from_rgba8(red, green, blue, 0xff)
}

fn paint(of: (u8, u8, u8)) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(color(of));
    paint
}

struct Sheet<'a, 'b> {
    map: Pixmap,
    face: &'a Face<'b>,
}

impl Sheet<'_, '_> {
    fn fill(&mut self, left: f32, top: f32, wide: f32, high: f32, of: (u8, u8, u8)) {
        if let Some(place) = Rect::from_xywh(left, top, wide, high) {
            self.map.fill_rect(place, &paint(of), Transform::identity(), None);
        }
    }

    /// How long the text is in this size.
    fn long(&self, text: &str, size: f32) -> f32 {
        let units =
            |c: char| self.face.glyph_index(c).and_then(|glyph| self.face.glyph_hor_advance(glyph)).unwrap_or(0);
        let sum: f32 = text.chars().map(|c| f32::from(units(c))).sum();
        sum * self.scale(size)
    }

    fn scale(&self, size: f32) -> f32 {
        size / f32::from(self.face.units_per_em().max(1))
    }

    /// Writes one line; `base` is the height on which letters stand.
    fn write(&mut self, text: &str, left: f32, base: f32, size: f32, of: (u8, u8, u8)) -> Result<(), NoCard> {
        let scale = self.scale(size);
        let mut pen = Pen { path: PathBuilder::new(), left, base, scale };
        for c in text.chars() {
            let glyph = self.face.glyph_index(c).filter(|glyph| glyph.0 != 0).ok_or(NoCard::Missing(c))?;
            // A blank has no outline.
            let _ = self.face.outline_glyph(glyph, &mut pen);
            pen.left += f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
        }
        let drawn: Option<Path> = pen.path.finish();
        if let Some(drawn) = drawn {
            self.map.fill_path(&drawn, &paint(of), FillRule::Winding, Transform::identity(), None);
        }
        Ok(())
    }
}

/// Outlines of letters, from units of the font with the height upwards to points of the sheet with the height downwards.
struct Pen {
    path: PathBuilder,
    left: f32,
    base: f32,
    scale: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.left + x * self.scale, self.base - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// Nothing of the sheet is transparent: three bytes a point are enough.
fn packed(map: &Pixmap) -> Result<Vec<u8>, NoCard> {
    let points: Vec<u8> = map.data().chunks_exact(4).flat_map(|point| [point[0], point[1], point[2]]).collect();
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, WIDTH, HEIGHT);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    let mut writer = encoder.write_header().map_err(|_| NoCard::Undrawn)?;
    writer.write_image_data(&points).map_err(|_| NoCard::Undrawn)?;
    writer.finish().map_err(|_| NoCard::Undrawn)?;
    Ok(out)
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
