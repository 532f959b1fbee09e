//! CSV in and out.

use gongkai_documents::tables::{Cell, Sheet, TableRow, read_csv, write_csv};
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
    let table = read_csv(text.as_bytes(), &Limits::default()).expect("table");
    assert_eq!(table.header, ["名称", "日期"]);
    assert_eq!(table.rows, [row(2, &["两\n行", "2019-01-01"]), row(4, &["甲", "乙", "丙"]), row(5, &["丁", ""])]);
    let (gbk, _, _) = encoding_rs::GBK.encode("名称;日期\n甲;乙\n");
    let table = read_csv(&gbk, &Limits::default()).expect("table");
    assert_eq!(table.rows, [row(2, &["甲", "乙"])]);
}

#[test]
fn what_is_no_table_is_refused() {
    let limits = Limits { cells: 3, ..Limits::default() };
    assert_eq!(read_csv(b"a,b\nc,d\n", &limits).expect_err("cells").code, Code::TooComplex);
    assert_eq!(read_csv(b" \n", &Limits::default()).expect_err("empty").code, Code::Empty);
    assert_eq!(read_csv(b"\0\x01", &Limits::default()).expect_err("junk").code, Code::NotText);
}
