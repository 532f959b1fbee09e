//! Identities within one report.

use gongkai_annual_report::{Cell, Edition, check};

use crate::{all, fill, held, noughts};

/// A year of a county: 143 received, all closed.
fn closed() -> gongkai_annual_report::Report {
    let mut report = noughts("清河县人民政府", 2023, Edition::Y2021);
    fill(&mut report, "1", ["140", "1", "0", "0", "0", "2", "143"]);
    fill(&mut report, "3.1", ["61", "1", "0", "0", "0", "0", "62"]);
    fill(&mut report, "3.4.1", ["79", "0", "0", "0", "0", "2", "81"]);
    fill(&mut report, "3.7", ["140", "1", "0", "0", "0", "2", "143"]);
    report
}

#[test]
fn a_report_that_agrees_says_so_and_what_cannot_be_said_is_open() {
    let found = check(&closed(), None, &[]);
    let (yes, open) = (Some(true), None);
    assert_eq!(all(&found), [yes, yes, yes, yes, open, open, open, open]);
    assert!(found[4].message.contains("2022"), "it says which report is missing: {}", found[4].message);
    assert!(found[6].message.contains("2019 年格式"), "{}", found[6].message);
}

#[test]
fn a_total_left_blank_over_filled_cells_is_an_error_of_its_row_alone() {
    let mut report = noughts("某省人民政府办公厅", 2019, Edition::Y2019);
    for row in &mut report.tables.requests {
        row.cells = vec![Cell::blank(); 7];
    }
    report.tables.remedies = vec![Cell::blank(); 15];
    fill(&mut report, "1", ["821", "35", "", "", "2", "1", "859"]);
    fill(&mut report, "3.1", ["748", "35", "", "", "2", "1", ""]);
    fill(&mut report, "3.3.1", ["1", "", "", "", "", "", ""]);
    fill(&mut report, "3.7", ["749", "35", "", "", "2", "1", "787"]);
    fill(&mut report, "4", ["72", "", "", "", "", "", "72"]);
    let found = check(&report, None, &[]);
    assert_eq!(held(&found, "1"), Some(true));
    assert_eq!(held(&found, "2"), Some(true), "what the rows give is reckoned with: {}", found[1].message);
    assert!(found[1].message.contains("没有填写总计"), "{}", found[1].message);
    assert_eq!(held(&found, "3"), Some(false));
    assert_eq!(found[2].breaches.len(), 2, "rows that are blank as a whole are noughts");
    assert!(found[2].message.contains("没有填写总计，各列之和是 786"), "{}", found[2].message);
    assert_eq!(held(&found, "4"), Some(true));
}

#[test]
fn a_request_in_one_column_and_not_in_the_total_is_named_with_its_values() {
    let mut report = noughts("河口镇人民政府", 2021, Edition::Y2021);
    fill(&mut report, "1", ["0", "0", "0", "0", "1", "0", "0"]);
    fill(&mut report, "3.1", ["0", "0", "0", "0", "1", "0", "0"]);
    fill(&mut report, "3.7", ["0", "0", "0", "0", "1", "0", "0"]);
    let found = check(&report, None, &[]);
    assert_eq!((held(&found, "1"), held(&found, "2"), held(&found, "3")), (Some(true), Some(true), Some(false)));
    let breach = &found[2].breaches[0];
    assert_eq!(
        breach.message,
        "“一、本年新收政府信息公开申请数量”一行：法律服务机构 1，合计 1，总计填写的是 0，相差 1"
    );
    let cells: Vec<String> = breach.cells.iter().map(|cell| cell.name()).collect();
    assert_eq!(
        cells,
        ["“一、本年新收政府信息公开申请数量”的“法律服务机构”", "“一、本年新收政府信息公开申请数量”的“总计”"]
    );
}

#[test]
fn chapter_four_is_added_up_group_by_group() {
    let mut report = closed();
    let printed = [1, 0, 6, 0, 7, 2, 0, 1, 0, 0, 0, 0, 1, 0, 1];
    report.tables.remedies = printed.into_iter().map(Cell::count).collect();
    let found = check(&report, None, &[]);
    assert_eq!(held(&found, "4"), Some(false));
    let message = &found[3].message;
    assert!(message.contains("未经复议直接起诉") && message.contains("相差 3"), "{message}");
    assert!(!message.contains("复议后起诉："), "only the group that is wrong is named: {message}");
}

