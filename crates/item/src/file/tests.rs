//! Files of items: what is taken, what is refused and how that is told.

use super::*;

/// A whole item as somebody writes it.
const PERMIT: &str = r#"
key = "permit"
version = 3
domain = { key = "enforcement", name = "行政执法", order = 27 }
matter = "行政许可"
title = "行政许可信息"
elements = """
行政相对人名称
许可“内容”"""
channels = ["web", "service_hall"]
way = "proactive"
levels = ["county"]
period = "event"
retention = 60
confirmed = true
keys = ["number"]
newest_by = "decided"

[owner]
who = "named"
which = ["行政审批"]

[audience]
to = "everybody"

[[basis]]
title = "《中华人民共和国行政许可法》"
article = "第四十条"
from = 2004-07-01

[[limits]]
kind = "within"
n = 7
unit = "working_days"
from = "decided"
column = "decided"
rule = "enforcement.permit"
printed = "自作出行政决定之日起7个工作日内公示"

[[columns]]
key = "number"
label = "行政许可决定文书号"
aliases = ["文书号"]
code = "XK_WSH"
type = { is = "text", max = 64 }
required = true
filter = "exact"
listed = true

[[columns]]
key = "kind"
label = "许可类别"
type = { is = "enum", open = true, choices = [{ code = "01", label = "普通" }, { code = "02", label = "特许" }] }
filter = "exact"

[[columns]]
key = "decided"
label = "许可决定日期"
type = { is = "date" }

[[columns]]
key = "until"
label = "有效期至"
type = { is = "date", long_term = "2099-12-31" }

[[columns]]
key = "id"
label = "证件号码"
type = { is = "id_number" }
privacy = { never_public = true, natural_person = true }

[[columns]]
key = "a"
label = "合计"
letter = "A=B+C"
group = ["金额"]
type = { is = "money", unit = "万元", places = 6 }
filter = "range"

[[columns]]
key = "b"
label = "其中一"
letter = "B"
group = ["金额"]
type = { is = "money", unit = "万元", places = 6 }

[[columns]]
key = "c"
label = "其中二"
letter = "C"
group = ["金额"]
type = { is = "money", unit = "万元", places = 6 }

[[checks]]
key = "sum"
rule = { is = "equals", left = "a", right = "b + c", tolerance = "0.01" }
severity = "reject"
message = "合计应当等于两项之和"

[[checks]]
key = "order"
rule = { is = "not_after", left = "decided", right = "until" }
severity = "warn"
message = "有效期不应当早于决定日期"

[[checks]]
key = "once"
rule = { is = "unique" }
severity = "reject"
message = "文书号重复"

[[charts]]
key = "kinds"
title = "按类别"
kind = "bars"
figures = ["a"]
by = "kind"
"#;

