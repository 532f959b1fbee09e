//! Words taken out of files: nothing of them is found again, in no part and not in the bytes.

use documents::{Code, Extractor, Limits, Redacted, Rejected, Removal, stands};
use gongkai_documents_read::{extract, redact};

use crate::fixtures::{archive, chinese_pdf, docx, drawn_pdf, numbered, paragraph, written, xlsx};

const NAME: &str = "张示范";
const NUMBER: &str = "13800138000";

fn removals() -> Vec<Removal> {
    vec![Removal::on(NAME, "《条例》第十五条"), Removal::on(NUMBER, "《条例》第十五条")]
}

fn taken(bytes: &[u8], name: &str, text: bool) -> Result<Redacted, Rejected> {
    redact(bytes, name, &removals(), text, &Limits::default())
}

/// Every text that can be got out of the result again.
fn everything(redacted: &Redacted, name: &str) -> String {
    let mut all = redacted.pages.concat().join("\n");
    if !redacted.bytes.is_empty() {
        let found = extract(&redacted.bytes, name, &Limits::default()).expect("opens");
        all.push_str(&found.text);
        found.parts.iter().for_each(|part| all.push_str(&part.text));
        all.push_str(&String::from_utf8_lossy(&redacted.bytes));
    }
    all
}

fn clean(redacted: &Redacted, name: &str) {
    let all = everything(redacted, name);
    for words in [NAME, NUMBER] {
        assert!(!stands(&all, words), "{words} in {name}: {all}");
    }
    assert!(all.contains("〔依据《条例》第十五条不予公开〕"), "{all}");
    assert!(all.contains("其余内容"), "the rest stays: {all}");
}

#[test]
fn word_is_cleared_in_all_its_places() {
    let split =
        "<w:p><w:r><w:t>申请人张示</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>范，电话138 0013 8000</w:t></w:r></w:p>";
    let deleted = "<w:p><w:r><w:t>其余内容</w:t></w:r><w:del w:author=\"张示范\"><w:r><w:delText>13800138000</w:delText></w:r>\
                   </w:del></w:p>";
    let hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>张示范</w:t></w:r></w:p>";
    let table =
        format!("<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>", paragraph("姓名"), paragraph(NAME));
    let body = [split, deleted, hidden, &table].concat();
    let redacted = taken(&docx(&body, &[]), "材料.docx", false).expect("cleared");
    clean(&redacted, "材料.docx");
    assert!(redacted.removed.iter().all(|count| *count > 0), "{:?}", redacted.removed);
    assert!(redacted.dropped.iter().any(|word| word.contains("修订")), "{:?}", redacted.dropped);
}

#[test]
fn a_link_says_nothing_of_whom_it_leads_to() {
    let link = |target: &str| {
        format!(
            "<Relationships><Relationship Id=\"L1\" Type=\"http://example.org/hyperlink\" Target=\"{target}\" \
             TargetMode=\"External\"/></Relationships>"
        )
    };
    let body = paragraph("申请人张示范，13800138000，其余内容");
    for target in ["mailto:%E5%BC%A0%E7%A4%BA%E8%8C%83@a.example", "tel:%31%33%38%30%30%31%33%38%30%30%30"] {
        let links = link(target);
        let bytes = docx(&body, &[("word/_rels/document.xml.rels", links.as_str())]);
        let redacted = taken(&bytes, "材料.docx", false).expect("cleared");
        clean(&redacted, "材料.docx");
        assert!(redacted.dropped.iter().any(|word| word == "链接地址"), "{:?}", redacted.dropped);
        let code = target.split(':').next_back().unwrap_or_default();
        assert!(!everything(&redacted, "材料.docx").contains(&code[..12]), "{target}");
    }
    // A field keeps its address in the text of the document: there it cannot be taken out, and nothing is made.
    let field =
        "<w:p><w:r><w:instrText>HYPERLINK \"mailto:%E5%BC%A0%E7%A4%BA%E8%8C%83@a.example\"</w:instrText></w:r></w:p>";
    let told = taken(&docx(&[body.as_str(), field].concat(), &[]), "材料.docx", false).expect_err("refused");
    assert_eq!(told.code, Code::Unsupported);
}

