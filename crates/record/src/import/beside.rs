//! What a table says beside its rows: year and period, organ, region, stage and the like stand in its title, in the lines above
//! its head, in its heads, or only in the name of its file. They hold for every row whose own cell is empty. What whoever imports
//! says goes before what is read here; a cell goes before both.

use std::collections::BTreeMap;

use item::{Choice, Column, Item, Period, Type, Value, parse};
use sheet::Found;
use web::{FormErrors, Refusal};

use super::Beside;
use crate::values::{self, Values};

/// Names of funds hold 预算 and say nothing of a stage: 一般公共预算支出决算表 is one of final accounts.
const FUNDS: [&str; 4] = ["一般公共预算", "政府性基金预算", "国有资本经营预算", "社会保险基金预算"];
/// What the names of columns hold of which a whole sheet may have one text: 补贴项目, 批次名称, 处罚机关.
const WHOLE: [&str; 6] = ["项目", "批次", "单位", "机关", "类别", "事项"];
/// Names of places end so.
const REGIONS: [&str; 8] = ["本级", "县", "市", "区", "旗", "州", "省", "盟"];
/// Characters of the name of a region, at most.
const LONGEST_REGION: usize = 16;
/// Characters behind a year that may say which part of it.
const PART: usize = 8;

/// Where it is looked for besides the table.
#[derive(Debug, Clone)]
pub(super) struct Sources<'f> {
    /// Name of the file.
    pub file: &'f str,
    /// Name of the organ whose records these are, as the directory has it.
    pub organ: &'f str,
    /// Name of the county.
    pub county: &'f str,
    /// By the keys of columns, as whoever imports typed it; `period` stands for the column of the period, whatever its key.
    pub given: &'f BTreeMap<String, String>,
}

/// Values by the keys of columns that hold for every row of a table.
///
/// # Errors
/// [`Refusal::Fields`] by key where what was typed is no column of the item, or no value of it.
pub(super) fn beside(item: &Item, found: &Found, from: &Sources<'_>) -> Result<Values, Refusal> {
    let mut said = Values::new();
    let texts = texts(found, from.file);
    for column in item.columns.iter().filter(|column| item.keys.contains(&column.key)) {
        let value = match &column.typed {
            Type::Period => period(item, column, &texts),
            Type::Enum { choices, open: false } => choice(choices, &texts).map(Value::Enum),
            Type::Text { .. } if column.key == "organ" => text(from.organ),
            Type::Text { .. } if column.key == "region" => {
                text(&region(&found.title).unwrap_or_else(|| from.county.to_owned()))
            }
            _ => None,
        };
        said.extend(value.map(|value| (column.key.clone(), value)));
    }
    said.extend(given(item, from.given)?);
    // 2029年预算数 beside 2030年预算数: no one year is that of both
    let of_group = [found.group.clone()];
    for column in item.columns.iter().filter(|column| !found.group.is_empty() && item.keys.contains(&column.key)) {
        let value = match &column.typed {
            Type::Period => period(item, column, &of_group),
            Type::Enum { choices, open: false } => choice(choices, &of_group).map(Value::Enum),
            _ => None,
        };
        said.extend(value.map(|value| (column.key.clone(), value)));
    }
    Ok(said)
}

/// What was typed, as values.
fn given(item: &Item, typed: &BTreeMap<String, String>) -> Result<Values, Refusal> {
    let mut values = Values::new();
    let mut errors = FormErrors::new();
    let of_columns = typed.iter().filter(|(key, text)| !text.trim().is_empty() && *key != super::MONEY_UNIT);
    for (key, text) in of_columns {
        let named = item.column(key);
        let column = named.or_else(|| period_column(item).filter(|_| key == "period"));
        let Some(column) = column else {
            errors.add(key, format!("“{}”没有“{key}”这一列。", item.title));
            continue;
        };
        match parse(column, text, None) {
            Ok(parsed) => values.extend(parsed.value.map(|value| (column.key.clone(), value))),
            Err(problem) => errors.add(key, format!("“{}”：{problem}", column.label)),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors.into()) }
}

/// The column that says for which period a record is: one of the keys, else the first.
pub(super) fn period_column(item: &Item) -> Option<&Column> {
    let is_period = |column: &&Column| column.typed == Type::Period;
    let of_keys = item.columns.iter().filter(|column| item.keys.contains(&column.key)).find(is_period);
    of_keys.or_else(|| item.columns.iter().find(is_period))
}

