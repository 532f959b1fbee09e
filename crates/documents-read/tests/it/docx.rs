//! Word documents.

use documents::Unread;
use gongkai_documents_read::html::to_text;

use crate::fixtures::{NUMBERING, at, docx, numbered, paragraph, read};

#[test]
fn numbers_made_by_the_word_processor_stand_in_the_text() {
    let body = [
        paragraph("2019年演示县政务公开工作要点"),
        numbered(1, 0, "着力加强公开解读回应工作"),
        numbered(1, 1, "全面公开重点信息。"),
        numbered(1, 1, "做好政策解读。"),
        numbered(1, 2, "建立机制。"),
        numbered(1, 0, "提升政务服务"),
        numbered(1, 1, "从一重新计数。"),
        paragraph("三、这是手工输入的编号"),
        numbered(3, 0, "另起一份，重新开始"),
        numbered(4, 0, "为了规范公开"),
        numbered(4, 1, "按数字"),
    ];
    let found = read(&docx(&body.concat(), &[("word/numbering.xml", NUMBERING)]), "要点.docx");
    assert_eq!(
        found.text,
        "2019年演示县政务公开工作要点\n一、着力加强公开解读回应工作\n（一）全面公开重点信息。\n（二）做好政策解读。\n\
         1. 建立机制。\n二、提升政务服务\n（一）从一重新计数。\n三、这是手工输入的编号\n一、另起一份，重新开始\n\
         第一条\u{3000}为了规范公开\n1.1 按数字"
    );
    assert_eq!(at(&found, "body"), Some(found.text.as_str()));
    assert_eq!(to_text(found.html.as_deref().expect("html")), found.text);
}

#[test]
fn headings_count_through_their_styles() {
    let styles = r#"<w:styles xmlns:w="x"><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:jc w:val="center"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="a"><w:name w:val="Own"/><w:basedOn w:val="1"/></w:style><w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style></w:styles>"#;
    let styled = |style: &str, more: &str, text: &str| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}</w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let none = "<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"0\"/></w:numPr>";
    let body =
        [styled("t", "", "题"), styled("1", "", "甲"), styled("a", "", "乙"), styled("1", none, "附件")].concat();
    let found = read(&docx(&body, &[("word/numbering.xml", NUMBERING), ("word/styles.xml", styles)]), "a.docx");
    assert_eq!(found.text, "题\n一、甲\n二、乙\n附件");
    let html = found.html.expect("html");
    assert!(html.starts_with("<h1>题</h1>\n<h2 class=\"center\">一、甲</h2>"), "{html}");
}

#[test]
fn tables_keep_merged_cells_and_rows_are_places() {
    let cell = |properties: &str, text: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", paragraph(text));
    let rows = [
        format!("<w:trPr><w:tblHeader/></w:trPr>{}{}", cell("<w:gridSpan w:val=\"2\"/>", "任务"), cell("", "单位")),
        format!("{}{}{}", cell("<w:vMerge w:val=\"restart\"/>", "公开"), cell("", "甲"), cell("", "演示局")),
        format!("{}{}{}", cell("<w:vMerge/>", ""), cell("", "乙 &lt;b&gt;"), cell("", "演示办")),
    ];
    let table = format!("<w:tbl><w:tblPr/>{}</w:tbl>", rows.map(|row| format!("<w:tr>{row}</w:tr>")).concat());
    let found = read(&docx(&format!("{}{table}{}", paragraph("前"), paragraph("后")), &[]), "表.docx");
    assert_eq!(found.text, "前\n任务\t\t单位\n公开\t甲\t演示局\n〃\t乙 <b>\t演示办\n后");
    assert_eq!(at(&found, "body"), Some("前\n后"));
    assert_eq!(at(&found, "table 1 row 2"), Some("公开\t甲\t演示局"));
    assert_eq!(
        found.html.as_deref(),
        Some(
            "<p>前</p>\n<table>\n<tr><th colspan=\"2\">任务</th><th>单位</th></tr>\n\
             <tr><td rowspan=\"2\">公开</td><td>甲</td><td>演示局</td></tr>\n\
             <tr><td>乙 &lt;b&gt;</td><td>演示办</td></tr>\n</table>\n<p>后</p>\n"
        )
    );
}

