//! Walks over the body, headers and notes of a docx and turns them into blocks.

use std::collections::HashMap;

use super::ink::{self, Ink, Paint};
use super::model::{Align, Block, Cell, Look, Merge, Paragraph, Role, Row, Run, Table};
use super::numbering::{Counters, Label, Numbering, level_index};
use super::styles::{Styles, align, heading};
use crate::ink::Colour;
use crate::ooxml::Relation;
use crate::pictures::{self, Pictures};
use crate::xml::{Element, Node};

/// Elements without text of the reader's concern; leaving them out keeps the tree small.
pub(super) const SKIPPED: [&str; 18] = [
    "rFonts",
    "szCs",
    "lang",
    "kern",
    "spacing",
    "snapToGrid",
    "bookmarkStart",
    "bookmarkEnd",
    "proofErr",
    "lastRenderedPageBreak",
    "tblGrid",
    "tcW",
    "sectPr",
    "tcBorders",
    "bCs",
    "tabs",
    "rPrChange",
    "pPrChange",
];

/// What the walk needs to know and what it finds beside the visible text.
pub(super) struct Walk<'a> {
    pub(super) styles: &'a Styles,
    pub(super) numbering: &'a Numbering,
    pub(super) counters: Counters,
    pub(super) relations: HashMap<String, Relation>,
    /// Text of tracked deletions, one entry for each paragraph that has some.
    pub(super) deleted: Vec<String>,
    /// Text formatted as hidden.
    pub(super) hidden: Vec<String>,
    /// Text boxes, in order.
    pub(super) boxes: Vec<Vec<Block>>,
    pub(super) pictures: Pictures,
    /// The pictures that stand in the text, when they are wanted: for an editor.
    pub(super) shown: Option<Vec<Shown>>,
    /// What the author says of the drawing that is looked at, for who does not see it.
    told: Option<String>,
    /// Text that is struck out, first pieces only.
    pub(super) struck: Vec<String>,
    /// Text that nobody sees, first pieces only.
    pub(super) unseen: Vec<String>,
    /// What lies under the letters where nothing of their own does.
    pub(super) ground: Paint,
    /// Whether pieces of text run in another direction than they are stored.
    pub(super) turned: bool,
    /// Whether there are tracked insertions or deletions.
    pub(super) tracked: bool,
    /// Whether there is content in a foreign format that only Word can fetch.
    pub(super) foreign: bool,
    /// The size of the drawing that is looked at, as it is placed.
    placed: Option<(f64, f64)>,
    /// A paragraph whose mark was deleted: the next one goes on with it.
    unended: Option<Paragraph>,
}

/// A picture that stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// Name of the entry in the container.
    pub(super) target: String,
    /// What its author says it shows; empty = nothing.
    pub(super) told: String,
}

/// Stands for a picture in a run of text; it is no blank.
const OBJECT: &str = "\u{fffc}";

/// The state of one paragraph while it is read.
#[derive(Default)]
struct Line {
    runs: Vec<Run>,
    deleted: String,
    hidden: String,
    boxes: Vec<Vec<Block>>,
    hidden_style: bool,
    /// What the style says of its letters.
    ink: Ink,
    /// What lies under the paragraph.
    ground: Option<Paint>,
}

impl<'a> Walk<'a> {
    /// A walk that has seen nothing yet.
    pub(super) fn new(styles: &'a Styles, numbering: &'a Numbering, relations: HashMap<String, Relation>) -> Self {
        Self {
            styles,
            numbering,
            counters: Counters::default(),
            relations,
            deleted: Vec::new(),
            hidden: Vec::new(),
            boxes: Vec::new(),
            pictures: Pictures::default(),
            placed: None,
            shown: None,
            told: None,
            struck: Vec::new(),
            unseen: Vec::new(),
            ground: Paint::Is(Colour::WHITE),
            turned: false,
            tracked: false,
            foreign: false,
            unended: None,
        }
    }

    /// The blocks inside a container: body, cell, header, note.
    pub(super) fn blocks(&mut self, container: &Element) -> Vec<Block> {
        let mut out = Vec::new();
        let outer = self.unended.take();
        for element in container.elements() {
            if &*element.name != "p" && element.elements().next().is_some() {
                self.end_paragraph(&mut out);
            }
            self.block(element, &mut out);
        }
        self.end_paragraph(&mut out);
        self.unended = outer;
        out
    }

