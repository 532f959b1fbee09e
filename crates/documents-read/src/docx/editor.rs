//! A docx for an editor: the same text, with its pictures where they stand. What is refused, and what stays behind, is as for any
//! reader; nothing of the pictures is looked into here.

use documents::{Extracted, Format, Held, Imported, Limits, Rejected};

use super::{
    body::{SKIPPED, Walk},
    html,
    model::Block,
    numbering::Numbering,
    side_part, side_places,
    styles::Styles,
};
use crate::{
    container::Package,
    net::ByName,
    ooxml::{self, Reading},
    xml,
};

/// Most pictures of a document, as many as a text may have.
const MOST: usize = 100;
/// Most bytes of all of them together: what the child may answer.
const MOST_BYTES: usize = 40 << 20;

/// Reads a docx for an editor.
pub(crate) fn import(bytes: &[u8], limits: &Limits, inner: Reading) -> Result<Imported, Rejected> {
    // Refuses what does something when it is opened, and knows what it left out.
    let plain = super::read(bytes, limits, inner)?;
    let mut package = Package::open(bytes, limits)?;
    let main = ooxml::main_part(&mut package, "word/document.xml", limits)?;
    let Some(document) = package.read(&main)? else { return Err(Rejected::damaged("Word 文档")) };
    let relations = ooxml::relations(&mut package, &main, limits)?;
    let styles =
        side_part(&mut package, &relations, "styles", limits)?.map_or_else(Styles::default, |tree| Styles::read(&tree));
    let numbering = side_part(&mut package, &relations, "numbering", limits)?
        .map_or_else(Numbering::default, |tree| Numbering::read(&tree));
    let tree = xml::parse(&document, &SKIPPED, limits)?;
    let Some(body) = tree.child("body") else { return Err(Rejected::damaged("Word 文档")) };
    let mut walk = Walk::new(&styles, &numbering, relations.clone());
    walk.shown = Some(Vec::new());
    let blocks = walk.blocks(body);
    // Those of headers and notes are marks and signs.
    let shown = walk.shown.take().unwrap_or_default();
    let boxes = std::mem::take(&mut walk.boxes);
    let mut aside = (Extracted::empty(Format::Docx), ByName::default());
    let notes = side_places(&mut package, &relations, &mut walk, (&mut aside.0, &mut aside.1), limits)?;
    let all: Vec<Block> = blocks.into_iter().chain(boxes.into_iter().flatten()).chain(notes).collect();
    let html = html::with_pictures(&html::write(&all), &shown);
    let mut told = told(&plain, shown.is_empty());
    let (mut pictures, mut room) = (Vec::new(), MOST_BYTES);
    for picture in &shown {
        let bytes = package.read(&picture.target)?.unwrap_or_default();
        let fits = pictures.len() < MOST && bytes.len() <= room;
        let name = picture.target.rsplit('/').next().unwrap_or_default().to_owned();
        // Its place stays: what has no bytes is told by whoever draws it.
        let bytes = if fits { bytes } else { Vec::new() };
        room -= bytes.len();
        pictures.push(Held { name, bytes });
    }
    if pictures.iter().any(|held| held.bytes.is_empty()) {
        told.push("文档里的图片太多或太大，没有全部读出。请把大图缩小后逐张插入。".to_owned());
    }
    Ok(Imported { html: levels(&html), pictures, notes: told })
}

/// What did not come in. That pictures stay behind is not so here, if their places were found.
fn told(plain: &Extracted, none_shown: bool) -> Vec<String> {
    let of_pictures = |words: &String| words.contains("图片没有导入");
    let mut told: Vec<String> =
        plain.warnings.iter().filter(|words| none_shown || !of_pictures(words)).cloned().collect();
    told.extend(plain.left_out());
    told
}

/// The title of the page is not part of the text, and there are three levels of headings.
fn levels(html: &str) -> String {
    let mut out = html.to_owned();
    for (from, to) in [("h1", "h2"), ("h5", "h4"), ("h6", "h4")] {
        out = out.replace(&format!("<{from}>"), &format!("<{to}>")).replace(&format!("</{from}>"), &format!("</{to}>"));
        out = out.replace(&format!("<{from} "), &format!("<{to} "));
    }
    out
}