fn text(of: &str) -> Option<Value> {
    (!of.is_empty()).then(|| Value::Text(of.to_owned()))
}

/// The texts of a table that may say something for all of it, the surest first.
fn texts(found: &Found, file: &str) -> Vec<String> {
    let above = found.above.iter().flat_map(|line| line.cells.iter().map(|(_, text)| text.clone()));
    let heads = found.heads.iter().map(|head| head.path.join(" "));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned();
    let mut texts = vec![found.title.clone()];
    texts.extend(above);
    texts.push(heads.collect::<Vec<_>>().join(" "));
    texts.extend([found.sheet.clone(), stem]);
    texts
}

/// The period that the first of these texts says which says one.
fn period(item: &Item, column: &Column, texts: &[String]) -> Option<Value> {
    let whole = item.period == Period::Year || matches!(column.key.as_str(), "year" | "as_of");
    for text in texts {
        let mut said = periods(column, text, whole);
        // up to when: the last year that is named
        if column.key == "as_of" {
            said.sort();
            said.drain(..said.len().saturating_sub(1));
        }
        match said.as_slice() {
            [one] => return Some(Value::Text(one.clone())),
            [] => {}
            // 2024年决算和2025年预算: which of them is not guessed
            _ => return None,
        }
    }
    None
}

/// All periods in a text, as they are stored; `whole` = years alone.
fn periods(column: &Column, text: &str, whole: bool) -> Vec<String> {
    let text: Vec<char> = fold::fold(text).chars().filter(|c| !c.is_whitespace()).collect();
    let digit = |at: usize| text.get(at).is_some_and(char::is_ascii_digit);
    let mut found: Vec<String> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let alone = (at == 0 || !digit(at - 1)) && !digit(at + 4);
        let year: String = text.iter().skip(at).take(4).collect();
        let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
        if !(alone && is_year && (at..at + 4).all(digit)) {
            at += 1;
            continue;
        }
        let rest = &text[at + 4..];
        // 2023-2024学年 is that which begins in 2023
        if let Some(length) = school_year(rest) {
            if !found.contains(&year) {
                found.push(year);
            }
            at += 4 + length;
            continue;
        }
        let longest = if whole { 0 } else { PART.min(rest.len()) };
        let candidate = |long: usize| {
            let typed: String = year.chars().chain(rest[..long].iter().copied()).collect();
            // 2024年3 of 2024年3个, 2024年30: no month
            let ends = rest[..long].last().is_some_and(char::is_ascii_digit);
            if ends && (typed.contains('年') || rest.get(long).is_some_and(char::is_ascii_digit)) {
                return None;
            }
            match parse(column, &typed, None).ok()?.value? {
                Value::Text(code) => Some(code),
                _ => None,
            }
        };
        let said = (0..=longest).rev().find_map(candidate);
        if let Some(said) = said.filter(|said| !found.contains(said)) {
            found.push(said);
        }
        at += 4;
    }
    found
}

/// How many characters behind a year make a school year of it: `-2024学年`, `—2024学年度`.
fn school_year(rest: &[char]) -> Option<usize> {
    let dashes = rest.iter().take_while(|c| "-—–－~至/年".contains(**c)).count();
    let digits = rest.iter().skip(dashes).take_while(|c| c.is_ascii_digit()).count();
    let behind = &rest[dashes + digits..];
    (dashes > 0 && digits == 4 && behind.starts_with(&['学', '年'])).then_some(dashes + digits + 2)
}

