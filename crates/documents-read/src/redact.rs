//! Words taken out of a file for good, each place marked with its ground, and proof that they are gone: the result is read again,
//! as a file and as bytes, and where anything of the words still stands there is no result.
//!
//! Word, Excel and texts keep their format where that can be proven. Otherwise, and always for PDF and web pages, what is left is
//! the text that people read, to be put on paper anew: no glyph, layer, annotation, attachment or property of the original goes
//! along.

use std::collections::{BTreeMap, BTreeSet};

use documents::{
    Change, Code, Extracted, Format, Limits, Redacted, Rejected, Removal, Unread, cut, decode_text, sound, stands,
};

use fold::markup::unescaped;

use crate::container::Package;
use crate::redo::markup::{Token, decoded, tokens};
use crate::redo::{Links, Secrets, encoded, place, remade};
use crate::{extract, pdf};

/// What a text that is put on paper anew does without.
const LEFT_BEHIND: [&str; 7] = ["版式", "图片和图形", "页眉和页脚", "批注", "附件", "隐藏的内容", "文档属性"];
/// What a page of PDF shows is one text, with its head and foot.
const OF_NOTES: &str = "页眉和页脚";
/// Places that a refusal names.
const NAMED: usize = 5;
/// Letters within which the number of a paragraph stands that the program made and the paragraph does not hold.
const NUMBER: usize = 12;

/// Takes the words out; `text` = what is left is the text alone, whatever the file is.
///
/// # Errors
/// A [`Rejected`] that says what keeps the words from being taken out, and what can be done instead.
pub fn redact(
    bytes: &[u8],
    file_name: &str,
    removals: &[Removal],
    text: bool,
    limits: &Limits,
) -> Result<Redacted, Rejected> {
    sound(removals)?;
    let found = extract(bytes, file_name, limits)?;
    if matches!(found.format, Format::Png | Format::Jpeg) {
        return Err(refused("这是图片，请在图片上画出要遮盖的区域。"));
    }
    let removed = counted(&found, removals)?;
    let keeps = matches!(found.format, Format::Docx | Format::Xlsx | Format::Txt | Format::Markdown | Format::Csv);
    if text || !keeps {
        return in_words(bytes, &found, removals, removed);
    }
    let parts = pieces(removals);
    let (made, dropped) = match found.format {
        Format::Docx | Format::Xlsx => {
            let redone = remade(bytes, &changes(&found, &parts), &Secrets::default(), Links::Go, limits)?;
            (redone.bytes, redone.dropped)
        }
        // A mark at the beginning tells Excel which encoding it is.
        Format::Csv => {
            let (words, _) = decode_text(bytes)?;
            (["\u{feff}", cut_csv(&words, &parts).as_str()].concat().into_bytes(), Vec::new())
        }
        _ => (cut(&decode_text(bytes)?.0, removals).0.into_bytes(), Vec::new()),
    };
    let read = extract(&made, file_name, limits)?;
    // A text is one piece; in it a part of a passage may stand by itself.
    let whole = matches!(found.format, Format::Txt | Format::Markdown);
    prove(&made, &read, if whole { removals } else { &parts }, limits)?;
    nothing_unseen(&read, removals)?;
    Ok(Redacted { bytes: made, pages: Vec::new(), removed, dropped, notes: Vec::new() })
}

/// That the copy holds nothing which nobody sees who opens it: whoever chose the words has looked at what the page shows, and a
/// hidden sheet may tell more than all of them.
fn nothing_unseen(read: &Extracted, removals: &[Removal]) -> Result<(), Rejected> {
    let marks: Vec<&str> = removals.iter().map(|removal| removal.mark.as_str()).collect();
    let mut places = read.unseen(&marks);
    if places.is_empty() {
        return Ok(());
    }
    let more = if places.len() > NAMED { format!("等 {} 处", places.len()) } else { String::new() };
    places.truncate(NAMED);
    Err(refused(format!(
        "文件里有看不见的内容：{}{more}。保留原来的格式会一起送出，没有生成。请在原文件里取消隐藏、删去以后重新上传，或者选择只留文字。",
        places.join("、")
    )))
}

fn refused(message: impl Into<String>) -> Rejected {
    Rejected::new(Code::Unsupported, message)
}

