//! Numbers in every part of a file: whoever downloads it has all of them. The numbers are nobody's.

use documents::{Extracted, Unread};
use encoding_rs::GBK;

use crate::fixtures::{at, docx, gbk_pdf, paragraph, pdf, read, two_font_pdf, written, xlsx};

const PHONE: &str = "13800138000";

/// Body of a document, other parts of its package with their content, and where the number is found.
type Case<'a> = (String, Vec<(&'a str, &'a str)>, &'a str);

/// The places that hold the number.
fn places(found: &Extracted) -> Vec<&str> {
    let holds = |text: &str| text.replace('\n', "").contains(PHONE);
    found.parts.iter().filter(|part| holds(&part.text)).map(|part| part.place.as_str()).collect()
}

#[test]
fn word_files_in_every_part() {
    let pic = |attributes: &str| {
        format!("<w:p><w:r><w:drawing><wp:inline><wp:docPr id=\"1\" {attributes}/></wp:inline></w:drawing></w:r></w:p>")
    };
    let field = |code: &str| {
        format!("<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>{code}<w:r><w:t>某</w:t></w:r></w:p>")
    };
    let chart = "<c:chartSpace xmlns:c=\"c\" xmlns:a=\"a\"><c:title><a:p><a:r><a:t>1380013</a:t></a:r><a:r><a:t>8000</a:t></a:r></a:p></c:title></c:chartSpace>";
    let cached = "<c:chartSpace><c:cat><c:strCache><c:pt idx=\"0\"><c:v>张三 13800138000</c:v></c:pt></c:strCache></c:cat></c:chartSpace>";
    let art = "<dgm:dataModel><dgm:pt><dgm:t><a:p><a:r><a:t>电话13800138000</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>";
    let link = |target: &str| {
        format!(
            "<Relationships><Relationship Id=\"a\" Type=\"x/hyperlink\" Target=\"{target}\" TargetMode=\"External\"/></Relationships>"
        )
    };
    let fallback = "<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>新</w:t></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>13800138000</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>";
    let control =
        "<w:sdt><w:sdtPr><w:alias w:val=\"13800138000\"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>";
    let (tel, query) = (link("tel:13800138000"), link("https://a.example/?id=13800138000"));
    let cases: Vec<Case> = vec![
        (pic("descr=\"联系 13800138000\""), vec![], "description 1"),
        (pic("title=\"13800138000\""), vec![], "description 1"),
        (pic("name=\"13800138000\""), vec![], "description 1"),
        (field("<w:r><w:instrText>HYPERLINK \"tel:1380013</w:instrText></w:r><w:r><w:instrText>8000\"</w:instrText></w:r>"), vec![], "field code 1"),
        ("<w:p><w:fldSimple w:instr=\" HYPERLINK &quot;tel:13800138000&quot; \"><w:r><w:t>某</w:t></w:r></w:fldSimple></w:p>".into(), vec![], "field code 1"),
        ("<w:p><w:r><w:ruby><w:rt><w:r><x:t>13800138000</x:t></w:r></w:rt><w:rubyBase><w:r><w:t>某</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>".into(), vec![], "part \"word/document.xml\""),
        ("<w:p><w:r><w:ruby><w:rt><w:r><w:t>13800138000</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>某</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>".into(), vec![], "part \"word/document.xml\""),
        (fallback.into(), vec![], "part \"word/document.xml\""),
        (control.into(), vec![], "description 1"),
        ("<w:p><w:hyperlink w:tooltip=\"13800138000\"><w:r><w:t>某</w:t></w:r></w:hyperlink></w:p>".into(), vec![], "description 1"),
        (String::new(), vec![("word/charts/chart1.xml", chart)], "chart 1"),
        (String::new(), vec![("word/charts/chart1.xml", cached)], "chart 1"),
        (String::new(), vec![("word/diagrams/data1.xml", art)], "diagram 1"),
        (String::new(), vec![("word/_rels/document.xml.rels", &tel)], "link 1"),
        (String::new(), vec![("word/_rels/footnotes.xml.rels", &query)], "link 1"),
        (String::new(), vec![("customXml/item1.xml", "<a><b>13800138000</b></a>")], "data 1"),
        (String::new(), vec![("word/glossary/document.xml", "<w:glossaryDocument><w:p><w:r><w:t>13800138000</w:t></w:r></w:p></w:glossaryDocument>")], "part \"word/glossary/document.xml\""),
        (String::new(), vec![("word/settings.xml", "<w:settings><w:docVars><w:docVar w:name=\"a\" w:val=\"13800138000\"/></w:docVars></w:settings>")], "description 1"),
        (String::new(), vec![("docProps/custom.xml", "<Properties><property name=\"电话\"><vt:lpwstr>13800138000</vt:lpwstr></property></Properties>")], "metadata 电话"),
        (String::new(), vec![("word/afchunk.htm", "<p>13800138000</p>")], "part \"word/afchunk.htm\""),
    ];
    for (body, more, place) in cases {
        let found = read(&docx(&[paragraph("正文"), body].concat(), &more), "a.docx");
        assert_eq!(places(&found), [place], "{more:?} {:?}", found.parts);
    }
}

