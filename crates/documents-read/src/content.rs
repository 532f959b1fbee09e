//! What a part of an office file is, by its bytes and not by its name: a picture must be one, a program is none wherever it lies.

use documents::{Code, Rejected};

use crate::{bounds::macros, sniff, targets};

/// Looks at a part that is no XML. `name` is in small letters.
pub(crate) fn check(name: &str, bytes: &[u8]) -> Result<(), Rejected> {
    if is_program(name, bytes) || has_name_of_program(name) {
        return Err(Rejected::new(
            Code::Program,
            "文档里藏着一个程序文件，为保证安全不能上传。请新建一个空白文档，把正文复制过去，另存后再上传。",
        ));
    }
    if bytes.starts_with(OLD_CONTAINER) {
        container(bytes)?;
    }
    if name.contains("/media/") && !bytes.is_empty() && !is_medium(name, bytes) {
        return Err(Rejected::new(
            Code::Active,
            "文档里有一张图片其实是另一种文件，可能含有会运行的内容，为保证安全不能上传。请删除这张图片，需要的另插入 PNG 或 JPEG 图片，另存后再上传。",
        ));
    }
    // Files within the file are looked into one by one.
    if !name.contains("/embeddings/") && ARCHIVES.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(Rejected::new(
            Code::Hostile,
            "文档里夹带了一个压缩包，为保证安全不能上传。请新建一个空白文档，把正文复制过去，另存后再上传。",
        ));
    }
    if [".htm", ".html", ".mht", ".mhtml", ".xhtml"].iter().any(|ending| name.ends_with(ending)) {
        page(&String::from_utf8_lossy(bytes))?;
    }
    if bytes.starts_with(b"{\\rt") {
        return Err(Rejected::new(
            Code::Active,
            "文档里夹带了一份 RTF 文档，系统不能检查，为保证安全不能上传。请用 Word 或 WPS 打开，全选复制到新建的空白文档，另存后再上传。",
        ));
    }
    Ok(())
}

const OLD_CONTAINER: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const ARCHIVES: [&[u8]; 7] =
    [b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xBC\xAF\x27\x1C", b"MSCF", b"ITSF", b"\xFD7zXZ\0"];

/// Whether a computer would run these bytes: programs of Windows, Linux, macOS, Java, and shortcuts.
fn is_program(name: &str, bytes: &[u8]) -> bool {
    let header = || {
        let at = bytes.get(0x3c..0x40)?.try_into().ok().map(u32::from_le_bytes)?;
        bytes.get(usize::try_from(at).ok()?..)?.starts_with(b"PE\0\0").then_some(())
    };
    // A font that was made unreadable begins with anything.
    let scrambled = name.ends_with(".odttf") || name.ends_with(".fntdata");
    let windows = bytes.starts_with(b"MZ") && (header().is_some() || !scrambled && bytes.contains(&0));
    let others: [&[u8]; 7] = [
        b"\x7fELF",
        b"\xCA\xFE\xBA\xBE",
        b"\xCF\xFA\xED\xFE",
        b"\xCE\xFA\xED\xFE",
        b"\xFE\xED\xFA\xCE",
        b"\xFE\xED\xFA\xCF",
        b"L\0\0\0\x01\x14\x02\0",
    ];
    windows || !scrambled && others.iter().any(|mark| bytes.starts_with(mark)) || bytes.starts_with(b"#!/")
}

/// Names that nothing in an office file has; drawings of lines and certificates of signatures lie in some.
fn has_name_of_program(name: &str) -> bool {
    let ending = sniff::extension_of(name);
    sniff::is_program(name) && !matches!(ending.as_str(), "svg" | "svgz" | "cer" | "crt" | "xsl" | "mht" | "mhtml")
}

/// Containers of the old kind: macros, or a file of any sort that opens by a double click.
fn container(bytes: &[u8]) -> Result<(), Rejected> {
    let stream = |name: &str| {
        let wanted: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&wanted))
    };
    if stream("_VBA_PROJECT") || stream("VBA") || stream("_VBA_PROJECT_CUR") {
        return Err(macros());
    }
    if stream("\u{1}Ole10Native") {
        return Err(Rejected::new(
            Code::Active,
            "文档里嵌入了一个文件（对象包），双击就会打开或运行，系统不能检查，为保证安全不能上传。请删除这个对象，需要公开的文件请单独上传。",
        ));
    }
    Ok(())
}