/// In how many places each of the removals stands; one that stands nowhere was read from another file.
fn counted(found: &Extracted, removals: &[Removal]) -> Result<Vec<usize>, Rejected> {
    let (_, mut all) = cut(&found.text, removals);
    for part in found.parts.iter().filter(|part| part.unread.is_none()) {
        let (_, here) = cut(&part.text, removals);
        // What stands in the text stands in its parts, too.
        all.iter_mut().zip(here).filter(|(count, _)| **count == 0).for_each(|(count, here)| *count = here);
    }
    match all.iter().position(|count| *count == 0) {
        Some(at) => Err(refused(format!("文件里没有找到第 {} 处要遮盖的文字。请从文件读出的文字里选取。", at + 1))),
        None => Ok(all),
    }
}

/// The text that people read, without the words. Whatever else the file holds stays behind.
fn in_words(bytes: &[u8], found: &Extracted, removals: &[Removal], removed: Vec<usize>) -> Result<Redacted, Rejected> {
    if let Some((part, _)) = found.unread().find(|(_, how)| *how == Unread::All) {
        let place = documents::place_in_words(&part.place);
        return Err(refused(format!(
            "{place}的文字读不出来（扫描页、图片或特殊字体），不能只留文字。请把这一页导出为图片，在图片上遮盖。"
        )));
    }
    if found.format == Format::Pdf && pdf::has_layers(bytes) {
        return Err(refused(
            "PDF 里有图层，看不见的图层也会被读成文字。请打印成不带图层的 PDF，或导出为图片以后遮盖。",
        ));
    }
    let pages: Vec<&str> = match found.format {
        Format::Pdf => {
            let is_page = |place: &str| place.strip_prefix("page ").is_some_and(|rest| rest.parse::<u32>().is_ok());
            let read = found.parts.iter().filter(|part| part.unread.is_none() && is_page(&part.place));
            read.map(|part| part.text.as_str()).collect()
        }
        _ => vec![found.text.as_str()],
    };
    // A passage may go on behind the end of a page.
    let joined = pages.join("\u{c}");
    let (made, _) = cut(&joined, removals);
    if removals.iter().any(|removal| stands(&made, &removal.words)) {
        return Err(refused("遮盖以后仍有要遮盖的文字，没有生成。"));
    }
    let pages: Vec<Vec<String>> = made.split('\u{c}').map(|page| page.lines().map(str::to_owned).collect()).collect();
    let mut notes = Vec::new();
    if found.format == Format::Pdf {
        notes.push("原文件里看不见的文字（白色的、被图形盖住的）也会成为正文，送出前请与原文件逐页核对。".to_owned());
    }
    if found.order_in_doubt() {
        notes.push("原文件有表格或分栏，文字的先后顺序可能与原文件不同，请核对。".to_owned());
    }
    let stays = |word: &str| found.format == Format::Pdf && word == OF_NOTES;
    let dropped = LEFT_BEHIND.into_iter().filter(|word| !stays(word)).map(str::to_owned).collect();
    Ok(Redacted { bytes: Vec::new(), pages, removed, dropped, notes })
}

/// Whole paragraphs and cells, hidden ones too, with what is to stand there.
fn changes(found: &Extracted, removals: &[Removal]) -> Vec<Change> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |unit: &str| {
        let (made, here) = cut(unit, removals);
        if here.iter().any(|count| *count > 0) {
            all.insert(unit.trim().to_owned(), made.trim().to_owned());
        }
    };
    let read = found.parts.iter().filter(|part| part.unread.is_none()).map(|part| part.text.as_str());
    for unit in read.chain([found.text.as_str()]).flat_map(|text| text.split(['\n', '\t'])) {
        put(unit);
        // The number of a paragraph or the head of a column was put before it, and does not stand there.
        for (at, c) in unit.char_indices().take(NUMBER) {
            if matches!(c, '、' | '）' | ')' | '.' | '．' | ' ' | '　' | '：' | '章' | '节' | '条') {
                put(&unit[at + c.len_utf8()..]);
            }
        }
        if let Some((_, behind)) = unit.split_once('：') {
            put(behind);
        }
    }
    all.into_iter().map(|(from, to)| Change { from, to }).collect()
}