/// What is read by name is not told a second time, so that nobody has to decide on it twice.
#[test]
fn nothing_of_a_word_file_is_found_twice() {
    let text_box = "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>13800138000</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>13800138000</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>";
    for (body, place) in [
        (paragraph(PHONE), "body"),
        (format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", paragraph(PHONE)), "table 1 row 1"),
        (format!("<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>", paragraph(PHONE)), "body"),
        (format!("<w:unknown>{}</w:unknown>", paragraph(PHONE)), "body"),
        ("<w:p><w:del><w:r><w:delText>13800138000</w:delText></w:r></w:del></w:p>".into(), "deleted text 1"),
        (text_box.into(), "text box 1"),
    ] {
        assert_eq!(places(&read(&docx(&body, &[]), "a.docx")), [place], "{body}");
    }
}

#[test]
fn workbooks_in_every_part() {
    let cell = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>";
    let shape = "<xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\"><xdr:sp><xdr:txBody><a:p><a:r><a:t>1380013</a:t></a:r><a:r><a:t>8000</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>";
    let book = |inside: &str| {
        format!(
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"rId1\"/></sheets>{inside}</workbook>"
        )
    };
    let (defined, constant) = (
        book("<definedNames><definedName name=\"甲\">\"13800138000\"</definedName></definedNames>"),
        book("<definedNames><definedName name=\"_13800138000\">1</definedName></definedNames>"),
    );
    let links = "<Relationships><Relationship Id=\"a\" Type=\"x/hyperlink\" Target=\"tel:13800138000\" TargetMode=\"External\"/></Relationships>";
    let of = |place: &str| format!("sheet \"名单\" {place}");
    let spelled = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>某</t><rPh sb=\"0\" eb=\"1\"><t>13800138000</t></rPh></is></c></row>";
    let shared = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>某</t><rPh sb=\"0\" eb=\"1\"><t>13800138000</t></rPh></si></sst>";
    for (rows, behind, more, place) in [
        (cell, "", vec![("xl/drawings/drawing1.xml", shape)], "drawing 1".to_owned()),
        (spelled, "", vec![], of("text")),
        (cell, "", vec![("xl/sharedStrings.xml", shared)], "old text 1".into()),
        (
            cell,
            "",
            vec![("xl/charts/chart1.xml", "<c><t><a:p><a:r><a:t>13800138000</a:t></a:r></a:p></t></c>")],
            "chart 1".into(),
        ),
        (
            cell,
            "<headerFooter><oddFooter>&amp;C&amp;\"宋体\"&amp;12 电话13800138000</oddFooter></headerFooter>",
            vec![],
            of("header and footer"),
        ),
        (
            cell,
            "<dataValidations><dataValidation type=\"list\"><formula1>\"13800138000,2\"</formula1></dataValidation></dataValidations>",
            vec![],
            of("text"),
        ),
        (cell, "<dataValidations><dataValidation prompt=\"13800138000\"/></dataValidations>", vec![], of("text")),
        (cell, "<hyperlinks><hyperlink ref=\"A1\" location=\"13800138000\"/></hyperlinks>", vec![], of("text")),
        (cell, "", vec![("xl/worksheets/_rels/sheet1.xml.rels", links)], "link 1".into()),
        ("<row r=\"1\"><c r=\"A1\"><f>\"138\"&amp;\"13800138000\"</f><v>1</v></c></row>", "", vec![], of("formulas")),
        ("<row r=\"1\" hidden=\"1\"><c r=\"A1\"><v>13800138000</v></c></row>", "", vec![], of("A1 (hidden)")),
        (cell, "", vec![("xl/workbook.xml", &defined)], "name 1".into()),
        (cell, "", vec![("xl/workbook.xml", &constant)], "name 1".into()),
        (
            cell,
            "",
            vec![("xl/sharedStrings.xml", "<sst><si><r><t>1380013</t></r><r><t>8000</t></r></si></sst>")],
            "old text 1".into(),
        ),
        (
            cell,
            "",
            vec![("xl/pivotCache/pivotCacheRecords1.xml", "<p><r><n v=\"13800138000\"/></r></p>")],
            "data 1".into(),
        ),
        (
            cell,
            "",
            vec![(
                "xl/externalLinks/externalLink1.xml",
                "<e><externalBook><sheetDataSet><cell><v>13800138000</v></cell></sheetDataSet></externalBook></e>",
            )],
            "data 1".into(),
        ),
        (
            cell,
            "",
            vec![(
                "xl/revisions/revisionLog1.xml",
                "<revisions><rcc><nc><is><t>13800138000</t></is></nc></rcc></revisions>",
            )],
            "old text 1".into(),
        ),
        (
            cell,
            "",
            vec![(
                "xl/worksheets/sheet9.xml",
                "<worksheet><sheetData><row><c><v>13800138000</v></c></row></sheetData></worksheet>",
            )],
            "part \"xl/worksheets/sheet9.xml\"".into(),
        ),
        (
            cell,
            "",
            vec![("xl/drawings/vmlDrawing1.vml", "<xml><v:textbox><div>13800138000</div></v:textbox></xml>")],
            "drawing 1".into(),
        ),
    ] {
        let found = read(&xlsx(rows, behind, &more), "a.xlsx");
        assert_eq!(places(&found), [place.as_str()], "{behind} {more:?} {:?}", found.parts);
    }
    let named = book("").replace("名单", PHONE);
    let found = read(&xlsx(cell, "", &[("xl/workbook.xml", &named)]), "a.xlsx");
    assert!(places(&found).contains(&"sheet \"13800138000\" name"), "{:?}", found.parts);
}

#[test]
fn pictures_and_what_they_carry() {
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    picture.extend(b"\0\0\0\x17tEXtComment\0tel 13800138000\0\0\0\0");
    let found = read(&picture, "a.png");
    assert_eq!(places(&found), ["picture 1"]);
    assert!(found.unread().any(|(part, how)| part.place == "body" && how == Unread::All));
}

#[test]
fn pdf_files_in_every_object() {
    let page = |more: &str| {
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R {more} >>"
        )
    };
    let make = |page: String, object: &str| {
        let stream = "BT /F1 12 Tf 72 720 Td (Hello county of a page with some words on it) Tj ET";
        written(&[
            "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [4 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
            page,
            format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
            object.to_owned(),
            "<< /Producer (Demo) /Phone (13800138000) >>".to_owned(),
        ])
    };
    let annotated = "/Annots [6 0 R]";
    for (more, object, place) in [
        (
            annotated,
            "<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (tel:13800138000) >> >>",
            "page 1 link",
        ),
        (
            annotated,
            "<< /Type /Annot /Subtype /Text /Rect [0 0 1 1] /Contents (call 13800138000) >>",
            "page 1 annotation",
        ),
        (
            annotated,
            "<< /Type /Annot /Subtype /Widget /Rect [0 0 1 1] /FT /Tx /T (a) /DV (call 13800138000) >>",
            "form field 1",
        ),
        ("", "<< /Type /Outlines /Title (call 13800138000) >>", "bookmark 1"),
        ("", "<< /S /Figure /Alt (call 13800138000) >>", "description 1"),
        ("", "<< /Type /OCG /Name (call 13800138000) >>", "data 1"),
    ] {
        let found = read(&make(page(more), object), "a.pdf");
        let mut expected = [place, "metadata phone"];
        let mut got = places(&found);
        expected.sort_unstable();
        got.sort_unstable();
        assert_eq!(got, expected, "{object} {:?}", found.parts);
    }
    let packet = "<x:xmpmeta xmlns:x=\"x\"><dc:creator>a 13800138000</dc:creator></x:xmpmeta>";
    let object = format!("<< /Type /Metadata /Subtype /XML /Length {} >>\nstream\n{packet}\nendstream", packet.len());
    assert_eq!(places(&read(&make(page(""), &object), "a.pdf")), ["metadata phone", "metadata xmp"]);
}

