//! What addresses say that are written in another alphabet: `%E7%8E%8B` (RFC 3986, in UTF-8 or, as older programs write it, in
//! GB 18030) and `xn--…` (RFC 3492, names of hosts). Whoever looks at the address with a program reads the words.

/// Rounds in which an address that was encoded several times is taken apart.
const ROUNDS: usize = 3;

/// The text as it reads once its encoded pieces are decoded, in each alphabet in which they may be written; none where nothing is
/// encoded.
pub(crate) fn readings(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    if !text.contains('%') && !text.to_ascii_lowercase().contains("xn--") {
        return all;
    }
    for encoding in [encoding_rs::UTF_8, encoding_rs::GB18030] {
        let mut now = text.to_owned();
        for _ in 0..ROUNDS {
            let next = hosts(&unescaped(&now, encoding));
            if next == now {
                break;
            }
            now = next;
        }
        if now != text && !all.contains(&now) {
            all.push(now);
        }
    }
    all
}

fn nibble(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn unescaped(text: &str, encoding: &'static encoding_rs::Encoding) -> String {
    let (mut out, mut run, mut rest) = (String::with_capacity(text.len()), Vec::new(), text);
    while !rest.is_empty() {
        let bytes = rest.as_bytes();
        let byte = (bytes.len() > 2 && bytes[0] == b'%').then(|| nibble(bytes[1]).zip(nibble(bytes[2]))).flatten();
        match byte {
            Some((high, low)) => {
                run.push(high * 16 + low);
                rest = &rest[3..];
            }
            None => {
                out.push_str(&encoding.decode_without_bom_handling(&run).0);
                run.clear();
                let length = rest.chars().next().map_or(1, char::len_utf8);
                out.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    out.push_str(&encoding.decode_without_bom_handling(&run).0);
    out
}

/// The text with the names of hosts in it as people read them.
fn hosts(text: &str) -> String {
    let small = text.to_ascii_lowercase();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(found) = small[at..].find("xn--") {
        let begins = at + found + 4;
        let length = small[begins..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
        out.push_str(&text[at..at + found]);
        match host(&small[begins..begins + length]) {
            Some(words) => out.push_str(&words),
            None => out.push_str(&text[at + found..begins + length]),
        }
        at = begins + length;
    }
    out.push_str(&text[at..]);
    out
}

/// A label without its `xn--`, decoded (RFC 3492 section 6.2); `None` when it is none.
fn host(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    const MOST: usize = 256;
    if label.len() > MOST {
        return None;
    }
    let (basic, rest) = label.rsplit_once('-').unwrap_or(("", label));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut code, mut place, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = rest.bytes().peekable();
    while digits.peek().is_some() {
        let (before, mut weight, mut k) = (place, 1_u32, BASE);
        loop {
            let digit = match digits.next()? {
                byte @ b'a'..=b'z' => u32::from(byte - b'a'),
                byte @ b'0'..=b'9' => u32::from(byte - b'0') + 26,
                _ => return None,
            };
            place = place.checked_add(digit.checked_mul(weight)?)?;
            let least = k.saturating_sub(bias).clamp(1, 26);
            if digit < least {
                break;
            }
            weight = weight.checked_mul(BASE - least)?;
            k += BASE;
        }
        let many = u32::try_from(out.len()).ok()? + 1;
        let mut delta = if before == 0 { (place - before) / 700 } else { (place - before) / 2 };
        delta += delta / many;
        bias = 0;
        while delta > (BASE - 1) * 26 / 2 {
            delta /= BASE - 1;
            bias += BASE;
        }
        bias += BASE * delta / (delta + 38);
        code = code.checked_add(place / many)?;
        place %= many;
        out.insert(usize::try_from(place).ok()?, char::from_u32(code)?);
        place += 1;
    }
    Some(out.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str, words: &str) -> bool {
        readings(text).iter().any(|reading| reading.contains(words))
    }

    #[test]
    fn addresses_are_read_as_people_read_them() {
        assert!(reads("mailto:%E7%8E%8B%E9%87%91%E4%B8%9D%E9%9B%80@x.cn", "王金丝雀"));
        assert!(reads("mailto:%25E7%258E%258B%E9%87%91@x.cn", "王金"), "encoded twice");
        assert!(reads("http://x.cn/?q=%CD%F5", "王"), "as older programs write it");
        assert!(reads("tel:%31%33%38%30%30%31%33%38%30%30%30", "13800138000"));
        // The examples of RFC 3492 section 7.1 (B) and of RFC 3986.
        assert!(reads("http://xn--ihqwcrb4cv8a8dqg056pqjye.cn", "他们为什么不说中文"));
        assert!(reads("http://XN--Bcher-Kva.example", "bücher"));
        assert!(readings("100% http://a.example/b xn").is_empty());
        for odd in ["%", "%e", "%zz", "xn--", "xn---", "xn--99999999999999", "%E7", "王%E7"] {
            readings(odd);
        }
    }
}