fn cell(properties: &str, content: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>")
}

fn table(rows: &[String]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("<w:tr>{row}</w:tr>")).collect();
    format!("<w:tbl><w:tblPr/>{}</w:tbl>", rows.concat())
}

/// A cell stands in its column, whatever is merged beside and above it.
#[test]
fn cells_stand_in_their_columns() {
    let (first, again, wide) = ("<w:vMerge w:val=\"restart\"/>", "<w:vMerge/>", "<w:gridSpan w:val=\"2\"/>");
    let rows = [
        [cell(first, &paragraph("任务")), cell(wide, &paragraph("分工")), cell(first, &paragraph("时限"))].concat(),
        [
            cell(again, "<w:p/>"),
            cell("", &paragraph("牵头单位")),
            cell("", &paragraph("配合单位")),
            cell(again, "<w:p/>"),
        ]
        .concat(),
        [cell("", &paragraph("甲")), cell(first, &paragraph("演示局")), cell("", ""), cell(first, &paragraph("6月"))]
            .concat(),
        [cell("", &paragraph("乙")), cell(again, "<w:p/>"), cell("", &paragraph("演示办")), cell(again, "<w:p/>")]
            .concat(),
        cell("<w:gridSpan w:val=\"4\"/>", &paragraph("二、公开")),
    ];
    let found = read(&docx(&table(&rows), &[]), "表.docx");
    assert_eq!(
        found.text,
        "任务\t分工\t\t时限\n〃\t牵头单位\t配合单位\t〃\n甲\t演示局\t\t6月\n乙\t〃\t演示办\t〃\n二、公开"
    );
}

/// A page pasted into Word is one cell: its paragraphs and tables are those of the text.
#[test]
fn a_cell_around_the_text_is_layout() {
    let inner = table(&[[cell("", &paragraph("1")), cell("", &paragraph("建专栏"))].concat()]);
    let body = [paragraph("一、总则"), paragraph("（一）培训。"), inner, paragraph("尾")].concat();
    let found = read(&docx(&table(&[cell("", &body)]), &[]), "表.docx");
    assert_eq!(found.text, "一、总则\n（一）培训。\n1\t建专栏\n尾");
}

