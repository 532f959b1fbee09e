//! A docx for an editor: the same text, with its pictures where they stand. What is refused, and what stays behind, is as for any
//! reader; nothing of the pictures is looked into here.

use documents::{Extracted, Format, Held, Imported, Limits, Part, Rejected};

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
    let boxed = boxes.iter().filter(|blocks| !blocks.is_empty()).count();
    let mut aside = (Extracted::empty(Format::Docx), ByName::default());
    let notes = side_places(&mut package, &relations, &mut walk, (&mut aside.0, &mut aside.1), limits)?;
    let all: Vec<Block> = blocks.into_iter().chain(boxes.into_iter().flatten()).chain(notes).collect();
    let html = html::with_pictures(&html::write(&all), &shown);
    let said = Told {
        none_shown: shown.is_empty(),
        inserted: ["ins", "moveTo"]
            .iter()
            .any(|name| tree.descendants(name).into_iter().any(|each| each.child("r").is_some())),
        formulas: tree.descendants("oMath").len(),
        boxed,
        struck: walk.struck.join("、").chars().take(60).collect(),
    };
    let mut told = said.words(&plain);
    let mut cut = false;
    let (mut pictures, mut room) = (Vec::new(), MOST_BYTES);
    for picture in &shown {
        let bytes = package.read(&picture.target)?.unwrap_or_default();
        let fits = pictures.len() < MOST && bytes.len() <= room;
        let name = picture.target.rsplit('/').next().unwrap_or_default().to_owned();
        // Its place stays: what has no bytes is told by whoever draws it.
        let bytes = if fits { bytes } else { Vec::new() };
        cut |= !fits;
        room -= bytes.len();
        pictures.push(Held { name, bytes });
    }
    if cut {
        told.push("文档里的图片太多或太大，没有全部读出。请把大图缩小后逐张插入。".to_owned());
    }
    Ok(Imported { html: levels(&html), pictures, notes: told })
}

/// What is told of a document that came in. Nobody will download it: what stayed behind needs nothing to be done.
struct Told {
    /// No picture has a place in the text.
    none_shown: bool,
    /// Words that a tracked change put in.
    inserted: bool,
    formulas: usize,
    /// Text boxes with words.
    boxed: usize,
    /// First words that are struck out.
    struck: String,
}

impl Told {
    fn words(&self, plain: &Extracted) -> Vec<String> {
        let mut told = Vec::new();
        let behind = left_behind(plain);
        if !behind.is_empty() {
            told.push(format!("没有带进正文：{}。这些不会公开，不用处理。", behind.join("、")));
        }
        if self.inserted {
            told.push("修订中新增的文字按已接受处理，已在正文里。".to_owned());
        }
        if !self.struck.is_empty() {
            told.push(format!("“{}”保留着删除线，公开后读者看得到；已作废的请删去。", self.struck));
        }
        if self.boxed > 0 {
            told.push(format!("{} 个文本框的文字放在正文后面，请移到原来的位置。", self.boxed));
        }
        if self.formulas > 0 {
            told.push(format!("{} 个公式写成了一行文字（如 5/2、10⁸），请对照原稿核对。", self.formulas));
        }
        told.extend(plain.warnings.iter().filter_map(|words| self.for_an_editor(words)));
        told
    }

    /// What is said of a file that readers download, for one that was only read; `None` where that is told otherwise.
    fn for_an_editor(&self, words: &str) -> Option<String> {
        if ["条批注", "修订痕迹", "看不见的文字", "删除线"].iter().any(|told| words.contains(told)) {
            return None;
        }
        if words.contains("图片没有导入") {
            return self.none_shown.then(|| "文档里的图片没有带进来，请截图或另存后用“图片”插入。".to_owned());
        }
        if words.contains("外部文件") {
            return Some("文档里引用外部文件的内容没有带进来，需要的请写进正文。".to_owned());
        }
        if let Some((file, _)) = words.split_once("，下载的人") {
            return Some(format!("{file}，没有带进来；要公开的请另作附件上传。"));
        }
        if words.contains("以其他格式嵌入") {
            return Some("文档里有以其他格式嵌入的内容，没有带进来，请对照原稿补上。".to_owned());
        }
        Some(words.to_owned())
    }
}

/// What a document holds beside its text, by kinds and numbers: its words may be nobody's to read.
fn left_behind(plain: &Extracted) -> Vec<String> {
    const KINDS: [(&str, &str); 3] =
        [("comment ", "条批注"), ("deleted text ", "处修订中删除的文字"), ("hidden text ", "处隐藏文字")];
    let paper = |part: &Part| ["header ", "footer "].iter().any(|start| part.place.starts_with(start));
    let held = |start: &str| {
        let parts = plain.parts.iter().filter(|part| part.place.starts_with(start) && part.unread.is_none());
        let said = |part: &&Part| !(part.place.ends_with("author") || paper(part) && is_page_number(&part.text));
        parts.filter(said).count()
    };
    let counted = KINDS.iter().map(|(start, name)| (held(start), name)).filter(|(count, _)| *count > 0);
    let mut behind: Vec<String> = counted.map(|(count, name)| format!("{count} {name}")).collect();
    let edges = [("header ", "页眉"), ("footer ", "页脚")];
    behind.extend(edges.iter().filter(|(start, _)| held(start) > 0).map(|(_, name)| (*name).to_owned()));
    behind
}

/// `— 1 —`, `第1页 共5页`: what a footer holds for the paper's sake.
fn is_page_number(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_ascii_digit() || "第共页/-—–－·".contains(c))
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
