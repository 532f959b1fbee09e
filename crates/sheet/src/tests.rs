//! Sheets in the shapes that counties publish, and what is found in them.

use documents::{Grid, GridRow, Merge};
use item::{
    Audience, Check, Column, Domain, Filter, Item, ItemKey, Owner, Period, Privacy, Rule, Severity, Type, Unit, Way,
};
use proptest::prelude::*;

use crate::{Found, Mapping, Target, fit, records, tables};

/// Rows from 1; an empty text is an empty cell.
pub(crate) fn grid(rows: &[&[&str]], merges: &[&str]) -> Grid {
    let rows = (1..).zip(rows).map(|(number, cells)| GridRow {
        number,
        hidden: false,
        cells: (0..)
            .zip(*cells)
            .filter(|(_, text)| !text.is_empty())
            .map(|(at, text)| (at, (*text).to_owned()))
            .collect(),
    });
    let rows = rows.filter(|row| !row.cells.is_empty()).collect();
    Grid { name: "表".to_owned(), rows, merges: merges.iter().map(|range| merge(range)).collect(), ..Grid::default() }
}

/// `A3:G3`; columns of one letter.
fn merge(range: &str) -> Merge {
    let place = |cell: &str| {
        let column = u32::from(cell.as_bytes()[0] - b'A');
        (cell[1..].parse::<u32>().expect("row"), column)
    };
    let (first, last) = range.split_once(':').expect("range");
    let ((top, left), (bottom, right)) = (place(first), place(last));
    Merge { rows: (top, bottom), columns: (left, right) }
}

fn numbers(lines: &[crate::Line]) -> Vec<u32> {
    lines.iter().map(|line| line.number).collect()
}

/// Every filled row lies in exactly one part of each table that it is of, and none is left out.
fn all_told(grid: &Grid, found: &[Found]) {
    for row in &grid.rows {
        let mut told = 0;
        for one in found {
            let parts = [&one.rows, &one.totals, &one.notes, &one.above];
            let count = parts.iter().flat_map(|part| part.iter()).filter(|line| line.number == row.number).count();
            let count = count + one.head_rows.iter().filter(|number| **number == row.number).count();
            assert!(count <= 1, "row {} twice in {one:?}", row.number);
            told += count;
        }
        assert!(told > 0, "row {} is left out of {found:?}", row.number);
    }
}

pub(crate) fn found(grid: &Grid) -> Vec<Found> {
    let found = tables(grid);
    all_told(grid, &found);
    found
}

pub(crate) fn money(places: u32) -> Type {
    Type::Money { unit: Unit("亿元".to_owned()), places }
}

pub(crate) fn column(key: &str, label: &str, typed: Type) -> Column {
    Column {
        key: key.to_owned(),
        label: label.to_owned(),
        aliases: Vec::new(),
        code: String::new(),
        letter: String::new(),
        group: Vec::new(),
        typed,
        required: false,
        hint: String::new(),
        privacy: Privacy::default(),
        names: None,
        filter: Filter::None,
        listed: true,
    }
}

pub(crate) fn text(key: &str, label: &str) -> Column {
    column(key, label, Type::Text { max: 200 })
}

pub(crate) fn under(group: &str, column: Column) -> Column {
    Column { group: vec![group.to_owned()], ..column }
}

pub(crate) fn item(columns: Vec<Column>) -> Item {
    Item {
        key: ItemKey::new("sample").expect("key"),
        version: 1,
        domain: Domain { key: "finance".to_owned(), name: "财政预决算".to_owned(), order: 1 },
        matter: "样例".to_owned(),
        sub_matter: String::new(),
        title: "样例".to_owned(),
        elements: String::new(),
        basis: Vec::new(),
        limits: Vec::new(),
        owner: Owner::All,
        channels: Vec::new(),
        audience: Audience::Everybody,
        way: Way::Proactive,
        levels: Vec::new(),
        period: Period::Year,
        retention: None,
        retention_person: None,
        confirmed: true,
        source: String::new(),
        site_columns: Vec::new(),
        columns,
        keys: Vec::new(),
        newest_by: String::new(),
        checks: Vec::new(),
        charts: Vec::new(),
        more_columns: false,
    }
}

