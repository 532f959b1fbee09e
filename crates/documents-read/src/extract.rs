//! The pure function: bytes of a file in; its text, simple HTML and every named place with text out.

use documents::{Code, Extracted, Format, Imported, Limits, Part, Rejected, Unread, decode_text, picture, tables};

use crate::bounds::{check_size, lines};
use crate::heads::{self, Heads};
use crate::net::APART;
use crate::quality::{is_garbled, is_none, is_odd};
use crate::{active, docx, headings, html, markdown, pdf, pieces, sniff, xlsx};

/// Reads a file in this process. The server uses [`documents::Extractor`], which does the same in a guarded child.
///
/// # Errors
/// A [`Rejected`] with a code and a message for the clerk; never panics on the readers written here, and panics of
/// libraries are caught and reported as [`documents::Code::Damaged`].
pub fn extract(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Extracted, Rejected> {
    check_size(bytes, limits)?;
    let format = sniff(bytes, file_name)?;
    let mut found = read(bytes, format, limits)?;
    tell_garbled(&mut found);
    Ok(found)
}

/// A Word document as a text for an editor, with its pictures as they lie in it; in this process. The server uses
/// [`documents::Extractor::import`], which does the same in a guarded child.
///
/// # Errors
/// As [`extract`]; [`documents::Code::Unsupported`] for other formats.
pub fn import(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Imported, Rejected> {
    check_size(bytes, limits)?;
    match sniff(bytes, file_name)? {
        Format::Docx => docx::import(bytes, limits, extract),
        other => Err(Rejected::new(
            Code::Unsupported,
            format!("这是{}，不能导入正文。请选择 Word 文档（.docx）；其他文件请作附件上传。", other.name()),
        )),
    }
}

fn read(bytes: &[u8], format: Format, limits: &Limits) -> Result<Extracted, Rejected> {
    match format {
        Format::Docx => docx::read(bytes, limits, extract),
        Format::Xlsx => xlsx::read(bytes, limits, extract),
        Format::Xls => xlsx::read_legacy(bytes, limits),
        Format::Pdf => pdf::read(bytes, limits),
        Format::Png | Format::Jpeg => Ok(read_picture(bytes, format)),
        Format::Txt | Format::Markdown | Format::Html | Format::Csv => read_text(bytes, format, limits),
    }
}

/// A picture: its words are for people to look at, what it carries beside itself is read.
fn read_picture(bytes: &[u8], format: Format) -> Extracted {
    let mut found = Extracted::empty(format);
    let words = "图片中的文字无法自动检查，请人工核对。";
    found.tell_unread("body", Unread::All, words);
    found.warnings.push(words.to_owned());
    Part::push(&mut found.parts, "picture 1", picture::notes(bytes).unwrap_or_default().join(APART));
    if picture::has_place(bytes) {
        let words = "图片里记着拍摄地点，下载的人能看到。请用看图软件另存一份不带拍摄信息的图片。";
        found.tell_unread("picture 1", Unread::Some, words);
        found.warnings.push(words.to_owned());
    }
    found
}

/// Names the bodies and pages whose text is none. What is searched and read aloud is left without it.
fn tell_garbled(found: &mut Extracted) {
    let whole = |place: &str| place == "body" || place.starts_with("page ") && !place.ends_with("annotation");
    // only a font can show other characters than it says
    let printed = found.format == Format::Pdf;
    let bad = |text: &str| if printed { is_garbled(text) } else { is_none(text) || is_odd(text) };
    let garbled: Vec<String> = found
        .parts
        .iter()
        .filter(|part| part.unread.is_none() && whole(&part.place) && bad(&part.text))
        .map(|part| part.place.clone())
        .collect();
    if garbled.is_empty() {
        return;
    }
    let of_page = |place: &str| place.strip_prefix("page ").map(str::to_owned);
    let pages: Vec<String> = garbled.iter().take(10).filter_map(|place| of_page(place)).collect();
    let which = if pages.is_empty() { "文件中".to_owned() } else { format!("第 {} 页", pages.join("、")) };
    found.warnings.push(format!(
        "{which}的文字无法识别（可能是字体没有带文字对照表，或编码不对），不能检查和检索，请人工核对，或换用能复制出文字的文件。"
    ));
    for place in &garbled {
        found.tell_unread(
            place,
            Unread::All,
            "这里的文字无法识别，系统不能检查，请人工核对，或换用能复制出文字的文件。",
        );
    }
    if found.format == Format::Pdf {
        let read = found.parts.iter().filter(|part| of_page(&part.place).is_some() && !garbled.contains(&part.place));
        found.text =
            read.filter(|part| whole(&part.place)).map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n");
    }
}

fn read_text(bytes: &[u8], format: Format, limits: &Limits) -> Result<Extracted, Rejected> {
    let (decoded, encoding) = decode_text(bytes)?;
    let mut warnings = Vec::new();
    if encoding == "GB18030" {
        warnings.push("文件是 GBK（GB18030）编码，已自动转换；请核对文字有无乱码。".to_owned());
    }
    let (mut parts, mut headings) = (Vec::new(), Vec::new());
    let (text, html) = match format {
        Format::Html => {
            if html::is_overloaded(&decoded) {
                return Err(Rejected::too_complex("网页"));
            }
            let simple = html::simplify(&decoded);
            Part::push(&mut parts, "link 1", html_attributes(&decoded));
            let source = html::read_source(&decoded);
            headings = headings::unnumbered(&source.text, source.headings);
            let struck = source.struck.split_whitespace().collect::<Vec<_>>().join(" ");
            if !struck.is_empty() {
                let some: String = struck.chars().take(60).collect();
                warnings.push(format!("网页里有加了删除线的文字“{some}”，按作废处理，没有读入，请核对。"));
                Part::push(&mut parts, "struck text 1", struck);
            }
            (source.text, Some(simple))
        }
        Format::Markdown => {
            // As written: numbers, addresses of links and marks are part of what was handed in, and who reads a plan from it
            // must be able to account for every character.
            (lines(&decoded), Some(markdown::to_html(&decoded)))
        }
        Format::Csv => {
            let grid = tables::csv_rows(&decoded, limits)?;
            for cell in grid.iter().flat_map(|row| &row.cells).filter(|cell| cell.starts_with(['=', '+', '-', '@'])) {
                active::formula(cell)?;
            }
            let flat = |cell: &String| cell.split_whitespace().collect::<Vec<_>>().join(" ");
            let rows: Vec<Vec<(u32, String)>> =
                grid.iter().map(|row| (0..).zip(row.cells.iter().map(flat)).collect()).collect();
            let told =
                |row: &Vec<(u32, String)>| row.iter().map(|(_, cell)| cell.as_str()).collect::<Vec<_>>().join("\t");
            let lines: Vec<String> = rows.iter().map(told).collect();
            let mut heads = Heads::default();
            for ((row, cells), line) in grid.iter().zip(&rows).zip(&lines) {
                Part::push(&mut parts, format!("row {}", row.number), heads::row(&mut heads, line.clone(), cells));
            }
            let filled = grid.iter().zip(&rows).filter(|(row, _)| row.cells.iter().any(|cell| !cell.is_empty()));
            let filled: Vec<(usize, &Vec<(u32, String)>)> = filled.map(|(row, cells)| (row.number, cells)).collect();
            let rows = filled.iter().map(|(_, cells)| {
                pieces::row(cells.iter().filter(|(_, cell)| !cell.is_empty()).map(|(at, text)| (at, text)))
            });
            for joined in pieces::find(&(0..).zip(rows).collect()) {
                let number = filled.get(joined.first.0 as usize).map(|(number, _)| *number).unwrap_or_default();
                // one within a row was read with the row
                if joined.first.0 != joined.last.0 {
                    Part::push(&mut parts, format!("row {number}"), joined.text);
                }
            }
            (lines.join("\n"), None)
        }
        _ => (lines(&decoded), None),
    };
    if format != Format::Csv {
        Part::push(&mut parts, "body", text.clone());
    }
    Ok(Extracted { headings, html, parts, warnings, text, ..Extracted::empty(format) })
}

/// What stands in the tags of a page: addresses, descriptions of pictures, values of fields, remarks.
fn html_attributes(page: &str) -> String {
    let tags = page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or(tag));
    tags.filter(|tag| tag.contains('=') || tag.starts_with('!')).collect::<Vec<_>>().join(APART)
}