#[test]
fn hidden_places_are_found_and_named() {
    let body = "<w:p><w:r><w:t>可见</w:t></w:r><w:del w:id=\"1\" w:author=\"x\"><w:r><w:delText>删去的手机号</w:delText></w:r></w:del>\
                <w:ins w:id=\"2\"><w:r><w:t>新增</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏的字</w:t></w:r>\
                <w:r><w:instrText>PAGE</w:instrText></w:r></w:p>\
                <w:p><w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>框中</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>\
                <mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>框中</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>";
    let rels = r#"<Relationships><Relationship Id="h" Type="x/header" Target="header1.xml"/><Relationship Id="f" Type="x/footer" Target="footer1.xml"/><Relationship Id="c" Type="x/comments" Target="comments.xml"/><Relationship Id="t" Type="x/attachedTemplate" Target="file:///C:\\t.dotx" TargetMode="External"/></Relationships>"#;
    let more = [
        ("word/_rels/document.xml.rels", rels),
        ("word/header1.xml", "<w:hdr><w:p><w:r><w:t>内部资料</w:t></w:r></w:p></w:hdr>"),
        ("word/footer1.xml", "<w:ftr><w:p><w:r><w:t>第1页</w:t></w:r></w:p></w:ftr>"),
        (
            "word/comments.xml",
            "<w:comments><w:comment w:id=\"0\" w:author=\"演示员\"><w:p><w:r><w:t>再核对</w:t></w:r></w:p></w:comment></w:comments>",
        ),
        (
            "word/footnotes.xml",
            "<w:footnotes><w:footnote w:type=\"separator\" w:id=\"-1\"><w:p/></w:footnote><w:footnote w:id=\"2\"><w:p><w:r><w:t>脚注</w:t></w:r></w:p></w:footnote></w:footnotes>",
        ),
        (
            "docProps/core.xml",
            "<cp:coreProperties><dc:creator>演示作者</dc:creator><cp:lastModifiedBy>演示修改者</cp:lastModifiedBy></cp:coreProperties>",
        ),
        ("docProps/app.xml", "<Properties><Company>演示县</Company></Properties>"),
    ];
    let found = read(&docx(body, &more), "a.docx");
    assert_eq!(found.text, "可见新增\n框中\n[2] 脚注");
    for (place, text) in [
        ("body", "可见新增"),
        ("deleted text 1", "删去的手机号"),
        ("hidden text 1", "隐藏的字"),
        ("text box 1", "框中"),
        ("header 1", "内部资料"),
        ("footer 1", "第1页"),
        ("comment 1", "再核对"),
        ("comment 1 author", "演示员"),
        ("footnote 2", "脚注"),
        ("metadata author", "演示作者"),
        ("metadata last modified by", "演示修改者"),
        ("metadata company", "演示县"),
    ] {
        assert_eq!(at(&found, place), Some(text), "{place}");
    }
    for word in ["批注", "修订", "外部文件"] {
        assert!(found.warnings.iter().any(|warning| warning.contains(word)), "{word}");
    }
    // what a plan's reader must be told of; the page number in the footer is not worth a word
    assert_eq!(
        found.left_out(),
        [
            "没有读入页眉“内部资料”，如是正文请移到正文中再导入。",
            "没有读入批注“再核对”，如是正文请移到正文中再导入。",
            "没有读入修订中删除的文字“删去的手机号”，如是正文请移到正文中再导入。",
            "没有读入隐藏文字“隐藏的字”，如是正文请移到正文中再导入。",
        ]
    );
}

