//! A page reduced to what an editor works with: paragraphs, headings, lists, tables, a few marks, web links.

use html5ever::Attribute;

use super::dom::{self, Step, attribute};
use super::{escape, is_block};

/// Tags within which a list, a table or a quotation is still written; deeper ones leave only their text.
const DEEPEST: usize = 64;

/// Simple HTML with the text of a page. Scripts, styles, pictures, forms and all attributes except spans of cells,
/// starts of lists and web links are left out; tags are balanced; loose text is put into paragraphs.
pub fn simplify(html: &str) -> String {
    let mut page = Page::default();
    let mut in_head = false;
    dom::walk(html, |step| match step {
        Step::Open("head", _) => in_head = true,
        Step::Close("head") => in_head = false,
        _ if in_head => {}
        Step::Open(name, attributes) => page.open(name, attributes),
        Step::Close(name) => page.close(name),
        Step::Text(piece) => page.say(piece),
    });
    page.unwind(0);
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    /// Tags written and not yet closed.
    open: Vec<&'static str>,
    /// For each open element of the page the place of its tag among those, when one was written.
    elements: Vec<Option<usize>>,
}

/// The tag to write for a tag that was read.
fn kept(name: &str) -> Option<&'static str> {
    Some(match name {
        "p" => "p",
        "h1" => "h1",
        "h2" => "h2",
        "h3" => "h3",
        "h4" => "h4",
        "h5" => "h5",
        "h6" => "h6",
        "ul" => "ul",
        "ol" => "ol",
        "li" => "li",
        "blockquote" => "blockquote",
        "table" => "table",
        "thead" => "thead",
        "tr" => "tr",
        "td" => "td",
        "th" => "th",
        "b" | "strong" => "strong",
        "i" | "em" => "em",
        "u" => "u",
        "s" | "del" | "strike" => "s",
        "sup" => "sup",
        "sub" => "sub",
        "a" => "a",
        _ => return None,
    })
}

/// Tags that hold text; a paragraph is opened for text that stands in none of them.
fn holds_text(tag: &str) -> bool {
    matches!(tag, "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" | "td" | "th" | "blockquote")
}

fn is_mark(tag: &str) -> bool {
    matches!(tag, "strong" | "em" | "u" | "s" | "sup" | "sub" | "a")
}

