//! The parts of a file that are the same for every paper, near enough: styles, fonts, footers.

use std::fmt::Write as _;

use super::{escaped, run};

/// Namespace of the words of a document.
pub(super) const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// Namespace of what refers to another part.
pub(super) const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// How every part begins.
pub(super) const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

pub(super) const TYPES: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">",
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>",
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>",
    "<Override PartName=\"/word/document.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>",
    "<Override PartName=\"/word/styles.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>",
    "<Override PartName=\"/word/settings.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml\"/>",
    "<Override PartName=\"/word/fontTable.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml\"/>",
    "<Override PartName=\"/word/footer1.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>",
    "<Override PartName=\"/word/footer2.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>",
    "<Override PartName=\"/word/header1.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>",
    "<Override PartName=\"/word/footer3.xml\" ",
    "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>",
    "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>",
    "</Types>"
);

pub(super) const ROOT: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" Target=\"word/document.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/>",
    "<Relationship Id=\"rId2\" Target=\"docProps/core.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\"/>",
    "</Relationships>"
);

pub(super) const RELATIONS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" Target=\"styles.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\"/>",
    "<Relationship Id=\"rId2\" Target=\"settings.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings\"/>",
    "<Relationship Id=\"rId3\" Target=\"fontTable.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable\"/>",
    "<Relationship Id=\"rId4\" Target=\"footer1.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\"/>",
    "<Relationship Id=\"rId5\" Target=\"footer2.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\"/>",
    "<Relationship Id=\"rId6\" Target=\"header1.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/header\"/>",
    "<Relationship Id=\"rId7\" Target=\"footer3.xml\" ",
    "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\"/>",
    "</Relationships>"
);

/// Odd and even pages have their number on different sides; marks may stand beyond the edge of a line, never begin one.
pub(super) const SETTINGS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/>",
    "<w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/>",
    "</w:compat></w:settings>"
);

/// The fonts of the standard are not on every machine: what stands in for each.
pub(super) const FONTS: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
    "<w:fonts xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">",
    "<w:font w:name=\"仿宋_GB2312\"><w:altName w:val=\"仿宋\"/><w:charset w:val=\"86\"/><w:family w:val=\"modern\"/></w:font>",
    "<w:font w:name=\"楷体_GB2312\"><w:altName w:val=\"楷体\"/><w:charset w:val=\"86\"/><w:family w:val=\"modern\"/></w:font>",
    "<w:font w:name=\"方正小标宋简体\"><w:altName w:val=\"华文中宋\"/><w:charset w:val=\"86\"/><w:family w:val=\"auto\"/></w:font>",
    "<w:font w:name=\"黑体\"><w:altName w:val=\"SimHei\"/><w:charset w:val=\"86\"/><w:family w:val=\"modern\"/></w:font>",
    "<w:font w:name=\"宋体\"><w:altName w:val=\"SimSun\"/><w:charset w:val=\"86\"/><w:family w:val=\"auto\"/></w:font>",
    "</w:fonts>"
);

pub(super) fn properties(title: &str, author: &str) -> String {
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator></cp:coreProperties>",
        escaped(title),
        escaped(author)
    )
}

/// Chinese in this font, letters and figures in the usual one beside it.
pub(super) fn face(font: &str) -> String {
    format!(
        "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"{font}\"/>"
    )
}

/// Width and pitch of 三号 type, 28 characters and 22 lines on a page, in twentieths of a point.
pub(super) const LINE: u32 = 579;
pub(super) const EM: u32 = 315;

