//! Whether the letters of a run can be seen: their colour and size, and what lies under them.

use super::styles::Styles;
use crate::ink::Colour;
use crate::xml::Element;

/// A colour as Word writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// Chosen by Word so that it can be read.
    Auto,
    Is(Colour),
    /// Of a theme, a pattern or a picture: nobody can tell from here.
    Unknown,
}

/// What the properties of a run, or of a style, say of its letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ink {
    colour: Option<Paint>,
    /// What is laid under the letters.
    under: Option<Paint>,
    tiny: Option<bool>,
}

/// Half points; smaller letters are a line to the eye.
const TINY: f64 = 4.0;
/// Of a hundred; narrower letters as well.
const NARROW: f64 = 5.0;

impl Ink {
    /// Of `rPr`.
    pub(super) fn of(properties: &Element) -> Self {
        let number =
            |name: &str| properties.value(name).and_then(|value| value.trim_end_matches('%').parse::<f64>().ok());
        let small = number("sz").map(|size| size <= TINY);
        let narrow = number("w").filter(|scale| *scale <= NARROW).map(|_| true);
        let highlight = properties.value("highlight").and_then(Colour::named).map(Paint::Is);
        Self {
            colour: properties.child("color").map(colour),
            under: highlight.or_else(|| properties.child("shd").and_then(fill)),
            tiny: narrow.or(small),
        }
    }

    /// This over what it is based on.
    pub(super) fn over(self, base: Self) -> Self {
        Self { colour: self.colour.or(base.colour), under: self.under.or(base.under), tiny: self.tiny.or(base.tiny) }
    }

    /// Whether letters on this ground can be seen.
    pub(super) fn shows(self, ground: Paint) -> bool {
        if self.tiny == Some(true) {
            return false;
        }
        match (self.colour, self.under.unwrap_or(ground)) {
            (Some(Paint::Is(letters)), Paint::Is(under)) => letters.shows_on(under),
            _ => true,
        }
    }
}

fn colour(element: &Element) -> Paint {
    let shaded = ["themeShade", "themeTint"].iter().any(|name| element.attribute(name).is_some());
    match (element.attribute("themeColor"), element.attribute("val")) {
        (Some("background1" | "light1"), _) if !shaded => Paint::Is(Colour::WHITE),
        (_, Some("auto")) => Paint::Auto,
        (_, Some(value)) => Colour::hex(value).map_or(Paint::Unknown, Paint::Is),
        (_, None) => Paint::Unknown,
    }
}

/// What `shd` lays under something; `None` where nothing.
pub(super) fn fill(shading: &Element) -> Option<Paint> {
    match shading.attribute("val") {
        None | Some("clear" | "nil") => {}
        Some(_) => return Some(Paint::Unknown),
    }
    match shading.attribute("fill") {
        Some("auto") | None if shading.attribute("themeFill").is_none() => None,
        value => Some(value.and_then(Colour::hex).map_or(Paint::Unknown, Paint::Is)),
    }
}

/// What lies under a table that says nothing of its cells.
pub(super) fn of_table(table: &Element, styles: &Styles, around: Paint) -> Paint {
    let Some(properties) = table.child("tblPr") else { return around };
    if let Some(own) = properties.child("shd").and_then(fill) {
        return own;
    }
    if styles.shades(properties.value("tblStyle")) { Paint::Unknown } else { around }
}

/// Whether a paragraph is placed where no page is.
pub(super) fn is_beside_page(properties: &Element) -> bool {
    /// Twentieths of a point; the widest sheet has less.
    const WIDEST: i64 = 31_680;
    /// So far to the left of its margin nothing of a line is on the sheet.
    const LEFT: i64 = -9_000;
    let number = |element: &Element, names: [&str; 2]| {
        names.iter().find_map(|name| element.attribute(name)?.parse::<i64>().ok())
    };
    let outside = |at: Option<i64>| at.is_some_and(|at| at >= WIDEST || at <= LEFT);
    let indented = properties.child("ind").is_some_and(|ind| outside(number(ind, ["left", "start"])));
    let framed = properties.child("framePr");
    indented || framed.is_some_and(|frame| outside(number(frame, ["x", "x"])) || outside(number(frame, ["y", "y"])))
}
