//! Pictures in office files: nobody reads their words. How much room they take beside the text says whether they are it: a heading
//! over a scan is a scan, as on a page of a PDF file.

use documents::{Limits, Rejected};

use crate::container::Package;
use crate::xml::{self, Element};

/// A page of A4, in square points.
const PAGE: f64 = 595.0 * 842.0;
/// English metric units of a point (ECMA-376).
const EMU: f64 = 12_700.0;
/// Letters below which any picture is the document.
const FEWEST: usize = 40;
/// Letters beside a page of pictures below which the pictures are the document, as many as on a page of PDF.
const FEW: usize = 200;
/// Part of a page from which a picture is a page: what fills the type area of a page with wide margins.
const MOST: f64 = 0.45;

/// The pictures of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pictures {
    pub(crate) count: usize,
    /// Room that they take together, in pages.
    room: f64,
    /// Room of the largest.
    largest: f64,
    /// Those of which the file does not say how large they are.
    unknown: usize,
}

impl Pictures {
    /// Adds a picture of this size in points; of none when the file does not say.
    pub(crate) fn add(&mut self, size: Option<(f64, f64)>) {
        self.count += 1;
        match size.map(|(wide, high)| wide * high / PAGE).filter(|room| room.is_finite() && *room > 0.0) {
            Some(room) => {
                self.room += room;
                self.largest = self.largest.max(room);
            }
            None => self.unknown += 1,
        }
    }

    /// Whether they hide as good as all of a file that has so many letters.
    pub(crate) fn hide(&self, letters: usize) -> bool {
        let pages = self.room.ceil().max(1.0);
        self.count > 0
            && (letters < FEWEST
                || self.largest > MOST
                || (self.room > MOST || self.unknown > 0) && (letters as f64) < FEW as f64 * pages)
    }
}

/// The size that an element of a drawing says (`cx`, `cy`), in points.
pub(crate) fn extent(element: &Element) -> Option<(f64, f64)> {
    let side = |name: &str| element.attribute(name)?.parse::<f64>().ok().map(|side| side / EMU);
    side("cx").zip(side("cy"))
}

/// The size that the style of an old drawing says: `width:415pt;height:8in`.
pub(crate) fn styled(style: &str) -> Option<(f64, f64)> {
    let side = |name: &str| {
        let value = style.split(';').find_map(|each| {
            let (key, value) = each.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase())
        })?;
        let unit = value.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(value.len());
        let points = match &value[unit..] {
            "pt" | "" => 1.0,
            "in" => 72.0,
            "cm" => 72.0 / 2.54,
            "mm" => 72.0 / 25.4,
            "pc" => 12.0,
            "px" => 0.75,
            _ => return None,
        };
        value[..unit].trim().parse::<f64>().ok().map(|number| number * points)
    };
    side("width").zip(side("height"))
}

/// The pictures of a workbook: those that its drawings place, and those of which nothing says where they are shown, such as a
/// picture behind the cells.
///
/// # Errors
/// When a drawing is damaged or hostile.
pub(crate) fn of_sheets(package: &mut Package<'_>, limits: &Limits) -> Result<Pictures, Rejected> {
    let mut pictures = Pictures::default();
    let names = package.names().to_vec();
    for name in names.iter().filter(|name| name.starts_with("xl/drawings/") && name.ends_with(".xml")) {
        let Some(bytes) = package.read(name)? else { continue };
        for anchor in xml::parse(&bytes, &[], limits)?.elements() {
            for _ in anchor.descendants("blip") {
                pictures.add(anchored(anchor));
            }
        }
    }
    let media = names.iter().filter(|name| name.starts_with("xl/media/")).count();
    for _ in pictures.count..media {
        pictures.add(None);
    }
    Ok(pictures)
}

/// The size of what is anchored to cells; cells are taken to be as large as usual.
fn anchored(anchor: &Element) -> Option<(f64, f64)> {
    const CELL: (f64, f64) = (48.0, 15.0);
    let said = anchor.child("ext").and_then(extent);
    let drawn = anchor.descendants("xfrm").iter().find_map(|place| place.child("ext").and_then(extent));
    let cell = |which: &str, of: &str| anchor.child(which)?.child(of)?.text().trim().parse::<f64>().ok();
    let between = |of: &str| Some((cell("to", of)? - cell("from", of)?).max(0.0) + 1.0);
    let cells = between("col").zip(between("row")).map(|(columns, rows)| (columns * CELL.0, rows * CELL.1));
    let room = |size: &(f64, f64)| size.0 * size.1;
    [said, drawn, cells].into_iter().flatten().max_by(|one, other| room(one).total_cmp(&room(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_the_document_by_the_room_that_they_take() {
        let of = |sizes: &[(f64, f64)]| {
            let mut pictures = Pictures::default();
            sizes.iter().for_each(|size| pictures.add(Some(*size)));
            pictures
        };
        assert!(!Pictures::default().hide(0));
        assert!(of(&[(433.0, 630.0)]).hide(5000), "a page of its own");
        assert!(of(&[(20.0, 20.0)]).hide(39) && !of(&[(20.0, 20.0)]).hide(40), "a mark beside a sentence");
        // A scan in strips, and two halves of a page.
        assert!(of(&[(595.0, 94.0); 9]).hide(60));
        assert!(of(&[(400.0, 300.0); 4]).hide(150) && !of(&[(400.0, 300.0); 4]).hide(900));
        let mut unknown = Pictures::default();
        unknown.add(None);
        assert!(unknown.hide(150) && !unknown.hide(200));
    }

    #[test]
    fn sizes_of_old_drawings() {
        assert_eq!(styled("position:absolute; width:100pt;HEIGHT: 2in"), Some((100.0, 144.0)));
        assert_eq!(styled("width:100%;height:2in"), None);
        assert_eq!(styled("width:100pt"), None);
    }
}