impl Page {
    fn say(&mut self, text: &str) {
        if text.trim().is_empty() && !self.open.last().is_some_and(|tag| holds_text(tag) || is_mark(tag)) {
            return;
        }
        self.need_holder();
        let (mut gap, mut words) = (false, String::with_capacity(text.len()));
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}') {
                gap = true;
                continue;
            }
            if std::mem::take(&mut gap) {
                words.push(' ');
            }
            words.push(c);
        }
        if gap {
            words.push(' ');
        }
        self.out.push_str(&escape(&words));
    }

    fn need_holder(&mut self) {
        let holder = match self.open.iter().rfind(|tag| !is_mark(tag)) {
            Some(tag) if holds_text(tag) => return,
            Some(&("ul" | "ol")) => "li",
            // A caption, which becomes the first row: nothing else of a table holds text outside its cells.
            Some(&("table" | "thead" | "tr")) => {
                self.start("tr", "");
                "td"
            }
            _ => "p",
        };
        self.start(holder, "");
    }

    /// Writes a tag and says where it stands.
    fn start(&mut self, tag: &'static str, attributes: &str) -> usize {
        self.out.push_str(&format!("<{tag}{attributes}>"));
        self.open.push(tag);
        self.open.len() - 1
    }

    /// Closes all tags down to this many.
    fn unwind(&mut self, keep: usize) {
        while self.open.len() > keep {
            if let Some(tag) = self.open.pop() {
                self.out.push_str(&format!("</{tag}>"));
                if holds_text(tag) || matches!(tag, "tr" | "table" | "ul" | "ol") {
                    self.out.push('\n');
                }
            }
        }
    }

    /// Closes an open paragraph or heading: blocks do not stand in them.
    fn end_paragraph(&mut self) {
        let last = self.open.iter().rposition(|tag| !is_mark(tag));
        if let Some(at) = last.filter(|at| matches!(self.open[*at], "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")) {
            self.unwind(at);
        }
    }

    fn open(&mut self, name: &str, attributes: &[Attribute]) {
        let written = match kept(name) {
            Some(tag) if is_mark(tag) => self.mark(tag, attributes),
            Some(tag) => self.block(tag, attributes),
            None => {
                let holder = self.open.iter().rfind(|tag| !is_mark(tag));
                if name == "br" && holder.is_some_and(|tag| holds_text(tag)) {
                    self.out.push_str("<br>");
                } else if is_block(name) {
                    self.end_paragraph();
                }
                None
            }
        };
        self.elements.push(written);
    }

    fn block(&mut self, tag: &'static str, attributes: &[Attribute]) -> Option<usize> {
        self.end_paragraph();
        let parent = self.open.iter().rev().find(|tag| !is_mark(tag)).copied();
        let fits = match tag {
            "li" => matches!(parent, Some("ul" | "ol")),
            "tr" => matches!(parent, Some("table" | "thead")),
            "thead" => parent == Some("table"),
            "td" | "th" => parent == Some("tr"),
            "ul" | "ol" | "table" | "blockquote" if self.open.len() >= DEEPEST => false,
            _ => !matches!(parent, Some("table" | "thead" | "tr")),
        };
        // An item outside a list, what is too deep: the tag is dropped, its text stays.
        if !fits {
            return None;
        }
        let written = match tag {
            "td" | "th" => number(attributes, "colspan", 100) + &number(attributes, "rowspan", 1000),
            "ol" => number(attributes, "start", 10_000),
            _ => String::new(),
        };
        Some(self.start(tag, &written))
    }

    fn mark(&mut self, tag: &'static str, attributes: &[Attribute]) -> Option<usize> {
        if self.open.contains(&tag) {
            return None;
        }
        let mut written = String::new();
        if tag == "a" {
            let link = attribute(attributes, "href").map(str::trim).filter(|link| {
                let lower = link.to_ascii_lowercase();
                lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("mailto:")
            })?;
            written = format!(" href=\"{}\"", escape(link));
        }
        self.need_holder();
        Some(self.start(tag, &written))
    }

    /// The tag of the element is closed, unless a block within it has already closed it.
    fn close(&mut self, name: &str) {
        match self.elements.pop().flatten() {
            Some(at) if self.open.get(at).copied() == kept(name) => self.unwind(at),
            _ if name == "caption" => {
                if let Some(table) = self.open.iter().rposition(|tag| *tag == "table") {
                    self.unwind(table + 1);
                }
            }
            _ if is_block(name) => self.end_paragraph(),
            _ => {}
        }
    }
}

/// A whole number above 1 as an attribute, bounded.
fn number(attributes: &[Attribute], key: &str, most: u32) -> String {
    let value = attribute(attributes, key).and_then(|value| value.trim().parse::<u32>().ok());
    value.filter(|value| (2..=most).contains(value)).map_or_else(String::new, |value| format!(" {key}=\"{value}\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::to_text;

    #[test]
    fn keeps_structure_and_drops_danger() {
        let html = "<head><title>t</title></head><body onload=x()><div style='a'>头<p class=MsoNormal>甲<b>乙</b>\
                    <img src=x onerror=y()><a href='javascript:z()'>丙</a><a href='https://example.org/?a=1&amp;b=2'>丁</a>\
                    <table border=1><tr><td colspan=2 onclick=x>1<td rowspan=x>2<tr><td><p>3</table>尾</div>";
        let simple = simplify(html);
        assert_eq!(
            simple.replace('\n', ""),
            "<p>头</p><p>甲<strong>乙</strong>丙<a href=\"https://example.org/?a=1&amp;b=2\">丁</a></p>\
             <table><tr><td colspan=\"2\">1</td><td>2</td></tr><tr><td><p>3</p></td></tr></table><p>尾</p>"
        );
    }

    #[test]
    fn text_is_never_lost() {
        for html in [
            "<td>a</td>b",
            "<table>a<tr>b<td>c",
            "<ul>a<li>b<ul><li>c</ul>d</ul>e",
            "<p><b>a<p>b</b>c",
            "</p></table>a",
            "<table><caption>a<b>b</caption><tr><td>c</table>d",
        ] {
            let words: String = to_text(html).split_whitespace().collect();
            let kept: String = to_text(&simplify(html)).split_whitespace().collect();
            assert_eq!(words, kept, "{html}");
        }
    }
}
