//! Word documents: visible text, simple HTML, and every hidden place where text can stay behind.
//!
//! An own small reader instead of a library: it keeps the order of paragraphs and tables, resolves automatic numbering,
//! reads what WPS writes, and stands up to hostile files.

mod body;
mod editor;
mod formula;
mod html;
mod ink;
mod model;
mod numbering;
mod styles;

use std::collections::{HashMap, HashSet};

use documents::{Extracted, Format, Limits, Part, Rejected, Unread};

use crate::active;
use crate::container::Package;
use crate::heads::{self, Heads};
use crate::ink::Colour;
use crate::net::{self, ByName, squeezed};
use crate::ooxml::{self, Reading, Relation};
use crate::pieces;
use crate::xml::{self, Element};
use body::{SKIPPED, Walk};
use ink::Paint;
use model::Block;
use numbering::Numbering;
use styles::Styles;

pub(crate) use editor::import;

/// Reads a docx.
pub(crate) fn read(bytes: &[u8], limits: &Limits, inner: Reading) -> Result<Extracted, Rejected> {
    let mut package = Package::open(bytes, limits)?;
    active::refuse(&mut package, limits)?;
    let main = ooxml::main_part(&mut package, "word/document.xml", limits)?;
    let Some(document) = package.read(&main)? else {
        return Err(Rejected::damaged("Word 文档"));
    };
    let relations = ooxml::relations(&mut package, &main, limits)?;
    let styles =
        side_part(&mut package, &relations, "styles", limits)?.map_or_else(Styles::default, |tree| Styles::read(&tree));
    let numbering = side_part(&mut package, &relations, "numbering", limits)?
        .map_or_else(Numbering::default, |tree| Numbering::read(&tree));
    let tree = xml::parse(&document, &SKIPPED, limits)?;
    drop(document);
    let Some(body) = tree.child("body") else {
        return Err(Rejected::damaged("Word 文档"));
    };
    let mut walk = Walk::new(&styles, &numbering, relations.clone());
    if let Some(page) = tree.child("background") {
        walk.ground = page.attribute("color").and_then(Colour::hex).map_or(Paint::Unknown, Paint::Is);
    }
    let blocks = walk.blocks(body);
    let mut found = Extracted::empty(Format::Docx);
    let mut known = ByName::default();
    known.stories.insert(main);
    body_parts(&blocks, &mut found.parts);
    let notes = side_places(&mut package, &relations, &mut walk, (&mut found, &mut known), limits)?;
    let boxes = std::mem::take(&mut walk.boxes);
    numbered(&mut found.parts, "text box", boxes.iter().map(|blocks| joined(blocks)));
    numbered(&mut found.parts, "deleted text", std::mem::take(&mut walk.deleted));
    numbered(&mut found.parts, "hidden text", std::mem::take(&mut walk.hidden));
    warn(&walk, &relations, &mut found);
    known.texts.extend(boxes.iter().flat_map(|blocks| joined(blocks).lines().map(squeezed).collect::<Vec<_>>()));
    let shown: Vec<Block> = blocks.into_iter().chain(boxes.into_iter().flatten()).chain(notes).collect();
    let (mut lines, mut headings) = (Vec::new(), Vec::new());
    for block in shown.iter().map(model::valid) {
        headings.extend(model::heading(&block).map(|level| (lines.len(), level)));
        model::lines(std::slice::from_ref(&block), &mut lines);
    }
    found.text = lines.join("\n");
    found.headings = crate::headings::unnumbered(&found.text, headings);
    found.html = Some(html::write(&shown));
    let letters = found.text.chars().filter(|c| !c.is_whitespace()).count();
    if walk.pictures.hide(letters) {
        let words = "文档里有占去大半页的图片，或几乎只有图片，可能是扫描件，无法检查，请人工核对。";
        found.tell_unread("body", Unread::All, words);
    }
    if walk.foreign {
        // Word shows it as a part of the text.
        let words = "文档里有以其他格式嵌入的内容，系统读不出来。请用 Word 打开后另存一份再上传。";
        found.tell_unread("embedded", Unread::All, words);
        found.warnings.push(words.to_owned());
    }
    ooxml::metadata(&mut package, &mut found.parts, limits)?;
    known.whole.insert("docProps/core.xml".to_owned());
    known.whole.insert("docProps/custom.xml".to_owned());
    net::cast(&mut package, &known, &mut found, limits)?;
    ooxml::embedded(&mut package, &mut found, limits, inner)?;
    Ok(found)
}

/// A part that the main part names by kind, parsed.
fn side_part(
    package: &mut Package<'_>,
    relations: &HashMap<String, Relation>,
    kind: &str,
    limits: &Limits,
) -> Result<Option<Element>, Rejected> {
    match package.read(&side_name(relations, kind))? {
        Some(bytes) => xml::parse(&bytes, &[], limits).map(Some),
        None => Ok(None),
    }
}

/// The name of the part that the main part names by kind, else the usual one.
fn side_name(relations: &HashMap<String, Relation>, kind: &str) -> String {
    let named = relations.values().find(|relation| relation.kind == kind && !relation.external);
    named.map_or_else(|| format!("word/{kind}.xml"), |relation| relation.target.clone())
}

