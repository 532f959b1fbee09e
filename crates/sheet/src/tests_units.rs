//! Sheets of which a unit, a head or a second year was once wrong in silence.

use item::{Item, boxed};

use crate::tests::{found, grid};
use crate::{Found, Mapping, Target, by_period, fit, records, tables};

fn of_box(key: &str) -> &'static Item {
    boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
}

/// The figure of a column in each record, in the unit of the column.
fn figures(item: &Item, table: &Found, key: &str) -> Vec<String> {
    let column = item.column(key).expect("a column");
    let fit = fit(item, table, &Mapping::new());
    let value = |record: crate::Record| {
        let unit = record.units.get(key).map(String::as_str);
        let parsed = item::parse(column, record.cells.get(key)?, unit).ok()?;
        parsed.value.map(|value| value.plain())
    };
    records(item, table, &fit.mapping).into_iter().filter_map(value).collect()
}

#[test]
fn three_public_in_yuan_is_ten_thousand_times_less_in_ten_thousand() {
    for line in [
        "金额单位：人民币元",
        "货币单位：元",
        "单位：人民币元",
        "单位（元）",
        "（元）",
        "单位元",
        "金额：元",
        "单位: RMB元",
        "单位：圆",
        "Unit: 元",
        "单位：元角分",
        "注：单位为元",
        "计价单位：元",
    ] {
        for (title, above) in [
            ("青禾县司法局2042年“三公”经费支出表".to_owned(), line),
            (format!("青禾县司法局2042年“三公”经费支出表（{line}）"), ""),
        ] {
            let (first, second) = ([title.as_str()], ["", "", "", "", above]);
            let mut rows: Vec<&[&str]> = vec![&first];
            if !above.is_empty() {
                rows.push(&second);
            }
            rows.push(&["合计", "因公出国（境）费", "公务用车购置费", "公务用车运行费", "公务接待费"]);
            rows.push(&["118000", "0", "0", "80000", "38000"]);
            let tables = tables(&grid(&rows, &[]));
            assert_eq!(tables.len(), 1, "{line}: {tables:?}");
            assert_eq!(figures(of_box("three-public"), &tables[0], "total"), ["11.8"], "{line}: {tables:?}");
        }
    }
}

#[test]
fn a_note_below_the_table_says_the_unit() {
    let sheet = grid(
        &[
            &["2041年补贴发放表"],
            &["补贴对象", "所在乡镇、村", "补贴金额"],
            &["演示户A", "柳溪镇溪口村", "0.12"],
            &["演示户B", "柳溪镇溪口村", "0.24"],
            &["注：金额单位为人民币万元"],
        ],
        &[],
    );
    let tables = found(&sheet);
    assert_eq!(figures(of_box("subsidy"), &tables[0], "amount"), ["1200", "2400"], "{tables:?}");
}

#[test]
fn heads_say_their_unit_in_many_ways() {
    for (head, figure) in [
        ("补贴金额（人民币万元）", "1200"),
        ("补贴金额（万元人民币）", "1200"),
        ("补贴金额（万元，含税）", "1200"),
        ("补贴金额（单位万元）", "1200"),
        ("补贴金额（单位：万元）", "1200"),
        ("补贴金额（单位（万元））", "1200"),
        ("补贴金额/万元", "1200"),
        ("补贴金额：万元", "1200"),
        ("补贴金额（¥）", "0.12"),
    ] {
        let sheet = grid(
            &[
                &["2041年补贴发放表"],
                &["补贴项目", "补贴对象", "所在乡镇、村", head, "备注：说明"],
                &["稻谷补贴", "演示户A", "柳溪镇溪口村", "0.12", "无"],
            ],
            &[],
        );
        let tables = found(&sheet);
        assert_eq!(figures(of_box("subsidy"), &tables[0], "amount"), [figure], "{head}: {tables:?}");
    }
}

