//! A Word document, a workbook, a table or text without form ([`plain`]) with other words in some of its places, paragraphs and
//! cells whose whole text is named, and without what nobody reads and everybody gets: properties, comments, revisions, formulas
//! ([`clean`]). The same numbers are looked for in every other place of the package; where something of them stands still, the
//! place is told ([`secrets`]).

mod clean;
pub(crate) mod encoded;
pub(crate) mod markup;
mod plain;
mod secrets;

use std::collections::{BTreeSet, HashMap};
use std::io::{Cursor, Write};

use documents::{Change, Code, Format, Limits, Redone, Rejected};
use fold::markup::{escaped, unescaped};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::bounds::check_size;
use crate::container::Package;
use crate::sniff;
use clean::Gone;
use markup::{Token, named, tokens};
pub(crate) use secrets::{Secrets, place};

/// Makes the file anew.
///
/// # Errors
/// [`Code::Unsupported`] for other files than docx, xlsx, csv and txt; what is wrong with the package.
pub fn redo(bytes: &[u8], file_name: &str, changes: &[Change], limits: &Limits) -> Result<Redone, Rejected> {
    let secrets = Secrets::of(changes);
    if bytes.starts_with(b"PK") {
        return remade(bytes, changes, &secrets, Links::Stay, limits);
    }
    check_size(bytes, limits)?;
    match sniff(bytes, file_name)? {
        format @ (Format::Csv | Format::Txt) => plain::redo(bytes, format, &known(changes), &secrets),
        _ => Err(others()),
    }
}

fn others() -> Rejected {
    let told = "只有 Word（.docx）、Excel（.xlsx）、CSV 和文本可以生成遮盖副本。其他文件请改好以后重新上传。";
    Rejected::new(Code::Unsupported, told)
}

/// What stands in places that are to change, each with what is to stand there.
fn known(changes: &[Change]) -> HashMap<&str, &str> {
    changes.iter().map(|change| (change.from.as_str(), change.to.as_str())).collect()
}

/// What becomes of the addresses outside of the file to which its links lead; what people click on stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    Stay,
    /// They lead nowhere any more: nobody sees what an address says, and it may say who somebody is.
    Go,
}

/// What is told when links lead nowhere any more.
const NO_LINKS: &str = "链接地址";

/// The relationships of a part with addresses outside of the file emptied, and whether there was one.
fn without_links(text: &str) -> (String, bool) {
    let (mut out, mut any) = (String::with_capacity(text.len()), false);
    for token in tokens(text) {
        let (Token::Tag(piece) | Token::Text(piece)) = token;
        let quoted = [('"', "Target=\""), ('\'', "Target='")];
        let found = quoted.into_iter().find_map(|(quote, name)| piece.find(name).map(|at| (quote, at + name.len())));
        match found.filter(|_| matches!(token, Token::Tag(_)) && piece.contains("External")) {
            Some((quote, from)) => {
                let to = piece[from..].find(quote).map_or(piece.len(), |at| from + at);
                out.push_str(&piece[..from]);
                out.push('#');
                out.push_str(&piece[to..]);
                any = true;
            }
            None => out.push_str(piece),
        }
    }
    (out, any)
}

/// As [`redo`] for Word and Excel, with what is looked for beside the places that are named.
pub(crate) fn remade(
    bytes: &[u8],
    changes: &[Change],
    secrets: &Secrets,
    links: Links,
    limits: &Limits,
) -> Result<Redone, Rejected> {
    let mut package = Package::open(bytes, limits)?;
    let (word, sheet) = (package.has("word/document.xml"), package.has("xl/workbook.xml"));
    if !(word || sheet) {
        return Err(others());
    }
    let known = known(changes);
    let mut gone = Gone::of(&mut package, limits)?;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    let mut done = 0;
    let mut left: BTreeSet<&'static str> = BTreeSet::new();
    let mut unlinked = false;
    for name in package.names().to_vec() {
        if name.ends_with('/') || gone.part(&name) {
            continue;
        }
        let Some(content) = package.read(&name)? else { continue };
        let content = match markup::decoded(&content) {
            Some(text) => {
                let mut cleaned = gone.out_of(&name, &text);
                if links == Links::Go && name.ends_with(".rels") {
                    let (emptied, any) = without_links(&cleaned);
                    cleaned = emptied;
                    unlinked |= any;
                }
                let (made, words) = rewrite(&cleaned, &known);
                let (made, numbers) = secrets.out_of(&name, &made);
                done += words + numbers;
                if secrets.stand_in(&made) {
                    left.insert(place(&name));
                }
                made.into_bytes()
            }
            None => {
                if name.contains("/embeddings/") {
                    left.insert("嵌入的文件");
                }
                content
            }
        };
        let failed = |_| Rejected::damaged("文件");
        out.start_file(name.as_str(), SimpleFileOptions::default()).map_err(failed)?;
        out.write_all(&content).map_err(|_| Rejected::damaged("文件"))?;
    }
    let bytes = out.finish().map_err(|_| Rejected::damaged("文件"))?.into_inner();
    let said = |words: BTreeSet<&'static str>| words.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let mut dropped = said(gone.words);
    if unlinked {
        dropped.push(NO_LINKS.to_owned());
    }
    Ok(Redone { bytes, done, dropped, left: said(left) })
}

