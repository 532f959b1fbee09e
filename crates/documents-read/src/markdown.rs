//! Markdown as simple HTML, by comrak. No raw HTML: what looks like a tag is text.

use crate::html::escape;
use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};

/// Markdown as simple HTML; line ends within a paragraph stay.
pub(crate) fn to_html(text: &str) -> String {
    let mut options = Options::default();
    options.extension.table = true;
    // `**一、加强领导。**各单位` is bold; by the letter of CommonMark a mark after `。` does not end before a character.
    options.extension.cjk_friendly_emphasis = true;
    // A line of `---` below a paragraph is a rule to those who write notices, not a sign that a heading stands above it.
    options.parse.ignore_setext = true;
    let arena = Arena::new();
    let mut out = String::new();
    let mut path: Vec<(&AstNode<'_>, &str)> = Vec::new();
    let mut next = Some(parse_document(&arena, text, &options));
    // Down to the first child, else on to the next sibling of the nearest node that has one: the depth is the file's.
    while let Some(node) = next {
        let tag = open(node, &mut out);
        path.push((node, tag));
        next = node.first_child();
        while next.is_none() {
            let Some((node, tag)) = path.pop() else { break };
            close(node, tag, &mut out);
            next = node.next_sibling();
        }
    }
    out
}

/// Writes what begins with a node and names the tag that is to be closed after it; empty when there is none.
fn open<'n>(node: &'n AstNode<'n>, out: &mut String) -> &'static str {
    let data = node.data();
    let tag = match &data.value {
        NodeValue::Heading(heading) => ["h1", "h2", "h3", "h4", "h5", "h6"][usize::from(heading.level.clamp(1, 6)) - 1],
        NodeValue::Paragraph if is_tight(node) => "",
        NodeValue::Paragraph => "p",
        NodeValue::BlockQuote => "blockquote",
        NodeValue::List(list) if list.list_type == ListType::Bullet => "ul",
        NodeValue::List(list) if list.start == 1 => "ol",
        NodeValue::List(list) => {
            out.push_str(&format!("<ol start=\"{}\">", list.start));
            return "ol";
        }
        NodeValue::Item(_) => "li",
        NodeValue::Table(_) => "table",
        NodeValue::TableRow(_) => "tr",
        NodeValue::TableCell if in_header(node) => "th",
        NodeValue::TableCell => "td",
        NodeValue::Emph => "em",
        NodeValue::Strong => "strong",
        NodeValue::Link(link) if is_web(&link.url) => {
            out.push_str(&format!("<a href=\"{}\">", escape(&link.url)));
            return "a";
        }
        value => {
            leaf(value, out);
            return "";
        }
    };
    if !tag.is_empty() {
        out.push_str(&format!("<{tag}>"));
    }
    if tag == "table" {
        out.push('\n');
    }
    tag
}

/// What holds nothing: text, code, what looks like HTML. Of a picture only its description is text.
fn leaf(value: &NodeValue, out: &mut String) {
    match value {
        NodeValue::Text(text) => {
            // Indents of a paragraph are layout.
            let begins = out.is_empty() || out.ends_with('>');
            out.push_str(&escape(if begins { text.trim_start_matches('\u{3000}') } else { text }));
        }
        NodeValue::SoftBreak | NodeValue::LineBreak => out.push_str("<br>"),
        NodeValue::Code(code) => out.push_str(&format!("<code>{}</code>", escape(&code.literal))),
        NodeValue::HtmlInline(tag) => out.push_str(&escape(tag)),
        NodeValue::CodeBlock(code) if code.fenced => {
            out.push_str(&format!("<pre>{}</pre>", escape(code.literal.trim_end_matches('\n'))));
        }
        // Paragraphs that are indented by blanks, as letters are.
        NodeValue::CodeBlock(code) => written_lines(&code.literal, out),
        NodeValue::HtmlBlock(html) => written_lines(&html.literal, out),
        _ => {}
    }
}

fn written_lines(text: &str, out: &mut String) {
    let lines: Vec<String> = text.lines().map(|line| escape(line.trim())).collect();
    out.push_str(&format!("<p>{}</p>", lines.join("<br>").trim_end_matches("<br>")));
}

fn close<'n>(node: &'n AstNode<'n>, tag: &str, out: &mut String) {
    if !tag.is_empty() {
        out.push_str(&format!("</{tag}>"));
    }
    let ends_line =
        tag == "tr" || node.parent().is_some_and(|parent| matches!(parent.data().value, NodeValue::Document));
    if ends_line && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Whether a paragraph is all that an item of a list without blank lines says.
fn is_tight<'n>(paragraph: &'n AstNode<'n>) -> bool {
    let list = paragraph.parent().and_then(|item| item.parent());
    list.is_some_and(|list| matches!(&list.data().value, NodeValue::List(list) if list.tight))
}

fn in_header<'n>(cell: &'n AstNode<'n>) -> bool {
    cell.parent().is_some_and(|row| matches!(row.data().value, NodeValue::TableRow(true)))
}

fn is_web(address: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_blocks() {
        let text = "# 标题\n\n第一段 **重点** 和 [链接](https://example.org)\n第二行\n\n- 甲\n- 乙\n\n3. 丙\n\n| 名 | 数 |\n|---|---|\n| 一 | 1 |\n\n---\n> 引\n\n```\n<a>\n```";
        let expected = "<h1>标题</h1>\n<p>第一段 <strong>重点</strong> 和 <a href=\"https://example.org\">链接</a><br>第二行</p>\n\
                        <ul><li>甲</li><li>乙</li></ul>\n<ol start=\"3\"><li>丙</li></ol>\n\
                        <table>\n<tr><th>名</th><th>数</th></tr>\n<tr><td>一</td><td>1</td></tr>\n</table>\n\
                        <blockquote><p>引</p></blockquote>\n<pre>&lt;a&gt;</pre>\n";
        assert_eq!(to_html(text), expected);
    }

    #[test]
    fn marks_without_partners_and_tags_are_text() {
        assert_eq!(to_html("2 * 3 <b> ![图](x.png) [a](javascript:x) \\*"), "<p>2 * 3 &lt;b&gt; 图 a *</p>\n");
        assert_eq!(to_html("**未完 *"), "<p>**未完 *</p>\n");
        assert_eq!(to_html("<div>\n甲\n</div>"), "<p>&lt;div&gt;<br>甲<br>&lt;/div&gt;</p>\n");
    }

    #[test]
    fn notices_as_offices_write_them() {
        assert_eq!(
            to_html("\u{3000}\u{3000}**一、加强领导。**各单位\n---\n    附件：3~5份\n"),
            "<p><strong>一、加强领导。</strong>各单位</p>\n<p>附件：3~5份</p>\n"
        );
    }

    #[test]
    fn lists_in_lists_and_addresses_apart() {
        let text = "1. 甲\n   - 子\n2. 见[办法][1]\n\n[1]: https://example.org/?a=1&b\n";
        let link = "<a href=\"https://example.org/?a=1&amp;b\">办法</a>";
        assert_eq!(to_html(text), format!("<ol><li>甲<ul><li>子</li></ul></li><li>见{link}</li></ol>\n"));
        assert_eq!(to_html("- 甲\n\n- 乙\n"), "<ul><li><p>甲</p></li><li><p>乙</p></li></ul>\n");
    }
}
