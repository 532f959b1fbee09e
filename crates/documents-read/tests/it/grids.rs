//! Workbooks and CSV files cell by cell.

use documents::{Code, Extractor, Grid, GridRow, Limits, Merge};
use gongkai_documents_read::grids;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Formula, Workbook};

use crate::fixtures::{archive, docx, paragraph};

fn read(bytes: &[u8], name: &str) -> Vec<Grid> {
    grids(bytes, name, &Limits::default()).expect("grids")
}

fn row(number: u32, cells: &[(u32, &str)]) -> GridRow {
    let cells = cells.iter().map(|(column, text)| (*column, (*text).to_owned())).collect();
    GridRow { number, hidden: false, cells }
}

fn code(bytes: &[u8], name: &str, limits: &Limits) -> Code {
    let rejected = grids(bytes, name, limits).expect_err("refused");
    assert!(rejected.message.contains("请"), "says what to do: {rejected}");
    rejected.code
}

/// Heads are compared each with each: so many that it would take minutes are refused when they are read.
#[test]
fn a_row_of_far_too_many_cells_is_refused() {
    let heads = |count: usize| (0..count).map(|at| format!("h{at}")).collect::<Vec<_>>().join(",");
    assert_eq!(code(heads(200_000).as_bytes(), "a.csv", &Limits::default()), Code::TooComplex);
    assert_eq!(read(heads(1000).as_bytes(), "a.csv")[0].rows[0].cells.len(), 1000);
}

/// What is shown is what counts: decimals, zeros before a code, days, results of formulas; merged cells, what is hidden.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let look = |code: &str| Look::new().set_num_format(code);
    let sheet = book.add_worksheet();
    sheet.set_name("表1").expect("name");
    sheet.merge_range(0, 0, 0, 2, "某县收支情况表", &Look::new()).expect("title");
    sheet.write_number_with_format(2, 0, 0.1, &look("0.00")).expect("cell");
    sheet.write_number_with_format(2, 1, 12, &look("00000")).expect("cell");
    sheet.write_number(2, 2, 0.1 + 0.2).expect("cell");
    let day = ExcelDateTime::from_ymd(2026, 3, 5).expect("day");
    sheet.write_datetime_with_format(3, 0, &day, &look("yyyy/m/d")).expect("cell");
    sheet.write_formula(3, 1, Formula::new("=SUM(A1)").set_result("8503.1")).expect("cell");
    sheet.write_string(3, 2, "110101190001010000").expect("cell");
    sheet.write_string(4, 1, "藏").expect("cell");
    sheet.set_row_hidden(4).expect("hide");
    sheet.set_column_hidden(2).expect("hide");
    let hidden = book.add_worksheet();
    hidden.set_name("底稿").expect("name");
    hidden.write_string(0, 0, "底").expect("cell");
    hidden.set_hidden(true);
    book.save_to_buffer().expect("workbook")
}

#[test]
fn cells_are_told_as_they_are_shown() {
    let found = read(&workbook(), "a.xlsx");
    assert_eq!(found.len(), 2);
    let shown = &found[0];
    assert_eq!((shown.name.as_str(), shown.hidden), ("表1", false));
    assert_eq!(shown.merges, [Merge { rows: (1, 1), columns: (0, 2) }]);
    assert_eq!(
        shown.rows,
        [
            row(1, &[(0, "某县收支情况表")]),
            row(3, &[(0, "0.10"), (1, "00012"), (2, "0.3")]),
            row(4, &[(0, "2026-03-05"), (1, "8503.1"), (2, "110101190001010000")]),
            GridRow { hidden: true, ..row(5, &[(1, "藏")]) },
        ]
    );
    assert!(shown.notes.iter().any(|note| note.contains("第 5 行")), "{:?}", shown.notes);
    assert!(shown.notes.iter().any(|note| note.contains("C 列")), "{:?}", shown.notes);
    let kept = &found[1];
    assert_eq!((kept.name.as_str(), kept.hidden, kept.rows.len()), ("底稿", true, 0));
}

#[test]
fn a_csv_in_any_encoding_is_one_grid() {
    let text = "2019年度情况\n单位：万元,,\n\n项目,金额\n　　其中：购置费,0.10\n";
    let expected = [
        row(1, &[(0, "2019年度情况")]),
        row(2, &[(0, "单位：万元")]),
        row(4, &[(0, "项目"), (1, "金额")]),
        row(5, &[(0, "其中：购置费"), (1, "0.10")]),
    ];
    let (gb, _, _) = encoding_rs::GB18030.encode(text);
    let marked = format!("\u{feff}{text}");
    for bytes in [text.as_bytes(), gb.as_ref(), marked.as_bytes()] {
        let found = read(bytes, "三公.csv");
        assert_eq!((found.len(), found[0].name.as_str()), (1, "三公"));
        assert_eq!(found[0].rows, expected);
    }
    let tabs = read(b"a\tb\n1\t2\n", "a.tsv");
    assert_eq!(tabs[0].rows, [row(1, &[(0, "a"), (1, "b")]), row(2, &[(0, "1"), (1, "2")])]);
}

