//! Files that do something when they are opened are refused, with what to do.

use documents::{Code, Limits};
use gongkai_documents_read::extract;

use crate::fixtures::{archive, docx, ole, paragraph, pdf, read, written, xlsx};

fn refused(bytes: &[u8], name: &str) -> Code {
    let rejected = extract(bytes, name, &Limits::default()).expect_err(name);
    assert!(rejected.message.contains("请") && rejected.message.contains("上传"), "says what to do: {rejected}");
    rejected.code
}

fn relation(kind: &str, target: &str) -> String {
    format!(
        "<Relationships><Relationship Id=\"a\" Type=\"x/{kind}\" Target=\"{target}\" TargetMode=\"External\"/></Relationships>"
    )
}

#[test]
fn word_files_that_fetch_or_start_something() {
    let field = |code: &str| {
        let runs: String =
            code.split('~').map(|piece| format!("<w:r><w:instrText>{piece}</w:instrText></w:r>")).collect();
        docx(&format!("<w:p>{runs}<w:r><w:t>某</w:t></w:r></w:p>"), &[])
    };
    let template = |target: &str| relation("attachedTemplate", target);
    for (code, bytes) in [
        (Code::Active, docx("", &[("word/_rels/settings.xml.rels", &template("http://a.example/t.dotm"))])),
        (Code::Active, docx("", &[("word/_rels/settings.xml.rels", &template("\\\\server\\t.dotm"))])),
        (Code::Active, docx("", &[("word/_rels/document.xml.rels", &relation("oleObject", "https://a.example/x"))])),
        (Code::Active, docx("", &[("word/_rels/document.xml.rels", &relation("frame", "mhtml:http://a.example/x!y"))])),
        (Code::Active, docx("", &[("word/_rels/document.xml.rels", &relation("image", "file://server/a.png"))])),
        (Code::Active, docx("", &[("word/_rels/document.xml.rels", &relation("image", "http://a.example/x.png"))])),
        (Code::Active, docx("", &[("word/_rels/header1.xml.rels", &relation("image", "https://a.example/x.png"))])),
        (
            Code::Active,
            docx("", &[("word/_rels/document.xml.rels", &relation("hyperlink", "file://\\\\evil\\share\\a.exe"))]),
        ),
        (Code::Active, docx("", &[("word/_rels/document.xml.rels", &relation("hyperlink", "\\\\evil\\share"))])),
        (Code::Active, docx("", &[("word/_rels/document.xml.rels", &relation("hyperlink", "javascript:alert(1)"))])),
        (Code::Active, docx("", &[("word/_rels/document.xml.rels", &relation("hyperlink", "ms-msdt:/id x"))])),
        (
            Code::Active,
            docx(
                "<w:p><w:r><w:pict><v:shape><v:imagedata src=\"http://a.example/x.png\"/></v:shape></w:pict></w:r></w:p>",
                &[],
            ),
        ),
        (Code::Active, docx("<w:p><w:r><w:pict><v:rect href=\"file://evil/a\"/></w:pict></w:r></w:p>", &[])),
        (
            Code::Active,
            docx("", &[("docProps/app.xml", "<Properties><HyperlinkBase>\\\\evil\\a</HyperlinkBase></Properties>")]),
        ),
        (Code::Active, docx("", &[("word/webextensions/webextension1.xml", "<a/>")])),
        (Code::Active, field("INCLUDEPICTURE \"http://a.example/x.png\" \\d")),
        (Code::Active, field("INCLUDE~PICTURE \"http://a.exa~mple/x.png\" \\d")),
        (Code::Active, field("HYPERLINK \"file://evil/a.exe\"")),
        (Code::Active, field("DDEAUTO c:\\windows\\cmd.exe")),
        (Code::Active, field("DD~EAU~TO cmd")),
        (Code::Active, field("DDE cmd")),
        (Code::Active, docx("<w:p><w:fldSimple w:instr=\"DDEAUTO cmd\"/></w:p>", &[])),
        (
            Code::Active,
            docx(
                "",
                &[("word/header9.xml", "<w:hdr><w:p><w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r></w:p></w:hdr>")],
            ),
        ),
        (Code::Active, docx("", &[("word/activeX/activeX1.xml", "<a/>")])),
        (Code::Macro, docx("", &[("word/vbaProject.bin", "x")])),
        (
            Code::Macro,
            docx(
                "",
                &[(
                    "word/_rels/document.xml.rels",
                    "<Relationships><Relationship Id=\"a\" Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" Target=\"theme.bin\"/></Relationships>",
                )],
            ),
        ),
    ] {
        assert_eq!(refused(&bytes, "a.docx"), code);
    }
    // links to pages, and pictures that the author's own disk kept
    for (kind, target) in [
        ("hyperlink", "https://www.example.gov.cn/a?b=c"),
        ("hyperlink", "mailto:a@example.gov.cn"),
        ("hyperlink", "附件1.docx"),
        ("image", "file:///C:\\Users\\a\\AppData\\Local\\Temp\\ksohtml\\wps1.png"),
    ] {
        read(&docx("", &[("word/_rels/document.xml.rels", &relation(kind, target))]), "a.docx");
    }
    read(
        &docx(
            "<w:p><w:r><w:pict><v:shape href=\"https://a.example\"><v:imagedata src=\"a.png\"/></v:shape></w:pict></w:r></w:p>",
            &[],
        ),
        "a.docx",
    );
    // a template on the author's own disk is none of the reader's business
    read(&docx("", &[("word/_rels/settings.xml.rels", &template("file:///C:\\Users\\a\\Normal.dotm"))]), "a.docx");
}