    /// What stood before a deleted paragraph mark and found nothing to go on with is a paragraph.
    fn end_paragraph(&mut self, out: &mut Vec<Block>) {
        out.extend(self.unended.take().filter(|paragraph| !paragraph.runs.is_empty()).map(Block::Paragraph));
    }

    fn block(&mut self, element: &Element, out: &mut Vec<Block>) {
        match &*element.name {
            "p" => self.paragraph(element, out),
            "tbl" => out.push(Block::Table(self.table(element))),
            "sdt" => {
                if let Some(content) = element.child("sdtContent") {
                    out.extend(self.blocks(content));
                }
            }
            "customXml" | "smartTag" | "ins" | "moveTo" => {
                self.tracked |= matches!(&*element.name, "ins" | "moveTo");
                out.extend(self.blocks(element));
            }
            "del" | "moveFrom" => {
                self.tracked = true;
                self.delete(written(element));
            }
            "AlternateContent" => {
                if let Some(choice) = alternative(element) {
                    out.extend(self.blocks(choice));
                }
            }
            "altChunk" => self.foreign = true,
            // whatever surrounds paragraphs and is not known
            _ => out.extend(self.blocks(element)),
        }
    }

    fn delete(&mut self, text: String) {
        if !text.trim().is_empty() {
            self.deleted.push(text);
        }
    }

    fn paragraph(&mut self, element: &Element, out: &mut Vec<Block>) {
        let properties = element.child("pPr");
        let style = properties.and_then(|properties| properties.value("pStyle"));
        let inherited = self.styles.inherited(style);
        let own_role = properties
            .and_then(|properties| properties.value("outlineLvl")?.parse::<u8>().ok())
            .and_then(|outline| heading(outline.saturating_add(1)));
        let mut paragraph = Paragraph {
            role: own_role.unwrap_or(inherited.role),
            align: properties.and_then(|properties| properties.value("jc")).map_or(inherited.align, align),
            ..Paragraph::default()
        };
        let counting = properties.and_then(|properties| properties.child("numPr"));
        let own_list = counting.and_then(|counting| counting.value("numId"));
        let own_level = counting.and_then(|counting| counting.value("ilvl")).and_then(level_index);
        let list = match (own_list, &inherited.list) {
            (Some(own), _) => Some((own, own_level.or(inherited.level).unwrap_or(0))),
            (None, Some((list, style))) => {
                let level = own_level.or_else(|| self.numbering.level_of_style(list, style)).or(inherited.level);
                Some((list.as_str(), level.unwrap_or(0)))
            }
            (None, None) => None,
        };
        let beside = properties.is_some_and(ink::is_beside_page);
        let own = properties.and_then(|properties| properties.child("shd")).and_then(ink::fill);
        let ground = own.or(inherited.ground);
        let hidden_style = inherited.hidden || beside;
        let mut line = Line { hidden_style, ink: inherited.ink, ground, ..Line::default() };
        if beside {
            self.unseen(element);
        }
        self.inline(element, &Look::default(), &mut line);
        let empty = line.runs.iter().all(|run| run.text.trim().is_empty());
        // List 0 means: not in a list, whatever the style says. Word counts empty paragraphs too, but shows no number
        // for a paragraph whose text was all deleted.
        if let Some((list, level)) = list
            && list != "0"
            && (!empty || line.deleted.is_empty())
        {
            match self.counters.next(self.numbering, list, level) {
                Some(Label::Number(label)) => paragraph.label = label,
                Some(Label::Bullet(level)) if paragraph.role == Role::Text => paragraph.role = Role::Bullet(level),
                _ => {}
            }
        }
        if empty {
            paragraph.label.clear();
        }
        paragraph.runs = line.runs;
        self.delete(line.deleted);
        if !line.hidden.trim().is_empty() {
            self.hidden.push(line.hidden);
        }
        self.boxes.extend(line.boxes);
        if empty {
            paragraph.runs.clear();
        }
        if let Some(mut before) = self.unended.take() {
            // an empty line that was deleted leaves nothing of itself
            if !before.runs.is_empty() {
                before.runs.append(&mut paragraph.runs);
                paragraph = before;
            }
        }
        let marks = properties.and_then(|properties| properties.child("rPr"));
        let is_marked = |name: &str| marks.is_some_and(|marks| marks.child(name).is_some());
        self.tracked |= is_marked("ins") || is_marked("moveTo");
        if is_marked("del") || is_marked("moveFrom") {
            // the mark at its end is deleted: it goes on in the next
            self.tracked = true;
            self.unended = Some(paragraph);
        } else if !paragraph.runs.is_empty() {
            out.push(Block::Paragraph(paragraph));
        }
    }