/// Pictures, sounds and films that office programs write.
fn is_medium(name: &str, bytes: &[u8]) -> bool {
    let starts = |mark: &[u8]| bytes.starts_with(mark);
    let at = |from: usize, mark: &[u8]| bytes.get(from..from + mark.len()) == Some(mark);
    let pictures: [&[u8]; 12] = [
        b"\x89PNG\r\n\x1a\n",
        b"\xFF\xD8\xFF",
        b"GIF8",
        b"BM",
        b"II*\0",
        b"MM\0*",
        // Photographs of Windows, icons, pictures of JPEG 2000.
        b"II\xBC\x01",
        b"\0\0\x01\0",
        b"\0\0\0\x0cjP  ",
        // Drawings of Windows: with a head of their own, from memory, from a disk.
        b"\xD7\xCD\xC6\x9A",
        b"\x01\0\x09\0\0",
        b"\x02\0\x09\0\0",
    ];
    let films: [&[u8]; 7] =
        [b"ID3", b"\xFF\xFB", b"\xFF\xF3", b"\xFF\xF2", b"\x1A\x45\xDF\xA3", b"\0\0\x01\xBA", b"OggS"];
    let packed = starts(b"\x1f\x8b") && (name.ends_with(".emz") || name.ends_with(".wmz"));
    pictures.iter().chain(&films).any(|mark| starts(mark))
        || starts(b"RIFF") && [&b"WEBP"[..], b"WAVE", b"AVI "].iter().any(|kind| at(8, kind))
        || starts(b"\x01\0\0\0") && at(40, b" EMF")
        || at(4, b"ftyp")
        || starts(b"\x30\x26\xB2\x75\x8E\x66\xCF\x11")
        || starts(b"PCX")
        || starts(b"\x0A\x05\x01")
        || packed
        || is_drawing(bytes)
}

/// A drawing in SVG that draws and does nothing else.
fn is_drawing(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    (begins.starts_with("<?xml") || begins.starts_with("<svg") || begins.starts_with("<!--"))
        && text.contains("<svg")
        && page(&text).is_ok()
}

/// Elements that run, hold or load something else than what they show.
const RUNS: [&str; 17] = [
    "script",
    "object",
    "embed",
    "iframe",
    "frame",
    "frameset",
    "applet",
    "link",
    "base",
    "meta",
    "foreignobject",
    "handler",
    "listener",
    "animate",
    "set",
    "animatetransform",
    "animatemotion",
];
/// Attributes that load what they name. `href` loads in a drawing, where it is no link.
const LOADS: [&str; 8] = ["src", "background", "poster", "data", "lowsrc", "dynsrc", "code", "codebase"];

