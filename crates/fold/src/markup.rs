//! Text within HTML and XML: how what would be read as markup is written, and what the references of XML stand for. One place,
//! for readers of files, pages and what is handed on alike.

/// Text for use in HTML, SVG or XML that no template writes: in elements and in attribute values of either quotation mark.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The words that a piece of XML says: its five names and its numbers (XML 1.0, 4.6).
pub fn unescaped(text: &str) -> String {
    resolved(text, |_| true)
}

/// The character that a reference names: `amp`, `#49`, `#x31`.
fn reference(name: &str) -> Option<char> {
    let number = |digits: &str, radix: u32| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "amp" => Some('&'),
        _ => {
            let digits = name.strip_prefix('#')?;
            digits.strip_prefix(['x', 'X']).map_or_else(|| number(digits, 10), |hex| number(hex, 16))
        }
    }
}

/// A text with characters in the place of those references that `of` takes; what is no reference stays as it is.
pub fn resolved(text: &str, of: impl Fn(char) -> bool) -> String {
    /// Bytes of a reference at the most.
    const LONGEST: usize = 10;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))).filter(|(c, _)| of(*c)) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_read_again() {
        let text = "《甲》 <a href=\"b\"> & 'c' &amp;";
        assert!(!escaped(text).contains(['<', '>', '"', '\'']));
        assert_eq!(unescaped(&escaped(text)), text);
    }

    #[test]
    fn references_of_xml_are_read_and_no_others() {
        assert_eq!(unescaped("&#x31;&amp;&lt;&nbsp;&"), "1&<&nbsp;&");
        assert_eq!(resolved("&#49;&#13;", char::is_alphanumeric), "1&#13;");
    }
}
