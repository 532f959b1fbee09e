//! What PNG and JPEG pictures carry beside the picture: where and by whom it was taken, titles, comments, whatever stands behind
//! the end. Nobody sees it on the page, everybody has it who downloads the file.

use std::io::Read;

/// Bytes of notes that are looked at; a camera writes some ten thousand.
const MOST: usize = 4 << 20;

/// A piece of a picture file.
struct Piece<'a> {
    /// All of it, as it stands in the file.
    whole: &'a [u8],
    /// What it carries.
    data: &'a [u8],
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The picture shows it, or cannot be shown without it.
    Picture,
    /// A note of the camera or the editor, in the form that EXIF has.
    Exif,
    /// Words, perhaps packed: a chunk of PNG with its name.
    Words([u8; 4]),
    /// Anything else.
    Other,
}

/// The texts that a picture carries beside itself; `None` when the bytes are no picture of these kinds.
pub fn notes(bytes: &[u8]) -> Option<Vec<String>> {
    let pieces = pieces(bytes)?;
    let mut texts = Vec::new();
    let mut room = MOST;
    for piece in pieces.iter().filter(|piece| piece.kind != Kind::Picture) {
        let data = match piece.kind {
            Kind::Words(kind) => unpacked(kind, piece.data),
            _ => piece.data.to_vec(),
        };
        let data = &data[..data.len().min(room)];
        room -= data.len();
        texts.extend(words(data));
    }
    Some(texts)
}

/// Whether a picture says where it was taken.
pub fn has_place(bytes: &[u8]) -> bool {
    let pieces = pieces(bytes).unwrap_or_default();
    pieces.iter().filter(|piece| piece.kind == Kind::Exif).any(|piece| tag(piece.data, 0x8825).is_some())
}

/// The picture without what it carries beside itself; `None` when there is nothing to leave out, or it cannot be told apart.
/// What a camera says about being held upright stays: without it the picture lies on its side.
pub fn without_notes(bytes: &[u8]) -> Option<Vec<u8>> {
    let pieces = pieces(bytes)?;
    if pieces.iter().all(|piece| piece.kind == Kind::Picture) {
        return None;
    }
    let turned = pieces.iter().filter(|piece| piece.kind == Kind::Exif).find_map(|piece| tag(piece.data, 0x0112));
    let turned = turned.filter(|turned| (2..=8).contains(turned));
    let jpeg = bytes.starts_with(b"\xFF\xD8");
    let mut out = Vec::with_capacity(bytes.len());
    for piece in pieces.iter().filter(|piece| piece.kind == Kind::Picture) {
        out.extend_from_slice(piece.whole);
        if let (2, true, Some(turned)) = (out.len(), jpeg, turned) {
            out.extend_from_slice(b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01");
            out.extend_from_slice(&turned.to_be_bytes());
            out.extend_from_slice(&[0; 6]);
        }
    }
    Some(out)
}

/// Whether a PNG or JPEG file holds a picture from its head to its end: one that was cut off, or of which only the first bytes
/// are there, opens nowhere. What is no such file is not judged.
pub fn is_whole(bytes: &[u8]) -> bool {
    let Some(pieces) = pieces(bytes) else { return true };
    // What breaks off is kept as a rest, whatever mark it begins with.
    let shown = || pieces.iter().filter(|piece| piece.kind == Kind::Picture);
    let has = |at: usize, mark: &[u8]| shown().any(|piece| piece.whole.get(at..at + mark.len()) == Some(mark));
    if bytes.starts_with(b"\xFF\xD8") {
        return has(0, b"\xFF\xDA") && has(0, b"\xFF\xD9");
    }
    let head = pieces.get(1).is_some_and(|piece| piece.whole.get(4..8) == Some(b"IHDR") && piece.data.len() == 13);
    head && has(4, b"IDAT") && has(4, b"IEND")
}

fn pieces(bytes: &[u8]) -> Option<Vec<Piece<'_>>> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(bytes)
    } else if bytes.starts_with(b"\xFF\xD8\xFF") {
        jpeg(bytes)
    } else {
        None
    }
}

