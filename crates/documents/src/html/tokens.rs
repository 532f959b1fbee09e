//! Tags and text of HTML, one after the other, without judging whether the page is well formed.

use std::borrow::Cow;

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A start tag: lower-case name, attributes with entities resolved.
    Open(String, Vec<(String, String)>),
    /// An end tag: lower-case name.
    Close(String),
    /// Text, entities not yet resolved.
    Text(&'a str),
}

/// Walks over a page. Comments, declarations, scripts and styles are left out.
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    /// Text up to the next tag; a `<` that opens nothing is text.
    fn text(&mut self) -> Token<'a> {
        let mut from = usize::from(self.rest.starts_with('<'));
        let end = loop {
            match self.rest[from..].find('<') {
                None => break self.rest.len(),
                Some(at) if opens(&self.rest[from + at..]) => break from + at,
                Some(at) => from += at + 1,
            }
        };
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Token::Text(text)
    }

    /// The length of a tag with its brackets; quoted values may contain `>`. A tag that never ends swallows the rest.
    fn tag_end(&self) -> usize {
        let mut quote = None;
        let mut after_equals = false;
        for (at, byte) in self.rest.bytes().enumerate().skip(1) {
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') if after_equals => quote = Some(byte),
                (None, b'>') => return at + 1,
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                after_equals = byte == b'=';
            }
        }
        self.rest.len()
    }

    /// Skips to after the end tag of an element whose content is not text for readers.
    fn skip_raw(&mut self, name: &str) {
        let end = format!("</{name}");
        let mut from = 0;
        while let Some(at) = self.rest[from..].find('<') {
            let candidate = &self.rest[from + at..];
            if candidate.get(..end.len()).is_some_and(|start| start.eq_ignore_ascii_case(&end)) {
                self.rest = candidate;
                let length = self.tag_end();
                self.rest = &self.rest[length..];
                return;
            }
            from += at + 1;
        }
        self.rest = "";
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            if !opens(self.rest) {
                return Some(self.text());
            }
            if self.rest.starts_with("<!--") {
                let end = self.rest.find("-->").map_or(self.rest.len(), |at| at + 3);
                self.rest = &self.rest[end..];
                continue;
            }
            let (tag, rest) = self.rest.split_at(self.tag_end());
            self.rest = rest;
            if tag.starts_with("<!") || tag.starts_with("<?") {
                continue;
            }
            let inner = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
            if let Some(name) = inner.strip_prefix('/') {
                return Some(Token::Close(tag_name(name).to_ascii_lowercase()));
            }
            let name = tag_name(inner).to_ascii_lowercase();
            if matches!(name.as_str(), "script" | "style" | "template" | "noembed" | "noframes" | "iframe") {
                self.skip_raw(&name);
                continue;
            }
            let attributes = attributes(&inner[name.len()..]);
            return Some(Token::Open(name, attributes));
        }
    }
}

/// Whether a tag, comment or declaration begins here.
fn opens(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next() == Some(b'<')
        && match bytes.next() {
            Some(b'!' | b'?') => true,
            Some(b'/') => bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic()),
            Some(byte) => byte.is_ascii_alphabetic(),
            None => false,
        }
}

fn tag_name(inner: &str) -> &str {
    let end = inner.find(|c: char| c.is_whitespace() || c == '/' || c == '>').unwrap_or(inner.len());
    &inner[..end]
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    while !rest.is_empty() && found.len() < 64 {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (start, end) = match quote {
                Some(quote) => (1, after[1..].find(quote).map_or(after.len(), |at| at + 1)),
                None => (0, after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = &after[start..end];
            rest = after.get(end + start..).unwrap_or("");
        }
        if !name.is_empty() {
            found.push((name, unescape(value).into_owned()));
        }
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/' || c == '=');
    }
    found
}

/// Text with entities resolved; unknown ones stay as they stand.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let resolved = rest.as_bytes().iter().take(12).position(|byte| *byte == b';').and_then(|end| {
            let c = entity(rest.get(1..end)?)?;
            Some((c, end + 1))
        });
        if let Some((c, length)) = resolved {
            out.push(c);
            rest = &rest[length..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "thinsp" => '\u{2009}',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "middot" => '·',
        "bull" => '•',
        "times" => '×',
        "divide" => '÷',
        "deg" => '°',
        "yen" => '¥',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "laquo" => '«',
        "raquo" => '»',
        "permil" => '‰',
        "sect" => '§',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_with_awkward_values() {
        let tokens: Vec<Token<'_>> =
            Tokens::new("a<b title='x>y' c=d e>1 < 2</B><!-- <i> --><script>if(a<b)</script>z").collect();
        let values = [("title", "x>y"), ("c", "d"), ("e", "")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let expected = vec![
            Token::Text("a"),
            Token::Open("b".to_owned(), values.to_vec()),
            Token::Text("1 < 2"),
            Token::Close("b".to_owned()),
            Token::Text("z"),
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn entities() {
        assert_eq!(unescape("&lt;&#20844;&#x5f00;&nbsp;&unknown; & &#0;"), "<公开\u{a0}&unknown; & &#0;");
    }
}
