//! Tables in and out.

use gongkai_documents::tables::{Cell, Sheet, TableRow, read_table, sheet_names, write_csv, write_xlsx};
use gongkai_documents::{Code, Limits};

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
    assert_eq!(sheet_names(&bytes, "a.xlsx", &Limits::default()), Ok(vec!["行政许可 2019".to_owned()]));
    let missing = read_table(&bytes, "a.xlsx", Some("别的"), &Limits::default()).expect_err("no such sheet");
    assert!(missing.message.contains("别的"));
}

#[test]
fn written_csv_is_for_excel_and_holds_no_formulas() {
    let bytes = write_csv(&sheet());
    let text = std::str::from_utf8(&bytes).expect("utf-8");
    assert_eq!(
        text,
        "\u{feff}文号,日期,件数\r\n000123456789012345678,2019-05-01,3\r\n'=cmd(),\"多行\n\"\"引号\"\",逗号\",0.5\r\n"
    );
    for danger in ["=1", "+1", "-1", "@a", "\ta"] {
        let sheet = Sheet { header: vec![danger.to_owned()], ..Sheet::default() };
        let written = String::from_utf8(write_csv(&sheet)).expect("utf-8");
        assert!(written.trim_start_matches('\u{feff}').trim_start_matches('"').starts_with('\''), "{written}");
    }
}

#[test]
fn csv_rows_carry_the_numbers_of_the_spreadsheet() {
    let text = "\u{feff}名称,日期\r\n\"两\r\n行\",2019-01-01\r\n\r\n甲,乙,丙\n丁\n";
    let table = read_table(text.as_bytes(), "a.csv", None, &Limits::default()).expect("table");
    assert_eq!(table.header, ["名称", "日期"]);
    assert_eq!(table.rows, [row(2, &["两\n行", "2019-01-01"]), row(4, &["甲", "乙", "丙"]), row(5, &["丁", ""])]);
    let (gbk, _, _) = encoding_rs::GBK.encode("名称;日期\n甲;乙\n");
    let table = read_table(&gbk, "a.csv", None, &Limits::default()).expect("table");
    assert_eq!(table.rows, [row(2, &["甲", "乙"])]);
}

#[test]
fn what_is_no_table_is_refused() {
    let limits = Limits { cells: 3, ..Limits::default() };
    assert_eq!(read_table(b"a,b\nc,d\n", "a.csv", None, &limits).expect_err("cells").code, Code::TooComplex);
    assert_eq!(read_table(b" \n", "a.csv", None, &Limits::default()).expect_err("empty").code, Code::Empty);
    let word = crate::fixtures::docx(&crate::fixtures::paragraph("a"), &[]);
    assert_eq!(read_table(&word, "a.docx", None, &Limits::default()).expect_err("word").code, Code::Unsupported);
}