/// A place with a text of its own that is being read.
struct Group {
    name: String,
    /// Token of its opening tag.
    opens: usize,
    /// Tokens of its words, those between tabs and breaks of lines together.
    words: Vec<Vec<usize>>,
}

/// Elements that have a text of their own: paragraphs of Word and of drawings, shared and inline strings, cells.
const GROUPS: [&str; 4] = ["p", "si", "is", "c"];
/// What parts the words of a paragraph.
const BREAKS: [&str; 4] = ["tab", "ptab", "br", "cr"];

/// The text with what is known put in the place of what stands there, and in how many places.
fn rewrite(text: &str, known: &HashMap<&str, &str>) -> (String, usize) {
    let tokens = tokens(text);
    let mut made: Vec<Option<String>> = vec![None; tokens.len()];
    let mut groups: Vec<Group> = Vec::new();
    let (mut inside, mut done) = (String::new(), 0);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Text(_) => {
                // t: words; v: the value of a cell.
                let words = matches!(inside.as_str(), "t" | "v");
                if let Some(group) = groups.last_mut().filter(|_| words) {
                    group.words.last_mut().into_iter().for_each(|words| words.push(at));
                }
            }
            Token::Tag(tag) => {
                let (name, opens, closes) = named(tag);
                inside = if opens && !closes { name.to_owned() } else { String::new() };
                if opens && !closes && GROUPS.contains(&name) {
                    groups.push(Group { name: name.to_owned(), opens: at, words: vec![Vec::new()] });
                }
                if BREAKS.contains(&name)
                    && let Some(group) = groups.last_mut()
                {
                    group.words.push(Vec::new());
                }
                if closes && !opens && groups.last().is_some_and(|group| group.name == name) {
                    let Some(group) = groups.pop() else { continue };
                    done += usize::from(put(&tokens, &group, known, &mut made));
                }
            }
        }
    }
    let piece = |(token, made): (&Token<'_>, Option<String>)| match (made, token) {
        (Some(made), _) => made,
        (None, Token::Tag(text) | Token::Text(text)) => (*text).to_owned(),
    };
    (tokens.iter().zip(made).map(piece).collect(), done)
}

