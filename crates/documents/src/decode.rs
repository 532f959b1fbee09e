//! Text of unknown encoding: UTF-8, UTF-16 with a byte order mark, otherwise GB18030.
//!
//! Offices still send files that Notepad saved in the system encoding, so GB18030 (which contains GBK and GB2312) is
//! the answer to everything that is not Unicode. Binary junk often decodes as GB18030 by chance; control characters
//! and private-use characters give it away.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use crate::{Code, Rejected};

/// Decodes text and names the encoding it was in (`UTF-8`, `UTF-16LE`, `UTF-16BE`, `GB18030`).
///
/// A byte order mark is removed. Line ends stay as they are.
///
/// # Errors
/// [`Code::NotText`] when the bytes are not text in any of these encodings.
pub fn decode_text(bytes: &[u8]) -> Result<(String, &'static str), Rejected> {
    let (text, name) = if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        (std::str::from_utf8(rest).map_err(|_| not_text())?.to_owned(), "UTF-8")
    } else if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        (strict(UTF_16LE, rest)?, "UTF-16LE")
    } else if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        (strict(UTF_16BE, rest)?, "UTF-16BE")
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        (text.to_owned(), "UTF-8")
    } else {
        (strict(GB18030, bytes)?, "GB18030")
    };
    if looks_binary(&text) { Err(not_text()) } else { Ok((text, name)) }
}

fn strict(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Result<String, Rejected> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| text.into_owned())
        .ok_or_else(not_text)
}

/// Control characters do not occur in text; more than one private-use character in twenty means a chance decoding.
fn looks_binary(text: &str) -> bool {
    let mut total = 0_usize;
    let mut private = 0_usize;
    for c in text.chars() {
        total += 1;
        match c {
            '\t' | '\n' | '\r' | '\u{c}' | '\u{b}' | '\u{1a}' => {}
            '\0'..='\u{1f}' | '\u{7f}' => return true,
            '\u{e000}'..='\u{f8ff}' | '\u{fffd}' => private += 1,
            _ => {}
        }
    }
    private * 20 > total
}

fn not_text() -> Rejected {
    Rejected::new(
        Code::NotText,
        "这个文件不是文本，或者文字编码无法识别。请用记事本打开，选择“另存为”，编码选 UTF-8，保存后再上传。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unicode_with_and_without_marks() {
        assert_eq!(decode_text("公开".as_bytes()), Ok(("公开".to_owned(), "UTF-8")));
        assert_eq!(decode_text("\u{feff}公开".as_bytes()), Ok(("公开".to_owned(), "UTF-8")));
        let mut little = vec![0xFF, 0xFE];
        little.extend("公开".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(decode_text(&little), Ok(("公开".to_owned(), "UTF-16LE")));
        let mut big = vec![0xFE, 0xFF];
        big.extend("公开".encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(decode_text(&big), Ok(("公开".to_owned(), "UTF-16BE")));
    }

    #[test]
    fn the_system_encoding_of_offices() {
        let (bytes, _, unmappable) = GB18030.encode("政务公开工作要点，㐀");
        assert!(!unmappable);
        assert_eq!(decode_text(&bytes), Ok(("政务公开工作要点，㐀".to_owned(), "GB18030")));
    }

    #[test]
    fn junk_is_refused_with_advice() {
        for junk in [&b"\x00\x01\x02\x03"[..], b"abc\x00def", b"\xff\xff\xff\xff", b"\xAA\xA1\xAA\xA2\xAA\xA3"] {
            let rejected = decode_text(junk).expect_err("junk");
            assert_eq!(rejected.code, Code::NotText);
            assert!(rejected.message.contains("请"), "{rejected}");
        }
    }
}