fn debt() -> Grid {
    grid(
        &[
            &["表1-1"],
            &["某县本级2024年政府债务限额及余额预算情况表"],
            &["单位：亿元"],
            &["地   区", "2024年债务限额", "", "", "2024年债务余额预计执行数"],
            &["", "", "一般债务", "专项债务", "", "一般债务", "专项债务"],
            &["公  式", "A=B+C", "B", "C", "D=E+F", "E", "F"],
            &["某县本级", "174.3228", "35.5000", "138.8228", "171.0747", "34.5763", "136.4984"],
            &["注：1.本表反映上一年度本地区地方政府债务限额及余额预计执行数。"],
            &["2.本表由县级以上地方各级财政部门公开。"],
        ],
        &["A2:G2", "A3:G3", "A4:A5", "B4:D4", "E4:G4", "A8:G8", "A9:G9"],
    )
}

#[test]
fn a_head_of_two_rows_with_letters_and_blank_totals() {
    let sheet = debt();
    let tables = found(&sheet);
    let [table] = tables.as_slice() else { panic!("{tables:?}") };
    assert_eq!((table.title.as_str(), table.unit.as_str()), ("某县本级2024年政府债务限额及余额预算情况表", "亿元"));
    assert_eq!(table.head_rows, [4, 5, 6]);
    assert_eq!((numbers(&table.rows), numbers(&table.notes)), (vec![7], vec![8, 9]));
    assert_eq!(
        table.keys(),
        [
            "地区",
            "2024年债务限额",
            "2024年债务限额/一般债务",
            "2024年债务限额/专项债务",
            "2024年债务余额预计执行数",
            "2024年债务余额预计执行数/一般债务",
            "2024年债务余额预计执行数/专项债务"
        ]
    );
    assert_eq!(table.heads[4].letter, "D=E+F");
    let grouped = item(vec![
        text("region", "地区"),
        under("债务限额", column("limit", "合计", money(4))),
        under("债务限额", column("limit_general", "一般债务", money(4))),
        under("债务限额", column("limit_special", "专项债务", money(4))),
        under("债务余额预计执行数", column("balance", "合计", money(4))),
        under("债务余额预计执行数", column("balance_general", "一般债务", money(4))),
        under("债务余额预计执行数", column("balance_special", "专项债务", money(4))),
    ]);
    let plain = item(vec![
        text("region", "地区"),
        column("limit", "债务限额", money(4)),
        column("limit_general", "一般债务（限额）", money(4)),
        column("limit_special", "专项债务（限额）", money(4)),
        column("balance", "债务余额预计执行数", money(4)),
        column("balance_general", "一般债务（余额）", money(4)),
        column("balance_special", "专项债务（余额）", money(4)),
    ]);
    for item in [grouped, plain] {
        let fit = fit(&item, table, &Mapping::new());
        assert_eq!((fit.score, fit.unknown.len()), (100, 0), "{fit:?}");
        let records = records(&item, table, &fit.mapping);
        assert_eq!(records[0].number, 7);
        assert_eq!(records[0].cells["limit"], "174.3228");
        assert_eq!(records[0].cells["balance_general"], "34.5763");
        assert_eq!(records[0].units["limit"], "亿元");
    }
}

#[test]
fn a_head_of_three_rows_with_merged_cells() {
    let sheet = grid(
        &[
            &["新增地方政府专项债券情况表"],
            &["单位：亿元"],
            &["债券名称", "债券基本信息", "", "债券项目总投资", "", "已取得项目收益"],
            &["", "债券规模", "债券期限", "", "其中：债券资金安排"],
            &[],
            &["一期", "0.31", "10年", "2.87", "2", "0"],
            &["二期", "0.61", "7年", "2.87", "2", "0"],
        ],
        &["A1:F1", "A2:F2", "A3:A5", "B3:C3", "D3:E3", "F3:F5", "B4:B5", "C4:C5", "D4:D5", "E4:E5"],
    );
    let tables = found(&sheet);
    assert_eq!(tables.len(), 1);
    assert_eq!(
        tables[0].keys(),
        [
            "债券名称",
            "债券基本信息/债券规模",
            "债券基本信息/债券期限",
            "债券项目总投资",
            "债券项目总投资/其中：债券资金安排",
            "已取得项目收益"
        ]
    );
    assert_eq!(numbers(&tables[0].rows), [6, 7]);
}