/// Writes other words into a place, if its text is known, or into what stands between its tabs.
fn put(tokens: &[Token<'_>], group: &Group, known: &HashMap<&str, &str>, made: &mut [Option<String>]) -> bool {
    let whole: Vec<usize> = group.words.iter().flatten().copied().collect();
    if say(tokens, group, &whole, known, made) {
        return true;
    }
    let mut any = false;
    if group.words.len() > 1 {
        for words in &group.words {
            any |= say(tokens, group, words, known, made);
        }
    }
    any
}

/// Writes other words into these tokens of a place, if their text is known.
fn say(
    tokens: &[Token<'_>],
    group: &Group,
    words: &[usize],
    known: &HashMap<&str, &str>,
    made: &mut [Option<String>],
) -> bool {
    let text_of = |at: &usize| match tokens[*at] {
        Token::Text(text) => unescaped(text),
        Token::Tag(_) => String::new(),
    };
    let said: String = words.iter().map(text_of).collect();
    let Some(to) = known.get(said.trim()) else { return false };
    let Some((first, rest)) = words.split_first() else { return false };
    if group.name == "c" {
        // A number of a cell becomes a text; one that counts a shared string is none.
        let Token::Tag(tag) = tokens[group.opens] else { return false };
        let shared = tag.contains(" t=\"s\"");
        if shared {
            return false;
        }
        let bare = [" t=\"n\"", " t=\"str\"", " t=\"inlineStr\"", " t=\"d\""]
            .into_iter()
            .fold(tag.to_owned(), |tag, kind| tag.replace(kind, ""));
        made[group.opens] = Some(bare.replacen('>', " t=\"str\">", 1));
    }
    made[*first] = Some(escaped(to));
    for at in rest {
        made[*at] = Some(String::new());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> (String, usize) {
        let known =
            HashMap::from([("手机13800138000", "手机138****8000"), ("13800138000", "138****8000"), ("李 四", "李*")]);
        rewrite(text, &known)
    }

    #[test]
    fn paragraphs_and_cells_are_written_anew_and_nothing_else() {
        let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
        let before = format!("<w:p>{}{}</w:p><w:p>{}</w:p>", run("手机138"), run("00138000"), run("手机号"));
        let after = format!("<w:p>{}{}</w:p><w:p>{}</w:p>", run("手机138****8000"), run(""), run("手机号"));
        assert_eq!(made(&before), (after, 1));
        let sheet = "<c r=\"A1\" s=\"2\"><v>13800138000</v></c><c r=\"A2\" t=\"s\"><v>13800138000</v></c>";
        let masked = "<c r=\"A1\" s=\"2\" t=\"str\"><v>138****8000</v></c><c r=\"A2\" t=\"s\"><v>13800138000</v></c>";
        assert_eq!(made(sheet), (masked.to_owned(), 1));
        let strings = "<sst><si><t>李 四</t></si><si><t>a &lt; b</t></si></sst>";
        assert_eq!(made(strings), ("<sst><si><t>李*</t></si><si><t>a &lt; b</t></si></sst>".to_owned(), 1));
    }

    #[test]
    fn links_of_a_copy_lead_nowhere() {
        let link = |target: &str| format!("<Relationship Id=\"L\" Target=\"{target}\" TargetMode=\"External\"/>");
        let part = "<Relationship Id=\"P\" Target=\"media/a.png\"/>";
        let text = format!("<Relationships>{}{part}</Relationships>", link("mailto:%E7%8E%8B@x.cn"));
        let made = format!("<Relationships>{}{part}</Relationships>", link("#"));
        assert_eq!(without_links(&text), (made, true));
        assert_eq!(without_links(part), (part.to_owned(), false));
    }

    #[test]
    fn a_paragraph_with_a_tab_is_masked_on_each_side_of_it() {
        let before = "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:t>联系人</w:t><w:tab/><w:t>手机138</w:t></w:r>\
                      <w:r><w:t>00138000</w:t></w:r></w:p>";
        let after = before.replace("手机138<", "手机138****8000<").replace(">00138000<", "><");
        assert_eq!(made(before), (after, 1));
    }

    /// A package of these entries.
    fn package(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in entries {
            out.start_file(*name, SimpleFileOptions::default()).expect("an entry");
            out.write_all(text.as_bytes()).expect("its bytes");
        }
        out.finish().expect("a package").into_inner()
    }

    #[test]
    fn a_copy_holds_the_number_nowhere() {
        let relation = |kind: &str, target: &str| {
            format!("<Relationship Id=\"{}\" Type=\"http://example.org/{kind}\" Target=\"{target}\"/>", kind.len())
        };
        let relations = |all: &[String]| format!("<Relationships>{}</Relationships>", all.concat());
        let root = relations(&[
            relation("officeDocument", "word/document.xml"),
            relation("core-properties", "docProps/core.xml"),
        ]);
        let link = "<Relationship Id=\"L\" Type=\"http://example.org/hyperlink\" Target=\"tel:13800138000\" TargetMode=\"External\"/>";
        let inner = relations(&[relation("comments", "comments.xml"), link.to_owned()]);
        let types =
            "<Types><Override PartName=\"/word/comments.xml\"/><Override PartName=\"/word/document.xml\"/></Types>";
        let body = "<w:document><w:p><w:r><w:t>手机13800138000</w:t></w:r><w:del><w:r><w:delText>13800138000</w:delText></w:r></w:del></w:p>\
                    <w:p><w:r><w:t>又1380</w:t></w:r><w:r><w:t>0138000</w:t></w:r></w:p></w:document>";
        let bytes = package(&[
            ("[Content_Types].xml", types),
            ("_rels/.rels", root.as_str()),
            ("docProps/core.xml", "<cp:coreProperties><dc:creator>甲13800138000</dc:creator></cp:coreProperties>"),
            ("word/_rels/document.xml.rels", inner.as_str()),
            ("word/document.xml", body),
            ("word/comments.xml", "<w:comments><w:t>13800138000</w:t></w:comments>"),
        ]);
        let changes = [Change { from: "手机13800138000".into(), to: "手机138****8000".into() }];
        let redone = redo(&bytes, "甲.docx", &changes, &Limits::default()).expect("a copy");
        assert_eq!(redone.dropped, ["修订中删去的文字", "批注", "文档属性"]);
        assert_eq!((redone.done, redone.left), (2, vec!["正文".to_owned()]));
        let mut copy = Package::open(&redone.bytes, &Limits::default()).expect("opens");
        assert_eq!(copy.names().len(), 4);
        for name in copy.names().to_vec() {
            let text = copy.read(&name).expect("reads").expect("is there");
            let text = String::from_utf8(text).expect("a text");
            assert!(!text.contains("13800138000") && !text.contains("comments"), "{name}: {text}");
        }
    }
}
