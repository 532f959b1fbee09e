//! What a workbook shows struck out: pieces of a text in a cell, or the cell as a whole. It stands there and no longer holds.

use std::collections::HashMap;

use documents::{Limits, Rejected};
use quick_xml::events::{BytesStart, Event};

use crate::container::Package;
use crate::unseen::Unseen;
use crate::xml;

/// What of a workbook's texts and styles is struck out.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    /// What is left of shared texts that are struck out in part, by their number.
    texts: HashMap<usize, String>,
    /// Styles of cells that strike out all.
    styles: Vec<bool>,
    /// Styles of cells that show nothing.
    pub(crate) unseen: Unseen,
}

impl Struck {
    pub(crate) fn read(package: &mut Package<'_>, limits: &Limits) -> Result<Self, Rejected> {
        let mut struck = Self::default();
        if let Some(bytes) = package.read("xl/styles.xml")? {
            struck.styles = styles(&bytes, limits)?;
            struck.unseen = Unseen::read(&bytes, limits)?;
        }
        if let Some(bytes) = package.read("xl/sharedStrings.xml")? {
            let (mut rich, mut number) = (Rich::default(), 0);
            xml::scan(&bytes, limits, |event| {
                match event {
                    Event::Start(start) if start.local_name().as_ref() == "si" => rich = Rich::default(),
                    Event::Empty(start) if start.local_name().as_ref() == "si" => number += 1,
                    Event::End(end) if end.local_name().as_ref() == "si" => {
                        if let Some(left) = rich.left() {
                            struck.texts.insert(number, left);
                        }
                        number += 1;
                    }
                    event => rich.see(event),
                }
                Ok(())
            })?;
        }
        Ok(struck)
    }

    /// Whether a style strikes out its cells.
    pub(crate) fn whole(&self, style: usize) -> bool {
        self.styles.get(style).copied().unwrap_or(false)
    }

    /// What is left of a shared text; `None` where nothing of it is struck out.
    pub(crate) fn left(&self, number: usize) -> Option<&str> {
        self.texts.get(&number).map(String::as_str)
    }
}

/// The styles of cells whose font is struck out.
pub(crate) fn styles(bytes: &[u8], limits: &Limits) -> Result<Vec<bool>, Rejected> {
    let (mut fonts, mut styles) = (Vec::new(), Vec::new());
    let (mut in_fonts, mut in_cells) = (false, false);
    xml::scan(bytes, limits, |event| {
        match event {
            Event::Start(start) | Event::Empty(start) => match start.local_name().as_ref() {
                "fonts" => in_fonts = true,
                "cellXfs" => in_cells = true,
                "font" if in_fonts => fonts.push(false),
                "strike" if in_fonts && is_on(start) => {
                    if let Some(font) = fonts.last_mut() {
                        *font = true;
                    }
                }
                "xf" if in_cells => {
                    let font = xml::attribute(start, "fontId").and_then(|id| id.parse::<usize>().ok());
                    styles.push(font.and_then(|id| fonts.get(id)).copied().unwrap_or(false));
                }
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                "fonts" => in_fonts = false,
                "cellXfs" => in_cells = false,
                _ => {}
            },
            _ => {}
        }
        Ok(())
    })?;
    Ok(styles)
}

fn is_on(start: &BytesStart<'_>) -> bool {
    !matches!(xml::attribute(start, "val").as_deref(), Some("0" | "false"))
}

/// A text of runs while it is read.
#[derive(Debug, Default)]
pub(crate) struct Rich {
    left: String,
    /// Something of it is struck out.
    any: bool,
    run: bool,
    in_text: bool,
    /// Within the reading aid of a text, which is no part of it.
    aside: bool,
}

impl Rich {
    pub(crate) fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) | Event::Empty(start) => match start.local_name().as_ref() {
                "r" => self.run = false,
                "strike" => self.run = is_on(start),
                "rPh" => self.aside = matches!(event, Event::Start(_)),
                "t" => self.in_text = matches!(event, Event::Start(_)) && !self.aside,
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                "r" => self.run = false,
                "rPh" => self.aside = false,
                "t" => self.in_text = false,
                _ => {}
            },
            Event::Text(text) if self.in_text => self.say(&text.xml_content(quick_xml::XmlVersion::Implicit1_0)),
            Event::CData(text) if self.in_text => self.say(&text.xml_content(quick_xml::XmlVersion::Implicit1_0)),
            Event::GeneralRef(reference) if self.in_text => {
                if let Ok(c) = xml::resolve(reference) {
                    self.say(c.encode_utf8(&mut [0; 4]));
                }
            }
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        if self.run {
            self.any |= !text.trim().is_empty();
        } else {
            self.left.push_str(text);
        }
    }

    /// What is left of the text, and whether something of it is struck out.
    pub(crate) fn rest(&self) -> (&str, bool) {
        (self.left.trim(), self.any)
    }

    /// What is left of the text; `None` where nothing is struck out.
    pub(crate) fn left(&self) -> Option<String> {
        self.any.then(|| self.left.trim().to_owned())
    }
}