/// `body` holds all paragraphs outside tables; each table row is a place of its own.
fn body_parts(blocks: &[Block], parts: &mut Vec<Part>) {
    let mut lines = Vec::new();
    for block in blocks {
        if matches!(block, Block::Paragraph(_)) {
            model::lines(std::slice::from_ref(block), &mut lines);
        }
    }
    Part::push(parts, "body", lines.join("\n"));
    let tables = blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        Block::Paragraph(_) => None,
    });
    for (table_index, table) in tables.enumerate() {
        let texts: Vec<Vec<(u32, String)>> = table.rows.iter().map(model::Row::texts).collect();
        let mut heads = Heads::default();
        for (row_index, (row, cells)) in table.rows.iter().zip(&texts).enumerate() {
            let told = heads::row(&mut heads, row.text(), cells);
            Part::push(parts, format!("table {} row {}", table_index + 1, row_index + 1), told);
        }
        let rows = texts.iter().map(|row| pieces::row(row.iter().map(|(at, text)| (at, text))));
        for joined in pieces::find(&(0..).zip(rows).collect()) {
            // one within a row was read with the row
            if joined.first.0 != joined.last.0 {
                Part::push(parts, format!("table {} row {}", table_index + 1, joined.first.0 + 1), joined.text);
            }
        }
    }
}

/// Headers, footers, notes and comments. Notes are visible text: their blocks are returned, to stand after the body.
fn side_places(
    package: &mut Package<'_>,
    relations: &HashMap<String, Relation>,
    walk: &mut Walk<'_>,
    (found, known): (&mut Extracted, &mut ByName),
    limits: &Limits,
) -> Result<Vec<Block>, Rejected> {
    let mut notes = Vec::new();
    for (kind, place) in [("header", "header"), ("footer", "footer")] {
        let mut names: Vec<&str> = relations
            .values()
            .filter(|relation| relation.kind == kind && !relation.external)
            .map(|relation| relation.target.as_str())
            .collect();
        names.sort_unstable();
        let mut seen = HashSet::new();
        let mut texts = Vec::new();
        for name in names {
            let Some(bytes) = package.read(name)? else { continue };
            known.stories.insert(name.to_owned());
            let tree = xml::parse(&bytes, &SKIPPED, limits)?;
            walk.relations = ooxml::relations(package, name, limits)?;
            let text = joined(&walk.blocks(&tree));
            if seen.insert(text.clone()) {
                texts.push(text);
            }
        }
        numbered(&mut found.parts, place, texts);
    }
    for (kind, element, place) in [("footnotes", "footnote", "footnote"), ("endnotes", "endnote", "endnote")] {
        let Some(tree) = side_part(package, relations, kind, limits)? else { continue };
        known.stories.insert(side_name(relations, kind));
        for note in tree.elements().filter(|each| &*each.name == element) {
            // Separators are layout.
            if note.attribute("type").is_some_and(|kind| kind != "normal") {
                continue;
            }
            let id = note.attribute("id").unwrap_or("?");
            let mut blocks = walk.blocks(note);
            Part::push(&mut found.parts, format!("{place} {id}"), joined(&blocks));
            if let Some(Block::Paragraph(first)) = blocks.first_mut() {
                first.label = format!("[{id}] ");
            }
            notes.append(&mut blocks);
        }
    }
    if let Some(tree) = side_part(package, relations, "comments", limits)? {
        known.stories.insert(side_name(relations, "comments"));
        let mut count = 0;
        for (index, comment) in tree.elements().filter(|each| &*each.name == "comment").enumerate() {
            let blocks = walk.blocks(comment);
            Part::push(&mut found.parts, format!("comment {}", index + 1), joined(&blocks));
            Part::push(
                &mut found.parts,
                format!("comment {} author", index + 1),
                comment.attribute("author").unwrap_or_default(),
            );
            count += 1;
        }
        if count > 0 {
            found
                .warnings
                .push(format!("文档里有 {count} 条批注，下载的人能看到。请在 Word 或 WPS 中删除批注后重新上传。"));
        }
    }
    Ok(notes)
}

fn warn(walk: &Walk<'_>, relations: &HashMap<String, Relation>, found: &mut Extracted) {
    let mut unread = |words: String| {
        found.tell_unread("body", Unread::Some, words.clone());
        found.warnings.push(words);
    };
    if walk.pictures.count > 0 {
        let count = walk.pictures.count;
        unread(format!("文档里有 {count} 张图片，图片没有导入，其中的文字也无法自动检查，请人工核对。"));
    }
    let outside = relations.values().filter(|relation| relation.external && relation.kind != "hyperlink").count();
    if outside > 0 {
        unread(format!("文档引用了 {outside} 个外部文件，系统不会去读取。请把引用的内容放进文档，或删除引用。"));
    }
    if walk.turned {
        unread("文档里有改变了书写方向的文字，看到的先后顺序与文件里存的不同，请人工核对。".to_owned());
    }
    if !walk.struck.is_empty() {
        let some: String = walk.struck.join("、").chars().take(60).collect();
        found.warnings.push(format!(
            "文档里有加了删除线的文字“{some}”，按作废处理，没有读入。仍然有效的，请去掉删除线后重新上传。"
        ));
    }
    if let Some(first) = walk.unseen.first() {
        let some: String = first.chars().take(40).collect();
        found.warnings.push(format!(
            "文档里有看不见的文字“{some}”（与底色相同、字号极小或在页面之外），下载的人选中就能看到，没有读入正文。请删除，或改为看得见的文字后重新上传。"
        ));
    }
    if walk.tracked {
        found.warnings.push(
            "文档里有修订痕迹，下载的人能看到改动前的文字。请在 Word 或 WPS 中“接受全部修订”后重新上传。".to_owned(),
        );
    }
}

fn joined(blocks: &[Block]) -> String {
    let mut lines = Vec::new();
    model::lines(blocks, &mut lines);
    lines.join("\n")
}

fn numbered(parts: &mut Vec<Part>, place: &str, texts: impl IntoIterator<Item = String>) {
    for (index, text) in texts.into_iter().filter(|text| !text.trim().is_empty()).enumerate() {
        Part::push(parts, format!("{place} {}", index + 1), text);
    }
}