/// Refuses a page or a drawing within a file that runs or fetches something: by its elements and their attributes, whatever blanks,
/// prefixes and signs they are written with.
fn page(text: &str) -> Result<(), Rejected> {
    let small = text.to_ascii_lowercase();
    let foreign = |address: &str| {
        let address = address.trim_start();
        targets::is_remote(address) && !address.starts_with("data:image/") && !address.starts_with("cid:")
    };
    let local = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    // `url(…)` and `@import` of styles, in elements and in attributes, their characters spelled or not.
    let plain = unescaped(&small);
    let styled = plain.match_indices("url(").any(|(at, mark)| {
        let rest = plain[at + mark.len()..].trim_start().trim_start_matches(['"', '\'']);
        foreign(&rest[..rest.find(['"', '\'', ')']).unwrap_or(rest.len())])
    });
    let bad = small.contains("<!entity")
        || small.contains("<?xml-stylesheet")
        || styled
        || plain.contains("@import")
        || tags(&small).into_iter().any(|(name, attributes)| {
            let name = local(&name);
            // A page tells its characters; that it be fetched anew from elsewhere is what else it may say.
            let tells = name == "meta"
                && !attributes.iter().any(|(key, value)| key == "http-equiv" && value.contains("refresh"));
            let draws =
                matches!(name.as_str(), "image" | "use" | "feimage" | "pattern" | "mpath" | "textpath" | "tref");
            (RUNS.contains(&name.as_str()) && !tells)
                || attributes.iter().any(|(key, value)| {
                    let key = local(key);
                    let value: String =
                        unescaped(value).chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
                    key.starts_with("on") && key.len() > 3
                        || value.starts_with("javascript:")
                        || value.starts_with("vbscript:")
                        || (LOADS.contains(&key.as_str()) || draws && key == "href") && foreign(&value)
                        || key == "srcset" && value.split(',').any(foreign)
                        // What is laid into the drawing itself is a picture and no page that runs.
                        || draws && key == "href" && value.starts_with("data:") && !value.starts_with("data:image/")
                        || value.starts_with("data:image/svg")
                })
        });
    if bad {
        return Err(Rejected::new(
            Code::Active,
            "文档里夹带了一个网页或图形，打开时会运行程序或连到别处，为保证安全不能上传。请新建一个空白文档，把全文“只保留文本”粘贴过去，另存后再上传。",
        ));
    }
    Ok(())
}

/// A text with the characters that it spells by their numbers or names.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '#').map_or(rest.len(), |end| end + 1);
        let code = match rest[1..end].strip_prefix('#') {
            Some(number) => match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            },
            None => [
                ("colon", ':'),
                ("tab", '\t'),
                ("newline", '\n'),
                ("sol", '/'),
                ("bsol", '\\'),
                ("lpar", '('),
                ("amp", '&'),
            ]
            .iter()
            .find(|(name, _)| *name == &rest[1..end])
            .map(|(_, c)| u32::from(*c)),
        };
        match code.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = rest[end..].strip_prefix(';').unwrap_or(&rest[end..]);
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

type Attributes = Vec<(String, String)>;

