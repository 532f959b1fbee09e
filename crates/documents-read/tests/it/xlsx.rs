//! Workbooks and what hides in them.

use documents::Format;
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Note, Workbook};

use crate::fixtures::{at, read};

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
        ("sheet \"名单\" C12 (hidden)", "110101190001010000"),
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