#[test]
fn numbered_paragraphs_are_found_without_their_number() {
    let body = [numbered(1, 0, "张示范的电话13800138000"), paragraph("其余内容")].concat();
    let more = [("word/numbering.xml", crate::fixtures::NUMBERING)];
    let redacted = taken(&docx(&body, &more), "材料.docx", false).expect("cleared");
    clean(&redacted, "材料.docx");
}

#[test]
fn sheets_are_cleared() {
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>张示范，其余内容</t></is></c><c r=\"B1\"><v>13800138000</v></c></row>";
    let redacted = taken(&xlsx(rows, "", &[]), "名单.xlsx", false).expect("cleared");
    clean(&redacted, "名单.xlsx");
}

/// A sheet that nobody sees is handed on with the file: hidden, very hidden, a hidden row, a hidden column, hidden text of Word.
#[test]
fn a_copy_hands_nothing_on_that_the_page_did_not_show() {
    let told = |bytes: &[u8], name: &str| {
        let rejected = taken(bytes, name, false).expect_err("refused");
        assert!(rejected.message.contains("看不见") && !rejected.message.contains("因病致贫"), "{rejected}");
        let text = taken(bytes, name, true).expect("the text alone");
        assert!(!everything(&text, name).contains("因病致贫"));
        clean(&text, name);
        rejected.message
    };
    let cell = |name: &str, text: &str| format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let shown = format!("<row r=\"1\">{}{}</row>", cell("A1", "张示范，其余内容"), cell("B1", NUMBER));
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    for state in ["hidden", "veryHidden"] {
        let book = format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{kinds}\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"rId1\"/>\
             <sheet name=\"内部\" sheetId=\"2\" state=\"{state}\" r:id=\"rId2\"/></sheets></workbook>"
        );
        let relations = format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{kinds}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"{kinds}/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"
        );
        let sheet = |rows: &str| format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
                     <Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
        let root = format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"{kinds}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let (first, second) = (sheet(&shown), sheet(&format!("<row r=\"1\">{}</row>", cell("A1", "因病致贫"))));
        let bytes = archive(&[
            ("[Content_Types].xml", types.as_bytes()),
            ("_rels/.rels", root.as_bytes()),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
            ("xl/worksheets/sheet1.xml", first.as_bytes()),
            ("xl/worksheets/sheet2.xml", second.as_bytes()),
        ]);
        assert!(told(&bytes, "名单.xlsx").contains("工作表“内部”"));
        let found = extract(&bytes, "名单.xlsx", &Limits::default()).expect("opens");
        assert!(found.beside().iter().any(|part| part.text == "因病致贫"), "whoever decides reads it");
    }
    let row = format!("{shown}<row r=\"2\" hidden=\"1\">{}</row>", cell("A2", "因病致贫"));
    told(&xlsx(&row, "", &[]), "名单.xlsx");
    let vanish = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>因病致贫</w:t></w:r></w:p>";
    let body = [paragraph("张示范，13800138000，其余内容").as_str(), vanish].concat();
    assert!(told(&docx(&body, &[]), "材料.docx").contains("隐藏文字"));
}

#[test]
fn texts_and_tables_keep_their_form() {
    let csv = "姓名,电话,备注\r\n张示范,138-x,\"甲,乙\"\r\n\"张 示范\",13800138000,其余内容\r\n";
    let redacted = taken(csv.as_bytes(), "名单.csv", false).expect("cleared");
    clean(&redacted, "名单.csv");
    let text = String::from_utf8(redacted.bytes.clone()).expect("UTF-8");
    assert_eq!(text.lines().count(), 3);
    assert!(text.contains("〔依据《条例》第十五条不予公开〕,138-x,\"甲,乙\"\r\n"), "{text}");
    let words = "其余内容，张示\n范，１３８００１３８０００";
    let redacted = taken(words.as_bytes(), "说明.txt", false).expect("cleared");
    clean(&redacted, "说明.txt");
    assert_eq!(redacted.removed, [1, 1]);
}

