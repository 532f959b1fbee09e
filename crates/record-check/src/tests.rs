//! Rules by their breaches: what is planted is found at its cell, what is sound is not told.

use std::collections::HashMap;

use item::{
    Audience, Check, Choice, Column, Decimal, Domain, Filter, Item, ItemKey, Owner, Period, Privacy, Rule, Severity,
    Type, Unit, Value, Way,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2026, 11, 29);

/// What lies elsewhere in a test: sums by the name of their question, and keys that are there.
#[derive(Default)]
struct There {
    sums: HashMap<String, Decimal>,
    keys: Vec<Vec<Value>>,
    /// What stands in the column that is referred to; `None` = the item has no record.
    register: Option<Vec<&'static str>>,
}

impl Elsewhere for There {
    fn sum(&self, item: &str, figure: &str, by: &[(String, Value)]) -> Option<Decimal> {
        self.sums.get(&question_name(item, figure, by)).copied()
    }

    fn has(&self, keys: &[Value]) -> bool {
        self.keys.iter().any(|there| there == keys)
    }

    fn working_days(&self, from: Date, to: Date) -> Option<u32> {
        let days = (to - from).get_days();
        let one = |n: i32| from.checked_add(jiff::Span::new().days(n)).ok();
        let is_working = |day: &Date| day.weekday().to_monday_zero_offset() < 5;
        u32::try_from((1..=days).filter_map(one).filter(is_working).count()).ok()
    }

    fn stands(&self, item: &str, column: &str, value: &str) -> Standing {
        assert!(matches!((item, column), ("registers", "name") | ("debt-balance", "number")), "{item} {column}");
        match &self.register {
            None => Standing::NoRecord,
            Some(all) if all.iter().any(|one| item::slots::folded(one) == value) => Standing::Stands,
            Some(_) => Standing::Missing,
        }
    }

    fn named(&self, item: &str, _column: &str) -> Option<(String, String)> {
        (item == "registers").then(|| ("学校名录".to_owned(), "校名".to_owned()))
    }

    fn organ(&self, name: &str) -> InDirectory {
        match name {
            "青禾县民政局" => InDirectory::Stands,
            "民政" => InDirectory::Several,
            _ => InDirectory::Missing,
        }
    }
}

fn column(key: &str, label: &str, typed: Type) -> Column {
    Column {
        key: key.into(),
        label: label.into(),
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
        listed: false,
    }
}

fn money(key: &str, label: &str, unit: &str) -> Column {
    column(key, label, Type::Money { unit: Unit(unit.into()), places: 6 })
}

fn words(key: &str, label: &str) -> Column {
    column(key, label, Type::Text { max: 200 })
}

fn item(columns: Vec<Column>, keys: &[&str], rules: Vec<Rule>) -> Item {
    let check = |(at, rule): (usize, Rule)| Check {
        key: format!("c{at}"),
        rule,
        severity: Severity::Reject,
        message: "这一行对不上。".into(),
    };
    Item {
        key: ItemKey::new("debt-balance").expect("a key"),
        version: 1,
        domain: Domain { key: "finance".into(), name: "财政".into(), order: 1 },
        matter: "债务".into(),
        sub_matter: String::new(),
        title: "债务余额".into(),
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
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        newest_by: String::new(),
        checks: rules.into_iter().enumerate().map(check).collect(),
        charts: Vec::new(),
        more_columns: false,
    }
}

fn n(text: &str) -> Value {
    Value::Number(text.parse().expect("a figure"))
}

fn t(text: &str) -> Value {
    Value::Text(text.into())
}

