//! A Word document or workbook with other words in some of its places: paragraphs and cells whose whole text is named. Everything else
//! of the package stays byte for byte.

use std::collections::HashMap;
use std::io::{Cursor, Write};

use documents::{Change, Code, Limits, Redone, Rejected};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::container::Package;

/// Makes the file anew.
///
/// # Errors
/// [`Code::Unsupported`] for other files than docx and xlsx; what is wrong with the package.
pub fn redo(bytes: &[u8], changes: &[Change], limits: &Limits) -> Result<Redone, Rejected> {
    let mut package = Package::open(bytes, limits)?;
    let (word, sheet) = (package.has("word/document.xml"), package.has("xl/workbook.xml"));
    if !(word || sheet) {
        return Err(Rejected::new(
            Code::Unsupported,
            "只有 Word（.docx）和 Excel（.xlsx）可以生成遮盖副本。其他文件请改好以后重新上传。",
        ));
    }
    let known: HashMap<&str, &str> = changes.iter().map(|change| (change.from.as_str(), change.to.as_str())).collect();
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    let mut done = 0;
    for name in package.names().to_vec() {
        if name.ends_with('/') {
            continue;
        }
        let Some(mut content) = package.read(&name)? else { continue };
        let ours = name.ends_with(".xml") && (name.starts_with("word/") || name.starts_with("xl/"));
        if ours && let Ok(text) = std::str::from_utf8(&content) {
            let (made, count) = rewrite(text, &known);
            done += count;
            if count > 0 {
                content = made.into_bytes();
            }
        }
        let failed = |_| Rejected::damaged("文件");
        out.start_file(name.as_str(), SimpleFileOptions::default()).map_err(failed)?;
        out.write_all(&content).map_err(|_| Rejected::damaged("文件"))?;
    }
    let bytes = out.finish().map_err(|_| Rejected::damaged("文件"))?.into_inner();
    Ok(Redone { bytes, done })
}

/// A piece of XML: a tag with its brackets, or what stands between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Tag(&'a str),
    Text(&'a str),
}

/// Takes a text of XML apart; put together again the pieces are the text.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(open) = rest.find('<') else {
            all.push(Token::Text(rest));
            break;
        };
        if open > 0 {
            all.push(Token::Text(&rest[..open]));
        }
        rest = &rest[open..];
        let end = tag_end(rest);
        all.push(Token::Tag(&rest[..end]));
        rest = &rest[end..];
    }
    all
}

/// Behind the tag that a text begins with; comments and CDATA are tags here.
fn tag_end(text: &str) -> usize {
    for (begin, end) in [("<!--", "-->"), ("<![CDATA[", "]]>")] {
        if text.starts_with(begin) {
            return text.find(end).map_or(text.len(), |at| at + end.len());
        }
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Local name of a tag and whether it opens, closes or does both.
fn named(tag: &str) -> (&str, bool, bool) {
    let closes = tag.starts_with("</");
    let inner = tag.trim_start_matches(['<', '/']).trim_end_matches('>');
    let alone = inner.ends_with('/');
    let name = inner.split([' ', '\t', '\n', '\r', '/']).next().unwrap_or_default();
    (name.rsplit(':').next().unwrap_or(name), !closes, closes || alone)
}

fn unescaped(text: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    plain.into_iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A place with a text of its own that is being read.
struct Group {
    name: String,
    /// Token of its opening tag.
    opens: usize,
    /// Tokens of its words.
    words: Vec<usize>,
}

/// Elements that have a text of their own: paragraphs of Word and of drawings, shared and inline strings, cells.
const GROUPS: [&str; 4] = ["p", "si", "is", "c"];

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
                    group.words.push(at);
                }
            }
            Token::Tag(tag) => {
                let (name, opens, closes) = named(tag);
                inside = if opens && !closes { name.to_owned() } else { String::new() };
                if opens && !closes && GROUPS.contains(&name) {
                    groups.push(Group { name: name.to_owned(), opens: at, words: Vec::new() });
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

/// Writes other words into a place, if its text is known.
fn put(tokens: &[Token<'_>], group: &Group, known: &HashMap<&str, &str>, made: &mut [Option<String>]) -> bool {
    let text_of = |at: &usize| match tokens[*at] {
        Token::Text(text) => unescaped(text),
        Token::Tag(_) => String::new(),
    };
    let said: String = group.words.iter().map(text_of).collect();
    let Some(to) = known.get(said.trim()) else { return false };
    let Some((first, rest)) = group.words.split_first() else { return false };
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
    fn pieces_make_the_text_again() {
        let text = "<?xml version=\"1.0\"?><a b=\"x>y\"><!-- <c> --><d/>e</a>\n";
        let again: String = tokens(text)
            .iter()
            .map(|token| match token {
                Token::Tag(text) | Token::Text(text) => *text,
            })
            .collect();
        assert_eq!(again, text);
    }
}
