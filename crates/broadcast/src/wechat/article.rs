//! An article of an official account, made from what is public and nothing else: of a text what the platform shows (no links, no
//! attributes but those of tables, pictures under addresses of the platform), and where it is read in full.

use document::{
    common::{DOCUMENT_NUMBER, SUMMARY},
    page::base_url,
    public::PublicDocument,
};
use web::{Ctx, filters::shortened, page::escape};

use super::Article;
use crate::settings::Account;

/// Characters of a title.
const TITLE: usize = 64;
/// Characters of an author.
const AUTHOR: usize = 8;
/// Characters of what stands below the title.
const DIGEST: usize = 120;
/// Characters of a content; the platform takes fewer than 20,000, marks of the text among them.
const CONTENT: usize = 19_000;
/// Elements that are never closed.
const VOID: [&str; 5] = ["br", "hr", "img", "col", "wbr"];

/// A part of a text that has been cleaned.
enum Piece<'a> {
    Words(&'a str),
    /// What stands between the angles.
    Tag(&'a str),
}

/// A text in its parts. Values of attributes stand in double quotes, and may hold angles.
fn pieces(html: &str) -> Vec<Piece<'_>> {
    let (mut out, mut rest) = (Vec::new(), html);
    while let Some(at) = rest.find('<') {
        if at > 0 {
            out.push(Piece::Words(&rest[..at]));
        }
        let mut quoted = false;
        let end = rest[at..].char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '>' && !quoted
        });
        let Some((end, _)) = end else { return out };
        out.push(Piece::Tag(&rest[at + 1..at + end]));
        rest = &rest[at + end + 1..];
    }
    if !rest.is_empty() {
        out.push(Piece::Words(rest));
    }
    out
}

/// The value of an attribute, as it is written.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = format!(" {name}=\"");
    let at = tag.find(&start)? + start.len();
    tag[at..].split('"').next()
}

fn name(tag: &str) -> &str {
    tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default()
}

/// The addresses of the pictures of a text, in order, as they are written.
pub(crate) fn pictures(html: &str) -> Vec<String> {
    let source = |piece: &Piece<'_>| match piece {
        Piece::Tag(tag) if name(tag) == "img" => attribute(tag, "src").map(str::to_owned),
        _ => None,
    };
    pieces(html).iter().filter_map(source).collect()
}

/// A text as the platform takes it. `place` is the address there of a picture; one that has none is left out with what it shows
/// said in words.
fn taken(html: &str, place: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len());
    for piece in pieces(html) {
        let tag = match piece {
            Piece::Words(words) => {
                out.push_str(words);
                continue;
            }
            Piece::Tag(tag) => tag,
        };
        match name(tag) {
            // Links to other sites are not taken; their words are.
            "a" => {}
            "img" => {
                let alt = attribute(tag, "alt").unwrap_or_default();
                match attribute(tag, "src").and_then(place) {
                    Some(address) => out.push_str(&format!("<img src=\"{}\" alt=\"{alt}\">", escape(&address))),
                    None if alt.is_empty() => {}
                    None => out.push_str(&format!("（图：{alt}）")),
                }
            }
            known if tag.starts_with('/') => out.push_str(&format!("</{known}>")),
            known => {
                let kept = ["colspan", "rowspan"].into_iter();
                let kept = kept.filter_map(|key| Some(format!(" {key}=\"{}\"", attribute(tag, key)?)));
                out.push_str(&format!("<{known}{}>", kept.collect::<String>()));
            }
        }
    }
    out
}

/// A text cut behind the last whole block that fits into so many characters, and whether anything was cut.
fn cut(html: &str, most: usize) -> (String, bool) {
    if html.chars().count() <= most {
        return (html.to_owned(), false);
    }
    let (mut out, mut whole, mut depth, mut length) = (String::new(), 0, 0_usize, 0_usize);
    for piece in pieces(html) {
        match piece {
            Piece::Words(words) => {
                out.push_str(words);
                length += words.chars().count();
            }
            Piece::Tag(tag) => {
                out.push_str(&format!("<{tag}>"));
                length += tag.chars().count() + 2;
                if tag.starts_with('/') {
                    depth = depth.saturating_sub(1);
                } else if !VOID.contains(&name(tag)) {
                    depth += 1;
                }
            }
        }
        if length > most {
            break;
        }
        if depth == 0 {
            whole = out.len();
        }
    }
    out.truncate(whole);
    (out, true)
}

