//! Values of records as readers see them, on pages and in files. Nothing that is never public gets past [`open`], also where a
//! column became private after its records had come out.

use std::collections::BTreeMap;

use documents::tables::Cell;
use item::{Column, Item, Type};
use record::Data;
use web::filters::grouped;

/// Digits up to which a figure is the same in a spreadsheet, which reckons with 15.
const DIGITS: usize = 15;

/// The columns that readers may see.
pub(super) fn open(item: &Item) -> impl Iterator<Item = &Column> {
    item.columns.iter().filter(|column| !column.privacy.never_public)
}

/// The columns of the list; the first few where the item names none.
pub(super) fn listed(item: &Item) -> Vec<&Column> {
    const FEW: usize = 6;
    let named: Vec<&Column> = open(item).filter(|column| column.listed).collect();
    if !named.is_empty() {
        return named;
    }
    let short = open(item).filter(|column| !matches!(column.typed, Type::Long { .. } | Type::File | Type::Link));
    short.take(FEW).collect()
}

pub(super) fn is_figure(column: &Column) -> bool {
    matches!(column.typed, Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. })
}

/// The head of a column, with those above it: `债务限额·一般债务`.
pub(super) fn label(column: &Column) -> String {
    let own = std::iter::once(&column.label);
    column.group.iter().chain(own).map(String::as_str).collect::<Vec<_>>().join("·")
}

/// The head of a column of a table or file, with the unit of its figures: `金额（万元）`.
pub(super) fn head(column: &Column) -> String {
    column.headed(&label(column))
}

/// A stored text as people read it, without its unit, which stands in the head.
pub(super) fn words(column: &Column, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    match &column.typed {
        // A year is no sum.
        Type::Number { unit, places: 0 } if unit.0.is_empty() || unit.0 == "年" => text.to_owned(),
        Type::Money { .. } | Type::Number { .. } => grouped(text),
        Type::Ratio { .. } => format!("{}%", grouped(text)),
        Type::Period => period(text),
        Type::Place => text.replace('/', " "),
        _ => record::values::shown(column, text),
    }
}

/// The same with the unit after a figure: `1,239.8 万元`.
pub(super) fn full(column: &Column, text: &str) -> String {
    let words = words(column, text);
    match column.unit() {
        "" | "%" => words,
        _ if words.is_empty() => words,
        unit => format!("{words} {unit}"),
    }
}

/// `2026-Q2` as people say it.
pub(super) fn period(code: &str) -> String {
    let Some((year, part)) = code.split_once('-') else {
        return if code.is_empty() { String::new() } else { format!("{code} 年") };
    };
    match part {
        "H1" => format!("{year} 年上半年"),
        "H2" => format!("{year} 年下半年"),
        "Q1" => format!("{year} 年第一季度"),
        "Q2" => format!("{year} 年第二季度"),
        "Q3" => format!("{year} 年第三季度"),
        "Q4" => format!("{year} 年第四季度"),
        month => format!("{year} 年 {} 月", month.trim_start_matches('0')),
    }
}

/// A value in a file: figures to reckon with, days to sort by, everything else as text.
pub(super) fn cell(column: &Column, text: &str) -> Cell {
    match &column.typed {
        _ if text.is_empty() => Cell::from(""),
        Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. } => figure(text),
        Type::Date { .. } => day(&record::values::shown(column, text)),
        Type::Period | Type::Place => Cell::from(text),
        _ => Cell::from(record::values::shown(column, text)),
    }
}

/// A figure that a spreadsheet would change stays text.
fn figure(text: &str) -> Cell {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(figure) if digits <= DIGITS => Cell::Number(figure),
        _ => Cell::from(text),
    }
}

fn day(text: &str) -> Cell {
    let Ok(day) = text.parse::<jiff::civil::Date>() else { return Cell::from(text) };
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    Cell::Date(u16::try_from(day.year()).unwrap_or_default(), part(day.month()), part(day.day()))
}

/// What programs get: the public values as they are stored, exact, by the keys of columns.
pub(super) fn stored(item: &Item, data: &Data) -> BTreeMap<String, String> {
    let filled = open(item).map(|column| (column.key.clone(), data.get(&column.key).to_owned()));
    filled.filter(|(_, text)| !text.is_empty()).collect()
}

/// What the county added to the table of the item, by head; nothing where it may add nothing any more.
pub(super) fn more(item: &Item, data: &Data) -> BTreeMap<String, String> {
    if item.more_columns { data.more.clone() } else { BTreeMap::new() }
}

/// What a record is called: its keys, else what stands first in its list.
pub(super) fn name(item: &Item, data: &Data) -> String {
    let keys: Vec<&Column> = open(item).filter(|column| item.keys.contains(&column.key)).collect();
    let columns = if keys.is_empty() { listed(item).into_iter().take(2).collect() } else { keys };
    let words = columns.into_iter().map(|column| words(column, data.get(&column.key)));
    let words: Vec<String> = words.filter(|words| !words.is_empty()).collect();
    if words.is_empty() { "一条记录".to_owned() } else { web::filters::shortened(&words.join(" "), 60) }
}

#[cfg(test)]
mod tests {
    use item::{Filter, Privacy, Unit};

    use super::*;

    fn column(typed: Type) -> Column {
        Column {
            key: "sum".into(),
            label: "金额".into(),
            aliases: Vec::new(),
            code: String::new(),
            letter: String::new(),
            group: vec!["债务".into()],
            typed,
            required: false,
            hint: String::new(),
            privacy: Privacy::default(),
            names: None,
            filter: Filter::None,
            listed: true,
        }
    }

    #[test]
    fn figures_are_read_with_their_unit() {
        let money = column(Type::Money { unit: Unit("万元".into()), places: 2 });
        assert_eq!(head(&money), "债务·金额（万元）");
        assert_eq!(full(&money, "-1239.8"), "-1,239.8 万元");
        assert_eq!(cell(&money, "-1239.8"), Cell::Number(-1239.8));
        let long = "1234567890.1234567";
        assert_eq!(cell(&money, long), Cell::Text(long.to_owned()));
        assert_eq!(words(&column(Type::Number { unit: Unit("年".into()), places: 0 }), "2026"), "2026");
        assert_eq!(full(&column(Type::Number { unit: Unit("人".into()), places: 0 }), "12000"), "12,000 人");
    }

    #[test]
    fn periods_are_said_as_people_say_them() {
        for (code, words) in [
            ("2026", "2026 年"),
            ("2026-H1", "2026 年上半年"),
            ("2026-Q4", "2026 年第四季度"),
            ("2026-03", "2026 年 3 月"),
        ] {
            assert_eq!(period(code), words);
        }
    }
}
