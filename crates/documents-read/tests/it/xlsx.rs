//! Workbooks and what hides in them.

use documents::{Format, Unread};
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Note, Workbook};

use crate::fixtures::{at, read, xlsx};

#[test]
fn hidden_sheets_rows_columns_and_comments_are_named() {
    let mut book = Workbook::new();
    let date = Look::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let sheet = book.add_worksheet();
    sheet.set_name("名单").expect("name");
    sheet.write_string(0, 0, "姓名").expect("cell");
    sheet.write_string(0, 2, "身份证号").expect("cell");
    sheet.write_string(11, 0, "演示甲").expect("cell");
    sheet.write_string(11, 2, "110101190001010000").expect("cell");
    sheet.write_number(12, 0, 12.0).expect("cell");
    sheet.write_number(12, 1, 0.5).expect("cell");
    let day = ExcelDateTime::from_ymd(2019, 5, 1).expect("day");
    sheet.write_datetime_with_format(13, 0, &day, &date).expect("cell");
    sheet.write_string(14, 0, "藏行").expect("cell");
    sheet.set_column_hidden(2).expect("hide");
    sheet.set_row_hidden(14).expect("hide");
    sheet.insert_note(0, 0, &Note::new("批注内容").set_author("演示员")).expect("note");
    let secret = book.add_worksheet();
    secret.set_name("底稿").expect("name");
    secret.write_string(0, 0, "底").expect("cell");
    secret.set_hidden(true);
    let found = read(&book.save_to_buffer().expect("workbook"), "名单.xlsx");
    assert_eq!(found.format, Format::Xlsx);
    assert_eq!(found.text, "姓名\n演示甲\n12\t0.5\n2019-05-01");
    for (place, text) in [
        ("sheet \"名单\" A1", "姓名"),
        ("sheet \"名单\" C12 (hidden)", "身份证号：110101190001010000"),
        ("sheet \"名单\" A15 (hidden)", "藏行"),
        ("sheet \"底稿\" A1 (hidden)", "底"),
        ("sheet \"名单\" A14", "2019-05-01"),
    ] {
        assert_eq!(at(&found, place), Some(text), "{place}");
    }
    assert!(at(&found, "sheet \"名单\" comment A1").is_some_and(|text| text.contains("批注内容")));
    assert!(found.warnings.iter().any(|warning| warning.contains("名单") && warning.contains("隐藏的行或列")));
    assert!(found.warnings.iter().any(|warning| warning.contains("底稿") && warning.contains("隐藏的工作表")));
}

/// The boxes of a form: no cell holds the number that the row shows.
#[test]
fn digits_in_a_row_of_cells_are_a_place_of_their_own() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("表").expect("name");
    sheet.write_string(1, 0, "手机").expect("cell");
    for (column, digit) in (2_u16..).zip("13800138000".chars()) {
        sheet.write_string(1, column, digit.to_string()).expect("cell");
    }
    sheet.write_string(2, 0, "甲").expect("cell");
    sheet.write_string(2, 1, "1").expect("cell");
    let found = read(&book.save_to_buffer().expect("workbook"), "表.xlsx");
    assert_eq!(at(&found, "sheet \"表\" C2:M2"), Some("手机\t1\t3\t8\t0\t0\t1\t3\t8\t0\t0\t0"));
    assert!(!found.parts.iter().any(|part| part.place.contains("3:")));
}

/// Empty cells keep the others in their columns, and a cell over several rows is said in each.
#[test]
fn cells_stand_in_their_columns() {
    let mut book = Workbook::new();
    let look = Look::new();
    let sheet = book.add_worksheet();
    for (column, name) in [(1, "任务"), (2, "牵头单位"), (3, "配合/责任单位")] {
        sheet.write_string(0, column, name).expect("cell");
    }
    sheet.write_string(1, 1, "甲").expect("cell");
    sheet.write_string(1, 3, "各镇\n各局").expect("cell");
    sheet.merge_range(2, 2, 3, 2, "演示局", &look).expect("merge");
    sheet.write_string(2, 1, "乙").expect("cell");
    sheet.write_string(3, 1, "丙").expect("cell");
    let found = read(&book.save_to_buffer().expect("workbook"), "表.xlsx");
    assert_eq!(found.text, "任务\t牵头单位\t配合/责任单位\n甲\t\t各镇 各局\n乙\t演示局\n丙\t〃");
}