fn row(cells: &[(&str, Value)]) -> Values {
    cells.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

fn told(item: &Item, rows: &[Values], there: &There) -> Vec<Breach> {
    // A head stands above: the first row of the sheet is the second.
    let rows: Vec<Row<'_>> = (2..).zip(rows).map(|(number, values)| Row { number, values }).collect();
    check(item, &rows, TODAY, there)
}

fn balance() -> Item {
    let columns = vec![
        money("opening", "年初余额", "亿元"),
        money("added", "新增", "亿元"),
        money("repaid", "偿还", "万元"),
        money("closing", "年末余额", "亿元"),
        column("year", "年度", Type::Period),
        words("area", "地区"),
    ];
    let equals =
        Rule::Equals { left: "closing".into(), right: "opening + added - repaid".into(), tolerance: "0".into() };
    let at_most = Rule::AtMost { left: "opening".into(), right: "closing".into() };
    let carries = Rule::Carries {
        closing: "closing".into(),
        opening: "opening".into(),
        period: "year".into(),
        by: vec!["area".into()],
        tolerance: "0".into(),
    };
    let jump =
        Rule::Jump { column: "closing".into(), period: "year".into(), by: vec!["area".into()], factor: "3".into() };
    item(columns, &["area", "year"], vec![equals, at_most, carries, jump])
}

fn year(area: &str, year: &str, figures: [&str; 4]) -> Values {
    let [opening, added, repaid, closing] = figures;
    let mut cells = vec![("area", t(area)), ("year", t(year)), ("opening", n(opening)), ("added", n(added))];
    cells.extend([("repaid", n(repaid)), ("closing", n(closing))]);
    row(&cells)
}

#[test]
fn a_balance_is_exact_over_units_and_names_both_sides() {
    let rows = [year("青禾县", "2024", ["32.5340", "3.8038", "17615", "34.5763"])];
    assert_eq!(told(&balance(), &rows, &There::default()), []);
    let rows = [year("青禾县", "2024", ["32.5340", "3.8038", "17615", "34.5764"])];
    let found = told(&balance(), &rows, &There::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].row, found[0].column.as_str(), found[0].check.as_str()), (2, "closing", "c0"));
    assert_eq!(
        found[0].message,
        "这一行对不上：第 2 行“年末余额”34.5764，而“年初余额”32.5340＋“新增”3.8038－“偿还”17615万元＝34.5763，\
         相差 0.0001 亿元。"
    );
}

#[test]
fn a_period_carries_over_within_the_file_and_from_what_is_there() {
    let rows = [
        year("青禾县", "2025", ["34.5764", "0", "0", "34.5764"]),
        year("青禾县", "2024", ["32.5340", "3.8038", "17615", "34.5763"]),
    ];
    let item = balance();
    let found = told(&item, &rows, &There::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].row, found[0].check.as_str()), (2, "c2"));
    assert!(found[0].message.contains("第 3 行 2024“年末余额”34.5763 亿元"), "{}", found[0].message);

    let needed = needed(&item);
    assert!(needed.keys && !needed.calendar);
    assert_eq!(needed.sums.len(), 1, "carried and compared by the same figure: {needed:?}");
    let asked = questions(&item, &needed, &Row { number: 2, values: &rows[1] });
    assert_eq!(asked[0].by, [("area".to_owned(), t("青禾县")), ("year".to_owned(), t("2023"))]);
    let mut there = There::default();
    there.sums.insert(asked[0].name(), "1.5".parse().expect("a figure"));
    let found = told(&item, &rows[1..], &there);
    let checks: Vec<&str> = found.iter().map(|breach| breach.check.as_str()).collect();
    assert_eq!(checks, ["c2", "c3"], "{found:?}");
    assert!(found[1].message.contains("23.05 倍") && found[0].message.contains("已有记录 2023"), "{found:?}");
}

#[test]
fn a_record_stands_once() {
    let item = balance();
    let one = year("青禾县", "2024", ["1", "0", "0", "1"]);
    let there = There { keys: vec![vec![t("城关镇"), t("2024")]], ..There::default() };
    let rows = [one.clone(), year("城关镇", "2024", ["1", "0", "0", "1"]), one];
    let found = told(&item, &rows, &there);
    let unique: Vec<(u32, &str)> = found
        .iter()
        .filter(|breach| breach.check == "unique")
        .map(|breach| (breach.row, breach.message.as_str()))
        .collect();
    assert_eq!(unique.len(), 2, "{found:?}");
    assert!(unique[0].0 == 3 && unique[0].1.contains("已有记录中已经存在"), "{unique:?}");
    assert!(unique[1].0 == 4 && unique[1].1.contains("与第 2 行重复（“地区”青禾县、“年度”2024）"), "{unique:?}");
}

