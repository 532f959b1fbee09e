//! Official letters: what they are made of, what may not be missing, and their layout.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::paper::{Block, Foot, Form, Head, Paper};
use crate::table::Uneven;
use crate::words::{paragraphs, shown};

/// An official letter (GB/T 9704-2012), as who writes it says it. Texts are texts; a break of lines begins a paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub form: Form,
    /// Who writes, by full names: several for a letter of several organs, the leading one first.
    pub organs: Vec<String>,
    /// 发文字号; empty = the letter bears none.
    pub number: String,
    pub title: String,
    /// 主送机关, without its colon.
    pub addressee: String,
    /// Paragraphs, headings, tables.
    pub body: Vec<Block>,
    /// Whether something is refused by it: then it may not go without [`Self::remedies`] (条例 Art. 51).
    pub refuses: bool,
    /// What whoever does not agree can do, by when and where; the last paragraphs of the body.
    pub remedies: Vec<String>,
    /// Names of what goes with it.
    pub attachments: Vec<String>,
    /// 成文日期.
    pub date: Date,
    /// 附注, without its brackets: whom to ask, and where; empty = none.
    pub note: String,
    /// 抄送机关.
    pub copies: Vec<String>,
    /// 版记; `None` = without one, which also leaves out the copies.
    pub imprint: Option<Imprint>,
}

/// Who had it printed, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imprint {
    pub organ: String,
    pub date: Date,
}

/// What keeps a letter from going out: the field, and what to do, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name of the field of [`Letter`].
    pub field: &'static str,
    pub message: String,
}

/// Characters of a line: names, titles, numbers.
const LINE: usize = 200;
/// Characters of all texts of a letter together.
const ALL: usize = 200_000;

/// 2026年11月9日, as official documents write it.
pub fn date_in_words(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Lines of a text as the body of a letter: those that begin with 一、 or （一） and are no sentence are headings, others paragraphs.
pub fn body_of(text: &str) -> Vec<Block> {
    /// Characters of a heading, at most.
    const HEADING: usize = 40;
    let number = |c: char| "一二三四五六七八九十".contains(c);
    let level = |line: &str| {
        let ends = line.ends_with(['。', '；', '：', '，', '！', '？']) || line.chars().count() > HEADING;
        let (level, rest) = match line.strip_prefix('（') {
            Some(rest) => (2, rest),
            None => (1, line),
        };
        let after = rest.trim_start_matches(number);
        let counted = after.len() < rest.len() && after.starts_with(if level == 2 { '）' } else { '、' });
        (counted && !ends).then_some(level)
    };
    let block = |line: String| match level(&line) {
        Some(level) => Block::heading(level, line),
        None => Block::Paragraph { text: line },
    };
    paragraphs(text).map(block).collect()
}

impl Letter {
    /// What is missing or too long, field by field; empty when the letter may go out.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut tell = |field: &'static str, message: String| faults.push(Fault { field, message });
        let blank = |text: &String| shown(text).trim().is_empty();
        if self.organs.is_empty() || self.organs.iter().any(blank) {
            tell("organs", "请写明署名机关的全称。".into());
        }
        for (field, name, text) in [("title", "标题", &self.title), ("addressee", "主送", &self.addressee)] {
            if blank(text) {
                tell(field, format!("请写明{name}。"));
            }
        }
        if !self.body.iter().any(says) {
            tell("body", "请写明正文。".into());
        }
        if self.refuses && self.remedies.iter().all(blank) {
            tell("remedies", "不予公开、部分公开等答复必须写明申请行政复议和提起行政诉讼的途径和期限。".into());
        }
        if self.attachments.iter().any(blank) {
            tell("attachments", "请写明每个附件的名称，或删去空的一行。".into());
        }
        if self.imprint.as_ref().is_some_and(|imprint| blank(&imprint.organ)) {
            tell("imprint", "请写明印发机关。".into());
        }
        let lines =
            [("title", "标题", &self.title), ("number", "发文字号", &self.number), ("note", "附注", &self.note)];
        let lines = lines.into_iter().chain([("addressee", "主送", &self.addressee)]);
        let lines = lines.chain(self.organs.iter().map(|organ| ("organs", "署名机关名称", organ)));
        for (field, name, text) in lines.chain(self.attachments.iter().map(|one| ("attachments", "附件名称", one)))
        {
            if text.chars().count() > LINE {
                tell(field, format!("{name}太长，请缩短到 {LINE} 个字以内。"));
            }
        }
        let mut all = 0;
        self.laid().each_text(&mut |_, text| all += text.chars().count());
        if all > ALL {
            tell("body", format!("全文超过 {ALL} 个字，请缩短，或者作为附件。"));
        }
        faults
    }

    /// The letter as it is laid out.
    ///
    /// # Errors
    /// All of [`Self::faults`]; of a table with holes, which row it is.
    pub fn paper(&self) -> Result<Paper, Vec<Fault>> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let uneven = |uneven: Uneven| vec![Fault { field: "body", message: format!("{uneven}。") }];
        self.laid().ready().map_err(uneven)
    }

    fn laid(&self) -> Paper {
        let date = date_in_words(self.date);
        let mut blocks = vec![Block::Title { text: self.title.clone() }];
        let addressee = self.addressee.trim_end_matches([':', '：', ' ']);
        blocks.push(Block::Addressee { text: format!("{addressee}：") });
        blocks.extend(self.body.iter().cloned());
        blocks.extend(self.remedies.iter().map(Block::paragraph));
        if !self.attachments.is_empty() {
            blocks.push(Block::Attachments { names: self.attachments.clone() });
        }
        blocks.push(Block::Signature { organs: self.organs.clone(), date });
        let note = self.note.trim().trim_start_matches('（').trim_end_matches('）');
        if !note.is_empty() {
            blocks.push(Block::Note { text: format!("（{note}）") });
        }
        let foot = self.imprint.as_ref().map(|imprint| Foot {
            copies: if self.copies.is_empty() { String::new() } else { format!("{}。", self.copies.join("，")) },
            organ: imprint.organ.clone(),
            date: format!("{}印发", date_in_words(imprint.date)),
        });
        Paper {
            // Titles name applicants; properties of files are read by whoever gets them, and by machines.
            title: if self.number.trim().is_empty() { "公文".to_owned() } else { self.number.clone() },
            author: self.organs.first().cloned().unwrap_or_default(),
            landscape: false,
            numbered: true,
            head: Some(Head { form: self.form, organs: self.organs.clone(), number: self.number.clone() }),
            blocks,
            foot,
        }
    }
}

