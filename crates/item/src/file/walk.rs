//! Holds a file against what it may say, before it is taken for items: every fault at its place, not only the first.

use toml::{Table, Value};

use super::Fault;
use super::schema::{Field, Shape};

/// What is wrong with a table of these fields.
pub(super) fn table(table: &Table, fields: &[Field], place: &str, faults: &mut Vec<Fault>) {
    for (key, value) in table {
        match fields.iter().find(|field| field.key == key) {
            Some(field) => shape(value, field.shape, &within(place, key), faults),
            None => faults.push(unknown(place, key, fields.iter().map(|field| field.key))),
        }
    }
    for field in fields.iter().filter(|field| field.must && !table.contains_key(field.key)) {
        faults.push(Fault::new(place, format!("缺少 {}", field.key)));
    }
}

fn unknown<'a>(place: &str, key: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    let known: Vec<&str> = known.collect();
    Fault::new(&within(place, key), format!("没有 {key} 这一项。可以写：{}", known.join("、")))
}

/// A place within another.
pub(super) fn within(place: &str, part: &str) -> String {
    if place.is_empty() { part.to_owned() } else { format!("{place} · {part}") }
}

/// One of several tables, by the name that it gives itself, or else by its number.
fn one_of(place: &str, at: usize, value: &Value) -> String {
    let named = ["key", "code", "title", "printed"].iter().find_map(|key| value.get(key).and_then(Value::as_str));
    match named {
        Some(name) if !name.is_empty() => within(place, name),
        _ => within(place, &format!("第 {} 个", at + 1)),
    }
}

fn shape(value: &Value, expected: Shape, place: &str, faults: &mut Vec<Fault>) {
    match (expected, value) {
        (Shape::Text, Value::String(_)) | (Shape::Bool, Value::Boolean(_)) => {}
        (Shape::Day, Value::String(text)) => {
            if text.parse::<jiff::civil::Date>().is_err() {
                faults.push(Fault::new(place, format!("“{text}”不是日期，请写成 2026-03-05")));
            }
        }
        (Shape::Whole, Value::Integer(n)) => {
            if u32::try_from(*n).is_err() {
                faults.push(Fault::new(place, format!("{n} 不在范围内，请写从 0 起的整数")));
            }
        }
        (Shape::Texts, Value::Array(all)) => {
            for (at, one) in all.iter().enumerate() {
                shape(one, Shape::Text, &one_of(place, at, one), faults);
            }
        }
        (Shape::Word(words), Value::String(text)) => {
            if !words.contains(&text.as_str()) {
                faults.push(Fault::new(place, format!("不能写“{text}”。可以写：{}", words.join("、"))));
            }
        }
        (Shape::Words(words), Value::Array(all)) => {
            for (at, one) in all.iter().enumerate() {
                shape(one, Shape::Word(words), &one_of(place, at, one), faults);
            }
        }
        (Shape::Table(fields), Value::Table(inner)) => table(inner, fields, place, faults),
        (Shape::Tables(fields), Value::Array(all)) => {
            for (at, one) in all.iter().enumerate() {
                shape(one, Shape::Table(fields), &one_of(place, at, one), faults);
            }
        }
        (Shape::Kinds(tag, kinds), Value::Table(inner)) => kind(inner, tag, kinds, place, faults),
        (expected, _) => faults.push(Fault::new(place, format!("写法不对，这里要写{}", name(expected)))),
    }
}

fn kind(
    inner: &Table,
    tag: &'static str,
    kinds: &[(&'static str, &'static [Field])],
    place: &str,
    faults: &mut Vec<Fault>,
) {
    let known: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
    let Some(said) = inner.get(tag).and_then(Value::as_str) else {
        faults.push(Fault::new(place, format!("缺少 {tag}。可以写：{}", known.join("、"))));
        return;
    };
    let Some((_, fields)) = kinds.iter().find(|(kind, _)| *kind == said) else {
        faults.push(Fault::new(&within(place, tag), format!("不能写“{said}”。可以写：{}", known.join("、"))));
        return;
    };
    let mut rest = inner.clone();
    rest.remove(tag);
    table(&rest, fields, place, faults);
}

fn name(shape: Shape) -> String {
    match shape {
        Shape::Text => "文字，用英文双引号括起来".to_owned(),
        Shape::Day => "日期，例如 \"2026-03-05\"".to_owned(),
        Shape::Whole => "整数，不用引号".to_owned(),
        Shape::Bool => "true 或者 false，不用引号".to_owned(),
        Shape::Texts => "一组文字，例如 [\"甲\", \"乙\"]".to_owned(),
        Shape::Word(words) => format!("其中一个：{}", words.join("、")),
        Shape::Words(words) => format!("一组，放在方括号里，可以写：{}", words.join("、")),
        Shape::Table(_) => "一组字段，例如 { key = \"…\" }".to_owned(),
        Shape::Tables(_) => "若干组字段，每组以 [[…]] 开头".to_owned(),
        Shape::Kinds(tag, kinds) => {
            let known: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
            format!("{{ {tag} = \"…\" }}，可以写：{}", known.join("、"))
        }
    }
}
