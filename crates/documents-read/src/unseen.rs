//! Styles of a workbook that show nothing of their cells: letters in the colour of what lies under them, a number format without
//! anything in it (`;;;`), letters too small to be seen.

use documents::{Limits, Rejected};
use quick_xml::events::{BytesStart, Event};

use crate::ink::Colour;
use crate::xml;

/// Points; smaller letters are a line to the eye.
const TINY: f64 = 2.0;

/// A font, as far as it can hide its letters.
#[derive(Debug, Default, Clone, Copy)]
struct Font {
    colour: Option<Colour>,
    tiny: bool,
}

/// What lies under a cell.
#[derive(Debug, Clone, Copy)]
enum Fill {
    Is(Colour),
    Unknown,
}

/// Of each style of cells whether its letters cannot be seen, and whether its format shows nothing.
#[derive(Debug, Default)]
pub(crate) struct Unseen {
    inks: Vec<bool>,
    formats: Vec<bool>,
}

impl Unseen {
    /// Whether letters of this style cannot be told from what lies under them.
    pub(crate) fn by_ink(&self, style: usize) -> bool {
        self.inks.get(style).copied().unwrap_or(false)
    }

    /// Whether the format of this style shows nothing.
    pub(crate) fn by_format(&self, style: usize) -> bool {
        self.formats.get(style).copied().unwrap_or(false)
    }

    /// Reads `styles.xml`.
    pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, Rejected> {
        let mut unseen = Self::default();
        let (mut fonts, mut fills, mut empty) = (Vec::<Font>::new(), Vec::<Fill>::new(), Vec::<u32>::new());
        let (mut place, mut solid) = ("", false);
        xml::scan(bytes, limits, |event| {
            let (Event::Start(start) | Event::Empty(start)) = event else {
                if let Event::End(end) = event
                    && end.local_name().as_ref() == place
                {
                    place = "";
                }
                return Ok(());
            };
            let value = |name: &str| xml::attribute(start, name);
            match (place, start.local_name().as_ref()) {
                ("", "fonts") => place = "fonts",
                ("", "fills") => place = "fills",
                ("", "cellXfs") => place = "cellXfs",
                ("", "numFmt") => {
                    let id = value("numFmtId").and_then(|id| id.parse::<u32>().ok());
                    empty.extend(id.filter(|_| value("formatCode").is_some_and(|code| shows_nothing(&code))));
                }
                ("fonts", "font") => fonts.push(Font::default()),
                ("fonts", "color") => {
                    if let Some(font) = fonts.last_mut() {
                        font.colour = colour(start);
                    }
                }
                ("fonts", "sz") => {
                    let tiny = value("val").and_then(|size| size.parse::<f64>().ok()).is_some_and(|size| size <= TINY);
                    if let Some(font) = fonts.last_mut() {
                        font.tiny = tiny;
                    }
                }
                ("fills", "fill") => fills.push(Fill::Unknown),
                ("fills", "patternFill") => {
                    let pattern = value("patternType");
                    solid = pattern.as_deref() == Some("solid");
                    if let (None | Some("none"), Some(fill)) = (pattern.as_deref(), fills.last_mut()) {
                        *fill = Fill::Is(Colour::WHITE);
                    }
                }
                // of a pattern of two colours nobody can say what lies under a letter
                ("fills", "fgColor") if solid => {
                    if let Some(fill) = fills.last_mut() {
                        *fill = colour(start).map_or(Fill::Unknown, Fill::Is);
                    }
                }
                ("cellXfs", "xf") => {
                    let id = |name: &str| value(name).and_then(|id| id.parse::<usize>().ok()).unwrap_or(0);
                    let font = fonts.get(id("fontId")).copied().unwrap_or_default();
                    let fill = fills.get(id("fillId")).copied().unwrap_or(Fill::Is(Colour::WHITE));
                    let alike = match (font.colour, fill) {
                        (Some(letters), Fill::Is(under)) => !letters.shows_on(under),
                        _ => false,
                    };
                    unseen.inks.push(font.tiny || alike);
                    unseen.formats.push(u32::try_from(id("numFmtId")).is_ok_and(|id| empty.contains(&id)));
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(unseen)
    }
}

/// A colour by its value, or the white of a theme or of the palette; others are not known.
fn colour(start: &BytesStart<'_>) -> Option<Colour> {
    let value = |name: &str| xml::attribute(start, name);
    if value("tint").and_then(|tint| tint.parse::<f64>().ok()).is_some_and(|tint| tint.abs() > 0.05) {
        return None;
    }
    match (value("rgb"), value("theme"), value("indexed")) {
        (Some(rgb), ..) => Colour::hex(&rgb),
        (_, Some(theme), _) if theme == "0" => Some(Colour::WHITE),
        (_, _, Some(place)) if matches!(place.as_str(), "1" | "9") => Some(Colour::WHITE),
        _ => None,
    }
}

/// `;;;`: a format of at least three parts with nothing in any of them. What has no fourth part shows words.
fn shows_nothing(code: &str) -> bool {
    let parts: Vec<&str> = code.split(';').collect();
    let bare = |part: &&str| part.replace("\"\"", "").trim().is_empty();
    parts.len() >= 4 && parts.iter().all(bare)
}

#[cfg(test)]
mod tests {
    use super::shows_nothing;

    #[test]
    fn a_format_that_shows_nothing() {
        for (code, nothing) in [
            (";;;", true),
            (" ; ; ; ", true),
            ("\"\";\"\";\"\";\"\"", true),
            ("0;;;@", false),
            ("General", false),
            ("", false),
        ] {
            assert_eq!(shows_nothing(code), nothing, "{code}");
        }
    }
}