#[test]
fn a_name_is_one_however_it_is_written() {
    let item = item(vec![words("name", "机构名称")], &["name"], vec![Rule::Unique]);
    let begin = "城".repeat(130);
    let rows = [
        row(&[("name", t("A区养老院"))]),
        row(&[("name", t("ａ区 养老院"))]),
        row(&[("name", t("青民〔2026〕1号"))]),
        row(&[("name", t("青民[2026]1号"))]),
        row(&[("name", t(&format!("{begin}东")))]),
        row(&[("name", t(&format!("{begin}西")))]),
    ];
    let found = told(&item, &rows, &There::default());
    assert_eq!(found.iter().map(|breach| breach.row).collect::<Vec<_>>(), [3, 5], "{found:?}");
}

#[test]
fn an_optional_part_of_a_name_that_is_empty_is_a_part_of_it() {
    let columns = vec![words("name", "姓名"), words("number", "户编号")];
    let item = item(columns, &["name", "number"], vec![Rule::Unique]);
    let rows = [
        row(&[("name", t("王小明"))]),
        row(&[("name", t("王小明")), ("number", t("1"))]),
        row(&[("name", t("王小明"))]),
        row(&[("number", t("2"))]),
    ];
    let found = told(&item, &rows, &There::default());
    assert_eq!(found.iter().map(|breach| breach.row).collect::<Vec<_>>(), [4], "{found:?}");
    assert!(found[0].message.contains("与第 2 行重复（“姓名”王小明、“户编号”（空））"), "{found:?}");
}

#[test]
fn totals_stand_for_the_rows_that_share_their_keys() {
    let columns = vec![words("organ", "部门"), words("subject", "科目"), money("figure", "金额", "万元")];
    let total = Rule::TotalRow {
        where_column: "subject".into(),
        total: "合计".into(),
        columns: vec!["figure".into()],
        tolerance: "0.01".into(),
    };
    let item = item(columns, &["organ", "subject"], vec![total]);
    let line = |organ: &str, subject: &str, figure: &str| {
        let mut cells = vec![("subject", t(subject)), ("figure", n(figure))];
        if !organ.is_empty() {
            cells.push(("organ", t(organ)));
        }
        row(&cells)
    };
    let mut rows = vec![
        line("县教育局", "合　计", "3.00"),
        line("县教育局", "教育支出", "1.00"),
        line("县教育局", "其他", "2.00"),
        line("县民政局", "合计", "5"),
        line("县民政局", "救助", "5"),
        line("", "合计", "8"),
    ];
    assert_eq!(told(&item, &rows, &There::default()), []);
    rows[5] = line("", "合计", "9");
    rows[0] = line("县教育局", "合计", "3.02");
    let found = told(&item, &rows, &There::default());
    assert_eq!(found.iter().map(|breach| breach.row).collect::<Vec<_>>(), [2, 7], "{found:?}");
    assert!(found[1].message.contains("“合计”的“金额”9，而其余 3 行之和是 8，相差 1 万元"), "{}", found[1].message);
}

#[test]
fn another_item_is_asked_and_what_is_not_there_is_not_told() {
    let columns = vec![money("spent", "支出合计", "万元"), column("year", "年度", Type::Period)];
    let sum = Rule::SumOf {
        left: "spent".into(),
        item: "spending-elsewhere".into(),
        right: "basic + project".into(),
        by: vec!["year".into()],
        tolerance: "0.01".into(),
    };
    let item = item(columns, &[], vec![sum]);
    let rows = [row(&[("spent", n("8125.60")), ("year", t("2026"))])];
    assert_eq!(told(&item, &rows, &There::default()), []);
    let mut there = There::default();
    let asked = questions(&item, &needed(&item), &Row { number: 2, values: &rows[0] });
    assert!(asked.len() == 2 && asked.iter().all(|question| question.unit == "万元"), "{asked:?}");
    there.sums.insert(asked[0].name(), "7868.20".parse().expect("a figure"));
    there.sums.insert(asked[1].name(), "126.40".parse().expect("a figure"));
    let found = told(&item, &rows, &there);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("“spending-elsewhere”（2026）各单位合计为 7994.6，相差 131 万元"), "{found:?}");
}

