//! XML as a row of tags and of what stands between them: put together again it is the same bytes.

use fold::markup::resolved;

/// A piece of XML: a tag with its brackets, or what stands between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Tag(&'a str),
    Text(&'a str),
}

/// Takes a text of XML apart; put together again the pieces are the text.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
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
pub(super) fn named(tag: &str) -> (&str, bool, bool) {
    let closes = tag.starts_with("</");
    let inner = tag.trim_start_matches(['<', '/']).trim_end_matches('>');
    let alone = inner.ends_with('/');
    let name = inner.split([' ', '\t', '\n', '\r', '/']).next().unwrap_or_default();
    (name.rsplit(':').next().unwrap_or(name), !closes, closes || alone)
}

/// Whether a part of an office file is a text of XML or HTML, as one; what is written in UTF-16 becomes UTF-8.
pub(crate) fn decoded(bytes: &[u8]) -> Option<String> {
    let (encoding, from) = encoding_rs::Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let rest = bytes.get(from..).unwrap_or_default();
    if encoding == encoding_rs::UTF_8 {
        let text = std::str::from_utf8(rest).ok()?;
        return text.trim_start().starts_with('<').then(|| plain(text));
    }
    let (text, _) = encoding.decode_without_bom_handling(rest);
    let (declared, body) = match text.split_once("?>") {
        Some((first, body)) if first.starts_with("<?xml") => (true, body),
        _ => (false, text.as_ref()),
    };
    if !text.trim_start().starts_with('<') {
        return None;
    }
    let first = if declared { "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>" } else { "" };
    Some(plain(&format!("{first}{body}")))
}

/// A text without references to letters and figures: nobody writes them so who does not want them overlooked.
fn plain(text: &str) -> String {
    if text.contains("&#") { resolved(text, char::is_alphanumeric) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn what_is_written_in_utf_16_is_read() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><w:hdr>甲</w:hdr>";
        let bytes: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let read = decoded(&bytes).expect("a text");
        assert!(read.contains("encoding=\"UTF-8\"") && read.ends_with("<w:hdr>甲</w:hdr>"), "{read}");
        assert_eq!(decoded("<a>甲</a>".as_bytes()).as_deref(), Some("<a>甲</a>"));
        assert_eq!(
            decoded(b"<a b=\"&#x31;&#51;8\">&#30002;&lt;&#13;</a>").as_deref(),
            Some("<a b=\"138\">甲&lt;&#13;</a>")
        );
        assert_eq!(decoded(b"\x89PNG\r\n\x1a\n"), None);
    }
}
