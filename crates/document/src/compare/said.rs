//! What somebody can read of one side, line by line, with what says whose it is: the label in the line before, the head above a
//! cell, the first cell of its row. And where its links lead.

use super::{
    Side,
    table::{self, Cell},
    units::is_inline,
    words::{Mark, Word},
};
use crate::html::pieces::{self, Piece};

/// Characters of what may be a label.
const LABEL: usize = 12;

/// All of it: title, fields, names of files, text.
pub(crate) fn said(side: &Side) -> String {
    let mut lines = vec![side.title.clone()];
    lines.extend(side.fields.iter().map(|(label, value)| format!("{label}：{value}")));
    lines.extend(side.files.iter().map(|file| file.name.clone()));
    text(&pieces::read(&side.html), &mut lines);
    lines.join("\n")
}

/// The words, if they may be a label: few, and nothing that has one itself.
fn label(words: &str) -> &str {
    let words = words.trim().trim_end_matches(['：', ':']);
    let plain = !words.contains(|c: char| c.is_ascii_digit() || matches!(c, '：' | ':' | '。'));
    if plain && words.chars().nth(LABEL).is_none() { words } else { "" }
}

fn text(pieces: &[Piece], lines: &mut Vec<String>) {
    let (mut line, mut before, mut table_ends) = (String::new(), String::new(), 0);
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Words(words) => line.push_str(words),
            Piece::Open { name, attributes, end } => {
                if !is_inline(name) {
                    end_line(&mut line, &mut before, lines);
                }
                if name == "table" && at >= table_ends {
                    // What stands in a cell is read with it.
                    table_ends = *end;
                    cells(pieces, at, lines);
                }
                let told = attributes.iter().filter(|(key, _)| matches!(key.as_str(), "href" | "alt" | "title"));
                lines.extend(
                    told.map(|(_, value)| String::from_utf8_lossy(&kernel::percent_decoded(value)).into_owned()),
                );
            }
            Piece::Close { name } if is_inline(name) => {}
            Piece::Close { .. } => end_line(&mut line, &mut before, lines),
        }
    }
    end_line(&mut line, &mut before, lines);
}

/// Ends a line; `before` is what may be the label of the next.
fn end_line(line: &mut String, before: &mut String, lines: &mut Vec<String>) {
    let words = std::mem::take(line);
    if words.trim().is_empty() {
        return;
    }
    if !before.is_empty() {
        lines.push(format!("{before}：{}", words.trim()));
    }
    *before = label(&words).to_owned();
    lines.push(words);
}

/// The cells of the table that opens at `at`, each behind what stands above it and before it.
fn cells(pieces: &[Piece], at: usize, lines: &mut Vec<String>) {
    let mut texts: Vec<String> = Vec::new();
    let keep = |runs: Vec<(String, Mark)>| {
        texts.push(runs.into_iter().map(|(words, _)| words).collect());
        vec![Word::try_from(texts.len() - 1).unwrap_or(Word::MAX)]
    };
    let Some(table) = table::read(pieces, at, keep) else { return };
    let words = |cell: &Cell| match cell {
        Cell::Words(words) => words.first().and_then(|word| texts.get(*word as usize)).map_or("", |text| text.trim()),
        Cell::Over | Cell::Down => "",
    };
    let mut heads = vec![""; table.columns];
    for (row, line) in table.lines.iter().enumerate() {
        let first = line.cells.first().map_or("", |cell| label(words(cell)));
        for (column, cell) in line.cells.iter().enumerate() {
            let told = words(cell);
            if *cell == Cell::Over && column > 0 && (row == 0 || line.head) {
                heads[column] = heads[column - 1];
            }
            if told.is_empty() {
                continue;
            }
            if row > 0 && !heads[column].is_empty() {
                lines.push(format!("{}：{told}", heads[column]));
            }
            if column > 0 && !first.is_empty() {
                lines.push(format!("{first}：{told}"));
            }
            if row == 0 || line.head {
                heads[column] = label(told);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_heads_and_links_are_said_with_what_they_speak_of() {
        let html = "<p>家庭住址</p><p>石门村3组</p><p><a href=\"/x?at=%E9%9D%92%E9%BE%99%E8%A1%978%E5%8F%B7\">见此</a></p>\
            <table><tr><th>姓名</th><th>家庭住址</th></tr><tr><td>甲</td><td>青龙街8号</td></tr></table>\
            <table><tr><td>现住址</td><td>东门村六组</td></tr></table>";
        let side = Side { title: "公示".into(), html: html.into(), ..Side::default() };
        let said = said(&side);
        let lines: Vec<&str> = said.lines().collect();
        for line in [
            "公示",
            "家庭住址：石门村3组",
            "家庭住址：青龙街8号",
            "甲：青龙街8号",
            "现住址：东门村六组",
            "/x?at=青龙街8号",
        ] {
            assert!(lines.contains(&line), "{line} is not in {lines:?}");
        }
    }

    #[test]
    fn tables_within_tables_are_read_once() {
        let deep = "<table><tr><td>甲".repeat(2_000);
        let side = Side { html: deep, ..Side::default() };
        assert!(said(&side).len() < 100_000);
    }
}
