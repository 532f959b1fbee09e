//! A document's text made ready for reading: headings and articles (第…条) get addresses, a table of contents is drawn
//! from them, wide tables scroll inside themselves, links that leave the site say so.
//!
//! Works on the output of the sanitiser, in which every `<` begins a tag and attributes are quoted.

use std::collections::HashSet;

/// An entry of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// Address within the page.
    pub(super) id: String,
    /// Words.
    pub(super) text: String,
    /// Whether it stands one level below.
    pub(super) deep: bool,
}

/// The text with addresses, and its table of contents (empty when it would not help).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    /// To be inserted as it is.
    pub(super) html: String,
    /// Headings in order.
    pub(super) toc: Vec<Heading>,
}

/// Most entries of a table of contents; beyond, only the upper level is shown.
const MOST: usize = 40;

struct Walk<'a> {
    rest: &'a str,
    out: String,
    used: HashSet<String>,
    headings: Vec<Heading>,
    articles: Vec<Heading>,
    /// By how much heading levels are moved so that the first is `h2`.
    shift: u8,
    tables: usize,
    depth: usize,
    leaving: bool,
    own: &'a str,
}

/// Makes the text ready. `own` is the site's host name: links to it do not leave the site.
pub(super) fn outline(html: &str, own: &str) -> Outline {
    let top = (2..=4_u8).find(|level| html.contains(&format!("<h{level}"))).unwrap_or(2);
    let mut walk = Walk {
        rest: html,
        out: String::with_capacity(html.len() + html.len() / 4),
        used: HashSet::new(),
        headings: Vec::new(),
        articles: Vec::new(),
        shift: top - 2,
        tables: 0,
        depth: 0,
        leaving: false,
        own,
    };
    while let Some(at) = walk.rest.find('<') {
        walk.out.push_str(&walk.rest[..at]);
        walk.rest = &walk.rest[at..];
        let end = tag_end(walk.rest);
        let (tag, rest) = walk.rest.split_at(end);
        walk.rest = rest;
        walk.tag(tag);
    }
    walk.out.push_str(walk.rest);
    let mut toc = walk.headings;
    if toc.len() > MOST {
        toc.retain(|heading| !heading.deep);
    }
    if toc.len() < 2 {
        toc = if walk.articles.len() >= 4 && walk.articles.len() <= MOST { walk.articles } else { Vec::new() };
    }
    Outline { html: walk.out, toc }
}

impl Walk<'_> {
    fn tag(&mut self, tag: &str) {
        let name = tag_name(tag);
        match name {
            "h2" | "h3" | "h4" => self.heading(tag, name),
            "p" if !tag.starts_with("</") => self.paragraph(tag),
            "table" => self.table(tag),
            "a" => self.link(tag),
            _ => self.out.push_str(&local_ids(tag)),
        }
    }

    fn heading(&mut self, tag: &str, name: &str) {
        let level = name.as_bytes()[1] - b'0' - self.shift.min(name.as_bytes()[1] - b'2');
        if tag.starts_with("</") {
            self.out.push_str(&format!("</h{level}>"));
            return;
        }
        let inner = self.rest.split(&format!("</{name}>")).next().unwrap_or("");
        let text = plain(inner);
        let wanted = label(&text, &["编", "章", "节", "条"]).unwrap_or_else(|| format!("s{}", self.headings.len() + 1));
        let id = self.fresh(wanted);
        self.out.push_str(&format!("<h{level} id=\"{id}\">"));
        if level <= 3 && !text.is_empty() {
            self.headings.push(Heading { id, text, deep: level == 3 });
        }
    }

    fn paragraph(&mut self, tag: &str) {
        let inner = self.rest.split("</p>").next().unwrap_or("");
        let text = plain(inner);
        let Some(article) = label(&text, &["条"]) else {
            self.out.push_str(&local_ids(tag));
            return;
        };
        let (bold, start) = ["<strong>", "<b>"]
            .iter()
            .find_map(|open| inner.trim_start().strip_prefix(open).map(|rest| (*open, rest)))
            .unwrap_or(("", inner.trim_start()));
        // «第三条规定的…» speaks of an article and is none: the label stands apart or is set bold.
        let after = start.strip_prefix(article.as_str());
        let closing = bold.replace('<', "</");
        let body = match after {
            Some(rest) if !bold.is_empty() => rest.strip_prefix(closing.as_str()),
            Some(rest)
                if rest.is_empty() || rest.starts_with([' ', '\u{3000}', '\t', '\n']) || rest.starts_with("&nbsp;") =>
            {
                Some(rest)
            }
            _ => None,
        };
        let Some(body) = body else {
            self.out.push_str(&local_ids(tag));
            return;
        };
        let body = body.trim_start_matches("&nbsp;").trim_start_matches([' ', '\u{3000}', '\t', '\n']);
        let skipped = inner.len() - body.len();
        self.rest = &self.rest[skipped..];
        let id = self.fresh(article.clone());
        self.out.push_str(&format!(
            "<p class=\"art\" id=\"{id}\"><a class=\"sign\" href=\"#{id}\" aria-label=\"{article}的链接\" data-copy-link>§</a><b>{article}</b>"
        ));
        let words: String = text.trim_start_matches(article.as_str()).trim().chars().take(14).collect();
        self.articles.push(Heading { id, text: format!("{article}　{words}…"), deep: false });
    }

    fn table(&mut self, tag: &str) {
        if tag.starts_with("</") {
            self.out.push_str(tag);
            self.depth = self.depth.saturating_sub(1);
            if self.depth == 0 {
                self.out.push_str("</div>");
            }
            return;
        }
        if self.depth == 0 {
            self.tables += 1;
            self.out.push_str(&format!(
                "<div class=\"scroll\" data-scroll role=\"region\" aria-label=\"表格 {}\" tabindex=\"0\">",
                self.tables
            ));
        }
        self.depth += 1;
        self.out.push_str(&local_ids(tag));
    }

    fn link(&mut self, tag: &str) {
        if tag.starts_with("</") {
            if std::mem::take(&mut self.leaving) {
                self.out.push_str("<span class=\"quiet\">（将离开本网站）</span>");
            }
            self.out.push_str(tag);
            return;
        }
        let target = tag.split_once("href=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or("");
        let host = target.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
        self.leaving = host.is_some_and(|host| host != self.own);
        self.out.push_str(&local_ids(tag));
    }

    fn fresh(&mut self, wanted: String) -> String {
        let mut id = wanted.clone();
        let mut number = 2;
        while !self.used.insert(id.clone()) {
            id = format!("{wanted}-{number}");
            number += 1;
        }
        id
    }
}