#[test]
fn records_elsewhere_are_summed_once_in_the_unit_that_is_asked_for() {
    let own = balance();
    let mut answers = Answers::new(&needed(&own));
    assert_eq!(answers.items().into_iter().collect::<Vec<_>>(), ["debt-balance"]);
    // The item counted in another unit before.
    let mut older = balance();
    older.columns.retain(|column| column.key != "closing");
    older.columns.push(money("closing", "年末余额", "万元"));
    answers.add(&older, &year("青禾县", "2023", ["0", "0", "0", "325340.00"]));
    answers.add(&own, &year("城关镇", "2023", ["0", "0", "0", "7"]));
    let by = [("area".to_owned(), t("青禾县")), ("year".to_owned(), t("2023"))];
    assert_eq!(answers.sum("debt-balance", "closing", &by), "32.534".parse::<Decimal>().ok());
    assert_eq!(answers.sum("debt-balance", "closing", &by[..1]), None);
}

fn referring(severity: Severity) -> Item {
    let refers = Rule::RefersTo { column: "school".into(), item: "registers".into(), there: "name".into() };
    let total = Rule::TotalRow {
        where_column: "school".into(),
        total: "合计".into(),
        columns: vec!["plan".into()],
        tolerance: "0".into(),
    };
    let mut item = item(vec![words("school", "学校"), money("plan", "计划", "元")], &[], vec![refers, total]);
    item.checks[0].severity = severity;
    item
}

#[test]
fn what_is_referred_to_must_be_among_public_records() {
    let rows = ["第一小学（北）", "第二小学", "", "合计"].map(|name| row(&[("school", t(name))]));
    let item = referring(Severity::Warn);
    let there = There { register: Some(vec!["第一小学(北)"]), ..There::default() };
    let found = told(&item, &rows, &there);
    assert_eq!(found.len(), 1, "widths, empty cells and sums do not count: {found:?}");
    assert_eq!((found[0].row, found[0].column.as_str(), found[0].severity), (3, "school", Severity::Warn));
    let message = "这一行对不上：第 3 行“学校”第二小学 在事项“学校名录”已公开的“校名”里没有找到。请核对；还没有公开的，\
                   请先报送事项“学校名录”的记录。";
    assert_eq!(found[0].message, message);
    assert_eq!(needed(&item).references.len(), 1);
    let all = rows.iter().map(|values| Row { number: 1, values });
    assert_eq!(referred(&item, "school", all).into_iter().collect::<Vec<_>>(), ["第一小学(北)", "第二小学"]);
}

#[test]
fn where_nothing_is_public_yet_only_what_must_be_there_first_is_told() {
    let rows = [row(&[("school", t("第一小学"))])];
    assert_eq!(told(&referring(Severity::Warn), &rows, &There::default()), []);
    let found = told(&referring(Severity::Reject), &rows, &There::default());
    assert!(found.len() == 1 && found[0].message.contains("请先报送事项“学校名录”的记录"), "{found:?}");
}

#[test]
fn a_row_refers_to_another_of_its_own_item_and_batch() {
    let refers = Rule::RefersTo { column: "corrects".into(), item: "debt-balance".into(), there: "number".into() };
    let item = item(vec![words("number", "文书号"), words("corrects", "更正的文书号")], &[], vec![refers]);
    let one = |number: &str, corrects: &str| row(&[("number", t(number)), ("corrects", t(corrects))]);
    let rows =
        [one("青罚〔2026〕1号", ""), one("青罚〔2026〕2号", "青罚[2026] 1号"), one("3号", "3号"), one("4号", "9号")];
    let there = There { register: Some(Vec::new()), ..There::default() };
    let found = told(&item, &rows, &there);
    assert_eq!(found.iter().map(|breach| breach.row).collect::<Vec<_>>(), [4, 5], "a row is not its own ground");
    assert!(
        found[1].message.contains("“更正的文书号”9号 在已公开的记录和同一批其他行的“文书号”里都没有找到"),
        "{found:?}"
    );
    let there = There { register: Some(vec!["9号"]), ..There::default() };
    assert_eq!(told(&item, &rows, &there).len(), 1);
}