/// What cells show is the text: a month without day, a number with words.
#[test]
fn cells_are_read_as_they_are_shown() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = ExcelDateTime::from_ymd(2026, 6, 1).expect("day");
    let month = Look::new().set_num_format("yyyy\"年\"m\"月\"");
    sheet.write_datetime_with_format(0, 0, &day, &month).expect("cell");
    sheet.write_number_with_format(0, 1, 6.0, &Look::new().set_num_format("0\"月底前\"")).expect("cell");
    sheet.write_number_with_format(0, 2, 12.0, &Look::new().set_num_format("00000")).expect("cell");
    let found = read(&book.save_to_buffer().expect("workbook"), "表.xlsx");
    assert_eq!(found.text, "2026年6月\t6月底前\t00012");
    assert_eq!(at(&found, "sheet \"Sheet1\" C1"), Some("12"));
}

/// Neither half holds what people see.
#[test]
fn numbers_over_cells_beside_or_below_are_put_together() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("表").expect("name");
    for (row, cells) in
        (0_u32..).zip([["身份证号", "", "", "电话"], ["000000", "19900101", "0018", "1380013"], ["", "", "", "8000"]])
    {
        for (column, text) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, text).expect("cell");
        }
    }
    let found = read(&book.save_to_buffer().expect("workbook"), "表.xlsx");
    assert_eq!(at(&found, "sheet \"表\" A2:C2"), Some("身份证号\n000000\t19900101\t0018"));
    assert_eq!(at(&found, "sheet \"表\" D2:D3"), Some("电话\n1380013\n8000"));
}

fn sheet_xml(cells: &str) -> Vec<u8> {
    let book =
        br#"<workbook xmlns="x" xmlns:r="y"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let relations = br#"<Relationships xmlns="z"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
    let main = br#"<Relationships xmlns="z"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let texts = r#"<sst xmlns="x"><si><t>责任单位</t></si><si><r><rPr><strike/></rPr><t>县财政局</t></r><r><rPr><strike val="0"/></rPr><t>县民政局</t></r></si></sst>"#;
    let styles = br#"<styleSheet xmlns="x"><fonts><font/><font><strike/></font></fonts><cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs></styleSheet>"#;
    let sheet = format!("<worksheet xmlns=\"x\"><sheetData>{cells}</sheetData></worksheet>");
    crate::fixtures::archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", main),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/sharedStrings.xml", texts.as_bytes()),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn table(bytes: &[u8]) -> documents::tables::Table {
    gongkai_documents_read::read_table(bytes, "表.xlsx", &Default::default(), &documents::Limits::default())
        .expect("table")
}

#[test]
fn struck_out_words_are_left_out_and_named() {
    let bytes = sheet_xml(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>任务</t></is></c><c r="B1" t="s"><v>0</v></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><r><t>培</t></r><r><rPr><strike/></rPr><t>洗</t></r><r><t>训</t></r></is></c><c r="B2" t="s"><v>1</v></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>甲</t></is></c><c r="B3" s="1" t="inlineStr"><is><t>县教体局</t></is></c></row>"#,
    );
    let found = read(&bytes, "表.xlsx");
    assert_eq!(found.text, "任务\t责任单位\n培训\t县民政局\n甲");
    assert_eq!(at(&found, "sheet \"S\" B2"), Some("县财政局县民政局"));
    assert!(
        found.warnings.iter().any(|one| one.contains("B2“县财政局县民政局”") && one.contains("B3")),
        "{:?}",
        found.warnings
    );
    let table = table(&bytes);
    assert_eq!(table.rows[0].cells, ["培训", "县民政局"]);
    assert_eq!(table.rows[1].cells, ["甲", ""]);
    assert!(table.said_sheet().contains("第 3 行“县教体局”"), "{}", table.said_sheet());
}

#[test]
fn formulas_without_a_result_are_named() {
    let bytes = sheet_xml(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>代码</t></is></c><c r="B1" t="inlineStr"><is><t>名称</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>QH1</t></is></c><c r="B2"><f>"青禾县"&amp;"财政局"</f></c><c r="C2" t="str"><f>IF(1,"","")</f><v></v></c></row>"#,
    );
    let found = read(&bytes, "表.xlsx");
    assert!(
        found.warnings.iter().any(|one| one.contains("B2 等 1 个单元格的公式没有保存结果")),
        "{:?}",
        found.warnings
    );
    assert_eq!(found.text, "代码\t名称\nQH1\t#公式没有结果!");
    let table = table(&bytes);
    assert!(documents::tables::fault(&table.rows[0].cells[1]).is_some_and(|words| words.contains("公式")), "{table:?}");
}