#[test]
fn stacked_tables_with_notes_between_and_a_head_over_all_columns() {
    let sheet = grid(
        &[
            &["表一"],
            &["某县2024年度行政处罚实施情况统计表"],
            &["行政处罚实施数量（宗）"],
            &["警告、通报批评", "罚款", "合计（宗）", "罚没金额（万元）"],
            &["12175", "94929", "107104", "1753.79"],
            &["说明："],
            &["1.行政处罚实施数量的统计范围为统计年度1月1日至12月31日期间。"],
            &["2.并处两种以上行政处罚的，算一宗。"],
            &[],
            &["表二"],
            &["某县2024年度行政许可实施情况统计表"],
            &["行政许可实施数量（宗）"],
            &["申请数量", "受理数量", "许可数量"],
            &["26569", "26569", "26462"],
        ],
        &["A2:D2", "A3:D3", "A6:D6", "A7:D7", "A8:D8", "A11:C11", "A12:C12"],
    );
    let tables = found(&sheet);
    assert_eq!(tables.len(), 2, "{tables:?}");
    assert_eq!(tables[0].title, "某县2024年度行政处罚实施情况统计表");
    assert_eq!(tables[0].keys()[0], "行政处罚实施数量（宗）/警告、通报批评");
    let units: Vec<&str> = tables[0].heads.iter().map(|head| head.unit.as_str()).collect();
    assert_eq!(units, ["宗", "宗", "宗", "万元"]);
    assert_eq!((numbers(&tables[0].rows), numbers(&tables[0].notes)), (vec![5], vec![6, 7, 8]));
    assert_eq!(tables[1].title, "某县2024年度行政许可实施情况统计表");
    assert_eq!((numbers(&tables[1].rows), tables[1].head_rows.clone()), (vec![14], vec![12, 13]));
}

#[test]
fn tables_side_by_side_under_two_filled_cells() {
    let sheet = grid(
        &[
            &["表1"],
            &["部门收支总体情况表"],
            &["部门名称：某县民政局", "", "单位：万元"],
            &["收    入", "", "支    出"],
            &["项  目", "预算数", "项  目", "预算数"],
            &["一、一般公共预算拨款收入", "8125.60", "一、一般公共服务支出", "0.00"],
            &["", "", "五、其他支出（彩票公益金）", "320.00"],
            &["本年收入合计", "8490.60", "本年支出合计", "8445.60"],
            &["上年结转", "12.50", "结转下年", "57.50"],
            &["收入总计", "8503.10", "支出总计", "8503.10"],
        ],
        &["A2:D2", "A3:B3", "C3:D3", "A4:B4", "C4:D4"],
    );
    let tables = found(&sheet);
    assert_eq!(tables.len(), 2, "{tables:?}");
    for table in &tables {
        assert_eq!((table.unit.as_str(), table.organ.as_str()), ("万元", "某县民政局"));
        assert_eq!((table.title.as_str(), numbers(&table.totals)), ("部门收支总体情况表", vec![8, 10]));
    }
    assert_eq!(tables[0].keys(), ["收入/项目", "收入/预算数"]);
    assert_eq!((numbers(&tables[0].rows), numbers(&tables[1].rows)), (vec![6, 9], vec![6, 7, 9]));
}

#[test]
fn two_cells_above_a_head_are_no_head() {
    let rows: [&[&str]; 3] = [&["项目", "金额", "单位", "备注"], &["甲", "1.00", "某局"], &["乙", "2.00", "某局"]];
    for above in [&["某县民政局", "", "2026年度"][..], &["某县民政局", "", "万元"], &["收支情况表", "", "", "附件1"]]
    {
        let tables = found(&grid(&[above, rows[0], rows[1], rows[2]], &[]));
        assert_eq!(tables[0].keys(), ["项目", "金额", "单位", "备注"], "{above:?}");
        assert_eq!((numbers(&tables[0].above), numbers(&tables[0].rows)), (vec![1], vec![3, 4]));
    }
}