/// What a program reads by its local name hides behind no blank, no prefix and no second of that name.
#[test]
fn marks_of_drawings_and_relations_however_they_are_written() {
    let drawn = |shape: &str| docx(&format!("<w:p><w:r><w:pict>{shape}</w:pict></w:r></w:p>"), &[]);
    let hidden = relation("image", "http://a.example/x.png")
        .replace(" Id=", " x:TargetMode=\"Internal\" x:Target=\"a.png\" Id=");
    for bytes in [
        drawn("<v:shape><v:imagedata src\t=\n\"http://evil/x.png\"/></v:shape>"),
        drawn("<v:shape><v:imagedata r:href=\"rId1\" o:href=\"http://evil/x.png\"/></v:shape>"),
        drawn("<v:shape r:href=\"rId1\" x:href = \"file://evil/a\"/>"),
        docx("", &[("word/_rels/document.xml.rels", &hidden)]),
    ] {
        assert_eq!(refused(&bytes, "a.docx"), Code::Active);
    }
}

fn with_entry(name: &str, content: &[u8]) -> Vec<u8> {
    let plain = docx(&paragraph("正文"), &[]);
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(plain)).expect("docx");
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..package.len() {
        let mut entry = package.by_index(index).expect("entry");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).expect("content");
        entries.push((entry.name().expect("name").into_owned(), bytes));
    }
    entries.push((name.to_owned(), content.to_vec()));
    let borrowed: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    archive(&borrowed)
}

#[test]
fn files_within_word_files() {
    let inner = docx("", &[("word/vbaProject.bin", "x")]);
    for (code, name, bytes) in [
        (Code::Macro, "word/theme/theme1.dat", ole("_VBA_PROJECT")),
        (Code::Macro, "word/embeddings/oleObject1.bin", ole("_VBA_PROJECT_CUR")),
        (Code::Active, "word/embeddings/oleObject1.bin", ole("\u{1}Ole10Native")),
        (Code::Macro, "word/embeddings/a.docx", inner),
        (Code::Program, "word/embeddings/a.exe", b"MZ\x90\0\x03\0".to_vec()),
        (Code::Program, "word/media/x.dat", b"MZ\x90\0\x03\0".to_vec()),
        (Code::Active, "word/media/image1.png", ole("Contents")),
        (Code::Macro, "word/media/image1.png", ole("_VBA_PROJECT")),
        (Code::Active, "word/media/image1.png", b"<html>".to_vec()),
    ] {
        assert_eq!(refused(&with_entry(name, &bytes), "a.docx"), code, "{name}");
    }
    read(&with_entry("word/media/image1.png", b"\x89PNG\r\n\x1a\n"), "a.docx");
}

/// A file that is another one as well, for whoever looks at its other end.
#[test]
fn two_files_in_one() {
    let page = b"<script>alert(1)</script>\n";
    let plain = docx(&paragraph("正文"), &[]);
    for (name, bytes) in [
        ("a.pdf", [&page[..], &pdf(&["Hello"])].concat()),
        ("a.pdf", [&pdf(&["Hello"])[..], page].concat()),
        ("a.pdf", [&pdf(&["Hello"])[..], &plain].concat()),
        ("a.docx", [&plain[..], page].concat()),
        ("a.docx", [&plain[..], &pdf(&["Hello"])].concat()),
        ("a.xlsx", [&xlsx("", "", &[])[..], page].concat()),
    ] {
        let code = refused(&bytes, name);
        assert!(matches!(code, Code::Hostile | Code::Active | Code::WrongName), "{name}: {code:?}");
    }
    // Blanks at either end are left by many programs.
    read(&[&b"\r\n"[..], &pdf(&["Hello"]), b"\r\n\0\0"].concat(), "a.pdf");
    read(&[&pdf(&["Hello"])[..], b"\n% made by a printer\n"].concat(), "a.pdf");
    read(&[&plain[..], &[0; 512]].concat(), "a.docx");
}

