//! A page reduced to what an editor works with: paragraphs, headings, lists, tables, a few marks, web links.

use super::tokens::{Token, Tokens, unescape};
use super::{DEEPEST, escape, is_block};

/// Simple HTML with the text of a page. Scripts, styles, pictures, forms and all attributes except spans of cells,
/// starts of lists and web links are left out; tags are balanced; loose text is put into paragraphs.
pub fn simplify(html: &str) -> String {
    let mut page = Page::default();
    let mut in_head = false;
    for token in Tokens::new(html) {
        match token {
            Token::Open(name, _) if name == "head" => in_head = true,
            Token::Close(name) if name == "head" => in_head = false,
            Token::Open(name, _) if name == "body" => in_head = false,
            _ if in_head => {}
            Token::Open(name, attributes) => page.open(&name, &attributes),
            Token::Close(name) => page.close(&name),
            Token::Text(piece) => page.say(&unescape(piece)),
        }
    }
    page.unwind(0);
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    /// Tags written and not yet closed.
    open: Vec<&'static str>,
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
        "tbody" => "tbody",
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
        match self.open.iter().rposition(|tag| !is_mark(tag)) {
            Some(at) if holds_text(self.open[at]) => {}
            Some(at) if matches!(self.open[at], "ul" | "ol") => self.start("li", ""),
            Some(at) if matches!(self.open[at], "table" | "thead" | "tbody" | "tr") => {
                // Text between cells is not in a table at all: browsers put it before, we after.
                let table = self.open.iter().rposition(|tag| *tag == "table").unwrap_or(0);
                self.unwind(table);
                self.start("p", "");
            }
            _ => self.start("p", ""),
        }
    }

    fn start(&mut self, tag: &'static str, attributes: &str) {
        if self.open.len() < DEEPEST {
            self.out.push_str(&format!("<{tag}{attributes}>"));
            self.open.push(tag);
        }
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

    /// Closes the nearest of `tags`, unless one of `walls` stands between.
    fn end_nearest(&mut self, tags: &[&str], walls: &[&str]) {
        let at = self.open.iter().rposition(|tag| tags.contains(tag) || walls.contains(tag));
        if let Some(at) = at.filter(|at| tags.contains(&self.open[*at])) {
            self.unwind(at);
        }
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) {
        if name == "br" {
            if self.open.iter().any(|tag| holds_text(tag)) {
                self.out.push_str("<br>");
            }
            return;
        }
        let Some(tag) = kept(name) else {
            if is_block(name) {
                self.end_paragraph();
            }
            return;
        };
        if is_mark(tag) {
            self.mark(tag, attributes);
            return;
        }
        self.end_paragraph();
        match tag {
            "li" => self.end_nearest(&["li"], &["ul", "ol", "table"]),
            "tr" => self.end_nearest(&["tr"], &["table"]),
            "td" | "th" => self.end_nearest(&["td", "th"], &["tr", "table"]),
            "thead" | "tbody" => self.end_nearest(&["thead", "tbody"], &["table"]),
            _ => {}
        }
        let parent = self.open.iter().rev().find(|tag| !is_mark(tag)).copied();
        let fits = match tag {
            "li" => matches!(parent, Some("ul" | "ol")),
            "tr" => matches!(parent, Some("table" | "thead" | "tbody")),
            "thead" | "tbody" => parent == Some("table"),
            "td" | "th" => parent == Some("tr"),
            _ => !matches!(parent, Some("table" | "thead" | "tbody" | "tr")),
        };
        // A table inside a row without a cell, a cell outside a row: the tag is dropped, its text stays.
        if !fits {
            return;
        }
        let written = match tag {
            "td" | "th" => number(attributes, "colspan", 100) + &number(attributes, "rowspan", 1000),
            "ol" => number(attributes, "start", 10_000),
            _ => String::new(),
        };
        self.start(tag, &written);
    }

    fn mark(&mut self, tag: &'static str, attributes: &[(String, String)]) {
        if self.open.contains(&tag) {
            return;
        }
        let mut written = String::new();
        if tag == "a" {
            let link = attributes.iter().find(|(key, _)| key == "href").map(|(_, value)| value.trim());
            let Some(link) = link.filter(|link| {
                let lower = link.to_ascii_lowercase();
                lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("mailto:")
            }) else {
                return;
            };
            written = format!(" href=\"{}\"", escape(link));
        }
        self.need_holder();
        self.start(tag, &written);
    }

    fn close(&mut self, name: &str) {
        let Some(tag) = kept(name) else {
            if is_block(name) {
                self.end_paragraph();
            }
            return;
        };
        // A closing tag reaches no further than the cell it stands in.
        let wall = if matches!(tag, "td" | "th" | "tr" | "tbody" | "thead" | "table") { "table" } else { "td" };
        let found = self.open.iter().rposition(|open| *open == tag || *open == wall || *open == "th" && wall == "td");
        if let Some(at) = found.filter(|at| self.open[*at] == tag) {
            self.unwind(at);
        }
    }
}

/// A whole number above 1 as an attribute, bounded.
fn number(attributes: &[(String, String)], key: &str, most: u32) -> String {
    let value = attributes.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.trim().parse::<u32>().ok());
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
        ] {
            let words: String = to_text(html).split_whitespace().collect();
            let kept: String = to_text(&simplify(html)).split_whitespace().collect();
            assert_eq!(words, kept, "{html}");
        }
    }
}
