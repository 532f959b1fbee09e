//! Percent-encoding, as addresses write what is no letter of theirs.

/// The bytes that a percent-encoded text stands for; a sign that begins no two hexadecimal digits stays as it is. `+` stays
/// too: in the query of an address it is a blank, in a path it is itself.
///
/// ```
/// assert_eq!(kernel::percent_decoded("a%20%E6%94%BF+%zz%4"), "a \u{653f}+%zz%4".as_bytes());
/// ```
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let two = (bytes[at] == b'%').then(|| Some(digit(at + 1)? * 16 + digit(at + 2)?)).flatten();
        match two.and_then(|code| u8::try_from(code).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn what_is_no_code_stays() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("%41%2f%2F", b"A//"),
            ("%D5%FE", &[0xD5, 0xFE]),
            ("%", b"%"),
            ("%4", b"%4"),
            ("%+1%-1% 1", b"%+1%-1% 1"),
            ("%g0%0g", b"%g0%0g"),
            ("%%41", b"%A"),
            ("%政1", "%政1".as_bytes()),
            ("1+1", b"1+1"),
        ] {
            assert_eq!(percent_decoded(text), bytes, "{text}");
        }
    }
}