/// A program that adds its changes at the end leaves the page as it was.
#[test]
fn pages_as_they_were_are_read() {
    let before = pdf(&["call 13800138000 today"]);
    let text = "BT /F1 12 Tf 72 720 Td (call the office) Tj ET";
    let mut after = before.clone();
    let start = after.len();
    after.extend(format!("5 0 obj\n<< /Length {} >>\nstream\n{text}\nendstream\nendobj\n", text.len()).into_bytes());
    let table = after.len();
    let last = String::from_utf8_lossy(&before).rfind("startxref\n").expect("end");
    let old: usize = String::from_utf8_lossy(&before[last + 10..])
        .lines()
        .next()
        .expect("line")
        .parse()
        .expect("place of the table");
    after.extend(
        format!("xref\n5 1\n{start:010} 00000 n \ntrailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R /Prev {old} >>\nstartxref\n{table}\n%%EOF\n")
            .into_bytes(),
    );
    let found = read(&after, "a.pdf");
    assert_eq!((found.text.as_str(), places(&found)), ("call the office", vec!["old text 1"]));
    assert!(found.warnings.iter().any(|warning| warning.contains("改动前")), "{:?}", found.warnings);
    assert!(places(&read(&before, "a.pdf")) == ["page 1"]);
}

/// Office programs of twenty years write one byte for a digit and two for a Chinese character.
#[test]
fn fonts_of_gbk_codes_are_read_by_their_codes() {
    let first = "（一）公开财政预算。6月底前公开部门预算。（县财政局牵头，县人社局配合）";
    let second = "手机13800138000住址";
    for encoding in ["GBK-EUC-H", "GBK-EUC-V", "GB-EUC-H", "GBK2K-H", "GBKp-EUC-H"] {
        let (one, two) = (GBK.encode(first).0, GBK.encode(second).0);
        let found = read(&gbk_pdf(encoding, &[&two, &one], &[]), "a.pdf");
        assert_eq!(found.text, format!("{second}\n{first}"), "{encoding}");
        assert_eq!(found.unread().count(), 0, "{:?}", found.warnings);
    }
    let rare = encoding_rs::GB18030.encode("㐀1䶮2𠀀3").0;
    assert_eq!(read(&gbk_pdf("GBK2K-H", &[&rare], &[]), "a.pdf").text, "㐀1䶮2𠀀3");
}

