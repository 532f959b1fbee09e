//! A CSV or a plain text with other words in its cells and lines. All else stays as it is, but for an encoding that is not UTF-8.

use std::collections::HashMap;

use documents::tables::delimiter;
use documents::{Format, Redone, Rejected, decode_text};

use super::secrets::Secrets;

/// The mark by which Excel knows UTF-8.
const MARK: &str = "\u{feff}";

/// Makes the file anew.
///
/// # Errors
/// When the bytes are no text.
pub(super) fn redo(
    bytes: &[u8],
    format: Format,
    known: &HashMap<&str, &str>,
    secrets: &Secrets,
) -> Result<Redone, Rejected> {
    let (text, encoding) = decode_text(bytes)?;
    let (made, words) = if format == Format::Csv { cells(&text, known) } else { lines(&text, known) };
    let (made, numbers) = secrets.out_of("", &made);
    let left = secrets.are_in(&made.replace(' ', ""));
    let marked = bytes.starts_with(MARK.as_bytes()) || encoding != "UTF-8";
    let whole = if marked { format!("{MARK}{made}") } else { made };
    Ok(Redone {
        bytes: whole.into_bytes(),
        done: words + numbers,
        dropped: if encoding == "UTF-8" {
            Vec::new()
        } else {
            vec!["原来的文字编码（改为 UTF-8）".to_owned()]
        },
        left: if left { vec!["正文".to_owned()] } else { Vec::new() },
    })
}

/// A cell that a text begins with: how many bytes it takes, and what it says (RFC 4180).
fn cell(text: &str, apart: char) -> (usize, String) {
    let (mut said, mut quoted) = (String::new(), false);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if at == 0 => quoted = true,
            '"' if quoted => {
                if chars.next_if(|(_, next)| *next == '"').is_some() {
                    said.push('"');
                } else {
                    quoted = false;
                }
            }
            c if !quoted && (c == apart || matches!(c, '\n' | '\r')) => return (at, said),
            c => said.push(c),
        }
    }
    (text.len(), said)
}

fn cells(text: &str, known: &HashMap<&str, &str>) -> (String, usize) {
    let apart = char::from(delimiter(&text.replace("\r\n", "\n").replace('\r', "\n")));
    let (mut out, mut rest, mut done) = (String::with_capacity(text.len()), text, 0);
    while !rest.is_empty() {
        let (end, said) = cell(rest, apart);
        let (raw, behind) = rest.split_at(end);
        // As the reader of tables tells it to the checks: white space once.
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        match known.get(said.as_str()) {
            Some(to) if raw.starts_with('"') || to.contains([apart, '"', '\n', '\r']) => {
                out.push_str(&format!("\"{}\"", to.replace('"', "\"\"")));
                done += 1;
            }
            Some(to) => {
                out.push_str(to);
                done += 1;
            }
            None => out.push_str(raw),
        }
        let mut after = behind.chars();
        out.extend(after.next());
        rest = after.as_str();
    }
    (out, done)
}

/// What stands between ends of lines and tabs.
fn lines(text: &str, known: &HashMap<&str, &str>) -> (String, usize) {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for unit in text.split_inclusive(['\n', '\t']) {
        let said = unit.trim();
        match known.get(said) {
            Some(to) if !said.is_empty() => {
                out.push_str(&unit.replacen(said, to, 1));
                done += 1;
            }
            _ => out.push_str(unit),
        }
    }
    (out, done)
}

#[cfg(test)]
mod tests {
    use documents::Change;

    use super::*;

    fn made(bytes: &[u8], format: Format) -> Redone {
        let change = |from: &str, to: &str| Change { from: from.to_owned(), to: to.to_owned() };
        let changes = [
            change("13800138000", "138****8000"),
            change("王建军", "王*军"),
            change("柳溪镇,三组12号", "柳溪镇,*组**号"),
            change("联系人 13800138000", "联系人 138****8000"),
        ];
        let known: HashMap<&str, &str> = changes.iter().map(|one| (one.from.as_str(), one.to.as_str())).collect();
        redo(bytes, format, &known, &Secrets::of(&changes)).expect("a copy")
    }

    #[test]
    fn cells_are_written_anew_and_nothing_else() {
        let before =
            "姓名,手机,住址,备注\r\n王建军,\"13800138000\",\"柳溪镇,三组12号\",\"说\"\"好\"\"，\r\n次日\"\r\n,,,\r\n";
        let after =
            "姓名,手机,住址,备注\r\n王*军,\"138****8000\",\"柳溪镇,*组**号\",\"说\"\"好\"\"，\r\n次日\"\r\n,,,\r\n";
        let redone = made(before.as_bytes(), Format::Csv);
        assert_eq!((String::from_utf8(redone.bytes).expect("text").as_str(), redone.done), (after, 3));
        assert!(redone.dropped.is_empty() && redone.left.is_empty());
    }

    #[test]
    fn numbers_are_masked_within_other_cells_and_names_that_stay_are_told() {
        let redone = made("手机;备注\n13800138000;家属王建军代领，13800138000\n".as_bytes(), Format::Csv);
        let text = String::from_utf8(redone.bytes).expect("text");
        assert!(!text.contains("13800138000") && text.contains("家属王建军代领，138****8000"), "{text}");
        assert_eq!((redone.done, redone.left), (2, vec!["正文".to_owned()]));
    }

    #[test]
    fn a_text_of_another_encoding_becomes_utf_8() {
        let (bytes, _, _) = encoding_rs::GB18030.encode("一、名单\r\n  联系人 13800138000\r\n王建军\t13800138000\r\n");
        let redone = made(&bytes, Format::Txt);
        let text = String::from_utf8(redone.bytes).expect("text");
        assert_eq!(text, "\u{feff}一、名单\r\n  联系人 138****8000\r\n王*军\t138****8000\r\n");
        assert_eq!(redone.dropped, ["原来的文字编码（改为 UTF-8）"]);
    }
}