#[test]
fn codes_in_three_columns_are_one() {
    let sheet = grid(
        &[
            &["部门名称：某县民政局", "", "", "", "单位：万元"],
            &["科目编码", "", "", "科目名称", "合计", "其中"],
            &["类", "款", "项", "", "", "基本支出", "项目支出"],
            &["208", "", "", "社会保障和就业支出", "845.30", "612.80", "232.50"],
            &["", "20802", "", "民政管理事务", "845.30", "612.80", "232.50"],
            &["", "", "2080201", "行政运行", "612.80", "612.80", "0.00"],
            &["合  计", "", "", "", "845.30", "612.80", "232.50"],
        ],
        &["A1:D1", "E1:G1", "A2:C2", "D2:D3", "E2:E3", "F2:G2", "A7:D7"],
    );
    let tables = found(&sheet);
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].keys(), ["科目编码", "科目名称", "合计", "其中/基本支出", "其中/项目支出"]);
    let codes: Vec<Option<&str>> = tables[0].rows.iter().map(|line| line.get(0)).collect();
    assert_eq!(codes, [Some("208"), Some("20802"), Some("2080201")]);
    assert_eq!(numbers(&tables[0].totals), [7]);
    // the same without merged cells, as a CSV has it
    let bare = Grid { merges: Vec::new(), ..sheet };
    assert_eq!(found(&bare)[0].keys(), tables[0].keys());
}

#[test]
fn a_head_of_three_levels_with_a_subtotal() {
    let sheet = grid(
        &[
            &["一般公共预算“三公”经费支出情况表"],
            &["单位：万元"],
            &["合计", "因公出国（境）费", "公务用车购置及运行费", "", "", "公务接待费"],
            &["", "", "小计", "公务用车购置费", "公务用车运行费"],
            &[],
            &["11.80", "0.00", "8.00", "0.00", "8.00", "3.80"],
        ],
        &["A1:F1", "A2:F2", "A3:A5", "B3:B5", "C3:E3", "F3:F5", "C4:C5", "D4:D5", "E4:E5"],
    );
    let tables = found(&sheet);
    assert_eq!((tables.len(), numbers(&tables[0].rows)), (1, vec![6]));
    let bare = found(&Grid { merges: Vec::new(), ..sheet });
    assert_eq!(bare[0].keys(), tables[0].keys(), "without merged cells");
    let three = item(vec![
        column("total", "合计", money(2)),
        column("abroad", "因公出国（境）费", money(2)),
        column("car", "公务用车购置及运行费", money(2)),
        column("car_purchase", "公务用车购置费", money(2)),
        column("car_running", "公务用车运行费", money(2)),
        column("reception", "公务接待费", money(2)),
    ]);
    let fit = fit(&three, &tables[0], &Mapping::new());
    assert_eq!(fit.score, 100, "{fit:?}");
    let records = records(&three, &tables[0], &fit.mapping);
    assert_eq!((records[0].cells["car"].as_str(), records[0].units["car"].as_str()), ("8.00", "万元"));
}