/// A deleted paragraph mark joins what it parted: whoever reads the file in Word sees one paragraph.
#[test]
fn a_deleted_paragraph_mark_joins() {
    let cut = |text: &str| {
        format!("<w:p><w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let empty = "<w:p><w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr></w:p>";
    let cell = format!("<w:tbl><w:tr><w:tc>{}{}</w:tc></w:tr></w:tbl>", cut("1380013"), paragraph("8000"));
    let body = [
        cut("一、加强"),
        paragraph("政策解读"),
        cut("县财"),
        cut("政"),
        paragraph("局"),
        empty.to_owned(),
        paragraph("身份证"),
        cut("0000001990"),
        "<w:commentRangeStart w:id=\"1\"/>".to_owned(),
        paragraph("01010018"),
        cell,
        cut("末"),
    ];
    let found = read(&docx(&body.concat(), &[]), "a.docx");
    assert_eq!(found.text, "一、加强政策解读\n县财政局\n身份证\n000000199001010018\n13800138000\n末");
    assert!(found.warnings.iter().any(|warning| warning.contains("修订痕迹")), "{:?}", found.warnings);
}

#[test]
fn bullets_links_and_marks_become_simple_html() {
    let rels = r#"<Relationships><Relationship Id="a" Type="x/hyperlink" Target="https://example.org/?a=1&amp;b=2" TargetMode="External"/><Relationship Id="b" Type="x/hyperlink" Target="附件.docx" TargetMode="External"/></Relationships>"#;
    let body = [
        numbered(2, 0, "甲"),
        numbered(2, 1, "子"),
        numbered(2, 0, "乙"),
        "<w:p><w:r><w:rPr><w:b/><w:i w:val=\"0\"/></w:rPr><w:t>重</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>点</w:t></w:r>\
         <w:hyperlink r:id=\"a\"><w:r><w:rPr><w:u w:val=\"single\"/></w:rPr><w:t>网</w:t></w:r></w:hyperlink>\
         <w:hyperlink r:id=\"b\"><w:r><w:t>坏</w:t></w:r></w:hyperlink><w:r><w:br/><w:t>行</w:t></w:r></w:p>"
            .to_owned(),
    ];
    let more = [("word/numbering.xml", NUMBERING), ("word/_rels/document.xml.rels", rels)];
    let found = read(&docx(&body.concat(), &more), "a.docx");
    assert_eq!(
        found.html.as_deref(),
        Some(
            "<ul><li>甲<ul><li>子</li></ul>\n</li>\n<li>乙</li></ul>\n<p><strong>重点</strong>\
             <a href=\"https://example.org/?a=1&amp;b=2\">网</a>坏<br>行</p>\n"
        )
    );
    assert_eq!(found.text, "甲\n子\n乙\n重点网坏\n行");
}

#[test]
fn embedded_workbooks_are_looked_into() {
    let sheet = documents::tables::Sheet {
        name: "名单".to_owned(),
        header: vec!["姓名".to_owned(), "电话".to_owned()],
        rows: vec![vec!["演示甲".into(), "13800000000".into()]],
        ..Default::default()
    };
    let workbook = documents::tables::write_xlsx(&sheet).expect("workbook");
    let plain = docx(&paragraph("正文"), &[]);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(plain)).expect("docx");
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("entry");
        let name = entry.name().expect("name").into_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).expect("content");
        entries.push((name, bytes));
    }
    entries.push(("word/embeddings/Microsoft_Excel_Sheet1.xlsx".to_owned(), workbook));
    let borrowed: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let found = read(&crate::fixtures::archive(&borrowed), "a.docx");
    assert_eq!(found.text, "正文");
    assert_eq!(at(&found, "embedded \"Microsoft_Excel_Sheet1.xlsx\" sheet \"名单\" B2"), Some("13800000000"));
}

#[test]
fn struck_out_words_are_named_and_left_out() {
    let run = |look: &str, text: &str| format!("<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>");
    let struck =
        format!("<w:p>{}{}</w:p>", run("<w:strike/>", "6月底前"), run("<w:strike w:val=\"0\"/>", "9月底前完成。"));
    let cell = |runs: &str| format!("<w:tc><w:p>{runs}</w:p></w:tc>");
    let table = format!(
        "<w:tbl><w:tr>{}{}</w:tr></w:tbl>",
        cell(&run("", "培训")),
        cell(&(run("<w:dstrike/>", "县教体局") + &run("", "县财政局")))
    );
    let found = read(&docx(&(struck + &table), &[]), "a.docx");
    assert_eq!(found.text, "9月底前完成。\n培训\t县财政局");
    // what people see is looked at, and shown
    assert_eq!(
        (at(&found, "body"), at(&found, "table 1 row 1")),
        (Some("6月底前9月底前完成。"), Some("培训\t县教体局县财政局"))
    );
    assert!(found.html.as_deref().is_some_and(|html| html.contains("<s>6月底前</s>")), "{:?}", found.html);
    assert!(
        found.warnings.iter().any(|warning| warning.contains("删除线的文字“6月底前、县教体局”")),
        "{:?}",
        found.warnings
    );
    assert!(read(&docx(&paragraph("正文"), &[]), "a.docx").warnings.is_empty());
}

#[test]
fn boxes_of_symbol_fonts_are_read() {
    let symbol = |font: &str, code: &str| format!("<w:r><w:sym w:font=\"{font}\" w:char=\"{code}\"/></w:r>");
    let text = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let body = [
        symbol("Wingdings 2", "F052"),
        text("是 "),
        symbol("Wingdings 2", "F0A3"),
        text("否 "),
        symbol("Wingdings", "F0A8"),
    ];
    assert_eq!(read(&docx(&format!("<w:p>{}</w:p>", body.concat()), &[]), "a.docx").text, "☑是 □否 □");
}

