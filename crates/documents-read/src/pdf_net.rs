//! The net under the reader of PDF files: all objects of the file are walked over. What does something when the file is opened
//! is refused; texts that stand on no page are kept: addresses of links, fields of forms, notes, bookmarks, descriptions of
//! pictures, properties, and pages as they were before the file was changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use documents::{Code, Extracted, Limits, Part, Rejected, decode_text};
use pdf_oxide::PdfDocument;
use pdf_oxide::object::{Object, ObjectRef};
use quick_xml::XmlVersion;
use quick_xml::events::Event;

use crate::active::link;
use crate::net::{APART, squeezed};
use crate::pdf_page::page_text;
use crate::targets::may_be_clicked;
use crate::xml;

/// Objects that are walked over; a book of some thousand pages has fewer.
const MOST_OBJECTS: usize = 1_000_000;
/// Bytes of text that the net holds.
const MOST: usize = 24 << 20;
/// Arrays and dictionaries within one object.
const DEPTH: usize = 40;
/// Former states of a file that are looked at.
const STATES: usize = 4;
/// Pages of each.
const PAGES: usize = 200;

/// Walks over all objects of a file.
///
/// # Errors
/// [`Code::Active`] when the file does something when it is opened, or carries other files.
pub(crate) fn cast(document: &PdfDocument, found: &mut Extracted, limits: &Limits) -> Result<(), Rejected> {
    let known: HashSet<String> = found.parts.iter().flat_map(|part| part.text.lines()).map(squeezed).collect();
    let mut net = Net { document, known, texts: BTreeMap::new(), held: 0, limits };
    let ids = document.all_object_ids();
    if ids.len() > MOST_OBJECTS {
        return Err(Rejected::too_complex("PDF 文档"));
    }
    net.object(document.trailer(), "", 0)?;
    for id in ids {
        if let Ok(object) = document.load_object(ObjectRef::new(id, 0)) {
            net.object(&object, "", 0)?;
        }
    }
    for (kind, texts) in net.texts {
        let place = if kind == "metadata" { "metadata xmp".to_owned() } else { format!("{kind} 1") };
        Part::push(&mut found.parts, place, texts);
    }
    Ok(())
}

struct Net<'l> {
    document: &'l PdfDocument,
    known: HashSet<String>,
    texts: BTreeMap<&'static str, String>,
    held: usize,
    limits: &'l Limits,
}

