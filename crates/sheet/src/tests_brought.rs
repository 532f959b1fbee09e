//! Sheets that people bring: files of the program's own that come back, quarters below each other, units of two kinds.

use item::{Item, Type, boxed};

use crate::tests::{found, grid, item, text};
use crate::{Found, Mapping, Target, fit, records, tables};

/// The head that the portal's files print over a column.
fn printed(column: &item::Column) -> String {
    let words: Vec<&str> = column.group.iter().chain([&column.label]).map(String::as_str).collect();
    match column.unit() {
        "" => words.join("·"),
        unit => format!("{}（{unit}）", words.join("·")),
    }
}

fn of_box(key: &str) -> &'static Item {
    boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
}

#[test]
fn files_of_the_program_come_back_with_every_column() {
    for item in boxed().iter().filter(|item| item.is_table()) {
        let open: Vec<&item::Column> = item.columns.iter().filter(|column| !column.privacy.never_public).collect();
        let mut heads: Vec<String> = open.iter().map(|column| printed(column)).collect();
        heads.extend(["其他内容", "公开机关", "公开日期", "网址"].map(str::to_owned));
        let table = Found {
            heads: (0..)
                .zip(&heads)
                .map(|(column, word)| crate::Head { column, path: vec![word.clone()], ..crate::Head::default() })
                .collect(),
            ..Found::default()
        };
        let fit = fit(item, &table, &Mapping::new());
        for (column, head) in open.iter().zip(table.keys()) {
            assert_eq!(fit.mapping[&head], Target::Column(column.key.clone()), "{}: {head}", item.key);
        }
        for head in table.keys().iter().skip(open.len()) {
            assert_eq!(fit.mapping[head], Target::Nothing, "{}: {head}", item.key);
        }
    }
}

#[test]
fn the_file_of_rejected_rows_comes_back_by_its_own_heads() {
    let sheet = grid(
        &[
            &["序号", "名称", "原表行号", "需要更正"],
            &["1", "甲", "4", "金额：不是数字"],
            &["2", "乙", "5", "金额：不是数字"],
        ],
        &[],
    );
    let fit = fit(&item(vec![text("name", "名称")]), &found(&sheet)[0], &Mapping::new());
    assert_eq!((fit.unknown.len(), fit.left.len()), (0, 0), "{fit:?}");
    assert_eq!(fit.mapping["名称"], Target::Column("name".to_owned()));
}

#[test]
fn the_title_of_a_table_is_its_own_and_not_that_of_the_paper() {
    let sheet = grid(
        &[
            &["附件2：青禾县2025年部门决算公开表"],
            &["2033年第一季度饮用水水源水质监测信息"],
            &["名称", "水质", "时间"],
            &["甲", "Ⅱ类", "2033-01-05"],
            &["乙", "Ⅱ类", "2033-01-06"],
        ],
        &[],
    );
    assert_eq!(found(&sheet)[0].title, "2033年第一季度饮用水水源水质监测信息");
}

#[test]
fn a_file_of_the_portal_says_whose_its_records_are() {
    let rows: [&[&str]; 3] = [
        &["名称", "其他内容", "公开机关", "公开日期", "网址"],
        &["甲", "", "青禾县财政局", "2026-03-05", "/records/x/1"],
        &["乙", "", "青禾县民政局", "2026-03-06", "/records/x/2"],
    ];
    let tables = found(&grid(&rows, &[]));
    let at = crate::organ_column(&tables[0]).expect("said");
    assert_eq!(tables[0].rows[1].get(at), Some("青禾县民政局"));
    let other = grid(&[&["名称", "公开机关"], &["甲", "青禾县财政局"], &["乙", "青禾县民政局"]], &[]);
    assert_eq!(crate::organ_column(&found(&other)[0]), None, "a column of the county");
}

#[test]
fn a_column_of_the_county_is_no_column_of_a_file_of_ours() {
    let sheet = grid(&[&["名称", "公开日期"], &["甲", "2026-03-05"], &["乙", "2026-03-06"]], &[]);
    let sample = item(vec![text("name", "名称"), text("on", "公开日期")]);
    let fit = fit(&sample, &found(&sheet)[0], &Mapping::new());
    assert_eq!(fit.mapping["公开日期"], Target::Column("on".to_owned()));
}

#[test]
fn quarters_below_each_other_are_tables_of_their_own() {
    for (first, second) in [
        ("2024年第一季度饮用水水源水质", "2024年第二季度饮用水水源水质"),
        ("青禾县2024年1月水质情况表", "青禾县2024年2月水质情况表"),
    ] {
        let sheet = grid(
            &[
                &[first],
                &["水源地名称", "水质类别"],
                &["甲水库", "Ⅱ类"],
                &[],
                &[second],
                &["水源地名称", "水质类别"],
                &["乙水库", "Ⅲ类"],
            ],
            &[],
        );
        let tables = found(&sheet);
        let titles: Vec<&str> = tables.iter().map(|table| table.title.as_str()).collect();
        assert_eq!(titles, [first, second]);
        let rows: Vec<Vec<u32>> =
            tables.iter().map(|table| table.rows.iter().map(|line| line.number).collect()).collect();
        assert_eq!(rows, [vec![3], vec![7]]);
    }
}