    fn inline(&mut self, container: &Element, look: &Look, line: &mut Line) {
        for element in container.elements() {
            match &*element.name {
                "r" => self.run(element, look, line),
                "hyperlink" => {
                    let target = element
                        .attribute("r:id")
                        .and_then(|id| self.relations.get(id))
                        .filter(|relation| relation.external && safe_link(&relation.target))
                        .map(|relation| relation.target.clone());
                    let look = Look { link: target.or_else(|| look.link.clone()), ..look.clone() };
                    self.inline(element, &look, line);
                }
                "ins" | "moveTo" => {
                    self.tracked = true;
                    self.inline(element, look, line);
                }
                "del" | "moveFrom" => {
                    self.tracked = true;
                    line.deleted.push_str(&written(element));
                }
                "AlternateContent" => {
                    if let Some(choice) = alternative(element) {
                        self.inline(choice, look, line);
                    }
                }
                "bdo" | "dir" if element.attribute("val") == Some("rtl") => self.turned(element, look, line),
                "oMath" | "oMathPara" => say(line, &super::formula::written(element), look, false),
                "pPr" | "rPr" | "tcPr" => {}
                _ => self.inline(element, look, line),
            }
        }
    }

    /// `bdo` shows its characters from right to left, one by one: they are read as they are seen, and kept as they are stored
    /// among what is hidden. In `dir` only pieces change places, which nobody can follow from here.
    fn turned(&mut self, element: &Element, look: &Look, line: &mut Line) {
        self.turned = true;
        if &*element.name == "dir" {
            return self.inline(element, look, line);
        }
        let (ink, ground, hidden_style) = (line.ink, line.ground, line.hidden_style);
        let mut inner = Line { ink, ground, hidden_style, ..Line::default() };
        self.inline(element, look, &mut inner);
        if !inner.runs.is_empty() {
            line.hidden.extend(inner.runs.iter().map(|run| run.text.as_str()));
            line.hidden.push('\n');
        }
        for run in inner.runs.into_iter().rev() {
            say(line, &run.text.chars().rev().collect::<String>(), &run.look, false);
        }
        line.deleted.push_str(&inner.deleted);
        line.hidden.push_str(&inner.hidden);
        line.boxes.extend(inner.boxes);
    }

    /// Keeps the first words of what nobody sees.
    fn unseen(&mut self, element: &Element) {
        const NAMED: usize = 20;
        if self.unseen.len() < NAMED {
            let words = written(element);
            self.unseen.extend(Some(words.trim().to_owned()).filter(|words| !words.is_empty()));
        }
    }

    fn run(&mut self, element: &Element, outer: &Look, line: &mut Line) {
        let mut look = outer.clone();
        let mut hidden = line.hidden_style;
        let properties = element.child("rPr");
        let style = properties.and_then(|properties| properties.value("rStyle"));
        let (styled, hides) = style.map(|style| self.styles.of_letters(style)).unwrap_or_default();
        hidden |= hides;
        let styled = styled.over(line.ink);
        let ink = properties.map_or(styled, |properties| Ink::of(properties).over(styled));
        // a space has no colour
        if !hidden && !ink.shows(line.ground.unwrap_or(self.ground)) && !written(element).trim().is_empty() {
            hidden = true;
            self.unseen(element);
        }
        if let Some(properties) = properties {
            look.bold = properties.switch("b");
            look.italic = properties.switch("i");
            look.underline = properties.switch("u") && look.link.is_none();
            look.strike = properties.switch("strike") || properties.switch("dstrike");
            look.superscript = properties.value("vertAlign") == Some("superscript");
            look.subscript = properties.value("vertAlign") == Some("subscript");
            hidden |= properties.switch("vanish");
        }
        self.run_content(element, &look, hidden, line);
        if look.strike && self.struck.len() < 20 {
            let words = written(element);
            self.struck.extend(Some(words.trim().to_owned()).filter(|words| !words.is_empty()));
        }
    }

