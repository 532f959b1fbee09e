//! `gongkai-bench-planted write FOLDER`: writes files in which forty strings stand where people read them, and besides in places
//! that nobody sees. `gongkai-bench-planted look FILE WORD …`: which of the words can be got out of a file again, from its bytes,
//! from what is packed in it, and from what its reader finds. Both print JSON.

use std::{
    io::{Cursor, Read, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow, bail};
use documents::{Limits, stands};
use serde::Serialize;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Strings in each file.
const EACH: usize = 8;
/// What everybody may read.
const REST: &str = "其余内容照常公开";

/// A file with what is planted in it.
#[derive(Debug, Serialize)]
struct Planted {
    name: &'static str,
    /// Under which name it is handed out without them.
    output: &'static str,
    words: Vec<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gongkai-bench-planted: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    match asked.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", folder] => println!("{}", serde_json::to_string(&write(Path::new(folder))?)?),
        ["look", file, words @ ..] => println!("{}", serde_json::to_string(&look(Path::new(file), words)?)?),
        _ => bail!("write FOLDER or look FILE WORD … is wanted"),
    }
    Ok(())
}

/// Five files with eight strings each.
fn write(folder: &Path) -> Result<Vec<Planted>> {
    std::fs::create_dir_all(folder)?;
    let word = |file: usize, at: usize| format!("秘密{:02}号姓名甲乙丙", file * EACH + at);
    let latin = |file: usize, at: usize| format!("Zhang{:02}Shifan", file * EACH + at);
    let words = |file: usize| (0..EACH).map(|at| word(file, at)).collect::<Vec<_>>();
    let all = vec![
        Planted { name: "a.docx", output: "a-out.docx", words: words(0) },
        Planted { name: "b.xlsx", output: "b-out.xlsx", words: words(1) },
        Planted { name: "c.csv", output: "c-out.csv", words: words(2) },
        Planted { name: "d.html", output: "d-out.docx", words: words(3) },
        // A standard font of PDF has no Chinese.
        Planted { name: "e.pdf", output: "e-out.txt", words: (0..EACH).map(|at| latin(4, at)).collect() },
    ];
    for one in &all {
        let bytes = match one.name {
            "a.docx" => docx(&one.words)?,
            "b.xlsx" => xlsx(&one.words)?,
            "c.csv" => csv(&one.words),
            "d.html" => html(&one.words),
            _ => pdf(&one.words),
        };
        std::fs::write(folder.join(one.name), bytes).with_context(|| one.name.to_owned())?;
    }
    Ok(all)
}

fn archive(entries: &[(&str, String)]) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        writer.start_file(*name, SimpleFileOptions::default())?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const CORE: &str = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";

fn types() -> String {
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/></Types>"
    )
}

fn relations(list: &[(&str, &str)]) -> String {
    let one = |(at, (kind, target)): (usize, &(&str, &str))| {
        format!("<Relationship Id=\"rId{}\" Type=\"{kind}\" Target=\"{target}\"/>", at + 1)
    };
    let all: String = list.iter().enumerate().map(one).collect();
    format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">{all}</Relationships>")
}

/// Properties of a file with these words.
fn properties(words: &str) -> String {
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:creator>{words}</dc:creator><dc:title>{words}</dc:title>\
         </cp:coreProperties>"
    )
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

/// In paragraphs, over runs, in a table; and again hidden, deleted, in a comment and in the properties.
fn docx(words: &[String]) -> Result<Vec<u8>> {
    const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let mut body = paragraph(REST);
    for (at, word) in words.iter().enumerate() {
        let (first, second) = word.split_at(word.char_indices().nth(3).map_or(0, |(at, _)| at));
        body.push_str(&match at % 4 {
            0 => paragraph(&format!("申请人{word}，已登记")),
            1 => format!(
                "<w:p><w:r><w:t>联系人{first}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{second}</w:t></w:r></w:p>"
            ),
            2 => format!(
                "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
                paragraph("姓名"),
                paragraph(word)
            ),
            _ => {
                let deleted = format!("<w:del w:author=\"{word}\"><w:r><w:delText>{word}</w:delText></w:r></w:del>");
                format!("<w:p><w:r><w:t>经办{word}</w:t></w:r>{deleted}</w:p>")
            }
        });
        body.push_str(&format!("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{word}</w:t></w:r></w:p>"));
    }
    let document = format!("{HEAD}<w:document xmlns:w=\"{MAIN}\"><w:body>{body}<w:sectPr/></w:body></w:document>");
    let said: String = words.iter().map(|word| paragraph(word)).collect();
    let comments = format!(
        "{HEAD}<w:comments xmlns:w=\"{MAIN}\"><w:comment w:id=\"0\" w:author=\"{}\">{said}</w:comment></w:comments>",
        words[0]
    );
    let (office, remark) = (format!("{KINDS}/officeDocument"), format!("{KINDS}/comments"));
    archive(&[
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relations(&[(office.as_str(), "word/document.xml"), (CORE, "docProps/core.xml")])),
        ("word/document.xml", document),
        ("word/_rels/document.xml.rels", relations(&[(remark.as_str(), "comments.xml")])),
        ("word/comments.xml", comments),
        ("docProps/core.xml", properties(&words.join(" "))),
    ])
}