#[test]
fn of_two_units_above_a_head_each_column_has_its_own() {
    let sheet = grid(
        &[
            &["2039年青禾县稻谷补贴发放表"],
            &["", "", "", "单位：亩、万元"],
            &["补贴对象", "所在乡镇、村", "补贴数量", "补贴金额"],
            &["演示户AB", "石桥镇桥头村", "10", "0.12"],
        ],
        &[],
    );
    let tables = tables(&sheet);
    assert_eq!((tables[0].unit.as_str(), tables[0].organ.as_str()), ("亩、万元", ""));
    let subsidy = of_box("subsidy");
    let fit = fit(subsidy, &tables[0], &Mapping::new());
    let records = records(subsidy, &tables[0], &fit.mapping);
    let money = subsidy.columns.iter().find(|column| matches!(column.typed, Type::Money { .. }) && column.required);
    let money = money.expect("an amount");
    let unit = records[0].units.get(&money.key).map(String::as_str);
    assert_eq!(unit, Some("万元"));
    let parsed = item::parse(money, &records[0].cells[&money.key], unit).expect("an amount");
    assert_eq!(parsed.value.map(|value| value.plain()), Some("1200".to_owned()));
}

#[test]
fn what_is_as_above_is_said_again() {
    let sheet = grid(
        &[
            &["2025年青禾县购机补贴发放表（第三批）"],
            &["补贴对象", "所在乡镇、村", "补贴金额（元）"],
            &["演示户X", "石桥镇桥头村", "100"],
            &["演示户Y", "同上", "100"],
            &["演示户Z", "〃", "同上"],
        ],
        &[],
    );
    let subsidy = of_box("subsidy");
    let tables = tables(&sheet);
    let fit = fit(subsidy, &tables[0], &Mapping::new());
    let records = records(subsidy, &tables[0], &fit.mapping);
    let places: Vec<&str> = records.iter().map(|record| record.cells["place"].as_str()).collect();
    assert_eq!(places, ["石桥镇桥头村"; 3]);
    assert_eq!(records[2].cells["amount"], "同上", "no figure is said again");
    assert!(records[1].dittos.contains("place") && records[0].dittos.is_empty());
}

#[test]
fn rows_of_codes_and_lines_of_groups_are_no_records() {
    let sheet = grid(
        &[
            &["青禾县2020年义务教育学校招生计划"],
            &["学校名称", "办学类型", "※招生计划（人）", "服务区域"],
            &["ZS_XX_MC", "ZS_XX_LX", "ZS_JH", "ZS_FW"],
            &["一、城区学校"],
            &["城区一小", "公办小学", "90", "新区"],
            &["二、乡镇学校"],
            &["乡镇一小", "公办小学", "80", "旧区"],
        ],
        &[],
    );
    let tables = found(&sheet);
    let rows: Vec<u32> = tables[0].rows.iter().map(|line| line.number).collect();
    assert_eq!((tables.len(), rows), (1, vec![5, 7]));
    let enrolment = of_box("enrolment");
    let fit = fit(enrolment, &tables[0], &Mapping::new());
    assert!(fit.missing.is_empty(), "{fit:?}");
    assert!(matches!(&fit.mapping["※招生计划（人）"], Target::Column(_)), "{fit:?}");
}

#[test]
fn parts_of_a_budget_stand_under_its_year() {
    let sheet = grid(
        &[
            &["青禾县林业局2019年一般公共预算支出表"],
            &["部门名称：青禾县林业局", "", "", "", "单位：万元"],
            &["科目编码", "科目名称", "2018年执行数", "2019年预算数", "", "", "增减"],
            &["", "", "", "合计", "基本支出", "项目支出"],
            &["213", "农林水支出", "90", "100", "40", "60", "10"],
            &["21302", "林业", "90", "100", "40", "60", "10"],
            &["合计", "", "90", "100", "40", "60", "10"],
        ],
        &["A3:A4", "B3:B4", "C3:C4", "D3:F3", "G3:G4"],
    );
    let budget = of_box("budget-department");
    let tables = found(&sheet);
    let fit = fit(budget, &tables[0], &Mapping::new());
    let records = records(budget, &tables[0], &fit.mapping);
    for (key, figure) in [("amount", "100"), ("basic", "40"), ("project", "60")] {
        assert_eq!(records[0].cells.get(key).map(String::as_str), Some(figure), "{key}: {fit:?}");
    }
}