impl Net<'_> {
    fn object(&mut self, object: &Object, key: &str, depth: usize) -> Result<(), Rejected> {
        if depth > DEPTH {
            return Err(Rejected::too_complex("PDF 文档"));
        }
        match object {
            Object::String(bytes) => self.text(key, bytes),
            Object::Array(items) => items.iter().try_for_each(|item| self.object(item, key, depth + 1)),
            Object::Dictionary(dict) => self.dictionary(dict, depth),
            Object::Stream { dict, .. } => {
                self.dictionary(dict, depth)?;
                if is(dict, "Type", "Metadata")
                    && let Ok(bytes) = object.decode_stream_data()
                {
                    self.properties(&bytes)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn dictionary(&mut self, dict: &HashMap<String, Object>, depth: usize) -> Result<(), Rejected> {
        refuse_active(dict)?;
        self.refuse_opening(dict)?;
        let signature = is(dict, "Type", "Sig") || dict.contains_key("ByteRange");
        for (key, value) in dict {
            let code = matches!(
                key.as_str(),
                "ID" | "O"
                    | "U"
                    | "OE"
                    | "UE"
                    | "Perms"
                    | "DA"
                    | "DS"
                    | "Registry"
                    | "Ordering"
                    | "CreationDate"
                    | "ModDate"
                    | "M"
                    | "Cert"
                    | "Lookup"
                    | "CheckSum"
                    | "NM"
                    | "Lang"
                    | "CharSet"
                    | "PTEX.Fullbanner"
                    | "Panose"
            );
            if code || (signature && key == "Contents") || key == "Indexed" {
                continue;
            }
            self.object(value, key, depth + 1)?;
        }
        Ok(())
    }

    /// Refuses what begins by itself when the file is opened or a page turned, unless it only turns to a page: an address or another
    /// file may be asked for by a click at most.
    fn refuse_opening(&self, dict: &HashMap<String, Object>) -> Result<(), Rejected> {
        if let Some(open) = dict.get("OpenAction")
            && !self.turns_to_a_page(open, true)
        {
            return Err(by_itself());
        }
        let Some(more) = dict.get("AA") else { return Ok(()) };
        // A font or a picture may have this name among the resources of a page; it is no list of actions.
        let Object::Dictionary(actions) = self.resolved(more) else { return Ok(()) };
        let all_turn = actions.values().all(|action| self.turns_to_a_page(action, false));
        if all_turn { Ok(()) } else { Err(by_itself()) }
    }

    /// Whether this is a place in the file, or an action that goes to one and ends there. What is neither an action nor a place is
    /// none of ours where `must` is not said.
    fn turns_to_a_page(&self, object: &Object, must: bool) -> bool {
        match self.resolved(object) {
            Object::Dictionary(action) => match action.get("S").map(|kind| self.resolved(kind)) {
                Some(Object::Name(kind)) => kind == "GoTo" && !action.contains_key("Next"),
                _ => !must || action.contains_key("D"),
            },
            // Places by number, by name, and nothing at all.
            Object::Array(_) | Object::Name(_) | Object::String(_) | Object::Null => true,
            _ => !must,
        }
    }

    /// What a reference leads to. One that leads nowhere is nothing, as it is for every reader.
    fn resolved(&self, object: &Object) -> Object {
        let mut found = object.clone();
        for _ in 0..STATES {
            match found {
                Object::Reference(to) => found = self.document.load_object(to).unwrap_or(Object::Null),
                _ => break,
            }
        }
        found
    }

    fn text(&mut self, key: &str, bytes: &[u8]) -> Result<(), Rejected> {
        let text = text_string(bytes);
        let seen = text.chars().filter(|c| !c.is_whitespace()).count();
        if seen < 2 || text.chars().any(|c| c.is_control() && !c.is_whitespace()) || !self.known.insert(squeezed(&text))
        {
            return Ok(());
        }
        let kind = match key {
            "URI" | "F" | "UF" | "Base" => "link",
            "V" | "DV" | "TU" | "TM" | "T" | "Opt" | "CA" | "RV" => "form field",
            "Alt" | "ActualText" | "E" => "description",
            "Title" => "bookmark",
            _ => "data",
        };
        self.keep(kind, &text)
    }

    fn keep(&mut self, kind: &'static str, text: &str) -> Result<(), Rejected> {
        self.held += text.len() + APART.len();
        if self.held > MOST {
            return Err(Rejected::too_complex("PDF 文档"));
        }
        let texts = self.texts.entry(kind).or_default();
        if !texts.is_empty() {
            texts.push_str(APART);
        }
        texts.push_str(text.trim());
        Ok(())
    }

    /// Properties in the form of XML.
    fn properties(&mut self, bytes: &[u8]) -> Result<(), Rejected> {
        let mut words: Vec<String> = Vec::new();
        let walked = xml::scan(bytes, self.limits, |event| {
            match event {
                Event::Text(text) => words.push(text.xml_content(XmlVersion::Implicit1_0).trim().to_owned()),
                Event::Start(start) | Event::Empty(start) => {
                    for attribute in start.attributes().with_checks(false).flatten() {
                        if !attribute.key.as_ref().starts_with("xmlns") {
                            words.extend(
                                attribute.normalized_value(XmlVersion::Implicit1_0).map(|value| value.into_owned()),
                            );
                        }
                    }
                }
                _ => {}
            }
            Ok(())
        });
        // half a packet is still read as far as it goes
        drop(walked);
        let uuid = |word: &String| word.starts_with("uuid:") || word.starts_with("xmp.");
        for word in words.iter().filter(|word| word.chars().count() > 1 && !uuid(word)) {
            if self.known.insert(squeezed(word)) {
                self.keep("metadata", word)?;
            }
        }
        Ok(())
    }
}

fn is(dict: &HashMap<String, Object>, key: &str, name: &str) -> bool {
    dict.get(key).and_then(Object::as_name) == Some(name)
}

fn by_itself() -> Rejected {
    Rejected::new(
        Code::Active,
        "PDF 一打开或一翻页就会自动执行动作（例如连到别处、打开别的文件），为保证安全不能上传。请打开它，用“打印 → 另存为 PDF”重新生成一份后再上传。",
    )
}

/// Refuses actions that run or send something, and files within the file.
fn refuse_active(dict: &HashMap<String, Object>) -> Result<(), Rejected> {
    let active = |what: &str, advice: &str| {
        Err(Rejected::new(Code::Active, format!("PDF 里有{what}，为保证安全不能上传。{advice}后再上传。")))
    };
    let print = "请打开它，用“打印 → 另存为 PDF”重新生成一份";
    if dict.contains_key("EmbeddedFiles") || dict.contains_key("EF") || is(dict, "Subtype", "FileAttachment") {
        return active("附件（文件里的文件）", "请另存一份不带附件的 PDF，需要公开的附件请单独上传，改好");
    }
    if dict.contains_key("XFA") {
        return active("动态表单（XFA）", print);
    }
    match dict.get("S").and_then(Object::as_name) {
        Some("JavaScript") => return active("脚本（JavaScript），打开时会运行", print),
        Some("Launch") => return active("打开其他程序或文件的动作", print),
        Some("SubmitForm" | "ImportData") => return active("把表单内容发送到别处的动作", print),
        Some("GoToR" | "Thread") if dict.contains_key("F") => return active("打开另一个文件的动作", print),
        Some("GoToE" | "Rendition" | "RichMediaExecute" | "Sound" | "Movie") => {
            return active("播放或打开其他内容的动作", print);
        }
        _ => {}
    }
    let led = [dict.get("URI"), dict.get("Base")].into_iter().flatten().find_map(|to| match to {
        Object::String(bytes) => Some(text_string(bytes)).filter(|target| !may_be_clicked(target)),
        _ => None,
    });
    if let Some(target) = led {
        return Err(link(&target));
    }
    let media = ["RichMedia", "Movie", "Sound", "3D"].iter().any(|kind| is(dict, "Subtype", kind));
    if media && dict.contains_key("Rect") {
        return active("影音或三维内容", print);
    }
    Ok(())
}

/// Lines of the pages as they were before the file was changed: a program that only adds its changes at the end leaves
/// everything in the file.
pub(crate) fn former_states(bytes: &[u8], found: &mut Extracted) {
    let mut ends: Vec<usize> = Vec::new();
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(5).position(|five| five == b"%%EOF") {
        from += at + 5;
        ends.push(from);
    }
    // the last one is the file as it is; the first of a file made for the web ends its first page
    ends.pop();
    let head = &bytes[..bytes.len().min(2048)];
    if head.windows(11).any(|eleven| eleven == b"/Linearized") && !ends.is_empty() {
        ends.remove(0);
    }
    let mut known: HashSet<String> = found.parts.iter().flat_map(|part| part.text.lines()).map(squeezed).collect();
    let mut lines: Vec<String> = Vec::new();
    for end in ends.into_iter().rev().take(STATES) {
        let Ok(document) = PdfDocument::from_bytes(bytes[..end].to_vec()) else { continue };
        for page in 0..document.page_count().unwrap_or(0).min(PAGES) {
            let (text, _) = page_text(&document, page);
            lines.extend(text.lines().filter(|line| known.insert(squeezed(line))).map(str::to_owned));
        }
    }
    let text = lines.join("\n");
    if !text.trim().is_empty() {
        found.warnings.push(
            "PDF 里还留着改动前的文字，下载的人可以恢复出来。请用“打印 → 另存为 PDF”重新生成一份后再上传。".to_owned(),
        );
        Part::push(&mut found.parts, "old text 1", text);
    }
}

/// A PDF text string: UTF-16 or UTF-8 with a mark, else single bytes; Chinese producers also write plain GBK or UTF-8.
pub(crate) fn text_string(bytes: &[u8]) -> String {
    decode_text(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), |(text, _)| text)
}