/// The one choice that the first of these texts names which names any.
fn choice(choices: &[Choice], texts: &[String]) -> Option<String> {
    let plain: Vec<String> = texts.iter().map(|text| folded_whole(text)).collect();
    let without_funds = |text: &String| FUNDS.iter().fold(text.clone(), |text, fund| text.replace(fund, ""));
    let bare: Vec<String> = plain.iter().map(without_funds).collect();
    let named = |text: &String| -> Vec<String> {
        let is_named = |choice: &&Choice| {
            let mut words = std::iter::once(&choice.label).chain(&choice.aliases);
            words.any(|word| word.chars().count() >= 2 && text.contains(&folded_whole(word)))
        };
        choices.iter().filter(is_named).map(|choice| choice.code.clone()).collect()
    };
    let first = |texts: &[String]| texts.iter().map(&named).find(|named| !named.is_empty());
    let found = first(&bare).or_else(|| first(&plain))?;
    match found.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

fn folded_whole(text: &str) -> String {
    fold::fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The region that a title begins with: 舒城县本级2024年….
fn region(title: &str) -> Option<String> {
    let title = folded_whole(title);
    let end = title.find(|c: char| c.is_ascii_digit()).into_iter().chain(title.find("地方政府")).min()?;
    let name = title.get(..end)?;
    let is_region =
        (2..=LONGEST_REGION).contains(&name.chars().count()) && REGIONS.iter().any(|end| name.ends_with(*end));
    is_region.then(|| name.to_owned())
}

/// The county or city that a title or the name of an organ begins with, where it is another than the own one, which stands nowhere in
/// it: 鹿寨县 of 2019年度鹿寨县“三公”经费支出决算情况; `None` = it names none.
pub(super) fn other_region(text: &str, county: &str) -> Option<String> {
    /// Characters of the name of a region before its last, at most.
    const LONGEST: usize = 5;
    /// 全县, 本市, 各县, 县市: no names.
    const NO_NAMES: &str = "全我本各该县市区省两";
    /// 城市, 超市, 集市.
    const NO_CITIES: &str = "城超集菜夜上都";
    let text = folded_whole(text);
    let core: &str = county.trim_end_matches(['县', '市', '区', '旗']);
    if county.is_empty() || text.contains(county) || (core.chars().count() > 1 && text.contains(core)) {
        return None;
    }
    let dated = |c: char| c.is_ascii_digit() || "年度月日第季-—~至、《附件表:".contains(c);
    let begins: Vec<char> = text
        .trim_start_matches(dated)
        .trim_start_matches("关于")
        .trim_start_matches(dated)
        .chars()
        .take(LONGEST + 1)
        .collect();
    let at = begins.iter().position(|c| matches!(c, '县' | '市' | '旗'))?;
    let (first, last) = (*begins.first()?, begins[at]);
    let least = if last == '市' { 2 } else { 1 };
    let is_city = last != '市' || !NO_CITIES.contains(begins[at.checked_sub(1)?]);
    let is_name = at >= least && is_city && !NO_NAMES.contains(first) && begins[..at].iter().all(|c| c.is_alphabetic());
    is_name.then(|| begins[..=at].iter().collect())
}

/// Completes the values of a row that its own cells leave open.
pub(super) fn complete(item: &Item, said: &Values, row: &mut Values) {
    for (key, value) in said {
        row.entry(key.clone()).or_insert_with(|| value.clone());
    }
    class(item, row);
    dated(item, row);
}

/// Where nothing says the period, a day among the keys does: 监测时间.
fn dated(item: &Item, row: &mut Values) {
    let of_keys = |column: &&Column| item.keys.contains(&column.key);
    let periods = || item.columns.iter().filter(|column| column.typed == Type::Period);
    if item.period == Period::Standing || periods().any(|column| row.contains_key(&column.key)) {
        return;
    }
    let Some(column) = periods().find(of_keys) else { return };
    let days = item.columns.iter().filter(of_keys).filter(|column| matches!(column.typed, Type::Date { .. }));
    let mut days = days.filter_map(|column| row.get(&column.key));
    let Some(Value::Date(day)) = days.next().cloned() else { return };
    let kind = if column.key == "year" { Period::Year } else { item.period };
    row.insert(column.key.clone(), Value::Text(values::period_of(kind, day)));
}

/// A row of a whole 类 of budget subjects says its class; those below it do not, so that a sum by class counts nothing twice.
fn class(item: &Item, row: &mut Values) {
    let Some(column) = item.column("class").filter(|column| matches!(column.typed, Type::Enum { .. })) else { return };
    let Some(Value::Text(code)) = row.get("code") else { return };
    if row.contains_key("class") || code.len() != 3 || !code.bytes().all(|c| c.is_ascii_digit()) {
        return;
    }
    let value = parse(column, code, None).ok().and_then(|parsed| parsed.value);
    row.extend(value.map(|value| ("class".to_owned(), value)));
}

/// Columns that no head stands for and that may hold for the whole table, with what is known of them: those of which a table says
/// one value for all its rows.
pub(super) fn of_whole(item: &Item, said: &Values, mapped: impl Fn(&str) -> bool) -> Vec<Beside> {
    let is_one = |column: &&Column| match &column.typed {
        Type::Period | Type::Enum { open: false, .. } => true,
        Type::Text { .. } => {
            let is_named = WHOLE.iter().any(|word| column.label.contains(word)) && !column.label.contains('号');
            (column.required && is_named) || matches!(column.key.as_str(), "organ" | "region")
        }
        Type::Place => column.required,
        _ => false,
    };
    let is_needed = |column: &&Column| column.required || item.keys.contains(&column.key);
    let open = item.columns.iter().filter(is_one).filter(is_needed);
    let open = open.filter(|column| !column.privacy.never_public && !mapped(&column.key));
    open.map(|column| Beside { key: column.key.clone(), text: values::opt_text(said.get(&column.key)) }).collect()
}

/// Key columns that say which period a record is of and that nothing says, by label.
pub(super) fn open_periods(item: &Item, said: &Values, mapped: impl Fn(&str) -> bool) -> Vec<String> {
    let open = |column: &&Column| {
        let key = column.key.as_str();
        column.typed == Type::Period && item.keys.contains(&column.key) && !said.contains_key(key) && !mapped(key)
    };
    item.columns.iter().filter(open).map(|column| column.label.clone()).collect()
}

/// Key columns with a choice for the whole table (预算, 决算) that nothing says and that need not be told, by label.
pub(super) fn open_choices(item: &Item, said: &Values, mapped: impl Fn(&str) -> bool) -> Vec<String> {
    let open = |column: &&Column| {
        let key = column.key.as_str();
        let is_choice = matches!(column.typed, Type::Enum { open: false, .. });
        is_choice && !column.required && item.keys.contains(&column.key) && !said.contains_key(key) && !mapped(key)
    };
    item.columns.iter().filter(open).map(|column| column.label.clone()).collect()
}

/// The column of the period of a record of which nothing says when it is: neither it nor a day.
pub(super) fn undated<'i>(item: &'i Item, row: &Values) -> Option<&'i Column> {
    if item.period == Period::Standing || values::day_of(item, row).is_some() {
        return None;
    }
    let column = item.columns.iter().find(|column| column.typed == Type::Period && item.keys.contains(&column.key))?;
    let said = item.columns.iter().any(|column| column.typed == Type::Period && row.contains_key(&column.key));
    (!said).then_some(column)
}

