//! CSV in and out.

use gongkai_documents::tables::{Cell, Sheet, Table, TableRow, Wanted, fault, read_csv, write_csv};
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
    let table = read_csv(text.as_bytes(), &Wanted::default(), &Limits::default()).expect("table");
    assert_eq!(table.header, ["名称", "日期"]);
    assert_eq!(table.rows, [row(2, &["两\n行", "2019-01-01"]), row(4, &["甲", "乙", "丙"]), row(5, &["丁", ""])]);
    let (gbk, _, _) = encoding_rs::GBK.encode("名称;日期\n甲;乙\n");
    let table = read_csv(&gbk, &Wanted::default(), &Limits::default()).expect("table");
    assert_eq!(table.rows, [row(2, &["甲", "乙"])]);
}

#[test]
fn what_is_no_table_is_refused() {
    let limits = Limits { cells: 3, ..Limits::default() };
    assert_eq!(read_csv(b"a,b\nc,d\n", &Wanted::default(), &limits).expect_err("cells").code, Code::TooComplex);
    assert_eq!(read_csv(b" \n", &Wanted::default(), &Limits::default()).expect_err("empty").code, Code::Empty);
    assert_eq!(read_csv(b"\0\x01", &Wanted::default(), &Limits::default()).expect_err("junk").code, Code::NotText);
}

const HEADINGS: [&str; 5] = ["序号", "任务", "责任单位", "牵头单位", "完成时限"];

fn table(rows: &[&[&str]]) -> Table {
    let rows = rows.iter().enumerate().map(|(at, cells)| row(at + 1, cells)).collect();
    Table::of_rows(String::new(), rows, &Wanted::headed(HEADINGS)).expect("table")
}

#[test]
fn the_header_is_the_row_with_known_headings() {
    let table = table(&[
        &["青禾县2026年政务公开任务清单"],
        &["填报单位：县政府办", "", "填报日期：2026-01-05", "联系电话：0000-1234567"],
        &["序号", "*任 务", "责任\u{200b}单位", "备注"],
        &["1", "甲", "县财政局"],
    ]);
    assert_eq!((table.header_number, table.rows.len(), table.rows[0].number), (3, 1, 4));
    assert_eq!(table.above[0], "青禾县2026年政务公开任务清单");
    assert_eq!(table.rows[0].cells, ["1", "甲", "县财政局", ""]);
}

#[test]
fn a_header_of_two_rows_is_one() {
    let one = table(&[
        &["序号", "任务", "分工", "", "完成时限"],
        &["序号", "任务", "牵头单位", "责任单位", "完成时限"],
        &["1", "甲", "县财政局", "县审计局", "6月底前"],
    ]);
    assert_eq!((one.header.join(" "), one.header_number), ("序号 任务 牵头单位 责任单位 完成时限".to_owned(), 2));
    let other = table(&[&["序号", "任务", "分工", ""], &["", "", "牵头单位", "责任单位"], &["1", "甲", "乙", "丙"]]);
    assert_eq!((other.header.join(" "), other.rows.len()), ("序号 任务 牵头单位 责任单位".to_owned(), 1));
    // a first row of values is none, even where a value is called as a heading is
    let plain = table(&[&["序号", "任务", "责任单位", ""], &["1", "甲", "县财政局", "任务"]]);
    assert_eq!(plain.rows.len(), 1);
}

#[test]
fn csv_of_excel_with_titles_and_other_signs() {
    for text in [
        "sep=;\n任务;责任单位\n甲;县财政局\n",
        "青禾县任务清单，共1项\n任务;责任单位\n甲;县财政局\n",
        "青禾县任务清单,共1项\n任务;责任单位\n甲;县财政局\n",
        "清单\n\n任务\t责任单位\n甲\t县财政局\n",
        "清单,,\n任务,责任单位,\n甲,县财政局,\n",
    ] {
        let table = read_csv(text.as_bytes(), &Wanted::headed(HEADINGS), &Limits::default()).expect("table");
        assert_eq!(table.header, ["任务", "责任单位"], "{text}");
        assert_eq!((table.rows.len(), table.rows[0].cells[1].as_str()), (1, "县财政局"), "{text}");
        assert_eq!(text.lines().nth(table.rows[0].number - 1).map(|line| line.starts_with('甲')), Some(true), "{text}");
    }
}

#[test]
fn cells_that_lost_what_was_typed_are_told() {
    for cell in ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "1.13611E+17", "3.6E+17"] {
        assert!(fault(cell).is_some_and(|words| words.contains(cell) && words.contains('请')), "{cell}");
    }
    for cell in ["", "#", "#1", "113611240000000012", "E+1", "1E", "县财政局", "A1E+2"] {
        assert_eq!(fault(cell), None, "{cell}");
    }
}

#[test]
fn what_is_no_record_is_set_aside_and_told() {
    let wanted = Wanted::headed(["机关代码", "机关名称"]);
    let csv = "青禾县机关名录\n填报单位：县委编办,填报日期：2026年3月\n机关代码,机关名称,传真\nQH001,青禾县财政局,0793-1\nQH002,注册办,\n合计,2,\n注：本表由县委编办提供。,,\n制表人：演示甲,,\n";
    let mut table = read_csv(csv.as_bytes(), &wanted, &Limits::default()).expect("table");
    table.set_aside();
    let names: Vec<&str> = table.rows.iter().map(|row| row.cells[1].as_str()).collect();
    assert_eq!(names, ["青禾县财政局", "注册办"]);
    let said = table.left_out(&wanted);
    for told in
        ["“青禾县机关名录”", "填报日期：2026年3月", "“传真”一列", "第 6 行“合计 2”", "第 7 行“注：", "第 8 行“制表人"]
    {
        assert!(said.iter().any(|one| one.contains(told)), "{told} {said:?}");
    }
    assert_eq!(said.len(), 6, "{said:?}");
}
