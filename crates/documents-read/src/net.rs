//! The net under the readers of office files: every part of the package is walked over, and all text that the readers do
//! not take by name is kept with the part where it stands. Charts and their copies of figures, SmartArt, descriptions of
//! pictures, addresses of links, codes of fields, page headers of sheets, lists of allowed values, defined names, forms,
//! data of other programs, traces of revisions: whoever downloads the file has it all.
//!
//! Parts that hold no XML are pictures, whose own notes are read, or are named as unread.

use std::collections::{BTreeMap, HashMap, HashSet};

use documents::{Code, Extracted, Limits, Part, Rejected, Unread, picture};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use crate::container::Package;
use crate::{active, xml};

/// Bytes of text that the net holds.
const MOST: usize = 24 << 20;
/// Between texts that do not belong together; no number goes on behind it.
pub(crate) const APART: &str = "\n※\n";
/// Attributes that hold words. Any other one counts when it holds something else than plain letters and digits.
const WORDS: [&str; 29] = [
    "descr",
    "title",
    "alt",
    "tooltip",
    "display",
    "displayText",
    "location",
    "instr",
    "prompt",
    "promptTitle",
    "error",
    "errorTitle",
    "author",
    "initials",
    "displayName",
    "userName",
    "caption",
    "tag",
    "codeName",
    "label",
    "name",
    "href",
    "value",
    "text",
    "string",
    "userId",
    "linkedCell",
    "headerRowLabel",
    "totalsRowLabel",
];
/// Elements whose attribute `val` holds words.
const VALUES: [&str; 9] =
    ["alias", "tag", "helpText", "statusText", "default", "docVar", "result", "docPartGallery", "listEntry"];
/// Attributes that hold names of fonts and languages.
const LOOKS: [&str; 13] = [
    "typeface",
    "ascii",
    "hAnsi",
    "eastAsia",
    "cs",
    "lang",
    "panose",
    "script",
    "lvlText",
    "font",
    "style",
    "fontFamily",
    "bidi",
];

/// What the readers know of a package already.
#[derive(Debug, Default)]
pub(crate) struct ByName {
    /// Parts of Word whose paragraphs were read.
    pub(crate) stories: HashSet<String>,
    /// Sheets whose cells were read, with their names.
    pub(crate) sheets: HashMap<String, String>,
    /// Parts that were read as a whole.
    pub(crate) whole: HashSet<String>,
    /// What was read: cells, lines of text boxes. The same text elsewhere is no news.
    pub(crate) texts: HashSet<String>,
}

/// Walks over all parts of a package and adds what was not read by name.
///
/// # Errors
/// When a part has no place in an office file, or does something when the file is opened.
pub(crate) fn cast(
    package: &mut Package<'_>,
    known: &ByName,
    found: &mut Extracted,
    limits: &Limits,
) -> Result<(), Rejected> {
    let mut catch = Catch::default();
    let mut unread: Vec<String> = Vec::new();
    for name in package.names().to_vec() {
        let lower = name.to_ascii_lowercase();
        if known.whole.contains(&name)
            || lower == "[content_types].xml"
            || lower.contains("/embeddings/")
            || name.ends_with('/')
        {
            continue;
        }
        let Some(bytes) = package.read(&name)? else { continue };
        if [".xml", ".vml", ".rels", ".svg"].iter().any(|end| lower.ends_with(end)) {
            match catch.part(&name, &bytes, known, limits) {
                // a piece of XML that nobody reads may be damaged without harm to the rest
                Err(rejected) if matches!(rejected.code, Code::Damaged) => unread.push(name),
                other => other?,
            }
        } else if let Some(notes) = picture::notes(&bytes) {
            catch.keep("picture", &name, &notes.join(APART));
        } else if [".htm", ".html", ".xhtml", ".txt", ".json"].iter().any(|end| lower.ends_with(end)) {
            match documents::decode_text(&bytes) {
                Ok((text, _)) => catch.keep("part", &name, &text),
                Err(_) => unread.push(name),
            }
        } else if !is_layout(&lower) {
            unread.push(name);
        }
    }
    catch.tell(found);
    if !unread.is_empty() {
        let some: Vec<&str> = unread.iter().take(5).map(String::as_str).collect();
        let words =
            format!("文件里有系统读不出的部分（{}），请人工核对，或把内容复制到新文件后重新上传。", some.join("、"));
        found.warnings.push(words.clone());
        found.tell_unread("body", Unread::All, words);
    }
    Ok(())
}