/// The pieces of the removals that stand within one paragraph or cell each.
fn pieces(removals: &[Removal]) -> Vec<Removal> {
    let mut all = Vec::new();
    for removal in removals {
        let words = removal.words.split(['\n', '\t']).map(str::trim).filter(|words| words.chars().count() > 1);
        all.extend(words.map(|words| Removal { words: words.to_owned(), mark: removal.mark.clone() }));
    }
    all
}

/// A text of cells without the words, line by line: a passage that goes on in the next row would take the end of the row along.
/// Marks bear neither commas nor quotes, so that the cells stay what they are.
fn cut_csv(text: &str, pieces: &[Removal]) -> String {
    let quoted = |piece: &Removal| Removal { words: piece.words.replace('"', "\"\""), mark: piece.mark.clone() };
    let quoted: Vec<Removal> = pieces.iter().map(quoted).collect();
    text.split_inclusive('\n')
        .map(|line| {
            let bare = line.trim_end_matches(['\n', '\r']);
            cut(bare, &quoted).0 + &line[bare.len()..]
        })
        .collect()
}

/// That nothing of the words stands in the result: not in what is read of it, not in any part of it, not in its bytes.
fn prove(made: &[u8], read: &Extracted, removals: &[Removal], limits: &Limits) -> Result<(), Rejected> {
    let is_package = matches!(read.format, Format::Docx | Format::Xlsx);
    let mut texts: Vec<String> = vec![read.text.clone()];
    texts.extend(read.parts.iter().map(|part| part.text.clone()));
    let mut raw: Vec<Vec<u8>> = Vec::new();
    let mut places: BTreeSet<&'static str> = BTreeSet::new();
    if is_package {
        let mut package = Package::open(made, limits)?;
        for name in package.names().to_vec() {
            if name.contains("/media/") || name.contains("/embeddings/") || name.contains("/activeX/") {
                return Err(refused(
                    "文件里有图片或嵌入的文件，里面的内容无法检查。请先删去，或者选择只留文字；图片另在图片上遮盖。",
                ));
            }
            texts.push(name.clone());
            let Some(content) = package.read(&name)? else { continue };
            match decoded(&content) {
                Some(text) => {
                    let said = said(&text);
                    if said.iter().any(|text| removals.iter().any(|removal| stands(text, &removal.words))) {
                        places.insert(place(&name));
                    }
                    texts.extend(said);
                }
                None => raw.push(content),
            }
        }
    } else {
        raw.push(made.to_vec());
    }
    let left = |removal: &Removal| {
        texts.iter().any(|text| stands(text, &removal.words)) || raw.iter().any(|raw| holds(raw, removal))
    };
    if removals.iter().any(left) && !places.is_empty() {
        let places: Vec<&str> = places.into_iter().collect();
        return Err(refused(format!(
            "要遮盖的文字还在文件的这些地方：{}，没有生成。请在原文件里删去或者改好再试，或者选择只留文字。",
            places.join("、")
        )));
    }
    if removals.iter().any(left) {
        return Err(refused(
            "要遮盖的文字在文件里跨着格式、编号或公式，没有遮盖干净，没有生成。请选择只留文字，或改好原文件再试。",
        ));
    }
    Ok(())
}

/// What a part of XML says: the words between its tags in one, and what stands in the tags; both as they read decoded, too.
fn said(text: &str) -> Vec<String> {
    let (mut words, mut tags) = (String::new(), String::new());
    for token in tokens(text) {
        match token {
            Token::Text(text) => words.push_str(&unescaped(text)),
            Token::Tag(tag) => tags.push_str(&unescaped(tag)),
        }
    }
    let mut all = [encoded::readings(&words), encoded::readings(&tags)].concat();
    all.extend([words, tags]);
    all
}

/// Whether the words stand in bytes that are no text of XML, as UTF-8 or UTF-16.
fn holds(raw: &[u8], removal: &Removal) -> bool {
    let words = removal.words.trim();
    let wide: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let within = |needle: &[u8]| !needle.is_empty() && raw.windows(needle.len()).any(|window| window == needle);
    let text = String::from_utf8_lossy(raw);
    let decoded = || encoded::readings(&text).iter().any(|reading| stands(reading, words));
    within(words.as_bytes()) || within(&wide) || stands(&text, words) || decoded()
}