/// Who stands as the author.
fn author(ctx: &Ctx, account: &Account, organ: &kernel::OrganCode) -> String {
    let directory = ctx.directory();
    let named = if account.author.is_empty() { directory.short_name(organ) } else { account.author.as_str() };
    if named.chars().count() <= AUTHOR { named.to_owned() } else { String::new() }
}

/// Where it stands in full.
fn footer(ctx: &Ctx) -> String {
    let site = escape(&ctx.site().name);
    format!("<p>本文转自{site}网站。内容以网站公布的为准，更正和失效情况请点“阅读原文”查看。</p>")
}

/// The article of a public document.
pub(crate) fn of_document(
    ctx: &Ctx,
    account: &Account,
    document: &PublicDocument,
    place: &dyn Fn(&str) -> Option<String>,
) -> Article {
    let listed = &document.listed;
    let organ = ctx.directory().get(&listed.organ).map_or_else(|| listed.organ.to_string(), |organ| organ.name.clone());
    let number = listed.values.get(&DOCUMENT_NUMBER);
    let facts: Vec<String> = [organ.as_str(), number, listed.published_on.as_str()]
        .into_iter()
        .filter(|one| !one.is_empty())
        .map(escape)
        .collect();
    // The title above an article is short: the whole one stands in it.
    let head = format!("<p><strong>{}</strong></p><p>{}</p>", escape(&listed.title), facts.join("　"));
    let mut tail = String::new();
    if !document.attachments.is_empty() {
        tail.push_str("<p>附件（请点“阅读原文”下载）：</p>");
        for file in &document.attachments {
            tail.push_str(&format!("<p>{}</p>", escape(&file.title)));
        }
    }
    tail.push_str(&footer(ctx));
    let more = "<p>……</p><p>全文较长，请点“阅读原文”查看。</p>";
    let around = head.chars().count() + tail.chars().count() + more.chars().count();
    let (body, short) = cut(&taken(&document.body_html, place), CONTENT.saturating_sub(around));
    Article {
        title: shortened(&listed.title, TITLE),
        author: author(ctx, account, &listed.organ),
        digest: shortened(listed.values.get(&SUMMARY), DIGEST),
        content: format!("{head}{body}{}{tail}", if short { more } else { "" }),
        source: format!("{}{}", base_url(ctx), listed.path),
    }
}

/// The article of a call: its own words about a public document.
pub(crate) fn of_call(
    ctx: &Ctx,
    account: &Account,
    document: &PublicDocument,
    (title, words): (&str, &str),
) -> Article {
    let lines: Vec<String> = words.lines().map(|line| format!("<p>{}</p>", escape(line))).collect();
    Article {
        title: shortened(title, TITLE),
        author: author(ctx, account, &document.listed.organ),
        digest: shortened(&document.listed.title, DIGEST),
        content: format!("{}{}", lines.concat(), footer(ctx)),
        source: format!("{}{}", base_url(ctx), document.listed.path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_words_and_tables_and_loses_what_the_platform_does_not_take() {
        let html = "<p id=\"x\">甲<a href=\"https://example.org/?a>b\">乙</a></p>\
                    <table><tr><td colspan=\"2\" class=\"c\">丙</td></tr></table>\
                    <figure><img src=\"/pictures/1/2x2.png\" alt=\"图 a>b\"></figure>";
        let there = |address: &str| Some(format!("http://there.example{address}?a=1&b=2"));
        assert_eq!(
            taken(html, &there),
            "<p>甲乙</p><table><tr><td colspan=\"2\">丙</td></tr></table>\
             <figure><img src=\"http://there.example/pictures/1/2x2.png?a=1&amp;b=2\" alt=\"图 a>b\"></figure>"
        );
        assert!(taken(html, &|_| None).contains("（图：图 a>b）"));
        assert_eq!(pictures(html), ["/pictures/1/2x2.png"]);
    }

    #[test]
    fn a_long_text_ends_behind_a_whole_block() {
        let html = "<p>一二三</p><ul><li>四</li></ul><p>五六七</p>";
        assert_eq!(cut(html, 100), (html.to_owned(), false));
        assert_eq!(cut(html, 30), ("<p>一二三</p><ul><li>四</li></ul>".to_owned(), true));
        // Not in the middle of a list.
        assert_eq!(cut(html, 20), ("<p>一二三</p>".to_owned(), true));
        assert_eq!(cut(html, 3), (String::new(), true));
        assert_eq!(cut("甲<br>乙<p>丙</p>", 7).0, "甲<br>乙");
    }
}