/// The tags of a page with their attributes, read as loosely as programs read them.
fn tags(text: &str) -> Vec<(String, Attributes)> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '>');
        let end = rest.find(ends).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut attributes = Attributes::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() || rest.starts_with('>') {
                break;
            }
            // A sign of equality that comes first is a part of the name.
            let end =
                rest.char_indices().skip(1).find(|(_, c)| ends(*c) || *c == '=').map_or(rest.len(), |(end, _)| end);
            let key = rest[..end].to_owned();
            rest = rest[end..].trim_start();
            let Some(behind) = rest.strip_prefix('=') else {
                attributes.push((key, String::new()));
                continue;
            };
            let behind = behind.trim_start();
            let (value, after) = match behind.chars().next() {
                Some(quote @ ('"' | '\'')) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
                _ => behind.split_at(behind.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(behind.len())),
            };
            attributes.push((key, value.to_owned()));
            rest = after;
        }
        out.push((name, attributes));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> Vec<u8> {
        let mut program = vec![0; 0x90];
        program[..2].copy_from_slice(b"MZ");
        program[0x3c] = 0x80;
        program[0x80..0x84].copy_from_slice(b"PE\0\0");
        program
    }

    #[test]
    fn what_a_part_is_tells_its_content() {
        let program = program();
        for (name, bytes) in [
            ("word/media/image1.png", &program[..]),
            ("word/media/x.dat", b"MZ\x90\0\x03"),
            ("word/theme/x.dat", b"\x7fELF\x02\x01"),
            ("word/fonts/font1.odttf", &program[..]),
            ("word/media/image1.png", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 a container"),
            ("word/media/image1.png", b"PK\x03\x04"),
            ("word/media/image1.png", b"%PDF-1.4"),
            ("word/media/image1.eps", b"%!PS-Adobe-3.0"),
            ("word/media/image1.png", b"<html><script>alert(1)</script>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><script>alert(1)</script></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><image href=\"http://evil/x\"/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><image xlink:href\t=\n'https://evil/x'/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><use y:href=\"//evil/x.svg#a\"/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><feImage href=\"\\\\evil\\x\"/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><image href=\"ht&#x74;p://evil/x\"/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\" onload=\"alert(1)\"><path d=\"M0 0\"/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><a href=\"java&#115;cript:alert(1)\"><path/></a></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><x:script>alert(1)</x:script></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><set attributeName=\"href\" to=\"javascript:x\"/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><style>@import 'http://evil/x.css';</style></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><path style=\"fill:url( http://evil/x )\"/></svg>"),
            ("word/media/image1.svg", b"<svg xmlns=\"x\"><image href=\"data:image/svg+xml;base64,PHN2Zz4=\"/></svg>"),
            ("word/afchunk1.htm", b"<img src\t=\r\n\"http://evil/x.png\">"),
            ("word/afchunk1.htm", b"<p onmouseover = 'x()'>a</p>"),
            ("word/afchunk1.htm", b"<meta http-equiv=refresh content=\"0;url=http://evil\">"),
            ("word/media/image1.emz", b"MSCF"),
            ("word/x.hta", b"x"),
            ("customxml/a.dat", b"Rar!\x1a\x07"),
            ("customxml/a.sh", b"#!/bin/sh"),
            ("word/afchunk1.rtf", b"{\\rtf1"),
            ("word/afchunk1.mht", b"MIME-Version: 1.0\r\n\r\n<img src=\"http://evil/x.png\">"),
            ("word/afchunk1.htm", b"<img src='\\\\evil\\x.png'>"),
        ] {
            let code = check(name, bytes).expect_err(name).code;
            assert!(matches!(code, Code::Active | Code::Program | Code::Hostile), "{name}");
        }
        for (name, bytes) in [
            // Two letters are no program: a font that was made unreadable begins with anything.
            ("word/fonts/font1.odttf", &b"MZ\0 and more"[..]),
            ("word/media/image1.png", b"\x89PNG\r\n\x1a\n"),
            ("word/media/image2.jpeg", b"\xFF\xD8\xFF\xE0"),
            ("word/media/image3.wmf", b"\xD7\xCD\xC6\x9A\0\0"),
            ("word/media/image4.emz", b"\x1f\x8b\x08"),
            (
                "word/media/image5.svg",
                b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>",
            ),
            (
                "word/media/image6.svg",
                b"<svg xmlns=\"x\"><defs><path id=\"a\"/></defs><use xlink:href=\"#a\"/><rect fill=\"url(#b)\"/><image href=\"data:image/png;base64,iVBORw0K\"/><a href=\"https://a.example\"><text>on</text></a></svg>",
            ),
            ("word/afchunk2.htm", b"<html><head><meta charset=utf-8></head><body><p title=\"a > b\" lang=zh>a</p></body></html>"),
            ("ppt/media/media1.mp4", b"\0\0\0\x18ftypmp42"),
            ("xl/printersettings/printersettings1.bin", b"\0\0H\0P\0"),
            ("word/embeddings/a.docx", b"PK\x03\x04"),
            ("word/afchunk.htm", b"<p>13800138000</p><img src=\"cid:a\"><a href=\"http://a.example\">a</a>"),
            ("docprops/thumbnail.jpeg", b"\xFF\xD8\xFF\xE0"),
            ("word/media/empty.png", b""),
        ] {
            check(name, bytes).unwrap_or_else(|rejected| panic!("{name}: {rejected}"));
        }
    }
}
