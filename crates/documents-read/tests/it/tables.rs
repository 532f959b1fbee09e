//! Tables of workbooks, and what is no table.

use documents::tables::{Cell, Sheet, TableRow, write_xlsx};
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
    let table = read_table(&bytes, "a.xlsx", None, &Limits::default()).expect("table");
    assert_eq!(table.sheet, "行政许可 2019");
    assert_eq!((table.header_number, table.header.join(" ")), (2, "文号 日期 件数".to_owned()));
    assert_eq!(
        table.rows,
        [row(3, &["000123456789012345678", "2019-05-01", "3"]), row(4, &["=cmd()", "多行\n\"引号\",逗号", "0.5"])]
    );
    let missing = read_table(&bytes, "a.xlsx", Some("别的"), &Limits::default()).expect_err("no such sheet");
    assert!(missing.message.contains("别的"));
}

#[test]
fn what_is_no_table_is_refused() {
    let limits = Limits { cells: 3, ..Limits::default() };
    assert_eq!(read_table(b"a,b\nc,d\n", "a.csv", None, &limits).expect_err("cells").code, Code::TooComplex);
    assert_eq!(read_table(b" \n", "a.csv", None, &Limits::default()).expect_err("empty").code, Code::Empty);
    let word = crate::fixtures::docx(&crate::fixtures::paragraph("a"), &[]);
    assert_eq!(read_table(&word, "a.docx", None, &Limits::default()).expect_err("word").code, Code::Unsupported);
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
    let table = read_table(&bytes, "a.xlsx", None, &Limits::default()).expect("table");
    assert_eq!(table.header.join(" "), "序号 任务 责任单位");
    assert_eq!(table.rows, [row(3, &["1", "甲", "演示局"]), row(4, &["2", "乙", "演示局"])]);
}