/// Where the tag at the start of `text` ends; quotes may hold `>`.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn tag_name(tag: &str) -> &str {
    let inner = tag.trim_start_matches(['<', '/']);
    &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len())]
}

/// Addresses that the author gave get a prefix, so that none hides one of the page's own.
fn local_ids(tag: &str) -> String {
    tag.replacen(" id=\"", " id=\"t-", 1).replacen(" href=\"#", " href=\"#t-", 1)
}

/// Visible text of a piece of markup, white space joined.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at + tag_end(&rest[at..])..];
    }
    text.push_str(rest);
    let text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `第十二条`, `第一章` at the start of the text; also `第十二条之一`.
fn label(text: &str, units: &[&str]) -> Option<String> {
    const DIGITS: &str = "一二三四五六七八九十百千零〇两0123456789";
    let rest = text.strip_prefix('第')?;
    let digits: String = rest.chars().take_while(|c| DIGITS.contains(*c)).collect();
    let unit = units.iter().find(|unit| rest[digits.len()..].starts_with(**unit))?;
    if digits.is_empty() || digits.chars().count() > 8 {
        return None;
    }
    let mut found = format!("第{digits}{unit}");
    if let Some(more) = rest[digits.len() + unit.len()..].strip_prefix('之') {
        let number: String = more.chars().take_while(|c| DIGITS.contains(*c)).collect();
        if !number.is_empty() {
            found.push('之');
            found.push_str(&number);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_and_articles_get_addresses() {
        let text = "<h2>第一章　总则</h2><p>第一条　为了<b>规范</b>。</p><h2>第二章　附则</h2><p><strong>第二条</strong> 施行。</p>\
                    <p>第二条规定的期限不变。</p>";
        let done = outline(text, "localhost");
        assert!(done.html.contains("<h2 id=\"第一章\">第一章　总则</h2>"), "{}", done.html);
        assert!(done.html.contains("<b>第一条</b>为了<b>规范</b>。</p>"), "{}", done.html);
        assert!(done.html.contains("id=\"第二条\"") && done.html.contains("<b>第二条</b>施行。</p>"), "{}", done.html);
        assert!(done.html.contains("<p>第二条规定的期限不变。</p>"), "{}", done.html);
        assert_eq!(done.toc.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["第一章", "第二章"]);
    }

    #[test]
    fn levels_begin_below_the_title_and_addresses_are_unique() {
        let done = outline("<h3>甲</h3><h4>乙</h4><h3 id=\"main\">甲</h3>", "");
        assert_eq!(done.html, "<h2 id=\"s1\">甲</h2><h3 id=\"s2\">乙</h3><h2 id=\"s3\">甲</h2>");
        let twice = outline("<p>第一条 甲</p><p>第一条 乙</p>", "");
        assert!(twice.html.contains("id=\"第一条-2\""), "{}", twice.html);
    }

    #[test]
    fn tables_scroll_links_out_say_so_and_own_addresses_hide_nothing() {
        let text = "<table><tbody><tr><td id=\"main\">1</td></tr></tbody></table><a href=\"https://a.example/x>y\">甲</a>\
                    <a href=\"https://own.gov.cn/\">乙</a><a href=\"#main\">丙</a>";
        let done = outline(text, "own.gov.cn");
        assert!(
            done.html.starts_with("<div class=\"scroll\"") && done.html.contains("</table></div>"),
            "{}",
            done.html
        );
        assert_eq!(done.html.matches("将离开本网站").count(), 1, "{}", done.html);
        assert!(done.html.contains("id=\"t-main\"") && done.html.contains("href=\"#t-main\""), "{}", done.html);
    }

    #[test]
    fn a_text_without_headings_lists_its_articles() {
        let text = "<p>第一条 甲</p><p>第二条 乙</p><p>第三条 丙</p><p>第三条之一 丁</p>";
        let done = outline(text, "");
        assert_eq!(done.toc.len(), 4);
        assert_eq!(done.toc[3].id, "第三条之一");
    }

    #[test]
    fn nothing_is_lost_of_odd_text() {
        for odd in [
            "",
            "甲",
            "<p>第条</p>",
            "<p>第一百条",
            "<h2></h2>",
            "a &lt;b&gt; c",
            "<p><strong>第一条 总</strong>则</p>",
        ] {
            let done = outline(odd, "");
            assert_eq!(plain(&done.html).replace('§', ""), plain(odd), "{odd}");
        }
    }
}
