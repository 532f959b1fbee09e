//! A paper as Word (Office Open XML), written as it is: no program is asked, nothing of who wrote it or when goes along.
//!
//! Fonts are those that the standard names, with the ones that systems have beside them for machines without.

mod body;
mod fixed;
mod table;

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::paper::{Form, Paper};
use crate::table::Uneven;

/// The paper as the bytes of a .docx file; the same paper gives the same bytes.
///
/// # Errors
/// [`Uneven`] when a table has holes.
///
/// # Panics
/// Never: writing into memory does not fail.
pub fn docx(paper: &Paper) -> Result<Vec<u8>, Uneven> {
    let paper = paper.ready()?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, text: &str| {
        out.start_file(name, SimpleFileOptions::default())
            .and_then(|()| out.write_all(text.as_bytes()).map_err(Into::into))
            .expect("memory takes what is written");
    };
    put("[Content_Types].xml", fixed::TYPES);
    put("_rels/.rels", fixed::ROOT);
    put("docProps/core.xml", &fixed::properties(&paper.title, &paper.author));
    put("word/_rels/document.xml.rels", fixed::RELATIONS);
    put("word/settings.xml", fixed::SETTINGS);
    put("word/fontTable.xml", fixed::FONTS);
    put("word/styles.xml", &fixed::styles());
    put("word/footer1.xml", &fixed::footer(true, paper.numbered));
    put("word/footer2.xml", &fixed::footer(false, paper.numbered));
    let organ = paper.head.as_ref().and_then(|head| head.organs.first()).map_or("", String::as_str);
    put("word/header1.xml", &fixed::letter_header(if as_letter(&paper) { organ } else { "" }));
    put("word/footer3.xml", &fixed::letter_footer());
    put("word/document.xml", &body::document(&paper)?);
    Ok(out.finish().expect("memory takes what is written").into_inner())
}

/// Whether the paper is an official document in the form of a letter.
fn as_letter(paper: &Paper) -> bool {
    paper.head.as_ref().is_some_and(|head| head.form == Form::Letter)
}

/// A text as XML has it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A run of text; a break of lines is one.
fn run(properties: &str, text: &str) -> String {
    let pieces: Vec<String> =
        text.split('\n').map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", escaped(line))).collect();
    let properties = if properties.is_empty() { String::new() } else { format!("<w:rPr>{properties}</w:rPr>") };
    format!("<w:r>{properties}{}</w:r>", pieces.join("<w:br/>"))
}

/// A paragraph of this style, with more properties and what is in it.
fn paragraph(style: &str, properties: &str, runs: &str) -> String {
    let style = if style.is_empty() { String::new() } else { format!("<w:pStyle w:val=\"{style}\"/>") };
    format!("<w:p><w:pPr>{style}{properties}</w:pPr>{runs}</w:p>")
}

#[cfg(test)]
mod tests {
    use documents::Limits;
    use documents_read::extract;

    use super::*;
    use crate::paper::{Align, Block, Foot, Head};
    use crate::table::{Cell, Table};

    fn letter() -> Paper {
        Paper {
            title: "青府办公开〔2026〕12号".into(),
            author: "青禾县人民政府办公室".into(),
            numbered: true,
            head: Some(Head {
                form: Form::Document,
                organs: vec!["青禾县人民政府办公室".into()],
                number: "青府办公开〔2026〕12号".into(),
            }),
            blocks: vec![
                Block::Title { text: "告知书".into() },
                Block::Addressee { text: "张示范：".into() },
                Block::heading(1, "公开内容"),
                Block::paragraph("甲 < 乙 & \"丙\" </w:t>\u{202e}\u{1}"),
                Block::Attachments { names: vec!["文件一".into(), "文件二".into()] },
                Block::Signature {
                    organs: vec!["青禾县人民政府办公室".into()], date: "2026年11月9日".into()
                },
                Block::Note { text: "（联系人：政务公开股）".into() },
            ],
            foot: Some(Foot {
                copies: "县司法局。".into(),
                organ: "青禾县人民政府办公室".into(),
                date: "2026年11月9日印发".into(),
            }),
            ..Paper::default()
        }
    }