/// In cells, some of them of a hidden row; and again in the properties.
fn xlsx(words: &[String]) -> Result<Vec<u8>> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let cell = |row: usize, text: &str| format!("<c r=\"A{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let mut rows = format!("<row r=\"1\">{}</row>", cell(1, REST));
    for (at, word) in words.iter().enumerate() {
        let (row, hidden) = (at + 2, if at % 3 == 2 { " hidden=\"1\"" } else { "" });
        rows.push_str(&format!("<row r=\"{row}\"{hidden}>{}</row>", cell(row, &format!("户主{word}"))));
    }
    let sheet =
        format!("{HEAD}<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{KINDS}\"><sheetData>{rows}</sheetData></worksheet>");
    let book = format!(
        "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{KINDS}\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"rId1\"/></sheets>\
         </workbook>"
    );
    let (office, leaf) = (format!("{KINDS}/officeDocument"), format!("{KINDS}/worksheet"));
    archive(&[
        ("[Content_Types].xml", types()),
        ("_rels/.rels", relations(&[(office.as_str(), "xl/workbook.xml"), (CORE, "docProps/core.xml")])),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations(&[(leaf.as_str(), "worksheets/sheet1.xml")])),
        ("xl/worksheets/sheet1.xml", sheet),
        ("docProps/core.xml", properties(&words.join(" "))),
    ])
}

fn csv(words: &[String]) -> Vec<u8> {
    let line = |word: &String| format!("{word},\"甲,乙\",{REST}\r\n");
    let lines: String = words.iter().map(line).collect();
    format!("姓名,备注,内容\r\n{lines}").into_bytes()
}

/// In paragraphs, over elements; and again in attributes and comments.
fn html(words: &[String]) -> Vec<u8> {
    let one = |word: &String| {
        let (first, second) = word.split_at(word.char_indices().nth(3).map_or(0, |(at, _)| at));
        format!("<p title=\"{word}\">申请人{first}<b>{second}</b>，已登记<!-- {word} --></p>\n")
    };
    let lines: String = words.iter().map(one).collect();
    format!("<!doctype html><title>名单</title><p>{REST}</p>\n{lines}").into_bytes()
}

/// A page with a line for each; and again in the properties.
fn pdf(words: &[String]) -> Vec<u8> {
    let line =
        |(at, word): (usize, &String)| format!("BT /F1 12 Tf 72 {} Td (Applicant {word} known) Tj ET", 720 - 24 * at);
    let content: Vec<String> = words.iter().enumerate().map(line).collect();
    let content = format!("BT /F1 12 Tf 72 760 Td (The rest is public) Tj ET\n{}", content.join("\n"));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        format!("<< /Author ({}) >>", words.join(" ")),
    ];
    let (mut out, mut places) = (b"%PDF-1.4\n".to_vec(), Vec::new());
    for (at, body) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{body}\nendobj\n", at + 1).as_bytes());
    }
    let table = out.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    places.iter().for_each(|place| tail.push_str(&format!("{place:010} 00000 n \n")));
    tail.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{table}\n%%EOF\n",
        places.len() + 1
    ));
    out.extend_from_slice(tail.as_bytes());
    out
}

/// Those of the words that come back from the file.
fn look(file: &Path, words: &[&str]) -> Result<Vec<String>> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut texts = told(&bytes);
    if bytes.starts_with(b"PK") {
        let mut packed = ZipArchive::new(Cursor::new(&bytes))?;
        for at in 0..packed.len() {
            let mut content = Vec::new();
            packed.by_index(at)?.read_to_end(&mut content)?;
            texts.extend(told(&content));
        }
    }
    let found = documents_read::extract(&bytes, &name, &Limits::default()).map_err(|why| anyhow!(why.message))?;
    texts.push(found.text);
    texts.extend(found.parts.into_iter().map(|part| part.text));
    Ok(words.iter().filter(|word| texts.iter().any(|text| stands(text, word))).map(|word| (*word).to_owned()).collect())
}

/// Bytes as text in the encodings that office programs write, and without markup, which may stand between letters.
fn told(bytes: &[u8]) -> Vec<String> {
    let plain = String::from_utf8_lossy(bytes).into_owned();
    let mut bare = String::with_capacity(plain.len());
    let mut inside = false;
    for letter in plain.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => bare.push(letter),
            _ => {}
        }
    }
    let wide = |first: usize, unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.get(first..).unwrap_or_default().chunks_exact(2);
        String::from_utf16_lossy(&pairs.map(|pair| unit([pair[0], pair[1]])).collect::<Vec<_>>())
    };
    let little = [wide(0, u16::from_le_bytes), wide(1, u16::from_le_bytes)];
    let big = [wide(0, u16::from_be_bytes), wide(1, u16::from_be_bytes)];
    [plain, bare].into_iter().chain(little).chain(big).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_planted_is_found_before_it_is_taken_out() {
        let folder = std::env::temp_dir().join(format!("gongkai-bench-planted-{}", std::process::id()));
        let all = write(&folder).expect("written");
        let found = |one: &Planted| {
            let words: Vec<&str> = one.words.iter().map(String::as_str).collect();
            look(&folder.join(one.name), &words).expect("read")
        };
        for one in &all {
            assert_eq!(found(one), one.words, "{}", one.name);
        }
        assert_eq!(all.iter().map(|one| one.words.len()).sum::<usize>(), 40);
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