#[test]
fn sums_that_are_wrong_name_column_and_difference() {
    let mut report = closed();
    fill(&mut report, "3.7", ["139", "1", "0", "0", "0", "2", "142"]);
    let found = check(&report, None, &[]);
    assert_eq!((held(&found, "1"), held(&found, "2"), held(&found, "3")), (Some(false), Some(false), Some(true)));
    assert!(found[0].message.starts_with("“自然人”列：新收 140 ＋ 上年结转 0 ＝ 140"), "{}", found[0].message);
    assert!(found[1].message.contains("（一）予以公开 61＋1.本机关不掌握相关政府信息 79"), "{}", found[1].message);
    assert_eq!(found[1].breaches.len(), 2, "the column of natural persons and that of totals");
}

#[test]
fn what_was_not_seen_is_not_reckoned_with() {
    let mut report = closed();
    let row = report.tables.requests.iter_mut().find(|row| row.key == "3.5.2").expect("a row");
    row.cells = vec![Cell::unknown(); 7];
    let found = check(&report, None, &[]);
    assert_eq!((held(&found, "1"), held(&found, "2"), held(&found, "3")), (Some(true), None, None));
    assert!(found[1].message.contains("未见"), "{}", found[1].message);
    report.tables.requests.retain(|row| row.key != "3.5.2");
    let found = check(&report, None, &[]);
    assert_eq!((held(&found, "2"), held(&found, "3")), (None, None), "a row that is missing was not seen");
    fill(&mut report, "3.1", ["若干", "1", "0", "0", "0", "0", "62"]);
    let found = check(&report, None, &[]);
    assert_eq!(held(&found, "1"), Some(true));
}

#[test]
fn rows_that_a_province_adds_count_and_those_that_repeat_do_not() {
    let mut report = closed();
    let seven = |cells: [i64; 7]| cells.into_iter().map(Cell::count).collect::<Vec<_>>();
    let added =
        |key: &str, label: &str, cells| gongkai_annual_report::Row { key: key.into(), label: label.into(), cells };
    report.tables.requests.insert(12, added("3.3.8+1", "（三）不予公开/9.属于工作秘密", seven([2, 0, 0, 0, 0, 0, 2])));
    report.tables.requests.insert(13, added("3.3.8+2", "（三）不予公开/其中：属于…", seven([1, 0, 0, 0, 0, 0, 1])));
    report.tables.requests.insert(14, added("3.3", "（三）不予公开", seven([2, 0, 0, 0, 0, 0, 2])));
    fill(&mut report, "3.4.1", ["77", "0", "0", "0", "0", "2", "79"]);
    let found = check(&report, None, &[]);
    assert_eq!(held(&found, "2"), Some(true), "{}", found[1].message);
}

#[test]
fn newly_open_is_part_of_all_that_is_open() {
    let mut report = noughts("某局", 2020, Edition::Y2019);
    crate::told(&mut report, "规范性文件", &["30", "30", "12"]);
    let found = check(&report, None, &[]);
    assert_eq!(held(&found, "7"), Some(false));
    assert_eq!(found[6].breaches[0].part, "7a");
    assert_eq!(held(&found, "6"), None, "the older form has no texts in force");
}

#[test]
fn a_blank_total_of_what_came_is_lacking_and_not_nought() {
    let mut report = noughts("某局", 2024, Edition::Y2021);
    fill(&mut report, "1", ["2", "0", "0", "0", "0", "0", ""]);
    fill(&mut report, "3.1", ["2", "0", "0", "0", "0", "0", "2"]);
    fill(&mut report, "3.7", ["2", "0", "0", "0", "0", "0", "2"]);
    let found = check(&report, None, &[]);
    assert_eq!((held(&found, "1"), held(&found, "2"), held(&found, "3")), (None, Some(true), Some(false)));
}