/// Of letters: text in 仿宋 三号, titles in 小标宋 二号, the four levels of headings.
pub(super) fn styles() -> String {
    let mut out = format!("{XML}<w:styles xmlns:w=\"{W}\">");
    let line = format!("<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{LINE}\" w:lineRule=\"exact\"/>");
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<w:docDefaults><w:rPrDefault><w:rPr>{}<w:spacing w:val=\"-5\"/><w:kern w:val=\"0\"/><w:sz w:val=\"32\"/>\
         <w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr>{line}</w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"a\"><w:name w:val=\"Normal\"/><w:qFormat/>\
         <w:pPr><w:jc w:val=\"both\"/></w:pPr></w:style>",
        face("仿宋_GB2312")
    );
    let mut style = |id: &str, name: &str, paragraph: &str, run: &str| {
        let _ = write!(
            out,
            "<w:style w:type=\"paragraph\" w:customStyle=\"{}\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:basedOn w:val=\"a\"/><w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>",
            u8::from(!name.starts_with("heading") && name != "Title")
        );
    };
    let indent = "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>";
    style(
        "Title",
        "Title",
        "<w:spacing w:line=\"640\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/>",
        &format!("{}<w:spacing w:val=\"0\"/><w:sz w:val=\"44\"/><w:szCs w:val=\"44\"/>", face("方正小标宋简体")),
    );
    let levels = [("黑体", ""), ("楷体_GB2312", ""), ("仿宋_GB2312", "<w:b/><w:bCs/>"), ("仿宋_GB2312", "")];
    for (at, (font, bold)) in levels.into_iter().enumerate() {
        let level = at + 1;
        style(
            &format!("Heading{level}"),
            &format!("heading {level}"),
            &format!("<w:keepNext/>{indent}<w:outlineLvl w:val=\"{at}\"/>"),
            &format!("{}{bold}", face(font)),
        );
    }
    style("Body", "正文段落", indent, "");
    style(
        "Grid",
        "表格文字",
        "<w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"left\"/>",
        &format!("{}<w:spacing w:val=\"0\"/><w:sz w:val=\"21\"/><w:szCs w:val=\"21\"/>", face("宋体")),
    );
    out.push_str("</w:styles>");
    out
}

/// The number of the page between two dashes: on odd pages at the right, on even ones at the left, one character in.
pub(super) fn footer(odd: bool, numbered: bool) -> String {
    let (side, ind) = if odd { ("right", "<w:ind w:right=\"280\"/>") } else { ("left", "<w:ind w:left=\"280\"/>") };
    let number = format!("{}<w:spacing w:val=\"0\"/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/>", face("宋体"));
    let inside = if numbered {
        let field = format!("<w:fldSimple w:instr=\" PAGE \">{}</w:fldSimple>", run(&number, "1"));
        format!("{}{field}{}", run(&number, "— "), run(&number, " —"))
    } else {
        String::new()
    };
    format!(
        "{XML}<w:ftr xmlns:w=\"{W}\"><w:p><w:pPr><w:spacing w:line=\"240\" w:lineRule=\"auto\"/>{ind}\
         <w:jc w:val=\"{side}\"/></w:pPr>{inside}</w:p></w:ftr>"
    )
}

/// 170 mm: beyond the type area by so much at the left and the right, in twentieths of a point.
const BEYOND: &str = "<w:ind w:left=\"-454\" w:right=\"-340\"/>";

/// The first page of a letter: the organ above a double red line, the thick one first.
pub(super) fn letter_header(name: &str) -> String {
    let size = (850 / name.chars().count().max(1)).clamp(36, 108);
    let look = format!(
        "{}<w:color w:val=\"D7000F\"/><w:spacing w:val=\"0\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>",
        face("方正小标宋简体")
    );
    let line = "<w:pBdr><w:bottom w:val=\"thickThinSmallGap\" w:sz=\"24\" w:space=\"8\" w:color=\"D7000F\"/></w:pBdr>";
    format!(
        "{XML}<w:hdr xmlns:w=\"{W}\"><w:p><w:pPr>{line}<w:spacing w:line=\"240\" w:lineRule=\"auto\"/>{BEYOND}\
         <w:jc w:val=\"center\"/></w:pPr>{}</w:p></w:hdr>",
        run(&look, name)
    )
}

/// Its lower edge: a double red line, the thin one first.
pub(super) fn letter_footer() -> String {
    let line = "<w:pBdr><w:top w:val=\"thinThickSmallGap\" w:sz=\"24\" w:space=\"1\" w:color=\"D7000F\"/></w:pBdr>";
    format!(
        "{XML}<w:ftr xmlns:w=\"{W}\"><w:p><w:pPr>{line}<w:spacing w:line=\"20\" w:lineRule=\"exact\"/>{BEYOND}</w:pPr>\
         </w:p></w:ftr>"
    )
}