    fn run_content(&mut self, element: &Element, look: &Look, hidden: bool, line: &mut Line) {
        for child in element.elements() {
            match &*child.name {
                "t" => say(line, &child.text(), look, hidden),
                "tab" | "ptab" => say(line, "\t", look, hidden),
                "br" if !matches!(child.attribute("type"), Some("page" | "column")) => say(line, "\n", look, hidden),
                "cr" => say(line, "\n", look, hidden),
                "noBreakHyphen" => say(line, "-", look, hidden),
                "sym" => {
                    if let Some(c) = symbol(child) {
                        say(line, c.encode_utf8(&mut [0; 4]), look, hidden);
                    }
                }
                "delText" => line.deleted.push_str(&child.text()),
                "footnoteReference" | "endnoteReference" => {
                    if let Some(id) = child.attribute("id") {
                        let mark = Look { superscript: true, ..look.clone() };
                        say(line, &format!("[{id}]"), &mark, hidden);
                    }
                }
                "ruby" => {
                    for base in child.elements().filter(|part| &*part.name == "rubyBase") {
                        self.inline(base, look, line);
                    }
                }
                "AlternateContent" => {
                    if let Some(choice) = alternative(child) {
                        self.run_content(choice, look, hidden, line);
                    }
                }
                "drawing" | "pict" | "object" => {
                    let (before, pictures) = (line.runs.len(), self.shown.as_ref().map_or(0, Vec::len));
                    self.drawing(child, line);
                    if hidden {
                        line.runs.truncate(before);
                        if let Some(shown) = &mut self.shown {
                            shown.truncate(pictures);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// A picture of the file itself, where pictures are wanted. One that lies elsewhere is never fetched.
    fn show(&mut self, element: &Element, line: &mut Line) {
        let told = self.told.take().unwrap_or_default();
        let Some(shown) = &mut self.shown else { return };
        let id = ["r:embed", "embed", "r:id", "id"].into_iter().find_map(|name| element.attribute(name));
        let found = id.and_then(|id| self.relations.get(id)).filter(|relation| !relation.external);
        let Some(relation) = found else { return };
        let picture = Shown { target: relation.target.clone(), told };
        let at = shown.iter().position(|known| *known == picture).unwrap_or_else(|| {
            shown.push(picture);
            shown.len() - 1
        });
        line.runs.push(Run { text: OBJECT.to_owned(), look: Look { picture: Some(at), ..Look::default() } });
    }

    /// Pictures are counted, text boxes read. Drawings within a text box are read with the box.
    fn drawing(&mut self, element: &Element, line: &mut Line) {
        if &*element.name == "txbxContent" {
            // what a shape is filled with stands elsewhere
            let around = std::mem::replace(&mut self.ground, Paint::Unknown);
            let blocks = self.blocks(element);
            self.ground = around;
            if !blocks.is_empty() {
                line.boxes.push(blocks);
            }
            return;
        }
        match &*element.name {
            "blip" | "imagedata" => {
                self.pictures.add(self.placed);
                self.show(element, line);
            }
            "docPr" => self.told = element.attribute("descr").filter(|told| !is_guess(told)).map(str::to_owned),
            "inline" | "anchor" => self.placed = element.child("extent").and_then(pictures::extent),
            "shape" | "rect" => self.placed = element.attribute("style").and_then(pictures::styled),
            _ => {}
        }
        if &*element.name == "AlternateContent" {
            if let Some(choice) = alternative(element) {
                self.drawing(choice, line);
            }
            return;
        }
        for child in element.elements() {
            self.drawing(child, line);
        }
    }

    fn table(&mut self, element: &Element) -> Table {
        let mut table = Table::default();
        let around = self.ground;
        self.ground = ink::of_table(element, self.styles, around);
        self.rows(element, &mut table);
        self.ground = around;
        table
    }

    fn rows(&mut self, container: &Element, table: &mut Table) {
        for element in container.elements() {
            match &*element.name {
                "tr" => self.row(element, table),
                "sdt" => {
                    if let Some(content) = element.child("sdtContent") {
                        self.rows(content, table);
                    }
                }
                "customXml" | "ins" | "moveTo" => self.rows(element, table),
                _ => {}
            }
        }
    }

    fn row(&mut self, element: &Element, table: &mut Table) {
        let properties = element.child("trPr");
        if properties.is_some_and(|properties| properties.child("del").is_some()) {
            self.tracked = true;
            self.delete(written(element));
            return;
        }
        let mut row = Row {
            heading: properties.is_some_and(|properties| properties.switch("tblHeader")),
            skipped: properties
                .and_then(|properties| properties.value("gridBefore")?.parse().ok())
                .unwrap_or(0)
                .min(63),
            cells: Vec::new(),
        };
        self.cells(element, &mut row);
        table.rows.push(row);
    }

    fn cells(&mut self, container: &Element, row: &mut Row) {
        for element in container.elements() {
            match &*element.name {
                "tc" => {
                    let properties = element.child("tcPr");
                    let merged = properties.and_then(|properties| properties.child("vMerge"));
                    let around = self.ground;
                    let own = properties.and_then(|properties| properties.child("shd")).and_then(ink::fill);
                    self.ground = own.unwrap_or(around);
                    row.cells.push(Cell {
                        blocks: self.blocks(element),
                        columns: properties
                            .and_then(|properties| properties.value("gridSpan")?.parse::<usize>().ok())
                            .unwrap_or(1)
                            .clamp(1, 63),
                        merge: match merged.map(|merged| merged.attribute("val")) {
                            None => Merge::None,
                            Some(Some("restart")) => Merge::First,
                            Some(_) => Merge::Continued,
                        },
                    });
                    self.ground = around;
                }
                "sdt" => {
                    if let Some(content) = element.child("sdtContent") {
                        self.cells(content, row);
                    }
                }
                "customXml" | "ins" => self.cells(element, row),
                _ => {}
            }
        }
    }
}

fn say(line: &mut Line, text: &str, look: &Look, hidden: bool) {
    if hidden {
        line.hidden.push_str(text);
        return;
    }
    if text.is_empty() {
        return;
    }
    match line.runs.last_mut() {
        Some(last) if last.look == *look => last.text.push_str(text),
        _ => line.runs.push(Run { text: text.to_owned(), look: look.clone() }),
    }
}

/// The newer form of content that is stored twice; the older one only when there is no newer.
fn alternative(element: &Element) -> Option<&Element> {
    element.child("Choice").or_else(|| element.child("Fallback"))
}

/// All typed text below an element, deleted or not.
fn written(element: &Element) -> String {
    let mut out = String::new();
    collect_written(element, &mut out);
    out
}

fn collect_written(element: &Element, out: &mut String) {
    for node in &element.children {
        if let Node::Element(child) = node {
            match &*child.name {
                "t" | "delText" => out.push_str(&child.text()),
                "tab" => out.push('\t'),
                "Fallback" => {}
                _ => collect_written(child, out),
            }
        }
    }
}

/// Ticked and empty boxes from the symbol fonts, which forms use; other symbols are decoration.
fn symbol(element: &Element) -> Option<char> {
    let code = u32::from_str_radix(element.attribute("char")?, 16).ok()?;
    let second = element.attribute("font").is_some_and(|font| font.contains('2'));
    match code & 0xFF {
        0xA3 | 0x30 if second => Some('□'),
        0x53 | 0x54 if second => Some('☒'),
        0x50 if second => Some('√'),
        0x4F if second => Some('×'),
        0xFB if !second => Some('×'),
        0xA8 | 0x6F | 0x71 => Some('□'),
        0xFE | 0x52 => Some('☑'),
        0xFD | 0x51 => Some('☒'),
        0xFC => Some('√'),
        _ if code < 0xE000 => char::from_u32(code),
        _ => None,
    }
}

/// Links that may stand in a page.
pub(super) fn safe_link(target: &str) -> bool {
    let lower = target.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
}

/// The class that tells an editor where a paragraph stands.
pub(super) fn align_class(align: Align) -> &'static str {
    match align {
        Align::Start => "",
        Align::Center => " class=\"center\"",
        Align::End => " class=\"right\"",
    }
}

/// What Word's machine believes to see, and says so; and names of files, which pictures have by themselves.
fn is_guess(told: &str) -> bool {
    let plain = told.to_lowercase();
    let marks = ["自动生成", "automatically generated", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf"];
    plain.trim().is_empty() || marks.iter().any(|mark| plain.contains(mark))
}
