//! What stands on the pages, from the red head to the line of the print.

use super::fixed::{EM, LINE, R, W, XML, face};
use super::table::{side, table};
use super::{as_letter, paragraph, run};
use crate::paper::{Block, Foot, Head, Paper};
use crate::table::Uneven;

/// Width of the type area in twentieths of a point: 156 mm upright, 253 mm across.
const UPRIGHT: u32 = 8844;
const ACROSS: u32 = 14_344;
const RED: &str = "<w:color w:val=\"D7000F\"/>";

pub(super) fn document(paper: &Paper) -> Result<String, Uneven> {
    let width = if paper.landscape { ACROSS } else { UPRIGHT };
    let mut out = format!("{XML}<w:document xmlns:w=\"{W}\" xmlns:r=\"{R}\"><w:body>");
    let letter = as_letter(paper);
    if let Some(head) = &paper.head {
        out.push_str(&if letter { number_of_letter(head) } else { red_head(head) });
    }
    for block in &paper.blocks {
        out.push_str(&piece(block, paper.head.is_some(), width)?);
    }
    if let Some(foot) = &paper.foot {
        out.push_str(&if letter { copies_of_letter(foot, width) } else { imprint(foot, width) });
    }
    out.push_str(&section(paper.landscape, letter));
    out.push_str("</w:body></w:document>");
    Ok(out)
}

/// 版头: the organs 35 mm below the edge of the type area, the number two lines below them, the red line 4 mm below it.
fn red_head(head: &Head) -> String {
    let most = head.organs.iter().map(|organ| organ.chars().count()).max().unwrap_or(1).max(1);
    // As large as one line bears, in half points.
    let size = (850 / most).clamp(36, 120);
    let look = format!(
        "{}{RED}<w:spacing w:val=\"0\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>",
        face("方正小标宋简体")
    );
    let mut out = String::new();
    for (at, organ) in head.organs.iter().enumerate() {
        let before = if at == 0 { 1984 } else { 0 };
        let look_of_line =
            format!("<w:spacing w:before=\"{before}\" w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/>");
        out.push_str(&paragraph("", &look_of_line, &run(&look, organ)));
    }
    let line = "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"11\" w:color=\"D7000F\"/></w:pBdr>";
    let number = format!("{line}<w:spacing w:before=\"{LINE}\"/><w:jc w:val=\"center\"/>");
    let inside = if head.number.is_empty() { String::new() } else { run("", &head.number) };
    out.push_str(&paragraph("", &number, &inside));
    out
}

/// 发文字号 of a letter: at the right, below the red lines that its header has.
fn number_of_letter(head: &Head) -> String {
    if head.number.is_empty() {
        return String::new();
    }
    paragraph("", "<w:jc w:val=\"right\"/>", &run("", &head.number))
}

fn piece(block: &Block, below_head: bool, width: u32) -> Result<String, Uneven> {
    Ok(match block {
        Block::Title { text } => {
            let before = if below_head { LINE * 2 } else { 0 };
            let room =
                format!("<w:spacing w:before=\"{before}\" w:after=\"{LINE}\" w:line=\"640\" w:lineRule=\"exact\"/>");
            paragraph("Title", &room, &run("", text))
        }
        Block::Heading { level, text } => paragraph(&format!("Heading{level}"), "", &run("", text)),
        Block::Addressee { text } => paragraph("", "", &run("", text)),
        Block::Paragraph { text } | Block::Note { text } => paragraph("Body", "", &run("", text)),
        Block::Line { text, align } => paragraph("", &format!("<w:jc w:val=\"{}\"/>", side(*align)), &run("", text)),
        Block::Attachments { names } => attachments(names),
        Block::Signature { organs, date } => signature(organs, date),
        Block::Table(it) => table(it, width)?,
        Block::Page => "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>".to_owned(),
    })
}

/// 附件说明: one line below the text, two characters in; names go on below their own beginning.
fn attachments(names: &[String]) -> String {
    let mut out = String::new();
    for (at, name) in names.iter().enumerate() {
        let before = if at == 0 { format!("<w:spacing w:before=\"{LINE}\"/>") } else { String::new() };
        let number = if names.len() == 1 { String::new() } else { format!("{}. ", at + 1) };
        // «附件：» is three characters; the numbers below stand under the first one.
        let label = if at == 0 { "附件：" } else { "" };
        let (left, hanging) = if at == 0 { (EM * 6, EM * 4) } else { (EM * 6, EM) };
        let ind = format!("<w:ind w:left=\"{left}\" w:hanging=\"{hanging}\"/>");
        out.push_str(&paragraph("", &format!("{before}{ind}"), &run("", &format!("{label}{number}{name}"))));
    }
    out
}

