//! A file's simple HTML taken apart into paragraphs, so that its layout can be recognised and the rest put together
//! again.

use doc_layout::{Align, Paragraph, Shown};

/// A piece of the text at the outermost level: paragraph, heading, list, table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) html: String,
    pub(super) paragraph: Paragraph,
}

/// Tags without an end.
const VOID: [&str; 5] = ["br", "img", "hr", "col", "wbr"];

/// The blocks of HTML that this program has written: its tags are balanced.
pub(super) fn of_html(html: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut depth, mut begin, mut rest_from) = (0_usize, 0_usize, 0_usize);
    while let Some(open) = html[rest_from..].find('<').map(|at| at + rest_from) {
        let Some(end) = html[open..].find('>').map(|at| at + open + 1) else { break };
        let tag = &html[open + 1..end - 1];
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        rest_from = end;
        if VOID.contains(&name.as_str()) || tag.ends_with('/') {
            continue;
        }
        if !tag.starts_with('/') {
            if depth == 0 {
                loose(&html[begin..open], &mut blocks);
                begin = open;
            }
            depth += 1;
            continue;
        }
        depth = depth.saturating_sub(1);
        if depth == 0 {
            blocks.push(block(&html[begin..end]));
            begin = end;
        }
    }
    loose(&html[begin..], &mut blocks);
    blocks
}

/// HTML of Markdown without its comments, which came as text: a comment that runs over several blocks stays.
pub(super) fn without_comments(html: &str) -> String {
    const BEGIN: &str = "&lt;!--";
    const END: &str = "--&gt;";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find(BEGIN) {
        let inside = &rest[open + BEGIN.len()..];
        let Some(close) = inside.find(END).filter(|close| !inside[..*close].contains("</")) else { break };
        out.push_str(&rest[..open]);
        rest = &inside[close + END.len()..];
    }
    if out.is_empty() {
        return html.to_owned();
    }
    out.push_str(rest);
    out.replace("<br></p>", "</p>").replace("<p><br>", "<p>").replace("<p></p>", "")
}

/// Words between blocks.
fn loose(html: &str, blocks: &mut Vec<Block>) {
    if !words(html).trim().is_empty() {
        blocks.push(block(&format!("<p>{}</p>", html.trim())));
    }
}

/// A block with its words and what its tag says of it.
fn block(html: &str) -> Block {
    let heading = match html.as_bytes() {
        [b'<', b'h', level @ b'1'..=b'6', ..] => level - b'0',
        _ => 0,
    };
    let tag = html.split('>').next().unwrap_or_default();
    let align = if tag.contains("center") || tag.contains("centre") {
        Align::Centre
    } else if tag.contains("right") {
        Align::Right
    } else {
        Align::Unknown
    };
    let inner = html.split_once('>').map_or("", |(_, inner)| inner);
    let bold = inner.starts_with("<strong>") && inner.ends_with("</strong></p>");
    let paragraph = Paragraph { text: words(html), shown: Shown { align, bold, heading } };
    Block { html: html.to_owned(), paragraph }
}

/// The blocks of a plain text: each line is a paragraph.
pub(super) fn of_text(text: &str) -> Vec<Block> {
    let block = |line: &str| {
        let line = line.trim();
        Block { html: format!("<p>{}</p>", web::page::escape(line)), paragraph: Paragraph::of(line) }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(block).collect()
}

/// The words of HTML on one line; cells and items are kept apart.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let Some(end) = rest[open..].find('>') else { break };
        let tag = &rest[open + 1..open + end];
        if ["br", "/td", "/th", "/tr", "/li", "/p"].iter().any(|apart| tag.trim_end_matches('/').trim() == *apart) {
            out.push(' ');
        }
        rest = &rest[open + end + 1..];
    }
    if !rest.contains('<') {
        out.push_str(rest);
    }
    fold::markup::unescaped(&out.replace("&nbsp;", " ")).trim().to_owned()
}

/// The blocks at these places, put together again.
pub(super) fn html_of(blocks: &[Block], places: &[usize]) -> String {
    places.iter().filter_map(|at| blocks.get(*at)).map(|block| block.html.as_str()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Vec<String> {
        of_html(html).into_iter().map(|block| block.paragraph.text).collect()
    }

    #[test]
    fn blocks_are_the_outermost_pieces() {
        let html = "<h1>标题</h1>\n<p>甲<br>乙<strong>丙</strong></p><ul><li>一</li><li>二<ul><li>三</li></ul></li></ul>\
                    <table><tr><td>格</td><td>子</td></tr></table>尾 &lt;a&gt;";
        assert_eq!(texts(html), ["标题", "甲 乙丙", "一 二三", "格 子", "尾 <a>"]);
        let blocks = of_html(html);
        assert_eq!(blocks[0].paragraph.shown.heading, 1);
        assert!(blocks[3].html.starts_with("<table>") && blocks[3].html.ends_with("</table>"));
        assert_eq!(html_of(&blocks, &[0, 4]), "<h1>标题</h1>\n<p>尾 &lt;a&gt;</p>");
    }

    #[test]
    fn marks_that_are_text_stay_text() {
        assert_eq!(texts("<p>&lt;!-- INFO END --&gt;</p>"), ["<!-- INFO END -->"]);
        assert_eq!(of_text("甲 < 乙\n\n  丙")[0].html, "<p>甲 &lt; 乙</p>");
    }

    #[test]
    fn what_breaks_off_is_not_lost() {
        assert_eq!(texts("<p>甲</p><p>乙"), ["甲", "乙"]);
        assert_eq!(texts("甲<"), ["甲"]);
    }
}
