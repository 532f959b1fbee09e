//! Cells as county sheets have them.

use proptest::prelude::*;

use crate::tests::column;
use crate::{Choice, Column, Decimal, Filter, Parsed, Type, Unit, Value, parse};

fn of(typed: Type) -> Column {
    column("c", typed, Filter::None)
}

fn money(unit: &str, places: u32) -> Column {
    of(Type::Money { unit: Unit(unit.to_owned()), places })
}

fn number(unit: &str, places: u32) -> Column {
    of(Type::Number { unit: Unit(unit.to_owned()), places })
}

fn ratio(places: u32) -> Column {
    of(Type::Ratio { places, numerator: String::new(), denominator: String::new() })
}

/// What is read, as files hold it; empty cells as nothing.
fn read(column: &Column, text: &str, unit: Option<&str>) -> Parsed {
    parse(column, text, unit).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn plain(column: &Column, text: &str) -> String {
    read(column, text, None).value.map(|value| value.plain()).unwrap_or_default()
}

fn refused(column: &Column, text: &str) -> String {
    match parse(column, text, None) {
        Ok(parsed) => panic!("{text} was read as {:?}", parsed.value),
        Err(problem) => problem.0,
    }
}

#[test]
fn money_is_exact_in_the_unit_of_the_column() {
    for (text, expected) in [
        ("12,345,678.90", "12345678.9"),
        ("１２，３４５．９０", "12345.9"),
        ("1239.80万元", "12398000"),
        ("壹仟贰佰肆拾万元整", "12400000"),
        ("叁角", "0.3"),
        ("零", "0"),
        ("¥ 1,000.00 元整", "1000"),
        ("人民币1.5亿元", "150000000"),
        ("3亿2000万元", "320000000"),
        ("12 345.90", "12345.9"),
        ("(1,234.50)", "-1234.5"),
        ("（1,234.50）", "-1234.5"),
        ("-5", "-5"),
        ("－5", "-5"),
        ("−63.96", "-63.96"),
        ("1.2E+05", "120000"),
        (".5", "0.5"),
    ] {
        assert_eq!(plain(&money("元", 2), text), expected, "{text}");
    }
    assert_eq!(plain(&money("万元", 6), "1元"), "0.0001");
    assert_eq!(plain(&money("万元", 2), "12,345,678.90元"), "1234.56789", "exact, whatever is printed");
    assert_eq!(plain(&money("亿元", 4), "17,432,280,000元"), "174.3228");
}

#[test]
fn units_of_the_cell_count_before_those_of_the_table() {
    let yuan = money("元", 2);
    assert_eq!(read(&yuan, "1239.8", Some("万元")).value, Some(Value::Number(Decimal::from(12_398_000))));
    assert_eq!(read(&yuan, "1239.8元", Some("万元")).value, Some(Value::Number(Decimal::new(12_398, 1))));
    assert_eq!(read(&yuan, "5", Some("人、万元")).value, Some(Value::Number(Decimal::from(50_000))));
    assert!(!read(&yuan, "1239.8", Some("万元")).notes.is_empty());
    assert!(read(&yuan, "1239.8", None).notes.is_empty());
    // the table speaks of its money
    assert_eq!(read(&number("人", 0), "180", Some("万元")).value, Some(Value::Number(Decimal::from(180))));
    assert_eq!(plain(&number("公顷", 4), "30亩"), "2");
    let land = read(&number("公顷", 4), "2", Some("亩"));
    assert_eq!(land.value, Some(Value::Number(Decimal::new(1333, 4))));
    assert!(land.notes.iter().any(|note| note.contains("四舍五入")), "{:?}", land.notes);
    assert_eq!(plain(&number("亩", 2), "1.5公顷"), "22.5");
    assert_eq!(plain(&number("公顷", 4), "11.8078公顷（177.1174亩）"), "11.8078");
    assert!(parse(&number("公顷", 4), "11.8078公顷（1771亩）", None).is_err(), "two areas");
    assert!(parse(&yuan, "2", Some("美元")).is_err());
}

#[test]
fn standards_say_per_what_they_are() {
    let standard = crate::Column { label: "补贴标准（元）".to_owned(), ..money("元", 2) };
    assert_eq!(read(&standard, "200", Some("元/亩")).value, Some(Value::Number(Decimal::from(200))));
    assert_eq!(plain(&standard, "200元/亩"), "200");
    let per_mu = crate::Column { label: "补偿标准（元/亩）".to_owned(), ..money("元", 2) };
    assert_eq!(read(&per_mu, "48000", Some("元/亩")).value, Some(Value::Number(Decimal::from(48_000))));
    assert!(parse(&per_mu, "48000", Some("元/平方米")).is_err(), "per another unit");
    assert!(parse(&money("元", 2), "200", Some("元/亩")).is_err(), "an amount is not per anything");
}

#[test]
fn nothing_is_nothing() {
    for text in ["", " ", "　", "-", "—", "——", "－", "/", "／", "无", "--", "*", "＊"] {
        assert_eq!(read(&money("元", 2), text, None).value, None, "{text}");
        assert_eq!(read(&of(Type::Date { long_term: None }), text, None).value, None, "{text}");
    }
    assert_eq!(plain(&of(Type::Text { max: 20 }), "-"), "-");
    assert_eq!(plain(&money("元", 2), "0"), "0");
}

#[test]
fn numbers_come_with_their_units() {
    assert_eq!(plain(&number("人", 0), "180人"), "180");
    assert_eq!(plain(&number("人", 0), "1.2万人"), "12000");
    assert_eq!(plain(&number("年", 0), "10年"), "10");
    assert_eq!(plain(&number("天", 0), "180日历天"), "180");
    assert_eq!(plain(&number("公顷", 4), "7940平方米"), "0.794");
    assert_eq!(plain(&number("平方米", 2), "12.5m2"), "12.5");
    assert_eq!(plain(&number("人", 0), "贰拾人"), "20");
    assert_eq!(plain(&number("", 0), "增1423"), "1423");
    assert_eq!(plain(&ratio(2), "-5.2%"), "-5.2");
    assert_eq!(plain(&ratio(2), "下降20.93％"), "-20.93");
    assert_eq!(plain(&ratio(2), "5‰"), "0.5");
    assert_eq!(read(&ratio(2), "0.52", None).notes.len(), 1);
    assert_eq!(read(&ratio(2), "5", Some("‰")).value, Some(Value::Number(Decimal::new(5, 1))));
}

#[test]
fn doubt_is_told_and_not_decided() {
    let land = number("公顷", 4);
    let third = read(&land, "5亩", None);
    assert_eq!(third.value.as_ref().map(Value::plain).as_deref(), Some("0.3333"));
    assert!(third.notes.iter().any(|note| note.contains("0.3333")), "what was rounded is told");
    for text in [
        "3-5",
        "约5",
        "5左右",
        "--253",
        "1,23",
        "1.2.3",
        "12.345,90",
        "1O0",
        "五六",
        "5元/月",
        "5美元",
        "5万元（含税）",
        "1亿2000",
    ] {
        refused(&money("元", 2), text);
    }
    assert!(refused(&money("万元", 2), "1,239.856元").contains("0.1239856"), "no part of a 分");
    assert!(refused(&money("元", 2), "1239.856").contains("2 位小数"));
    assert!(refused(&number("人", 0), "180.5").contains("整数"));
    assert!(refused(&ratio(1), "0.0521").contains('%'));
    assert!(refused(&money("元", 2), "99999999999999元").contains("太大"));
}

#[test]
fn binary_fractions_of_spreadsheets_are_what_they_show() {
    assert_eq!(plain(&number("", 2), "95.31999999999999"), "95.32");
    assert_eq!(plain(&number("", 2), "92.09999999999999"), "92.1");
    assert_eq!(plain(&money("亿元", 4), "0.30000000000000004"), "0.3");
    assert!(!read(&number("", 2), "95.31999999999999", None).notes.is_empty());
    refused(&number("", 2), "95.319");
    refused(&number("", 2), "1234567890123.4567");
}

#[test]
fn days_are_read_in_every_form() {
    let column = of(Type::Date { long_term: Some(jiff::civil::date(2099, 12, 31)) });
    for text in [
        "2026-03-05",
        "2026-3-5",
        "2026年3月5日",
        "2026 年 3 月 5 日",
        "2026/3/5",
        "2026/03/05",
        "2026.03.05",
        "20260305",
        "２０２６／０３／０５",
        "2026-03-05T00:00:00",
        "2026-03-05 00:00:00",
        "2026-03-05T00:00:00.000Z",
        "46086",
        "46086.0",
        "二〇二六年三月五日",
    ] {
        assert_eq!(plain(&column, text), "2026-03-05", "{text}");
    }
    assert_eq!(plain(&column, "长期"), "2099-12-31");
    assert!(read(&column, "2026-03-05", None).notes.is_empty());
    assert!(!read(&column, "2026年3月5日", None).notes.is_empty());
    assert!(read(&column, "2026-03-05 10:30:00", None).notes[0].contains("10:30"));
    assert!(refused(&of(Type::Date { long_term: None }), "长期").contains("长期"));
    for text in
        ["2026-02-30", "26.3.5", "3/5/2026", "2026", "2026年3月", "2026年3月16日至3月30日", "待定", "12", "2026-03/05"]
    {
        refused(&column, text);
    }
}

#[test]
fn periods_are_read_in_every_form() {
    let column = of(Type::Period);
    for (text, expected) in [
        ("2026", "2026"),
        ("2026年度", "2026"),
        ("二〇二六年", "2026"),
        ("2026年上半年", "2026-H1"),
        ("2026-h2", "2026-H2"),
        ("2026年一季度", "2026-Q1"),
        ("2026年第二季度", "2026-Q2"),
        ("2026年3季度", "2026-Q3"),
        ("2026Q4", "2026-Q4"),
        ("2026年1-3月", "2026-Q1"),
        ("2026年1月-12月", "2026"),
        ("2026年3月", "2026-03"),
        ("2026年12月份", "2026-12"),
        ("2026/3", "2026-03"),
        ("202603", "2026-03"),
        ("2026-03-01 00:00:00", "2026-03"),
    ] {
        assert_eq!(plain(&column, text), expected, "{text}");
    }
    for text in ["2026-13", "2026年五季度", "2023-2024学年", "3月", "2026年2-3月", "2026-03-05", "一季度"] {
        refused(&column, text);
    }
    assert_eq!(crate::period_before("2026-Q1").as_deref(), Some("2025-Q4"));
    assert_eq!(crate::period_before("2026-H2").as_deref(), Some("2026-H1"));
    assert_eq!(crate::period_before("2026").as_deref(), Some("2025"));
    assert_eq!(crate::period_before("2026-01").as_deref(), Some("2025-12"));
    assert_eq!(crate::period_days("2024-02").map(|days| days.1.day()), Some(29));
}

fn kinds(open: bool) -> Column {
    let choice = |code: &str, label: &str, aliases: &[&str]| Choice {
        code: code.to_owned(),
        label: label.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
    };
    let choices = vec![choice("01", "普通", &["普通许可"]), choice("02", "特许", &[]), choice("06", "其他", &[])];
    of(Type::Enum { choices, open })
}

#[test]
fn choices_are_found_by_code_label_and_alias() {
    for text in ["01", "普通", "普通许可", " 普 通 ", "1", "０１", "01普通", "01-普通"] {
        assert_eq!(read(&kinds(false), text, None).value, Some(Value::Enum("01".to_owned())), "{text}");
    }
    assert!(refused(&kinds(false), "行政许可").contains("普通、特许、其他"));
    assert!(parse(&kinds(false), "其他-补办", None).is_err());
    assert_eq!(plain(&kinds(true), "其他—补办 A证"), "其他-补办 A证");
    assert_eq!(plain(&kinds(true), "其他（补办）"), "其他-补办");
    assert_eq!(plain(&kinds(true), "其他"), "06");
    let other = read(&kinds(true), "行政许可", None);
    assert_eq!((other.value, other.notes.len()), (Some(Value::Enum("行政许可".to_owned())), 1));
    assert_eq!(read(&kinds(false), "-", None).value, None);
}

#[test]
fn a_wrong_check_digit_of_a_credit_code_is_told_only() {
    let code = of(Type::CreditCode);
    assert!(read(&code, "91000000MA00010011", None).notes.is_empty());
    assert_eq!(read(&code, "91000000MA00010030", None).notes.len(), 1);
    assert_eq!(plain(&code, "９１０００００0ma00010011 "), "91000000MA00010011");
    assert!(refused(&code, "91000000MA0001001").contains("17 位"));
    assert!(refused(&code, "91000000MAO0010011").contains("数字 0"));
}

#[test]
fn identity_numbers_are_held_against_their_check() {
    let id = of(Type::IdNumber);
    assert!(read(&id, "000000199601010062", None).notes.is_empty());
    // the example of GB 11643
    assert_eq!(crate::id_number_checks("11010519491231002X"), Some(true));
    assert_eq!(crate::id_number_checks("110105194912310021"), Some(false));
    assert_eq!(read(&id, "000000********0062", None).notes.len(), 1);
    refused(&id, "没带证件");
}

#[test]
fn telephones_places_points_and_links() {
    let phone = of(Type::Phone);
    assert_eq!(plain(&phone, "0000-8010001"), "0000-8010001");
    assert_eq!(plain(&phone, "（0000）8010001"), "0000-8010001");
    assert_eq!(plain(&phone, "0000-8010001、0000-8010002转801"), "0000-8010001、0000-8010002转801");
    assert_eq!(plain(&phone, "12345"), "12345");
    refused(&phone, "办公室");
    let place = of(Type::Place);
    assert_eq!(plain(&place, "青禾县／城关镇 / 东门社区"), "青禾县/城关镇/东门社区");
    refused(&place, "甲/乙/丙/丁");
    let point = of(Type::Point);
    assert_eq!(plain(&point, "东经116.40°，北纬29.1°"), "116.4,29.1");
    assert!(refused(&point, "29.1,116.4").contains("经度写在前面"));
    refused(&point, "116°24′,29°6′");
    let link = of(Type::Link);
    assert_eq!(plain(&link, "https://www.example.gov.cn/a?b=1"), "https://www.example.gov.cn/a?b=1");
    for text in
        ["www.example.gov.cn", "javascript:alert(1)", "ftp://a.cn/", "http://user@a.cn/", "http:///a", "http://a b"]
    {
        refused(&link, text);
    }
}

#[test]
fn texts_keep_what_is_written() {
    let line = of(Type::Text { max: 5 });
    assert_eq!(plain(&line, "　青市监\u{200b} "), "青市监");
    assert_eq!(plain(&line, "一\n二"), "一 二");
    assert!(refused(&line, "一二三四五六").contains("6 字"));
    assert_eq!(plain(&of(Type::Long { max: 50 }), "一\r\n二\n"), "一\n二");
    assert_eq!(plain(&line, "'=1+1"), "=1+1");
}

proptest! {
    #[test]
    fn figures_round_trip(mantissa in -900_000_000_000_000_i64..900_000_000_000_000, places in 0_u32..6) {
        let value = Decimal::new(mantissa, places + 2).normalize();
        let column = number("", 8);
        let shown = Value::Number(value).shown(&column);
        prop_assert_eq!(parse(&column, &shown, None).unwrap().value, Some(Value::Number(value)));
        prop_assert_eq!(Value::of_plain(&column, &Value::Number(value).plain()), Some(Value::Number(value)));
    }

    #[test]
    fn units_convert_exactly(cents in -100_000_000_000_i64..100_000_000_000) {
        let yuan = Decimal::new(cents, 2);
        let column = money("亿元", 10);
        let parsed = parse(&column, &format!("{yuan}元"), None).unwrap();
        let Some(Value::Number(value)) = parsed.value else { return Err(TestCaseError::fail("no figure")) };
        prop_assert_eq!(value * Decimal::from(100_000_000), yuan);
    }

    #[test]
    fn days_round_trip(days in 0_i64..50_000) {
        use jiff::ToSpan;
        let day = jiff::civil::date(1950, 1, 1).checked_add(days.days()).unwrap();
        let column = of(Type::Date { long_term: None });
        let said = format!("{}年{}月{}日", day.year(), day.month(), day.day());
        prop_assert_eq!(parse(&column, &said, None).unwrap().value, Some(Value::Date(day)));
        prop_assert_eq!(parse(&column, &(18_264 + days).to_string(), None).unwrap().value, Some(Value::Date(day)));
    }

    #[test]
    fn nothing_that_is_typed_breaks_it(text in "\\PC{0,40}") {
        for column in [
            money("万元", 2), number("人", 0), ratio(2), kinds(true), kinds(false), of(Type::Period), of(Type::CreditCode),
            of(Type::Date { long_term: None }), of(Type::IdNumber), of(Type::Phone), of(Type::Place), of(Type::Point),
            of(Type::Link), of(Type::File), of(Type::Text { max: 50 }), of(Type::Long { max: 50 }),
        ] {
            if let Ok(parsed) = parse(&column, &text, Some(&text)) && let Some(value) = parsed.value {
                let _ = (value.shown(&column), value.masked(&column));
            }
        }
    }
}
