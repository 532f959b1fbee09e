//! What a masked copy does without: properties of the file, comments, data beside the document, revisions with what they deleted,
//! formulas that would calculate anew what was masked, values of other files and of pivot tables that are only kept.

use std::collections::{BTreeSet, HashSet};

use documents::{Limits, Rejected};
use fold::markup::escaped;

use super::markup::{Token, named, tokens};
use crate::container::Package;
use crate::ooxml;

/// Kinds of relationships whose targets go, each with what it is in words.
const KINDS: [(&str, &str); 22] = [
    ("core-properties", "文档属性"),
    ("extended-properties", "文档属性"),
    ("custom-properties", "文档属性"),
    ("classificationlabels", "文档属性"),
    ("thumbnail", "缩略图"),
    ("origin", "数字签名"),
    ("customXml", "自定义数据"),
    ("customXmlProps", "自定义数据"),
    ("comments", "批注"),
    ("commentsExtended", "批注"),
    ("commentsIds", "批注"),
    ("commentsExtensible", "批注"),
    ("people", "批注"),
    ("threadedComment", "批注"),
    ("person", "批注"),
    ("vmlDrawing", "批注"),
    ("revisionHeaders", "修订记录"),
    ("usernames", "修订记录"),
    ("calcChain", "公式"),
    ("externalLink", "其他表格的数据"),
    ("pivotTable", "透视表"),
    ("pivotCacheDefinition", "透视表"),
];

/// Folders of which nothing stays, whatever leads there.
const FOLDERS: [(&str, &str); 4] = [
    ("docProps/", "文档属性"),
    ("docMetadata/", "文档属性"),
    ("customXml/", "自定义数据"),
    ("_xmlsignatures/", "数字签名"),
];

/// Elements that go with all they hold: what was deleted, how something looked before, marks of comments and of data beside the text.
const GONE: [&str; 37] = [
    "del",
    "moveFrom",
    "rPrChange",
    "pPrChange",
    "sectPrChange",
    "tblPrChange",
    "tblPrExChange",
    "tblGridChange",
    "tcPrChange",
    "trPrChange",
    "numberingChange",
    "cellIns",
    "cellDel",
    "cellMerge",
    "commentReference",
    "commentRangeStart",
    "commentRangeEnd",
    "annotationRef",
    "moveFromRangeStart",
    "moveFromRangeEnd",
    "moveToRangeStart",
    "moveToRangeEnd",
    "customXmlInsRangeStart",
    "customXmlInsRangeEnd",
    "customXmlDelRangeStart",
    "customXmlDelRangeEnd",
    "customXmlMoveFromRangeStart",
    "customXmlMoveFromRangeEnd",
    "customXmlMoveToRangeStart",
    "customXmlMoveToRangeEnd",
    "trackRevisions",
    "docVars",
    "dataBinding",
    "mailMerge",
    "attachedSchema",
    "documentType",
    "smartTagType",
];

/// Elements of a workbook that go with all they hold.
const GONE_OF_BOOKS: [&str; 9] = [
    "externalReferences",
    "pivotCaches",
    "fileSharing",
    "absPath",
    "scenarios",
    "protectedRanges",
    "customSheetViews",
    "rPh",
    "dataValidations",
];

/// What of a package goes.
#[derive(Debug, Default)]
pub(super) struct Gone {
    /// Names of entries.
    parts: HashSet<String>,
    /// Sheets whose drawings of comments go.
    bare: HashSet<String>,
    /// Whether pivot tables stay: what filters them would lead nowhere.
    pivots: bool,
    /// What went, in words.
    pub(super) words: BTreeSet<&'static str>,
}

/// What a kind of relationship leads to, if it goes.
fn kind_in_words(kind: &str) -> Option<&'static str> {
    KINDS.iter().find(|(name, _)| *name == kind).map(|(_, words)| *words)
}

/// The part whose relationships an entry holds: `word/_rels/document.xml.rels` is that of `word/document.xml`.
fn part_of(rels: &str) -> Option<String> {
    let (folder, base) = rels.strip_suffix(".rels")?.rsplit_once("_rels/")?;
    Some(format!("{folder}{base}"))
}