fn png(bytes: &[u8]) -> Option<Vec<Piece<'_>>> {
    const SHOWN: [&[u8; 4]; 20] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"bKGD", b"pHYs", b"sBIT",
        b"hIST", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT", b"sTER",
    ];
    let mut pieces = vec![Piece { whole: bytes.get(..8)?, data: &[], kind: Kind::Picture }];
    let mut at = 8;
    while at < bytes.len() {
        let Some(head) = bytes.get(at..at + 8) else { break };
        let (length, name) = (usize::try_from(u32::from_be_bytes(head[..4].try_into().ok()?)).ok()?, &head[4..]);
        let Some(whole) = bytes.get(at..at.checked_add(length)?.checked_add(12)?) else { break };
        let name: [u8; 4] = name.try_into().ok()?;
        let kind = match &name {
            shown if SHOWN.contains(&shown) => Kind::Picture,
            b"eXIf" => Kind::Exif,
            _ => Kind::Words(name),
        };
        pieces.push(Piece { whole, data: &whole[8..whole.len() - 4], kind });
        at += whole.len();
        if &name == b"IEND" {
            break;
        }
    }
    // whatever stands behind the end, or breaks off
    if at < bytes.len() {
        pieces.push(Piece { whole: &bytes[at..], data: &bytes[at..], kind: Kind::Other });
    }
    Some(pieces)
}

fn jpeg(bytes: &[u8]) -> Option<Vec<Piece<'_>>> {
    let mut pieces = vec![Piece { whole: bytes.get(..2)?, data: &[], kind: Kind::Picture }];
    let mut at = 2;
    while let Some(&[0xFF, marker]) = bytes.get(at..at + 2).and_then(|two| <&[u8; 2]>::try_from(two).ok()) {
        match marker {
            // the end
            0xD9 => {
                pieces.push(Piece { whole: &bytes[at..at + 2], data: &[], kind: Kind::Picture });
                at += 2;
                break;
            }
            // fill bytes and marks without a length
            0xFF => {
                at += 1;
                continue;
            }
            0x01 | 0xD0..=0xD8 => {
                pieces.push(Piece { whole: &bytes[at..at + 2], data: &[], kind: Kind::Picture });
                at += 2;
                continue;
            }
            _ => {}
        }
        let Some(length) = bytes.get(at + 2..at + 4).map(|two| usize::from(u16::from_be_bytes([two[0], two[1]])))
        else {
            break;
        };
        let mut end = at + 2 + length.max(2);
        let Some(data) = bytes.get(at + 4..end) else { break };
        let kind = match marker {
            0xE0 | 0xEE => Kind::Picture,
            0xE1 if data.starts_with(b"Exif\0\0") => Kind::Exif,
            0xE2 if data.starts_with(b"ICC_PROFILE\0") => Kind::Picture,
            0xE1..=0xEF | 0xFE => Kind::Other,
            _ => Kind::Picture,
        };
        if marker == 0xDA {
            // the picture itself goes on to the next mark that is not stuffed
            let goes_on = |at: usize| bytes[at] != 0xFF || matches!(bytes[at + 1], 0 | 0xD0..=0xD7 | 0xFF);
            while end + 1 < bytes.len() && goes_on(end) {
                end += 1;
            }
            if end + 1 >= bytes.len() {
                end = bytes.len();
            }
        }
        let data = if kind == Kind::Exif { &data[6..] } else { data };
        pieces.push(Piece { whole: &bytes[at..end], data, kind });
        at = end;
    }
    if at < bytes.len() {
        pieces.push(Piece { whole: &bytes[at..], data: &bytes[at..], kind: Kind::Other });
    }
    Some(pieces)
}