#[test]
fn what_cannot_be_read_is_refused_with_advice() {
    let limits = Limits::default();
    let whole = workbook();
    assert!(matches!(code(&whole[..whole.len() / 2], "a.xlsx", &limits), Code::Truncated | Code::Damaged));
    let few = Limits { grid_cells: 5, ..limits.clone() };
    assert_eq!(code(&whole, "a.xlsx", &few), Code::TooComplex);
    let short = Limits { grid_text: 20, ..limits.clone() };
    assert_eq!(code(&whole, "a.xlsx", &short), Code::TooComplex);
    assert_eq!(code(b"a,b,c\nd,e,f\n", "a.csv", &few), Code::TooComplex);
    let packed = Limits { grid_unpacked: 100, ..limits.clone() };
    assert_eq!(code(&whole, "a.xlsx", &packed), Code::Bomb);
    let small = Limits { input_bytes: 10, ..limits.clone() };
    assert_eq!(code(&whole, "a.xlsx", &small), Code::TooLarge);
    assert_eq!(code(&docx(&paragraph("a"), &[]), "a.docx", &limits), Code::Unsupported);
    let mut encrypted = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    encrypted.resize(512, 0);
    encrypted.extend("EncryptedPackage\0".encode_utf16().flat_map(u16::to_le_bytes));
    encrypted.resize(1024, 0);
    assert_eq!(code(&encrypted, "a.xlsx", &limits), Code::Encrypted);
}

/// A sheet of these rows, in a workbook as small as can be.
fn sheet(rows: &str) -> Vec<u8> {
    let book =
        br#"<workbook xmlns="x" xmlns:r="y"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let relations = br#"<Relationships xmlns="z"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let texts = br#"<sst xmlns="x"><si><t>A&amp;B</t></si><si><r><t>one</t></r><r><rPr><strike/></rPr><t>two</t></r></si><si/></sst>"#;
    let sheet = format!("<worksheet xmlns=\"x\"><sheetData>{rows}</sheetData></worksheet>");
    archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/sharedStrings.xml", texts),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

#[test]
fn hostile_sheets_do_no_harm() {
    let limits = Limits::default();
    let cells = r#"<row r="3"><c r="B3" t="s"><v>0</v></c><c t="s"><v>1</v></c><c r="A3" t="s"><v>99</v></c></row>
        <row r="1"><c r="A1"><f>1+1</f></c><c t="str"><f>A1</f><v></v></c><c r="A1" t="inlineStr"><is><t>last</t></is></c></row>"#;
    let found = read(&sheet(cells), "a.xlsx");
    assert_eq!(found[0].rows, [row(1, &[(0, "last")]), row(3, &[(1, "A&B"), (2, "one")])]);
    assert!(found[0].notes.iter().any(|note| note.contains("第 3 行")), "{:?}", found[0].notes);
    for (cells, expected) in [
        (r#"<row r="4000000000"><c><v>1</v></c></row>"#, Code::Damaged),
        (r#"<row r="1"><c r="ZZZZ1"><v>1</v></c><c r="XFD1"><v>1</v></c><c><v>1</v></c></row>"#, Code::Damaged),
        (r#"<row r="1"><c t="s"><v>-1</v></c></row>"#, Code::Damaged),
        (r#"<row r="1"><c><v>1</v></c>"#, Code::Damaged),
    ] {
        assert_eq!(code(&sheet(cells), "a.xlsx", &limits), expected, "{cells}");
    }
    let merges = "<mergeCell ref=\"A1:XFD1048576\"/>".repeat(400_001);
    assert_eq!(code(&sheet(&merges), "a.xlsx", &Limits { ratio: u64::MAX, ..limits }), Code::TooComplex);
}

#[tokio::test]
async fn the_child_tells_a_large_sheet_row_by_row() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.csv");
    // more than the answer of any other work may be
    let cell = "一家名字很长的演示单位".repeat(20);
    let line = format!("{}\n", [cell.as_str(); 4].join(","));
    std::fs::write(&path, line.repeat(30_000)).expect("file");
    let child = Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits::default());
    let found = child.grids(&path, "a.csv").await.expect("grids");
    assert_eq!((found[0].rows.len(), found[0].rows[29_999].number), (30_000, 30_000));
    let few = Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits { grid_cells: 100, ..Limits::default() });
    assert_eq!(few.grids(&path, "a.csv").await.expect_err("too many").code, Code::TooComplex);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_sheets_never_panic(
        pieces in proptest::collection::vec(prop_oneof![
            Just("<row>"), Just("<row r=\"2\">"), Just("</row>"), Just("<c>"), Just("<c r=\"B2\" s=\"9\" t=\"s\">"), Just("</c>"),
            Just("<c r=\"A0\" t=\"inlineStr\"/>"), Just("<v>1</v>"), Just("<v>1E999</v>"), Just("<is><t>x</t></is>"),
            Just("<mergeCell ref=\"B2:A1\"/>"), Just("<mergeCell ref=\":\"/>"), Just("<col min=\"9\" max=\"1\" hidden=\"1\"/>"),
        ], 0..30)
    ) {
        grids(&sheet(&pieces.concat()), "a.xlsx", &Limits::default()).ok();
    }
}

#[test]
fn a_formula_of_figures_without_a_value_is_told() {
    let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>合计</t></is></c><c r="B1"><f>C1+D1</f><v /></c>
        <c r="C1"><f>1+1</f></c><c r="D1" t="str"><f>IF(1,"","")</f><v></v></c><c r="E1"><f>2</f><v>2</v></c></row>"#;
    let found = read(&sheet(rows), "a.xlsx");
    let told = documents::tables::NO_RESULT.to_owned();
    let cells = [(0, "合计".to_owned()), (1, told.clone()), (2, told), (4, "2".to_owned())];
    assert_eq!(found[0].rows[0].cells, cells);
}