#[test]
fn totals_are_records_where_the_item_checks_them() {
    let sheet = grid(
        &[
            &["2019年度某县“三公”经费支出决算情况"],
            &["单位：万元"],
            &["项目", "2019年决算支出", "同比增减率", "备注"],
            &["合计", "1165.08", "-5.2%"],
            &["一、因公出国（境）费", "0", "", "团组0个，0人"],
            &["其中：公务用车购置费", "204.78", "-20.93%", "购置100辆"],
        ],
        &[],
    );
    let tables = found(&sheet);
    assert_eq!((numbers(&tables[0].totals), numbers(&tables[0].rows)), (vec![4], vec![5, 6]));
    let amount = Column { aliases: vec!["决算支出".to_owned()], ..column("amount", "决算数", money(2)) };
    let mut three = item(vec![text("subject", "项目"), amount, text("note", "备注")]);
    three.more_columns = true;
    let alone = fit(&three, &tables[0], &Mapping::new());
    assert_eq!(
        (&alone.mapping["同比增减率"], alone.left.as_slice()),
        (&Target::Nothing, ["同比增减率".to_owned()].as_slice())
    );
    let said = Mapping::from([("同比增减率".to_owned(), Target::More)]);
    let fit = fit(&three, &tables[0], &said);
    assert_eq!(fit.mapping["同比增减率"], Target::More, "somebody said so");
    assert_eq!(fit.mapping["2019年决算支出"], Target::Column("amount".to_owned()));
    assert_eq!(records(&three, &tables[0], &fit.mapping).len(), 2);
    three.checks.push(Check {
        key: "total".to_owned(),
        rule: Rule::TotalRow {
            where_column: "subject".to_owned(),
            total: "合计".to_owned(),
            columns: vec!["amount".to_owned()],
            tolerance: "0.01".to_owned(),
        },
        severity: Severity::Warn,
        message: "合计不符".to_owned(),
    });
    let with = records(&three, &tables[0], &fit.mapping);
    assert_eq!(with.iter().map(|record| record.number).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(with[0].more["同比增减率"], "-5.2%");
}

#[test]
fn what_is_a_persons_is_never_published_beside_a_record() {
    let sheet = grid(
        &[
            &["某县补贴发放情况表"],
            &["序号", "补贴对象", "户主身份证", "户主电话", "家庭情况", "门牌号", "所在镇"],
            &["1", "周某某", "330106195203074529", "13800952700", "低保户", "3号", "城关镇"],
            &["2", "李某某", "330106196203074528", "13800952701", "低保户", "5号", "清溪镇"],
        ],
        &["A1:G1"],
    );
    let tables = found(&sheet);
    let never = Privacy { never_public: true, ..Privacy::default() };
    let named = Privacy { natural_person: true, ..Privacy::default() };
    let mut subsidy = item(vec![
        Column { privacy: named, ..text("recipient", "补贴对象") },
        Column { privacy: never, ..text("identity", "身份证号") },
        Column { privacy: never, ..text("phone", "联系电话") },
    ]);
    subsidy.more_columns = true;
    let all = ["户主身份证", "户主电话", "家庭情况", "门牌号", "所在镇"];
    let said: Mapping = all.into_iter().map(|head| (head.to_owned(), Target::More)).collect();
    for said in [Mapping::new(), said] {
        let fit = fit(&subsidy, &tables[0], &said);
        assert_eq!(fit.mapping["户主身份证"], Target::Column("identity".to_owned()));
        assert_eq!(fit.mapping["户主电话"], Target::Column("phone".to_owned()));
        assert_eq!((&fit.mapping["家庭情况"], &fit.mapping["门牌号"]), (&Target::Nothing, &Target::Nothing));
        assert_eq!(fit.private, ["家庭情况", "门牌号"]);
        assert_eq!(fit.left.is_empty(), !said.is_empty(), "one column may be published, if somebody says so");
        let records = records(&subsidy, &tables[0], &fit.mapping);
        let shown: Vec<&str> = records[0].more.keys().map(String::as_str).collect();
        assert!(shown.iter().all(|head| *head == "所在镇"), "{shown:?}");
    }
}

#[test]
fn the_head_again_empty_rows_and_who_filled_it_in() {
    let sheet = grid(
        &[
            &["某县学校一览表"],
            &["序号", "学校名称", "镇", "招生计划（人）"],
            &["1", "一小", "城关镇", "270"],
            &[],
            &["2", "二小", "", "180人"],
            &["某县学校一览表"],
            &["序号", "学校名称", "镇", "招生计划（人）"],
            &["3", "三小", "清溪镇", ""],
            &["合计", "", "", "450"],
            &["填表人：略", "", "2026年3月5日"],
            &["某县教育局"],
        ],
        &["A1:D1", "C3:C5", "A6:D6"],
    );
    let tables = found(&sheet);
    let [table] = tables.as_slice() else { panic!("{tables:?}") };
    assert_eq!((numbers(&table.rows), numbers(&table.totals)), (vec![3, 5, 8], vec![9]));
    assert_eq!((numbers(&table.above), table.head_rows.clone()), (vec![1, 6], vec![2, 7]));
    assert_eq!(numbers(&table.notes), [10, 11]);
    assert_eq!(table.rows[1].get(2), Some("城关镇"), "a cell over several rows");
    let schools = item(vec![
        text("name", "学校名称"),
        text("place", "所在乡镇"),
        column("plan", "招生计划", Type::Number { unit: Unit("人".to_owned()), places: 0 }),
    ]);
    let first = fit(&schools, table, &Mapping::new());
    assert_eq!(first.mapping["序号"], Target::Nothing);
    assert_eq!(first.unknown, ["镇"]);
    let remembered: Mapping = [("镇".to_owned(), Target::Column("place".to_owned()))].into();
    let second = fit(&schools, table, &remembered);
    assert_eq!((second.score, second.unknown.len()), (100, 0));
    let records = records(&schools, table, &second.mapping);
    assert_eq!(records[1].cells["plan"], "180人", "as the sheet has it");
    assert_eq!(records[1].units["plan"], "人");
}

#[test]
fn what_is_doubtful_is_not_guessed() {
    let sheet = grid(&[&["名称", "金额（万元）", "金额（元）", "代码"], &["甲", "1.00", "2", "3"]], &[]);
    let tables = found(&sheet);
    let amounts = item(vec![
        Column { required: true, ..text("name", "名称") },
        Column { required: true, ..column("amount", "金额", money(2)) },
        Column { aliases: vec!["代码".to_owned()], ..text("credit_code", "信用代码") },
        Column { aliases: vec!["代码".to_owned()], ..text("subject_code", "科目代码") },
    ]);
    let fit = fit(&amounts, &tables[0], &Mapping::new());
    assert_eq!(fit.unknown, ["金额（万元）", "金额（元）", "代码"]);
    assert_eq!(fit.missing, ["amount"]);
}

#[test]
fn sheets_without_a_table_or_a_head_are_told() {
    assert!(tables(&Grid { hidden: true, ..debt() }).is_empty());
    assert!(tables(&Grid::default()).is_empty());
    let words = found(&grid(&[&["填表说明"], &["请在下一张表填写。"]], &[]));
    assert_eq!((words.len(), words[0].heads.len(), numbers(&words[0].notes)), (1, 0, vec![1, 2]));
    let bare = found(&grid(&[&["甲", "1"], &["乙", "2"]], &[]));
    assert_eq!(bare[0].keys(), ["第A列", "第B列"]);
    assert_eq!(numbers(&bare[0].rows), [1, 2]);
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => Just(String::new()),
        3 => "[0-9]{1,3}",
        3 => "[甲乙丙丁名称金额]{1,4}",
        1 => Just("合计".to_owned()),
        1 => Just("注：略".to_owned()),
        1 => Just("表2".to_owned()),
        1 => Just("单位：万元".to_owned()),
        1 => Just("情况统计表".to_owned()),
        1 => Just("A=B+C".to_owned()),
        1 => Just("2026-03-05".to_owned()),
        1 => Just("类".to_owned()),
        1 => Just("款".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_filled_row_lies_in_exactly_one_part(
        rows in proptest::collection::vec(proptest::collection::vec(word(), 0..6), 0..25),
        merges in proptest::collection::vec((0_u32..26, 0_u32..4, 0_u32..6, 0_u32..4), 0..6),
    ) {
        let rows = (1..).zip(&rows).map(|(number, cells)| GridRow {
            number,
            hidden: false,
            cells: (0..).zip(cells).filter(|(_, text)| !text.is_empty()).map(|(at, text)| (at, text.clone())).collect(),
        });
        let grid = Grid {
            rows: rows.filter(|row| !row.cells.is_empty()).collect(),
            merges: merges
                .into_iter()
                .map(|(top, down, left, right)| Merge { rows: (top, top + down), columns: (left, left + right) })
                .collect(),
            ..Grid::default()
        };
        let found = found(&grid);
        let sample = item(vec![text("name", "名称"), column("amount", "金额", money(2))]);
        for table in &found {
            let fit = fit(&sample, table, &Mapping::new());
            prop_assert_eq!(fit.mapping.len(), table.heads.len());
            let records = records(&sample, table, &fit.mapping);
            prop_assert!(records.iter().all(|record| grid.rows.iter().any(|row| row.number == record.number)));
        }
    }
}