/// Settings of printers, fonts, drawings of pictures in formats that the readers' warnings name.
fn is_layout(lower: &str) -> bool {
    const ENDS: [&str; 14] = [
        ".odttf", ".fntdata", ".ttf", ".emf", ".wmf", ".gif", ".bmp", ".tif", ".tiff", ".wdp", ".ico", ".sigs", ".jpg",
        ".png",
    ];
    lower.contains("printersettings") || ENDS.iter().any(|end| lower.ends_with(end)) || lower.contains("/media/")
}

/// What was caught, by kind of place.
#[derive(Default)]
struct Catch {
    texts: BTreeMap<&'static str, Vec<(String, String)>>,
    room: usize,
}

impl Catch {
    fn keep(&mut self, kind: &'static str, part: &str, text: &str) {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '※');
        if !text.is_empty() {
            self.texts.entry(kind).or_default().push((part.to_owned(), text.to_owned()));
        }
    }

    /// Adds what was caught to what was found.
    fn tell(self, found: &mut Extracted) {
        for (kind, texts) in self.texts {
            for (at, (part, text)) in texts.into_iter().enumerate() {
                let place = match kind {
                    "part" => format!("part \"{part}\""),
                    "sheet" => part,
                    kind => format!("{kind} {}", at + 1),
                };
                Part::push(&mut found.parts, place, text);
            }
        }
    }

    fn part(&mut self, name: &str, bytes: &[u8], known: &ByName, limits: &Limits) -> Result<(), Rejected> {
        let mut reader = PartReader::new(name, known);
        xml::scan(bytes, limits, |event| {
            match event {
                Event::Start(start) => reader.open(start, true)?,
                Event::Empty(start) => reader.open(start, false)?,
                Event::End(end) => reader.close(end.local_name().as_ref())?,
                Event::Text(text) => reader.say(&text.xml_content(XmlVersion::Implicit1_0)),
                Event::CData(text) => reader.say(&text.xml_content(XmlVersion::Implicit1_0)),
                Event::GeneralRef(reference) => {
                    if let Some(c) = xml::resolve(reference).ok().filter(|_| reader.listens()) {
                        reader.say(c.encode_utf8(&mut [0; 4]));
                    }
                }
                _ => {}
            }
            if self.room + reader.held() > MOST { Err(Rejected::too_complex("文件")) } else { Ok(()) }
        })?;
        active::field(&std::mem::take(&mut reader.code))?;
        self.room += reader.held();
        let sheet = known.sheets.get(name);
        let kind = kind_of(&name.to_ascii_lowercase());
        for (words, what) in
            [(&reader.said, None), (&reader.described, Some("description")), (&reader.links, Some("link"))]
        {
            match (sheet, what) {
                (Some(sheet), None | Some("description")) => {
                    self.keep("sheet", &format!("sheet \"{sheet}\" text"), words)
                }
                (Some(sheet), Some("link")) => self.keep("sheet", &format!("sheet \"{sheet}\" link"), words),
                (None, Some("description")) if kind == "name" => self.keep(kind, name, words),
                _ => self.keep(what.unwrap_or(kind), name, words),
            }
        }
        if let Some(sheet) = sheet {
            self.keep("sheet", &format!("sheet \"{sheet}\" header and footer"), &reader.margins);
            self.keep("sheet", &format!("sheet \"{sheet}\" formulas"), &reader.formulas);
        }
        self.keep("field code", name, &reader.fields);
        Ok(())
    }
}

/// What kind of place a part is.
fn kind_of(lower: &str) -> &'static str {
    const KINDS: [(&str, &str); 9] = [
        ("/charts/", "chart"),
        ("/diagrams/", "diagram"),
        ("/drawings/", "drawing"),
        ("customxml/", "data"),
        ("/pivotcache/", "data"),
        ("/externallinks/", "data"),
        ("/revisions/", "old text"),
        ("workbook.xml", "name"),
        ("sharedstrings.xml", "old text"),
    ];
    KINDS.iter().find(|(part, _)| lower.contains(part)).map_or("part", |(_, kind)| kind)
}

