//! Blocks as simple HTML: paragraphs, headings, bullet lists, tables with merged cells. No styles; pictures where they are wanted.
//!
//! Numbers made by the word processor are written out in the text: official numbering (`一、`, `（一）`) is part of what
//! the document says, and a browser would count differently.

use std::collections::HashMap;

use crate::html::escape;

use super::body::{Shown, align_class};
use super::model::{Block, Cell, Merge, Paragraph, Role, Run, Table};

/// The HTML of blocks.
pub(super) fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    write_blocks(blocks, &mut out);
    out
}

/// The figures of pictures in place of what stands for them.
pub(super) fn with_pictures(html: &str, shown: &[Shown]) -> String {
    let mut out = html.to_owned();
    for (at, picture) in shown.iter().enumerate() {
        let told = match picture.told.as_str() {
            "" => String::new(),
            told => format!(" alt=\"{}\"", escape(told)),
        };
        out = out.replace(&place(at), &format!("<figure><img src=\"picture:{}\"{told}></figure>\n", at + 1));
    }
    out
}

/// What stands for a picture until its figure is written; no text of a file reads so, since its brackets are written otherwise.
fn place(at: usize) -> String {
    format!("<picture {at}>")
}

fn write_blocks(blocks: &[Block], out: &mut String) {
    let mut open_lists = 0_usize;
    for block in blocks {
        let depth = match block {
            Block::Paragraph(Paragraph { role: Role::Bullet(level), .. }) => level + 1,
            _ => 0,
        };
        // Items of an open list are closed before the list grows no deeper.
        while open_lists > depth {
            out.push_str("</li></ul>\n");
            open_lists -= 1;
        }
        if depth > 0 && open_lists == depth {
            out.push_str("</li>\n<li>");
        }
        while open_lists < depth {
            out.push_str("<ul><li>");
            open_lists += 1;
        }
        match block {
            Block::Paragraph(paragraph) if depth > 0 => write_runs(paragraph, out),
            Block::Paragraph(paragraph) => write_paragraph(paragraph, out),
            Block::Table(table) => write_table(table, out),
        }
    }
    for _ in 0..open_lists {
        out.push_str("</li></ul>\n");
    }
}

fn write_paragraph(paragraph: &Paragraph, out: &mut String) {
    let tag = match paragraph.role {
        Role::Title => "h1",
        Role::Heading(1) => "h2",
        Role::Heading(2) => "h3",
        Role::Heading(3) => "h4",
        Role::Heading(4) => "h5",
        Role::Heading(_) => "h6",
        Role::Text | Role::Bullet(_) => "p",
    };
    // A picture stands between paragraphs: what comes before and after it are two.
    if !paragraph.runs.iter().any(|run| run.look.picture.is_some()) {
        return write_one(paragraph, tag, out);
    }
    let pictures: Vec<usize> = paragraph.runs.iter().filter_map(|run| run.look.picture).collect();
    for (at, runs) in paragraph.runs.split(|run| run.look.picture.is_some()).enumerate() {
        if at > 0 {
            out.push_str(&pictures.get(at - 1).map(|picture| place(*picture)).unwrap_or_default());
        }
        let label = if at == 0 { paragraph.label.clone() } else { String::new() };
        let piece = Paragraph { label, runs: runs.to_vec(), role: paragraph.role, align: paragraph.align };
        if !piece.text().trim().is_empty() {
            write_one(&piece, tag, out);
        }
    }
}

fn write_one(paragraph: &Paragraph, tag: &str, out: &mut String) {
    out.push_str(&format!("<{tag}{}>", align_class(paragraph.align)));
    write_runs(paragraph, out);
    out.push_str(&format!("</{tag}>\n"));
}

fn write_runs(paragraph: &Paragraph, out: &mut String) {
    out.push_str(&escape(&paragraph.label));
    let bold_everywhere = paragraph.role != Role::Text && paragraph.runs.iter().all(|run| run.look.bold);
    for run in &paragraph.runs {
        write_run(run, bold_everywhere, out);
    }
}

fn write_run(run: &Run, bold_everywhere: bool, out: &mut String) {
    let look = &run.look;
    if let Some(picture) = look.picture {
        return out.push_str(&place(picture));
    }
    let link = look.link.as_ref().map(|link| format!("<a href=\"{}\">", escape(link)));
    let marks = [
        (look.bold && !bold_everywhere, "strong"),
        (look.italic, "em"),
        (look.underline, "u"),
        (look.strike, "s"),
        (look.superscript, "sup"),
        (look.subscript, "sub"),
    ];
    if let Some(link) = &link {
        out.push_str(link);
    }
    for (_, tag) in marks.iter().filter(|(on, _)| *on) {
        out.push_str(&format!("<{tag}>"));
    }
    out.push_str(&escape(&run.text).replace('\n', "<br>").replace('\t', "\u{3000}"));
    for (_, tag) in marks.iter().rev().filter(|(on, _)| *on) {
        out.push_str(&format!("</{tag}>"));
    }
    if link.is_some() {
        out.push_str("</a>");
    }
}

fn write_table(table: &Table, out: &mut String) {
    out.push_str("<table>\n");
    let columns = positions(table);
    for (index, row) in table.rows.iter().enumerate() {
        out.push_str("<tr>");
        let tag = if row.heading { "th" } else { "td" };
        // cells that the paper leaves out before the first one: without them all others move to the left
        match row.skipped {
            0 => {}
            1 => out.push_str("<td></td>"),
            more => out.push_str(&format!("<td colspan=\"{more}\"></td>")),
        }
        for (cell, column) in row.cells.iter().zip(&columns[index].order) {
            let continues_nothing = index == 0;
            if cell.merge == Merge::Continued && !continues_nothing {
                continue;
            }
            out.push_str(&format!("<{tag}"));
            if cell.columns > 1 {
                out.push_str(&format!(" colspan=\"{}\"", cell.columns));
            }
            let rows = if cell.merge == Merge::None { 1 } else { covered_rows(table, &columns, index, *column) };
            if rows > 1 {
                out.push_str(&format!(" rowspan=\"{rows}\""));
            }
            out.push('>');
            write_cell(cell, out);
            out.push_str(&format!("</{tag}>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

/// One paragraph in a cell needs no paragraph around it.
fn write_cell(cell: &Cell, out: &mut String) {
    match cell.blocks.as_slice() {
        [Block::Paragraph(paragraph)] if !matches!(paragraph.role, Role::Bullet(_)) => write_runs(paragraph, out),
        blocks => write_blocks(blocks, out),
    }
}

/// Where the cells of a row stand in the grid.
struct Places {
    /// The grid column of each cell, in order.
    order: Vec<usize>,
    /// The cell at a grid column.
    at: HashMap<usize, usize>,
}

fn positions(table: &Table) -> Vec<Places> {
    table
        .rows
        .iter()
        .map(|row| {
            let mut column = row.skipped;
            let mut places = Places { order: Vec::new(), at: HashMap::new() };
            for (index, cell) in row.cells.iter().enumerate() {
                places.order.push(column);
                places.at.insert(column, index);
                column += cell.columns;
            }
            places
        })
        .collect()
}

/// How many rows a merged cell covers: itself and the unbroken continuations below it.
fn covered_rows(table: &Table, columns: &[Places], from: usize, column: usize) -> usize {
    let below = table.rows.iter().zip(columns).skip(from + 1);
    1 + below
        .take_while(|(row, places)| {
            places.at.get(&column).is_some_and(|index| row.cells[*index].merge == Merge::Continued)
        })
        .count()
}
