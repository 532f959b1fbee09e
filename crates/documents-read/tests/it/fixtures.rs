//! Files built in code, so that the repository holds no binary fixtures.

use std::io::{Cursor, Write};

use documents::{Extracted, Limits};
use gongkai_documents_read::extract;
use zip::write::SimpleFileOptions;

/// A zip of these entries.
pub(crate) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("entry");
        writer.write_all(bytes).expect("content");
    }
    writer.finish().expect("archive").into_inner()
}

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

/// A docx with this body and further entries.
pub(crate) fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:body>{body}<w:sectPr/></w:body></w:document>"#
    );
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ];
    entries.extend(more.iter().map(|(name, text)| (*name, text.as_bytes())));
    archive(&entries)
}

/// A paragraph with plain text.
pub(crate) fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

/// A paragraph that the word processor numbers.
pub(crate) fn numbered(list: u32, level: u32, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr>\
         <w:bookmarkStart w:id=\"0\" w:name=\"_GoBack\"/><w:bookmarkEnd w:id=\"0\"/><w:r><w:t>{text}</w:t></w:r></w:p>"
    )
}

/// The numbering of official documents: `一、`, `（一）`, `1.`, and a bullet list as number 2.
pub(crate) const NUMBERING: &str = r#"<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="9"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="第%1条"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimalEnclosedCircleChinese"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
<w:num w:numId="4"><w:abstractNumId w:val="9"/></w:num>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"#;

/// Reads with the usual limits; the file must be good.
pub(crate) fn read(bytes: &[u8], name: &str) -> Extracted {
    extract(bytes, name, &Limits::default()).expect("readable")
}

/// The text at a place.
pub(crate) fn at<'e>(found: &'e Extracted, place: &str) -> Option<&'e str> {
    found.parts.iter().find(|part| part.place == place).map(|part| part.text.as_str())
}

const CHINESE_FONT: &str = "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts \
     [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo \
     << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>] >>";
const LATIN_FONT: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// A PDF of one page with this content; font F1 is Chinese and not embedded, F2 is of plain letters.
pub(crate) fn two_font_pdf(stream: &str) -> Vec<u8> {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> \
                /Contents 6 0 R >>";
    written(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [5 0 R] /Count 1 >>".to_owned(),
        CHINESE_FONT.to_owned(),
        LATIN_FONT.to_owned(),
        page.to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Author (Demo Clerk) >>".to_owned(),
    ])
}

/// A PDF whose pages show these lines in a Chinese font that is named but not embedded, as old office software writes.
pub(crate) fn chinese_pdf(pages: &[&str]) -> Vec<u8> {
    let font = CHINESE_FONT;
    let shown = |text: &str| {
        let hex: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        format!("<{hex}>")
    };
    pdf_with(font, &pages.iter().map(|text| shown(text)).collect::<Vec<_>>())
}

/// A PDF whose pages show these lines of plain letters in a standard font; empty ones show nothing.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    let shown = |text: &&str| if text.is_empty() { String::new() } else { format!("({text})") };
    pdf_with(LATIN_FONT, &pages.iter().map(shown).collect::<Vec<_>>())
}

fn pdf_with(font: &str, pages: &[String]) -> Vec<u8> {
    let mut objects: Vec<String> = Vec::new();
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    objects.push("<< /Type /Catalog /Pages 2 0 R >>".to_owned());
    objects.push(format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()));
    objects.push(font.to_owned());
    for (page, text) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * page
        ));
        let stream = if text.is_empty() { String::new() } else { format!("BT /F1 12 Tf 72 720 Td {text} Tj ET") };
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    objects.push("<< /Author (Demo Clerk) /Title <FEFF516C5F00> >>".to_owned());
    written(&objects)
}

/// A PDF of one page with this content; font F1 is of plain letters, pictures of these sizes in pixels are called I0, I1 ….
pub(crate) fn drawn_pdf(stream: &str, pictures: &[(u32, u32)]) -> Vec<u8> {
    let names: String = (0..pictures.len()).map(|at| format!("/I{at} {} 0 R ", 6 + at)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> /XObject << {names}>> >> >>"
        ),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        LATIN_FONT.to_owned(),
    ];
    objects.extend(pictures.iter().map(|(wide, high)| {
        // One run of grey for all its pixels would be shorter; nobody decodes it.
        format!(
            "<< /Type /XObject /Subtype /Image /Width {wide} /Height {high} /ColorSpace /DeviceGray /BitsPerComponent 8 \
             /Filter /ASCIIHexDecode /Length 3 >>\nstream\n7f>\nendstream"
        )
    }));
    objects.push("<< /Author (Demo Clerk) >>".to_owned());
    written(&objects)
}

/// The file with these objects; the first is the catalogue, the last the properties.
pub(crate) fn written(objects: &[String]) -> Vec<u8> {
    let mut out = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        out.push_str(&format!("{offset:010} 00000 n \n"));
    }
    out.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R /Info {} 0 R >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1,
        objects.len()
    ));
    out.into_bytes()
}

/// A PDF of one page in a font of GBK codes that is not embedded, whose lines are these bytes; further objects from number 8.
pub(crate) fn gbk_pdf(encoding: &str, lines: &[&[u8]], more: &[&str]) -> Vec<u8> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let shown = |(at, line): (usize, &&[u8])| format!("1 0 0 1 60 {} Tm <{}> Tj\n", 780 - 30 * at, hex(line));
    let stream: String = lines.iter().enumerate().map(shown).collect();
    let stream = format!("BT /F1 9 Tf\n{stream}ET");
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        format!("<< /Type /Font /Subtype /Type0 /BaseFont /FangSong_GB2312 /Encoding /{encoding} /DescendantFonts [6 0 R] >>"),
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /FangSong_GB2312 /DW 1000 /FontDescriptor 7 0 R \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
            .to_owned(),
        "<< /Type /FontDescriptor /FontName /FangSong_GB2312 /Flags 6 /FontBBox [0 -141 1000 859] /ItalicAngle 0 \
         /Ascent 859 /Descent -141 /CapHeight 700 /StemV 80 >>"
            .to_owned(),
    ];
    objects.extend(more.iter().map(|object| (*object).to_owned()));
    objects.push("<< /Producer (Demo) >>".to_owned());
    written(&objects)
}

/// A workbook of one sheet called 名单 with these rows of XML, more of the sheet behind them, and further entries.
pub(crate) fn xlsx(rows: &str, behind: &str, more: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let root = ROOT.replace("word/document.xml", "xl/workbook.xml");
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{KINDS}\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let relations = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
         Type=\"{KINDS}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let sheet =
        format!("<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{KINDS}\"><sheetData>{rows}</sheetData>{behind}</worksheet>");
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    if !more.iter().any(|(name, _)| *name == "xl/workbook.xml") {
        entries.push(("xl/workbook.xml", book.as_bytes()));
    }
    entries.extend(more.iter().map(|(name, text)| (*name, text.as_bytes())));
    archive(&entries)
}

/// An old Office container with a stream of this name.
pub(crate) fn ole(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.resize(1024, 0);
    let mut entry: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
    entry.resize(128, 0);
    bytes.extend(entry);
    bytes
}