#[test]
fn of_pdf_and_web_pages_the_text_is_left() {
    let page = chinese_pdf(&["申请人张示范，电话13800138000，其余内容"]);
    let redacted = taken(&page, "材料.pdf", false).expect("cleared");
    clean(&redacted, "材料.pdf");
    assert!(redacted.bytes.is_empty() && redacted.pages.len() == 1, "{:?}", redacted.pages);
    assert!(redacted.dropped.iter().any(|word| word == "附件") && !redacted.notes.is_empty());
    let html = "<p title=\"张示范\">张<b>示范</b>，<!-- 13800138000 -->13800138000</p><p>其余内容</p>";
    let redacted = taken(html.as_bytes(), "页面.html", false).expect("cleared");
    clean(&redacted, "页面.html");
    let word = docx(&[paragraph("张示范，13800138000"), paragraph("其余内容")].concat(), &[]);
    let redacted = taken(&word, "材料.docx", true).expect("cleared");
    clean(&redacted, "材料.docx");
    assert!(redacted.bytes.is_empty());
}

#[test]
fn what_cannot_be_proven_is_refused_with_the_reason() {
    let told = |bytes: &[u8], name: &str, text: bool| {
        let rejected = taken(bytes, name, text).expect_err("refused");
        assert_eq!(rejected.code, Code::Unsupported);
        for words in [NAME, NUMBER] {
            assert!(!rejected.message.contains(words), "a refusal says nothing of the file");
        }
        rejected.message
    };
    let picture = [("word/media/image1.png", "")];
    let body = paragraph(&format!("张示范，13800138000，{}", "其余内容".repeat(80)));
    assert!(told(&docx(&body, &picture), "a.docx", false).contains("图片"));
    assert!(taken(&docx(&body, &picture), "a.docx", true).is_ok());
    assert!(told("只有张示范".as_bytes(), "a.txt", false).contains("第 2 处"));
    let scan = drawn_pdf("", &[(1240, 1754)]);
    let rejected = redact(&scan, "a.pdf", &removals(), false, &Limits::default()).expect_err("a scan");
    assert_eq!(rejected.code, Code::Unsupported);
    let content = "BT /F1 12 Tf 72 720 Td (Zhang 13800138000 rest) Tj ET";
    let layers = written(&[
        "<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [] /D << >> >> >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Author (Demo Clerk) >>".to_owned(),
    ]);
    let one = [Removal::on(NUMBER, "甲")];
    let rejected = redact(&layers, "a.pdf", &one, false, &Limits::default()).expect_err("layers");
    assert!(rejected.message.contains("图层"), "{rejected}");
}

/// Forty strings in every form: none comes back.
#[test]
fn none_of_forty_planted_strings_comes_back() {
    let planted: Vec<String> = (0..40).map(|at| format!("秘密{at:02}号姓名甲乙丙")).collect();
    let removals: Vec<Removal> = planted.iter().map(|words| Removal::on(words.as_str(), "《条例》第十五条")).collect();
    let paragraphs: Vec<String> = planted.iter().map(|words| format!("前{words}后")).collect();
    let cells = |words: &String| format!("<row><c t=\"inlineStr\"><is><t>{words}</t></is></c></row>");
    let page: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
    let files: [(Vec<u8>, &str); 5] = [
        (docx(&paragraphs.iter().map(|words| paragraph(words)).collect::<String>(), &[]), "a.docx"),
        (xlsx(&paragraphs.iter().map(cells).collect::<String>(), "", &[]), "a.xlsx"),
        (paragraphs.join("\n").into_bytes(), "a.txt"),
        (paragraphs.join(",乙\n").into_bytes(), "a.csv"),
        (chinese_pdf(&page), "a.pdf"),
    ];
    for (bytes, name) in files {
        let redacted = redact(&bytes, name, &removals, false, &Limits::default()).expect(name);
        let all = everything(&redacted, name);
        let back: Vec<&String> = planted.iter().filter(|words| stands(&all, words)).collect();
        assert!(back.is_empty(), "{name}: {back:?}");
        assert!(redacted.removed.iter().all(|count| *count > 0), "{name}");
    }
}

