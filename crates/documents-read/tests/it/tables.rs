//! Tables of workbooks, and what is no table.

use documents::tables::{Cell, Sheet, TableRow, Wanted, write_xlsx};
use documents::{Code, Limits};
use gongkai_documents_read::read_table;

fn sheet() -> Sheet {
    Sheet {
        name: "行政许可[2019]".to_owned(),
        title: Some("演示县行政许可".to_owned()),
        header: vec!["文号".to_owned(), "日期".to_owned(), "件数".to_owned()],
        rows: vec![
            vec!["000123456789012345678".into(), "2019-05-01".into(), Cell::from(3)],
            vec!["=cmd()".into(), "多行\n\"引号\",逗号".into(), Cell::from(0.5)],
        ],
        widths: vec![24.0],
    }
}

fn row(number: usize, cells: &[&str]) -> TableRow {
    TableRow { number, cells: cells.iter().map(|cell| (*cell).to_owned()).collect() }
}

#[test]
fn a_written_workbook_reads_back_the_same() {
    let bytes = write_xlsx(&sheet()).expect("workbook");
    let table = read_table(&bytes, "a.xlsx", &Wanted::default(), &Limits::default()).expect("table");
    assert_eq!(table.sheet, "行政许可 2019");
    assert_eq!((table.header_number, table.header.join(" ")), (2, "文号 日期 件数".to_owned()));
    assert_eq!(
        table.rows,
        [row(3, &["000123456789012345678", "2019-05-01", "3"]), row(4, &["=cmd()", "多行\n\"引号\",逗号", "0.5"])]
    );
    let missing =
        read_table(&bytes, "a.xlsx", &Wanted { sheet: Some("别的".into()), ..Wanted::default() }, &Limits::default())
            .expect_err("no such sheet");
    assert!(missing.message.contains("别的"));
}

#[test]
fn what_is_no_table_is_refused() {
    let limits = Limits { cells: 3, ..Limits::default() };
    assert_eq!(
        read_table(b"a,b\nc,d\n", "a.csv", &Wanted::default(), &limits).expect_err("cells").code,
        Code::TooComplex
    );
    assert_eq!(
        read_table(b" \n", "a.csv", &Wanted::default(), &Limits::default()).expect_err("empty").code,
        Code::Empty
    );
    let word = crate::fixtures::docx(&crate::fixtures::paragraph("a"), &[]);
    assert_eq!(
        read_table(&word, "a.docx", &Wanted::default(), &Limits::default()).expect_err("word").code,
        Code::Unsupported
    );
}

/// An owner over two rows owns both; a title over all columns is said once.
#[test]
fn cells_over_several_rows_are_said_in_each() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let look = rust_xlsxwriter::Format::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 2, "演示县任务清单", &look).expect("title");
    for (column, name) in [(0, "序号"), (1, "任务"), (2, "责任单位")] {
        sheet.write_string(1, column, name).expect("cell");
    }
    sheet.merge_range(2, 2, 3, 2, "演示局", &look).expect("merge");
    for (at, task) in [(2, "甲"), (3, "乙")] {
        sheet.write_number(at, 0, f64::from(at - 1)).expect("cell");
        sheet.write_string(at, 1, task).expect("cell");
    }
    let bytes = book.save_to_buffer().expect("workbook");
    let table = read_table(&bytes, "a.xlsx", &Wanted::default(), &Limits::default()).expect("table");
    assert_eq!(table.header.join(" "), "序号 任务 责任单位");
    assert_eq!(table.rows, [row(3, &["1", "甲", "演示局"]), row(4, &["2", "乙", "演示局"])]);
}