/// Reads one part.
struct PartReader<'k> {
    known: &'k ByName,
    is_story: bool,
    is_sheet: bool,
    is_shared: bool,
    is_pivot: bool,
    is_links: bool,
    /// Names of the open elements, and whether each is of the word processor's own.
    open: Vec<(String, bool)>,
    /// Prefixes of the word processor's own elements.
    own: HashSet<String>,
    /// Elements that stand above the words as their reading, which the readers leave out.
    above: usize,
    /// The line that goes on behind such an element.
    apart: String,
    /// Elements within an older form of what was read in its newer one.
    older: usize,
    line: String,
    code: String,
    said: String,
    described: String,
    links: String,
    fields: String,
    margins: String,
    formulas: String,
}

impl<'k> PartReader<'k> {
    fn new(name: &str, known: &'k ByName) -> Self {
        let lower = name.to_ascii_lowercase();
        Self {
            known,
            is_story: known.stories.contains(name),
            is_sheet: known.sheets.contains_key(name),
            is_shared: lower.ends_with("sharedstrings.xml"),
            is_pivot: lower.contains("/pivotcache/"),
            is_links: lower.ends_with(".rels"),
            open: Vec::new(),
            own: HashSet::from(["w".to_owned()]),
            older: 0,
            above: 0,
            apart: String::new(),
            line: String::new(),
            code: String::new(),
            said: String::new(),
            described: String::new(),
            links: String::new(),
            fields: String::new(),
            margins: String::new(),
            formulas: String::new(),
        }
    }

    fn held(&self) -> usize {
        let texts = [&self.line, &self.code, &self.said, &self.described, &self.links, &self.fields, &self.margins];
        texts.iter().map(|text| text.len()).sum::<usize>() + self.formulas.len()
    }

    /// Whether text that comes now is kept.
    fn listens(&self) -> bool {
        let Some((name, own)) = self.open.last() else { return false };
        let by_name =
            self.is_story && *own && self.older == 0 && self.above == 0 && matches!(name.as_str(), "t" | "delText");
        let cell = self.is_sheet && self.above == 0 && matches!(name.as_str(), "v" | "t");
        !by_name && !cell
    }

    fn open(&mut self, start: &BytesStart<'_>, stays: bool) -> Result<(), Rejected> {
        let own = self.is_story && self.is_own(start);
        let local = start.local_name();
        let name = local.as_ref();
        if self.is_links {
            self.link(start);
            return Ok(());
        }
        self.attributes(start, name)?;
        if !stays {
            if matches!(name, "br" | "cr" | "tab") {
                self.line.push(' ');
            }
            return Ok(());
        }
        if self.is_story && name == "Fallback" {
            self.older += 1;
        }
        if is_above(name) {
            self.above += 1;
            self.apart = std::mem::take(&mut self.line);
        }
        self.open.push((name.to_owned(), own));
        Ok(())
    }

    /// Whether an element is the word processor's own, whose texts were read.
    fn is_own(&mut self, start: &BytesStart<'_>) -> bool {
        for attribute in start.attributes().with_checks(false).flatten() {
            let key: &str = attribute.key.as_ref();
            let Some(prefix) = key.strip_prefix("xmlns") else { continue };
            let prefix = prefix.trim_start_matches(':');
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_default();
            if value.contains("wordprocessingml/") && !value.contains("/drawing") || value.ends_with("/math") {
                self.own.insert(prefix.to_owned());
            }
        }
        let name = start.name();
        let whole: &str = name.as_ref();
        self.own.contains(whole.split_once(':').map_or("", |(prefix, _)| prefix))
    }

    fn link(&mut self, start: &BytesStart<'_>) {
        if xml::attribute(start, "TargetMode").as_deref() == Some("External") {
            append(&mut self.links, &xml::attribute(start, "Target").unwrap_or_default(), APART);
        }
    }