/// A PDF whose page shows the first words, with the others where nobody looks: written white, in properties, in a note, in the
/// field of a form, in XMP, in a picture of the page, and on the page as it was before it was changed.
fn planted_pdf(planted: &[String]) -> Vec<u8> {
    let lines = |words: &[String], how: &str| -> String {
        let line =
            |(at, words): (usize, &String)| format!("BT {how} /F1 12 Tf 72 {} Td ({words}) Tj ET\n", 700 - 20 * at);
        words.iter().enumerate().map(line).collect()
    };
    let stream =
        |entries: &str, text: &str| format!("<< {entries} /Length {} >>\nstream\n{text}\nendstream", text.len());
    let shown = [lines(&planted[..5], ""), lines(&planted[5..10], "3 Tr")].concat();
    let xmp = format!("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><a>{}</a></x:xmpmeta>", planted[25..30].join(" "));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Metadata 7 0 R /AcroForm << /Fields [8 0 R] >> >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R \
         /Annots [6 0 R 8 0 R] /Thumb 9 0 R >>"
            .to_owned(),
        stream("", &lines(&planted[35..], "")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents ({}) >>", planted[15..20].join(" ")),
        stream("/Type /Metadata /Subtype /XML", &xmp),
        format!(
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [0 0 9 9] /V ({}) >>",
            planted[20..25].join(" ")
        ),
        stream(
            "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8",
            &planted[30..35].join(" "),
        ),
        format!("<< /Author ({}) /Keywords ({}) >>", planted[10..12].join(" "), planted[12..15].join(" ")),
    ];
    let mut bytes = written(&objects);
    let before = String::from_utf8(bytes.clone()).expect("plain letters");
    let first: usize =
        before.rsplit("startxref\n").next().and_then(|end| end.lines().next()?.parse().ok()).expect("a place");
    let (at, changed) = (bytes.len(), stream("", &shown));
    bytes.extend(format!("4 0 obj\n{changed}\nendobj\n").into_bytes());
    let table = bytes.len();
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R /Info 10 0 R /Prev {first} >>", objects.len() + 1);
    bytes.extend(format!("xref\n4 1\n{at:010} 00000 n \n{trailer}\nstartxref\n{table}\n%%EOF\n").into_bytes());
    bytes
}

#[test]
fn of_a_pdf_nothing_goes_along_that_no_page_shows() {
    let planted: Vec<String> = (0..40).map(|at| format!("Planted{at:02}Person")).collect();
    let bytes = planted_pdf(&planted);
    let found = extract(&bytes, "a.pdf", &Limits::default()).expect("opens");
    let is_read =
        |words: &&String| stands(&found.text, words) || found.parts.iter().any(|part| stands(&part.text, words));
    let removals: Vec<Removal> =
        planted.iter().filter(is_read).map(|words| Removal::on(words.as_str(), "《条例》第十五条")).collect();
    assert!(removals.len() >= 5, "what the page shows is read");
    let redacted = redact(&bytes, "a.pdf", &removals, false, &Limits::default()).expect("cleared");
    assert!(redacted.bytes.is_empty(), "nothing of the original goes along");
    let all = everything(&redacted, "a.pdf");
    let back: Vec<&String> = planted.iter().filter(|words| stands(&all, words)).collect();
    assert!(back.is_empty(), "{back:?}");
}

#[tokio::test]
async fn the_child_takes_words_out_and_no_argument_names_them() {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all("张示范，13800138000，其余内容".as_bytes()).expect("content");
    let child = Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits::default());
    let redacted = child.redact(file.path(), "说明.txt", &removals(), false).await.expect("cleared");
    clean(&redacted, "说明.txt");
    let none = child.redact(file.path(), "说明.txt", &[], false).await.expect_err("nothing to take out");
    assert!(none.message.contains("请选出"));
    let broken = archive(&[("a", b"b".as_slice())]);
    let mut zip = tempfile::NamedTempFile::new().expect("file");
    zip.write_all(&broken).expect("content");
    assert!(child.redact(zip.path(), "a.docx", &removals(), false).await.is_err());
}