fn told(text: &str) -> Vec<String> {
    match read(text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// What is told of the item after one replacement.
fn told_after(from: &str, to: &str) -> String {
    assert!(PERMIT.contains(from), "{from}");
    told(&PERMIT.replacen(from, to, 1)).join("\n")
}

#[test]
fn a_whole_item_is_read() {
    let items = read(PERMIT).unwrap_or_else(|faults| panic!("{faults:?}"));
    let [item] = items.as_slice() else { panic!("one item") };
    assert_eq!((item.key.as_str(), item.columns.len(), item.checks.len()), ("permit", 8, 3));
    assert_eq!(item.basis[0].from, Some(jiff::civil::date(2004, 7, 1)));
    assert_eq!(item.elements, "行政相对人名称\n许可“内容”");
}

#[test]
fn what_is_written_is_read_again() {
    let items = read(PERMIT).unwrap();
    let text = write(&items);
    assert_eq!(read(&text).unwrap(), items, "{text}");
    let mut other = items[0].clone();
    other.key = crate::ItemKey::new("penalty").unwrap();
    other.elements = "引号 \" 反斜杠 \\ 制表\t三个\"\"\"\n第二行\r尾 \u{7f}".to_owned();
    other.owner = crate::Owner::All;
    other.audience = crate::Audience::Group("当事人".to_owned());
    let several = vec![items[0].clone(), other];
    let text = write(&several);
    assert_eq!(read(&text).unwrap(), several, "{text}");
}

#[test]
fn every_rule_and_type_stands_in_the_schema() {
    use crate::{Choice, Type, Unit};
    let unit = || Unit("元".to_owned());
    let choices = vec![Choice { code: "1".to_owned(), label: "甲".to_owned(), aliases: vec!["乙".to_owned()] }];
    let types = [
        Type::Text { max: 9 },
        Type::Long { max: 9 },
        Type::Enum { choices, open: false },
        Type::Date { long_term: None },
        Type::Period,
        Type::Money { unit: unit(), places: 2 },
        Type::Number { unit: Unit(String::new()), places: 0 },
        Type::Ratio { places: 2, numerator: String::new(), denominator: String::new() },
        Type::CreditCode,
        Type::Phone,
        Type::Place,
        Type::Point,
        Type::File,
        Type::Link,
    ];
    let mut item = crate::tests::item();
    item.columns =
        (0..).zip(types).map(|(n, typed)| crate::tests::column(&format!("c{n}"), typed, crate::Filter::None)).collect();
    let text = |key: &str| key.to_owned();
    let tolerance = || "0.01".to_owned();
    let by = || vec!["c0".to_owned(), "c4".to_owned()];
    let rules = [
        Rule::AtMost { left: text("c5"), right: text("c5") },
        Rule::Between { column: text("c6"), least: text("0"), most: String::new() },
        Rule::NotFuture { column: text("c3") },
        Rule::AtLeastApart { left: text("c3"), right: text("c3"), n: 10, unit: text("working_days") },
        Rule::TotalRow {
            where_column: text("c0"),
            total: text("合计"),
            columns: vec![text("c5")],
            tolerance: tolerance(),
        },
        Rule::SameAs { left: text("c5"), item: text("other"), right: text("sum"), by: by(), tolerance: tolerance() },
        Rule::SumOf { left: text("c5"), item: text("other"), right: text("sum"), by: by(), tolerance: tolerance() },
        Rule::Carries {
            closing: text("c5"),
            opening: text("c5"),
            period: text("c4"),
            by: by(),
            tolerance: tolerance(),
        },
        Rule::Jump { column: text("c5"), period: text("c4"), by: by(), factor: text("3") },
        Rule::Quotient { ratio: text("c7"), numerator: text("c5"), denominator: text("c5"), tolerance: tolerance() },
        Rule::Shape { column: text("c0"), shape: text("number_brackets") },
        Rule::RequiredWhen { column: text("c2"), codes: vec![text("1")], columns: vec![text("c0")] },
        Rule::RefersTo { column: text("c0"), item: text("other"), there: text("name") },
        Rule::Organ { column: text("c0") },
    ];
    item.checks = (0..)
        .zip(rules)
        .map(|(n, rule)| crate::Check {
            key: format!("check-{n}"),
            rule,
            severity: crate::Severity::Warn,
            message: "不对".to_owned(),
        })
        .collect();
    let written = write(std::slice::from_ref(&item));
    assert_eq!(read(&written).unwrap_or_else(|faults| panic!("{faults:?}\n{written}")), [item.clone()]);
    let told = faults_between(&[item]);
    assert!(told.len() == 3 && told[0].message.contains("other"), "{told:?}");
}

#[test]
fn fields_that_are_not_known_are_told_with_those_that_are() {
    let told = told_after("required = true", "requird = true");
    assert!(told.starts_with("permit · columns · number · requird：没有 requird 这一项"), "{told}");
    assert!(told.contains("required"), "{told}");
    assert!(told_after("max = 64", "max = 64, min = 1").contains("permit · columns · number · type · min"));
    assert!(
        told_after("is = \"unique\"", "is = \"unique\", by = \"a\"").contains("permit · checks · once · rule · by")
    );
}

#[test]
fn wrong_types_and_words_are_told() {
    assert!(told_after("version = 3", "version = \"3\"").contains("permit · version：写法不对，这里要写整数"));
    assert!(
        told_after("way = \"proactive\"", "way = \"主动\"").contains("不能写“主动”。可以写：proactive、on_request")
    );
    assert!(told_after("is = \"date\" ", "is = \"day\" ").contains("可以写：text、long"));
    assert!(told_after("title = \"行政许可信息\"", "").contains("permit：缺少 title"));
    assert!(told_after("2099-12-31", "2099-13-31").contains("不是日期"));
}

#[test]
fn a_key_that_stands_twice_and_no_toml_are_told_with_their_line() {
    let told = told_after("version = 3", "version = 3\nversion = 4");
    assert!(told.starts_with("第 4 行：同一个字段写了两次"), "{told}");
    assert!(told_after("version = 3", "version = “3”").starts_with("第 3 行"));
    assert!(!self::told("").is_empty());
}

#[test]
fn names_must_stand_for_columns_of_the_right_type() {
    for (from, to, expected) in [
        ("keys = [\"number\"]", "keys = [\"nummer\"]", "permit · keys：没有“nummer”这一列"),
        ("newest_by = \"decided\"", "newest_by = \"number\"", "permit · newest_by：只能按日期"),
        ("column = \"decided\"", "column = \"number\"", "permit · limits · 第 1 个：“number”不是日期"),
        ("right = \"b + c\"", "right = \"b + x\"", "permit · checks · sum：没有“x”这一列"),
        ("right = \"b + c\"", "right = \"b * c\"", "看不懂"),
        ("right = \"b + c\"", "right = \"b + number\"", "不是数字"),
        ("tolerance = \"0.01\"", "tolerance = \"少许\"", "tolerance 要写成文字的小数"),
        ("by = \"kind\"", "by = \"kin\"", "permit · charts · kinds：没有“kin”这一列"),
        ("by = \"kind\"", "by = \"id\"", "不能画在图上"),
        ("letter = \"A=B+C\"", "letter = \"A=B+D\"", "公式里的 D"),
        ("right = \"until\"", "right = \"number\"", "“number”的类型不对：要是日期"),
        ("n = 7", "n = 0", "没有写数目 n"),
        ("key = \"permit\"", "key = \"Permit\"", "标识要用小写字母"),
    ] {
        let told = told_after(from, to);
        assert!(told.contains(expected), "{to}\n{told}");
    }
    let told = told_after("key = \"c\"\nlabel = \"其中二\"", "key = \"b\"\nlabel = \"其中一\"");
    assert!(told.contains("两列用了同一个标识") && told.contains("表头“其中一”已经是"), "{told}");
    let unit = "group = [\"金额\"]\ntype = { is = \"money\", unit = \"万元\", places = 6 }\n\n[[checks]]";
    assert!(told_after(unit, &unit.replace("万元", "元")).contains("单位不同"));
}

#[test]
fn a_chart_adds_no_rows_that_stand_for_the_same() {
    let told = told_after("keys = [\"number\"]", "keys = [\"number\", \"kind\"]");
    assert!(!told.contains("加在一起"), "the chart is grouped by it: {told}");
    for item in crate::boxed() {
        for chart in item.charts.iter().filter(|chart| chart.only.is_empty() && !chart.figures.is_empty()) {
            let said = [&chart.by, &chart.series, &chart.newest];
            let stage = item.keys.iter().find(|key| *key == "stage");
            assert!(
                stage.is_none_or(|key| said.contains(&key)),
                "{} {} adds budget and final accounts",
                item.key,
                chart.key
            );
        }
    }
}

#[test]
fn what_is_never_public_is_not_asked_for_or_listed() {
    let told =
        told_after("type = { is = \"id_number\" }", "type = { is = \"id_number\" }\nfilter = \"exact\"\nlisted = true");
    assert!(told.contains("不得公开的列不能查询") && told.contains("不能列在公开的表里"), "{told}");
    let open = told_after("privacy = { never_public = true, natural_person = true }", "");
    assert!(open.contains("证件号码不能整个公开"), "{open}");
    assert!(told_after("keys = [\"number\"]", "keys = [\"id\"]").contains("不得公开，不能用来区分记录"));
}

#[test]
fn there_are_no_more_filters_than_slots() {
    let more: String = (0..9)
        .map(|n| {
            let head = format!("[[columns]]\nkey = \"t{n}\"\nlabel = \"文字{n}\"\n");
            format!("{head}type = {{ is = \"text\", max = 9 }}\nfilter = \"text\"\n")
        })
        .collect();
    let told = told(&format!("{PERMIT}\n{more}"));
    assert!(told.len() == 1 && told[0].contains("t6、t7、t8"), "{told:?}");
}

#[test]
fn several_items_share_the_domain_of_their_file() {
    let items = read(PERMIT).unwrap();
    let mut other = items[0].clone();
    other.key = crate::ItemKey::new("penalty").unwrap();
    let text = write(&[items[0].clone(), other]);
    let line = "domain = { key = \"enforcement\", name = \"行政执法\", order = 27 }\n";
    let shared = format!("{line}{}", text.replace(line, ""));
    assert_eq!(read(&shared).unwrap().len(), 2);
    let twice = text.replace("\"penalty\"", "\"permit\"");
    assert!(told(&twice).join("\n").contains("两个事项用了这个标识"));
    assert!(told(&format!("title = \"甲\"\n{text}")).join("\n").contains("要写在 [[item]] 之后"));
}

#[test]
fn a_reference_names_a_column_that_can_be_looked_through() {
    let mut register = crate::tests::item();
    register.key = crate::ItemKey::new("register").unwrap();
    register.columns = vec![
        crate::tests::column("name", crate::Type::Text { max: 60 }, crate::Filter::Exact),
        crate::tests::column("address", crate::Type::Text { max: 60 }, crate::Filter::None),
        crate::tests::column("opened", crate::Type::Date { long_term: None }, crate::Filter::Range),
    ];
    let mut own = crate::tests::item();
    own.columns = vec![crate::tests::column("school", crate::Type::Text { max: 60 }, crate::Filter::None)];
    let mut between = |there: &str| {
        let rule = Rule::RefersTo { column: "school".into(), item: "register".into(), there: there.into() };
        let severity = crate::Severity::Reject;
        own.checks = vec![crate::Check { key: "known".into(), rule, severity, message: "应当在名录里".into() }];
        assert_eq!(faults(&own), [], "by itself it is sound");
        let told = faults_between(&[own.clone(), register.clone()]);
        told.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(between("name"), "");
    assert!(between("address").contains("不能查询") && between("opened").contains("不能被引用"));
    assert!(between("gone").contains("没有“gone”这一列"));
    let rule = Rule::RefersTo { column: "school".into(), item: "trial".into(), there: "school".into() };
    own.checks[0].rule = rule;
    assert!(faults(&own)[0].message.contains("引用的是它自己"));
}

#[test]
fn names_are_declared_on_columns_of_persons_and_by_a_public_choice() {
    let choice = |code: &str| crate::Choice { code: code.to_owned(), label: format!("第{code}"), aliases: Vec::new() };
    let mut item = crate::tests::item();
    let kinds = crate::Type::Enum { choices: vec![choice("01"), choice("02")], open: false };
    item.columns = vec![
        crate::tests::column("name", crate::Type::Text { max: 60 }, crate::Filter::Text),
        crate::tests::column("list", kinds, crate::Filter::Exact),
    ];
    let by = |code: &str| Some(crate::Names::By { column: "list".into(), whole: vec![code.to_owned()] });
    item.columns[0].names = by("01");
    assert!(faults(&item)[0].message.contains("natural_person"));
    item.columns[0].privacy.natural_person = true;
    assert_eq!(faults(&item), []);
    let written = write(std::slice::from_ref(&item));
    assert!(written.contains("names = { shown = \"by\", column = \"list\", whole = [\"01\"] }"), "{written}");
    assert_eq!(read(&written).unwrap_or_else(|faults| panic!("{faults:?}")), [item.clone()]);
    item.columns[0].names = by("09");
    assert!(faults(&item)[0].message.contains("没有 09 这个代码"));
    item.columns[0].names = by("01");
    item.columns[1].privacy.never_public = true;
    item.columns[1].filter = crate::Filter::None;
    assert!(faults(&item)[0].message.contains("要是公开的"));
}