#[cfg(test)]
mod tests {
    use sheet::{Head, Line};

    use super::*;

    fn item(key: &str) -> &'static Item {
        item::boxed().iter().find(|item| item.key.as_str() == key).expect("the item is in the box")
    }

    fn said(key: &str, title: &str, heads: &[&str], file: &str) -> BTreeMap<String, String> {
        let heads = heads.iter().map(|head| Head { path: vec![(*head).to_owned()], ..Head::default() });
        let above = Line { number: 1, cells: vec![(0, title.to_owned())] };
        let found = Found { title: title.to_owned(), above: vec![above], heads: heads.collect(), ..Found::default() };
        let none = BTreeMap::new();
        let from = Sources { file, organ: "青禾县财政局", county: "青禾县", given: &none };
        let said = beside(item(key), &found, &from).expect("nothing was typed");
        said.into_iter().map(|(key, value)| (key, value.plain())).collect()
    }

    #[test]
    fn titles_say_year_region_and_kind() {
        let debt = said("debt-balance", "舒城县本级2024年地方政府专项债务余额情况表", &["项目", "执行数"], "表.xlsx");
        assert_eq!(debt["year"], "2024");
        assert_eq!(debt["region"], "舒城县本级");
        assert_eq!(debt["kind"], "special");
        let bonds = said("bond", "2018年--2019年末乐至县发行的新增地方政府专项债券情况表", &[], "债券.xlsx");
        assert_eq!(bonds["as_of"], "2019");
        let school = said("enrolment", "青禾县2026年义务教育学校招生范围、计划一览表", &[], "");
        assert_eq!(school["year"], "2026");
        let school = said("enrolment", "青禾县2023-2024学年度义务教育学校招生计划", &[], "");
        assert_eq!(school["year"], "2023");
    }

    #[test]
    fn a_table_of_another_place_is_known_by_its_title() {
        let of = |title: &str| other_region(title, "青禾县");
        assert_eq!(of("2019年度鹿寨县“三公”经费支出决算情况").as_deref(), Some("鹿寨县"));
        assert_eq!(of("舒城县本级2024年地方政府专项债务余额情况表").as_deref(), Some("舒城县"));
        assert_eq!(of("庆元县行政处罚信息").as_deref(), Some("庆元县"));
        assert_eq!(of("昌宁县人民政府").as_deref(), Some("昌宁县"));
        for own in [
            "青禾县2026年义务教育学校招生范围、计划一览表",
            "河口市青禾县2026年预算表",
            "2026年全县财政收支情况表",
            "县财政局2026年预算",
            "2026年城市居民最低生活保障名单",
            "市场监督管理局行政处罚信息",
            "各县市空气质量情况",
            "一般公共预算“三公”经费支出情况表",
            "",
        ] {
            assert_eq!(of(own), None, "{own}");
        }
    }

    #[test]
    fn what_only_the_name_of_the_file_says_is_taken_from_it() {
        assert_eq!(said("water", "", &[], "water-yanshan-2024q2.csv")["period"], "2024-Q2");
        assert_eq!(said("debt-plan", "地方政府债券发行及还本付息情况表", &[], "表1-4-2025-bonds.xlsx")["year"], "2025");
        // a day is no year
        assert!(!said("debt-plan", "情况表", &[], "20250301导出.xlsx").contains_key("year"));
    }

    #[test]
    fn each_of_two_years_side_by_side_has_its_own() {
        let none = BTreeMap::from([("period".to_owned(), "2031".to_owned())]);
        let from = Sources { file: "三公.xlsx", organ: "青禾县司法局", county: "青禾县", given: &none };
        for (group, year, stage) in [("2029年预算数", "2029", "budget"), ("2030年决算数", "2030", "final")] {
            let title = "青禾县司法局2030年“三公”经费支出预算表".to_owned();
            let found = Found { title, group: group.to_owned(), ..Found::default() };
            let said = beside(item("three-public"), &found, &from).expect("values");
            let plain = |key: &str| said.get(key).map(Value::plain);
            assert_eq!((plain("year").as_deref(), plain("stage").as_deref()), (Some(year), Some(stage)), "{group}");
        }
    }

    #[test]
    fn a_stage_is_read_past_the_names_of_funds() {
        let stage = |title: &str, heads: &[&str]| said("three-public", title, heads, "").get("stage").cloned();
        assert_eq!(stage("一般公共预算“三公”经费支出情况表", &["合计"]).as_deref(), Some("budget"));
        assert_eq!(stage("一般公共预算财政拨款“三公”经费支出决算表", &["合计"]).as_deref(), Some("final"));
        assert_eq!(stage("“三公”经费支出情况表", &["项目", "预算数"]).as_deref(), Some("budget"));
        assert_eq!(stage("2025年决算和2026年预算情况表", &[]), None);
    }

    #[test]
    fn two_years_in_a_title_are_not_guessed() {
        assert!(!said("three-public", "2025年决算和2026年预算情况表", &[], "").contains_key("year"));
    }

    #[test]
    fn what_is_typed_goes_first_and_must_be_a_value() {
        let found = Found { title: "2024年招生计划一览表".to_owned(), ..Found::default() };
        let typed = |key: &str, text: &str| BTreeMap::from([(key.to_owned(), text.to_owned())]);
        let of = |given: &BTreeMap<String, String>| {
            beside(item("enrolment"), &found, &Sources { file: "", organ: "", county: "", given })
        };
        assert_eq!(of(&typed("period", "2026年")).expect("a year")["year"].plain(), "2026");
        assert!(of(&typed("period", "明年")).is_err());
        assert!(of(&typed("nothing", "1")).is_err());
    }

    #[test]
    fn what_no_head_says_can_be_given_for_the_whole_table() {
        let year = Values::from([("year".to_owned(), Value::Text("2026".to_owned()))]);
        let all = of_whole(item("three-public"), &year, |key| key == "organ");
        let text = |key: &str| all.iter().find(|one| one.key == key).map(|one| one.text.as_str());
        assert_eq!((text("year"), text("stage")), (Some("2026"), Some("")));
        assert_eq!(text("organ"), None, "a head stands for it");
        let all = of_whole(item("permit"), &Values::new(), |_| false);
        assert!(all.iter().all(|one| one.key != "document_number"), "a number is of one row: {all:?}");
    }

    #[test]
    fn a_choice_that_nothing_says_is_told() {
        let of = |said: &Values| open_choices(item("three-public"), said, |_| false);
        assert_eq!(of(&Values::new()).len(), 1, "the stage");
        let said = Values::from([("stage".to_owned(), Value::Enum("budget".to_owned()))]);
        assert!(of(&said).is_empty());
    }

    #[test]
    fn only_the_row_of_a_class_says_its_class() {
        let row = |code: &str| {
            let mut row = Values::from([("code".to_owned(), Value::Text(code.to_owned()))]);
            complete(item("budget-department"), &Values::new(), &mut row);
            row.get("class").map(Value::plain)
        };
        assert_eq!(row("208").as_deref(), Some("208"));
        assert_eq!(row("2080201"), None);
    }
}