/// Half the characters' widths that a text takes: figures and letters are half as wide as characters.
fn halves(text: &str) -> u32 {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// 署名 centred above 成文日期, which stands four characters from the right; two where a name is longer than the date.
fn signature(organs: &[String], date: &str) -> String {
    let half = EM / 2;
    let widest = organs.iter().map(|organ| halves(organ)).max().unwrap_or_default().max(halves(date));
    let over = widest.saturating_sub(halves(date)) / 2;
    let edge = 8_u32.saturating_sub(over).max(4);
    let mut out = String::new();
    for (at, line) in organs.iter().map(String::as_str).chain([date]).enumerate() {
        let before = if at == 0 { format!("<w:spacing w:before=\"{LINE}\"/>") } else { String::new() };
        let right = (edge + widest.saturating_sub(halves(line)) / 2) * half;
        let last = at == organs.len();
        let keep = if last { "<w:keepLines/>" } else { "<w:keepNext/><w:keepLines/>" };
        let look = format!("{keep}{before}<w:ind w:right=\"{right}\"/><w:jc w:val=\"right\"/>");
        out.push_str(&paragraph("", &look, &run("", line)));
    }
    out
}

/// Keeps a paragraph at the lower edge of its page, as wide as the type area.
fn frame(width: u32) -> String {
    format!(
        "<w:framePr w:w=\"{width}\" w:wrap=\"notBeside\" w:vAnchor=\"margin\" w:hAnchor=\"margin\" w:xAlign=\"left\" \
         w:yAlign=\"bottom\"/>"
    )
}

/// How the imprint is written.
const SMALL: &str = "<w:spacing w:val=\"0\"/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/>";

/// What follows a frame: it is anchored to it.
fn anchor() -> String {
    paragraph("", "<w:spacing w:line=\"20\" w:lineRule=\"exact\"/>", "")
}

/// 版记 of a letter: who gets copies, without lines.
fn copies_of_letter(foot: &Foot, width: u32) -> String {
    if foot.copies.is_empty() {
        return String::new();
    }
    let ind = "<w:ind w:left=\"1120\" w:right=\"280\" w:hanging=\"840\"/>";
    let text = run(SMALL, &format!("抄送：{}", foot.copies));
    let look = format!("{}<w:spacing w:line=\"480\" w:lineRule=\"exact\"/>{ind}", frame(width));
    paragraph("", &look, &text) + &anchor()
}

/// 版记: at the lower edge of the last page, between lines.
fn imprint(foot: &Foot, width: u32) -> String {
    let frame = frame(width);
    let line = |side: &str, size: u32| {
        format!("<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"3\" w:color=\"000000\"/>")
    };
    let spacing = "<w:spacing w:line=\"480\" w:lineRule=\"exact\"/>";
    let mut out = String::new();
    if !foot.copies.is_empty() {
        let borders = format!("<w:pBdr>{}</w:pBdr>", line("top", 8));
        let ind = "<w:ind w:left=\"1120\" w:right=\"280\" w:hanging=\"840\"/>";
        let text = run(SMALL, &format!("抄送：{}", foot.copies));
        out.push_str(&paragraph("", &format!("{frame}{borders}{spacing}{ind}"), &text));
    }
    let first = if foot.copies.is_empty() { line("top", 8) } else { line("top", 6) };
    let borders = format!("<w:pBdr>{first}{}</w:pBdr>", line("bottom", 8));
    let tabs = format!("<w:tabs><w:tab w:val=\"right\" w:pos=\"{}\"/></w:tabs>", width - 280);
    let ind = "<w:ind w:left=\"280\" w:right=\"280\"/>";
    let text = format!("{}<w:r><w:tab/></w:r>{}", run(SMALL, &foot.organ), run(SMALL, &foot.date));
    out.push_str(&paragraph("", &format!("{frame}{borders}{tabs}{spacing}{ind}"), &text));
    out.push_str(&anchor());
    out
}

/// A4 with the margins of the standard; across, with less at the sides. The first page of a letter has its own head and foot, 30
/// and 20 mm from the edges.
fn section(landscape: bool, letter: bool) -> String {
    let (size, sides, head, foot) = if landscape {
        let sides = "w:top=\"1588\" w:right=\"1247\" w:bottom=\"1474\" w:left=\"1247\"";
        ("<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>", sides, 851, 850)
    } else {
        let sides = "w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\"";
        let (head, foot) = if letter { (1701, 1134) } else { (851, 1304) };
        ("<w:pgSz w:w=\"11906\" w:h=\"16838\"/>", sides, head, foot)
    };
    let (first, own) = if letter {
        let refers =
            "<w:headerReference w:type=\"first\" r:id=\"rId6\"/><w:footerReference w:type=\"first\" r:id=\"rId7\"/>";
        (refers, "<w:titlePg/>")
    } else {
        ("", "")
    };
    format!(
        "<w:sectPr>{first}<w:footerReference w:type=\"default\" r:id=\"rId4\"/>\
         <w:footerReference w:type=\"even\" r:id=\"rId5\"/>{size}\
         <w:pgMar {sides} w:header=\"{head}\" w:footer=\"{foot}\" w:gutter=\"0\"/>{own}\
         <w:docGrid w:type=\"lines\" w:linePitch=\"{LINE}\"/></w:sectPr>"
    )
}