/// Whether a block of the body has words.
fn says(block: &Block) -> bool {
    match block {
        Block::Paragraph { text } | Block::Line { text, .. } => !shown(text).trim().is_empty(),
        Block::Table(table) => !table.rows.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            form: Form::Document,
            organs: vec!["青禾县人民政府办公室".into()],
            number: "青府办公开〔2026〕12号".into(),
            title: "政府信息部分公开告知书".into(),
            addressee: "张示范：".into(),
            body: vec![Block::paragraph("你于2026年11月2日提出的申请收悉。\n现答复如下。")],
            refuses: true,
            remedies: vec!["可以自收到本告知书之日起60日内申请行政复议，或者6个月内提起行政诉讼。".into()],
            attachments: vec!["区分处理后的文件".into()],
            date: Date::constant(2026, 11, 9),
            note: "联系人：政务公开股".into(),
            copies: vec!["县司法局".into(), "县信访局".into()],
            imprint: Some(Imprint {
                organ: "青禾县人民政府办公室".into(), date: Date::constant(2026, 11, 10)
            }),
        }
    }

    #[test]
    fn a_letter_is_laid_out_in_the_order_of_the_standard() {
        let paper = letter().paper().expect("whole");
        let kinds: Vec<String> = paper
            .blocks
            .iter()
            .map(|block| serde_json::to_value(block).expect("json")["kind"].as_str().unwrap_or_default().to_owned())
            .collect();
        let expected =
            ["title", "addressee", "paragraph", "paragraph", "paragraph", "attachments", "signature", "note"];
        assert_eq!(kinds, expected);
        assert_eq!(paper.blocks[1], Block::Addressee { text: "张示范：".into() });
        assert_eq!(paper.blocks[7], Block::Note { text: "（联系人：政务公开股）".into() });
        let foot = paper.foot.expect("an imprint");
        assert_eq!((foot.copies.as_str(), foot.date.as_str()), ("县司法局，县信访局。", "2026年11月10日印发"));
        assert_eq!(paper.title, "青府办公开〔2026〕12号");
    }

    #[test]
    fn a_letter_that_lacks_something_does_not_go_out() {
        let named = |letter: &Letter| letter.faults().into_iter().map(|fault| fault.field).collect::<Vec<_>>();
        assert!(named(&letter()).is_empty());
        let bare = Letter {
            organs: Vec::new(),
            title: "\u{200b}".into(),
            addressee: " ".into(),
            body: vec![Block::heading(1, "一、")],
            remedies: vec![" ".into()],
            attachments: vec![String::new()],
            ..letter()
        };
        assert_eq!(named(&bare), ["organs", "title", "addressee", "body", "remedies", "attachments"]);
        assert!(bare.paper().is_err());
        assert!(named(&Letter { refuses: false, remedies: Vec::new(), ..letter() }).is_empty());
        assert_eq!(named(&Letter { title: "长".repeat(201), ..letter() }), ["title"]);
        assert_eq!(named(&Letter { body: vec![Block::paragraph("长".repeat(200_001))], ..letter() }), ["body"]);
    }

    #[test]
    fn headings_are_told_by_their_numbers() {
        let blocks = body_of("一、公开内容\n（一）部分公开\n一、予以公开的，随函寄送。\n\n（联系人：甲）\n二○二六年");
        let levels: Vec<Option<u8>> = blocks
            .iter()
            .map(|block| if let Block::Heading { level, .. } = block { Some(*level) } else { None })
            .collect();
        assert_eq!(levels, [Some(1), Some(2), None, None, None]);
    }

    #[test]
    fn dates_have_no_leading_zero() {
        assert_eq!(date_in_words(Date::constant(2026, 1, 3)), "2026年1月3日");
    }
}