    #[test]
    fn a_letter_is_read_again_word_for_word() {
        let bytes = docx(&letter()).expect("even");
        assert_eq!(bytes, docx(&letter()).expect("even"), "the same paper is the same file");
        let found = extract(&bytes, "答复.docx", &Limits::default()).expect("opens");
        let lines: Vec<&str> = found.text.lines().map(str::trim).collect();
        for line in [
            "青禾县人民政府办公室",
            "青府办公开〔2026〕12号",
            "告知书",
            "张示范：",
            "公开内容",
            "甲 < 乙 & \"丙\" </w:t>",
            "附件：1. 文件一",
            "2. 文件二",
            "2026年11月9日",
            "（联系人：政务公开股）",
            "抄送：县司法局。",
        ] {
            assert!(lines.contains(&line), "{line}\n{}", found.text);
        }
        assert!(found.headings.iter().any(|(_, level)| *level == 1), "{:?}", found.headings);
        let author = found.parts.iter().find(|part| part.place == "metadata author").map(|part| part.text.as_str());
        assert_eq!(author, Some("青禾县人民政府办公室"));
    }

    #[test]
    fn a_letter_between_red_lines_has_its_organ_on_the_first_page_alone() {
        let mut paper = letter();
        if let Some(head) = &mut paper.head {
            head.form = Form::Letter;
        }
        let found = extract(&docx(&paper).expect("even"), "函.docx", &Limits::default()).expect("opens");
        let header = found.parts.iter().find(|part| part.place.starts_with("header")).map(|part| part.text.trim());
        assert_eq!(header, Some("青禾县人民政府办公室"));
        assert!(found.text.contains("青府办公开〔2026〕12号") && found.text.contains("抄送：县司法局。"));
        assert!(!found.text.contains("印发"), "no organ and day of printing: {}", found.text);
    }

    #[test]
    fn merged_cells_keep_their_places() {
        let rows = vec![
            vec![Cell::head("事项", 1, 2), Cell::head("申请人情况", 2, 1)],
            vec![Cell::head("自然人", 1, 1), Cell::head("总计", 1, 1)],
            vec![Cell::new("一、本年新收").aligned(Align::Left), Cell::new("3"), Cell::new("5")],
        ];
        let table = Table { caption: "表一".into(), widths: vec![4, 1, 1], head: 2, rows };
        let paper = Paper { landscape: true, blocks: vec![Block::Table(table.clone())], ..Paper::default() };
        let found = extract(&docx(&paper).expect("even"), "表.docx", &Limits::default()).expect("opens");
        assert!(found.text.contains("一、本年新收\t3\t5"), "{}", found.text);
        let html = found.html.unwrap_or_default();
        assert!(html.contains("rowspan=\"2\"") && html.contains("colspan=\"2\""), "{html}");
        let holes = Table { rows: vec![vec![Cell::new("甲")]], ..table };
        assert_eq!(docx(&Paper { blocks: vec![Block::Table(holes)], ..Paper::default() }), Err(Uneven(1)));
    }

    #[test]
    fn a_name_longer_than_the_date_stands_two_characters_from_the_edge() {
        let right = |organ: &str| {
            let blocks = vec![Block::Signature { organs: vec![organ.into()], date: "2026年11月9日".into() }];
            let text = body::document(&Paper { blocks, ..Paper::default() }).expect("even");
            let all: Vec<u32> =
                text.split("w:right=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
            (all[0], all[1])
        };
        // Two characters are 630; the date of 13 halves stands in the middle below the name.
        assert_eq!(right("青禾县人民政府政务公开工作领导小组办公室").0, 628);
        let (organ, date) = right("县政府办");
        assert!(organ > date && date == 8 * 157, "{organ} {date}");
    }
}