/// Plain letters in another font on the same line stay where they are.
#[test]
fn fonts_of_gbk_codes_beside_others() {
    let hex = |text: &str| GBK.encode(text).0.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let stream = format!(
        "q 1 0 0 1 10 10 cm BT /F1 12 Tf 60 700 Td <{}> Tj ET Q BT /F2 12 Tf 118 710 Td (1380013) Tj ET \
         BT /F1 12 Tf 165 710 Td [<{}> -100 <{}>] TJ 0 -20 Td <{}> Tj ET",
        hex("电话："),
        hex("80"),
        hex("00住址"),
        hex("第二行")
    );
    let bytes = String::from_utf8(two_font_pdf(&stream)).expect("plain").replace("/UniGB-UCS2-H", "/GBK-EUC-H    ");
    let found = read(bytes.as_bytes(), "a.pdf");
    let text: String = found.text.chars().filter(|c| *c != ' ').collect();
    assert_eq!(text, "电话：13800138000住址\n第二行");
}

#[test]
fn text_that_is_none_is_named_as_unread_and_not_searched() {
    // codes of a font that says not what they are
    let (wrong, _, _) = GBK
        .decode("为贯彻落实有关规定，县财政局牵头公开部门预算，各乡镇人民政府配合，按照职责分工抓好落实。".as_bytes());
    let found = read(&crate::fixtures::chinese_pdf(&["一般的一页，各单位按照职责分工抓好落实。", &wrong]), "a.pdf");
    let unread: Vec<(&str, Unread)> = found.unread().map(|(part, how)| (part.place.as_str(), how)).collect();
    assert_eq!(unread, [("page 2", Unread::All)]);
    assert_eq!(found.text, "一般的一页，各单位按照职责分工抓好落实。");
    assert!(found.warnings.iter().any(|warning| warning.contains("第 2 页的文字无法识别")), "{:?}", found.warnings);
    let found = read(&pdf(&["", "Hello"]), "a.pdf");
    let unread: Vec<(&str, Unread)> = found.unread().map(|(part, how)| (part.place.as_str(), how)).collect();
    assert_eq!(unread, [("page 1", Unread::All)]);
    let found = read(wrong.as_bytes(), "a.txt");
    assert!(found.unread().any(|(part, _)| part.place == "body"), "{wrong}");
    assert_eq!(at(&found, "body").map(str::is_empty), Some(false));
}
