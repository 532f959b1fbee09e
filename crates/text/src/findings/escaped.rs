//! Characters that a text spells as computers do: `%31%33` in an address, `&#49;` in a page. A program that opens it sees the
//! number, whoever reads the text does not.

use super::shown::Shown;

/// The text without such spellings; `None` where it has none.
pub(super) fn read(text: &str) -> Option<Shown> {
    if !text.contains('%') && !text.contains("&#") {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut plain = Shown::default();
    let mut any = false;
    let mut at = 0;
    while at < chars.len() {
        let spelled = percent(&chars[at..]).or_else(|| reference(&chars[at..]));
        any |= spelled.is_some();
        let (c, length) = spelled.unwrap_or((chars[at], 1));
        plain.push(c, at, at + length);
        at += length;
    }
    any.then_some(plain)
}

/// `%31`, `%EF%BC%91`: bytes of UTF-8 (RFC 3986, section 2.1).
fn percent(chars: &[char]) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let digits = chars.get(at..at + 3).filter(|three| three[0] == '%')?;
        u8::try_from(digits[1].to_digit(16)? * 16 + digits[2].to_digit(16)?).ok()
    };
    let first = byte(0)?;
    let count = match first {
        0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes: Vec<u8> = (0..count).map_while(|at| byte(at * 3)).collect();
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((c, count * 3))
}

/// `&#49;`, `&#x31;`.
fn reference(chars: &[char]) -> Option<(char, usize)> {
    const LONGEST: usize = 10;
    let digits = chars.strip_prefix(&['&', '#'])?;
    let end = digits.iter().take(LONGEST).position(|&c| c == ';')?;
    let digits: String = digits[..end].iter().collect();
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((char::from_u32(code).filter(|c| !c.is_control())?, end + 3))
}

#[cfg(test)]
mod tests {
    use super::super::personal_numbers;

    #[test]
    fn numbers_in_addresses_and_references_are_found_where_they_stand() {
        let spelled = |digits: &str| digits.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        for (text, place) in [
            (format!("a href=\"tel:{}\"", spelled("13800138000")), spelled("13800138000")),
            ("a href=\"tel:%31%33800138000\"".to_owned(), "%31%33800138000".to_owned()),
            ("tel:%2B86138%2000138000".to_owned(), "138%2000138000".to_owned()),
            (format!("https://a.cn/{}", spelled("000000199001010018")), spelled("000000199001010018")),
            ("https://a.cn/%EF%BC%91%EF%BC%93800138000".to_owned(), "%EF%BC%91%EF%BC%93800138000".to_owned()),
            ("手机 &#49;&#x33;800138000".to_owned(), "&#49;&#x33;800138000".to_owned()),
        ] {
            let found = personal_numbers("body", &text);
            assert_eq!(found.len(), 1, "{text} {found:#?}");
            let seen: String = text.chars().skip(found[0].start).take(found[0].end - found[0].start).collect();
            assert_eq!(seen, place);
        }
        // found as it stands is not found again
        assert_eq!(personal_numbers("body", "https://a.cn/%E7%94%B5?t=13800138000").len(), 1);
        for text in ["增长50%20亿元", "https://a.cn/%E9%9D%92%E7%A6%BE%20%80%FF%zz", "a&#;b&#x110000;", "%", "&#"] {
            assert!(personal_numbers("body", text).is_empty(), "{text}");
        }
    }
}