#[test]
fn two_years_side_by_side_are_a_table_each() {
    let sheet = grid(
        &[
            &["表7"],
            &["青禾县司法局2030年一般公共预算“三公”经费支出预算表"],
            &["部门名称：青禾县司法局", "", "", "", "", "", "", "", "", "", "", "单位：万元"],
            &["2029年预算数", "", "", "", "", "", "2030年预算数"],
            &[
                "合计",
                "因公出国（境）费",
                "公务用车购置及运行费",
                "",
                "",
                "公务接待费",
                "合计",
                "因公出国（境）费",
                "公务用车购置及运行费",
                "",
                "",
                "公务接待费",
            ],
            &[
                "",
                "",
                "小计",
                "公务用车购置费",
                "公务用车运行费",
                "",
                "",
                "",
                "小计",
                "公务用车购置费",
                "公务用车运行费",
            ],
            &["13.0", "0", "9", "0", "9", "4.0", "11.8", "0", "8", "0", "8", "3.8"],
        ],
        &["A2:L2", "A4:F4", "G4:L4", "C5:E5", "I5:K5", "A5:A6", "B5:B6", "F5:F6", "G5:G6", "H5:H6", "L5:L6"],
    );
    let tables = found(&sheet);
    let parts = by_period(&tables[0]);
    let groups: Vec<&str> = parts.iter().map(|part| part.group.as_str()).collect();
    assert_eq!(groups, ["2029年预算数", "2030年预算数"], "{tables:?}");
    let three = of_box("three-public");
    assert_eq!(figures(three, &parts[0], "total"), ["13"], "{parts:?}");
    assert_eq!(figures(three, &parts[1], "total"), ["11.8"], "{parts:?}");
    let fit = fit(three, &parts[1], &Mapping::new());
    assert!(fit.mapping.values().all(|to| matches!(to, Target::Column(_))), "{fit:?}");
}

#[test]
fn budget_and_final_accounts_side_by_side_keep_the_names_of_the_organs() {
    let sheet = grid(
        &[
            &["青禾县2025年度部门决算“三公”经费支出汇总表"],
            &["", "", "", "金额单位：元"],
            &["单位名称", "2025年预算数", "", "2025年决算数", ""],
            &["", "合计", "公务接待费", "合计", "公务接待费"],
            &["青禾县民政局", "100000", "40000", "95,000.00", "35,000.00"],
        ],
        &["A1:E1", "A3:A4", "B3:C3", "D3:E3"],
    );
    let parts = by_period(&found(&sheet)[0]);
    assert_eq!(parts.len(), 2, "{parts:?}");
    let three = of_box("three-public");
    assert_eq!(figures(three, &parts[0], "total"), ["10"]);
    assert_eq!(figures(three, &parts[1], "total"), ["9.5"]);
    for part in &parts {
        assert_eq!(part.rows[0].get(0), Some("青禾县民政局"));
    }
}

#[test]
fn groups_that_are_no_period_stay_one_table() {
    let sheet = grid(
        &[
            &["青禾县2025年地方政府债务限额及余额预算情况表"],
            &["单位：亿元"],
            &["地区", "债务限额", "", "债务余额预计执行数", ""],
            &["", "一般债务", "专项债务", "一般债务", "专项债务"],
            &["青禾县", "20.5", "40.1", "20", "38"],
        ],
        &["A3:A4", "B3:C3", "D3:E3"],
    );
    assert!(by_period(&found(&sheet)[0]).is_empty());
}

#[test]
fn a_year_without_figures_beside_another_keeps_its_name() {
    let sheet = grid(
        &[
            &["青禾县司法局“三公”经费支出预算表"],
            &["单位：万元"],
            &["2029年预算数", "", "2030年预算数", ""],
            &["合计", "公务接待费", "合计", "公务接待费"],
            &["", "", "11.8", "3.8"],
        ],
        &["A3:B3", "C3:D3"],
    );
    let tables = found(&sheet);
    assert_eq!(tables.len(), 1, "{tables:?}");
    let parts = by_period(&tables[0]);
    let rows: Vec<(&str, usize)> = parts.iter().map(|part| (part.group.as_str(), part.rows.len())).collect();
    assert_eq!(rows, [("2029年预算数", 0), ("2030年预算数", 1)]);
}

#[test]
fn heads_with_a_colon_leave_our_own_files_readable() {
    let item = of_box("debt-limit-change");
    let heads: Vec<String> = item
        .columns
        .iter()
        .map(|column| {
            let words: Vec<&str> = column.group.iter().chain([&column.label]).map(String::as_str).collect();
            column.headed(&words.join("·"))
        })
        .collect();
    assert!(heads.iter().any(|head| head.starts_with("附：")), "{heads:?}");
    let head: Vec<&str> = heads.iter().map(String::as_str).collect();
    let row: Vec<&str> = heads.iter().map(|_| "1").collect();
    let tables = found(&grid(&[head.as_slice(), row.as_slice()], &[]));
    let fit = fit(item, &tables[0], &Mapping::new());
    assert!(fit.missing.is_empty() && fit.unknown.is_empty(), "{fit:?}");
    assert_eq!((tables[0].heads.len(), tables[0].rows.len()), (heads.len(), 1));
}