#[test]
fn an_organ_stands_in_the_directory() {
    let item = item(vec![words("organ", "部门")], &[], vec![Rule::Organ { column: "organ".into() }]);
    let rows = ["青禾县民政局", "民政", "青禾县水产局", "青禾县水产局"].map(|name| row(&[("organ", t(name))]));
    let found = told(&item, &rows, &There::default());
    assert_eq!(found.iter().map(|breach| breach.row).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(found[0].message.contains("请写全称") && found[1].message.contains("“部门”青禾县水产局 不在机关名录里"));
}

#[test]
fn income_and_expense_come_to_the_same() {
    let choice = |code: &str, label: &str| Choice { code: code.into(), label: label.into(), aliases: Vec::new() };
    let sides = Type::Enum { choices: vec![choice("in", "收入"), choice("out", "支出")], open: false };
    let balances = Rule::Balances {
        column: "side".into(),
        left: "in".into(),
        right: "out".into(),
        figure: "amount".into(),
        by: vec!["organ".into()],
        tolerance: "0.01".into(),
    };
    let columns = vec![words("organ", "部门"), column("side", "收支", sides), money("amount", "金额", "万元")];
    let item = item(columns, &[], vec![balances]);
    let line = |organ: &str, side: &str, amount: &str| {
        row(&[("organ", t(organ)), ("side", Value::Enum(side.into())), ("amount", n(amount))])
    };
    let mut rows = [
        line("甲", "in", "100.50"),
        line("甲", "out", "60.25"),
        line("甲", "out", "40.25"),
        line("乙", "in", "7"),
        line("丙", "in", "1"),
        line("丙", "out", "1.01"),
    ];
    assert_eq!(told(&item, &rows, &There::default()), [], "within the tolerance, and a side that is not there");
    rows[2] = line("甲", "out", "40");
    let found = told(&item, &rows, &There::default());
    assert_eq!((found.len(), found[0].row, found[0].column.as_str()), (1, 2, "amount"));
    assert!(
        found[0].message.contains("“收入”的“金额”相加是 100.5，而“支出”的相加是 100.25，相差 0.25 万元"),
        "{found:?}"
    );
}

fn permits() -> Item {
    let choice = |code: &str, label: &str| Choice { code: code.into(), label: label.into(), aliases: Vec::new() };
    let kinds = Type::Enum { choices: vec![choice("01", "普通"), choice("99", "其他")], open: false };
    let day = Type::Date { long_term: Some(date(2099, 12, 31)) };
    let mut name = words("name", "相对人名称");
    name.required = true;
    let columns = vec![
        name,
        words("number", "文书号"),
        column("code", "统一社会信用代码", Type::CreditCode),
        column("kind", "许可类别", kinds),
        words("what", "其他类别"),
        column("from", "有效期自", day.clone()),
        column("to", "有效期至", day),
    ];
    let shape = |key: &str, shape: &str| Rule::Shape { column: key.into(), shape: shape.into() };
    let when = Rule::RequiredWhen { column: "kind".into(), codes: vec!["99".into()], columns: vec!["what".into()] };
    let apart = |unit: &str| Rule::AtLeastApart { left: "from".into(), right: "to".into(), n: 10, unit: unit.into() };
    let rules = vec![
        shape("number", "number_brackets"),
        Rule::NotAfter { left: "from".into(), right: "to".into() },
        when,
        Rule::NotFuture { column: "from".into() },
        apart("working_days"),
    ];
    item(columns, &["number"], rules)
}

#[test]
fn a_permit_is_told_each_of_its_faults() {
    let day = |year, month, day| Value::Date(date(year, month, day));
    let sound = row(&[
        ("name", t("青禾县城北粮油店")),
        ("number", t("青市监许〔2026〕1号")),
        ("kind", Value::Enum("01".into())),
        ("from", day(2026, 3, 16)),
        ("to", day(2026, 3, 30)),
    ]);
    assert_eq!(told(&permits(), std::slice::from_ref(&sound), &There::default()), [], "exactly ten working days");
    let with = |key: &str, value: Value| {
        let mut changed = sound.clone();
        changed.insert(key.to_owned(), value);
        changed
    };
    for (key, value, told_by, part) in [
        ("name", t("　"), "required", "“相对人名称”没有填写"),
        ("number", t("青市监许[2026]1号"), "c0", "即 青市监许〔2026〕1号"),
        ("from", day(2026, 4, 1), "c1", "“有效期自”2026-04-01 晚于“有效期至”2026-03-30"),
        ("kind", Value::Enum("99".into()), "c2", "“许可类别”为“其他”时应当填写“其他类别”"),
        ("kind", Value::Enum("07".into()), "type", "“许可类别”"),
        ("code", t("91000000MA0000000A"), "credit_code", "请核对"),
        (
            "to",
            day(2026, 3, 27),
            "c4",
            "只有 9 个工作日（起始日不计），应不少于 10 个工作日；把起始日计算在内则刚好满期",
        ),
    ] {
        let found = told(&permits(), &[with(key, value)], &There::default());
        let breach = found.iter().find(|breach| breach.check == told_by);
        let breach = breach.unwrap_or_else(|| panic!("{told_by} in {found:?}"));
        assert!(breach.message.contains(part), "{}", breach.message);
        let warned = ["credit_code", "c4"].contains(&told_by);
        assert_eq!(breach.severity == Severity::Warn, warned, "{told_by}");
    }
}

#[test]
fn bounds_and_quotients_are_told_with_their_figures() {
    let ratio = Type::Ratio { places: 2, numerator: "debt".into(), denominator: "means".into() };
    let columns = vec![money("debt", "债务", "亿元"), money("means", "财力", "亿元"), column("ratio", "债务率", ratio)];
    let quotient = Rule::Quotient {
        ratio: "ratio".into(),
        numerator: "debt".into(),
        denominator: "means".into(),
        tolerance: String::new(),
    };
    let between = Rule::Between { column: "ratio".into(), least: "0".into(), most: "300".into() };
    let item = item(columns, &[], vec![quotient, between]);
    let line =
        |debt: &str, means: &str, ratio: &str| row(&[("debt", n(debt)), ("means", n(means)), ("ratio", n(ratio))]);
    let rows = [line("1", "3", "33.33"), line("1", "3", "33.34"), line("1", "0", "5"), line("4", "1", "400")];
    let found = told(&item, &rows, &There::default());
    let at: Vec<(u32, &str)> = found.iter().map(|breach| (breach.row, breach.check.as_str())).collect();
    assert_eq!(at, [(3, "c0"), (4, "c0"), (5, "c1")], "{found:?}");
    assert!(found[0].message.contains("33.34%，而“债务”1 ÷ “财力”3 ＝ 33.3333%"), "{}", found[0].message);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn sound_balances_are_never_told_and_a_planted_break_always(
        moves in prop::collection::vec((0_i64..9_000, 0_i64..9_000), 1..40),
        at in any::<prop::sample::Index>(),
        off in prop::sample::select(vec![-1_i64, 1, 7]),
    ) {
        let figure = |hundredths: i64| Value::Number(Decimal::new(hundredths, 2));
        let mut opening = 1_000_000_i64;
        let mut rows = Vec::new();
        for (index, (added, repaid)) in moves.iter().enumerate() {
            let closing = opening + added - repaid;
            rows.push(row(&[
                ("area", t("青禾县")),
                ("year", t(&format!("{}", 1990 + index))),
                ("opening", figure(opening)),
                ("added", figure(*added)),
                // In units of ten thousand, where the rest is in hundred millions.
                ("repaid", figure(repaid * 10_000)),
                ("closing", figure(closing)),
            ]));
            opening = closing;
        }
        let is_told = |rows: &[Values]| -> Vec<Breach> {
            let found = told(&balance(), rows, &There::default());
            found.into_iter().filter(|breach| breach.check != "c1").collect()
        };
        prop_assert_eq!(is_told(&rows), Vec::<Breach>::new());
        let at = at.index(rows.len());
        let Some(Value::Number(closing)) = rows[at].get("closing").cloned() else { unreachable!("it was put there") };
        rows[at].insert("closing".into(), Value::Number(closing + Decimal::new(off, 2)));
        let found = is_told(&rows);
        let number = u32::try_from(at).expect("small") + 2;
        prop_assert!(found.iter().any(|breach| breach.row == number && breach.check == "c0"), "{:?}", found);
        let carried = at + 1 == rows.len() || found.iter().any(|breach| breach.row == number + 1 && breach.check == "c2");
        prop_assert!(carried, "{:?}", found);
    }

    #[test]
    fn a_number_that_comes_twice_is_told_once_for_each_repetition(names in prop::collection::vec(0_u8..20, 0..60)) {
        let columns = vec![words("number", "文书号")];
        let item = item(columns, &["number"], vec![Rule::Unique]);
        let rows: Vec<Values> = names.iter().map(|name| row(&[("number", t(&format!("第{name}号")))])).collect();
        let distinct: std::collections::BTreeSet<u8> = names.iter().copied().collect();
        prop_assert_eq!(told(&item, &rows, &There::default()).len(), names.len() - distinct.len());
    }
}
