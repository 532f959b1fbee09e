//! What stands on a paper, in its order, whatever it is written as.

use serde::{Deserialize, Serialize};

use crate::table::{Table, Uneven};
use crate::words::{paragraphs, shown};

/// A paper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// What the file calls itself in its properties; nobody's name should stand there.
    pub title: String,
    /// The organ, in the properties of the file.
    pub author: String,
    /// Across: for wide tables.
    pub landscape: bool,
    /// With the number of each page at its lower edge.
    pub numbered: bool,
    /// 版头: of letters.
    pub head: Option<Head>,
    pub blocks: Vec<Block>,
    /// 版记: of letters.
    pub foot: Option<Foot>,
}

/// The form of an official document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// 文件格式: a red line below organ and number, the imprint between lines.
    #[default]
    Document,
    /// 信函格式 (GB/T 9704-2012, 10.1): between two double red lines on the first page, which bears no number of a page; the number
    /// of the document at the right; no organ and day of printing.
    Letter,
}

/// 版头: what stands above the red line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub form: Form,
    /// 发文机关标志, one line each; of letters the first alone.
    pub organs: Vec<String>,
    /// 发文字号; empty = none.
    pub number: String,
}

/// 版记: what stands at the lower edge of the last page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foot {
    /// 抄送机关, as they stand behind «抄送：»; empty = none.
    pub copies: String,
    /// 印发机关.
    pub organ: String,
    /// 印发日期 with the word behind it: 2026年11月29日印发.
    pub date: String,
}

/// Where a line or a cell is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    Left,
    #[default]
    Center,
    Right,
}

/// One thing on a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// 标题, two lines below the red line.
    Title {
        text: String,
    },
    /// 一、（一）1.（1）: its number is part of the text. Levels from 1 to 4.
    Heading {
        level: u8,
        text: String,
    },
    /// 主送机关, with its colon.
    Addressee {
        text: String,
    },
    /// With the first line two characters in; a break of lines begins another.
    Paragraph {
        text: String,
    },
    /// Without, somewhere on the line.
    Line {
        text: String,
        align: Align,
    },
    /// 附件说明.
    Attachments {
        names: Vec<String>,
    },
    /// 发文机关署名 above 成文日期.
    Signature {
        organs: Vec<String>,
        date: String,
    },
    /// 附注, in its brackets.
    Note {
        text: String,
    },
    Table(Table),
    /// A new page begins.
    Page,
}

impl Block {
    /// A paragraph of text.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }

    /// A heading with its number.
    pub fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading { level, text: text.into() }
    }
}

impl Paper {
    /// A text on paper anew, page by page and line by line, as what is left of a file of which something was taken out.
    pub fn of_pages(title: &str, author: &str, pages: &[Vec<String>]) -> Self {
        let mut blocks = Vec::new();
        for (at, page) in pages.iter().enumerate() {
            if at > 0 {
                blocks.push(Block::Page);
            }
            blocks.extend(page.iter().map(|line| Block::Line { text: line.clone(), align: Align::Left }));
        }
        Self { title: title.to_owned(), author: author.to_owned(), numbered: true, blocks, ..Self::default() }
    }

    /// The paper as it is written: texts as they may be shown, a paragraph for each line of a text, levels that exist.
    ///
    /// # Errors
    /// [`Uneven`] when a table has holes.
    pub fn ready(&self) -> Result<Self, Uneven> {
        let mut paper = self.clone();
        paper.blocks = self.blocks.iter().flat_map(split).collect();
        paper.each_text(&mut |_, text| *text = shown(text).trim().to_owned());
        for block in &mut paper.blocks {
            match block {
                Block::Heading { level, .. } => *level = (*level).clamp(1, 4),
                Block::Table(table) => table.slots().map(drop)?,
                _ => {}
            }
        }
        Ok(paper)
    }

    /// Every text that is shown, with the place where it stands in the words of letters.
    pub fn each_text(&mut self, see: &mut dyn FnMut(&'static str, &mut String)) {
        see("文件属性", &mut self.title);
        see("文件属性", &mut self.author);
        if let Some(head) = &mut self.head {
            head.organs.iter_mut().for_each(|organ| see("红头", organ));
            see("发文字号", &mut head.number);
        }
        for block in &mut self.blocks {
            match block {
                Block::Title { text } => see("标题", text),
                Block::Heading { text, .. } => see("小标题", text),
                Block::Addressee { text } => see("主送", text),
                Block::Paragraph { text } | Block::Line { text, .. } => see("正文", text),
                Block::Attachments { names } => names.iter_mut().for_each(|name| see("附件说明", name)),
                Block::Signature { organs, date } => {
                    organs.iter_mut().for_each(|organ| see("署名", organ));
                    see("成文日期", date);
                }
                Block::Note { text } => see("附注", text),
                Block::Table(table) => {
                    see("表格名称", &mut table.caption);
                    table.rows.iter_mut().flatten().for_each(|cell| see("表格", &mut cell.text));
                }
                Block::Page => {}
            }
        }
        if let Some(foot) = &mut self.foot {
            see("抄送", &mut foot.copies);
            see("印发机关", &mut foot.organ);
            see("印发日期", &mut foot.date);
        }
    }
}

/// A paragraph for each line of the text; other things are one.
fn split(block: &Block) -> Vec<Block> {
    match block {
        Block::Paragraph { text } => paragraphs(text).map(Block::paragraph).collect(),
        Block::Line { text, align } => paragraphs(text).map(|text| Block::Line { text, align: *align }).collect(),
        other => vec![other.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_paragraph_and_levels_exist() {
        let paper = Paper {
            blocks: vec![Block::paragraph("甲\n\n乙\u{200b}"), Block::heading(9, " 一、丙"), Block::Page],
            ..Paper::default()
        };
        let blocks = paper.ready().expect("even").blocks;
        assert_eq!(blocks, [Block::paragraph("甲"), Block::paragraph("乙"), Block::heading(4, "一、丙"), Block::Page]);
    }

    #[test]
    fn the_form_is_the_one_that_the_template_reads() {
        let json = serde_json::to_value(Block::Line { text: "甲".into(), align: Align::Right }).expect("json");
        assert_eq!(json, serde_json::json!({"kind": "line", "text": "甲", "align": "right"}));
        let table = Block::Table(Table { caption: "乙".into(), widths: vec![1], head: 0, rows: Vec::new() });
        assert_eq!(serde_json::to_value(table).expect("json")["kind"], "table");
        assert_eq!(serde_json::to_value(Block::Page).expect("json"), serde_json::json!({"kind": "page"}));
    }
}