/// A short number of the first directory of EXIF: how the camera was held, where the directory of places begins.
fn tag(exif: &[u8], wanted: u16) -> Option<u16> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let four: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let start = usize::try_from(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }).ok()?;
    let count = usize::from(short(start)?);
    let entry = (0..count).map(|index| start + 2 + index * 12).find(|at| short(*at) == Some(wanted))?;
    short(entry + 8)
}

/// What a chunk of words of PNG holds, unpacked.
fn unpacked(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let key = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let packed = match &kind {
        b"zTXt" => data.get(key + 2..),
        b"iTXt" if data.get(key + 1) == Some(&1) => {
            let mut zeros = data.iter().enumerate().skip(key + 3).filter(|(_, byte)| **byte == 0).map(|(at, _)| at);
            zeros.nth(1).and_then(|at| data.get(at + 1..))
        }
        _ => None,
    };
    let Some(packed) = packed else { return data.to_vec() };
    let mut out = data[..key].to_vec();
    out.push(0);
    let limit = u64::try_from(MOST).unwrap_or(u64::MAX);
    // what cannot be unpacked says nothing to anybody
    flate2::read::ZlibDecoder::new(packed).take(limit).read_to_end(&mut out).ok();
    out
}

/// Runs of characters, in UTF-8 and in the two-byte form that Windows writes into pictures.
fn words(data: &[u8]) -> Vec<String> {
    const FEWEST: usize = 4;
    let mut out = Vec::new();
    let plain = String::from_utf8_lossy(data);
    let is_text = |c: char| !c.is_control() && c != '\u{fffd}';
    out.extend(plain.split(|c| !is_text(c)).filter(|run| run.chars().count() >= FEWEST).map(str::to_owned));
    for (first, little) in [(0, true), (1, true), (0, false), (1, false)] {
        let mut run = String::new();
        let units = data.get(first..).unwrap_or_default().chunks_exact(2);
        let units =
            units.map(
                |two| if little { u16::from_le_bytes([two[0], two[1]]) } else { u16::from_be_bytes([two[0], two[1]]) },
            );
        for unit in units.chain([0]) {
            match char::from_u32(u32::from(unit)) {
                Some(
                    c @ (' '..='~'
                    | '\u{2f00}'..='\u{2fdf}'
                    | '\u{3000}'..='\u{303f}'
                    | '\u{4e00}'..='\u{9fff}'
                    | '\u{ff00}'..='\u{ffef}'),
                ) => run.push(c),
                _ => {
                    // random bytes are Han characters too; words with plain letters or digits are not random
                    if run.chars().count() >= FEWEST
                        && run.chars().filter(char::is_ascii).count() * 2 >= run.chars().count()
                    {
                        out.push(std::mem::take(&mut run));
                    }
                    run.clear();
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut out = u32::try_from(data.len()).expect("short").to_be_bytes().to_vec();
        out.extend_from_slice(name);
        out.extend_from_slice(data);
        out.extend_from_slice(&[0; 4]);
        out
    }

    fn png(more: &[Vec<u8>]) -> Vec<u8> {
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        out.extend(chunk(b"IHDR", &[0; 13]));
        out.extend(more.iter().flatten());
        out.extend(chunk(b"IDAT", b"1234567890123"));
        out.extend(chunk(b"IEND", &[]));
        out
    }

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        let mut out = vec![0xFF, marker];
        out.extend(u16::try_from(data.len() + 2).expect("short").to_be_bytes());
        out.extend_from_slice(data);
        out
    }

    fn jpeg(more: &[Vec<u8>]) -> Vec<u8> {
        let mut out = b"\xFF\xD8".to_vec();
        out.extend(segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"));
        out.extend(more.iter().flatten());
        out.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
        out.extend(b"\x12\xFF\0\xFF\xD0abcd13800138000");
        out.extend(b"\xFF\xD9");
        out
    }

    /// EXIF with the camera held at `turned`, a place, and words.
    fn exif(turned: u8, words: &[u8]) -> Vec<u8> {
        let mut out = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        out.extend([turned, 0, 0, 0]);
        out.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0");
        out.extend_from_slice(words);
        out
    }

    #[test]
    fn a_picture_that_breaks_off_is_none() {
        for whole in [png(&[]), jpeg(&[])] {
            assert!(is_whole(&whole));
            for cut in [8, 12, 30, whole.len() - 3] {
                assert!(!is_whole(&whole[..cut.min(whole.len() - 1)]), "{cut} of {}", whole.len());
            }
        }
        assert!(is_whole(b"%PDF-1.7"), "what is no picture is judged elsewhere");
    }

    #[test]
    fn notes_are_found_and_left_out() {
        let mut packed = flate2::read::ZlibEncoder::new(&b"13900139000"[..], flate2::Compression::default());
        let mut zip = b"Comment\0\0".to_vec();
        packed.read_to_end(&mut zip).expect("packs");
        let wide: Vec<u8> = "电话13700137000".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut tail = png(&[]);
        tail.extend(b"tel 13800138000");
        let mut behind = jpeg(&[]);
        behind.extend(b"13800138000");
        for (bytes, words) in [
            (png(&[chunk(b"tEXt", b"Author\x0013800138000")]), "13800138000"),
            (png(&[chunk(b"zTXt", &zip)]), "13900139000"),
            (png(&[chunk(b"iTXt", "Title\0\0\0\0\0电话13800138000".as_bytes())]), "电话13800138000"),
            (png(&[chunk(b"eXIf", &exif(1, b"13800138000")[6..])]), "13800138000"),
            (tail, "tel 13800138000"),
            (jpeg(&[segment(0xE1, &exif(6, b"13800138000"))]), "13800138000"),
            (jpeg(&[segment(0xE1, &exif(1, &wide))]), "13700137000"),
            (jpeg(&[segment(0xFE, b"13800138000")]), "13800138000"),
            (jpeg(&[segment(0xED, b"Photoshop 3.0\08BIM 13800138000")]), "13800138000"),
            (behind, "13800138000"),
        ] {
            let notes = notes(&bytes).expect("picture").join("\n");
            assert!(notes.contains(words), "{words}: {notes}");
            let clean = without_notes(&bytes).expect("something to leave out");
            let left = super::notes(&clean).expect("picture").join("\n");
            assert!(!left.contains("138") && !left.contains("139") && !left.contains("137"), "{left}");
            assert!(clean.len() < bytes.len() && !has_place(&clean));
        }
        assert!(has_place(&jpeg(&[segment(0xE1, &exif(1, b""))])));
    }

    #[test]
    fn a_picture_stays_upright_and_whole() {
        let clean = without_notes(&jpeg(&[segment(0xE1, &exif(6, b"x"))])).expect("notes");
        let kept = pieces(&clean).expect("picture");
        let exif = kept.iter().find(|piece| piece.kind == Kind::Exif).expect("how it was held");
        assert_eq!(tag(exif.data, 0x0112), Some(6));
        assert!(clean.ends_with(b"\x12\xFF\0\xFF\xD0abcd13800138000\xFF\xD9"));
        assert_eq!(without_notes(&jpeg(&[])), None);
        assert_eq!(without_notes(&png(&[])), None);
        assert_eq!((notes(b"hello"), without_notes(b"")), (None, None));
        assert_eq!(notes(&png(&[])), Some(vec![]));
    }

    #[test]
    fn pieces_that_lie_are_met() {
        for bytes in [
            &b"\x89PNG\r\n\x1a\n\xFF\xFF\xFF\xFFtEXt"[..],
            b"\xFF\xD8\xFF",
            b"\xFF\xD8\xFF\xE1\xFF",
            b"\xFF\xD8\xFF\xDA\0\0",
            b"\xFF\xD8\xFF\xE1\0\x0CExif\0\0II*\0",
        ] {
            notes(bytes).expect("picture");
            without_notes(bytes);
        }
    }
}