impl Gone {
    /// Looks through the relationships of a package.
    pub(super) fn of(package: &mut Package<'_>, limits: &Limits) -> Result<Self, Rejected> {
        let names = package.names().to_vec();
        let pivots = names.iter().any(|name| name.contains("/slicer") || name.contains("/timeline"));
        let mut gone = Self { pivots, ..Self::default() };
        for name in &names {
            if let Some((_, words)) = FOLDERS.iter().find(|(folder, _)| name.starts_with(*folder)) {
                gone.parts.insert(name.clone());
                gone.words.insert(*words);
            }
            let Some(part) = part_of(name) else { continue };
            for relation in ooxml::relations(package, &part, limits)?.into_values() {
                if relation.external || !gone.goes(&relation.kind) {
                    continue;
                }
                if relation.kind == "vmlDrawing" {
                    let sheet = package.read(&part)?.unwrap_or_default();
                    let sheet = String::from_utf8_lossy(&sheet);
                    let needed =
                        ["<controls", "<oleObjects", "<legacyDrawingHF"].iter().any(|mark| sheet.contains(mark));
                    if needed || !part.starts_with("xl/worksheets/") {
                        continue;
                    }
                    gone.bare.insert(part.clone());
                }
                if package.has(&relation.target) {
                    gone.words.extend(kind_in_words(&relation.kind));
                    gone.parts.insert(relation.target);
                }
            }
        }
        // What a part that goes leads to: records of a pivot table, the other part of a signature.
        for name in &names {
            let Some(part) = part_of(name).filter(|part| gone.parts.contains(part)) else { continue };
            gone.parts.insert(name.clone());
            let inner = ooxml::relations(package, &part, limits)?.into_values();
            let held = inner.filter(|relation| !relation.external && relation.kind == "pivotCacheRecords");
            gone.parts.extend(held.map(|relation| relation.target));
        }
        Ok(gone)
    }

    fn goes(&self, kind: &str) -> bool {
        kind_in_words(kind).is_some() && !(self.pivots && kind.starts_with("pivot"))
    }

    /// Whether an entry goes.
    pub(super) fn part(&self, name: &str) -> bool {
        self.parts.contains(name)
    }

    /// A part of XML without what goes.
    pub(super) fn out_of(&mut self, name: &str, text: &str) -> String {
        let tokens = tokens(text);
        let mut out = String::with_capacity(text.len());
        // The element that goes and how deep it is nested in itself.
        let mut skip: Option<(String, usize)> = None;
        // Where rows of tables begin, and whether each was deleted.
        let mut rows: Vec<(usize, bool)> = Vec::new();
        let mut of_row = false;
        for (at, token) in tokens.iter().enumerate() {
            let Token::Tag(tag) = token else {
                if let (Token::Text(text), None) = (token, &skip) {
                    out.push_str(text);
                }
                continue;
            };
            if tag.starts_with("<!--") {
                continue;
            }
            if let Some(inner) = tag.strip_prefix("<![CDATA[") {
                if skip.is_none() {
                    out.push_str(&escaped(inner.trim_end_matches("]]>")));
                }
                continue;
            }
            let (local, opens, closes) = named(tag);
            if let Some((of, depth)) = skip.as_mut() {
                if local == of.as_str() {
                    *depth = match (opens, closes) {
                        (true, false) => *depth + 1,
                        (false, true) => *depth - 1,
                        _ => *depth,
                    };
                }
                let ended = *depth == 0;
                if ended {
                    skip = None;
                }
                continue;
            }
            let behind = tokens.get(at + 1).map_or("", |next| match next {
                Token::Text(text) => *text,
                Token::Tag(_) => "",
            });
            match self.fate(name, tag, local, behind) {
                Fate::Gone => {
                    if local == "del"
                        && of_row
                        && let Some(row) = rows.last_mut()
                    {
                        row.1 = true;
                    }
                    if opens && !closes {
                        skip = Some((local.to_owned(), 1));
                    }
                    continue;
                }
                Fate::Bare => continue,
                Fate::Stays => {}
            }
            match local {
                "tr" if opens && !closes => rows.push((out.len(), false)),
                "trPr" => of_row = opens && !closes,
                _ => {}
            }
            let cell = local == "c" && name.starts_with("xl/worksheets/");
            if cell && tag.contains(" cm=\"") {
                out.push_str(&without(tag, " cm=\""))
            } else {
                out.push_str(tag)
            }
            if local == "tr"
                && !opens
                && let Some((start, true)) = rows.pop()
            {
                out.truncate(start);
            }
        }
        out
    }

    fn fate(&mut self, name: &str, tag: &str, local: &str, behind: &str) -> Fate {
        if name.ends_with(".rels") {
            return if local == "Relationship" && self.leads_there(name, tag) { Fate::Gone } else { Fate::Stays };
        }
        if name == "[Content_Types].xml" {
            let part = attribute(tag, "PartName").unwrap_or_default();
            let goes = local == "Override" && self.parts.contains(part.trim_start_matches('/'));
            return if goes { Fate::Gone } else { Fate::Stays };
        }
        if name.starts_with("word/") {
            if GONE.contains(&local) {
                self.words.extend(matches!(local, "del" | "moveFrom").then_some("修订中删去的文字"));
                return Fate::Gone;
            }
            return if matches!(local, "ins" | "moveTo") { Fate::Bare } else { Fate::Stays };
        }
        if !name.starts_with("xl/") {
            return Fate::Stays;
        }
        let formula = local == "f" && name.starts_with("xl/worksheets/") && !tag.contains("xm:");
        if formula && !tag.starts_with("</") {
            self.words.insert("公式");
        }
        let named = local == "definedName" && !tag.starts_with("</");
        // What a name stands for no page shows. With the formulas gone, only what is printed is asked by name.
        let printed = matches!(attribute(tag, "name"), Some("_xlnm.Print_Area" | "_xlnm.Print_Titles"));
        let unused = named && (behind.contains('[') || !printed);
        if unused {
            self.words.insert("定义的名称");
        }
        if local == "dataValidations" && !tag.starts_with("</") {
            self.words.insert("数据验证");
        }
        let drawing = local == "legacyDrawing" && self.bare.contains(name);
        let held = GONE_OF_BOOKS.contains(&local) && !(self.pivots && local == "pivotCaches");
        if formula || unused || drawing || held { Fate::Gone } else { Fate::Stays }
    }