#[test]
fn workbooks_that_fetch_or_start_something() {
    let cell = |formula: &str| format!("<row r=\"1\"><c r=\"A1\"><f>{formula}</f><v>1</v></c></row>");
    for (code, bytes) in [
        (Code::Active, xlsx(&cell("cmd|'/c calc'!A0"), "", &[])),
        (Code::Active, xlsx(&cell("WEBSERVICE(\"http://a\")"), "", &[])),
        (Code::Active, xlsx(&cell("_xlfn.IMAGE(\"http://a/b.png\")"), "", &[])),
        (Code::Active, xlsx(&cell("HYPERLINK(\"file://evil/a.exe\",\"x\")"), "", &[])),
        (
            Code::Active,
            xlsx(
                "",
                "",
                &[("xl/externalLinks/_rels/externalLink1.xml.rels", &relation("externalLinkPath", "\\\\evil\\a.xlsx"))],
            ),
        ),
        (
            Code::Active,
            xlsx("", "", &[("xl/worksheets/_rels/sheet1.xml.rels", &relation("hyperlink", "smb://evil/a"))]),
        ),
        (
            Code::Active,
            xlsx(
                "",
                "",
                &[("xl/externalLinks/externalLink1.xml", "<externalLink><ddeLink ddeService=\"cmd\"/></externalLink>")],
            ),
        ),
        (Code::Active, xlsx("", "", &[("xl/connections.xml", "<connections/>")])),
        (Code::Macro, xlsx("", "", &[("xl/macrosheets/sheet1.xml", "<a/>")])),
        (Code::Active, xlsx("", "", &[("xl/activeX/activeX1.xml", "<a/>")])),
    ] {
        assert_eq!(refused(&bytes, "a.xlsx"), code);
    }
    assert_eq!(refused(b"a,b\n=cmd|'/c calc'!A0,1\n", "a.csv"), Code::Active);
    read(b"a,b\n=1+1,-5\n", "a.csv");
}

#[test]
fn pdf_files_that_run_or_carry_something() {
    let make = |catalog: &str, object: &str| {
        let stream = "BT /F1 12 Tf 72 720 Td (Hello) Tj ET";
        written(&[
            format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
            "<< /Type /Pages /Kids [4 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
            object.to_owned(),
            "<< /Producer (Demo) >>".to_owned(),
        ])
    };
    for (catalog, object) in [
        ("/OpenAction 6 0 R", "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        ("/OpenAction << /S /Launch /F (cmd.exe) >>", "null"),
        ("/AA << /WC 6 0 R >>", "<< /S /JavaScript /JS (1) >>"),
        ("/Names << /JavaScript << /Names [(a) 6 0 R] >> >>", "<< /S /JavaScript /JS (1) >>"),
        ("/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>", "<< /Type /Filespec /F (a.exe) >>"),
        ("/OpenAction << /S /URI /URI (http://a.example) >>", "null"),
        ("/OpenAction 6 0 R", "<< /S /URI /URI (http://a.example) >>"),
        ("/OpenAction 6 0 R", "<< /S /GoToR /F (\\\\\\\\server\\\\a.pdf) >>"),
        ("/OpenAction 6 0 R", "<< /S /Named /N /Print >>"),
        ("/OpenAction << /S /GoTo /D [4 0 R /Fit] /Next 6 0 R >>", "<< /S /URI /URI (http://a.example) >>"),
        ("/AA << /WC 6 0 R >>", "<< /S /URI /URI (http://a.example) >>"),
        ("/AA 6 0 R", "<< /WS << /S /Hide /T (a) >> >>"),
        ("", "<< /Type /Page /AA << /O << /S /URI /URI (http://a.example) >> >> >>"),
        ("", "<< /S /GoToR /F (b.pdf) >>"),
        ("", "<< /S /URI /URI (file://server/a.exe) >>"),
        ("", "<< /S /URI /URI (javascript:x) >>"),
        ("/URI << /Base (file://server/) >>", "null"),
        ("/AcroForm << /XFA (a) /Fields [] >>", "null"),
        ("", "<< /S /SubmitForm /F (http://a.example) >>"),
        ("", "<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 1 1] >>"),
        ("", "<< /Type /Annot /Subtype /RichMedia /Rect [0 0 1 1] >>"),
    ] {
        assert_eq!(refused(&make(catalog, object), "a.pdf"), Code::Active, "{catalog} {object}");
    }
    // an address behind a click is a link; a font may be called like a list of actions
    let link = "<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (http://a.example) >> >>";
    read(&make("", link), "a.pdf");
    read(&make("", "<< /Font << /AA 3 0 R >> >>"), "a.pdf");
    read(&make("/AA << /WC << /S /GoTo /D [4 0 R /Fit] >> >>", "null"), "a.pdf");
    read(&make("/OpenAction 6 0 R", "[4 0 R /Fit]"), "a.pdf");
    // to begin at a page runs nothing
    read(&make("/OpenAction [4 0 R /Fit]", "<< /S /GoTo /D [4 0 R /Fit] >>"), "a.pdf");
    read(&pdf(&["Hello"]), "a.pdf");
}