#[test]
fn headings_without_number_are_told() {
    let styles = r#"<w:styles xmlns:w="x"><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/></w:style></w:styles>"#;
    let styled = |style: &str, text: &str| {
        format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let bold = |text: &str| format!("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r></w:p>");
    let read = |body: &[String]| read(&docx(&body.concat(), &[("word/styles.xml", styles)]), "a.docx");
    let found = read(&[paragraph("题"), styled("1", "解读"), bold("粗"), styled("2", "专栏"), paragraph("建专栏。")]);
    assert_eq!(found.headings, [(1, 1), (3, 2)]);
    assert_eq!(found.outlined(), "题\n# 解读\n粗\n## 专栏\n建专栏。");
    // a number that is typed makes the heading itself; bold lines count where nothing else does
    let found = read(&[paragraph("题"), styled("1", "一、解读"), bold("粗"), paragraph("建专栏。")]);
    assert_eq!(found.outlined(), found.text);
    let found = read(&[paragraph("题"), bold("解读"), paragraph("建专栏。"), bold("平台")]);
    assert_eq!(found.headings, [(1, 6), (3, 6)]);
}

#[test]
fn numbers_over_two_rows_of_a_table_are_put_together() {
    let row = |cells: &[&str]| {
        let cells: String = cells.iter().map(|text| format!("<w:tc>{}</w:tc>", paragraph(text))).collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    let rows =
        [row(&["姓名", "身份证号", "电话"]), row(&["甲", "0000001990", "1380013"]), row(&["", "01010018", "8000"])];
    let found = read(&docx(&format!("<w:tbl>{}</w:tbl>", rows.concat()), &[]), "a.docx");
    let texts: Vec<&str> =
        found.parts.iter().filter(|part| part.place == "table 1 row 2").map(|part| part.text.as_str()).collect();
    assert_eq!(texts, ["甲\t0000001990\t1380013", "身份证号\n0000001990\n01010018", "电话\n1380013\n8000"]);
}

/// A picture that fills a page, as Word places it.
fn page_picture(wide: u64, high: u64) -> String {
    format!(
        "<w:p><w:r><w:drawing><wp:inline xmlns:wp=\"wp\" xmlns:a=\"a\"><wp:extent cx=\"{}\" cy=\"{}\"/><a:graphic><a:blip r:embed=\"rId5\"/></a:graphic></wp:inline></w:drawing></w:r></w:p>",
        wide * 12_700,
        high * 12_700
    )
}

#[test]
fn what_only_word_shows_is_looked_at_by_a_person() {
    let must = |body: String, more: &[(&str, &str)]| {
        let found = read(&docx(&body, more), "a.docx");
        found.unread().any(|(_, how)| how == Unread::All)
    };
    let long = paragraph(&"政务公开工作要点。".repeat(60));
    assert!(must([paragraph("公示"), page_picture(433, 630)].concat(), &[]), "a heading over a scan");
    assert!(must([long.clone(), page_picture(433, 630)].concat(), &[]), "a scan behind a text");
    assert!(must([paragraph("公示"), page_picture(60, 60)].concat(), &[]), "hardly a word");
    assert!(!must([long.clone(), page_picture(60, 60)].concat(), &[]), "an emblem in a text");
    let old = "<w:p><w:r><w:pict><v:shape style=\"width:415pt;height:590pt\"><v:imagedata r:id=\"rId5\"/></v:shape></w:pict></w:r></w:p>";
    assert!(must([long.clone(), old.to_owned()].concat(), &[]), "an old drawing");
    // A part that Word fetches while it opens the file, in whatever form it comes.
    let chunk = [long.as_str(), "<w:altChunk r:id=\"rId9\"/>"].concat();
    let spelled: String = "000000199001010018".chars().map(|c| format!("&#{};", u32::from(c))).collect();
    let page = format!("<html><body><p>甲 {spelled}</p></body></html>");
    let mail = "MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+\r\n";
    assert!(must(chunk.clone(), &[("word/afchunk.htm", &page)]));
    assert!(must(chunk, &[("word/afchunk.mht", mail)]));
    assert!(must(long.clone(), &[("word/afchunk.mht", mail)]), "though nothing names it");
    let found = read(&docx(&long, &[("word/afchunk.htm", &page)]), "a.docx");
    assert!(found.parts.iter().any(|part| part.text.contains(&spelled)), "the checks read what is spelled");
    // An object of another program that cannot be read, under any name of its folder.
    assert!(must(long.clone(), &[("word/embeddings/oleObject1.bin", "\u{1}\0\0\u{2}what")]));
    assert!(must(long.clone(), &[("word/Embeddings/oleObject1.bin", "\u{1}\0\0\u{2}what")]));
    assert!(must(long, &[("word/oleObject1.bin", "\u{1}\0\0\u{2}what")]));
}

#[test]
fn words_of_drawings_are_read() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>电话</text><text>13800138000</text></svg>";
    let found = read(&docx(&paragraph("正文"), &[("word/media/image1.svg", svg)]), "a.docx");
    assert!(found.parts.iter().any(|part| part.text.contains("13800138000")), "{:?}", found.parts);
}

/// A run with these properties.
fn run(properties: &str, text: &str) -> String {
    format!("<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>")
}

/// Letters that nobody sees stand in the file all the same.
#[test]
fn what_nobody_can_see_is_hidden_text() {
    let styles = r#"<w:styles><w:style w:type="paragraph" w:styleId="w"><w:name w:val="White"/><w:rPr><w:color w:val="FEFEFE"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="b"><w:name w:val="Band"/><w:pPr><w:shd w:val="clear" w:fill="1F4E79"/></w:pPr><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="v"><w:name w:val="Gone"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="table" w:styleId="t"><w:name w:val="Dark"/><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr></w:tblStylePr></w:style></w:styles>"#;
    let cell = |shade: &str, content: &str| format!("<w:tc><w:tcPr>{shade}</w:tcPr><w:p>{content}</w:p></w:tc>");
    let white = "<w:color w:val=\"FFFFFF\"/>";
    let dark = "<w:shd w:val=\"clear\" w:fill=\"1F4E79\"/>";
    for (body, hidden) in [
        (format!("<w:p>{}</w:p>", run(white, "甲")), true),
        (format!("<w:p>{}</w:p>", run("<w:color w:val=\"FFFFFF\" w:themeColor=\"background1\"/>", "甲")), true),
        (format!("<w:p>{}</w:p>", run("<w:sz w:val=\"2\"/>", "甲")), true),
        (format!("<w:p>{}</w:p>", run("<w:w w:val=\"1\"/>", "甲")), true),
        (format!("<w:p>{}</w:p>", run("<w:rStyle w:val=\"v\"/>", "甲")), true),
        (format!("<w:p><w:pPr><w:pStyle w:val=\"w\"/></w:pPr>{}</w:p>", run("", "甲")), true),
        (format!("<w:p><w:pPr><w:framePr w:x=\"40000\" w:y=\"1\"/></w:pPr>{}</w:p>", run("", "甲")), true),
        (format!("<w:p><w:pPr>{dark}</w:pPr>{}</w:p>", run("<w:color w:val=\"1F4E79\"/>", "甲")), true),
        (
            format!(
                "<w:tbl><w:tblPr/><w:tr>{}{}</w:tr></w:tbl>",
                cell(dark, &run("<w:color w:val=\"1F4E7A\"/>", "甲")),
                cell("", &run("", "乙"))
            ),
            true,
        ),
        // what can be seen, or may be
        (format!("<w:p><w:pPr><w:pStyle w:val=\"b\"/></w:pPr>{}</w:p>", run("", "甲")), false),
        (format!("<w:p>{}</w:p>", run("<w:color w:val=\"auto\"/>", "甲")), false),
        (format!("<w:p>{}</w:p>", run(&format!("{white}<w:highlight w:val=\"red\"/>"), "甲")), false),
        (format!("<w:p><w:pPr>{dark}</w:pPr>{}</w:p>", run(white, "甲")), false),
        (
            format!("<w:p><w:pPr><w:pStyle w:val=\"w\"/></w:pPr>{}</w:p>", run("<w:color w:val=\"FF0000\"/>", "甲")),
            false,
        ),
        (
            format!(
                "<w:tbl><w:tblPr><w:tblStyle w:val=\"t\"/></w:tblPr><w:tr>{}</w:tr></w:tbl>",
                cell("", &run(white, "甲"))
            ),
            false,
        ),
        (format!("<w:tbl><w:tblPr/><w:tr>{}</w:tr></w:tbl>", cell(dark, &run(white, "甲"))), false),
    ] {
        let found = read(&docx(&format!("{body}{}", paragraph("尾")), &[("word/styles.xml", styles)]), "表.docx");
        assert_eq!(at(&found, "hidden text 1"), hidden.then_some("甲"), "{body}");
        assert_eq!(found.text.contains('甲'), !hidden, "{body}");
        let vanished = body.contains("rStyle");
        let told = found.warnings.iter().any(|warning| warning.contains("看不见的文字"));
        assert_eq!(told, hidden && !vanished, "{body}: {:?}", found.warnings);
    }
    // a space has no colour
    let body = format!("<w:p>{}{}{}</w:p>", run("", "甲"), run(white, " "), run("", "乙"));
    let found = read(&docx(&body, &[]), "a.docx");
    assert!(found.text.starts_with("甲 乙") || found.text.starts_with("甲乙"), "{}", found.text);
    assert_eq!(at(&found, "hidden text 1"), None);
}

/// What is seen backwards is read as it is seen, and kept as it is stored.
#[test]
fn turned_text_is_read_as_it_is_seen() {
    let body = format!(
        "<w:p>{}<w:bdo w:val=\"rtl\">{}{}</w:bdo></w:p>",
        run("", "号码"),
        run("", "8100"),
        run("<w:b/>", "甲乙")
    );
    let found = read(&docx(&body, &[]), "a.docx");
    assert_eq!(found.text, "号码乙甲0018");
    assert_eq!(at(&found, "hidden text 1").map(str::trim), Some("8100甲乙"));
    assert_eq!(found.unread().count(), 1, "{:?}", found.parts);
    let body = format!("<w:p><w:dir w:val=\"rtl\">{}</w:dir></w:p>", run("", "甲乙"));
    let found = read(&docx(&body, &[]), "a.docx");
    assert_eq!((found.text.as_str(), found.unread().count()), ("甲乙", 1));
    let body = format!("<w:p><w:bdo w:val=\"ltr\">{}</w:bdo></w:p>", run("", "甲乙"));
    let found = read(&docx(&body, &[]), "a.docx");
    assert_eq!((found.text.as_str(), found.unread().count()), ("甲乙", 0));
}

/// A fraction whose line is lost says another number.
#[test]
fn formulas_stand_in_one_line() {
    let run = |text: &str| format!("<m:r><m:t>{text}</m:t></m:r>");
    let fraction = |above: &str, below: &str| {
        format!("<m:f><m:fPr/><m:num>{}</m:num><m:den>{}</m:den></m:f>", run(above), run(below))
    };
    let raised =
        |base: &str, sup: &str| format!("<m:sSup><m:e>{}</m:e><m:sup>{}</m:sup></m:sSup>", run(base), run(sup));
    let root =
        |of: &str| format!("<m:rad><m:radPr><m:degHide m:val=\"1\"/></m:radPr><m:deg/><m:e>{}</m:e></m:rad>", run(of));
    let index = format!("<m:sSub><m:e>{}</m:e><m:sub>{}</m:sub></m:sSub>", run("x"), run("12"));
    for (formula, written) in [
        (fraction("5", "2"), "5/2"),
        (fraction("a+b", "c"), "(a+b)/c"),
        (raised("10", "8"), "10⁸"),
        (raised("x", "k+1"), "x^(k+1)"),
        (root("16"), "√16"),
        (root("a+b"), "√(a+b)"),
        (index, "x₁₂"),
    ] {
        let body = format!(
            "<w:p><w:r><w:t>补贴=</w:t></w:r><m:oMathPara><m:oMath>{formula}</m:oMath></m:oMathPara><w:r><w:t>元</w:t></w:r></w:p>"
        );
        assert_eq!(read(&docx(&body, &[]), "a.docx").text, format!("补贴={written}元"));
    }
}

/// Cells that a row leaves out at its beginning are empty ones: those behind them keep their columns.
#[test]
fn rows_that_begin_later_keep_their_columns() {
    let rows = [
        [cell("", &paragraph("甲")), cell("", &paragraph("乙")), cell("", &paragraph("丙"))].concat(),
        format!(
            "<w:trPr><w:gridBefore w:val=\"1\"/></w:trPr>{}{}",
            cell("", &paragraph("乙二")),
            cell("", &paragraph("丙二"))
        ),
    ];
    let found = read(&docx(&table(&rows), &[]), "表.docx");
    let html = found.html.expect("html");
    assert!(html.contains("<tr><td></td><td>乙二</td><td>丙二</td></tr>"), "{html}");
}

/// What is told of a document that came into an editor: nobody downloads it, and nothing need be uploaded again.
#[test]
fn what_stays_behind_needs_nothing() {
    let body = "<w:p><w:r><w:t>正文</w:t></w:r><w:del w:id=\"1\" w:author=\"x\"><w:r><w:delText>13800000000</w:delText></w:r></w:del>\
                <w:ins w:id=\"2\"><w:r><w:t>新增</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏的字</w:t></w:r>\
                <w:r><w:rPr><w:strike/></w:rPr><w:t>旧标准</w:t></w:r></w:p>";
    let rels = r#"<Relationships><Relationship Id="h" Type="x/header" Target="header1.xml"/><Relationship Id="f" Type="x/footer" Target="footer1.xml"/><Relationship Id="c" Type="x/comments" Target="comments.xml"/></Relationships>"#;
    let more = [
        ("word/_rels/document.xml.rels", rels),
        ("word/header1.xml", "<w:hdr><w:p><w:r><w:t>内部资料</w:t></w:r></w:p></w:hdr>"),
        ("word/footer1.xml", "<w:ftr><w:p><w:r><w:t>第1页</w:t></w:r></w:p></w:ftr>"),
        (
            "word/comments.xml",
            "<w:comments><w:comment w:id=\"0\" w:author=\"演示员\"><w:p><w:r><w:t>再核对</w:t></w:r></w:p></w:comment></w:comments>",
        ),
    ];
    let word = docx(body, &more);
    let found = gongkai_documents_read::import(&word, "通知.docx", &documents::Limits::default()).expect("imported");
    assert!(found.html.contains("<s>旧标准</s>"), "{}", found.html);
    assert_eq!(
        found.notes,
        [
            "没有带进正文：1 条批注、1 处修订中删除的文字、1 处隐藏文字、页眉。这些不会公开，不用处理。",
            "修订中新增的文字按已接受处理，已在正文里。",
            "“旧标准”保留着删除线，公开后读者看得到；已作废的请删去。",
        ]
    );
}