    /// Whether a relationship leads to a part that goes.
    fn leads_there(&self, rels: &str, tag: &str) -> bool {
        let kind = attribute(tag, "Type").unwrap_or_default();
        let kind = kind.rsplit('/').next().unwrap_or_default();
        if attribute(tag, "TargetMode") == Some("External") || !self.goes(kind) {
            return false;
        }
        kind != "vmlDrawing" || part_of(rels).is_some_and(|part| self.bare.contains(&part))
    }
}

/// What becomes of a tag.
enum Fate {
    Stays,
    /// The tag goes, what it holds stays.
    Bare,
    Gone,
}

/// The value of an attribute, as it is written.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].ends_with([' ', '\t', '\n', '\r']);
        let behind = rest[at + name.len()..].trim_start();
        if before && let Some(value) = behind.strip_prefix('=') {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            return value[1..].split(quote).next();
        }
        rest = &rest[at + name.len()..];
    }
    None
}

/// A tag without an attribute that begins so.
fn without(tag: &str, begins: &str) -> String {
    let Some((before, rest)) = tag.split_once(begins) else { return tag.to_owned() };
    let behind = rest.split_once('"').map_or("", |(_, behind)| behind);
    format!("{before}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_taken_and_what_they_deleted_is_gone() {
        let mut gone = Gone::default();
        let text = "<w:p><w:ins w:author=\"甲\"><w:r><w:t>新</w:t></w:r></w:ins><w:del w:id=\"1\"><w:r><w:delText>旧</w:delText></w:r></w:del>\
                    <w:commentRangeStart w:id=\"0\"/><!-- 注 --><w:r><w:t>留</w:t></w:r></w:p>";
        let kept = "<w:p><w:r><w:t>新</w:t></w:r><w:r><w:t>留</w:t></w:r></w:p>";
        assert_eq!(gone.out_of("word/document.xml", text), kept);
        assert!(gone.words.contains("修订中删去的文字"));
        let row = |inner: &str| format!("<w:tr><w:trPr>{inner}</w:trPr><w:tc><w:t>行</w:t></w:tc></w:tr>");
        let table = format!("<w:tbl>{}{}</w:tbl>", row("<w:del w:id=\"2\"/>"), row(""));
        assert_eq!(gone.out_of("word/document.xml", &table), format!("<w:tbl>{}</w:tbl>", row("")));
    }

    #[test]
    fn formulas_of_cells_become_their_values() {
        let mut gone = Gone::default();
        let sheet = "<c r=\"A1\" t=\"str\" cm=\"1\"><f>\"138\"&amp;\"00138000\"</f><v>138****8000</v></c><c><f t=\"shared\" si=\"0\"/><v>1</v></c>\
                     <x14:sparkline><xm:f>名单!A1</xm:f></x14:sparkline>";
        let kept = "<c r=\"A1\" t=\"str\"><v>138****8000</v></c><c><v>1</v></c><x14:sparkline><xm:f>名单!A1</xm:f></x14:sparkline>";
        assert_eq!(gone.out_of("xl/worksheets/sheet1.xml", sheet), kept);
        assert_eq!(gone.out_of("xl/charts/chart1.xml", "<c:f>名单!A1</c:f>"), "<c:f>名单!A1</c:f>");
        let kept = "<definedName name=\"_xlnm.Print_Area\" localSheetId=\"0\">表!$A$1:$D$9</definedName>";
        let names =
            ["<definedName name=\"a\">[1]表!A1</definedName><definedName name=\"b\">\"李某某\"</definedName>", kept]
                .concat();
        assert_eq!(gone.out_of("xl/workbook.xml", &names), kept);
        assert!(gone.words.contains("定义的名称"));
    }

    #[test]
    fn the_parts_of_relationships_and_the_values_of_attributes_are_known() {
        assert_eq!(part_of("word/_rels/document.xml.rels").as_deref(), Some("word/document.xml"));
        assert_eq!(part_of("_rels/.rels").as_deref(), Some(""));
        assert_eq!(part_of("word/document.xml"), None);
        assert_eq!(attribute("<a Target=\"b\" TargetMode='External'/>", "TargetMode"), Some("External"));
        assert_eq!(attribute("<a TargetMode=\"x\"/>", "Target"), None);
    }
}