    fn attributes(&mut self, start: &BytesStart<'_>, name: &str) -> Result<(), Rejected> {
        if self.is_sheet && matches!(name, "c" | "row" | "col" | "f" | "v") {
            return Ok(());
        }
        for attribute in start.attributes().with_checks(false).flatten() {
            let local = attribute.key.local_name();
            let key: &str = local.as_ref();
            let whole: &str = attribute.key.as_ref();
            if whole.starts_with("xmlns") || LOOKS.contains(&key) {
                continue;
            }
            let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) else { continue };
            // a number of its own, or words among the figures of a format
            let numbered = is_number(&value);
            if key == "formatCode" && (value.chars().filter(char::is_ascii_digit).count() < 11 || !value.contains('"'))
            {
                continue;
            }
            let worded = WORDS.contains(&key)
                || numbered
                || key == "formatCode"
                || (key == "val" && VALUES.contains(&name))
                || (key == "v" && self.is_pivot)
                || !(value.is_ascii() || key == "val" && matches!(name, "lvlText" | "rFonts" | "name"));
            if !worded || value.trim().is_empty() || value.starts_with("data:image/") {
                continue;
            }
            if key == "instr" {
                active::field(&value)?;
                append(&mut self.fields, &value, APART);
            } else if key == "v" && self.is_pivot {
                append(&mut self.said, &value, APART);
            } else {
                append(&mut self.described, &value, APART);
            }
        }
        Ok(())
    }

    fn say(&mut self, text: &str) {
        let Some((name, _)) = self.open.last() else { return };
        match name.as_str() {
            "instrText" | "delInstrText" => self.code.push_str(text),
            _ if self.listens() => self.line.push_str(text),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Rejected> {
        self.open.pop();
        if self.is_story && name == "Fallback" {
            self.older = self.older.saturating_sub(1);
        }
        if is_above(name) && self.above > 0 {
            self.above -= 1;
            let reading = std::mem::replace(&mut self.line, std::mem::take(&mut self.apart));
            if !reading.trim().is_empty() {
                append(&mut self.said, &reading, APART);
            }
            return Ok(());
        }
        // words of one paragraph may be cut into any number of runs
        if matches!(name, "t" | "r" | "delText" | "rPr" | "instrText" | "delInstrText")
            || (self.is_shared && name != "si")
        {
            return Ok(());
        }
        if name == "p" && !self.code.is_empty() {
            let code = std::mem::take(&mut self.code);
            active::field(&code)?;
            append(&mut self.fields, &code, APART);
        }
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return Ok(());
        }
        if self.is_sheet && name == "f" {
            active::formula(&line)?;
            // what a formula shows is in its cell; words and long numbers in it are more
            let digits = line.chars().filter(char::is_ascii_digit).count();
            if line.contains('"') || digits >= 11 {
                append(&mut self.formulas, &line, APART);
            }
            // "000000"&"19900101" shows one number
            let joined = line.split('&').map(str::trim).collect::<Vec<_>>().join("&").replace("\"&\"", "");
            if joined.len() + 3 <= line.len() {
                append(&mut self.formulas, &joined, APART);
            }
        } else if self.is_sheet && (name.ends_with("Header") || name.ends_with("Footer")) {
            append(&mut self.margins, &without_codes(&line), APART);
        } else if !self.known.texts.contains(&squeezed(&line)) {
            append(&mut self.said, &line, if name == "p" { "\n" } else { APART });
        }
        Ok(())
    }
}

/// What stands above words as their reading: in Word, in cells.
fn is_above(name: &str) -> bool {
    matches!(name, "rt" | "rPh")
}

/// Digits alone, as many as a telephone, an identity number or a card has: the name of a style, a value that a list is filtered by.
fn is_number(value: &str) -> bool {
    let value = value.trim();
    let digits = value.strip_suffix(['X', 'x']).unwrap_or(value);
    (matches!(value.len(), 15..=19) || value.len() == 11 && value.starts_with('1'))
        && digits.bytes().all(|b| b.is_ascii_digit())
}

fn append(to: &mut String, text: &str, apart: &str) {
    if !to.is_empty() {
        to.push_str(apart);
    }
    to.push_str(text.trim());
}

/// A text without blanks, as [`ByName::texts`] holds it.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The text of a page header of a sheet without the codes for fonts, sizes and places: `&L&"宋体"&12内部 &P`.
fn without_codes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let code = rest.chars().next();
        let length = match code {
            Some('"') => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            // a size has two digits; what follows is text
            Some('0'..='9') => rest.chars().take(2).take_while(char::is_ascii_digit).count(),
            Some('K') => 1 + rest[1..].chars().take(6).take_while(char::is_ascii_hexdigit).count(),
            Some(c) => c.len_utf8(),
            None => 0,
        };
        out.push(' ');
        rest = &rest[length..];
    }
    out.push_str(rest);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_page_headers_are_left_out() {
        assert_eq!(without_codes("&L&\"宋体,常规\"&12 内部 &P"), "内部");
        assert_eq!(without_codes("&C&14 13800138000&R&K0070C0甲"), "13800138000  甲");
        assert_eq!(without_codes("&"), "");
    }
}