/// Codes, telephone numbers and months are kept as numbers with a format, and shown as what was meant.
#[test]
fn values_are_those_that_the_spreadsheet_shows() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let look = |code: &str| rust_xlsxwriter::Format::new().set_num_format(code);
    for (column, name) in ["代码", "电话", "时限", "月份", "号码", "错误", "比例"].into_iter().enumerate()
    {
        sheet.write_string(0, u16::try_from(column).expect("few"), name).expect("cell");
    }
    sheet.write_number_with_format(1, 0, 12, &look("00000")).expect("cell");
    sheet.write_number_with_format(1, 1, 7_931_234_567_f64, &look("0000-0000000")).expect("cell");
    sheet.write_number_with_format(1, 2, 2026.1, &look("0.00")).expect("cell");
    sheet.write_number_with_format(1, 3, 46296, &look("yyyy.mm")).expect("cell");
    sheet.write_number(1, 4, 113_611_240_000_000_012_i64 as f64).expect("cell");
    sheet.write_formula(1, 5, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).expect("cell");
    sheet.write_number_with_format(1, 6, 46296, &look("yyyy-mm-dd")).expect("cell");
    let bytes = book.save_to_buffer().expect("workbook");
    let table = read_table(&bytes, "a.xlsx", &Wanted::default(), &Limits::default()).expect("table");
    assert_eq!(
        table.rows[0].cells,
        ["00012", "0793-1234567", "2026.10", "2026-10", "1.13611E+17", "#N/A", "2026-10-01"]
    );
    assert_eq!(table.rows[0].cells.iter().filter(|cell| documents::tables::fault(cell).is_some()).count(), 2);
}

/// A sheet that says how to fill in the table stands before the table; rows that a filter hides are among the rows.
#[test]
fn the_sheet_is_the_one_with_known_headings_and_hidden_rows_are_named() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let look = rust_xlsxwriter::Format::new();
    let notes = book.add_worksheet().set_name("填表说明").expect("name");
    notes.write_string(0, 0, "请按要求填写").expect("cell");
    notes.write_string(1, 0, "一").expect("cell");
    notes.write_string(1, 1, "责任单位填全称").expect("cell");
    let sheet = book.add_worksheet().set_name("清单").expect("name");
    sheet.merge_range(0, 0, 0, 2, "填报单位：县政府办", &look).expect("title");
    for (column, name) in [(0, "序号"), (1, "任务"), (2, "责任单位")] {
        sheet.write_string(1, column, name).expect("cell");
    }
    for (row, task) in [(2, "甲"), (3, "乙"), (4, "丙")] {
        sheet.write_string(row, 1, task).expect("cell");
        sheet.write_string(row, 2, "演示局").expect("cell");
    }
    sheet.set_row_hidden(3).expect("hidden");
    let bytes = book.save_to_buffer().expect("workbook");
    let wanted = Wanted::headed(["序号", "任务", "责任单位"]);
    let table = read_table(&bytes, "a.xlsx", &wanted, &Limits::default()).expect("table");
    assert_eq!((table.sheet.as_str(), table.header_number, table.rows.len()), ("清单", 2, 3));
    assert_eq!(table.hidden, [4]);
    // without a known header the first sheet is said by name
    let other = read_table(&bytes, "a.xlsx", &Wanted::headed(["甲", "乙"]), &Limits::default()).expect("table");
    assert_eq!(other.sheet, "填表说明");
}

/// A date that is written is a number with the look of a date, so that a spreadsheet sorts and filters by it.
#[test]
fn a_written_date_is_a_real_date() {
    let rows = vec![vec![Cell::Date(2026, 12, 5), "2026-12-05".into()]];
    let header = vec!["期限".to_owned(), "文字".to_owned()];
    let bytes = write_xlsx(&Sheet { header, rows, ..Sheet::default() }).expect("workbook");
    let table = read_table(&bytes, "a.xlsx", &Wanted::default(), &Limits::default()).expect("table");
    assert_eq!(table.rows, [row(2, &["2026-12-05", "2026-12-05"])]);
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("zip");
    let mut xml = String::new();
    let mut part = book.by_name("xl/worksheets/sheet1.xml").expect("sheet");
    std::io::Read::read_to_string(&mut part, &mut xml).expect("xml");
    let serial = "<v>46361</v>";
    assert!(xml.contains(serial), "{xml}");
}