#[test]
fn a_picture_of_a_list_is_looked_at_by_a_person() {
    let drawing = |ext: &str| {
        format!(
            "<xdr:wsDr xmlns:xdr=\"x\" xmlns:a=\"a\"><xdr:oneCellAnchor>{ext}<xdr:pic><a:blip r:embed=\"rId1\"/></xdr:pic></xdr:oneCellAnchor></xdr:wsDr>"
        )
    };
    let must = |cells: usize, drawing: &str| {
        let cell =
            |at| format!("<row r=\"{at}\"><c r=\"A{at}\" t=\"inlineStr\"><is><t>县民政局名单</t></is></c></row>");
        let rows: String = (1..=cells).map(cell).collect();
        let found = read(&xlsx(&rows, "", &[("xl/drawings/drawing1.xml", drawing)]), "a.xlsx");
        found.unread().any(|(_, how)| how == Unread::All)
    };
    let page = drawing("<xdr:ext cx=\"5000000\" cy=\"8000000\"/>");
    assert!(must(1, &page), "a heading over it");
    assert!(must(100, &page), "beside a table");
    assert!(!must(100, &drawing("<xdr:ext cx=\"600000\" cy=\"600000\"/>")), "an emblem");
    let cells = "<xdr:from><xdr:col>0</xdr:col><xdr:row>1</xdr:row></xdr:from><xdr:to><xdr:col>9</xdr:col><xdr:row>45</xdr:row></xdr:to>";
    assert!(must(100, &drawing(cells)), "over cells");
    assert!(must(10, &drawing("")) && !must(100, &drawing("")), "of no known size");
}

/// White on nothing, the colour of the fill, a format of nothing, a column without width: the cell holds it all the same.
#[test]
fn cells_that_show_nothing_are_hidden() {
    const STYLES: &str = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
        <numFmts><numFmt numFmtId=\"170\" formatCode=\";;;\"/></numFmts>\
        <fonts><font><sz val=\"11\"/></font><font><color rgb=\"FFFFFFFF\"/></font><font><color rgb=\"FF1F4E79\"/></font>\
        <font><sz val=\"1\"/></font><font><color theme=\"0\"/></font></fonts>\
        <fills><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
        <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FF1F4E79\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>\
        <cellXfs><xf fontId=\"0\" fillId=\"0\" numFmtId=\"0\"/><xf fontId=\"1\" fillId=\"0\"/><xf fontId=\"2\" fillId=\"2\"/>\
        <xf fontId=\"3\" fillId=\"0\"/><xf fontId=\"4\" fillId=\"0\"/><xf fontId=\"0\" fillId=\"0\" numFmtId=\"170\"/>\
        <xf fontId=\"1\" fillId=\"2\"/><xf fontId=\"1\" fillId=\"1\"/></cellXfs></styleSheet>";
    let cell = |style: usize| format!("<row r=\"1\"><c r=\"A1\" s=\"{style}\" t=\"str\"><v>甲</v></c></row>");
    let of = |style: usize, behind: &str| read(&xlsx(&cell(style), behind, &[("xl/styles.xml", STYLES)]), "表.xlsx");
    for (style, hidden) in [(0, false), (1, true), (2, true), (3, true), (4, true), (5, true), (6, false), (7, false)] {
        let found = of(style, "");
        let place = if hidden { "sheet \"名单\" A1 (hidden)" } else { "sheet \"名单\" A1" };
        assert_eq!(at(&found, place), Some("甲"), "{style}: {:?}", found.parts);
        assert_eq!(found.text.contains('甲'), !hidden, "{style}");
        assert_eq!(found.warnings.iter().any(|warning| warning.contains("看不见的单元格")), hidden, "{style}");
    }
    // A rule may colour the cell: then nobody can tell from its style.
    let found = of(
        1,
        "<conditionalFormatting sqref=\"A1\"><cfRule type=\"expression\" priority=\"1\"><formula>1</formula></cfRule></conditionalFormatting>",
    );
    assert_eq!(found.text, "甲");
    let narrow = format!("{}</sheetData><cols><col min=\"1\" max=\"1\" width=\"0.1\"/></cols><sheetData>", cell(0));
    let found = read(&xlsx(&narrow, "", &[("xl/styles.xml", STYLES)]), "表.xlsx");
    assert_eq!(at(&found, "sheet \"名单\" A1 (hidden)"), Some("甲"), "{:?}", found.parts);
}
